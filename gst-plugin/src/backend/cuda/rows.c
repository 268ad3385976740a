/* SPDX-License-Identifier: Apache-2.0 */
#include "rows.h"

#include <stdlib.h>

#include "../../core/log.h"

/* Makes the GPU the thread's and its stream wait for who uses the block. Where
 * it fails, the thread is as it was. */
static int
begin (const SvCuTarget *target, bool write)
{
  const SvCuAccess access = { target->block, write };
  int status = sv_cu_enter (target->gpu);

  if (status != SAVANT_OK)
    return status;
  /* Others queue in the stream, too: it has no number that stands for us. */
  status = sv_cu_order_before (&access, target->block != NULL, target->stream,
      sv_cu_next_stream_id ());
  if (status != SAVANT_OK)
    sv_cu_leave ();
  return status;
}

/* Waits for what was queued since begin(), and for nothing behind it; `status`
 * is how that went. */
static int
finish (const SvCuTarget *target, bool write, int status)
{
  const SvCuAccess access = { target->block, write };
  SvCuFence *fence = NULL;

  if (status == SAVANT_OK) {
    fence =
        sv_cu_fence_new (target->gpu, target->stream, sv_cu_next_stream_id ());
    if (fence == NULL)
      status = SAVANT_ERROR_EXECUTION;
  }
  if (status == SAVANT_OK) {
    sv_cu_order_after (&access, target->block != NULL, fence);
    status = sv_cu_fence_wait (fence);
  }
  /* The caller's memory must not be in use when we return. */
  if (status != SAVANT_OK)
    sv_cu_driver ()->stream_sync (target->stream);
  sv_cu_fence_unref (fence);
  sv_cu_leave ();
  return status;
}

static size_t
pitch_of (const SvRows *rows)
{
  return rows->rows > 1 ? rows->pitch : rows->row_bytes;
}

static SvCuPtr
address_of (const SvRows *rows)
{
  return (SvCuPtr) (uintptr_t) rows->data;
}

static int
copy_2d (const SvCuTarget *target, const SvCuCopy2d *copy)
{
  return sv_cu_check (sv_cu_driver ()->copy_2d (copy, target->stream),
      "cuMemcpy2DAsync");
}

int
sv_cu_upload_rows (const SvCuTarget *target, const SvRows *rows,
    const void *data)
{
  const SvCuCopy2d copy = { .src_memory_type = SV_CU_MEMORY_HOST,
    .src_host = data,
    .src_pitch = rows->row_bytes,
    .dst_memory_type = SV_CU_MEMORY_DEVICE,
    .dst_device = address_of (rows),
    .dst_pitch = pitch_of (rows),
    .width_bytes = rows->row_bytes,
    .height = rows->rows };
  int status = begin (target, true);

  if (status != SAVANT_OK)
    return status;
  return finish (target, true, copy_2d (target, &copy));
}

int
sv_cu_download_rows (const SvCuTarget *target, const SvRows *rows, void *data)
{
  const SvCuCopy2d copy = { .src_memory_type = SV_CU_MEMORY_DEVICE,
    .src_device = address_of (rows),
    .src_pitch = pitch_of (rows),
    .dst_memory_type = SV_CU_MEMORY_HOST,
    .dst_host = data,
    .dst_pitch = rows->row_bytes,
    .width_bytes = rows->row_bytes,
    .height = rows->rows };
  int status = begin (target, false);

  if (status != SAVANT_OK)
    return status;
  return finish (target, false, copy_2d (target, &copy));
}

/* The first row from the CPU, then twice as many with each copy: for pixels
 * that the driver's fills do not know. */
static int
spread (const SvCuTarget *target, const SvRows *rows, uint32_t value,
    int n_bytes)
{
  SvCuCopy2d copy = { .src_memory_type = SV_CU_MEMORY_DEVICE,
    .src_device = address_of (rows),
    .src_pitch = pitch_of (rows),
    .dst_memory_type = SV_CU_MEMORY_DEVICE,
    .dst_pitch = pitch_of (rows),
    .width_bytes = rows->row_bytes };
  uint8_t *row = malloc (rows->row_bytes);
  int status;

  if (row == NULL)
    return sv_fail (SAVANT_ERROR_OUT_OF_MEMORY,
        "no memory for a row of %zu "
        "bytes",
        rows->row_bytes);
  for (size_t i = 0; i < rows->row_bytes; i++)
    row[i] = (uint8_t) (value >> 8 * (i % (size_t) n_bytes));
  /* From pageable memory the bytes are taken before the call returns. */
  status = sv_cu_check (sv_cu_driver ()->copy (address_of (rows),
                            (SvCuPtr) (uintptr_t) row, rows->row_bytes,
                            target->stream),
      "cuMemcpyAsync");
  free (row);
  for (size_t n = 1; status == SAVANT_OK && n < rows->rows; n *= 2) {
    copy.dst_device = copy.src_device + n * copy.src_pitch;
    copy.height = n < rows->rows - n ? n : rows->rows - n;
    status = copy_2d (target, &copy);
  }
  return status;
}

/* Whether the driver fills with pixels of n_bytes: they must be aligned. */
static bool
has_fill (const SvRows *rows, int n_bytes)
{
  size_t mask = (size_t) n_bytes - 1;

  return n_bytes != 3
      && ((address_of (rows) | pitch_of (rows) | rows->row_bytes) & mask) == 0;
}

static int
set (const SvCuTarget *target, const SvRows *rows, uint32_t value, int n_bytes)
{
  const SvCuDriver *cu = sv_cu_driver ();
  size_t width = rows->row_bytes / (size_t) n_bytes;
  SvCuPtr at = address_of (rows);
  size_t pitch = pitch_of (rows);

  if (!has_fill (rows, n_bytes))
    return spread (target, rows, value, n_bytes);
  if (n_bytes == 4)
    return sv_cu_check (cu->set_2d_32 (at, pitch, value, width, rows->rows,
                            target->stream),
        "cuMemsetD2D32Async");
  if (n_bytes == 2)
    return sv_cu_check (cu->set_2d_16 (at, pitch, (unsigned short) value, width,
                            rows->rows, target->stream),
        "cuMemsetD2D16Async");
  return sv_cu_check (cu->set_2d_8 (at, pitch, (unsigned char) value, width,
                          rows->rows, target->stream),
      "cuMemsetD2D8Async");
}

int
sv_cu_set_rows (const SvCuTarget *target, const SvRows *rows, uint32_t value,
    int n_bytes)
{
  int status = begin (target, true);

  if (status != SAVANT_OK)
    return status;
  return finish (target, true, set (target, rows, value, n_bytes));
}

int
sv_cu_wait_stream (const SvCuTarget *target)
{
  int status = begin (target, false);

  return status == SAVANT_OK ? finish (target, false, status) : status;
}
