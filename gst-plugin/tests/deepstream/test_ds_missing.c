/* SPDX-License-Identifier: Apache-2.0 */
/* DeepStream libraries that cannot be used: the backend says why, another one
 * takes its place where it was not asked for by name. The environment's
 * EXPECTED is part of the reason. */
#include <gst/check/gstcheck.h>
#include <string.h>

#include "backend/backend.h"
#include "backend/deepstream/open.h"

GST_START_TEST (told)
{
  const char *expected = g_getenv ("EXPECTED");
  const char *list = savant_backends ();
  SavantTransform *transform = NULL;

  fail_unless (expected != NULL);
  fail_unless (g_str_has_prefix (list, "deepstream ("), "%s", list);
  fail_unless (strstr (list, expected) != NULL, "%s", list);
  fail_unless_equals_int (savant_transform_new ("deepstream", &transform),
      SAVANT_ERROR_UNAVAILABLE);
  fail_unless (strstr (savant_last_error (), "\"deepstream\"") != NULL, "%s",
      savant_last_error ());
  fail_unless (strstr (savant_last_error (), expected) != NULL, "%s",
      savant_last_error ());
  fail_unless (sv_backend_get ("auto") == &sv_cuda_backend
      || sv_backend_get ("auto") == &sv_host_backend);
  fail_unless_equals_int (savant_transform_new (NULL, &transform), SAVANT_OK);
  savant_transform_free (transform);
}
GST_END_TEST;

static Suite *
ds_missing_suite (void)
{
  Suite *s = suite_create ("ds_missing");
  TCase *tc = tcase_create ("missing");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, told);
  return s;
}

/* Where the loader finds no library, the one of an installed SDK is used. */
int
main (int argc, char **argv)
{
  const gchar *expected = g_getenv ("EXPECTED");

  gst_check_init (&argc, &argv);
  if (expected != NULL && strstr (expected, "cannot be loaded") != NULL
      && g_file_test (SV_DS_FOLDER "/libnvbufsurface.so", G_FILE_TEST_EXISTS)) {
    g_printerr ("skipped: DeepStream is installed in " SV_DS_FOLDER "\n");
    return 77;
  }
  return gst_check_run_suite (ds_missing_suite (), "ds_missing", __FILE__);
}
