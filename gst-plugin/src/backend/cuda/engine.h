/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SV_CUDA_ENGINE_H
#define SV_CUDA_ENGINE_H

/* One stream of one GPU, with the plans and the scratch memory of what runs in
 * it. For one thread at a time. */

#include <savant/transform.h>

#include "memory.h"

typedef struct SvCuEngine SvCuEngine;

/* NULL and savant_last_error() on failure. */
SvCuEngine *sv_cu_engine_new (const SvCuGpu *gpu);

/* Waits for the stream first. NULL is allowed. */
void sv_cu_engine_free (SvCuEngine *engine);

const SvCuGpu *sv_cu_engine_gpu (const SvCuEngine *engine);

/* For work of any thread that needs neither plans nor scratch memory. */
SvCuStream sv_cu_engine_stream (const SvCuEngine *engine);

/* One picture, and where its memory is. A destination rectangle without
 * pixels leaves the source unread: all of the destination is bars. */
typedef struct SvCuWork
{
  const SavantTransformJob *job;
  SvCuPlace src;
  SvCuPlace dst;
} SvCuWork;

/* Queues all of it, and returns a fence behind it in *fence. Pictures in
 * memory that kernels cannot reach are copied there and back; then, and where
 * a destination is not ours, it has been waited for. SavantStatus. */
int sv_cu_engine_run (SvCuEngine *engine, const SavantTransformConfig *config,
    const SvCuWork *works, int n_works, SvCuFence **fence);

/* Copies bytes and waits for it. SavantStatus. */
int sv_cu_engine_copy (SvCuEngine *engine, void *dst, const void *src,
    size_t size);

#endif
