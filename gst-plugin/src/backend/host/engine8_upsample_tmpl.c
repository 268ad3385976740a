/* SPDX-License-Identifier: Apache-2.0 */

/* Chroma of half the width to pixels of four bytes in plain C, compiled once
 * per instruction set, SV_ISA being its name. */

#include <stddef.h>
#include <string.h>

#include "kernels.h"

#define SV_PASTE(a, b) a##b
#define SV_EXPAND(a, b) SV_PASTE (a, b)

static inline uint16_t
average (uint16_t a, uint16_t b)
{
  return (uint16_t) ((a + b + 1) >> 1);
}

/* `a` with a quarter of `b`. */
static inline uint16_t
mostly (uint16_t a, uint16_t b)
{
  return average (a, average (a, b));
}

/* Q8 of pixel i. */
static inline uint16_t
sample (const uint8_t *row, const SvChromaRow *r, int i)
{
  int at = i / 2, other = r->centred && i % 2 == 0 ? at - 1 : at + 1;

  other = other < 0 ? 0 : other < r->n ? other : r->n - 1;
  uint16_t here = (uint16_t) (row[(ptrdiff_t) at * r->step] * 256);
  uint16_t there = (uint16_t) (row[(ptrdiff_t) other * r->step] * 256);
  if (r->centred)
    return mostly (here, there);
  return i % 2 == 0 ? here : average (here, there);
}

static inline int
scaled (uint16_t sample, int coefficient)
{
  return (int) (sample * (uint32_t) (2 * coefficient) >> 16);
}

static void
terms_of_pixel (uint16_t out[3], const SvChromaRow *row, const SvYuvToRgb *c,
    int i)
{
  bool v_first = c->v[0] != 0;
  const int16_t *cf = v_first ? c->v : c->u, *ct = v_first ? c->u : c->v;
  uint16_t first = sample (row->first, row, i);
  uint16_t third = sample (row->third, row, i);
  int zero = SV_TERM_ZERO - c->constant;

  out[0] = (uint16_t) (zero + cf[0] - scaled (first, cf[0]));
  out[1] = (uint16_t) (zero + cf[1] + ct[1] + scaled (first, -cf[1])
      + scaled (third, -ct[1]));
  out[2] = (uint16_t) (zero + ct[2] - scaled (third, ct[2]));
}

static inline void
write_pixel (uint8_t *dst, uint8_t y, const uint16_t near[3],
    const uint16_t far[3], int16_t luma)
{
  int level = (int) ((uint32_t) y * 256 * (uint32_t) luma >> 16);

  for (int k = 0; k < 3; k++) {
    int v = level + SV_TERM_ZERO - mostly (near[k], far[k]);

    v = v < 0 ? 0 : v >> 6;
    dst[k] = (uint8_t) (v > 255 ? 255 : v);
  }
  dst[3] = 255;
}

/* Terms of a pixel lie side by side. */
static void
upsample_rgb4 (uint8_t *const dst[2], const uint8_t *const y[2],
    uint16_t *terms, const SvChromaRow *row, const SvYuvToRgb *c, int n)
{
  if (dst == NULL)
    n = 2 * row->n;
  for (int i = 0; i < n; i++, terms += 3) {
    uint16_t far[3];

    terms_of_pixel (far, row, c, i);
    if (dst != NULL) {
      ptrdiff_t at = 4 * (ptrdiff_t) i;

      write_pixel (dst[0] + at, y[0][i], terms, far, c->y);
      write_pixel (dst[1] + at, y[1][i], far, terms, c->y);
    }
    memcpy (terms, far, sizeof far);
  }
}

static void
upsampled_rgb4 (uint8_t *dst, const uint8_t *y, const uint16_t *near,
    const uint16_t *far, int16_t luma, int n)
{
  for (ptrdiff_t i = 0; i < n; i++)
    write_pixel (dst + 4 * i, y[i], near + 3 * i, far + 3 * i, luma);
}

void
SV_EXPAND (sv_host_upsample_init_, SV_ISA) (SvHostKernels *kernels)
{
  kernels->upsample_rgb4 = upsample_rgb4;
  kernels->upsampled_rgb4 = upsampled_rgb4;
}
