/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SV_CUDA_PLAN_H
#define SV_CUDA_PLAN_H

/* Works out everything of a job that does not depend on addresses. */

#include <stdbool.h>

#include "../plankey.h"
#include "kernels/params.h"

/* What identifies a plan; compared as bytes, so always zero-filled first. */
typedef struct SvCuPlanKey
{
  SvPlanKey job;
  int32_t src_pitch[3]; /* bytes; zeroes where the source is not read */
  int32_t dst_pitch[3];
} SvCuPlanKey;

/* Whether a filter's plans are for the kernel of wide filters. */
bool sv_cu_interpolation_is_wide (SavantInterpolation interpolation);

/* A plan and its tables in one block of *size bytes, for the GPU to have a
 * copy of; free() it. NULL without memory. A destination rectangle without
 * pixels leaves a plan of bars alone. */
SvCuPlan *sv_cu_plan_new (const SvCuPlanKey *key, size_t *size);

#endif
