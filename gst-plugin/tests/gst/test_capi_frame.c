/* SPDX-License-Identifier: Apache-2.0 */
#include "gsttest.h"

/* Frames out of pools, their times, ids and transforms. */

#define MS INT64_C (1000000)

static const int32_t defaults[10] = { SAVANT_PADDING_SYMMETRIC, 0, 0, 0, 0, 0,
  SAVANT_INTERPOLATION_BILINEAR, 0, 0, 0 };

static SavantPool *
new_pool (int format, int width, int height, int pool_size)
{
  SavantPool *pool = NULL;

  fail_unless_equals_int (savant_pool_new (NULL, format, width, height, 1,
                              SAVANT_MEM_DEFAULT, 0, pool_size, &pool),
      SAVANT_OK);
  return pool;
}

static gpointer
take (SavantPool *pool)
{
  gpointer buffer = NULL;

  fail_unless_equals_int (savant_pool_acquire_frame (pool, 0, -1, -1, 0, 0,
                              &buffer),
      SAVANT_OK);
  return buffer;
}

static void
make_job (int64_t *job, gpointer buffer, int slot, int plane)
{
  const int64_t numbers[SAVANT_JOB_NUMBERS] = { 0, (intptr_t) buffer, slot,
    plane, 0, -1, -1, -1, -1 };

  memcpy (job, numbers, sizeof numbers);
}

GST_START_TEST (test_acquire_frame)
{
  SavantPool *pool = new_pool (SAVANT_FORMAT_RGBA, 16, 8, 1);
  gpointer buffer = take (pool), other = NULL;
  GstSavantIdMeta *ids;

  fail_unless (!GST_BUFFER_PTS_IS_VALID (buffer));
  fail_unless (!GST_BUFFER_DURATION_IS_VALID (buffer));
  fail_unless (gst_buffer_get_savant_id_meta (buffer) == NULL);
  fail_unless_equals_int (gst_savant_surface_get_num_filled (
                              gst_savant_buffer_peek_surface (buffer)),
      1);
  fail_unless_equals_int (savant_pool_owns (pool, buffer), 1);
  fail_unless_equals_int (savant_pool_mem_type (pool), SAVANT_MEM_SYSTEM);
  fail_unless_status (savant_pool_acquire_frame (pool, 0, 0, 0, 1, 1, &other),
      SAVANT_ERROR_POOL_EXHAUSTED, "1 of 1 are out");
  fail_unless (other == NULL);
  gst_buffer_unref (buffer);

  fail_unless_equals_int (savant_pool_acquire_frame (pool, 0, 0, G_MAXINT64, 1,
                              G_MININT64, &buffer),
      SAVANT_OK);
  fail_unless_equals_uint64 (GST_BUFFER_PTS (buffer), 0);
  fail_unless_equals_uint64 (GST_BUFFER_DURATION (buffer), G_MAXINT64);
  ids = gst_buffer_get_savant_id_meta (buffer);
  fail_unless_equals_int (ids->n_ids, 1);
  fail_unless_equals_int (ids->ids[0].kind, SAVANT_ID_FRAME);
  fail_unless_equals_int64 (ids->ids[0].id, G_MININT64);
  gst_buffer_unref (buffer);

  fail_unless_status (savant_pool_acquire_frame (pool, 0, -2, 0, 0, 0, &other),
      SAVANT_ERROR_INVALID_ARGUMENT, "pts -2");
  fail_unless_equals_int (savant_pool_acquire_frame (NULL, 0, 0, 0, 0, 0,
                              &other),
      SAVANT_ERROR_INVALID_ARGUMENT);
  fail_unless_equals_int (savant_pool_owns (pool, NULL),
      SAVANT_ERROR_INVALID_ARGUMENT);
  fail_unless_equals_int (savant_pool_mem_type (NULL),
      SAVANT_ERROR_INVALID_ARGUMENT);
  savant_pool_stop (pool);
  fail_unless_equals_int (savant_pool_acquire_frame (pool, 0, 0, 0, 0, 0,
                              &other),
      SAVANT_ERROR_FLUSHING);
  savant_pool_free (pool);
}
GST_END_TEST

GST_START_TEST (test_transform)
{
  SavantPool *from = new_pool (SAVANT_FORMAT_GRAY8, 64, 32, 1);
  SavantPool *to = new_pool (SAVANT_FORMAT_GRAY8, 32, 32, 2);
  gpointer source = take (from), made = NULL, twice = NULL;
  GstSavantTransformMeta *meta;
  int64_t job[SAVANT_JOB_NUMBERS];
  SavantImage image;

  fill_slot (source, 0, 200);
  fail_unless_equals_int (savant_buffer_set_times (source, 5, 6), SAVANT_OK);
  make_job (job, source, 0, -1);
  fail_unless_equals_int (savant_pool_transform (to, 0, job, defaults, 1, 9,
                              &made),
      SAVANT_OK);
  fail_unless_equals_uint64 (GST_BUFFER_PTS (made), 5);
  fail_unless_equals_uint64 (GST_BUFFER_DURATION (made), 6);
  fail_unless_equals_int64 (gst_buffer_get_savant_id_meta (made)->ids[0].id, 9);
  gst_savant_surface_get_image (gst_savant_buffer_peek_surface (made), 0,
      &image);
  fail_unless_equals_int (image.data[0][7 * image.pitch_bytes[0]], 0);
  fail_unless_equals_int (image.data[0][8 * image.pitch_bytes[0]], 200);
  meta = gst_buffer_get_savant_transform_meta (made);
  fail_unless_equals_int (meta->slots[0].destination.y, 8);

  make_job (job, made, 0, -1);
  fail_unless_equals_int (savant_pool_transform (to, 0, job, defaults, 0, 0,
                              &twice),
      SAVANT_OK);
  meta = gst_buffer_get_savant_transform_meta (twice);
  fail_unless_equals_int (meta->slots[0].source_width, 64);
  fail_unless (gst_buffer_get_savant_id_meta (twice) == NULL);
  gst_buffer_unref (twice);
  gst_buffer_unref (made);
  gst_buffer_unref (source);
  savant_pool_free (from);
  savant_pool_free (to);
}
GST_END_TEST

/* Not filled, or named by someone who may see it all the same. */
GST_START_TEST (test_transform_any_slot)
{
  GstBuffer *source = surface_buffer (SAVANT_FORMAT_NV12, 32, 16, 2);
  SavantPool *to = new_pool (SAVANT_FORMAT_GRAY8, 32, 16, 1);
  int64_t job[SAVANT_JOB_NUMBERS];
  gpointer made = NULL;

  fill_slot (source, 1, 50);
  make_job (job, source, 1, 0);
  fail_unless_status (savant_pool_transform (to, 0, job, defaults, 0, 0, &made),
      SAVANT_ERROR_INVALID_ARGUMENT, "slot 1 of a surface with 0 filled");
  job[SAVANT_JOB_SRC_ANY_SLOT] = 1;
  fail_unless_equals_int (savant_pool_transform (to, 0, job, defaults, 0, 0,
                              &made),
      SAVANT_OK);
  /* The plane as it is, not as luma of limited range. */
  fail_unless (slot_is_filled_with (made, 0, 50));
  gst_buffer_unref (made);
  job[SAVANT_JOB_SRC_PLANE] = 1;
  fail_unless_status (savant_pool_transform (to, 0, job, defaults, 0, 0, &made),
      SAVANT_ERROR_UNSUPPORTED, "2 bytes a sample");
  job[SAVANT_JOB_SRC_PLANE] = 2;
  fail_unless_status (savant_pool_transform (to, 0, job, defaults, 0, 0, &made),
      SAVANT_ERROR_INVALID_ARGUMENT, "plane 2");
  gst_buffer_unref (source);
  savant_pool_free (to);
}
GST_END_TEST

GST_START_TEST (test_transform_refusals)
{
  SavantPool *pool = new_pool (SAVANT_FORMAT_RGBA, 64, 48, 1);
  gpointer source = take (pool), made = NULL;
  int64_t job[SAVANT_JOB_NUMBERS];
  int32_t config[10];
  static const int64_t rects[][4] = {
    { 0, 0, 0, 5 },
    { 0, 0, 5, 0 },
    { 64, 0, 1, 1 },
    { 0, 48, 1, 1 },
    { 0, 0, G_MAXINT64, 1 },
    { -2, 0, 1, 1 },
    { 0, 0, 1, -1 },
  };

  make_job (job, source, 0, -1);
  fail_unless_status (savant_pool_transform (pool, 60 * 1000 * MS, job,
                          defaults, 0, 0, &made),
      SAVANT_ERROR_POOL_EXHAUSTED, "1 of 1");
  for (gsize i = 0; i < G_N_ELEMENTS (rects); i++) {
    memcpy (job + SAVANT_JOB_SRC_RECT, rects[i], sizeof rects[i]);
    fail_unless_status (savant_pool_transform (pool, 0, job, defaults, 0, 0,
                            &made),
        SAVANT_ERROR_INVALID_ARGUMENT, "source rectangle");
  }
  make_job (job, NULL, 0, -1);
  fail_unless_equals_int (savant_pool_transform (pool, 0, job, defaults, 0, 0,
                              &made),
      SAVANT_ERROR_INVALID_ARGUMENT);
  make_job (job, source, -1, -1);
  fail_unless_status (savant_pool_transform (pool, 0, job, defaults, 0, 0,
                          &made),
      SAVANT_ERROR_INVALID_ARGUMENT, "slot -1");
  make_job (job, source, 0, -1);
  fail_unless_status (savant_pool_transform (pool, 0, job, NULL, 0, 0, &made),
      SAVANT_ERROR_INVALID_ARGUMENT, "config is NULL");
  memcpy (config, defaults, sizeof config);
  config[9] = 1;
  fail_unless_status (savant_pool_transform (pool, 0, job, config, 0, 0, &made),
      SAVANT_ERROR_INVALID_ARGUMENT, "reserved");
  config[9] = 0;
  config[1] = 60;
  fail_unless_status (savant_pool_transform (pool, 0, job, config, 0, 0, &made),
      SAVANT_ERROR_INVALID_ARGUMENT, "effective width");
  fail_unless_equals_int (savant_pool_transform (NULL, 0, job, defaults, 0, 0,
                              &made),
      SAVANT_ERROR_INVALID_ARGUMENT);
  savant_pool_free (pool);

  /* A failure gives the buffer back. */
  pool = new_pool (SAVANT_FORMAT_RGBA, 64, 48, 1);
  config[1] = 0;
  config[7] = SAVANT_COMPUTE_VIC;
  fail_unless_status (savant_pool_transform (pool, 0, job, config, 0, 0, &made),
      SAVANT_ERROR_UNAVAILABLE, "vic");
  fail_unless (made == NULL);
  made = take (pool);
  gst_buffer_unref (made);
  gst_buffer_unref (source);
  savant_pool_free (pool);
}
GST_END_TEST

static Suite *
capi_frame_suite (void)
{
  Suite *s = suite_create ("capi_frame");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, test_acquire_frame);
  tcase_add_test (tc, test_transform);
  tcase_add_test (tc, test_transform_any_slot);
  tcase_add_test (tc, test_transform_refusals);
  return s;
}

GST_CHECK_MAIN (capi_frame);
