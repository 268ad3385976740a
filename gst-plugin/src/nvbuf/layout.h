/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SV_NVBUF_LAYOUT_H
#define SV_NVBUF_LAYOUT_H

/* NvBufSurface as DeepStream lays it out in memory (64-bit Linux): 6.x to 8.x
 * by their public headers, 9.x measured on 9.0. Own declarations; every
 * offset that we use is asserted below. */

#include <stddef.h>
#include <stdint.h>

typedef struct SvNvbufPlanes
{
  uint32_t num_planes;
  uint32_t width[4]; /* samples */
  uint32_t height[4];
  uint32_t pitch[4];  /* bytes */
  uint32_t offset[4]; /* bytes from dataPtr */
  uint32_t size[4];   /* bytes */
  uint32_t bytes_per_sample[4];
  void *reserved[16];
} SvNvbufPlanes;

typedef struct SvNvbufMapped6
{
  void *addr[4];
  void *egl_image;
  void *reserved[4];
} SvNvbufMapped6;

typedef struct SvNvbufMapped9
{
  void *addr[4];
  void *egl_image;
  void *nvmm_ptr;
  void *cuda_ptr;
  void *reserved[4];
} SvNvbufMapped9;

/* The part of a slot that both layouts share. */
typedef struct SvNvbufSlot
{
  uint32_t width;
  uint32_t height;
  uint32_t pitch;
  int32_t color_format;
  int32_t layout;
  uint64_t buffer_desc;
  uint32_t data_size;
  void *data;
  SvNvbufPlanes planes;
} SvNvbufSlot;

typedef struct SvNvbufSlot6
{
  SvNvbufSlot common;
  SvNvbufMapped6 mapped;
  void *paramex;
  void *reserved[3];
} SvNvbufSlot6;

typedef struct SvNvbufSlot9
{
  SvNvbufSlot common;
  SvNvbufMapped9 mapped;
  void *paramex;
  void *cuda_buffer;
  void *reserved[4];
} SvNvbufSlot9;

/* The beginning of NvBufSurfaceCudaBuffer, a record beside the slots. */
typedef struct SvNvbufCudaBuffer
{
  void *base;
  void *data; /* aligned to a page */
} SvNvbufCudaBuffer;

/* The part of a surface that both layouts share. */
typedef struct SvNvbufSurface
{
  uint32_t gpu_id;
  uint32_t batch_size;
  uint32_t num_filled;
  uint8_t is_contiguous;
  int32_t mem_type;
  void *slots;
} SvNvbufSurface;

typedef struct SvNvbufSurface6
{
  SvNvbufSurface common;
  void *reserved[4];
} SvNvbufSurface6;

typedef struct SvNvbufSurface9
{
  SvNvbufSurface common;
  uint8_t is_imported;
  void *reserved[4];
} SvNvbufSurface9;

#define SV_AT(type, field, at) \
  _Static_assert (offsetof (type, field) == (at), #type "." #field)
#define SV_SIZE(type, size) _Static_assert (sizeof (type) == (size), #type)

SV_SIZE (SvNvbufSurface6, 64);
SV_SIZE (SvNvbufSurface9, 72);
SV_AT (SvNvbufSurface, gpu_id, 0);
SV_AT (SvNvbufSurface, batch_size, 4);
SV_AT (SvNvbufSurface, num_filled, 8);
SV_AT (SvNvbufSurface, is_contiguous, 12);
SV_AT (SvNvbufSurface, mem_type, 16);
SV_AT (SvNvbufSurface, slots, 24);
SV_AT (SvNvbufSurface6, reserved, 32);
SV_AT (SvNvbufSurface9, is_imported, 32);
SV_AT (SvNvbufSurface9, reserved, 40);

SV_SIZE (SvNvbufSlot6, 384);
SV_SIZE (SvNvbufSlot9, 416);
SV_AT (SvNvbufSlot, width, 0);
SV_AT (SvNvbufSlot, height, 4);
SV_AT (SvNvbufSlot, pitch, 8);
SV_AT (SvNvbufSlot, color_format, 12);
SV_AT (SvNvbufSlot, layout, 16);
SV_AT (SvNvbufSlot, buffer_desc, 24);
SV_AT (SvNvbufSlot, data_size, 32);
SV_AT (SvNvbufSlot, data, 40);
SV_AT (SvNvbufSlot, planes, 48);
SV_AT (SvNvbufSlot6, mapped, 280);
SV_AT (SvNvbufSlot6, paramex, 352);
SV_AT (SvNvbufSlot6, reserved, 360);
SV_AT (SvNvbufSlot9, mapped, 280);
SV_AT (SvNvbufSlot9, paramex, 368);
SV_AT (SvNvbufSlot9, cuda_buffer, 376);
SV_AT (SvNvbufSlot9, reserved, 384);

SV_SIZE (SvNvbufPlanes, 232);
SV_AT (SvNvbufPlanes, num_planes, 0);
SV_AT (SvNvbufPlanes, width, 4);
SV_AT (SvNvbufPlanes, height, 20);
SV_AT (SvNvbufPlanes, pitch, 36);
SV_AT (SvNvbufPlanes, offset, 52);
SV_AT (SvNvbufPlanes, size, 68);
SV_AT (SvNvbufPlanes, bytes_per_sample, 84);
SV_AT (SvNvbufPlanes, reserved, 104);

SV_SIZE (SvNvbufMapped6, 72);
SV_AT (SvNvbufMapped6, egl_image, 32);
SV_AT (SvNvbufMapped6, reserved, 40);
SV_SIZE (SvNvbufMapped9, 88);
SV_AT (SvNvbufMapped9, egl_image, 32);
SV_AT (SvNvbufMapped9, nvmm_ptr, 40);
SV_AT (SvNvbufMapped9, cuda_ptr, 48);
SV_AT (SvNvbufMapped9, reserved, 56);

SV_AT (SvNvbufCudaBuffer, data, 8);

#undef SV_AT
#undef SV_SIZE

#endif
