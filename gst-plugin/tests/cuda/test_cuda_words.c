/* SPDX-License-Identifier: Apache-2.0 */
/* Rows' filters in words and fixed point against the axes that they stand for:
 * no GPU takes part. */
#include "backend/cuda/plan.h"
#include "backend/cuda/words.h"

#include <gst/check/gstcheck.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct Case
{
  SavantFormat src;
  SavantFormat dst;
  SavantInterpolation interpolation;
  int src_width;
  int dst_width;
  int crop_x; /* from here to the right edge */
  int words;  /* expected */
} Case;

#define CUBIC SAVANT_INTERPOLATION_CUBIC
#define SUPER SAVANT_INTERPOLATION_SUPER
#define LANCZOS SAVANT_INTERPOLATION_LANCZOS
#define NICEST SAVANT_INTERPOLATION_NICEST
#define NV12 SAVANT_FORMAT_NV12
#define NV21 SAVANT_FORMAT_NV21
#define RGBA SAVANT_FORMAT_RGBA
#define BGRX SAVANT_FORMAT_BGRx

static const Case cases[] = {
  { NV12, RGBA, SUPER, 1920, 640, 0, SV_CU_WORDS_2_2 },
  { NV12, RGBA, CUBIC, 1920, 640, 0, SV_CU_WORDS_2_3 },
  { NV12, RGBA, LANCZOS, 1920, 640, 0, SV_CU_WORDS_3_4 },
  { NV21, NV12, CUBIC, 1920, 333, 0, SV_CU_WORDS_2_3 },
  { NV12, RGBA, NICEST, 3840, 640, 0, SV_CU_WORDS_2_2 },
  { NV12, RGBA, CUBIC, 64, 640, 17, SV_CU_WORDS_2_3 },
  { NV12, RGBA, LANCZOS, 20, 9, 3, SV_CU_WORDS_3_4 },
  { RGBA, RGBA, CUBIC, 1920, 640, 0, SV_CU_WORDS_4 },
  { BGRX, NV12, SUPER, 1919, 640, 1, SV_CU_WORDS_4 },
  { RGBA, RGBA, LANCZOS, 7, 100, 0, SV_CU_WORDS_6 },
  { RGBA, NV12, SUPER, 640, 1280, 0, SV_CU_WORDS_4 },
  { NV12, SAVANT_FORMAT_GRAY8, LANCZOS, 12, 5, 0, SV_CU_WORDS_3_4 },
  /* Not where a filter is longer than any kind, a row narrower or of odd
   * bytes, or two taps are all that there is. */
  { NV12, RGBA, SUPER, 1920, 100, 0, SV_CU_WORDS_NONE },
  { NV12, RGBA, LANCZOS, 12, 5, 0, SV_CU_WORDS_NONE },
  { NV12, RGBA, CUBIC, 1918, 640, 0, SV_CU_WORDS_NONE },
  { RGBA, RGBA, LANCZOS, 5, 100, 0, SV_CU_WORDS_NONE },
  { NV12, RGBA, SAVANT_INTERPOLATION_BILINEAR, 1920, 640, 0, SV_CU_WORDS_NONE },
  { SAVANT_FORMAT_I420, RGBA, CUBIC, 1920, 640, 0, SV_CU_WORDS_NONE },
};

static SvCuPlan *
make_plan (const Case *c, SavantFlip flip)
{
  SvCuPlanKey plan_key;
  SvPlanKey *key = &plan_key.job;
  size_t size;
  SvCuPlan *plan;

  memset (&plan_key, 0, sizeof plan_key);
  key->src_format = c->src;
  key->dst_format = c->dst;
  key->src_width = c->src_width;
  key->src_height = 480;
  key->src_rect = (SavantRect){ c->crop_x, 0, c->src_width - c->crop_x, 480 };
  key->dst_width = c->dst_width + 8;
  key->dst_height = 240;
  key->dst_rect = (SavantRect){ 4, 0, c->dst_width, 240 };
  key->interpolation = c->interpolation;
  key->flip = flip;
  plan = sv_cu_plan_new (&plan_key, &size);
  fail_unless (plan != NULL && size > sizeof *plan);
  return plan;
}

/* The weight that a row's tables give to sample k for destination sample i. */
static int
weight_of (const SvCuPlan *plan, int grid, const SvCuRow *row, int i, int k)
{
  const int32_t *tables = (const int32_t *) plan;
  int step = plan->source == SV_CU_SOURCE_WORD ? 4 : grid ? 2 : 1;
  int at = k - tables[row->first + i] / step;
  uint32_t pair;

  if (at < 0 || at >= 2 * sv_cu_row_weights (plan, grid))
    return 0;
  pair = (uint32_t) tables[row->weights + at / 2 * row->n + i];
  return (int16_t) (pair >> 16 * (at % 2));
}

static void
check_row (const Case *c, const SvCuPlan *plan, int grid, const SvCuAxis *axis,
    const SvCuRow *row)
{
  const int32_t *tables = (const int32_t *) plan;
  bool pixels = plan->source == SV_CU_SOURCE_WORD;
  int bytes = pixels ? 4 * c->src_width : c->src_width;
  int n_words = sv_cu_words_of (plan->words, grid);
  int n_samples = pixels || grid == 0 ? c->src_width : (c->src_width + 1) / 2;

  fail_unless_equals_int (row->n, axis->n);
  for (int i = 0; i < row->n; i++) {
    int first = tables[row->first + i], sum = 0, spread = 0;

    fail_unless (first % 4 == 0 && first >= 0, "starts at byte %d", first);
    fail_unless (first + 4 * n_words <= bytes, "reads to byte %d of %d",
        first + 4 * n_words, bytes);
    for (int k = 0; k < n_samples; k++) {
      int tap = k - tables[axis->first + i];
      int got = weight_of (plan, grid, row, i, k);
      float exact = 0.0f;

      if (tap >= 0 && tap < axis->taps)
        memcpy (&exact, &tables[axis->weights + tap * axis->n + i], 4);
      sum += got;
      /* One tap takes what is left over of the others. */
      spread += fabs (got - exact * SV_CU_ONE) > 0.5 + 1e-3;
      if (fabs (got - exact * SV_CU_ONE) > 0.5 * axis->taps + 1e-3)
        fail ("sample %d of %d: %d for %f", k, i, got, exact * SV_CU_ONE);
    }
    fail_unless_equals_int (sum, SV_CU_ONE);
    fail_unless (spread <= 1, "%d taps are off", spread);
  }
}

GST_START_TEST (rows_are_the_axes)
{
  const Case *c = &cases[__i__];
  SvCuPlan *plan = make_plan (c, SAVANT_FLIP_NONE);
  int rows = 0;

  fail_unless_equals_int (plan->words, c->words);
  for (int l = 0; l < SV_CU_N_GRIDS && plan->words != SV_CU_WORDS_NONE; l++)
    for (int g = 0; g < SV_CU_N_GRIDS; g++)
      if (plan->row[l][g].n > 0) {
        check_row (c, plan, l, &plan->x[l][g], &plan->row[l][g]);
        rows++;
      }
  fail_unless (plan->words == SV_CU_WORDS_NONE || rows > 0);
  free (plan);
}
GST_END_TEST;

/* Mirrored rows are still rows; transposed ones are not. */
GST_START_TEST (flips)
{
  SvCuPlan *plan = make_plan (&cases[1], SAVANT_FLIP_X);

  fail_unless_equals_int (plan->words, SV_CU_WORDS_2_3);
  check_row (&cases[1], plan, 0, &plan->x[0][0], &plan->row[0][0]);
  check_row (&cases[1], plan, 1, &plan->x[1][0], &plan->row[1][0]);
  free (plan);
  plan = make_plan (&cases[1], SAVANT_FLIP_TRANSPOSE);
  fail_unless_equals_int (plan->words, SV_CU_WORDS_NONE);
  free (plan);
}
GST_END_TEST;

static Suite *
words_suite (void)
{
  Suite *suite = suite_create ("cuda_words");
  TCase *tc = tcase_create ("words");

  suite_add_tcase (suite, tc);
  tcase_add_loop_test (tc, rows_are_the_axes, 0, (int) G_N_ELEMENTS (cases));
  tcase_add_test (tc, flips);
  return suite;
}

GST_CHECK_MAIN (words);
