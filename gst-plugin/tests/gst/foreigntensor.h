/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FOREIGN_TENSOR_H
#define FOREIGN_TENSOR_H

#include "gsttest.h"

#include <savant/savant.h>

#include "core/dlpack.h"

/* A tensor of our own making that counts how often it is deleted. */
typedef struct Foreign
{
  SvDlManaged managed;
  int64_t shape[4];
  int64_t strides[4];
  guint8 *pixels;
  gint deleted;
} Foreign;

static inline void
count_delete (SvDlManaged *self)
{
  ((Foreign *) self->context)->deleted++;
}

/* height x width x channels, rows 3 bytes apart, `offset` bytes in front; not a
 * byte more is allocated. */
static inline void
foreign_init (Foreign *f, gint height, gint width, gint channels, gint offset)
{
  gsize pitch = (gsize) (width * channels + 3);
  gsize size = offset + pitch * (height - 1) + width * channels;

  memset (f, 0, sizeof *f);
  f->pixels = g_malloc (size);
  for (gsize i = 0; i < size; i++)
    f->pixels[i] = (guint8) (i * 7 + 1);
  f->shape[0] = height;
  f->shape[1] = width;
  f->shape[2] = channels;
  f->strides[0] = (int64_t) pitch;
  f->strides[1] = channels;
  f->strides[2] = 1;
  f->managed.major = 1;
  f->managed.minor = 3;
  f->managed.context = f;
  f->managed.deleter = count_delete;
  f->managed.tensor = (SvDlTensor){ .data = f->pixels,
    .device_type = SV_DLPACK_CPU,
    .ndim = 3,
    .type_code = SV_DLPACK_UINT,
    .type_bits = 8,
    .type_lanes = 1,
    .shape = f->shape,
    .strides = f->strides,
    .byte_offset = (guint64) offset };
}

static inline GstBuffer *
import_tensor (Foreign *f)
{
  void *buffer = NULL;

  fail_unless (savant_buffer_from_dlpack (&f->managed, &buffer) == SAVANT_OK,
      "%s", savant_last_error ());
  fail_unless (GST_IS_BUFFER (buffer));
  return buffer;
}

#endif
