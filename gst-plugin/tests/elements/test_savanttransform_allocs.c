/* SPDX-License-Identifier: Apache-2.0 */
/* savanttransform allocates nothing of its own for a frame once a stream runs:
 * malloc and its relatives are counted, and GLib's slices go to malloc
 * (G_SLICE). What is left is the one item in which GStreamer keeps a meta that
 * is added to a buffer, SavantTransformMeta here; GLib before 2.76 gives it
 * from a cache. */
#define _GNU_SOURCE
#include <errno.h>
#include <gst/check/gstcheck.h>
#include <gst/check/gstharness.h>
#include <gst/video/video.h>
#include <savant/gst.h>
#include <stdlib.h>

#define N_WARM 50
#define N_FRAMES 500
#define MOST (N_FRAMES + N_FRAMES / 100)

/* A sanitizer has its own malloc, which is not to be replaced. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define COUNTS 0
#else
#define COUNTS 1
#define EXPORTED __attribute__ ((visibility ("default")))

static gint counting;
static gint n_calls;

void *__libc_malloc (size_t size);
void *__libc_calloc (size_t n, size_t size);
void *__libc_realloc (void *old, size_t size);
void *__libc_memalign (size_t alignment, size_t size);

static void
count (void)
{
  if (__atomic_load_n (&counting, __ATOMIC_RELAXED) != 0)
    __atomic_add_fetch (&n_calls, 1, __ATOMIC_RELAXED);
}

EXPORTED void *
malloc (size_t size)
{
  count ();
  return __libc_malloc (size);
}

EXPORTED void *
calloc (size_t n, size_t size)
{
  count ();
  return __libc_calloc (n, size);
}

EXPORTED void *
realloc (void *old, size_t size)
{
  count ();
  return __libc_realloc (old, size);
}

EXPORTED void *
aligned_alloc (size_t alignment, size_t size)
{
  count ();
  return __libc_memalign (alignment, size);
}

EXPORTED int
posix_memalign (void **out, size_t alignment, size_t size)
{
  count ();
  *out = __libc_memalign (alignment, size);
  return *out == NULL ? ENOMEM : 0;
}
#endif

#if COUNTS
static GstFlowReturn
drop_buffer (GstPad *pad, GstObject *parent, GstBuffer *buffer)
{
  (void) pad;
  (void) parent;
  gst_buffer_unref (buffer);
  return GST_FLOW_OK;
}

/* Calls of malloc for N_FRAMES frames through an element. */
static gint
count_frames (const gchar *factory, const gchar *in, const gchar *out,
    gint n_threads)
{
  GstHarness *h = gst_harness_new (factory);
  GstBuffer *buffer;
  GstVideoInfo info;
  GstCaps *caps = gst_caps_from_string (in);
  gint calls;

  if (n_threads > 0)
    g_object_set (h->element, "n-threads", n_threads, NULL);
  gst_pad_set_chain_function (h->sinkpad, drop_buffer);
  fail_unless (gst_video_info_from_caps (&info, caps));
  gst_caps_unref (caps);
  gst_harness_set_sink_caps_str (h, out);
  gst_harness_set_src_caps_str (h, in);
  buffer = gst_buffer_new_allocate (NULL, info.size, NULL);
  gst_buffer_memset (buffer, 0, 99, info.size);
  for (gint i = 0; i < N_WARM; i++)
    fail_unless (gst_pad_push (h->srcpad, gst_buffer_ref (buffer))
        == GST_FLOW_OK);
  n_calls = 0;
  __atomic_store_n (&counting, 1, __ATOMIC_SEQ_CST);
  for (gint i = 0; i < N_FRAMES; i++)
    gst_pad_push (h->srcpad, gst_buffer_ref (buffer));
  __atomic_store_n (&counting, 0, __ATOMIC_SEQ_CST);
  calls = n_calls;
  gst_buffer_unref (buffer);
  gst_harness_teardown (h);
  return calls;
}

GST_START_TEST (no_allocation_a_frame)
{
  static const gchar *const outs[] = {
    "video/x-raw,format=RGBA,width=160,height=160,framerate=30/1",
    "video/x-raw,format=I420,width=160,height=160,framerate=30/1",
    "video/x-raw(memory:NVMM),format=RGBA,width=160,height=160,framerate=30/1"
  };
  const gchar *in = "video/x-raw,format=NV12,width=320,height=240,"
                    "framerate=30/1";

  n_calls = 0;
  counting = 1;
  g_free (g_malloc (100));
  counting = 0;
  fail_unless (n_calls > 0, "malloc is not counted");
  for (gsize i = 0; i < G_N_ELEMENTS (outs); i++) {
    gint calls = count_frames ("savanttransform", in, outs[i], 1);

    fail_unless (calls <= MOST, "%d allocations for %d frames to %s", calls,
        N_FRAMES, outs[i]);
  }
  gint calls = count_frames ("savanttransform", in, outs[0], 2);
  fail_unless (calls <= MOST, "%d allocations for %d frames of two threads",
      calls, N_FRAMES);
}
GST_END_TEST;
#endif

static Suite *
allocs_suite (void)
{
  Suite *s = suite_create ("savanttransform_allocs");
  TCase *tc = tcase_create ("allocs");

  suite_add_tcase (s, tc);
#if COUNTS
  tcase_add_test (tc, no_allocation_a_frame);
#endif
  return s;
}

GST_CHECK_MAIN (allocs);
