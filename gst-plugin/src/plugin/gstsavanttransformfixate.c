/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <string.h>

#include "gpucaps.h"
#include "gstsavanttransform.h"
#include "plugin.h"
#include "props.h"

#define GST_CAT_DEFAULT gst_savant_debug

/* A picture as a pad shows it. */
typedef struct Shape
{
  gint w, h;
  gint par_n, par_d;
} Shape;

/* What comes nearest to a format that downstream does not take. */
static const gchar *const nearest_yuv420[] = { "NV12", "I420", "NV21", "UYVY",
  "RGBA", "BGRA", "RGBx", "BGRx", "RGB", "BGR", "GRAY8", NULL };
static const gchar *const nearest_yuv[] = { "UYVY", "NV12", "I420", "NV21",
  "RGBA", "BGRA", "RGBx", "BGRx", "RGB", "BGR", "GRAY8", NULL };
static const gchar *const nearest_rgb[] = { "RGBx", "BGRx", "RGB", "BGR",
  "RGBA", "BGRA", "UYVY", "NV12", "I420", "NV21", "GRAY8", NULL };
static const gchar *const nearest_rgba[] = { "RGBA", "BGRA", "RGBx", "BGRx",
  "RGB", "BGR", "UYVY", "NV12", "I420", "NV21", "GRAY8", NULL };
static const gchar *const nearest_gray[] = { "GRAY8", "NV12", "I420", "NV21",
  "UYVY", "RGBA", "BGRA", "RGBx", "BGRx", "RGB", "BGR", NULL };

static const gchar *const *
nearest_formats (const gchar *name)
{
  const GstVideoFormatInfo *info =
      gst_video_format_get_info (gst_video_format_from_string (name));

  if (GST_VIDEO_FORMAT_INFO_IS_GRAY (info))
    return nearest_gray;
  if (GST_VIDEO_FORMAT_INFO_IS_RGB (info))
    return GST_VIDEO_FORMAT_INFO_HAS_ALPHA (info) ? nearest_rgba : nearest_rgb;
  return GST_VIDEO_FORMAT_INFO_H_SUB (info, 1) > 0 ? nearest_yuv420
                                                   : nearest_yuv;
}

static gboolean
allows_string (const GstStructure *s, const gchar *field, const gchar *string)
{
  const GValue *value = gst_structure_get_value (s, field);

  if (value == NULL || string == NULL)
    return FALSE;
  if (G_VALUE_HOLDS_STRING (value))
    return strcmp (g_value_get_string (value), string) == 0;
  if (GST_VALUE_HOLDS_LIST (value))
    for (guint i = 0; i < gst_value_list_get_size (value); i++)
      if (g_strcmp0 (g_value_get_string (gst_value_list_get_value (value, i)),
              string)
          == 0)
        return TRUE;
  return FALSE;
}

static void
fixate_string (GstStructure *s, const gchar *field, const GstStructure *like)
{
  const gchar *string = gst_structure_get_string (like, field);

  if (allows_string (s, field, string))
    gst_structure_set (s, field, G_TYPE_STRING, string, NULL);
}

static void
fixate_format (GstStructure *s, const GstStructure *like)
{
  const gchar *format = gst_structure_get_string (like, "format");
  const gchar *const *nearest;

  if (format == NULL)
    return;
  fixate_string (s, "format", like);
  for (nearest = nearest_formats (format);
       *nearest != NULL && gst_structure_get_string (s, "format") == NULL;
       nearest++)
    if (allows_string (s, "format", *nearest))
      gst_structure_set (s, "format", G_TYPE_STRING, *nearest, NULL);
}

static gboolean
is_non_uniform (const GstStructure *s)
{
  return g_strcmp0 (gst_structure_get_string (s, "batch-kind"), "non-uniform")
      == 0;
}

/* How much a candidate keeps: the caps themselves, memory and format, the
 * memory. A filter that names a format or size goes together with non-uniform
 * caps, but asks for a uniform batch. */
static gint
score (const GstStructure *s, const GstStructure *like, gboolean same_memory)
{
  const gchar *format = gst_structure_get_string (like, "format");

  if (is_non_uniform (s)
      && (gst_structure_has_field (s, "format")
          || gst_structure_has_field (s, "width")
          || gst_structure_has_field (s, "height")))
    return -1;
  if (!same_memory)
    return 0;
  if (gst_structure_is_equal (s, like))
    return 3;
  return allows_string (s, "format", format) ? 2 : 1;
}

static guint
best_structure (GstCaps *candidates, GstCaps *caps)
{
  const GstStructure *like = gst_caps_get_structure (caps, 0);
  GstCapsFeatures *features = gst_caps_get_features (caps, 0);
  guint best = 0;
  gint best_score = -2;

  for (guint i = 0; i < gst_caps_get_size (candidates); i++) {
    gint kept = score (gst_caps_get_structure (candidates, i), like,
        gst_caps_features_is_equal (features,
            gst_caps_get_features (candidates, i)));

    if (kept > best_score) {
      best = i;
      best_score = kept;
    }
  }
  return best;
}

/* The picture that arrives, after crop properties and flip; FALSE if the caps
 * have no size. */
static gboolean
source_shape (GstSavantTransform *self, const GstStructure *s,
    GstPadDirection direction, Shape *shape, gboolean *use_par)
{
  SavantRect rect;
  SavantFlip flip;

  if (!gst_structure_get_int (s, "width", &shape->w)
      || !gst_structure_get_int (s, "height", &shape->h))
    return FALSE;
  if (!gst_structure_get_fraction (s, "pixel-aspect-ratio", &shape->par_n,
          &shape->par_d)
      || shape->par_n < 1 || shape->par_d < 1)
    shape->par_n = shape->par_d = 1;

  pthread_mutex_lock (&self->lock);
  rect = self->settings.crop;
  flip = self->flip;
  *use_par = self->settings.use_par;
  pthread_mutex_unlock (&self->lock);

  if (direction == GST_PAD_SINK
      && savant_clip_source_rect (&rect, shape->w, shape->h) == SAVANT_OK) {
    shape->w = rect.w;
    shape->h = rect.h;
  }
  if (sv_flip_is_quarter_turn (flip))
    *shape = (Shape){ shape->h, shape->w, shape->par_d, shape->par_n };
  return TRUE;
}

static gint
nearest_side (const GstStructure *s, const gchar *field, gint target)
{
  GstStructure *copy = gst_structure_copy (s);
  gint side = target;

  gst_structure_fixate_field_nearest_int (copy, field, target);
  gst_structure_get_int (copy, field, &side);
  gst_structure_free (copy);
  return side;
}

static gint
to_side (gdouble value)
{
  return CLAMP (lround (CLAMP (value, 0, SAVANT_MAX_SIDE)), 1, SAVANT_MAX_SIDE);
}

static void
fixate_par (GstStructure *s, gint target_n, gint target_d, Shape *out)
{
  if (gst_structure_has_field (s, "pixel-aspect-ratio"))
    gst_structure_fixate_field_nearest_fraction (s, "pixel-aspect-ratio",
        target_n, target_d);
  else
    gst_structure_set (s, "pixel-aspect-ratio", GST_TYPE_FRACTION, target_n,
        target_d, NULL);
  if (!gst_structure_get_fraction (s, "pixel-aspect-ratio", &out->par_n,
          &out->par_d)
      || out->par_n < 1 || out->par_d < 1)
    out->par_n = out->par_d = 1;
}

/* Both sides open: the source's size and pixel aspect ratio, or, where the
 * caps do not allow them, what keeps the display aspect ratio. */
static void
fixate_open_size (GstStructure *s, const Shape *in, gboolean use_par,
    Shape *out)
{
  gdouble ratio = (gdouble) in->w / in->h;

  out->w = nearest_side (s, "width", in->w);
  out->h = nearest_side (s, "height", in->h);
  fixate_par (s, in->par_n, in->par_d, out);
  if (use_par)
    ratio *=
        (gdouble) in->par_n * out->par_d / ((gdouble) in->par_d * out->par_n);
  if (out->w != in->w) {
    gint h = to_side (out->w / ratio);

    out->h = nearest_side (s, "height", h);
    if (out->h != h)
      out->w = nearest_side (s, "width", to_side (out->h * ratio));
  } else if (out->h != in->h
      || (use_par
          && gst_util_fraction_compare (in->par_n, in->par_d, out->par_n,
                 out->par_d)
              != 0)) {
    out->w = nearest_side (s, "width", to_side (out->h * ratio));
  }
}

static void
fixate_size (GstStructure *s, const Shape *in, gboolean use_par)
{
  Shape out = { 0, 0, 1, 1 };
  gboolean has_w = gst_structure_get_int (s, "width", &out.w);
  gboolean has_h = gst_structure_get_int (s, "height", &out.h);
  gdouble ratio = (gdouble) in->w / in->h;

  if (!has_w && !has_h) {
    fixate_open_size (s, in, use_par, &out);
  } else {
    fixate_par (s, 1, 1, &out);
    if (use_par)
      ratio *=
          (gdouble) in->par_n * out.par_d / ((gdouble) in->par_d * out.par_n);
    if (!has_h)
      out.h = nearest_side (s, "height", to_side (out.w / ratio));
    if (!has_w)
      out.w = nearest_side (s, "width", to_side (out.h * ratio));
  }
  gst_structure_set (s, "width", G_TYPE_INT, out.w, "height", G_TYPE_INT, out.h,
      NULL);
}

static gboolean
has_format_and_size (const GstStructure *s)
{
  gint side;

  return gst_structure_get_string (s, "format") != NULL
      && gst_structure_get_int (s, "width", &side)
      && gst_structure_get_int (s, "height", &side);
}

/* The GPU of the output, where that is known before a buffer has come. */
static void
name_gpu (GstSavantTransform *self, const GstCaps *in, GstCaps *out)
{
  gboolean from_surfaces =
      gst_caps_features_contains (gst_caps_get_features (in, 0),
          GST_SAVANT_CAPS_FEATURE_NVMM);
  SavantMemType mem_type;
  gchar *backend;
  gint gpu_id;

  backend = sv_memory_read (&self->memory, &self->lock, &mem_type, &gpu_id);
  if (gpu_id < 0)
    gpu_id = from_surfaces ? sv_caps_get_gpu (in) : 0;
  sv_caps_set_gpu (out, backend, mem_type, gpu_id);
  g_free (backend);
}

GstCaps *
sv_transform_fixate_caps (GstBaseTransform *trans, GstPadDirection direction,
    GstCaps *caps, GstCaps *othercaps)
{
  GstSavantTransform *self = GST_SAVANT_TRANSFORM (trans);
  const GstStructure *like = gst_caps_get_structure (caps, 0);
  GstCaps *result =
      gst_caps_copy_nth (othercaps, best_structure (othercaps, caps));
  GstStructure *s = gst_caps_get_structure (result, 0);
  Shape shape;
  gboolean use_par;

  gst_caps_unref (othercaps);
  if (is_non_uniform (s))
    return gst_caps_fixate (result);
  if (source_shape (self, like, direction, &shape, &use_par)) {
    fixate_format (s, like);
    fixate_size (s, &shape, use_par);
  } else if (!has_format_and_size (s)) {
    /* Nothing to choose from: unfixed caps make the negotiation fail. */
    return result;
  }
  fixate_string (s, "colorimetry", like);
  fixate_string (s, "chroma-site", like);
  result = gst_caps_fixate (result);
  if (direction == GST_PAD_SINK)
    name_gpu (self, caps, result);
  GST_DEBUG_OBJECT (self, "%" GST_PTR_FORMAT " fixated to %" GST_PTR_FORMAT,
      caps, result);
  return result;
}
