/* SPDX-License-Identifier: Apache-2.0 */

/* What elements and pool cost around the pixels, each beside its peer in the
 * same run: savanttransform beside identity and its own kernel, the pool beside
 * GstVideoBufferPool, eight files through savantbatch beside videoconvertscale
 * and compositor, and the memory of 64 sources.
 *
 *   bench_elements CLIP [--markdown FILE] [--json FILE] [PART...]
 *   parts: transform pool files memory */

#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <gst/video/gstvideopool.h>
#include <gst/video/video.h>
#include <savant/gst.h>
#include <savant/transform.h>

#define ROUNDS 31
#define MAX_LINES 16
#define N_FILES 8
#define N_SOURCES 64

typedef struct Line
{
  char what[160];
  char unit[32];
  double ours;
  double peer;
  double ratio;
  char limit[64];
} Line;

static Line lines[MAX_LINES];
static int n_lines;

static Line *
add_line (const char *what, const char *unit, double ours, double peer,
    double ratio, const char *limit)
{
  Line *line = &lines[n_lines++];

  g_strlcpy (line->what, what, sizeof line->what);
  g_strlcpy (line->unit, unit, sizeof line->unit);
  g_strlcpy (line->limit, limit, sizeof line->limit);
  line->ours = ours;
  line->peer = peer;
  line->ratio = ratio;
  return line;
}

static double
thread_us (void)
{
  struct timespec t;

  clock_gettime (CLOCK_THREAD_CPUTIME_ID, &t);
  return (double) t.tv_sec * 1e6 + (double) t.tv_nsec * 1e-3;
}

static double
process_us (void)
{
  struct rusage u;

  getrusage (RUSAGE_SELF, &u);
  return (double) (u.ru_utime.tv_sec + u.ru_stime.tv_sec) * 1e6
      + (double) (u.ru_utime.tv_usec + u.ru_stime.tv_usec);
}

static int
compare (const void *a, const void *b)
{
  double x = *(const double *) a, y = *(const double *) b;

  return x < y ? -1 : x > y;
}

static double
median (double *values, int n)
{
  qsort (values, (size_t) n, sizeof *values, compare);
  return values[n / 2];
}

/* ---- savanttransform --------------------------------------------------- */

/* An element between two pads of ours, without threads. */
typedef struct Rig
{
  GstElement *element;
  GstPad *src;
  GstPad *sink;
} Rig;

static GstFlowReturn
drop_buffer (GstPad *pad, GstObject *parent, GstBuffer *buffer)
{
  (void) pad;
  (void) parent;
  gst_buffer_unref (buffer);
  return GST_FLOW_OK;
}

static gboolean
answer_query (GstPad *pad, GstObject *parent, GstQuery *query)
{
  GstCaps *caps = g_object_get_data (G_OBJECT (pad), "caps");

  if (GST_QUERY_TYPE (query) == GST_QUERY_CAPS && caps != NULL) {
    gst_query_set_caps_result (query, caps);
    return TRUE;
  }
  return gst_pad_query_default (pad, parent, query);
}

static void
rig_init (Rig *rig, const char *factory, GstCaps *in, GstCaps *out)
{
  GstSegment segment;
  GstPad *pad;

  rig->element = gst_element_factory_make (factory, NULL);
  if (rig->element == NULL)
    g_error ("no element %s", factory);
  gst_object_ref_sink (rig->element);
  rig->src = gst_pad_new ("src", GST_PAD_SRC);
  rig->sink = gst_pad_new ("sink", GST_PAD_SINK);
  gst_pad_set_chain_function (rig->sink, drop_buffer);
  gst_pad_set_query_function (rig->sink, answer_query);
  g_object_set_data_full (G_OBJECT (rig->sink), "caps", gst_caps_ref (out),
      (GDestroyNotify) gst_caps_unref);
  pad = gst_element_get_static_pad (rig->element, "sink");
  gst_pad_link (rig->src, pad);
  gst_object_unref (pad);
  pad = gst_element_get_static_pad (rig->element, "src");
  gst_pad_link (pad, rig->sink);
  gst_object_unref (pad);
  gst_pad_set_active (rig->sink, TRUE);
  gst_element_set_state (rig->element, GST_STATE_PLAYING);
  gst_pad_set_active (rig->src, TRUE);
  gst_pad_push_event (rig->src, gst_event_new_stream_start ("bench"));
  gst_pad_push_event (rig->src, gst_event_new_caps (in));
  gst_segment_init (&segment, GST_FORMAT_TIME);
  gst_pad_push_event (rig->src, gst_event_new_segment (&segment));
}

static void
rig_clear (Rig *rig)
{
  gst_pad_set_active (rig->src, FALSE);
  gst_element_set_state (rig->element, GST_STATE_NULL);
  gst_pad_set_active (rig->sink, FALSE);
  gst_object_unref (rig->src);
  gst_object_unref (rig->sink);
  gst_object_unref (rig->element);
}

static double
rig_run (Rig *rig, GstBuffer *buffer, int n)
{
  double start = thread_us ();

  for (int i = 0; i < n; i++)
    if (gst_pad_push (rig->src, gst_buffer_ref (buffer)) != GST_FLOW_OK)
      g_error ("a push failed");
  return (thread_us () - start) / n;
}

static void
image_of (SavantImage *image, SavantFormat format, guint8 *data, int width,
    int height)
{
  memset (image, 0, sizeof *image);
  image->format = format;
  image->width = width;
  image->height = height;
  image->n_planes = savant_format_n_planes (format);
  image->colorimetry = (SavantColorimetry){ SAVANT_MATRIX_BT709,
    SAVANT_RANGE_LIMITED, SAVANT_SITING_MPEG2 };
  if (format == SAVANT_FORMAT_RGBA)
    image->colorimetry =
        (SavantColorimetry){ SAVANT_MATRIX_RGB, SAVANT_RANGE_FULL, 0 };
  for (int p = 0; p < image->n_planes; p++) {
    int64_t row, rows;

    savant_format_plane_size (format, p, width, height, &row, &rows);
    image->data[p] = data;
    image->pitch_bytes[p] = (ptrdiff_t) row;
    data += row * rows;
  }
}

static GstCaps *
frame_caps (const char *format, int width, int height)
{
  return gst_caps_new_simple ("video/x-raw", "format", G_TYPE_STRING, format,
      "width", G_TYPE_INT, width, "height", G_TYPE_INT, height, "framerate",
      GST_TYPE_FRACTION, 30, 1, "colorimetry", G_TYPE_STRING,
      strcmp (format, "RGBA") == 0 ? "sRGB" : "bt709", NULL);
}

/* At the alignment of the element's pool. */
static guint8 *
new_pixels (gsize size)
{
  guint8 *pixels = aligned_alloc (64, (size + 63) / 64 * 64);

  memset (pixels, 0, size);
  return pixels;
}

static double
run_kernel (SavantTransform *transform, const SavantTransformJob *job, int n)
{
  SavantTransformConfig config = SAVANT_TRANSFORM_CONFIG_DEFAULTS;
  double start = thread_us ();

  for (int i = 0; i < n; i++)
    if (savant_transform_run (transform, &config, job, 1) != SAVANT_OK)
      g_error ("%s", savant_last_error ());
  return (thread_us () - start) / n;
}

/* The cost is the median of what each round differs by: the pixels take a
 * hundred times as long, and the best of either may be of another moment's
 * clock and caches. */
static void
bench_transform (int width, int height, int out_width, int out_height, int n)
{
  gsize in_size = (gsize) width * (gsize) height * 3 / 2;
  GstCaps *in = frame_caps ("NV12", width, height);
  GstCaps *out = frame_caps ("RGBA", out_width, out_height);
  GstBuffer *buffer = gst_buffer_new_allocate (NULL, in_size, NULL);
  guint8 *pixels = new_pixels ((gsize) out_width * (gsize) out_height * 4);
  SavantTransformConfig config = SAVANT_TRANSFORM_CONFIG_DEFAULTS;
  SavantTransformJob job = { 0 };
  SavantTransform *transform;
  GstMapInfo map;
  Rig ours, identity;
  double times[3][ROUNDS];
  char what[160];

  gst_buffer_memset (buffer, 0, 100, in_size);
  gst_buffer_map (buffer, &map, GST_MAP_READ);
  image_of (&job.src, SAVANT_FORMAT_NV12, map.data, width, height);
  image_of (&job.dst, SAVANT_FORMAT_RGBA, pixels, out_width, out_height);
  job.src_rect = (SavantRect){ 0, 0, width, height };
  savant_letterbox (&config, width, height, out_width, out_height,
      &job.dst_rect);
  if (savant_transform_new ("host", &transform) != SAVANT_OK)
    g_error ("%s", savant_last_error ());
  rig_init (&ours, "savanttransform", in, out);
  rig_init (&identity, "identity", in, in);
  for (int r = 0; r < ROUNDS; r++) {
    rig_run (&ours, buffer, n / 4);
    times[0][r] = rig_run (&ours, buffer, n);
    run_kernel (transform, &job, n / 4);
    times[1][r] = run_kernel (transform, &job, n);
    times[1][r] += rig_run (&identity, buffer, n);
    times[2][r] = times[0][r] - times[1][r];
  }
  g_snprintf (what, sizeof what,
      "savanttransform, NV12 %dx%d to RGBA %dx%d, above kernel + identity, "
      "medians of rounds",
      width, height, out_width, out_height);
  double median_ours = median (times[0], ROUNDS);
  double median_peer = median (times[1], ROUNDS);
  add_line (what, "us a buffer", median_ours, median_peer,
      median (times[2], ROUNDS), "difference at most 5 us");
  rig_clear (&ours);
  rig_clear (&identity);
  savant_transform_free (transform);
  gst_buffer_unmap (buffer, &map);
  gst_buffer_unref (buffer);
  gst_caps_unref (in);
  gst_caps_unref (out);
  free (pixels);
}

/* ---- Pool -------------------------------------------------------------- */

typedef struct PoolRun
{
  GstBufferPool *pool;
  pthread_barrier_t *start;
  int n;
  double ns; /* of CPU, an acquire and a release */
} PoolRun;

static void *
use_pool (void *data)
{
  PoolRun *run = data;
  double start;

  pthread_barrier_wait (run->start);
  start = thread_us ();
  for (int i = 0; i < run->n; i++) {
    GstBuffer *buffer;

    if (gst_buffer_pool_acquire_buffer (run->pool, &buffer, NULL)
        != GST_FLOW_OK)
      g_error ("no buffer");
    gst_buffer_unref (buffer);
  }
  run->ns = (thread_us () - start) * 1e3 / run->n;
  return NULL;
}

static double
pool_round (GstBufferPool *pool, int n_threads)
{
  pthread_barrier_t start;
  PoolRun runs[2] = { { pool, &start, 20000, 0 }, { pool, &start, 20000, 0 } };
  pthread_t thread;
  double ns;

  pthread_barrier_init (&start, NULL, (unsigned) n_threads);

  if (n_threads == 2)
    pthread_create (&thread, NULL, use_pool, &runs[1]);
  use_pool (&runs[0]);
  ns = runs[0].ns;
  if (n_threads == 2) {
    pthread_join (thread, NULL);
    ns = (ns + runs[1].ns) / 2;
  }
  pthread_barrier_destroy (&start);
  return ns;
}

static GstBufferPool *
start_pool (GstBufferPool *pool)
{
  GstCaps *caps = frame_caps ("RGBA", 64, 64);
  GstStructure *config = gst_buffer_pool_get_config (pool);

  gst_buffer_pool_config_set_params (config, caps, 64 * 64 * 4, 4, 8);
  gst_buffer_pool_config_add_option (config, GST_BUFFER_POOL_OPTION_VIDEO_META);
  if (!gst_buffer_pool_set_config (pool, config)
      || !gst_buffer_pool_set_active (pool, TRUE))
    g_error ("a pool does not start");
  gst_caps_unref (caps);
  return pool;
}

static void
bench_pool (void)
{
  GstBufferPool *ours = start_pool (gst_savant_buffer_pool_new ("host"));
  GstBufferPool *peer = start_pool (gst_video_buffer_pool_new ());

  /* Medians: two threads are fastest where they happen not to meet. */
  for (int n = 1; n <= 2; n++) {
    double best[2] = { INFINITY, INFINITY }, times[2][ROUNDS], mid[2];
    char what[128];

    for (int r = 0; r < ROUNDS; r++) {
      times[0][r] = pool_round (ours, n);
      times[1][r] = pool_round (peer, n);
      best[0] = fmin (best[0], times[0][r]);
      best[1] = fmin (best[1], times[1][r]);
    }
    mid[0] = median (times[0], ROUNDS);
    mid[1] = median (times[1], ROUNDS);
    g_snprintf (what, sizeof what,
        "acquire + release beside GstVideoBufferPool, %d thread%s, medians; "
        "best %.0f and %.0f",
        n, n > 1 ? "s" : "", best[0], best[1]);
    add_line (what, "ns", mid[0], mid[1], mid[0] / mid[1], "at most 1.1");
  }
  gst_buffer_pool_set_active (ours, FALSE);
  gst_buffer_pool_set_active (peer, FALSE);
  gst_object_unref (ours);
  gst_object_unref (peer);
}

/* ---- Files ------------------------------------------------------------- */

typedef enum Shape
{
  SHAPE_NONE,
  SHAPE_OURS,
  SHAPE_COMPOSITOR
} Shape;

static void
run_pipeline (const char *text)
{
  GError *error = NULL;
  GstElement *pipeline = gst_parse_launch (text, &error);
  GstMessage *message;
  GstBus *bus;

  if (pipeline == NULL || error != NULL)
    g_error ("%s: %s", text, error != NULL ? error->message : "");
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  bus = gst_element_get_bus (pipeline);
  message = gst_bus_timed_pop_filtered (bus, 300 * GST_SECOND,
      GST_MESSAGE_EOS | GST_MESSAGE_ERROR);
  if (message == NULL || GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR)
    g_error ("%s: no end", text);
  gst_message_unref (message);
  gst_object_unref (bus);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (pipeline);
}

static double
files_ms (Shape shape, const char *clip)
{
  GString *text = g_string_new (NULL);
  double start = process_us ();

  if (shape == SHAPE_OURS)
    g_string_append (text,
        "savantbatch name=b ! video/x-raw(memory:NVMM),format=RGBA,width=640,"
        "height=640 ! fakesink sync=false ");
  if (shape == SHAPE_COMPOSITOR) {
    g_string_append (text, "compositor name=b background=black ");
    for (int i = 0; i < N_FILES; i++)
      g_string_append_printf (text, "sink_%d::xpos=%d sink_%d::ypos=%d ", i,
          i % 4 * 640, i, i / 4 * 640);
    g_string_append (text,
        "! video/x-raw,format=RGBA,width=2560,height=1280 "
        "! fakesink sync=false ");
  }
  for (int i = 0; i < N_FILES; i++) {
    g_string_append_printf (text,
        "filesrc location=\"%s\" ! qtdemux ! h264parse ! avdec_h264 "
        "max-threads=1 ! queue ! ",
        clip);
    if (shape == SHAPE_NONE)
      g_string_append (text, "fakesink sync=false ");
    else if (shape == SHAPE_OURS)
      g_string_append_printf (text, "b.sink_%d ", i);
    else
      g_string_append_printf (text,
          "videoconvertscale add-borders=true ! "
          "video/x-raw,format=RGBA,width=640,height=640 ! queue ! b.sink_%d ",
          i);
  }
  run_pipeline (text->str);
  g_string_free (text, TRUE);
  return (process_us () - start) * 1e-3;
}

static void
bench_files (const char *clip)
{
  double times[3][5];
  double cost[2];

  for (int r = 0; r < 5; r++)
    for (Shape s = SHAPE_NONE; s <= SHAPE_COMPOSITOR; s++)
      times[s][r] = files_ms (s, clip);
  for (int s = 0; s < 3; s++)
    qsort (times[s], 5, sizeof times[s][0], compare);
  for (int s = 0; s < 2; s++)
    cost[s] = times[s + 1][0] - times[0][0];
  add_line ("8 files to RGBA 640x640, savantbatch beside videoconvertscale + "
            "compositor, decoding taken off",
      "ms of CPU", cost[0], cost[1], cost[0] / cost[1], "at most 0.125");
}

/* ---- Memory ------------------------------------------------------------ */

static void
run_many_sources (void)
{
  gst_init (NULL, NULL);

  GString *text = g_string_new (
      "savantbatch name=b pool-size=2 batch-size=64 ! "
      "video/x-raw(memory:NVMM),format=RGBA,width=640,height=640 ! "
      "fakesink sync=false ");

  for (int i = 0; i < N_SOURCES; i++)
    g_string_append_printf (text,
        "savantbufgen pattern=black num-buffers=8 pool-size=3 ! "
        "video/x-raw(memory:NVMM),format=NV12,width=1920,height=1080 ! "
        "b.sink_%d ",
        i);
  run_pipeline (text->str);
  g_string_free (text, TRUE);
}

static void
bench_memory (void)
{
  double pools =
      (N_SOURCES * 3 * 1920.0 * 1080.0 * 1.5 + 2 * 64 * 640.0 * 640.0 * 4)
      / 1e6;
  struct rusage usage;
  int status;
  pid_t child = fork ();

  if (child == 0) {
    run_many_sources ();
    _exit (0);
  }
  wait4 (child, &status, 0, &usage);
  if (!WIFEXITED (status) || WEXITSTATUS (status) != 0)
    g_error ("the child with %d sources ended with %x", N_SOURCES, status);
  double peak = (double) usage.ru_maxrss * 1024 / 1e6;
  add_line (
      "peak memory, 64 savantbufgen 1920x1080 through savantbatch, beside "
      "the pools' pictures",
      "MB", peak, pools, peak - pools, "difference at most 100 MB");
}

/* ---- Report ------------------------------------------------------------ */

static void
write_markdown (FILE *out)
{
  fprintf (out,
      "| what | unit | ours | beside | ratio or difference | budget |\n"
      "|---|---|---|---|---|---|\n");
  for (int i = 0; i < n_lines; i++)
    fprintf (out, "| %s | %s | %.2f | %.2f | %.3f | %s |\n", lines[i].what,
        lines[i].unit, lines[i].ours, lines[i].peer, lines[i].ratio,
        lines[i].limit);
}

static void
write_json (FILE *out)
{
  fprintf (out, "[\n");
  for (int i = 0; i < n_lines; i++)
    fprintf (out,
        "  {\"what\": \"%s\", \"unit\": \"%s\", \"ours\": %.3f, "
        "\"beside\": %.3f, \"result\": %.4f, \"budget\": \"%s\"}%s\n",
        lines[i].what, lines[i].unit, lines[i].ours, lines[i].peer,
        lines[i].ratio, lines[i].limit, i + 1 < n_lines ? "," : "");
  fprintf (out, "]\n");
}

static void
write_file (const char *path, void (*write) (FILE *))
{
  FILE *out = fopen (path, "w");

  if (out == NULL)
    g_error ("%s cannot be written", path);
  write (out);
  fclose (out);
}

static gboolean
wanted (char **names, const char *part)
{
  return names == NULL || names[0] == NULL || names[1] == NULL
      || g_strv_contains ((const gchar *const *) names + 1, part);
}

int
main (int argc, char **argv)
{
  char *markdown = NULL, *json = NULL, **names = NULL;
  const GOptionEntry options[] = {
    { "markdown", 0, 0, G_OPTION_ARG_FILENAME, &markdown, "Table", "FILE" },
    { "json", 0, 0, G_OPTION_ARG_FILENAME, &json, "The same", "FILE" },
    { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_STRING_ARRAY, &names,
        "The clip, then parts", "CLIP PART..." },
    { NULL, 0, 0, 0, NULL, NULL, NULL },
  };
  GOptionContext *context = g_option_context_new (NULL);
  GError *error = NULL;

  g_option_context_add_main_entries (context, options, NULL);
  if (!g_option_context_parse (context, &argc, &argv, &error))
    g_error ("%s", error->message);
  g_option_context_free (context);
  /* The child of fork() starts GStreamer by itself. */
  if (wanted (names, "memory"))
    bench_memory ();
  gst_init (NULL, NULL);
  if (wanted (names, "transform")) {
    bench_transform (16, 16, 16, 16, 2000);
    bench_transform (1920, 1080, 640, 640, 20);
  }
  if (wanted (names, "pool"))
    bench_pool ();
  if (names != NULL && wanted (names, "files"))
    bench_files (names[0]);
  write_markdown (stdout);
  if (markdown != NULL)
    write_file (markdown, write_markdown);
  if (json != NULL)
    write_file (json, write_json);
  g_free (markdown);
  g_free (json);
  g_strfreev (names);
  return 0;
}
