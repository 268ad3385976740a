/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GST_USE_UNSTABLE_API
#define GST_USE_UNSTABLE_API
#endif
#include "soak.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <gst/gsttracer.h>

#include <savant/gst.h>

#include "report.h"

#define STALL_NS (5 * (gint64) GST_SECOND)

struct Soak
{
  SoakReport report;
  guint64 changes; /* 0: no limit */
  gdouble seconds;
  guint64 warm_up; /* changes before the first sample */
  GRand *random;
  GstTracer *tracer;
  gint64 started_ns;

  atomic_bool expect;
  _Atomic gint64 progress_ns;
  _Atomic guint64 input;
  _Atomic guint64 output;
  atomic_bool failed;
  atomic_bool over;
  pthread_t watchdog;

  pthread_mutex_t lock; /* guards report.latency */
};

static _Atomic gint64 live_objects;

/* A hook needs a tracer. */
typedef GstTracer SoakTracer;
typedef GstTracerClass SoakTracerClass;
GType soak_tracer_get_type (void);
G_DEFINE_TYPE (SoakTracer, soak_tracer, GST_TYPE_TRACER)

static void
soak_tracer_class_init (SoakTracerClass *klass)
{
  (void) klass;
}

static void
soak_tracer_init (SoakTracer *tracer)
{
  (void) tracer;
}

static void
mini_object_created (void)
{
  live_objects++;
}

static void
mini_object_destroyed (void)
{
  live_objects--;
}

static gint64
now_ns (void)
{
  struct timespec t;

  clock_gettime (CLOCK_MONOTONIC, &t);
  return t.tv_sec * (gint64) GST_SECOND + t.tv_nsec;
}

/* ---- Life --------------------------------------------------------------- */

/* Ends the process: whatever stands still will not come back by itself. */
static void *
watch (void *data)
{
  Soak *s = data;

  while (!s->over) {
    g_usleep (100 * 1000);
    if (!s->expect || now_ns () - s->progress_ns < STALL_NS)
      continue;
    fprintf (stderr,
        "FAIL %s: nothing came out for 5 s after %" G_GUINT64_FORMAT
        " changes\n",
        s->report.name, s->report.changes);
    abort ();
  }
  return NULL;
}

/* Chunks that threads keep for themselves would look like growth. */
static void
restart_without_caches (char **argv)
{
  if (g_getenv ("GLIBC_TUNABLES") != NULL)
    return;
  g_setenv ("GLIBC_TUNABLES", "glibc.malloc.tcache_count=0", TRUE);
  g_setenv ("MALLOC_ARENA_MAX", "2", TRUE);
  execv ("/proc/self/exe", argv);
  perror ("execv");
}

Soak *
soak_new (int argc, char **argv, const gchar *name, guint64 changes,
    gdouble seconds)
{
  const gchar *hours = g_getenv ("SOAK_HOURS");
  Soak *s = g_new0 (Soak, 1);
  guint32 seed = 1;

  restart_without_caches (argv);
  gst_init (NULL, NULL);
  g_log_set_always_fatal (G_LOG_LEVEL_CRITICAL | G_LOG_LEVEL_ERROR);
  s->changes = changes;
  s->seconds = seconds;
  s->warm_up = 100;
  if (hours != NULL) {
    s->changes = 0;
    s->seconds = g_ascii_strtod (hours, NULL) * 3600 / 7;
  }
  for (int i = 1; i + 1 < argc; i += 2) {
    if (strcmp (argv[i], "--changes") == 0)
      s->changes = g_ascii_strtoull (argv[i + 1], NULL, 10);
    else if (strcmp (argv[i], "--seconds") == 0)
      s->seconds = g_ascii_strtod (argv[i + 1], NULL);
    else if (strcmp (argv[i], "--warm-up") == 0)
      s->warm_up = g_ascii_strtoull (argv[i + 1], NULL, 10);
    else if (strcmp (argv[i], "--seed") == 0)
      seed = (guint32) g_ascii_strtoull (argv[i + 1], NULL, 10);
  }
  if (s->changes == 0 && s->seconds == 0) {
    fprintf (stderr, "%s: --changes or --seconds must be more than 0\n", name);
    exit (2);
  }
  s->report.name = name;
  s->report.seed = seed;
  s->random = g_rand_new_with_seed (seed);
  s->started_ns = s->progress_ns = now_ns ();
  pthread_mutex_init (&s->lock, NULL);
  s->tracer =
      gst_object_ref_sink (g_object_new (soak_tracer_get_type (), NULL));
  gst_tracing_register_hook (s->tracer, "mini-object-created",
      G_CALLBACK (mini_object_created));
  gst_tracing_register_hook (s->tracer, "mini-object-destroyed",
      G_CALLBACK (mini_object_destroyed));
  soak_report_init (&s->report);
  pthread_create (&s->watchdog, NULL, watch, s);
  return s;
}

int
soak_finish (Soak *s)
{
  int code;

  s->over = TRUE;
  pthread_join (s->watchdog, NULL);
  s->report.seconds = (gdouble) (now_ns () - s->started_ns) / GST_SECOND;
  if (s->report.in != s->input)
    soak_fail (s,
        "%" G_GUINT64_FORMAT
        " frames were pushed, stats counted %" G_GUINT64_FORMAT,
        (guint64) s->input, s->report.in);
  /* What downstream refuses comes out of the pad and counts as dropped. */
  if (s->output < s->report.out
      || s->output > s->report.out + s->report.dropped)
    soak_fail (s,
        "%" G_GUINT64_FORMAT " slots came out, stats counted %" G_GUINT64_FORMAT
        " out and %" G_GUINT64_FORMAT " dropped",
        (guint64) s->output, s->report.out, s->report.dropped);
  code = soak_report_print (&s->report) && !s->failed ? 0 : 1;
  printf ("  when all is freed: %" G_GINT64_FORMAT " GstMiniObjects\n",
      (gint64) live_objects);
  printf ("%s %s\n", code == 0 ? "PASS" : "FAIL", s->report.name);
  soak_report_clear (&s->report);
  pthread_mutex_destroy (&s->lock);
  g_rand_free (s->random);
  gst_object_unref (s->tracer);
  g_free (s);
  return code;
}

gboolean
soak_more (Soak *s)
{
  if (s->failed || (s->changes > 0 && s->report.changes >= s->changes))
    return FALSE;
  return s->seconds == 0
      || (gdouble) (now_ns () - s->started_ns) < s->seconds * GST_SECOND;
}

void
soak_change (Soak *s)
{
  s->report.changes++;
  if (s->report.changes > s->warm_up)
    soak_report_sample (&s->report, live_objects);
}

void
soak_fail (Soak *s, const gchar *format, ...)
{
  va_list args;
  gchar *text;

  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);
  fprintf (stderr,
      "FAIL %s after %" G_GUINT64_FORMAT " changes (seed %u): %s\n",
      s->report.name, s->report.changes, s->report.seed, text);
  g_free (text);
  s->failed = TRUE;
}

guint
soak_random (Soak *s, guint lo, guint hi)
{
  return (guint) g_rand_int_range (s->random, (gint32) lo, (gint32) hi);
}

void
soak_expect_frames (Soak *s, gboolean expect)
{
  s->progress_ns = now_ns ();
  s->expect = expect;
}

/* ---- Frames ------------------------------------------------------------- */

static GstPadProbeReturn
count_input (GstPad *pad, GstPadProbeInfo *info, gpointer data)
{
  (void) pad;
  (void) info;
  ((Soak *) data)->input++;
  return GST_PAD_PROBE_OK;
}

void
soak_count_input (Soak *s, GstPad *pad)
{
  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER, count_input, s, NULL);
}

typedef struct Watch
{
  Soak *soak;
  GstClockTime last_pts;
} Watch;

/* A new stream, or time that begins anew. */
static void
see_event (Watch *w, const GstEvent *event)
{
  if (GST_EVENT_TYPE (event) == GST_EVENT_STREAM_START
      || GST_EVENT_TYPE (event) == GST_EVENT_FLUSH_STOP)
    w->last_pts = GST_CLOCK_TIME_NONE;
}

static void
see_batch (Watch *w, GstBuffer *buffer)
{
  const GstSavantBatchMeta *meta = gst_buffer_get_savant_batch_meta (buffer);
  Soak *s = w->soak;
  gint64 now = now_ns ();

  s->progress_ns = now;
  s->output += meta->n_slots;
  if (GST_CLOCK_TIME_IS_VALID (w->last_pts)
      && (!GST_BUFFER_PTS_IS_VALID (buffer)
          || GST_BUFFER_PTS (buffer) < w->last_pts))
    soak_fail (s,
        "a batch has PTS %" GST_TIME_FORMAT " after %" GST_TIME_FORMAT,
        GST_TIME_ARGS (GST_BUFFER_PTS (buffer)), GST_TIME_ARGS (w->last_pts));
  w->last_pts = GST_BUFFER_PTS (buffer);
  pthread_mutex_lock (&s->lock);
  for (guint i = 0; i < meta->n_slots; i++)
    soak_report_latency (&s->report, now - (gint64) meta->slots[i].arrival_ns);
  pthread_mutex_unlock (&s->lock);
}

static GstPadProbeReturn
see_output (GstPad *pad, GstPadProbeInfo *info, gpointer data)
{
  (void) pad;
  if ((info->type & GST_PAD_PROBE_TYPE_BUFFER) != 0)
    see_batch (data, GST_PAD_PROBE_INFO_BUFFER (info));
  else
    see_event (data, GST_PAD_PROBE_INFO_EVENT (info));
  return GST_PAD_PROBE_OK;
}

void
soak_watch_output (Soak *s, GstElement *batch)
{
  GstPad *pad = gst_element_get_static_pad (batch, "src");
  Watch *w = g_new (Watch, 1);

  *w = (Watch){ .soak = s, .last_pts = GST_CLOCK_TIME_NONE };
  gst_pad_add_probe (pad,
      GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM
          | GST_PAD_PROBE_TYPE_EVENT_FLUSH,
      see_output, w, g_free);
  gst_object_unref (pad);
}

guint64
soak_output (Soak *s)
{
  return s->output;
}

/* ---- Accounting --------------------------------------------------------- */

static guint64
field (const GstStructure *stats, const gchar *name)
{
  guint64 value = 0;

  gst_structure_get_uint64 (stats, name, &value);
  return value;
}

guint64
soak_stat (GstElement *element, const gchar *name)
{
  GstStructure *stats;
  guint64 value;

  g_object_get (element, "stats", &stats, NULL);
  value = field (stats, name);
  gst_structure_free (stats);
  return value;
}

static gboolean
check_balance (GQuark name, const GValue *value, gpointer data)
{
  const GstStructure *stats = gst_value_get_structure (value);
  guint64 in = field (stats, "in"), out = field (stats, "out");
  guint64 held = field (stats, "held"), dropped = field (stats, "dropped");

  if (in != out + held + dropped)
    soak_fail (data,
        "%s: in %" G_GUINT64_FORMAT " is not out %" G_GUINT64_FORMAT
        " + held %" G_GUINT64_FORMAT " + dropped %" G_GUINT64_FORMAT,
        g_quark_to_string (name), in, out, held, dropped);
  return TRUE;
}

void
soak_check_stats (Soak *s, GstElement *element)
{
  const GValue *pads;
  GstStructure *stats;
  GValue all = G_VALUE_INIT;

  g_object_get (element, "stats", &stats, NULL);
  g_value_init (&all, GST_TYPE_STRUCTURE);
  gst_value_set_structure (&all, stats);
  check_balance (gst_structure_get_name_id (stats), &all, s);
  g_value_unset (&all);
  pads = gst_structure_get_value (stats, "pads");
  if (pads != NULL)
    gst_structure_foreach (gst_value_get_structure (pads), check_balance, s);
  gst_structure_free (stats);
}

void
soak_settle (Soak *s, GstElement *batch, GstElement *unbatch)
{
  GstStructure *stats;

  soak_check_stats (s, batch);
  g_object_get (batch, "stats", &stats, NULL);
  if (field (stats, "held") != 0)
    soak_fail (s, "savantbatch holds %" G_GUINT64_FORMAT " frames at rest",
        field (stats, "held"));
  s->report.in += field (stats, "in");
  s->report.out += field (stats, "out");
  s->report.held += field (stats, "held");
  s->report.dropped += field (stats, "dropped");
  gst_structure_free (stats);
  if (unbatch == NULL)
    return;
  soak_check_stats (s, unbatch);
  g_object_get (unbatch, "stats", &stats, NULL);
  if (field (stats, "held") != 0)
    soak_fail (s, "savantunbatch holds %" G_GUINT64_FORMAT " frames at rest",
        field (stats, "held"));
  gst_structure_free (stats);
}

void
soak_check_errors (Soak *s, GstBus *bus, GstElement *element)
{
  GstMessage *message;

  while ((message = gst_bus_pop (bus)) != NULL) {
    if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR
        && GST_MESSAGE_SRC (message) == GST_OBJECT (element)) {
      GError *error;

      gst_message_parse_error (message, &error, NULL);
      soak_fail (s, "%s: %s", GST_OBJECT_NAME (element), error->message);
      g_error_free (error);
    }
    gst_message_unref (message);
  }
}

void
soak_set_state (Soak *s, GstElement *element, GstState state)
{
  gint64 before = now_ns ();
  gboolean expect = s->expect;

  /* The watchdog ends what hangs here. */
  soak_expect_frames (s, TRUE);
  if (gst_element_set_state (element, state) == GST_STATE_CHANGE_FAILURE)
    soak_fail (s, "%s does not go to %s", GST_OBJECT_NAME (element),
        gst_element_state_get_name (state));
  if (now_ns () - before > STALL_NS)
    soak_fail (s, "%s took more than 5 s to go to %s",
        GST_OBJECT_NAME (element), gst_element_state_get_name (state));
  soak_expect_frames (s, expect);
}

GstElement *
soak_make (GstElement *bin, const gchar *factory)
{
  GstElement *element = gst_element_factory_make (factory, NULL);

  if (element == NULL) {
    fprintf (stderr, "no element %s\n", factory);
    exit (2);
  }
  if (bin != NULL)
    gst_bin_add (GST_BIN (bin), element);
  return element;
}
