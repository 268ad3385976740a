/* SPDX-License-Identifier: Apache-2.0 */

/* What a frame costs when N savantbufgen feed one savantbatch that letterboxes
 * them: wall time, time of all CPU threads, how much of it is the kernel's, and
 * how often a thread was switched, from the first batch after the pipeline has
 * warmed up to the last. One pipeline after the other.
 *
 *   bench_sources [--backend NAME] [--size WxH] [--frames N] [--rounds N]
 *       [SOURCES...] */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include <gst/gst.h>

#define MAX_COUNTS 16

typedef struct Options
{
  const char *backend;
  int width;
  int height;
  int frames; /* of all sources together */
  int rounds;
  int counts[MAX_COUNTS];
  int n_counts;
} Options;

/* Microseconds, and times. */
typedef struct Cost
{
  double wall;
  double cpu;
  double kernel;
  double switches;
} Cost;

/* What the sink has seen. */
typedef struct Meter
{
  int batches;
  int first; /* the batch at which it starts to count */
  Cost start;
  Cost cost; /* from there to the last one */
} Meter;

static double
time_us (struct timeval t)
{
  return (double) t.tv_sec * 1e6 + (double) t.tv_usec;
}

static Cost
cost_now (void)
{
  struct timespec t;
  struct rusage u;

  clock_gettime (CLOCK_MONOTONIC, &t);
  getrusage (RUSAGE_SELF, &u);
  return (Cost){ (double) t.tv_sec * 1e6 + (double) t.tv_nsec * 1e-3,
    time_us (u.ru_utime) + time_us (u.ru_stime), time_us (u.ru_stime),
    (double) (u.ru_nvcsw + u.ru_nivcsw) };
}

static GstPadProbeReturn
count_batch (GstPad *pad, GstPadProbeInfo *info, gpointer data)
{
  Meter *meter = data;

  (void) pad;
  (void) info;
  meter->batches++;
  if (meter->batches == meter->first) {
    meter->start = cost_now ();
  } else if (meter->batches > meter->first) {
    Cost now = cost_now (), *start = &meter->start;

    meter->cost = (Cost){ now.wall - start->wall, now.cpu - start->cpu,
      now.kernel - start->kernel, now.switches - start->switches };
  }
  return GST_PAD_PROBE_OK;
}

static GstElement *
make_pipeline (const Options *o, int n, int batches)
{
  GString *line = g_string_new (NULL);
  GError *error = NULL;
  GstElement *pipeline;

  g_string_printf (line,
      "savantbatch name=b backend=%s batch-size=%d padding=symmetric "
      "interpolation=bilinear ! video/x-raw(memory:NVMM),format=RGBA,"
      "width=640,height=640 ! fakesink name=sink sync=false",
      o->backend, n);
  for (int i = 0; i < n; i++)
    g_string_append_printf (line,
        " savantbufgen backend=%s pattern=none num-buffers=%d ! "
        "video/x-raw(memory:NVMM),format=NV12,width=%d,height=%d,"
        "framerate=30/1 ! b.sink_%d",
        o->backend, batches, o->width, o->height, i);
  pipeline = gst_parse_launch (line->str, &error);
  if (error != NULL) {
    fprintf (stderr, "bench_sources: %s\n", error->message);
    exit (1);
  }
  g_string_free (line, TRUE);
  return pipeline;
}

/* False: the pipeline failed, which has been told. */
static gboolean
run (const Options *o, int n, Meter *meter)
{
  int batches = o->frames / n;
  GstElement *pipeline = make_pipeline (o, n, batches), *sink;
  GstMessage *message;
  gboolean ok;
  GstPad *pad;
  GstBus *bus;

  *meter = (Meter){ .first = MAX (batches / 5, 1) };
  sink = gst_bin_get_by_name (GST_BIN (pipeline), "sink");
  pad = gst_element_get_static_pad (sink, "sink");
  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER, count_batch, meter, NULL);
  gst_object_unref (pad);
  gst_object_unref (sink);
  bus = gst_element_get_bus (pipeline);
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  message = gst_bus_timed_pop_filtered (bus, 120 * GST_SECOND,
      GST_MESSAGE_EOS | GST_MESSAGE_ERROR);
  ok = message != NULL && GST_MESSAGE_TYPE (message) == GST_MESSAGE_EOS
      && meter->batches == batches;
  if (!ok) {
    GError *error = NULL;

    if (message != NULL && GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR)
      gst_message_parse_error (message, &error, NULL);
    fprintf (stderr, "bench_sources: %d sources, %d of %d batches: %s\n", n,
        meter->batches, batches,
        error != NULL ? error->message : "no end in 120 s");
    g_clear_error (&error);
  }
  if (message != NULL)
    gst_message_unref (message);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (bus);
  gst_object_unref (pipeline);
  return ok;
}

static int
number (const char *text, const char *what)
{
  char *end;
  long n = strtol (text, &end, 10);

  if (*end != '\0' || n < 1 || n > 100000000) {
    fprintf (stderr, "bench_sources: %s is no %s\n", text, what);
    exit (2);
  }
  return (int) n;
}

static Options
read_options (int argc, char **argv)
{
  Options o = { "auto", 1920, 1080, 20000, 3, { 1, 8, 32, 64 }, 4 };
  int given = 0;

  for (int i = 1; i < argc; i++) {
    const char *value = i + 1 < argc ? argv[i + 1] : "";

    if (strcmp (argv[i], "--backend") == 0) {
      o.backend = value;
    } else if (strcmp (argv[i], "--size") == 0) {
      if (sscanf (value, "%dx%d", &o.width, &o.height) != 2) {
        fprintf (stderr, "bench_sources: %s is no WIDTHxHEIGHT\n", value);
        exit (2);
      }
    } else if (strcmp (argv[i], "--frames") == 0) {
      o.frames = number (value, "number of frames");
    } else if (strcmp (argv[i], "--rounds") == 0) {
      o.rounds = number (value, "number of rounds");
    } else {
      if (given < MAX_COUNTS)
        o.counts[given++] = number (argv[i], "number of sources");
      continue;
    }
    i++;
  }
  if (given > 0)
    o.n_counts = given;
  return o;
}

int
main (int argc, char **argv)
{
  Options o;
  Cost one = { 0.0 };

  gst_init (&argc, &argv);
  o = read_options (argc, argv);
  printf ("N savantbufgen of NV12 %dx%d, savantbatch to RGBA 640x640, backend "
          "%s; a frame, microseconds and switches of threads, the best of %d "
          "rounds; in brackets: divided by the first row.\n\n"
          "| sources | wall | CPU | of it the kernel's | switches |\n"
          "|---|---|---|---|---|\n",
      o.width, o.height, o.backend, o.rounds);
  for (int c = 0; c < o.n_counts; c++) {
    int n = o.counts[c];
    Cost best = { 0.0 };

    for (int r = 0; r < o.rounds; r++) {
      double frames;
      Cost cost;
      Meter m;

      if (!run (&o, n, &m))
        return 1;
      frames = (double) (m.batches - m.first) * n;
      cost = (Cost){ m.cost.wall / frames, m.cost.cpu / frames,
        m.cost.kernel / frames, m.cost.switches / frames };
      best = r == 0
          ? cost
          : (Cost){ MIN (best.wall, cost.wall), MIN (best.cpu, cost.cpu),
              MIN (best.kernel, cost.kernel),
              MIN (best.switches, cost.switches) };
    }
    if (c == 0)
      one = best;
    printf ("| %d | %.2f (%.2f) | %.2f (%.2f) | %.2f | %.2f |\n", n, best.wall,
        best.wall / one.wall, best.cpu, best.cpu / one.cpu, best.kernel,
        best.switches);
    fflush (stdout);
  }
  return 0;
}
