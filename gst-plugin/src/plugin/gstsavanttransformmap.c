/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "gstsavanttransform.h"
#include "plugin.h"

#define GST_CAT_DEFAULT gst_savant_debug

/* ---- Plain frames ------------------------------------------------------ */

/* All memories in one piece, for planes that are cut by their borders. */
static gboolean
map_whole (SvMappedFrame *mapped, GstBuffer *buffer, const GstVideoInfo *info,
    const GstVideoMeta *meta, GstMapFlags flags)
{
  GstVideoFrame *frame = &mapped->frame;

  memset (frame, 0, sizeof *frame);
  frame->info = *info;
  frame->buffer = buffer;
  if (!gst_buffer_map (buffer, &frame->map[0], flags))
    return FALSE;
  mapped->mapped = mapped->whole = TRUE;
  for (guint p = 0; p < meta->n_planes; p++) {
    frame->data[p]
        = frame->map[0].data + MIN (meta->offset[p], frame->map[0].size);
    frame->info.stride[p] = meta->stride[p];
  }
  return TRUE;
}

static gboolean
map_planes (SvMappedFrame *mapped, GstBuffer *buffer, const GstVideoInfo *info,
    GstMapFlags flags)
{
  memset (&mapped->frame, 0, sizeof mapped->frame);
  mapped->whole = FALSE;
  mapped->mapped = gst_video_frame_map (&mapped->frame, info, buffer,
      (GstMapFlags) (flags | GST_VIDEO_FRAME_MAP_FLAG_NO_REF));
  return mapped->mapped;
}

void
sv_transform_unmap_plain (SvMappedFrame *mapped)
{
  if (!mapped->mapped)
    return;
  if (mapped->whole)
    gst_buffer_unmap (mapped->frame.buffer, &mapped->frame.map[0]);
  else
    gst_video_frame_unmap (&mapped->frame);
  mapped->mapped = FALSE;
}

gchar *
sv_transform_map_plain (SvMappedFrame *mapped, GstBuffer *buffer,
    const GstVideoInfo *info, GstMapFlags flags, SavantImage *image)
{
  const GstVideoMeta *meta = gst_buffer_get_video_meta (buffer);
  gsize size = gst_buffer_get_size (buffer);
  const gchar *reason = "it cannot be mapped";
  GstVideoInfo own = *info;

  if (meta == NULL && size < GST_VIDEO_INFO_SIZE (info))
    return g_strdup_printf (
        "truncated frame: the buffer has %" G_GSIZE_FORMAT " bytes, %s "
        "%dx%d needs %" G_GSIZE_FORMAT,
        size, GST_VIDEO_INFO_NAME (info), GST_VIDEO_INFO_WIDTH (info),
        GST_VIDEO_INFO_HEIGHT (info), GST_VIDEO_INFO_SIZE (info));
  if (meta != NULL) {
    if (meta->format != GST_VIDEO_INFO_FORMAT (info)
        || meta->n_planes != GST_VIDEO_INFO_N_PLANES (info))
      return g_strdup_printf ("the buffer's GstVideoMeta is of %u planes of "
                              "%s, its caps are of %s",
          meta->n_planes, gst_video_format_to_string (meta->format),
          GST_VIDEO_INFO_NAME (info));
    own.width = (gint) MIN (meta->width, G_MAXINT);
    own.height = (gint) MIN (meta->height, G_MAXINT);
  }

  if (map_planes (mapped, buffer, &own, flags)) {
    if (gst_savant_image_from_video_frame (image, &mapped->frame) == SAVANT_OK)
      return NULL;
    sv_transform_unmap_plain (mapped);
    reason = savant_last_error ();
  }
  if (meta != NULL && gst_buffer_n_memory (buffer) > 1
      && map_whole (mapped, buffer, &own, meta, flags)) {
    if (gst_savant_image_from_video_frame (image, &mapped->frame) == SAVANT_OK)
      return NULL;
    sv_transform_unmap_plain (mapped);
    reason = savant_last_error ();
  }
  return g_strdup_printf (
      "unusable frame: the buffer has %" G_GSIZE_FORMAT " bytes, %s %dx%d "
      "without padding needs %" G_GSIZE_FORMAT ": %s",
      size, GST_VIDEO_INFO_NAME (info), GST_VIDEO_INFO_WIDTH (info),
      GST_VIDEO_INFO_HEIGHT (info), GST_VIDEO_INFO_SIZE (info), reason);
}

static GstFlowReturn
open_plain (GstSavantTransform *self, GstBuffer *buffer)
{
  SavantTransformJob *job = &self->jobs[0];
  gchar *problem = sv_transform_map_plain (&self->in_frame, buffer,
      &self->in.video, GST_MAP_READ, &job->src);

  if (problem != NULL) {
    GST_ELEMENT_ERROR (self, STREAM, FAILED, ("Input: %s", problem),
        ("%" GST_PTR_FORMAT, buffer));
    g_free (problem);
    return GST_FLOW_ERROR;
  }
  job->src.colorimetry = self->in_color;
  self->n_jobs = 1;
  self->input_gpu_id = 0;
  return GST_FLOW_OK;
}

/* ---- Surfaces ---------------------------------------------------------- */

/* Slots that hold a picture. A single surface may leave numFilled at 0. */
static gint
filled_slots (gpointer surface)
{
  gint n = gst_savant_surface_get_num_filled (surface);

  if (n == 0 && gst_savant_surface_get_batch_size (surface) == 1)
    n = 1;
  return n;
}

static GstFlowReturn
open_surface (GstSavantTransform *self, GstBuffer *buffer)
{
  gpointer surface = gst_savant_buffer_peek_surface (buffer);
  gchar *problem = NULL;
  gint n;

  if (surface == NULL) {
    GST_ELEMENT_ERROR (self, STREAM, WRONG_TYPE,
        ("Input: %s", savant_last_error ()),
        ("caps have memory:NVMM, %" GST_PTR_FORMAT, buffer));
    return GST_FLOW_ERROR;
  }
  n = filled_slots (surface);
  if (n > self->out.batch_size)
    problem = g_strdup_printf ("the surface has %d filled slots, the caps say "
                               "batch-size=%d",
        n, self->out.batch_size);
  for (gint slot = 0; problem == NULL && slot < n; slot++) {
    SavantImage *image = &self->jobs[slot].src;

    if (gst_savant_surface_get_image (surface, slot, image) != SAVANT_OK)
      problem = g_strdup (savant_last_error ());
    else if (self->in.uniform && self->in.colorimetry_named)
      image->colorimetry = self->in_color;
  }
  if (problem != NULL) {
    GST_ELEMENT_ERROR (self, STREAM, FAILED, ("Input: %s", problem),
        ("%" GST_PTR_FORMAT, buffer));
    g_free (problem);
    return GST_FLOW_ERROR;
  }
  self->n_jobs = n;
  self->input_gpu_id = gst_savant_surface_get_gpu_id (surface);
  return GST_FLOW_OK;
}

GstFlowReturn
sv_transform_open_input (GstSavantTransform *self, GstBuffer *buffer)
{
  return self->in.nvmm ? open_surface (self, buffer)
                       : open_plain (self, buffer);
}

/* ---- Output ------------------------------------------------------------ */

static gchar *
open_output_surface (GstSavantTransform *self, GstBuffer *buffer)
{
  gpointer surface = gst_savant_buffer_peek_surface (buffer);

  if (surface == NULL
      || savant_buffer_set_num_filled (buffer, self->n_jobs) != SAVANT_OK)
    return g_strdup (savant_last_error ());
  for (gint slot = 0; slot < self->n_jobs; slot++) {
    SavantImage *image = &self->jobs[slot].dst;

    if (gst_savant_surface_get_image (surface, slot, image) != SAVANT_OK)
      return g_strdup (savant_last_error ());
    if (self->out.colorimetry_named)
      image->colorimetry = self->out_color;
  }
  return NULL;
}

gboolean
sv_transform_open_output (
    GstSavantTransform *self, GstBuffer *buffer, SvMappedFrame *mapped)
{
  SavantImage *image = &self->jobs[0].dst;
  gchar *problem;

  mapped->mapped = FALSE;
  if (self->out.nvmm) {
    problem = open_output_surface (self, buffer);
  } else {
    problem = sv_transform_map_plain (
        mapped, buffer, &self->out.video, GST_MAP_WRITE, image);
    image->width = GST_VIDEO_INFO_WIDTH (&self->out.video);
    image->height = GST_VIDEO_INFO_HEIGHT (&self->out.video);
    image->colorimetry = self->out_color;
  }
  if (problem == NULL)
    return TRUE;
  GST_ELEMENT_ERROR (self, RESOURCE, WRITE, ("Output: %s", problem),
      ("%" GST_PTR_FORMAT, buffer));
  g_free (problem);
  return FALSE;
}
