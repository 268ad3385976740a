/* SPDX-License-Identifier: Apache-2.0 */
#include "picture.h"

#include <string.h>

#include "core/log.h"

int
sv_check_readable (const char *what, SavantMemType mem_type)
{
  if (mem_type == SAVANT_MEM_SYSTEM || mem_type == SAVANT_MEM_CUDA_PINNED
      || mem_type == SAVANT_MEM_CUDA_UNIFIED)
    return SAVANT_OK;
  return sv_fail (SAVANT_ERROR_UNSUPPORTED,
      "%s: the CPU cannot read memory type %s, transform the surface into "
      "system memory first",
      what, savant_mem_type_name (mem_type));
}

static int64_t
picture_bytes (const SavantImage *image)
{
  int64_t row_bytes, rows, bytes = 0;

  for (int p = 0; p < image->n_planes; p++) {
    savant_format_plane_size (image->format, p, image->width, image->height,
        &row_bytes, &rows);
    bytes += row_bytes * rows;
  }
  return bytes;
}

int
sv_copy_picture (const SavantImage *image, void *data, int64_t size)
{
  int64_t bytes = picture_bytes (image);
  uint8_t *to = data;

  if (data == NULL)
    return sv_fail (SAVANT_ERROR_INVALID_ARGUMENT, "copy slot: data is NULL");
  if (size != bytes)
    return sv_fail (SAVANT_ERROR_INVALID_ARGUMENT,
        "copy slot: %" G_GINT64_FORMAT " bytes for a %dx%d %s picture of %"
        G_GINT64_FORMAT " bytes",
        size, image->width, image->height, savant_format_name (image->format),
        bytes);
  for (int p = 0; p < image->n_planes; p++) {
    const uint8_t *from = image->data[p];
    int64_t row_bytes, rows;

    savant_format_plane_size (image->format, p, image->width, image->height,
        &row_bytes, &rows);
    if (image->pitch_bytes[p] == row_bytes) {
      memcpy (to, from, (size_t) (row_bytes * rows));
      to += row_bytes * rows;
      continue;
    }
    for (int64_t y = 0; y < rows; y++, to += row_bytes)
      memcpy (to, from + y * image->pitch_bytes[p], (size_t) row_bytes);
  }
  return SAVANT_OK;
}

int
savant_buffer_copy_slot (void *buffer, int slot, void *data, int64_t size)
{
  gpointer surface = gst_savant_buffer_peek_surface (buffer);
  SavantImage image;
  int status;

  if (surface == NULL)
    return SAVANT_ERROR_NOT_A_SURFACE;
  status = gst_savant_surface_get_image (surface, slot, &image);
  if (status == SAVANT_OK)
    status = sv_check_readable ("copy slot",
        gst_savant_surface_get_mem_type (surface));
  if (status != SAVANT_OK)
    return status;
  return sv_copy_picture (&image, data, size);
}
