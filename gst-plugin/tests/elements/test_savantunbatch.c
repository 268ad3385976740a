/* SPDX-License-Identifier: Apache-2.0 */
#include "support/batchrig.h"

#define NVMM "video/x-raw(memory:NVMM)"
#define FRAME "video/x-raw,format=RGBA,width=64,height=32,framerate=25/1"
#define ODD "video/x-raw,format=NV12,width=33,height=21,framerate=10/1"

/* Types of the events that came, in order, but reconfigure. */
static void
expect_events (GstHarness *h, ...)
{
  GstEventType expected;
  va_list types;

  va_start (types, h);
  while ((expected = (GstEventType) va_arg (types, int)) != 0) {
    GstEvent *event = gst_harness_pull_event (h);

    fail_unless (event != NULL);
    fail_unless_equals_string (gst_event_type_get_name (GST_EVENT_TYPE (event)),
        gst_event_type_get_name (expected));
    gst_event_unref (event);
  }
  va_end (types);
}

static void
begin (BatchRig *rig, const gchar *caps0, const gchar *caps1)
{
  gst_harness_set_src_caps_str (rig->in[0], caps0);
  gst_harness_set_src_caps_str (rig->in[1], caps1);
}

/* Both ways of giving a frame out, the timestamps it came with, and EOS after
 * its last frame. */
GST_START_TEST (test_split)
{
  BatchRig rig;
  GstHarness *surfaces, *plain;
  GstSavantIdMeta *ids;
  GstBuffer *view;
  GstCaps *caps;

  batch_rig_init (&rig, 2, NULL, TRUE);
  surfaces = batch_rig_output (&rig, 0, NVMM ",format=RGBA");
  plain = batch_rig_output (&rig, 1, "video/x-raw,format=RGBA");
  begin (&rig, FRAME, ODD);
  for (guint i = 0; i < 2; i++) {
    batch_rig_push (&rig, 0, FRAME, 0xff0000, 1000 + i * 40);
    batch_rig_push (&rig, 1, ODD, 0x0000ff, i * 100);
  }
  gst_harness_push_event (rig.in[1], gst_event_new_eos ());
  for (guint i = 0; i < 2; i++) {
    view = gst_harness_pull (surfaces);
    fail_unless (view != NULL);
    fail_unless (gst_savant_buffer_peek_surface (view) != NULL);
    fail_unless_equals_uint64 (GST_BUFFER_PTS (view),
        (1000 + i * 40) * GST_MSECOND);
    fail_unless_equals_uint64 (GST_BUFFER_DURATION (view), 40 * GST_MSECOND);
    caps = gst_pad_get_current_caps (surfaces->sinkpad);
    fail_unless_equals_int (frame_color (view, caps, 0, 30, 16), 0xff0000);
    gst_caps_unref (caps);
    expect_destination (view, 0, 0, 0, 64, 32);
    ids = gst_buffer_get_savant_id_meta (view);
    fail_unless (ids != NULL && ids->n_ids == 1 && ids->ids[0].id == i
        && ids->ids[0].kind == SAVANT_ID_FRAME);
    gst_buffer_unref (view);

    view = gst_harness_pull (plain);
    fail_unless (view != NULL);
    fail_unless_equals_uint64 (GST_BUFFER_PTS (view), i * 100 * GST_MSECOND);
    caps = gst_pad_get_current_caps (plain->sinkpad);
    fail_unless (frame_color (view, caps, 0, 32, 16) % 256 >= 0xf0);
    gst_caps_unref (caps);
    fail_unless_equals_int (
        gst_buffer_get_savant_transform_meta (view)->slots[0].source_width, 33);
    gst_buffer_unref (view);
  }
  expect_events (plain, GST_EVENT_STREAM_START, GST_EVENT_CAPS,
      GST_EVENT_SEGMENT, GST_EVENT_EOS, 0);
  expect_events (surfaces, GST_EVENT_STREAM_START, GST_EVENT_CAPS,
      GST_EVENT_SEGMENT, 0);
  fail_unless_equals_int (gst_harness_events_in_queue (surfaces), 0);
  caps = gst_pad_get_current_caps (plain->sinkpad);
  fail_unless (gst_structure_has_field_typed (gst_caps_get_structure (caps, 0),
      "framerate", GST_TYPE_FRACTION));
  gst_caps_unref (caps);
  batch_rig_expect_stat (rig.unbatch, "out", 4);
  batch_rig_clear (&rig);
}
GST_END_TEST;

/* Nothing is copied, and a view holds the batch. */
GST_START_TEST (test_zero_copy)
{
  BatchRig rig;
  GstHarness *out;
  GstBuffer *source =
      frame_new (NVMM ",format=RGBA,width=16,height=16", 0x00ff00);
  GstBuffer *view;
  int64_t own[11], slot[11];
  GstMapInfo map;

  batch_rig_init (&rig, 1, "mode=non-uniform", TRUE);
  out = batch_rig_output (&rig, 0, NULL);
  gst_harness_set_src_caps_str (rig.in[0],
      NVMM ",format=RGBA,width=16,height=16,framerate=25/1");
  savant_buffer_surface_info (source, 0, own);
  gst_harness_push (rig.in[0], source);
  view = gst_harness_pull (out);
  savant_buffer_surface_info (view, 0, slot);
  fail_unless (slot[0] == own[0]);
  batch_rig_clear (&rig);
  fail_unless (((guint8 *) (gintptr) slot[0])[1] == 0xff);
  /* Who writes gets pixels of his own. */
  fail_unless_equals_int (savant_buffer_set_num_filled (view, 0),
      SAVANT_ERROR_NOT_WRITABLE);
  fail_unless (gst_buffer_map (view, &map, GST_MAP_READWRITE));
  gst_buffer_unmap (view, &map);
  savant_buffer_surface_info (view, 0, slot);
  fail_unless (slot[0] != own[0]);
  gst_buffer_unref (view);
}
GST_END_TEST;

static GstPadProbeReturn
count_allocation (GstPad *pad, GstPadProbeInfo *info, gpointer data)
{
  (void) pad;
  if ((info->type & GST_PAD_PROBE_TYPE_PUSH) != 0
      && GST_QUERY_TYPE (GST_PAD_PROBE_INFO_QUERY (info))
          == GST_QUERY_ALLOCATION)
    g_atomic_int_inc ((gint *) data);
  return GST_PAD_PROBE_OK;
}

/* A queue answers ALLOCATION when it is empty, and may not become so before
 * another pad has its frames. */
GST_START_TEST (test_reconfigure_waits_for_no_queue)
{
  BatchRig rig;
  GstHarness *surfaces, *plain;
  gint asked = 0;

  batch_rig_init (&rig, 2, NULL, TRUE);
  surfaces = batch_rig_output (&rig, 0, NVMM ",format=RGBA");
  plain = batch_rig_output (&rig, 1, "video/x-raw,format=RGBA");
  gst_pad_add_probe (plain->sinkpad, GST_PAD_PROBE_TYPE_QUERY_DOWNSTREAM,
      count_allocation, &asked, NULL);
  begin (&rig, FRAME, ODD);
  for (guint i = 0; i < 3; i++) {
    GstBuffer *view;
    GstCaps *caps;

    if (i == 1)
      gst_harness_push_upstream_event (plain, gst_event_new_reconfigure ());
    batch_rig_push (&rig, 0, FRAME, 0xff0000, i * 40);
    batch_rig_push (&rig, 1, ODD, 0x0000ff, i * 40);
    gst_buffer_unref (gst_harness_pull (surfaces));
    view = gst_harness_pull (plain);
    caps = gst_pad_get_current_caps (plain->sinkpad);
    fail_unless (frame_color (view, caps, 0, 32, 16) % 256 >= 0xf0);
    gst_caps_unref (caps);
    gst_buffer_unref (view);
  }
  fail_unless_equals_int (asked, 1);
  batch_rig_clear (&rig);
}
GST_END_TEST;

GST_START_TEST (test_unlinked_and_late_pad)
{
  BatchRig rig;
  GstHarness *out;
  GstBuffer *view;

  batch_rig_init (&rig, 2, NULL, TRUE);
  begin (&rig, FRAME, FRAME);
  batch_rig_push (&rig, 0, FRAME, 0, 0);
  batch_rig_push (&rig, 1, FRAME, 0, 0);
  while (batch_rig_stat (rig.unbatch, "in") < 2)
    g_usleep (1000);
  while (batch_rig_stat (rig.unbatch, "held") > 0)
    g_usleep (1000);
  batch_rig_expect_stat (rig.unbatch, "dropped-unlinked", 2);
  /* A pad that comes late gets all that its frames need. */
  out = batch_rig_output (&rig, 1, NULL);
  batch_rig_push (&rig, 0, FRAME, 0, 40);
  batch_rig_push (&rig, 1, FRAME, 0, 40);
  view = gst_harness_pull (out);
  fail_unless_equals_uint64 (GST_BUFFER_PTS (view), 40 * GST_MSECOND);
  gst_buffer_unref (view);
  expect_events (out, GST_EVENT_STREAM_START, GST_EVENT_CAPS, GST_EVENT_SEGMENT,
      0);
  batch_rig_clear (&rig);
}
GST_END_TEST;

/* An event into src_n reaches source n only. */
GST_START_TEST (test_upstream_event)
{
  BatchRig rig;
  GstEvent *event;

  batch_rig_init (&rig, 2, "forward-qos=all", TRUE);
  batch_rig_output (&rig, 1, NULL);
  for (guint i = 0; i < 2; i++)
    while (gst_harness_upstream_events_in_queue (rig.in[i]) > 0)
      gst_event_unref (gst_harness_pull_upstream_event (rig.in[i]));
  fail_unless (gst_harness_push_upstream_event (rig.outs[1],
      gst_event_new_qos (GST_QOS_TYPE_UNDERFLOW, 0.5, 10, 20)));
  fail_unless_equals_int (gst_harness_upstream_events_in_queue (rig.in[0]), 0);
  event = gst_harness_pull_upstream_event (rig.in[1]);
  fail_unless_equals_int (GST_EVENT_TYPE (event), GST_EVENT_QOS);
  gst_event_unref (event);
  batch_rig_clear (&rig);
}
GST_END_TEST;

/* One source is flushed and goes on; the other does not notice. */
GST_START_TEST (test_flush_of_one)
{
  BatchRig rig;
  GstHarness *out0, *out1;
  GstSegment segment;

  batch_rig_init (&rig, 2, NULL, TRUE);
  out0 = batch_rig_output (&rig, 0, NULL);
  out1 = batch_rig_output (&rig, 1, NULL);
  begin (&rig, FRAME, FRAME);
  batch_rig_push (&rig, 0, FRAME, 0, 0);
  batch_rig_push (&rig, 1, FRAME, 0, 0);
  gst_buffer_unref (gst_harness_pull (out0));
  gst_buffer_unref (gst_harness_pull (out1));
  gst_harness_push_event (rig.in[0], gst_event_new_flush_start ());
  gst_harness_push_event (rig.in[0], gst_event_new_flush_stop (TRUE));
  gst_segment_init (&segment, GST_FORMAT_TIME);
  segment.start = segment.time = GST_SECOND;
  gst_harness_push_event (rig.in[0], gst_event_new_segment (&segment));
  batch_rig_push (&rig, 0, FRAME, 0, 1000);
  batch_rig_push (&rig, 1, FRAME, 0, 40);
  gst_buffer_unref (gst_harness_pull (out0));
  gst_buffer_unref (gst_harness_pull (out1));
  expect_events (out0, GST_EVENT_STREAM_START, GST_EVENT_CAPS,
      GST_EVENT_SEGMENT, GST_EVENT_FLUSH_START, GST_EVENT_FLUSH_STOP,
      GST_EVENT_SEGMENT, 0);
  expect_events (out1, GST_EVENT_STREAM_START, GST_EVENT_CAPS,
      GST_EVENT_SEGMENT, 0);
  fail_unless_equals_int (gst_harness_events_in_queue (out1), 0);
  batch_rig_clear (&rig);
}
GST_END_TEST;

GST_START_TEST (test_foreign_batch)
{
  ElementRig rig;
  GstElement *unbatch = gst_element_factory_make ("savantunbatch", NULL);
  GstHarness *h;
  gchar *text;

  gst_object_ref_sink (unbatch);
  rig.bus = gst_bus_new ();
  gst_element_set_bus (unbatch, rig.bus);
  h = gst_harness_new_with_element (unbatch, "sink", NULL);
  gst_harness_set_src_caps_str (h,
      NVMM ",format=RGBA,width=16,height=16,batch-size=1");
  fail_unless_equals_int (gst_harness_push (h,
                              frame_new (NVMM ",format=RGBA,width=16,height=16",
                                  0)),
      GST_FLOW_ERROR);
  rig.h = h;
  g_queue_init (&rig.errors);
  g_queue_init (&rig.warnings);
  text = rig_pop_error (&rig);
  fail_unless (text != NULL);
  fail_unless (g_strrstr (text, "has no SavantBatchMeta") != NULL, "%s", text);
  g_free (text);
  gst_object_unref (unbatch);
  rig_clear (&rig);
}
GST_END_TEST;

static Suite *
savantunbatch_suite (void)
{
  Suite *s = suite_create ("savantunbatch");
  TCase *tc = tcase_create ("savantunbatch");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, test_split);
  tcase_add_test (tc, test_zero_copy);
  tcase_add_test (tc, test_reconfigure_waits_for_no_queue);
  tcase_add_test (tc, test_unlinked_and_late_pad);
  tcase_add_test (tc, test_upstream_event);
  tcase_add_test (tc, test_flush_of_one);
  tcase_add_test (tc, test_foreign_batch);
  return s;
}

GST_CHECK_MAIN (savantunbatch)
