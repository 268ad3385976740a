/* SPDX-License-Identifier: Apache-2.0 */
/* The fake driver's kernels, launches and peers, and what tests ask of it. */
#include <string.h>

#include "fakestate.h"

static int last_jobs, last_gpu = -1;
static unsigned last_blocks;

/* ---- Kernels ------------------------------------------------------------- */

static struct SvCuModuleRec modules[FAKE_GPUS] = { { 0 }, { 1 } };
static struct SvCuFunctionRec functions[FAKE_GPUS][2] = {
  { { 0, false }, { 0, true } }, { { 1, false }, { 1, true } }
};

SvCuResult
fake_module_load (SvCuModule *module, const void *image)
{
  static const uint8_t magic[4] = { 0x50, 0xed, 0x55, 0xba };

  ENTER ("cuModuleLoadData", true);
  if (strncmp (image, FAKE_NVRTC_IMAGE, strlen (FAKE_NVRTC_IMAGE)) != 0) {
    if (memcmp (image, magic, 4) != 0)
      fake_broken ("cuModuleLoadData", "the image is no fatbin");
    if (fake_is_mode ("old-driver") || fake_is_mode ("refusing"))
      return fake_leave (SV_CU_ERROR_UNSUPPORTED_PTX);
  }
  *module = &modules[fake_stack[fake_depth - 1]];
  return fake_leave (SV_CU_SUCCESS);
}

SvCuResult
fake_module_function (SvCuFunction *function, SvCuModule module,
    const char *name)
{
  ENTER ("cuModuleGetFunction", true);
  if (strcmp (name, SV_CU_KERNEL) != 0 && strcmp (name, SV_CU_WIDE_KERNEL) != 0)
    fake_broken ("cuModuleGetFunction", "no such kernel");
  *function = &functions[module->gpu][strcmp (name, SV_CU_WIDE_KERNEL) == 0];
  return fake_leave (SV_CU_SUCCESS);
}

/* ---- Peers --------------------------------------------------------------- */

SvCuResult
fake_can_access_peer (int *can, SvCuDevice device, SvCuDevice peer)
{
  ENTER ("cuDeviceCanAccessPeer", false);
  if (device < 100 || device >= 100 + FAKE_GPUS || peer < 100
      || peer >= 100 + FAKE_GPUS || peer == device)
    fake_broken ("cuDeviceCanAccessPeer", "no two devices");
  *can = !fake_is_mode ("no-peers");
  return fake_leave (SV_CU_SUCCESS);
}

SvCuResult
fake_enable_peer (SvCuContext peer, unsigned flags)
{
  int gpu;

  ENTER ("cuCtxEnablePeerAccess", true);
  gpu = fake_stack[fake_depth - 1];
  if (peer->gpu == gpu || flags != 0)
    fake_broken ("cuCtxEnablePeerAccess", "itself, or flags");
  if (fake_is_mode ("no-peers"))
    fake_broken ("cuCtxEnablePeerAccess", "the GPUs do not reach each other");
  if (fake_state.peers[gpu][peer->gpu])
    fake_broken ("cuCtxEnablePeerAccess", "twice");
  fake_state.peers[gpu][peer->gpu] = true;
  return fake_leave (SV_CU_SUCCESS);
}

static void
check_side (const SvCuPeerSide *side, const SvCuPeerCopy *copy)
{
  Memory *memory = fake_find (side->device);

  if (side->x_bytes != 0 || side->y != 0 || side->z != 0 || side->lod != 0
      || side->host != NULL || side->array != NULL)
    fake_broken ("cuMemcpy3DPeerAsync", "a field that is to be 0");
  if (side->memory_type != SV_CU_MEMORY_DEVICE || memory == NULL
      || memory->kind != KIND_DEVICE || side->context == NULL
      || memory->gpu != side->context->gpu)
    fake_broken ("cuMemcpy3DPeerAsync", "not memory of its context");
  if (side->pitch < copy->width_bytes || side->height < copy->height)
    fake_broken ("cuMemcpy3DPeerAsync", "pitch or height");
}

SvCuResult
fake_copy_peer (const SvCuPeerCopy *copy, SvCuStream stream)
{
  ENTER ("cuMemcpy3DPeerAsync", true);
  fake_check_stream ("cuMemcpy3DPeerAsync", stream);
  check_side (&copy->src, copy);
  check_side (&copy->dst, copy);
  if (copy->src.context == copy->dst.context)
    fake_broken ("cuMemcpy3DPeerAsync", "on one GPU");
  if (copy->width_bytes == 0 || copy->height == 0 || copy->depth != 1)
    fake_broken ("cuMemcpy3DPeerAsync", "sizes");
  for (size_t y = 0; y < copy->height; y++)
    fake_move ("cuMemcpy3DPeerAsync", copy->dst.device + y * copy->dst.pitch,
        copy->src.device + y * copy->src.pitch, copy->width_bytes);
  return fake_leave (SV_CU_SUCCESS);
}

/* ---- Launches ------------------------------------------------------------ */

static size_t
row_bytes (const SvCuPlan *plan)
{
  switch (plan->target) {
    case SV_CU_TARGET_PACKED4:
      return 4 * (size_t) plan->width;
    case SV_CU_TARGET_PACKED3:
      return 3 * (size_t) plan->width;
    case SV_CU_TARGET_UYVY:
      return 4 * (((size_t) plan->width + 1) / 2);
    default:
      return (size_t) plan->width;
  }
}

/* Writes what a kernel would reach; returns the blocks that it needs. */
static unsigned
run_job (const SvCuJob *job, unsigned first_block)
{
  Memory *table = fake_find (job->plan), *dst = fake_find (job->dst[0]);
  unsigned across, down;
  SvCuPlan plan;
  size_t bytes;

  if (table == NULL || table->kind != KIND_DEVICE)
    fake_broken ("cuLaunchKernel", "a plan that is not in device memory");
  fake_check_span ("cuLaunchKernel", table, job->plan, sizeof plan);
  fake_open (table, true);
  memcpy (&plan, (void *) (uintptr_t) job->plan, sizeof plan);
  fake_open (table, false);
  if (dst == NULL)
    fake_broken ("cuLaunchKernel", "a destination that no kernel reaches");
  if (dst->kind == KIND_DEVICE && dst->gpu != fake_stack[fake_depth - 1])
    fake_broken ("cuLaunchKernel", "a destination on another GPU");
  if (plan.x1 > plan.x0) {
    Memory *src = fake_find (job->src[0]);

    if (src == NULL)
      fake_broken ("cuLaunchKernel", "a source that no kernel reaches");
    if (src->kind == KIND_DEVICE && src->gpu != fake_stack[fake_depth - 1])
      fake_broken ("cuLaunchKernel", "a source on another GPU");
  }
  across = (unsigned) (plan.width + SV_CU_TILE_X - 1) / SV_CU_TILE_X;
  down = (unsigned) (plan.height + SV_CU_TILE_Y - 1) / SV_CU_TILE_Y;
  if (job->first_block != first_block)
    fake_broken ("cuLaunchKernel", "blocks of a job");
  bytes = row_bytes (&plan);
  fake_open (dst, true);
  for (int y = 0; y < plan.height; y++) {
    SvCuPtr row = job->dst[0] + (SvCuPtr) ((int64_t) y * plan.dst_pitch[0]);

    if (fake_find (row) != dst)
      fake_broken ("cuLaunchKernel", "a destination that leaves its memory");
    fake_check_span ("cuLaunchKernel", dst, row, bytes);
    if (fake_run_kernel == NULL)
      memset ((void *) (uintptr_t) row, FAKE_PIXEL, bytes);
  }
  fake_open (dst, false);
  return across * down;
}

SvCuResult
fake_launch (SvCuFunction function, unsigned grid_x, unsigned grid_y,
    unsigned grid_z, unsigned block_x, unsigned block_y, unsigned block_z,
    unsigned shared_bytes, SvCuStream stream, void **params, void **extra)
{
  const SvCuArgs *args = params[0];
  unsigned blocks = 0;
  int n_jobs;

  ENTER ("cuLaunchKernel", true);
  fake_check_stream ("cuLaunchKernel", stream);
  if (function->gpu != stream->gpu)
    fake_broken ("cuLaunchKernel", "function and stream of two GPUs");
  if (grid_y != 1 || grid_z != 1 || block_x != SV_CU_BLOCK_X
      || block_y != SV_CU_BLOCK_Y || block_z != 1 || shared_bytes != 0
      || extra != NULL)
    fake_broken ("cuLaunchKernel", "shape of the launch");
  n_jobs = args->jobs[0].n_jobs;
  if (n_jobs < 1 || n_jobs > SV_CU_MAX_JOBS)
    fake_broken ("cuLaunchKernel", "number of jobs");
  for (int i = 0; i < n_jobs; i++)
    blocks += run_job (&args->jobs[i], blocks);
  if (blocks != grid_x)
    fake_broken ("cuLaunchKernel", "blocks of the launch");
  if (fake_run_kernel != NULL)
    fake_run_kernel (function->wide, args, blocks);
  last_jobs = n_jobs;
  last_blocks = blocks;
  last_gpu = stream->gpu;
  return fake_leave (SV_CU_SUCCESS);
}

/* ---- Controls ------------------------------------------------------------ */

static int
get_calls (const char *name)
{
  int calls = 0;

  pthread_mutex_lock (&fake_state.lock);
  for (int i = 0; i < 64 && fake_state.counts[i].name != NULL; i++)
    if (strcmp (fake_state.counts[i].name, name) == 0)
      calls = fake_state.counts[i].calls;
  pthread_mutex_unlock (&fake_state.lock);
  return calls;
}

static int
get_n_calls (void)
{
  return fake_state.n_calls;
}

static void
set_failure (int call, int result, bool from_then_on)
{
  fake_state.failing_call = call;
  fake_state.failing_result = result;
  fake_state.failing_on = from_then_on;
}

static void
set_held (bool hold)
{
  fake_state.held = hold;
  for (int i = 0; i < MAX_THINGS && !hold; i++)
    fake_events[i].passed = fake_events[i].recorded;
}

static int
count_memories (void)
{
  int n = 0;

  for (int i = 0; i < MAX_THINGS; i++)
    n += fake_memories[i].kind != KIND_NONE;
  return n;
}

static int
count_streams (void)
{
  int n = 0;

  for (int i = 0; i < MAX_THINGS; i++)
    n += fake_streams[i].used;
  return n;
}

static int
count_events (void)
{
  int n = 0;

  for (int i = 0; i < MAX_THINGS; i++)
    n += fake_events[i].used;
  return n;
}

static int
get_depth (void)
{
  return fake_depth;
}

static int
get_last_jobs (void)
{
  return last_jobs;
}

static unsigned
get_last_blocks (void)
{
  return last_blocks;
}

static int
get_last_gpu (void)
{
  return last_gpu;
}

EXPORT const FakeCuda fake_cuda_table = { get_calls, get_n_calls, set_failure,
  set_held, count_memories, count_streams, count_events, get_depth,
  get_last_jobs, get_last_blocks, get_last_gpu };
