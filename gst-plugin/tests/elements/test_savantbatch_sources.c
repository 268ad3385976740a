/* SPDX-License-Identifier: Apache-2.0 */
#include "support/batchrig.h"

#define NVMM "video/x-raw(memory:NVMM)"
#define SMALL "video/x-raw,format=RGBA,width=16,height=16,framerate=25/1"
#define WIDE "video/x-raw,format=RGBA,width=32,height=16,framerate=10/1"
#define OUTPUT NVMM ",format=RGBA,width=32,height=32"

/* Sources that are not as they should be, or change on the way. */

static void
expect_batch (BatchRig *rig, guint n_slots, GstSavantBatchReason reason)
{
  GstBuffer *batch = batch_rig_pull (rig, n_slots);

  fail_unless_equals_int (gst_buffer_get_savant_batch_meta (batch)->reason,
      reason);
  gst_buffer_unref (batch);
}

/* As gst-launch-1.0 sets it: the pads exist when their links are made. */
GST_START_TEST (test_duplicate_ids_in_a_launch_line)
{
  GstElement *pipeline = gst_parse_launch (
      "savantbatch name=b sink_0::source-id=7 sink_1::source-id=7 ! fakesink "
      "videotestsrc num-buffers=1 ! " SMALL " ! b.sink_0 "
      "videotestsrc num-buffers=1 ! " SMALL " ! b.sink_1",
      NULL);
  GstElement *batch;
  GstMessage *message;
  GError *error = NULL;
  GstBus *bus;
  guint ids[2];

  fail_unless (pipeline != NULL);
  bus = gst_element_get_bus (pipeline);
  message = gst_bus_pop_filtered (bus, GST_MESSAGE_WARNING);
  fail_unless (message != NULL, "no warning");
  gst_message_parse_warning (message, &error, NULL);
  fail_unless_equals_string (error->message,
      "source-id 7 of pad sink_1 is refused: pad sink_0 has it");
  g_error_free (error);
  gst_message_unref (message);
  batch = gst_bin_get_by_name (GST_BIN (pipeline), "b");
  gst_child_proxy_get (GST_CHILD_PROXY (batch), "sink_0::source-id", &ids[0],
      "sink_1::source-id", &ids[1], NULL);
  fail_unless_equals_int (ids[0], 7);
  fail_unless_equals_int (ids[1], 1);
  gst_object_unref (batch);
  gst_object_unref (bus);
  gst_object_unref (pipeline);
}
GST_END_TEST;

/* The number of a pad's name may be another pad's id already. */
GST_START_TEST (test_id_of_a_new_pad)
{
  BatchRig rig;
  GstPad *pad;
  guint id;

  batch_rig_init (&rig, 1, NULL, FALSE);
  pad = gst_element_get_static_pad (rig.batch, "sink_0");
  g_object_set (pad, "source-id", 1, NULL);
  gst_object_unref (pad);
  batch_rig_add_input (&rig);
  batch_rig_expect (&rig, GST_MESSAGE_WARNING, "Pad sink_1", "source-id 1",
      "pad sink_0 has", "source-id 0", NULL);
  pad = gst_element_get_static_pad (rig.batch, "sink_1");
  g_object_get (pad, "source-id", &id, NULL);
  fail_unless_equals_int (id, 0);
  gst_object_unref (pad);
  batch_rig_clear (&rig);
}
GST_END_TEST;

/* Size and rate of one source change with every frame; the batch stays as it is
 * and each frame is placed by its own size. */
GST_START_TEST (test_caps_change_with_every_frame)
{
  BatchRig rig;

  batch_rig_init (&rig, 2, NULL, FALSE);
  gst_harness_set_sink_caps_str (rig.out, OUTPUT);
  gst_harness_set_src_caps_str (rig.in[0], SMALL);
  for (guint i = 0; i < 6; i++) {
    const gchar *caps = i % 2 == 0 ? SMALL : WIDE;
    GstBuffer *batch;

    gst_harness_set_src_caps_str (rig.in[1], caps);
    batch_rig_push (&rig, 0, SMALL, 0xff0000, i * 40);
    batch_rig_push (&rig, 1, caps, 0x0000ff, i * 40);
    batch = batch_rig_pull (&rig, 2);
    expect_destination (batch, 0, 0, 0, 32, 32);
    if (i % 2 == 0)
      expect_destination (batch, 1, 0, 0, 32, 32);
    else
      expect_destination (batch, 1, 0, 8, 32, 16);
    fail_unless_equals_int (gst_savant_surface_get_batch_size (
                                gst_savant_buffer_peek_surface (batch)),
        2);
    gst_buffer_unref (batch);
  }
  fail_unless (gst_bus_pop_filtered (rig.bus, GST_MESSAGE_ERROR) == NULL);
  batch_rig_clear (&rig);
}
GST_END_TEST;

static gint
caps_number (GstHarness *h, const gchar *field)
{
  GstCaps *caps = gst_pad_get_current_caps (h->sinkpad);
  gint number = 0, denominator;

  fail_unless (caps != NULL);
  if (!gst_structure_get_int (gst_caps_get_structure (caps, 0), field, &number))
    gst_structure_get_fraction (gst_caps_get_structure (caps, 0), field,
        &number, &denominator);
  gst_caps_unref (caps);
  return number;
}

/* What was the source's own comes out again, in order with the frames. */
GST_START_TEST (test_caps_change_through_unbatch)
{
  for (guint mode = 0; mode < 2; mode++) {
    BatchRig rig;

    batch_rig_init (&rig, 2, mode == 0 ? "mode=non-uniform" : NULL, TRUE);
    batch_rig_output (&rig, 0, NULL);
    batch_rig_output (&rig, 1, NULL);
    gst_harness_set_src_caps_str (rig.in[0], SMALL);
    for (guint i = 0; i < 4; i++) {
      const gchar *caps = i % 2 == 0 ? SMALL : WIDE;

      gst_harness_set_src_caps_str (rig.in[1], caps);
      batch_rig_push (&rig, 0, SMALL, 0, i * 40);
      batch_rig_push (&rig, 1, caps, 0, i * 40);
      gst_buffer_unref (gst_harness_pull (rig.outs[0]));
      gst_buffer_unref (gst_harness_pull (rig.outs[1]));
      fail_unless_equals_int (caps_number (rig.outs[0], "framerate"), 25);
      fail_unless_equals_int (caps_number (rig.outs[1], "framerate"),
          i % 2 == 0 ? 25 : 10);
      fail_unless_equals_int (caps_number (rig.outs[1], "width"),
          i % 2 == 1 && mode == 0 ? 32 : 16);
    }
    batch_rig_clear (&rig);
  }
}
GST_END_TEST;

/* QoS that comes to the batches' pad is every live source's, once. */
GST_START_TEST (test_qos)
{
  BatchRig rig;

  batch_rig_init (&rig, 3, "forward-qos=all", FALSE);
  for (guint i = 0; i < 3; i++)
    while (gst_harness_upstream_events_in_queue (rig.in[i]) > 0)
      gst_event_unref (gst_harness_pull_upstream_event (rig.in[i]));
  fail_unless (gst_harness_push_upstream_event (rig.out,
      gst_event_new_qos (GST_QOS_TYPE_UNDERFLOW, 2.0, 30, 40)));
  for (guint i = 0; i < 3; i++) {
    GstEvent *event = gst_harness_pull_upstream_event (rig.in[i]);
    GstClockTimeDiff diff;
    gdouble proportion;

    fail_unless_equals_int (GST_EVENT_TYPE (event), GST_EVENT_QOS);
    gst_event_parse_qos (event, NULL, &proportion, &diff, NULL);
    fail_unless_equals_float (proportion, 2.0);
    fail_unless_equals_int64 (diff, 30);
    gst_event_unref (event);
    fail_unless_equals_int (gst_harness_upstream_events_in_queue (rig.in[i]),
        0);
  }
  batch_rig_clear (&rig);
}
GST_END_TEST;

/* Sources without a frame hold up nobody: by gaps, an EOS at once, or a
 * timeout where a pad is linked to nothing. */
GST_START_TEST (test_sources_without_frames)
{
  BatchRig rig;

  batch_rig_init (&rig, 2, NULL, FALSE);
  for (guint i = 0; i < 2; i++)
    gst_harness_set_src_caps_str (rig.in[i], SMALL);
  for (guint i = 0; i < 5; i++) {
    gst_harness_push_event (rig.in[1],
        gst_event_new_gap (i * 40 * GST_MSECOND, 40 * GST_MSECOND));
    batch_rig_push (&rig, 0, SMALL, 0, i * 40);
    expect_batch (&rig, 1, GST_SAVANT_BATCH_REASON_GAP);
  }
  gst_harness_push_event (rig.in[1], gst_event_new_eos ());
  batch_rig_push (&rig, 0, SMALL, 0, 200);
  expect_batch (&rig, 1, GST_SAVANT_BATCH_REASON_EOS);
  batch_rig_clear (&rig);

  batch_rig_init (&rig, 1, "batch-timeout=1000000", FALSE);
  gst_object_unref (gst_element_request_pad_simple (rig.batch, "sink_5"));
  gst_harness_set_src_caps_str (rig.in[0], SMALL);
  batch_rig_push (&rig, 0, SMALL, 0, 0);
  expect_batch (&rig, 1, GST_SAVANT_BATCH_REASON_TIMEOUT);
  batch_rig_clear (&rig);

  batch_rig_init (&rig, 2, NULL, FALSE);
  gst_harness_push_event (rig.in[1], gst_event_new_eos ());
  gst_harness_set_src_caps_str (rig.in[0], SMALL);
  batch_rig_push (&rig, 0, SMALL, 0, 0);
  expect_batch (&rig, 1, GST_SAVANT_BATCH_REASON_EOS);
  batch_rig_clear (&rig);
}
GST_END_TEST;

static gpointer
push_three (gpointer data)
{
  for (guint i = 0; i < 3; i++)
    batch_rig_push (data, 0, SMALL, 0, i * 40);
  return NULL;
}

/* Frames that are not in the memory that the caps of their pad name: one
 * message that says so, the end of that pad, and the other one goes on. */
GST_START_TEST (test_wrong_memory)
{
  static const gchar *const surfaces =
      NVMM ",format=RGBA,width=16,height=16,framerate=25/1";

  for (guint drop = 0; drop < 2; drop++)
    for (guint what = 0; what < 3; what++) {
      GstFlowReturn flow = drop ? GST_FLOW_EOS : GST_FLOW_ERROR;
      GstBuffer *buffer = gst_buffer_new ();
      BatchRig rig;

      batch_rig_init (&rig, 2, drop ? "on-pad-error=drop-pad" : NULL, FALSE);
      gst_harness_set_src_caps_str (rig.in[0], surfaces);
      gst_harness_set_src_caps_str (rig.in[1], SMALL);
      /* Plain bytes; two memories; none at all. */
      for (guint i = 0; i < (what == 2 ? 0 : what + 1); i++)
        gst_buffer_append_memory (buffer,
            gst_allocator_alloc (NULL, 16 * 16 * 4, NULL));
      GST_BUFFER_PTS (buffer) = 0;
      fail_unless_equals_int (gst_harness_push (rig.in[0], buffer), flow);
      batch_rig_expect (&rig, drop ? GST_MESSAGE_WARNING : GST_MESSAGE_ERROR,
          "pad sink_0", "NvBufSurface", NULL);
      batch_rig_push (&rig, 1, SMALL, 0, 0);
      expect_batch (&rig, 1, GST_SAVANT_BATCH_REASON_EOS);
      batch_rig_expect_stat (rig.batch, "dropped-error", 1);
      fail_unless_equals_int (gst_harness_push (rig.in[0], gst_buffer_new ()),
          flow);
      fail_unless (gst_bus_pop_filtered (rig.bus,
                       GST_MESSAGE_ERROR | GST_MESSAGE_WARNING)
          == NULL);
      batch_rig_clear (&rig);
    }
}
GST_END_TEST;

/* A sender that waits goes on when the pad begins to leak. */
GST_START_TEST (test_leaky)
{
  for (guint round = 0; round < 2; round++) {
    BatchRig rig;
    GstBuffer *batch;
    GThread *thread;
    GstPad *pad;

    batch_rig_init (&rig, 2, NULL, FALSE);
    for (guint i = 0; i < 2; i++)
      gst_harness_set_src_caps_str (rig.in[i], SMALL);
    pad = gst_element_get_static_pad (rig.batch, "sink_0");
    g_object_set (pad, "max-queued", 1, NULL);
    thread = g_thread_new ("sender", push_three, &rig);
    while (batch_rig_stat (rig.batch, "in") < 2)
      g_usleep (1000);
    gst_util_set_object_arg (G_OBJECT (pad), "leaky",
        round == 0 ? "oldest" : "newest");
    g_thread_join (thread);
    fail_unless_equals_uint64 (batch_rig_stat (rig.batch, "dropped-leaky"), 2);
    batch_rig_push (&rig, 1, SMALL, 0, 0);
    batch = batch_rig_pull (&rig, 2);
    fail_unless_equals_uint64 (
        gst_buffer_get_savant_batch_meta (batch)->slots[0].pts,
        round == 0 ? 80 * GST_MSECOND : 0);
    gst_buffer_unref (batch);
    gst_object_unref (pad);
    batch_rig_clear (&rig);
  }
}
GST_END_TEST;

/* Where pool-size is not set, however many batches are kept nobody waits. */
GST_START_TEST (test_pool_has_no_end)
{
  BatchRig rig;

  batch_rig_init (&rig, 1, NULL, FALSE);
  gst_harness_set_src_caps_str (rig.in[0], SMALL);
  for (guint i = 0; i < 500; i++)
    fail_unless_equals_int (batch_rig_push (&rig, 0, SMALL, 0, i * 40),
        GST_FLOW_OK);
  batch_rig_expect_stat (rig.batch, "out", 500);
  batch_rig_clear (&rig);
}
GST_END_TEST;

static Suite *
savantbatch_sources_suite (void)
{
  Suite *s = suite_create ("savantbatch_sources");
  TCase *tc = tcase_create ("savantbatch_sources");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, test_duplicate_ids_in_a_launch_line);
  tcase_add_test (tc, test_id_of_a_new_pad);
  tcase_add_test (tc, test_caps_change_with_every_frame);
  tcase_add_test (tc, test_caps_change_through_unbatch);
  tcase_add_test (tc, test_qos);
  tcase_add_test (tc, test_sources_without_frames);
  tcase_add_test (tc, test_wrong_memory);
  tcase_add_test (tc, test_leaky);
  tcase_add_test (tc, test_pool_has_no_end);
  return s;
}

GST_CHECK_MAIN (savantbatch_sources)
