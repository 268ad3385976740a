/* SPDX-License-Identifier: Apache-2.0 */
#include "plan.h"

#include <stdlib.h>
#include <string.h>

#include "../../core/color.h"
#include "../../core/letterbox.h"
#include "words.h"

/* Axes of a plan: what is read times where it is wanted, twice, and the two
 * averages. */
#define N_TABLES (2 * SV_CU_N_GRIDS * SV_CU_N_GRIDS + 2)

/* A plan in the making. */
typedef struct Draft
{
  const SvPlanKey *key;
  const SvFormatInfo *src;
  const SvFormatInfo *dst;
  SvCuPlan plan;
  SavantRect src_rect; /* as the axes of the destination see it */
  int src_sub_x;
  int src_sub_y;
  SvAxis tables[N_TABLES];
  SvCuAxis *axes[N_TABLES]; /* of `plan`, in the same order */
  int n_tables;
} Draft;

bool
sv_cu_interpolation_is_wide (SavantInterpolation interpolation)
{
  return interpolation != SAVANT_INTERPOLATION_NEAREST
      && interpolation != SAVANT_INTERPOLATION_BILINEAR
      && interpolation != SAVANT_INTERPOLATION_DEFAULT;
}

/* ---- Copies ------------------------------------------------------------- */

static bool
same_colors (const Draft *draft)
{
  const SavantColorimetry *s = &draft->key->src_colorimetry;
  const SavantColorimetry *d = &draft->key->dst_colorimetry;

  if (draft->src->family == SV_FAMILY_GRAY)
    return true;
  return s->range == d->range
      && (draft->src->family == SV_FAMILY_RGB || s->matrix == d->matrix);
}

/* Whether the chroma samples of an axis meet. A cosited one whose luma sample
 * is outside the rectangle has moved to its edge. */
static bool
chroma_meets (int sub, int src_start, int dst_start, bool src_cosited,
    bool dst_cosited)
{
  if (sub == 1)
    return true;
  return (src_start - dst_start) % sub == 0 && src_cosited == dst_cosited
      && (!src_cosited || src_start % sub == 0);
}

/* Equal pictures as a whole are copied, wherever their chroma sits; parts of
 * them where all samples meet. */
static bool
is_copy (const Draft *draft)
{
  const SvPlanKey *key = draft->key;
  const SavantRect *s = &key->src_rect, *d = &key->dst_rect;
  unsigned from = key->src_colorimetry.siting, to = key->dst_colorimetry.siting;

  if (draft->src != draft->dst || key->flip != SAVANT_FLIP_NONE || s->w != d->w
      || s->h != d->h || !same_colors (draft))
    return false;
  if (s->w == key->src_width && s->h == key->src_height
      && d->w == key->dst_width && d->h == key->dst_height)
    return true;
  return chroma_meets (draft->src->sub_x, s->x, d->x,
             from & SAVANT_SITING_H_COSITED, to & SAVANT_SITING_H_COSITED)
      && chroma_meets (draft->src->sub_y, s->y, d->y,
          from & SAVANT_SITING_V_COSITED, to & SAVANT_SITING_V_COSITED);
}

/* Samples one after the other, as they are. */
static bool
straight_axis (SvAxis *axis, int src_start, int dst_start, int length, int sub)
{
  int n = sv_axis_n_samples (dst_start, length, sub);

  *axis = (SvAxis){ .n = n, .taps = 1 };
  axis->first = malloc ((size_t) n * sizeof *axis->first);
  axis->weights = malloc ((size_t) n * sizeof *axis->weights);
  if (axis->first == NULL || axis->weights == NULL)
    return false;
  for (int i = 0; i < n; i++) {
    axis->first[i] = src_start / sub + i;
    axis->weights[i] = 1.0f;
  }
  return true;
}

/* ---- Axes --------------------------------------------------------------- */

/* The table that is made next, for `axis` of the plan. */
static SvAxis *
next_table (Draft *draft, SvCuAxis *axis)
{
  draft->axes[draft->n_tables] = axis;
  return &draft->tables[draft->n_tables++];
}

static bool
make_copy_axes (Draft *draft)
{
  SvCuPlan *plan = &draft->plan;
  const SavantRect *s = &draft->key->src_rect, *d = &draft->key->dst_rect;

  plan->chroma_grid_x = plan->chroma_grid_y = SV_CU_CHROMA;
  for (int g = 0; g < (draft->src->family == SV_FAMILY_YUV ? 2 : 1); g++) {
    int sub_x = g == SV_CU_CHROMA ? draft->src->sub_x : 1;
    int sub_y = g == SV_CU_CHROMA ? draft->src->sub_y : 1;

    if (!straight_axis (next_table (draft, &plan->x[g][g]), s->x, d->x, d->w,
            sub_x)
        || !straight_axis (next_table (draft, &plan->y[g][g]), s->y, d->y, d->h,
            sub_y))
      return false;
  }
  return true;
}

/* Undoing the flip leaves, after the transposition, these mirrorings. */
static void
set_mirrors (SavantFlip flip, bool *x, bool *y)
{
  bool both =
      flip == SAVANT_FLIP_ROTATE_180 || flip == SAVANT_FLIP_INVERSE_TRANSPOSE;

  *x = both || flip == SAVANT_FLIP_X || flip == SAVANT_FLIP_ROTATE_90;
  *y = both || flip == SAVANT_FLIP_Y || flip == SAVANT_FLIP_ROTATE_270;
}

static bool
make_averages (Draft *draft)
{
  const SavantRect *d = &draft->key->dst_rect;
  unsigned siting = draft->key->dst_colorimetry.siting;
  SvCuPlan *plan = &draft->plan;
  bool finer_x = draft->dst->sub_x > draft->src_sub_x;
  bool finer_y = draft->dst->sub_y > draft->src_sub_y;

  plan->chroma_grid_x = finer_x ? SV_CU_LUMA : SV_CU_CHROMA;
  plan->chroma_grid_y = finer_y ? SV_CU_LUMA : SV_CU_CHROMA;
  return (!finer_x
             || sv_axis_init_average (next_table (draft, &plan->average_x),
                 d->x, d->w,
                 sv_sampling (draft->dst->sub_x,
                     siting & SAVANT_SITING_H_COSITED)))
      && (!finer_y
          || sv_axis_init_average (next_table (draft, &plan->average_y), d->y,
              d->h,
              sv_sampling (draft->dst->sub_y,
                  siting & SAVANT_SITING_V_COSITED)));
}

static bool
make_axes (Draft *draft)
{
  const SvPlanKey *key = draft->key;
  SvCuPlan *plan = &draft->plan;
  unsigned from = key->src_colorimetry.siting, to = key->dst_colorimetry.siting;
  bool cosited_x = from
      & (plan->transposed ? SAVANT_SITING_V_COSITED : SAVANT_SITING_H_COSITED);
  bool cosited_y = from
      & (plan->transposed ? SAVANT_SITING_H_COSITED : SAVANT_SITING_V_COSITED);
  int n_read = draft->src->family == SV_FAMILY_YUV ? SV_CU_N_GRIDS : 1;
  int n_wanted = draft->dst->family == SV_FAMILY_YUV ? SV_CU_N_GRIDS : 1;
  SvAxisParams x = { .interpolation = key->interpolation,
    .src_start = draft->src_rect.x,
    .src_length = draft->src_rect.w,
    .dst_start = key->dst_rect.x,
    .dst_length = key->dst_rect.w };
  SvAxisParams y = { .interpolation = key->interpolation,
    .src_start = draft->src_rect.y,
    .src_length = draft->src_rect.h,
    .dst_start = key->dst_rect.y,
    .dst_length = key->dst_rect.h };

  set_mirrors (key->flip, &x.mirror, &y.mirror);
  for (int l = 0; l < n_read; l++) {
    bool chroma = l == SV_CU_CHROMA;

    x.src = sv_sampling (chroma ? draft->src_sub_x : 1, cosited_x);
    y.src = sv_sampling (chroma ? draft->src_sub_y : 1, cosited_y);
    for (int g = 0; g < n_wanted; g++) {
      bool on_chroma = g == SV_CU_CHROMA;

      x.dst = sv_sampling (on_chroma ? draft->dst->sub_x : 1,
          to & SAVANT_SITING_H_COSITED);
      y.dst = sv_sampling (on_chroma ? draft->dst->sub_y : 1,
          to & SAVANT_SITING_V_COSITED);
      if (!sv_axis_init (next_table (draft, &plan->x[l][g]), &x)
          || !sv_axis_init (next_table (draft, &plan->y[l][g]), &y))
        return false;
    }
  }
  return n_wanted == 1 || make_averages (draft);
}

/* ---- Source and destination --------------------------------------------- */

/* Components with a share in rows [from, to) of the matrix. */
static uint32_t
needed (const SvColorMatrix *matrix, int n_components, int from, int to)
{
  uint32_t need = 0;

  for (int r = from; r < to; r++)
    for (int c = 0; c < 3 && c < n_components; c++)
      if (matrix->m[r][c] != 0.0)
        need |= 1u << c;
  return need;
}

static void
set_source (Draft *draft)
{
  const SvFormatInfo *info = draft->src;
  SvCuPlan *plan = &draft->plan;

  plan->transposed = sv_flip_is_transposed (draft->key->flip);
  draft->src_rect = draft->key->src_rect;
  draft->src_sub_x = info->sub_x;
  draft->src_sub_y = info->sub_y;
  if (plan->transposed) {
    const SavantRect *r = &draft->key->src_rect;

    draft->src_rect = (SavantRect){ r->y, r->x, r->h, r->w };
    draft->src_sub_x = info->sub_y;
    draft->src_sub_y = info->sub_x;
  }
  for (int c = 0; c < info->n_components; c++) {
    plan->src_plane[c] = info->comp[c].plane;
    plan->src_offset[c] = info->comp[c].offset;
    plan->src_step[c] = info->comp[c].step;
  }
  plan->src_bytes = info->bits > 8 ? 2 : 1;
  plan->src_shift = info->shift;
  plan->src_chroma = info->family == SV_FAMILY_YUV ? 6 : 0;
  for (int chroma = 0; chroma < 2; chroma++) {
    bool limited = draft->key->src_colorimetry.range == SAVANT_RANGE_LIMITED;

    plan->level_scale[chroma] = limited ? 0.25f : (float) (255.0 / 1023.0);
    plan->level_offset[chroma] =
        chroma && !limited ? (float) (128.0 - 512.0 * 255.0 / 1023.0) : 0.0f;
  }
  plan->source = SV_CU_SOURCE_BYTES;
  if (info->family == SV_FAMILY_YUV && info->n_planes == 2 && info->bits == 8)
    plan->source = SV_CU_SOURCE_PAIR;
  else if (info->family == SV_FAMILY_RGB && info->comp[0].step == 4)
    plan->source = SV_CU_SOURCE_WORD;
}

static void
set_fourth (Draft *draft, bool copy)
{
  SvCuPlan *plan = &draft->plan;
  const SvFormatInfo *src = draft->src, *dst = draft->dst;
  bool from_alpha = sv_format_has_alpha (dst) && sv_format_has_alpha (src);
  /* A copy keeps the bytes that mean nothing, too. */
  bool from_filler = copy && dst->filler >= 0;

  plan->dst_offset[3] = dst->filler >= 0 ? dst->filler : dst->comp[3].offset;
  plan->fourth_from_source = from_alpha || from_filler;
  if (from_filler) {
    plan->src_offset[3] = src->filler;
    plan->src_step[3] = 4;
  }
  if (plan->fourth_from_source)
    plan->need_luma |= 8;
}

static void
set_target (Draft *draft, bool copy)
{
  const SavantRect *d = &draft->key->dst_rect;
  const SvFormatInfo *info = draft->dst;
  SvCuPlan *plan = &draft->plan;

  for (int c = 0; c < info->n_components; c++) {
    plan->dst_plane[c] = info->comp[c].plane;
    plan->dst_offset[c] = info->comp[c].offset;
    plan->dst_step[c] = info->comp[c].step;
  }
  plan->width = draft->key->dst_width;
  plan->height = draft->key->dst_height;
  plan->x0 = d->x;
  plan->y0 = d->y;
  plan->x1 = d->x + d->w;
  plan->y1 = d->y + d->h;
  if (info->family == SV_FAMILY_GRAY) {
    plan->target = SV_CU_TARGET_GRAY;
  } else if (info->family == SV_FAMILY_RGB) {
    bool four = info->comp[0].step == 4;

    plan->target = four ? SV_CU_TARGET_PACKED4 : SV_CU_TARGET_PACKED3;
    plan->dst_offset[3] = 3;
    if (four)
      set_fourth (draft, copy);
  } else {
    plan->target =
        info->n_planes == 1 ? SV_CU_TARGET_UYVY : SV_CU_TARGET_PLANES;
    plan->chroma_x0 = sv_axis_first_sample (d->x, info->sub_x);
    plan->chroma_y0 = sv_axis_first_sample (d->y, info->sub_y);
    plan->chroma_x1 =
        plan->chroma_x0 + sv_axis_n_samples (d->x, d->w, info->sub_x);
    plan->chroma_y1 =
        plan->chroma_y0 + sv_axis_n_samples (d->y, d->h, info->sub_y);
  }
}

/* Pairs of bytes of neighbours: both components of chroma, or of two pixels
 * components 0 and 1, then 2 and 3. */
static void
set_pairs (SvCuPlan *plan)
{
  if (plan->source != SV_CU_SOURCE_WORD) {
    plan->src_pairs[0] = plan->src_offset[1] ? 0x2031 : 0x3120;
    return;
  }
  for (int h = 0; h < 2; h++) {
    uint32_t a = plan->src_order >> 8 * h & 15;
    uint32_t b = plan->src_order >> (8 * h + 4) & 15;

    plan->src_pairs[h] = a | (a + 4) << 4 | b << 8 | (b + 4) << 12;
  }
}

/* Which byte of a loaded word becomes component 0, 1, 2, 3, and which component
 * byte 0, 1, 2, 3 of a stored one. */
static void
set_orders (Draft *draft)
{
  SvCuPlan *plan = &draft->plan;
  uint32_t order = 0;

  for (int c = 0; c < 4; c++)
    order |= (uint32_t) (plan->src_offset[c] & 3) << 4 * c;
  plan->src_order = order;
  order = 0;
  for (int c = 0; c < 4; c++)
    order |= (uint32_t) c << 4 * (plan->dst_offset[c] & 3);
  plan->dst_order = order;
  set_pairs (plan);
}

static void
set_colors (Draft *draft)
{
  const SvPlanKey *key = draft->key;
  SvCuPlan *plan = &draft->plan;
  SvColorMatrix matrix;
  bool rgb = draft->dst->family == SV_FAMILY_RGB;

  sv_color_convert_rgb (key->pad_color, draft->dst, &key->dst_colorimetry,
      plan->pad);
  sv_color_matrix (draft->src, &key->src_colorimetry, draft->dst,
      &key->dst_colorimetry, &matrix);
  plan->identity = matrix.identity;
  for (int r = 0; r < 3; r++)
    for (int c = 0; c < 4; c++)
      plan->m[r][c] = (float) matrix.m[r][c];
  plan->need_luma = needed (&matrix, draft->src->n_components, 0, rgb ? 3 : 1);
  if (draft->dst->family == SV_FAMILY_YUV)
    plan->need_chroma = needed (&matrix, draft->src->n_components, 1, 3);
}

/* ---- Block -------------------------------------------------------------- */

/* Drops last taps that no sample needs. */
static void
trim (SvAxis *axis)
{
  while (axis->taps > 1) {
    const float *last = axis->weights + (size_t) (axis->taps - 1) * axis->n;

    for (int i = 0; i < axis->n; i++)
      if (last[i] > 1e-7f || last[i] < -1e-7f)
        return;
    axis->taps--;
  }
}

static void
count_taps (SvCuPlan *plan, const SvCuAxis *axis, int taps)
{
  bool luma = (axis >= plan->x[SV_CU_LUMA] && axis < plan->x[SV_CU_CHROMA])
      || (axis >= plan->y[SV_CU_LUMA] && axis < plan->y[SV_CU_CHROMA]);

  if (axis == &plan->average_x || axis == &plan->average_y)
    return;
  if (taps > 2)
    plan->two_taps = false;
  if (taps > 1 && luma)
    plan->single_luma = false;
  if (taps > 1 && !luma)
    plan->single_chroma = false;
}

/* The table of an axis of the plan, NULL where there is none. */
static SvAxis *
table_of (Draft *draft, const SvCuAxis *axis)
{
  for (int i = 0; i < draft->n_tables; i++)
    if (draft->axes[i] == axis)
      return &draft->tables[i];
  return NULL;
}

/* Whether the axis along rows from [what is read] to [where] has a use. */
static bool
is_used (const Draft *draft, int read, int where)
{
  const SvCuPlan *plan = &draft->plan;
  uint32_t part = read == SV_CU_CHROMA ? 6 : 1;

  if (draft->src->family != SV_FAMILY_YUV)
    part = 15;
  if (where == SV_CU_CHROMA)
    return plan->chroma_grid_x == SV_CU_CHROMA && (plan->need_chroma & part);
  return draft->dst->family == SV_FAMILY_RGB || (plan->need_luma & part)
      || (plan->chroma_grid_x == SV_CU_LUMA && (plan->need_chroma & part));
}

/* Places the rows' tables from `words` on; returns their end. */
static size_t
place_rows (Draft *draft, size_t words)
{
  SvAxis *x[SV_CU_N_GRIDS][SV_CU_N_GRIDS];
  SvCuPlan *plan = &draft->plan;

  for (int l = 0; l < SV_CU_N_GRIDS; l++)
    for (int g = 0; g < SV_CU_N_GRIDS; g++)
      x[l][g] = is_used (draft, l, g) ? table_of (draft, &plan->x[l][g]) : NULL;
  plan->words = sv_cu_interpolation_is_wide (draft->key->interpolation)
      ? sv_cu_words_choose (plan, x, draft->key->src_width)
      : SV_CU_WORDS_NONE;
  if (plan->words == SV_CU_WORDS_NONE)
    return words;
  for (int l = 0; l < SV_CU_N_GRIDS; l++)
    for (int g = 0; g < SV_CU_N_GRIDS; g++) {
      SvCuRow *row = &plan->row[l][g];

      if (x[l][g] == NULL)
        continue;
      row->n = x[l][g]->n;
      row->first = (int32_t) words;
      words += (size_t) row->n;
      row->weights = (int32_t) words;
      words += (size_t) row->n * (size_t) sv_cu_row_weights (plan, l);
    }
  return words;
}

static void
fill_rows (Draft *draft, SvCuPlan *plan)
{
  for (int l = 0; l < SV_CU_N_GRIDS; l++)
    for (int g = 0; g < SV_CU_N_GRIDS; g++) {
      const SvAxis *axis = table_of (draft, &draft->plan.x[l][g]);

      if (plan->row[l][g].n > 0)
        sv_cu_row_pack (plan, l, axis, draft->key->src_width,
            (int32_t *) plan + plan->row[l][g].first,
            (uint32_t *) plan + plan->row[l][g].weights);
    }
}

static SvCuPlan *
pack (Draft *draft, size_t *size)
{
  size_t words = (sizeof (SvCuPlan) + 3) / 4;
  SvCuPlan *plan;

  /* Two taps of these may still have weights outside 0..1. */
  draft->plan.two_taps = draft->key->interpolation != SAVANT_INTERPOLATION_CUBIC
      && draft->key->interpolation != SAVANT_INTERPOLATION_LANCZOS;
  draft->plan.single_luma = draft->plan.single_chroma = true;
  for (int i = 0; i < draft->n_tables; i++) {
    SvAxis *table = &draft->tables[i];
    SvCuAxis *axis = draft->axes[i];

    trim (table);
    axis->n = table->n;
    axis->taps = table->taps;
    axis->first = (int32_t) words;
    words += (size_t) table->n;
    axis->weights = (int32_t) words;
    words += (size_t) table->n * (size_t) table->taps;
    count_taps (&draft->plan, axis, table->taps);
  }
  words = place_rows (draft, words);
  *size = words * 4;
  plan = malloc (*size);
  if (plan == NULL)
    return NULL;
  *plan = draft->plan;
  for (int i = 0; i < draft->n_tables; i++) {
    const SvAxis *table = &draft->tables[i];
    const SvCuAxis *axis = draft->axes[i];

    memcpy ((int32_t *) plan + axis->first, table->first,
        (size_t) table->n * 4);
    memcpy ((float *) plan + axis->weights, table->weights,
        (size_t) table->n * (size_t) table->taps * 4);
  }
  fill_rows (draft, plan);
  return plan;
}

SvCuPlan *
sv_cu_plan_new (const SvCuPlanKey *plan_key, size_t *size)
{
  const SvPlanKey *key = &plan_key->job;
  Draft draft = { .key = key,
    .src = sv_format_info (key->src_format),
    .dst = sv_format_info (key->dst_format) };
  bool bars_only = key->dst_rect.w < 1 || key->dst_rect.h < 1;
  bool copy = !bars_only && is_copy (&draft);
  SvCuPlan *plan = NULL;

  memcpy (draft.plan.src_pitch, plan_key->src_pitch,
      sizeof draft.plan.src_pitch);
  memcpy (draft.plan.dst_pitch, plan_key->dst_pitch,
      sizeof draft.plan.dst_pitch);
  set_source (&draft);
  set_colors (&draft);
  set_target (&draft, copy);
  set_orders (&draft);
  if (bars_only || (copy ? make_copy_axes (&draft) : make_axes (&draft)))
    plan = pack (&draft, size);
  for (int i = 0; i < draft.n_tables; i++)
    sv_axis_clear (&draft.tables[i]);
  return plan;
}
