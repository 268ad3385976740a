/* SPDX-License-Identifier: Apache-2.0 */
#include "gstsavantbatch.h"
#include "plugin.h"
#include "props.h"
#include "stats.h"

#define GST_CAT_DEFAULT gst_savant_debug

enum
{
  PROP_0,
  PROP_MODE,
  PROP_BATCH_SIZE,
  PROP_TIMEOUT_POLICY,
  PROP_BATCH_TIMEOUT,
  PROP_EFFECTIVE_TIMEOUT,
  PROP_STALL_WARNING,
  PROP_STARVATION_WARNING,
  PROP_STATS_INTERVAL,
  PROP_FORWARD_QOS,
  PROP_ON_PAD_ERROR,
  PROP_NON_UNIFORM_CAPS,
  PROP_ROI_MODE,
  PROP_ROI_POLICY,
  PROP_ANALYTICS_META,
  PROP_PADDING, /* and the rest of SvPlacingProp */
  PROP_GPU_ID =
      PROP_PADDING + SV_PLACING_N_PROPS, /* and the rest of SvMemoryProp */
  PROP_STATS = PROP_GPU_ID + SV_MEMORY_N_PROPS
};

#define DEFAULT_STALL_WARNING (5 * GST_SECOND)
#define DEFAULT_STARVATION_WARNING (5 * GST_SECOND)

/* With the lock held. FALSE where `prop_id` is none of these. */
static gboolean
set_number (GstSavantBatch *self, guint prop_id, const GValue *value)
{
  switch (prop_id) {
    case PROP_MODE:
      self->mode = (SvBatchMode) g_value_get_enum (value);
      return TRUE;
    case PROP_BATCH_SIZE:
      self->batch_size = g_value_get_uint (value);
      return TRUE;
    case PROP_TIMEOUT_POLICY:
      self->timeout_policy = (SvTimeoutPolicy) g_value_get_enum (value);
      return TRUE;
    case PROP_BATCH_TIMEOUT:
      self->timeout_ns = g_value_get_int64 (value);
      self->timeout_policy =
          self->timeout_ns < 0 ? SV_TIMEOUT_NONE : SV_TIMEOUT_FIXED;
      return TRUE;
    case PROP_STARVATION_WARNING:
      self->starvation_ns = g_value_get_uint64 (value);
      return TRUE;
    case PROP_STATS_INTERVAL:
      self->stats_ns = g_value_get_uint64 (value);
      return TRUE;
    case PROP_FORWARD_QOS:
      self->forward_qos = (SvForwardQos) g_value_get_enum (value);
      return TRUE;
    case PROP_ON_PAD_ERROR:
      self->on_pad_error = (SvPadError) g_value_get_enum (value);
      return TRUE;
    case PROP_STALL_WARNING:
      self->stall_ns = g_value_get_uint64 (value);
      return TRUE;
    case PROP_NON_UNIFORM_CAPS:
      self->non_uniform_caps = (SvNonUniformCaps) g_value_get_enum (value);
      return TRUE;
    case PROP_ROI_MODE:
      self->roi_mode = (SvRoiMode) g_value_get_enum (value);
      return TRUE;
    case PROP_ROI_POLICY:
      self->settings.roi_policy = (SvRoiPolicy) g_value_get_enum (value);
      return TRUE;
    case PROP_ANALYTICS_META:
      self->analytics_meta = g_value_get_boolean (value);
      return TRUE;
    default:
      return FALSE;
  }
}

static void
apply_timeout (GstSavantBatch *self)
{
  SvTimeoutPolicy policy;
  gint64 timeout;

  pthread_mutex_lock (&self->lock);
  policy = self->timeout_policy;
  timeout = self->timeout_ns;
  pthread_mutex_unlock (&self->lock);
  sv_collect_set_timeout (&self->collect, policy, timeout);
  sv_batch_post_latency (self);
}

static void
set_property (GObject *object, guint prop_id, const GValue *value,
    GParamSpec *pspec)
{
  GstSavantBatch *self = GST_SAVANT_BATCH (object);
  gboolean known;

  pthread_mutex_lock (&self->lock);
  known = sv_placing_set (&self->settings.config, &self->settings.use_par,
              prop_id - PROP_PADDING, value)
      || sv_memory_set (&self->memory, prop_id - PROP_GPU_ID, value)
      || set_number (self, prop_id, value);
  pthread_mutex_unlock (&self->lock);
  if (!known)
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
  if (prop_id == PROP_STALL_WARNING)
    sv_collect_set_stall (&self->collect,
        (gint64) MIN (g_value_get_uint64 (value), G_MAXINT64 / 2));
  if (prop_id == PROP_STALL_WARNING || prop_id == PROP_STATS_INTERVAL)
    sv_batch_start_watch (self);
  if (prop_id == PROP_BATCH_TIMEOUT || prop_id == PROP_TIMEOUT_POLICY)
    apply_timeout (self);
  if (prop_id == PROP_BATCH_TIMEOUT)
    g_object_notify (object, "timeout-policy");
}

/* With the lock held. FALSE where `prop_id` is none of these. */
static gboolean
get_number (GstSavantBatch *self, guint prop_id, GValue *value)
{
  switch (prop_id) {
    case PROP_MODE:
      g_value_set_enum (value, (gint) self->mode);
      return TRUE;
    case PROP_BATCH_SIZE:
      g_value_set_uint (value, self->batch_size);
      return TRUE;
    case PROP_TIMEOUT_POLICY:
      g_value_set_enum (value, (gint) self->timeout_policy);
      return TRUE;
    case PROP_BATCH_TIMEOUT:
      g_value_set_int64 (value, self->timeout_ns);
      return TRUE;
    case PROP_STALL_WARNING:
      g_value_set_uint64 (value, self->stall_ns);
      return TRUE;
    case PROP_STARVATION_WARNING:
      g_value_set_uint64 (value, self->starvation_ns);
      return TRUE;
    case PROP_STATS_INTERVAL:
      g_value_set_uint64 (value, self->stats_ns);
      return TRUE;
    case PROP_FORWARD_QOS:
      g_value_set_enum (value, (gint) self->forward_qos);
      return TRUE;
    case PROP_ON_PAD_ERROR:
      g_value_set_enum (value, (gint) self->on_pad_error);
      return TRUE;
    case PROP_NON_UNIFORM_CAPS:
      g_value_set_enum (value, (gint) self->non_uniform_caps);
      return TRUE;
    case PROP_ROI_MODE:
      g_value_set_enum (value, (gint) self->roi_mode);
      return TRUE;
    case PROP_ROI_POLICY:
      g_value_set_enum (value, (gint) self->settings.roi_policy);
      return TRUE;
    case PROP_ANALYTICS_META:
      g_value_set_boolean (value, self->analytics_meta);
      return TRUE;
    default:
      return FALSE;
  }
}

static void
get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  GstSavantBatch *self = GST_SAVANT_BATCH (object);
  gboolean known;

  if (prop_id == PROP_STATS) {
    g_value_take_boxed (value, sv_batch_get_stats (self));
    return;
  }
  if (prop_id == PROP_EFFECTIVE_TIMEOUT) {
    g_value_set_int64 (value, sv_collect_get_timeout (&self->collect));
    return;
  }
  pthread_mutex_lock (&self->lock);
  known = get_number (self, prop_id, value)
      || sv_placing_get (&self->settings.config, self->settings.use_par,
          prop_id - PROP_PADDING, value)
      || sv_memory_get (&self->memory, prop_id - PROP_GPU_ID, value);
  pthread_mutex_unlock (&self->lock);
  if (!known)
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
}

static void
install_batch_properties (GObjectClass *klass)
{
  /**
   * savantbatch:mode:
   *
   * Whether frames are brought to one format and size.
   */
  g_object_class_install_property (klass, PROP_MODE,
      g_param_spec_enum ("mode", "Mode",
          "Whether all slots have one format and size",
          GST_TYPE_SAVANT_BATCH_MODE, SV_BATCH_UNIFORM, SV_FLAGS_READY));
  /**
   * savantbatch:batch-size:
   *
   * Slots of a batch, the caps field batch-size. 0 = one for each pad: as many
   * as there are pads at READY to PAUSED, doubled whenever more come.
   */
  g_object_class_install_property (klass, PROP_BATCH_SIZE,
      g_param_spec_uint ("batch-size", "Batch size",
          "Slots of a batch; a batch holds at most one frame of each pad. 0 = "
          "the number of pads at READY to PAUSED, doubled when more are "
          "requested later",
          0, SAVANT_MAX_BATCH_SIZE, 0, SV_FLAGS_READY));
  /**
   * savantbatch:nonuniform-caps:
   *
   * Whether caps of a non-uniform batch name a format and size at all.
   */
  g_object_class_install_property (klass, PROP_NON_UNIFORM_CAPS,
      g_param_spec_enum ("nonuniform-caps", "Non-uniform caps",
          "What the caps of a non-uniform batch say about format and size; "
          "first-source is for consumers written for nvstreammux2",
          GST_TYPE_SAVANT_NON_UNIFORM_CAPS, SV_NON_UNIFORM_CAPS_NONE,
          SV_FLAGS_READY));
}

static void
install_roi_properties (GObjectClass *klass)
{
  /**
   * savantbatch:roi-mode:
   *
   * For a second stage: batch makes a slot of every
   * GstVideoRegionOfInterestMeta of every frame. The slots of a frame follow
   * one another in the order of its metas, those of the pads in the order of
   * the pads; what exceeds batch-size comes in further batches at once. The
   * slots have the frame's ids and times, the SavantBatchMeta has the id of the
   * region, and the SavantTransformMeta maps boxes back to the whole picture.
   * Frames without a region count as dropped-roi and go on as a gap event of
   * their stream.
   */
  g_object_class_install_property (klass, PROP_ROI_MODE,
      g_param_spec_enum ("roi-mode", "ROI mode",
          "What a slot is: none = a whole frame; batch = one "
          "GstVideoRegionOfInterestMeta of a frame, in the order of the metas. "
          "Then a frame may fill many slots, if need be of several batches, "
          "or none, which counts as dropped-roi. batch needs mode=uniform",
          GST_TYPE_SAVANT_ROI_MODE, SV_ROI_MODE_NONE, SV_FLAGS_READY));
  /**
   * savantbatch:roi-policy:
   *
   * What becomes of regions of interest outside the picture.
   */
  g_object_class_install_property (klass, PROP_ROI_POLICY,
      g_param_spec_enum ("roi-policy", "ROI policy",
          "What becomes of a region of interest that leaves the picture, with "
          "roi-mode=batch: clip takes the part inside and leaves out a region "
          "without one, skip leaves it out, error ends the pipeline. Takes "
          "effect with the next batch",
          GST_TYPE_SAVANT_ROI_POLICY, SV_ROI_CLIP, SV_FLAGS_PLAYING));
  /**
   * savantbatch:analytics-meta:
   *
   * Lets elements for GStreamer's own batch meta (1.28 and later) know the
   * streams of a batch: stream n of the meta is the pad sink_n, with its
   * stream-start, caps and segment and one buffer a slot. In a non-uniform
   * batch these are the frames; in a uniform one they are without memory, for
   * the pixels are in the batch, and have the slots' times and ids.
   */
  g_object_class_install_property (klass, PROP_ANALYTICS_META,
      g_param_spec_boolean ("analytics-meta", "Analytics meta",
          "Whether batches carry a GstAnalyticsBatchMeta beside the "
          "SavantBatchMeta where the running GStreamer has it (1.28 and "
          "later); "
          "otherwise without effect",
          TRUE, SV_FLAGS_READY));
}

static void
install_timeout_properties (GObjectClass *klass)
{
  /**
   * savantbatch:timeout-policy:
   *
   * How long the oldest frame waits for the other pads.
   */
  g_object_class_install_property (klass, PROP_TIMEOUT_POLICY,
      g_param_spec_enum ("timeout-policy", "Timeout policy",
          "How long a frame waits for other pads before its batch is pushed "
          "partial: auto = one frame of the fastest live pad that has not "
          "ended, as its timestamps show (40 ms until they do and where caps "
          "name no framerate), and for ever while no pad is live, so that "
          "batches of files are full; fixed = batch-timeout; none = for ever. "
          "Takes effect at once",
          GST_TYPE_SAVANT_TIMEOUT_POLICY, SV_TIMEOUT_AUTO, SV_FLAGS_PLAYING));
  /**
   * savantbatch:batch-timeout:
   *
   * The timeout of timeout-policy=fixed. Setting it sets the policy too.
   */
  g_object_class_install_property (klass, PROP_BATCH_TIMEOUT,
      g_param_spec_int64 ("batch-timeout", "Batch timeout",
          "Nanoseconds (monotonic clock) that the oldest frame waits before "
          "its batch is pushed partial; 0 = push at once, -1 = wait until "
          "every pad has a frame, a gap or EOS. Setting it sets timeout-policy "
          "to fixed, or none for -1; of the two the one set last counts. Takes "
          "effect at once",
          -1, G_MAXINT64 / 2, -1, SV_FLAGS_PLAYING));
  /**
   * savantbatch:effective-timeout:
   *
   * What timeout-policy amounts to now.
   */
  g_object_class_install_property (klass, PROP_EFFECTIVE_TIMEOUT,
      g_param_spec_int64 ("effective-timeout", "Effective timeout",
          "Nanoseconds that a frame waits now, by timeout-policy; -1 = for "
          "ever. A LATENCY message tells of a change",
          -1, G_MAXINT64 / 2, -1, SV_FLAGS_READ));
}

static void
install_report_properties (GObjectClass *klass)
{
  /**
   * savantbatch:stall-warning:
   *
   * After this time without anything from a pad that is waited for, and again
   * after every such interval, an element message `savant-stall` with the
   * fields pad (string), source-id (uint), silent-ns (uint64) and pads (a
   * structure with the state of every pad) is posted; while PLAYING also
   * `savant-blocked` with blocked-ns (uint64) and pads where downstream has not
   * come back from a batch for so long.
   */
  g_object_class_install_property (klass, PROP_STALL_WARNING,
      g_param_spec_uint64 ("stall-warning", "Stall warning",
          "Nanoseconds that a pad may bring nothing until an element message "
          "savant-stall names it and the state of every pad, and between two "
          "such messages; time that downstream takes does not count, but where "
          "one batch takes it that long (checked as often) the message is "
          "savant-blocked. 0 = never. Takes effect at once",
          0, G_MAXINT64 / 2, DEFAULT_STALL_WARNING, SV_FLAGS_PLAYING));
  /**
   * savantbatch:starvation-warning:
   *
   * As savantbufgen's.
   */
  g_object_class_install_property (klass, PROP_STARVATION_WARNING,
      g_param_spec_uint64 ("starvation-warning", "Starvation warning",
          "Nanoseconds of waiting for an empty pool until an element message "
          "savant-starved (pool, outstanding, max, oldest-age-ns, waited-ns) "
          "is posted, and between two; the first of a wait comes with a "
          "WARNING. 0 = never. Takes effect at the next frame",
          0, G_MAXINT64 / 2, DEFAULT_STARVATION_WARNING, SV_FLAGS_PLAYING));
  /**
   * savantbatch:stats-interval:
   *
   * How often the element tells its statistics by itself.
   */
  g_object_class_install_property (klass, PROP_STATS_INTERVAL,
      g_param_spec_uint64 ("stats-interval", "Stats interval",
          "Nanoseconds between two element messages savant-stats, which are "
          "the structure of the property stats, from PAUSED on. 0 = none. "
          "Takes effect at once",
          0, G_MAXINT64 / 2, 0, SV_FLAGS_PLAYING));
  /**
   * savantbatch:forward-qos:
   *
   * To which sources QOS events from downstream go.
   */
  g_object_class_install_property (klass, PROP_FORWARD_QOS,
      g_param_spec_enum ("forward-qos", "Forward QoS",
          "Which sources get QOS events from downstream, in their own running "
          "time; a decoder that gets them drops frames. Takes effect at once",
          GST_TYPE_SAVANT_FORWARD_QOS, SV_FORWARD_QOS_LIVE, SV_FLAGS_PLAYING));
  /**
   * savantbatch:on-pad-error:
   *
   * What happens when caps or frames of one pad cannot be used.
   */
  g_object_class_install_property (klass, PROP_ON_PAD_ERROR,
      g_param_spec_enum ("on-pad-error", "On pad error",
          "What happens when caps or a frame of one pad cannot be used. In "
          "either case its stream ends and the others go on; with drop-pad its "
          "source gets EOS rather than an error, so that the pipeline goes on "
          "too. Takes effect at once",
          GST_TYPE_SAVANT_PAD_ERROR, SV_PAD_ERROR_ERROR, SV_FLAGS_PLAYING));
}

void
sv_batch_install_properties (GObjectClass *klass)
{
  klass->set_property = set_property;
  klass->get_property = get_property;
  install_batch_properties (klass);
  install_roi_properties (klass);
  install_timeout_properties (klass);
  install_report_properties (klass);
  sv_placing_install (klass, PROP_PADDING);
  sv_install_memory_properties (klass, PROP_GPU_ID,
      "Most batches in use at a time, never fewer than downstream asks for; an "
      "empty pool makes the batches wait. 0 = not limited, so that a source "
      "that waits behind savantunbatch never holds up the others; queues "
      "downstream bound the memory. Not used by mode=non-uniform");
  /**
   * savantbatch:stats:
   *
   * Counts of frames, in all and of every pad, of one moment.
   */
  g_object_class_install_property (klass, PROP_STATS,
      g_param_spec_boxed ("stats", "Statistics",
          SV_STATS_BLURB
          ", of all pads, also released ones. pads: a structure with one "
          "structure for every pad by its name: the same counts, source-id "
          "(guint), state (string: not-started waiting ready gap ended "
          "flushing seeking), "
          "live (boolean), queued and high-water (frames), queued-bytes, "
          "high-water-bytes, frame-ns (guint64, duration as observed). "
          "released: the counts of released pads; the totals are the sum. "
          "batches (guint64) and, as structures of guint64: reasons (full "
          "timeout eos gap flush), fill (batches by their frames) and waiting "
          "(batches by the oldest frame's waiting time: up to 1ms 2ms 5ms "
          "10ms 20ms 50ms 100ms 200ms 500ms 1000ms 2000ms 5000ms, more). "
          "timeout-ns (gint64), capacity, queued-bytes, high-water-bytes, "
          "starvations (guint64). out counts when the batch has been pushed",
          GST_TYPE_STRUCTURE, SV_FLAGS_READ));
}

void
sv_batch_init_properties (GstSavantBatch *self)
{
  self->settings.config =
      (SavantTransformConfig) SAVANT_TRANSFORM_CONFIG_DEFAULTS;
  self->settings.use_par = TRUE;
  self->analytics_meta = TRUE;
  self->timeout_ns = -1;
  self->timeout_policy = SV_TIMEOUT_AUTO;
  self->batch_time = GST_CLOCK_TIME_NONE;
  self->starvation_ns = DEFAULT_STARVATION_WARNING;
  self->stall_ns = DEFAULT_STALL_WARNING;
  sv_collect_set_stall (&self->collect, DEFAULT_STALL_WARNING);
  sv_memory_init (&self->memory);
}

void
sv_batch_clear_properties (GstSavantBatch *self)
{
  sv_memory_clear (&self->memory);
}
