/* SPDX-License-Identifier: Apache-2.0 */

/* Letterboxing on GPU 0: ours, NvBufSurfTransform of DeepStream 9 where it is
 * installed, on the same surfaces, and a copy of the source's bytes. Pictures
 * take turns in more memory than the GPU's cache holds.
 *
 *   bench_gpu [--markdown FILE] [--json FILE] [--seconds S] [--job N] */

#include <dlfcn.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "backend/backend.h"
#include "backend/cuda/driver.h"
#include "backend/cuda/memory.h"
#include "gpu_report.h"
#include "peer_nvbuf.h"

#define N_PICTURES 64
#define N_CALLS 64        /* queued at once */
#define N_DEVICE_CALLS 32 /* between two events */
#define N_DEVICE_ROUNDS 15
#define N_WAITING 16 /* calls of NvBufSurfTransformAsync under way */

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
  SavantTransformConfig config;
  SavantTransformJob pictures[N_PICTURES];
  uint8_t *src;
  uint8_t *dst;
  SvCuPtr copied;   /* what copies write */
  size_t src_bytes; /* of one picture, rows without padding */
  size_t dst_bytes;
  size_t dst_size; /* with it */
  SvCuStream stream;
  uint64_t stream_id;
  BenchNvbuf *nvbuf;
  void *waiting[N_WAITING];
  int n_started;
  int batch;
  double seconds;
} Bench;

static double
clock_us (clockid_t id)
{
  struct timespec t;

  clock_gettime (id, &t);
  return (double) t.tv_sec * 1e6 + (double) t.tv_nsec * 1e-3;
}

static void
die (const char *what)
{
  fprintf (stderr, "bench_gpu: %s: %s\n", what, savant_last_error ());
  exit (1);
}

static void
check (SvCuResult result, const char *what)
{
  if (sv_cu_check (result, what) != SAVANT_OK)
    die (what);
}

/* ---- Pictures ------------------------------------------------------------ */

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

static size_t
picture_bytes (SavantFormat format, int width, int height)
{
  size_t pixels = (size_t) width * (size_t) height;

  return format == SAVANT_FORMAT_NV12 ? pixels * 3 / 2 : pixels * 4;
}

/* Waves with a little noise into all sources. */
static void
paint (Bench *bench, size_t src_size)
{
  const SavantImage *image = &bench->pictures[0].src;
  int pitch = (int) image->pitch_bytes[0];
  uint8_t *picture = malloc (src_size);
  uint32_t seed = 1;

  if (picture == NULL)
    die ("memory");
  for (size_t i = 0; i < src_size; i++) {
    double x = (double) (i % (size_t) pitch), y = (double) (i / (size_t) pitch);

    seed = seed * 1664525 + 1013904223;
    picture[i] = (uint8_t) (125.0 + 60.0 * sin (x / 90.0)
        + 40.0 * cos (y / 60.0) + (double) (seed >> 29));
  }
  for (int i = 0; i < N_PICTURES; i++)
    check (sv_cu_driver ()->copy ((SvCuPtr) (uintptr_t) bench->src
                   + (size_t) i * src_size,
               (SvCuPtr) (uintptr_t) picture, src_size, bench->stream),
        "painting");
  check (sv_cu_driver ()->stream_sync (bench->stream), "painting");
  free (picture);
}

static void
open_job (Bench *bench, const Job *job)
{
  size_t src_size, dst_size;
  SavantImage image;

  src_size = lay_out (&image, job->src, 1920, 1080, NULL);
  dst_size = lay_out (&image, job->dst, job->side, job->side, NULL);
  bench->config = (SavantTransformConfig) SAVANT_TRANSFORM_CONFIG_DEFAULTS;
  bench->config.interpolation = job->interpolation;
  bench->src_bytes = picture_bytes (job->src, 1920, 1080);
  bench->dst_bytes = picture_bytes (job->dst, job->side, job->side);
  bench->dst_size = dst_size;
  bench->src =
      sv_cuda_backend.alloc (SAVANT_MEM_CUDA_DEVICE, 0, N_PICTURES * src_size);
  bench->dst =
      sv_cuda_backend.alloc (SAVANT_MEM_CUDA_DEVICE, 0, N_PICTURES * dst_size);
  if (bench->src == NULL || bench->dst == NULL
      || savant_transform_new ("cuda", &bench->transform) != SAVANT_OK)
    die ("memory");
  check (sv_cu_driver ()->mem_alloc (&bench->copied,
             bench->src_bytes * N_PICTURES),
      "memory");
  for (int i = 0; i < N_PICTURES; i++) {
    SavantTransformJob *picture = &bench->pictures[i];

    lay_out (&picture->src, job->src, 1920, 1080,
        bench->src + (size_t) i * src_size);
    lay_out (&picture->dst, job->dst, job->side, job->side,
        bench->dst + (size_t) i * dst_size);
    picture->src_rect = (SavantRect){ 0, 0, 1920, 1080 };
    savant_letterbox (NULL, 1920, 1080, job->side, job->side,
        &picture->dst_rect);
  }
  paint (bench, src_size);
}

static void
close_job (Bench *bench)
{
  savant_transform_free (bench->transform);
  sv_cuda_backend.free (SAVANT_MEM_CUDA_DEVICE, 0, bench->src);
  sv_cuda_backend.free (SAVANT_MEM_CUDA_DEVICE, 0, bench->dst);
  sv_cu_driver ()->mem_free (bench->copied);
}

/* ---- Ways ---------------------------------------------------------------- */

/* One way of doing a job: a call for batch `at`, and a wait for all calls. */
typedef struct Way
{
  void (*call) (Bench *bench, int at);
  void (*wait) (Bench *bench);
} Way;

static void
call_ours (Bench *bench, int at)
{
  if (savant_transform_run (bench->transform, &bench->config,
          bench->pictures + at * bench->batch, bench->batch)
      != SAVANT_OK)
    die ("run");
}

static void
wait_ours (Bench *bench)
{
  if (sv_cuda_backend.wait (bench->dst, false) != SAVANT_OK)
    die ("wait");
}

static void
wait_stream (Bench *bench)
{
  check (sv_cu_driver ()->stream_sync (bench->stream), "cuStreamSynchronize");
}

static void
call_copy (Bench *bench, int at)
{
  size_t size = bench->src_bytes * (size_t) bench->batch;
  SvCuPtr src = (SvCuPtr) (uintptr_t) bench->src + (size_t) at * size;

  check (sv_cu_driver ()->copy (bench->copied + (size_t) at * size, src, size,
             bench->stream),
      "cuMemcpyAsync");
}

static void
call_peer (Bench *bench, int at)
{
  int status = bench_nvbuf_run (bench->nvbuf, at);

  if (status != 0) {
    fprintf (stderr, "bench_gpu: NvBufSurfTransform: %d\n", status);
    exit (1);
  }
}

static void
wait_oldest (Bench *bench, int i)
{
  if (bench->waiting[i] != NULL && bench_nvbuf_wait (&bench->waiting[i]) != 0)
    die ("NvBufSurfTransformSyncObjWait");
  bench->waiting[i] = NULL;
}

static void
call_peer_async (Bench *bench, int at)
{
  int i = bench->n_started++ % N_WAITING;

  wait_oldest (bench, i);
  if (bench_nvbuf_start (bench->nvbuf, at, &bench->waiting[i]) != 0)
    die ("NvBufSurfTransformAsync");
}

static void
wait_peer_async (Bench *bench)
{
  for (int i = 0; i < N_WAITING; i++)
    wait_oldest (bench, (bench->n_started + i) % N_WAITING);
}

static const Way ours = { call_ours, wait_ours };
static const Way copy = { call_copy, wait_stream };
static const Way peer = { call_peer, wait_stream };
static const Way peer_async = { call_peer_async, wait_peer_async };

/* ---- Times --------------------------------------------------------------- */

/* Microseconds a picture, and of the CPU a call. */
static double
measure_wall (Bench *bench, const Way *way, bool each, double *cpu)
{
  int n_batches = N_PICTURES / bench->batch, at = 0;
  double start = clock_us (CLOCK_MONOTONIC), end, inside = 0.0;
  long calls = 0;

  do {
    double before = clock_us (CLOCK_PROCESS_CPUTIME_ID);

    for (int i = 0; i < N_CALLS; i++, calls++) {
      way->call (bench, at);
      at = (at + 1) % n_batches;
      if (each)
        way->wait (bench);
    }
    inside += clock_us (CLOCK_PROCESS_CPUTIME_ID) - before;
    way->wait (bench);
    end = clock_us (CLOCK_MONOTONIC);
  } while (end - start < bench->seconds * 1e6);
  *cpu = inside / (double) calls;
  return (end - start) / (double) (calls * bench->batch);
}

static int
ascending (const void *a, const void *b)
{
  double x = *(const double *) a, y = *(const double *) b;

  return (x > y) - (x < y);
}

/* Between two events, with all calls queued before the GPU comes to the first
 * one: it copies until then. Ours work in a stream of their own, which waits
 * for the copies as it would for whoever had written the sources. */
static double
measure_device (Bench *bench, const Way *way)
{
  const SvCuDriver *cu = sv_cu_driver ();
  static int (*elapsed) (float *ms, SvCuEvent start, SvCuEvent end);
  const SvCuAccess reads = { sv_cu_locate (bench->dst).block, false };
  const SvCuAccess writes = { sv_cu_locate (bench->src).block, true };
  int n_batches = N_PICTURES / bench->batch;
  double times[N_DEVICE_ROUNDS];
  SvCuEvent start, end;

  if (elapsed == NULL)
    *(void **) &elapsed =
        dlsym (dlopen ("libcuda.so.1", RTLD_NOW), "cuEventElapsedTime");
  check (cu->event_new (&start, 0), "cuEventCreate");
  check (cu->event_new (&end, 0), "cuEventCreate");
  for (int round = 0; round < N_DEVICE_ROUNDS; round++) {
    float ms = 0.0f;
    SvCuFence *fence;

    for (int i = 0; i < 16; i++)
      check (cu->copy (bench->copied, (SvCuPtr) (uintptr_t) bench->src,
                 bench->src_bytes * N_PICTURES, bench->stream),
          "cuMemcpyAsync");
    check (cu->event_record (start, bench->stream), "cuEventRecord");
    fence = sv_cu_fence_new (bench->gpu, bench->stream, bench->stream_id);
    sv_cu_order_after (&writes, 1, fence);
    sv_cu_fence_unref (fence);
    for (int i = 0; i < N_DEVICE_CALLS; i++)
      way->call (bench, (round + i) % n_batches);
    if (way == &ours)
      sv_cu_order_before (&reads, 1, bench->stream, bench->stream_id);
    check (cu->event_record (end, bench->stream), "cuEventRecord");
    way->wait (bench);
    wait_stream (bench);
    if (elapsed == NULL || elapsed (&ms, start, end) != 0)
      die ("cuEventElapsedTime");
    times[round] = ms * 1e3 / (N_DEVICE_CALLS * bench->batch);
  }
  cu->event_free (start);
  cu->event_free (end);
  qsort (times, N_DEVICE_ROUNDS, sizeof times[0], ascending);
  return times[N_DEVICE_ROUNDS / 2];
}

static GpuTime
measure (Bench *bench, const Way *queued, const Way *waited)
{
  GpuTime t;
  double cpu;

  measure_wall (bench, queued, false, &cpu);
  t.queued = measure_wall (bench, queued, false, &t.cpu);
  t.waited = measure_wall (bench, waited, true, &cpu);
  t.device = measure_device (bench, waited);
  return t;
}

/* ---- Pixels -------------------------------------------------------------- */

/* The first picture as `way` makes it. */
static uint8_t *
make_first (Bench *bench, const Way *way)
{
  uint8_t *pixels = malloc (bench->dst_size);

  if (pixels == NULL
      || savant_image_fill (&bench->pictures[0].dst, 0) != SAVANT_OK)
    die ("fill");
  wait_ours (bench);
  way->call (bench, 0);
  way->wait (bench);
  if (sv_cuda_backend.copy (pixels, bench->dst, bench->dst_size) != SAVANT_OK)
    die ("copy");
  return pixels;
}

static double
compare (Bench *bench)
{
  const SavantImage *image = &bench->pictures[0].dst;
  uint8_t *a = make_first (bench, &ours), *b = make_first (bench, &peer);
  double sum = 0.0, n = 0.0;

  for (int p = 0; p < image->n_planes; p++) {
    size_t offset = (size_t) (image->data[p] - image->data[0]);
    int64_t row, rows;

    savant_format_plane_size (image->format, p, image->width, image->height,
        &row, &rows);
    for (int64_t y = 0; y < rows; y++)
      for (int64_t x = 0; x < row; x++) {
        size_t at = offset + (size_t) (y * image->pitch_bytes[p] + x);
        double d = (double) a[at] - (double) b[at];

        sum += d * d;
        n += 1.0;
      }
  }
  free (a);
  free (b);
  return 10.0 * log10 (255.0 * 255.0 / (sum / n + 1e-9));
}

/* ---- Jobs ---------------------------------------------------------------- */

static void
measure_batch (Bench *bench, const Job *job, int batch, bool has_peer,
    GpuRow *row)
{
  static const GpuTime none = { -1.0, -1.0, -1.0, -1.0 };

  bench->batch = batch;
  *row = (GpuRow){ .what = job->what, .batch = batch, .peer = none };
  row->megabytes = (double) (bench->src_bytes + bench->dst_bytes) * 1e-6;
  row->copy_megabytes = (double) bench->src_bytes * 1e-6;
  row->ours = measure (bench, &ours, &ours);
  row->copy = measure (bench, &copy, &copy);
  if (!has_peer)
    return;
  bench->nvbuf =
      bench_nvbuf_new (bench->pictures, N_PICTURES, batch, job->interpolation);
  if (bench->nvbuf == NULL)
    die ("surfaces for NvBufSurfTransform");
  row->psnr = compare (bench);
  row->peer = measure (bench, &peer_async, &peer);
  bench_nvbuf_free (bench->nvbuf);
  bench->nvbuf = NULL;
}

static void
name_device (GpuReport *report)
{
  int (*device_name) (char *name, int size, SvCuDevice device);
  FILE *file = fopen ("/sys/module/nvidia/version", "r");
  SvCuDevice device;

  strcpy (report->driver, "unknown");
  if (file != NULL) {
    if (fscanf (file, "%63s", report->driver) != 1)
      strcpy (report->driver, "unknown");
    fclose (file);
  }
  *(void **) &device_name =
      dlsym (dlopen ("libcuda.so.1", RTLD_NOW), "cuDeviceGetName");
  if (device_name == NULL || sv_cu_driver ()->device_get (&device, 0) != 0
      || device_name (report->device, sizeof report->device, device) != 0)
    strcpy (report->device, "GPU 0");
}

typedef struct Options
{
  const char *markdown;
  const char *json;
  double seconds;
  int job; /* -1: all */
} Options;

static Options
read_options (int argc, char **argv)
{
  Options options = { NULL, NULL, 0.1, -1 };

  for (int i = 1; i < argc; i += 2) {
    if (i + 1 < argc && strcmp (argv[i], "--markdown") == 0)
      options.markdown = argv[i + 1];
    else if (i + 1 < argc && strcmp (argv[i], "--json") == 0)
      options.json = argv[i + 1];
    else if (i + 1 < argc && strcmp (argv[i], "--seconds") == 0)
      options.seconds = atof (argv[i + 1]);
    else if (i + 1 < argc && strcmp (argv[i], "--job") == 0)
      options.job = atoi (argv[i + 1]);
    else {
      fprintf (stderr,
          "bench_gpu: %s is unknown or lacks its value; known: --markdown "
          "FILE, --json FILE, --seconds S, --job N\n",
          argv[i]);
      exit (2);
    }
  }
  return options;
}

static void
write_report (const GpuReport *report, const char *path,
    void (*write) (const GpuReport *report, FILE *file))
{
  FILE *file = path != NULL ? fopen (path, "w") : NULL;

  if (path == NULL)
    return;
  if (file == NULL) {
    perror (path);
    exit (1);
  }
  write (report, file);
  fclose (file);
}

int
main (int argc, char **argv)
{
  static GpuReport report;
  static Bench bench;
  Options options = read_options (argc, argv);
  const SvCuDriver *cu = sv_cu_driver ();
  bool has_peer;

  if (sv_backend_get ("cuda") == NULL) {
    printf ("bench_gpu: %s\n", savant_last_error ());
    return 77;
  }
  bench.gpu = sv_cu_gpu (0);
  bench.seconds = options.seconds;
  if (bench.gpu == NULL || sv_cu_enter (bench.gpu) != SAVANT_OK)
    die ("GPU 0");
  check (cu->stream_new (&bench.stream, SV_CU_STREAM_NON_BLOCKING), "stream");
  bench.stream_id = sv_cu_next_stream_id ();
  name_device (&report);
  has_peer = bench_nvbuf_open (bench.stream, &report.no_peer);
  if (has_peer)
    report.no_peer = NULL;
  for (size_t i = 0; i < sizeof jobs / sizeof jobs[0]; i++) {
    if (options.job >= 0 && options.job != (int) i)
      continue;
    open_job (&bench, &jobs[i]);
    for (size_t b = 0; b < sizeof batches / sizeof batches[0]; b++)
      measure_batch (&bench, &jobs[i], batches[b], has_peer,
          &report.rows[report.n_rows++]);
    close_job (&bench);
  }
  cu->stream_free (bench.stream);
  sv_cu_leave ();
  gpu_report_markdown (&report, stdout);
  write_report (&report, options.markdown, gpu_report_markdown);
  write_report (&report, options.json, gpu_report_json);
  return 0;
}
