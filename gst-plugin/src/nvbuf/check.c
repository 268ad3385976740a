/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <sys/uio.h>
#include <unistd.h>

#include "../core/format.h"
#include "../core/log.h"
#include "layout.h"
#include "view.h"

/* For sandboxes that forbid process_vm_readv(). `size` is below PIPE_BUF. */
static bool
can_read_by_pipe (const void *address, void *to, size_t size)
{
  int fds[2];
  bool ok;

  if (pipe2 (fds, O_CLOEXEC) != 0)
    return false;
  ok = write (fds[1], address, size) == (ssize_t) size
      && read (fds[0], to, size) == (ssize_t) size;
  close (fds[0]);
  close (fds[1]);
  return ok;
}

/* The kernel answers EFAULT where a load would be a SIGSEGV. */
static bool
can_read (const void *address, void *to, size_t size)
{
  struct iovec local = { to, size };
  struct iovec remote = { (void *) address, size };

  if (process_vm_readv (getpid (), &local, 1, &remote, 1, 0) == (ssize_t) size)
    return true;
  return errno != EFAULT && can_read_by_pipe (address, to, size);
}

void *
sv_nvbuf_cuda_buffer_data (const void *buffer)
{
  void *data;

  return can_read ((const char *) buffer + offsetof (SvNvbufCudaBuffer, data),
             &data, sizeof data)
      ? data
      : NULL;
}

static bool
can_read_ends (const SavantImage *image, int plane)
{
  const SvFormatInfo *info = sv_format_info (image->format);
  const uint8_t *first = image->data[plane];
  const uint8_t *last = first
      + (sv_format_plane_rows (info, plane, image->height) - 1)
          * image->pitch_bytes[plane]
      + sv_format_plane_row_bytes (info, plane, image->width) - 1;
  uint8_t byte;

  return can_read (first, &byte, 1) && can_read (last, &byte, 1);
}

static bool
cpu_reads (int mem_type)
{
  return mem_type == SAVANT_MEM_SYSTEM || mem_type == SAVANT_MEM_CUDA_PINNED
      || mem_type == SAVANT_MEM_CUDA_UNIFIED;
}

int
sv_nvbuf_check (SvNvbufLayout layout, const void *candidate, size_t size)
{
  SvNvbufSurface9 header = { { 0 } };
  const SvNvbufSurface *s = &header.common;

  if (candidate == NULL || size < sv_nvbuf_header_size (layout))
    return sv_fail (SAVANT_ERROR_NOT_A_SURFACE,
        "not an NvBufSurface: the memory has %zu bytes, the header alone has "
        "%zu",
        size, sv_nvbuf_header_size (layout));
  if (!can_read (candidate, &header, sv_nvbuf_header_size (layout)))
    return sv_fail (SAVANT_ERROR_NOT_A_SURFACE,
        "not an NvBufSurface: address %p cannot be read", candidate);
  if (s->batch_size < 1 || s->batch_size > SAVANT_MAX_BATCH_SIZE
      || s->num_filled > s->batch_size || s->mem_type < 0
      || s->mem_type > SAVANT_MEM_SYSTEM || s->slots == NULL)
    return sv_fail (SAVANT_ERROR_NOT_A_SURFACE,
        "not an NvBufSurface: batchSize %u, numFilled %u, memType %d",
        s->batch_size, s->num_filled, s->mem_type);

  for (uint32_t i = 0; i < s->batch_size; i++) {
    SvNvbufSlot9 slot;
    SvNvbufSurface one = *s;
    SavantImage image;

    if (!can_read ((const char *) s->slots + i * sv_nvbuf_slot_size (layout),
            &slot, sv_nvbuf_slot_size (layout)))
      return sv_fail (SAVANT_ERROR_NOT_A_SURFACE,
          "not an NvBufSurface: slot %u of %u at %p cannot be read", i,
          s->batch_size, s->slots);
    /* Slots that were never filled may be blank in a foreign batch. */
    if (s->num_filled > 0 && i >= s->num_filled)
      continue;
    one.slots = &slot;
    int status = sv_nvbuf_get_image (layout, &one, 0, &image);
    if (status != SAVANT_OK)
      return status;
    for (int p = 0; p < image.n_planes && cpu_reads (s->mem_type); p++)
      if (!can_read_ends (&image, p))
        return sv_fail (SAVANT_ERROR_NOT_A_SURFACE,
            "not an NvBufSurface: plane %d of slot %u at %p cannot be read", p,
            i, (void *) image.data[p]);
  }
  return SAVANT_OK;
}
