/* SPDX-License-Identifier: Apache-2.0 */
#include "surfaces.h"

#include "../../core/log.h"
#include "../cuda/memory.h"
#include "library.h"
#include "mapping.h"

/* The n-th piece of a surface that is one allocation; false: there is none. */
static bool
piece (const void *surface, uint32_t n, void **data, size_t *size)
{
  SvNvbufLayout layout = sv_nvbuf_layout ();
  uint32_t slots = sv_nvbuf_batch_size (layout, surface);
  const char *first = sv_nvbuf_data (layout, surface, 0);

  if (sv_nvbuf_is_handle (sv_nvbuf_mem_type (layout, surface)))
    return false;
  if (n >= slots || (n > 0 && sv_nvbuf_is_contiguous (layout, surface)))
    return false;
  *data = sv_nvbuf_data (layout, surface, n);
  *size = sv_nvbuf_data_size (layout, surface, n);
  if (sv_nvbuf_is_contiguous (layout, surface))
    *size += (size_t) ((const char *) sv_nvbuf_data (layout, surface, slots - 1)
        - first);
  return true;
}

static void
forget (const void *surface, uint32_t n_pieces)
{
  size_t size;
  void *data;

  for (uint32_t i = 0; i < n_pieces && piece (surface, i, &data, &size); i++)
    sv_cu_disown (data);
}

static bool
register_pixels (const SvSurfaceSpec *spec, const void *surface)
{
  size_t size;
  void *data;

  for (uint32_t i = 0; piece (surface, i, &data, &size); i++)
    if (!sv_cu_adopt (spec->mem_type, spec->gpu_id, data, size)) {
      forget (surface, i);
      return false;
    }
  return true;
}

/* Whether the library made what it was asked for. */
static bool
is_as_asked (const SvSurfaceSpec *spec, const void *surface)
{
  SvNvbufLayout layout = sv_nvbuf_layout ();
  const char *before = NULL;

  if (sv_nvbuf_batch_size (layout, surface) != (uint32_t) spec->batch_size
      || sv_nvbuf_mem_type (layout, surface) != (int) spec->mem_type)
    return false;
  for (int i = 0; i < spec->batch_size; i++) {
    const char *data = sv_nvbuf_data (layout, surface, (uint32_t) i);
    SavantImage image;

    if (sv_nvbuf_get_image (layout, surface, (uint32_t) i, &image) != SAVANT_OK
        || image.width != spec->width || image.height != spec->height
        || image.format != spec->format)
      return false;
    /* A block is only taken for one if its slots rise. */
    if (sv_nvbuf_is_contiguous (layout, surface) && data <= before)
      return false;
    before = data;
  }
  return true;
}

static void *
create (const SvDsLibrary *ds, const SvSurfaceSpec *spec, int color_format)
{
  SvDsCreateParams params = { .gpu_id = (uint32_t) spec->gpu_id,
    .width = (uint32_t) spec->width,
    .height = (uint32_t) spec->height,
    .is_contiguous =
        spec->batch_size > 1 && !sv_nvbuf_is_handle ((int) spec->mem_type),
    .color_format = color_format,
    .layout = SV_DS_PITCH,
    .mem_type = (int32_t) spec->mem_type };
  void *surface = NULL;

  if (ds->create (&surface, (uint32_t) spec->batch_size, &params) != 0
      || surface == NULL)
    return NULL;
  for (int i = 0; color_format != spec->color_format && i < spec->batch_size;
       i++)
    sv_nvbuf_set_color_format (ds->layout, surface, (uint32_t) i,
        spec->color_format);
  sv_nvbuf_set_num_filled (ds->layout, surface, 0);
  if (is_as_asked (spec, surface))
    return surface;
  ds->destroy (surface);
  return NULL;
}

void *
sv_ds_surface_new (const SvSurfaceSpec *spec)
{
  const SvDsLibrary *ds = sv_ds_library ();
  const SvCuGpu *gpu = sv_cu_gpu (spec->gpu_id);
  void *surface;

  /* The library makes its GPU's context the thread's, which this undoes. */
  if (ds == NULL || gpu == NULL || sv_cu_enter (gpu) != SAVANT_OK)
    return NULL;
  surface = create (ds, spec, spec->color_format);
  /* It does not make every matrix and range, but the planes are the same. */
  if (surface == NULL && spec->color_format != (int) spec->format)
    surface = create (ds, spec, (int) spec->format);
  if (surface != NULL && !register_pixels (spec, surface)) {
    ds->destroy (surface);
    surface = NULL;
  }
  sv_cu_leave ();
  return surface;
}

void
sv_ds_surface_free (void *surface)
{
  const SvDsLibrary *ds = sv_ds_library ();
  const SvCuGpu *gpu = sv_cu_gpu ((int) sv_nvbuf_gpu_id (ds->layout, surface));
  bool entered = gpu != NULL && sv_cu_enter (gpu) == SAVANT_OK;

  forget (surface, UINT32_MAX);
  if (sv_nvbuf_is_handle (sv_nvbuf_mem_type (ds->layout, surface)))
    sv_ds_unmap (surface);
  ds->destroy (surface);
  if (entered)
    sv_cu_leave ();
}
