/* SPDX-License-Identifier: Apache-2.0 */
#include "support/batchrig.h"

#include <string.h>

/* Sources that come, go, fail and come again. A name that begins with w and a
 * number answers that row of the list of users' wants. */

#define NVMM "video/x-raw(memory:NVMM)"
#define SMALL "video/x-raw,format=RGBA,width=16,height=16,framerate=25/1"
#define WIDE "video/x-raw,format=NV12,width=32,height=16,framerate=10/1"
#define BATCH                                                                  \
  NVMM ",format=RGBA,width=8,height=8,framerate=25/1,batch-size=2"

static void
release (BatchRig *rig, guint n)
{
  gchar *name = g_strdup_printf ("sink_%u", n);
  GstPad *pad = gst_element_get_static_pad (rig->batch, name);

  gst_element_release_request_pad (rig->batch, pad);
  gst_object_unref (pad);
  g_free (name);
}

static guint64
pad_stat (BatchRig *rig, const gchar *name, const gchar *field)
{
  GstPad *pad = gst_element_get_static_pad (rig->batch, name);
  GstStructure *stats;
  guint64 value = 0;

  g_object_get (pad, "stats", &stats, NULL);
  fail_unless (gst_structure_get_uint64 (stats, field, &value));
  gst_structure_free (stats);
  gst_object_unref (pad);
  return value;
}

/* ---- Release at any moment ---------------------------------------------- */

typedef struct Sender
{
  GstElement *batch;
  guint n_sent;
} Sender;

/* Links itself to a new pad and sends until that is released. */
static gpointer
send_until_released (gpointer data)
{
  Sender *sender = data;
  GstPad *sink = gst_element_request_pad_simple (sender->batch, "sink_%u");
  GstPad *src = gst_pad_new ("src", GST_PAD_SRC);
  GstCaps *caps = gst_caps_from_string (SMALL);
  GstSegment segment;
  GstFlowReturn flow = GST_FLOW_OK;

  gst_segment_init (&segment, GST_FORMAT_TIME);
  gst_pad_set_active (src, TRUE);
  fail_unless_equals_int (gst_pad_link (src, sink), GST_PAD_LINK_OK);
  gst_pad_push_event (src, gst_event_new_stream_start ("sender"));
  gst_pad_push_event (src, gst_event_new_caps (caps));
  gst_pad_push_event (src, gst_event_new_segment (&segment));
  gst_caps_unref (caps);
  g_object_set_data (G_OBJECT (sink), "sender", sender);
  while (flow == GST_FLOW_OK) {
    GstBuffer *buffer = frame_new (SMALL, 0);

    GST_BUFFER_PTS (buffer) = sender->n_sent * 40 * GST_MSECOND;
    flow = gst_pad_push (src, buffer);
    sender->n_sent++;
  }
  gst_pad_set_active (src, FALSE);
  gst_object_unref (src);
  gst_object_unref (sink);
  return NULL;
}

/* No probe, no EOS first: releasing the pad is enough while its thread waits
 * in a push, is on its way, or has not begun; the others lose nothing. */
GST_START_TEST (test_w20_w21_w22_bare_release_at_random_moments)
{
  GRand *random = g_rand_new_with_seed (20);
  guint64 in = 0;
  BatchRig rig;

  batch_rig_init (&rig, 1, NULL, FALSE);
  gst_harness_set_drop_buffers (rig.out, TRUE);
  gst_harness_set_src_caps_str (rig.in[0], SMALL);
  for (guint round = 0; round < 300; round++) {
    Sender sender = { rig.batch, 0 };
    GThread *thread = g_thread_new ("sender", send_until_released, &sender);
    GstPad *pad;

    while ((pad = gst_element_get_static_pad (rig.batch, "sink_1")) == NULL)
      g_thread_yield ();
    if (round % 3 == 0)
      batch_rig_push (&rig, 0, SMALL, 0, round * 40);
    if (round % 3 == 0)
      in++;
    g_usleep ((gulong) g_rand_int_range (random, 0, 600));
    /* Not before it is linked: who links to a released pad is told so. */
    while (!gst_pad_is_linked (pad))
      g_thread_yield ();
    gst_element_release_request_pad (rig.batch, pad);
    g_thread_join (thread);
    gst_object_unref (pad);
  }
  batch_rig_expect_stat (rig.batch, "held", 0);
  fail_unless_equals_uint64 (pad_stat (&rig, "sink_0", "in"), in);
  fail_unless_equals_uint64 (pad_stat (&rig, "sink_0", "out"), in);
  fail_unless (batch_rig_stat (rig.batch, "in") > in);
  batch_rig_clear (&rig);
  g_rand_free (random);
}
GST_END_TEST;

/* EOS, release, the same index again: frames flow and its counts begin at 0. */
GST_START_TEST (test_w23_a_released_index_is_new_again)
{
  BatchRig rig;
  guint64 total = 0;

  batch_rig_init (&rig, 2, NULL, FALSE);
  gst_harness_set_src_caps_str (rig.in[0], SMALL);
  for (guint round = 0; round < 20; round++) {
    gst_harness_set_src_caps_str (rig.in[1], round % 2 == 0 ? SMALL : WIDE);
    for (guint k = 0; k < 3; k++) {
      for (guint i = 0; i < 2; i++)
        batch_rig_push (&rig, i, i == 1 && round % 2 == 1 ? WIDE : SMALL, 0,
            (round * 3 + k) * 40);
      gst_buffer_unref (batch_rig_pull (&rig, 2));
    }
    total += 6;
    batch_rig_expect_stat (rig.batch, "out", total);
    fail_unless_equals_uint64 (pad_stat (&rig, "sink_1", "out"), 3);
    if (round % 3 != 2)
      gst_harness_push_event (rig.in[1], gst_event_new_eos ());
    release (&rig, 1);
    gst_harness_teardown (rig.in[1]);
    rig.n_inputs = 1;
    batch_rig_add_input (&rig);
    fail_unless_equals_uint64 (pad_stat (&rig, "sink_1", "in"), 0);
  }
  fail_unless_equals_uint64 (batch_rig_inner_stat (rig.batch, "released",
                                 "out"),
      60);
  batch_rig_clear (&rig);
}
GST_END_TEST;

/* Every state from the first to the last and back, other sizes each time. */
GST_START_TEST (test_w24_w25_cycles_with_changing_sizes)
{
  GstElement *pipeline = gst_parse_launch (
      "savantbatch name=b ! savantunbatch name=u "
      "videotestsrc num-buffers=2 ! capsfilter name=f ! b.sink_0 "
      "videotestsrc num-buffers=3 ! " SMALL " ! b.sink_1 "
      "u.src_0 ! fakesink async=false u.src_1 ! fakesink async=false",
      NULL);
  GstElement *filter = gst_bin_get_by_name (GST_BIN (pipeline), "f");
  GstElement *batch = gst_bin_get_by_name (GST_BIN (pipeline), "b");
  GstBus *bus = gst_element_get_bus (pipeline);

  for (guint i = 0; i < 100; i++) {
    GstCaps *caps = gst_caps_new_simple ("video/x-raw", "width", G_TYPE_INT,
        16 + (gint) i * 2, "height", G_TYPE_INT, 16 + (gint) (i % 7) * 2, NULL);
    GstMessage *message;

    g_object_set (filter, "caps", caps, NULL);
    gst_caps_unref (caps);
    gst_element_set_state (pipeline, GST_STATE_PLAYING);
    message = gst_bus_timed_pop_filtered (bus, 10 * GST_SECOND,
        GST_MESSAGE_EOS | GST_MESSAGE_ERROR);
    fail_unless (message != NULL
            && GST_MESSAGE_TYPE (message) == GST_MESSAGE_EOS,
        "cycle %u", i);
    gst_message_unref (message);
    fail_unless_equals_uint64 (batch_rig_stat (batch, "out"), 5);
    fail_unless_equals_uint64 (batch_rig_stat (batch, "held"), 0);
    gst_element_set_state (pipeline,
        i % 3 == 0 ? GST_STATE_READY : GST_STATE_NULL);
  }
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (bus);
  gst_object_unref (batch);
  gst_object_unref (filter);
  gst_object_unref (pipeline);
}
GST_END_TEST;

/* Another stream on the same pad, after EOS: same and other size, rate and
 * format; each frame count is exact. */
GST_START_TEST (test_w28_w29_consecutive_streams_on_one_pad)
{
  BatchRig rig;

  batch_rig_init (&rig, 1, NULL, TRUE);
  batch_rig_output (&rig, 0, NULL);
  for (guint stream = 0; stream < 50; stream++) {
    const gchar *caps = stream % 3 == 1 ? WIDE : SMALL;
    GstSegment segment;
    guint starts = 0, ends = 0;

    gst_segment_init (&segment, GST_FORMAT_TIME);
    gst_harness_push_event (rig.in[0], gst_event_new_stream_start ("next"));
    gst_harness_set_src_caps_str (rig.in[0], caps);
    gst_harness_push_event (rig.in[0], gst_event_new_segment (&segment));
    for (guint k = 0; k < 2 + stream % 4; k++) {
      batch_rig_push (&rig, 0, caps, 0, k * 40);
      gst_buffer_unref (gst_harness_pull (rig.outs[0]));
    }
    gst_harness_push_event (rig.in[0], gst_event_new_eos ());
    while (ends == 0) {
      GstEvent *event = gst_harness_pull_event (rig.outs[0]);

      fail_unless (event != NULL, "no EOS of stream %u", stream);
      starts += GST_EVENT_TYPE (event) == GST_EVENT_STREAM_START;
      ends += GST_EVENT_TYPE (event) == GST_EVENT_EOS;
      gst_event_unref (event);
    }
    fail_unless (starts >= 1);
  }
  batch_rig_expect_stat (rig.batch, "held", 0);
  fail_unless_equals_uint64 (batch_rig_stat (rig.batch, "dropped"), 0);
  batch_rig_clear (&rig);
}
GST_END_TEST;

/* ---- Errors ------------------------------------------------------------- */

static gboolean
has_ended (BatchRig *rig)
{
  GstEvent *event;
  gboolean eos = FALSE;

  while (!eos && (event = gst_harness_pull_event (rig->out)) != NULL) {
    eos = GST_EVENT_TYPE (event) == GST_EVENT_EOS;
    gst_event_unref (event);
  }
  return eos;
}

/* Caps or a frame that cannot be used: the pad's stream ends, its source is
 * told EOS or an error as on-pad-error says, the others go on to the end. */
GST_START_TEST (test_w31_an_error_of_one_pad)
{
  static const gchar *const policies[] = { "on-pad-error=error",
    "on-pad-error=drop-pad" };

  for (guint drop = 0; drop < 2; drop++)
    for (guint what = 0; what < 3; what++) {
      BatchRig rig;
      GstFlowReturn flow;
      const gchar *text = what == 0 ? "truncated frame" : "cannot be";

      batch_rig_init (&rig, 2, policies[drop], FALSE);
      gst_harness_set_src_caps_str (rig.in[1], SMALL);
      if (what == 0)
        gst_harness_set_src_caps_str (rig.in[0], SMALL);
      else if (what == 1)
        gst_harness_set_src_caps_str (rig.in[0], BATCH);
      else if (drop)
        gst_harness_set_src_caps_str (rig.in[0],
            "video/x-raw(memory:Other),format=RGBA,width=8,height=8");
      else {
        batch_rig_clear (&rig);
        continue; /* such caps are refused before they are sent */
      }
      flow = gst_harness_push (rig.in[0],
          gst_buffer_new_allocate (NULL, 10, NULL));
      fail_unless (drop ? flow == GST_FLOW_EOS : flow < 0, "%s",
          gst_flow_get_name (flow));
      if (what < 2)
        batch_rig_expect (&rig, drop ? GST_MESSAGE_WARNING : GST_MESSAGE_ERROR,
            "pad sink_0", text, NULL);
      else
        batch_rig_expect (&rig, GST_MESSAGE_WARNING, "pad sink_0", NULL);
      for (guint k = 0; k < 3; k++) {
        fail_unless_equals_int (batch_rig_push (&rig, 1, SMALL, 0, k * 40),
            GST_FLOW_OK);
        gst_buffer_unref (batch_rig_pull (&rig, 1));
      }
      gst_harness_push_event (rig.in[1], gst_event_new_eos ());
      fail_unless (has_ended (&rig));
      batch_rig_expect_stat (rig.batch, "held", 0);
      batch_rig_clear (&rig);
    }
}
GST_END_TEST;

/* In a pipeline: with drop-pad nobody posts an error and all end. */
GST_START_TEST (test_w31_drop_pad_keeps_the_pipeline)
{
  GstElement *pipeline = gst_parse_launch (
      "savantbatch name=b on-pad-error=drop-pad mode=non-uniform ! "
      "savantunbatch name=u u.src_1 ! fakesink async=false "
      "appsrc name=a format=time caps=\"" SMALL "\" ! b.sink_0 "
      "videotestsrc num-buffers=20 ! " SMALL " ! b.sink_1",
      NULL);
  GstElement *src = gst_bin_get_by_name (GST_BIN (pipeline), "a");
  GstElement *batch = gst_bin_get_by_name (GST_BIN (pipeline), "b");
  GstBuffer *small = gst_buffer_new_allocate (NULL, 3, NULL);
  GstBus *bus = gst_element_get_bus (pipeline);
  GstMessage *message;
  GstFlowReturn flow;

  GST_BUFFER_PTS (small) = 0;
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  g_signal_emit_by_name (src, "push-buffer", small, &flow);
  gst_buffer_unref (small);
  message = gst_bus_timed_pop_filtered (bus, 10 * GST_SECOND,
      GST_MESSAGE_EOS | GST_MESSAGE_ERROR);
  fail_unless (message != NULL
      && GST_MESSAGE_TYPE (message) == GST_MESSAGE_EOS);
  gst_message_unref (message);
  fail_unless_equals_uint64 (batch_rig_stat (batch, "out"), 20);
  fail_unless_equals_uint64 (batch_rig_stat (batch, "dropped-error"), 1);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (bus);
  gst_object_unref (batch);
  gst_object_unref (src);
  gst_object_unref (pipeline);
}
GST_END_TEST;

/* ---- Memory and consumers ----------------------------------------------- */

/* Plain frames and surfaces together, on a machine with no GPU, into a sink
 * that knows nothing but caps and metas. */
GST_START_TEST (test_w12_w17_w19_any_memory_to_any_consumer)
{
  GstElement *pipeline = gst_parse_launch (
      "savantbatch name=b ! " NVMM ",format=RGBA,width=32,height=32 ! "
      "appsink name=s sync=false "
      "videotestsrc num-buffers=10 ! " SMALL " ! b.sink_0 "
      "savantbufgen num-buffers=10 ! " NVMM
      ",format=NV12,width=48,height=32,framerate=25/1 ! b.sink_1",
      NULL);
  GstElement *sink = gst_bin_get_by_name (GST_BIN (pipeline), "s");

  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  for (guint i = 0; i < 10; i++) {
    GstSample *sample = NULL;
    GstSavantBatchMeta *meta;
    const GstStructure *caps;
    gint size = 0;

    g_signal_emit_by_name (sink, "pull-sample", &sample);
    fail_unless (sample != NULL);
    caps = gst_caps_get_structure (gst_sample_get_caps (sample), 0);
    fail_unless (gst_structure_get_int (caps, "batch-size", &size));
    fail_unless_equals_int (size, 2);
    meta = gst_buffer_get_savant_batch_meta (gst_sample_get_buffer (sample));
    fail_unless_equals_int (meta->n_slots, 2);
    for (guint slot = 0; slot < 2; slot++)
      fail_unless_equals_uint64 (meta->slots[slot].pts,
          slot == 0 ? gst_util_uint64_scale (i, GST_SECOND, 25)
                    : i * 40 * GST_MSECOND);
    expect_destination (gst_sample_get_buffer (sample), 1, 0, 5, 32, 21);
    gst_sample_unref (sample);
  }
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (sink);
  gst_object_unref (pipeline);
}
GST_END_TEST;

/* A format that no surface has is refused with the list of those that have. */
GST_START_TEST (test_w43_unsupported_output_lists_the_formats)
{
  BatchRig rig;

  batch_rig_init (&rig, 1, NULL, FALSE);
  gst_harness_set_sink_caps_str (rig.out, NVMM ",format=YUY2");
  gst_harness_set_src_caps_str (rig.in[0], SMALL);
  batch_rig_push (&rig, 0, SMALL, 0, 0);
  batch_rig_expect (&rig, GST_MESSAGE_ERROR, "takes no batch of surfaces",
      "RGBA", "NV12", "GRAY8", NULL);
  batch_rig_clear (&rig);
}
GST_END_TEST;

/* ---- Bad input ---------------------------------------------------------- */

/* The one pad too many is refused in words, and a released one makes room. */
GST_START_TEST (test_more_pads_than_the_limit)
{
  GPtrArray *pads = g_ptr_array_new_with_free_func (gst_object_unref);
  BatchRig rig;
  GstPad *pad;

  batch_rig_init (&rig, 0, NULL, FALSE);
  for (guint i = 0; i < 1024; i++) {
    pad = gst_element_request_pad_simple (rig.batch, "sink_%u");
    fail_unless (pad != NULL);
    g_ptr_array_add (pads, pad);
  }
  fail_unless (gst_element_request_pad_simple (rig.batch, "sink_%u") == NULL);
  batch_rig_expect (&rig, GST_MESSAGE_WARNING, "No more pads", "1024",
      "release one", NULL);
  gst_element_release_request_pad (rig.batch, g_ptr_array_index (pads, 7));
  pad = gst_element_request_pad_simple (rig.batch, "sink_%u");
  fail_unless (pad != NULL);
  fail_unless_equals_string (GST_PAD_NAME (pad), "sink_7");
  gst_object_unref (pad);
  batch_rig_clear (&rig);
  g_ptr_array_unref (pads);
}
GST_END_TEST;

/* Pads take turns; none is left out and none loses a frame. */
GST_START_TEST (test_fewer_slots_than_pads)
{
  BatchRig rig;

  batch_rig_init (&rig, 5, "batch-size=2", FALSE);
  gst_harness_set_drop_buffers (rig.out, TRUE);
  for (guint i = 0; i < 5; i++)
    gst_harness_set_src_caps_str (rig.in[i], SMALL);
  for (guint k = 0; k < 20; k++)
    for (guint i = 0; i < 5; i++)
      batch_rig_push (&rig, i, SMALL, 0, k * 40);
  for (guint i = 0; i < 5; i++)
    gst_harness_push_event (rig.in[i], gst_event_new_eos ());
  batch_rig_expect_stat (rig.batch, "out", 100);
  for (guint i = 0; i < 5; i++) {
    gchar *name = g_strdup_printf ("sink_%u", i);

    fail_unless_equals_uint64 (pad_stat (&rig, name, "out"), 20);
    g_free (name);
  }
  batch_rig_clear (&rig);
}
GST_END_TEST;

/* EOS of all before any buffer, and nothing after it. */
GST_START_TEST (test_eos_before_the_first_buffer)
{
  for (guint with_caps = 0; with_caps < 2; with_caps++) {
    BatchRig rig;

    batch_rig_init (&rig, 2, NULL, FALSE);
    for (guint i = 0; i < 2; i++) {
      if (with_caps)
        gst_harness_set_src_caps_str (rig.in[i], SMALL);
      gst_harness_push_event (rig.in[i], gst_event_new_eos ());
    }
    fail_unless (has_ended (&rig));
    fail_unless_equals_int (gst_harness_buffers_received (rig.out), 0);
    fail_unless_equals_uint64 (batch_rig_stat (rig.batch, "in"), 0);
    batch_rig_clear (&rig);
  }
}
GST_END_TEST;

static gpointer
seek_on (gpointer data)
{
  GstElement *pipeline = data;

  for (guint i = 0; i < 10; i++) {
    gst_element_seek_simple (pipeline, GST_FORMAT_TIME, GST_SEEK_FLAG_FLUSH, 0);
    g_usleep (3000);
  }
  return NULL;
}

/* Seeks of the whole while sources come and go: it plays on. */
GST_START_TEST (test_seeks_while_pads_come_and_go)
{
  GstElement *pipeline =
      gst_parse_launch ("savantbatch name=b ! fakesink sync=false async=false "
                        "videotestsrc ! " SMALL " ! b.sink_0",
          NULL);
  GstElement *batch = gst_bin_get_by_name (GST_BIN (pipeline), "b");
  GstBus *bus = gst_element_get_bus (pipeline);
  GThread *thread;
  guint64 out;

  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  gst_element_get_state (pipeline, NULL, NULL, 10 * GST_SECOND);
  thread = g_thread_new ("seeker", seek_on, pipeline);
  for (guint i = 0; i < 10; i++) {
    GstElement *bin =
        gst_parse_bin_from_description ("videotestsrc ! " SMALL, TRUE, NULL);
    GstPad *src = gst_element_get_static_pad (bin, "src");
    GstPad *sink = gst_element_request_pad_simple (batch, "sink_%u");

    gst_bin_add (GST_BIN (pipeline), bin);
    fail_unless_equals_int (gst_pad_link (src, sink), GST_PAD_LINK_OK);
    gst_element_sync_state_with_parent (bin);
    g_usleep (4000);
    /* Its source stops without an error, and waits for nobody. */
    g_signal_emit_by_name (sink, "end-of-stream");
    gst_element_set_state (bin, GST_STATE_NULL);
    gst_element_release_request_pad (batch, sink);
    gst_object_unref (src);
    gst_object_unref (sink);
    gst_bin_remove (GST_BIN (pipeline), bin);
  }
  g_thread_join (thread);
  out = batch_rig_stat (batch, "out");
  for (guint i = 0; batch_rig_stat (batch, "out") < out + 20; i++) {
    fail_unless (i < 10000, "it stands still");
    g_usleep (1000);
  }
  fail_unless (gst_bus_pop_filtered (bus, GST_MESSAGE_ERROR) == NULL);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (bus);
  gst_object_unref (batch);
  gst_object_unref (pipeline);
}
GST_END_TEST;

static Suite *
savantbatch_dynamic_suite (void)
{
  Suite *s = suite_create ("savantbatch_dynamic");
  TCase *tc = tcase_create ("savantbatch_dynamic");

  suite_add_tcase (s, tc);
  tcase_set_timeout (tc, 120);
  tcase_add_test (tc, test_w20_w21_w22_bare_release_at_random_moments);
  tcase_add_test (tc, test_w23_a_released_index_is_new_again);
  tcase_add_test (tc, test_w24_w25_cycles_with_changing_sizes);
  tcase_add_test (tc, test_w28_w29_consecutive_streams_on_one_pad);
  tcase_add_test (tc, test_w31_an_error_of_one_pad);
  tcase_add_test (tc, test_w31_drop_pad_keeps_the_pipeline);
  tcase_add_test (tc, test_w12_w17_w19_any_memory_to_any_consumer);
  tcase_add_test (tc, test_w43_unsupported_output_lists_the_formats);
  tcase_add_test (tc, test_more_pads_than_the_limit);
  tcase_add_test (tc, test_fewer_slots_than_pads);
  tcase_add_test (tc, test_eos_before_the_first_buffer);
  tcase_add_test (tc, test_seeks_while_pads_come_and_go);
  return s;
}

GST_CHECK_MAIN (savantbatch_dynamic)
