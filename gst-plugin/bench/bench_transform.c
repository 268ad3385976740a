/* SPDX-License-Identifier: Apache-2.0 */

/* Letterbox and convert: ours beside libyuv, OpenCV, libswscale, GStreamer's
 * converter and a memcpy, all in one run on one thread. CPU time of the thread
 * over many rounds, in which the peers take turns in changing order, each after
 * runs that bring its pictures into the caches. PSNR is against the
 * double-precision reference of the tests.
 *
 * With --ours no peer runs and nothing is compared: for profiles.
 *
 *   bench_transform [--ours] [--markdown FILE] [--json FILE] [JOB...] */

#include <math.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "backend/host/cpu.h"
#include "peers.h"
#include "report.h"
#include "support/reference.h"

#define ROUNDS 61
#define WARM_UP_MS 2.0
#define MAX_SLOTS 8

typedef enum Kind
{
  KIND_OURS,
  KIND_LIBYUV,
  KIND_OPENCV,
  KIND_SWS_FAST,
  KIND_SWS,
  KIND_GSTREAMER,
  KIND_MEMCPY,
  N_KINDS
} Kind;

typedef struct Job
{
  const char *name;
  const char *what;
  SavantFormat src;
  SavantFormat dst;
  int dst_width;
  int dst_height;
  SavantInterpolation interpolation;
  int slots; /* pictures in a row, into one block of memory */
} Job;

#define JOB(name, what, src, dst, width, height, filter, slots) \
  { name, what, SAVANT_FORMAT_##src, SAVANT_FORMAT_##dst, width, height, \
    SAVANT_INTERPOLATION_##filter, slots }

static const Job jobs[] = {
  JOB ("J1", "NV12 1080p to RGBA 640x640", NV12, RGBA, 640, 640, BILINEAR, 1),
  JOB ("J1n", "NV12 1080p to RGBA 512x512", NV12, RGBA, 512, 512, BILINEAR, 1),
  JOB ("J2", "RGBA 1080p to RGBA 640x640", RGBA, RGBA, 640, 640, BILINEAR, 1),
  JOB ("J2n", "RGBA 1080p to RGBA 512x512", RGBA, RGBA, 512, 512, BILINEAR, 1),
  JOB ("J3", "NV12 1080p to NV12 640x640", NV12, NV12, 640, 640, BILINEAR, 1),
  JOB ("J3n", "NV12 1080p to NV12 512x512", NV12, NV12, 512, 512, BILINEAR, 1),
  JOB ("J4", "I420 1080p to RGBA 1080p", I420, RGBA, 1920, 1080, BILINEAR, 1),
  JOB ("J5", "8 times J1 into one block", NV12, RGBA, 640, 640, BILINEAR, 8),
  JOB ("S1", "J1 by area", NV12, RGBA, 640, 640, SUPER, 1),
  JOB ("S2", "J2 by area", RGBA, RGBA, 640, 640, SUPER, 1),
};

static gboolean only_ours;

static double
cpu_ms (void)
{
  struct timespec t;

  clock_gettime (CLOCK_THREAD_CPUTIME_ID, &t);
  return (double) t.tv_sec * 1e3 + (double) t.tv_nsec * 1e-6;
}

static void
image_new (SavantImage *image, SavantFormat format, int width, int height)
{
  memset (image, 0, sizeof *image);
  image->format = format;
  image->width = width;
  image->height = height;
  image->n_planes = savant_format_n_planes (format);
  image->colorimetry = (SavantColorimetry){ SAVANT_MATRIX_BT709,
    SAVANT_RANGE_LIMITED, SAVANT_SITING_MPEG2 };
  if (format == SAVANT_FORMAT_RGBA)
    image->colorimetry =
        (SavantColorimetry){ SAVANT_MATRIX_RGB, SAVANT_RANGE_FULL, 0 };
  for (int p = 0; p < image->n_planes; p++) {
    int64_t row, rows;

    savant_format_plane_size (format, p, width, height, &row, &rows);
    image->pitch_bytes[p] = (ptrdiff_t) row;
    image->data[p] = aligned_alloc (64, (size_t) (row * rows + 63) / 64 * 64);
    memset (image->data[p], 0, (size_t) (row * rows));
  }
}

static gsize
image_bytes (const SavantImage *image)
{
  gsize bytes = 0;

  for (int p = 0; p < image->n_planes; p++) {
    int64_t row, rows;

    savant_format_plane_size (image->format, p, image->width, image->height,
        &row, &rows);
    bytes += (gsize) (row * rows);
  }
  return bytes;
}

static void
image_clear (SavantImage *image)
{
  for (int p = 0; p < image->n_planes; p++)
    free (image->data[p]);
}

/* Soft shapes with some edges: what natural pictures look like to a filter. */
static void
draw (SavantImage *image)
{
  for (int p = 0; p < image->n_planes; p++) {
    int64_t row, rows;

    savant_format_plane_size (image->format, p, image->width, image->height,
        &row, &rows);
    for (int y = 0; y < rows; y++) {
      for (int x = 0; x < row; x++) {
        double v = 118.0 + 60.0 * sin (x * 0.011 + p) * cos (y * 0.017)
            + 25.0 * sin ((x + y) * 0.13) + (((x / 64) ^ (y / 48)) & 1) * 22;

        image->data[p][y * image->pitch_bytes[p] + x] = (uint8_t) v;
      }
    }
  }
}

static int
compare (const void *a, const void *b)
{
  double x = *(const double *) a, y = *(const double *) b;

  return x < y ? -1 : x > y;
}

/* Colours only, since peers leave what they like in the alpha of bars. Bytes of
 * R and B change places for one that writes BGRA. */
static double
psnr (const SavantTransformJob *job, const SavantImage *exact, bool bgra)
{
  bool rgb = exact->format == SAVANT_FORMAT_RGBA;
  double sum = 0.0;
  gsize n = 0;

  for (int p = 0; p < exact->n_planes; p++) {
    int64_t row, rows;

    savant_format_plane_size (exact->format, p, exact->width, exact->height,
        &row, &rows);
    for (int64_t y = 0; y < rows; y++) {
      for (int64_t x = 0; x < row; x++) {
        int64_t at = bgra ? x - x % 4 + 2 - x % 4 : x;

        if (rgb && x % 4 == 3)
          continue;
        double d = job->dst.data[p][y * job->dst.pitch_bytes[p] + at]
            - (double) exact->data[p][y * exact->pitch_bytes[p] + x];
        sum += d * d;
        n++;
      }
    }
  }
  return sum == 0.0 ? INFINITY
                    : 10.0 * log10 (255.0 * 255.0 * (double) n / sum);
}

typedef struct Ours
{
  SavantTransform *transform;
  SavantTransformConfig config;
  SavantTransformJob job;
} Ours;

static void
run_ours (void *state)
{
  Ours *ours = state;

  if (savant_transform_run (ours->transform, &ours->config, &ours->job, 1)
      != SAVANT_OK)
    g_error ("%s", savant_last_error ());
}

static void
free_ours (void *state)
{
  savant_transform_free (((Ours *) state)->transform);
}

static void
video_info (GstVideoInfo *info, const SavantImage *image)
{
  gst_video_info_set_format (info,
      gst_video_format_from_string (savant_format_name (image->format)),
      (guint) image->width, (guint) image->height);
  if (GST_VIDEO_INFO_IS_YUV (info)) {
    gst_video_colorimetry_from_string (&info->colorimetry, "bt709");
    info->chroma_site = GST_VIDEO_CHROMA_SITE_MPEG2;
  }
}

/* The peers of a picture, of which some have no such filter. */
static Peer
make_peer (Kind kind, const Job *j, Ours *ours)
{
  const SavantTransformJob *job = &ours->job;
  bool area = j->interpolation == SAVANT_INTERPOLATION_SUPER;
  GstVideoInfo in, out;

  if (only_ours && kind != KIND_OURS)
    return (Peer){ 0 };
  switch (kind) {
    case KIND_OURS:
      return (Peer){ "ours", ours, run_ours, free_ours };
    case KIND_LIBYUV:
      return area ? (Peer){ 0 } : peer_libyuv (job);
    case KIND_OPENCV:
      return area ? (Peer){ 0 } : peer_opencv (job);
    case KIND_SWS_FAST:
      return area ? (Peer){ 0 } : peer_swscale (job, PEER_SWS_FAST_BILINEAR);
    case KIND_SWS:
      return peer_swscale (job, area ? PEER_SWS_AREA : PEER_SWS_BILINEAR);
    case KIND_GSTREAMER:
      video_info (&in, &job->src);
      video_info (&out, &job->dst);
      return area ? (Peer){ 0 } : peer_gstreamer (&in, &out, job);
    default:
      return peer_memcpy (area
              ? image_bytes (&job->src) + image_bytes (&job->dst)
              : peer_job_bytes (job));
  }
}

static void
run_all (const Peer *peers, int n)
{
  for (int i = 0; i < n; i++)
    peers[i].run (peers[i].state);
}

/* The batch of ours is one run. */
static void
run_kind (Kind kind, const Peer *peers, const Job *j, const Ours *ours,
    const SavantTransformJob *batch)
{
  if (kind != KIND_OURS || j->slots == 1) {
    run_all (peers, j->slots);
    return;
  }
  if (savant_transform_run (ours->transform, &ours->config, batch, j->slots)
      != SAVANT_OK)
    g_error ("%s", savant_last_error ());
}

/* Another order each round, the same ones each time: what the peer before has
 * left in the caches hits everyone alike. */
static void
shuffle (Kind order[N_KINDS])
{
  static uint32_t state = 1;

  for (int i = 0; i < N_KINDS; i++) {
    state = state * 1664525u + 1013904223u;
    int at = (int) ((state >> 16) % (uint32_t) (i + 1));

    order[i] = order[at];
    order[at] = (Kind) i;
  }
}

/* Until caches hold this job's pictures: one run alone leaves some of them to
 * the peer before. */
static void
warm_up (Kind kind, const Peer *peers, const Job *j, const Ours *ours,
    const SavantTransformJob *batch)
{
  double start = cpu_ms ();

  do
    run_kind (kind, peers, j, ours, batch);
  while (cpu_ms () - start < WARM_UP_MS);
}

static void
summarise (double *times, BenchTime *result)
{
  qsort (times, ROUNDS, sizeof (double), compare);
  result->there = TRUE;
  result->best = times[0];
  result->median = times[ROUNDS / 2];
  result->p90 = times[ROUNDS * 9 / 10];
}

/* Slots of a batch lie behind each other in one block. */
static void
prepare (const Job *j, Ours *ours, SavantTransformJob *batch)
{
  SavantImage *src = &ours[0].job.src, *dst = &ours[0].job.dst;

  image_new (src, j->src, 1920, 1080);
  image_new (dst, j->dst, j->dst_width, j->dst_height * j->slots);
  dst->height = j->dst_height;
  draw (src);
  for (int i = 0; i < j->slots; i++) {
    Ours *o = &ours[i];

    o->config = (SavantTransformConfig) SAVANT_TRANSFORM_CONFIG_DEFAULTS;
    o->config.interpolation = j->interpolation;
    o->job.src = *src;
    o->job.dst = *dst;
    o->job.dst.data[0] += i * j->dst_height * dst->pitch_bytes[0];
    o->job.src_rect = (SavantRect){ 0, 0, 1920, 1080 };
    savant_letterbox (&o->config, 1920, 1080, j->dst_width, j->dst_height,
        &o->job.dst_rect);
    if (savant_transform_new (NULL, &o->transform) != SAVANT_OK)
      g_error ("%s", savant_last_error ());
    batch[i] = o->job;
  }
}

static void
run_job (const Job *j, BenchRow *row)
{
  Ours ours[MAX_SLOTS] = { 0 };
  SavantTransformJob batch[MAX_SLOTS];
  Peer peers[N_KINDS][MAX_SLOTS] = { 0 };
  static double times[N_KINDS][ROUNDS];
  SavantImage exact, tolerance;

  prepare (j, ours, batch);
  image_new (&exact, j->dst, j->dst_width, j->dst_height);
  image_new (&tolerance, j->dst, j->dst_width, j->dst_height);
  if (!only_ours)
    ref_transform (&ours[0].config, &ours[0].job, &exact, &tolerance);
  row->name = j->name;
  row->what = j->what;
  for (Kind k = 0; k < N_KINDS; k++) {
    for (int i = 0; i < j->slots; i++)
      peers[k][i] = make_peer (k, j, &ours[i]);
    if (peers[k][0].run == NULL)
      continue;
    run_all (peers[k], j->slots);
    row->times[k].psnr = psnr (&ours[0].job, &exact,
        k == KIND_LIBYUV && j->dst == SAVANT_FORMAT_RGBA && j->src != j->dst);
  }
  for (int r = 0; r < ROUNDS; r++) {
    Kind order[N_KINDS];

    shuffle (order);
    for (int i = 0; i < N_KINDS; i++) {
      Kind k = order[i];

      if (peers[k][0].run == NULL)
        continue;
      warm_up (k, peers[k], j, &ours[0], batch);
      double start = cpu_ms ();
      run_kind (k, peers[k], j, &ours[0], batch);
      times[k][r] = cpu_ms () - start;
    }
  }
  for (Kind k = 0; k < N_KINDS; k++) {
    if (peers[k][0].run == NULL)
      continue;
    summarise (times[k], &row->times[k]);
    for (int i = 0; i < j->slots; i++)
      peers[k][i].free (peers[k][i].state);
  }
  image_clear (&ours[0].job.src);
  image_clear (&ours[0].job.dst);
  image_clear (&exact);
  image_clear (&tolerance);
}

/* ---- Threads ----------------------------------------------------------- */

#define THREAD_FRAMES 10

static double
wall_ms (void)
{
  struct timespec t;

  clock_gettime (CLOCK_MONOTONIC, &t);
  return (double) t.tv_sec * 1e3 + (double) t.tv_nsec * 1e-6;
}

typedef struct Lone
{
  Ours ours[MAX_SLOTS];
  SavantTransformJob batch[MAX_SLOTS];
  int slots;
} Lone;

static void *
run_lone (void *data)
{
  Lone *lone = data;

  for (int i = 0; i < THREAD_FRAMES; i++)
    if (savant_transform_run (lone->ours[0].transform, &lone->ours[0].config,
            lone->batch, lone->slots)
        != SAVANT_OK)
      g_error ("%s", savant_last_error ());
  return NULL;
}

/* n threads of one job after the other, beside n jobs of one thread each. */
static void
bench_threads (const Job *j, int n_threads)
{
  static Lone lones[16];
  double together[ROUNDS], apart[ROUNDS];

  for (int i = 0; i < n_threads; i++) {
    lones[i].slots = j->slots;
    prepare (j, lones[i].ours, lones[i].batch);
  }
  for (int r = 0; r < ROUNDS; r++) {
    pthread_t threads[16];
    double start = wall_ms ();

    for (int i = 1; i < n_threads; i++)
      pthread_create (&threads[i], NULL, run_lone, &lones[i]);
    run_lone (&lones[0]);
    for (int i = 1; i < n_threads; i++)
      pthread_join (threads[i], NULL);
    apart[r] = wall_ms () - start;
    lones[0].ours[0].config.n_threads = n_threads;
    start = wall_ms ();
    for (int i = 0; i < n_threads; i++)
      run_lone (&lones[0]);
    together[r] = wall_ms () - start;
    lones[0].ours[0].config.n_threads = 1;
  }
  qsort (together, ROUNDS, sizeof *together, compare);
  qsort (apart, ROUNDS, sizeof *apart, compare);
  printf ("| %s | %d | %.3f / %.3f | %.3f / %.3f | %.2f / %.2f |\n", j->name,
      n_threads, together[0] / THREAD_FRAMES / n_threads,
      together[ROUNDS / 2] / THREAD_FRAMES / n_threads,
      apart[0] / THREAD_FRAMES / n_threads,
      apart[ROUNDS / 2] / THREAD_FRAMES / n_threads, apart[0] / together[0],
      apart[ROUNDS / 2] / together[ROUNDS / 2]);
  for (int i = 0; i < n_threads; i++) {
    for (int k = 0; k < j->slots; k++)
      free_ours (&lones[i].ours[k]);
    image_clear (&lones[i].ours[0].job.src);
    image_clear (&lones[i].ours[0].job.dst);
  }
}

static void
bench_all_threads (int n_threads)
{
  static const char *const names[] = { "J1", "J2", "J4", "J5" };

  printf ("\nWall ms of a frame, best / median of %d rounds: n-threads on one "
          "job after the other, beside as many runs of one thread side by "
          "side.\n\n| job | threads | n-threads | side by side | share |\n"
          "|---|---|---|---|---|\n",
      ROUNDS);
  for (gsize i = 0; i < G_N_ELEMENTS (jobs); i++)
    for (gsize k = 0; k < G_N_ELEMENTS (names); k++)
      if (strcmp (jobs[i].name, names[k]) == 0)
        bench_threads (&jobs[i], n_threads);
}

static void
write_report (const BenchReport *report, const char *path,
    void (*write) (const BenchReport *, FILE *))
{
  FILE *file = fopen (path, "w");

  if (file == NULL)
    g_error ("%s cannot be written", path);
  write (report, file);
  fclose (file);
}

int
main (int argc, char **argv)
{
  BenchReport report = { .peers = { "ours", "libyuv", "OpenCV",
                             "swscale fast_bilinear", "swscale bilinear, area",
                             "videoconvertscale", "memcpy" },
    .n_peers = N_KINDS,
    .rounds = ROUNDS };
  char *markdown = NULL, *json = NULL, **names = NULL;
  int n_threads = 2;
  const GOptionEntry options[] = {
    { "threads", 0, 0, G_OPTION_ARG_INT, &n_threads,
        "Threads of the second table (2; 0 = none)", "N" },
    { "ours", 0, 0, G_OPTION_ARG_NONE, &only_ours, "No peers", NULL },
    { "markdown", 0, 0, G_OPTION_ARG_FILENAME, &markdown, "Table", "FILE" },
    { "json", 0, 0, G_OPTION_ARG_FILENAME, &json, "The same", "FILE" },
    { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_STRING_ARRAY, &names, "Jobs",
        "JOB..." },
    { NULL, 0, 0, 0, NULL, NULL, NULL },
  };
  GOptionContext *context = g_option_context_new (NULL);
  GError *error = NULL;

  g_option_context_add_main_entries (context, options, NULL);
  g_option_context_add_group (context, gst_init_get_option_group ());
  if (!g_option_context_parse (context, &argc, &argv, &error))
    g_error ("%s", error->message);
  g_option_context_free (context);
  report.kernels = sv_host_kernels ()->name;
  for (gsize i = 0; i < G_N_ELEMENTS (jobs); i++)
    if (names == NULL
        || g_strv_contains ((const gchar *const *) names, jobs[i].name))
      run_job (&jobs[i], &report.rows[report.n_rows++]);
  bench_report_markdown (&report, stdout);
  if (n_threads > 1 && n_threads <= 16 && names == NULL)
    bench_all_threads (n_threads);
  if (markdown != NULL)
    write_report (&report, markdown, bench_report_markdown);
  if (json != NULL)
    write_report (&report, json, bench_report_json);
  g_free (markdown);
  g_free (json);
  g_strfreev (names);
  gst_deinit ();
  return 0;
}
