/* SPDX-License-Identifier: Apache-2.0 */
#include <savant/gst.h>

#include "core/log.h"

#define HEADER_NUMBERS 4
#define SLOT_NUMBERS 8
#define ROI_NUMBERS 4

static int64_t
time_number (GstClockTime time)
{
  return GST_CLOCK_TIME_IS_VALID (time) ? (int64_t) time : -1;
}

/* Number `index` of the flat list. */
static int64_t
batch_number (const GstSavantBatchMeta *meta, int index)
{
  const GstSavantBatchSlot *slot;

  switch (index) {
    case 0:
      return (int64_t) meta->sequence;
    case 1:
      return meta->n_slots;
    case 2:
      return meta->reason;
    case 3:
      return time_number (meta->waiting_time_ns);
  }
  slot = &meta->slots[(index - HEADER_NUMBERS) / SLOT_NUMBERS];
  switch ((index - HEADER_NUMBERS) % SLOT_NUMBERS) {
    case 0:
      return slot->source_id;
    case 1:
      return slot->pad_index;
    case 2:
      return time_number (slot->pts);
    case 3:
      return time_number (slot->duration);
    case 4:
      return time_number (slot->running_time);
    case 5:
      return slot->frame_id;
    case 6:
      return slot->n_ids;
    default:
      return time_number (slot->arrival_ns);
  }
}

/* Number `index` of the regions of interest. */
static int64_t
roi_number (const GstSavantBatchMeta *meta, int index)
{
  const GstSavantBatchSlot *slot = &meta->slots[index / ROI_NUMBERS];

  switch (index % ROI_NUMBERS) {
    case 0:
      return slot->n_rois > 0 ? slot->parent_id : -1;
    case 1:
      return slot->n_rois > 0 ? slot->roi_id : -1;
    case 2:
      return slot->roi_index;
    default:
      return slot->n_rois;
  }
}

/* SavantStatus; the meta of a buffer whose numbers go to `out`. */
static int
open_batch (const char *what, void *buffer, const int64_t *out, int capacity,
    const GstSavantBatchMeta **meta)
{
  if (buffer == NULL || !GST_IS_BUFFER (buffer))
    return sv_fail (SAVANT_ERROR_INVALID_ARGUMENT, "%p is no GstBuffer",
        buffer);
  if (capacity < 0 || (capacity > 0 && out == NULL))
    return sv_fail (SAVANT_ERROR_INVALID_ARGUMENT,
        "%s: capacity %d with out %p: it must be 0 or more, and 0 where out is "
        "NULL",
        what, capacity, (const void *) out);
  *meta = gst_buffer_get_savant_batch_meta (buffer);
  if (*meta == NULL)
    return sv_fail (SAVANT_ERROR_UNSUPPORTED,
        "the buffer has no SavantBatchMeta: savantbatch did not make it");
  return SAVANT_OK;
}

int
savant_buffer_get_batch (void *buffer, int64_t *out, int capacity)
{
  const GstSavantBatchMeta *meta;
  int n,
      status =
          open_batch ("savant_buffer_get_batch", buffer, out, capacity, &meta);

  if (status != SAVANT_OK)
    return status;
  n = HEADER_NUMBERS + SLOT_NUMBERS * (int) meta->n_slots;
  for (int i = 0; i < capacity && i < n; i++)
    out[i] = batch_number (meta, i);
  return n;
}

int
savant_buffer_get_rois (void *buffer, int64_t *out, int capacity)
{
  const GstSavantBatchMeta *meta;
  int n,
      status =
          open_batch ("savant_buffer_get_rois", buffer, out, capacity, &meta);

  if (status != SAVANT_OK)
    return status;
  n = ROI_NUMBERS * (int) meta->n_slots;
  for (int i = 0; i < capacity && i < n; i++)
    out[i] = roi_number (meta, i);
  return n;
}
