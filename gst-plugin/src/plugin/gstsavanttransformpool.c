/* SPDX-License-Identifier: Apache-2.0 */
#include "gstsavanttransform.h"
#include "plugin.h"

#define GST_CAT_DEFAULT gst_savant_debug

/* Surfaces beyond what downstream asks for: one here, one on the way, and two
 * for a sink that keeps its last frames. */
#define SPARE_SURFACES 4

static const SavantColorimetry default_color = { SAVANT_MATRIX_BT601,
  SAVANT_RANGE_LIMITED, SAVANT_SITING_MPEG2 };

static void
clear_allocation (SvTransformAllocation *a)
{
  gst_clear_caps (&a->caps);
  gst_clear_object (&a->offered);
  gst_clear_object (&a->allocator);
  *a = (SvTransformAllocation){ 0 };
  gst_allocation_params_init (&a->params);
}

/* Takes the pool out of the reach of other threads. */
static void
drop_pool (GstSavantTransform *self)
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

void
sv_transform_release_pool (GstSavantTransform *self)
{
  drop_pool (self);
  clear_allocation (&self->allocation);
}

void
sv_transform_halt_pool (GstSavantTransform *self, guint reason, gboolean halt)
{
  GstBufferPool *pool = NULL;
  guint before, now;

  pthread_mutex_lock (&self->lock);
  before = self->pool_halts;
  now = halt ? before | reason : before & ~reason;
  self->pool_halts = now;
  if (self->pool != NULL && (before != 0) != (now != 0))
    pool = gst_object_ref (self->pool);
  pthread_mutex_unlock (&self->lock);
  if (pool == NULL)
    return;
  gst_buffer_pool_set_flushing (pool, now != 0);
  gst_object_unref (pool);
}

/* Only remembers what downstream said: buffers may never be needed, and the
 * colour of surfaces is known with the first one only. */
gboolean
sv_transform_decide_allocation (GstBaseTransform *trans, GstQuery *query)
{
  GstSavantTransform *self = GST_SAVANT_TRANSFORM (trans);
  SvTransformAllocation *a = &self->allocation;
  GstCaps *caps;

  drop_pool (self);
  clear_allocation (a);
  gst_query_parse_allocation (query, &caps, NULL);
  a->caps = gst_caps_ref (caps);
  a->size = GST_VIDEO_INFO_SIZE (&self->out.video);
  a->video_meta =
      gst_query_find_allocation_meta (query, GST_VIDEO_META_API_TYPE, NULL);
  if (gst_query_get_n_allocation_params (query) > 0)
    gst_query_parse_nth_allocation_param (query, 0, &a->allocator, &a->params);
  if (gst_query_get_n_allocation_pools (query) > 0) {
    guint size;

    gst_query_parse_nth_allocation_pool (query, 0, &a->offered, &size, &a->min,
        &a->max);
    a->size = MAX (a->size, size);
  }
  if (self->out.nvmm)
    gst_clear_object (&a->offered);
  /* The base class would activate what it finds here. */
  while (gst_query_get_n_allocation_pools (query) > 0)
    gst_query_remove_nth_allocation_pool (query, 0);
  return TRUE;
}

/* A pool of ours; `max` 0 = not limited, `params` may be NULL. */
static GstBufferPool *
new_pool (GstSavantTransform *self, GstCaps *caps, guint min, guint max,
    GstAllocator *allocator, const GstAllocationParams *params)
{
  GstBufferPool *pool;
  GstStructure *config;
  SavantMemType mem_type;
  gchar *backend;
  gint gpu_id;

  backend = sv_memory_read (&self->memory, &self->lock, &mem_type, &gpu_id);
  pool = gst_savant_buffer_pool_new (backend);
  g_free (backend);
  if (pool == NULL)
    return NULL;
  config = gst_buffer_pool_get_config (pool);
  gst_buffer_pool_config_set_params (config, caps, 0, min, max);
  if (params != NULL)
    gst_buffer_pool_config_set_allocator (config, allocator, params);
  gst_savant_buffer_pool_config_set_memory (config, mem_type,
      gpu_id >= 0 ? gpu_id : self->input_gpu_id);
  gst_savant_buffer_pool_config_set_colorimetry (config, &self->pool_color);
  if (gst_buffer_pool_set_config (pool, config))
    return pool;
  gst_object_unref (pool);
  return NULL;
}

/* A pool may change what it is asked for, if the result still fits. */
static gboolean
configure_offered (const SvTransformAllocation *a, guint max)
{
  GstStructure *config = gst_buffer_pool_get_config (a->offered);

  gst_buffer_pool_config_set_params (config, a->caps, a->size, a->min, max);
  gst_buffer_pool_config_set_allocator (config, a->allocator, &a->params);
  if (a->video_meta
      && gst_buffer_pool_has_option (a->offered,
          GST_BUFFER_POOL_OPTION_VIDEO_META))
    gst_buffer_pool_config_add_option (config,
        GST_BUFFER_POOL_OPTION_VIDEO_META);
  if (gst_buffer_pool_set_config (a->offered, config))
    return TRUE;
  config = gst_buffer_pool_get_config (a->offered);
  if (gst_buffer_pool_config_validate_params (config, a->caps, a->size, a->min,
          max))
    return gst_buffer_pool_set_config (a->offered, config);
  gst_structure_free (config);
  return FALSE;
}

/* Downstream's pool where it has one for these caps, else one of ours. */
static GstBufferPool *
choose_pool (GstSavantTransform *self)
{
  const SvTransformAllocation *a = &self->allocation;
  guint pool_size, max = 0;

  pthread_mutex_lock (&self->lock);
  pool_size = self->memory.pool_size;
  pthread_mutex_unlock (&self->lock);
  if (pool_size > 0)
    max = MAX (pool_size, a->min);
  else if (self->out.nvmm)
    max = a->min + SPARE_SURFACES;

  if (a->offered != NULL) {
    guint offered_max = max == 0 ? a->max
        : a->max > 0             ? MIN (max, a->max)
                                 : max;

    if (configure_offered (a, offered_max))
      return gst_object_ref (a->offered);
    GST_DEBUG_OBJECT (self, "%" GST_PTR_FORMAT " cannot hold %" GST_PTR_FORMAT,
        a->offered, a->caps);
  }
  return new_pool (self, a->caps, a->min, max, a->allocator, &a->params);
}

/* The matrix and range that a surface without named colorimetry gets: the
 * source's where NvBufSurface has a code for them, else BT.601 limited. */
static SavantColorimetry
surface_color (GstSavantTransform *self, const SavantImage *source)
{
  SavantFormat format =
      gst_savant_format_from_video (GST_VIDEO_INFO_FORMAT (&self->out.video));
  gint exact = 0;

  if (source == NULL || self->out.colorimetry_named
      || !GST_VIDEO_INFO_IS_YUV (&self->out.video)
      || !GST_VIDEO_FORMAT_INFO_IS_YUV (gst_video_format_get_info (
          gst_savant_format_to_video (source->format))))
    return default_color;
  savant_format_to_color_format (format, &source->colorimetry, &exact);
  if (!exact)
    return default_color;
  return (SavantColorimetry){ source->colorimetry.matrix,
    source->colorimetry.range, SAVANT_SITING_MPEG2 };
}

static void
post_no_buffers (GstSavantTransform *self)
{
  GST_ELEMENT_ERROR (self, RESOURCE, NO_SPACE_LEFT,
      ("No output buffers: %s",
          self->allocation.offered == NULL
              ? savant_last_error ()
              : "the pool that downstream offered gave none"),
      ("caps %" GST_PTR_FORMAT, self->allocation.caps));
}

static GstFlowReturn
make_pool (GstSavantTransform *self)
{
  GstBufferPool *pool = choose_pool (self);
  gboolean halted;

  if (pool == NULL || !gst_buffer_pool_set_active (pool, TRUE)) {
    post_no_buffers (self);
    gst_clear_object (&pool);
    return GST_FLOW_ERROR;
  }
  pthread_mutex_lock (&self->lock);
  self->pool = pool;
  halted = self->pool_halts != 0;
  pthread_mutex_unlock (&self->lock);
  GST_DEBUG_OBJECT (self, "output buffers from %" GST_PTR_FORMAT, pool);
  if (!halted)
    return GST_FLOW_OK;
  /* The halt came while there was no pool that it could have woken. */
  gst_buffer_pool_set_flushing (pool, TRUE);
  return GST_FLOW_FLUSHING;
}

GstFlowReturn
sv_transform_acquire (GstSavantTransform *self, const SavantImage *source,
    GstBuffer **buffer)
{
  GstFlowReturn ret = GST_FLOW_OK;

  if (self->out.nvmm) {
    SavantColorimetry color = surface_color (self, source);

    if (self->pool != NULL
        && (color.matrix != self->pool_color.matrix
            || color.range != self->pool_color.range))
      drop_pool (self);
    self->pool_color = color;
  }
  /* Only the streaming thread replaces the pool. */
  if (self->pool == NULL)
    ret = make_pool (self);
  if (ret != GST_FLOW_OK)
    return ret;
  ret = gst_buffer_pool_acquire_buffer (self->pool, buffer, NULL);
  if (ret != GST_FLOW_OK && ret != GST_FLOW_FLUSHING) {
    post_no_buffers (self);
    ret = GST_FLOW_ERROR;
  }
  return ret;
}

static gboolean
takes_crop_meta (GstSavantTransform *self)
{
  SvCropSource source;

  pthread_mutex_lock (&self->lock);
  source = self->settings.crop_source;
  pthread_mutex_unlock (&self->lock);
  return source == SV_CROP_SOURCE_AUTO || source == SV_CROP_SOURCE_CROP_META;
}

/* Pinned memory for plain frames that become surfaces of a GPU, NULL where
 * there is none or no need of it. */
static GstAllocator *
new_frame_allocator (GstSavantTransform *self)
{
  GstAllocator *allocator;
  SavantMemType mem_type;
  gchar *backend;
  gint gpu_id;

  backend = sv_memory_read (&self->memory, &self->lock, &mem_type, &gpu_id);
  allocator = self->out.nvmm && mem_type != SAVANT_MEM_SYSTEM
      ? gst_savant_frame_allocator_new (backend, MAX (gpu_id, 0))
      : NULL;
  g_free (backend);
  return allocator;
}

static gboolean
propose_pool (GstSavantTransform *self, GstQuery *query, GstCaps *caps,
    GstAllocator *allocator, const GstAllocationParams *params)
{
  GstBufferPool *pool = new_pool (self, caps, 0, 0, allocator, params);
  GstStructure *config;
  guint size;

  if (pool == NULL)
    return FALSE;
  config = gst_buffer_pool_get_config (pool);
  gst_buffer_pool_config_get_params (config, NULL, &size, NULL, NULL);
  gst_structure_free (config);
  gst_query_add_allocation_pool (query, pool, size,
      (guint) savant_transform_max_kept (self->transform), 0);
  gst_object_unref (pool);
  return TRUE;
}

gboolean
sv_transform_propose_allocation (GstBaseTransform *trans,
    GstQuery *decide_query, GstQuery *query)
{
  GstSavantTransform *self = GST_SAVANT_TRANSFORM (trans);
  GstAllocator *allocator = NULL;
  GstAllocationParams params;
  GstSavantFrameInfo info;
  GstCaps *caps;
  gboolean need_pool, ok = TRUE;

  (void) decide_query;
  gst_query_parse_allocation (query, &caps, &need_pool);
  sv_transform_update_plan (self);
  if (self->plan.identity)
    return gst_pad_peer_query (trans->srcpad, query);
  if (caps == NULL || !gst_savant_frame_info_from_caps (&info, caps))
    return FALSE;

  gst_allocation_params_init (&params);
  if (!info.nvmm && !info.cuda_memory)
    allocator = new_frame_allocator (self);
  if (allocator != NULL)
    gst_query_add_allocation_param (query, allocator, &params);
  if (need_pool && info.uniform && !info.cuda_memory)
    ok = propose_pool (self, query, caps, allocator, &params);
  gst_clear_object (&allocator);
  if (!ok)
    return FALSE;
  if (!info.nvmm)
    gst_query_add_allocation_meta (query, GST_VIDEO_META_API_TYPE, NULL);
  if (takes_crop_meta (self))
    gst_query_add_allocation_meta (query, GST_VIDEO_CROP_META_API_TYPE, NULL);
  return TRUE;
}
