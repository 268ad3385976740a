/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GST_TEST_H
#define GST_TEST_H

/* What the tests of the GStreamer side share. */

#include <string.h>

#include <gst/check/gstcheck.h>
#include <savant/gst.h>

#define NVMM_CAPS "video/x-raw(memory:NVMM)"

/* The text of the last failure contains `part`. */
#define fail_unless_error_has(part)                                       \
  fail_unless (strstr (savant_last_error (), part) != NULL,               \
      "\"%s\" is not in the error text \"%s\"", part, savant_last_error ())

/* A call fails with a status and a text that contains `part`. */
#define fail_unless_status(call, status, part)   \
  G_STMT_START                                   \
  {                                              \
    fail_unless_equals_int (call, status);       \
    fail_unless_error_has (part);                \
  }                                              \
  G_STMT_END

/* A pool that is configured, but not active. */
static inline GstBufferPool *
configured_pool (const gchar *caps_text, guint min, guint max)
{
  GstBufferPool *pool = gst_savant_buffer_pool_new (NULL);
  GstStructure *config = gst_buffer_pool_get_config (pool);
  GstCaps *caps = gst_caps_from_string (caps_text);

  gst_buffer_pool_config_set_params (config, caps, 0, min, max);
  gst_caps_unref (caps);
  fail_unless (gst_buffer_pool_set_config (pool, config), "%s: %s", caps_text,
      savant_last_error ());
  return pool;
}

static inline GstBufferPool *
active_pool (const gchar *caps_text, guint min, guint max)
{
  GstBufferPool *pool = configured_pool (caps_text, min, max);

  fail_unless (gst_buffer_pool_set_active (pool, TRUE));
  return pool;
}

static inline void
stop_pool (GstBufferPool *pool)
{
  fail_unless (gst_buffer_pool_set_active (pool, FALSE));
  gst_object_unref (pool);
}

static inline GstBuffer *
acquire (GstBufferPool *pool)
{
  GstBuffer *buffer = NULL;

  fail_unless_equals_int (gst_buffer_pool_acquire_buffer (pool, &buffer, NULL),
      GST_FLOW_OK);
  return buffer;
}

static inline GstSavantPoolStats
stats_of (GstBufferPool *pool)
{
  GstSavantPoolStats stats;

  gst_savant_buffer_pool_get_stats (GST_SAVANT_BUFFER_POOL (pool), &stats);
  return stats;
}

/* A buffer with a surface of its own, outside any pool. */
static inline GstBuffer *
surface_buffer (SavantFormat format, gint width, gint height, gint batch_size)
{
  GstSavantSurfaceParams params = {
    .format = format, .width = width, .height = height, .batch_size = batch_size
  };
  GstAllocator *allocator = gst_savant_allocator_new (NULL);
  GstMemory *memory = gst_savant_allocator_alloc_surface (allocator, &params);
  GstBuffer *buffer = gst_buffer_new ();

  fail_unless (memory != NULL, "%s", savant_last_error ());
  gst_buffer_append_memory (buffer, memory);
  gst_object_unref (allocator);
  return buffer;
}

/* Every byte of a slot's visible rows. */
static inline void
fill_slot (GstBuffer *buffer, gint slot, guint8 value)
{
  SavantImage image;

  fail_unless_equals_int (
      gst_savant_surface_get_image (gst_savant_buffer_peek_surface (buffer),
          slot, &image),
      SAVANT_OK);
  for (gint p = 0; p < image.n_planes; p++) {
    gint64 row_bytes, rows;

    savant_format_plane_size (image.format, p, image.width, image.height,
        &row_bytes, &rows);
    for (gint64 y = 0; y < rows; y++)
      memset (image.data[p] + y * image.pitch_bytes[p], value, row_bytes);
  }
}

static inline gboolean
slot_is_filled_with (GstBuffer *buffer, gint slot, guint8 value)
{
  SavantImage image;

  fail_unless_equals_int (
      gst_savant_surface_get_image (gst_savant_buffer_peek_surface (buffer),
          slot, &image),
      SAVANT_OK);
  for (gint p = 0; p < image.n_planes; p++) {
    gint64 row_bytes, rows;

    savant_format_plane_size (image.format, p, image.width, image.height,
        &row_bytes, &rows);
    for (gint64 y = 0; y < rows; y++)
      for (gint64 x = 0; x < row_bytes; x++)
        if (image.data[p][y * image.pitch_bytes[p] + x] != value)
          return FALSE;
  }
  return TRUE;
}

#endif
