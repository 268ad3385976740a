/* SPDX-License-Identifier: Apache-2.0 */
/* Seeking in savantbufgen: which frame comes, and where it ends. */
#include "support/frames.h"

typedef struct Rig
{
  GstElement *pipeline;
  GstElement *source;
  GstElement *sink;
} Rig;

static Rig
rig_new (const gchar *properties, const gchar *framerate)
{
  gchar *line = g_strdup_printf ("savantbufgen name=source pattern=counter %s "
                                 "! video/x-raw(memory:NVMM),format=GRAY8,"
                                 "width=64,height=8,framerate=%s ! appsink "
                                 "name=sink sync=false max-buffers=1 "
                                 "enable-last-sample=false",
      properties, framerate);
  Rig rig;

  rig.pipeline = gst_parse_launch (line, NULL);
  rig.source = gst_bin_get_by_name (GST_BIN (rig.pipeline), "source");
  rig.sink = gst_bin_get_by_name (GST_BIN (rig.pipeline), "sink");
  g_free (line);
  return rig;
}

static void
rig_play (Rig *rig)
{
  gst_element_set_state (rig->pipeline, GST_STATE_PLAYING);
  fail_unless_equals_int (gst_element_get_state (rig->pipeline, NULL, NULL,
                              20 * GST_SECOND),
      GST_STATE_CHANGE_SUCCESS);
}

static void
rig_free (Rig *rig)
{
  gst_element_set_state (rig->pipeline, GST_STATE_NULL);
  test_assert_stats (rig->source);
  gst_object_unref (rig->source);
  gst_object_unref (rig->sink);
  gst_object_unref (rig->pipeline);
}

/* The next sample must be frame `index`, with its id and picture. */
static void
expect_frame (Rig *rig, guint64 index, guint64 pts)
{
  GstSample *sample;
  GstBuffer *buffer;
  guint32 id = 0;

  g_signal_emit_by_name (rig->sink, "pull-sample", &sample);
  fail_unless (sample != NULL,
      "end of stream instead of frame %" G_GUINT64_FORMAT, index);
  buffer = gst_sample_get_buffer (sample);
  fail_unless_equals_uint64 (GST_BUFFER_OFFSET (buffer), index);
  fail_unless_equals_uint64 (GST_BUFFER_PTS (buffer), pts);
  fail_unless_equals_int64 (test_frame_id (buffer), 5 + index);
  fail_unless_equals_int (savant_buffer_read_counter (buffer, 0, &id),
      SAVANT_OK);
  fail_unless_equals_uint64 (id, 5 + index);
  gst_sample_unref (sample);
}

static void
expect_end (Rig *rig)
{
  GstSample *sample;

  g_signal_emit_by_name (rig->sink, "pull-sample", &sample);
  fail_unless (sample == NULL, "a frame after the end");
}

/* Waits after a flush: the next one would race with the pipeline's way back to
 * PLAYING. */
static gboolean
seek (Rig *rig, gdouble rate, GstFormat format, GstSeekFlags flags,
    gint64 start, gint64 stop)
{
  if (!gst_element_send_event (rig->source,
          gst_event_new_seek (rate, format, flags, GST_SEEK_TYPE_SET, start,
              stop < 0 ? GST_SEEK_TYPE_NONE : GST_SEEK_TYPE_SET, stop)))
    return FALSE;
  if (flags & GST_SEEK_FLAG_FLUSH)
    gst_element_get_state (rig->pipeline, NULL, NULL, 20 * GST_SECOND);
  return TRUE;
}

static guint64
start_of (guint64 index, gint n, gint d)
{
  return (guint64) ((unsigned __int128) index * GST_SECOND * d / n);
}

/* The start of a frame, and the last nanosecond before it. */
GST_START_TEST (test_exact_frames)
{
  Rig rig = rig_new ("first-id=5", "30000/1001");
  guint64 i;

  rig_play (&rig);
  for (i = 1; i < 120; i += 7) {
    guint64 start = start_of (i, 30000, 1001);

    fail_unless (seek (&rig, 1.0, GST_FORMAT_TIME, GST_SEEK_FLAG_FLUSH, start,
        -1));
    expect_frame (&rig, i, start);
    expect_frame (&rig, i + 1, start_of (i + 1, 30000, 1001));
    fail_unless (seek (&rig, 1.0, GST_FORMAT_TIME, GST_SEEK_FLAG_FLUSH,
        start - 1, -1));
    expect_frame (&rig, i - 1, start_of (i - 1, 30000, 1001));
    expect_frame (&rig, i, start);
  }
  fail_unless (seek (&rig, 1.0, GST_FORMAT_TIME, GST_SEEK_FLAG_FLUSH,
      G_GINT64_CONSTANT (100000) * GST_SECOND, -1));
  expect_frame (&rig, 2997002, start_of (2997002, 30000, 1001));
  rig_free (&rig);
}
GST_END_TEST;

GST_START_TEST (test_start_and_stop)
{
  Rig rig = rig_new ("first-id=5", "10/1");
  guint64 i;

  rig_play (&rig);
  fail_unless (seek (&rig, 1.0, GST_FORMAT_TIME, GST_SEEK_FLAG_FLUSH,
      GST_SECOND, 2 * GST_SECOND));
  for (i = 10; i < 20; i++)
    expect_frame (&rig, i, i * 100 * GST_MSECOND);
  expect_end (&rig);

  /* A stop inside a frame: that frame is the last. */
  fail_unless (seek (&rig, 1.0, GST_FORMAT_TIME, GST_SEEK_FLAG_FLUSH, 0,
      150 * GST_MSECOND));
  expect_frame (&rig, 0, 0);
  expect_frame (&rig, 1, 100 * GST_MSECOND);
  expect_end (&rig);

  /* By frame number. */
  fail_unless (seek (&rig, 1.0, GST_FORMAT_DEFAULT, GST_SEEK_FLAG_FLUSH, 33,
      36));
  for (i = 33; i < 36; i++)
    expect_frame (&rig, i, i * 100 * GST_MSECOND);
  expect_end (&rig);
  rig_free (&rig);
}
GST_END_TEST;

GST_START_TEST (test_segment)
{
  Rig rig = rig_new ("first-id=5", "10/1");
  GstHarness *h = test_bufgen ("",
      "video/x-raw(memory:NVMM),format=GRAY8,width=8,height=8,framerate=10/1");
  const GstSegment *segment = NULL;
  GstBuffer *buffer = NULL;
  GstEvent *event;
  GstMessage *message;
  GstBus *bus;
  GstFormat format;
  gint64 position;

  /* What the segment event says. */
  gst_harness_play (h);
  gst_buffer_unref (gst_harness_pull (h));
  gst_harness_push_upstream_event (h,
      gst_event_new_seek (2.0, GST_FORMAT_TIME, GST_SEEK_FLAG_FLUSH,
          GST_SEEK_TYPE_SET, 350 * GST_MSECOND, GST_SEEK_TYPE_SET, GST_SECOND));
  do {
    gst_clear_buffer (&buffer);
    buffer = gst_harness_pull (h);
    fail_unless (buffer != NULL);
  } while (!GST_BUFFER_FLAG_IS_SET (buffer, GST_BUFFER_FLAG_DISCONT));
  fail_unless_equals_uint64 (GST_BUFFER_OFFSET (buffer), 3);
  gst_buffer_unref (buffer);
  event = gst_pad_get_sticky_event (h->sinkpad, GST_EVENT_SEGMENT, 0);
  fail_unless (event != NULL);
  gst_event_parse_segment (event, &segment);
  fail_unless_equals_int (segment->format, GST_FORMAT_TIME);
  fail_unless_equals_uint64 (segment->start, 350 * GST_MSECOND);
  fail_unless_equals_uint64 (segment->stop, GST_SECOND);
  fail_unless_equals_uint64 (segment->time, 350 * GST_MSECOND);
  fail_unless_equals_uint64 (segment->base, 0);
  fail_unless (segment->rate == 2.0);
  gst_event_unref (event);
  test_bufgen_free (h);

  /* A segment seek ends with a message, not with the end of the stream. */
  rig_play (&rig);
  fail_unless (seek (&rig, 1.0, GST_FORMAT_TIME,
      GST_SEEK_FLAG_FLUSH | GST_SEEK_FLAG_SEGMENT, 0, 300 * GST_MSECOND));
  expect_frame (&rig, 0, 0);
  expect_frame (&rig, 1, 100 * GST_MSECOND);
  expect_frame (&rig, 2, 200 * GST_MSECOND);
  bus = gst_element_get_bus (rig.pipeline);
  message = gst_bus_timed_pop_filtered (bus, 20 * GST_SECOND,
      GST_MESSAGE_SEGMENT_DONE);
  fail_unless (message != NULL);
  gst_message_parse_segment_done (message, &format, &position);
  fail_unless_equals_int64 (position, 300 * GST_MSECOND);
  gst_message_unref (message);
  gst_object_unref (bus);
  /* And goes on without a flush. */
  fail_unless (seek (&rig, 1.0, GST_FORMAT_TIME, GST_SEEK_FLAG_SEGMENT,
      700 * GST_MSECOND, 800 * GST_MSECOND));
  expect_frame (&rig, 7, 700 * GST_MSECOND);
  rig_free (&rig);
}
GST_END_TEST;

static gpointer
seek_without_flush (gpointer data)
{
  return GINT_TO_POINTER (seek (data, 1.0, GST_FORMAT_TIME, GST_SEEK_FLAG_NONE,
      1000 * GST_SECOND, -1));
}

/* Such a seek waits for the frames on their way, so that somebody else has to
 * take them. */
GST_START_TEST (test_without_flush)
{
  Rig rig = rig_new ("first-id=5", "10/1");
  guint64 offset = 0, before = 0;
  GThread *thread;

  rig_play (&rig);
  expect_frame (&rig, 0, 0);
  thread = g_thread_new ("seek", seek_without_flush, &rig);
  while (offset < 10000) {
    GstSample *sample;

    g_signal_emit_by_name (rig.sink, "pull-sample", &sample);
    fail_unless (sample != NULL);
    offset = GST_BUFFER_OFFSET (gst_sample_get_buffer (sample));
    fail_unless_equals_int64 (test_frame_id (gst_sample_get_buffer (sample)),
        5 + offset);
    if (offset < 10000)
      fail_unless_equals_uint64 (offset, ++before);
    gst_sample_unref (sample);
  }
  fail_unless_equals_uint64 (offset, 10000);
  fail_unless (g_thread_join (thread) != NULL);
  rig_free (&rig);
}
GST_END_TEST;

GST_START_TEST (test_backwards)
{
  Rig rig = rig_new ("first-id=5", "10/1");
  gint i;

  rig_play (&rig);
  fail_unless (seek (&rig, -1.0, GST_FORMAT_TIME, GST_SEEK_FLAG_FLUSH,
      500 * GST_MSECOND, GST_SECOND));
  for (i = 9; i >= 5; i--)
    expect_frame (&rig, i, i * 100 * GST_MSECOND);
  expect_end (&rig);
  fail_unless (seek (&rig, -1.0, GST_FORMAT_TIME, GST_SEEK_FLAG_FLUSH, 0,
      250 * GST_MSECOND));
  for (i = 2; i >= 0; i--)
    expect_frame (&rig, i, i * 100 * GST_MSECOND);
  expect_end (&rig);
  rig_free (&rig);
}
GST_END_TEST;

/* A seek before anything is known about the frame rate. */
GST_START_TEST (test_in_ready)
{
  Rig rig = rig_new ("first-id=5", "25/1");

  gst_element_set_state (rig.source, GST_STATE_READY);
  fail_unless (seek (&rig, 1.0, GST_FORMAT_TIME, GST_SEEK_FLAG_FLUSH,
      4 * GST_SECOND, 4 * GST_SECOND + 80 * GST_MSECOND));
  rig_play (&rig);
  expect_frame (&rig, 100, 4 * GST_SECOND);
  expect_frame (&rig, 101, 4 * GST_SECOND + 40 * GST_MSECOND);
  expect_end (&rig);
  rig_free (&rig);
}
GST_END_TEST;

GST_START_TEST (test_still)
{
  Rig rig = rig_new ("first-id=5", "0/1");
  gint i;

  rig_play (&rig);
  for (i = 0; i < 3; i++) {
    expect_frame (&rig, 0, 0);
    expect_end (&rig);
    fail_unless (seek (&rig, 1.0, GST_FORMAT_TIME, GST_SEEK_FLAG_FLUSH, 0, -1));
  }
  rig_free (&rig);
}
GST_END_TEST;

static gboolean
is_seekable (Rig *rig, GstFormat format)
{
  GstQuery *query = gst_query_new_seeking (format);
  gboolean seekable = FALSE;

  if (gst_element_query (rig->source, query))
    gst_query_parse_seeking (query, NULL, &seekable, NULL, NULL);
  gst_query_unref (query);
  return seekable;
}

GST_START_TEST (test_refused)
{
  Rig rig = rig_new ("first-id=5", "10/1");
  GstPad *pad;

  rig_play (&rig);
  fail_unless (is_seekable (&rig, GST_FORMAT_TIME));
  fail_if (is_seekable (&rig, GST_FORMAT_BYTES));
  fail_if (seek (&rig, 1.0, GST_FORMAT_BYTES, GST_SEEK_FLAG_FLUSH, 1000, -1));
  expect_frame (&rig, 0, 0);
  rig_free (&rig);

  rig = rig_new ("first-id=5 is-live=true", "100/1");
  rig_play (&rig);
  fail_if (is_seekable (&rig, GST_FORMAT_TIME));
  pad = gst_element_get_static_pad (rig.source, "src");
  fail_if (gst_pad_send_event (pad,
      gst_event_new_seek (1.0, GST_FORMAT_TIME, GST_SEEK_FLAG_FLUSH,
          GST_SEEK_TYPE_SET, GST_SECOND, GST_SEEK_TYPE_NONE, -1)));
  gst_object_unref (pad);
  rig_free (&rig);
}
GST_END_TEST;

static Suite *
savantbufgen_seek_suite (void)
{
  Suite *s = suite_create ("savantbufgen-seek");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, test_exact_frames);
  tcase_add_test (tc, test_start_and_stop);
  tcase_add_test (tc, test_segment);
  tcase_add_test (tc, test_without_flush);
  tcase_add_test (tc, test_backwards);
  tcase_add_test (tc, test_in_ready);
  tcase_add_test (tc, test_still);
  tcase_add_test (tc, test_refused);
  return s;
}

GST_CHECK_MAIN (savantbufgen_seek);
