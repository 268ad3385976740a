/* SPDX-License-Identifier: Apache-2.0 */
#include <savant/gst.h>

#include "core/log.h"
#include "exports.h"
#include "gst/gstsavantallocator.h"
#include "job.h"

/* A slot of a buffer's surface as a picture; SavantStatus. */
static int
get_slot (void *buffer, int slot, gpointer *surface, SavantImage *image)
{
  int status = sv_buffer_get_surface (buffer, surface);

  if (status != SAVANT_OK)
    return status;
  return gst_savant_surface_get_image (*surface, slot, image);
}

static int
fail_null (const char *function, const char *argument)
{
  return sv_fail (SAVANT_ERROR_INVALID_ARGUMENT, "%s: %s is NULL", function,
      argument);
}

int
savant_buffer_surface_info (void *buffer, int slot, int64_t *info)
{
  SvNvbufLayout layout = sv_nvbuf_layout ();
  gpointer surface;
  SavantImage image;
  int status;

  if (info == NULL)
    return fail_null ("savant_buffer_surface_info", "info");
  status = get_slot (buffer, slot, &surface, &image);
  if (status == SAVANT_OK)
    status = sv_surface_wait (surface, FALSE);
  if (status != SAVANT_OK)
    return status;
  info[0] = (int64_t) (intptr_t) sv_nvbuf_data (layout, surface, slot);
  info[1] = sv_nvbuf_pitch (layout, surface, slot);
  info[2] = image.width;
  info[3] = image.height;
  info[4] = sv_nvbuf_color_format (layout, surface, slot);
  info[5] = sv_nvbuf_mem_type (layout, surface);
  info[6] = sv_nvbuf_gpu_id (layout, surface);
  info[7] = sv_nvbuf_batch_size (layout, surface);
  info[8] = sv_nvbuf_num_filled (layout, surface);
  info[9] = image.n_planes;
  info[10] = sv_nvbuf_data_size (layout, surface, slot);
  return SAVANT_OK;
}

int
savant_buffer_plane_info (void *buffer, int slot, int plane, int64_t *info)
{
  uint32_t width, height, pitch, offset, bytes_per_sample;
  int64_t row_bytes, rows;
  gpointer surface;
  SavantImage image;
  int status;

  if (info == NULL)
    return fail_null ("savant_buffer_plane_info", "info");
  status = get_slot (buffer, slot, &surface, &image);
  if (status != SAVANT_OK)
    return status;
  if (plane < 0 || plane >= image.n_planes)
    return sv_fail (SAVANT_ERROR_INVALID_ARGUMENT,
        "plane %d of a %s slot: it must be from 0 to %d", plane,
        savant_format_name (image.format), image.n_planes - 1);
  sv_nvbuf_plane (sv_nvbuf_layout (), surface, slot, plane, &width, &height,
      &pitch, &offset, &bytes_per_sample);
  savant_format_plane_size (image.format, plane, image.width, image.height,
      &row_bytes, &rows);
  info[0] = (int64_t) (intptr_t) image.data[plane];
  info[1] = pitch;
  info[2] = row_bytes / bytes_per_sample;
  info[3] = rows;
  info[4] = bytes_per_sample;
  return SAVANT_OK;
}

int
savant_buffer_set_num_filled (void *buffer, int num_filled)
{
  gpointer surface;
  int batch_size, lent;
  int status = sv_buffer_get_surface (buffer, &surface);

  if (status != SAVANT_OK)
    return status;
  batch_size = gst_savant_surface_get_batch_size (surface);
  if (num_filled < 0 || num_filled > batch_size)
    return sv_fail (SAVANT_ERROR_INVALID_ARGUMENT,
        "numFilled %d of a surface of %d slots: it must be from 0 to %d",
        num_filled, batch_size, batch_size);
  status = sv_buffer_begin_write (buffer, "numFilled", &lent);
  if (status != SAVANT_OK)
    return status;
  status = sv_buffer_check_exclusive (buffer);
  if (status == SAVANT_OK)
    sv_nvbuf_set_num_filled (sv_nvbuf_layout (), surface, num_filled);
  sv_buffer_end_write (buffer, lent);
  return status;
}

int
savant_buffer_transform (SavantTransform *transform, void *dst_buffer,
    int dst_slot, void *src_buffer, int src_slot, const int32_t *config,
    const int32_t *src_rect)
{
  SavantTransformConfig settings;
  SavantTransformJob job;
  gpointer dst, src;
  int status;

  if (transform == NULL)
    return fail_null ("savant_buffer_transform", "transform");
  if (config == NULL)
    return fail_null ("savant_buffer_transform", "config");
  if ((status = sv_read_config (config, &settings)) != SAVANT_OK
      || (status = get_slot (dst_buffer, dst_slot, &dst, &job.dst)) != SAVANT_OK
      || (status = get_slot (src_buffer, src_slot, &src, &job.src))
          != SAVANT_OK)
    return status;
  if (job.dst.data[0] == job.src.data[0])
    return sv_fail (SAVANT_ERROR_INVALID_ARGUMENT,
        "slot %d cannot be transformed into itself: choose another slot or "
        "buffer",
        dst_slot);
  status = sv_buffer_check_exclusive (dst_buffer);
  if (status != SAVANT_OK)
    return status;

  job.src_rect = (SavantRect){ 0, 0, job.src.width, job.src.height };
  if (src_rect != NULL) {
    job.src_rect =
        (SavantRect){ src_rect[0], src_rect[1], src_rect[2], src_rect[3] };
    if (src_rect[2] == 0 || src_rect[3] == 0)
      return sv_fail (SAVANT_ERROR_INVALID_ARGUMENT,
          "source rectangle %d,%d %dx%d: width and height are 1 or more; NULL "
          "takes the whole picture",
          src_rect[0], src_rect[1], src_rect[2], src_rect[3]);
  }
  if ((status = savant_clip_source_rect (&job.src_rect, job.src.width,
           job.src.height))
          != SAVANT_OK
      || (status = savant_letterbox (&settings, job.src_rect.w, job.src_rect.h,
              job.dst.width, job.dst.height, &job.dst_rect))
          != SAVANT_OK)
    return status;
  status =
      savant_transform_takes (transform, gst_savant_surface_get_mem_type (dst));
  if (status == SAVANT_OK)
    status = savant_transform_takes (transform,
        gst_savant_surface_get_mem_type (src));
  if (status == SAVANT_OK)
    status = savant_transform_run (transform, &settings, &job, 1);
  if (status == SAVANT_OK)
    savant_transform_keep (transform, gst_buffer_ref (src_buffer),
        (void (*) (void *)) gst_buffer_unref);
  return status;
}
