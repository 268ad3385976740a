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

#define DEFAULT_POOL_SIZE 0
#define DEFAULT_MEM_TYPE SAVANT_MEM_DEFAULT
#define DEFAULT_GPU_ID 0
#define DEFAULT_PATTERN SV_PATTERN_NONE
#define DEFAULT_COLOR 0x808080
#define DEFAULT_FIRST_ID 0
#define DEFAULT_BACKEND "auto"
#define DEFAULT_IS_LIVE FALSE
#define DEFAULT_ACQUIRE_TIMEOUT -1
#define DEFAULT_STARVATION_WARNING (5 * GST_SECOND)

enum
{
  PROP_0,
  PROP_POOL_SIZE,
  PROP_MEM_TYPE,
  PROP_GPU_ID,
  PROP_PATTERN,
  PROP_COLOR,
  PROP_FIRST_ID,
  PROP_BACKEND,
  PROP_IS_LIVE,
  PROP_ACQUIRE_TIMEOUT,
  PROP_STARVATION_WARNING,
  PROP_STATS,
  PROP_BACKENDS
};

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

/* ---- Properties -------------------------------------------------------- */

static void
gst_savant_bufgen_set_property (GObject *object, guint id, const GValue *value,
    GParamSpec *pspec)
{
  GstSavantBufgen *self = GST_SAVANT_BUFGEN (object);
  SvBufgenSettings *settings = &self->settings;

  if (id == PROP_IS_LIVE) {
    gst_base_src_set_live (GST_BASE_SRC (self), g_value_get_boolean (value));
    return;
  }
  pthread_mutex_lock (&self->lock);
  switch (id) {
    case PROP_POOL_SIZE:
      settings->pool_size = g_value_get_uint (value);
      break;
    case PROP_MEM_TYPE:
      settings->mem_type = g_value_get_enum (value);
      break;
    case PROP_GPU_ID:
      settings->gpu_id = g_value_get_int (value);
      break;
    case PROP_PATTERN:
      settings->pattern = g_value_get_enum (value);
      break;
    case PROP_COLOR:
      settings->color = g_value_get_uint (value);
      break;
    case PROP_FIRST_ID:
      settings->first_id = g_value_get_int64 (value);
      break;
    case PROP_BACKEND:
      g_free (self->backend);
      self->backend = g_value_dup_string (value);
      break;
    case PROP_ACQUIRE_TIMEOUT:
      settings->acquire_timeout = g_value_get_int64 (value);
      break;
    case PROP_STARVATION_WARNING:
      settings->starvation_warning = g_value_get_uint64 (value);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
      break;
  }
  pthread_mutex_unlock (&self->lock);
}

/* Frame counts and pool figures of one moment. */
static GstStructure *
snapshot (GstSavantBufgen *self)
{
  GstSavantPoolStats figures;
  GstStructure *s, *pool;

  s = sv_flow_stats_to_structure (&self->stats);
  gst_structure_set (s, "starvations", G_TYPE_UINT64, self->starvations, NULL);
  if (self->pool != NULL && GST_IS_SAVANT_BUFFER_POOL (self->pool)) {
    gst_savant_buffer_pool_get_stats (GST_SAVANT_BUFFER_POOL (self->pool),
        &figures);
    pool = gst_savant_buffer_pool_stats_to_structure (&figures);
    gst_structure_set (s, "pool", GST_TYPE_STRUCTURE, pool, NULL);
    gst_structure_free (pool);
  }
  return s;
}

static void
gst_savant_bufgen_get_property (GObject *object, guint id, GValue *value,
    GParamSpec *pspec)
{
  GstSavantBufgen *self = GST_SAVANT_BUFGEN (object);
  const SvBufgenSettings *settings = &self->settings;

  if (id == PROP_IS_LIVE) {
    g_value_set_boolean (value, gst_base_src_is_live (GST_BASE_SRC (self)));
    return;
  }
  pthread_mutex_lock (&self->lock);
  switch (id) {
    case PROP_POOL_SIZE:
      g_value_set_uint (value, settings->pool_size);
      break;
    case PROP_MEM_TYPE:
      g_value_set_enum (value, settings->mem_type);
      break;
    case PROP_GPU_ID:
      g_value_set_int (value, settings->gpu_id);
      break;
    case PROP_PATTERN:
      g_value_set_enum (value, settings->pattern);
      break;
    case PROP_COLOR:
      g_value_set_uint (value, settings->color);
      break;
    case PROP_FIRST_ID:
      g_value_set_int64 (value, settings->first_id);
      break;
    case PROP_BACKEND:
      g_value_set_string (value, self->backend);
      break;
    case PROP_ACQUIRE_TIMEOUT:
      g_value_set_int64 (value, settings->acquire_timeout);
      break;
    case PROP_STARVATION_WARNING:
      g_value_set_uint64 (value, settings->starvation_warning);
      break;
    case PROP_STATS:
      g_value_take_boxed (value, snapshot (self));
      break;
    case PROP_BACKENDS:
      g_value_take_string (value, sv_check_backends ());
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
      break;
  }
  pthread_mutex_unlock (&self->lock);
}

static void
install_memory_properties (GObjectClass *klass)
{
  const GParamFlags ready =
      G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_READY;

  /**
   * GstSavantBufgen:pool-size:
   *
   * Since: 0.1
   */
  g_object_class_install_property (klass, PROP_POOL_SIZE,
      g_param_spec_uint ("pool-size", "Pool size",
          "Buffers that the pool holds at most, raised to the minimum that "
          "downstream's ALLOCATION answer asks for. 0 (default) = automatic: "
          "for surfaces 4 plus that minimum, for plain frames downstream's "
          "pool if it offers one, else no limit",
          0, 65536, DEFAULT_POOL_SIZE, ready));
  /**
   * GstSavantBufgen:mem-type:
   *
   * Since: 0.1
   */
  g_object_class_install_property (klass, PROP_MEM_TYPE,
      g_param_spec_enum ("mem-type", "Memory type",
          "Memory of the surfaces under memory:NVMM caps; no effect on plain "
          "frames. A type that the backend lacks is an error at NULL to READY",
          GST_TYPE_SAVANT_MEM_TYPE, DEFAULT_MEM_TYPE, ready));
  /**
   * GstSavantBufgen:gpu-id:
   *
   * Since: 0.1
   */
  g_object_class_install_property (klass, PROP_GPU_ID,
      g_param_spec_int ("gpu-id", "GPU id",
          "Number of the GPU whose memory the surfaces are made of, -1 = the "
          "first. No effect on the host backend",
          -1, G_MAXINT, DEFAULT_GPU_ID, ready));
  /**
   * GstSavantBufgen:backend:
   *
   * Since: 0.1
   */
  g_object_class_install_property (klass, PROP_BACKEND,
      g_param_spec_string ("backend", "Backend",
          "What allocates and draws: a name from the property backends, or "
          "auto (default) = what the environment variable SAVANT_BACKEND "
          "names, else the best one here. A named one that is missing is an "
          "error at NULL to READY",
          DEFAULT_BACKEND, ready));
  /**
   * GstSavantBufgen:acquire-timeout:
   *
   * Since: 0.1
   */
  g_object_class_install_property (klass, PROP_ACQUIRE_TIMEOUT,
      g_param_spec_int64 ("acquire-timeout", "Acquire timeout",
          "Nanoseconds to wait for a buffer when all of the pool are out; then "
          "the stream ends with an error. 0 = do not wait, -1 (default) = wait "
          "for ever",
          -1, G_MAXINT64, DEFAULT_ACQUIRE_TIMEOUT,
          G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS
              | GST_PARAM_MUTABLE_PLAYING));
  /**
   * GstSavantBufgen:starvation-warning:
   *
   * Since: 0.1
   */
  g_object_class_install_property (klass, PROP_STARVATION_WARNING,
      g_param_spec_uint64 ("starvation-warning", "Starvation warning",
          "Nanoseconds without a free buffer after which an element message "
          "savant-starved (pool, outstanding, max, oldest-age-ns, waited-ns) "
          "is posted, again after each such time, and a warning the first "
          "time. 0 = never",
          0, G_MAXUINT64, DEFAULT_STARVATION_WARNING,
          G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS
              | GST_PARAM_MUTABLE_PLAYING));
}

static void
install_content_properties (GObjectClass *klass)
{
  /**
   * GstSavantBufgen:pattern:
   *
   * Since: 0.1
   */
  g_object_class_install_property (klass, PROP_PATTERN,
      g_param_spec_enum ("pattern", "Pattern",
          "What the frames show, in true colours for their format and "
          "colorimetry",
          GST_TYPE_SAVANT_PATTERN, DEFAULT_PATTERN,
          G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS
              | GST_PARAM_MUTABLE_PLAYING));
  /**
   * GstSavantBufgen:color:
   *
   * Since: 0.1
   */
  g_object_class_install_property (klass, PROP_COLOR,
      g_param_spec_uint ("color", "Colour",
          "Colour of pattern=color as 0xRRGGBB, full range; alpha is 255. "
          "Default 0x808080, mid grey",
          0, 0xffffff, DEFAULT_COLOR,
          G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_PLAYING
              | GST_PARAM_CONTROLLABLE));
  /**
   * GstSavantBufgen:first-id:
   *
   * Since: 0.1
   */
  g_object_class_install_property (klass, PROP_FIRST_ID,
      g_param_spec_int64 ("first-id", "First id",
          "Id of frame 0; frame n gets SavantIdMeta FRAME(first-id + n)", 0,
          G_MAXINT64, DEFAULT_FIRST_ID,
          G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS
              | GST_PARAM_MUTABLE_READY));
  /**
   * GstSavantBufgen:is-live:
   *
   * Since: 0.1
   */
  g_object_class_install_property (klass, PROP_IS_LIVE,
      g_param_spec_boolean ("is-live", "Is live",
          "Make frames in PLAYING only and at the pace of the clock, as a "
          "camera does. Live frames cannot be seeked in",
          DEFAULT_IS_LIVE,
          G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS
              | GST_PARAM_MUTABLE_READY));
  /**
   * GstSavantBufgen:stats:
   *
   * Since: 0.1
   */
  g_object_class_install_property (klass, PROP_STATS,
      g_param_spec_boxed ("stats", "Statistics",
          SV_STATS_BLURB
          ". in counts buffers taken from the pool, out those pushed. Also "
          "starvations (guint64, messages savant-starved) and, while a pool of "
          "this element is in use, pool (GstStructure savant-pool-stats)",
          GST_TYPE_STRUCTURE, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS));
  /**
   * GstSavantBufgen:backends:
   *
   * Since: 0.1
   */
  g_object_class_install_property (klass, PROP_BACKENDS,
      g_param_spec_string ("backends", "Backends",
          "The backends of this build, comma separated, each with the reason "
          "in parentheses where it does not work on this machine",
          NULL, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS));
}

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
  SvBufgenSettings *settings = &self->settings;

  pthread_mutex_init (&self->lock, NULL);
  settings->pool_size = DEFAULT_POOL_SIZE;
  settings->mem_type = DEFAULT_MEM_TYPE;
  settings->gpu_id = DEFAULT_GPU_ID;
  settings->pattern = DEFAULT_PATTERN;
  settings->color = DEFAULT_COLOR;
  settings->first_id = DEFAULT_FIRST_ID;
  settings->acquire_timeout = DEFAULT_ACQUIRE_TIMEOUT;
  settings->starvation_warning = DEFAULT_STARVATION_WARNING;
  self->backend = g_strdup (DEFAULT_BACKEND);
  self->clock.fps_d = 1;
  sv_frame_clock_reset (&self->clock);
  gst_base_src_set_format (GST_BASE_SRC (self), GST_FORMAT_TIME);
  gst_base_src_set_live (GST_BASE_SRC (self), DEFAULT_IS_LIVE);
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

  object_class->set_property = gst_savant_bufgen_set_property;
  object_class->get_property = gst_savant_bufgen_get_property;
  object_class->finalize = gst_savant_bufgen_finalize;
  install_memory_properties (object_class);
  install_content_properties (object_class);

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
