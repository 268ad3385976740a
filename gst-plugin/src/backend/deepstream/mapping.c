/* SPDX-License-Identifier: Apache-2.0 */
#include "mapping.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "../../core/log.h"
#include "../cuda/memory.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static SvDsMapping *mappings;
static size_t n_mappings;
static size_t room;

bool
sv_ds_maps_slots (const SvDsLibrary *ds)
{
  return ds->map_egl != NULL || ds->map_cuda != NULL;
}

int
sv_ds_fail_block_linear (uint32_t slot)
{
  return sv_fail (SAVANT_ERROR_UNSUPPORTED,
      "slot %u of the surface is block-linear: ask for block-linear=false in "
      "the caps or properties of the element that makes it",
      slot);
}

static SvDsMapping *
find (const void *key)
{
  for (size_t i = 0; key != NULL && i < n_mappings; i++)
    if (mappings[i].key == key)
      return &mappings[i];
  return NULL;
}

static SvDsMapping *
add (const SvDsMapping *mapping)
{
  if (n_mappings == room) {
    size_t more = room > 0 ? 2 * room : 32;
    SvDsMapping *grown = realloc (mappings, more * sizeof *grown);

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

static void
close_mapping (const SvDsLibrary *ds, const SvDsMapping *mapping)
{
  sv_cu_disown (mapping->planes[0]);
  if (mapping->resource != NULL)
    sv_ds_egl_close (ds, mapping);
  else
    sv_ds_cuda_close (ds, mapping);
}

/* One way after the other; the error of all that were tried. */
static int
open_mapping (const SvDsLibrary *ds, SvDsMapping *mapping)
{
  char reason[512] = "";
  int status;

  if (sv_ds_cuda_works (ds, mapping->surface)) {
    status = sv_ds_cuda_open (ds, mapping);
    if (status == SAVANT_OK || !sv_ds_egl_works (ds))
      return status;
    snprintf (reason, sizeof reason, "%s", savant_last_error ());
  }
  if (!sv_ds_egl_works (ds))
    return sv_fail (SAVANT_ERROR_UNAVAILABLE,
        "the pixels of a %s surface cannot be reached: libnvbufsurface.so maps "
        "no CUDA buffers of it, and it or libcuda.so.1 no EGL images",
        savant_mem_type_name (sv_nvbuf_mem_type (ds->layout,
            mapping->surface)));
  status = sv_ds_egl_open (ds, mapping);
  if (status != SAVANT_OK && reason[0] != '\0') {
    char last[512];

    snprintf (last, sizeof last, "%s", savant_last_error ());
    status = sv_fail (status, "%s; and by its EGL image: %s", reason, last);
  }
  return status;
}

static SvDsMapping *
map (const SvDsLibrary *ds, void *surface, uint32_t slot)
{
  SvDsMapping mapping = { .surface = surface, .slot = slot }, *added;
  size_t size = sv_nvbuf_data_size (ds->layout, surface, slot);

  added = find (sv_nvbuf_cuda_mapping (ds->layout, surface, slot));
  if (added == NULL)
    added = find (sv_nvbuf_egl_image (ds->layout, surface, slot));
  if (added != NULL || open_mapping (ds, &mapping) != SAVANT_OK)
    return added;
  if (!sv_cu_adopt (SAVANT_MEM_CUDA_DEVICE, 0, mapping.planes[0], size)
      || (added = add (&mapping)) == NULL)
    close_mapping (ds, &mapping);
  return added;
}

int
sv_ds_map_slot (void *surface, uint32_t slot, SavantImage *image)
{
  const SvDsLibrary *ds = sv_ds_library ();
  const SvCuGpu *gpu = sv_cu_gpu (0);
  SvDsMapping *mapping;

  if (ds == NULL || !sv_ds_maps_slots (ds))
    return sv_fail (SAVANT_ERROR_UNAVAILABLE,
        "the pixels of a surface array cannot be reached: libnvbufsurface.so "
        "maps none, as it does on a Jetson");
  if (gpu == NULL || sv_cu_enter (gpu) != SAVANT_OK)
    return SAVANT_ERROR_EXECUTION;
  pthread_mutex_lock (&lock);
  mapping = map (ds, surface, slot);
  for (int p = 0; mapping != NULL && p < image->n_planes; p++)
    image->data[p] = mapping->planes[p];
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
      close_mapping (ds, &mappings[i]);
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
    if (mappings[i].planes[0] == data) {
      *surface = mappings[i].surface;
      *slot = mappings[i].slot;
      found = true;
    }
  pthread_mutex_unlock (&lock);
  return found;
}
