/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SV_CAPI_PICTURE_H
#define SV_CAPI_PICTURE_H

#include <savant/gst.h>

#include "backend/backend.h"

/* What the flat ABI does to the picture of a slot, wherever it comes from. */

/* A slot of a buffer's surface, below numFilled or, with any_slot, below the
 * batch size; SavantStatus. */
int sv_get_slot (void *buffer, int slot, gboolean any_slot, gpointer *surface,
    SavantImage *image);

/* Makes of a plane of a slot, described by *image, a GRAY8 picture;
 * SavantStatus. */
int sv_plane_as_gray (gpointer surface, int slot, int plane,
    SavantImage *image);

/* How pixels are reached; zeroed: with the CPU. */
typedef struct SvAccess
{
  const SvBackendFns *device; /* NULL: with the CPU, now */
  int64_t stream;             /* the caller's, as a number, or 0 */
} SvAccess;

/* Opens the pixels of a surface, to be read or, for `writing`, written after
 * what `stream` holds (0: none). Those that the CPU reaches have then been
 * written and, for `writing`, are no longer read by anybody. UNSUPPORTED for
 * memory that nothing here reaches; `what` begins the text. */
int sv_open_pixels (const char *what, gpointer surface, gboolean writing,
    int64_t stream, SvAccess *access);

/* Between rows of opened pixels and memory of the CPU without padding, and one
 * value of n_bytes (1..4), the lowest byte first, all over them. Done on
 * return; the bytes between rows stay as they are. SavantStatus. */
int sv_put_rows (const SvAccess *access, const SvRows *rows, const void *data);
int sv_get_rows (const SvAccess *access, const SvRows *rows, void *data);
int sv_set_rows (const SvAccess *access, const SvRows *rows, uint32_t value,
    int n_bytes);

/* savant_buffer_copy_slot() of a picture. */
int sv_copy_picture (const SvAccess *access, const SavantImage *image,
    void *data, int64_t size);

/* The other way, as savant_slots_upload() does; SavantStatus. */
int sv_fill_picture (const SvAccess *access, const SavantImage *image,
    const void *data, int64_t size);

/* Sets every byte of every plane of a slot, with the CPU also those between
 * rows; SavantStatus. */
int sv_memset_slot (const SvAccess *access, gpointer surface, int slot,
    const SavantImage *image, int value);

/* savant_buffer_read_counter() of a picture; `geometry` NULL: the cells fill
 * it. */
int sv_read_counter (const SvAccess *access, const SavantImage *image,
    const GstSavantGeometry *geometry, uint32_t *id);

#endif
