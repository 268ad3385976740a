/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SV_DEEPSTREAM_VIC_H
#define SV_DEEPSTREAM_VIC_H

/* compute-mode=vic: NvBufSurfTransform on the video image compositor of a
 * Jetson, from one surface array to another. Sampling, rounding and colours are
 * its own. */

#include "../backend.h"

/* Whether libnvbufsurftransform is there; it is opened once a process. */
bool sv_ds_has_vic (void);

/* Jobs one after the other, each over when it returns; SavantStatus. */
int sv_ds_vic_run (const SavantTransformConfig *config,
    const SavantTransformJob *jobs, int n_jobs);

#endif
