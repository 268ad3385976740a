/* SPDX-License-Identifier: Apache-2.0 */
/* The pool of savantbufgen: its size, who else's may stand in, and what
 * happens when nobody gives buffers back. */
#include "support/frames.h"

#define SMALL "format=RGBA,width=32,height=16"
#define SURFACES "video/x-raw(memory:NVMM)," SMALL
#define FRAMES "video/x-raw," SMALL

/* Takes all `n` buffers of a pool, so that the element waits for the next. */
static GstBuffer **
take_all (GstHarness *h, guint n)
{
  GstBuffer **buffers = g_new0 (GstBuffer *, n);
  guint i;

  for (i = 0; i < n; i++) {
    buffers[i] = gst_harness_pull (h);
    fail_unless (buffers[i] != NULL, "buffer %u of %u does not come", i, n);
  }
  return buffers;
}

static void
release_all (GstBuffer **buffers, guint n)
{
  guint i;

  for (i = 0; i < n; i++)
    gst_clear_buffer (&buffers[i]);
  g_free (buffers);
}

/* Waits until the element waits for a buffer. */
static void
wait_until_starved (GstHarness *h)
{
  while (test_stat (h->element, "pool/waits") == 0)
    g_usleep (1000);
}

static GstBus *
bus_of (GstHarness *h)
{
  return GST_ELEMENT_BUS (h->element);
}

/* ---- Starvation ---------------------------------------------------------- */

static GstMessage *
pop_message (GstBus *bus)
{
  return gst_bus_timed_pop_filtered (bus, 20 * GST_SECOND,
      GST_MESSAGE_ELEMENT | GST_MESSAGE_WARNING | GST_MESSAGE_ERROR);
}

static void
check_starved_message (GstBus *bus, guint n, guint64 min_waited)
{
  GstMessage *message =
      gst_bus_timed_pop_filtered (bus, 20 * GST_SECOND, GST_MESSAGE_ELEMENT);
  const GstStructure *s;
  guint outstanding, max;
  guint64 age, waited;

  fail_unless (message != NULL, "no savant-starved message");
  s = gst_message_get_structure (message);
  fail_unless (gst_structure_has_name (s, "savant-starved"));
  fail_unless (gst_structure_get (s, "outstanding", G_TYPE_UINT, &outstanding,
      "max", G_TYPE_UINT, &max, "oldest-age-ns", G_TYPE_UINT64, &age,
      "waited-ns", G_TYPE_UINT64, &waited, NULL));
  fail_unless (gst_structure_get_string (s, "pool") != NULL);
  fail_unless_equals_int (gst_structure_n_fields (s), 5);
  fail_unless_equals_int (outstanding, n);
  fail_unless_equals_int (max, n);
  fail_unless (waited >= min_waited, "%" G_GUINT64_FORMAT " ns", waited);
  fail_unless (age + 20 * GST_MSECOND >= waited,
      "the oldest buffer is younger than the wait");
  gst_message_unref (message);
}

GST_START_TEST (test_starvation)
{
  GstHarness *h =
      test_bufgen ("pool-size=3 starvation-warning=50000000", SURFACES);
  GstBuffer **buffers;
  GstMessage *message;
  GError *error;

  gst_harness_play (h);
  buffers = take_all (h, 3);
  check_starved_message (bus_of (h), 3, 50 * GST_MSECOND);
  message = pop_message (bus_of (h));
  fail_unless (message != NULL
      && GST_MESSAGE_TYPE (message) == GST_MESSAGE_WARNING);
  gst_message_parse_warning (message, &error, NULL);
  test_assert_contains (error->message, "Pool starved: 3 of 3 buffers out");
  test_assert_contains (error->message, "pool-size");
  g_error_free (error);
  gst_message_unref (message);
  check_starved_message (bus_of (h), 3, 100 * GST_MSECOND);
  check_starved_message (bus_of (h), 3, 150 * GST_MSECOND);

  fail_unless (gst_harness_try_pull (h) == NULL);
  gst_clear_buffer (&buffers[1]);
  buffers[1] = gst_harness_pull (h);
  fail_unless_equals_int64 (test_frame_id (buffers[1]), 3);
  fail_unless (test_stat (h->element, "starvations") >= 3);
  fail_unless (test_stat (h->element, "pool/waits") >= 1);
  release_all (buffers, 3);
  test_bufgen_free (h);
}
GST_END_TEST;

GST_START_TEST (test_no_starvation_message)
{
  GstHarness *h = test_bufgen ("pool-size=1 starvation-warning=0", SURFACES);
  GstBuffer **buffers;

  gst_harness_play (h);
  buffers = take_all (h, 1);
  wait_until_starved (h);
  fail_unless (gst_bus_timed_pop_filtered (bus_of (h), 200 * GST_MSECOND,
                   GST_MESSAGE_ELEMENT | GST_MESSAGE_WARNING)
      == NULL);
  fail_unless_equals_uint64 (test_stat (h->element, "starvations"), 0);
  release_all (buffers, 1);
  gst_buffer_unref (gst_harness_pull (h));
  test_bufgen_free (h);
}
GST_END_TEST;

static void
check_timeout (const gchar *properties, const gchar *limit)
{
  GstHarness *h = test_bufgen (properties, SURFACES);
  GstBuffer **buffers;
  GstBuffer *buffer;
  gchar *text;

  gst_harness_play (h);
  buffers = take_all (h, 4);
  text = test_one_error (bus_of (h));
  test_assert_contains (text,
      "Pool exhausted: 4 of 4 buffers out, the oldest "
      "for ");
  test_assert_contains (text, "acquire-timeout");
  test_assert_contains (text, limit);
  test_assert_contains (text, "pool-size");
  g_free (text);
  test_assert_stats (h->element);
  fail_unless_equals_uint64 (test_stat (h->element, "out"), 4);

  /* A seek goes on from there, and a second failure is told again. */
  release_all (buffers, 4);
  gst_harness_push_upstream_event (h,
      gst_event_new_seek (1.0, GST_FORMAT_TIME, GST_SEEK_FLAG_FLUSH,
          GST_SEEK_TYPE_SET, GST_SECOND, GST_SEEK_TYPE_NONE, -1));
  buffers = take_all (h, 3);
  buffer = gst_harness_pull (h);
  fail_unless_equals_int64 (test_frame_id (buffer), 33);
  text = test_one_error (bus_of (h));
  test_assert_contains (text, "4 of 4 buffers out");
  g_free (text);
  gst_buffer_unref (buffer);
  release_all (buffers, 3);
  test_bufgen_free (h);
}

GST_START_TEST (test_acquire_timeout)
{
  check_timeout ("pool-size=4 acquire-timeout=100000000", "(0.1");
  check_timeout ("acquire-timeout=0", "(0.000 s)");
  check_timeout ("acquire-timeout=60000000 starvation-warning=20000000",
      "(0.0");
}
GST_END_TEST;

/* EOS, flushes and states take effect while nobody gives a buffer back. */
GST_START_TEST (test_eos_while_starved)
{
  GstHarness *h = test_bufgen ("pool-size=2", SURFACES);
  GstBuffer **buffers;
  GstEvent *event;
  gboolean ended = FALSE;

  gst_harness_play (h);
  buffers = take_all (h, 2);
  wait_until_starved (h);
  fail_unless (gst_element_send_event (h->element, gst_event_new_eos ()));
  while (!ended) {
    event = gst_harness_pull_event (h);
    fail_unless (event != NULL, "no EOS");
    ended = GST_EVENT_TYPE (event) == GST_EVENT_EOS;
    gst_event_unref (event);
  }
  fail_unless (gst_bus_pop_filtered (bus_of (h), GST_MESSAGE_ERROR) == NULL);
  test_assert_stats (h->element);
  release_all (buffers, 2);
  test_bufgen_free (h);
}
GST_END_TEST;

GST_START_TEST (test_flush_while_starved)
{
  GstHarness *h = test_bufgen ("pool-size=2", SURFACES);
  GstBuffer **buffers;

  gst_harness_play (h);
  buffers = take_all (h, 2);
  wait_until_starved (h);
  gst_harness_push_upstream_event (h,
      gst_event_new_seek (1.0, GST_FORMAT_TIME, GST_SEEK_FLAG_FLUSH,
          GST_SEEK_TYPE_SET, 10 * GST_SECOND, GST_SEEK_TYPE_NONE, -1));
  release_all (buffers, 2);
  buffers = take_all (h, 2);
  fail_unless_equals_int64 (test_frame_id (buffers[0]), 300);
  fail_unless_equals_int64 (test_frame_id (buffers[1]), 301);
  release_all (buffers, 2);
  test_bufgen_free (h);
}
GST_END_TEST;

GST_START_TEST (test_states_while_starved)
{
  GstHarness *h = test_bufgen ("pool-size=2", SURFACES);
  GstBuffer **buffers;
  gint i;

  for (i = 0; i < 3; i++) {
    gst_harness_play (h);
    buffers = take_all (h, 2);
    wait_until_starved (h);
    gst_element_set_state (h->element, GST_STATE_PAUSED);
    gst_element_set_state (h->element, GST_STATE_PLAYING);
    gst_element_set_state (h->element,
        i == 0 ? GST_STATE_READY : GST_STATE_NULL);
    test_assert_stats (h->element);
    fail_unless_equals_uint64 (test_stat (h->element, "out"), 2);
    /* The buffers outlive their pool. */
    fail_unless (gst_savant_buffer_peek_surface (buffers[1]) != NULL);
    release_all (buffers, 2);
  }
  test_bufgen_free (h);
}
GST_END_TEST;

/* A live source that waits for a buffer goes to PAUSED and NULL all the same.
 */
GST_START_TEST (test_live_while_starved)
{
  GstElement *pipeline, *sink;
  GstSample *samples[2];
  GstElement *source;

  pipeline = gst_parse_launch ("savantbufgen name=source is-live=true "
                               "pool-size=2 ! " SURFACES ",framerate=200/1 ! "
                               "appsink name=sink sync=false "
                               "enable-last-sample=false",
      NULL);
  sink = gst_bin_get_by_name (GST_BIN (pipeline), "sink");
  source = gst_bin_get_by_name (GST_BIN (pipeline), "source");
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  g_signal_emit_by_name (sink, "pull-sample", &samples[0]);
  g_signal_emit_by_name (sink, "pull-sample", &samples[1]);
  while (test_stat (source, "pool/waits") == 0)
    g_usleep (1000);
  fail_unless_equals_int (gst_element_set_state (pipeline, GST_STATE_PAUSED),
      GST_STATE_CHANGE_NO_PREROLL);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  test_assert_stats (source);
  gst_sample_unref (samples[0]);
  gst_sample_unref (samples[1]);
  gst_object_unref (source);
  gst_object_unref (sink);
  gst_object_unref (pipeline);
}
GST_END_TEST;

/* ---- What downstream answers to ALLOCATION --------------------------------
 */

typedef struct Answer
{
  GstBufferPool *pool;
  guint size;
  guint min;
  guint max;
  gboolean video_meta;
} Answer;

static GstPadProbeReturn
answer_allocation (GstPad *pad, GstPadProbeInfo *info, gpointer data)
{
  const Answer *answer = data;
  GstQuery *query = GST_PAD_PROBE_INFO_QUERY (info);

  (void) pad;
  if (GST_QUERY_TYPE (query) != GST_QUERY_ALLOCATION)
    return GST_PAD_PROBE_OK;
  gst_query_add_allocation_pool (query, answer->pool, answer->size, answer->min,
      answer->max);
  if (answer->video_meta)
    gst_query_add_allocation_meta (query, GST_VIDEO_META_API_TYPE, NULL);
  return GST_PAD_PROBE_HANDLED;
}

static GstHarness *
harness_with_answer (const gchar *properties, const gchar *caps, Answer *answer)
{
  GstHarness *h = test_bufgen (properties, caps);

  gst_pad_add_probe (h->sinkpad, GST_PAD_PROBE_TYPE_QUERY_DOWNSTREAM,
      answer_allocation, answer, NULL);
  gst_harness_play (h);
  return h;
}

static void
check_maximum (const gchar *properties, guint min, guint expected)
{
  Answer answer = { NULL, 0, min, 0, FALSE };
  GstHarness *h = harness_with_answer (properties, SURFACES, &answer);
  GstBuffer **buffers = take_all (h, expected);

  wait_until_starved (h);
  fail_unless_equals_uint64 (test_stat (h->element, "pool/max-buffers"),
      expected);
  fail_unless_equals_uint64 (test_stat (h->element, "pool/outstanding"),
      expected);
  fail_unless_equals_uint64 (test_stat (h->element, "pool/allocated"),
      expected);
  fail_unless (gst_harness_try_pull (h) == NULL);
  release_all (buffers, expected);
  test_bufgen_free (h);
}

GST_START_TEST (test_pool_size)
{
  check_maximum ("", 0, 4);
  check_maximum ("", 7, 11);
  check_maximum ("pool-size=2", 0, 2);
  check_maximum ("pool-size=2", 7, 7);
  check_maximum ("pool-size=20", 7, 20);
  check_maximum ("pool-size=1", 0, 1);
}
GST_END_TEST;

GST_START_TEST (test_plain_pool_size)
{
  GstHarness *h = test_bufgen ("pool-size=2", FRAMES);
  GstBuffer **buffers;

  gst_harness_play (h);
  buffers = take_all (h, 2);
  wait_until_starved (h);
  fail_unless (gst_harness_try_pull (h) == NULL);
  release_all (buffers, 2);
  test_bufgen_free (h);

  /* Without a size plain frames are not limited. */
  h = test_bufgen ("num-buffers=300", FRAMES);
  gst_harness_play (h);
  buffers = take_all (h, 300);
  fail_unless_equals_uint64 (test_stat (h->element, "pool/max-buffers"), 0);
  fail_unless_equals_uint64 (test_stat (h->element, "pool/outstanding"), 300);
  release_all (buffers, 300);
  test_bufgen_free (h);
}
GST_END_TEST;

/* A video pool of downstream's with its own, wider rows. */
static GstBufferPool *
padded_pool (const gchar *caps_string, GstVideoInfo *info)
{
  GstBufferPool *pool = gst_video_buffer_pool_new ();
  GstStructure *config = gst_buffer_pool_get_config (pool);
  GstCaps *caps = gst_caps_from_string (caps_string);
  GstVideoAlignment align;

  gst_video_alignment_reset (&align);
  align.padding_left = 16;
  align.padding_right = 48;
  align.padding_bottom = 2;
  fail_unless (gst_video_info_from_caps (info, caps));
  gst_buffer_pool_config_set_params (config, caps, info->size, 0, 0);
  gst_buffer_pool_config_add_option (config, GST_BUFFER_POOL_OPTION_VIDEO_META);
  gst_buffer_pool_config_add_option (config,
      GST_BUFFER_POOL_OPTION_VIDEO_ALIGNMENT);
  gst_buffer_pool_config_set_video_alignment (config, &align);
  fail_unless (gst_buffer_pool_set_config (pool, config));
  gst_caps_unref (caps);
  return pool;
}

static void
check_foreign (const gchar *properties, const gchar *caps_string,
    gboolean taken)
{
  GstVideoInfo info;
  Answer answer = { padded_pool (FRAMES ",framerate=30/1", &info), 0, 0, 0,
    TRUE };
  GstHarness *h;
  gint i;

  answer.size = info.size;
  h = harness_with_answer (properties, caps_string, &answer);
  for (i = 0; i < 5; i++) {
    GstBuffer *buffer = gst_harness_pull (h);
    GstCaps *caps = test_harness_caps (h);
    TestFrame frame;

    if (taken) {
      GstVideoMeta *meta = gst_buffer_get_video_meta (buffer);

      fail_unless (buffer->pool == answer.pool);
      fail_unless (meta != NULL && meta->stride[0] >= 4 * (32 + 48 + 16));
    } else {
      fail_unless (GST_IS_SAVANT_BUFFER_POOL (buffer->pool));
    }
    test_frame_map (&frame, buffer, caps);
    test_assert_color (&frame.image, 31, 15, 0xffffff, 0);
    test_assert_color (&frame.image, 0, 0, 0xffffff, 0);
    test_frame_unmap (&frame);
    fail_unless_equals_int64 (test_frame_id (buffer), i);
    gst_caps_unref (caps);
    gst_buffer_unref (buffer);
  }
  test_assert_stats (h->element);
  test_bufgen_free (h);
  gst_object_unref (answer.pool);
}

GST_START_TEST (test_downstream_pool)
{
  check_foreign ("pattern=white num-buffers=5", FRAMES, TRUE);
  check_foreign ("pattern=white num-buffers=5 pool-size=3", FRAMES, FALSE);
  check_foreign ("pattern=white num-buffers=5", SURFACES, FALSE);
}
GST_END_TEST;

/* Waiting on a full pool of downstream's ends with the state, too. */
GST_START_TEST (test_downstream_pool_full)
{
  GstVideoInfo info;
  Answer answer = { padded_pool (FRAMES ",framerate=30/1", &info), 0, 2, 2,
    TRUE };
  GstHarness *h;
  GstBuffer **buffers;

  answer.size = info.size;
  h = harness_with_answer ("", FRAMES, &answer);
  buffers = take_all (h, 2);
  gst_element_set_state (h->element, GST_STATE_NULL);
  test_assert_stats (h->element);
  release_all (buffers, 2);
  test_bufgen_free (h);
  gst_object_unref (answer.pool);
}
GST_END_TEST;

/* Who does not know GstVideoMeta gets the strides that the caps imply. */
GST_START_TEST (test_default_strides)
{
  static const gchar *const formats[] = { "RGB", "NV12", "I420", "GRAY8",
    "UYVY" };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (formats); i++) {
    gchar *caps_string = g_strdup_printf ("video/x-raw,format=%s,width=37,"
                                          "height=11,framerate=1/1",
        formats[i]);
    GstHarness *h = test_bufgen ("num-buffers=1", caps_string);
    GstCaps *caps = gst_caps_from_string (caps_string);
    GstVideoInfo info;
    GstVideoMeta *meta;
    GstBuffer *buffer;
    guint p;

    gst_harness_play (h);
    buffer = gst_harness_pull (h);
    fail_unless (gst_video_info_from_caps (&info, caps));
    fail_unless_equals_int (gst_buffer_get_size (buffer), info.size);
    meta = gst_buffer_get_video_meta (buffer);
    for (p = 0; meta != NULL && p < meta->n_planes; p++) {
      fail_unless_equals_int (meta->stride[p], info.stride[p]);
      fail_unless_equals_int (meta->offset[p], info.offset[p]);
    }
    gst_buffer_unref (buffer);
    gst_caps_unref (caps);
    g_free (caps_string);
    test_bufgen_free (h);
  }
}
GST_END_TEST;

/* A RECONFIGURE that changes nothing does not open a second pool. */
GST_START_TEST (test_reconfigure_keeps_pool)
{
  GstHarness *h = test_bufgen ("pool-size=2", SURFACES);
  GstBuffer **buffers;
  gint round;

  gst_harness_play (h);
  for (round = 0; round < 5; round++) {
    GstBufferPool *pool;

    buffers = take_all (h, 2);
    pool = buffers[0]->pool;
    wait_until_starved (h);
    gst_harness_push_upstream_event (h, gst_event_new_reconfigure ());
    gst_clear_buffer (&buffers[0]);
    buffers[0] = gst_harness_pull (h);
    gst_clear_buffer (&buffers[1]);
    buffers[1] = gst_harness_pull (h);
    fail_unless (buffers[0]->pool == pool && buffers[1]->pool == pool);
    fail_unless_equals_uint64 (test_stat (h->element, "pool/allocated"), 2);
    release_all (buffers, 2);
  }
  test_bufgen_free (h);
}
GST_END_TEST;

static Suite *
savantbufgen_pool_suite (void)
{
  Suite *s = suite_create ("savantbufgen-pool");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, test_starvation);
  tcase_add_test (tc, test_no_starvation_message);
  tcase_add_test (tc, test_acquire_timeout);
  tcase_add_test (tc, test_eos_while_starved);
  tcase_add_test (tc, test_flush_while_starved);
  tcase_add_test (tc, test_states_while_starved);
  tcase_add_test (tc, test_live_while_starved);
  tcase_add_test (tc, test_pool_size);
  tcase_add_test (tc, test_plain_pool_size);
  tcase_add_test (tc, test_downstream_pool);
  tcase_add_test (tc, test_downstream_pool_full);
  tcase_add_test (tc, test_default_strides);
  tcase_add_test (tc, test_reconfigure_keeps_pool);
  return s;
}

GST_CHECK_MAIN (savantbufgen_pool);
