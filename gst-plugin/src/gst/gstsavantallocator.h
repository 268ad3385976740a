/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GST_SAVANT_ALLOCATOR_H
#define GST_SAVANT_ALLOCATOR_H

#include <savant/gst.h>

#include "backend/backend.h"
#include "nvbuf/view.h"

/* A surface: the header that mem_map gives out, and its pixels, which are its
 * own or those of other buffers. */
typedef struct GstSavantMemory
{
  GstMemory memory;
  const SvBackendFns *backend;
  SavantMemType mem_type;
  gint gpu_id;
  gpointer surface; /* NvBufSurface and slots, in this allocation ... */
  gboolean made;    /* ... or made whole by the backend, by `spec` */
  SvSurfaceSpec spec;
  gpointer pixels;   /* one block for all slots, or NULL */
  SvSlotLayout slot; /* of every slot; size_bytes 0: they differ */
  guint n_sources;   /* buffers that hold the pixels */
  GstBuffer **sources;
  void (*release) (gpointer); /* of foreign pixels, NULL for none */
  gpointer release_data;
} GstSavantMemory;

/* gst_savant_allocator_new() for a backend that is known to work. */
GstAllocator *sv_allocator_new (const SvBackendFns *backend);

/* Checks `params` against a backend and works out what they ask for;
 * SavantStatus. */
int sv_surface_params_resolve (const GstSavantSurfaceParams *params,
    const SvBackendFns *backend, SavantMemType *mem_type, SvSlotLayout *layout);

/* Pixels of somebody else. */
typedef struct SvForeignPixels
{
  SavantFormat format; /* packed, not subsampled */
  gint width;
  gint height;
  gint64 pitch_bytes;
  gpointer data;
  SavantMemType mem_type;
  gint gpu_id;
  gboolean read_only;
  void (*release) (gpointer); /* once, by whoever frees the memory; or NULL */
  gpointer release_data;
} SvForeignPixels;

/* A surface of one filled slot around them; SavantStatus. `release` belongs to
 * the memory after success only. */
int sv_allocator_wrap_pixels (const SvBackendFns *backend,
    const SvForeignPixels *pixels, GstMemory **out);

/* Whether a memory belongs to one buffer alone, however many hold that. */
gboolean sv_memory_is_exclusive (GstMemory *memory);

/* Waits until the pixels of all filled slots are written and, where `writing`,
 * not read any more; SavantStatus. Mapping a memory does the same. */
int sv_surface_wait (gpointer surface, gboolean writing);

/* The surface of a buffer as gst_savant_buffer_peek_surface() finds it;
 * SavantStatus. */
int sv_buffer_get_surface (GstBuffer *buffer, gpointer *surface);

/* OK where nobody else holds the only memory of a buffer, so that its pixels
 * may be written, else NOT_WRITABLE. */
int sv_buffer_check_exclusive (GstBuffer *buffer);

#endif
