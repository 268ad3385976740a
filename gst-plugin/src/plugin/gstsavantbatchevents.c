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
  pthread_mutex_lock (&self->lock);
  self->batch_time = GST_CLOCK_TIME_NONE;
  pthread_mutex_unlock (&self->lock);
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

/* The event as the pad's source counts time; takes `event`. */
static GstEvent *
in_time_of (GstEvent *event, GstClockTimeDiff offset)
{
  GstClockTimeDiff diff;
  GstClockTime time;
  gdouble proportion;
  GstQOSType type;
  GstEvent *moved;

  if (offset == 0)
    return event;
  gst_event_parse_qos (event, &type, &proportion, &diff, &time);
  if (!GST_CLOCK_TIME_IS_VALID (time))
    return event;
  time = offset > 0 && time < (GstClockTime) offset
      ? 0
      : time - (GstClockTime) offset;
  moved = gst_event_new_qos (type, proportion, diff, time);
  gst_event_set_seqnum (moved, gst_event_get_seqnum (event));
  gst_event_unref (event);
  return moved;
}

/* QoS makes a decoder drop frames, which not every source should. */
static gboolean
wants_qos (GstSavantBatch *self, GstSavantBatchPad *pad,
    GstClockTimeDiff *offset)
{
  gboolean wants;

  pthread_mutex_lock (&self->lock);
  wants = self->forward_qos == SV_FORWARD_QOS_ALL
      || (self->forward_qos == SV_FORWARD_QOS_LIVE && pad->live);
  *offset = pad->offset;
  pthread_mutex_unlock (&self->lock);
  return wants;
}

/* Takes `event`, whose times are the batches'. */
static gboolean
push_to_pad_in_time (GstSavantBatch *self, GstSavantBatchPad *pad,
    GstEvent *event)
{
  GstClockTimeDiff offset;

  if (GST_EVENT_TYPE (event) != GST_EVENT_QOS)
    return push_to_pad (self, pad, event);
  if (wants_qos (self, pad, &offset))
    return push_to_pad (self, pad, in_time_of (event, offset));
  gst_event_unref (event);
  return TRUE;
}

/* Every pad gets it once; takes `event`. */
static gboolean
forward_to_pads (GstSavantBatch *self, GstEvent *event)
{
  GList *pads = sv_batch_list_pads (self);
  gboolean handled = FALSE;

  for (GList *l = pads; l != NULL; l = l->next)
    handled |= push_to_pad_in_time (self, l->data, gst_event_ref (event));
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
 * the others, so frames of its stream that came meanwhile would fill what is
 * before it and hold up the streams whose turn is yet to come, for ever: those
 * of streams that have had theirs wait until all have. The others go on. */
static gboolean
forward_to_source (GstSavantBatch *self, GstEvent *event)
{
  GstSavantBatchPad *pad;
  GstEvent *inner;
  gboolean handled = FALSE, hold;
  GstClockTimeDiff offset;
  guint source_id;

  if (!sv_stream_event_parse (event, &source_id, NULL, &inner))
    return forward_to_pads (self, event);
  pad = sv_batch_find_source (self, source_id);
  if (pad == NULL
      || (GST_EVENT_TYPE (inner) == GST_EVENT_QOS
          && !wants_qos (self, pad, &offset))) {
    handled = pad != NULL;
    g_clear_pointer (&pad, gst_object_unref);
    gst_event_unref (event);
    return handled;
  }
  hold = is_flushing_seek (inner);
  if (hold)
    sv_collect_begin_hold (&self->collect, pad->queue);
  handled = is_repeated (self, inner, &pad->seek_seqnum)
      || push_to_pad (self, pad, gst_event_ref (inner));
  if (hold)
    sv_collect_end_hold (&self->collect,
        sv_stream_event_get_more_seeks (event) ? MORE_SEEKS_NS : 0);
  gst_object_unref (pad);
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
