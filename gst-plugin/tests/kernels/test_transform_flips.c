/* SPDX-License-Identifier: Apache-2.0 */
/* All flips and quarter turns, with and without scaling, on all formats. */
#include "support/pixelcheck.h"

#include <gst/check/gstcheck.h>
#include <string.h>

static void
check_flips (SavantTransform *transform, int src, const PixelJob *model,
    SavantInterpolation filter)
{
  for (int flip = 0; flip < 8; flip++) {
    SavantTransformConfig config = SAVANT_TRANSFORM_CONFIG_DEFAULTS;
    PixelJob jobs[REF_N_OUTPUTS];

    config.flip = flip;
    config.interpolation = filter;
    config.pad_color = 0x4080f0;
    for (int d = 0; d < REF_N_OUTPUTS; d++) {
      jobs[d] = *model;
      jobs[d].src_format = ref_format_nth (src)->format;
      jobs[d].dst_format = ref_format_nth (d)->format;
      jobs[d].seed = 100 * src + 10 * flip + d;
      if (model->dst_width == 0) {
        bool swap = pixel_flip_swaps (flip);

        jobs[d].dst_width = swap ? model->src_height : model->src_width;
        jobs[d].dst_height = swap ? model->src_width : model->src_height;
      }
    }
    pixel_check (transform, &config, jobs, REF_N_OUTPUTS);
  }
}

/* Even and odd sizes: of a 4:2:0 picture the chroma of some is exact, too. */
GST_START_TEST (unscaled)
{
  static const int sizes[][2] = { { 8, 6 }, { 9, 6 }, { 8, 7 }, { 1, 5 } };
  SavantTransform *transform = pixel_transform_new ();

  for (int i = 0; i < PIXEL_N (sizes); i++) {
    PixelJob model = { .src_width = sizes[i][0], .src_height = sizes[i][1] };

    check_flips (transform, __i__, &model, SAVANT_INTERPOLATION_BILINEAR);
    check_flips (transform, __i__, &model, SAVANT_INTERPOLATION_NEAREST);
  }
  savant_transform_free (transform);
}
GST_END_TEST;

GST_START_TEST (scaled)
{
  const PixelJob model = {
    .src_width = 37, .src_height = 23, .dst_width = 19, .dst_height = 33
  };
  SavantTransform *transform = pixel_transform_new ();

  for (int f = 0; f < 5; f++)
    check_flips (transform, __i__, &model, pixel_filters[f]);
  savant_transform_free (transform);
}
GST_END_TEST;

/* An odd crop into an odd rectangle. */
GST_START_TEST (cropped)
{
  const PixelJob model = { .src_width = 29,
    .src_height = 31,
    .src_rect = { 3, 5, 21, 11 },
    .dst_width = 26,
    .dst_height = 25,
    .dst_rect = { 5, 3, 15, 17 } };
  SavantTransform *transform = pixel_transform_new ();

  check_flips (transform, __i__, &model, SAVANT_INTERPOLATION_BILINEAR);
  check_flips (transform, __i__, &model, SAVANT_INTERPOLATION_SUPER);
  savant_transform_free (transform);
}
GST_END_TEST;

static bool
same_rows (const TestImage *a, const TestImage *b)
{
  return test_image_hash (a) == test_image_hash (b);
}

/* A flip and its inverse give the picture back, byte for byte, where samples
 * of all planes fall on samples. */
GST_START_TEST (there_and_back)
{
  static const SavantFormat formats[] = { SAVANT_FORMAT_RGBA,
    SAVANT_FORMAT_BGRA, SAVANT_FORMAT_RGB, SAVANT_FORMAT_BGR,
    SAVANT_FORMAT_GRAY8, SAVANT_FORMAT_NV12, SAVANT_FORMAT_NV21,
    SAVANT_FORMAT_I420 };
  static const SavantFlip inverse[8] = { SAVANT_FLIP_NONE,
    SAVANT_FLIP_ROTATE_270, SAVANT_FLIP_ROTATE_180, SAVANT_FLIP_ROTATE_90,
    SAVANT_FLIP_X, SAVANT_FLIP_Y, SAVANT_FLIP_TRANSPOSE,
    SAVANT_FLIP_INVERSE_TRANSPOSE };
  const SavantColorimetry centred = { SAVANT_MATRIX_BT709, SAVANT_RANGE_LIMITED,
    SAVANT_SITING_JPEG };
  SavantTransform *transform = pixel_transform_new ();

  for (int f = 0; f < PIXEL_N (formats); f++) {
    SavantTransformConfig config = SAVANT_TRANSFORM_CONFIG_DEFAULTS;
    int flip = __i__;
    int w = pixel_flip_swaps (flip) ? 14 : 22;
    TestImage a, b, c;

    test_image_init (&a, formats[f], 22, 14, &centred, NULL);
    test_image_init (&b, formats[f], w, 36 - w, &centred, NULL);
    test_image_init (&c, formats[f], 22, 14, &centred, NULL);
    test_image_fill (&a, TEST_RANDOM, f);
    config.flip = flip;
    fail_unless_equals_int (savant_transform_run (transform, &config,
                                &(SavantTransformJob){ a.image, b.image,
                                    { 0, 0, 22, 14 }, { 0, 0, w, 36 - w } },
                                1),
        SAVANT_OK);
    config.flip = inverse[flip];
    fail_unless_equals_int (savant_transform_run (transform, &config,
                                &(SavantTransformJob){ b.image, c.image,
                                    { 0, 0, w, 36 - w }, { 0, 0, 22, 14 } },
                                1),
        SAVANT_OK);
    fail_unless (same_rows (&a, &c), "%s flip %d and %d", a.format->name, flip,
        inverse[flip]);
    fail_unless (flip == SAVANT_FLIP_NONE || !same_rows (&a, &b));
    test_image_clear (&a);
    test_image_clear (&b);
    test_image_clear (&c);
  }
  savant_transform_free (transform);
}
GST_END_TEST;

GST_START_TEST (errors_of_all_flips)
{
  pixel_check_errors ("flips");
}
GST_END_TEST;

static Suite *
transform_flips_suite (void)
{
  Suite *s = suite_create ("transform_flips");
  TCase *tc = tcase_create ("flips");

  suite_add_tcase (s, tc);
  tcase_add_loop_test (tc, unscaled, 0, REF_N_FORMATS);
  tcase_add_loop_test (tc, scaled, 0, REF_N_FORMATS);
  tcase_add_loop_test (tc, cropped, 0, REF_N_FORMATS);
  tcase_add_loop_test (tc, there_and_back, 0, 8);
  tcase_add_test (tc, errors_of_all_flips);
  return s;
}

GST_CHECK_MAIN (transform_flips);
