/* SPDX-License-Identifier: Apache-2.0 */
/* The host backend's threads: every part once, the same pixels with any number
 * of them, no thread started for a frame, several callers, fork(). */
#include "backend/host/workers.h"
#include "core/format.h"

#include <gst/check/gstcheck.h>
#include <pthread.h>
#include <savant/transform.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define N_PARTS 1000
#define N_CALLERS 4
#define MAX_BATCH 40

typedef struct Count
{
  int seen[N_PARTS];
  int lanes[SV_MAX_THREADS]; /* who is inside */
  int clashes;
} Count;

static void
count_part (void *data, int i, int lane)
{
  Count *count = data;

  if (__atomic_add_fetch (&count->lanes[lane], 1, __ATOMIC_SEQ_CST) != 1)
    __atomic_add_fetch (&count->clashes, 1, __ATOMIC_SEQ_CST);
  __atomic_add_fetch (&count->seen[i], 1, __ATOMIC_SEQ_CST);
  __atomic_sub_fetch (&count->lanes[lane], 1, __ATOMIC_SEQ_CST);
}

/* Whether each of n parts was done once, by threads of lanes of their own. */
static gboolean
counts_are_right (int n_threads, int n)
{
  Count *count = calloc (1, sizeof *count);
  gboolean right;

  sv_workers_run (n_threads, n, count_part, count);
  right = count->clashes == 0;
  for (int i = 0; i < N_PARTS; i++)
    right = right && count->seen[i] == (i < n ? 1 : 0);
  free (count);
  return right;
}

GST_START_TEST (every_part_is_done_once)
{
  static const int parts[] = { 0, 1, 2, 7, N_PARTS };

  for (int threads = 1; threads <= 9; threads += 2)
    for (int i = 0; i < 5; i++)
      fail_unless (counts_are_right (threads, parts[i]), "%d threads, %d parts",
          threads, parts[i]);
}
GST_END_TEST;

GST_START_TEST (threads_stay)
{
  int n;

  fail_unless (counts_are_right (4, N_PARTS));
  n = sv_workers_n_started ();
  fail_unless (n >= 3, "%d threads", n);
  for (int i = 0; i < 500; i++)
    fail_unless (counts_are_right (1 + i % 4, 20));
  fail_unless_equals_int (sv_workers_n_started (), n);
  fail_unless (sv_workers_n_cores () >= 1
      && sv_workers_n_cores () <= SV_MAX_THREADS);
}
GST_END_TEST;

static void *
call_often (void *wrong)
{
  for (int i = 0; i < 200; i++)
    if (!counts_are_right (2 + i % 3, 50))
      *(int *) wrong += 1;
  return NULL;
}

GST_START_TEST (several_callers_share_them)
{
  pthread_t callers[N_CALLERS];
  int wrong[N_CALLERS] = { 0 };

  for (int i = 0; i < N_CALLERS; i++)
    fail_unless (pthread_create (&callers[i], NULL, call_often, &wrong[i])
        == 0);
  for (int i = 0; i < N_CALLERS; i++) {
    pthread_join (callers[i], NULL);
    fail_unless_equals_int (wrong[i], 0);
  }
}
GST_END_TEST;

#ifndef __SANITIZE_THREAD__
/* A child has none of its parent's threads, but works and ends. */
GST_START_TEST (a_child_starts_its_own)
{
  int status;

  fail_unless (counts_are_right (4, N_PARTS));
  pid_t child = fork ();
  if (child == 0) {
    alarm (60);
    if (sv_workers_n_started () != 0)
      _exit (1);
    _exit (counts_are_right (3, N_PARTS) && sv_workers_n_started () == 2 ? 0
                                                                         : 2);
  }
  fail_unless (child > 0 && waitpid (child, &status, 0) == child);
  fail_unless (WIFEXITED (status) && WEXITSTATUS (status) == 0,
      "the child ended with %x", status);
  fail_unless (counts_are_right (4, N_PARTS));
}
GST_END_TEST;

/* exit() with threads asleep and just after work. */
GST_START_TEST (a_process_ends)
{
  for (int i = 0; i < 10; i++) {
    int status;
    pid_t child = fork ();

    if (child == 0) {
      alarm (60);
      if (!counts_are_right (4, N_PARTS))
        abort ();
      usleep ((useconds_t) i * 500);
      /* LeakSanitizer would look for the parent's threads. */
#ifdef __SANITIZE_ADDRESS__
      _exit (0);
#else
      exit (0);
#endif
    }
    fail_unless (child > 0 && waitpid (child, &status, 0) == child);
    fail_unless (WIFEXITED (status) && WEXITSTATUS (status) == 0);
  }
}
GST_END_TEST;
#endif

static void
image_new (SavantImage *image, SavantFormat format, int width, int height,
    unsigned seed)
{
  memset (image, 0, sizeof *image);
  image->format = format;
  image->width = width;
  image->height = height;
  image->n_planes = savant_format_n_planes (format);
  image->colorimetry = (SavantColorimetry){ SAVANT_MATRIX_BT709,
    SAVANT_RANGE_LIMITED, SAVANT_SITING_MPEG2 };
  if (sv_format_info (format)->family == SV_FAMILY_RGB)
    image->colorimetry =
        (SavantColorimetry){ SAVANT_MATRIX_RGB, SAVANT_RANGE_FULL, 0 };
  for (int p = 0; p < image->n_planes; p++) {
    int64_t row, rows;

    savant_format_plane_size (format, p, width, height, &row, &rows);
    image->pitch_bytes[p] = (ptrdiff_t) row;
    image->data[p] = malloc ((size_t) (row * rows));
    for (int64_t i = 0; i < row * rows; i++) {
      seed = seed * 1103515245u + 12345u;
      image->data[p][i] = (uint8_t) (seed >> 16);
    }
  }
}

static void
image_clear (SavantImage *image)
{
  for (int p = 0; p < image->n_planes; p++)
    free (image->data[p]);
}

static void
images_are_equal (const SavantImage *a, const SavantImage *b, const char *what)
{
  for (int p = 0; p < a->n_planes; p++) {
    int64_t row, rows;

    savant_format_plane_size (a->format, p, a->width, a->height, &row, &rows);
    for (int64_t i = 0; i < row * rows; i++)
      if (a->data[p][i] != b->data[p][i])
        ck_abort_msg ("%s: byte %d of plane %d is %d, with one thread %d", what,
            (int) i, p, b->data[p][i], a->data[p][i]);
  }
}

/* A batch of pictures of one kind and different sizes. */
static void
check_batch (SavantFormat src, SavantFormat dst, SavantInterpolation filter,
    SavantFlip flip, int n, int n_threads)
{
  SavantTransformConfig config = SAVANT_TRANSFORM_CONFIG_DEFAULTS;
  static SavantTransformJob one[MAX_BATCH], many[MAX_BATCH];
  SavantTransform *transform;
  char what[128];

  config.interpolation = filter;
  config.flip = flip;
  config.pad_color = 0x12ab34;
  for (int i = 0; i < n; i++) {
    int w = 300 + 7 * i, h = 200 + 3 * i;

    memset (&one[i], 0, sizeof one[i]);
    image_new (&one[i].src, src, w, h, (unsigned) i + 1);
    image_new (&one[i].dst, dst, 301, 251, 77);
    one[i].src_rect = (SavantRect){ 0, 0, w, h };
    fail_unless (savant_letterbox (&config, w, h, 301, 251, &one[i].dst_rect)
        == 0);
    many[i] = one[i];
    image_new (&many[i].dst, dst, 301, 251, 99);
  }
  fail_unless (savant_transform_new ("host", &transform) == SAVANT_OK);
  fail_unless (savant_transform_run (transform, &config, one, n) == SAVANT_OK);
  config.n_threads = n_threads;
  for (int round = 0; round < 3; round++)
    fail_unless (savant_transform_run (transform, &config, many, n)
        == SAVANT_OK);
  for (int i = 0; i < n; i++) {
    g_snprintf (what, sizeof what,
        "%s to %s, filter %d, flip %d, %d threads, picture %d of %d",
        savant_format_name (src), savant_format_name (dst), filter, flip,
        n_threads, i, n);
    images_are_equal (&one[i].dst, &many[i].dst, what);
    image_clear (&one[i].src);
    image_clear (&one[i].dst);
    image_clear (&many[i].dst);
  }
  savant_transform_free (transform);
}

GST_START_TEST (pixels_are_the_same)
{
  static const SavantFormat formats[][2] = {
    { SAVANT_FORMAT_NV12, SAVANT_FORMAT_RGBA },
    { SAVANT_FORMAT_I420, SAVANT_FORMAT_RGBA },
    { SAVANT_FORMAT_NV12, SAVANT_FORMAT_NV12 },
    { SAVANT_FORMAT_RGBA, SAVANT_FORMAT_RGBA },
    { SAVANT_FORMAT_RGBA, SAVANT_FORMAT_I420 },
    { SAVANT_FORMAT_RGB, SAVANT_FORMAT_UYVY },
    { SAVANT_FORMAT_UYVY, SAVANT_FORMAT_UYVY },
    { SAVANT_FORMAT_GRAY8, SAVANT_FORMAT_GRAY8 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (formats); i++) {
    SavantFormat s = formats[i][0], d = formats[i][1];

    check_batch (s, d, SAVANT_INTERPOLATION_BILINEAR, SAVANT_FLIP_NONE, 1, 3);
    check_batch (s, d, SAVANT_INTERPOLATION_SUPER, SAVANT_FLIP_Y, 2, 5);
    check_batch (s, d, SAVANT_INTERPOLATION_CUBIC, SAVANT_FLIP_ROTATE_90, 3, 2);
    check_batch (s, d, SAVANT_INTERPOLATION_NEAREST, SAVANT_FLIP_NONE, 2, 0);
  }
  /* More pictures than are taken at once, each with a plan of its own. */
  check_batch (SAVANT_FORMAT_NV12, SAVANT_FORMAT_RGBA,
      SAVANT_INTERPOLATION_BILINEAR, SAVANT_FLIP_NONE, MAX_BATCH, 4);
}
GST_END_TEST;

/* Equal pictures and parts of them, which are copied. */
GST_START_TEST (copies_are_the_same)
{
  static const SavantFormat formats[] = { SAVANT_FORMAT_NV12,
    SAVANT_FORMAT_UYVY, SAVANT_FORMAT_RGBA, SAVANT_FORMAT_I420 };

  for (gsize i = 0; i < G_N_ELEMENTS (formats); i++) {
    SavantTransformConfig config = SAVANT_TRANSFORM_CONFIG_DEFAULTS;
    SavantTransformJob one = { 0 }, many;
    SavantTransform *transform;

    image_new (&one.src, formats[i], 333, 251, 5);
    image_new (&one.dst, formats[i], 333, 251, 6);
    one.src_rect = one.dst_rect = (SavantRect){ 2, 4, 320, 201 };
    many = one;
    image_new (&many.dst, formats[i], 333, 251, 7);
    fail_unless (savant_transform_new ("host", &transform) == SAVANT_OK);
    fail_unless (savant_transform_run (transform, &config, &one, 1) == 0);
    config.n_threads = 4;
    fail_unless (savant_transform_run (transform, &config, &many, 1) == 0);
    images_are_equal (&one.dst, &many.dst, savant_format_name (formats[i]));
    savant_transform_free (transform);
    image_clear (&one.src);
    image_clear (&one.dst);
    image_clear (&many.dst);
  }
}
GST_END_TEST;

GST_START_TEST (wrong_numbers_are_refused)
{
  static const int wrong[] = { -1, SAVANT_MAX_THREADS + 1 };
  SavantTransformConfig config = SAVANT_TRANSFORM_CONFIG_DEFAULTS;
  SavantTransform *transform;

  fail_unless_equals_int (config.n_threads, 1);
  fail_unless (savant_transform_new ("host", &transform) == SAVANT_OK);
  for (int i = 0; i < 2; i++) {
    config.n_threads = wrong[i];
    fail_unless_equals_int (savant_transform_run (transform, &config, NULL, 0),
        SAVANT_ERROR_INVALID_ARGUMENT);
    fail_unless (strstr (savant_last_error (), "n_threads is") != NULL, "%s",
        savant_last_error ());
  }
  savant_transform_free (transform);
}
GST_END_TEST;

static Suite *
workers_suite (void)
{
  Suite *s = suite_create ("workers");
  TCase *tc = tcase_create ("threads");

  suite_add_tcase (s, tc);
  tcase_set_timeout (tc, 120);
  tcase_add_test (tc, every_part_is_done_once);
  tcase_add_test (tc, threads_stay);
  tcase_add_test (tc, several_callers_share_them);
  /* ThreadSanitizer knows no threads in a child of threads. */
#ifndef __SANITIZE_THREAD__
  tcase_add_test (tc, a_child_starts_its_own);
  tcase_add_test (tc, a_process_ends);
#endif
  tcase_add_test (tc, pixels_are_the_same);
  tcase_add_test (tc, copies_are_the_same);
  tcase_add_test (tc, wrong_numbers_are_refused);
  return s;
}

GST_CHECK_MAIN (workers);
