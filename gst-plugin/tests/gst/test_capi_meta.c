/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>

#include "gsttest.h"

/* savant_buffer_*_ids and the functions of geometry. */

GST_START_TEST (test_ids)
{
  GstBuffer *buffer = gst_buffer_new ();
  const int32_t kinds[] = { SAVANT_ID_BATCH, SAVANT_ID_FRAME, SAVANT_ID_FRAME };
  const int64_t ids[] = { 5, INT64_MAX, INT64_MIN };
  int32_t got_kinds[4] = { 9, 9, 9, 9 };
  int64_t got_ids[4] = { 9, 9, 9, 9 };

  fail_unless_equals_int (savant_buffer_get_ids (buffer, NULL, NULL, 0), 0);
  fail_unless_equals_int (savant_buffer_set_ids (buffer, kinds, ids, 3),
      SAVANT_OK);
  fail_unless_equals_int (savant_buffer_get_ids (buffer, NULL, NULL, 0), 3);
  fail_unless_equals_int (savant_buffer_get_ids (buffer, got_kinds, got_ids, 2),
      3);
  fail_unless (memcmp (got_kinds, kinds, 2 * sizeof *kinds) == 0);
  fail_unless (memcmp (got_ids, ids, 2 * sizeof *ids) == 0);
  fail_unless_equals_int (got_kinds[2], 9);
  fail_unless_equals_int64 (got_ids[2], 9);
  fail_unless_equals_int (savant_buffer_get_ids (buffer, got_kinds, got_ids, 4),
      3);
  fail_unless (memcmp (got_kinds, kinds, sizeof kinds) == 0);
  fail_unless (memcmp (got_ids, ids, sizeof ids) == 0);
  fail_unless_equals_int64 (got_ids[3], 9);

  /* Replaced, not added to. */
  fail_unless_equals_int (savant_buffer_set_ids (buffer, kinds, ids, 1),
      SAVANT_OK);
  fail_unless_equals_int (savant_buffer_get_ids (buffer, got_kinds, got_ids, 4),
      1);
  fail_unless_equals_int (got_kinds[0], SAVANT_ID_BATCH);
  fail_unless_equals_int64 (got_ids[0], 5);
  fail_unless_equals_int (savant_buffer_set_ids (buffer, NULL, NULL, 0),
      SAVANT_OK);
  fail_unless_equals_int (savant_buffer_get_ids (buffer, NULL, NULL, 0), 0);
  gst_buffer_unref (buffer);
}
GST_END_TEST

GST_START_TEST (test_ids_refused)
{
  GstBuffer *buffer = gst_buffer_new ();
  const int32_t kinds[] = { 0, 2 };
  const int64_t ids[] = { 1, 2 };
  int32_t got_kinds[1];
  int64_t got_ids[1];

  fail_unless_status (savant_buffer_get_ids (NULL, NULL, NULL, 0),
      SAVANT_ERROR_INVALID_ARGUMENT, "no GstBuffer");
  fail_unless_status (savant_buffer_get_ids (buffer, got_kinds, got_ids, -1),
      SAVANT_ERROR_INVALID_ARGUMENT, "capacity -1");
  fail_unless_equals_int (savant_buffer_get_ids (buffer, NULL, got_ids, 1),
      SAVANT_ERROR_INVALID_ARGUMENT);
  fail_unless_equals_int (savant_buffer_get_ids (buffer, got_kinds, NULL, 1),
      SAVANT_ERROR_INVALID_ARGUMENT);

  fail_unless_status (savant_buffer_set_ids (NULL, kinds, ids, 1),
      SAVANT_ERROR_INVALID_ARGUMENT, "no GstBuffer");
  fail_unless_status (savant_buffer_set_ids (buffer, kinds, ids, -1),
      SAVANT_ERROR_INVALID_ARGUMENT, "n_ids -1");
  fail_unless_equals_int (savant_buffer_set_ids (buffer, NULL, ids, 1),
      SAVANT_ERROR_INVALID_ARGUMENT);
  fail_unless_equals_int (savant_buffer_set_ids (buffer, kinds, NULL, 1),
      SAVANT_ERROR_INVALID_ARGUMENT);
  fail_unless_status (savant_buffer_set_ids (buffer, kinds, ids, 2),
      SAVANT_ERROR_INVALID_ARGUMENT, "kind 2 of id 1");
  fail_unless_equals_int (savant_buffer_set_ids (buffer, kinds, ids, 1),
      SAVANT_OK);
  gst_buffer_ref (buffer);
  fail_unless_status (savant_buffer_set_ids (buffer, NULL, NULL, 0),
      SAVANT_ERROR_NOT_WRITABLE, "the buffer has 2 references");
  gst_buffer_unref (buffer);
  fail_unless_equals_int (savant_buffer_get_ids (buffer, NULL, NULL, 0), 1);
  gst_buffer_unref (buffer);
}
GST_END_TEST

GST_START_TEST (test_geometry)
{
  GstBuffer *buffer = gst_buffer_new ();
  SavantRect source = { 10, 20, 1920, 1080 };
  SavantRect destination = { 0, 140, 640, 360 };
  const int32_t expected[8] = { 10, 20, 1920, 1080, 0, 140, 640, 360 };
  GstSavantGeometry slots[2];
  int32_t rects[8] = { 0 };
  double matrix[6] = { 0 };
  double box[4] = { 300, 200, 20, 40 };

  fail_unless_equals_int (savant_buffer_get_geometry (buffer, 0, rects, matrix),
      0);
  gst_savant_geometry_init (&slots[0], 4000, 3000, &source, &destination,
      SAVANT_FLIP_NONE);
  gst_savant_geometry_init (&slots[1], 4000, 3000, &source, &destination,
      SAVANT_FLIP_ROTATE_180);
  gst_buffer_set_savant_transform_meta (buffer, slots, 2);
  fail_unless_equals_int (savant_buffer_get_geometry (buffer, 1, rects, matrix),
      1);
  fail_unless (memcmp (rects, expected, sizeof expected) == 0);
  fail_unless (memcmp (matrix, slots[1].m, sizeof matrix) == 0);
  fail_unless_equals_int (savant_buffer_get_geometry (buffer, 0, NULL, NULL),
      1);
  fail_unless_equals_int (savant_buffer_get_geometry (buffer, 2, NULL, NULL),
      0);

  fail_unless_equals_int (savant_buffer_box_to_source (buffer, 0, box),
      SAVANT_OK);
  fail_unless (fabs (box[0] - 910) < 1e-9 && fabs (box[1] - 200) < 1e-9
      && fabs (box[2] - 60) < 1e-9 && fabs (box[3] - 120) < 1e-9);
  fail_unless_equals_int (savant_buffer_box_to_network (buffer, 1, box),
      SAVANT_OK);
  fail_unless (fabs (box[0] - 320) < 1e-9 && fabs (box[1] - 400) < 1e-9
      && fabs (box[2] - 20) < 1e-9 && fabs (box[3] - 40) < 1e-9);
  gst_buffer_unref (buffer);
}
GST_END_TEST

GST_START_TEST (test_geometry_refused)
{
  GstBuffer *buffer = gst_buffer_new ();
  double box[4] = { 1, 2, 3, 4 };
  int (*const map[]) (void *, int, double *) = { savant_buffer_box_to_source,
    savant_buffer_box_to_network };

  fail_unless_status (savant_buffer_get_geometry (NULL, 0, NULL, NULL),
      SAVANT_ERROR_INVALID_ARGUMENT, "no GstBuffer");
  fail_unless_status (savant_buffer_get_geometry (buffer, -1, NULL, NULL),
      SAVANT_ERROR_INVALID_ARGUMENT, "slot -1");
  for (gint i = 0; i < 2; i++) {
    fail_unless_status (map[i](buffer, 0, box), SAVANT_ERROR_UNSUPPORTED,
        "slot 0 of the buffer has no SavantTransformMeta");
    fail_unless_status (map[i](NULL, 0, box), SAVANT_ERROR_INVALID_ARGUMENT,
        "no GstBuffer");
    fail_unless_status (map[i](buffer, -1, box), SAVANT_ERROR_INVALID_ARGUMENT,
        "slot -1");
    fail_unless_status (map[i](buffer, 0, NULL), SAVANT_ERROR_INVALID_ARGUMENT,
        "box is NULL");
  }
  fail_unless (box[0] == 1 && box[3] == 4);
  gst_buffer_unref (buffer);
}
GST_END_TEST

static Suite *
capi_meta_suite (void)
{
  Suite *s = suite_create ("capi_meta");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, test_ids);
  tcase_add_test (tc, test_ids_refused);
  tcase_add_test (tc, test_geometry);
  tcase_add_test (tc, test_geometry_refused);
  return s;
}

GST_CHECK_MAIN (capi_meta);
