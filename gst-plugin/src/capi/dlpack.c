/* SPDX-License-Identifier: Apache-2.0 */
#include "core/dlpack.h"

#include <savant/interop.h>
#include <savant/savant.h>

#include "core/log.h"
#include "exports.h"
#include "foreign.h"

/* A tensor that we made, and what its pointers point to. */
typedef struct Export
{
  SvDlManaged managed;
  int64_t shape[3];
  int64_t strides[3];
  GstBuffer *buffer;
} Export;

static const struct
{
  SavantMemType mem_type;
  int32_t device_type;
} devices[] = {
  { SAVANT_MEM_SYSTEM, SV_DLPACK_CPU },
  { SAVANT_MEM_CUDA_DEVICE, SV_DLPACK_CUDA },
  { SAVANT_MEM_CUDA_PINNED, SV_DLPACK_CUDA_HOST },
  { SAVANT_MEM_CUDA_UNIFIED, SV_DLPACK_CUDA_MANAGED },
};

static void
delete_export (SvDlManaged *self)
{
  if (self == NULL)
    return;
  sv_buffer_export_release (((Export *) self->context)->buffer);
  g_free (self->context);
}

static int
set_device (SvDlTensor *t, const int64_t *info)
{
  for (gsize i = 0; i < G_N_ELEMENTS (devices); i++) {
    if ((int64_t) devices[i].mem_type == info[5]) {
      t->device_type = devices[i].device_type;
      t->device_id = info[5] == SAVANT_MEM_SYSTEM ? 0 : (int32_t) info[6];
      return SAVANT_OK;
    }
  }
  return sv_fail (SAVANT_ERROR_UNSUPPORTED,
      "memory type %s has no DLPack device: transform the surface into "
      "another memory type first",
      savant_mem_type_name ((int) info[5]));
}

/* Address, pitch, width, height and channels of what is to be exported, in
 * `numbers`, and the device; SavantStatus. */
static int
describe (void *buffer, int slot, int plane, int64_t *numbers, SvDlTensor *t)
{
  int64_t info[11];
  int status = savant_buffer_surface_info (buffer, slot, info);
  int format;

  if (status != SAVANT_OK)
    return status;
  if (plane < -1)
    return sv_fail (SAVANT_ERROR_INVALID_ARGUMENT,
        "plane %d: it must be a plane's number, or -1 for the whole slot",
        plane);
  format = savant_format_from_color_format ((int) info[4], NULL);
  if (format == SAVANT_FORMAT_UYVY || (plane < 0 && info[9] > 1))
    return sv_fail (SAVANT_ERROR_UNSUPPORTED,
        "a %s picture is no array of pixels: %s", savant_format_name (format),
        info[9] > 1 ? "export its planes one by one"
                    : "transform it into a packed RGB format or GRAY8 first");
  status = set_device (t, info);
  if (status != SAVANT_OK)
    return status;
  return savant_buffer_plane_info (buffer, slot, MAX (plane, 0), numbers);
}

int
savant_buffer_to_dlpack (void *buffer, int slot, int plane, void **tensor)
{
  SvDlTensor t = {
    .ndim = 3, .type_code = SV_DLPACK_UINT, .type_bits = 8, .type_lanes = 1
  };
  int64_t numbers[5];
  Export *self;
  int status;

  if (tensor == NULL)
    return sv_fail (SAVANT_ERROR_INVALID_ARGUMENT,
        "savant_buffer_to_dlpack: tensor is NULL");
  *tensor = NULL;
  status = describe (buffer, slot, plane, numbers, &t);
  if (status != SAVANT_OK)
    return status;

  self = g_new0 (Export, 1);
  self->shape[0] = numbers[3];
  self->shape[1] = numbers[2];
  self->shape[2] = numbers[4];
  self->strides[0] = numbers[1];
  self->strides[1] = numbers[4];
  self->strides[2] = 1;
  t.data = (void *) (intptr_t) numbers[0];
  t.shape = self->shape;
  t.strides = self->strides;
  self->managed.major = SV_DLPACK_MAJOR;
  self->managed.minor = SV_DLPACK_MINOR;
  self->managed.context = self;
  self->managed.deleter = delete_export;
  if (!sv_memory_is_exclusive (gst_buffer_peek_memory (buffer, 0)))
    self->managed.flags = SV_DLPACK_READ_ONLY;
  self->managed.tensor = t;
  self->buffer = gst_buffer_ref (buffer);
  sv_buffer_export_add (buffer);
  *tensor = &self->managed;
  return SAVANT_OK;
}

int
savant_dlpack_delete (void *tensor)
{
  SvDlManaged *managed = tensor;

  if (managed == NULL)
    return sv_fail (SAVANT_ERROR_INVALID_ARGUMENT,
        "savant_dlpack_delete: tensor is NULL");
  if (managed->deleter != NULL)
    managed->deleter (managed);
  return SAVANT_OK;
}

static void
delete_import (gpointer data)
{
  savant_dlpack_delete (data);
}

static int
check_elements (const SvDlManaged *managed)
{
  const SvDlTensor *t = &managed->tensor;

  if (managed->major != SV_DLPACK_MAJOR)
    return sv_fail (SAVANT_ERROR_INVALID_ARGUMENT,
        "DLPack tensor of version %u.%u: it must be of version 1",
        managed->major, managed->minor);
  if (t->type_code != SV_DLPACK_UINT || t->type_bits != 8 || t->type_lanes != 1)
    return sv_fail (SAVANT_ERROR_INVALID_ARGUMENT,
        "DLPack tensor of type code %u with %u bits and %u lanes: it must be "
        "of unsigned bytes, code 1 with 8 bits and 1 lane",
        t->type_code, t->type_bits, t->type_lanes);
  if (t->ndim != 2 && t->ndim != 3)
    return sv_fail (SAVANT_ERROR_INVALID_ARGUMENT,
        "DLPack tensor of %d dimensions: it must have height and width, or "
        "height, width and channels",
        t->ndim);
  if (t->shape == NULL || t->data == NULL)
    return sv_fail (SAVANT_ERROR_INVALID_ARGUMENT, "DLPack tensor without %s",
        t->shape == NULL ? "a shape" : "data");
  return SAVANT_OK;
}

/* Where an extent is 1, its stride says nothing. */
static gboolean
steps_by (const SvDlTensor *t, int dimension, int64_t step)
{
  return t->strides == NULL || t->shape[dimension] == 1
      || t->strides[dimension] == step;
}

static int
read_shape (const SvDlTensor *t, SvForeignPixels *pixels)
{
  int64_t channels = t->ndim == 3 ? t->shape[2] : 1;
  int64_t row_bytes;

  for (int i = 0; i < 2; i++)
    if (t->shape[i] < 1 || t->shape[i] > SAVANT_MAX_SIDE)
      return sv_fail (SAVANT_ERROR_INVALID_ARGUMENT,
          "DLPack tensor: %s %" G_GINT64_FORMAT ": it must be from 1 to %d",
          i == 0 ? "height" : "width", t->shape[i], SAVANT_MAX_SIDE);
  if (channels != 1 && channels != 3 && channels != 4)
    return sv_fail (SAVANT_ERROR_INVALID_ARGUMENT,
        "DLPack tensor of %" G_GINT64_FORMAT
        " channels: 1 (GRAY8), 3 (RGB) or 4 (RGBA) can be taken",
        channels);
  row_bytes = t->shape[1] * channels;
  if (!steps_by (t, 1, channels) || (t->ndim == 3 && !steps_by (t, 2, 1)))
    return sv_fail (SAVANT_ERROR_INVALID_ARGUMENT,
        "DLPack tensor whose strides inside a row are %" G_GINT64_FORMAT
        " and %" G_GINT64_FORMAT
        ": pixels must follow each other, strides %" G_GINT64_FORMAT " and 1",
        t->strides[1], t->ndim == 3 ? t->strides[2] : 1, channels);
  pixels->format = channels == 1 ? SAVANT_FORMAT_GRAY8
      : channels == 3            ? SAVANT_FORMAT_RGB
                                 : SAVANT_FORMAT_RGBA;
  pixels->height = (gint) t->shape[0];
  pixels->width = (gint) t->shape[1];
  pixels->pitch_bytes =
      t->strides == NULL || t->shape[0] == 1 ? row_bytes : t->strides[0];
  return SAVANT_OK;
}

static int
read_device (const SvDlTensor *t, SvForeignPixels *pixels)
{
  for (gsize i = 0; i < G_N_ELEMENTS (devices); i++) {
    if (devices[i].device_type == t->device_type) {
      pixels->mem_type = devices[i].mem_type;
      pixels->gpu_id = t->device_id;
      return SAVANT_OK;
    }
  }
  return sv_fail (SAVANT_ERROR_UNSUPPORTED,
      "DLPack tensor on device type %d: kDLCPU (1), kDLCUDA (2), kDLCUDAHost "
      "(3) and kDLCUDAManaged (13) can be taken",
      t->device_type);
}

int
savant_buffer_from_dlpack (void *tensor, void **buffer)
{
  SvForeignPixels pixels = { .release = delete_import, .release_data = tensor };
  SvDlManaged *managed = tensor;
  int status;

  if (tensor == NULL || buffer == NULL)
    return sv_fail (SAVANT_ERROR_INVALID_ARGUMENT,
        "savant_buffer_from_dlpack: %s is NULL",
        tensor == NULL ? "tensor" : "buffer");
  *buffer = NULL;
  if ((status = check_elements (managed)) != SAVANT_OK
      || (status = read_device (&managed->tensor, &pixels)) != SAVANT_OK
      || (status = read_shape (&managed->tensor, &pixels)) != SAVANT_OK)
    return status;
  pixels.data = (guint8 *) managed->tensor.data + managed->tensor.byte_offset;
  pixels.read_only = (managed->flags & SV_DLPACK_READ_ONLY) != 0;
  return sv_buffer_wrap_pixels (&pixels, buffer);
}
