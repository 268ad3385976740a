/* SPDX-License-Identifier: Apache-2.0 */
/* Frames in pinned memory: the allocator, and elements that take it from the
 * ALLOCATION answer. On the fake driver and on a GPU. */
#include <gst/app/gstappsink.h>
#include <gst/check/gstcheck.h>
#include <stdlib.h>
#include <string.h>

#include <savant/gst.h>

/* ---- Allocator ----------------------------------------------------------- */

GST_START_TEST (plain_bytes)
{
  GstAllocator *allocator = gst_savant_frame_allocator_new ("cuda", 0);
  GstAllocationParams params = { .align = 255,
    .prefix = 7,
    .padding = 9,
    .flags = GST_MEMORY_FLAG_ZERO_PREFIXED | GST_MEMORY_FLAG_ZERO_PADDED };
  GstMemory *memory, *part, *rest, *copy;
  GstMapInfo map;
  gsize offset;

  fail_unless (GST_IS_SAVANT_FRAME_ALLOCATOR (allocator), "%s",
      savant_last_error ());
  memory = gst_allocator_alloc (allocator, 1000, &params);
  fail_unless (gst_memory_is_type (memory, GST_SAVANT_FRAME_MEMORY_TYPE));
  fail_unless (gst_memory_map (memory, &map, GST_MAP_WRITE));
  fail_unless_equals_uint64 (map.size, 1000);
  fail_unless_equals_uint64 (((guintptr) map.data - 7) % 256, 0);
  fail_unless (map.data[-1] == 0 && map.data[-7] == 0);
  fail_unless (map.data[1000] == 0 && map.data[1008] == 0);
  for (guint i = 0; i < 1000; i++)
    map.data[i] = (guint8) i;
  gst_memory_unmap (memory, &map);

  part = gst_memory_share (memory, 100, 50);
  rest = gst_memory_share (memory, 150, -1);
  fail_unless (gst_memory_is_span (part, rest, &offset));
  fail_unless_equals_uint64 (offset, 100);
  fail_unless (!gst_memory_is_span (rest, part, NULL));
  copy = gst_memory_copy (part, 10, -1);
  gst_memory_unref (memory);
  fail_unless (gst_memory_map (rest, &map, GST_MAP_READ));
  fail_unless_equals_uint64 (map.size, 850);
  fail_unless_equals_int (map.data[0], 150);
  fail_unless_equals_int (map.data[849], (guint8) 999);
  gst_memory_unmap (rest, &map);
  gst_memory_unref (rest);
  gst_memory_unref (part);
  fail_unless (gst_memory_map (copy, &map, GST_MAP_READ));
  fail_unless_equals_uint64 (map.size, 40);
  fail_unless_equals_int (map.data[0], 110);
  gst_memory_unmap (copy, &map);
  gst_memory_unref (copy);
  ASSERT_OBJECT_REFCOUNT (allocator, "allocator", 1);
  gst_object_unref (allocator);
}
GST_END_TEST;

GST_START_TEST (none_without_a_gpu)
{
  fail_unless (gst_savant_frame_allocator_new ("host", 0) == NULL);
  fail_unless (strstr (savant_last_error (), "cuda_pinned") != NULL, "%s",
      savant_last_error ());
  fail_unless (gst_savant_frame_allocator_new ("no-such", 0) == NULL);
}
GST_END_TEST;

/* What cannot be pinned is ordinary memory. */
GST_START_TEST (not_pinned)
{
  GstAllocator *allocator = gst_savant_frame_allocator_new ("cuda", 99);

  GstMemory *memory = gst_allocator_alloc (allocator, 1000, NULL);
  GstMapInfo map;

  fail_unless (gst_memory_is_type (memory, GST_ALLOCATOR_SYSMEM));
  fail_unless (strstr (savant_last_error (), "GPU 99") != NULL, "%s",
      savant_last_error ());
  fail_unless (gst_memory_map (memory, &map, GST_MAP_WRITE));
  fail_unless_equals_uint64 (map.size, 1000);
  memset (map.data, 1, map.size);
  gst_memory_unmap (memory, &map);
  gst_memory_unref (memory);
  gst_object_unref (allocator);
}
GST_END_TEST;

/* ---- Elements ------------------------------------------------------------ */

typedef struct Seen
{
  guint pinned;
  guint others;
} Seen;

static GstPadProbeReturn
look (GstPad *pad, GstPadProbeInfo *info, gpointer data)
{
  GstBuffer *buffer = GST_PAD_PROBE_INFO_BUFFER (info);
  Seen *seen = data;

  (void) pad;
  if (gst_memory_is_type (gst_buffer_peek_memory (buffer, 0),
          GST_SAVANT_FRAME_MEMORY_TYPE))
    seen->pinned++;
  else
    seen->others++;
  return GST_PAD_PROBE_OK;
}

/* Runs `text`, whose element "source" is watched; the pixels of slot 0 of the
 * last buffer of "out" go to `pixels`. */
static Seen
run (const gchar *text, guint8 *pixels, guint64 size)
{
  GError *error = NULL;
  GstElement *pipeline = gst_parse_launch (text, &error), *source, *sink;
  GstSample *sample, *last = NULL;
  Seen seen = { 0, 0 };
  GstPad *pad;
  guint n = 0;

  fail_unless (pipeline != NULL && error == NULL, "%s", text);
  source = gst_bin_get_by_name (GST_BIN (pipeline), "source");
  sink = gst_bin_get_by_name (GST_BIN (pipeline), "out");
  pad = gst_element_get_static_pad (source, "src");
  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER, look, &seen, NULL);
  gst_object_unref (pad);
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  while ((sample = gst_app_sink_pull_sample (GST_APP_SINK (sink)))) {
    if (last != NULL)
      gst_sample_unref (last);
    last = sample;
    n++;
  }
  fail_unless_equals_int (n, 8);
  fail_unless_equals_int (savant_buffer_copy_slot (gst_sample_get_buffer (last),
                              0, pixels, size),
      SAVANT_OK);
  gst_sample_unref (last);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (source);
  gst_object_unref (sink);
  gst_object_unref (pipeline);
  return seen;
}

#define SURFACES                                                               \
  "video/x-raw(memory:NVMM),format=RGBA,width=96,height=64,"                   \
  "pixel-aspect-ratio=1/1 ! appsink name=out sync=false"

/* @ stands for the size. Every source that asks gets it, and the pictures are
 * the same. */
GST_START_TEST (sources_take_it)
{
  static const gchar *const sources[] = {
    "videotestsrc name=source num-buffers=8 ! video/x-raw,format=I420,"
    "@,framerate=30/1",
    "videotestsrc num-buffers=8 ! video/x-raw,format=YUY2,@,"
    "framerate=30/1 ! videoconvert name=source ! video/x-raw,format=NV12",
    "savantbufgen name=source pattern=smpte num-buffers=8 ! video/x-raw,"
    "format=RGBA,@,framerate=30/1",
  };
  static guint8 a[96 * 64 * 4], b[96 * 64 * 4];

  for (guint i = 0; i < G_N_ELEMENTS (sources); i++)
    for (gint width = 96; width < 200; width += 97) {
      gchar *size = g_strdup_printf ("width=%d,height=64", width);
      gchar **parts = g_strsplit (sources[i], "@", 2);
      gchar *source = g_strjoinv (size, parts);
      gchar *with = g_strdup_printf ("%s ! savanttransform backend=cuda "
                                     "mem-type=cuda-device ! " SURFACES,
          source);
      gchar *without = g_strdup_printf ("%s ! savanttransform backend=host "
                                        "! " SURFACES,
          source);
      Seen seen = run (with, a, sizeof a), plain;

      fail_unless_equals_int (seen.others, 0);
      fail_unless_equals_int (seen.pinned, 8);
      plain = run (without, b, sizeof b);
      fail_unless_equals_int (plain.pinned, 0);
      for (guint at = 0; g_getenv ("SAVANT_TEST_FAKE") == NULL && at < sizeof a;
           at++)
        fail_unless (abs (a[at] - b[at]) <= 2, "%s: byte %u: %d, %d", with, at,
            a[at], b[at]);
      g_free (with);
      g_free (without);
      g_free (source);
      g_strfreev (parts);
      g_free (size);
    }
}
GST_END_TEST;

/* Not where surfaces are the CPU's, or nothing is uploaded. */
GST_START_TEST (only_where_it_helps)
{
  static guint8 pixels[96 * 64 * 4];
  Seen seen = run ("videotestsrc name=source num-buffers=8 ! video/x-raw,"
                   "format=NV12,width=320,height=240 ! savanttransform "
                   "backend=cuda mem-type=system ! " SURFACES,
      pixels, sizeof pixels);

  fail_unless_equals_int (seen.pinned, 0);
}
GST_END_TEST;

GST_START_TEST (batches_take_it)
{
  static const gchar *const modes[] = { "uniform", "non-uniform" };
  static guint8 pixels[96 * 64 * 4];

  for (guint i = 0; i < 2; i++) {
    gchar *text = g_strdup_printf (
        "videotestsrc name=source num-buffers=8 ! video/x-raw,format=RGBA,"
        "width=96,height=64,framerate=30/1 ! savantbatch backend=cuda mode=%s "
        "! appsink name=out sync=false caps=\"video/x-raw(memory:NVMM)%s\"",
        modes[i], i == 0 ? ",format=RGBA,width=96,height=64" : "");
    Seen seen = run (text, pixels, sizeof pixels);

    fail_unless_equals_int (seen.others, 0);
    fail_unless_equals_int (seen.pinned, 8);
    g_free (text);
  }
}
GST_END_TEST;

static GstPadProbeReturn
read_minimum (GstPad *pad, GstPadProbeInfo *info, gpointer data)
{
  GstQuery *query = GST_PAD_PROBE_INFO_QUERY (info);

  (void) pad;
  if (GST_QUERY_TYPE (query) == GST_QUERY_ALLOCATION
      && gst_query_get_n_allocation_pools (query) > 0)
    gst_query_parse_nth_allocation_pool (query, 0, NULL, NULL, data, NULL);
  return GST_PAD_PROBE_OK;
}

/* Sources are told how many of their surfaces wait for a GPU. */
GST_START_TEST (held_surfaces_are_announced)
{
  static const gchar *const elements[] = { "savantbatch",
    "savanttransform interpolation=nearest" };

  for (guint i = 0; i < 2; i++) {
    gchar *text = g_strdup_printf (
        "savantbufgen name=source backend=cuda num-buffers=3 ! "
        "video/x-raw(memory:NVMM),format=NV12,width=64,height=48,"
        "framerate=30/1 ! %s backend=cuda ! video/x-raw(memory:NVMM),"
        "format=RGBA,width=32,height=32 ! fakesink async=false sync=false",
        elements[i]);
    GstElement *pipeline = gst_parse_launch (text, NULL);
    GstElement *source = gst_bin_get_by_name (GST_BIN (pipeline), "source");
    GstPad *pad = gst_element_get_static_pad (source, "src");
    GstBus *bus = gst_element_get_bus (pipeline);
    GstMessage *message;
    guint minimum = 0;

    gst_pad_add_probe (pad,
        GST_PAD_PROBE_TYPE_QUERY_DOWNSTREAM | GST_PAD_PROBE_TYPE_PULL,
        read_minimum, &minimum, NULL);
    gst_element_set_state (pipeline, GST_STATE_PLAYING);
    message = gst_bus_timed_pop_filtered (bus, 20 * GST_SECOND,
        GST_MESSAGE_ERROR | GST_MESSAGE_EOS);
    fail_unless (message != NULL
        && GST_MESSAGE_TYPE (message) == GST_MESSAGE_EOS);
    fail_unless_equals_int (minimum, 2);
    gst_message_unref (message);
    gst_element_set_state (pipeline, GST_STATE_NULL);
    gst_object_unref (bus);
    gst_object_unref (pad);
    gst_object_unref (source);
    gst_object_unref (pipeline);
    g_free (text);
  }
}
GST_END_TEST;

static Suite *
cuda_upload_suite (void)
{
  Suite *s = suite_create ("cuda_upload");
  TCase *tc = tcase_create ("allocator");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, plain_bytes);
  tcase_add_test (tc, none_without_a_gpu);
  tcase_add_test (tc, not_pinned);
  tc = tcase_create ("elements");
  suite_add_tcase (s, tc);
  tcase_set_timeout (tc, 120);
  tcase_add_test (tc, sources_take_it);
  tcase_add_test (tc, only_where_it_helps);
  tcase_add_test (tc, batches_take_it);
  tcase_add_test (tc, held_surfaces_are_announced);
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
  return gst_check_run_suite (cuda_upload_suite (), "cuda_upload", __FILE__);
}
