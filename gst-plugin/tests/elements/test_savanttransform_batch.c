/* SPDX-License-Identifier: Apache-2.0 */
#include "support/elementrig.h"

#define NVMM "video/x-raw(memory:NVMM)"
#define BATCH NVMM ",format=RGBA,width=80,height=40,framerate=25/1"            \
  ",batch-size=3,num-surfaces-per-frame=1"
#define OUTPUT NVMM ",format=RGBA,width=64,height=64"

static const guint32 colors[] = { 0xff0000, 0x00ff00, 0x0000ff };

static GstBuffer *
batch_frame (gint n_filled)
{
  GstBuffer *buffer = frame_new (BATCH, 0);

  for (gint slot = 0; slot < n_filled; slot++)
    frame_paint (buffer, BATCH, slot, 0, 0, 80, 40, colors[slot]);
  fail_unless_equals_int (
      savant_buffer_set_num_filled (buffer, n_filled), SAVANT_OK);
  return buffer;
}

static void
expect_filled (GstBuffer *buffer, gint batch_size, gint n_filled)
{
  gpointer surface = gst_savant_buffer_peek_surface (buffer);
  GstSavantTransformMeta *meta = gst_buffer_get_savant_transform_meta (buffer);

  fail_unless (surface != NULL, "%s", savant_last_error ());
  fail_unless_equals_int (
      gst_savant_surface_get_batch_size (surface), batch_size);
  fail_unless_equals_int (
      gst_savant_surface_get_num_filled (surface), n_filled);
  fail_unless_equals_int (meta != NULL ? (gint) meta->n_slots : 0, n_filled);
}

GST_START_TEST (test_batch)
{
  ElementRig rig;
  GstBuffer *buffer;
  GstCaps *caps;
  const GstStructure *s;
  gint value = 0;

  rig_init (&rig, "savanttransform", NULL);
  rig_set_caps (&rig, BATCH, OUTPUT);
  s = rig_output (&rig, &caps);
  fail_unless (gst_structure_get_int (s, "batch-size", &value) && value == 3);
  fail_unless (gst_structure_get_int (s, "num-surfaces-per-frame", &value)
               && value == 1);
  gst_caps_unref (caps);

  for (gint n = 3; n >= 0; n--) {
    buffer = rig_transform (&rig, batch_frame (n));
    expect_filled (buffer, 3, n);
    for (gint slot = 0; slot < n; slot++) {
      expect_color (&rig, buffer, slot, 32, 32, colors[slot]);
      expect_color (&rig, buffer, slot, 32, 8, 0);
      expect_source (buffer, (guint) slot, 0, 0, 80, 40);
      expect_destination (buffer, (guint) slot, 0, 16, 64, 32);
    }
    gst_buffer_unref (buffer);
  }
  /* A batch counts once. */
  fail_unless_equals_uint64 (rig_stat (&rig, "in"), 4);
  fail_unless_equals_uint64 (rig_stat (&rig, "out"), 4);
  rig_expect_silence (&rig);
  rig_clear (&rig);
}
GST_END_TEST;

/* A crop meta holds for every slot. */
GST_START_TEST (test_batch_crop)
{
  ElementRig rig;
  GstBuffer *buffer = batch_frame (2);
  GstVideoCropMeta *crop = gst_buffer_add_video_crop_meta (buffer);

  crop->x = 10;
  crop->y = 20;
  crop->width = 20;
  crop->height = 20;
  rig_init (&rig, "savanttransform", "roi-policy=skip");
  rig_set_caps (&rig, BATCH, OUTPUT);
  buffer = rig_transform (&rig, buffer);
  for (guint slot = 0; slot < 2; slot++) {
    expect_source (buffer, slot, 10, 20, 20, 20);
    expect_destination (buffer, slot, 0, 0, 64, 64);
  }
  gst_buffer_unref (buffer);

  buffer = batch_frame (2);
  crop = gst_buffer_add_video_crop_meta (buffer);
  crop->x = 70;
  crop->width = crop->height = 20;
  fail_unless_equals_int (gst_harness_push (rig.h, buffer), GST_FLOW_OK);
  fail_unless (gst_harness_try_pull (rig.h) == NULL);
  fail_unless_equals_uint64 (rig_stat (&rig, "dropped-roi"), 1);
  rig_clear (&rig);
}
GST_END_TEST;

/* batch-size=1 is a single frame and may leave NVMM memory. */
GST_START_TEST (test_batch_of_one_to_plain)
{
  static const gchar in[]
      = NVMM ",format=NV12,width=40,height=40,framerate=25/1,batch-size=1";
  GstBuffer *buffer;
  ElementRig rig;
  GstCaps *caps;

  rig_init (&rig, "savanttransform", NULL);
  rig_set_caps (&rig, in, "video/x-raw,format=RGBA");
  buffer = rig_transform (&rig, frame_new (in, 0xff0000));
  expect_color (&rig, buffer, 0, 20, 20, 0xff0000);
  fail_if (gst_structure_has_field (rig_output (&rig, &caps), "batch-size"));
  gst_caps_unref (caps);
  gst_buffer_unref (buffer);
  /* A single surface that nobody marked as filled is a frame all the same. */
  buffer = frame_new (in, 0x0000ff);
  fail_unless_equals_int (savant_buffer_set_num_filled (buffer, 0), SAVANT_OK);
  buffer = rig_transform (&rig, buffer);
  expect_color (&rig, buffer, 0, 20, 20, 0x0000ff);
  gst_buffer_unref (buffer);
  rig_clear (&rig);
}
GST_END_TEST;

GST_START_TEST (test_more_slots_than_caps_say)
{
  ElementRig rig;

  rig_init (&rig, "savanttransform", NULL);
  rig_set_caps (&rig, NVMM ",format=RGBA,width=80,height=40,framerate=25/1",
      OUTPUT);
  fail_unless_equals_int (
      gst_harness_push (rig.h, batch_frame (2)), GST_FLOW_ERROR);
  rig_expect_error (&rig, "2 filled slots", "batch-size=1", NULL);
  rig_expect_silence (&rig);
  rig_clear (&rig);
}
GST_END_TEST;

/* What the slots say counts, not what the caps say. */
GST_START_TEST (test_slots_differ_from_caps)
{
  static const gchar other[]
      = NVMM ",format=NV12,width=20,height=40,framerate=25/1,batch-size=3";
  GstBuffer *buffer;
  ElementRig rig;

  rig_init (&rig, "savanttransform", NULL);
  rig_set_caps (&rig, BATCH, OUTPUT);
  buffer = rig_transform (&rig, frame_new (other, 0x00ff00));
  expect_filled (buffer, 3, 3);
  expect_source (buffer, 2, 0, 0, 20, 40);
  expect_destination (buffer, 2, 16, 0, 32, 64);
  expect_color (&rig, buffer, 2, 32, 32, 0x00ff00);
  expect_color (&rig, buffer, 2, 8, 32, 0x000000);
  gst_buffer_unref (buffer);
  rig_clear (&rig);
}
GST_END_TEST;

#define NON_UNIFORM                                                            \
  NVMM ",framerate=25/1,batch-kind=non-uniform,batch-size=3"                   \
  ",num-surfaces-per-frame=1"

GST_START_TEST (test_non_uniform)
{
  GstBuffer *buffer;
  ElementRig rig;
  GstCaps *caps;
  const GstStructure *s;
  gint value = 0;

  rig_init (&rig, "savanttransform", NULL);
  rig_set_caps (&rig, NON_UNIFORM, OUTPUT);
  s = rig_output (&rig, &caps);
  fail_if (gst_structure_has_field (s, "batch-kind"));
  fail_unless (gst_structure_get_int (s, "batch-size", &value) && value == 3);
  gst_caps_unref (caps);
  buffer = rig_transform (&rig, batch_frame (2));
  expect_filled (buffer, 3, 2);
  expect_destination (buffer, 0, 0, 16, 64, 32);
  expect_color (&rig, buffer, 0, 32, 32, colors[0]);
  expect_color (&rig, buffer, 1, 32, 32, colors[1]);
  gst_buffer_unref (buffer);
  /* The next batch is of other sizes, under the same caps. */
  buffer = rig_transform (&rig,
      frame_new (NVMM ",format=NV12,width=16,height=64,batch-size=3,"
                      "framerate=25/1",
          0xff00ff));
  expect_filled (buffer, 3, 3);
  expect_destination (buffer, 2, 24, 0, 16, 64);
  expect_color (&rig, buffer, 2, 32, 32, 0xff00ff);
  gst_buffer_unref (buffer);
  rig_expect_silence (&rig);
  rig_clear (&rig);
}
GST_END_TEST;

GST_START_TEST (test_non_uniform_untouched)
{
  GstBuffer *buffer = batch_frame (2), *result;
  ElementRig rig;

  rig_init (&rig, "savanttransform", NULL);
  rig_set_caps (&rig, NON_UNIFORM, NON_UNIFORM);
  result = rig_transform (&rig, gst_buffer_ref (buffer));
  fail_unless (result == buffer);
  gst_buffer_unref (result);
  gst_buffer_unref (buffer);
  rig_clear (&rig);
}
GST_END_TEST;

/* Ids and geometry of every slot through two transforms. */
GST_START_TEST (test_batch_twice)
{
  GstSavantId ids[3] = { { SAVANT_ID_BATCH, 0, 1 }, { SAVANT_ID_FRAME, 0, 10 },
    { SAVANT_ID_FRAME, 0, 20 } };
  GstBuffer *buffer = batch_frame (2);
  GstSavantTransformMeta *meta;
  GstSavantIdMeta *id_meta;
  ElementRig rig;

  gst_buffer_set_savant_ids (buffer, ids, 3);
  rig_init (&rig, "savanttransform", NULL);
  rig_set_caps (&rig, BATCH, OUTPUT);
  buffer = rig_transform (&rig, buffer);
  rig_clear (&rig);
  rig_init (&rig, "savanttransform", NULL);
  rig_set_caps (&rig, OUTPUT ",framerate=25/1,batch-size=3",
      NVMM ",format=NV12,width=32,height=32");
  buffer = rig_transform (&rig, buffer);
  expect_filled (buffer, 3, 2);
  meta = gst_buffer_get_savant_transform_meta (buffer);
  for (guint slot = 0; slot < 2; slot++) {
    gdouble point[2];

    fail_unless_equals_int (meta->slots[slot].source_width, 80);
    expect_source (buffer, slot, 0, 0, 80, 40);
    expect_destination (buffer, slot, 0, 8, 32, 16);
    gst_savant_geometry_point_to_source (&meta->slots[slot], 32, 24, point);
    fail_unless_equals_float (point[0], 80);
    fail_unless_equals_float (point[1], 40);
    expect_color (&rig, buffer, (gint) slot, 16, 16, colors[slot]);
  }
  id_meta = gst_buffer_get_savant_id_meta (buffer);
  fail_unless (id_meta != NULL && id_meta->n_ids == 3);
  fail_unless_equals_int ((gint) id_meta->ids[2].id, 20);
  fail_unless_equals_int (
      gst_buffer_get_n_meta (buffer, GST_SAVANT_ID_META_API_TYPE), 1);
  gst_buffer_unref (buffer);
  rig_clear (&rig);
}
GST_END_TEST;

/* The four ways between memories by real elements. */
GST_START_TEST (test_up_and_down)
{
  GError *error = NULL;
  GstElement *pipeline = gst_parse_launch (
      "savantbufgen pattern=counter num-buffers=5 first-id=41 ! " NVMM
      ",format=NV12,width=640,height=360,framerate=25/1 ! savanttransform ! "
      "video/x-raw,format=I420,width=320,height=180 ! savanttransform ! " NVMM
      ",format=RGBA,width=256,height=256 ! savanttransform ! " NVMM
      ",format=BGRx,width=200,height=240 ! fakesink name=sink "
      "enable-last-sample=true",
      &error);
  GstElement *sink;
  GstSample *sample;
  GstMessage *message;
  GstBus *bus;
  guint32 id = 0;

  fail_unless (pipeline != NULL, "%s", error ? error->message : "");
  bus = gst_element_get_bus (pipeline);
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  message = gst_bus_timed_pop_filtered (bus, GST_CLOCK_TIME_NONE,
      GST_MESSAGE_ERROR | GST_MESSAGE_EOS);
  fail_unless_equals_int (GST_MESSAGE_TYPE (message), GST_MESSAGE_EOS);
  gst_message_unref (message);
  sink = gst_bin_get_by_name (GST_BIN (pipeline), "sink");
  g_object_get (sink, "last-sample", &sample, NULL);
  fail_unless (sample != NULL);
  fail_unless_equals_int (
      savant_buffer_read_counter (gst_sample_get_buffer (sample), 0, &id),
      SAVANT_OK);
  fail_unless_equals_int ((gint) id, 45);
  gst_sample_unref (sample);
  gst_object_unref (sink);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (bus);
  gst_object_unref (pipeline);
}
GST_END_TEST;

static Suite *
savanttransform_batch_suite (void)
{
  Suite *s = suite_create ("savanttransform_batch");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, test_batch);
  tcase_add_test (tc, test_batch_crop);
  tcase_add_test (tc, test_batch_of_one_to_plain);
  tcase_add_test (tc, test_more_slots_than_caps_say);
  tcase_add_test (tc, test_slots_differ_from_caps);
  tcase_add_test (tc, test_non_uniform);
  tcase_add_test (tc, test_non_uniform_untouched);
  tcase_add_test (tc, test_batch_twice);
  tcase_add_test (tc, test_up_and_down);
  return s;
}

GST_CHECK_MAIN (savanttransform_batch);
