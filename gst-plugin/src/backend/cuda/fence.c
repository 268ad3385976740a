/* SPDX-License-Identifier: Apache-2.0 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "../../core/log.h"
#include "fence.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static SvCuFence *spare; /* their events are used again */
static atomic_uint_fast64_t last_stream_id;

uint64_t
sv_cu_next_stream_id (void)
{
  return atomic_fetch_add (&last_stream_id, 1) + 1;
}

static SvCuFence *
take_spare (const SvCuGpu *gpu)
{
  SvCuFence **at = &spare, *fence;

  pthread_mutex_lock (&lock);
  while (*at != NULL && (*at)->gpu != gpu)
    at = &(*at)->next;
  fence = *at;
  if (fence != NULL)
    *at = fence->next;
  pthread_mutex_unlock (&lock);
  return fence;
}

static void
give_spare (SvCuFence *fence)
{
  pthread_mutex_lock (&lock);
  fence->next = spare;
  spare = fence;
  pthread_mutex_unlock (&lock);
}

SvCuFence *
sv_cu_fence_new (const SvCuGpu *gpu, SvCuStream stream, uint64_t stream_id)
{
  const SvCuDriver *cu = sv_cu_driver ();
  SvCuFence *fence = take_spare (gpu);

  if (fence == NULL) {
    fence = calloc (1, sizeof *fence);
    if (fence == NULL) {
      sv_fail (SAVANT_ERROR_OUT_OF_MEMORY, "no memory for a fence");
      return NULL;
    }
    if (sv_cu_check (cu->event_new (&fence->event, SV_CU_EVENT_DISABLE_TIMING),
            "cuEventCreate")
        != SAVANT_OK) {
      free (fence);
      return NULL;
    }
    fence->gpu = gpu;
  }
  fence->next = NULL;
  fence->stream_id = stream_id;
  fence->mark = 0;
  atomic_store (&fence->passed, false);
  atomic_store (&fence->refs, 1);
  if (sv_cu_check (cu->event_record (fence->event, stream), "cuEventRecord")
      == SAVANT_OK)
    return fence;
  give_spare (fence);
  return NULL;
}

SvCuFence *
sv_cu_fence_ref (SvCuFence *fence)
{
  atomic_fetch_add (&fence->refs, 1);
  return fence;
}

void
sv_cu_fence_unref (SvCuFence *fence)
{
  if (fence != NULL && atomic_fetch_sub (&fence->refs, 1) == 1)
    give_spare (fence);
}

bool
sv_cu_fence_known_passed (const SvCuFence *fence)
{
  return atomic_load (&fence->passed);
}

bool
sv_cu_fence_passed (SvCuFence *fence)
{
  const SvCuDriver *cu = sv_cu_driver ();

  if (atomic_load (&fence->passed))
    return true;
  if (sv_cu_enter (fence->gpu) != SAVANT_OK)
    return false;
  if (cu->event_query (fence->event) == SV_CU_SUCCESS)
    atomic_store (&fence->passed, true);
  sv_cu_leave ();
  return atomic_load (&fence->passed);
}

int
sv_cu_fence_wait (SvCuFence *fence)
{
  const SvCuDriver *cu = sv_cu_driver ();
  int status;

  if (atomic_load (&fence->passed))
    return SAVANT_OK;
  status = sv_cu_enter (fence->gpu);
  if (status != SAVANT_OK)
    return status;
  status = sv_cu_check (cu->event_sync (fence->event), "cuEventSynchronize");
  if (status == SAVANT_OK)
    atomic_store (&fence->passed, true);
  sv_cu_leave ();
  return status;
}
