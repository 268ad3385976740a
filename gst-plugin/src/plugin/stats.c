/* SPDX-License-Identifier: Apache-2.0 */
#include "stats.h"

GstStructure *
sv_flow_stats_to_structure (const SvFlowStats *stats)
{
  static const gchar *const fields[SV_DROP_N_REASONS]
      = { "dropped-late", "dropped-leaky", "dropped-error", "dropped-flush",
          "dropped-released", "dropped-unlinked", "dropped-roi" };
  GstStructure *s;
  guint64 dropped = 0;
  gint i;

  for (i = 0; i < SV_DROP_N_REASONS; i++)
    dropped += stats->dropped[i];
  s = gst_structure_new ("savant-stats", "in", G_TYPE_UINT64, stats->in, "out",
      G_TYPE_UINT64, stats->out, "held", G_TYPE_UINT64, stats->held, "dropped",
      G_TYPE_UINT64, dropped, NULL);
  for (i = 0; i < SV_DROP_N_REASONS; i++)
    gst_structure_set (s, fields[i], G_TYPE_UINT64, stats->dropped[i], NULL);
  return s;
}

SvDropReason
sv_drop_reason_of_flow (GstFlowReturn flow)
{
  if (flow == GST_FLOW_FLUSHING || flow == GST_FLOW_EOS)
    return SV_DROP_FLUSH;
  return flow == GST_FLOW_NOT_LINKED ? SV_DROP_UNLINKED : SV_DROP_ERROR;
}
