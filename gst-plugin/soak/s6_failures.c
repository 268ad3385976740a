/* SPDX-License-Identifier: Apache-2.0 */

/* S6: the n-th allocation of pixels or the n-th transform of a pipeline fails,
 * for every n in turn. It ends with an error, or goes on where a source alone
 * was hit; nothing is lost, nothing leaks. */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <dlfcn.h>
#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>

#include <savant/transform.h>

#include "soak.h"

#define N_SOURCES 3
#define MAX_CALLS 24

/* Pixels are the only large blocks that are allocated so. */
#define MIN_PIXELS 1024

static _Atomic int allocations_left; /* the call that makes it 0 fails */
static _Atomic int transforms_left;
static atomic_bool failed;

static gboolean
fails (_Atomic int *left)
{
  if (*left <= 0 || --*left != 0)
    return FALSE;
  failed = TRUE;
  return TRUE;
}

/* These stand before the library's own, as the program is searched first. */
SAVANT_API void *aligned_alloc (size_t alignment, size_t size);
SAVANT_API int savant_transform_run (SavantTransform *transform,
    const SavantTransformConfig *config, const SavantTransformJob *jobs,
    int n_jobs);

void *
aligned_alloc (size_t alignment, size_t size)
{
  void *(*real) (size_t, size_t);

  if (size >= MIN_PIXELS && fails (&allocations_left)) {
    errno = ENOMEM;
    return NULL;
  }
  *(void **) &real = dlsym (RTLD_NEXT, "aligned_alloc");
  return real (alignment, size);
}

int
savant_transform_run (SavantTransform *transform,
    const SavantTransformConfig *config, const SavantTransformJob *jobs,
    int n_jobs)
{
  int (*real) (SavantTransform *, const SavantTransformConfig *,
      const SavantTransformJob *, int);

  if (fails (&transforms_left))
    return SAVANT_ERROR_EXECUTION;
  *(void **) &real = dlsym (RTLD_NEXT, "savant_transform_run");
  if (real == NULL)
    *(void **) &real = dlsym (RTLD_DEFAULT, "savant_transform_run");
  return real (transform, config, jobs, n_jobs);
}

/* TRUE where the end is an error. */
static gboolean
wait_for_end (Soak *s, SoakPipeline *p)
{
  GstMessage *message = gst_bus_timed_pop_filtered (p->bus, 5 * GST_SECOND,
      GST_MESSAGE_EOS | GST_MESSAGE_ERROR);
  gboolean error;

  if (message == NULL) {
    soak_fail (s, "neither EOS nor an error within 5 s");
    return FALSE;
  }
  error = GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR;
  gst_message_unref (message);
  return error;
}

static guint64 n_errors;

static void
run_once (Soak *s, int *allocation, int *transform, const gchar *properties)
{
  static const gchar *const caps[] = {
    "video/x-raw(memory:NVMM),format=RGBA,width=64,height=48",
    "video/x-raw,format=RGBA,width=48,height=64",
    "video/x-raw(memory:NVMM),format=NV12,width=32,height=32",
  };
  gboolean error;
  SoakPipeline p;

  soak_pipeline_init (&p, s, properties);
  p.may_fail = TRUE;
  for (guint n = 0; n < N_SOURCES; n++)
    soak_pipeline_add (&p, n, caps[n], FALSE, 12);
  failed = FALSE;
  allocations_left = *allocation;
  transforms_left = *transform;
  gst_element_set_state (p.pipeline, GST_STATE_PLAYING);
  error = wait_for_end (s, &p);
  if (failed && !error)
    soak_fail (s, "%s %d failed, and no error came",
        *allocation > 0 ? "allocation" : "transform",
        *allocation > 0 ? *allocation : *transform);
  if (!failed && error)
    soak_fail (s, "an error although nothing failed");
  n_errors += error;
  allocations_left = transforms_left = 0;
  soak_pipeline_clear (&p);
}

int
main (int argc, char **argv)
{
  Soak *s = soak_new (argc, argv, "S6 failures", 1000, 0);
  int call = 1;

  while (soak_more (s)) {
    int allocation = soak_random (s, 0, 2) == 0 ? call : 0;
    int transform = allocation == 0 ? call : 0;

    run_once (s, &allocation, &transform,
        soak_random (s, 0, 2) == 0 ? "" : "mode=non-uniform");
    call = call % MAX_CALLS + 1;
    soak_change (s);
  }
  if (n_errors == 0)
    soak_fail (s, "nothing ever failed");
  g_print ("  %" G_GUINT64_FORMAT " of the pipelines ended with an error\n",
      n_errors);
  return soak_finish (s);
}
