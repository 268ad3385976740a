/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SV_BATCH_DS_META_H
#define SV_BATCH_DS_META_H

/* What nvstreammux would say about a batch, for elements that were written for
 * it: NvDsBatchMeta on every batch; for each source the events pad-added,
 * stream-start, update-caps and stream-segment before its first batch,
 * stream-eos, with its message, after its last, stream-reset where it began
 * anew, and pad-deleted once its pad is gone. Those elements know a source by
 * the number of its pad, in events as in pad_index of the metadata. For the
 * task that pushes the batches. NULL is allowed everywhere and does nothing. */

#include <savant/gst.h>

typedef struct SvDsStreams SvDsStreams;

/* NULL where DeepStream's meta libraries are missing. */
SvDsStreams *sv_ds_streams_new (void);
void sv_ds_streams_free (SvDsStreams *self);

/* A batch that is about to be pushed. */
typedef struct SvDsBatch
{
  GstBuffer *buffer; /* writable, with its SavantBatchMeta */
  guint max_frames;  /* the batch-size of the caps */
  gint width;        /* of all slots, 0: each has its source's size */
  gint height;
  const struct SvBatchPicture *pictures; /* of the slots */
} SvDsBatch;

/* What comes before it is pushed to `srcpad`, and the batch gets its
 * metadata. */
void sv_ds_streams_batch (SvDsStreams *self, GstPad *srcpad,
    const SvDsBatch *batch);

/* After an event of a stream went downstream, the one that tells that its pad
 * is gone among them. */
void sv_ds_streams_event (SvDsStreams *self, GstPad *srcpad, guint pad_index,
    GstEvent *event);

/* Answers what DeepStream's elements ask: the size of a batch, by which
 * nvvideoconvert sizes its own, and the number of sources; FALSE: it is another
 * query. Any thread. */
gboolean sv_ds_answer_query (GstQuery *query, guint batch_size,
    guint n_streams);

/* Whether they ask for the URI of a source, whose pad's number it gives; the
 * source itself has to answer. Any thread. */
gboolean sv_ds_asks_source (GstQuery *query, guint *pad_index);

#endif
