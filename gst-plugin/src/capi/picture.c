/* SPDX-License-Identifier: Apache-2.0 */
#include "picture.h"

#include <string.h>

#include "core/log.h"
#include "gst/gstsavantallocator.h"

int
sv_get_slot (void *buffer, int slot, gboolean any_slot, gpointer *surface,
    SavantImage *image)
{
  int status = sv_buffer_get_surface (buffer, surface);
  int n;

  if (status != SAVANT_OK)
    return status;
  n = gst_savant_surface_get_num_filled (*surface);
  if (!any_slot && n == 0)
    return sv_fail (SAVANT_ERROR_INVALID_ARGUMENT,
        "slot %d of a surface with 0 filled slots: fill one first", slot);
  if (!any_slot && (slot < 0 || slot >= n))
    return sv_fail (SAVANT_ERROR_INVALID_ARGUMENT,
        "slot %d of a surface with %d filled slots: it must be from 0 to %d",
        slot, n, n - 1);
  return gst_savant_surface_get_image (*surface, slot, image);
}

int
sv_plane_as_gray (gpointer surface, int slot, int plane, SavantImage *image)
{
  uint32_t width, height, pitch, offset, bytes_per_sample;
  int64_t row_bytes, rows;

  if (plane < 0 || plane >= image->n_planes)
    return sv_fail (SAVANT_ERROR_INVALID_ARGUMENT,
        "plane %d of a %s slot: it must be from 0 to %d", plane,
        savant_format_name (image->format), image->n_planes - 1);
  sv_nvbuf_plane (sv_nvbuf_layout (), surface, (uint32_t) slot,
      (uint32_t) plane, &width, &height, &pitch, &offset, &bytes_per_sample);
  if (bytes_per_sample != 1)
    return sv_fail (SAVANT_ERROR_UNSUPPORTED,
        "plane %d of a %s slot holds %u bytes a sample and is no picture of "
        "its own: name the slot",
        plane, savant_format_name (image->format), bytes_per_sample);
  savant_format_plane_size (image->format, plane, image->width, image->height,
      &row_bytes, &rows);
  *image = (SavantImage){ .format = SAVANT_FORMAT_GRAY8,
    .width = (int) row_bytes,
    .height = (int) rows,
    .colorimetry = { SAVANT_MATRIX_BT601, SAVANT_RANGE_FULL,
        SAVANT_SITING_MPEG2 },
    .n_planes = 1,
    .data = { image->data[plane] },
    .pitch_bytes = { image->pitch_bytes[plane] } };
  return SAVANT_OK;
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

/* Checks the bytes of a caller that hold a whole picture. */
static int
check_bytes (const char *what, const SavantImage *image, const void *data,
    int64_t size)
{
  int64_t bytes = picture_bytes (image);

  if (data == NULL)
    return sv_fail (SAVANT_ERROR_INVALID_ARGUMENT, "%s: data is NULL", what);
  if (size != bytes)
    return sv_fail (SAVANT_ERROR_INVALID_ARGUMENT,
        "%s: %" G_GINT64_FORMAT
        " bytes for a %dx%d %s picture of %" G_GINT64_FORMAT " bytes",
        what, size, image->width, image->height,
        savant_format_name (image->format), bytes);
  return SAVANT_OK;
}

static SvRows
rows_of (const SavantImage *image, int plane)
{
  int64_t row_bytes, rows;

  savant_format_plane_size (image->format, plane, image->width, image->height,
      &row_bytes, &rows);
  return (SvRows){ .data = image->data[plane],
    .pitch = (size_t) image->pitch_bytes[plane],
    .row_bytes = (size_t) row_bytes,
    .rows = (size_t) rows };
}

int
sv_copy_picture (const SvAccess *access, const SavantImage *image, void *data,
    int64_t size)
{
  int status = check_bytes ("copy slot", image, data, size);
  uint8_t *to = data;

  for (int p = 0; status == SAVANT_OK && p < image->n_planes; p++) {
    SvRows rows = rows_of (image, p);

    status = sv_get_rows (access, &rows, to);
    to += rows.row_bytes * rows.rows;
  }
  return status;
}

int
sv_fill_picture (const SvAccess *access, const SavantImage *image,
    const void *data, int64_t size)
{
  int status = check_bytes ("upload", image, data, size);
  const uint8_t *from = data;

  for (int p = 0; status == SAVANT_OK && p < image->n_planes; p++) {
    SvRows rows = rows_of (image, p);

    status = sv_put_rows (access, &rows, from);
    from += rows.row_bytes * rows.rows;
  }
  return status;
}

int
sv_memset_slot (const SvAccess *access, gpointer surface, int slot,
    const SavantImage *image, int value)
{
  int status = SAVANT_OK;

  for (int p = 0; status == SAVANT_OK && p < image->n_planes; p++) {
    uint32_t width, n_rows, pitch, offset, bytes_per_sample;

    if (access->device != NULL) {
      SvRows rows = rows_of (image, p);

      status = sv_set_rows (access, &rows, (uint32_t) value, 1);
      continue;
    }
    sv_nvbuf_plane (sv_nvbuf_layout (), surface, (uint32_t) slot, (uint32_t) p,
        &width, &n_rows, &pitch, &offset, &bytes_per_sample);
    memset (image->data[p], value, (size_t) pitch * n_rows);
  }
  return status;
}

int
savant_buffer_copy_slot (void *buffer, int slot, void *data, int64_t size)
{
  gpointer surface = gst_savant_buffer_peek_surface (buffer);
  SavantImage image;
  SvAccess access;
  int status;

  if (surface == NULL)
    return SAVANT_ERROR_NOT_A_SURFACE;
  status = gst_savant_surface_get_image (surface, slot, &image);
  if (status == SAVANT_OK)
    status = sv_open_pixels ("copy slot", surface, FALSE, 0, &access);
  if (status != SAVANT_OK)
    return status;
  return sv_copy_picture (&access, &image, data, size);
}
