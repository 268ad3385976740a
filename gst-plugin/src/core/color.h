/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SV_COLOR_H
#define SV_COLOR_H

#include "format.h"

/* Affine map of components scaled to 0..255: out[r] = m[r][0..2] * in +
 * m[r][3]. Components in the order of the format table; grey uses row 0 (or
 * column 0). */
typedef struct SvColorMatrix
{
  double m[3][4];
  bool identity;
} SvColorMatrix;

/* Kr and Kb of a matrix; BT.601's for one that has none. */
void sv_color_luma_weights (SavantMatrix matrix, double *kr, double *kb);

/* From a picture's components to another's. A grey source has one component,
 * a grey destination row 0 only. */
void sv_color_matrix (const SvFormatInfo *src, const SavantColorimetry *sc,
    const SvFormatInfo *dst, const SavantColorimetry *dc, SvColorMatrix *out);

/* The components (R, G, B or Y, U, V or grey; alpha 255) of a colour 0xRRGGBB
 * in a destination, rounded. */
void sv_color_convert_rgb (uint32_t rgb, const SvFormatInfo *dst,
    const SavantColorimetry *dc, uint8_t out[4]);

#endif
