/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLLECT_TEST_H
#define COLLECT_TEST_H

/* What the tests of the collection share. */

#include <gst/check/gstcheck.h>

#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#include "plugin/collect.h"

#define MS 1000000

static _Atomic int items_alive;

static inline SvItem *
item_new (SvItemKind kind, uint64_t time)
{
  SvItem *item = calloc (1, sizeof *item);

  item->kind = kind;
  item->time = time;
  items_alive++;
  return item;
}

static inline void
item_free (SvItem *item)
{
  items_alive--;
  free (item);
}

static inline SvPushResult
push (SvCollect *c, SvCollectPad *pad, SvItemKind kind, uint64_t time)
{
  int flow;

  return sv_collect_push (c, pad, item_new (kind, time), &flow);
}

static inline void
expect_balance (SvCollect *c, uint64_t in, uint64_t out, uint64_t held)
{
  SvCollectStats all;
  SvFlowStats stats;
  uint64_t lost = 0;

  sv_collect_get_stats (c, &all, NULL, NULL);
  stats = all.total;
  for (int i = 0; i < SV_DROP_N_REASONS; i++)
    lost += stats.dropped[i];
  fail_unless_equals_uint64 (stats.in, stats.out + stats.held + lost);
  fail_unless_equals_uint64 (stats.in, in);
  fail_unless_equals_uint64 (stats.out, out);
  fail_unless_equals_uint64 (stats.held, held);
}

/* Takes a batch of `n` frames and counts it out. */
static inline void
expect_batch (SvCollect *c, unsigned n, SvTakeReason reason)
{
  SvTake take;

  sv_collect_take (c, &take);
  fail_unless_equals_int (take.kind, SV_TAKE_BATCH);
  fail_unless_equals_int (take.n_items, n);
  fail_unless_equals_int (take.reason, reason);
  sv_collect_finish_out (c, take.items);
}

static inline void
expect_events (SvCollect *c, unsigned n)
{
  SvTake take;

  sv_collect_take (c, &take);
  fail_unless_equals_int (take.kind, SV_TAKE_EVENTS);
  fail_unless_equals_int (take.n_items, n);
  sv_collect_free (c, take.items);
}

/* TRUE where the pad can go on. */
static inline bool
end_flush (SvCollect *c, SvCollectPad *pad)
{
  return sv_collect_end_flush (c, pad,
      item_new (SV_ITEM_EVENT, SV_COLLECT_NO_TIME));
}

static inline bool
end_pad (SvCollect *c, SvCollectPad *pad)
{
  int flow;

  return sv_collect_end_pad (c, pad, item_new (SV_ITEM_EOS, SV_COLLECT_NO_TIME),
      &flow);
}

static inline uint64_t
dropped (SvCollect *c, SvDropReason reason)
{
  SvCollectStats stats;

  sv_collect_get_stats (c, &stats, NULL, NULL);
  return stats.total.dropped[reason];
}

static inline void
release (SvCollect *c, SvCollectPad *pad)
{
  sv_collect_release_pad (c, pad);
  sv_collect_unref_pad (pad);
}

/* Counts what is told to have leaked. */
static _Atomic int leaks_told;

static inline void
on_leak (SvItem *item, const SvFlowStats *stats)
{
  leaks_told++;
  fail_unless (item->pad != NULL);
  fail_unless_equals_uint64 (stats->in,
      stats->out + stats->held + stats->dropped[SV_DROP_LEAKY]);
}

#endif
