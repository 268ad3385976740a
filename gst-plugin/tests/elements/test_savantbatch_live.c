/* SPDX-License-Identifier: Apache-2.0 */
#include "support/batchrig.h"

#include <string.h>

/* Timeouts, latency, QoS and times of live sources. A name that begins with w
 * and a number answers that row of the list of users' wants. */

#define CAPS(fps)                                                              \
  "video/x-raw,format=RGBA,width=16,height=16,framerate=" #fps "/1"
#define SMALL CAPS (25)

static gint64
effective_timeout (BatchRig *rig)
{
  gint64 timeout;

  g_object_get (rig->batch, "effective-timeout", &timeout, NULL);
  return timeout;
}

/* Waits for it: the task finds it. */
static void
expect_timeout (BatchRig *rig, gint64 low, gint64 high)
{
  for (guint i = 0; i < 5000; i++) {
    gint64 timeout = effective_timeout (rig);

    if (timeout >= low && timeout <= high)
      return;
    g_usleep (1000);
  }
  fail ("effective-timeout is %" G_GINT64_FORMAT, effective_timeout (rig));
}

static void
push_at (BatchRig *rig, guint n, GstClockTime pts)
{
  GstBuffer *buffer = frame_new (SMALL, 0);

  GST_BUFFER_PTS (buffer) = pts;
  fail_unless_equals_int (gst_harness_push (rig->in[n], buffer), GST_FLOW_OK);
}

static void
drain_batches (BatchRig *rig)
{
  GstBuffer *buffer;

  while ((buffer = gst_harness_try_pull (rig->out)) != NULL)
    gst_buffer_unref (buffer);
}

/* 15, 25 and 30 frames a second and no setting: one frame of the fastest, as
 * its times show; of the next fastest when that one goes. Files wait. */
GST_START_TEST (test_w1_w2_auto_timeout_follows_the_fastest_live_pad)
{
  static const guint fps[] = { 15, 25, 30 };
  static const gchar *const caps[] = { CAPS (15), CAPS (25), CAPS (1) };
  BatchRig rig;
  GstBuffer *batch;
  GstSavantBatchMeta *meta;
  GstPad *pad;

  batch_rig_init (&rig, 3, NULL, FALSE);
  fail_unless_equals_int64 (effective_timeout (&rig), -1);
  for (guint i = 0; i < 3; i++) {
    gst_harness_set_live (rig.in[i], TRUE);
    gst_harness_set_src_caps_str (rig.in[i], caps[i]);
  }
  /* The caps of the third say 1 frame a second, its times 30. */
  for (guint k = 0; k < 30; k++)
    for (guint i = 0; i < 3; i++)
      push_at (&rig, i, k * GST_SECOND / fps[i]);
  batch_rig_expect_stat (rig.batch, "out", 90);
  expect_timeout (&rig, 30 * GST_MSECOND, 36 * GST_MSECOND);

  drain_batches (&rig);
  push_at (&rig, 2, GST_SECOND);
  batch = batch_rig_pull (&rig, 1);
  meta = gst_buffer_get_savant_batch_meta (batch);
  fail_unless_equals_int (meta->reason, GST_SAVANT_BATCH_REASON_TIMEOUT);
  fail_unless (meta->waiting_time_ns >= 30 * GST_MSECOND);
  gst_buffer_unref (batch);

  pad = gst_element_get_static_pad (rig.batch, "sink_2");
  gst_element_release_request_pad (rig.batch, pad);
  gst_object_unref (pad);
  expect_timeout (&rig, 40 * GST_MSECOND, 40 * GST_MSECOND);
  gst_harness_push_event (rig.in[1], gst_event_new_eos ());
  expect_timeout (&rig, 60 * GST_MSECOND, 70 * GST_MSECOND);
  batch_rig_clear (&rig);
}
GST_END_TEST;

/* The property that was set last decides; the number is there in any case. */
GST_START_TEST (test_timeout_policies)
{
  BatchRig rig;
  gint policy;

  batch_rig_init (&rig, 2, "batch-timeout=30000000", FALSE);
  fail_unless_equals_int64 (effective_timeout (&rig), 30 * GST_MSECOND);
  gst_util_set_object_arg (G_OBJECT (rig.batch), "timeout-policy", "none");
  fail_unless_equals_int64 (effective_timeout (&rig), -1);
  gst_util_set_object_arg (G_OBJECT (rig.batch), "timeout-policy", "fixed");
  fail_unless_equals_int64 (effective_timeout (&rig), 30 * GST_MSECOND);
  g_object_set (rig.batch, "batch-timeout", (gint64) -1, NULL);
  g_object_get (rig.batch, "timeout-policy", &policy, NULL);
  fail_unless_equals_int (policy, 2);
  /* Files wait for each other however long it takes. */
  gst_util_set_object_arg (G_OBJECT (rig.batch), "timeout-policy", "auto");
  for (guint i = 0; i < 2; i++)
    gst_harness_set_src_caps_str (rig.in[i], SMALL);
  push_at (&rig, 0, 0);
  g_usleep (100000);
  fail_unless_equals_int (gst_harness_buffers_in_queue (rig.out), 0);
  fail_unless_equals_int64 (effective_timeout (&rig), -1);
  push_at (&rig, 1, 0);
  gst_buffer_unref (batch_rig_pull (&rig, 2));
  batch_rig_clear (&rig);
}
GST_END_TEST;

/* A file's frames that have waited in the queue for their turn are not too
 * old for a batch with the live source's next one. */
GST_START_TEST (test_backlog_of_a_file_waits_for_a_live_source)
{
  BatchRig rig;
  guint64 full;

  batch_rig_init (&rig, 2, "batch-timeout=200000000", FALSE);
  gst_harness_set_live (rig.in[1], TRUE);
  for (guint i = 0; i < 2; i++)
    gst_harness_set_src_caps_str (rig.in[i], SMALL);
  for (guint i = 0; i < 4; i++)
    push_at (&rig, 0, i * 40 * GST_MSECOND);
  for (guint i = 0; i < 4; i++) {
    g_usleep (70000);
    push_at (&rig, 1, i * 40 * GST_MSECOND);
    gst_buffer_unref (batch_rig_pull (&rig, 2));
  }
  full = batch_rig_inner_stat (rig.batch, "reasons", "full");
  fail_unless_equals_uint64 (full, 4);
  batch_rig_clear (&rig);
}
GST_END_TEST;

/* ---- Latency ------------------------------------------------------------ */

typedef enum Answer
{
  ANSWER_NONE,
  ANSWER_MAX_BELOW_MIN,
  ANSWER_ABSURD,
  ANSWER_SHORT
} Answer;

static gboolean
answer_query (GstPad *pad, GstObject *parent, GstQuery *query)
{
  if (GST_QUERY_TYPE (query) != GST_QUERY_LATENCY)
    return gst_pad_query_default (pad, parent, query);
  switch ((Answer) GPOINTER_TO_INT (pad->querydata)) {
    case ANSWER_NONE:
      return FALSE;
    case ANSWER_MAX_BELOW_MIN:
      gst_query_set_latency (query, TRUE, 100 * GST_MSECOND, 50 * GST_MSECOND);
      return TRUE;
    case ANSWER_ABSURD:
      gst_query_set_latency (query, TRUE, 2 * 3600 * GST_SECOND,
          GST_CLOCK_TIME_NONE);
      return TRUE;
    default:
      gst_query_set_latency (query, TRUE, 0, 0);
      return TRUE;
  }
}

static GstPad *
link_odd_source (BatchRig *rig, Answer answer)
{
  GstPad *src = gst_pad_new ("src", GST_PAD_SRC);
  GstPad *sink = gst_element_request_pad_simple (rig->batch, "sink_9");

  gst_pad_set_query_function_full (src, answer_query, GINT_TO_POINTER (answer),
      NULL);
  gst_pad_set_active (src, TRUE);
  fail_unless_equals_int (gst_pad_link (src, sink), GST_PAD_LINK_OK);
  gst_object_unref (sink);
  return src;
}

static void
ask_latency (BatchRig *rig, gboolean *live, GstClockTime *min,
    GstClockTime *max)
{
  GstQuery *query = gst_query_new_latency ();

  fail_unless (gst_pad_peer_query (rig->out->sinkpad, query));
  gst_query_parse_latency (query, live, min, max);
  gst_query_unref (query);
}

/* Such a source is named in a warning, a sane number is taken for it and
 * nobody waits. */
GST_START_TEST (test_w5_w6_odd_latency_answers_name_the_pad)
{
  static const gchar *const texts[] = { "answers no LATENCY query", "max < min",
    "more than an hour", "set its max-queued to" };

  for (guint i = 0; i < 4; i++) {
    GstClockTime min, max;
    gboolean live;
    BatchRig rig;
    GstPad *src;

    batch_rig_init (&rig, 1, "batch-timeout=20000000", FALSE);
    gst_harness_set_live (rig.in[0], TRUE);
    gst_harness_set_upstream_latency (rig.in[0],
        (i == ANSWER_SHORT ? 900 : 10) * GST_MSECOND);
    gst_harness_set_src_caps_str (rig.in[0], SMALL);
    src = link_odd_source (&rig, (Answer) i);
    if (i == ANSWER_NONE) {
      /* It may know no answer yet. */
      ask_latency (&rig, &live, &min, &max);
      fail_unless (gst_bus_pop_filtered (rig.bus, GST_MESSAGE_WARNING) == NULL);
    }
    if (i == ANSWER_SHORT || i == ANSWER_NONE) {
      GstCaps *caps = gst_caps_from_string (SMALL);

      gst_pad_push_event (src, gst_event_new_stream_start ("odd"));
      gst_pad_push_event (src, gst_event_new_caps (caps));
      gst_caps_unref (caps);
    }
    for (guint k = 0; k < 2; k++)
      ask_latency (&rig, &live, &min, &max);
    batch_rig_expect (&rig, GST_MESSAGE_WARNING, "pad sink_9", texts[i], NULL);
    fail_unless (gst_bus_pop_filtered (rig.bus, GST_MESSAGE_WARNING) == NULL);
    fail_unless (live);
    fail_unless_equals_uint64 (min,
        (i == ANSWER_MAX_BELOW_MIN  ? 120
                : i == ANSWER_SHORT ? 920
                                    : 30)
            * GST_MSECOND);
    fail_unless (max >= min);
    push_at (&rig, 0, 0);
    gst_buffer_unref (batch_rig_pull (&rig, 1));
    gst_pad_set_active (src, FALSE);
    gst_object_unref (src);
    batch_rig_clear (&rig);
  }
}
GST_END_TEST;

/* The minimum is the largest of the sources and the waiting time; a change of
 * either is told. */
GST_START_TEST (test_w7_latency_is_the_sum)
{
  GstClockTime min, max;
  gboolean live;
  BatchRig rig;
  GstMessage *message;

  batch_rig_init (&rig, 2, NULL, FALSE);
  ask_latency (&rig, &live, &min, &max);
  fail_unless (!live);
  for (guint i = 0; i < 2; i++) {
    gst_harness_set_live (rig.in[i], TRUE);
    gst_harness_set_upstream_latency (rig.in[i], (i + 1) * 10 * GST_MSECOND);
  }
  gst_harness_set_src_caps_str (rig.in[0], CAPS (50));
  gst_harness_set_src_caps_str (rig.in[1], CAPS (25));
  while ((message = gst_bus_pop_filtered (rig.bus, GST_MESSAGE_LATENCY)))
    gst_message_unref (message);
  for (guint i = 0; i < 2; i++)
    push_at (&rig, i, 0);
  gst_buffer_unref (batch_rig_pull (&rig, 2));
  message = batch_rig_message (&rig, GST_MESSAGE_LATENCY);
  fail_unless (message != NULL);
  gst_message_unref (message);
  ask_latency (&rig, &live, &min, &max);
  fail_unless (live);
  fail_unless_equals_uint64 (min, (20 + 20) * GST_MSECOND);
  g_object_set (rig.batch, "batch-timeout", (gint64) 70 * GST_MSECOND, NULL);
  message = batch_rig_message (&rig, GST_MESSAGE_LATENCY);
  fail_unless (message != NULL);
  gst_message_unref (message);
  ask_latency (&rig, &live, &min, &max);
  fail_unless_equals_uint64 (min, (20 + 70) * GST_MSECOND);
  batch_rig_clear (&rig);
}
GST_END_TEST;

/* Plays for a while, as gst-launch-1.0 does. */
static void
play (GstElement *pipeline, GstClockTime how_long)
{
  GstBus *bus = gst_element_get_bus (pipeline);
  gint64 end = g_get_monotonic_time () + (gint64) (how_long / 1000);
  GstMessage *message;
  gint64 left;

  while ((left = end - g_get_monotonic_time ()) > 0) {
    message = gst_bus_timed_pop_filtered (bus, (GstClockTime) left * 1000,
        GST_MESSAGE_LATENCY | GST_MESSAGE_ERROR);
    if (message == NULL)
      continue;
    fail_unless (GST_MESSAGE_TYPE (message) == GST_MESSAGE_LATENCY);
    gst_bin_recalculate_latency (GST_BIN (pipeline));
    gst_message_unref (message);
  }
  gst_object_unref (bus);
}

static guint64
late_buffers (GstElement *pipeline, guint64 *rendered)
{
  GstElement *sink = gst_bin_get_by_name (GST_BIN (pipeline), "sink");
  GstStructure *stats;
  guint64 late = 0;

  g_object_get (sink, "stats", &stats, NULL);
  gst_structure_get_uint64 (stats, "dropped", &late);
  gst_structure_get_uint64 (stats, "rendered", rendered);
  gst_structure_free (stats);
  gst_object_unref (sink);
  return late;
}

#define LIVE(n, fps)                                                           \
  " videotestsrc is-live=true ! " CAPS (fps) " ! b.sink_" #n

/* Nothing of it is late at a sink that drops what is. Another process may take
 * the processor away for longer than a sink allows; hence more than one try. */
GST_START_TEST (test_w7_a_live_sink_sees_no_late_buffer)
{
  guint64 late = 1, rendered = 0;

  for (guint i = 0; i < 5 && late > 0; i++) {
    GstElement *pipeline =
        gst_parse_launch ("savantbatch name=b ! fakesink name=sink sync=true "
                          "max-lateness=0" LIVE (0, 15) LIVE (1, 25)
                              LIVE (2, 30),
            NULL);

    gst_element_set_state (pipeline, GST_STATE_PLAYING);
    play (pipeline, 1200 * GST_MSECOND);
    late = late_buffers (pipeline, &rendered);
    gst_element_set_state (pipeline, GST_STATE_NULL);
    gst_object_unref (pipeline);
  }
  fail_unless_equals_uint64 (late, 0);
  fail_unless (rendered > 15);
}
GST_END_TEST;

/* A source that joins later with times from 0 is no late frame either. */
GST_START_TEST (test_w9_a_late_joiner_is_on_time)
{
  guint64 late = 1, rendered = 0;

  for (guint i = 0; i < 5 && late > 0; i++) {
    GstElement *pipeline =
        gst_parse_launch ("savantbatch name=b ! fakesink name=sink sync=true "
                          "max-lateness=0" LIVE (0, 30),
            NULL);
    GstElement *batch = gst_bin_get_by_name (GST_BIN (pipeline), "b");
    GstElement *bin;
    GstPad *src, *sink;

    gst_element_set_state (pipeline, GST_STATE_PLAYING);
    play (pipeline, 600 * GST_MSECOND);
    bin = gst_parse_bin_from_description ("videotestsrc num-buffers=20 ! " SMALL
                                          " ! identity",
        TRUE, NULL);
    gst_bin_add (GST_BIN (pipeline), bin);
    src = gst_element_get_static_pad (bin, "src");
    sink = gst_element_request_pad_simple (batch, "sink_%u");
    fail_unless_equals_int (gst_pad_link (src, sink), GST_PAD_LINK_OK);
    gst_element_sync_state_with_parent (bin);
    play (pipeline, 900 * GST_MSECOND);
    fail_unless (batch_rig_inner_stat (batch, "reasons", "full") > 0);
    late = late_buffers (pipeline, &rendered);
    gst_element_set_state (pipeline, GST_STATE_NULL);
    gst_object_unref (src);
    gst_object_unref (sink);
    gst_object_unref (batch);
    gst_object_unref (pipeline);
  }
  fail_unless_equals_uint64 (late, 0);
  fail_unless (rendered > 15);
}
GST_END_TEST;

static guint64
pad_stat (GstElement *batch, const gchar *name, const gchar *field)
{
  GstPad *pad = gst_element_get_static_pad (batch, name);
  GstStructure *stats;
  guint64 value = 0;

  g_object_get (pad, "stats", &stats, NULL);
  fail_unless (gst_structure_get_uint64 (stats, field, &value));
  gst_structure_free (stats);
  gst_object_unref (pad);
  return value;
}

/* Three live sources without a setting, the one of 25 frames a second taken
 * away while they run, then another one in its place: the others lose nothing,
 * and no batch waits for who is not there. */
GST_START_TEST (test_w2_a_live_source_is_taken_away)
{
  GstElement *pipeline = gst_parse_launch (
      "savantbatch name=b ! fakesink async=false sync=false" LIVE (0, 15)
          LIVE (1, 25) LIVE (2, 30),
      NULL);
  GstElement *batch = gst_bin_get_by_name (GST_BIN (pipeline), "b"), *bin;
  guint64 before[2];
  GstPad *pad, *src;

  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  play (pipeline, 400 * GST_MSECOND);
  pad = gst_element_get_static_pad (batch, "sink_1");
  gst_element_release_request_pad (batch, pad);
  gst_object_unref (pad);
  before[0] = pad_stat (batch, "sink_0", "out");
  before[1] = pad_stat (batch, "sink_2", "out");
  for (guint i = 0; pad_stat (batch, "sink_0", "out") < before[0] + 5
       || pad_stat (batch, "sink_2", "out") < before[1] + 10;
       i++) {
    fail_unless (i < 100, "the others stand still");
    play (pipeline, 50 * GST_MSECOND);
  }
  bin = gst_parse_bin_from_description (
      "videotestsrc is-live=true ! " CAPS (25) " ! identity", TRUE, NULL);
  gst_bin_add (GST_BIN (pipeline), bin);
  src = gst_element_get_static_pad (bin, "src");
  pad = gst_element_request_pad_simple (batch, "sink_%u");
  fail_unless_equals_string (GST_PAD_NAME (pad), "sink_1");
  fail_unless_equals_int (gst_pad_link (src, pad), GST_PAD_LINK_OK);
  gst_element_sync_state_with_parent (bin);
  for (guint i = 0; pad_stat (batch, "sink_1", "out") < 5; i++) {
    fail_unless (i < 100, "the new one stands still");
    play (pipeline, 50 * GST_MSECOND);
  }
  fail_unless_equals_uint64 (pad_stat (batch, "sink_0", "dropped"), 0);
  fail_unless_equals_uint64 (pad_stat (batch, "sink_2", "dropped"), 0);
  fail_unless (batch_rig_inner_stat (batch, "released", "out") > 0);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (src);
  gst_object_unref (pad);
  gst_object_unref (batch);
  gst_object_unref (pipeline);
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

/* The only source, before PLAYING or after it, before a sink that takes
 * nothing: all that the program asks for is done at once, a hundred times. */
GST_START_TEST (test_w4_one_live_pad_before_or_after_playing)
{
  for (guint round = 0; round < 100; round++) {
    GstElement *pipeline =
        gst_parse_launch ("savantbatch name=b ! fakesink name=s async=false",
            NULL);
    GstElement *batch = gst_bin_get_by_name (GST_BIN (pipeline), "b");
    GstElement *sink = gst_bin_get_by_name (GST_BIN (pipeline), "s");
    GstElement *bin = gst_parse_bin_from_description (
        "videotestsrc is-live=true ! " CAPS (200) " ! identity", TRUE, NULL);
    GstPad *in = gst_element_get_static_pad (sink, "sink");
    GstPad *src = gst_element_get_static_pad (bin, "src");
    GstPad *pad = gst_element_request_pad_simple (batch, "sink_%u");

    gst_pad_add_probe (in, GST_PAD_PROBE_TYPE_BLOCK | GST_PAD_PROBE_TYPE_BUFFER,
        block, NULL, NULL);
    if (round % 2 == 0)
      gst_element_set_state (pipeline, GST_STATE_PLAYING);
    gst_bin_add (GST_BIN (pipeline), bin);
    fail_unless_equals_int (gst_pad_link (src, pad), GST_PAD_LINK_OK);
    if (round % 2 == 0)
      gst_element_sync_state_with_parent (bin);
    else
      gst_element_set_state (pipeline, GST_STATE_PLAYING);
    for (guint i = 0; !gst_pad_is_blocking (in); i++) {
      fail_unless (i < 10000, "round %u: nothing comes", round);
      g_usleep (500);
    }
    fail_unless (batch_rig_stat (batch, "in") > 0);
    if (round % 4 >= 2)
      gst_element_release_request_pad (batch, pad);
    gst_element_set_state (pipeline, GST_STATE_NULL);
    gst_object_unref (pad);
    gst_object_unref (src);
    gst_object_unref (in);
    gst_object_unref (sink);
    gst_object_unref (batch);
    gst_object_unref (pipeline);
  }
}
GST_END_TEST;

static Suite *
savantbatch_live_suite (void)
{
  Suite *s = suite_create ("savantbatch_live");
  TCase *tc = tcase_create ("savantbatch_live");

  suite_add_tcase (s, tc);
  tcase_set_timeout (tc, 60);
  tcase_add_test (tc, test_w1_w2_auto_timeout_follows_the_fastest_live_pad);
  tcase_add_test (tc, test_timeout_policies);
  tcase_add_test (tc, test_backlog_of_a_file_waits_for_a_live_source);
  tcase_add_test (tc, test_w5_w6_odd_latency_answers_name_the_pad);
  tcase_add_test (tc, test_w7_latency_is_the_sum);
  tcase_add_test (tc, test_w7_a_live_sink_sees_no_late_buffer);
  tcase_add_test (tc, test_w9_a_late_joiner_is_on_time);
  tcase_add_test (tc, test_w2_a_live_source_is_taken_away);
  tcase_add_test (tc, test_w4_one_live_pad_before_or_after_playing);
  return s;
}

GST_CHECK_MAIN (savantbatch_live)
