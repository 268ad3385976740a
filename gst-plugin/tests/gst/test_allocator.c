/* SPDX-License-Identifier: Apache-2.0 */
#include "gsttest.h"

#include "gst/gstsavantallocator.h"

static GstAllocator *allocator;

static void
set_up (void)
{
  allocator = gst_savant_allocator_new (NULL);
  fail_unless (GST_IS_SAVANT_ALLOCATOR (allocator));
}

static void
tear_down (void)
{
  ASSERT_OBJECT_REFCOUNT (allocator, "allocator", 1);
  gst_object_unref (allocator);
}

static GstMemory *
alloc (SavantFormat format, gint width, gint height, gint batch_size)
{
  GstSavantSurfaceParams params = {
    .format = format, .width = width, .height = height, .batch_size = batch_size
  };

  return gst_savant_allocator_alloc_surface (allocator, &params);
}

GST_START_TEST (test_surface)
{
  GstMemory *memory = alloc (SAVANT_FORMAT_NV12, 641, 479, 3);
  GstMapInfo map;
  SavantImage image, next;

  fail_unless (gst_is_savant_memory (memory));
  fail_unless (gst_memory_is_type (memory, GST_SAVANT_MEMORY_TYPE));
  fail_unless (gst_memory_map (memory, &map, GST_MAP_READ));
  fail_unless_equals_uint64 (map.size,
      sv_nvbuf_header_size (sv_nvbuf_layout ()));
  fail_unless_equals_int (gst_savant_surface_get_batch_size (map.data), 3);
  fail_unless_equals_int (gst_savant_surface_get_num_filled (map.data), 0);
  fail_unless_equals_int (gst_savant_surface_get_mem_type (map.data),
      SAVANT_MEM_SYSTEM);
  fail_unless_equals_int (gst_savant_surface_get_gpu_id (map.data), 0);
  fail_unless (sv_nvbuf_is_contiguous (sv_nvbuf_layout (), map.data));
  fail_unless_equals_int (sv_nvbuf_check (sv_nvbuf_layout (), map.data,
                              map.size),
      SAVANT_OK);

  fail_unless_equals_int (gst_savant_surface_get_image (map.data, 1, &image),
      SAVANT_OK);
  fail_unless_equals_int (image.width, 641);
  fail_unless_equals_int (image.height, 479);
  fail_unless_equals_int (image.colorimetry.matrix, SAVANT_MATRIX_BT601);
  fail_unless_equals_int (image.colorimetry.range, SAVANT_RANGE_LIMITED);
  /* The slots follow each other in one block, every row aligned. */
  fail_unless_equals_int (gst_savant_surface_get_image (map.data, 2, &next),
      SAVANT_OK);
  fail_unless_equals_int (next.data[0] - image.data[0],
      sv_nvbuf_data_size (sv_nvbuf_layout (), map.data, 1));
  for (gint p = 0; p < 2; p++) {
    fail_unless_equals_int ((guintptr) image.data[p] % 64, 0);
    fail_unless_equals_int (image.pitch_bytes[p] % 64, 0);
  }
  gst_memory_unmap (memory, &map);
  gst_memory_unref (memory);
}
GST_END_TEST

GST_START_TEST (test_colorimetry)
{
  GstSavantSurfaceParams params = { .format = SAVANT_FORMAT_NV12,
    .width = 64,
    .height = 64,
    .batch_size = 2,
    .colorimetry = { SAVANT_MATRIX_BT709, SAVANT_RANGE_FULL, 0 } };
  GstMemory *memory = gst_savant_allocator_alloc_surface (allocator, &params);
  GstMapInfo map;

  fail_unless (gst_memory_map (memory, &map, GST_MAP_READ));
  for (gint slot = 0; slot < 2; slot++) {
    SavantImage image;

    fail_unless_equals_int (sv_nvbuf_color_format (sv_nvbuf_layout (), map.data,
                                slot),
        34);
    gst_savant_surface_get_image (map.data, slot, &image);
    fail_unless_equals_int (image.colorimetry.matrix, SAVANT_MATRIX_BT709);
    fail_unless_equals_int (image.colorimetry.range, SAVANT_RANGE_FULL);
  }
  gst_memory_unmap (memory, &map);
  gst_memory_unref (memory);
}
GST_END_TEST

GST_START_TEST (test_map)
{
  GstMemory *memory = alloc (SAVANT_FORMAT_RGBA, 8, 8, 1);
  static const GstMapFlags flags[] = { GST_MAP_READ, GST_MAP_READWRITE,
    GST_MAP_WRITE };
  GstMapInfo first, again;

  fail_unless (gst_memory_map (memory, &first, GST_MAP_READ));
  fail_unless (gst_memory_map (memory, &again, GST_MAP_READ));
  fail_unless (first.data == again.data);
  gst_memory_unmap (memory, &again);
  gst_memory_unmap (memory, &first);
  for (gsize i = 0; i < G_N_ELEMENTS (flags); i++) {
    fail_unless (gst_memory_map (memory, &again, flags[i]));
    fail_unless (first.data == again.data);
    gst_memory_unmap (memory, &again);
  }
  gst_memory_unref (memory);
}
GST_END_TEST

/* What differs between original and copy is where the pixels are. */
GST_START_TEST (test_copy)
{
  GstBuffer *buffer = surface_buffer (SAVANT_FORMAT_I420, 33, 17, 4);
  GstBuffer *copy;
  gpointer surface = gst_savant_buffer_peek_surface (buffer);
  gpointer copied;

  for (gint slot = 0; slot < 4; slot++)
    fill_slot (buffer, slot, 10 + slot);
  sv_nvbuf_set_color_format (sv_nvbuf_layout (), surface, 2, 32);

  /* Nothing is filled: all slots are copied. */
  copy = gst_buffer_copy_deep (buffer);
  copied = gst_savant_buffer_peek_surface (copy);
  fail_unless (copied != NULL && copied != surface);
  fail_unless (gst_is_savant_memory (gst_buffer_peek_memory (copy, 0)));
  fail_unless_equals_int (gst_savant_surface_get_num_filled (copied), 0);
  fail_unless_equals_int (gst_savant_surface_get_batch_size (copied), 4);
  fail_unless_equals_int (sv_nvbuf_color_format (sv_nvbuf_layout (), copied, 2),
      32);
  for (gint slot = 0; slot < 4; slot++) {
    fail_unless (slot_is_filled_with (copy, slot, 10 + slot));
    fill_slot (copy, slot, 99);
    fail_unless (slot_is_filled_with (buffer, slot, 10 + slot));
  }
  gst_buffer_unref (copy);

  /* Some are filled: these are. */
  fail_unless_equals_int (savant_buffer_set_num_filled (buffer, 3), SAVANT_OK);
  copy = gst_buffer_copy_deep (buffer);
  copied = gst_savant_buffer_peek_surface (copy);
  fail_unless_equals_int (gst_savant_surface_get_num_filled (copied), 3);
  for (gint slot = 0; slot < 3; slot++)
    fail_unless (slot_is_filled_with (copy, slot, 10 + slot));

  /* The copy outlives its original. */
  gst_buffer_unref (buffer);
  fail_unless (slot_is_filled_with (copy, 1, 11));
  gst_buffer_unref (copy);
}
GST_END_TEST

GST_START_TEST (test_partial_copy_and_share_refused)
{
  GstMemory *memory = alloc (SAVANT_FORMAT_RGBA, 8, 8, 1);
  GstMemory *copy;

  fail_unless (gst_memory_copy (memory, 8, -1) == NULL);
  fail_unless_error_has ("copied apart");
  fail_unless (gst_memory_copy (memory, 0, 8) == NULL);
  fail_unless (allocator->mem_share (memory, 0, 8) == NULL);
  fail_unless_error_has ("shared apart");
  fail_unless (gst_memory_share (memory, 0, -1) == NULL);
  fail_if (gst_memory_is_span (memory, memory, NULL));

  copy = gst_memory_copy (memory, 0, memory->size);
  fail_unless (copy != NULL);
  gst_memory_unref (copy);
  gst_memory_unref (memory);
}
GST_END_TEST

GST_START_TEST (test_region_of_buffer_refused)
{
  GstBuffer *buffer = surface_buffer (SAVANT_FORMAT_RGBA, 8, 8, 1);
  GstBuffer *part =
      gst_buffer_copy_region (buffer, GST_BUFFER_COPY_MEMORY, 0, 8);

  /* Some versions answer with a buffer without memory. */
  if (part != NULL) {
    fail_unless_equals_int (gst_buffer_n_memory (part), 0);
    gst_buffer_unref (part);
  }
  fail_unless_error_has ("apart: ");
  gst_buffer_unref (buffer);
}
GST_END_TEST

/* A copy of a buffer holds the same surface. Mapping one of them for writing
 * gives it a surface of its own, with pointers of its own. */
GST_START_TEST (test_write_map_of_shared_memory)
{
  GstBuffer *buffer = surface_buffer (SAVANT_FORMAT_GRAY8, 16, 16, 2);
  GstBuffer *copy;
  gpointer surface = gst_savant_buffer_peek_surface (buffer);
  SavantImage image, image_of_copy;
  GstMapInfo map;

  fill_slot (buffer, 0, 1);
  fill_slot (buffer, 1, 2);
  copy = gst_buffer_copy (buffer);
  fail_unless (gst_savant_buffer_peek_surface (copy) == surface);
  fail_unless_status (savant_buffer_set_num_filled (copy, 1),
      SAVANT_ERROR_NOT_WRITABLE, "shared with another buffer");
  fail_unless_status (savant_buffer_set_num_filled (buffer, 1),
      SAVANT_ERROR_NOT_WRITABLE, "gst_buffer_copy_deep");

  fail_unless (gst_buffer_map (copy, &map, GST_MAP_WRITE));
  fail_if ((gpointer) map.data == surface);
  gst_savant_surface_get_image (map.data, 1, &image_of_copy);
  gst_savant_surface_get_image (surface, 1, &image);
  fail_if (image_of_copy.data[0] == image.data[0]);
  gst_buffer_unmap (copy, &map);

  gst_buffer_unref (buffer);
  fail_unless (slot_is_filled_with (copy, 0, 1));
  fail_unless (slot_is_filled_with (copy, 1, 2));
  fail_unless_equals_int (savant_buffer_set_num_filled (copy, 1), SAVANT_OK);
  gst_buffer_unref (copy);
}
GST_END_TEST

/* Whoever holds the memory alone may look at it later. */
GST_START_TEST (test_referenced_memory_is_not_writable)
{
  GstBuffer *buffer = surface_buffer (SAVANT_FORMAT_GRAY8, 16, 16, 1);
  GstMemory *memory = gst_buffer_get_memory (buffer, 0);

  fail_unless_status (savant_buffer_set_num_filled (buffer, 1),
      SAVANT_ERROR_NOT_WRITABLE, "shared");
  gst_memory_unref (memory);
  fail_unless_equals_int (savant_buffer_set_num_filled (buffer, 1), SAVANT_OK);
  gst_buffer_unref (buffer);
}
GST_END_TEST

GST_START_TEST (test_plain_alloc_refused)
{
  fail_unless (gst_allocator_alloc (allocator, 100, NULL) == NULL);
  fail_unless_error_has ("gst_savant_allocator_alloc_surface()");
  fail_unless (GST_OBJECT_FLAG_IS_SET (allocator,
      GST_ALLOCATOR_FLAG_CUSTOM_ALLOC));
}
GST_END_TEST

static void
fail_unless_alloc_fails (GstSavantSurfaceParams params, const gchar *part)
{
  fail_unless (gst_savant_allocator_alloc_surface (allocator, &params) == NULL);
  fail_unless_error_has (part);
}

GST_START_TEST (test_bad_params)
{
  GstSavantSurfaceParams good = {
    .format = SAVANT_FORMAT_NV12, .width = 8, .height = 8, .batch_size = 1
  };
  GstSavantSurfaceParams p;

  p = good, p.format = SAVANT_FORMAT_YUY2;
  fail_unless_alloc_fails (p, "YUY2: supported are");
  p = good, p.format = (SavantFormat) 999;
  fail_unless_alloc_fails (p, "unknown");
  p = good, p.width = 0;
  fail_unless_alloc_fails (p, "0x8");
  p = good, p.height = 32768;
  fail_unless_alloc_fails (p, "8x32768");
  p = good, p.batch_size = 0;
  fail_unless_alloc_fails (p, "batch size 0: it must be from 1 to 1024");
  p = good, p.batch_size = 1025;
  fail_unless_alloc_fails (p, "batch size 1025");
  p = good, p.mem_type = SAVANT_MEM_CUDA_DEVICE;
  fail_unless_alloc_fails (p, "cuda_device is missing");
  p = good, p.mem_type = (SavantMemType) 7;
  fail_unless_alloc_fails (p, "memory type 7");
  p = good, p.format = SAVANT_FORMAT_RGBA, p.width = p.height = 32767;
  fail_unless_alloc_fails (p, "2147483647");

  fail_unless (gst_savant_allocator_new ("nosuch") == NULL);
  fail_unless_error_has ("nosuch");
}
GST_END_TEST

static gpointer
alloc_nothing (SavantMemType mem_type G_GNUC_UNUSED, gint gpu_id G_GNUC_UNUSED,
    gsize size G_GNUC_UNUSED)
{
  return NULL;
}

static gint
copy_nothing (gpointer dst G_GNUC_UNUSED, gconstpointer src G_GNUC_UNUSED,
    gsize size G_GNUC_UNUSED)
{
  return SAVANT_ERROR_EXECUTION;
}

GST_START_TEST (test_backend_fails)
{
  GstSavantSurfaceParams params = {
    .format = SAVANT_FORMAT_GRAY8, .width = 64, .height = 2, .batch_size = 3
  };
  SvBackendFns failing = *sv_backend_get (NULL);
  GstAllocator *broken;
  GstMemory *memory;

  failing.alloc = alloc_nothing;
  broken = sv_allocator_new (&failing);
  fail_unless (gst_savant_allocator_alloc_surface (broken, &params) == NULL);
  fail_unless_error_has ("no memory for a surface of 3 slots of 128 bytes");
  ASSERT_OBJECT_REFCOUNT (broken, "allocator", 1);
  gst_object_unref (broken);

  failing = *sv_backend_get (NULL);
  failing.copy = copy_nothing;
  broken = sv_allocator_new (&failing);
  memory = gst_savant_allocator_alloc_surface (broken, &params);
  fail_unless (memory != NULL);
  fail_unless (gst_memory_copy (memory, 0, -1) == NULL);
  gst_memory_unref (memory);
  ASSERT_OBJECT_REFCOUNT (broken, "allocator", 1);
  gst_object_unref (broken);
}
GST_END_TEST

static Suite *
allocator_suite (void)
{
  Suite *s = suite_create ("allocator");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_checked_fixture (tc, set_up, tear_down);
  tcase_add_test (tc, test_surface);
  tcase_add_test (tc, test_colorimetry);
  tcase_add_test (tc, test_map);
  tcase_add_test (tc, test_copy);
  tcase_add_test (tc, test_partial_copy_and_share_refused);
  tcase_add_test (tc, test_region_of_buffer_refused);
  tcase_add_test (tc, test_write_map_of_shared_memory);
  tcase_add_test (tc, test_referenced_memory_is_not_writable);
  tcase_add_test (tc, test_plain_alloc_refused);
  tcase_add_test (tc, test_bad_params);
  tcase_add_test (tc, test_backend_fails);
  return s;
}

GST_CHECK_MAIN (allocator);
