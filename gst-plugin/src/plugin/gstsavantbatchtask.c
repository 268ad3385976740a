/* SPDX-License-Identifier: Apache-2.0 */
#include "batchdsmeta.h"
#include "gstsavantbatch.h"
#include "plugin.h"
#include "stats.h"
#include "streamevent.h"

#define GST_CAT_DEFAULT gst_savant_debug

void
sv_batch_reset_task (GstSavantBatch *self)
{
  sv_collect_free (&self->collect, self->held_events);
  self->held_events = NULL;
  self->held_tail = &self->held_events;
  gst_clear_caps (&self->out_caps);
  self->need_stream_start = TRUE;
  self->need_segment = TRUE;
  self->capacity = 0;
  pthread_mutex_lock (&self->lock);
  self->caps_slots = 0;
  pthread_mutex_unlock (&self->lock);
  self->sequence = 0;
  self->last_pts = GST_CLOCK_TIME_NONE;
  pthread_mutex_lock (&self->lock);
  self->batch_time = GST_CLOCK_TIME_NONE;
  self->starvations = 0;
  pthread_mutex_unlock (&self->lock);
}

void
sv_batch_post_flow_error (GstSavantBatch *self, GstFlowReturn flow)
{
  gboolean posted;

  if (flow > GST_FLOW_NOT_LINKED || flow == GST_FLOW_FLUSHING
      || flow == GST_FLOW_EOS)
    return;
  pthread_mutex_lock (&self->lock);
  posted = self->error_posted;
  self->error_posted = TRUE;
  pthread_mutex_unlock (&self->lock);
  if (!posted)
    GST_ELEMENT_FLOW_ERROR (self, flow);
}

static guint
flush_serial (GstSavantBatch *self)
{
  guint serial;

  pthread_mutex_lock (&self->lock);
  serial = self->flush_serial;
  pthread_mutex_unlock (&self->lock);
  return serial;
}

/* From now on every pad is told what downstream said. */
static void
refuse (GstSavantBatch *self, GstFlowReturn flow, guint serial)
{
  /* A flush of this very moment makes the refusal old. */
  if (flow == GST_FLOW_FLUSHING && serial != flush_serial (self))
    return;
  GST_DEBUG_OBJECT (self, "downstream: %s", gst_flow_get_name (flow));
  sv_collect_refuse (&self->collect, flow, sv_drop_reason_of_flow (flow));
  if (sv_collect_has_ended_pads (&self->collect))
    sv_batch_post_flow_error (self, flow);
}

/* ---- Events ------------------------------------------------------------- */

static void
push_stream_start (GstSavantBatch *self)
{
  GstEvent *event;
  gchar *id;

  if (!self->need_stream_start)
    return;
  self->need_stream_start = FALSE;
  self->need_segment = TRUE;
  id = g_strdup_printf ("savantbatch/%08x%08x", g_random_int (),
      g_random_int ());
  event = gst_event_new_stream_start (id);
  gst_event_set_group_id (event, gst_util_group_id_next ());
  g_free (id);
  gst_pad_push_event (self->srcpad, event);
  /* What a stream has said so far it has to say again. */
  if (self->out_caps != NULL)
    gst_pad_push_event (self->srcpad, gst_event_new_caps (self->out_caps));
}

static void
push_segment (GstSavantBatch *self)
{
  GstSegment segment;

  if (!self->need_segment)
    return;
  self->need_segment = FALSE;
  gst_segment_init (&segment, GST_FORMAT_TIME);
  gst_pad_push_event (self->srcpad, gst_event_new_segment (&segment));
}

static void
push_wrapped (GstSavantBatch *self, const SvBatchItem *item)
{
  GstEvent *event = sv_stream_event_new (GST_EVENT_CUSTOM_DOWNSTREAM,
      item->source_id, item->pad_index, gst_event_ref (item->event));

  if (self->analytics != NULL) {
    if (sv_is_stream_gone_event (item->event))
      sv_analytics_forget (self->analytics, item->pad_index);
    else
      sv_analytics_see_event (self->analytics, item->pad_index, item->event);
  }
  if (GST_EVENT_TYPE (item->event) == GST_EVENT_FLUSH_STOP)
    sv_stream_event_set_flush (event, item->flush_serial);
  gst_pad_push_event (self->srcpad, event);
  sv_ds_streams_event (self->ds, self->srcpad, item->pad_index, item->event);
}

static void
push_held_events (GstSavantBatch *self)
{
  SvItem *items = self->held_events;

  self->held_events = NULL;
  self->held_tail = &self->held_events;
  for (SvItem *item = items; item != NULL; item = item->next)
    push_wrapped (self, (SvBatchItem *) item);
  sv_collect_free (&self->collect, items);
}

/* Drops all that `gone` says is of no use any more, and passes it on. */
static void
forget_source (GstSavantBatch *self, const SvBatchItem *gone)
{
  guint source_id = gone->source_id;
  gboolean found = FALSE;
  SvItem **at = &self->held_events;

  push_wrapped (self, gone);
  while (!found) {
    SvItem *item = *at;

    found = item == &gone->item;
    if (((const SvBatchItem *) item)->source_id != source_id) {
      at = &item->next;
      continue;
    }
    *at = item->next;
    item->next = NULL;
    sv_collect_free (&self->collect, item);
  }
}

/* Without caps nobody knows what the held events are about: those of sources
 * that are gone are not needed. */
static void
forget_gone (GstSavantBatch *self)
{
  SvItem *item = self->held_events;

  while (item != NULL) {
    const SvBatchItem *gone = (const SvBatchItem *) item;

    item = item->next;
    if (sv_is_stream_gone_event (gone->event))
      forget_source (self, gone);
  }
  self->held_tail = &self->held_events;
  while (*self->held_tail != NULL)
    self->held_tail = &(*self->held_tail)->next;
}

/* Streams' events follow the src pad's own, whose caps come with the first
 * batch. */
static void
take_events (GstSavantBatch *self, SvItem *items)
{
  for (SvItem *item = items; item != NULL; item = item->next)
    if (GST_EVENT_TYPE (((SvBatchItem *) item)->event) == GST_EVENT_CAPS) {
      pthread_mutex_lock (&self->lock);
      self->renegotiate = TRUE;
      pthread_mutex_unlock (&self->lock);
    }
  *self->held_tail = items;
  while (*self->held_tail != NULL)
    self->held_tail = &(*self->held_tail)->next;
  if (self->out_caps == NULL) {
    forget_gone (self);
    return;
  }
  push_stream_start (self);
  push_segment (self);
  push_held_events (self);
}

/* What comes later, from pads that are added or begin anew, is a new stream:
 * nothing may follow EOS. */
static void
push_eos (GstSavantBatch *self)
{
  push_stream_start (self);
  push_segment (self);
  push_held_events (self);
  GST_DEBUG_OBJECT (self, "every pad has ended");
  gst_pad_push_event (self->srcpad, gst_event_new_eos ());
  self->need_stream_start = TRUE;
}

/* ---- Batches ------------------------------------------------------------ */

static GstFlowReturn
prepare (GstSavantBatch *self, const SvTake *take)
{
  gboolean renegotiate = gst_pad_check_reconfigure (self->srcpad);
  GstFlowReturn ret;

  pthread_mutex_lock (&self->lock);
  renegotiate |= self->renegotiate;
  self->renegotiate = FALSE;
  pthread_mutex_unlock (&self->lock);
  push_stream_start (self);
  if (renegotiate || self->out_caps == NULL
      || self->capacity != take->capacity) {
    ret = sv_batch_negotiate (self, take->capacity,
        (const SvBatchItem *) take->items);
    if (ret != GST_FLOW_OK) {
      if (ret != GST_FLOW_FLUSHING)
        gst_pad_mark_reconfigure (self->srcpad);
      return ret;
    }
  }
  push_segment (self);
  push_held_events (self);
  return GST_FLOW_OK;
}

/* Regions of interest may be more than a batch has slots. */
static GstFlowReturn
push_pictures (GstSavantBatch *self, const SvTake *take)
{
  GstFlowReturn ret = GST_FLOW_OK;
  guint n;

  for (guint at = 0; ret == GST_FLOW_OK && at < self->n_pictures; at += n) {
    GstBuffer *buffer = NULL;

    n = MIN (self->n_pictures - at, self->capacity);
    ret = sv_batch_make (self, take, self->pictures + at, n, &buffer);
    if (ret == GST_FLOW_OK) {
      const GstVideoInfo *video = &self->out.video;
      gboolean uniform = self->out.uniform;
      SvDsBatch batch = { buffer, self->capacity,
        uniform ? GST_VIDEO_INFO_WIDTH (video) : 0,
        uniform ? GST_VIDEO_INFO_HEIGHT (video) : 0, self->pictures + at };

      sv_ds_streams_batch (self->ds, self->srcpad, &batch);
      ret = gst_pad_push (self->srcpad, buffer);
    }
  }
  return ret;
}

static void
push_batch (GstSavantBatch *self, SvTake *take)
{
  guint serial = flush_serial (self);
  SvItem *empty;
  GstFlowReturn ret = sv_batch_lay_out (self, take, &empty);

  if (ret == GST_FLOW_OK && take->n_items > 0)
    ret = prepare (self, take);
  sv_batch_finish_empty (self, empty);
  if (ret == GST_FLOW_OK)
    ret = push_pictures (self, take);
  if (ret == GST_FLOW_OK) {
    sv_collect_finish_out (&self->collect, take->items);
    return;
  }
  sv_collect_finish_dropped (&self->collect, take->items,
      sv_drop_reason_of_flow (ret));
  refuse (self, ret, serial);
}

void
sv_batch_loop (gpointer data)
{
  GstPad *pad = data;
  GstSavantBatch *self = GST_SAVANT_BATCH (GST_PAD_PARENT (pad));
  SvTake take;

  sv_collect_take (&self->collect, &take);
  if (take.kind == SV_TAKE_STALL) {
    sv_batch_post_stall (self, &take);
    return;
  }
  if (take.kind == SV_TAKE_TIMEOUT) {
    sv_batch_post_latency (self);
    return;
  }
  if (take.kind == SV_TAKE_STOPPED) {
    gst_pad_pause_task (pad);
    return;
  }
  sv_collect_begin_push (&self->collect);
  if (take.kind == SV_TAKE_EVENTS)
    take_events (self, take.items);
  else if (take.kind == SV_TAKE_BATCH)
    push_batch (self, &take);
  else
    push_eos (self);
  sv_collect_end_push (&self->collect);
}
