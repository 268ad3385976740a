/* SPDX-License-Identifier: Apache-2.0 */
#include "columns.h"

#include <math.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK 16
#define MAX_LOADS 8
#define ROUND 128
#define ALIKE 8 /* blocks */

/* A weight this near to 0 or 1 cannot move a result by a rounding step. */
#define NO_WEIGHT 1e-6f

static void
block_range (const int32_t *at, int32_t *lo, int32_t *hi)
{
  *lo = INT32_MAX;
  *hi = -1;
  for (int i = 0; i < BLOCK; i++) {
    if (at[i] < 0)
      continue;
    *lo = at[i] < *lo ? at[i] : *lo;
    *hi = at[i] > *hi ? at[i] : *hi;
  }
}

static bool
alike (const SvShuffle *s, int a, int b)
{
  int n_blocks = s->n / BLOCK;

  for (int t = 0; t < s->loads; t++)
    if (memcmp (s->masks + (t * n_blocks + a) * BLOCK,
            s->masks + (t * n_blocks + b) * BLOCK, BLOCK)
        != 0)
      return false;
  return s->base[b] == s->base[a] + (b - a) * s->stride;
}

/* Ratios of small numbers repeat themselves from block to block. */
static void
find_alike (SvShuffle *s)
{
  int n_blocks = s->n / BLOCK, middle = n_blocks / 2;
  int from = middle, to = middle;

  s->stride = s->base[middle] - s->base[middle - 1];
  while (from > 0 && alike (s, middle, from - 1))
    from--;
  while (to < n_blocks && alike (s, middle, to))
    to++;
  s->from = (from + ALIKE - 1) / ALIKE * ALIKE;
  s->to = to / ALIKE * ALIKE;
  if (s->to <= s->from)
    s->from = s->to = 0;
}

static void
find_words (SvShuffle *s, int n)
{
  int step = n < 8 ? 0 : s->at[4] - s->at[0];

  if (step != 8 && step != 12 && step != 16)
    return;
  for (int i = 0; i < n; i++)
    if (s->at[i] != s->at[0] + i / 4 * step + i % 4)
      return;
  s->words = step / 4;
}

static bool
init_blocks (SvShuffle *s)
{
  int n_blocks = s->n / BLOCK;
  int32_t begin = INT32_MAX, end = 0;
  int loads = 1;

  for (int k = 0; k < n_blocks; k++) {
    int32_t lo, hi;

    block_range (s->at + k * BLOCK, &lo, &hi);
    if (hi < 0)
      continue;
    int need = (hi - lo) / BLOCK + 1;
    loads = need > loads ? need : loads;
    begin = lo < begin ? lo : begin;
    end = hi + 1 > end ? hi + 1 : end;
  }
  if (loads > MAX_LOADS || end - begin < loads * BLOCK)
    return true;
  s->base = malloc (sizeof *s->base * (size_t) n_blocks);
  s->masks = malloc ((size_t) s->n * (size_t) loads);
  if (s->base == NULL || s->masks == NULL)
    return false;
  s->loads = loads;
  memset (s->masks, 0x80, (size_t) s->n * (size_t) loads);
  for (int k = 0; k < n_blocks; k++) {
    const int32_t *at = s->at + k * BLOCK;
    int32_t lo, hi;

    block_range (at, &lo, &hi);
    s->base[k] = hi < 0 || lo > end - loads * BLOCK ? end - loads * BLOCK : lo;
    for (int i = 0; i < BLOCK; i++) {
      if (at[i] < 0)
        continue;
      int offset = at[i] - s->base[k];
      s->masks[(offset / BLOCK * n_blocks + k) * BLOCK + i] =
          (uint8_t) (offset % BLOCK);
    }
  }
  find_alike (s);
  return true;
}

static bool
init_shuffle (SvShuffle *s, int n)
{
  *s = (SvShuffle){ .n = (n + ROUND - 1) / ROUND * ROUND };
  s->at = malloc (sizeof *s->at * (size_t) s->n);
  return s->at != NULL;
}

bool
sv_shuffle_init (SvShuffle *shuffle, const SvLane *lanes, int n)
{
  bool ok = init_shuffle (shuffle, n);

  for (int i = 0; ok && i < shuffle->n; i++)
    shuffle->at[i] = lanes[i < n ? i : n - 1].a;
  if (ok)
    find_words (shuffle, n);
  ok = ok && init_blocks (shuffle);
  if (!ok)
    sv_shuffle_clear (shuffle);
  return ok;
}

void
sv_shuffle_clear (SvShuffle *shuffle)
{
  free (shuffle->at);
  free (shuffle->base);
  free (shuffle->masks);
  *shuffle = (SvShuffle){ 0 };
}

/* Weights of seven bits are what vectors multiply fastest; a lane that needs
 * only one of its bytes reads that one twice, since 128 is too much for them.
 */
static void
set_lane (SvColumns *c, int i, const SvLane *lane)
{
  int32_t *at = c->pairs.at + 2 * (ptrdiff_t) i;
  double weight = lane->weight;
  long q = lround (weight * 128.0);
  long rest;

  at[0] = lane->a;
  at[1] = lane->b;
  c->weights[2 * i] = c->weights[2 * i + 1] = 64;
  c->rest[i] = 0;
  if (lane->weight < NO_WEIGHT) {
    at[1] = lane->a;
    return;
  }
  if (lane->weight > 1.0f - NO_WEIGHT) {
    at[0] = lane->b;
    return;
  }
  q = q < 1 ? 1 : q > 127 ? 127 : q;
  rest = lround ((weight * 128.0 - (double) q) * 32768.0);
  rest = rest < -32767 ? -32767 : rest > 32767 ? 32767 : rest;
  c->weights[2 * i] = (int8_t) (128 - q);
  c->weights[2 * i + 1] = (int8_t) q;
  c->rest[i] = (int16_t) rest;
  c->exact = c->exact && rest == 0;
}

/* Where weights differ, blocks are not alike. */
static void
compare_weights (SvColumns *c)
{
  SvShuffle *s = &c->pairs;

  for (int k = s->from + 1; k < s->to; k++) {
    if (memcmp (c->weights + k * BLOCK, c->weights + s->from * BLOCK, BLOCK)
            != 0
        || memcmp (c->rest + k * BLOCK / 2, c->rest + s->from * BLOCK / 2,
               BLOCK)
            != 0) {
      s->to = k / ALIKE * ALIKE;
      break;
    }
  }
  if (s->to <= s->from)
    s->from = s->to = 0;
}

static bool
is_word_pair (const SvWordPairs *words, const int32_t *at)
{
  for (int i = 0; i < 8; i++)
    if (at[i] / 4 != at[i % 2] / 4 || at[i] % 4 != words->order[i] % 4)
      return false;
  return true;
}

/* One half of a vector, of n pairs; false where a load cannot have them. */
static bool
init_half (const SvColumns *c, const int32_t *at, int n, int32_t end,
    int32_t *base, int32_t *index)
{
  int32_t low = INT32_MAX, size = 16 * n;

  for (int i = 0; i < n; i++) {
    if (!is_word_pair (&c->words, at + 8 * i))
      return false;
    low = at[8 * i] / 4 < low ? at[8 * i] / 4 : low;
    low = at[8 * i + 1] / 4 < low ? at[8 * i + 1] / 4 : low;
  }
  *base = 4 * low > end - size ? end - size : 4 * low;
  for (int i = 0; i < 2 * n; i++) {
    index[i] = at[i / 2 * 8 + i % 2] / 4 - *base / 4;
    if (index[i] >= size / 4)
      return false;
  }
  return true;
}

bool
sv_columns_find_words (SvColumns *columns, int blocks)
{
  const int32_t *at = columns->pairs.at;
  SvWordPairs *words = &columns->words;
  int n_halves = columns->pairs.n / (8 * blocks);
  int32_t begin = INT32_MAX, end = 0;
  bool fits = blocks > 1;

  for (int i = 0; i < columns->pairs.n; i++) {
    begin = at[i] < begin ? at[i] : begin;
    end = at[i] / 4 * 4 + 4 > end ? at[i] / 4 * 4 + 4 : end;
  }
  fits = fits && end - begin / 4 * 4 >= 16 * blocks;
  for (int i = 0; i < 16; i++)
    words->order[i] = (uint8_t) (i / 8 * 8 + i % 2 * 4 + at[i % 8] % 4);
  if (!fits)
    return true;
  words->base = malloc (sizeof *words->base * (size_t) n_halves);
  words->index =
      malloc (sizeof *words->index * (size_t) (n_halves * 2 * blocks));
  if (words->base == NULL || words->index == NULL)
    return false;
  for (int h = 0; fits && h < n_halves; h++)
    fits = init_half (columns, at + h * 8 * blocks, blocks, end,
        &words->base[h], words->index + h * 2 * blocks);
  if (!fits) {
    free (words->base);
    free (words->index);
    words->base = words->index = NULL;
  }
  return true;
}

bool
sv_columns_init (SvColumns *columns, const SvLane *lanes, int n)
{
  int last = n < 4 ? 1 : 4; /* a pixel's, it may be */
  bool ok;

  *columns = (SvColumns){ .exact = true };
  ok = init_shuffle (&columns->pairs, 2 * n);
  if (ok) {
    size_t n_lanes = (size_t) columns->pairs.n / 2;

    columns->weights = malloc (2 * n_lanes);
    columns->rest = malloc (sizeof *columns->rest * n_lanes);
    ok = columns->weights != NULL && columns->rest != NULL;
  }
  for (int i = 0; ok && i < columns->pairs.n / 2; i++)
    set_lane (columns, i, &lanes[i < n ? i : n - last + (i - n) % last]);
  ok = ok && init_blocks (&columns->pairs);
  if (ok)
    compare_weights (columns);
  if (!ok)
    sv_columns_clear (columns);
  return ok;
}

void
sv_columns_clear (SvColumns *columns)
{
  sv_shuffle_clear (&columns->pairs);
  free (columns->weights);
  free (columns->rest);
  free (columns->words.base);
  free (columns->words.index);
  *columns = (SvColumns){ 0 };
}
