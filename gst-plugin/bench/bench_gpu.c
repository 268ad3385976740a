/* SPDX-License-Identifier: Apache-2.0 */

/* Letterboxing on a GPU: device time a picture when calls are queued without a
 * wait, wall time when each is waited for, time of the CPU in a call, all
 * beside a copy of the source bytes on the same GPU. Pictures take turns in
 * more memory than the GPU's cache holds. */

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "backend/backend.h"
#include "backend/cuda/driver.h"
#include "backend/cuda/memory.h"

#define N_PICTURES 64
#define N_SECONDS 0.25

typedef struct Job
{
  const char *what;
  SavantFormat src;
  SavantFormat dst;
  int side;
  SavantInterpolation interpolation;
} Job;

static const Job jobs[] = {
  { "NV12 1080p to RGBA 640x640, bilinear", SAVANT_FORMAT_NV12,
      SAVANT_FORMAT_RGBA, 640, SAVANT_INTERPOLATION_BILINEAR },
  { "NV12 1080p to RGBA 512x512, bilinear", SAVANT_FORMAT_NV12,
      SAVANT_FORMAT_RGBA, 512, SAVANT_INTERPOLATION_BILINEAR },
  { "RGBA 1080p to RGBA 640x640, bilinear", SAVANT_FORMAT_RGBA,
      SAVANT_FORMAT_RGBA, 640, SAVANT_INTERPOLATION_BILINEAR },
  { "NV12 1080p to NV12 640x640, bilinear", SAVANT_FORMAT_NV12,
      SAVANT_FORMAT_NV12, 640, SAVANT_INTERPOLATION_BILINEAR },
  { "NV12 1080p to RGBA 640x640, cubic", SAVANT_FORMAT_NV12, SAVANT_FORMAT_RGBA,
      640, SAVANT_INTERPOLATION_CUBIC },
  { "NV12 1080p to RGBA 640x640, super", SAVANT_FORMAT_NV12, SAVANT_FORMAT_RGBA,
      640, SAVANT_INTERPOLATION_SUPER },
  { "NV12 1080p to RGBA 640x640, lanczos", SAVANT_FORMAT_NV12,
      SAVANT_FORMAT_RGBA, 640, SAVANT_INTERPOLATION_LANCZOS },
};

static const int batches[] = { 1, 8, 32 };

typedef struct Bench
{
  const SvCuGpu *gpu;
  SavantTransform *transform;
  SavantTransformJob pictures[N_PICTURES];
  uint8_t *src;
  uint8_t *dst;
  size_t src_bytes; /* of one picture, rows without padding */
} Bench;

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
  fprintf (stderr, "bench_gpu: %s: %s\n", what, savant_last_error ());
  exit (1);
}

/* Planes one after the other with pitches as surfaces have them. */
static size_t
lay_out (SavantImage *image, SavantFormat format, int width, int height,
    uint8_t *base)
{
  int64_t row, rows;
  size_t offset = 0;

  *image = (SavantImage){ .format = format,
    .width = width,
    .height = height,
    .colorimetry = { SAVANT_MATRIX_BT709, SAVANT_RANGE_LIMITED,
        SAVANT_SITING_MPEG2 },
    .n_planes = savant_format_n_planes (format) };
  if (format == SAVANT_FORMAT_RGBA)
    image->colorimetry.range = SAVANT_RANGE_FULL;
  for (int p = 0; p < image->n_planes; p++) {
    savant_format_plane_size (format, p, width, height, &row, &rows);
    image->pitch_bytes[p] = (row + 511) / 512 * 512;
    image->data[p] = base + offset;
    offset += (size_t) image->pitch_bytes[p] * (size_t) rows;
  }
  return offset;
}

static void
open_job (Bench *bench, const Job *job)
{
  size_t src_size, dst_size;
  SavantImage image;

  src_size = lay_out (&image, job->src, 1920, 1080, NULL);
  dst_size = lay_out (&image, job->dst, job->side, job->side, NULL);
  bench->src_bytes =
      job->src == SAVANT_FORMAT_NV12 ? 1920 * 1080 * 3 / 2 : 1920 * 1080 * 4;
  bench->src =
      sv_cuda_backend.alloc (SAVANT_MEM_CUDA_DEVICE, 0, N_PICTURES * src_size);
  bench->dst =
      sv_cuda_backend.alloc (SAVANT_MEM_CUDA_DEVICE, 0, N_PICTURES * dst_size);
  if (bench->src == NULL || bench->dst == NULL
      || savant_transform_new ("cuda", &bench->transform) != SAVANT_OK)
    die ("memory");
  for (int i = 0; i < N_PICTURES; i++) {
    SavantTransformJob *picture = &bench->pictures[i];

    lay_out (&picture->src, job->src, 1920, 1080, bench->src + i * src_size);
    lay_out (&picture->dst, job->dst, job->side, job->side,
        bench->dst + i * dst_size);
    picture->src_rect = (SavantRect){ 0, 0, 1920, 1080 };
    savant_letterbox (NULL, 1920, 1080, job->side, job->side,
        &picture->dst_rect);
  }
  if (savant_image_fill (&bench->pictures[0].src, 0x406080) != SAVANT_OK)
    die ("fill");
}

static void
close_job (Bench *bench)
{
  savant_transform_free (bench->transform);
  sv_cuda_backend.free (SAVANT_MEM_CUDA_DEVICE, 0, bench->src);
  sv_cuda_backend.free (SAVANT_MEM_CUDA_DEVICE, 0, bench->dst);
}

/* Microseconds a picture of calls without a wait (with one behind the last) or
 * with a wait each, and of the CPU's part in a call. */
static double
measure (Bench *bench, const SavantTransformConfig *config, int batch,
    bool queued, double *cpu)
{
  double start = now_us (), end, inside = 0.0;
  long calls = 0;
  int at = 0;

  do {
    for (int i = 0; i < 64; i++, calls++) {
      double before = now_us ();

      if (savant_transform_run (bench->transform, config, bench->pictures + at,
              batch)
          != SAVANT_OK)
        die ("run");
      inside += now_us () - before;
      at = (at + batch) % N_PICTURES;
      if (!queued)
        sv_cuda_backend.wait (bench->dst, false);
    }
    sv_cuda_backend.wait (bench->dst, false);
    end = now_us ();
  } while (end - start < N_SECONDS * 1e6);
  *cpu = inside / (double) calls;
  return (end - start) / (double) (calls * batch);
}

static double
measure_copy (Bench *bench, int batch)
{
  const SvCuDriver *cu = sv_cu_driver ();
  size_t size = bench->src_bytes * (size_t) batch;
  SvCuPtr src = (SvCuPtr) (uintptr_t) bench->src, to = 0;
  SvCuStream stream;
  double start, end;
  long calls = 0;

  if (sv_cu_enter (bench->gpu) != SAVANT_OK
      || cu->stream_new (&stream, SV_CU_STREAM_NON_BLOCKING) != 0
      || cu->mem_alloc (&to, bench->src_bytes * N_PICTURES) != 0)
    die ("copy");
  start = now_us ();
  do {
    for (int i = 0; i < 64; i++, calls++) {
      size_t at = (size_t) (calls % (N_PICTURES / batch)) * size;

      cu->copy (to + at, src + at, size, stream);
    }
    cu->stream_sync (stream);
    end = now_us ();
  } while (end - start < N_SECONDS * 1e6);
  cu->mem_free (to);
  cu->stream_free (stream);
  sv_cu_leave ();
  return (end - start) / (double) (calls * batch);
}

static void
measure_job (Bench *bench, const Job *job)
{
  SavantTransformConfig config = SAVANT_TRANSFORM_CONFIG_DEFAULTS;
  double cpu, unused;

  config.interpolation = job->interpolation;
  open_job (bench, job);
  for (size_t b = 0; b < sizeof batches / sizeof batches[0]; b++) {
    double queued, waited, copy;

    measure (bench, &config, batches[b], true, &cpu);
    queued = measure (bench, &config, batches[b], true, &cpu);
    waited = measure (bench, &config, batches[b], false, &unused);
    copy = measure_copy (bench, batches[b]);
    printf ("| %-38s | %2d | %6.2f | %6.2f | %6.2f | %6.2f | %5.2f |\n",
        job->what, batches[b], queued, waited, cpu, copy, queued / copy);
  }
  close_job (bench);
}

int
main (void)
{
  Bench bench = { .gpu = NULL };

  if (sv_backend_get ("cuda") == NULL) {
    printf ("bench_gpu: %s\n", savant_last_error ());
    return 77;
  }
  bench.gpu = sv_cu_gpu (0);
  if (bench.gpu == NULL)
    die ("GPU 0");
  printf ("Letterbox of 1920x1080 on GPU 0, microseconds a picture\n\n"
          "| job | batch | queued | waited for | CPU a call | copy of the "
          "source | queued / copy |\n|---|---|---|---|---|---|---|\n");
  for (size_t i = 0; i < sizeof jobs / sizeof jobs[0]; i++)
    measure_job (&bench, &jobs[i]);
  return 0;
}
