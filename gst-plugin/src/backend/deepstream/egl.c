/* SPDX-License-Identifier: Apache-2.0 */
#include <dlfcn.h>
#include <pthread.h>
#include <string.h>

#include "../../core/log.h"
#include "../cuda/driver.h"
#include "mapping.h"

/* CUeglFrame. */
typedef struct SvCuEglFrame
{
  void *planes[3];
  unsigned width;
  unsigned height;
  unsigned depth;
  unsigned pitch;
  unsigned n_planes;
  unsigned n_channels;
  int type; /* PITCH, else arrays */
  int egl_format;
  int format;
} SvCuEglFrame;

_Static_assert (offsetof (SvCuEglFrame, pitch) == 36, "CUeglFrame");
_Static_assert (offsetof (SvCuEglFrame, type) == 48, "CUeglFrame");
_Static_assert (sizeof (SvCuEglFrame) == 64, "CUeglFrame");
_Static_assert (SAVANT_MAX_PLANES >= 3, "planes of a frame and a picture");

enum
{
  FRAME_PITCH = 1
};

typedef struct EglCalls
{
  SvCuResult (*register_image) (void **resource, void *image, unsigned flags);
  SvCuResult (*get_frame) (SvCuEglFrame *frame, void *resource, unsigned index,
      unsigned level);
  SvCuResult (*unregister) (void *resource);
} EglCalls;

static pthread_once_t loaded = PTHREAD_ONCE_INIT;
static EglCalls calls;
static bool works;

static void
load_calls (void)
{
  void *library = dlopen ("libcuda.so.1", RTLD_NOW | RTLD_LOCAL);

  if (library == NULL)
    return;
  *(void **) &calls.register_image =
      dlsym (library, "cuGraphicsEGLRegisterImage");
  *(void **) &calls.get_frame =
      dlsym (library, "cuGraphicsResourceGetMappedEglFrame");
  *(void **) &calls.unregister =
      dlsym (library, "cuGraphicsUnregisterResource");
  works = calls.register_image != NULL && calls.get_frame != NULL
      && calls.unregister != NULL;
}

bool
sv_ds_egl_works (const SvDsLibrary *ds)
{
  pthread_once (&loaded, load_calls);
  return works && ds->map_egl != NULL;
}

static int
register_image (SvDsMapping *mapping)
{
  SvCuEglFrame frame;
  int status =
      sv_cu_check (calls.register_image (&mapping->resource, mapping->key, 0),
          "cuGraphicsEGLRegisterImage");

  if (status != SAVANT_OK)
    return status;
  status = sv_cu_check (calls.get_frame (&frame, mapping->resource, 0, 0),
      "cuGraphicsResourceGetMappedEglFrame");
  if (status == SAVANT_OK && frame.type != FRAME_PITCH)
    status = sv_ds_fail_block_linear (mapping->slot);
  if (status == SAVANT_OK)
    memcpy (mapping->planes, frame.planes, sizeof frame.planes);
  else
    calls.unregister (mapping->resource);
  return status;
}

int
sv_ds_egl_open (const SvDsLibrary *ds, SvDsMapping *mapping)
{
  void *surface = mapping->surface;
  uint32_t slot = mapping->slot;
  int status, result = 0;

  mapping->key = sv_nvbuf_egl_image (ds->layout, surface, slot);
  mapping->ours = false;
  if (mapping->key == NULL) {
    result = ds->map_egl (surface, (int) slot);
    mapping->ours = result == 0;
    mapping->key = sv_nvbuf_egl_image (ds->layout, surface, slot);
  }
  if (mapping->key == NULL)
    return sv_fail (SAVANT_ERROR_EXECUTION,
        "NvBufSurfaceMapEglImage returns %d and gives no image of slot %u",
        result, slot);
  status = register_image (mapping);
  if (status != SAVANT_OK && mapping->ours)
    ds->unmap_egl (surface, (int) slot);
  return status;
}

void
sv_ds_egl_close (const SvDsLibrary *ds, const SvDsMapping *mapping)
{
  calls.unregister (mapping->resource);
  if (mapping->ours)
    ds->unmap_egl (mapping->surface, (int) mapping->slot);
}
