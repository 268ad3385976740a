/* SPDX-License-Identifier: Apache-2.0 */
#include <savant/savant.h>

#include "core/log.h"

int
savant_letterbox_rect (int padding, int pad_left, int pad_top, int pad_right,
    int pad_bottom, int flip, int par_n, int par_d, int src_w, int src_h,
    int dst_w, int dst_h, int32_t *rect)
{
  SavantTransformConfig config = SAVANT_TRANSFORM_CONFIG_DEFAULTS;
  SavantRect placed;
  int status;

  if (rect == NULL)
    return sv_fail (SAVANT_ERROR_INVALID_ARGUMENT,
        "savant_letterbox_rect: rect is NULL");
  config.padding = (SavantPadding) padding;
  config.pad_left = pad_left;
  config.pad_top = pad_top;
  config.pad_right = pad_right;
  config.pad_bottom = pad_bottom;
  config.flip = (SavantFlip) flip;
  config.par_n = par_n;
  config.par_d = par_d;
  status = savant_letterbox (&config, src_w, src_h, dst_w, dst_h, &placed);
  if (status != SAVANT_OK)
    return status;
  rect[0] = placed.x;
  rect[1] = placed.y;
  rect[2] = placed.w;
  rect[3] = placed.h;
  return SAVANT_OK;
}
