/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "plan.h"

/* A tile keeps both sides of the turn in the first level cache. */
#define TILE 32

static void
turn (uint8_t *dst, ptrdiff_t dst_pitch, const uint8_t *src,
    ptrdiff_t src_pitch, int step_bytes, int sample_bytes, int width,
    int height)
{
  for (int y0 = 0; y0 < height; y0 += TILE) {
    int y1 = y0 + TILE < height ? y0 + TILE : height;

    for (int x0 = 0; x0 < width; x0 += TILE) {
      int x1 = x0 + TILE < width ? x0 + TILE : width;

      for (int y = y0; y < y1; y++) {
        const uint8_t *s = src + y * src_pitch;

        for (int x = x0; x < x1; x++)
          memcpy (dst + x * dst_pitch + (ptrdiff_t) y * sample_bytes,
              s + (ptrdiff_t) x * step_bytes, (size_t) sample_bytes);
      }
    }
  }
}

static bool
turn_source (SvSource *source, const SvPlan *plan, const SavantImage *image,
    SvScratch *turned)
{
  const SvFormatInfo *info = plan->src;
  const SavantRect *rect = &plan->key.src_rect;
  int sample_bytes = info->bits > 8 ? 2 : 1;
  size_t offset[4], total = 0;
  int x[4], y[4], w[4], h[4];

  for (int c = 0; c < info->n_components; c++) {
    int sub_x = sv_format_comp_sub_x (info, c);
    int sub_y = sv_format_comp_sub_y (info, c);
    int odd_x = rect->x % info->sub_x, odd_y = rect->y % info->sub_y;

    /* Every plane starts where the chroma of the rectangle does. */
    x[c] = (rect->x - odd_x) / sub_x;
    y[c] = (rect->y - odd_y) / sub_y;
    w[c] = sv_axis_n_samples (rect->x - odd_x, rect->w + odd_x, sub_x);
    h[c] = sv_axis_n_samples (rect->y - odd_y, rect->h + odd_y, sub_y);
    offset[c] = total;
    total += (size_t) w[c] * (size_t) h[c] * (size_t) sample_bytes;
  }
  uint8_t *data = sv_scratch_need (turned, total);
  if (data == NULL)
    return false;
  for (int c = 0; c < info->n_components; c++) {
    const SvComponent *comp = &info->comp[c];
    ptrdiff_t pitch = (ptrdiff_t) h[c] * sample_bytes;

    turn (data + offset[c], pitch,
        image->data[comp->plane] + y[c] * image->pitch_bytes[comp->plane]
            + (ptrdiff_t) x[c] * comp->step + comp->offset,
        image->pitch_bytes[comp->plane], comp->step, sample_bytes, w[c], h[c]);
    source->comp[c] = (SvSourceComponent){ .base = data + offset[c],
      .pitch_bytes = pitch,
      .step = 1,
      .plane = c,
      .offset = 0 };
  }
  return true;
}

bool
sv_source_init (SvSource *source, const SvPlan *plan, const SavantImage *image,
    SvScratch *turned)
{
  const SvFormatInfo *info = plan->src;
  int sample_bytes = info->bits > 8 ? 2 : 1;

  source->n_components = info->n_components;
  if (plan->transposed)
    return turn_source (source, plan, image, turned);
  for (int c = 0; c < info->n_components; c++) {
    const SvComponent *comp = &info->comp[c];

    source->comp[c] = (SvSourceComponent){ .base = image->data[comp->plane],
      .pitch_bytes = image->pitch_bytes[comp->plane],
      .step = comp->step / sample_bytes,
      .plane = comp->plane,
      .offset = comp->offset / sample_bytes };
  }
  return true;
}
