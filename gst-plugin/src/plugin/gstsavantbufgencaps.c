/* SPDX-License-Identifier: Apache-2.0 */
#include "gstsavantbufgen.h"
#include "gpucaps.h"
#include "plugin.h"

#define GST_CAT_DEFAULT gst_savant_debug

/* The first of these that downstream takes: NV12, and colour before grey. */
static void
fixate_format (GstStructure *s)
{
  static const gchar *const formats[] = { "NV12", "I420", "NV21", "UYVY",
    "RGBA", "BGRx", "RGBx", "BGRA", "RGB", "BGR" };
  const GValue *possible = gst_structure_get_value (s, "format");
  guint i;

  for (i = 0; possible != NULL && i < G_N_ELEMENTS (formats); i++) {
    GValue format = G_VALUE_INIT;
    gboolean taken;

    g_value_init (&format, G_TYPE_STRING);
    g_value_set_static_string (&format, formats[i]);
    taken = gst_value_intersect (NULL, possible, &format);
    g_value_unset (&format);
    if (taken) {
      gst_structure_set (s, "format", G_TYPE_STRING, formats[i], NULL);
      return;
    }
  }
}

GstCaps *
sv_bufgen_fixate (GstBaseSrc *src, GstCaps *caps)
{
  GstSavantBufgen *self = GST_SAVANT_BUFGEN (src);
  GstStructure *s;

  caps = gst_caps_make_writable (gst_caps_truncate (caps));
  s = gst_caps_get_structure (caps, 0);
  fixate_format (s);
  gst_structure_fixate_field_nearest_int (s, "width", 1280);
  gst_structure_fixate_field_nearest_int (s, "height", 720);
  gst_structure_fixate_field_nearest_fraction (s, "framerate", 30, 1);
  if (gst_structure_has_field (s, "pixel-aspect-ratio"))
    gst_structure_fixate_field_nearest_fraction (s, "pixel-aspect-ratio", 1, 1);
  if (gst_structure_has_field (s, "interlace-mode"))
    gst_structure_fixate_field_string (s, "interlace-mode", "progressive");
  if (gst_structure_has_field (s, "batch-size"))
    gst_structure_fixate_field_nearest_int (s, "batch-size", 1);
  if (gst_structure_has_field (s, "num-surfaces-per-frame"))
    gst_structure_fixate_field_nearest_int (s, "num-surfaces-per-frame", 1);
  sv_caps_set_gpu (caps, self->run_backend, self->run.mem_type,
      MAX (self->run.gpu_id, 0));
  return gst_caps_fixate (caps);
}

/* A text that tells why `info` cannot be made, or NULL. */
static gchar *
refusal (const GstSavantFrameInfo *info)
{
  if (!info->uniform)
    return g_strdup ("savantbufgen makes surfaces of one size and format, "
                     "not batch-kind=non-uniform");
  if (info->batch_size != 1)
    return g_strdup_printf ("savantbufgen makes one picture a buffer, "
                            "batch-size=%d is not supported: leave batch-size "
                            "out and put savantbatch behind",
        info->batch_size);
  if (GST_VIDEO_INFO_IS_INTERLACED (&info->video))
    return g_strdup_printf ("savantbufgen makes progressive frames, "
                            "interlace-mode=%s is not supported",
        gst_video_interlace_mode_to_string (
            GST_VIDEO_INFO_INTERLACE_MODE (&info->video)));
  if (!savant_format_is_output (
          gst_savant_format_from_video (GST_VIDEO_INFO_FORMAT (&info->video))))
    return g_strdup_printf ("savantbufgen cannot make format %s, it makes %s",
        GST_VIDEO_INFO_NAME (&info->video), GST_SAVANT_OUTPUT_FORMATS);
  return NULL;
}

gboolean
sv_bufgen_set_caps (GstBaseSrc *src, GstCaps *caps)
{
  GstSavantBufgen *self = GST_SAVANT_BUFGEN (src);
  GstSavantFrameInfo info;
  gchar *text;

  if (gst_savant_frame_info_from_caps (&info, caps))
    text = refusal (&info);
  else
    text = g_strdup (savant_last_error ());
  if (text != NULL) {
    GST_ELEMENT_ERROR (self, STREAM, FORMAT, ("%s", text),
        ("caps %" GST_PTR_FORMAT, caps));
    g_free (text);
    return FALSE;
  }

  self->info = info;
  gst_savant_colorimetry_from_video_info (&self->colorimetry, &info.video);
  pthread_mutex_lock (&self->lock);
  sv_frame_clock_set_rate (&self->clock, GST_VIDEO_INFO_FPS_N (&info.video),
      GST_VIDEO_INFO_FPS_D (&info.video));
  pthread_mutex_unlock (&self->lock);
  return TRUE;
}

/* A value for people: lists of names without types and braces. */
static gchar *
value_text (const GValue *value)
{
  GString *text;
  guint i;

  if (!GST_VALUE_HOLDS_LIST (value) || gst_value_list_get_size (value) == 0
      || !G_VALUE_HOLDS_STRING (gst_value_list_get_value (value, 0)))
    return gst_value_serialize (value);
  text = g_string_new (NULL);
  for (i = 0; i < gst_value_list_get_size (value); i++)
    g_string_append_printf (text, "%s%s", i > 0 ? ", " : "",
        g_value_get_string (gst_value_list_get_value (value, i)));
  return g_string_free (text, FALSE);
}

/* Adds "field=wanted (possible: ...)" for every field of `wanted` that has no
 * value in common with `mine`. */
static void
append_conflicts (GString *text, const GstStructure *wanted,
    const GstStructure *mine)
{
  gint i;

  for (i = 0; i < gst_structure_n_fields (mine); i++) {
    const gchar *field = gst_structure_nth_field_name (mine, i);
    const GValue *possible = gst_structure_get_value (mine, field);
    const GValue *value = gst_structure_get_value (wanted, field);
    gchar *a, *b;

    if (value == NULL || gst_value_intersect (NULL, value, possible))
      continue;
    a = value_text (value);
    b = value_text (possible);
    g_string_append_printf (text, "%s%s=%s (possible: %s)",
        text->len > 0 ? ", " : "", field, a, b);
    g_free (a);
    g_free (b);
  }
}

/* What of downstream's wish stands against this element's template. */
static gchar *
explain_conflict (GstCaps *wanted, GstCaps *mine)
{
  GString *text = g_string_new (NULL);
  guint i, k;

  for (i = 0; i < gst_caps_get_size (wanted) && text->len == 0; i++) {
    GstStructure *s = gst_caps_get_structure (wanted, i);
    gboolean known = FALSE;

    for (k = 0; k < gst_caps_get_size (mine) && text->len == 0; k++) {
      GstStructure *t = gst_caps_get_structure (mine, k);

      if (!gst_structure_has_name (s, gst_structure_get_name (t))
          || !gst_caps_features_is_equal (gst_caps_get_features (wanted, i),
              gst_caps_get_features (mine, k)))
        continue;
      known = TRUE;
      append_conflicts (text, s, t);
    }
    if (!known) {
      gchar *features =
          gst_caps_features_to_string (gst_caps_get_features (wanted, i));

      g_string_append_printf (text,
          "%s(%s) (possible: video/x-raw, video/x-raw(%s))",
          gst_structure_get_name (s), features, GST_SAVANT_CAPS_FEATURE_NVMM);
      g_free (features);
    }
  }
  return g_string_free (text, FALSE);
}

void
sv_bufgen_post_not_negotiated (GstSavantBufgen *self)
{
  GstPad *pad = GST_BASE_SRC_PAD (self);
  GstCaps *mine = gst_pad_get_pad_template_caps (pad);
  GstCaps *wanted = gst_pad_peer_query_caps (pad, NULL);
  gchar *reason = NULL;

  if (wanted != NULL && !gst_caps_is_any (wanted)
      && !gst_caps_can_intersect (wanted, mine))
    reason = explain_conflict (wanted, mine);
  if (reason == NULL || *reason == '\0') {
    g_free (reason);
    reason = g_strdup ("it refused the chosen caps");
  }
  GST_ELEMENT_ERROR (self, STREAM, FORMAT,
      ("Downstream takes nothing that savantbufgen makes: %s", reason),
      ("downstream's caps: %" GST_PTR_FORMAT, wanted));
  g_free (reason);
  gst_clear_caps (&wanted);
  gst_caps_unref (mine);
}
