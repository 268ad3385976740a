/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "plan.h"

/* Fills `n` pixels of `size` bytes (1 to 4) with one pattern. */
static void
fill_pixels (uint8_t *at, const uint8_t *pixel, int size, int64_t n)
{
  size_t done = (size_t) size, all = (size_t) (n * size);
  bool even = true;

  if (n <= 0)
    return;
  for (int i = 1; i < size; i++)
    even = even && pixel[i] == pixel[0];
  if (even) {
    memset (at, pixel[0], all);
    return;
  }
  if (size == 4) {
    uint32_t word;

    memcpy (&word, pixel, 4);
    sv_host_kernels ()->fill_words (at, word, n);
    return;
  }
  memcpy (at, pixel, done);
  while (done < all) {
    size_t part = done < all - done ? done : all - done;

    memcpy (at + done, at, part);
    done += part;
  }
}

/* A plane of whole pixels, of which a rectangle stays. */
static void
fill_plane_outside (uint8_t *data, ptrdiff_t pitch, int width, int height,
    const SavantRect *rect, const uint8_t *pixel, int size)
{
  int right = rect->x + rect->w, bottom = rect->y + rect->h;

  for (int y = 0; y < height; y++) {
    uint8_t *row = data + y * pitch;

    if (y < rect->y || y >= bottom) {
      /* Rows without a gap are one. */
      int n = 1, end = y < rect->y && rect->y < height ? rect->y : height;

      if (pitch == (ptrdiff_t) width * size)
        n = end - y;
      fill_pixels (row, pixel, size, (int64_t) n * width);
      y += n - 1;
    } else {
      fill_pixels (row, pixel, size, rect->x);
      fill_pixels (row + (ptrdiff_t) right * size, pixel, size, width - right);
    }
  }
}

static SavantRect
subsampled_rect (const SavantRect *rect, int sub_x, int sub_y)
{
  return (SavantRect){ sv_axis_first_sample (rect->x, sub_x),
    sv_axis_first_sample (rect->y, sub_y),
    sv_axis_n_samples (rect->x, rect->w, sub_x),
    sv_axis_n_samples (rect->y, rect->h, sub_y) };
}

/* UYVY: pairs of pixels, whose chroma belongs to the picture if one of them
 * does. */
static void
fill_uyvy_outside (const SavantImage *dst, const SavantRect *rect,
    const uint8_t pad[4])
{
  const uint8_t pair[4] = { pad[1], pad[0], pad[2], pad[0] };
  SavantRect pairs = subsampled_rect (rect, 2, 1);
  int right = rect->x + rect->w;
  int n_pairs = (dst->width + 1) / 2;

  fill_plane_outside (dst->data[0], dst->pitch_bytes[0], n_pairs, dst->height,
      &pairs, pair, 4);
  for (int y = rect->y; y < rect->y + rect->h; y++) {
    uint8_t *row = dst->data[0] + y * dst->pitch_bytes[0];

    if (rect->x % 2 != 0)
      row[(ptrdiff_t) rect->x * 2 - 1] = pad[0];
    if (right % 2 != 0 && right < dst->width)
      row[(ptrdiff_t) right * 2 + 1] = pad[0];
  }
}

static void
pixel_of_plane (const SvFormatInfo *info, int plane, const uint8_t pad[4],
    uint8_t pixel[4], int *size)
{
  *size = 1;
  memset (pixel, 255, 4);
  for (int c = 0; c < info->n_components; c++) {
    if (info->comp[c].plane != plane)
      continue;
    pixel[info->comp[c].offset] = pad[c];
    *size = info->comp[c].step;
  }
}

void
sv_bars_fill (const SavantImage *dst, const SavantRect *rect,
    const uint8_t pad[4])
{
  const SvFormatInfo *info = sv_format_info (dst->format);

  if (rect->w == dst->width && rect->h == dst->height)
    return;
  if (info->format == SAVANT_FORMAT_UYVY) {
    fill_uyvy_outside (dst, rect, pad);
    return;
  }
  for (int p = 0; p < info->n_planes; p++) {
    int sub_x = p > 0 ? info->sub_x : 1, sub_y = p > 0 ? info->sub_y : 1;
    SavantRect part = subsampled_rect (rect, sub_x, sub_y);
    uint8_t pixel[4];
    int size;

    pixel_of_plane (info, p, pad, pixel, &size);
    fill_plane_outside (dst->data[p], dst->pitch_bytes[p],
        (dst->width + sub_x - 1) / sub_x, (dst->height + sub_y - 1) / sub_y,
        &part, pixel, size);
  }
}

void
sv_repeat_spare_luma (const SvPlan *plan, const SavantImage *dst, int y)
{
  const SavantRect *rect = &plan->key.dst_rect;

  if (dst->format != SAVANT_FORMAT_UYVY || dst->width % 2 == 0
      || rect->x + rect->w != dst->width)
    return;
  uint8_t *last =
      dst->data[0] + y * dst->pitch_bytes[0] + (ptrdiff_t) dst->width * 2 - 1;
  last[2] = last[0];
}
