/* SPDX-License-Identifier: Apache-2.0 */
#include "gstsavantbufgen.h"
#include "plugin.h"
#include "poolwatch.h"

#define GST_CAT_DEFAULT gst_savant_debug

/* Surfaces in flight besides those that downstream asks for. */
#define AUTO_POOL_SIZE 4

static void
take_pool (GstSavantBufgen *self, GstBufferPool *pool)
{
  GstBufferPool *old;

  pthread_mutex_lock (&self->lock);
  old = self->pool;
  self->pool = gst_object_ref (pool);
  pthread_mutex_unlock (&self->lock);
  gst_clear_object (&old);
}

/* Downstream's pool with this element's demands, TRUE if it takes them. */
static gboolean
configure_foreign_pool (GstBufferPool *pool, GstCaps *caps, guint size,
    guint min, guint max, gboolean video_meta)
{
  GstStructure *config = gst_buffer_pool_get_config (pool);

  gst_buffer_pool_config_set_params (config, caps, size, min, max);
  if (video_meta
      && gst_buffer_pool_has_option (pool, GST_BUFFER_POOL_OPTION_VIDEO_META))
    gst_buffer_pool_config_add_option (config,
        GST_BUFFER_POOL_OPTION_VIDEO_META);
  if (gst_buffer_pool_set_config (pool, config))
    return TRUE;

  config = gst_buffer_pool_get_config (pool);
  if (!gst_buffer_pool_config_validate_params (config, caps, size, min, max)) {
    gst_structure_free (config);
    return FALSE;
  }
  return gst_buffer_pool_set_config (pool, config);
}

/* A pool of ours; the running one if it would come out the same. */
static GstBufferPool *
make_pool (GstSavantBufgen *self, GstCaps *caps, guint size, guint max,
    gboolean video_meta)
{
  GstBufferPool *pool;
  GstStructure *config;

  if (self->pool_caps != NULL && self->pool_max == max
      && self->pool_video_meta == video_meta
      && gst_caps_is_equal (self->pool_caps, caps))
    return gst_object_ref (self->pool);

  pool = gst_savant_buffer_pool_new (self->run_backend);
  if (pool == NULL)
    return NULL;
  config = gst_buffer_pool_get_config (pool);
  gst_buffer_pool_config_set_params (config, caps, size, 0, max);
  if (video_meta)
    gst_buffer_pool_config_add_option (config,
        GST_BUFFER_POOL_OPTION_VIDEO_META);
  gst_savant_buffer_pool_config_set_memory (config, self->run.mem_type,
      MAX (self->run.gpu_id, 0));
  if (!gst_buffer_pool_set_config (pool, config)) {
    gst_object_unref (pool);
    return NULL;
  }
  gst_caps_replace (&self->pool_caps, caps);
  self->pool_max = max;
  self->pool_video_meta = video_meta;
  return pool;
}

/* The pool's fixed maximum, 0 = not limited. */
static guint
maximum_of (GstSavantBufgen *self, guint min)
{
  guint wanted = self->run.pool_size;

  if (wanted == 0)
    return self->info.nvmm ? AUTO_POOL_SIZE + min : 0;
  if (wanted < min)
    GST_INFO_OBJECT (self, "pool-size %u raised to %u, downstream's minimum",
        wanted, min);
  return MAX (wanted, min);
}

gboolean
sv_bufgen_decide_allocation (GstBaseSrc *src, GstQuery *query)
{
  GstSavantBufgen *self = GST_SAVANT_BUFGEN (src);
  GstBufferPool *pool = NULL;
  guint size = 0, min = 0, max = 0;
  gboolean offered, video_meta;
  GstCaps *caps;

  gst_query_parse_allocation (query, &caps, NULL);
  offered = gst_query_get_n_allocation_pools (query) > 0;
  if (offered)
    gst_query_parse_nth_allocation_pool (query, 0, &pool, &size, &min, &max);
  size = MAX (size, GST_VIDEO_INFO_SIZE (&self->info.video));
  video_meta =
      gst_query_find_allocation_meta (query, GST_VIDEO_META_API_TYPE, NULL);

  if (pool != NULL
      && (self->info.nvmm || self->run.pool_size != 0
          || !configure_foreign_pool (pool, caps, size, min, max, video_meta)))
    gst_clear_object (&pool);
  if (pool != NULL) {
    gst_clear_caps (&self->pool_caps);
  } else {
    max = maximum_of (self, min);
    pool = make_pool (self, caps, size, max, video_meta);
  }
  if (pool == NULL) {
    GST_ELEMENT_ERROR (self, RESOURCE, SETTINGS,
        ("No pool can be made: %s", savant_last_error ()),
        ("caps %" GST_PTR_FORMAT ", backends: %s", caps, savant_backends ()));
    return FALSE;
  }
  GST_DEBUG_OBJECT (self, "pool %" GST_PTR_FORMAT ", minimum %u, maximum %u",
      pool, min, max);
  take_pool (self, pool);
  if (offered)
    gst_query_set_nth_allocation_pool (query, 0, pool, size, min, max);
  else
    gst_query_add_allocation_pool (query, pool, size, min, max);
  gst_object_unref (pool);
  return TRUE;
}

static void
set_flushing (GstSavantBufgen *self, gboolean flushing)
{
  GstBufferPool *pool;

  pthread_mutex_lock (&self->lock);
  self->flushing = flushing;
  pool = self->pool ? gst_object_ref (self->pool) : NULL;
  pthread_mutex_unlock (&self->lock);
  if (pool == NULL)
    return;
  if (gst_buffer_pool_is_active (pool))
    gst_buffer_pool_set_flushing (pool, flushing);
  gst_object_unref (pool);
}

/* The base class flushes the pool that it knows; one that is being negotiated
 * in this moment it does not know yet. */
gboolean
sv_bufgen_unlock (GstBaseSrc *src)
{
  set_flushing (GST_SAVANT_BUFGEN (src), TRUE);
  return TRUE;
}

gboolean
sv_bufgen_unlock_stop (GstBaseSrc *src)
{
  set_flushing (GST_SAVANT_BUFGEN (src), FALSE);
  return TRUE;
}

/* ---- Starvation -------------------------------------------------------- */

static gdouble
seconds (guint64 ns)
{
  return (gdouble) ns / GST_SECOND;
}

static void
post_starved (GstSavantBufgen *self, GstSavantBufferPool *pool, guint64 waited,
    gboolean first)
{
  pthread_mutex_lock (&self->lock);
  self->starvations++;
  pthread_mutex_unlock (&self->lock);
  sv_pool_post_starved (GST_ELEMENT (self), pool, waited, first);
}

static void
post_exhausted (GstSavantBufgen *self, GstSavantBufferPool *pool,
    guint64 waited)
{
  GstSavantPoolStats stats;

  gst_savant_buffer_pool_get_stats (pool, &stats);
  GST_ELEMENT_ERROR (self, RESOURCE, BUSY,
      ("Pool exhausted: %u of %u buffers out, the oldest for %.1f s. None came "
       "back within acquire-timeout (%.3f s); raise pool-size or find who "
       "keeps buffers.",
          stats.outstanding, stats.max_buffers, seconds (stats.oldest_age_ns),
          seconds (waited)),
      ("pool %s", GST_OBJECT_NAME (pool)));
}

/* Waits in slices that end when something has to be told. */
static GstFlowReturn
acquire_watched (GstSavantBufgen *self, GstSavantBufferPool *pool,
    GstBuffer **buffer)
{
  guint64 start = (guint64) g_get_monotonic_time () * GST_USECOND;
  guint64 last_warning = 0;
  gboolean first = TRUE;

  for (;;) {
    guint64 waited = (guint64) g_get_monotonic_time () * GST_USECOND - start;
    gint64 limit, slice;
    guint64 interval;
    GstFlowReturn ret;

    pthread_mutex_lock (&self->lock);
    limit = self->settings.acquire_timeout;
    interval = self->settings.starvation_warning;
    pthread_mutex_unlock (&self->lock);

    slice = -1;
    if (interval > 0 && interval <= G_MAXINT64)
      slice = waited < last_warning + interval
          ? (gint64) (last_warning + interval - waited)
          : 0;
    if (limit >= 0) {
      gint64 left = (guint64) limit > waited ? limit - (gint64) waited : 0;

      slice = slice < 0 ? left : MIN (slice, left);
    }
    ret = gst_savant_buffer_pool_acquire (pool, buffer, slice);
    if (ret != GST_FLOW_EOS)
      return ret;

    waited = (guint64) g_get_monotonic_time () * GST_USECOND - start;
    if (limit >= 0 && waited >= (guint64) limit) {
      post_exhausted (self, pool, waited);
      return GST_FLOW_ERROR;
    }
    if (interval > 0 && waited >= last_warning + interval) {
      post_starved (self, pool, waited, first);
      last_warning = waited;
      first = FALSE;
    }
  }
}

GstFlowReturn
sv_bufgen_acquire (GstSavantBufgen *self, GstBuffer **buffer)
{
  GstFlowReturn ret = GST_FLOW_FLUSHING;
  GstBufferPool *pool = NULL;

  pthread_mutex_lock (&self->lock);
  if (!self->flushing && self->pool != NULL)
    pool = gst_object_ref (self->pool);
  pthread_mutex_unlock (&self->lock);
  if (pool == NULL)
    return GST_FLOW_FLUSHING;

  if (GST_IS_SAVANT_BUFFER_POOL (pool))
    ret = acquire_watched (self, GST_SAVANT_BUFFER_POOL (pool), buffer);
  else
    ret = gst_buffer_pool_acquire_buffer (pool, buffer, NULL);
  if (ret == GST_FLOW_ERROR)
    GST_ELEMENT_ERROR (self, RESOURCE, FAILED,
        ("The pool cannot allocate a frame: %s",
            GST_IS_SAVANT_BUFFER_POOL (pool) ? savant_last_error ()
                                             : "downstream's pool failed"),
        ("pool %s", GST_OBJECT_NAME (pool)));
  gst_object_unref (pool);
  return ret;
}
