/* SPDX-License-Identifier: Apache-2.0 */
/* What a frame costs in calls of the driver once everything is there: each is
 * time of the CPU, and some are of the GPU. Exact numbers, on the fake driver;
 * they are printed. */
#include <stdio.h>

#include "backend/cuda/memory.h"
#include "cudatest.h"

#define DEVICE SAVANT_MEM_CUDA_DEVICE
#define MAX_BATCH 64

static const char *const names[] = { "cuCtxPushCurrent", "cuCtxPopCurrent",
  "cuLaunchKernel", "cuEventRecord", "cuEventQuery", "cuEventSynchronize",
  "cuStreamWaitEvent", "cuPointerGetAttributes" };

enum
{
  PUSH,
  POP,
  LAUNCH,
  RECORD,
  QUERY,
  SYNC,
  WAIT,
  LOCATE,
  N_NAMES
};

_Static_assert (G_N_ELEMENTS (names) == N_NAMES, "names");

typedef struct Counts
{
  int of[N_NAMES];
  int all;
} Counts;

static Counts
counts_now (void)
{
  const FakeCuda *fake = fake_cuda ();
  Counts counts;

  for (int i = 0; i < N_NAMES; i++)
    counts.of[i] = fake->calls (names[i]);
  counts.all = fake->n_calls () + counts.of[POP];
  return counts;
}

/* That since `before` the calls of `expected` were made, and none besides. */
static void
check_calls (const char *what, int n_frames, const Counts *before,
    const int expected[N_NAMES])
{
  Counts now = counts_now ();
  int all = 0;

  printf ("%s: %d calls for %d frame%s\n", what, now.all - before->all,
      n_frames, n_frames == 1 ? "" : "s");
  for (int i = 0; i < N_NAMES; i++) {
    fail_unless (now.of[i] - before->of[i] == expected[i],
        "%s: %d times %s, not %d", what, now.of[i] - before->of[i], names[i],
        expected[i]);
    all += expected[i];
  }
  fail_unless_equals_int (now.all - before->all, all);
}

typedef struct Batch
{
  SavantImage src[MAX_BATCH];
  SavantImage dst[MAX_BATCH];
  SavantTransformJob jobs[MAX_BATCH];
  int n;
  bool foreign;
} Batch;

static void
batch_init (Batch *batch, int n, bool foreign)
{
  batch->n = n;
  batch->foreign = foreign;
  for (int i = 0; i < n; i++) {
    batch->src[i] = cuda_image (DEVICE, 0, SAVANT_FORMAT_NV12, 64 + 2 * i, 48);
    batch->dst[i] = cuda_image (DEVICE, 0, SAVANT_FORMAT_RGBA, 32, 32);
    /* Entered twice, it would be found by the driver alone. */
    if (foreign)
      sv_cu_disown (batch->src[i].data[0]);
    batch->jobs[i] = cuda_job (&batch->src[i], &batch->dst[i]);
  }
}

static void
batch_clear (Batch *batch)
{
  for (int i = 0; i < batch->n; i++) {
    cuda_image_free (DEVICE, 0, &batch->src[i]);
    cuda_image_free (DEVICE, 0, &batch->dst[i]);
  }
}

static void
run (SavantTransform *transform, const Batch *batch)
{
  fail_unless (savant_transform_run (transform, NULL, batch->jobs, batch->n)
          == SAVANT_OK,
      "%s", savant_last_error ());
}

static int n_released;

static void
released (void *object)
{
  (void) object;
  n_released++;
}

/* A run, and its sources given to it as elements do. */
static void
run_and_keep (SavantTransform *transform, const Batch *batch)
{
  run (transform, batch);
  for (int i = 0; i < batch->n; i++)
    savant_transform_keep (transform, (void *) batch, released);
}

/* One launch and one event, however many pictures of however many sizes. */
GST_START_TEST (memory_of_ours)
{
  static const int sizes[] = { 1, 8, 32, 64 };
  static const int expected[N_NAMES] = {
    [PUSH] = 1, [POP] = 1, [LAUNCH] = 1, [RECORD] = 1
  };

  for (int i = 0; i < (int) G_N_ELEMENTS (sizes); i++) {
    SavantTransform *transform = cuda_transform_new ();
    Counts before;
    Batch batch;

    batch_init (&batch, sizes[i], false);
    run_and_keep (transform, &batch);
    fake_cuda ()->hold (true);
    run_and_keep (transform, &batch);
    before = counts_now ();
    run_and_keep (transform, &batch);
    check_calls ("memory of ours", sizes[i], &before, expected);
    fake_cuda ()->hold (false);
    savant_transform_free (transform);
    batch_clear (&batch);
  }
}
GST_END_TEST;

/* Where the sources are somebody else's, the driver is asked what each is, and
 * about the oldest run that holds them: whether it is over, and, as it is not,
 * to wait for it. */
GST_START_TEST (memory_of_others)
{
  static const int sizes[] = { 1, 8, 32, 64 };

  for (int i = 0; i < (int) G_N_ELEMENTS (sizes); i++) {
    int held[N_NAMES] = { [PUSH] = 3,
      [POP] = 3,
      [LAUNCH] = 1,
      [RECORD] = 1,
      [QUERY] = 1,
      [SYNC] = 1,
      [LOCATE] = sizes[i] };
    int quick[N_NAMES] = { [PUSH] = 2,
      [POP] = 2,
      [LAUNCH] = 1,
      [RECORD] = 1,
      [QUERY] = 1,
      [LOCATE] = sizes[i] };
    SavantTransform *transform = cuda_transform_new ();
    Counts before;
    Batch batch;

    batch_init (&batch, sizes[i], true);
    n_released = 0;
    fake_cuda ()->hold (true);
    for (int n = 0; n < 3; n++)
      run_and_keep (transform, &batch);
    fail_unless_equals_int (n_released, sizes[i]);
    before = counts_now ();
    run_and_keep (transform, &batch);
    check_calls ("memory of others, the GPU behind", sizes[i], &before, held);
    fail_unless_equals_int (n_released, 2 * sizes[i]);

    fake_cuda ()->hold (false);
    run_and_keep (transform, &batch);
    before = counts_now ();
    run_and_keep (transform, &batch);
    check_calls ("memory of others, the GPU ahead", sizes[i], &before, quick);
    fail_unless_equals_int (n_released, 5 * sizes[i]);
    savant_transform_free (transform);
    fail_unless_equals_int (n_released, 6 * sizes[i]);
    batch_clear (&batch);
  }
}
GST_END_TEST;

/* What one transform has written and another one reads: its stream waits for
 * one event, and the writer, later, for one of the reader's. */
GST_START_TEST (from_stream_to_stream)
{
  static const int expected[N_NAMES] = {
    [PUSH] = 2, [POP] = 2, [LAUNCH] = 2, [RECORD] = 2, [WAIT] = 2
  };
  SavantTransform *first = cuda_transform_new ();
  SavantTransform *second = cuda_transform_new ();
  SavantImage a = cuda_image (DEVICE, 0, SAVANT_FORMAT_NV12, 64, 48);
  SavantImage b = cuda_image (DEVICE, 0, SAVANT_FORMAT_RGBA, 32, 32);
  SavantImage c = cuda_image (DEVICE, 0, SAVANT_FORMAT_RGBA, 16, 16);
  Counts before;

  cuda_run (first, &a, &b);
  cuda_run (second, &b, &c);
  fake_cuda ()->hold (true);
  cuda_run (first, &a, &b);
  cuda_run (second, &b, &c);
  before = counts_now ();
  cuda_run (first, &a, &b);
  cuda_run (second, &b, &c);
  check_calls ("two transforms, one after the other", 1, &before, expected);
  fake_cuda ()->hold (false);
  savant_transform_free (first);
  savant_transform_free (second);
  cuda_image_free (DEVICE, 0, &a);
  cuda_image_free (DEVICE, 0, &b);
  cuda_image_free (DEVICE, 0, &c);
}
GST_END_TEST;

static Suite *
cuda_calls_suite (void)
{
  Suite *s = suite_create ("cuda_calls");
  TCase *tc = tcase_create ("calls");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, memory_of_ours);
  tcase_add_test (tc, memory_of_others);
  tcase_add_test (tc, from_stream_to_stream);
  return s;
}

GST_CHECK_MAIN (cuda_calls);
