/* SPDX-License-Identifier: Apache-2.0 */
#include "collecttest.h"

/* Producers that wait for room are woken for a part of a queue, yet none sleeps
 * on beside room that it alone could fill. */

#define N_PADS 3
#define MAX_PADS 10
#define MAX_QUEUED 4
#define FRAME_BYTES 1000

typedef struct Rig
{
  SvCollect c;
  SvCollectPad *pads[MAX_PADS];
  unsigned n_pads;
  pthread_t producer;
  const char *feed; /* the pads that one producer feeds, in order */
} Rig;

static void
rig_init (Rig *rig, unsigned n_pads)
{
  *rig = (Rig){ .n_pads = n_pads, .feed = "" };
  sv_collect_init (&rig->c, item_free, NULL);
  for (unsigned i = 0; i < n_pads; i++)
    rig->pads[i] = sv_collect_add_pad (&rig->c, i, NULL, MAX_QUEUED);
  sv_collect_start (&rig->c);
}

static void *
feed (void *data)
{
  Rig *rig = data;

  for (const char *at = rig->feed; *at != '\0'; at++)
    if (push (&rig->c, rig->pads[*at - 'a'], SV_ITEM_FRAME, 0) != SV_PUSH_OK)
      break;
  return NULL;
}

static void
start_feeding (Rig *rig, const char *pads)
{
  rig->feed = pads;
  pthread_create (&rig->producer, NULL, feed, rig);
}

static void
rig_clear (Rig *rig)
{
  sv_collect_stop (&rig->c);
  pthread_join (rig->producer, NULL);
  for (unsigned i = 0; i < rig->n_pads; i++)
    release (&rig->c, rig->pads[i]);
  sv_collect_clear (&rig->c);
  fail_unless_equals_int (items_alive, 0);
}

typedef struct Seen
{
  unsigned n_frames;
  unsigned n_waiting;
} Seen;

static void
look (const SvCollectPad *pad, void *data)
{
  *(Seen *) data = (Seen){ pad->n_frames, pad->n_waiting };
}

static Seen
see (Rig *rig, unsigned pad)
{
  Seen seen;

  sv_collect_visit_pad (&rig->c, rig->pads[pad], look, &seen);
  return seen;
}

static void
await (Rig *rig, unsigned pad, unsigned n_frames, unsigned n_waiting)
{
  for (;;) {
    Seen seen = see (rig, pad);

    if (seen.n_frames == n_frames && seen.n_waiting == n_waiting)
      return;
    nanosleep (&(struct timespec){ .tv_nsec = MS / 10 }, NULL);
  }
}

/* Takes one frame of each pad; whether the first one's producer is woken. */
static bool
take_one_each (Rig *rig)
{
  SvTake take;
  bool wakes;

  sv_collect_take (&rig->c, &take);
  fail_unless_equals_int (take.kind, SV_TAKE_BATCH);
  fail_unless_equals_int (take.n_items, rig->n_pads);
  wakes = take.items->wakes;
  sv_collect_finish_out (&rig->c, take.items);
  return wakes;
}

/* Whether the producer of a full queue is woken by the frame after which `left`
 * are there, and by none before. One that has slept for long is woken at once:
 * another try then. */
static bool
wakes_with (unsigned n_pads, unsigned left)
{
  bool seen = false;

  for (int i = 0; i < 200 && !seen; i++) {
    bool early = false;
    Rig rig;

    rig_init (&rig, n_pads);
    for (unsigned n = left; n < MAX_QUEUED; n++)
      for (unsigned pad = 1; pad < n_pads; pad++)
        push (&rig.c, rig.pads[pad], SV_ITEM_FRAME, 0);
    start_feeding (&rig, "aaaaaaaaa");
    await (&rig, 0, MAX_QUEUED, 1);
    for (unsigned n = MAX_QUEUED - 1; n > left; n--)
      early |= take_one_each (&rig);
    seen = take_one_each (&rig) && !early;
    await (&rig, 0, MAX_QUEUED, 1);
    rig_clear (&rig);
  }
  return seen;
}

GST_START_TEST (test_part_of_a_queue_wakes)
{
  fail_unless (wakes_with (2, 3));
  fail_unless (wakes_with (3, 2));
  fail_unless (wakes_with (5, 2));
  fail_unless (wakes_with (6, 1));
  fail_unless (wakes_with (9, 1));
  fail_unless (wakes_with (MAX_PADS, 0));
}
GST_END_TEST;

/* The consumer has nothing to take until the one that it let sleep goes on. */
GST_START_TEST (test_one_thread_feeds_all_pads)
{
  Rig rig;

  rig_init (&rig, N_PADS);
  start_feeding (&rig, "aaaabcabcabcabcabc");
  await (&rig, 0, MAX_QUEUED, 1);
  for (int i = 0; i < 5; i++)
    take_one_each (&rig);
  expect_balance (&rig.c, 18, 15, 3);
  rig_clear (&rig);
}
GST_END_TEST;

/* Downstream has the batch and waits for what the same thread brings. */
GST_START_TEST (test_none_sleeps_long_beside_room)
{
  Rig rig;

  for (int i = 0; i < 5; i++) {
    rig_init (&rig, N_PADS);
    for (unsigned pad = 1; pad < rig.n_pads; pad++)
      push (&rig.c, rig.pads[pad], SV_ITEM_FRAME, 0);
    start_feeding (&rig, "aaaaa");
    await (&rig, 0, MAX_QUEUED, 1);
    take_one_each (&rig);
    await (&rig, 0, MAX_QUEUED, 0);
    rig_clear (&rig);
  }
}
GST_END_TEST;

static void *
feed_bytes (void *data)
{
  Rig *rig = data;
  SvPushResult result = SV_PUSH_OK;

  for (int i = 0; i < 9 && result == SV_PUSH_OK; i++) {
    SvItem *item = item_new (SV_ITEM_FRAME, 0);
    int flow;

    item->bytes = FRAME_BYTES;
    result = sv_collect_push (&rig->c, rig->pads[0], item, &flow);
  }
  return NULL;
}

/* Bytes are room, too, and two frames are half of these. */
GST_START_TEST (test_bytes)
{
  bool seen = false;

  for (int i = 0; i < 200 && !seen; i++) {
    bool first, second;
    Rig rig;

    rig_init (&rig, N_PADS);
    sv_collect_set_max_queued (&rig.c, rig.pads[0], 100);
    sv_collect_set_max_bytes (&rig.c, rig.pads[0], MAX_QUEUED * FRAME_BYTES);
    for (int n = 0; n < 2; n++)
      for (unsigned pad = 1; pad < rig.n_pads; pad++)
        push (&rig.c, rig.pads[pad], SV_ITEM_FRAME, 0);
    pthread_create (&rig.producer, NULL, feed_bytes, &rig);
    await (&rig, 0, MAX_QUEUED, 1);
    first = take_one_each (&rig);
    second = take_one_each (&rig);
    seen = !first && second;
    await (&rig, 0, MAX_QUEUED, 1);
    rig_clear (&rig);
  }
  fail_unless (seen);
}
GST_END_TEST;

static Suite *
collect_room_suite (void)
{
  Suite *s = suite_create ("collect_room");
  TCase *tc = tcase_create ("collect_room");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, test_part_of_a_queue_wakes);
  tcase_add_test (tc, test_one_thread_feeds_all_pads);
  tcase_add_test (tc, test_none_sleeps_long_beside_room);
  tcase_add_test (tc, test_bytes);
  return s;
}

GST_CHECK_MAIN (collect_room);
