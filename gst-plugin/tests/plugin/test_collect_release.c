/* SPDX-License-Identifier: Apache-2.0 */
#include "collecttest.h"

#define N_PADS 4
#define N_CYCLES 10000

/* Here an event of no pad carries the number of the pad that it follows. */

/* ---- Events of no pad --------------------------------------------------- */

/* What is announced comes before what is queued after it, and after what has
 * been taken. */
GST_START_TEST (test_announced_events)
{
  SvCollectPad *pad;
  SvCollect c;
  SvTake take;
  int flow;

  sv_collect_init (&c, item_free, NULL);
  sv_collect_announce (&c, item_new (SV_ITEM_EVENT, 1)); /* nobody runs */
  fail_unless_equals_int (items_alive, 0);
  sv_collect_start (&c);
  pad = sv_collect_add_pad (&c, 0, NULL, 4);
  sv_collect_announce (&c, item_new (SV_ITEM_EVENT, 1));
  sv_collect_announce (&c, item_new (SV_ITEM_EVENT, 2));
  sv_collect_push (&c, pad, item_new (SV_ITEM_START, 3), &flow);
  sv_collect_take (&c, &take);
  fail_unless_equals_int (take.kind, SV_TAKE_EVENTS);
  fail_unless_equals_int (take.n_items, 3);
  fail_unless_equals_uint64 (take.items->time, 1);
  fail_unless (take.items->pad == NULL);
  fail_unless_equals_uint64 (take.items->next->time, 2);
  fail_unless_equals_uint64 (take.items->next->next->time, 3);
  sv_collect_free (&c, take.items);
  /* What is left at the end is freed. */
  sv_collect_announce (&c, item_new (SV_ITEM_EVENT, 4));
  sv_collect_stop (&c);
  sv_collect_release_pad (&c, pad);
  sv_collect_unref_pad (pad);
  sv_collect_clear (&c);
  fail_unless_equals_int (items_alive, 0);
}
GST_END_TEST;

/* ---- Releases ----------------------------------------------------------- */

typedef struct Producer
{
  SvCollect *collect;
  SvCollectPad *pad;
  pthread_t thread;
} Producer;

/* Pushes until the pad is released; with a queue of one it waits most of the
 * time. */
static void *
produce (void *data)
{
  Producer *p = data;
  SvPushResult result = SV_PUSH_OK;
  int flow;

  sv_collect_push (p->collect, p->pad, item_new (SV_ITEM_START, 0), &flow);
  for (uint64_t n = 0; result == SV_PUSH_OK; n++)
    result = sv_collect_push (p->collect, p->pad, item_new (SV_ITEM_FRAME, n),
        &flow);
  fail_unless_equals_int (result, SV_PUSH_RELEASED);
  return NULL;
}

typedef struct Consumer
{
  SvCollect *collect;
  _Atomic unsigned n_gone;
  _Atomic unsigned n_frames;
} Consumer;

/* Now and then it is as slow as a blocked downstream. */
static void *
consume (void *data)
{
  static const struct timespec slow = { 0, 1000000 };
  Consumer *c = data;
  unsigned n = 0;
  SvTake take;

  for (;;) {
    sv_collect_take (c->collect, &take);
    if (take.kind == SV_TAKE_STOPPED)
      return NULL;
    sv_collect_begin_push (c->collect);
    if (n++ % 100 == 0)
      nanosleep (&slow, NULL);
    if (take.kind == SV_TAKE_BATCH) {
      c->n_frames += take.n_items;
      sv_collect_finish_out (c->collect, take.items);
    } else {
      for (SvItem *item = take.items; item != NULL; item = item->next)
        c->n_gone += item->pad == NULL;
      sv_collect_free (c->collect, take.items);
    }
    sv_collect_end_push (c->collect);
  }
}

static void
begin (SvCollect *c, Producer *p, unsigned index)
{
  *p =
      (Producer){ .collect = c, .pad = sv_collect_add_pad (c, index, NULL, 1) };
  pthread_create (&p->thread, NULL, produce, p);
}

static void
end (SvCollect *c, Producer *p)
{
  sv_collect_release_pad (c, p->pad);
  sv_collect_announce (c, item_new (SV_ITEM_EVENT, p->pad->index));
  pthread_join (p->thread, NULL);
  sv_collect_unref_pad (p->pad);
}

/* Pads are released while their producers wait in a full queue: each comes out
 * at once, and every frame is counted. The test's time limit is the watchdog.
 */
GST_START_TEST (test_w20_release_while_blocked)
{
  Producer producers[N_PADS];
  SvCollectStats stats;
  SvCollect c;
  Consumer consumer = { .collect = &c };
  pthread_t thread;

  sv_collect_init (&c, item_free, NULL);
  sv_collect_set_timeout (&c, SV_TIMEOUT_FIXED, 0);
  sv_collect_start (&c);
  for (unsigned i = 0; i < N_PADS; i++)
    begin (&c, &producers[i], i);
  pthread_create (&thread, NULL, consume, &consumer);
  for (unsigned i = 0; i < N_CYCLES; i++) {
    unsigned n = (unsigned) g_random_int_range (0, N_PADS);

    end (&c, &producers[n]);
    begin (&c, &producers[n], n);
  }
  for (unsigned i = 0; i < N_PADS; i++)
    end (&c, &producers[i]);
  while (consumer.n_gone < N_CYCLES + N_PADS)
    g_usleep (1000);
  sv_collect_stop (&c);
  pthread_join (thread, NULL);
  sv_collect_get_stats (&c, &stats, NULL, NULL);
  fail_unless_equals_uint64 (stats.total.held, 0);
  fail_unless_equals_uint64 (stats.total.out, consumer.n_frames);
  fail_unless_equals_uint64 (stats.total.in,
      stats.total.out + stats.total.dropped[SV_DROP_RELEASED]);
  fail_unless (stats.total.out > 0);
  sv_collect_clear (&c);
  fail_unless_equals_int (items_alive, 0);
}
GST_END_TEST;

static Suite *
release_suite (void)
{
  Suite *s = suite_create ("collect_release");
  TCase *tc = tcase_create ("release");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, test_announced_events);
  tcase_add_test (tc, test_w20_release_while_blocked);
  return s;
}

GST_CHECK_MAIN (release);
