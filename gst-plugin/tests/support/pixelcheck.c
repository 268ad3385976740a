/* SPDX-License-Identifier: Apache-2.0 */
#include "pixelcheck.h"

#include <gst/check/gstcheck.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "gpuimages.h"

/* Levels, on average over all bytes of a kind. */
#define MAX_MEAN_ERROR 0.02

typedef struct Work
{
  TestImage src;
  TestImage dst;
  GpuImage gpu_src; /* where the pictures lie for a GPU */
  GpuImage gpu_dst;
  TestImage expected;
  TestImage tolerance;
  uint64_t src_hash;
} Work;

const SavantInterpolation pixel_filters[5] = { SAVANT_INTERPOLATION_NEAREST,
  SAVANT_INTERPOLATION_BILINEAR, SAVANT_INTERPOLATION_CUBIC,
  SAVANT_INTERPOLATION_SUPER, SAVANT_INTERPOLATION_LANCZOS };

/* By whether the filter is nearest, and by conversion. Shared with the
 * processes that check forks. */
static TestErrors (*all_errors)[3];

__attribute__ ((constructor)) static void
share_errors (void)
{
  all_errors = mmap (NULL, 2 * sizeof (*all_errors), PROT_READ | PROT_WRITE,
      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (all_errors == MAP_FAILED)
    abort ();
}

PixelJob
pixel_job (SavantFormat src_format, int src_width, int src_height,
    SavantFormat dst_format, int dst_width, int dst_height, uint64_t seed)
{
  return (PixelJob){ .src_format = src_format,
    .src_width = src_width,
    .src_height = src_height,
    .dst_format = dst_format,
    .dst_width = dst_width,
    .dst_height = dst_height,
    .src_layout = { .tight = true },
    .seed = seed };
}

SavantTransform *
pixel_transform_new (void)
{
  SavantTransform *transform = NULL;
  const char *backend = gpu_backend_wanted () ? "cuda" : "host";
  int status = savant_transform_new (backend, &transform);

  fail_unless (status == SAVANT_OK, "no %s transform: %s", backend,
      savant_last_error ());
  fail_unless (transform != NULL);
  return transform;
}

static SavantColorimetry
color_of (const SavantColorimetry *color)
{
  if (color->matrix == 0 && color->range == 0)
    return (SavantColorimetry){ SAVANT_MATRIX_BT709, SAVANT_RANGE_LIMITED,
      SAVANT_SITING_MPEG2 };
  return *color;
}

static SavantRect
rect_of (const SavantRect *rect, int width, int height)
{
  if (rect->w == 0)
    return (SavantRect){ 0, 0, width, height };
  return *rect;
}

static void
describe (const PixelJob *job, const SavantTransformConfig *config,
    const SavantTransformJob *run, char *text, size_t size)
{
  const SavantColorimetry *s = &run->src.colorimetry;
  const SavantColorimetry *d = &run->dst.colorimetry;

  snprintf (text, size,
      "%s %dx%d (%d,%d %dx%d) matrix %d range %d siting %u -> "
      "%s %dx%d (%d,%d %dx%d) matrix %d range %d siting %u, "
      "interpolation %d flip %d pad color 0x%06x content %d seed %llu, "
      "pitches %td and %td",
      ref_format (job->src_format)->name, job->src_width, job->src_height,
      run->src_rect.x, run->src_rect.y, run->src_rect.w, run->src_rect.h,
      s->matrix, s->range, s->siting, ref_format (job->dst_format)->name,
      job->dst_width, job->dst_height, run->dst_rect.x, run->dst_rect.y,
      run->dst_rect.w, run->dst_rect.h, d->matrix, d->range, d->siting,
      config->interpolation, config->flip, config->pad_color, job->content,
      (unsigned long long) job->seed, run->src.pitch_bytes[0],
      run->dst.pitch_bytes[0]);
}

static void
prepare (Work *work, const PixelJob *job, const SavantTransformConfig *config,
    SavantTransformJob *run)
{
  SavantColorimetry src_color = color_of (&job->src_color);
  SavantColorimetry dst_color = color_of (&job->dst_color);

  test_image_init (&work->src, job->src_format, job->src_width, job->src_height,
      &src_color, &job->src_layout);
  test_image_fill (&work->src, job->content, job->seed);
  test_image_init (&work->dst, job->dst_format, job->dst_width, job->dst_height,
      &dst_color, &job->dst_layout);
  test_image_fill (&work->dst, TEST_RANDOM, ~job->seed);
  test_image_init (&work->expected, job->dst_format, job->dst_width,
      job->dst_height, &dst_color, NULL);
  test_image_init (&work->tolerance, job->dst_format, job->dst_width,
      job->dst_height, &dst_color, NULL);
  run->src = work->src.image;
  run->dst = work->dst.image;
  run->src_rect = rect_of (&job->src_rect, job->src_width, job->src_height);
  run->dst_rect = rect_of (&job->dst_rect, job->dst_width, job->dst_height);
  ref_transform (config, run, &work->expected.image, &work->tolerance.image);
  work->src_hash = test_image_hash (&work->src);
  if (gpu_backend_wanted ()) {
    gpu_image_init (&work->gpu_src, &work->src, (int) (job->seed % 7));
    gpu_image_init (&work->gpu_dst, &work->dst, (int) (job->seed / 7 % 7));
    run->src = work->gpu_src.image;
    run->dst = work->gpu_dst.image;
  }
}

/* The pictures as the CPU sees them again. */
static void
fetch (Work *work, SavantTransformJob *run)
{
  if (!gpu_backend_wanted ())
    return;
  gpu_image_fetch (&work->gpu_src, &work->src);
  gpu_image_fetch (&work->gpu_dst, &work->dst);
  run->src = work->src.image;
  run->dst = work->dst.image;
}

static void
check_one (Work *work, const PixelJob *job, const SavantTransformConfig *config,
    const SavantTransformJob *run)
{
  SavantInterpolation filter = config->interpolation;
  bool nearest = filter == SAVANT_INTERPOLATION_NEAREST
      || filter == SAVANT_INTERPOLATION_DEFAULT;
  TestErrors *errors =
      &all_errors[nearest][ref_conversion (&run->src, &run->dst)];
  char what[1024], where[4096];
  bool equal = test_image_compare (&work->dst.image, &work->expected.image,
      &work->tolerance.image, errors, where, sizeof (where));

  describe (job, config, run, what, sizeof (what));
  fail_unless (equal, "%s\n%s", what, where);
  fail_unless (test_image_guards_intact (&work->dst, where, sizeof (where)),
      "%s\n%s", what, where);
  fail_unless (test_image_hash (&work->src) == work->src_hash
          && test_image_guards_intact (&work->src, where, sizeof (where)),
      "%s\nthe source was written", what);
  if (job->dst_format == SAVANT_FORMAT_UYVY && job->dst_width % 2) {
    for (int y = 0; y < job->dst_height; y++) {
      const uint8_t *row = run->dst.data[0] + y * run->dst.pitch_bytes[0];
      int last = 2 * job->dst_width - 1;

      fail_unless (row[last] == row[last + 2],
          "%s\nrow %d: the spare Y is %d, the last Y %d", what, y,
          row[last + 2], row[last]);
    }
  }
}

void
pixel_check (SavantTransform *transform, const SavantTransformConfig *config,
    const PixelJob *jobs, int n_jobs)
{
  SavantTransformJob *runs = calloc (n_jobs, sizeof (*runs));
  Work *work = calloc (n_jobs, sizeof (*work));
  SavantTransformConfig on_gpu = *config;
  char what[1024];
  int status;

  for (int i = 0; i < n_jobs; i++)
    prepare (&work[i], &jobs[i], config, &runs[i]);
  if (gpu_backend_wanted ())
    on_gpu.compute_mode = SAVANT_COMPUTE_GPU;
  status = savant_transform_run (transform, &on_gpu, runs, n_jobs);
  describe (&jobs[0], config, &runs[0], what, sizeof (what));
  fail_unless (status == SAVANT_OK, "%s\nfirst of %d jobs: status %d, %s", what,
      n_jobs, status, savant_last_error ());
  for (int i = 0; i < n_jobs; i++) {
    fetch (&work[i], &runs[i]);
    check_one (&work[i], &jobs[i], config, &runs[i]);
    test_image_clear (&work[i].src);
    test_image_clear (&work[i].dst);
    test_image_clear (&work[i].expected);
    test_image_clear (&work[i].tolerance);
  }
  free (work);
  free (runs);
}

void
pixel_check_errors (const char *title)
{
  static const char *const filters[2] = { "filtered", "nearest" };
  static const char *const conversions[3] = { "same", "range", "matrix" };

  for (int n = 0; n < 2; n++) {
    for (int c = 0; c < 3; c++) {
      const TestErrors *e = &all_errors[n][c];
      double mean;

      if (e->n_bytes == 0)
        continue;
      mean = (double) e->sum / (double) e->n_bytes;
      printf ("%s: %s %-6s %10lld bytes, %8lld off (%.4f%%), max %d, "
              "mean %.6f\n",
          title, filters[n], conversions[c], (long long) e->n_bytes,
          (long long) e->n_off, 100.0 * (double) e->n_off / (double) e->n_bytes,
          e->max, mean);
      fail_unless (mean < MAX_MEAN_ERROR, "%s: %s %s: the mean error is %f",
          title, filters[n], conversions[c], mean);
    }
  }
}
