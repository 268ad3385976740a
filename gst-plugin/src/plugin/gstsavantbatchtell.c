/* SPDX-License-Identifier: Apache-2.0 */
#include "gstsavantbatch.h"
#include "plugin.h"
#include "poolwatch.h"

#define GST_CAT_DEFAULT gst_savant_debug

static void
post_element (GstSavantBatch *self, GstStructure *s)
{
  gst_element_post_message (GST_ELEMENT (self),
      gst_message_new_element (GST_OBJECT (self), s));
}

static void
set_states (GstSavantBatch *self, GstStructure *s)
{
  GstStructure *states = sv_batch_get_states (self);

  gst_structure_set (s, "pads", GST_TYPE_STRUCTURE, states, NULL);
  gst_structure_free (states);
}

void
sv_batch_post_stall (GstSavantBatch *self, SvTake *take)
{
  gchar *name = g_strdup_printf ("sink_%u", take->stalled->index);
  GstPad *pad = gst_element_get_static_pad (GST_ELEMENT (self), name);
  guint source_id = take->stalled->index;
  GstStructure *s;

  if (pad != NULL) {
    g_object_get (pad, "source-id", &source_id, NULL);
    gst_object_unref (pad);
  }
  GST_WARNING_OBJECT (self, "nothing from pad %s for %" GST_TIME_FORMAT, name,
      GST_TIME_ARGS (take->silent_ns));
  s = gst_structure_new ("savant-stall", "pad", G_TYPE_STRING, name,
      "source-id", G_TYPE_UINT, source_id, "silent-ns", G_TYPE_UINT64,
      (guint64) take->silent_ns, NULL);
  set_states (self, s);
  post_element (self, s);
  g_free (name);
  sv_collect_unref_pad (take->stalled);
}

void
sv_batch_post_blocked (GstSavantBatch *self, guint64 blocked_ns)
{
  GstStructure *s = gst_structure_new ("savant-blocked", "blocked-ns",
      G_TYPE_UINT64, blocked_ns, NULL);

  GST_WARNING_OBJECT (self,
      "downstream has been busy with one batch for %" GST_TIME_FORMAT,
      GST_TIME_ARGS (blocked_ns));
  set_states (self, s);
  post_element (self, s);
}

void
sv_batch_post_discontinuity (GstSavantBatch *self, GstSavantBatchPad *pad,
    GstClockTime expected, GstClockTime found, const gchar *action)
{
  guint source_id;

  pthread_mutex_lock (&self->lock);
  source_id = pad->source_id;
  pthread_mutex_unlock (&self->lock);
  GST_INFO_OBJECT (self,
      "pad %s: a frame at %" GST_TIME_FORMAT " after one at %" GST_TIME_FORMAT
      ": %s",
      GST_OBJECT_NAME (pad), GST_TIME_ARGS (found), GST_TIME_ARGS (expected),
      action);
  post_element (self,
      gst_structure_new ("savant-discontinuity", "pad", G_TYPE_STRING,
          GST_OBJECT_NAME (pad), "source-id", G_TYPE_UINT, source_id,
          "before-ns", G_TYPE_UINT64, (guint64) expected, "running-time-ns",
          G_TYPE_UINT64, (guint64) found, "action", G_TYPE_STRING, action,
          NULL));
}

void
sv_batch_post_latency (GstSavantBatch *self)
{
  gst_element_post_message (GST_ELEMENT (self),
      gst_message_new_latency (GST_OBJECT (self)));
}

/* ---- Drops -------------------------------------------------------------- */

void
sv_batch_post_drop (GstSavantBatch *self, const SvBatchItem *item,
    const gchar *pad_name, const gchar *reason, const SvFlowStats *stats)
{
  GstClockTime pts = GST_BUFFER_PTS (item->buffer);
  GstMessage *message;
  guint64 dropped = 0;

  for (guint i = 0; i < SV_DROP_N_REASONS; i++)
    dropped += stats->dropped[i];
  message = gst_message_new_qos (GST_OBJECT (self), TRUE, item->item.time,
      gst_segment_to_stream_time (&item->segment, GST_FORMAT_TIME, pts), pts,
      GST_BUFFER_DURATION (item->buffer));
  gst_message_set_qos_stats (message, GST_FORMAT_BUFFERS, stats->out, dropped);
  gst_structure_set (gst_message_writable_structure (message), "pad",
      G_TYPE_STRING, pad_name, "source-id", G_TYPE_UINT, item->source_id,
      "reason", G_TYPE_STRING, reason, NULL);
  gst_element_post_message (GST_ELEMENT (self), message);
}

void
sv_batch_on_leak (SvItem *base, const SvFlowStats *stats)
{
  const SvBatchItem *item = (const SvBatchItem *) base;
  GstSavantBatchPad *pad = base->pad->owner;
  GstObject *parent = gst_object_get_parent (GST_OBJECT (pad));

  if (parent == NULL)
    return;
  sv_batch_post_drop (GST_SAVANT_BATCH (parent), item, GST_OBJECT_NAME (pad),
      "leaky", stats);
  gst_object_unref (parent);
}

/* ---- The pool ----------------------------------------------------------- */

GstFlowReturn
sv_batch_acquire (GstSavantBatch *self, GstBuffer **buffer)
{
  GstSavantBufferPool *pool = GST_SAVANT_BUFFER_POOL (self->pool);
  guint64 start = 0;
  gboolean first = TRUE;

  for (;;) {
    GstFlowReturn ret;
    guint64 interval;

    pthread_mutex_lock (&self->lock);
    interval = self->starvation_ns;
    pthread_mutex_unlock (&self->lock);
    ret = gst_savant_buffer_pool_acquire (pool, buffer,
        interval > 0 ? (gint64) interval : -1);
    if (ret != GST_FLOW_EOS)
      return ret;
    start += interval;
    pthread_mutex_lock (&self->lock);
    self->starvations++;
    pthread_mutex_unlock (&self->lock);
    sv_pool_post_starved (GST_ELEMENT (self), pool, start, first);
    first = FALSE;
  }
}
