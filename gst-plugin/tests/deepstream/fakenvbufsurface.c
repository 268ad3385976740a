/* SPDX-License-Identifier: Apache-2.0 */
/* A libnvbufsurface.so for machines without DeepStream: of DeepStream 6 to 8
 * with FAKE_SLOT 384, of DeepStream 9 with 416. Offsets are written out here,
 * apart from ours. A call that breaks a rule ends the program with its name; so
 * does one that we never make. Pixels are the CUDA driver's, which is a fake
 * too.
 *
 * The environment's FAKE_DS makes it one that does not work: "no-gpu" makes no
 * surface, "unknown" has slots of another size. "jetson" has surface arrays,
 * whose pixels are reached by EGL images, "block-linear" too, but none that can
 * be read; of both, CUDA buffers may be asked for once. "cuda-buffer" makes
 * them, "cuda-direct" without a record around their address, "cuda-only"
 * instead of EGL images. */
#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fakenvbufsurface.h"
#include "fakesurfaces.h"

#define HEADER (FAKE_SLOT == 416 ? 72 : 64)
#define MAX_SURFACES 256

typedef struct Params
{
  uint32_t gpu, width, height, size;
  uint8_t contiguous;
  int32_t format, layout, mem_type;
  uint8_t rest[64];
} Params;

typedef struct Surface
{
  uint8_t *header;
  uint32_t slots;
  int mem_type;
  uint32_t gpu;
  int contiguous;
} Surface;

pthread_mutex_t fake_lock = PTHREAD_MUTEX_INITIALIZER;
static Surface surfaces[MAX_SURFACES];
static int n_surfaces;
static int n_creates;
static int failing_create;

void
fake_broken (const char *name, const char *rule)
{
  fprintf (stderr, "fake libnvbufsurface: %s: %s\n", name, rule);
  abort ();
}

void
fake_put32 (uint8_t *at, uint32_t value)
{
  memcpy (at, &value, sizeof value);
}

void
fake_put_pointer (uint8_t *at, const void *value)
{
  memcpy (at, &value, sizeof value);
}

void *
fake_get_pointer (const uint8_t *at)
{
  void *value;

  memcpy (&value, at, sizeof value);
  return value;
}

bool
fake_is_mode (const char *mode)
{
  const char *set = getenv ("FAKE_DS");

  return set != NULL && strcmp (set, mode) == 0;
}

bool
fake_makes_cuda_buffers (void)
{
  return fake_is_mode ("cuda-buffer") || fake_is_mode ("cuda-direct")
      || fake_is_mode ("cuda-only");
}

bool
fake_is_jetson (void)
{
  return fake_is_mode ("jetson") || fake_is_mode ("block-linear")
      || fake_makes_cuda_buffers ();
}

static int
is_handle (int mem_type)
{
  return mem_type == 4 || mem_type == 5;
}

/* ---- Pixels ------------------------------------------------------------- */

static void *
driver (const char *name)
{
  void *library = dlopen ("libcuda.so.1", RTLD_NOW | RTLD_LOCAL);
  void *symbol = library != NULL ? dlsym (library, name) : NULL;

  if (symbol == NULL)
    fake_broken (name, "no driver");
  return symbol;
}

/* As the runtime does, which makes the primary context current. */
static int
with_context (uint32_t gpu, int enter)
{
  int (*device_get) (int *, int) =
      (int (*) (int *, int)) driver ("cuDeviceGet");
  int (*retain) (void **, int) =
      (int (*) (void **, int)) driver ("cuDevicePrimaryCtxRetain");
  int (*push) (void *) = (int (*) (void *)) driver ("cuCtxPushCurrent_v2");
  int (*pop) (void **) = (int (*) (void **)) driver ("cuCtxPopCurrent_v2");
  void *context = NULL;
  int device = 0;

  if (!enter)
    return pop (&context);
  return device_get (&device, (int) gpu) == 0 && retain (&context, device) == 0
      ? push (context)
      : -1;
}

void *
fake_allocate (int mem_type, uint32_t gpu, size_t size)
{
  int (*device) (void **, size_t) =
      (int (*) (void **, size_t)) driver ("cuMemAlloc_v2");
  int (*pinned) (void **, size_t, unsigned) =
      (int (*) (void **, size_t, unsigned)) driver ("cuMemHostAlloc");
  int (*managed) (void **, size_t, unsigned) =
      (int (*) (void **, size_t, unsigned)) driver ("cuMemAllocManaged");
  void *data = NULL;
  int result;

  if (mem_type == FAKE_SYSTEM)
    return malloc (size);
  if (with_context (gpu, 1) != 0)
    return NULL;
  result = mem_type == FAKE_PINNED ? pinned (&data, size, 3)
      : mem_type == FAKE_UNIFIED   ? managed (&data, size, 1)
                                   : device (&data, size);
  with_context (gpu, 0);
  return result == 0 ? data : NULL;
}

void
fake_release (int mem_type, uint32_t gpu, void *data)
{
  int (*device) (void *) = (int (*) (void *)) driver ("cuMemFree_v2");
  int (*pinned) (void *) = (int (*) (void *)) driver ("cuMemFreeHost");

  if (mem_type == FAKE_SYSTEM) {
    free (data);
    return;
  }
  if (with_context (gpu, 1) != 0)
    return;
  if (mem_type == FAKE_PINNED)
    pinned (data);
  else
    device (data);
  with_context (gpu, 0);
}

/* ---- Formats ------------------------------------------------------------ */

typedef struct Plane
{
  uint32_t width, height, bytes;
} Plane;

/* The number of planes; 0: a format that is refused, NV12 and I420 of full
 * range BT.709 among them so that somebody asks twice. */
static uint32_t
planes_of (int format, uint32_t w, uint32_t h, Plane *planes)
{
  uint32_t even_w = (w + 1) & ~1u, even_h = (h + 1) & ~1u;

  switch (format) {
    case 1:
      planes[0] = (Plane){ w, h, 1 };
      return 1;
    case 2:
    case 4:
    case 31:
      planes[0] = (Plane){ even_w, even_h, 1 };
      planes[1] = planes[2] = (Plane){ even_w / 2, even_h / 2, 1 };
      return 3;
    case 6:
    case 7:
    case 8:
    case 9:
    case 33:
      planes[0] = (Plane){ even_w, even_h, 1 };
      planes[1] = (Plane){ even_w / 2, even_h / 2, 2 };
      return 2;
    case 10:
    case 11:
      planes[0] = (Plane){ even_w, h, 2 };
      return 1;
    case 19:
    case 20:
    case 23:
    case 24:
      planes[0] = (Plane){ w, h, 4 };
      return 1;
    case 27:
    case 28:
      planes[0] = (Plane){ w, h, 3 };
      return 1;
    default:
      return 0;
  }
}

static uint32_t
fill_slot (uint8_t *slot, const Params *params, const Plane *planes,
    uint32_t n_planes)
{
  uint32_t offset = 0;

  fake_put32 (slot + 0, params->width);
  fake_put32 (slot + 4, params->height);
  fake_put32 (slot + 12, (uint32_t) params->format);
  fake_put32 (slot + 16, (uint32_t) params->layout);
  fake_put32 (slot + 48, n_planes);
  for (uint32_t p = 0; p < n_planes; p++) {
    uint32_t pitch = (planes[p].width * planes[p].bytes + 511) & ~511u;

    fake_put32 (slot + 52 + 4 * p, planes[p].width);
    fake_put32 (slot + 68 + 4 * p, planes[p].height);
    fake_put32 (slot + 84 + 4 * p, pitch);
    fake_put32 (slot + 100 + 4 * p, offset);
    fake_put32 (slot + 116 + 4 * p, pitch * planes[p].height);
    fake_put32 (slot + 132 + 4 * p, planes[p].bytes);
    offset += pitch * planes[p].height;
    if (p == 0)
      fake_put32 (slot + 8, pitch);
  }
  fake_put32 (slot + 32, offset);
  return offset;
}

/* ---- Surfaces ----------------------------------------------------------- */

static void
check_params (const Params *params, uint32_t batch_size)
{
  static const uint8_t zeroes[sizeof params->rest];

  if (batch_size < 1 || batch_size > 1024)
    fake_broken ("NvBufSurfaceCreate", "batchSize");
  if (params->gpu > 1)
    fake_broken ("NvBufSurfaceCreate", "gpuId");
  if (params->width < 1 || params->width > 32767 || params->height < 1
      || params->height > 32767 || params->size != 0)
    fake_broken ("NvBufSurfaceCreate", "width, height or size");
  if (params->contiguous > 1 || params->layout != 0)
    fake_broken ("NvBufSurfaceCreate", "isContiguous or layout");
  if (params->mem_type < 0 || params->mem_type > 6)
    fake_broken ("NvBufSurfaceCreate", "memType");
  if (memcmp (params->rest, zeroes, sizeof zeroes) != 0)
    fake_broken ("NvBufSurfaceCreate",
        "what follows the parameters is not zero");
}

static Surface *
free_surface (void)
{
  for (int i = 0; i < MAX_SURFACES; i++)
    if (surfaces[i].header == NULL)
      return &surfaces[i];
  fake_broken ("NvBufSurfaceCreate", "too many surfaces");
  return NULL;
}

static int
give_pixels (Surface *s, uint8_t *list, size_t stride, uint32_t slot_bytes)
{
  uint8_t *block = NULL;

  /* They have no address. */
  if (is_handle (s->mem_type))
    return 0;
  if (s->contiguous)
    block = fake_allocate (s->mem_type, s->gpu, (size_t) slot_bytes * s->slots);
  for (uint32_t i = 0; i < s->slots; i++) {
    void *data = s->contiguous
        ? (block != NULL ? block + (size_t) slot_bytes * i : NULL)
        : fake_allocate (s->mem_type, s->gpu, slot_bytes);

    if (data == NULL)
      return -2;
    fake_put_pointer (list + i * stride + 40, data);
  }
  return 0;
}

static size_t
slot_stride (void)
{
  return fake_is_mode ("unknown") ? 400 : FAKE_SLOT;
}

EXPORT int NvBufSurfaceCreate (void **out, uint32_t batch_size, Params *params);
EXPORT int NvBufSurfaceDestroy (void *surface);

int
NvBufSurfaceCreate (void **out, uint32_t batch_size, Params *params)
{
  uint32_t n_planes, bytes = 0;
  size_t stride = slot_stride ();
  Plane planes[4];
  int mem_type = params->mem_type == 0 ? FAKE_DEVICE : params->mem_type;
  Surface *s;
  int result;

  check_params (params, batch_size);
  if (fake_is_mode ("no-gpu") || (is_handle (mem_type) && !fake_is_jetson ()))
    return -1;
  if (is_handle (mem_type) && params->contiguous)
    fake_broken ("NvBufSurfaceCreate", "a surface array is never contiguous");
  n_planes = planes_of (params->format, params->width, params->height, planes);
  if (n_planes == 0)
    return -1;
  pthread_mutex_lock (&fake_lock);
  if (++n_creates == failing_create) {
    pthread_mutex_unlock (&fake_lock);
    return -2;
  }
  s = free_surface ();
  *s = (Surface){ calloc (1, HEADER), batch_size, mem_type, params->gpu,
    params->contiguous };
  uint8_t *list = calloc (batch_size, stride);
  fake_put32 (s->header + 0, params->gpu);
  fake_put32 (s->header + 4, batch_size);
  s->header[12] = params->contiguous;
  fake_put32 (s->header + 16, (uint32_t) mem_type);
  fake_put_pointer (s->header + 24, list);
  for (uint32_t i = 0; i < batch_size; i++)
    bytes = fill_slot (list + i * stride, params, planes, n_planes);
  result = give_pixels (s, list, stride, bytes);
  if (result == 0) {
    n_surfaces++;
    *out = s->header;
  } else {
    free (list);
    free (s->header);
    s->header = NULL;
  }
  pthread_mutex_unlock (&fake_lock);
  return result;
}

int
NvBufSurfaceDestroy (void *surface)
{
  Surface *s = surfaces;
  uint8_t *list;

  pthread_mutex_lock (&fake_lock);
  while (s < surfaces + MAX_SURFACES && s->header != surface)
    s++;
  if (surface == NULL || s == surfaces + MAX_SURFACES)
    fake_broken ("NvBufSurfaceDestroy", "no surface, or destroyed before");
  list = fake_get_pointer (s->header + 24);
  for (uint32_t i = 0; i < s->slots; i++)
    if (fake_get_pointer (list + i * slot_stride () + 312) != NULL
        || (FAKE_SLOT == 416
            && fake_get_pointer (list + i * slot_stride () + 328) != NULL))
      fake_broken ("NvBufSurfaceDestroy", "a slot is mapped");
  for (uint32_t i = 0;
       i < s->slots && (i == 0 || !s->contiguous) && !is_handle (s->mem_type);
       i++)
    fake_release (s->mem_type, s->gpu,
        fake_get_pointer (list + i * slot_stride () + 40));
  free (list);
  free (s->header);
  s->header = NULL;
  n_surfaces--;
  pthread_mutex_unlock (&fake_lock);
  return 0;
}

uint8_t *
fake_find_slot (const char *name, const void *surface, int slot)
{
  Surface *s = surfaces;

  if (!fake_is_jetson ())
    fake_broken (name, "never to be called without a Jetson");
  while (s < surfaces + MAX_SURFACES && s->header != surface)
    s++;
  if (s == surfaces + MAX_SURFACES || !is_handle (s->mem_type))
    fake_broken (name, "no surface array");
  if (slot < 0 || (uint32_t) slot >= s->slots)
    fake_broken (name, "index");
  return (uint8_t *) fake_get_pointer (s->header + 24)
      + (size_t) slot * slot_stride ();
}

/* ---- Controls ----------------------------------------------------------- */

static int
count_surfaces (void)
{
  return n_surfaces;
}

static int
count_creates (void)
{
  return n_creates;
}

static void
fail_create (int nth)
{
  failing_create = nth > 0 ? n_creates + nth : 0;
}

EXPORT extern const FakeDs fake_ds_table;
const FakeDs fake_ds_table = { count_surfaces, count_creates, fail_create,
  fake_count_images, fake_count_cuda_buffers, fake_set_cuda_buffer_fault,
  HEADER, FAKE_SLOT };
