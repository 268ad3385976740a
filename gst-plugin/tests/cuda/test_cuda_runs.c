/* SPDX-License-Identifier: Apache-2.0 */
/* Runs of the cuda backend on the fake driver: what is launched, what travels,
 * and what is left when a call fails. */
#include "cudatest.h"

#define DEVICE SAVANT_MEM_CUDA_DEVICE
#define SYSTEM SAVANT_MEM_SYSTEM

static int
calls (const char *name)
{
  return fake_cuda ()->calls (name);
}

static const SavantFormat formats[] = { SAVANT_FORMAT_RGBA, SAVANT_FORMAT_NV12,
  SAVANT_FORMAT_I420, SAVANT_FORMAT_UYVY, SAVANT_FORMAT_GRAY8,
  SAVANT_FORMAT_RGB };

/* Pictures of all sizes and formats share a launch, as many as fit. */
GST_START_TEST (one_launch_a_batch)
{
  static const struct
  {
    int n;
    int launches;
    int last;
  } rows[] = { { 1, 1, 1 }, { 32, 1, 32 }, { 64, 1, 64 }, { 65, 2, 1 },
    { 100, 2, 36 } };
  SavantTransform *transform = cuda_transform_new ();
  SavantImage src[100], dst[100];
  SavantTransformJob jobs[100];

  for (int i = 0; i < 100; i++) {
    src[i] = cuda_image (DEVICE, 0, formats[i % 6], 10 + i, 90 - i / 2);
    dst[i] = cuda_image (DEVICE, 0, formats[i / 2 % 6], 70 + i, 17 + i % 3);
    jobs[i] = cuda_job (&src[i], &dst[i]);
  }
  for (int r = 0; r < (int) G_N_ELEMENTS (rows); r++) {
    int launches = calls ("cuLaunchKernel");
    int syncs = calls ("cuEventSynchronize");

    fail_unless_equals_int (savant_transform_run (transform, NULL, jobs,
                                rows[r].n),
        SAVANT_OK);
    fail_unless_equals_int (calls ("cuLaunchKernel"),
        launches + rows[r].launches);
    fail_unless_equals_int (fake_cuda ()->last_jobs (), rows[r].last);
    fail_unless_equals_int (calls ("cuEventSynchronize"), syncs);
  }
  for (int i = 0; i < 100; i++) {
    cuda_image_free (DEVICE, 0, &src[i]);
    cuda_image_free (DEVICE, 0, &dst[i]);
  }
  savant_transform_free (transform);
}
GST_END_TEST;

/* A geometry that was there before costs one launch and one event. */
GST_START_TEST (nothing_new_for_the_same_geometry)
{
  SavantTransform *transform = cuda_transform_new ();
  SavantImage src = cuda_image (DEVICE, 0, SAVANT_FORMAT_NV12, 64, 48);
  SavantImage dst = cuda_image (DEVICE, 0, SAVANT_FORMAT_RGBA, 33, 31);
  int n;

  cuda_run (transform, &src, &dst);
  cuda_run (transform, &src, &dst);
  n = fake_cuda ()->n_calls ();
  cuda_run (transform, &src, &dst);
  /* Pushing the context, launching, recording. */
  fail_unless_equals_int (fake_cuda ()->n_calls () - n, 3);
  cuda_image_free (DEVICE, 0, &src);
  cuda_image_free (DEVICE, 0, &dst);
  savant_transform_free (transform);
}
GST_END_TEST;

/* More geometries than are kept: each is right in its launch. */
GST_START_TEST (many_geometries)
{
  SavantTransform *transform = cuda_transform_new ();
  SavantImage src = cuda_image (DEVICE, 0, SAVANT_FORMAT_NV12, 320, 240);
  SavantImage dst = cuda_image (DEVICE, 0, SAVANT_FORMAT_RGBA, 65, 33);
  SavantTransformJob jobs[90];
  int memories = fake_cuda ()->n_memories ();

  for (int round = 0; round < 3; round++) {
    for (int i = 0; i < 90; i++) {
      jobs[i] = cuda_job (&src, &dst);
      jobs[i].src_rect = (SavantRect){ i, round, 100 + i, 100 };
    }
    fail_unless_equals_int (savant_transform_run (transform, NULL, jobs, 90),
        SAVANT_OK);
  }
  fail_unless (fake_cuda ()->n_memories () <= memories + 64);
  savant_transform_free (transform);
  fail_unless_equals_int (fake_cuda ()->n_memories (), memories);
  cuda_image_free (DEVICE, 0, &src);
  cuda_image_free (DEVICE, 0, &dst);
}
GST_END_TEST;

/* ---- Memory of the CPU --------------------------------------------------- */

static SavantImage
host_image (SavantFormat format, int width, int height, int padding,
    bool bottom_up)
{
  SavantImage image = cuda_image (SYSTEM, 0, format, width + padding, height);

  image.width = width;
  if (bottom_up)
    for (int p = 0; p < image.n_planes; p++) {
      int64_t row, rows;

      savant_format_plane_size (format, p, width, height, &row, &rows);
      image.data[p] += (rows - 1) * image.pitch_bytes[p];
      image.pitch_bytes[p] = -image.pitch_bytes[p];
    }
  return image;
}

static void
free_host (SavantImage *image)
{
  int64_t row, rows;

  savant_format_plane_size (image->format, 0, image->width, image->height, &row,
      &rows);
  if (image->pitch_bytes[0] < 0)
    image->data[0] += (rows - 1) * image->pitch_bytes[0];
  cuda_image_free (SYSTEM, 0, image);
}

/* Any pitch, direction and format; what comes back is there on return. */
GST_START_TEST (host_pictures_travel)
{
  static const int paddings[] = { 0, 6 };
  SavantTransform *transform = cuda_transform_new ();

  for (int f = 0; f < 6; f++) {
    for (int v = 0; v < 4; v++) {
      SavantImage src = host_image (formats[f], 64, 9, paddings[v % 2], v > 1);
      SavantImage dst = host_image (formats[f], 32, 7, paddings[v % 2], v > 1);
      SavantImage device = cuda_image (DEVICE, 0, formats[f], 40, 20);
      int64_t row, rows;

      savant_format_plane_size (formats[f], 0, 32, 7, &row, &rows);
      for (int y = 0; y < 7; y++)
        memset (dst.data[0] + y * dst.pitch_bytes[0], 0, (size_t) row);
      cuda_run (transform, &src, &device);
      cuda_run (transform, &device, &dst);
      for (int y = 0; y < 7; y++)
        for (int x = 0; x < row; x++)
          fail_unless_equals_int (dst.data[0][y * dst.pitch_bytes[0] + x],
              FAKE_PIXEL);
      free_host (&src);
      free_host (&dst);
      cuda_image_free (DEVICE, 0, &device);
    }
  }
  savant_transform_free (transform);
}
GST_END_TEST;

/* Between pictures of the CPU the GPU is only used when it is asked for. */
GST_START_TEST (host_to_host)
{
  SavantTransformConfig config = SAVANT_TRANSFORM_CONFIG_DEFAULTS;
  SavantTransform *transform = cuda_transform_new ();
  SavantImage src = host_image (SAVANT_FORMAT_RGBA, 16, 16, 0, false);
  SavantImage dst = host_image (SAVANT_FORMAT_RGBA, 8, 8, 0, false);
  SavantTransformJob job = cuda_job (&src, &dst);
  int launches = calls ("cuLaunchKernel");

  memset (src.data[0], 9, 16 * 16 * 4);
  fail_unless_equals_int (savant_transform_run (transform, &config, &job, 1),
      SAVANT_OK);
  fail_unless_equals_int (calls ("cuLaunchKernel"), launches);
  fail_unless_equals_int (dst.data[0][17], 9);
  config.compute_mode = SAVANT_COMPUTE_GPU;
  fail_unless_equals_int (savant_transform_run (transform, &config, &job, 1),
      SAVANT_OK);
  fail_unless_equals_int (calls ("cuLaunchKernel"), launches + 1);
  fail_unless_equals_int (dst.data[0][17], FAKE_PIXEL);
  config.compute_mode = SAVANT_COMPUTE_VIC;
  fail_unless_equals_int (savant_transform_run (transform, &config, &job, 1),
      SAVANT_ERROR_UNAVAILABLE);
  assert_text ("VIC");
  free_host (&src);
  free_host (&dst);
  savant_transform_free (transform);
}
GST_END_TEST;

GST_START_TEST (fills)
{
  SavantImage image = cuda_image (DEVICE, 1, SAVANT_FORMAT_NV12, 31, 9);
  SavantImage host = host_image (SAVANT_FORMAT_GRAY8, 4, 4, 0, false);
  int launches = calls ("cuLaunchKernel");

  fail_unless_equals_int (savant_image_fill (&image, 0x123456), SAVANT_OK);
  fail_unless_equals_int (calls ("cuLaunchKernel"), launches + 1);
  fail_unless_equals_int (fake_cuda ()->last_gpu (), 1);
  fail_unless_equals_int (savant_image_fill (&host, 0xffffff), SAVANT_OK);
  fail_unless_equals_int (calls ("cuLaunchKernel"), launches + 1);
  fail_unless_equals_int (host.data[0][15], 255);
  cuda_image_free (DEVICE, 1, &image);
  free_host (&host);
}
GST_END_TEST;

/* ---- GPUs and foreign memory --------------------------------------------- */

GST_START_TEST (gpu_of_the_pictures)
{
  SavantTransform *transform = cuda_transform_new ();
  SavantImage zero = cuda_image (DEVICE, 0, SAVANT_FORMAT_RGBA, 16, 16);
  SavantImage one = cuda_image (DEVICE, 1, SAVANT_FORMAT_RGBA, 16, 16);
  SavantImage other = cuda_image (DEVICE, 1, SAVANT_FORMAT_RGBA, 8, 16);
  SavantImage pinned =
      cuda_image (SAVANT_MEM_CUDA_PINNED, 0, SAVANT_FORMAT_RGBA, 8, 16);
  SavantTransformJob job = cuda_job (&one, &zero);

  cuda_run (transform, &one, &other);
  fail_unless_equals_int (fake_cuda ()->last_gpu (), 1);
  cuda_run (transform, &one, &pinned);
  fail_unless_equals_int (fake_cuda ()->last_gpu (), 1);
  cuda_run (transform, &zero, &pinned);
  fail_unless_equals_int (fake_cuda ()->last_gpu (), 0);
  fail_unless_equals_int (savant_transform_run (transform, NULL, &job, 1),
      SAVANT_ERROR_UNSUPPORTED);
  assert_text ("GPU 0");
  assert_text ("GPU 1");
  cuda_image_free (DEVICE, 0, &zero);
  cuda_image_free (DEVICE, 1, &one);
  cuda_image_free (DEVICE, 1, &other);
  cuda_image_free (SAVANT_MEM_CUDA_PINNED, 0, &pinned);
  savant_transform_free (transform);
}
GST_END_TEST;

static int n_released;

static void
released (void *object)
{
  fail_unless (object == &n_released);
  n_released++;
}

/* Memory of the driver's that is not ours. */
static SavantImage
foreign_image (int *owner)
{
  SavantImage image = cuda_image (DEVICE, 0, SAVANT_FORMAT_RGBA, 16, 16);
  int (*alloc) (uint64_t *, size_t) = NULL;
  int (*push) (void *) = NULL;
  int (*pop) (void **) = NULL;
  int (*retain) (void **, int) = NULL;
  void *library = dlopen ("libcuda.so.1", RTLD_NOW), *context;
  uint64_t data = 0;

  *(void **) &alloc = dlsym (library, "cuMemAlloc_v2");
  *(void **) &push = dlsym (library, "cuCtxPushCurrent_v2");
  *(void **) &pop = dlsym (library, "cuCtxPopCurrent_v2");
  *(void **) &retain = dlsym (library, "cuDevicePrimaryCtxRetain");
  fail_unless (retain (&context, 100) == 0 && push (context) == 0
      && alloc (&data, 16 * 16 * 4) == 0 && pop (&context) == 0);
  cuda_image_free (DEVICE, 0, &image);
  image.data[0] = (uint8_t *) (uintptr_t) data;
  *owner = 1;
  return image;
}

GST_START_TEST (foreign_sources_are_kept)
{
  SavantTransform *transform = cuda_transform_new ();
  SavantImage dst = cuda_image (DEVICE, 0, SAVANT_FORMAT_RGBA, 8, 8);
  SavantImage ours = cuda_image (DEVICE, 0, SAVANT_FORMAT_RGBA, 8, 8);
  SavantImage foreign = foreign_image (&n_released);
  int syncs;

  n_released = 0;
  fake_cuda ()->hold (true);
  syncs = calls ("cuEventSynchronize");
  /* Our own memory knows who reads it. */
  cuda_run (transform, &ours, &dst);
  savant_transform_keep (transform, &n_released, released);
  fail_unless_equals_int (n_released, 1);

  fail_unless_equals_int (savant_transform_max_kept (transform), 2);
  for (int i = 0; i < 2; i++) {
    cuda_run (transform, &foreign, &dst);
    savant_transform_keep (transform, &n_released, released);
    savant_transform_keep (transform, &n_released, released);
  }
  fail_unless_equals_int (n_released, 1);
  fail_unless_equals_int (calls ("cuEventSynchronize"), syncs);
  /* A third run makes the first one's go. */
  cuda_run (transform, &foreign, &dst);
  savant_transform_keep (transform, &n_released, released);
  fail_unless_equals_int (n_released, 3);
  fail_unless_equals_int (calls ("cuEventSynchronize"), syncs + 1);
  fake_cuda ()->hold (false);
  /* All have passed: let go of with the next run. */
  cuda_run (transform, &ours, &dst);
  fail_unless_equals_int (n_released, 6);

  fake_cuda ()->hold (true);
  cuda_run (transform, &foreign, &dst);
  savant_transform_keep (transform, &n_released, released);
  fail_unless_equals_int (n_released, 6);
  savant_transform_free (transform);
  fail_unless_equals_int (n_released, 7);
  fake_cuda ()->hold (false);
  cuda_image_free (DEVICE, 0, &dst);
  cuda_image_free (DEVICE, 0, &ours);
}
GST_END_TEST;

/* Nobody could wait for a foreign destination later. */
GST_START_TEST (foreign_destinations_are_waited_for)
{
  SavantTransform *transform = cuda_transform_new ();
  SavantImage src = cuda_image (DEVICE, 0, SAVANT_FORMAT_RGBA, 8, 8);
  SavantImage foreign = foreign_image (&n_released);
  int syncs = calls ("cuEventSynchronize");

  cuda_run (transform, &src, &foreign);
  fail_unless_equals_int (calls ("cuEventSynchronize"), syncs + 1);
  cuda_image_free (DEVICE, 0, &src);
  savant_transform_free (transform);
}
GST_END_TEST;

GST_START_TEST (memory_types_of_a_transform)
{
  SavantTransform *cuda = cuda_transform_new (), *host = NULL;

  fail_unless_equals_int (savant_transform_new ("host", &host), SAVANT_OK);
  fail_unless_equals_int (savant_transform_takes (cuda, DEVICE), SAVANT_OK);
  fail_unless_equals_int (savant_transform_takes (cuda, SYSTEM), SAVANT_OK);
  fail_unless_equals_int (savant_transform_takes (cuda,
                              SAVANT_MEM_SURFACE_ARRAY),
      SAVANT_ERROR_UNAVAILABLE);
  assert_text ("surface_array");
  fail_unless_equals_int (savant_transform_takes (host, DEVICE),
      SAVANT_ERROR_UNAVAILABLE);
  assert_text ("cuda_device");
  assert_text ("host");
  fail_unless_equals_int (savant_transform_takes (host,
                              SAVANT_MEM_CUDA_UNIFIED),
      SAVANT_OK);
  fail_unless_equals_int (savant_transform_max_kept (host), 0);
  n_released = 0;
  savant_transform_keep (host, &n_released, released);
  fail_unless_equals_int (n_released, 1);
  savant_transform_free (cuda);
  savant_transform_free (host);
}
GST_END_TEST;

/* The host backend reads pinned memory, but not before it is written. */
GST_START_TEST (cpu_after_gpu)
{
  SavantTransform *cuda = cuda_transform_new (), *host = NULL;
  SavantImage src = cuda_image (DEVICE, 0, SAVANT_FORMAT_GRAY8, 16, 16);
  SavantImage pinned =
      cuda_image (SAVANT_MEM_CUDA_PINNED, 0, SAVANT_FORMAT_GRAY8, 8, 8);
  SavantImage dst = host_image (SAVANT_FORMAT_GRAY8, 4, 4, 0, false);
  int syncs;

  fail_unless_equals_int (savant_transform_new ("host", &host), SAVANT_OK);
  fake_cuda ()->hold (true);
  syncs = calls ("cuEventSynchronize");
  cuda_run (cuda, &src, &pinned);
  fail_unless_equals_int (calls ("cuEventSynchronize"), syncs);
  cuda_run (host, &pinned, &dst);
  fail_unless_equals_int (calls ("cuEventSynchronize"), syncs + 1);
  fail_unless_equals_int (dst.data[0][5], FAKE_PIXEL);
  fake_cuda ()->hold (false);
  cuda_image_free (DEVICE, 0, &src);
  cuda_image_free (SAVANT_MEM_CUDA_PINNED, 0, &pinned);
  free_host (&dst);
  savant_transform_free (cuda);
  savant_transform_free (host);
}
GST_END_TEST;

/* ---- Failures ------------------------------------------------------------ */

/* Everything that a stream of frames does, once; the first status that is not
 * OK. */
static int
whole_story (void)
{
  uint8_t *device = sv_cuda_backend.alloc (DEVICE, 0, 64 * 64 * 4);
  uint8_t pixels[16 * 16 * 4] = { 0 };
  SavantImage host = { SAVANT_FORMAT_RGBA, 16, 16,
    { SAVANT_MATRIX_RGB, SAVANT_RANGE_FULL, 0 }, 1, { pixels }, { 64 } };
  SavantImage there = host;
  SavantTransform *transform = NULL;
  SavantTransformJob up, down;
  int status = SAVANT_ERROR_OUT_OF_MEMORY;

  if (device == NULL)
    return status;
  there.data[0] = device;
  there.width = there.height = 64;
  there.pitch_bytes[0] = 256;
  up = cuda_job (&host, &there);
  down = cuda_job (&there, &host);
  status = savant_transform_new ("cuda", &transform);
  if (status == SAVANT_OK)
    status = savant_transform_run (transform, NULL, &up, 1);
  if (status == SAVANT_OK)
    status = savant_transform_run (transform, NULL, &down, 1);
  if (status == SAVANT_OK)
    status = savant_image_fill (&there, 0x102030);
  if (status == SAVANT_OK)
    status = sv_cuda_backend.copy (pixels, device, sizeof pixels);
  savant_transform_free (transform);
  sv_cuda_backend.free (DEVICE, 0, device);
  return status;
}

/* Whichever call fails, it is told, and nothing is left behind. */
GST_START_TEST (every_call_can_fail)
{
  int memories, streams, n, failures = 0;

  fail_unless_equals_int (whole_story (), SAVANT_OK);
  memories = fake_cuda ()->n_memories ();
  streams = fake_cuda ()->n_streams ();
  n = fake_cuda ()->n_calls ();
  fail_unless_equals_int (whole_story (), SAVANT_OK);
  n = fake_cuda ()->n_calls () - n;
  fail_unless (n > 20);
  for (int i = 1; i <= n; i++) {
    int before = fake_cuda ()->n_memories ();
    int status;

    fake_cuda ()->fail_at (fake_cuda ()->n_calls () + i, 2, false);
    status = whole_story ();
    fake_cuda ()->fail_at (0, 0, false);
    if (status != SAVANT_OK) {
      failures++;
      fail_unless (status == SAVANT_ERROR_OUT_OF_MEMORY
              || status == SAVANT_ERROR_EXECUTION,
          "call %d: status %d", i, status);
      assert_text ("CUDA: ");
      assert_text ("CUDA_ERROR_OUT_OF_MEMORY");
    }
    /* What a failing call was to free is the driver's to keep. */
    fail_unless (fake_cuda ()->n_memories () <= before + 3, "call %d", i);
    fail_unless_equals_int (fake_cuda ()->depth (), 0);
  }
  fail_unless (failures > n / 2, "%d of %d", failures, n);
  fail_unless (fake_cuda ()->n_memories () <= memories + 8);
  fail_unless (fake_cuda ()->n_streams () <= streams + 2);
  fail_unless_equals_int (whole_story (), SAVANT_OK);
}
GST_END_TEST;

/* A GPU that is lost answers every call with an error from then on. */
GST_START_TEST (lost_gpu)
{
  SavantTransform *transform = cuda_transform_new ();
  SavantImage src = cuda_image (DEVICE, 0, SAVANT_FORMAT_RGBA, 16, 16);
  SavantImage dst = cuda_image (DEVICE, 0, SAVANT_FORMAT_RGBA, 16, 16);
  SavantTransformJob job = cuda_job (&src, &dst);

  cuda_run (transform, &src, &dst);
  fake_cuda ()->fail_at (fake_cuda ()->n_calls () + 2, 719, true);
  for (int i = 0; i < 3; i++) {
    fail_unless_equals_int (savant_transform_run (transform, NULL, &job, 1),
        SAVANT_ERROR_EXECUTION);
    assert_text ("719");
    assert_text ("CUDA_ERROR_LAUNCH_FAILED");
  }
  fail_unless (sv_cuda_backend.alloc (DEVICE, 0, 16) == NULL);
  cuda_image_free (DEVICE, 0, &src);
  cuda_image_free (DEVICE, 0, &dst);
  savant_transform_free (transform);
  fail_unless_equals_int (fake_cuda ()->depth (), 0);
  fake_cuda ()->fail_at (0, 0, false);
}
GST_END_TEST;

static Suite *
cuda_runs_suite (void)
{
  Suite *s = suite_create ("cuda_runs");
  TCase *tc = tcase_create ("runs");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, one_launch_a_batch);
  tcase_add_test (tc, nothing_new_for_the_same_geometry);
  tcase_add_test (tc, many_geometries);
  tcase_add_test (tc, host_pictures_travel);
  tcase_add_test (tc, host_to_host);
  tcase_add_test (tc, fills);
  tcase_add_test (tc, gpu_of_the_pictures);
  tcase_add_test (tc, foreign_sources_are_kept);
  tcase_add_test (tc, foreign_destinations_are_waited_for);
  tcase_add_test (tc, memory_types_of_a_transform);
  tcase_add_test (tc, cpu_after_gpu);
  tc = tcase_create ("failures");
  suite_add_tcase (s, tc);
  tcase_add_test (tc, every_call_can_fail);
  tcase_add_test (tc, lost_gpu);
  return s;
}

GST_CHECK_MAIN (cuda_runs);
