/* SPDX-License-Identifier: Apache-2.0 */
#include "vic.h"

#include <pthread.h>

#include "../../core/log.h"
#include "../cuda/memory.h"
#include "library.h"
#include "mapping.h"
#include "open.h"

#define LIBRARY "libnvbufsurftransform.so"

/* NvBufSurfTransformRect of DeepStream 9; 6 to 8 have its first 16 bytes. */
typedef struct VicRect
{
  uint32_t top;
  uint32_t left;
  uint32_t width;
  uint32_t height;
  void *reserved[4];
} VicRect;

/* NvBufSurfTransformParams; 6 to 8 have its first 32 bytes. */
typedef struct VicParams
{
  uint32_t flags;
  int32_t flip;
  int32_t filter;
  VicRect *src_rect;
  VicRect *dst_rect;
  void *reserved[4];
} VicParams;

/* NvBufSurfTransformConfigParams; 6 to 8 have its first 16 bytes. */
typedef struct VicConfig
{
  int32_t compute_mode;
  int32_t gpu_id;
  void *stream;
  void *reserved[4];
} VicConfig;

_Static_assert (sizeof (VicRect) == 48, "rect");
_Static_assert (offsetof (VicParams, src_rect) == 16, "params");
_Static_assert (offsetof (VicParams, dst_rect) == 24, "params");
_Static_assert (sizeof (VicParams) == 64, "params");
_Static_assert (offsetof (VicConfig, stream) == 8, "config");
_Static_assert (sizeof (VicConfig) == 48, "config");

enum
{
  CROP_SRC = 1,
  CROP_DST = 2,
  FILTER = 4,
  FLIP = 8
};

/* Filters and flips have the numbers of ours. */
_Static_assert (SAVANT_INTERPOLATION_BILINEAR == 1, "filter");
_Static_assert (SAVANT_INTERPOLATION_DEFAULT == 6, "filter");
_Static_assert (SAVANT_FLIP_INVERSE_TRANSPOSE == 7, "flip");
_Static_assert (SAVANT_COMPUTE_VIC == 2, "compute mode");

typedef struct VicCalls
{
  int (*transform) (void *src, void *dst, VicParams *params);
  int (*set_session) (VicConfig *config);
} VicCalls;

static pthread_once_t opened = PTHREAD_ONCE_INIT;
static VicCalls calls;
static bool works;

static void
open_library (void)
{
  char reason[512];
  void *library = sv_ds_open (LIBRARY, reason, sizeof reason);

  if (library == NULL)
    return;
  *(void **) &calls.transform = dlsym (library, "NvBufSurfTransform");
  *(void **) &calls.set_session =
      dlsym (library, "NvBufSurfTransformSetSessionParams");
  works = calls.transform != NULL && calls.set_session != NULL;
}

bool
sv_ds_has_vic (void)
{
  pthread_once (&opened, open_library);
  return works;
}

static int
find_surface (const SavantImage *image, const char *what, int job, void *header)
{
  uint32_t slot;
  void *surface;

  if (!sv_ds_find_slot (image->data[0], &surface, &slot))
    return sv_fail (SAVANT_ERROR_UNSUPPORTED,
        "job %d: compute mode vic takes surfaces of memory type surface_array "
        "or handle, the %s is none: use compute-mode=gpu",
        job, what);
  sv_nvbuf_make_single (sv_nvbuf_layout (), header, surface, slot);
  return SAVANT_OK;
}

static VicRect
rect_of (const SavantRect *rect)
{
  return (VicRect){ .top = (uint32_t) rect->y,
    .left = (uint32_t) rect->x,
    .width = (uint32_t) rect->w,
    .height = (uint32_t) rect->h };
}

/* The compositor writes nothing but the rectangle. */
static int
draw_bars (const SavantTransformConfig *config, const SavantTransformJob *job)
{
  if (job->dst_rect.w == job->dst.width && job->dst_rect.h == job->dst.height)
    return SAVANT_OK;
  return sv_cuda_backend.fill (&job->dst, config->pad_color);
}

static int
run_job (const SavantTransformConfig *config, const SavantTransformJob *job,
    int number)
{
  uint64_t src[SV_NVBUF_SINGLE_WORDS], dst[SV_NVBUF_SINGLE_WORDS];
  VicRect src_rect = rect_of (&job->src_rect);
  VicRect dst_rect = rect_of (&job->dst_rect);
  VicParams params = { .flags = CROP_SRC | CROP_DST | FILTER,
    .flip = (int32_t) config->flip,
    .filter = (int32_t) config->interpolation,
    .src_rect = &src_rect,
    .dst_rect = &dst_rect };
  int status = find_surface (&job->src, "source", number, src);
  int result;

  if (status == SAVANT_OK)
    status = find_surface (&job->dst, "destination", number, dst);
  if (status == SAVANT_OK)
    status = draw_bars (config, job);
  /* It runs in none of our streams. */
  if (status == SAVANT_OK)
    status = sv_cu_wait (job->src.data[0], false);
  if (status == SAVANT_OK)
    status = sv_cu_wait (job->dst.data[0], true);
  if (status != SAVANT_OK)
    return status;
  if (config->flip != SAVANT_FLIP_NONE)
    params.flags |= FLIP;
  result = calls.transform (src, dst, &params);
  if (result == 0)
    return SAVANT_OK;
  return sv_fail (SAVANT_ERROR_EXECUTION,
      "job %d: NvBufSurfTransform returns %d for %dx%d %s to %dx%d %s on the "
      "VIC",
      number, result, job->src_rect.w, job->src_rect.h,
      savant_format_name (job->src.format), job->dst_rect.w, job->dst_rect.h,
      savant_format_name (job->dst.format));
}

int
sv_ds_vic_run (const SavantTransformConfig *config,
    const SavantTransformJob *jobs, int n_jobs)
{
  VicConfig session = { .compute_mode = SAVANT_COMPUTE_VIC };
  int status = SAVANT_OK, result;

  /* Of the calling thread. */
  result = calls.set_session (&session);
  if (result != 0)
    return sv_fail (SAVANT_ERROR_EXECUTION,
        "NvBufSurfTransformSetSessionParams returns %d for the VIC", result);
  for (int i = 0; status == SAVANT_OK && i < n_jobs; i++)
    status = run_job (config, &jobs[i], i);
  return status;
}
