/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SV_HOST_KERNELS_H
#define SV_HOST_KERNELS_H

/* The table of row kernels of one instruction set. Rows are disjoint; n counts
 * elements (samples) unless a line says pixels. Q7 is a level times 128 in an
 * int16_t, Q15 a weight 0..1 times 32768, at most 32767. */

#include <stdint.h>

typedef struct SvYuvToRgb
{
  int16_t y_offset; /* Q7, subtracted */
  int16_t y;        /* coefficients times 8192 */
  int16_t rv;
  int16_t gu;
  int16_t gv;
  int16_t bu;
  int16_t out_offset; /* times 32, rounding included */
  uint8_t order[4];   /* byte of R, G, B and of the 255 in a pixel */
} SvYuvToRgb;

typedef struct SvHostKernels
{
  const char *name;

  /* General engine, in floats. */

  /* out[i] = sum over t of weights[t] * rows[t][i]. */
  void (*blend_rows_u8) (float *out, const uint8_t *const *rows,
      const float *weights, int taps, int n);
  /* The same of 16-bit samples, whose low `shift` bits are dropped. */
  void (*blend_rows_u16) (float *out, const uint8_t *const *rows,
      const float *weights, int taps, int shift, int n);
  /* out[i] = sum over t of weights[t * n + i] * in[(first[i] + t) * step]. */
  void (*filter_row) (float *out, const float *in, const int32_t *first,
      const float *weights, int taps, int step, int n);
  /* row[i] = clamp (row[i] * scale + offset). */
  void (*scale_clamp) (float *row, float scale, float offset, int n);
  /* out[i] = clamp (m[0] a[i] + m[1] b[i] + m[2] c[i] + m[3]). */
  void (*matrix_row) (float *out, const float *a, const float *b,
      const float *c, const float m[4], int n);
  /* acc[i] += weight * in[i]. */
  void (*accumulate) (float *acc, const float *in, float weight, int n);
  /* dst[i * step] = floor (in[i] + 0.5); in is within 0..255. */
  void (*store) (uint8_t *dst, int step, const float *in, int n);

  /* 8-bit engine with at most two taps an axis. */

  /* Copies pixels of 1 to 4 bytes from byte offsets of a row. */
  void (*gather[5]) (uint8_t *out, const uint8_t *row, const int32_t *at,
      int n_pixels);
  /* The same of each pixel and the one `delta` bytes after it. */
  void (*gather_pair[5]) (uint8_t *a, uint8_t *b, const uint8_t *row,
      const int32_t *at, int delta, int n_pixels);
  /* The same of two rows: out[0], out[1] from row0, out[2], out[3] from row1.
   */
  void (*gather_pairs[5]) (uint8_t *const out[4], const uint8_t *row0,
      const uint8_t *row1, const int32_t *at, int delta, int n_pixels);
  /* out[i] = in[i * stride]. */
  void (*take_every) (uint8_t *out, const uint8_t *in, int stride, int n);
  void (*widen) (int16_t *out, const uint8_t *in, int n);
  /* Q7 of a + (b - a) * weight. */
  void (*lerp_rows) (int16_t *out, const uint8_t *a, const uint8_t *b,
      int16_t weight, int n);
  void (*lerp_columns) (int16_t *out, const uint8_t *a, const uint8_t *b,
      const int16_t *weights, int n);
  /* Of columns that are Q7 already. */
  void (*lerp_columns_wide) (int16_t *out, const int16_t *a, const int16_t *b,
      const int16_t *weights, int n);
  /* Both: columns a, b of the upper row 0 and the lower row 1. */
  void (*lerp_both) (int16_t *out, const uint8_t *a0, const uint8_t *b0,
      const uint8_t *a1, const uint8_t *b1, int16_t weight,
      const int16_t *weights, int n);
  /* out[2 i] and out[2 i + 1] between in[i], in[i + 1] and in[i + d], in[i +
   * d + 1]; n pairs. */
  void (*double_row) (int16_t *out, const int16_t *in, int16_t w0, int d,
      int16_t w1, int n_pairs);
  /* Even and odd elements apart. */
  void (*split) (int16_t *even, int16_t *odd, const int16_t *in, int n_pairs);
  void (*round_row) (uint8_t *dst, const int16_t *in, int n);
  void (*round_row_strided) (uint8_t *dst, int step, const int16_t *in,
      int in_step, int n);
  /* Four bytes a pixel. */
  void (*yuv_to_rgb4) (uint8_t *dst, const int16_t *y, const int16_t *u,
      const int16_t *v, const SvYuvToRgb *c, int n_pixels);
  /* The same with u and v alternating in one row. */
  void (*yuv2_to_rgb4) (uint8_t *dst, const int16_t *y, const int16_t *uv,
      const SvYuvToRgb *c, int n_pixels);
  /* Bytes of n 4-byte pixels in another order; map 255 writes a 255. */
  void (*swizzle4) (uint8_t *dst, const uint8_t *src, const uint8_t map[4],
      int n_pixels);
} SvHostKernels;

/* One an instruction set; cpu.c calls those that the build has. */
void sv_host_kernels_init_c (SvHostKernels *kernels);
void sv_host_kernels_init_avx2 (SvHostKernels *kernels);

#endif
