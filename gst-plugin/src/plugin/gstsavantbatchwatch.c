/* SPDX-License-Identifier: Apache-2.0 */
#include "gstsavantbatch.h"
#include "plugin.h"

#define GST_CAT_DEFAULT gst_savant_debug

/* The one thread of GStreamer's system clock waits for all of these. */

typedef struct Watch
{
  GWeakRef element;
} Watch;

static Watch *
watch_new (GstSavantBatch *self)
{
  Watch *watch = g_new0 (Watch, 1);

  g_weak_ref_init (&watch->element, self);
  return watch;
}

static void
watch_free (gpointer data)
{
  Watch *watch = data;

  g_weak_ref_clear (&watch->element);
  g_free (watch);
}

static gboolean
on_stats (GstClock *clock, GstClockTime time, GstClockID id, gpointer data)
{
  GstSavantBatch *self = g_weak_ref_get (&((Watch *) data)->element);

  (void) clock;
  (void) time;
  (void) id;
  if (self == NULL)
    return TRUE;
  gst_element_post_message (GST_ELEMENT (self),
      gst_message_new_element (GST_OBJECT (self), sv_batch_get_stats (self)));
  gst_object_unref (self);
  return TRUE;
}

static gboolean
is_playing (GstSavantBatch *self)
{
  gboolean playing;

  GST_OBJECT_LOCK (self);
  playing = GST_STATE (self) == GST_STATE_PLAYING;
  GST_OBJECT_UNLOCK (self);
  return playing;
}

/* A sink that is paused may block as long as it likes. */
static gboolean
on_blocked (GstClock *clock, GstClockTime time, GstClockID id, gpointer data)
{
  GstSavantBatch *self = g_weak_ref_get (&((Watch *) data)->element);
  SvCollectStats *stats;
  guint64 limit;

  (void) clock;
  (void) time;
  (void) id;
  if (self == NULL)
    return TRUE;
  stats = g_new (SvCollectStats, 1);
  sv_collect_get_stats (&self->collect, stats, NULL, NULL);
  pthread_mutex_lock (&self->lock);
  limit = self->stall_ns;
  pthread_mutex_unlock (&self->lock);
  if (limit > 0 && stats->pushing_ns >= (gint64) limit && is_playing (self))
    sv_batch_post_blocked (self, (guint64) stats->pushing_ns);
  g_free (stats);
  gst_object_unref (self);
  return TRUE;
}

static GstClockID
start_timer (GstSavantBatch *self, GstClockTime interval, GstClockCallback tick)
{
  GstClock *clock;
  GstClockID id;

  if (interval == 0)
    return NULL;
  clock = gst_system_clock_obtain ();
  id = gst_clock_new_periodic_id (clock, gst_clock_get_time (clock) + interval,
      interval);
  gst_clock_id_wait_async (id, tick, watch_new (self), watch_free);
  gst_object_unref (clock);
  return id;
}

static void
stop_timer (GstClockID id)
{
  if (id == NULL)
    return;
  gst_clock_id_unschedule (id);
  gst_clock_id_unref (id);
}

void
sv_batch_start_watch (GstSavantBatch *self)
{
  GstClockID stats = NULL, blocked = NULL, old_stats, old_blocked;

  pthread_mutex_lock (&self->lock);
  if (self->running) {
    stats = start_timer (self, self->stats_ns, on_stats);
    blocked = start_timer (self, self->stall_ns, on_blocked);
  }
  old_stats = self->stats_timer;
  old_blocked = self->blocked_timer;
  self->stats_timer = stats;
  self->blocked_timer = blocked;
  pthread_mutex_unlock (&self->lock);
  stop_timer (old_stats);
  stop_timer (old_blocked);
}

void
sv_batch_stop_watch (GstSavantBatch *self)
{
  GstClockID stats, blocked;

  pthread_mutex_lock (&self->lock);
  stats = self->stats_timer;
  blocked = self->blocked_timer;
  self->stats_timer = self->blocked_timer = NULL;
  pthread_mutex_unlock (&self->lock);
  stop_timer (stats);
  stop_timer (blocked);
}
