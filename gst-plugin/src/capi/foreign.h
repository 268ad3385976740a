/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SV_CAPI_FOREIGN_H
#define SV_CAPI_FOREIGN_H

#include "gst/gstsavantallocator.h"

/* A buffer of its own around foreign pixels; SavantStatus, with `release` taken
 * over only after success. */
int sv_buffer_wrap_pixels (const SvForeignPixels *pixels, void **buffer);

#endif
