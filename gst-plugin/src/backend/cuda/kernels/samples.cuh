/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SV_CUDA_SAMPLES_CUH
#define SV_CUDA_SAMPLES_CUH

/* Samples of a source at positions of a destination, and their conversion. */

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

/* Where a block's plan and tables are. */
struct Context
{
  const SvCuPlan &plan; /* in shared memory: stores do not touch it */
  const int32_t *tables;
  const SvCuJob &job;
};

INLINE int
table (const Context &ctx, int at)
{
  return __ldg (ctx.tables + at);
}

INLINE float
weight (const Context &ctx, const SvCuAxis &axis, int tap, int i)
{
  return __int_as_float (table (ctx, axis.weights + tap * axis.n + i));
}

/* One tap. */
struct Pos1
{
  static const bool WORDS = false;
  static const int TAPS = 1;
  int k;

  INLINE Pos1 get (const Context &ctx, const SvCuAxis &axis, int i)
  {
    return { table (ctx, axis.first + i) };
  }
};

/* Up to two taps: an axis with one has its second sample where the first is,
 * so that all loads can go out at once. */
struct Pos2
{
  static const bool WORDS = false;
  static const int TAPS = 2;
  int k;
  int next; /* the second sample is k + next */
  float w;  /* its weight */

  INLINE Pos2 get (const Context &ctx, const SvCuAxis &axis, int i)
  {
    int next = axis.taps - 1;

    return { table (ctx, axis.first + i), next,
      next ? weight (ctx, axis, 1, i) : 0.0f };
  }
};

/* Any number of them. */
struct PosN
{
  static const bool WORDS = false;
  static const int TAPS = 0;
  int k;
  int n;
  int taps;
  const int32_t *w; /* the next tap's is n further */

  INLINE PosN get (const Context &ctx, const SvCuAxis &axis, int i)
  {
    return { table (ctx, axis.first + i), axis.n, axis.taps,
      ctx.tables + axis.weights + i };
  }
};

/* A plane as the axes of the destination see it. A picture has less than 2^31
 * bytes. */
struct Plane
{
  const uint8_t *base;
  int dx;
  int dy;
};

template <class L>
INLINE Vec<L::N>
gather (const SvCuPlan &plan, const Plane &p, const Pos1 &x, const Pos1 &y)
{
  return L::load (p.base + (x.k * p.dx + y.k * p.dy), plan);
}

template <class L>
INLINE Vec<L::N>
gather (const SvCuPlan &plan, const Plane &p, const Pos2 &x, const Pos2 &y)
{
  const uint8_t *at = p.base + (x.k * p.dx + y.k * p.dy);
  int right = x.next * p.dx, down = y.next * p.dy;
  Vec<L::N> a = L::load (at, plan), b = L::load (at + right, plan);
  Vec<L::N> c = L::load (at + down, plan);
  Vec<L::N> d = L::load (at + down + right, plan);

#pragma unroll
  for (int i = 0; i < L::N; i++) {
    a.v[i] += (b.v[i] - a.v[i]) * x.w;
    c.v[i] += (d.v[i] - c.v[i]) * x.w;
    a.v[i] += (c.v[i] - a.v[i]) * y.w;
  }
  return a;
}

template <class L>
INLINE Vec<L::N>
gather (const SvCuPlan &plan, const Plane &p, const PosN &x, const PosN &y)
{
  const uint8_t *line = p.base + (x.k * p.dx + y.k * p.dy);
  const int32_t *down = y.w;
  Vec<L::N> sum = {};

#pragma unroll 1
  for (int ty = 0; ty < y.taps; ty++, line += p.dy, down += y.n) {
    const int32_t *right = x.w;
    const uint8_t *at = line;
    float wy = __int_as_float (__ldg (down));
    Vec<L::N> row = {};

#pragma unroll 2
    for (int tx = 0; tx < x.taps; tx++, at += p.dx, right += x.n) {
      Vec<L::N> v = L::load (at, plan);
      float wx = __int_as_float (__ldg (right));

#pragma unroll
      for (int c = 0; c < L::N; c++)
        row.v[c] += wx * v.v[c];
    }
#pragma unroll
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
plane_of (const Context &ctx, int c, int offset)
{
  int plane = ctx.plan.src_plane[c], step = ctx.plan.src_step[c];
  int pitch = ctx.plan.src_pitch[plane];
  const uint8_t *base = (const uint8_t *) ctx.job.src[plane] + offset;

  return ctx.plan.transposed ? Plane{ base, pitch, step }
                             : Plane{ base, step, pitch };
}

#include "words.cuh"

/* The components of `need` at sample (i, j) of a pair of grids. LP and CP are
 * the positions of luma (and RGB) and of chroma. */
template <class LP, class CP, int SOURCE>
INLINE void
sample (const Context &ctx, uint32_t need, int gx, int gy, int i, int j,
    float in[4])
{
  const SvCuPlan &plan = ctx.plan;

  if constexpr (LP::WORDS) {
    float out[1][4] = { { in[0], in[1], in[2], in[3] } };

    sample_words<LP, CP, SOURCE, 1> (ctx, need, gx, gy, i, j, out);
    for (int c = 0; c < 4; c++)
      in[c] = out[0][c];
  } else if constexpr (SOURCE == SV_CU_SOURCE_WORD) {
    Vec<4> v = gather<LoadWord> (plan, plane_of (ctx, 0, 0),
        LP::get (ctx, plan.x[SV_CU_LUMA][gx], i),
        LP::get (ctx, plan.y[SV_CU_LUMA][gy], j));

    for (int c = 0; c < 4; c++)
      in[c] = v.v[c];
  } else if constexpr (SOURCE == SV_CU_SOURCE_PAIR) {
    if (need & 1)
      in[0] = gather<LoadByte> (plan, plane_of (ctx, 0, 0),
          LP::get (ctx, plan.x[SV_CU_LUMA][gx], i),
          LP::get (ctx, plan.y[SV_CU_LUMA][gy], j))
                  .v[0];
    if (need & 6) {
      Vec<2> v = gather<LoadPair> (plan, plane_of (ctx, 1, 0),
          CP::get (ctx, plan.x[SV_CU_CHROMA][gx], i),
          CP::get (ctx, plan.y[SV_CU_CHROMA][gy], j));
      bool swapped = plan.src_offset[1];

      in[1] = swapped ? v.v[1] : v.v[0];
      in[2] = swapped ? v.v[0] : v.v[1];
    }
  } else {
#pragma unroll
    for (int c = 0; c < 4; c++) {
      int chroma = plan.src_chroma >> c & 1;
      Plane p = plane_of (ctx, c, plan.src_offset[c]);

      if ((need >> c & 1) == 0)
        continue;
      LP x = LP::get (ctx, plan.x[chroma][gx], i);
      LP y = LP::get (ctx, plan.y[chroma][gy], j);
      if (plan.src_bytes == 1)
        in[c] = gather<LoadByte> (plan, p, x, y).v[0];
      else
        in[c] = clamp (gather<LoadShort> (plan, p, x, y).v[0]
                * plan.level_scale[chroma]
            + plan.level_offset[chroma]);
    }
  }
  /* Only more than two taps have weights outside 0..1. */
  if (LP::WORDS || LP::TAPS == 0)
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
  return __float2uint_rd (v + 0.5f);
}

/* As converted and rounded; only the lowest byte counts: from 2^23 on the
 * lowest bits of a float are those of the integer. */
INLINE uint32_t
convert_byte (const SvCuPlan &plan, int r, const float in[4])
{
  return __float_as_uint (__fadd_rd (convert (plan, r, in) + 0.5f, 8388608.0f));
}

#endif
