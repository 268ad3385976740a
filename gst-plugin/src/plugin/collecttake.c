/* SPDX-License-Identifier: Apache-2.0 */
#include "collectpads.h"

#include <stdlib.h>
#include <string.h>

/* Above it one look more or less does not count. */
#define MAX_LOOK_NS SV_SECOND_NS

/* What a scan of the pads found. */
typedef struct Scan
{
  unsigned n_missing; /* pads without a frame that are waited for */
  unsigned n_gaps;
  unsigned n_flushing;
  unsigned n_ended;
  int64_t oldest_ns;  /* arrival */
  int64_t since_ns;   /* since when a frame has been waited with */
  int64_t fastest_ns; /* a frame of the fastest live pad, or 0 */
  uint64_t earliest;  /* running time of the frames */
  SvCollectPad *stalled;
  int64_t next_stall; /* waiting clock */
} Scan;

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
take_events (SvCollect *collect, SvTake *take, int64_t now)
{
  SvItem **tail = &take->items;

  *tail = collect->loose;
  collect->loose = NULL;
  collect->loose_tail = &collect->loose;
  for (; *tail != NULL; tail = &(*tail)->next)
    take->n_items++;
  for (SvCollectPad *pad = collect->pads; pad != NULL; pad = pad->next)
    while (pad->head != NULL && pad->head->kind != SV_ITEM_FRAME) {
      SvItem *item = sv_collect_pop (collect, pad, now);

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

  if (pad->flushing || pad->held) {
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

/* A frame whose turn it may be. */
static bool
has_head (const SvCollectPad *pad)
{
  return pad->head != NULL && !pad->held;
}

/* A live frame is as old as its arrival; one of a file has waited only since
 * the one before it was taken, or its backlog would let no batch be full. */
static void
scan_head (const SvCollectPad *pad, Scan *scan)
{
  int64_t arrival = pad->head->arrival_ns;
  int64_t since =
      !pad->live && pad->head_since > arrival ? pad->head_since : arrival;

  if (arrival < scan->oldest_ns)
    scan->oldest_ns = arrival;
  if (since < scan->since_ns)
    scan->since_ns = since;
  if (pad->head->time < scan->earliest)
    scan->earliest = pad->head->time;
}

static void
scan_rate (const SvCollectPad *pad, Scan *scan)
{
  int64_t frame = sv_collect_live_frame (pad);

  if (frame > 0 && (scan->fastest_ns == 0 || frame < scan->fastest_ns))
    scan->fastest_ns = frame;
}

static Scan
scan_pads (SvCollect *collect)
{
  Scan scan = { .oldest_ns = INT64_MAX,
    .since_ns = INT64_MAX,
    .earliest = SV_COLLECT_NO_TIME,
    .next_stall = INT64_MAX };

  collect->n_heads = 0;
  for (SvCollectPad *pad = collect->pads; pad != NULL; pad = pad->next) {
    scan_rate (pad, &scan);
    if (!has_head (pad))
      continue;
    collect->n_heads++;
    scan_head (pad, &scan);
  }
  for (SvCollectPad *pad = collect->pads; pad != NULL; pad = pad->next)
    if (!has_head (pad))
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
    pad->chosen = has_head (pad) && collect->n_heads <= collect->capacity;
    if (has_head (pad))
      collect->order[n++] = pad;
  }
  if (n <= collect->capacity)
    return;
  qsort (collect->order, n, sizeof *collect->order, compare_arrival);
  for (unsigned i = 0; i < collect->capacity; i++)
    collect->order[i]->chosen = true;
}

static void
take_frames (SvCollect *collect, SvTake *take, int64_t now)
{
  SvItem **tail = &take->items;

  choose_pads (collect);
  for (SvCollectPad *pad = collect->pads; pad != NULL; pad = pad->next) {
    if (!pad->chosen)
      continue;
    *tail = sv_collect_pop (collect, pad, now);
    tail = &(*tail)->next;
    pad->has_gap = false;
    take->n_items++;
  }
  take->kind = SV_TAKE_BATCH;
  take->capacity = collect->capacity;
  collect->taken_ns = now;
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

static void
count_batch (SvBatchCounts *counts, const SvTake *take)
{
  unsigned wait = 0;

  while (wait < SV_N_WAITS - 1 && take->waiting_ns > sv_collect_waits[wait])
    wait++;
  counts->batches++;
  counts->by_reason[take->reason]++;
  counts->by_wait[wait]++;
  counts->by_fill[take->n_items]++;
}

/* The timeout of the policy auto follows the pads, and is told, where it is off
 * by a tenth. */
static bool
try_timeout (SvCollect *collect, SvTake *take, const Scan *scan)
{
  int64_t found = scan->fastest_ns > 0 ? scan->fastest_ns : -1;
  int64_t off = found - collect->auto_ns, tenth = collect->auto_ns / 10;

  if (off == 0
      || (found > 0 && collect->auto_ns > 0 && off <= tenth && off >= -tenth))
    return false;
  collect->auto_ns = found;
  if (collect->policy != SV_TIMEOUT_AUTO)
    return false;
  take->kind = SV_TAKE_TIMEOUT;
  return true;
}

/* TRUE where there is a batch; else until when it may be waited for. */
static bool
try_batch (SvCollect *collect, SvTake *take, const Scan *scan, int64_t now,
    int64_t *deadline)
{
  int64_t timeout = sv_collect_timeout (collect);

  *deadline = INT64_MAX;
  if (collect->n_heads == 0)
    return false;
  if (collect->n_heads < collect->capacity && scan->n_missing > 0) {
    if (timeout < 0)
      return false;
    if (now - scan->since_ns < timeout) {
      *deadline = scan->since_ns + timeout;
      return false;
    }
  }
  take->reason = reason_of (collect, scan);
  take->waiting_ns = now - scan->oldest_ns;
  take_frames (collect, take, now);
  count_batch (&collect->counts, take);
  return true;
}

/* Lets held pads go when it is time; else until when, INT64_MAX: not known. */
static int64_t
check_holds (SvCollect *collect, int64_t now)
{
  if (collect->holds > 0 || !collect->has_held)
    return INT64_MAX;
  if (now < collect->held_until)
    return collect->held_until;
  for (SvCollectPad *pad = collect->pads; pad != NULL; pad = pad->next)
    pad->held = false;
  collect->has_held = false;
  return INT64_MAX;
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
  int64_t clock = sv_collect_waiting_clock (collect, now);

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

/* Whoever was left asleep may be the one that is waited for now. */
static void
wake_for_rest (SvCollect *collect)
{
  collect->has_unwoken = false;
  for (SvCollectPad *pad = collect->pads; pad != NULL; pad = pad->next) {
    if (pad->unwoken)
      pthread_cond_broadcast (&pad->room);
    pad->unwoken = false;
  }
}

static void
wait_until (SvCollect *collect, int64_t deadline)
{
  if (collect->has_unwoken)
    wake_for_rest (collect);
  collect->wakes_at = deadline;
  sv_cond_wait_until (&collect->wake, &collect->lock, deadline);
  collect->wakes_at = 0;
}

/* Live frames come a frame's time after the last batch, when the first of them
 * would have to wake the consumer for its timeout alone: it looks half a
 * timeout later by itself, once, and is woken for a full batch only. */
static int64_t
next_look (const SvCollect *collect, int64_t now)
{
  int64_t timeout = sv_collect_timeout (collect), look;

  if (collect->n_heads > 0 || collect->taken_ns == 0 || timeout <= 0
      || timeout > MAX_LOOK_NS)
    return INT64_MAX;
  look = collect->taken_ns + timeout + timeout / 2;
  return look > now ? look : INT64_MAX;
}

/* Without the lock, or each would wake only to wait for it. */
static void
wake_producers (const SvTake *take)
{
  for (SvItem *item = take->items; item != NULL; item = item->next)
    if (item->pad != NULL && item->wakes)
      pthread_cond_broadcast (&item->pad->room);
}

void
sv_collect_take (SvCollect *collect, SvTake *take)
{
  memset (take, 0, sizeof *take);
  pthread_mutex_lock (&collect->lock);
  while (collect->running && collect->halts == 0) {
    int64_t deadline = INT64_MAX;

    if (!collect->has_flow) {
      int64_t now = sv_clock_now (), hold = check_holds (collect, now), look;
      Scan scan;

      if (take_events (collect, take, now))
        break;
      scan = scan_pads (collect);
      if (try_timeout (collect, take, &scan)
          || try_batch (collect, take, &scan, now, &deadline)
          || try_eos (collect, take, &scan)
          || try_stall (collect, take, &scan, now, &deadline))
        break;
      look = next_look (collect, now);
      if (hold < deadline)
        deadline = hold;
      if (look < deadline)
        deadline = look;
    }
    wait_until (collect, deadline);
  }
  pthread_mutex_unlock (&collect->lock);
  wake_producers (take);
}

void
sv_collect_begin_push (SvCollect *collect)
{
  pthread_mutex_lock (&collect->lock);
  collect->pushing_since = sv_clock_now ();
  pthread_mutex_unlock (&collect->lock);
}

void
sv_collect_end_push (SvCollect *collect)
{
  pthread_mutex_lock (&collect->lock);
  if (collect->pushing_since != 0)
    collect->pushed_ns += sv_clock_now () - collect->pushing_since;
  collect->pushing_since = 0;
  pthread_mutex_unlock (&collect->lock);
}

void
sv_collect_finish_out (SvCollect *collect, SvItem *items)
{
  pthread_mutex_lock (&collect->lock);
  for (SvItem *item = items; item != NULL; item = item->next)
    sv_collect_count_out (collect, item->pad);
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
      sv_collect_count_dropped (collect, item->pad, reason);
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
    sv_collect_drop_queue (collect, pad, reason, &items);
    pthread_cond_broadcast (&pad->room);
  }
  pthread_mutex_unlock (&collect->lock);
  sv_collect_free (collect, items);
}
