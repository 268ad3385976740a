/* SPDX-License-Identifier: Apache-2.0 */
#include "view.h"

#include <string.h>

#include "../core/format.h"
#include "../core/log.h"
#include "layout.h"

size_t
sv_nvbuf_header_size (SvNvbufLayout layout)
{
  return layout == SV_NVBUF_DS9 ? sizeof (SvNvbufSurface9)
                                : sizeof (SvNvbufSurface6);
}

size_t
sv_nvbuf_slot_size (SvNvbufLayout layout)
{
  return layout == SV_NVBUF_DS9 ? sizeof (SvNvbufSlot9) : sizeof (SvNvbufSlot6);
}

/* Two slots of 384 bytes are as far as this reads, whatever the layout. */
bool
sv_nvbuf_find_layout (const void *surface, int width, int height,
    int color_format, SvNvbufLayout *layout)
{
  static const SvNvbufLayout layouts[] = { SV_NVBUF_DS9, SV_NVBUF_DS6 };
  const SvNvbufSurface *s = surface;

  if (s->batch_size != 2 || s->slots == NULL)
    return false;
  for (int i = 0; i < 2; i++) {
    const SvNvbufSlot *first = s->slots;
    const SvNvbufSlot *second = (const SvNvbufSlot *) ((const char *) s->slots
        + sv_nvbuf_slot_size (layouts[i]));

    if (first->width != (uint32_t) width || second->width != first->width
        || second->height != (uint32_t) height || second->pitch != first->pitch
        || second->color_format != color_format
        || second->planes.num_planes != 1)
      continue;
    *layout = layouts[i];
    return true;
  }
  return false;
}

static SvNvbufSlot *
slot_at (SvNvbufLayout layout, const void *surface, uint32_t slot)
{
  const SvNvbufSurface *s = surface;

  return (SvNvbufSlot *) ((char *) s->slots
      + (size_t) slot * sv_nvbuf_slot_size (layout));
}

uint32_t
sv_nvbuf_gpu_id (SvNvbufLayout layout, const void *surface)
{
  (void) layout;
  return ((const SvNvbufSurface *) surface)->gpu_id;
}

uint32_t
sv_nvbuf_batch_size (SvNvbufLayout layout, const void *surface)
{
  (void) layout;
  return ((const SvNvbufSurface *) surface)->batch_size;
}

uint32_t
sv_nvbuf_num_filled (SvNvbufLayout layout, const void *surface)
{
  (void) layout;
  return ((const SvNvbufSurface *) surface)->num_filled;
}

void
sv_nvbuf_set_num_filled (SvNvbufLayout layout, void *surface,
    uint32_t num_filled)
{
  (void) layout;
  ((SvNvbufSurface *) surface)->num_filled = num_filled;
}

int
sv_nvbuf_mem_type (SvNvbufLayout layout, const void *surface)
{
  (void) layout;
  return ((const SvNvbufSurface *) surface)->mem_type;
}

bool
sv_nvbuf_is_contiguous (SvNvbufLayout layout, const void *surface)
{
  (void) layout;
  return ((const SvNvbufSurface *) surface)->is_contiguous != 0;
}

static int64_t
align_up (int64_t n, int64_t align)
{
  return (n + align - 1) / align * align;
}

int
sv_nvbuf_slot_layout (SavantFormat format, int width, int height,
    int pitch_align, SvSlotLayout *out)
{
  const SvFormatInfo *info = sv_format_info (format);
  int64_t offset = 0;

  if (info == NULL || !info->output)
    return sv_fail (SAVANT_ERROR_INVALID_ARGUMENT,
        "surface of format %s: supported are %s",
        info != NULL ? info->name : "(unknown)", sv_format_list (true));
  if (width < 1 || width > SAVANT_MAX_SIDE || height < 1
      || height > SAVANT_MAX_SIDE)
    return sv_fail (SAVANT_ERROR_INVALID_ARGUMENT,
        "surface size %dx%d: width and height are 1 to %d", width, height,
        SAVANT_MAX_SIDE);

  *out = (SvSlotLayout){ .format = format,
    .width = width,
    .height = height,
    .n_planes = info->n_planes };
  int even_w = info->sub_x == 2 ? (width + 1) & ~1 : width;
  int even_h = info->sub_y == 2 ? (height + 1) & ~1 : height;
  for (int p = 0; p < info->n_planes; p++) {
    int sub_x = p > 0 ? info->sub_x : 1;
    int64_t pitch =
        align_up (sv_format_plane_row_bytes (info, p, even_w), pitch_align);

    out->plane_width[p] = even_w / sub_x;
    out->plane_height[p] = even_h / sv_format_plane_sub_y (info, p);
    out->pitch_bytes[p] = (int) pitch;
    out->offset_bytes[p] = offset;
    out->bytes_per_sample[p] =
        (int) (sv_format_plane_row_bytes (info, p, even_w)
            / out->plane_width[p]);
    offset += pitch * out->plane_height[p];
  }
  if (offset > INT32_MAX)
    return sv_fail (SAVANT_ERROR_INVALID_ARGUMENT,
        "a %s surface of %dx%d needs %lld bytes: at most 2147483647 are "
        "possible, choose a smaller size",
        info->name, width, height, (long long) offset);
  out->size_bytes = offset;
  return SAVANT_OK;
}

size_t
sv_nvbuf_block_size (SvNvbufLayout layout, uint32_t batch_size)
{
  return sv_nvbuf_header_size (layout)
      + batch_size * sv_nvbuf_slot_size (layout);
}

void
sv_nvbuf_init (SvNvbufLayout layout, void *block, uint32_t batch_size,
    uint32_t gpu_id, int mem_type, bool contiguous)
{
  SvNvbufSurface *s = block;

  memset (block, 0, sv_nvbuf_block_size (layout, batch_size));
  s->gpu_id = gpu_id;
  s->batch_size = batch_size;
  s->is_contiguous = contiguous;
  s->mem_type = mem_type;
  s->slots = (char *) block + sv_nvbuf_header_size (layout);
}

void
sv_nvbuf_set_slot (SvNvbufLayout layout, void *surface, uint32_t slot,
    const SvSlotLayout *slot_layout, int color_format, void *data)
{
  SvNvbufSlot *s = slot_at (layout, surface, slot);

  memset (s, 0, sv_nvbuf_slot_size (layout));
  s->width = (uint32_t) slot_layout->width;
  s->height = (uint32_t) slot_layout->height;
  s->pitch = (uint32_t) slot_layout->pitch_bytes[0];
  s->color_format = color_format;
  s->data_size = (uint32_t) slot_layout->size_bytes;
  s->data = data;
  s->planes.num_planes = (uint32_t) slot_layout->n_planes;
  for (int p = 0; p < slot_layout->n_planes; p++) {
    s->planes.width[p] = (uint32_t) slot_layout->plane_width[p];
    s->planes.height[p] = (uint32_t) slot_layout->plane_height[p];
    s->planes.pitch[p] = (uint32_t) slot_layout->pitch_bytes[p];
    s->planes.offset[p] = (uint32_t) slot_layout->offset_bytes[p];
    s->planes.size[p] = s->planes.pitch[p] * s->planes.height[p];
    s->planes.bytes_per_sample[p] = (uint32_t) slot_layout->bytes_per_sample[p];
  }
}

void
sv_nvbuf_copy_slot (SvNvbufLayout layout, void *dst, uint32_t dst_slot,
    const void *src, uint32_t src_slot)
{
  memcpy (slot_at (layout, dst, dst_slot), slot_at (layout, src, src_slot),
      sv_nvbuf_slot_size (layout));
}

_Static_assert (SV_NVBUF_SINGLE_WORDS * 8 == sizeof (SvNvbufSurface9), "words");

void
sv_nvbuf_make_single (SvNvbufLayout layout, void *header, const void *surface,
    uint32_t slot)
{
  SvNvbufSurface *s = header;

  memset (header, 0, SV_NVBUF_SINGLE_WORDS * 8);
  memcpy (header, surface, sv_nvbuf_header_size (layout));
  s->batch_size = s->num_filled = 1;
  s->slots = slot_at (layout, surface, slot);
}

void
sv_nvbuf_set_data (SvNvbufLayout layout, void *surface, uint32_t slot,
    void *data)
{
  slot_at (layout, surface, slot)->data = data;
}

bool
sv_nvbuf_is_handle (int mem_type)
{
  return mem_type == SAVANT_MEM_SURFACE_ARRAY || mem_type == SAVANT_MEM_HANDLE;
}

void *
sv_nvbuf_egl_image (SvNvbufLayout layout, const void *surface, uint32_t slot)
{
  const SvNvbufSlot *s = slot_at (layout, surface, slot);

  return layout == SV_NVBUF_DS9 ? ((const SvNvbufSlot9 *) s)->mapped.egl_image
                                : ((const SvNvbufSlot6 *) s)->mapped.egl_image;
}

void *
sv_nvbuf_cuda_mapping (SvNvbufLayout layout, const void *surface, uint32_t slot)
{
  const SvNvbufSlot *s = slot_at (layout, surface, slot);

  return layout == SV_NVBUF_DS9 ? ((const SvNvbufSlot9 *) s)->mapped.cuda_ptr
                                : NULL;
}

bool
sv_nvbuf_is_block_linear (SvNvbufLayout layout, const void *surface,
    uint32_t slot)
{
  return slot_at (layout, surface, slot)->layout != 0;
}

int
sv_nvbuf_color_format (SvNvbufLayout layout, const void *surface, uint32_t slot)
{
  return slot_at (layout, surface, slot)->color_format;
}

void
sv_nvbuf_set_color_format (SvNvbufLayout layout, void *surface, uint32_t slot,
    int color_format)
{
  slot_at (layout, surface, slot)->color_format = color_format;
}

uint32_t
sv_nvbuf_data_size (SvNvbufLayout layout, const void *surface, uint32_t slot)
{
  return slot_at (layout, surface, slot)->data_size;
}

void *
sv_nvbuf_data (SvNvbufLayout layout, const void *surface, uint32_t slot)
{
  return slot_at (layout, surface, slot)->data;
}

uint32_t
sv_nvbuf_pitch (SvNvbufLayout layout, const void *surface, uint32_t slot)
{
  return slot_at (layout, surface, slot)->pitch;
}

uint32_t
sv_nvbuf_n_planes (SvNvbufLayout layout, const void *surface, uint32_t slot)
{
  return slot_at (layout, surface, slot)->planes.num_planes;
}

void
sv_nvbuf_plane (SvNvbufLayout layout, const void *surface, uint32_t slot,
    uint32_t plane, uint32_t *width, uint32_t *height, uint32_t *pitch,
    uint32_t *offset, uint32_t *bytes_per_sample)
{
  const SvNvbufPlanes *planes = &slot_at (layout, surface, slot)->planes;

  *width = planes->width[plane];
  *height = planes->height[plane];
  *pitch = planes->pitch[plane];
  *offset = planes->offset[plane];
  *bytes_per_sample = planes->bytes_per_sample[plane];
}

int
sv_nvbuf_get_image (SvNvbufLayout layout, const void *surface, uint32_t slot,
    SavantImage *image)
{
  const SvNvbufSlot *s = slot_at (layout, surface, slot);
  bool is_handle = sv_nvbuf_is_handle (sv_nvbuf_mem_type (layout, surface));
  SavantColorimetry colorimetry;
  int format = savant_format_from_color_format (s->color_format, &colorimetry);
  const SvFormatInfo *info = sv_format_info (format);

  if (info == NULL)
    return sv_fail (SAVANT_ERROR_NOT_A_SURFACE,
        "slot %u has colorFormat %d, which is none of the supported formats "
        "%s",
        slot, s->color_format, sv_format_list (true));
  if (s->width < 1 || s->width > SAVANT_MAX_SIDE || s->height < 1
      || s->height > SAVANT_MAX_SIDE || s->planes.num_planes != info->n_planes
      || (s->data == NULL && !is_handle))
    return sv_fail (SAVANT_ERROR_NOT_A_SURFACE,
        "slot %u claims %ux%u %s in %u planes at %p", slot, s->width, s->height,
        info->name, s->planes.num_planes, s->data);

  *image = (SavantImage){ .format = (SavantFormat) format,
    .width = (int) s->width,
    .height = (int) s->height,
    .colorimetry = colorimetry,
    .n_planes = info->n_planes };
  for (int p = 0; p < info->n_planes; p++) {
    int64_t row = sv_format_plane_row_bytes (info, p, image->width);
    int64_t rows = sv_format_plane_rows (info, p, image->height);
    int64_t end = (int64_t) s->planes.offset[p]
        + (rows - 1) * (int64_t) s->planes.pitch[p] + row;

    if ((int64_t) s->planes.pitch[p] < row
        || (s->data_size != 0 && end > (int64_t) s->data_size))
      return sv_fail (SAVANT_ERROR_NOT_A_SURFACE,
          "slot %u, %ux%u %s: plane %d at offset %u with pitch %u does not "
          "fit into %u bytes",
          slot, s->width, s->height, info->name, p, s->planes.offset[p],
          s->planes.pitch[p], s->data_size);
    image->data[p] =
        is_handle ? NULL : (uint8_t *) s->data + s->planes.offset[p];
    image->pitch_bytes[p] = (ptrdiff_t) s->planes.pitch[p];
  }
  return SAVANT_OK;
}
