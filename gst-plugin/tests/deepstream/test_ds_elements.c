/* SPDX-License-Identifier: Apache-2.0 */
/* Beside DeepStream's own elements and GStreamer's nvh264dec on a GPU: what
 * comes out is what the host backend makes of the same decoded frames. */
#include <gst/app/gstappsink.h>
#include <gst/check/gstcheck.h>
#include <string.h>

#include <savant/gst.h>

#define N_FRAMES 12
#define MAX_FRAMES 64
#define MAX_DIFFERENCE 2
#define MAX_MEAN 0.05

#define RGBA "format=RGBA,width=416,height=320"
#define LETTERBOX "padding=symmetric interpolation=bilinear"
#define CLIP                                                                   \
  "filesrc location=%s ! qtdemux ! h264parse ! queue max-size-buffers=%d ! "

typedef struct Frames
{
  guint n;
  GstBuffer *buffers[MAX_FRAMES];
} Frames;

/* And says so. */
static gboolean
is_missing (const gchar *element)
{
  GstElementFactory *factory = gst_element_factory_find (element);

  if (factory != NULL) {
    gst_object_unref (factory);
    return FALSE;
  }
  g_printerr ("skipped: there is no element %s here\n", element);
  return TRUE;
}

/* The clip, where the tests run on another machine below the folder that they
 * were started in. */
static const gchar *
find_clip (void)
{
  const gchar *set = g_getenv ("SAVANT_TEST_CLIP");

  return set != NULL && g_file_test (set, G_FILE_TEST_EXISTS)
      ? set
      : "examples/media/bigbuckbunny.mp4";
}

/* The first frames that come out of `tail`, whose sink is called out; each
 * "CLIP" stands for a decoder's input. */
static void
run (const gchar *tail, Frames *frames)
{
  gchar *head = g_strdup_printf (CLIP, find_clip (), 4);
  gchar **parts = g_strsplit (tail, "CLIP", -1);
  gchar *text = g_strjoinv (head, parts);
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
  while (frames->n < N_FRAMES
      && (sample = gst_app_sink_try_pull_sample (GST_APP_SINK (sink),
              20 * GST_SECOND))) {
    frames->buffers[frames->n++] =
        gst_buffer_copy_deep (gst_sample_get_buffer (sample));
    gst_sample_unref (sample);
  }
  message = gst_bus_pop_filtered (bus, GST_MESSAGE_ERROR);
  if (message != NULL) {
    gchar *debug = NULL;

    gst_message_parse_error (message, &error, &debug);
    fail ("%s: %s (%s)", text, error->message, debug);
  }
  fail_unless_equals_int (frames->n, N_FRAMES);
  gst_object_unref (bus);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (sink);
  gst_object_unref (pipeline);
  g_strfreev (parts);
  g_free (head);
  g_free (text);
}

static void
clear (Frames *frames)
{
  for (guint i = 0; i < frames->n; i++)
    gst_buffer_unref (frames->buffers[i]);
}

static void
compare (const gchar *what, const Frames *got, const Frames *expected)
{
  for (guint i = 0; i < got->n; i++) {
    guint64 sum = 0;
    gint largest = 0;
    GstMapInfo a, b;

    fail_unless (gst_buffer_map (got->buffers[i], &a, GST_MAP_READ));
    fail_unless (gst_buffer_map (expected->buffers[i], &b, GST_MAP_READ));
    fail_unless_equals_int (a.size, b.size);
    for (gsize at = 0; at < a.size; at++) {
      gint difference = ABS ((gint) a.data[at] - (gint) b.data[at]);

      largest = MAX (largest, difference);
      sum += (guint64) difference;
    }
    fail_unless (largest <= MAX_DIFFERENCE
            && (gdouble) sum / (gdouble) a.size <= MAX_MEAN,
        "%s, frame %u: %d levels, %g on average", what, i, largest,
        (gdouble) sum / (gdouble) a.size);
    fail_unless_equals_uint64 (GST_BUFFER_PTS (got->buffers[i]),
        GST_BUFFER_PTS (expected->buffers[i]));
    gst_buffer_unmap (got->buffers[i], &a);
    gst_buffer_unmap (expected->buffers[i], &b);
  }
}

#define OUT " ! appsink name=out sync=false max-buffers=2"
#define READABLE " cudadec-memtype=2"

static void
check (const gchar *tail, const gchar *reference)
{
  Frames got, expected;

  run (reference, &expected);
  run (tail, &got);
  compare (tail, &got, &expected);
  clear (&got);
  clear (&expected);
}

#define REFERENCE                                                              \
  "CLIPnvv4l2decoder" READABLE " ! savanttransform backend=host " LETTERBOX    \
  " ! video/x-raw," RGBA OUT

GST_START_TEST (transform_between_decoder_and_converter)
{
  check ("CLIPnvv4l2decoder ! savanttransform backend=deepstream " LETTERBOX
         " ! video/x-raw(memory:NVMM)," RGBA
         " ! nvvideoconvert ! video/x-raw,format=RGBA" OUT,
      REFERENCE);
  check ("CLIPnvv4l2decoder ! savanttransform backend=deepstream " LETTERBOX
         " ! video/x-raw," RGBA OUT,
      REFERENCE);
}
GST_END_TEST;

GST_START_TEST (transform_behind_converter)
{
  check ("CLIPnvv4l2decoder ! nvvideoconvert ! "
         "video/x-raw(memory:NVMM),format=I420,width=320,height=180 ! "
         "savanttransform " LETTERBOX " ! video/x-raw," RGBA OUT,
      "CLIPnvv4l2decoder ! nvvideoconvert "
      "nvbuf-memory-type=nvbuf-mem-cuda-unified ! "
      "video/x-raw(memory:NVMM),format=I420,width=320,height=180 ! "
      "savanttransform backend=host " LETTERBOX " ! video/x-raw," RGBA OUT);
}
GST_END_TEST;

/* A batch of one, which DeepStream's converter brings to the CPU. */
GST_START_TEST (batch_between_decoder_and_converter)
{
  check ("CLIPnvv4l2decoder ! savantbatch batch-size=1 " LETTERBOX
         " ! video/x-raw(memory:NVMM)," RGBA
         " ! nvvideoconvert ! video/x-raw,format=RGBA" OUT,
      REFERENCE);
}
GST_END_TEST;

/* nvvideoconvert converts a batch of ours and keeps its slots. */
GST_START_TEST (batch_through_converter)
{
  check ("savantbatch name=b batch-size=2 " LETTERBOX
         " ! video/x-raw(memory:NVMM)," RGBA
         " ! nvvideoconvert ! video/x-raw(memory:NVMM),format=RGBA ! "
         "savantunbatch name=u CLIPnvv4l2decoder ! b.sink_0 "
         "CLIPnvv4l2decoder ! nvvideoconvert ! b.sink_1 "
         "u.src_1 ! queue ! fakesink async=false "
         "u.src_0 ! queue ! savanttransform ! video/x-raw" OUT,
      REFERENCE);
}
GST_END_TEST;

GST_START_TEST (non_uniform_batch_of_decoder_and_converter)
{
  check ("savantbatch name=b mode=non-uniform ! savantunbatch name=u "
         "CLIPnvv4l2decoder ! b.sink_0 CLIPnvv4l2decoder ! nvvideoconvert ! "
         "video/x-raw(memory:NVMM),width=320,height=180 ! b.sink_1 "
         "u.src_1 ! queue ! fakesink async=false "
         "u.src_0 ! queue ! savanttransform " LETTERBOX
         " ! video/x-raw," RGBA OUT,
      REFERENCE);
}
GST_END_TEST;

/* GStreamer's own GPU memory, taken without a copy. */
GST_START_TEST (cuda_memory)
{
  static const gchar reference[] =
      "CLIPnvh264dec ! video/x-raw ! savanttransform backend=host " LETTERBOX
      " ! video/x-raw," RGBA OUT;

  if (is_missing ("nvh264dec"))
    return;
  check ("CLIPnvh264dec ! video/x-raw(memory:CUDAMemory) ! savanttransform "
         "backend=cuda " LETTERBOX " ! video/x-raw," RGBA OUT,
      reference);
  check ("CLIPnvh264dec ! savanttransform " LETTERBOX
         " ! video/x-raw(memory:NVMM)," RGBA
         " ! nvvideoconvert ! video/x-raw,format=RGBA" OUT,
      reference);
  check ("CLIPnvh264dec ! video/x-raw(memory:CUDAMemory) ! savantbatch "
         "batch-size=1 " LETTERBOX " ! video/x-raw(memory:NVMM)," RGBA
         " ! savanttransform ! video/x-raw" OUT,
      reference);
}
GST_END_TEST;

static Suite *
ds_elements_suite (void)
{
  Suite *s = suite_create ("ds_elements");
  TCase *tc = tcase_create ("elements");

  suite_add_tcase (s, tc);
  tcase_set_timeout (tc, 120);
  tcase_add_test (tc, transform_between_decoder_and_converter);
  tcase_add_test (tc, transform_behind_converter);
  tcase_add_test (tc, batch_between_decoder_and_converter);
  tcase_add_test (tc, batch_through_converter);
  tcase_add_test (tc, non_uniform_batch_of_decoder_and_converter);
  tcase_add_test (tc, cuda_memory);
  return s;
}

int
main (int argc, char **argv)
{
  static const gchar *const needed[] = { "nvv4l2decoder", "nvvideoconvert",
    "h264parse", "qtdemux" };

  gst_check_init (&argc, &argv);
  if (strstr (savant_backends (), "deepstream (") != NULL) {
    g_printerr ("skipped: %s\n", savant_backends ());
    return 77;
  }
  if (!g_file_test (find_clip (), G_FILE_TEST_EXISTS)) {
    g_printerr ("skipped: there is no %s here\n", find_clip ());
    return 77;
  }
  for (guint i = 0; i < G_N_ELEMENTS (needed); i++)
    if (is_missing (needed[i]))
      return 77;
  return gst_check_run_suite (ds_elements_suite (), "ds_elements", __FILE__);
}
