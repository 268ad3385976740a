/* SPDX-License-Identifier: Apache-2.0 */
/* Choosing a backend, and what every backend's table promises. */
#include "backend/backend.h"

#include <gst/check/gstcheck.h>
#include <stdlib.h>
#include <string.h>

static void
assert_text (const char *part)
{
  fail_unless (strstr (savant_last_error (), part) != NULL,
      "\"%s\" does not contain \"%s\"", savant_last_error (), part);
}

static void
setup (void)
{
  unsetenv ("SAVANT_BACKEND");
}

GST_START_TEST (chosen_by_name)
{
  SavantTransform *transform = NULL;

  fail_unless (sv_backend_get ("host") == &sv_host_backend);
  fail_unless_equals_string (sv_host_backend.name, "host");
  fail_unless_equals_int (savant_transform_new ("host", &transform), SAVANT_OK);
  fail_unless (transform != NULL);
  savant_transform_free (transform);
}
GST_END_TEST;

GST_START_TEST (chosen_automatically)
{
  static const char *const names[] = { NULL, "auto" };

  for (int i = 0; i < 2; i++) {
    SavantTransform *transform = NULL;
    const SvBackendFns *backend = sv_backend_get (names[i]);

    fail_unless (backend != NULL && backend->probe () == NULL);
    fail_unless_equals_int (savant_transform_new (names[i], &transform),
        SAVANT_OK);
    fail_unless (transform != NULL);
    savant_transform_free (transform);
  }
}
GST_END_TEST;

GST_START_TEST (chosen_by_environment)
{
  g_setenv ("SAVANT_BACKEND", "host", TRUE);
  fail_unless (sv_backend_get (NULL) == &sv_host_backend);
  fail_unless (sv_backend_get ("auto") == &sv_host_backend);
  g_setenv ("SAVANT_BACKEND", "auto", TRUE);
  fail_unless (sv_backend_get (NULL) != NULL);
  g_setenv ("SAVANT_BACKEND", "", TRUE);
  fail_unless (sv_backend_get (NULL) != NULL);
  /* A name that is given wins. */
  g_setenv ("SAVANT_BACKEND", "metal", TRUE);
  fail_unless (sv_backend_get ("host") == &sv_host_backend);
  fail_unless (sv_backend_get (NULL) == NULL);
  assert_text ("metal");
  assert_text ("SAVANT_BACKEND");
  assert_text ("host");
  fail_unless (sv_backend_get ("auto") == NULL);
  g_unsetenv ("SAVANT_BACKEND");
}
GST_END_TEST;

GST_START_TEST (unknown_names)
{
  static const char *const names[] = { "opencl", "Host", "host ", "cuda12" };

  for (int i = 0; i < (int) G_N_ELEMENTS (names); i++) {
    SavantTransform *transform = (SavantTransform *) 1;

    fail_unless (sv_backend_get (names[i]) == NULL);
    assert_text (names[i]);
    assert_text ("host");
    assert_text ("auto");
    fail_unless_equals_int (savant_transform_new (names[i], &transform),
        SAVANT_ERROR_UNAVAILABLE);
    assert_text (names[i]);
    fail_unless (transform == NULL);
  }
}
GST_END_TEST;

GST_START_TEST (list_of_backends)
{
  const char *list = savant_backends ();

  fail_unless (list != NULL && strstr (list, "host") != NULL);
  fail_unless (savant_backends () == list);
  /* The host backend works everywhere: no reason in brackets. */
  fail_unless (strstr (list, "host (") == NULL, "%s", list);
  /* Listed in every build, tried first. */
  fail_unless (g_str_has_prefix (list, "deepstream"), "%s", list);
}
GST_END_TEST;

GST_START_TEST (memory_types)
{
  static const struct
  {
    int mem_type;
    const char *name;
    const char *missing;
  } rows[] = {
    { SAVANT_MEM_CUDA_PINNED, "cuda_pinned", "libcuda.so.1" },
    { SAVANT_MEM_CUDA_DEVICE, "cuda_device", "libcuda.so.1" },
    { SAVANT_MEM_CUDA_UNIFIED, "cuda_unified", "libcuda.so.1" },
    { SAVANT_MEM_SURFACE_ARRAY, "surface_array", "libnvbufsurface.so" },
    { SAVANT_MEM_HANDLE, "handle", "libnvbufsurface.so" },
  };
  SavantMemType got = SAVANT_MEM_HANDLE;

  fail_unless_equals_int (sv_backend_resolve_mem_type (&sv_host_backend,
                              SAVANT_MEM_DEFAULT, &got),
      SAVANT_OK);
  fail_unless_equals_int (got, SAVANT_MEM_SYSTEM);
  got = SAVANT_MEM_HANDLE;
  fail_unless_equals_int (sv_backend_resolve_mem_type (&sv_host_backend,
                              SAVANT_MEM_SYSTEM, &got),
      SAVANT_OK);
  fail_unless_equals_int (got, SAVANT_MEM_SYSTEM);
  for (int i = 0; i < (int) G_N_ELEMENTS (rows); i++) {
    got = SAVANT_MEM_DEFAULT;
    fail_unless_equals_int (sv_backend_resolve_mem_type (&sv_host_backend,
                                rows[i].mem_type, &got),
        SAVANT_ERROR_UNAVAILABLE);
    assert_text (rows[i].name);
    assert_text (rows[i].missing);
    fail_unless_equals_int (got, SAVANT_MEM_DEFAULT);
  }
  fail_unless_equals_int (sv_backend_resolve_mem_type (&sv_host_backend, 7,
                              &got),
      SAVANT_ERROR_INVALID_ARGUMENT);
  assert_text ("memory type 7");
  fail_unless_equals_int (sv_backend_resolve_mem_type (&sv_host_backend, -1,
                              &got),
      SAVANT_ERROR_INVALID_ARGUMENT);
  assert_text ("memory type -1");
}
GST_END_TEST;

GST_START_TEST (capabilities)
{
  const SvBackendCaps *caps = &sv_host_backend.caps;

  fail_unless (caps->mem_types == 1u << SAVANT_MEM_SYSTEM);
  fail_unless (caps->compute_modes == 1u << SAVANT_COMPUTE_DEFAULT);
  fail_unless_equals_int (caps->default_mem_type, SAVANT_MEM_SYSTEM);
  fail_unless (caps->pitch_align > 0
      && (caps->pitch_align & (caps->pitch_align - 1)) == 0);
}
GST_END_TEST;

GST_START_TEST (memory)
{
  static const size_t sizes[] = { 1, 63, 64, 65, 4096, 1000003 };
  const SvBackendFns *backend = &sv_host_backend;
  size_t align = (size_t) backend->caps.pitch_align;

  for (int i = 0; i < (int) G_N_ELEMENTS (sizes); i++) {
    uint8_t *a = backend->alloc (SAVANT_MEM_SYSTEM, 0, sizes[i]);
    uint8_t *b = backend->alloc (SAVANT_MEM_SYSTEM, 0, sizes[i]);

    fail_unless (a != NULL && b != NULL && a != b);
    fail_unless ((uintptr_t) a % align == 0 && (uintptr_t) b % align == 0);
    for (size_t k = 0; k < sizes[i]; k++)
      a[k] = (uint8_t) (k * 7 + 1);
    memset (b, 0, sizes[i]);
    fail_unless_equals_int (backend->copy (b, a, sizes[i]), SAVANT_OK);
    fail_unless (memcmp (a, b, sizes[i]) == 0);
    backend->free (SAVANT_MEM_SYSTEM, 0, a);
    backend->free (SAVANT_MEM_SYSTEM, 0, b);
  }
}
GST_END_TEST;

static Suite *
backend_suite (void)
{
  Suite *s = suite_create ("backend");
  TCase *tc = tcase_create ("backend");

  suite_add_tcase (s, tc);
  tcase_add_checked_fixture (tc, setup, NULL);
  tcase_add_test (tc, chosen_by_name);
  tcase_add_test (tc, chosen_automatically);
  tcase_add_test (tc, chosen_by_environment);
  tcase_add_test (tc, unknown_names);
  tcase_add_test (tc, list_of_backends);
  tcase_add_test (tc, memory_types);
  tcase_add_test (tc, capabilities);
  tcase_add_test (tc, memory);
  return s;
}

GST_CHECK_MAIN (backend);
