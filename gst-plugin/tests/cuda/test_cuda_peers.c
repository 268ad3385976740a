/* SPDX-License-Identifier: Apache-2.0 */
/* Pictures that travel before a launch, on the fake driver: from another GPU,
 * and from memory of the CPU that the copy engines read fastest. */
#include "cudatest.h"

#define DEVICE SAVANT_MEM_CUDA_DEVICE
#define PINNED SAVANT_MEM_CUDA_PINNED

static int
calls (const char *name)
{
  return fake_cuda ()->calls (name);
}

static bool
apart (void)
{
  return g_strcmp0 (g_getenv ("FAKE_CUDA"), "no-peers") == 0;
}

/* ---- Other GPUs ---------------------------------------------------------- */

GST_START_TEST (refused_unless_allowed)
{
  SavantTransform *transform = cuda_transform_new ();
  SavantImage src = cuda_image (DEVICE, 1, SAVANT_FORMAT_NV12, 32, 16);
  SavantImage dst = cuda_image (DEVICE, 0, SAVANT_FORMAT_RGBA, 16, 16);
  SavantTransformJob job = cuda_job (&src, &dst);
  int copies = calls ("cuMemcpy3DPeerAsync");

  for (int round = 0; round < 2; round++) {
    fail_unless_equals_int (savant_transform_run (transform, NULL, &job, 1),
        SAVANT_ERROR_UNSUPPORTED);
    assert_text ("GPU 0");
    assert_text ("GPU 1");
    assert_text ("peer-copy=true");
    fail_unless_equals_int (calls ("cuMemcpy3DPeerAsync"), copies);
    savant_transform_allow_peer_copy (transform, 1);
    fail_unless_equals_int (savant_transform_run (transform, NULL, &job, 1),
        SAVANT_OK);
    copies += 2; /* planes */
    fail_unless_equals_int (calls ("cuMemcpy3DPeerAsync"), copies);
    fail_unless_equals_int (fake_cuda ()->last_gpu (), 0);
    savant_transform_allow_peer_copy (transform, 0);
  }
  savant_transform_allow_peer_copy (NULL, 1);
  cuda_image_free (DEVICE, 1, &src);
  cuda_image_free (DEVICE, 0, &dst);
  savant_transform_free (transform);
}
GST_END_TEST;

/* Each way is opened once, where the machine has one. */
GST_START_TEST (access_is_asked_for_once)
{
  SavantTransform *transform = cuda_transform_new ();
  SavantImage zero = cuda_image (DEVICE, 0, SAVANT_FORMAT_RGBA, 32, 16);
  SavantImage one = cuda_image (DEVICE, 1, SAVANT_FORMAT_RGBA, 16, 16);

  savant_transform_allow_peer_copy (transform, 1);
  for (int i = 0; i < 3; i++) {
    cuda_run (transform, &zero, &one);
    cuda_run (transform, &one, &zero);
  }
  fail_unless_equals_int (calls ("cuDeviceCanAccessPeer"), 2);
  fail_unless_equals_int (calls ("cuCtxEnablePeerAccess"), apart () ? 0 : 2);
  fail_unless_equals_int (fake_cuda ()->depth (), 0);
  cuda_image_free (DEVICE, 0, &zero);
  cuda_image_free (DEVICE, 1, &one);
  savant_transform_free (transform);
}
GST_END_TEST;

/* Sources of both GPUs in one launch, rows apart and upside down. */
GST_START_TEST (mixed_batches)
{
  SavantTransform *transform = cuda_transform_new ();
  SavantImage src[12], dst[12], seen[12];
  SavantTransformJob jobs[12];
  int launches, copies;

  savant_transform_allow_peer_copy (transform, 1);
  for (int i = 0; i < 12; i++) {
    int gpu = i % 3 == 0;

    src[i] = cuda_image (DEVICE, gpu,
        i % 2 ? SAVANT_FORMAT_GRAY8 : SAVANT_FORMAT_I420, 40 + i, 30);
    dst[i] = cuda_image (DEVICE, 0, SAVANT_FORMAT_RGBA, 20, 20 + i);
    seen[i] = src[i];
    if (i > 5)
      seen[i].width -= 6;
    if (i > 8)
      for (int p = 0; p < seen[i].n_planes; p++) {
        int64_t row, rows;

        savant_format_plane_size (seen[i].format, p, seen[i].width, 30, &row,
            &rows);
        seen[i].data[p] += (rows - 1) * seen[i].pitch_bytes[p];
        seen[i].pitch_bytes[p] = -seen[i].pitch_bytes[p];
      }
    jobs[i] = cuda_job (&seen[i], &dst[i]);
  }
  launches = calls ("cuLaunchKernel");
  copies = calls ("cuMemcpy3DPeerAsync");
  fail_unless_equals_int (savant_transform_run (transform, NULL, jobs, 12),
      SAVANT_OK);
  fail_unless_equals_int (calls ("cuLaunchKernel"), launches + 1);
  fail_unless_equals_int (fake_cuda ()->last_jobs (), 12);
  /* 0 and 6 have three planes, 3 and 9 one. */
  fail_unless_equals_int (calls ("cuMemcpy3DPeerAsync"), copies + 8);
  for (int i = 0; i < 12; i++) {
    cuda_image_free (DEVICE, i % 3 == 0, &src[i]);
    cuda_image_free (DEVICE, 0, &dst[i]);
  }
  savant_transform_free (transform);
}
GST_END_TEST;

/* A batch of two GPUs' destinations is refused in any case. */
GST_START_TEST (one_gpu_of_destinations)
{
  SavantTransform *transform = cuda_transform_new ();
  SavantImage zero = cuda_image (DEVICE, 0, SAVANT_FORMAT_RGBA, 32, 16);
  SavantImage one = cuda_image (DEVICE, 1, SAVANT_FORMAT_RGBA, 16, 16);
  SavantTransformJob jobs[2] = { cuda_job (&zero, &one),
    cuda_job (&one, &zero) };

  savant_transform_allow_peer_copy (transform, 1);
  fail_unless_equals_int (savant_transform_run (transform, NULL, jobs, 2),
      SAVANT_ERROR_UNSUPPORTED);
  cuda_image_free (DEVICE, 0, &zero);
  cuda_image_free (DEVICE, 1, &one);
  savant_transform_free (transform);
}
GST_END_TEST;

/* Streams of two GPUs wait for each other on the GPUs, not on the CPU. */
GST_START_TEST (order_between_gpus)
{
  SavantTransform *there = cuda_transform_new (), *here = cuda_transform_new ();
  SavantImage first = cuda_image (DEVICE, 1, SAVANT_FORMAT_RGBA, 32, 16);
  SavantImage src = cuda_image (DEVICE, 1, SAVANT_FORMAT_RGBA, 16, 16);
  SavantImage dst = cuda_image (DEVICE, 0, SAVANT_FORMAT_RGBA, 8, 8);
  int waits, syncs;

  savant_transform_allow_peer_copy (here, 1);
  fake_cuda ()->hold (true);
  cuda_run (there, &first, &src);
  waits = calls ("cuStreamWaitEvent");
  syncs = calls ("cuEventSynchronize");
  cuda_run (here, &src, &dst);
  fail_unless_equals_int (calls ("cuStreamWaitEvent"), waits + 1);
  /* Who writes it again waits for the copy. */
  cuda_run (there, &first, &src);
  fail_unless_equals_int (calls ("cuStreamWaitEvent"), waits + 2);
  fail_unless_equals_int (calls ("cuEventSynchronize"), syncs);
  fake_cuda ()->hold (false);
  cuda_image_free (DEVICE, 1, &first);
  cuda_image_free (DEVICE, 1, &src);
  cuda_image_free (DEVICE, 0, &dst);
  savant_transform_free (there);
  savant_transform_free (here);
}
GST_END_TEST;

GST_START_TEST (failing_copies)
{
  SavantTransform *transform = cuda_transform_new ();
  SavantImage src = cuda_image (DEVICE, 1, SAVANT_FORMAT_RGBA, 32, 16);
  SavantImage dst = cuda_image (DEVICE, 0, SAVANT_FORMAT_RGBA, 16, 16);
  SavantTransformJob job = cuda_job (&src, &dst);
  int failures = 0, n;

  savant_transform_allow_peer_copy (transform, 1);
  cuda_run (transform, &src, &dst);
  n = fake_cuda ()->n_calls ();
  cuda_run (transform, &src, &dst);
  n = fake_cuda ()->n_calls () - n;
  for (int i = 1; i <= n; i++) {
    fake_cuda ()->fail_at (fake_cuda ()->n_calls () + i, 719, false);
    failures += savant_transform_run (transform, NULL, &job, 1) != SAVANT_OK;
    fake_cuda ()->fail_at (0, 0, false);
    fail_unless_equals_int (fake_cuda ()->depth (), 0);
  }
  fail_unless (failures >= n - 2, "%d of %d", failures, n);
  cuda_run (transform, &src, &dst);
  cuda_image_free (DEVICE, 1, &src);
  cuda_image_free (DEVICE, 0, &dst);
  savant_transform_free (transform);
}
GST_END_TEST;

/* ---- Memory of the CPU --------------------------------------------------- */

static void
fill_rows (const SavantImage *image)
{
  for (int p = 0; p < image->n_planes; p++) {
    int64_t row, rows;

    savant_format_plane_size (image->format, p, image->width, image->height,
        &row, &rows);
    for (int64_t y = 0; y < rows; y++)
      for (int64_t x = 0; x < row; x++)
        image->data[p][y * image->pitch_bytes[p] + x] =
            (uint8_t) (x * 3 + y * 5 + p);
  }
}

/* The same picture goes up and comes back by copies alone. */
GST_START_TEST (moves_need_no_kernel)
{
  static const SavantMemType kinds[] = { PINNED, SAVANT_MEM_SYSTEM };
  SavantTransform *transform = cuda_transform_new ();

  for (int k = 0; k < 2; k++)
    for (int padding = 0; padding < 8; padding += 4) {
      SavantImage up = cuda_image (kinds[k], 0, SAVANT_FORMAT_NV12, 32, 10);
      SavantImage device =
          cuda_image (DEVICE, 0, SAVANT_FORMAT_NV12, 32 + padding, 10);
      SavantImage down = cuda_image (kinds[k], 0, SAVANT_FORMAT_NV12, 32, 10);
      int launches = calls ("cuLaunchKernel");

      device.width = 32;
      fill_rows (&up);
      cuda_run (transform, &up, &device);
      cuda_run (transform, &device, &down);
      fail_unless_equals_int (sv_cuda_backend.wait (down.data[0], false),
          SAVANT_OK);
      fail_unless_equals_int (calls ("cuLaunchKernel"), launches);
      fail_unless (memcmp (up.data[0], down.data[0], 32 * 15) == 0);
      cuda_image_free (kinds[k], 0, &up);
      cuda_image_free (DEVICE, 0, &device);
      cuda_image_free (kinds[k], 0, &down);
    }
  savant_transform_free (transform);
}
GST_END_TEST;

/* Anything else takes one, in a launch with the others. */
GST_START_TEST (changes_need_one)
{
  SavantTransform *transform = cuda_transform_new ();
  SavantImage src = cuda_image (PINNED, 0, SAVANT_FORMAT_RGBA, 32, 10);
  SavantImage dst = cuda_image (DEVICE, 0, SAVANT_FORMAT_RGBA, 32, 10);
  SavantTransformJob jobs[3];
  int launches = calls ("cuLaunchKernel");

  for (int i = 0; i < 3; i++)
    jobs[i] = cuda_job (&src, &dst);
  jobs[1].src_rect.w = 31;
  jobs[2].dst_rect.h = 9;
  fail_unless_equals_int (savant_transform_run (transform, NULL, jobs, 3),
      SAVANT_OK);
  fail_unless_equals_int (calls ("cuLaunchKernel"), launches + 1);
  fail_unless_equals_int (fake_cuda ()->last_jobs (), 2);
  cuda_image_free (PINNED, 0, &src);
  cuda_image_free (DEVICE, 0, &dst);
  savant_transform_free (transform);
}
GST_END_TEST;

/* Planes that follow each other in both pictures travel together. */
GST_START_TEST (joined_planes)
{
  static const struct
  {
    SavantFormat format;
    int copies;
  } rows[] = { { SAVANT_FORMAT_NV12, 1 }, { SAVANT_FORMAT_I420, 2 },
    { SAVANT_FORMAT_RGBA, 1 } };
  SavantTransform *transform = cuda_transform_new ();

  for (int i = 0; i < 3; i++) {
    SavantImage src = cuda_image (PINNED, 0, rows[i].format, 32, 10);
    SavantImage device = cuda_image (DEVICE, 0, rows[i].format, 32, 10);
    SavantImage down = cuda_image (PINNED, 0, rows[i].format, 32, 10);
    int copies = calls ("cuMemcpyAsync");

    fill_rows (&src);
    cuda_run (transform, &src, &device);
    fail_unless_equals_int (calls ("cuMemcpyAsync"), copies + rows[i].copies);
    cuda_run (transform, &device, &down);
    fail_unless_equals_int (sv_cuda_backend.wait (down.data[0], false),
        SAVANT_OK);
    fail_unless (memcmp (src.data[0], down.data[0], 32 * 15) == 0);
    cuda_image_free (PINNED, 0, &src);
    cuda_image_free (DEVICE, 0, &device);
    cuda_image_free (PINNED, 0, &down);
  }
  savant_transform_free (transform);
}
GST_END_TEST;

#define N_BLOCKS 32

/* Two of the blocks of 4096 bytes that lie side by side. */
static void
find_neighbours (uint8_t *const blocks[N_BLOCKS], uint8_t *planes[2])
{
  for (int i = 0; i < N_BLOCKS; i++)
    for (int j = 0; j < N_BLOCKS; j++)
      if (blocks[j] == blocks[i] + 4096) {
        planes[0] = blocks[i];
        planes[1] = blocks[j];
        return;
      }
  ck_abort_msg ("no two blocks side by side");
}

/* Planes that follow each other, but are two allocations, do not: the driver
 * refuses that, the fake breaks on it. */
GST_START_TEST (neighbouring_allocations)
{
  static const SavantMemType types[] = { PINNED, DEVICE };
  SavantTransform *transform = cuda_transform_new ();

  for (int t = 0; t < 2; t++) {
    SavantImage whole =
        cuda_image (types[1 - t], 0, SAVANT_FORMAT_NV12, 64, 64);
    SavantImage apart = whole;
    uint8_t *blocks[N_BLOCKS];
    int copies = calls ("cuMemcpyAsync");

    for (int i = 0; i < N_BLOCKS; i++)
      blocks[i] = sv_cuda_backend.alloc (types[t], 0, 4096);
    find_neighbours (blocks, apart.data);
    cuda_run (transform, &apart, &whole);
    cuda_run (transform, &whole, &apart);
    fail_unless_equals_int (calls ("cuMemcpyAsync"), copies + 4);
    for (int i = 0; i < N_BLOCKS; i++)
      sv_cuda_backend.free (types[t], 0, blocks[i]);
    cuda_image_free (types[1 - t], 0, &whole);
  }
  savant_transform_free (transform);
}
GST_END_TEST;

/* The spare Y of an odd row of UYVY repeats the last one: no mere copy. */
GST_START_TEST (odd_uyvy)
{
  SavantTransform *transform = cuda_transform_new ();
  SavantImage src = cuda_image (PINNED, 0, SAVANT_FORMAT_UYVY, 9, 6);
  SavantImage dst = cuda_image (DEVICE, 0, SAVANT_FORMAT_UYVY, 9, 6);
  int launches = calls ("cuLaunchKernel");

  cuda_run (transform, &src, &dst);
  fail_unless_equals_int (calls ("cuLaunchKernel"), launches + 1);
  cuda_image_free (PINNED, 0, &src);
  cuda_image_free (DEVICE, 0, &dst);
  savant_transform_free (transform);
}
GST_END_TEST;

/* Pinned memory travels by the copy engines, unless only a part of it is read;
 * who overwrites it waits until it has. */
GST_START_TEST (pinned_sources)
{
  SavantTransform *transform = cuda_transform_new ();
  SavantImage src = cuda_image (PINNED, 0, SAVANT_FORMAT_RGBA, 32, 32);
  SavantImage dst = cuda_image (DEVICE, 0, SAVANT_FORMAT_RGBA, 16, 16);
  SavantTransformJob job = cuda_job (&src, &dst);
  int copies, syncs;

  cuda_run (transform, &src, &dst);
  job.src_rect = (SavantRect){ 4, 4, 8, 8 };
  fail_unless_equals_int (savant_transform_run (transform, NULL, &job, 1),
      SAVANT_OK);
  copies = calls ("cuMemcpyAsync");
  fail_unless_equals_int (savant_transform_run (transform, NULL, &job, 1),
      SAVANT_OK);
  fail_unless_equals_int (calls ("cuMemcpyAsync"), copies);
  /* Shrinking by more than 2.5 skips enough rows, too. */
  job.src_rect = (SavantRect){ 0, 0, 32, 32 };
  for (int h = 12; h < 14; h++) {
    job.dst_rect.h = h;
    savant_transform_run (transform, NULL, &job, 1);
    copies = calls ("cuMemcpyAsync");
    savant_transform_run (transform, NULL, &job, 1);
    fail_unless_equals_int (calls ("cuMemcpyAsync"), copies + (h == 13));
  }
  copies = calls ("cuMemcpyAsync");
  fake_cuda ()->hold (true);
  syncs = calls ("cuEventSynchronize");
  cuda_run (transform, &src, &dst);
  fail_unless_equals_int (calls ("cuMemcpyAsync"), copies + 1);
  fail_unless_equals_int (calls ("cuEventSynchronize"), syncs);
  fail_unless_equals_int (sv_cuda_backend.wait (src.data[0], true), SAVANT_OK);
  fail_unless_equals_int (calls ("cuEventSynchronize"), syncs + 1);
  fake_cuda ()->hold (false);
  cuda_image_free (PINNED, 0, &src);
  cuda_image_free (DEVICE, 0, &dst);
  savant_transform_free (transform);
}
GST_END_TEST;

static Suite *
cuda_peers_suite (void)
{
  Suite *s = suite_create ("cuda_peers");
  TCase *tc = tcase_create ("gpus");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, refused_unless_allowed);
  tcase_add_test (tc, access_is_asked_for_once);
  tcase_add_test (tc, mixed_batches);
  tcase_add_test (tc, one_gpu_of_destinations);
  tcase_add_test (tc, order_between_gpus);
  tcase_add_test (tc, failing_copies);
  tc = tcase_create ("cpu");
  suite_add_tcase (s, tc);
  tcase_add_test (tc, moves_need_no_kernel);
  tcase_add_test (tc, changes_need_one);
  tcase_add_test (tc, joined_planes);
  tcase_add_test (tc, neighbouring_allocations);
  tcase_add_test (tc, odd_uyvy);
  tcase_add_test (tc, pinned_sources);
  return s;
}

GST_CHECK_MAIN (cuda_peers);
