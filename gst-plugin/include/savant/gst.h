/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SAVANT_GST_H
#define SAVANT_GST_H

/* The GObject side of the library: allocator, pool, metas and caps, for
 * elements and C applications. Nothing here needs a GPU. */

#include <gst/gst.h>
#include <gst/video/video.h>

#include <savant/savant.h>

G_BEGIN_DECLS

/* The caps feature of every surface, whatever its memory type. */
#define GST_SAVANT_CAPS_FEATURE_NVMM "memory:NVMM"

/* The caps feature of GStreamer's own frames in GPU memory (nvh264dec). */
#define GST_SAVANT_CAPS_FEATURE_CUDA "memory:CUDAMemory"

/* Format lists for pad templates. */
#define GST_SAVANT_OUTPUT_FORMATS \
  "{ RGBA, BGRx, NV12, NV21, I420, UYVY, GRAY8, RGB, BGR, BGRA, RGBx }"
#define GST_SAVANT_INPUT_FORMATS \
  "{ RGBA, BGRx, NV12, NV21, I420, UYVY, GRAY8, RGB, BGR, BGRA, RGBx, " \
  "YUY2, Y42B, Y444, NV16, I420_10LE, P010_10LE }"

/* ---- Caps ------------------------------------------------------------- */

/* What a pad carries: one plain picture, or a surface of batch_size slots. */
typedef struct GstSavantFrameInfo
{
  GstVideoInfo video;         /* of a plain frame or of every slot */
  gboolean nvmm;              /* surfaces, else plain video/x-raw */
  gint batch_size;            /* caps field batch-size, else 1 */
  gboolean uniform;           /* FALSE: batch-kind=non-uniform, `video` unset */
  gboolean colorimetry_named; /* the caps have a colorimetry field */
  gboolean cuda_memory; /* a plain frame in memory:CUDAMemory, for input only */
} GstSavantFrameInfo;

/* Reads fixed caps. On failure returns FALSE and sets savant_last_error():
 * unsupported format (lists the supported ones), missing width, height or
 * format, sizes outside 1..32767, surfaces above 2^31-1 bytes. */
SAVANT_API gboolean gst_savant_frame_info_from_caps (GstSavantFrameInfo *info,
    const GstCaps *caps);

/* The format of a GstVideoFormat, or SAVANT_FORMAT_UNKNOWN. */
SAVANT_API SavantFormat gst_savant_format_from_video (GstVideoFormat format);

/* GST_VIDEO_FORMAT_UNKNOWN for a number that is none. */
SAVANT_API GstVideoFormat gst_savant_format_to_video (SavantFormat format);

/* Matrix, range and siting of a GstVideoInfo; what it leaves unknown is filled
 * by the rule of video/x-raw (YUV of 576 lines or fewer bt601 and jpeg siting,
 * else bt709 and mpeg2). */
SAVANT_API void
gst_savant_colorimetry_from_video_info (SavantColorimetry *colorimetry,
    const GstVideoInfo *info);

/* Describes a mapped frame as a picture: planes and strides as they lie in
 * memory, also GstVideoMeta's and negative ones. Valid until the frame is
 * unmapped. SavantStatus: UNSUPPORTED for a format that is none of ours,
 * INVALID_ARGUMENT for a size outside 1..SAVANT_MAX_SIDE, a stride shorter
 * than a row or a plane that ends outside its memory. */
SAVANT_API gint gst_savant_image_from_video_frame (SavantImage *image,
    const GstVideoFrame *frame);

/* ---- Memory ------------------------------------------------------------ */

/* mem_type of a GstMemory of ours, an NvBufSurface. Mapping it READ or
 * READWRITE gives the NvBufSurface itself, once a GPU has written the pixels
 * (and for WRITE nobody reads them any more). It copies truly (every slot below
 * numFilled, or all where numFilled is 0), cannot be shared in part, and
 * frees its pixels with its last reference. */
#define GST_SAVANT_MEMORY_TYPE "SavantSurface"

#define GST_TYPE_SAVANT_ALLOCATOR (gst_savant_allocator_get_type ())
SAVANT_API G_DECLARE_FINAL_TYPE (GstSavantAllocator, gst_savant_allocator, GST,
    SAVANT_ALLOCATOR, GstAllocator);

/* What to allocate. Zero-fill, then set. */
typedef struct GstSavantSurfaceParams
{
  SavantFormat format; /* one with savant_format_is_output() */
  gint width;          /* 1..SAVANT_MAX_SIDE, pixels */
  gint height;
  SavantColorimetry
      colorimetry;        /* sets colorFormat; matrix 0 = BT.601 limited */
  gint batch_size;        /* slots, 1..SAVANT_MAX_BATCH_SIZE */
  SavantMemType mem_type; /* SAVANT_MEM_DEFAULT: the backend's best */
  gint gpu_id;            /* ignored on the host backend */
} GstSavantSurfaceParams;

/* An allocator on a backend ("auto", NULL or a name from savant_backends()).
 * NULL and savant_last_error() where that backend is missing. Owned by the
 * caller. Any thread may allocate. */
SAVANT_API GstAllocator *gst_savant_allocator_new (const gchar *backend);

/* A memory of `params`, numFilled 0, contents undefined; NULL and
 * savant_last_error() on failure. Owned by the caller. */
SAVANT_API GstMemory *
gst_savant_allocator_alloc_surface (GstAllocator *allocator,
    const GstSavantSurfaceParams *params);

/* A memory whose slots are those of other buffers, of any format and size,
 * without a pixel being copied: slot i of `batch_size` is slot slots[i] of
 * buffers[i]; numFilled is `n_slots` (at least 1), the other slots are blank.
 * All must be of one memory type and GPU. It keeps the buffers alive and is
 * read-only; who maps it for writing or copies it gets a true copy. NULL and
 * savant_last_error() on failure. Owned by the caller. */
SAVANT_API GstMemory *gst_savant_allocator_wrap_slots (GstAllocator *allocator,
    GstBuffer *const *buffers, const gint *slots, guint n_slots,
    guint batch_size);

SAVANT_API gboolean gst_is_savant_memory (GstMemory *memory);

/* ---- Surfaces in buffers ----------------------------------------------- */

/* The NvBufSurface of a buffer, or NULL and savant_last_error(). A memory of
 * ours is taken as it is; a foreign one only after its header, its slots and
 * the ends of its pixels were read in a way that cannot fault, and only if a
 * backend of this machine has its memory type. The pointer is
 * borrowed and valid while the buffer's memory lives. */
SAVANT_API gpointer gst_savant_buffer_peek_surface (GstBuffer *buffer);

/* A description of slot `slot` (0..batchSize-1), colorimetry from colorFormat
 * and siting mpeg2. SavantStatus. */
SAVANT_API gint gst_savant_surface_get_image (gpointer surface, gint slot,
    SavantImage *image);

SAVANT_API gint gst_savant_surface_get_batch_size (gpointer surface);
SAVANT_API gint gst_savant_surface_get_num_filled (gpointer surface);
SAVANT_API SavantMemType gst_savant_surface_get_mem_type (gpointer surface);
SAVANT_API gint gst_savant_surface_get_gpu_id (gpointer surface);

/* ---- Plain frames ------------------------------------------------------ */

/* mem_type of plain bytes in pinned memory of the CPU, which a GPU reads
 * without a copy by the CPU. Mapping it WRITE waits until no GPU reads it any
 * more. */
#define GST_SAVANT_FRAME_MEMORY_TYPE "SavantFrame"

#define GST_TYPE_SAVANT_FRAME_ALLOCATOR (gst_savant_frame_allocator_get_type ())
SAVANT_API G_DECLARE_FINAL_TYPE (GstSavantFrameAllocator,
    gst_savant_frame_allocator, GST, SAVANT_FRAME_ALLOCATOR, GstAllocator);

/* An allocator of such memory, for gst_allocator_alloc() and for the config of
 * any pool of video/x-raw; savanttransform offers one in its ALLOCATION answer
 * where it uploads. Where no more memory can be pinned it gives GStreamer's
 * ordinary memory, with a warning in the log. `backend` as for
 * gst_savant_allocator_new(). NULL and savant_last_error() where that has no
 * pinned memory. Owned by the caller. Any thread may allocate. */
SAVANT_API GstAllocator *gst_savant_frame_allocator_new (const gchar *backend,
    gint gpu_id);

/* ---- Pool -------------------------------------------------------------- */

#define GST_TYPE_SAVANT_BUFFER_POOL (gst_savant_buffer_pool_get_type ())
SAVANT_API G_DECLARE_FINAL_TYPE (GstSavantBufferPool, gst_savant_buffer_pool,
    GST, SAVANT_BUFFER_POOL, GstBufferPool);

/* Figures of a pool, all of one moment. */
typedef struct GstSavantPoolStats
{
  guint max_buffers;     /* 0 = not limited */
  guint allocated;       /* buffers that exist */
  guint outstanding;     /* of those, in use */
  guint high_water_mark; /* the largest `outstanding` so far */
  guint64 acquired;      /* successful acquires so far */
  guint64 waits;         /* acquires that found the pool empty */
  guint64 wait_time_ns;  /* their total waiting time */
  guint64 timeouts;      /* acquires that gave up */
  guint64 oldest_age_ns; /* age of the oldest acquire still out, at most
                          * 10 ms too large, or 0 */
} GstSavantPoolStats;

/* A pool whose caps decide what it holds: surfaces of caps' batch-size slots
 * for memory:NVMM, plain frames for video/x-raw (with GstVideoMeta). Backend
 * as for gst_savant_allocator_new(). Owned by the caller. Configure with
 * gst_buffer_pool_config_set_params(), whose `max_buffers` is a fixed maximum
 * (0 = not limited) and whose `size` is written back by set_config. Buffers
 * keep what they need of the pool alive and may outlive it. */
SAVANT_API GstBufferPool *gst_savant_buffer_pool_new (const gchar *backend);

/* Memory type and GPU of the surfaces; to be set in a config, before
 * gst_buffer_pool_set_config(). Default: SAVANT_MEM_DEFAULT, 0. */
SAVANT_API void gst_savant_buffer_pool_config_set_memory (GstStructure *config,
    SavantMemType mem_type, gint gpu_id);

/* Matrix and range that surfaces get where the caps name no colorimetry.
 * Default: BT.601 limited. */
SAVANT_API void
gst_savant_buffer_pool_config_set_colorimetry (GstStructure *config,
    const SavantColorimetry *colorimetry);

/* gst_buffer_pool_acquire_buffer() with a time limit: 0 = one try, negative =
 * wait until a buffer comes back or the pool flushes. GST_FLOW_OK;
 * GST_FLOW_EOS when the time is over (as GST_BUFFER_POOL_ACQUIRE_FLAG_DONTWAIT
 * answers); GST_FLOW_FLUSHING; GST_FLOW_ERROR. Surfaces come with numFilled 0.
 * The limit is kept on the monotonic clock. Any thread. */
SAVANT_API GstFlowReturn gst_savant_buffer_pool_acquire (
    GstSavantBufferPool *pool, GstBuffer **buffer, gint64 timeout_ns);

SAVANT_API void gst_savant_buffer_pool_get_stats (GstSavantBufferPool *pool,
    GstSavantPoolStats *stats);

/* The figures as a structure "savant-pool-stats" with the field names of
 * GstSavantPoolStats written with dashes. Owned by the caller. */
SAVANT_API GstStructure *
gst_savant_buffer_pool_stats_to_structure (const GstSavantPoolStats *stats);

/* ---- SavantIdMeta ------------------------------------------------------ */

/* The logical frames or batches that a buffer stands for: a list of (kind,
 * id). Follows the buffer through copies and stock elements exactly once. */
#define GST_SAVANT_ID_META_API_TYPE (gst_savant_id_meta_api_get_type ())

typedef struct GstSavantId
{
  gint32 kind;     /* SavantIdKind */
  gint32 reserved; /* 0 */
  gint64 id;
} GstSavantId;

typedef struct GstSavantIdMeta
{
  GstMeta meta;
  guint n_ids;
  GstSavantId *ids; /* owned by the meta */
} GstSavantIdMeta;

SAVANT_API GType gst_savant_id_meta_api_get_type (void);
SAVANT_API const GstMetaInfo *gst_savant_id_meta_get_info (void);

/* Replaces the list on a writable buffer; n_ids 0 removes it. Returns the meta
 * or NULL. */
SAVANT_API GstSavantIdMeta *gst_buffer_set_savant_ids (GstBuffer *buffer,
    const GstSavantId *ids, guint n_ids);

/* The meta, or NULL. Borrowed from the buffer. */
SAVANT_API GstSavantIdMeta *gst_buffer_get_savant_id_meta (GstBuffer *buffer);

/* ---- SavantTransformMeta ----------------------------------------------- */

/* How each slot's picture came about, so that boxes found in it map back
 * exactly. Coordinates are continuous: pixel (0, 0) covers [0, 1) x [0, 1).
 * Tagged video, size and orientation: stock elements that change geometry
 * drop it; two transforms of ours compose. */
#define GST_SAVANT_TRANSFORM_META_API_TYPE \
  (gst_savant_transform_meta_api_get_type ())

/* network x = m[0] * x + m[1] * y + m[2], network y = m[3] * x + m[4] * y +
 * m[5], where (x, y) is a point of the original picture. */
typedef struct GstSavantGeometry
{
  SavantRect source;      /* what was taken of the original picture */
  SavantRect destination; /* where it lies in this picture */
  gint source_width;      /* size of the original picture */
  gint source_height;
  gdouble m[6];
} GstSavantGeometry;

typedef struct GstSavantTransformMeta
{
  GstMeta meta;
  guint n_slots;
  GstSavantGeometry *slots; /* owned by the meta */
} GstSavantTransformMeta;

SAVANT_API GType gst_savant_transform_meta_api_get_type (void);
SAVANT_API const GstMetaInfo *gst_savant_transform_meta_get_info (void);

/* Replaces the geometry of a writable buffer by a copy of `slots`. */
SAVANT_API GstSavantTransformMeta *
gst_buffer_set_savant_transform_meta (GstBuffer *buffer,
    const GstSavantGeometry *slots, guint n_slots);

SAVANT_API GstSavantTransformMeta *
gst_buffer_get_savant_transform_meta (GstBuffer *buffer);

/* The geometry of one transform of a source_width x source_height picture. */
SAVANT_API void gst_savant_geometry_init (GstSavantGeometry *geometry,
    gint source_width, gint source_height, const SavantRect *source,
    const SavantRect *destination, SavantFlip flip);

/* `second` applied to the picture that `first` made: the matrix is the exact
 * product, `source` what of the original is still visible (rounded outwards)
 * and `destination` where that lies (rounded outwards, inside second's
 * destination). `out` may be either argument. */
SAVANT_API void gst_savant_geometry_compose (const GstSavantGeometry *first,
    const GstSavantGeometry *second, GstSavantGeometry *out);

/* A point or box of this picture in the original one, or the other way. Not
 * clipped. Boxes are left, top, width, height; width and height stay
 * positive under flips. */
SAVANT_API void
gst_savant_geometry_point_to_source (const GstSavantGeometry *geometry,
    gdouble x, gdouble y, gdouble out[2]);
SAVANT_API void
gst_savant_geometry_point_to_network (const GstSavantGeometry *geometry,
    gdouble x, gdouble y, gdouble out[2]);
SAVANT_API void
gst_savant_geometry_box_to_source (const GstSavantGeometry *geometry,
    const gdouble box[4], gdouble out[4]);
SAVANT_API void
gst_savant_geometry_box_to_network (const GstSavantGeometry *geometry,
    const gdouble box[4], gdouble out[4]);

/* ---- SavantBatchMeta --------------------------------------------------- */

/* What a batch consists of: where the picture of every slot came from, and
 * when. No tags: it follows the buffer through elements that keep its slots. */
#define GST_SAVANT_BATCH_META_API_TYPE (gst_savant_batch_meta_api_get_type ())

/* Why a batch was pushed when it was. */
typedef enum GstSavantBatchReason
{
  GST_SAVANT_BATCH_REASON_FULL =
      0, /* all slots filled, or every pad waited for is in */
  GST_SAVANT_BATCH_REASON_TIMEOUT =
      1, /* the oldest frame had waited batch-timeout */
  GST_SAVANT_BATCH_REASON_EOS = 2, /* the pads that are missing have ended */
  GST_SAVANT_BATCH_REASON_GAP =
      3, /* the pads that are missing announced a gap */
  GST_SAVANT_BATCH_REASON_FLUSH = 4 /* the pads that are missing are flushing */
} GstSavantBatchReason;

typedef struct GstSavantBatchSlot
{
  guint source_id;  /* the pad's property source-id */
  guint pad_index;  /* n of the pad sink_n */
  GstClockTime pts; /* of the frame as it came, in its own segment */
  GstClockTime duration;
  GstClockTime running_time; /* NONE where the frame has no PTS */
  GstSegment segment;        /* of the pad when the frame came */
  GstBufferFlags flags;      /* of the frame, without memory flags */
  gint64 frame_id;           /* the first of its ids, -1 = none */
  guint ids_at;              /* its ids are meta->ids[ids_at ...] */
  guint n_ids;
  /* CLOCK_MONOTONIC when the frame came to savantbatch, before it waited for
   * anything there; NONE where that is not known. */
  GstClockTime arrival_ns;

  /* Where savantbatch's roi-mode is batch: the picture is one region of
   * interest of a frame, and the ids are the frame's. Slots of one frame follow
   * one another, if need be into the next batch. */
  guint n_rois;     /* slots of the frame; 0 = the slot is a whole frame */
  guint roi_index;  /* of these, from 0, in the order of the frame's metas */
  gint64 parent_id; /* the frame's first FRAME id */
  gint roi_id;      /* id and roi_type of the GstVideoRegionOfInterestMeta */
  GQuark roi_type;
} GstSavantBatchSlot;

typedef struct GstSavantBatchMeta
{
  GstMeta meta;
  guint64 sequence; /* from 0 */
  GstSavantBatchReason reason;
  GstClockTime
      waiting_time_ns; /* of the oldest frame, until the batch was closed */
  guint n_slots;
  GstSavantBatchSlot *slots; /* owned by the meta */
  guint n_ids;               /* of all slots */
  gint64 *ids;               /* FRAME ids, slot after slot; owned by the meta */
} GstSavantBatchMeta;

SAVANT_API GType gst_savant_batch_meta_api_get_type (void);
SAVANT_API const GstMetaInfo *gst_savant_batch_meta_get_info (void);

/* Gives a writable buffer a copy of all that `from` holds (its `meta` is not
 * read), in place of what it had. ids_at and n_ids of every slot must lie
 * inside `ids`. */
SAVANT_API GstSavantBatchMeta *
gst_buffer_set_savant_batch_meta (GstBuffer *buffer,
    const GstSavantBatchMeta *from);

/* The meta, or NULL. Borrowed from the buffer. */
SAVANT_API GstSavantBatchMeta *
gst_buffer_get_savant_batch_meta (GstBuffer *buffer);

G_END_DECLS

#endif
