/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TEST_GPUIMAGES_H
#define TEST_GPUIMAGES_H

/* Pictures in memory of the cuda backend, byte for byte as the CPU's. Only for
 * tests of the library's inside. */

#include "images.h"

typedef struct GpuImage
{
  SavantImage image;
  int mem_type; /* SavantMemType; SYSTEM: `image` is the CPU's own picture */
  uint8_t *block[SAVANT_MAX_PLANES];
} GpuImage;

/* Whether SAVANT_TEST_BACKEND is cuda. Where that cannot work here, a program
 * that uses this ends before its first test: skipped, with the reason, or
 * failed if SAVANT_REQUIRE_GPU is set. */
bool gpu_backend_wanted (void);

/* A copy of a picture with its guards. `kind` 0 to 6 chooses the memory: most
 * are device memory, then the CPU's, pinned and unified memory. */
void gpu_image_init (GpuImage *gpu, const TestImage *image, int kind);

/* Copies everything back, guards included, and frees the memory. */
void gpu_image_fetch (GpuImage *gpu, TestImage *image);

#endif
