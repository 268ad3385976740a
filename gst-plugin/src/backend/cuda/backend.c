/* SPDX-License-Identifier: Apache-2.0 */
#include "../backend.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "../../core/log.h"
#include "engine.h"
#include "rows.h"

/* A multiple of it is what NvBufSurface's pitches are on a GPU of a PC. */
#define PITCH_ALIGN 512

/* Runs whose foreign sources are held back before the oldest is waited for. */
#define MAX_HELD_RUNS 2

typedef struct Held
{
  SvCuFence *fence;
  void *object;
  void (*release) (void *object);
} Held;

typedef struct CudaTransform
{
  void *host;           /* for pictures that are no GPU's */
  bool peers;           /* sources may be on other GPUs */
  SvCuEngine **engines; /* one a GPU, when it is needed */
  int n_engines;
  SvCuWork *works;
  int works_room;
  SvCuFence *foreign; /* of the last run, if it reads what others own */
  Held *held;         /* in the order of their runs */
  int n_held;
  int n_held_runs;
  int held_room;
} CudaTransform;

static const char *
cuda_probe (void)
{
  return sv_cu_driver_missing ();
}

/* ---- Services without a transform --------------------------------------- */

static pthread_mutex_t service_lock = PTHREAD_MUTEX_INITIALIZER;
static SvCuEngine *services[64];

/* The engine of a GPU, locked; NULL and savant_last_error(). */
static SvCuEngine *
lock_service (int gpu_id)
{
  const SvCuGpu *gpu = sv_cu_gpu (gpu_id);

  if (gpu == NULL)
    return NULL;
  pthread_mutex_lock (&service_lock);
  if (services[gpu_id] == NULL)
    services[gpu_id] = sv_cu_engine_new (gpu);
  if (services[gpu_id] == NULL)
    pthread_mutex_unlock (&service_lock);
  return services[gpu_id];
}

static int
cuda_copy (void *dst, const void *src, size_t size)
{
  SvCuPlace to = sv_cu_locate (dst), from = sv_cu_locate (src);
  SvCuEngine *engine;
  int status;

  if (!to.gpu && !from.gpu) {
    memcpy (dst, src, size);
    return SAVANT_OK;
  }
  engine = lock_service (to.gpu ? to.gpu_id : from.gpu_id);
  if (engine == NULL)
    return SAVANT_ERROR_EXECUTION;
  status = sv_cu_engine_copy (engine, dst, src, size);
  pthread_mutex_unlock (&service_lock);
  return status;
}

static int
cuda_fill (const SavantImage *image, uint32_t color)
{
  SavantTransformConfig config = SAVANT_TRANSFORM_CONFIG_DEFAULTS;
  const SavantTransformJob job = { .src = *image, .dst = *image };
  SvCuWork work = { .job = &job, .dst = sv_cu_locate (image->data[0]) };
  SvCuFence *fence = NULL;
  SvCuEngine *engine;
  int status;

  if (!work.dst.gpu)
    return sv_host_backend.fill (image, color);
  engine = lock_service (work.dst.gpu_id);
  if (engine == NULL)
    return SAVANT_ERROR_EXECUTION;
  config.pad_color = color;
  status = sv_cu_engine_run (engine, &config, &work, 1, &fence);
  pthread_mutex_unlock (&service_lock);
  sv_cu_fence_unref (fence);
  return status;
}

/* ---- Rows of bytes ------------------------------------------------------ */

static int
find_target (const void *data, int64_t stream, SvCuTarget *target)
{
  SvCuPlace place = sv_cu_locate (data);
  SvCuEngine *engine;

  if (!place.gpu)
    return sv_fail (SAVANT_ERROR_UNSUPPORTED,
        "the pixels are at %p, which the CUDA driver does not know: they must "
        "be in memory of a GPU",
        data);
  *target = (SvCuTarget){ .gpu = sv_cu_gpu (place.gpu_id),
    .stream = (SvCuStream) (intptr_t) stream,
    .block = place.block };
  if (target->gpu == NULL)
    return SAVANT_ERROR_EXECUTION;
  if (stream != 0)
    return SAVANT_OK;
  engine = lock_service (place.gpu_id);
  if (engine == NULL)
    return SAVANT_ERROR_EXECUTION;
  target->stream = sv_cu_engine_stream (engine);
  pthread_mutex_unlock (&service_lock);
  return SAVANT_OK;
}

static int
cuda_upload_rows (const SvRows *rows, const void *data, int64_t stream)
{
  SvCuTarget target;
  int status = find_target (rows->data, stream, &target);

  return status == SAVANT_OK ? sv_cu_upload_rows (&target, rows, data) : status;
}

static int
cuda_download_rows (const SvRows *rows, void *data, int64_t stream)
{
  SvCuTarget target;
  int status = find_target (rows->data, stream, &target);

  return status == SAVANT_OK ? sv_cu_download_rows (&target, rows, data)
                             : status;
}

static int
cuda_set_rows (const SvRows *rows, uint32_t value, int n_bytes, int64_t stream)
{
  SvCuTarget target;
  int status = find_target (rows->data, stream, &target);

  return status == SAVANT_OK ? sv_cu_set_rows (&target, rows, value, n_bytes)
                             : status;
}

static int
cuda_wait_stream (int gpu_id, int64_t stream)
{
  SvCuTarget target = { .gpu = sv_cu_gpu (gpu_id),
    .stream = (SvCuStream) (intptr_t) stream };

  return target.gpu != NULL ? sv_cu_wait_stream (&target)
                            : SAVANT_ERROR_EXECUTION;
}

/* ---- Transforms --------------------------------------------------------- */

static void *
cuda_transform_new (void)
{
  CudaTransform *t = calloc (1, sizeof *t);

  if (t != NULL)
    t->host = sv_host_backend.transform_new ();
  if (t != NULL && t->host == NULL) {
    free (t);
    t = NULL;
  }
  return t;
}

/* Lets go of what the oldest run has read. */
static void
release_run (CudaTransform *t)
{
  SvCuFence *fence = t->held[0].fence;
  int gone = 0;

  while (gone < t->n_held && t->held[gone].fence == fence)
    gone++;
  for (int i = 0; i < gone; i++)
    t->held[i].release (t->held[i].object);
  t->n_held -= gone;
  t->n_held_runs--;
  memmove (t->held, t->held + gone, (size_t) t->n_held * sizeof *t->held);
  for (int i = 0; i < gone; i++)
    sv_cu_fence_unref (fence);
}

/* Lets go of what the GPU has read, without waiting. */
static void
release_passed (CudaTransform *t)
{
  while (t->n_held_runs > 0 && sv_cu_fence_passed (t->held[0].fence))
    release_run (t);
}

/* Waits until at most `n_runs` runs hold something. */
static void
limit_held (CudaTransform *t, int n_runs)
{
  while (t->n_held_runs > n_runs) {
    sv_cu_fence_wait (t->held[0].fence);
    release_run (t);
  }
}

static void
cuda_transform_free (void *transform)
{
  CudaTransform *t = transform;

  limit_held (t, 0);
  sv_cu_fence_unref (t->foreign);
  for (int i = 0; i < t->n_engines; i++)
    sv_cu_engine_free (t->engines[i]);
  sv_host_backend.transform_free (t->host);
  free (t->engines);
  free (t->works);
  free (t->held);
  free (t);
}

static SvCuEngine *
find_engine (CudaTransform *t, int gpu_id)
{
  const SvCuGpu *gpu;
  SvCuEngine **grown, *engine;

  for (int i = 0; i < t->n_engines; i++)
    if (sv_cu_engine_gpu (t->engines[i])->id == gpu_id)
      return t->engines[i];
  gpu = sv_cu_gpu (gpu_id);
  if (gpu == NULL)
    return NULL;
  grown =
      realloc (t->engines, (size_t) (t->n_engines + 1) * sizeof (SvCuEngine *));
  if (grown == NULL) {
    sv_fail (SAVANT_ERROR_OUT_OF_MEMORY, "no memory for a CUDA engine");
    return NULL;
  }
  t->engines = grown;
  engine = sv_cu_engine_new (gpu);
  if (engine != NULL)
    t->engines[t->n_engines++] = engine;
  return engine;
}

/* The GPU that a run belongs to, -1 where it touches none. */
typedef struct RunPlace
{
  int gpu_id;
  bool bound;   /* by memory that no other GPU reaches */
  bool foreign; /* it reads memory of others, and does not wait */
} RunPlace;

static int
visit (RunPlace *run, const SvCuPlace *place, int job, bool elsewhere)
{
  if (!place->gpu)
    return SAVANT_OK;
  if (run->bound && place->bound && run->gpu_id != place->gpu_id) {
    if (elsewhere)
      return SAVANT_OK;
    return sv_fail (SAVANT_ERROR_UNSUPPORTED,
        "job %d: a picture lies on GPU %d, another one of the run on GPU %d: "
        "all of them must be on one, set the same gpu-id, or peer-copy=true "
        "for sources",
        job, place->gpu_id, run->gpu_id);
  }
  if (run->gpu_id < 0 || (place->bound && !run->bound))
    run->gpu_id = place->gpu_id;
  run->bound = run->bound || place->bound;
  return SAVANT_OK;
}

/* The GPU is the one of the destinations; where they are nobody's, of the
 * sources. */
static int
locate (CudaTransform *t, const SavantTransformJob *jobs, int n_jobs,
    RunPlace *run)
{
  int status = SAVANT_OK;

  *run = (RunPlace){ .gpu_id = -1 };
  if (n_jobs > t->works_room) {
    SvCuWork *grown = realloc (t->works, (size_t) n_jobs * sizeof *grown);

    if (grown == NULL)
      return sv_fail (SAVANT_ERROR_OUT_OF_MEMORY,
          "no memory for a run of %d pictures", n_jobs);
    t->works = grown;
    t->works_room = n_jobs;
  }
  for (int i = 0; status == SAVANT_OK && i < n_jobs; i++) {
    SvCuWork *work = &t->works[i];

    *work = (SvCuWork){ &jobs[i], sv_cu_locate (jobs[i].src.data[0]),
      sv_cu_locate (jobs[i].dst.data[0]) };
    run->foreign = run->foreign || work->src.foreign;
    status = visit (run, &work->dst, i, false);
  }
  for (int i = 0; status == SAVANT_OK && i < n_jobs; i++)
    status = visit (run, &t->works[i].src, i, t->peers);
  return status;
}

static void
cuda_allow_peers (void *transform, bool allow)
{
  ((CudaTransform *) transform)->peers = allow;
}

static int
cuda_transform_run (void *transform, const SavantTransformConfig *config,
    const SavantTransformJob *jobs, int n_jobs)
{
  CudaTransform *t = transform;
  SvCuFence *fence = NULL;
  SvCuEngine *engine;
  RunPlace run;
  int status = locate (t, jobs, n_jobs, &run);

  sv_cu_fence_unref (t->foreign);
  t->foreign = NULL;
  release_passed (t);
  if (status != SAVANT_OK)
    return status;
  if (run.gpu_id < 0) {
    if (config->compute_mode != SAVANT_COMPUTE_GPU)
      return sv_host_backend.transform_run (t->host, config, jobs, n_jobs);
    run.gpu_id = 0;
  }
  engine = find_engine (t, run.gpu_id);
  if (engine == NULL)
    return SAVANT_ERROR_EXECUTION;
  status = sv_cu_engine_run (engine, config, t->works, n_jobs, &fence);
  if (run.foreign)
    t->foreign = fence;
  else
    sv_cu_fence_unref (fence);
  return status;
}

static void
cuda_keep (void *transform, void *object, void (*release) (void *object))
{
  CudaTransform *t = transform;

  /* What was just queued is not over, unless it has been waited for. */
  if (t->foreign == NULL || sv_cu_fence_known_passed (t->foreign)) {
    release (object);
    return;
  }
  if (t->n_held == t->held_room) {
    int room = t->held_room > 0 ? 2 * t->held_room : 8;
    Held *grown = realloc (t->held, (size_t) room * sizeof *grown);

    if (grown == NULL) {
      sv_cu_fence_wait (t->foreign);
      release (object);
      return;
    }
    t->held = grown;
    t->held_room = room;
  }
  if (t->n_held == 0 || t->held[t->n_held - 1].fence != t->foreign)
    t->n_held_runs++;
  t->held[t->n_held++] =
      (Held){ sv_cu_fence_ref (t->foreign), object, release };
  limit_held (t, MAX_HELD_RUNS);
}

const SvBackendFns sv_cuda_backend = {
  .name = "cuda",
  .caps = {
    .mem_types = 1u << SAVANT_MEM_CUDA_PINNED | 1u << SAVANT_MEM_CUDA_DEVICE
        | 1u << SAVANT_MEM_CUDA_UNIFIED | 1u << SAVANT_MEM_SYSTEM,
    .default_mem_type = SAVANT_MEM_CUDA_DEVICE,
    .compute_modes = 1u << SAVANT_COMPUTE_DEFAULT | 1u << SAVANT_COMPUTE_GPU,
    .pitch_align = PITCH_ALIGN,
    .held_runs = MAX_HELD_RUNS,
  },
  .probe = cuda_probe,
  .alloc = sv_cu_alloc,
  .free = sv_cu_free,
  .owns = sv_cu_owns,
  .check_place = sv_cu_check_place,
  .wait = sv_cu_wait,
  .copy = cuda_copy,
  .fill = cuda_fill,
  .upload_rows = cuda_upload_rows,
  .download_rows = cuda_download_rows,
  .set_rows = cuda_set_rows,
  .wait_stream = cuda_wait_stream,
  .transform_new = cuda_transform_new,
  .transform_free = cuda_transform_free,
  .transform_run = cuda_transform_run,
  .transform_keep = cuda_keep,
  .transform_allow_peers = cuda_allow_peers,
};
