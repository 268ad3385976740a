/* SPDX-License-Identifier: Apache-2.0 */
#include "../backend.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "../../core/log.h"
#include "fir.h"
#include "plan.h"
#include "workers.h"

/* Plans that a transform keeps; a batch of more different geometries than
 * this makes some of them anew each time. */
#define N_PLANS 64
#define ALIGNMENT 64

/* Pictures whose parts are shared among threads at once. Their plans are all
 * there as long as they are not more than N_PLANS. */
#define N_GROUP 32

/* A thread is worth its waking for this many pixels, and a part for so many
 * rows: each begins with rows that its neighbour has filtered as well. */
#define PIXELS_A_THREAD 16384
#define ROWS_A_PART 16
#define PARTS_A_THREAD 4

typedef struct Picture
{
  const SavantTransformJob *job;
  const SvPlan *plan;
  SvSource source;
  int n_bands;
} Picture;

typedef struct HostTransform
{
  SvPlan *plans[N_PLANS];
  int n_plans;
  uint64_t clock;
  SvScratch rows[SV_MAX_THREADS];
  SvScratch turned;
  Picture pictures[N_GROUP];
  int n_pictures;
  atomic_bool failed;
} HostTransform;

static const char *
host_probe (void)
{
  return NULL;
}

static void *
host_alloc (SavantMemType mem_type, int gpu_id, size_t size)
{
  (void) mem_type;
  (void) gpu_id;
  return aligned_alloc (ALIGNMENT,
      (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT);
}

static void
host_free (SavantMemType mem_type, int gpu_id, void *data)
{
  (void) mem_type;
  (void) gpu_id;
  free (data);
}

static int
host_copy (void *dst, const void *src, size_t size)
{
  memcpy (dst, src, size);
  return SAVANT_OK;
}

static int
host_fill (const SavantImage *image, uint32_t color)
{
  const SavantRect none = { 0, 0, 0, 0 };
  uint8_t pixel[4];

  sv_color_convert_rgb (color, sv_format_info (image->format),
      &image->colorimetry, pixel);
  sv_bars_fill (image, &none, pixel);
  return SAVANT_OK;
}

static void *
host_transform_new (void)
{
  return calloc (1, sizeof (HostTransform));
}

static void
host_transform_free (void *transform)
{
  HostTransform *t = transform;

  for (int i = 0; i < t->n_plans; i++)
    sv_plan_free (t->plans[i]);
  for (int i = 0; i < SV_MAX_THREADS; i++)
    sv_scratch_clear (&t->rows[i]);
  sv_scratch_clear (&t->turned);
  free (t);
}

static SvPlan *
find_plan (HostTransform *t, const SvPlanKey *key)
{
  int oldest = 0;

  for (int i = 0; i < t->n_plans; i++) {
    if (memcmp (&t->plans[i]->key, key, sizeof *key) == 0) {
      t->plans[i]->last_use = ++t->clock;
      return t->plans[i];
    }
    if (t->plans[i]->last_use < t->plans[oldest]->last_use)
      oldest = i;
  }
  SvPlan *plan = sv_plan_new (key, sv_host_kernels ());
  if (plan == NULL)
    return NULL;
  if (t->n_plans < N_PLANS) {
    oldest = t->n_plans++;
  } else {
    sv_plan_free (t->plans[oldest]);
  }
  t->plans[oldest] = plan;
  plan->last_use = ++t->clock;
  return plan;
}

static int
out_of_memory (const SavantTransformJob *job)
{
  return sv_fail (SAVANT_ERROR_OUT_OF_MEMORY,
      "no memory to transform %dx%d %s to %dx%d %s", job->src.width,
      job->src.height, savant_format_name (job->src.format), job->dst.width,
      job->dst.height, savant_format_name (job->dst.format));
}

static bool
write_band (HostTransform *t, const Picture *p, int lane, int from, int to)
{
  const SavantImage *dst = &p->job->dst;

  if (p->plan->engine == SV_ENGINE_8BIT)
    return sv_8bit_run (p->plan, &p->source, dst, &t->rows[lane], from, to);
  if (p->plan->engine == SV_ENGINE_FIR)
    return sv_fir_run (p->plan, &p->source, dst, &t->rows[lane], from, to);
  if (p->plan->engine == SV_ENGINE_GENERAL)
    return sv_general_run (p->plan, &p->source, dst, &t->rows[lane], from, to);
  sv_copy_run (p->plan, &p->job->src, dst, from, to);
  return true;
}

/* The first row of a band; they begin where chroma rows do. */
static int
band_start (const Picture *p, int band)
{
  int h = p->plan->key.dst_rect.h;
  int start = (int) ((int64_t) h * band / p->n_bands);

  return band == p->n_bands ? h : start / 2 * 2;
}

static void
run_part (void *data, int part, int lane)
{
  HostTransform *t = data;
  const Picture *p = t->pictures;

  for (; part >= p->n_bands; p++)
    part -= p->n_bands;
  if (!write_band (t, p, lane, band_start (p, part), band_start (p, part + 1)))
    atomic_store (&t->failed, true);
}

/* Bars come first, since UYVY has bytes of both in one pair. */
static void
run_bars (void *data, int i, int lane)
{
  const HostTransform *t = data;
  const Picture *p = &t->pictures[i];

  (void) lane;
  sv_bars_fill (&p->job->dst, &p->job->dst_rect, p->plan->pad);
}

static int64_t
n_pixels (const Picture *p)
{
  return (int64_t) p->job->dst.width * p->job->dst.height;
}

static int
run_group (HostTransform *t, int n_threads)
{
  int64_t pixels = 0;
  int n_parts = 0;

  for (int i = 0; i < t->n_pictures; i++)
    pixels += n_pixels (&t->pictures[i]);
  if (n_threads > pixels / PIXELS_A_THREAD + 1)
    n_threads = (int) (pixels / PIXELS_A_THREAD + 1);
  for (int i = 0; i < t->n_pictures; i++) {
    Picture *p = &t->pictures[i];
    int most = (p->plan->key.dst_rect.h + ROWS_A_PART - 1) / ROWS_A_PART;
    int n = (n_threads * PARTS_A_THREAD + t->n_pictures - 1) / t->n_pictures;

    p->n_bands = n_threads < 2 ? 1 : n < most ? n : most;
    n_parts += p->n_bands;
  }
  atomic_store (&t->failed, false);
  sv_workers_run (n_threads, t->n_pictures, run_bars, t);
  sv_workers_run (n_threads, n_parts, run_part, t);
  return atomic_load (&t->failed) ? out_of_memory (t->pictures[0].job)
                                  : SAVANT_OK;
}

/* FALSE without memory. A turned source is in memory of which there is one. */
static bool
add_picture (HostTransform *t, const SavantTransformConfig *config,
    const SavantTransformJob *job, bool *alone)
{
  Picture *p = &t->pictures[t->n_pictures++];
  SvPlanKey key;

  sv_plan_key (&key, config, job);
  p->job = job;
  p->plan = find_plan (t, &key);
  if (p->plan == NULL)
    return false;
  *alone = p->plan->transposed;
  return p->plan->engine == SV_ENGINE_COPY
      || sv_source_init (&p->source, p->plan, &job->src, &t->turned);
}

static int
host_transform_run (void *transform, const SavantTransformConfig *config,
    const SavantTransformJob *jobs, int n_jobs)
{
  HostTransform *t = transform;
  int n_threads =
      config->n_threads == 0 ? sv_workers_n_cores () : config->n_threads;
  int status = SAVANT_OK;

  for (int i = 0; status == SAVANT_OK && i < n_jobs;) {
    bool alone = n_threads < 2;

    t->n_pictures = 0;
    do {
      if (!add_picture (t, config, &jobs[i], &alone))
        return out_of_memory (&jobs[i]);
      i++;
      alone = alone || n_threads < 2;
    } while (!alone && i < n_jobs && t->n_pictures < N_GROUP);
    status = run_group (t, n_threads);
  }
  return status;
}

const SvBackendFns sv_host_backend = {
  .name = "host",
  .caps = {
    .mem_types = 1u << SAVANT_MEM_SYSTEM,
    .default_mem_type = SAVANT_MEM_SYSTEM,
    .compute_modes = 1u << SAVANT_COMPUTE_DEFAULT,
    .pitch_align = ALIGNMENT,
  },
  .probe = host_probe,
  .alloc = host_alloc,
  .free = host_free,
  .copy = host_copy,
  .fill = host_fill,
  .transform_new = host_transform_new,
  .transform_free = host_transform_free,
  .transform_run = host_transform_run,
};
