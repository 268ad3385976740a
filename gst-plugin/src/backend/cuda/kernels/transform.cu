/* SPDX-License-Identifier: Apache-2.0 */

/* Crop, scale, convert, flip, letterbox and bars of a whole batch in one
 * launch. A thread makes a square of 2x2 pixels and the chroma that they
 * share; filter tables come from the host (plan.c), so that positions and
 * weights are those of the host backend. */

#include "samples.cuh"

/* ---- Packed pixels ------------------------------------------------------- */

/* Of each component the lowest byte. */
INLINE uint32_t
pack (const SvCuPlan &plan, uint32_t a, uint32_t b, uint32_t c, uint32_t d)
{
  uint32_t ab = __byte_perm (a, b, 0x0040), cd = __byte_perm (c, d, 0x0040);

  return __byte_perm (__byte_perm (ab, cd, 0x5410), 0, plan.dst_order);
}

INLINE uint32_t
finish (const SvCuPlan &plan, const float in[4])
{
  return pack (plan, convert_byte (plan, 0, in), convert_byte (plan, 1, in),
      convert_byte (plan, 2, in),
      plan.fourth_from_source ? rounded (in[3]) : 255);
}

template <class LP, class CP, int SOURCE>
INLINE uint32_t
pixel (const Context &ctx, int x, int y)
{
  const SvCuPlan &plan = ctx.plan;
  float in[4] = { 0.0f, 0.0f, 0.0f, 255.0f };

  if (x < plan.x0 || x >= plan.x1 || y < plan.y0 || y >= plan.y1)
    return pack (plan, plan.pad[0], plan.pad[1], plan.pad[2], 255);
  sample<LP, CP, SOURCE> (ctx, plan.need_luma, SV_CU_LUMA, SV_CU_LUMA,
      x - plan.x0, y - plan.y0, in);
  return finish (plan, in);
}

/* Whether a square lies in the picture with all its pixels. */
INLINE bool
is_inside (const SvCuPlan &plan, int x, int y)
{
  return x >= plan.x0 && x + 1 < plan.x1 && y >= plan.y0 && y + 1 < plan.y1;
}

/* The samples of such a square, without a branch between their loads. */
template <class LP, class CP, int SOURCE>
INLINE void
sample_square (const Context &ctx, uint32_t need, int x, int y, float in[4][4])
{
  const SvCuPlan &plan = ctx.plan;

  if constexpr (LP::WORDS) {
    for (int r = 0; r < 2; r++)
      sample_words<LP, CP, SOURCE, 2> (ctx, need, SV_CU_LUMA, SV_CU_LUMA,
          x - plan.x0, y - plan.y0 + r, in + 2 * r);
    for (int q = 0; q < 4; q++)
      for (int c = 0; c < 4; c++)
        in[q][c] = clamp (in[q][c]);
  } else {
#pragma unroll
    for (int q = 0; q < 4; q++)
      sample<LP, CP, SOURCE> (ctx, need, SV_CU_LUMA, SV_CU_LUMA,
          x - plan.x0 + (q & 1), y - plan.y0 + (q >> 1), in[q]);
  }
}

INLINE void
store_packed (const Context &ctx, int x, int y, const uint32_t px[2])
{
  const SvCuPlan &plan = ctx.plan;
  int step = plan.dst_step[0];
  int n = x + 1 < plan.width ? 2 : 1;
  uint8_t *at = (uint8_t *) ctx.job.dst[0] + (int64_t) y * ctx.plan.dst_pitch[0]
      + (int64_t) x * step;

  if (step == 4 && n == 2 && (ctx.job.flags & SV_CU_STORE_8)) {
    *(uint2 *) at = make_uint2 (px[0], px[1]);
  } else if (step == 4 && (ctx.job.flags & SV_CU_STORE_4)) {
    ((uint32_t *) at)[0] = px[0];
    if (n == 2)
      ((uint32_t *) at)[1] = px[1];
  } else {
    for (int i = 0; i < n; i++)
      for (int c = 0; c < step; c++)
        at[i * step + c] = (uint8_t) (px[i] >> 8 * c);
  }
}

template <class LP, class CP, int SOURCE>
INLINE void
make_packed (const Context &ctx, int x, int y)
{
  const SvCuPlan &plan = ctx.plan;

  if (SOURCE != SV_CU_SOURCE_BYTES && LP::TAPS > 0 && is_inside (plan, x, y)) {
    float in[4][4] = {};
    uint32_t top[2], bottom[2];

    /* RGB needs all that there is. */
    sample_square<LP, CP, SOURCE> (ctx, 7, x, y, in);
    for (int c = 0; c < 2; c++) {
      top[c] = finish (plan, in[c]);
      bottom[c] = finish (plan, in[2 + c]);
    }
    store_packed (ctx, x, y, top);
    store_packed (ctx, x, y + 1, bottom);
    return;
  }
#pragma unroll
  for (int r = 0; r < 2; r++) {
    uint32_t px[2];

    if (y + r >= plan.height)
      break;
#pragma unroll
    for (int c = 0; c < 2; c++)
      px[c] =
          x + c < plan.width ? pixel<LP, CP, SOURCE> (ctx, x + c, y + r) : 0;
    store_packed (ctx, x, y + r, px);
  }
}

/* ---- Luma and chroma ----------------------------------------------------- */

template <class LP, class CP, int SOURCE>
INLINE uint32_t
luma (const Context &ctx, int x, int y)
{
  const SvCuPlan &plan = ctx.plan;
  float in[4] = { 0.0f, 0.0f, 0.0f, 0.0f };

  if (x < plan.x0 || x >= plan.x1 || y < plan.y0 || y >= plan.y1)
    return plan.pad[0];
  sample<LP, CP, SOURCE> (ctx, plan.need_luma, SV_CU_LUMA, SV_CU_LUMA,
      x - plan.x0, y - plan.y0, in);
  return rounded (convert (plan, 0, in));
}

/* Both chroma components of sample (cx, cy), the second shifted by 8. */
template <class LP, class CP, int SOURCE>
INLINE uint32_t
chroma (const Context &ctx, int cx, int cy)
{
  const SvCuPlan &plan = ctx.plan;
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
    i = __ldg (ctx.tables + plan.average_x.first + i);
  if (average_y)
    j = __ldg (ctx.tables + plan.average_y.first + j);
#pragma unroll 1
  for (int ty = 0; ty < ny; ty++) {
    float wy = average_y ? weight (ctx, plan.average_y, ty, cy - plan.chroma_y0)
                         : 1.0f;

#pragma unroll 1
    for (int tx = 0; tx < nx; tx++) {
      float w = wy
          * (average_x ? weight (ctx, plan.average_x, tx, cx - plan.chroma_x0)
                       : 1.0f);
      float in[4] = { 0.0f, 0.0f, 0.0f, 0.0f };

      if (w == 0.0f)
        continue;
      sample<LP, CP, SOURCE> (ctx, plan.need_chroma, plan.chroma_grid_x,
          plan.chroma_grid_y, i + tx, j + ty, in);
      u += w * convert (plan, 1, in);
      v += w * convert (plan, 2, in);
    }
  }
  return rounded (u) | rounded (v) << 8;
}

template <class LP, class CP, int SOURCE>
INLINE void
make_luma_row (const Context &ctx, int x, int y, uint32_t out[2])
{
  const SvCuPlan &plan = ctx.plan;

  out[0] = luma<LP, CP, SOURCE> (ctx, x, y);
  /* What an odd width of UYVY leaves over repeats the last one. */
  out[1] = x + 1 < plan.width ? luma<LP, CP, SOURCE> (ctx, x + 1, y) : out[0];
}

INLINE void
store_luma (const Context &ctx, int x, int y, const uint32_t v[2])
{
  const SvCuPlan &plan = ctx.plan;
  uint8_t *at =
      (uint8_t *) ctx.job.dst[0] + (int64_t) y * ctx.plan.dst_pitch[0] + x;

  if (x + 1 >= plan.width) {
    at[0] = (uint8_t) v[0];
  } else if (ctx.job.flags & SV_CU_STORE_2) {
    *(uint16_t *) at = (uint16_t) (v[0] | v[1] << 8);
  } else {
    at[0] = (uint8_t) v[0];
    at[1] = (uint8_t) v[1];
  }
}

INLINE void
store_chroma (const Context &ctx, int cx, int cy, uint32_t uv)
{
  const SvCuPlan &plan = ctx.plan;
  for (int c = 1; c < 3; c++) {
    int plane = plan.dst_plane[c];

    *((uint8_t *) ctx.job.dst[plane] + (int64_t) cy * ctx.plan.dst_pitch[plane]
        + (int64_t) cx * plan.dst_step[c] + plan.dst_offset[c]) =
        (uint8_t) (uv >> 8 * (c - 1));
  }
}

template <class LP, class CP, int SOURCE>
INLINE void
make_planes (const Context &ctx, int x, int y)
{
  const SvCuPlan &plan = ctx.plan;

  if (SOURCE == SV_CU_SOURCE_PAIR && LP::TAPS > 0 && plan.need_luma == 1
      && plan.target == SV_CU_TARGET_PLANES && is_inside (plan, x, y)) {
    float in[4][4] = {};

    sample_square<LP, CP, SOURCE> (ctx, 1, x, y, in);
    uint32_t uv = chroma<LP, CP, SOURCE> (ctx, x / 2, y / 2);
    for (int r = 0; r < 2; r++) {
      uint32_t v[2] = { rounded (convert (plan, 0, in[2 * r])),
        rounded (convert (plan, 0, in[2 * r + 1])) };

      store_luma (ctx, x, y + r, v);
    }
    store_chroma (ctx, x / 2, y / 2, uv);
    return;
  }
#pragma unroll
  for (int r = 0; r < 2; r++) {
    uint32_t v[2];

    if (y + r >= plan.height)
      break;
    make_luma_row<LP, CP, SOURCE> (ctx, x, y + r, v);
    if (plan.target == SV_CU_TARGET_UYVY) {
      uint32_t uv = chroma<LP, CP, SOURCE> (ctx, x / 2, y + r);
      uint8_t *at = (uint8_t *) ctx.job.dst[0]
          + (int64_t) (y + r) * ctx.plan.dst_pitch[0] + (int64_t) x * 2;

      at[0] = (uint8_t) uv;
      at[1] = (uint8_t) v[0];
      at[2] = (uint8_t) (uv >> 8);
      at[3] = (uint8_t) v[1];
    } else {
      store_luma (ctx, x, y + r, v);
    }
  }
  if (plan.target == SV_CU_TARGET_PLANES)
    store_chroma (ctx, x / 2, y / 2,
        chroma<LP, CP, SOURCE> (ctx, x / 2, y / 2));
}

/* ---- Kernel -------------------------------------------------------------- */

template <class LP, class CP, int SOURCE>
INLINE void
make (const Context &ctx, int x, int y)
{
  if (ctx.plan.target <= SV_CU_TARGET_PACKED3)
    make_packed<LP, CP, SOURCE> (ctx, x, y);
  else
    make_planes<LP, CP, SOURCE> (ctx, x, y);
}

/* The formats that most pictures have go ways of their own. */
INLINE void
make_two_taps (const Context &ctx, int source, int x, int y)
{
  const SvCuPlan &plan = ctx.plan;

  if (source == SV_CU_SOURCE_PAIR && plan.single_luma && plan.single_chroma)
    make<Pos1, Pos1, SV_CU_SOURCE_PAIR> (ctx, x, y);
  else if (source == SV_CU_SOURCE_PAIR && plan.single_luma)
    make<Pos1, Pos2, SV_CU_SOURCE_PAIR> (ctx, x, y);
  else if (source == SV_CU_SOURCE_PAIR)
    make<Pos2, Pos2, SV_CU_SOURCE_PAIR> (ctx, x, y);
  else if (source == SV_CU_SOURCE_WORD && plan.single_luma)
    make<Pos1, Pos1, SV_CU_SOURCE_WORD> (ctx, x, y);
  else if (source == SV_CU_SOURCE_WORD)
    make<Pos2, Pos2, SV_CU_SOURCE_WORD> (ctx, x, y);
  else
    make<Pos2, Pos2, SV_CU_SOURCE_BYTES> (ctx, x, y);
}

INLINE void
make_any_taps (const Context &ctx, int source, int x, int y)
{
  int words =
      ctx.job.flags & SV_CU_WORDS_ALIGNED ? ctx.plan.words : SV_CU_WORDS_NONE;

  if (words == SV_CU_WORDS_2_2)
    make<Words<2>, Words<2>, SV_CU_SOURCE_PAIR> (ctx, x, y);
  else if (words == SV_CU_WORDS_2_3)
    make<Words<2>, Words<3>, SV_CU_SOURCE_PAIR> (ctx, x, y);
  else if (words == SV_CU_WORDS_3_4)
    make<Words<3>, Words<4>, SV_CU_SOURCE_PAIR> (ctx, x, y);
  else if (words == SV_CU_WORDS_4)
    make<Words<4>, Words<4>, SV_CU_SOURCE_WORD> (ctx, x, y);
  else if (words == SV_CU_WORDS_6)
    make<Words<6>, Words<6>, SV_CU_SOURCE_WORD> (ctx, x, y);
  else if (source == SV_CU_SOURCE_PAIR)
    make<PosN, PosN, SV_CU_SOURCE_PAIR> (ctx, x, y);
  else if (source == SV_CU_SOURCE_WORD)
    make<PosN, PosN, SV_CU_SOURCE_WORD> (ctx, x, y);
  else
    make<PosN, PosN, SV_CU_SOURCE_BYTES> (ctx, x, y);
}

template <bool WIDE>
INLINE void
run (const SvCuArgs &args, SvCuPlan &plan)
{
  int low = 0, high = args.jobs[0].n_jobs - 1;

  while (low < high) {
    int middle = (low + high + 1) / 2;

    if (args.jobs[middle].first_block <= blockIdx.x)
      low = middle;
    else
      high = middle - 1;
  }

  const SvCuJob &job = args.jobs[low];
  const int32_t *tables = (const int32_t *) job.plan;
  int thread = (int) (threadIdx.y * SV_CU_BLOCK_X + threadIdx.x);

  static_assert (sizeof plan / 4 <= SV_CU_BLOCK_X * SV_CU_BLOCK_Y, "one each");
  if (thread < (int) (sizeof plan / 4))
    ((int32_t *) &plan)[thread] = __ldg (tables + thread);
  __syncthreads ();

  uint32_t block = blockIdx.x - job.first_block;
  uint32_t across = (uint32_t) (plan.width + SV_CU_TILE_X - 1) / SV_CU_TILE_X;
  int x = (int) (block % across * SV_CU_TILE_X + threadIdx.x * 2);
  int y = (int) (block / across * SV_CU_TILE_Y + threadIdx.y * 2);
  int source =
      job.flags & SV_CU_SOURCE_ALIGNED ? plan.source : SV_CU_SOURCE_BYTES;
  const Context ctx = { plan, tables, job };

  if (x >= plan.width || y >= plan.height)
    return;
  if (WIDE)
    make_any_taps (ctx, source, x, y);
  else
    make_two_taps (ctx, source, x, y);
}

/* Blocks for a multiprocessor; before 8.0 it holds the threads of 4. */
#if defined(__CUDA_ARCH__) && __CUDA_ARCH__ < 800
#define SV_CU_MIN_BLOCKS 4
#else
#define SV_CU_MIN_BLOCKS 5
#endif

extern "C" __global__ void
__launch_bounds__ (SV_CU_BLOCK_X *SV_CU_BLOCK_Y, SV_CU_MIN_BLOCKS)
    sv_cu_transform (const __grid_constant__ SvCuArgs args)
{
  __shared__ SvCuPlan plan;

  run<false> (args, plan);
}

extern "C" __global__ void
__launch_bounds__ (SV_CU_BLOCK_X *SV_CU_BLOCK_Y, SV_CU_MIN_BLOCKS)
    sv_cu_transform_wide (const __grid_constant__ SvCuArgs args)
{
  __shared__ SvCuPlan plan;

  run<true> (args, plan);
}
