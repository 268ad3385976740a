/* SPDX-License-Identifier: Apache-2.0 */
#include "gstsavantbatch.h"
#include "plugin.h"
#include "streamevent.h"

#define GST_CAT_DEFAULT gst_savant_debug

static SvBatchPicture *
append (GstSavantBatch *self, const SvBatchItem *frame)
{
  SvBatchPicture *picture;

  if (self->n_pictures == self->pictures_room) {
    self->pictures_room = MAX (2 * self->pictures_room, 16);
    self->pictures =
        g_renew (SvBatchPicture, self->pictures, self->pictures_room);
  }
  picture = &self->pictures[self->n_pictures++];
  *picture = (SvBatchPicture){ .frame = frame,
    .rect = { 0, 0, frame->image.width, frame->image.height } };
  return picture;
}

static GstFlowReturn
refuse_roi (GstSavantBatch *self, const SvBatchItem *frame,
    const GstVideoRegionOfInterestMeta *roi)
{
  pthread_mutex_lock (&self->lock);
  self->error_posted = TRUE;
  pthread_mutex_unlock (&self->lock);
  GST_ELEMENT_ERROR (self, STREAM, FAILED,
      ("Source %u: region of interest %d (left %u, top %u, width %u, height "
       "%u) leaves the picture of %dx%d and roi-policy is error: correct the "
       "rectangle or use roi-policy=clip or skip",
          frame->source_id, roi->id, roi->x, roi->y, roi->w, roi->h,
          frame->image.width, frame->image.height),
      ("%" GST_PTR_FORMAT, frame->buffer));
  return GST_FLOW_ERROR;
}

/* One region of a frame, as roi-policy says. */
static GstFlowReturn
add_roi (GstSavantBatch *self, const SvBatchItem *frame,
    const GstVideoRegionOfInterestMeta *roi, SvRoiPolicy policy)
{
  guint64 width = (guint64) frame->image.width;
  guint64 height = (guint64) frame->image.height;
  guint64 right = MIN ((guint64) roi->x + roi->w, width);
  guint64 bottom = MIN ((guint64) roi->y + roi->h, height);
  gboolean empty = right <= roi->x || bottom <= roi->y;
  gboolean whole =
      !empty && right - roi->x == roi->w && bottom - roi->y == roi->h;
  SvBatchPicture *picture;

  if (!whole && policy == SV_ROI_ERROR)
    return refuse_roi (self, frame, roi);
  if (empty || (!whole && policy == SV_ROI_SKIP)) {
    GST_DEBUG_OBJECT (self,
        "source %u: region %d (%u, %u, %ux%u) of a picture of %dx%d is left "
        "out",
        frame->source_id, roi->id, roi->x, roi->y, roi->w, roi->h,
        frame->image.width, frame->image.height);
    return GST_FLOW_OK;
  }
  picture = append (self, frame);
  picture->rect = (SavantRect){ (gint) roi->x, (gint) roi->y,
    (gint) (right - roi->x), (gint) (bottom - roi->y) };
  picture->roi_id = roi->id;
  picture->roi_type = roi->roi_type;
  return GST_FLOW_OK;
}

static GstFlowReturn
add_rois (GstSavantBatch *self, const SvBatchItem *frame, SvRoiPolicy policy)
{
  guint first = self->n_pictures;
  GstFlowReturn ret = GST_FLOW_OK;
  gpointer state = NULL;
  GstMeta *meta;

  while (ret == GST_FLOW_OK
      && (meta = gst_buffer_iterate_meta_filtered (frame->buffer, &state,
              GST_VIDEO_REGION_OF_INTEREST_META_API_TYPE))
          != NULL)
    ret = add_roi (self, frame, (const GstVideoRegionOfInterestMeta *) meta,
        policy);
  for (guint i = first; i < self->n_pictures; i++) {
    self->pictures[i].n_rois = self->n_pictures - first;
    self->pictures[i].roi_index = i - first;
  }
  return ret;
}

GstFlowReturn
sv_batch_lay_out (GstSavantBatch *self, SvTake *take, SvItem **empty)
{
  SvItem **at = &take->items;
  SvRoiPolicy policy;
  SvRoiMode mode;

  *empty = NULL;
  self->n_pictures = 0;
  pthread_mutex_lock (&self->lock);
  mode = self->roi_mode;
  policy = self->settings.roi_policy;
  pthread_mutex_unlock (&self->lock);
  while (*at != NULL) {
    SvItem *item = *at;
    guint before = self->n_pictures;

    if (mode == SV_ROI_MODE_NONE)
      append (self, (const SvBatchItem *) item);
    else if (add_rois (self, (const SvBatchItem *) item, policy) != GST_FLOW_OK)
      return GST_FLOW_ERROR;
    if (self->n_pictures > before) {
      at = &item->next;
      continue;
    }
    *at = item->next;
    item->next = NULL;
    take->n_items--;
    *empty = item;
    empty = &item->next;
  }
  return GST_FLOW_OK;
}

/* Whoever waits for the stream learns that nothing comes for this time. */
static void
push_gap (GstSavantBatch *self, const SvBatchItem *frame)
{
  GstClockTime pts = GST_BUFFER_PTS (frame->buffer);

  if (!GST_CLOCK_TIME_IS_VALID (pts))
    return;
  gst_pad_push_event (self->srcpad,
      sv_stream_event_new (GST_EVENT_CUSTOM_DOWNSTREAM, frame->source_id,
          frame->pad_index,
          gst_event_new_gap (pts, GST_BUFFER_DURATION (frame->buffer))));
}

void
sv_batch_finish_empty (GstSavantBatch *self, SvItem *empty)
{
  if (empty == NULL)
    return;
  /* Before there are caps there is no stream that could wait. */
  for (SvItem *item = empty; self->out_caps != NULL && item != NULL;
       item = item->next)
    push_gap (self, (const SvBatchItem *) item);
  sv_collect_finish_dropped (&self->collect, empty, SV_DROP_ROI);
}
