/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SV_CUDA_NVRTC_H
#define SV_CUDA_NVRTC_H

/* Kernels for drivers that refuse the ones in the library: their source, which
 * is in the library, too, is compiled by the CUDA toolkit of the machine. */

#include <stddef.h>

/* A file of the kernels' source. */
typedef struct SvCuSource
{
  const char *name;
  const char *text;
} SvCuSource;

/* The first is the one to compile, the others are what it includes. */
extern const SvCuSource sv_cu_sources[];
extern const int sv_cu_n_sources;

/* NULL where a compiler is there whose output a driver of a CUDA version (as
 * 1000 * major + 10 * minor) takes, else what is missing. Static; the answer
 * of the first call stays. */
const char *sv_cu_nvrtc_missing (int driver_version);

/* The kernels for a compute capability (as 10 * major + minor), made once a
 * process and kept until it ends; NULL and savant_last_error(). The caller
 * holds a lock. */
const void *sv_cu_nvrtc_compile (int driver_version, int compute);

#endif
