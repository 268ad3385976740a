/* SPDX-License-Identifier: Apache-2.0 */

/**
 * SECTION:element-savanttransform
 *
 * Crops, scales, letterboxes, converts and flips video in one pass, and moves
 * it between system memory and surfaces (memory:NVMM). A batch of surfaces is
 * transformed in one go. Every output buffer carries a SavantTransformMeta, by
 * which boxes found in it map back to the original picture.
 *
 * The rectangle to take comes from GstVideoCropMeta, else from the first
 * GstVideoRegionOfInterestMeta, else from the crop properties (see
 * crop-source). Where nothing changes, the buffer is passed on untouched.
 *
 * Output caps: what downstream leaves open stays as it is; a missing width or
 * height is chosen so that the display aspect ratio is kept. Colours are
 * computed to exactly what the caps of both sides mean.
 *
 * |[
 * gst-launch-1.0 filesrc location=clip.mp4 ! decodebin ! savanttransform
 *     padding=symmetric pad-color=0x727272 !
 *     video/x-raw,format=RGBA,width=640,height=640 ! videoconvert !
 *     autovideosink
 * ]|
 *
 * Since: 0.1
 */

#include "check.h"
#include "gstsavanttransform.h"
#include "plugin.h"

#define GST_CAT_DEFAULT gst_savant_debug

#define CAPS_SIDES "width=(int)[1,32767],height=(int)[1,32767]"
#define CAPS_SURFACES                                                          \
  "video/x-raw(" GST_SAVANT_CAPS_FEATURE_NVMM ")"                              \
  ",format=(string)" GST_SAVANT_OUTPUT_FORMATS "," CAPS_SIDES
#define CAPS_BATCHES                                                           \
  "video/x-raw(" GST_SAVANT_CAPS_FEATURE_NVMM ")"                              \
  ",batch-kind=(string)non-uniform,batch-size=(int)[1,1024]"

static GstStaticPadTemplate sink_template =
    GST_STATIC_PAD_TEMPLATE ("sink", GST_PAD_SINK, GST_PAD_ALWAYS,
        GST_STATIC_CAPS (CAPS_SURFACES
            ";" CAPS_BATCHES ";"
            "video/x-raw,format=(string)" GST_SAVANT_INPUT_FORMATS
            "," CAPS_SIDES ";video/x-raw(" GST_SAVANT_CAPS_FEATURE_CUDA
            "),format=(string)" GST_SAVANT_INPUT_FORMATS "," CAPS_SIDES));

static GstStaticPadTemplate src_template =
    GST_STATIC_PAD_TEMPLATE ("src", GST_PAD_SRC, GST_PAD_ALWAYS,
        GST_STATIC_CAPS (CAPS_SURFACES
            ";" CAPS_BATCHES ";"
            "video/x-raw,format=(string)" GST_SAVANT_OUTPUT_FORMATS
            "," CAPS_SIDES));

G_DEFINE_TYPE_WITH_CODE (GstSavantTransform, gst_savant_transform,
    GST_TYPE_BASE_TRANSFORM,
    G_IMPLEMENT_INTERFACE (GST_TYPE_VIDEO_DIRECTION, NULL))

/* ---- Life -------------------------------------------------------------- */

/* The name of the backend as the property has it; free with g_free(). */
static gchar *
dup_backend (GstSavantTransform *self, SavantMemType *mem_type, gint *gpu_id,
    SavantTransformConfig *config)
{
  gchar *backend;

  pthread_mutex_lock (&self->lock);
  backend = g_strdup (self->memory.backend);
  *mem_type = self->memory.mem_type;
  *gpu_id = self->memory.gpu_id;
  *config = self->settings.config;
  pthread_mutex_unlock (&self->lock);
  return backend;
}

/* Everything asked for by name must be there: backend, memory and engine. */
static gboolean
check_ready (GstSavantTransform *self)
{
  SavantTransformConfig config;
  SavantMemType mem_type;
  gint gpu_id;
  gchar *backend = dup_backend (self, &mem_type, &gpu_id, &config);
  gboolean ready =
      sv_check_ready (GST_ELEMENT (self), backend, mem_type, gpu_id)
      && sv_check_engine (GST_ELEMENT (self), backend, &config);

  g_free (backend);
  return ready;
}

static GstStateChangeReturn
change_state (GstElement *element, GstStateChange transition)
{
  GstSavantTransform *self = GST_SAVANT_TRANSFORM (element);

  if (transition == GST_STATE_CHANGE_NULL_TO_READY && !check_ready (self))
    return GST_STATE_CHANGE_FAILURE;
  /* The base class waits for the streaming thread, which may wait for a
   * buffer that comes back after this only. */
  if (transition == GST_STATE_CHANGE_PAUSED_TO_READY)
    sv_transform_halt_pool (self, SV_HALT_STOP, TRUE);
  return GST_ELEMENT_CLASS (gst_savant_transform_parent_class)
      ->change_state (element, transition);
}

static gboolean
start (GstBaseTransform *trans)
{
  GstSavantTransform *self = GST_SAVANT_TRANSFORM (trans);
  SavantTransformConfig config;
  SavantMemType mem_type;
  gint gpu_id;
  gchar *backend = dup_backend (self, &mem_type, &gpu_id, &config);
  gint status = savant_transform_new (backend, &self->transform);

  g_free (backend);
  if (status != SAVANT_OK) {
    GST_ELEMENT_ERROR (self, LIBRARY, INIT, ("%s", savant_last_error ()),
        ("%s", savant_status_name (status)));
    return FALSE;
  }
  self->interlace_warned = FALSE;
  self->told_outside = FALSE;
  self->plan.valid = FALSE;
  sv_transform_refresh_flip (self);
  pthread_mutex_lock (&self->lock);
  self->running = TRUE;
  savant_transform_allow_peer_copy (self->transform, self->memory.peer_copy);
  self->pool_halts = 0;
  self->stats = (SvFlowStats){ 0 };
  pthread_mutex_unlock (&self->lock);
  return TRUE;
}

static gboolean
stop (GstBaseTransform *trans)
{
  GstSavantTransform *self = GST_SAVANT_TRANSFORM (trans);

  sv_transform_release_pool (self);
  gst_clear_caps (&self->failed_caps);
  savant_transform_free (self->transform);
  self->transform = NULL;
  sv_transform_set_tag_direction (self, GST_VIDEO_ORIENTATION_IDENTITY);
  sv_transform_refresh_flip (self);
  pthread_mutex_lock (&self->lock);
  self->running = FALSE;
  self->has_geometry = FALSE;
  gst_clear_caps (&self->refused_caps);
  pthread_mutex_unlock (&self->lock);
  return TRUE;
}

/* ---- Flow -------------------------------------------------------------- */

static void
before_transform (GstBaseTransform *trans, GstBuffer *buffer)
{
  GstClockTime time = GST_CLOCK_TIME_NONE;

  if (trans->segment.format == GST_FORMAT_TIME)
    time = gst_segment_to_stream_time (&trans->segment, GST_FORMAT_TIME,
        GST_BUFFER_PTS (buffer));
  if (GST_CLOCK_TIME_IS_VALID (time))
    gst_object_sync_values (GST_OBJECT (trans), time);
}

static GstFlowReturn
submit_input_buffer (GstBaseTransform *trans, gboolean is_discont,
    GstBuffer *buffer)
{
  GstSavantTransform *self = GST_SAVANT_TRANSFORM (trans);
  GstFlowReturn ret;

  if (sv_transform_refresh_flip (self))
    gst_base_transform_reconfigure_src (trans);
  ret = GST_BASE_TRANSFORM_CLASS (gst_savant_transform_parent_class)
            ->submit_input_buffer (trans, is_discont, buffer);
  if (ret == GST_BASE_TRANSFORM_FLOW_DROPPED) {
    self->outcome = SV_OUTCOME_LATE;
  } else if (ret == GST_FLOW_NOT_NEGOTIATED) {
    GstCaps *caps = gst_pad_get_current_caps (trans->sinkpad);

    if (caps != NULL)
      sv_transform_post_not_negotiated (self, caps);
    gst_clear_caps (&caps);
  }
  return ret;
}

/* Around the base class's function: only here is it known what became of a
 * buffer, up to the result of the push. */
static GstFlowReturn
chain (GstPad *pad, GstObject *parent, GstBuffer *buffer)
{
  GstSavantTransform *self = GST_SAVANT_TRANSFORM (parent);
  GstFlowReturn ret;

  pthread_mutex_lock (&self->lock);
  self->stats.in++;
  self->stats.held++;
  pthread_mutex_unlock (&self->lock);

  self->outcome = SV_OUTCOME_FAILED;
  ret = self->base_chain (pad, parent, buffer);

  pthread_mutex_lock (&self->lock);
  self->stats.held--;
  if (ret == GST_FLOW_FLUSHING)
    self->stats.dropped[SV_DROP_FLUSH]++;
  else if (self->outcome == SV_OUTCOME_OUT)
    self->stats.out++;
  else if (self->outcome == SV_OUTCOME_LATE)
    self->stats.dropped[SV_DROP_LATE]++;
  else if (self->outcome == SV_OUTCOME_ROI)
    self->stats.dropped[SV_DROP_ROI]++;
  else
    self->stats.dropped[SV_DROP_ERROR]++;
  pthread_mutex_unlock (&self->lock);
  return ret;
}

/* ---- Events ------------------------------------------------------------ */

/* With video-direction=auto, what this element has turned must not be turned
 * again downstream. */
static GstEvent *
take_orientation (GstSavantTransform *self, GstEvent *event)
{
  GstVideoOrientationMethod method;
  GstTagList *tags;
  GstEvent *other;
  gboolean automatic;

  gst_event_parse_tag (event, &tags);
  if (!gst_video_orientation_from_tag (tags, &method))
    return event;
  sv_transform_set_tag_direction (self, method);
  pthread_mutex_lock (&self->lock);
  automatic = self->direction == GST_VIDEO_ORIENTATION_AUTO;
  pthread_mutex_unlock (&self->lock);
  if (!automatic)
    return event;
  tags = gst_tag_list_copy (tags);
  gst_tag_list_add (tags, GST_TAG_MERGE_REPLACE, GST_TAG_IMAGE_ORIENTATION,
      "rotate-0", NULL);
  other = gst_event_new_tag (tags);
  gst_event_set_seqnum (other, gst_event_get_seqnum (event));
  gst_event_unref (event);
  return other;
}

static gboolean
take_caps (GstSavantTransform *self, GstEvent *event)
{
  GstCaps *caps;
  gboolean ok;

  gst_event_parse_caps (event, &caps);
  if (!sv_transform_check_input_caps (self, caps)) {
    gst_event_unref (event);
    return FALSE;
  }
  gst_caps_ref (caps);
  sv_transform_refresh_flip (self);
  ok = GST_BASE_TRANSFORM_CLASS (gst_savant_transform_parent_class)
           ->sink_event (GST_BASE_TRANSFORM (self), event);
  if (!ok)
    sv_transform_post_not_negotiated (self, caps);
  gst_caps_unref (caps);
  return ok;
}

static gboolean
sink_event (GstBaseTransform *trans, GstEvent *event)
{
  GstSavantTransform *self = GST_SAVANT_TRANSFORM (trans);

  switch (GST_EVENT_TYPE (event)) {
    case GST_EVENT_FLUSH_START:
      sv_transform_halt_pool (self, SV_HALT_FLUSH, TRUE);
      break;
    case GST_EVENT_FLUSH_STOP:
      sv_transform_halt_pool (self, SV_HALT_FLUSH, FALSE);
      break;
    case GST_EVENT_STREAM_START:
      sv_transform_set_tag_direction (self, GST_VIDEO_ORIENTATION_IDENTITY);
      break;
    case GST_EVENT_TAG:
      event = take_orientation (self, event);
      break;
    case GST_EVENT_CAPS:
      return take_caps (self, event);
    default:
      break;
  }
  return GST_BASE_TRANSFORM_CLASS (gst_savant_transform_parent_class)
      ->sink_event (trans, event);
}

/* A pointer on our output is somewhere else in the picture upstream. */
static GstEvent *
move_pointer (GstSavantTransform *self, GstEvent *event)
{
  GstSavantGeometry geometry;
  GstStructure *s;
  gboolean known;
  gdouble x, y, at[2];

  pthread_mutex_lock (&self->lock);
  known = self->has_geometry;
  geometry = self->last_geometry;
  pthread_mutex_unlock (&self->lock);
  if (!known
      || !gst_structure_get (gst_event_get_structure (event), "pointer_x",
          G_TYPE_DOUBLE, &x, "pointer_y", G_TYPE_DOUBLE, &y, NULL))
    return event;
  gst_savant_geometry_point_to_source (&geometry, x, y, at);
  event = gst_event_make_writable (event);
  s = gst_event_writable_structure (event);
  gst_structure_set (s, "pointer_x", G_TYPE_DOUBLE, at[0], "pointer_y",
      G_TYPE_DOUBLE, at[1], NULL);
  return event;
}

static gboolean
src_event (GstBaseTransform *trans, GstEvent *event)
{
  if (GST_EVENT_TYPE (event) == GST_EVENT_NAVIGATION)
    event = move_pointer (GST_SAVANT_TRANSFORM (trans), event);
  return GST_BASE_TRANSFORM_CLASS (gst_savant_transform_parent_class)
      ->src_event (trans, event);
}

/* ---- Type -------------------------------------------------------------- */

static void
finalize (GObject *object)
{
  GstSavantTransform *self = GST_SAVANT_TRANSFORM (object);

  sv_transform_clear_properties (self);
  g_free (self->jobs);
  g_free (self->geometry);
  gst_clear_caps (&self->refused_caps);
  pthread_mutex_destroy (&self->lock);
  G_OBJECT_CLASS (gst_savant_transform_parent_class)->finalize (object);
}

static void
gst_savant_transform_class_init (GstSavantTransformClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GstElementClass *element_class = GST_ELEMENT_CLASS (klass);
  GstBaseTransformClass *base = GST_BASE_TRANSFORM_CLASS (klass);

  object_class->finalize = finalize;
  sv_transform_install_properties (object_class);

  element_class->change_state = GST_DEBUG_FUNCPTR (change_state);
  gst_element_class_add_static_pad_template (element_class, &sink_template);
  gst_element_class_add_static_pad_template (element_class, &src_template);
  gst_element_class_set_static_metadata (element_class, "Savant transform",
      "Filter/Converter/Video/Scaler/Colorspace",
      "Crops, scales, letterboxes, converts and flips frames and batches in "
      "one pass, between system memory and surfaces (memory:NVMM)",
      SV_AUTHOR);

  base->passthrough_on_same_caps = FALSE;
  base->transform_caps = GST_DEBUG_FUNCPTR (sv_transform_transform_caps);
  base->fixate_caps = GST_DEBUG_FUNCPTR (sv_transform_fixate_caps);
  base->accept_caps = GST_DEBUG_FUNCPTR (sv_transform_accept_caps);
  base->set_caps = GST_DEBUG_FUNCPTR (sv_transform_set_caps);
  base->decide_allocation = GST_DEBUG_FUNCPTR (sv_transform_decide_allocation);
  base->propose_allocation =
      GST_DEBUG_FUNCPTR (sv_transform_propose_allocation);
  base->start = GST_DEBUG_FUNCPTR (start);
  base->stop = GST_DEBUG_FUNCPTR (stop);
  base->sink_event = GST_DEBUG_FUNCPTR (sink_event);
  base->src_event = GST_DEBUG_FUNCPTR (src_event);
  base->before_transform = GST_DEBUG_FUNCPTR (before_transform);
  base->submit_input_buffer = GST_DEBUG_FUNCPTR (submit_input_buffer);
  base->generate_output = GST_DEBUG_FUNCPTR (sv_transform_generate_output);
  base->transform = GST_DEBUG_FUNCPTR (sv_transform_transform);
  base->transform_meta = GST_DEBUG_FUNCPTR (sv_transform_transform_meta);
}

static void
gst_savant_transform_init (GstSavantTransform *self)
{
  GstBaseTransform *trans = GST_BASE_TRANSFORM (self);

  pthread_mutex_init (&self->lock, NULL);
  sv_transform_init_properties (self);
  gst_video_info_init (&self->in.video);
  gst_video_info_init (&self->out.video);
  gst_allocation_params_init (&self->allocation.params);
  gst_base_transform_set_qos_enabled (trans, TRUE);
  gst_base_transform_set_gap_aware (trans, TRUE);
  self->base_chain = GST_PAD_CHAINFUNC (trans->sinkpad);
  gst_pad_set_chain_function (trans->sinkpad, GST_DEBUG_FUNCPTR (chain));
}
