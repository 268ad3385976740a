/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SV_GPU_CAPS_H
#define SV_GPU_CAPS_H

/* The field gpu-id of memory:NVMM caps, as DeepStream's elements have it: the
 * GPU whose memory the surfaces are. */

#include <gst/gst.h>

#include <savant/gst.h>

G_BEGIN_DECLS

/* Sets it in fixed caps where output of `mem_type` on a backend lies on one
 * GPU; `gpu_id` -1 = not known. Caps of plain frames stay as they are. */
void sv_caps_set_gpu (GstCaps *caps, const gchar *backend,
    SavantMemType mem_type, gint gpu_id);

/* The GPU that caps name; -1 where they name none. */
gint sv_caps_get_gpu (const GstCaps *caps);

/* NULL, or why surfaces of one GPU cannot be read on another (g_free); -1 of
 * either is not known yet. */
gchar *sv_check_gpus (gint from, gint to, gboolean peer_copy);

G_END_DECLS

#endif
