/* SPDX-License-Identifier: Apache-2.0 */
#include "gstsavantunbatch.h"
#include "framemap.h"
#include "plugin.h"

#define GST_CAT_DEFAULT gst_savant_debug

/* ---- Caps --------------------------------------------------------------- */

/* Copies a field, or takes `fallback` n/d where there is none. */
static void
set_fraction (GstCaps *caps, const gchar *field, const GstCaps *from, gint n,
    gint d)
{
  if (from != NULL)
    gst_structure_get_fraction (gst_caps_get_structure (from, 0), field, &n,
        &d);
  gst_caps_set_simple (caps, field, GST_TYPE_FRACTION, n, d, NULL);
}

/* Plain frames say what surfaces say by their colorFormat. */
static void
set_colorimetry (GstCaps *caps, const SavantImage *image)
{
  const GstVideoFormatInfo *finfo =
      gst_video_format_get_info (gst_savant_format_to_video (image->format));
  GstVideoColorimetry c = { (GstVideoColorRange) image->colorimetry.range,
    (GstVideoColorMatrix) image->colorimetry.matrix, GST_VIDEO_TRANSFER_UNKNOWN,
    GST_VIDEO_COLOR_PRIMARIES_UNKNOWN };
  gchar *text;

  if (!GST_VIDEO_FORMAT_INFO_IS_YUV (finfo))
    return;
  if (c.range == GST_VIDEO_COLOR_RANGE_16_235
      && c.matrix == GST_VIDEO_COLOR_MATRIX_BT601)
    text = g_strdup (GST_VIDEO_COLORIMETRY_BT601);
  else if (c.range == GST_VIDEO_COLOR_RANGE_16_235
      && c.matrix == GST_VIDEO_COLOR_MATRIX_BT709)
    text = g_strdup (GST_VIDEO_COLORIMETRY_BT709);
  else
    text = gst_video_colorimetry_to_string (&c);
  gst_caps_set_simple (caps, "colorimetry", G_TYPE_STRING, text, "chroma-site",
      G_TYPE_STRING, "mpeg2", NULL);
  g_free (text);
}

/* Surfaces first, then plain frames where the CPU can read the pixels. */
static GstCaps *
possible_caps (GstSavantUnbatch *self, const SvStream *stream,
    SavantMemType mem_type, const SavantImage *image)
{
  const GstStructure *batch = gst_caps_get_structure (self->caps, 0);
  const gchar *colorimetry = gst_structure_get_string (batch, "colorimetry");
  GstCaps *caps = gst_caps_new_simple ("video/x-raw", "format", G_TYPE_STRING,
      savant_format_name (image->format), "width", G_TYPE_INT, image->width,
      "height", G_TYPE_INT, image->height, NULL);
  GstCaps *plain = NULL;

  set_fraction (caps, "framerate", stream->caps, 0, 1);
  set_fraction (caps, "pixel-aspect-ratio",
      self->info.uniform ? self->caps : stream->caps, 1, 1);
  if (mem_type == SAVANT_MEM_SYSTEM) {
    plain = gst_caps_copy (caps);
    if (colorimetry == NULL || !self->info.uniform)
      set_colorimetry (plain, image);
  }
  if (colorimetry != NULL && self->info.uniform)
    gst_caps_set_simple (caps, "colorimetry", G_TYPE_STRING, colorimetry, NULL);
  if (plain != NULL && colorimetry != NULL && self->info.uniform)
    gst_caps_set_simple (plain, "colorimetry", G_TYPE_STRING, colorimetry,
        NULL);
  gst_caps_set_features_simple (caps,
      gst_caps_features_new (GST_SAVANT_CAPS_FEATURE_NVMM, NULL));
  if (plain != NULL)
    gst_caps_append (caps, plain);
  return caps;
}

static GstCaps *
choose_caps (GstSavantUnbatchPad *pad, GstCaps *possible)
{
  GstCaps *wanted = gst_pad_peer_query_caps (GST_PAD (pad), possible);
  GstCaps *chosen = NULL;

  /* The first thing that downstream names is what it likes best. */
  for (guint i = 0; chosen == NULL && i < gst_caps_get_size (wanted); i++) {
    GstCaps *one = gst_caps_copy_nth (wanted, i);

    for (guint k = 0; chosen == NULL && k < gst_caps_get_size (possible); k++) {
      GstCaps *mine = gst_caps_copy_nth (possible, k);

      if (gst_caps_can_intersect (one, mine))
        chosen = gst_caps_ref (mine);
      gst_caps_unref (mine);
    }
    gst_caps_unref (one);
  }
  gst_caps_unref (wanted);
  return chosen;
}

/* Whether frames may lie in memory otherwise than their caps alone say. A queue
 * answers when it is empty, which it may not become before another pad has its
 * frames: once frames flow there, what is asked again for the same caps is
 * answered no, which is always right. */
static gboolean
takes_video_meta (GstSavantUnbatchPad *pad, GstCaps *caps, gboolean new_caps)
{
  GstPad *peer = gst_pad_get_peer (GST_PAD (pad));
  gboolean asks = new_caps || peer != pad->asked, takes = FALSE;

  pad->asked = peer; /* only to be compared */
  if (peer != NULL && asks) {
    GstQuery *query = gst_query_new_allocation (caps, FALSE);

    takes = gst_pad_peer_query (GST_PAD (pad), query)
        && gst_query_find_allocation_meta (query, GST_VIDEO_META_API_TYPE,
            NULL);
    gst_query_unref (query);
  }
  gst_clear_object (&peer);
  return takes;
}

static gboolean
is_same_picture (const SavantImage *a, const SavantImage *b)
{
  return a->format == b->format && a->width == b->width
      && a->height == b->height
      && a->colorimetry.matrix == b->colorimetry.matrix
      && a->colorimetry.range == b->colorimetry.range;
}

GstFlowReturn
sv_unbatch_negotiate (GstSavantUnbatch *self, GstSavantUnbatchPad *pad,
    const SvStream *stream, SavantMemType mem_type, const SavantImage *image)
{
  gboolean reconfigure = gst_pad_check_reconfigure (GST_PAD (pad));
  GstCaps *possible, *caps, *current;
  gboolean accepted = TRUE, new_caps;

  if (pad->has_caps && !reconfigure && pad->caps_serial == stream->caps_serial
      && is_same_picture (&pad->image, image))
    return GST_FLOW_OK;
  possible = possible_caps (self, stream, mem_type, image);
  caps = choose_caps (pad, possible);
  if (caps == NULL) {
    gst_pad_mark_reconfigure (GST_PAD (pad));
    if (GST_PAD_IS_FLUSHING (pad)) {
      gst_caps_unref (possible);
      return GST_FLOW_FLUSHING;
    }
    GST_ELEMENT_ERROR (self, STREAM, FORMAT,
        ("Downstream of pad %s takes none of %u kinds of frames that this "
         "element has: convert with savanttransform behind the pad, or change "
         "the format of the batch",
            GST_OBJECT_NAME (pad), gst_caps_get_size (possible)),
        ("possible caps %" GST_PTR_FORMAT, possible));
    gst_caps_unref (possible);
    return GST_FLOW_NOT_NEGOTIATED;
  }
  gst_caps_unref (possible);
  current = gst_pad_get_current_caps (GST_PAD (pad));
  new_caps =
      current == NULL || !pad->started || !gst_caps_is_equal (current, caps);
  if (new_caps)
    accepted = gst_pad_push_event (GST_PAD (pad), gst_event_new_caps (caps));
  gst_clear_caps (&current);
  pad->plain = !gst_caps_features_contains (gst_caps_get_features (caps, 0),
      GST_SAVANT_CAPS_FEATURE_NVMM);
  if (pad->plain) {
    gst_video_info_from_caps (&pad->info, caps);
    pad->video_meta = takes_video_meta (pad, caps, new_caps);
  }
  gst_caps_unref (caps);
  pad->image = *image;
  pad->caps_serial = stream->caps_serial;
  pad->has_caps = TRUE;
  if (!accepted)
    GST_DEBUG_OBJECT (pad, "caps not accepted, the push will tell");
  return GST_FLOW_OK;
}

/* What a frame of the stream would be, by its caps. */
static gboolean
expected_picture (GstSavantUnbatch *self, const SvStream *stream,
    SavantImage *image)
{
  GstSavantFrameInfo info;

  *image = self->sample;
  if (self->info.uniform)
    return TRUE;
  if (stream->caps == NULL
      || !gst_savant_frame_info_from_caps (&info, stream->caps))
    return FALSE;
  image->format =
      gst_savant_format_from_video (GST_VIDEO_INFO_FORMAT (&info.video));
  image->width = GST_VIDEO_INFO_WIDTH (&info.video);
  image->height = GST_VIDEO_INFO_HEIGHT (&info.video);
  sv_color_of_caps (&image->colorimetry, &info, stream->caps);
  return TRUE;
}

gboolean
sv_unbatch_begin_gap (GstSavantUnbatch *self, GstSavantUnbatchPad *pad,
    SvStream *stream)
{
  SavantImage image;

  if (pad->has_segment)
    return TRUE;
  if (!self->has_sample || !expected_picture (self, stream, &image))
    return FALSE;
  sv_unbatch_push_start (pad, stream);
  if (sv_unbatch_negotiate (self, pad, stream, self->sample_mem_type, &image)
      != GST_FLOW_OK)
    return FALSE;
  sv_unbatch_push_sticky (pad, stream);
  return TRUE;
}

/* ---- Views -------------------------------------------------------------- */

/* The slot's own bytes, as a plain frame. */
static GstBuffer *
plain_view (GstBuffer *batch, guint slot, const SavantImage *image)
{
  gsize offsets[GST_VIDEO_MAX_PLANES] = { 0 };
  gint strides[GST_VIDEO_MAX_PLANES] = { 0 };
  GstBuffer *view;
  gint64 info[11];
  guint8 *data;

  if (savant_buffer_surface_info (batch, (gint) slot, info) != SAVANT_OK)
    return NULL;
  data = (guint8 *) (gintptr) info[0];
  view = gst_buffer_new ();
  gst_buffer_append_memory (view,
      gst_memory_new_wrapped (GST_MEMORY_FLAG_READONLY, data, (gsize) info[10],
          0, (gsize) info[10], gst_buffer_ref (batch),
          (GDestroyNotify) gst_buffer_unref));
  for (gint p = 0; p < image->n_planes; p++) {
    offsets[p] = (gsize) (image->data[p] - data);
    strides[p] = (gint) image->pitch_bytes[p];
  }
  gst_buffer_add_video_meta_full (view, GST_VIDEO_FRAME_FLAG_NONE,
      gst_savant_format_to_video (image->format), (guint) image->width,
      (guint) image->height, (guint) image->n_planes, offsets, strides);
  return view;
}

static gboolean
is_default_layout (const GstVideoInfo *info, GstBuffer *view)
{
  const GstVideoMeta *meta = gst_buffer_get_video_meta (view);

  for (guint p = 0; p < meta->n_planes; p++)
    if (meta->stride[p] != info->stride[p]
        || meta->offset[p] != info->offset[p])
      return FALSE;
  return gst_buffer_get_size (view) >= GST_VIDEO_INFO_SIZE (info);
}

/* For who reads frames only as caps alone say: the bytes in that order. */
static GstBuffer *
packed_copy (const GstVideoInfo *info, GstBuffer *view)
{
  GstBuffer *copy =
      gst_buffer_new_allocate (NULL, GST_VIDEO_INFO_SIZE (info), NULL);
  GstVideoFrame from, to;

  if (gst_video_frame_map (&from, info, view, GST_MAP_READ)) {
    if (gst_video_frame_map (&to, info, copy, GST_MAP_WRITE)) {
      gst_video_frame_copy (&to, &from);
      gst_video_frame_unmap (&to);
    }
    gst_video_frame_unmap (&from);
  }
  gst_buffer_unref (view);
  return copy;
}

static GstBuffer *
new_view (GstSavantUnbatch *self, GstSavantUnbatchPad *pad, GstBuffer *batch,
    guint slot, const SavantImage *image)
{
  gint number = (gint) slot;
  GstBuffer *view;
  GstMemory *memory;

  if (pad->plain) {
    view = plain_view (batch, slot, image);
    if (view != NULL && !pad->video_meta
        && !is_default_layout (&pad->info, view))
      view = packed_copy (&pad->info, view);
    return view;
  }
  memory = gst_savant_allocator_wrap_slots (self->views, &batch, &number, 1, 1);
  if (memory == NULL)
    return NULL;
  view = gst_buffer_new ();
  gst_buffer_append_memory (view, memory);
  return view;
}

static void
attach_ids (GstBuffer *view, const GstSavantBatchMeta *batch,
    const GstSavantBatchSlot *slot)
{
  GstSavantId one, *list = &one;

  if (slot->n_ids == 0 || slot->n_ids > batch->n_ids
      || slot->ids_at > batch->n_ids - slot->n_ids)
    return;
  if (slot->n_ids > 1)
    list = g_new (GstSavantId, slot->n_ids);
  for (guint i = 0; i < slot->n_ids; i++)
    list[i] = (GstSavantId){ .kind = SAVANT_ID_FRAME,
      .id = batch->ids[slot->ids_at + i] };
  gst_buffer_set_savant_ids (view, list, slot->n_ids);
  if (list != &one)
    g_free (list);
}

/* A region of interest stays known as one. */
static void
attach_region (GstBuffer *view, const GstSavantBatchMeta *batch,
    const GstSavantBatchSlot *slot)
{
  GstSavantBatchSlot only = *slot;
  GstSavantBatchMeta one = { .sequence = batch->sequence,
    .reason = batch->reason,
    .waiting_time_ns = batch->waiting_time_ns,
    .n_slots = 1,
    .slots = &only,
    .n_ids = slot->n_ids,
    .ids = batch->ids + slot->ids_at };

  if (slot->n_rois == 0 || slot->n_ids > batch->n_ids
      || slot->ids_at > batch->n_ids - slot->n_ids)
    return;
  only.ids_at = 0;
  gst_buffer_set_savant_batch_meta (view, &one);
}

GstBuffer *
sv_unbatch_view (GstSavantUnbatch *self, GstSavantUnbatchPad *pad,
    GstBuffer *batch, guint slot, const SavantImage *image)
{
  const GstSavantBatchMeta *meta = gst_buffer_get_savant_batch_meta (batch);
  const GstSavantTransformMeta *geometry =
      gst_buffer_get_savant_transform_meta (batch);
  const GstSavantBatchSlot *from = &meta->slots[slot];
  GstBuffer *view = new_view (self, pad, batch, slot, image);

  if (view == NULL)
    return NULL;
  GST_BUFFER_PTS (view) = from->pts;
  GST_BUFFER_DURATION (view) = from->duration;
  GST_BUFFER_FLAG_SET (view, from->flags);
  attach_ids (view, meta, from);
  attach_region (view, meta, from);
  sv_analytics_copy_results (batch, meta, slot, view);
  if (geometry != NULL && slot < geometry->n_slots)
    gst_buffer_set_savant_transform_meta (view, &geometry->slots[slot], 1);
  return view;
}
