/* SPDX-License-Identifier: Apache-2.0 */

/* In place of everything else in this folder where the build found no nvcc:
 * the backend is listed, with the reason, and never called. */

#include "../backend.h"

static const char *
cuda_probe (void)
{
  return "built without CUDA: there was no nvcc";
}

const SvBackendFns sv_cuda_backend = {
  .name = "cuda",
  .probe = cuda_probe,
};
