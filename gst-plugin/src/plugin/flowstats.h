/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SV_PLUGIN_FLOW_STATS_H
#define SV_PLUGIN_FLOW_STATS_H

#include <stdint.h>

/* Why a frame did not come out. */
typedef enum SvDropReason
{
  SV_DROP_LATE,
  SV_DROP_LEAKY,
  SV_DROP_ERROR,
  SV_DROP_FLUSH,
  SV_DROP_RELEASED,
  SV_DROP_UNLINKED,
  SV_DROP_ROI,
  SV_DROP_N_REASONS
} SvDropReason;

/* Frames since READY to PAUSED. In every moment `in` = `out` + `held` + the
 * sum of `dropped`. The element that owns it guards it by a lock. */
typedef struct SvFlowStats
{
  uint64_t in;
  uint64_t out;
  uint64_t held;
  uint64_t dropped[SV_DROP_N_REASONS];
} SvFlowStats;

#endif
