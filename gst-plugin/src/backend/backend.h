/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SV_BACKEND_H
#define SV_BACKEND_H

/* One table of functions a backend, filled once. The sv_backend_ functions
 * check what the contracts below demand and then call the table: backends
 * trust their arguments. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <savant/transform.h>

typedef struct SvBackend SvBackend;

/* What a backend can do; 0 or false = unsupported. */
typedef struct SvBackendCaps
{
  unsigned mem_types; /* bit (1 << SavantMemType) */
  SavantMemType default_mem_type;
  unsigned compute_modes; /* bit (1 << SavantComputeMode) */
  int pitch_align;        /* bytes, a power of two */
  int held_runs; /* runs whose sources transform_keep() may hold back */
} SvBackendCaps;

/* A plane, or part of one, as rows of bytes in memory. */
typedef struct SvRows
{
  void *data;
  size_t pitch; /* bytes, row_bytes or more */
  size_t row_bytes;
  size_t rows;
} SvRows;

/* A surface of batch_size slots of one format and size. */
typedef struct SvSurfaceSpec
{
  SavantFormat format;
  int color_format; /* NvBufSurface's number for it and its colorimetry */
  int width;
  int height;
  int batch_size;
  SavantMemType mem_type;
  int gpu_id;
} SvSurfaceSpec;

typedef struct SvBackendFns
{
  const char *name;
  SvBackendCaps caps;

  /* Whether it works here; if not, a static text that names what is missing.
   * Called once a process. */
  const char *(*probe) (void);

  /* `size` bytes of a memory type, aligned to pitch_align; NULL = no memory. */
  void *(*alloc) (SavantMemType mem_type, int gpu_id, size_t size);
  void (*free) (SavantMemType mem_type, int gpu_id, void *data);

  /* A surface that a library makes whole, header, slots and pixels, numFilled
   * 0; NULL, without a text, where it makes none like that: then a header
   * around memory of `alloc` is as good. The function is NULL where all are
   * made so. */
  void *(*surface_new) (const SvSurfaceSpec *spec);
  void (*surface_free) (void *surface);

  /* Where the pixels of a surface have no address until they are mapped:
   * fills in data of an image that is described otherwise; SavantStatus. The
   * mapping stays until unmap, which comes before the surface is freed. NULL =
   * there are none. */
  int (*map_slot) (void *surface, uint32_t slot, SavantImage *image);
  void (*unmap) (void *surface);

  /* Whether an address lies in memory that `alloc` gave; NULL = not known. */
  bool (*owns) (const void *data);

  /* Whether somebody else's memory is what it is said to be: OK, or
   * INVALID_ARGUMENT and savant_last_error(); NULL = nobody knows. */
  int (*check_place) (const void *data, SavantMemType mem_type, int gpu_id);

  /* Waits until the memory around `data` is written and, where `writing`, no
   * longer read by what runs queued; NULL = it always is. */
  int (*wait) (const void *data, bool writing);

  /* Copies bytes between memories of this backend. */
  int (*copy) (void *dst, const void *src, size_t size);

  /* Writes one colour 0xRRGGBB over a valid picture. */
  int (*fill) (const SavantImage *image, uint32_t color);

  /* For memory that the CPU cannot reach; NULL = there is none. `stream` is a
   * caller's stream on the GPU of the memory, as a number, 0 = none. Each of
   * these comes after everything queued for the memory and in the stream, is
   * over when it returns, and leaves the bytes between rows alone. `data` is
   * memory of the CPU, rows without padding. */
  int (*upload_rows) (const SvRows *rows, const void *data, int64_t stream);
  int (*download_rows) (const SvRows *rows, void *data, int64_t stream);
  /* Repeats the low n_bytes (1..4) of `value`, the lowest first. */
  int (*set_rows) (const SvRows *rows, uint32_t value, int n_bytes,
      int64_t stream);
  /* Waits until what the stream of a GPU holds so far is over. */
  int (*wait_stream) (int gpu_id, int64_t stream);

  /* Transform state; create returns NULL without memory. All jobs of a run
   * are valid, with rectangles inside their pictures. */
  void *(*transform_new) (void);
  void (*transform_free) (void *transform);
  int (*transform_run) (void *transform, const SavantTransformConfig *config,
      const SavantTransformJob *jobs, int n_jobs);

  /* Calls release (object) once the sources of the last run have been read;
   * NULL = they have when it returns. */
  void (*transform_keep) (void *transform, void *object,
      void (*release) (void *object));

  /* Whether sources may lie on another GPU than the destination, to which they
   * are copied then; not at first. NULL = there are no GPUs. */
  void (*transform_allow_peers) (void *transform, bool allow);
} SvBackendFns;

/* The backend of a name, "auto" or NULL (then SAVANT_BACKEND decides, else the
 * best that works). On failure NULL, and savant_last_error() names what is
 * missing. The table is static. */
const SvBackendFns *sv_backend_get (const char *name);

/* The backend whose memory `data` lies in; the host backend for memory that is
 * nobody's. */
const SvBackendFns *sv_backend_of (const void *data);

/* A backend that works here, has a memory type and its upload_rows etc.; NULL
 * where none is, without a text. */
const SvBackendFns *sv_backend_reaching (SavantMemType mem_type);

/* DEFAULT resolved, or UNAVAILABLE naming what would be needed, or
 * INVALID_ARGUMENT for a number that is no memory type. */
int sv_backend_resolve_mem_type (const SvBackendFns *backend, int mem_type,
    SavantMemType *resolved);

/* Checks a whole run (formats, sizes, planes, rectangles, config). */
int sv_backend_transform_run (const SvBackendFns *backend, void *transform,
    const SavantTransformConfig *config, const SavantTransformJob *jobs,
    int n_jobs);

extern const SvBackendFns sv_cuda_backend;
extern SvBackendFns sv_deepstream_backend; /* complete once probe succeeded */
extern const SvBackendFns sv_host_backend;

#endif
