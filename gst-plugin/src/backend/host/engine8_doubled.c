/* SPDX-License-Identifier: Apache-2.0 */

/* Pictures that keep their size, from 4:2:0 to RGB of four bytes: the matrix is
 * linear, so what chroma adds is computed where the samples are, and averaged
 * to the pixels. Two rows that lie between the same two of chroma are made
 * together. */

#include "engine8.h"

#include <math.h>
#include <stddef.h>

#define NEAR_ENOUGH 1e-5

typedef struct Run
{
  const SvPlan *plan;
  const SvSource *source;
  const SavantImage *dst;
  int row; /* of chroma, whose terms are kept; -1 = none */
  uint16_t *terms;
  uint16_t *other;
} Run;

static double
position (const SvAxis *axis, int i)
{
  return axis->first[i] + (axis->taps > 1 ? axis->weights[axis->n + i] : 0.0f);
}

/* Pixels 2 i and 2 i + 1 lie at i and i + 1/2 or, centred, at i - 1/4 and
 * i + 1/4, within the samples that there are. */
static bool
is_doubled (const SvAxis *x, bool centred)
{
  int last = (x->n - 1) / 2;

  for (int i = 0; i < x->n; i++) {
    double p = i / 2.0 - (centred ? 0.25 : 0.0);

    p = p < 0.0 ? 0.0 : p > last ? last : p;
    if (fabs (position (x, i) - x->first[0] - p) > NEAR_ENOUGH)
      return false;
  }
  return true;
}

/* Rows lie on those of chroma, or at a quarter of the way between two. */
static bool
in_quarters (const SvAxis *y)
{
  for (int j = 0; j < y->n; j++) {
    double p = position (y, j), part = fabs (p - floor (p + 0.5));

    if (part > NEAR_ENOUGH && fabs (part - 0.25) > NEAR_ENOUGH)
      return false;
  }
  return true;
}

void
sv_8bit_find_doubled (SvPlan *plan)
{
  SvTable8 *table = plan->tables;
  const SvComponent *comp = plan->src->comp;
  const SvAxis *x = &plan->x[SV_LATTICE_CHROMA][SV_GRID_LUMA];
  const SvAxis *y = &plan->y[SV_LATTICE_CHROMA][SV_GRID_LUMA];
  int step = comp[1].step;

  if (plan->transposed || !table->streams[0].straight || x->taps != 2
      || plan->y[SV_LATTICE_FULL][SV_GRID_LUMA].taps != 1)
    return;
  if (comp[2].step != step || step > 2
      || (step == 2 && comp[1].plane != comp[2].plane))
    return;
  table->centred = is_doubled (x, true);
  table->doubled = (table->centred || is_doubled (x, false)) && in_quarters (y);
}

static const uint8_t *
samples_of_row (const Run *run, int component, int row)
{
  const SvComponent *comp = &run->plan->src->comp[component];
  const SvSourceComponent *from = &run->source->comp[component];
  int first = run->plan->x[SV_LATTICE_CHROMA][SV_GRID_LUMA].first[0];

  return from->base + row * from->pitch_bytes + (ptrdiff_t) first * comp->step
      + comp->offset;
}

static SvChromaRow
chroma_row (const Run *run, int row)
{
  const SvPlan *plan = run->plan;
  bool v_first = plan->yuv_to_rgb.v[0] != 0;

  return (SvChromaRow){ .first = samples_of_row (run, v_first ? 2 : 1, row),
    .third = samples_of_row (run, v_first ? 1 : 2, row),
    .step = plan->src->comp[1].step,
    .centred = plan->tables->centred,
    .n = (plan->key.dst_rect.w + 1) / 2 };
}

static void
make_terms (const Run *run, uint16_t *terms, int row)
{
  SvChromaRow samples = chroma_row (run, row);

  run->plan->kernels->upsample_rgb4 (NULL, NULL, terms, &samples,
      &run->plan->yuv_to_rgb, 0);
}

/* The row of chroma that row j is nearest to, and the other one. */
static void
chroma_rows (const Run *run, int j, int *near, int *far)
{
  double p = position (&run->plan->y[SV_LATTICE_CHROMA][SV_GRID_LUMA], j);

  *near = (int) floor (p + 0.5);
  *far = p - *near > NEAR_ENOUGH ? *near + 1
      : *near - p > NEAR_ENOUGH  ? *near - 1
                                 : *near;
}

static uint8_t *
pixels_of_row (const Run *run, int j)
{
  const SavantRect *rect = &run->plan->key.dst_rect;

  return run->dst->data[0] + (rect->y + j) * run->dst->pitch_bytes[0]
      + (ptrdiff_t) rect->x * 4;
}

static const uint8_t *
luma_of_row (const Run *run, int j)
{
  const SvSourceComponent *luma = &run->source->comp[0];
  const SvAxis *y = &run->plan->y[SV_LATTICE_FULL][SV_GRID_LUMA];

  return luma->base + y->first[j] * luma->pitch_bytes
      + run->plan->tables->streams[0].first;
}

/* Rows j and, `two`, j + 1, which lie between the same rows of chroma. */
static void
write_rows (Run *run, int j, bool two, int near, int far)
{
  const SvPlan *plan = run->plan;

  if (run->row != near)
    make_terms (run, run->terms, near);
  run->row = near;
  if (two) {
    uint8_t *const to[2] = { pixels_of_row (run, j),
      pixels_of_row (run, j + 1) };
    const uint8_t *const from[2] = { luma_of_row (run, j),
      luma_of_row (run, j + 1) };
    SvChromaRow samples = chroma_row (run, far);

    plan->kernels->upsample_rgb4 (to, from, run->terms, &samples,
        &plan->yuv_to_rgb, plan->key.dst_rect.w);
    run->row = far;
    return;
  }
  if (far != near)
    make_terms (run, run->other, far);
  plan->kernels->upsampled_rgb4 (pixels_of_row (run, j), luma_of_row (run, j),
      run->terms, far != near ? run->other : run->terms, plan->yuv_to_rgb.y,
      plan->key.dst_rect.w);
}

bool
sv_8bit_run_doubled (const SvPlan *plan, const SvSource *source,
    const SavantImage *dst, SvScratch *scratch, int from, int to)
{
  Run run = { .plan = plan, .source = source, .dst = dst, .row = -1 };
  size_t n = SV_TERMS ((size_t) (plan->key.dst_rect.w + 1) / 2);

  run.terms = sv_scratch_need (scratch, sizeof *run.terms * 2 * n);
  if (run.terms == NULL)
    return false;
  run.other = run.terms + n;
  for (int j = from; j < to;) {
    int near, far, next_near = -1, next_far = -1;

    chroma_rows (&run, j, &near, &far);
    if (j + 1 < to)
      chroma_rows (&run, j + 1, &next_near, &next_far);
    bool two = near != far && next_near == far && next_far == near;
    write_rows (&run, j, two, near, far);
    j += two ? 2 : 1;
  }
  return true;
}
