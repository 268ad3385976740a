/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SV_PLUGIN_FRAME_MAP_H
#define SV_PLUGIN_FRAME_MAP_H

/* Buffers as pictures. */

#include <savant/gst.h>

G_BEGIN_DECLS

/* A plain frame, mapped. */
typedef struct SvMappedFrame
{
  GstVideoFrame frame;
  gboolean mapped;
  gboolean whole; /* one map of all memories, made by hand */
} SvMappedFrame;

/* Describes `buffer`, of frames of `info`; NULL, or what is wrong (g_free).
 * To be unmapped where it is NULL. */
gchar *sv_map_plain (SvMappedFrame *mapped, GstBuffer *buffer,
    const GstVideoInfo *info, GstMapFlags flags, SavantImage *image);

/* How frames of `info` are mapped for reading: those in memory:CUDAMemory to
 * the address that the GPU has for them. */
GstMapFlags sv_read_flags (const GstSavantFrameInfo *info);

/* Nothing happens to what is not mapped. */
void sv_unmap_plain (SvMappedFrame *mapped);

/* Slots that hold a picture. A single surface may leave numFilled at 0. */
gint sv_filled_slots (gpointer surface);

/* The colorimetry of caps. Surfaces are mpeg2 sited unless the caps say
 * otherwise. */
void sv_color_of_caps (SavantColorimetry *color, const GstSavantFrameInfo *info,
    const GstCaps *caps);

G_END_DECLS

#endif
