/* SPDX-License-Identifier: Apache-2.0 */

/* In place of backend.c and surfaces.c where the build found no nvcc: the
 * backend is listed, with the reason, and never called. */

#include "../backend.h"

static const char *
deepstream_probe (void)
{
  return "it computes with the cuda backend, which this build has not";
}

SvBackendFns sv_deepstream_backend = {
  .name = "deepstream",
  .probe = deepstream_probe,
};
