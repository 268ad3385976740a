/* SPDX-License-Identifier: Apache-2.0 */
/* The part of the fake libnvbufsurface that only Jetsons need. */
#include <stdlib.h>
#include <string.h>

#include "fakenvbufsurface.h"
#include "fakesurfaces.h"

static int n_images;
static int n_cuda_buffers;
static int cuda_buffer_fault;

EXPORT int NvBufSurfaceGetDeviceInfo (uint8_t *info);
EXPORT int NvBufSurfaceMapEglImage (void *surface, int slot);
EXPORT int NvBufSurfaceUnMapEglImage (void *surface, int slot);

int
NvBufSurfaceGetDeviceInfo (uint8_t *info)
{
  fake_put32 (info, 2);
  info[4] = (uint8_t) fake_is_jetson ();
  return 0;
}

int
NvBufSurfaceMapEglImage (void *surface, int slot)
{
  FakeEglImage *image;
  uint32_t size, offset;
  uint8_t *at, *data;

  pthread_mutex_lock (&fake_lock);
  at = fake_find_slot ("NvBufSurfaceMapEglImage", surface, slot);
  if (fake_get_pointer (at + 312) != NULL)
    fake_broken ("NvBufSurfaceMapEglImage", "mapped before");
  if (fake_is_mode ("cuda-only")) {
    pthread_mutex_unlock (&fake_lock);
    return -1;
  }
  image = calloc (1, sizeof *image);
  memcpy (&size, at + 32, 4);
  data = fake_allocate (FAKE_DEVICE, 0, size);
  if (data == NULL) {
    free (image);
    pthread_mutex_unlock (&fake_lock);
    return -1;
  }
  image->magic = FAKE_EGL_MAGIC;
  image->block_linear = (uint32_t) fake_is_mode ("block-linear");
  memcpy (&image->width, at, 4);
  memcpy (&image->height, at + 4, 4);
  memcpy (&image->pitch, at + 8, 4);
  memcpy (&image->n_planes, at + 48, 4);
  for (uint32_t p = 0; p < image->n_planes; p++) {
    memcpy (&offset, at + 100 + 4 * p, 4);
    image->planes[p] = data + offset;
  }
  fake_put_pointer (at + 312, image);
  n_images++;
  pthread_mutex_unlock (&fake_lock);
  return 0;
}

int
NvBufSurfaceUnMapEglImage (void *surface, int slot)
{
  FakeEglImage *image;
  uint8_t *at;

  pthread_mutex_lock (&fake_lock);
  at = fake_find_slot ("NvBufSurfaceUnMapEglImage", surface, slot);
  image = fake_get_pointer (at + 312);
  if (image == NULL)
    fake_broken ("NvBufSurfaceUnMapEglImage", "not mapped");
  fake_release (FAKE_DEVICE, 0, image->planes[0]);
  image->magic = 0;
  free (image);
  fake_put_pointer (at + 312, NULL);
  n_images--;
  pthread_mutex_unlock (&fake_lock);
  return 0;
}

#if FAKE_SLOT == 416
static int cuda_buffer_calls;

/* NvBufSurfaceCudaBuffer. */
typedef struct CudaBuffer
{
  void *base, *data, *external, *mipmap;
  uint8_t reserved[64];
} CudaBuffer;

EXPORT int NvBufSurfaceMapCudaBuffer (void *surface, int slot);
EXPORT int NvBufSurfaceUnMapCudaBuffer (void *surface, int slot);

/* Of surface arrays only. */
static uint8_t *
find_array_slot (const char *name, const void *surface, int slot)
{
  uint8_t *at = fake_find_slot (name, surface, slot);
  int32_t mem_type, layout;

  memcpy (&mem_type, (const uint8_t *) surface + 16, 4);
  memcpy (&layout, at + 16, 4);
  if (mem_type != 4 || layout != 0)
    fake_broken (name, "no surface array, or a block-linear one");
  return at;
}

/* The address that a slot is mapped to; NULL: there is no memory. */
static void *
make_cuda_buffer (uint32_t size)
{
  CudaBuffer *buffer;
  void *data = fake_allocate (FAKE_DEVICE, 0, size);

  if (data == NULL || fake_is_mode ("cuda-direct"))
    return data;
  buffer = calloc (1, sizeof *buffer);
  buffer->base = buffer->data = data;
  if (cuda_buffer_fault == FAKE_CUDA_BUFFER_UNKNOWN) {
    fake_release (FAKE_DEVICE, 0, data);
    buffer->base = buffer->data = buffer;
  }
  return buffer;
}

int
NvBufSurfaceMapCudaBuffer (void *surface, int slot)
{
  uint32_t size;
  uint8_t *at;
  void *mapped = NULL;
  int result = -1;

  pthread_mutex_lock (&fake_lock);
  at = find_array_slot ("NvBufSurfaceMapCudaBuffer", surface, slot);
  if (fake_get_pointer (at + 328) != NULL)
    fake_broken ("NvBufSurfaceMapCudaBuffer", "mapped before");
  if (++cuda_buffer_calls > 1 && !fake_makes_cuda_buffers ())
    fake_broken ("NvBufSurfaceMapCudaBuffer",
        "has been refused, and is asked again");
  if (fake_makes_cuda_buffers ()
      && cuda_buffer_fault != FAKE_CUDA_BUFFER_REFUSED) {
    memcpy (&size, at + 32, 4);
    if (cuda_buffer_fault != FAKE_CUDA_BUFFER_NONE)
      mapped = make_cuda_buffer (size);
    result =
        mapped == NULL && cuda_buffer_fault != FAKE_CUDA_BUFFER_NONE ? -1 : 0;
  }
  if (mapped != NULL)
    n_cuda_buffers++;
  fake_put_pointer (at + 328, mapped);
  pthread_mutex_unlock (&fake_lock);
  return result;
}

int
NvBufSurfaceUnMapCudaBuffer (void *surface, int slot)
{
  uint8_t *at;
  void *mapped;

  pthread_mutex_lock (&fake_lock);
  at = find_array_slot ("NvBufSurfaceUnMapCudaBuffer", surface, slot);
  mapped = fake_get_pointer (at + 328);
  if (mapped == NULL)
    fake_broken ("NvBufSurfaceUnMapCudaBuffer", "not mapped");
  if (fake_is_mode ("cuda-direct")) {
    fake_release (FAKE_DEVICE, 0, mapped);
  } else {
    CudaBuffer *buffer = mapped;

    if (buffer->data != buffer)
      fake_release (FAKE_DEVICE, 0, buffer->data);
    free (buffer);
  }
  fake_put_pointer (at + 328, NULL);
  n_cuda_buffers--;
  pthread_mutex_unlock (&fake_lock);
  return 0;
}
#endif

/* What the real one has, too, and nobody of ours may call. */
#define NEVER(name)                                                            \
  EXPORT int name (void);                                                      \
  int name (void)                                                              \
  {                                                                            \
    fake_broken (#name, "never to be called");                                      \
    return -1;                                                                 \
  }
NEVER (NvBufSurfaceAllocate)
NEVER (NvBufSurfaceCopy)
NEVER (NvBufSurfaceFromFd)
NEVER (NvBufSurfaceMap)
#if FAKE_SLOT != 416
NEVER (NvBufSurfaceMapCudaBuffer)
NEVER (NvBufSurfaceUnMapCudaBuffer)
#endif
NEVER (NvBufSurfaceMemSet)
NEVER (NvBufSurfaceSyncForCpu)
NEVER (NvBufSurfaceSyncForDevice)
NEVER (NvBufSurfaceUnMap)

/* ---- Controls ----------------------------------------------------------- */

int
fake_count_images (void)
{
  return n_images;
}

int
fake_count_cuda_buffers (void)
{
  return n_cuda_buffers;
}

void
fake_set_cuda_buffer_fault (int fault)
{
  cuda_buffer_fault = fault;
}
