/* SPDX-License-Identifier: Apache-2.0 */
#include "../../core/log.h"
#include "../cuda/memory.h"
#include "mapping.h"

/* Set under the lock of mapping.c. */
static bool succeeded;
static bool refused;

/* Of NVRM handles it makes none. */
bool
sv_ds_cuda_works (const SvDsLibrary *ds, const void *surface)
{
  return ds->map_cuda != NULL && !refused
      && sv_nvbuf_mem_type (ds->layout, surface) == SAVANT_MEM_SURFACE_ARRAY;
}

/* A mapping is said to be CUDA memory, and releases have been seen where it is
 * a record with its address: the driver knows its own. */
static uint8_t *
find_pixels (void *mapping)
{
  void *data;

  if (mapping == NULL)
    return NULL;
  if (sv_cu_locate (mapping).bound)
    return mapping;
  data = sv_nvbuf_cuda_buffer_data (mapping);
  return data != NULL && sv_cu_locate (data).bound ? data : NULL;
}

static int
set_planes (const SvDsLibrary *ds, SvDsMapping *mapping)
{
  uint8_t *data = find_pixels (mapping->key);
  uint32_t n = sv_nvbuf_n_planes (ds->layout, mapping->surface, mapping->slot);

  if (data == NULL)
    return sv_fail (SAVANT_ERROR_EXECUTION,
        "NvBufSurfaceMapCudaBuffer maps slot %u to %p, which is no memory of "
        "the GPU",
        mapping->slot, mapping->key);
  for (uint32_t p = 0; p < n && p < SAVANT_MAX_PLANES; p++) {
    uint32_t width, height, pitch, offset, bytes;

    sv_nvbuf_plane (ds->layout, mapping->surface, mapping->slot, p, &width,
        &height, &pitch, &offset, &bytes);
    mapping->planes[p] = data + offset;
  }
  return SAVANT_OK;
}

int
sv_ds_cuda_open (const SvDsLibrary *ds, SvDsMapping *mapping)
{
  void *surface = mapping->surface;
  uint32_t slot = mapping->slot;
  int status = SAVANT_OK, result;

  if (sv_nvbuf_is_block_linear (ds->layout, surface, slot))
    return sv_ds_fail_block_linear (slot);
  mapping->key = sv_nvbuf_cuda_mapping (ds->layout, surface, slot);
  mapping->ours = mapping->key == NULL;
  mapping->resource = NULL;
  if (mapping->ours) {
    result = ds->map_cuda (surface, (int) slot);
    if (result != 0)
      status = sv_fail (SAVANT_ERROR_EXECUTION,
          "NvBufSurfaceMapCudaBuffer returns %d for slot %u", result, slot);
    mapping->key = sv_nvbuf_cuda_mapping (ds->layout, surface, slot);
  }
  if (status == SAVANT_OK)
    status = set_planes (ds, mapping);
  if (status == SAVANT_OK)
    succeeded = true;
  else if (mapping->ours && mapping->key != NULL)
    ds->unmap_cuda (surface, (int) slot);
  /* Machines that lack it say so each time, on their standard error. */
  refused = !succeeded;
  return status;
}

void
sv_ds_cuda_close (const SvDsLibrary *ds, const SvDsMapping *mapping)
{
  if (mapping->ours)
    ds->unmap_cuda (mapping->surface, (int) mapping->slot);
}
