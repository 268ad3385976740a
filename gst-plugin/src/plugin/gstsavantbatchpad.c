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
  PROP_LEAKY,
  PROP_STATS
};

enum
{
  SIGNAL_END_OF_STREAM,
  N_SIGNALS
};

#define DEFAULT_MAX_QUEUED 4
#define MAX_MAX_QUEUED 1000

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

static void
set_property (GObject *object, guint prop_id, const GValue *value,
    GParamSpec *pspec)
{
  GstSavantBatchPad *pad = GST_SAVANT_BATCH_PAD (object);
  GstObject *parent = gst_object_get_parent (GST_OBJECT (pad));

  if (parent == NULL)
    return;
  switch (prop_id) {
    case PROP_SOURCE_ID:
      set_source_id (pad, GST_SAVANT_BATCH (parent), g_value_get_uint (value));
      break;
    case PROP_MAX_QUEUED:
      pthread_mutex_lock (&GST_SAVANT_BATCH (parent)->lock);
      pad->max_queued = g_value_get_uint (value);
      pthread_mutex_unlock (&GST_SAVANT_BATCH (parent)->lock);
      sv_collect_set_max_queued (&GST_SAVANT_BATCH (parent)->collect,
          pad->queue, g_value_get_uint (value));
      break;
    case PROP_LEAKY:
      pthread_mutex_lock (&GST_SAVANT_BATCH (parent)->lock);
      pad->leak = (SvLeak) g_value_get_enum (value);
      pthread_mutex_unlock (&GST_SAVANT_BATCH (parent)->lock);
      sv_collect_set_leak (&GST_SAVANT_BATCH (parent)->collect, pad->queue,
          (SvLeak) g_value_get_enum (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
      break;
  }
  gst_object_unref (parent);
}

static void
get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  GstSavantBatchPad *pad = GST_SAVANT_BATCH_PAD (object);
  GstObject *parent = gst_object_get_parent (GST_OBJECT (pad));
  SvFlowStats stats = { 0 };

  switch (prop_id) {
    case PROP_SOURCE_ID:
      g_value_set_uint (value, pad->source_id);
      break;
    case PROP_MAX_QUEUED:
      g_value_set_uint (value, pad->max_queued);
      break;
    case PROP_LEAKY:
      g_value_set_enum (value, (gint) pad->leak);
      break;
    case PROP_STATS:
      if (parent != NULL)
        sv_collect_get_pad_stats (&GST_SAVANT_BATCH (parent)->collect,
            pad->queue, &stats);
      g_value_take_boxed (value, sv_flow_stats_to_structure (&stats));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
      break;
  }
  g_clear_pointer (&parent, gst_object_unref);
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
  /**
   * GstSavantBatchPad:stats:
   *
   * Counts of this pad's frames.
   */
  g_object_class_install_property (object_class, PROP_STATS,
      g_param_spec_boxed ("stats", "Statistics", SV_STATS_BLURB,
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
  gst_segment_init (&pad->segment, GST_FORMAT_TIME);
}
