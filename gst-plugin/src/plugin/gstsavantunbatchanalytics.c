/* SPDX-License-Identifier: Apache-2.0 */
#include "gstsavantunbatch.h"
#include "plugin.h"
#include "stats.h"

#define GST_CAT_DEFAULT gst_savant_debug

/* ---- Batches of surfaces ------------------------------------------------ */

GstBuffer *
sv_unbatch_read_analytics (GstBuffer *batch, gpointer surface)
{
  gint n = gst_savant_surface_get_num_filled (surface);

  if (gst_buffer_get_savant_batch_meta (batch) != NULL
      || sv_analytics_get (batch) == NULL)
    return batch;
  batch = gst_buffer_make_writable (batch);
  sv_analytics_to_batch_meta (batch, (guint) MAX (n, 0));
  return batch;
}

/* ---- Batches without a surface ------------------------------------------ */

/* Sticky events that the pad has not had. */
static void
push_sticky (GstSavantUnbatchPad *pad, const SvAnalyticsStream *stream)
{
  for (gsize i = 0; i < stream->n_sticky_events; i++) {
    GstEvent *event = stream->sticky_events[i];
    GstEvent *last =
        gst_pad_get_sticky_event (GST_PAD (pad), GST_EVENT_TYPE (event), 0);

    if (last != event)
      gst_pad_push_event (GST_PAD (pad), gst_event_ref (event));
    if (last != NULL)
      gst_event_unref (last);
  }
  pad->started = pad->has_caps = pad->has_segment = TRUE;
}

static GstFlowReturn
push_object (GstSavantUnbatchPad *pad, GstMiniObject *object)
{
  if (GST_IS_BUFFER (object))
    return gst_pad_push (GST_PAD (pad),
        gst_buffer_ref (GST_BUFFER_CAST (object)));
  if (GST_IS_BUFFER_LIST (object))
    return gst_pad_push_list (GST_PAD (pad),
        gst_buffer_list_ref (GST_BUFFER_LIST_CAST (object)));
  if (!GST_IS_EVENT (object))
    return GST_FLOW_OK;
  if (GST_EVENT_TYPE (object) == GST_EVENT_EOS)
    pad->ended = pad->had_eos = TRUE;
  gst_pad_push_event (GST_PAD (pad), gst_event_ref (GST_EVENT_CAST (object)));
  return GST_FLOW_OK;
}

static guint
count_frames (GstMiniObject *object)
{
  if (GST_IS_BUFFER_LIST (object))
    return gst_buffer_list_length (GST_BUFFER_LIST_CAST (object));
  return GST_IS_BUFFER (object) ? 1 : 0;
}

static void
count (GstSavantUnbatch *self, guint n, GstFlowReturn flow)
{
  pthread_mutex_lock (&self->lock);
  self->stats.in += n;
  if (flow == GST_FLOW_OK)
    self->stats.out += n;
  else
    self->stats.dropped[sv_drop_reason_of_flow (flow)] += n;
  pthread_mutex_unlock (&self->lock);
}

static GstFlowReturn
push_stream (GstSavantUnbatch *self, const SvAnalyticsStream *stream)
{
  GstSavantUnbatchPad *pad = sv_unbatch_find_pad (self, stream->index);
  GstFlowReturn flow = pad != NULL ? GST_FLOW_OK : GST_FLOW_NOT_LINKED;
  GstFlowReturn ret = GST_FLOW_OK;

  if (pad != NULL)
    push_sticky (pad, stream);
  for (gsize i = 0; i < stream->n_objects; i++) {
    if (flow == GST_FLOW_OK)
      flow = push_object (pad, stream->objects[i]);
    count (self, count_frames (stream->objects[i]), flow);
  }
  if (pad != NULL)
    ret = sv_unbatch_combine (self, pad, flow);
  g_clear_pointer (&pad, gst_object_unref);
  return ret;
}

GstFlowReturn
sv_unbatch_split_analytics (GstSavantUnbatch *self, GstBuffer *batch)
{
  const SvAnalyticsBatchMeta *meta = sv_analytics_get (batch);
  GstFlowReturn ret = GST_FLOW_OK;

  if (meta == NULL) {
    GST_ELEMENT_ERROR (self, STREAM, WRONG_TYPE,
        ("The buffer has no GstAnalyticsBatchMeta, which its caps announce%s",
            sv_analytics_is_there ()
                ? ""
                : ": the running GStreamer has none, 1.28 or later is needed"),
        ("%" GST_PTR_FORMAT, batch));
    return GST_FLOW_ERROR;
  }
  for (gsize i = 0; ret == GST_FLOW_OK && i < meta->n_streams; i++)
    ret = push_stream (self, &meta->streams[i]);
  return ret;
}
