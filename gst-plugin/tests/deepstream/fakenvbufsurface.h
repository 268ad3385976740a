/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FAKE_NVBUFSURFACE_H
#define FAKE_NVBUFSURFACE_H

#include <stdint.h>

/* What an EGL image of the fake is. */
typedef struct FakeEglImage
{
  uint32_t magic;
  uint32_t n_planes;
  uint32_t width, height, pitch;
  uint32_t block_linear;
  void *planes[3];
} FakeEglImage;

#define FAKE_EGL_MAGIC 0xe61e61u

/* What can be wrong with a CUDA buffer: the call is refused, or succeeds and
 * maps nothing, or memory that the driver does not know. */
enum
{
  FAKE_CUDA_BUFFER_RIGHT,
  FAKE_CUDA_BUFFER_REFUSED,
  FAKE_CUDA_BUFFER_NONE,
  FAKE_CUDA_BUFFER_UNKNOWN
};

/* Controls of the fake libnvbufsurface. */
typedef struct FakeDs
{
  int (*n_surfaces) (void);      /* that exist */
  int (*n_creates) (void);       /* calls so far that were not refused */
  void (*fail_create) (int nth); /* of those from now on; 0 = none */
  int (*n_images) (void);        /* EGL images that exist */
  int (*n_cuda_buffers) (void);  /* CUDA buffers that are mapped */
  /* What becomes of the next ones. */
  void (*cuda_buffer_fault) (int fault);
  int header_size;
  int slot_size;
} FakeDs;

/* The last call of the fake libnvbufsurftransform. */
typedef struct FakeTransform
{
  int calls;
  int flip;
  int filter;
  uint32_t src[4]; /* top, left, width, height */
  uint32_t dst[4];
  int result; /* to be given back */
} FakeTransform;

/* The symbol of the library that gives the table. */
#define FAKE_DS_TABLE "fake_ds_table"

#endif
