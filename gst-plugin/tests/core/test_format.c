/* SPDX-License-Identifier: Apache-2.0 */
/* The format table against expectations written down by hand. */
#include <savant/surface.h>

#include <gst/check/gstcheck.h>
#include <gst/video/video.h>
#include <string.h>

#include "core/format.h"

typedef struct Expected
{
  int format;
  const char *name;
  int output;
  int n_planes;
  /* Row bytes and rows of each plane at 5x3, at 641x479 and at 1x1. */
  int small[3][2];
  int large[3][2];
  int one[3][2];
} Expected;

static const Expected table[] = {
  { 19, "RGBA", 1, 1, { { 20, 3 } }, { { 2564, 479 } }, { { 4, 1 } } },
  { 24, "BGRx", 1, 1, { { 20, 3 } }, { { 2564, 479 } }, { { 4, 1 } } },
  { 6, "NV12", 1, 2, { { 5, 3 }, { 6, 2 } }, { { 641, 479 }, { 642, 240 } },
      { { 1, 1 }, { 2, 1 } } },
  { 8, "NV21", 1, 2, { { 5, 3 }, { 6, 2 } }, { { 641, 479 }, { 642, 240 } },
      { { 1, 1 }, { 2, 1 } } },
  { 2, "I420", 1, 3, { { 5, 3 }, { 3, 2 }, { 3, 2 } },
      { { 641, 479 }, { 321, 240 }, { 321, 240 } },
      { { 1, 1 }, { 1, 1 }, { 1, 1 } } },
  { 10, "UYVY", 1, 1, { { 12, 3 } }, { { 1284, 479 } }, { { 4, 1 } } },
  { 1, "GRAY8", 1, 1, { { 5, 3 } }, { { 641, 479 } }, { { 1, 1 } } },
  { 27, "RGB", 1, 1, { { 15, 3 } }, { { 1923, 479 } }, { { 3, 1 } } },
  { 28, "BGR", 1, 1, { { 15, 3 } }, { { 1923, 479 } }, { { 3, 1 } } },
  { 20, "BGRA", 1, 1, { { 20, 3 } }, { { 2564, 479 } }, { { 4, 1 } } },
  { 23, "RGBx", 1, 1, { { 20, 3 } }, { { 2564, 479 } }, { { 4, 1 } } },
  { 1001, "YUY2", 0, 1, { { 12, 3 } }, { { 1284, 479 } }, { { 4, 1 } } },
  { 1002, "Y42B", 0, 3, { { 5, 3 }, { 3, 3 }, { 3, 3 } },
      { { 641, 479 }, { 321, 479 }, { 321, 479 } },
      { { 1, 1 }, { 1, 1 }, { 1, 1 } } },
  { 1003, "Y444", 0, 3, { { 5, 3 }, { 5, 3 }, { 5, 3 } },
      { { 641, 479 }, { 641, 479 }, { 641, 479 } },
      { { 1, 1 }, { 1, 1 }, { 1, 1 } } },
  { 1004, "NV16", 0, 2, { { 5, 3 }, { 6, 3 } }, { { 641, 479 }, { 642, 479 } },
      { { 1, 1 }, { 2, 1 } } },
  { 1005, "I420_10LE", 0, 3, { { 10, 3 }, { 6, 2 }, { 6, 2 } },
      { { 1282, 479 }, { 642, 240 }, { 642, 240 } },
      { { 2, 1 }, { 2, 1 }, { 2, 1 } } },
  { 1006, "P010_10LE", 0, 2, { { 10, 3 }, { 12, 2 } },
      { { 1282, 479 }, { 1284, 240 } }, { { 2, 1 }, { 4, 1 } } },
};

#define N_FORMATS ((int) (sizeof (table) / sizeof (table[0])))

static void
assert_text (const char *part)
{
  fail_unless (strstr (savant_last_error (), part) != NULL,
      "\"%s\" does not contain \"%s\"", savant_last_error (), part);
}

static void
assert_plane (const Expected *e, int plane, int w, int h, const int want[2])
{
  int64_t row_bytes = -1, rows = -1;

  fail_unless_equals_int (savant_format_plane_size (e->format, plane, w, h,
                              &row_bytes, &rows),
      SAVANT_OK);
  fail_unless (row_bytes == want[0] && rows == want[1],
      "%s %dx%d plane %d: %d rows of %d bytes, not %d of %d", e->name, w, h,
      plane, (int) rows, (int) row_bytes, want[1], want[0]);
}

GST_START_TEST (rows_of_the_table)
{
  for (int i = 0; i < N_FORMATS; i++) {
    const Expected *e = &table[i];

    fail_unless_equals_int (savant_format_from_name (e->name), e->format);
    fail_unless_equals_string (savant_format_name (e->format), e->name);
    fail_unless_equals_int (savant_format_is_output (e->format), e->output);
    fail_unless_equals_int (savant_format_n_planes (e->format), e->n_planes);
    for (int p = 0; p < e->n_planes; p++) {
      assert_plane (e, p, 5, 3, e->small[p]);
      assert_plane (e, p, 641, 479, e->large[p]);
      assert_plane (e, p, 1, 1, e->one[p]);
    }
    fail_unless (sv_format_nth (i) == sv_format_info (e->format));
    fail_unless (strstr (sv_format_list (false), e->name) != NULL);
    fail_unless ((strstr (sv_format_list (true), e->name) != NULL)
            == (e->output != 0),
        "%s", e->name);
  }
  fail_unless (sv_format_nth (N_FORMATS) == NULL);
  fail_unless (sv_format_nth (-1) == NULL);
}
GST_END_TEST;

/* Where the components are, as GStreamer has them. */
GST_START_TEST (components_as_in_gstreamer)
{
  for (int i = 0; i < N_FORMATS; i++) {
    const SvFormatInfo *info = sv_format_info (table[i].format);
    GstVideoFormat format = gst_video_format_from_string (info->name);
    const GstVideoFormatInfo *gst = gst_video_format_get_info (format);

    fail_unless (format != GST_VIDEO_FORMAT_UNKNOWN, "%s", info->name);
    fail_unless_equals_int (info->n_planes,
        GST_VIDEO_FORMAT_INFO_N_PLANES (gst));
    fail_unless_equals_int (info->n_components == 4,
        GST_VIDEO_FORMAT_INFO_HAS_ALPHA (gst));
    fail_unless_equals_int (info->family == SV_FAMILY_RGB,
        GST_VIDEO_FORMAT_INFO_IS_RGB (gst));
    fail_unless_equals_int (info->family == SV_FAMILY_YUV,
        GST_VIDEO_FORMAT_INFO_IS_YUV (gst));
    fail_unless_equals_int (info->family == SV_FAMILY_GRAY,
        GST_VIDEO_FORMAT_INFO_IS_GRAY (gst));
    for (int c = 0; c < info->n_components; c++) {
      fail_unless_equals_int (info->comp[c].plane,
          GST_VIDEO_FORMAT_INFO_PLANE (gst, c));
      /* GStreamer counts P010's in samples. */
      fail_unless_equals_int (info->comp[c].offset,
          GST_VIDEO_FORMAT_INFO_POFFSET (gst, c)
              * (info->format == SAVANT_FORMAT_P010_10LE ? 2 : 1));
      fail_unless_equals_int (info->comp[c].step,
          GST_VIDEO_FORMAT_INFO_PSTRIDE (gst, c));
      fail_unless_equals_int (info->bits, GST_VIDEO_FORMAT_INFO_DEPTH (gst, c));
      fail_unless_equals_int (info->shift,
          GST_VIDEO_FORMAT_INFO_SHIFT (gst, c));
      fail_unless_equals_int (sv_format_comp_sub_x (info, c),
          1 << GST_VIDEO_FORMAT_INFO_W_SUB (gst, c));
      fail_unless_equals_int (sv_format_comp_sub_y (info, c),
          1 << GST_VIDEO_FORMAT_INFO_H_SUB (gst, c));
    }
    fail_unless_equals_int (info->filler,
        g_str_has_suffix (info->name, "x") ? 3 : -1);
  }
}
GST_END_TEST;

GST_START_TEST (largest_planes)
{
  int64_t row_bytes, rows;

  fail_unless_equals_int (savant_format_plane_size (SAVANT_FORMAT_RGBA, 0,
                              32767, 32767, &row_bytes, &rows),
      SAVANT_OK);
  fail_unless (row_bytes == 131068 && rows == 32767);
  fail_unless_equals_int (savant_format_plane_size (SAVANT_FORMAT_P010_10LE, 1,
                              32767, 32767, &row_bytes, &rows),
      SAVANT_OK);
  fail_unless (row_bytes == 65536 && rows == 16384);
  fail_unless_equals_int (savant_format_plane_size (SAVANT_FORMAT_RGBA, 0, 1, 1,
                              NULL, NULL),
      SAVANT_OK);
}
GST_END_TEST;

GST_START_TEST (unknown_formats)
{
  static const char *const names[] = { "nv12", "NV12 ", "", "RGBAx", "ARGB",
    "YV12", "video/x-raw" };
  static const int numbers[] = { 0, -1, 3, 7, 31, 999, 1000, 1007, 2000000 };

  for (int i = 0; i < (int) G_N_ELEMENTS (names); i++) {
    fail_unless_equals_int (savant_format_from_name (names[i]),
        SAVANT_FORMAT_UNKNOWN);
    assert_text (names[i]);
    for (int f = 0; f < N_FORMATS; f++)
      assert_text (table[f].name);
  }
  fail_unless_equals_int (savant_format_from_name (NULL),
      SAVANT_FORMAT_UNKNOWN);
  assert_text ("supported are RGBA");
  for (int i = 0; i < (int) G_N_ELEMENTS (numbers); i++) {
    int64_t row_bytes = 7, rows = 8;

    fail_unless (savant_format_name (numbers[i]) == NULL);
    fail_unless (sv_format_info (numbers[i]) == NULL);
    fail_unless_equals_int (savant_format_is_output (numbers[i]), 0);
    fail_unless_equals_int (savant_format_n_planes (numbers[i]), 0);
    fail_unless_equals_int (savant_format_plane_size (numbers[i], 0, 4, 4,
                                &row_bytes, &rows),
        SAVANT_ERROR_INVALID_ARGUMENT);
    assert_text ("P010_10LE");
    fail_unless (row_bytes == 7 && rows == 8);
  }
}
GST_END_TEST;

GST_START_TEST (bad_plane_sizes)
{
  int64_t row_bytes, rows;

  fail_unless_equals_int (savant_format_plane_size (SAVANT_FORMAT_NV12, 2, 4, 4,
                              &row_bytes, &rows),
      SAVANT_ERROR_INVALID_ARGUMENT);
  assert_text ("plane 2 of NV12");
  fail_unless_equals_int (savant_format_plane_size (SAVANT_FORMAT_NV12, -1, 4,
                              4, &row_bytes, &rows),
      SAVANT_ERROR_INVALID_ARGUMENT);
  assert_text ("planes 0 to 1");
  fail_unless_equals_int (savant_format_plane_size (SAVANT_FORMAT_NV12, 0, 0, 4,
                              &row_bytes, &rows),
      SAVANT_ERROR_INVALID_ARGUMENT);
  assert_text ("size 0x4");
  fail_unless_equals_int (savant_format_plane_size (SAVANT_FORMAT_NV12, 0, 4,
                              32768, &row_bytes, &rows),
      SAVANT_ERROR_INVALID_ARGUMENT);
  assert_text ("1 to 32767");
}
GST_END_TEST;

/* Code, format, matrix, range. */
static const int color_formats[][4] = {
  { 1, SAVANT_FORMAT_GRAY8, 0, SAVANT_RANGE_FULL },
  { 2, SAVANT_FORMAT_I420, SAVANT_MATRIX_BT601, SAVANT_RANGE_LIMITED },
  { 4, SAVANT_FORMAT_I420, SAVANT_MATRIX_BT601, SAVANT_RANGE_FULL },
  { 6, SAVANT_FORMAT_NV12, SAVANT_MATRIX_BT601, SAVANT_RANGE_LIMITED },
  { 7, SAVANT_FORMAT_NV12, SAVANT_MATRIX_BT601, SAVANT_RANGE_FULL },
  { 8, SAVANT_FORMAT_NV21, SAVANT_MATRIX_BT601, SAVANT_RANGE_LIMITED },
  { 9, SAVANT_FORMAT_NV21, SAVANT_MATRIX_BT601, SAVANT_RANGE_FULL },
  { 10, SAVANT_FORMAT_UYVY, SAVANT_MATRIX_BT601, SAVANT_RANGE_LIMITED },
  { 11, SAVANT_FORMAT_UYVY, SAVANT_MATRIX_BT601, SAVANT_RANGE_FULL },
  { 19, SAVANT_FORMAT_RGBA, 0, SAVANT_RANGE_FULL },
  { 20, SAVANT_FORMAT_BGRA, 0, SAVANT_RANGE_FULL },
  { 23, SAVANT_FORMAT_RGBx, 0, SAVANT_RANGE_FULL },
  { 24, SAVANT_FORMAT_BGRx, 0, SAVANT_RANGE_FULL },
  { 27, SAVANT_FORMAT_RGB, 0, SAVANT_RANGE_FULL },
  { 28, SAVANT_FORMAT_BGR, 0, SAVANT_RANGE_FULL },
  { 31, SAVANT_FORMAT_I420, SAVANT_MATRIX_BT709, SAVANT_RANGE_LIMITED },
  { 32, SAVANT_FORMAT_I420, SAVANT_MATRIX_BT709, SAVANT_RANGE_FULL },
  { 33, SAVANT_FORMAT_NV12, SAVANT_MATRIX_BT709, SAVANT_RANGE_LIMITED },
  { 34, SAVANT_FORMAT_NV12, SAVANT_MATRIX_BT709, SAVANT_RANGE_FULL },
};

GST_START_TEST (color_format_codes)
{
  int known = 0;

  for (int code = -2; code < 300; code++) {
    SavantColorimetry colorimetry = { 99, 99, 99 };
    int format = savant_format_from_color_format (code, &colorimetry);
    int want = SAVANT_FORMAT_UNKNOWN, row = -1, exact = -1;

    for (int i = 0; i < (int) G_N_ELEMENTS (color_formats); i++) {
      if (color_formats[i][0] == code)
        row = i;
    }
    if (row >= 0)
      want = color_formats[row][1];
    fail_unless (format == want, "code %d: format %d, not %d", code, format,
        want);
    fail_unless_equals_int (savant_format_from_color_format (code, NULL), want);
    if (row < 0)
      continue;
    known++;
    if (color_formats[row][2] != 0) {
      fail_unless (colorimetry.matrix == (unsigned) color_formats[row][2],
          "code %d", code);
      fail_unless_equals_int (colorimetry.siting, SAVANT_SITING_MPEG2);
    }
    fail_unless (colorimetry.range == (unsigned) color_formats[row][3],
        "code %d", code);
    fail_unless (savant_format_to_color_format (format, &colorimetry, &exact)
            == code,
        "code %d", code);
    fail_unless (exact == 1, "code %d", code);
    fail_unless_equals_int (savant_format_to_color_format (format, &colorimetry,
                                NULL),
        code);
  }
  fail_unless_equals_int (known, 19);
}
GST_END_TEST;

/* Combinations that NvBufSurface cannot say become BT.601 limited. */
GST_START_TEST (color_formats_without_a_code)
{
  static const struct
  {
    int format;
    SavantColorimetry colorimetry;
  } rows[] = {
    { SAVANT_FORMAT_NV12, { SAVANT_MATRIX_BT2020, SAVANT_RANGE_LIMITED, 2 } },
    { SAVANT_FORMAT_NV12, { SAVANT_MATRIX_FCC, SAVANT_RANGE_FULL, 2 } },
    { SAVANT_FORMAT_I420,
        { SAVANT_MATRIX_SMPTE240M, SAVANT_RANGE_LIMITED, 2 } },
    { SAVANT_FORMAT_NV21, { SAVANT_MATRIX_BT709, SAVANT_RANGE_LIMITED, 2 } },
    { SAVANT_FORMAT_UYVY, { SAVANT_MATRIX_BT709, SAVANT_RANGE_FULL, 2 } },
    { SAVANT_FORMAT_RGBA, { SAVANT_MATRIX_RGB, SAVANT_RANGE_LIMITED, 0 } },
  };

  for (int i = 0; i < (int) G_N_ELEMENTS (rows); i++) {
    int exact = -1;
    int code = savant_format_to_color_format (rows[i].format,
        &rows[i].colorimetry, &exact);

    fail_unless (code == rows[i].format, "row %d: %d", i, code);
    fail_unless (exact == 0, "row %d", i);
  }
  /* Grey has one code, whatever the colorimetry says. */
  int exact = -1;
  const SavantColorimetry limited = { SAVANT_MATRIX_BT709, SAVANT_RANGE_LIMITED,
    0 };
  fail_unless_equals_int (savant_format_to_color_format (SAVANT_FORMAT_GRAY8,
                              &limited, &exact),
      1);
  fail_unless_equals_int (exact, 1);
}
GST_END_TEST;

GST_START_TEST (memory_types)
{
  static const char *const names[] = { "default", "cuda_pinned", "cuda_device",
    "cuda_unified", "surface_array", "handle", "system" };

  for (int i = 0; i < 7; i++)
    fail_unless_equals_string (savant_mem_type_name (i), names[i]);
  fail_unless (savant_mem_type_name (7) == NULL);
  fail_unless (savant_mem_type_name (-1) == NULL);
}
GST_END_TEST;

static Suite *
format_suite (void)
{
  Suite *s = suite_create ("format");
  TCase *tc = tcase_create ("format");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, rows_of_the_table);
  tcase_add_test (tc, components_as_in_gstreamer);
  tcase_add_test (tc, largest_planes);
  tcase_add_test (tc, unknown_formats);
  tcase_add_test (tc, bad_plane_sizes);
  tcase_add_test (tc, color_format_codes);
  tcase_add_test (tc, color_formats_without_a_code);
  tcase_add_test (tc, memory_types);
  return s;
}

GST_CHECK_MAIN (format);
