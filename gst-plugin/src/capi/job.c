/* SPDX-License-Identifier: Apache-2.0 */
#include "job.h"

#include <pthread.h>

#include "core/log.h"
#include "gst/gstsavantallocator.h"
#include "picture.h"

int
sv_read_config (const int32_t *numbers, SavantTransformConfig *config)
{
  static const SavantTransformConfig defaults =
      SAVANT_TRANSFORM_CONFIG_DEFAULTS;

  *config = defaults;
  if (numbers == NULL)
    return sv_fail (SAVANT_ERROR_INVALID_ARGUMENT, "config is NULL");
  if (numbers[9] != 0)
    return sv_fail (SAVANT_ERROR_INVALID_ARGUMENT,
        "config[9] is reserved and must be 0, not %d", numbers[9]);
  config->padding = (SavantPadding) numbers[0];
  config->pad_left = numbers[1];
  config->pad_top = numbers[2];
  config->pad_right = numbers[3];
  config->pad_bottom = numbers[4];
  config->pad_color = (uint32_t) numbers[5];
  config->interpolation = (SavantInterpolation) numbers[6];
  config->compute_mode = (SavantComputeMode) numbers[7];
  config->flip = (SavantFlip) numbers[8];
  return SAVANT_OK;
}

int
sv_get_source (void *buffer, int slot, int plane, gboolean any_slot,
    gpointer *surface, SavantImage *image)
{
  int status = sv_get_slot (buffer, slot, any_slot, surface, image);

  if (status != SAVANT_OK || plane < 0 || (plane == 0 && image->n_planes == 1))
    return status;
  return sv_plane_as_gray (*surface, slot, plane, image);
}

static gboolean
fits_int (int64_t n)
{
  return n >= 0 && n <= G_MAXINT32;
}

static int
read_rect (const int64_t *numbers, const SavantImage *src, SavantRect *rect)
{
  if (numbers[0] == -1) {
    *rect = (SavantRect){ 0, 0, src->width, src->height };
    return SAVANT_OK;
  }
  for (int i = 0; i < 4; i++)
    if (!fits_int (numbers[i]))
      return sv_fail (SAVANT_ERROR_INVALID_ARGUMENT,
          "source rectangle with the number %" G_GINT64_FORMAT, numbers[i]);
  *rect = (SavantRect){ (int) numbers[0], (int) numbers[1], (int) numbers[2],
    (int) numbers[3] };
  if (rect->w == 0 || rect->h == 0)
    return sv_fail (SAVANT_ERROR_INVALID_ARGUMENT,
        "source rectangle %d,%d %dx%d is empty", rect->x, rect->y, rect->w,
        rect->h);
  return savant_clip_source_rect (rect, src->width, src->height);
}

int
sv_job_place (SvJob *job, const SvBackendFns *backend, const int64_t *numbers,
    const SavantTransformConfig *config, int width, int height)
{
  SavantTransformJob *t = &job->transform;
  GstBuffer *source = (GstBuffer *) (intptr_t) numbers[SAVANT_JOB_SRC_BUFFER];
  int64_t slot = numbers[SAVANT_JOB_SRC_SLOT];
  int plane = (int) numbers[SAVANT_JOB_SRC_PLANE];
  const GstSavantTransformMeta *before;
  SavantMemType mem_type;
  int status;

  job->source = source;
  job->src_slot = (int) CLAMP (slot, G_MININT32, G_MAXINT32);
  status = sv_get_source (source, job->src_slot, plane,
      numbers[SAVANT_JOB_SRC_ANY_SLOT] != 0, &job->surface, &t->src);
  if (status == SAVANT_OK)
    status = sv_backend_resolve_mem_type (backend,
        gst_savant_surface_get_mem_type (job->surface), &mem_type);
  if (status == SAVANT_OK)
    status = read_rect (numbers + SAVANT_JOB_SRC_RECT, &t->src, &t->src_rect);
  if (status == SAVANT_OK)
    status = savant_letterbox (config, t->src_rect.w, t->src_rect.h, width,
        height, &t->dst_rect);
  if (status != SAVANT_OK)
    return status;
  gst_savant_geometry_init (&job->geometry, t->src.width, t->src.height,
      &t->src_rect, &t->dst_rect, config->flip);
  before = gst_buffer_get_savant_transform_meta (source);
  if (before != NULL && plane < 0 && job->src_slot < (int) before->n_slots)
    gst_savant_geometry_compose (&before->slots[job->src_slot], &job->geometry,
        &job->geometry);
  return SAVANT_OK;
}

int
sv_jobs_settle (const SvJob *jobs, int n_jobs, gpointer dst)
{
  for (int i = 0; i < n_jobs; i++)
    if (sv_backend_of (jobs[i].transform.src.data[0]) == &sv_host_backend)
      return sv_surface_wait (dst, FALSE);
  return SAVANT_OK;
}

/* ---- Transform state --------------------------------------------------- */

/* As many as threads transform at a time; the last one returned goes out first,
 * with its tables still in cache. */
#define STOCK 16

static pthread_mutex_t stock_lock = PTHREAD_MUTEX_INITIALIZER;
static struct
{
  const SvBackendFns *backend;
  SavantTransform *transform;
} stock[STOCK];
static int n_stock;

SavantTransform *
sv_transform_take (const SvBackendFns *backend)
{
  SavantTransform *transform = NULL;

  pthread_mutex_lock (&stock_lock);
  for (int i = n_stock - 1; i >= 0 && transform == NULL; i--) {
    if (stock[i].backend != backend)
      continue;
    transform = stock[i].transform;
    n_stock--;
    for (; i < n_stock; i++)
      stock[i] = stock[i + 1];
  }
  pthread_mutex_unlock (&stock_lock);
  if (transform == NULL)
    savant_transform_new (backend->name, &transform);
  return transform;
}

void
sv_transform_give (const SvBackendFns *backend, SavantTransform *transform)
{
  pthread_mutex_lock (&stock_lock);
  if (n_stock < STOCK) {
    stock[n_stock].backend = backend;
    stock[n_stock++].transform = transform;
    transform = NULL;
  }
  pthread_mutex_unlock (&stock_lock);
  savant_transform_free (transform);
}
