/* SPDX-License-Identifier: Apache-2.0 */
#include "gsttest.h"

/* Batches that are filled slot by slot, and collections of other slots. */

static const int32_t defaults[10] = { SAVANT_PADDING_SYMMETRIC, 0, 0, 0, 0,
  0x404040, SAVANT_INTERPOLATION_BILINEAR, 0, 0, 0 };

typedef struct Batch
{
  SavantPool *pool;
  SavantSlots *slots;
  GstBuffer *buffer;
} Batch;

static Batch
open_batch (int format, int width, int height, int batch_size)
{
  Batch b = { NULL, NULL, NULL };
  void *out[2];

  fail_unless_equals_int (savant_pool_new (NULL, format, width, height,
                              batch_size, SAVANT_MEM_DEFAULT, 0, 1, &b.pool),
      SAVANT_OK);
  fail_unless_equals_int (savant_slots_acquire (b.pool, 0, defaults, NULL, NULL,
                              0, out),
      SAVANT_OK);
  b.slots = out[0];
  b.buffer = out[1];
  return b;
}

static void
close_batch (Batch *b)
{
  savant_slots_free (b->slots);
  gst_buffer_unref (b->buffer);
  savant_pool_free (b->pool);
}

static void
make_job (int64_t *job, int dst_slot, gpointer buffer, int slot)
{
  const int64_t numbers[SAVANT_JOB_NUMBERS] = { dst_slot, (intptr_t) buffer,
    slot, -1, 0, -1, -1, -1, -1 };

  memcpy (job, numbers, sizeof numbers);
}

static int
num_filled (gpointer buffer)
{
  return gst_savant_surface_get_num_filled (
      gst_savant_buffer_peek_surface (buffer));
}

GST_START_TEST (test_fill_and_finalize)
{
  Batch b = open_batch (SAVANT_FORMAT_GRAY8, 20, 10, 70);
  GstBuffer *source = surface_buffer (SAVANT_FORMAT_GRAY8, 20, 10, 2);
  int64_t job[SAVANT_JOB_NUMBERS], words[2];
  GstSavantTransformMeta *meta;
  guint8 pixels[200];

  for (int i = 0; i < 70; i++)
    fill_slot (b.buffer, i, 0xEE);
  savant_buffer_set_num_filled (source, 2);
  fill_slot (source, 1, 9);
  make_job (job, 1, source, 1);
  fail_unless_equals_int (savant_slots_transform (b.slots, job, 1), SAVANT_OK);
  gst_buffer_unref (source);
  memset (pixels, 77, sizeof pixels);
  fail_unless_equals_int (savant_slots_upload (b.slots, 2, pixels, 200),
      SAVANT_OK);
  fail_unless_equals_int (savant_slots_memset (b.slots, 3, 255), SAVANT_OK);
  fail_unless_equals_int (savant_slots_num_filled (b.slots), 4);
  fail_unless_equals_int (savant_slots_mark_filled (b.slots, 65), SAVANT_OK);
  fail_unless_equals_int (savant_slots_mark_filled (b.slots, 1), SAVANT_OK);
  fail_unless_equals_int (savant_slots_filled (b.slots, words), SAVANT_OK);
  fail_unless_equals_int64 (words[0], 0xE);
  fail_unless_equals_int64 (words[1], 2);
  fail_unless_equals_int (num_filled (b.buffer), 0);

  fail_unless_equals_int (savant_slots_finalize (b.slots), SAVANT_OK);
  fail_unless_equals_int (num_filled (b.buffer), 66);
  fail_unless (slot_is_filled_with (b.buffer, 0, 0x40));
  fail_unless (slot_is_filled_with (b.buffer, 1, 9));
  fail_unless (slot_is_filled_with (b.buffer, 2, 77));
  fail_unless (slot_is_filled_with (b.buffer, 3, 255));
  fail_unless (slot_is_filled_with (b.buffer, 64, 0x40));
  fail_unless (slot_is_filled_with (b.buffer, 65, 0xEE));
  fail_unless (slot_is_filled_with (b.buffer, 66, 0xEE));
  meta = gst_buffer_get_savant_transform_meta (b.buffer);
  fail_unless_equals_int (meta->n_slots, 66);
  fail_unless_equals_int (meta->slots[1].source_width, 20);
  fail_unless_equals_int (meta->slots[0].destination.w, 20);
  fail_unless_equals_float (meta->slots[65].m[0], 1.0);

  fail_unless_status (savant_slots_finalize (b.slots),
      SAVANT_ERROR_NOT_WRITABLE, "finalized");
  fail_unless_status (savant_slots_memset (b.slots, 0, 0),
      SAVANT_ERROR_NOT_WRITABLE, "finalized");
  fail_unless_status (savant_slots_transform (b.slots, job, 1),
      SAVANT_ERROR_NOT_WRITABLE, "finalized");
  close_batch (&b);
}
GST_END_TEST

GST_START_TEST (test_nothing_filled)
{
  Batch b = open_batch (SAVANT_FORMAT_NV12, 20, 10, 2);

  fail_unless_equals_int (savant_slots_finalize (b.slots), SAVANT_OK);
  fail_unless_equals_int (num_filled (b.buffer), 0);
  fail_unless (gst_buffer_get_savant_transform_meta (b.buffer) == NULL);
  close_batch (&b);
}
GST_END_TEST

GST_START_TEST (test_ids)
{
  SavantPool *pool = NULL;
  const int32_t kinds[] = { 0, 1, 0, 0, 2, 1 };
  const int64_t ids[] = { G_MAXINT64, 5, G_MININT64, 1, 1, 1 };
  void *out[2] = { NULL, NULL };
  GstSavantIdMeta *meta;

  fail_unless_equals_int (savant_pool_new (NULL, SAVANT_FORMAT_GRAY8, 8, 8, 2,
                              0, 0, 1, &pool),
      SAVANT_OK);
  fail_unless_status (savant_slots_acquire (pool, 0, defaults, kinds, ids, 4,
                          out),
      SAVANT_ERROR_INVALID_ARGUMENT, "3 frame ids");
  fail_unless_status (savant_slots_acquire (pool, 0, defaults, kinds, ids, 5,
                          out),
      SAVANT_ERROR_INVALID_ARGUMENT, "kind 2");
  fail_unless_status (savant_slots_acquire (pool, 0, defaults, kinds + 5, ids,
                          -1, out),
      SAVANT_ERROR_INVALID_ARGUMENT, "n_ids -1");
  fail_unless_equals_int (savant_slots_acquire (pool, 0, defaults, NULL, ids, 1,
                              out),
      SAVANT_ERROR_INVALID_ARGUMENT);
  fail_unless_equals_int (savant_slots_acquire (NULL, 0, defaults, NULL, NULL,
                              0, out),
      SAVANT_ERROR_INVALID_ARGUMENT);
  fail_unless_equals_int (savant_slots_acquire (pool, 0, NULL, NULL, NULL, 0,
                              out),
      SAVANT_ERROR_INVALID_ARGUMENT);
  fail_unless_equals_int (savant_slots_acquire (pool, 0, defaults, kinds, ids,
                              3, out),
      SAVANT_OK);
  fail_unless_equals_int (savant_slots_finalize (out[0]), SAVANT_OK);
  meta = gst_buffer_get_savant_id_meta (out[1]);
  fail_unless_equals_int (meta->n_ids, 3);
  for (int i = 0; i < 3; i++) {
    fail_unless_equals_int (meta->ids[i].kind, kinds[i]);
    fail_unless_equals_int64 (meta->ids[i].id, ids[i]);
  }
  savant_slots_free (out[0]);
  gst_buffer_unref (out[1]);
  savant_pool_free (pool);
}
GST_END_TEST

GST_START_TEST (test_refusals)
{
  Batch b = open_batch (SAVANT_FORMAT_RGBA, 8, 8, 3);
  GstBuffer *source = surface_buffer (SAVANT_FORMAT_RGBA, 8, 8, 1);
  int64_t jobs[3 * SAVANT_JOB_NUMBERS];
  guint8 pixels[257] = { 0 };

  savant_buffer_set_num_filled (source, 1);
  for (int slot = -1; slot <= 3; slot += 4) {
    fail_unless_status (savant_slots_memset (b.slots, slot, 0),
        SAVANT_ERROR_INVALID_ARGUMENT, "from 0 to 2");
    fail_unless_status (savant_slots_upload (b.slots, slot, pixels, 256),
        SAVANT_ERROR_INVALID_ARGUMENT, "from 0 to 2");
    fail_unless_status (savant_slots_mark_filled (b.slots, slot),
        SAVANT_ERROR_INVALID_ARGUMENT, "from 0 to 2");
    make_job (jobs, slot, source, 0);
    fail_unless_status (savant_slots_transform (b.slots, jobs, 1),
        SAVANT_ERROR_INVALID_ARGUMENT, "from 0 to 2");
  }
  fail_unless_status (savant_slots_memset (b.slots, 0, 256),
      SAVANT_ERROR_INVALID_ARGUMENT, "0 to 255");
  fail_unless_status (savant_slots_upload (b.slots, 0, pixels, 257),
      SAVANT_ERROR_INVALID_ARGUMENT, "of 256 bytes");
  fail_unless_status (savant_slots_upload (b.slots, 0, NULL, 256),
      SAVANT_ERROR_INVALID_ARGUMENT, "data is NULL");
  fail_unless_equals_int (savant_slots_transform (b.slots, NULL, 1),
      SAVANT_ERROR_INVALID_ARGUMENT);
  fail_unless_equals_int (savant_slots_transform (b.slots, jobs, 4),
      SAVANT_ERROR_INVALID_ARGUMENT);
  fail_unless_equals_int (savant_slots_transform (NULL, jobs, 1),
      SAVANT_ERROR_INVALID_ARGUMENT);
  fail_unless_equals_int (savant_slots_finalize (NULL),
      SAVANT_ERROR_INVALID_ARGUMENT);
  fail_unless_equals_int (savant_slots_num_filled (NULL),
      SAVANT_ERROR_INVALID_ARGUMENT);
  fail_unless_equals_int (savant_slots_filled (b.slots, NULL),
      SAVANT_ERROR_INVALID_ARGUMENT);

  make_job (jobs, 0, source, 0);
  make_job (jobs + SAVANT_JOB_NUMBERS, 0, source, 0);
  fail_unless_status (savant_slots_transform (b.slots, jobs, 2),
      SAVANT_ERROR_INVALID_ARGUMENT, "named twice");
  make_job (jobs + SAVANT_JOB_NUMBERS, 1, b.buffer, 0);
  jobs[SAVANT_JOB_NUMBERS + SAVANT_JOB_SRC_ANY_SLOT] = 1;
  fail_unless_status (savant_slots_transform (b.slots, jobs, 2),
      SAVANT_ERROR_INVALID_ARGUMENT, "is a source and is written");
  /* Nothing of all that has marked a slot. */
  fail_unless_equals_int (savant_slots_num_filled (b.slots), 0);
  fail_unless_equals_int (savant_slots_transform (b.slots,
                              jobs + SAVANT_JOB_NUMBERS, 1),
      SAVANT_OK);
  fail_unless_equals_int (savant_slots_num_filled (b.slots), 2);
  savant_slots_free (NULL);
  gst_buffer_unref (source);
  close_batch (&b);
}
GST_END_TEST

/* ---- Collections ------------------------------------------------------- */

GST_START_TEST (test_collection)
{
  GstBuffer *a = surface_buffer (SAVANT_FORMAT_NV12, 64, 48, 1);
  GstBuffer *b = surface_buffer (SAVANT_FORMAT_GRAY8, 9, 5, 3);
  const int32_t kinds[] = { 0, 0 };
  const int64_t ids[] = { 7, 8 };
  SavantCollection *collection = NULL;
  int64_t from[11], to[11];
  gpointer made = NULL;

  savant_buffer_set_num_filled (a, 1);
  fail_unless_equals_int (savant_collection_new (4, &collection), SAVANT_OK);
  fail_unless_status (savant_collection_finalize (collection, NULL, NULL, 0,
                          &made),
      SAVANT_ERROR_UNSUPPORTED, "add one first");
  fail_unless_equals_int (savant_collection_add (collection, a, 0, 0),
      SAVANT_OK);
  fail_unless_status (savant_collection_add (collection, b, 2, 0),
      SAVANT_ERROR_INVALID_ARGUMENT, "0 filled slots: fill one");
  fail_unless_equals_int (savant_collection_add (collection, b, 2, 1),
      SAVANT_OK);
  fail_unless_status (savant_collection_add (collection, b, 3, 1),
      SAVANT_ERROR_INVALID_ARGUMENT, "from 0 to 2");
  fail_unless_equals_int (savant_collection_finalize (collection, kinds, ids, 2,
                              &made),
      SAVANT_OK);
  fail_unless_equals_int (num_filled (made), 2);
  fail_unless_equals_int (savant_buffer_surface_info (b, 2, from), SAVANT_OK);
  fail_unless_equals_int (savant_buffer_surface_info (made, 1, to), SAVANT_OK);
  fail_unless_equals_int64 (from[0], to[0]);
  fail_unless_equals_int64 (to[2], 9);
  fail_unless_equals_int (gst_buffer_get_savant_id_meta (made)->n_ids, 2);
  /* The sources live as long. */
  gst_buffer_unref (a);
  gst_buffer_unref (b);
  fail_unless_equals_int (savant_buffer_surface_info (made, 0, to), SAVANT_OK);
  memset ((void *) (intptr_t) to[0], 1, 10);
  gst_buffer_unref (made);
  savant_collection_free (collection);
}
GST_END_TEST

GST_START_TEST (test_collection_refusals)
{
  GstBuffer *plain = gst_buffer_new_allocate (NULL, 100, NULL);
  GstBuffer *a = surface_buffer (SAVANT_FORMAT_GRAY8, 8, 8, 1);
  SavantCollection *collection = NULL;
  const int32_t bad_kind = 5;
  const int64_t id = 0;
  gpointer made = NULL;

  fail_unless_status (savant_collection_new (-1, &collection),
      SAVANT_ERROR_INVALID_ARGUMENT, "gpu id -1");
  fail_unless_equals_int (savant_collection_new (0, NULL),
      SAVANT_ERROR_INVALID_ARGUMENT);
  fail_unless_equals_int (savant_collection_new (0, &collection), SAVANT_OK);
  fail_unless_equals_int (savant_collection_add (NULL, a, 0, 1),
      SAVANT_ERROR_INVALID_ARGUMENT);
  fail_unless_equals_int (savant_collection_add (collection, NULL, 0, 1),
      SAVANT_ERROR_INVALID_ARGUMENT);
  fail_unless_equals_int (savant_collection_add (collection, plain, 0, 1),
      SAVANT_ERROR_NOT_A_SURFACE);
  fail_unless_equals_int (savant_collection_finalize (NULL, NULL, NULL, 0,
                              &made),
      SAVANT_ERROR_INVALID_ARGUMENT);
  for (int i = 0; i < SAVANT_MAX_BATCH_SIZE; i++)
    fail_unless_equals_int (savant_collection_add (collection, a, 0, 1),
        SAVANT_OK);
  fail_unless_status (savant_collection_add (collection, a, 0, 1),
      SAVANT_ERROR_INVALID_ARGUMENT, "1024 slots");
  fail_unless_status (savant_collection_finalize (collection, &bad_kind, &id, 1,
                          &made),
      SAVANT_ERROR_INVALID_ARGUMENT, "kind 5");
  fail_unless (made == NULL);
  savant_collection_free (collection);
  savant_collection_free (NULL);
  fail_unless_equals_int (GST_MINI_OBJECT_REFCOUNT_VALUE (a), 1);
  gst_buffer_unref (a);
  gst_buffer_unref (plain);
}
GST_END_TEST

static Suite *
capi_slots_suite (void)
{
  Suite *s = suite_create ("capi_slots");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, test_fill_and_finalize);
  tcase_add_test (tc, test_nothing_filled);
  tcase_add_test (tc, test_ids);
  tcase_add_test (tc, test_refusals);
  tcase_add_test (tc, test_collection);
  tcase_add_test (tc, test_collection_refusals);
  return s;
}

GST_CHECK_MAIN (capi_slots);
