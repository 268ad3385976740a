/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CUDA_TEST_H
#define CUDA_TEST_H

/* For tests of the cuda backend on the fake driver. */

#include <dlfcn.h>
#include <gst/check/gstcheck.h>
#include <stdlib.h>
#include <string.h>

#include "backend/backend.h"
#include "fakecuda.h"

/* The fake's controls; ends the program where another driver was loaded. */
static inline const FakeCuda *
fake_cuda (void)
{
  static const FakeCuda *fake;
  void *library;

  if (fake != NULL)
    return fake;
  library = dlopen ("libcuda.so.1", RTLD_NOW | RTLD_LOCAL);
  if (library != NULL)
    fake = dlsym (library, FAKE_CUDA_TABLE);
  if (fake == NULL)
    abort ();
  return fake;
}

static inline void
assert_text (const char *part)
{
  fail_unless (strstr (savant_last_error (), part) != NULL,
      "\"%s\" does not contain \"%s\"", savant_last_error (), part);
}

/* A picture in memory of the backend, planes one after the other. */
static inline SavantImage
cuda_image (SavantMemType mem_type, int gpu_id, SavantFormat format, int width,
    int height)
{
  SavantImage image = { .format = format,
    .width = width,
    .height = height,
    .colorimetry = { SAVANT_MATRIX_BT709, SAVANT_RANGE_LIMITED, 0 },
    .n_planes = savant_format_n_planes (format) };
  int64_t row, rows, size = 0;
  uint8_t *data;

  for (int p = 0; p < image.n_planes; p++) {
    savant_format_plane_size (format, p, width, height, &row, &rows);
    size += row * rows;
  }
  data = sv_cuda_backend.alloc (mem_type, gpu_id, (size_t) size);
  fail_unless (data != NULL, "%s", savant_last_error ());
  for (int p = 0; p < image.n_planes; p++) {
    savant_format_plane_size (format, p, width, height, &row, &rows);
    image.data[p] = data;
    image.pitch_bytes[p] = (ptrdiff_t) row;
    data += row * rows;
  }
  return image;
}

static inline void
cuda_image_free (SavantMemType mem_type, int gpu_id, SavantImage *image)
{
  sv_cuda_backend.free (mem_type, gpu_id, image->data[0]);
}

/* All of a picture into all of another. */
static inline SavantTransformJob
cuda_job (const SavantImage *src, const SavantImage *dst)
{
  return (SavantTransformJob){ *src, *dst, { 0, 0, src->width, src->height },
    { 0, 0, dst->width, dst->height } };
}

static inline SavantTransform *
cuda_transform_new (void)
{
  SavantTransform *transform = NULL;

  fail_unless (savant_transform_new ("cuda", &transform) == SAVANT_OK, "%s",
      savant_last_error ());
  return transform;
}

static inline void
cuda_run (SavantTransform *transform, const SavantImage *src,
    const SavantImage *dst)
{
  SavantTransformJob job = cuda_job (src, dst);

  fail_unless (savant_transform_run (transform, NULL, &job, 1) == SAVANT_OK,
      "%s", savant_last_error ());
}

#endif
