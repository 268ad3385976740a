/* SPDX-License-Identifier: Apache-2.0 */
#include "gsttest.h"

#include <gst/app/gstappsink.h>

static gpointer
take (SavantPool *pool)
{
  gpointer buffer = NULL;

  fail_unless_equals_int (savant_pool_acquire (pool, -1, &buffer), SAVANT_OK);
  return buffer;
}

GST_START_TEST (test_app_src)
{
  GstElement *pipeline = gst_parse_launch (
      "appsrc name=in format=time ! appsink name=out sync=false", NULL);
  GstElement *in = gst_bin_get_by_name (GST_BIN (pipeline), "in");
  GstElement *out = gst_bin_get_by_name (GST_BIN (pipeline), "out");
  SavantPool *pool = NULL;
  gpointer buffer;
  GstSample *sample;
  int32_t flow = 77;

  fail_unless_equals_int (savant_pool_new (NULL, SAVANT_FORMAT_RGBA, 16, 8, 1,
                              SAVANT_MEM_DEFAULT, 0, 2, &pool),
      SAVANT_OK);
  buffer = take (pool);
  fail_unless_status (savant_app_src_push (NULL, buffer, &flow),
      SAVANT_ERROR_INVALID_ARGUMENT, "no GstAppSrc");
  fail_unless_status (savant_app_src_push (out, buffer, &flow),
      SAVANT_ERROR_INVALID_ARGUMENT, "no GstAppSrc");
  fail_unless_equals_int (savant_app_src_push (in, NULL, &flow),
      SAVANT_ERROR_INVALID_ARGUMENT);
  fail_unless_equals_int (savant_app_src_push (in, buffer, NULL),
      SAVANT_ERROR_INVALID_ARGUMENT);
  fail_unless_status (savant_app_src_end_of_stream (NULL),
      SAVANT_ERROR_INVALID_ARGUMENT, "no GstAppSrc");
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  fail_unless_equals_int (savant_app_src_push (in, buffer, &flow), SAVANT_OK);
  fail_unless_equals_int (flow, GST_FLOW_OK);
  sample = gst_app_sink_pull_sample (GST_APP_SINK (out));
  fail_unless (gst_sample_get_buffer (sample) == buffer);
  gst_sample_unref (sample);
  fail_unless_equals_int (savant_app_src_end_of_stream (in), SAVANT_OK);
  fail_unless_equals_int (savant_app_src_end_of_stream (in), SAVANT_OK);
  fail_unless_equals_int (savant_app_src_push (in, take (pool), &flow),
      SAVANT_OK);
  fail_unless_equals_int (flow, GST_FLOW_EOS);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (in);
  gst_object_unref (out);
  gst_object_unref (pipeline);
  savant_pool_free (pool);
}
GST_END_TEST

static Suite *
app_src_suite (void)
{
  Suite *s = suite_create ("app_src");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, test_app_src);
  return s;
}

GST_CHECK_MAIN (app_src);
