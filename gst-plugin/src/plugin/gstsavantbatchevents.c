/* SPDX-License-Identifier: Apache-2.0 */
#include "gstsavantbatch.h"
#include "plugin.h"
#include "streamevent.h"

#define GST_CAT_DEFAULT gst_savant_debug

/* How long the rest of a pipeline's seeks may take to come, at most, before
 * frames go on: long enough for a busy machine, for one thread sends them. */
#define MORE_SEEKS_NS (500 * GST_MSECOND)

/* ---- Flush -------------------------------------------------------------- */

static void
set_pool_flushing (GstSavantBatch *self, gboolean flushing)
{
  GstBufferPool *pool;

  pthread_mutex_lock (&self->lock);
  pool = self->pool != NULL ? gst_object_ref (self->pool) : NULL;
  pthread_mutex_unlock (&self->lock);
  if (pool == NULL)
    return;
  gst_buffer_pool_set_flushing (pool, flushing);
  gst_object_unref (pool);
}

void
sv_batch_flush_src (GstSavantBatch *self, gboolean begin, guint32 seqnum)
{
  GstEvent *event;
  gboolean first, running;

  pthread_mutex_lock (&self->lock);
  first =
      begin ? self->flushes++ == 0 : self->flushes > 0 && --self->flushes == 0;
  self->flush_serial++;
  running = self->running;
  pthread_mutex_unlock (&self->lock);
  if (!first)
    return;
  event =
      begin ? gst_event_new_flush_start () : gst_event_new_flush_stop (TRUE);
  gst_event_set_seqnum (event, seqnum);
  if (begin) {
    sv_collect_halt (&self->collect, TRUE);
    set_pool_flushing (self, TRUE);
    gst_pad_push_event (self->srcpad, event);
    gst_pad_pause_task (self->srcpad);
    return;
  }
  /* Downstream flushes, so that the task comes out of there and pauses: what
   * it owns may be touched. */
  GST_PAD_STREAM_LOCK (self->srcpad);
  self->need_segment = TRUE;
  self->last_pts = GST_CLOCK_TIME_NONE;
  set_pool_flushing (self, FALSE);
  gst_pad_push_event (self->srcpad, event);
  sv_collect_halt (&self->collect, FALSE);
  GST_PAD_STREAM_UNLOCK (self->srcpad);
  if (running)
    gst_pad_start_task (self->srcpad, sv_batch_loop, self->srcpad, NULL);
}

/* ---- Events ------------------------------------------------------------- */

static gboolean
is_flushing_seek (GstEvent *event)
{
  GstSeekFlags flags;

  if (GST_EVENT_TYPE (event) != GST_EVENT_SEEK)
    return FALSE;
  gst_event_parse_seek (event, NULL, NULL, &flags, NULL, NULL, NULL, NULL);
  return (flags & GST_SEEK_FLAG_FLUSH) != 0;
}

/* Where several sinks are behind one pad, a seek of all comes once from each;
 * the first does it. `last` is guarded by the lock. */
static gboolean
is_repeated (GstSavantBatch *self, GstEvent *event, const guint32 *last)
{
  gboolean repeated;

  if (GST_EVENT_TYPE (event) != GST_EVENT_SEEK)
    return FALSE;
  pthread_mutex_lock (&self->lock);
  repeated = *last == gst_event_get_seqnum (event);
  pthread_mutex_unlock (&self->lock);
  return repeated;
}

static void
set_last_seek (GstSavantBatch *self, GstEvent *event, guint32 *last)
{
  if (GST_EVENT_TYPE (event) != GST_EVENT_SEEK)
    return;
  pthread_mutex_lock (&self->lock);
  *last = gst_event_get_seqnum (event);
  pthread_mutex_unlock (&self->lock);
}

/* Takes `event`. */
static gboolean
push_to_pad (GstSavantBatch *self, GstSavantBatchPad *pad, GstEvent *event)
{
  gboolean handled = gst_pad_push_event (GST_PAD (pad), gst_event_ref (event));

  if (handled)
    set_last_seek (self, event, &pad->seek_seqnum);
  gst_event_unref (event);
  return handled;
}

/* Every pad gets it once; takes `event`. */
static gboolean
forward_to_pads (GstSavantBatch *self, GstEvent *event)
{
  GList *pads = sv_batch_list_pads (self);
  gboolean handled = FALSE;

  for (GList *l = pads; l != NULL; l = l->next)
    handled |= push_to_pad (self, l->data, gst_event_ref (event));
  g_list_free_full (pads, gst_object_unref);
  gst_event_unref (event);
  return handled;
}

/* A flushing seek flushes downstream around the pads' own flushes, which come
 * one after the other. */
static gboolean
seek (GstSavantBatch *self, GstEvent *event)
{
  guint32 seqnum = gst_event_get_seqnum (event);
  gboolean handled, flush = is_flushing_seek (event);

  if (is_repeated (self, event, &self->seek_seqnum)) {
    gst_event_unref (event);
    return TRUE;
  }
  if (flush)
    sv_batch_flush_src (self, TRUE, seqnum);
  handled = forward_to_pads (self, gst_event_ref (event));
  if (handled)
    set_last_seek (self, event, &self->seek_seqnum);
  if (flush)
    sv_batch_flush_src (self, FALSE, seqnum);
  gst_event_unref (event);
  return handled;
}

/* An event for one source only; takes `event`.
 *
 * A seek of a whole pipeline comes as one flushing seek of every stream, one
 * after the other. A sink that was flushed takes one frame and then waits for
 * the others, so frames that came meanwhile would fill what is before it and
 * hold up the streams whose turn is yet to come, for ever: none goes out until
 * all have had theirs. */
static gboolean
forward_to_source (GstSavantBatch *self, GstEvent *event)
{
  GstSavantBatchPad *pad;
  GstEvent *inner;
  gboolean handled = FALSE, hold;
  guint source_id;

  if (!sv_stream_event_parse (event, &source_id, NULL, &inner))
    return forward_to_pads (self, event);
  pad = sv_batch_find_source (self, source_id);
  hold = is_flushing_seek (inner);
  if (hold)
    sv_collect_hold (&self->collect, TRUE, 0);
  if (pad != NULL)
    handled = is_repeated (self, inner, &pad->seek_seqnum)
        || push_to_pad (self, pad, gst_event_ref (inner));
  if (hold)
    sv_collect_hold (&self->collect, FALSE,
        sv_stream_event_get_more_seeks (event) ? MORE_SEEKS_NS : 0);
  g_clear_pointer (&pad, gst_object_unref);
  gst_event_unref (event);
  return handled;
}

gboolean
sv_batch_src_event (GstPad *pad, GstObject *parent, GstEvent *event)
{
  GstSavantBatch *self = GST_SAVANT_BATCH (parent);

  (void) pad;
  switch (GST_EVENT_TYPE (event)) {
    case GST_EVENT_SEEK:
      return seek (self, event);
    case GST_EVENT_CUSTOM_UPSTREAM:
      return forward_to_source (self, event);
    default:
      return forward_to_pads (self, event);
  }
}

/* ---- Queries ------------------------------------------------------------ */

/* How long a frame may wait for its batch: batch-timeout, or where that is
 * not bounded one frame of the slowest source. */
static GstClockTime
waiting_time (GstSavantBatch *self, GstClockTime *queued)
{
  GstClockTime slowest = 0;
  gint64 timeout;

  *queued = GST_CLOCK_TIME_NONE;
  GST_OBJECT_LOCK (self);
  pthread_mutex_lock (&self->lock);
  timeout = self->timeout_ns;
  for (GList *l = GST_ELEMENT (self)->sinkpads; l != NULL; l = l->next) {
    const GstSavantBatchPad *pad = l->data;
    GstClockTime frame;

    if (!pad->has_caps || pad->fps_n < 1 || pad->fps_d < 1)
      continue;
    frame = gst_util_uint64_scale_int (GST_SECOND, pad->fps_d, pad->fps_n);
    slowest = MAX (slowest, frame);
    if (pad->max_queued * frame < *queued)
      *queued = pad->max_queued * frame;
  }
  pthread_mutex_unlock (&self->lock);
  GST_OBJECT_UNLOCK (self);
  if (!GST_CLOCK_TIME_IS_VALID (*queued))
    *queued = 0;
  return timeout >= 0 ? (GstClockTime) timeout : slowest;
}

static gboolean
answer_latency (GstSavantBatch *self, GstQuery *query)
{
  GList *pads = sv_batch_list_pads (self);
  GstClockTime min = 0, max = GST_CLOCK_TIME_NONE, wait, queued;
  gboolean live = FALSE;

  for (GList *l = pads; l != NULL; l = l->next) {
    GstQuery *peer = gst_query_new_latency ();
    GstClockTime pad_min, pad_max;
    gboolean pad_live;

    if (gst_pad_peer_query (l->data, peer)) {
      gst_query_parse_latency (peer, &pad_live, &pad_min, &pad_max);
      live |= pad_live;
      if (pad_live) {
        min = MAX (min, pad_min);
        max = MIN (max, pad_max);
      }
    } else {
      GST_INFO_OBJECT (self, "pad %s tells no latency",
          GST_OBJECT_NAME (l->data));
    }
    gst_query_unref (peer);
  }
  g_list_free_full (pads, gst_object_unref);
  wait = waiting_time (self, &queued);
  min += wait;
  if (GST_CLOCK_TIME_IS_VALID (max))
    max += MAX (wait, queued);
  if (max < min)
    GST_WARNING_OBJECT (self,
        "the sources buffer at most %" GST_TIME_FORMAT " and %" GST_TIME_FORMAT
        " are needed: put a queue behind the one "
        "with the shortest buffer or raise its max-queued",
        GST_TIME_ARGS (max), GST_TIME_ARGS (min));
  gst_query_set_latency (query, live, min, max);
  return TRUE;
}

gboolean
sv_batch_src_query (GstPad *pad, GstObject *parent, GstQuery *query)
{
  GstSavantBatch *self = GST_SAVANT_BATCH (parent);

  switch (GST_QUERY_TYPE (query)) {
    case GST_QUERY_LATENCY:
      return answer_latency (self, query);
    case GST_QUERY_CAPS: {
      GstCaps *caps = gst_pad_get_current_caps (pad), *filter;

      if (caps == NULL)
        caps = sv_batch_src_caps (self);
      gst_query_parse_caps (query, &filter);
      if (filter != NULL) {
        GstCaps *filtered =
            gst_caps_intersect_full (filter, caps, GST_CAPS_INTERSECT_FIRST);

        gst_caps_unref (caps);
        caps = filtered;
      }
      gst_query_set_caps_result (query, caps);
      gst_caps_unref (caps);
      return TRUE;
    }
    default:
      return gst_pad_query_default (pad, parent, query);
  }
}
