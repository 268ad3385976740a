/* SPDX-License-Identifier: Apache-2.0 */
#include <savant/gst.h>

#include "core/format.h"
#include "core/log.h"
#include "gstsavantlog.h"
#include "nvbuf/view.h"

/* The only caps feature, or NULL where there are several or any. */
static const gchar *
single_feature (const GstCapsFeatures *features)
{
  if (features == NULL || gst_caps_features_get_size (features) == 0)
    return GST_CAPS_FEATURE_MEMORY_SYSTEM_MEMORY;
  if (gst_caps_features_is_any (features)
      || gst_caps_features_get_size (features) != 1)
    return NULL;
  return gst_caps_features_get_nth (features, 0);
}

static gboolean
read_memory (GstSavantFrameInfo *info, const GstCaps *caps)
{
  GstCapsFeatures *features = gst_caps_get_features (caps, 0);
  const gchar *feature = single_feature (features);

  if (g_strcmp0 (feature, GST_SAVANT_CAPS_FEATURE_NVMM) == 0) {
    info->nvmm = TRUE;
  } else if (g_strcmp0 (feature, GST_SAVANT_CAPS_FEATURE_CUDA) == 0) {
    info->cuda_memory = TRUE;
  } else if (g_strcmp0 (feature, GST_CAPS_FEATURE_MEMORY_SYSTEM_MEMORY) != 0) {
    gchar *text = gst_caps_features_to_string (features);

    sv_fail (SAVANT_ERROR_UNSUPPORTED,
        "caps feature \"%s\" is not supported: offer plain video/x-raw, "
        "video/x-raw(" GST_SAVANT_CAPS_FEATURE_NVMM ") or, as input, "
        "video/x-raw(" GST_SAVANT_CAPS_FEATURE_CUDA ")",
        text);
    g_free (text);
    return FALSE;
  }
  return TRUE;
}

/* An optional integer field. */
static gboolean
read_count (const GstStructure *s, const gchar *field, gint max, gint *value)
{
  *value = 1;
  if (!gst_structure_has_field (s, field))
    return TRUE;
  if (!gst_structure_get_int (s, field, value) || *value < 1 || *value > max) {
    gchar *text = g_strdup_value_contents (gst_structure_get_value (s, field));

    sv_fail (SAVANT_ERROR_INVALID_ARGUMENT,
        "caps field %s=%s: an integer from 1 to %d is needed", field, text,
        max);
    g_free (text);
    return FALSE;
  }
  return TRUE;
}

static gboolean
read_batch (GstSavantFrameInfo *info, const GstStructure *s)
{
  const gchar *kind = gst_structure_get_string (s, "batch-kind");
  gint per_frame;

  if (!read_count (s, "batch-size", info->nvmm ? SAVANT_MAX_BATCH_SIZE : 1,
          &info->batch_size)
      || !read_count (s, "num-surfaces-per-frame", 1, &per_frame))
    return FALSE;
  if (!gst_structure_has_field (s, "batch-kind"))
    return TRUE;
  if (g_strcmp0 (kind, "non-uniform") == 0 && info->nvmm) {
    info->uniform = FALSE;
  } else if (g_strcmp0 (kind, "uniform") != 0) {
    sv_fail (SAVANT_ERROR_INVALID_ARGUMENT,
        "caps field batch-kind=%s: \"uniform\" or, "
        "with " GST_SAVANT_CAPS_FEATURE_NVMM ", \"non-uniform\" is possible",
        kind != NULL ? kind : "(no string)");
    return FALSE;
  }
  return TRUE;
}

static const SvFormatInfo *
read_format (const GstSavantFrameInfo *info, const GstStructure *s)
{
  const gchar *name = gst_structure_get_string (s, "format");
  GstVideoFormat video;
  const SvFormatInfo *format;

  if (name == NULL) {
    sv_fail (SAVANT_ERROR_INVALID_ARGUMENT,
        "caps without format: fixed caps name format, width and height");
    return NULL;
  }
  video = gst_video_format_from_string (name);
  format = sv_format_info (gst_savant_format_from_video (video));
  if (format == NULL || (info->nvmm && !format->output)) {
    sv_fail (SAVANT_ERROR_UNSUPPORTED,
        "format %s is not supported%s: "
        "supported are %s",
        name, info->nvmm ? " in surfaces" : "", sv_format_list (info->nvmm));
    return NULL;
  }
  return format;
}

static gboolean
read_side (const GstStructure *s, const gchar *field, gint *side)
{
  if (!gst_structure_get_int (s, field, side)) {
    sv_fail (SAVANT_ERROR_INVALID_ARGUMENT,
        "caps without %s: fixed caps name format, width and height", field);
    return FALSE;
  }
  if (*side < 1 || *side > SAVANT_MAX_SIDE) {
    sv_fail (SAVANT_ERROR_INVALID_ARGUMENT,
        "caps field %s=%d: it must be from 1 to %d", field, *side,
        SAVANT_MAX_SIDE);
    return FALSE;
  }
  return TRUE;
}

/* GStreamer's own size arithmetic is 32 bits wide for some formats. */
static gboolean
check_bytes (const GstSavantFrameInfo *info, const SvFormatInfo *format,
    gint width, gint height)
{
  gint64 bytes = 0;
  SvSlotLayout slot;

  if (info->nvmm)
    return sv_nvbuf_slot_layout (format->format, width, height, 1, &slot)
        == SAVANT_OK;
  for (int p = 0; p < format->n_planes; p++)
    bytes += ((sv_format_plane_row_bytes (format, p, width) + 3) & ~3)
        * sv_format_plane_rows (format, p, height);
  if (bytes > G_MAXINT32) {
    sv_fail (SAVANT_ERROR_INVALID_ARGUMENT,
        "a %s frame of %dx%d needs %" G_GINT64_FORMAT " bytes: at most "
        "2147483647 are possible, choose a smaller size",
        format->name, width, height, bytes);
    return FALSE;
  }
  return TRUE;
}

static gboolean
read_video (GstSavantFrameInfo *info, const GstCaps *caps)
{
  const GstStructure *s = gst_caps_get_structure (caps, 0);
  const SvFormatInfo *format = read_format (info, s);
  gint width, height;

  if (format == NULL || !read_side (s, "width", &width)
      || !read_side (s, "height", &height)
      || !check_bytes (info, format, width, height))
    return FALSE;
  if (!gst_video_info_from_caps (&info->video, caps)) {
    gchar *text = gst_caps_to_string (caps);

    sv_fail (SAVANT_ERROR_INVALID_ARGUMENT,
        "GStreamer cannot read the caps %s: check the types of their fields",
        text);
    g_free (text);
    return FALSE;
  }
  info->colorimetry_named = gst_structure_has_field (s, "colorimetry");
  /* Newer GStreamer takes large pictures for BT.2020 unasked. */
  if (!info->colorimetry_named
      && info->video.colorimetry.matrix == GST_VIDEO_COLOR_MATRIX_BT2020)
    gst_video_colorimetry_from_string (&info->video.colorimetry,
        GST_VIDEO_COLORIMETRY_BT709);
  return TRUE;
}

gboolean
gst_savant_frame_info_from_caps (GstSavantFrameInfo *info, const GstCaps *caps)
{
  const GstStructure *s;

  sv_gst_log_init ();
  *info = (GstSavantFrameInfo){ .batch_size = 1, .uniform = TRUE };
  gst_video_info_init (&info->video);
  if (caps == NULL || !gst_caps_is_fixed (caps)) {
    gchar *text = caps != NULL ? gst_caps_to_string (caps) : NULL;

    sv_fail (SAVANT_ERROR_INVALID_ARGUMENT, "fixed caps are needed, not %s",
        text != NULL ? text : "NULL");
    g_free (text);
    return FALSE;
  }
  s = gst_caps_get_structure (caps, 0);
  if (!gst_structure_has_name (s, "video/x-raw")) {
    sv_fail (SAVANT_ERROR_UNSUPPORTED,
        "caps %s are no raw video: video/x-raw is needed",
        gst_structure_get_name (s));
    return FALSE;
  }
  return read_memory (info, caps) && read_batch (info, s)
      && (!info->uniform || read_video (info, caps));
}
