/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GST_SAVANT_UNBATCH_H
#define GST_SAVANT_UNBATCH_H

/* savantunbatch, by subject:
 *   gstsavantunbatch.c       life, pads, frames
 *   gstsavantunbatchevent.c  the streams' events
 *   gstsavantunbatchview.c   one slot as a buffer, and its caps
 *   gstsavantunbatchanalytics.c  batches of GStreamer's analytics elements
 *
 * Threads: one streaming thread does all but requests and releases of pads,
 * flushes and upstream events. */

#include <pthread.h>

#include <gst/base/gstflowcombiner.h>

#include <savant/gst.h>

#include "analytics.h"
#include "flowstats.h"

G_BEGIN_DECLS

#define GST_TYPE_SAVANT_UNBATCH (gst_savant_unbatch_get_type ())
G_DECLARE_FINAL_TYPE (GstSavantUnbatch, gst_savant_unbatch, GST, SAVANT_UNBATCH,
    GstElement)

#define GST_TYPE_SAVANT_UNBATCH_PAD (gst_savant_unbatch_pad_get_type ())
G_DECLARE_FINAL_TYPE (GstSavantUnbatchPad, gst_savant_unbatch_pad, GST,
    SAVANT_UNBATCH_PAD, GstPad)

/* What is known of a source, whether it has a pad or not. */
typedef struct SvStream
{
  guint source_id;
  GstEvent *stream_start;
  GstEvent *segment;
  GList *others; /* sticky events after the segment */
  GstCaps *caps; /* of the source's own frames */
  GstEvent *gap; /* the last one that came too early */
  guint caps_serial;
  gboolean ended;
} SvStream;

struct _GstSavantUnbatchPad
{
  GstPad parent;
  guint source_id;

  /* Guarded by the element's lock. */
  gboolean flushing;  /* until the stream's own FLUSH_STOP */
  guint flush_serial; /* of the last FLUSH_START */
  gboolean seeked;    /* got the seek of the element's seek_seqnum */
  gint waits;         /* so many gone sources of its id come before its own */

  /* The streaming thread. */
  gboolean started; /* stream-start is out */
  gboolean has_caps;
  gboolean has_segment;
  gboolean ended;
  gboolean had_eos; /* of whatever stream, since the last flush */
  gboolean plain;   /* video/x-raw without a feature */
  gboolean video_meta;
  gpointer asked; /* the peer that was asked for it */
  guint caps_serial;
  GstClockTimeDiff offset; /* the pad's own, as last set */
  GstVideoInfo info;
  SavantImage image; /* what the caps were made of */
};

struct _GstSavantUnbatch
{
  GstElement parent;
  GstPad *sinkpad;

  pthread_mutex_t lock; /* guards the next block */
  SvFlowStats stats;
  GHashTable *pads; /* source id: GstSavantUnbatchPad, borrowed */
  GstFlowCombiner *combiner;
  GHashTable *gone;  /* source id: how many serialized gone events will come */
  gboolean new_pads; /* one was requested since the last buffer or event */
  guint32 seek_seqnum; /* of the last flushing seek */

  /* The streaming thread. */
  GHashTable *streams; /* source id: SvStream */
  GstAllocator *views;
  GstCaps *caps;
  GstSavantFrameInfo info;
  gboolean analytics;  /* the caps are SV_ANALYTICS_CAPS */
  gboolean has_gaps;   /* a stream has one that came too early */
  gboolean has_sample; /* what a slot of the last batch is */
  SavantMemType sample_mem_type;
  SavantImage sample; /* its pixels may be gone */
};

/* -- gstsavantunbatch.c -- */

/* The pad of a source, referenced, or NULL. */
GstSavantUnbatchPad *sv_unbatch_find_pad (GstSavantUnbatch *self,
    guint source_id);

/* Whether what comes is still of a source that was gone before the pad came. */
gboolean sv_unbatch_waits (GstSavantUnbatch *self, GstSavantUnbatchPad *pad);

/* All src pads, referenced. */
GList *sv_unbatch_list_pads (GstSavantUnbatch *self);

/* Result of all pads, the one of `pad` being new. */
GstFlowReturn sv_unbatch_combine (GstSavantUnbatch *self,
    GstSavantUnbatchPad *pad, GstFlowReturn flow);

/* -- gstsavantunbatchanalytics.c -- */

/* Takes a batch and gives it back, with a SavantBatchMeta where it has none and
 * its GstAnalyticsBatchMeta tells as much. */
GstBuffer *sv_unbatch_read_analytics (GstBuffer *batch, gpointer surface);

/* Gives out a batch whose streams are all in its GstAnalyticsBatchMeta. */
GstFlowReturn sv_unbatch_split_analytics (GstSavantUnbatch *self,
    GstBuffer *batch);

/* -- gstsavantunbatchevent.c -- */
gboolean sv_unbatch_sink_event (GstPad *pad, GstObject *parent,
    GstEvent *event);
gboolean sv_unbatch_src_event (GstPad *pad, GstObject *parent, GstEvent *event);

/* What is known of a source, made if need be. */
SvStream *sv_unbatch_stream (GstSavantUnbatch *self, guint source_id);
void sv_stream_free (gpointer stream);

/* Events that the pad's frames need before them; caps come from `caps`. */
void sv_unbatch_push_start (GstSavantUnbatchPad *pad, SvStream *stream);
void sv_unbatch_push_sticky (GstSavantUnbatchPad *pad, SvStream *stream);

/* Gaps that came before the first batch of all. */
void sv_unbatch_push_gaps (GstSavantUnbatch *self);

/* Pads that came late learn that their stream has begun or ended. */
void sv_unbatch_catch_up (GstSavantUnbatch *self);

/* -- gstsavantunbatchview.c -- */

/* Chooses and pushes caps for the picture; posts an error on failure. */
GstFlowReturn sv_unbatch_negotiate (GstSavantUnbatch *self,
    GstSavantUnbatchPad *pad, const SvStream *stream, SavantMemType mem_type,
    const SavantImage *image);

/* What a gap needs before it where no frame has come yet, or else its sink
 * would wait for one. FALSE where it cannot be known yet. */
gboolean sv_unbatch_begin_gap (GstSavantUnbatch *self, GstSavantUnbatchPad *pad,
    SvStream *stream);

/* Slot `slot` with its metas and times, or NULL and savant_last_error(). */
GstBuffer *sv_unbatch_view (GstSavantUnbatch *self, GstSavantUnbatchPad *pad,
    GstBuffer *batch, guint slot, const SavantImage *image);

G_END_DECLS

#endif
