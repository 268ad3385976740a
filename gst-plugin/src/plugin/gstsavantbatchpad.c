/* SPDX-License-Identifier: Apache-2.0 */
#include "gstsavantbatch.h"
#include "plugin.h"
#include "props.h"
#include "stats.h"

#define GST_CAT_DEFAULT gst_savant_debug

enum
{
  PROP_0,
  PROP_SOURCE_ID,
  PROP_MAX_QUEUED,
  PROP_MAX_QUEUED_BYTES,
  PROP_LEAKY,
  PROP_DISCONTINUITY,
  PROP_DISCONTINUITY_THRESHOLD,
  PROP_START_TIME,
  PROP_STATS
};

enum
{
  SIGNAL_END_OF_STREAM,
  N_SIGNALS
};

#define DEFAULT_MAX_QUEUED 4
#define MAX_MAX_QUEUED 1000
#define DEFAULT_THRESHOLD (10 * GST_SECOND)

static guint signals[N_SIGNALS];

G_DEFINE_TYPE (GstSavantBatchPad, gst_savant_batch_pad, GST_TYPE_PAD)

guint
sv_batch_free_source_id (GstSavantBatch *self, guint index)
{
  GstSavantBatchPad *other = sv_batch_find_source (self, index);
  guint id = 0;

  if (other == NULL)
    return index;
  for (;; id++) {
    GstSavantBatchPad *taken = sv_batch_find_source (self, id);

    if (taken == NULL)
      break;
    gst_object_unref (taken);
  }
  GST_ELEMENT_WARNING (self, RESOURCE, SETTINGS,
      ("Pad sink_%u cannot have source-id %u, which pad %s has: it gets "
       "source-id %u",
          index, index, GST_OBJECT_NAME (other), id),
      (NULL));
  gst_object_unref (other);
  return id;
}

static void
set_source_id (GstSavantBatchPad *pad, GstSavantBatch *self, guint id)
{
  GstSavantBatchPad *other = sv_batch_find_source (self, id);
  gboolean announced;

  pthread_mutex_lock (&self->lock);
  announced = pad->announced;
  if (other == NULL && !announced)
    pad->source_id = id;
  pthread_mutex_unlock (&self->lock);
  if (other != NULL && other != pad)
    GST_ELEMENT_WARNING (self, RESOURCE, SETTINGS,
        ("source-id %u of pad %s is refused: pad %s has it", id,
            GST_OBJECT_NAME (pad), GST_OBJECT_NAME (other)),
        (NULL));
  else if (other == NULL && announced)
    GST_ELEMENT_WARNING (self, RESOURCE, SETTINGS,
        ("source-id %u of pad %s is refused: its stream has begun; set it "
         "before, or release the pad and request it again",
            id, GST_OBJECT_NAME (pad)),
        (NULL));
  g_clear_pointer (&other, gst_object_unref);
}

/* With the element's lock held. FALSE where it is none of these. */
static gboolean
set_field (GstSavantBatchPad *pad, guint prop_id, const GValue *value)
{
  switch (prop_id) {
    case PROP_MAX_QUEUED:
      pad->max_queued = g_value_get_uint (value);
      return TRUE;
    case PROP_MAX_QUEUED_BYTES:
      pad->max_queued_bytes = g_value_get_uint64 (value);
      return TRUE;
    case PROP_LEAKY:
      pad->leak = (SvLeak) g_value_get_enum (value);
      return TRUE;
    case PROP_DISCONTINUITY:
      pad->discontinuity = (SvDiscontinuity) g_value_get_enum (value);
      return TRUE;
    case PROP_DISCONTINUITY_THRESHOLD:
      pad->threshold = g_value_get_uint64 (value);
      return TRUE;
    case PROP_START_TIME:
      pad->start_time = (SvStartTime) g_value_get_enum (value);
      return TRUE;
    default:
      return FALSE;
  }
}

static void
set_property (GObject *object, guint prop_id, const GValue *value,
    GParamSpec *pspec)
{
  GstSavantBatchPad *pad = GST_SAVANT_BATCH_PAD (object);
  GstObject *parent = gst_object_get_parent (GST_OBJECT (pad));
  GstSavantBatch *self;
  gboolean known;

  if (parent == NULL)
    return;
  self = GST_SAVANT_BATCH (parent);
  pthread_mutex_lock (&self->lock);
  known = set_field (pad, prop_id, value);
  pthread_mutex_unlock (&self->lock);
  if (prop_id == PROP_SOURCE_ID)
    set_source_id (pad, self, g_value_get_uint (value));
  else if (!known)
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
  if (prop_id == PROP_MAX_QUEUED)
    sv_collect_set_max_queued (&self->collect, pad->queue, pad->max_queued);
  if (prop_id == PROP_MAX_QUEUED_BYTES)
    sv_collect_set_max_bytes (&self->collect, pad->queue,
        pad->max_queued_bytes);
  if (prop_id == PROP_LEAKY)
    sv_collect_set_leak (&self->collect, pad->queue, pad->leak);
  gst_object_unref (parent);
}

static void
get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  GstSavantBatchPad *pad = GST_SAVANT_BATCH_PAD (object);
  GstObject *parent;

  switch (prop_id) {
    case PROP_SOURCE_ID:
      g_value_set_uint (value, pad->source_id);
      break;
    case PROP_MAX_QUEUED:
      g_value_set_uint (value, pad->max_queued);
      break;
    case PROP_MAX_QUEUED_BYTES:
      g_value_set_uint64 (value, pad->max_queued_bytes);
      break;
    case PROP_LEAKY:
      g_value_set_enum (value, (gint) pad->leak);
      break;
    case PROP_DISCONTINUITY:
      g_value_set_enum (value, (gint) pad->discontinuity);
      break;
    case PROP_DISCONTINUITY_THRESHOLD:
      g_value_set_uint64 (value, pad->threshold);
      break;
    case PROP_START_TIME:
      g_value_set_enum (value, (gint) pad->start_time);
      break;
    case PROP_STATS:
      parent = gst_object_get_parent (GST_OBJECT (pad));
      if (parent != NULL)
        g_value_take_boxed (value,
            sv_batch_pad_get_stats (GST_SAVANT_BATCH (parent), pad));
      else
        g_value_take_boxed (value,
            sv_flow_stats_to_structure (&(SvFlowStats){ 0 }));
      g_clear_pointer (&parent, gst_object_unref);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
      break;
  }
}

static void
finalize (GObject *object)
{
  GstSavantBatchPad *pad = GST_SAVANT_BATCH_PAD (object);

  sv_batch_pad_reset (pad);
  if (pad->queue != NULL)
    sv_collect_unref_pad (pad->queue);
  G_OBJECT_CLASS (gst_savant_batch_pad_parent_class)->finalize (object);
}

/* Never waits: the collection's lock is held for no push. */
static void
end_of_stream (GstSavantBatchPad *pad)
{
  GstObject *parent = gst_object_get_parent (GST_OBJECT (pad));

  if (parent == NULL)
    return;
  sv_batch_end_pad (GST_SAVANT_BATCH (parent), pad);
  gst_object_unref (parent);
}

static void
install_time_properties (GObjectClass *klass)
{
  /**
   * GstSavantBatchPad:discontinuity:
   *
   * For sources whose timestamps jump within a segment.
   */
  g_object_class_install_property (klass, PROP_DISCONTINUITY,
      g_param_spec_enum ("discontinuity", "Discontinuity",
          "What happens to a frame whose time lies before the last one's, or "
          "more than discontinuity-threshold after it, without a new segment. "
          "An element message savant-discontinuity (pad, source-id, before-ns, "
          "running-time-ns, action) is posted in any case; what is dropped "
          "counts dropped-late. Takes effect at once",
          GST_TYPE_SAVANT_DISCONTINUITY, SV_DISCONT_ACCEPT, SV_FLAGS_PLAYING));
  /**
   * GstSavantBatchPad:discontinuity-threshold:
   *
   * How long a source may be silent.
   */
  g_object_class_install_property (klass, PROP_DISCONTINUITY_THRESHOLD,
      g_param_spec_uint64 ("discontinuity-threshold", "Discontinuity threshold",
          "Nanoseconds from one frame to the next above which that is a jump. "
          "Takes effect at once",
          0, G_MAXINT64 / 2, DEFAULT_THRESHOLD, SV_FLAGS_PLAYING));
  /**
   * GstSavantBatchPad:start-time:
   *
   * For sources that join late or begin anew.
   */
  g_object_class_install_property (klass, PROP_START_TIME,
      g_param_spec_enum ("start-time", "Start time",
          "Where a stream, a segment or what follows a discontinuity begins in "
          "the batches' time. The running time of the slots, the PTS of the "
          "batches and the offset of savantunbatch's pad change by it, not the "
          "frames' own PTS. Takes effect at the next beginning",
          GST_TYPE_SAVANT_START_TIME, SV_START_TIME_AUTO, SV_FLAGS_PLAYING));
}

static void
gst_savant_batch_pad_class_init (GstSavantBatchPadClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->set_property = set_property;
  object_class->get_property = get_property;
  object_class->finalize = finalize;
  /**
   * GstSavantBatchPad:source-id:
   *
   * Names the source in SavantBatchMeta and at savantunbatch. Initially the
   * number in the pad's name.
   */
  g_object_class_install_property (object_class, PROP_SOURCE_ID,
      g_param_spec_uint ("source-id", "Source id",
          "Number of the source in the metas of batches and of savantunbatch's "
          "pad, initially the number in this pad's name. One that another pad "
          "has is refused with a WARNING, as is a change after the first "
          "event of a stream",
          0, G_MAXUINT, 0, SV_FLAGS_READY));
  /**
   * GstSavantBatchPad:max-queued:
   *
   * Bounds the memory of a source that is ahead of the others.
   */
  g_object_class_install_property (object_class, PROP_MAX_QUEUED,
      g_param_spec_uint ("max-queued", "Max queued",
          "Frames that may wait at this pad; leaky says what becomes of one "
          "more: by default its sender waits. "
          "Takes effect at once",
          1, MAX_MAX_QUEUED, DEFAULT_MAX_QUEUED, SV_FLAGS_PLAYING));
  /**
   * GstSavantBatchPad:max-queued-bytes:
   *
   * The same in bytes.
   */
  g_object_class_install_property (object_class, PROP_MAX_QUEUED_BYTES,
      g_param_spec_uint64 ("max-queued-bytes", "Max queued bytes",
          "Bytes of frames that may wait at this pad, besides max-queued; one "
          "frame always may. stats shows the high-water mark. 0 = not limited. "
          "Takes effect at once",
          0, G_MAXINT64, 0, SV_FLAGS_PLAYING));
  /**
   * GstSavantBatchPad:leaky:
   *
   * For sources that cannot wait: what is dropped is counted dropped-leaky.
   */
  g_object_class_install_property (object_class, PROP_LEAKY,
      g_param_spec_enum ("leaky", "Leaky",
          "Which frame is dropped, and counted dropped-leaky, where one more "
          "than max-queued comes; none = the sender waits, which is right for "
          "files. Takes effect at once",
          GST_TYPE_SAVANT_LEAKY, SV_LEAK_NONE, SV_FLAGS_PLAYING));
  install_time_properties (object_class);
  /**
   * GstSavantBatchPad:stats:
   *
   * Counts of this pad's frames.
   */
  g_object_class_install_property (object_class, PROP_STATS,
      g_param_spec_boxed ("stats", "Statistics",
          SV_STATS_BLURB
          ". And state (string: not-started waiting ready gap ended flushing "
          "seeking), live (boolean), queued and high-water (frames), "
          "queued-bytes, high-water-bytes, frame-ns (guint64, a frame's "
          "duration as observed of a live source, else by the caps)",
          GST_TYPE_STRUCTURE, SV_FLAGS_READ));
  /**
   * GstSavantBatchPad::end-of-stream:
   *
   * Action signal: ends the stream of this pad here and now. Frames that are
   * queued still come out, then the pad counts as ended exactly as after EOS.
   * Frames that come later are refused with GST_FLOW_EOS and counted
   * dropped-released, as is the frame of a sender that waits in a full queue,
   * until a stream-start or a flush begins anew.
   *
   * Never waits and takes no stream lock: may be emitted from any thread, in
   * any state. Before the first stream-start of the pad, also in NULL and
   * READY, it ends the stream that is about to come. While the pad flushes it
   * takes effect at the end of the flush. PAUSED to READY forgets it. On a pad
   * that has ended or is released it does nothing.
   *
   * Since: 0.1
   */
  signals[SIGNAL_END_OF_STREAM] = g_signal_new_class_handler ("end-of-stream",
      G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST | G_SIGNAL_ACTION,
      G_CALLBACK (end_of_stream), NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
gst_savant_batch_pad_init (GstSavantBatchPad *pad)
{
  pad->max_queued = DEFAULT_MAX_QUEUED;
  pad->threshold = DEFAULT_THRESHOLD;
  pad->last_time = GST_CLOCK_TIME_NONE;
  pad->fresh = TRUE;
  gst_segment_init (&pad->segment, GST_FORMAT_TIME);
}
