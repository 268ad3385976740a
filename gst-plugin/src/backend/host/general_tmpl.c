/* SPDX-License-Identifier: Apache-2.0 */

/* Row kernels of the general engine in plain C, written for the compiler's
 * vectoriser: unit strides, no aliasing, no calls. Compiled once per
 * instruction set, SV_ISA being its name. */

#include <stddef.h>

#include "kernels.h"

#define SV_PASTE(a, b) a##b
#define SV_EXPAND(a, b) SV_PASTE (a, b)

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

void
SV_EXPAND (sv_host_general_init_, SV_ISA) (SvHostKernels *kernels)
{
  kernels->blend_rows_u8 = blend_rows_u8;
  kernels->blend_rows_u16 = blend_rows_u16;
  kernels->filter_row = filter_row;
  kernels->scale_clamp = scale_clamp;
  kernels->matrix_row = matrix_row;
  kernels->accumulate = accumulate;
  kernels->store = store;
}
