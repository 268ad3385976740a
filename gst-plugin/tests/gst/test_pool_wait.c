/* SPDX-License-Identifier: Apache-2.0 */
#include <time.h>

#include "gsttest.h"

#define SURFACES NVMM_CAPS ",format=GRAY8,width=16,height=16"
#define MS G_GINT64_CONSTANT (1000000)

static gint64
monotonic_ns (void)
{
  struct timespec now;

  clock_gettime (CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1000 * MS + now.tv_nsec;
}

/* A thread that asks for one buffer. */
typedef struct Waiter
{
  GstBufferPool *pool;
  gint64 timeout_ns;
  GstBuffer *buffer;
  GstFlowReturn flow;
  GThread *thread;
} Waiter;

static gpointer
wait_for_buffer (gpointer data)
{
  Waiter *w = data;

  w->flow = gst_savant_buffer_pool_acquire (GST_SAVANT_BUFFER_POOL (w->pool),
      &w->buffer, w->timeout_ns);
  return NULL;
}

static void
start_waiter (Waiter *w, GstBufferPool *pool, gint64 timeout_ns)
{
  guint64 waits = stats_of (pool).waits;

  *w = (Waiter){ .pool = pool, .timeout_ns = timeout_ns };
  w->thread = g_thread_new ("waiter", wait_for_buffer, w);
  while (stats_of (pool).waits == waits)
    g_usleep (500);
}

static GstFlowReturn
join_waiter (Waiter *w)
{
  g_thread_join (w->thread);
  return w->flow;
}

GST_START_TEST (test_timeout)
{
  static const gint64 timeouts[] = { 1, MS, 30 * MS };
  GstBufferPool *pool = active_pool (SURFACES, 0, 1);
  GstBuffer *held = acquire (pool), *buffer = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (timeouts); i++) {
    gint64 start = monotonic_ns ();

    fail_unless_equals_int (
        gst_savant_buffer_pool_acquire (GST_SAVANT_BUFFER_POOL (pool), &buffer,
            timeouts[i]),
        GST_FLOW_EOS);
    fail_unless (monotonic_ns () - start >= timeouts[i]);
    fail_unless (buffer == NULL);
  }
  fail_unless_equals_uint64 (stats_of (pool).timeouts, 3);
  fail_unless_equals_uint64 (stats_of (pool).waits, 3);
  fail_unless (stats_of (pool).wait_time_ns >= 31 * MS);

  gst_buffer_unref (held);
  fail_unless_equals_int (gst_savant_buffer_pool_acquire (
                              GST_SAVANT_BUFFER_POOL (pool), &buffer, 0),
      GST_FLOW_OK);
  fail_unless_equals_uint64 (stats_of (pool).waits, 3);
  gst_buffer_unref (buffer);
  stop_pool (pool);
}
GST_END_TEST

GST_START_TEST (test_one_try)
{
  GstBufferPool *pool = active_pool (SURFACES, 0, 1);
  GstBuffer *held = acquire (pool), *buffer = NULL;

  fail_unless_equals_int (gst_savant_buffer_pool_acquire (
                              GST_SAVANT_BUFFER_POOL (pool), &buffer, 0),
      GST_FLOW_EOS);
  fail_unless_equals_uint64 (stats_of (pool).timeouts, 1);
  gst_buffer_unref (held);
  stop_pool (pool);
}
GST_END_TEST

GST_START_TEST (test_release_wakes)
{
  static const gint64 timeouts[] = { -1, G_MAXINT64, 60000 * MS };
  GstBufferPool *pool = active_pool (SURFACES, 0, 1);

  for (gsize i = 0; i < G_N_ELEMENTS (timeouts); i++) {
    GstBuffer *held = acquire (pool);
    Waiter w;

    start_waiter (&w, pool, timeouts[i]);
    gst_buffer_unref (held);
    fail_unless_equals_int (join_waiter (&w), GST_FLOW_OK);
    fail_unless (w.buffer == held);
    gst_buffer_unref (w.buffer);
  }
  fail_unless_equals_uint64 (stats_of (pool).timeouts, 0);
  stop_pool (pool);
}
GST_END_TEST

/* A buffer that is not fit to be used again makes room for a new one. */
GST_START_TEST (test_lost_buffer_wakes)
{
  GstBufferPool *pool = active_pool (SURFACES, 0, 1);
  GstBuffer *held = acquire (pool);
  GstBuffer *copy = gst_buffer_copy (held);
  Waiter w;

  start_waiter (&w, pool, -1);
  gst_buffer_unref (held);
  fail_unless_equals_int (join_waiter (&w), GST_FLOW_OK);
  gst_buffer_unref (w.buffer);
  gst_buffer_unref (copy);
  stop_pool (pool);
}
GST_END_TEST

GST_START_TEST (test_flush_wakes)
{
  GstBufferPool *pool = active_pool (SURFACES, 0, 1);
  GstBuffer *held = acquire (pool);
  Waiter w[3];

  for (gint i = 0; i < 3; i++)
    start_waiter (&w[i], pool, i == 0 ? 60000 * MS : -1);
  gst_buffer_pool_set_flushing (pool, TRUE);
  for (gint i = 0; i < 3; i++)
    fail_unless_equals_int (join_waiter (&w[i]), GST_FLOW_FLUSHING);
  fail_unless_equals_uint64 (stats_of (pool).timeouts, 0);
  gst_buffer_pool_set_flushing (pool, FALSE);
  gst_buffer_unref (held);
  held = acquire (pool);
  gst_buffer_unref (held);
  stop_pool (pool);
}
GST_END_TEST

GST_START_TEST (test_deactivation_wakes)
{
  GstBufferPool *pool = active_pool (SURFACES, 0, 1);
  GstBuffer *held = acquire (pool);
  Waiter w;

  start_waiter (&w, pool, -1);
  fail_unless (gst_buffer_pool_set_active (pool, FALSE));
  fail_unless_equals_int (join_waiter (&w), GST_FLOW_FLUSHING);
  gst_buffer_unref (held);
  gst_object_unref (pool);
}
GST_END_TEST

/* A consumer that never lets go: everybody else is told, for as long as it
 * lasts, and the figures name the culprit's age. */
GST_START_TEST (test_drained)
{
  GstBufferPool *pool = active_pool (SURFACES, 0, 4);
  GstBuffer *held[4], *buffer = NULL;

  for (gint i = 0; i < 4; i++)
    held[i] = acquire (pool);
  for (gint i = 0; i < 10; i++)
    fail_unless_equals_int (gst_savant_buffer_pool_acquire (
                                GST_SAVANT_BUFFER_POOL (pool), &buffer, 2 * MS),
        GST_FLOW_EOS);
  fail_unless_equals_int (stats_of (pool).outstanding, 4);
  fail_unless_equals_uint64 (stats_of (pool).timeouts, 10);
  fail_unless (stats_of (pool).oldest_age_ns >= 20 * MS);
  for (gint i = 0; i < 4; i++)
    gst_buffer_unref (held[i]);
  stop_pool (pool);
}
GST_END_TEST

/* ---- Many threads -------------------------------------------------------- */

typedef struct Worker
{
  GstBufferPool *pool;
  gint id;
  gint64 until_ns;
  guint64 acquired;
  guint64 missed;
  GThread *thread;
} Worker;

/* Writes into what it acquires and sees that nobody else does. */
static gpointer
work (gpointer data)
{
  Worker *w = data;
  GstSavantBufferPool *pool = GST_SAVANT_BUFFER_POOL (w->pool);
  guint8 value = 0;

  while (monotonic_ns () < w->until_ns) {
    GstBuffer *buffer = NULL;
    gint64 timeout_ns = w->acquired % 3 == 0 ? -1
        : w->acquired % 3 == 1               ? 0
                                             : MS;
    GstFlowReturn flow =
        gst_savant_buffer_pool_acquire (pool, &buffer, timeout_ns);

    if (flow == GST_FLOW_EOS && timeout_ns >= 0) {
      w->missed++;
      w->acquired++; /* so that the next one waits */
      continue;
    }
    fail_unless_equals_int (flow, GST_FLOW_OK);
    w->acquired++;
    value = (guint8) (w->id + 4 * (w->acquired % 60));
    fill_slot (buffer, 0, value);
    GST_BUFFER_PTS (buffer) = value;
    if (w->acquired % 100 == 0)
      g_usleep (100);
    fail_unless (slot_is_filled_with (buffer, 0, value));
    fail_unless_equals_uint64 (GST_BUFFER_PTS (buffer), value);
    if (w->acquired % 50 == 0) {
      /* Its memory lives on for a moment. */
      GstBuffer *copy = gst_buffer_copy (buffer);

      gst_buffer_unref (buffer);
      fail_unless (slot_is_filled_with (copy, 0, value));
      gst_buffer_unref (copy);
    } else {
      gst_buffer_unref (buffer);
    }
  }
  return NULL;
}

GST_START_TEST (test_threads)
{
  static const guint maxima[] = { 1, 3, 0 };

  for (gsize m = 0; m < G_N_ELEMENTS (maxima); m++) {
    GstBufferPool *pool = active_pool (SURFACES, 0, maxima[m]);
    GstSavantPoolStats stats;
    guint64 acquired = 0, missed = 0;
    Worker workers[4];

    for (gint i = 0; i < 4; i++) {
      workers[i] = (Worker){
        .pool = pool, .id = i, .until_ns = monotonic_ns () + 400 * MS
      };
      workers[i].thread = g_thread_new ("worker", work, &workers[i]);
    }
    for (gint i = 0; i < 4; i++) {
      g_thread_join (workers[i].thread);
      acquired += workers[i].acquired;
      missed += workers[i].missed;
    }
    stats = stats_of (pool);
    fail_unless (stats.acquired > 0);
    fail_unless_equals_uint64 (stats.acquired, acquired - missed);
    fail_unless_equals_uint64 (stats.timeouts, missed);
    fail_unless (stats.waits >= missed);
    fail_unless_equals_int (stats.outstanding, 0);
    fail_unless (stats.high_water_mark <= 4);
    fail_unless (maxima[m] == 0 || stats.high_water_mark <= maxima[m]);
    fail_unless (stats.allocated <= stats.high_water_mark);
    stop_pool (pool);
  }
}
GST_END_TEST

static gpointer
acquire_until_flushing (gpointer data)
{
  Worker *w = data;
  GstBuffer *buffer = NULL;
  GstFlowReturn flow;

  while ((flow = gst_buffer_pool_acquire_buffer (w->pool, &buffer, NULL))
      == GST_FLOW_OK) {
    w->acquired++;
    gst_buffer_unref (buffer);
  }
  fail_unless_equals_int (flow, GST_FLOW_FLUSHING);
  return NULL;
}

/* Stopping a pool at any moment, over and over. */
GST_START_TEST (test_stop_under_load)
{
  GstBufferPool *pool = configured_pool (SURFACES, 1, 2);

  for (gint round = 0; round < 300; round++) {
    Worker workers[3];

    fail_unless (gst_buffer_pool_set_active (pool, TRUE));
    for (gint i = 0; i < 3; i++) {
      workers[i] = (Worker){ .pool = pool };
      workers[i].thread =
          g_thread_new ("worker", acquire_until_flushing, &workers[i]);
    }
    g_usleep (round % 50 * 40);
    fail_unless (gst_buffer_pool_set_active (pool, FALSE));
    for (gint i = 0; i < 3; i++)
      g_thread_join (workers[i].thread);
    fail_unless_equals_int (stats_of (pool).outstanding, 0);
    fail_unless_equals_int (stats_of (pool).allocated, 0);
  }
  gst_object_unref (pool);
}
GST_END_TEST

static Suite *
pool_wait_suite (void)
{
  Suite *s = suite_create ("pool_wait");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, test_timeout);
  tcase_add_test (tc, test_one_try);
  tcase_add_test (tc, test_release_wakes);
  tcase_add_test (tc, test_lost_buffer_wakes);
  tcase_add_test (tc, test_flush_wakes);
  tcase_add_test (tc, test_deactivation_wakes);
  tcase_add_test (tc, test_drained);
  tcase_add_test (tc, test_threads);
  tcase_add_test (tc, test_stop_under_load);
  return s;
}

GST_CHECK_MAIN (pool_wait);
