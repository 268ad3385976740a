/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SV_PLUGIN_STATS_H
#define SV_PLUGIN_STATS_H

#include <gst/gst.h>

G_BEGIN_DECLS

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
  guint64 in;
  guint64 out;
  guint64 held;
  guint64 dropped[SV_DROP_N_REASONS];
} SvFlowStats;

/* A structure "savant-stats" of guint64 fields in, out, held, dropped (the
 * sum) and dropped-late, -leaky, -error, -flush, -released, -unlinked, -roi.
 * Owned by the caller. */
GstStructure *sv_flow_stats_to_structure (const SvFlowStats *stats);

/* The part of a blurb of a property `stats` that all elements have. */
#define SV_STATS_BLURB                                                         \
  "One snapshot of frame counts since READY to PAUSED: in = out + held + "     \
  "dropped, and dropped again by reason as dropped-late, -leaky, -error, "     \
  "-flush, -released, -unlinked, -roi (all guint64)"

G_END_DECLS

#endif
