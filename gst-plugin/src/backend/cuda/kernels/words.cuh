/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SV_CUDA_WORDS_CUH
#define SV_CUDA_WORDS_CUH

/* Filters of a few taps whose rows are read in words of 4 bytes: products of
 * 16-bit weights and bytes, two in an instruction, with the same weights for
 * all rows of a window. Positions are those of the axes. */

/* Words of a row that one sample needs. */
template <int N> struct Words
{
  static const bool WORDS = true;
  static const int TAPS = N;
};

/* sum + low or high half of `bytes` times the weights. */
INLINE int
dot_low (uint32_t weights, uint32_t bytes, int sum)
{
  int out;

  asm ("dp2a.lo.s32.u32 %0, %1, %2, %3;"
       : "=r"(out)
       : "r"(weights), "r"(bytes), "r"(sum));
  return out;
}

INLINE int
dot_high (uint32_t weights, uint32_t bytes, int sum)
{
  int out;

  asm ("dp2a.hi.s32.u32 %0, %1, %2, %3;"
       : "=r"(out)
       : "r"(weights), "r"(bytes), "r"(sum));
  return out;
}

/* One component: four samples a word. */
template <int W> struct RowBytes
{
  static const int N = 1;
  static const int WEIGHTS = 2 * W;

  INLINE void add (const SvCuPlan &, const uint32_t *at,
      const uint32_t weights[WEIGHTS], int sum[N])
  {
#pragma unroll
    for (int k = 0; k < W; k++) {
      uint32_t word = __ldg (at + k);

      sum[0] = dot_low (weights[2 * k], word, sum[0]);
      sum[0] = dot_high (weights[2 * k + 1], word, sum[0]);
    }
  }
};

/* Both components of chroma: two samples a word. */
template <int W> struct RowPairs
{
  static const int N = 2;
  static const int WEIGHTS = W;

  INLINE void add (const SvCuPlan &plan, const uint32_t *at,
      const uint32_t weights[WEIGHTS], int sum[N])
  {
#pragma unroll
    for (int k = 0; k < W; k++) {
      uint32_t word = __byte_perm (__ldg (at + k), 0, plan.src_pairs[0]);

      sum[0] = dot_low (weights[k], word, sum[0]);
      sum[1] = dot_high (weights[k], word, sum[1]);
    }
  }
};

/* Pixels of 4 bytes. */
template <int W> struct RowPixels
{
  static const int N = 4;
  static const int WEIGHTS = W / 2;

  INLINE void add (const SvCuPlan &plan, const uint32_t *at,
      const uint32_t weights[WEIGHTS], int sum[N])
  {
#pragma unroll
    for (int k = 0; k < WEIGHTS; k++) {
      uint32_t a = __ldg (at + 2 * k), b = __ldg (at + 2 * k + 1);
      uint32_t low = __byte_perm (a, b, plan.src_pairs[0]);
      uint32_t high = __byte_perm (a, b, plan.src_pairs[1]);

      sum[0] = dot_low (weights[k], low, sum[0]);
      sum[1] = dot_high (weights[k], low, sum[1]);
      sum[2] = dot_low (weights[k], high, sum[2]);
      sum[3] = dot_high (weights[k], high, sum[3]);
    }
  }
};

/* Samples i .. i + C - 1 of row j of a grid. */
template <class R, int C>
INLINE void
filter_words (const Context &ctx, int plane, const SvCuRow &row,
    const SvCuAxis &y, int i, int j, float out[C][R::N])
{
  int pitch = ctx.plan.src_pitch[plane];
  const uint8_t *line = (const uint8_t *) ctx.job.src[plane]
      + (int64_t) table (ctx, y.first + j) * pitch;
  int at[C];
  uint32_t weights[C][R::WEIGHTS];

#pragma unroll
  for (int c = 0; c < C; c++) {
    at[c] = table (ctx, row.first + i + c);
#pragma unroll
    for (int k = 0; k < R::WEIGHTS; k++)
      weights[c][k] = (uint32_t) table (ctx, row.weights + k * row.n + i + c);
#pragma unroll
    for (int n = 0; n < R::N; n++)
      out[c][n] = 0.0f;
  }
#pragma unroll 2
  for (int tap = 0; tap < y.taps; tap++, line += pitch) {
    float share = weight (ctx, y, tap, j) * (1.0f / SV_CU_ONE);

#pragma unroll
    for (int c = 0; c < C; c++) {
      int sum[R::N] = {};

      R::add (ctx.plan, (const uint32_t *) (line + at[c]), weights[c], sum);
#pragma unroll
      for (int n = 0; n < R::N; n++)
        out[c][n] += share * (float) sum[n];
    }
  }
}

/* sample() for C neighbours. */
template <class LP, class CP, int SOURCE, int C>
INLINE void
sample_words (const Context &ctx, uint32_t need, int gx, int gy, int i, int j,
    float in[C][4])
{
  const SvCuPlan &plan = ctx.plan;

  if constexpr (SOURCE == SV_CU_SOURCE_WORD) {
    filter_words<RowPixels<LP::TAPS>, C> (ctx, 0, plan.row[SV_CU_LUMA][gx],
        plan.y[SV_CU_LUMA][gy], i, j, in);
  } else {
    if (need & 1) {
      float luma[C][1];

      filter_words<RowBytes<LP::TAPS>, C> (ctx, 0, plan.row[SV_CU_LUMA][gx],
          plan.y[SV_CU_LUMA][gy], i, j, luma);
      for (int c = 0; c < C; c++)
        in[c][0] = luma[c][0];
    }
    if (need & 6) {
      float chroma[C][2];

      filter_words<RowPairs<CP::TAPS>, C> (ctx, 1, plan.row[SV_CU_CHROMA][gx],
          plan.y[SV_CU_CHROMA][gy], i, j, chroma);
      for (int c = 0; c < C; c++) {
        in[c][1] = chroma[c][0];
        in[c][2] = chroma[c][1];
      }
    }
  }
}

#endif
