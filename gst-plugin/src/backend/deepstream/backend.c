/* SPDX-License-Identifier: Apache-2.0 */
#include "../backend.h"

#include <stdio.h>

#include "library.h"
#include "mapping.h"
#include "surfaces.h"
#include "vic.h"

static char missing[256];

static int
deepstream_run (void *transform, const SavantTransformConfig *config,
    const SavantTransformJob *jobs, int n_jobs)
{
  return config->compute_mode == SAVANT_COMPUTE_VIC
      ? sv_ds_vic_run (config, jobs, n_jobs)
      : sv_cuda_backend.transform_run (transform, config, jobs, n_jobs);
}

/* Computes as the cuda backend does: only surfaces are DeepStream's own. */
static const char *
deepstream_probe (void)
{
  const char *cuda = sv_cuda_backend.probe ();
  SvBackendFns *self = &sv_deepstream_backend;

  /* DeepStream's library cannot be loaded without a driver, and to say so would
   * tell a machine without a GPU nothing. */
  if (sv_ds_library () == NULL)
    return sv_ds_library_missing ();
  if (cuda != NULL) {
    snprintf (missing, sizeof missing, "it computes with the cuda backend: %s",
        cuda);
    return missing;
  }
  *self = sv_cuda_backend;
  self->name = "deepstream";
  self->probe = deepstream_probe;
  self->surface_new = sv_ds_surface_new;
  self->surface_free = sv_ds_surface_free;
  if (!sv_ds_maps_slots (sv_ds_library ()))
    return NULL;
  self->map_slot = sv_ds_map_slot;
  self->unmap = sv_ds_unmap;
  self->caps.mem_types |=
      1u << SAVANT_MEM_SURFACE_ARRAY | 1u << SAVANT_MEM_HANDLE;
  /* What a Jetson's elements take. */
  self->caps.default_mem_type = SAVANT_MEM_SURFACE_ARRAY;
  if (!sv_ds_has_vic ())
    return NULL;
  self->caps.compute_modes |= 1u << SAVANT_COMPUTE_VIC;
  self->transform_run = deepstream_run;
  return NULL;
}

SvBackendFns sv_deepstream_backend = {
  .name = "deepstream",
  .probe = deepstream_probe,
};
