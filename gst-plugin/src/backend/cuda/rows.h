/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SV_CUDA_ROWS_H
#define SV_CUDA_ROWS_H

/* Rows of bytes between the CPU and a GPU, and written on a GPU; see the
 * functions of these names in SvBackendFns. Any thread. */

#include "../backend.h"
#include "memory.h"

/* Where it is done. */
typedef struct SvCuTarget
{
  const SvCuGpu *gpu;
  SvCuStream stream; /* of that GPU; others may use it at the same time */
  SvCuBlock *block;  /* that holds the rows; NULL: not ours */
} SvCuTarget;

int sv_cu_upload_rows (const SvCuTarget *target, const SvRows *rows,
    const void *data);
int sv_cu_download_rows (const SvCuTarget *target, const SvRows *rows,
    void *data);
int sv_cu_set_rows (const SvCuTarget *target, const SvRows *rows,
    uint32_t value, int n_bytes);
int sv_cu_wait_stream (const SvCuTarget *target);

#endif
