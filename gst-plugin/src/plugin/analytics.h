/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SV_PLUGIN_ANALYTICS_H
#define SV_PLUGIN_ANALYTICS_H

/* GstAnalyticsBatchMeta, the batch meta of GStreamer's own analytics library
 * from 1.28 on, where the running GStreamer has that: found at run time, so
 * that nothing depends on it. The structs are that library's by name, order and
 * size. */

#include <savant/gst.h>

G_BEGIN_DECLS

typedef struct SvAnalyticsStream
{
  guint index; /* its place in the meta's array */
  GstEvent **sticky_events;
  gsize n_sticky_events;
  GstMiniObject **objects; /* buffers, buffer lists, serialized events */
  gsize n_objects;
  gpointer padding[GST_PADDING];
} SvAnalyticsStream;

typedef struct SvAnalyticsBatchMeta
{
  GstMeta meta;
  SvAnalyticsStream *streams;
  gsize n_streams;
} SvAnalyticsBatchMeta;

#define SV_ANALYTICS_CAPS                                                      \
  "multistream/x-analytics-batch(meta:GstAnalyticsBatchMeta)"

/* Whether the running GStreamer has it; the library is looked for once. */
gboolean sv_analytics_is_there (void);

/* The meta of a buffer; NULL where there is none or no library. */
SvAnalyticsBatchMeta *sv_analytics_get (GstBuffer *buffer);

/* ---- Writing ------------------------------------------------------------ */

/* The events that the streams' frames need before them, as they pass by. */
typedef struct SvAnalyticsStreams SvAnalyticsStreams;

SvAnalyticsStreams *sv_analytics_streams_new (void);
void sv_analytics_streams_free (SvAnalyticsStreams *streams);

/* An event that goes out for a pad, before the frames that it is about. */
void sv_analytics_see_event (SvAnalyticsStreams *streams, guint pad_index,
    GstEvent *event);

/* The pad is no more. */
void sv_analytics_forget (SvAnalyticsStreams *streams, guint pad_index);

/* Adds the meta: stream n is the pad sink_n, with one buffer for each of its
 * slots, in their order. `frames` are the buffers of the slots in a
 * non-uniform batch; NULL in a uniform one, whose pixels are in the batch: the
 * buffers that stand for them are without memory and have the slots' times and
 * ids. Streams above SAVANT_MAX_BATCH_SIZE are left out. */
void sv_analytics_write (SvAnalyticsStreams *streams, GstBuffer *batch,
    const GstSavantBatchMeta *meta, GstBuffer *const *frames);

/* ---- Reading ------------------------------------------------------------ */

/* Gives a writable batch of surfaces without a SavantBatchMeta the one that its
 * GstAnalyticsBatchMeta amounts to: source-id and pad-index are the stream's
 * index. FALSE where that has another number of buffers than `n_slots`. */
gboolean sv_analytics_to_batch_meta (GstBuffer *batch, guint n_slots);

/* What others wrote about slot `slot`: GStreamer's analytics and tensor metas
 * of the buffer that stands for it go to `view`. */
void sv_analytics_copy_results (GstBuffer *batch,
    const GstSavantBatchMeta *meta, guint slot, GstBuffer *view);

G_END_DECLS

#endif
