/* SPDX-License-Identifier: Apache-2.0 */
#include "poolqueue.h"

#include <errno.h>

#include "core/clock.h"
#include "core/lock.h"

/* Up to some milliseconds late, and cheaper: it is read once a buffer. */
static gint64
coarse_now (void)
{
  struct timespec now;

  clock_gettime (CLOCK_MONOTONIC_COARSE, &now);
  return (gint64) now.tv_sec * SV_SECOND_NS + now.tv_nsec;
}

void
sv_pool_queue_init (SvPoolQueue *queue)
{
  *queue = (SvPoolQueue){ .flushing = TRUE };
  pthread_mutex_init (&queue->lock, NULL);
  sv_cond_init (&queue->available);
}

void
sv_pool_queue_clear (SvPoolQueue *queue)
{
  pthread_cond_destroy (&queue->available);
  pthread_mutex_destroy (&queue->lock);
}

void
sv_pool_queue_set_max (SvPoolQueue *queue, guint max_buffers)
{
  pthread_mutex_lock (&queue->lock);
  queue->stats.max_buffers = max_buffers;
  pthread_mutex_unlock (&queue->lock);
}

void
sv_pool_queue_set_flushing (SvPoolQueue *queue, gboolean flushing)
{
  pthread_mutex_lock (&queue->lock);
  queue->flushing = flushing;
  if (flushing)
    pthread_cond_broadcast (&queue->available);
  pthread_mutex_unlock (&queue->lock);
}

static void
set_in_use (SvPoolQueue *queue, SvPoolEntry *entry)
{
  GstSavantPoolStats *stats = &queue->stats;

  entry->acquired_ns = coarse_now ();
  entry->next = NULL;
  entry->prev = queue->newest;
  if (queue->newest != NULL)
    queue->newest->next = entry;
  else
    queue->oldest = entry;
  queue->newest = entry;
  stats->acquired++;
  if (++stats->outstanding > stats->high_water_mark)
    stats->high_water_mark = stats->outstanding;
}

static void
set_unused (SvPoolQueue *queue, SvPoolEntry *entry)
{
  if (entry->prev != NULL)
    entry->prev->next = entry->next;
  else
    queue->oldest = entry->next;
  if (entry->next != NULL)
    entry->next->prev = entry->prev;
  else
    queue->newest = entry->prev;
  queue->stats.outstanding--;
}

static gboolean
is_empty (const SvPoolQueue *queue)
{
  const GstSavantPoolStats *stats = &queue->stats;

  return queue->free_list == NULL && stats->max_buffers != 0
      && stats->allocated >= stats->max_buffers;
}

/* FALSE where time is over and the pool still empty. Called and left with the
 * lock held. */
static gboolean
wait_until_available (SvPoolQueue *queue, gint64 timeout_ns)
{
  gint64 start = sv_clock_now ();
  gint64 deadline = timeout_ns < 0 || timeout_ns > G_MAXINT64 - start
      ? G_MAXINT64
      : start + timeout_ns;
  int status = 0;

  queue->stats.waits++;
  queue->waiters++;
  while (timeout_ns != 0 && status != ETIMEDOUT && !queue->flushing
      && is_empty (queue))
    status = sv_cond_wait_until (&queue->available, &queue->lock, deadline);
  queue->waiters--;
  queue->stats.wait_time_ns += sv_clock_now () - start;
  if (queue->flushing || !is_empty (queue))
    return TRUE;
  queue->stats.timeouts++;
  return FALSE;
}

SvPoolTake
sv_pool_queue_take (SvPoolQueue *queue, gint64 timeout_ns, SvPoolEntry **entry)
{
  SvPoolTake result;

  sv_lock_short (&queue->lock);
  if (!queue->flushing && is_empty (queue)
      && !wait_until_available (queue, timeout_ns)) {
    result = SV_POOL_EMPTY;
  } else if (queue->flushing) {
    result = SV_POOL_FLUSHING;
  } else if (queue->free_list != NULL) {
    *entry = queue->free_list;
    queue->free_list = (*entry)->next;
    set_in_use (queue, *entry);
    result = SV_POOL_TAKEN;
  } else {
    queue->stats.allocated++;
    result = SV_POOL_MAKE;
  }
  pthread_mutex_unlock (&queue->lock);
  return result;
}

void
sv_pool_queue_add (SvPoolQueue *queue, SvPoolEntry *entry)
{
  pthread_mutex_lock (&queue->lock);
  if (entry != NULL) {
    set_in_use (queue, entry);
  } else {
    queue->stats.allocated--;
    pthread_cond_signal (&queue->available);
  }
  pthread_mutex_unlock (&queue->lock);
}

void
sv_pool_queue_add_free (SvPoolQueue *queue, SvPoolEntry *entry)
{
  pthread_mutex_lock (&queue->lock);
  queue->stats.allocated++;
  entry->next = queue->free_list;
  queue->free_list = entry;
  pthread_mutex_unlock (&queue->lock);
}

/* Buffers mostly come back in the order in which they went out, or in the
 * reverse one. */
static SvPoolEntry *
find_in_use (SvPoolQueue *queue, GstBuffer *buffer)
{
  SvPoolEntry *from_old = queue->oldest, *from_new = queue->newest;

  while (from_old->buffer != buffer) {
    if (from_new->buffer == buffer)
      return from_new;
    from_old = from_old->next;
    from_new = from_new->prev;
  }
  return from_old;
}

SvPoolEntry *
sv_pool_queue_give (SvPoolQueue *queue, GstBuffer *buffer, gboolean recycle)
{
  SvPoolEntry *entry;
  gboolean wake;

  sv_lock_short (&queue->lock);
  entry = find_in_use (queue, buffer);
  set_unused (queue, entry);
  if (recycle) {
    entry->next = queue->free_list;
    queue->free_list = entry;
    entry = NULL;
  } else {
    queue->stats.allocated--;
  }
  wake = queue->waiters > 0;
  pthread_mutex_unlock (&queue->lock);
  if (wake)
    pthread_cond_signal (&queue->available);
  return entry;
}

SvPoolEntry *
sv_pool_queue_drain (SvPoolQueue *queue)
{
  SvPoolEntry *list;

  pthread_mutex_lock (&queue->lock);
  list = queue->free_list;
  queue->free_list = NULL;
  for (SvPoolEntry *entry = list; entry != NULL; entry = entry->next)
    queue->stats.allocated--;
  pthread_mutex_unlock (&queue->lock);
  return list;
}

void
sv_pool_queue_get_stats (SvPoolQueue *queue, GstSavantPoolStats *stats)
{
  gint64 now;

  pthread_mutex_lock (&queue->lock);
  now = sv_clock_now ();
  *stats = queue->stats;
  stats->oldest_age_ns =
      queue->oldest != NULL ? MAX (now - queue->oldest->acquired_ns, 0) : 0;
  pthread_mutex_unlock (&queue->lock);
}
