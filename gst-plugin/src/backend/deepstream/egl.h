/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SV_DEEPSTREAM_EGL_H
#define SV_DEEPSTREAM_EGL_H

/* The pixels of surface arrays and NVRM handles, which only Jetsons have: a
 * slot's EGL image, mapped for the GPU. See SvBackendFns. */

#include "../backend.h"

int sv_ds_map_slot (void *surface, uint32_t slot, SavantImage *image);
void sv_ds_unmap (void *surface);

/* The slot whose first plane is mapped to an address; false: none is. */
bool sv_ds_find_slot (const void *data, void **surface, uint32_t *slot);

#endif
