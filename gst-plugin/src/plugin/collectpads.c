/* SPDX-License-Identifier: Apache-2.0 */
#include "collectpads.h"

#include <stdlib.h>

/* ---- With the lock held ------------------------------------------------- */

void
sv_collect_count_dropped (SvCollect *collect, SvCollectPad *pad,
    SvDropReason reason)
{
  pad->stats.held--;
  pad->stats.dropped[reason]++;
  collect->stats.held--;
  collect->stats.dropped[reason]++;
  if (!pad->released)
    return;
  collect->gone.held--;
  collect->gone.dropped[reason]++;
}

void
sv_collect_count_out (SvCollect *collect, SvCollectPad *pad)
{
  pad->stats.held--;
  pad->stats.out++;
  collect->stats.held--;
  collect->stats.out++;
  if (!pad->released)
    return;
  collect->gone.held--;
  collect->gone.out++;
}

/* What a released pad has counted so far. */
static void
add_to_gone (SvCollect *collect, const SvFlowStats *stats)
{
  collect->gone.in += stats->in;
  collect->gone.out += stats->out;
  collect->gone.held += stats->held;
  for (unsigned i = 0; i < SV_DROP_N_REASONS; i++)
    collect->gone.dropped[i] += stats->dropped[i];
}

void
sv_collect_count_unqueued (SvCollect *collect, SvCollectPad *pad,
    const SvItem *item)
{
  if (item->kind != SV_ITEM_FRAME) {
    pad->n_events--;
    return;
  }
  pad->n_frames--;
  pad->bytes -= item->bytes;
  collect->bytes -= item->bytes;
}

static void
count_queued (SvCollect *collect, SvCollectPad *pad, const SvItem *item)
{
  if (item->kind != SV_ITEM_FRAME) {
    pad->n_events++;
    return;
  }
  pad->n_frames++;
  pad->bytes += item->bytes;
  collect->bytes += item->bytes;
  if (pad->n_frames > pad->high_frames)
    pad->high_frames = pad->n_frames;
  if (pad->bytes > pad->high_bytes)
    pad->high_bytes = pad->bytes;
  if (collect->bytes > collect->high_bytes)
    collect->high_bytes = collect->bytes;
}

/* With so few pads a queue is empty before its producer is awake again. */
#define FEW_PADS 2

/* A producer that waits for room is woken for a good part of a queue, not for
 * each frame: sleeping and waking cost more than a frame. The more pads there
 * are, the longer a batch lasts, and the later is early enough. But one that
 * feeds several pads, or something else downstream waits for, must not sleep
 * beside room: see wake_for_rest() of the consumer and wait_for_room(). */
static bool
is_worth_waking (const SvCollect *collect, const SvCollectPad *pad)
{
  unsigned part = collect->n_pads / 2 > 2 ? collect->n_pads / 2 : 2;

  if (collect->n_pads <= FEW_PADS || pad->n_eager > 0)
    return true;
  if (pad->n_frames > pad->max_queued / part)
    return false;
  return pad->max_bytes == 0 || pad->n_frames == 0
      || pad->bytes <= pad->max_bytes / part;
}

SvItem *
sv_collect_pop (SvCollect *collect, SvCollectPad *pad, int64_t now)
{
  SvItem *item = pad->head;

  pad->head = item->next;
  if (pad->head == NULL)
    pad->tail = &pad->head;
  pad->head_since = now;
  item->next = NULL;
  sv_collect_count_unqueued (collect, pad, item);
  item->wakes = pad->n_waiting > 0
      && (item->kind != SV_ITEM_FRAME || is_worth_waking (collect, pad));
  pad->unwoken = pad->n_waiting > 0 && !item->wakes;
  collect->has_unwoken |= pad->unwoken;
  return item;
}

/* Empties a queue into a list that the caller frees without the lock. */
void
sv_collect_drop_queue (SvCollect *collect, SvCollectPad *pad,
    SvDropReason reason, SvItem **list)
{
  while (pad->head != NULL) {
    SvItem *item = sv_collect_pop (collect, pad, 0);

    if (item->kind == SV_ITEM_FRAME)
      sv_collect_count_dropped (collect, pad, reason);
    item->next = *list;
    *list = item;
  }
}

static void
reset_silence (SvCollect *collect, SvCollectPad *pad, int64_t now)
{
  pad->silent_since = sv_collect_waiting_clock (collect, now);
  pad->stalls_told = 0;
}

void
sv_collect_reset_pad (SvCollect *collect, SvCollectPad *pad)
{
  pad->closed = pad->cut = pad->ended = false;
  pad->has_gap = false;
  pad->last_time = SV_COLLECT_NO_TIME;
  pad->last_arrival = 0;
  pad->frame_ns = 0;
  reset_silence (collect, pad, sv_clock_now ());
}

void
sv_collect_grow (SvCollect *collect)
{
  if (collect->batch_size != 0)
    return;
  while (collect->capacity < collect->n_pads
      && collect->capacity < SV_COLLECT_MAX_CAPACITY)
    collect->capacity *= 2;
  if (collect->capacity > SV_COLLECT_MAX_CAPACITY)
    collect->capacity = SV_COLLECT_MAX_CAPACITY;
}

/* Whether the consumer has to look at a new head. Only frames are frequent. */
static bool
concerns_consumer (const SvCollect *collect, SvItemKind kind,
    int64_t arrival_ns)
{
  int64_t timeout;

  if (kind != SV_ITEM_FRAME || collect->has_gaps)
    return true;
  if (collect->n_heads >= collect->n_expected
      || collect->n_heads >= collect->capacity)
    return true;
  /* Others are waited for from now on, unless it looks in time by itself. */
  timeout = sv_collect_timeout (collect);
  return collect->n_heads == 1 && timeout >= 0
      && collect->wakes_at > arrival_ns + timeout;
}

/* TRUE where the consumer has to be woken. */
bool
sv_collect_enqueue (SvCollect *collect, SvCollectPad *pad, SvItem *item)
{
  bool is_head = pad->head == NULL;

  item->pad = pad;
  pad->refs++;
  item->next = NULL;
  item->arrival_ns = sv_clock_now ();
  *pad->tail = item;
  pad->tail = &item->next;
  reset_silence (collect, pad, item->arrival_ns);
  if (is_head)
    pad->head_since = item->arrival_ns;
  count_queued (collect, pad, item);
  if (item->kind == SV_ITEM_EOS)
    pad->closed = true;
  if (item->kind == SV_ITEM_START) {
    pad->closed = pad->cut = false;
    pad->begun = true;
    pad->last_time = SV_COLLECT_NO_TIME;
    pad->last_arrival = 0;
    pad->frame_ns = 0;
  }
  if (!is_head)
    return false;
  if (item->kind == SV_ITEM_FRAME)
    collect->n_heads++;
  return concerns_consumer (collect, item->kind, item->arrival_ns);
}

/* An end that was asked for when nothing could be queued. */
void
sv_collect_queue_pending_end (SvCollect *collect, SvCollectPad *pad)
{
  if (pad->pending_end == NULL)
    return;
  pad->cut = true;
  if (sv_collect_enqueue (collect, pad, pad->pending_end))
    pthread_cond_signal (&collect->wake);
  pad->pending_end = NULL;
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
  sv_cond_init (&pad->room);

  pthread_mutex_lock (&collect->lock);
  sv_collect_reset_pad (collect, pad);
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
    sv_collect_grow (collect);
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
    add_to_gone (collect, &pad->stats);
  }
  pad->released = true;
  sv_collect_drop_queue (collect, pad, SV_DROP_RELEASED, &items);
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

void
sv_collect_set_max_bytes (SvCollect *collect, SvCollectPad *pad,
    uint64_t max_bytes)
{
  pthread_mutex_lock (&collect->lock);
  pad->max_bytes = max_bytes;
  pthread_cond_broadcast (&pad->room);
  pthread_mutex_unlock (&collect->lock);
}

void
sv_collect_set_live (SvCollect *collect, SvCollectPad *pad, bool live)
{
  pthread_mutex_lock (&collect->lock);
  pad->live = live;
  pthread_cond_signal (&collect->wake);
  pthread_mutex_unlock (&collect->lock);
}

void
sv_collect_set_nominal (SvCollect *collect, SvCollectPad *pad,
    int64_t nominal_ns)
{
  pthread_mutex_lock (&collect->lock);
  pad->nominal_ns = nominal_ns;
  pthread_cond_signal (&collect->wake);
  pthread_mutex_unlock (&collect->lock);
}

void
sv_collect_set_leak (SvCollect *collect, SvCollectPad *pad, SvLeak leak)
{
  pthread_mutex_lock (&collect->lock);
  pad->leak = leak;
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
  sv_collect_drop_queue (collect, pad, SV_DROP_FLUSH, &items);
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
  sv_collect_drop_queue (collect, pad, SV_DROP_FLUSH, &items);
  pad->flushing = false;
  sv_collect_reset_pad (collect, pad);
  collect->eos_told = collect->has_flow = false;
  open = collect->running && !pad->released;
  if (open) {
    (void) sv_collect_enqueue (collect, pad, item); /* it is woken below */
    sv_collect_queue_pending_end (collect, pad);
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
    if (sv_collect_enqueue (collect, pad, item))
      pthread_cond_signal (&collect->wake);
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
