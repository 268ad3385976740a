/* SPDX-License-Identifier: Apache-2.0 */
/* What savantbufgen refuses, and the one message that says why. */
#include <gst/base/gstbasesrc.h>

#include "support/frames.h"

/* ---- Caps -----------------------------------------------------------------
 */

/* Downstream wants `caps`: no frame, one error with these words. */
static void
check_refused (const gchar *caps, const gchar *words, const gchar *more)
{
  GstHarness *h = test_bufgen ("", caps);
  gchar *text;

  gst_harness_play (h);
  text = test_one_error (GST_ELEMENT_BUS (h->element));
  test_assert_contains (text, words);
  if (more != NULL)
    test_assert_contains (text, more);
  g_free (text);
  fail_unless (gst_harness_try_pull (h) == NULL);
  test_assert_stats (h->element);
  test_bufgen_free (h);
}

GST_START_TEST (test_caps)
{
  check_refused ("video/x-raw,width=0,height=16",
      "width=0 (possible: [ 1, "
      "32767 ])",
      "Downstream takes nothing");
  check_refused ("video/x-raw,width=16,height=0", "height=0 (possible", NULL);
  check_refused ("video/x-raw,width=40000", "width=40000 (possible", NULL);
  check_refused ("video/x-raw,height=32768", "height=32768", NULL);
  check_refused ("video/x-raw,width=-5", "width=-5", NULL);
  check_refused ("video/x-raw,format=YV12", "format=YV12 (possible: RGBA, BGRx",
      "RGBA, BGRx, NV12, NV21, I420, UYVY, GRAY8, RGB, BGR, BGRA, RGBx)");
  check_refused ("video/x-raw,format=YUY2", "format=YUY2 (possible", NULL);
  check_refused ("video/x-raw,format=YV12,width=0", "format=YV12 (possible",
      "width=0 (possible");
  check_refused ("video/x-raw(memory:NVMM),format=P010_10LE",
      "format=P010_10LE (possible", NULL);
  check_refused ("video/x-raw(memory:DMABuf)", "video/x-raw(memory:DMABuf)",
      "video/x-raw(memory:NVMM)");
  check_refused ("audio/x-raw", "audio/x-raw", "possible: video/x-raw");
}
GST_END_TEST;

/* What the template cannot say. */
GST_START_TEST (test_fixed_caps)
{
  check_refused ("video/x-raw(memory:NVMM),batch-size=4", "batch-size=4",
      "one picture a buffer");
  check_refused ("video/x-raw(memory:NVMM),batch-size=4,"
                 "num-surfaces-per-frame=1,batch-kind=non-uniform",
      "batch-kind=non-uniform", NULL);
  check_refused ("video/x-raw,interlace-mode=interleaved",
      "interlace-mode=interleaved", "progressive");
  check_refused ("video/x-raw(memory:NVMM),format=RGBA,width=32767,"
                 "height=32767",
      "2147483647", NULL);
}
GST_END_TEST;

/* Caps that a subclass or application sets by hand. */
static void
check_set_caps (const gchar *string, const gchar *words)
{
  GstHarness *h = test_bufgen ("", "ANY");
  GstCaps *caps = gst_caps_from_string (string);
  gchar *text;

  fail_if (gst_base_src_set_caps (GST_BASE_SRC (h->element), caps));
  text = test_one_error (GST_ELEMENT_BUS (h->element));
  test_assert_contains (text, words);
  g_free (text);
  gst_caps_unref (caps);
  test_bufgen_free (h);
}

GST_START_TEST (test_incomplete_caps)
{
  check_set_caps ("video/x-raw,width=16,height=16,framerate=1/1", "format");
  check_set_caps ("video/x-raw,format=NV12,height=16,framerate=1/1", "width");
  check_set_caps ("video/x-raw,format=NV12,width=16,framerate=1/1", "height");
  check_set_caps ("video/x-raw,format=NV12,width=0,height=16,framerate=1/1",
      "width");
  check_set_caps ("video/x-raw,format=YUY2,width=16,height=16,framerate=1/1",
      "YUY2");
  check_set_caps ("video/x-raw,format=YV12,width=16,height=16,framerate=1/1",
      "YV12");
}
GST_END_TEST;

/* In a launch line the link itself is refused. */
GST_START_TEST (test_launch_lines)
{
  static const gchar *const lines[][2] = {
    { "savantbufgen ! video/x-raw,width=0,height=16 ! fakesink",
        "could not link savantbufgen" },
    { "savantbufgen ! video/x-raw,width=40000,height=16 ! fakesink",
        "could not link savantbufgen" },
    { "savantbufgen ! video/x-raw,format=P010_10LE ! fakesink",
        "could not link savantbufgen" },
    { "savantbufgen pattern=plaid ! fakesink", "\"plaid\"" },
    { "savantbufgen mem-type=cuda_device ! fakesink", "\"cuda_device\"" },
    { "savantbufgen is-live=maybe ! fakesink", "\"maybe\"" },
    { "savantbufgen pool-size=many ! fakesink", "\"many\"" },
    { "savantbufgen color=blue ! fakesink", "\"blue\"" },
    { "savantbufgen colour=1 ! fakesink", "\"colour\"" },
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (lines); i++) {
    GError *error = NULL;
    GstElement *pipeline = gst_parse_launch_full (lines[i][0], NULL,
        GST_PARSE_FLAG_FATAL_ERRORS, &error);

    fail_unless (pipeline == NULL && error != NULL, "\"%s\" was taken",
        lines[i][0]);
    test_assert_contains (error->message, lines[i][1]);
    g_error_free (error);
  }
}
GST_END_TEST;

/* A caps filter that becomes impossible while frames flow. */
GST_START_TEST (test_caps_become_impossible)
{
  GstElement *pipeline, *filter, *sink;
  GstSample *sample;
  GstBus *bus;
  gchar *text;

  pipeline = gst_parse_launch ("savantbufgen ! capsfilter name=filter caps="
                               "video/x-raw,width=32,height=16 ! appsink "
                               "name=sink sync=false max-buffers=1",
      NULL);
  filter = gst_bin_get_by_name (GST_BIN (pipeline), "filter");
  sink = gst_bin_get_by_name (GST_BIN (pipeline), "sink");
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  g_signal_emit_by_name (sink, "pull-sample", &sample);
  fail_unless (sample != NULL);
  gst_sample_unref (sample);
  gst_util_set_object_arg (G_OBJECT (filter), "caps",
      "video/x-raw,format=Y444,width=32,height=16");
  do {
    g_signal_emit_by_name (sink, "pull-sample", &sample);
    if (sample != NULL)
      gst_sample_unref (sample);
  } while (sample != NULL);
  bus = gst_element_get_bus (pipeline);
  text = test_one_error (bus);
  test_assert_contains (text, "format=Y444 (possible");
  g_free (text);
  gst_object_unref (bus);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (filter);
  gst_object_unref (sink);
  gst_object_unref (pipeline);
}
GST_END_TEST;

/* ---- Backend and memory ---------------------------------------------------
 */

static void
check_not_ready (const gchar *properties, const gchar *words, const gchar *more)
{
  GstHarness *h = test_bufgen (properties, "ANY");
  gchar *text;

  fail_unless_equals_int (gst_element_set_state (h->element, GST_STATE_READY),
      GST_STATE_CHANGE_FAILURE);
  text = test_one_error (GST_ELEMENT_BUS (h->element));
  test_assert_contains (text, words);
  test_assert_contains (text, more);
  g_free (text);

  /* The element can be mended. */
  g_object_set (h->element, "backend", "host", "mem-type", SAVANT_MEM_SYSTEM,
      "num-buffers", 1, NULL);
  gst_harness_play (h);
  gst_buffer_unref (gst_harness_pull (h));
  test_bufgen_free (h);
}

GST_START_TEST (test_backend)
{
  check_not_ready ("backend=abacus", "\"abacus\"", "host");
  check_not_ready ("mem-type=surface-array", "\"surface-array\"", "host");
  check_not_ready ("mem-type=cuda-device backend=host", "\"cuda-device\"",
      "host");
}
GST_END_TEST;

/* SAVANT_BACKEND decides for auto only. */
GST_START_TEST (test_backend_environment)
{
  GstHarness *h;

  g_setenv ("SAVANT_BACKEND", "abacus", TRUE);
  check_not_ready ("", "abacus", "host");
  check_not_ready ("backend=auto", "abacus", "host");
  h = test_bufgen ("backend=host num-buffers=1", "ANY");
  gst_harness_play (h);
  gst_buffer_unref (gst_harness_pull (h));
  test_bufgen_free (h);

  g_setenv ("SAVANT_BACKEND", "host", TRUE);
  h = test_bufgen ("num-buffers=1", "ANY");
  gst_harness_play (h);
  gst_buffer_unref (gst_harness_pull (h));
  test_bufgen_free (h);
  g_unsetenv ("SAVANT_BACKEND");
}
GST_END_TEST;

/* ---- Numbers out of range --------------------------------------------------
 */

GST_START_TEST (test_numbers)
{
  GstElement *e = gst_element_factory_make ("savantbufgen", NULL);
  gint64 first_id, timeout;
  guint color, pool_size;

  ASSERT_WARNING (g_object_set (e, "color", 0x1000000, NULL));
  ASSERT_WARNING (g_object_set (e, "pool-size", 65537, NULL));
  ASSERT_WARNING (g_object_set (e, "first-id", G_GINT64_CONSTANT (-1), NULL));
  ASSERT_WARNING (g_object_set (e, "acquire-timeout", G_GINT64_CONSTANT (-2),
      NULL));
  g_object_get (e, "color", &color, "pool-size", &pool_size, "first-id",
      &first_id, "acquire-timeout", &timeout, NULL);
  fail_unless_equals_int (color, 0x808080);
  fail_unless_equals_int (pool_size, 0);
  fail_unless_equals_int64 (first_id, 0);
  fail_unless_equals_int64 (timeout, -1);
  gst_object_unref (e);
}
GST_END_TEST;

static Suite *
savantbufgen_refusals_suite (void)
{
  Suite *s = suite_create ("savantbufgen-refusals");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, test_caps);
  tcase_add_test (tc, test_fixed_caps);
  tcase_add_test (tc, test_incomplete_caps);
  tcase_add_test (tc, test_launch_lines);
  tcase_add_test (tc, test_caps_become_impossible);
  tcase_add_test (tc, test_backend);
  tcase_add_test (tc, test_backend_environment);
  tcase_add_test (tc, test_numbers);
  return s;
}

GST_CHECK_MAIN (savantbufgen_refusals);
