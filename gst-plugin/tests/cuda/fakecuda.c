/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "fakecuda.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "backend/cuda/driver.h"
#include "backend/cuda/kernels/params.h"

#define EXPORT __attribute__ ((visibility ("default")))
#define MAX_THINGS 4096
#define LOST 719

typedef enum Kind
{
  KIND_NONE,
  KIND_DEVICE,
  KIND_PINNED,
  KIND_MANAGED
} Kind;

typedef struct Memory
{
  Kind kind;
  uint8_t *data;
  size_t size;
  size_t mapped;
  int gpu;
} Memory;

struct SvCuContextRec
{
  int gpu;
};

struct SvCuStreamRec
{
  bool used;
  int gpu;
};

struct SvCuEventRec
{
  bool used;
  bool recorded;
  bool passed;
  int gpu;
};

struct SvCuModuleRec
{
  int gpu;
};

struct SvCuFunctionRec
{
  int gpu;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static bool started;
static struct SvCuContextRec contexts[FAKE_GPUS] = { { 0 }, { 1 } };
static struct SvCuModuleRec modules[FAKE_GPUS] = { { 0 }, { 1 } };
static struct SvCuFunctionRec functions[FAKE_GPUS] = { { 0 }, { 1 } };
static Memory memories[MAX_THINGS];
static struct SvCuStreamRec streams[MAX_THINGS];
static struct SvCuEventRec events[MAX_THINGS];
static bool held;
static int n_calls, failing_call, failing_result;
static bool failing_on;
static int last_jobs, last_gpu = -1;
static unsigned last_blocks;
static __thread int stack[64];
static __thread int depth;

static struct
{
  const char *name;
  int calls;
} counts[64];

static void
broken (const char *name, const char *rule)
{
  fprintf (stderr, "fake libcuda: %s: %s\n", name, rule);
  abort ();
}

/* Every function begins here, with the lock held from then on: a result other
 * than 0 is what it returns. */
static int
enter (const char *name, bool needs_context)
{
  int i = 0;

  pthread_mutex_lock (&lock);
  while (i < 63 && counts[i].name != NULL && strcmp (counts[i].name, name) != 0)
    i++;
  counts[i].name = name;
  counts[i].calls++;
  n_calls++;
  if (!started && strcmp (name, "cuInit") != 0)
    broken (name, "called before cuInit");
  if (needs_context && depth < 1)
    broken (name, "no context is current");
  if (failing_call > 0
      && (n_calls == failing_call || (failing_on && n_calls > failing_call)))
    return failing_result;
  return 0;
}

static SvCuResult
leave (SvCuResult result)
{
  pthread_mutex_unlock (&lock);
  return result;
}

#define ENTER(name, needs_context)                                             \
  do {                                                                         \
    int failure = enter (name, needs_context);                                 \
    if (failure != 0)                                                          \
      return leave (failure);                                                  \
  } while (0)

static bool
is_mode (const char *mode)
{
  const char *set = getenv ("FAKE_CUDA");

  return set != NULL && strcmp (set, mode) == 0;
}

/* ---- Start --------------------------------------------------------------- */

#define DECLARE(name, symbol, params) EXPORT SvCuResult fake_##name params     \
    __asm__ (symbol);
SV_CU_CALLS (DECLARE)
#undef DECLARE

SvCuResult
fake_init (unsigned flags)
{
  ENTER ("cuInit", false);
  if (flags != 0)
    broken ("cuInit", "flags are not 0");
  if (is_mode ("no-device"))
    return leave (SV_CU_ERROR_NO_DEVICE);
  started = true;
  return leave (SV_CU_SUCCESS);
}

SvCuResult
fake_driver_version (int *version)
{
  ENTER ("cuDriverGetVersion", false);
  *version = is_mode ("old-driver") ? 12040 : 13000;
  return leave (SV_CU_SUCCESS);
}

SvCuResult
fake_error_name (SvCuResult result, const char **text)
{
  *text = result == SV_CU_ERROR_OUT_OF_MEMORY ? "CUDA_ERROR_OUT_OF_MEMORY"
      : result == LOST                        ? "CUDA_ERROR_LAUNCH_FAILED"
                                              : "CUDA_ERROR_FAKE";
  return SV_CU_SUCCESS;
}

SvCuResult
fake_error_string (SvCuResult result, const char **text)
{
  *text = result == SV_CU_ERROR_OUT_OF_MEMORY ? "out of memory" : "a failure";
  return SV_CU_SUCCESS;
}

SvCuResult
fake_device_count (int *count)
{
  ENTER ("cuDeviceGetCount", false);
  *count = FAKE_GPUS;
  return leave (SV_CU_SUCCESS);
}

SvCuResult
fake_device_get (SvCuDevice *device, int ordinal)
{
  ENTER ("cuDeviceGet", false);
  if (ordinal < 0 || ordinal >= FAKE_GPUS)
    broken ("cuDeviceGet", "no such GPU");
  *device = 100 + ordinal;
  return leave (SV_CU_SUCCESS);
}

SvCuResult
fake_device_attribute (int *value, int attribute, SvCuDevice device)
{
  bool old = is_mode ("old-gpu");

  ENTER ("cuDeviceGetAttribute", false);
  if (device < 100 || device >= 100 + FAKE_GPUS)
    broken ("cuDeviceGetAttribute", "no such device");
  if (attribute == SV_CU_DEVICE_COMPUTE_MAJOR)
    *value = old ? 6 : 9;
  else if (attribute == SV_CU_DEVICE_COMPUTE_MINOR)
    *value = old ? 1 : 0;
  else
    broken ("cuDeviceGetAttribute", "an attribute that is not known");
  return leave (SV_CU_SUCCESS);
}

/* ---- Contexts and kernels ------------------------------------------------ */

SvCuResult
fake_context_retain (SvCuContext *context, SvCuDevice device)
{
  ENTER ("cuDevicePrimaryCtxRetain", false);
  if (device < 100 || device >= 100 + FAKE_GPUS)
    broken ("cuDevicePrimaryCtxRetain", "no such device");
  *context = &contexts[device - 100];
  return leave (SV_CU_SUCCESS);
}

SvCuResult
fake_context_push (SvCuContext context)
{
  ENTER ("cuCtxPushCurrent", false);
  if (context != &contexts[0] && context != &contexts[1])
    broken ("cuCtxPushCurrent", "no context");
  if (depth == 64)
    broken ("cuCtxPushCurrent", "64 contexts are pushed");
  stack[depth++] = context->gpu;
  return leave (SV_CU_SUCCESS);
}

/* Never fails by order: who cannot pop has lost his thread. */
SvCuResult
fake_context_pop (SvCuContext *context)
{
  if (depth < 1)
    broken ("cuCtxPopCurrent", "nothing is pushed");
  depth--;
  *context = depth > 0 ? &contexts[stack[depth - 1]] : NULL;
  return SV_CU_SUCCESS;
}

SvCuResult
fake_module_load (SvCuModule *module, const void *image)
{
  static const uint8_t magic[4] = { 0x50, 0xed, 0x55, 0xba };

  ENTER ("cuModuleLoadData", true);
  if (memcmp (image, magic, 4) != 0)
    broken ("cuModuleLoadData", "the image is no fatbin");
  *module = &modules[stack[depth - 1]];
  return leave (SV_CU_SUCCESS);
}

SvCuResult
fake_module_function (SvCuFunction *function, SvCuModule module,
    const char *name)
{
  ENTER ("cuModuleGetFunction", true);
  if (strcmp (name, SV_CU_KERNEL) != 0)
    broken ("cuModuleGetFunction", "no such kernel");
  *function = &functions[module->gpu];
  return leave (SV_CU_SUCCESS);
}

/* ---- Memory -------------------------------------------------------------- */

static Memory *
find (SvCuPtr address)
{
  for (int i = 0; i < MAX_THINGS; i++)
    if (memories[i].kind != KIND_NONE
        && address >= (SvCuPtr) (uintptr_t) memories[i].data
        && address < (SvCuPtr) (uintptr_t) memories[i].data + memories[i].size)
      return &memories[i];
  return NULL;
}

static void *
allocate (const char *name, Kind kind, size_t size)
{
  Memory *memory = memories;

  if (size == 0)
    broken (name, "size 0");
  while (memory->kind != KIND_NONE)
    if (++memory == memories + MAX_THINGS)
      broken (name, "too much memory");
  memory->kind = kind;
  memory->size = size;
  memory->gpu = stack[depth - 1];
  memory->mapped = (size + 4095) / 4096 * 4096;
  memory->data = mmap (NULL, memory->mapped,
      kind == KIND_DEVICE ? PROT_NONE : PROT_READ | PROT_WRITE,
      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory->data == MAP_FAILED)
    broken (name, "mmap failed");
  return memory->data;
}

static void
release (const char *name, SvCuPtr address, bool pinned)
{
  Memory *memory = find (address);

  if (memory == NULL || (SvCuPtr) (uintptr_t) memory->data != address)
    broken (name, "no start of memory");
  if ((memory->kind == KIND_PINNED) != pinned)
    broken (name, "memory of another kind");
  munmap (memory->data, memory->mapped);
  memory->kind = KIND_NONE;
}

SvCuResult
fake_mem_alloc (SvCuPtr *data, size_t size)
{
  ENTER ("cuMemAlloc", true);
  *data = (SvCuPtr) (uintptr_t) allocate ("cuMemAlloc", KIND_DEVICE, size);
  return leave (SV_CU_SUCCESS);
}

SvCuResult
fake_mem_free (SvCuPtr data)
{
  ENTER ("cuMemFree", true);
  release ("cuMemFree", data, false);
  return leave (SV_CU_SUCCESS);
}

SvCuResult
fake_host_alloc (void **data, size_t size, unsigned flags)
{
  ENTER ("cuMemHostAlloc", true);
  if (flags != (SV_CU_HOST_ALLOC_PORTABLE | SV_CU_HOST_ALLOC_DEVICEMAP))
    broken ("cuMemHostAlloc", "flags");
  *data = allocate ("cuMemHostAlloc", KIND_PINNED, size);
  return leave (SV_CU_SUCCESS);
}

SvCuResult
fake_host_free (void *data)
{
  ENTER ("cuMemFreeHost", true);
  release ("cuMemFreeHost", (SvCuPtr) (uintptr_t) data, true);
  return leave (SV_CU_SUCCESS);
}

SvCuResult
fake_managed_alloc (SvCuPtr *data, size_t size, unsigned flags)
{
  ENTER ("cuMemAllocManaged", true);
  if (flags != SV_CU_MEM_ATTACH_GLOBAL)
    broken ("cuMemAllocManaged", "flags");
  *data =
      (SvCuPtr) (uintptr_t) allocate ("cuMemAllocManaged", KIND_MANAGED, size);
  return leave (SV_CU_SUCCESS);
}

SvCuResult
fake_pointer_attribute (void *value, int attribute, SvCuPtr data)
{
  Memory *memory;

  ENTER ("cuPointerGetAttribute", false);
  memory = find (data);
  if (memory == NULL)
    return leave (SV_CU_ERROR_INVALID_VALUE);
  if (attribute == SV_CU_POINTER_MEMORY_TYPE)
    *(unsigned *) value =
        memory->kind == KIND_PINNED ? SV_CU_MEMORY_HOST : SV_CU_MEMORY_DEVICE;
  else if (attribute == SV_CU_POINTER_DEVICE_ORDINAL)
    *(int *) value = memory->gpu;
  else
    broken ("cuPointerGetAttribute", "an attribute that is not known");
  return leave (SV_CU_SUCCESS);
}

/* Lets the fake itself, and nobody else, at device memory. */
static void
open_memory (Memory *memory, bool open)
{
  if (memory != NULL && memory->kind == KIND_DEVICE
      && mprotect (memory->data, memory->mapped,
             open ? PROT_READ | PROT_WRITE : PROT_NONE)
          != 0)
    broken ("mprotect", "failed");
}

static void
check_span (const char *name, const Memory *memory, SvCuPtr at, size_t size)
{
  if (memory != NULL
      && at + size > (SvCuPtr) (uintptr_t) memory->data + memory->size)
    broken (name, "ends outside the memory");
}

static void
move (const char *name, SvCuPtr dst, SvCuPtr src, size_t size)
{
  Memory *to = find (dst), *from = find (src);

  check_span (name, to, dst, size);
  check_span (name, from, src, size);
  open_memory (to, true);
  open_memory (from, true);
  memmove ((void *) (uintptr_t) dst, (void *) (uintptr_t) src, size);
  open_memory (to, false);
  open_memory (from, false);
}

static void
check_stream (const char *name, SvCuStream stream)
{
  if (stream < streams || stream >= streams + MAX_THINGS || !stream->used)
    broken (name, "no stream");
  if (stream->gpu != stack[depth - 1])
    broken (name, "a stream of another context");
}

SvCuResult
fake_copy (SvCuPtr dst, SvCuPtr src, size_t size, SvCuStream stream)
{
  ENTER ("cuMemcpyAsync", true);
  check_stream ("cuMemcpyAsync", stream);
  move ("cuMemcpyAsync", dst, src, size);
  return leave (SV_CU_SUCCESS);
}

SvCuResult
fake_copy_2d (const SvCuCopy2d *copy, SvCuStream stream)
{
  SvCuPtr src, dst;

  ENTER ("cuMemcpy2DAsync", true);
  check_stream ("cuMemcpy2DAsync", stream);
  if (copy->src_x_bytes != 0 || copy->src_y != 0 || copy->dst_x_bytes != 0
      || copy->dst_y != 0 || copy->src_array != NULL || copy->dst_array != NULL)
    broken ("cuMemcpy2DAsync", "a field that is to be 0");
  if (copy->width_bytes == 0 || copy->height == 0
      || copy->src_pitch < copy->width_bytes
      || copy->dst_pitch < copy->width_bytes)
    broken ("cuMemcpy2DAsync", "sizes");
  src = copy->src_memory_type == SV_CU_MEMORY_HOST
      ? (SvCuPtr) (uintptr_t) copy->src_host
      : copy->src_device;
  dst = copy->dst_memory_type == SV_CU_MEMORY_HOST
      ? (SvCuPtr) (uintptr_t) copy->dst_host
      : copy->dst_device;
  if ((copy->src_memory_type == SV_CU_MEMORY_DEVICE) != (find (src) != NULL)
      || (copy->dst_memory_type == SV_CU_MEMORY_DEVICE) != (find (dst) != NULL))
    broken ("cuMemcpy2DAsync", "memory types");
  for (size_t y = 0; y < copy->height; y++)
    move ("cuMemcpy2DAsync", dst + y * copy->dst_pitch,
        src + y * copy->src_pitch, copy->width_bytes);
  return leave (SV_CU_SUCCESS);
}

/* ---- Streams and events -------------------------------------------------- */

SvCuResult
fake_stream_new (SvCuStream *stream, unsigned flags)
{
  SvCuStream at = streams;

  ENTER ("cuStreamCreate", true);
  if (flags != SV_CU_STREAM_NON_BLOCKING)
    broken ("cuStreamCreate", "it would wait for the default stream");
  while (at->used)
    at++;
  at->used = true;
  at->gpu = stack[depth - 1];
  *stream = at;
  return leave (SV_CU_SUCCESS);
}

SvCuResult
fake_stream_free (SvCuStream stream)
{
  ENTER ("cuStreamDestroy", true);
  check_stream ("cuStreamDestroy", stream);
  stream->used = false;
  return leave (SV_CU_SUCCESS);
}

SvCuResult
fake_stream_sync (SvCuStream stream)
{
  ENTER ("cuStreamSynchronize", true);
  check_stream ("cuStreamSynchronize", stream);
  return leave (SV_CU_SUCCESS);
}

static void
check_event (const char *name, SvCuEvent event)
{
  if (event < events || event >= events + MAX_THINGS || !event->used)
    broken (name, "no event");
}

SvCuResult
fake_stream_wait (SvCuStream stream, SvCuEvent event, unsigned flags)
{
  ENTER ("cuStreamWaitEvent", true);
  check_stream ("cuStreamWaitEvent", stream);
  check_event ("cuStreamWaitEvent", event);
  if (flags != 0 || !event->recorded)
    broken ("cuStreamWaitEvent", "flags, or an event that was not recorded");
  return leave (SV_CU_SUCCESS);
}

SvCuResult
fake_event_new (SvCuEvent *event, unsigned flags)
{
  SvCuEvent at = events;

  ENTER ("cuEventCreate", true);
  if (flags != SV_CU_EVENT_DISABLE_TIMING)
    broken ("cuEventCreate", "an event that measures time is slow");
  while (at->used)
    at++;
  *at = (struct SvCuEventRec){ .used = true, .gpu = stack[depth - 1] };
  *event = at;
  return leave (SV_CU_SUCCESS);
}

SvCuResult
fake_event_free (SvCuEvent event)
{
  ENTER ("cuEventDestroy", true);
  check_event ("cuEventDestroy", event);
  event->used = false;
  return leave (SV_CU_SUCCESS);
}

SvCuResult
fake_event_record (SvCuEvent event, SvCuStream stream)
{
  ENTER ("cuEventRecord", true);
  check_event ("cuEventRecord", event);
  check_stream ("cuEventRecord", stream);
  if (event->gpu != stream->gpu)
    broken ("cuEventRecord", "event and stream of two GPUs");
  event->recorded = true;
  event->passed = !held;
  return leave (SV_CU_SUCCESS);
}

SvCuResult
fake_event_query (SvCuEvent event)
{
  ENTER ("cuEventQuery", true);
  check_event ("cuEventQuery", event);
  return leave (event->passed ? SV_CU_SUCCESS : SV_CU_ERROR_NOT_READY);
}

SvCuResult
fake_event_sync (SvCuEvent event)
{
  ENTER ("cuEventSynchronize", true);
  check_event ("cuEventSynchronize", event);
  if (!event->recorded)
    broken ("cuEventSynchronize", "an event that was not recorded");
  event->passed = true;
  return leave (SV_CU_SUCCESS);
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
  Memory *table = find (job->plan), *dst = find (job->dst[0]);
  unsigned across, down;
  SvCuPlan plan;
  size_t bytes;

  if (table == NULL || table->kind != KIND_DEVICE)
    broken ("cuLaunchKernel", "a plan that is not in device memory");
  check_span ("cuLaunchKernel", table, job->plan, sizeof plan);
  open_memory (table, true);
  memcpy (&plan, (void *) (uintptr_t) job->plan, sizeof plan);
  open_memory (table, false);
  if (dst == NULL)
    broken ("cuLaunchKernel", "a destination that no kernel reaches");
  if (plan.x1 > plan.x0 && find (job->src[0]) == NULL)
    broken ("cuLaunchKernel", "a source that no kernel reaches");
  across = (unsigned) (plan.width + SV_CU_TILE_X - 1) / SV_CU_TILE_X;
  down = (unsigned) (plan.height + SV_CU_TILE_Y - 1) / SV_CU_TILE_Y;
  if (job->first_block != first_block || job->blocks_x != across)
    broken ("cuLaunchKernel", "blocks of a job");
  bytes = row_bytes (&plan);
  open_memory (dst, true);
  for (int y = 0; y < plan.height; y++) {
    SvCuPtr row = job->dst[0] + (SvCuPtr) ((int64_t) y * job->dst_pitch[0]);

    if (find (row) != dst)
      broken ("cuLaunchKernel", "a destination that leaves its memory");
    check_span ("cuLaunchKernel", dst, row, bytes);
    memset ((void *) (uintptr_t) row, FAKE_PIXEL, bytes);
  }
  open_memory (dst, false);
  return across * down;
}

SvCuResult
fake_launch (SvCuFunction function, unsigned grid_x, unsigned grid_y,
    unsigned grid_z, unsigned block_x, unsigned block_y, unsigned block_z,
    unsigned shared_bytes, SvCuStream stream, void **params, void **extra)
{
  const SvCuArgs *args = params[0];
  unsigned blocks = 0;

  ENTER ("cuLaunchKernel", true);
  check_stream ("cuLaunchKernel", stream);
  if (function->gpu != stream->gpu)
    broken ("cuLaunchKernel", "function and stream of two GPUs");
  if (grid_y != 1 || grid_z != 1 || block_x != SV_CU_BLOCK_X
      || block_y != SV_CU_BLOCK_Y || block_z != 1 || shared_bytes != 0
      || extra != NULL)
    broken ("cuLaunchKernel", "shape of the launch");
  if (args->n_jobs < 1 || args->n_jobs > SV_CU_MAX_JOBS)
    broken ("cuLaunchKernel", "number of jobs");
  for (int i = 0; i < args->n_jobs; i++)
    blocks += run_job (&args->jobs[i], blocks);
  if (blocks != grid_x)
    broken ("cuLaunchKernel", "blocks of the launch");
  last_jobs = args->n_jobs;
  last_blocks = blocks;
  last_gpu = stream->gpu;
  return leave (SV_CU_SUCCESS);
}

/* ---- Controls ------------------------------------------------------------ */

static int
get_calls (const char *name)
{
  int calls = 0;

  pthread_mutex_lock (&lock);
  for (int i = 0; i < 64 && counts[i].name != NULL; i++)
    if (strcmp (counts[i].name, name) == 0)
      calls = counts[i].calls;
  pthread_mutex_unlock (&lock);
  return calls;
}

static int
get_n_calls (void)
{
  return n_calls;
}

static void
set_failure (int call, int result, bool from_then_on)
{
  failing_call = call;
  failing_result = result;
  failing_on = from_then_on;
}

static void
set_held (bool hold)
{
  held = hold;
  for (int i = 0; i < MAX_THINGS && !hold; i++)
    events[i].passed = events[i].recorded;
}

static int
count_memories (void)
{
  int n = 0;

  for (int i = 0; i < MAX_THINGS; i++)
    n += memories[i].kind != KIND_NONE;
  return n;
}

static int
count_streams (void)
{
  int n = 0;

  for (int i = 0; i < MAX_THINGS; i++)
    n += streams[i].used;
  return n;
}

static int
count_events (void)
{
  int n = 0;

  for (int i = 0; i < MAX_THINGS; i++)
    n += events[i].used;
  return n;
}

static int
get_depth (void)
{
  return depth;
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
