/* SPDX-License-Identifier: Apache-2.0 */
#include "egl.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdlib.h>

#include "../../core/log.h"
#include "../cuda/memory.h"
#include "library.h"

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

/* A slot that is mapped. Copies of the slot, as in non-uniform batches, have
 * its EGL image too, by which they are found. */
typedef struct Mapping
{
  void *egl_image;
  void *surface;
  uint32_t slot;
  bool ours; /* the EGL image */
  void *resource;
  SvCuEglFrame frame;
} Mapping;

static pthread_once_t loaded = PTHREAD_ONCE_INIT;
static EglCalls calls;
static bool works;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static Mapping *mappings;
static size_t n_mappings;
static size_t room;

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

static Mapping *
find (const void *egl_image)
{
  for (size_t i = 0; egl_image != NULL && i < n_mappings; i++)
    if (mappings[i].egl_image == egl_image)
      return &mappings[i];
  return NULL;
}

static Mapping *
add (const Mapping *mapping)
{
  if (n_mappings == room) {
    size_t more = room > 0 ? 2 * room : 32;
    Mapping *grown = realloc (mappings, more * sizeof *grown);

    if (grown == NULL) {
      sv_fail (SAVANT_ERROR_OUT_OF_MEMORY, "no memory for a mapped slot");
      return NULL;
    }
    mappings = grown;
    room = more;
  }
  mappings[n_mappings] = *mapping;
  return &mappings[n_mappings++];
}

/* Registers the EGL image with the GPU that is current. */
static int
open_image (Mapping *mapping, size_t size)
{
  int status = sv_cu_check (calls.register_image (&mapping->resource,
                                mapping->egl_image, 0),
      "cuGraphicsEGLRegisterImage");

  if (status != SAVANT_OK)
    return status;
  status =
      sv_cu_check (calls.get_frame (&mapping->frame, mapping->resource, 0, 0),
          "cuGraphicsResourceGetMappedEglFrame");
  if (status == SAVANT_OK && mapping->frame.type != FRAME_PITCH)
    status = sv_fail (SAVANT_ERROR_UNSUPPORTED,
        "the surface is block-linear: ask for block-linear=false in the caps "
        "or properties of the element that makes it");
  if (status == SAVANT_OK
      && !sv_cu_adopt (SAVANT_MEM_CUDA_DEVICE, 0, mapping->frame.planes[0],
          size))
    status = SAVANT_ERROR_OUT_OF_MEMORY;
  if (status != SAVANT_OK)
    calls.unregister (mapping->resource);
  return status;
}

static void
close_image (const SvDsLibrary *ds, const Mapping *mapping)
{
  sv_cu_disown (mapping->frame.planes[0]);
  calls.unregister (mapping->resource);
  if (mapping->ours)
    ds->unmap_egl (mapping->surface, (int) mapping->slot);
}

static Mapping *
map (const SvDsLibrary *ds, void *surface, uint32_t slot)
{
  Mapping mapping = { .surface = surface, .slot = slot }, *added;
  size_t size = sv_nvbuf_data_size (ds->layout, surface, slot);
  int status = SAVANT_OK;

  mapping.egl_image = sv_nvbuf_egl_image (ds->layout, surface, slot);
  added = find (mapping.egl_image);
  if (added != NULL)
    return added;
  if (mapping.egl_image == NULL) {
    mapping.ours = ds->map_egl (surface, (int) slot) == 0;
    mapping.egl_image = sv_nvbuf_egl_image (ds->layout, surface, slot);
  }
  if (mapping.egl_image == NULL) {
    sv_fail (SAVANT_ERROR_EXECUTION,
        "NvBufSurfaceMapEglImage gives no image of slot %u", slot);
    return NULL;
  }
  status = open_image (&mapping, size);
  added = status == SAVANT_OK ? add (&mapping) : NULL;
  if (status == SAVANT_OK && added == NULL)
    close_image (ds, &mapping);
  else if (status != SAVANT_OK && mapping.ours)
    ds->unmap_egl (surface, (int) slot);
  return added;
}

int
sv_ds_map_slot (void *surface, uint32_t slot, SavantImage *image)
{
  const SvDsLibrary *ds = sv_ds_library ();
  const SvCuGpu *gpu = sv_cu_gpu (0);
  Mapping *mapping;

  pthread_once (&loaded, load_calls);
  if (ds == NULL || ds->map_egl == NULL || !works)
    return sv_fail (SAVANT_ERROR_UNAVAILABLE,
        "the pixels of a surface array cannot be reached: libnvbufsurface.so "
        "or libcuda.so.1 maps no EGL images, as on a Jetson");
  if (gpu == NULL || sv_cu_enter (gpu) != SAVANT_OK)
    return SAVANT_ERROR_EXECUTION;
  pthread_mutex_lock (&lock);
  mapping = map (ds, surface, slot);
  for (int p = 0; mapping != NULL && p < image->n_planes; p++)
    image->data[p] = mapping->frame.planes[p];
  pthread_mutex_unlock (&lock);
  sv_cu_leave ();
  return mapping != NULL ? SAVANT_OK : SAVANT_ERROR_EXECUTION;
}

void
sv_ds_unmap (void *surface)
{
  const SvDsLibrary *ds = sv_ds_library ();
  const SvCuGpu *gpu = sv_cu_gpu (0);
  bool entered = gpu != NULL && sv_cu_enter (gpu) == SAVANT_OK;
  size_t kept = 0;

  pthread_mutex_lock (&lock);
  for (size_t i = 0; i < n_mappings; i++)
    if (mappings[i].surface == surface)
      close_image (ds, &mappings[i]);
    else
      mappings[kept++] = mappings[i];
  n_mappings = kept;
  pthread_mutex_unlock (&lock);
  if (entered)
    sv_cu_leave ();
}

bool
sv_ds_find_slot (const void *data, void **surface, uint32_t *slot)
{
  bool found = false;

  pthread_mutex_lock (&lock);
  for (size_t i = 0; !found && i < n_mappings; i++)
    if (mappings[i].frame.planes[0] == data) {
      *surface = mappings[i].surface;
      *slot = mappings[i].slot;
      found = true;
    }
  pthread_mutex_unlock (&lock);
  return found;
}
