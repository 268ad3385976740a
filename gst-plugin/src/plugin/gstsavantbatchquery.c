/* SPDX-License-Identifier: Apache-2.0 */
#include "batchdsmeta.h"
#include "gstsavantbatch.h"
#include "plugin.h"

#define GST_CAT_DEFAULT gst_savant_debug

/* More than any source needs: a wrong answer. */
#define MAX_LATENCY (GST_SECOND * 60 * 60)

/* ---- What a source says ------------------------------------------------- */

/* Whether a warning about the latency of the pad may be posted: one a run. */
static gboolean
may_warn (GstSavantBatch *self, GstSavantBatchPad *pad)
{
  gboolean told;

  pthread_mutex_lock (&self->lock);
  told = pad->latency_told;
  pad->latency_told = TRUE;
  pthread_mutex_unlock (&self->lock);
  return !told;
}

/* The element that sends to the pad; g_free. */
static gchar *
name_of_source (GstSavantBatchPad *pad)
{
  GstPad *peer = gst_pad_get_peer (GST_PAD (pad));
  GstObject *parent = peer != NULL ? gst_pad_get_parent (peer) : NULL;
  gchar *name =
      parent != NULL ? gst_object_get_name (parent) : g_strdup ("nothing");

  gst_clear_object (&parent);
  gst_clear_object (&peer);
  return name;
}

static void
warn (GstSavantBatch *self, GstSavantBatchPad *pad, const gchar *problem)
{
  gchar *source;

  if (!may_warn (self, pad))
    return;
  source = name_of_source (pad);
  GST_ELEMENT_WARNING (self, CORE, CLOCK,
      ("Latency of pad %s: its source %s %s", GST_OBJECT_NAME (pad), source,
          problem),
      (NULL));
  g_free (source);
}

/* Some sources answer from their first caps on; one that is just unlinked does
 * not any more. */
static gboolean
should_answer (GstSavantBatch *self, GstSavantBatchPad *pad)
{
  gboolean has_caps;

  pthread_mutex_lock (&self->lock);
  has_caps = pad->has_caps;
  pthread_mutex_unlock (&self->lock);
  return has_caps && !pad->released && gst_pad_is_linked (GST_PAD (pad));
}

gboolean
sv_batch_ask_latency (GstSavantBatch *self, GstSavantBatchPad *pad,
    gboolean *live, GstClockTime *min, GstClockTime *max)
{
  GstQuery *query;
  gboolean answered;

  *live = FALSE;
  *min = 0;
  *max = GST_CLOCK_TIME_NONE;
  if (!gst_pad_is_linked (GST_PAD (pad)))
    return FALSE;
  query = gst_query_new_latency ();
  answered = gst_pad_peer_query (GST_PAD (pad), query);
  if (answered)
    gst_query_parse_latency (query, live, min, max);
  gst_query_unref (query);
  if (!answered) {
    if (should_answer (self, pad))
      warn (self, pad,
          "answers no LATENCY query; it is taken as one that is not live");
  } else if (*live && *min > MAX_LATENCY) {
    warn (self, pad, "says that it needs more than an hour; 0 is taken");
    *min = 0;
  }
  if (answered && *live && *max < *min) {
    warn (self, pad,
        "says that it needs more time than it can buffer (max < min); the "
        "larger one is taken for both");
    *max = *min;
  }
  pthread_mutex_lock (&self->lock);
  pad->live = *live;
  pad->latency = *live ? *min : 0;
  pthread_mutex_unlock (&self->lock);
  sv_collect_set_live (&self->collect, pad->queue, *live);
  return answered;
}

/* ---- Latency ------------------------------------------------------------ */

/* How long a frame by the pad's caps lasts, 0: not known. */
static GstClockTime
frame_duration (const GstSavantBatchPad *pad)
{
  if (!pad->has_caps || pad->fps_n < 1 || pad->fps_d < 1)
    return 0;
  return gst_util_uint64_scale_int (GST_SECOND, pad->fps_d, pad->fps_n);
}

/* How long a frame may wait for its batch: the timeout, or where that is not
 * bounded one frame of the slowest source. */
static GstClockTime
waiting_time (GstSavantBatch *self, GList *pads)
{
  gint64 timeout = sv_collect_get_timeout (&self->collect);
  GstClockTime slowest = 0;

  pthread_mutex_lock (&self->lock);
  for (GList *l = pads; l != NULL; l = l->next)
    slowest = MAX (slowest, frame_duration (l->data));
  pthread_mutex_unlock (&self->lock);
  return timeout >= 0 ? (GstClockTime) timeout : slowest;
}

/* What the pad's queue holds, or NONE where its rate is not known. */
static GstClockTime
queued_time (GstSavantBatch *self, GstSavantBatchPad *pad)
{
  GstClockTime frame;
  guint n;

  pthread_mutex_lock (&self->lock);
  frame = frame_duration (pad);
  n = pad->max_queued;
  pthread_mutex_unlock (&self->lock);
  return frame == 0 ? GST_CLOCK_TIME_NONE : n * frame;
}

/* One of several sources that need different times has to wait for the slowest
 * in the queue of its pad. */
static void
check_queue (GstSavantBatch *self, GstSavantBatchPad *pad, GstClockTime max,
    GstClockTime min)
{
  GstClockTime queued = queued_time (self, pad), frame;
  guint max_queued, needed;

  if (!GST_CLOCK_TIME_IS_VALID (max) || !GST_CLOCK_TIME_IS_VALID (queued)
      || max + queued >= min || !may_warn (self, pad))
    return;
  pthread_mutex_lock (&self->lock);
  max_queued = pad->max_queued;
  pthread_mutex_unlock (&self->lock);
  frame = queued / max_queued;
  needed = (guint) ((min - max + frame - 1) / frame);
  GST_ELEMENT_WARNING (self, CORE, CLOCK,
      ("Latency of pad %s: frames wait for up to %" G_GUINT64_FORMAT
       " ms, but its source and its queue hold %" G_GUINT64_FORMAT
       " ms: set its max-queued to %u or more, it is %u",
          GST_OBJECT_NAME (pad), (guint64) (min / GST_MSECOND),
          (guint64) ((max + queued) / GST_MSECOND), needed, max_queued),
      (NULL));
}

static void
answer_latency (GstSavantBatch *self, GstQuery *query)
{
  GList *pads = sv_batch_list_pads (self);
  guint n = g_list_length (pads), i = 0;
  GstClockTime *most = g_new (GstClockTime, n + 1);
  GstClockTime min = 0, max = GST_CLOCK_TIME_NONE;
  gboolean live = FALSE;

  for (GList *l = pads; l != NULL; l = l->next, i++) {
    GstClockTime pad_min;
    gboolean pad_live;

    most[i] = GST_CLOCK_TIME_NONE;
    if (!sv_batch_ask_latency (self, l->data, &pad_live, &pad_min, &most[i])
        || !pad_live) {
      most[i] = GST_CLOCK_TIME_NONE;
      continue;
    }
    live = TRUE;
    min = MAX (min, pad_min);
  }
  min += waiting_time (self, pads);
  i = 0;
  for (GList *l = pads; l != NULL; l = l->next, i++) {
    GstClockTime queued = queued_time (self, l->data);

    if (!GST_CLOCK_TIME_IS_VALID (most[i]))
      continue;
    check_queue (self, l->data, most[i], min);
    max =
        MIN (max, most[i] + (GST_CLOCK_TIME_IS_VALID (queued) ? queued : min));
  }
  g_list_free_full (pads, gst_object_unref);
  g_free (most);
  GST_DEBUG_OBJECT (self, "latency: live %d, %" GST_TIME_FORMAT, live,
      GST_TIME_ARGS (min));
  gst_query_set_latency (query, live, min, MAX (min, max));
}

/* ---- Queries ------------------------------------------------------------ */

static guint
number_of_pads (GstSavantBatch *self)
{
  guint n;

  GST_OBJECT_LOCK (self);
  n = GST_ELEMENT (self)->numsinkpads;
  GST_OBJECT_UNLOCK (self);
  return n;
}

/* Of the caps, or before there are any what they will be. */
static guint
slots_of_batches (GstSavantBatch *self)
{
  guint n;

  pthread_mutex_lock (&self->lock);
  n = self->caps_slots > 0 ? self->caps_slots : self->batch_size;
  pthread_mutex_unlock (&self->lock);
  return n > 0 ? n : MAX (number_of_pads (self), 1);
}

/* The source behind the pad of a number answers. */
static gboolean
ask_source (GstSavantBatch *self, guint pad_index, GstQuery *query)
{
  GList *pads = sv_batch_list_pads (self);
  gboolean answered = FALSE;

  for (GList *l = pads; !answered && l != NULL; l = l->next)
    answered = ((GstSavantBatchPad *) l->data)->index == pad_index
        && gst_pad_peer_query (GST_PAD (l->data), query);
  g_list_free_full (pads, gst_object_unref);
  return answered;
}

gboolean
sv_batch_src_query (GstPad *pad, GstObject *parent, GstQuery *query)
{
  GstSavantBatch *self = GST_SAVANT_BATCH (parent);
  guint pad_index;

  switch (GST_QUERY_TYPE (query)) {
    case GST_QUERY_LATENCY:
      answer_latency (self, query);
      return TRUE;
    case GST_QUERY_CAPS: {
      GstCaps *caps = gst_pad_get_current_caps (pad);

      sv_batch_answer_caps (query,
          caps != NULL ? caps : sv_batch_src_caps (self));
      return TRUE;
    }
    default:
      if (sv_ds_asks_source (query, &pad_index))
        return ask_source (self, pad_index, query);
      return sv_ds_answer_query (query, slots_of_batches (self),
                 number_of_pads (self))
          || gst_pad_query_default (pad, parent, query);
  }
}
