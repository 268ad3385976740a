/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SAVANT_H
#define SAVANT_H

/* The flat ABI: integers, pointers and opaque handles only, so that other
 * languages can bind it without knowing a struct. Functions that return int
 * return a SavantStatus unless they say otherwise. A `buffer` is the address
 * of a GstBuffer, borrowed unless a line says otherwise. */

#include <savant/interop.h>
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
    int src_h, int dst_w, int dst_h, int32_t *rect);

/* ---- Pools of surfaces ------------------------------------------------- */

typedef struct SavantPool SavantPool;

/* A started pool of `pool_size` (at least 1) surfaces of `batch_size` slots.
 * `backend` as for savant_transform_new(). *out is owned by the caller.
 * INVALID_ARGUMENT for sizes outside 1..32767, a slot of more than 2^31-1
 * bytes (the text has the number) or an input-only format; UNAVAILABLE for a
 * memory type that this machine lacks. */
SAVANT_API int savant_pool_new (const char *backend, int format, int width,
    int height, int batch_size, int mem_type, int gpu_id, int pool_size,
    SavantPool **out);

/* Frees the handle. Buffers that are out stay valid. A thread that waits in
 * savant_pool_acquire() is woken and gets FLUSHING, but must have returned
 * before the handle is freed: call savant_pool_stop() first. NULL allowed. */
SAVANT_API void savant_pool_free (SavantPool *pool);

/* From now on every acquire, also one that waits, returns FLUSHING. */
SAVANT_API void savant_pool_stop (SavantPool *pool);

/* Takes a buffer: timeout_ns 0 = one try, negative = wait. The caller owns
 * *buffer (gst_buffer_unref). POOL_EXHAUSTED when the time is over; the text
 * says how many are out and for how long the oldest is. */
SAVANT_API int savant_pool_acquire (SavantPool *pool, int64_t timeout_ns,
    void **buffer);

/* Nine figures of one moment: max_buffers, allocated, outstanding,
 * high_water_mark, acquired, waits, wait_time_ns, timeouts, oldest_age_ns. */
SAVANT_API int savant_pool_stats (SavantPool *pool, int64_t *stats);

/* ---- Buffers ----------------------------------------------------------- */

/* One reference more, or one less; the last one frees the buffer or gives it
 * back to its pool. */
SAVANT_API int savant_buffer_ref (void *buffer);
SAVANT_API int savant_buffer_unref (void *buffer);

/* pts and duration in ns, each -1 for none. */
SAVANT_API int savant_buffer_get_times (void *buffer, int64_t *times);

/* Sets pts and duration in ns, each 0 or more, or -1 for none. NOT_WRITABLE
 * for a shared buffer. */
SAVANT_API int savant_buffer_set_times (void *buffer, int64_t pts,
    int64_t duration);

/* One of the two, the other stays. */
SAVANT_API int savant_buffer_set_pts (void *buffer, int64_t pts);
SAVANT_API int savant_buffer_set_duration (void *buffer, int64_t duration);

/* Copies the picture of a slot of a surface to `size` bytes at `data`: all
 * planes one after the other, rows without padding as in
 * savant_format_plane_size(). INVALID_ARGUMENT for any other size (the text
 * has the right one), UNSUPPORTED for memory that neither the CPU nor a
 * backend reaches. */
SAVANT_API int savant_buffer_copy_slot (void *buffer, int slot, void *data,
    int64_t size);

/* ---- Surfaces in buffers ----------------------------------------------- */

/* Eleven numbers of a slot: data pointer, pitch in bytes, width, height,
 * colorFormat, memType, gpuId, batchSize, numFilled, number of planes, slot
 * bytes. The pixels have been written when it returns. */
SAVANT_API int savant_buffer_surface_info (void *buffer, int slot,
    int64_t *info);

/* Five numbers of a plane of a slot: data pointer, pitch in bytes, width in
 * samples, height in rows, bytes per sample. Width and height are the
 * picture's, without the samples that a surface adds to make them even; a
 * row of UYVY has whole pairs. */
SAVANT_API int savant_buffer_plane_info (void *buffer, int slot, int plane,
    int64_t *info);

/* Sets numFilled, 0..batchSize. Needs a writable buffer whose memory nobody
 * else holds; NOT_WRITABLE otherwise. */
SAVANT_API int savant_buffer_set_num_filled (void *buffer, int num_filled);

/* Transforms slot src_slot of one buffer into slot dst_slot of another.
 * `src_rect` is x, y, w, h, cut to the picture, w and h not 0, or NULL for all;
 * INVALID_ARGUMENT where nothing is left. `config` is ten integers: padding,
 * pad_left, pad_top, pad_right, pad_bottom, pad_color, interpolation,
 * compute_mode, flip, reserved (0). The destination's memory must be
 * exclusively owned. Attaches no meta. */
SAVANT_API int savant_buffer_transform (SavantTransform *transform,
    void *dst_buffer, int dst_slot, void *src_buffer, int src_slot,
    const int32_t *config, const int32_t *src_rect);

/* ---- Ids --------------------------------------------------------------- */

/* Number of ids of a buffer (0 = none), or a negative status; writes up to
 * `capacity` of them to `kinds` and `ids`, which may be NULL if it is 0. */
SAVANT_API int savant_buffer_get_ids (void *buffer, int32_t *kinds,
    int64_t *ids, int capacity);

/* Replaces the ids; n_ids 0 removes them. NOT_WRITABLE for a shared buffer. */
SAVANT_API int savant_buffer_set_ids (void *buffer, const int32_t *kinds,
    const int64_t *ids, int n_ids);

/* ---- Transform meta ---------------------------------------------------- */

/* 1 and the numbers if the buffer has geometry for the slot, else 0; rects
 * gets source x, y, w, h and destination x, y, w, h; `matrix` the six numbers
 * of GstSavantGeometry.m. Both may be NULL. */
SAVANT_API int savant_buffer_get_geometry (void *buffer, int slot,
    int32_t *rects, double *matrix);

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
 * ids, CLOCK_MONOTONIC in ns when it came to savantbatch or -1. Returns how
 * many numbers there are, 4 + 8 * slots, and writes the first `capacity` of
 * them; `out` may be NULL if that is 0. UNSUPPORTED for a buffer without
 * SavantBatchMeta. */
SAVANT_API int savant_buffer_get_batch (void *buffer, int64_t *out,
    int capacity);

/* The regions of interest of a batch that roi-mode=batch made: four numbers a
 * slot: FRAME id of the frame that it was cut from, id of the region, number of
 * the slot among those of the frame, how many those are; of a slot that is a
 * whole frame -1, -1, 0 and 0. Otherwise as savant_buffer_get_batch(). */
SAVANT_API int savant_buffer_get_rois (void *buffer, int64_t *out,
    int capacity);

/* ---- Pulling batches --------------------------------------------------- */

/* Takes batches (or plain frames) out of an appsink, one blocking call each,
 * and holds the one it gave out until the next call.
 *
 *   streaming thread          puller                   pulling thread
 *   appsink queues a buffer ─ wakes ─────────────────► savant_puller_pull()
 *                             holds that buffer,         numbers and pixels
 *                             readable                   are read
 *                             lets go ◄───────────────  savant_puller_release()
 *                                                       or the next pull
 *
 * The appsink itself keeps the buffer that it gave last until it gives another
 * one or stops, so that a pool in front of it needs two at least.
 *
 * One thread at a time pulls and reads; savant_puller_stop() may come from any
 * other. A puller serves one run of its appsink, from before PAUSED or any time
 * later, until end of stream or stop. */
typedef struct SavantPuller SavantPuller;

/* numbers[0] of savant_puller_pull(). */
typedef enum SavantPull
{
  SAVANT_PULL_TIMEOUT = 0, /* nothing came in time */
  SAVANT_PULL_BATCH = 1,   /* a batch or frame is held */
  SAVANT_PULL_EOS = 2,     /* the stream has ended, all of it was given */
  SAVANT_PULL_STOPPED = 3  /* savant_puller_stop() was called */
} SavantPull;

/* Where the numbers of savant_puller_pull() stand. Times are ns, -1 = none. */
enum
{
  SAVANT_PULL_RESULT = 0, /* SavantPull; only a BATCH has the others */
  SAVANT_PULL_SEQUENCE, /* of the SavantBatchMeta, else count of pulls from 0 */
  SAVANT_PULL_SLOTS,    /* number of slots that hold a picture */
  SAVANT_PULL_REASON,   /* GstSavantBatchReason, -1 = no SavantBatchMeta */
  SAVANT_PULL_WAITING_TIME, /* of the batch in savantbatch, -1 = as above */
  SAVANT_PULL_PTS,          /* of the buffer */
  SAVANT_PULL_DURATION,
  SAVANT_PULL_RUNNING_TIME,
  SAVANT_PULL_BUFFER,     /* address of the GstBuffer, borrowed */
  SAVANT_PULL_IS_SURFACE, /* 1 = memory:NVMM, 0 = plain video/x-raw */
  SAVANT_PULL_TAKEN_AT,   /* CLOCK_MONOTONIC when it was taken */
  SAVANT_PULL_HEADER_NUMBERS
};

/* The same of a slot, after the header and SAVANT_PULL_SLOT_NUMBERS apart. A
 * picture without SavantTransformMeta is its own source: the rectangles are
 * all of it and the matrix is the identity. */
enum
{
  SAVANT_PULL_SLOT_SOURCE_ID = 0, /* -1 = no SavantBatchMeta */
  SAVANT_PULL_SLOT_PAD_INDEX,     /* -1 = as above */
  SAVANT_PULL_SLOT_FRAME_ID,      /* the first of its ids, -1 = none */
  SAVANT_PULL_SLOT_N_IDS,
  SAVANT_PULL_SLOT_PTS,
  SAVANT_PULL_SLOT_DURATION,
  SAVANT_PULL_SLOT_RUNNING_TIME,
  SAVANT_PULL_SLOT_FORMAT,       /* SavantFormat */
  SAVANT_PULL_SLOT_COLOR_FORMAT, /* NvBufSurface's code; FORMAT where plain */
  SAVANT_PULL_SLOT_MEM_TYPE,     /* SavantMemType; SYSTEM where plain */
  SAVANT_PULL_SLOT_WIDTH,        /* of the picture, pixels */
  SAVANT_PULL_SLOT_HEIGHT,
  SAVANT_PULL_SLOT_SOURCE_WIDTH, /* of the original picture */
  SAVANT_PULL_SLOT_SOURCE_HEIGHT,
  SAVANT_PULL_SLOT_SOURCE_RECT, /* x, y, w, h */
  SAVANT_PULL_SLOT_DESTINATION_RECT = SAVANT_PULL_SLOT_SOURCE_RECT + 4,
  /* The six doubles of GstSavantGeometry.m, bit for bit. */
  SAVANT_PULL_SLOT_MATRIX = SAVANT_PULL_SLOT_DESTINATION_RECT + 4,
  SAVANT_PULL_SLOT_HAS_GEOMETRY = SAVANT_PULL_SLOT_MATRIX + 6, /* 0 or 1 */
  SAVANT_PULL_SLOT_N_PLANES,
  /* Four a plane, for SAVANT_MAX_PLANES: address, pitch, bytes of a row
   * without padding, rows. 0 where there is no such plane. */
  SAVANT_PULL_SLOT_PLANES,
  /* CLOCK_MONOTONIC when the frame came to savantbatch, before it waited for
   * anything there; -1 = no SavantBatchMeta. TAKEN_AT less this is how long it
   * was on its way. */
  SAVANT_PULL_SLOT_ARRIVAL = SAVANT_PULL_SLOT_PLANES + 4 * SAVANT_MAX_PLANES,
  /* As savant_buffer_get_rois(). */
  SAVANT_PULL_SLOT_PARENT_ID,
  SAVANT_PULL_SLOT_ROI_ID,
  SAVANT_PULL_SLOT_ROI_INDEX,
  SAVANT_PULL_SLOT_N_ROIS,
  SAVANT_PULL_SLOT_NUMBERS
};

/* A puller of an appsink (its address, a GstAppSink; a reference is taken). It
 * takes the appsink's callbacks, so that its signals stay silent. *out is owned
 * by the caller. INVALID_ARGUMENT for any other element. */
SAVANT_API int savant_puller_new (void *appsink, SavantPuller **out);

/* Lets go of what is held, waits for the next batch or frame and holds it.
 * timeout_ns 0 = one try, negative = wait until one comes, the stream ends or
 * the puller is stopped. `capacity` is at least SAVANT_PULL_HEADER_NUMBERS;
 * slots that do not fit are left out, savant_puller_read() gives them all.
 * OK, also for a timeout, end of stream and stop: numbers[0] says which. A
 * failure, for instance NOT_A_SURFACE, takes the buffer away and leaves the
 * puller usable. Time is counted on the monotonic clock. */
SAVANT_API int savant_puller_pull (SavantPuller *puller, int64_t timeout_ns,
    int64_t *numbers, int capacity);

/* The numbers of what is held once more. INVALID_ARGUMENT if nothing is. */
SAVANT_API int savant_puller_read (SavantPuller *puller, int64_t *numbers,
    int capacity);

/* Copies the picture of a slot of what is held to `size` bytes at `data`, as
 * savant_buffer_copy_slot() does; also of a plain frame. */
SAVANT_API int savant_puller_copy_slot (SavantPuller *puller, int slot,
    void *data, int64_t size);

/* Reads savantbufgen's counter out of a slot of what is held, as
 * savant_buffer_read_counter() does; also out of a plain frame. */
SAVANT_API int savant_puller_read_counter (SavantPuller *puller, int slot,
    uint32_t *id);

/* Lets go of what is held; nothing happens if that is nothing. */
SAVANT_API int savant_puller_release (SavantPuller *puller);

/* From now on every pull, also one that waits, gives STOPPED at once. What is
 * held stays held. Any thread; NULL allowed. */
SAVANT_API void savant_puller_stop (SavantPuller *puller);

/* Stops, waits until the pulling thread has left, lets go of what is held and
 * frees. NULL allowed. */
SAVANT_API void savant_puller_free (SavantPuller *puller);

/* ---- Counter pattern --------------------------------------------------- */

/* Reads the 32 cells that savantbufgen's pattern=counter draws: cell k, from
 * the left, is white where bit 31 - k of the frame id is set. `rect` is where
 * the whole picture lies (x, y, w, h), NULL for all of it. The picture must
 * still be at least 64 pixels wide. UNSUPPORTED if a cell is neither black
 * nor white, which is what other pictures give. */
SAVANT_API int savant_image_read_counter (const SavantImage *image,
    const SavantRect *rect, uint32_t *id);

/* The same of a slot of a surface; uses the buffer's geometry if it has. */
SAVANT_API int savant_buffer_read_counter (void *buffer, int slot,
    uint32_t *id);

#ifdef __cplusplus
}
#endif

#include <savant/generator.h>
#include <savant/view.h>

#endif
