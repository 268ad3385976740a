/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SV_CAPI_POOL_H
#define SV_CAPI_POOL_H

#include <savant/gst.h>

#include "backend/backend.h"

struct SavantPool
{
  GstSavantBufferPool *pool;
  const SvBackendFns *backend;
  SavantMemType mem_type; /* resolved */
  int width;
  int height;
  int batch_size;
  int max_buffers;
};

/* POOL_EXHAUSTED with who has the buffers. */
int sv_pool_fail_exhausted (SavantPool *pool, int64_t timeout_ns);

#endif
