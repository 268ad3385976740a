/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GST_SAVANT_BUFFER_POOL_H
#define GST_SAVANT_BUFFER_POOL_H

#include <savant/gst.h>

#include "backend/backend.h"

/* gst_savant_buffer_pool_new() for a backend that is known to work. */
GstBufferPool *sv_buffer_pool_new (const SvBackendFns *backend);

/* Frees the buffers that nobody uses. gst_buffer_pool_set_active (FALSE) does
 * so only when the last one in use is back. */
void sv_buffer_pool_trim (GstSavantBufferPool *pool);

#endif
