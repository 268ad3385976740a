/* SPDX-License-Identifier: Apache-2.0 */
#include "gstsavanttransform.h"
#include "plugin.h"
#include "props.h"

#define GST_CAT_DEFAULT gst_savant_debug

enum
{
  PROP_0,
  PROP_PADDING, /* and the rest of SvPlacingProp */
  PROP_CROP_SOURCE = PROP_PADDING + SV_PLACING_N_PROPS,
  PROP_CROP_LEFT,
  PROP_CROP_TOP,
  PROP_CROP_WIDTH,
  PROP_CROP_HEIGHT,
  PROP_ROI_POLICY,
  PROP_GPU_ID, /* and the rest of SvMemoryProp */
  PROP_STATS = PROP_GPU_ID + SV_MEMORY_N_PROPS,
  PROP_VIDEO_DIRECTION
};

static SavantFlip
flip_of_method (GstVideoOrientationMethod method)
{
  switch (method) {
    case GST_VIDEO_ORIENTATION_90R:
      return SAVANT_FLIP_ROTATE_90;
    case GST_VIDEO_ORIENTATION_180:
      return SAVANT_FLIP_ROTATE_180;
    case GST_VIDEO_ORIENTATION_90L:
      return SAVANT_FLIP_ROTATE_270;
    case GST_VIDEO_ORIENTATION_HORIZ:
      return SAVANT_FLIP_X;
    case GST_VIDEO_ORIENTATION_VERT:
      return SAVANT_FLIP_Y;
    case GST_VIDEO_ORIENTATION_UL_LR:
      return SAVANT_FLIP_TRANSPOSE;
    case GST_VIDEO_ORIENTATION_UR_LL:
      return SAVANT_FLIP_INVERSE_TRANSPOSE;
    default:
      return SAVANT_FLIP_NONE;
  }
}

/* With the lock held. */
static gboolean
refresh_flip_locked (GstSavantTransform *self)
{
  SavantFlip flip =
      flip_of_method (self->direction == GST_VIDEO_ORIENTATION_AUTO
              ? self->tag_direction
              : self->direction);

  if (flip == self->flip)
    return FALSE;
  self->flip = flip;
  self->settings_serial++;
  return TRUE;
}

gboolean
sv_transform_refresh_flip (GstSavantTransform *self)
{
  gboolean changed;

  pthread_mutex_lock (&self->lock);
  changed = refresh_flip_locked (self);
  pthread_mutex_unlock (&self->lock);
  return changed;
}

void
sv_transform_set_tag_direction (GstSavantTransform *self,
    GstVideoOrientationMethod method)
{
  pthread_mutex_lock (&self->lock);
  self->tag_direction = method;
  pthread_mutex_unlock (&self->lock);
}

/* With the lock held. */
static void
set_direction (GstSavantTransform *self, GstVideoOrientationMethod method)
{
  if (method == GST_VIDEO_ORIENTATION_CUSTOM) {
    GST_WARNING_OBJECT (self,
        "video-direction=custom is not possible, "
        "it stays as it was");
    return;
  }
  self->direction = method;
  if (!self->running)
    refresh_flip_locked (self);
}

/* With the lock held. FALSE: none of the properties that may change in
 * PLAYING. */
static gboolean
set_setting (SvTransformSettings *settings, guint prop_id, const GValue *value)
{
  if (sv_placing_set (&settings->config, &settings->use_par,
          prop_id - PROP_PADDING, value))
    return TRUE;
  switch (prop_id) {
    case PROP_CROP_SOURCE:
      settings->crop_source = (SvCropSource) g_value_get_enum (value);
      return TRUE;
    case PROP_CROP_LEFT:
      settings->crop.x = g_value_get_int (value);
      return TRUE;
    case PROP_CROP_TOP:
      settings->crop.y = g_value_get_int (value);
      return TRUE;
    case PROP_CROP_WIDTH:
      settings->crop.w = g_value_get_int (value);
      return TRUE;
    case PROP_CROP_HEIGHT:
      settings->crop.h = g_value_get_int (value);
      return TRUE;
    case PROP_ROI_POLICY:
      settings->roi_policy = (SvRoiPolicy) g_value_get_enum (value);
      return TRUE;
    default:
      return FALSE;
  }
}

static gboolean
get_setting (const SvTransformSettings *settings, guint prop_id, GValue *value)
{
  if (sv_placing_get (&settings->config, settings->use_par,
          prop_id - PROP_PADDING, value))
    return TRUE;
  switch (prop_id) {
    case PROP_CROP_SOURCE:
      g_value_set_enum (value, (gint) settings->crop_source);
      return TRUE;
    case PROP_CROP_LEFT:
      g_value_set_int (value, settings->crop.x);
      return TRUE;
    case PROP_CROP_TOP:
      g_value_set_int (value, settings->crop.y);
      return TRUE;
    case PROP_CROP_WIDTH:
      g_value_set_int (value, settings->crop.w);
      return TRUE;
    case PROP_CROP_HEIGHT:
      g_value_set_int (value, settings->crop.h);
      return TRUE;
    case PROP_ROI_POLICY:
      g_value_set_enum (value, (gint) settings->roi_policy);
      return TRUE;
    default:
      return FALSE;
  }
}

static void
set_property (GObject *object, guint prop_id, const GValue *value,
    GParamSpec *pspec)
{
  GstSavantTransform *self = GST_SAVANT_TRANSFORM (object);

  pthread_mutex_lock (&self->lock);
  if (set_setting (&self->settings, prop_id, value)) {
    self->settings_serial++;
    pthread_mutex_unlock (&self->lock);
    return;
  }
  switch (prop_id) {
    case PROP_VIDEO_DIRECTION:
      set_direction (self,
          (GstVideoOrientationMethod) g_value_get_enum (value));
      break;
    default:
      if (!sv_memory_set (&self->memory, prop_id - PROP_GPU_ID, value))
        G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
      break;
  }
  pthread_mutex_unlock (&self->lock);
}

static void
get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  GstSavantTransform *self = GST_SAVANT_TRANSFORM (object);
  SvFlowStats stats;

  pthread_mutex_lock (&self->lock);
  if (get_setting (&self->settings, prop_id, value)) {
    pthread_mutex_unlock (&self->lock);
    return;
  }
  switch (prop_id) {
    case PROP_VIDEO_DIRECTION:
      g_value_set_enum (value, (gint) self->direction);
      break;
    case PROP_STATS:
      stats = self->stats;
      g_value_take_boxed (value, sv_flow_stats_to_structure (&stats));
      break;
    default:
      if (!sv_memory_get (&self->memory, prop_id - PROP_GPU_ID, value))
        G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
      break;
  }
  pthread_mutex_unlock (&self->lock);
}

static void
install_crop_properties (GObjectClass *klass)
{
  /**
   * savanttransform:crop-source:
   *
   * Which metas of a buffer replace the rectangle of the crop properties. A
   * meta's rectangle is in pixels of the buffer as it arrives.
   */
  g_object_class_install_property (klass, PROP_CROP_SOURCE,
      g_param_spec_enum ("crop-source", "Crop source",
          "Where the rectangle to take of each buffer comes from; that of a "
          "meta replaces the crop properties, for every slot of a batch. "
          "Takes effect with the next buffer",
          GST_TYPE_SAVANT_CROP_SOURCE, SV_CROP_SOURCE_AUTO, SV_FLAGS_PLAYING));
  /**
   * savanttransform:crop-left:
   *
   * Left edge of what is taken of the source, before any flip.
   */
  sv_install_number (klass, PROP_CROP_LEFT, "crop-left", "Crop left",
      "Left edge of the rectangle to take, in pixels of the source before "
      "video-direction. Takes effect with the next buffer; the output keeps "
      "the size that was negotiated");
  sv_install_number (klass, PROP_CROP_TOP, "crop-top", "Crop top",
      "Top edge of the rectangle to take, in pixels of the source; see "
      "crop-left");
  sv_install_number (klass, PROP_CROP_WIDTH, "crop-width", "Crop width",
      "Width of the rectangle to take, in pixels of the source, 0 = to the "
      "right edge; see crop-left");
  sv_install_number (klass, PROP_CROP_HEIGHT, "crop-height", "Crop height",
      "Height of the rectangle to take, in pixels of the source, 0 = to the "
      "bottom edge; see crop-left");
  /**
   * savanttransform:roi-policy:
   *
   * What happens to a buffer whose rectangle, from a meta or the properties,
   * is not wholly inside the picture.
   */
  g_object_class_install_property (klass, PROP_ROI_POLICY,
      g_param_spec_enum ("roi-policy", "ROI policy",
          "What to do where the rectangle to take leaves the picture; with "
          "clip and nothing inside, the buffer is dropped as with skip, and a "
          "WARNING tells where that comes from the crop properties. A "
          "batch is dropped whole. Takes effect with the next buffer",
          GST_TYPE_SAVANT_ROI_POLICY, SV_ROI_CLIP, SV_FLAGS_PLAYING));
}

void
sv_transform_install_properties (GObjectClass *klass)
{
  klass->set_property = set_property;
  klass->get_property = get_property;
  sv_placing_install (klass, PROP_PADDING);
  /**
   * savanttransform:video-direction:
   *
   * Of the interface GstVideoDirection. The crop rectangle is applied before.
   */
  g_object_class_install_property (klass, PROP_VIDEO_DIRECTION,
      g_param_spec_enum ("video-direction", "Video direction",
          "Rotation (90r is clockwise) or mirroring of what is taken of the "
          "source; auto = as the stream's image-orientation tag says; custom "
          "is not possible. Takes effect with the next buffer and negotiates "
          "anew: a quarter turn swaps width and height",
          GST_TYPE_VIDEO_ORIENTATION_METHOD, GST_VIDEO_ORIENTATION_IDENTITY,
          SV_FLAGS_NUMBER));
  install_crop_properties (klass);
  sv_install_memory_properties (klass, PROP_GPU_ID,
      "Most output buffers in use at a time, never fewer than downstream "
      "asks for; 0 = automatic: surfaces 4 more than downstream asks for, "
      "plain frames downstream's pool or no limit");
  /**
   * savanttransform:stats:
   *
   * Counts of buffers; a batch counts once.
   */
  g_object_class_install_property (klass, PROP_STATS,
      g_param_spec_boxed ("stats", "Statistics",
          SV_STATS_BLURB ". A batch counts once", GST_TYPE_STRUCTURE,
          SV_FLAGS_READ));
}

void
sv_transform_init_properties (GstSavantTransform *self)
{
  self->settings.config =
      (SavantTransformConfig) SAVANT_TRANSFORM_CONFIG_DEFAULTS;
  self->settings.use_par = TRUE;
  self->direction = GST_VIDEO_ORIENTATION_IDENTITY;
  self->tag_direction = GST_VIDEO_ORIENTATION_IDENTITY;
  sv_memory_init (&self->memory);
}

void
sv_transform_clear_properties (GstSavantTransform *self)
{
  sv_memory_clear (&self->memory);
}
