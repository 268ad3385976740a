/* SPDX-License-Identifier: Apache-2.0 */
/* Frames in memory:CUDAMemory, of which GStreamer's map flag gives the address
 * that the GPU has for them: here of memory that is made by hand on the fake
 * driver, so that nothing but a kernel may read it. */
#include <dlfcn.h>
#include <gst/app/gstappsink.h>
#include <gst/app/gstappsrc.h>
#include <gst/check/gstcheck.h>
#include <gst/check/gstharness.h>
#include <string.h>

#include <savant/gst.h>

#include "fakecuda.h"

/* GST_MAP_CUDA of GStreamer's header. */
#define MAP_CUDA (GST_MAP_FLAG_LAST << 1)

#define WIDTH 64
#define HEIGHT 48
#define PITCH 256
#define SIZE (PITCH * HEIGHT * 3 / 2)

#define CAPS                                                                   \
  "video/x-raw(memory:CUDAMemory),format=NV12,width=64,height=48,"             \
  "framerate=30/1"

static const FakeCuda *fake;
static gint n_alive;

typedef struct DeviceMemory
{
  GstMemory memory;
  gpointer data;
} DeviceMemory;

typedef struct DeviceAllocator
{
  GstAllocator parent;
} DeviceAllocator;

typedef struct DeviceAllocatorClass
{
  GstAllocatorClass parent;
} DeviceAllocatorClass;

static GType device_allocator_get_type (void);
G_DEFINE_TYPE (DeviceAllocator, device_allocator, GST_TYPE_ALLOCATOR)

static gpointer
driver (const gchar *name)
{
  gpointer library = dlopen ("libcuda.so.1", RTLD_NOW);
  gpointer symbol = library != NULL ? dlsym (library, name) : NULL;

  if (symbol == NULL)
    abort ();
  return symbol;
}

/* Makes a context current, or the one before. */
static void
enter (gboolean in)
{
  int (*device_get) (int *, int) =
      (int (*) (int *, int)) driver ("cuDeviceGet");
  int (*retain) (void **, int) =
      (int (*) (void **, int)) driver ("cuDevicePrimaryCtxRetain");
  int (*push) (void *) = (int (*) (void *)) driver ("cuCtxPushCurrent_v2");
  int (*pop) (void **) = (int (*) (void **)) driver ("cuCtxPopCurrent_v2");
  void *context = NULL;
  int device = 0;

  if (!in) {
    pop (&context);
    return;
  }
  if (device_get (&device, 0) != 0 || retain (&context, device) != 0
      || push (context) != 0)
    abort ();
}

static gpointer
device_map (GstMemory *memory, gsize size, GstMapFlags flags)
{
  (void) size;
  fail_unless ((flags & MAP_CUDA) != 0, "mapped for the CPU");
  fail_unless ((flags & GST_MAP_WRITE) == 0);
  return ((DeviceMemory *) memory)->data;
}

static void
device_unmap (GstMemory *memory)
{
  (void) memory;
}

static void
device_free (GstAllocator *allocator, GstMemory *memory)
{
  int (*mem_free) (void *) = (int (*) (void *)) driver ("cuMemFree_v2");

  (void) allocator;
  enter (TRUE);
  mem_free (((DeviceMemory *) memory)->data);
  enter (FALSE);
  g_free (memory);
  g_atomic_int_add (&n_alive, -1);
}

static void
device_allocator_class_init (DeviceAllocatorClass *klass)
{
  GST_ALLOCATOR_CLASS (klass)->free = device_free;
}

static void
device_allocator_init (DeviceAllocator *self)
{
  GstAllocator *allocator = GST_ALLOCATOR_CAST (self);

  allocator->mem_type = "CUDAMemory";
  allocator->mem_map = device_map;
  allocator->mem_unmap = device_unmap;
  GST_OBJECT_FLAG_SET (self, GST_ALLOCATOR_FLAG_CUSTOM_ALLOC);
}

static GstBuffer *
frame_new (GstClockTime pts)
{
  int (*mem_alloc) (void **, size_t) =
      (int (*) (void **, size_t)) driver ("cuMemAlloc_v2");
  gsize offsets[GST_VIDEO_MAX_PLANES] = { 0, PITCH * HEIGHT };
  gint strides[GST_VIDEO_MAX_PLANES] = { PITCH, PITCH };
  GstAllocator *allocator = g_object_new (device_allocator_get_type (), NULL);
  DeviceMemory *memory = g_new0 (DeviceMemory, 1);
  GstBuffer *buffer = gst_buffer_new ();

  gst_object_ref_sink (allocator);
  enter (TRUE);
  if (mem_alloc (&memory->data, SIZE) != 0)
    abort ();
  enter (FALSE);
  gst_memory_init (&memory->memory, 0, allocator, NULL, SIZE, 0, 0, SIZE);
  gst_object_unref (allocator);
  gst_buffer_append_memory (buffer, &memory->memory);
  gst_buffer_add_video_meta_full (buffer, GST_VIDEO_FRAME_FLAG_NONE,
      GST_VIDEO_FORMAT_NV12, WIDTH, HEIGHT, 2, offsets, strides);
  GST_BUFFER_PTS (buffer) = pts;
  g_atomic_int_inc (&n_alive);
  return buffer;
}

static void
setup (void)
{
  fake = driver (FAKE_CUDA_TABLE);
}

/* Runs three frames through; the number that came out. */
static guint
run (const gchar *middle)
{
  gchar *text = g_strdup_printf ("appsrc name=in format=time caps=\"%s\" ! %s "
                                 "! appsink name=out sync=false",
      CAPS, middle);
  GError *error = NULL;
  GstElement *pipeline = gst_parse_launch (text, &error);
  GstElement *in, *out;
  GstSample *sample;
  guint n = 0;

  fail_unless (pipeline != NULL && error == NULL, "%s: %s", text,
      error != NULL ? error->message : "");
  in = gst_bin_get_by_name (GST_BIN (pipeline), "in");
  out = gst_bin_get_by_name (GST_BIN (pipeline), "out");
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  for (guint i = 0; i < 3; i++)
    gst_app_src_push_buffer (GST_APP_SRC (in),
        frame_new (i * 33 * GST_MSECOND));
  gst_app_src_end_of_stream (GST_APP_SRC (in));
  while ((sample = gst_app_sink_try_pull_sample (GST_APP_SINK (out),
              10 * GST_SECOND))) {
    gst_sample_unref (sample);
    n++;
  }
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (in);
  gst_object_unref (out);
  gst_object_unref (pipeline);
  g_free (text);
  /* Threads of a pipeline may outlive its change to NULL by a moment. */
  for (guint i = 0; g_atomic_int_get (&n_alive) > 0 && i < 100; i++)
    g_usleep (20000);
  fail_unless_equals_int (g_atomic_int_get (&n_alive), 0);
  return n;
}

/* One launch for each frame, and nothing is copied but the tables of a
 * geometry, once. */
GST_START_TEST (read_where_it_is)
{
  static const gchar *const pipelines[] = {
    "savanttransform backend=cuda ! "
    "video/x-raw(memory:NVMM),format=RGBA,width=32,height=32",
    "savanttransform backend=cuda ! video/x-raw(memory:NVMM)",
    "savantbatch backend=cuda batch-size=1 ! "
    "video/x-raw(memory:NVMM),format=RGBA,width=32,height=32",
    "savantbatch backend=cuda mode=non-uniform ! "
    "video/x-raw(memory:NVMM),batch-kind=non-uniform",
  };

  for (guint i = 0; i < G_N_ELEMENTS (pipelines); i++) {
    gint launches = fake->calls ("cuLaunchKernel");
    gint copies =
        fake->calls ("cuMemcpyAsync") + fake->calls ("cuMemcpy2DAsync");

    fail_unless_equals_int (run (pipelines[i]), 3);
    fail_unless_equals_int (fake->calls ("cuLaunchKernel") - launches, 3);
    copies = fake->calls ("cuMemcpyAsync") + fake->calls ("cuMemcpy2DAsync")
        - copies;
    fail_unless (copies <= 1, "%d copies", copies);
  }
}
GST_END_TEST;

/* A frame stays while the GPU still reads it. */
GST_START_TEST (kept_until_read)
{
  GstElement *transform = gst_element_factory_make ("savanttransform", NULL);
  GstHarness *h;

  gst_util_set_object_arg (G_OBJECT (transform), "backend", "cuda");
  h = gst_harness_new_with_element (transform, "sink", "src");
  gst_harness_set_src_caps_str (h, CAPS);
  gst_harness_set_sink_caps_str (h,
      "video/x-raw(memory:NVMM),format=RGBA,width=32,height=32");
  fake->hold (TRUE);
  fail_unless_equals_int (gst_harness_push (h, frame_new (0)), GST_FLOW_OK);
  fail_unless_equals_int (n_alive, 1);
  fake->hold (FALSE);
  gst_harness_teardown (h);
  gst_object_unref (transform);
  fail_unless_equals_int (n_alive, 0);
}
GST_END_TEST;

static void
refused (const gchar *middle)
{
  gchar *text = g_strdup_printf ("appsrc name=in format=time caps=\"%s\" ! %s "
                                 "! fakesink",
      CAPS, middle);
  GstElement *pipeline = gst_parse_launch (text, NULL);
  GstElement *in = gst_bin_get_by_name (GST_BIN (pipeline), "in");
  GstBus *bus = gst_element_get_bus (pipeline);
  GstMessage *message;
  GError *error = NULL;
  gboolean found = FALSE;

  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  gst_app_src_push_buffer (GST_APP_SRC (in), frame_new (0));
  while (!found
      && (message = gst_bus_timed_pop_filtered (bus, 5 * GST_SECOND,
              GST_MESSAGE_ERROR | GST_MESSAGE_WARNING))) {
    if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR)
      gst_message_parse_error (message, &error, NULL);
    else
      gst_message_parse_warning (message, &error, NULL);
    found = strstr (error->message, "memory:CUDAMemory need the backend cuda")
        != NULL;
    g_clear_error (&error);
    gst_message_unref (message);
  }
  fail_unless (found, "%s", middle);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (bus);
  gst_object_unref (in);
  gst_object_unref (pipeline);
  g_free (text);
}

GST_START_TEST (refused_on_the_host)
{
  refused ("savanttransform backend=host");
  refused ("savantbatch backend=host");
}
GST_END_TEST;

static Suite *
cuda_gstmemory_suite (void)
{
  Suite *s = suite_create ("cuda_gstmemory");
  TCase *tc = tcase_create ("gstmemory");

  suite_add_tcase (s, tc);
  tcase_add_checked_fixture (tc, setup, NULL);
  tcase_add_test (tc, read_where_it_is);
  tcase_add_test (tc, kept_until_read);
  tcase_add_test (tc, refused_on_the_host);
  return s;
}

GST_CHECK_MAIN (cuda_gstmemory);
