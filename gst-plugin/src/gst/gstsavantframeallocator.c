/* SPDX-License-Identifier: Apache-2.0 */
/* Plain bytes in pinned memory of the CPU: for frames that are uploaded. */
#include <string.h>

#include <savant/gst.h>

#include "backend/backend.h"
#include "core/log.h"
#include "gstsavantlog.h"

/* Of rows that SIMD reads. */
#define MIN_ALIGN 63

struct _GstSavantFrameAllocator
{
  GstAllocator parent;
  const SvBackendFns *backend;
  gint gpu_id;
};

G_DEFINE_TYPE_WITH_CODE (GstSavantFrameAllocator, gst_savant_frame_allocator,
    GST_TYPE_ALLOCATOR, sv_gst_log_init ())

typedef struct FrameMemory
{
  GstMemory memory;
  guint8 *block; /* what the backend gave; NULL in a part of another one */
  guint8 *data;  /* in it, aligned */
} FrameMemory;

static GstMemory *
allocator_alloc (GstAllocator *allocator, gsize size,
    GstAllocationParams *params)
{
  GstSavantFrameAllocator *self = GST_SAVANT_FRAME_ALLOCATOR (allocator);
  gsize align = params->align | MIN_ALIGN;
  gsize room = params->prefix + size + params->padding;
  FrameMemory *memory = g_new0 (FrameMemory, 1);

  memory->block =
      self->backend->alloc (SAVANT_MEM_CUDA_PINNED, self->gpu_id, room + align);
  if (memory->block == NULL) {
    GST_WARNING_OBJECT (self, "%" G_GSIZE_FORMAT " bytes are not pinned: %s",
        room + align, savant_last_error ());
    g_free (memory);
    return gst_allocator_alloc (NULL, size, params);
  }
  memory->data =
      (guint8 *) (((guintptr) memory->block + align) & ~(guintptr) align);
  if (params->prefix > 0 && (params->flags & GST_MEMORY_FLAG_ZERO_PREFIXED))
    memset (memory->data, 0, params->prefix);
  if (params->padding > 0 && (params->flags & GST_MEMORY_FLAG_ZERO_PADDED))
    memset (memory->data + params->prefix + size, 0, params->padding);
  gst_memory_init (&memory->memory, params->flags, allocator, NULL, room, align,
      params->prefix, size);
  return &memory->memory;
}

/* Waits for the GPU, if it still reads the frame. */
static void
allocator_free (GstAllocator *allocator, GstMemory *memory)
{
  GstSavantFrameAllocator *self = GST_SAVANT_FRAME_ALLOCATOR (allocator);
  FrameMemory *frame = (FrameMemory *) memory;

  if (frame->block != NULL)
    self->backend->free (SAVANT_MEM_CUDA_PINNED, self->gpu_id, frame->block);
  g_free (frame);
}

static gpointer
memory_map (GstMemory *memory, gsize size G_GNUC_UNUSED, GstMapFlags flags)
{
  FrameMemory *frame = (FrameMemory *) memory;
  GstSavantFrameAllocator *self =
      GST_SAVANT_FRAME_ALLOCATOR (memory->allocator);
  gboolean writing = (flags & GST_MAP_WRITE) != 0;

  return self->backend->wait (frame->data, writing) == SAVANT_OK ? frame->data
                                                                 : NULL;
}

static void
memory_unmap (GstMemory *memory G_GNUC_UNUSED)
{
}

static GstMemory *
memory_share (GstMemory *memory, gssize offset, gssize size)
{
  FrameMemory *part = g_new0 (FrameMemory, 1);
  GstMemory *parent = memory->parent != NULL ? memory->parent : memory;

  part->data = ((FrameMemory *) memory)->data;
  if (size == -1)
    size = (gssize) memory->size - offset;
  gst_memory_init (&part->memory,
      GST_MINI_OBJECT_FLAGS (parent) | GST_MINI_OBJECT_FLAG_LOCK_READONLY,
      memory->allocator, parent, memory->maxsize, memory->align,
      memory->offset + (gsize) offset, (gsize) size);
  return &part->memory;
}

static gboolean
memory_is_span (GstMemory *first, GstMemory *second, gsize *offset)
{
  if (offset != NULL)
    *offset = first->offset - first->parent->offset;
  return ((FrameMemory *) first)->data + first->offset + first->size
      == ((FrameMemory *) second)->data + second->offset;
}

static void
gst_savant_frame_allocator_class_init (GstSavantFrameAllocatorClass *klass)
{
  GstAllocatorClass *allocator_class = GST_ALLOCATOR_CLASS (klass);

  allocator_class->alloc = allocator_alloc;
  allocator_class->free = allocator_free;
}

static void
gst_savant_frame_allocator_init (GstSavantFrameAllocator *self)
{
  GstAllocator *allocator = GST_ALLOCATOR_CAST (self);

  allocator->mem_type = GST_SAVANT_FRAME_MEMORY_TYPE;
  allocator->mem_map = memory_map;
  allocator->mem_unmap = memory_unmap;
  allocator->mem_share = memory_share;
  allocator->mem_is_span = memory_is_span;
}

GstAllocator *
gst_savant_frame_allocator_new (const gchar *backend, gint gpu_id)
{
  const SvBackendFns *fns = sv_backend_get (backend);
  GstSavantFrameAllocator *self;
  SavantMemType resolved;

  if (fns == NULL
      || sv_backend_resolve_mem_type (fns, SAVANT_MEM_CUDA_PINNED, &resolved)
          != SAVANT_OK)
    return NULL;
  self = g_object_new (GST_TYPE_SAVANT_FRAME_ALLOCATOR, NULL);
  self->backend = fns;
  self->gpu_id = gpu_id;
  return GST_ALLOCATOR_CAST (gst_object_ref_sink (self));
}
