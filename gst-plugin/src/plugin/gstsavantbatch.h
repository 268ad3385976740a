/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GST_SAVANT_BATCH_H
#define GST_SAVANT_BATCH_H

/* savantbatch, by subject:
 *   gstsavantbatch.c        life, pads, states
 *   gstsavantbatchprops.c   properties of the element
 *   gstsavantbatchstats.c   its property stats
 *   gstsavantbatchpad.c     properties of a sink pad, and its signal
 *   gstsavantbatchrelease.c the release of a pad, and what its source is told
 *   gstsavantbatchsink.c    what arrives at a pad: frames, caps, events
 *   gstsavantbatchsinkquery.c  queries at a pad
 *   gstsavantbatchframe.c   a frame as a picture or surface
 *   gstsavantbatchtime.c    a pad's running time, and whether it is live
 *   gstsavantbatchevents.c  the src pad's events, flushes
 *   gstsavantbatchquery.c   the src pad's queries, latency
 *   gstsavantbatchtell.c    messages
 *   gstsavantbatchwatch.c   messages that come by the clock
 *   gstsavantbatchtask.c    the one task: events and batches downstream
 *   gstsavantbatchroi.c     which pictures frames bring: whole, or regions
 *   gstsavantbatchmake.c    one batch: transform or slots, metas, times
 *   gstsavantbatchcaps.c    the choice of output caps and the pool
 *   batchdsmeta.c           the same in DeepStream's words
 *   collect*.c              when to push, and the counts
 *
 * Threads: the streaming threads of the pads look at frames and queue them;
 * the task of the src pad does all the rest. */

#include <pthread.h>

#include <savant/gst.h>

#include "analytics.h"
#include "collect.h"
#include "enums.h"
#include "framemap.h"
#include "props.h"

G_BEGIN_DECLS

#define GST_TYPE_SAVANT_BATCH (gst_savant_batch_get_type ())
G_DECLARE_FINAL_TYPE (GstSavantBatch, gst_savant_batch, GST, SAVANT_BATCH,
    GstElement)

#define GST_TYPE_SAVANT_BATCH_PAD (gst_savant_batch_pad_get_type ())
G_DECLARE_FINAL_TYPE (GstSavantBatchPad, gst_savant_batch_pad, GST,
    SAVANT_BATCH_PAD, GstPad)

/* The most pads at a time. */
#define SV_BATCH_MAX_PADS 1024

#define SV_BATCH_CAPS_SIDES "width=(int)[1,32767],height=(int)[1,32767]"
#define SV_BATCH_CAPS_UNIFORM                                                  \
  "video/x-raw(" GST_SAVANT_CAPS_FEATURE_NVMM ")"                              \
  ",format=(string)" GST_SAVANT_OUTPUT_FORMATS "," SV_BATCH_CAPS_SIDES
#define SV_BATCH_CAPS_CUDA                                                     \
  "video/x-raw(" GST_SAVANT_CAPS_FEATURE_CUDA "),format=(string)"              \
  GST_SAVANT_INPUT_FORMATS "," SV_BATCH_CAPS_SIDES
#define SV_BATCH_CAPS_NON_UNIFORM                                              \
  "video/x-raw(" GST_SAVANT_CAPS_FEATURE_NVMM ")"                              \
  ",batch-kind=(string)non-uniform,batch-size=(int)[1,1024]"

/* Caps of a pad, shared by its frames. */
typedef struct SvPadCaps
{
  GstSavantFrameInfo info;
  SavantColorimetry color;
} SvPadCaps;

/* What a pad queues. */
typedef struct SvBatchItem
{
  SvItem item;
  guint source_id;
  guint pad_index;
  GstEvent *event;    /* of an event */
  guint flush_serial; /* of FLUSH_STOP */

  /* Of a frame. What only plain frames need is last, out of the way of what
   * the task reads. */
  GstBuffer *buffer;
  gpointer surface; /* where the buffer is one */
  SvPadCaps *caps;
  gint64 own_id;           /* where the frame has none */
  GstClockTimeDiff offset; /* in the running time */
  gint64 arrival_ns;       /* sv_clock_now() when it came, before any waiting */
  GstSegment segment;
  SavantImage image;
  SvMappedFrame mapped;
} SvBatchItem;

/* What fills a slot. */
typedef struct SvBatchPicture
{
  const SvBatchItem *frame;
  SavantRect rect; /* of the frame's picture */
  guint n_rois;    /* the rest as in GstSavantBatchSlot */
  guint roi_index;
  gint roi_id;
  GQuark roi_type;
} SvBatchPicture;

/* Properties that may change between two batches. */
typedef struct SvBatchSettings
{
  SavantTransformConfig config;
  gboolean use_par;
  SvRoiPolicy roi_policy;
} SvBatchSettings;

struct _GstSavantBatchPad
{
  GstPad parent;
  guint index;
  SvCollectPad *queue;
  _Atomic gboolean released;

  /* Guarded by the element's lock. */
  _Atomic guint source_id;    /* set under the lock */
  _Atomic gboolean announced; /* the source id is known downstream */
  GstPad *left;               /* the source's pad, during the release */
  guint max_queued;
  guint64 max_queued_bytes;
  SvLeak leak;
  SvDiscontinuity discontinuity;
  _Atomic GstClockTime threshold; /* of a discontinuity */
  SvStartTime start_time;
  gboolean live;
  GstClockTime latency;    /* of its source, if live */
  gboolean latency_told;   /* a warning */
  GstClockTimeDiff offset; /* only its streaming thread writes */
  guint flush_serial;      /* of the last FLUSH_START */
  guint32 seek_seqnum;     /* of the last seek that it passed on */
  gboolean has_caps;
  gint caps_gpu; /* that they name, -1 = none */
  gint fps_n, fps_d;

  /* The pad's streaming thread. */
  GstSegment segment;
  SvPadCaps *caps;
  gint64 next_id;
  gboolean failed;
  gboolean fresh;         /* the next frame begins a stream or a segment */
  gboolean flushed;       /* and comes after a flush */
  GstClockTime last_time; /* running time with the offset */
  gboolean jumped;        /* the last frame was dropped as a jump */
  GstClockTime jump_time;
  GstBufferPool *upload_pool;
  SavantTransform *upload;
};

struct _GstSavantBatch
{
  GstElement parent;
  GstPad *srcpad;
  SvCollect collect;

  pthread_mutex_t lock; /* guards the next block; innermost but one */
  SvBatchSettings settings;
  _Atomic SvBatchMode mode;
  SvRoiMode roi_mode;
  gboolean analytics_meta;
  SvNonUniformCaps non_uniform_caps;
  guint batch_size;
  SvTimeoutPolicy timeout_policy;
  gint64 timeout_ns;
  guint64 stall_ns;
  guint64 starvation_ns;
  guint64 stats_ns;
  SvForwardQos forward_qos;
  SvPadError on_pad_error;
  GstClockTime batch_time; /* of the last batch's earliest frame */
  guint64 starvations;
  GstClockID stats_timer;
  GstClockID blocked_timer;
  SvMemorySettings memory;
  gboolean running;
  gboolean renegotiate;
  guint flushes;       /* reasons for which downstream is flushing */
  guint flush_serial;  /* grows with every begin and end */
  gboolean drained;    /* all pads flush downstream */
  guint32 seek_seqnum; /* of the last seek for all pads */
  gboolean error_posted;
  GstBufferPool *pool; /* active */
  guint caps_slots;    /* batch-size of the caps that downstream gets, or 0 */

  /* From here on: the task, or no thread at all. */
  SavantTransform *transform;
  GstAllocator *slots; /* of non-uniform batches */
  gboolean need_stream_start;
  gboolean need_segment;
  GstCaps *out_caps;
  GstSavantFrameInfo out;
  SavantColorimetry out_color;
  guint capacity;
  SvItem *held_events; /* until there are caps */
  SvItem **held_tail;
  guint64 sequence;
  GstClockTime last_pts;
  struct SvDsStreams *ds; /* NULL without DeepStream; see batchdsmeta.h */
  SvAnalyticsStreams *analytics; /* NULL: no GstAnalyticsBatchMeta */
  SvBatchPicture *pictures;      /* of the frames that were taken last */
  guint n_pictures;
  guint pictures_room;
  guint room; /* of what follows */
  SavantTransformJob *jobs;
  GstSavantGeometry *geometry;
  GstSavantBatchSlot *batch_slots;
  GstBuffer **buffers;
  gint *slot_numbers; /* zeros */
  GArray *ids;        /* gint64, of the batch that is made */
  GArray *id_list;    /* GstSavantId */
};

/* -- gstsavantbatch.c -- */

/* The pad of a source id, referenced, or NULL. */
GstSavantBatchPad *sv_batch_find_source (GstSavantBatch *self, guint source_id);

/* All sink pads, referenced; g_list_free_full (list, gst_object_unref). */
GList *sv_batch_list_pads (GstSavantBatch *self);

/* -- gstsavantbatchprops.c -- */
void sv_batch_install_properties (GObjectClass *klass);
void sv_batch_init_properties (GstSavantBatch *self);
void sv_batch_clear_properties (GstSavantBatch *self);

/* -- gstsavantbatchstats.c -- */

/* The pads' counts and the totals, of one moment; owned by the caller. */
GstStructure *sv_batch_get_stats (GstSavantBatch *self);
GstStructure *sv_batch_pad_get_stats (GstSavantBatch *self,
    GstSavantBatchPad *pad);

/* What every pad does, by its name; owned by the caller. */
GstStructure *sv_batch_get_states (GstSavantBatch *self);

/* -- gstsavantbatchtell.c -- */

/* A pad has been silent; takes the reference of `take`. */
void sv_batch_post_stall (GstSavantBatch *self, SvTake *take);

/* Downstream has been busy with one batch for so long. */
void sv_batch_post_blocked (GstSavantBatch *self, guint64 blocked_ns);

/* QoS: a frame was dropped that nobody asked to drop. */
void sv_batch_post_drop (GstSavantBatch *self, const SvBatchItem *item,
    const gchar *pad_name, const gchar *reason, const SvFlowStats *stats);
void sv_batch_on_leak (SvItem *item, const SvFlowStats *stats);

void sv_batch_post_discontinuity (GstSavantBatch *self, GstSavantBatchPad *pad,
    GstClockTime expected, GstClockTime found, const gchar *action);
void sv_batch_post_latency (GstSavantBatch *self);

/* A buffer of the pool; says so while there is none. */
GstFlowReturn sv_batch_acquire (GstSavantBatch *self, GstBuffer **buffer);

/* -- gstsavantbatchwatch.c -- */

/* Begins, or begins anew after a change of the intervals, and ends. */
void sv_batch_start_watch (GstSavantBatch *self);
void sv_batch_stop_watch (GstSavantBatch *self);

/* -- gstsavantbatchtime.c -- */

/* Sets the running time of a frame. FALSE where it is to be dropped. */
gboolean sv_batch_place_frame (GstSavantBatch *self, GstSavantBatchPad *pad,
    SvBatchItem *item);

/* Until when a gap of the segment lasts, in running time. */
GstClockTime sv_batch_gap_time (GstSavantBatch *self, GstSavantBatchPad *pad,
    GstClockTime end);

/* -- gstsavantbatchpad.c -- */

/* A source id for a new pad: its index, or else one that is free. */
guint sv_batch_free_source_id (GstSavantBatch *self, guint index);

/* -- gstsavantbatchrelease.c -- */
void sv_batch_release_pad (GstElement *element, GstPad *pad);

/* What a frame is answered that is in the pad while it is released. */
GstFlowReturn sv_batch_flow_of_released (GstSavantBatch *self,
    GstSavantBatchPad *pad);

/* -- gstsavantbatchsink.c -- */
GstFlowReturn sv_batch_chain (GstPad *pad, GstObject *parent,
    GstBuffer *buffer);
gboolean sv_batch_sink_event (GstPad *pad, GstObject *parent, GstEvent *event);
gboolean sv_batch_sink_query (GstPad *pad, GstObject *parent, GstQuery *query);

/* The property on-pad-error. */
SvPadError sv_batch_on_pad_error (GstSavantBatch *self);

/* The stream of `pad` ends without its streaming thread; never waits. */
void sv_batch_end_pad (GstSavantBatch *self, GstSavantBatchPad *pad);

/* Tells downstream, after the last frame, that the source is no more. */
void sv_batch_announce_gone (GstSavantBatch *self, GstSavantBatchPad *pad);

/* Forgets caps and segment. */
void sv_batch_pad_reset (GstSavantBatchPad *pad);

/* Frees an SvBatchItem. */
void sv_batch_free_item (SvItem *item);

/* -- gstsavantbatchframe.c -- */

/* Maps the frame of `item`, in mode non-uniform as a surface. NULL, or what is
 * wrong with it (g_free). */
gchar *sv_batch_open_frame (GstSavantBatch *self, GstSavantBatchPad *pad,
    SvBatchItem *item);

/* -- gstsavantbatchevents.c -- */
gboolean sv_batch_src_event (GstPad *pad, GstObject *parent, GstEvent *event);

/* -- gstsavantbatchquery.c -- */

/* Asks the pad's source; TRUE where it answers. Notes whether it is live. */
gboolean sv_batch_ask_latency (GstSavantBatch *self, GstSavantBatchPad *pad,
    gboolean *live, GstClockTime *min, GstClockTime *max);
gboolean sv_batch_src_query (GstPad *pad, GstObject *parent, GstQuery *query);

/* -- gstsavantbatchevents.c, flushes -- */

/* Stops the task and whatever it waits for downstream, until the end, which
 * waits for the task; begins and ends nest. */
void sv_batch_flush_src (GstSavantBatch *self, gboolean begin, guint32 seqnum);

/* -- gstsavantbatchtask.c -- */
void sv_batch_loop (gpointer pad);

/* What queued events and a run began with is forgotten. */
void sv_batch_reset_task (GstSavantBatch *self);

/* One error for a result that upstream may not learn of. */
void sv_batch_post_flow_error (GstSavantBatch *self, GstFlowReturn flow);

/* -- gstsavantbatchmake.c -- */

/* A batch of `n` pictures of the frames of `take`; posts an error on failure.
 */
GstFlowReturn sv_batch_make (GstSavantBatch *self, const SvTake *take,
    const SvBatchPicture *pictures, guint n, GstBuffer **buffer);

/* -- gstsavantbatchroi.c -- */

/* Sets `pictures` and moves the frames of `take` that bring none to `empty`;
 * posts an error on failure. */
GstFlowReturn sv_batch_lay_out (GstSavantBatch *self, SvTake *take,
    SvItem **empty);

/* Streams whose frames brought no picture go on by a gap; frees the frames. */
void sv_batch_finish_empty (GstSavantBatch *self, SvItem *empty);

/* -- gstsavantbatchcaps.c -- */

/* Caps and pool for `capacity` slots; `first` is a frame of the first pad. */
GstFlowReturn sv_batch_negotiate (GstSavantBatch *self, guint capacity,
    const SvBatchItem *first);
void sv_batch_release_pool (GstSavantBatch *self);

/* What the pads of either side can have, by the mode; owned by the caller. */
GstCaps *sv_batch_src_caps (GstSavantBatch *self);
GstCaps *sv_batch_sink_caps (GstSavantBatch *self);

/* Those of `caps`, which it takes, that the query asks for. */
void sv_batch_answer_caps (GstQuery *query, GstCaps *caps);

G_END_DECLS

#endif
