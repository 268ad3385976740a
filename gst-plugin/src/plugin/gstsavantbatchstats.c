/* SPDX-License-Identifier: Apache-2.0 */
#include "gstsavantbatch.h"
#include "plugin.h"
#include "stats.h"

#define GST_CAT_DEFAULT gst_savant_debug

static void
set_count (GstStructure *s, const gchar *name, guint64 count)
{
  gst_structure_set (s, name, G_TYPE_UINT64, count, NULL);
}

static void
set_structure (GstStructure *s, const gchar *name, GstStructure *inner)
{
  GValue value = G_VALUE_INIT;

  g_value_init (&value, GST_TYPE_STRUCTURE);
  g_value_take_boxed (&value, inner);
  gst_structure_take_value (s, name, &value);
}

static GstStructure *
pad_stats (const SvCollectPad *queue)
{
  GstStructure *s = sv_flow_stats_to_structure (&queue->stats);
  const GstSavantBatchPad *pad = queue->owner;

  gst_structure_set (s, "source-id", G_TYPE_UINT, pad->source_id, "state",
      G_TYPE_STRING, sv_collect_pad_state (queue), "live", G_TYPE_BOOLEAN,
      (gboolean) queue->live, "queued", G_TYPE_UINT64,
      (guint64) queue->n_frames, "queued-bytes", G_TYPE_UINT64,
      (guint64) queue->bytes, "high-water", G_TYPE_UINT64,
      (guint64) queue->high_frames, "high-water-bytes", G_TYPE_UINT64,
      (guint64) queue->high_bytes, "frame-ns", G_TYPE_UINT64,
      (guint64) (queue->frame_ns != 0 ? queue->frame_ns : queue->nominal_ns),
      NULL);
  return s;
}

static void
add_pad_stats (const SvCollectPad *queue, gpointer data)
{
  const GstSavantBatchPad *pad = queue->owner;

  set_structure (data, GST_OBJECT_NAME (pad), pad_stats (queue));
}

static void
get_pad_stats (const SvCollectPad *queue, gpointer data)
{
  *(GstStructure **) data = pad_stats (queue);
}

static void
add_pad_state (const SvCollectPad *queue, gpointer data)
{
  const GstSavantBatchPad *pad = queue->owner;

  gst_structure_set (data, GST_OBJECT_NAME (pad), G_TYPE_STRING,
      sv_collect_pad_state (queue), NULL);
}

/* ---- Histograms --------------------------------------------------------- */

static GstStructure *
reasons (const SvBatchCounts *counts)
{
  static const gchar *const names[SV_N_REASONS] = { "full", "timeout", "eos",
    "gap", "flush" };
  GstStructure *s = gst_structure_new_empty ("savant-reasons");

  for (guint i = 0; i < SV_N_REASONS; i++)
    set_count (s, names[i], counts->by_reason[i]);
  return s;
}

static GstStructure *
fills (const SvBatchCounts *counts)
{
  GstStructure *s = gst_structure_new_empty ("savant-fill");

  for (guint i = 1; i <= SV_COLLECT_MAX_CAPACITY; i++) {
    gchar name[16];

    if (counts->by_fill[i] == 0)
      continue;
    g_snprintf (name, sizeof name, "%u", i);
    set_count (s, name, counts->by_fill[i]);
  }
  return s;
}

static GstStructure *
waits (const SvBatchCounts *counts)
{
  GstStructure *s = gst_structure_new_empty ("savant-waiting");

  for (guint i = 0; i < SV_N_WAITS - 1; i++) {
    gchar name[32];

    g_snprintf (name, sizeof name, "%" G_GINT64_FORMAT "ms",
        (gint64) sv_collect_waits[i] / (gint64) GST_MSECOND);
    set_count (s, name, counts->by_wait[i]);
  }
  set_count (s, "more", counts->by_wait[SV_N_WAITS - 1]);
  return s;
}

/* ---- The properties ----------------------------------------------------- */

GstStructure *
sv_batch_get_stats (GstSavantBatch *self)
{
  GstStructure *pads = gst_structure_new_empty ("savant-pads"), *s;
  SvCollectStats *stats = g_new (SvCollectStats, 1);

  sv_collect_get_stats (&self->collect, stats, add_pad_stats, pads);
  s = sv_flow_stats_to_structure (&stats->total);
  set_structure (s, "pads", pads);
  set_structure (s, "released", sv_flow_stats_to_structure (&stats->gone));
  set_count (s, "batches", stats->counts.batches);
  set_structure (s, "reasons", reasons (&stats->counts));
  set_structure (s, "fill", fills (&stats->counts));
  set_structure (s, "waiting", waits (&stats->counts));
  set_count (s, "capacity", stats->capacity);
  set_count (s, "queued-bytes", stats->bytes);
  set_count (s, "high-water-bytes", stats->high_bytes);
  pthread_mutex_lock (&self->lock);
  set_count (s, "starvations", self->starvations);
  pthread_mutex_unlock (&self->lock);
  gst_structure_set (s, "timeout-ns", G_TYPE_INT64, (gint64) stats->timeout_ns,
      NULL);
  g_free (stats);
  return s;
}

GstStructure *
sv_batch_pad_get_stats (GstSavantBatch *self, GstSavantBatchPad *pad)
{
  GstStructure *s;

  sv_collect_visit_pad (&self->collect, pad->queue, get_pad_stats, &s);
  return s;
}

GstStructure *
sv_batch_get_states (GstSavantBatch *self)
{
  GstStructure *s = gst_structure_new_empty ("savant-pads");
  SvCollectStats *stats = g_new (SvCollectStats, 1);

  sv_collect_get_stats (&self->collect, stats, add_pad_state, s);
  g_free (stats);
  return s;
}
