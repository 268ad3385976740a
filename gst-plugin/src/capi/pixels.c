/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "core/log.h"
#include "gst/gstsavantallocator.h"
#include "picture.h"

static int
open_for_cpu (gpointer surface, gboolean writing, int64_t stream,
    SavantMemType mem_type)
{
  const SvBackendFns *backend = mem_type != SAVANT_MEM_SYSTEM && stream != 0
      ? sv_backend_reaching (mem_type)
      : NULL;
  int status = SAVANT_OK;

  if (backend != NULL)
    status = backend->wait_stream ((int) sv_nvbuf_gpu_id (sv_nvbuf_layout (),
                                       surface),
        stream);
  return status == SAVANT_OK ? sv_surface_wait (surface, writing) : status;
}

int
sv_open_pixels (const char *what, gpointer surface, gboolean writing,
    int64_t stream, SvAccess *access)
{
  SavantMemType mem_type = gst_savant_surface_get_mem_type (surface);

  *access = (SvAccess){ .device = NULL };
  if (mem_type == SAVANT_MEM_SYSTEM || mem_type == SAVANT_MEM_CUDA_PINNED
      || mem_type == SAVANT_MEM_CUDA_UNIFIED)
    return open_for_cpu (surface, writing, stream, mem_type);
  if (mem_type == SAVANT_MEM_CUDA_DEVICE)
    access->device = sv_backend_reaching (mem_type);
  access->stream = stream;
  if (access->device != NULL)
    return SAVANT_OK;
  return sv_fail (SAVANT_ERROR_UNSUPPORTED,
      "%s: the CPU cannot read memory type %s, transform the surface into "
      "system memory first",
      what, savant_mem_type_name (mem_type));
}

static void
copy (uint8_t *to, size_t to_pitch, const uint8_t *from, size_t from_pitch,
    const SvRows *rows)
{
  if (to_pitch == rows->row_bytes && from_pitch == rows->row_bytes) {
    memcpy (to, from, rows->row_bytes * rows->rows);
    return;
  }
  for (size_t y = 0; y < rows->rows; y++, to += to_pitch, from += from_pitch)
    memcpy (to, from, rows->row_bytes);
}

int
sv_put_rows (const SvAccess *access, const SvRows *rows, const void *data)
{
  if (access->device != NULL)
    return access->device->upload_rows (rows, data, access->stream);
  copy (rows->data, rows->pitch, data, rows->row_bytes, rows);
  return SAVANT_OK;
}

int
sv_get_rows (const SvAccess *access, const SvRows *rows, void *data)
{
  if (access->device != NULL)
    return access->device->download_rows (rows, data, access->stream);
  copy (data, rows->row_bytes, rows->data, rows->pitch, rows);
  return SAVANT_OK;
}

int
sv_set_rows (const SvAccess *access, const SvRows *rows, uint32_t value,
    int n_bytes)
{
  uint8_t *first = rows->data;

  if (access->device != NULL)
    return access->device->set_rows (rows, value, n_bytes, access->stream);
  for (size_t i = 0; i < rows->row_bytes; i++)
    first[i] = (uint8_t) (value >> 8 * (i % (size_t) n_bytes));
  for (size_t y = 1; y < rows->rows; y++)
    memcpy (first + y * rows->pitch, first, rows->row_bytes);
  return SAVANT_OK;
}
