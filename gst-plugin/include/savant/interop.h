/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SAVANT_INTEROP_H
#define SAVANT_INTEROP_H

/* Pixels shared with other libraries without a copy: their memory as a buffer
 * of ours, and slots of ours as DLPack tensors. */

#include <savant/surface.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A buffer around pixels of somebody else: a surface of one filled slot. The
 * caller owns *buffer (gst_buffer_unref); the pixels must stay where they are
 * until it and every buffer that shares its memory are freed. That is told by
 * `owner`, a number above 0: savant_released_owners() gives it back then, once.
 * 0: nobody wants to know.
 *
 * `format` is GRAY8 or one of the packed RGB formats. Rows begin `pitch` bytes
 * apart; nothing behind the last pixel of a row is ever written. `read_only`
 * not 0: nothing is written at all.
 *
 * INVALID_ARGUMENT for NULL, sizes outside 1..32767, a pitch below a row, more
 * than 2^31-1 bytes or an address that the CPU should be able to read and
 * cannot; UNAVAILABLE for a memory type that this machine lacks. */
SAVANT_API int savant_buffer_wrap_memory (void *data, int64_t pitch, int width,
    int height, int format, int mem_type, int gpu_id, int read_only,
    int64_t owner, void **buffer);

/* Takes up to `capacity` owners whose memory was let go since the last call;
 * returns how many. Any thread. */
SAVANT_API int savant_released_owners (int64_t *owners, int capacity);

/* *tensor becomes the address of a DLManagedTensorVersioned of DLPack 1.x:
 * unsigned bytes, shape height x width x channels with byte strides, without a
 * copy, on kDLCPU, kDLCUDA, kDLCUDAHost or kDLCUDAManaged by the memory. It
 * holds the buffer until its deleter runs, which may be on any thread and which
 * its owner calls exactly once, by savant_dlpack_delete() or as DLPack says. It
 * is flagged read-only where the memory is, or where several buffers share it.
 *
 * `plane` is -1 for the whole slot, which must have a packed format that is not
 * UYVY, else UNSUPPORTED; or the number of a plane, whose samples are the
 * channels. `slot` is below batchSize. */
SAVANT_API int savant_buffer_to_dlpack (void *buffer, int slot, int plane,
    void **tensor);

/* A buffer around the memory of a DLManagedTensorVersioned, as
 * savant_buffer_wrap_memory() makes it: GRAY8 for the shapes height x width and
 * height x width x 1, RGB for 3 channels, RGBA for 4. It takes the tensor over:
 * its deleter is called once, when the memory is let go, on that thread.
 *
 * INVALID_ARGUMENT for another major version, element type, shape or strides,
 * UNSUPPORTED for a device that is neither CPU nor CUDA, or what
 * savant_buffer_wrap_memory() gives; the tensor stays the caller's then. */
SAVANT_API int savant_buffer_from_dlpack (void *tensor, void **buffer);

/* Calls the deleter of a DLManagedTensorVersioned. */
SAVANT_API int savant_dlpack_delete (void *tensor);

#ifdef __cplusplus
}
#endif

#endif
