/* SPDX-License-Identifier: Apache-2.0 */
#include "support/batchrig.h"

#define FRAME "video/x-raw,format=RGBA,width=16,height=16,framerate=25/1"

/* Flushes and seeks of one stream and of all, through both elements. */

static GstEvent *
seek_event (GstSeekFlags flags)
{
  return gst_event_new_seek (1.0, GST_FORMAT_TIME, flags, GST_SEEK_TYPE_SET, 0,
      GST_SEEK_TYPE_NONE, 0);
}

/* Three flushing seeks of a whole pipeline in the middle of playing; behind
 * each stream there is room for `room` frames. */
static void
seek_pipeline (guint n_sources, const gchar *between, guint room)
{
  GString *line = g_string_new ("savantbatch name=b ! ");
  GstElement *pipeline, *element;
  GstMessage *message;
  GstBus *bus;

  g_string_append_printf (line, "%ssavantunbatch name=u", between);
  for (guint i = 0; i < n_sources; i++)
    g_string_append_printf (line,
        " videotestsrc ! " FRAME " ! b.sink_%u"
        " u.src_%u ! queue max-size-buffers=%u ! fakesink",
        i, i, room);
  pipeline = gst_parse_launch (line->str, NULL);
  g_string_free (line, TRUE);
  fail_unless (pipeline != NULL);
  bus = gst_element_get_bus (pipeline);
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  fail_unless_equals_int (gst_element_get_state (pipeline, NULL, NULL,
                              20 * GST_SECOND),
      GST_STATE_CHANGE_SUCCESS);
  for (guint i = 0; i < 3; i++) {
    fail_unless (gst_element_seek (pipeline, 1.0, GST_FORMAT_TIME,
        GST_SEEK_FLAG_FLUSH, GST_SEEK_TYPE_SET, i * GST_SECOND,
        i == 2 ? GST_SEEK_TYPE_SET : GST_SEEK_TYPE_NONE, 4 * GST_SECOND));
    fail_unless_equals_int (gst_element_get_state (pipeline, NULL, NULL,
                                20 * GST_SECOND),
        GST_STATE_CHANGE_SUCCESS);
  }
  message = gst_bus_timed_pop_filtered (bus, 20 * GST_SECOND,
      (GstMessageType) (GST_MESSAGE_EOS | GST_MESSAGE_ERROR));
  fail_unless (message != NULL, "neither EOS nor an error came");
  fail_unless_equals_int (GST_MESSAGE_TYPE (message), GST_MESSAGE_EOS);
  gst_message_unref (message);
  element = gst_bin_get_by_name (GST_BIN (pipeline), "b");
  /* Of the last position: no frame of it is missing. */
  fail_unless (batch_rig_stat (element, "out") >= n_sources * 50);
  fail_unless_equals_uint64 (batch_rig_stat (element, "held"), 0);
  gst_object_unref (element);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (bus);
  gst_object_unref (pipeline);
}

GST_START_TEST (test_seek_two)
{
  seek_pipeline (2, "", 200);
}
GST_END_TEST;

/* With hardly any room a frame too many would be one for ever. */
GST_START_TEST (test_seek_tight)
{
  seek_pipeline (5, "", 1);
}
GST_END_TEST;

GST_START_TEST (test_seek_with_queue_between)
{
  seek_pipeline (3, "queue ! ", 2);
}
GST_END_TEST;

/* The running time that a sink gave its last frame, less what it has to be. */
static GstClockTimeDiff
lag (GstElement *pipeline, const gchar *name, GstClockTime from)
{
  GstElement *sink = gst_bin_get_by_name (GST_BIN (pipeline), name);
  GstSample *sample = NULL;
  GstClockTimeDiff diff;
  GstClockTime pts;

  g_object_get (sink, "last-sample", &sample, NULL);
  fail_unless (sample != NULL, "no frame at %s", name);
  pts = GST_BUFFER_PTS (gst_sample_get_buffer (sample));
  diff = GST_CLOCK_DIFF (pts - from,
      gst_segment_to_running_time (gst_sample_get_segment (sample),
          GST_FORMAT_TIME, pts));
  gst_sample_unref (sample);
  gst_object_unref (sink);
  return diff;
}

/* After a seek of all while they play, whose time begins at 0 again, no sink is
 * to wait until the time that was. */
GST_START_TEST (test_seek_sets_the_time_back)
{
  GstElement *pipeline =
      gst_parse_launch ("savantbatch name=b ! "
                        "savantunbatch name=u "
                        "videotestsrc ! " FRAME
                        " ! b.sink_0 u.src_0 ! queue ! fakesink name=s0 "
                        "videotestsrc ! " FRAME
                        " ! b.sink_1 u.src_1 ! queue ! fakesink name=s1",
          NULL);

  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  for (guint i = 0; i < 3; i++) {
    fail_unless_equals_int (gst_element_get_state (pipeline, NULL, NULL,
                                20 * GST_SECOND),
        GST_STATE_CHANGE_SUCCESS);
    g_usleep (30000);
    fail_unless (gst_element_seek (pipeline, 1.0, GST_FORMAT_TIME,
        GST_SEEK_FLAG_FLUSH, GST_SEEK_TYPE_SET, i * GST_SECOND,
        GST_SEEK_TYPE_NONE, 0));
    fail_unless_equals_int (gst_element_get_state (pipeline, NULL, NULL,
                                20 * GST_SECOND),
        GST_STATE_CHANGE_SUCCESS);
    fail_unless_equals_int64 (lag (pipeline, "s0", i * GST_SECOND), 0);
    fail_unless_equals_int64 (lag (pipeline, "s1", i * GST_SECOND), 0);
  }
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (pipeline);
}
GST_END_TEST;

/* Seeks that are not answered here, as the harnesses' sources do nothing. */
static guint
count_seeks (BatchRig *rig, guint n)
{
  guint seeks = 0;

  while (gst_harness_upstream_events_in_queue (rig->in[n]) > 0) {
    GstEvent *event = gst_harness_pull_upstream_event (rig->in[n]);

    seeks += GST_EVENT_TYPE (event) == GST_EVENT_SEEK;
    gst_event_unref (event);
  }
  return seeks;
}

/* Whatever comes to src_n reaches source n, what comes to the batches' pad
 * every source; of a seek that comes several times only the first counts. */
GST_START_TEST (test_each_source_once)
{
  BatchRig rig;
  GstEvent *seek = seek_event (GST_SEEK_FLAG_FLUSH);

  batch_rig_init (&rig, 2, NULL, TRUE);
  batch_rig_output (&rig, 0, NULL);
  batch_rig_output (&rig, 1, NULL);
  for (guint i = 0; i < 3; i++)
    gst_harness_push_upstream_event (rig.outs[1], gst_event_ref (seek));
  fail_unless_equals_int (count_seeks (&rig, 0), 0);
  fail_unless_equals_int (count_seeks (&rig, 1), 1);
  gst_harness_push_upstream_event (rig.outs[0], seek);
  fail_unless_equals_int (count_seeks (&rig, 0), 1);
  fail_unless_equals_int (count_seeks (&rig, 1), 0);
  gst_harness_push_upstream_event (rig.outs[0],
      seek_event (GST_SEEK_FLAG_NONE));
  fail_unless_equals_int (count_seeks (&rig, 0), 1);
  batch_rig_clear (&rig);

  batch_rig_init (&rig, 2, NULL, FALSE);
  seek = seek_event (GST_SEEK_FLAG_FLUSH);
  for (guint i = 0; i < 2; i++)
    gst_harness_push_upstream_event (rig.out, gst_event_ref (seek));
  gst_event_unref (seek);
  for (guint i = 0; i < 2; i++)
    fail_unless_equals_int (count_seeks (&rig, i), 1);
  batch_rig_clear (&rig);
}
GST_END_TEST;

static void
segment (BatchRig *rig, guint n)
{
  GstSegment s;

  gst_segment_init (&s, GST_FORMAT_TIME);
  gst_harness_push_event (rig->in[n], gst_event_new_segment (&s));
}

static GstClockTime
pull_pts (GstHarness *h)
{
  GstBuffer *buffer = gst_harness_pull (h);
  GstClockTime pts;

  fail_unless (buffer != NULL, "no frame came");
  pts = GST_BUFFER_PTS (buffer);
  gst_buffer_unref (buffer);
  return pts;
}

static gboolean
is_seeking (BatchRig *rig, const gchar *pad_name)
{
  GstPad *pad = gst_element_get_static_pad (rig->batch, pad_name);
  GstStructure *stats;
  gboolean seeking;

  g_object_get (pad, "stats", &stats, NULL);
  seeking = g_str_equal (gst_structure_get_string (stats, "state"), "seeking");
  gst_structure_free (stats);
  gst_object_unref (pad);
  return seeking;
}

/* The sink of one stream asks for more seeks than it gets: the others go on at
 * once, that one a little later. */
GST_START_TEST (test_lone_seek)
{
  BatchRig rig;

  batch_rig_init (&rig, 2, NULL, TRUE);
  batch_rig_output (&rig, 0, NULL);
  batch_rig_output (&rig, 1, NULL);
  for (guint i = 0; i < 2; i++)
    gst_harness_set_src_caps_str (rig.in[i], FRAME);
  fail_unless (gst_harness_push_upstream_event (rig.outs[1],
      seek_event (GST_SEEK_FLAG_FLUSH)));
  batch_rig_push (&rig, 1, FRAME, 0, 40);
  for (guint i = 1; i <= 3; i++) {
    batch_rig_push (&rig, 0, FRAME, 0, i * 40);
    fail_unless_equals_uint64 (pull_pts (rig.outs[0]), i * 40 * GST_MSECOND);
  }
  while (is_seeking (&rig, "sink_1"))
    g_usleep (1000);
  batch_rig_push (&rig, 0, FRAME, 0, 160);
  fail_unless_equals_uint64 (pull_pts (rig.outs[1]), 40 * GST_MSECOND);
  fail_unless_equals_uint64 (pull_pts (rig.outs[0]), 160 * GST_MSECOND);
  batch_rig_clear (&rig);
}
GST_END_TEST;

static guint
count_events (GstHarness *h, GstEventType type)
{
  guint n = 0;

  while (gst_harness_events_in_queue (h) > 0) {
    GstEvent *event = gst_harness_pull_event (h);

    n += GST_EVENT_TYPE (event) == type;
    gst_event_unref (event);
  }
  return n;
}

/* One pad after the other, all at a time, and one again in the middle of its
 * own flush: every stream goes on with its new frames only. */
GST_START_TEST (test_interleaved_flushes)
{
  BatchRig rig;

  batch_rig_init (&rig, 2, NULL, TRUE);
  for (guint i = 0; i < 2; i++) {
    batch_rig_output (&rig, i, NULL);
    gst_harness_set_src_caps_str (rig.in[i], FRAME);
  }
  for (guint round = 0; round < 20; round++) {
    guint64 ms = round * 1000;

    for (guint i = 0; i < 2; i++)
      batch_rig_push (&rig, i, FRAME, 0, ms);
    for (guint i = 0; i < 2; i++)
      fail_unless_equals_uint64 (pull_pts (rig.outs[i]), ms * GST_MSECOND);
    for (guint i = 0; i < 2; i++)
      count_events (rig.outs[i], GST_EVENT_FLUSH_STOP);

    gst_harness_push_event (rig.in[0], gst_event_new_flush_start ());
    if (round % 4 == 1)
      gst_harness_push_event (rig.in[0], gst_event_new_flush_stop (TRUE));
    if (round % 4 == 1)
      gst_harness_push_event (rig.in[0], gst_event_new_flush_start ());
    if (round % 4 >= 2)
      gst_harness_push_event (rig.in[1], gst_event_new_flush_start ());
    if (round % 4 == 2)
      gst_harness_push_event (rig.in[1], gst_event_new_flush_stop (TRUE));
    gst_harness_push_event (rig.in[0], gst_event_new_flush_stop (TRUE));
    if (round % 4 == 3)
      gst_harness_push_event (rig.in[1], gst_event_new_flush_stop (TRUE));
    segment (&rig, 0);
    if (round % 4 >= 2)
      segment (&rig, 1);
    for (guint i = 0; i < 2; i++)
      batch_rig_push (&rig, i, FRAME, 0, ms + 500);
    for (guint i = 0; i < 2; i++)
      fail_unless_equals_uint64 (pull_pts (rig.outs[i]),
          (ms + 500) * GST_MSECOND);
    fail_unless (count_events (rig.outs[0], GST_EVENT_FLUSH_STOP) >= 1);
    if (round % 4 < 2)
      fail_unless_equals_int (count_events (rig.outs[1], GST_EVENT_FLUSH_STOP),
          0);
  }
  batch_rig_expect_stat (rig.batch, "out", 80);
  batch_rig_clear (&rig);
}
GST_END_TEST;

static GstFlowReturn
end_at_once (GstPad *pad, GstObject *parent, GstBuffer *buffer)
{
  (void) pad;
  (void) parent;
  gst_buffer_unref (buffer);
  return GST_FLOW_EOS;
}

/* What downstream said before a flush or a new stream does not stick. */
GST_START_TEST (test_result_is_forgotten)
{
  for (guint round = 0; round < 2; round++) {
    BatchRig rig;
    GstPadChainFunction chain;
    GstFlowReturn flow = GST_FLOW_OK;

    batch_rig_init (&rig, 2, NULL, FALSE);
    chain = GST_PAD_CHAINFUNC (rig.out->sinkpad);
    gst_pad_set_chain_function (rig.out->sinkpad, end_at_once);
    for (guint i = 0; i < 2; i++)
      gst_harness_set_src_caps_str (rig.in[i], FRAME);
    for (guint i = 0; i < 2; i++)
      batch_rig_push (&rig, i, FRAME, 0, 0);
    while (flow == GST_FLOW_OK)
      flow = batch_rig_push (&rig, 0, FRAME, 0, 40);
    fail_unless_equals_int (flow, GST_FLOW_EOS);
    gst_pad_set_chain_function (rig.out->sinkpad, chain);
    if (round == 0) {
      gst_harness_push_event (rig.in[0], gst_event_new_flush_start ());
      gst_harness_push_event (rig.in[0], gst_event_new_flush_stop (TRUE));
    } else {
      gst_harness_push_event (rig.in[0], gst_event_new_stream_start ("new"));
    }
    segment (&rig, 0);
    for (guint i = 0; i < 2; i++)
      fail_unless_equals_int (batch_rig_push (&rig, i, FRAME, 0, 80),
          GST_FLOW_OK);
    gst_buffer_unref (batch_rig_pull (&rig, 2));
    batch_rig_clear (&rig);
  }
}
GST_END_TEST;

static Suite *
savantunbatch_seek_suite (void)
{
  Suite *s = suite_create ("savantunbatch_seek");
  TCase *tc = tcase_create ("savantunbatch_seek");

  suite_add_tcase (s, tc);
  tcase_set_timeout (tc, 120);
  tcase_add_test (tc, test_seek_two);
  tcase_add_test (tc, test_seek_tight);
  tcase_add_test (tc, test_seek_with_queue_between);
  tcase_add_test (tc, test_seek_sets_the_time_back);
  tcase_add_test (tc, test_each_source_once);
  tcase_add_test (tc, test_lone_seek);
  tcase_add_test (tc, test_interleaved_flushes);
  tcase_add_test (tc, test_result_is_forgotten);
  return s;
}

GST_CHECK_MAIN (savantunbatch_seek)
