/* SPDX-License-Identifier: Apache-2.0 */
/* Negotiation, numbering and states of savantbufgen. */
#include "support/frames.h"

/* Caps, buffer size and contents of one frame. */
static void
check_one_frame (const gchar *format, gboolean nvmm, gint width, gint height)
{
  GstHarness *h;
  gchar *wanted;
  GstBuffer *buffer;
  GstCaps *caps;
  TestFrame frame;

  wanted = g_strdup_printf ("video/x-raw%s,format=%s,width=%d,height=%d",
      nvmm ? "(memory:NVMM)" : "", format, width, height);
  h = test_bufgen ("pattern=color color=0x2080c0 num-buffers=1", wanted);
  gst_harness_play (h);
  buffer = gst_harness_pull (h);
  fail_unless (buffer != NULL, "no frame of %s", wanted);
  caps = test_harness_caps (h);
  test_frame_map (&frame, buffer, caps);
  fail_unless_equals_string (savant_format_name (frame.image.format), format);
  fail_unless_equals_int (frame.image.width, width);
  fail_unless_equals_int (frame.image.height, height);
  if (nvmm) {
    gpointer surface = gst_savant_buffer_peek_surface (buffer);

    fail_unless_equals_int (gst_buffer_n_memory (buffer), 1);
    fail_unless_equals_int (gst_savant_surface_get_batch_size (surface), 1);
    fail_unless_equals_int (gst_savant_surface_get_num_filled (surface), 1);
    fail_unless_equals_int (gst_savant_surface_get_mem_type (surface),
        SAVANT_MEM_SYSTEM);
  }
  test_assert_color (&frame.image, 0, 0, 0x2080c0, 1);
  test_assert_color (&frame.image, width / 2, height / 2, 0x2080c0, 1);
  test_assert_color (&frame.image, width - 1, height - 1, 0x2080c0, 1);
  test_frame_unmap (&frame);
  gst_buffer_unref (buffer);
  gst_caps_unref (caps);
  g_free (wanted);
  test_bufgen_free (h);
}

GST_START_TEST (test_formats_and_sizes)
{
  static const gint sizes[][2] = { { 1, 1 }, { 2, 2 }, { 3, 5 }, { 1, 7 },
    { 33, 17 }, { 641, 3 }, { 1280, 720 }, { 32767, 1 }, { 1, 32767 } };
  static const gchar *const formats[] = { "RGBA", "BGRx", "NV12", "NV21",
    "I420", "UYVY", "GRAY8", "RGB", "BGR", "BGRA", "RGBx" };
  guint f, s;

  for (f = 0; f < G_N_ELEMENTS (formats); f++) {
    for (s = 0; s < G_N_ELEMENTS (sizes); s++) {
      check_one_frame (formats[f], FALSE, sizes[s][0], sizes[s][1]);
      check_one_frame (formats[f], TRUE, sizes[s][0], sizes[s][1]);
    }
  }
}
GST_END_TEST;

/* What becomes of what downstream leaves open. */
static void
check_fixation (const gchar *downstream, const gchar *expected)
{
  GstHarness *h = test_bufgen ("num-buffers=1", downstream);
  GstCaps *caps, *want = gst_caps_from_string (expected);
  gchar *text;

  gst_harness_play (h);
  gst_buffer_unref (gst_harness_pull (h));
  caps = test_harness_caps (h);
  text = gst_caps_to_string (caps);
  fail_unless (gst_caps_is_equal (caps, want),
      "downstream %s: %s chosen, %s expected", downstream, text, expected);
  g_free (text);
  gst_caps_unref (caps);
  gst_caps_unref (want);
  test_bufgen_free (h);
}

GST_START_TEST (test_fixation)
{
  check_fixation ("ANY",
      "video/x-raw,format=NV12,width=1280,height=720,"
      "framerate=30/1");
  check_fixation ("video/x-raw(memory:NVMM)",
      "video/x-raw(memory:NVMM),format=NV12,width=1280,height=720,"
      "framerate=30/1");
  check_fixation ("video/x-raw(memory:NVMM);video/x-raw",
      "video/x-raw,format=NV12,width=1280,height=720,framerate=30/1");
  check_fixation ("video/x-raw,format={RGB,GRAY8},width=[1,600],height=[801,"
                  "900],framerate=[1/1,25/1]",
      "video/x-raw,format=RGB,width=600,height=801,framerate=25/1");
  check_fixation ("video/x-raw,format={BGRA,GRAY8,UYVY}",
      "video/x-raw,format=UYVY,width=1280,height=720,framerate=30/1");
  check_fixation ("video/x-raw,format=I420,width=320,colorimetry=bt601,"
                  "pixel-aspect-ratio=[1/100,100/1],interlace-mode={mixed,"
                  "progressive}",
      "video/x-raw,format=I420,width=320,height=720,framerate=30/1,"
      "colorimetry=bt601,pixel-aspect-ratio=1/1,interlace-mode=progressive");
  check_fixation ("video/x-raw(memory:NVMM),batch-size=[1,16],"
                  "num-surfaces-per-frame=1",
      "video/x-raw(memory:NVMM),format=NV12,width=1280,height=720,"
      "framerate=30/1,batch-size=1,num-surfaces-per-frame=1");
}
GST_END_TEST;

/* floor (index * 10^9 * d / n) in 128 bits */
static GstClockTime
exact_time (guint64 index, gint n, gint d)
{
  return (GstClockTime) ((unsigned __int128) index * GST_SECOND * d / n);
}

static void
check_numbering (gint n, gint d, guint frames, gint64 first_id)
{
  gchar *caps = g_strdup_printf ("video/x-raw,format=GRAY8,width=2,height=2,"
                                 "framerate=%d/%d",
      n, d);
  gchar *properties =
      g_strdup_printf ("num-buffers=%u first-id=%" G_GINT64_FORMAT, frames,
          first_id);
  GstHarness *h = test_bufgen (properties, caps);
  guint i;

  gst_harness_play (h);
  for (i = 0; i < frames; i++) {
    GstBuffer *buffer = gst_harness_pull (h);
    GstClockTime next = exact_time (i + 1, n, d);

    fail_unless (buffer != NULL, "%s: frame %u is missing", caps, i);
    fail_unless_equals_uint64 (GST_BUFFER_PTS (buffer), exact_time (i, n, d));
    fail_unless_equals_uint64 (GST_BUFFER_DURATION (buffer),
        next - exact_time (i, n, d));
    fail_unless (!GST_BUFFER_DTS_IS_VALID (buffer));
    fail_unless_equals_uint64 (GST_BUFFER_OFFSET (buffer), i);
    fail_unless_equals_uint64 (GST_BUFFER_OFFSET_END (buffer), i + 1);
    fail_unless_equals_int (GST_BUFFER_FLAG_IS_SET (buffer,
                                GST_BUFFER_FLAG_DISCONT),
        i == 0);
    fail_unless_equals_int64 (test_frame_id (buffer), first_id + i);
    gst_buffer_unref (buffer);
  }
  fail_unless (gst_harness_try_pull (h) == NULL);
  test_assert_stats (h->element);
  fail_unless_equals_uint64 (test_stat (h->element, "in"), frames);
  fail_unless_equals_uint64 (test_stat (h->element, "out"), frames);
  g_free (caps);
  g_free (properties);
  test_bufgen_free (h);
}

GST_START_TEST (test_numbering)
{
  check_numbering (30000, 1001, 5000, 0);
  check_numbering (24000, 1001, 500, 1);
  check_numbering (25, 1, 500, G_GINT64_CONSTANT (1) << 40);
  check_numbering (7, 3, 500, G_MAXINT64 - 500);
  check_numbering (1, 86400, 50, 3);
  check_numbering (G_MAXINT, 1, 100, 0);
  check_numbering (G_MAXINT, G_MAXINT - 1, 100, 0);
}
GST_END_TEST;

/* Reads the harness's events until one of a type; to be unreffed. */
static GstEvent *
pull_event (GstHarness *h, GstEventType type)
{
  for (;;) {
    GstEvent *event = gst_harness_pull_event (h);

    fail_unless (event != NULL, "no %s event", gst_event_type_get_name (type));
    if (GST_EVENT_TYPE (event) == type)
      return event;
    gst_event_unref (event);
  }
}

GST_START_TEST (test_still)
{
  GstHarness *h = test_bufgen ("num-buffers=5", "video/x-raw,framerate=0/1");
  GstBuffer *buffer;

  gst_harness_play (h);
  buffer = gst_harness_pull (h);
  fail_unless_equals_uint64 (GST_BUFFER_PTS (buffer), 0);
  fail_unless (!GST_BUFFER_DURATION_IS_VALID (buffer));
  fail_unless_equals_int64 (test_frame_id (buffer), 0);
  gst_buffer_unref (buffer);
  gst_event_unref (pull_event (h, GST_EVENT_EOS));
  fail_unless (gst_harness_try_pull (h) == NULL);
  test_bufgen_free (h);
}
GST_END_TEST;

GST_START_TEST (test_end_and_duration)
{
  GstHarness *h = test_bufgen ("num-buffers=10",
      "video/x-raw,format=GRAY8,width=16,height=16,framerate=30000/1001");
  GstPad *pad = gst_element_get_static_pad (h->element, "src");
  gint64 value = 0;
  gint i;

  gst_harness_play (h);
  for (i = 0; i < 10; i++)
    gst_buffer_unref (gst_harness_pull (h));
  gst_event_unref (pull_event (h, GST_EVENT_EOS));

  fail_unless (gst_pad_query_duration (pad, GST_FORMAT_TIME, &value));
  fail_unless_equals_int64 (value, exact_time (10, 30000, 1001));
  fail_unless (gst_pad_query_duration (pad, GST_FORMAT_DEFAULT, &value));
  fail_unless_equals_int64 (value, 10);
  fail_unless (gst_pad_query_convert (pad, GST_FORMAT_DEFAULT, 4,
      GST_FORMAT_TIME, &value));
  fail_unless_equals_int64 (value, exact_time (4, 30000, 1001));
  for (i = 1; i < 5; i++) {
    GstClockTime start = exact_time (i, 30000, 1001);

    fail_unless (gst_pad_query_convert (pad, GST_FORMAT_TIME, start,
        GST_FORMAT_DEFAULT, &value));
    fail_unless_equals_int64 (value, i);
    fail_unless (gst_pad_query_convert (pad, GST_FORMAT_TIME, start - 1,
        GST_FORMAT_DEFAULT, &value));
    fail_unless_equals_int64 (value, i - 1);
  }
  fail_if (gst_pad_query_convert (pad, GST_FORMAT_BYTES, 4, GST_FORMAT_TIME,
      &value));

  g_object_set (h->element, "num-buffers", -1, NULL);
  fail_unless (gst_pad_query_duration (pad, GST_FORMAT_TIME, &value));
  fail_unless_equals_int64 (value, -1);
  gst_object_unref (pad);
  test_bufgen_free (h);
}
GST_END_TEST;

/* Numbering starts anew with READY to PAUSED, counts too. */
GST_START_TEST (test_restart)
{
  GstHarness *h = test_bufgen ("first-id=7 num-buffers=3",
      "video/x-raw(memory:NVMM),width=64,height=64");
  gint round, i;

  for (round = 0; round < 3; round++) {
    gst_harness_play (h);
    for (i = 0; i < 3; i++) {
      GstBuffer *buffer = gst_harness_pull (h);

      fail_unless_equals_int64 (test_frame_id (buffer), 7 + i);
      gst_buffer_unref (buffer);
    }
    fail_unless_equals_uint64 (test_stat (h->element, "out"), 3);
    test_assert_stats (h->element);
    gst_element_set_state (h->element,
        round == 0 ? GST_STATE_READY : GST_STATE_NULL);
    test_assert_stats (h->element);
    fail_unless_equals_uint64 (test_stat (h->element, "held"), 0);
  }
  test_bufgen_free (h);
}
GST_END_TEST;

/* ---- Live -------------------------------------------------------------- */

static void
check_latency (GstHarness *h, gboolean want_live, GstClockTime want_min)
{
  GstQuery *query = gst_query_new_latency ();
  GstClockTime min, max;
  gboolean live;

  fail_unless (gst_pad_peer_query (h->sinkpad, query));
  gst_query_parse_latency (query, &live, &min, &max);
  fail_unless_equals_int (live, want_live);
  fail_unless_equals_uint64 (min, want_min);
  fail_unless (!GST_CLOCK_TIME_IS_VALID (max));
  gst_query_unref (query);
}

GST_START_TEST (test_live_pace)
{
  GstHarness *h = test_bufgen ("is-live=true",
      "video/x-raw(memory:NVMM),width=64,height=64,framerate=50/1");
  gint i;

  gst_harness_use_testclock (h);
  gst_harness_play (h);
  for (i = 0; i < 10; i++) {
    GstBuffer *buffer;

    /* The frame is not there before its time. */
    fail_unless (gst_harness_wait_for_clock_id_waits (h, 1, 60));
    fail_unless (gst_harness_try_pull (h) == NULL);
    fail_unless (gst_harness_crank_single_clock_wait (h));
    buffer = gst_harness_pull (h);
    fail_unless_equals_uint64 (GST_BUFFER_PTS (buffer), i * 20 * GST_MSECOND);
    fail_unless_equals_int64 (test_frame_id (buffer), i);
    gst_buffer_unref (buffer);
  }
  check_latency (h, TRUE, 20 * GST_MSECOND);
  test_bufgen_free (h);
}
GST_END_TEST;

GST_START_TEST (test_not_live)
{
  GstHarness *h = test_bufgen ("num-buffers=1", "video/x-raw,framerate=50/1");

  gst_harness_play (h);
  gst_buffer_unref (gst_harness_pull (h));
  check_latency (h, FALSE, 0);
  test_bufgen_free (h);
}
GST_END_TEST;

/* Pausing a live source loses no frame number. */
GST_START_TEST (test_live_states)
{
  GstElement *pipeline, *sink;
  GstClockTime last = 0;
  gint64 id = 0;
  gint i, round;

  pipeline = gst_parse_launch ("savantbufgen is-live=true ! video/x-raw,"
                               "format=GRAY8,width=8,height=8,framerate=100/1 "
                               "! appsink name=sink",
      NULL);
  sink = gst_bin_get_by_name (GST_BIN (pipeline), "sink");
  fail_unless_equals_int (gst_element_set_state (pipeline, GST_STATE_PAUSED),
      GST_STATE_CHANGE_NO_PREROLL);
  for (round = 0; round < 3; round++) {
    gst_element_set_state (pipeline, GST_STATE_PLAYING);
    for (i = 0; i < 5; i++, id++) {
      GstSample *sample;
      GstBuffer *buffer;

      g_signal_emit_by_name (sink, "pull-sample", &sample);
      fail_unless (sample != NULL);
      buffer = gst_sample_get_buffer (sample);
      fail_unless_equals_int64 (test_frame_id (buffer), id);
      fail_unless (id == 0 || GST_BUFFER_PTS (buffer) > last);
      last = GST_BUFFER_PTS (buffer);
      gst_sample_unref (sample);
    }
    fail_unless_equals_int (gst_element_set_state (pipeline, GST_STATE_PAUSED),
        GST_STATE_CHANGE_NO_PREROLL);
  }
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (sink);
  gst_object_unref (pipeline);
}
GST_END_TEST;

/* ---- Caps change in mid-stream ------------------------------------------ */

/* Frames of one pipeline, from one caps to another and back by a filter: each
 * has what its caps say, and numbers and times go on without a gap. */
static void
check_caps_change (const gchar *properties, const gchar *first,
    const gchar *second)
{
  gchar *line =
      g_strdup_printf ("savantbufgen name=source pattern=white %s ! capsfilter "
                       "name=filter caps=\"%s\" ! appsink name=sink "
                       "sync=false max-buffers=1 "
                       "enable-last-sample=false",
          properties, first);
  GstElement *pipeline = gst_parse_launch (line, NULL);
  GstElement *filter = gst_bin_get_by_name (GST_BIN (pipeline), "filter");
  GstElement *sink = gst_bin_get_by_name (GST_BIN (pipeline), "sink");
  GstElement *source = gst_bin_get_by_name (GST_BIN (pipeline), "source");
  GstCaps *wanted[2] = { gst_caps_from_string (first),
    gst_caps_from_string (second) };
  GstClockTime expected = 0;
  gint i, kind = 0, changes = 0;

  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  for (i = 0; i < 30; i++) {
    GstSample *sample;
    GstBuffer *buffer;
    GstCaps *caps;
    TestFrame frame;

    g_signal_emit_by_name (sink, "pull-sample", &sample);
    fail_unless (sample != NULL);
    buffer = gst_sample_get_buffer (sample);
    caps = gst_sample_get_caps (sample);
    if (!gst_caps_is_subset (caps, wanted[kind])) {
      kind = !kind;
      changes++;
      fail_unless (gst_caps_is_subset (caps, wanted[kind]));
    }
    fail_unless_equals_int64 (test_frame_id (buffer), i);
    fail_unless_equals_uint64 (GST_BUFFER_OFFSET (buffer), i);
    fail_unless_equals_uint64 (GST_BUFFER_PTS (buffer), expected);
    expected += GST_BUFFER_DURATION (buffer);
    test_frame_map (&frame, buffer, caps);
    test_assert_color (&frame.image, frame.image.width - 1, 0, 0xffffff, 1);
    test_frame_unmap (&frame);
    gst_sample_unref (sample);
    if (i == 4)
      g_object_set (filter, "caps", wanted[1], NULL);
    if (i == 16)
      g_object_set (filter, "caps", wanted[0], NULL);
  }
  fail_unless_equals_int (changes, 2);
  test_assert_stats (source);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  test_assert_stats (source);
  gst_caps_unref (wanted[0]);
  gst_caps_unref (wanted[1]);
  gst_object_unref (source);
  gst_object_unref (filter);
  gst_object_unref (sink);
  gst_object_unref (pipeline);
  g_free (line);
}

GST_START_TEST (test_caps_change)
{
  check_caps_change ("", "video/x-raw,format=I420,width=320,height=240",
      "video/x-raw,format=NV12,width=160,height=120");
  check_caps_change ("pool-size=2",
      "video/x-raw(memory:NVMM),format=NV12,width=64,height=48,"
      "framerate=30000/1001",
      "video/x-raw,format=RGBA,width=33,height=21,framerate=7/1");
  check_caps_change ("pool-size=3",
      "video/x-raw(memory:NVMM),format=NV12,width=64,height=48,framerate=25/1",
      "video/x-raw(memory:NVMM),format=NV12,width=64,height=48,framerate=50/1");
}
GST_END_TEST;

/* ---- Properties --------------------------------------------------------- */

GST_START_TEST (test_properties)
{
  GstElement *e = gst_element_factory_make ("savantbufgen", NULL);
  guint pool_size, color;
  gint mem_type, gpu_id, pattern;
  gint64 first_id, timeout;
  guint64 warning;
  gboolean live;
  gchar *backend, *backends;

  g_object_get (e, "pool-size", &pool_size, "mem-type", &mem_type, "gpu-id",
      &gpu_id, "pattern", &pattern, "color", &color, "first-id", &first_id,
      "acquire-timeout", &timeout, "starvation-warning", &warning, "is-live",
      &live, "backend", &backend, "backends", &backends, NULL);
  fail_unless_equals_int (pool_size, 0);
  fail_unless_equals_int (mem_type, SAVANT_MEM_DEFAULT);
  fail_unless_equals_int (gpu_id, 0);
  fail_unless_equals_int (pattern, 0);
  fail_unless_equals_int (color, 0x808080);
  fail_unless_equals_int64 (first_id, 0);
  fail_unless_equals_int64 (timeout, -1);
  fail_unless_equals_uint64 (warning, 5 * GST_SECOND);
  fail_unless (!live);
  fail_unless_equals_string (backend, "auto");
  test_assert_contains (backends, "host");
  g_free (backend);
  g_free (backends);

  gst_util_set_object_arg (G_OBJECT (e), "pattern", "counter");
  gst_util_set_object_arg (G_OBJECT (e), "mem-type", "system");
  g_object_set (e, "pool-size", 9, "gpu-id", 1, "color", 0x123456, "first-id",
      G_MAXINT64, "acquire-timeout", G_GINT64_CONSTANT (77),
      "starvation-warning", G_GUINT64_CONSTANT (78), "is-live", TRUE, "backend",
      "host", NULL);
  g_object_get (e, "pool-size", &pool_size, "mem-type", &mem_type, "gpu-id",
      &gpu_id, "pattern", &pattern, "color", &color, "first-id", &first_id,
      "acquire-timeout", &timeout, "starvation-warning", &warning, "is-live",
      &live, "backend", &backend, NULL);
  fail_unless_equals_int (pool_size, 9);
  fail_unless_equals_int (mem_type, SAVANT_MEM_SYSTEM);
  fail_unless_equals_int (gpu_id, 1);
  fail_unless_equals_int (pattern, 7);
  fail_unless_equals_int (color, 0x123456);
  fail_unless_equals_int64 (first_id, G_MAXINT64);
  fail_unless_equals_int64 (timeout, 77);
  fail_unless_equals_uint64 (warning, 78);
  fail_unless (live);
  fail_unless_equals_string (backend, "host");
  g_free (backend);
  gst_object_unref (e);
}
GST_END_TEST;

static Suite *
savantbufgen_suite (void)
{
  Suite *s = suite_create ("savantbufgen");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, test_formats_and_sizes);
  tcase_add_test (tc, test_fixation);
  tcase_add_test (tc, test_numbering);
  tcase_add_test (tc, test_still);
  tcase_add_test (tc, test_end_and_duration);
  tcase_add_test (tc, test_restart);
  tcase_add_test (tc, test_live_pace);
  tcase_add_test (tc, test_not_live);
  tcase_add_test (tc, test_live_states);
  tcase_add_test (tc, test_caps_change);
  tcase_add_test (tc, test_properties);
  return s;
}

GST_CHECK_MAIN (savantbufgen);
