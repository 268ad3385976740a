/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SV_DEEPSTREAM_LIBRARY_H
#define SV_DEEPSTREAM_LIBRARY_H

/* What this backend uses of libnvbufsurface, declared here so that neither
 * NVIDIA's headers nor its libraries are needed to build or load us. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../../nvbuf/view.h"

/* NvBufSurfaceCreateParams: 32 bytes that we know, and zeroes for what later
 * versions may have behind them. */
typedef struct SvDsCreateParams
{
  uint32_t gpu_id;
  uint32_t width;
  uint32_t height;
  uint32_t size; /* 0: by the format */
  uint8_t is_contiguous;
  int32_t color_format;
  int32_t layout; /* SV_DS_PITCH */
  int32_t mem_type;
  uint64_t zero[12];
} SvDsCreateParams;

_Static_assert (offsetof (SvDsCreateParams, is_contiguous) == 16, "params");
_Static_assert (offsetof (SvDsCreateParams, color_format) == 20, "params");
_Static_assert (offsetof (SvDsCreateParams, mem_type) == 28, "params");
_Static_assert (offsetof (SvDsCreateParams, zero) == 32, "params");

enum
{
  SV_DS_PITCH = 0
};

/* Every call that is made: our name, the library's symbol, its parameters. */
#define SV_DS_CALLS(X)                                                         \
  X (create, "NvBufSurfaceCreate",                                             \
      (void **surface, uint32_t batch_size, SvDsCreateParams *params))         \
  X (destroy, "NvBufSurfaceDestroy", (void *surface))

/* NvBufSurfaceDeviceInfo, as far as it is read. */
typedef struct SvDsDeviceInfo
{
  int32_t driver;
  uint8_t has_vic;
  uint8_t rest[123];
} SvDsDeviceInfo;

_Static_assert (offsetof (SvDsDeviceInfo, has_vic) == 4, "device info");

typedef struct SvDsLibrary
{
  /* Those of Jetsons, NULL elsewhere. */
  int (*map_egl) (void *surface, int slot);
  int (*unmap_egl) (void *surface, int slot);
  int (*map_cuda) (void *surface, int slot);
  int (*unmap_cuda) (void *surface, int slot);
#define SV_DS_MEMBER(name, symbol, params) int (*name) params;
  SV_DS_CALLS (SV_DS_MEMBER)
#undef SV_DS_MEMBER
  SvNvbufLayout layout;
} SvDsLibrary;

/* Opens libnvbufsurface once a process and finds its layout; NULL:
 * sv_ds_library_missing() says why. Any thread. */
const SvDsLibrary *sv_ds_library (void);

/* NULL where it works, else what is missing. Static. */
const char *sv_ds_library_missing (void);

#endif
