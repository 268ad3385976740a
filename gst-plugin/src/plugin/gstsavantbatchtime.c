/* SPDX-License-Identifier: Apache-2.0 */
#include "gstsavantbatch.h"
#include "plugin.h"

#define GST_CAT_DEFAULT gst_savant_debug

/* How far a live stream may lag behind the batches besides its latency before
 * it counts as one whose clock is another. */
#define LIVE_SLACK (200 * GST_MSECOND)

static GstClockTime
move (GstClockTime time, GstClockTimeDiff offset)
{
  if (offset < 0 && time < (GstClockTime) -offset)
    return 0;
  if (offset > 0 && time >= GST_CLOCK_TIME_NONE - (GstClockTime) offset)
    return GST_CLOCK_TIME_NONE - 1;
  return time + (GstClockTime) offset;
}

static gboolean
follows (GstClockTime before, GstClockTime time, GstClockTime threshold)
{
  return time >= before && time - before <= threshold;
}

static void
set_offset (GstSavantBatch *self, GstSavantBatchPad *pad,
    GstClockTimeDiff offset)
{
  pthread_mutex_lock (&self->lock);
  pad->offset = offset;
  pthread_mutex_unlock (&self->lock);
}

/* Moves the stream on so that `from` becomes `to`, as far as numbers go: times
 * may be anything. */
static void
shift (GstSavantBatch *self, GstSavantBatchPad *pad, GstClockTime from,
    GstClockTime to)
{
  GstClockTimeDiff by = to >= from
      ? (GstClockTimeDiff) MIN (to - from, (GstClockTime) G_MAXINT64)
      : -(GstClockTimeDiff) MIN (from - to, (GstClockTime) G_MAXINT64);
  GstClockTimeDiff offset;

  if (__builtin_add_overflow (pad->offset, by, &offset))
    offset = by > 0 ? G_MAXINT64 : -G_MAXINT64;
  set_offset (self, pad, MAX (offset, -G_MAXINT64));
}

/* The element's running time by the clock, or NONE. */
static GstClockTime
clock_time (GstSavantBatch *self)
{
  GstClock *clock = NULL;
  GstClockTime base = 0, now;

  GST_OBJECT_LOCK (self);
  if (GST_STATE (self) == GST_STATE_PLAYING && GST_ELEMENT_CLOCK (self) != NULL)
    clock = gst_object_ref (GST_ELEMENT_CLOCK (self));
  base = GST_ELEMENT (self)->base_time;
  GST_OBJECT_UNLOCK (self);
  if (clock == NULL)
    return GST_CLOCK_TIME_NONE;
  now = gst_clock_get_time (clock);
  gst_object_unref (clock);
  return now > base ? now - base : 0;
}

/* Whether it is live decides how long others wait for it. */
static void
look_at_source (GstSavantBatch *self, GstSavantBatchPad *pad)
{
  GstClockTime min, max, old_min;
  gboolean live, was_live;

  pthread_mutex_lock (&self->lock);
  was_live = pad->live;
  old_min = pad->latency;
  pthread_mutex_unlock (&self->lock);
  if (!sv_batch_ask_latency (self, pad, &live, &min, &max))
    return;
  if (live != was_live || (live && min != old_min))
    sv_batch_post_latency (self);
}

/* A stream that lags behind the batches would hold their time back, and be
 * late at every sink; one in the future would make a sink wait for it. */
static void
place_stream (GstSavantBatch *self, GstSavantBatchPad *pad, GstClockTime time)
{
  GstClockTime batch_time, slack, now, threshold;
  SvStartTime how;
  gboolean live;

  pthread_mutex_lock (&self->lock);
  batch_time = self->batch_time;
  how = pad->start_time;
  live = pad->live;
  slack = live ? pad->latency + LIVE_SLACK : 0;
  threshold = pad->threshold;
  pthread_mutex_unlock (&self->lock);
  if (how == SV_START_TIME_AS_IS)
    return;
  if (GST_CLOCK_TIME_IS_VALID (batch_time) && time + slack < batch_time) {
    shift (self, pad, time, batch_time);
  } else if (live) {
    now = clock_time (self);
    if (GST_CLOCK_TIME_IS_VALID (now) && time > now
        && time - now > threshold + pad->latency)
      shift (self, pad, time, now);
  }
  GST_DEBUG_OBJECT (pad, "moved by %" GST_STIME_FORMAT,
      GST_STIME_ARGS (pad->offset));
}

/* Running time of the segment's own, or NONE. */
static GstClockTime
own_time (GstSavantBatchPad *pad, GstClockTime position)
{
  return pad->segment.format == GST_FORMAT_TIME
      ? gst_segment_to_running_time (&pad->segment, GST_FORMAT_TIME, position)
      : GST_CLOCK_TIME_NONE;
}

/* Whether the offset of the segment before still puts the stream among the
 * batches, as it does where the two belong together. */
static gboolean
offset_fits (GstSavantBatch *self, GstSavantBatchPad *pad, GstClockTime time)
{
  GstClockTime batch_time, threshold;

  if (pad->offset == 0 || pad->flushed || !GST_CLOCK_TIME_IS_VALID (time))
    return FALSE;
  pthread_mutex_lock (&self->lock);
  batch_time = self->batch_time;
  threshold = pad->threshold;
  pthread_mutex_unlock (&self->lock);
  return GST_CLOCK_TIME_IS_VALID (batch_time)
      && follows (batch_time, move (time, pad->offset), threshold);
}

static void
begin_stream (GstSavantBatch *self, GstSavantBatchPad *pad, GstClockTime time)
{
  pad->fresh = FALSE;
  pad->jumped = FALSE;
  pad->last_time = GST_CLOCK_TIME_NONE;
  look_at_source (self, pad);
  if (offset_fits (self, pad, time))
    return;
  set_offset (self, pad, 0);
  /* A flush sets the sinks' running time back too. */
  if (GST_CLOCK_TIME_IS_VALID (time) && !pad->flushed)
    place_stream (self, pad, time);
  pad->flushed = FALSE;
}

GstClockTime
sv_batch_gap_time (GstSavantBatch *self, GstSavantBatchPad *pad,
    GstClockTime end)
{
  GstClockTime time = own_time (pad, end);

  if (pad->fresh)
    begin_stream (self, pad, time);
  if (!GST_CLOCK_TIME_IS_VALID (time))
    return time;
  time = move (time, pad->offset);
  /* What follows on the gap is no jump. */
  if (!GST_CLOCK_TIME_IS_VALID (pad->last_time) || pad->last_time < time)
    pad->last_time = time;
  return time;
}

/* FALSE where the frame is to be dropped. */
static gboolean
take_jump (GstSavantBatch *self, GstSavantBatchPad *pad, GstClockTime *time)
{
  GstClockTime expected = pad->last_time, threshold;
  SvDiscontinuity policy;

  pthread_mutex_lock (&self->lock);
  policy = pad->discontinuity;
  threshold = pad->threshold;
  pthread_mutex_unlock (&self->lock);
  if (policy == SV_DISCONT_DROP
      && !(pad->jumped && follows (pad->jump_time, *time, threshold))) {
    pad->jumped = TRUE;
    pad->jump_time = *time;
    sv_batch_post_discontinuity (self, pad, expected, *time, "drop");
    return FALSE;
  }
  pad->jumped = FALSE;
  if (policy == SV_DISCONT_RESET_ID)
    pad->next_id = 0;
  if (policy != SV_DISCONT_DROP)
    sv_batch_post_discontinuity (self, pad, expected, *time,
        policy == SV_DISCONT_RESET_ID ? "reset-id" : "accept");
  place_stream (self, pad, *time);
  return TRUE;
}

gboolean
sv_batch_place_frame (GstSavantBatch *self, GstSavantBatchPad *pad,
    SvBatchItem *item)
{
  GstClockTime own = own_time (pad, GST_BUFFER_PTS (item->buffer)), time;

  if (pad->fresh)
    begin_stream (self, pad, own);
  item->offset = pad->offset;
  if (!GST_CLOCK_TIME_IS_VALID (own))
    return TRUE;
  time = move (own, pad->offset);
  if (GST_CLOCK_TIME_IS_VALID (pad->last_time)
      && !follows (pad->last_time, time, pad->threshold)) {
    if (!take_jump (self, pad, &time))
      return FALSE;
    time = move (own, pad->offset);
  } else {
    pad->jumped = FALSE;
  }
  pad->last_time = time;
  item->item.time = time;
  item->offset = pad->offset;
  return TRUE;
}
