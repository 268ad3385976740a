/* SPDX-License-Identifier: Apache-2.0 */
/* soak_gpu SECONDS: pipelines of all kinds one after the other, some of them
 * ended in the middle. What the GPU and the process use must not grow. */
#include <dlfcn.h>
#include <gst/gst.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <savant/gst.h>

#define WARM_CYCLES 8
#define MAX_GROWTH_MIB 16.0
#define MAX_HEAP_GROWTH_MIB 8.0

static int (*mem_info) (size_t *free_bytes, size_t *total);

/* The driver's own figure, in the context that the library uses, too. */
static gboolean
open_driver (void)
{
  void *library = dlopen ("libcuda.so.1", RTLD_NOW);
  int (*init) (unsigned);
  int (*retain) (void **, int);
  int (*set) (void *);
  void *context;

  if (library == NULL)
    return FALSE;
  *(void **) &init = dlsym (library, "cuInit");
  *(void **) &retain = dlsym (library, "cuDevicePrimaryCtxRetain");
  *(void **) &set = dlsym (library, "cuCtxSetCurrent");
  *(void **) &mem_info = dlsym (library, "cuMemGetInfo_v2");
  return init != NULL && retain != NULL && set != NULL && mem_info != NULL
      && init (0) == 0 && retain (&context, 0) == 0 && set (context) == 0;
}

static gdouble
gpu_mib (void)
{
  size_t free_bytes = 0, total = 0;

  if (mem_info (&free_bytes, &total) != 0) {
    printf ("soak_gpu: the driver does not answer\n");
    exit (1);
  }
  return (gdouble) (total - free_bytes) / (1 << 20);
}

/* What malloc() has given out; the rest of a process is the driver's, and what
 * many threads leave in the heap's arenas. */
static gdouble
heap_mib (void)
{
  struct mallinfo2 info = mallinfo2 ();

  return (gdouble) (info.uordblks + info.hblkhd) / (1 << 20);
}

static gdouble
rss_mib (void)
{
  FILE *file = fopen ("/proc/self/statm", "r");
  long all = 0, resident = 0;

  if (file == NULL || fscanf (file, "%ld %ld", &all, &resident) != 2)
    resident = 0;
  if (file != NULL)
    fclose (file);
  return (gdouble) resident * (gdouble) sysconf (_SC_PAGESIZE) / (1 << 20);
}

/* In memory of the kinds `a` and `b`, which a non-uniform batch has one of. */
#define SOURCES(a, b)                                                          \
  " savantbufgen num-buffers=200 pattern=smpte ! video/x-raw(memory:NVMM),"    \
  "format=NV12,width=1280,height=720,framerate=30/1 ! b.sink_0 "               \
  "savantbufgen num-buffers=200 pattern=ball ! video/x-raw,format=I420,"       \
  "width=640,height=480,framerate=30/1 ! b.sink_1 "                            \
  "savantbufgen num-buffers=200 pattern=gradient " a " ! "     \
  "video/x-raw(memory:NVMM),format=RGBA,width=320,height=240,"                 \
  "framerate=30/1 ! b.sink_2 "                                                 \
  "savantbufgen num-buffers=200 pattern=counter " b " ! "       \
  "video/x-raw(memory:NVMM),format=UYVY,width=720,height=576,"                 \
  "framerate=30/1 ! b.sink_3 "
#define SINKS                                                                  \
  " ! savantunbatch name=u  u.src_0 ! queue ! fakesink async=false sync=false" \
  " u.src_1 ! queue ! savanttransform ! video/x-raw,format=RGBA ! fakesink "   \
  "async=false sync=false u.src_2 ! queue ! fakesink async=false sync=false "  \
  "u.src_3 ! queue ! fakesink async=false sync=false "

static const gchar *const pipelines[] = {
  "savantbatch name=b ! video/x-raw(memory:NVMM),format=RGBA,width=640,"
  "height=640" SINKS SOURCES ("mem-type=cuda-unified", "mem-type=cuda-pinned"),
  "savantbatch name=b mode=non-uniform ! savanttransform interpolation=super ! "
  "video/x-raw(memory:NVMM),format=NV12,width=416,height=416" SINKS SOURCES ("",
      ""),
  "videotestsrc num-buffers=200 ! video/x-raw,format=NV12,width=1920,"
  "height=1080 ! savanttransform ! video/x-raw(memory:NVMM) ! savanttransform "
  "interpolation=lanczos ! video/x-raw,format=RGB,width=300,height=300 ! "
  "fakesink sync=false",
};

/* One pipeline to its end, or to the middle. */
static void
run (const gchar *text, gboolean to_the_end)
{
  GError *error = NULL;
  GstElement *pipeline = gst_parse_launch (text, &error);
  GstMessage *message;
  GstBus *bus;

  if (pipeline == NULL || error != NULL) {
    printf ("soak_gpu: %s\n", error != NULL ? error->message : text);
    exit (1);
  }
  bus = gst_element_get_bus (pipeline);
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  message = gst_bus_timed_pop_filtered (bus,
      to_the_end ? 60 * GST_SECOND : 60 * GST_MSECOND,
      GST_MESSAGE_ERROR | GST_MESSAGE_EOS);
  if (message == NULL ? to_the_end
                      : GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR) {
    if (message != NULL)
      gst_message_parse_error (message, &error, NULL);
    printf ("soak_gpu: %s: %s\n", text,
        error != NULL ? error->message : "no end within 60 s");
    exit (1);
  }
  if (message != NULL)
    gst_message_unref (message);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (bus);
  gst_object_unref (pipeline);
}

int
main (int argc, char **argv)
{
  gint64 start, end, told = 0;
  gdouble gpu = 0, heap = 0, most = 0;
  guint cycles = 0;

  gst_init (&argc, &argv);
  if (savant_resolve_mem_type ("cuda", SAVANT_MEM_CUDA_DEVICE,
          &(SavantMemType){ 0 })
          != SAVANT_OK
      || !open_driver ()) {
    printf ("%s: %s\n", g_getenv ("SAVANT_REQUIRE_GPU") ? "failed" : "skipped",
        savant_last_error ());
    return g_getenv ("SAVANT_REQUIRE_GPU") ? 1 : 77;
  }
  start = g_get_monotonic_time ();
  end = start + (argc > 1 ? atoi (argv[1]) : 480) * G_USEC_PER_SEC;
  while (g_get_monotonic_time () < end || cycles <= WARM_CYCLES) {
    gint64 now;

    run (pipelines[cycles % 3], cycles % 4 != 3);
    if (++cycles == WARM_CYCLES) {
      gpu = gpu_mib ();
      heap = heap_mib ();
    }
    most = MAX (most, gpu_mib ());
    now = (g_get_monotonic_time () - start) / G_USEC_PER_SEC;
    if (cycles < WARM_CYCLES || now < told + 10)
      continue;
    told = now;
    printf ("%4d s, %5u pipelines: GPU %.0f MiB, heap %.1f MiB, process %.0f "
            "MiB\n",
        (gint) now, cycles, gpu_mib (), heap_mib (), rss_mib ());
    fflush (stdout);
  }
  printf ("%u pipelines in %d s: GPU %.0f MiB when warm, %.0f at the end, at "
          "most %.0f; heap %.1f and %.1f MiB; process %.0f MiB\n",
      cycles, (gint) ((g_get_monotonic_time () - start) / G_USEC_PER_SEC), gpu,
      gpu_mib (), most, heap, heap_mib (), rss_mib ());
  if (gpu_mib () <= gpu + MAX_GROWTH_MIB
      && heap_mib () <= heap + MAX_HEAP_GROWTH_MIB)
    return 0;
  printf ("soak_gpu: more than %.0f MiB of the GPU or %.0f MiB of the heap are "
          "not given back\n",
      MAX_GROWTH_MIB, MAX_HEAP_GROWTH_MIB);
  return 1;
}
