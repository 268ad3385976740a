/* SPDX-License-Identifier: Apache-2.0 */
/* The same pipelines on the cuda and on the host backend. On a GPU they must
 * give the same pictures; on the fake driver of the tests, as many of them, at
 * the same times, and every call to the driver must be right. */
#include <gst/app/gstappsink.h>
#include <gst/check/gstcheck.h>
#include <stdlib.h>
#include <string.h>

#include <savant/gst.h>

#define MAX_FRAMES 64

/* Levels that two backends may differ in, and on average: each is within 2 of
 * the exact value, and pictures pass through several elements. */
#define MAX_DIFFERENCE 6
#define MAX_MEAN 0.1

typedef struct Frames
{
  guint n;
  GstBuffer *buffers[MAX_FRAMES];
  GstCaps *caps;
} Frames;

static gboolean
on_fake (void)
{
  return g_getenv ("SAVANT_TEST_FAKE") != NULL;
}

/* @ stands for the backend; the sink is called out. */
static void
run (const gchar *description, const gchar *backend, Frames *frames)
{
  gchar **parts = g_strsplit (description, "@", -1);
  gchar *text = g_strjoinv (backend, parts);
  GError *error = NULL;
  GstElement *pipeline = gst_parse_launch (text, &error);
  GstElement *sink;
  GstSample *sample;
  GstMessage *message;
  GstBus *bus;

  fail_unless (pipeline != NULL && error == NULL, "%s: %s", text,
      error != NULL ? error->message : "no pipeline");
  *frames = (Frames){ 0 };
  sink = gst_bin_get_by_name (GST_BIN (pipeline), "out");
  bus = gst_element_get_bus (pipeline);
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  while ((sample = gst_app_sink_try_pull_sample (GST_APP_SINK (sink),
              20 * GST_SECOND))) {
    fail_unless (frames->n < MAX_FRAMES);
    gst_caps_replace (&frames->caps, gst_sample_get_caps (sample));
    frames->buffers[frames->n++] =
        gst_buffer_ref (gst_sample_get_buffer (sample));
    gst_sample_unref (sample);
  }
  message = gst_bus_pop_filtered (bus, GST_MESSAGE_ERROR);
  if (message != NULL) {
    gchar *debug = NULL;

    gst_message_parse_error (message, &error, &debug);
    fail ("%s: %s (%s)", text, error->message, debug);
  }
  gst_object_unref (bus);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (sink);
  gst_object_unref (pipeline);
  g_strfreev (parts);
  g_free (text);
}

static void
clear (Frames *frames)
{
  for (guint i = 0; i < frames->n; i++)
    gst_buffer_unref (frames->buffers[i]);
  gst_clear_caps (&frames->caps);
}

/* Pixels only: bytes between rows mean nothing. */
static void
compare_pixels (const gchar *description, guint at, const Frames *cuda,
    const Frames *host)
{
  GstVideoFrame a, b;
  GstVideoInfo info;
  guint64 n = 0, sum = 0;
  gint largest = 0;

  fail_unless (gst_video_info_from_caps (&info, host->caps));
  fail_unless (gst_video_frame_map (&a, &info, cuda->buffers[at],
      GST_MAP_READ));
  fail_unless (gst_video_frame_map (&b, &info, host->buffers[at],
      GST_MAP_READ));
  for (guint p = 0; p < GST_VIDEO_FRAME_N_PLANES (&a); p++) {
    int64_t row, rows;

    savant_format_plane_size (
        savant_format_from_name (GST_VIDEO_INFO_NAME (&info)), (int) p,
        info.width, info.height, &row, &rows);
    for (int64_t y = 0; y < rows; y++) {
      const guint8 *x = (guint8 *) GST_VIDEO_FRAME_PLANE_DATA (&a, p)
          + y * GST_VIDEO_FRAME_PLANE_STRIDE (&a, p);
      const guint8 *z = (guint8 *) GST_VIDEO_FRAME_PLANE_DATA (&b, p)
          + y * GST_VIDEO_FRAME_PLANE_STRIDE (&b, p);

      for (int64_t i = 0; i < row; i++, n++) {
        gint difference = abs (x[i] - z[i]);

        sum += (guint64) difference;
        largest = MAX (largest, difference);
      }
    }
  }
  gst_video_frame_unmap (&a);
  gst_video_frame_unmap (&b);
  fail_unless (largest <= MAX_DIFFERENCE && sum <= MAX_MEAN * n,
      "%s\nframe %u: up to %d levels, %.3f on average", description, at,
      largest, (gdouble) sum / n);
}

static void
compare (const gchar *description, guint n)
{
  Frames cuda, host;

  run (description, "cuda", &cuda);
  run (description, "host", &host);
  fail_unless_equals_int (host.n, n);
  fail_unless_equals_int (cuda.n, n);
  fail_unless (gst_caps_is_equal (cuda.caps, host.caps));
  for (guint i = 0; i < n; i++) {
    const GstSavantIdMeta *a = gst_buffer_get_savant_id_meta (cuda.buffers[i]);
    const GstSavantIdMeta *b = gst_buffer_get_savant_id_meta (host.buffers[i]);

    fail_unless (GST_BUFFER_PTS (cuda.buffers[i])
        == GST_BUFFER_PTS (host.buffers[i]));
    fail_unless (a != NULL && b != NULL && a->n_ids == b->n_ids
        && memcmp (a->ids, b->ids, a->n_ids * sizeof *a->ids) == 0);
    if (!on_fake ())
      compare_pixels (description, i, &cuda, &host);
  }
  clear (&cuda);
  clear (&host);
}

#define SOURCE "savantbufgen backend=@ num-buffers=6 "
#define DOWNLOAD                                                               \
  " ! savanttransform backend=@ ! video/x-raw,format=RGBA ! appsink name=out " \
  "sync=false"

/* Uploads and downloads in every format and with every filter. */
GST_START_TEST (up_and_down)
{
  static const gchar *const formats[] = { "RGBA", "BGRx", "NV12", "NV21",
    "I420", "UYVY", "GRAY8", "RGB", "BGR" };
  static const gchar *const filters[] = { "nearest", "bilinear", "cubic",
    "super", "lanczos" };

  for (guint f = 0; f < G_N_ELEMENTS (formats); f++) {
    gchar *text =
        g_strdup_printf (SOURCE "pattern=smpte ! video/x-raw,format=%s,"
                                "width=321,height=241 ! savanttransform "
                                "backend=@ interpolation=%s ! "
                                "video/x-raw(memory:NVMM),format=%s,"
                                "width=160,height=160" DOWNLOAD,
            formats[f], filters[f % 5],
            formats[(f * 4 + 1) % G_N_ELEMENTS (formats)]);

    compare (text, 6);
    g_free (text);
  }
}
GST_END_TEST;

/* Surfaces from a pool of surfaces, in each kind of memory, and flips. */
GST_START_TEST (surfaces_throughout)
{
  static const gchar *const kinds[] = { "default", "cuda-device", "cuda-pinned",
    "cuda-unified", "system" };
  static const gchar *const flips[] = { "identity", "90r", "180", "horiz",
    "ul-lr" };

  for (guint k = 0; k < G_N_ELEMENTS (kinds); k++) {
    gchar *kind = g_strdup_printf ("mem-type=%s", kinds[k]);
    gchar *text = g_strdup_printf (SOURCE
        "pattern=gradient %s ! video/x-raw(memory:NVMM),format=NV12,"
        "width=322,height=242 ! savanttransform backend=@ pad-color=255 "
        "video-direction=%s ! video/x-raw(memory:NVMM),format=RGBA,"
        "width=200,height=120" DOWNLOAD,
        "#kind#", flips[k]);
    gchar **parts = g_strsplit (text, "#kind#", -1);
    gchar *both[2];
    Frames frames[2];

    both[0] = g_strjoinv (kind, parts);
    both[1] = g_strjoinv ("", parts);
    run (both[0], "cuda", &frames[0]);
    run (both[1], "host", &frames[1]);
    fail_unless_equals_int (frames[0].n, 6);
    fail_unless_equals_int (frames[1].n, 6);
    for (guint i = 0; i < 6 && !on_fake (); i++)
      compare_pixels (both[0], i, &frames[0], &frames[1]);
    clear (&frames[0]);
    clear (&frames[1]);
    g_free (both[0]);
    g_free (both[1]);
    g_strfreev (parts);
    g_free (text);
    g_free (kind);
  }
}
GST_END_TEST;

#define FOUR_SOURCES                                                           \
  SOURCE "pattern=smpte first-id=100 ! video/x-raw(memory:NVMM),format=NV12,"  \
         "width=320,height=240,framerate=30/1 ! b.sink_0 "                     \
  SOURCE "pattern=gradient first-id=200 ! video/x-raw,format=I420,width=176,"  \
         "height=144,framerate=30/1 ! b.sink_1 "                               \
  SOURCE "pattern=ball first-id=300 ! video/x-raw(memory:NVMM),format=RGBA,"   \
         "width=99,height=301,framerate=30/1 ! b.sink_2 "                      \
  SOURCE "pattern=counter first-id=400 ! video/x-raw(memory:NVMM),"            \
         "format=UYVY,width=640,height=120,framerate=30/1 ! b.sink_3 "

/* Sources of all kinds become slots of one batch, in one launch. */
GST_START_TEST (uniform_batches)
{
  compare ("savantbatch name=b backend=@ ! "
           "video/x-raw(memory:NVMM),format=RGBA,width=128,height=128 ! "
           "savantunbatch name=u  u.src_0 ! queue ! fakesink async=false "
           "u.src_1 ! queue" DOWNLOAD " u.src_2 ! queue ! fakesink async=false "
           "u.src_3 ! queue ! fakesink async=false " FOUR_SOURCES,
      6);
}
GST_END_TEST;

/* Batches that hold the sources' own pictures, transformed behind. */
GST_START_TEST (non_uniform_batches)
{
  compare ("savantbatch name=b backend=@ mode=non-uniform ! "
           "savanttransform backend=@ ! "
           "video/x-raw(memory:NVMM),format=NV12,width=128,height=96 ! "
           "savantunbatch name=u  u.src_0 ! queue ! fakesink async=false "
           "u.src_1 ! queue ! fakesink async=false u.src_2 ! queue" DOWNLOAD
           " u.src_3 ! queue ! fakesink async=false " FOUR_SOURCES,
      6);
}
GST_END_TEST;

/* Mapping a surface of a pipeline waits for its pixels and gives the header. */
GST_START_TEST (mapped_surfaces)
{
  Frames frames;
  GstMapInfo map;

  run (SOURCE "pattern=smpte ! video/x-raw(memory:NVMM),format=NV12,width=320,"
              "height=240 ! savanttransform backend=@ pool-size=20 "
              "mem-type=cuda-pinned ! "
              "video/x-raw(memory:NVMM),format=RGBA,width=64,height=64 ! "
              "appsink name=out sync=false",
      "cuda", &frames);
  fail_unless_equals_int (frames.n, 6);
  for (guint i = 0; i < frames.n; i++) {
    gpointer surface = gst_savant_buffer_peek_surface (frames.buffers[i]);
    guint8 *pixels = g_malloc (64 * 64 * 4);

    fail_unless (gst_buffer_map (frames.buffers[i], &map, GST_MAP_READ));
    fail_unless (map.data == surface);
    fail_unless_equals_int (gst_savant_surface_get_mem_type (surface),
        SAVANT_MEM_CUDA_PINNED);
    gst_buffer_unmap (frames.buffers[i], &map);
    fail_unless_equals_int (savant_buffer_copy_slot (frames.buffers[i], 0,
                                pixels, 64 * 64 * 4),
        SAVANT_OK);
    /* Letterboxed: black bars with full alpha on top. */
    if (!on_fake ())
      fail_unless (pixels[0] == 0 && pixels[3] == 255 && pixels[64 * 4] == 0);
    g_free (pixels);
  }
  clear (&frames);
}
GST_END_TEST;

/* A deep copy has pixels of its own, in the same kind of memory. */
GST_START_TEST (copied_surfaces)
{
  Frames frames;

  run (SOURCE "pattern=smpte mem-type=cuda-unified pool-size=20 ! "
              "video/x-raw(memory:NVMM),format=NV12,width=64,height=48 ! "
              "appsink name=out sync=false",
      "cuda", &frames);
  fail_unless_equals_int (frames.n, 6);
  for (guint i = 0; i < frames.n; i++) {
    GstBuffer *copy = gst_buffer_copy_deep (frames.buffers[i]);
    guint8 a[64 * 48 * 3 / 2], b[64 * 48 * 3 / 2];

    fail_unless_equals_int (savant_buffer_copy_slot (frames.buffers[i], 0, a,
                                sizeof a),
        SAVANT_OK);
    fail_unless_equals_int (savant_buffer_copy_slot (copy, 0, b, sizeof b),
        SAVANT_OK);
    fail_unless (memcmp (a, b, sizeof a) == 0);
    fail_unless (gst_savant_buffer_peek_surface (copy)
        != gst_savant_buffer_peek_surface (frames.buffers[i]));
    gst_buffer_unref (copy);
  }
  clear (&frames);
}
GST_END_TEST;

/* GPU memory is not for the host backend: one error that says so. */
GST_START_TEST (refused_by_the_host_backend)
{
  GstElement *pipeline = gst_parse_launch (
      "savantbufgen backend=cuda num-buffers=3 ! "
      "video/x-raw(memory:NVMM),format=NV12,width=64,height=48 ! "
      "savanttransform backend=host ! "
      "video/x-raw(memory:NVMM),format=RGBA,width=32,height=32 ! fakesink",
      NULL);
  GstBus *bus = gst_element_get_bus (pipeline);
  GstMessage *message;
  GError *error = NULL;

  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  message = gst_bus_timed_pop_filtered (bus, 20 * GST_SECOND,
      GST_MESSAGE_ERROR | GST_MESSAGE_EOS);
  fail_unless (message != NULL
      && GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR);
  gst_message_parse_error (message, &error, NULL);
  fail_unless (strstr (error->message, "cuda_device") != NULL
          && strstr (error->message, "host") != NULL,
      "%s", error->message);
  g_error_free (error);
  gst_message_unref (message);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (bus);
  gst_object_unref (pipeline);
}
GST_END_TEST;

static Suite *
cuda_elements_suite (void)
{
  Suite *s = suite_create ("cuda_elements");
  TCase *tc = tcase_create ("elements");

  suite_add_tcase (s, tc);
  tcase_set_timeout (tc, 240);
  tcase_add_test (tc, up_and_down);
  tcase_add_test (tc, surfaces_throughout);
  tcase_add_test (tc, uniform_batches);
  tcase_add_test (tc, non_uniform_batches);
  tcase_add_test (tc, mapped_surfaces);
  tcase_add_test (tc, copied_surfaces);
  tcase_add_test (tc, refused_by_the_host_backend);
  return s;
}

int
main (int argc, char **argv)
{
  SavantTransform *transform;

  gst_check_init (&argc, &argv);
  if (savant_transform_new ("cuda", &transform) != SAVANT_OK) {
    g_print ("%s: %s\n", g_getenv ("SAVANT_REQUIRE_GPU") ? "failed" : "skipped",
        savant_last_error ());
    return g_getenv ("SAVANT_REQUIRE_GPU") ? 1 : 77;
  }
  savant_transform_free (transform);
  return gst_check_run_suite (cuda_elements_suite (), "cuda_elements",
      __FILE__);
}
