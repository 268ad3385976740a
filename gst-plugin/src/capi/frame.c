/* SPDX-License-Identifier: Apache-2.0 */
#include <savant/generator.h>

#include "core/log.h"
#include "gst/gstsavantallocator.h"
#include "job.h"
#include "pool.h"

static void
stamp (GstBuffer *buffer, int64_t pts, int64_t duration, int has_id, int64_t id)
{
  GstSavantId frame = { .kind = SAVANT_ID_FRAME, .id = id };

  /* -1 is GST_CLOCK_TIME_NONE. */
  GST_BUFFER_PTS (buffer) = (GstClockTime) pts;
  GST_BUFFER_DURATION (buffer) = (GstClockTime) duration;
  if (has_id)
    gst_buffer_set_savant_ids (buffer, &frame, 1);
}

static int
acquire (SavantPool *pool, int64_t timeout_ns, void **buffer, gpointer *surface)
{
  int status = savant_pool_acquire (pool, timeout_ns, buffer);

  if (status != SAVANT_OK)
    return status;
  *surface = ((GstSavantMemory *) gst_buffer_peek_memory (*buffer, 0))->surface;
  sv_nvbuf_set_num_filled (sv_nvbuf_layout (), *surface, 1);
  return SAVANT_OK;
}

int
savant_pool_acquire_frame (SavantPool *pool, int64_t timeout_ns, int64_t pts,
    int64_t duration, int has_id, int64_t id, void **buffer)
{
  gpointer surface;
  int status;

  if (pts < -1 || duration < -1)
    return sv_fail (SAVANT_ERROR_INVALID_ARGUMENT,
        "pts %" G_GINT64_FORMAT " and duration %" G_GINT64_FORMAT
        " ns: each must be 0 or more, or -1 for none",
        pts, duration);
  status = acquire (pool, timeout_ns, buffer, &surface);
  if (status == SAVANT_OK)
    stamp (*buffer, pts, duration, has_id, id);
  return status;
}

int
savant_pool_mem_type (SavantPool *pool)
{
  if (pool == NULL)
    return sv_fail (SAVANT_ERROR_INVALID_ARGUMENT, "pool is NULL");
  return pool->mem_type;
}

int
savant_pool_owns (SavantPool *pool, void *buffer)
{
  if (pool == NULL || buffer == NULL || !GST_IS_BUFFER (buffer))
    return sv_fail (SAVANT_ERROR_INVALID_ARGUMENT,
        "savant_pool_owns: a pool and a buffer are needed");
  return GST_BUFFER_CAST (buffer)->pool == GST_BUFFER_POOL_CAST (pool->pool);
}

static int
run (SavantPool *pool, const SavantTransformConfig *config, SvJob *job,
    gpointer surface)
{
  SavantTransform *transform;
  int status = gst_savant_surface_get_image (surface, 0, &job->transform.dst);

  if (status != SAVANT_OK)
    return status;
  transform = sv_transform_take (pool->backend);
  if (transform == NULL)
    return SAVANT_ERROR_OUT_OF_MEMORY;
  status = savant_transform_run (transform, config, &job->transform, 1);
  sv_transform_give (pool->backend, transform);
  return status == SAVANT_OK ? sv_jobs_settle (job, 1, surface) : status;
}

int
savant_pool_transform (SavantPool *pool, int64_t timeout_ns,
    const int64_t *numbers, const int32_t *config, int has_id, int64_t id,
    void **buffer)
{
  SavantTransformConfig settings;
  gpointer surface;
  SvJob job;
  int status;

  if (pool == NULL || numbers == NULL || buffer == NULL)
    return sv_fail (SAVANT_ERROR_INVALID_ARGUMENT,
        "savant_pool_transform: pool, job and buffer must not be NULL");
  *buffer = NULL;
  status = sv_read_config (config, &settings);
  if (status == SAVANT_OK)
    status = sv_job_place (&job, pool->backend, numbers, &settings, pool->width,
        pool->height);
  if (status != SAVANT_OK)
    return status;
  /* It would wait for a buffer that the caller holds. */
  if (pool->max_buffers == 1 && savant_pool_owns (pool, job.source) == 1)
    timeout_ns = 0;
  status = acquire (pool, timeout_ns, buffer, &surface);
  if (status != SAVANT_OK)
    return status;
  status = run (pool, &settings, &job, surface);
  if (status != SAVANT_OK) {
    gst_buffer_unref (*buffer);
    *buffer = NULL;
    return status;
  }
  stamp (*buffer, (int64_t) GST_BUFFER_PTS (job.source),
      (int64_t) GST_BUFFER_DURATION (job.source), has_id, id);
  gst_buffer_set_savant_transform_meta (*buffer, &job.geometry, 1);
  return SAVANT_OK;
}
