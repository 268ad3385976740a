/* SPDX-License-Identifier: Apache-2.0 */

/* Row kernels of the 8-bit engine in plain C, compiled once per instruction
 * set, SV_ISA being its name. They are what every other set is held against. */

#include <stddef.h>
#include <string.h>

#include "kernels.h"

#define SV_PASTE(a, b) a##b
#define SV_EXPAND(a, b) SV_PASTE (a, b)

/* The form that compilers know as a rounding high multiplication. */
static inline int16_t
mul_q15 (int16_t a, int16_t b)
{
  return (int16_t) ((((int32_t) a * b >> 14) + 1) >> 1);
}

static inline int16_t
lerp (int16_t a, int16_t b, int16_t weight)
{
  return (int16_t) (a + mul_q15 ((int16_t) (b - a), weight));
}

static inline uint8_t
round_q7 (int16_t v)
{
  int16_t r = (int16_t) ((int16_t) (v + 64) >> 7);

  return (uint8_t) r;
}

static void
pick (uint8_t *restrict dst, const uint8_t *restrict row,
    const SvShuffle *shuffle, uint32_t fill, int n)
{
  const int32_t *restrict at = shuffle->at;
  uint8_t pattern[4];

  memcpy (pattern, &fill, 4);
  for (int i = 0; i < n; i++)
    dst[i] =
        at[i] < 0 ? pattern[i % 4] : (uint8_t) (row[at[i]] | pattern[i % 4]);
}

static inline int16_t
filter_lane (const uint8_t *row, const SvColumns *c, int i)
{
  uint8_t a = row[c->pairs.at[2 * i]], b = row[c->pairs.at[2 * i + 1]];

  return (int16_t) (c->weights[2 * i] * a + c->weights[2 * i + 1] * b
      + mul_q15 ((int16_t) (b - a), c->rest[i]));
}

static void
filter (int16_t *restrict out, const uint8_t *restrict row0,
    const uint8_t *restrict row1, int16_t weight, const SvColumns *columns)
{
  int n = columns->pairs.n / 2;

  for (int i = 0; i < n; i++)
    out[i] = filter_lane (row0, columns, i);
  if (row1 == NULL)
    return;
  for (int i = 0; i < n; i++)
    out[i] = lerp (out[i], filter_lane (row1, columns, i), weight);
}

static void
filter_round (uint8_t *restrict dst, const uint8_t *restrict row0,
    const uint8_t *restrict row1, int16_t weight, const SvColumns *columns,
    uint32_t fill, int n)
{
  uint8_t pattern[4];

  memcpy (pattern, &fill, 4);
  for (int i = 0; i < n; i++) {
    int16_t v = filter_lane (row0, columns, i);

    if (row1 != NULL)
      v = lerp (v, filter_lane (row1, columns, i), weight);
    dst[i] = round_q7 (v) | pattern[i % 4];
  }
}

static void
blend (int16_t *restrict out, const int16_t *restrict a,
    const int16_t *restrict b, int16_t weight, int n)
{
  for (int i = 0; i < n; i++)
    out[i] = lerp (a[i], b[i], weight);
}

static void
round_rows (uint8_t *restrict dst, const int16_t *restrict a,
    const int16_t *restrict b, int16_t weight, uint32_t fill, int n)
{
  uint8_t pattern[4];

  memcpy (pattern, &fill, 4);
  if (b == NULL) {
    for (int i = 0; i < n; i++)
      dst[i] = round_q7 (a[i]);
  } else {
    for (int i = 0; i < n; i++)
      dst[i] = round_q7 (lerp (a[i], b[i], weight));
  }
  for (int i = 0; fill != 0 && i < n; i++)
    dst[i] |= pattern[i % 4];
}

static void
round_rows_apart (uint8_t *restrict dst, int step, const int16_t *restrict a,
    const int16_t *restrict b, int16_t weight, int n)
{
  for (int i = 0; i < n; i++)
    dst[(ptrdiff_t) i * step] =
        round_q7 (b == NULL ? a[i] : lerp (a[i], b[i], weight));
}

/* Where pixel i stands in a row in quads. */
static inline int
in_quads (int i, int quads)
{
  int quad = i / 4 % (2 * quads);

  return i + (quad % quads * 2 + quad / quads - quad) * 4;
}

static void
chroma (int16_t *const out[3], const uint8_t *row_u, const uint8_t *row_v,
    const SvColumns *columns, const SvYuvToRgb *c)
{
  int n = columns->pairs.n / (row_v != NULL ? 2 : 4);

  for (int i = 0; i < n; i++) {
    int lane = row_v != NULL ? i : i / 4 * 8 + i % 4;
    int16_t u = filter_lane (row_u, columns, lane);
    int16_t v = row_v != NULL ? filter_lane (row_v, columns, lane)
                              : filter_lane (row_u, columns, lane + 4);
    int16_t du = (int16_t) (2 * (u - 16384));
    int16_t dv = (int16_t) (2 * (v - 16384));

    int to = row_v != NULL ? i : in_quads (i, columns->quads);

    for (int k = 0; k < 3; k++)
      out[k][to] = (int16_t) (mul_q15 (du, c->u[k]) + mul_q15 (dv, c->v[k])
          + c->constant);
  }
}

static inline uint8_t
clamp_q6 (int v)
{
  v >>= 6;
  return (uint8_t) (v < 0 ? 0 : v > 255 ? 255 : v);
}

static void
rgb4 (uint8_t *restrict dst, const uint8_t *y8, const int16_t *y7,
    const int16_t *const *c0, const int16_t *const *c1, int16_t weight,
    int16_t luma, int n)
{
  int16_t rest = (int16_t) (32768 - weight);

  for (int i = 0; i < n; i++) {
    uint32_t level = y8 != NULL ? (uint32_t) y8[i] << 8 : 2u * (uint16_t) y7[i];
    int y = (int) (level * (uint32_t) luma >> 16);

    for (int k = 0; k < 3; k++) {
      int c = c1 == NULL
          ? c0[k][i]
          : mul_q15 (c0[k][i], rest) + mul_q15 (c1[k][i], weight);

      dst[4 * (ptrdiff_t) i + k] = clamp_q6 (y + c);
    }
    dst[4 * (ptrdiff_t) i + 3] = 255;
  }
}

static void
chroma_rgb4 (uint8_t *restrict dst, const uint8_t *y8, const int16_t *y7,
    const uint8_t *const u[2], const uint8_t *const v[2], int16_t weight,
    const SvColumns *columns, const SvYuvToRgb *c, int n)
{
  for (int i = 0; i < n; i++) {
    int lane[2] = { i, i };
    int16_t d[2];

    if (v == NULL) {
      lane[0] = i / 4 * 8 + i % 4;
      lane[1] = lane[0] + 4;
    }
    for (int k = 0; k < 2; k++) {
      const uint8_t *const *rows = k == 0 || v == NULL ? u : v;
      int16_t q = filter_lane (rows[0], columns, lane[k]);

      if (u[1] != NULL)
        q = lerp (q, filter_lane (rows[1], columns, lane[k]), weight);
      d[k] = (int16_t) (2 * (q - 16384));
    }
    uint32_t level = y8 != NULL ? (uint32_t) y8[i] << 8 : 2u * (uint16_t) y7[i];
    int y = (int) (level * (uint32_t) c->y >> 16);
    for (int k = 0; k < 3; k++)
      dst[4 * (ptrdiff_t) i + k] = clamp_q6 (y + mul_q15 (d[0], c->u[k])
          + mul_q15 (d[1], c->v[k]) + c->constant);
    dst[4 * (ptrdiff_t) i + 3] = 255;
  }
}

static void
fir_rows (int16_t *restrict out, const uint8_t *const *rows,
    const int16_t *weights, int taps, int n)
{
  const uint8_t *restrict base = rows[0];

  for (int i = 0; i < n; i++)
    out[i] = (int16_t) (base[i] << 6);
  for (int t = 1; t < taps; t++) {
    const uint8_t *restrict row = rows[t];

    for (int i = 0; i < n; i++)
      out[i] = (int16_t) (out[i]
          + mul_q15 ((int16_t) ((row[i] - base[i]) * 128), weights[t]));
  }
}

static void
fir_rows_apart (int16_t *restrict even, int16_t *restrict odd,
    const uint8_t *const *rows, const int16_t *weights, int taps, int n)
{
  const uint8_t *restrict base = rows[0];

  for (int i = 0; i < n; i++) {
    even[i] = (int16_t) (base[2 * i] << 6);
    odd[i] = (int16_t) (base[2 * i + 1] << 6);
  }
  for (int t = 1; t < taps; t++) {
    const uint8_t *restrict row = rows[t];

    for (int i = 0; i < 2 * n; i++) {
      int16_t *out = i % 2 == 0 ? &even[i / 2] : &odd[i / 2];

      *out = (int16_t) (*out
          + mul_q15 ((int16_t) ((row[i] - base[i]) * 128), weights[t]));
    }
  }
}

static void
fir_columns (int16_t *restrict out, const int16_t *restrict in,
    const SvFir *fir)
{
  for (int i = 0; i < fir->n; i++) {
    const int16_t *from = in + fir->first[i];
    int32_t sum = 1 << 12;

    for (int t = 0; t < fir->taps; t++)
      sum += fir->weights[(ptrdiff_t) (t / 4 * 4) * fir->n + 4 * i + t % 4]
          * from[t];
    sum >>= 13;
    out[i] = (int16_t) (sum < 0 ? 0 : sum > 255 * 128 ? 255 * 128 : sum);
  }
}

static void
chroma_q7 (int16_t *const out[3], const int16_t *u7, const int16_t *v7,
    const SvYuvToRgb *c, int n)
{
  for (int k = 0; k < 3; k++) {
    int16_t *restrict to = out[k];

    for (int i = 0; i < n; i++)
      to[i] = (int16_t) (mul_q15 ((int16_t) (2 * (u7[i] - 16384)), c->u[k])
          + mul_q15 ((int16_t) (2 * (v7[i] - 16384)), c->v[k]) + c->constant);
  }
}

static void
fill_words (uint8_t *dst, uint32_t word, int64_t n)
{
  uint32_t block[16];
  int64_t i = 0;

  for (int k = 0; k < 16; k++)
    block[k] = word;
  for (; i + 16 <= n; i += 16)
    memcpy (dst + 4 * i, block, sizeof block);
  for (; i < n; i++)
    memcpy (dst + 4 * i, &word, sizeof word);
}

void
SV_EXPAND (sv_host_engine8_init_, SV_ISA) (SvHostKernels *kernels)
{
  kernels->quads = 1;
  kernels->pick = pick;
  kernels->pick_any = pick;
  kernels->filter = filter;
  kernels->filter_any = filter;
  kernels->blend = blend;
  kernels->round_rows = round_rows;
  kernels->round_rows_apart = round_rows_apart;
  kernels->chroma = chroma;
  kernels->chroma_any = chroma;
  kernels->rgb4 = rgb4;
  kernels->filter_round = filter_round;
  kernels->chroma_rgb4 = chroma_rgb4;
  kernels->fill_words = fill_words;
  kernels->fir_rows = fir_rows;
  kernels->fir_rows_apart = fir_rows_apart;
  kernels->fir_columns = fir_columns;
  kernels->chroma_q7 = chroma_q7;
}
