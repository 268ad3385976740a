/* SPDX-License-Identifier: Apache-2.0 */
#include "gstsavantallocator.h"

#include "core/log.h"

/* The mapping of a surface array, if there will be one, ends with the memory:
 * its data goes before it does. */
static void
unmap_surface (gpointer surface)
{
  const SvBackendFns *backend = sv_backend_get ("deepstream");

  if (backend != NULL && backend->unmap != NULL)
    backend->unmap (surface);
}

static void
unmap_with (GstMemory *memory, gpointer surface)
{
  GQuark quark = g_quark_from_static_string ("savant-mapped-surface");

  if (gst_mini_object_get_qdata (GST_MINI_OBJECT_CAST (memory), quark) == NULL)
    gst_mini_object_set_qdata (GST_MINI_OBJECT_CAST (memory), quark, surface,
        unmap_surface);
}

/* Memory of others: only what this process can read may be handed out. */
static int
check_foreign (GstMemory *memory, gpointer *surface)
{
  SvNvbufLayout layout = sv_nvbuf_layout ();
  const SvBackendFns *backend;
  SavantMemType resolved;
  GstMapInfo map;
  int mem_type, status;

  if (!gst_memory_map (memory, &map, GST_MAP_READ))
    return sv_fail (SAVANT_ERROR_NOT_A_SURFACE,
        "the buffer's %s memory cannot be mapped for reading",
        memory->allocator->mem_type);
  /* The bytes stay where they are until the memory is freed. */
  gst_memory_unmap (memory, &map);
  status = sv_nvbuf_check (layout, map.data, map.size);
  if (status != SAVANT_OK)
    return status;

  mem_type = sv_nvbuf_mem_type (layout, map.data);
  if (mem_type == SAVANT_MEM_DEFAULT)
    return sv_fail (SAVANT_ERROR_UNAVAILABLE,
        "a foreign surface of memType 0 (default): where its pixels are is "
        "not known here");
  backend = sv_backend_get (NULL);
  status = backend == NULL
      ? SAVANT_ERROR_UNAVAILABLE
      : sv_backend_resolve_mem_type (backend, mem_type, &resolved);
  if (status != SAVANT_OK)
    return status;
  *surface = map.data;
  if (sv_nvbuf_is_handle (mem_type))
    unmap_with (memory, map.data);
  return SAVANT_OK;
}

int
sv_buffer_get_surface (GstBuffer *buffer, gpointer *surface)
{
  GstMemory *memory;
  guint n;

  *surface = NULL;
  if (buffer == NULL || !GST_IS_BUFFER (buffer))
    return sv_fail (SAVANT_ERROR_INVALID_ARGUMENT, "%p is no GstBuffer",
        (gpointer) buffer);
  n = gst_buffer_n_memory (buffer);
  if (n != 1)
    return sv_fail (SAVANT_ERROR_NOT_A_SURFACE,
        "the buffer has %u memories: an NvBufSurface is a single one", n);
  memory = gst_buffer_peek_memory (buffer, 0);
  if (!gst_is_savant_memory (memory))
    return check_foreign (memory, surface);
  *surface = ((GstSavantMemory *) memory)->surface;
  return SAVANT_OK;
}

int
sv_buffer_check_exclusive (GstBuffer *buffer)
{
  if (!sv_memory_is_exclusive (gst_buffer_peek_memory (buffer, 0)))
    return sv_fail (SAVANT_ERROR_NOT_WRITABLE,
        "the buffer's memory is shared with another buffer or owner: write "
        "to a copy made with gst_buffer_copy_deep()");
  return SAVANT_OK;
}

gpointer
gst_savant_buffer_peek_surface (GstBuffer *buffer)
{
  gpointer surface;

  sv_buffer_get_surface (buffer, &surface);
  return surface;
}

gint
gst_savant_surface_get_image (gpointer surface, gint slot, SavantImage *image)
{
  const SvBackendFns *backend;
  gint batch_size;
  int status;

  if (surface == NULL || image == NULL)
    return sv_fail (SAVANT_ERROR_INVALID_ARGUMENT,
        "a surface and a place for its description are needed, not NULL");
  batch_size = gst_savant_surface_get_batch_size (surface);
  if (slot < 0 || slot >= batch_size)
    return sv_fail (SAVANT_ERROR_INVALID_ARGUMENT,
        "slot %d of a surface of %d slots: it must be from 0 to %d", slot,
        batch_size, batch_size - 1);
  status = sv_nvbuf_get_image (sv_nvbuf_layout (), surface, slot, image);
  if (status != SAVANT_OK
      || !sv_nvbuf_is_handle (sv_nvbuf_mem_type (sv_nvbuf_layout (), surface)))
    return status;
  backend = sv_backend_get ("deepstream");
  if (backend == NULL || backend->map_slot == NULL)
    return sv_fail (SAVANT_ERROR_UNAVAILABLE,
        "surfaces of memory type %s need DeepStream on a Jetson",
        savant_mem_type_name (gst_savant_surface_get_mem_type (surface)));
  return backend->map_slot (surface, (guint) slot, image);
}

gint
gst_savant_surface_get_batch_size (gpointer surface)
{
  return (gint) sv_nvbuf_batch_size (sv_nvbuf_layout (), surface);
}

gint
gst_savant_surface_get_num_filled (gpointer surface)
{
  return (gint) sv_nvbuf_num_filled (sv_nvbuf_layout (), surface);
}

SavantMemType
gst_savant_surface_get_mem_type (gpointer surface)
{
  return (SavantMemType) sv_nvbuf_mem_type (sv_nvbuf_layout (), surface);
}

gint
gst_savant_surface_get_gpu_id (gpointer surface)
{
  return (gint) sv_nvbuf_gpu_id (sv_nvbuf_layout (), surface);
}
