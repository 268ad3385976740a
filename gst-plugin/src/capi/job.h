/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SV_JOB_H
#define SV_JOB_H

#include <savant/gst.h>
#include <savant/generator.h>

#include "backend/backend.h"

/* One entry of savant_slots_transform(), checked and placed. */
typedef struct SvJob
{
  SavantTransformJob transform; /* without dst */
  GstSavantGeometry geometry;   /* of the picture that comes out */
  GstBuffer *source;
  gpointer surface; /* of the source */
  int src_slot;
} SvJob;

/* The ten numbers of a config; SavantStatus. */
int sv_read_config (const int32_t *numbers, SavantTransformConfig *config);

/* The picture that slot and plane of a buffer name, as a source of transforms;
 * SavantStatus. */
int sv_get_source (void *buffer, int slot, int plane, gboolean any_slot,
    gpointer *surface, SavantImage *image);

/* Checks a job of a backend and places its picture in a width x height
 * destination; SavantStatus. */
int sv_job_place (SvJob *job, const SvBackendFns *backend,
    const int64_t *numbers, const SavantTransformConfig *config, int width,
    int height);

/* After a run into the surface `dst`: waits until its sources have been read
 * where that cannot be known later, because their memory is nobody's. */
int sv_jobs_settle (const SvJob *jobs, int n_jobs, gpointer dst);

/* Transform state of a backend for one run, from a stock that threads share.
 * NULL and savant_last_error() without memory. */
SavantTransform *sv_transform_take (const SvBackendFns *backend);
void sv_transform_give (const SvBackendFns *backend,
    SavantTransform *transform);

#endif
