/* SPDX-License-Identifier: Apache-2.0 */
#include "plan.h"

#include <stdlib.h>
#include <string.h>

#include "../../core/letterbox.h"
#include "fir.h"

SvLattice
sv_plan_lattice (const SvPlan *plan, int component)
{
  return plan->src->family == SV_FAMILY_YUV && component > 0 ? SV_LATTICE_CHROMA
                                                             : SV_LATTICE_FULL;
}

/* Undoing the flip leaves, after the transposition, these mirrorings. */
static void
mirrors (SavantFlip flip, bool *x, bool *y)
{
  *x = flip == SAVANT_FLIP_X || flip == SAVANT_FLIP_ROTATE_180
      || flip == SAVANT_FLIP_ROTATE_90 || flip == SAVANT_FLIP_INVERSE_TRANSPOSE;
  *y = flip == SAVANT_FLIP_Y || flip == SAVANT_FLIP_ROTATE_180
      || flip == SAVANT_FLIP_ROTATE_270
      || flip == SAVANT_FLIP_INVERSE_TRANSPOSE;
}

static bool
same_colors (const SvPlan *plan)
{
  const SavantColorimetry *s = &plan->key.src_colorimetry;
  const SavantColorimetry *d = &plan->key.dst_colorimetry;

  switch (plan->src->family) {
    case SV_FAMILY_GRAY:
      return true;
    case SV_FAMILY_RGB:
      return s->range == d->range;
    default:
      return s->range == d->range && s->matrix == d->matrix;
  }
}

/* Whether chroma samples of one axis fall on chroma samples. A cosited one
 * whose luma sample is outside the rectangle is moved to its edge. */
static bool
chroma_matches (int sub, int src_start, int dst_start, unsigned src_siting,
    unsigned dst_siting, unsigned cosited)
{
  if (sub == 1)
    return true;
  return (src_start - dst_start) % sub == 0
      && (src_siting & cosited) == (dst_siting & cosited)
      && (!(src_siting & cosited) || src_start % sub == 0);
}

/* Equal pictures as a whole are copied, wherever their chroma sits; parts of
 * them where all samples meet. */
static bool
is_copy (const SvPlan *plan)
{
  const SvPlanKey *key = &plan->key;
  unsigned src_siting = key->src_colorimetry.siting;
  unsigned dst_siting = key->dst_colorimetry.siting;
  const SavantRect *s = &key->src_rect, *d = &key->dst_rect;

  if (plan->src != plan->dst || key->flip != SAVANT_FLIP_NONE || s->w != d->w
      || s->h != d->h || !same_colors (plan))
    return false;
  if (s->w == key->src_width && s->h == key->src_height
      && d->w == key->dst_width && d->h == key->dst_height)
    return true;
  return chroma_matches (plan->src->sub_x, s->x, d->x, src_siting, dst_siting,
             SAVANT_SITING_H_COSITED)
      && chroma_matches (plan->src->sub_y, s->y, d->y, src_siting, dst_siting,
          SAVANT_SITING_V_COSITED);
}

/* Whether weights may lie outside 0..1, also where a small source leaves no
 * more than two taps of a filter. */
static bool
overshoots (const SvPlan *plan)
{
  SavantInterpolation filter = plan->key.interpolation;

  return filter == SAVANT_INTERPOLATION_CUBIC
      || filter == SAVANT_INTERPOLATION_LANCZOS;
}

static bool
init_axes (SvPlan *plan)
{
  const SvPlanKey *key = &plan->key;
  bool dst_chroma = plan->dst->family == SV_FAMILY_YUV;
  bool src_chroma = plan->src->family == SV_FAMILY_YUV;
  unsigned src_siting = key->src_colorimetry.siting;
  unsigned dst_siting = key->dst_colorimetry.siting;
  bool cosited_x = src_siting & SAVANT_SITING_H_COSITED;
  bool cosited_y = src_siting & SAVANT_SITING_V_COSITED;
  SvAxisParams x = { .interpolation = key->interpolation,
    .src_start = plan->src_rect.x,
    .src_length = plan->src_rect.w,
    .dst_start = key->dst_rect.x,
    .dst_length = key->dst_rect.w };
  SvAxisParams y = { .interpolation = key->interpolation,
    .src_start = plan->src_rect.y,
    .src_length = plan->src_rect.h,
    .dst_start = key->dst_rect.y,
    .dst_length = key->dst_rect.h };

  mirrors (key->flip, &x.mirror, &y.mirror);
  if (plan->transposed) {
    bool swap = cosited_x;

    cosited_x = cosited_y;
    cosited_y = swap;
  }
  for (int l = 0; l < (src_chroma ? SV_N_LATTICES : 1); l++) {
    bool chroma = l == SV_LATTICE_CHROMA;

    x.src = sv_sampling (chroma ? plan->src_sub_x : 1, cosited_x);
    y.src = sv_sampling (chroma ? plan->src_sub_y : 1, cosited_y);
    for (int g = 0; g < (dst_chroma ? SV_N_GRIDS : 1); g++) {
      bool on_chroma = g == SV_GRID_CHROMA;

      x.dst = sv_sampling (on_chroma ? plan->dst->sub_x : 1,
          dst_siting & SAVANT_SITING_H_COSITED);
      y.dst = sv_sampling (on_chroma ? plan->dst->sub_y : 1,
          dst_siting & SAVANT_SITING_V_COSITED);
      if (!sv_axis_init (&plan->x[l][g], &x)
          || !sv_axis_init (&plan->y[l][g], &y))
        return false;
    }
  }
  if (!dst_chroma)
    return true;
  plan->chroma_x =
      plan->dst->sub_x > plan->src_sub_x ? SV_GRID_LUMA : SV_GRID_CHROMA;
  plan->chroma_y =
      plan->dst->sub_y > plan->src_sub_y ? SV_GRID_LUMA : SV_GRID_CHROMA;
  return sv_axis_init_average (&plan->average_x, key->dst_rect.x,
             key->dst_rect.w,
             sv_sampling (plan->dst->sub_x,
                 dst_siting & SAVANT_SITING_H_COSITED))
      && sv_axis_init_average (&plan->average_y, key->dst_rect.y,
          key->dst_rect.h,
          sv_sampling (plan->dst->sub_y, dst_siting & SAVANT_SITING_V_COSITED));
}

SvPlan *
sv_plan_new (const SvPlanKey *key, const SvHostKernels *kernels)
{
  SvPlan *plan = calloc (1, sizeof *plan);

  if (plan == NULL)
    return NULL;
  plan->key = *key;
  plan->kernels = kernels;
  plan->src = sv_format_info (key->src_format);
  plan->dst = sv_format_info (key->dst_format);
  sv_color_convert_rgb (key->pad_color, plan->dst, &key->dst_colorimetry,
      plan->pad);
  plan->transposed = sv_flip_is_transposed (key->flip);
  plan->src_sub_x = plan->transposed ? plan->src->sub_y : plan->src->sub_x;
  plan->src_sub_y = plan->transposed ? plan->src->sub_x : plan->src->sub_y;
  plan->src_rect = key->src_rect;
  if (plan->transposed)
    plan->src_rect = (SavantRect){ key->src_rect.y % plan->src->sub_y,
      key->src_rect.x % plan->src->sub_x, key->src_rect.h, key->src_rect.w };
  if (is_copy (plan)) {
    plan->engine = SV_ENGINE_COPY;
    return plan;
  }
  sv_color_matrix (plan->src, &key->src_colorimetry, plan->dst,
      &key->dst_colorimetry, &plan->matrix);
  if (!init_axes (plan) || (!overshoots (plan) && !sv_8bit_init (plan))
      || (plan->tables == NULL && !sv_fir_init (plan))) {
    sv_plan_free (plan);
    return NULL;
  }
  plan->engine = plan->tables != NULL ? SV_ENGINE_8BIT
      : plan->fir != NULL             ? SV_ENGINE_FIR
                                      : SV_ENGINE_GENERAL;
  return plan;
}

void
sv_plan_free (SvPlan *plan)
{
  if (plan == NULL)
    return;
  for (int l = 0; l < SV_N_LATTICES; l++) {
    for (int g = 0; g < SV_N_GRIDS; g++) {
      sv_axis_clear (&plan->x[l][g]);
      sv_axis_clear (&plan->y[l][g]);
    }
  }
  sv_axis_clear (&plan->average_x);
  sv_axis_clear (&plan->average_y);
  sv_8bit_clear (plan);
  sv_fir_clear (plan);
  free (plan);
}

void *
sv_scratch_need (SvScratch *scratch, size_t size)
{
  if (scratch->size < size) {
    size_t rounded = (size + 63) & ~(size_t) 63;
    void *data = aligned_alloc (64, rounded);

    if (data == NULL)
      return NULL;
    free (scratch->data);
    scratch->data = data;
    scratch->size = rounded;
  }
  return scratch->data;
}

void
sv_scratch_clear (SvScratch *scratch)
{
  free (scratch->data);
  *scratch = (SvScratch){ 0 };
}
