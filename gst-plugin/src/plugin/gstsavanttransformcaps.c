/* SPDX-License-Identifier: Apache-2.0 */
#include "gpucaps.h"
#include "check.h"
#include "gstsavanttransform.h"
#include "plugin.h"
#include "props.h"

#define GST_CAT_DEFAULT gst_savant_debug

#define SUPPORTED_TEXT                                                         \
  "Supported input: video/x-raw in " GST_SAVANT_INPUT_FORMATS " and "          \
  "video/x-raw(memory:NVMM) in " GST_SAVANT_OUTPUT_FORMATS "; output: both "   \
  "in " GST_SAVANT_OUTPUT_FORMATS "; width and height 1 to 32767"

/* The three ways through the element, in the order of preference. */
typedef enum Way
{
  WAY_UNCHANGED,
  WAY_SAME_MEMORY,
  WAY_OTHER_MEMORY,
  N_WAYS
} Way;

static gboolean
is_nvmm (const GstCapsFeatures *features)
{
  return features != NULL && gst_caps_features_get_size (features) == 1
      && gst_caps_features_contains (features, GST_SAVANT_CAPS_FEATURE_NVMM);
}

static gboolean
is_plain (const GstCapsFeatures *features)
{
  return features == NULL || gst_caps_features_get_size (features) == 0
      || gst_caps_features_is_equal (features,
          GST_CAPS_FEATURES_MEMORY_SYSTEM_MEMORY);
}

static gboolean
is_cuda (const GstCapsFeatures *features)
{
  return features != NULL && gst_caps_features_get_size (features) == 1
      && gst_caps_features_contains (features, GST_SAVANT_CAPS_FEATURE_CUDA);
}

static gboolean
takes_cuda (GstSavantTransform *self)
{
  gboolean takes;
  gchar *backend;

  pthread_mutex_lock (&self->lock);
  backend = g_strdup (self->memory.backend);
  pthread_mutex_unlock (&self->lock);
  takes = sv_check_takes_cuda (backend);
  g_free (backend);
  return takes;
}

static gboolean
is_non_uniform (const GstStructure *s)
{
  return g_strcmp0 (gst_structure_get_string (s, "batch-kind"), "non-uniform")
      == 0;
}

/* Batches of more than one slot stay surfaces. */
static gboolean
can_be_single (const GstStructure *s)
{
  gint n;

  if (is_non_uniform (s))
    return FALSE;
  return !gst_structure_get_int (s, "batch-size", &n) || n == 1;
}

static void
set_format_list (GstStructure *s, const gchar *list)
{
  GValue value = G_VALUE_INIT;

  g_value_init (&value, GST_TYPE_LIST);
  if (gst_value_deserialize (&value, list))
    gst_structure_take_value (s, "format", &value);
}

/* Takes the fields away that a transform may change, and those that describe
 * memory which the other side does not share. */
static GstStructure *
open_structure (const GstStructure *s, gboolean to_nvmm, gboolean to_src)
{
  GstStructure *other = gst_structure_copy (s);

  gst_structure_remove_fields (other, "pixel-aspect-ratio", "colorimetry",
      "chroma-site", "batch-kind", "block-linear", "nvbuf-memory-type",
      "gpu-id", NULL);
  if (!to_nvmm)
    gst_structure_remove_fields (other, "batch-size", "num-surfaces-per-frame",
        NULL);
  gst_structure_set (other, "width", GST_TYPE_INT_RANGE, 1, SAVANT_MAX_SIDE,
      "height", GST_TYPE_INT_RANGE, 1, SAVANT_MAX_SIDE, NULL);
  set_format_list (other,
      to_nvmm || to_src ? GST_SAVANT_OUTPUT_FORMATS : GST_SAVANT_INPUT_FORMATS);
  return other;
}

/* The non-uniform batches that a uniform output of `s` can come from. */
static GstStructure *
non_uniform_structure (const GstStructure *s)
{
  GstStructure *other = open_structure (s, TRUE, FALSE);

  gst_structure_remove_fields (other, "format", "width", "height", NULL);
  gst_structure_set (other, "batch-kind", G_TYPE_STRING, "non-uniform", NULL);
  if (!gst_structure_has_field (other, "batch-size"))
    gst_structure_set (other, "batch-size", GST_TYPE_INT_RANGE, 1,
        SAVANT_MAX_BATCH_SIZE, NULL);
  return other;
}

static void
append (GstCaps *caps, GstStructure *s, gboolean nvmm)
{
  GstCapsFeatures *features = nvmm
      ? gst_caps_features_new (GST_SAVANT_CAPS_FEATURE_NVMM, NULL)
      : gst_caps_features_new (GST_CAPS_FEATURE_MEMORY_SYSTEM_MEMORY, NULL);

  if (gst_caps_is_subset_structure_full (caps, s, features)) {
    gst_structure_free (s);
    gst_caps_features_free (features);
    return;
  }
  gst_caps_append_structure_full (caps, s, features);
}

static void
append_way (GstCaps *caps, const GstStructure *s, gboolean nvmm, Way way,
    gboolean to_src)
{
  gboolean to_nvmm = way == WAY_OTHER_MEMORY ? !nvmm : nvmm;

  if (way == WAY_UNCHANGED) {
    append (caps, gst_structure_copy (s), nvmm);
    return;
  }
  if (!to_nvmm && !can_be_single (s))
    return;
  /* Nothing but the untouched batch itself comes out non-uniform. */
  if (!to_src && is_non_uniform (s))
    return;
  append (caps, open_structure (s, to_nvmm, to_src), to_nvmm);
  if (!to_src && nvmm && to_nvmm)
    append (caps, non_uniform_structure (s), TRUE);
}

/* Frames in GPU memory become surfaces rather than go back to the CPU. */
static void
append_cuda_way (GstCaps *caps, const GstStructure *s, Way way)
{
  if (way == WAY_SAME_MEMORY)
    append (caps, open_structure (s, TRUE, TRUE), TRUE);
  else if (way == WAY_OTHER_MEMORY)
    append (caps, open_structure (s, FALSE, TRUE), FALSE);
}

/* The last that is asked for, where there is a choice. */
static void
append_cuda_input (GstCaps *caps, const GstStructure *s)
{
  if (can_be_single (s))
    gst_caps_append_structure_full (caps, open_structure (s, FALSE, FALSE),
        gst_caps_features_new (GST_SAVANT_CAPS_FEATURE_CUDA, NULL));
}

/* A crop or a quarter turn gives another size by itself; then the same caps
 * are possible, but no longer what is best. */
static gboolean
prefers_same_caps (GstSavantTransform *self)
{
  gboolean same;

  pthread_mutex_lock (&self->lock);
  same = !sv_flip_is_quarter_turn (self->flip) && self->settings.crop.x == 0
      && self->settings.crop.y == 0 && self->settings.crop.w == 0
      && self->settings.crop.h == 0;
  pthread_mutex_unlock (&self->lock);
  return same;
}

/* Upstream, which then has nothing to negotiate, posts an error that does not
 * say why. */
static void
log_no_way (GstSavantTransform *self, const GstCaps *in)
{
  GstPad *srcpad = GST_BASE_TRANSFORM_SRC_PAD (self);
  GstCaps *wanted;

  if (gst_debug_category_get_threshold (GST_CAT_DEFAULT) < GST_LEVEL_INFO
      || !gst_pad_is_linked (srcpad))
    return;
  wanted = gst_pad_peer_query_caps (srcpad, NULL);
  GST_INFO_OBJECT (self,
      "framerate stays as it is, and only savantbatch makes batches: nothing "
      "fits what downstream takes, %" GST_PTR_FORMAT
      ", of what upstream has, %" GST_PTR_FORMAT,
      wanted, in);
  gst_clear_caps (&wanted);
}

GstCaps *
sv_transform_transform_caps (GstBaseTransform *trans, GstPadDirection direction,
    GstCaps *caps, GstCaps *filter)
{
  GstSavantTransform *self = GST_SAVANT_TRANSFORM (trans);
  GstCaps *other = gst_caps_new_empty ();
  Way way = prefers_same_caps (self) ? WAY_UNCHANGED : WAY_SAME_MEMORY;

  for (; way < N_WAYS; way++)
    for (guint i = 0; i < gst_caps_get_size (caps); i++) {
      GstCapsFeatures *features = gst_caps_get_features (caps, i);
      gboolean nvmm = is_nvmm (features);

      if (nvmm || is_plain (features))
        append_way (other, gst_caps_get_structure (caps, i), nvmm, way,
            direction == GST_PAD_SINK);
      else if (direction == GST_PAD_SINK && is_cuda (features))
        append_cuda_way (other, gst_caps_get_structure (caps, i), way);
    }
  if (direction == GST_PAD_SRC && takes_cuda (self))
    for (guint i = 0; i < gst_caps_get_size (caps); i++)
      append_cuda_input (other, gst_caps_get_structure (caps, i));

  if (filter != NULL) {
    GstCaps *filtered =
        gst_caps_intersect_full (filter, other, GST_CAPS_INTERSECT_FIRST);

    gst_caps_unref (other);
    other = filtered;
    if (direction == GST_PAD_SRC && gst_caps_is_empty (other))
      log_no_way (self, filter);
  }
  GST_LOG_OBJECT (self, "%s %" GST_PTR_FORMAT " gives %" GST_PTR_FORMAT,
      direction == GST_PAD_SINK ? "sink" : "src", caps, other);
  return other;
}

/* TRUE the first time that these caps are refused. */
static gboolean
is_new_refusal (GstSavantTransform *self, GstCaps *caps)
{
  gboolean is_new;

  pthread_mutex_lock (&self->lock);
  is_new = self->refused_caps == NULL
      || !gst_caps_is_equal (self->refused_caps, caps);
  gst_caps_replace (&self->refused_caps, caps);
  pthread_mutex_unlock (&self->lock);
  return is_new;
}

static gboolean
is_complete (const GstCaps *caps)
{
  const GstStructure *s = gst_caps_get_structure (caps, 0);

  return gst_structure_has_field (s, "format")
      && gst_structure_has_field (s, "width")
      && gst_structure_has_field (s, "height");
}

static gboolean
refuse_cuda (GstSavantTransform *self, GstCaps *caps)
{
  if (GST_PAD_MODE (GST_BASE_TRANSFORM_SINK_PAD (self)) != GST_PAD_MODE_NONE
      && is_new_refusal (self, caps))
    GST_ELEMENT_WARNING (self, STREAM, FORMAT,
        ("Input caps refused: frames in " GST_SAVANT_CAPS_FEATURE_CUDA
         " need the backend cuda or deepstream: %s",
            savant_last_error ()),
        ("caps %" GST_PTR_FORMAT, caps));
  return FALSE;
}

/* The template of non-uniform batches names neither format nor size, so that
 * all surfaces fit it: complete caps are looked at here. Incomplete ones get
 * as far as the CAPS event, where they are an error. */
gboolean
sv_transform_accept_caps (GstBaseTransform *trans, GstPadDirection direction,
    GstCaps *caps)
{
  GstSavantTransform *self = GST_SAVANT_TRANSFORM (trans);
  GstBaseTransformClass *parent =
      g_type_class_peek_parent (G_OBJECT_GET_CLASS (self));
  gboolean accepted = parent->accept_caps (trans, direction, caps);
  GstSavantFrameInfo info;

  if (direction != GST_PAD_SINK || !gst_caps_is_fixed (caps))
    return accepted;
  if (accepted && is_cuda (gst_caps_get_features (caps, 0))
      && !takes_cuda (self))
    return refuse_cuda (self, caps);
  if (accepted
      && (!is_complete (caps) || gst_savant_frame_info_from_caps (&info, caps)))
    return TRUE;
  if (GST_PAD_MODE (trans->sinkpad) == GST_PAD_MODE_NONE
      || !is_new_refusal (self, caps))
    return FALSE;
  GST_ELEMENT_WARNING (self, STREAM, FORMAT,
      ("Input caps refused: %s",
          gst_savant_frame_info_from_caps (&info, caps) ? SUPPORTED_TEXT
                                                        : savant_last_error ()),
      ("caps %" GST_PTR_FORMAT, caps));
  return FALSE;
}

/* TRUE the first time that these input caps fail: upstream tries them again
 * with the next buffer or ALLOCATION query. */
static gboolean
is_new_failure (GstSavantTransform *self, GstCaps *caps)
{
  gboolean is_new =
      self->failed_caps == NULL || !gst_caps_is_equal (self->failed_caps, caps);

  gst_caps_replace (&self->failed_caps, caps);
  return is_new;
}

gboolean
sv_transform_check_input_caps (GstSavantTransform *self, GstCaps *caps)
{
  GstSavantFrameInfo info;

  if (gst_savant_frame_info_from_caps (&info, caps))
    return TRUE;
  if (is_new_failure (self, caps))
    GST_ELEMENT_ERROR (self, STREAM, FORMAT,
        ("Input caps cannot be used: %s", savant_last_error ()),
        ("caps %" GST_PTR_FORMAT, caps));
  return FALSE;
}

/* NULL, or why the input is on the wrong GPU. */
static gchar *
check_input_gpu (GstSavantTransform *self, const GstCaps *caps)
{
  gboolean peer_copy;
  gint gpu_id;

  pthread_mutex_lock (&self->lock);
  gpu_id = self->memory.gpu_id;
  peer_copy = self->memory.peer_copy;
  pthread_mutex_unlock (&self->lock);
  return sv_check_gpus (sv_caps_get_gpu (caps), gpu_id, peer_copy);
}

static gboolean
has_nvmm_structure (const GstCaps *caps)
{
  for (guint i = 0; i < gst_caps_get_size (caps); i++) {
    GstCapsFeatures *features = gst_caps_get_features (caps, i);

    if (is_nvmm (features) || gst_caps_features_is_any (features))
      return TRUE;
  }
  return gst_caps_is_any (caps);
}

void
sv_transform_post_not_negotiated (GstSavantTransform *self, GstCaps *incaps)
{
  GstPad *srcpad = GST_BASE_TRANSFORM_SRC_PAD (self);
  const GstStructure *s = gst_caps_get_structure (incaps, 0);
  GstCaps *wanted;
  gint batch_size = 1;

  if (GST_PAD_IS_FLUSHING (srcpad) || !gst_pad_is_linked (srcpad)
      || !is_new_failure (self, incaps))
    return;
  wanted = gst_pad_peer_query_caps (srcpad, NULL);
  if (wanted == NULL)
    return;
  gst_structure_get_int (s, "batch-size", &batch_size);
  if (!can_be_single (s) && !has_nvmm_structure (wanted))
    GST_ELEMENT_ERROR (self, STREAM, FORMAT,
        ("A batch (batch-size=%d) cannot become plain video/x-raw, which is "
         "all that downstream takes: ask for video/x-raw(memory:NVMM) or "
         "split the batch first",
            batch_size),
        ("input %" GST_PTR_FORMAT ", downstream %" GST_PTR_FORMAT, incaps,
            wanted));
  else if (is_non_uniform (s))
    GST_ELEMENT_ERROR (self, STREAM, FORMAT,
        ("A non-uniform batch has no format and size of its own: name "
         "format, width and height of video/x-raw(memory:NVMM) after this "
         "element, with batch-size=%d or none",
            batch_size),
        ("input %" GST_PTR_FORMAT ", downstream %" GST_PTR_FORMAT, incaps,
            wanted));
  else
    GST_ELEMENT_ERROR (self, STREAM, FORMAT,
        ("Nothing that this element can make fits what downstream "
         "takes. " SUPPORTED_TEXT
         "; framerate and batch-size stay as they are"),
        ("input %" GST_PTR_FORMAT ", downstream %" GST_PTR_FORMAT, incaps,
            wanted));
  gst_caps_unref (wanted);
}

static void
warn_interlaced (GstSavantTransform *self)
{
  if (self->interlace_warned || !self->in.uniform
      || !GST_VIDEO_INFO_IS_INTERLACED (&self->in.video))
    return;
  self->interlace_warned = TRUE;
  GST_ELEMENT_WARNING (self, STREAM, FORMAT,
      ("Interlaced video is taken as it is, the two fields of a frame are "
       "mixed: put the element `deinterlace` in front"),
      ("interlace-mode %s",
          gst_video_interlace_mode_to_string (
              GST_VIDEO_INFO_INTERLACE_MODE (&self->in.video))));
}

/* NULL, or why the batches of both sides do not go together. */
static gchar *
check_batches (const GstSavantFrameInfo *in, const GstSavantFrameInfo *out)
{
  if (in->batch_size != out->batch_size)
    return g_strdup_printf (
        "batch-size=%d goes in and batch-size=%d is asked for: this element "
        "keeps the number of slots",
        in->batch_size, out->batch_size);
  if (in->uniform && !out->uniform)
    return g_strdup ("a uniform batch cannot become a non-uniform one");
  return NULL;
}

gboolean
sv_transform_set_caps (GstBaseTransform *trans, GstCaps *incaps,
    GstCaps *outcaps)
{
  GstSavantTransform *self = GST_SAVANT_TRANSFORM (trans);
  gchar *problem = NULL;

  self->plan.valid = FALSE;
  if (!gst_savant_frame_info_from_caps (&self->in, incaps)
      || !gst_savant_frame_info_from_caps (&self->out, outcaps))
    problem = g_strdup (savant_last_error ());
  if (problem == NULL)
    problem = check_batches (&self->in, &self->out);
  if (problem == NULL)
    problem = check_input_gpu (self, incaps);
  if (problem == NULL) {
    sv_transform_reserve (self, self->in.batch_size);
    sv_color_of_caps (&self->in_color, &self->in, incaps);
    sv_color_of_caps (&self->out_color, &self->out, outcaps);
    sv_transform_update_plan (self);
    problem = sv_transform_check_plan (self);
  }
  if (problem != NULL) {
    if (is_new_failure (self, incaps))
      GST_ELEMENT_ERROR (self, STREAM, FORMAT, ("%s", problem),
          ("from %" GST_PTR_FORMAT " to %" GST_PTR_FORMAT, incaps, outcaps));
    g_free (problem);
    return FALSE;
  }
  gst_clear_caps (&self->failed_caps);
  if (!self->plan.identity)
    warn_interlaced (self);
  GST_DEBUG_OBJECT (self, "from %" GST_PTR_FORMAT " to %" GST_PTR_FORMAT "%s",
      incaps, outcaps, self->plan.identity ? ", nothing to do" : "");
  return TRUE;
}
