/* SPDX-License-Identifier: Apache-2.0 */
#include "gstsavantbatch.h"
#include "plugin.h"
#include "props.h"

#define GST_CAT_DEFAULT gst_savant_debug

/* Flags of a frame that say something about its picture. */
#define FRAME_FLAGS                                                            \
  (GST_BUFFER_FLAG_DISCONT | GST_BUFFER_FLAG_CORRUPTED                         \
      | GST_BUFFER_FLAG_MARKER | GST_BUFFER_FLAG_GAP                           \
      | GST_BUFFER_FLAG_DROPPABLE | GST_BUFFER_FLAG_DELTA_UNIT)

static GstFlowReturn
post_failure (GstSavantBatch *self, const gchar *what, const gchar *text)
{
  pthread_mutex_lock (&self->lock);
  self->error_posted = TRUE;
  pthread_mutex_unlock (&self->lock);
  GST_ELEMENT_ERROR (self, LIBRARY, FAILED, ("%s: %s", what, text),
      ("backends: %s", savant_backends ()));
  return GST_FLOW_ERROR;
}

/* ---- Pictures ----------------------------------------------------------- */

static SvBatchSettings
get_settings (GstSavantBatch *self)
{
  SvBatchSettings settings;

  pthread_mutex_lock (&self->lock);
  settings = self->settings;
  pthread_mutex_unlock (&self->lock);
  return settings;
}

/* Where a picture goes; FALSE: savant_last_error(). */
static gboolean
place (GstSavantBatch *self, const SvBatchPicture *picture,
    const SvBatchSettings *settings, SavantTransformJob *job)
{
  const GstVideoInfo *in = &picture->frame->caps->info.video;
  const GstVideoInfo *out = &self->out.video;
  SavantTransformConfig config = settings->config;

  job->src = picture->frame->image;
  job->src_rect = picture->rect;
  sv_placing_set_par (&config,
      settings->use_par ? GST_VIDEO_INFO_PAR_N (in) : 0,
      GST_VIDEO_INFO_PAR_D (in), GST_VIDEO_INFO_PAR_N (out),
      GST_VIDEO_INFO_PAR_D (out));
  return savant_letterbox (&config, job->src_rect.w, job->src_rect.h,
             job->dst.width, job->dst.height, &job->dst_rect)
      == SAVANT_OK;
}

static GstFlowReturn
transform_frames (GstSavantBatch *self, const SvBatchPicture *pictures, guint n,
    GstBuffer *buffer)
{
  SvBatchSettings settings = get_settings (self);
  gpointer surface = gst_savant_buffer_peek_surface (buffer);

  if (savant_buffer_set_num_filled (buffer, (gint) n) != SAVANT_OK)
    return post_failure (self, "Batch", savant_last_error ());
  for (guint i = 0; i < n; i++) {
    SavantTransformJob *job = &self->jobs[i];

    if (gst_savant_surface_get_image (surface, (gint) i, &job->dst) != SAVANT_OK
        || !place (self, &pictures[i], &settings, job))
      return post_failure (self, "Batch", savant_last_error ());
    if (self->out.colorimetry_named)
      job->dst.colorimetry = self->out_color;
    gst_savant_geometry_init (&self->geometry[i], job->src.width,
        job->src.height, &job->src_rect, &job->dst_rect, SAVANT_FLIP_NONE);
  }
  if (savant_transform_run (self->transform, &settings.config, self->jobs,
          (gint) n)
      != SAVANT_OK)
    return post_failure (self, "Transform failed", savant_last_error ());
  for (guint i = 0; i < n; i++)
    if (i == 0 || pictures[i].frame != pictures[i - 1].frame)
      savant_transform_keep (self->transform,
          gst_buffer_ref (pictures[i].frame->buffer),
          (void (*) (void *)) gst_buffer_unref);
  return GST_FLOW_OK;
}

static GstFlowReturn
make_uniform (GstSavantBatch *self, const SvBatchPicture *pictures, guint n,
    GstBuffer **buffer)
{
  GstFlowReturn ret = sv_batch_acquire (self, buffer);

  if (ret == GST_FLOW_FLUSHING)
    return ret;
  if (ret != GST_FLOW_OK)
    return post_failure (self, "No batches", savant_last_error ());
  return transform_frames (self, pictures, n, *buffer);
}

/* One surface has one kind of memory. */
static GstFlowReturn
check_memory (GstSavantBatch *self, const SvBatchPicture *pictures, guint n)
{
  gpointer first = pictures[0].frame->surface;
  SavantMemType mem_type = gst_savant_surface_get_mem_type (first);
  gint gpu_id = gst_savant_surface_get_gpu_id (first);

  for (guint i = 1; i < n; i++) {
    gpointer other = pictures[i].frame->surface;
    GstFlowReturn ret;
    gchar *text;

    if (gst_savant_surface_get_mem_type (other) == mem_type
        && (mem_type == SAVANT_MEM_SYSTEM
            || gst_savant_surface_get_gpu_id (other) == gpu_id))
      continue;
    text = g_strdup_printf (
        "source %u has %s memory of GPU %d, source %u %s memory of GPU %d, and "
        "the slots of one surface have one kind: bring them to one by "
        "savanttransform (mem-type, gpu-id), or use mode=uniform",
        pictures[0].frame->source_id, savant_mem_type_name (mem_type), gpu_id,
        pictures[i].frame->source_id,
        savant_mem_type_name (gst_savant_surface_get_mem_type (other)),
        gst_savant_surface_get_gpu_id (other));
    ret = post_failure (self, "Non-uniform batch", text);
    g_free (text);
    return ret;
  }
  return GST_FLOW_OK;
}

static GstFlowReturn
make_non_uniform (GstSavantBatch *self, const SvBatchPicture *pictures, guint n,
    GstBuffer **buffer)
{
  GstMemory *memory;

  if (check_memory (self, pictures, n) != GST_FLOW_OK)
    return GST_FLOW_ERROR;
  for (guint i = 0; i < n; i++) {
    const SavantRect *whole = &pictures[i].rect;

    self->buffers[i] = pictures[i].frame->buffer;
    gst_savant_geometry_init (&self->geometry[i], whole->w, whole->h, whole,
        whole, SAVANT_FLIP_NONE);
  }
  memory = gst_savant_allocator_wrap_slots (self->slots, self->buffers,
      self->slot_numbers, n, self->capacity);
  if (memory == NULL)
    return post_failure (self, "Batch", savant_last_error ());
  *buffer = gst_buffer_new ();
  gst_buffer_append_memory (*buffer, memory);
  return GST_FLOW_OK;
}

/* ---- Metas and times ---------------------------------------------------- */

static void
attach_geometry (GstSavantBatch *self, const SvBatchPicture *pictures, guint n,
    GstBuffer *buffer)
{
  for (guint i = 0; i < n; i++) {
    const GstSavantTransformMeta *before =
        gst_buffer_get_savant_transform_meta (pictures[i].frame->buffer);

    if (before != NULL && before->n_slots > 0)
      gst_savant_geometry_compose (&before->slots[0], &self->geometry[i],
          &self->geometry[i]);
  }
  gst_buffer_set_savant_transform_meta (buffer, self->geometry, n);
}

/* Adds the FRAME ids of a frame, or the number that its pad gave it. */
static void
collect_ids (GArray *ids, GstSavantBatchSlot *slot, const SvBatchItem *frame)
{
  const GstSavantIdMeta *meta = gst_buffer_get_savant_id_meta (frame->buffer);

  slot->ids_at = ids->len;
  for (guint i = 0; meta != NULL && i < meta->n_ids; i++)
    if (meta->ids[i].kind == SAVANT_ID_FRAME)
      g_array_append_val (ids, meta->ids[i].id);
  if (ids->len == slot->ids_at)
    g_array_append_val (ids, frame->own_id);
  slot->n_ids = ids->len - slot->ids_at;
  slot->frame_id = g_array_index (ids, gint64, slot->ids_at);
}

static void
attach_ids (GstSavantBatch *self, GstBuffer *buffer,
    const GstSavantBatchMeta *batch)
{
  GstSavantId *list;

  g_array_set_size (self->id_list, batch->n_ids + 1);
  list = (GstSavantId *) (gpointer) self->id_list->data;
  list[0].kind = SAVANT_ID_BATCH;
  list[0].id = (gint64) batch->sequence;
  for (guint i = 0; i < batch->n_ids; i++) {
    list[i + 1].kind = SAVANT_ID_FRAME;
    list[i + 1].id = batch->ids[i];
  }
  gst_buffer_set_savant_ids (buffer, list, batch->n_ids + 1);
}

static void
describe_slot (GstSavantBatchSlot *slot, const SvBatchPicture *picture)
{
  const SvBatchItem *frame = picture->frame;

  *slot = (GstSavantBatchSlot){ .source_id = frame->source_id,
    .pad_index = frame->pad_index,
    .pts = GST_BUFFER_PTS (frame->buffer),
    .duration = GST_BUFFER_DURATION (frame->buffer),
    .running_time = frame->item.time,
    .segment = frame->segment,
    .flags = GST_BUFFER_FLAGS (frame->buffer) & FRAME_FLAGS,
    .arrival_ns = (GstClockTime) frame->arrival_ns,
    .n_rois = picture->n_rois,
    .roi_index = picture->roi_index,
    .roi_id = picture->roi_id,
    .roi_type = picture->roi_type };
}

static void
attach_batch (GstSavantBatch *self, const SvTake *take,
    const SvBatchPicture *pictures, guint n, GstBuffer *buffer)
{
  GArray *ids = self->ids;
  GstSavantBatchMeta batch = { .sequence = self->sequence++,
    .reason = (GstSavantBatchReason) take->reason,
    .waiting_time_ns = (GstClockTime) take->waiting_ns,
    .n_slots = n,
    .slots = self->batch_slots };

  g_array_set_size (ids, 0);
  for (guint i = 0; i < n; i++) {
    GstSavantBatchSlot *slot = &self->batch_slots[i];

    describe_slot (slot, &pictures[i]);
    collect_ids (ids, slot, pictures[i].frame);
    slot->parent_id = slot->frame_id;
  }
  batch.n_ids = ids->len;
  batch.ids = (gint64 *) ids->data;
  gst_buffer_set_savant_batch_meta (buffer, &batch);
  if (self->analytics != NULL)
    sv_analytics_write (self->analytics, buffer, &batch,
        self->out.uniform ? NULL : self->buffers);
  attach_ids (self, buffer, &batch);
}

/* The smallest running time, never below the last batch's; lasting to the end
 * of the frame that ends last. */
static void
set_times (GstSavantBatch *self, const SvBatchPicture *pictures, guint n,
    GstBuffer *buffer)
{
  GstClockTime pts = GST_CLOCK_TIME_NONE, end = 0;

  for (guint i = 0; i < n; i++) {
    const SvItem *item = &pictures[i].frame->item;
    GstClockTime duration = GST_BUFFER_DURATION (pictures[i].frame->buffer);

    if (!GST_CLOCK_TIME_IS_VALID (item->time))
      continue;
    pts = MIN (pts, item->time);
    if (GST_CLOCK_TIME_IS_VALID (duration))
      end = MAX (end, item->time + duration);
  }
  if (GST_CLOCK_TIME_IS_VALID (pts)) {
    pthread_mutex_lock (&self->lock);
    self->batch_time = pts;
    pthread_mutex_unlock (&self->lock);
  }
  if (GST_CLOCK_TIME_IS_VALID (self->last_pts)
      && (!GST_CLOCK_TIME_IS_VALID (pts) || pts < self->last_pts))
    pts = self->last_pts;
  self->last_pts = pts;
  GST_BUFFER_PTS (buffer) = pts;
  GST_BUFFER_DURATION (buffer) = GST_CLOCK_TIME_IS_VALID (pts) && end > pts
      ? end - pts
      : GST_CLOCK_TIME_NONE;
}

GstFlowReturn
sv_batch_make (GstSavantBatch *self, const SvTake *take,
    const SvBatchPicture *pictures, guint n, GstBuffer **buffer)
{
  GstFlowReturn ret = self->out.uniform
      ? make_uniform (self, pictures, n, buffer)
      : make_non_uniform (self, pictures, n, buffer);

  if (ret != GST_FLOW_OK) {
    gst_clear_buffer (buffer);
    return ret;
  }
  attach_geometry (self, pictures, n, *buffer);
  attach_batch (self, take, pictures, n, *buffer);
  set_times (self, pictures, n, *buffer);
  return GST_FLOW_OK;
}
