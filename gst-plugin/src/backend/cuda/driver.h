/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SV_CUDA_DRIVER_H
#define SV_CUDA_DRIVER_H

/* What this backend uses of the CUDA driver's interface, declared here so that
 * neither NVIDIA's headers nor its libraries are needed to build or load us.
 * Numbers and layouts are those of every driver since CUDA 11. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef int SvCuResult;
typedef int SvCuDevice;
typedef uint64_t SvCuPtr;
typedef struct SvCuContextRec *SvCuContext;
typedef struct SvCuModuleRec *SvCuModule;
typedef struct SvCuFunctionRec *SvCuFunction;
typedef struct SvCuStreamRec *SvCuStream;
typedef struct SvCuEventRec *SvCuEvent;

enum
{
  SV_CU_SUCCESS = 0,
  SV_CU_ERROR_INVALID_VALUE = 1,
  SV_CU_ERROR_OUT_OF_MEMORY = 2,
  SV_CU_ERROR_NO_DEVICE = 100,
  SV_CU_ERROR_INVALID_IMAGE = 200,
  SV_CU_ERROR_NO_BINARY_FOR_GPU = 209,
  SV_CU_ERROR_PEER_NOT_SUPPORTED = 217,
  SV_CU_ERROR_INVALID_PTX = 218,
  SV_CU_ERROR_JIT_COMPILER_NOT_FOUND = 221,
  SV_CU_ERROR_UNSUPPORTED_PTX = 222,
  SV_CU_ERROR_NOT_READY = 600,
  SV_CU_ERROR_PEER_ALREADY_ENABLED = 704
};

enum
{
  SV_CU_STREAM_NON_BLOCKING = 1,
  SV_CU_EVENT_DISABLE_TIMING = 2,
  SV_CU_HOST_ALLOC_PORTABLE = 1,
  SV_CU_HOST_ALLOC_DEVICEMAP = 2,
  SV_CU_MEM_ATTACH_GLOBAL = 1
};

enum
{
  SV_CU_DEVICE_COMPUTE_MAJOR = 75,
  SV_CU_DEVICE_COMPUTE_MINOR = 76
};

enum
{
  SV_CU_POINTER_MEMORY_TYPE = 2,
  SV_CU_POINTER_IS_MANAGED = 8,
  SV_CU_POINTER_DEVICE_ORDINAL = 9
};

enum
{
  SV_CU_MEMORY_HOST = 1,
  SV_CU_MEMORY_DEVICE = 2
};

/* CUDA_MEMCPY2D, version 2. */
typedef struct SvCuCopy2d
{
  size_t src_x_bytes;
  size_t src_y;
  unsigned src_memory_type;
  const void *src_host;
  SvCuPtr src_device;
  void *src_array;
  size_t src_pitch;

  size_t dst_x_bytes;
  size_t dst_y;
  unsigned dst_memory_type;
  void *dst_host;
  SvCuPtr dst_device;
  void *dst_array;
  size_t dst_pitch;

  size_t width_bytes;
  size_t height;
} SvCuCopy2d;

_Static_assert (sizeof (SvCuCopy2d) == 128, "CUDA_MEMCPY2D");
_Static_assert (offsetof (SvCuCopy2d, src_host) == 24, "CUDA_MEMCPY2D");
_Static_assert (offsetof (SvCuCopy2d, dst_x_bytes) == 56, "CUDA_MEMCPY2D");
_Static_assert (offsetof (SvCuCopy2d, width_bytes) == 112, "CUDA_MEMCPY2D");

/* CUDA_MEMCPY3D_PEER. */
typedef struct SvCuPeerSide
{
  size_t x_bytes;
  size_t y;
  size_t z;
  size_t lod;
  unsigned memory_type;
  const void *host;
  SvCuPtr device;
  void *array;
  SvCuContext context;
  size_t pitch;
  size_t height;
} SvCuPeerSide;

typedef struct SvCuPeerCopy
{
  SvCuPeerSide src;
  SvCuPeerSide dst;
  size_t width_bytes;
  size_t height;
  size_t depth;
} SvCuPeerCopy;

_Static_assert (sizeof (SvCuPeerCopy) == 200, "CUDA_MEMCPY3D_PEER");
_Static_assert (offsetof (SvCuPeerCopy, src.device) == 48,
    "CUDA_MEMCPY3D_PEER");
_Static_assert (offsetof (SvCuPeerCopy, dst) == 88, "CUDA_MEMCPY3D_PEER");

/* Every call that is made: our name, the driver's symbol, its parameters. */
#define SV_CU_CALLS(X)                                                         \
  X (init, "cuInit", (unsigned flags))                                         \
  X (driver_version, "cuDriverGetVersion", (int *version))                     \
  X (error_name, "cuGetErrorName", (SvCuResult result, const char **text))     \
  X (error_string, "cuGetErrorString", (SvCuResult result, const char **text)) \
  X (device_count, "cuDeviceGetCount", (int *count))                           \
  X (device_get, "cuDeviceGet", (SvCuDevice * device, int ordinal))            \
  X (device_attribute, "cuDeviceGetAttribute",                                 \
      (int *value, int attribute, SvCuDevice device))                          \
  X (context_retain, "cuDevicePrimaryCtxRetain",                               \
      (SvCuContext * context, SvCuDevice device))                              \
  X (context_push, "cuCtxPushCurrent_v2", (SvCuContext context))               \
  X (context_pop, "cuCtxPopCurrent_v2", (SvCuContext * context))               \
  X (module_load, "cuModuleLoadData", (SvCuModule * module, const void *image)) \
  X (module_function, "cuModuleGetFunction",                                   \
      (SvCuFunction * function, SvCuModule module, const char *name))          \
  X (mem_alloc, "cuMemAlloc_v2", (SvCuPtr * data, size_t size))                \
  X (mem_free, "cuMemFree_v2", (SvCuPtr data))                                 \
  X (host_alloc, "cuMemHostAlloc", (void **data, size_t size, unsigned flags)) \
  X (host_free, "cuMemFreeHost", (void *data))                                 \
  X (managed_alloc, "cuMemAllocManaged",                                       \
      (SvCuPtr * data, size_t size, unsigned flags))                           \
  X (copy, "cuMemcpyAsync",                                                    \
      (SvCuPtr dst, SvCuPtr src, size_t size, SvCuStream stream))              \
  X (copy_2d, "cuMemcpy2DAsync_v2",                                            \
      (const SvCuCopy2d *copy, SvCuStream stream))                             \
  X (set_2d_8, "cuMemsetD2D8Async",                                            \
      (SvCuPtr dst, size_t pitch, unsigned char value, size_t width,           \
          size_t height, SvCuStream stream))                                   \
  X (set_2d_16, "cuMemsetD2D16Async",                                          \
      (SvCuPtr dst, size_t pitch, unsigned short value, size_t width,          \
          size_t height, SvCuStream stream))                                   \
  X (set_2d_32, "cuMemsetD2D32Async",                                          \
      (SvCuPtr dst, size_t pitch, unsigned value, size_t width, size_t height, \
          SvCuStream stream))                                                  \
  X (stream_new, "cuStreamCreate", (SvCuStream * stream, unsigned flags))      \
  X (stream_free, "cuStreamDestroy_v2", (SvCuStream stream))                   \
  X (stream_sync, "cuStreamSynchronize", (SvCuStream stream))                  \
  X (stream_wait, "cuStreamWaitEvent",                                         \
      (SvCuStream stream, SvCuEvent event, unsigned flags))                    \
  X (event_new, "cuEventCreate", (SvCuEvent * event, unsigned flags))          \
  X (event_free, "cuEventDestroy_v2", (SvCuEvent event))                       \
  X (event_record, "cuEventRecord", (SvCuEvent event, SvCuStream stream))      \
  X (event_query, "cuEventQuery", (SvCuEvent event))                           \
  X (event_sync, "cuEventSynchronize", (SvCuEvent event))                      \
  X (launch, "cuLaunchKernel",                                                 \
      (SvCuFunction function, unsigned grid_x, unsigned grid_y,                \
          unsigned grid_z, unsigned block_x, unsigned block_y,                 \
          unsigned block_z, unsigned shared_bytes, SvCuStream stream,          \
          void **params, void **extra))                                        \
  X (pointer_attributes, "cuPointerGetAttributes",                             \
      (unsigned n, int *attributes, void **values, SvCuPtr data))              \
  X (can_access_peer, "cuDeviceCanAccessPeer",                                 \
      (int *can, SvCuDevice device, SvCuDevice peer))                          \
  X (enable_peer, "cuCtxEnablePeerAccess",                                     \
      (SvCuContext peer, unsigned flags))                                      \
  X (copy_peer, "cuMemcpy3DPeerAsync",                                         \
      (const SvCuPeerCopy *copy, SvCuStream stream))

typedef struct SvCuDriver
{
#define SV_CU_MEMBER(name, symbol, params) SvCuResult (*name) params;
  SV_CU_CALLS (SV_CU_MEMBER)
#undef SV_CU_MEMBER
  int n_devices;
} SvCuDriver;

/* Opens the driver once a process; NULL: sv_cu_driver_missing() says why. */
const SvCuDriver *sv_cu_driver (void);

/* NULL where the driver works, else what is missing. Static. */
const char *sv_cu_driver_missing (void);

/* The CUDA version of the kernels in this build, as 1000 * major + 10 * minor,
 * and the kernels. */
extern const int sv_cu_kernel_version;
extern const unsigned char sv_cu_kernels[];

/* OK for SV_CU_SUCCESS; else sv_fail() with what was tried and the driver's
 * own name and text of the result: OUT_OF_MEMORY or EXECUTION. */
int sv_cu_check (SvCuResult result, const char *what);

/* A GPU in use: opened with the first surface or job on it, kept until the
 * process ends. */
typedef struct SvCuGpu
{
  int id;
  SvCuContext context; /* the primary one */
  SvCuFunction kernel; /* for filters of one or two taps */
  SvCuFunction wide_kernel;
} SvCuGpu;

/* NULL and savant_last_error() for a number that no GPU has, or where it
 * cannot be used. Any thread. */
const SvCuGpu *sv_cu_gpu (int id);

/* GPU `id`, open, and reached from `gpu` without a way through the CPU's memory
 * where the machine can; NULL and savant_last_error(). Any thread. */
const SvCuGpu *sv_cu_peer (const SvCuGpu *gpu, int id);

/* Makes a GPU the calling thread's, and the one before again. SavantStatus. */
int sv_cu_enter (const SvCuGpu *gpu);
void sv_cu_leave (void);

#endif
