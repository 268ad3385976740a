/* SPDX-License-Identifier: Apache-2.0 */

/**
 * SECTION:element-savantunbatch
 *
 * Splits the batches of savantbatch into their sources again. Pad src_n gives
 * the frames of the source whose source-id is n, as views: nothing is copied,
 * the batch lives as long as one of its views. They have the source's own
 * timestamps, segment, tags and EOS, the slot's ids, and the
 * SavantTransformMeta by which boxes map back to the source's picture.
 *
 * A view is a surface (memory:NVMM) of one slot or, where the batch lies in
 * system memory and downstream wants that, plain video/x-raw. Views are
 * read-only; whoever writes to one gets a copy.
 *
 * Regions of interest (savantbatch's roi-mode=batch) are frames too: those of
 * one frame follow one another in the order of its metas, all with the frame's
 * time and ids. Each has a SavantBatchMeta of one slot with the id of the frame
 * and of the region, its number and how many the frame has.
 *
 * Pads may be requested and released at any time. Frames of sources without a
 * pad are counted as dropped-unlinked. A pad that is requested after a source
 * of its number was released at savantbatch is for the next source of that
 * number: what is still on its way of the old one is counted
 * dropped-released. An event that goes
 * upstream into src_n reaches source n only.
 *
 * A stream that savantbatch moved in time (its pad property start-time) is
 * moved for the sink behind its pad too, by the pad's offset.
 *
 * A flushing seek of a pipeline comes to every pad in turn; savantbatch keeps
 * the frames of the streams that have had it until all linked pads have, or for
 * half a second after the last one; the other streams go on. A seek of one
 * stream alone is done while the others play: in PAUSED, with the queues of the
 * others full, its first frame cannot come through.
 *
 * Where the running GStreamer has an analytics library with a batch meta (1.28
 * and later), what others wrote about a slot there goes to its view, a batch of
 * surfaces that lost its SavantBatchMeta is split by it, and batches of
 * analyticscombiner are: pad src_n gives stream n as it is.
 *
 * |[
 * gst-launch-1.0 savantbatch name=b ! savantunbatch name=u
 *     videotestsrc num-buffers=100 ! b.sink_0
 *     videotestsrc num-buffers=100 pattern=ball ! b.sink_1
 *     u.src_0 ! queue ! videoconvert ! autovideosink
 *     u.src_1 ! queue ! videoconvert ! autovideosink
 * ]|
 *
 * Since: 0.1
 */

#include "gstsavantunbatch.h"

#include "check.h"
#include "plugin.h"
#include "props.h"
#include "stats.h"

#define GST_CAT_DEFAULT gst_savant_debug

enum
{
  PROP_0,
  PROP_STATS
};

#define CAPS_SIDES "width=(int)[1,32767],height=(int)[1,32767]"
#define CAPS_SURFACES                                                          \
  "video/x-raw(" GST_SAVANT_CAPS_FEATURE_NVMM ")"                              \
  ",format=(string)" GST_SAVANT_OUTPUT_FORMATS "," CAPS_SIDES
#define CAPS_BATCHES                                                           \
  "video/x-raw(" GST_SAVANT_CAPS_FEATURE_NVMM ")"                              \
  ",batch-kind=(string)non-uniform,batch-size=(int)[1,1024]"

static GstStaticPadTemplate sink_template =
    GST_STATIC_PAD_TEMPLATE ("sink", GST_PAD_SINK, GST_PAD_ALWAYS,
        GST_STATIC_CAPS (CAPS_SURFACES ";" CAPS_BATCHES ";" SV_ANALYTICS_CAPS));

static GstStaticPadTemplate src_template =
    GST_STATIC_PAD_TEMPLATE ("src_%u", GST_PAD_SRC, GST_PAD_REQUEST,
        GST_STATIC_CAPS (CAPS_SURFACES
            ";video/x-raw,format=(string)" GST_SAVANT_OUTPUT_FORMATS
            "," CAPS_SIDES));

G_DEFINE_TYPE (GstSavantUnbatch, gst_savant_unbatch, GST_TYPE_ELEMENT)
G_DEFINE_TYPE (GstSavantUnbatchPad, gst_savant_unbatch_pad, GST_TYPE_PAD)

/* ---- Pads --------------------------------------------------------------- */

static void
gst_savant_unbatch_pad_class_init (GstSavantUnbatchPadClass *klass)
{
  (void) klass;
}

static void
gst_savant_unbatch_pad_init (GstSavantUnbatchPad *pad)
{
  gst_video_info_init (&pad->info);
}

static void
reset_pad (GstSavantUnbatchPad *pad)
{
  pad->flushing = FALSE;
  pad->waits = 0;
  pad->started = pad->has_caps = pad->has_segment = FALSE;
  pad->ended = pad->had_eos = FALSE;
}

GstSavantUnbatchPad *
sv_unbatch_find_pad (GstSavantUnbatch *self, guint source_id)
{
  GstSavantUnbatchPad *pad;

  pthread_mutex_lock (&self->lock);
  pad = g_hash_table_lookup (self->pads, GUINT_TO_POINTER (source_id));
  if (pad != NULL)
    gst_object_ref (pad);
  pthread_mutex_unlock (&self->lock);
  return pad;
}

gboolean
sv_unbatch_waits (GstSavantUnbatch *self, GstSavantUnbatchPad *pad)
{
  gboolean waits;

  pthread_mutex_lock (&self->lock);
  waits = pad->waits > 0;
  pthread_mutex_unlock (&self->lock);
  return waits;
}

GList *
sv_unbatch_list_pads (GstSavantUnbatch *self)
{
  GHashTableIter iter;
  GList *pads = NULL;
  gpointer pad;

  pthread_mutex_lock (&self->lock);
  g_hash_table_iter_init (&iter, self->pads);
  while (g_hash_table_iter_next (&iter, NULL, &pad))
    pads = g_list_prepend (pads, gst_object_ref (pad));
  pthread_mutex_unlock (&self->lock);
  return pads;
}

/* The source that a name "src_7" stands for, or the lowest without a pad. */
static gboolean
choose_source (GstSavantUnbatch *self, const gchar *name, guint *source_id)
{
  guint64 value = 0;

  if (name == NULL || g_str_equal (name, "src_%u")) {
    for (*source_id = 0;; (*source_id)++) {
      GstSavantUnbatchPad *pad = sv_unbatch_find_pad (self, *source_id);

      if (pad == NULL)
        return TRUE;
      gst_object_unref (pad);
    }
  }
  if (!g_str_has_prefix (name, "src_")
      || !g_ascii_string_to_unsigned (name + 4, 10, 0, G_MAXUINT, &value,
          NULL)) {
    GST_WARNING_OBJECT (self,
        "no pad \"%s\": names are src_n, n being a source-id", name);
    return FALSE;
  }
  *source_id = (guint) value;
  return TRUE;
}

static GstPad *
request_new_pad (GstElement *element, GstPadTemplate *template,
    const gchar *name, const GstCaps *caps)
{
  GstSavantUnbatch *self = GST_SAVANT_UNBATCH (element);
  GstSavantUnbatchPad *pad;
  gchar *full_name;
  guint source_id;

  (void) caps;
  if (!choose_source (self, name, &source_id))
    return NULL;
  pad = sv_unbatch_find_pad (self, source_id);
  if (pad != NULL) {
    GST_WARNING_OBJECT (self, "there is a pad src_%u already", source_id);
    gst_object_unref (pad);
    return NULL;
  }
  full_name = g_strdup_printf ("src_%u", source_id);
  pad = g_object_new (GST_TYPE_SAVANT_UNBATCH_PAD, "name", full_name,
      "direction", GST_PAD_SRC, "template", template, NULL);
  g_free (full_name);
  pad->source_id = source_id;
  gst_pad_set_event_function (GST_PAD (pad),
      GST_DEBUG_FUNCPTR (sv_unbatch_src_event));
  gst_pad_use_fixed_caps (GST_PAD (pad));
  if (GST_PAD_IS_ACTIVE (self->sinkpad))
    gst_pad_set_active (GST_PAD (pad), TRUE);
  if (!gst_element_add_pad (element, GST_PAD (pad)))
    return NULL;
  pthread_mutex_lock (&self->lock);
  g_hash_table_insert (self->pads, GUINT_TO_POINTER (source_id), pad);
  pad->waits = GPOINTER_TO_INT (g_hash_table_lookup (self->gone,
      GUINT_TO_POINTER (source_id)));
  gst_flow_combiner_add_pad (self->combiner, GST_PAD (pad));
  self->new_pads = TRUE;
  pthread_mutex_unlock (&self->lock);
  return GST_PAD (pad);
}

static void
release_pad (GstElement *element, GstPad *gstpad)
{
  GstSavantUnbatch *self = GST_SAVANT_UNBATCH (element);
  GstSavantUnbatchPad *pad = GST_SAVANT_UNBATCH_PAD (gstpad);

  pthread_mutex_lock (&self->lock);
  g_hash_table_remove (self->pads, GUINT_TO_POINTER (pad->source_id));
  gst_flow_combiner_remove_pad (self->combiner, gstpad);
  pthread_mutex_unlock (&self->lock);
  gst_pad_set_active (gstpad, FALSE);
  gst_element_remove_pad (element, gstpad);
}

/* ---- Frames ------------------------------------------------------------- */

/* A stream that savantbatch moved in time is moved for its sink too: the pad's
 * offset does it, PTS and segment stay the source's own. */
static void
follow_time (GstSavantUnbatchPad *pad, const GstSavantBatchSlot *slot)
{
  GstClockTime own = GST_CLOCK_TIME_NONE;
  GstClockTimeDiff offset;

  if (slot->segment.format == GST_FORMAT_TIME)
    own = gst_segment_to_running_time (&slot->segment, GST_FORMAT_TIME,
        slot->pts);
  if (!GST_CLOCK_TIME_IS_VALID (own)
      || !GST_CLOCK_TIME_IS_VALID (slot->running_time))
    return;
  offset = GST_CLOCK_DIFF (own, slot->running_time);
  if (offset == pad->offset)
    return;
  pad->offset = offset;
  gst_pad_set_offset (GST_PAD (pad), offset);
}

static GstFlowReturn
push_slot (GstSavantUnbatch *self, GstSavantUnbatchPad *pad, GstBuffer *batch,
    gpointer surface, guint slot)
{
  SvStream *stream = sv_unbatch_stream (self, pad->source_id);
  GstFlowReturn ret;
  GstBuffer *view;
  SavantImage image;

  if (gst_savant_surface_get_image (surface, (gint) slot, &image)
      != SAVANT_OK) {
    GST_ELEMENT_ERROR (self, STREAM, FAILED,
        ("Slot %u: %s", slot, savant_last_error ()),
        ("%" GST_PTR_FORMAT, batch));
    return GST_FLOW_ERROR;
  }
  sv_unbatch_push_start (pad, stream);
  ret = sv_unbatch_negotiate (self, pad, stream,
      gst_savant_surface_get_mem_type (surface), &image);
  if (ret != GST_FLOW_OK)
    return ret;
  sv_unbatch_push_sticky (pad, stream);
  view = sv_unbatch_view (self, pad, batch, slot, &image);
  if (view == NULL) {
    GST_ELEMENT_ERROR (self, RESOURCE, FAILED,
        ("Slot %u: %s", slot, savant_last_error ()),
        ("%" GST_PTR_FORMAT, batch));
    return GST_FLOW_ERROR;
  }
  follow_time (pad, &gst_buffer_get_savant_batch_meta (batch)->slots[slot]);
  ret = gst_pad_push (GST_PAD (pad), view);
  if (ret != GST_FLOW_ERROR || !pad->had_eos)
    return ret;
  /* Sinks take no new stream after EOS without a flush; that is no reason to
   * stop the others. A true error is on the bus already. */
  GST_DEBUG_OBJECT (pad, "takes nothing after its EOS");
  return GST_FLOW_EOS;
}

static void
count_out (GstSavantUnbatch *self)
{
  pthread_mutex_lock (&self->lock);
  self->stats.held--;
  self->stats.out++;
  pthread_mutex_unlock (&self->lock);
}

static void
count_dropped (GstSavantUnbatch *self, SvDropReason reason)
{
  pthread_mutex_lock (&self->lock);
  self->stats.held--;
  self->stats.dropped[reason]++;
  pthread_mutex_unlock (&self->lock);
}

GstFlowReturn
sv_unbatch_combine (GstSavantUnbatch *self, GstSavantUnbatchPad *pad,
    GstFlowReturn flow)
{
  pthread_mutex_lock (&self->lock);
  if (g_hash_table_lookup (self->pads, GUINT_TO_POINTER (pad->source_id))
      == pad)
    flow =
        gst_flow_combiner_update_pad_flow (self->combiner, GST_PAD (pad), flow);
  else
    flow = GST_FLOW_OK; /* released meanwhile */
  pthread_mutex_unlock (&self->lock);
  return flow;
}

/* The pad that a frame goes to, referenced. */
static GstSavantUnbatchPad *
pad_of_frame (GstSavantUnbatch *self, guint source_id, gboolean *gone,
    gboolean *flushing)
{
  GstSavantUnbatchPad *pad;

  pthread_mutex_lock (&self->lock);
  pad = g_hash_table_lookup (self->pads, GUINT_TO_POINTER (source_id));
  *gone = pad != NULL && pad->waits > 0;
  if (*gone)
    pad = NULL;
  *flushing = pad != NULL && pad->flushing;
  if (pad != NULL)
    gst_object_ref (pad);
  pthread_mutex_unlock (&self->lock);
  return pad;
}

static gboolean
is_flushing (GstSavantUnbatch *self, GstSavantUnbatchPad *pad)
{
  gboolean flushing;

  pthread_mutex_lock (&self->lock);
  flushing = pad->flushing;
  pthread_mutex_unlock (&self->lock);
  return flushing;
}

static GstFlowReturn
split (GstSavantUnbatch *self, GstBuffer *batch, gpointer surface,
    const GstSavantBatchMeta *meta)
{
  GstFlowReturn ret = GST_FLOW_OK;

  for (guint slot = 0; slot < meta->n_slots; slot++) {
    gboolean gone, flushing;
    GstSavantUnbatchPad *pad =
        pad_of_frame (self, meta->slots[slot].source_id, &gone, &flushing);
    GstFlowReturn flow = GST_FLOW_NOT_LINKED;

    if (flushing)
      flow = GST_FLOW_FLUSHING;
    else if (pad != NULL && ret == GST_FLOW_OK) {
      flow = push_slot (self, pad, batch, surface, slot);
      /* A flush of one source is no flush of the batch. */
      ret = sv_unbatch_combine (self, pad,
          flow == GST_FLOW_FLUSHING && is_flushing (self, pad) ? GST_FLOW_OK
                                                               : flow);
    }
    if (flow == GST_FLOW_OK)
      count_out (self);
    else
      count_dropped (self,
          gone ? SV_DROP_RELEASED : sv_drop_reason_of_flow (flow));
    g_clear_pointer (&pad, gst_object_unref);
  }
  return ret;
}

static void
note_sample (GstSavantUnbatch *self, gpointer surface)
{
  self->has_sample =
      gst_savant_surface_get_image (surface, 0, &self->sample) == SAVANT_OK;
  self->sample_mem_type = gst_savant_surface_get_mem_type (surface);
}

/* A batch of surfaces. */
static GstFlowReturn
take_batch (GstSavantUnbatch *self, GstBuffer *batch, gpointer surface)
{
  const GstSavantBatchMeta *meta = gst_buffer_get_savant_batch_meta (batch);

  if (meta == NULL) {
    GST_ELEMENT_ERROR (self, STREAM, WRONG_TYPE,
        ("The buffer has no SavantBatchMeta, so the sources of its slots are "
         "not known: use savantbatch, and only elements that keep metas "
         "between"),
        ("%" GST_PTR_FORMAT, batch));
    return GST_FLOW_ERROR;
  }
  if (meta->n_slots > (guint) gst_savant_surface_get_batch_size (surface)) {
    GST_ELEMENT_ERROR (self, STREAM, FAILED,
        ("The SavantBatchMeta has %u slots, the surface %d: an element "
         "between savantbatch and this one changed the batch",
            meta->n_slots, gst_savant_surface_get_batch_size (surface)),
        ("%" GST_PTR_FORMAT, batch));
    return GST_FLOW_ERROR;
  }
  pthread_mutex_lock (&self->lock);
  self->stats.in += meta->n_slots;
  self->stats.held += meta->n_slots;
  pthread_mutex_unlock (&self->lock);
  sv_unbatch_catch_up (self);
  note_sample (self, surface);
  sv_unbatch_push_gaps (self);
  return split (self, batch, surface, meta);
}

static GstFlowReturn
chain (GstPad *pad, GstObject *parent, GstBuffer *batch)
{
  GstSavantUnbatch *self = GST_SAVANT_UNBATCH (parent);
  GstFlowReturn ret = GST_FLOW_ERROR;
  gpointer surface;

  (void) pad;
  if (self->analytics) {
    ret = sv_unbatch_split_analytics (self, batch);
    gst_buffer_unref (batch);
    return ret;
  }
  surface = gst_savant_buffer_peek_surface (batch);
  if (surface == NULL) {
    GST_ELEMENT_ERROR (self, STREAM, WRONG_TYPE,
        ("Input: %s", savant_last_error ()), ("%" GST_PTR_FORMAT, batch));
  } else {
    batch = sv_unbatch_read_analytics (batch, surface);
    ret = take_batch (self, batch, surface);
  }
  gst_buffer_unref (batch);
  return ret;
}

/* ---- States ------------------------------------------------------------- */

static void
reset (GstSavantUnbatch *self)
{
  GList *pads = sv_unbatch_list_pads (self);

  for (GList *l = pads; l != NULL; l = l->next)
    reset_pad (l->data);
  g_list_free_full (pads, gst_object_unref);
  g_hash_table_remove_all (self->streams);
  gst_clear_caps (&self->caps);
  self->has_sample = self->has_gaps = FALSE;
  pthread_mutex_lock (&self->lock);
  gst_flow_combiner_reset (self->combiner);
  g_hash_table_remove_all (self->gone);
  pthread_mutex_unlock (&self->lock);
}

static GstStateChangeReturn
change_state (GstElement *element, GstStateChange transition)
{
  GstSavantUnbatch *self = GST_SAVANT_UNBATCH (element);
  GstStateChangeReturn ret;

  if (transition == GST_STATE_CHANGE_NULL_TO_READY
      && !sv_check_ready (element, NULL, SAVANT_MEM_DEFAULT, -1))
    return GST_STATE_CHANGE_FAILURE;
  if (transition == GST_STATE_CHANGE_READY_TO_PAUSED) {
    self->views = gst_savant_allocator_new (NULL);
    pthread_mutex_lock (&self->lock);
    self->stats = (SvFlowStats){ 0 };
    pthread_mutex_unlock (&self->lock);
  }
  ret = GST_ELEMENT_CLASS (gst_savant_unbatch_parent_class)
            ->change_state (element, transition);
  if (transition == GST_STATE_CHANGE_PAUSED_TO_READY) {
    reset (self);
    gst_clear_object (&self->views);
  }
  return ret;
}

/* ---- Type --------------------------------------------------------------- */

static void
get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  GstSavantUnbatch *self = GST_SAVANT_UNBATCH (object);
  SvFlowStats stats;

  if (prop_id != PROP_STATS) {
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    return;
  }
  pthread_mutex_lock (&self->lock);
  stats = self->stats;
  pthread_mutex_unlock (&self->lock);
  g_value_take_boxed (value, sv_flow_stats_to_structure (&stats));
}

static void
finalize (GObject *object)
{
  GstSavantUnbatch *self = GST_SAVANT_UNBATCH (object);

  g_hash_table_unref (self->streams);
  g_hash_table_unref (self->pads);
  g_hash_table_unref (self->gone);
  gst_flow_combiner_unref (self->combiner);
  gst_clear_object (&self->views);
  gst_clear_caps (&self->caps);
  pthread_mutex_destroy (&self->lock);
  G_OBJECT_CLASS (gst_savant_unbatch_parent_class)->finalize (object);
}

static void
gst_savant_unbatch_class_init (GstSavantUnbatchClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GstElementClass *element_class = GST_ELEMENT_CLASS (klass);

  object_class->get_property = get_property;
  object_class->finalize = finalize;
  /**
   * savantunbatch:stats:
   *
   * Counts of frames; every filled slot is one.
   */
  g_object_class_install_property (object_class, PROP_STATS,
      g_param_spec_boxed ("stats", "Statistics",
          SV_STATS_BLURB ". Every filled slot is a frame; those of sources "
                         "without a linked pad are dropped-unlinked",
          GST_TYPE_STRUCTURE, SV_FLAGS_READ));

  element_class->change_state = GST_DEBUG_FUNCPTR (change_state);
  element_class->request_new_pad = GST_DEBUG_FUNCPTR (request_new_pad);
  element_class->release_pad = GST_DEBUG_FUNCPTR (release_pad);
  gst_element_class_add_static_pad_template (element_class, &sink_template);
  gst_element_class_add_static_pad_template_with_gtype (element_class,
      &src_template, GST_TYPE_SAVANT_UNBATCH_PAD);
  gst_element_class_set_static_metadata (element_class, "Savant unbatch",
      "Filter/Video/Demuxer",
      "Splits batches of savantbatch into their sources, without a copy: pad "
      "src_N gives the frames of source-id N; a queue belongs behind each",
      SV_AUTHOR);
}

static void
gst_savant_unbatch_init (GstSavantUnbatch *self)
{
  pthread_mutex_init (&self->lock, NULL);
  self->pads = g_hash_table_new (NULL, NULL);
  self->gone = g_hash_table_new (NULL, NULL);
  self->streams = g_hash_table_new_full (NULL, NULL, NULL, sv_stream_free);
  self->combiner = gst_flow_combiner_new ();
  self->sinkpad = gst_pad_new_from_static_template (&sink_template, "sink");
  gst_pad_set_chain_function (self->sinkpad, GST_DEBUG_FUNCPTR (chain));
  gst_pad_set_event_function (self->sinkpad,
      GST_DEBUG_FUNCPTR (sv_unbatch_sink_event));
  gst_element_add_pad (GST_ELEMENT (self), self->sinkpad);
}
