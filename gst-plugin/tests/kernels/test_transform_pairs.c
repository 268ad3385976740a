/* SPDX-License-Identifier: Apache-2.0 */
/* Every input format to every output format with every filter. */
#include "support/pixelcheck.h"

#include <gst/check/gstcheck.h>

typedef struct Size
{
  int sw;
  int sh;
  int dw;
  int dh;
} Size;

static const Size tiny_sizes[] = {
  { 1, 1, 1, 1 },
  { 1, 1, 5, 7 },
  { 5, 9, 1, 1 },
  { 1, 9, 1, 4 },
  { 1, 4, 3, 9 },
  { 9, 1, 4, 1 },
  { 4, 1, 9, 3 },
  { 2, 3, 3, 2 },
  { 3, 2, 2, 3 },
  { 7, 5, 7, 5 },
};

static const Size sizes[] = {
  { 17, 13, 31, 29 },
  { 64, 48, 23, 17 },
  { 33, 21, 11, 7 },
  { 44, 26, 22, 13 },
  { 13, 9, 39, 27 },
};

/* All destinations of one source in one run. */
static void
check_size (SavantTransform *transform, const RefFormat *src, const Size *size,
    TestContent content, uint64_t seed)
{
  PixelJob jobs[REF_N_OUTPUTS];

  for (int d = 0; d < REF_N_OUTPUTS; d++) {
    jobs[d] = pixel_job (src->format, size->sw, size->sh,
        ref_format_nth (d)->format, size->dw, size->dh, seed + d);
    jobs[d].content = content;
  }
  for (int f = 0; f < 5; f++) {
    SavantTransformConfig config = SAVANT_TRANSFORM_CONFIG_DEFAULTS;

    config.interpolation = pixel_filters[f];
    pixel_check (transform, &config, jobs, REF_N_OUTPUTS);
  }
}

GST_START_TEST (tiny_pictures)
{
  SavantTransform *transform = pixel_transform_new ();

  for (int i = 0; i < PIXEL_N (tiny_sizes); i++)
    check_size (transform, ref_format_nth (__i__), &tiny_sizes[i], TEST_RANDOM,
        1000 * i);
  savant_transform_free (transform);
}
GST_END_TEST;

GST_START_TEST (random_pictures)
{
  SavantTransform *transform = pixel_transform_new ();

  for (int i = 0; i < PIXEL_N (sizes); i++)
    check_size (transform, ref_format_nth (__i__), &sizes[i], TEST_RANDOM,
        2000 * i);
  savant_transform_free (transform);
}
GST_END_TEST;

/* Extremes make every overshoot and every clamp count. */
GST_START_TEST (extreme_pictures)
{
  SavantTransform *transform = pixel_transform_new ();

  for (int i = 0; i < PIXEL_N (sizes); i++)
    check_size (transform, ref_format_nth (__i__), &sizes[i], TEST_CHECKER, 1);
  for (int i = 0; i < 2; i++)
    check_size (transform, ref_format_nth (__i__), &sizes[i], TEST_GRADIENT, 1);
  savant_transform_free (transform);
}
GST_END_TEST;

GST_START_TEST (errors_of_all_pairs)
{
  pixel_check_errors ("pairs");
}
GST_END_TEST;

static Suite *
transform_pairs_suite (void)
{
  Suite *s = suite_create ("transform_pairs");
  TCase *tc = tcase_create ("pairs");

  suite_add_tcase (s, tc);
  tcase_add_loop_test (tc, tiny_pictures, 0, REF_N_FORMATS);
  tcase_add_loop_test (tc, random_pictures, 0, REF_N_FORMATS);
  tcase_add_loop_test (tc, extreme_pictures, 0, REF_N_FORMATS);
  tcase_add_test (tc, errors_of_all_pairs);
  return s;
}

GST_CHECK_MAIN (transform_pairs);
