/* SPDX-License-Identifier: Apache-2.0 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../core/log.h"
#include "backend.h"

/* In the order in which "auto" tries them. */
static const SvBackendFns *const backends[] = { &sv_deepstream_backend,
  &sv_cuda_backend, &sv_host_backend };

#define N_BACKENDS ((int) (sizeof backends / sizeof backends[0]))

static pthread_once_t probed = PTHREAD_ONCE_INIT;
static const char *missing[N_BACKENDS];
static char description[1024];

static void
probe_all (void)
{
  size_t used = 0;

  for (int i = 0; i < N_BACKENDS; i++) {
    missing[i] = backends[i]->probe ();
    used += (size_t) snprintf (description + used, sizeof description - used,
        missing[i] != NULL ? "%s%s (%s)" : "%s%s", i > 0 ? ", " : "",
        backends[i]->name, missing[i]);
    if (used >= sizeof description)
      used = sizeof description - 1;
  }
}

static bool
is_auto (const char *name)
{
  return name == NULL || name[0] == '\0' || strcmp (name, "auto") == 0;
}

const char *
savant_backends (void)
{
  pthread_once (&probed, probe_all);
  return description;
}

static const SvBackendFns *
by_name (const char *name, const char *origin)
{
  for (int i = 0; i < N_BACKENDS; i++) {
    if (strcmp (backends[i]->name, name) != 0)
      continue;
    if (missing[i] == NULL)
      return backends[i];
    sv_fail (SAVANT_ERROR_UNAVAILABLE,
        "backend \"%s\"%s does not work here: %s", name, origin, missing[i]);
    return NULL;
  }
  sv_fail (SAVANT_ERROR_UNAVAILABLE,
      "backend \"%s\"%s is not part of this build, which has: %s; use one of "
      "these or \"auto\"",
      name, origin, description);
  return NULL;
}

const SvBackendFns *
sv_backend_get (const char *name)
{
  const char *wanted = getenv ("SAVANT_BACKEND");

  pthread_once (&probed, probe_all);
  if (!is_auto (name))
    return by_name (name, "");
  if (!is_auto (wanted))
    return by_name (wanted, " (from SAVANT_BACKEND)");
  for (int i = 0; i < N_BACKENDS; i++)
    if (missing[i] == NULL)
      return backends[i];
  sv_fail (SAVANT_ERROR_UNAVAILABLE, "no backend works here: %s", description);
  return NULL;
}

const SvBackendFns *
sv_backend_of (const void *data)
{
  for (int i = 0; i < N_BACKENDS; i++)
    if (backends[i]->owns != NULL && backends[i]->owns (data))
      return backends[i];
  return &sv_host_backend;
}

const SvBackendFns *
sv_backend_reaching (SavantMemType mem_type)
{
  pthread_once (&probed, probe_all);
  for (int i = 0; i < N_BACKENDS; i++)
    if (missing[i] == NULL && backends[i]->upload_rows != NULL
        && (backends[i]->caps.mem_types & (1u << mem_type)) != 0)
      return backends[i];
  return NULL;
}

int
savant_resolve_mem_type (const char *backend, int mem_type, SavantMemType *out)
{
  const SvBackendFns *fns = sv_backend_get (backend);

  if (out == NULL)
    return sv_fail (SAVANT_ERROR_INVALID_ARGUMENT,
        "savant_resolve_mem_type: out is NULL");
  return fns != NULL ? sv_backend_resolve_mem_type (fns, mem_type, out)
                     : SAVANT_ERROR_UNAVAILABLE;
}

int
sv_backend_resolve_mem_type (const SvBackendFns *backend, int mem_type,
    SavantMemType *resolved)
{
  static const char *const needs[] = {
    [SAVANT_MEM_DEFAULT] = "any backend",
    [SAVANT_MEM_CUDA_PINNED] = "a CUDA backend and an NVIDIA driver "
                               "(libcuda.so.1)",
    [SAVANT_MEM_CUDA_DEVICE] = "a CUDA backend and an NVIDIA driver "
                               "(libcuda.so.1)",
    [SAVANT_MEM_CUDA_UNIFIED] = "a CUDA backend and an NVIDIA driver "
                                "(libcuda.so.1)",
    [SAVANT_MEM_SURFACE_ARRAY] = "DeepStream (libnvbufsurface.so) on a "
                                 "Jetson",
    [SAVANT_MEM_HANDLE] = "DeepStream (libnvbufsurface.so) on a Jetson",
    [SAVANT_MEM_SYSTEM] = "the host or the cuda backend",
  };

  if (savant_mem_type_name (mem_type) == NULL)
    return sv_fail (SAVANT_ERROR_INVALID_ARGUMENT,
        "memory type %d: it is 0 (default) to 6 (system)", mem_type);
  if (mem_type == SAVANT_MEM_DEFAULT)
    mem_type = backend->caps.default_mem_type;
  if ((backend->caps.mem_types & (1u << mem_type)) == 0)
    return sv_fail (SAVANT_ERROR_UNAVAILABLE,
        "memory type %s is missing: it needs %s, and the %s backend has none",
        savant_mem_type_name (mem_type), needs[mem_type], backend->name);
  *resolved = (SavantMemType) mem_type;
  return SAVANT_OK;
}
