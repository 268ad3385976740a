/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SOAK_H
#define SOAK_H

/* What the soak programs share: counts of frames, the slope of memory and of
 * live objects over the changes that a program makes, latency, and a watchdog
 * that ends a program where nothing comes out for 5 s.
 *
 * A program makes changes (a source comes or goes, a cycle of states, an
 * event) until it has made --changes of them, or --seconds have passed; with
 * SOAK_HOURS set, for a seventh of that time each. It fails where a frame is
 * unaccounted, on a stall, where malloc()ed memory grows by more than 100
 * bytes a change or live GstMiniObjects grow at all, each beyond three times
 * the standard error of the regression over the last 80 % of the samples. The
 * first --warm-up changes (100) are not sampled: tables of names, pools of
 * threads and the like reach their size then. Bytes are judged from 1000
 * sampled changes on, as a table that doubles once is no growth. */

#include <gst/gst.h>

typedef struct Soak Soak;

/* Reads the command line; `changes` and `seconds` are what it may leave out, 0
 * for no limit. */
Soak *soak_new (int argc, char **argv, const gchar *name, guint64 changes,
    gdouble seconds);

/* Prints everything and frees it; the program's exit code. */
int soak_finish (Soak *s);

/* Whether there is more to do. */
gboolean soak_more (Soak *s);

/* One more change was made; now and then memory is sampled, in a moment that
 * is like the others. */
void soak_change (Soak *s);

/* Prints what is wrong and makes the program fail. */
void soak_fail (Soak *s, const gchar *format, ...) G_GNUC_PRINTF (2, 3);

/* From `lo` to `hi` - 1, from the seed. */
guint soak_random (Soak *s, guint lo, guint hi);

/* While TRUE, frames have to come out at least every 5 s. */
void soak_expect_frames (Soak *s, gboolean expect);

/* Counts buffers that come to a sink pad of savantbatch. */
void soak_count_input (Soak *s, GstPad *pad);

/* Counts the slots that savantbatch pushes, and their latency; checks that
 * timestamps never go back. */
void soak_watch_output (Soak *s, GstElement *batch);

/* Slots that came out so far. */
guint64 soak_output (Soak *s);

/* Fails unless in = out + held + dropped, in all and for every pad. */
void soak_check_stats (Soak *s, GstElement *element);

/* As before where nothing moves any more: held is 0; adds to the totals of the
 * report, which soak_finish() compares with what was counted. To be called in
 * READY or NULL: counts begin anew at READY to PAUSED. */
void soak_settle (Soak *s, GstElement *batch, GstElement *unbatch);

/* A field of the property `stats`. */
guint64 soak_stat (GstElement *element, const gchar *field);

/* Errors of `element` only, others are dropped; fails where there is one. */
void soak_check_errors (Soak *s, GstBus *bus, GstElement *element);

/* The state is reached within 5 s, or the program fails. */
void soak_set_state (Soak *s, GstElement *element, GstState state);

GstElement *soak_make (GstElement *bin, const gchar *factory);

/* ---- Pipelines (pipeline.c) --------------------------------------------- */

#define SOAK_MAX_SOURCES 64

/* A pad that the program pushes to by itself. */
typedef struct SoakFeed
{
  GstPad *pad;
  GstPad *peer; /* of savantbatch */
  GstElement *sink;
} SoakFeed;

typedef struct SoakSource
{
  GstElement *source; /* NULL: there is none at this pad */
  GstElement *filter;
  GstElement *sink;
  _Atomic guint64 pushed; /* frames that came to the pad */
  _Atomic guint64 seen;   /* frames that came to the sink */
} SoakSource;

/* Sources, savantbatch, savantunbatch and a fakesink for each source. */
typedef struct SoakPipeline
{
  Soak *soak;
  GstElement *pipeline;
  GstElement *batch;
  GstElement *unbatch;
  GstBus *bus;
  gboolean may_fail; /* errors of the batch are none of the program */
  SoakSource sources[SOAK_MAX_SOURCES];
} SoakPipeline;

/* In NULL, without sources; batches of `properties` ("name=value ..."). */
void soak_pipeline_init (SoakPipeline *p, Soak *s, const gchar *properties);

/* A source at pad n, started as the pipeline is; `buffers` -1 for no end. */
void soak_pipeline_add (SoakPipeline *p, guint n, const gchar *caps,
    gboolean live, gint buffers);

/* Takes it away, whatever it does at the moment: the pads are released, then
 * the elements stop. */
void soak_pipeline_remove (SoakPipeline *p, guint n);

/* A pad in place of a source, with its stream begun; the pipeline has to be in
 * PAUSED or PLAYING. */
void soak_feed_init (SoakFeed *feed, SoakPipeline *p, guint n);
void soak_feed_clear (SoakFeed *feed);

/* A frame of those caps, 16x16. */
GstFlowReturn soak_feed_push (SoakFeed *feed, GstClockTime pts,
    GstClockTime duration);

/* Waits until all that came in is out or dropped. */
void soak_pipeline_drain (SoakPipeline *p);

/* Stops, settles and frees. */
void soak_pipeline_clear (SoakPipeline *p);

#endif
