/* SPDX-License-Identifier: Apache-2.0 */
#include "report.h"

#include <malloc.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define MAX_BYTES_A_CHANGE 100.0
/* Fewer samples have no slope. */
#define MIN_SAMPLES 10
/* In fewer changes a table that doubles once looks like growth. */
#define MIN_CHANGES_FOR_BYTES 1000.0
/* Not one object in two hundred changes. */
#define MAX_OBJECTS_A_CHANGE 0.005

typedef struct Slope
{
  gdouble a_change;
  gdouble error; /* standard error */
} Slope;

void
soak_report_init (SoakReport *r)
{
  r->samples =
      g_array_sized_new (FALSE, FALSE, sizeof (SoakSample), SOAK_MAX_SAMPLES);
  r->every = 1;
}

void
soak_report_clear (SoakReport *r)
{
  g_array_unref (r->samples);
}

static gdouble
resident_bytes (void)
{
  FILE *file = fopen ("/proc/self/statm", "r");
  gdouble pages = 0;

  if (file == NULL)
    return 0;
  if (fscanf (file, "%*s %lf", &pages) != 1)
    pages = 0;
  fclose (file);
  return pages * (gdouble) sysconf (_SC_PAGESIZE);
}

static void
thin_out (SoakReport *r)
{
  guint n = r->samples->len / 2;

  for (guint i = 0; i < n; i++)
    g_array_index (r->samples, SoakSample, i) =
        g_array_index (r->samples, SoakSample, 2 * i + 1);
  g_array_set_size (r->samples, n);
  r->every *= 2;
}

void
soak_report_sample (SoakReport *r, gint64 live_objects)
{
  SoakSample sample;

  if (r->changes % r->every != 0)
    return;
  if (r->samples->len == SOAK_MAX_SAMPLES)
    thin_out (r);
  sample = (SoakSample){ .changes = (gdouble) r->changes,
    .bytes = (gdouble) mallinfo2 ().uordblks,
    .objects = (gdouble) live_objects,
    .rss = resident_bytes () };
  g_array_append_val (r->samples, sample);
}

/* Steps grow by a tenth from 1 us on. */
static gdouble
step_ms (guint step)
{
  return 0.001 * pow (1.1, step);
}

void
soak_report_latency (SoakReport *r, gint64 ns)
{
  gdouble us = ns > 1000 ? (gdouble) ns / 1000 : 1;
  guint step = (guint) (log (us) / log (1.1));

  r->latency[MIN (step, SOAK_LATENCY_STEPS - 1)]++;
}

/* Milliseconds that a share of the frames took at most. */
static gdouble
percentile (const SoakReport *r, gdouble share)
{
  guint64 total = 0, sum = 0;
  guint step = 0;

  for (guint i = 0; i < SOAK_LATENCY_STEPS; i++)
    total += r->latency[i];
  while (step < SOAK_LATENCY_STEPS - 1
      && (gdouble) (sum += r->latency[step]) < share * (gdouble) total)
    step++;
  return total > 0 ? step_ms (step + 1) : 0;
}

/* Of the number at `offset` of the samples, over their last 80 %. */
static Slope
regress (const GArray *samples, gsize offset)
{
  guint first = samples->len / 5, n = samples->len - first;
  gdouble mean_x = 0, mean_y = 0, xx = 0, xy = 0, rest = 0;
  Slope slope = { 0, 0 };

  if (samples->len < MIN_SAMPLES)
    return slope;
#define SAMPLE(i) (&g_array_index (samples, SoakSample, first + (i)))
#define Y(i) (*(const gdouble *) ((const gchar *) SAMPLE (i) + offset))
  for (guint i = 0; i < n; i++) {
    mean_x += SAMPLE (i)->changes / n;
    mean_y += Y (i) / n;
  }
  for (guint i = 0; i < n; i++) {
    gdouble dx = SAMPLE (i)->changes - mean_x;

    xx += dx * dx;
    xy += dx * (Y (i) - mean_y);
  }
  slope.a_change = xx > 0 ? xy / xx : 0;
  for (guint i = 0; i < n; i++) {
    gdouble d =
        Y (i) - mean_y - slope.a_change * (SAMPLE (i)->changes - mean_x);

    rest += d * d;
  }
  slope.error = n > 2 && xx > 0 ? sqrt (rest / (n - 2) / xx) : 0;
#undef Y
#undef SAMPLE
  return slope;
}

static gboolean
judge (const SoakReport *r, const gchar *what, gsize offset, gdouble limit)
{
  Slope slope = regress (r->samples, offset);
  gboolean good = limit < 0 || slope.a_change - 3 * slope.error <= limit;

  printf ("  %-34s %12.3f a change, standard error %.3f", what, slope.a_change,
      slope.error);
  if (limit >= 0)
    printf (", at most %g%s", limit, good ? "" : " FAIL");
  printf ("\n");
  return good;
}

gboolean
soak_report_print (const SoakReport *r)
{
  const SoakSample *last = r->samples->len > 0
      ? &g_array_index (r->samples, SoakSample, r->samples->len - 1)
      : NULL;
  const SoakSample *first =
      last != NULL ? &g_array_index (r->samples, SoakSample, 0) : NULL;
  gboolean good;

  printf ("%s: %" G_GUINT64_FORMAT " changes in %.1f s, seed %u\n", r->name,
      r->changes, r->seconds, r->seed);
  printf ("  frames: in %" G_GUINT64_FORMAT ", out %" G_GUINT64_FORMAT
          ", held %" G_GUINT64_FORMAT ", dropped %" G_GUINT64_FORMAT "\n",
      r->in, r->out, r->held, r->dropped);
  printf ("  latency: p50 %.2f ms, p99 %.2f ms\n", percentile (r, 0.5),
      percentile (r, 0.99));
  if (last == NULL || r->samples->len < MIN_SAMPLES) {
    printf ("  %u samples are too few for a slope\n", r->samples->len);
    return TRUE;
  }
  printf ("  at the end: %.0f bytes malloc()ed, %.0f GstMiniObjects, RSS %.1f "
          "MiB; slopes of %u samples:\n",
      last->bytes, last->objects, last->rss / (1 << 20), r->samples->len);
  /* A sanitizer's allocator tells nothing. */
  good = last->bytes == 0
      || judge (r, "mallinfo2().uordblks, bytes",
          G_STRUCT_OFFSET (SoakSample, bytes),
          last->changes - first->changes < MIN_CHANGES_FOR_BYTES
              ? -1
              : MAX_BYTES_A_CHANGE);
  good = judge (r, "live GstMiniObjects", G_STRUCT_OFFSET (SoakSample, objects),
             MAX_OBJECTS_A_CHANGE)
      && good;
  judge (r, "RSS, bytes", G_STRUCT_OFFSET (SoakSample, rss), -1);
  return good;
}
