/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SV_HOST_COLUMNS_H
#define SV_HOST_COLUMNS_H

/* Makes the tables by which kernels fetch and filter samples of a row. */

#include "kernels.h"

/* One lane of a row: byte a, or what lies `weight` of the way to byte b. */
typedef struct SvLane
{
  int32_t a; /* byte offset in the row; -1 = none */
  int32_t b;
  float weight;
} SvLane;

/* Bytes at `a` of n lanes. False without memory; the shuffle is then empty. */
bool sv_shuffle_init (SvShuffle *shuffle, const SvLane *lanes, int n);
void sv_shuffle_clear (SvShuffle *shuffle);

bool sv_columns_init (SvColumns *columns, const SvLane *lanes, int n);
/* Fills in `words` for vectors of so many blocks of 16 bytes, if its pairs are
 * those of pixels of four bytes. False without memory. */
bool sv_columns_find_words (SvColumns *columns, int blocks);
void sv_columns_clear (SvColumns *columns);

#endif
