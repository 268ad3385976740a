/* SPDX-License-Identifier: Apache-2.0 */
/* Random jobs. A failure prints the job, seed included. */
#include "support/pixelcheck.h"

#include <gst/check/gstcheck.h>

#define N_RUNS (PIXEL_SANITIZED ? 120 : 800)
#define JOBS_PER_RUN 4

static SavantRect
random_rect (uint64_t *state, int width, int height)
{
  SavantRect rect;

  rect.w = test_random_int (state, 1, width);
  rect.h = test_random_int (state, 1, height);
  rect.x = test_random_int (state, 0, width - rect.w);
  rect.y = test_random_int (state, 0, height - rect.h);
  return rect;
}

static SavantColorimetry
random_colorimetry (uint64_t *state, SavantFormat format)
{
  SavantColorimetry color;

  color.matrix =
      test_random_int (state, SAVANT_MATRIX_FCC, SAVANT_MATRIX_BT2020);
  color.range =
      test_random_int (state, SAVANT_RANGE_FULL, SAVANT_RANGE_LIMITED);
  color.siting = 2 * (unsigned) test_random_int (state, 0, 3);
  if (ref_format (format)->family == REF_RGB
      && test_random_int (state, 0, 3) > 0)
    color.range = SAVANT_RANGE_FULL;
  return color;
}

static TestLayout
random_layout (uint64_t *state)
{
  TestLayout layout = { 0 };

  layout.padding =
      test_random_int (state, 0, 1) ? test_random_int (state, 0, 70) : 0;
  layout.misalign = test_random_int (state, 0, 15);
  layout.bottom_up = test_random_int (state, 0, 3) == 0;
  return layout;
}

static PixelJob
random_job (uint64_t *state, SavantFlip flip)
{
  PixelJob job = { .seed = test_random (state) };
  int most = test_random_int (state, 0, 9) == 0 ? 150 : 40;

  job.src_format =
      ref_format_nth (test_random_int (state, 0, REF_N_FORMATS - 1))->format;
  job.dst_format =
      ref_format_nth (test_random_int (state, 0, REF_N_OUTPUTS - 1))->format;
  if (test_random_int (state, 0, 3) == 0 && ref_format (job.src_format)->output)
    job.dst_format = job.src_format;
  job.src_width = test_random_int (state, 1, most);
  job.src_height = test_random_int (state, 1, most);
  job.dst_width = test_random_int (state, 1, most);
  job.dst_height = test_random_int (state, 1, most);
  if (test_random_int (state, 0, 1))
    job.src_rect = random_rect (state, job.src_width, job.src_height);
  if (test_random_int (state, 0, 1))
    job.dst_rect = random_rect (state, job.dst_width, job.dst_height);
  job.src_color = random_colorimetry (state, job.src_format);
  job.dst_color = test_random_int (state, 0, 1)
      ? random_colorimetry (state, job.dst_format)
      : job.src_color;
  /* Copies and flips of a part, where a position can be on a sample. */
  if (test_random_int (state, 0, 3) == 0) {
    bool swap = pixel_flip_swaps (flip);

    job.src_rect = random_rect (state, job.src_width, job.src_height);
    job.dst_rect.w = swap ? job.src_rect.h : job.src_rect.w;
    job.dst_rect.h = swap ? job.src_rect.w : job.src_rect.h;
    job.dst_rect.x = test_random_int (state, 0, 4);
    job.dst_rect.y = test_random_int (state, 0, 4);
    job.dst_width =
        job.dst_rect.x + job.dst_rect.w + test_random_int (state, 0, 4);
    job.dst_height =
        job.dst_rect.y + job.dst_rect.h + test_random_int (state, 0, 4);
  }
  job.content = test_random_int (state, TEST_RANDOM, TEST_NOISY_GRADIENT);
  job.src_layout = random_layout (state);
  job.dst_layout = random_layout (state);
  return job;
}

GST_START_TEST (random_jobs)
{
  SavantTransform *transform = pixel_transform_new ();

  for (int i = 0; i < N_RUNS; i++) {
    SavantTransformConfig config = SAVANT_TRANSFORM_CONFIG_DEFAULTS;
    uint64_t state = 1000003u * __i__ + i;
    PixelJob jobs[JOBS_PER_RUN];

    config.interpolation = pixel_filters[test_random_int (&state, 0, 4)];
    config.flip = test_random_int (&state, 0, 1)
        ? SAVANT_FLIP_NONE
        : (SavantFlip) test_random_int (&state, 0, 7);
    config.pad_color = (uint32_t) (test_random (&state) & 0xffffff);
    for (int j = 0; j < JOBS_PER_RUN; j++)
      jobs[j] = random_job (&state, config.flip);
    pixel_check (transform, &config, jobs, JOBS_PER_RUN);
  }
  savant_transform_free (transform);
}
GST_END_TEST;

GST_START_TEST (errors_of_all_jobs)
{
  pixel_check_errors ("fuzz");
}
GST_END_TEST;

static Suite *
transform_fuzz_suite (void)
{
  Suite *s = suite_create ("transform_fuzz");
  TCase *tc = tcase_create ("fuzz");

  suite_add_tcase (s, tc);
  tcase_add_loop_test (tc, random_jobs, 0, 10);
  tcase_add_test (tc, errors_of_all_jobs);
  return s;
}

GST_CHECK_MAIN (transform_fuzz);
