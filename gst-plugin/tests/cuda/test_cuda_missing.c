/* SPDX-License-Identifier: Apache-2.0 */
/* Drivers that cannot be used: the backend says why, and the host backend
 * takes its place where it was not asked for by name. The environment's
 * EXPECTED is part of the reason. */
#include <gst/check/gstcheck.h>
#include <stdlib.h>
#include <string.h>

#include "backend/backend.h"

GST_START_TEST (told)
{
  const char *expected = g_getenv ("EXPECTED");
  const char *list = savant_backends (), *told = strstr (list, "cuda (");
  SavantTransform *transform = NULL;

  fail_unless (expected != NULL);
  fail_unless (told != NULL && strstr (told, expected) != NULL, "%s", list);
  fail_unless (sv_backend_get ("cuda") == NULL);
  fail_unless (strstr (savant_last_error (), expected) != NULL, "%s",
      savant_last_error ());
  fail_unless_equals_int (savant_transform_new ("cuda", &transform),
      SAVANT_ERROR_UNAVAILABLE);
  fail_unless (sv_backend_get ("auto") == &sv_host_backend);
  fail_unless_equals_int (savant_transform_new (NULL, &transform), SAVANT_OK);
  savant_transform_free (transform);
}
GST_END_TEST;

/* What is nobody's memory is the CPU's. */
GST_START_TEST (host_memory_still_works)
{
  uint8_t pixel = 7;
  SavantImage image = { SAVANT_FORMAT_GRAY8, 1, 1, { 0 }, 1, { &pixel },
    { 1 } };

  fail_unless (sv_backend_of (&pixel) == &sv_host_backend);
  fail_unless_equals_int (savant_image_fill (&image, 0xffffff), SAVANT_OK);
  fail_unless_equals_int (pixel, 255);
}
GST_END_TEST;

static Suite *
cuda_missing_suite (void)
{
  Suite *s = suite_create ("cuda_missing");
  TCase *tc = tcase_create ("missing");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, told);
  tcase_add_test (tc, host_memory_still_works);
  return s;
}

GST_CHECK_MAIN (cuda_missing);
