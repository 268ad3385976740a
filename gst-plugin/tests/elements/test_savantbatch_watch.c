/* SPDX-License-Identifier: Apache-2.0 */
#include "support/batchrig.h"

#include <string.h>
#include <time.h>

/* What savantbatch says of itself, and what it costs when nothing happens. A
 * name that begins with w and a number answers that row of the list of users'
 * wants. */

#define SMALL "video/x-raw,format=RGBA,width=16,height=16,framerate=25/1"
#define FRAME_BYTES (16 * 16 * 4)

static GstMessage *
await_message (BatchRig *rig, const gchar *name)
{
  for (;;) {
    GstMessage *message = batch_rig_message (rig, GST_MESSAGE_ELEMENT);

    fail_unless (message != NULL, "no message %s", name);
    if (gst_message_has_name (message, name))
      return message;
    gst_message_unref (message);
  }
}

static const GstStructure *
inner (const GstStructure *s, const gchar *field)
{
  const GValue *value = gst_structure_get_value (s, field);

  fail_unless (value != NULL && GST_VALUE_HOLDS_STRUCTURE (value), "no %s",
      field);
  return gst_value_get_structure (value);
}

static guint64
number (const GstStructure *s, const gchar *field)
{
  guint64 n = 0;

  fail_unless (gst_structure_get_uint64 (s, field, &n), "no %s", field);
  return n;
}

/* How full, how long and why: of each batch, and of all. */
GST_START_TEST (test_w18_fill_waiting_and_reason)
{
  BatchRig rig;
  GstBuffer *batch;
  GstSavantBatchMeta *meta;
  GstStructure *stats;
  guint64 waits = 0;

  batch_rig_init (&rig, 3, "batch-timeout=20000000", FALSE);
  for (guint i = 0; i < 3; i++)
    gst_harness_set_src_caps_str (rig.in[i], SMALL);
  for (guint n = 1; n <= 3; n++) {
    for (guint i = 0; i < n; i++)
      batch_rig_push (&rig, i, SMALL, 0, n * 40);
    batch = batch_rig_pull (&rig, n);
    meta = gst_buffer_get_savant_batch_meta (batch);
    fail_unless_equals_int (meta->n_slots, n);
    fail_unless_equals_int (meta->reason,
        n == 3 ? GST_SAVANT_BATCH_REASON_FULL
               : GST_SAVANT_BATCH_REASON_TIMEOUT);
    fail_unless (n == 3 || meta->waiting_time_ns >= 20 * GST_MSECOND);
    gst_buffer_unref (batch);
  }
  gst_harness_push_event (rig.in[2], gst_event_new_gap (0, GST_SECOND));
  for (guint i = 0; i < 2; i++)
    batch_rig_push (&rig, i, SMALL, 0, 160);
  gst_buffer_unref (batch_rig_pull (&rig, 2));
  gst_harness_push_event (rig.in[2], gst_event_new_eos ());
  for (guint i = 0; i < 2; i++)
    batch_rig_push (&rig, i, SMALL, 0, 200);
  gst_buffer_unref (batch_rig_pull (&rig, 2));
  gst_harness_push_event (rig.in[1], gst_event_new_flush_start ());
  batch_rig_push (&rig, 0, SMALL, 0, 240);
  gst_buffer_unref (batch_rig_pull (&rig, 1));

  g_object_get (rig.batch, "stats", &stats, NULL);
  fail_unless_equals_uint64 (number (stats, "batches"), 6);
  fail_unless_equals_uint64 (number (inner (stats, "reasons"), "full"), 1);
  fail_unless_equals_uint64 (number (inner (stats, "reasons"), "timeout"), 2);
  fail_unless_equals_uint64 (number (inner (stats, "reasons"), "gap"), 1);
  fail_unless_equals_uint64 (number (inner (stats, "reasons"), "eos"), 1);
  fail_unless_equals_uint64 (number (inner (stats, "reasons"), "flush"), 1);
  fail_unless_equals_uint64 (number (inner (stats, "fill"), "1"), 2);
  fail_unless_equals_uint64 (number (inner (stats, "fill"), "2"), 3);
  fail_unless_equals_uint64 (number (inner (stats, "fill"), "3"), 1);
  for (gint i = 0; i < gst_structure_n_fields (inner (stats, "waiting")); i++)
    waits += number (inner (stats, "waiting"),
        gst_structure_nth_field_name (inner (stats, "waiting"), (guint) i));
  fail_unless_equals_uint64 (waits, 6);
  fail_unless (number (inner (stats, "waiting"), "50ms")
          + number (inner (stats, "waiting"), "100ms")
          + number (inner (stats, "waiting"), "200ms")
          + number (inner (stats, "waiting"), "500ms")
          + number (inner (stats, "waiting"), "1000ms")
      >= 2);
  gst_structure_free (stats);
  batch_rig_clear (&rig);
}
GST_END_TEST;

/* The same structure by itself, while anything goes on. */
GST_START_TEST (test_stats_by_the_clock)
{
  GstMessage *message;
  BatchRig rig;

  batch_rig_init (&rig, 1, "stats-interval=10000000", FALSE);
  gst_harness_set_src_caps_str (rig.in[0], SMALL);
  for (guint i = 0; i < 3; i++) {
    const GstStructure *s;

    message = await_message (&rig, "savant-stats");
    s = gst_message_get_structure (message);
    fail_unless_equals_uint64 (number (s, "in"),
        number (s, "out") + number (s, "held") + number (s, "dropped"));
    inner (inner (s, "pads"), "sink_0");
    gst_message_unref (message);
    batch_rig_push (&rig, 0, SMALL, 0, i * 40);
  }
  g_object_set (rig.batch, "stats-interval", (guint64) 0, NULL);
  while (gst_bus_have_pending (rig.bus))
    gst_message_unref (gst_bus_pop (rig.bus));
  g_usleep (100000);
  /* One was on its way. */
  message = gst_bus_pop_filtered (rig.bus, GST_MESSAGE_ELEMENT);
  g_clear_pointer (&message, gst_message_unref);
  fail_unless (gst_bus_pop_filtered (rig.bus, GST_MESSAGE_ELEMENT) == NULL);
  batch_rig_clear (&rig);
}
GST_END_TEST;

/* Who is silent, and what all the others do meanwhile. */
GST_START_TEST (test_w4_stall_tells_the_state_of_every_pad)
{
  BatchRig rig;
  GstMessage *message;
  const GstStructure *pads;

  batch_rig_init (&rig, 4, "stall-warning=30000000 batch-timeout=-1", FALSE);
  for (guint i = 0; i < 3; i++)
    gst_harness_set_src_caps_str (rig.in[i], SMALL);
  batch_rig_push (&rig, 0, SMALL, 0, 0);
  gst_harness_push_event (rig.in[1], gst_event_new_eos ());
  do {
    const GstStructure *s;

    message = await_message (&rig, "savant-stall");
    s = gst_message_get_structure (message);
    pads = inner (s, "pads");
    if (strcmp (gst_structure_get_string (s, "pad"), "sink_2") == 0)
      break;
    gst_message_unref (message);
  } while (TRUE);
  fail_unless_equals_string (gst_structure_get_string (pads, "sink_0"),
      "ready");
  fail_unless_equals_string (gst_structure_get_string (pads, "sink_1"),
      "ended");
  fail_unless_equals_string (gst_structure_get_string (pads, "sink_2"),
      "waiting");
  fail_unless (gst_structure_get_string (pads, "sink_3") != NULL);
  gst_message_unref (message);
  batch_rig_clear (&rig);
}
GST_END_TEST;

static gpointer
push_five (gpointer data)
{
  for (guint i = 0; i < 5; i++)
    batch_rig_push (data, 0, SMALL, 0, i * 40);
  return NULL;
}

/* A consumer that never gives a batch back: the pool is named with how many
 * are out and for how long; when one comes back all goes on. */
GST_START_TEST (test_w38_a_starved_pool_is_named)
{
  BatchRig rig;
  GstBuffer *kept[2];
  GThread *thread;

  batch_rig_init (&rig, 1, "pool-size=2 starvation-warning=20000000", FALSE);
  gst_harness_set_src_caps_str (rig.in[0], SMALL);
  thread = g_thread_new ("pusher", push_five, &rig);
  for (guint i = 0; i < 2; i++)
    kept[i] = batch_rig_pull (&rig, 1);
  for (guint i = 1; i <= 2; i++) {
    GstMessage *message = await_message (&rig, "savant-starved");
    const GstStructure *s = gst_message_get_structure (message);
    guint out = 0, max = 0;

    fail_unless (gst_structure_get_string (s, "pool") != NULL);
    fail_unless (gst_structure_get_uint (s, "outstanding", &out));
    fail_unless (gst_structure_get_uint (s, "max", &max));
    fail_unless_equals_int (out, 2);
    fail_unless_equals_int (max, 2);
    fail_unless (number (s, "waited-ns") >= i * 20 * GST_MSECOND);
    fail_unless (number (s, "oldest-age-ns") > 0);
    gst_message_unref (message);
  }
  for (guint i = 0; i < 2; i++)
    gst_buffer_unref (kept[i]);
  for (guint i = 0; i < 3; i++)
    gst_buffer_unref (batch_rig_pull (&rig, 1));
  g_thread_join (thread);
  batch_rig_expect_stat (rig.batch, "out", 5);
  fail_unless (batch_rig_stat (rig.batch, "starvations") >= 2);
  batch_rig_clear (&rig);
}
GST_END_TEST;

/* Also a state change is not held up by it. */
GST_START_TEST (test_w38_a_starved_pool_can_be_left)
{
  BatchRig rig;
  GstBuffer *kept;
  GThread *thread;

  batch_rig_init (&rig, 1, "pool-size=1 starvation-warning=20000000", FALSE);
  gst_harness_set_src_caps_str (rig.in[0], SMALL);
  thread = g_thread_new ("pusher", push_five, &rig);
  kept = batch_rig_pull (&rig, 1);
  gst_message_unref (await_message (&rig, "savant-starved"));
  batch_rig_expect (&rig, GST_MESSAGE_WARNING, "Pool starved: 1 of 1", NULL);
  gst_element_set_state (rig.batch, GST_STATE_NULL);
  g_thread_join (thread);
  fail_unless_equals_uint64 (batch_rig_stat (rig.batch, "held"), 0);
  gst_buffer_unref (kept);
  batch_rig_clear (&rig);
}
GST_END_TEST;

/* Bytes bound a queue as frames do, and its highest level is known. */
GST_START_TEST (test_w37_queues_are_bounded_in_bytes)
{
  BatchRig rig;
  GThread *thread;
  GstStructure *stats;
  GstPad *pad;

  batch_rig_init (&rig, 2, NULL, FALSE);
  for (guint i = 0; i < 2; i++)
    gst_harness_set_src_caps_str (rig.in[i], SMALL);
  pad = gst_element_get_static_pad (rig.batch, "sink_0");
  g_object_set (pad, "max-queued", 100, "max-queued-bytes",
      (guint64) (2 * FRAME_BYTES + 1), NULL);
  thread = g_thread_new ("pusher", push_five, &rig);
  batch_rig_expect_stat (rig.batch, "held", 3);
  g_usleep (30000);
  fail_unless_equals_uint64 (batch_rig_stat (rig.batch, "held"), 3);
  g_object_get (pad, "stats", &stats, NULL);
  fail_unless_equals_uint64 (number (stats, "queued"), 2);
  fail_unless_equals_uint64 (number (stats, "queued-bytes"), 2 * FRAME_BYTES);
  gst_structure_free (stats);
  for (guint i = 0; i < 5; i++) {
    batch_rig_push (&rig, 1, SMALL, 0, i * 40);
    gst_buffer_unref (batch_rig_pull (&rig, 2));
  }
  g_thread_join (thread);
  g_object_get (pad, "stats", &stats, NULL);
  fail_unless_equals_uint64 (number (stats, "queued-bytes"), 0);
  fail_unless_equals_uint64 (number (stats, "high-water-bytes"),
      2 * FRAME_BYTES);
  fail_unless_equals_uint64 (number (stats, "high-water"), 2);
  gst_structure_free (stats);
  /* One frame always has room. */
  g_object_set (pad, "max-queued-bytes", (guint64) 1, NULL);
  for (guint i = 0; i < 2; i++)
    batch_rig_push (&rig, i, SMALL, 0, 240);
  gst_buffer_unref (batch_rig_pull (&rig, 2));
  gst_object_unref (pad);
  batch_rig_clear (&rig);
}
GST_END_TEST;

static gint64
cpu_ns (void)
{
  struct timespec t;

  clock_gettime (CLOCK_PROCESS_CPUTIME_ID, &t);
  return (gint64) t.tv_sec * 1000000000 + t.tv_nsec;
}

/* No pads, pads that bring nothing, pads that have ended, one that a flush
 * holds up: below a hundredth of a core, in time that the processor counts. */
GST_START_TEST (test_w30_idle_costs_nothing)
{
  for (guint what = 0; what < 4; what++) {
    BatchRig rig;
    gint64 used;

    batch_rig_init (&rig, what == 0 ? 0 : 4, NULL, FALSE);
    for (guint i = 0; i < rig.n_inputs; i++)
      gst_harness_set_src_caps_str (rig.in[i], SMALL);
    if (what == 2)
      for (guint i = 0; i < 4; i++)
        gst_harness_push_event (rig.in[i], gst_event_new_eos ());
    if (what == 3) {
      gst_harness_set_live (rig.in[0], TRUE);
      for (guint i = 0; i < 4; i++)
        batch_rig_push (&rig, i, SMALL, 0, 0);
      gst_buffer_unref (batch_rig_pull (&rig, 4));
    }
    g_usleep (50000);
    used = cpu_ns ();
    g_usleep (500000);
    used = cpu_ns () - used;
    fail_unless (used < 5000000, "%u: %" G_GINT64_FORMAT " ns of CPU in 0.5 s",
        what, used);
    batch_rig_clear (&rig);
  }
}
GST_END_TEST;

/* Up and down all the time: the others go on, what is counted stays right. */
GST_START_TEST (test_w27_w33_w34_a_pad_that_flaps)
{
  BatchRig rig;
  guint64 out = 0;

  batch_rig_init (&rig, 1, NULL, FALSE);
  gst_harness_set_src_caps_str (rig.in[0], SMALL);
  for (guint round = 0; round < 500; round++) {
    GstHarness *h = batch_rig_add_input (&rig);
    GstPad *pad = gst_element_get_static_pad (rig.batch, "sink_1");

    gst_harness_set_src_caps_str (h, SMALL);
    if (round % 4 != 0)
      batch_rig_push (&rig, 1, SMALL, 0, round * 40);
    if (round % 4 == 1)
      gst_harness_push_event (h, gst_event_new_eos ());
    if (round % 4 == 1) {
      batch_rig_push (&rig, 0, SMALL, 0, round * 40);
      gst_buffer_unref (batch_rig_pull (&rig, 2));
      out += 2;
    }
    gst_element_release_request_pad (rig.batch, pad);
    gst_object_unref (pad);
    gst_harness_teardown (h);
    rig.in[1] = NULL;
    rig.n_inputs = 1;
  }
  batch_rig_expect_stat (rig.batch, "held", 0);
  fail_unless_equals_uint64 (batch_rig_stat (rig.batch, "out"), out);
  fail_unless_equals_uint64 (batch_rig_stat (rig.batch, "dropped-released"),
      250);
  batch_rig_clear (&rig);
}
GST_END_TEST;

static Suite *
savantbatch_watch_suite (void)
{
  Suite *s = suite_create ("savantbatch_watch");
  TCase *tc = tcase_create ("savantbatch_watch");

  suite_add_tcase (s, tc);
  tcase_set_timeout (tc, 60);
  tcase_add_test (tc, test_w18_fill_waiting_and_reason);
  tcase_add_test (tc, test_stats_by_the_clock);
  tcase_add_test (tc, test_w4_stall_tells_the_state_of_every_pad);
  tcase_add_test (tc, test_w38_a_starved_pool_is_named);
  tcase_add_test (tc, test_w38_a_starved_pool_can_be_left);
  tcase_add_test (tc, test_w37_queues_are_bounded_in_bytes);
  tcase_add_test (tc, test_w30_idle_costs_nothing);
  tcase_add_test (tc, test_w27_w33_w34_a_pad_that_flaps);
  return s;
}

GST_CHECK_MAIN (savantbatch_watch)
