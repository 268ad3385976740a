/* SPDX-License-Identifier: Apache-2.0 */
#include "words.h"

#include <math.h>
#include <string.h>

/* The most taps that any kind takes: 3 words of bytes. */
#define MAX_TAPS 12

static const int8_t n_words[][SV_CU_N_GRIDS] = {
  [SV_CU_WORDS_NONE] = { 0, 0 },
  [SV_CU_WORDS_2_2] = { 2, 2 },
  [SV_CU_WORDS_2_3] = { 2, 3 },
  [SV_CU_WORDS_3_4] = { 3, 4 },
  [SV_CU_WORDS_4] = { 4, 4 },
  [SV_CU_WORDS_6] = { 6, 6 },
};

int
sv_cu_words_of (int words, int grid)
{
  return n_words[words][grid];
}

/* Bytes from one sample of a row to the next. */
static int
step_of (const SvCuPlan *plan, int grid)
{
  if (plan->source == SV_CU_SOURCE_WORD)
    return 4;
  return grid == SV_CU_CHROMA ? 2 : 1;
}

/* Of a row of samples; a multiple of 4. */
static int
row_bytes (const SvCuPlan *plan, int width)
{
  return plan->source == SV_CU_SOURCE_WORD ? 4 * width : width;
}

/* The weights of a sample in fixed point, with their sum exact. */
static void
quantise (const SvAxis *axis, int i, int fixed[MAX_TAPS])
{
  int sum = 0, largest = 0;

  for (int t = 0; t < axis->taps; t++) {
    fixed[t] = (int) lrintf (axis->weights[t * axis->n + i] * SV_CU_ONE);
    sum += fixed[t];
    if (fixed[t] > fixed[largest])
      largest = t;
  }
  fixed[largest] += SV_CU_ONE - sum;
}

/* The first word that a sample reads, and how many: in words. */
static int
span_of (const SvAxis *axis, int i, int step, int *n)
{
  int fixed[MAX_TAPS] = { 0 }, from = 0, to = axis->taps;

  quantise (axis, i, fixed);
  while (from < to - 1 && fixed[from] == 0)
    from++;
  while (to > from + 1 && fixed[to - 1] == 0)
    to--;
  from = (axis->first[i] + from) * step / 4;
  *n = ((axis->first[i] + to) * step + 3) / 4 - from;
  return from;
}

static int
words_needed (const SvAxis *axis, int step)
{
  int most = 0, n;

  for (int i = 0; i < axis->n; i++) {
    span_of (axis, i, step, &n);
    if (n > most)
      most = n;
  }
  return most;
}

int
sv_cu_words_choose (const SvCuPlan *plan,
    SvAxis *const x[SV_CU_N_GRIDS][SV_CU_N_GRIDS], int width)
{
  bool pixels = plan->source == SV_CU_SOURCE_WORD;
  int need[SV_CU_N_GRIDS] = { 0, 0 };
  int bytes = row_bytes (plan, width);

  if (plan->transposed || plan->source == SV_CU_SOURCE_BYTES || bytes % 4 != 0)
    return SV_CU_WORDS_NONE;
  for (int l = 0; l < SV_CU_N_GRIDS; l++)
    for (int g = 0; g < SV_CU_N_GRIDS; g++) {
      int n;

      if (x[l][g] == NULL)
        continue;
      if (x[l][g]->taps > MAX_TAPS)
        return SV_CU_WORDS_NONE;
      n = words_needed (x[l][g], step_of (plan, l));
      if (n > need[l])
        need[l] = n;
    }
  for (int w = pixels ? SV_CU_WORDS_4 : SV_CU_WORDS_2_2;
       w <= (pixels ? SV_CU_WORDS_6 : SV_CU_WORDS_3_4); w++)
    if (n_words[w][0] >= need[0] && n_words[w][1] >= need[1]
        && (need[0] == 0 || 4 * n_words[w][0] <= bytes)
        && (need[1] == 0 || 4 * n_words[w][1] <= bytes))
      return w;
  return SV_CU_WORDS_NONE;
}

int
sv_cu_row_weights (const SvCuPlan *plan, int grid)
{
  int n = n_words[plan->words][grid];

  if (plan->source == SV_CU_SOURCE_WORD)
    return n / 2;
  return grid == SV_CU_CHROMA ? n : 2 * n;
}

void
sv_cu_row_pack (const SvCuPlan *plan, int grid, const SvAxis *axis, int width,
    int32_t *first, uint32_t *weights)
{
  int step = step_of (plan, grid);
  int last = row_bytes (plan, width) / 4 - n_words[plan->words][grid];

  memset (weights, 0,
      (size_t) sv_cu_row_weights (plan, grid) * (size_t) axis->n * 4);
  for (int i = 0; i < axis->n; i++) {
    int fixed[MAX_TAPS] = { 0 }, n, from = span_of (axis, i, step, &n);

    quantise (axis, i, fixed);
    /* Words behind the row's end are not read. */
    from = from < last ? from : last;
    first[i] = from * 4;
    for (int t = 0; t < axis->taps; t++) {
      int at = axis->first[i] + t - from * 4 / step;

      if (fixed[t] != 0)
        weights[at / 2 * axis->n + i] |= (uint32_t) (uint16_t) fixed[t]
            << 16 * (at % 2);
    }
  }
}
