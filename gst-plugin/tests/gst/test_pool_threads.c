/* SPDX-License-Identifier: Apache-2.0 */
#include "gsttest.h"

#include <stdlib.h>

/* Eight threads that take, transform, finalize and give back the buffers of
 * the same pools, for SAVANT_SOAK_SECONDS, by default a short while. */

#define N_THREADS 8
#define SIDE 32
#define SLOTS 3

static const int32_t config[10] = { SAVANT_PADDING_SYMMETRIC, 0, 0, 0, 0, 0,
  SAVANT_INTERPOLATION_BILINEAR, 0, 0, 0 };

typedef struct Worker
{
  SavantPool *frames;
  SavantPool *batches;
  gint64 end_us;
  int number;
  int rounds;
} Worker;

static void
make_job (int64_t *job, int dst_slot, gpointer buffer)
{
  const int64_t numbers[SAVANT_JOB_NUMBERS] = { dst_slot, (intptr_t) buffer, 0,
    -1, 0, -1, -1, -1, -1 };

  memcpy (job, numbers, sizeof numbers);
}

static void
make_batch (Worker *w, gpointer frame)
{
  const int32_t kind = SAVANT_ID_FRAME;
  const int64_t id = w->rounds;
  int64_t jobs[2 * SAVANT_JOB_NUMBERS];
  void *out[2];

  fail_unless_equals_int (savant_slots_acquire (w->batches, -1, config, &kind,
                              &id, 1, out),
      SAVANT_OK);
  make_job (jobs, 0, frame);
  make_job (jobs + SAVANT_JOB_NUMBERS, 2, frame);
  fail_unless_equals_int (savant_slots_transform (out[0], jobs, 2), SAVANT_OK);
  fail_unless_equals_int (savant_slots_finalize (out[0]), SAVANT_OK);
  savant_slots_free (out[0]);
  fail_unless (slot_is_filled_with (out[1], 0, (guint8) w->number));
  fail_unless (slot_is_filled_with (out[1], 1, 0));
  fail_unless (slot_is_filled_with (out[1], 2, (guint8) w->number));
  fail_unless_equals_int64 (gst_buffer_get_savant_id_meta (out[1])->ids[0].id,
      id);
  gst_buffer_unref (out[1]);
}

static gpointer
work (gpointer data)
{
  Worker *w = data;

  do {
    int64_t job[SAVANT_JOB_NUMBERS];
    gpointer frame = NULL, made = NULL;

    fail_unless_equals_int (savant_pool_acquire_frame (w->frames, -1, w->rounds,
                                -1, 1, w->number, &frame),
        SAVANT_OK);
    fail_unless_equals_int (savant_view_memset (frame, 0, -1, 0, w->number),
        SAVANT_OK);
    make_job (job, 0, frame);
    /* Never all at a time: eight frames are out at most. */
    fail_unless_equals_int (savant_pool_transform (w->frames, -1, job, config,
                                1, w->rounds, &made),
        SAVANT_OK);
    gst_buffer_unref (frame);
    make_batch (w, made);
    fail_unless_equals_uint64 (GST_BUFFER_PTS (made), w->rounds);
    gst_buffer_unref (made);
    w->rounds++;
  } while (g_get_monotonic_time () < w->end_us);
  return NULL;
}

GST_START_TEST (test_eight_threads)
{
  const gchar *seconds = g_getenv ("SAVANT_SOAK_SECONDS");
  gint64 time_us =
      seconds != NULL ? 1000 * 1000 * (gint64) atoi (seconds) : 500 * 1000;
  SavantPool *frames = NULL, *batches = NULL;
  GThread *threads[N_THREADS];
  Worker workers[N_THREADS];
  int64_t stats[9];

  fail_unless_equals_int (savant_pool_new (NULL, SAVANT_FORMAT_GRAY8, SIDE,
                              SIDE, 1, 0, 0, N_THREADS + 1, &frames),
      SAVANT_OK);
  fail_unless_equals_int (savant_pool_new (NULL, SAVANT_FORMAT_GRAY8, SIDE,
                              SIDE, SLOTS, 0, 0, 3, &batches),
      SAVANT_OK);
  for (int i = 0; i < N_THREADS; i++) {
    workers[i] = (Worker){ .frames = frames,
      .batches = batches,
      .end_us = g_get_monotonic_time () + time_us,
      .number = i + 1 };
    threads[i] = g_thread_new ("worker", work, &workers[i]);
  }
  for (int i = 0; i < N_THREADS; i++) {
    g_thread_join (threads[i]);
    fail_unless (workers[i].rounds > 0);
  }
  fail_unless_equals_int (savant_pool_stats (frames, stats), SAVANT_OK);
  fail_unless_equals_int64 (stats[2], 0);
  fail_unless_equals_int (savant_pool_stats (batches, stats), SAVANT_OK);
  fail_unless_equals_int64 (stats[2], 0);
  savant_pool_free (frames);
  savant_pool_free (batches);
}
GST_END_TEST

static Suite *
pool_threads_suite (void)
{
  Suite *s = suite_create ("pool_threads");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_set_timeout (tc, 0);
  tcase_add_test (tc, test_eight_threads);
  return s;
}

GST_CHECK_MAIN (pool_threads);
