/* SPDX-License-Identifier: Apache-2.0 */
#include <savant/view.h>

#include <string.h>

#include "core/log.h"
#include "exports.h"
#include "gst/gstsavantallocator.h"
#include "picture.h"

/* A slot of one plane, or a plane, as rows of bytes. */
typedef struct Pixels
{
  gpointer surface;
  SavantFormat format; /* of the slot */
  int n_planes;
  uint8_t *data;
  int64_t pitch;
  int width;
  int height;
  int channels;
  int64_t owned; /* bytes from `data` on that are the surface's own */
} Pixels;

static int
get_pixels (void *buffer, int slot, int plane, gboolean any_slot,
    Pixels *pixels)
{
  SvNvbufLayout layout = sv_nvbuf_layout ();
  uint32_t width, rows, pitch, offset, bytes_per_sample, size;
  int64_t row_bytes, picture_rows;
  SavantImage image;
  int status = sv_get_slot (buffer, slot, any_slot, &pixels->surface, &image);

  if (status != SAVANT_OK)
    return status;
  if (plane < 0 && image.n_planes > 1)
    return sv_fail (SAVANT_ERROR_UNSUPPORTED,
        "slot %d is %s, which has %d planes: open them by planes(), or name "
        "the slot by buffer and number",
        slot, savant_format_name (image.format), image.n_planes);
  if (plane >= image.n_planes)
    return sv_fail (SAVANT_ERROR_INVALID_ARGUMENT,
        "plane %d of a %s slot: it must be from 0 to %d", plane,
        savant_format_name (image.format), image.n_planes - 1);
  plane = MAX (plane, 0);
  sv_nvbuf_plane (layout, pixels->surface, (uint32_t) slot, (uint32_t) plane,
      &width, &rows, &pitch, &offset, &bytes_per_sample);
  size = sv_nvbuf_data_size (layout, pixels->surface, (uint32_t) slot);
  savant_format_plane_size (image.format, plane, image.width, image.height,
      &row_bytes, &picture_rows);
  pixels->format = image.format;
  pixels->n_planes = image.n_planes;
  pixels->data = image.data[plane];
  pixels->pitch = pitch;
  pixels->width =
      image.n_planes > 1 ? (int) (row_bytes / bytes_per_sample) : image.width;
  pixels->height = (int) picture_rows;
  pixels->channels = (int) bytes_per_sample;
  pixels->owned = MIN ((int64_t) pitch * rows, (int64_t) size - offset);
  return SAVANT_OK;
}

int
savant_view_info (void *buffer, int slot, int plane, int any_slot, int take_ref,
    int64_t *info)
{
  SvNvbufLayout layout = sv_nvbuf_layout ();
  Pixels p;
  int status;

  if (info == NULL)
    return sv_fail (SAVANT_ERROR_INVALID_ARGUMENT,
        "savant_view_info: info is NULL");
  status = get_pixels (buffer, slot, plane, any_slot != 0, &p);
  if (status != SAVANT_OK)
    return status;
  info[SAVANT_VIEW_DATA] = (int64_t) (intptr_t) p.data;
  info[SAVANT_VIEW_PITCH] = p.pitch;
  info[SAVANT_VIEW_WIDTH] = p.width;
  info[SAVANT_VIEW_HEIGHT] = p.height;
  info[SAVANT_VIEW_CHANNELS] = p.channels;
  info[SAVANT_VIEW_COLOR_FORMAT] = p.n_planes > 1
      ? SAVANT_FORMAT_GRAY8
      : sv_nvbuf_color_format (layout, p.surface, (uint32_t) slot);
  info[SAVANT_VIEW_MEM_TYPE] = sv_nvbuf_mem_type (layout, p.surface);
  info[SAVANT_VIEW_GPU_ID] = sv_nvbuf_gpu_id (layout, p.surface);
  info[SAVANT_VIEW_N_PLANES] = p.n_planes;
  info[SAVANT_VIEW_READ_ONLY] =
      GST_MEMORY_IS_READONLY (gst_buffer_peek_memory (buffer, 0));
  if (take_ref)
    sv_buffer_export_add (gst_buffer_ref (buffer));
  return SAVANT_OK;
}

/* Pixels to be written or only read. */
static int
open_pixels (void *buffer, int slot, int plane, const char *what,
    gboolean write, int64_t stream, Pixels *pixels, SvAccess *access)
{
  int status = get_pixels (buffer, slot, plane, TRUE, pixels);

  if (status == SAVANT_OK)
    status = sv_open_pixels (what, pixels->surface, write, stream, access);
  if (status == SAVANT_OK && write)
    status = sv_buffer_check_exclusive (buffer);
  return status;
}

static SvRows
rows_of (const Pixels *p)
{
  return (SvRows){ .data = p->data,
    .pitch = (size_t) p->pitch,
    .row_bytes = (size_t) p->width * (size_t) p->channels,
    .rows = (size_t) p->height };
}

int
savant_view_fill (void *buffer, int slot, int plane, int64_t stream,
    uint32_t color, int n_channels)
{
  Pixels p;
  SvAccess access;
  SvRows rows;
  int status =
      open_pixels (buffer, slot, plane, "fill", TRUE, stream, &p, &access);

  if (status != SAVANT_OK)
    return status;
  if (p.format == SAVANT_FORMAT_UYVY)
    return sv_fail (SAVANT_ERROR_INVALID_ARGUMENT,
        "fill of UYVY, whose pixels come in pairs: use memset or upload");
  if (n_channels != p.channels)
    return sv_fail (SAVANT_ERROR_INVALID_ARGUMENT,
        "fill with %d values: the view has %d channels", n_channels,
        p.channels);
  rows = rows_of (&p);
  return sv_set_rows (&access, &rows, color, n_channels);
}

int
savant_view_memset (void *buffer, int slot, int plane, int64_t stream,
    int value)
{
  Pixels p;
  SvAccess access;
  SvRows rows;
  int status =
      open_pixels (buffer, slot, plane, "memset", TRUE, stream, &p, &access);

  if (status != SAVANT_OK)
    return status;
  if (value < 0 || value > 255)
    return sv_fail (SAVANT_ERROR_INVALID_ARGUMENT,
        "memset to %d: a byte is 0 to 255", value);
  /* Rows of an image inside another one have strangers' bytes between them. */
  if (access.device == NULL && p.owned >= p.pitch * p.height) {
    memset (p.data, value, (size_t) p.owned);
    return SAVANT_OK;
  }
  rows = rows_of (&p);
  return sv_set_rows (&access, &rows, (uint32_t) value, 1);
}

static int
check_bytes (const Pixels *p, const char *what, const void *data, int64_t size)
{
  int64_t bytes = (int64_t) p->width * p->channels * p->height;

  if (data == NULL)
    return sv_fail (SAVANT_ERROR_INVALID_ARGUMENT, "%s: data is NULL", what);
  if (size != bytes)
    return sv_fail (SAVANT_ERROR_INVALID_ARGUMENT,
        "%s of %" G_GINT64_FORMAT " bytes: height %d x width %d x channels %d "
        "are %" G_GINT64_FORMAT " bytes",
        what, size, p->height, p->width, p->channels, bytes);
  return SAVANT_OK;
}

int
savant_view_upload (void *buffer, int slot, int plane, int64_t stream,
    const void *data, int64_t size)
{
  Pixels p;
  SvAccess access;
  SvRows rows;
  int status =
      open_pixels (buffer, slot, plane, "upload", TRUE, stream, &p, &access);

  if (status == SAVANT_OK)
    status = check_bytes (&p, "upload", data, size);
  if (status != SAVANT_OK)
    return status;
  rows = rows_of (&p);
  return sv_put_rows (&access, &rows, data);
}

int
savant_view_download (void *buffer, int slot, int plane, int64_t stream,
    void *data, int64_t size)
{
  Pixels p;
  SvAccess access;
  SvRows rows;
  int status =
      open_pixels (buffer, slot, plane, "download", FALSE, stream, &p, &access);

  if (status == SAVANT_OK)
    status = check_bytes (&p, "download", data, size);
  if (status != SAVANT_OK)
    return status;
  rows = rows_of (&p);
  return sv_get_rows (&access, &rows, data);
}
