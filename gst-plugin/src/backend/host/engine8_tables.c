/* SPDX-License-Identifier: Apache-2.0 */
#include "engine8.h"

#include <stdlib.h>
#include <string.h>

static bool
follows_pattern (const SvAxis *axis, int i)
{
  return axis->first[i + 2] == axis->first[i] + 1
      && fabsf (axis->weights[axis->n + i + 2] - axis->weights[axis->n + i])
      < 1e-6f;
}

static bool
find_doubling (SvStream *s, const SvAxis *axis)
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
find_stride (SvStream *s, const SvAxis *axis)
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
init_rows_first (SvStream *s, const SvAxis *axis, int lo)
{
  if (s->channels > 2 || s->step != s->channels
      || s->span * s->channels > 5 * s->n)
    return true;
  s->at_wide = malloc (sizeof *s->at_wide * (size_t) axis->n);
  if (s->at_wide == NULL)
    return false;
  for (int i = 0; i < axis->n; i++)
    s->at_wide[i] =
        (axis->first[i] - lo) * s->channels * (int) sizeof (int16_t);
  return true;
}

static bool
init_columns (SvStream *s, const SvAxis *axis)
{
  int lo = axis->first[0], hi = lo;

  s->n = axis->n;
  if (axis->straight) {
    s->columns = COLUMNS_STRAIGHT;
    s->first = axis->first[0] * s->step;
    return true;
  }
  s->at = malloc (sizeof *s->at * (size_t) axis->n);
  s->weights =
      calloc ((size_t) axis->n * (size_t) s->channels, sizeof *s->weights);
  if (s->at == NULL || s->weights == NULL)
    return false;
  for (int i = 0; i < axis->n; i++) {
    lo = axis->first[i] < lo ? axis->first[i] : lo;
    hi = axis->first[i] + axis->taps - 1 > hi ? axis->first[i] + axis->taps - 1
                                              : hi;
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
    int16_t w = sv_q15 (axis->weights[axis->n + i]);

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
  SvStream *s = &table->streams[table->n_streams++];

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
    SvStream *s = &plan->tables->streams[plan->tables->n_streams];

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
    return !plan->transposed && (src == dst || (is_rgb4 (src) && is_rgb4 (dst)))
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
