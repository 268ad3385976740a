/* SPDX-License-Identifier: Apache-2.0 */
/* Runs of many pictures, one transform for many geometries, pitches of every
 * kind, and pictures as long, as wide and as big as they get. */
#include "support/pixelcheck.h"

#include <gst/check/gstcheck.h>
#include <pthread.h>
#include <stdlib.h>

/* Pictures of all formats and sizes in one run, several times in one order and
 * the other: what is kept from one run must not show in the next. */
GST_START_TEST (different_jobs)
{
  enum
  {
    N_JOBS = 90
  };
  SavantTransform *transform = pixel_transform_new ();
  PixelJob *jobs = calloc (N_JOBS, sizeof (PixelJob));
  uint64_t state = 11;

  for (int i = 0; i < N_JOBS; i++) {
    SavantFormat from = ref_format_nth (i % REF_N_FORMATS)->format;
    SavantFormat to = ref_format_nth (i % REF_N_OUTPUTS)->format;
    int sw = test_random_int (&state, 1, 50);
    int sh = test_random_int (&state, 1, 40);
    int dw = test_random_int (&state, 1, 40);
    int dh = test_random_int (&state, 1, 50);

    jobs[i] = pixel_job (from, sw, sh, to, dw, dh, i);
  }
  for (int round = 0; round < 6; round++) {
    SavantTransformConfig config = SAVANT_TRANSFORM_CONFIG_DEFAULTS;

    config.interpolation = pixel_filters[round % 5];
    config.flip = round;
    pixel_check (transform, &config, jobs, N_JOBS);
    for (int i = 0; i < N_JOBS / 2; i++) {
      PixelJob swap = jobs[i];

      jobs[i] = jobs[N_JOBS - 1 - i];
      jobs[N_JOBS - 1 - i] = swap;
    }
  }
  free (jobs);
  savant_transform_free (transform);
}
GST_END_TEST;

/* Every single thing that a run may change, changed alone. */
GST_START_TEST (one_change_at_a_time)
{
  SavantTransform *transform = pixel_transform_new ();
  SavantTransformConfig config = SAVANT_TRANSFORM_CONFIG_DEFAULTS;
  PixelJob job =
      pixel_job (SAVANT_FORMAT_NV12, 24, 18, SAVANT_FORMAT_NV12, 20, 20, 1);

  job.src_rect = (SavantRect){ 2, 2, 16, 12 };
  job.dst_rect = (SavantRect){ 2, 4, 14, 10 };
  job.src_color = job.dst_color = (SavantColorimetry){ SAVANT_MATRIX_BT709,
    SAVANT_RANGE_LIMITED, SAVANT_SITING_MPEG2 };
  for (int change = 0; change < 24; change++) {
    PixelJob changed = job;
    SavantTransformConfig other = config;

    switch (change) {
      case 0:
        changed.src_format = SAVANT_FORMAT_NV21;
        break;
      case 1:
        changed.dst_format = SAVANT_FORMAT_I420;
        break;
      case 2:
        changed.src_width = 25;
        break;
      case 3:
        changed.src_height = 19;
        break;
      case 4:
        changed.dst_width = 21;
        break;
      case 5:
        changed.dst_height = 21;
        break;
      case 6:
        changed.src_rect.x = 3;
        break;
      case 7:
        changed.src_rect.y = 3;
        break;
      case 8:
        changed.src_rect.w = 15;
        break;
      case 9:
        changed.src_rect.h = 13;
        break;
      case 10:
        changed.dst_rect.x = 3;
        break;
      case 11:
        changed.dst_rect.y = 5;
        break;
      case 12:
        changed.dst_rect.w = 13;
        break;
      case 13:
        changed.dst_rect.h = 11;
        break;
      case 14:
        changed.src_color.matrix = SAVANT_MATRIX_BT601;
        break;
      case 15:
        changed.src_color.range = SAVANT_RANGE_FULL;
        break;
      case 16:
        changed.src_color.siting = SAVANT_SITING_JPEG;
        break;
      case 17:
        changed.dst_color.matrix = SAVANT_MATRIX_BT2020;
        break;
      case 18:
        changed.dst_color.range = SAVANT_RANGE_FULL;
        break;
      case 19:
        changed.dst_color.siting = SAVANT_SITING_V_COSITED;
        break;
      case 20:
        other.pad_color = 0x123456;
        break;
      case 21:
        other.interpolation = SAVANT_INTERPOLATION_CUBIC;
        break;
      case 22:
        other.flip = SAVANT_FLIP_ROTATE_180;
        break;
      default:
        changed.src_layout.padding = 5;
        break;
    }
    pixel_check (transform, &config, &job, 1);
    pixel_check (transform, &other, &changed, 1);
  }
  savant_transform_free (transform);
}
GST_END_TEST;

/* Pitches that are odd, negative or larger than the row, on both sides. */
GST_START_TEST (pitches)
{
  static const TestLayout layouts[] = { { 0, 0, false, true },
    { 0, 1, false, false }, { 1, 0, false, false }, { 13, 7, false, false },
    { 0, 0, true, false }, { 3, 5, true, true }, { 64, 32, false, false } };
  SavantTransform *transform = pixel_transform_new ();
  int n = 0;

  for (int d = 0; d < REF_N_OUTPUTS; d++) {
    PixelJob jobs[PIXEL_N (layouts) * 2];
    SavantTransformConfig config = SAVANT_TRANSFORM_CONFIG_DEFAULTS;

    for (int i = 0; i < PIXEL_N (jobs); i++) {
      jobs[i] = pixel_job (ref_format_nth (__i__)->format, 19, 11,
          ref_format_nth (d)->format, i % 2 ? 19 : 15, i % 2 ? 11 : 13, i);
      jobs[i].src_layout = layouts[i / 2];
      jobs[i].dst_layout = layouts[(i / 2 + d + 1) % PIXEL_N (layouts)];
      jobs[i].dst_layout.tight = false;
    }
    config.interpolation = pixel_filters[n++ % 5];
    pixel_check (transform, &config, jobs, PIXEL_N (jobs));
    config.flip = SAVANT_FLIP_X;
    config.interpolation = SAVANT_INTERPOLATION_BILINEAR;
    pixel_check (transform, &config, jobs, PIXEL_N (jobs));
  }
  savant_transform_free (transform);
}
GST_END_TEST;

/* Every width up to more than a step of any vector kernel, its remainder and
 * one more step. */
GST_START_TEST (every_width)
{
  static const SavantFormat targets[] = { SAVANT_FORMAT_RGBA,
    SAVANT_FORMAT_BGRx, SAVANT_FORMAT_RGB, SAVANT_FORMAT_NV12,
    SAVANT_FORMAT_I420, SAVANT_FORMAT_UYVY, SAVANT_FORMAT_GRAY8 };
  SavantTransform *transform = pixel_transform_new ();
  PixelJob *jobs = calloc (3 * PIXEL_N (targets), sizeof (PixelJob));

  for (int w = 1; w <= 70; w++) {
    SavantTransformConfig config = SAVANT_TRANSFORM_CONFIG_DEFAULTS;
    SavantFormat from = ref_format_nth (__i__)->format;
    int n = 0;

    config.interpolation = pixel_filters[w % 8 ? 1 : w / 8 % 5];
    config.flip = w % 5 ? SAVANT_FLIP_NONE : SAVANT_FLIP_X;
    for (int t = 0; t < PIXEL_N (targets); t++) {
      jobs[n++] = pixel_job (from, w, 3, targets[t], w, 3, w);
      jobs[n++] = pixel_job (from, w, 3, targets[t], 2 * w, 4, w);
      jobs[n++] = pixel_job (from, 3 * w + 1, 5, targets[t], w, 3, w);
    }
    pixel_check (transform, &config, jobs, n);
  }
  free (jobs);
  savant_transform_free (transform);
}
GST_END_TEST;

/* The longest rows and columns, to less and back. */
GST_START_TEST (longest_sides)
{
  static const int sizes[][4] = { { 32767, 1, 301, 1 }, { 1, 32767, 1, 301 },
    { 300, 2, 32767, 1 }, { 2, 300, 1, 32767 }, { 32767, 2, 32766, 1 },
    { 32767, 1, 32767, 1 }, { 32767, 1, 1, 1 }, { 1, 1, 3, 32767 } };
  static const SavantFormat targets[] = { SAVANT_FORMAT_RGBA,
    SAVANT_FORMAT_NV12, SAVANT_FORMAT_UYVY };
  SavantTransform *transform = pixel_transform_new ();
  SavantTransformConfig config = SAVANT_TRANSFORM_CONFIG_DEFAULTS;

  config.interpolation = pixel_filters[__i__];
  for (int i = 0; i < PIXEL_N (sizes); i++) {
    PixelJob jobs[3];

    for (int t = 0; t < 3; t++)
      jobs[t] = pixel_job ((SavantFormat[]){ SAVANT_FORMAT_NV12,
                               SAVANT_FORMAT_RGB, SAVANT_FORMAT_UYVY }[t],
          sizes[i][0], sizes[i][1], targets[(t + i) % 3], sizes[i][2],
          sizes[i][3], i);
    pixel_check (transform, &config, jobs, 3);
  }
  config.flip = SAVANT_FLIP_ROTATE_90;
  for (int i = 0; i < 4; i++) {
    PixelJob job = pixel_job (SAVANT_FORMAT_I420, sizes[i][0], sizes[i][1],
        SAVANT_FORMAT_BGRA, sizes[i][3], sizes[i][2], i);

    pixel_check (transform, &config, &job, 1);
  }
  savant_transform_free (transform);
}
GST_END_TEST;

/* What cameras and networks have. */
GST_START_TEST (real_sizes)
{
  static const struct
  {
    SavantFormat from;
    int sw;
    int sh;
    SavantFormat to;
    int dw;
    int dh;
    SavantInterpolation filter;
  } rows[] = {
    { SAVANT_FORMAT_NV12, 1920, 1080, SAVANT_FORMAT_RGBA, 640, 640,
        SAVANT_INTERPOLATION_BILINEAR },
    { SAVANT_FORMAT_NV12, 1920, 1080, SAVANT_FORMAT_RGBA, 512, 512,
        SAVANT_INTERPOLATION_BILINEAR },
    { SAVANT_FORMAT_I420, 1280, 720, SAVANT_FORMAT_NV12, 416, 416,
        SAVANT_INTERPOLATION_SUPER },
    { SAVANT_FORMAT_RGBA, 1366, 768, SAVANT_FORMAT_I420, 608, 608,
        SAVANT_INTERPOLATION_LANCZOS },
    { SAVANT_FORMAT_P010_10LE, 1280, 720, SAVANT_FORMAT_BGRx, 300, 300,
        SAVANT_INTERPOLATION_CUBIC },
    { SAVANT_FORMAT_YUY2, 640, 480, SAVANT_FORMAT_RGB, 1280, 960,
        SAVANT_INTERPOLATION_BILINEAR },
  };
  SavantTransform *transform = pixel_transform_new ();

  for (int i = 0; i < PIXEL_N (rows); i++) {
    SavantTransformConfig config = SAVANT_TRANSFORM_CONFIG_DEFAULTS;
    PixelJob job = pixel_job (rows[i].from, rows[i].sw, rows[i].sh, rows[i].to,
        rows[i].dw, rows[i].dh, i);

    config.interpolation = rows[i].filter;
    config.pad_color = 0x727272;
    job.content = i % 2 ? TEST_RANDOM : TEST_NOISY_GRADIENT;
    fail_unless_equals_int (savant_letterbox (&config, rows[i].sw, rows[i].sh,
                                rows[i].dw, rows[i].dh, &job.dst_rect),
        SAVANT_OK);
    pixel_check (transform, &config, &job, 1);
  }
  savant_transform_free (transform);
}
GST_END_TEST;

GST_START_TEST (no_jobs)
{
  SavantTransform *transform = pixel_transform_new ();
  SavantTransformConfig config = SAVANT_TRANSFORM_CONFIG_DEFAULTS;

  fail_unless_equals_int (savant_transform_run (transform, &config, NULL, 0),
      SAVANT_OK);
  savant_transform_free (transform);
  savant_transform_free (NULL);
}
GST_END_TEST;

typedef struct Worker
{
  pthread_t thread;
  SavantTransform *transform;
  SavantTransformJob job;
  int status;
} Worker;

static void *
work (void *data)
{
  Worker *worker = data;
  SavantTransformConfig config = SAVANT_TRANSFORM_CONFIG_DEFAULTS;

  for (int i = 0; i < 50 && worker->status == SAVANT_OK; i++)
    worker->status =
        savant_transform_run (worker->transform, &config, &worker->job, 1);
  return NULL;
}

/* Transforms of their own in several threads, on one source. */
GST_START_TEST (threads)
{
  enum
  {
    N_THREADS = 4
  };
  TestImage src, dst[N_THREADS];
  Worker workers[N_THREADS] = { 0 };

  test_image_init (&src, SAVANT_FORMAT_NV12, 64, 48, NULL, NULL);
  test_image_fill (&src, TEST_RANDOM, 3);
  for (int i = 0; i < N_THREADS; i++) {
    test_image_init (&dst[i], SAVANT_FORMAT_RGBA, 33, 31, NULL, NULL);
    workers[i].transform = pixel_transform_new ();
    workers[i].job = (SavantTransformJob){ src.image, dst[i].image,
      { 0, 0, 64, 48 }, { 0, 0, 33, 31 } };
  }
  for (int i = 0; i < N_THREADS; i++)
    fail_unless_equals_int (pthread_create (&workers[i].thread, NULL, work,
                                &workers[i]),
        0);
  for (int i = 0; i < N_THREADS; i++) {
    pthread_join (workers[i].thread, NULL);
    fail_unless_equals_int (workers[i].status, SAVANT_OK);
    fail_unless (test_image_hash (&dst[i]) == test_image_hash (&dst[0]));
  }
  for (int i = 0; i < N_THREADS; i++) {
    savant_transform_free (workers[i].transform);
    test_image_clear (&dst[i]);
  }
  test_image_clear (&src);
}
GST_END_TEST;

GST_START_TEST (errors_of_all_runs)
{
  pixel_print_errors ("runs");
}
GST_END_TEST;

static Suite *
transform_runs_suite (void)
{
  Suite *s = suite_create ("transform_runs");
  TCase *tc = tcase_create ("runs");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, different_jobs);
  tcase_add_test (tc, one_change_at_a_time);
  tcase_add_loop_test (tc, pitches, 0, REF_N_FORMATS);
  tcase_add_loop_test (tc, every_width, 0, REF_N_FORMATS);
  tcase_add_loop_test (tc, longest_sides, 0, 5);
  tcase_add_test (tc, real_sizes);
  tcase_add_test (tc, no_jobs);
  tcase_add_test (tc, threads);
  tcase_add_test (tc, errors_of_all_runs);
  return s;
}

GST_CHECK_MAIN (transform_runs);
