/* SPDX-License-Identifier: Apache-2.0 */
#include "support/batchrig.h"

#include <string.h>

/* Timestamps that are not what they should be, and what is said of drops. A
 * name that begins with w and a number answers that row of the list of users'
 * wants. */

#define SMALL "video/x-raw,format=RGBA,width=16,height=16,framerate=25/1"
#define HOUR (3600 * GST_SECOND)

static void
push_at (BatchRig *rig, guint n, GstClockTime pts)
{
  GstBuffer *buffer = frame_new (SMALL, 0);

  GST_BUFFER_PTS (buffer) = pts;
  fail_unless_equals_int (gst_harness_push (rig->in[n], buffer), GST_FLOW_OK);
}

static void
push_segment (BatchRig *rig, guint n, GstClockTime start, GstClockTime base)
{
  GstSegment segment;

  gst_segment_init (&segment, GST_FORMAT_TIME);
  segment.start = segment.time = segment.position = start;
  segment.base = base;
  fail_unless (gst_harness_push_event (rig->in[n],
      gst_event_new_segment (&segment)));
}

static void
begin (BatchRig *rig, guint n_inputs, const gchar *pad_property,
    const gchar *value)
{
  batch_rig_init (rig, n_inputs, NULL, FALSE);
  for (guint i = 0; i < n_inputs; i++) {
    gchar *name = g_strdup_printf ("sink_%u", i);
    GstPad *pad = gst_element_get_static_pad (rig->batch, name);

    if (pad_property != NULL)
      gst_util_set_object_arg (G_OBJECT (pad), pad_property, value);
    gst_harness_set_src_caps_str (rig->in[i], SMALL);
    gst_object_unref (pad);
    g_free (name);
  }
}

/* The running time of slot `slot` of the next batch, whose own time is `pts`,
 * which is never below the one before. */
static GstClockTime
expect_time (BatchRig *rig, guint n_slots, guint slot, GstClockTime pts)
{
  GstBuffer *batch = batch_rig_pull (rig, n_slots);
  GstClockTime time =
      gst_buffer_get_savant_batch_meta (batch)->slots[slot].running_time;

  fail_unless (GST_BUFFER_PTS (batch) == pts,
      "batch at %" GST_TIME_FORMAT ", not %" GST_TIME_FORMAT,
      GST_TIME_ARGS (GST_BUFFER_PTS (batch)), GST_TIME_ARGS (pts));
  gst_buffer_unref (batch);
  return time;
}

/* The next discontinuity message; its action. */
static void
expect_discontinuity (BatchRig *rig, const gchar *pad, const gchar *action)
{
  for (;;) {
    GstMessage *message = batch_rig_message (rig, GST_MESSAGE_ELEMENT);
    const GstStructure *s;
    gboolean found;

    fail_unless (message != NULL, "no message");
    s = gst_message_get_structure (message);
    found = gst_structure_has_name (s, "savant-discontinuity");
    if (found) {
      fail_unless_equals_string (gst_structure_get_string (s, "pad"), pad);
      fail_unless_equals_string (gst_structure_get_string (s, "action"),
          action);
    }
    gst_message_unref (message);
    if (found)
      return;
  }
}

/* Each pad's frames are placed by its own segment; one that begins anew, or
 * later from 0, goes on where the batches are. */
GST_START_TEST (test_w10_different_and_restarted_segments)
{
  BatchRig rig;

  begin (&rig, 2, NULL, NULL);
  push_segment (&rig, 0, 0, 0);
  push_segment (&rig, 1, 100 * GST_SECOND, 0);
  for (guint i = 0; i < 3; i++) {
    push_at (&rig, 0, i * GST_SECOND);
    push_at (&rig, 1, (100 + i) * GST_SECOND);
    fail_unless_equals_uint64 (expect_time (&rig, 2, 1, i * GST_SECOND),
        i * GST_SECOND);
  }
  /* The same stream's next segment continues by its base. */
  push_segment (&rig, 1, 0, 3 * GST_SECOND);
  push_at (&rig, 0, 3 * GST_SECOND);
  push_at (&rig, 1, 0);
  fail_unless_equals_uint64 (expect_time (&rig, 2, 1, 3 * GST_SECOND),
      3 * GST_SECOND);
  /* From 0 without one: moved, and what follows with it. */
  push_segment (&rig, 1, 0, 0);
  push_at (&rig, 0, 4 * GST_SECOND);
  push_at (&rig, 1, 0);
  fail_unless_equals_uint64 (expect_time (&rig, 2, 1, 3 * GST_SECOND),
      3 * GST_SECOND);
  push_at (&rig, 0, 5 * GST_SECOND);
  push_at (&rig, 1, 2 * GST_SECOND);
  fail_unless_equals_uint64 (expect_time (&rig, 2, 1, 5 * GST_SECOND),
      5 * GST_SECOND);
  batch_rig_clear (&rig);
}
GST_END_TEST;

/* After a flush time begins at 0 for the sinks too: such a stream is not moved,
 * yet the batches' time does not go back; who joins then joins there. */
GST_START_TEST (test_w10_time_after_a_flush)
{
  BatchRig rig;

  begin (&rig, 1, NULL, NULL);
  push_at (&rig, 0, 10 * GST_SECOND);
  expect_time (&rig, 1, 0, 10 * GST_SECOND);
  batch_rig_add_input (&rig);
  gst_harness_set_src_caps_str (rig.in[1], SMALL);
  push_at (&rig, 1, 0);
  gst_harness_push_event (rig.in[0], gst_event_new_flush_start ());
  fail_unless_equals_uint64 (expect_time (&rig, 1, 0, 10 * GST_SECOND),
      10 * GST_SECOND);
  gst_harness_push_event (rig.in[0], gst_event_new_flush_stop (TRUE));
  push_segment (&rig, 0, 0, 0);
  push_at (&rig, 0, GST_SECOND);
  push_at (&rig, 1, GST_SECOND);
  fail_unless_equals_uint64 (expect_time (&rig, 2, 0, 10 * GST_SECOND),
      GST_SECOND);
  batch_rig_add_input (&rig);
  gst_harness_set_src_caps_str (rig.in[2], SMALL);
  for (guint k = 2; k < 4; k++) {
    for (guint i = 0; i < 2; i++)
      push_at (&rig, i, k * GST_SECOND);
    push_at (&rig, 2, (k - 2) * GST_SECOND);
    fail_unless_equals_uint64 (expect_time (&rig, 3, 2, 10 * GST_SECOND),
        (k - 1) * GST_SECOND);
  }
  batch_rig_clear (&rig);
}
GST_END_TEST;

GST_START_TEST (test_w9_late_join_from_zero)
{
  BatchRig rig;

  begin (&rig, 1, NULL, NULL);
  for (guint i = 0; i < 2; i++) {
    push_at (&rig, 0, (10 + i) * GST_SECOND);
    expect_time (&rig, 1, 0, (10 + i) * GST_SECOND);
  }
  batch_rig_add_input (&rig);
  gst_harness_set_src_caps_str (rig.in[1], SMALL);
  for (guint i = 2; i < 4; i++) {
    push_at (&rig, 0, (10 + i) * GST_SECOND);
    push_at (&rig, 1, (i - 2) * GST_SECOND);
    fail_unless_equals_uint64 (expect_time (&rig, 2, 1, (9 + i) * GST_SECOND),
        (9 + i) * GST_SECOND);
  }
  batch_rig_clear (&rig);

  /* As it is: then all batches stand still. */
  begin (&rig, 2, "start-time", "as-is");
  push_at (&rig, 0, 10 * GST_SECOND);
  gst_harness_push_event (rig.in[1], gst_event_new_gap (0, 11 * GST_SECOND));
  expect_time (&rig, 1, 0, 10 * GST_SECOND);
  push_at (&rig, 0, 11 * GST_SECOND);
  push_at (&rig, 1, 0);
  fail_unless_equals_uint64 (expect_time (&rig, 2, 1, 10 * GST_SECOND), 0);
  batch_rig_clear (&rig);
}
GST_END_TEST;

/* As its sink behind savantunbatch counts: PTS from 0, and on time. */
GST_START_TEST (test_w9_late_join_behind_unbatch)
{
  BatchRig rig;

  batch_rig_init (&rig, 1, NULL, TRUE);
  batch_rig_output (&rig, 0, NULL);
  batch_rig_output (&rig, 1, NULL);
  gst_harness_set_src_caps_str (rig.in[0], SMALL);
  push_at (&rig, 0, 10 * GST_SECOND);
  gst_buffer_unref (gst_harness_pull (rig.outs[0]));
  batch_rig_add_input (&rig);
  gst_harness_set_src_caps_str (rig.in[1], SMALL);
  for (guint k = 0; k < 3; k++)
    for (guint i = 0; i < 2; i++)
      push_at (&rig, i, (i == 0 ? 11 + k : k) * GST_SECOND);
  for (guint k = 0; k < 3; k++)
    for (guint i = 0; i < 2; i++) {
      GstBuffer *frame = gst_harness_pull (rig.outs[i]);
      GstEvent *event =
          gst_pad_get_sticky_event (rig.outs[i]->sinkpad, GST_EVENT_SEGMENT, 0);
      const GstSegment *segment;

      gst_event_parse_segment (event, &segment);
      fail_unless_equals_uint64 (GST_BUFFER_PTS (frame),
          (i == 0 ? 11 + k : k) * GST_SECOND);
      fail_unless_equals_uint64 (gst_segment_to_running_time (segment,
                                     GST_FORMAT_TIME, GST_BUFFER_PTS (frame)),
          (i == 0 ? 11 + k : 10 + k) * GST_SECOND);
      gst_event_unref (event);
      gst_buffer_unref (frame);
    }
  batch_rig_clear (&rig);
}
GST_END_TEST;

/* Back a second, on an hour, no timestamp, and round to 0 again. */
GST_START_TEST (test_w11_jumps_are_accepted_and_told)
{
  BatchRig rig;

  begin (&rig, 1, NULL, NULL);
  push_at (&rig, 0, 5 * GST_SECOND);
  expect_time (&rig, 1, 0, 5 * GST_SECOND);
  push_at (&rig, 0, 4 * GST_SECOND);
  expect_discontinuity (&rig, "sink_0", "accept");
  fail_unless_equals_uint64 (expect_time (&rig, 1, 0, 5 * GST_SECOND),
      5 * GST_SECOND);
  push_at (&rig, 0, 4 * GST_SECOND + 40 * GST_MSECOND);
  expect_time (&rig, 1, 0, 5 * GST_SECOND + 40 * GST_MSECOND);
  push_at (&rig, 0, GST_CLOCK_TIME_NONE);
  fail_unless (expect_time (&rig, 1, 0, 5 * GST_SECOND + 40 * GST_MSECOND)
      == GST_CLOCK_TIME_NONE);
  push_at (&rig, 0, HOUR + 4 * GST_SECOND);
  expect_discontinuity (&rig, "sink_0", "accept");
  expect_time (&rig, 1, 0, HOUR + 5 * GST_SECOND);
  push_at (&rig, 0, 0);
  expect_discontinuity (&rig, "sink_0", "accept");
  expect_time (&rig, 1, 0, HOUR + 5 * GST_SECOND);
  push_at (&rig, 0, GST_SECOND);
  expect_time (&rig, 1, 0, HOUR + 6 * GST_SECOND);
  fail_unless_equals_uint64 (batch_rig_stat (rig.batch, "dropped"), 0);
  batch_rig_clear (&rig);
}
GST_END_TEST;

/* A silence that gaps announce is none, also where it is long: the frame after
 * it follows on, even where jumps are dropped. */
GST_START_TEST (test_w15_a_gap_is_no_jump)
{
  BatchRig rig;

  begin (&rig, 1, "discontinuity", "drop");
  push_at (&rig, 0, 0);
  expect_time (&rig, 1, 0, 0);
  for (guint i = 0; i < 4; i++)
    gst_harness_push_event (rig.in[0],
        gst_event_new_gap (i * 15 * GST_SECOND, 15 * GST_SECOND));
  push_at (&rig, 0, 60 * GST_SECOND);
  expect_time (&rig, 1, 0, 60 * GST_SECOND);
  fail_unless_equals_uint64 (batch_rig_stat (rig.batch, "dropped"), 0);
  batch_rig_clear (&rig);
}
GST_END_TEST;

static void
expect_drop (BatchRig *rig, const gchar *pad, const gchar *reason,
    guint64 dropped)
{
  GstMessage *message = batch_rig_message (rig, GST_MESSAGE_QOS);
  const GstStructure *s;
  guint64 n = 0;

  fail_unless (message != NULL, "no QOS message");
  s = gst_message_get_structure (message);
  gst_message_parse_qos_stats (message, NULL, NULL, &n);
  fail_unless_equals_uint64 (n, dropped);
  fail_unless_equals_string (gst_structure_get_string (s, "pad"), pad);
  fail_unless_equals_string (gst_structure_get_string (s, "reason"), reason);
  gst_message_unref (message);
}

/* A stray frame is gone; a jump that lasts costs one frame. */
GST_START_TEST (test_w11_w14_jumps_are_dropped_and_told)
{
  BatchRig rig;

  begin (&rig, 1, "discontinuity", "drop");
  push_at (&rig, 0, GST_SECOND);
  push_at (&rig, 0, HOUR);
  expect_discontinuity (&rig, "sink_0", "drop");
  expect_drop (&rig, "sink_0", "late", 1);
  push_at (&rig, 0, 2 * GST_SECOND);
  expect_time (&rig, 1, 0, GST_SECOND);
  expect_time (&rig, 1, 0, 2 * GST_SECOND);
  push_at (&rig, 0, HOUR);
  push_at (&rig, 0, HOUR + GST_SECOND);
  expect_time (&rig, 1, 0, HOUR + GST_SECOND);
  expect_drop (&rig, "sink_0", "late", 2);
  fail_unless_equals_uint64 (batch_rig_stat (rig.batch, "dropped-late"), 2);
  batch_rig_expect_stat (rig.batch, "out", 3);
  batch_rig_clear (&rig);
}
GST_END_TEST;

static gint64
own_id (BatchRig *rig)
{
  GstBuffer *batch = batch_rig_pull (rig, 1);
  gint64 id = gst_buffer_get_savant_batch_meta (batch)->slots[0].frame_id;

  gst_buffer_unref (batch);
  return id;
}

GST_START_TEST (test_w11_jumps_reset_ids)
{
  BatchRig rig;

  begin (&rig, 1, "discontinuity", "reset-id");
  for (gint i = 0; i < 3; i++) {
    push_at (&rig, 0, (GstClockTime) i * GST_SECOND);
    fail_unless_equals_int64 (own_id (&rig), i);
  }
  push_at (&rig, 0, HOUR);
  expect_discontinuity (&rig, "sink_0", "reset-id");
  fail_unless_equals_int64 (own_id (&rig), 0);
  push_at (&rig, 0, HOUR + GST_SECOND);
  fail_unless_equals_int64 (own_id (&rig), 1);
  /* A silence that is allowed is none. */
  g_object_set (GST_PAD_PEER (rig.in[0]->srcpad), "discontinuity-threshold",
      2 * HOUR, NULL);
  push_at (&rig, 0, 2 * HOUR);
  fail_unless_equals_int64 (own_id (&rig), 2);
  batch_rig_clear (&rig);
}
GST_END_TEST;

/* A live source's frame cannot be of the future: nobody waits an hour. */
GST_START_TEST (test_w10_a_live_source_ahead_of_the_clock)
{
  GstElement *pipeline = gst_parse_launch (
      "savantbatch name=b ! fakesink sync=true "
      "appsrc name=a is-live=true format=time max-buffers=2 block=true "
      "caps=\"" SMALL "\" ! b.sink_0",
      NULL);
  GstElement *batch = gst_bin_get_by_name (GST_BIN (pipeline), "b");
  GstElement *src = gst_bin_get_by_name (GST_BIN (pipeline), "a");
  GstFlowReturn flow;

  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  for (guint i = 0; i < 10; i++) {
    GstBuffer *buffer = frame_new (SMALL, 0);

    GST_BUFFER_PTS (buffer) = HOUR + i * 40 * GST_MSECOND;
    g_signal_emit_by_name (src, "push-buffer", buffer, &flow);
    gst_buffer_unref (buffer);
    fail_unless_equals_int (flow, GST_FLOW_OK);
  }
  batch_rig_expect_stat (batch, "out", 10);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (src);
  gst_object_unref (batch);
  gst_object_unref (pipeline);
}
GST_END_TEST;

/* ---- QoS ---------------------------------------------------------------- */

/* In each source's own running time, to those that forward-qos names. */
GST_START_TEST (test_w8_w8b_qos_in_the_time_of_the_source)
{
  static const gchar *const modes[] = { "live", "all", "none" };
  static const guint received[] = { 1, 3, 0 };

  for (guint m = 0; m < 3; m++) {
    BatchRig rig;
    guint n = 0;

    begin (&rig, 2, NULL, NULL);
    gst_util_set_object_arg (G_OBJECT (rig.batch), "forward-qos", modes[m]);
    for (guint i = 0; i < 2; i++)
      push_at (&rig, i, 10 * GST_SECOND);
    expect_time (&rig, 2, 0, 10 * GST_SECOND);
    batch_rig_add_input (&rig);
    gst_harness_set_live (rig.in[2], TRUE);
    gst_harness_set_src_caps_str (rig.in[2], SMALL);
    gst_harness_push_event (rig.in[0], gst_event_new_eos ());
    gst_harness_push_event (rig.in[1], gst_event_new_eos ());
    push_at (&rig, 2, 0);
    expect_time (&rig, 1, 0, 10 * GST_SECOND);
    for (guint i = 0; i < 3; i++)
      while (gst_harness_upstream_events_in_queue (rig.in[i]) > 0)
        gst_event_unref (gst_harness_pull_upstream_event (rig.in[i]));
    gst_harness_push_upstream_event (rig.out,
        gst_event_new_qos (GST_QOS_TYPE_UNDERFLOW, 2.0, 30, 11 * GST_SECOND));
    for (guint i = 0; i < 3; i++)
      while (gst_harness_upstream_events_in_queue (rig.in[i]) > 0) {
        GstEvent *event = gst_harness_pull_upstream_event (rig.in[i]);
        GstClockTime time;

        fail_unless_equals_int (GST_EVENT_TYPE (event), GST_EVENT_QOS);
        gst_event_parse_qos (event, NULL, NULL, NULL, &time);
        fail_unless_equals_uint64 (time, (i == 2 ? 1 : 11) * GST_SECOND);
        gst_event_unref (event);
        n++;
      }
    fail_unless_equals_int (n, received[m]);
    batch_rig_clear (&rig);
  }
}
GST_END_TEST;

/* ---- Drops -------------------------------------------------------------- */

static GstFlowReturn
slow_chain (GstPad *pad, GstObject *parent, GstBuffer *buffer)
{
  (void) pad;
  (void) parent;
  g_usleep (15000);
  gst_buffer_unref (buffer);
  return GST_FLOW_OK;
}

/* A sink three times slower than a live source: every frame is out or dropped
 * for a reason, each drop is told, and the queue is as long as it may be. */
GST_START_TEST (test_w3_w14_a_slow_sink)
{
  BatchRig rig;
  guint64 dropped, told = 0, high;
  GstMessage *message;
  GstPad *pad;

  begin (&rig, 1, "leaky", "oldest");
  pad = gst_element_get_static_pad (rig.batch, "sink_0");
  g_object_set (pad, "max-queued", 3, NULL);
  gst_pad_set_chain_function (rig.out->sinkpad, slow_chain);
  for (guint i = 0; i < 60; i++) {
    push_at (&rig, 0, i * 5 * GST_MSECOND);
    g_usleep (5000);
    fail_unless (batch_rig_stat (rig.batch, "held") <= 4);
  }
  batch_rig_expect_stat (rig.batch, "held", 0);
  dropped = batch_rig_stat (rig.batch, "dropped-leaky");
  fail_unless (dropped > 0);
  fail_unless_equals_uint64 (batch_rig_stat (rig.batch, "out"), 60 - dropped);
  while ((message = gst_bus_pop_filtered (rig.bus, GST_MESSAGE_QOS)) != NULL) {
    guint64 n = 0;

    gst_message_parse_qos_stats (message, NULL, NULL, &n);
    fail_unless_equals_uint64 (n, ++told);
    gst_message_unref (message);
  }
  fail_unless_equals_uint64 (told, dropped);
  {
    GstStructure *stats;

    g_object_get (pad, "stats", &stats, NULL);
    fail_unless (gst_structure_get_uint64 (stats, "high-water", &high));
    gst_structure_free (stats);
  }
  fail_unless_equals_uint64 (high, 3);
  gst_object_unref (pad);
  batch_rig_clear (&rig);
}
GST_END_TEST;

static Suite *
savantbatch_times_suite (void)
{
  Suite *s = suite_create ("savantbatch_times");
  TCase *tc = tcase_create ("savantbatch_times");

  suite_add_tcase (s, tc);
  tcase_set_timeout (tc, 60);
  tcase_add_test (tc, test_w10_different_and_restarted_segments);
  tcase_add_test (tc, test_w10_time_after_a_flush);
  tcase_add_test (tc, test_w9_late_join_from_zero);
  tcase_add_test (tc, test_w9_late_join_behind_unbatch);
  tcase_add_test (tc, test_w11_jumps_are_accepted_and_told);
  tcase_add_test (tc, test_w15_a_gap_is_no_jump);
  tcase_add_test (tc, test_w11_w14_jumps_are_dropped_and_told);
  tcase_add_test (tc, test_w11_jumps_reset_ids);
  tcase_add_test (tc, test_w10_a_live_source_ahead_of_the_clock);
  tcase_add_test (tc, test_w8_w8b_qos_in_the_time_of_the_source);
  tcase_add_test (tc, test_w3_w14_a_slow_sink);
  return s;
}

GST_CHECK_MAIN (savantbatch_times)
