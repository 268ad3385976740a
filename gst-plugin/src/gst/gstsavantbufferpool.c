/* SPDX-License-Identifier: Apache-2.0 */
#include "gstsavantbufferpool.h"

#include "core/log.h"
#include "gstsavantallocator.h"
#include "gstsavantlog.h"
#include "poolqueue.h"

#define GST_CAT_DEFAULT sv_gst_debug

#define FIELD_MEM_TYPE "savant-mem-type"
#define FIELD_GPU_ID "savant-gpu-id"
#define FIELD_MATRIX "savant-matrix"
#define FIELD_RANGE "savant-range"

/* Rows of plain frames start where SIMD loads are cheapest. */
#define PLAIN_ALIGN 63

/* What a config asks for. */
typedef struct PoolSetup
{
  GstSavantFrameInfo info;
  GstSavantSurfaceParams surface;
  GstAllocator *allocator; /* of plain frames, NULL: GStreamer's default */
  GstAllocationParams params;
  GstVideoAlignment alignment;
  guint size; /* bytes of the memory of a buffer */
  guint min_buffers;
} PoolSetup;

struct _GstSavantBufferPool
{
  GstBufferPool parent;
  const SvBackendFns *backend;
  GstAllocator *surface_allocator;
  SvPoolQueue queue;
  PoolSetup setup; /* constant while a buffer is out */
};

G_DEFINE_TYPE_WITH_CODE (GstSavantBufferPool, gst_savant_buffer_pool,
    GST_TYPE_BUFFER_POOL, sv_gst_log_init ())

/* gst_buffer_pool_acquire_buffer() hands its parameters through, which is
 * how the time limit gets past it. */
#define ACQUIRE_FLAG_TIMEOUT GST_BUFFER_POOL_ACQUIRE_FLAG_LAST

typedef struct AcquireParams
{
  GstBufferPoolAcquireParams parent;
  gint64 timeout_ns;
} AcquireParams;

/* Without the type check of GST_SAVANT_BUFFER_POOL(), for what runs once a
 * buffer. */
#define POOL_CAST(pool) ((GstSavantBufferPool *) (pool))

/* ---- Configuration ------------------------------------------------------ */

void
gst_savant_buffer_pool_config_set_memory (GstStructure *config,
    SavantMemType mem_type, gint gpu_id)
{
  gst_structure_set (config, FIELD_MEM_TYPE, G_TYPE_INT, (gint) mem_type,
      FIELD_GPU_ID, G_TYPE_INT, gpu_id, NULL);
}

void
gst_savant_buffer_pool_config_set_colorimetry (GstStructure *config,
    const SavantColorimetry *colorimetry)
{
  gst_structure_set (config, FIELD_MATRIX, G_TYPE_INT,
      (gint) colorimetry->matrix, FIELD_RANGE, G_TYPE_INT,
      (gint) colorimetry->range, NULL);
}

static const gchar **
get_options (GstBufferPool *pool G_GNUC_UNUSED)
{
  static const gchar *options[] = { GST_BUFFER_POOL_OPTION_VIDEO_META,
    GST_BUFFER_POOL_OPTION_VIDEO_ALIGNMENT, NULL };

  return options;
}

static gboolean
set_up_surfaces (PoolSetup *setup, const SvBackendFns *backend,
    const GstStructure *config)
{
  const GstVideoInfo *video = &setup->info.video;
  GstSavantSurfaceParams *params = &setup->surface;
  gint mem_type = SAVANT_MEM_DEFAULT, matrix, range;
  SavantMemType resolved;
  SvSlotLayout layout;

  params->format = gst_savant_format_from_video (GST_VIDEO_INFO_FORMAT (video));
  params->width = video->width;
  params->height = video->height;
  params->batch_size = setup->info.batch_size;
  gst_structure_get_int (config, FIELD_MEM_TYPE, &mem_type);
  gst_structure_get_int (config, FIELD_GPU_ID, &params->gpu_id);
  params->mem_type = (SavantMemType) mem_type;
  if (setup->info.colorimetry_named) {
    gst_savant_colorimetry_from_video_info (&params->colorimetry, video);
  } else if (gst_structure_get_int (config, FIELD_MATRIX, &matrix)
      && gst_structure_get_int (config, FIELD_RANGE, &range)) {
    params->colorimetry.matrix = (SavantMatrix) matrix;
    params->colorimetry.range = (SavantRange) range;
  }
  setup->size = (guint) sv_nvbuf_header_size (sv_nvbuf_layout ());
  return sv_surface_params_resolve (params, backend, &resolved, &layout)
      == SAVANT_OK;
}

static gboolean
set_up_plain (PoolSetup *setup, GstStructure *config)
{
  GstVideoInfo *video = &setup->info.video;

  gst_buffer_pool_config_get_allocator (config, &setup->allocator,
      &setup->params);
  if (setup->allocator != NULL
      && GST_OBJECT_FLAG_IS_SET (setup->allocator,
          GST_ALLOCATOR_FLAG_CUSTOM_ALLOC))
    setup->allocator = NULL;
  setup->params.align |= PLAIN_ALIGN;

  gst_video_alignment_reset (&setup->alignment);
  if (gst_buffer_pool_config_has_option (config,
          GST_BUFFER_POOL_OPTION_VIDEO_META)
      && gst_buffer_pool_config_has_option (config,
          GST_BUFFER_POOL_OPTION_VIDEO_ALIGNMENT)) {
    gst_buffer_pool_config_get_video_alignment (config, &setup->alignment);
    for (int p = 0; p < GST_VIDEO_MAX_PLANES; p++)
      setup->params.align |= setup->alignment.stride_align[p];
    if (!gst_video_info_align (video, &setup->alignment)) {
      sv_fail (SAVANT_ERROR_INVALID_ARGUMENT,
          "the video alignment of the config fits no %s frame",
          gst_video_format_to_string (GST_VIDEO_INFO_FORMAT (video)));
      return FALSE;
    }
    gst_buffer_pool_config_set_video_alignment (config, &setup->alignment);
  }
  gst_buffer_pool_config_set_allocator (config, setup->allocator,
      &setup->params);
  setup->size = MAX (setup->size, (guint) video->size);
  return TRUE;
}

/* Reads a config and writes the true values back into it. */
static gboolean
read_config (GstSavantBufferPool *self, PoolSetup *setup, GstStructure *config)
{
  GstCaps *caps;
  guint max;

  if (!gst_buffer_pool_config_get_params (config, &caps, &setup->size,
          &setup->min_buffers, &max)
      || caps == NULL) {
    sv_fail (SAVANT_ERROR_INVALID_ARGUMENT, "a pool needs caps");
    return FALSE;
  }
  if (max != 0 && setup->min_buffers > max) {
    sv_fail (SAVANT_ERROR_INVALID_ARGUMENT,
        "a pool of at least %u and at most %u buffers", setup->min_buffers,
        max);
    return FALSE;
  }
  if (!gst_savant_frame_info_from_caps (&setup->info, caps))
    return FALSE;
  if (setup->info.cuda_memory) {
    sv_fail (SAVANT_ERROR_UNSUPPORTED,
        "a pool makes no " GST_SAVANT_CAPS_FEATURE_CUDA ": it is for input "
        "only");
    return FALSE;
  }
  if (!setup->info.uniform) {
    sv_fail (SAVANT_ERROR_UNSUPPORTED,
        "a pool makes uniform batches: a non-uniform one holds the slots of "
        "other buffers");
    return FALSE;
  }
  if (setup->info.nvmm ? !set_up_surfaces (setup, self->backend, config)
                       : !set_up_plain (setup, config))
    return FALSE;
  gst_buffer_pool_config_set_params (config, caps, setup->size,
      setup->min_buffers, max);
  sv_pool_queue_set_max (&self->queue, max);
  return TRUE;
}

static gboolean
set_config (GstBufferPool *pool, GstStructure *config)
{
  GstSavantBufferPool *self = GST_SAVANT_BUFFER_POOL (pool);
  PoolSetup setup = { .size = 0 };

  if (!read_config (self, &setup, config)) {
    GST_WARNING_OBJECT (pool, "config refused: %s", savant_last_error ());
    return FALSE;
  }
  if (setup.allocator != NULL)
    gst_object_ref (setup.allocator);
  gst_clear_object (&self->setup.allocator);
  self->setup = setup;
  return GST_BUFFER_POOL_CLASS (gst_savant_buffer_pool_parent_class)
      ->set_config (pool, config);
}

/* ---- Buffers ------------------------------------------------------------ */

static gboolean
mark_pooled (GstBuffer *buffer G_GNUC_UNUSED, GstMeta **meta,
    gpointer data G_GNUC_UNUSED)
{
  GST_META_FLAG_SET (*meta, GST_META_FLAG_POOLED | GST_META_FLAG_LOCKED);
  return TRUE;
}

static GstBuffer *
plain_buffer_new (GstSavantBufferPool *self)
{
  GstVideoInfo *video = &self->setup.info.video;
  GstBuffer *buffer = gst_buffer_new_allocate (self->setup.allocator,
      self->setup.size, &self->setup.params);
  GstVideoMeta *meta;

  if (buffer == NULL) {
    sv_fail (SAVANT_ERROR_OUT_OF_MEMORY, "no memory for a frame of %u bytes",
        self->setup.size);
    return NULL;
  }
  meta = gst_buffer_add_video_meta_full (buffer, GST_VIDEO_FRAME_FLAG_NONE,
      GST_VIDEO_INFO_FORMAT (video), video->width, video->height,
      GST_VIDEO_INFO_N_PLANES (video), video->offset, video->stride);
  gst_video_meta_set_alignment (meta, self->setup.alignment);
  gst_buffer_foreach_meta (buffer, mark_pooled, NULL);
  return buffer;
}

static GstBuffer *
surface_buffer_new (GstSavantBufferPool *self)
{
  GstMemory *memory =
      gst_savant_allocator_alloc_surface (self->surface_allocator,
          &self->setup.surface);
  GstBuffer *buffer;

  if (memory == NULL)
    return NULL;
  buffer = gst_buffer_new ();
  gst_buffer_append_memory (buffer, memory);
  return buffer;
}

static SvPoolEntry *
entry_new (GstSavantBufferPool *self)
{
  GstBuffer *buffer = self->setup.info.nvmm ? surface_buffer_new (self)
                                            : plain_buffer_new (self);
  SvPoolEntry *entry;

  if (buffer == NULL) {
    GST_WARNING_OBJECT (self, "%s", savant_last_error ());
    return NULL;
  }
  GST_BUFFER_FLAG_UNSET (buffer, GST_BUFFER_FLAG_TAG_MEMORY);
  entry = g_new0 (SvPoolEntry, 1);
  entry->buffer = buffer;
  return entry;
}

static void
entry_free (SvPoolEntry *entry)
{
  gst_buffer_unref (entry->buffer);
  g_free (entry);
}

/* ---- Life --------------------------------------------------------------- */

void
sv_buffer_pool_trim (GstSavantBufferPool *self)
{
  SvPoolEntry *next;

  for (SvPoolEntry *entry = sv_pool_queue_drain (&self->queue); entry != NULL;
       entry = next) {
    next = entry->next;
    entry_free (entry);
  }
}

static gboolean
stop (GstBufferPool *pool)
{
  sv_buffer_pool_trim (GST_SAVANT_BUFFER_POOL (pool));
  return TRUE;
}

static gboolean
start (GstBufferPool *pool)
{
  GstSavantBufferPool *self = GST_SAVANT_BUFFER_POOL (pool);

  for (guint i = 0; i < self->setup.min_buffers; i++) {
    SvPoolEntry *entry = entry_new (self);

    if (entry == NULL) {
      sv_buffer_pool_trim (self);
      return FALSE;
    }
    sv_pool_queue_add_free (&self->queue, entry);
  }
  return TRUE;
}

static void
flush_start (GstBufferPool *pool)
{
  sv_pool_queue_set_flushing (&GST_SAVANT_BUFFER_POOL (pool)->queue, TRUE);
}

static void
flush_stop (GstBufferPool *pool)
{
  sv_pool_queue_set_flushing (&GST_SAVANT_BUFFER_POOL (pool)->queue, FALSE);
}

static GstFlowReturn
acquire_buffer (GstBufferPool *pool, GstBuffer **buffer,
    GstBufferPoolAcquireParams *params)
{
  GstSavantBufferPool *self = POOL_CAST (pool);
  gint64 timeout_ns = -1;
  SvPoolEntry *entry = NULL;

  if (params != NULL && (params->flags & ACQUIRE_FLAG_TIMEOUT) != 0)
    timeout_ns = ((AcquireParams *) params)->timeout_ns;
  else if (params != NULL
      && (params->flags & GST_BUFFER_POOL_ACQUIRE_FLAG_DONTWAIT) != 0)
    timeout_ns = 0;

  switch (sv_pool_queue_take (&self->queue, timeout_ns, &entry)) {
    case SV_POOL_TAKEN:
      break;
    case SV_POOL_MAKE:
      entry = entry_new (self);
      sv_pool_queue_add (&self->queue, entry);
      if (entry == NULL)
        return GST_FLOW_ERROR;
      break;
    case SV_POOL_EMPTY:
      return GST_FLOW_EOS;
    case SV_POOL_FLUSHING:
      return GST_FLOW_FLUSHING;
  }
  *buffer = entry->buffer;
  return GST_FLOW_OK;
}

/* The memory of a buffer, NULL where the next user must not get it: what he
 * gets is whole and nobody else's. A buffer whose memory was exchanged is
 * tagged. */
static GstMemory *
intact_memory (const GstSavantBufferPool *self, GstBuffer *buffer)
{
  GstMemory *memory;

  if (GST_BUFFER_FLAG_IS_SET (buffer, GST_BUFFER_FLAG_TAG_MEMORY))
    return NULL;
  memory = gst_buffer_peek_memory (buffer, 0);
  return memory->size == self->setup.size && sv_memory_is_exclusive (memory)
      ? memory
      : NULL;
}

static void
release_buffer (GstBufferPool *pool, GstBuffer *buffer)
{
  GstSavantBufferPool *self = POOL_CAST (pool);
  GstMemory *memory = intact_memory (self, buffer);
  SvPoolEntry *entry;

  if (memory != NULL && self->setup.info.nvmm)
    sv_nvbuf_set_num_filled (sv_nvbuf_layout (),
        ((GstSavantMemory *) memory)->surface, 0);
  entry = sv_pool_queue_give (&self->queue, buffer, memory != NULL);
  if (entry != NULL)
    entry_free (entry);
  /* Asked only now: whoever stops the pool meanwhile has either seen this
   * buffer in the queue or is seen here. */
  if (GST_BUFFER_POOL_IS_FLUSHING (pool) && !gst_buffer_pool_is_active (pool))
    sv_buffer_pool_trim (self);
}

static void
dispose (GObject *object)
{
  /* Here, not in the parent's finalize, where the queue is gone. */
  gst_buffer_pool_set_active (GST_BUFFER_POOL_CAST (object), FALSE);
  G_OBJECT_CLASS (gst_savant_buffer_pool_parent_class)->dispose (object);
}

static void
finalize (GObject *object)
{
  GstSavantBufferPool *self = GST_SAVANT_BUFFER_POOL (object);

  sv_buffer_pool_trim (self);
  sv_pool_queue_clear (&self->queue);
  gst_clear_object (&self->surface_allocator);
  gst_clear_object (&self->setup.allocator);
  G_OBJECT_CLASS (gst_savant_buffer_pool_parent_class)->finalize (object);
}

static void
gst_savant_buffer_pool_class_init (GstSavantBufferPoolClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GstBufferPoolClass *pool_class = GST_BUFFER_POOL_CLASS (klass);

  object_class->dispose = dispose;
  object_class->finalize = finalize;
  pool_class->get_options = get_options;
  pool_class->set_config = set_config;
  pool_class->start = start;
  pool_class->stop = stop;
  pool_class->flush_start = flush_start;
  pool_class->flush_stop = flush_stop;
  pool_class->acquire_buffer = acquire_buffer;
  pool_class->release_buffer = release_buffer;
}

static void
gst_savant_buffer_pool_init (GstSavantBufferPool *self)
{
  sv_pool_queue_init (&self->queue);
}

/* ---- Interface ---------------------------------------------------------- */

GstBufferPool *
sv_buffer_pool_new (const SvBackendFns *backend)
{
  GstSavantBufferPool *self = g_object_new (GST_TYPE_SAVANT_BUFFER_POOL, NULL);

  self->backend = backend;
  self->surface_allocator = sv_allocator_new (backend);
  return GST_BUFFER_POOL_CAST (gst_object_ref_sink (self));
}

GstBufferPool *
gst_savant_buffer_pool_new (const gchar *backend)
{
  const SvBackendFns *fns = sv_backend_get (backend);

  return fns != NULL ? sv_buffer_pool_new (fns) : NULL;
}

GstFlowReturn
gst_savant_buffer_pool_acquire (GstSavantBufferPool *pool, GstBuffer **buffer,
    gint64 timeout_ns)
{
  AcquireParams params = { .parent.flags = ACQUIRE_FLAG_TIMEOUT,
    .timeout_ns = timeout_ns };

  return gst_buffer_pool_acquire_buffer (GST_BUFFER_POOL_CAST (pool), buffer,
      &params.parent);
}

void
gst_savant_buffer_pool_get_stats (GstSavantBufferPool *pool,
    GstSavantPoolStats *stats)
{
  g_return_if_fail (GST_IS_SAVANT_BUFFER_POOL (pool));
  sv_pool_queue_get_stats (&pool->queue, stats);
}

GstStructure *
gst_savant_buffer_pool_stats_to_structure (const GstSavantPoolStats *stats)
{
  return gst_structure_new ("savant-pool-stats", "max-buffers", G_TYPE_UINT,
      stats->max_buffers, "allocated", G_TYPE_UINT, stats->allocated,
      "outstanding", G_TYPE_UINT, stats->outstanding, "high-water-mark",
      G_TYPE_UINT, stats->high_water_mark, "acquired", G_TYPE_UINT64,
      stats->acquired, "waits", G_TYPE_UINT64, stats->waits, "wait-time-ns",
      G_TYPE_UINT64, stats->wait_time_ns, "timeouts", G_TYPE_UINT64,
      stats->timeouts, "oldest-age-ns", G_TYPE_UINT64, stats->oldest_age_ns,
      NULL);
}
