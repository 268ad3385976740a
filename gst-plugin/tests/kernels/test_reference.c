/* SPDX-License-Identifier: Apache-2.0 */
/* The reference against numbers worked out by hand. */
#include "support/pixelcheck.h"

#include <gst/check/gstcheck.h>
#include <string.h>

static const SavantColorimetry full_601 = { SAVANT_MATRIX_BT601,
  SAVANT_RANGE_FULL, SAVANT_SITING_MPEG2 };
static const SavantColorimetry limited_601 = { SAVANT_MATRIX_BT601,
  SAVANT_RANGE_LIMITED, SAVANT_SITING_MPEG2 };
static const SavantColorimetry limited_709 = { SAVANT_MATRIX_BT709,
  SAVANT_RANGE_LIMITED, SAVANT_SITING_MPEG2 };
static const SavantColorimetry limited_jpeg = { SAVANT_MATRIX_BT601,
  SAVANT_RANGE_LIMITED, SAVANT_SITING_JPEG };

/* Pictures of one run of the reference. */
typedef struct Run
{
  TestImage src;
  TestImage dst;
  TestImage expected;
  TestImage tolerance;
  SavantTransformConfig config;
  SavantTransformJob job;
} Run;

static void
run_init (Run *run, SavantFormat from, int sw, int sh,
    const SavantColorimetry *sc, SavantFormat to, int dw, int dh,
    const SavantColorimetry *dc)
{
  SavantTransformConfig config = SAVANT_TRANSFORM_CONFIG_DEFAULTS;

  memset (run, 0, sizeof (*run));
  test_image_init (&run->src, from, sw, sh, sc, NULL);
  test_image_init (&run->dst, to, dw, dh, dc, NULL);
  test_image_init (&run->expected, to, dw, dh, dc, NULL);
  test_image_init (&run->tolerance, to, dw, dh, dc, NULL);
  run->config = config;
  run->job = (SavantTransformJob){ run->src.image, run->dst.image,
    { 0, 0, sw, sh }, { 0, 0, dw, dh } };
}

static void
run_compute (Run *run)
{
  ref_transform (&run->config, &run->job, &run->expected.image,
      &run->tolerance.image);
}

static void
run_clear (Run *run)
{
  test_image_clear (&run->src);
  test_image_clear (&run->dst);
  test_image_clear (&run->expected);
  test_image_clear (&run->tolerance);
}

static int
result (const Run *run, int plane, int byte, int row)
{
  const SavantImage *e = &run->expected.image;

  return e->data[plane][row * e->pitch_bytes[plane] + byte];
}

/* One row of grey through a filter. */
static void
assert_row (SavantInterpolation filter, int n_in, const int *in, int n_out,
    const int *out)
{
  Run run;

  run_init (&run, SAVANT_FORMAT_GRAY8, n_in, 1, NULL, SAVANT_FORMAT_GRAY8,
      n_out, 1, NULL);
  run.config.interpolation = filter;
  for (int i = 0; i < n_in; i++)
    test_image_put (&run.src, 0, i, 0, in[i]);
  run_compute (&run);
  for (int i = 0; i < n_out; i++)
    fail_unless (result (&run, 0, i, 0) == out[i],
        "filter %d, %d to %d samples: sample %d is %d, not %d", filter, n_in,
        n_out, i, result (&run, 0, i, 0), out[i]);
  run_clear (&run);
}

GST_START_TEST (filters_by_hand)
{
  const int ramp[9] = { 0, 30, 60, 90, 120, 150, 180, 210, 240 };
  const int step[8] = { 0, 16, 48, 160, 240, 240, 240, 240 };

  assert_row (SAVANT_INTERPOLATION_BILINEAR, 9, ramp, 3,
      (int[]){ 30, 120, 210 });
  assert_row (SAVANT_INTERPOLATION_LANCZOS, 9, ramp, 3,
      (int[]){ 30, 120, 210 });
  assert_row (SAVANT_INTERPOLATION_NEAREST, 9, ramp, 3,
      (int[]){ 30, 120, 210 });
  assert_row (SAVANT_INTERPOLATION_SUPER, 9, ramp, 3, (int[]){ 30, 120, 210 });
  assert_row (SAVANT_INTERPOLATION_BILINEAR, 2, (int[]){ 0, 100 }, 4,
      (int[]){ 0, 25, 75, 100 });
  assert_row (SAVANT_INTERPOLATION_SUPER, 2, (int[]){ 0, 100 }, 4,
      (int[]){ 0, 25, 75, 100 });
  assert_row (SAVANT_INTERPOLATION_NEAREST, 2, (int[]){ 0, 100 }, 4,
      (int[]){ 0, 0, 100, 100 });
  /* A tie goes up: p = 0.5. */
  assert_row (SAVANT_INTERPOLATION_NEAREST, 2, (int[]){ 10, 90 }, 1,
      (int[]){ 90 });
  assert_row (SAVANT_INTERPOLATION_BILINEAR, 4, (int[]){ 1, 2, 30, 50 }, 2,
      (int[]){ 2, 40 });
  /* (2 a + b) / 3 and (b + 2 c) / 3 */
  assert_row (SAVANT_INTERPOLATION_SUPER, 3, (int[]){ 30, 90, 240 }, 2,
      (int[]){ 50, 190 });
  /* Never widened: a 4 to 1 bilinear takes the middle two. */
  assert_row (SAVANT_INTERPOLATION_BILINEAR, 4, (int[]){ 255, 10, 20, 255 }, 1,
      (int[]){ 15 });
  /* p = 2 i + 0.5: (-a + 9 b + 9 c - d) / 16 */
  assert_row (SAVANT_INTERPOLATION_CUBIC, 8, step, 4,
      (int[]){ 6, 101, 245, 240 });
  /* p = 2 i + 0.5: weights 0.024457, -0.135870, 0.611413 and mirrored */
  assert_row (SAVANT_INTERPOLATION_LANCZOS, 8, step, 4,
      (int[]){ 7, 98, 246, 240 });
}
GST_END_TEST;

GST_START_TEST (flips_by_hand)
{
  /* 1 2 3
   * 4 5 6 */
  static const struct
  {
    int w;
    int h;
    int out[6];
  } flips[8] = {
    { 3, 2, { 1, 2, 3, 4, 5, 6 } },
    { 2, 3, { 4, 1, 5, 2, 6, 3 } },
    { 3, 2, { 6, 5, 4, 3, 2, 1 } },
    { 2, 3, { 3, 6, 2, 5, 1, 4 } },
    { 3, 2, { 3, 2, 1, 6, 5, 4 } },
    { 3, 2, { 4, 5, 6, 1, 2, 3 } },
    { 2, 3, { 1, 4, 2, 5, 3, 6 } },
    { 2, 3, { 6, 3, 5, 2, 4, 1 } },
  };

  for (int f = 0; f < 8; f++) {
    Run run;

    run_init (&run, SAVANT_FORMAT_GRAY8, 3, 2, NULL, SAVANT_FORMAT_GRAY8,
        flips[f].w, flips[f].h, NULL);
    run.config.flip = f;
    for (int i = 0; i < 6; i++)
      test_image_put (&run.src, 0, i % 3, i / 3, i + 1);
    run_compute (&run);
    for (int i = 0; i < 6; i++) {
      int got = result (&run, 0, i % flips[f].w, i / flips[f].w);

      fail_unless (got == flips[f].out[i], "flip %d: sample %d is %d, not %d",
          f, i, got, flips[f].out[i]);
    }
    fail_unless (run.tolerance.image.data[0][0] == 0, "flip %d is exact", f);
    run_clear (&run);
  }
}
GST_END_TEST;

static void
assert_color (SavantFormat from, const SavantColorimetry *sc, int a, int b,
    int c, SavantFormat to, const SavantColorimetry *dc, int x, int y, int z)
{
  SavantImage src = { .format = from, .colorimetry = *sc };
  SavantImage dst = { .format = to, .colorimetry = *dc };
  const double in[3] = { a, b, c };
  const int want[3] = { x, y, z };
  double out[3];

  ref_convert (&src, &dst, in, out);
  for (int i = 0; i < (to == SAVANT_FORMAT_GRAY8 ? 1 : 3); i++) {
    double v = out[i] < 0 ? 0 : out[i] > 255 ? 255 : out[i];

    fail_unless ((int) (v + 0.5) == want[i],
        "formats %d (%d, %d, %d) to %d: component %d is %f, not %d", from, a, b,
        c, to, i, out[i], want[i]);
  }
}

GST_START_TEST (colors_by_hand)
{
  SavantColorimetry limited_240m = limited_601, limited_2020 = limited_601;
  SavantColorimetry limited_fcc = limited_601, full_709 = full_601;

  limited_240m.matrix = SAVANT_MATRIX_SMPTE240M;
  limited_2020.matrix = SAVANT_MATRIX_BT2020;
  limited_fcc.matrix = SAVANT_MATRIX_FCC;
  full_709.matrix = SAVANT_MATRIX_BT709;
#define RGB SAVANT_FORMAT_RGB
#define YUV SAVANT_FORMAT_NV12
#define GRAY SAVANT_FORMAT_GRAY8
  assert_color (RGB, &full_601, 255, 0, 0, YUV, &limited_601, 81, 90, 240);
  assert_color (RGB, &full_601, 0, 255, 0, YUV, &limited_601, 145, 54, 34);
  assert_color (RGB, &full_601, 0, 0, 255, YUV, &limited_601, 41, 240, 110);
  assert_color (RGB, &full_601, 255, 255, 255, YUV, &limited_601, 235, 128,
      128);
  assert_color (RGB, &full_601, 0, 0, 0, YUV, &limited_601, 16, 128, 128);
  assert_color (RGB, &full_601, 255, 0, 0, YUV, &limited_709, 63, 102, 240);
  assert_color (RGB, &full_601, 0, 255, 0, YUV, &limited_709, 173, 42, 26);
  assert_color (RGB, &full_601, 0, 0, 255, YUV, &limited_709, 32, 240, 118);
  assert_color (RGB, &full_601, 255, 0, 0, YUV, &full_601, 76, 85, 255);
  assert_color (RGB, &full_601, 0, 0, 255, YUV, &full_601, 29, 255, 107);
  assert_color (RGB, &full_601, 255, 0, 0, YUV, &full_709, 54, 99, 255);
  assert_color (RGB, &full_601, 255, 0, 0, YUV, &limited_2020, 74, 97, 240);
  assert_color (RGB, &full_601, 255, 0, 0, YUV, &limited_fcc, 82, 90, 240);
  assert_color (RGB, &full_601, 255, 0, 0, YUV, &limited_240m, 62, 102, 240);
  assert_color (YUV, &limited_709, 63, 102, 240, RGB, &full_601, 255, 1, 0);
  assert_color (YUV, &limited_601, 235, 128, 128, RGB, &full_601, 255, 255,
      255);
  assert_color (YUV, &limited_601, 255, 128, 128, RGB, &full_601, 255, 255,
      255);
  assert_color (YUV, &limited_601, 16, 128, 128, YUV, &full_601, 0, 128, 128);
  assert_color (YUV, &limited_601, 235, 240, 16, YUV, &full_601, 255, 255, 1);
  assert_color (YUV, &limited_601, 81, 90, 240, YUV, &limited_709, 62, 102,
      240);
  assert_color (YUV, &limited_601, 235, 90, 240, GRAY, &full_601, 255, 0, 0);
  assert_color (YUV, &limited_601, 16, 90, 240, GRAY, &full_601, 0, 0, 0);
  assert_color (YUV, &full_709, 77, 90, 240, GRAY, &full_601, 77, 0, 0);
  assert_color (RGB, &full_601, 255, 0, 0, GRAY, &limited_709, 76, 0, 0);
  assert_color (GRAY, &limited_709, 255, 0, 0, YUV, &limited_709, 235, 128,
      128);
  assert_color (GRAY, &limited_709, 99, 0, 0, GRAY, &full_601, 99, 0, 0);
  assert_color (GRAY, &limited_709, 255, 0, 0, RGB, &full_601, 255, 255, 255);
  assert_color (RGB, &limited_709, 235, 16, 16, RGB, &full_601, 255, 0, 0);
  assert_color (RGB, &full_601, 255, 0, 128, RGB, &limited_709, 235, 16, 126);
#undef RGB
#undef YUV
#undef GRAY
}
GST_END_TEST;

/* One row of Y444 chroma into one row of half as much. */
static void
assert_average (const SavantColorimetry *color, int left, int width,
    const int *in, const int *out)
{
  Run run;

  run_init (&run, SAVANT_FORMAT_Y444, width, 1, color, SAVANT_FORMAT_I420,
      width + left, 1, color);
  run.job.dst_rect = (SavantRect){ left, 0, width, 1 };
  for (int i = 0; i < width; i++) {
    test_image_put (&run.src, 0, i, 0, 50);
    test_image_put (&run.src, 1, i, 0, in[i]);
    test_image_put (&run.src, 2, i, 0, in[i]);
  }
  run_compute (&run);
  for (int i = 0; i < (width + left + 1) / 2; i++)
    fail_unless (result (&run, 1, i, 0) == out[i]
            && result (&run, 2, i, 0) == out[i],
        "siting %u, left %d: chroma sample %d is %d, not %d", color->siting,
        left, i, result (&run, 1, i, 0), out[i]);
  run_clear (&run);
}

GST_START_TEST (chroma_down_by_hand)
{
  const int in[4] = { 0, 81, 160, 240 };

  assert_average (&limited_601, 0, 4, in, (int[]){ 27, 160 });
  assert_average (&limited_jpeg, 0, 4, in, (int[]){ 41, 200 });
  /* Sample 0 covers luma 1 of the destination, which is picture sample 0. */
  assert_average (&limited_601, 1, 4, in, (int[]){ 0, 81, 213 });
  assert_average (&limited_jpeg, 1, 4, in, (int[]){ 0, 121, 240 });
  /* Sample 0 covers nothing of the picture: grey. */
  assert_average (&limited_601, 2, 4, in, (int[]){ 128, 27, 160 });
}
GST_END_TEST;

/* One row of chroma of 2 samples up to 4. */
static void
assert_up (const SavantColorimetry *color, const int *out)
{
  Run run;

  run_init (&run, SAVANT_FORMAT_Y42B, 4, 1, color, SAVANT_FORMAT_Y444, 4, 1,
      color);
  for (int i = 0; i < 4; i++)
    test_image_put (&run.src, 0, i, 0, 50);
  for (int i = 0; i < 2; i++) {
    test_image_put (&run.src, 1, i, 0, 100 * i);
    test_image_put (&run.src, 2, i, 0, 100 * i);
  }
  run_compute (&run);
  for (int i = 0; i < 4; i++)
    fail_unless (result (&run, 1, i, 0) == out[i],
        "siting %u: sample %d is %d, not %d", color->siting, i,
        result (&run, 1, i, 0), out[i]);
  run_clear (&run);
}

GST_START_TEST (chroma_up_by_hand)
{
  assert_up (&limited_601, (int[]){ 0, 50, 100, 100 });
  assert_up (&limited_jpeg, (int[]){ 0, 25, 75, 100 });
}
GST_END_TEST;

GST_START_TEST (ten_bits_by_hand)
{
  static const SavantFormat formats[2] = { SAVANT_FORMAT_I420_10LE,
    SAVANT_FORMAT_P010_10LE };
  static const struct
  {
    int code[3];
    int out[3];
    bool full;
  } rows[] = {
    { { 940, 512, 64 }, { 235, 128, 16 }, false },
    { { 1023, 1022, 2 }, { 255, 255, 1 }, false },
    { { 1023, 512, 0 }, { 255, 128, 0 }, true },
    { { 512, 1023, 256 }, { 128, 255, 64 }, true },
  };

  for (int f = 0; f < 2; f++) {
    for (int i = 0; i < 4; i++) {
      const SavantColorimetry *color = rows[i].full ? &full_601 : &limited_601;
      Run run;

      run_init (&run, formats[f], 1, 1, color, SAVANT_FORMAT_I420, 1, 1, color);
      test_image_fill (&run.src, TEST_RANDOM, 1);
      for (int c = 0; c < 3; c++)
        test_image_put (&run.src, c, 0, 0, rows[i].code[c]);
      run_compute (&run);
      for (int c = 0; c < 3; c++)
        fail_unless (result (&run, c, 0, 0) == rows[i].out[c],
            "%s row %d component %d: %d", run.src.format->name, i, c,
            result (&run, c, 0, 0));
      run_clear (&run);
    }
  }
}
GST_END_TEST;

GST_START_TEST (bars_by_hand)
{
  Run run;

  /* A 3x1 picture at (1, 1) of a 6x4 NV12: chroma 0 and 1 of row 0. */
  run_init (&run, SAVANT_FORMAT_NV12, 3, 1, &limited_601, SAVANT_FORMAT_NV12, 6,
      4, &limited_601);
  run.config.pad_color = 0x727272;
  run.job.dst_rect = (SavantRect){ 1, 1, 3, 1 };
  test_image_fill (&run.src, TEST_RANDOM, 2);
  for (int i = 0; i < 3; i++)
    test_image_put (&run.src, 0, i, 0, 200);
  for (int i = 0; i < 2; i++) {
    test_image_put (&run.src, 1, i, 0, 33);
    test_image_put (&run.src, 2, i, 0, 44);
  }
  run_compute (&run);
  for (int y = 0; y < 4; y++) {
    for (int x = 0; x < 6; x++)
      fail_unless_equals_int (result (&run, 0, x, y),
          y == 1 && x >= 1 && x <= 3 ? 200 : 114);
  }
  for (int y = 0; y < 2; y++) {
    for (int x = 0; x < 3; x++) {
      bool inside = y == 0 && x < 2;

      fail_unless_equals_int (result (&run, 1, 2 * x, y), inside ? 33 : 128);
      fail_unless_equals_int (result (&run, 1, 2 * x + 1, y),
          inside ? 44 : 128);
    }
  }
  run_clear (&run);
  /* Red bars, alpha and x 255; the spare Y of an odd UYVY. */
  run_init (&run, SAVANT_FORMAT_RGB, 1, 1, &full_601, SAVANT_FORMAT_BGRA, 2, 1,
      &full_601);
  run.config.pad_color = 0xff0102;
  run.job.dst_rect = (SavantRect){ 1, 0, 1, 1 };
  for (int c = 0; c < 3; c++)
    test_image_put (&run.src, c, 0, 0, 10 + c);
  run_compute (&run);
  fail_unless (memcmp (run.expected.image.data[0],
                   (uint8_t[]){ 2, 1, 255, 255, 12, 11, 10, 255 }, 8)
      == 0);
  run_clear (&run);
  run_init (&run, SAVANT_FORMAT_GRAY8, 3, 1, NULL, SAVANT_FORMAT_UYVY, 3, 1,
      &full_601);
  for (int x = 0; x < 3; x++)
    test_image_put (&run.src, 0, x, 0, 10 + x);
  run_compute (&run);
  fail_unless (memcmp (run.expected.image.data[0],
                   (uint8_t[]){ 128, 10, 128, 11, 128, 12, 128, 12 }, 8)
      == 0);
  run_clear (&run);
}
GST_END_TEST;

/* Every format, filter and flip keeps a constant, and an unscaled picture is
 * expected byte for byte. */
GST_START_TEST (invariants)
{
  for (int f = 0; f < REF_N_OUTPUTS; f++) {
    SavantFormat format = ref_format_nth (f)->format;

    for (int k = 0; k < 5; k++) {
      Run run;
      uint8_t *bytes;

      run_init (&run, format, 12, 10, &limited_709, format, 7, 9, &limited_709);
      run.config.interpolation = pixel_filters[k];
      run.config.flip = k;
      test_image_fill (&run.src, TEST_CONSTANT, 77 + f);
      run_compute (&run);
      for (int c = 0; c < run.src.format->n_comps; c++) {
        int plane = run.src.format->plane[c];
        int offset = run.src.format->offset[c];

        bytes = run.src.image.data[plane];
        fail_unless_equals_int (result (&run, plane, offset, 3), bytes[offset]);
      }
      run_clear (&run);

      run_init (&run, format, 13, 7, &limited_709, format, 13, 7, &limited_709);
      run.config.interpolation = pixel_filters[k];
      test_image_fill (&run.src, TEST_RANDOM, 78 + f);
      run_compute (&run);
      for (int p = 0; p < run.src.format->n_planes; p++) {
        for (int y = 0; y < ref_rows (run.src.format, p, 7); y++) {
          int n = ref_row_bytes (run.src.format, p, 13);
          int skip = format == SAVANT_FORMAT_UYVY ? 1 : 0;

          fail_unless (memcmp (run.src.image.data[p]
                               + y * run.src.image.pitch_bytes[p],
                           run.expected.image.data[p]
                               + y * run.expected.image.pitch_bytes[p],
                           n - skip)
                  == 0,
              "%s filter %d: plane %d row %d is no copy", run.src.format->name,
              pixel_filters[k], p, y);
          for (int x = 0; x < n; x++)
            fail_unless (
                run.tolerance.image
                        .data[p][y * run.tolerance.image.pitch_bytes[p] + x]
                    == 0,
                "%s filter %d: plane %d row %d byte %d need not be exact",
                run.src.format->name, pixel_filters[k], p, y, x);
        }
      }
      run_clear (&run);
    }
  }
}
GST_END_TEST;

GST_START_TEST (comparison_finds_errors)
{
  TestImage a, b, t;
  char text[4096];
  TestErrors errors = { 0 };
  const TestLayout layout = { 5, 3, true, false };

  test_image_init (&a, SAVANT_FORMAT_NV12, 5, 5, NULL, &layout);
  test_image_init (&b, SAVANT_FORMAT_NV12, 5, 5, NULL, NULL);
  test_image_init (&t, SAVANT_FORMAT_NV12, 5, 5, NULL, NULL);
  test_image_fill (&a, TEST_RANDOM, 5);
  test_image_fill (&b, TEST_RANDOM, 5);
  for (int p = 0; p < 2; p++)
    memset (t.image.data[p], 0, p == 0 ? 25 : 18);
  fail_unless (test_image_compare (&a.image, &b.image, &t.image, &errors, text,
      sizeof (text)));
  fail_unless (test_image_guards_intact (&a, text, sizeof (text)));
  fail_unless (test_image_hash (&a) == test_image_hash (&b));
  a.image.data[1][2 * a.image.pitch_bytes[1] + 3] ^= 1;
  fail_unless (test_image_hash (&a) != test_image_hash (&b));
  fail_if (test_image_compare (&a.image, &b.image, &t.image, &errors, text,
      sizeof (text)));
  fail_unless (strstr (text, "plane 1 row 2 byte 3") != NULL, "%s", text);
  t.image.data[1][2 * t.image.pitch_bytes[1] + 3] = 1;
  fail_unless (test_image_compare (&a.image, &b.image, &t.image, &errors, text,
      sizeof (text)));
  fail_unless (errors.max == 1 && errors.n_off == 2 && errors.sum == 2);
  a.image.data[1][6]++;
  fail_if (test_image_guards_intact (&a, text, sizeof (text)));
  fail_unless (strstr (text, "byte 6 from row 0 of plane 1") != NULL, "%s",
      text);
  test_image_clear (&a);
  test_image_clear (&b);
  test_image_clear (&t);
}
GST_END_TEST;

static Suite *
reference_suite (void)
{
  Suite *s = suite_create ("reference");
  TCase *tc = tcase_create ("by hand");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, filters_by_hand);
  tcase_add_test (tc, flips_by_hand);
  tcase_add_test (tc, colors_by_hand);
  tcase_add_test (tc, chroma_down_by_hand);
  tcase_add_test (tc, chroma_up_by_hand);
  tcase_add_test (tc, ten_bits_by_hand);
  tcase_add_test (tc, bars_by_hand);
  tcase_add_test (tc, invariants);
  tcase_add_test (tc, comparison_finds_errors);
  return s;
}

GST_CHECK_MAIN (reference);
