/* SPDX-License-Identifier: Apache-2.0 */
#include <gst/app/app.h>

#include "gst/gsttest.h"

/* Metas on their way through GStreamer's own elements. */

#define N_FRAMES 12
#define WIDTH 64
#define HEIGHT 48
#define CAPS "video/x-raw,format=I420,width=64,height=48,framerate=25/1"
#define DURATION (40 * GST_MSECOND)

static GstSavantGeometry
any_geometry (void)
{
  SavantRect source = { 0, 0, 192, 144 }, whole = { 0, 0, WIDTH, HEIGHT };
  GstSavantGeometry geometry;

  gst_savant_geometry_init (&geometry, 192, 144, &source, &whole,
      SAVANT_FLIP_NONE);
  return geometry;
}

/* Frame i has the ids FRAME(1000 + i) and, if odd, BATCH(i) before. */
static GstBuffer *
frame_number (gint i)
{
  GstBuffer *buffer =
      gst_buffer_new_allocate (NULL, WIDTH * HEIGHT * 3 / 2, NULL);
  GstSavantId ids[] = { { SAVANT_ID_BATCH, 0, i },
    { SAVANT_ID_FRAME, 0, 1000 + i } };
  GstSavantGeometry geometry = any_geometry ();

  gst_buffer_memset (buffer, 0, 10 * i, WIDTH * HEIGHT * 3 / 2);
  GST_BUFFER_PTS (buffer) = i * DURATION;
  GST_BUFFER_DURATION (buffer) = DURATION;
  if (i % 2 == 1)
    gst_buffer_set_savant_ids (buffer, ids, 2);
  else
    gst_buffer_set_savant_ids (buffer, ids + 1, 1);
  gst_buffer_set_savant_transform_meta (buffer, &geometry, 1);
  return buffer;
}

static gint
number_of (GstBuffer *buffer, GstClockTime first_pts)
{
  return (gint) ((GST_BUFFER_PTS (buffer) - first_pts) / DURATION);
}

/* The buffer bears its frame's ids, once. */
static void
fail_unless_has_ids (GstBuffer *buffer, gint i, const gchar *chain)
{
  GstSavantIdMeta *meta = gst_buffer_get_savant_id_meta (buffer);
  gpointer state = NULL;
  guint n = 0;

  while (gst_buffer_iterate_meta_filtered (buffer, &state,
             GST_SAVANT_ID_META_API_TYPE)
      != NULL)
    n++;
  fail_unless (n == 1, "%s: frame %d has %u id metas", chain, i, n);
  fail_unless (meta->n_ids == 1u + i % 2, "%s: frame %d has %u ids", chain, i,
      meta->n_ids);
  fail_unless_equals_int64 (meta->ids[meta->n_ids - 1].id, 1000 + i);
  fail_unless_equals_int (meta->ids[meta->n_ids - 1].kind, SAVANT_ID_FRAME);
  if (i % 2 == 1) {
    fail_unless_equals_int64 (meta->ids[0].id, i);
    fail_unless_equals_int (meta->ids[0].kind, SAVANT_ID_BATCH);
  }
}

/* Pulls until EOS: every frame must come once, with its ids. */
static GList *
check_ids (GstElement *pipeline, const gchar *name, const gchar *chain)
{
  GstElement *sink = gst_bin_get_by_name (GST_BIN (pipeline), name);
  guint seen[N_FRAMES] = { 0 };
  GstClockTime first_pts = GST_CLOCK_TIME_NONE;
  GList *samples = NULL;
  GstSample *sample;

  while ((sample = gst_app_sink_pull_sample (GST_APP_SINK (sink))) != NULL) {
    /* Encoders may shift all time stamps. */
    first_pts =
        MIN (first_pts, GST_BUFFER_PTS (gst_sample_get_buffer (sample)));
    samples = g_list_append (samples, sample);
  }
  for (GList *l = samples; l != NULL; l = l->next) {
    GstBuffer *buffer = gst_sample_get_buffer (l->data);
    gint i = number_of (buffer, first_pts);

    fail_unless (i >= 0 && i < N_FRAMES, "%s: frame %d", chain, i);
    seen[i]++;
    fail_unless_has_ids (buffer, i, chain);
  }
  for (gint i = 0; i < N_FRAMES; i++)
    fail_unless (seen[i] == 1, "%s: frame %d came %u times", chain, i, seen[i]);
  gst_object_unref (sink);
  return samples;
}

static void
free_samples (GList *samples)
{
  g_list_free_full (samples, (GDestroyNotify) gst_sample_unref);
}

/* `geometry` says whether transform metas must be there. */
static void
check_sink (GstElement *pipeline, const gchar *name, const gchar *chain,
    gboolean geometry)
{
  GList *samples = check_ids (pipeline, name, chain);

  for (GList *l = samples; l != NULL; l = l->next)
    fail_unless (
        (gst_buffer_get_savant_transform_meta (gst_sample_get_buffer (l->data))
            != NULL)
            == geometry,
        "%s: transform meta is %s", chain, geometry ? "missing" : "there");
  free_samples (samples);
}

static GstElement *
start (const gchar *description)
{
  GError *error = NULL;
  GstElement *pipeline = gst_parse_launch (description, &error);

  fail_unless (error == NULL, "%s: %s", description,
      error != NULL ? error->message : "");
  fail_unless (gst_element_set_state (pipeline, GST_STATE_PLAYING)
      != GST_STATE_CHANGE_FAILURE);
  return pipeline;
}

static void
push_frames (GstElement *pipeline)
{
  GstElement *src = gst_bin_get_by_name (GST_BIN (pipeline), "src");

  for (gint i = 0; i < N_FRAMES; i++)
    fail_unless_equals_int (gst_app_src_push_buffer (GST_APP_SRC (src),
                                frame_number (i)),
        GST_FLOW_OK);
  fail_unless_equals_int (gst_app_src_end_of_stream (GST_APP_SRC (src)),
      GST_FLOW_OK);
  gst_object_unref (src);
}

static void
stop (GstElement *pipeline)
{
  fail_unless_equals_int (gst_element_set_state (pipeline, GST_STATE_NULL),
      GST_STATE_CHANGE_SUCCESS);
  gst_object_unref (pipeline);
}

#define SRC "appsrc name=src format=time caps=" CAPS " ! "
#define SINK(name) "appsink name=" name " sync=false "

static void
run_chain (const gchar *chain, gboolean geometry)
{
  gchar *text = g_strdup_printf (SRC "%s ! " SINK ("sink"), chain);
  GstElement *pipeline = start (text);

  push_frames (pipeline);
  check_sink (pipeline, "sink", chain, geometry);
  stop (pipeline);
  g_free (text);
}

/* The picture stays what it is. */
static const gchar *keeping[] = {
  "queue",
  "identity",
  "identity drop-probability=0 single-segment=true",
  "queue ! queue ! identity",
  "capsfilter caps=video/x-raw",
  "videoconvert ! video/x-raw,format=RGBA",
  "videoconvert ! video/x-raw,format=NV12 ! videoconvert "
  "! video/x-raw,format=GRAY8",
  "videoscale ! video/x-raw,width=64,height=48",
  "videorate",
};

GST_START_TEST (test_keeps)
{
  run_chain (keeping[__i__], TRUE);
}
GST_END_TEST

/* The picture is another one: ids stay, its geometry would be wrong. */
static const gchar *changing[] = {
  "videoscale ! video/x-raw,width=32,height=24",
  "videoscale add-borders=true ! video/x-raw,width=64,height=64,"
  "pixel-aspect-ratio=1/1",
  "videoconvert ! videoscale ! video/x-raw,format=RGBA,width=100,height=20",
  "videoconvertscale ! video/x-raw,format=RGBA,width=100,height=20",
  "videoflip video-direction=horiz",
  "videoflip video-direction=90r",
  "videocrop left=2 top=2",
};

GST_START_TEST (test_changes)
{
  run_chain (changing[__i__], FALSE);
}
GST_END_TEST

static const gchar *encoding[] = {
  "jpegenc",
  "videoconvert ! pngenc",
  "x264enc",
  "x264enc tune=zerolatency",
  "x264enc bframes=3 b-adapt=false",
};

/* What an encoder makes of geometry is its affair; ids arrive. */
GST_START_TEST (test_encoders)
{
  gchar *text = g_strdup_printf (SRC "%s ! " SINK ("sink"), encoding[__i__]);
  GstElement *pipeline = start (text);

  push_frames (pipeline);
  free_samples (check_ids (pipeline, "sink", text));
  stop (pipeline);
  g_free (text);
}
GST_END_TEST

GST_START_TEST (test_tee)
{
  static const gchar text[] = SRC
      "tee name=t "
      "t. ! queue ! " SINK ("a") "t. ! queue ! videoconvert "
                                 "! video/x-raw,format=RGBA ! " SINK (
                                     "b") "t. ! queue ! videoflip "
                                          "video-direction=vert ! " SINK ("c");
  GstElement *pipeline = start (text);

  push_frames (pipeline);
  check_sink (pipeline, "a", "tee a", TRUE);
  check_sink (pipeline, "b", "tee b", TRUE);
  check_sink (pipeline, "c", "tee c", FALSE);
  stop (pipeline);
}
GST_END_TEST

/* From one pipeline to the next by hand, as applications do. */
GST_START_TEST (test_appsink_to_appsrc)
{
  GstElement *first = start (SRC "queue ! " SINK ("sink"));
  GstElement *second = start (SRC "queue ! " SINK ("sink"));
  GstElement *sink = gst_bin_get_by_name (GST_BIN (first), "sink");
  GstElement *src = gst_bin_get_by_name (GST_BIN (second), "src");
  GstSample *sample;
  gint i = 0;

  push_frames (first);
  while ((sample = gst_app_sink_pull_sample (GST_APP_SINK (sink))) != NULL) {
    if (i++ % 2 == 0)
      gst_app_src_push_sample (GST_APP_SRC (src), sample);
    else
      gst_app_src_push_buffer (GST_APP_SRC (src),
          gst_buffer_make_writable (
              gst_buffer_ref (gst_sample_get_buffer (sample))));
    gst_sample_unref (sample);
  }
  gst_app_src_end_of_stream (GST_APP_SRC (src));
  check_sink (second, "sink", "appsink to appsrc", TRUE);
  gst_object_unref (sink);
  gst_object_unref (src);
  stop (first);
  stop (second);
}
GST_END_TEST

static Suite *
stock_elements_suite (void)
{
  Suite *s = suite_create ("stock_elements");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_loop_test (tc, test_keeps, 0, G_N_ELEMENTS (keeping));
  tcase_add_loop_test (tc, test_changes, 0, G_N_ELEMENTS (changing));
  tcase_add_loop_test (tc, test_encoders, 0, G_N_ELEMENTS (encoding));
  tcase_add_test (tc, test_tee);
  tcase_add_test (tc, test_appsink_to_appsrc);
  return s;
}

GST_CHECK_MAIN (stock_elements);
