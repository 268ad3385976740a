/* SPDX-License-Identifier: Apache-2.0 */
#include "core/clock.h"
#include "gpucaps.h"
#include "gstsavantbatch.h"
#include "plugin.h"
#include "streamevent.h"

#define GST_CAT_DEFAULT gst_savant_debug

/* ---- Items -------------------------------------------------------------- */

static SvBatchItem *
item_new (GstSavantBatch *self, GstSavantBatchPad *pad, SvItemKind kind)
{
  SvBatchItem *item = (SvBatchItem *) (kind == SV_ITEM_FRAME
          ? sv_collect_new_frame (pad->queue, sizeof *item)
          : sv_collect_new_event (sizeof *item));

  item->item = (SvItem){ .kind = kind, .time = SV_COLLECT_NO_TIME };
  item->event = NULL;
  item->buffer = NULL;
  item->caps = NULL;
  item->mapped.mapped = FALSE;
  item->flush_serial = 0;
  item->offset = 0;
  item->pad_index = pad->index;
  /* It is set no more once it is announced. */
  if (!pad->announced) {
    pthread_mutex_lock (&self->lock);
    pad->announced = TRUE;
    pthread_mutex_unlock (&self->lock);
  }
  item->source_id = pad->source_id;
  return item;
}

void
sv_batch_free_item (SvItem *base)
{
  SvBatchItem *item = (SvBatchItem *) base;

  if (item->event != NULL)
    gst_event_unref (item->event);
  sv_unmap_plain (&item->mapped);
  gst_clear_buffer (&item->buffer);
  if (item->caps != NULL)
    g_atomic_rc_box_release (item->caps);
  sv_collect_delete (base, base->pad);
}

void
sv_batch_pad_reset (GstSavantBatchPad *pad)
{
  gst_segment_init (&pad->segment, GST_FORMAT_TIME);
  g_clear_pointer (&pad->caps, g_atomic_rc_box_release);
  pad->next_id = 0;
  pad->failed = FALSE;
  pad->has_caps = FALSE;
  pad->fresh = TRUE;
  pad->flushed = FALSE;
  pad->jumped = FALSE;
  pad->last_time = GST_CLOCK_TIME_NONE;
  if (pad->upload_pool != NULL)
    gst_buffer_pool_set_active (pad->upload_pool, FALSE);
  gst_clear_object (&pad->upload_pool);
  savant_transform_free (pad->upload);
  pad->upload = NULL;
}

/* Takes `event`. */
static gboolean
queue_event (GstSavantBatch *self, GstSavantBatchPad *pad, SvItemKind kind,
    GstClockTime time, GstEvent *event)
{
  SvBatchItem *item = item_new (self, pad, kind);
  SvPushResult result;
  gint flow;

  item->item.time = time;
  item->event = event;
  result = sv_collect_push (&self->collect, pad->queue, &item->item, &flow);
  if (result == SV_PUSH_REFUSED && kind == SV_ITEM_EOS)
    sv_batch_post_flow_error (self, (GstFlowReturn) flow);
  /* Refused caps would be an error of a source that a release leaves behind. */
  return result != SV_PUSH_FLUSHING;
}

void
sv_batch_end_pad (GstSavantBatch *self, GstSavantBatchPad *pad)
{
  SvBatchItem *item = item_new (self, pad, SV_ITEM_EOS);
  gint flow;

  item->event = gst_event_new_eos ();
  if (sv_collect_end_pad (&self->collect, pad->queue, &item->item, &flow))
    sv_batch_post_flow_error (self, (GstFlowReturn) flow);
}

void
sv_batch_announce_gone (GstSavantBatch *self, GstSavantBatchPad *pad)
{
  SvBatchItem *item;
  gboolean announced, running;

  pthread_mutex_lock (&self->lock);
  announced = pad->announced;
  running = self->running;
  pthread_mutex_unlock (&self->lock);
  if (!announced || !running)
    return;
  item = item_new (self, pad, SV_ITEM_EVENT);
  gst_pad_push_event (self->srcpad,
      sv_stream_event_new (GST_EVENT_CUSTOM_DOWNSTREAM_OOB, item->source_id,
          pad->index, sv_stream_gone_event_new ()));
  item->event = sv_stream_gone_event_new ();
  sv_collect_announce (&self->collect, &item->item);
}

static void
end_failed_pad (GstSavantBatch *self, GstSavantBatchPad *pad)
{
  if (pad->failed)
    return;
  pad->failed = TRUE;
  queue_event (self, pad, SV_ITEM_EOS, SV_COLLECT_NO_TIME,
      gst_event_new_eos ());
}

SvPadError
sv_batch_on_pad_error (GstSavantBatch *self)
{
  SvPadError what;

  pthread_mutex_lock (&self->lock);
  what = self->on_pad_error;
  pthread_mutex_unlock (&self->lock);
  return what;
}

/* A pad that cannot go on is not waited for, the others go on. Takes `text`
 * and `debug`. What its source is told: an ERROR would end the pipeline. */
static GstFlowReturn
fail_pad (GstSavantBatch *self, GstSavantBatchPad *pad, gint code, gchar *text,
    gchar *debug)
{
  gboolean drop = sv_batch_on_pad_error (self) == SV_PAD_ERROR_DROP_PAD;

  gst_element_message_full (GST_ELEMENT (self),
      drop ? GST_MESSAGE_WARNING : GST_MESSAGE_ERROR, GST_STREAM_ERROR, code,
      text, debug, __FILE__, GST_FUNCTION, __LINE__);
  end_failed_pad (self, pad);
  return drop ? GST_FLOW_EOS : GST_FLOW_ERROR;
}

/* ---- Caps --------------------------------------------------------------- */

/* NULL, or why frames of these caps cannot be batched (g_free). */
static gchar *
check_caps (GstSavantBatch *self, const GstSavantFrameInfo *info)
{
  SvBatchMode mode;

  if (info->batch_size != 1 || !info->uniform)
    return g_strdup_printf ("a batch (batch-size=%d) cannot be batched again: "
                            "split it with savantunbatch first",
        info->batch_size);
  if (info->cuda_memory
      && savant_transform_takes (self->transform, SAVANT_MEM_CUDA_DEVICE)
          != SAVANT_OK)
    return g_strdup_printf ("frames in " GST_SAVANT_CAPS_FEATURE_CUDA
                            " need the backend cuda or deepstream: %s",
        savant_last_error ());
  pthread_mutex_lock (&self->lock);
  mode = self->mode;
  pthread_mutex_unlock (&self->lock);
  if (mode == SV_BATCH_NON_UNIFORM
      && !savant_format_is_output (
          gst_savant_format_from_video (GST_VIDEO_INFO_FORMAT (&info->video))))
    return g_strdup_printf (
        "format %s cannot lie in a surface, which mode=non-uniform needs: "
        "convert it to one of " GST_SAVANT_OUTPUT_FORMATS
        " or use mode=uniform",
        GST_VIDEO_INFO_NAME (&info->video));
  return NULL;
}

/* NULL, or why surfaces of a GPU cannot be in the batches (g_free). */
static gchar *
check_gpu (GstSavantBatch *self, GstSavantBatchPad *pad, gint gpu_id)
{
  gboolean peer_copy;
  gint wanted;

  GST_OBJECT_LOCK (self);
  pthread_mutex_lock (&self->lock);
  wanted = self->memory.gpu_id;
  peer_copy = self->memory.peer_copy && self->mode == SV_BATCH_UNIFORM;
  for (GList *l = GST_ELEMENT (self)->sinkpads; l != NULL && wanted < 0;
       l = l->next) {
    const GstSavantBatchPad *other = l->data;

    if (other != pad && other->has_caps)
      wanted = other->caps_gpu;
  }
  pthread_mutex_unlock (&self->lock);
  GST_OBJECT_UNLOCK (self);
  return sv_check_gpus (gpu_id, wanted, peer_copy);
}

static gint64
nominal_duration (const GstVideoInfo *video)
{
  gint n = GST_VIDEO_INFO_FPS_N (video), d = GST_VIDEO_INFO_FPS_D (video);

  return n > 0 && d > 0 ? (gint64) gst_util_uint64_scale_int (GST_SECOND, d, n)
                        : 0;
}

static gboolean
take_caps (GstSavantBatch *self, GstSavantBatchPad *pad, GstEvent *event)
{
  SvPadCaps *next = g_atomic_rc_box_new0 (SvPadCaps);
  gchar *problem = NULL;
  GstCaps *caps;

  gst_event_parse_caps (event, &caps);
  if (!gst_savant_frame_info_from_caps (&next->info, caps))
    problem = g_strdup (savant_last_error ());
  else
    problem = check_caps (self, &next->info);
  if (problem == NULL)
    problem = check_gpu (self, pad, sv_caps_get_gpu (caps));
  if (problem != NULL) {
    GstFlowReturn flow = GST_FLOW_ERROR;

    if (!sv_collect_is_closed (&self->collect, pad->queue))
      flow = fail_pad (self, pad, GST_STREAM_ERROR_FORMAT,
          g_strdup_printf ("Caps of pad %s cannot be used: %s",
              GST_OBJECT_NAME (pad), problem),
          gst_info_strdup_printf ("caps %" GST_PTR_FORMAT, caps));
    g_free (problem);
    g_atomic_rc_box_release (next);
    gst_event_unref (event);
    return flow == GST_FLOW_EOS;
  }
  sv_color_of_caps (&next->color, &next->info, caps);
  g_clear_pointer (&pad->caps, g_atomic_rc_box_release);
  pad->caps = next;
  if (pad->upload_pool != NULL)
    gst_buffer_pool_set_active (pad->upload_pool, FALSE);
  gst_clear_object (&pad->upload_pool);
  pthread_mutex_lock (&self->lock);
  pad->has_caps = TRUE;
  pad->caps_gpu = sv_caps_get_gpu (caps);
  pad->fps_n = GST_VIDEO_INFO_FPS_N (&next->info.video);
  pad->fps_d = GST_VIDEO_INFO_FPS_D (&next->info.video);
  pthread_mutex_unlock (&self->lock);
  sv_collect_set_nominal (&self->collect, pad->queue,
      nominal_duration (&next->info.video));
  return queue_event (self, pad, SV_ITEM_EVENT, SV_COLLECT_NO_TIME, event);
}

/* ---- Frames ------------------------------------------------------------- */

/* Ids that the pad gives to frames without one go on after those it saw. */
static void
number_frame (GstSavantBatchPad *pad, SvBatchItem *item)
{
  const GstSavantIdMeta *ids = gst_buffer_get_savant_id_meta (item->buffer);

  item->own_id = pad->next_id;
  for (guint i = 0; ids != NULL && i < ids->n_ids; i++)
    if (ids->ids[i].kind == SAVANT_ID_FRAME)
      return;
  pad->next_id++;
}

/* What its source is told. */
static GstFlowReturn
flow_of (GstSavantBatch *self, GstSavantBatchPad *pad, SvPushResult result,
    gint flow)
{
  switch (result) {
    case SV_PUSH_OK:
      return GST_FLOW_OK;
    case SV_PUSH_RELEASED:
      return sv_batch_flow_of_released (self, pad);
    case SV_PUSH_ENDED:
      return pad->failed && sv_batch_on_pad_error (self) == SV_PAD_ERROR_ERROR
          ? GST_FLOW_ERROR
          : GST_FLOW_EOS;
    case SV_PUSH_REFUSED:
      return (GstFlowReturn) flow;
    default:
      return GST_FLOW_FLUSHING;
  }
}

/* The frame of `item` comes too late; takes `item`. */
static GstFlowReturn
reject_late (GstSavantBatch *self, GstSavantBatchPad *pad, SvBatchItem *item)
{
  SvPushResult result;
  SvFlowStats stats;
  gint flow;

  result = sv_collect_reject (&self->collect, pad->queue, SV_DROP_LATE, &stats,
      &flow);
  if (result == SV_PUSH_OK)
    sv_batch_post_drop (self, item, GST_OBJECT_NAME (pad), "late", &stats);
  sv_batch_free_item (&item->item);
  return flow_of (self, pad, result, flow);
}

/* Takes `item`, whose frame cannot be used, and `problem`. */
static GstFlowReturn
fail_frame (GstSavantBatch *self, GstSavantBatchPad *pad, SvBatchItem *item,
    gchar *problem)
{
  GstFlowReturn ret;
  SvPushResult result;
  SvFlowStats stats;
  gint flow;

  result = sv_collect_reject (&self->collect, pad->queue, SV_DROP_ERROR, &stats,
      &flow);
  if (result == SV_PUSH_OK) {
    ret = fail_pad (self, pad, GST_STREAM_ERROR_FAILED,
        g_strdup_printf ("Frame at pad %s: %s", GST_OBJECT_NAME (pad), problem),
        gst_info_strdup_printf ("%" GST_PTR_FORMAT, item->buffer));
    sv_batch_post_drop (self, item, GST_OBJECT_NAME (pad), "error", &stats);
  } else {
    ret = flow_of (self, pad, result, flow);
  }
  g_free (problem);
  sv_batch_free_item (&item->item);
  return ret;
}

/* Without caps, or after a failure. */
static GstFlowReturn
reject_unopened (GstSavantBatch *self, GstSavantBatchPad *pad,
    GstBuffer *buffer)
{
  SvPushResult result;
  gint flow;

  result = sv_collect_reject (&self->collect, pad->queue, SV_DROP_ERROR, NULL,
      &flow);
  gst_buffer_unref (buffer);
  return result != SV_PUSH_OK ? flow_of (self, pad, result, flow)
                              : GST_FLOW_NOT_NEGOTIATED;
}

GstFlowReturn
sv_batch_chain (GstPad *gstpad, GstObject *parent, GstBuffer *buffer)
{
  GstSavantBatch *self = GST_SAVANT_BATCH (parent);
  GstSavantBatchPad *pad = (GstSavantBatchPad *) gstpad;
  gint64 arrival_ns = sv_clock_now ();
  SvBatchItem *item;
  SvPushResult result;
  gchar *problem;
  gint flow;

  if (pad->caps == NULL
      || (pad->failed && !sv_collect_is_open (&self->collect, pad->queue)))
    return reject_unopened (self, pad, buffer);
  item = item_new (self, pad, SV_ITEM_FRAME);
  item->arrival_ns = arrival_ns;
  item->buffer = buffer;
  item->caps = g_atomic_rc_box_acquire (pad->caps);
  item->segment = pad->segment;
  item->item.bytes = item->caps->info.nvmm
      ? GST_VIDEO_INFO_SIZE (&item->caps->info.video)
      : gst_buffer_get_size (buffer);
  if (!sv_batch_place_frame (self, pad, item))
    return reject_late (self, pad, item);
  problem = sv_batch_open_frame (self, pad, item);
  if (problem != NULL)
    return fail_frame (self, pad, item, problem);
  number_frame (pad, item);
  result = sv_collect_push (&self->collect, pad->queue, &item->item, &flow);
  return flow_of (self, pad, result, flow);
}

/* ---- Events ------------------------------------------------------------- */

/* Until when a gap lasts, in running time. */
static GstClockTime
gap_end (GstSavantBatch *self, GstSavantBatchPad *pad, GstEvent *event)
{
  GstClockTime start, duration, end;

  gst_event_parse_gap (event, &start, &duration);
  end = start + (GST_CLOCK_TIME_IS_VALID (duration) ? duration : 1);
  if (GST_CLOCK_TIME_IS_VALID (pad->segment.stop))
    end = MIN (end, pad->segment.stop);
  return sv_batch_gap_time (self, pad, end);
}

/* savantunbatch flushes the one stream; the rest goes on. */
static gboolean
flush_start (GstSavantBatch *self, GstSavantBatchPad *pad, GstEvent *event)
{
  guint32 seqnum = gst_event_get_seqnum (event);
  gboolean drained = sv_collect_begin_flush (&self->collect, pad->queue), begin;
  guint source_id, serial;

  pthread_mutex_lock (&self->lock);
  source_id = pad->source_id;
  serial = ++pad->flush_serial;
  begin = drained && !self->drained;
  self->drained = self->drained || drained;
  pthread_mutex_unlock (&self->lock);
  if (begin) {
    sv_batch_flush_src (self, TRUE, seqnum);
    gst_event_unref (event);
    return TRUE;
  }
  event = sv_stream_event_new (GST_EVENT_CUSTOM_DOWNSTREAM_OOB, source_id,
      pad->index, event);
  sv_stream_event_set_flush (event, serial);
  gst_pad_push_event (self->srcpad, event);
  return TRUE;
}

static gboolean
flush_stop (GstSavantBatch *self, GstSavantBatchPad *pad, GstEvent *event)
{
  guint32 seqnum = gst_event_get_seqnum (event);
  SvBatchItem *item;
  gboolean end;

  pthread_mutex_lock (&self->lock);
  end = self->drained;
  self->drained = FALSE;
  pthread_mutex_unlock (&self->lock);
  gst_segment_init (&pad->segment, GST_FORMAT_TIME);
  pad->failed = FALSE;
  pad->fresh = pad->flushed = TRUE;
  if (end)
    sv_batch_flush_src (self, FALSE, seqnum);
  item = item_new (self, pad, SV_ITEM_EVENT);
  item->event = event;
  pthread_mutex_lock (&self->lock);
  item->flush_serial = pad->flush_serial;
  pthread_mutex_unlock (&self->lock);
  return sv_collect_end_flush (&self->collect, pad->queue, &item->item);
}

/* An update that leaves running times as they are begins nothing. */
static void
take_segment (GstSavantBatchPad *pad, GstEvent *event)
{
  GstSegment before = pad->segment;
  const GstSegment *next = &pad->segment;

  gst_event_copy_segment (event, &pad->segment);
  if (before.format != next->format || before.rate != next->rate
      || before.base != next->base || before.offset != next->offset
      || before.start != next->start
      || (next->rate < 0 && before.stop != next->stop))
    pad->fresh = TRUE;
}

static gboolean
sink_serialized (GstSavantBatch *self, GstSavantBatchPad *pad, GstEvent *event)
{
  SvItemKind kind = SV_ITEM_EVENT;
  GstClockTime time = GST_CLOCK_TIME_NONE;

  switch (GST_EVENT_TYPE (event)) {
    case GST_EVENT_STREAM_START:
      kind = SV_ITEM_START;
      pad->failed = FALSE;
      pad->fresh = TRUE;
      break;
    case GST_EVENT_CAPS:
      return take_caps (self, pad, event);
    case GST_EVENT_SEGMENT:
      take_segment (pad, event);
      break;
    case GST_EVENT_GAP:
      kind = SV_ITEM_GAP;
      time = gap_end (self, pad, event);
      break;
    case GST_EVENT_EOS:
      kind = SV_ITEM_EOS;
      break;
    default:
      break;
  }
  return queue_event (self, pad, kind, time, event);
}

gboolean
sv_batch_sink_event (GstPad *gstpad, GstObject *parent, GstEvent *event)
{
  GstSavantBatch *self = GST_SAVANT_BATCH (parent);
  GstSavantBatchPad *pad = (GstSavantBatchPad *) gstpad;

  switch (GST_EVENT_TYPE (event)) {
    case GST_EVENT_FLUSH_START:
      return flush_start (self, pad, event);
    case GST_EVENT_FLUSH_STOP:
      return flush_stop (self, pad, event);
    default:
      if (GST_EVENT_IS_SERIALIZED (event))
        return sink_serialized (self, pad, event);
      return gst_pad_push_event (self->srcpad, event);
  }
}
