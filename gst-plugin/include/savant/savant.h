/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SAVANT_H
#define SAVANT_H

/* The flat ABI: integers, pointers and opaque handles only, so that other
 * languages can bind it without knowing a struct. Functions that return int
 * return a SavantStatus unless they say otherwise. A `buffer` is the address
 * of a GstBuffer, borrowed unless a line says otherwise. */

#include <savant/status.h>
#include <savant/surface.h>
#include <savant/transform.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum SavantIdKind
{
  SAVANT_ID_FRAME = 0,
  SAVANT_ID_BATCH = 1
} SavantIdKind;

/* ---- Geometry ---------------------------------------------------------- */

/* savant_letterbox() with scalars; rect[0..3] receives x, y, w, h. */
SAVANT_API int savant_letterbox_rect (int padding, int pad_left, int pad_top,
    int pad_right, int pad_bottom, int flip, int par_n, int par_d, int src_w,
    int src_h, int dst_w, int dst_h, int32_t * rect);

/* ---- Pools of surfaces ------------------------------------------------- */

typedef struct SavantPool SavantPool;

/* A started pool of `pool_size` (at least 1) surfaces of `batch_size` slots.
 * `backend` as for savant_transform_new(). *out is owned by the caller.
 * INVALID_ARGUMENT for sizes outside 1..32767, a slot of more than 2^31-1
 * bytes (the text has the number) or an input-only format; UNAVAILABLE for a
 * memory type that this machine lacks. */
SAVANT_API int savant_pool_new (const char *backend, int format, int width,
    int height, int batch_size, int mem_type, int gpu_id, int pool_size,
    SavantPool ** out);

/* Frees the handle. Buffers that are out stay valid. A thread that waits in
 * savant_pool_acquire() is woken and gets FLUSHING, but must have returned
 * before the handle is freed: call savant_pool_stop() first. NULL allowed. */
SAVANT_API void savant_pool_free (SavantPool * pool);

/* From now on every acquire, also one that waits, returns FLUSHING. */
SAVANT_API void savant_pool_stop (SavantPool * pool);

/* Takes a buffer: timeout_ns 0 = one try, negative = wait. The caller owns
 * *buffer (gst_buffer_unref). POOL_EXHAUSTED when the time is over; the text
 * says how many are out and for how long the oldest is. */
SAVANT_API int savant_pool_acquire (SavantPool * pool, int64_t timeout_ns,
    void **buffer);

/* Nine figures of one moment: max_buffers, allocated, outstanding,
 * high_water_mark, acquired, waits, wait_time_ns, timeouts, oldest_age_ns. */
SAVANT_API int savant_pool_stats (SavantPool * pool, int64_t * stats);

/* ---- Surfaces in buffers ----------------------------------------------- */

/* Eleven numbers of a slot: data pointer, pitch in bytes, width, height,
 * colorFormat, memType, gpuId, batchSize, numFilled, number of planes, slot
 * bytes. */
SAVANT_API int savant_buffer_surface_info (void *buffer, int slot,
    int64_t * info);

/* Five numbers of a plane of a slot: data pointer, pitch in bytes, width in
 * samples, height in rows, bytes per sample. */
SAVANT_API int savant_buffer_plane_info (void *buffer, int slot, int plane,
    int64_t * info);

/* Sets numFilled, 0..batchSize. Needs a writable buffer whose memory nobody
 * else holds; NOT_WRITABLE otherwise. */
SAVANT_API int savant_buffer_set_num_filled (void *buffer, int num_filled);

/* Transforms slot src_slot of one buffer into slot dst_slot of another.
 * `src_rect` is x, y, w, h or NULL for all. `config` is ten integers: padding,
 * pad_left, pad_top, pad_right, pad_bottom, pad_color, interpolation,
 * compute_mode, flip, reserved (0). The destination's memory must be
 * exclusively owned. Attaches no meta. */
SAVANT_API int savant_buffer_transform (SavantTransform * transform,
    void *dst_buffer, int dst_slot, void *src_buffer, int src_slot,
    const int32_t * config, const int32_t * src_rect);

/* ---- Ids --------------------------------------------------------------- */

/* Number of ids of a buffer (0 = none), or a negative status; writes up to
 * `capacity` of them to `kinds` and `ids`, which may be NULL if it is 0. */
SAVANT_API int savant_buffer_get_ids (void *buffer, int32_t * kinds,
    int64_t * ids, int capacity);

/* Replaces the ids; n_ids 0 removes them. NOT_WRITABLE for a shared buffer. */
SAVANT_API int savant_buffer_set_ids (void *buffer, const int32_t * kinds,
    const int64_t * ids, int n_ids);

/* ---- Transform meta ---------------------------------------------------- */

/* 1 and the numbers if the buffer has geometry for the slot, else 0; rects
 * gets source x, y, w, h and destination x, y, w, h; `matrix` the six numbers
 * of GstSavantGeometry.m. Both may be NULL. */
SAVANT_API int savant_buffer_get_geometry (void *buffer, int slot,
    int32_t * rects, double *matrix);

/* box is left, top, width, height and is replaced by its image; a point is a
 * box of size 0. UNSUPPORTED where the slot has no geometry. */
SAVANT_API int savant_buffer_box_to_source (void *buffer, int slot,
    double *box);
SAVANT_API int savant_buffer_box_to_network (void *buffer, int slot,
    double *box);

/* ---- Batches ----------------------------------------------------------- */

/* What a batch consists of. out[0] is its sequence number from 0, [1] the
 * number of its slots, [2] why it was pushed (GstSavantBatchReason: 0 full,
 * 1 timeout, 2 eos, 3 gap, 4 flush), [3] how long its oldest frame waited, in
 * ns; then eight numbers a slot: source id, pad index, pts, duration and
 * running time in ns, each -1 for none, first frame id or -1, number of its
 * ids, 0. Returns how many numbers there are, 4 + 8 * slots, and writes the
 * first `capacity` of them; `out` may be NULL if that is 0. UNSUPPORTED for a
 * buffer without SavantBatchMeta. */
SAVANT_API int savant_buffer_get_batch (void *buffer, int64_t * out,
    int capacity);

/* ---- Counter pattern --------------------------------------------------- */

/* Reads the 32 cells that savantbufgen's pattern=counter draws: cell k, from
 * the left, is white where bit 31 - k of the frame id is set. `rect` is where
 * the whole picture lies (x, y, w, h), NULL for all of it. The picture must
 * still be at least 64 pixels wide. UNSUPPORTED if a cell is neither black
 * nor white, which is what other pictures give. */
SAVANT_API int savant_image_read_counter (const SavantImage * image,
    const SavantRect * rect, uint32_t * id);

/* The same of a slot of a surface; uses the buffer's geometry if it has. */
SAVANT_API int savant_buffer_read_counter (void *buffer, int slot,
    uint32_t * id);

#ifdef __cplusplus
}
#endif

#endif
