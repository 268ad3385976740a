/* SPDX-License-Identifier: Apache-2.0 */

/**
 * SECTION:element-savantbatch
 *
 * Collects frames of any number of sources into batches: surfaces
 * (memory:NVMM) with one slot a frame, at most one frame of each pad. In mode
 * uniform every frame is cropped, scaled, letterboxed and converted straight
 * into its slot, all of a batch in one go; format and size are what
 * downstream's caps ask for, else those of the first source. In mode
 * non-uniform the slots are the sources' own surfaces.
 *
 * A batch is pushed as soon as all slots are filled, or every pad has a frame,
 * a gap or EOS, or the oldest frame has waited as long as timeout-policy says:
 * by default one frame of the fastest live source, and for ever where all
 * sources are files. A frame of a file has waited since the one before it left,
 * one of a live source since it came. Pads may be requested and released at any
 * time, from any thread, in any state, at most 1024 at a time; more pads than
 * slots take turns. The last batches before EOS may be partial.
 *
 * Releasing a pad is one call, gst_element_release_request_pad(), in any state
 * of the source, without a probe, an EOS or an unlinking before, and waits for
 * nothing but a frame that is being looked at; called by a probe in the push of
 * such a frame, which cannot be waited for there, it takes half a second. The
 * source gets no error: until its pad is linked anew the frames of a live one
 * are dropped, as are those of which a tee or demuxer gives others their part;
 * any other gets EOS at its next frame. (One that is unlinked first gets
 * GST_FLOW_NOT_LINKED, as from any element, of which most sources make an
 * ERROR.)
 *
 * Every frame is accounted for: in the property stats, which the element
 * message `savant-stats` repeats every stats-interval, in = out + held +
 * dropped in each single read; a drop that nobody asked for (late, leaky,
 * error) is also a QOS message with the fields pad, source-id and reason. Other
 * messages: `savant-stall` (a pad brings nothing), `savant-blocked` (downstream
 * takes nothing), `savant-starved` (the pool is empty), `savant-discontinuity`.
 *
 * A stream that begins behind the batches, say one that joins late with
 * timestamps from 0, is moved to where they are (pad property start-time). The
 * batches' own time never goes back.
 *
 * Events from downstream reach every pad once, QOS only those that forward-qos
 * names; through savantunbatch they reach the one source. LATENCY includes the
 * waiting time.
 *
 * Every batch carries a SavantBatchMeta (source id, pad, times and ids of each
 * slot), a SavantTransformMeta and a SavantIdMeta: its own BATCH id, counted
 * from 0, then the FRAME ids of its slots. Its segment is running time. The
 * streams' own events travel with the batches, for savantunbatch. Other metas
 * of the frames, regions of interest among them, do not: what they say of one
 * picture has no place in a batch, and their coordinates would be wrong after
 * letterboxing.
 *
 * With roi-mode=batch a slot is a region of interest of a frame: all slots that
 * one frame brings follow one another in the order of its metas, before those
 * of the next pad, and savantunbatch gives them out in that order, each with
 * the time of its frame and a SavantBatchMeta of its own that names the region.
 *
 * Batches come from a pool that is not limited unless pool-size is set: a batch
 * lives as long as any frame of it behind savantunbatch, so any limit below
 * what the queues there can hold would stop every source for the sake of one.
 * The queues downstream bound the memory: put one with a limit of buffers
 * behind each pad.
 *
 * |[
 * gst-launch-1.0 savantbatch name=b batch-size=2 !
 *     'video/x-raw(memory:NVMM),format=RGBA,width=640,height=640' !
 *     savantunbatch name=u
 *     videotestsrc num-buffers=100 ! b.sink_0
 *     videotestsrc num-buffers=100 pattern=ball ! b.sink_1
 *     u.src_0 ! queue ! videoconvert ! autovideosink
 *     u.src_1 ! queue ! videoconvert ! autovideosink
 * ]|
 *
 * Since: 0.1
 */

#include "gstsavantbatch.h"
#include "batchdsmeta.h"

#include "check.h"
#include "plugin.h"

#define GST_CAT_DEFAULT gst_savant_debug

static GstStaticPadTemplate sink_template =
    GST_STATIC_PAD_TEMPLATE ("sink_%u", GST_PAD_SINK, GST_PAD_REQUEST,
        GST_STATIC_CAPS (SV_BATCH_CAPS_UNIFORM
            ";video/x-raw,format=(string)" GST_SAVANT_INPUT_FORMATS
            "," SV_BATCH_CAPS_SIDES ";" SV_BATCH_CAPS_CUDA));

static GstStaticPadTemplate src_template =
    GST_STATIC_PAD_TEMPLATE ("src", GST_PAD_SRC, GST_PAD_ALWAYS,
        GST_STATIC_CAPS (SV_BATCH_CAPS_UNIFORM ";" SV_BATCH_CAPS_NON_UNIFORM));

static void child_proxy_init (gpointer iface, gpointer data);
static guint get_children_count (GstChildProxy *proxy);

G_DEFINE_TYPE_WITH_CODE (GstSavantBatch, gst_savant_batch, GST_TYPE_ELEMENT,
    G_IMPLEMENT_INTERFACE (GST_TYPE_CHILD_PROXY, child_proxy_init))

/* ---- Pads --------------------------------------------------------------- */

GList *
sv_batch_list_pads (GstSavantBatch *self)
{
  GList *pads = NULL;

  GST_OBJECT_LOCK (self);
  for (GList *l = GST_ELEMENT (self)->sinkpads; l != NULL; l = l->next)
    pads = g_list_prepend (pads, gst_object_ref (l->data));
  GST_OBJECT_UNLOCK (self);
  return g_list_reverse (pads);
}

static void
reset_pads (GstSavantBatch *self)
{
  GList *pads = sv_batch_list_pads (self);

  for (GList *l = pads; l != NULL; l = l->next) {
    GstSavantBatchPad *pad = l->data;

    sv_batch_pad_reset (pad);
    pthread_mutex_lock (&self->lock);
    pad->announced = pad->live = pad->latency_told = FALSE;
    pad->latency = 0;
    pad->offset = 0;
    pthread_mutex_unlock (&self->lock);
  }
  g_list_free_full (pads, gst_object_unref);
}

GstSavantBatchPad *
sv_batch_find_source (GstSavantBatch *self, guint source_id)
{
  GstSavantBatchPad *found = NULL;

  GST_OBJECT_LOCK (self);
  pthread_mutex_lock (&self->lock);
  for (GList *l = GST_ELEMENT (self)->sinkpads; l != NULL; l = l->next) {
    GstSavantBatchPad *pad = l->data;

    if (pad->source_id == source_id)
      found = gst_object_ref (pad);
    if (found != NULL)
      break;
  }
  pthread_mutex_unlock (&self->lock);
  GST_OBJECT_UNLOCK (self);
  return found;
}

/* The lowest pad number that no pad has. */
static guint
free_index (GstSavantBatch *self)
{
  guint index = 0;
  gboolean taken = TRUE;

  GST_OBJECT_LOCK (self);
  while (taken) {
    taken = FALSE;
    for (GList *l = GST_ELEMENT (self)->sinkpads; l != NULL; l = l->next)
      taken = taken || ((GstSavantBatchPad *) l->data)->index == index;
    if (taken)
      index++;
  }
  GST_OBJECT_UNLOCK (self);
  return index;
}

/* The number in a name "sink_7"; FALSE where it has none. */
static gboolean
parse_index (const gchar *name, guint *index)
{
  guint64 value;

  if (!g_str_has_prefix (name, "sink_")
      || !g_ascii_string_to_unsigned (name + 5, 10, 0, G_MAXUINT - 1, &value,
          NULL))
    return FALSE;
  *index = (guint) value;
  return TRUE;
}

static gboolean
has_pad (GstSavantBatch *self, const gchar *name)
{
  GstPad *pad = gst_element_get_static_pad (GST_ELEMENT (self), name);

  if (pad == NULL)
    return FALSE;
  gst_object_unref (pad);
  return TRUE;
}

static GstPad *
request_new_pad (GstElement *element, GstPadTemplate *template,
    const gchar *name, const GstCaps *caps)
{
  GstSavantBatch *self = GST_SAVANT_BATCH (element);
  GstSavantBatchPad *pad;
  gboolean running;
  gchar *full_name;
  guint index;

  (void) caps;
  if (name == NULL || g_str_equal (name, "sink_%u")) {
    index = free_index (self);
  } else if (!parse_index (name, &index)) {
    GST_WARNING_OBJECT (self, "no pad \"%s\": names are sink_0, sink_1, ...",
        name);
    return NULL;
  }
  if (get_children_count (GST_CHILD_PROXY (self)) >= SV_BATCH_MAX_PADS) {
    GST_ELEMENT_WARNING (self, RESOURCE, SETTINGS,
        ("No more pads: there are %u, the most that one savantbatch has; "
         "release one or use a second savantbatch",
            SV_BATCH_MAX_PADS),
        (NULL));
    return NULL;
  }
  full_name = g_strdup_printf ("sink_%u", index);
  if (has_pad (self, full_name)) {
    GST_WARNING_OBJECT (self, "there is a pad \"%s\" already", full_name);
    g_free (full_name);
    return NULL;
  }
  pad = g_object_new (GST_TYPE_SAVANT_BATCH_PAD, "name", full_name, "direction",
      GST_PAD_SINK, "template", template, NULL);
  g_free (full_name);
  pad->index = index;
  pad->source_id = sv_batch_free_source_id (self, index);
  gst_pad_set_chain_function (GST_PAD (pad),
      GST_DEBUG_FUNCPTR (sv_batch_chain));
  gst_pad_set_event_function (GST_PAD (pad),
      GST_DEBUG_FUNCPTR (sv_batch_sink_event));
  gst_pad_set_query_function (GST_PAD (pad),
      GST_DEBUG_FUNCPTR (sv_batch_sink_query));
  pad->queue = sv_collect_add_pad (&self->collect, index, pad, pad->max_queued);

  pthread_mutex_lock (&self->lock);
  running = self->running;
  self->renegotiate = TRUE;
  pthread_mutex_unlock (&self->lock);
  if (running)
    gst_pad_set_active (GST_PAD (pad), TRUE);
  if (!gst_element_add_pad (element, GST_PAD (pad))) {
    sv_collect_release_pad (&self->collect, pad->queue);
    return NULL;
  }
  gst_child_proxy_child_added (GST_CHILD_PROXY (self), G_OBJECT (pad),
      GST_OBJECT_NAME (pad));
  return GST_PAD (pad);
}

static guint
get_children_count (GstChildProxy *proxy)
{
  guint n;

  GST_OBJECT_LOCK (proxy);
  n = GST_ELEMENT (proxy)->numsinkpads;
  GST_OBJECT_UNLOCK (proxy);
  return n;
}

static GObject *
get_child_by_index (GstChildProxy *proxy, guint index)
{
  GObject *pad;

  GST_OBJECT_LOCK (proxy);
  pad = g_list_nth_data (GST_ELEMENT (proxy)->sinkpads, index);
  if (pad != NULL)
    g_object_ref (pad);
  GST_OBJECT_UNLOCK (proxy);
  return pad;
}

static void
child_proxy_init (gpointer iface, gpointer data)
{
  GstChildProxyInterface *proxy = iface;

  (void) data;
  proxy->get_children_count = get_children_count;
  proxy->get_child_by_index = get_child_by_index;
}

/* ---- States ------------------------------------------------------------- */

static gboolean
check_ready (GstSavantBatch *self)
{
  SavantTransformConfig config;
  SavantMemType mem_type;
  gchar *backend;
  gboolean ready, rois_fit;
  gint gpu_id;

  pthread_mutex_lock (&self->lock);
  backend = g_strdup (self->memory.backend);
  mem_type = self->memory.mem_type;
  gpu_id = self->memory.gpu_id;
  config = self->settings.config;
  rois_fit =
      self->roi_mode == SV_ROI_MODE_NONE || self->mode == SV_BATCH_UNIFORM;
  pthread_mutex_unlock (&self->lock);
  if (!rois_fit)
    GST_ELEMENT_ERROR (self, RESOURCE, SETTINGS,
        ("roi-mode=batch cuts regions out of frames, which mode=non-uniform "
         "cannot: use mode=uniform, or roi-mode=none"),
        (NULL));
  ready = rois_fit
      && sv_check_ready (GST_ELEMENT (self), backend, mem_type, gpu_id)
      && sv_check_engine (GST_ELEMENT (self), backend, &config);
  g_free (backend);
  return ready;
}

static gboolean
start (GstSavantBatch *self)
{
  gboolean peer_copy;
  gchar *backend;
  gint status;

  pthread_mutex_lock (&self->lock);
  backend = g_strdup (self->memory.backend);
  peer_copy = self->memory.peer_copy;
  sv_collect_set_batch_size (&self->collect, self->batch_size);
  pthread_mutex_unlock (&self->lock);
  status = savant_transform_new (backend, &self->transform);
  savant_transform_allow_peer_copy (self->transform, peer_copy);
  self->slots = gst_savant_allocator_new (backend);
  g_free (backend);
  if (status != SAVANT_OK || self->slots == NULL) {
    GST_ELEMENT_ERROR (self, LIBRARY, INIT, ("%s", savant_last_error ()),
        ("%s", savant_status_name (status)));
    return FALSE;
  }
  sv_batch_reset_task (self);
  self->ds = sv_ds_streams_new ();
  pthread_mutex_lock (&self->lock);
  if (self->analytics_meta && sv_analytics_is_there ())
    self->analytics = sv_analytics_streams_new ();
  self->running = TRUE;
  self->flushes = 0;
  self->drained = FALSE;
  self->error_posted = FALSE;
  pthread_mutex_unlock (&self->lock);
  sv_collect_start (&self->collect);
  sv_batch_start_watch (self);
  return TRUE;
}

/* Before the pads are deactivated, which waits for their threads. */
static void
stop_waiting (GstSavantBatch *self)
{
  GstBufferPool *pool;

  pthread_mutex_lock (&self->lock);
  self->running = FALSE;
  pool = self->pool != NULL ? gst_object_ref (self->pool) : NULL;
  pthread_mutex_unlock (&self->lock);
  sv_batch_stop_watch (self);
  sv_collect_stop (&self->collect);
  if (pool != NULL) {
    gst_buffer_pool_set_flushing (pool, TRUE);
    gst_object_unref (pool);
  }
}

static void
stop (GstSavantBatch *self)
{
  reset_pads (self);
  sv_batch_reset_task (self);
  sv_analytics_streams_free (self->analytics);
  self->analytics = NULL;
  sv_batch_release_pool (self);
  sv_ds_streams_free (self->ds);
  self->ds = NULL;
  savant_transform_free (self->transform);
  self->transform = NULL;
  gst_clear_object (&self->slots);
}

static GstStateChangeReturn
change_state (GstElement *element, GstStateChange transition)
{
  GstSavantBatch *self = GST_SAVANT_BATCH (element);
  GstStateChangeReturn ret;

  if (transition == GST_STATE_CHANGE_NULL_TO_READY && !check_ready (self))
    return GST_STATE_CHANGE_FAILURE;
  if (transition == GST_STATE_CHANGE_READY_TO_PAUSED && !start (self)) {
    stop (self);
    return GST_STATE_CHANGE_FAILURE;
  }
  if (transition == GST_STATE_CHANGE_PAUSED_TO_READY)
    stop_waiting (self);
  ret = GST_ELEMENT_CLASS (gst_savant_batch_parent_class)
            ->change_state (element, transition);
  if (transition == GST_STATE_CHANGE_READY_TO_PAUSED
      && ret == GST_STATE_CHANGE_FAILURE) {
    stop_waiting (self);
    gst_pad_set_active (self->srcpad, FALSE);
  }
  if (transition == GST_STATE_CHANGE_PAUSED_TO_READY
      || (transition == GST_STATE_CHANGE_READY_TO_PAUSED
          && ret == GST_STATE_CHANGE_FAILURE))
    stop (self);
  return ret;
}

static gboolean
activate_src (GstPad *pad, GstObject *parent, GstPadMode mode, gboolean active)
{
  GstSavantBatch *self = GST_SAVANT_BATCH (parent);

  if (mode != GST_PAD_MODE_PUSH)
    return FALSE;
  if (active)
    return gst_pad_start_task (pad, sv_batch_loop, pad, NULL);
  stop_waiting (self);
  return gst_pad_stop_task (pad);
}

/* ---- Type --------------------------------------------------------------- */

static void
finalize (GObject *object)
{
  GstSavantBatch *self = GST_SAVANT_BATCH (object);

  sv_batch_clear_properties (self);
  g_free (self->pictures);
  g_free (self->jobs);
  g_free (self->geometry);
  g_free (self->batch_slots);
  g_free (self->buffers);
  g_free (self->slot_numbers);
  g_array_unref (self->ids);
  g_array_unref (self->id_list);
  sv_collect_clear (&self->collect);
  pthread_mutex_destroy (&self->lock);
  G_OBJECT_CLASS (gst_savant_batch_parent_class)->finalize (object);
}

static void
gst_savant_batch_class_init (GstSavantBatchClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GstElementClass *element_class = GST_ELEMENT_CLASS (klass);

  object_class->finalize = finalize;
  sv_batch_install_properties (object_class);

  element_class->change_state = GST_DEBUG_FUNCPTR (change_state);
  element_class->request_new_pad = GST_DEBUG_FUNCPTR (request_new_pad);
  element_class->release_pad = GST_DEBUG_FUNCPTR (sv_batch_release_pad);
  gst_element_class_add_static_pad_template_with_gtype (element_class,
      &sink_template, GST_TYPE_SAVANT_BATCH_PAD);
  gst_element_class_add_static_pad_template (element_class, &src_template);
  gst_element_class_set_static_metadata (element_class, "Savant batch",
      "Filter/Converter/Video/Scaler/Muxer",
      "Collects frames of many sources into batches of surfaces "
      "(memory:NVMM), letterboxed to one size or as they are",
      SV_AUTHOR);
}

static void
gst_savant_batch_init (GstSavantBatch *self)
{
  pthread_mutex_init (&self->lock, NULL);
  sv_collect_init (&self->collect, sv_batch_free_item, sv_batch_on_leak);
  sv_batch_init_properties (self);
  self->held_tail = &self->held_events;
  self->ids = g_array_new (FALSE, FALSE, sizeof (gint64));
  self->id_list = g_array_new (FALSE, TRUE, sizeof (GstSavantId));
  gst_video_info_init (&self->out.video);

  self->srcpad = gst_pad_new_from_static_template (&src_template, "src");
  gst_pad_set_activatemode_function (self->srcpad,
      GST_DEBUG_FUNCPTR (activate_src));
  gst_pad_set_event_function (self->srcpad,
      GST_DEBUG_FUNCPTR (sv_batch_src_event));
  gst_pad_set_query_function (self->srcpad,
      GST_DEBUG_FUNCPTR (sv_batch_src_query));
  gst_pad_use_fixed_caps (self->srcpad);
  gst_element_add_pad (GST_ELEMENT (self), self->srcpad);
}
