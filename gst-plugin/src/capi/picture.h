/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SV_CAPI_PICTURE_H
#define SV_CAPI_PICTURE_H

#include <savant/gst.h>

/* What the flat ABI does to the picture of a slot, wherever it comes from. */

/* OK where the CPU can read the memory, else UNSUPPORTED; `what` begins the
 * text. */
int sv_check_readable (const char *what, SavantMemType mem_type);

/* savant_buffer_copy_slot() of a picture that the CPU can read. */
int sv_copy_picture (const SavantImage *image, void *data, int64_t size);

/* savant_buffer_read_counter() of a picture that the CPU can read; `geometry`
 * NULL: the cells fill it. */
int sv_read_counter (const SavantImage *image,
    const GstSavantGeometry *geometry, uint32_t *id);

#endif
