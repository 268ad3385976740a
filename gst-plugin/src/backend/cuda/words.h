/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SV_CUDA_WORDS_H
#define SV_CUDA_WORDS_H

/* Filters along rows in words of the source and fixed point (SvCuRow). */

#include <stdbool.h>
#include <stdint.h>

#include "../host/filter.h"
#include "kernels/params.h"

/* How many words an SV_CU_WORDS_... reads of luma (or pixels) and chroma. */
int sv_cu_words_of (int words, int grid);

/* The smallest kind for samples of plan->source whose axes, [what is read]
 * [where], are these; NULL where there is none. SV_CU_WORDS_NONE if no kind
 * is large enough. `width` is the source's, in luma samples. */
int sv_cu_words_choose (const SvCuPlan *plan,
    SvAxis *const x[SV_CU_N_GRIDS][SV_CU_N_GRIDS], int width);

/* Entries of a row's table of weights. */
int sv_cu_row_weights (const SvCuPlan *plan, int grid);

/* Fills the tables of one row: first[n] and weights[...][n]. */
void sv_cu_row_pack (const SvCuPlan *plan, int grid, const SvAxis *axis,
    int width, int32_t *first, uint32_t *weights);

#endif
