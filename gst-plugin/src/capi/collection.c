/* SPDX-License-Identifier: Apache-2.0 */
#include <savant/generator.h>

#include "core/log.h"
#include "gst/gstsavantallocator.h"
#include "picture.h"

struct SavantCollection
{
  GstAllocator *allocator;
  int gpu_id;
  SavantMemType mem_type; /* of the first slot */
  guint n;
  GstBuffer *buffers[SAVANT_MAX_BATCH_SIZE];
  gint slots[SAVANT_MAX_BATCH_SIZE];
};

int
savant_collection_new (int gpu_id, SavantCollection **out)
{
  GstAllocator *allocator;

  if (out == NULL)
    return sv_fail (SAVANT_ERROR_INVALID_ARGUMENT,
        "savant_collection_new: out is NULL");
  *out = NULL;
  if (gpu_id < 0)
    return sv_fail (SAVANT_ERROR_INVALID_ARGUMENT,
        "gpu id %d: it must be 0 or more", gpu_id);
  if (!gst_init_check (NULL, NULL, NULL))
    return sv_fail (SAVANT_ERROR_UNAVAILABLE,
        "GStreamer could not be initialised");
  allocator = gst_savant_allocator_new (NULL);
  if (allocator == NULL)
    return SAVANT_ERROR_UNAVAILABLE;
  *out = g_new0 (SavantCollection, 1);
  (*out)->allocator = allocator;
  (*out)->gpu_id = gpu_id;
  return SAVANT_OK;
}

static void
empty (SavantCollection *collection)
{
  for (guint i = 0; i < collection->n; i++)
    gst_buffer_unref (collection->buffers[i]);
  collection->n = 0;
}

void
savant_collection_free (SavantCollection *collection)
{
  if (collection == NULL)
    return;
  empty (collection);
  gst_object_unref (collection->allocator);
  g_free (collection);
}

static int
check_fits (const SavantCollection *collection, gpointer surface)
{
  SavantMemType mem_type = gst_savant_surface_get_mem_type (surface);
  int gpu_id = gst_savant_surface_get_gpu_id (surface);

  if (collection->n > 0 && mem_type != collection->mem_type)
    return sv_fail (SAVANT_ERROR_INVALID_ARGUMENT,
        "a slot of %s memory in a batch of %s memory: all must be of one kind",
        savant_mem_type_name (mem_type),
        savant_mem_type_name (collection->mem_type));
  if (mem_type != SAVANT_MEM_SYSTEM && gpu_id != collection->gpu_id)
    return sv_fail (SAVANT_ERROR_INVALID_ARGUMENT,
        "a slot of GPU %d in a batch of GPU %d", gpu_id, collection->gpu_id);
  return SAVANT_OK;
}

int
savant_collection_add (SavantCollection *collection, void *buffer, int slot,
    int any_slot)
{
  gpointer surface;
  SavantImage image;
  int status;

  if (collection == NULL)
    return sv_fail (SAVANT_ERROR_INVALID_ARGUMENT, "collection is NULL");
  status = sv_get_slot (buffer, slot, any_slot, &surface, &image);
  if (status == SAVANT_OK)
    status = check_fits (collection, surface);
  if (status != SAVANT_OK)
    return status;
  if (collection->n == SAVANT_MAX_BATCH_SIZE)
    return sv_fail (SAVANT_ERROR_INVALID_ARGUMENT,
        "the batch has %d slots already, which is the most it can have",
        SAVANT_MAX_BATCH_SIZE);
  collection->mem_type = gst_savant_surface_get_mem_type (surface);
  collection->buffers[collection->n] = gst_buffer_ref (buffer);
  collection->slots[collection->n++] = slot;
  return SAVANT_OK;
}

static const GstSavantGeometry *
geometry_of (GstBuffer *buffer, gint slot)
{
  const GstSavantTransformMeta *meta =
      gst_buffer_get_savant_transform_meta (buffer);

  return meta != NULL && slot < (gint) meta->n_slots ? &meta->slots[slot]
                                                     : NULL;
}

/* What is known of the pictures stays known. */
static void
attach_geometry (const SavantCollection *collection, GstBuffer *batch)
{
  GstSavantGeometry *list = NULL;

  for (guint i = 0; i < collection->n && list == NULL; i++)
    if (geometry_of (collection->buffers[i], collection->slots[i]) != NULL)
      list = g_new (GstSavantGeometry, collection->n);
  if (list == NULL)
    return;
  for (guint i = 0; i < collection->n; i++) {
    const GstSavantGeometry *known =
        geometry_of (collection->buffers[i], collection->slots[i]);
    SavantImage image;
    SavantRect whole;

    if (known != NULL) {
      list[i] = *known;
      continue;
    }
    gst_savant_surface_get_image (gst_savant_buffer_peek_surface (batch),
        (gint) i, &image);
    whole = (SavantRect){ 0, 0, image.width, image.height };
    gst_savant_geometry_init (&list[i], image.width, image.height, &whole,
        &whole, SAVANT_FLIP_NONE);
  }
  gst_buffer_set_savant_transform_meta (batch, list, collection->n);
  g_free (list);
}

int
savant_collection_finalize (SavantCollection *collection, const int32_t *kinds,
    const int64_t *ids, int n_ids, void **buffer)
{
  GstMemory *memory;
  GstBuffer *batch;
  int status;

  if (collection == NULL || buffer == NULL)
    return sv_fail (SAVANT_ERROR_INVALID_ARGUMENT,
        "savant_collection_finalize: collection and buffer must not be NULL");
  *buffer = NULL;
  if (collection->n == 0)
    return sv_fail (SAVANT_ERROR_UNSUPPORTED,
        "a batch without slots cannot be finalized: add one first");
  memory = gst_savant_allocator_wrap_slots (collection->allocator,
      collection->buffers, collection->slots, collection->n, collection->n);
  if (memory == NULL)
    return SAVANT_ERROR_EXECUTION;
  batch = gst_buffer_new ();
  gst_buffer_append_memory (batch, memory);
  status = savant_buffer_set_ids (batch, kinds, ids, n_ids);
  if (status != SAVANT_OK) {
    gst_buffer_unref (batch);
    return status;
  }
  attach_geometry (collection, batch);
  empty (collection);
  *buffer = batch;
  return SAVANT_OK;
}
