/* SPDX-License-Identifier: Apache-2.0 */
#include <pthread.h>

#include <savant/gst.h>

#include "core/format.h"
#include "core/log.h"

typedef struct FormatPair
{
  GstVideoFormat video;
  SavantFormat savant;
} FormatPair;

static const FormatPair format_pairs[] = {
  { GST_VIDEO_FORMAT_RGBA, SAVANT_FORMAT_RGBA },
  { GST_VIDEO_FORMAT_BGRx, SAVANT_FORMAT_BGRx },
  { GST_VIDEO_FORMAT_NV12, SAVANT_FORMAT_NV12 },
  { GST_VIDEO_FORMAT_NV21, SAVANT_FORMAT_NV21 },
  { GST_VIDEO_FORMAT_I420, SAVANT_FORMAT_I420 },
  { GST_VIDEO_FORMAT_UYVY, SAVANT_FORMAT_UYVY },
  { GST_VIDEO_FORMAT_GRAY8, SAVANT_FORMAT_GRAY8 },
  { GST_VIDEO_FORMAT_RGB, SAVANT_FORMAT_RGB },
  { GST_VIDEO_FORMAT_BGR, SAVANT_FORMAT_BGR },
  { GST_VIDEO_FORMAT_BGRA, SAVANT_FORMAT_BGRA },
  { GST_VIDEO_FORMAT_RGBx, SAVANT_FORMAT_RGBx },
  { GST_VIDEO_FORMAT_YUY2, SAVANT_FORMAT_YUY2 },
  { GST_VIDEO_FORMAT_Y42B, SAVANT_FORMAT_Y42B },
  { GST_VIDEO_FORMAT_Y444, SAVANT_FORMAT_Y444 },
  { GST_VIDEO_FORMAT_NV16, SAVANT_FORMAT_NV16 },
  { GST_VIDEO_FORMAT_I420_10LE, SAVANT_FORMAT_I420_10LE },
  { GST_VIDEO_FORMAT_P010_10LE, SAVANT_FORMAT_P010_10LE },
};

SavantFormat
gst_savant_format_from_video (GstVideoFormat format)
{
  for (gsize i = 0; i < G_N_ELEMENTS (format_pairs); i++)
    if (format_pairs[i].video == format)
      return format_pairs[i].savant;
  return SAVANT_FORMAT_UNKNOWN;
}

GstVideoFormat
gst_savant_format_to_video (SavantFormat format)
{
  for (gsize i = 0; i < G_N_ELEMENTS (format_pairs); i++)
    if (format_pairs[i].savant == format)
      return format_pairs[i].video;
  return GST_VIDEO_FORMAT_UNKNOWN;
}

void
gst_savant_colorimetry_from_video_info (SavantColorimetry *colorimetry,
    const GstVideoInfo *info)
{
  const GstVideoColorimetry *named = &info->colorimetry;
  gboolean sd = info->height <= 576;
  gboolean yuv = GST_VIDEO_INFO_IS_YUV (info);

  if (yuv) {
    gboolean known = named->matrix >= GST_VIDEO_COLOR_MATRIX_FCC
        && named->matrix <= GST_VIDEO_COLOR_MATRIX_BT2020;

    colorimetry->matrix = known ? (SavantMatrix) named->matrix
        : sd                    ? SAVANT_MATRIX_BT601
                                : SAVANT_MATRIX_BT709;
  } else {
    colorimetry->matrix = SAVANT_MATRIX_RGB;
  }

  if (named->range == GST_VIDEO_COLOR_RANGE_0_255)
    colorimetry->range = SAVANT_RANGE_FULL;
  else if (named->range == GST_VIDEO_COLOR_RANGE_16_235)
    colorimetry->range = SAVANT_RANGE_LIMITED;
  else
    colorimetry->range = yuv ? SAVANT_RANGE_LIMITED : SAVANT_RANGE_FULL;

  if (info->chroma_site == GST_VIDEO_CHROMA_SITE_UNKNOWN)
    colorimetry->siting = sd ? SAVANT_SITING_JPEG : SAVANT_SITING_MPEG2;
  else
    colorimetry->siting = info->chroma_site
        & (GST_VIDEO_CHROMA_SITE_H_COSITED | GST_VIDEO_CHROMA_SITE_V_COSITED);
}

/* GstVideoMeta's own map function is not public, but every fresh meta has
 * it. Others (of GPU memory, say) need not fill the GstMapInfo. */
static gboolean (*default_map) (GstVideoMeta *, guint, GstMapInfo *, gpointer *,
    gint *, GstMapFlags);

static void
find_default_map (void)
{
  GstBuffer *buffer = gst_buffer_new ();

  default_map = gst_buffer_add_video_meta (buffer, GST_VIDEO_FRAME_FLAG_NONE,
      GST_VIDEO_FORMAT_GRAY8, 1, 1)
                    ->map;
  gst_buffer_unref (buffer);
}

/* The mapping that a plane must lie in, or NULL where it is not known. */
static const GstMapInfo *
map_of_plane (const GstVideoFrame *frame, int plane)
{
  static pthread_once_t once = PTHREAD_ONCE_INIT;

  const GstVideoMeta *meta = frame->meta;

  if (meta == NULL)
    return &frame->map[0];
  pthread_once (&once, find_default_map);
  return meta->map == default_map ? &frame->map[plane] : NULL;
}

gint
gst_savant_image_from_video_frame (SavantImage *image,
    const GstVideoFrame *frame)
{
  const GstVideoInfo *video = &frame->info;
  const SvFormatInfo *info = sv_format_info (
      gst_savant_format_from_video (GST_VIDEO_INFO_FORMAT (video)));

  if (info == NULL)
    return sv_fail (SAVANT_ERROR_UNSUPPORTED,
        "a frame of format %s: supported are %s",
        gst_video_format_to_string (GST_VIDEO_INFO_FORMAT (video)),
        sv_format_list (false));
  if (video->width < 1 || video->width > SAVANT_MAX_SIDE || video->height < 1
      || video->height > SAVANT_MAX_SIDE)
    return sv_fail (SAVANT_ERROR_INVALID_ARGUMENT,
        "a frame of %dx%d: width and height are 1 to %d", video->width,
        video->height, SAVANT_MAX_SIDE);

  image->format = info->format;
  image->width = video->width;
  image->height = video->height;
  image->n_planes = info->n_planes;
  gst_savant_colorimetry_from_video_info (&image->colorimetry, video);
  for (int p = 0; p < info->n_planes; p++) {
    const GstMapInfo *map = map_of_plane (frame, p);
    gint64 row = sv_format_plane_row_bytes (info, p, video->width);
    gint64 pitch = GST_VIDEO_FRAME_PLANE_STRIDE (frame, p);
    gint64 last = (sv_format_plane_rows (info, p, video->height) - 1) * pitch;

    image->data[p] = GST_VIDEO_FRAME_PLANE_DATA (frame, p);
    image->pitch_bytes[p] = pitch;
    if (ABS (pitch) < row)
      return sv_fail (SAVANT_ERROR_INVALID_ARGUMENT,
          "plane %d of a %dx%d %s frame has a stride of %" G_GINT64_FORMAT
          " bytes, a row has %" G_GINT64_FORMAT,
          p, video->width, video->height, info->name, pitch, row);
    if (map != NULL) {
      gint64 at = image->data[p] - map->data;

      if (at + MIN (last, 0) < 0
          || at + MAX (last, 0) + row > (gint64) map->size)
        return sv_fail (SAVANT_ERROR_INVALID_ARGUMENT,
            "truncated frame: plane %d of %dx%d %s at offset %" G_GINT64_FORMAT
            " with stride %" G_GINT64_FORMAT
            " ends outside its %" G_GSIZE_FORMAT " bytes",
            p, video->width, video->height, info->name, at, pitch, map->size);
    }
  }
  return SAVANT_OK;
}
