/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SV_POOL_QUEUE_H
#define SV_POOL_QUEUE_H

/* The bookkeeping of a pool: free buffers, buffers in use in the order in
 * which they were acquired, figures, waiting. Any thread. The lock is never
 * held while a buffer is made or freed. */

#include <pthread.h>

#include <savant/gst.h>

/* One buffer of a pool. */
typedef struct SvPoolEntry
{
  GstBuffer *buffer;
  gint64 acquired_ns;       /* by the coarse clock, which is cheap and early */
  struct SvPoolEntry *prev; /* acquired before, while in use */
  struct SvPoolEntry *next; /* acquired after, or the next free one */
} SvPoolEntry;

/* Of bytes between what several threads write: a line of a cache, or the pair
 * of lines that is fetched together. */
#define SV_POOL_APART 128

typedef struct SvPoolQueue
{
  char apart_from_others[SV_POOL_APART];
  /* Whoever tries to get it takes its line away from whoever has it. */
  pthread_mutex_t lock;
  char apart_from_lock[SV_POOL_APART];
  SvPoolEntry *free_list; /* the last one returned first: still in cache */
  SvPoolEntry *oldest;
  SvPoolEntry *newest;
  gboolean flushing;
  guint waiters;
  GstSavantPoolStats stats; /* but oldest_age_ns */
  pthread_cond_t available;
} SvPoolQueue;

typedef enum SvPoolTake
{
  SV_POOL_TAKEN, /* *entry is in use now */
  SV_POOL_MAKE,  /* the caller may make one, then calls _add */
  SV_POOL_EMPTY, /* time over */
  SV_POOL_FLUSHING
} SvPoolTake;

/* Starts out flushing. */
void sv_pool_queue_init (SvPoolQueue *queue);

/* There is nothing in use or free any more. */
void sv_pool_queue_clear (SvPoolQueue *queue);

void sv_pool_queue_set_max (SvPoolQueue *queue, guint max_buffers);

/* Wakes every waiter when it begins. */
void sv_pool_queue_set_flushing (SvPoolQueue *queue, gboolean flushing);

/* timeout_ns as for gst_savant_buffer_pool_acquire(). */
SvPoolTake sv_pool_queue_take (SvPoolQueue *queue, gint64 timeout_ns,
    SvPoolEntry **entry);

/* Ends SV_POOL_MAKE: the new entry is in use, or NULL if making it failed. */
void sv_pool_queue_add (SvPoolQueue *queue, SvPoolEntry *entry);

/* A new entry that nobody asked for yet. */
void sv_pool_queue_add_free (SvPoolQueue *queue, SvPoolEntry *entry);

/* Takes a buffer back. Returns NULL where `recycle` keeps it for the next
 * taker, else its entry, now counted out, whose buffer the caller frees. */
SvPoolEntry *sv_pool_queue_give (SvPoolQueue *queue, GstBuffer *buffer,
    gboolean recycle);

/* Counts the free entries out; a list by `next` that the caller frees. */
SvPoolEntry *sv_pool_queue_drain (SvPoolQueue *queue);

void sv_pool_queue_get_stats (SvPoolQueue *queue, GstSavantPoolStats *stats);

#endif
