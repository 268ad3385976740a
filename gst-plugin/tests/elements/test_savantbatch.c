/* SPDX-License-Identifier: Apache-2.0 */
#include "support/batchrig.h"

#include <string.h>

#define NVMM "video/x-raw(memory:NVMM)"
#define RED_CAPS "video/x-raw,format=NV12,width=64,height=32,framerate=25/1"
#define BLUE_CAPS "video/x-raw,format=RGBA,width=20,height=40,framerate=25/1"
#define SURFACE_CAPS NVMM ",format=RGBA,width=24,height=24,framerate=25/1"
#define OUTPUT NVMM ",format=RGBA,width=64,height=64"

static void
set_caps (BatchRig *rig, guint n, const gchar *caps)
{
  gst_harness_set_src_caps_str (rig->in[n], caps);
}

static GstClockTime
slot_pts (GstBuffer *batch, guint slot)
{
  return gst_buffer_get_savant_batch_meta (batch)->slots[slot].pts;
}

static GstSavantBatchReason
reason (GstBuffer *batch)
{
  return gst_buffer_get_savant_batch_meta (batch)->reason;
}

GST_START_TEST (test_uniform)
{
  BatchRig rig;
  GstBuffer *batch;
  GstCaps *caps;
  GstSavantBatchMeta *meta;
  GstSavantIdMeta *ids;
  GstSavantId id = { SAVANT_ID_FRAME, 0, 77 };
  int64_t numbers[20];

  batch_rig_init (&rig, 2, NULL, FALSE);
  gst_harness_set_sink_caps_str (rig.out, OUTPUT);
  set_caps (&rig, 0, RED_CAPS);
  set_caps (&rig, 1, BLUE_CAPS);
  for (guint i = 0; i < 3; i++) {
    GstBuffer *frame = frame_new (BLUE_CAPS, 0x0000ff);

    GST_BUFFER_PTS (frame) = (i * 40 + 10) * GST_MSECOND;
    if (i == 1)
      gst_buffer_set_savant_ids (frame, &id, 1);
    fail_unless_equals_int (gst_harness_push (rig.in[1], frame), GST_FLOW_OK);
    fail_unless_equals_int (batch_rig_push (&rig, 0, RED_CAPS, 0xff0000,
                                i * 40),
        GST_FLOW_OK);
  }
  for (guint i = 0; i < 3; i++) {
    batch = batch_rig_pull (&rig, 2);
    caps = gst_pad_get_current_caps (rig.out->sinkpad);
    fail_unless_equals_int (frame_color (batch, caps, 0, 32, 32) & 0xf0f0f0,
        0xf00000);
    fail_unless_equals_int (frame_color (batch, caps, 1, 32, 32), 0x0000ff);
    fail_unless_equals_int (frame_color (batch, caps, 0, 32, 5), 0);
    fail_unless_equals_int (frame_color (batch, caps, 1, 5, 32), 0);
    gst_caps_unref (caps);
    expect_destination (batch, 0, 0, 16, 64, 32);
    expect_destination (batch, 1, 16, 0, 32, 64);

    fail_unless_equals_uint64 (GST_BUFFER_PTS (batch), i * 40 * GST_MSECOND);
    meta = gst_buffer_get_savant_batch_meta (batch);
    fail_unless_equals_uint64 (meta->sequence, i);
    fail_unless_equals_int (meta->reason, GST_SAVANT_BATCH_REASON_FULL);
    fail_unless_equals_uint64 (slot_pts (batch, 1),
        (i * 40 + 10) * GST_MSECOND);
    fail_unless_equals_int (savant_buffer_get_batch (batch, numbers, 20), 20);
    fail_unless_equals_int (numbers[0], i);
    fail_unless_equals_int (numbers[1], 2);
    fail_unless_equals_int (numbers[4 + 8], 1);
    fail_unless_equals_int (numbers[4 + 8 + 5], i == 1 ? 77 : i == 2 ? 1 : 0);
    ids = gst_buffer_get_savant_id_meta (batch);
    fail_unless_equals_int (ids->n_ids, 3);
    fail_unless (ids->ids[0].kind == SAVANT_ID_BATCH && ids->ids[0].id == i);
    fail_unless (ids->ids[1].kind == SAVANT_ID_FRAME && ids->ids[1].id == i);
    fail_unless_equals_int (ids->ids[2].id, numbers[4 + 8 + 5]);
    gst_buffer_unref (batch);
  }
  batch_rig_expect_stat (rig.batch, "out", 6);
  batch_rig_expect_stat (rig.batch, "held", 0);
  batch_rig_clear (&rig);
}
GST_END_TEST;

/* Pads that have ended are not waited for; EOS comes when all have. */
GST_START_TEST (test_eos)
{
  BatchRig rig;
  GstBuffer *batch;
  GstEvent *event;
  gboolean eos = FALSE;

  batch_rig_init (&rig, 2, "batch-size=4", FALSE);
  set_caps (&rig, 0, RED_CAPS);
  set_caps (&rig, 1, RED_CAPS);
  batch_rig_push (&rig, 0, RED_CAPS, 0, 0);
  batch_rig_push (&rig, 1, RED_CAPS, 0, 0);
  batch_rig_push (&rig, 0, RED_CAPS, 0, 40);
  batch = batch_rig_pull (&rig, 2);
  fail_unless_equals_int (gst_savant_surface_get_batch_size (
                              gst_savant_buffer_peek_surface (batch)),
      4);
  gst_buffer_unref (batch);
  fail_unless (gst_harness_push_event (rig.in[1], gst_event_new_eos ()));
  batch = batch_rig_pull (&rig, 1);
  fail_unless_equals_int (reason (batch), GST_SAVANT_BATCH_REASON_EOS);
  gst_buffer_unref (batch);
  fail_unless (gst_harness_push_event (rig.in[0], gst_event_new_eos ()));
  while (!eos && (event = gst_harness_pull_event (rig.out)) != NULL) {
    eos = GST_EVENT_TYPE (event) == GST_EVENT_EOS;
    gst_event_unref (event);
  }
  fail_unless (eos);
  batch_rig_expect_stat (rig.batch, "out", 3);
  batch_rig_clear (&rig);
}
GST_END_TEST;

GST_START_TEST (test_timeout)
{
  BatchRig rig;
  GstBuffer *batch;

  batch_rig_init (&rig, 2, "batch-timeout=30000000", FALSE);
  set_caps (&rig, 0, RED_CAPS);
  batch_rig_push (&rig, 0, RED_CAPS, 0, 0);
  batch = batch_rig_pull (&rig, 1);
  fail_unless_equals_int (reason (batch), GST_SAVANT_BATCH_REASON_TIMEOUT);
  fail_unless (gst_buffer_get_savant_batch_meta (batch)->waiting_time_ns
      >= 30 * GST_MSECOND);
  gst_buffer_unref (batch);
  g_object_set (rig.batch, "batch-timeout", (gint64) 0, NULL);
  batch_rig_push (&rig, 0, RED_CAPS, 0, 40);
  gst_buffer_unref (batch_rig_pull (&rig, 1));
  batch_rig_clear (&rig);
}
GST_END_TEST;

/* It waits on, and everything else works meanwhile. */
GST_START_TEST (test_stall)
{
  BatchRig rig;
  GstBuffer *batch;

  batch_rig_init (&rig, 2, "stall-warning=30000000", FALSE);
  set_caps (&rig, 0, RED_CAPS);
  batch_rig_push (&rig, 0, RED_CAPS, 0, 0);
  for (guint i = 1; i <= 2;) {
    GstMessage *message = batch_rig_message (&rig, GST_MESSAGE_ELEMENT);
    const GstStructure *s = gst_message_get_structure (message);
    guint64 silent = 0;

    fail_unless (gst_structure_has_name (s, "savant-stall"));
    if (strcmp (gst_structure_get_string (s, "pad"), "sink_1") == 0) {
      fail_unless (gst_structure_get_uint64 (s, "silent-ns", &silent));
      fail_unless (silent >= i * 30 * GST_MSECOND);
      i++;
    }
    gst_message_unref (message);
  }
  fail_unless_equals_int (gst_harness_buffers_in_queue (rig.out), 0);
  fail_unless (gst_harness_push_event (rig.in[1], gst_event_new_eos ()));
  batch = batch_rig_pull (&rig, 1);
  fail_unless_equals_int (reason (batch), GST_SAVANT_BATCH_REASON_EOS);
  gst_buffer_unref (batch);
  batch_rig_clear (&rig);
}
GST_END_TEST;

/* From before a frame waits for room to the push, also through copies. */
GST_START_TEST (test_arrival)
{
  BatchRig rig;
  GstBuffer *batch, *copy;
  GstSavantBatchMeta *meta;
  GstClockTime before = (GstClockTime) g_get_monotonic_time () * 1000, waited;
  int64_t numbers[12], first;

  batch_rig_init (&rig, 1, NULL, FALSE);
  set_caps (&rig, 0, RED_CAPS);
  batch_rig_push (&rig, 0, RED_CAPS, 0, 0);
  batch = batch_rig_pull (&rig, 1);
  meta = gst_buffer_get_savant_batch_meta (batch);
  first = (int64_t) meta->slots[0].arrival_ns;
  waited = (GstClockTime) (g_get_monotonic_time () + 1) * 1000;
  fail_unless (meta->slots[0].arrival_ns >= before);
  fail_unless (meta->slots[0].arrival_ns <= waited);
  copy = gst_buffer_copy (batch);
  gst_buffer_unref (batch);
  fail_unless_equals_int (savant_buffer_get_batch (copy, numbers, 12), 12);
  fail_unless_equals_int64 (numbers[11], first);
  meta = gst_buffer_get_savant_batch_meta (copy);
  meta->slots[0].arrival_ns = GST_CLOCK_TIME_NONE;
  fail_unless_equals_int (savant_buffer_get_batch (copy, numbers, 12), 12);
  fail_unless_equals_int64 (numbers[11], -1);
  gst_buffer_unref (copy);
  batch_rig_push (&rig, 0, RED_CAPS, 0, 40);
  batch = batch_rig_pull (&rig, 1);
  meta = gst_buffer_get_savant_batch_meta (batch);
  fail_unless ((int64_t) meta->slots[0].arrival_ns > first);
  gst_buffer_unref (batch);
  batch_rig_clear (&rig);
}
GST_END_TEST;

GST_START_TEST (test_source_ids)
{
  BatchRig rig;
  GstPad *pad0, *pad1;
  GstBuffer *batch;
  guint id;

  batch_rig_init (&rig, 2, NULL, FALSE);
  pad0 = gst_element_get_static_pad (rig.batch, "sink_0");
  pad1 = gst_element_get_static_pad (rig.batch, "sink_1");
  g_object_set (pad0, "source-id", 7, NULL);
  g_object_set (pad1, "source-id", 7, NULL);
  batch_rig_expect (&rig, GST_MESSAGE_WARNING, "source-id 7", "pad sink_1",
      "pad sink_0", "refused", NULL);
  g_object_get (pad1, "source-id", &id, NULL);
  fail_unless_equals_int (id, 1);
  set_caps (&rig, 0, RED_CAPS);
  set_caps (&rig, 1, RED_CAPS);
  batch_rig_push (&rig, 0, RED_CAPS, 0, 0);
  batch_rig_push (&rig, 1, RED_CAPS, 0, 0);
  batch = batch_rig_pull (&rig, 2);
  fail_unless_equals_int (
      gst_buffer_get_savant_batch_meta (batch)->slots[0].source_id, 7);
  gst_buffer_unref (batch);
  g_object_set (pad0, "source-id", 9, NULL);
  batch_rig_expect (&rig, GST_MESSAGE_WARNING, "source-id 9",
      "its stream has begun", NULL);
  gst_object_unref (pad0);
  gst_object_unref (pad1);
  batch_rig_clear (&rig);
}
GST_END_TEST;

typedef struct Pusher
{
  BatchRig *rig;
  guint n;
  GstFlowReturn flow;
} Pusher;

static gpointer
push_on (gpointer data)
{
  Pusher *p = data;

  for (guint i = 0; i < 100 && p->flow == GST_FLOW_OK; i++)
    p->flow = batch_rig_push (p->rig, p->n, RED_CAPS, 0, i * 40);
  return NULL;
}

/* Its streaming thread may wait in the pad; the others go on without it. */
GST_START_TEST (test_add_and_release)
{
  BatchRig rig;
  Pusher pusher = { &rig, 1, GST_FLOW_OK };
  GstBuffer *batch;
  GstPad *pad;
  GThread *thread;

  batch_rig_init (&rig, 1, NULL, FALSE);
  set_caps (&rig, 0, RED_CAPS);
  batch_rig_push (&rig, 0, RED_CAPS, 0, 0);
  gst_buffer_unref (batch_rig_pull (&rig, 1));
  for (guint i = 0; i < 2; i++)
    batch_rig_add_input (&rig);
  set_caps (&rig, 1, RED_CAPS);
  set_caps (&rig, 2, RED_CAPS);
  thread = g_thread_new ("pusher", push_on, &pusher);
  batch_rig_push (&rig, 0, RED_CAPS, 0, 40);
  batch_rig_push (&rig, 2, RED_CAPS, 0, 40);
  batch = batch_rig_pull (&rig, 3);
  fail_unless_equals_int (gst_savant_surface_get_batch_size (
                              gst_savant_buffer_peek_surface (batch)),
      4);
  gst_buffer_unref (batch);
  /* The pusher waits for room now: 1 + 4 frames are in, the sixth waits. */
  while (batch_rig_stat (rig.batch, "in") < 3 + 6)
    g_usleep (1000);
  pad = gst_element_get_static_pad (rig.batch, "sink_1");
  gst_element_release_request_pad (rig.batch, pad);
  gst_object_unref (pad);
  g_thread_join (thread);
  fail_unless (pusher.flow != GST_FLOW_OK);
  batch_rig_push (&rig, 0, RED_CAPS, 0, 80);
  batch_rig_push (&rig, 2, RED_CAPS, 0, 80);
  batch = batch_rig_pull (&rig, 2);
  fail_unless_equals_int (reason (batch), GST_SAVANT_BATCH_REASON_FULL);
  gst_buffer_unref (batch);
  batch_rig_expect_stat (rig.batch, "dropped-released", 5);
  batch_rig_clear (&rig);
}
GST_END_TEST;

GST_START_TEST (test_flush)
{
  BatchRig rig;
  Pusher pusher = { &rig, 0, GST_FLOW_OK };
  GstBuffer *batch;
  GstSegment segment;
  GThread *thread;

  batch_rig_init (&rig, 2, NULL, FALSE);
  set_caps (&rig, 0, RED_CAPS);
  set_caps (&rig, 1, RED_CAPS);
  thread = g_thread_new ("pusher", push_on, &pusher);
  while (batch_rig_stat (rig.batch, "in") < 5)
    g_usleep (1000);
  fail_unless (gst_harness_push_event (rig.in[0],
      gst_event_new_flush_start ()));
  g_thread_join (thread);
  fail_unless_equals_int (pusher.flow, GST_FLOW_FLUSHING);
  batch_rig_expect_stat (rig.batch, "dropped-flush", 5);
  batch_rig_expect_stat (rig.batch, "held", 0);
  /* The other pad does not wait for one that flushes. */
  batch_rig_push (&rig, 1, RED_CAPS, 0, 0);
  batch = batch_rig_pull (&rig, 1);
  fail_unless_equals_int (reason (batch), GST_SAVANT_BATCH_REASON_FLUSH);
  gst_buffer_unref (batch);
  fail_unless (gst_harness_push_event (rig.in[0],
      gst_event_new_flush_stop (TRUE)));
  gst_segment_init (&segment, GST_FORMAT_TIME);
  gst_harness_push_event (rig.in[0], gst_event_new_segment (&segment));
  batch_rig_push (&rig, 0, RED_CAPS, 0, 0);
  batch_rig_push (&rig, 1, RED_CAPS, 0, 40);
  gst_buffer_unref (batch_rig_pull (&rig, 2));
  batch_rig_clear (&rig);
}
GST_END_TEST;

static GstFlowReturn
refuse (GstPad *pad, GstObject *parent, GstBuffer *buffer)
{
  (void) pad;
  (void) parent;
  gst_buffer_unref (buffer);
  return GST_FLOW_ERROR;
}

/* Every pad is told, and the frames are counted. */
GST_START_TEST (test_downstream_error)
{
  BatchRig rig;
  GstFlowReturn flow = GST_FLOW_OK;

  batch_rig_init (&rig, 2, NULL, FALSE);
  gst_pad_set_chain_function (rig.out->sinkpad, refuse);
  set_caps (&rig, 0, RED_CAPS);
  set_caps (&rig, 1, RED_CAPS);
  batch_rig_push (&rig, 0, RED_CAPS, 0, 0);
  batch_rig_push (&rig, 1, RED_CAPS, 0, 0);
  while (flow == GST_FLOW_OK)
    flow = batch_rig_push (&rig, 0, RED_CAPS, 0, 40);
  fail_unless_equals_int (flow, GST_FLOW_ERROR);
  fail_unless_equals_int (batch_rig_push (&rig, 1, RED_CAPS, 0, 40),
      GST_FLOW_ERROR);
  batch_rig_expect_stat (rig.batch, "out", 0);
  batch_rig_expect_stat (rig.batch, "held", 0);
  fail_unless (gst_harness_push_event (rig.in[0], gst_event_new_eos ()));
  batch_rig_expect (&rig, GST_MESSAGE_ERROR, "Internal data stream error",
      NULL);
  batch_rig_clear (&rig);
}
GST_END_TEST;

/* A pad whose frames are unusable ends; the other goes on. */
GST_START_TEST (test_bad_frame)
{
  BatchRig rig;

  batch_rig_init (&rig, 2, NULL, FALSE);
  set_caps (&rig, 0, RED_CAPS);
  set_caps (&rig, 1, RED_CAPS);
  fail_unless_equals_int (gst_harness_push (rig.in[0],
                              gst_buffer_new_allocate (NULL, 10, NULL)),
      GST_FLOW_ERROR);
  batch_rig_expect (&rig, GST_MESSAGE_ERROR, "pad sink_0", "truncated frame",
      "10 bytes", NULL);
  batch_rig_push (&rig, 1, RED_CAPS, 0, 0);
  gst_buffer_unref (batch_rig_pull (&rig, 1));
  batch_rig_expect_stat (rig.batch, "dropped-error", 1);
  batch_rig_clear (&rig);

  batch_rig_init (&rig, 1, NULL, FALSE);
  set_caps (&rig, 0,
      NVMM ",format=RGBA,width=8,height=8,framerate=25/1,batch-size=2");
  batch_rig_expect (&rig, GST_MESSAGE_ERROR, "pad sink_0",
      "cannot be batched again", NULL);
  batch_rig_clear (&rig);

  batch_rig_init (&rig, 1, NULL, FALSE);
  gst_harness_set_sink_caps_str (rig.out, OUTPUT ",batch-size=3");
  set_caps (&rig, 0, RED_CAPS);
  batch_rig_push (&rig, 0, RED_CAPS, 0, 0);
  batch_rig_expect (&rig, GST_MESSAGE_ERROR, "another batch-size than 1", NULL);
  batch_rig_clear (&rig);
}
GST_END_TEST;

/* The slots are the sources' pixels; plain frames are copied once. */
GST_START_TEST (test_non_uniform)
{
  BatchRig rig;
  GstBuffer *batch, *source = frame_new (SURFACE_CAPS, 0x00ff00);
  int64_t slot[11], own[11];
  GstCaps *caps;
  GstStructure *s;

  batch_rig_init (&rig, 2, "mode=non-uniform", FALSE);
  set_caps (&rig, 0, SURFACE_CAPS);
  set_caps (&rig, 1, BLUE_CAPS);
  savant_buffer_surface_info (source, 0, own);
  gst_harness_push (rig.in[0], gst_buffer_ref (source));
  batch_rig_push (&rig, 1, BLUE_CAPS, 0x0000ff, 0);
  batch = batch_rig_pull (&rig, 2);
  savant_buffer_surface_info (batch, 0, slot);
  fail_unless (slot[0] == own[0]);
  fail_unless (GST_MINI_OBJECT_REFCOUNT_VALUE (source) >= 2);
  savant_buffer_surface_info (batch, 1, slot);
  fail_unless_equals_int (slot[2], 20);
  fail_unless_equals_int (slot[3], 40);
  fail_unless (((guint8 *) (gintptr) slot[0])[2] == 0xff);
  caps = gst_pad_get_current_caps (rig.out->sinkpad);
  s = gst_caps_get_structure (caps, 0);
  fail_unless_equals_string (gst_structure_get_string (s, "batch-kind"),
      "non-uniform");
  fail_unless (!gst_structure_has_field (s, "width")
      && !gst_structure_has_field (s, "format"));
  gst_caps_unref (caps);
  /* A true copy lives without the sources. */
  source = (gst_buffer_unref (source), gst_buffer_copy_deep (batch));
  gst_buffer_unref (batch);
  savant_buffer_surface_info (source, 0, slot);
  fail_unless (slot[0] != own[0]);
  fail_unless (((guint8 *) (gintptr) slot[0])[1] == 0xff);
  gst_buffer_unref (source);
  batch_rig_clear (&rig);

  batch_rig_init (&rig, 1, "mode=non-uniform", FALSE);
  gst_harness_set_sink_caps_str (rig.out, OUTPUT);
  set_caps (&rig, 0, SURFACE_CAPS);
  batch_rig_push (&rig, 0, SURFACE_CAPS, 0, 0);
  batch_rig_expect (&rig, GST_MESSAGE_ERROR, "no such non-uniform batch",
      "nonuniform-caps=first-source", NULL);
  batch_rig_clear (&rig);
}
GST_END_TEST;

GST_START_TEST (test_upstream_events_and_latency)
{
  BatchRig rig;
  GstStructure *s = gst_structure_new_empty ("test");

  batch_rig_init (&rig, 2, "batch-timeout=20000000", FALSE);
  gst_harness_set_live (rig.in[0], TRUE);
  gst_harness_set_upstream_latency (rig.in[0], 10 * GST_MSECOND);
  fail_unless_equals_uint64 (gst_harness_query_latency (rig.out),
      30 * GST_MSECOND);
  for (guint i = 0; i < 2; i++)
    while (gst_harness_upstream_events_in_queue (rig.in[i]) > 0)
      gst_event_unref (gst_harness_pull_upstream_event (rig.in[i]));
  fail_unless (gst_harness_push_upstream_event (rig.out,
      gst_event_new_custom (GST_EVENT_CUSTOM_UPSTREAM, s)));
  for (guint i = 0; i < 2; i++)
    fail_unless_equals_int (gst_harness_upstream_events_in_queue (rig.in[i]),
        1);
  batch_rig_clear (&rig);
}
GST_END_TEST;

GST_START_TEST (test_cycles)
{
  BatchRig rig;

  batch_rig_init (&rig, 1, NULL, FALSE);
  for (guint i = 0; i < 20; i++) {
    gst_element_set_state (rig.batch, GST_STATE_NULL);
    gst_element_set_state (rig.batch, GST_STATE_PLAYING);
    gst_pad_set_active (rig.in[0]->srcpad, FALSE);
    gst_pad_set_active (rig.in[0]->srcpad, TRUE);
    batch_rig_expect_stat (rig.batch, "in", 0);
    gst_harness_push_event (rig.in[0], gst_event_new_stream_start ("cycle"));
    set_caps (&rig, 0, i % 2 == 0 ? RED_CAPS : BLUE_CAPS);
    batch_rig_push (&rig, 0, i % 2 == 0 ? RED_CAPS : BLUE_CAPS, 0, 0);
    gst_buffer_unref (batch_rig_pull (&rig, 1));
  }
  batch_rig_clear (&rig);
}
GST_END_TEST;

static Suite *
savantbatch_suite (void)
{
  Suite *s = suite_create ("savantbatch");
  TCase *tc = tcase_create ("savantbatch");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, test_uniform);
  tcase_add_test (tc, test_eos);
  tcase_add_test (tc, test_timeout);
  tcase_add_test (tc, test_stall);
  tcase_add_test (tc, test_arrival);
  tcase_add_test (tc, test_source_ids);
  tcase_add_test (tc, test_add_and_release);
  tcase_add_test (tc, test_flush);
  tcase_add_test (tc, test_downstream_error);
  tcase_add_test (tc, test_bad_frame);
  tcase_add_test (tc, test_non_uniform);
  tcase_add_test (tc, test_upstream_events_and_latency);
  tcase_add_test (tc, test_cycles);
  return s;
}

GST_CHECK_MAIN (savantbatch)
