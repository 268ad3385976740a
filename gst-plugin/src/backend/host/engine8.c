/* SPDX-License-Identifier: Apache-2.0 */
#include "engine8.h"

#include <string.h>

typedef struct Run
{
  const SvPlan *plan;
  const SvSource *source;
  const SavantImage *dst;
  const SvHostKernels *k;
  uint8_t *bytes[4]; /* gathered pixels, later rounded ones */
  int16_t *wide;     /* a source row before doubling */
  int16_t *parts[2]; /* its two channels apart */
  int16_t *rows[3];  /* results: Y, U, V or one interleaved row */
} Run;

/* The one or two source rows of destination row j; NULL for the second where
 * it has no weight. */
static void
source_rows (const Run *run, const SvStream *s, int j, const uint8_t **r0,
    const uint8_t **r1, int16_t *weight)
{
  const SvAxis *axis = &run->plan->y[s->lattice][s->grid];
  const SvSourceComponent *comp = &run->source->comp[s->component[0]];
  const uint8_t *base = comp->base;

  /* The interleaved streams start at the first byte of a pixel. */
  if (s->channels == 1)
    base += comp->offset;
  *r0 = base + axis->first[j] * comp->pitch_bytes;
  *r1 = NULL;
  *weight = 0;
  if (axis->taps == 1)
    return;
  int16_t w = sv_q15 (axis->weights[axis->n + j]);
  if (w == 32767) {
    *r0 += comp->pitch_bytes;
  } else if (w > 0) {
    *r1 = *r0 + comp->pitch_bytes;
    *weight = w;
  }
}

static void
lerp_span (const SvStream *s, const int16_t *in, int16_t *out, int from, int to)
{
  for (int i = from; i < to; i++) {
    int a = in[s->at[i]], b = in[s->at[i] + 1];

    out[i] = (int16_t) (a + (b - a) * s->weights[i] / 32768);
  }
}

/* The pattern holds between the clamped ends of the row. */
static void
double_channel (const Run *run, const SvStream *s, const int16_t *in,
    int16_t *out)
{
  lerp_span (s, in, out, 0, s->head);
  run->k->double_row (out + s->head, in + s->pattern_first, s->weights[s->head],
      s->pattern_d, s->weights[s->head + 1], s->pairs);
  lerp_span (s, in, out, s->head + 2 * s->pairs, s->n);
}

/* Components of packed 4:2:2 stand apart: brings n of each row together. */
static void
pack_rows (const Run *run, const SvStream *s, const uint8_t **a,
    const uint8_t **b, int n)
{
  if (s->step == s->channels)
    return;
  for (int i = 0; i < n; i++)
    run->bytes[0][i] = (*a)[(ptrdiff_t) i * s->step];
  *a = run->bytes[0];
  if (*b == NULL)
    return;
  for (int i = 0; i < n; i++)
    run->bytes[1][i] = (*b)[(ptrdiff_t) i * s->step];
  *b = run->bytes[1];
}

static void
fetch_doubled (const Run *run, const SvStream *s, const uint8_t *r0,
    const uint8_t *r1, int16_t weight, int16_t *const *out)
{
  const SvHostKernels *k = run->k;
  const uint8_t *a = r0 + s->first, *b = r1 != NULL ? r1 + s->first : NULL;
  int n = s->span * s->channels;

  pack_rows (run, s, &a, &b, s->span);
  if (b != NULL)
    k->lerp_rows (run->wide, a, b, weight, n);
  else
    k->widen (run->wide, a, n);
  if (s->channels == 1) {
    double_channel (run, s, run->wide, out[0]);
    return;
  }
  k->split (run->parts[0], run->parts[1], run->wide, s->span);
  double_channel (run, s, run->parts[0], out[0]);
  double_channel (run, s, run->parts[1], out[1]);
}

static void
fetch_pairs (const Run *run, const SvStream *s, const uint8_t *r0,
    const uint8_t *r1, int16_t weight, int16_t *out)
{
  const SvHostKernels *k = run->k;
  uint8_t *const *bytes = run->bytes;
  int n = s->n * s->channels;

  if (r1 != NULL && s->at_wide != NULL) {
    int size = s->channels * (int) sizeof (int16_t);

    k->lerp_rows (run->wide, r0 + s->first, r1 + s->first, weight,
        s->span * s->channels);
    k->gather_pair[size]((uint8_t *) run->parts[0], (uint8_t *) run->parts[1],
        (const uint8_t *) run->wide, s->at_wide, size, s->n);
    k->lerp_columns_wide (out, run->parts[0], run->parts[1], s->weights, n);
    return;
  }
  if (r1 == NULL) {
    k->gather_pair[s->channels](bytes[0], bytes[1], r0, s->at, s->delta, s->n);
    k->lerp_columns (out, bytes[0], bytes[1], s->weights, n);
    return;
  }
  k->gather_pairs[s->channels](bytes, r0, r1, s->at, s->delta, s->n);
  k->lerp_both (out, bytes[0], bytes[1], bytes[2], bytes[3], weight, s->weights,
      n);
}

/* Row j of a stream in Q7: interleaved in out[0], or with DOUBLE one channel
 * in each. */
static void
fetch_row (const Run *run, const SvStream *s, int j, int16_t *const *out)
{
  const SvHostKernels *k = run->k;
  const uint8_t *r0, *r1;
  int n = s->n * s->channels;
  int16_t weight;

  source_rows (run, s, j, &r0, &r1, &weight);
  if (s->columns == COLUMNS_DOUBLE) {
    fetch_doubled (run, s, r0, r1, weight, out);
    return;
  }
  if (s->columns == COLUMNS_PAIR) {
    fetch_pairs (run, s, r0, r1, weight, out[0]);
    return;
  }
  if (s->columns == COLUMNS_STRIDE) {
    k->take_every (run->bytes[0], r0 + s->first, s->stride, s->n);
    r0 = run->bytes[0];
    if (r1 != NULL) {
      k->take_every (run->bytes[1], r1 + s->first, s->stride, s->n);
      r1 = run->bytes[1];
    }
  } else if (s->columns == COLUMNS_POINT) {
    k->gather[s->channels](run->bytes[0], r0, s->at, s->n);
    r0 = run->bytes[0];
    if (r1 != NULL) {
      k->gather[s->channels](run->bytes[1], r1, s->at, s->n);
      r1 = run->bytes[1];
    }
  } else {
    r0 += s->first;
    r1 = r1 != NULL ? r1 + s->first : NULL;
    pack_rows (run, s, &r0, &r1, s->n);
  }
  if (r1 != NULL)
    k->lerp_rows (out[0], r0, r1, weight, n);
  else
    k->widen (out[0], r0, n);
}

/* Whole pixels of one source row without a filter go where they belong. */
static bool
fetch_directly (const Run *run, const SvStream *s, int j, uint8_t *to)
{
  const uint8_t *r0, *r1;
  int16_t weight;

  source_rows (run, s, j, &r0, &r1, &weight);
  if (r1 != NULL)
    return false;
  if (s->columns == COLUMNS_STRAIGHT && s->step == s->channels)
    memcpy (to, r0 + s->first, (size_t) s->n * (size_t) s->channels);
  else if (s->columns == COLUMNS_STRIDE)
    run->k->take_every (to, r0 + s->first, s->stride, s->n);
  else if (s->columns == COLUMNS_POINT)
    run->k->gather[s->channels](to, r0, s->at, s->n);
  else
    return false;
  return true;
}

static uint8_t *
dst_at (const Run *run, int plane, int x, int y, int pixel_bytes)
{
  return run->dst->data[plane] + y * run->dst->pitch_bytes[plane]
      + (ptrdiff_t) x * pixel_bytes;
}

static void
write_matrix_row (const Run *run, int j)
{
  const SvPlan *plan = run->plan;
  const SvTable8 *table = plan->tables;
  const SavantRect *rect = &plan->key.dst_rect;
  uint8_t *to = dst_at (run, 0, rect->x, rect->y + j, 4);
  const SvStream *uv = &table->streams[1];

  fetch_row (run, &table->streams[0], j, &run->rows[0]);
  fetch_row (run, uv, j, &run->rows[1]);
  if (uv->channels == 1) {
    fetch_row (run, &table->streams[2], j, &run->rows[2]);
  } else if (uv->columns != COLUMNS_DOUBLE) {
    if (uv->component[0] == 1) {
      run->k->yuv2_to_rgb4 (to, run->rows[0], run->rows[1], &plan->yuv_to_rgb,
          rect->w);
      return;
    }
    run->k->split (run->parts[0], run->parts[1], run->rows[1], rect->w);
    run->k->yuv_to_rgb4 (to, run->rows[0], run->parts[1], run->parts[0],
        &plan->yuv_to_rgb, rect->w);
    return;
  }
  bool swapped = uv->channels == 2 && uv->component[0] == 2;
  run->k->yuv_to_rgb4 (to, run->rows[0], run->rows[swapped ? 2 : 1],
      run->rows[swapped ? 1 : 2], &plan->yuv_to_rgb, rect->w);
}

static void
write_rgb_row (const Run *run, int j)
{
  const SvPlan *plan = run->plan;
  const SvTable8 *table = plan->tables;
  const SvStream *s = &table->streams[0];
  const SavantRect *rect = &plan->key.dst_rect;
  uint8_t *to = dst_at (run, 0, rect->x, rect->y + j, s->channels);
  uint8_t *pixels = table->swizzle ? run->bytes[0] : to;

  if (!fetch_directly (run, s, j, pixels)) {
    fetch_row (run, s, j, &run->rows[0]);
    run->k->round_row (pixels, run->rows[0], s->n * s->channels);
  }
  if (table->swizzle)
    run->k->swizzle4 (to, pixels, table->map, s->n);
}

/* Row j of a stream's grid into the planes of the destination. */
static void
write_plane_row (const Run *run, const SvStream *s, int j, int x, int y)
{
  const SvFormatInfo *info = run->plan->dst;
  const SvComponent *first = &info->comp[s->component[0]];
  bool planar = s->columns == COLUMNS_DOUBLE;
  bool direct = first->step == s->channels && first->offset == 0;

  if (direct && !planar) {
    uint8_t *to = dst_at (run, first->plane, x, y, s->channels);

    if (!fetch_directly (run, s, j, to)) {
      fetch_row (run, s, j, &run->rows[0]);
      run->k->round_row (to, run->rows[0], s->n * s->channels);
    }
    return;
  }
  fetch_row (run, s, j, &run->rows[0]);
  for (int c = 0; c < s->channels; c++) {
    const SvComponent *comp = &info->comp[s->component[c]];
    uint8_t *to = dst_at (run, comp->plane, x, y, comp->step) + comp->offset;

    run->k->round_row_strided (to, comp->step,
        planar ? run->rows[c] : run->rows[0] + c, planar ? 1 : s->channels,
        s->n);
  }
}

static void
write_planes (const Run *run)
{
  const SvPlan *plan = run->plan;
  const SvTable8 *table = plan->tables;
  const SavantRect *rect = &plan->key.dst_rect;
  const SvFormatInfo *info = plan->dst;

  for (int j = 0; j < rect->h; j++) {
    write_plane_row (run, &table->streams[0], j, rect->x, rect->y + j);
    sv_repeat_spare_luma (plan, run->dst, rect->y + j);
  }
  for (int i = 1; i < table->n_streams; i++) {
    const SvStream *s = &table->streams[i];
    int x = sv_axis_first_sample (rect->x, info->sub_x);
    int y = sv_axis_first_sample (rect->y, info->sub_y);

    for (int j = 0; j < plan->y[s->lattice][s->grid].n; j++)
      write_plane_row (run, s, j, x, y + j);
  }
}

static size_t
round_up (size_t n)
{
  return (n + 63) & ~(size_t) 63;
}

static bool
init_run (Run *run, SvScratch *scratch)
{
  const SvPlan *plan = run->plan;
  size_t width = round_up ((size_t) plan->key.dst_rect.w * 4 + 64);
  size_t span = round_up ((size_t) plan->src_rect.w * 2 + 64);
  size_t bytes = width > span ? width : span;
  uint8_t *memory = sv_scratch_need (scratch,
      4 * bytes + sizeof (int16_t) * (3 * bytes + 3 * width));

  if (memory == NULL)
    return false;
  for (int i = 0; i < 4; i++, memory += bytes)
    run->bytes[i] = memory;
  int16_t *wide = (int16_t *) (void *) memory;
  run->wide = wide;
  run->parts[0] = wide + bytes;
  run->parts[1] = wide + 2 * bytes;
  for (int i = 0; i < 3; i++)
    run->rows[i] = wide + 3 * bytes + (size_t) i * width;
  return true;
}

bool
sv_8bit_run (const SvPlan *plan, const SvSource *source, const SavantImage *dst,
    SvScratch *scratch)
{
  Run run = { .plan = plan, .source = source, .dst = dst, .k = plan->kernels };

  if (!init_run (&run, scratch))
    return false;
  if (!plan->tables->matrix && plan->dst->family != SV_FAMILY_RGB) {
    write_planes (&run);
    return true;
  }
  for (int j = 0; j < plan->key.dst_rect.h; j++) {
    if (plan->tables->matrix)
      write_matrix_row (&run, j);
    else
      write_rgb_row (&run, j);
  }
  return true;
}
