/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SV_DEEPSTREAM_MAPPING_H
#define SV_DEEPSTREAM_MAPPING_H

/* The pixels of surface arrays and NVRM handles, which only Jetsons have:
 * slots are mapped for the GPU with their first use, as a CUDA buffer where the
 * library makes one, else by an EGL image. See SvBackendFns. */

#include "../backend.h"
#include "library.h"

/* Whether this machine maps slots at all. */
bool sv_ds_maps_slots (const SvDsLibrary *ds);

int sv_ds_map_slot (void *surface, uint32_t slot, SavantImage *image);
void sv_ds_unmap (void *surface);

/* The slot whose first plane is mapped to an address; false: none is. */
bool sv_ds_find_slot (const void *data, void **surface, uint32_t *slot);

/* ---- For the ways of mapping -------------------------------------------- */

/* A slot that is mapped. Copies of the slot, as in non-uniform batches, hold
 * its `key` too, by which they are found. */
typedef struct SvDsMapping
{
  void *surface;
  uint32_t slot;
  void *key;      /* the EGL image, or the mapped CUDA buffer */
  bool ours;      /* and not of whoever made the surface */
  void *resource; /* of the driver, for an EGL image; else NULL */
  void *planes[SAVANT_MAX_PLANES];
} SvDsMapping;

/* Each fills in what follows `slot`, with GPU 0 current and under one lock for
 * all of them. SavantStatus; nothing stays mapped after a failure. */
int sv_ds_cuda_open (const SvDsLibrary *ds, SvDsMapping *mapping);
int sv_ds_egl_open (const SvDsLibrary *ds, SvDsMapping *mapping);

/* Undoes them. */
void sv_ds_cuda_close (const SvDsLibrary *ds, const SvDsMapping *mapping);
void sv_ds_egl_close (const SvDsLibrary *ds, const SvDsMapping *mapping);

/* Whether each can work here. A library has the function for CUDA buffers on
 * machines, too, where it then refuses: it is asked once. */
bool sv_ds_cuda_works (const SvDsLibrary *ds, const void *surface);
bool sv_ds_egl_works (const SvDsLibrary *ds);

/* The error of a slot whose rows are not one after the other. */
int sv_ds_fail_block_linear (uint32_t slot);

#endif
