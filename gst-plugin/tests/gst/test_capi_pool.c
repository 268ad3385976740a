/* SPDX-License-Identifier: Apache-2.0 */
#include "gsttest.h"

/* savant_pool_*, as another language calls it. */

#define MS INT64_C (1000000)

static SavantPool *
new_pool (int pool_size)
{
  SavantPool *pool = NULL;

  fail_unless_equals_int (savant_pool_new (NULL, SAVANT_FORMAT_NV12, 64, 48, 2,
                              SAVANT_MEM_DEFAULT, 0, pool_size, &pool),
      SAVANT_OK);
  fail_unless (pool != NULL);
  return pool;
}

static gpointer
take (SavantPool *pool)
{
  gpointer buffer = NULL;

  fail_unless_equals_int (savant_pool_acquire (pool, -1, &buffer), SAVANT_OK);
  return buffer;
}

GST_START_TEST (test_acquire)
{
  SavantPool *pool = new_pool (2);
  gpointer buffer = take (pool);
  int64_t info[11];

  fail_unless_equals_int (savant_buffer_surface_info (buffer, 1, info),
      SAVANT_OK);
  fail_unless_equals_int64 (info[2], 64);
  fail_unless_equals_int64 (info[3], 48);
  fail_unless_equals_int64 (info[4], SAVANT_FORMAT_NV12);
  fail_unless_equals_int64 (info[5], SAVANT_MEM_SYSTEM);
  fail_unless_equals_int64 (info[7], 2);
  fail_unless_equals_int64 (info[8], 0);
  gst_buffer_unref (buffer);
  fail_unless (take (pool) == buffer);
  gst_buffer_unref (buffer);
  savant_pool_free (pool);
}
GST_END_TEST

GST_START_TEST (test_bad_arguments)
{
  SavantPool *pool = (SavantPool *) 1;
  gpointer buffer = (gpointer) 1;
  static const struct
  {
    int format, width, height, batch_size, mem_type, pool_size;
    SavantStatus status;
    const gchar *part;
  } bad[] = {
    { 6, 0, 48, 1, 0, 1, SAVANT_ERROR_INVALID_ARGUMENT, "0x48" },
    { 6, 64, -3, 1, 0, 1, SAVANT_ERROR_INVALID_ARGUMENT, "64x-3" },
    { 6, 32768, 48, 1, 0, 1, SAVANT_ERROR_INVALID_ARGUMENT, "1 to 32767" },
    { 19, 32767, 32767, 1, 0, 1, SAVANT_ERROR_INVALID_ARGUMENT, "2147483647" },
    { 1001, 64, 48, 1, 0, 1, SAVANT_ERROR_INVALID_ARGUMENT, "YUY2" },
    { 555, 64, 48, 1, 0, 1, SAVANT_ERROR_INVALID_ARGUMENT, "supported are" },
    { 6, 64, 48, 0, 0, 1, SAVANT_ERROR_INVALID_ARGUMENT, "batch size 0" },
    { 6, 64, 48, 1025, 0, 1, SAVANT_ERROR_INVALID_ARGUMENT, "1 to 1024" },
    { 6, 64, 48, 1, 0, 0, SAVANT_ERROR_INVALID_ARGUMENT, "pool size 0" },
    { 6, 64, 48, 1, 0, -1, SAVANT_ERROR_INVALID_ARGUMENT, "pool size -1" },
    { 6, 64, 48, 1, 7, 1, SAVANT_ERROR_INVALID_ARGUMENT, "memory type 7" },
    { 6, 64, 48, 1, 2, 1, SAVANT_ERROR_UNAVAILABLE, "cuda_device" },
    { 6, 64, 48, 1, 4, 1, SAVANT_ERROR_UNAVAILABLE, "surface_array" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++) {
    fail_unless_status (savant_pool_new (NULL, bad[i].format, bad[i].width,
                            bad[i].height, bad[i].batch_size, bad[i].mem_type,
                            0, bad[i].pool_size, &pool),
        bad[i].status, bad[i].part);
    fail_unless (pool == NULL);
  }
  fail_unless_status (savant_pool_new ("nosuch", 6, 64, 48, 1, 0, 0, 1, &pool),
      SAVANT_ERROR_UNAVAILABLE, "nosuch");
  fail_unless_status (savant_pool_new (NULL, 6, 64, 48, 1, 0, 0, 1, NULL),
      SAVANT_ERROR_INVALID_ARGUMENT, "out is NULL");

  savant_pool_free (NULL);
  savant_pool_stop (NULL);
  fail_unless_status (savant_pool_acquire (NULL, 0, &buffer),
      SAVANT_ERROR_INVALID_ARGUMENT, "must not be NULL");
  fail_unless_equals_int (savant_pool_stats (NULL, NULL),
      SAVANT_ERROR_INVALID_ARGUMENT);
  pool = new_pool (1);
  fail_unless_equals_int (savant_pool_acquire (pool, 0, NULL),
      SAVANT_ERROR_INVALID_ARGUMENT);
  fail_unless_equals_int (savant_pool_stats (pool, NULL),
      SAVANT_ERROR_INVALID_ARGUMENT);
  savant_pool_free (pool);
}
GST_END_TEST

GST_START_TEST (test_exhausted)
{
  SavantPool *pool = new_pool (2);
  gpointer a = take (pool), b = take (pool), c = (gpointer) 1;
  int64_t stats[9];

  g_usleep (100 * 1000);
  fail_unless_status (savant_pool_acquire (pool, 0, &c),
      SAVANT_ERROR_POOL_EXHAUSTED, "2 of 2 are out, the oldest for 0.1");
  fail_unless (c == NULL);
  fail_unless_status (savant_pool_acquire (pool, 5 * MS, &c),
      SAVANT_ERROR_POOL_EXHAUSTED, "no free buffer within 0.005 s");

  fail_unless_equals_int (savant_pool_stats (pool, stats), SAVANT_OK);
  fail_unless_equals_int64 (stats[0], 2);
  fail_unless_equals_int64 (stats[1], 2);
  fail_unless_equals_int64 (stats[2], 2);
  fail_unless_equals_int64 (stats[3], 2);
  fail_unless_equals_int64 (stats[4], 2);
  fail_unless_equals_int64 (stats[5], 2);
  fail_unless (stats[6] >= 5 * MS);
  fail_unless_equals_int64 (stats[7], 2);
  fail_unless (stats[8] >= 105 * MS);

  gst_buffer_unref (a);
  fail_unless_equals_int (savant_pool_acquire (pool, 0, &c), SAVANT_OK);
  fail_unless (c == a);
  gst_buffer_unref (b);
  gst_buffer_unref (c);
  fail_unless_equals_int (savant_pool_stats (pool, stats), SAVANT_OK);
  fail_unless_equals_int64 (stats[2], 0);
  fail_unless_equals_int64 (stats[8], 0);
  savant_pool_free (pool);
}
GST_END_TEST

GST_START_TEST (test_buffer_outlives_pool)
{
  SavantPool *pool = new_pool (3);
  GstBuffer *buffer = take (pool);

  savant_pool_free (pool);
  fill_slot (buffer, 1, 3);
  fail_unless (slot_is_filled_with (buffer, 1, 3));
  gst_buffer_unref (buffer);
}
GST_END_TEST

typedef struct Waiter
{
  SavantPool *pool;
  int status;
  gchar *text;
} Waiter;

static gpointer
wait_for_buffer (gpointer data)
{
  Waiter *w = data;
  gpointer buffer = NULL;

  w->status = savant_pool_acquire (w->pool, -1, &buffer);
  w->text = g_strdup (savant_last_error ());
  return NULL;
}

GST_START_TEST (test_stop_wakes)
{
  Waiter w = { .pool = new_pool (1) };
  gpointer held = take (w.pool), buffer = NULL;
  GThread *thread = g_thread_new ("waiter", wait_for_buffer, &w);
  int64_t stats[9] = { 0 };

  while (stats[5] == 0) {
    g_usleep (500);
    savant_pool_stats (w.pool, stats);
  }
  savant_pool_stop (w.pool);
  g_thread_join (thread);
  fail_unless_equals_int (w.status, SAVANT_ERROR_FLUSHING);
  fail_unless (strstr (w.text, "stopped") != NULL);
  g_free (w.text);

  /* For good, whatever comes back. */
  gst_buffer_unref (held);
  fail_unless_status (savant_pool_acquire (w.pool, 0, &buffer),
      SAVANT_ERROR_FLUSHING, "stopped");
  savant_pool_stop (w.pool);
  fail_unless_equals_int (savant_pool_stats (w.pool, stats), SAVANT_OK);
  fail_unless_equals_int64 (stats[1], 0);
  savant_pool_free (w.pool);
}
GST_END_TEST

/* Idle surfaces go when the handle goes, not with the last buffer. */
GST_START_TEST (test_stop_frees_idle_buffers)
{
  SavantPool *pool = new_pool (3);
  gpointer held = take (pool);
  int64_t stats[9];

  savant_pool_stop (pool);
  fail_unless_equals_int (savant_pool_stats (pool, stats), SAVANT_OK);
  fail_unless_equals_int64 (stats[1], 1);
  savant_pool_free (pool);
  gst_buffer_unref (held);
}
GST_END_TEST

static Suite *
capi_pool_suite (void)
{
  Suite *s = suite_create ("capi_pool");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, test_acquire);
  tcase_add_test (tc, test_bad_arguments);
  tcase_add_test (tc, test_exhausted);
  tcase_add_test (tc, test_buffer_outlives_pool);
  tcase_add_test (tc, test_stop_wakes);
  tcase_add_test (tc, test_stop_frees_idle_buffers);
  return s;
}

GST_CHECK_MAIN (capi_pool);
