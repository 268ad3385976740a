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
  PROP_BATCH_TIMEOUT,
  PROP_STALL_WARNING,
  PROP_NON_UNIFORM_CAPS,
  PROP_ROI_MODE,
  PROP_ROI_POLICY,
  PROP_PADDING, /* and the rest of SvPlacingProp */
  PROP_GPU_ID =
      PROP_PADDING + SV_PLACING_N_PROPS, /* and the rest of SvMemoryProp */
  PROP_STATS = PROP_GPU_ID + SV_MEMORY_N_PROPS
};

#define DEFAULT_STALL_WARNING (5 * GST_SECOND)

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
    case PROP_BATCH_TIMEOUT:
      self->timeout_ns = g_value_get_int64 (value);
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
    default:
      return FALSE;
  }
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
  if (prop_id == PROP_BATCH_TIMEOUT) {
    sv_collect_set_timeout (&self->collect, g_value_get_int64 (value));
    gst_element_post_message (GST_ELEMENT (self),
        gst_message_new_latency (GST_OBJECT (self)));
  }
}

static void
add_pad_stats (const SvCollectPad *queue, gpointer data)
{
  const GstSavantBatchPad *pad = queue->owner;
  GstStructure *s = sv_flow_stats_to_structure (&queue->stats);

  gst_structure_set ((GstStructure *) data, GST_OBJECT_NAME (pad),
      GST_TYPE_STRUCTURE, s, NULL);
  gst_structure_free (s);
}

/* The pads' counts and the totals, of one moment. */
static GstStructure *
get_stats (GstSavantBatch *self)
{
  GstStructure *pads = gst_structure_new_empty ("savant-pads");
  SvFlowStats total;
  GstStructure *s;

  sv_collect_get_stats (&self->collect, &total, add_pad_stats, pads);
  s = sv_flow_stats_to_structure (&total);
  gst_structure_set (s, "pads", GST_TYPE_STRUCTURE, pads, NULL);
  gst_structure_free (pads);
  return s;
}

static void
get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  GstSavantBatch *self = GST_SAVANT_BATCH (object);

  if (prop_id == PROP_STATS) {
    g_value_take_boxed (value, get_stats (self));
    return;
  }
  pthread_mutex_lock (&self->lock);
  switch (prop_id) {
    case PROP_MODE:
      g_value_set_enum (value, (gint) self->mode);
      break;
    case PROP_BATCH_SIZE:
      g_value_set_uint (value, self->batch_size);
      break;
    case PROP_BATCH_TIMEOUT:
      g_value_set_int64 (value, self->timeout_ns);
      break;
    case PROP_STALL_WARNING:
      g_value_set_uint64 (value, self->stall_ns);
      break;
    case PROP_NON_UNIFORM_CAPS:
      g_value_set_enum (value, (gint) self->non_uniform_caps);
      break;
    case PROP_ROI_MODE:
      g_value_set_enum (value, (gint) self->roi_mode);
      break;
    case PROP_ROI_POLICY:
      g_value_set_enum (value, (gint) self->settings.roi_policy);
      break;
    default:
      if (!sv_placing_get (&self->settings.config, self->settings.use_par,
              prop_id - PROP_PADDING, value)
          && !sv_memory_get (&self->memory, prop_id - PROP_GPU_ID, value))
        G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
      break;
  }
  pthread_mutex_unlock (&self->lock);
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
   * savantbatch:batch-timeout:
   *
   * How long the oldest frame waits for the other pads. The default waits,
   * which is right for files: no batch is partial without need. For live
   * sources set it to the time that a frame may wait, for instance the frame
   * duration of the fastest source.
   */
  g_object_class_install_property (klass, PROP_BATCH_TIMEOUT,
      g_param_spec_int64 ("batch-timeout", "Batch timeout",
          "Nanoseconds (monotonic clock) that the oldest frame waits before "
          "its batch is pushed partial; 0 = push at once, -1 = wait until "
          "every pad has a frame, a gap or EOS. Takes effect at once",
          -1, G_MAXINT64 / 2, -1, SV_FLAGS_PLAYING));
  /**
   * savantbatch:stall-warning:
   *
   * After this time without anything from a pad that is waited for, and again
   * after every such interval, an element message `savant-stall` with the
   * fields pad (string), source-id (uint) and silent-ns (uint64) is posted.
   */
  g_object_class_install_property (klass, PROP_STALL_WARNING,
      g_param_spec_uint64 ("stall-warning", "Stall warning",
          "Nanoseconds that a pad may bring nothing until an element message "
          "savant-stall names it, and between two such messages; time that "
          "downstream takes does not count. 0 = never. Takes effect at once",
          0, G_MAXINT64 / 2, DEFAULT_STALL_WARNING, SV_FLAGS_PLAYING));
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
}

void
sv_batch_install_properties (GObjectClass *klass)
{
  klass->set_property = set_property;
  klass->get_property = get_property;
  install_batch_properties (klass);
  install_roi_properties (klass);
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
          ", of all pads, also released ones; and the field "
          "pads, a structure that has the same structure for every pad by its "
          "name. out counts when the batch has been pushed",
          GST_TYPE_STRUCTURE, SV_FLAGS_READ));
}

void
sv_batch_init_properties (GstSavantBatch *self)
{
  self->settings.config =
      (SavantTransformConfig) SAVANT_TRANSFORM_CONFIG_DEFAULTS;
  self->settings.use_par = TRUE;
  self->timeout_ns = -1;
  self->stall_ns = DEFAULT_STALL_WARNING;
  sv_collect_set_stall (&self->collect, DEFAULT_STALL_WARNING);
  sv_memory_init (&self->memory);
}

void
sv_batch_clear_properties (GstSavantBatch *self)
{
  sv_memory_clear (&self->memory);
}
