/* SPDX-License-Identifier: Apache-2.0 */

/**
 * SECTION:element-savantbufgen
 * @title: savantbufgen
 *
 * Makes video frames: pooled, numbered, timestamped, blank or with a test
 * pattern. With memory:NVMM caps every buffer holds one surface
 * (NvBufSurface) with one filled slot; with plain caps it is a frame that
 * every stock element understands. Where downstream takes both, the frames are
 * plain: ask for memory:NVMM by a caps filter. What downstream leaves open
 * becomes NV12, 1280x720, 30/1.
 *
 * Every buffer carries a SavantIdMeta FRAME(first-id + n), its number n as
 * offset and floor(n * 10^9 * d / n') as timestamp for the frame rate n'/d. A
 * frame rate of 0/1 makes one frame. Seeking goes to the frame that is on at
 * the position, and brings back its number, id and picture.
 *
 * The pool of surfaces has a fixed size. When all its buffers are out the
 * element waits, posts an element message `savant-starved` every
 * starvation-warning (fields pool, outstanding, max, oldest-age-ns, waited-ns)
 * with a warning the first time, and ends with an error after acquire-timeout.
 * Frames from a pool of downstream's are not watched so.
 *
 * ## Example launch lines
 * |[
 * gst-launch-1.0 savantbufgen pattern=smpte ! videoconvert ! autovideosink
 * ]|
 * |[
 * gst-launch-1.0 savantbufgen pattern=ball num-buffers=300 !
 * 'video/x-raw(memory:NVMM),format=NV12,width=1280,height=720' !
 * savanttransform ! video/x-raw,format=I420,width=640,height=360 ! x264enc !
 * mp4mux ! filesink location=o.mp4
 * ]|
 *
 * Since: 0.1
 */

#include "gstsavantbufgen.h"

#include "check.h"
#include "plugin.h"

#define GST_CAT_DEFAULT gst_savant_debug

#define FIELDS \
  "format = (string) " GST_SAVANT_OUTPUT_FORMATS ", " \
  "width = (int) [ 1, 32767 ], height = (int) [ 1, 32767 ], " \
  "framerate = (fraction) [ 0/1, 2147483647/1 ]"

static GstStaticPadTemplate src_template = GST_STATIC_PAD_TEMPLATE ("src",
    GST_PAD_SRC, GST_PAD_ALWAYS,
    GST_STATIC_CAPS ("video/x-raw, " FIELDS "; "
                     "video/x-raw(" GST_SAVANT_CAPS_FEATURE_NVMM "), " FIELDS));

#define gst_savant_bufgen_parent_class parent_class
G_DEFINE_TYPE (GstSavantBufgen, gst_savant_bufgen, GST_TYPE_PUSH_SRC)

/* ---- States ------------------------------------------------------------ */

static gboolean
gst_savant_bufgen_start (GstBaseSrc *src)
{
  GstSavantBufgen *self = GST_SAVANT_BUFGEN (src);

  pthread_mutex_lock (&self->lock);
  self->run = self->settings;
  self->run_backend = g_strdup (self->backend);
  memset (&self->stats, 0, sizeof self->stats);
  self->starvations = 0;
  self->flushing = FALSE;
  self->clock.fps_n = 0;
  self->clock.fps_d = 1;
  sv_frame_clock_reset (&self->clock);
  pthread_mutex_unlock (&self->lock);

  self->painter = sv_painter_new (self->run_backend);
  if (self->painter == NULL) {
    GST_ELEMENT_ERROR (self, LIBRARY, INIT, ("%s", savant_last_error ()),
        ("backends: %s", savant_backends ()));
    return FALSE;
  }
  return TRUE;
}

/* A frame that was made and never pushed, with the lock held. */
static void
drop_held (GstSavantBufgen *self, SvDropReason reason)
{
  self->stats.dropped[reason] += self->stats.held;
  self->stats.held = 0;
}

static gboolean
gst_savant_bufgen_stop (GstBaseSrc *src)
{
  GstSavantBufgen *self = GST_SAVANT_BUFGEN (src);
  GstBufferPool *pool;

  pthread_mutex_lock (&self->lock);
  drop_held (self, SV_DROP_FLUSH);
  pool = self->pool;
  self->pool = NULL;
  pthread_mutex_unlock (&self->lock);
  gst_clear_object (&pool);
  gst_clear_caps (&self->pool_caps);
  sv_painter_free (self->painter);
  self->painter = NULL;
  g_clear_pointer (&self->run_backend, g_free);
  return TRUE;
}

static GstStateChangeReturn
gst_savant_bufgen_change_state (GstElement *element, GstStateChange transition)
{
  GstSavantBufgen *self = GST_SAVANT_BUFGEN (element);
  gboolean ready = TRUE;

  if (transition == GST_STATE_CHANGE_NULL_TO_READY
      || transition == GST_STATE_CHANGE_READY_TO_PAUSED)
    g_atomic_int_set (&self->failed, FALSE);
  if (transition == GST_STATE_CHANGE_NULL_TO_READY) {
    SvBufgenSettings settings;
    gchar *backend;

    pthread_mutex_lock (&self->lock);
    settings = self->settings;
    backend = g_strdup (self->backend);
    pthread_mutex_unlock (&self->lock);
    ready =
        sv_check_ready (element, backend, settings.mem_type, settings.gpu_id);
    g_free (backend);
  }
  if (!ready)
    return GST_STATE_CHANGE_FAILURE;
  return GST_ELEMENT_CLASS (parent_class)->change_state (element, transition);
}

/* The base class follows every failure with a general "Internal data stream
 * error"; the one that says why is enough. */
static gboolean
gst_savant_bufgen_post_message (GstElement *element, GstMessage *message)
{
  GstSavantBufgen *self = GST_SAVANT_BUFGEN (element);

  if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR
      && !g_atomic_int_compare_and_exchange (&self->failed, FALSE, TRUE)) {
    gst_message_unref (message);
    return TRUE;
  }
  return GST_ELEMENT_CLASS (parent_class)->post_message (element, message);
}

static gboolean
gst_savant_bufgen_negotiate (GstBaseSrc *src)
{
  GstSavantBufgen *self = GST_SAVANT_BUFGEN (src);

  if (GST_BASE_SRC_CLASS (parent_class)->negotiate (src))
    return TRUE;
  if (!GST_PAD_IS_FLUSHING (GST_BASE_SRC_PAD (src))
      && !g_atomic_int_get (&self->failed))
    sv_bufgen_post_not_negotiated (self);
  return FALSE;
}

/* ---- Frames ------------------------------------------------------------ */

/* Whether the segment goes on at a frame. */
static gboolean
in_segment (const GstSegment *segment, GstClockTime pts, GstClockTime duration)
{
  if (segment->rate < 0.0)
    return !GST_CLOCK_TIME_IS_VALID (duration)
        || pts + duration > segment->start;
  return !GST_CLOCK_TIME_IS_VALID (segment->stop) || pts < segment->stop;
}

static GstFlowReturn
gst_savant_bufgen_create (GstPushSrc *src, GstBuffer **out)
{
  GstSavantBufgen *self = GST_SAVANT_BUFGEN (src);
  GstClockTime pts, duration;
  GstBuffer *buffer;
  GstFlowReturn ret;
  gboolean go_on;
  gint64 index;

  pthread_mutex_lock (&self->lock);
  drop_held (self, SV_DROP_FLUSH);
  go_on = sv_frame_clock_settle (&self->clock);
  index = self->clock.index;
  pts = sv_frame_clock_time (&self->clock, index);
  duration = sv_frame_clock_duration (&self->clock, index);
  pthread_mutex_unlock (&self->lock);
  if (!go_on || !in_segment (&GST_BASE_SRC (src)->segment, pts, duration))
    return GST_FLOW_EOS;

  ret = sv_bufgen_acquire (self, &buffer);
  if (ret != GST_FLOW_OK)
    return ret;
  pthread_mutex_lock (&self->lock);
  self->stats.in++;
  self->stats.held++;
  pthread_mutex_unlock (&self->lock);

  if (!sv_bufgen_fill (self, buffer, index, pts, duration)) {
    gst_buffer_unref (buffer);
    pthread_mutex_lock (&self->lock);
    drop_held (self, SV_DROP_ERROR);
    pthread_mutex_unlock (&self->lock);
    return GST_FLOW_ERROR;
  }
  *out = buffer;
  return GST_FLOW_OK;
}

/* A frame counts when it leaves: one that a flush takes back is made anew,
 * with the same number. */
static GstPadProbeReturn
frame_leaves (GstPad *pad, GstPadProbeInfo *probe, gpointer user_data)
{
  GstSavantBufgen *self = user_data;

  (void) pad;
  (void) probe;
  pthread_mutex_lock (&self->lock);
  self->stats.out += self->stats.held;
  self->stats.held = 0;
  sv_frame_clock_advance (&self->clock);
  pthread_mutex_unlock (&self->lock);
  return GST_PAD_PROBE_OK;
}

/* ---- Type -------------------------------------------------------------- */

static void
gst_savant_bufgen_init (GstSavantBufgen *self)
{
  pthread_mutex_init (&self->lock, NULL);
  sv_bufgen_init_properties (self);
  self->clock.fps_d = 1;
  sv_frame_clock_reset (&self->clock);
  gst_base_src_set_format (GST_BASE_SRC (self), GST_FORMAT_TIME);
  gst_pad_add_probe (GST_BASE_SRC_PAD (self), GST_PAD_PROBE_TYPE_BUFFER,
      frame_leaves, self, NULL);
}

static void
gst_savant_bufgen_finalize (GObject *object)
{
  GstSavantBufgen *self = GST_SAVANT_BUFGEN (object);

  g_free (self->backend);
  pthread_mutex_destroy (&self->lock);
  G_OBJECT_CLASS (parent_class)->finalize (object);
}

static void
gst_savant_bufgen_class_init (GstSavantBufgenClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GstElementClass *element_class = GST_ELEMENT_CLASS (klass);
  GstBaseSrcClass *basesrc_class = GST_BASE_SRC_CLASS (klass);
  GstPushSrcClass *pushsrc_class = GST_PUSH_SRC_CLASS (klass);

  object_class->finalize = gst_savant_bufgen_finalize;
  sv_bufgen_install_properties (object_class);

  element_class->change_state = gst_savant_bufgen_change_state;
  element_class->post_message = gst_savant_bufgen_post_message;
  gst_element_class_set_static_metadata (element_class,
      "Savant buffer generator", "Source/Video",
      "Makes pooled, numbered and timestamped video frames, blank or with a "
      "test pattern, as NVMM surfaces or in plain system memory",
      SV_AUTHOR);
  gst_element_class_add_static_pad_template (element_class, &src_template);
  gst_type_mark_as_plugin_api (GST_TYPE_SAVANT_MEM_TYPE, 0);
  gst_type_mark_as_plugin_api (GST_TYPE_SAVANT_PATTERN, 0);

  basesrc_class->start = gst_savant_bufgen_start;
  basesrc_class->stop = gst_savant_bufgen_stop;
  basesrc_class->negotiate = gst_savant_bufgen_negotiate;
  basesrc_class->fixate = sv_bufgen_fixate;
  basesrc_class->set_caps = sv_bufgen_set_caps;
  basesrc_class->decide_allocation = sv_bufgen_decide_allocation;
  basesrc_class->unlock = sv_bufgen_unlock;
  basesrc_class->unlock_stop = sv_bufgen_unlock_stop;
  basesrc_class->is_seekable = sv_bufgen_is_seekable;
  basesrc_class->do_seek = sv_bufgen_do_seek;
  basesrc_class->query = sv_bufgen_query;
  basesrc_class->get_times = sv_bufgen_get_times;
  pushsrc_class->create = gst_savant_bufgen_create;
}
