/* SPDX-License-Identifier: Apache-2.0 */

/* The general engine: every format pair, filter and geometry, in floats.
 * A row of the destination is made in three steps: source rows are blended
 * (vertical filter), filtered along the row into component rows, and those are
 * put through the matrix and stored. Component rows are kept for the chroma
 * rows that average several of them. */

#include <string.h>

#include "plan.h"

#define N_KEPT 4

/* Component rows on one pair of grids. */
typedef struct Sampler
{
  SvGrid grid_x;
  SvGrid grid_y;
  unsigned components; /* bit c: component c is wanted */
  int n;               /* samples of a row */
  int kept[N_KEPT];    /* which row each ring place holds, -1 none */
  float *rows[N_KEPT][4];
} Sampler;

typedef struct Run
{
  const SvPlan *plan;
  const SvSource *source;
  const SavantImage *dst;
  const SvHostKernels *k;
  Sampler luma; /* or all components of RGB */
  Sampler chroma;
  Sampler *chroma_rows; /* `luma` where that has all that is needed */
  float *blended;       /* a source row after the vertical filter */
  int blended_plane;    /* which one that is */
  int blended_step;
  SvGrid blended_grid;
  int blended_row;      /* -1 = none */
  float *out[3];        /* destination components */
  float *sums[2];       /* chroma rows being averaged */
  const uint8_t **taps; /* row addresses of a vertical filter */
  float *weights;
} Run;

static int
max_int (int a, int b)
{
  return a > b ? a : b;
}

/* Range of source samples along x that the destination needs. */
static void
source_span (const SvPlan *plan, SvLattice lattice, int *first, int *n)
{
  int sub = lattice == SV_LATTICE_CHROMA ? plan->src_sub_x : 1;

  *first = sv_axis_first_sample (plan->src_rect.x, sub);
  *n = sv_axis_n_samples (plan->src_rect.x, plan->src_rect.w, sub);
}

/* Blends the source rows of one component's plane, with all components of an
 * interleaved one, for row `j` of a grid. The result starts at the pixel of
 * sample `first`. */
static void
blend_plane (Run *run, int c, SvGrid grid_y, int j)
{
  const SvPlan *plan = run->plan;
  SvLattice lattice = sv_plan_lattice (plan, c);
  const SvAxis *axis = &plan->y[lattice][grid_y];
  const SvSourceComponent *comp = &run->source->comp[c];
  int bytes = plan->src->bits > 8 ? 2 : 1;
  int first, n, used = 0;

  if (run->blended_row == j && run->blended_grid == grid_y
      && run->blended_plane == comp->plane && run->blended_step == comp->step)
    return;
  run->blended_row = j;
  run->blended_grid = grid_y;
  run->blended_plane = comp->plane;
  run->blended_step = comp->step;
  source_span (plan, lattice, &first, &n);
  for (int t = 0; t < axis->taps; t++) {
    float w = axis->weights[(ptrdiff_t) t * axis->n + j];

    if (w == 0.0f && (used > 0 || t + 1 < axis->taps))
      continue;
    run->weights[used] = w;
    run->taps[used++] = comp->base + (axis->first[j] + t) * comp->pitch_bytes
        + (ptrdiff_t) first * comp->step * bytes;
  }
  if (bytes == 1)
    run->k->blend_rows_u8 (run->blended, run->taps, run->weights, used,
        n * comp->step);
  else
    run->k->blend_rows_u16 (run->blended, run->taps, run->weights, used,
        plan->src->shift, n * comp->step);
}

/* 10-bit samples in 8-bit terms; the format table has the depths. */
static void
level_scale (const SvPlan *plan, int c, float *scale, float *offset)
{
  *scale = 1.0f;
  *offset = 0.0f;
  if (plan->src->bits == 8)
    return;
  if (plan->key.src_colorimetry.range == SAVANT_RANGE_LIMITED) {
    *scale = 0.25f;
  } else {
    *scale = (float) (255.0 / 1023.0);
    *offset = c > 0 ? (float) (128.0 - 512.0 * 255.0 / 1023.0) : 0.0f;
  }
}

static void
fetch_component (Run *run, Sampler *s, int c, int j, float *out)
{
  const SvPlan *plan = run->plan;
  SvLattice lattice = sv_plan_lattice (plan, c);
  const SvAxis *axis = &plan->x[lattice][s->grid_x];
  const SvSourceComponent *comp = &run->source->comp[c];
  float scale, offset;
  int first, n;

  source_span (plan, lattice, &first, &n);
  blend_plane (run, c, s->grid_y, j);
  run->k->filter_row (out,
      run->blended + comp->offset - (ptrdiff_t) first * comp->step, axis->first,
      axis->weights, axis->taps, comp->step, axis->n);
  level_scale (plan, c, &scale, &offset);
  run->k->scale_clamp (out, scale, offset, axis->n);
}

/* The wanted component rows of row j, kept or computed. */
static float *const *
get_rows (Run *run, Sampler *s, int j)
{
  int place = j % N_KEPT;

  if (s->kept[place] != j) {
    for (int c = 0; c < run->source->n_components; c++)
      if (s->components & (1u << c))
        fetch_component (run, s, c, j, s->rows[place][c]);
    s->kept[place] = j;
  }
  return s->rows[place];
}

static void
apply_matrix (Run *run, int r, float *const *rows, float *out, int n)
{
  const SvColorMatrix *matrix = &run->plan->matrix;
  float m[4];
  /* Rows that do not exist have a coefficient of zero. */
  const float *in[3];

  for (int c = 0; c < 4; c++)
    m[c] = (float) matrix->m[r][c];
  for (int c = 0; c < 3; c++)
    in[c] = m[c] != 0.0f ? rows[c] : NULL;
  for (int c = 0; c < 3; c++)
    if (in[c] == NULL)
      in[c] = in[0] != NULL ? in[0] : in[1] != NULL ? in[1] : in[2];
  if (in[0] == NULL) {
    for (int i = 0; i < n; i++)
      out[i] = m[3];
    return;
  }
  run->k->matrix_row (out, in[0], in[1], in[2], m, n);
}

static uint8_t *
component_at (const Run *run, int c, int x, int row)
{
  const SvComponent *comp = &run->plan->dst->comp[c];

  return run->dst->data[comp->plane] + row * run->dst->pitch_bytes[comp->plane]
      + (ptrdiff_t) x * comp->step + comp->offset;
}

static void
fill_bytes (uint8_t *at, int step, int n)
{
  for (int i = 0; i < n; i++)
    at[(ptrdiff_t) i * step] = 255;
}

static void
store_component (Run *run, int c, const float *row, int x, int y, int n)
{
  run->k->store (component_at (run, c, x, y), run->plan->dst->comp[c].step, row,
      n);
}

/* Luma, grey, or all components of RGB, of row j. */
static void
write_luma_row (Run *run, int j)
{
  const SvPlan *plan = run->plan;
  const SavantRect *rect = &plan->key.dst_rect;
  float *const *rows = get_rows (run, &run->luma, j);
  int n_out = plan->dst->family == SV_FAMILY_RGB ? 3 : 1;
  int y = rect->y + j;

  for (int r = 0; r < n_out; r++) {
    const float *row = rows[r];

    if (!plan->matrix.identity) {
      apply_matrix (run, r, rows, run->out[r], rect->w);
      row = run->out[r];
    }
    store_component (run, r, row, rect->x, y, rect->w);
  }
  if (plan->dst->filler >= 0)
    fill_bytes (run->dst->data[0] + y * run->dst->pitch_bytes[0]
            + (ptrdiff_t) rect->x * 4 + plan->dst->filler,
        4, rect->w);
  if (sv_format_has_alpha (plan->dst)) {
    if (sv_format_has_alpha (plan->src))
      store_component (run, 3, rows[3], rect->x, y, rect->w);
    else
      fill_bytes (component_at (run, 3, rect->x, y), 4, rect->w);
  }
  sv_repeat_spare_luma (plan, run->dst, y);
}

/* Row k of the chroma rows that the rectangle has. */
static void
write_chroma_row (Run *run, int k)
{
  const SvPlan *plan = run->plan;
  const SavantRect *rect = &plan->key.dst_rect;
  const SvAxis *rows_axis = &plan->average_y;
  Sampler *s = run->chroma_rows;
  bool average_rows = plan->chroma_y == SV_GRID_LUMA && plan->dst->sub_y > 1;
  int taps = average_rows ? rows_axis->taps : 1;
  int n = plan->average_x.n;
  int x = sv_axis_first_sample (rect->x, plan->dst->sub_x);
  int y = sv_axis_first_sample (rect->y, plan->dst->sub_y) + k;

  for (int r = 0; r < 2; r++)
    memset (run->sums[r], 0, sizeof (float) * (size_t) s->n);
  for (int t = 0; t < taps; t++) {
    float w = average_rows ? rows_axis->weights[t * rows_axis->n + k] : 1.0f;
    int j = average_rows ? rows_axis->first[k] + t : k;

    if (w == 0.0f)
      continue;
    float *const *rows = get_rows (run, s, j);
    for (int r = 0; r < 2; r++) {
      const float *row = rows[r + 1];

      if (!plan->matrix.identity) {
        apply_matrix (run, r + 1, rows, run->out[r], s->n);
        row = run->out[r];
      }
      run->k->accumulate (run->sums[r], row, w, s->n);
    }
  }
  for (int r = 0; r < 2; r++) {
    const float *row = run->sums[r];

    if (plan->chroma_x == SV_GRID_LUMA && plan->dst->sub_x > 1) {
      run->k->filter_row (run->out[r], row, plan->average_x.first,
          plan->average_x.weights, plan->average_x.taps, 1, n);
      row = run->out[r];
    }
    store_component (run, r + 1, row, x, y, n);
  }
}

/* Source components with a share in rows [from, to) of the matrix. */
static unsigned
wanted_components (const SvPlan *plan, int from, int to)
{
  unsigned wanted = 0;

  for (int r = from; r < to; r++)
    for (int c = 0; c < 3 && c < plan->src->n_components; c++)
      if (plan->matrix.m[r][c] != 0.0)
        wanted |= 1u << c;
  return wanted;
}

static size_t
round_up (size_t n)
{
  return (n + 15) & ~(size_t) 15;
}

static void
init_sampler (Sampler *s, SvGrid grid_x, SvGrid grid_y, unsigned components,
    int n, float **memory)
{
  *s = (Sampler){
    .grid_x = grid_x, .grid_y = grid_y, .components = components, .n = n
  };
  for (int i = 0; i < N_KEPT; i++) {
    s->kept[i] = -1;
    for (int c = 0; c < 4; c++) {
      if ((components & (1u << c)) == 0)
        continue;
      s->rows[i][c] = *memory;
      *memory += round_up ((size_t) n);
    }
  }
}

static int
max_taps (const SvPlan *plan)
{
  int taps = 1;

  for (int l = 0; l < SV_N_LATTICES; l++)
    for (int g = 0; g < SV_N_GRIDS; g++)
      taps = max_int (taps, plan->y[l][g].taps);
  return taps;
}

static bool
init_run (Run *run, SvScratch *scratch)
{
  const SvPlan *plan = run->plan;
  bool rgb = plan->dst->family == SV_FAMILY_RGB;
  bool chroma = plan->dst->family == SV_FAMILY_YUV;
  unsigned luma_mask = wanted_components (plan, 0, rgb ? 3 : 1);
  unsigned chroma_mask = chroma ? wanted_components (plan, 1, 3) : 0;
  size_t width = round_up ((size_t) plan->key.dst_rect.w + 2);
  size_t span = round_up ((size_t) (plan->src_rect.w + 2) * 4);
  size_t taps = round_up ((size_t) max_taps (plan));

  if (rgb && sv_format_has_alpha (plan->dst) && sv_format_has_alpha (plan->src))
    luma_mask |= 8;
  float *memory = sv_scratch_need (scratch,
      sizeof (float) * (width * (2 * 4 * N_KEPT + 5) + span + taps)
          + sizeof (uint8_t *) * taps);
  if (memory == NULL)
    return false;

  run->taps = (const uint8_t **) memory;
  memory += taps * (sizeof (uint8_t *) / sizeof (float));
  run->weights = memory;
  memory += taps;
  run->blended = memory;
  memory += span;
  for (int i = 0; i < 3; i++, memory += width)
    run->out[i] = memory;
  for (int i = 0; i < 2; i++, memory += width)
    run->sums[i] = memory;
  run->blended_row = -1;
  bool shared = chroma && plan->chroma_x == SV_GRID_LUMA
      && plan->chroma_y == SV_GRID_LUMA;
  if (shared)
    luma_mask |= chroma_mask;
  run->chroma_rows = shared ? &run->luma : &run->chroma;
  init_sampler (&run->luma, SV_GRID_LUMA, SV_GRID_LUMA, luma_mask,
      plan->key.dst_rect.w, &memory);
  if (chroma && !shared)
    init_sampler (&run->chroma, plan->chroma_x, plan->chroma_y, chroma_mask,
        plan->x[0][plan->chroma_x].n, &memory);
  return true;
}

bool
sv_general_run (const SvPlan *plan, const SvSource *source,
    const SavantImage *dst, SvScratch *scratch, int from, int to)
{
  Run run = { .plan = plan, .source = source, .dst = dst, .k = plan->kernels };
  int k = sv_chroma_rows_before (plan, from);

  if (!init_run (&run, scratch))
    return false;
  for (int j = from; j < to; j++) {
    write_luma_row (&run, j);
    /* A chroma row follows the last luma row that it covers, while that is
     * still in the cache. */
    if (plan->dst->family == SV_FAMILY_YUV
        && k < sv_chroma_rows_before (plan, j + 1))
      write_chroma_row (&run, k++);
  }
  return true;
}
