/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SV_DLPACK_H
#define SV_DLPACK_H

/* The layout of DLPack 1.x, from its specification: what other libraries know
 * as DLManagedTensorVersioned. */

#include <stddef.h>
#include <stdint.h>

#define SV_DLPACK_MAJOR 1
#define SV_DLPACK_MINOR 0

/* DLDeviceType. */
enum
{
  SV_DLPACK_CPU = 1,
  SV_DLPACK_CUDA = 2,
  SV_DLPACK_CUDA_HOST = 3,
  SV_DLPACK_CUDA_MANAGED = 13
};

/* DLDataTypeCode. */
#define SV_DLPACK_UINT 1

/* Flags. */
#define SV_DLPACK_READ_ONLY ((uint64_t) 1)

typedef struct SvDlTensor
{
  void *data;
  int32_t device_type;
  int32_t device_id;
  int32_t ndim;
  uint8_t type_code;
  uint8_t type_bits;
  uint16_t type_lanes;
  int64_t *shape;
  int64_t *strides; /* in elements; NULL = rows without gaps */
  uint64_t byte_offset;
} SvDlTensor;

typedef struct SvDlManaged SvDlManaged;
struct SvDlManaged
{
  uint32_t major;
  uint32_t minor;
  void *context;
  void (*deleter) (SvDlManaged *self);
  uint64_t flags;
  SvDlTensor tensor;
};

#if UINTPTR_MAX == UINT64_MAX
_Static_assert (sizeof (SvDlTensor) == 48, "DLTensor");
_Static_assert (offsetof (SvDlTensor, ndim) == 16, "DLTensor.ndim");
_Static_assert (offsetof (SvDlTensor, shape) == 24, "DLTensor.shape");
_Static_assert (offsetof (SvDlTensor, byte_offset) == 40, "byte_offset");
_Static_assert (sizeof (SvDlManaged) == 80, "DLManagedTensorVersioned");
_Static_assert (offsetof (SvDlManaged, deleter) == 16, "deleter");
_Static_assert (offsetof (SvDlManaged, flags) == 24, "flags");
_Static_assert (offsetof (SvDlManaged, tensor) == 32, "dl_tensor");
#endif

#endif
