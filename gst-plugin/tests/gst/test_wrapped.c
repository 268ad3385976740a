/* SPDX-License-Identifier: Apache-2.0 */
#include "foreigntensor.h"

#include <unistd.h>

/* Memory of others as surfaces. */

GST_START_TEST (test_owners_are_told)
{
  static guint8 pixels[64];
  int64_t owners[4] = { 0 };
  void *one, *two, *three;
  GstBuffer *shared;

  fail_unless_equals_int (savant_released_owners (owners, 4), 0);
  fail_unless_equals_int (savant_buffer_wrap_memory (pixels, 8, 8, 8,
                              SAVANT_FORMAT_GRAY8, SAVANT_MEM_SYSTEM, 7, 0, 41,
                              &one),
      SAVANT_OK);
  fail_unless_equals_int (savant_buffer_wrap_memory (pixels, 8, 2, 8,
                              SAVANT_FORMAT_BGRA, SAVANT_MEM_SYSTEM, 0, 0, 42,
                              &two),
      SAVANT_OK);
  fail_unless_equals_int (savant_buffer_wrap_memory (pixels, 8, 2, 8,
                              SAVANT_FORMAT_BGRA, SAVANT_MEM_SYSTEM, 0, 0, 0,
                              &three),
      SAVANT_OK);
  fail_unless_equals_int (
      gst_savant_surface_get_gpu_id (gst_savant_buffer_peek_surface (one)), 0);
  /* Whoever shares the memory keeps it. */
  shared = gst_buffer_copy (one);
  gst_buffer_unref (one);
  fail_unless_equals_int (savant_released_owners (owners, 4), 0);
  gst_buffer_unref (two);
  gst_buffer_unref (shared);
  gst_buffer_unref (three);
  fail_unless_equals_int (savant_released_owners (NULL, 0), 0);
  fail_unless_equals_int (savant_released_owners (owners, 1), 1);
  fail_unless_equals_int64 (owners[0], 42);
  fail_unless_equals_int (savant_released_owners (owners, 4), 1);
  fail_unless_equals_int64 (owners[0], 41);
  fail_unless_equals_int (savant_released_owners (owners, 4), 0);
  fail_unless_status (savant_released_owners (NULL, 1),
      SAVANT_ERROR_INVALID_ARGUMENT, "capacity 1");
  fail_unless_status (savant_released_owners (owners, -1),
      SAVANT_ERROR_INVALID_ARGUMENT, "capacity -1");
}
GST_END_TEST

GST_START_TEST (test_wrap_refused)
{
  static guint8 pixels[64];
  gpointer unreadable = GSIZE_TO_POINTER (sysconf (_SC_PAGESIZE) / 2);
  static const struct
  {
    gint pitch, width, height, format, mem_type, owner, status;
    const gchar *text;
  } cases[] = {
    { 8, 8, 8, SAVANT_FORMAT_NV12, 6, 0, SAVANT_ERROR_INVALID_ARGUMENT,
        "format NV12 (6)" },
    { 8, 4, 8, SAVANT_FORMAT_UYVY, 6, 0, SAVANT_ERROR_INVALID_ARGUMENT,
        "format UYVY (10)" },
    { 8, 4, 8, SAVANT_FORMAT_YUY2, 6, 0, SAVANT_ERROR_INVALID_ARGUMENT,
        "format YUY2 (1001)" },
    { 8, 8, 8, 12345, 6, 0, SAVANT_ERROR_INVALID_ARGUMENT, "unknown (12345)" },
    { 7, 8, 8, SAVANT_FORMAT_GRAY8, 6, 0, SAVANT_ERROR_INVALID_ARGUMENT,
        "pitch 7" },
    { 8, 0, 8, SAVANT_FORMAT_GRAY8, 6, 0, SAVANT_ERROR_INVALID_ARGUMENT,
        "0x8" },
    { 8, 8, 32768, SAVANT_FORMAT_GRAY8, 6, 0, SAVANT_ERROR_INVALID_ARGUMENT,
        "8x32768" },
    { 8, 8, 8, SAVANT_FORMAT_GRAY8, 2, 0, SAVANT_ERROR_UNAVAILABLE,
        "cuda_device" },
    { 8, 8, 8, SAVANT_FORMAT_GRAY8, 7, 0, SAVANT_ERROR_INVALID_ARGUMENT, "7" },
    { 8, 8, 8, SAVANT_FORMAT_GRAY8, 6, -1, SAVANT_ERROR_INVALID_ARGUMENT,
        "owner -1" },
  };
  int64_t owners[1];
  void *buffer;

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    buffer = pixels;
    fail_unless_status (savant_buffer_wrap_memory (pixels, cases[i].pitch,
                            cases[i].width, cases[i].height, cases[i].format,
                            cases[i].mem_type, 0, 0, cases[i].owner, &buffer),
        cases[i].status, cases[i].text);
    fail_unless (buffer == NULL);
  }
  fail_unless_status (savant_buffer_wrap_memory (NULL, 8, 8, 8,
                          SAVANT_FORMAT_GRAY8, SAVANT_MEM_SYSTEM, 0, 0, 9,
                          &buffer),
      SAVANT_ERROR_INVALID_ARGUMENT, "address is NULL");
  fail_unless_status (savant_buffer_wrap_memory (unreadable, 8, 8, 8,
                          SAVANT_FORMAT_GRAY8, SAVANT_MEM_SYSTEM, 0, 0, 9,
                          &buffer),
      SAVANT_ERROR_INVALID_ARGUMENT, "cannot read all");
  fail_unless_status (savant_buffer_wrap_memory (pixels, 8, 8, 8,
                          SAVANT_FORMAT_GRAY8, SAVANT_MEM_SYSTEM, 0, 0, 9,
                          NULL),
      SAVANT_ERROR_INVALID_ARGUMENT, "buffer is NULL");
  fail_unless_equals_int (savant_released_owners (owners, 1), 0);
}
GST_END_TEST

/* A true copy has all pixels of what ends with its last one. */
GST_START_TEST (test_copy_of_wrapped)
{
  GstBuffer *buffer, *copy;
  Foreign f;

  foreign_init (&f, 6, 5, 4, 0);
  buffer = import_tensor (&f);
  for (gint y = 0; y < 6; y++)
    memset (f.pixels + y * f.strides[0], 91, 20);
  copy = gst_buffer_copy_deep (buffer);
  fail_unless (copy != NULL);
  gst_buffer_unref (buffer);
  fail_unless_equals_int (f.deleted, 1);
  g_free (f.pixels);
  fail_unless (slot_is_filled_with (copy, 0, 91));
  gst_buffer_unref (copy);
}
GST_END_TEST

GST_START_TEST (test_transform_of_wrapped)
{
  static const int32_t config[10] = { SAVANT_PADDING_NONE };
  SavantTransform *transform;
  GstBuffer *ours = surface_buffer (SAVANT_FORMAT_RGBA, 5, 6, 1);
  GstBuffer *theirs;
  Foreign f;

  fail_unless_equals_int (savant_transform_new (NULL, &transform), SAVANT_OK);
  foreign_init (&f, 6, 5, 4, 0);
  theirs = import_tensor (&f);
  fail_unless_equals_int (savant_buffer_transform (transform, ours, 0, theirs,
                              0, config, NULL),
      SAVANT_OK);
  fill_slot (ours, 0, 55);
  fail_unless_equals_int (savant_buffer_transform (transform, theirs, 0, ours,
                              0, config, NULL),
      SAVANT_OK);
  fail_unless (slot_is_filled_with (theirs, 0, 55));
  for (gint y = 0; y < 5; y++)
    for (gint x = 20; x < 23; x++)
      fail_unless_equals_int (f.pixels[y * 23 + x],
          (guint8) ((y * 23 + x) * 7 + 1));
  gst_buffer_unref (theirs);

  f.managed.flags = SV_DLPACK_READ_ONLY;
  theirs = import_tensor (&f);
  fail_unless_status (savant_buffer_transform (transform, theirs, 0, ours, 0,
                          config, NULL),
      SAVANT_ERROR_NOT_WRITABLE, "write to a copy");
  fail_unless_equals_int (savant_buffer_transform (transform, ours, 0, theirs,
                              0, config, NULL),
      SAVANT_OK);
  gst_buffer_unref (theirs);
  gst_buffer_unref (ours);
  savant_transform_free (transform);
  g_free (f.pixels);
}
GST_END_TEST

static Suite *
wrapped_suite (void)
{
  Suite *s = suite_create ("wrapped");
  TCase *tc = tcase_create ("wrapped");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, test_owners_are_told);
  tcase_add_test (tc, test_wrap_refused);
  tcase_add_test (tc, test_copy_of_wrapped);
  tcase_add_test (tc, test_transform_of_wrapped);
  return s;
}

GST_CHECK_MAIN (wrapped);
