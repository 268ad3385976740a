/* SPDX-License-Identifier: Apache-2.0 */
#include "peer_nvbuf.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "nvbuf/view.h"

/* DeepStream 9's; what is reserved stays 0. */
typedef struct Rect
{
  uint32_t top;
  uint32_t left;
  uint32_t width;
  uint32_t height;
  void *reserved[4];
} Rect;

typedef struct Params
{
  uint32_t flags;
  int flip;
  int filter;
  Rect *src_rect;
  Rect *dst_rect;
  void *reserved[4];
} Params;

typedef struct Session
{
  int compute_mode;
  int gpu_id;
  SvCuStream stream;
  void *reserved[4];
} Session;

_Static_assert (sizeof (Rect) == 48, "NvBufSurfTransformRect");
_Static_assert (sizeof (Params) == 64, "NvBufSurfTransformParams");
_Static_assert (sizeof (Session) == 48, "NvBufSurfTransformConfigParams");

enum
{
  CROP_SRC = 1,
  CROP_DST = 2,
  FILTER = 4,
  COMPUTE_GPU = 1
};

static int (*set_session) (Session *session);
static int (*transform) (void *src, void *dst, Params *params);
static int (*transform_async) (void *src, void *dst, Params *params,
    void **sync);
static int (*sync_wait) (void *sync, uint32_t timeout_ms);
static int (*sync_destroy) (void **sync);

/* A batch. */
typedef struct Batch
{
  void *src;
  void *dst;
  Params params;
} Batch;

struct BenchNvbuf
{
  int n;
  Rect *src_rects; /* of all jobs */
  Rect *dst_rects;
  Batch batches[];
};

bool
bench_nvbuf_open (SvCuStream stream, const char **why)
{
  static char text[256];
  static const char name[] = "libnvbufsurftransform.so";
  Session session = { COMPUTE_GPU, 0, stream, { NULL } };
  void *library;

  *why = text;
  /* It has no dependency on the other one noted down. */
  dlopen ("libnvbufsurface.so", RTLD_NOW | RTLD_GLOBAL);
  library = dlopen (name, RTLD_NOW | RTLD_GLOBAL);
  if (library == NULL) {
    snprintf (text, sizeof text, "%s", dlerror ());
    return false;
  }
  *(void **) &set_session =
      dlsym (library, "NvBufSurfTransformSetSessionParams");
  *(void **) &transform = dlsym (library, "NvBufSurfTransform");
  *(void **) &transform_async = dlsym (library, "NvBufSurfTransformAsync");
  *(void **) &sync_wait = dlsym (library, "NvBufSurfTransformSyncObjWait");
  *(void **) &sync_destroy =
      dlsym (library, "NvBufSurfTransformSyncObjDestroy");
  if (set_session == NULL || transform == NULL || transform_async == NULL
      || sync_wait == NULL || sync_destroy == NULL) {
    snprintf (text, sizeof text, "%s lacks a function", name);
    return false;
  }
  if (set_session (&session) != 0) {
    snprintf (text, sizeof text, "%s refuses GPU 0", name);
    return false;
  }
  return true;
}

static int
color_format (SavantFormat format)
{
  return format == SAVANT_FORMAT_NV12 ? 33 /* NV12_709 */ : 19 /* RGBA */;
}

static void *
surface_new (const SavantTransformJob *jobs, int n_jobs, bool dst)
{
  uint32_t n = (uint32_t) n_jobs;
  void *surface = calloc (1, sv_nvbuf_block_size (SV_NVBUF_DS9, n));

  if (surface == NULL)
    return NULL;
  sv_nvbuf_init (SV_NVBUF_DS9, surface, n, 0, SAVANT_MEM_CUDA_DEVICE, false);
  for (int i = 0; i < n_jobs; i++) {
    const SavantImage *image = dst ? &jobs[i].dst : &jobs[i].src;
    SvSlotLayout layout;

    if (sv_nvbuf_slot_layout (image->format, image->width, image->height, 512,
            &layout)
            != SAVANT_OK
        || layout.pitch_bytes[0] != image->pitch_bytes[0]
        || (image->n_planes > 1
            && image->data[0] + layout.offset_bytes[1] != image->data[1])) {
      free (surface);
      return NULL;
    }
    sv_nvbuf_set_slot (SV_NVBUF_DS9, surface, (uint32_t) i, &layout,
        color_format (image->format), image->data[0]);
  }
  sv_nvbuf_set_num_filled (SV_NVBUF_DS9, surface, n);
  return surface;
}

static Rect
rect_of (const SavantRect *r)
{
  return (Rect){ (uint32_t) r->y, (uint32_t) r->x, (uint32_t) r->w,
    (uint32_t) r->h, { NULL } };
}

BenchNvbuf *
bench_nvbuf_new (const SavantTransformJob *jobs, int n_jobs, int batch,
    SavantInterpolation interpolation)
{
  static const int filters[] = {
    [SAVANT_INTERPOLATION_NEAREST] = 0,
    [SAVANT_INTERPOLATION_BILINEAR] = 1,
    [SAVANT_INTERPOLATION_CUBIC] = 2,
    [SAVANT_INTERPOLATION_SUPER] = 3,
    [SAVANT_INTERPOLATION_LANCZOS] = 4,
  };
  int n = n_jobs / batch;
  BenchNvbuf *nvbuf =
      calloc (1, sizeof *nvbuf + (size_t) n * sizeof nvbuf->batches[0]);

  if (nvbuf == NULL)
    return NULL;
  nvbuf->n = n;
  nvbuf->src_rects = calloc ((size_t) n_jobs, sizeof (Rect));
  nvbuf->dst_rects = calloc ((size_t) n_jobs, sizeof (Rect));
  if (nvbuf->src_rects == NULL || nvbuf->dst_rects == NULL)
    goto failed;
  for (int i = 0; i < n_jobs; i++) {
    nvbuf->src_rects[i] = rect_of (&jobs[i].src_rect);
    nvbuf->dst_rects[i] = rect_of (&jobs[i].dst_rect);
  }
  for (int b = 0; b < n; b++) {
    Batch *at = &nvbuf->batches[b];

    at->src = surface_new (jobs + b * batch, batch, false);
    at->dst = surface_new (jobs + b * batch, batch, true);
    if (at->src == NULL || at->dst == NULL)
      goto failed;
    at->params = (Params){ CROP_SRC | CROP_DST | FILTER, 0,
      filters[interpolation], nvbuf->src_rects + b * batch,
      nvbuf->dst_rects + b * batch, { NULL } };
  }
  return nvbuf;
failed:
  bench_nvbuf_free (nvbuf);
  return NULL;
}

void
bench_nvbuf_free (BenchNvbuf *nvbuf)
{
  if (nvbuf == NULL)
    return;
  for (int b = 0; b < nvbuf->n; b++) {
    free (nvbuf->batches[b].src);
    free (nvbuf->batches[b].dst);
  }
  free (nvbuf->src_rects);
  free (nvbuf->dst_rects);
  free (nvbuf);
}

int
bench_nvbuf_run (BenchNvbuf *nvbuf, int batch)
{
  Batch *b = &nvbuf->batches[batch];

  return transform (b->src, b->dst, &b->params);
}

int
bench_nvbuf_start (BenchNvbuf *nvbuf, int batch, void **sync)
{
  Batch *b = &nvbuf->batches[batch];

  return transform_async (b->src, b->dst, &b->params, sync);
}

int
bench_nvbuf_wait (void **sync)
{
  int status = sync_wait (*sync, UINT32_MAX);

  if (status == 0)
    status = sync_destroy (sync);
  return status;
}
