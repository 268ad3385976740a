/* SPDX-License-Identifier: Apache-2.0 */

/* Frames of the CPU's memory onto a GPU: unchanged and letterboxed, from pinned
 * memory as savanttransform offers it and from ordinary pages, beside the CUDA
 * runtime's (or driver's) own copy of the same bytes from the same memory. */

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "backend/backend.h"
#include "backend/cuda/driver.h"

#define N_PICTURES 16
#define N_ROUNDS 9
#define N_CALLS 64

typedef struct Job
{
  const char *what;
  SavantFormat src;
  SavantFormat dst;
  int width; /* of the destination */
  int height;
} Job;

static const Job jobs[] = {
  { "NV12 1080p, unchanged", SAVANT_FORMAT_NV12, SAVANT_FORMAT_NV12, 1920,
      1080 },
  { "I420 720p, unchanged", SAVANT_FORMAT_I420, SAVANT_FORMAT_I420, 1280, 720 },
  { "RGBA 1080p, unchanged", SAVANT_FORMAT_RGBA, SAVANT_FORMAT_RGBA, 1920,
      1080 },
  { "NV12 1080p to RGBA 640x640", SAVANT_FORMAT_NV12, SAVANT_FORMAT_RGBA, 640,
      640 },
};

typedef struct Bench
{
  SavantTransform *transform;
  SavantTransformJob pictures[N_PICTURES];
  SavantMemType mem_type;
  uint8_t *src;
  uint8_t *dst;
  size_t src_bytes; /* of a picture, rows without padding */
  size_t dst_bytes;
} Bench;

static int (*runtime_copy) (void *dst, const void *src, size_t size, int kind);

static double
now_us (void)
{
  struct timespec t;

  clock_gettime (CLOCK_MONOTONIC, &t);
  return (double) t.tv_sec * 1e6 + (double) t.tv_nsec * 1e-3;
}

static void
die (const char *what)
{
  fprintf (stderr, "bench_upload: %s: %s\n", what, savant_last_error ());
  exit (1);
}

/* Planes one after the other; `align` bytes of a row. */
static size_t
lay_out (SavantImage *image, SavantFormat format, int width, int height,
    int align, uint8_t *base)
{
  int64_t row, rows;
  size_t offset = 0;

  *image = (SavantImage){ .format = format,
    .width = width,
    .height = height,
    .colorimetry = { SAVANT_MATRIX_BT709, SAVANT_RANGE_LIMITED,
        SAVANT_SITING_MPEG2 },
    .n_planes = savant_format_n_planes (format) };
  for (int p = 0; p < image->n_planes; p++) {
    savant_format_plane_size (format, p, width, height, &row, &rows);
    image->pitch_bytes[p] = (row + align - 1) / align * align;
    image->data[p] = base + offset;
    offset += (size_t) image->pitch_bytes[p] * (size_t) rows;
  }
  return offset;
}

static void
open_job (Bench *bench, const Job *job)
{
  int width = job->width == 1280 ? 1280 : 1920;
  int height = job->width == 1280 ? 720 : 1080;
  SavantImage image;

  bench->src_bytes = lay_out (&image, job->src, width, height, 1, NULL);
  bench->dst_bytes =
      lay_out (&image, job->dst, job->width, job->height, 512, NULL);
  bench->src =
      sv_cuda_backend.alloc (bench->mem_type, 0, N_PICTURES * bench->src_bytes);
  bench->dst = sv_cuda_backend.alloc (SAVANT_MEM_CUDA_DEVICE, 0,
      N_PICTURES * bench->dst_bytes);
  if (bench->src == NULL || bench->dst == NULL
      || savant_transform_new ("cuda", &bench->transform) != SAVANT_OK)
    die ("memory");
  memset (bench->src, 100, N_PICTURES * bench->src_bytes);
  for (int i = 0; i < N_PICTURES; i++) {
    SavantTransformJob *picture = &bench->pictures[i];

    lay_out (&picture->src, job->src, width, height, 1,
        bench->src + i * bench->src_bytes);
    lay_out (&picture->dst, job->dst, job->width, job->height, 512,
        bench->dst + i * bench->dst_bytes);
    picture->src_rect = (SavantRect){ 0, 0, width, height };
    savant_letterbox (NULL, width, height, job->width, job->height,
        &picture->dst_rect);
  }
}

static void
close_job (Bench *bench)
{
  savant_transform_free (bench->transform);
  sv_cuda_backend.free (bench->mem_type, 0, bench->src);
  sv_cuda_backend.free (SAVANT_MEM_CUDA_DEVICE, 0, bench->dst);
}

/* Microseconds a picture, queued, with a wait behind the last. */
static double
upload (Bench *bench)
{
  double start = now_us ();

  for (int i = 0; i < N_CALLS; i++)
    if (savant_transform_run (bench->transform, NULL,
            &bench->pictures[i % N_PICTURES], 1)
        != SAVANT_OK)
      die ("run");
  sv_cuda_backend.wait (bench->dst, false);
  return (now_us () - start) / N_CALLS;
}

/* The peer's: from pinned memory queued in a stream, else call by call. */
static double
copy (Bench *bench, SvCuPtr to, SvCuStream stream)
{
  const SvCuDriver *cu = sv_cu_driver ();
  double start = now_us ();

  for (int i = 0; i < N_CALLS; i++) {
    size_t at = (size_t) (i % N_PICTURES) * bench->src_bytes;

    if (bench->mem_type == SAVANT_MEM_CUDA_PINNED || runtime_copy == NULL)
      cu->copy (to + at, (SvCuPtr) (uintptr_t) (bench->src + at),
          bench->src_bytes, stream);
    else
      runtime_copy ((void *) (uintptr_t) (to + at), bench->src + at,
          bench->src_bytes, 1);
    if (bench->mem_type != SAVANT_MEM_CUDA_PINNED && runtime_copy == NULL)
      cu->stream_sync (stream);
  }
  cu->stream_sync (stream);
  return (now_us () - start) / N_CALLS;
}

/* Both in turn; the best round of each. */
static void
measure (Bench *bench, const Job *job)
{
  const SvCuDriver *cu = sv_cu_driver ();
  double ours = 1e9, theirs = 1e9;
  SvCuPtr to = 0;
  SvCuStream stream;

  open_job (bench, job);
  if (sv_cu_enter (sv_cu_gpu (0)) != SAVANT_OK
      || cu->stream_new (&stream, SV_CU_STREAM_NON_BLOCKING) != 0
      || cu->mem_alloc (&to, N_PICTURES * bench->src_bytes) != 0)
    die ("copy");
  for (int round = 0; round < N_ROUNDS; round++) {
    double a = upload (bench), b = copy (bench, to, stream);

    ours = a < ours ? a : ours;
    theirs = b < theirs ? b : theirs;
  }
  cu->mem_free (to);
  cu->stream_free (stream);
  sv_cu_leave ();
  close_job (bench);
  printf ("| %-27s | %-8s | %7.1f | %7.1f | %5.1f | %5.2f |\n", job->what,
      bench->mem_type == SAVANT_MEM_CUDA_PINNED ? "pinned" : "ordinary", ours,
      theirs, (double) bench->src_bytes / ours * 1e-3, ours / theirs);
}

int
main (void)
{
  static const char *const runtimes[] = { "libcudart.so.13", "libcudart.so.12",
    "libcudart.so" };
  void *library = NULL;
  Bench bench = { 0 };

  if (sv_backend_get ("cuda") == NULL) {
    printf ("bench_upload: %s\n", savant_last_error ());
    return 77;
  }
  for (int i = 0; i < 3 && library == NULL; i++)
    library = dlopen (runtimes[i], RTLD_NOW);
  if (library != NULL)
    *(void **) &runtime_copy = dlsym (library, "cudaMemcpy");
  printf ("Uploads to GPU 0, microseconds a picture; the copy is "
          "cuMemcpyAsync from pinned memory and %s from ordinary pages\n\n"
          "| job | memory | upload | copy | GB/s | upload / copy |\n"
          "|---|---|---|---|---|---|\n",
      runtime_copy != NULL ? "cudaMemcpy" : "cuMemcpyAsync with a wait");
  for (size_t i = 0; i < sizeof jobs / sizeof jobs[0]; i++)
    for (int pinned = 1; pinned >= 0; pinned--) {
      bench.mem_type = pinned ? SAVANT_MEM_CUDA_PINNED : SAVANT_MEM_SYSTEM;
      measure (&bench, &jobs[i]);
    }
  return 0;
}
