/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SV_CUDA_MEMORY_H
#define SV_CUDA_MEMORY_H

/* Memory of this backend, and who has to wait for whom. Each transform works
 * on a stream of its own. A fence is a point in such a stream; a block of
 * memory holds the fence of its last write and those of the reads since. Work
 * that touches a block makes its stream wait for them on the GPU; only who
 * reads with the CPU, writes with it or frees the block waits himself. Any
 * thread may call anything here. */

#include <savant/surface.h>

#include "driver.h"

typedef struct SvCuFence SvCuFence;
typedef struct SvCuBlock SvCuBlock;

/* A table entry's alloc and free; see SvBackendFns. */
void *sv_cu_alloc (SavantMemType mem_type, int gpu_id, size_t size);
void sv_cu_free (SavantMemType mem_type, int gpu_id, void *data);

/* The same order for memory that another library has allocated and will free:
 * enters it, false without memory; and, before it is freed, waits until nobody
 * uses it and forgets it. */
bool sv_cu_adopt (SavantMemType mem_type, int gpu_id, void *data, size_t size);
void sv_cu_disown (void *data);

/* Whether an address lies in such memory. */
bool sv_cu_owns (const void *data);

/* Waits until the block that holds `data` is written, and where `writing` also
 * until nobody reads it any more. SavantStatus; nothing to wait for is OK. */
int sv_cu_wait (const void *data, bool writing);

/* Where a picture is. */
typedef struct SvCuPlace
{
  bool gpu;         /* kernels can reach it */
  bool bound;       /* it is the memory of one GPU */
  bool pinned;      /* it is the CPU's, and kernels can reach it */
  bool managed;     /* it moves to whoever uses it */
  bool foreign;     /* reached by kernels, but not ours */
  int gpu_id;       /* where it is bound or was made for */
  SvCuBlock *block; /* NULL: not ours */
} SvCuPlace;

SvCuPlace sv_cu_locate (const void *data);

/* A table entry's check_place; see SvBackendFns. */
int sv_cu_check_place (const void *data, SavantMemType mem_type, int gpu_id);

/* One use of a block by a run. */
typedef struct SvCuAccess
{
  SvCuBlock *block;
  bool write;
} SvCuAccess;

/* Makes `stream` wait for everything that the accesses have to come after. */
int sv_cu_order_before (const SvCuAccess *accesses, int n, SvCuStream stream,
    uint64_t stream_id);

/* Enters the run that ends at `fence`. */
void sv_cu_order_after (const SvCuAccess *accesses, int n, SvCuFence *fence);

/* A number that no other stream of this process has. */
uint64_t sv_cu_next_stream_id (void);

/* A fence at the present end of a stream of the current GPU, with one
 * reference; NULL and savant_last_error(). */
SvCuFence *sv_cu_fence_new (const SvCuGpu *gpu, SvCuStream stream,
    uint64_t stream_id);
SvCuFence *sv_cu_fence_ref (SvCuFence *fence);
void sv_cu_fence_unref (SvCuFence *fence);

/* Whether the stream is past it; whether that is known already, for which the
 * driver is not asked; and waiting until it is. */
bool sv_cu_fence_passed (SvCuFence *fence);
bool sv_cu_fence_known_passed (const SvCuFence *fence);
int sv_cu_fence_wait (SvCuFence *fence);

#endif
