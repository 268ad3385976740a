/* SPDX-License-Identifier: Apache-2.0 */
#include "core/clock.h"
#include "gstsavantbatch.h"
#include "plugin.h"

#define GST_CAT_DEFAULT gst_savant_debug

/* A source that pushes to nothing gets GST_FLOW_NOT_LINKED, of which it makes
 * an ERROR. One that a released pad leaves behind is answered in its stead, by
 * a probe on its pad that goes with the first frame after a new link. */

/* How far upstream is looked for others that take the frames too. */
#define MAX_DEPTH 64

/* Data of a source's pad that has the probe: NOT_LIVE or LIVE. */
static GQuark
released_quark (void)
{
  return g_quark_from_static_string ("savant-released");
}

#define NOT_LIVE GINT_TO_POINTER (1)
#define LIVE GINT_TO_POINTER (2)

/* Guards that a pad has the probe exactly where it has the data. */
static pthread_mutex_t probe_lock = PTHREAD_MUTEX_INITIALIZER;

static gboolean is_shared (GstPad *src, guint depth);

/* Whether what comes in at `sink` goes to another linked pad than `src`, or is
 * shared before. */
static gboolean
is_shared_before (GstPad *sink, GstPad *src, guint depth)
{
  GstIterator *it = gst_pad_iterate_internal_links (sink);
  GstPad *peer = gst_pad_get_peer (sink);
  GValue value = G_VALUE_INIT;
  gboolean shared = FALSE;

  while (it != NULL && !shared
      && gst_iterator_next (it, &value) == GST_ITERATOR_OK) {
    GstPad *other = g_value_get_object (&value);

    shared = other != src && gst_pad_is_linked (other);
    g_value_unset (&value);
  }
  if (it != NULL)
    gst_iterator_free (it);
  shared = shared || (peer != NULL && is_shared (peer, depth + 1));
  gst_clear_object (&peer);
  return shared;
}

/* Whether others get frames of the elements that feed `src`: behind a tee or a
 * demuxer. Elements that change meanwhile count as not shared. */
static gboolean
is_shared (GstPad *src, guint depth)
{
  GstIterator *it =
      depth < MAX_DEPTH ? gst_pad_iterate_internal_links (src) : NULL;
  GValue value = G_VALUE_INIT;
  gboolean shared = FALSE;

  while (it != NULL && !shared
      && gst_iterator_next (it, &value) == GST_ITERATOR_OK) {
    shared = is_shared_before (g_value_get_object (&value), src, depth);
    g_value_unset (&value);
  }
  if (it != NULL)
    gst_iterator_free (it);
  return shared;
}

/* EOS would end what others of a tee get, and a live source that is linked anew
 * goes on; but a file would be read to its end for nobody. */
static GstFlowReturn
flow_without_pad (GstPad *src, gboolean live)
{
  return live || is_shared (src, 0) ? GST_FLOW_OK : GST_FLOW_EOS;
}

static gboolean
has_taker (GstPad *src)
{
  GstPad *peer = gst_pad_get_peer (src);
  gboolean taker = peer != NULL
      && !(GST_IS_SAVANT_BATCH_PAD (peer)
          && ((GstSavantBatchPad *) peer)->released);

  gst_clear_object (&peer);
  return taker;
}

static GstPadProbeReturn
answer (GstPad *src, GstPadProbeInfo *info, gpointer data)
{
  gboolean taker, live;

  (void) data;
  pthread_mutex_lock (&probe_lock);
  taker = has_taker (src);
  live = g_object_get_qdata (G_OBJECT (src), released_quark ()) == LIVE;
  if (taker)
    g_object_set_qdata (G_OBJECT (src), released_quark (), NULL);
  pthread_mutex_unlock (&probe_lock);
  if (taker)
    return GST_PAD_PROBE_REMOVE;
  GST_PAD_PROBE_INFO_FLOW_RETURN (info) = flow_without_pad (src, live);
  gst_mini_object_unref (GST_PAD_PROBE_INFO_DATA (info));
  return GST_PAD_PROBE_HANDLED;
}

static void
answer_for (GstPad *src, gboolean live)
{
  pthread_mutex_lock (&probe_lock);
  if (g_object_get_qdata (G_OBJECT (src), released_quark ()) == NULL)
    gst_pad_add_probe (src,
        GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_BUFFER_LIST, answer,
        NULL, NULL);
  g_object_set_qdata (G_OBJECT (src), released_quark (),
      live ? LIVE : NOT_LIVE);
  pthread_mutex_unlock (&probe_lock);
}

/* ---- Frames on their way ------------------------------------------------ */

/* A push that passed `answer` by meets a pad that is flushing, and its source
 * gets what ends it, unless it is waited for. It is not where the release is
 * called by a probe in that very push. */
#define MAX_IDLE_WAIT_NS (500 * 1000 * 1000)

typedef struct Idle
{
  pthread_mutex_t lock;
  pthread_cond_t cond;
  gboolean idle;
} Idle;

static void
idle_clear (gpointer data)
{
  Idle *idle = data;

  pthread_cond_destroy (&idle->cond);
  pthread_mutex_destroy (&idle->lock);
}

static GstPadProbeReturn
is_idle (GstPad *src, GstPadProbeInfo *info, gpointer data)
{
  (void) src;
  (void) info;
  (void) data;
  return GST_PAD_PROBE_REMOVE;
}

/* Told when the probe is gone, not when it is called: that is under the pad's
 * lock, which the pushing thread keeps until it has noted that an event was
 * sent. A new link before that would lose the event. */
static void
idle_gone (gpointer data)
{
  Idle *idle = data;

  pthread_mutex_lock (&idle->lock);
  idle->idle = TRUE;
  pthread_cond_signal (&idle->cond);
  pthread_mutex_unlock (&idle->lock);
  g_atomic_rc_box_release_full (idle, idle_clear);
}

static void
await_pushes (GstPad *src)
{
  Idle *idle = g_atomic_rc_box_new0 (Idle);
  int64_t deadline = sv_clock_now () + MAX_IDLE_WAIT_NS;
  gulong probe;

  pthread_mutex_init (&idle->lock, NULL);
  sv_cond_init (&idle->cond);
  probe = gst_pad_add_probe (src, GST_PAD_PROBE_TYPE_IDLE, is_idle,
      g_atomic_rc_box_acquire (idle), idle_gone);
  pthread_mutex_lock (&idle->lock);
  while (!idle->idle
      && sv_cond_wait_until (&idle->cond, &idle->lock, deadline) == 0)
    ;
  if (idle->idle)
    probe = 0;
  pthread_mutex_unlock (&idle->lock);
  if (probe != 0)
    gst_pad_remove_probe (src, probe);
  g_atomic_rc_box_release_full (idle, idle_clear);
}

/* ---- The release -------------------------------------------------------- */

GstFlowReturn
sv_batch_flow_of_released (GstSavantBatch *self, GstSavantBatchPad *pad)
{
  GstPad *src;
  GstFlowReturn flow;
  gboolean live;

  pthread_mutex_lock (&self->lock);
  src = pad->left != NULL ? gst_object_ref (pad->left) : NULL;
  live = pad->live;
  pthread_mutex_unlock (&self->lock);
  if (src == NULL)
    return GST_FLOW_FLUSHING;
  flow = flow_without_pad (src, live);
  gst_object_unref (src);
  return flow;
}

void
sv_batch_release_pad (GstElement *element, GstPad *gstpad)
{
  GstSavantBatch *self = GST_SAVANT_BATCH (element);
  GstSavantBatchPad *pad = GST_SAVANT_BATCH_PAD (gstpad);
  GstPad *src = gst_pad_get_peer (gstpad);
  gboolean live;

  gst_object_ref (pad);
  pthread_mutex_lock (&self->lock);
  live = pad->live;
  pad->left = src;
  pthread_mutex_unlock (&self->lock);
  pad->released = TRUE;
  /* Before the rest: its streaming thread comes out of the queue, and what it
   * sends after an answer of EOS ends nothing. */
  sv_collect_release_pad (&self->collect, pad->queue);
  if (src != NULL) {
    answer_for (src, live);
    /* Events that come now wait for the next link; a pad that is flushing would
     * refuse them, which for caps is an error of their sender. */
    gst_pad_unlink (src, gstpad);
    GST_PAD_STREAM_LOCK (gstpad);
    GST_PAD_STREAM_UNLOCK (gstpad);
    await_pushes (src);
  }
  sv_batch_announce_gone (self, pad);
  gst_pad_set_active (gstpad, FALSE);
  gst_child_proxy_child_removed (GST_CHILD_PROXY (self), G_OBJECT (pad),
      GST_OBJECT_NAME (pad));
  gst_element_remove_pad (element, gstpad);
  pthread_mutex_lock (&self->lock);
  self->renegotiate = TRUE;
  pad->left = NULL;
  pthread_mutex_unlock (&self->lock);
  gst_clear_object (&src);
  if (live)
    sv_batch_post_latency (self);
  gst_object_unref (pad);
}
