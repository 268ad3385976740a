/* SPDX-License-Identifier: Apache-2.0 */

/* Source ids and pads that are used again after their source has gone. */

#include "support/batchrig.h"

#define FRAME "video/x-raw,format=RGBA,width=16,height=16,framerate=25/1"

static void
release (GstElement *element, const gchar *name)
{
  GstPad *pad = gst_element_get_static_pad (element, name);

  gst_element_release_request_pad (element, pad);
  gst_object_unref (pad);
}

static void
remove_input (BatchRig *rig, guint n)
{
  gchar *name = g_strdup_printf ("sink_%u", n);

  release (rig->batch, name);
  g_clear_pointer (&rig->in[n], gst_harness_teardown);
  g_free (name);
}

static gboolean
has_event (GstHarness *h, GstEventType type)
{
  gboolean found = FALSE;
  GstEvent *event;

  while ((event = gst_harness_try_pull_event (h)) != NULL) {
    found = found || GST_EVENT_TYPE (event) == type;
    gst_event_unref (event);
  }
  return found;
}

/* Nothing of an ended source comes to the pad that the next of its id gets. */
GST_START_TEST (test_w23_index_is_reused)
{
  BatchRig rig;
  GstHarness *out;
  GstBuffer *view;

  batch_rig_init (&rig, 2, "batch-timeout=0", TRUE);
  batch_rig_output (&rig, 1, NULL);
  out = batch_rig_output (&rig, 0, NULL);
  gst_harness_set_src_caps_str (rig.in[0], FRAME);
  gst_harness_set_src_caps_str (rig.in[1], FRAME);
  batch_rig_push (&rig, 0, FRAME, 0xff0000, 0);
  gst_buffer_unref (gst_harness_pull (out));
  gst_harness_push_event (rig.in[0], gst_event_new_eos ());
  batch_rig_expect_stat (rig.batch, "held", 0);
  remove_input (&rig, 0);
  release (rig.unbatch, "src_0");
  gst_harness_teardown (out);

  rig.n_inputs = 0;
  gst_harness_set_src_caps_str (batch_rig_add_input (&rig), FRAME);
  out = batch_rig_output (&rig, 0, NULL);
  batch_rig_push (&rig, 0, FRAME, 0x00ff00, 80);
  view = gst_harness_pull (out);
  fail_unless (view != NULL);
  fail_unless_equals_uint64 (GST_BUFFER_PTS (view), 80 * GST_MSECOND);
  fail_unless (gst_buffer_get_savant_id_meta (view)->ids[0].id == 0,
      "counts of a released pad go on");
  gst_buffer_unref (view);
  fail_if (has_event (out, GST_EVENT_EOS));
  batch_rig_clear (&rig);
}
GST_END_TEST;

static GstPadProbeReturn
block (GstPad *pad, GstPadProbeInfo *info, gpointer data)
{
  (void) pad;
  (void) info;
  (void) data;
  return GST_PAD_PROBE_OK;
}

static gpointer
push_one (gpointer data)
{
  batch_rig_push (data, 0, FRAME, 0xff0000, 0);
  return NULL;
}

/* Its pad is released while a batch waits before savantunbatch: the pad that
 * was there gets the frame, one that is requested later does not. */
static void
release_meanwhile (gboolean swap)
{
  BatchRig rig;
  GstHarness *out;
  GstPad *sink;
  GThread *thread;
  gulong probe;

  /* The other harnesses keep the elements running. */
  batch_rig_init (&rig, 2, "batch-timeout=0", TRUE);
  batch_rig_output (&rig, 1, NULL);
  out = batch_rig_output (&rig, 0, NULL);
  gst_harness_set_src_caps_str (rig.in[0], FRAME);
  sink = gst_element_get_static_pad (rig.unbatch, "sink");
  probe = gst_pad_add_probe (sink,
      GST_PAD_PROBE_TYPE_BLOCK | GST_PAD_PROBE_TYPE_BUFFER, block, NULL, NULL);
  thread = g_thread_new ("push", push_one, &rig);
  while (!gst_pad_is_blocking (sink))
    g_usleep (1000);
  g_thread_join (thread);
  remove_input (&rig, 0);
  if (swap) {
    release (rig.unbatch, "src_0");
    gst_harness_teardown (out);
    out = batch_rig_output (&rig, 0, NULL);
  }
  gst_pad_remove_probe (sink, probe);
  batch_rig_expect_stat (rig.unbatch, swap ? "dropped-released" : "out", 1);
  if (swap)
    fail_unless (gst_harness_try_pull (out) == NULL);
  else
    gst_buffer_unref (gst_harness_pull (out));

  rig.n_inputs = 0;
  gst_harness_set_src_caps_str (batch_rig_add_input (&rig), FRAME);
  batch_rig_push (&rig, 0, FRAME, 0x00ff00, 40);
  gst_buffer_unref (gst_harness_pull (out));
  gst_object_unref (sink);
  batch_rig_clear (&rig);
}

GST_START_TEST (test_frames_of_a_gone_source)
{
  release_meanwhile (FALSE);
  release_meanwhile (TRUE);
}
GST_END_TEST;

/* A sink that had EOS takes no new stream; the others go on. */
GST_START_TEST (test_w26_sink_that_ended)
{
  BatchRig rig;
  GstHarness *other;
  GstElement *sink = gst_element_factory_make ("fakesink", NULL);
  GstPad *src, *pad;

  batch_rig_init (&rig, 2, "batch-timeout=0", TRUE);
  other = batch_rig_output (&rig, 1, NULL);
  g_object_set (sink, "async", FALSE, "sync", FALSE, NULL);
  gst_element_set_state (sink, GST_STATE_PLAYING);
  src = gst_element_request_pad_simple (rig.unbatch, "src_0");
  pad = gst_element_get_static_pad (sink, "sink");
  fail_unless_equals_int (gst_pad_link (src, pad), GST_PAD_LINK_OK);
  gst_object_unref (pad);
  gst_object_unref (src);
  gst_harness_set_src_caps_str (rig.in[0], FRAME);
  gst_harness_set_src_caps_str (rig.in[1], FRAME);
  batch_rig_push (&rig, 0, FRAME, 0, 0);
  gst_harness_push_event (rig.in[0], gst_event_new_eos ());
  gst_harness_push_event (rig.in[0], gst_event_new_stream_start ("again"));
  gst_harness_set_src_caps_str (rig.in[0], FRAME);
  batch_rig_push (&rig, 0, FRAME, 0, 0);
  batch_rig_expect_stat (rig.unbatch, "in", 2);
  for (guint i = 0; i < 5; i++) {
    fail_unless_equals_int (batch_rig_push (&rig, 1, FRAME, 0, 40 * i),
        GST_FLOW_OK);
    gst_buffer_unref (gst_harness_pull (other));
  }
  batch_rig_expect_stat (rig.unbatch, "dropped-flush", 1);
  fail_unless (gst_bus_pop_filtered (rig.bus, GST_MESSAGE_ERROR) == NULL);
  gst_element_set_state (sink, GST_STATE_NULL);
  batch_rig_clear (&rig);
  gst_object_unref (sink);
}
GST_END_TEST;

/* A thousand sources with a new id each, none of which is remembered. */
GST_START_TEST (test_w27_sources_are_forgotten)
{
  BatchRig rig;
  GstHarness *out;

  batch_rig_init (&rig, 1, "batch-timeout=0", TRUE);
  out = batch_rig_output (&rig, 0, NULL);
  gst_harness_set_src_caps_str (rig.in[0], FRAME);
  for (guint i = 0; i < 1000; i++) {
    gchar *name = g_strdup_printf ("sink_%u", i + 1);
    GstHarness *in = gst_harness_new_with_element (rig.batch, name, NULL);

    gst_harness_set_src_caps_str (in, FRAME);
    if (i % 2 == 0) {
      gst_harness_push (in, frame_new (FRAME, 0));
      batch_rig_expect_stat (rig.unbatch, "in", i / 2 + 1);
    }
    release (rig.batch, name);
    gst_harness_teardown (in);
    g_free (name);
  }
  batch_rig_push (&rig, 0, FRAME, 0, 0);
  gst_buffer_unref (gst_harness_pull (out));
  batch_rig_expect_stat (rig.unbatch, "out", 1);
  fail_unless_equals_uint64 (batch_rig_stat (rig.unbatch, "dropped-unlinked")
          + batch_rig_stat (rig.unbatch, "dropped-released"),
      500);
  batch_rig_clear (&rig);
}
GST_END_TEST;

static Suite *
reuse_suite (void)
{
  Suite *s = suite_create ("savantunbatch_reuse");
  TCase *tc = tcase_create ("reuse");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, test_w23_index_is_reused);
  tcase_add_test (tc, test_frames_of_a_gone_source);
  tcase_add_test (tc, test_w26_sink_that_ended);
  tcase_add_test (tc, test_w27_sources_are_forgotten);
  return s;
}

GST_CHECK_MAIN (reuse);
