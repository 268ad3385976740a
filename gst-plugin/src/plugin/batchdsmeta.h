/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SV_BATCH_DS_META_H
#define SV_BATCH_DS_META_H

/* What nvstreammux would say about a batch, for elements that were written for
 * it: NvDsBatchMeta on every batch; for each source the events pad-added and
 * stream-segment before its first batch, stream-eos after its last, and
 * pad-deleted once its pad is gone. For the task that pushes the batches. NULL
 * is allowed everywhere and does nothing. */

#include <savant/gst.h>

typedef struct SvDsStreams SvDsStreams;

/* NULL where DeepStream's meta libraries are missing. */
SvDsStreams *sv_ds_streams_new (void);
void sv_ds_streams_free (SvDsStreams *self);

/* Before a writable batch with its SavantBatchMeta is pushed: what comes first
 * is pushed to `srcpad`, and the batch gets its metadata. max_frames is the
 * batch-size of the caps. */
void sv_ds_streams_batch (SvDsStreams *self, GstPad *srcpad, GstBuffer *batch,
    guint max_frames);

/* After an event of a stream went downstream, EOS and the one that tells that
 * its pad is gone among them. */
void sv_ds_streams_event (SvDsStreams *self, GstPad *srcpad, guint source_id,
    GstEvent *event);

/* Answers the question of DeepStream's elements for the size of a batch, by
 * which nvvideoconvert sizes its own; FALSE: it is another query. Any thread.
 */
gboolean sv_ds_answer_batch_size (GstQuery *query, guint batch_size);

#endif
