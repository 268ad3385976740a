/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "plan.h"

static void
copy_rows (uint8_t *dst, ptrdiff_t dst_pitch, const uint8_t *src,
    ptrdiff_t src_pitch, int64_t row_bytes, int64_t rows)
{
  for (int64_t y = 0; y < rows; y++)
    memcpy (dst + y * dst_pitch, src + y * src_pitch, (size_t) row_bytes);
}

/* UYVY: the edges of a row may share a pair with a bar, and the spare luma of
 * an odd width repeats the last one. */
static void
copy_uyvy (const SvPlan *plan, const SavantImage *src, const SavantImage *dst,
    int start, int end)
{
  const SavantRect *s = &plan->key.src_rect, *d = &plan->key.dst_rect;
  int n_pairs = sv_axis_n_samples (d->x, d->w, 2);
  int right = d->x + d->w;

  for (int y = start; y < end; y++) {
    const uint8_t *from = src->data[0] + (s->y + y) * src->pitch_bytes[0]
        + (ptrdiff_t) (s->x / 2) * 4;
    uint8_t *row = dst->data[0] + (d->y + y) * dst->pitch_bytes[0];
    uint8_t *to = row + (ptrdiff_t) (d->x / 2) * 4;
    uint8_t first = to[1], last = to[4 * n_pairs - 1];

    memcpy (to, from, (size_t) n_pairs * 4);
    if (d->x % 2 != 0)
      to[1] = first;
    if (right % 2 != 0)
      to[4 * n_pairs - 1] = right < dst->width ? last : to[4 * n_pairs - 3];
  }
}

void
sv_copy_run (const SvPlan *plan, const SavantImage *src, const SavantImage *dst,
    int from, int to)
{
  const SvFormatInfo *info = plan->src;
  const SavantRect *s = &plan->key.src_rect, *d = &plan->key.dst_rect;

  if (info->format == SAVANT_FORMAT_UYVY) {
    copy_uyvy (plan, src, dst, from, to);
    return;
  }
  for (int p = 0; p < info->n_planes; p++) {
    int sub_x = p > 0 ? info->sub_x : 1;
    int sub_y = p > 0 ? info->sub_y : 1;
    int64_t pixel = sv_format_plane_row_bytes (info, p, 1);
    int start = p > 0 ? sv_chroma_rows_before (plan, from) : from;
    int end = p > 0 ? sv_chroma_rows_before (plan, to) : to;

    copy_rows (dst->data[p] + (d->y / sub_y + start) * dst->pitch_bytes[p]
            + (d->x / sub_x) * pixel,
        dst->pitch_bytes[p],
        src->data[p] + (s->y / sub_y + start) * src->pitch_bytes[p]
            + (s->x / sub_x) * pixel,
        src->pitch_bytes[p], sv_axis_n_samples (d->x, d->w, sub_x) * pixel,
        end - start);
  }
}
