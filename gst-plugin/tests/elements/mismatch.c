/* SPDX-License-Identifier: Apache-2.0 */
/* A plugin that meets a library of another release: it loads, its elements can
 * be made and looked at, and none of them leaves NULL. */
#include "support/frames.h"

static void
check_element (const gchar *name)
{
  GstElement *e = gst_element_factory_make (name, NULL);
  GstBus *bus = gst_bus_new ();
  gchar *text, *library;
  gint i;

  fail_unless (e != NULL, "no element %s", name);
  gst_element_set_bus (e, bus);
  for (i = 0; i < 2; i++) {
    fail_unless_equals_int (gst_element_set_state (e, GST_STATE_READY),
        GST_STATE_CHANGE_FAILURE);
    text = test_one_error (bus);
    test_assert_contains (text, g_getenv ("SAVANT_TEST_OTHER_VERSION"));
    test_assert_contains (text, g_getenv ("SAVANT_TEST_OTHER_DIR"));
    library = g_strdup_printf ("version %s (ABI %d) in %s", savant_version (),
        savant_abi_version (), g_getenv ("SAVANT_TEST_NATIVE_DIR"));
    test_assert_contains (text, library);
    test_assert_contains (text, "one directory");
    g_free (library);
    g_free (text);
  }
  gst_element_set_state (e, GST_STATE_NULL);
  gst_element_set_bus (e, NULL);
  gst_object_unref (bus);
  gst_object_unref (e);
}

GST_START_TEST (test_savantbufgen)
{
  check_element ("savantbufgen");
}
GST_END_TEST;

GST_START_TEST (test_savanttransform)
{
  check_element ("savanttransform");
}
GST_END_TEST;

static Suite *
mismatch_suite (void)
{
  Suite *s = suite_create ("mismatch");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, test_savantbufgen);
  tcase_add_test (tc, test_savanttransform);
  return s;
}

GST_CHECK_MAIN (mismatch);
