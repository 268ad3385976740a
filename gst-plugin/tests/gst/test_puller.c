/* SPDX-License-Identifier: Apache-2.0 */
#include "gsttest.h"

#include <gst/app/gstappsink.h>
#include <gst/app/gstappsrc.h>

#define SLOTS 4
#define CAPACITY (SAVANT_PULL_HEADER_NUMBERS + SLOTS * SAVANT_PULL_SLOT_NUMBERS)
#define SECOND G_GINT64_CONSTANT (1000000000)

/* An appsrc that is linked to an appsink. */
typedef struct Rig
{
  GstElement *pipeline;
  GstElement *src;
  GstElement *sink;
  SavantPuller *puller;
  int64_t numbers[CAPACITY];
} Rig;

static void
rig_start (Rig *rig, const gchar *source)
{
  gchar *line = g_strdup_printf ("%s ! appsink name=sink sync=false", source);

  memset (rig, 0, sizeof *rig);
  rig->pipeline = gst_parse_launch (line, NULL);
  fail_unless (rig->pipeline != NULL, "%s", line);
  g_free (line);
  rig->src = gst_bin_get_by_name (GST_BIN (rig->pipeline), "src");
  rig->sink = gst_bin_get_by_name (GST_BIN (rig->pipeline), "sink");
  fail_unless_equals_int (savant_puller_new (rig->sink, &rig->puller),
      SAVANT_OK);
  gst_element_set_state (rig->pipeline, GST_STATE_PLAYING);
}

static void
rig_stop (Rig *rig)
{
  savant_puller_free (rig->puller);
  gst_element_set_state (rig->pipeline, GST_STATE_NULL);
  gst_clear_object (&rig->src);
  gst_clear_object (&rig->sink);
  gst_clear_object (&rig->pipeline);
}

/* Takes the buffer, so that nobody else holds it on its way. */
static void
rig_push (Rig *rig, GstBuffer *buffer)
{
  GST_BUFFER_PTS (buffer) = 0;
  fail_unless_equals_int (gst_app_src_push_buffer (GST_APP_SRC (rig->src),
                              buffer),
      GST_FLOW_OK);
}

static int64_t
rig_pull (Rig *rig, int64_t timeout_ns)
{
  fail_unless_equals_int (savant_puller_pull (rig->puller, timeout_ns,
                              rig->numbers, CAPACITY),
      SAVANT_OK);
  return rig->numbers[SAVANT_PULL_RESULT];
}

static int64_t
slot_number (const Rig *rig, int slot, int index)
{
  return rig->numbers[SAVANT_PULL_HEADER_NUMBERS
      + slot * SAVANT_PULL_SLOT_NUMBERS + index];
}

GST_START_TEST (test_plain_frames)
{
  guint8 copy[6 * 3 * 3 / 2 + 3];
  Rig rig;

  rig_start (&rig,
      "videotestsrc num-buffers=3 pattern=white ! "
      "video/x-raw,format=I420,width=6,height=3,framerate=10/1");
  for (int n = 0; n < 3; n++) {
    fail_unless_equals_int (rig_pull (&rig, -1), SAVANT_PULL_BATCH);
    fail_unless_equals_int64 (rig.numbers[SAVANT_PULL_SEQUENCE], n);
    fail_unless_equals_int64 (rig.numbers[SAVANT_PULL_SLOTS], 1);
    fail_unless_equals_int64 (rig.numbers[SAVANT_PULL_REASON], -1);
    fail_unless_equals_int64 (rig.numbers[SAVANT_PULL_PTS], n * SECOND / 10);
    fail_unless_equals_int64 (rig.numbers[SAVANT_PULL_IS_SURFACE], 0);
    fail_unless_equals_int64 (slot_number (&rig, 0, SAVANT_PULL_SLOT_FRAME_ID),
        -1);
    fail_unless_equals_int64 (slot_number (&rig, 0, SAVANT_PULL_SLOT_FORMAT),
        SAVANT_FORMAT_I420);
    fail_unless_equals_int64 (slot_number (&rig, 0,
                                  SAVANT_PULL_SLOT_RUNNING_TIME),
        n * SECOND / 10);
    fail_unless_equals_int64 (slot_number (&rig, 0,
                                  SAVANT_PULL_SLOT_HAS_GEOMETRY),
        0);
    fail_unless_equals_int64 (slot_number (&rig, 0, SAVANT_PULL_SLOT_N_PLANES),
        3);
    fail_unless_equals_int64 (slot_number (&rig, 0,
                                  SAVANT_PULL_SLOT_PLANES + 4 + 2),
        3);
    fail_unless_equals_int64 (slot_number (&rig, 0,
                                  SAVANT_PULL_SLOT_PLANES + 4 + 3),
        2);
    fail_unless_equals_int (savant_puller_copy_slot (rig.puller, 0, copy, 30),
        SAVANT_OK);
    fail_unless_equals_int (copy[17], 235);
    fail_unless_equals_int (copy[18], 128);
    fail_unless_status (savant_puller_copy_slot (rig.puller, 0, copy, 29),
        SAVANT_ERROR_INVALID_ARGUMENT, "29 bytes for a 6x3 I420 picture of 30");
  }
  fail_unless_equals_int (rig_pull (&rig, -1), SAVANT_PULL_EOS);
  fail_unless_equals_int (rig_pull (&rig, -1), SAVANT_PULL_EOS);
  rig_stop (&rig);
}
GST_END_TEST

/* The numbers of a batch, with and without SavantBatchMeta. */
GST_START_TEST (test_batches)
{
  GstSavantBatchSlot slots[3] = {
    { .source_id = 7,
        .pad_index = 1,
        .pts = 5,
        .duration = 6,
        .running_time = 8,
        .frame_id = 70,
        .n_ids = 1,
        .arrival_ns = 4321 },
    { .source_id = 9,
        .pts = GST_CLOCK_TIME_NONE,
        .duration = GST_CLOCK_TIME_NONE,
        .running_time = GST_CLOCK_TIME_NONE,
        .frame_id = -1,
        .arrival_ns = GST_CLOCK_TIME_NONE },
    { .source_id = 11, .frame_id = 71, .ids_at = 1, .n_ids = 2 },
  };
  gint64 ids[3] = { 70, 71, 72 };
  GstSavantBatchMeta meta = { .sequence = 12,
    .reason = GST_SAVANT_BATCH_REASON_TIMEOUT,
    .waiting_time_ns = 99,
    .n_slots = 3,
    .slots = slots,
    .n_ids = 3,
    .ids = ids };
  GstSavantId two[2] = { { SAVANT_ID_BATCH, 0, 1 }, { SAVANT_ID_FRAME, 0, 2 } };
  GstSavantGeometry geometry[2];
  int64_t short_numbers[SAVANT_PULL_HEADER_NUMBERS];
  SavantRect all = { 0, 0, 32, 16 }, inside = { 0, 4, 16, 8 };
  double m[6];
  GstBuffer *buffer;
  Rig rig;

  rig_start (&rig,
      "appsrc name=src format=time "
      "caps=\"" NVMM_CAPS ",format=GRAY8,width=16,height=16,batch-size=3\"");
  buffer = surface_buffer (SAVANT_FORMAT_GRAY8, 16, 16, 3);
  fail_unless_equals_int (savant_buffer_set_num_filled (buffer, 3), SAVANT_OK);
  gst_buffer_set_savant_batch_meta (buffer, &meta);
  gst_savant_geometry_init (&geometry[0], 32, 16, &all, &inside,
      SAVANT_FLIP_NONE);
  geometry[1] = geometry[0];
  gst_buffer_set_savant_transform_meta (buffer, geometry, 2);
  rig_push (&rig, buffer);
  buffer = surface_buffer (SAVANT_FORMAT_GRAY8, 16, 16, 3);
  fail_unless_equals_int (savant_buffer_set_num_filled (buffer, 2), SAVANT_OK);
  gst_buffer_set_savant_ids (buffer, two, 2);
  rig_push (&rig, buffer);

  fail_unless_equals_int (rig_pull (&rig, -1), SAVANT_PULL_BATCH);
  fail_unless_equals_int64 (rig.numbers[SAVANT_PULL_SEQUENCE], 12);
  fail_unless_equals_int64 (rig.numbers[SAVANT_PULL_SLOTS], 3);
  fail_unless_equals_int64 (rig.numbers[SAVANT_PULL_REASON], 1);
  fail_unless_equals_int64 (rig.numbers[SAVANT_PULL_WAITING_TIME], 99);
  fail_unless_equals_int64 (rig.numbers[SAVANT_PULL_IS_SURFACE], 1);
  fail_unless_equals_int64 (slot_number (&rig, 0, SAVANT_PULL_SLOT_SOURCE_ID),
      7);
  fail_unless_equals_int64 (slot_number (&rig, 0, SAVANT_PULL_SLOT_PAD_INDEX),
      1);
  fail_unless_equals_int64 (slot_number (&rig, 0, SAVANT_PULL_SLOT_PTS), 5);
  fail_unless_equals_int64 (slot_number (&rig, 0, SAVANT_PULL_SLOT_DURATION),
      6);
  fail_unless_equals_int64 (slot_number (&rig, 0,
                                SAVANT_PULL_SLOT_RUNNING_TIME),
      8);
  fail_unless_equals_int64 (slot_number (&rig, 0, SAVANT_PULL_SLOT_ARRIVAL),
      4321);
  fail_unless_equals_int64 (slot_number (&rig, 1, SAVANT_PULL_SLOT_ARRIVAL),
      -1);
  fail_unless_equals_int64 (slot_number (&rig, 0, SAVANT_PULL_SLOT_FRAME_ID),
      70);
  fail_unless_equals_int64 (slot_number (&rig, 1, SAVANT_PULL_SLOT_PTS), -1);
  fail_unless_equals_int64 (slot_number (&rig, 1, SAVANT_PULL_SLOT_FRAME_ID),
      -1);
  fail_unless_equals_int64 (slot_number (&rig, 2, SAVANT_PULL_SLOT_FRAME_ID),
      71);
  fail_unless_equals_int64 (slot_number (&rig, 2, SAVANT_PULL_SLOT_N_IDS), 2);
  fail_unless_equals_int64 (slot_number (&rig, 1,
                                SAVANT_PULL_SLOT_SOURCE_WIDTH),
      32);
  fail_unless_equals_int64 (slot_number (&rig, 1,
                                SAVANT_PULL_SLOT_DESTINATION_RECT + 1),
      4);
  memcpy (m,
      rig.numbers + SAVANT_PULL_HEADER_NUMBERS + SAVANT_PULL_SLOT_NUMBERS
          + SAVANT_PULL_SLOT_MATRIX,
      sizeof m);
  fail_unless_equals_float (m[0], 0.5);
  fail_unless_equals_float (m[5], 4.0);
  fail_unless_equals_int64 (slot_number (&rig, 2,
                                SAVANT_PULL_SLOT_HAS_GEOMETRY),
      0);
  fail_unless_equals_int64 (slot_number (&rig, 2,
                                SAVANT_PULL_SLOT_SOURCE_WIDTH),
      16);

  /* Slots that do not fit are left out, and read later. */
  fail_unless_equals_int (savant_puller_read (rig.puller, short_numbers,
                              SAVANT_PULL_HEADER_NUMBERS),
      SAVANT_OK);
  fail_unless_equals_int64 (short_numbers[SAVANT_PULL_SLOTS], 3);

  fail_unless_equals_int (rig_pull (&rig, -1), SAVANT_PULL_BATCH);
  fail_unless_equals_int64 (rig.numbers[SAVANT_PULL_SEQUENCE], 1);
  fail_unless_equals_int64 (rig.numbers[SAVANT_PULL_SLOTS], 2);
  fail_unless_equals_int64 (slot_number (&rig, 0, SAVANT_PULL_SLOT_FRAME_ID),
      2);
  fail_unless_equals_int64 (slot_number (&rig, 1, SAVANT_PULL_SLOT_FRAME_ID),
      -1);
  fail_unless_equals_int64 (slot_number (&rig, 1, SAVANT_PULL_SLOT_SOURCE_ID),
      -1);
  fail_unless_equals_int64 (slot_number (&rig, 1, SAVANT_PULL_SLOT_ARRIVAL),
      -1);
  rig_stop (&rig);
}
GST_END_TEST

/* GStreamer's threads may let go of a stopped pipeline a little later. */
static void
wait_outstanding (GstBufferPool *pool, guint want)
{
  for (int i = 0; i < 10000 && stats_of (pool).outstanding != want; i++)
    g_usleep (1000);
  fail_unless_equals_int (stats_of (pool).outstanding, want);
}

/* What is held stays, and goes with the next pull, release or free. */
GST_START_TEST (test_holding)
{
  GstBufferPool *pool =
      active_pool (NVMM_CAPS ",format=GRAY8,width=16,height=16", 0, 3);
  Rig rig;

  rig_start (&rig,
      "appsrc name=src format=time "
      "caps=\"" NVMM_CAPS ",format=GRAY8,width=16,height=16\"");
  g_object_set (rig.sink, "enable-last-sample", FALSE, NULL);
  for (int i = 0; i < 2; i++) {
    GstBuffer *buffer = acquire (pool);

    fail_unless_equals_int (savant_buffer_set_num_filled (buffer, 1),
        SAVANT_OK);
    rig_push (&rig, buffer);
  }
  fail_unless_equals_int (rig_pull (&rig, -1), SAVANT_PULL_BATCH);
  wait_outstanding (pool, 2);
  fail_unless_equals_int (rig_pull (&rig, -1), SAVANT_PULL_BATCH);
  wait_outstanding (pool, 1);
  savant_puller_stop (rig.puller);
  fail_unless_equals_int (savant_puller_read (rig.puller, rig.numbers,
                              CAPACITY),
      SAVANT_OK);
  fail_unless_equals_int (savant_puller_release (rig.puller), SAVANT_OK);
  fail_unless_equals_int (savant_puller_release (rig.puller), SAVANT_OK);
  fail_unless_status (savant_puller_read (rig.puller, rig.numbers, CAPACITY),
      SAVANT_ERROR_INVALID_ARGUMENT, "nothing is held");
  fail_unless_equals_int (rig_pull (&rig, -1), SAVANT_PULL_STOPPED);
  rig_stop (&rig);
  wait_outstanding (pool, 0);
  stop_pool (pool);
}
GST_END_TEST

static gpointer
pull_for_ever (gpointer data)
{
  return GINT_TO_POINTER ((gint) rig_pull (data, -1));
}

GST_START_TEST (test_stop_wakes)
{
  Rig rig;

  for (int i = 0; i < 50; i++) {
    GThread *thread;

    rig_start (&rig,
        "appsrc name=src format=time caps=video/x-raw,format=GRAY8,width=4,"
        "height=4,framerate=0/1");
    thread = g_thread_new ("pull", pull_for_ever, &rig);
    if (i % 2 == 0)
      g_usleep (2000);
    savant_puller_stop (rig.puller);
    fail_unless_equals_int (GPOINTER_TO_INT (g_thread_join (thread)),
        SAVANT_PULL_STOPPED);
    rig_stop (&rig);
  }
}
GST_END_TEST

GST_START_TEST (test_timeout)
{
  gint64 start = g_get_monotonic_time ();
  Rig rig;

  rig_start (&rig,
      "appsrc name=src format=time caps=video/x-raw,format=GRAY8,width=4,"
      "height=4,framerate=0/1");
  fail_unless_equals_int (rig_pull (&rig, 0), SAVANT_PULL_TIMEOUT);
  fail_unless_equals_int (rig_pull (&rig, SECOND / 50), SAVANT_PULL_TIMEOUT);
  fail_unless (g_get_monotonic_time () - start >= 20000);
  rig_stop (&rig);
}
GST_END_TEST

GST_START_TEST (test_refusals)
{
  GstElement *queue = gst_element_factory_make ("queue", NULL);
  SavantPuller *puller = NULL;
  guint8 byte;
  uint32_t id;
  Rig rig;

  fail_unless_status (savant_puller_new (NULL, &puller),
      SAVANT_ERROR_INVALID_ARGUMENT, "is no appsink");
  fail_unless_status (savant_puller_new (queue, &puller),
      SAVANT_ERROR_INVALID_ARGUMENT, "is no appsink but GstQueue");
  fail_unless (puller == NULL);
  gst_object_unref (queue);
  savant_puller_stop (NULL);
  savant_puller_free (NULL);

  rig_start (&rig,
      "appsrc name=src format=time caps=\"" NVMM_CAPS
      ",format=GRAY8,width=4,height=4\"");
  fail_unless_status (savant_puller_new (rig.sink, NULL),
      SAVANT_ERROR_INVALID_ARGUMENT, "out is NULL");
  fail_unless_status (savant_puller_pull (NULL, 0, rig.numbers, CAPACITY),
      SAVANT_ERROR_INVALID_ARGUMENT, "puller is NULL");
  fail_unless_status (savant_puller_pull (rig.puller, 0, NULL, CAPACITY),
      SAVANT_ERROR_INVALID_ARGUMENT, "numbers is NULL");
  fail_unless_status (savant_puller_pull (rig.puller, 0, rig.numbers, 3),
      SAVANT_ERROR_INVALID_ARGUMENT, "capacity 3: it must be at least");
  fail_unless_status (savant_puller_copy_slot (rig.puller, 0, &byte, 1),
      SAVANT_ERROR_INVALID_ARGUMENT, "nothing is held");
  fail_unless_status (savant_puller_read_counter (rig.puller, 0, &id),
      SAVANT_ERROR_INVALID_ARGUMENT, "nothing is held");
  fail_unless_status (savant_puller_release (NULL),
      SAVANT_ERROR_INVALID_ARGUMENT, "puller is NULL");

  /* A buffer that is none under these caps; the next one is taken. */
  rig_push (&rig, gst_buffer_new_allocate (NULL, 16, NULL));
  fail_unless_equals_int (savant_puller_pull (rig.puller, -1, rig.numbers,
                              CAPACITY),
      SAVANT_ERROR_NOT_A_SURFACE);
  rig_push (&rig, surface_buffer (SAVANT_FORMAT_GRAY8, 4, 4, 1));
  fail_unless_equals_int (rig_pull (&rig, -1), SAVANT_PULL_BATCH);
  fail_unless_status (savant_puller_copy_slot (rig.puller, 5, &byte, 1),
      SAVANT_ERROR_INVALID_ARGUMENT, "slot 5 of a batch of");
  rig_stop (&rig);
}
GST_END_TEST

GST_START_TEST (test_buffer_times)
{
  GstBuffer *buffer = gst_buffer_new ();
  int64_t times[2];

  fail_unless_equals_int (savant_buffer_get_times (buffer, times), SAVANT_OK);
  fail_unless_equals_int64 (times[0], -1);
  fail_unless_equals_int64 (times[1], -1);
  fail_unless_equals_int (savant_buffer_set_times (buffer, 5, 7), SAVANT_OK);
  fail_unless_equals_int (savant_buffer_get_times (buffer, times), SAVANT_OK);
  fail_unless_equals_int64 (times[0], 5);
  fail_unless_equals_int64 (times[1], 7);
  fail_unless_status (savant_buffer_set_times (buffer, -2, 7),
      SAVANT_ERROR_INVALID_ARGUMENT, "pts -2 ns");
  fail_unless_equals_int (savant_buffer_ref (buffer), SAVANT_OK);
  fail_unless_status (savant_buffer_set_times (buffer, 1, 1),
      SAVANT_ERROR_NOT_WRITABLE, "2 references");
  fail_unless_equals_int (savant_buffer_unref (buffer), SAVANT_OK);
  fail_unless_equals_int (savant_buffer_set_times (buffer, -1, -1), SAVANT_OK);
  fail_unless (!GST_BUFFER_PTS_IS_VALID (buffer));
  fail_unless_status (savant_buffer_get_times (buffer, NULL),
      SAVANT_ERROR_INVALID_ARGUMENT, "times is NULL");
  fail_unless_status (savant_buffer_ref (NULL), SAVANT_ERROR_INVALID_ARGUMENT,
      "is no GstBuffer");
  fail_unless_status (savant_buffer_unref (NULL), SAVANT_ERROR_INVALID_ARGUMENT,
      "is no GstBuffer");
  gst_buffer_unref (buffer);
}
GST_END_TEST

GST_START_TEST (test_copy_slot)
{
  GstBuffer *buffer = surface_buffer (SAVANT_FORMAT_NV12, 5, 3, 2);
  guint8 data[15 + 12 + 1] = { 0 };

  fill_slot (buffer, 1, 9);
  fail_unless_equals_int (savant_buffer_copy_slot (buffer, 1, data, 27),
      SAVANT_OK);
  fail_unless_equals_int (data[0], 9);
  fail_unless_equals_int (data[26], 9);
  fail_unless_equals_int (data[27], 0);
  fail_unless_status (savant_buffer_copy_slot (buffer, 1, data, 28),
      SAVANT_ERROR_INVALID_ARGUMENT, "28 bytes for a 5x3 NV12 picture of 27");
  fail_unless_status (savant_buffer_copy_slot (buffer, 2, data, 27),
      SAVANT_ERROR_INVALID_ARGUMENT, "slot 2");
  fail_unless_status (savant_buffer_copy_slot (buffer, 0, NULL, 27),
      SAVANT_ERROR_INVALID_ARGUMENT, "data is NULL");
  gst_buffer_unref (buffer);
}
GST_END_TEST

static Suite *
puller_suite (void)
{
  Suite *suite = suite_create ("puller");
  TCase *tcase = tcase_create ("general");

  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase, test_plain_frames);
  tcase_add_test (tcase, test_batches);
  tcase_add_test (tcase, test_holding);
  tcase_add_test (tcase, test_stop_wakes);
  tcase_add_test (tcase, test_timeout);
  tcase_add_test (tcase, test_refusals);
  tcase_add_test (tcase, test_buffer_times);
  tcase_add_test (tcase, test_copy_slot);
  return suite;
}

GST_CHECK_MAIN (puller);
