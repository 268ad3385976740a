/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SV_CUDA_PLAN_H
#define SV_CUDA_PLAN_H

/* Works out everything of a job that does not depend on addresses. */

#include <stdbool.h>

#include <savant/transform.h>

#include "kernels/params.h"

/* What identifies a plan; compared as bytes, so always zero-filled first. */
typedef struct SvCuPlanKey
{
  SavantFormat src_format;
  SavantColorimetry src_color;
  int src_width;
  int src_height;
  SavantRect src_rect;
  SavantFormat dst_format;
  SavantColorimetry dst_color;
  int dst_width;
  int dst_height;
  SavantRect dst_rect;
  SavantInterpolation interpolation;
  SavantFlip flip;
  uint32_t pad_color;
} SvCuPlanKey;

void sv_cu_plan_key (SvCuPlanKey *key, const SavantTransformConfig *config,
    const SavantTransformJob *job);

/* Whether a filter's plans are for the kernel of wide filters. */
bool sv_cu_interpolation_is_wide (SavantInterpolation interpolation);

/* A plan and its tables in one block of *size bytes, for the GPU to have a
 * copy of; free() it. NULL without memory. A destination rectangle without
 * pixels leaves a plan of bars alone. */
SvCuPlan *sv_cu_plan_new (const SvCuPlanKey *key, size_t *size);

#endif
