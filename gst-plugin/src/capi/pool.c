/* SPDX-License-Identifier: Apache-2.0 */
#include "pool.h"

#include "core/log.h"
#include "gst/gstsavantallocator.h"
#include "gst/gstsavantbufferpool.h"

static GstCaps *
surface_caps (const GstSavantSurfaceParams *params)
{
  GstCaps *caps = gst_caps_new_simple ("video/x-raw", "format", G_TYPE_STRING,
      savant_format_name (params->format), "width", G_TYPE_INT, params->width,
      "height", G_TYPE_INT, params->height, "batch-size", G_TYPE_INT,
      params->batch_size, NULL);

  gst_caps_set_features (caps, 0,
      gst_caps_features_new (GST_SAVANT_CAPS_FEATURE_NVMM, NULL));
  return caps;
}

/* A running pool of valid parameters. */
static int
start_pool (const SvBackendFns *backend, const GstSavantSurfaceParams *params,
    int pool_size, GstBufferPool **out)
{
  GstBufferPool *pool = sv_buffer_pool_new (backend);
  GstStructure *config = gst_buffer_pool_get_config (pool);
  GstCaps *caps = surface_caps (params);

  gst_buffer_pool_config_set_params (config, caps, 0, pool_size, pool_size);
  gst_caps_unref (caps);
  gst_savant_buffer_pool_config_set_memory (config, params->mem_type,
      params->gpu_id);
  if (!gst_buffer_pool_set_config (pool, config)
      || !gst_buffer_pool_set_active (pool, TRUE)) {
    gst_object_unref (pool);
    return SAVANT_ERROR_OUT_OF_MEMORY;
  }
  *out = pool;
  return SAVANT_OK;
}

int
savant_pool_new (const char *backend, int format, int width, int height,
    int batch_size, int mem_type, int gpu_id, int pool_size, SavantPool **out)
{
  GstSavantSurfaceParams params = { .format = (SavantFormat) format,
    .width = width,
    .height = height,
    .batch_size = batch_size,
    .mem_type = (SavantMemType) mem_type,
    .gpu_id = gpu_id };
  const SvBackendFns *fns;
  SavantMemType resolved;
  SvSlotLayout layout;
  GstBufferPool *pool;
  int status;

  if (out == NULL)
    return sv_fail (SAVANT_ERROR_INVALID_ARGUMENT,
        "savant_pool_new: out is NULL");
  *out = NULL;
  if (pool_size < 1)
    return sv_fail (SAVANT_ERROR_INVALID_ARGUMENT,
        "pool size %d: it must be at least 1", pool_size);
  if (!gst_init_check (NULL, NULL, NULL))
    return sv_fail (SAVANT_ERROR_UNAVAILABLE,
        "GStreamer could not be initialised");
  fns = sv_backend_get (backend);
  if (fns == NULL)
    return SAVANT_ERROR_UNAVAILABLE;
  status = sv_surface_params_resolve (&params, fns, &resolved, &layout);
  if (status == SAVANT_OK)
    status = start_pool (fns, &params, pool_size, &pool);
  if (status != SAVANT_OK)
    return status;
  *out = g_new (SavantPool, 1);
  **out = (SavantPool){ .pool = GST_SAVANT_BUFFER_POOL (pool),
    .backend = fns,
    .mem_type = resolved,
    .width = width,
    .height = height,
    .batch_size = batch_size,
    .max_buffers = pool_size };
  return SAVANT_OK;
}

void
savant_pool_stop (SavantPool *pool)
{
  if (pool == NULL)
    return;
  gst_buffer_pool_set_active (GST_BUFFER_POOL_CAST (pool->pool), FALSE);
  sv_buffer_pool_trim (pool->pool);
}

void
savant_pool_free (SavantPool *pool)
{
  if (pool == NULL)
    return;
  savant_pool_stop (pool);
  gst_object_unref (pool->pool);
  g_free (pool);
}

int
sv_pool_fail_exhausted (SavantPool *pool, int64_t timeout_ns)
{
  GstSavantPoolStats stats;

  gst_savant_buffer_pool_get_stats (pool->pool, &stats);
  return sv_fail (SAVANT_ERROR_POOL_EXHAUSTED,
      "no free buffer within %.3f s: %u of %u are out, the oldest for %.3f s; "
      "release buffers or choose a larger pool",
      timeout_ns / 1e9, stats.outstanding, stats.max_buffers,
      stats.oldest_age_ns / 1e9);
}

int
savant_pool_acquire (SavantPool *pool, int64_t timeout_ns, void **buffer)
{
  GstBuffer *acquired = NULL;

  if (pool == NULL || buffer == NULL)
    return sv_fail (SAVANT_ERROR_INVALID_ARGUMENT,
        "savant_pool_acquire: pool and buffer must not be NULL");
  *buffer = NULL;
  switch (gst_savant_buffer_pool_acquire (pool->pool, &acquired, timeout_ns)) {
    case GST_FLOW_OK:
      *buffer = acquired;
      return SAVANT_OK;
    case GST_FLOW_EOS:
      return sv_pool_fail_exhausted (pool, timeout_ns);
    case GST_FLOW_FLUSHING:
      return sv_fail (SAVANT_ERROR_FLUSHING, "the pool is stopped");
    default:
      return SAVANT_ERROR_OUT_OF_MEMORY;
  }
}

int
savant_pool_stats (SavantPool *pool, int64_t *stats)
{
  GstSavantPoolStats now;

  if (pool == NULL || stats == NULL)
    return sv_fail (SAVANT_ERROR_INVALID_ARGUMENT,
        "savant_pool_stats: pool and stats must not be NULL");
  gst_savant_buffer_pool_get_stats (pool->pool, &now);
  stats[0] = now.max_buffers;
  stats[1] = now.allocated;
  stats[2] = now.outstanding;
  stats[3] = now.high_water_mark;
  stats[4] = (int64_t) now.acquired;
  stats[5] = (int64_t) now.waits;
  stats[6] = (int64_t) now.wait_time_ns;
  stats[7] = (int64_t) now.timeouts;
  stats[8] = (int64_t) now.oldest_age_ns;
  return SAVANT_OK;
}
