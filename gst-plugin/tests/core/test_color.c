/* SPDX-License-Identifier: Apache-2.0 */
/* core/color.h against published numbers and against the reference. */
#include "core/color.h"
#include "support/images.h"

#include <gst/check/gstcheck.h>
#include <math.h>

static const SavantMatrix matrices[5] = { SAVANT_MATRIX_FCC,
  SAVANT_MATRIX_BT709, SAVANT_MATRIX_BT601, SAVANT_MATRIX_SMPTE240M,
  SAVANT_MATRIX_BT2020 };

static void
assert_weights (SavantMatrix matrix, double kr, double kb)
{
  double got_kr, got_kb;

  sv_color_luma_weights (matrix, &got_kr, &got_kb);
  fail_unless (got_kr == kr && got_kb == kb, "matrix %d: %f, %f", matrix,
      got_kr, got_kb);
}

GST_START_TEST (luma_weights)
{
  assert_weights (SAVANT_MATRIX_FCC, 0.30, 0.11);
  assert_weights (SAVANT_MATRIX_BT709, 0.2126, 0.0722);
  assert_weights (SAVANT_MATRIX_BT601, 0.299, 0.114);
  assert_weights (SAVANT_MATRIX_SMPTE240M, 0.212, 0.087);
  assert_weights (SAVANT_MATRIX_BT2020, 0.2627, 0.0593);
  assert_weights (SAVANT_MATRIX_RGB, 0.299, 0.114);
}
GST_END_TEST;

static SvColorMatrix
matrix_of (int from, SavantColorimetry sc, int to, SavantColorimetry dc)
{
  SvColorMatrix matrix;

  sv_color_matrix (sv_format_info (from), &sc, sv_format_info (to), &dc,
      &matrix);
  return matrix;
}

/* The coefficients that every textbook has. */
GST_START_TEST (published_coefficients)
{
  const SavantColorimetry rgb = { SAVANT_MATRIX_RGB, SAVANT_RANGE_FULL, 0 };
  const SavantColorimetry bt601 = { SAVANT_MATRIX_BT601, SAVANT_RANGE_LIMITED,
    2 };
  const SavantColorimetry bt709 = { SAVANT_MATRIX_BT709, SAVANT_RANGE_LIMITED,
    2 };
  const double want_601[3][3] = { { 1.164, 0, 1.596 },
    { 1.164, -0.392, -0.813 }, { 1.164, 2.017, 0 } };
  const double want_709[3][3] = { { 1.164, 0, 1.793 },
    { 1.164, -0.213, -0.533 }, { 1.164, 2.112, 0 } };
  SvColorMatrix a =
      matrix_of (SAVANT_FORMAT_NV12, bt601, SAVANT_FORMAT_RGBA, rgb);
  SvColorMatrix b =
      matrix_of (SAVANT_FORMAT_I420, bt709, SAVANT_FORMAT_BGR, rgb);

  for (int r = 0; r < 3; r++) {
    for (int c = 0; c < 3; c++) {
      fail_unless (fabs (a.m[r][c] - want_601[r][c]) < 0.001, "%d %d %f", r, c,
          a.m[r][c]);
      fail_unless (fabs (b.m[r][c] - want_709[r][c]) < 0.001, "%d %d %f", r, c,
          b.m[r][c]);
    }
  }
  fail_if (a.identity);
  fail_if (b.identity);
}
GST_END_TEST;

static void
assert_like_reference (int from, SavantColorimetry sc, int to,
    SavantColorimetry dc)
{
  SavantImage src = { .format = from, .colorimetry = sc };
  SavantImage dst = { .format = to, .colorimetry = dc };
  SvColorMatrix matrix = matrix_of (from, sc, to, dc);
  int n = to == SAVANT_FORMAT_GRAY8 ? 1 : 3;

  fail_unless (matrix.identity == (ref_conversion (&src, &dst) == REF_SAME)
          || from == SAVANT_FORMAT_GRAY8 || to == SAVANT_FORMAT_GRAY8,
      "formats %d and %d", from, to);
  for (int i = 0; i < 27; i++) {
    double in[3] = { i % 3 * 127.5, i / 3 % 3 * 127.5, i / 9 * 127.5 };
    double want[3], got;

    ref_convert (&src, &dst, in, want);
    for (int r = 0; r < n; r++) {
      got = matrix.m[r][3];
      for (int c = 0; c < (from == SAVANT_FORMAT_GRAY8 ? 1 : 3); c++)
        got += matrix.m[r][c] * in[c];
      fail_unless (fabs (got - want[r]) < 1e-9,
          "formats %d to %d, matrices %d and %d, ranges %d and %d: component "
          "%d is %f, not %f",
          from, to, sc.matrix, dc.matrix, sc.range, dc.range, r, got, want[r]);
    }
  }
}

GST_START_TEST (all_matrices_and_ranges)
{
  static const int formats[] = { SAVANT_FORMAT_RGBA, SAVANT_FORMAT_NV12,
    SAVANT_FORMAT_GRAY8, SAVANT_FORMAT_UYVY };

  for (int f = 0; f < 16; f++) {
    for (int m = 0; m < 25; m++) {
      for (int r = 0; r < 4; r++) {
        SavantColorimetry sc = { matrices[m / 5], 1 + r / 2, 2 };
        SavantColorimetry dc = { matrices[m % 5], 1 + r % 2, 2 };

        assert_like_reference (formats[f / 4], sc, formats[f % 4], dc);
      }
    }
  }
}
GST_END_TEST;

/* Every format that numbers differ in, and many colours. */
GST_START_TEST (colors_of_bars)
{
  static const uint32_t usual[] = { 0x000000, 0xffffff, 0x727272, 0xff0000,
    0x00ff00, 0x0000ff, 0xffff00, 0x808080, 0x010101 };
  uint64_t state = 77;

  for (int i = 0; i < 30000; i++) {
    const RefFormat *format = ref_format_nth (i % REF_N_OUTPUTS);
    uint32_t rgb =
        i < 900 ? usual[i / 100] : (uint32_t) (test_random (&state) & 0xffffff);
    SavantImage image = { .format = format->format,
      .colorimetry = { matrices[i / REF_N_OUTPUTS % 5], 1 + i % 2, 2 } };
    uint8_t got[4] = { 1, 2, 3, 4 };
    double want[4] = { 0, 0, 0, 255 };

    sv_color_convert_rgb (rgb, sv_format_info (format->format),
        &image.colorimetry, got);
    ref_convert_rgb (rgb, &image, want);
    for (int c = 0; c < format->n_comps; c++) {
      double v = fmin (fmax (want[c], 0.0), 255.0);

      fail_unless (fabs (got[c] - v) <= 0.5 + 1e-9,
          "0x%06x as %s: component %d is %d, not %f", rgb, format->name, c,
          got[c], v);
    }
  }
}
GST_END_TEST;

/* The grey of 114 that detectors pad with, and black. */
GST_START_TEST (usual_bars)
{
  const SavantColorimetry limited = { SAVANT_MATRIX_BT601, SAVANT_RANGE_LIMITED,
    2 };
  const SavantColorimetry full = { SAVANT_MATRIX_BT709, SAVANT_RANGE_FULL, 2 };
  const SvFormatInfo *nv12 = sv_format_info (SAVANT_FORMAT_NV12);
  uint8_t out[4];

  sv_color_convert_rgb (0x000000, nv12, &limited, out);
  fail_unless (out[0] == 16 && out[1] == 128 && out[2] == 128);
  sv_color_convert_rgb (0x000000, nv12, &full, out);
  fail_unless (out[0] == 0 && out[1] == 128 && out[2] == 128);
  sv_color_convert_rgb (0x727272, nv12, &limited, out);
  fail_unless (out[0] == 114 && out[1] == 128 && out[2] == 128);
  sv_color_convert_rgb (0xffffff, nv12, &limited, out);
  fail_unless (out[0] == 235 && out[1] == 128 && out[2] == 128);
  sv_color_convert_rgb (0x727272, nv12, &full, out);
  fail_unless (out[0] == 114 && out[1] == 128 && out[2] == 128);
  sv_color_convert_rgb (0x0a141e, sv_format_info (SAVANT_FORMAT_BGRA), &full,
      out);
  fail_unless (out[0] == 10 && out[1] == 20 && out[2] == 30 && out[3] == 255);
}
GST_END_TEST;

static Suite *
color_suite (void)
{
  Suite *s = suite_create ("color");
  TCase *tc = tcase_create ("color");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, luma_weights);
  tcase_add_test (tc, published_coefficients);
  tcase_add_test (tc, all_matrices_and_ranges);
  tcase_add_test (tc, colors_of_bars);
  tcase_add_test (tc, usual_bars);
  return s;
}

GST_CHECK_MAIN (color);
