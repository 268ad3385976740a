/* SPDX-License-Identifier: Apache-2.0 */

/* The 8-bit engine: pictures of 8-bit samples through filters of at most two
 * taps, without a matrix or from YUV to four-byte RGB. A stream is what one
 * gather fetches: an interleaved pixel or one planar component. Its columns
 * are tables of byte offsets and weights, made once a plan. Rows between the
 * steps are Q7 (kernels.h), which keeps errors below a tenth of a level. */

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "plan.h"

typedef enum Columns
{
  COLUMNS_STRAIGHT,             /* consecutive pixels */
  COLUMNS_STRIDE,               /* single bytes at a constant distance */
  COLUMNS_POINT,                /* one pixel each */
  COLUMNS_PAIR,                 /* two neighbours each */
  COLUMNS_DOUBLE                /* two neighbours, doubling the row */
} Columns;

typedef struct Stream
{
  int channels;                 /* bytes of a pixel that are fetched */
  int component[4];             /* of the source, one a channel */
  int step;                     /* bytes from one pixel to the next */
  SvLattice lattice;
  SvGrid grid;
  Columns columns;
  int n;                        /* destination pixels of a row */
  int32_t first;                /* all but POINT, PAIR: byte offset of the span */
  int stride;                   /* STRIDE: bytes from one to the next */
  int span;                     /* PAIR, DOUBLE: source pixels */
  int32_t *at;                  /* POINT, PAIR: byte offset of each pixel */
  int delta;                    /* PAIR: bytes to the right neighbour */
  int32_t *at_wide;             /* PAIR: the same in a Q7 row of the span, or
                                   NULL where rows are better filtered later */
  int16_t *weights;             /* Q15 of that; PAIR: one a channel */
  /* DOUBLE: pixels from head on, in pairs, follow the pattern. */
  int head;
  int pairs;
  int pattern_first;
  int pattern_d;
} Stream;

typedef struct SvTable8
{
  int n_streams;
  Stream streams[3];
  bool matrix;                  /* YUV to RGB */
  bool swizzle;                 /* RGB to RGB in another order */
  uint8_t map[4];
} SvTable8;

static int16_t
q15 (float weight)
{
  long v = lroundf (weight * 32768.0f);

  return (int16_t) (v > 32767 ? 32767 : v);
}

static bool
follows_pattern (const SvAxis *axis, int i)
{
  return axis->first[i + 2] == axis->first[i] + 1
      && fabsf (axis->weights[axis->n + i + 2] - axis->weights[axis->n + i])
          < 1e-6f;
}

static bool
find_doubling (Stream *s, const SvAxis *axis)
{
  if (s->channels > 2 || axis->n < 8)
    return false;
  for (int head = 0; head < 3; head++) {
    int end = head;

    while (end + 2 < axis->n && follows_pattern (axis, end))
      end++;
    int pairs = (end + 2 - head) / 2;
    int d = axis->first[head + 1] - axis->first[head];
    if (pairs * 2 < axis->n - 6 || d < 0 || d > 1)
      continue;
    s->head = head;
    s->pairs = pairs;
    s->pattern_first = axis->first[head];
    s->pattern_d = d;
    return true;
  }
  return false;
}

static bool
find_stride (Stream *s, const SvAxis *axis)
{
  int stride = axis->first[1] - axis->first[0];

  if (s->channels != 1 || stride < 1)
    return false;
  for (int i = 2; i < axis->n; i++)
    if (axis->first[i] - axis->first[i - 1] != stride)
      return false;
  s->stride = stride * s->step;
  s->first = axis->first[0] * s->step;
  return true;
}

/* Filtering two source rows as vectors and fetching pairs from the result is
 * cheaper than fetching from both, unless the row shrinks much: a fetch costs
 * about five times a filtered byte. */
static bool
init_rows_first (Stream *s, const SvAxis *axis, int lo)
{
  if (s->channels > 2 || s->step != s->channels
      || s->span * s->channels > 5 * s->n)
    return true;
  s->at_wide = malloc (sizeof *s->at_wide * (size_t) axis->n);
  if (s->at_wide == NULL)
    return false;
  for (int i = 0; i < axis->n; i++)
    s->at_wide[i] = (axis->first[i] - lo) * s->channels
        * (int) sizeof (int16_t);
  return true;
}

static bool
init_columns (Stream *s, const SvAxis *axis)
{
  int lo = axis->first[0], hi = lo;

  s->n = axis->n;
  if (axis->straight) {
    s->columns = COLUMNS_STRAIGHT;
    s->first = axis->first[0] * s->step;
    return true;
  }
  s->at = malloc (sizeof *s->at * (size_t) axis->n);
  s->weights = calloc ((size_t) axis->n * (size_t) s->channels,
      sizeof *s->weights);
  if (s->at == NULL || s->weights == NULL)
    return false;
  for (int i = 0; i < axis->n; i++) {
    lo = axis->first[i] < lo ? axis->first[i] : lo;
    hi = axis->first[i] + axis->taps - 1 > hi
        ? axis->first[i] + axis->taps - 1 : hi;
    s->at[i] = axis->first[i] * s->step;
  }
  if (axis->taps == 1) {
    s->columns = find_stride (s, axis) ? COLUMNS_STRIDE : COLUMNS_POINT;
    return true;
  }
  s->delta = s->step;
  bool doubling = find_doubling (s, axis);
  s->columns = doubling ? COLUMNS_DOUBLE : COLUMNS_PAIR;
  for (int i = 0; i < axis->n; i++) {
    int16_t w = q15 (axis->weights[axis->n + i]);

    if (doubling) {
      s->weights[i] = w;
      s->at[i] = axis->first[i] - lo;
    } else {
      for (int c = 0; c < s->channels; c++)
        s->weights[i * s->channels + c] = w;
    }
  }
  s->first = lo * s->step;
  s->span = hi - lo + 1;
  if (doubling)
    s->pattern_first -= lo;
  return doubling || init_rows_first (s, axis, lo);
}

static bool
add_stream (SvPlan *plan, int component, int channels, int step, SvGrid grid)
{
  SvTable8 *table = plan->tables;
  Stream *s = &table->streams[table->n_streams++];

  s->channels = channels;
  s->component[0] = component;
  s->step = step;
  s->lattice = sv_plan_lattice (plan, component);
  s->grid = grid;
  return init_columns (s, &plan->x[s->lattice][grid]);
}

/* Interleaved chroma of two bytes, as NV12 and NV16 have. */
static bool
has_chroma_pairs (const SvPlan *plan)
{
  const SvComponent *u = &plan->src->comp[1];

  return !plan->transposed && u->step == 2 && u->plane == 1;
}

static bool
add_chroma_streams (SvPlan *plan, SvGrid grid)
{
  const SvComponent *comp = plan->src->comp;

  if (has_chroma_pairs (plan)) {
    Stream *s = &plan->tables->streams[plan->tables->n_streams];

    s->component[0] = comp[1].offset == 0 ? 1 : 2;
    s->component[1] = 3 - s->component[0];
    return add_stream (plan, s->component[0], 2, 2, grid);
  }
  for (int c = 1; c < 3; c++)
    if (!add_stream (plan, c, 1, plan->transposed ? 1 : comp[c].step, grid))
      return false;
  return true;
}

static int16_t
q13 (double coefficient)
{
  return (int16_t) lround (coefficient * 8192.0);
}

/* The matrix of YUV to RGB: luma counts alike everywhere, and two of the
 * chroma coefficients are zero. */
static void
init_yuv_to_rgb (SvPlan *plan)
{
  const SvColorMatrix *m = &plan->matrix;
  SvYuvToRgb *c = &plan->yuv_to_rgb;
  bool limited = plan->key.src_colorimetry.range == SAVANT_RANGE_LIMITED;
  double y_offset = limited ? 16.0 : 0.0;
  double constant = m->m[0][3] + m->m[0][0] * y_offset + m->m[0][2] * 128.0;

  c->y_offset = (int16_t) (y_offset * 128.0);
  c->y = q13 (m->m[0][0]);
  c->rv = q13 (m->m[0][2]);
  c->gu = q13 (m->m[1][1]);
  c->gv = q13 (m->m[1][2]);
  c->bu = q13 (m->m[2][1]);
  c->out_offset = (int16_t) lround (constant * 32.0 + 16.0);
  for (int k = 0; k < 3; k++)
    c->order[k] = plan->dst->comp[k].offset;
  c->order[3] = (uint8_t) (6 - c->order[0] - c->order[1] - c->order[2]);
}

static void
init_swizzle (SvPlan *plan)
{
  SvTable8 *table = plan->tables;
  int n = plan->dst->n_components;
  bool same = plan->src == plan->dst && plan->dst->filler < 0;

  memset (table->map, 255, sizeof table->map);
  for (int c = 0; c < n; c++)
    if (c < plan->src->n_components)
      table->map[plan->dst->comp[c].offset] = plan->src->comp[c].offset;
  table->swizzle = !same;
}

static bool
few_taps (const SvPlan *plan)
{
  for (int l = 0; l < SV_N_LATTICES; l++)
    for (int g = 0; g < SV_N_GRIDS; g++)
      if (plan->x[l][g].taps > 2 || plan->y[l][g].taps > 2)
        return false;
  return true;
}

static bool
is_rgb4 (const SvFormatInfo *info)
{
  return info->family == SV_FAMILY_RGB && info->comp[0].step == 4;
}

typedef enum Way
{
  WAY_NONE,
  WAY_MATRIX,
  WAY_RGB,
  WAY_PLANES
} Way;

static Way
choose_way (const SvPlan *plan)
{
  const SvFormatInfo *src = plan->src, *dst = plan->dst;

  if (src->bits != 8 || !few_taps (plan))
    return WAY_NONE;
  if (src->family == SV_FAMILY_YUV && is_rgb4 (dst))
    return WAY_MATRIX;
  if (!plan->matrix.identity)
    return WAY_NONE;
  if (src->family == SV_FAMILY_RGB && dst->family == SV_FAMILY_RGB)
    return !plan->transposed
            && (src == dst || (is_rgb4 (src) && is_rgb4 (dst)))
        ? WAY_RGB
        : WAY_NONE;
  if (dst->family == SV_FAMILY_GRAY)
    return WAY_PLANES;
  if (src->family == SV_FAMILY_YUV && dst->family == SV_FAMILY_YUV
      && plan->chroma_x == SV_GRID_CHROMA && plan->chroma_y == SV_GRID_CHROMA)
    return WAY_PLANES;
  return WAY_NONE;
}

bool
sv_8bit_init (SvPlan *plan)
{
  Way way = choose_way (plan);
  int y_step = plan->transposed ? 1 : plan->src->comp[0].step;
  bool ok;

  if (way == WAY_NONE)
    return true;
  plan->tables = calloc (1, sizeof *plan->tables);
  if (plan->tables == NULL)
    return false;
  if (way == WAY_RGB) {
    init_swizzle (plan);
    return add_stream (plan, 0, y_step, y_step, SV_GRID_LUMA);
  }
  ok = add_stream (plan, 0, 1, y_step, SV_GRID_LUMA);
  if (way == WAY_MATRIX) {
    plan->tables->matrix = true;
    init_yuv_to_rgb (plan);
    return ok && add_chroma_streams (plan, SV_GRID_LUMA);
  }
  if (plan->dst->family == SV_FAMILY_YUV)
    ok = ok && add_chroma_streams (plan, SV_GRID_CHROMA);
  return ok;
}

void
sv_8bit_clear (SvPlan *plan)
{
  if (plan->tables == NULL)
    return;
  for (int i = 0; i < plan->tables->n_streams; i++) {
    free (plan->tables->streams[i].at);
    free (plan->tables->streams[i].at_wide);
    free (plan->tables->streams[i].weights);
  }
  free (plan->tables);
  plan->tables = NULL;
}

typedef struct Run
{
  const SvPlan *plan;
  const SvSource *source;
  const SavantImage *dst;
  const SvHostKernels *k;
  uint8_t *bytes[4];            /* gathered pixels, later rounded ones */
  int16_t *wide;                /* a source row before doubling */
  int16_t *parts[2];            /* its two channels apart */
  int16_t *rows[3];             /* results: Y, U, V or one interleaved row */
} Run;

/* The one or two source rows of destination row j; NULL for the second where
 * it has no weight. */
static void
source_rows (const Run *run, const Stream *s, int j, const uint8_t **r0,
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
  int16_t w = q15 (axis->weights[axis->n + j]);
  if (w == 32767) {
    *r0 += comp->pitch_bytes;
  } else if (w > 0) {
    *r1 = *r0 + comp->pitch_bytes;
    *weight = w;
  }
}

static void
lerp_span (const Stream *s, const int16_t *in, int16_t *out, int from, int to)
{
  for (int i = from; i < to; i++) {
    int a = in[s->at[i]], b = in[s->at[i] + 1];

    out[i] = (int16_t) (a + (b - a) * s->weights[i] / 32768);
  }
}

/* The pattern holds between the clamped ends of the row. */
static void
double_channel (const Run *run, const Stream *s, const int16_t *in,
    int16_t *out)
{
  lerp_span (s, in, out, 0, s->head);
  run->k->double_row (out + s->head, in + s->pattern_first,
      s->weights[s->head], s->pattern_d, s->weights[s->head + 1], s->pairs);
  lerp_span (s, in, out, s->head + 2 * s->pairs, s->n);
}

/* Components of packed 4:2:2 stand apart: brings n of each row together. */
static void
pack_rows (const Run *run, const Stream *s, const uint8_t **a,
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
fetch_doubled (const Run *run, const Stream *s, const uint8_t *r0,
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
fetch_pairs (const Run *run, const Stream *s, const uint8_t *r0,
    const uint8_t *r1, int16_t weight, int16_t *out)
{
  const SvHostKernels *k = run->k;
  uint8_t *const *bytes = run->bytes;
  int n = s->n * s->channels;

  if (r1 != NULL && s->at_wide != NULL) {
    int size = s->channels * (int) sizeof (int16_t);

    k->lerp_rows (run->wide, r0 + s->first, r1 + s->first, weight,
        s->span * s->channels);
    k->gather_pair[size] ((uint8_t *) run->parts[0],
        (uint8_t *) run->parts[1], (const uint8_t *) run->wide, s->at_wide,
        size, s->n);
    k->lerp_columns_wide (out, run->parts[0], run->parts[1], s->weights, n);
    return;
  }
  k->gather_pair[s->channels] (bytes[0], bytes[1], r0, s->at, s->delta,
      s->n);
  if (r1 == NULL) {
    k->lerp_columns (out, bytes[0], bytes[1], s->weights, n);
    return;
  }
  k->gather_pair[s->channels] (bytes[2], bytes[3], r1, s->at, s->delta,
      s->n);
  k->lerp_both (out, bytes[0], bytes[1], bytes[2], bytes[3], weight,
      s->weights, n);
}

/* Row j of a stream in Q7: interleaved in out[0], or with DOUBLE one channel
 * in each. */
static void
fetch_row (const Run *run, const Stream *s, int j, int16_t *const *out)
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
    k->gather[s->channels] (run->bytes[0], r0, s->at, s->n);
    r0 = run->bytes[0];
    if (r1 != NULL) {
      k->gather[s->channels] (run->bytes[1], r1, s->at, s->n);
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
fetch_directly (const Run *run, const Stream *s, int j, uint8_t *to)
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
    run->k->gather[s->channels] (to, r0, s->at, s->n);
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
  const Stream *uv = &table->streams[1];

  fetch_row (run, &table->streams[0], j, &run->rows[0]);
  fetch_row (run, uv, j, &run->rows[1]);
  if (uv->channels == 1) {
    fetch_row (run, &table->streams[2], j, &run->rows[2]);
  } else if (uv->columns != COLUMNS_DOUBLE) {
    if (uv->component[0] == 1) {
      run->k->yuv2_to_rgb4 (to, run->rows[0], run->rows[1],
          &plan->yuv_to_rgb, rect->w);
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
  const Stream *s = &table->streams[0];
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
write_plane_row (const Run *run, const Stream *s, int j, int x, int y)
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
    const Stream *s = &table->streams[i];
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
sv_8bit_run (const SvPlan *plan, const SvSource *source,
    const SavantImage *dst, SvScratch *scratch)
{
  Run run = { .plan = plan, .source = source, .dst = dst,
    .k = plan->kernels };

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
