/* SPDX-License-Identifier: Apache-2.0 */
#include "gpucaps.h"
#include "check.h"
#include "gstsavantbatch.h"
#include "plugin.h"

#define GST_CAT_DEFAULT gst_savant_debug

static SvBatchMode
get_mode (GstSavantBatch *self)
{
  SvBatchMode mode;

  pthread_mutex_lock (&self->lock);
  mode = self->mode;
  pthread_mutex_unlock (&self->lock);
  return mode;
}

GstCaps *
sv_batch_src_caps (GstSavantBatch *self)
{
  return gst_caps_from_string (get_mode (self) == SV_BATCH_UNIFORM
          ? SV_BATCH_CAPS_UNIFORM
          : SV_BATCH_CAPS_NON_UNIFORM);
}

void
sv_batch_answer_caps (GstQuery *query, GstCaps *caps)
{
  GstCaps *filter;

  gst_query_parse_caps (query, &filter);
  if (filter != NULL) {
    GstCaps *filtered =
        gst_caps_intersect_full (filter, caps, GST_CAPS_INTERSECT_FIRST);

    gst_caps_unref (caps);
    caps = filtered;
  }
  gst_query_set_caps_result (query, caps);
  gst_caps_unref (caps);
}

GstCaps *
sv_batch_sink_caps (GstSavantBatch *self)
{
  GstCaps *caps = gst_caps_from_string (get_mode (self) == SV_BATCH_UNIFORM
          ? SV_BATCH_CAPS_UNIFORM
          ";video/x-raw,format=(string)" GST_SAVANT_INPUT_FORMATS
          "," SV_BATCH_CAPS_SIDES
          : SV_BATCH_CAPS_UNIFORM
          ";video/x-raw,format=(string)" GST_SAVANT_OUTPUT_FORMATS
          "," SV_BATCH_CAPS_SIDES);
  gchar *backend;

  pthread_mutex_lock (&self->lock);
  backend = g_strdup (self->memory.backend);
  pthread_mutex_unlock (&self->lock);
  if (sv_check_takes_cuda (backend))
    gst_caps_append (caps, gst_caps_from_string (SV_BATCH_CAPS_CUDA));
  g_free (backend);
  return caps;
}

void
sv_batch_release_pool (GstSavantBatch *self)
{
  GstBufferPool *pool;

  pthread_mutex_lock (&self->lock);
  pool = self->pool;
  self->pool = NULL;
  pthread_mutex_unlock (&self->lock);
  if (pool == NULL)
    return;
  gst_buffer_pool_set_active (pool, FALSE);
  gst_object_unref (pool);
}

static GstFlowReturn
post_refusal (GstSavantBatch *self, const gchar *text, const GstCaps *caps)
{
  if (GST_PAD_IS_FLUSHING (self->srcpad))
    return GST_FLOW_FLUSHING;
  pthread_mutex_lock (&self->lock);
  self->error_posted = TRUE;
  pthread_mutex_unlock (&self->lock);
  GST_ELEMENT_ERROR (self, STREAM, FORMAT, ("%s", text),
      ("caps %" GST_PTR_FORMAT, caps));
  return GST_FLOW_NOT_NEGOTIATED;
}

/* ---- Caps --------------------------------------------------------------- */

/* The rate of all pads that have one, if they agree, else 0/1. */
static void
common_framerate (GstSavantBatch *self, gint *n, gint *d)
{
  gboolean first = TRUE;

  *n = 0;
  *d = 1;
  GST_OBJECT_LOCK (self);
  pthread_mutex_lock (&self->lock);
  for (GList *l = GST_ELEMENT (self)->sinkpads; l != NULL; l = l->next) {
    const GstSavantBatchPad *pad = l->data;

    if (!pad->has_caps)
      continue;
    if (first) {
      *n = pad->fps_n;
      *d = pad->fps_d;
    } else if (gst_util_fraction_compare (*n, *d, pad->fps_n, pad->fps_d)) {
      *n = 0;
      *d = 1;
    }
    first = FALSE;
  }
  pthread_mutex_unlock (&self->lock);
  GST_OBJECT_UNLOCK (self);
}

/* What stays open in downstream's caps becomes the first source's, or what
 * was chosen before. */
static void
fixate_picture (GstSavantBatch *self, GstStructure *s, const SvBatchItem *first)
{
  const GstVideoInfo *like = self->out_caps != NULL && self->out.uniform
      ? &self->out.video
      : &first->caps->info.video;

  gst_structure_fixate_field_string (s, "format", GST_VIDEO_INFO_NAME (like));
  gst_structure_fixate_field_nearest_int (s, "width",
      GST_VIDEO_INFO_WIDTH (like));
  gst_structure_fixate_field_nearest_int (s, "height",
      GST_VIDEO_INFO_HEIGHT (like));
  if (gst_structure_has_field (s, "pixel-aspect-ratio"))
    gst_structure_fixate_field_nearest_fraction (s, "pixel-aspect-ratio", 1, 1);
}

static void
fixate_framerate (GstSavantBatch *self, GstStructure *s)
{
  gint n, d;

  common_framerate (self, &n, &d);
  if (gst_structure_has_field (s, "framerate"))
    gst_structure_fixate_field_nearest_fraction (s, "framerate", n, d);
  else
    gst_structure_set (s, "framerate", GST_TYPE_FRACTION, n, d, NULL);
}

/* FALSE where downstream asks for another number of slots. */
static gboolean
set_batch_size (GstStructure *s, guint capacity)
{
  if (gst_structure_has_field (s, "batch-size")) {
    gint size;

    gst_structure_fixate_field_nearest_int (s, "batch-size", (gint) capacity);
    if (!gst_structure_get_int (s, "batch-size", &size)
        || size != (gint) capacity)
      return FALSE;
  }
  gst_structure_set (s, "batch-size", G_TYPE_INT, (gint) capacity,
      "num-surfaces-per-frame", G_TYPE_INT, 1, NULL);
  return TRUE;
}

/* The GPU of the batches: the first frame's, unless one is asked for. */
static gint
batch_gpu (const SvMemorySettings *memory, const SvBatchItem *first)
{
  if (memory->gpu_id >= 0)
    return memory->gpu_id;
  return first->caps->info.nvmm
      ? gst_savant_surface_get_gpu_id (
            gst_savant_buffer_peek_surface (first->buffer))
      : 0;
}

static void
name_gpu (GstSavantBatch *self, GstCaps *caps, const SvBatchItem *first)
{
  SvMemorySettings memory;

  pthread_mutex_lock (&self->lock);
  memory = self->memory;
  memory.backend = g_strdup (self->memory.backend);
  pthread_mutex_unlock (&self->lock);
  sv_caps_set_gpu (caps, memory.backend, memory.mem_type,
      batch_gpu (&memory, first));
  sv_memory_clear (&memory);
}

static GstCaps *
refuse_batch_size (GstSavantBatch *self, GstCaps *caps, guint capacity)
{
  gchar *text =
      g_strdup_printf ("Downstream asks for another batch-size than %u: set "
                       "the property batch-size to what it asks for",
          capacity);

  post_refusal (self, text, caps);
  g_free (text);
  gst_caps_unref (caps);
  return NULL;
}

/* Fixed caps of uniform batches, or NULL after an error. */
static GstCaps *
choose_uniform (GstSavantBatch *self, guint capacity, const SvBatchItem *first)
{
  GstCaps *possible = sv_batch_src_caps (self);
  GstCaps *wanted = gst_pad_peer_query_caps (self->srcpad, possible);
  GstCaps *caps =
      gst_caps_intersect_full (wanted, possible, GST_CAPS_INTERSECT_FIRST);
  GstStructure *s;

  gst_caps_unref (possible);
  if (gst_caps_is_empty (caps)) {
    post_refusal (self,
        "Downstream takes no batch of surfaces: ask for "
        "video/x-raw(memory:NVMM) in one of the "
        "formats " GST_SAVANT_OUTPUT_FORMATS,
        wanted);
    gst_caps_unref (wanted);
    gst_caps_unref (caps);
    return NULL;
  }
  gst_caps_unref (wanted);
  caps = gst_caps_make_writable (gst_caps_truncate (caps));
  s = gst_caps_get_structure (caps, 0);
  fixate_picture (self, s, first);
  fixate_framerate (self, s);
  if (!set_batch_size (s, capacity))
    return refuse_batch_size (self, caps, capacity);
  name_gpu (self, caps, first);
  return gst_caps_fixate (caps);
}

/* Whether all that downstream takes has a format or size, which a capsfilter
 * would write into caps that have none. */
static gboolean
wants_picture (GstSavantBatch *self)
{
  GstCaps *wanted = gst_pad_peer_query_caps (self->srcpad, NULL);
  gboolean wants = wanted != NULL && !gst_caps_is_any (wanted)
      && !gst_caps_is_empty (wanted);

  for (guint i = 0; wants && i < gst_caps_get_size (wanted); i++) {
    const GstStructure *s = gst_caps_get_structure (wanted, i);

    wants = gst_structure_has_field (s, "format")
        || gst_structure_has_field (s, "width")
        || gst_structure_has_field (s, "height");
  }
  gst_clear_caps (&wanted);
  return wants;
}

/* Caps that name no format and size, which whoever needs one refuses, or with
 * nonuniform-caps=first-source those of the first source. */
static GstCaps *
choose_non_uniform (GstSavantBatch *self, guint capacity,
    const SvBatchItem *first)
{
  GstCaps *caps = gst_caps_new_simple ("video/x-raw", "batch-kind",
      G_TYPE_STRING, "non-uniform", "batch-size", G_TYPE_INT, (gint) capacity,
      "num-surfaces-per-frame", G_TYPE_INT, 1, NULL);
  SvNonUniformCaps how;

  pthread_mutex_lock (&self->lock);
  how = self->non_uniform_caps;
  pthread_mutex_unlock (&self->lock);
  if (how == SV_NON_UNIFORM_CAPS_FIRST_SOURCE)
    gst_caps_set_simple (caps, "format", G_TYPE_STRING,
        savant_format_name (first->image.format), "width", G_TYPE_INT,
        first->image.width, "height", G_TYPE_INT, first->image.height, NULL);
  fixate_framerate (self, gst_caps_get_structure (caps, 0));
  gst_caps_set_features_simple (caps,
      gst_caps_features_new (GST_SAVANT_CAPS_FEATURE_NVMM, NULL));
  if (!gst_pad_is_linked (self->srcpad)
      || (gst_pad_peer_query_accept_caps (self->srcpad, caps)
          && (how != SV_NON_UNIFORM_CAPS_NONE || !wants_picture (self))))
    return caps;
  post_refusal (self,
      "Downstream takes no such non-uniform batch: use mode=uniform or, if it "
      "only needs caps with a format and size, nonuniform-caps=first-source; "
      "also batch-size and framerate must be what it asks for",
      caps);
  gst_caps_unref (caps);
  return NULL;
}

/* ---- Pool --------------------------------------------------------------- */

static guint
downstream_min (GstSavantBatch *self, GstCaps *caps)
{
  GstQuery *query = gst_query_new_allocation (caps, FALSE);
  guint min = 0;

  if (gst_pad_peer_query (self->srcpad, query)
      && gst_query_get_n_allocation_pools (query) > 0)
    gst_query_parse_nth_allocation_pool (query, 0, NULL, NULL, &min, NULL);
  gst_query_unref (query);
  return min;
}

static GstFlowReturn
make_pool (GstSavantBatch *self, GstCaps *caps, const SvBatchItem *first)
{
  GstBufferPool *pool;
  GstStructure *config;
  SavantMemType mem_type;
  guint pool_size, min = downstream_min (self, caps);
  gboolean ok = FALSE, halted;
  gchar *backend;
  gint gpu_id;

  sv_batch_release_pool (self);
  pthread_mutex_lock (&self->lock);
  backend = g_strdup (self->memory.backend);
  mem_type = self->memory.mem_type;
  gpu_id = batch_gpu (&self->memory, first);
  pool_size = self->memory.pool_size;
  pthread_mutex_unlock (&self->lock);
  pool = gst_savant_buffer_pool_new (backend);
  g_free (backend);
  if (pool != NULL) {
    config = gst_buffer_pool_get_config (pool);
    gst_buffer_pool_config_set_params (config, caps, 0, min,
        pool_size > 0 ? MAX (pool_size, min) : 0);
    gst_savant_buffer_pool_config_set_memory (config, mem_type, gpu_id);
    ok = gst_buffer_pool_set_config (pool, config)
        && gst_buffer_pool_set_active (pool, TRUE);
  }
  if (!ok) {
    GST_ELEMENT_ERROR (self, RESOURCE, NO_SPACE_LEFT,
        ("No batches: %s", savant_last_error ()),
        ("caps %" GST_PTR_FORMAT, caps));
    gst_clear_object (&pool);
    return GST_FLOW_ERROR;
  }
  pthread_mutex_lock (&self->lock);
  self->pool = pool;
  halted = !self->running || self->flushes > 0;
  pthread_mutex_unlock (&self->lock);
  if (!halted)
    return GST_FLOW_OK;
  /* The halt came while there was no pool that it could have woken. */
  gst_buffer_pool_set_flushing (pool, TRUE);
  return GST_FLOW_FLUSHING;
}

static void
reserve (GstSavantBatch *self, guint n)
{
  if (n <= self->room)
    return;
  self->jobs = g_renew (SavantTransformJob, self->jobs, n);
  self->geometry = g_renew (GstSavantGeometry, self->geometry, n);
  self->batch_slots = g_renew (GstSavantBatchSlot, self->batch_slots, n);
  self->buffers = g_renew (GstBuffer *, self->buffers, n);
  g_free (self->slot_numbers);
  self->slot_numbers = g_new0 (gint, n);
  self->room = n;
}

GstFlowReturn
sv_batch_negotiate (GstSavantBatch *self, guint capacity,
    const SvBatchItem *first)
{
  GstCaps *caps = get_mode (self) == SV_BATCH_UNIFORM
      ? choose_uniform (self, capacity, first)
      : choose_non_uniform (self, capacity, first);
  GstSavantFrameInfo info;
  GstFlowReturn ret = GST_FLOW_OK;

  if (caps == NULL)
    return GST_PAD_IS_FLUSHING (self->srcpad) ? GST_FLOW_FLUSHING
                                              : GST_FLOW_NOT_NEGOTIATED;
  if (!gst_savant_frame_info_from_caps (&info, caps)) {
    ret = post_refusal (self, savant_last_error (), caps);
    gst_caps_unref (caps);
    return ret;
  }
  reserve (self, capacity);
  pthread_mutex_lock (&self->lock);
  self->caps_slots = capacity;
  pthread_mutex_unlock (&self->lock);
  if (self->out_caps == NULL || !gst_caps_is_equal (self->out_caps, caps)) {
    GST_DEBUG_OBJECT (self, "batches of %" GST_PTR_FORMAT, caps);
    if (!gst_pad_push_event (self->srcpad, gst_event_new_caps (caps)))
      ret = post_refusal (self, "Downstream refuses the caps of the batches",
          caps);
    else if (info.uniform)
      ret = make_pool (self, caps, first);
  }
  if (ret == GST_FLOW_OK) {
    gst_caps_replace (&self->out_caps, caps);
    self->out = info;
    self->capacity = capacity;
    sv_color_of_caps (&self->out_color, &info, caps);
  }
  gst_caps_unref (caps);
  return ret;
}
