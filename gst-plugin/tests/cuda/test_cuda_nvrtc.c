/* SPDX-License-Identifier: Apache-2.0 */
/* Drivers that refuse the kernels of the library: the machine's NVRTC makes
 * others, once for all GPUs of a kind. The environment's EXPECTED is part of
 * the reason where that fails; without it everything has to work. */
#include "cudatest.h"

GST_START_TEST (kernels_are_compiled)
{
  const char *expected = g_getenv ("EXPECTED");
  SavantTransform *transform = cuda_transform_new ();
  SavantTransformJob job;

  for (int gpu = 0; gpu < FAKE_GPUS; gpu++) {
    SavantImage src, dst;

    if (expected != NULL) {
      for (int i = 0; i < 2; i++) {
        fail_unless (sv_cuda_backend.alloc (SAVANT_MEM_CUDA_DEVICE, gpu, 64)
            == NULL);
        assert_text (expected);
      }
      fail_unless_equals_int (fake_cuda ()->depth (), 0);
      break;
    }
    src = cuda_image (SAVANT_MEM_CUDA_DEVICE, gpu, SAVANT_FORMAT_NV12, 64, 32);
    dst = cuda_image (SAVANT_MEM_CUDA_DEVICE, gpu, SAVANT_FORMAT_RGBA, 32, 32);
    job = cuda_job (&src, &dst);
    fail_unless_equals_int (savant_transform_run (transform, NULL, &job, 1),
        SAVANT_OK);
    cuda_image_free (SAVANT_MEM_CUDA_DEVICE, gpu, &src);
    cuda_image_free (SAVANT_MEM_CUDA_DEVICE, gpu, &dst);
  }
  savant_transform_free (transform);
}
GST_END_TEST;

static Suite *
cuda_nvrtc_suite (void)
{
  Suite *s = suite_create ("cuda_nvrtc");
  TCase *tc = tcase_create ("nvrtc");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, kernels_are_compiled);
  return s;
}

GST_CHECK_MAIN (cuda_nvrtc);
