/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SV_DEEPSTREAM_SURFACES_H
#define SV_DEEPSTREAM_SURFACES_H

#include "../backend.h"

/* See SvBackendFns. The pixels are known to the cuda backend, whose fences
 * guard them like its own. */
void *sv_ds_surface_new (const SvSurfaceSpec *spec);
void sv_ds_surface_free (void *surface);

#endif
