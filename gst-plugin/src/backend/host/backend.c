/* SPDX-License-Identifier: Apache-2.0 */
#include "../backend.h"

#include <stdlib.h>
#include <string.h>

#include "../../core/log.h"
#include "plan.h"

/* Plans that a transform keeps; a batch of more different geometries than
 * this makes some of them anew each time. */
#define N_PLANS 64
#define ALIGNMENT 64

typedef struct HostTransform
{
  SvPlan *plans[N_PLANS];
  int n_plans;
  uint64_t clock;
  SvScratch rows;
  SvScratch turned;
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
  sv_scratch_clear (&t->rows);
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

static void
make_key (SvPlanKey *key, const SavantTransformConfig *config,
    const SavantTransformJob *job)
{
  memset (key, 0, sizeof *key);
  key->src_format = job->src.format;
  key->src_colorimetry.matrix = job->src.colorimetry.matrix;
  key->src_colorimetry.range = job->src.colorimetry.range;
  key->src_colorimetry.siting = job->src.colorimetry.siting;
  key->src_width = job->src.width;
  key->src_height = job->src.height;
  key->src_rect = job->src_rect;
  key->dst_format = job->dst.format;
  key->dst_colorimetry.matrix = job->dst.colorimetry.matrix;
  key->dst_colorimetry.range = job->dst.colorimetry.range;
  key->dst_colorimetry.siting = job->dst.colorimetry.siting;
  key->dst_width = job->dst.width;
  key->dst_height = job->dst.height;
  key->dst_rect = job->dst_rect;
  key->interpolation = config->interpolation;
  key->flip = config->flip;
  key->pad_color = config->pad_color;
}

static int
run_job (HostTransform *t, const SavantTransformConfig *config,
    const SavantTransformJob *job)
{
  SvPlanKey key;
  SvPlan *plan;
  SvSource source;
  bool ok = true;

  make_key (&key, config, job);
  plan = find_plan (t, &key);
  if (plan == NULL)
    goto no_memory;
  if (plan->engine != SV_ENGINE_COPY
      && !sv_source_init (&source, plan, &job->src, &t->turned))
    goto no_memory;
  sv_bars_fill (&job->dst, &job->dst_rect, plan->pad);
  if (plan->engine == SV_ENGINE_COPY)
    sv_copy_run (plan, &job->src, &job->dst);
  else if (plan->engine == SV_ENGINE_8BIT)
    ok = sv_8bit_run (plan, &source, &job->dst, &t->rows);
  else
    ok = sv_general_run (plan, &source, &job->dst, &t->rows);
  if (ok)
    return SAVANT_OK;

no_memory:
  return sv_fail (SAVANT_ERROR_OUT_OF_MEMORY,
      "no memory to transform %dx%d %s to %dx%d %s", job->src.width,
      job->src.height, savant_format_name (job->src.format), job->dst.width,
      job->dst.height, savant_format_name (job->dst.format));
}

static int
host_transform_run (void *transform, const SavantTransformConfig *config,
    const SavantTransformJob *jobs, int n_jobs)
{
  int status = SAVANT_OK;

  for (int i = 0; status == SAVANT_OK && i < n_jobs; i++)
    status = run_job (transform, config, &jobs[i]);
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
