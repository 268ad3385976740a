/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SV_CUDA_STAGING_H
#define SV_CUDA_STAGING_H

/* Pictures that a kernel cannot reach, or reaches slowly: they travel to memory
 * of the GPU before a launch, or from it afterwards. Of the CPU's memory by the
 * copy engines, pinned memory included, of another GPU's peer to peer. */

#include "engine.h"

/* Whether a job reads its source, and is not bars alone. */
bool sv_cu_reads_source (const SvCuWork *work);

/* Whether the copy engines move a place's pictures fastest. */
bool sv_cu_is_cpu (const SvCuPlace *place);

/* Whether a job changes nothing of its picture and joins memory of the CPU and
 * of the GPU: it takes one copy and no kernel. */
bool sv_cu_is_move (const SavantTransformConfig *config, const SvCuWork *work,
    int gpu_id);

/* Queues such a job; `up` = to the GPU. */
int sv_cu_move (SvCuStream stream, const SavantTransformJob *job, bool up);

/* The memory that the copies of a job need. */
size_t sv_cu_staged_bytes (const SavantTransformConfig *config,
    const SvCuWork *work, int gpu_id);

/* Where sv_cu_stage() works, and the pictures that the kernel sees. */
typedef struct SvCuStaged
{
  const SvCuGpu *gpu;
  SvCuStream stream;
  SvCuPtr *at; /* free memory, moved on behind what is taken */
  SavantImage *src;
  SavantImage *dst;
} SvCuStaged;

/* Places the copies of a job, and queues the one of its source. */
int sv_cu_stage (const SavantTransformConfig *config, const SvCuWork *work,
    SvCuStaged *staged);

/* Queues the copy of a picture's rows between memory of the CPU and the GPU;
 * `staged`: the one on the GPU was placed by sv_cu_stage(). */
int sv_cu_move_rows (SvCuStream stream, const SavantImage *cpu,
    const SavantImage *gpu, bool staged, bool up);

#endif
