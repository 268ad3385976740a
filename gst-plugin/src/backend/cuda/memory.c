/* SPDX-License-Identifier: Apache-2.0 */
#include "memory.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "../../core/log.h"
#include "fence.h"

#define HOST_ALIGNMENT 64

struct SvCuBlock
{
  uintptr_t start;
  size_t size;
  SavantMemType mem_type;
  int gpu_id;
  SvCuFence *write;
  SvCuFence **reads; /* since the last write, one a stream */
  int n_reads;
  int room;
};

/* All blocks by address, so that a bare pointer tells its memory. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static SvCuBlock **blocks;
static atomic_size_t n_blocks;
static size_t blocks_room;
static uint64_t last_mark;

/* ---- Registry ----------------------------------------------------------- */

/* Number of blocks that start at or before an address. */
static size_t
upper_bound (uintptr_t address)
{
  size_t low = 0, high = n_blocks;

  while (low < high) {
    size_t middle = (low + high) / 2;

    if (blocks[middle]->start <= address)
      low = middle + 1;
    else
      high = middle;
  }
  return low;
}

static SvCuBlock *
find (const void *data)
{
  uintptr_t address = (uintptr_t) data;
  size_t at = upper_bound (address);

  if (at == 0 || address - blocks[at - 1]->start >= blocks[at - 1]->size)
    return NULL;
  return blocks[at - 1];
}

static bool
insert (SvCuBlock *block)
{
  bool ok = true;

  pthread_mutex_lock (&lock);
  if (n_blocks == blocks_room) {
    size_t room = blocks_room > 0 ? 2 * blocks_room : 64;
    SvCuBlock **grown = realloc (blocks, room * sizeof (SvCuBlock *));

    ok = grown != NULL;
    if (ok) {
      blocks = grown;
      blocks_room = room;
    }
  }
  if (ok) {
    size_t at = upper_bound (block->start);

    memmove (blocks + at + 1, blocks + at,
        (n_blocks - at) * sizeof (SvCuBlock *));
    blocks[at] = block;
    n_blocks++;
  }
  pthread_mutex_unlock (&lock);
  return ok;
}

static SvCuBlock *
take_out (const void *data)
{
  SvCuBlock *block;

  pthread_mutex_lock (&lock);
  block = find (data);
  if (block != NULL) {
    size_t at = upper_bound (block->start);

    memmove (blocks + at - 1, blocks + at,
        (n_blocks - at) * sizeof (SvCuBlock *));
    n_blocks--;
  }
  pthread_mutex_unlock (&lock);
  return block;
}

bool
sv_cu_owns (const void *data)
{
  bool owns;

  /* Where nothing is on a GPU, nobody pays for the question. */
  if (atomic_load_explicit (&n_blocks, memory_order_relaxed) == 0)
    return false;
  pthread_mutex_lock (&lock);
  owns = find (data) != NULL;
  pthread_mutex_unlock (&lock);
  return owns;
}

/* ---- Allocation --------------------------------------------------------- */

static void *
raw_alloc (const SvCuDriver *cu, SavantMemType mem_type, size_t size)
{
  SvCuPtr device = 0;
  void *host = NULL;
  int status;

  if (mem_type == SAVANT_MEM_CUDA_PINNED)
    status = sv_cu_check (cu->host_alloc (&host, size,
                              SV_CU_HOST_ALLOC_PORTABLE
                                  | SV_CU_HOST_ALLOC_DEVICEMAP),
        "cuMemHostAlloc");
  else if (mem_type == SAVANT_MEM_CUDA_UNIFIED)
    status =
        sv_cu_check (cu->managed_alloc (&device, size, SV_CU_MEM_ATTACH_GLOBAL),
            "cuMemAllocManaged");
  else
    status = sv_cu_check (cu->mem_alloc (&device, size), "cuMemAlloc");
  if (status != SAVANT_OK)
    return NULL;
  return host != NULL ? host : (void *) (uintptr_t) device;
}

static void
raw_free (const SvCuDriver *cu, SavantMemType mem_type, void *data)
{
  if (mem_type == SAVANT_MEM_CUDA_PINNED)
    cu->host_free (data);
  else
    cu->mem_free ((SvCuPtr) (uintptr_t) data);
}

static void *
alloc_on (int gpu_id, SavantMemType mem_type, size_t size)
{
  const SvCuGpu *gpu;
  void *data;

  if (mem_type == SAVANT_MEM_SYSTEM)
    return aligned_alloc (HOST_ALIGNMENT,
        (size + HOST_ALIGNMENT - 1) / HOST_ALIGNMENT * HOST_ALIGNMENT);
  gpu = sv_cu_gpu (gpu_id);
  if (gpu == NULL || sv_cu_enter (gpu) != SAVANT_OK)
    return NULL;
  data = raw_alloc (sv_cu_driver (), mem_type, size);
  sv_cu_leave ();
  return data;
}

static void
free_on (int gpu_id, SavantMemType mem_type, void *data)
{
  const SvCuGpu *gpu;

  if (mem_type == SAVANT_MEM_SYSTEM) {
    free (data);
    return;
  }
  gpu = sv_cu_gpu (gpu_id);
  if (gpu == NULL || sv_cu_enter (gpu) != SAVANT_OK)
    return;
  raw_free (sv_cu_driver (), mem_type, data);
  sv_cu_leave ();
}

bool
sv_cu_adopt (SavantMemType mem_type, int gpu_id, void *data, size_t size)
{
  SvCuBlock *block = calloc (1, sizeof *block);

  if (block == NULL) {
    sv_fail (SAVANT_ERROR_OUT_OF_MEMORY, "no memory for a block of %zu bytes",
        size);
    return false;
  }
  block->start = (uintptr_t) data;
  block->size = size;
  block->mem_type = mem_type;
  block->gpu_id = gpu_id;
  if (insert (block))
    return true;
  free (block);
  return false;
}

void *
sv_cu_alloc (SavantMemType mem_type, int gpu_id, size_t size)
{
  void *data = alloc_on (gpu_id, mem_type, size);

  if (data == NULL || sv_cu_adopt (mem_type, gpu_id, data, size))
    return data;
  free_on (gpu_id, mem_type, data);
  return NULL;
}

static void
drop_reads (SvCuBlock *block)
{
  for (int i = 0; i < block->n_reads; i++)
    sv_cu_fence_unref (block->reads[i]);
  block->n_reads = 0;
}

void
sv_cu_disown (void *data)
{
  SvCuBlock *block;

  sv_cu_wait (data, true);
  block = take_out (data);
  if (block == NULL)
    return;
  sv_cu_fence_unref (block->write);
  drop_reads (block);
  free (block->reads);
  free (block);
}

void
sv_cu_free (SavantMemType mem_type, int gpu_id, void *data)
{
  sv_cu_disown (data);
  free_on (gpu_id, mem_type, data);
}

/* ---- Order -------------------------------------------------------------- */

/* Fences to wait for, each once. */
typedef struct FenceList
{
  SvCuFence **fences;
  int n;
  int room;
  SvCuFence *few[16];
} FenceList;

static bool
collect (FenceList *list, SvCuFence *fence, uint64_t mark)
{
  if (fence == NULL || fence->mark == mark || atomic_load (&fence->passed))
    return true;
  if (list->n == list->room) {
    int room = 2 * list->room;
    SvCuFence **grown = malloc ((size_t) room * sizeof (SvCuFence *));

    if (grown == NULL)
      return false;
    memcpy (grown, list->fences, (size_t) list->n * sizeof (SvCuFence *));
    if (list->fences != list->few)
      free (list->fences);
    list->fences = grown;
    list->room = room;
  }
  fence->mark = mark;
  list->fences[list->n++] = sv_cu_fence_ref (fence);
  return true;
}

static bool
collect_block (FenceList *list, const SvCuBlock *block, bool writing,
    uint64_t mark)
{
  bool ok = collect (list, block->write, mark);

  for (int i = 0; writing && ok && i < block->n_reads; i++)
    ok = collect (list, block->reads[i], mark);
  return ok;
}

static void
clear_list (FenceList *list)
{
  for (int i = 0; i < list->n; i++)
    sv_cu_fence_unref (list->fences[i]);
  if (list->fences != list->few)
    free (list->fences);
}

static int
no_memory (void)
{
  return sv_fail (SAVANT_ERROR_OUT_OF_MEMORY, "no memory for a list of fences");
}

int
sv_cu_wait (const void *data, bool writing)
{
  FenceList list = { .fences = list.few, .room = 16 };
  int status = SAVANT_OK;
  SvCuBlock *block;

  pthread_mutex_lock (&lock);
  block = find (data);
  if (block != NULL && !collect_block (&list, block, writing, ++last_mark))
    status = no_memory ();
  pthread_mutex_unlock (&lock);
  for (int i = 0; status == SAVANT_OK && i < list.n; i++)
    status = sv_cu_fence_wait (list.fences[i]);
  clear_list (&list);
  return status;
}

int
sv_cu_order_before (const SvCuAccess *accesses, int n, SvCuStream stream,
    uint64_t stream_id)
{
  FenceList list = { .fences = list.few, .room = 16 };
  const SvCuDriver *cu = sv_cu_driver ();
  int status = SAVANT_OK;
  uint64_t mark;

  pthread_mutex_lock (&lock);
  mark = ++last_mark;
  for (int i = 0; status == SAVANT_OK && i < n; i++)
    if (!collect_block (&list, accesses[i].block, accesses[i].write, mark))
      status = no_memory ();
  pthread_mutex_unlock (&lock);
  for (int i = 0; status == SAVANT_OK && i < list.n; i++)
    if (list.fences[i]->stream_id != stream_id)
      status = sv_cu_check (cu->stream_wait (stream, list.fences[i]->event, 0),
          "cuStreamWaitEvent");
  clear_list (&list);
  return status;
}

/* One fence a stream is enough: the later one covers the earlier. */
static void
add_read (SvCuBlock *block, SvCuFence *fence)
{
  int at = 0;

  while (at < block->n_reads && block->reads[at]->stream_id != fence->stream_id
      && !atomic_load (&block->reads[at]->passed))
    at++;
  if (at == block->room) {
    int room = block->room > 0 ? 2 * block->room : 2;
    SvCuFence **grown =
        realloc (block->reads, (size_t) room * sizeof (SvCuFence *));

    if (grown == NULL) {
      /* Without a place to note it down, the read is over before we go on. */
      sv_cu_fence_wait (fence);
      return;
    }
    block->reads = grown;
    block->room = room;
  }
  if (at < block->n_reads)
    sv_cu_fence_unref (block->reads[at]);
  else
    block->n_reads++;
  block->reads[at] = sv_cu_fence_ref (fence);
}

void
sv_cu_order_after (const SvCuAccess *accesses, int n, SvCuFence *fence)
{
  pthread_mutex_lock (&lock);
  for (int i = 0; i < n; i++) {
    SvCuBlock *block = accesses[i].block;

    if (!accesses[i].write) {
      add_read (block, fence);
      continue;
    }
    if (block->write == fence)
      continue;
    drop_reads (block);
    sv_cu_fence_unref (block->write);
    block->write = sv_cu_fence_ref (fence);
  }
  pthread_mutex_unlock (&lock);
}

/* ---- Places ------------------------------------------------------------- */

/* Memory of somebody else: the driver knows what is its own. */
static SvCuPlace
locate_foreign (const void *data)
{
  int attributes[] = { SV_CU_POINTER_MEMORY_TYPE, SV_CU_POINTER_DEVICE_ORDINAL,
    SV_CU_POINTER_IS_MANAGED };
  unsigned type = 0, managed = 0;
  int ordinal = 0;
  void *values[] = { &type, &ordinal, &managed };
  SvCuPlace place = { .gpu = false };

  /* Memory that it does not know is no error to it: all values are 0. */
  if (sv_cu_driver ()->pointer_attributes (3, attributes, values,
          (SvCuPtr) (uintptr_t) data)
          != SV_CU_SUCCESS
      || (type != SV_CU_MEMORY_HOST && type != SV_CU_MEMORY_DEVICE))
    return place;
  place.gpu = place.foreign = true;
  place.gpu_id = ordinal >= 0 ? ordinal : 0;
  place.managed = (managed & 0xff) != 0;
  place.bound = type == SV_CU_MEMORY_DEVICE && !place.managed;
  place.pinned = type == SV_CU_MEMORY_HOST && !place.managed;
  return place;
}

SvCuPlace
sv_cu_locate (const void *data)
{
  SvCuPlace place = { .gpu = false };

  pthread_mutex_lock (&lock);
  place.block = find (data);
  if (place.block != NULL) {
    place.gpu = place.block->mem_type != SAVANT_MEM_SYSTEM;
    place.bound = place.block->mem_type == SAVANT_MEM_CUDA_DEVICE;
    place.pinned = place.block->mem_type == SAVANT_MEM_CUDA_PINNED;
    place.managed = place.block->mem_type == SAVANT_MEM_CUDA_UNIFIED;
    place.gpu_id = place.block->gpu_id;
  }
  pthread_mutex_unlock (&lock);
  return place.block != NULL ? place : locate_foreign (data);
}

/* What the CPU reads may also be called its own. */
int
sv_cu_check_place (const void *data, SavantMemType mem_type, int gpu_id)
{
  SvCuPlace place = sv_cu_locate (data);
  SavantMemType seen = place.managed ? SAVANT_MEM_CUDA_UNIFIED
      : place.pinned                 ? SAVANT_MEM_CUDA_PINNED
      : place.gpu                    ? SAVANT_MEM_CUDA_DEVICE
                                     : SAVANT_MEM_SYSTEM;

  if (seen != mem_type
      && !(mem_type == SAVANT_MEM_SYSTEM && seen != SAVANT_MEM_CUDA_DEVICE))
    return sv_fail (SAVANT_ERROR_INVALID_ARGUMENT,
        "foreign pixels at %p: they are said to be %s memory, the CUDA driver "
        "says %s",
        data, savant_mem_type_name (mem_type), savant_mem_type_name (seen));
  if (place.bound && place.gpu_id != gpu_id)
    return sv_fail (SAVANT_ERROR_INVALID_ARGUMENT,
        "foreign pixels at %p: they are said to be on GPU %d, the CUDA driver "
        "says GPU %d",
        data, gpu_id, place.gpu_id);
  return SAVANT_OK;
}
