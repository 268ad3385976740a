/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SV_HOST_FIR_H
#define SV_HOST_FIR_H

#include "plan.h"

/* Tables of the engine for filters of more than two taps. */

typedef struct SvFirRows
{
  int taps;
  int16_t *weights; /* Q14, those of a row behind each other */
} SvFirRows;

typedef struct SvFirTable
{
  bool matrix; /* YUV to RGB */
  SvGrid chroma_grid;
  SvFir x[SV_N_LATTICES];
  SvFirRows y[SV_N_LATTICES];
} SvFirTable;

/* Fills in `pairs` of columns whose other fields are there. False without
 * memory. */
bool sv_fir_find_pairs (SvFir *fir);
void sv_fir_clear_columns (SvFir *fir);

/* Fills plan->fir where this engine can do the job. False without memory. */
bool sv_fir_init (SvPlan *plan);
void sv_fir_clear (SvPlan *plan);
bool sv_fir_run (const SvPlan *plan, const SvSource *source,
    const SavantImage *dst, SvScratch *scratch, int from, int to);

#endif
