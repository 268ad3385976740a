/* SPDX-License-Identifier: Apache-2.0 */

/* What batching costs: CPU time of the process a frame, with 1 to 128 live
 * sources of 30 small frames a second each, beside the same sources into
 * fakesinks and into queues. All of one run; the shapes take turns, and medians
 * over the rounds count, of differences within a round where one is told: what
 * a frame costs an idle machine differs more from minute to minute than by what
 * batching adds.
 *
 *   bench_batch [--seconds S] [--rounds R] [--sources N] [--markdown FILE]
 *   bench_batch --only SHAPE --sources N --frames F    (for a profiler)
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include <gst/gst.h>

#define CAPS                                                                   \
  "video/x-raw(memory:NVMM),format=RGBA,width=64,height=64,framerate=30/1"
#define MAX_SOURCES 128

typedef enum Shape
{
  SHAPE_SINKS,
  SHAPE_QUEUES,
  SHAPE_NON_UNIFORM,
  SHAPE_UNIFORM,
  SHAPE_NON_UNIFORM_SPLIT,
  SHAPE_UNIFORM_SPLIT,
  N_SHAPES
} Shape;

static const char *const shape_names[N_SHAPES] = { "fakesinks", "queues",
  "non-uniform", "uniform", "non-uniform, unbatch", "uniform, unbatch" };

static const unsigned sources[] = { 1, 8, 32, 64, 128 };
#define N_SOURCES (sizeof sources / sizeof *sources)
#define MAX_ROUNDS 101

/* CPU microseconds a frame; 0: not measured. */
typedef double Rounds[MAX_ROUNDS];

typedef struct Options
{
  double seconds;
  unsigned rounds;
  unsigned only_sources; /* 0: all */
  int only_shape;        /* -1: all */
  unsigned frames;       /* of each source, not live; 0: live for `seconds` */
  const char *markdown;
} Options;

static double
cpu_us (void)
{
  struct rusage u;

  getrusage (RUSAGE_SELF, &u);
  return (double) (u.ru_utime.tv_sec + u.ru_stime.tv_sec) * 1e6
      + (double) (u.ru_utime.tv_usec + u.ru_stime.tv_usec);
}

static GstElement *
make (GstElement *pipeline, const char *factory, const char *name)
{
  GstElement *element = gst_element_factory_make (factory, name);

  if (element == NULL) {
    fprintf (stderr, "no element %s\n", factory);
    exit (1);
  }
  gst_bin_add (GST_BIN (pipeline), element);
  return element;
}

static GstElement *
make_sink (GstElement *pipeline)
{
  GstElement *sink = make (pipeline, "fakesink", NULL);

  g_object_set (sink, "async", FALSE, "sync", FALSE, "qos", FALSE, NULL);
  return sink;
}

static void
add_source (GstElement *pipeline, const Options *options, Shape shape,
    GstElement *batch, GstElement *unbatch, unsigned n)
{
  GstElement *source = make (pipeline, "savantbufgen", NULL);
  GstCaps *caps = gst_caps_from_string (CAPS);
  char name[32];

  g_object_set (source, "is-live", options->frames == 0, "pool-size", 16, NULL);
  if (options->frames > 0)
    g_object_set (source, "num-buffers", options->frames, NULL);
  if (shape == SHAPE_SINKS) {
    gst_element_link_filtered (source, make_sink (pipeline), caps);
  } else if (shape == SHAPE_QUEUES) {
    GstElement *queue = make (pipeline, "queue", NULL);

    gst_element_link_filtered (source, queue, caps);
    gst_element_link (queue, make_sink (pipeline));
  } else {
    GstElement *filter = make (pipeline, "capsfilter", NULL);

    g_object_set (filter, "caps", caps, NULL);
    gst_element_link (source, filter);
    snprintf (name, sizeof name, "sink_%u", n);
    gst_element_link_pads (filter, "src", batch, name);
  }
  if (unbatch != NULL) {
    snprintf (name, sizeof name, "src_%u", n);
    gst_element_link_pads (unbatch, name, make_sink (pipeline), "sink");
  }
  gst_caps_unref (caps);
}

static GstElement *
build (const Options *options, Shape shape, unsigned n)
{
  GstElement *pipeline = gst_pipeline_new (NULL);
  GstElement *batch = NULL, *unbatch = NULL;

  if (shape >= SHAPE_NON_UNIFORM) {
    batch = make (pipeline, "savantbatch", NULL);
    gst_util_set_object_arg (G_OBJECT (batch), "mode",
        shape == SHAPE_UNIFORM || shape == SHAPE_UNIFORM_SPLIT ? "uniform"
                                                               : "non-uniform");
  }
  if (shape >= SHAPE_NON_UNIFORM_SPLIT) {
    unbatch = make (pipeline, "savantunbatch", NULL);
    gst_element_link (batch, unbatch);
  } else if (batch != NULL) {
    gst_element_link (batch, make_sink (pipeline));
  }
  for (unsigned i = 0; i < n; i++)
    add_source (pipeline, options, shape, batch, unbatch, i);
  return pipeline;
}

/* How many frames the sources have made. */
static guint64
count_frames (GstElement *pipeline)
{
  GstIterator *it = gst_bin_iterate_sources (GST_BIN (pipeline));
  GValue value = G_VALUE_INIT;
  guint64 total = 0, out;

  while (gst_iterator_next (it, &value) == GST_ITERATOR_OK) {
    GstStructure *stats;

    g_object_get (g_value_get_object (&value), "stats", &stats, NULL);
    if (gst_structure_get_uint64 (stats, "out", &out))
      total += out;
    gst_structure_free (stats);
    g_value_reset (&value);
  }
  gst_iterator_free (it);
  return total;
}

static void
check_errors (GstBus *bus)
{
  GstMessage *message = gst_bus_pop_filtered (bus, GST_MESSAGE_ERROR);
  GError *error;

  if (message == NULL)
    return;
  gst_message_parse_error (message, &error, NULL);
  fprintf (stderr, "%s\n", error->message);
  exit (1);
}

/* CPU microseconds a frame. */
static double
run (const Options *options, Shape shape, unsigned n)
{
  GstElement *pipeline = build (options, shape, n);
  GstBus *bus = gst_element_get_bus (pipeline);
  double before, spent;
  guint64 frames;

  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  if (options->frames > 0) {
    gst_message_unref (gst_bus_timed_pop_filtered (bus, GST_CLOCK_TIME_NONE,
        GST_MESSAGE_EOS | GST_MESSAGE_ERROR));
    gst_element_set_state (pipeline, GST_STATE_NULL);
    gst_object_unref (bus);
    gst_object_unref (pipeline);
    return 0;
  }
  g_usleep (G_USEC_PER_SEC / 2); /* negotiated, every thread has run */
  check_errors (bus);
  frames = count_frames (pipeline);
  before = cpu_us ();
  g_usleep ((gulong) (options->seconds * G_USEC_PER_SEC));
  spent = cpu_us () - before;
  frames = count_frames (pipeline) - frames;
  check_errors (bus);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (bus);
  gst_object_unref (pipeline);
  return frames > 0 ? spent / (double) frames : 0;
}

static int
compare (const void *a, const void *b)
{
  double x = *(const double *) a, y = *(const double *) b;

  return (x > y) - (x < y);
}

static double
median (const double *values, unsigned n)
{
  Rounds sorted;

  memcpy (sorted, values, n * sizeof *values);
  qsort (sorted, n, sizeof *sorted, compare);
  return n % 2 == 1 ? sorted[n / 2] : (sorted[n / 2 - 1] + sorted[n / 2]) / 2;
}

/* What `shape` costs more than the same sources into fakesinks. */
static double
added (Rounds us[N_SHAPES][N_SOURCES], int shape, size_t i, unsigned rounds)
{
  Rounds more;

  for (unsigned r = 0; r < rounds; r++)
    more[r] = us[shape][i][r] - us[SHAPE_SINKS][i][r];
  return median (more, rounds);
}

static double
against_one (Rounds us[N_SHAPES][N_SOURCES], int shape, size_t i,
    unsigned rounds)
{
  return median (us[shape][i], rounds) / median (us[shape][0], rounds);
}

static void
print_table (FILE *file, Rounds us[N_SHAPES][N_SOURCES], unsigned rounds)
{
  fprintf (file, "| sources | fakesinks us | queue adds us ");
  for (int s = SHAPE_NON_UNIFORM; s < N_SHAPES; s++)
    fprintf (file, "| %s adds us ", shape_names[s]);
  fprintf (file,
      "| batch + unbatch / queue: non-uniform | uniform "
      "| whole, against 1 source: non-uniform | uniform |\n|---");
  for (int i = 0; i < N_SHAPES + 4; i++)
    fprintf (file, "|--:");
  fprintf (file, "|\n");
  for (size_t i = 0; i < N_SOURCES; i++) {
    double queue = added (us, SHAPE_QUEUES, i, rounds);

    if (us[SHAPE_SINKS][i][0] == 0)
      continue;
    fprintf (file, "| %u | %.1f ", sources[i],
        median (us[SHAPE_SINKS][i], rounds));
    for (int s = SHAPE_QUEUES; s < N_SHAPES; s++)
      fprintf (file, "| %.1f ", added (us, s, i, rounds));
    fprintf (file, "| %.2f | %.2f | %.2f | %.2f |\n",
        added (us, SHAPE_NON_UNIFORM_SPLIT, i, rounds) / queue,
        added (us, SHAPE_UNIFORM_SPLIT, i, rounds) / queue,
        against_one (us, SHAPE_NON_UNIFORM, i, rounds),
        against_one (us, SHAPE_UNIFORM, i, rounds));
  }
}

static void
parse (Options *options, int argc, char **argv)
{
  for (int i = 1; i + 1 < argc; i += 2) {
    const char *value = argv[i + 1];

    if (strcmp (argv[i], "--seconds") == 0)
      options->seconds = atof (value);
    else if (strcmp (argv[i], "--rounds") == 0)
      options->rounds = (unsigned) atoi (value);
    else if (strcmp (argv[i], "--sources") == 0)
      options->only_sources = (unsigned) atoi (value);
    else if (strcmp (argv[i], "--frames") == 0)
      options->frames = (unsigned) atoi (value);
    else if (strcmp (argv[i], "--markdown") == 0)
      options->markdown = value;
    else if (strcmp (argv[i], "--only") == 0)
      for (int s = 0; s < N_SHAPES; s++)
        if (strcmp (value, shape_names[s]) == 0)
          options->only_shape = s;
  }
}

int
main (int argc, char **argv)
{
  static Rounds us[N_SHAPES][N_SOURCES];
  Options options = { .seconds = 1.5, .rounds = 7, .only_shape = -1 };

  gst_init (NULL, NULL);
  parse (&options, argc, argv);
  if (options.only_shape >= 0) {
    printf ("%.2f us a frame\n",
        run (&options, (Shape) options.only_shape, options.only_sources));
    return 0;
  }
  options.rounds = CLAMP (options.rounds, 1, MAX_ROUNDS);
  for (unsigned round = 0; round < options.rounds; round++)
    for (size_t i = 0; i < N_SOURCES; i++)
      for (int s = 0; s < N_SHAPES; s++)
        if (options.only_sources == 0 || options.only_sources == sources[i]
            || i == 0)
          us[s][i][round] = run (&options, (Shape) s, sources[i]);
  printf (
      "CPU time of the process a frame (64x64 RGBA surfaces, live, 30 fps), "
      "medians of %u rounds of %.1f s\n\n",
      options.rounds, options.seconds);
  print_table (stdout, us, options.rounds);
  if (options.markdown != NULL) {
    FILE *file = fopen (options.markdown, "w");

    if (file == NULL) {
      perror (options.markdown);
      return 1;
    }
    print_table (file, us, options.rounds);
    fclose (file);
  }
  return 0;
}
