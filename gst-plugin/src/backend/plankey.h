/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SV_PLAN_KEY_H
#define SV_PLAN_KEY_H

#include <savant/transform.h>

/* All of a job that does not depend on addresses: what identifies the plan
 * that a backend keeps for it. Compared as bytes, so always made by
 * sv_plan_key(). */
typedef struct SvPlanKey
{
  SavantFormat src_format;
  SavantColorimetry src_colorimetry;
  int src_width;
  int src_height;
  SavantRect src_rect;
  SavantFormat dst_format;
  SavantColorimetry dst_colorimetry;
  int dst_width;
  int dst_height;
  SavantRect dst_rect;
  SavantInterpolation interpolation;
  SavantFlip flip;
  uint32_t pad_color;
} SvPlanKey;

void sv_plan_key (SvPlanKey *key, const SavantTransformConfig *config,
    const SavantTransformJob *job);

#endif
