/* SPDX-License-Identifier: Apache-2.0 */
#include "cpu.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "../../core/log.h"

#define MAX_SETS 4

static pthread_once_t once = PTHREAD_ONCE_INIT;
static SvHostKernels sets[MAX_SETS];
static int n_sets;
static int chosen;

/* The plain C of every set is there; what Highway makes comes over it. */
#ifdef SV_HAVE_HIGHWAY
#define HWY_INIT(isa, kernels) \
  do { \
    sv_host_hwy_filter_init_##isa (kernels); \
    sv_host_hwy_colour_init_##isa (kernels); \
    sv_host_hwy_upsample_init_##isa (kernels); \
    sv_host_hwy_fir_init_##isa (kernels); \
  } while (0)
#else
#define HWY_INIT(isa, kernels) ((void) (kernels))
#endif
#define ADD_SET(isa, works) \
  if (works) { \
    SvHostKernels *kernels = &sets[n_sets++]; \
    kernels->name = #isa; \
    sv_host_general_init_##isa (kernels); \
    sv_host_engine8_init_##isa (kernels); \
    sv_host_upsample_init_##isa (kernels); \
    HWY_INIT (isa, kernels); \
  }

static void
init_c (void)
{
  sets[0].name = "c";
  sv_host_general_init_c (&sets[0]);
  sv_host_engine8_init_c (&sets[0]);
  sv_host_upsample_init_c (&sets[0]);
  n_sets = 1;
}

static void
choose (const char *mask)
{
  char names[64] = "";

  for (int i = 0; i < n_sets; i++) {
    if (strcmp (sets[i].name, mask) == 0) {
      chosen = i;
      return;
    }
    if (i > 0)
      strcat (names, ", ");
    strcat (names, sets[i].name);
  }
  sv_log (SV_LOG_WARNING,
      "SAVANT_CPU_MASK=%s names no instruction set of this processor and "
      "build (%s); using %s",
      mask, names, sets[chosen].name);
}

static void
init_sets (void)
{
  const char *mask = getenv ("SAVANT_CPU_MASK");

  init_c ();
#ifdef SV_HAVE_ISA_SSE4
  ADD_SET (sse4,
      __builtin_cpu_supports ("sse4.2") && __builtin_cpu_supports ("aes")
          && __builtin_cpu_supports ("pclmul"))
#endif
#ifdef SV_HAVE_ISA_AVX2
  ADD_SET (avx2,
      __builtin_cpu_supports ("avx2") && __builtin_cpu_supports ("fma")
          && __builtin_cpu_supports ("bmi") && __builtin_cpu_supports ("bmi2"))
#endif
#ifdef SV_HAVE_ISA_AVX512
  ADD_SET (avx512,
      __builtin_cpu_supports ("avx512f") && __builtin_cpu_supports ("avx512bw")
          && __builtin_cpu_supports ("avx512cd")
          && __builtin_cpu_supports ("avx512dq")
          && __builtin_cpu_supports ("avx512vl"))
#endif
#ifdef SV_HAVE_ISA_NEON
  ADD_SET (neon, 1)
#endif
  chosen = n_sets - 1;
  if (mask != NULL && mask[0] != '\0')
    choose (mask);
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
