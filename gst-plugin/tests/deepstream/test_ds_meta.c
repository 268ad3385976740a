/* SPDX-License-Identifier: Apache-2.0 */
/* Metadata of batches of savantbatch, as elements read it. */
#include "dsmetatest.h"

/* DeepStream's frame metadata, by the offsets of its own structure. */
#define FIELD(type, at, offset) \
  (*(const type *) ((const guint8 *) (at) + (offset)))
#define PAD_INDEX(f) FIELD (guint, f, 40)
#define BATCH_ID(f) FIELD (guint, f, 44)
#define FRAME_NUM(f) FIELD (gint, f, 48)
#define BUF_PTS(f) FIELD (guint64, f, 56)
#define NTP(f) FIELD (guint64, f, 64)
#define SOURCE_ID(f) FIELD (guint, f, 72)
#define NUM_SURFACES(f) FIELD (gint, f, 76)
#define SOURCE_WIDTH(f) FIELD (guint, f, 80)
#define SOURCE_HEIGHT(f) FIELD (guint, f, 84)
#define SURFACE_INDEX(f) FIELD (guint, f, 92)
#define MAX_FRAMES(b) FIELD (guint, b, 40)
#define NUM_FRAMES(b) FIELD (guint, b, 44)
#define FRAMES(b) FIELD (const GList *, b, 96)

static void
check_frame (gconstpointer frame, guint at, const GstSavantBatchSlot *slot,
    gint frame_num, guint width, guint height)
{
  guint64 now = (guint64) g_get_real_time () * 1000;

  fail_unless_equals_int (PAD_INDEX (frame), slot->pad_index);
  fail_unless_equals_int (SOURCE_ID (frame), slot->source_id);
  fail_unless_equals_int (BATCH_ID (frame), at);
  fail_unless_equals_int (FRAME_NUM (frame), frame_num);
  fail_unless_equals_uint64 (BUF_PTS (frame), slot->pts);
  fail_unless (NTP (frame) <= now && NTP (frame) + 60 * GST_SECOND > now);
  fail_unless_equals_int (NUM_SURFACES (frame), 1);
  fail_unless_equals_int (SURFACE_INDEX (frame), 0);
  fail_unless_equals_int (SOURCE_WIDTH (frame), width);
  fail_unless_equals_int (SOURCE_HEIGHT (frame), height);
}

/* Source 7 is of 320x240 and has 2 frames, source 3 of 64x48 has 4. */
static void
check_batch (GstBuffer *buffer, guint max, gint numbers[2])
{
  const GstSavantBatchMeta *batch = gst_buffer_get_savant_batch_meta (buffer);
  gconstpointer meta = get_batch_meta (buffer);
  guint at = 0;

  fail_unless (meta != NULL && batch != NULL);
  fail_unless_equals_int (MAX_FRAMES (meta), max);
  fail_unless_equals_int (NUM_FRAMES (meta), batch->n_slots);
  for (const GList *l = FRAMES (meta); l != NULL; l = l->next, at++) {
    gboolean large = SOURCE_ID (l->data) == 7;

    check_frame (l->data, at, &batch->slots[at], numbers[large],
        large ? 320 : 64, large ? 240 : 48);
    numbers[large]++;
  }
  fail_unless_equals_int (at, batch->n_slots);
}

static void
check_pipeline (const gchar *mode, const gchar *const sizes[2])
{
  gchar *text = g_strdup_printf (
      "savantbatch name=b batch-size=3 backend=host %s ! appsink name=out "
      "sync=false "
      "savantbufgen backend=host num-buffers=2 ! "
      "video/x-raw(memory:NVMM),format=RGBA,width=320,height=240,"
      "framerate=25/1 ! b.sink_0 "
      "savantbufgen backend=host num-buffers=4 ! "
      "video/x-raw(memory:NVMM),format=RGBA,width=64,height=48 ! b.sink_1",
      mode);
  GstElement *batch, *sink, *pipeline;
  gint numbers[2] = { 0, 0 }, copies[2] = { 0, 0 };
  GstSample *sample;

  pipeline = start (text, &batch, &sink);
  gst_child_proxy_set (GST_CHILD_PROXY (batch), "sink_0::source-id", 7,
      "sink_1::source-id", 3, NULL);
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  while ((sample = gst_app_sink_pull_sample (GST_APP_SINK (sink)))) {
    GstBuffer *buffer = gst_sample_get_buffer (sample);
    GstBuffer *copy = gst_buffer_copy (buffer);

    check_batch (buffer, 3, numbers);
    check_batch (copy, 3, copies);
    fail_unless (get_batch_meta (copy) != get_batch_meta (buffer));
    gst_buffer_unref (copy);
    gst_sample_unref (sample);
  }
  fail_unless_equals_int (numbers[1], 2);
  fail_unless_equals_int (numbers[0], 4);
  /* Events name pads, by which elements find them in the metadata. */
  fail_unless (strstr (seen->str, "a0 ") != NULL
          && strstr (seen->str, "a1 ") != NULL
          && strstr (seen->str, "a7") == NULL,
      "%s", seen->str);
  if (!is_old ()) {
    fail_unless_equals_string (told_caps[0], sizes[0]);
    fail_unless_equals_string (told_caps[1], sizes[1]);
  }
  finish (pipeline, batch, sink);
  g_free (text);
}

/* A library's pools are asked to hold one frame, whatever the batch; where they
 * do not grow, as many as the batch can have. */
GST_START_TEST (small_pools)
{
  GString *text = g_string_new ("savantbatch name=b batch-size=8 backend=host "
                                "! appsink name=out sync=false");
  gboolean fixed = g_strcmp0 (g_getenv ("FAKE_META"), "fixed") == 0;
  gint before, n = 0;
  GstElement *batch, *sink, *pipeline;
  GstSample *sample;

  if (n_pool_frames == NULL) {
    g_string_free (text, TRUE);
    return;
  }
  for (guint i = 0; i < 8; i++)
    g_string_append_printf (text,
        " savantbufgen backend=host num-buffers=3 ! "
        "video/x-raw(memory:NVMM),width=64,height=48 ! b.sink_%u",
        i);
  pipeline = start (text->str, &batch, &sink);
  before = n_pool_frames ();
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  while ((sample = gst_app_sink_pull_sample (GST_APP_SINK (sink)))) {
    gconstpointer meta = get_batch_meta (gst_sample_get_buffer (sample));

    fail_unless_equals_int (NUM_FRAMES (meta), 8);
    fail_unless_equals_int (MAX_FRAMES (meta), 8);
    gst_sample_unref (sample);
    n++;
  }
  fail_unless_equals_int (n, 3);
  fail_unless_equals_int (n_pool_frames () - before, fixed ? 1 + 3 * 8 : 3);
  finish (pipeline, batch, sink);
  g_string_free (text, TRUE);
}
GST_END_TEST;

GST_START_TEST (frame_metas_of_uniform_batches)
{
  static const gchar *const sizes[] = { "160x120 25/1", "160x120 30/1" };

  check_pipeline ("! video/x-raw(memory:NVMM),width=160,height=120", sizes);
}
GST_END_TEST;

GST_START_TEST (frame_metas_of_non_uniform_batches)
{
  static const gchar *const sizes[] = { "320x240 25/1", "64x48 30/1" };

  check_pipeline ("mode=non-uniform", sizes);
}
GST_END_TEST;

/* Behind a transform the metadata is as before; the frames that savantunbatch
 * gives out are no batches. */
GST_START_TEST (metas_further_on)
{
  static const gchar *const tails[] = {
    "savanttransform backend=host ! "
    "video/x-raw(memory:NVMM),format=GRAY8,width=32,height=32",
    "savantunbatch name=u u.src_0 ! queue",
  };

  for (guint i = 0; i < 2; i++) {
    gchar *text = g_strdup_printf (
        "savantbatch name=b backend=host ! %s ! appsink name=out sync=false "
        "savantbufgen backend=host num-buffers=2 ! "
        "video/x-raw(memory:NVMM),format=RGBA,width=64,height=48 ! b.sink_0",
        tails[i]);
    GstElement *batch, *sink, *pipeline = start (text, &batch, &sink);
    GstSample *sample;
    guint n = 0;

    gst_element_set_state (pipeline, GST_STATE_PLAYING);
    while ((sample = gst_app_sink_pull_sample (GST_APP_SINK (sink)))) {
      gconstpointer meta = get_batch_meta (gst_sample_get_buffer (sample));

      if (i == 0) {
        fail_unless (meta != NULL);
        fail_unless_equals_int (NUM_FRAMES (meta), 1);
        fail_unless_equals_int (FRAME_NUM (FRAMES (meta)->data), n);
        fail_unless_equals_int (SOURCE_WIDTH (FRAMES (meta)->data), 64);
      } else {
        fail_unless (meta == NULL);
      }
      gst_sample_unref (sample);
      n++;
    }
    fail_unless_equals_int (n, 2);
    finish (pipeline, batch, sink);
    g_free (text);
  }
}
GST_END_TEST;

/* A frame that says when its sender has taken it: nanoseconds since 1900 or
 * 1970, which become those since 1970. */
GST_START_TEST (time_of_the_sender)
{
  static const guint64 unix_time = 1700000000 * GST_SECOND + 123;
  static const guint64 offset = 2208988800 * GST_SECOND;
  static const struct
  {
    const gchar *caps;
    guint64 time;
    gboolean used;
  } rows[] = { { "timestamp/x-ntp", unix_time + offset, TRUE },
    { "timestamp/x-unix", unix_time, TRUE }, { "timestamp/x-ntp", 5, FALSE },
    { "timestamp/x-clock", unix_time, FALSE } };
  GstElement *batch, *sink;
  GstElement *pipeline =
      start ("savantbatch name=b backend=host ! appsink name=out sync=false "
             "appsrc name=s format=time caps=video/x-raw,format=GRAY8,width=64,"
             "height=48,framerate=30/1 ! b.sink_0",
          &batch, &sink);
  GstElement *src = gst_bin_get_by_name (GST_BIN (pipeline), "s");

  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    GstBuffer *buffer = gst_buffer_new_allocate (NULL, 64 * 48, NULL);
    GstCaps *caps = gst_caps_new_empty_simple (rows[i].caps);
    guint64 now = (guint64) g_get_real_time () * 1000;
    gconstpointer frame;
    GstSample *sample;

    GST_BUFFER_PTS (buffer) = i * GST_SECOND;
    gst_buffer_add_reference_timestamp_meta (buffer, caps, rows[i].time,
        GST_CLOCK_TIME_NONE);
    gst_caps_unref (caps);
    gst_app_src_push_buffer (GST_APP_SRC (src), buffer);
    sample =
        gst_app_sink_try_pull_sample (GST_APP_SINK (sink), 10 * GST_SECOND);
    fail_unless (sample != NULL);
    frame = FRAMES (get_batch_meta (gst_sample_get_buffer (sample)))->data;
    if (rows[i].used) {
      fail_unless_equals_uint64 (NTP (frame), unix_time);
    } else {
      fail_unless (NTP (frame) >= now && NTP (frame) < now + 60 * GST_SECOND);
    }
    gst_sample_unref (sample);
  }
  gst_object_unref (src);
  finish (pipeline, batch, sink);
}
GST_END_TEST;

static Suite *
ds_meta_suite (void)
{
  Suite *s = suite_create ("ds_meta");
  TCase *tc = tcase_create ("ds_meta");

  suite_add_tcase (s, tc);
  tcase_add_checked_fixture (tc, setup, NULL);
  tcase_add_test (tc, small_pools);
  tcase_add_test (tc, frame_metas_of_uniform_batches);
  tcase_add_test (tc, frame_metas_of_non_uniform_batches);
  tcase_add_test (tc, metas_further_on);
  tcase_add_test (tc, time_of_the_sender);
  return s;
}

GST_CHECK_MAIN (ds_meta);
