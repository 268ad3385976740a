/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SV_HOST_CPU_H
#define SV_HOST_CPU_H

#include "kernels.h"

/* The kernels of the best instruction set that this processor has and that
 * SAVANT_CPU_MASK (c, sse4, avx2, avx512, neon; unset = no limit) allows; read
 * once a process. */
const SvHostKernels *sv_host_kernels (void);

/* Names of the compiled sets that run here, best last; NULL past the end. For
 * tests and benchmarks. */
const SvHostKernels *sv_host_kernels_nth (int n);

#endif
