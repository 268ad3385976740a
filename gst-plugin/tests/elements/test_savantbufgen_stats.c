/* SPDX-License-Identifier: Apache-2.0 */
/* What savantbufgen counts, read at any moment. */
#include "support/frames.h"

#define SURFACES "video/x-raw(memory:NVMM),format=RGBA,width=32,height=16"

static gpointer
read_stats (gpointer data)
{
  GstHarness *h = data;
  guint64 out;

  do {
    GstStructure *stats;
    const GValue *value;
    guint64 in, acquired;

    test_assert_stats (h->element);
    g_object_get (h->element, "stats", &stats, NULL);
    fail_unless (gst_structure_get (stats, "in", G_TYPE_UINT64, &in, "out",
        G_TYPE_UINT64, &out, NULL));
    value = gst_structure_get_value (stats, "pool");
    if (value != NULL) {
      fail_unless (gst_structure_get_uint64 (gst_value_get_structure (value),
          "acquired", &acquired));
      fail_unless (acquired == in || acquired == in + 1);
    }
    gst_structure_free (stats);
  } while (out < 3000);
  return NULL;
}

GST_START_TEST (test_stats_while_running)
{
  GstHarness *h = test_bufgen ("pool-size=3 num-buffers=3000", SURFACES);
  GThread *thread;
  gint i;

  gst_harness_play (h);
  thread = g_thread_new ("stats", read_stats, h);
  for (i = 0; i < 3000; i++) {
    GstBuffer *buffer = gst_harness_pull (h);

    fail_unless_equals_int64 (test_frame_id (buffer), i);
    gst_buffer_unref (buffer);
  }
  g_thread_join (thread);
  fail_unless_equals_uint64 (test_stat (h->element, "in"), 3000);
  fail_unless_equals_uint64 (test_stat (h->element, "dropped"), 0);
  test_bufgen_free (h);
}
GST_END_TEST;

/* Frames that a flush takes back are counted, and none is lost or doubled. */
GST_START_TEST (test_stats_with_flushes)
{
  GstHarness *h = test_bufgen ("pool-size=3", SURFACES);
  gint i;

  gst_harness_play (h);
  for (i = 0; i < 200; i++) {
    gst_harness_push_upstream_event (h,
        gst_event_new_seek (1.0, GST_FORMAT_TIME, GST_SEEK_FLAG_FLUSH,
            GST_SEEK_TYPE_SET, i * GST_SECOND, GST_SEEK_TYPE_NONE, -1));
    gst_buffer_unref (gst_harness_pull (h));
    test_assert_stats (h->element);
  }
  gst_element_set_state (h->element, GST_STATE_READY);
  test_assert_stats (h->element);
  fail_unless_equals_uint64 (test_stat (h->element, "held"), 0);
  test_bufgen_free (h);
}
GST_END_TEST;

static Suite *
savantbufgen_stats_suite (void)
{
  Suite *s = suite_create ("savantbufgen-stats");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, test_stats_while_running);
  tcase_add_test (tc, test_stats_with_flushes);
  return s;
}

GST_CHECK_MAIN (savantbufgen_stats);
