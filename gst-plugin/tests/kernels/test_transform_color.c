/* SPDX-License-Identifier: Apache-2.0 */
/* Matrices, ranges and chroma sitings, both ways. */
#include "support/pixelcheck.h"

#include <gst/check/gstcheck.h>

static const SavantMatrix matrices[] = { SAVANT_MATRIX_FCC, SAVANT_MATRIX_BT709,
  SAVANT_MATRIX_BT601, SAVANT_MATRIX_SMPTE240M, SAVANT_MATRIX_BT2020 };
static const SavantRange ranges[] = { SAVANT_RANGE_FULL, SAVANT_RANGE_LIMITED };
static const unsigned sitings[] = { SAVANT_SITING_JPEG, SAVANT_SITING_MPEG2,
  SAVANT_SITING_V_COSITED, SAVANT_SITING_MPEG2 | SAVANT_SITING_V_COSITED };

/* One source of each family, subsampling and depth. */
static const SavantFormat sources[] = { SAVANT_FORMAT_RGBA, SAVANT_FORMAT_GRAY8,
  SAVANT_FORMAT_NV12, SAVANT_FORMAT_Y42B, SAVANT_FORMAT_Y444,
  SAVANT_FORMAT_UYVY, SAVANT_FORMAT_I420_10LE, SAVANT_FORMAT_P010_10LE };
static const SavantFormat destinations[] = { SAVANT_FORMAT_RGB,
  SAVANT_FORMAT_BGRA, SAVANT_FORMAT_GRAY8, SAVANT_FORMAT_NV12,
  SAVANT_FORMAT_I420, SAVANT_FORMAT_UYVY };

static PixelJob
job_for (int src, int dst, SavantColorimetry from, SavantColorimetry to, int sw,
    int sh, int dw, int dh)
{
  PixelJob job = pixel_job (sources[src], sw, sh, destinations[dst], dw, dh,
      from.matrix * 64 + from.range * 32 + to.matrix * 4 + to.range);

  job.src_color = from;
  job.dst_color = to;
  return job;
}

/* Every pair of matrices and ranges, unscaled and scaled. */
GST_START_TEST (matrices_and_ranges)
{
  SavantTransform *transform = pixel_transform_new ();
  SavantTransformConfig config = SAVANT_TRANSFORM_CONFIG_DEFAULTS;

  for (int sm = 0; sm < 5; sm++) {
    for (int dm = 0; dm < 5; dm++) {
      PixelJob jobs[4 * PIXEL_N (destinations) * 2];
      int n = 0;

      for (int r = 0; r < 4; r++) {
        SavantColorimetry from = { matrices[sm], ranges[r / 2], 2 };
        SavantColorimetry to = { matrices[dm], ranges[r % 2], 2 };

        for (int d = 0; d < PIXEL_N (destinations); d++) {
          jobs[n++] = job_for (__i__, d, from, to, 16, 12, 16, 12);
          jobs[n] = job_for (__i__, d, from, to, 15, 11, 9, 13);
          jobs[n++].content = TEST_CHECKER;
        }
      }
      pixel_check (transform, &config, jobs, n);
    }
  }
  config.interpolation = SAVANT_INTERPOLATION_NEAREST;
  for (int m = 0; m < 25; m++) {
    SavantColorimetry from = { matrices[m / 5], ranges[m % 2], 2 };
    SavantColorimetry to = { matrices[m % 5], ranges[m / 2 % 2], 2 };
    PixelJob jobs[PIXEL_N (destinations)];

    for (int d = 0; d < PIXEL_N (destinations); d++)
      jobs[d] = job_for (__i__, d, from, to, 40, 30, 32, 24);
    pixel_check (transform, &config, jobs, PIXEL_N (destinations));
  }
  savant_transform_free (transform);
}
GST_END_TEST;

/* Every pair of sitings with filters that tell them apart. */
GST_START_TEST (chroma_sitings)
{
  SavantTransform *transform = pixel_transform_new ();

  for (int f = 0; f < 5; f++) {
    SavantTransformConfig config = SAVANT_TRANSFORM_CONFIG_DEFAULTS;
    PixelJob jobs[16 * PIXEL_N (destinations) * 3];
    int n = 0;

    config.interpolation = pixel_filters[f];
    for (int s = 0; s < 16; s++) {
      SavantColorimetry from = { SAVANT_MATRIX_BT709, SAVANT_RANGE_LIMITED,
        sitings[s / 4] };
      SavantColorimetry to = { SAVANT_MATRIX_BT709, SAVANT_RANGE_LIMITED,
        sitings[s % 4] };

      for (int d = 0; d < PIXEL_N (destinations); d++) {
        jobs[n++] = job_for (__i__, d, from, to, 12, 10, 12, 10);
        jobs[n++] = job_for (__i__, d, from, to, 19, 17, 11, 23);
        jobs[n] = job_for (__i__, d, from, to, 19, 17, 21, 16);
        jobs[n].src_rect = (SavantRect){ 3, 5, 13, 9 };
        jobs[n++].dst_rect = (SavantRect){ 5, 1, 9, 11 };
      }
    }
    pixel_check (transform, &config, jobs, n);
  }
  savant_transform_free (transform);
}
GST_END_TEST;

/* Sitings stay where they are in the picture while it is turned. */
GST_START_TEST (sitings_under_flips)
{
  SavantTransform *transform = pixel_transform_new ();

  for (int flip = 1; flip < 8; flip++) {
    SavantTransformConfig config = SAVANT_TRANSFORM_CONFIG_DEFAULTS;
    PixelJob jobs[16 * 3];
    int n = 0;

    config.flip = flip;
    for (int s = 0; s < 16; s++) {
      SavantColorimetry from = { SAVANT_MATRIX_BT709, SAVANT_RANGE_LIMITED,
        sitings[s / 4] };
      SavantColorimetry to = { SAVANT_MATRIX_BT709, SAVANT_RANGE_LIMITED,
        sitings[s % 4] };

      jobs[n++] = job_for (__i__, 3, from, to, 13, 10, 11, 9);
      jobs[n++] = job_for (__i__, 5, from, to, 12, 9, 9, 12);
      jobs[n++] = job_for (__i__, 0, from, to, 7, 8, 8, 7);
    }
    pixel_check (transform, &config, jobs, n);
  }
  savant_transform_free (transform);
}
GST_END_TEST;

/* RGB knows no matrix and no siting, grey no range: a copy stays a copy. */
GST_START_TEST (numbers_without_meaning)
{
  static const SavantFormat formats[] = { SAVANT_FORMAT_RGBA,
    SAVANT_FORMAT_BGRx, SAVANT_FORMAT_RGB, SAVANT_FORMAT_GRAY8 };
  SavantTransform *transform = pixel_transform_new ();
  SavantTransformConfig config = SAVANT_TRANSFORM_CONFIG_DEFAULTS;

  for (int f = 0; f < PIXEL_N (formats); f++) {
    bool grey = formats[f] == SAVANT_FORMAT_GRAY8;
    SavantColorimetry from = { SAVANT_MATRIX_RGB, SAVANT_RANGE_FULL, 0 };
    SavantColorimetry to = { SAVANT_MATRIX_BT2020,
      grey ? SAVANT_RANGE_LIMITED : SAVANT_RANGE_FULL, 6 };
    TestImage a, b;

    test_image_init (&a, formats[f], 21, 9, &from, NULL);
    test_image_init (&b, formats[f], 21, 9, &to, NULL);
    test_image_fill (&a, TEST_RANDOM, f);
    fail_unless_equals_int (savant_transform_run (transform, &config,
                                &(SavantTransformJob){ a.image, b.image,
                                    { 0, 0, 21, 9 }, { 0, 0, 21, 9 } },
                                1),
        SAVANT_OK);
    fail_unless (test_image_hash (&a) == test_image_hash (&b), "%s",
        a.format->name);
    test_image_clear (&a);
    test_image_clear (&b);
  }
  savant_transform_free (transform);
}
GST_END_TEST;

/* Every code of every component through the range and the matrix. */
GST_START_TEST (all_codes)
{
  SavantTransform *transform = pixel_transform_new ();
  SavantTransformConfig config = SAVANT_TRANSFORM_CONFIG_DEFAULTS;
  SavantColorimetry from = { SAVANT_MATRIX_BT601, ranges[__i__ / 2],
    SAVANT_SITING_MPEG2 };
  SavantColorimetry to = { SAVANT_MATRIX_BT601, ranges[__i__ % 2],
    SAVANT_SITING_MPEG2 };

  for (int s = 0; s < PIXEL_N (sources); s++) {
    for (int d = 0; d < PIXEL_N (destinations); d++) {
      PixelJob job = job_for (s, d, from, to, 1024, 4, 1024, 4);

      job.content = TEST_GRADIENT;
      pixel_check (transform, &config, &job, 1);
    }
  }
  savant_transform_free (transform);
}
GST_END_TEST;

GST_START_TEST (errors_of_all_colors)
{
  pixel_check_errors ("color");
}
GST_END_TEST;

static Suite *
transform_color_suite (void)
{
  Suite *s = suite_create ("transform_color");
  TCase *tc = tcase_create ("color");

  suite_add_tcase (s, tc);
  tcase_add_loop_test (tc, matrices_and_ranges, 0, PIXEL_N (sources));
  tcase_add_loop_test (tc, chroma_sitings, 0, PIXEL_N (sources));
  tcase_add_loop_test (tc, sitings_under_flips, 0, PIXEL_N (sources));
  tcase_add_test (tc, numbers_without_meaning);
  tcase_add_loop_test (tc, all_codes, 0, 4);
  tcase_add_test (tc, errors_of_all_colors);
  return s;
}

GST_CHECK_MAIN (transform_color);
