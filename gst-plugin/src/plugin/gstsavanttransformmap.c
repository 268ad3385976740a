/* SPDX-License-Identifier: Apache-2.0 */
#include "gstsavanttransform.h"
#include "plugin.h"

#define GST_CAT_DEFAULT gst_savant_debug

/* ---- Plain frames ------------------------------------------------------ */

static GstFlowReturn
open_plain (GstSavantTransform *self, GstBuffer *buffer)
{
  SavantTransformJob *job = &self->jobs[0];
  gchar *problem = sv_map_plain (&self->in_frame, buffer, &self->in.video,
      sv_read_flags (&self->in), &job->src);

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
  n = sv_filled_slots (surface);
  if (savant_transform_takes (self->transform,
          gst_savant_surface_get_mem_type (surface))
      != SAVANT_OK)
    problem = g_strdup (savant_last_error ());
  if (problem == NULL && n > self->out.batch_size)
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
sv_transform_open_output (GstSavantTransform *self, GstBuffer *buffer,
    SvMappedFrame *mapped)
{
  SavantImage *image = &self->jobs[0].dst;
  gchar *problem;

  mapped->mapped = FALSE;
  if (self->out.nvmm) {
    problem = open_output_surface (self, buffer);
  } else {
    problem =
        sv_map_plain (mapped, buffer, &self->out.video, GST_MAP_WRITE, image);
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
