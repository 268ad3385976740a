/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SAVANT_VIEW_H
#define SAVANT_VIEW_H

/* Pixels of one slot, or one plane of it, written and read by the caller.
 * `plane` -1 names a slot of a format of one plane, 0 and more a plane.
 * `stream` is the CUDA stream, on the GPU of the memory, that the operation
 * comes after, as a number; 0 = none, without meaning for memory of the CPU.
 * On memory of a GPU, too, an operation comes after everything that this
 * library queued for it and is done on return. UNSUPPORTED for memory that
 * neither the CPU nor a backend reaches, EXECUTION or OUT_OF_MEMORY where a GPU
 * fails. */

#include <savant/savant.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Where the numbers of savant_view_info() stand. */
enum
{
  SAVANT_VIEW_DATA = 0, /* address of the first pixel */
  SAVANT_VIEW_PITCH,    /* bytes from row to row */
  SAVANT_VIEW_WIDTH,    /* pixels; samples of a plane */
  SAVANT_VIEW_HEIGHT,   /* rows */
  SAVANT_VIEW_CHANNELS, /* bytes a pixel */
  /* NvBufSurface's code; SAVANT_FORMAT_GRAY8 for a plane of several. */
  SAVANT_VIEW_COLOR_FORMAT,
  SAVANT_VIEW_MEM_TYPE,
  SAVANT_VIEW_GPU_ID,
  SAVANT_VIEW_N_PLANES,  /* of the slot */
  SAVANT_VIEW_READ_ONLY, /* 1 = the memory must not be written, for ever */
  SAVANT_VIEW_NUMBERS
};

/* The numbers of a view. `any_slot` 0: the slot must be below numFilled. If
 * take_ref is not 0, takes a reference that counts as an export and is dropped
 * by savant_buffer_release_export(). UNSUPPORTED for a format of
 * several planes where plane is -1. */
SAVANT_API int savant_view_info (void *buffer, int slot, int plane,
    int any_slot, int take_ref, int64_t *info);

/* Writes one pixel everywhere: byte i, in memory order, is bits 8 * i and up
 * of `color`. INVALID_ARGUMENT if n_channels is not the view's, and for UYVY,
 * whose pixels come in pairs. */
SAVANT_API int savant_view_fill (void *buffer, int slot, int plane,
    int64_t stream, uint32_t color, int n_channels);

/* Sets every byte, 0..255; in memory that the CPU reaches also those between
 * rows unless they may belong to others. */
SAVANT_API int savant_view_memset (void *buffer, int slot, int plane,
    int64_t stream, int value);

/* Copies height x width x channels bytes, rows without padding, in or out.
 * INVALID_ARGUMENT for any other size (the text has the right one). */
SAVANT_API int savant_view_upload (void *buffer, int slot, int plane,
    int64_t stream, const void *data, int64_t size);
SAVANT_API int savant_view_download (void *buffer, int slot, int plane,
    int64_t stream, void *data, int64_t size);

/* ---- Who holds a buffer ------------------------------------------------ */

/* References to a buffer that its owner has given to a second object of its
 * own, for instance a wrapper of another binding, do not make the buffer
 * shared: `n` (+1 or -1) of them are told here, the reference itself is taken
 * or dropped by the caller. */
SAVANT_API int savant_buffer_add_aliases (void *buffer, int n);

/* How many views with a reference of their own, and tensors made of slots of
 * the buffer, there are. They do not make the buffer shared either. */
SAVANT_API int savant_buffer_exports (void *buffer);

/* Drops a reference that savant_view_info() took. Any thread. */
SAVANT_API int savant_buffer_release_export (void *buffer);

#ifdef __cplusplus
}
#endif

#endif
