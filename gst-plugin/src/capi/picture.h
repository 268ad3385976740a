/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SV_CAPI_PICTURE_H
#define SV_CAPI_PICTURE_H

#include <savant/gst.h>

/* What the flat ABI does to the picture of a slot, wherever it comes from. */

/* A slot of a buffer's surface, below numFilled or, with any_slot, below the
 * batch size; SavantStatus. */
int sv_get_slot (void *buffer, int slot, gboolean any_slot, gpointer *surface,
    SavantImage *image);

/* Makes of a plane of a slot, described by *image, a GRAY8 picture;
 * SavantStatus. */
int sv_plane_as_gray (gpointer surface, int slot, int plane,
    SavantImage *image);

/* OK where the CPU can reach the memory, whose pixels have then been written
 * and, for `writing`, are no longer read by anybody; else UNSUPPORTED. `what`
 * begins the text. */
int sv_check_readable (const char *what, gpointer surface, gboolean writing);

/* savant_buffer_copy_slot() of a picture that the CPU can read. */
int sv_copy_picture (const SavantImage *image, void *data, int64_t size);

/* The other way, as savant_slots_upload() does; SavantStatus. */
int sv_fill_picture (const SavantImage *image, const void *data, int64_t size);

/* Sets every byte of every plane of a slot, also those between rows. */
void sv_memset_slot (gpointer surface, int slot, const SavantImage *image,
    int value);

/* savant_buffer_read_counter() of a picture that the CPU can read; `geometry`
 * NULL: the cells fill it. */
int sv_read_counter (const SavantImage *image,
    const GstSavantGeometry *geometry, uint32_t *id);

#endif
