/* SPDX-License-Identifier: Apache-2.0 */

/* 8-bit pictures in planes through filters of more than two taps: source rows
 * are filtered down to one of Q6, this along to rows of Q7, and those go
 * through the matrix or are rounded. Each destination row is made by itself. */

#include <stdlib.h>
#include <string.h>

#include "engine8.h"
#include "fir.h"

#define MAX_TAPS 32
#define ROUND_LANES 64

typedef struct Run
{
  const SvPlan *plan;
  const SvSource *source;
  const SavantImage *dst;
  const SvHostKernels *k;
  int16_t *down[2]; /* source columns, filtered downwards */
  int16_t *row[3];  /* Q7 of each component */
  int16_t *colours[3];
} Run;

/* Source columns that an axis reads. */
static void
source_span (const SvPlan *plan, SvLattice lattice, int *first, int *n)
{
  int sub = lattice == SV_LATTICE_CHROMA ? plan->src_sub_x : 1;

  *first = sv_axis_first_sample (plan->src_rect.x, sub);
  *n = sv_axis_n_samples (plan->src_rect.x, plan->src_rect.w, sub);
}

/* Weights in Q14 that add up to one; where taps fall together at an edge, one
 * may be more than that. */
static void
quantise (const SvAxis *axis, int i, int16_t *weights)
{
  int sum = 0, largest = 0;

  for (int t = 0; t < axis->taps; t++) {
    weights[t] = (int16_t) lroundf (axis->weights[(ptrdiff_t) t * axis->n + i]
        * 16384.0f);
    sum += weights[t];
    largest = weights[t] > weights[largest] ? t : largest;
  }
  weights[largest] = (int16_t) (weights[largest] + 16384 - sum);
}

/* The pixel of lane i: rows are in quads where the matrix takes them. */
static int
lane_pixel (int i, int quads)
{
  int start = i / (8 * quads) * (8 * quads), at = i - start;

  return start + (at / 8 + at / 4 % 2 * quads) * 4 + at % 4;
}

static bool
init_columns (SvFir *fir, const SvAxis *axis, int span_first, int quads)
{
  int16_t weights[MAX_TAPS];

  fir->n = (axis->n + ROUND_LANES - 1) / ROUND_LANES * ROUND_LANES;
  fir->taps = (axis->taps + 3) / 4 * 4;
  fir->first = malloc (sizeof *fir->first * (size_t) fir->n);
  fir->weights =
      calloc ((size_t) fir->n * (size_t) fir->taps, sizeof *fir->weights);
  if (fir->first == NULL || fir->weights == NULL)
    return false;
  for (int i = 0; i < fir->n; i++) {
    int pixel = quads > 1 ? lane_pixel (i, quads) : i;

    pixel = pixel < axis->n ? pixel : axis->n - 1;
    fir->first[i] = axis->first[pixel] - span_first;
    quantise (axis, pixel, weights);
    for (int t = 0; t < axis->taps; t++)
      fir->weights[(ptrdiff_t) (t / 4 * 4) * fir->n + 4 * i + t % 4] =
          weights[t];
  }
  return sv_fir_find_pairs (fir);
}

void
sv_fir_clear_columns (SvFir *fir)
{
  free (fir->first);
  free (fir->weights);
  free (fir->pairs.first);
  free (fir->pairs.order);
  free (fir->pairs.weights);
}

static bool
alike (const SvFir *fir, int a, int b)
{
  const SvFirPairs *pairs = &fir->pairs;

  return memcmp (pairs->order + 8 * a, pairs->order + 8 * b, 128) == 0
      && memcmp (pairs->weights + 4 * a, pairs->weights + 4 * b, 128) == 0;
}

/* Ratios of small numbers repeat themselves. */
static void
find_alike (SvFir *fir)
{
  int middle = fir->n / 32 * 16;

  fir->pairs.from = fir->pairs.to = middle;
  while (fir->pairs.from > 0 && alike (fir, middle, fir->pairs.from - 16))
    fir->pairs.from -= 16;
  while (fir->pairs.to < fir->n && alike (fir, middle, fir->pairs.to))
    fir->pairs.to += 16;
}

bool
sv_fir_find_pairs (SvFir *fir)
{
  SvFirPairs *pairs = &fir->pairs;
  size_t n = (size_t) fir->n / 2;

  for (int i = 0; i < fir->n; i += 2)
    if (abs (fir->first[i] - fir->first[i + 1]) > 4)
      return true;
  pairs->first = malloc (sizeof *pairs->first * n);
  pairs->order = malloc (16 * n);
  pairs->weights = malloc (sizeof *pairs->weights * 2 * n * (size_t) fir->taps);
  if (pairs->first == NULL || pairs->order == NULL || pairs->weights == NULL)
    return false;
  for (int p = 0; p < fir->n / 2; p++) {
    int lane = (p / 8 * 8 + p % 8 / 2 + p % 2 * 4) * 2;
    int32_t a = fir->first[lane], b = fir->first[lane + 1];

    pairs->first[p] = a < b ? a : b;
    for (int k = 0; k < 16; k++)
      pairs->order[16 * p + k] =
          (uint8_t) (2 * ((k < 8 ? a : b) - pairs->first[p]) + k % 8);
    for (int t = 0; t < fir->taps; t += 4)
      memcpy (pairs->weights + (ptrdiff_t) t * fir->n + 8 * p,
          fir->weights + (ptrdiff_t) t * fir->n + 4 * lane,
          8 * sizeof *fir->weights);
  }
  find_alike (fir);
  return true;
}

static bool
init_rows (SvFirRows *rows, const SvAxis *axis)
{
  rows->taps = axis->taps;
  rows->weights =
      malloc (sizeof *rows->weights * (size_t) axis->n * (size_t) axis->taps);
  if (rows->weights == NULL)
    return false;
  for (int j = 0; j < axis->n; j++)
    quantise (axis, j, rows->weights + (ptrdiff_t) j * axis->taps);
  return true;
}

/* Whether rows of planes, or of two interleaved components, are all there is.
 */
static bool
is_planar (const SvPlan *plan)
{
  const SvFormatInfo *info = plan->src;

  if (info->family != SV_FAMILY_YUV || info->bits != 8)
    return false;
  return plan->transposed
      || (info->comp[0].step == 1
          && (info->comp[1].step == 1
              || (info->comp[1].step == 2
                  && info->comp[1].plane == info->comp[2].plane)));
}

static bool
suits (const SvPlan *plan)
{
  bool rgb4 =
      plan->dst->family == SV_FAMILY_RGB && plan->dst->comp[0].step == 4;

  if (!is_planar (plan))
    return false;
  for (int l = 0; l < SV_N_LATTICES; l++)
    for (int g = 0; g < SV_N_GRIDS; g++)
      if (plan->x[l][g].taps > MAX_TAPS || plan->y[l][g].taps > MAX_TAPS)
        return false;
  if (rgb4)
    return true;
  return plan->matrix.identity && plan->dst->family == SV_FAMILY_YUV
      && plan->chroma_x == SV_GRID_CHROMA && plan->chroma_y == SV_GRID_CHROMA;
}

bool
sv_fir_init (SvPlan *plan)
{
  bool matrix = plan->dst->family == SV_FAMILY_RGB;
  int quads = matrix ? plan->kernels->quads : 1;

  if (!suits (plan))
    return true;
  plan->fir = calloc (1, sizeof *plan->fir);
  if (plan->fir == NULL)
    return false;
  plan->fir->matrix = matrix;
  plan->fir->chroma_grid = matrix ? SV_GRID_LUMA : SV_GRID_CHROMA;
  for (int l = 0; l < SV_N_LATTICES; l++) {
    SvGrid grid = l == SV_LATTICE_FULL ? SV_GRID_LUMA : plan->fir->chroma_grid;
    int first, n;

    source_span (plan, (SvLattice) l, &first, &n);
    if (!init_columns (&plan->fir->x[l], &plan->x[l][grid], first, quads)
        || !init_rows (&plan->fir->y[l], &plan->y[l][grid]))
      return false;
  }
  if (matrix)
    sv_8bit_init_matrix (plan);
  return true;
}

void
sv_fir_clear (SvPlan *plan)
{
  if (plan->fir == NULL)
    return;
  for (int l = 0; l < SV_N_LATTICES; l++) {
    sv_fir_clear_columns (&plan->fir->x[l]);
    free (plan->fir->y[l].weights);
  }
  free (plan->fir);
  plan->fir = NULL;
}

/* Row j of a component's grid, and of the one that is interleaved with it. */
static void
make_rows (const Run *run, int component, bool pair, int j)
{
  const SvPlan *plan = run->plan;
  SvLattice lattice = sv_plan_lattice (plan, component);
  const SvFirRows *y = &plan->fir->y[lattice];
  const SvFir *x = &plan->fir->x[lattice];
  SvGrid grid = component == 0 ? SV_GRID_LUMA : plan->fir->chroma_grid;
  const SvAxis *axis = &plan->y[lattice][grid];
  const SvSourceComponent *comp = &run->source->comp[component];
  const int16_t *weights = y->weights + (ptrdiff_t) j * y->taps;
  const uint8_t *rows[MAX_TAPS];
  int16_t used[MAX_TAPS];
  int first, n, taps = 0;

  source_span (plan, lattice, &first, &n);
  for (int t = 0; t < y->taps; t++) {
    if (weights[t] == 0)
      continue;
    used[taps] = weights[t];
    rows[taps++] = comp->base + (axis->first[j] + t) * comp->pitch_bytes
        + (ptrdiff_t) first * comp->step;
  }
  if (!pair) {
    run->k->fir_rows (run->down[0], rows, used, taps, n);
    run->k->fir_columns (run->row[component], run->down[0], x);
    return;
  }
  /* The plane's first component of the two may be V. */
  bool swapped = comp->offset > 0;
  run->k->fir_rows_apart (run->down[swapped], run->down[!swapped], rows, used,
      taps, n);
  run->k->fir_columns (run->row[1], run->down[0], x);
  run->k->fir_columns (run->row[2], run->down[1], x);
}

static void
make_chroma_rows (const Run *run, int j)
{
  if (run->source->comp[1].step == 2) {
    make_rows (run, 1, true, j);
    return;
  }
  make_rows (run, 1, false, j);
  make_rows (run, 2, false, j);
}

static void
write_component (const Run *run, int c, int x, int y, int n)
{
  const SvComponent *comp = &run->plan->dst->comp[c];
  uint8_t *to = run->dst->data[comp->plane]
      + y * run->dst->pitch_bytes[comp->plane] + (ptrdiff_t) x * comp->step
      + comp->offset;

  if (comp->step == 1)
    run->k->round_rows (to, run->row[c], NULL, 0, 0, n);
  else
    run->k->round_rows_apart (to, comp->step, run->row[c], NULL, 0, n);
}

static size_t
row_size (int n)
{
  return ((size_t) n + 2 * SV_ROW_SLACK - 1) / SV_ROW_SLACK * SV_ROW_SLACK;
}

static bool
init_run (Run *run, SvScratch *scratch)
{
  const SvFir *x = run->plan->fir->x;
  size_t down = row_size (run->plan->src_rect.w + 2);
  size_t row = row_size (x[0].n > x[1].n ? x[0].n : x[1].n);
  int16_t *memory =
      sv_scratch_need (scratch, sizeof *memory * (2 * down + 6 * row));

  if (memory == NULL)
    return false;
  /* Taps without a weight may lie behind the last column. */
  memset (memory, 0, sizeof *memory * 2 * down);
  for (int i = 0; i < 2; i++, memory += down)
    run->down[i] = memory;
  for (int i = 0; i < 3; i++, memory += row)
    run->row[i] = memory;
  for (int i = 0; i < 3; i++, memory += row)
    run->colours[i] = memory;
  return true;
}

static void
write_rgb_row (const Run *run, int j)
{
  const SvPlan *plan = run->plan;
  const SavantRect *rect = &plan->key.dst_rect;
  const int16_t *colours[3] = { run->colours[0], run->colours[1],
    run->colours[2] };

  make_rows (run, 0, false, j);
  make_chroma_rows (run, j);
  run->k->chroma_q7 (run->colours, run->row[1], run->row[2], &plan->yuv_to_rgb,
      plan->fir->x[SV_LATTICE_CHROMA].n);
  run->k->rgb4 (run->dst->data[0] + (rect->y + j) * run->dst->pitch_bytes[0]
          + (ptrdiff_t) rect->x * 4,
      NULL, run->row[0], colours, NULL, 0, plan->yuv_to_rgb.y, rect->w);
}

bool
sv_fir_run (const SvPlan *plan, const SvSource *source, const SavantImage *dst,
    SvScratch *scratch, int from, int to)
{
  Run run = { .plan = plan, .source = source, .dst = dst, .k = plan->kernels };
  const SavantRect *rect = &plan->key.dst_rect;

  if (!init_run (&run, scratch))
    return false;
  for (int j = from; plan->fir->matrix && j < to; j++)
    write_rgb_row (&run, j);
  if (plan->fir->matrix)
    return true;
  for (int j = from; j < to; j++) {
    make_rows (&run, 0, false, j);
    write_component (&run, 0, rect->x, rect->y + j, rect->w);
    sv_repeat_spare_luma (plan, dst, rect->y + j);
  }
  int x = sv_axis_first_sample (rect->x, plan->dst->sub_x);
  int y = sv_axis_first_sample (rect->y, plan->dst->sub_y);
  int n = plan->x[SV_LATTICE_CHROMA][SV_GRID_CHROMA].n;
  for (int k = sv_chroma_rows_before (plan, from);
       k < sv_chroma_rows_before (plan, to); k++) {
    make_chroma_rows (&run, k);
    write_component (&run, 1, x, y + k, n);
    write_component (&run, 2, x, y + k, n);
  }
  return true;
}
