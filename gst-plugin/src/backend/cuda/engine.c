/* SPDX-License-Identifier: Apache-2.0 */
#include "engine.h"

#include <stdlib.h>
#include <string.h>

#include "../../core/format.h"
#include "../../core/log.h"
#include "plan.h"
#include "staging.h"

/* Plans that are kept; more than one launch has jobs. */
#define N_PLANS 64
#define PLAN_MIN_BYTES 16384

_Static_assert (N_PLANS >= SV_CU_MAX_JOBS, "a launch needs its plans at once");
_Static_assert (sizeof (SvCuArgs) <= 4096, "kernel arguments");

typedef struct CachedPlan
{
  SvCuPlanKey key;
  SvCuPtr data; /* the GPU's copy */
  size_t room;
  int source; /* of the plan */
  uint64_t last_use;
} CachedPlan;

struct SvCuEngine
{
  const SvCuGpu *gpu;
  SvCuStream stream;
  uint64_t stream_id;
  CachedPlan plans[N_PLANS];
  int n_plans;
  CachedPlan *last_plans[SV_CU_MAX_JOBS]; /* of the last launch's pictures */
  uint64_t clock;
  SvCuPtr staging; /* copies of pictures that kernels cannot reach */
  size_t staging_room;
  SvCuAccess *accesses;
  int accesses_room;
  SvCuArgs args;
  SavantImage staged_src[SV_CU_MAX_JOBS];
  SavantImage staged_dst[SV_CU_MAX_JOBS];
  bool moved[SV_CU_MAX_JOBS]; /* copied already */
};

SvCuEngine *
sv_cu_engine_new (const SvCuGpu *gpu)
{
  const SvCuDriver *cu = sv_cu_driver ();
  SvCuEngine *engine = calloc (1, sizeof *engine);
  int status;

  if (engine == NULL) {
    sv_fail (SAVANT_ERROR_OUT_OF_MEMORY, "no memory for a CUDA engine");
    return NULL;
  }
  engine->gpu = gpu;
  engine->stream_id = sv_cu_next_stream_id ();
  status = sv_cu_enter (gpu);
  if (status == SAVANT_OK) {
    status = sv_cu_check (cu->stream_new (&engine->stream,
                              SV_CU_STREAM_NON_BLOCKING),
        "cuStreamCreate");
    sv_cu_leave ();
  }
  if (status == SAVANT_OK)
    return engine;
  free (engine);
  return NULL;
}

void
sv_cu_engine_free (SvCuEngine *engine)
{
  const SvCuDriver *cu = sv_cu_driver ();

  if (engine == NULL)
    return;
  if (sv_cu_enter (engine->gpu) == SAVANT_OK) {
    cu->stream_sync (engine->stream);
    for (int i = 0; i < engine->n_plans; i++)
      if (engine->plans[i].data != 0)
        cu->mem_free (engine->plans[i].data);
    if (engine->staging != 0)
      cu->mem_free (engine->staging);
    cu->stream_free (engine->stream);
    sv_cu_leave ();
  }
  free (engine->accesses);
  free (engine);
}

const SvCuGpu *
sv_cu_engine_gpu (const SvCuEngine *engine)
{
  return engine->gpu;
}

SvCuStream
sv_cu_engine_stream (const SvCuEngine *engine)
{
  return engine->stream;
}

/* Memory of at least `size` bytes in place of *data, whose contents are lost
 * once nothing in the stream needs them any more. */
static int
grow (SvCuEngine *engine, SvCuPtr *data, size_t *room, size_t size)
{
  const SvCuDriver *cu = sv_cu_driver ();
  int status = SAVANT_OK;

  if (*room >= size)
    return SAVANT_OK;
  if (*data != 0) {
    status =
        sv_cu_check (cu->stream_sync (engine->stream), "cuStreamSynchronize");
    if (status != SAVANT_OK)
      return status;
    cu->mem_free (*data);
    *data = 0;
    *room = 0;
  }
  status = sv_cu_check (cu->mem_alloc (data, size), "cuMemAlloc");
  if (status == SAVANT_OK)
    *room = size;
  return status;
}

/* ---- Plans -------------------------------------------------------------- */

static int
upload_plan (SvCuEngine *engine, CachedPlan *cached)
{
  const SvCuDriver *cu = sv_cu_driver ();
  size_t size = 0, room = PLAN_MIN_BYTES;
  SvCuPlan *plan = sv_cu_plan_new (&cached->key, &size);
  int status;

  if (plan == NULL)
    return sv_fail (SAVANT_ERROR_OUT_OF_MEMORY,
        "no memory for the filter tables of %dx%d to %dx%d",
        cached->key.job.src_rect.w, cached->key.job.src_rect.h,
        cached->key.job.dst_rect.w, cached->key.job.dst_rect.h);
  while (room < size)
    room *= 2;
  cached->source = plan->source;
  status = grow (engine, &cached->data, &cached->room, room);
  /* From pageable memory the bytes are taken before the call returns. */
  if (status == SAVANT_OK)
    status = sv_cu_check (cu->copy (cached->data, (SvCuPtr) (uintptr_t) plan,
                              size, engine->stream),
        "copying filter tables");
  free (plan);
  return status;
}

static bool
is_plan_of (const CachedPlan *plan, const SvCuPlanKey *key)
{
  return plan != NULL && memcmp (&plan->key, key, sizeof *key) == 0;
}

/* The plan of a launch's n-th picture: mostly the one of its predecessor in
 * the same place. One that is replaced was used before this launch. */
static int
find_plan (SvCuEngine *engine, const SvCuPlanKey *key, int n, CachedPlan **out)
{
  CachedPlan *oldest = engine->plans, *plan = engine->last_plans[n];
  int status;

  for (int i = 0; !is_plan_of (plan, key) && i < engine->n_plans; i++) {
    plan = &engine->plans[i];
    if (plan->last_use < oldest->last_use)
      oldest = plan;
  }
  if (is_plan_of (plan, key)) {
    plan->last_use = ++engine->clock;
    *out = engine->last_plans[n] = plan;
    return SAVANT_OK;
  }
  if (engine->n_plans < N_PLANS)
    oldest = &engine->plans[engine->n_plans++];
  oldest->key = *key;
  oldest->last_use = ++engine->clock;
  status = upload_plan (engine, oldest);
  if (status != SAVANT_OK)
    memset (&oldest->key, 0, sizeof oldest->key);
  *out = engine->last_plans[n] = oldest;
  return status;
}

/* ---- Staging ------------------------------------------------------------ */

/* Copies of all pictures of a launch that the GPU cannot reach, or reaches
 * slowly; whole copies between memory of the CPU and the GPU are over with
 * it. */
static int
stage (SvCuEngine *engine, const SavantTransformConfig *config,
    const SvCuWork *works, int n)
{
  int gpu_id = engine->gpu->id, status;
  size_t bytes = 0;
  SvCuPtr at;

  for (int i = 0; i < n; i++) {
    engine->moved[i] = sv_cu_is_move (config, &works[i], gpu_id);
    if (!engine->moved[i])
      bytes += sv_cu_staged_bytes (config, &works[i], gpu_id);
  }
  status = grow (engine, &engine->staging, &engine->staging_room, bytes);
  at = engine->staging;
  for (int i = 0; status == SAVANT_OK && i < n; i++) {
    const SavantTransformJob *job = works[i].job;
    SvCuStaged staged = { engine->gpu, engine->stream, &at,
      &engine->staged_src[i], &engine->staged_dst[i] };

    if (engine->moved[i])
      status = sv_cu_move (engine->stream, job, !sv_cu_is_cpu (&works[i].dst));
    else
      status = sv_cu_stage (config, &works[i], &staged);
  }
  return status;
}

/* ---- Launches ----------------------------------------------------------- */

static bool
is_aligned (const SavantImage *image, int plane, uintptr_t align)
{
  return (uintptr_t) image->data[plane] % align == 0
      && image->pitch_bytes[plane] % (ptrdiff_t) align == 0;
}

static uint16_t
job_flags (const SavantImage *src, const SavantImage *dst, int source)
{
  uint16_t flags = 0;

  if (is_aligned (src, 0, 4)
      && (source == SV_CU_SOURCE_WORD
          || (source == SV_CU_SOURCE_PAIR && is_aligned (src, 1, 4))))
    flags |= SV_CU_WORDS_ALIGNED;
  if ((source == SV_CU_SOURCE_PAIR && is_aligned (src, 1, 2))
      || (source == SV_CU_SOURCE_WORD && is_aligned (src, 0, 4)))
    flags |= SV_CU_SOURCE_ALIGNED;
  if (is_aligned (dst, 0, 2))
    flags |= SV_CU_STORE_2;
  if (is_aligned (dst, 0, 4))
    flags |= SV_CU_STORE_4;
  if (is_aligned (dst, 0, 8))
    flags |= SV_CU_STORE_8;
  return flags;
}

static int
set_planes (const SavantImage *image, uint64_t *data, int32_t *pitch)
{
  for (int p = 0; p < image->n_planes; p++) {
    const SvFormatInfo *info = sv_format_info (image->format);
    int64_t rows = sv_format_plane_rows (info, p, image->height);
    int64_t span = (int64_t) image->pitch_bytes[p] * rows;

    /* Kernels count bytes in 32 bits. */
    if (span > INT32_MAX || span < -INT32_MAX)
      return sv_fail (SAVANT_ERROR_INVALID_ARGUMENT,
          "plane %d of %lld rows has a pitch of %td bytes: the CUDA backend "
          "takes planes of less than 2 GiB",
          p, (long long) rows, image->pitch_bytes[p]);
    data[p] = (uint64_t) (uintptr_t) image->data[p];
    pitch[p] = (int32_t) image->pitch_bytes[p];
  }
  return SAVANT_OK;
}

/* Picture `i` of a launch as entry n of the arguments; *blocks is the number
 * before and after it. */
static int
add_job (SvCuEngine *engine, const SavantTransformConfig *config,
    const SvCuWork *work, int i, int n, unsigned *blocks)
{
  const SavantImage *src = &engine->staged_src[i];
  const SavantImage *dst = &engine->staged_dst[i];
  unsigned across = (unsigned) (dst->width + SV_CU_TILE_X - 1) / SV_CU_TILE_X;
  unsigned down = (unsigned) (dst->height + SV_CU_TILE_Y - 1) / SV_CU_TILE_Y;
  SvCuJob *out = &engine->args.jobs[n];
  CachedPlan *plan = NULL;
  SvCuPlanKey key;
  int status;

  memset (out, 0, sizeof *out);
  memset (&key, 0, sizeof key);
  sv_plan_key (&key.job, config, work->job);
  status = set_planes (dst, out->dst, key.dst_pitch);
  if (status == SAVANT_OK && sv_cu_reads_source (work))
    status = set_planes (src, out->src, key.src_pitch);
  if (status == SAVANT_OK)
    status = find_plan (engine, &key, n, &plan);
  if (status != SAVANT_OK)
    return status;
  out->plan = plan->data;
  out->flags = job_flags (src, dst, plan->source);
  out->first_block = *blocks;
  *blocks += across * down;
  return SAVANT_OK;
}

static int
launch (SvCuEngine *engine, const SavantTransformConfig *config,
    const SvCuWork *works, int n)
{
  const SvCuDriver *cu = sv_cu_driver ();
  SvCuFunction kernel = sv_cu_interpolation_is_wide (config->interpolation)
      ? engine->gpu->wide_kernel
      : engine->gpu->kernel;
  void *params[] = { &engine->args };
  unsigned blocks = 0;
  int n_jobs = 0, status = stage (engine, config, works, n);

  for (int i = 0; status == SAVANT_OK && i < n; i++)
    if (!engine->moved[i])
      status = add_job (engine, config, &works[i], i, n_jobs++, &blocks);
  if (status != SAVANT_OK || n_jobs == 0)
    return status;
  engine->args.jobs[0].n_jobs = (uint16_t) n_jobs;
  status = sv_cu_check (cu->launch (kernel, blocks, 1, 1, SV_CU_BLOCK_X,
                            SV_CU_BLOCK_Y, 1, 0, engine->stream, params, NULL),
      "cuLaunchKernel");
  for (int i = 0; status == SAVANT_OK && i < n; i++)
    if (!engine->moved[i] && !works[i].dst.gpu)
      status = sv_cu_move_rows (engine->stream, &works[i].job->dst,
          &engine->staged_dst[i], true, false);
  return status;
}

/* The blocks that a run touches. */
static int
list_accesses (SvCuEngine *engine, const SvCuWork *works, int n_works, int *n)
{
  *n = 0;
  if (2 * n_works > engine->accesses_room) {
    SvCuAccess *grown =
        realloc (engine->accesses, 2 * (size_t) n_works * sizeof *grown);

    if (grown == NULL)
      return sv_fail (SAVANT_ERROR_OUT_OF_MEMORY,
          "no memory for a run of %d pictures", n_works);
    engine->accesses = grown;
    engine->accesses_room = 2 * n_works;
  }
  for (int i = 0; i < n_works; i++) {
    if (works[i].src.block != NULL && sv_cu_reads_source (&works[i]))
      engine->accesses[(*n)++] = (SvCuAccess){ works[i].src.block, false };
    if (works[i].dst.block != NULL)
      engine->accesses[(*n)++] = (SvCuAccess){ works[i].dst.block, true };
  }
  return SAVANT_OK;
}

/* Everything queued, and a fence behind it. */
static int
queue (SvCuEngine *engine, const SavantTransformConfig *config,
    const SvCuWork *works, int n_works, SvCuFence **fence)
{
  int n_accesses, status;

  status = list_accesses (engine, works, n_works, &n_accesses);
  if (status == SAVANT_OK)
    status = sv_cu_order_before (engine->accesses, n_accesses, engine->stream,
        engine->stream_id);
  for (int i = 0; status == SAVANT_OK && i < n_works; i += SV_CU_MAX_JOBS) {
    int n = n_works - i < SV_CU_MAX_JOBS ? n_works - i : SV_CU_MAX_JOBS;

    status = launch (engine, config, works + i, n);
  }
  if (status != SAVANT_OK)
    return status;
  *fence = sv_cu_fence_new (engine->gpu, engine->stream, engine->stream_id);
  if (*fence == NULL)
    return SAVANT_ERROR_EXECUTION;
  sv_cu_order_after (engine->accesses, n_accesses, *fence);
  return SAVANT_OK;
}

int
sv_cu_engine_run (SvCuEngine *engine, const SavantTransformConfig *config,
    const SvCuWork *works, int n_works, SvCuFence **fence)
{
  int status = sv_cu_enter (engine->gpu);
  bool wait = false;

  if (status != SAVANT_OK)
    return status;
  status = queue (engine, config, works, n_works, fence);
  /* Nothing of a run that failed may still be going on. */
  if (status != SAVANT_OK)
    sv_cu_driver ()->stream_sync (engine->stream);
  sv_cu_leave ();
  for (int i = 0; i < n_works; i++)
    wait = wait || !works[i].dst.gpu || works[i].dst.foreign;
  if (status == SAVANT_OK && wait) {
    status = sv_cu_fence_wait (*fence);
    if (status != SAVANT_OK) {
      sv_cu_fence_unref (*fence);
      *fence = NULL;
    }
  }
  return status;
}

int
sv_cu_engine_copy (SvCuEngine *engine, void *dst, const void *src, size_t size)
{
  const SvCuDriver *cu = sv_cu_driver ();
  int status = sv_cu_wait (dst, true);

  if (status == SAVANT_OK)
    status = sv_cu_wait (src, false);
  if (status == SAVANT_OK)
    status = sv_cu_enter (engine->gpu);
  if (status != SAVANT_OK)
    return status;
  status = sv_cu_check (cu->copy ((SvCuPtr) (uintptr_t) dst,
                            (SvCuPtr) (uintptr_t) src, size, engine->stream),
      "cuMemcpyAsync");
  if (status == SAVANT_OK)
    status =
        sv_cu_check (cu->stream_sync (engine->stream), "cuStreamSynchronize");
  sv_cu_leave ();
  return status;
}
