/* SPDX-License-Identifier: Apache-2.0 */

/* Letterbox and convert: ours beside GStreamer's converter, libyuv and a
 * memcpy, all in one run on one thread. CPU time of the thread, the best and
 * the median of many rounds, in which the peers take turns. PSNR is against
 * the double-precision reference of the tests. */

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "peers.h"
#include "support/reference.h"

#define ROUNDS 61
#define N_PEERS 4

typedef struct Job
{
  const char *name;
  const char *what;
  SavantFormat src;
  SavantFormat dst;
  int dst_width;
  int dst_height;
} Job;

static const Job jobs[] = {
  { "J1", "NV12 1080p to RGBA 640x640", SAVANT_FORMAT_NV12, SAVANT_FORMAT_RGBA,
      640, 640 },
  { "J1n", "NV12 1080p to RGBA 512x512", SAVANT_FORMAT_NV12, SAVANT_FORMAT_RGBA,
      512, 512 },
  { "J2", "RGBA 1080p to RGBA 640x640", SAVANT_FORMAT_RGBA, SAVANT_FORMAT_RGBA,
      640, 640 },
  { "J2n", "RGBA 1080p to RGBA 512x512", SAVANT_FORMAT_RGBA, SAVANT_FORMAT_RGBA,
      512, 512 },
  { "J3", "NV12 1080p to NV12 640x640", SAVANT_FORMAT_NV12, SAVANT_FORMAT_NV12,
      640, 640 },
  { "J3n", "NV12 1080p to NV12 512x512", SAVANT_FORMAT_NV12, SAVANT_FORMAT_NV12,
      512, 512 },
  { "J4", "I420 1080p to RGBA 1080p", SAVANT_FORMAT_I420, SAVANT_FORMAT_RGBA,
      1920, 1080 },
};

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

static void
run_job (const Job *j)
{
  Ours ours = { NULL, SAVANT_TRANSFORM_CONFIG_DEFAULTS, { { 0 } } };
  SavantTransformJob *job = &ours.job;
  Peer peers[N_PEERS];
  double times[N_PEERS][ROUNDS];
  double quality[N_PEERS] = { 0 };
  GstVideoInfo in, out;
  SavantImage exact, tolerance;

  image_new (&job->src, j->src, 1920, 1080);
  image_new (&job->dst, j->dst, j->dst_width, j->dst_height);
  image_new (&exact, j->dst, j->dst_width, j->dst_height);
  image_new (&tolerance, j->dst, j->dst_width, j->dst_height);
  draw (&job->src);
  job->src_rect = (SavantRect){ 0, 0, 1920, 1080 };
  savant_letterbox (&ours.config, 1920, 1080, j->dst_width, j->dst_height,
      &job->dst_rect);
  if (savant_transform_new (NULL, &ours.transform) != SAVANT_OK)
    g_error ("%s", savant_last_error ());
  video_info (&in, &job->src);
  video_info (&out, &job->dst);
  ref_transform (&ours.config, job, &exact, &tolerance);

  peers[0] = (Peer){ "ours", &ours, run_ours, free_ours };
  peers[1] = peer_gstreamer (&in, &out, job);
  peers[2] = peer_libyuv (job);
  peers[3] = peer_memcpy (job);
  for (int p = 0; p < N_PEERS; p++) {
    if (peers[p].run == NULL)
      continue;
    peers[p].run (peers[p].state);
    quality[p] = psnr (job, &exact,
        p == 2 && j->dst == SAVANT_FORMAT_RGBA && j->src != j->dst);
  }
  for (int r = 0; r < ROUNDS; r++) {
    for (int p = 0; p < N_PEERS; p++) {
      double start = cpu_ms ();

      if (peers[p].run == NULL)
        continue;
      /* Twice, so that every peer finds its input hot. */
      peers[p].run (peers[p].state);
      start = cpu_ms ();
      peers[p].run (peers[p].state);
      times[p][r] = cpu_ms () - start;
    }
  }
  printf ("| %s | %s |", j->name, j->what);
  for (int p = 0; p < N_PEERS; p++) {
    if (peers[p].run == NULL) {
      printf (" - |");
      continue;
    }
    qsort (times[p], ROUNDS, sizeof (double), compare);
    printf (" %.3f / %.3f", times[p][0], times[p][ROUNDS / 2]);
    if (p < 3)
      printf (", %.1f dB", quality[p]);
    if (p > 0)
      printf (" (%.2fx)", times[0][ROUNDS / 2] / times[p][ROUNDS / 2]);
    printf (" |");
  }
  printf ("\n");
  fflush (stdout);
  for (int p = 0; p < N_PEERS; p++)
    if (peers[p].free != NULL)
      peers[p].free (peers[p].state);
  image_clear (&job->src);
  image_clear (&job->dst);
  image_clear (&exact);
  image_clear (&tolerance);
}

int
main (int argc, char **argv)
{
  gst_init (&argc, &argv);
  printf ("CPU ms a frame, best / median of %d rounds, one thread, input hot; "
          "bilinear, symmetric letterbox.\nPSNR against exact arithmetic; in "
          "brackets our median divided by the peer's.\n\n",
      ROUNDS);
  printf ("| job | what | ours | videoconvertscale | libyuv | memcpy |\n"
          "|---|---|---|---|---|---|\n");
  for (gsize i = 0; i < G_N_ELEMENTS (jobs); i++)
    if (argc < 2 || strcmp (argv[1], jobs[i].name) == 0)
      run_job (&jobs[i]);
  gst_deinit ();
  return 0;
}
