/* SPDX-License-Identifier: Apache-2.0 */
#include "collecttest.h"

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
  tcase_add_test (tc, test_holds);
  tcase_add_test (tc, test_w37_bytes);
  return s;
}

GST_CHECK_MAIN (collect)
