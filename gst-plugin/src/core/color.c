/* SPDX-License-Identifier: Apache-2.0 */
#include "color.h"

#include <math.h>

/* Kr, Kb: ITU-R BT.601-7, BT.709-6, BT.2020-2, SMPTE ST 240, FCC 73.682. */
void
sv_color_luma_weights (SavantMatrix matrix, double *kr, double *kb)
{
  switch (matrix) {
    case SAVANT_MATRIX_FCC:
      *kr = 0.30;
      *kb = 0.11;
      break;
    case SAVANT_MATRIX_BT709:
      *kr = 0.2126;
      *kb = 0.0722;
      break;
    case SAVANT_MATRIX_SMPTE240M:
      *kr = 0.212;
      *kb = 0.087;
      break;
    case SAVANT_MATRIX_BT2020:
      *kr = 0.2627;
      *kb = 0.0593;
      break;
    default:
      *kr = 0.299;
      *kb = 0.114;
      break;
  }
}

/* Range of component c in 0..255 terms: value = offset + scale * x with x in
 * 0..1 (luma, RGB) or -0.5..0.5 (chroma). */
static void
component_range (const SvFormatInfo *info, const SavantColorimetry *color,
    int c, double *offset, double *scale)
{
  bool limited =
      info->family != SV_FAMILY_GRAY && color->range == SAVANT_RANGE_LIMITED;

  if (info->family == SV_FAMILY_YUV && c > 0) {
    *offset = 128.0;
    *scale = limited ? 224.0 : 255.0;
  } else {
    *offset = limited ? 16.0 : 0.0;
    *scale = limited ? 219.0 : 255.0;
  }
}

/* Linear part from RGB (or grey) to the components, x in 0..1. */
static void
from_rgb (const SvFormatInfo *info, const SavantColorimetry *color,
    double m[3][3])
{
  double kr, kb;

  for (int r = 0; r < 3; r++)
    for (int c = 0; c < 3; c++)
      m[r][c] = r == c;
  if (info->family == SV_FAMILY_RGB)
    return;
  sv_color_luma_weights (info->family == SV_FAMILY_GRAY ? SAVANT_MATRIX_BT601
                                                        : color->matrix,
      &kr, &kb);
  double kg = 1.0 - kr - kb;
  double y[3] = { kr, kg, kb };
  for (int c = 0; c < 3; c++) {
    m[0][c] = y[c];
    m[1][c] = ((c == 2) - y[c]) / (2.0 * (1.0 - kb));
    m[2][c] = ((c == 0) - y[c]) / (2.0 * (1.0 - kr));
  }
}

static void
to_rgb (const SvFormatInfo *info, const SavantColorimetry *color,
    double m[3][3])
{
  double kr, kb;

  for (int r = 0; r < 3; r++)
    for (int c = 0; c < 3; c++)
      m[r][c] = info->family == SV_FAMILY_RGB ? r == c : c == 0;
  if (info->family != SV_FAMILY_YUV)
    return;
  sv_color_luma_weights (color->matrix, &kr, &kb);
  double kg = 1.0 - kr - kb;
  m[0][2] = 2.0 * (1.0 - kr);
  m[2][1] = 2.0 * (1.0 - kb);
  m[1][1] = -2.0 * (1.0 - kb) * kb / kg;
  m[1][2] = -2.0 * (1.0 - kr) * kr / kg;
}

static bool
same_matrix (const SvFormatInfo *src, const SavantColorimetry *sc,
    const SvFormatInfo *dst, const SavantColorimetry *dc)
{
  if (src->family == SV_FAMILY_RGB || dst->family == SV_FAMILY_RGB)
    return src->family == dst->family;
  /* Grey is luma: it has no matrix of its own next to YUV. */
  if (src->family == SV_FAMILY_GRAY || dst->family == SV_FAMILY_GRAY)
    return true;
  return sc->matrix == dc->matrix;
}

void
sv_color_matrix (const SvFormatInfo *src, const SavantColorimetry *sc,
    const SvFormatInfo *dst, const SavantColorimetry *dc, SvColorMatrix *out)
{
  double linear[3][3] = { { 0 } };

  if (same_matrix (src, sc, dst, dc)) {
    for (int i = 0; i < 3; i++)
      linear[i][i] = 1.0;
  } else {
    double in[3][3], back[3][3];

    to_rgb (src, sc, in);
    from_rgb (dst, dc, back);
    for (int r = 0; r < 3; r++)
      for (int c = 0; c < 3; c++)
        for (int k = 0; k < 3; k++)
          linear[r][c] += back[r][k] * in[k][c];
    /* Exact zeros: chroma never depends on luma between YUV matrices, and
     * grey gives grey. */
    if (src->family == SV_FAMILY_YUV && dst->family == SV_FAMILY_YUV)
      linear[1][0] = linear[2][0] = 0.0;
  }
  if (src->family == SV_FAMILY_GRAY)
    for (int r = 0; r < 3; r++)
      for (int c = 1; c < 3; c++)
        linear[r][c] = 0.0;

  int n_rows = dst->family == SV_FAMILY_GRAY ? 1 : 3;
  out->identity = true;
  for (int r = 0; r < 3; r++) {
    double dst_offset, dst_scale;

    component_range (dst, dc, r, &dst_offset, &dst_scale);
    out->m[r][3] = dst_offset;
    for (int c = 0; c < 3; c++) {
      double src_offset, src_scale;

      component_range (src, sc, c, &src_offset, &src_scale);
      if (src->family == SV_FAMILY_GRAY && c > 0)
        src_offset = 0.0;
      out->m[r][c] = linear[r][c] * dst_scale / src_scale;
      out->m[r][3] -= out->m[r][c] * src_offset;
      out->identity = out->identity
          && (r >= n_rows || fabs (out->m[r][c] - (r == c)) < 1e-12);
    }
    out->identity =
        out->identity && (r >= n_rows || fabs (out->m[r][3]) < 1e-9);
  }
}

void
sv_color_convert_rgb (uint32_t rgb, const SvFormatInfo *dst,
    const SavantColorimetry *dc, uint8_t out[4])
{
  const SvFormatInfo *src = sv_format_info (SAVANT_FORMAT_RGB);
  const SavantColorimetry full = { SAVANT_MATRIX_RGB, SAVANT_RANGE_FULL, 0 };
  double in[3] = { (rgb >> 16) & 0xff, (rgb >> 8) & 0xff, rgb & 0xff };
  SvColorMatrix matrix;

  sv_color_matrix (src, &full, dst, dc, &matrix);
  for (int r = 0; r < 3; r++) {
    double v = matrix.m[r][3];

    for (int c = 0; c < 3; c++)
      v += matrix.m[r][c] * in[c];
    /* Sums such as 0.299 + 0.587 + 0.114 must not fall below a whole number. */
    v = floor (v + 0.5 + 1e-9);
    out[r] = v < 0.0 ? 0 : v > 255.0 ? 255 : (uint8_t) v;
  }
  out[3] = 255;
}
