/* SPDX-License-Identifier: Apache-2.0 */

/* GstAnalyticsBatchMeta with a library that stands in for GStreamer's, or none:
 * SAVANT_TEST_ANALYTICS says what is there (released, old, none). */

#include "support/batchrig.h"

#include <dlfcn.h>
#include <stdlib.h>

#include <gst/video/video.h>

#define NVMM "video/x-raw(memory:NVMM)"
#define FRAME "video/x-raw,format=RGBA,width=16,height=16,framerate=25/1"
#define SURFACE NVMM ",format=RGBA,width=16,height=16,framerate=25/1"
#define CONTAINER "multistream/x-analytics-batch(meta:GstAnalyticsBatchMeta)"

typedef struct Stream
{
  guint index;
  GstEvent **sticky_events;
  gsize n_sticky_events;
  GstMiniObject **objects;
  gsize n_objects;
  gpointer padding[GST_PADDING];
} Stream;

typedef struct BatchMeta
{
  GstMeta meta;
  Stream *streams;
  gsize n_streams;
} BatchMeta;

static gboolean
is_released (void)
{
  return g_strcmp0 (g_getenv ("SAVANT_TEST_ANALYTICS"), "released") == 0;
}

static void *
call (const gchar *name, GstBuffer *buffer)
{
  static void *library;
  BatchMeta *(*function) (GstBuffer *);

  if (library == NULL)
    library = dlopen ("libgstanalytics-1.0.so.0", RTLD_NOW);
  fail_unless (library != NULL, "%s", dlerror ());
  *(void **) &function = dlsym (library, name);
  fail_unless (function != NULL);
  return function (buffer);
}

static BatchMeta *
get_meta (GstBuffer *buffer)
{
  return call ("gst_buffer_get_analytics_batch_meta", buffer);
}

static guint
count_metas (GstBuffer *buffer, const gchar *api)
{
  gpointer state = NULL;
  GstMeta *meta;
  guint n = 0;

  while ((meta = gst_buffer_iterate_meta (buffer, &state)) != NULL)
    n += g_str_equal (g_type_name (meta->info->api), api);
  return n;
}

static void
begin (BatchRig *rig, const gchar *properties, gboolean with_unbatch,
    const gchar *caps)
{
  batch_rig_init (rig, 2, properties, with_unbatch);
  gst_harness_set_src_caps_str (rig->in[0], caps);
  gst_harness_set_src_caps_str (rig->in[1], caps);
}

static void
expect_stream (const Stream *stream, const gchar *text, gsize n_objects,
    GstClockTime pts)
{
  GstCaps *expected = gst_caps_from_string (text), *caps;
  GstBuffer *buffer;

  fail_unless_equals_uint64 (stream->n_sticky_events, 3);
  fail_unless_equals_int (GST_EVENT_TYPE (stream->sticky_events[0]),
      GST_EVENT_STREAM_START);
  gst_event_parse_caps (stream->sticky_events[1], &caps);
  fail_unless (gst_caps_is_subset (caps, expected));
  fail_unless_equals_int (GST_EVENT_TYPE (stream->sticky_events[2]),
      GST_EVENT_SEGMENT);
  fail_unless_equals_uint64 (stream->n_objects, n_objects);
  buffer = GST_BUFFER_CAST (stream->objects[0]);
  fail_unless_equals_uint64 (GST_BUFFER_PTS (buffer), pts);
  fail_unless_equals_uint64 (GST_BUFFER_DURATION (buffer), 40 * GST_MSECOND);
  gst_caps_unref (expected);
}

/* Pixels are in the batch, times and ids in the meta's buffers. */
GST_START_TEST (test_uniform)
{
  BatchRig rig;
  GstBuffer *batch, *stand_in;
  BatchMeta *meta;

  begin (&rig, NULL, FALSE, FRAME);
  batch_rig_push (&rig, 0, FRAME, 0, 40);
  batch_rig_push (&rig, 1, FRAME, 0, 80);
  batch = batch_rig_pull (&rig, 2);
  fail_unless_equals_int (count_metas (batch, "GstAnalyticsBatchMetaAPI"),
      is_released () ? 1 : 0);
  if (is_released ()) {
    meta = get_meta (batch);
    fail_unless_equals_uint64 (meta->n_streams, 2);
    expect_stream (&meta->streams[0], FRAME, 1, 40 * GST_MSECOND);
    expect_stream (&meta->streams[1], FRAME, 1, 80 * GST_MSECOND);
    stand_in = GST_BUFFER_CAST (meta->streams[1].objects[0]);
    fail_unless_equals_int (gst_buffer_n_memory (stand_in), 0);
    fail_unless_equals_int64 (
        gst_buffer_get_savant_id_meta (stand_in)->ids[0].id, 0);
  }
  gst_buffer_unref (batch);
  batch_rig_clear (&rig);
}
GST_END_TEST;

GST_START_TEST (test_non_uniform_has_the_frames)
{
  BatchRig rig;
  GstBuffer *frame = frame_new (SURFACE, 0), *batch;

  begin (&rig, "mode=non-uniform", FALSE, SURFACE);
  GST_BUFFER_PTS (frame) = 0;
  gst_buffer_ref (frame);
  gst_harness_push (rig.in[0], frame);
  batch_rig_push (&rig, 1, SURFACE, 0, 0);
  batch = batch_rig_pull (&rig, 2);
  if (is_released ())
    fail_unless (get_meta (batch)->streams[0].objects[0]
        == GST_MINI_OBJECT_CAST (frame));
  gst_buffer_unref (batch);
  gst_buffer_unref (frame);
  batch_rig_clear (&rig);
}
GST_END_TEST;

GST_START_TEST (test_a_buffer_for_each_roi)
{
  BatchRig rig;
  GstBuffer *frame = frame_new (FRAME, 0), *batch;

  begin (&rig, "roi-mode=batch batch-size=4 batch-timeout=0", FALSE, FRAME);
  GST_BUFFER_PTS (frame) = 0;
  gst_buffer_add_video_region_of_interest_meta (frame, "a", 0, 0, 4, 4);
  gst_buffer_add_video_region_of_interest_meta (frame, "b", 4, 4, 4, 4);
  gst_harness_push (rig.in[1], frame);
  batch = batch_rig_pull (&rig, 2);
  if (is_released ()) {
    fail_unless_equals_uint64 (get_meta (batch)->streams[0].n_objects, 0);
    expect_stream (&get_meta (batch)->streams[1], FRAME, 2, 0);
  }
  gst_buffer_unref (batch);
  batch_rig_clear (&rig);
}
GST_END_TEST;

GST_START_TEST (test_switched_off)
{
  BatchRig rig;
  GstBuffer *batch;

  begin (&rig, "analytics-meta=false", FALSE, FRAME);
  batch_rig_push (&rig, 0, FRAME, 0, 0);
  batch_rig_push (&rig, 1, FRAME, 0, 0);
  batch = batch_rig_pull (&rig, 2);
  fail_unless_equals_int (count_metas (batch, "GstAnalyticsBatchMetaAPI"), 0);
  gst_buffer_unref (batch);
  batch_rig_clear (&rig);
}
GST_END_TEST;

/* ---- Reading ------------------------------------------------------------ */

/* What an inference element writes about a frame. */
static gboolean
copy_relation (GstBuffer *to, GstMeta *meta, GstBuffer *from, GQuark type,
    gpointer data)
{
  (void) from;
  (void) type;
  (void) data;
  return gst_buffer_add_meta (to, meta->info, NULL) != NULL;
}

static gboolean
init_relation (GstMeta *meta, gpointer params, GstBuffer *buffer)
{
  (void) meta;
  (void) params;
  (void) buffer;
  return TRUE;
}

static const GstMetaInfo *
new_relation (void)
{
  static const gchar *tags[] = { NULL };
  static const GstMetaInfo *info;

  if (info == NULL)
    info = gst_meta_register (
        gst_meta_api_type_register ("GstAnalyticsRelationMetaAPI", tags),
        "TestRelation", sizeof (GstMeta), init_relation, NULL, copy_relation);
  return info;
}

static GstPadProbeReturn
infer (GstPad *pad, GstPadProbeInfo *info, gpointer lose_meta)
{
  GstBuffer *batch =
      gst_buffer_make_writable (GST_PAD_PROBE_INFO_BUFFER (info));
  GstMiniObject **object = &get_meta (batch)->streams[1].objects[0];

  (void) pad;
  *object = GST_MINI_OBJECT_CAST (
      gst_buffer_make_writable (GST_BUFFER_CAST (*object)));
  gst_buffer_add_meta (GST_BUFFER_CAST (*object), new_relation (), NULL);
  if (GPOINTER_TO_INT (lose_meta))
    gst_buffer_remove_meta (batch,
        (GstMeta *) gst_buffer_get_savant_batch_meta (batch));
  info->data = batch;
  return GST_PAD_PROBE_OK;
}

/* What was written about a slot comes out with its view; also where the batch
 * has lost its own meta on the way. */
static void
split (gboolean lose_meta)
{
  GstHarness *out[2];
  BatchRig rig;
  GstPad *src;

  begin (&rig, NULL, TRUE, FRAME);
  for (guint n = 0; n < 2; n++)
    out[n] = batch_rig_output (&rig, n, NULL);
  src = gst_element_get_static_pad (rig.batch, "src");
  gst_pad_add_probe (src, GST_PAD_PROBE_TYPE_BUFFER, infer,
      GINT_TO_POINTER (lose_meta), NULL);
  batch_rig_push (&rig, 0, FRAME, 0xff0000, 40);
  batch_rig_push (&rig, 1, FRAME, 0x0000ff, 80);
  for (guint n = 0; n < 2; n++) {
    GstBuffer *view = gst_harness_pull (out[n]);
    GstCaps *caps = gst_pad_get_current_caps (out[n]->sinkpad);

    fail_unless (view != NULL);
    fail_unless_equals_uint64 (GST_BUFFER_PTS (view),
        (n + 1) * 40 * GST_MSECOND);
    fail_unless_equals_int (frame_color (view, caps, 0, 8, 8),
        n == 0 ? 0xff0000 : 0x0000ff);
    fail_unless_equals_int64 (gst_buffer_get_savant_id_meta (view)->ids[0].id,
        0);
    fail_unless_equals_int (count_metas (view, "GstAnalyticsRelationMetaAPI"),
        n);
    gst_caps_unref (caps);
    gst_buffer_unref (view);
  }
  gst_object_unref (src);
  batch_rig_clear (&rig);
}

GST_START_TEST (test_results_come_out)
{
  if (is_released ())
    split (FALSE);
}
GST_END_TEST;

GST_START_TEST (test_batch_without_our_meta)
{
  if (is_released ())
    split (TRUE);
}
GST_END_TEST;

static GstBuffer *
new_container (guint n)
{
  GstBuffer *batch = gst_buffer_new ();
  BatchMeta *meta = call ("gst_buffer_add_analytics_batch_meta", batch);
  GstSegment segment;

  gst_segment_init (&segment, GST_FORMAT_TIME);
  meta->streams = g_new0 (Stream, 2);
  meta->n_streams = 2;
  for (guint i = 0; i < 2; i++) {
    Stream *s = &meta->streams[i];
    GstCaps *caps = gst_caps_from_string (FRAME);

    s->index = i;
    s->sticky_events = g_new (GstEvent *, 3);
    s->n_sticky_events = 3;
    s->sticky_events[0] = gst_event_new_stream_start (i == 0 ? "a" : "b");
    s->sticky_events[1] = gst_event_new_caps (caps);
    s->sticky_events[2] = gst_event_new_segment (&segment);
    s->objects = g_new (GstMiniObject *, 2);
    s->n_objects = 2;
    s->objects[0] =
        GST_MINI_OBJECT_CAST (gst_event_new_gap (n * GST_SECOND, GST_MSECOND));
    s->objects[1] = GST_MINI_OBJECT_CAST (frame_new (FRAME, 0));
    GST_BUFFER_PTS (s->objects[1]) = (n + i) * GST_SECOND;
    gst_caps_unref (caps);
  }
  return batch;
}

/* Batches of analyticscombiner: the streams as they are. */
GST_START_TEST (test_container)
{
  GstElement *unbatch = gst_element_factory_make ("savantunbatch", NULL);
  GstHarness *in, *out;
  GstEvent *event;
  gboolean gap = FALSE;

  if (!is_released ()) {
    gst_object_unref (unbatch);
    return;
  }
  in = gst_harness_new_with_element (unbatch, "sink", NULL);
  out = gst_harness_new_with_element (unbatch, NULL, "src_1");
  gst_harness_set_src_caps_str (in, CONTAINER);
  for (guint n = 0; n < 3; n++) {
    GstBuffer *frame;

    fail_unless_equals_int (gst_harness_push (in, new_container (n)),
        GST_FLOW_OK);
    frame = gst_harness_pull (out);
    fail_unless (frame != NULL);
    fail_unless_equals_uint64 (GST_BUFFER_PTS (frame), (n + 1) * GST_SECOND);
    gst_buffer_unref (frame);
  }
  while ((event = gst_harness_try_pull_event (out)) != NULL) {
    gap = gap || GST_EVENT_TYPE (event) == GST_EVENT_GAP;
    gst_event_unref (event);
  }
  fail_unless (gap);
  fail_unless_equals_uint64 (batch_rig_stat (unbatch, "out"), 3);
  fail_unless_equals_uint64 (batch_rig_stat (unbatch, "dropped-unlinked"), 3);
  gst_harness_teardown (out);
  gst_harness_teardown (in);
  gst_object_unref (unbatch);
}
GST_END_TEST;

/* Such caps, and a buffer or a GStreamer without such a meta. */
GST_START_TEST (test_container_without_meta)
{
  GstElement *unbatch = gst_element_factory_make ("savantunbatch", NULL);
  GstBus *bus = gst_bus_new ();
  GstMessage *message;
  GstHarness *in;
  GError *error;

  gst_element_set_bus (unbatch, bus);
  in = gst_harness_new_with_element (unbatch, "sink", NULL);
  gst_harness_set_src_caps_str (in, CONTAINER);
  fail_unless_equals_int (gst_harness_push (in, gst_buffer_new ()),
      GST_FLOW_ERROR);
  message = gst_bus_pop_filtered (bus, GST_MESSAGE_ERROR);
  fail_unless (message != NULL);
  gst_message_parse_error (message, &error, NULL);
  fail_unless (strstr (error->message, "GstAnalyticsBatchMeta") != NULL);
  fail_unless ((strstr (error->message, "1.28") != NULL) == !is_released ());
  g_error_free (error);
  gst_message_unref (message);
  gst_harness_teardown (in);
  gst_element_set_bus (unbatch, NULL);
  gst_object_unref (bus);
  gst_object_unref (unbatch);
}
GST_END_TEST;

static Suite *
analytics_suite (void)
{
  Suite *s = suite_create ("analytics");
  TCase *tc = tcase_create ("analytics");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, test_uniform);
  tcase_add_test (tc, test_non_uniform_has_the_frames);
  tcase_add_test (tc, test_a_buffer_for_each_roi);
  tcase_add_test (tc, test_switched_off);
  tcase_add_test (tc, test_results_come_out);
  tcase_add_test (tc, test_batch_without_our_meta);
  tcase_add_test (tc, test_container);
  tcase_add_test (tc, test_container_without_meta);
  return s;
}

GST_CHECK_MAIN (analytics);
