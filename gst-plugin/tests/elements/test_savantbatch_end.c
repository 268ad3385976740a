/* SPDX-License-Identifier: Apache-2.0 */
#include "support/batchrig.h"

#define CAPS "video/x-raw,format=RGBA,width=16,height=16,framerate=25/1"

/* The signal end-of-stream of the pads. */

static void
end (BatchRig *rig, guint n)
{
  gchar *name = g_strdup_printf ("sink_%u", n);
  GstPad *pad = gst_element_get_static_pad (rig->batch, name);

  fail_unless (pad != NULL);
  g_signal_emit_by_name (pad, "end-of-stream");
  gst_object_unref (pad);
  g_free (name);
}

static void
begin (BatchRig *rig, guint n, const gchar *id)
{
  GstSegment segment;

  gst_segment_init (&segment, GST_FORMAT_TIME);
  fail_unless (gst_harness_push_event (rig->in[n],
      gst_event_new_stream_start (id)));
  gst_harness_set_src_caps_str (rig->in[n], CAPS);
  gst_harness_push_event (rig->in[n], gst_event_new_segment (&segment));
}

static void
expect_batch (BatchRig *rig, guint n_slots, GstSavantBatchReason reason)
{
  GstBuffer *batch = batch_rig_pull (rig, n_slots);

  fail_unless_equals_int (gst_buffer_get_savant_batch_meta (batch)->reason,
      reason);
  gst_buffer_unref (batch);
}

static void
expect_eos (BatchRig *rig)
{
  gboolean eos = FALSE;
  GstEvent *event;

  while (!eos && (event = gst_harness_pull_event (rig->out)) != NULL) {
    eos = GST_EVENT_TYPE (event) == GST_EVENT_EOS;
    gst_event_unref (event);
  }
  fail_unless (eos);
}

typedef struct Sender
{
  BatchRig *rig;
  guint n;
  guint n_ok;
  GstFlowReturn flow;
} Sender;

static gpointer
send (gpointer data)
{
  Sender *s = data;

  do
    s->flow = batch_rig_push (s->rig, s->n, CAPS, 0, s->n_ok * 40);
  while (s->flow == GST_FLOW_OK && ++s->n_ok < 100);
  return NULL;
}

/* Its sender waits in the full queue: it comes out, what was queued too. */
GST_START_TEST (test_blocked_sender)
{
  BatchRig rig;
  Sender sender = { .rig = &rig, .n = 1 };
  GThread *thread;

  batch_rig_init (&rig, 2, NULL, FALSE);
  for (guint i = 0; i < 2; i++)
    gst_harness_set_src_caps_str (rig.in[i], CAPS);
  thread = g_thread_new ("sender", send, &sender);
  while (batch_rig_stat (rig.batch, "in") < 5)
    g_usleep (1000);
  end (&rig, 1);
  g_thread_join (thread);
  fail_unless_equals_int (sender.flow, GST_FLOW_EOS);
  fail_unless_equals_int (sender.n_ok, 4);
  fail_unless_equals_uint64 (batch_rig_stat (rig.batch, "dropped-released"), 1);
  for (guint i = 0; i < 5; i++)
    fail_unless_equals_int (batch_rig_push (&rig, 0, CAPS, 0, i * 40),
        GST_FLOW_OK);
  for (guint i = 0; i < 4; i++)
    expect_batch (&rig, 2, GST_SAVANT_BATCH_REASON_FULL);
  expect_batch (&rig, 1, GST_SAVANT_BATCH_REASON_EOS);

  /* Once more, a frame and the source's own EOS change nothing. */
  end (&rig, 1);
  fail_unless_equals_int (batch_rig_push (&rig, 1, CAPS, 0, 0), GST_FLOW_EOS);
  fail_unless (gst_harness_push_event (rig.in[1], gst_event_new_eos ()));
  fail_unless_equals_uint64 (batch_rig_stat (rig.batch, "dropped-released"), 2);
  end (&rig, 0);
  expect_eos (&rig);

  begin (&rig, 1, "again");
  fail_unless_equals_int (batch_rig_push (&rig, 1, CAPS, 0, 0), GST_FLOW_OK);
  expect_batch (&rig, 1, GST_SAVANT_BATCH_REASON_EOS);
  batch_rig_expect_stat (rig.batch, "out", 10);
  batch_rig_expect_stat (rig.batch, "held", 0);
  fail_unless_equals_uint64 (batch_rig_stat (rig.batch, "dropped-error"), 0);
  batch_rig_clear (&rig);
}
GST_END_TEST;

/* Before its stream has begun, in any state: that stream is ended. */
GST_START_TEST (test_before_the_stream)
{
  static const GstState states[] = { GST_STATE_NULL, GST_STATE_READY,
    GST_STATE_PAUSED };

  for (guint i = 0; i < G_N_ELEMENTS (states); i++) {
    BatchRig rig;

    batch_rig_init (&rig, 2, NULL, FALSE);
    gst_element_set_state (rig.batch, GST_STATE_NULL);
    gst_element_set_state (rig.batch, states[i]);
    end (&rig, 1);
    end (&rig, 1);
    gst_element_set_state (rig.batch, GST_STATE_PLAYING);
    for (guint n = 0; n < 2; n++) {
      gst_pad_set_active (rig.in[n]->srcpad, FALSE);
      gst_pad_set_active (rig.in[n]->srcpad, TRUE);
      begin (&rig, n, "first");
    }
    fail_unless_equals_int (batch_rig_push (&rig, 1, CAPS, 0, 0), GST_FLOW_EOS);
    fail_unless_equals_int (batch_rig_push (&rig, 0, CAPS, 0, 0), GST_FLOW_OK);
    expect_batch (&rig, 1, GST_SAVANT_BATCH_REASON_EOS);
    fail_unless_equals_uint64 (batch_rig_stat (rig.batch, "dropped-released"),
        1);
    begin (&rig, 1, "second");
    fail_unless_equals_int (batch_rig_push (&rig, 1, CAPS, 0, 0), GST_FLOW_OK);
    batch_rig_push (&rig, 0, CAPS, 0, 40);
    expect_batch (&rig, 2, GST_SAVANT_BATCH_REASON_FULL);
    /* The next run knows nothing of it. */
    end (&rig, 1);
    gst_element_set_state (rig.batch, GST_STATE_READY);
    gst_element_set_state (rig.batch, GST_STATE_PLAYING);
    for (guint n = 0; n < 2; n++) {
      gst_pad_set_active (rig.in[n]->srcpad, FALSE);
      gst_pad_set_active (rig.in[n]->srcpad, TRUE);
      begin (&rig, n, "third");
      fail_unless_equals_int (batch_rig_push (&rig, n, CAPS, 0, 0),
          GST_FLOW_OK);
    }
    expect_batch (&rig, 2, GST_SAVANT_BATCH_REASON_FULL);
    batch_rig_clear (&rig);
  }
}
GST_END_TEST;

GST_START_TEST (test_flush_begins_anew)
{
  BatchRig rig;
  GstSegment segment;

  batch_rig_init (&rig, 1, NULL, FALSE);
  gst_harness_set_src_caps_str (rig.in[0], CAPS);
  end (&rig, 0);
  expect_eos (&rig);
  gst_segment_init (&segment, GST_FORMAT_TIME);
  for (guint i = 0; i < 2; i++) {
    gst_harness_push_event (rig.in[0], gst_event_new_flush_start ());
    if (i == 1)
      end (&rig, 0);
    gst_harness_push_event (rig.in[0], gst_event_new_flush_stop (TRUE));
    gst_harness_push_event (rig.in[0], gst_event_new_segment (&segment));
    fail_unless_equals_int (batch_rig_push (&rig, 0, CAPS, 0, 0),
        i == 0 ? GST_FLOW_OK : GST_FLOW_EOS);
    if (i == 0)
      expect_batch (&rig, 1, GST_SAVANT_BATCH_REASON_FULL);
  }
  expect_eos (&rig);
  batch_rig_clear (&rig);
}
GST_END_TEST;

/* Bad caps of a stream that nobody wants are no error; a released pad has no
 * stream. */
GST_START_TEST (test_nobody_cares)
{
  BatchRig rig;
  GstPad *pad;

  batch_rig_init (&rig, 2, NULL, FALSE);
  end (&rig, 1);
  gst_harness_set_src_caps_str (rig.in[1],
      "video/x-raw(memory:NVMM),format=RGBA,width=8,height=8,batch-size=2,"
      "framerate=25/1");
  fail_unless (gst_bus_pop_filtered (rig.bus, GST_MESSAGE_ERROR) == NULL);
  pad = gst_element_get_static_pad (rig.batch, "sink_1");
  gst_element_release_request_pad (rig.batch, pad);
  g_signal_emit_by_name (pad, "end-of-stream");
  gst_object_unref (pad);
  gst_harness_set_src_caps_str (rig.in[0], CAPS);
  batch_rig_push (&rig, 0, CAPS, 0, 0);
  expect_batch (&rig, 1, GST_SAVANT_BATCH_REASON_FULL);
  batch_rig_clear (&rig);
}
GST_END_TEST;

/* A source that never has a frame keeps a pipeline from PLAYING; ending it
 * needs no thread of it. */
GST_START_TEST (test_pipeline_in_paused)
{
  GstElement *pipeline = gst_parse_launch ("savantbatch name=b ! fakesink "
                                           "videotestsrc num-buffers=10 ! " CAPS
                                           " ! b.sink_0 appsrc ! b.sink_1",
      NULL);
  GstElement *batch;
  GstMessage *message;
  GstPad *pad;
  GstBus *bus;

  fail_unless (pipeline != NULL);
  bus = gst_element_get_bus (pipeline);
  fail_unless_equals_int (gst_element_set_state (pipeline, GST_STATE_PLAYING),
      GST_STATE_CHANGE_ASYNC);
  batch = gst_bin_get_by_name (GST_BIN (pipeline), "b");
  while (batch_rig_stat (batch, "in") < 5)
    g_usleep (1000);
  pad = gst_element_get_static_pad (batch, "sink_1");
  g_signal_emit_by_name (pad, "end-of-stream");
  gst_object_unref (pad);
  message = gst_bus_timed_pop_filtered (bus, 20 * GST_SECOND,
      (GstMessageType) (GST_MESSAGE_EOS | GST_MESSAGE_ERROR));
  fail_unless (message != NULL, "neither EOS nor an error came");
  fail_unless_equals_int (GST_MESSAGE_TYPE (message), GST_MESSAGE_EOS);
  gst_message_unref (message);
  fail_unless_equals_uint64 (batch_rig_stat (batch, "out"), 10);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (batch);
  gst_object_unref (bus);
  gst_object_unref (pipeline);
}
GST_END_TEST;

static Suite *
savantbatch_end_suite (void)
{
  Suite *s = suite_create ("savantbatch_end");
  TCase *tc = tcase_create ("savantbatch_end");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, test_blocked_sender);
  tcase_add_test (tc, test_before_the_stream);
  tcase_add_test (tc, test_flush_begins_anew);
  tcase_add_test (tc, test_nobody_cares);
  tcase_add_test (tc, test_pipeline_in_paused);
  return s;
}

GST_CHECK_MAIN (savantbatch_end)
