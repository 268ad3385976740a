/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SV_PLUGIN_STATS_H
#define SV_PLUGIN_STATS_H

#include <gst/gst.h>

#include "flowstats.h"

G_BEGIN_DECLS

/* A structure "savant-stats" of guint64 fields in, out, held, dropped (the
 * sum) and dropped-late, -leaky, -error, -flush, -released, -unlinked, -roi.
 * Owned by the caller. */
GstStructure *sv_flow_stats_to_structure (const SvFlowStats *stats);

/* Why frames that a push with this result carried did not come out: an EOS or
 * a flush downstream counts as flush. */
SvDropReason sv_drop_reason_of_flow (GstFlowReturn flow);

/* The part of a blurb of a property `stats` that all elements have. */
#define SV_STATS_BLURB                                                         \
  "One snapshot of frame counts since READY to PAUSED: in = out + held + "     \
  "dropped, and dropped again by reason as dropped-late, -leaky, -error, "     \
  "-flush, -released, -unlinked, -roi (all guint64)"

G_END_DECLS

#endif
