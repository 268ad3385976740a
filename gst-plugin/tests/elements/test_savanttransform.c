/* SPDX-License-Identifier: Apache-2.0 */
#include "support/elementrig.h"

#include <gst/controller/gstdirectcontrolbinding.h>
#include <gst/controller/gstinterpolationcontrolsource.h>

#define SOURCE "video/x-raw,format=RGBA,width=80,height=60,framerate=25/1"
#define OUTPUT "video/x-raw,format=RGBA,width=64,height=64"

/* ---- Properties and states --------------------------------------------- */

GST_START_TEST (test_defaults)
{
  static const gchar *const defaults[][2] = {
    { "padding", "symmetric" }, { "pad-left", "0" }, { "pad-top", "0" },
    { "pad-right", "0" }, { "pad-bottom", "0" }, { "pad-color", "0" },
    { "interpolation", "bilinear" }, { "compute-mode", "default" },
    { "use-par", "true" }, { "crop-source", "auto" }, { "crop-left", "0" },
    { "crop-top", "0" }, { "crop-width", "0" }, { "crop-height", "0" },
    { "video-direction", "identity" }, { "roi-policy", "clip" },
    { "gpu-id", "-1" }, { "mem-type", "default" }, { "pool-size", "0" },
    { "backend", "auto" }, { "qos", "true" },
  };
  GstElement *element = gst_element_factory_make ("savanttransform", NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (defaults); i++) {
    GParamSpec *pspec = g_object_class_find_property (
        G_OBJECT_GET_CLASS (element), defaults[i][0]);
    GValue value = G_VALUE_INIT, wanted = G_VALUE_INIT;

    fail_unless (pspec != NULL, "no property %s", defaults[i][0]);
    g_value_init (&value, pspec->value_type);
    g_value_init (&wanted, pspec->value_type);
    g_object_get_property (G_OBJECT (element), defaults[i][0], &value);
    fail_unless (gst_value_deserialize (&wanted, defaults[i][1]));
    fail_unless (gst_value_compare (&value, &wanted) == GST_VALUE_EQUAL,
        "%s is not %s", defaults[i][0], defaults[i][1]);
    g_value_unset (&value);
    g_value_unset (&wanted);
  }
  gst_object_unref (element);
}
GST_END_TEST;

/* Every property comes back as it was set, and documents itself. */
GST_START_TEST (test_properties_are_kept)
{
  static const gchar *const values[][2] = {
    { "padding", "right-bottom" }, { "pad-left", "1" }, { "pad-top", "2" },
    { "pad-right", "3" }, { "pad-bottom", "4" }, { "pad-color", "7500402" },
    { "interpolation", "lanczos" }, { "compute-mode", "vic" },
    { "use-par", "false" }, { "crop-source", "roi-meta" }, { "crop-left", "5" },
    { "crop-top", "6" }, { "crop-width", "7" }, { "crop-height", "8" },
    { "video-direction", "90l" }, { "roi-policy", "skip" }, { "gpu-id", "2" },
    { "mem-type", "cuda-device" }, { "pool-size", "9" }, { "backend", "host" },
    { "qos", "false" },
  };
  GstElement *element = gst_element_factory_make ("savanttransform", NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (values); i++) {
    GParamSpec *pspec = g_object_class_find_property (
        G_OBJECT_GET_CLASS (element), values[i][0]);
    GValue value = G_VALUE_INIT, wanted = G_VALUE_INIT;

    gst_util_set_object_arg (G_OBJECT (element), values[i][0], values[i][1]);
    g_value_init (&value, pspec->value_type);
    g_value_init (&wanted, pspec->value_type);
    g_object_get_property (G_OBJECT (element), values[i][0], &value);
    fail_unless (gst_value_deserialize (&wanted, values[i][1]));
    fail_unless (gst_value_compare (&value, &wanted) == GST_VALUE_EQUAL,
        "%s is not %s", values[i][0], values[i][1]);
    fail_unless (strlen (g_param_spec_get_blurb (pspec)) > 20, "%s has no text",
        values[i][0]);
    g_value_unset (&value);
    g_value_unset (&wanted);
  }
  gst_object_unref (element);
}
GST_END_TEST;

static void
expect_not_ready (const gchar *properties, const gchar *text,
    const gchar *more)
{
  GstElement *element = gst_element_factory_make ("savanttransform", NULL);
  GstBus *bus = gst_bus_new ();
  gchar **pair = g_strsplit (properties, "=", 2);
  GstMessage *message;
  GError *error;

  gst_util_set_object_arg (G_OBJECT (element), pair[0], pair[1]);
  gst_element_set_bus (element, bus);
  fail_unless_equals_int (gst_element_set_state (element, GST_STATE_READY),
      GST_STATE_CHANGE_FAILURE);
  message = gst_bus_pop_filtered (bus, GST_MESSAGE_ERROR);
  fail_unless (message != NULL, "no error for %s", properties);
  gst_message_parse_error (message, &error, NULL);
  fail_unless (strstr (error->message, text) && strstr (error->message, more),
      "\"%s\" lacks \"%s\" or \"%s\"", error->message, text, more);
  g_error_free (error);
  gst_message_unref (message);
  fail_unless (gst_bus_pop_filtered (bus, GST_MESSAGE_ERROR) == NULL);

  /* It can be corrected. */
  gst_util_set_object_arg (G_OBJECT (element), pair[0],
      g_str_equal (pair[0], "backend") ? "auto" : "default");
  fail_unless_equals_int (gst_element_set_state (element, GST_STATE_READY),
      GST_STATE_CHANGE_SUCCESS);
  gst_element_set_state (element, GST_STATE_NULL);
  gst_element_set_bus (element, NULL);
  gst_object_unref (bus);
  gst_object_unref (element);
  g_strfreev (pair);
}

GST_START_TEST (test_missing_things_are_told)
{
  g_setenv ("SAVANT_BACKEND", "host", TRUE);
  expect_not_ready ("backend=deepstream9", "deepstream9", "host");
  expect_not_ready ("mem-type=surface-array", "surface_array", "host");
  expect_not_ready ("compute-mode=vic", "vic", "host");
  expect_not_ready ("compute-mode=gpu", "gpu", "libcuda.so.1");
  g_unsetenv ("SAVANT_BACKEND");
}
GST_END_TEST;

GST_START_TEST (test_backends)
{
  GstElement *element = gst_element_factory_make ("savanttransform", NULL);
  gchar *backends;

  g_object_get (element, "backends", &backends, NULL);
  fail_unless_equals_string (backends, savant_backends ());
  g_free (backends);
  gst_object_unref (element);
}
GST_END_TEST;

/* Every cycle starts anew, without caps or counts of the last one. */
GST_START_TEST (test_state_cycles)
{
  ElementRig rig;

  rig_init (&rig, "savanttransform", NULL);
  for (gint i = 0; i < 5; i++) {
    rig_set_caps (&rig, SOURCE, i % 2 ? OUTPUT : "video/x-raw(memory:NVMM)");
    gst_buffer_unref (rig_transform (&rig, frame_new (SOURCE, 0)));
    gst_buffer_unref (rig_transform (&rig, frame_new (SOURCE, 0)));
    fail_unless_equals_uint64 (rig_stat (&rig, "out"), 2);
    gst_element_set_state (rig.h->element, i < 3 ? GST_STATE_READY
                                                 : GST_STATE_NULL);
    gst_element_set_state (rig.h->element, GST_STATE_PLAYING);
    fail_unless_equals_uint64 (rig_stat (&rig, "in"), 0);
    gst_harness_push_event (rig.h, gst_event_new_flush_start ());
    gst_harness_push_event (rig.h, gst_event_new_flush_stop (TRUE));
    gst_harness_push_event (rig.h, gst_event_new_stream_start ("again"));
  }
  rig_expect_silence (&rig);
  rig_clear (&rig);
}
GST_END_TEST;

/* ---- Changes while playing --------------------------------------------- */

GST_START_TEST (test_changes_between_buffers)
{
  ElementRig rig;
  GstBuffer *buffer;

  rig_init (&rig, "savanttransform", "pad-color=0xff0000");
  rig_set_caps (&rig, SOURCE, OUTPUT);
  buffer = rig_transform (&rig, frame_new (SOURCE, 0xffffff));
  expect_destination (buffer, 0, 0, 8, 64, 48);
  expect_color (&rig, buffer, 0, 32, 2, 0xff0000);
  gst_buffer_unref (buffer);
  rig_set (&rig, "pad-color=0x0000ff padding=right-bottom");
  buffer = rig_transform (&rig, frame_new (SOURCE, 0xffffff));
  expect_destination (buffer, 0, 0, 0, 64, 48);
  expect_color (&rig, buffer, 0, 32, 60, 0x0000ff);
  gst_buffer_unref (buffer);
  rig_set (&rig, "padding=none crop-width=10");
  buffer = rig_transform (&rig, frame_new (SOURCE, 0xffffff));
  expect_destination (buffer, 0, 0, 0, 64, 64);
  expect_source (buffer, 0, 0, 0, 10, 60);
  gst_buffer_unref (buffer);

  rig_set (&rig, "pad-left=60");
  fail_unless_equals_int (
      gst_harness_push (rig.h, frame_new (SOURCE, 0)), GST_FLOW_ERROR);
  rig_expect_error (&rig, "effective width", "4", NULL);
  rig_expect_silence (&rig);
  rig_clear (&rig);
}
GST_END_TEST;

GST_START_TEST (test_controller)
{
  GstControlSource *source = gst_interpolation_control_source_new ();
  GstTimedValueControlSource *values = GST_TIMED_VALUE_CONTROL_SOURCE (source);
  ElementRig rig;

  g_object_set (source, "mode", GST_INTERPOLATION_MODE_NONE, NULL);
  rig_init (&rig, "savanttransform", NULL);
  gst_object_add_control_binding (GST_OBJECT (rig.h->element),
      gst_direct_control_binding_new_absolute (
          GST_OBJECT (rig.h->element), "pad-color", source));
  gst_timed_value_control_source_set (values, 0, 0xff0000);
  gst_timed_value_control_source_set (values, GST_SECOND, 0x00ff00);
  gst_timed_value_control_source_set (values, 2 * GST_SECOND, 0x0000ff);
  rig_set_caps (&rig, SOURCE, OUTPUT);
  for (guint i = 0; i < 3; i++) {
    GstBuffer *buffer = frame_new (SOURCE, 0xffffff);

    GST_BUFFER_PTS (buffer) = i * GST_SECOND;
    buffer = rig_transform (&rig, buffer);
    expect_color (&rig, buffer, 0, 32, 2, 0xff0000u >> (8 * i));
    gst_buffer_unref (buffer);
  }
  gst_object_unref (source);
  rig_clear (&rig);
}
GST_END_TEST;

/* ---- Events and queries ------------------------------------------------ */

GST_START_TEST (test_eos)
{
  ElementRig rig;
  GstEvent *event;
  gboolean eos = FALSE;

  rig_init (&rig, "savanttransform", NULL);
  rig_set_caps (&rig, SOURCE, OUTPUT);
  gst_buffer_unref (rig_transform (&rig, frame_new (SOURCE, 0)));
  fail_unless (gst_harness_push_event (rig.h, gst_event_new_eos ()));
  while ((event = gst_harness_try_pull_event (rig.h))) {
    eos = GST_EVENT_TYPE (event) == GST_EVENT_EOS;
    gst_event_unref (event);
  }
  fail_unless (eos, "EOS is not the last event");
  fail_unless_equals_int (
      gst_harness_push (rig.h, frame_new (SOURCE, 0)), GST_FLOW_EOS);
  fail_unless_equals_uint64 (rig_stat (&rig, "in"), 1);
  rig_clear (&rig);
}
GST_END_TEST;

GST_START_TEST (test_latency_is_upstreams)
{
  ElementRig rig;

  rig_init (&rig, "savanttransform", NULL);
  gst_harness_set_upstream_latency (rig.h, 123 * GST_MSECOND);
  rig_set_caps (&rig, SOURCE, OUTPUT);
  fail_unless_equals_uint64 (
      gst_harness_query_latency (rig.h), 123 * GST_MSECOND);
  rig_clear (&rig);
}
GST_END_TEST;

/* Late frames go before they cost anything, and are told of. */
GST_START_TEST (test_qos)
{
  GstFormat format;
  guint64 processed, dropped;
  GstMessage *message;
  GstBuffer *buffer;
  GstEvent *event;
  ElementRig rig;

  rig_init (&rig, "savanttransform", NULL);
  rig_set_caps (&rig, SOURCE, OUTPUT);
  gst_buffer_unref (rig_transform (&rig, frame_new (SOURCE, 0)));
  gst_harness_push_upstream_event (rig.h,
      gst_event_new_qos (
          GST_QOS_TYPE_UNDERFLOW, 2.0, 3 * GST_SECOND, GST_SECOND));
  event = gst_harness_try_pull_upstream_event (rig.h);
  while (event != NULL && GST_EVENT_TYPE (event) != GST_EVENT_QOS) {
    gst_event_unref (event);
    event = gst_harness_try_pull_upstream_event (rig.h);
  }
  fail_unless (event != NULL, "QOS did not get through");
  gst_event_unref (event);

  buffer = frame_new (SOURCE, 0);
  GST_BUFFER_PTS (buffer) = 2 * GST_SECOND;
  fail_unless_equals_int (gst_harness_push (rig.h, buffer), GST_FLOW_OK);
  fail_unless (gst_harness_try_pull (rig.h) == NULL);
  fail_unless_equals_uint64 (rig_stat (&rig, "dropped-late"), 1);
  message = gst_bus_pop_filtered (rig.bus, GST_MESSAGE_QOS);
  fail_unless (message != NULL, "no QOS message");
  gst_message_parse_qos_stats (message, &format, &processed, &dropped);
  fail_unless_equals_uint64 (processed, 1);
  fail_unless_equals_uint64 (dropped, 1);
  gst_message_unref (message);

  buffer = frame_new (SOURCE, 0);
  GST_BUFFER_PTS (buffer) = 20 * GST_SECOND;
  gst_buffer_unref (rig_transform (&rig, buffer));

  rig_set (&rig, "qos=false");
  gst_buffer_unref (rig_transform (&rig, frame_new (SOURCE, 0)));
  fail_unless_equals_uint64 (rig_stat (&rig, "in"), 4);
  fail_unless_equals_uint64 (rig_stat (&rig, "out"), 3);
  rig_clear (&rig);
}
GST_END_TEST;

static void
expect_pointer (ElementRig *rig, gdouble x, gdouble y, gdouble to_x,
    gdouble to_y)
{
  gdouble got_x = 0, got_y = 0;
  GstEvent *event;

  gst_harness_push_upstream_event (rig->h,
      gst_event_new_navigation (gst_structure_new (
          "application/x-gst-navigation", "event", G_TYPE_STRING, "mouse-move",
          "pointer_x", G_TYPE_DOUBLE, x, "pointer_y", G_TYPE_DOUBLE, y, NULL)));
  do {
    event = gst_harness_try_pull_upstream_event (rig->h);
    fail_unless (event != NULL, "no navigation event upstream");
    if (GST_EVENT_TYPE (event) == GST_EVENT_NAVIGATION)
      break;
    gst_event_unref (event);
  } while (TRUE);
  fail_unless (gst_structure_get (gst_event_get_structure (event), "pointer_x",
      G_TYPE_DOUBLE, &got_x, "pointer_y", G_TYPE_DOUBLE, &got_y, NULL));
  gst_event_unref (event);
  fail_unless_equals_float (got_x, to_x);
  fail_unless_equals_float (got_y, to_y);
}

GST_START_TEST (test_navigation)
{
  ElementRig rig;

  rig_init (&rig, "savanttransform", NULL);
  rig_set_caps (&rig, SOURCE, OUTPUT);
  expect_pointer (&rig, 3, 4, 3, 4);
  gst_buffer_unref (rig_transform (&rig, frame_new (SOURCE, 0)));
  /* 80x60 lies at 0,8 64x48. */
  expect_pointer (&rig, 0, 8, 0, 0);
  expect_pointer (&rig, 64, 56, 80, 60);
  rig_set (&rig, "crop-left=40 crop-top=30");
  gst_buffer_unref (rig_transform (&rig, frame_new (SOURCE, 0)));
  expect_pointer (&rig, 0, 8, 40, 30);
  rig_clear (&rig);

  rig_init (&rig, "savanttransform", NULL);
  rig_set_caps (&rig, SOURCE, SOURCE);
  gst_buffer_unref (rig_transform (&rig, frame_new (SOURCE, 0)));
  expect_pointer (&rig, 5, 6, 5, 6);
  rig_clear (&rig);
}
GST_END_TEST;

/* ---- Pipelines --------------------------------------------------------- */

static GstElement *
play (const gchar *text, GstBus **bus)
{
  GError *error = NULL;
  GstElement *pipeline = gst_parse_launch (text, &error);

  fail_unless (pipeline != NULL, "%s", error ? error->message : "");
  *bus = gst_element_get_bus (pipeline);
  return pipeline;
}

static void
expect_message (GstBus *bus, GstMessageType type)
{
  GstMessage *message
      = gst_bus_timed_pop_filtered (bus, 60 * GST_SECOND,
          type | GST_MESSAGE_ERROR);
  GError *error = NULL;

  fail_unless (message != NULL, "no %s", gst_message_type_get_name (type));
  if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR)
    gst_message_parse_error (message, &error, NULL);
  fail_unless (error == NULL, "%s", error != NULL ? error->message : "");
  gst_message_unref (message);
}

GST_START_TEST (test_seeks)
{
  GstBus *bus;
  GstElement *pipeline = play (
      "videotestsrc num-buffers=250 ! video/x-raw,format=I420,width=64,"
      "height=48,framerate=25/1 ! savanttransform name=up ! "
      "video/x-raw(memory:NVMM),width=32,height=32 ! savanttransform "
      "name=down ! video/x-raw,format=RGBA ! fakesink sync=false",
      &bus);
  GstElement *up = gst_bin_get_by_name (GST_BIN (pipeline), "up");
  GstElement *down = gst_bin_get_by_name (GST_BIN (pipeline), "down");
  guint64 in, out, held, dropped;
  GstStructure *stats;

  gst_element_set_state (pipeline, GST_STATE_PAUSED);
  expect_message (bus, GST_MESSAGE_ASYNC_DONE);
  for (gint i = 0; i < 20; i++) {
    fail_unless (gst_element_seek_simple (pipeline, GST_FORMAT_TIME,
        GST_SEEK_FLAG_FLUSH | GST_SEEK_FLAG_ACCURATE,
        (i * 7 % 9) * GST_SECOND));
    if (i % 2)
      expect_message (bus, GST_MESSAGE_ASYNC_DONE);
    gst_element_set_state (pipeline, i % 3 ? GST_STATE_PLAYING
                                           : GST_STATE_PAUSED);
  }
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  expect_message (bus, GST_MESSAGE_EOS);
  g_object_get (down, "stats", &stats, NULL);
  fail_unless (gst_structure_get (stats, "in", G_TYPE_UINT64, &in, "out",
      G_TYPE_UINT64, &out, "held", G_TYPE_UINT64, &held, "dropped",
      G_TYPE_UINT64, &dropped, NULL));
  fail_unless_equals_uint64 (in, out + dropped);
  fail_unless_equals_uint64 (held, 0);
  fail_unless (out >= 20);
  gst_structure_free (stats);
  gst_object_unref (up);
  gst_object_unref (down);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (bus);
  gst_object_unref (pipeline);
}
GST_END_TEST;

/* Everything at once: properties from another thread, stats from here. */
static gpointer
fiddle (gpointer data)
{
  static const gchar *const values[][2] = {
    { "pad-color", "255" }, { "crop-left", "9" }, { "padding", "none" },
    { "video-direction", "90r" }, { "interpolation", "nearest" },
    { "crop-left", "0" }, { "padding", "symmetric" }, { "roi-policy", "skip" },
    { "video-direction", "180" }, { "interpolation", "super" },
    { "use-par", "false" }, { "video-direction", "identity" },
  };

  for (guint i = 0; i < 1200; i++) {
    const gchar *const *pair = values[i % G_N_ELEMENTS (values)];

    gst_util_set_object_arg (G_OBJECT (data), pair[0], pair[1]);
    if (i % 8 == 0)
      g_usleep (100);
  }
  return NULL;
}

GST_START_TEST (test_stats_in_every_read)
{
  GstBus *bus;
  GstElement *pipeline = play (
      "videotestsrc num-buffers=1500 ! video/x-raw,format=I420,width=64,"
      "height=48,framerate=25/1 ! savanttransform name=t pool-size=2 ! "
      "video/x-raw(memory:NVMM),format=NV12 ! queue ! fakesink sync=false",
      &bus);
  GstElement *element = gst_bin_get_by_name (GST_BIN (pipeline), "t");
  ElementRig rig = { .h = &(GstHarness){ .element = element } };
  GThread *thread = g_thread_new ("fiddle", fiddle, element);

  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  for (gint i = 0; i < 2000; i++)
    rig_stat (&rig, "in");
  g_thread_join (thread);
  expect_message (bus, GST_MESSAGE_EOS);
  fail_unless_equals_uint64 (rig_stat (&rig, "in"), 1500);
  fail_unless_equals_uint64 (rig_stat (&rig, "held"), 0);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (element);
  gst_object_unref (bus);
  gst_object_unref (pipeline);
}
GST_END_TEST;

static Suite *
savanttransform_suite (void)
{
  Suite *s = suite_create ("savanttransform");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, test_defaults);
  tcase_add_test (tc, test_properties_are_kept);
  tcase_add_test (tc, test_missing_things_are_told);
  tcase_add_test (tc, test_backends);
  tcase_add_test (tc, test_state_cycles);
  tcase_add_test (tc, test_changes_between_buffers);
  tcase_add_test (tc, test_controller);
  tcase_add_test (tc, test_eos);
  tcase_add_test (tc, test_latency_is_upstreams);
  tcase_add_test (tc, test_qos);
  tcase_add_test (tc, test_navigation);
  tcase_add_test (tc, test_seeks);
  tcase_add_test (tc, test_stats_in_every_read);
  return s;
}

GST_CHECK_MAIN (savanttransform);
