/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "fakestate.h"

#define LOST 719

static bool started;
struct SvCuContextRec fake_contexts[FAKE_GPUS] = { { 0 }, { 1 } };

Memory fake_memories[MAX_THINGS];
struct SvCuStreamRec fake_streams[MAX_THINGS];
struct SvCuEventRec fake_events[MAX_THINGS];
FakeState fake_state = { .lock = PTHREAD_MUTEX_INITIALIZER };
__thread int fake_stack[64];
__thread int fake_depth;

void
fake_broken (const char *name, const char *rule)
{
  fprintf (stderr, "fake libcuda: %s: %s\n", name, rule);
  abort ();
}

static void
count_locked (const char *name)
{
  int i = 0;

  while (i < 63 && fake_state.counts[i].name != NULL
      && strcmp (fake_state.counts[i].name, name) != 0)
    i++;
  fake_state.counts[i].name = name;
  fake_state.counts[i].calls++;
}

static void
count (const char *name)
{
  pthread_mutex_lock (&fake_state.lock);
  count_locked (name);
  pthread_mutex_unlock (&fake_state.lock);
}

/* Every function begins here, with the lock fake_state.held from then on: a
 * result other than 0 is what it returns. */
int
fake_enter (const char *name, bool needs_context)
{
  pthread_mutex_lock (&fake_state.lock);
  count_locked (name);
  fake_state.n_calls++;
  if (!started && strcmp (name, "cuInit") != 0)
    fake_broken (name, "called before cuInit");
  if (needs_context && fake_depth < 1)
    fake_broken (name, "no context is current");
  if (fake_state.failing_call > 0
      && (fake_state.n_calls == fake_state.failing_call
          || (fake_state.failing_on
              && fake_state.n_calls > fake_state.failing_call)))
    return fake_state.failing_result;
  return 0;
}

SvCuResult
fake_leave (SvCuResult result)
{
  pthread_mutex_unlock (&fake_state.lock);
  return result;
}

bool
fake_is_mode (const char *mode)
{
  const char *set = getenv ("FAKE_CUDA");

  return set != NULL && strcmp (set, mode) == 0;
}

/* ---- Start --------------------------------------------------------------- */

SvCuResult
fake_init (unsigned flags)
{
  ENTER ("cuInit", false);
  if (flags != 0)
    fake_broken ("cuInit", "flags are not 0");
  if (fake_is_mode ("no-device"))
    return fake_leave (SV_CU_ERROR_NO_DEVICE);
  started = true;
  return fake_leave (SV_CU_SUCCESS);
}

SvCuResult
fake_driver_version (int *version)
{
  ENTER ("cuDriverGetVersion", false);
  *version = fake_is_mode ("old-driver") ? 12040 : 13000;
  return fake_leave (SV_CU_SUCCESS);
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
  return fake_leave (SV_CU_SUCCESS);
}

SvCuResult
fake_device_get (SvCuDevice *device, int ordinal)
{
  ENTER ("cuDeviceGet", false);
  if (ordinal < 0 || ordinal >= FAKE_GPUS)
    fake_broken ("cuDeviceGet", "no such GPU");
  *device = 100 + ordinal;
  return fake_leave (SV_CU_SUCCESS);
}

SvCuResult
fake_device_attribute (int *value, int attribute, SvCuDevice device)
{
  bool old = fake_is_mode ("old-gpu");

  ENTER ("cuDeviceGetAttribute", false);
  if (device < 100 || device >= 100 + FAKE_GPUS)
    fake_broken ("cuDeviceGetAttribute", "no such device");
  if (attribute == SV_CU_DEVICE_COMPUTE_MAJOR)
    *value = old ? 6 : 9;
  else if (attribute == SV_CU_DEVICE_COMPUTE_MINOR)
    *value = old ? 1 : 0;
  else
    fake_broken ("cuDeviceGetAttribute", "an attribute that is not known");
  return fake_leave (SV_CU_SUCCESS);
}

/* ---- Contexts ------------------------------------------------ */

SvCuResult
fake_context_retain (SvCuContext *context, SvCuDevice device)
{
  ENTER ("cuDevicePrimaryCtxRetain", false);
  if (device < 100 || device >= 100 + FAKE_GPUS)
    fake_broken ("cuDevicePrimaryCtxRetain", "no such device");
  *context = &fake_contexts[device - 100];
  return fake_leave (SV_CU_SUCCESS);
}

SvCuResult
fake_context_push (SvCuContext context)
{
  ENTER ("cuCtxPushCurrent", false);
  if (context != &fake_contexts[0] && context != &fake_contexts[1])
    fake_broken ("cuCtxPushCurrent", "no context");
  if (fake_depth == 64)
    fake_broken ("cuCtxPushCurrent", "64 contexts are pushed");
  fake_stack[fake_depth++] = context->gpu;
  return fake_leave (SV_CU_SUCCESS);
}

/* Never fails by order: who cannot pop has lost his thread. Neither has it a
 * number among the calls that may. */
SvCuResult
fake_context_pop (SvCuContext *context)
{
  count ("cuCtxPopCurrent");
  if (fake_depth < 1)
    fake_broken ("cuCtxPopCurrent", "nothing is pushed");
  fake_depth--;
  *context = fake_depth > 0 ? &fake_contexts[fake_stack[fake_depth - 1]] : NULL;
  return SV_CU_SUCCESS;
}

/* ---- Memory -------------------------------------------------------------- */

Memory *
fake_find (SvCuPtr address)
{
  for (int i = 0; i < MAX_THINGS; i++)
    if (fake_memories[i].kind != KIND_NONE
        && address >= (SvCuPtr) (uintptr_t) fake_memories[i].data
        && address < (SvCuPtr) (uintptr_t) fake_memories[i].data
                + fake_memories[i].size)
      return &fake_memories[i];
  return NULL;
}

/* Kernels of the CPU would need it open, one memory after the other. */
static bool
is_closed (Kind kind)
{
  return kind == KIND_DEVICE && fake_run_kernel == NULL;
}

static void *
allocate (const char *name, Kind kind, size_t size)
{
  Memory *memory = fake_memories;

  if (size == 0)
    fake_broken (name, "size 0");
  while (memory->kind != KIND_NONE)
    if (++memory == fake_memories + MAX_THINGS)
      fake_broken (name, "too much memory");
  memory->kind = kind;
  memory->size = size;
  memory->gpu = fake_stack[fake_depth - 1];
  memory->mapped = (size + 4095) / 4096 * 4096;
  memory->data = mmap (NULL, memory->mapped,
      is_closed (kind) ? PROT_NONE : PROT_READ | PROT_WRITE,
      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory->data == MAP_FAILED)
    fake_broken (name, "mmap failed");
  return memory->data;
}

static void
release (const char *name, SvCuPtr address, bool pinned)
{
  Memory *memory = fake_find (address);

  if (memory == NULL || (SvCuPtr) (uintptr_t) memory->data != address)
    fake_broken (name, "no start of memory");
  if ((memory->kind == KIND_PINNED) != pinned)
    fake_broken (name, "memory of another kind");
  munmap (memory->data, memory->mapped);
  memory->kind = KIND_NONE;
}

SvCuResult
fake_mem_alloc (SvCuPtr *data, size_t size)
{
  ENTER ("cuMemAlloc", true);
  *data = (SvCuPtr) (uintptr_t) allocate ("cuMemAlloc", KIND_DEVICE, size);
  return fake_leave (SV_CU_SUCCESS);
}

SvCuResult
fake_mem_free (SvCuPtr data)
{
  ENTER ("cuMemFree", true);
  release ("cuMemFree", data, false);
  return fake_leave (SV_CU_SUCCESS);
}

SvCuResult
fake_host_alloc (void **data, size_t size, unsigned flags)
{
  ENTER ("cuMemHostAlloc", true);
  if (flags != (SV_CU_HOST_ALLOC_PORTABLE | SV_CU_HOST_ALLOC_DEVICEMAP))
    fake_broken ("cuMemHostAlloc", "flags");
  *data = allocate ("cuMemHostAlloc", KIND_PINNED, size);
  return fake_leave (SV_CU_SUCCESS);
}

SvCuResult
fake_host_free (void *data)
{
  ENTER ("cuMemFreeHost", true);
  release ("cuMemFreeHost", (SvCuPtr) (uintptr_t) data, true);
  return fake_leave (SV_CU_SUCCESS);
}

SvCuResult
fake_managed_alloc (SvCuPtr *data, size_t size, unsigned flags)
{
  ENTER ("cuMemAllocManaged", true);
  if (flags != SV_CU_MEM_ATTACH_GLOBAL)
    fake_broken ("cuMemAllocManaged", "flags");
  *data =
      (SvCuPtr) (uintptr_t) allocate ("cuMemAllocManaged", KIND_MANAGED, size);
  return fake_leave (SV_CU_SUCCESS);
}

SvCuResult
fake_pointer_attributes (unsigned n, int *attributes, void **values,
    SvCuPtr data)
{
  Memory *memory;

  ENTER ("cuPointerGetAttributes", false);
  memory = fake_find (data);
  for (unsigned i = 0; i < n; i++) {
    if (attributes[i] == SV_CU_POINTER_MEMORY_TYPE)
      *(unsigned *) values[i] = memory == NULL ? 0
          : memory->kind == KIND_PINNED        ? SV_CU_MEMORY_HOST
                                               : SV_CU_MEMORY_DEVICE;
    else if (attributes[i] == SV_CU_POINTER_IS_MANAGED)
      *(unsigned *) values[i] = memory != NULL && memory->kind == KIND_MANAGED;
    else if (attributes[i] == SV_CU_POINTER_DEVICE_ORDINAL)
      *(int *) values[i] = memory != NULL ? memory->gpu : -2;
    else
      fake_broken ("cuPointerGetAttributes", "an attribute that is not known");
  }
  return fake_leave (SV_CU_SUCCESS);
}

/* Lets the fake itself, and nobody else, at device memory. */
void
fake_open (Memory *memory, bool open)
{
  if (memory != NULL && is_closed (memory->kind)
      && mprotect (memory->data, memory->mapped,
             open ? PROT_READ | PROT_WRITE : PROT_NONE)
          != 0)
    fake_broken ("mprotect", "failed");
}

void
fake_check_span (const char *name, const Memory *memory, SvCuPtr at,
    size_t size)
{
  if (memory != NULL
      && at + size > (SvCuPtr) (uintptr_t) memory->data + memory->size)
    fake_broken (name, "ends outside the memory");
}

void
fake_move (const char *name, SvCuPtr dst, SvCuPtr src, size_t size)
{
  Memory *to = fake_find (dst), *from = fake_find (src);

  fake_check_span (name, to, dst, size);
  fake_check_span (name, from, src, size);
  fake_open (to, true);
  fake_open (from, true);
  memmove ((void *) (uintptr_t) dst, (void *) (uintptr_t) src, size);
  fake_open (to, false);
  fake_open (from, false);
}

void
fake_check_stream (const char *name, SvCuStream stream)
{
  if (stream < fake_streams || stream >= fake_streams + MAX_THINGS
      || !stream->used)
    fake_broken (name, "no stream");
  if (stream->gpu != fake_stack[fake_depth - 1])
    fake_broken (name, "a stream of another context");
}

SvCuResult
fake_copy (SvCuPtr dst, SvCuPtr src, size_t size, SvCuStream stream)
{
  ENTER ("cuMemcpyAsync", true);
  fake_check_stream ("cuMemcpyAsync", stream);
  fake_move ("cuMemcpyAsync", dst, src, size);
  return fake_leave (SV_CU_SUCCESS);
}

/* Pinned memory is the CPU's, too. */
static bool
is_of_type (SvCuPtr address, unsigned type)
{
  const Memory *memory = fake_find (address);

  if (type == SV_CU_MEMORY_DEVICE)
    return memory != NULL;
  return type == SV_CU_MEMORY_HOST
      && (memory == NULL || memory->kind == KIND_PINNED);
}

SvCuResult
fake_copy_2d (const SvCuCopy2d *copy, SvCuStream stream)
{
  SvCuPtr src, dst;

  ENTER ("cuMemcpy2DAsync", true);
  fake_check_stream ("cuMemcpy2DAsync", stream);
  if (copy->src_x_bytes != 0 || copy->src_y != 0 || copy->dst_x_bytes != 0
      || copy->dst_y != 0 || copy->src_array != NULL || copy->dst_array != NULL)
    fake_broken ("cuMemcpy2DAsync", "a field that is to be 0");
  if (copy->width_bytes == 0 || copy->height == 0
      || copy->src_pitch < copy->width_bytes
      || copy->dst_pitch < copy->width_bytes)
    fake_broken ("cuMemcpy2DAsync", "sizes");
  src = copy->src_memory_type == SV_CU_MEMORY_HOST
      ? (SvCuPtr) (uintptr_t) copy->src_host
      : copy->src_device;
  dst = copy->dst_memory_type == SV_CU_MEMORY_HOST
      ? (SvCuPtr) (uintptr_t) copy->dst_host
      : copy->dst_device;
  if (!is_of_type (src, copy->src_memory_type)
      || !is_of_type (dst, copy->dst_memory_type))
    fake_broken ("cuMemcpy2DAsync", "memory types");
  for (size_t y = 0; y < copy->height; y++)
    fake_move ("cuMemcpy2DAsync", dst + y * copy->dst_pitch,
        src + y * copy->src_pitch, copy->width_bytes);
  return fake_leave (SV_CU_SUCCESS);
}

/* Both as the driver has them: whole pixels at multiples of their size. */
static SvCuResult
fill_2d (const char *name, SvCuPtr dst, size_t pitch, const void *pixel,
    size_t pixel_bytes, size_t width, size_t height, SvCuStream stream)
{
  Memory *memory;

  ENTER (name, true);
  fake_check_stream (name, stream);
  memory = fake_find (dst);
  if (memory == NULL)
    fake_broken (name, "no memory of the GPU");
  if (width == 0 || height == 0 || pitch < width * pixel_bytes)
    fake_broken (name, "sizes");
  if (dst % pixel_bytes != 0 || pitch % pixel_bytes != 0)
    fake_broken (name, "alignment");
  fake_check_span (name, memory, dst,
      (height - 1) * pitch + width * pixel_bytes);
  fake_open (memory, true);
  for (size_t y = 0; y < height; y++)
    for (size_t x = 0; x < width; x++)
      memcpy ((uint8_t *) (uintptr_t) dst + y * pitch + x * pixel_bytes, pixel,
          pixel_bytes);
  fake_open (memory, false);
  return fake_leave (SV_CU_SUCCESS);
}

SvCuResult
fake_set_2d_8 (SvCuPtr dst, size_t pitch, unsigned char value, size_t width,
    size_t height, SvCuStream stream)
{
  return fill_2d ("cuMemsetD2D8Async", dst, pitch, &value, 1, width, height,
      stream);
}

SvCuResult
fake_set_2d_16 (SvCuPtr dst, size_t pitch, unsigned short value, size_t width,
    size_t height, SvCuStream stream)
{
  return fill_2d ("cuMemsetD2D16Async", dst, pitch, &value, 2, width, height,
      stream);
}

SvCuResult
fake_set_2d_32 (SvCuPtr dst, size_t pitch, unsigned value, size_t width,
    size_t height, SvCuStream stream)
{
  return fill_2d ("cuMemsetD2D32Async", dst, pitch, &value, 4, width, height,
      stream);
}

/* ---- Streams and fake_events
 * -------------------------------------------------- */

SvCuResult
fake_stream_new (SvCuStream *stream, unsigned flags)
{
  SvCuStream at = fake_streams;

  ENTER ("cuStreamCreate", true);
  if (flags != SV_CU_STREAM_NON_BLOCKING)
    fake_broken ("cuStreamCreate", "it would wait for the default stream");
  while (at->used)
    at++;
  at->used = true;
  at->gpu = fake_stack[fake_depth - 1];
  *stream = at;
  return fake_leave (SV_CU_SUCCESS);
}

SvCuResult
fake_stream_free (SvCuStream stream)
{
  ENTER ("cuStreamDestroy", true);
  fake_check_stream ("cuStreamDestroy", stream);
  stream->used = false;
  return fake_leave (SV_CU_SUCCESS);
}

SvCuResult
fake_stream_sync (SvCuStream stream)
{
  ENTER ("cuStreamSynchronize", true);
  fake_check_stream ("cuStreamSynchronize", stream);
  return fake_leave (SV_CU_SUCCESS);
}

static void
check_event (const char *name, SvCuEvent event)
{
  if (event < fake_events || event >= fake_events + MAX_THINGS || !event->used)
    fake_broken (name, "no event");
}

SvCuResult
fake_stream_wait (SvCuStream stream, SvCuEvent event, unsigned flags)
{
  ENTER ("cuStreamWaitEvent", true);
  fake_check_stream ("cuStreamWaitEvent", stream);
  check_event ("cuStreamWaitEvent", event);
  if (flags != 0 || !event->recorded)
    fake_broken ("cuStreamWaitEvent",
        "flags, or an event that was not recorded");
  return fake_leave (SV_CU_SUCCESS);
}

SvCuResult
fake_event_new (SvCuEvent *event, unsigned flags)
{
  SvCuEvent at = fake_events;

  ENTER ("cuEventCreate", true);
  if (flags != SV_CU_EVENT_DISABLE_TIMING)
    fake_broken ("cuEventCreate", "an event that measures time is slow");
  while (at->used)
    at++;
  *at =
      (struct SvCuEventRec){ .used = true, .gpu = fake_stack[fake_depth - 1] };
  *event = at;
  return fake_leave (SV_CU_SUCCESS);
}

SvCuResult
fake_event_free (SvCuEvent event)
{
  ENTER ("cuEventDestroy", true);
  check_event ("cuEventDestroy", event);
  event->used = false;
  return fake_leave (SV_CU_SUCCESS);
}

SvCuResult
fake_event_record (SvCuEvent event, SvCuStream stream)
{
  ENTER ("cuEventRecord", true);
  check_event ("cuEventRecord", event);
  fake_check_stream ("cuEventRecord", stream);
  if (event->gpu != stream->gpu)
    fake_broken ("cuEventRecord", "event and stream of two GPUs");
  event->recorded = true;
  event->passed = !fake_state.held;
  return fake_leave (SV_CU_SUCCESS);
}

SvCuResult
fake_event_query (SvCuEvent event)
{
  ENTER ("cuEventQuery", true);
  check_event ("cuEventQuery", event);
  return fake_leave (event->passed ? SV_CU_SUCCESS : SV_CU_ERROR_NOT_READY);
}

SvCuResult
fake_event_sync (SvCuEvent event)
{
  ENTER ("cuEventSynchronize", true);
  check_event ("cuEventSynchronize", event);
  if (!event->recorded)
    fake_broken ("cuEventSynchronize", "an event that was not recorded");
  event->passed = true;
  return fake_leave (SV_CU_SUCCESS);
}
