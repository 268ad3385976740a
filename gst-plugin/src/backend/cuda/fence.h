/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SV_CUDA_FENCE_H
#define SV_CUDA_FENCE_H

/* Inside of a fence, for memory.c and fence.c. */

#include <stdatomic.h>

#include "memory.h"

struct SvCuFence
{
  SvCuEvent event;
  const SvCuGpu *gpu;
  uint64_t stream_id;
  atomic_int refs;
  atomic_bool passed;
  uint64_t mark; /* of the search that met it last; under memory.c's lock */
  SvCuFence *next;
};

#endif
