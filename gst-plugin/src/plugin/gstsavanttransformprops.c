/* SPDX-License-Identifier: Apache-2.0 */
#include "check.h"
#include "gstsavanttransform.h"
#include "plugin.h"

#define GST_CAT_DEFAULT gst_savant_debug

enum
{
  PROP_0,
  PROP_PADDING,
  PROP_PAD_LEFT,
  PROP_PAD_TOP,
  PROP_PAD_RIGHT,
  PROP_PAD_BOTTOM,
  PROP_PAD_COLOR,
  PROP_INTERPOLATION,
  PROP_COMPUTE_MODE,
  PROP_USE_PAR,
  PROP_CROP_SOURCE,
  PROP_CROP_LEFT,
  PROP_CROP_TOP,
  PROP_CROP_WIDTH,
  PROP_CROP_HEIGHT,
  PROP_ROI_POLICY,
  PROP_GPU_ID,
  PROP_MEM_TYPE,
  PROP_POOL_SIZE,
  PROP_BACKEND,
  PROP_BACKENDS,
  PROP_STATS,
  PROP_VIDEO_DIRECTION
};

#define FLAGS_PLAYING                                                          \
  (G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_PLAYING)
#define FLAGS_NUMBER (FLAGS_PLAYING | GST_PARAM_CONTROLLABLE)
#define FLAGS_READY                                                            \
  (G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_READY)
#define FLAGS_READ (G_PARAM_READABLE | G_PARAM_STATIC_STRINGS)

#define MAX_POOL_SIZE 100000

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
  switch (prop_id) {
    case PROP_PADDING:
      settings->config.padding = (SavantPadding) g_value_get_enum (value);
      return TRUE;
    case PROP_PAD_LEFT:
      settings->config.pad_left = g_value_get_int (value);
      return TRUE;
    case PROP_PAD_TOP:
      settings->config.pad_top = g_value_get_int (value);
      return TRUE;
    case PROP_PAD_RIGHT:
      settings->config.pad_right = g_value_get_int (value);
      return TRUE;
    case PROP_PAD_BOTTOM:
      settings->config.pad_bottom = g_value_get_int (value);
      return TRUE;
    case PROP_PAD_COLOR:
      settings->config.pad_color = g_value_get_uint (value);
      return TRUE;
    case PROP_INTERPOLATION:
      settings->config.interpolation =
          (SavantInterpolation) g_value_get_enum (value);
      return TRUE;
    case PROP_USE_PAR:
      settings->use_par = g_value_get_boolean (value);
      return TRUE;
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
    case PROP_COMPUTE_MODE:
      settings->config.compute_mode =
          (SavantComputeMode) g_value_get_enum (value);
      return TRUE;
    default:
      return FALSE;
  }
}

static gboolean
get_setting (const SvTransformSettings *settings, guint prop_id, GValue *value)
{
  switch (prop_id) {
    case PROP_PADDING:
      g_value_set_enum (value, (gint) settings->config.padding);
      return TRUE;
    case PROP_PAD_LEFT:
      g_value_set_int (value, settings->config.pad_left);
      return TRUE;
    case PROP_PAD_TOP:
      g_value_set_int (value, settings->config.pad_top);
      return TRUE;
    case PROP_PAD_RIGHT:
      g_value_set_int (value, settings->config.pad_right);
      return TRUE;
    case PROP_PAD_BOTTOM:
      g_value_set_int (value, settings->config.pad_bottom);
      return TRUE;
    case PROP_PAD_COLOR:
      g_value_set_uint (value, settings->config.pad_color);
      return TRUE;
    case PROP_INTERPOLATION:
      g_value_set_enum (value, (gint) settings->config.interpolation);
      return TRUE;
    case PROP_USE_PAR:
      g_value_set_boolean (value, settings->use_par);
      return TRUE;
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
    case PROP_COMPUTE_MODE:
      g_value_set_enum (value, (gint) settings->config.compute_mode);
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
    case PROP_GPU_ID:
      self->gpu_id = g_value_get_int (value);
      break;
    case PROP_MEM_TYPE:
      self->mem_type = (SavantMemType) g_value_get_enum (value);
      break;
    case PROP_POOL_SIZE:
      self->pool_size = g_value_get_uint (value);
      break;
    case PROP_BACKEND:
      g_free (self->backend);
      self->backend = g_value_dup_string (value);
      break;
    default:
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
    case PROP_GPU_ID:
      g_value_set_int (value, self->gpu_id);
      break;
    case PROP_MEM_TYPE:
      g_value_set_enum (value, (gint) self->mem_type);
      break;
    case PROP_POOL_SIZE:
      g_value_set_uint (value, self->pool_size);
      break;
    case PROP_BACKEND:
      g_value_set_string (value, self->backend);
      break;
    case PROP_BACKENDS:
      g_value_take_string (value, sv_check_backends ());
      break;
    case PROP_STATS:
      stats = self->stats;
      g_value_take_boxed (value, sv_flow_stats_to_structure (&stats));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
      break;
  }
  pthread_mutex_unlock (&self->lock);
}

static void
install_number (GObjectClass *klass, guint id, const gchar *name,
    const gchar *nick, const gchar *blurb)
{
  g_object_class_install_property (klass, id,
      g_param_spec_int (name, nick, blurb, 0, SAVANT_MAX_SIDE, 0,
          FLAGS_NUMBER));
}

static void
install_placing_properties (GObjectClass *klass)
{
  /**
   * savanttransform:padding:
   *
   * How the picture fills the output: stretched, or with its aspect ratio and
   * bars. The rectangle is the one of savant_letterbox().
   */
  g_object_class_install_property (klass, PROP_PADDING,
      g_param_spec_enum ("padding", "Padding",
          "How the picture fills the output. Takes effect with the next "
          "buffer",
          GST_TYPE_SAVANT_PADDING, SAVANT_PADDING_SYMMETRIC, FLAGS_PLAYING));
  /**
   * savanttransform:pad-left:
   *
   * The dst padding: pixels of the output that stay bars on a side, whatever
   * the padding mode is.
   */
  install_number (klass, PROP_PAD_LEFT, "pad-left", "Pad left",
      "Pixels of the output that always stay a bar on the left. If any pad-* "
      "is above 0, at least 16 pixels must remain on both axes. Takes effect "
      "with the next buffer");
  install_number (klass, PROP_PAD_TOP, "pad-top", "Pad top",
      "Pixels of the output that always stay a bar at the top; see pad-left");
  install_number (klass, PROP_PAD_RIGHT, "pad-right", "Pad right",
      "Pixels of the output that always stay a bar on the right; see "
      "pad-left");
  install_number (klass, PROP_PAD_BOTTOM, "pad-bottom", "Pad bottom",
      "Pixels of the output that always stay a bar at the bottom; see "
      "pad-left");
  /**
   * savanttransform:pad-color:
   *
   * Colour of all bars. Alpha and x bytes of bars are 255.
   */
  g_object_class_install_property (klass, PROP_PAD_COLOR,
      g_param_spec_uint ("pad-color", "Pad colour",
          "Colour of the bars as 0xRRGGBB, full range, converted as a pixel "
          "of the output would be; alpha and x bytes are 255. 0 = black. "
          "Takes effect with the next buffer",
          0, 0xffffff, 0, FLAGS_NUMBER));
  /**
   * savanttransform:use-par:
   *
   * Whether pixel-aspect-ratio of both caps counts for the aspect ratio.
   */
  g_object_class_install_property (klass, PROP_USE_PAR,
      g_param_spec_boolean ("use-par", "Use PAR",
          "Keep the aspect ratio as displayed, by the pixel-aspect-ratio of "
          "both caps; false = of the pixels. Takes effect with the next "
          "buffer",
          TRUE, FLAGS_PLAYING));
}

static void
install_picture_properties (GObjectClass *klass)
{
  /**
   * savanttransform:interpolation:
   *
   * The filter; it is not widened when shrinking, except super and nicest.
   */
  g_object_class_install_property (klass, PROP_INTERPOLATION,
      g_param_spec_enum ("interpolation", "Interpolation",
          "Filter for scaling. Takes effect with the next buffer",
          GST_TYPE_SAVANT_INTERPOLATION, SAVANT_INTERPOLATION_BILINEAR,
          FLAGS_PLAYING));
  /**
   * savanttransform:compute-mode:
   *
   * The engine; one that the backend lacks is an error at NULL to READY.
   */
  g_object_class_install_property (klass, PROP_COMPUTE_MODE,
      g_param_spec_enum ("compute-mode", "Compute mode",
          "Which engine computes; the host backend has default only",
          GST_TYPE_SAVANT_COMPUTE_MODE, SAVANT_COMPUTE_DEFAULT, FLAGS_READY));
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
          FLAGS_NUMBER));
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
          GST_TYPE_SAVANT_CROP_SOURCE, SV_CROP_SOURCE_AUTO, FLAGS_PLAYING));
  /**
   * savanttransform:crop-left:
   *
   * Left edge of what is taken of the source, before any flip.
   */
  install_number (klass, PROP_CROP_LEFT, "crop-left", "Crop left",
      "Left edge of the rectangle to take, in pixels of the source before "
      "video-direction. Takes effect with the next buffer; the output keeps "
      "the size that was negotiated");
  install_number (klass, PROP_CROP_TOP, "crop-top", "Crop top",
      "Top edge of the rectangle to take, in pixels of the source; see "
      "crop-left");
  install_number (klass, PROP_CROP_WIDTH, "crop-width", "Crop width",
      "Width of the rectangle to take, in pixels of the source, 0 = to the "
      "right edge; see crop-left");
  install_number (klass, PROP_CROP_HEIGHT, "crop-height", "Crop height",
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
          "clip and nothing inside, the buffer is dropped as with skip. A "
          "batch is dropped whole. Takes effect with the next buffer",
          GST_TYPE_SAVANT_ROI_POLICY, SV_ROI_CLIP, FLAGS_PLAYING));
}

static void
install_memory_properties (GObjectClass *klass)
{
  /**
   * savanttransform:gpu-id:
   *
   * The GPU of the output surfaces.
   */
  g_object_class_install_property (klass, PROP_GPU_ID,
      g_param_spec_int ("gpu-id", "GPU id",
          "GPU of the output surfaces, -1 = the input's; no meaning on the "
          "host backend",
          -1, G_MAXINT, -1, FLAGS_READY));
  /**
   * savanttransform:mem-type:
   *
   * Where output surfaces lie; plain video/x-raw is always system memory.
   */
  g_object_class_install_property (klass, PROP_MEM_TYPE,
      g_param_spec_enum ("mem-type", "Memory type",
          "Memory of the output surfaces; one that this machine lacks is an "
          "error at NULL to READY",
          GST_TYPE_SAVANT_MEM_TYPE, SAVANT_MEM_DEFAULT, FLAGS_READY));
  /**
   * savanttransform:pool-size:
   *
   * The fixed maximum of output buffers. An empty pool makes the stream wait.
   */
  g_object_class_install_property (klass, PROP_POOL_SIZE,
      g_param_spec_uint ("pool-size", "Pool size",
          "Most output buffers in use at a time, never fewer than downstream "
          "asks for; 0 = automatic: surfaces 4 more than downstream asks for, "
          "plain frames downstream's pool or no limit",
          0, MAX_POOL_SIZE, 0, FLAGS_READY));
  /**
   * savanttransform:backend:
   *
   * The backend that computes; see the property backends.
   */
  g_object_class_install_property (klass, PROP_BACKEND,
      g_param_spec_string ("backend", "Backend",
          "Name of the backend that computes, from the property backends; "
          "auto = the environment's SAVANT_BACKEND or the best one. One that "
          "does not work here is an error at NULL to READY",
          "auto", FLAGS_READY));
  /**
   * savanttransform:backends:
   *
   * The backends of this build, comma separated, each with the reason in
   * parentheses if it cannot work here.
   */
  g_object_class_install_property (klass, PROP_BACKENDS,
      g_param_spec_string ("backends", "Backends",
          "Backends of this build, comma separated; one that does not work "
          "here is followed by the reason in parentheses",
          NULL, FLAGS_READ));
  /**
   * savanttransform:stats:
   *
   * Counts of buffers; a batch counts once.
   */
  g_object_class_install_property (klass, PROP_STATS,
      g_param_spec_boxed ("stats", "Statistics",
          SV_STATS_BLURB ". A batch counts once", GST_TYPE_STRUCTURE,
          FLAGS_READ));
}

void
sv_transform_install_properties (GObjectClass *klass)
{
  klass->set_property = set_property;
  klass->get_property = get_property;
  install_placing_properties (klass);
  install_picture_properties (klass);
  install_crop_properties (klass);
  install_memory_properties (klass);
}

void
sv_transform_init_properties (GstSavantTransform *self)
{
  self->settings.config =
      (SavantTransformConfig) SAVANT_TRANSFORM_CONFIG_DEFAULTS;
  self->settings.use_par = TRUE;
  self->direction = GST_VIDEO_ORIENTATION_IDENTITY;
  self->tag_direction = GST_VIDEO_ORIENTATION_IDENTITY;
  self->gpu_id = -1;
  self->backend = g_strdup ("auto");
}

void
sv_transform_clear_properties (GstSavantTransform *self)
{
  g_free (self->backend);
}
