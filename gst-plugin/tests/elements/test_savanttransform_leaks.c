/* SPDX-License-Identifier: Apache-2.0 */
#include "support/elementrig.h"

/* GStreamer's leaks tracer counts every buffer, caps, event and object of the
 * whole process, so that this is a program of its own. */

static GstStructure *
live_objects (void)
{
  GList *tracers = gst_tracing_get_active_tracers ();
  GstStructure *info = NULL;

  for (GList *l = tracers; l != NULL; l = l->next)
    if (g_str_equal (G_OBJECT_TYPE_NAME (l->data), "GstLeaksTracer"))
      g_signal_emit_by_name (l->data, "get-live-objects", &info);
  g_list_free_full (tracers, gst_object_unref);
  fail_unless (info != NULL, "the leaks tracer is not active");
  return info;
}

static void
expect_no_leaks (void)
{
  GstStructure *info = live_objects ();
  const GValue *list = gst_structure_get_value (info, "live-objects-list");

  fail_unless (list != NULL && GST_VALUE_HOLDS_LIST (list));
  for (guint i = 0; i < gst_value_list_get_size (list); i++) {
    const GstStructure *object
        = gst_value_get_structure (gst_value_list_get_value (list, i));
    const GValue *value = gst_structure_get_value (object, "object");
    gchar *text = gst_structure_to_string (object);

    /* A plugin and its factories stay. */
    fail_unless (value != NULL && G_VALUE_HOLDS (value, GST_TYPE_PLUGIN),
        "left behind: %s", text);
    g_free (text);
  }
  gst_structure_free (info);
}

static void
run (const gchar *text, GstMessageType end)
{
  GError *error = NULL;
  GstElement *pipeline = gst_parse_launch (text, &error);
  GstMessage *message;
  GstBus *bus;

  fail_unless (pipeline != NULL, "%s", error != NULL ? error->message : "");
  bus = gst_element_get_bus (pipeline);
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  message = gst_bus_timed_pop_filtered (bus, 60 * GST_SECOND,
      GST_MESSAGE_ERROR | GST_MESSAGE_EOS);
  fail_unless (message != NULL && GST_MESSAGE_TYPE (message) == end, "%s", text);
  gst_message_unref (message);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (bus);
  gst_object_unref (pipeline);
}

#define IN                                                                     \
  "videotestsrc num-buffers=10 ! video/x-raw,format=NV12,width=64,height=48,"  \
  "framerate=25/1 ! "
#define NVMM "video/x-raw(memory:NVMM)"

GST_START_TEST (test_leaks)
{
  run (IN "savanttransform ! fakesink", GST_MESSAGE_EOS);
  run (IN "savanttransform video-direction=90r ! " NVMM
          ",width=32,height=32 ! savanttransform pool-size=1 ! " NVMM
          ",format=RGBA ! savanttransform ! video/x-raw,format=I420 ! fakesink",
      GST_MESSAGE_EOS);
  run (IN "videocrop left=4 ! savanttransform ! video/x-raw,format=RGBA ! "
          "videoconvert ! fakesink",
      GST_MESSAGE_EOS);
  run (IN "savanttransform crop-left=100 roi-policy=skip ! video/x-raw,"
          "format=RGBA ! fakesink",
      GST_MESSAGE_EOS);
  /* Refusals and failures. */
  run (IN "savanttransform crop-left=100 roi-policy=error ! video/x-raw,"
          "format=RGBA ! fakesink",
      GST_MESSAGE_ERROR);
  run (IN "savanttransform pad-left=100 ! video/x-raw,width=64,height=64 ! "
          "fakesink",
      GST_MESSAGE_ERROR);
  run (IN "identity drop-allocation=true ! savanttransform ! video/x-raw,"
          "width=64,height=64 ! fakesink sync=false",
      GST_MESSAGE_EOS);
  expect_no_leaks ();
}
GST_END_TEST;

static Suite *
savanttransform_leaks_suite (void)
{
  Suite *s = suite_create ("savanttransform_leaks");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, test_leaks);
  return s;
}

int
main (int argc, char **argv)
{
  g_setenv ("GST_TRACERS", "leaks", TRUE);
  gst_check_init (&argc, &argv);
  return gst_check_run_suite (
      savanttransform_leaks_suite (), "savanttransform_leaks", __FILE__);
}
