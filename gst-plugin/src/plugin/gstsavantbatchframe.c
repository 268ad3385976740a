/* SPDX-License-Identifier: Apache-2.0 */
#include "gstsavantbatch.h"
#include "plugin.h"

#define GST_CAT_DEFAULT gst_savant_debug

/* Makes the surface pool of a pad that copies plain frames. */
static gboolean
make_upload (GstSavantBatch *self, GstSavantBatchPad *pad)
{
  GstVideoInfo *video = &pad->caps->info.video;
  GstStructure *config;
  SavantMemType mem_type;
  gchar *backend;
  GstCaps *caps;
  gint gpu_id;

  backend = sv_memory_read (&self->memory, &self->lock, &mem_type, &gpu_id);
  if (pad->upload == NULL)
    savant_transform_new (backend, &pad->upload);
  pad->upload_pool = gst_savant_buffer_pool_new (backend);
  g_free (backend);
  if (pad->upload == NULL || pad->upload_pool == NULL)
    return FALSE;
  caps = gst_caps_new_simple ("video/x-raw", "format", G_TYPE_STRING,
      GST_VIDEO_INFO_NAME (video), "width", G_TYPE_INT,
      GST_VIDEO_INFO_WIDTH (video), "height", G_TYPE_INT,
      GST_VIDEO_INFO_HEIGHT (video), NULL);
  gst_caps_set_features_simple (caps,
      gst_caps_features_new (GST_SAVANT_CAPS_FEATURE_NVMM, NULL));
  config = gst_buffer_pool_get_config (pad->upload_pool);
  gst_buffer_pool_config_set_params (config, caps, 0, 0, 0);
  gst_savant_buffer_pool_config_set_memory (config, mem_type, MAX (gpu_id, 0));
  gst_savant_buffer_pool_config_set_colorimetry (config, &pad->caps->color);
  gst_caps_unref (caps);
  return gst_buffer_pool_set_config (pad->upload_pool, config)
      && gst_buffer_pool_set_active (pad->upload_pool, TRUE);
}

/* Replaces the plain frame of `item` by a surface with the same bytes. */
static gboolean
upload (GstSavantBatch *self, GstSavantBatchPad *pad, SvBatchItem *item)
{
  static const SavantTransformConfig config = SAVANT_TRANSFORM_CONFIG_DEFAULTS;
  SavantTransformJob job = { .src = item->image };
  GstBuffer *buffer = NULL;

  if (pad->upload_pool == NULL && !make_upload (self, pad))
    return FALSE;
  if (gst_buffer_pool_acquire_buffer (pad->upload_pool, &buffer, NULL)
      != GST_FLOW_OK)
    return FALSE;
  job.src_rect = job.dst_rect =
      (SavantRect){ 0, 0, item->image.width, item->image.height };
  item->surface = gst_savant_buffer_peek_surface (buffer);
  if (savant_buffer_set_num_filled (buffer, 1) != SAVANT_OK
      || gst_savant_surface_get_image (item->surface, 0, &item->image)
          != SAVANT_OK) {
    gst_buffer_unref (buffer);
    return FALSE;
  }
  job.dst = item->image;
  job.dst.colorimetry = job.src.colorimetry;
  if (savant_transform_run (pad->upload, &config, &job, 1) != SAVANT_OK) {
    gst_buffer_unref (buffer);
    return FALSE;
  }
  gst_buffer_copy_into (buffer, item->buffer,
      GST_BUFFER_COPY_FLAGS | GST_BUFFER_COPY_TIMESTAMPS | GST_BUFFER_COPY_META,
      0, -1);
  sv_unmap_plain (&item->mapped);
  savant_transform_keep (pad->upload, item->buffer,
      (void (*) (void *)) gst_buffer_unref);
  item->buffer = buffer;
  return TRUE;
}

/* NULL, or what is wrong with the buffer (g_free). */
static gchar *
open_surface (GstSavantBatch *self, SvBatchItem *item)
{
  gpointer surface = gst_savant_buffer_peek_surface (item->buffer);
  gint n;

  if (surface == NULL)
    return g_strdup (savant_last_error ());
  n = sv_filled_slots (surface);
  if (n != 1)
    return g_strdup_printf ("the surface has %d filled slots, one is needed: "
                            "split batches with savantunbatch first",
        n);
  item->surface = surface;
  if ((self->mode == SV_BATCH_UNIFORM
          && savant_transform_takes (self->transform,
                 gst_savant_surface_get_mem_type (surface))
              != SAVANT_OK)
      || gst_savant_surface_get_image (surface, 0, &item->image) != SAVANT_OK)
    return g_strdup (savant_last_error ());
  if (item->caps->info.colorimetry_named)
    item->image.colorimetry = item->caps->color;
  return NULL;
}

gchar *
sv_batch_open_frame (GstSavantBatch *self, GstSavantBatchPad *pad,
    SvBatchItem *item)
{
  gchar *problem;

  if (item->caps->info.nvmm)
    return open_surface (self, item);
  problem = sv_map_plain (&item->mapped, item->buffer, &item->caps->info.video,
      sv_read_flags (&item->caps->info), &item->image);
  if (problem != NULL)
    return problem;
  item->image.colorimetry = item->caps->color;
  if (self->mode == SV_BATCH_NON_UNIFORM && !upload (self, pad, item))
    return g_strdup (savant_last_error ());
  return NULL;
}
