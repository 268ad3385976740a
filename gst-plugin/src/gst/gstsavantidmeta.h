/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GST_SAVANT_ID_META_H
#define GST_SAVANT_ID_META_H

#include <savant/gst.h>

/* gst_buffer_set_savant_ids() with a list of n_ids > 1 entries made by
 * g_malloc(), which the meta owns from then on. */
GstSavantIdMeta *sv_buffer_take_ids (GstBuffer *buffer, GstSavantId *ids,
    guint n_ids);

#endif
