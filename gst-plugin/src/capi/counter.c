/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <string.h>

#include <savant/gst.h>

#include "../core/color.h"
#include "../core/format.h"
#include "../core/log.h"
#include "picture.h"

#define N_CELLS 32
#define MIN_CELL_WIDTH 2.0 /* pixels: 64 for the whole row */

/* Where the picture with the cells lies: its size, and the matrix from its
 * points to those of the image (as GstSavantGeometry.m). */
typedef struct CellMap
{
  double width;
  double height;
  double m[6];
} CellMap;

/* A sample of component `c` as 0..255, still in its own range. */
static double
component_at (const SavantImage *image, const SvFormatInfo *info, int c, int x,
    int y)
{
  const SvComponent *comp = &info->comp[c];
  const uint8_t *p = image->data[comp->plane]
      + y * image->pitch_bytes[comp->plane] + comp->offset
      + (ptrdiff_t) x * comp->step;

  if (info->bits == 8)
    return *p;
  return ((p[0] | p[1] << 8) >> info->shift) / 4.0;
}

/* Brightness of a pixel, 0 = black and 1 = white. */
static double
brightness_at (const SavantImage *image, const SvFormatInfo *info, int x, int y)
{
  double kr, kb, v;

  switch (info->family) {
    case SV_FAMILY_RGB:
      sv_color_luma_weights (SAVANT_MATRIX_BT601, &kr, &kb);
      v = kr * component_at (image, info, 0, x, y)
          + (1.0 - kr - kb) * component_at (image, info, 1, x, y)
          + kb * component_at (image, info, 2, x, y);
      return v / 255.0;
    case SV_FAMILY_YUV:
      v = component_at (image, info, 0, x, y);
      if (image->colorimetry.range == SAVANT_RANGE_FULL)
        return v / 255.0;
      return (v - 16.0) / 219.0;
    default:
      return component_at (image, info, 0, x, y) / 255.0;
  }
}

/* Mean brightness of the pixels whose centres are less than (dx, dy) from a
 * point, at least of the one that holds it. */
static double
brightness_around (const SavantImage *image, const SvFormatInfo *info,
    double cx, double cy, double dx, double dy)
{
  int left = CLAMP ((int) ceil (cx - dx - 0.5), 0, image->width - 1);
  int right = CLAMP ((int) floor (cx + dx - 0.5), 0, image->width - 1);
  int top = CLAMP ((int) ceil (cy - dy - 0.5), 0, image->height - 1);
  int bottom = CLAMP ((int) floor (cy + dy - 0.5), 0, image->height - 1);
  double sum = 0.0;
  int x, y;

  if (right < left)
    left = right = (int) cx;
  if (bottom < top)
    top = bottom = (int) cy;
  for (y = top; y <= bottom; y++)
    for (x = left; x <= right; x++)
      sum += brightness_at (image, info, x, y);
  return sum / ((right - left + 1) * (bottom - top + 1));
}

/* How far around a cell's centre samples are taken on an axis: a quarter of
 * what the cell covers there, but no more than two pixels. */
static double
reach (double across, double along)
{
  return MIN (hypot (across, along) / 4.0, 2.0);
}

static int
read_cells (const SavantImage *image, const CellMap *map, uint32_t *id)
{
  const SvFormatInfo *info = sv_format_info (image->format);
  const double *m = map->m;
  double cell = map->width / N_CELLS;
  double length = hypot (m[0], m[3]) * cell;
  double dx = reach (m[0] * cell, m[1] * map->height);
  double dy = reach (m[3] * cell, m[4] * map->height);
  uint32_t value = 0;
  int k;

  if (info == NULL)
    return sv_fail (SAVANT_ERROR_INVALID_ARGUMENT,
        "read counter: format %d is not known, known are %s", image->format,
        sv_format_list (false));
  if (length < MIN_CELL_WIDTH)
    return sv_fail (SAVANT_ERROR_INVALID_ARGUMENT,
        "read counter: the picture is %.1f pixels long, 64 are needed",
        length * N_CELLS);

  for (k = 0; k < N_CELLS; k++) {
    double px = (k + 0.5) * cell, py = map->height / 2.0, brightness;
    double x = m[0] * px + m[1] * py + m[2];
    double y = m[3] * px + m[4] * py + m[5];

    if (!(x >= 0.0 && x < image->width && y >= 0.0 && y < image->height))
      return sv_fail (SAVANT_ERROR_UNSUPPORTED,
          "read counter: cell %d of 32 is at (%.1f, %.1f), outside the %dx%d "
          "picture",
          k, x, y, image->width, image->height);
    brightness = brightness_around (image, info, x, y, dx, dy);
    if (brightness >= 0.25 && brightness <= 0.75)
      return sv_fail (SAVANT_ERROR_UNSUPPORTED,
          "read counter: cell %d of 32 has %.0f %% brightness, neither black "
          "nor white: this is no counter pattern",
          k, brightness * 100.0);
    value = value << 1 | (brightness > 0.5);
  }
  *id = value;
  return SAVANT_OK;
}

int
savant_image_read_counter (const SavantImage *image, const SavantRect *rect,
    uint32_t *id)
{
  SavantRect r = { 0, 0, 0, 0 };
  CellMap map = { 0.0, 0.0, { 1.0, 0.0, 0.0, 0.0, 1.0, 0.0 } };

  if (image == NULL || id == NULL)
    return sv_fail (SAVANT_ERROR_INVALID_ARGUMENT, "read counter: %s is NULL",
        image == NULL ? "image" : "id");
  r.w = image->width;
  r.h = image->height;
  if (rect != NULL)
    r = *rect;
  if (r.w < 1 || r.h < 1 || r.x < 0 || r.y < 0 || r.x > image->width - r.w
      || r.y > image->height - r.h)
    return sv_fail (SAVANT_ERROR_INVALID_ARGUMENT,
        "read counter: rectangle x %d, y %d, %dx%d is not inside the %dx%d "
        "picture",
        r.x, r.y, r.w, r.h, image->width, image->height);
  map.width = r.w;
  map.height = r.h;
  map.m[2] = r.x;
  map.m[5] = r.y;
  return read_cells (image, &map, id);
}

static int
read_with_cpu (const SavantImage *image, const GstSavantGeometry *geometry,
    uint32_t *id)
{
  CellMap map;

  if (geometry == NULL)
    return savant_image_read_counter (image, NULL, id);
  map.width = geometry->source_width;
  map.height = geometry->source_height;
  memcpy (map.m, geometry->m, sizeof map.m);
  return read_cells (image, &map, id);
}

/* Makes of *image a picture in memory of the CPU, to be freed; NULL and
 * *status on failure. */
static uint8_t *
download (const SvAccess *access, SavantImage *image, int *status)
{
  int64_t row_bytes[SAVANT_MAX_PLANES], rows[SAVANT_MAX_PLANES], size = 0;
  uint8_t *pixels, *at;
  int p;

  for (p = 0; p < image->n_planes; p++) {
    savant_format_plane_size (image->format, p, image->width, image->height,
        &row_bytes[p], &rows[p]);
    size += row_bytes[p] * rows[p];
  }
  pixels = g_try_malloc ((gsize) size);
  if (pixels == NULL) {
    *status = sv_fail (SAVANT_ERROR_OUT_OF_MEMORY,
        "read counter: no memory for a picture of %" G_GINT64_FORMAT " bytes",
        size);
    return NULL;
  }
  *status = sv_copy_picture (access, image, pixels, size);
  if (*status != SAVANT_OK) {
    g_free (pixels);
    return NULL;
  }
  for (p = 0, at = pixels; p < image->n_planes; p++) {
    image->data[p] = at;
    image->pitch_bytes[p] = (ptrdiff_t) row_bytes[p];
    at += row_bytes[p] * rows[p];
  }
  return pixels;
}

int
sv_read_counter (const SvAccess *access, const SavantImage *image,
    const GstSavantGeometry *geometry, uint32_t *id)
{
  SavantImage picture = *image;
  uint8_t *pixels;
  int status;

  if (access->device == NULL)
    return read_with_cpu (image, geometry, id);
  pixels = download (access, &picture, &status);
  if (pixels == NULL)
    return status;
  status = read_with_cpu (&picture, geometry, id);
  g_free (pixels);
  return status;
}

int
savant_buffer_read_counter (void *buffer, int slot, uint32_t *id)
{
  GstSavantTransformMeta *meta;
  SavantImage image;
  SvAccess access;
  gpointer surface;
  int status;

  if (buffer == NULL || id == NULL)
    return sv_fail (SAVANT_ERROR_INVALID_ARGUMENT, "read counter: %s is NULL",
        buffer == NULL ? "buffer" : "id");
  surface = gst_savant_buffer_peek_surface (buffer);
  if (surface == NULL)
    return SAVANT_ERROR_NOT_A_SURFACE;
  status = gst_savant_surface_get_image (surface, slot, &image);
  if (status == SAVANT_OK)
    status = sv_open_pixels ("read counter", surface, FALSE, 0, &access);
  if (status != SAVANT_OK)
    return status;

  meta = gst_buffer_get_savant_transform_meta (buffer);
  return sv_read_counter (&access, &image,
      meta != NULL && (guint) slot < meta->n_slots ? &meta->slots[slot] : NULL,
      id);
}
