/* SPDX-License-Identifier: Apache-2.0 */
#include "heldbatch.h"

#include <string.h>

#include "core/log.h"
#include "gst/gstsavantallocator.h"
#include "picture.h"

static int
learn_caps (SvHeldBatch *held, GstCaps *caps)
{
  if (caps == NULL)
    return sv_fail (SAVANT_ERROR_UNSUPPORTED, "a sample without caps");
  if (held->caps == caps)
    return SAVANT_OK;
  if (!gst_savant_frame_info_from_caps (&held->info, caps))
    return SAVANT_ERROR_UNSUPPORTED;
  gst_caps_replace (&held->caps, caps);
  return SAVANT_OK;
}

static int
take_plain (SvHeldBatch *held, GstBuffer *buffer)
{
  int status;

  if (!gst_video_frame_map (&held->frame, &held->info.video, buffer,
          GST_MAP_READ))
    return sv_fail (SAVANT_ERROR_EXECUTION,
        "a buffer of %" G_GSIZE_FORMAT " bytes cannot be mapped as the %dx%d "
        "%s frame that its caps announce",
        gst_buffer_get_size (buffer), held->info.video.width,
        held->info.video.height,
        gst_video_format_to_string (GST_VIDEO_INFO_FORMAT (&held->info.video)));
  status = gst_savant_image_from_video_frame (&held->picture, &held->frame);
  if (status != SAVANT_OK)
    gst_video_frame_unmap (&held->frame);
  else
    held->n_slots = 1;
  return status;
}

static int
take_surface (SvHeldBatch *held, GstBuffer *buffer)
{
  int status = sv_buffer_get_surface (buffer, &held->surface);
  SavantImage picture;

  if (status != SAVANT_OK)
    return status;
  held->n_slots = (guint) gst_savant_surface_get_num_filled (held->surface);
  for (guint i = 0; status == SAVANT_OK && i < held->n_slots; i++)
    status = gst_savant_surface_get_image (held->surface, (gint) i, &picture);
  /* Whoever gets the addresses may read at once. */
  if (status == SAVANT_OK)
    status = sv_surface_wait (held->surface, FALSE);
  return status;
}

int
sv_held_batch_take (SvHeldBatch *held, GstSample *sample)
{
  GstBuffer *buffer = gst_sample_get_buffer (sample);
  const GstSegment *segment = gst_sample_get_segment (sample);
  int status;

  if (buffer == NULL)
    return sv_fail (SAVANT_ERROR_UNSUPPORTED,
        "a sample without a buffer: buffer lists are not taken");
  status = learn_caps (held, gst_sample_get_caps (sample));
  if (status != SAVANT_OK)
    return status;
  held->surface = NULL;
  status =
      held->info.nvmm ? take_surface (held, buffer) : take_plain (held, buffer);
  if (status != SAVANT_OK)
    return status;
  held->buffer = gst_buffer_ref (buffer);
  held->running_time = GST_CLOCK_TIME_NONE;
  if (segment != NULL && segment->format == GST_FORMAT_TIME)
    held->running_time = gst_segment_to_running_time (segment, GST_FORMAT_TIME,
        GST_BUFFER_PTS (buffer));
  return SAVANT_OK;
}

void
sv_held_batch_release (SvHeldBatch *held)
{
  if (held->buffer == NULL)
    return;
  if (held->surface == NULL)
    gst_video_frame_unmap (&held->frame);
  gst_clear_buffer (&held->buffer);
  held->surface = NULL;
  held->n_slots = 0;
}

void
sv_held_batch_clear (SvHeldBatch *held)
{
  sv_held_batch_release (held);
  gst_clear_caps (&held->caps);
}

/* The picture as it lies, readable or not. */
static int
describe (const SvHeldBatch *held, guint slot, SavantImage *picture)
{
  if (held->surface != NULL)
    return gst_savant_surface_get_image (held->surface, (gint) slot, picture);
  *picture = held->picture;
  return SAVANT_OK;
}

static const GstSavantGeometry *
find_geometry (const SvHeldBatch *held, guint slot)
{
  GstSavantTransformMeta *meta =
      gst_buffer_get_savant_transform_meta (held->buffer);

  return meta != NULL && slot < meta->n_slots ? &meta->slots[slot] : NULL;
}

int
sv_held_batch_picture (const SvHeldBatch *held, const char *what, int slot,
    SavantImage *picture, SvAccess *access, const GstSavantGeometry **geometry)
{
  int status;

  *access = (SvAccess){ .device = NULL };
  if (held->buffer == NULL)
    return sv_fail (SAVANT_ERROR_INVALID_ARGUMENT, "%s: nothing is held", what);
  if (slot < 0 || slot >= (int) held->n_slots)
    return sv_fail (SAVANT_ERROR_INVALID_ARGUMENT,
        "%s: slot %d of a batch of %u: it must be from 0 to %d", what, slot,
        held->n_slots, (int) held->n_slots - 1);
  if (held->surface != NULL) {
    status = sv_open_pixels (what, held->surface, FALSE, 0, access);
    if (status != SAVANT_OK)
      return status;
  }
  if (geometry != NULL)
    *geometry = find_geometry (held, (guint) slot);
  return describe (held, (guint) slot, picture);
}

/* ---- Numbers ----------------------------------------------------------- */

static int64_t
time_number (GstClockTime time)
{
  return GST_CLOCK_TIME_IS_VALID (time) ? (int64_t) time : -1;
}

/* Id and number of ids of a slot where no SavantBatchMeta tells: the FRAME ids
 * go to the slots in their order, all of them to an only slot. */
static void
write_ids (const SvHeldBatch *held, guint slot, int64_t *numbers)
{
  const GstSavantIdMeta *meta = gst_buffer_get_savant_id_meta (held->buffer);
  int64_t n_frames = 0;
  guint i;

  numbers[SAVANT_PULL_SLOT_FRAME_ID] = -1;
  numbers[SAVANT_PULL_SLOT_N_IDS] = 0;
  for (i = 0; meta != NULL && i < meta->n_ids; i++) {
    if (meta->ids[i].kind != SAVANT_ID_FRAME)
      continue;
    if (n_frames++ == slot) {
      numbers[SAVANT_PULL_SLOT_FRAME_ID] = meta->ids[i].id;
      numbers[SAVANT_PULL_SLOT_N_IDS] = 1;
    }
  }
  if (held->n_slots == 1)
    numbers[SAVANT_PULL_SLOT_N_IDS] = n_frames;
}

/* `of` is NULL for a whole frame. */
static void
write_roi (const GstSavantBatchSlot *of, int64_t *numbers)
{
  numbers[SAVANT_PULL_SLOT_PARENT_ID] = of != NULL ? of->parent_id : -1;
  numbers[SAVANT_PULL_SLOT_ROI_ID] = of != NULL ? of->roi_id : -1;
  numbers[SAVANT_PULL_SLOT_ROI_INDEX] = of != NULL ? of->roi_index : 0;
  numbers[SAVANT_PULL_SLOT_N_ROIS] = of != NULL ? of->n_rois : 0;
}

static void
write_origin (const SvHeldBatch *held, const GstSavantBatchMeta *batch,
    guint slot, int64_t *numbers)
{
  const GstSavantBatchSlot *of;

  if (batch == NULL || slot >= batch->n_slots) {
    numbers[SAVANT_PULL_SLOT_SOURCE_ID] = -1;
    numbers[SAVANT_PULL_SLOT_PAD_INDEX] = -1;
    write_ids (held, slot, numbers);
    numbers[SAVANT_PULL_SLOT_PTS] = time_number (GST_BUFFER_PTS (held->buffer));
    numbers[SAVANT_PULL_SLOT_DURATION] =
        time_number (GST_BUFFER_DURATION (held->buffer));
    numbers[SAVANT_PULL_SLOT_RUNNING_TIME] = time_number (held->running_time);
    numbers[SAVANT_PULL_SLOT_ARRIVAL] = -1;
    write_roi (NULL, numbers);
    return;
  }
  of = &batch->slots[slot];
  numbers[SAVANT_PULL_SLOT_SOURCE_ID] = of->source_id;
  numbers[SAVANT_PULL_SLOT_PAD_INDEX] = of->pad_index;
  numbers[SAVANT_PULL_SLOT_FRAME_ID] = of->frame_id;
  numbers[SAVANT_PULL_SLOT_N_IDS] = of->n_ids;
  numbers[SAVANT_PULL_SLOT_PTS] = time_number (of->pts);
  numbers[SAVANT_PULL_SLOT_DURATION] = time_number (of->duration);
  numbers[SAVANT_PULL_SLOT_RUNNING_TIME] = time_number (of->running_time);
  numbers[SAVANT_PULL_SLOT_ARRIVAL] = time_number (of->arrival_ns);
  write_roi (of->n_rois > 0 ? of : NULL, numbers);
}

static void
write_rect (const SavantRect *rect, int64_t *numbers)
{
  numbers[0] = rect->x;
  numbers[1] = rect->y;
  numbers[2] = rect->w;
  numbers[3] = rect->h;
}

static void
write_geometry (const GstSavantGeometry *geometry, const SavantImage *picture,
    int64_t *numbers)
{
  static const double identity[6] = { 1.0, 0.0, 0.0, 0.0, 1.0, 0.0 };
  const SavantRect all = { 0, 0, picture->width, picture->height };
  gboolean has = geometry != NULL;

  numbers[SAVANT_PULL_SLOT_HAS_GEOMETRY] = has;
  numbers[SAVANT_PULL_SLOT_SOURCE_WIDTH] =
      has ? geometry->source_width : picture->width;
  numbers[SAVANT_PULL_SLOT_SOURCE_HEIGHT] =
      has ? geometry->source_height : picture->height;
  write_rect (has ? &geometry->source : &all,
      numbers + SAVANT_PULL_SLOT_SOURCE_RECT);
  write_rect (has ? &geometry->destination : &all,
      numbers + SAVANT_PULL_SLOT_DESTINATION_RECT);
  memcpy (numbers + SAVANT_PULL_SLOT_MATRIX, has ? geometry->m : identity,
      sizeof identity);
}

static void
write_picture (const SvHeldBatch *held, guint slot, const SavantImage *picture,
    int64_t *numbers)
{
  int64_t *plane = numbers + SAVANT_PULL_SLOT_PLANES;

  numbers[SAVANT_PULL_SLOT_FORMAT] = picture->format;
  numbers[SAVANT_PULL_SLOT_COLOR_FORMAT] = picture->format;
  numbers[SAVANT_PULL_SLOT_MEM_TYPE] = SAVANT_MEM_SYSTEM;
  if (held->surface != NULL) {
    numbers[SAVANT_PULL_SLOT_COLOR_FORMAT] =
        sv_nvbuf_color_format (sv_nvbuf_layout (), held->surface, (int) slot);
    numbers[SAVANT_PULL_SLOT_MEM_TYPE] =
        gst_savant_surface_get_mem_type (held->surface);
  }
  numbers[SAVANT_PULL_SLOT_WIDTH] = picture->width;
  numbers[SAVANT_PULL_SLOT_HEIGHT] = picture->height;
  numbers[SAVANT_PULL_SLOT_N_PLANES] = picture->n_planes;
  memset (plane, 0, 4 * SAVANT_MAX_PLANES * sizeof *plane);
  for (int p = 0; p < picture->n_planes; p++, plane += 4) {
    plane[0] = (int64_t) (intptr_t) picture->data[p];
    plane[1] = picture->pitch_bytes[p];
    savant_format_plane_size (picture->format, p, picture->width,
        picture->height, &plane[2], &plane[3]);
  }
}

void
sv_held_batch_write (const SvHeldBatch *held, int64_t *numbers, int capacity)
{
  const GstSavantBatchMeta *batch =
      gst_buffer_get_savant_batch_meta (held->buffer);
  int left = capacity - SAVANT_PULL_HEADER_NUMBERS;
  int64_t *slot_numbers = numbers + SAVANT_PULL_HEADER_NUMBERS;
  SavantImage picture;

  numbers[SAVANT_PULL_RESULT] = SAVANT_PULL_BATCH;
  numbers[SAVANT_PULL_SEQUENCE] =
      (int64_t) (batch != NULL ? batch->sequence : held->sequence);
  numbers[SAVANT_PULL_SLOTS] = held->n_slots;
  numbers[SAVANT_PULL_REASON] = batch != NULL ? (int64_t) batch->reason : -1;
  numbers[SAVANT_PULL_WAITING_TIME] =
      batch != NULL ? time_number (batch->waiting_time_ns) : -1;
  numbers[SAVANT_PULL_PTS] = time_number (GST_BUFFER_PTS (held->buffer));
  numbers[SAVANT_PULL_DURATION] =
      time_number (GST_BUFFER_DURATION (held->buffer));
  numbers[SAVANT_PULL_RUNNING_TIME] = time_number (held->running_time);
  numbers[SAVANT_PULL_BUFFER] = (int64_t) (intptr_t) held->buffer;
  numbers[SAVANT_PULL_IS_SURFACE] = held->surface != NULL;
  numbers[SAVANT_PULL_TAKEN_AT] = held->taken_at_ns;
  for (guint slot = 0; slot < held->n_slots && left >= SAVANT_PULL_SLOT_NUMBERS;
       slot++, left -= SAVANT_PULL_SLOT_NUMBERS,
             slot_numbers += SAVANT_PULL_SLOT_NUMBERS) {
    describe (held, slot, &picture);
    write_origin (held, batch, slot, slot_numbers);
    write_picture (held, slot, &picture, slot_numbers);
    write_geometry (find_geometry (held, slot), &picture, slot_numbers);
  }
}
