/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SOAK_REPORT_H
#define SOAK_REPORT_H

#include <glib.h>

/* More samples than this are thinned out to half. */
#define SOAK_MAX_SAMPLES 1024

/* Latencies up to 10 s in steps of a tenth. */
#define SOAK_LATENCY_STEPS 256

typedef struct SoakSample
{
  gdouble changes;
  gdouble bytes; /* mallinfo2().uordblks */
  gdouble objects;
  gdouble rss;
} SoakSample;

typedef struct SoakReport
{
  const gchar *name;
  guint32 seed;
  guint64 changes;
  gdouble seconds;
  guint64 in, out, held, dropped;
  GArray *samples; /* SoakSample; never grows, so as not to count itself */
  guint64 every;   /* changes from one to the next */
  guint64 latency[SOAK_LATENCY_STEPS];
} SoakReport;

void soak_report_init (SoakReport *r);
void soak_report_clear (SoakReport *r);

/* Takes a sample if it is time for one. */
void soak_report_sample (SoakReport *r, gint64 live_objects);
void soak_report_latency (SoakReport *r, gint64 ns);

/* FALSE where memory or objects grow. */
gboolean soak_report_print (const SoakReport *r);

#endif
