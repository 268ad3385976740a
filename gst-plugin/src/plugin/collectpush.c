/* SPDX-License-Identifier: Apache-2.0 */
#include "collectpads.h"

#include <errno.h>

#include "core/lock.h"

/* Events of a pad that may wait behind frames; more make their sender wait. */
#define MAX_EVENTS 256

/* What is shorter or longer than frames last is a burst or a jump. */
#define MIN_FRAME_NS ((int64_t) SV_SECOND_NS / 1000)
#define MAX_FRAME_NS (5 * (int64_t) SV_SECOND_NS)

/* Beside a queue that is neither full nor half empty. */
#define MAX_SLEEP_NS ((int64_t) SV_SECOND_NS / 50)

static void
count_in (SvCollect *collect, SvCollectPad *pad)
{
  pad->stats.in++;
  pad->stats.held++;
  collect->stats.in++;
  collect->stats.held++;
  if (!pad->released)
    return;
  collect->gone.in++;
  collect->gone.held++;
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

bool
sv_collect_is_open (SvCollect *collect, SvCollectPad *pad)
{
  SvDropReason reason;
  bool open;

  pthread_mutex_lock (&collect->lock);
  open = check_open (collect, pad, SV_ITEM_FRAME, &reason) == SV_PUSH_OK;
  pthread_mutex_unlock (&collect->lock);
  return open;
}

SvPushResult
sv_collect_reject (SvCollect *collect, SvCollectPad *pad, SvDropReason reason,
    SvFlowStats *stats, int *flow)
{
  SvDropReason closed_reason;
  SvPushResult result;

  pthread_mutex_lock (&collect->lock);
  count_in (collect, pad);
  result = check_open (collect, pad, SV_ITEM_FRAME, &closed_reason);
  sv_collect_count_dropped (collect, pad,
      result == SV_PUSH_OK ? reason : closed_reason);
  *flow = collect->flow;
  if (stats != NULL)
    *stats = pad->stats;
  pthread_mutex_unlock (&collect->lock);
  return result;
}

static bool
has_room (const SvCollectPad *pad, const SvItem *item)
{
  if (item->kind != SV_ITEM_FRAME)
    return pad->n_events < MAX_EVENTS;
  if (pad->n_frames >= pad->max_queued)
    return false;
  return pad->max_bytes == 0 || pad->n_frames == 0
      || pad->bytes + item->bytes <= pad->max_bytes;
}

/* How long the pad's frames last, by their times, else by when they come: the
 * mean of about the last eight. */
static void
observe (SvCollectPad *pad, const SvItem *item)
{
  int64_t now = 0, duration = 0;

  if (!pad->live)
    return;
  if (item->time == SV_COLLECT_NO_TIME)
    now = sv_clock_now ();
  if (item->time != SV_COLLECT_NO_TIME && pad->last_time != SV_COLLECT_NO_TIME)
    duration = (int64_t) (item->time - pad->last_time);
  else if (now != 0 && pad->last_arrival != 0)
    duration = now - pad->last_arrival;
  pad->last_time = item->time;
  pad->last_arrival = now;
  if (duration < MIN_FRAME_NS || duration > MAX_FRAME_NS)
    return;
  if (pad->frame_ns == 0)
    pad->frame_ns = duration;
  else
    pad->frame_ns += (duration - pad->frame_ns) / 8;
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
  sv_collect_count_unqueued (collect, pad, item);
  sv_collect_count_dropped (collect, pad, SV_DROP_LEAKY);
  item->next = *list;
  *list = item;
  /* The head may be an event now, which is not waited for. */
  pthread_cond_signal (&collect->wake);
}

/* For `until` at the most the consumer may leave it asleep though there is some
 * room; 0: it begins to wait. */
static void
wait_for_room (SvCollect *collect, SvCollectPad *pad, int64_t *until)
{
  bool eager = *until == INT64_MAX;

  if (*until == 0)
    *until = sv_clock_now () + MAX_SLEEP_NS;
  pad->n_waiting++;
  pad->n_eager += eager;
  if (sv_cond_wait_until (&pad->room, &collect->lock, *until) == ETIMEDOUT)
    *until = INT64_MAX;
  pad->n_waiting--;
  pad->n_eager -= eager;
}

/* Waits for room, or makes some. OK: the item may be queued if there is room
 * now. */
static SvPushResult
await_room (SvCollect *collect, SvCollectPad *pad, const SvItem *item,
    SvItem **leaked, SvDropReason *reason)
{
  bool is_frame = item->kind == SV_ITEM_FRAME;
  SvPushResult result;
  int64_t until = 0;

  while ((result = check_open (collect, pad, item->kind, reason)) == SV_PUSH_OK
      && !has_room (pad, item)) {
    if (is_frame && pad->leak == SV_LEAK_NEWEST)
      break;
    if (is_frame && pad->leak == SV_LEAK_OLDEST)
      leak_oldest (collect, pad, leaked);
    else
      wait_for_room (collect, pad, &until);
  }
  return result;
}

/* Without the lock. */
static void
tell_leaks (SvCollect *collect, SvItem *leaked, const SvFlowStats *stats)
{
  for (SvItem *item = leaked; item != NULL && collect->on_leak != NULL;
       item = item->next)
    collect->on_leak (item, stats);
  sv_collect_free (collect, leaked);
}

SvPushResult
sv_collect_push (SvCollect *collect, SvCollectPad *pad, SvItem *item, int *flow)
{
  bool is_frame = item->kind == SV_ITEM_FRAME, queued = false, wake = false;
  SvItem *leaked = NULL;
  SvFlowStats stats;
  SvDropReason reason;
  SvPushResult result;

  item->pad = NULL;
  item->next = NULL;
  sv_lock_short (&collect->lock);
  if (is_frame)
    count_in (collect, pad);
  if (item->kind == SV_ITEM_START && collect->has_flow) {
    collect->has_flow = false;
    pthread_cond_signal (&collect->wake);
  }
  if (is_frame)
    observe (pad, item);
  result = await_room (collect, pad, item, &leaked, &reason);
  *flow = collect->flow;
  /* The stream was ended before it began: what begins now is that stream. */
  if (result == SV_PUSH_ENDED && item->kind == SV_ITEM_START)
    pad->begun = true;
  queued = result == SV_PUSH_OK && has_room (pad, item);
  if (queued) {
    wake = sv_collect_enqueue (collect, pad, item);
  } else if (is_frame && result == SV_PUSH_OK) {
    sv_collect_count_dropped (collect, pad, SV_DROP_LEAKY);
    item->pad = pad;
    pad->refs++;
    leaked = item;
  } else if (is_frame) {
    sv_collect_count_dropped (collect, pad, reason);
  }
  if (leaked != NULL)
    stats = pad->stats;
  pthread_mutex_unlock (&collect->lock);
  /* So that it does not wake only to wait for the lock. */
  if (wake)
    pthread_cond_signal (&collect->wake);
  if (!queued && item != leaked)
    sv_collect_free (collect, item);
  if (leaked != NULL)
    tell_leaks (collect, leaked, &stats);
  return result;
}
