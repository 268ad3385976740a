/* SPDX-License-Identifier: Apache-2.0 */
#include "gpuimages.h"

#include <gst/check/gstcheck.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "backend/backend.h"

static bool wanted;

__attribute__ ((constructor)) static void
look_for_gpu (void)
{
  const char *name = getenv ("SAVANT_TEST_BACKEND");
  bool required;

  wanted = name != NULL && strcmp (name, "cuda") == 0;
  if (!wanted || sv_backend_get ("cuda") != NULL)
    return;
  /* A compiler is no part of a GPU. */
  required = getenv ("SAVANT_REQUIRE_GPU") != NULL
      && getenv ("SAVANT_CUDA_KERNELS") == NULL;
  printf ("%s: %s\n", required ? "failed" : "skipped", savant_last_error ());
  fflush (stdout);
  _Exit (required ? 1 : 77);
}

bool
gpu_backend_wanted (void)
{
  return wanted;
}

void
gpu_image_init (GpuImage *gpu, const TestImage *image, int kind)
{
  static const SavantMemType kinds[7] = { SAVANT_MEM_CUDA_DEVICE,
    SAVANT_MEM_CUDA_DEVICE, SAVANT_MEM_SYSTEM, SAVANT_MEM_CUDA_DEVICE,
    SAVANT_MEM_CUDA_PINNED, SAVANT_MEM_CUDA_DEVICE, SAVANT_MEM_CUDA_UNIFIED };

  *gpu = (GpuImage){ .image = image->image, .mem_type = kinds[kind] };
  if (gpu->mem_type == SAVANT_MEM_SYSTEM)
    return;
  for (int p = 0; p < image->image.n_planes; p++) {
    gpu->block[p] = sv_cuda_backend.alloc (gpu->mem_type, 0, image->size[p]);
    fail_unless (gpu->block[p] != NULL, "%zu bytes: %s", image->size[p],
        savant_last_error ());
    fail_unless_equals_int (sv_cuda_backend.copy (gpu->block[p],
                                image->block[p], image->size[p]),
        SAVANT_OK);
    gpu->image.data[p] =
        gpu->block[p] + (image->image.data[p] - image->block[p]);
  }
}

void
gpu_image_fetch (GpuImage *gpu, TestImage *image)
{
  if (gpu->mem_type == SAVANT_MEM_SYSTEM)
    return;
  for (int p = 0; p < image->image.n_planes; p++) {
    fail_unless_equals_int (sv_cuda_backend.copy (image->block[p],
                                gpu->block[p], image->size[p]),
        SAVANT_OK);
    sv_cuda_backend.free (gpu->mem_type, 0, gpu->block[p]);
  }
}
