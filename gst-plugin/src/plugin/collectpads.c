/* SPDX-License-Identifier: Apache-2.0 */
#include "collectpads.h"

#include <stdlib.h>

/* Events of a pad that may wait behind frames; more make their sender wait. */
#define MAX_EVENTS 256

/* The most slots of a batch, SAVANT_MAX_BATCH_SIZE. */
#define MAX_CAPACITY 1024

/* ---- With the lock held ------------------------------------------------- */

void
sv_collect_count_dropped (SvCollect *collect, SvCollectPad *pad,
    SvDropReason reason)
{
  pad->stats.held--;
  pad->stats.dropped[reason]++;
  collect->stats.held--;
  collect->stats.dropped[reason]++;
}

SvItem *
sv_collect_pop (SvCollectPad *pad)
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
void
sv_collect_drop_queue (SvCollect *collect, SvCollectPad *pad,
    SvDropReason reason, SvItem **list)
{
  while (pad->head != NULL) {
    SvItem *item = sv_collect_pop (pad);

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
  reset_silence (collect, pad, sv_collect_now ());
}

void
sv_collect_grow (SvCollect *collect)
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
void
sv_collect_queue_pending_end (SvCollect *collect, SvCollectPad *pad)
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
  sv_collect_init_cond (&pad->room);

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
    enqueue (collect, pad, item);
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
    sv_collect_count_dropped (collect, pad, reason);
  pthread_mutex_unlock (&collect->lock);
  return result;
}

void
sv_collect_reject (SvCollect *collect, SvCollectPad *pad, SvDropReason reason)
{
  pthread_mutex_lock (&collect->lock);
  sv_collect_count_dropped (collect, pad, reason);
  pthread_mutex_unlock (&collect->lock);
}

static bool
has_room (const SvCollectPad *pad, SvItemKind kind)
{
  return kind == SV_ITEM_FRAME ? pad->n_frames < pad->max_queued
                               : pad->n_events < MAX_EVENTS;
}

/* Drops the frame that has waited longest; the events before it stay. */
static void
leak_oldest (SvCollect *collect, SvCollectPad *pad, SvItem **list)
{
  SvItem **at = &pad->head, *item;

  while ((*at)->kind != SV_ITEM_FRAME)
    at = &(*at)->next;
  item = *at;
  *at = item->next;
  if (*at == NULL)
    pad->tail = at;
  pad->n_frames--;
  sv_collect_count_dropped (collect, pad, SV_DROP_LEAKY);
  item->next = *list;
  *list = item;
  /* The head may be an event now, which is not waited for. */
  pthread_cond_signal (&collect->wake);
}

SvPushResult
sv_collect_push (SvCollect *collect, SvCollectPad *pad, SvItem *item, int *flow)
{
  bool is_frame = item->kind == SV_ITEM_FRAME, queued = false;
  SvItem *leaked = NULL;
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
      && !has_room (pad, item->kind)) {
    if (is_frame && pad->leak == SV_LEAK_NEWEST)
      break;
    if (is_frame && pad->leak == SV_LEAK_OLDEST)
      leak_oldest (collect, pad, &leaked);
    else
      pthread_cond_wait (&pad->room, &collect->lock);
  }
  *flow = collect->flow;
  /* The stream was ended before it began: what begins now is that stream. */
  if (result == SV_PUSH_ENDED && item->kind == SV_ITEM_START)
    pad->begun = true;
  queued = result == SV_PUSH_OK && has_room (pad, item->kind);
  if (queued)
    enqueue (collect, pad, item);
  else if (is_frame)
    sv_collect_count_dropped (collect, pad,
        result == SV_PUSH_OK ? SV_DROP_LEAKY : reason);
  pthread_mutex_unlock (&collect->lock);
  if (!queued)
    sv_collect_free (collect, item);
  sv_collect_free (collect, leaked);
  return result;
}
