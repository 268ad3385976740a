/* SPDX-License-Identifier: Apache-2.0 */
#include "cpu.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "../../core/log.h"

static pthread_once_t once = PTHREAD_ONCE_INIT;
static SvHostKernels sets[4];
static int n_sets;
static int chosen;

static void
add_set (void (*init) (SvHostKernels *))
{
  init (&sets[n_sets++]);
}

static void
init_sets (void)
{
  const char *mask = getenv ("SAVANT_CPU_MASK");

  add_set (sv_host_kernels_init_c);
#ifdef SV_HAVE_ISA_AVX2
  if (__builtin_cpu_supports ("avx2") && __builtin_cpu_supports ("fma")
      && __builtin_cpu_supports ("bmi2"))
    add_set (sv_host_kernels_init_avx2);
#endif
  chosen = n_sets - 1;
  if (mask == NULL || mask[0] == '\0')
    return;
  for (int i = 0; i < n_sets; i++) {
    if (strcmp (sets[i].name, mask) == 0) {
      chosen = i;
      return;
    }
  }
  sv_log (SV_LOG_WARNING,
      "SAVANT_CPU_MASK=%s names no instruction set of this processor and "
      "build (c, avx2); using %s",
      mask, sets[chosen].name);
}

const SvHostKernels *
sv_host_kernels (void)
{
  pthread_once (&once, init_sets);
  return &sets[chosen];
}

const SvHostKernels *
sv_host_kernels_nth (int n)
{
  pthread_once (&once, init_sets);
  return n >= 0 && n < n_sets ? &sets[n] : NULL;
}
