/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SAVANT_GENERATOR_H
#define SAVANT_GENERATOR_H

/* Frames and batches out of pools, made by one call each. Status codes,
 * buffers and configs as in savant/savant.h. */

#include <savant/savant.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- Frames ------------------------------------------------------------ */

/* savant_pool_acquire() of a buffer of one slot, with numFilled 1, pts and
 * duration in ns (each -1 for none) and the FRAME id `id` if has_id is not 0.
 * The pixels are undefined. */
SAVANT_API int savant_pool_acquire_frame (SavantPool *pool, int64_t timeout_ns,
    int64_t pts, int64_t duration, int has_id, int64_t id, void **buffer);

/* The memory type of the pool's surfaces, DEFAULT resolved. */
SAVANT_API int savant_pool_mem_type (SavantPool *pool);

/* 1 if the buffer is one of the pool's, else 0. */
SAVANT_API int savant_pool_owns (SavantPool *pool, void *buffer);

/* What is transformed where, SAVANT_JOB_NUMBERS a job. */
enum
{
  SAVANT_JOB_DST_SLOT = 0, /* 0 where the destination has one slot */
  SAVANT_JOB_SRC_BUFFER,   /* address of a GstBuffer, borrowed */
  SAVANT_JOB_SRC_SLOT,
  /* -1 = the picture of the slot; else a plane of one byte a sample as a
   * GRAY8 picture. */
  SAVANT_JOB_SRC_PLANE,
  /* 0 = the slot must be below numFilled, 1 = any slot. */
  SAVANT_JOB_SRC_ANY_SLOT,
  /* What to take: x, y, w, h, clipped to the source; x = -1 for all of it. */
  SAVANT_JOB_SRC_RECT,
  SAVANT_JOB_NUMBERS = SAVANT_JOB_SRC_RECT + 4
};

/* A frame of the pool that is the transformed source, with its PTS and
 * duration, SavantTransformMeta composed with the source's, and the FRAME id
 * `id` if has_id is not 0. `config` as for savant_buffer_transform().
 * Everything but the compute mode is checked before a buffer is waited for.
 * POOL_EXHAUSTED at once where the source is the only buffer of this pool. */
SAVANT_API int savant_pool_transform (SavantPool *pool, int64_t timeout_ns,
    const int64_t *job, const int32_t *config, int has_id, int64_t id,
    void **buffer);

/* ---- Batches of one format and size ------------------------------------ */

/* A batch that is being filled, slot after slot, in any order. Different slots
 * may be filled by different threads at a time: no lock is held while pixels
 * are written. */
typedef struct SavantSlots SavantSlots;

/* Takes a buffer out of the pool to fill its slots. out[0] receives the
 * SavantSlots, out[1] the buffer; the caller owns both and frees or unrefs the
 * SavantSlots first. `config` is what slots are transformed by; the ids are
 * attached by finalize. INVALID_ARGUMENT for more FRAME ids than the pool's
 * batch size or more than one BATCH id. */
SAVANT_API int savant_slots_acquire (SavantPool *pool, int64_t timeout_ns,
    const int32_t *config, const int32_t *kinds, const int64_t *ids, int n_ids,
    void **out);

/* Transforms into slots, all in one go, and marks them filled. All jobs are
 * checked before the first byte is written. INVALID_ARGUMENT where a slot is
 * named twice or a source is a slot that is written. The sources are not
 * needed any more when the call returns. */
SAVANT_API int savant_slots_transform (SavantSlots *slots, const int64_t *jobs,
    int n_jobs);

/* Copies `size` bytes into a slot and marks it filled: all planes one after the
 * other, rows without padding as in savant_format_plane_size().
 * INVALID_ARGUMENT for any other size (the text has the right one). */
SAVANT_API int savant_slots_upload (SavantSlots *slots, int slot,
    const void *data, int64_t size);

/* Sets every byte of every plane of a slot (0..255), in memory that the CPU
 * reaches also those between rows, and marks it filled. */
SAVANT_API int savant_slots_memset (SavantSlots *slots, int slot, int value);

SAVANT_API int savant_slots_mark_filled (SavantSlots *slots, int slot);

/* Highest filled slot + 1. */
SAVANT_API int savant_slots_num_filled (SavantSlots *slots);

/* Writes (batch size + 63) / 64 words: bit i of word j is set if slot
 * 64 * j + i is filled. */
SAVANT_API int savant_slots_filled (SavantSlots *slots, int64_t *words);

/* Ends the filling: holes below the highest filled slot get the pad colour,
 * numFilled is set, ids and SavantTransformMeta (of slots that were not
 * transformed: the identity) are attached. Once. */
SAVANT_API int savant_slots_finalize (SavantSlots *slots);

/* Not the buffer. NULL allowed. */
SAVANT_API void savant_slots_free (SavantSlots *slots);

/* ---- Batches of other buffers' slots ----------------------------------- */

/* Slots of other buffers, of any format and size, of which no pixel is
 * copied. One thread at a time. */
typedef struct SavantCollection SavantCollection;

/* gpu_id: of the memory of the slots; without meaning for SYSTEM memory. *out
 * is owned by the caller. */
SAVANT_API int savant_collection_new (int gpu_id, SavantCollection **out);

/* Adds a slot; the buffer is held. `any_slot` as SAVANT_JOB_SRC_ANY_SLOT.
 * INVALID_ARGUMENT for a slot of another memory type or GPU than the first one
 * or gpu_id, and from the slot SAVANT_MAX_BATCH_SIZE + 1 on. */
SAVANT_API int savant_collection_add (SavantCollection *collection,
    void *buffer, int slot, int any_slot);

/* A buffer of all slots in their order, which keeps the buffers alive, with
 * ids and the slots' SavantTransformMeta. The caller owns *buffer; the
 * collection is empty then. UNSUPPORTED if it is empty; it stays usable. */
SAVANT_API int savant_collection_finalize (SavantCollection *collection,
    const int32_t *kinds, const int64_t *ids, int n_ids, void **buffer);

/* NULL allowed. */
SAVANT_API void savant_collection_free (SavantCollection *collection);

/* ---- Into an appsrc ---------------------------------------------------- */

/* Pushes a buffer into an appsrc (its address, a GstAppSrc) and takes over the
 * caller's reference, whatever comes back. *flow receives the GstFlowReturn. */
SAVANT_API int savant_app_src_push (void *appsrc, void *buffer, int32_t *flow);

/* Ends the stream of an appsrc; a second time does nothing. */
SAVANT_API int savant_app_src_end_of_stream (void *appsrc);

#ifdef __cplusplus
}
#endif

#endif
