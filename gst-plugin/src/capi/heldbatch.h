/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SV_CAPI_HELD_BATCH_H
#define SV_CAPI_HELD_BATCH_H

#include <savant/gst.h>

#include "picture.h"

/* A batch or plain frame that is kept alive and readable, and what it is as
 * the numbers of savant_puller_pull(). Zero-filled: nothing is held. */
typedef struct SvHeldBatch
{
  GstBuffer *buffer;   /* NULL: nothing is held */
  gpointer surface;    /* its NvBufSurface, NULL for a plain frame */
  GstVideoFrame frame; /* mapped where surface is NULL */
  SavantImage picture; /* of that frame */
  guint n_slots;
  guint64 sequence; /* without SavantBatchMeta */
  GstClockTime running_time;
  int64_t taken_at_ns;

  GstCaps *caps; /* `info` is read from these; kept from sample to sample */
  GstSavantFrameInfo info;
} SvHeldBatch;

/* Takes a reference to the buffer of a sample and makes its pixels readable;
 * SavantStatus. Nothing must be held, and nothing is after a failure. */
int sv_held_batch_take (SvHeldBatch *held, GstSample *sample);

/* Lets go of the buffer; keeps what is known of the caps. */
void sv_held_batch_release (SvHeldBatch *held);

void sv_held_batch_clear (SvHeldBatch *held);

/* Writes the header and the slots that fit. */
void sv_held_batch_write (const SvHeldBatch *held, int64_t *numbers,
    int capacity);

/* The picture of a slot, opened for reading, and its geometry or NULL;
 * `what` begins the text of a failure. SavantStatus. */
int sv_held_batch_picture (const SvHeldBatch *held, const char *what, int slot,
    SavantImage *picture, SvAccess *access, const GstSavantGeometry **geometry);

#endif
