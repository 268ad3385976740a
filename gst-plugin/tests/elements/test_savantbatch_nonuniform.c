/* SPDX-License-Identifier: Apache-2.0 */

/* mode=non-uniform: what the caps say, and every slot as its source is. */

#include "support/batchrig.h"

#include <string.h>

#define NVMM "video/x-raw(memory:NVMM)"
#define WIDE NVMM ",format=RGBA,width=64,height=32,framerate=25/1"
#define HIGH NVMM ",format=NV12,width=32,height=48,framerate=25/1"

static void
expect_int (const GstStructure *s, const gchar *field, gint expected)
{
  gint value = -1;

  fail_unless (gst_structure_get_int (s, field, &value), "no %s", field);
  fail_unless_equals_int (value, expected);
}

static GstBuffer *
make_batch (BatchRig *rig, const gchar *properties, const gchar *downstream)
{
  batch_rig_init (rig, 2, properties, FALSE);
  if (downstream != NULL)
    gst_harness_set_sink_caps_str (rig->out, downstream);
  gst_harness_set_src_caps_str (rig->in[0], WIDE);
  gst_harness_set_src_caps_str (rig->in[1], HIGH);
  batch_rig_push (rig, 0, WIDE, 0xff0000, 0);
  batch_rig_push (rig, 1, HIGH, 0x00ff00, 0);
  return batch_rig_pull (rig, 2);
}

static void
expect_slots (GstBuffer *batch)
{
  gpointer surface = gst_savant_buffer_peek_surface (batch);
  SavantImage image;

  fail_unless_equals_int (gst_savant_surface_get_image (surface, 0, &image),
      SAVANT_OK);
  fail_unless (image.format == SAVANT_FORMAT_RGBA && image.width == 64
      && image.height == 32);
  fail_unless_equals_int (gst_savant_surface_get_image (surface, 1, &image),
      SAVANT_OK);
  fail_unless (image.format == SAVANT_FORMAT_NV12 && image.width == 32
      && image.height == 48);
}

/* Nothing that is not true of every slot. */
GST_START_TEST (test_w61_caps_name_no_picture)
{
  static const gchar *const absent[] = { "format", "width", "height" };
  BatchRig rig;
  GstBuffer *batch = make_batch (&rig, "mode=non-uniform", NULL);
  GstCaps *caps = gst_pad_get_current_caps (rig.out->sinkpad);
  const GstStructure *s = gst_caps_get_structure (caps, 0);

  expect_slots (batch);
  expect_int (s, "batch-size", 2);
  expect_int (s, "num-surfaces-per-frame", 1);
  fail_unless_equals_string (gst_structure_get_string (s, "batch-kind"),
      "non-uniform");
  for (guint i = 0; i < G_N_ELEMENTS (absent); i++)
    fail_if (gst_structure_has_field (s, absent[i]));
  gst_caps_unref (caps);
  gst_buffer_unref (batch);
  batch_rig_clear (&rig);
}
GST_END_TEST;

/* For consumers that cannot do without: the first source's, by request. */
GST_START_TEST (test_w61_caps_of_the_first_source)
{
  BatchRig rig;
  GstBuffer *batch =
      make_batch (&rig, "mode=non-uniform nonuniform-caps=first-source",
          NVMM ",format=RGBA,width=[1,32767],height=[1,32767]");
  GstCaps *caps = gst_pad_get_current_caps (rig.out->sinkpad);
  const GstStructure *s = gst_caps_get_structure (caps, 0);

  expect_slots (batch);
  expect_int (s, "batch-size", 2);
  expect_int (s, "width", 64);
  expect_int (s, "height", 32);
  fail_unless_equals_string (gst_structure_get_string (s, "format"), "RGBA");
  fail_unless_equals_string (gst_structure_get_string (s, "batch-kind"),
      "non-uniform");
  gst_caps_unref (caps);
  gst_buffer_unref (batch);
  batch_rig_clear (&rig);
}
GST_END_TEST;

/* A capsfilter would write its format and size into the caps: no lies. */
GST_START_TEST (test_caps_behind_name_a_picture)
{
  static const gchar *const behind[] = { "format=RGBA", "width=640",
    "height=480", "format=RGBA,width=64,height=32" };

  for (guint i = 0; i < G_N_ELEMENTS (behind); i++) {
    gchar *text = g_strdup_printf ("savantbatch name=b mode=non-uniform ! " NVMM
                                   ",%s ! fakesink "
                                   "videotestsrc num-buffers=2 ! b.",
        behind[i]);
    GstElement *pipeline = gst_parse_launch (text, NULL);
    GstBus *bus = gst_element_get_bus (pipeline);
    GError *error = NULL;
    GstMessage *message;

    gst_element_set_state (pipeline, GST_STATE_PLAYING);
    message = gst_bus_timed_pop_filtered (bus, 10 * GST_SECOND,
        GST_MESSAGE_ERROR | GST_MESSAGE_EOS);
    fail_unless (message != NULL
            && GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR,
        "%s is taken", behind[i]);
    gst_message_parse_error (message, &error, NULL);
    fail_unless (strstr (error->message, "use mode=uniform") != NULL, "%s",
        error->message);
    g_error_free (error);
    gst_message_unref (message);
    gst_element_set_state (pipeline, GST_STATE_NULL);
    gst_object_unref (bus);
    gst_object_unref (pipeline);
    g_free (text);
  }
}
GST_END_TEST;

/* Each source comes out with its own caps and its own pixels, not copied. */
GST_START_TEST (test_w61_split)
{
  static const gchar *const texts[] = { WIDE, HIGH };
  GstBuffer *frames[2];
  GstHarness *out[2];
  BatchRig rig;

  batch_rig_init (&rig, 2, "mode=non-uniform", TRUE);
  for (guint i = 0; i < 2; i++) {
    out[i] = batch_rig_output (&rig, i, NULL);
    gst_harness_set_src_caps_str (rig.in[i], texts[i]);
    frames[i] = frame_new (texts[i], 0x808080);
  }
  for (guint i = 0; i < 2; i++)
    gst_harness_push (rig.in[i], gst_buffer_ref (frames[i]));
  for (guint i = 0; i < 2; i++) {
    GstBuffer *view = gst_harness_pull (out[i]);
    GstCaps *caps = gst_pad_get_current_caps (out[i]->sinkpad);
    GstCaps *expected = gst_caps_from_string (texts[i]);
    int64_t own[11], slot[11];

    fail_unless (view != NULL);
    fail_unless (gst_caps_is_subset (caps, expected));
    savant_buffer_surface_info (frames[i], 0, own);
    savant_buffer_surface_info (view, 0, slot);
    fail_unless_equals_int64 (slot[0], own[0]);
    gst_caps_unref (caps);
    gst_caps_unref (expected);
    gst_buffer_unref (view);
    gst_buffer_unref (frames[i]);
  }
  batch_rig_clear (&rig);
}
GST_END_TEST;

static Suite *
non_uniform_suite (void)
{
  Suite *s = suite_create ("savantbatch_nonuniform");
  TCase *tc = tcase_create ("nonuniform");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, test_w61_caps_name_no_picture);
  tcase_add_test (tc, test_w61_caps_of_the_first_source);
  tcase_add_test (tc, test_caps_behind_name_a_picture);
  tcase_add_test (tc, test_w61_split);
  return s;
}

GST_CHECK_MAIN (non_uniform);
