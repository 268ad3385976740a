/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GST_SAVANT_BUFFER_POOL_H
#define GST_SAVANT_BUFFER_POOL_H

#include <savant/gst.h>

/* Frees the buffers that nobody uses. gst_buffer_pool_set_active (FALSE) does
 * so only when the last one in use is back. */
void sv_buffer_pool_trim (GstSavantBufferPool *pool);

#endif
