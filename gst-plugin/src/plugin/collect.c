/* SPDX-License-Identifier: Apache-2.0 */
#include "collect.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

/* The most slots of a batch, SAVANT_MAX_BATCH_SIZE. */
#define MAX_CAPACITY 1024

/* Events of a pad that may wait behind frames; more make their sender wait. */
#define MAX_EVENTS 256

#define SECOND 1000000000

/* What a scan of the pads found. */
typedef struct Scan
{
  unsigned n_missing; /* pads without a frame that are waited for */
  unsigned n_gaps;
  unsigned n_flushing;
  unsigned n_ended;
  int64_t oldest_ns;
  uint64_t earliest; /* running time of the frames */
  SvCollectPad *stalled;
  int64_t next_stall; /* waiting clock */
} Scan;

int64_t
sv_collect_now (void)
{
  struct timespec t;

  clock_gettime (CLOCK_MONOTONIC, &t);
  return (int64_t) t.tv_sec * SECOND + t.tv_nsec;
}

/* A clock that stands still while the consumer is busy downstream. */
static int64_t
waiting_clock (const SvCollect *collect, int64_t now)
{
  int64_t pushing =
      collect->pushing_since != 0 ? now - collect->pushing_since : 0;

  return now - collect->pushed_ns - pushing;
}

/* ---- Items -------------------------------------------------------------- */

void
sv_collect_unref_pad (SvCollectPad *pad)
{
  if (--pad->refs > 0)
    return;
  pthread_cond_destroy (&pad->room);
  free (pad);
}

/* Without the lock. */
void
sv_collect_free (SvCollect *collect, SvItem *items)
{
  while (items != NULL) {
    SvItem *next = items->next;
    SvCollectPad *pad = items->pad;

    collect->free_item (items);
    if (pad != NULL)
      sv_collect_unref_pad (pad);
    items = next;
  }
}

/* With the lock held, like all that follow up to the interface. */

static void
count_dropped (SvCollect *collect, SvCollectPad *pad, SvDropReason reason)
{
  pad->stats.held--;
  pad->stats.dropped[reason]++;
  collect->stats.held--;
  collect->stats.dropped[reason]++;
}

static SvItem *
pop (SvCollectPad *pad)
{
  SvItem *item = pad->head;

  pad->head = item->next;
  if (pad->head == NULL)
    pad->tail = &pad->head;
  item->next = NULL;
  if (item->kind == SV_ITEM_FRAME)
    pad->n_frames--;
  else
    pad->n_events--;
  pthread_cond_signal (&pad->room);
  return item;
}

/* Empties a queue into a list that the caller frees without the lock. */
static void
drop_queue (SvCollect *collect, SvCollectPad *pad, SvDropReason reason,
    SvItem **list)
{
  while (pad->head != NULL) {
    SvItem *item = pop (pad);

    if (item->kind == SV_ITEM_FRAME)
      count_dropped (collect, pad, reason);
    item->next = *list;
    *list = item;
  }
}

static void
reset_silence (SvCollect *collect, SvCollectPad *pad, int64_t now)
{
  pad->silent_since = waiting_clock (collect, now);
  pad->stalls_told = 0;
}

static void
reset_pad (SvCollect *collect, SvCollectPad *pad)
{
  pad->closed = pad->cut = pad->ended = false;
  pad->has_gap = false;
  reset_silence (collect, pad, sv_collect_now ());
}

static void
grow_capacity (SvCollect *collect)
{
  if (collect->batch_size != 0)
    return;
  while (collect->capacity < collect->n_pads
      && collect->capacity < MAX_CAPACITY)
    collect->capacity *= 2;
  if (collect->capacity > MAX_CAPACITY)
    collect->capacity = MAX_CAPACITY;
}

/* Whether the consumer has to look at a new head. Only frames are frequent. */
static bool
concerns_consumer (const SvCollect *collect, SvItemKind kind)
{
  if (kind != SV_ITEM_FRAME || collect->has_gaps)
    return true;
  return collect->n_heads >= collect->n_expected
      || collect->n_heads >= collect->capacity
      || (collect->n_heads == 1 && collect->timeout_ns >= 0);
}

static void
enqueue (SvCollect *collect, SvCollectPad *pad, SvItem *item)
{
  bool is_head = pad->head == NULL;

  item->pad = pad;
  pad->refs++;
  item->next = NULL;
  item->arrival_ns = sv_collect_now ();
  *pad->tail = item;
  pad->tail = &item->next;
  reset_silence (collect, pad, item->arrival_ns);
  if (item->kind == SV_ITEM_FRAME)
    pad->n_frames++;
  else
    pad->n_events++;
  if (item->kind == SV_ITEM_EOS)
    pad->closed = true;
  if (item->kind == SV_ITEM_START) {
    pad->closed = pad->cut = false;
    pad->begun = true;
  }
  if (!is_head)
    return;
  if (item->kind == SV_ITEM_FRAME)
    collect->n_heads++;
  if (concerns_consumer (collect, item->kind))
    pthread_cond_signal (&collect->wake);
}

/* An end that was asked for when nothing could be queued. */
static void
queue_pending_end (SvCollect *collect, SvCollectPad *pad)
{
  if (pad->pending_end == NULL)
    return;
  pad->cut = true;
  enqueue (collect, pad, pad->pending_end);
  pad->pending_end = NULL;
}

/* OK where an item may be queued as far as the state goes. */
static SvPushResult
check_open (const SvCollect *collect, const SvCollectPad *pad, SvItemKind kind,
    SvDropReason *reason)
{
  *reason = SV_DROP_FLUSH;
  if (pad->released) {
    *reason = SV_DROP_RELEASED;
    return SV_PUSH_RELEASED;
  }
  if (!collect->running || pad->flushing)
    return SV_PUSH_FLUSHING;
  if (collect->has_flow) {
    *reason = collect->flow_reason;
    return SV_PUSH_REFUSED;
  }
  if (pad->closed && (kind != SV_ITEM_START || (pad->cut && !pad->begun))) {
    *reason = pad->cut ? SV_DROP_RELEASED : SV_DROP_ERROR;
    return SV_PUSH_ENDED;
  }
  return SV_PUSH_OK;
}

/* ---- Life --------------------------------------------------------------- */

static void
init_cond (pthread_cond_t *cond)
{
  pthread_condattr_t attr;

  pthread_condattr_init (&attr);
  pthread_condattr_setclock (&attr, CLOCK_MONOTONIC);
  pthread_cond_init (cond, &attr);
  pthread_condattr_destroy (&attr);
}

void
sv_collect_init (SvCollect *collect, void (*free_item) (SvItem *item))
{
  memset (collect, 0, sizeof *collect);
  pthread_mutex_init (&collect->lock, NULL);
  init_cond (&collect->wake);
  collect->free_item = free_item;
  collect->capacity = 1;
  collect->timeout_ns = -1;
}

void
sv_collect_clear (SvCollect *collect)
{
  while (collect->pads != NULL)
    sv_collect_release_pad (collect, collect->pads);
  free (collect->order);
  pthread_cond_destroy (&collect->wake);
  pthread_mutex_destroy (&collect->lock);
}

void
sv_collect_start (SvCollect *collect)
{
  pthread_mutex_lock (&collect->lock);
  collect->running = true;
  collect->halts = collect->holds = 0;
  collect->held_until = 0;
  collect->eos_told = false;
  collect->has_flow = false;
  collect->pushing_since = 0;
  collect->pushed_ns = 0;
  memset (&collect->stats, 0, sizeof collect->stats);
  for (SvCollectPad *pad = collect->pads; pad != NULL; pad = pad->next) {
    memset (&pad->stats, 0, sizeof pad->stats);
    pad->flushing = pad->begun = false;
    reset_pad (collect, pad);
    queue_pending_end (collect, pad);
  }
  collect->capacity = collect->batch_size != 0 ? collect->batch_size
      : collect->n_pads != 0                   ? collect->n_pads
                                               : 1;
  grow_capacity (collect);
  pthread_mutex_unlock (&collect->lock);
}

void
sv_collect_stop (SvCollect *collect)
{
  SvItem *items = NULL;

  pthread_mutex_lock (&collect->lock);
  collect->running = false;
  for (SvCollectPad *pad = collect->pads; pad != NULL; pad = pad->next) {
    drop_queue (collect, pad, SV_DROP_FLUSH, &items);
    pthread_cond_broadcast (&pad->room);
  }
  pthread_cond_signal (&collect->wake);
  pthread_mutex_unlock (&collect->lock);
  sv_collect_free (collect, items);
}

void
sv_collect_halt (SvCollect *collect, bool halt)
{
  pthread_mutex_lock (&collect->lock);
  if (halt) {
    collect->halts++;
  } else if (collect->halts > 0 && --collect->halts == 0) {
    collect->has_flow = false;
    collect->eos_told = false;
  }
  pthread_cond_signal (&collect->wake);
  pthread_mutex_unlock (&collect->lock);
}

void
sv_collect_hold (SvCollect *collect, bool begin, int64_t after_ns)
{
  pthread_mutex_lock (&collect->lock);
  if (begin)
    collect->holds++;
  else if (collect->holds > 0)
    collect->holds--;
  if (!begin)
    collect->held_until = after_ns > 0 ? sv_collect_now () + after_ns : 0;
  pthread_cond_signal (&collect->wake);
  pthread_mutex_unlock (&collect->lock);
}

void
sv_collect_set_batch_size (SvCollect *collect, unsigned batch_size)
{
  pthread_mutex_lock (&collect->lock);
  collect->batch_size = batch_size;
  pthread_mutex_unlock (&collect->lock);
}

void
sv_collect_set_timeout (SvCollect *collect, int64_t timeout_ns)
{
  pthread_mutex_lock (&collect->lock);
  collect->timeout_ns = timeout_ns;
  pthread_cond_signal (&collect->wake);
  pthread_mutex_unlock (&collect->lock);
}

void
sv_collect_set_stall (SvCollect *collect, int64_t stall_ns)
{
  pthread_mutex_lock (&collect->lock);
  collect->stall_ns = stall_ns;
  pthread_cond_signal (&collect->wake);
  pthread_mutex_unlock (&collect->lock);
}

/* ---- Pads --------------------------------------------------------------- */

SvCollectPad *
sv_collect_add_pad (SvCollect *collect, unsigned index, void *owner,
    unsigned max_queued)
{
  SvCollectPad *pad = calloc (1, sizeof *pad);
  SvCollectPad **at = &collect->pads;

  if (pad == NULL)
    abort ();
  pad->index = index;
  pad->owner = owner;
  pad->refs = 2; /* the owner's and the list's */
  pad->tail = &pad->head;
  pad->max_queued = max_queued;
  init_cond (&pad->room);

  pthread_mutex_lock (&collect->lock);
  reset_pad (collect, pad);
  while (*at != NULL && (*at)->index <= index)
    at = &(*at)->next;
  pad->next = *at;
  *at = pad;
  collect->n_pads++;
  collect->order =
      realloc (collect->order, collect->n_pads * sizeof *collect->order);
  if (collect->order == NULL)
    abort ();
  if (collect->running)
    grow_capacity (collect);
  collect->eos_told = false;
  pthread_cond_signal (&collect->wake);
  pthread_mutex_unlock (&collect->lock);
  return pad;
}

void
sv_collect_release_pad (SvCollect *collect, SvCollectPad *pad)
{
  SvCollectPad **at = &collect->pads;
  SvItem *items = NULL;

  pthread_mutex_lock (&collect->lock);
  while (*at != NULL && *at != pad)
    at = &(*at)->next;
  if (*at != NULL) {
    *at = pad->next;
    collect->n_pads--;
  }
  pad->released = true;
  drop_queue (collect, pad, SV_DROP_RELEASED, &items);
  if (pad->pending_end != NULL) {
    pad->pending_end->next = items;
    items = pad->pending_end;
    pad->pending_end = NULL;
  }
  pthread_cond_broadcast (&pad->room);
  pthread_cond_signal (&collect->wake);
  pthread_mutex_unlock (&collect->lock);
  sv_collect_free (collect, items);
  sv_collect_unref_pad (pad);
}

void
sv_collect_set_max_queued (SvCollect *collect, SvCollectPad *pad,
    unsigned max_queued)
{
  pthread_mutex_lock (&collect->lock);
  pad->max_queued = max_queued;
  pthread_cond_broadcast (&pad->room);
  pthread_mutex_unlock (&collect->lock);
}

static bool
all_flushing (const SvCollect *collect)
{
  for (const SvCollectPad *pad = collect->pads; pad != NULL; pad = pad->next)
    if (!pad->flushing)
      return false;
  return collect->pads != NULL;
}

bool
sv_collect_begin_flush (SvCollect *collect, SvCollectPad *pad)
{
  SvItem *items = NULL;
  bool all;

  pthread_mutex_lock (&collect->lock);
  drop_queue (collect, pad, SV_DROP_FLUSH, &items);
  pad->flushing = true;
  all = all_flushing (collect);
  pthread_cond_broadcast (&pad->room);
  pthread_cond_signal (&collect->wake);
  pthread_mutex_unlock (&collect->lock);
  sv_collect_free (collect, items);
  return all;
}

bool
sv_collect_end_flush (SvCollect *collect, SvCollectPad *pad, SvItem *item)
{
  SvItem *items = NULL;
  bool open;

  item->pad = NULL;
  item->next = NULL;
  pthread_mutex_lock (&collect->lock);
  drop_queue (collect, pad, SV_DROP_FLUSH, &items);
  pad->flushing = false;
  reset_pad (collect, pad);
  collect->eos_told = collect->has_flow = false;
  open = collect->running && !pad->released;
  if (open) {
    enqueue (collect, pad, item);
    queue_pending_end (collect, pad);
  } else {
    item->next = items;
    items = item;
  }
  pthread_cond_broadcast (&pad->room);
  pthread_cond_signal (&collect->wake);
  pthread_mutex_unlock (&collect->lock);
  sv_collect_free (collect, items);
  return open;
}

bool
sv_collect_end_pad (SvCollect *collect, SvCollectPad *pad, SvItem *item,
    int *flow)
{
  bool deferred, untold;

  item->pad = NULL;
  item->next = NULL;
  pthread_mutex_lock (&collect->lock);
  deferred = !collect->running || pad->flushing;
  untold = collect->has_flow && !deferred && !pad->released;
  *flow = collect->flow;
  if (deferred && !pad->released && pad->pending_end == NULL) {
    pad->pending_end = item;
    item = NULL;
  } else if (!deferred && !pad->released && !pad->closed) {
    pad->cut = true;
    enqueue (collect, pad, item);
    pthread_cond_broadcast (&pad->room);
    item = NULL;
  }
  pthread_mutex_unlock (&collect->lock);
  sv_collect_free (collect, item);
  return untold;
}

bool
sv_collect_is_closed (SvCollect *collect, SvCollectPad *pad)
{
  bool closed;

  pthread_mutex_lock (&collect->lock);
  closed = pad->closed;
  pthread_mutex_unlock (&collect->lock);
  return closed;
}

/* ---- Producers ---------------------------------------------------------- */

SvPushResult
sv_collect_enter (SvCollect *collect, SvCollectPad *pad, int *flow)
{
  SvDropReason reason;
  SvPushResult result;

  pthread_mutex_lock (&collect->lock);
  pad->stats.in++;
  pad->stats.held++;
  collect->stats.in++;
  collect->stats.held++;
  result = check_open (collect, pad, SV_ITEM_FRAME, &reason);
  *flow = collect->flow;
  if (result != SV_PUSH_OK)
    count_dropped (collect, pad, reason);
  pthread_mutex_unlock (&collect->lock);
  return result;
}

void
sv_collect_reject (SvCollect *collect, SvCollectPad *pad, SvDropReason reason)
{
  pthread_mutex_lock (&collect->lock);
  count_dropped (collect, pad, reason);
  pthread_mutex_unlock (&collect->lock);
}

SvPushResult
sv_collect_push (SvCollect *collect, SvCollectPad *pad, SvItem *item, int *flow)
{
  bool is_frame = item->kind == SV_ITEM_FRAME;
  SvDropReason reason;
  SvPushResult result;

  item->pad = NULL;
  item->next = NULL;
  pthread_mutex_lock (&collect->lock);
  if (item->kind == SV_ITEM_START && collect->has_flow) {
    collect->has_flow = false;
    pthread_cond_signal (&collect->wake);
  }
  while ((result = check_open (collect, pad, item->kind, &reason)) == SV_PUSH_OK
      && (is_frame ? pad->n_frames >= pad->max_queued
                   : pad->n_events >= MAX_EVENTS))
    pthread_cond_wait (&pad->room, &collect->lock);
  *flow = collect->flow;
  /* The stream was ended before it began: what begins now is that stream. */
  if (result == SV_PUSH_ENDED && item->kind == SV_ITEM_START)
    pad->begun = true;
  if (result == SV_PUSH_OK)
    enqueue (collect, pad, item);
  else if (is_frame)
    count_dropped (collect, pad, reason);
  pthread_mutex_unlock (&collect->lock);
  if (result != SV_PUSH_OK)
    sv_collect_free (collect, item);
  return result;
}

/* ---- Consumer ----------------------------------------------------------- */

/* What an event does to its pad when it is its turn. */
static void
apply_event (SvCollect *collect, SvCollectPad *pad, const SvItem *item)
{
  if (item->kind == SV_ITEM_GAP) {
    pad->has_gap = true;
    pad->gap_end = item->time;
  } else if (item->kind == SV_ITEM_EOS) {
    pad->ended = true;
  } else if (item->kind == SV_ITEM_START) {
    pad->ended = false;
    collect->eos_told = false;
  }
}

static bool
take_events (SvCollect *collect, SvTake *take)
{
  SvItem **tail = &take->items;

  for (SvCollectPad *pad = collect->pads; pad != NULL; pad = pad->next)
    while (pad->head != NULL && pad->head->kind != SV_ITEM_FRAME) {
      SvItem *item = pop (pad);

      apply_event (collect, pad, item);
      *tail = item;
      tail = &item->next;
      take->n_items++;
    }
  if (take->n_items == 0)
    return false;
  take->kind = SV_TAKE_EVENTS;
  return true;
}

static void
scan_empty_pad (const SvCollect *collect, SvCollectPad *pad, Scan *scan)
{
  int64_t stall;

  if (pad->flushing) {
    scan->n_flushing++;
    return;
  }
  if (pad->ended) {
    scan->n_ended++;
    return;
  }
  if (pad->has_gap
      && (scan->earliest == SV_COLLECT_NO_TIME
          || scan->earliest < pad->gap_end))
    scan->n_gaps++;
  else
    scan->n_missing++;
  stall = pad->silent_since + (pad->stalls_told + 1) * collect->stall_ns;
  if (collect->stall_ns > 0 && stall < scan->next_stall) {
    scan->stalled = pad;
    scan->next_stall = stall;
  }
}

static Scan
scan_pads (SvCollect *collect)
{
  Scan scan = { .oldest_ns = INT64_MAX,
    .earliest = SV_COLLECT_NO_TIME,
    .next_stall = INT64_MAX };

  collect->n_heads = 0;
  for (SvCollectPad *pad = collect->pads; pad != NULL; pad = pad->next) {
    if (pad->head == NULL)
      continue;
    collect->n_heads++;
    if (pad->head->arrival_ns < scan.oldest_ns)
      scan.oldest_ns = pad->head->arrival_ns;
    if (pad->head->time < scan.earliest)
      scan.earliest = pad->head->time;
  }
  for (SvCollectPad *pad = collect->pads; pad != NULL; pad = pad->next)
    if (pad->head == NULL)
      scan_empty_pad (collect, pad, &scan);
  collect->n_expected = collect->n_heads + scan.n_missing;
  collect->has_gaps = scan.n_gaps > 0;
  return scan;
}

static int
compare_arrival (const void *a, const void *b)
{
  int64_t x = (*(SvCollectPad *const *) a)->head->arrival_ns;
  int64_t y = (*(SvCollectPad *const *) b)->head->arrival_ns;

  return (x > y) - (x < y);
}

/* The pads whose frames come next: those that have waited longest. */
static void
choose_pads (SvCollect *collect)
{
  unsigned n = 0;

  for (SvCollectPad *pad = collect->pads; pad != NULL; pad = pad->next) {
    pad->chosen = pad->head != NULL && collect->n_heads <= collect->capacity;
    if (pad->head != NULL)
      collect->order[n++] = pad;
  }
  if (n <= collect->capacity)
    return;
  qsort (collect->order, n, sizeof *collect->order, compare_arrival);
  for (unsigned i = 0; i < collect->capacity; i++)
    collect->order[i]->chosen = true;
}

static void
take_frames (SvCollect *collect, SvTake *take)
{
  SvItem **tail = &take->items;

  choose_pads (collect);
  for (SvCollectPad *pad = collect->pads; pad != NULL; pad = pad->next) {
    if (!pad->chosen)
      continue;
    *tail = pop (pad);
    tail = &(*tail)->next;
    pad->has_gap = false;
    take->n_items++;
  }
  take->kind = SV_TAKE_BATCH;
  take->capacity = collect->capacity;
}

static SvTakeReason
reason_of (const SvCollect *collect, const Scan *scan)
{
  if (collect->n_heads >= collect->capacity
      || collect->n_heads == collect->n_pads)
    return SV_REASON_FULL;
  if (scan->n_missing > 0)
    return SV_REASON_TIMEOUT;
  if (scan->n_gaps > 0)
    return SV_REASON_GAP;
  return scan->n_flushing > 0 ? SV_REASON_FLUSH : SV_REASON_EOS;
}

/* TRUE where there is a batch; else until when it may be waited for. */
static bool
try_batch (SvCollect *collect, SvTake *take, const Scan *scan, int64_t now,
    int64_t *deadline)
{
  int64_t timeout = collect->timeout_ns;

  *deadline = INT64_MAX;
  if (collect->n_heads == 0)
    return false;
  if (collect->n_heads < collect->capacity && scan->n_missing > 0) {
    if (timeout < 0)
      return false;
    if (now - scan->oldest_ns < timeout) {
      *deadline = scan->oldest_ns + timeout;
      return false;
    }
  }
  take->reason = reason_of (collect, scan);
  take->waiting_ns = now - scan->oldest_ns;
  take_frames (collect, take);
  return true;
}

/* Until when nothing but events may go on; 0: it may. */
static int64_t
end_of_hold (const SvCollect *collect, int64_t now)
{
  if (collect->holds > 0)
    return INT64_MAX;
  return now < collect->held_until ? collect->held_until : 0;
}

static bool
try_eos (SvCollect *collect, SvTake *take, const Scan *scan)
{
  if (collect->eos_told || collect->n_pads == 0
      || scan->n_ended != collect->n_pads)
    return false;
  collect->eos_told = true;
  take->kind = SV_TAKE_EOS;
  return true;
}

static bool
try_stall (SvCollect *collect, SvTake *take, const Scan *scan, int64_t now,
    int64_t *deadline)
{
  int64_t clock = waiting_clock (collect, now);

  if (scan->stalled == NULL)
    return false;
  if (clock < scan->next_stall) {
    if (now + (scan->next_stall - clock) < *deadline)
      *deadline = now + (scan->next_stall - clock);
    return false;
  }
  take->kind = SV_TAKE_STALL;
  take->stalled = scan->stalled;
  take->stalled->refs++;
  take->silent_ns = clock - scan->stalled->silent_since;
  scan->stalled->stalls_told = take->silent_ns / collect->stall_ns;
  return true;
}

static void
wait_until (SvCollect *collect, int64_t deadline)
{
  struct timespec t;

  if (deadline == INT64_MAX) {
    pthread_cond_wait (&collect->wake, &collect->lock);
    return;
  }
  t.tv_sec = deadline / SECOND;
  t.tv_nsec = deadline % SECOND;
  pthread_cond_timedwait (&collect->wake, &collect->lock, &t);
}

void
sv_collect_take (SvCollect *collect, SvTake *take)
{
  memset (take, 0, sizeof *take);
  pthread_mutex_lock (&collect->lock);
  while (collect->running && collect->halts == 0) {
    int64_t deadline = INT64_MAX;

    if (!collect->has_flow) {
      int64_t now, hold;
      Scan scan;

      if (take_events (collect, take))
        break;
      scan = scan_pads (collect);
      now = sv_collect_now ();
      hold = end_of_hold (collect, now);
      if (hold == 0
          && (try_batch (collect, take, &scan, now, &deadline)
              || try_eos (collect, take, &scan)))
        break;
      if (hold != 0)
        deadline = hold;
      if (try_stall (collect, take, &scan, now, &deadline))
        break;
    }
    wait_until (collect, deadline);
  }
  pthread_mutex_unlock (&collect->lock);
}

void
sv_collect_begin_push (SvCollect *collect)
{
  pthread_mutex_lock (&collect->lock);
  collect->pushing_since = sv_collect_now ();
  pthread_mutex_unlock (&collect->lock);
}

void
sv_collect_end_push (SvCollect *collect)
{
  pthread_mutex_lock (&collect->lock);
  if (collect->pushing_since != 0)
    collect->pushed_ns += sv_collect_now () - collect->pushing_since;
  collect->pushing_since = 0;
  pthread_mutex_unlock (&collect->lock);
}

void
sv_collect_finish_out (SvCollect *collect, SvItem *items)
{
  pthread_mutex_lock (&collect->lock);
  for (SvItem *item = items; item != NULL; item = item->next) {
    item->pad->stats.held--;
    item->pad->stats.out++;
    collect->stats.held--;
    collect->stats.out++;
  }
  pthread_mutex_unlock (&collect->lock);
  sv_collect_free (collect, items);
}

void
sv_collect_finish_dropped (SvCollect *collect, SvItem *items,
    SvDropReason reason)
{
  pthread_mutex_lock (&collect->lock);
  for (SvItem *item = items; item != NULL; item = item->next)
    if (item->kind == SV_ITEM_FRAME)
      count_dropped (collect, item->pad, reason);
  pthread_mutex_unlock (&collect->lock);
  sv_collect_free (collect, items);
}

void
sv_collect_refuse (SvCollect *collect, int flow, SvDropReason reason)
{
  SvItem *items = NULL;

  pthread_mutex_lock (&collect->lock);
  collect->has_flow = true;
  collect->flow = flow;
  collect->flow_reason = reason;
  for (SvCollectPad *pad = collect->pads; pad != NULL; pad = pad->next) {
    drop_queue (collect, pad, reason, &items);
    pthread_cond_broadcast (&pad->room);
  }
  pthread_mutex_unlock (&collect->lock);
  sv_collect_free (collect, items);
}

/* ---- Figures ------------------------------------------------------------ */

void
sv_collect_get_stats (SvCollect *collect, SvFlowStats *total,
    void (*visit) (const SvCollectPad *pad, void *data), void *data)
{
  pthread_mutex_lock (&collect->lock);
  *total = collect->stats;
  for (const SvCollectPad *pad = collect->pads; visit != NULL && pad != NULL;
       pad = pad->next)
    visit (pad, data);
  pthread_mutex_unlock (&collect->lock);
}

void
sv_collect_get_pad_stats (SvCollect *collect, SvCollectPad *pad,
    SvFlowStats *stats)
{
  pthread_mutex_lock (&collect->lock);
  *stats = pad->stats;
  pthread_mutex_unlock (&collect->lock);
}

bool
sv_collect_has_ended_pads (SvCollect *collect)
{
  bool ended = false;

  pthread_mutex_lock (&collect->lock);
  for (SvCollectPad *pad = collect->pads; pad != NULL; pad = pad->next)
    ended = ended || pad->closed;
  pthread_mutex_unlock (&collect->lock);
  return ended;
}
