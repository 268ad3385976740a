/* SPDX-License-Identifier: Apache-2.0 */
#include "gsttest.h"

#include "nvbuf/view.h"
#include "support/images.h"

/* A surface in memory that is not ours, as another library would hand out. */
typedef struct Foreign
{
  guint8 header[2048];
  guint8 pixels[64 * 64];
} Foreign;

static GstBuffer *
foreign_buffer (gint batch_size, SavantMemType mem_type)
{
  SvNvbufLayout layout = sv_nvbuf_layout ();
  Foreign *foreign = g_new0 (Foreign, 1);
  SvSlotLayout slot;

  sv_nvbuf_slot_layout (SAVANT_FORMAT_GRAY8, 16, 16, 16, &slot);
  sv_nvbuf_init (layout, foreign->header, batch_size, 0, mem_type, false);
  for (gint i = 0; i < batch_size; i++)
    sv_nvbuf_set_slot (layout, foreign->header, i, &slot, SAVANT_FORMAT_GRAY8,
        foreign->pixels + i * slot.size_bytes);
  return gst_buffer_new_wrapped_full (0, foreign, sizeof *foreign, 0,
      sv_nvbuf_header_size (layout), foreign, g_free);
}

static void
fail_unless_no_surface (GstBuffer *buffer, const gchar *part)
{
  fail_unless (gst_savant_buffer_peek_surface (buffer) == NULL);
  fail_unless_error_has (part);
  if (buffer != NULL)
    gst_buffer_unref (buffer);
}

GST_START_TEST (test_foreign)
{
  GstBuffer *buffer = foreign_buffer (2, SAVANT_MEM_SYSTEM);
  gpointer surface = gst_savant_buffer_peek_surface (buffer);
  SavantImage image;

  fail_unless (surface != NULL, "%s", savant_last_error ());
  fail_unless_equals_int (gst_savant_surface_get_batch_size (surface), 2);
  fail_unless_equals_int (gst_savant_surface_get_image (surface, 1, &image),
      SAVANT_OK);
  fail_unless_equals_int (image.format, SAVANT_FORMAT_GRAY8);
  fail_unless_equals_int (image.width, 16);
  fill_slot (buffer, 1, 7);
  fail_unless (slot_is_filled_with (buffer, 1, 7));
  /* It is not left mapped. */
  fail_unless (gst_memory_is_writable (gst_buffer_peek_memory (buffer, 0)));
  gst_buffer_unref (buffer);
}
GST_END_TEST

GST_START_TEST (test_foreign_mem_types)
{
  fail_unless_no_surface (foreign_buffer (1, SAVANT_MEM_CUDA_DEVICE),
      "cuda_device is missing: it needs");
  fail_unless_no_surface (foreign_buffer (1, SAVANT_MEM_SURFACE_ARRAY),
      "surface_array");
  fail_unless_no_surface (foreign_buffer (1, SAVANT_MEM_DEFAULT),
      "memType 0 (default)");
}
GST_END_TEST

GST_START_TEST (test_number_of_memories)
{
  GstBuffer *buffer = surface_buffer (SAVANT_FORMAT_GRAY8, 8, 8, 1);

  gst_buffer_append_memory (buffer, gst_allocator_alloc (NULL, 8, NULL));
  fail_unless_no_surface (buffer, "the buffer has 2 memories");
  fail_unless_no_surface (gst_buffer_new (), "the buffer has 0 memories");
  fail_unless_no_surface (NULL, "no GstBuffer");
}
GST_END_TEST

GST_START_TEST (test_plain_bytes)
{
  uint64_t state = 5;

  fail_unless_no_surface (gst_buffer_new_allocate (NULL, 8, NULL),
      "the memory has 8 bytes");
  /* No bytes at all, then random ones: never read wild. */
  fail_unless_no_surface (gst_buffer_new_wrapped (g_malloc0 (4096), 4096),
      "batchSize 0");
  for (gint round = 0; round < 2000; round++) {
    gint size = test_random_int (&state, 72, 600);
    guint8 *bytes = g_malloc (size);

    for (gint i = 0; i < size; i++)
      bytes[i] = (guint8) test_random (&state);
    fail_unless_no_surface (gst_buffer_new_wrapped (bytes, size),
        "not an NvBufSurface");
  }
}
GST_END_TEST

/* Right in every field, but its list or pixels are nowhere. */
GST_START_TEST (test_dangling)
{
  SvNvbufLayout layout = sv_nvbuf_layout ();
  GstBuffer *buffer = foreign_buffer (1, SAVANT_MEM_SYSTEM);
  SvSlotLayout slot;
  GstMapInfo map;

  sv_nvbuf_slot_layout (SAVANT_FORMAT_GRAY8, 16, 16, 16, &slot);
  fail_unless (gst_buffer_map (buffer, &map, GST_MAP_READ));
  sv_nvbuf_set_slot (layout, map.data, 0, &slot, SAVANT_FORMAT_GRAY8,
      GUINT_TO_POINTER (4096));
  gst_buffer_unmap (buffer, &map);
  fail_unless_no_surface (buffer, "plane 0 of slot 0 at 0x1000");

  buffer = foreign_buffer (1, SAVANT_MEM_SYSTEM);
  fail_unless (gst_buffer_map (buffer, &map, GST_MAP_READ));
  sv_nvbuf_set_slot (layout, map.data, 0, &slot, 9999, map.data);
  gst_buffer_unmap (buffer, &map);
  fail_unless_no_surface (buffer, "colorFormat 9999");

  /* The list follows the header; here it would begin past the memory. */
  buffer = foreign_buffer (1, SAVANT_MEM_SYSTEM);
  gst_buffer_set_size (buffer, sv_nvbuf_header_size (layout) - 1);
  fail_unless_no_surface (buffer, "the header alone has");
}
GST_END_TEST

GST_START_TEST (test_unmappable)
{
  GstBuffer *buffer = foreign_buffer (1, SAVANT_MEM_SYSTEM);
  GstMapInfo map;

  /* While somebody writes, nobody may read. */
  fail_unless (gst_buffer_map (buffer, &map, GST_MAP_WRITE));
  fail_unless (gst_savant_buffer_peek_surface (buffer) == NULL);
  fail_unless_error_has ("SystemMemory memory cannot be mapped for reading");
  gst_buffer_unmap (buffer, &map);
  fail_unless (gst_savant_buffer_peek_surface (buffer) != NULL);
  gst_buffer_unref (buffer);
}
GST_END_TEST

GST_START_TEST (test_get_image)
{
  GstBuffer *buffer = surface_buffer (SAVANT_FORMAT_GRAY8, 8, 8, 2);
  gpointer surface = gst_savant_buffer_peek_surface (buffer);
  SavantImage image;

  fail_unless_status (gst_savant_surface_get_image (surface, 2, &image),
      SAVANT_ERROR_INVALID_ARGUMENT,
      "slot 2 of a surface of 2 slots: it must be from 0 to 1");
  fail_unless_status (gst_savant_surface_get_image (surface, -1, &image),
      SAVANT_ERROR_INVALID_ARGUMENT, "slot -1");
  fail_unless_status (gst_savant_surface_get_image (NULL, 0, &image),
      SAVANT_ERROR_INVALID_ARGUMENT, "NULL");
  fail_unless_status (gst_savant_surface_get_image (surface, 0, NULL),
      SAVANT_ERROR_INVALID_ARGUMENT, "NULL");
  gst_buffer_unref (buffer);
}
GST_END_TEST

static Suite *
surface_suite (void)
{
  Suite *s = suite_create ("surface");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, test_foreign);
  tcase_add_test (tc, test_foreign_mem_types);
  tcase_add_test (tc, test_number_of_memories);
  tcase_add_test (tc, test_plain_bytes);
  tcase_add_test (tc, test_dangling);
  tcase_add_test (tc, test_unmappable);
  tcase_add_test (tc, test_get_image);
  return s;
}

GST_CHECK_MAIN (surface);
