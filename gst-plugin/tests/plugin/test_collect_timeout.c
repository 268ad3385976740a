/* SPDX-License-Identifier: Apache-2.0 */
#include "collecttest.h"

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

typedef struct LateFrame
{
  SvCollect *collect;
  SvCollectPad *pad;
  int64_t after_ns;
} LateFrame;

static void *
push_late (void *data)
{
  LateFrame *late = data;

  nanosleep (&(struct timespec){ .tv_nsec = late->after_ns }, NULL);
  push (late->collect, late->pad, SV_ITEM_FRAME, 2);
  return NULL;
}

/* The consumer looks again by itself where the next frames are due, and is not
 * woken for the first of them: whenever that comes, and if it is the only one,
 * it waits as long as the timeout says and not for the other pad. */
GST_START_TEST (test_a_lone_frame_after_a_batch)
{
  static const int64_t after[] = { 0, 10 * MS, 30 * MS, 60 * MS };
  const int64_t timeout = 20 * MS;
  SvCollect c;
  SvCollectPad *a, *b;
  pthread_t thread;
  SvTake take;

  sv_collect_init (&c, item_free, NULL);
  a = sv_collect_add_pad (&c, 0, NULL, 4);
  b = sv_collect_add_pad (&c, 1, NULL, 4);
  sv_collect_start (&c);
  sv_collect_set_timeout (&c, SV_TIMEOUT_FIXED, timeout);
  for (unsigned i = 0; i < sizeof after / sizeof *after; i++) {
    LateFrame late = { &c, a, after[i] };

    push (&c, a, SV_ITEM_FRAME, 1);
    push (&c, b, SV_ITEM_FRAME, 1);
    expect_batch (&c, 2, SV_REASON_FULL);
    pthread_create (&thread, NULL, push_late, &late);
    sv_collect_take (&c, &take);
    pthread_join (thread, NULL);
    fail_unless_equals_int (take.kind, SV_TAKE_BATCH);
    fail_unless_equals_int (take.reason, SV_REASON_TIMEOUT);
    fail_unless (take.waiting_ns >= timeout);
    sv_collect_finish_out (&c, take.items);
  }
  sv_collect_stop (&c);
  release (&c, a);
  release (&c, b);
  sv_collect_clear (&c);
  fail_unless_equals_int (items_alive, 0);
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

static Suite *
collect_timeout_suite (void)
{
  Suite *s = suite_create ("collect_timeout");
  TCase *tc = tcase_create ("collect_timeout");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, test_timeout_and_stall);
  tcase_add_test (tc, test_a_lone_frame_after_a_batch);
  tcase_add_test (tc, test_w1_auto_timeout);
  return s;
}

GST_CHECK_MAIN (collect_timeout)
