/* SPDX-License-Identifier: Apache-2.0 */
#include "support/elementrig.h"

#define NVMM "video/x-raw(memory:NVMM)"
#define SOURCE "video/x-raw,format=RGBA,width=80,height=60,framerate=25/1"
#define OUTPUT "video/x-raw,format=RGBA,width=61,height=64"
#define SURFACES NVMM ",format=RGBA,width=64,height=64"

/* ---- What downstream offers -------------------------------------------- */

/* Answers ALLOCATION queries at the harness's end. */
typedef struct Offer
{
  GstBufferPool *pool; /* may be NULL */
  guint min, max;
  gboolean video_meta;
  gint queries;
} Offer;

static GstPadProbeReturn
answer (GstPad *pad, GstPadProbeInfo *info, gpointer data)
{
  GstQuery *query = GST_PAD_PROBE_INFO_QUERY (info);
  Offer *offer = data;
  GstCaps *caps;
  GstVideoInfo video;

  (void) pad;
  if (GST_QUERY_TYPE (query) != GST_QUERY_ALLOCATION)
    return GST_PAD_PROBE_OK;
  g_atomic_int_inc (&offer->queries);
  gst_query_parse_allocation (query, &caps, NULL);
  fail_unless (gst_video_info_from_caps (&video, caps));
  gst_query_add_allocation_pool (query, offer->pool, (guint) video.size,
      offer->min, offer->max);
  if (offer->video_meta)
    gst_query_add_allocation_meta (query, GST_VIDEO_META_API_TYPE, NULL);
  return GST_PAD_PROBE_HANDLED;
}

static void
start_with_offer (ElementRig *rig, const gchar *properties, const gchar *in,
    const gchar *out, Offer *offer)
{
  rig_init (rig, "savanttransform", properties);
  gst_pad_add_probe (rig->h->sinkpad, GST_PAD_PROBE_TYPE_QUERY_DOWNSTREAM,
      answer, offer, NULL);
  rig_set_caps (rig, in, out);
}

GST_START_TEST (test_downstream_pool_is_used)
{
  Offer offer = { gst_video_buffer_pool_new (), 2, 5, TRUE, 0 };
  GstStructure *config;
  guint size, min, max;
  GstBuffer *buffer;
  ElementRig rig;

  start_with_offer (&rig, NULL, SOURCE, OUTPUT, &offer);
  buffer = rig_transform (&rig, frame_new (SOURCE, 0xff0000));
  fail_unless (buffer->pool == offer.pool);
  fail_unless (gst_buffer_get_video_meta (buffer) != NULL);
  expect_color (&rig, buffer, 0, 30, 32, 0xff0000);
  gst_buffer_unref (buffer);
  config = gst_buffer_pool_get_config (offer.pool);
  gst_buffer_pool_config_get_params (config, NULL, &size, &min, &max);
  fail_unless_equals_int (min, 2);
  fail_unless_equals_int (max, 5);
  gst_structure_free (config);
  rig_clear (&rig);
  gst_object_unref (offer.pool);
}
GST_END_TEST;

/* pool-size goes for downstream's pool too, but never above its maximum. */
static void
expect_maximum (const gchar *properties, guint min, guint max, guint wanted)
{
  Offer offer = { gst_video_buffer_pool_new (), min, max, TRUE, 0 };
  GstStructure *config;
  guint size, config_min, config_max;
  ElementRig rig;

  start_with_offer (&rig, properties, SOURCE, OUTPUT, &offer);
  gst_buffer_unref (rig_transform (&rig, frame_new (SOURCE, 0)));
  config = gst_buffer_pool_get_config (offer.pool);
  gst_buffer_pool_config_get_params (config, NULL, &size, &config_min,
      &config_max);
  fail_unless_equals_int (config_min, (gint) min);
  fail_unless_equals_int (config_max, (gint) wanted);
  gst_structure_free (config);
  rig_clear (&rig);
  gst_object_unref (offer.pool);
}

GST_START_TEST (test_size_of_downstream_pool)
{
  expect_maximum ("pool-size=3", 1, 5, 3);
  expect_maximum ("pool-size=9", 1, 5, 5);
  expect_maximum ("pool-size=1", 2, 5, 2);
  expect_maximum ("pool-size=7", 2, 0, 7);
  expect_maximum (NULL, 2, 0, 0);
}
GST_END_TEST;

/* A pool that aligns its rows: GstVideoMeta tells where they are. */
GST_START_TEST (test_aligned_downstream_pool)
{
  Offer offer = { gst_video_buffer_pool_new (), 0, 0, TRUE, 0 };
  GstVideoAlignment alignment;
  GstStructure *config;
  GstBuffer *buffer;
  ElementRig rig;

  config = gst_buffer_pool_get_config (offer.pool);
  gst_buffer_pool_config_add_option (config, GST_BUFFER_POOL_OPTION_VIDEO_META);
  gst_buffer_pool_config_add_option (config,
      GST_BUFFER_POOL_OPTION_VIDEO_ALIGNMENT);
  gst_video_alignment_reset (&alignment);
  alignment.padding_left = 16;
  alignment.padding_top = 3;
  alignment.stride_align[0] = 63;
  gst_buffer_pool_config_set_video_alignment (config, &alignment);
  gst_buffer_pool_set_config (offer.pool, config);

  start_with_offer (&rig, NULL, SOURCE, OUTPUT, &offer);
  buffer = rig_transform (&rig, frame_new (SOURCE, 0x00ff00));
  fail_unless (buffer->pool == offer.pool);
  fail_unless (gst_buffer_get_video_meta (buffer)->stride[0] > 61 * 4);
  expect_color (&rig, buffer, 0, 0, 30, 0x00ff00);
  expect_color (&rig, buffer, 0, 60, 30, 0x00ff00);
  expect_color (&rig, buffer, 0, 60, 0, 0x000000);
  gst_buffer_unref (buffer);
  rig_clear (&rig);
  gst_object_unref (offer.pool);
}
GST_END_TEST;

/* Without GstVideoMeta downstream, rows lie as everybody knows them. */
GST_START_TEST (test_default_strides)
{
  Offer offer = { NULL, 0, 0, FALSE, 0 };
  GstVideoInfo video;
  GstVideoMeta *meta;
  GstBuffer *buffer;
  ElementRig rig;

  gst_video_info_set_format (&video, GST_VIDEO_FORMAT_RGB, 61, 64);
  start_with_offer (&rig, NULL, SOURCE,
      "video/x-raw,format=RGB,width=61,height=64", &offer);
  buffer = rig_transform (&rig, frame_new (SOURCE, 0));
  fail_unless_equals_uint64 (gst_buffer_get_size (buffer), video.size);
  meta = gst_buffer_get_video_meta (buffer);
  fail_unless (meta == NULL || meta->stride[0] == video.stride[0]);
  gst_buffer_unref (buffer);
  rig_clear (&rig);
}
GST_END_TEST;

/* Renegotiation for the same caps asks downstream again. */
GST_START_TEST (test_reconfigure_asks_again)
{
  Offer offer = { NULL, 0, 0, TRUE, 0 };
  ElementRig rig;
  gint before;

  start_with_offer (&rig, NULL, SOURCE, OUTPUT, &offer);
  gst_buffer_unref (rig_transform (&rig, frame_new (SOURCE, 0)));
  before = g_atomic_int_get (&offer.queries);
  gst_harness_push_upstream_event (rig.h, gst_event_new_reconfigure ());
  gst_buffer_unref (rig_transform (&rig, frame_new (SOURCE, 0)));
  fail_unless (g_atomic_int_get (&offer.queries) > before);
  rig_clear (&rig);
}
GST_END_TEST;

/* ---- What upstream is offered ------------------------------------------ */

static GstQuery *
ask (ElementRig *rig, const gchar *text)
{
  GstCaps *caps = gst_caps_from_string (text);
  GstQuery *query = gst_query_new_allocation (caps, TRUE);

  fail_unless (gst_pad_peer_query (rig->h->srcpad, query));
  gst_caps_unref (caps);
  return query;
}

static void
expect_proposal (const gchar *properties, const gchar *in, const gchar *out,
    gboolean video_meta, gboolean crop_meta, gsize size)
{
  Offer offer = { NULL, 0, 0, TRUE, 0 };
  GstBufferPool *pool;
  GstStructure *config;
  guint pool_size, min, max;
  GstQuery *query;
  GstBuffer *buffer;
  ElementRig rig;

  start_with_offer (&rig, properties, in, out, &offer);
  query = ask (&rig, in);
  fail_unless (gst_query_find_allocation_meta (query, GST_VIDEO_META_API_TYPE,
                   NULL)
      == video_meta);
  fail_unless (gst_query_find_allocation_meta (query,
                   GST_VIDEO_CROP_META_API_TYPE, NULL)
      == crop_meta);
  fail_unless_equals_int (gst_query_get_n_allocation_pools (query), 1);
  gst_query_parse_nth_allocation_pool (query, 0, &pool, &pool_size, &min, &max);
  fail_unless (pool != NULL);
  if (size > 0)
    fail_unless_equals_int (pool_size, (gint) size);
  config = gst_buffer_pool_get_config (pool);
  fail_unless (gst_buffer_pool_set_config (pool, config));
  fail_unless (gst_buffer_pool_set_active (pool, TRUE));
  fail_unless_equals_int (gst_buffer_pool_acquire_buffer (pool, &buffer, NULL),
      GST_FLOW_OK);
  gst_buffer_unref (rig_transform (&rig, buffer));
  gst_buffer_pool_set_active (pool, FALSE);
  gst_object_unref (pool);
  gst_query_unref (query);
  rig_clear (&rig);
}

GST_START_TEST (test_proposal)
{
  expect_proposal (NULL, SOURCE, OUTPUT, TRUE, TRUE, 80 * 60 * 4);
  expect_proposal ("crop-source=none", SOURCE, OUTPUT, TRUE, FALSE,
      80 * 60 * 4);
  expect_proposal (NULL, SURFACES ",framerate=25/1", OUTPUT, FALSE, TRUE, 0);
}
GST_END_TEST;

/* With nothing to do, downstream's own answer goes upstream. */
GST_START_TEST (test_proposal_is_forwarded)
{
  Offer offer = { gst_video_buffer_pool_new (), 7, 9, TRUE, 0 };
  GstBufferPool *pool;
  guint size, min, max;
  GstQuery *query;
  ElementRig rig;

  start_with_offer (&rig, NULL, SOURCE, SOURCE, &offer);
  query = ask (&rig, SOURCE);
  gst_query_parse_nth_allocation_pool (query, 0, &pool, &size, &min, &max);
  fail_unless (pool == offer.pool);
  fail_unless_equals_int (min, 7);
  fail_unless_equals_int (max, 9);
  gst_object_unref (pool);
  gst_query_unref (query);
  gst_object_unref (offer.pool);
  rig_clear (&rig);
}
GST_END_TEST;

/* A real pair: videocrop hands its rectangle over instead of copying. */
GST_START_TEST (test_videocrop_upstream)
{
  GstHarness *h = gst_harness_new_parse (
      "videocrop left=20 top=10 right=20 bottom=30 ! savanttransform");
  GstBuffer *buffer;

  gst_harness_set_caps_str (h, SOURCE, OUTPUT);
  buffer = frame_new (SOURCE, 0x00ff00);
  gst_buffer_add_video_meta (buffer, GST_VIDEO_FRAME_FLAG_NONE,
      GST_VIDEO_FORMAT_RGBA, 80, 60);
  frame_paint (buffer, SOURCE, 0, 20, 10, 40, 20, 0xff0000);
  fail_unless_equals_int (gst_harness_push (h, buffer), GST_FLOW_OK);
  buffer = gst_harness_pull (h);
  expect_source (buffer, 0, 20, 10, 40, 20);
  gst_buffer_unref (buffer);
  gst_harness_teardown (h);
}
GST_END_TEST;

/* ---- Fixed sizes ------------------------------------------------------- */

typedef struct Pusher
{
  ElementRig *rig;
  gint buffers;
  gint pushed; /* atomic */
  GstFlowReturn ret;
} Pusher;

static gpointer
push_all (gpointer data)
{
  Pusher *pusher = data;

  pusher->ret = GST_FLOW_OK;
  for (gint i = 0; i < pusher->buffers && pusher->ret == GST_FLOW_OK; i++) {
    pusher->ret = gst_harness_push (pusher->rig->h, frame_new (SOURCE, 0));
    if (pusher->ret == GST_FLOW_OK)
      g_atomic_int_inc (&pusher->pushed);
  }
  return NULL;
}

/* Waits until a buffer is held by the element, which has `out` out. */
static void
wait_until_starved (ElementRig *rig, guint64 out)
{
  for (gint i = 0; i < 10000; i++) {
    /* In this order: what is held once all are out stays held. */
    if (rig_stat (rig, "out") == out && rig_stat (rig, "held") == 1)
      break;
    g_usleep (1000);
  }
  fail_unless_equals_uint64 (rig_stat (rig, "held"), 1);
  fail_unless_equals_uint64 (rig_stat (rig, "out"), out);
  /* It would go on by now if it could. */
  g_usleep (20000);
  fail_unless_equals_uint64 (rig_stat (rig, "out"), out);
}

static void
check_pool_size (const gchar *properties, const gchar *out, guint min,
    guint limit)
{
  Offer offer = { NULL, min, 0, TRUE, 0 };
  ElementRig rig;
  Pusher pusher = { &rig, (gint) limit + 1, 0, GST_FLOW_OK };
  GThread *thread;

  start_with_offer (&rig, properties, SOURCE, out, &offer);
  thread = g_thread_new ("pusher", push_all, &pusher);
  wait_until_starved (&rig, limit);
  /* One comes back, and the stream goes on. */
  gst_buffer_unref (gst_harness_pull (rig.h));
  g_thread_join (thread);
  fail_unless_equals_int (pusher.ret, GST_FLOW_OK);
  fail_unless_equals_uint64 (rig_stat (&rig, "out"), limit + 1);
  fail_unless_equals_uint64 (rig_stat (&rig, "held"), 0);
  rig_clear (&rig);
}

GST_START_TEST (test_pool_size)
{
  check_pool_size ("pool-size=2", SURFACES, 0, 2);
  check_pool_size ("pool-size=2", SURFACES, 3, 3);
  check_pool_size ("pool-size=3", OUTPUT, 0, 3);
  check_pool_size ("pool-size=1", OUTPUT, 2, 2);
  check_pool_size (NULL, SURFACES, 0, 4);
  check_pool_size (NULL, SURFACES, 3, 7);
}
GST_END_TEST;

GST_START_TEST (test_plain_frames_are_not_limited)
{
  ElementRig rig;

  rig_init (&rig, "savanttransform", NULL);
  rig_set_caps (&rig, SOURCE, OUTPUT);
  for (gint i = 0; i < 50; i++)
    fail_unless_equals_int (gst_harness_push (rig.h, frame_new (SOURCE, 0)),
        GST_FLOW_OK);
  fail_unless_equals_int (gst_harness_buffers_in_queue (rig.h), 50);
  rig_clear (&rig);
}
GST_END_TEST;

/* ---- Waiting for a buffer that does not come --------------------------- */

GST_START_TEST (test_flush_wakes)
{
  ElementRig rig;
  Pusher pusher = { &rig, 3, 0, GST_FLOW_OK };
  GstSegment segment;
  GThread *thread;

  gst_segment_init (&segment, GST_FORMAT_TIME);
  rig_init (&rig, "savanttransform", "pool-size=2");
  rig_set_caps (&rig, SOURCE, SURFACES);
  for (gint round = 0; round < 5; round++) {
    thread = g_thread_new ("pusher", push_all, &pusher);
    wait_until_starved (&rig, (guint64) (round + 1) * 2);
    gst_harness_push_event (rig.h, gst_event_new_flush_start ());
    g_thread_join (thread);
    fail_unless_equals_int (pusher.ret, GST_FLOW_FLUSHING);
    gst_harness_push_event (rig.h, gst_event_new_flush_stop (TRUE));
    gst_harness_push_event (rig.h, gst_event_new_segment (&segment));
    fail_unless_equals_uint64 (rig_stat (&rig, "dropped-flush"),
        (guint64) round + 1);
    while (gst_harness_buffers_in_queue (rig.h) > 0)
      gst_buffer_unref (gst_harness_pull (rig.h));
  }
  rig_expect_silence (&rig);
  rig_clear (&rig);
}
GST_END_TEST;

GST_START_TEST (test_stop_wakes)
{
  ElementRig rig;
  Pusher pusher = { &rig, 3, 0, GST_FLOW_OK };
  GThread *thread;

  rig_init (&rig, "savanttransform", "pool-size=2");
  rig_set_caps (&rig, SOURCE, SURFACES);
  thread = g_thread_new ("pusher", push_all, &pusher);
  wait_until_starved (&rig, 2);
  gst_element_set_state (rig.h->element, GST_STATE_READY);
  g_thread_join (thread);
  fail_unless_equals_int (pusher.ret, GST_FLOW_FLUSHING);
  fail_unless_equals_uint64 (rig_stat (&rig, "dropped-flush"), 1);
  rig_clear (&rig);
}
GST_END_TEST;

/* A buffer outlives the element that made it. */
GST_START_TEST (test_buffers_outlive_the_element)
{
  GstBuffer *buffer;
  GstCaps *caps;
  ElementRig rig;

  rig_init (&rig, "savanttransform", NULL);
  rig_set_caps (&rig, SOURCE, SURFACES);
  buffer = rig_transform (&rig, frame_new (SOURCE, 0xff0000));
  rig_output (&rig, &caps);
  rig_clear (&rig);
  fail_unless_equals_int ((gint) frame_color (buffer, caps, 0, 32, 32),
      0xff0000);
  gst_caps_unref (caps);
  gst_buffer_unref (buffer);
}
GST_END_TEST;

static Suite *
savanttransform_pool_suite (void)
{
  Suite *s = suite_create ("savanttransform_pool");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, test_downstream_pool_is_used);
  tcase_add_test (tc, test_size_of_downstream_pool);
  tcase_add_test (tc, test_aligned_downstream_pool);
  tcase_add_test (tc, test_default_strides);
  tcase_add_test (tc, test_reconfigure_asks_again);
  tcase_add_test (tc, test_proposal);
  tcase_add_test (tc, test_proposal_is_forwarded);
  tcase_add_test (tc, test_videocrop_upstream);
  tcase_add_test (tc, test_pool_size);
  tcase_add_test (tc, test_plain_frames_are_not_limited);
  tcase_add_test (tc, test_flush_wakes);
  tcase_add_test (tc, test_stop_wakes);
  tcase_add_test (tc, test_buffers_outlive_the_element);
  return s;
}

GST_CHECK_MAIN (savanttransform_pool);
