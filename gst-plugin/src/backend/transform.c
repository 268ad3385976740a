/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "../core/format.h"
#include "../core/log.h"
#include "backend.h"

struct SavantTransform
{
  const SvBackendFns *backend;
  void *state;
};

int
savant_transform_new (const char *name, SavantTransform **out)
{
  const SvBackendFns *backend;
  SavantTransform *transform;

  if (out == NULL)
    return sv_fail (SAVANT_ERROR_INVALID_ARGUMENT,
        "savant_transform_new: out is NULL");
  *out = NULL;
  backend = sv_backend_get (name);
  if (backend == NULL)
    return SAVANT_ERROR_UNAVAILABLE;
  transform = calloc (1, sizeof *transform);
  if (transform != NULL)
    transform->state = backend->transform_new ();
  if (transform == NULL || transform->state == NULL) {
    free (transform);
    return sv_fail (SAVANT_ERROR_OUT_OF_MEMORY,
        "no memory for a transform on the %s backend", backend->name);
  }
  transform->backend = backend;
  *out = transform;
  return SAVANT_OK;
}

void
savant_transform_free (SavantTransform *transform)
{
  if (transform == NULL)
    return;
  transform->backend->transform_free (transform->state);
  free (transform);
}

int
savant_transform_run (SavantTransform *transform,
    const SavantTransformConfig *config, const SavantTransformJob *jobs,
    int n_jobs)
{
  static const SavantTransformConfig defaults =
      SAVANT_TRANSFORM_CONFIG_DEFAULTS;

  if (transform == NULL)
    return sv_fail (SAVANT_ERROR_INVALID_ARGUMENT,
        "savant_transform_run: transform is NULL");
  return sv_backend_transform_run (transform->backend, transform->state,
      config != NULL ? config : &defaults, jobs, n_jobs);
}

int
savant_transform_takes (const SavantTransform *transform, int mem_type)
{
  SavantMemType resolved;

  if (transform == NULL)
    return sv_fail (SAVANT_ERROR_INVALID_ARGUMENT,
        "savant_transform_takes: transform is NULL");
  /* What the CPU reads, every backend reads. */
  if (mem_type == SAVANT_MEM_CUDA_PINNED || mem_type == SAVANT_MEM_CUDA_UNIFIED)
    return SAVANT_OK;
  return sv_backend_resolve_mem_type (transform->backend, mem_type, &resolved);
}

void
savant_transform_keep (SavantTransform *transform, void *object,
    void (*release) (void *object))
{
  if (transform != NULL && transform->backend->transform_keep != NULL)
    transform->backend->transform_keep (transform->state, object, release);
  else
    release (object);
}

void
savant_transform_allow_peer_copy (SavantTransform *transform, int allow)
{
  if (transform != NULL && transform->backend->transform_allow_peers != NULL)
    transform->backend->transform_allow_peers (transform->state, allow != 0);
}

int
savant_transform_max_kept (const SavantTransform *transform)
{
  return transform != NULL ? transform->backend->caps.held_runs : 0;
}

static int
check_image (const SavantImage *image, const char *what, bool output, int job)
{
  const SvFormatInfo *info = sv_format_info (image->format);

  if (info == NULL || (output && !info->output))
    return sv_fail (SAVANT_ERROR_INVALID_ARGUMENT,
        "job %d: %s format %s is not supported, supported are %s", job, what,
        info != NULL ? info->name : "(unknown)", sv_format_list (output));
  if (image->width < 1 || image->width > SAVANT_MAX_SIDE || image->height < 1
      || image->height > SAVANT_MAX_SIDE)
    return sv_fail (SAVANT_ERROR_INVALID_ARGUMENT,
        "job %d: %s size %dx%d: width and height are 1 to %d", job, what,
        image->width, image->height, SAVANT_MAX_SIDE);
  if (image->n_planes != info->n_planes)
    return sv_fail (SAVANT_ERROR_INVALID_ARGUMENT,
        "job %d: %s has %d planes, %s has %d", job, what, image->n_planes,
        info->name, info->n_planes);
  for (int p = 0; p < info->n_planes; p++) {
    int64_t row = sv_format_plane_row_bytes (info, p, image->width);
    int64_t pitch = image->pitch_bytes[p];

    if (image->data[p] == NULL)
      return sv_fail (SAVANT_ERROR_INVALID_ARGUMENT,
          "job %d: %s plane %d is NULL", job, what, p);
    if ((pitch < 0 ? -pitch : pitch) < row && image->height > 1)
      return sv_fail (SAVANT_ERROR_INVALID_ARGUMENT,
          "job %d: %s plane %d has a pitch of %lld bytes, a row of %s at "
          "width %d has %lld",
          job, what, p, (long long) pitch, info->name, image->width,
          (long long) row);
  }
  if (info->family == SV_FAMILY_YUV
      && (image->colorimetry.matrix < SAVANT_MATRIX_FCC
          || image->colorimetry.matrix > SAVANT_MATRIX_BT2020))
    return sv_fail (SAVANT_ERROR_INVALID_ARGUMENT,
        "job %d: %s matrix %d: a YUV picture has one of 2 (FCC), 3 (BT.709), "
        "4 (BT.601), 5 (SMPTE 240M), 6 (BT.2020)",
        job, what, (int) image->colorimetry.matrix);
  if (info->family != SV_FAMILY_GRAY
      && image->colorimetry.range != SAVANT_RANGE_FULL
      && image->colorimetry.range != SAVANT_RANGE_LIMITED)
    return sv_fail (SAVANT_ERROR_INVALID_ARGUMENT,
        "job %d: %s range %d: it is 1 (full) or 2 (limited)", job, what,
        (int) image->colorimetry.range);
  if (info->family == SV_FAMILY_YUV
      && (image->colorimetry.siting
             & ~(unsigned) (SAVANT_SITING_H_COSITED | SAVANT_SITING_V_COSITED))
          != 0)
    return sv_fail (SAVANT_ERROR_INVALID_ARGUMENT,
        "job %d: %s siting %u: it is an OR of 2 (horizontally cosited) and 4 "
        "(vertically cosited), 0 for neither",
        job, what, image->colorimetry.siting);
  return SAVANT_OK;
}

static int
check_rect (const SavantRect *rect, const SavantImage *image, const char *what,
    int job)
{
  if (rect->w < 1 || rect->h < 1 || rect->x < 0 || rect->y < 0
      || rect->w > image->width - rect->x || rect->h > image->height - rect->y)
    return sv_fail (SAVANT_ERROR_INVALID_ARGUMENT,
        "job %d: %s rectangle %d,%d %dx%d is not inside the %dx%d picture", job,
        what, rect->x, rect->y, rect->w, rect->h, image->width, image->height);
  return SAVANT_OK;
}

static int
check_config (const SvBackendFns *backend, const SavantTransformConfig *config)
{
  static const char *const modes[] = { "default", "gpu", "vic" };

  if ((unsigned) config->interpolation > SAVANT_INTERPOLATION_DEFAULT)
    return sv_fail (SAVANT_ERROR_INVALID_ARGUMENT,
        "interpolation %d: it is 0 (nearest) to 6 (default)",
        (int) config->interpolation);
  if ((unsigned) config->flip > SAVANT_FLIP_INVERSE_TRANSPOSE)
    return sv_fail (SAVANT_ERROR_INVALID_ARGUMENT, "flip %d: it is 0 to 7",
        (int) config->flip);
  if (config->pad_color > 0xffffff)
    return sv_fail (SAVANT_ERROR_INVALID_ARGUMENT,
        "pad colour 0x%x: it is 0x000000 to 0xffffff", config->pad_color);
  if (config->n_threads < 0 || config->n_threads > SAVANT_MAX_THREADS)
    return sv_fail (SAVANT_ERROR_INVALID_ARGUMENT,
        "n_threads is %d, not 0 (all processors) to %d", config->n_threads,
        SAVANT_MAX_THREADS);
  if ((unsigned) config->compute_mode > SAVANT_COMPUTE_VIC)
    return sv_fail (SAVANT_ERROR_INVALID_ARGUMENT,
        "compute mode %d: it is 0 (default), 1 (gpu) or 2 (vic)",
        (int) config->compute_mode);
  if ((backend->caps.compute_modes & (1u << config->compute_mode)) == 0)
    return sv_fail (SAVANT_ERROR_UNAVAILABLE,
        "compute mode %s is missing: the %s backend has no %s; use default",
        modes[config->compute_mode], backend->name,
        config->compute_mode == SAVANT_COMPUTE_GPU
            ? "NVIDIA GPU (libcuda.so.1)"
            : "VIC (libnvbufsurftransform.so on a Jetson)");
  return SAVANT_OK;
}

/* Waits for another backend's work on memory that this one reaches at once. */
static int
wait_for_others (const SvBackendFns *backend, const void *data, bool writing)
{
  const SvBackendFns *owner = sv_backend_of (data);

  return owner != backend && owner->wait != NULL ? owner->wait (data, writing)
                                                 : SAVANT_OK;
}

int
sv_backend_transform_run (const SvBackendFns *backend, void *state,
    const SavantTransformConfig *config, const SavantTransformJob *jobs,
    int n_jobs)
{
  int status = check_config (backend, config);

  if (status == SAVANT_OK && (n_jobs < 0 || (n_jobs > 0 && jobs == NULL)))
    status = sv_fail (SAVANT_ERROR_INVALID_ARGUMENT,
        "%d jobs at %p: the number is at least 0 and the array not NULL",
        n_jobs, (const void *) jobs);
  for (int i = 0; status == SAVANT_OK && i < n_jobs; i++) {
    const SavantTransformJob *job = &jobs[i];

    status = check_image (&job->src, "source", false, i);
    if (status == SAVANT_OK)
      status = check_image (&job->dst, "destination", true, i);
    if (status == SAVANT_OK)
      status = check_rect (&job->src_rect, &job->src, "source", i);
    if (status == SAVANT_OK)
      status = check_rect (&job->dst_rect, &job->dst, "destination", i);
  }
  for (int i = 0; backend->wait == NULL && status == SAVANT_OK && i < n_jobs;
       i++) {
    status = wait_for_others (backend, jobs[i].src.data[0], false);
    if (status == SAVANT_OK)
      status = wait_for_others (backend, jobs[i].dst.data[0], true);
  }
  if (status != SAVANT_OK || n_jobs == 0)
    return status;
  return backend->transform_run (state, config, jobs, n_jobs);
}

int
savant_image_fill (const SavantImage *image, uint32_t color)
{
  int status;

  if (image == NULL)
    return sv_fail (SAVANT_ERROR_INVALID_ARGUMENT,
        "savant_image_fill: image is NULL");
  if (color > 0xffffff)
    return sv_fail (SAVANT_ERROR_INVALID_ARGUMENT,
        "colour 0x%x: it is 0x000000 to 0xffffff", color);
  status = check_image (image, "destination", true, 0);
  if (status != SAVANT_OK)
    return status;
  return sv_backend_of (image->data[0])->fill (image, color);
}
