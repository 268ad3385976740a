/* SPDX-License-Identifier: Apache-2.0 */
#include "gstsavantallocator.h"

#include "core/log.h"
#include "gstsavantlog.h"

struct _GstSavantAllocator
{
  GstAllocator parent;
  const SvBackendFns *backend;
};

G_DEFINE_TYPE_WITH_CODE (GstSavantAllocator, gst_savant_allocator,
    GST_TYPE_ALLOCATOR, sv_gst_log_init ())

/* The header follows the memory in one block, at an offset that keeps it
 * aligned. */
static gsize
surface_offset (void)
{
  return (sizeof (GstSavantMemory) + 15) & ~(gsize) 15;
}

static void
memory_release (GstSavantMemory *self)
{
  if (self->pixels != NULL)
    self->backend->free (self->mem_type, self->gpu_id, self->pixels);
  if (self->made)
    self->backend->surface_free (self->surface);
  for (guint i = 0; i < self->n_sources; i++)
    gst_buffer_unref (self->sources[i]);
  g_free (self->sources);
  if (self->release != NULL)
    self->release (self->release_data);
  g_free (self);
}

/* A surface of blank slots, with `size` bytes of pixels if that is not 0. */
static GstSavantMemory *
memory_new (GstAllocator *allocator, const SvBackendFns *backend,
    SavantMemType mem_type, gint gpu_id, guint batch_size, gsize size,
    GstMemoryFlags flags)
{
  SvNvbufLayout layout = sv_nvbuf_layout ();
  gsize header = sv_nvbuf_header_size (layout);
  GstSavantMemory *self = g_try_malloc (surface_offset ()
      + sv_nvbuf_block_size (layout, batch_size));

  if (self != NULL) {
    memset (self, 0, surface_offset ()); /* sv_nvbuf_init() does the rest */
    self->backend = backend;
    self->mem_type = mem_type;
    self->gpu_id = gpu_id;
    self->surface = (guint8 *) self + surface_offset ();
    if (size > 0)
      self->pixels = backend->alloc (mem_type, gpu_id, size);
  }
  if (self == NULL || (size > 0 && self->pixels == NULL)) {
    sv_fail (SAVANT_ERROR_OUT_OF_MEMORY,
        "no memory for a surface of %u slots of %" G_GSIZE_FORMAT
        " bytes each in %s memory of backend %s: %s",
        batch_size, size / batch_size, savant_mem_type_name (mem_type),
        backend->name,
        self == NULL || mem_type == SAVANT_MEM_SYSTEM
            ? "the machine has none left"
            : savant_last_error ());
    g_free (self);
    return NULL;
  }
  sv_nvbuf_init (layout, self->surface, batch_size, (guint32) gpu_id, mem_type,
      size > 0);
  gst_memory_init (&self->memory, flags, allocator, NULL, header, 0, 0, header);
  return self;
}

/* A surface that the backend's library makes whole; NULL where it does not. */
static GstSavantMemory *
memory_made (GstAllocator *allocator, const SvBackendFns *backend,
    const SvSurfaceSpec *spec)
{
  gsize header = sv_nvbuf_header_size (sv_nvbuf_layout ());
  GstSavantMemory *self;
  gpointer surface;

  if (backend->surface_new == NULL || spec->mem_type == SAVANT_MEM_SYSTEM)
    return NULL;
  surface = backend->surface_new (spec);
  if (surface == NULL)
    return NULL;
  self = g_new0 (GstSavantMemory, 1);
  self->backend = backend;
  self->mem_type = spec->mem_type;
  self->gpu_id = spec->gpu_id;
  self->surface = surface;
  self->made = TRUE;
  self->spec = *spec;
  gst_memory_init (&self->memory, 0, allocator, NULL, header, 0, 0, header);
  return self;
}

static gpointer
slot_pixels (GstSavantMemory *self, guint slot)
{
  return (guint8 *) self->pixels + slot * (gsize) self->slot.size_bytes;
}

/* How far the pixels of the next slot are. */
static gsize
slot_stride (const GstSavantMemory *self, guint slot)
{
  gsize align = (gsize) self->backend->caps.pitch_align;
  gsize size = self->slot.size_bytes;

  if (size == 0)
    size = sv_nvbuf_data_size (sv_nvbuf_layout (), self->surface, slot);
  return (size + align - 1) / align * align;
}

static int
copy_slots (GstSavantMemory *self, GstSavantMemory *copy, guint n_slots)
{
  SvNvbufLayout layout = sv_nvbuf_layout ();
  guint8 *to = copy->pixels;

  for (guint i = 0; i < n_slots; i++) {
    const void *from = sv_nvbuf_data (layout, self->surface, i);

    if (copy->made) {
      to = sv_nvbuf_data (layout, copy->surface, i);
      sv_nvbuf_set_color_format (layout, copy->surface, i,
          sv_nvbuf_color_format (layout, self->surface, i));
    } else {
      sv_nvbuf_copy_slot (layout, copy->surface, i, self->surface, i);
      sv_nvbuf_set_data (layout, copy->surface, i, to);
    }
    if (from != NULL
        && self->backend->copy (to, from,
               sv_nvbuf_data_size (layout, self->surface, i))
            != SAVANT_OK)
      return SAVANT_ERROR_EXECUTION;
    to += slot_stride (self, i);
  }
  return SAVANT_OK;
}

/* The same for slots that have to be mapped. */
static int
copy_mapped_slots (GstSavantMemory *self, GstSavantMemory *copy, guint n_slots)
{
  for (guint i = 0; i < n_slots; i++) {
    SavantImage from, to;
    gint64 rows;

    if (gst_savant_surface_get_image (self->surface, (gint) i, &from)
            != SAVANT_OK
        || gst_savant_surface_get_image (copy->surface, (gint) i, &to)
            != SAVANT_OK)
      return SAVANT_ERROR_EXECUTION;
    for (int p = 0; p < from.n_planes; p++) {
      savant_format_plane_size (from.format, p, from.width, from.height, NULL,
          &rows);
      if (self->backend->copy (to.data[p], from.data[p],
              (size_t) (rows * from.pitch_bytes[p]))
          != SAVANT_OK)
        return SAVANT_ERROR_EXECUTION;
    }
    sv_nvbuf_set_color_format (sv_nvbuf_layout (), copy->surface, i,
        sv_nvbuf_color_format (sv_nvbuf_layout (), self->surface, i));
  }
  return SAVANT_OK;
}

/* The copy of a surface points to pixels of its own. */
static GstMemory *
memory_copy (GstMemory *memory, gssize offset, gssize size)
{
  GstSavantMemory *self = (GstSavantMemory *) memory;
  SvNvbufLayout layout = sv_nvbuf_layout ();
  guint batch_size = sv_nvbuf_batch_size (layout, self->surface);
  guint filled = sv_nvbuf_num_filled (layout, self->surface);
  guint n = filled > 0 ? filled : batch_size;
  GstSavantMemory *copy = NULL;
  gsize bytes = 0;

  if (offset != 0 || (size != -1 && (gsize) size != memory->size)) {
    sv_fail (SAVANT_ERROR_UNSUPPORTED,
        "bytes %" G_GSSIZE_FORMAT " to %" G_GSSIZE_FORMAT " of a surface "
        "cannot be copied apart: copy all of it",
        offset, offset + size);
    return NULL;
  }
  for (guint i = 0; i < batch_size; i++)
    bytes += slot_stride (self, i);
  if (self->made)
    copy = memory_made (memory->allocator, self->backend, &self->spec);
  if (copy == NULL && sv_nvbuf_is_handle ((int) self->mem_type)) {
    sv_fail (SAVANT_ERROR_UNSUPPORTED,
        "a surface of %s memory that is not of one format and size, or not "
        "made here, cannot be copied",
        savant_mem_type_name (self->mem_type));
    return NULL;
  }
  if (copy == NULL)
    copy = memory_new (memory->allocator, self->backend, self->mem_type,
        self->gpu_id, batch_size, bytes, 0);
  if (copy == NULL)
    return NULL;
  copy->slot = self->slot;
  if ((sv_nvbuf_is_handle ((int) self->mem_type)
              ? copy_mapped_slots (self, copy, n)
              : copy_slots (self, copy, n))
      != SAVANT_OK) {
    gst_memory_unref (&copy->memory);
    return NULL;
  }
  sv_nvbuf_set_num_filled (layout, copy->surface, filled);
  for (guint i = n; i < batch_size && self->slot.size_bytes > 0; i++)
    sv_nvbuf_set_slot (layout, copy->surface, i, &self->slot,
        sv_nvbuf_color_format (layout, self->surface, i),
        slot_pixels (copy, i));
  return &copy->memory;
}

static GstMemory *
memory_share (GstMemory *memory, gssize offset, gssize size)
{
  sv_fail (SAVANT_ERROR_UNSUPPORTED,
      "memory %p: bytes %" G_GSSIZE_FORMAT " to %" G_GSSIZE_FORMAT " of a "
      "surface cannot be shared apart: reference all of it",
      (gpointer) memory, offset, offset + size);
  return NULL;
}

static gboolean
memory_is_span (GstMemory *first G_GNUC_UNUSED, GstMemory *second G_GNUC_UNUSED,
    gsize *offset G_GNUC_UNUSED)
{
  return FALSE;
}

/* The first byte of a slot, mapped where it has to be; NULL: nothing there. */
static const void *
pixels_of (gpointer surface, guint slot)
{
  SvNvbufLayout layout = sv_nvbuf_layout ();
  SavantImage image;

  if (!sv_nvbuf_is_handle (sv_nvbuf_mem_type (layout, surface)))
    return sv_nvbuf_data (layout, surface, slot);
  return gst_savant_surface_get_image (surface, (gint) slot, &image)
          == SAVANT_OK
      ? image.data[0]
      : NULL;
}

int
sv_surface_wait (gpointer surface, gboolean writing)
{
  SvNvbufLayout layout = sv_nvbuf_layout ();
  guint n = sv_nvbuf_batch_size (layout, surface);
  guint filled = sv_nvbuf_num_filled (layout, surface);
  int status = SAVANT_OK;

  /* The slots of one block are written together. */
  if (sv_nvbuf_is_contiguous (layout, surface))
    n = 1;
  else if (filled > 0)
    n = filled;
  for (guint i = 0; status == SAVANT_OK && i < n; i++) {
    const void *data = pixels_of (surface, i);
    const SvBackendFns *backend =
        data != NULL ? sv_backend_of (data) : &sv_host_backend;

    if (backend->wait != NULL)
      status = backend->wait (data, writing);
  }
  return status;
}

static gpointer
memory_map (GstMemory *memory, gsize size G_GNUC_UNUSED, GstMapFlags flags)
{
  gpointer surface = ((GstSavantMemory *) memory)->surface;

  return sv_surface_wait (surface, (flags & GST_MAP_WRITE) != 0) == SAVANT_OK
      ? surface
      : NULL;
}

static void
memory_unmap (GstMemory *memory G_GNUC_UNUSED)
{
}

static GstMemory *
allocator_alloc (GstAllocator *allocator, gsize size,
    GstAllocationParams *params G_GNUC_UNUSED)
{
  sv_fail (SAVANT_ERROR_UNSUPPORTED,
      "%" G_GSIZE_FORMAT " plain bytes asked of %s: it makes surfaces, use "
      "gst_savant_allocator_alloc_surface()",
      size, GST_OBJECT_NAME (allocator));
  return NULL;
}

static void
allocator_free (GstAllocator *allocator G_GNUC_UNUSED, GstMemory *memory)
{
  memory_release ((GstSavantMemory *) memory);
}

static void
gst_savant_allocator_class_init (GstSavantAllocatorClass *klass)
{
  GstAllocatorClass *allocator_class = GST_ALLOCATOR_CLASS (klass);

  allocator_class->alloc = allocator_alloc;
  allocator_class->free = allocator_free;
}

static void
gst_savant_allocator_init (GstSavantAllocator *self)
{
  GstAllocator *allocator = GST_ALLOCATOR_CAST (self);

  allocator->mem_type = GST_SAVANT_MEMORY_TYPE;
  allocator->mem_map = memory_map;
  allocator->mem_unmap = memory_unmap;
  allocator->mem_copy = memory_copy;
  allocator->mem_share = memory_share;
  allocator->mem_is_span = memory_is_span;
  GST_OBJECT_FLAG_SET (self, GST_ALLOCATOR_FLAG_CUSTOM_ALLOC);
}

GstAllocator *
sv_allocator_new (const SvBackendFns *backend)
{
  GstSavantAllocator *self = g_object_new (GST_TYPE_SAVANT_ALLOCATOR, NULL);

  self->backend = backend;
  return GST_ALLOCATOR_CAST (gst_object_ref_sink (self));
}

GstAllocator *
gst_savant_allocator_new (const gchar *backend)
{
  const SvBackendFns *fns = sv_backend_get (backend);

  return fns != NULL ? sv_allocator_new (fns) : NULL;
}

int
sv_surface_params_resolve (const GstSavantSurfaceParams *params,
    const SvBackendFns *backend, SavantMemType *mem_type, SvSlotLayout *layout)
{
  int status;

  if (params->batch_size < 1 || params->batch_size > SAVANT_MAX_BATCH_SIZE)
    return sv_fail (SAVANT_ERROR_INVALID_ARGUMENT,
        "batch size %d: it must be from 1 to %d", params->batch_size,
        SAVANT_MAX_BATCH_SIZE);
  status = sv_backend_resolve_mem_type (backend, params->mem_type, mem_type);
  if (status != SAVANT_OK)
    return status;
  return sv_nvbuf_slot_layout (params->format, params->width, params->height,
      backend->caps.pitch_align, layout);
}

GstMemory *
gst_savant_allocator_alloc_surface (GstAllocator *allocator,
    const GstSavantSurfaceParams *params)
{
  static const SavantColorimetry bt601 = { SAVANT_MATRIX_BT601,
    SAVANT_RANGE_LIMITED, SAVANT_SITING_MPEG2 };
  const SvBackendFns *backend;
  SvSurfaceSpec spec;
  SvSlotLayout slot;
  GstSavantMemory *memory;

  g_return_val_if_fail (GST_IS_SAVANT_ALLOCATOR (allocator), NULL);
  g_return_val_if_fail (params != NULL, NULL);
  backend = GST_SAVANT_ALLOCATOR (allocator)->backend;
  spec = (SvSurfaceSpec){ .format = params->format,
    .width = params->width,
    .height = params->height,
    .batch_size = params->batch_size };
  if (sv_surface_params_resolve (params, backend, &spec.mem_type, &slot)
      != SAVANT_OK)
    return NULL;
  spec.color_format = savant_format_to_color_format (params->format,
      params->colorimetry.matrix != 0 ? &params->colorimetry : &bt601, NULL);
  spec.gpu_id = spec.mem_type == SAVANT_MEM_SYSTEM ? 0 : params->gpu_id;

  memory = memory_made (allocator, backend, &spec);
  if (memory != NULL)
    return &memory->memory;
  if (sv_nvbuf_is_handle ((int) spec.mem_type)) {
    sv_fail (SAVANT_ERROR_OUT_OF_MEMORY,
        "NvBufSurfaceCreate makes no %s of %d slots of %dx%d %s",
        savant_mem_type_name (spec.mem_type), spec.batch_size, spec.width,
        spec.height, savant_format_name (spec.format));
    return NULL;
  }
  memory = memory_new (allocator, backend, spec.mem_type, spec.gpu_id,
      params->batch_size, params->batch_size * (gsize) slot.size_bytes, 0);
  if (memory == NULL)
    return NULL;
  memory->slot = slot;
  for (gint i = 0; i < params->batch_size; i++)
    sv_nvbuf_set_slot (sv_nvbuf_layout (), memory->surface, i, &slot,
        spec.color_format, slot_pixels (memory, i));
  return &memory->memory;
}

/* The allocator's backend, or the best one where that lacks a memory type of
 * somebody else's pixels; NULL and savant_last_error(). */
static const SvBackendFns *
backend_for (GstAllocator *allocator, int mem_type)
{
  const SvBackendFns *own = GST_SAVANT_ALLOCATOR (allocator)->backend;
  const SvBackendFns *best = sv_backend_get (NULL);
  SavantMemType resolved;

  if (sv_backend_resolve_mem_type (own, mem_type, &resolved) == SAVANT_OK)
    return own;
  if (best != NULL
      && sv_backend_resolve_mem_type (best, mem_type, &resolved) == SAVANT_OK)
    return best;
  return NULL;
}

/* Copies a slot of a buffer's surface into `memory`, which holds the buffer
 * from then on; SavantStatus. */
static int
wrap_slot (GstSavantMemory *memory, guint at, GstBuffer *buffer,
    gpointer surface, gint slot)
{
  SvNvbufLayout layout = sv_nvbuf_layout ();
  SavantImage image;
  int status;

  /* What our own memory says of a slot with pixels is true. */
  if (!gst_is_savant_memory (gst_buffer_peek_memory (buffer, 0)) || slot < 0
      || slot >= (gint) sv_nvbuf_batch_size (layout, surface)
      || sv_nvbuf_data (layout, surface, (guint) slot) == NULL) {
    status = gst_savant_surface_get_image (surface, slot, &image);
    if (status != SAVANT_OK)
      return status;
  }
  if (sv_nvbuf_mem_type (layout, surface) != (int) memory->mem_type
      || (gint) sv_nvbuf_gpu_id (layout, surface) != memory->gpu_id)
    return sv_fail (SAVANT_ERROR_UNSUPPORTED,
        "slots of %s memory of GPU %u and of %s memory of GPU %d cannot be in "
        "one surface",
        savant_mem_type_name (sv_nvbuf_mem_type (layout, surface)),
        sv_nvbuf_gpu_id (layout, surface),
        savant_mem_type_name (memory->mem_type), memory->gpu_id);
  sv_nvbuf_copy_slot (layout, memory->surface, at, surface, (guint) slot);
  memory->sources[memory->n_sources++] = gst_buffer_ref (buffer);
  return SAVANT_OK;
}

GstMemory *
gst_savant_allocator_wrap_slots (GstAllocator *allocator,
    GstBuffer *const *buffers, const gint *slots, guint n_slots,
    guint batch_size)
{
  SvNvbufLayout layout = sv_nvbuf_layout ();
  GstSavantMemory *memory = NULL;

  g_return_val_if_fail (GST_IS_SAVANT_ALLOCATOR (allocator), NULL);
  g_return_val_if_fail (buffers != NULL && slots != NULL, NULL);
  if (n_slots < 1 || n_slots > batch_size
      || batch_size > SAVANT_MAX_BATCH_SIZE) {
    sv_fail (SAVANT_ERROR_INVALID_ARGUMENT,
        "%u slots for a surface of batch size %u: at least one slot and at "
        "most %d",
        n_slots, batch_size, SAVANT_MAX_BATCH_SIZE);
    return NULL;
  }
  for (guint i = 0; i < n_slots; i++) {
    gpointer surface;
    int status = sv_buffer_get_surface (buffers[i], &surface);

    if (status == SAVANT_OK && memory == NULL) {
      const SvBackendFns *backend =
          backend_for (allocator, sv_nvbuf_mem_type (layout, surface));

      if (backend == NULL)
        return NULL;
      memory = memory_new (allocator, backend,
          (SavantMemType) sv_nvbuf_mem_type (layout, surface),
          (gint) sv_nvbuf_gpu_id (layout, surface), batch_size, 0,
          GST_MEMORY_FLAG_READONLY);
      if (memory == NULL)
        return NULL;
      memory->sources = g_new (GstBuffer *, n_slots);
    }
    if (status == SAVANT_OK)
      status = wrap_slot (memory, i, buffers[i], surface, slots[i]);
    if (status != SAVANT_OK) {
      if (memory != NULL)
        gst_memory_unref (&memory->memory);
      return NULL;
    }
  }
  sv_nvbuf_set_num_filled (layout, memory->surface, n_slots);
  return &memory->memory;
}

static int
foreign_layout (const SvForeignPixels *pixels, SvSlotLayout *slot)
{
  gint64 row_bytes, rows, bytes;
  int status = sv_nvbuf_slot_layout (pixels->format, pixels->width,
      pixels->height, 1, slot);

  if (status != SAVANT_OK)
    return status;
  savant_format_plane_size (pixels->format, 0, pixels->width, pixels->height,
      &row_bytes, &rows);
  if (pixels->data == NULL)
    return sv_fail (SAVANT_ERROR_INVALID_ARGUMENT,
        "foreign pixels: their address is NULL");
  if (pixels->pitch_bytes < row_bytes || pixels->pitch_bytes > G_MAXINT32)
    return sv_fail (SAVANT_ERROR_INVALID_ARGUMENT,
        "foreign pixels: pitch %" G_GINT64_FORMAT
        ": rows of %d %s pixels need %" G_GINT64_FORMAT " to %d bytes",
        pixels->pitch_bytes, pixels->width, savant_format_name (pixels->format),
        row_bytes, G_MAXINT32);
  bytes = pixels->pitch_bytes * (rows - 1) + row_bytes;
  if (bytes > G_MAXINT32)
    return sv_fail (SAVANT_ERROR_INVALID_ARGUMENT,
        "foreign pixels: %" G_GINT64_FORMAT
        " bytes from the first to the last: at most %d",
        bytes, G_MAXINT32);
  slot->pitch_bytes[0] = (int) pixels->pitch_bytes;
  slot->size_bytes = bytes;
  return SAVANT_OK;
}

int
sv_allocator_wrap_pixels (const SvBackendFns *backend,
    const SvForeignPixels *pixels, GstMemory **out)
{
  SvNvbufLayout layout = sv_nvbuf_layout ();
  GstSavantMemory *memory;
  GstAllocator *allocator;
  SavantMemType mem_type;
  SvSlotLayout slot;
  int status = foreign_layout (pixels, &slot);

  if (status == SAVANT_OK)
    status = sv_backend_resolve_mem_type (backend, pixels->mem_type, &mem_type);
  if (status == SAVANT_OK && backend->check_place != NULL)
    status = backend->check_place (pixels->data, mem_type, pixels->gpu_id);
  if (status != SAVANT_OK)
    return status;
  allocator = sv_allocator_new (backend);
  memory = memory_new (allocator, backend, mem_type,
      mem_type == SAVANT_MEM_SYSTEM ? 0 : pixels->gpu_id, 1, 0,
      pixels->read_only ? GST_MEMORY_FLAG_READONLY : 0);
  gst_object_unref (allocator);
  if (memory == NULL)
    return SAVANT_ERROR_OUT_OF_MEMORY;
  memory->slot = slot;
  sv_nvbuf_set_slot (layout, memory->surface, 0, &slot, pixels->format,
      pixels->data);
  sv_nvbuf_set_num_filled (layout, memory->surface, 1);
  status =
      sv_nvbuf_check (layout, memory->surface, sv_nvbuf_header_size (layout));
  if (status != SAVANT_OK) {
    gst_memory_unref (&memory->memory);
    return sv_fail (SAVANT_ERROR_INVALID_ARGUMENT,
        "foreign pixels: %dx%d %s with pitch %" G_GINT64_FORMAT
        " at %p: the CPU cannot read all of that",
        pixels->width, pixels->height, savant_format_name (pixels->format),
        pixels->pitch_bytes, pixels->data);
  }
  memory->release = pixels->release;
  memory->release_data = pixels->release_data;
  *out = &memory->memory;
  return SAVANT_OK;
}

gboolean
gst_is_savant_memory (GstMemory *memory)
{
  return memory != NULL && gst_memory_is_type (memory, GST_SAVANT_MEMORY_TYPE);
}

gboolean
sv_memory_is_exclusive (GstMemory *memory)
{
  /* gst_memory_is_writable() would ask for a single reference to the buffer
   * as well. */
  return GST_MINI_OBJECT_REFCOUNT_VALUE (memory) == 1
      && !GST_MEMORY_IS_READONLY (memory);
}
