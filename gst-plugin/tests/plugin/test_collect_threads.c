/* SPDX-License-Identifier: Apache-2.0 */
#include "collecttest.h"

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

/* ---- Items -------------------------------------------------------------- */

static _Atomic int n_freed;

static void
delete_item (SvItem *item)
{
  n_freed++;
  sv_collect_delete (item, item->pad);
}

static void *
produce_items (void *data)
{
  Producer *p = data;

  for (p->pushed = 0; p->pushed < p->n; p->pushed++) {
    SvItem *item = sv_collect_new_frame (p->pad, 2 * sizeof *item);
    int flow;

    *item = (SvItem){ .kind = SV_ITEM_FRAME, .time = (uint64_t) p->pushed };
    p->last = sv_collect_push (p->collect, p->pad, item, &flow);
    if (p->last != SV_PUSH_OK)
      break;
  }
  return NULL;
}

/* A frame's memory comes back to its pad from whatever thread frees it, and
 * ends with the last reference to the pad (AddressSanitizer looks on). */
GST_START_TEST (test_memory_of_frames_is_used_again)
{
  Producer p = { .n = 2000 };
  pthread_t producer, consumer;
  SvItem *first, *second;
  SvCollect c;

  n_freed = 0;
  sv_collect_init (&c, delete_item, NULL);
  p.collect = &c;
  p.pad = sv_collect_add_pad (&c, 0, NULL, 3);
  first = sv_collect_new_frame (p.pad, 2 * sizeof *first);
  first->kind = SV_ITEM_FRAME;
  sv_collect_delete (first, p.pad);
  second = sv_collect_new_frame (p.pad, 2 * sizeof *second);
  fail_unless (second == first);
  second->kind = SV_ITEM_FRAME;
  sv_collect_delete (second, NULL);

  sv_collect_start (&c);
  pthread_create (&producer, NULL, produce_items, &p);
  pthread_create (&consumer, NULL, consume, &c);
  pthread_join (producer, NULL);
  fail_unless_equals_int (p.pushed, 2000);
  sv_collect_release_pad (&c, p.pad);
  sv_collect_stop (&c);
  pthread_join (consumer, NULL);
  fail_unless_equals_int (n_freed, 2000);
  sv_collect_unref_pad (p.pad);
  sv_collect_clear (&c);
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
collect_threads_suite (void)
{
  Suite *s = suite_create ("collect_threads");
  TCase *tc = tcase_create ("collect_threads");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, test_producers);
  tcase_add_test (tc, test_interruptions);
  tcase_add_test (tc, test_memory_of_frames_is_used_again);
  tcase_add_test (tc, test_w14_w21_every_read_adds_up);
  return s;
}

GST_CHECK_MAIN (collect_threads)
