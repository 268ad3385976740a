/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SV_NVBUF_VIEW_H
#define SV_NVBUF_VIEW_H

/* Accessors of NvBufSurface. Nothing outside this folder knows an offset.
 * Every function takes the layout, so that both can be tested; the rest of
 * the library passes sv_nvbuf_layout(). */

#include <stdbool.h>
#include <stddef.h>

#include <savant/surface.h>

typedef enum SvNvbufLayout
{
  SV_NVBUF_DS6, /* DeepStream 6.x to 8.x: 64 and 384 bytes */
  SV_NVBUF_DS9  /* DeepStream 9.x: 72 and 416 bytes */
} SvNvbufLayout;

/* The layout of this process: DeepStream's where it is loaded, else DS9. */
SvNvbufLayout sv_nvbuf_layout (void);

/* Whether a surface of two slots with one plane each, which somebody else has
 * made in a format and size that are known, is of one of the layouts. */
bool sv_nvbuf_find_layout (const void *surface, int width, int height,
    int color_format, SvNvbufLayout *layout);

size_t sv_nvbuf_header_size (SvNvbufLayout layout);
size_t sv_nvbuf_slot_size (SvNvbufLayout layout);

/* Fields of the surface. */
uint32_t sv_nvbuf_gpu_id (SvNvbufLayout layout, const void *surface);
uint32_t sv_nvbuf_batch_size (SvNvbufLayout layout, const void *surface);
uint32_t sv_nvbuf_num_filled (SvNvbufLayout layout, const void *surface);
void sv_nvbuf_set_num_filled (SvNvbufLayout layout, void *surface,
    uint32_t num_filled);
int sv_nvbuf_mem_type (SvNvbufLayout layout, const void *surface);
bool sv_nvbuf_is_contiguous (SvNvbufLayout layout, const void *surface);

/* Where the pixels of one slot are; plain numbers, no pointers into a slot. */
typedef struct SvSlotLayout
{
  SavantFormat format;
  int width;
  int height;
  int n_planes;
  int plane_width[SAVANT_MAX_PLANES];  /* samples */
  int plane_height[SAVANT_MAX_PLANES]; /* rows that exist in memory */
  int pitch_bytes[SAVANT_MAX_PLANES];
  int64_t offset_bytes[SAVANT_MAX_PLANES];
  int bytes_per_sample[SAVANT_MAX_PLANES]; /* 2 for an interleaved UV plane */
  int64_t size_bytes; /* of the slot, a multiple of the pitch alignment */
} SvSlotLayout;

/* The layout of a slot whose pitches are multiples of pitch_align bytes. Luma
 * planes of subsampled formats have even widths and heights, planes follow
 * each other. INVALID_ARGUMENT above 2^31-1 bytes, with the number. */
int sv_nvbuf_slot_layout (SavantFormat format, int width, int height,
    int pitch_align, SvSlotLayout *out);

/* Bytes of one block that holds header and slot list of a batch. */
size_t sv_nvbuf_block_size (SvNvbufLayout layout, uint32_t batch_size);

/* Formats such a block: zeroed, list inside the block, numFilled 0. */
void sv_nvbuf_init (SvNvbufLayout layout, void *block, uint32_t batch_size,
    uint32_t gpu_id, int mem_type, bool contiguous);

/* Fills slot `slot`; data is its first byte. */
void sv_nvbuf_set_slot (SvNvbufLayout layout, void *surface, uint32_t slot,
    const SvSlotLayout *slot_layout, int color_format, void *data);

/* Copies a slot by value from another surface (zero-copy batches). */
void sv_nvbuf_copy_slot (SvNvbufLayout layout, void *dst, uint32_t dst_slot,
    const void *src, uint32_t src_slot);

/* Words of a header. */
#define SV_NVBUF_SINGLE_WORDS 9

/* Writes a header for one filled slot of another surface, in place. */
void sv_nvbuf_make_single (SvNvbufLayout layout, void *header,
    const void *surface, uint32_t slot);

/* Moves a slot to other pixels of the same layout. */
void sv_nvbuf_set_data (SvNvbufLayout layout, void *surface, uint32_t slot,
    void *data);

/* Whether pixels of a memory type are at no address: surface arrays and NVRM
 * handles, which are mapped to be reached. */
bool sv_nvbuf_is_handle (int mem_type);

/* What a slot is mapped to, or NULL. */
void *sv_nvbuf_egl_image (SvNvbufLayout layout, const void *surface,
    uint32_t slot);

/* What NvBufSurfaceMapCudaBuffer has mapped a slot to, or NULL; the layout of
 * DeepStream 6 to 8 has no place for it. */
void *sv_nvbuf_cuda_mapping (SvNvbufLayout layout, const void *surface,
    uint32_t slot);

/* The address of the pixels in an NvBufSurfaceCudaBuffer, which is read
 * through the kernel and cannot fault; NULL where it cannot be read. */
void *sv_nvbuf_cuda_buffer_data (const void *buffer);

/* Whether the rows of a slot are not one after the other. */
bool sv_nvbuf_is_block_linear (SvNvbufLayout layout, const void *surface,
    uint32_t slot);

int sv_nvbuf_color_format (SvNvbufLayout layout, const void *surface,
    uint32_t slot);
void sv_nvbuf_set_color_format (SvNvbufLayout layout, void *surface,
    uint32_t slot, int color_format);
uint32_t sv_nvbuf_data_size (SvNvbufLayout layout, const void *surface,
    uint32_t slot);
void *sv_nvbuf_data (SvNvbufLayout layout, const void *surface, uint32_t slot);
uint32_t sv_nvbuf_pitch (SvNvbufLayout layout, const void *surface,
    uint32_t slot);
uint32_t sv_nvbuf_n_planes (SvNvbufLayout layout, const void *surface,
    uint32_t slot);
void sv_nvbuf_plane (SvNvbufLayout layout, const void *surface, uint32_t slot,
    uint32_t plane, uint32_t *width, uint32_t *height, uint32_t *pitch,
    uint32_t *offset, uint32_t *bytes_per_sample);

/* Describes a slot as a picture, without addresses where its pixels are at
 * none; NOT_A_SURFACE where its format, sizes or
 * planes are not ones that we know, with the numbers. */
int sv_nvbuf_get_image (SvNvbufLayout layout, const void *surface,
    uint32_t slot, SavantImage *image);

/* Checks that `size` bytes at `candidate` are a plausible surface: header,
 * list, slots and, for memory of the CPU, the first and last byte of every
 * plane are read through the kernel, which cannot fault. NOT_A_SURFACE with
 * what was found. */
int sv_nvbuf_check (SvNvbufLayout layout, const void *candidate, size_t size);

#endif
