/* SPDX-License-Identifier: Apache-2.0 */
/* Pipelines on two GPUs: of the fake driver, or of the machine. */
#include <gst/app/gstappsink.h>
#include <gst/check/gstcheck.h>
#include <stdlib.h>
#include <string.h>

#include <savant/gst.h>

#define SIDE 96
#define N_BYTES (SIDE * SIDE * 4)

/* Runs a pipeline to its end. The pixels of slot 0 of the last buffer go to
 * `pixels`, its GPU and that of the caps to `gpu_id`; *error (g_free) is the
 * message of an error, and the number of buffers is returned. */
static guint
run (const gchar *text, guint8 *pixels, gint *gpu_id, gchar **error)
{
  GstElement *pipeline, *sink;
  GstMessage *message = NULL;
  GError *failure = NULL;
  GstSample *sample;
  GstBus *bus;
  guint n = 0;
  gint named;

  *error = NULL;
  pipeline = gst_parse_launch (text, &failure);
  fail_unless (failure == NULL, "%s", text);
  sink = gst_bin_get_by_name (GST_BIN (pipeline), "out");
  bus = gst_element_get_bus (pipeline);
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  for (gint tries = 0; tries < 200 && message == NULL
       && !gst_app_sink_is_eos (GST_APP_SINK (sink));
       tries++) {
    GstBuffer *buffer;

    sample =
        gst_app_sink_try_pull_sample (GST_APP_SINK (sink), 50 * GST_MSECOND);
    message = gst_bus_pop_filtered (bus, GST_MESSAGE_ERROR);
    if (sample == NULL)
      continue;
    buffer = gst_sample_get_buffer (sample);
    *gpu_id =
        gst_savant_surface_get_gpu_id (gst_savant_buffer_peek_surface (buffer));
    fail_unless (gst_structure_get_int (
        gst_caps_get_structure (gst_sample_get_caps (sample), 0), "gpu-id",
        &named));
    fail_unless_equals_int (named, *gpu_id);
    fail_unless_equals_int (savant_buffer_copy_slot (buffer, 0, pixels,
                                N_BYTES),
        SAVANT_OK);
    gst_sample_unref (sample);
    n++;
  }
  /* Told before the end of the stream, but seen after it. */
  if (message == NULL)
    message = gst_bus_pop_filtered (bus, GST_MESSAGE_ERROR);
  if (message != NULL) {
    gst_message_parse_error (message, &failure, NULL);
    *error = g_strdup (failure->message);
    g_error_free (failure);
    gst_message_unref (message);
  }
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (bus);
  gst_object_unref (sink);
  gst_object_unref (pipeline);
  return n;
}

static void
expect_refusal (const gchar *text)
{
  static guint8 pixels[N_BYTES];
  gchar *error;
  gint gpu_id;

  fail_unless_equals_int (run (text, pixels, &gpu_id, &error), 0);
  fail_unless (error != NULL && strstr (error, "GPU 1") != NULL
          && strstr (error, "GPU 0") != NULL
          && strstr (error, "peer-copy") != NULL,
      "%s: %s", text, error);
  g_free (error);
}

static void
expect_frames (const gchar *text, guint n, gint gpu_id, guint8 *pixels)
{
  gchar *error;
  gint seen = -1;

  fail_unless_equals_int (run (text, pixels, &seen, &error), n);
  fail_unless (error == NULL, "%s: %s", text, error);
  fail_unless_equals_int (seen, gpu_id);
}

/* On a GPU both ways must give the same pictures. */
static void
compare (const guint8 *a, const guint8 *b)
{
  if (g_getenv ("SAVANT_TEST_FAKE") == NULL)
    fail_unless (memcmp (a, b, N_BYTES) == 0);
}

#define SOURCE                                                                 \
  "savantbufgen backend=cuda num-buffers=5 pattern=smpte gpu-id=%d ! "         \
  "video/x-raw(memory:NVMM),format=NV12,width=322,height=240,framerate=30/1 "
#define TRANSFORM "! savanttransform backend=cuda "
#define SINK                                                                   \
  "! video/x-raw(memory:NVMM),format=RGBA,width=96,height=96 ! appsink "       \
  "name=out sync=false"

static gchar *
chain (gint from, const gchar *properties)
{
  return g_strdup_printf (SOURCE TRANSFORM "%s " SINK, from, properties);
}

GST_START_TEST (output_follows_the_input)
{
  static guint8 zero[N_BYTES], one[N_BYTES];

  for (gint gpu = 0; gpu < 2; gpu++) {
    gchar *text = chain (gpu, "");

    expect_frames (text, 5, gpu, gpu == 0 ? zero : one);
    g_free (text);
  }
  compare (zero, one);
}
GST_END_TEST;

/* Told before a buffer comes: the source made none. */
GST_START_TEST (refused_at_negotiation)
{
  for (gint gpu = 0; gpu < 2; gpu++) {
    gchar *properties = g_strdup_printf ("gpu-id=%d", 1 - gpu);
    gchar *text = chain (gpu, properties);

    expect_refusal (text);
    g_free (text);
    g_free (properties);
  }
}
GST_END_TEST;

GST_START_TEST (peer_copies)
{
  static guint8 near[N_BYTES], far[N_BYTES];

  for (gint gpu = 0; gpu < 2; gpu++) {
    gchar *properties = g_strdup_printf ("gpu-id=%d peer-copy=true", 1 - gpu);
    gchar *text = chain (gpu, properties), *same = chain (gpu, "");

    expect_frames (same, 5, gpu, near);
    expect_frames (text, 5, 1 - gpu, far);
    compare (near, far);
    g_free (text);
    g_free (same);
    g_free (properties);
  }
}
GST_END_TEST;

/* Surfaces whose caps name no GPU are found out with the first of them. */
GST_START_TEST (refused_at_the_first_buffer)
{
  gchar *text =
      g_strdup_printf (SOURCE "! capssetter replace=true "
                              "caps=\"video/x-raw(memory:NVMM),"
                              "format=NV12,width=322,height=240,"
                              "framerate=30/1\" " TRANSFORM "gpu-id=0 " SINK,
          1);
  GstElementFactory *setter = gst_element_factory_find ("capssetter");

  if (setter != NULL)
    expect_refusal (text);
  gst_clear_object (&setter);
  g_free (text);
}
GST_END_TEST;

static gchar *
batch (const gchar *properties)
{
  return g_strdup_printf ("savantbatch name=b backend=cuda %s " SINK " " SOURCE
                          "! b.sink_0 " SOURCE "! b.sink_1",
      properties, 0, 1);
}

GST_START_TEST (batches)
{
  static guint8 pixels[N_BYTES];
  gchar *text = batch ("");

  expect_refusal (text);
  g_free (text);
  text = batch ("gpu-id=1");
  expect_refusal (text);
  g_free (text);
  for (gint gpu = 0; gpu < 2; gpu++) {
    gchar *properties = g_strdup_printf ("gpu-id=%d peer-copy=true", gpu);

    text = batch (properties);
    expect_frames (text, 5, gpu, pixels);
    g_free (text);
    g_free (properties);
  }
}
GST_END_TEST;

/* A batch of the sources' own memory is of one GPU. */
GST_START_TEST (non_uniform_batches)
{
  gchar *text =
      g_strdup_printf ("savantbatch name=b backend=cuda "
                       "mode=non-uniform peer-copy=true ! fakesink "
                       "name=out " SOURCE "! b.sink_0 " SOURCE "! b.sink_1",
          0, 1);
  GstElement *pipeline = gst_parse_launch (text, NULL);
  GstBus *bus = gst_element_get_bus (pipeline);
  GstMessage *message;
  GError *error = NULL;

  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  message = gst_bus_timed_pop_filtered (bus, 10 * GST_SECOND,
      GST_MESSAGE_ERROR | GST_MESSAGE_EOS);
  fail_unless (message != NULL
      && GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR);
  gst_message_parse_error (message, &error, NULL);
  fail_unless (strstr (error->message, "GPU 0") != NULL
          && strstr (error->message, "GPU 1") != NULL,
      "%s", error->message);
  g_error_free (error);
  gst_message_unref (message);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (bus);
  gst_object_unref (pipeline);
  g_free (text);
}
GST_END_TEST;

static Suite *
cuda_gpus_suite (void)
{
  Suite *s = suite_create ("cuda_gpus");
  TCase *tc = tcase_create ("gpus");

  suite_add_tcase (s, tc);
  tcase_set_timeout (tc, 120);
  tcase_add_test (tc, output_follows_the_input);
  tcase_add_test (tc, refused_at_negotiation);
  tcase_add_test (tc, peer_copies);
  tcase_add_test (tc, refused_at_the_first_buffer);
  tcase_add_test (tc, batches);
  tcase_add_test (tc, non_uniform_batches);
  return s;
}

/* Two GPUs are there where the second gives memory. */
static gboolean
has_two_gpus (void)
{
  GstAllocator *allocator = gst_savant_frame_allocator_new ("cuda", 1);
  GstMemory *memory =
      allocator != NULL ? gst_allocator_alloc (allocator, 64, NULL) : NULL;
  gboolean pinned;

  if (memory == NULL)
    return FALSE;
  pinned = gst_memory_is_type (memory, GST_SAVANT_FRAME_MEMORY_TYPE);
  gst_memory_unref (memory);
  gst_object_unref (allocator);
  return pinned;
}

int
main (int argc, char **argv)
{
  gst_check_init (&argc, &argv);
  if (!has_two_gpus ()) {
    g_print ("skipped: two GPUs are needed: %s\n", savant_last_error ());
    return 77;
  }
  return gst_check_run_suite (cuda_gpus_suite (), "cuda_gpus", __FILE__);
}
