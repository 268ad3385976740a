/* SPDX-License-Identifier: Apache-2.0 */
#include <gst/check/gstcheck.h>

#include <stdlib.h>
#include <time.h>

#include "plugin/collect.h"

#define MS 1000000

static _Atomic int items_alive;

static SvItem *
item_new (SvItemKind kind, uint64_t time)
{
  SvItem *item = calloc (1, sizeof *item);

  item->kind = kind;
  item->time = time;
  items_alive++;
  return item;
}

static void
item_free (SvItem *item)
{
  items_alive--;
  free (item);
}

static SvPushResult
push (SvCollect *c, SvCollectPad *pad, SvItemKind kind, uint64_t time)
{
  SvPushResult result;
  int flow;

  if (kind == SV_ITEM_FRAME
      && (result = sv_collect_enter (c, pad, &flow)) != SV_PUSH_OK)
    return result;
  return sv_collect_push (c, pad, item_new (kind, time), &flow);
}

static void
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
static void
expect_batch (SvCollect *c, unsigned n, SvTakeReason reason)
{
  SvTake take;

  sv_collect_take (c, &take);
  fail_unless_equals_int (take.kind, SV_TAKE_BATCH);
  fail_unless_equals_int (take.n_items, n);
  fail_unless_equals_int (take.reason, reason);
  sv_collect_finish_out (c, take.items);
}

static void
expect_events (SvCollect *c, unsigned n)
{
  SvTake take;

  sv_collect_take (c, &take);
  fail_unless_equals_int (take.kind, SV_TAKE_EVENTS);
  fail_unless_equals_int (take.n_items, n);
  sv_collect_free (c, take.items);
}

/* TRUE where the pad can go on. */
static bool
end_flush (SvCollect *c, SvCollectPad *pad)
{
  return sv_collect_end_flush (c, pad,
      item_new (SV_ITEM_EVENT, SV_COLLECT_NO_TIME));
}

static bool
end_pad (SvCollect *c, SvCollectPad *pad)
{
  int flow;

  return sv_collect_end_pad (c, pad, item_new (SV_ITEM_EOS, SV_COLLECT_NO_TIME),
      &flow);
}

static uint64_t
dropped (SvCollect *c, SvDropReason reason)
{
  SvCollectStats stats;

  sv_collect_get_stats (c, &stats, NULL, NULL);
  return stats.total.dropped[reason];
}

static void
release (SvCollect *c, SvCollectPad *pad)
{
  sv_collect_release_pad (c, pad);
  sv_collect_unref_pad (pad);
}

GST_START_TEST (test_reasons)
{
  SvCollect c;
  SvCollectPad *a, *b;
  SvTake take;

  sv_collect_init (&c, item_free, NULL);
  b = sv_collect_add_pad (&c, 1, NULL, 4);
  a = sv_collect_add_pad (&c, 0, NULL, 4);
  sv_collect_start (&c);

  /* Events go before the frames behind them, frames in the pads' order. */
  push (&c, b, SV_ITEM_FRAME, 5);
  push (&c, a, SV_ITEM_EVENT, SV_COLLECT_NO_TIME);
  push (&c, a, SV_ITEM_FRAME, 7);
  expect_events (&c, 1);
  sv_collect_take (&c, &take);
  fail_unless_equals_int (take.kind, SV_TAKE_BATCH);
  fail_unless_equals_int (take.reason, SV_REASON_FULL);
  fail_unless_equals_int (take.capacity, 2);
  fail_unless_equals_int (take.items->pad->index, 0);
  fail_unless_equals_int (take.items->next->pad->index, 1);
  expect_balance (&c, 2, 0, 2);
  sv_collect_finish_out (&c, take.items);

  /* A gap releases frames before its end only. */
  push (&c, b, SV_ITEM_GAP, 100);
  push (&c, a, SV_ITEM_FRAME, 99);
  expect_events (&c, 1);
  expect_batch (&c, 1, SV_REASON_GAP);
  push (&c, a, SV_ITEM_FRAME, 100);
  push (&c, b, SV_ITEM_FRAME, 101);
  expect_batch (&c, 2, SV_REASON_FULL);

  fail_unless (!sv_collect_begin_flush (&c, b));
  push (&c, a, SV_ITEM_FRAME, 200);
  expect_batch (&c, 1, SV_REASON_FLUSH);
  fail_unless_equals_int (push (&c, b, SV_ITEM_FRAME, 1), SV_PUSH_FLUSHING);
  fail_unless (end_flush (&c, b));
  expect_events (&c, 1);

  push (&c, b, SV_ITEM_EOS, SV_COLLECT_NO_TIME);
  push (&c, a, SV_ITEM_FRAME, 300);
  expect_events (&c, 1);
  expect_batch (&c, 1, SV_REASON_EOS);
  fail_unless_equals_int (push (&c, b, SV_ITEM_FRAME, 1), SV_PUSH_ENDED);

  push (&c, a, SV_ITEM_EOS, SV_COLLECT_NO_TIME);
  expect_events (&c, 1);
  sv_collect_take (&c, &take);
  fail_unless_equals_int (take.kind, SV_TAKE_EOS);
  /* A pad that begins anew is waited for again. */
  push (&c, b, SV_ITEM_START, SV_COLLECT_NO_TIME);
  push (&c, b, SV_ITEM_FRAME, 1);
  expect_events (&c, 1);
  expect_batch (&c, 1, SV_REASON_EOS);

  sv_collect_stop (&c);
  expect_balance (&c, 10, 8, 0);
  release (&c, a);
  release (&c, b);
  sv_collect_clear (&c);
  fail_unless_equals_int (items_alive, 0);
}
GST_END_TEST;

/* What is queued comes out, what comes later does not. */
GST_START_TEST (test_end_pad)
{
  SvCollect c;
  SvCollectPad *a, *b;
  SvTake take;
  int flow = 0;

  sv_collect_init (&c, item_free, NULL);
  a = sv_collect_add_pad (&c, 0, NULL, 4);
  b = sv_collect_add_pad (&c, 1, NULL, 4);
  /* Before the start: the stream that comes then. */
  fail_unless (!end_pad (&c, b));
  fail_unless (!end_pad (&c, b));
  sv_collect_start (&c);
  expect_events (&c, 1);
  push (&c, a, SV_ITEM_FRAME, 1);
  expect_batch (&c, 1, SV_REASON_EOS);
  fail_unless_equals_int (push (&c, b, SV_ITEM_START, 0), SV_PUSH_ENDED);
  fail_unless_equals_int (push (&c, b, SV_ITEM_FRAME, 1), SV_PUSH_ENDED);
  fail_unless_equals_uint64 (dropped (&c, SV_DROP_RELEASED), 1);
  fail_unless (sv_collect_is_closed (&c, b));
  fail_unless_equals_int (push (&c, b, SV_ITEM_START, 0), SV_PUSH_OK);
  fail_unless (!sv_collect_is_closed (&c, b));

  /* While it runs: behind what is queued, once. */
  push (&c, b, SV_ITEM_FRAME, 2);
  fail_unless (!end_pad (&c, b));
  fail_unless (!end_pad (&c, b));
  fail_unless_equals_int (push (&c, b, SV_ITEM_FRAME, 3), SV_PUSH_ENDED);
  fail_unless_equals_uint64 (dropped (&c, SV_DROP_RELEASED), 2);
  expect_events (&c, 1);
  push (&c, a, SV_ITEM_FRAME, 2);
  expect_batch (&c, 2, SV_REASON_FULL);
  expect_events (&c, 1);
  push (&c, a, SV_ITEM_FRAME, 3);
  expect_batch (&c, 1, SV_REASON_EOS);
  fail_unless_equals_int (push (&c, b, SV_ITEM_START, 0), SV_PUSH_OK);
  expect_events (&c, 1);

  /* During a flush: at its end. After one a pad goes on. */
  sv_collect_begin_flush (&c, b);
  fail_unless (!end_pad (&c, b));
  fail_unless_equals_int (push (&c, b, SV_ITEM_FRAME, 3), SV_PUSH_FLUSHING);
  fail_unless (end_flush (&c, b));
  expect_events (&c, 2);
  fail_unless_equals_int (push (&c, b, SV_ITEM_FRAME, 3), SV_PUSH_ENDED);
  sv_collect_begin_flush (&c, b);
  fail_unless (end_flush (&c, b));
  expect_events (&c, 1);
  fail_unless_equals_int (push (&c, b, SV_ITEM_FRAME, 3), SV_PUSH_OK);

  /* Its sender can no longer be told of a refusal. */
  sv_collect_refuse (&c, -5, SV_DROP_ERROR);
  fail_unless (sv_collect_end_pad (&c, a,
      item_new (SV_ITEM_EOS, SV_COLLECT_NO_TIME), &flow));
  fail_unless_equals_int (flow, -5);
  fail_unless_equals_int (push (&c, a, SV_ITEM_FRAME, 3), SV_PUSH_REFUSED);

  /* The last run's end is forgotten with it. */
  sv_collect_stop (&c);
  sv_collect_start (&c);
  push (&c, a, SV_ITEM_FRAME, 1);
  push (&c, b, SV_ITEM_FRAME, 1);
  expect_batch (&c, 2, SV_REASON_FULL);
  fail_unless (!end_pad (&c, a));
  fail_unless (!end_pad (&c, b));
  expect_events (&c, 2);
  sv_collect_take (&c, &take);
  fail_unless_equals_int (take.kind, SV_TAKE_EOS);
  sv_collect_stop (&c);
  fail_unless (!end_pad (&c, a));
  release (&c, a);
  sv_collect_release_pad (&c, b);
  fail_unless (!end_pad (&c, b));
  fail_unless (!end_flush (&c, b));
  sv_collect_unref_pad (b);
  sv_collect_clear (&c);
  fail_unless_equals_int (items_alive, 0);
}
GST_END_TEST;

/* Nobody waits in a pad that leaks. */
GST_START_TEST (test_leaks)
{
  static const uint64_t oldest[] = { 3, 4 }, newest[] = { 0, 1 };
  SvCollect c;
  SvCollectPad *a, *idle;
  SvTake take;

  sv_collect_init (&c, item_free, NULL);
  a = sv_collect_add_pad (&c, 0, NULL, 2);
  idle = sv_collect_add_pad (&c, 1, NULL, 2);
  for (int round = 0; round < 2; round++) {
    sv_collect_set_leak (&c, a, round == 0 ? SV_LEAK_OLDEST : SV_LEAK_NEWEST);
    sv_collect_start (&c);
    sv_collect_set_timeout (&c, SV_TIMEOUT_FIXED, -1);
    for (uint64_t i = 0; i < 5; i++) {
      fail_unless_equals_int (push (&c, a, SV_ITEM_EVENT, 0), SV_PUSH_OK);
      fail_unless_equals_int (push (&c, a, SV_ITEM_FRAME, i), SV_PUSH_OK);
    }
    fail_unless_equals_uint64 (dropped (&c, SV_DROP_LEAKY), 3);
    expect_balance (&c, 5, 0, 2);
    sv_collect_set_timeout (&c, SV_TIMEOUT_FIXED, 0);
    for (int n = 0; n < 2; n++) {
      /* Every event is there still; none comes after a frame that it led. */
      expect_events (&c, n > 0 ? 1 : round == 0 ? 4 : 1);
      sv_collect_take (&c, &take);
      fail_unless_equals_int (take.kind, SV_TAKE_BATCH);
      fail_unless_equals_uint64 (take.items->time,
          round == 0 ? oldest[n] : newest[n]);
      sv_collect_finish_out (&c, take.items);
    }
    if (round == 1)
      expect_events (&c, 3);
    expect_balance (&c, 5, 2, 0);
    sv_collect_stop (&c);
  }
  /* The only place: each frame takes the last one's. */
  sv_collect_set_leak (&c, a, SV_LEAK_OLDEST);
  sv_collect_set_max_queued (&c, a, 1);
  sv_collect_start (&c);
  sv_collect_set_timeout (&c, SV_TIMEOUT_FIXED, -1);
  for (uint64_t i = 0; i < 5; i++)
    push (&c, a, SV_ITEM_FRAME, i);
  push (&c, idle, SV_ITEM_FRAME, 9);
  sv_collect_take (&c, &take);
  fail_unless_equals_uint64 (take.items->time, 4);
  fail_unless_equals_int (take.n_items, 2);
  sv_collect_finish_out (&c, take.items);
  expect_balance (&c, 6, 2, 0);
  sv_collect_stop (&c);
  release (&c, a);
  release (&c, idle);
  sv_collect_clear (&c);
  fail_unless_equals_int (items_alive, 0);
}
GST_END_TEST;

/* More frames than slots: those that have waited longest go first. */
GST_START_TEST (test_capacity)
{
  SvCollect c;
  SvCollectPad *pads[5];
  SvTake take;

  sv_collect_init (&c, item_free, NULL);
  for (unsigned i = 0; i < 3; i++)
    pads[i] = sv_collect_add_pad (&c, i, NULL, 4);
  sv_collect_set_batch_size (&c, 2);
  sv_collect_start (&c);
  push (&c, pads[2], SV_ITEM_FRAME, 1);
  push (&c, pads[0], SV_ITEM_FRAME, 2);
  push (&c, pads[1], SV_ITEM_FRAME, 3);
  sv_collect_take (&c, &take);
  fail_unless_equals_int (take.n_items, 2);
  fail_unless_equals_int (take.items->pad->index, 0);
  fail_unless_equals_int (take.items->next->pad->index, 2);
  sv_collect_finish_out (&c, take.items);
  sv_collect_stop (&c);
  expect_balance (&c, 3, 2, 0);

  /* By itself the capacity starts at the number of pads and doubles. */
  sv_collect_set_batch_size (&c, 0);
  sv_collect_start (&c);
  sv_collect_set_timeout (&c, SV_TIMEOUT_FIXED, 0);
  for (unsigned i = 3; i < 5; i++)
    pads[i] = sv_collect_add_pad (&c, i, NULL, 4);
  push (&c, pads[4], SV_ITEM_FRAME, 1);
  sv_collect_take (&c, &take);
  fail_unless_equals_int (take.capacity, 6);
  fail_unless_equals_int (take.reason, SV_REASON_TIMEOUT);
  sv_collect_finish_dropped (&c, take.items, SV_DROP_ERROR);
  expect_balance (&c, 1, 0, 0);
  sv_collect_stop (&c);
  for (unsigned i = 0; i < 5; i++)
    release (&c, pads[i]);
  sv_collect_clear (&c);
}
GST_END_TEST;

GST_START_TEST (test_timeout_and_stall)
{
  SvCollect c;
  SvCollectPad *a, *b;
  SvTake take;

  sv_collect_init (&c, item_free, NULL);
  a = sv_collect_add_pad (&c, 0, NULL, 4);
  b = sv_collect_add_pad (&c, 1, NULL, 4);
  sv_collect_start (&c);
  sv_collect_set_timeout (&c, SV_TIMEOUT_FIXED, 30 * MS);
  push (&c, a, SV_ITEM_FRAME, 1);
  sv_collect_take (&c, &take);
  fail_unless_equals_int (take.kind, SV_TAKE_BATCH);
  fail_unless_equals_int (take.reason, SV_REASON_TIMEOUT);
  fail_unless (take.waiting_ns >= 30 * MS);
  sv_collect_finish_out (&c, take.items);

  sv_collect_set_timeout (&c, SV_TIMEOUT_FIXED, -1);
  push (&c, b, SV_ITEM_FRAME, 1);
  sv_collect_set_stall (&c, 20 * MS);
  for (int i = 1; i <= 2; i++) {
    sv_collect_take (&c, &take);
    fail_unless_equals_int (take.kind, SV_TAKE_STALL);
    fail_unless (take.stalled == a);
    fail_unless (take.silent_ns >= i * 20 * MS);
    sv_collect_unref_pad (take.stalled);
  }
  /* Time that downstream takes is no silence. */
  push (&c, a, SV_ITEM_FRAME, 2);
  expect_batch (&c, 2, SV_REASON_FULL);
  sv_collect_set_stall (&c, 200 * MS);
  sv_collect_begin_push (&c);
  nanosleep (&(struct timespec){ .tv_nsec = 250 * MS }, NULL);
  sv_collect_end_push (&c);
  sv_collect_set_timeout (&c, SV_TIMEOUT_FIXED, 0);
  push (&c, b, SV_ITEM_FRAME, 2);
  expect_batch (&c, 1, SV_REASON_TIMEOUT);

  sv_collect_stop (&c);
  release (&c, a);
  release (&c, b);
  sv_collect_clear (&c);
}
GST_END_TEST;

typedef struct Producer
{
  SvCollect *collect;
  SvCollectPad *pad;
  int n;
  int pushed;
  SvPushResult last;
} Producer;

static void *
produce (void *data)
{
  Producer *p = data;

  for (p->pushed = 0; p->pushed < p->n; p->pushed++) {
    p->last = push (p->collect, p->pad, SV_ITEM_FRAME, (uint64_t) p->pushed);
    if (p->last != SV_PUSH_OK)
      return NULL;
  }
  p->last = push (p->collect, p->pad, SV_ITEM_EOS, SV_COLLECT_NO_TIME);
  return NULL;
}

GST_START_TEST (test_producers)
{
  SvCollect c;
  Producer producers[4];
  pthread_t threads[4];
  uint64_t next[4] = { 0 };
  SvTake take;

  sv_collect_init (&c, item_free, NULL);
  for (unsigned i = 0; i < 4; i++)
    producers[i] = (Producer){ .collect = &c,
      .pad = sv_collect_add_pad (&c, i, NULL, 1 + i),
      .n = 200 + 50 * (int) i };
  sv_collect_start (&c);
  for (int i = 0; i < 4; i++)
    pthread_create (&threads[i], NULL, produce, &producers[i]);
  for (;;) {
    sv_collect_take (&c, &take);
    if (take.kind == SV_TAKE_EOS)
      break;
    if (take.kind == SV_TAKE_EVENTS) {
      sv_collect_free (&c, take.items);
      continue;
    }
    fail_unless_equals_int (take.kind, SV_TAKE_BATCH);
    for (const SvItem *item = take.items; item != NULL; item = item->next)
      fail_unless_equals_uint64 (item->time, next[item->pad->index]++);
    sv_collect_finish_out (&c, take.items);
  }
  for (int i = 0; i < 4; i++) {
    pthread_join (threads[i], NULL);
    fail_unless_equals_uint64 (next[i], (uint64_t) producers[i].n);
  }
  expect_balance (&c, 1100, 1100, 0);
  sv_collect_stop (&c);
  for (int i = 0; i < 4; i++)
    release (&c, producers[i].pad);
  sv_collect_clear (&c);
  fail_unless_equals_int (items_alive, 0);
}
GST_END_TEST;

static void *
consume (void *data)
{
  SvCollect *c = data;
  SvTake take;

  for (;;) {
    sv_collect_take (c, &take);
    if (take.kind == SV_TAKE_STOPPED)
      return NULL;
    fail_unless (take.n_items > 0);
    if (take.kind == SV_TAKE_BATCH)
      sv_collect_finish_out (c, take.items);
    else
      sv_collect_free (c, take.items);
  }
}

/* Producers that wait for room come out of every kind of interruption. */
GST_START_TEST (test_interruptions)
{
  for (int round = 0; round < 40; round++) {
    SvCollect c;
    Producer p = { .collect = &c, .n = 1000000 };
    SvCollectPad *idle;
    pthread_t producer, consumer;
    SvPushResult expected = SV_PUSH_FLUSHING;

    sv_collect_init (&c, item_free, NULL);
    p.pad = sv_collect_add_pad (&c, 0, NULL, 2);
    idle = sv_collect_add_pad (&c, 1, NULL, 2);
    sv_collect_start (&c);
    if (round % 2 == 0)
      sv_collect_set_timeout (&c, SV_TIMEOUT_FIXED, 0);
    pthread_create (&consumer, NULL, consume, &c);
    pthread_create (&producer, NULL, produce, &p);
    nanosleep (&(struct timespec){ .tv_nsec = 1 * MS }, NULL);
    switch (round % 6) {
      case 0:
      case 1:
        sv_collect_begin_flush (&c, p.pad);
        break;
      case 2:
        sv_collect_release_pad (&c, p.pad);
        expected = SV_PUSH_RELEASED;
        break;
      case 3:
        sv_collect_refuse (&c, -5, SV_DROP_ERROR);
        expected = SV_PUSH_REFUSED;
        break;
      case 4:
        fail_unless (!end_pad (&c, p.pad));
        expected = SV_PUSH_ENDED;
        break;
      default:
        sv_collect_stop (&c);
        break;
    }
    pthread_join (producer, NULL);
    fail_unless_equals_int (p.last, expected);
    sv_collect_stop (&c);
    pthread_join (consumer, NULL);
    {
      SvCollectStats all;
      SvFlowStats stats;
      uint64_t lost = 0;

      sv_collect_get_stats (&c, &all, NULL, NULL);
      stats = all.total;
      for (int i = 0; i < SV_DROP_N_REASONS; i++)
        lost += stats.dropped[i];
      fail_unless_equals_uint64 (stats.in, stats.out + lost);
      fail_unless_equals_uint64 (stats.in, (uint64_t) p.pushed + 1);
      fail_unless_equals_uint64 (stats.held, 0);
    }
    if (round % 6 != 2)
      sv_collect_release_pad (&c, p.pad);
    sv_collect_unref_pad (p.pad);
    release (&c, idle);
    sv_collect_clear (&c);
    fail_unless_equals_int (items_alive, 0);
  }
}
GST_END_TEST;

static void
expect_timeout (SvCollect *c, int64_t timeout)
{
  SvTake take;

  sv_collect_take (c, &take);
  fail_unless_equals_int (take.kind, SV_TAKE_TIMEOUT);
  fail_unless_equals_int64 (sv_collect_get_timeout (c), timeout);
}

static void
push_pairs (SvCollect *c, SvCollectPad *a, SvCollectPad *b, int n, int64_t step)
{
  for (int i = 1; i <= n; i++) {
    uint64_t time = (uint64_t) (i * step);

    push (c, a, SV_ITEM_FRAME, time);
    push (c, b, SV_ITEM_FRAME, time);
    while (c->stats.held > 0) {
      SvTake take;

      sv_collect_take (c, &take);
      if (take.kind == SV_TAKE_BATCH)
        sv_collect_finish_out (c, take.items);
    }
  }
}

/* What the caps say, then what the times say, of live pads that have not
 * ended; a small change is none. */
GST_START_TEST (test_w1_auto_timeout)
{
  SvCollect c;
  SvCollectPad *a, *b;

  sv_collect_init (&c, item_free, NULL);
  a = sv_collect_add_pad (&c, 0, NULL, 4);
  b = sv_collect_add_pad (&c, 1, NULL, 4);
  sv_collect_start (&c);
  fail_unless_equals_int64 (sv_collect_get_timeout (&c), -1);
  sv_collect_set_live (&c, a, true);
  fail_unless_equals_int64 (sv_collect_get_timeout (&c), 40 * MS);
  expect_timeout (&c, 40 * MS);
  sv_collect_set_nominal (&c, a, 20 * MS);
  expect_timeout (&c, 20 * MS);
  push (&c, a, SV_ITEM_FRAME, 0);
  expect_batch (&c, 1, SV_REASON_TIMEOUT);
  push_pairs (&c, a, b, 40, 30 * MS);
  fail_unless (sv_collect_get_timeout (&c) > 27 * MS);
  fail_unless (sv_collect_get_timeout (&c) < 33 * MS);
  sv_collect_set_live (&c, b, true);
  sv_collect_set_nominal (&c, b, 10 * MS);
  expect_timeout (&c, 10 * MS);
  push (&c, b, SV_ITEM_EOS, SV_COLLECT_NO_TIME);
  expect_events (&c, 1);
  expect_timeout (&c, 30 * MS);
  sv_collect_release_pad (&c, a);
  expect_timeout (&c, -1);
  sv_collect_stop (&c);
  sv_collect_unref_pad (a);
  release (&c, b);
  sv_collect_clear (&c);
  fail_unless_equals_int (items_alive, 0);
}
GST_END_TEST;

/* Pads that are held have no part in batches, whether they have frames or not,
 * and come back all at once. */
GST_START_TEST (test_holds)
{
  SvCollect c;
  SvCollectPad *a, *b;

  sv_collect_init (&c, item_free, NULL);
  a = sv_collect_add_pad (&c, 0, NULL, 4);
  b = sv_collect_add_pad (&c, 1, NULL, 4);
  sv_collect_start (&c);
  push (&c, a, SV_ITEM_FRAME, 1);
  sv_collect_begin_hold (&c, a);
  push (&c, b, SV_ITEM_FRAME, 1);
  expect_batch (&c, 1, SV_REASON_FLUSH);
  push (&c, b, SV_ITEM_FRAME, 2);
  expect_batch (&c, 1, SV_REASON_FLUSH);
  sv_collect_begin_hold (&c, b);
  sv_collect_end_hold (&c, 20 * MS);
  push (&c, b, SV_ITEM_FRAME, 3);
  sv_collect_end_hold (&c, 20 * MS);
  expect_batch (&c, 2, SV_REASON_FULL);
  push (&c, a, SV_ITEM_FRAME, 4);
  push (&c, b, SV_ITEM_FRAME, 4);
  expect_batch (&c, 2, SV_REASON_FULL);
  expect_balance (&c, 6, 6, 0);
  sv_collect_stop (&c);
  release (&c, a);
  release (&c, b);
  sv_collect_clear (&c);
}
GST_END_TEST;

static _Atomic int leaks_told;

static void
on_leak (SvItem *item, const SvFlowStats *stats)
{
  leaks_told++;
  fail_unless (item->pad != NULL);
  fail_unless_equals_uint64 (stats->in,
      stats->out + stats->held + stats->dropped[SV_DROP_LEAKY]);
}

/* By bytes too; every frame that leaks is told. */
GST_START_TEST (test_w37_bytes)
{
  SvCollect c;
  SvCollectPad *a, *idle;
  SvCollectStats stats;
  int flow;

  sv_collect_init (&c, item_free, on_leak);
  a = sv_collect_add_pad (&c, 0, NULL, 100);
  idle = sv_collect_add_pad (&c, 1, NULL, 1);
  sv_collect_set_max_bytes (&c, a, 10);
  for (int round = 0; round < 2; round++) {
    leaks_told = 0;
    sv_collect_set_leak (&c, a, round == 0 ? SV_LEAK_OLDEST : SV_LEAK_NEWEST);
    sv_collect_start (&c);
    for (int i = 0; i < 6; i++) {
      SvItem *item = item_new (SV_ITEM_FRAME, (uint64_t) i);

      item->bytes = 4;
      sv_collect_enter (&c, a, &flow);
      fail_unless_equals_int (sv_collect_push (&c, a, item, &flow), SV_PUSH_OK);
    }
    fail_unless_equals_int (leaks_told, 4);
    sv_collect_get_stats (&c, &stats, NULL, NULL);
    fail_unless_equals_uint64 (stats.bytes, 8);
    fail_unless_equals_uint64 (stats.high_bytes, 8);
    expect_balance (&c, 6, 0, 2);
    sv_collect_stop (&c);
    expect_balance (&c, 6, 0, 0);
    sv_collect_get_stats (&c, &stats, NULL, NULL);
    fail_unless_equals_uint64 (stats.bytes, 0);
  }
  release (&c, a);
  release (&c, idle);
  sv_collect_clear (&c);
  fail_unless_equals_int (items_alive, 0);
}
GST_END_TEST;

/* As consume(), also of pads that are live. */
static void *
consume_all (void *data)
{
  SvCollect *c = data;
  SvTake take;

  for (;;) {
    sv_collect_take (c, &take);
    if (take.kind == SV_TAKE_STOPPED)
      return NULL;
    if (take.kind == SV_TAKE_BATCH)
      sv_collect_finish_out (c, take.items);
    else
      sv_collect_free (c, take.items);
  }
}

static _Atomic bool reading;

/* Every single read adds up: the totals are the pads' and the released ones'.
 */
static void
add_up (const SvCollectPad *pad, void *data)
{
  SvFlowStats *sum = data;

  sum->in += pad->stats.in;
  sum->out += pad->stats.out;
  sum->held += pad->stats.held;
  for (int i = 0; i < SV_DROP_N_REASONS; i++)
    sum->dropped[i] += pad->stats.dropped[i];
}

static void *
read_on (void *data)
{
  SvCollect *c = data;

  while (reading) {
    SvFlowStats sum = { 0 };
    SvCollectStats stats;
    uint64_t lost = 0;

    sv_collect_get_stats (c, &stats, add_up, &sum);
    for (int i = 0; i < SV_DROP_N_REASONS; i++)
      lost += stats.total.dropped[i];
    fail_unless_equals_uint64 (stats.total.in,
        stats.total.out + stats.total.held + lost);
    fail_unless_equals_uint64 (stats.total.in, sum.in + stats.gone.in);
    fail_unless_equals_uint64 (stats.total.out, sum.out + stats.gone.out);
    fail_unless_equals_uint64 (stats.total.held, sum.held + stats.gone.held);
  }
  return NULL;
}

/* Live and leaking pads come and go while one thread takes and one reads. */
GST_START_TEST (test_w14_w21_every_read_adds_up)
{
  SvCollect c;
  Producer producers[3];
  pthread_t threads[3], consumer, reader;
  SvCollectPad *pads[3];

  sv_collect_init (&c, item_free, on_leak);
  sv_collect_start (&c);
  reading = true;
  pthread_create (&consumer, NULL, consume_all, &c);
  pthread_create (&reader, NULL, read_on, &c);
  for (unsigned round = 0; round < 30; round++) {
    for (unsigned i = 0; i < 3; i++) {
      pads[i] = sv_collect_add_pad (&c, i, NULL, 2);
      sv_collect_set_leak (&c, pads[i], (SvLeak) ((round + i) % 3));
      sv_collect_set_live (&c, pads[i], i != round % 3);
      producers[i] = (Producer){ .collect = &c, .pad = pads[i], .n = 1000000 };
      pthread_create (&threads[i], NULL, produce, &producers[i]);
    }
    nanosleep (&(struct timespec){ .tv_nsec = 2 * MS }, NULL);
    for (unsigned i = 0; i < 3; i++)
      sv_collect_release_pad (&c, pads[i]);
    for (unsigned i = 0; i < 3; i++)
      pthread_join (threads[i], NULL);
    for (unsigned i = 0; i < 3; i++)
      sv_collect_unref_pad (pads[i]);
  }
  sv_collect_stop (&c);
  pthread_join (consumer, NULL);
  reading = false;
  pthread_join (reader, NULL);
  fail_unless_equals_uint64 (c.stats.held, 0);
  fail_unless_equals_uint64 (c.gone.in, c.stats.in);
  sv_collect_clear (&c);
  fail_unless_equals_int (items_alive, 0);
}
GST_END_TEST;

static Suite *
collect_suite (void)
{
  Suite *s = suite_create ("collect");
  TCase *tc = tcase_create ("collect");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, test_reasons);
  tcase_add_test (tc, test_end_pad);
  tcase_add_test (tc, test_leaks);
  tcase_add_test (tc, test_capacity);
  tcase_add_test (tc, test_timeout_and_stall);
  tcase_add_test (tc, test_producers);
  tcase_add_test (tc, test_interruptions);
  tcase_add_test (tc, test_w1_auto_timeout);
  tcase_add_test (tc, test_holds);
  tcase_add_test (tc, test_w37_bytes);
  tcase_add_test (tc, test_w14_w21_every_read_adds_up);
  return s;
}

GST_CHECK_MAIN (collect)
