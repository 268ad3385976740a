/* SPDX-License-Identifier: Apache-2.0 */
#include "support/batchrig.h"

#include <string.h>

#include <gst/video/video.h>

/* Events in both directions. A name that begins with w and a number answers
 * that row of the list of users' wants. */

#define SMALL "video/x-raw,format=RGBA,width=16,height=16,framerate=25/1"

static void
forget_upstream (BatchRig *rig)
{
  for (guint i = 0; i < rig->n_inputs; i++)
    while (gst_harness_upstream_events_in_queue (rig->in[i]) > 0)
      gst_event_unref (gst_harness_pull_upstream_event (rig->in[i]));
}

/* How many events of `type` the source of input `n` has got. */
static guint
count_upstream (BatchRig *rig, guint n, GstEventType type)
{
  guint count = 0;

  while (gst_harness_upstream_events_in_queue (rig->in[n]) > 0) {
    GstEvent *event = gst_harness_pull_upstream_event (rig->in[n]);

    count += GST_EVENT_TYPE (event) == type;
    gst_event_unref (event);
  }
  return count;
}

static GstEvent *
upstream_event (guint which)
{
  switch (which) {
    case 0:
      return gst_event_new_qos (GST_QOS_TYPE_UNDERFLOW, 2.0, 30, GST_SECOND);
    case 1:
      return gst_event_new_seek (1.0, GST_FORMAT_TIME, GST_SEEK_FLAG_FLUSH,
          GST_SEEK_TYPE_SET, 0, GST_SEEK_TYPE_NONE, 0);
    case 2:
      return gst_video_event_new_upstream_force_key_unit (GST_CLOCK_TIME_NONE,
          TRUE, 1);
    case 3:
      return gst_event_new_reconfigure ();
    default:
      return gst_event_new_custom (GST_EVENT_CUSTOM_UPSTREAM,
          gst_structure_new_empty ("users-own"));
  }
}

/* QOS, a seek, force-key-unit, RECONFIGURE and a custom event: from the
 * batches' pad to every source once, through savantunbatch to the one. */
GST_START_TEST (test_w13_upstream_events_reach_each_pad_once)
{
  for (guint which = 0; which < 5; which++) {
    GstEvent *event = upstream_event (which);
    GstEventType type = GST_EVENT_TYPE (event);
    BatchRig rig;

    batch_rig_init (&rig, 3, "forward-qos=all", FALSE);
    forget_upstream (&rig);
    fail_unless (gst_harness_push_upstream_event (rig.out, event));
    for (guint i = 0; i < 3; i++)
      fail_unless_equals_int (count_upstream (&rig, i, type), 1);
    batch_rig_clear (&rig);

    if (type == GST_EVENT_RECONFIGURE)
      continue; /* the caps behind savantunbatch are none of the source's */
    batch_rig_init (&rig, 3, "forward-qos=all", TRUE);
    for (guint i = 0; i < 3; i++)
      batch_rig_output (&rig, i, NULL);
    forget_upstream (&rig);
    gst_harness_push_upstream_event (rig.outs[1], upstream_event (which));
    for (guint i = 0; i < 3; i++)
      fail_unless_equals_int (count_upstream (&rig, i, type), i == 1 ? 1 : 0);
    batch_rig_clear (&rig);
  }
}
GST_END_TEST;

/* ---- Downstream --------------------------------------------------------- */

static GstEvent *
numbered (guint i)
{
  return gst_event_new_custom (GST_EVENT_CUSTOM_DOWNSTREAM,
      gst_structure_new ("number", "n", G_TYPE_UINT, i, NULL));
}

typedef struct Order
{
  GMutex lock;
  guint next;  /* of the numbers that frames and events have in common */
  guint wrong; /* came out of turn */
  guint tags, gaps;
} Order;

static GstPadProbeReturn
note (GstPad *pad, GstPadProbeInfo *info, gpointer data)
{
  Order *order = data;
  guint n = G_MAXUINT;

  (void) pad;
  g_mutex_lock (&order->lock);
  if (info->type & GST_PAD_PROBE_TYPE_BUFFER) {
    n = (guint) (GST_BUFFER_PTS (info->data) / GST_MSECOND);
  } else {
    const GstStructure *s = gst_event_get_structure (info->data);

    if (GST_EVENT_TYPE (info->data) == GST_EVENT_CUSTOM_DOWNSTREAM)
      gst_structure_get_uint (s, "n", &n);
    order->tags += GST_EVENT_TYPE (info->data) == GST_EVENT_TAG;
    order->gaps += GST_EVENT_TYPE (info->data) == GST_EVENT_GAP;
  }
  if (n != G_MAXUINT) {
    order->wrong += n != order->next;
    order->next = n + 1;
  }
  g_mutex_unlock (&order->lock);
  return GST_PAD_PROBE_OK;
}

/* Frame, event, frame, event: so they come out, of each stream, however the
 * other ones come. */
GST_START_TEST (test_w15_w16_w26_events_keep_their_order_with_frames)
{
  Order orders[2] = { 0 };
  BatchRig rig;

  batch_rig_init (&rig, 2, NULL, TRUE);
  for (guint i = 0; i < 2; i++) {
    GstHarness *out = batch_rig_output (&rig, i, NULL);

    g_mutex_init (&orders[i].lock);
    gst_harness_set_src_caps_str (rig.in[i], SMALL);
    gst_harness_set_drop_buffers (out, TRUE);
    gst_pad_add_probe (out->sinkpad,
        GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM, note,
        &orders[i], NULL);
  }
  for (guint k = 0; k < 400; k += 2)
    for (guint i = 0; i < 2; i++) {
      batch_rig_push (&rig, i, SMALL, 0, k);
      if (k % 10 == 0)
        gst_harness_push_event (rig.in[i],
            gst_event_new_tag (gst_tag_list_new (GST_TAG_TITLE, "t", NULL)));
      gst_harness_push_event (rig.in[i], numbered (k + 1));
      if (i == 1 && k % 50 == 0)
        gst_harness_push_event (rig.in[i],
            gst_event_new_gap (k * GST_MSECOND, GST_MSECOND));
    }
  for (guint i = 0; i < 2; i++)
    gst_harness_push_event (rig.in[i], gst_event_new_eos ());
  batch_rig_expect_stat (rig.unbatch, "out", 400);
  for (guint i = 0; i < 2; i++) {
    GstEvent *event;
    gboolean eos = FALSE;

    while (!eos && (event = gst_harness_pull_event (rig.outs[i])) != NULL) {
      eos = GST_EVENT_TYPE (event) == GST_EVENT_EOS;
      gst_event_unref (event);
    }
    fail_unless (eos);
    fail_unless_equals_int (orders[i].next, 400);
    fail_unless_equals_int (orders[i].wrong, 0);
    fail_unless_equals_int (orders[i].tags, 40);
    fail_unless_equals_int (orders[i].gaps, i == 1 ? 8 : 0);
  }
  batch_rig_clear (&rig);
  for (guint i = 0; i < 2; i++)
    g_mutex_clear (&orders[i].lock);
}
GST_END_TEST;

static guint
count_downstream (GstHarness *h, GstEventType type)
{
  guint n = 0;

  while (gst_harness_events_in_queue (h) > 0) {
    GstEvent *event = gst_harness_pull_event (h);

    n += GST_EVENT_TYPE (event) == type;
    gst_event_unref (event);
  }
  return n;
}

/* A stream's EOS and its next stream-start come out at its own pad, after its
 * last frame, while the others play; pads may come in any order. */
GST_START_TEST (test_w26_eos_and_stream_start_of_one_stream)
{
  BatchRig rig;

  batch_rig_init (&rig, 3, NULL, TRUE);
  for (guint i = 3; i-- > 0;)
    batch_rig_output (&rig, i, NULL);
  for (guint i = 0; i < 3; i++)
    gst_harness_set_src_caps_str (rig.in[i], SMALL);
  for (guint round = 0; round < 12; round++) {
    guint ends = round % 3;
    GstSegment segment;

    for (guint i = 0; i < 3; i++)
      batch_rig_push (&rig, i, SMALL, 0, round * 80);
    gst_harness_push_event (rig.in[ends], gst_event_new_eos ());
    for (guint i = 0; i < 3; i++)
      if (i != ends)
        batch_rig_push (&rig, i, SMALL, 0, round * 80 + 40);
    for (guint i = 0; i < 3; i++) {
      gst_buffer_unref (gst_harness_pull (rig.outs[i]));
      if (i != ends)
        gst_buffer_unref (gst_harness_pull (rig.outs[i]));
    }
    for (guint i = 0; i < 3; i++)
      fail_unless_equals_int (count_downstream (rig.outs[i], GST_EVENT_EOS),
          i == ends);
    gst_harness_push_event (rig.in[ends],
        gst_event_new_stream_start ("another"));
    gst_harness_set_src_caps_str (rig.in[ends], SMALL);
    gst_segment_init (&segment, GST_FORMAT_TIME);
    gst_harness_push_event (rig.in[ends], gst_event_new_segment (&segment));
    for (guint i = 0; i < 3; i++)
      batch_rig_push (&rig, i, SMALL, 0, round * 80 + 60);
    for (guint i = 0; i < 3; i++)
      gst_buffer_unref (gst_harness_pull (rig.outs[i]));
    for (guint i = 0; i < 3; i++)
      fail_unless_equals_int (count_downstream (rig.outs[i],
                                  GST_EVENT_STREAM_START),
          i == ends);
  }
  batch_rig_expect_stat (rig.batch, "held", 0);
  batch_rig_clear (&rig);
}
GST_END_TEST;

/* Gaps alone: they hold up nobody and come out at their own stream. */
GST_START_TEST (test_w15_a_pad_that_only_sends_gaps)
{
  BatchRig rig;
  GstEvent *event;
  guint gaps = 0;

  batch_rig_init (&rig, 2, NULL, TRUE);
  batch_rig_output (&rig, 0, NULL);
  batch_rig_output (&rig, 1, NULL);
  gst_harness_set_src_caps_str (rig.in[0], SMALL);
  gst_harness_set_src_caps_str (rig.in[1], SMALL);
  for (guint i = 0; i < 2; i++)
    batch_rig_push (&rig, i, SMALL, 0, 0);
  for (guint i = 0; i < 2; i++)
    gst_buffer_unref (gst_harness_pull (rig.outs[i]));
  for (guint k = 1; k <= 50; k++) {
    gst_harness_push_event (rig.in[1],
        gst_event_new_gap (k * 40 * GST_MSECOND, 40 * GST_MSECOND));
    batch_rig_push (&rig, 0, SMALL, 0, k * 40);
    gst_buffer_unref (gst_harness_pull (rig.outs[0]));
  }
  batch_rig_expect_stat (rig.batch, "out", 52);
  fail_unless_equals_uint64 (batch_rig_inner_stat (rig.batch, "reasons", "gap"),
      50);
  gst_harness_push_event (rig.in[1], gst_event_new_eos ());
  gst_harness_push_event (rig.in[0], gst_event_new_eos ());
  while ((event = gst_harness_pull_event (rig.outs[1])) != NULL) {
    GstEventType type = GST_EVENT_TYPE (event);

    gaps += type == GST_EVENT_GAP;
    gst_event_unref (event);
    if (type == GST_EVENT_EOS)
      break;
  }
  fail_unless_equals_int (gaps, 50);
  batch_rig_clear (&rig);
}
GST_END_TEST;

/* Whose only output is gaps: its sink prerolls as the others do. */
GST_START_TEST (test_w15_a_sink_of_gaps_prerolls)
{
  static const gchar *const modes[] = { "uniform", "non-uniform" };

  for (guint mode = 0; mode < 2; mode++) {
    gchar *text =
        g_strdup_printf ("savantbatch name=b mode=%s ! "
                         "savantunbatch name=u u.src_0 ! queue ! fakesink "
                         "u.src_1 ! queue ! fakesink "
                         "videotestsrc num-buffers=50 ! " SMALL " ! b.sink_0",
            modes[mode]);
    GstElement *pipeline = gst_parse_launch (text, NULL);
    GstElement *batch = gst_bin_get_by_name (GST_BIN (pipeline), "b");
    GstPad *sink = gst_element_request_pad_simple (batch, "sink_1");
    GstPad *pad = gst_pad_new ("src", GST_PAD_SRC);
    GstBus *bus = gst_element_get_bus (pipeline);
    GstCaps *caps = gst_caps_from_string (SMALL);
    GstSegment segment;
    GstMessage *message;

    gst_segment_init (&segment, GST_FORMAT_TIME);
    gst_pad_set_active (pad, TRUE);
    fail_unless_equals_int (gst_pad_link (pad, sink), GST_PAD_LINK_OK);
    gst_element_set_state (pipeline, GST_STATE_PAUSED);
    gst_pad_push_event (pad, gst_event_new_stream_start ("gaps"));
    gst_pad_push_event (pad, gst_event_new_caps (caps));
    gst_pad_push_event (pad, gst_event_new_segment (&segment));
    for (guint k = 0; k < 50; k++)
      gst_pad_push_event (pad,
          gst_event_new_gap (k * 40 * GST_MSECOND, 40 * GST_MSECOND));
    fail_unless_equals_int (gst_element_get_state (pipeline, NULL, NULL,
                                10 * GST_SECOND),
        GST_STATE_CHANGE_SUCCESS);
    gst_element_set_state (pipeline, GST_STATE_PLAYING);
    gst_pad_push_event (pad, gst_event_new_eos ());
    message = gst_bus_timed_pop_filtered (bus, 10 * GST_SECOND,
        GST_MESSAGE_EOS | GST_MESSAGE_ERROR);
    fail_unless (message != NULL
        && GST_MESSAGE_TYPE (message) == GST_MESSAGE_EOS);
    gst_message_unref (message);
    gst_element_set_state (pipeline, GST_STATE_NULL);
    gst_caps_unref (caps);
    gst_object_unref (bus);
    gst_pad_set_active (pad, FALSE);
    gst_object_unref (pad);
    gst_object_unref (sink);
    gst_object_unref (batch);
    gst_object_unref (pipeline);
    g_free (text);
  }
}
GST_END_TEST;

/* ---- Flush -------------------------------------------------------------- */

typedef struct Gate
{
  GMutex lock;
  GCond cond;
  gboolean inside;
  gboolean open;
} Gate;

static Gate gate;

static GstFlowReturn
blocking_chain (GstPad *pad, GstObject *parent, GstBuffer *buffer)
{
  (void) parent;
  gst_buffer_unref (buffer);
  g_mutex_lock (&gate.lock);
  gate.inside = TRUE;
  g_cond_broadcast (&gate.cond);
  while (!gate.open)
    g_cond_wait (&gate.cond, &gate.lock);
  gate.inside = FALSE;
  g_mutex_unlock (&gate.lock);
  return GST_PAD_IS_FLUSHING (pad) ? GST_FLOW_FLUSHING : GST_FLOW_OK;
}

static void
open_gate (gboolean open)
{
  g_mutex_lock (&gate.lock);
  gate.open = open;
  g_cond_broadcast (&gate.cond);
  g_mutex_unlock (&gate.lock);
}

static void
await_blocked (void)
{
  g_mutex_lock (&gate.lock);
  while (!gate.inside)
    g_cond_wait (&gate.cond, &gate.lock);
  g_mutex_unlock (&gate.lock);
}

static GstPadProbeReturn
open_on_flush (GstPad *pad, GstPadProbeInfo *info, gpointer data)
{
  (void) pad;
  (void) data;
  if (GST_EVENT_TYPE (info->data) == GST_EVENT_FLUSH_START)
    open_gate (TRUE);
  return GST_PAD_PROBE_OK;
}

static gpointer
push_until_refused (gpointer data)
{
  BatchRig *rig = data;
  guint i = 0;

  while (batch_rig_push (rig, 0, SMALL, 0, i * 40) == GST_FLOW_OK)
    i++;
  return NULL;
}

/* The task is in a push that only FLUSH_START ends, and a sender waits for
 * room: both come out, nothing stays held, and all goes on afterwards. */
GST_START_TEST (test_w15_flush_during_a_blocked_push)
{
  for (guint round = 0; round < 10; round++) {
    BatchRig rig;
    GstPadChainFunction chain;
    GstSegment segment;
    GThread *thread;

    batch_rig_init (&rig, 1, NULL, FALSE);
    gst_harness_set_src_caps_str (rig.in[0], SMALL);
    open_gate (FALSE);
    chain = GST_PAD_CHAINFUNC (rig.out->sinkpad);
    gst_pad_set_chain_function (rig.out->sinkpad, blocking_chain);
    gst_pad_add_probe (rig.out->sinkpad, GST_PAD_PROBE_TYPE_EVENT_FLUSH,
        open_on_flush, NULL, NULL);
    thread = g_thread_new ("pusher", push_until_refused, &rig);
    await_blocked ();
    while (batch_rig_stat (rig.batch, "in") < 6)
      g_usleep (1000);
    fail_unless (gst_harness_push_event (rig.in[0],
        gst_event_new_flush_start ()));
    g_thread_join (thread);
    batch_rig_expect_stat (rig.batch, "held", 0);
    gst_pad_set_chain_function (rig.out->sinkpad, chain);
    fail_unless (gst_harness_push_event (rig.in[0],
        gst_event_new_flush_stop (TRUE)));
    gst_segment_init (&segment, GST_FORMAT_TIME);
    gst_harness_push_event (rig.in[0], gst_event_new_segment (&segment));
    batch_rig_push (&rig, 0, SMALL, 0, 0);
    gst_buffer_unref (batch_rig_pull (&rig, 1));
    batch_rig_clear (&rig);
  }
}
GST_END_TEST;

/* States change, pads come and go and are read while the task is blocked
 * downstream: none of it waits for that. */
GST_START_TEST (test_w4_nothing_waits_for_a_blocked_sink)
{
  for (guint round = 0; round < 20; round++) {
    GstMessage *message;
    BatchRig rig;
    GstPad *pad;
    GThread *thread;

    batch_rig_init (&rig, 1,
        round == 0 ? "stall-warning=50000000" : "stall-warning=0", FALSE);
    gst_harness_set_src_caps_str (rig.in[0], SMALL);
    open_gate (FALSE);
    gst_pad_set_chain_function (rig.out->sinkpad, blocking_chain);
    thread = g_thread_new ("pusher", push_until_refused, &rig);
    await_blocked ();
    batch_rig_add_input (&rig);
    pad = gst_element_get_static_pad (rig.batch, "sink_1");
    fail_unless (batch_rig_stat (rig.batch, "held") >= 1);
    gst_element_release_request_pad (rig.batch, pad);
    gst_object_unref (pad);
    while (round == 0
        && (message = batch_rig_message (&rig, GST_MESSAGE_ELEMENT)) != NULL) {
      const GstStructure *s = gst_message_get_structure (message);
      gboolean blocked = gst_structure_has_name (s, "savant-blocked");
      guint64 ns = 0;

      if (blocked) {
        const GstStructure *pads =
            gst_value_get_structure (gst_structure_get_value (s, "pads"));

        fail_unless (gst_structure_get_uint64 (s, "blocked-ns", &ns));
        fail_unless (ns >= 50 * GST_MSECOND);
        fail_unless_equals_string (gst_structure_get_string (pads, "sink_0"),
            "ready");
      }
      gst_message_unref (message);
      if (blocked)
        break;
    }
    pad = gst_element_get_static_pad (rig.batch, "sink_0");
    gst_element_release_request_pad (rig.batch, pad);
    g_thread_join (thread);
    gst_object_unref (pad);
    open_gate (TRUE);
    batch_rig_expect_stat (rig.batch, "held", 0);
    batch_rig_clear (&rig);
  }
}
GST_END_TEST;

static Suite *
savantbatch_events_suite (void)
{
  Suite *s = suite_create ("savantbatch_events");
  TCase *tc = tcase_create ("savantbatch_events");

  suite_add_tcase (s, tc);
  tcase_set_timeout (tc, 60);
  tcase_add_test (tc, test_w13_upstream_events_reach_each_pad_once);
  tcase_add_test (tc, test_w15_w16_w26_events_keep_their_order_with_frames);
  tcase_add_test (tc, test_w26_eos_and_stream_start_of_one_stream);
  tcase_add_test (tc, test_w15_a_pad_that_only_sends_gaps);
  tcase_add_test (tc, test_w15_a_sink_of_gaps_prerolls);
  tcase_add_test (tc, test_w15_flush_during_a_blocked_push);
  tcase_add_test (tc, test_w4_nothing_waits_for_a_blocked_sink);
  return s;
}

GST_CHECK_MAIN (savantbatch_events)
