/* SPDX-License-Identifier: Apache-2.0 */
/* Memory of the cuda backend, and who waits for whom, on the fake driver. */
#include "cudatest.h"

#define GRAY SAVANT_FORMAT_GRAY8
#define DEVICE SAVANT_MEM_CUDA_DEVICE

static int
calls (const char *name)
{
  return fake_cuda ()->calls (name);
}

/* DeepStream's libraries, which a machine may have installed, come first: they
 * work with any driver, on the same memory. */
static const SvBackendFns *
best (void)
{
  const SvBackendFns *deepstream = sv_backend_get ("deepstream");

  return deepstream != NULL ? deepstream : &sv_cuda_backend;
}

GST_START_TEST (chosen)
{
  if (g_getenv ("SAVANT_TEST_DEEPSTREAM") != NULL)
    fail_unless (best () == &sv_deepstream_backend, "%s", savant_backends ());
  fail_unless (sv_backend_get ("cuda") == &sv_cuda_backend);
  fail_unless (sv_backend_get ("auto") == best (), "%s", savant_backends ());
  fail_unless (strstr (savant_backends (), "cuda, ") != NULL, "%s",
      savant_backends ());
  fail_unless (fake_cuda () != NULL);
}
GST_END_TEST;

GST_START_TEST (kinds_of_memory)
{
  const SvBackendFns *owner = best ();
  static const struct
  {
    SavantMemType mem_type;
    const char *alloc;
    const char *free;
  } rows[] = {
    { SAVANT_MEM_CUDA_DEVICE, "cuMemAlloc", "cuMemFree" },
    { SAVANT_MEM_CUDA_PINNED, "cuMemHostAlloc", "cuMemFreeHost" },
    { SAVANT_MEM_CUDA_UNIFIED, "cuMemAllocManaged", "cuMemFree" },
    { SAVANT_MEM_SYSTEM, "none", "none" },
  };

  for (int i = 0; i < (int) G_N_ELEMENTS (rows); i++) {
    int allocs = calls (rows[i].alloc), frees = calls (rows[i].free);
    int n = fake_cuda ()->n_memories ();
    bool system = rows[i].mem_type == SAVANT_MEM_SYSTEM;
    uint8_t *data = sv_cuda_backend.alloc (rows[i].mem_type, 1, 1000);

    fail_unless (data != NULL, "%s", savant_last_error ());
    fail_unless_equals_int (fake_cuda ()->n_memories (), n + !system);
    fail_unless_equals_int (calls (rows[i].alloc), allocs + !system);
    fail_unless (sv_backend_of (data) == owner);
    fail_unless (sv_backend_of (data + 999) == owner);
    fail_unless (sv_backend_of (data + 1000) == &sv_host_backend);
    fail_unless (sv_backend_of (data - 1) == &sv_host_backend);
    sv_cuda_backend.free (rows[i].mem_type, 1, data);
    fail_unless_equals_int (calls (rows[i].free), frees + !system);
    fail_unless_equals_int (fake_cuda ()->n_memories (), n);
    fail_unless (sv_backend_of (data) == &sv_host_backend);
  }
  fail_unless_equals_int (fake_cuda ()->depth (), 0);
}
GST_END_TEST;

/* Addresses come in any order and go in another. */
GST_START_TEST (many_blocks)
{
  uint8_t *data[200];

  for (int i = 0; i < 200; i++)
    data[i] = sv_cuda_backend.alloc (i % 3 ? DEVICE : SAVANT_MEM_SYSTEM, 0,
        (size_t) (i + 1) * 17);
  for (int i = 0; i < 200; i++)
    fail_unless (sv_cuda_backend.owns (data[i])
        && sv_cuda_backend.owns (data[i] + (i + 1) * 17 - 1));
  for (int i = 0; i < 200; i++) {
    int at = i * 77 % 200;

    sv_cuda_backend.free (at % 3 ? DEVICE : SAVANT_MEM_SYSTEM, 0, data[at]);
    fail_unless (!sv_cuda_backend.owns (data[at]));
  }
}
GST_END_TEST;

GST_START_TEST (no_such_gpu)
{
  fail_unless (sv_cuda_backend.alloc (DEVICE, 2, 16) == NULL);
  assert_text ("GPU 2");
  assert_text ("GPU 0 to 1");
  fail_unless (sv_cuda_backend.alloc (DEVICE, -1, 16) == NULL);
  assert_text ("GPU -1");
}
GST_END_TEST;

GST_START_TEST (copies)
{
  uint8_t a[100], b[100] = { 0 };
  uint8_t *device = sv_cuda_backend.alloc (DEVICE, 0, 100);
  uint8_t *pinned = sv_cuda_backend.alloc (SAVANT_MEM_CUDA_PINNED, 0, 100);

  for (int i = 0; i < 100; i++)
    a[i] = (uint8_t) (3 * i);
  fail_unless_equals_int (sv_cuda_backend.copy (device, a, 100), SAVANT_OK);
  fail_unless_equals_int (sv_cuda_backend.copy (pinned, device, 100),
      SAVANT_OK);
  fail_unless_equals_int (sv_cuda_backend.copy (b, pinned, 100), SAVANT_OK);
  fail_unless (memcmp (a, b, 100) == 0);
  sv_cuda_backend.free (DEVICE, 0, device);
  sv_cuda_backend.free (SAVANT_MEM_CUDA_PINNED, 0, pinned);
}
GST_END_TEST;

/* What somebody else says of his memory is checked. */
GST_START_TEST (places)
{
  static const SavantMemType types[] = { SAVANT_MEM_CUDA_PINNED, DEVICE,
    SAVANT_MEM_CUDA_UNIFIED, SAVANT_MEM_SYSTEM };
  uint8_t *data[4];

  for (int i = 0; i < 4; i++)
    data[i] = sv_cuda_backend.alloc (types[i], 1, 100);
  for (int i = 0; i < 4; i++)
    for (int said = 0; said < 4; said++) {
      bool right = said == i || (said == 3 && types[i] != DEVICE);

      fail_unless_equals_int (sv_cuda_backend.check_place (data[i], types[said],
                                  1),
          right ? SAVANT_OK : SAVANT_ERROR_INVALID_ARGUMENT);
      if (right)
        continue;
      assert_text (savant_mem_type_name (types[said]));
      assert_text (savant_mem_type_name (types[i]));
    }
  fail_unless_equals_int (sv_cuda_backend.check_place (data[1], DEVICE, 0),
      SAVANT_ERROR_INVALID_ARGUMENT);
  assert_text ("on GPU 0, the CUDA driver says GPU 1");
  for (int i = 0; i < 4; i++)
    sv_cuda_backend.free (types[i], 1, data[i]);
}
GST_END_TEST;

/* ---- Order --------------------------------------------------------------- */

/* Nothing waits on the CPU; a stream waits for another one's writes, not for
 * its own. */
GST_START_TEST (readers_follow_writers)
{
  SavantTransform *one = cuda_transform_new (), *two = cuda_transform_new ();
  SavantImage a = cuda_image (DEVICE, 0, GRAY, 64, 16);
  SavantImage b = cuda_image (DEVICE, 0, GRAY, 32, 32);
  SavantImage c = cuda_image (DEVICE, 0, GRAY, 16, 16);
  int waits, syncs;

  fake_cuda ()->hold (true);
  waits = calls ("cuStreamWaitEvent");
  syncs = calls ("cuEventSynchronize");
  cuda_run (one, &a, &b);
  cuda_run (one, &b, &c);
  fail_unless_equals_int (calls ("cuStreamWaitEvent"), waits);
  cuda_run (two, &b, &c);
  /* b was written by the one stream, c written by it, b read by it: the last
   * two have the same fence. */
  fail_unless_equals_int (calls ("cuStreamWaitEvent"), waits + 2);
  fail_unless_equals_int (calls ("cuEventSynchronize"), syncs);
  /* The second stream reads b still. */
  cuda_run (one, &a, &b);
  fail_unless_equals_int (calls ("cuStreamWaitEvent"), waits + 3);
  fail_unless_equals_int (calls ("cuEventSynchronize"), syncs);
  fake_cuda ()->hold (false);

  savant_transform_free (one);
  savant_transform_free (two);
  cuda_image_free (DEVICE, 0, &a);
  cuda_image_free (DEVICE, 0, &b);
  cuda_image_free (DEVICE, 0, &c);
}
GST_END_TEST;

GST_START_TEST (cpu_waits_for_what_it_needs)
{
  SavantTransform *transform = cuda_transform_new ();
  SavantImage a = cuda_image (DEVICE, 0, GRAY, 64, 16);
  SavantImage b = cuda_image (DEVICE, 0, GRAY, 32, 32);
  int syncs;

  fake_cuda ()->hold (true);
  cuda_run (transform, &a, &b);
  syncs = calls ("cuEventSynchronize");
  /* Read only so far: who reads need not wait, who writes does. */
  fail_unless_equals_int (sv_cuda_backend.wait (a.data[0], false), SAVANT_OK);
  fail_unless_equals_int (calls ("cuEventSynchronize"), syncs);
  fail_unless_equals_int (sv_cuda_backend.wait (b.data[0] + 5, false),
      SAVANT_OK);
  fail_unless_equals_int (calls ("cuEventSynchronize"), syncs + 1);
  /* The same fence has passed now. */
  fail_unless_equals_int (sv_cuda_backend.wait (a.data[0], true), SAVANT_OK);
  fail_unless_equals_int (calls ("cuEventSynchronize"), syncs + 1);

  cuda_run (transform, &a, &b);
  fail_unless_equals_int (sv_cuda_backend.wait (a.data[0], true), SAVANT_OK);
  fail_unless_equals_int (calls ("cuEventSynchronize"), syncs + 2);
  cuda_run (transform, &a, &b);
  cuda_image_free (DEVICE, 0, &a);
  fail_unless_equals_int (calls ("cuEventSynchronize"), syncs + 3);
  cuda_image_free (DEVICE, 0, &b);
  fail_unless_equals_int (sv_cuda_backend.wait (&syncs, true), SAVANT_OK);
  fail_unless_equals_int (calls ("cuEventSynchronize"), syncs + 3);
  fake_cuda ()->hold (false);
  savant_transform_free (transform);
}
GST_END_TEST;

/* Fences are used again: a long run needs a handful of events. */
GST_START_TEST (events_do_not_pile_up)
{
  SavantTransform *transform = cuda_transform_new ();
  SavantImage a = cuda_image (DEVICE, 0, GRAY, 64, 16);
  SavantImage b = cuda_image (DEVICE, 0, GRAY, 32, 32);
  int events;

  for (int i = 0; i < 5; i++)
    cuda_run (transform, &a, &b);
  events = fake_cuda ()->n_events ();
  for (int i = 0; i < 500; i++)
    cuda_run (transform, &a, &b);
  fail_unless_equals_int (fake_cuda ()->n_events (), events);
  savant_transform_free (transform);
  cuda_image_free (DEVICE, 0, &a);
  cuda_image_free (DEVICE, 0, &b);
}
GST_END_TEST;

/* Several streams read one picture at a time while it is rewritten. */
static gpointer
read_often (gpointer data)
{
  const SavantImage *src = data;
  SavantTransform *transform = cuda_transform_new ();
  SavantImage dst = cuda_image (DEVICE, 0, GRAY, 16, 16);

  for (int i = 0; i < 200; i++)
    cuda_run (transform, src, &dst);
  fail_unless_equals_int (sv_cuda_backend.wait (dst.data[0], false), SAVANT_OK);
  savant_transform_free (transform);
  cuda_image_free (DEVICE, 0, &dst);
  fail_unless_equals_int (fake_cuda ()->depth (), 0);
  return NULL;
}

GST_START_TEST (many_threads)
{
  SavantImage src = cuda_image (DEVICE, 0, GRAY, 64, 16);
  int memories = fake_cuda ()->n_memories ();
  int streams = fake_cuda ()->n_streams ();
  GThread *threads[4];

  for (int i = 0; i < 4; i++)
    threads[i] = g_thread_new ("reader", read_often, &src);
  for (int i = 0; i < 4; i++)
    g_thread_join (threads[i]);
  fail_unless_equals_int (fake_cuda ()->n_memories (), memories);
  fail_unless_equals_int (fake_cuda ()->n_streams (), streams);
  cuda_image_free (DEVICE, 0, &src);
}
GST_END_TEST;

static Suite *
cuda_memory_suite (void)
{
  Suite *s = suite_create ("cuda_memory");
  TCase *tc = tcase_create ("memory");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, chosen);
  tcase_add_test (tc, kinds_of_memory);
  tcase_add_test (tc, many_blocks);
  tcase_add_test (tc, no_such_gpu);
  tcase_add_test (tc, copies);
  tcase_add_test (tc, places);
  tc = tcase_create ("order");
  suite_add_tcase (s, tc);
  tcase_add_test (tc, readers_follow_writers);
  tcase_add_test (tc, cpu_waits_for_what_it_needs);
  tcase_add_test (tc, events_do_not_pile_up);
  tcase_add_test (tc, many_threads);
  return s;
}

GST_CHECK_MAIN (cuda_memory);
