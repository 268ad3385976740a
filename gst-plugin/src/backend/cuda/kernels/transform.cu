/* SPDX-License-Identifier: Apache-2.0 */

/* Crop, scale, convert, flip, letterbox and bars of a whole batch in one
 * launch. A thread makes a square of 2x2 pixels and the chroma that they
 * share; filter tables come from the host (plan.c), so that positions and
 * weights are those of the host backend. */

#include "params.h"

#define INLINE static __device__ __forceinline__

template <int N> struct Vec
{
  float v[N];
};

/* ---- Loads --------------------------------------------------------------- */

struct LoadByte
{
  static const int N = 1;
  INLINE Vec<1> load (const uint8_t *at, const SvCuPlan &)
  {
    return { { (float) __ldg (at) } };
  }
};

/* Little endian; the address may be odd. */
struct LoadShort
{
  static const int N = 1;
  INLINE Vec<1> load (const uint8_t *at, const SvCuPlan &plan)
  {
    unsigned code = __ldg (at) | (unsigned) __ldg (at + 1) << 8;

    return { { (float) (code >> plan.src_shift) } };
  }
};

struct LoadPair
{
  static const int N = 2;
  INLINE Vec<2> load (const uint8_t *at, const SvCuPlan &)
  {
    unsigned pair = __ldg ((const uint16_t *) at);

    return { { (float) (pair & 0xff), (float) (pair >> 8) } };
  }
};

struct LoadWord
{
  static const int N = 4;
  INLINE Vec<4> load (const uint8_t *at, const SvCuPlan &plan)
  {
    unsigned word =
        __byte_perm (__ldg ((const uint32_t *) at), 0, plan.src_order);

    return { { (float) (word & 0xff), (float) (word >> 8 & 0xff),
        (float) (word >> 16 & 0xff), (float) (word >> 24) } };
  }
};

/* ---- Positions ----------------------------------------------------------- */

INLINE const int32_t *
words (const SvCuPlan &plan)
{
  return (const int32_t *) &plan;
}

INLINE float
weight (const SvCuPlan &plan, const SvCuAxis &axis, int tap, int i)
{
  return __ldg ((const float *) words (plan) + axis.weights + tap * axis.n + i);
}

/* Up to two taps. */
struct Pos2
{
  int k;
  int two; /* the second one is k + 1 */
  float w; /* its weight */

  INLINE Pos2 get (const SvCuPlan &plan, const SvCuAxis &axis, int i)
  {
    int two = axis.taps == 2;

    return { __ldg (words (plan) + axis.first + i), two,
      two ? weight (plan, axis, 1, i) : 0.0f };
  }
};

/* Any number of them. */
struct PosN
{
  int k;
  int i;
  const SvCuAxis *axis;

  INLINE PosN get (const SvCuPlan &plan, const SvCuAxis &axis, int i)
  {
    return { __ldg (words (plan) + axis.first + i), i, &axis };
  }
};

/* A plane as the axes of the destination see it. */
struct Plane
{
  const uint8_t *base;
  int64_t dx;
  int64_t dy;
};

template <class L>
INLINE Vec<L::N>
gather_row (const SvCuPlan &plan, const uint8_t *at, int64_t dx, const Pos2 &x)
{
  Vec<L::N> a = L::load (at, plan);

  if (x.two) {
    Vec<L::N> b = L::load (at + dx, plan);

    for (int c = 0; c < L::N; c++)
      a.v[c] += (b.v[c] - a.v[c]) * x.w;
  }
  return a;
}

template <class L>
INLINE Vec<L::N>
gather (const SvCuPlan &plan, const Plane &p, const Pos2 &x, const Pos2 &y)
{
  const uint8_t *at = p.base + x.k * p.dx + y.k * p.dy;
  Vec<L::N> a = gather_row<L> (plan, at, p.dx, x);

  if (y.two) {
    Vec<L::N> b = gather_row<L> (plan, at + p.dy, p.dx, x);

    for (int c = 0; c < L::N; c++)
      a.v[c] += (b.v[c] - a.v[c]) * y.w;
  }
  return a;
}

template <class L>
INLINE Vec<L::N>
gather (const SvCuPlan &plan, const Plane &p, const PosN &x, const PosN &y)
{
  Vec<L::N> sum = {};

  for (int ty = 0; ty < y.axis->taps; ty++) {
    const uint8_t *at = p.base + x.k * p.dx + (y.k + ty) * p.dy;
    float wy = weight (plan, *y.axis, ty, y.i);
    Vec<L::N> row = {};

    if (wy == 0.0f)
      continue;
    for (int tx = 0; tx < x.axis->taps; tx++, at += p.dx) {
      Vec<L::N> v = L::load (at, plan);
      float wx = weight (plan, *x.axis, tx, x.i);

      for (int c = 0; c < L::N; c++)
        row.v[c] += wx * v.v[c];
    }
    for (int c = 0; c < L::N; c++)
      sum.v[c] += wy * row.v[c];
  }
  return sum;
}

/* ---- Samples ------------------------------------------------------------- */

INLINE float
clamp (float v)
{
  return fminf (fmaxf (v, 0.0f), 255.0f);
}

INLINE Plane
plane_of (const SvCuPlan &plan, const SvCuJob &job, int c, int offset)
{
  int plane = plan.src_plane[c];
  int64_t step = plan.src_step[c], pitch = job.src_pitch[plane];
  const uint8_t *base = (const uint8_t *) job.src[plane] + offset;

  return plan.transposed ? Plane{ base, pitch, step }
                         : Plane{ base, step, pitch };
}

/* The components of `need` at sample (i, j) of a pair of grids. */
template <class P, int SOURCE>
INLINE void
sample (const SvCuPlan &plan, const SvCuJob &job, uint32_t need, int gx, int gy,
    int i, int j, float in[4])
{
  if (SOURCE == SV_CU_SOURCE_WORD) {
    Vec<4> v = gather<LoadWord> (plan, plane_of (plan, job, 0, 0),
        P::get (plan, plan.x[SV_CU_LUMA][gx], i),
        P::get (plan, plan.y[SV_CU_LUMA][gy], j));

    for (int c = 0; c < 4; c++)
      in[c] = v.v[c];
  } else if (SOURCE == SV_CU_SOURCE_PAIR) {
    if (need & 1)
      in[0] = gather<LoadByte> (plan, plane_of (plan, job, 0, 0),
          P::get (plan, plan.x[SV_CU_LUMA][gx], i),
          P::get (plan, plan.y[SV_CU_LUMA][gy], j))
                  .v[0];
    if (need & 6) {
      Vec<2> v = gather<LoadPair> (plan, plane_of (plan, job, 1, 0),
          P::get (plan, plan.x[SV_CU_CHROMA][gx], i),
          P::get (plan, plan.y[SV_CU_CHROMA][gy], j));
      int swapped = plan.src_offset[1];

      in[1] = swapped ? v.v[1] : v.v[0];
      in[2] = swapped ? v.v[0] : v.v[1];
    }
  } else {
    for (int c = 0; c < 4; c++) {
      int chroma = plan.src_chroma >> c & 1;
      Plane p = plane_of (plan, job, c, plan.src_offset[c]);

      if ((need >> c & 1) == 0)
        continue;
      P x = P::get (plan, plan.x[chroma][gx], i);
      P y = P::get (plan, plan.y[chroma][gy], j);
      in[c] = plan.src_bytes == 1
          ? gather<LoadByte> (plan, p, x, y).v[0]
          : gather<LoadShort> (plan, p, x, y).v[0] * plan.level_scale[chroma]
              + plan.level_offset[chroma];
    }
  }
  for (int c = 0; c < 4; c++)
    in[c] = clamp (in[c]);
}

INLINE float
convert (const SvCuPlan &plan, int r, const float in[4])
{
  if (plan.identity)
    return in[r];
  return clamp (plan.m[r][0] * in[0] + plan.m[r][1] * in[1]
      + plan.m[r][2] * in[2] + plan.m[r][3]);
}

INLINE uint32_t
rounded (float v)
{
  return (uint32_t) floorf (v + 0.5f);
}

/* ---- Packed pixels ------------------------------------------------------- */

INLINE uint32_t
pack (const SvCuPlan &plan, uint32_t a, uint32_t b, uint32_t c, uint32_t d)
{
  return a << 8 * plan.dst_offset[0] | b << 8 * plan.dst_offset[1]
      | c << 8 * plan.dst_offset[2] | d << 8 * plan.fourth_offset;
}

template <class P, int SOURCE>
INLINE uint32_t
pixel (const SvCuPlan &plan, const SvCuJob &job, int x, int y)
{
  float in[4] = { 0.0f, 0.0f, 0.0f, 255.0f };

  if (x < plan.x0 || x >= plan.x1 || y < plan.y0 || y >= plan.y1)
    return pack (plan, plan.pad[0], plan.pad[1], plan.pad[2], 255);
  sample<P, SOURCE> (plan, job, plan.need_luma, SV_CU_LUMA, SV_CU_LUMA,
      x - plan.x0, y - plan.y0, in);
  return pack (plan, rounded (convert (plan, 0, in)),
      rounded (convert (plan, 1, in)), rounded (convert (plan, 2, in)),
      plan.fourth_from_source ? rounded (in[3]) : 255);
}

INLINE void
store_packed (const SvCuPlan &plan, const SvCuJob &job, int x, int y,
    const uint32_t px[2])
{
  int step = plan.dst_step[0];
  int n = x + 1 < plan.width ? 2 : 1;
  uint8_t *at = (uint8_t *) job.dst[0] + (int64_t) y * job.dst_pitch[0]
      + (int64_t) x * step;

  if (step == 4 && n == 2 && (job.flags & SV_CU_STORE_8)) {
    *(uint2 *) at = make_uint2 (px[0], px[1]);
  } else if (step == 4 && (job.flags & SV_CU_STORE_4)) {
    ((uint32_t *) at)[0] = px[0];
    if (n == 2)
      ((uint32_t *) at)[1] = px[1];
  } else {
    for (int i = 0; i < n; i++)
      for (int c = 0; c < step; c++)
        at[i * step + c] = (uint8_t) (px[i] >> 8 * c);
  }
}

template <class P, int SOURCE>
INLINE void
make_packed (const SvCuPlan &plan, const SvCuJob &job, int x, int y)
{
#pragma unroll
  for (int r = 0; r < 2; r++) {
    uint32_t px[2];

    if (y + r >= plan.height)
      break;
#pragma unroll
    for (int c = 0; c < 2; c++)
      px[c] =
          x + c < plan.width ? pixel<P, SOURCE> (plan, job, x + c, y + r) : 0;
    store_packed (plan, job, x, y + r, px);
  }
}

/* ---- Luma and chroma ----------------------------------------------------- */

template <class P, int SOURCE>
INLINE uint32_t
luma (const SvCuPlan &plan, const SvCuJob &job, int x, int y)
{
  float in[4] = { 0.0f, 0.0f, 0.0f, 0.0f };

  if (x < plan.x0 || x >= plan.x1 || y < plan.y0 || y >= plan.y1)
    return plan.pad[0];
  sample<P, SOURCE> (plan, job, plan.need_luma, SV_CU_LUMA, SV_CU_LUMA,
      x - plan.x0, y - plan.y0, in);
  return rounded (convert (plan, 0, in));
}

/* Both chroma components of sample (cx, cy), the second shifted by 8. */
template <class P, int SOURCE>
INLINE uint32_t
chroma (const SvCuPlan &plan, const SvCuJob &job, int cx, int cy)
{
  int i = cx - plan.chroma_x0, j = cy - plan.chroma_y0;
  bool average_x = plan.chroma_grid_x == SV_CU_LUMA;
  bool average_y = plan.chroma_grid_y == SV_CU_LUMA;
  int nx = average_x ? plan.average_x.taps : 1;
  int ny = average_y ? plan.average_y.taps : 1;
  float u = 0.0f, v = 0.0f;

  if (cx < plan.chroma_x0 || cx >= plan.chroma_x1 || cy < plan.chroma_y0
      || cy >= plan.chroma_y1)
    return plan.pad[1] | (uint32_t) plan.pad[2] << 8;
  if (average_x)
    i = __ldg (words (plan) + plan.average_x.first + i);
  if (average_y)
    j = __ldg (words (plan) + plan.average_y.first + j);
#pragma unroll 1
  for (int ty = 0; ty < ny; ty++) {
    float wy = average_y
        ? weight (plan, plan.average_y, ty, cy - plan.chroma_y0)
        : 1.0f;

#pragma unroll 1
    for (int tx = 0; tx < nx; tx++) {
      float w = wy
          * (average_x ? weight (plan, plan.average_x, tx, cx - plan.chroma_x0)
                       : 1.0f);
      float in[4] = { 0.0f, 0.0f, 0.0f, 0.0f };

      if (w == 0.0f)
        continue;
      sample<P, SOURCE> (plan, job, plan.need_chroma, plan.chroma_grid_x,
          plan.chroma_grid_y, i + tx, j + ty, in);
      u += w * convert (plan, 1, in);
      v += w * convert (plan, 2, in);
    }
  }
  return rounded (u) | rounded (v) << 8;
}

template <class P, int SOURCE>
INLINE void
make_luma_row (const SvCuPlan &plan, const SvCuJob &job, int x, int y,
    uint32_t out[2])
{
  out[0] = luma<P, SOURCE> (plan, job, x, y);
  /* What an odd width of UYVY leaves over repeats the last one. */
  out[1] = x + 1 < plan.width ? luma<P, SOURCE> (plan, job, x + 1, y) : out[0];
}

INLINE void
store_luma (const SvCuPlan &plan, const SvCuJob &job, int x, int y,
    const uint32_t v[2])
{
  uint8_t *at = (uint8_t *) job.dst[0] + (int64_t) y * job.dst_pitch[0] + x;

  if (x + 1 >= plan.width) {
    at[0] = (uint8_t) v[0];
  } else if (job.flags & SV_CU_STORE_2) {
    *(uint16_t *) at = (uint16_t) (v[0] | v[1] << 8);
  } else {
    at[0] = (uint8_t) v[0];
    at[1] = (uint8_t) v[1];
  }
}

INLINE void
store_chroma (const SvCuPlan &plan, const SvCuJob &job, int cx, int cy,
    uint32_t uv)
{
  for (int c = 1; c < 3; c++) {
    int plane = plan.dst_plane[c];

    *((uint8_t *) job.dst[plane] + (int64_t) cy * job.dst_pitch[plane]
        + (int64_t) cx * plan.dst_step[c] + plan.dst_offset[c]) =
        (uint8_t) (uv >> 8 * (c - 1));
  }
}

template <class P, int SOURCE>
INLINE void
make_planes (const SvCuPlan &plan, const SvCuJob &job, int x, int y)
{
#pragma unroll
  for (int r = 0; r < 2; r++) {
    uint32_t v[2];

    if (y + r >= plan.height)
      break;
    make_luma_row<P, SOURCE> (plan, job, x, y + r, v);
    if (plan.target == SV_CU_TARGET_UYVY) {
      uint32_t uv = chroma<P, SOURCE> (plan, job, x / 2, y + r);
      uint8_t *at = (uint8_t *) job.dst[0]
          + (int64_t) (y + r) * job.dst_pitch[0] + (int64_t) x * 2;

      at[0] = (uint8_t) uv;
      at[1] = (uint8_t) v[0];
      at[2] = (uint8_t) (uv >> 8);
      at[3] = (uint8_t) v[1];
    } else {
      store_luma (plan, job, x, y + r, v);
    }
  }
  if (plan.target == SV_CU_TARGET_PLANES)
    store_chroma (plan, job, x / 2, y / 2,
        chroma<P, SOURCE> (plan, job, x / 2, y / 2));
}

/* ---- Kernel -------------------------------------------------------------- */

template <class P, int SOURCE>
INLINE void
make (const SvCuPlan &plan, const SvCuJob &job, int x, int y)
{
  if (plan.target <= SV_CU_TARGET_PACKED3)
    make_packed<P, SOURCE> (plan, job, x, y);
  else
    make_planes<P, SOURCE> (plan, job, x, y);
}

template <class P>
INLINE void
make_from (const SvCuPlan &plan, const SvCuJob &job, int x, int y)
{
  int source =
      job.flags & SV_CU_SOURCE_ALIGNED ? plan.source : SV_CU_SOURCE_BYTES;

  if (source == SV_CU_SOURCE_PAIR)
    make<P, SV_CU_SOURCE_PAIR> (plan, job, x, y);
  else if (source == SV_CU_SOURCE_WORD)
    make<P, SV_CU_SOURCE_WORD> (plan, job, x, y);
  else
    make<P, SV_CU_SOURCE_BYTES> (plan, job, x, y);
}

extern "C" __global__ void
__launch_bounds__ (SV_CU_BLOCK_X *SV_CU_BLOCK_Y)
    sv_cu_transform (const __grid_constant__ SvCuArgs args)
{
  int low = 0, high = args.n_jobs - 1;

  while (low < high) {
    int middle = (low + high + 1) / 2;

    if (args.jobs[middle].first_block <= blockIdx.x)
      low = middle;
    else
      high = middle - 1;
  }

  const SvCuJob &job = args.jobs[low];
  const SvCuPlan &plan = *(const SvCuPlan *) job.plan;
  uint32_t block = blockIdx.x - job.first_block;
  int x = (int) (block % job.blocks_x * SV_CU_TILE_X + threadIdx.x * 2);
  int y = (int) (block / job.blocks_x * SV_CU_TILE_Y + threadIdx.y * 2);

  if (x >= plan.width || y >= plan.height)
    return;
  if (plan.two_taps)
    make_from<Pos2> (plan, job, x, y);
  else
    make_from<PosN> (plan, job, x, y);
}
