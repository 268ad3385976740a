/* SPDX-License-Identifier: Apache-2.0 */
#include "plankey.h"

#include <string.h>

/* Member by member: what lies between them in memory stays zero. */
static void
set_colorimetry (SavantColorimetry *to, const SavantColorimetry *from)
{
  to->matrix = from->matrix;
  to->range = from->range;
  to->siting = from->siting;
}

void
sv_plan_key (SvPlanKey *key, const SavantTransformConfig *config,
    const SavantTransformJob *job)
{
  memset (key, 0, sizeof *key);
  key->src_format = job->src.format;
  set_colorimetry (&key->src_colorimetry, &job->src.colorimetry);
  key->src_width = job->src.width;
  key->src_height = job->src.height;
  key->src_rect = job->src_rect;
  key->dst_format = job->dst.format;
  set_colorimetry (&key->dst_colorimetry, &job->dst.colorimetry);
  key->dst_width = job->dst.width;
  key->dst_height = job->dst.height;
  key->dst_rect = job->dst_rect;
  key->interpolation = config->interpolation;
  key->flip = config->flip;
  key->pad_color = config->pad_color;
}
