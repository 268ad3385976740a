/* SPDX-License-Identifier: Apache-2.0 */

/* roi-mode=batch: regions of interest as slots, and back by savantunbatch. */

#include "support/batchrig.h"

#include <math.h>

#include <gst/video/video.h>

#define NVMM "video/x-raw(memory:NVMM)"
#define FRAME "video/x-raw,format=RGBA,width=64,height=32,framerate=25/1"
#define SURFACE NVMM ",format=RGBA,width=64,height=32,framerate=25/1"
#define OUT NVMM ",format=RGBA,width=16,height=16"

#define ROI_MODE "roi-mode=batch"

static void
add_roi (GstBuffer *buffer, gint id, guint x, guint y, guint w, guint h)
{
  GstVideoRegionOfInterestMeta *roi =
      gst_buffer_add_video_region_of_interest_meta (buffer, "car", x, y, w, h);

  roi->id = id;
}

static GstBuffer *
new_frame (const gchar *caps, guint32 rgb, guint64 pts_ms)
{
  GstBuffer *buffer = frame_new (caps, rgb);

  GST_BUFFER_PTS (buffer) = pts_ms * GST_MSECOND;
  GST_BUFFER_DURATION (buffer) = 40 * GST_MSECOND;
  return buffer;
}

static const GstSavantBatchSlot *
slot_of (GstBuffer *batch, guint slot)
{
  const GstSavantBatchMeta *meta = gst_buffer_get_savant_batch_meta (batch);

  fail_unless (meta != NULL && slot < meta->n_slots);
  return &meta->slots[slot];
}

static void
expect_roi (GstBuffer *batch, guint slot, guint source_id, gint64 parent_id,
    gint roi_id, guint index, guint n_rois)
{
  const GstSavantBatchSlot *s = slot_of (batch, slot);
  int64_t numbers[4 * 8];

  fail_unless_equals_int (s->source_id, source_id);
  fail_unless_equals_int64 (s->parent_id, parent_id);
  fail_unless_equals_int64 (s->frame_id, parent_id);
  fail_unless_equals_int (s->roi_id, roi_id);
  fail_unless_equals_int (s->roi_index, index);
  fail_unless_equals_int (s->n_rois, n_rois);
  fail_unless_equals_string (g_quark_to_string (s->roi_type), "car");
  fail_unless (savant_buffer_get_rois (batch, numbers, 32) > (int) (4 * slot));
  fail_unless_equals_int64 (numbers[4 * slot], parent_id);
  fail_unless_equals_int64 (numbers[4 * slot + 1], roi_id);
  fail_unless_equals_int64 (numbers[4 * slot + 2], index);
  fail_unless_equals_int64 (numbers[4 * slot + 3], n_rois);
}

/* Pixels, ids, and the way of a box back to the frame. */
GST_START_TEST (test_w58_rois_of_two_frames)
{
  BatchRig rig;
  GstBuffer *a = new_frame (FRAME, 0x000000, 0);
  GstBuffer *b = new_frame (FRAME, 0x0000ff, 0), *batch;
  const GstSavantGeometry *geometry;
  GstCaps *caps;
  gdouble at[2];

  batch_rig_init (&rig, 2, ROI_MODE " batch-size=4", FALSE);
  gst_harness_set_sink_caps_str (rig.out, OUT);
  gst_harness_set_src_caps_str (rig.in[0], FRAME);
  gst_harness_set_src_caps_str (rig.in[1], FRAME);
  frame_paint (a, FRAME, 0, 8, 8, 16, 16, 0xff0000);
  frame_paint (a, FRAME, 0, 40, 0, 24, 24, 0x00ff00);
  add_roi (a, 70, 8, 8, 16, 16);
  add_roi (a, 71, 40, 0, 24, 24);
  add_roi (b, 5, 0, 0, 64, 32);
  gst_harness_push (rig.in[0], a);
  gst_harness_push (rig.in[1], b);
  batch = batch_rig_pull (&rig, 3);
  caps = gst_pad_get_current_caps (rig.out->sinkpad);
  expect_roi (batch, 0, 0, 0, 70, 0, 2);
  expect_roi (batch, 1, 0, 0, 71, 1, 2);
  expect_roi (batch, 2, 1, 0, 5, 0, 1);
  fail_unless_equals_int (frame_color (batch, caps, 0, 1, 1), 0xff0000);
  fail_unless_equals_int (frame_color (batch, caps, 0, 14, 14), 0xff0000);
  fail_unless_equals_int (frame_color (batch, caps, 1, 1, 1), 0x00ff00);
  fail_unless_equals_int (frame_color (batch, caps, 2, 8, 8), 0x0000ff);
  gst_caps_unref (caps);
  expect_source (batch, 1, 40, 0, 24, 24);
  geometry = gst_buffer_get_savant_transform_meta (batch)->slots;
  gst_savant_geometry_point_to_source (&geometry[1], 8, 8, at);
  fail_unless (fabs (at[0] - 52) < 1e-9 && fabs (at[1] - 12) < 1e-9,
      "(8, 8) is (%f, %f)", at[0], at[1]);
  fail_unless_equals_int (geometry[1].source_width, 64);
  gst_buffer_unref (batch);
  batch_rig_expect_stat (rig.batch, "out", 2);
  fail_unless_equals_uint64 (batch_rig_stat (rig.batch, "dropped"), 0);
  batch_rig_clear (&rig);
}
GST_END_TEST;

/* More regions than slots: several batches, the frame is out with the last. */
GST_START_TEST (test_more_rois_than_slots)
{
  static const guint sizes[] = { 2, 2, 1 };
  BatchRig rig;
  GstBuffer *frame = new_frame (SURFACE, 0x00ff00, 0);

  batch_rig_init (&rig, 1, ROI_MODE " batch-size=2", FALSE);
  gst_harness_set_sink_caps_str (rig.out, OUT);
  gst_harness_set_src_caps_str (rig.in[0], SURFACE);
  for (gint i = 0; i < 5; i++)
    add_roi (frame, i, (guint) i, 0, 8, 8);
  gst_harness_push (rig.in[0], frame);
  for (guint i = 0, roi = 0; i < 3; i++) {
    GstBuffer *batch = batch_rig_pull (&rig, sizes[i]);

    fail_unless_equals_uint64 (
        gst_buffer_get_savant_batch_meta (batch)->sequence, i);
    for (guint slot = 0; slot < sizes[i]; slot++, roi++)
      expect_roi (batch, slot, 0, 0, (gint) roi, roi, 5);
    gst_buffer_unref (batch);
  }
  batch_rig_expect_stat (rig.batch, "out", 1);
  batch_rig_clear (&rig);
}
GST_END_TEST;

/* A frame without a region: counted, and a gap for its stream only. */
GST_START_TEST (test_frames_without_roi)
{
  BatchRig rig;
  GstBuffer *frame = new_frame (FRAME, 0, 0);
  GstHarness *out;
  GstEvent *event;
  GstClockTime start = 0, duration;
  gboolean gap = FALSE;

  batch_rig_init (&rig, 1, ROI_MODE, TRUE);
  out = batch_rig_output (&rig, 0, NULL);
  gst_harness_set_src_caps_str (rig.in[0], FRAME);
  batch_rig_push (&rig, 0, FRAME, 0, 0); /* before there are caps */
  batch_rig_expect_stat (rig.batch, "dropped-roi", 1);
  add_roi (frame, 1, 0, 0, 8, 8);
  GST_BUFFER_PTS (frame) = 40 * GST_MSECOND;
  gst_harness_push (rig.in[0], frame);
  gst_buffer_unref (gst_harness_pull (out));
  batch_rig_push (&rig, 0, FRAME, 0, 80);
  batch_rig_expect_stat (rig.batch, "dropped-roi", 2);
  batch_rig_expect_stat (rig.batch, "out", 1);
  while (!gap && (event = gst_harness_try_pull_event (out)) != NULL) {
    gap = GST_EVENT_TYPE (event) == GST_EVENT_GAP;
    if (gap)
      gst_event_parse_gap (event, &start, &duration);
    gst_event_unref (event);
  }
  fail_unless (gap && start == 80 * GST_MSECOND
      && duration == 40 * GST_MSECOND);
  fail_unless_equals_uint64 (batch_rig_stat (rig.batch, "in"), 3);
  batch_rig_clear (&rig);
}
GST_END_TEST;

static BatchRig
policy_rig (const gchar *policy)
{
  gchar *properties =
      g_strdup_printf (ROI_MODE " batch-size=4 roi-policy=%s", policy);
  GstBuffer *frame = new_frame (FRAME, 0x00ff00, 0);
  BatchRig rig;

  batch_rig_init (&rig, 1, properties, FALSE);
  g_free (properties);
  gst_harness_set_sink_caps_str (rig.out, OUT);
  gst_harness_set_src_caps_str (rig.in[0], FRAME);
  add_roi (frame, 1, 56, 24, 16, 16); /* a part is outside */
  add_roi (frame, 2, 64, 0, 8, 8);    /* all of it */
  add_roi (frame, 3, 0, 0, 0, 8);     /* empty */
  add_roi (frame, 4, G_MAXUINT, G_MAXUINT, G_MAXUINT, G_MAXUINT);
  add_roi (frame, 5, 0, 0, 8, 8);
  gst_harness_push (rig.in[0], frame);
  return rig;
}

GST_START_TEST (test_bad_rois_are_clipped)
{
  BatchRig rig = policy_rig ("clip");
  GstBuffer *batch = batch_rig_pull (&rig, 2);

  expect_roi (batch, 0, 0, 0, 1, 0, 2);
  expect_source (batch, 0, 56, 24, 8, 8);
  expect_roi (batch, 1, 0, 0, 5, 1, 2);
  gst_buffer_unref (batch);
  batch_rig_clear (&rig);
}
GST_END_TEST;

GST_START_TEST (test_bad_rois_are_left_out)
{
  BatchRig rig = policy_rig ("skip");
  GstBuffer *batch = batch_rig_pull (&rig, 1), *frame;

  expect_roi (batch, 0, 0, 0, 5, 0, 1);
  gst_buffer_unref (batch);
  /* Nothing is left of this one. */
  frame = new_frame (FRAME, 0, 40);
  add_roi (frame, 1, 60, 0, 8, 8);
  gst_harness_push (rig.in[0], frame);
  batch_rig_expect_stat (rig.batch, "dropped-roi", 1);
  fail_unless_equals_uint64 (batch_rig_stat (rig.batch, "out"), 1);
  batch_rig_clear (&rig);
}
GST_END_TEST;

GST_START_TEST (test_bad_rois_are_an_error)
{
  BatchRig rig = policy_rig ("error");

  batch_rig_expect (&rig, GST_MESSAGE_ERROR, "Source 0", "region of interest 1",
      "left 56, top 24, width 16, height 16", "64x32", "roi-policy=clip", NULL);
  batch_rig_expect_stat (rig.batch, "dropped-error", 1);
  batch_rig_clear (&rig);
}
GST_END_TEST;

/* A crop of a transformed frame maps back to the very first picture. */
GST_START_TEST (test_geometry_composes)
{
  const SavantRect src = { 0, 0, 128, 64 }, dst = { 0, 0, 64, 32 };
  BatchRig rig;
  GstBuffer *frame = new_frame (FRAME, 0, 0), *batch;
  GstSavantGeometry before;
  gdouble at[2];

  gst_savant_geometry_init (&before, 128, 64, &src, &dst, SAVANT_FLIP_NONE);
  gst_buffer_set_savant_transform_meta (frame, &before, 1);
  batch_rig_init (&rig, 1, ROI_MODE, FALSE);
  gst_harness_set_sink_caps_str (rig.out, OUT);
  gst_harness_set_src_caps_str (rig.in[0], FRAME);
  add_roi (frame, 1, 32, 16, 16, 16);
  gst_harness_push (rig.in[0], frame);
  batch = batch_rig_pull (&rig, 1);
  gst_savant_geometry_point_to_source (
      &gst_buffer_get_savant_transform_meta (batch)->slots[0], 0, 0, at);
  fail_unless (fabs (at[0] - 64) < 1e-9 && fabs (at[1] - 32) < 1e-9,
      "(0, 0) is (%f, %f)", at[0], at[1]);
  gst_buffer_unref (batch);
  batch_rig_clear (&rig);
}
GST_END_TEST;

/* One pad a source; regions in order, with their frame's time. */
GST_START_TEST (test_w58_split_by_parent)
{
  BatchRig rig;
  GstHarness *out[2];

  batch_rig_init (&rig, 2, ROI_MODE " batch-size=3", TRUE);
  for (guint pad = 0; pad < 2; pad++) {
    out[pad] = batch_rig_output (&rig, pad, NULL);
    gst_harness_set_src_caps_str (rig.in[pad], FRAME);
  }
  for (guint i = 0; i < 3; i++)
    for (guint pad = 0; pad < 2; pad++) {
      GstBuffer *frame = new_frame (FRAME, 0, 40 * i);

      for (guint roi = 0; roi < 2 + pad; roi++)
        add_roi (frame, (gint) (100 * pad + roi), roi, 0, 8, 8);
      gst_harness_push (rig.in[pad], frame);
    }
  for (guint pad = 0; pad < 2; pad++)
    for (guint i = 0; i < 3; i++)
      for (guint roi = 0; roi < 2 + pad; roi++) {
        GstBuffer *view = gst_harness_pull (out[pad]);

        fail_unless (view != NULL);
        fail_unless_equals_uint64 (GST_BUFFER_PTS (view), 40 * i * GST_MSECOND);
        expect_roi (view, 0, pad, i, (gint) (100 * pad + roi), roi, 2 + pad);
        expect_source (view, 0, (gint) roi, 0, 8, 8);
        gst_buffer_unref (view);
      }
  batch_rig_expect_stat (rig.unbatch, "out", 3 * (2 + 3));
  batch_rig_expect_stat (rig.batch, "out", 6);
  batch_rig_clear (&rig);
}
GST_END_TEST;

/* Whole frames say so. */
GST_START_TEST (test_no_rois)
{
  BatchRig rig;
  int64_t numbers[4];
  GstBuffer *batch;

  batch_rig_init (&rig, 1, NULL, FALSE);
  gst_harness_set_sink_caps_str (rig.out, OUT);
  gst_harness_set_src_caps_str (rig.in[0], FRAME);
  batch_rig_push (&rig, 0, FRAME, 0, 0);
  batch = batch_rig_pull (&rig, 1);
  fail_unless_equals_int (savant_buffer_get_rois (batch, NULL, 0), 4);
  fail_unless_equals_int (savant_buffer_get_rois (batch, numbers, 4), 4);
  fail_unless (numbers[0] == -1 && numbers[1] == -1 && numbers[2] == 0
      && numbers[3] == 0);
  fail_unless_equals_int (savant_buffer_get_rois (batch, NULL, 1),
      SAVANT_ERROR_INVALID_ARGUMENT);
  fail_unless_equals_int (savant_buffer_get_rois (NULL, numbers, 4),
      SAVANT_ERROR_INVALID_ARGUMENT);
  gst_buffer_unref (batch);
  batch = gst_buffer_new ();
  fail_unless_equals_int (savant_buffer_get_rois (batch, numbers, 4),
      SAVANT_ERROR_UNSUPPORTED);
  gst_buffer_unref (batch);
  batch_rig_clear (&rig);
}
GST_END_TEST;

GST_START_TEST (test_non_uniform_is_refused)
{
  GstElement *batch = gst_element_factory_make ("savantbatch", NULL);
  GstBus *bus = gst_bus_new ();
  GstMessage *message;
  GError *error;

  gst_element_set_bus (batch, bus);
  gst_util_set_object_arg (G_OBJECT (batch), "mode", "non-uniform");
  gst_util_set_object_arg (G_OBJECT (batch), "roi-mode", "batch");
  fail_unless_equals_int (gst_element_set_state (batch, GST_STATE_READY),
      GST_STATE_CHANGE_FAILURE);
  message = gst_bus_pop_filtered (bus, GST_MESSAGE_ERROR);
  fail_unless (message != NULL);
  gst_message_parse_error (message, &error, NULL);
  fail_unless (strstr (error->message, "mode=uniform") != NULL);
  g_error_free (error);
  gst_message_unref (message);
  gst_element_set_bus (batch, NULL);
  gst_object_unref (bus);
  gst_element_set_state (batch, GST_STATE_NULL);
  gst_object_unref (batch);
}
GST_END_TEST;

/* A surface of another kind of memory, as far as anyone can see: memType is
 * the fifth 32-bit number of NvBufSurface. */
GST_START_TEST (test_w48_mixed_memory_kinds)
{
  BatchRig rig;
  GstBuffer *frame = new_frame (SURFACE, 0, 0);
  GstMapInfo map;

  batch_rig_init (&rig, 2, "mode=non-uniform", FALSE);
  gst_harness_set_src_caps_str (rig.in[0], SURFACE);
  gst_harness_set_src_caps_str (rig.in[1], SURFACE);
  fail_unless (gst_buffer_map (frame, &map, GST_MAP_READ));
  fail_unless_equals_int (((gint32 *) map.data)[4], SAVANT_MEM_SYSTEM);
  ((gint32 *) map.data)[4] = SAVANT_MEM_CUDA_PINNED;
  gst_buffer_unmap (frame, &map);
  batch_rig_push (&rig, 0, SURFACE, 0, 0);
  gst_harness_push (rig.in[1], frame);
  batch_rig_expect (&rig, GST_MESSAGE_ERROR, "source 0", "source 1",
      savant_mem_type_name (SAVANT_MEM_SYSTEM),
      savant_mem_type_name (SAVANT_MEM_CUDA_PINNED), "mode=uniform", NULL);
  batch_rig_expect_stat (rig.batch, "dropped-error", 2);
  batch_rig_clear (&rig);
}
GST_END_TEST;

static Suite *
roi_suite (void)
{
  Suite *s = suite_create ("savantbatch_roi");
  TCase *tc = tcase_create ("roi");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, test_w58_rois_of_two_frames);
  tcase_add_test (tc, test_more_rois_than_slots);
  tcase_add_test (tc, test_frames_without_roi);
  tcase_add_test (tc, test_bad_rois_are_clipped);
  tcase_add_test (tc, test_bad_rois_are_left_out);
  tcase_add_test (tc, test_bad_rois_are_an_error);
  tcase_add_test (tc, test_geometry_composes);
  tcase_add_test (tc, test_w58_split_by_parent);
  tcase_add_test (tc, test_no_rois);
  tcase_add_test (tc, test_non_uniform_is_refused);
  tcase_add_test (tc, test_w48_mixed_memory_kinds);
  return s;
}

GST_CHECK_MAIN (roi);
