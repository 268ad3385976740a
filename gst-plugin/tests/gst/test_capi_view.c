/* SPDX-License-Identifier: Apache-2.0 */
#include "gsttest.h"

#include "capi/exports.h"

/* Pixels by slot and plane, and who holds a buffer. */

static GstBuffer *
filled (SavantFormat format, int width, int height)
{
  GstBuffer *buffer = surface_buffer (format, width, height, 2);

  fail_unless_equals_int (savant_buffer_set_num_filled (buffer, 1), SAVANT_OK);
  return buffer;
}

GST_START_TEST (test_info)
{
  GstBuffer *packed = filled (SAVANT_FORMAT_RGBA, 37, 21);
  GstBuffer *planar = filled (SAVANT_FORMAT_NV12, 37, 21);
  int64_t info[SAVANT_VIEW_NUMBERS];

  fail_unless_equals_int (savant_view_info (packed, 0, -1, 0, 1, info),
      SAVANT_OK);
  fail_unless_equals_int (GST_MINI_OBJECT_REFCOUNT_VALUE (packed), 2);
  fail_unless_equals_int (savant_buffer_exports (packed), 1);
  fail_unless_equals_int (savant_buffer_set_pts (packed, 1), SAVANT_OK);
  fail_unless_equals_int (savant_buffer_release_export (packed), SAVANT_OK);
  fail_unless_equals_int (GST_MINI_OBJECT_REFCOUNT_VALUE (packed), 1);
  fail_unless_equals_int (savant_buffer_release_export (NULL),
      SAVANT_ERROR_INVALID_ARGUMENT);
  fail_unless_equals_int64 (info[SAVANT_VIEW_WIDTH], 37);
  fail_unless_equals_int64 (info[SAVANT_VIEW_HEIGHT], 21);
  fail_unless_equals_int64 (info[SAVANT_VIEW_CHANNELS], 4);
  fail_unless_equals_int64 (info[SAVANT_VIEW_COLOR_FORMAT], 19);
  fail_unless_equals_int64 (info[SAVANT_VIEW_MEM_TYPE], SAVANT_MEM_SYSTEM);
  fail_unless_equals_int64 (info[SAVANT_VIEW_N_PLANES], 1);
  fail_unless_equals_int64 (info[SAVANT_VIEW_READ_ONLY], 0);
  fail_unless (info[SAVANT_VIEW_PITCH] >= 37 * 4);

  fail_unless_equals_int (savant_view_info (planar, 0, 1, 0, 0, info),
      SAVANT_OK);
  fail_unless_equals_int64 (info[SAVANT_VIEW_WIDTH], 19);
  fail_unless_equals_int64 (info[SAVANT_VIEW_HEIGHT], 11);
  fail_unless_equals_int64 (info[SAVANT_VIEW_CHANNELS], 2);
  fail_unless_equals_int64 (info[SAVANT_VIEW_COLOR_FORMAT], 1);
  fail_unless_equals_int64 (info[SAVANT_VIEW_N_PLANES], 2);
  fail_unless_status (savant_view_info (planar, 0, -1, 0, 1, info),
      SAVANT_ERROR_UNSUPPORTED, "planes()");
  fail_unless_status (savant_view_info (planar, 0, 2, 0, 1, info),
      SAVANT_ERROR_INVALID_ARGUMENT, "plane 2");
  fail_unless_status (savant_view_info (packed, 1, -1, 0, 1, info),
      SAVANT_ERROR_INVALID_ARGUMENT,
      "slot 1 of a surface with 1 filled slots: it must be from 0 to 0");
  fail_unless_equals_int (savant_view_info (packed, 1, -1, 1, 0, info),
      SAVANT_OK);
  fail_unless_equals_int (savant_view_info (packed, 0, -1, 0, 0, NULL),
      SAVANT_ERROR_INVALID_ARGUMENT);
  fail_unless_equals_int (savant_view_info (NULL, 0, -1, 0, 0, info),
      SAVANT_ERROR_INVALID_ARGUMENT);
  fail_unless_equals_int (GST_MINI_OBJECT_REFCOUNT_VALUE (planar), 1);
  gst_buffer_unref (packed);
  gst_buffer_unref (planar);
}
GST_END_TEST

GST_START_TEST (test_pixels)
{
  GstBuffer *buffer = filled (SAVANT_FORMAT_RGB, 5, 3);
  guint8 in[45], out[45];
  int64_t info[SAVANT_VIEW_NUMBERS];
  const guint8 *data;

  fail_unless_equals_int (savant_view_info (buffer, 0, -1, 0, 0, info),
      SAVANT_OK);
  data = (const guint8 *) (intptr_t) info[SAVANT_VIEW_DATA];
  fail_unless_equals_int (savant_view_memset (buffer, 0, -1, 0, 0xAB),
      SAVANT_OK);
  fail_unless_equals_int (data[3 * info[SAVANT_VIEW_PITCH] - 1], 0xAB);
  fail_unless_equals_int (savant_view_fill (buffer, 0, -1, 0, 0x030201, 3),
      SAVANT_OK);
  fail_unless_equals_int (savant_view_download (buffer, 0, -1, 0, out, 45),
      SAVANT_OK);
  for (int i = 0; i < 45; i++)
    fail_unless_equals_int (out[i], i % 3 + 1);
  fail_unless_equals_int (data[3 * info[SAVANT_VIEW_PITCH] - 1], 0xAB);
  for (int i = 0; i < 45; i++)
    in[i] = (guint8) (i * 5);
  fail_unless_equals_int (savant_view_upload (buffer, 0, -1, 0, in, 45),
      SAVANT_OK);
  fail_unless_equals_int (savant_view_download (buffer, 0, -1, 0, out, 45),
      SAVANT_OK);
  fail_unless (memcmp (in, out, 45) == 0);

  fail_unless_status (savant_view_fill (buffer, 0, -1, 0, 0, 4),
      SAVANT_ERROR_INVALID_ARGUMENT, "3 channels");
  fail_unless_status (savant_view_memset (buffer, 0, -1, 0, 256),
      SAVANT_ERROR_INVALID_ARGUMENT, "0 to 255");
  fail_unless_status (savant_view_upload (buffer, 0, -1, 0, in, 44),
      SAVANT_ERROR_INVALID_ARGUMENT, "are 45 bytes");
  fail_unless_status (savant_view_download (buffer, 0, -1, 0, out, 46),
      SAVANT_ERROR_INVALID_ARGUMENT, "are 45 bytes");
  fail_unless_status (savant_view_upload (buffer, 0, -1, 0, NULL, 45),
      SAVANT_ERROR_INVALID_ARGUMENT, "data is NULL");
  gst_buffer_unref (buffer);

  buffer = filled (SAVANT_FORMAT_UYVY, 6, 2);
  fail_unless_status (savant_view_fill (buffer, 0, -1, 0, 0, 2),
      SAVANT_ERROR_INVALID_ARGUMENT, "memset");
  gst_buffer_unref (buffer);
}
GST_END_TEST

GST_START_TEST (test_shared_memory_is_refused)
{
  GstBuffer *buffer = filled (SAVANT_FORMAT_GRAY8, 8, 8);
  GstBuffer *copy = gst_buffer_copy (buffer);
  guint8 pixels[64] = { 0 };

  fail_unless_status (savant_view_memset (buffer, 0, -1, 0, 0),
      SAVANT_ERROR_NOT_WRITABLE, "shared");
  fail_unless_status (savant_view_fill (buffer, 0, -1, 0, 0, 1),
      SAVANT_ERROR_NOT_WRITABLE, "shared");
  fail_unless_status (savant_view_upload (buffer, 0, -1, 0, pixels, 64),
      SAVANT_ERROR_NOT_WRITABLE, "shared");
  fail_unless_equals_int (savant_view_download (buffer, 0, -1, 0, pixels, 64),
      SAVANT_OK);
  gst_buffer_unref (copy);
  fail_unless_equals_int (savant_view_memset (buffer, 0, -1, 0, 0), SAVANT_OK);
  gst_buffer_unref (buffer);
}
GST_END_TEST

/* ---- Holders ----------------------------------------------------------- */

GST_START_TEST (test_aliases_and_exports)
{
  GstBuffer *buffer = filled (SAVANT_FORMAT_GRAY8, 8, 8);
  const int32_t kind = 0;
  const int64_t id = 3;

  fail_unless_equals_int (savant_buffer_exports (buffer), 0);
  gst_buffer_ref (buffer);
  fail_unless_status (savant_buffer_set_pts (buffer, 1),
      SAVANT_ERROR_NOT_WRITABLE, "2 references: times");
  fail_unless_equals_int (savant_buffer_add_aliases (buffer, 1), SAVANT_OK);
  fail_unless_equals_int (savant_buffer_set_pts (buffer, 1), SAVANT_OK);
  fail_unless_equals_int (savant_buffer_set_duration (buffer, 2), SAVANT_OK);
  fail_unless_equals_int (savant_buffer_set_num_filled (buffer, 2), SAVANT_OK);
  sv_buffer_export_add (gst_buffer_ref (buffer));
  fail_unless_equals_int (savant_buffer_exports (buffer), 1);
  fail_unless_equals_int (savant_buffer_set_ids (buffer, &kind, &id, 1),
      SAVANT_OK);
  fail_unless_equals_int (GST_MINI_OBJECT_REFCOUNT_VALUE (buffer), 3);
  gst_buffer_ref (buffer);
  fail_unless_status (savant_buffer_set_pts (buffer, 4),
      SAVANT_ERROR_NOT_WRITABLE, "references");
  fail_unless_equals_int (GST_MINI_OBJECT_REFCOUNT_VALUE (buffer), 4);
  gst_buffer_unref (buffer);
  fail_unless_equals_uint64 (GST_BUFFER_PTS (buffer), 1);

  fail_unless_equals_int (savant_buffer_add_aliases (buffer, -1), SAVANT_OK);
  gst_buffer_unref (buffer);
  gst_buffer_unref (buffer);
  /* The tensor has the last reference. */
  sv_buffer_export_release (buffer);

  fail_unless_equals_int (savant_buffer_add_aliases (NULL, 1),
      SAVANT_ERROR_INVALID_ARGUMENT);
  fail_unless_equals_int (savant_buffer_exports (NULL),
      SAVANT_ERROR_INVALID_ARGUMENT);
  fail_unless_equals_int (savant_buffer_set_pts (NULL, 1),
      SAVANT_ERROR_INVALID_ARGUMENT);
  fail_unless_equals_int (savant_buffer_set_duration (NULL, 1),
      SAVANT_ERROR_INVALID_ARGUMENT);
}
GST_END_TEST

enum
{
  TENSORS = 50,
  ROUNDS = 100
};

static gpointer
release_exports (gpointer data)
{
  for (int i = 0; i < TENSORS; i++)
    sv_buffer_export_release (data);
  return NULL;
}

/* Another thread deletes tensors, down to the last, while the owner writes. */
GST_START_TEST (test_release_while_writing)
{
  const int32_t kind = 0;
  int64_t id = 0;

  for (int round = 0; round < ROUNDS; round++) {
    GstBuffer *buffer = filled (SAVANT_FORMAT_GRAY8, 8, 8);
    GThread *thread;

    for (int n = 0; n < TENSORS; n++)
      sv_buffer_export_add (gst_buffer_ref (buffer));
    thread = g_thread_new ("tensors", release_exports, buffer);
    do {
      id++;
      fail_unless_equals_int (savant_buffer_set_ids (buffer, &kind, &id, 1),
          SAVANT_OK);
    } while (savant_buffer_exports (buffer) > 0);
    g_thread_join (thread);
    fail_unless_equals_int (GST_MINI_OBJECT_REFCOUNT_VALUE (buffer), 1);
    gst_buffer_unref (buffer);
  }
}
GST_END_TEST

static Suite *
capi_view_suite (void)
{
  Suite *s = suite_create ("capi_view");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, test_info);
  tcase_add_test (tc, test_pixels);
  tcase_add_test (tc, test_shared_memory_is_refused);
  tcase_add_test (tc, test_aliases_and_exports);
  tcase_add_test (tc, test_release_while_writing);
  return s;
}

GST_CHECK_MAIN (capi_view);
