/* SPDX-License-Identifier: Apache-2.0 */

/* Row kernels in plain C, written for the compiler's vectoriser: unit strides,
 * no aliasing, no calls. Compiled once per instruction set, SV_ISA being its
 * name. */

#include <stddef.h>
#include <string.h>

#include "kernels.h"

#define SV_PASTE(a, b) a##b
#define SV_EXPAND(a, b) SV_PASTE (a, b)
#define SV_STRING(a) #a
#define SV_NAME(a) SV_STRING (a)

#define MIN(a, b) ((a) < (b) ? (a) : (b))
#define MAX(a, b) ((a) > (b) ? (a) : (b))

static void
blend_rows_u8 (float *restrict out, const uint8_t *const *rows,
    const float *weights, int taps, int n)
{
  const uint8_t *restrict r0 = rows[0];
  float w0 = weights[0];

  if (taps == 1) {
    for (int i = 0; i < n; i++)
      out[i] = r0[i] * w0;
    return;
  }
  const uint8_t *restrict r1 = rows[1];
  float w1 = weights[1];
  for (int i = 0; i < n; i++)
    out[i] = r0[i] * w0 + r1[i] * w1;
  for (int t = 2; t < taps; t++) {
    const uint8_t *restrict r = rows[t];
    float w = weights[t];

    for (int i = 0; i < n; i++)
      out[i] += r[i] * w;
  }
}

static void
blend_rows_u16 (float *restrict out, const uint8_t *const *rows,
    const float *weights, int taps, int shift, int n)
{
  for (int t = 0; t < taps; t++) {
    const uint8_t *restrict r = rows[t];
    float w = weights[t];

    for (int i = 0; i < n; i++) {
      uint16_t v = (uint16_t) (r[2 * i] | r[2 * i + 1] << 8);

      out[i] = (t == 0 ? 0.0f : out[i]) + (float) (v >> shift) * w;
    }
  }
}

static void
filter_row (float *restrict out, const float *restrict in,
    const int32_t *restrict first, const float *restrict weights, int taps,
    int step, int n)
{
  if (taps == 1) {
    for (int i = 0; i < n; i++)
      out[i] = in[(ptrdiff_t) first[i] * step];
    return;
  }
  for (int i = 0; i < n; i++)
    out[i] = in[(ptrdiff_t) first[i] * step] * weights[i]
        + in[(ptrdiff_t) (first[i] + 1) * step] * weights[n + i];
  for (int t = 2; t < taps; t++) {
    const float *restrict w = weights + (ptrdiff_t) t * n;

    for (int i = 0; i < n; i++)
      out[i] += in[(ptrdiff_t) (first[i] + t) * step] * w[i];
  }
}

static inline float
clamp (float v)
{
  v = MAX (v, 0.0f);
  return MIN (v, 255.0f);
}

static void
scale_clamp (float *row, float scale, float offset, int n)
{
  for (int i = 0; i < n; i++)
    row[i] = clamp (row[i] * scale + offset);
}

static void
matrix_row (float *restrict out, const float *restrict a,
    const float *restrict b, const float *restrict c, const float m[4], int n)
{
  float m0 = m[0], m1 = m[1], m2 = m[2], m3 = m[3];

  for (int i = 0; i < n; i++)
    out[i] = clamp (m0 * a[i] + m1 * b[i] + m2 * c[i] + m3);
}

static void
accumulate (float *restrict acc, const float *restrict in, float weight, int n)
{
  for (int i = 0; i < n; i++)
    acc[i] += weight * in[i];
}

/* A little more than 0.5: weights in floats sum up to almost 1, and what is a
 * half in exact arithmetic goes up. */
#define HALF 0.5002f

static void
store (uint8_t *restrict dst, int step, const float *restrict in, int n)
{
  if (step == 1) {
    for (int i = 0; i < n; i++)
      dst[i] = (uint8_t) (int) (in[i] + HALF);
    return;
  }
  for (int i = 0; i < n; i++)
    dst[(ptrdiff_t) i * step] = (uint8_t) (int) (in[i] + HALF);
}

#define CHUNK 256
#define INLINE static inline __attribute__ ((always_inline))

#define DEFINE_GATHER(size) \
  static void gather_##size (uint8_t *restrict out, \
      const uint8_t *restrict row, const int32_t *restrict at, int n) \
  { \
    _Pragma ("GCC unroll 8") \
    for (int i = 0; i < n; i++) \
      memcpy (out + (ptrdiff_t) i * size, row + at[i], size); \
  }

DEFINE_GATHER (1)
DEFINE_GATHER (2)
DEFINE_GATHER (3)
DEFINE_GATHER (4)

/* Neighbours are fetched together as one word and parted by vectors. */
#define DEFINE_GATHER_PAIR(size, half, whole) \
  INLINE void part_##size (uint8_t *restrict a, uint8_t *restrict b, \
      const whole *restrict words, int n) \
  { \
    half lo[CHUNK], hi[CHUNK]; \
    for (int k = 0; k < n; k++) { \
      lo[k] = (half) words[k]; \
      hi[k] = (half) (words[k] >> (8 * size)); \
    } \
    memcpy (a, lo, (size_t) n * size); \
    memcpy (b, hi, (size_t) n * size); \
  } \
  static void gather_pair_##size (uint8_t *restrict a, uint8_t *restrict b, \
      const uint8_t *restrict row, const int32_t *restrict at, int delta, \
      int n) \
  { \
    if (delta != size) { \
      gather_##size (a, row, at, n); \
      gather_##size (b, row + delta, at, n); \
      return; \
    } \
    for (int i = 0; i < n; i += CHUNK) { \
      whole words[CHUNK]; \
      int part = MIN (n - i, CHUNK); \
      _Pragma ("GCC unroll 8") \
      for (int k = 0; k < part; k++) \
        memcpy (&words[k], row + at[i + k], sizeof words[0]); \
      part_##size (a + (ptrdiff_t) i * size, b + (ptrdiff_t) i * size, \
          words, part); \
    } \
  } \
  static void gather_pairs_##size (uint8_t *const out[4], \
      const uint8_t *restrict row0, const uint8_t *restrict row1, \
      const int32_t *restrict at, int delta, int n) \
  { \
    if (delta != size) { \
      gather_pair_##size (out[0], out[1], row0, at, delta, n); \
      gather_pair_##size (out[2], out[3], row1, at, delta, n); \
      return; \
    } \
    for (int i = 0; i < n; i += CHUNK) { \
      whole words0[CHUNK], words1[CHUNK]; \
      int part = MIN (n - i, CHUNK); \
      ptrdiff_t to = (ptrdiff_t) i * size; \
      _Pragma ("GCC unroll 8") \
      for (int k = 0; k < part; k++) { \
        ptrdiff_t from = at[i + k]; \
        memcpy (&words0[k], row0 + from, sizeof words0[0]); \
        memcpy (&words1[k], row1 + from, sizeof words1[0]); \
      } \
      part_##size (out[0] + to, out[1] + to, words0, part); \
      part_##size (out[2] + to, out[3] + to, words1, part); \
    } \
  }

DEFINE_GATHER_PAIR (1, uint8_t, uint16_t)
DEFINE_GATHER_PAIR (2, uint16_t, uint32_t)
DEFINE_GATHER_PAIR (4, uint32_t, uint64_t)

static void
gather_pair_3 (uint8_t *restrict a, uint8_t *restrict b,
    const uint8_t *restrict row, const int32_t *restrict at, int delta, int n)
{
  gather_3 (a, row, at, n);
  gather_3 (b, row + delta, at, n);
}

static void
gather_pairs_3 (uint8_t *const out[4], const uint8_t *row0, const uint8_t *row1,
    const int32_t *at, int delta, int n)
{
  gather_pair_3 (out[0], out[1], row0, at, delta, n);
  gather_pair_3 (out[2], out[3], row1, at, delta, n);
}

#define DEFINE_STRIDED(stride) \
  INLINE void strided_##stride (uint8_t *restrict out, \
      const uint8_t *restrict in, int n) \
  { \
    for (int i = 0; i < n; i++) \
      out[i] = in[(ptrdiff_t) i * stride]; \
  }

DEFINE_STRIDED (2)
DEFINE_STRIDED (3)
DEFINE_STRIDED (4)

static void
take_every (uint8_t *restrict out, const uint8_t *restrict in, int stride,
    int n)
{
  if (stride == 2)
    strided_2 (out, in, n);
  else if (stride == 3)
    strided_3 (out, in, n);
  else if (stride == 4)
    strided_4 (out, in, n);
  else
    for (int i = 0; i < n; i++)
      out[i] = in[(ptrdiff_t) i * stride];
}

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

static inline int16_t
q7 (uint8_t v)
{
  return (int16_t) (v << 7);
}

static inline uint8_t
round_q7 (int16_t v)
{
  int16_t r = (int16_t) ((int16_t) (v + 64) >> 7);

  return (uint8_t) r;
}

static void
widen (int16_t *restrict out, const uint8_t *restrict in, int n)
{
  for (int i = 0; i < n; i++)
    out[i] = q7 (in[i]);
}

static void
lerp_rows (int16_t *restrict out, const uint8_t *restrict a,
    const uint8_t *restrict b, int16_t weight, int n)
{
  for (int i = 0; i < n; i++)
    out[i] = lerp (q7 (a[i]), q7 (b[i]), weight);
}

static void
lerp_columns (int16_t *restrict out, const uint8_t *restrict a,
    const uint8_t *restrict b, const int16_t *restrict weights, int n)
{
  for (int i = 0; i < n; i++)
    out[i] = lerp (q7 (a[i]), q7 (b[i]), weights[i]);
}

static void
lerp_columns_wide (int16_t *restrict out, const int16_t *restrict a,
    const int16_t *restrict b, const int16_t *restrict weights, int n)
{
  for (int i = 0; i < n; i++)
    out[i] = lerp (a[i], b[i], weights[i]);
}

static void
lerp_both (int16_t *restrict out, const uint8_t *restrict a0,
    const uint8_t *restrict b0, const uint8_t *restrict a1,
    const uint8_t *restrict b1, int16_t weight, const int16_t *restrict weights,
    int n)
{
  for (int i = 0; i < n; i++) {
    int16_t a = lerp (q7 (a0[i]), q7 (a1[i]), weight);
    int16_t b = lerp (q7 (b0[i]), q7 (b1[i]), weight);

    out[i] = lerp (a, b, weights[i]);
  }
}

static void
double_row (int16_t *restrict out, const int16_t *restrict in, int16_t w0,
    int d, int16_t w1, int n_pairs)
{
  const int16_t *restrict odd = in + d;

  for (int i = 0; i < n_pairs; i++) {
    out[2 * i] = lerp (in[i], in[i + 1], w0);
    out[2 * i + 1] = lerp (odd[i], odd[i + 1], w1);
  }
}

static void
split (int16_t *restrict even, int16_t *restrict odd,
    const int16_t *restrict in, int n_pairs)
{
  for (int i = 0; i < n_pairs; i++) {
    even[i] = in[2 * i];
    odd[i] = in[2 * i + 1];
  }
}

static void
round_row (uint8_t *restrict dst, const int16_t *restrict in, int n)
{
  for (int i = 0; i < n; i++)
    dst[i] = round_q7 (in[i]);
}

static void
round_row_strided (uint8_t *restrict dst, int step, const int16_t *restrict in,
    int in_step, int n)
{
  for (int i = 0; i < n; i++)
    dst[(ptrdiff_t) i * step] = round_q7 (in[(ptrdiff_t) i * in_step]);
}

INLINE uint16_t
clamp_q5 (int16_t v)
{
  int16_t r = (int16_t) (v >> 5);

  r = r < 0 ? 0 : r;
  r = r > 255 ? 255 : r;
  return (uint16_t) r;
}

INLINE void
convert_chunk (uint16_t *restrict r, uint16_t *restrict g, uint16_t *restrict b,
    const int16_t *restrict ys, const int16_t *restrict us,
    const int16_t *restrict vs, int uv_step, const SvYuvToRgb *c, int n)
{
  const int16_t y_offset = c->y_offset, cy = c->y, crv = c->rv, cgu = c->gu;
  const int16_t cgv = c->gv, cbu = c->bu, out = c->out_offset;

  for (int i = 0; i < n; i++) {
    int16_t y = (int16_t) (mul_q15 ((int16_t) (ys[i] - y_offset), cy) + out);
    int16_t u = (int16_t) (us[i * uv_step] - 128 * 128);
    int16_t v = (int16_t) (vs[i * uv_step] - 128 * 128);

    r[i] = clamp_q5 ((int16_t) (y + mul_q15 (v, crv)));
    g[i] = clamp_q5 ((int16_t) (y + mul_q15 (u, cgu) + mul_q15 (v, cgv)));
    b[i] = clamp_q5 ((int16_t) (y + mul_q15 (u, cbu)));
  }
}

/* Bytes of a pixel are put together two by two in 16-bit lanes. */
INLINE void
interleave_chunk (uint8_t *restrict dst, const uint16_t *restrict p0,
    const uint16_t *restrict p1, const uint16_t *restrict p2,
    const uint16_t *restrict p3, int n)
{
  uint16_t pixels[2 * CHUNK];

  for (int i = 0; i < n; i++) {
    pixels[2 * i] = (uint16_t) (p0[i] | p1[i] << 8);
    pixels[2 * i + 1] = (uint16_t) (p2[i] | p3[i] << 8);
  }
  memcpy (dst, pixels, (size_t) n * 4);
}

INLINE void
yuv_to_rgb4_any (uint8_t *dst, const int16_t *y, const int16_t *u,
    const int16_t *v, int uv_step, const SvYuvToRgb *c, int n)
{
  uint16_t planes[4][CHUNK];
  uint16_t *at[4];

  for (int i = 0; i < CHUNK; i++)
    planes[3][i] = 255;
  for (int k = 0; k < 4; k++)
    at[c->order[k]] = planes[k];
  for (int i = 0; i < n; i += CHUNK) {
    int part = MIN (n - i, CHUNK);

    convert_chunk (planes[0], planes[1], planes[2], y + i, u + i * uv_step,
        v + i * uv_step, uv_step, c, part);
    interleave_chunk (dst + 4 * (ptrdiff_t) i, at[0], at[1], at[2], at[3],
        part);
  }
}

static void
yuv_to_rgb4 (uint8_t *dst, const int16_t *y, const int16_t *u, const int16_t *v,
    const SvYuvToRgb *c, int n)
{
  yuv_to_rgb4_any (dst, y, u, v, 1, c, n);
}

static void
yuv2_to_rgb4 (uint8_t *dst, const int16_t *y, const int16_t *uv,
    const SvYuvToRgb *c, int n)
{
  yuv_to_rgb4_any (dst, y, uv, uv + 1, 2, c, n);
}

static void
swizzle4 (uint8_t *restrict dst, const uint8_t *restrict src,
    const uint8_t map[4], int n)
{
  uint32_t shift[4], mask[4], fill = 0;

  for (int k = 0; k < 4; k++) {
    shift[k] = map[k] == 255 ? 0 : 8u * map[k];
    mask[k] = map[k] == 255 ? 0 : 0xffu;
    fill |= map[k] == 255 ? 0xffu << (8 * k) : 0;
  }
  for (int i = 0; i < n; i++) {
    uint32_t v, out;

    memcpy (&v, src + 4 * (ptrdiff_t) i, 4);
    out = fill | (v >> shift[0] & mask[0]) | (v >> shift[1] & mask[1]) << 8
        | (v >> shift[2] & mask[2]) << 16 | (v >> shift[3] & mask[3]) << 24;
    memcpy (dst + 4 * (ptrdiff_t) i, &out, 4);
  }
}

void
SV_EXPAND (sv_host_kernels_init_, SV_ISA) (SvHostKernels *kernels)
{
  *kernels = (SvHostKernels){
    .name = SV_NAME (SV_ISA),
    .blend_rows_u8 = blend_rows_u8,
    .blend_rows_u16 = blend_rows_u16,
    .filter_row = filter_row,
    .scale_clamp = scale_clamp,
    .matrix_row = matrix_row,
    .accumulate = accumulate,
    .store = store,
    .gather = { NULL, gather_1, gather_2, gather_3, gather_4 },
    .gather_pair = { NULL, gather_pair_1, gather_pair_2, gather_pair_3,
        gather_pair_4 },
    .gather_pairs = { NULL, gather_pairs_1, gather_pairs_2, gather_pairs_3,
        gather_pairs_4 },
    .take_every = take_every,
    .widen = widen,
    .lerp_rows = lerp_rows,
    .lerp_columns = lerp_columns,
    .lerp_columns_wide = lerp_columns_wide,
    .lerp_both = lerp_both,
    .double_row = double_row,
    .split = split,
    .round_row = round_row,
    .round_row_strided = round_row_strided,
    .yuv_to_rgb4 = yuv_to_rgb4,
    .yuv2_to_rgb4 = yuv2_to_rgb4,
    .swizzle4 = swizzle4,
  };
}
