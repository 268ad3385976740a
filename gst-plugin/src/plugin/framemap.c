/* SPDX-License-Identifier: Apache-2.0 */
#include "framemap.h"

#include <dlfcn.h>
#include <pthread.h>
#include <string.h>

/* GST_MAP_CUDA of GStreamer's CUDA library, which we do not link. */
#define MAP_CUDA ((GstMapFlags) (GST_MAP_FLAG_LAST << 1))

typedef void (*SyncFunc) (GstMemory *memory);

static pthread_once_t cuda_opened = PTHREAD_ONCE_INIT;
static gboolean (*is_cuda) (GstMemory *memory);
static SyncFunc cuda_sync; /* from GStreamer 1.24 on */

/* Whoever makes such memory has loaded the library. */
static void
open_cuda (void)
{
  gpointer library = dlopen ("libgstcuda-1.0.so.0", RTLD_LAZY | RTLD_NOLOAD);

  if (library == NULL)
    return;
  *(gpointer *) &is_cuda = dlsym (library, "gst_is_cuda_memory");
  *(gpointer *) &cuda_sync = dlsym (library, "gst_cuda_memory_sync");
}

/* What still writes the frame in a stream of its maker is waited for; before
 * 1.24 elements did so themselves. */
static void
sync_memories (GstBuffer *buffer)
{
  pthread_once (&cuda_opened, open_cuda);
  for (guint i = 0;
       cuda_sync != NULL && is_cuda != NULL && i < gst_buffer_n_memory (buffer);
       i++) {
    GstMemory *memory = gst_buffer_peek_memory (buffer, i);

    if (is_cuda (memory))
      cuda_sync (memory);
  }
}

GstMapFlags
sv_read_flags (const GstSavantFrameInfo *info)
{
  return info->cuda_memory ? (GstMapFlags) (GST_MAP_READ | MAP_CUDA)
                           : GST_MAP_READ;
}

/* All memories in one piece, for planes that are cut by their borders. */
static gboolean
map_whole (SvMappedFrame *mapped, GstBuffer *buffer, const GstVideoInfo *info,
    const GstVideoMeta *meta, GstMapFlags flags)
{
  GstVideoFrame *frame = &mapped->frame;

  memset (frame, 0, sizeof *frame);
  frame->info = *info;
  frame->buffer = buffer;
  if (!gst_buffer_map (buffer, &frame->map[0], flags))
    return FALSE;
  mapped->mapped = mapped->whole = TRUE;
  for (guint p = 0; p < meta->n_planes; p++) {
    frame->data[p] =
        frame->map[0].data + MIN (meta->offset[p], frame->map[0].size);
    frame->info.stride[p] = meta->stride[p];
  }
  return TRUE;
}

static gboolean
map_planes (SvMappedFrame *mapped, GstBuffer *buffer, const GstVideoInfo *info,
    GstMapFlags flags)
{
  memset (&mapped->frame, 0, sizeof mapped->frame);
  mapped->whole = FALSE;
  mapped->mapped = gst_video_frame_map (&mapped->frame, info, buffer,
      (GstMapFlags) (flags | GST_VIDEO_FRAME_MAP_FLAG_NO_REF));
  return mapped->mapped;
}

void
sv_unmap_plain (SvMappedFrame *mapped)
{
  if (!mapped->mapped)
    return;
  if (mapped->whole)
    gst_buffer_unmap (mapped->frame.buffer, &mapped->frame.map[0]);
  else
    gst_video_frame_unmap (&mapped->frame);
  mapped->mapped = FALSE;
}

gchar *
sv_map_plain (SvMappedFrame *mapped, GstBuffer *buffer,
    const GstVideoInfo *info, GstMapFlags flags, SavantImage *image)
{
  const GstVideoMeta *meta = gst_buffer_get_video_meta (buffer);
  gsize size = gst_buffer_get_size (buffer);
  const gchar *reason = "it cannot be mapped";
  GstVideoInfo own = *info;

  if ((flags & MAP_CUDA) != 0)
    sync_memories (buffer);
  if (meta == NULL && size < GST_VIDEO_INFO_SIZE (info))
    return g_strdup_printf ("truncated frame: the buffer has %" G_GSIZE_FORMAT
                            " bytes, %s "
                            "%dx%d needs %" G_GSIZE_FORMAT,
        size, GST_VIDEO_INFO_NAME (info), GST_VIDEO_INFO_WIDTH (info),
        GST_VIDEO_INFO_HEIGHT (info), GST_VIDEO_INFO_SIZE (info));
  if (meta != NULL) {
    if (meta->format != GST_VIDEO_INFO_FORMAT (info)
        || meta->n_planes != GST_VIDEO_INFO_N_PLANES (info))
      return g_strdup_printf ("the buffer's GstVideoMeta is of %u planes of "
                              "%s, its caps are of %s",
          meta->n_planes, gst_video_format_to_string (meta->format),
          GST_VIDEO_INFO_NAME (info));
    own.width = (gint) MIN (meta->width, G_MAXINT);
    own.height = (gint) MIN (meta->height, G_MAXINT);
  }

  if (map_planes (mapped, buffer, &own, flags)) {
    if (gst_savant_image_from_video_frame (image, &mapped->frame) == SAVANT_OK)
      return NULL;
    sv_unmap_plain (mapped);
    reason = savant_last_error ();
  }
  if (meta != NULL && gst_buffer_n_memory (buffer) > 1
      && map_whole (mapped, buffer, &own, meta, flags)) {
    if (gst_savant_image_from_video_frame (image, &mapped->frame) == SAVANT_OK)
      return NULL;
    sv_unmap_plain (mapped);
    reason = savant_last_error ();
  }
  return g_strdup_printf ("unusable frame: the buffer has %" G_GSIZE_FORMAT
                          " bytes, %s %dx%d "
                          "without padding needs %" G_GSIZE_FORMAT ": %s",
      size, GST_VIDEO_INFO_NAME (info), GST_VIDEO_INFO_WIDTH (info),
      GST_VIDEO_INFO_HEIGHT (info), GST_VIDEO_INFO_SIZE (info), reason);
}

gint
sv_filled_slots (gpointer surface)
{
  gint n = gst_savant_surface_get_num_filled (surface);

  if (n == 0 && gst_savant_surface_get_batch_size (surface) == 1)
    n = 1;
  return n;
}

void
sv_color_of_caps (SavantColorimetry *color, const GstSavantFrameInfo *info,
    const GstCaps *caps)
{
  if (!info->uniform)
    return;
  gst_savant_colorimetry_from_video_info (color, &info->video);
  if (info->nvmm
      && !gst_structure_has_field (gst_caps_get_structure (caps, 0),
          "chroma-site"))
    color->siting = SAVANT_SITING_MPEG2;
}
