/* SPDX-License-Identifier: Apache-2.0 */
#include "collectpads.h"

#include <stdlib.h>
#include <string.h>

#define MS 1000000LL

/* A frame of a live pad of which nothing is known yet. */
#define DEFAULT_FRAME_NS (40 * MS)

const int64_t sv_collect_waits[SV_N_WAITS - 1] = { 1 * MS, 2 * MS, 5 * MS,
  10 * MS, 20 * MS, 50 * MS, 100 * MS, 200 * MS, 500 * MS, 1000 * MS, 2000 * MS,
  5000 * MS };

/* A clock that stands still while the consumer is busy downstream. */
int64_t
sv_collect_waiting_clock (const SvCollect *collect, int64_t now)
{
  int64_t pushing =
      collect->pushing_since != 0 ? now - collect->pushing_since : 0;

  return now - collect->pushed_ns - pushing;
}

/* ---- Life --------------------------------------------------------------- */

void
sv_collect_init (SvCollect *collect, void (*free_item) (SvItem *item),
    void (*on_leak) (SvItem *item, const SvFlowStats *stats))
{
  memset (collect, 0, sizeof *collect);
  pthread_mutex_init (&collect->lock, NULL);
  sv_cond_init (&collect->wake);
  collect->free_item = free_item;
  collect->loose_tail = &collect->loose;
  collect->on_leak = on_leak;
  collect->capacity = 1;
  collect->timeout_ns = collect->auto_ns = -1;
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
  collect->has_held = false;
  collect->eos_told = false;
  collect->has_flow = false;
  collect->pushing_since = 0;
  collect->pushed_ns = 0;
  collect->taken_ns = 0;
  memset (&collect->stats, 0, sizeof collect->stats);
  memset (&collect->gone, 0, sizeof collect->gone);
  memset (&collect->counts, 0, sizeof collect->counts);
  collect->high_bytes = 0;
  collect->auto_ns = -1;
  for (SvCollectPad *pad = collect->pads; pad != NULL; pad = pad->next) {
    memset (&pad->stats, 0, sizeof pad->stats);
    pad->flushing = pad->begun = pad->held = pad->live = false;
    pad->high_frames = 0;
    pad->high_bytes = 0;
    pad->nominal_ns = 0;
    sv_collect_reset_pad (collect, pad);
    sv_collect_queue_pending_end (collect, pad);
  }
  collect->capacity = collect->batch_size != 0 ? collect->batch_size
      : collect->n_pads != 0                   ? collect->n_pads
                                               : 1;
  sv_collect_grow (collect);
  pthread_mutex_unlock (&collect->lock);
}

void
sv_collect_stop (SvCollect *collect)
{
  SvItem *items = NULL;

  pthread_mutex_lock (&collect->lock);
  collect->running = false;
  items = collect->loose;
  collect->loose = NULL;
  collect->loose_tail = &collect->loose;
  for (SvCollectPad *pad = collect->pads; pad != NULL; pad = pad->next) {
    sv_collect_drop_queue (collect, pad, SV_DROP_FLUSH, &items);
    pthread_cond_broadcast (&pad->room);
  }
  pthread_cond_signal (&collect->wake);
  pthread_mutex_unlock (&collect->lock);
  sv_collect_free (collect, items);
}

void
sv_collect_announce (SvCollect *collect, SvItem *item)
{
  bool running;

  item->pad = NULL;
  item->next = NULL;
  pthread_mutex_lock (&collect->lock);
  running = collect->running;
  if (running) {
    *collect->loose_tail = item;
    collect->loose_tail = &item->next;
    pthread_cond_signal (&collect->wake);
  }
  pthread_mutex_unlock (&collect->lock);
  if (!running)
    sv_collect_free (collect, item);
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
sv_collect_begin_hold (SvCollect *collect, SvCollectPad *pad)
{
  pthread_mutex_lock (&collect->lock);
  collect->holds++;
  pad->held = collect->has_held = true;
  pthread_cond_signal (&collect->wake);
  pthread_mutex_unlock (&collect->lock);
}

void
sv_collect_end_hold (SvCollect *collect, int64_t after_ns)
{
  pthread_mutex_lock (&collect->lock);
  if (collect->holds > 0)
    collect->holds--;
  collect->held_until = after_ns > 0 ? sv_clock_now () + after_ns : 0;
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

int64_t
sv_collect_live_frame (const SvCollectPad *pad)
{
  if (!pad->live || pad->ended)
    return 0;
  if (pad->frame_ns != 0)
    return pad->frame_ns;
  return pad->nominal_ns != 0 ? pad->nominal_ns : DEFAULT_FRAME_NS;
}

int64_t
sv_collect_timeout (const SvCollect *collect)
{
  if (collect->policy == SV_TIMEOUT_NONE)
    return -1;
  return collect->policy == SV_TIMEOUT_FIXED ? collect->timeout_ns
                                             : collect->auto_ns;
}

int64_t
sv_collect_get_timeout (SvCollect *collect)
{
  int64_t timeout;

  pthread_mutex_lock (&collect->lock);
  timeout = sv_collect_timeout (collect);
  /* The consumer has not looked yet. */
  if (collect->policy == SV_TIMEOUT_AUTO && timeout < 0)
    for (const SvCollectPad *pad = collect->pads; pad != NULL;
         pad = pad->next) {
      int64_t frame = sv_collect_live_frame (pad);

      if (frame > 0 && (timeout < 0 || frame < timeout))
        timeout = frame;
    }
  pthread_mutex_unlock (&collect->lock);
  return timeout;
}

void
sv_collect_set_timeout (SvCollect *collect, SvTimeoutPolicy policy,
    int64_t timeout_ns)
{
  pthread_mutex_lock (&collect->lock);
  collect->policy = policy;
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

/* ---- Figures ------------------------------------------------------------ */

void
sv_collect_get_stats (SvCollect *collect, SvCollectStats *stats,
    void (*visit) (const SvCollectPad *pad, void *data), void *data)
{
  pthread_mutex_lock (&collect->lock);
  stats->total = collect->stats;
  stats->gone = collect->gone;
  stats->counts = collect->counts;
  stats->timeout_ns = sv_collect_timeout (collect);
  stats->bytes = collect->bytes;
  stats->high_bytes = collect->high_bytes;
  stats->capacity = collect->capacity;
  stats->pushing_ns = collect->pushing_since != 0
      ? sv_clock_now () - collect->pushing_since
      : 0;
  for (const SvCollectPad *pad = collect->pads; visit != NULL && pad != NULL;
       pad = pad->next)
    visit (pad, data);
  pthread_mutex_unlock (&collect->lock);
}

void
sv_collect_visit_pad (SvCollect *collect, SvCollectPad *pad,
    void (*visit) (const SvCollectPad *pad, void *data), void *data)
{
  pthread_mutex_lock (&collect->lock);
  visit (pad, data);
  pthread_mutex_unlock (&collect->lock);
}

const char *
sv_collect_pad_state (const SvCollectPad *pad)
{
  if (pad->flushing)
    return "flushing";
  if (pad->held)
    return "seeking";
  if (pad->n_frames > 0)
    return "ready";
  if (pad->closed)
    return "ended";
  if (!pad->begun)
    return "not-started";
  return pad->has_gap ? "gap" : "waiting";
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
