/* SPDX-License-Identifier: Apache-2.0 */
#include "gsttest.h"

static const GstSavantId three[] = { { SAVANT_ID_BATCH, 0, 0 },
  { SAVANT_ID_FRAME, 0, G_MAXINT64 }, { SAVANT_ID_FRAME, 0, -5 } };

static guint
count_metas (GstBuffer *buffer, GType api)
{
  gpointer state = NULL;
  guint n = 0;

  while (gst_buffer_iterate_meta_filtered (buffer, &state, api) != NULL)
    n++;
  return n;
}

static void
fail_unless_ids (GstBuffer *buffer, const GstSavantId *ids, guint n_ids)
{
  GstSavantIdMeta *meta = gst_buffer_get_savant_id_meta (buffer);

  fail_unless_equals_int (count_metas (buffer, GST_SAVANT_ID_META_API_TYPE), 1);
  fail_unless_equals_int (meta->n_ids, n_ids);
  fail_unless (memcmp (meta->ids, ids, n_ids * sizeof *ids) == 0);
}

GST_START_TEST (test_ids)
{
  GstBuffer *buffer = gst_buffer_new ();
  GstSavantIdMeta *meta;

  fail_unless (gst_buffer_get_savant_id_meta (buffer) == NULL);
  fail_unless (gst_buffer_set_savant_ids (buffer, three, 1) != NULL);
  fail_unless_ids (buffer, three, 1);
  meta = gst_buffer_set_savant_ids (buffer, three, 3);
  fail_unless_ids (buffer, three, 3);

  /* The list may be the meta's own, in part. */
  fail_unless (gst_buffer_set_savant_ids (buffer, meta->ids, 3) == meta);
  fail_unless_ids (buffer, three, 3);
  gst_buffer_set_savant_ids (buffer, meta->ids + 1, 2);
  fail_unless_ids (buffer, three + 1, 2);
  gst_buffer_set_savant_ids (buffer, meta->ids + 1, 1);
  fail_unless_ids (buffer, three + 2, 1);
  gst_buffer_set_savant_ids (buffer, meta->ids, 1);
  fail_unless_ids (buffer, three + 2, 1);

  fail_unless (gst_buffer_set_savant_ids (buffer, NULL, 0) == NULL);
  fail_unless (gst_buffer_get_savant_id_meta (buffer) == NULL);
  fail_unless (gst_buffer_set_savant_ids (buffer, NULL, 0) == NULL);
  gst_buffer_unref (buffer);
}
GST_END_TEST

GST_START_TEST (test_ids_of_shared_buffer)
{
  GstBuffer *buffer = gst_buffer_new ();

  gst_buffer_ref (buffer);
  ASSERT_CRITICAL (gst_buffer_set_savant_ids (buffer, three, 1));
  fail_unless (gst_buffer_get_savant_id_meta (buffer) == NULL);
  gst_buffer_unref (buffer);
  ASSERT_CRITICAL (gst_buffer_set_savant_ids (buffer, NULL, 1));
  gst_buffer_unref (buffer);
}
GST_END_TEST

GST_START_TEST (test_ids_follow_copies)
{
  GstBuffer *buffer = gst_buffer_new_allocate (NULL, 100, NULL);
  GstBuffer *copies[4];

  gst_buffer_set_savant_ids (buffer, three, 3);
  copies[0] = gst_buffer_copy (buffer);
  copies[1] = gst_buffer_copy_deep (buffer);
  copies[2] = gst_buffer_copy_region (buffer, GST_BUFFER_COPY_ALL, 10, 20);
  copies[3] = gst_buffer_make_writable (gst_buffer_ref (buffer));
  fail_if (copies[3] == buffer);
  for (gsize i = 0; i < G_N_ELEMENTS (copies); i++) {
    fail_unless_ids (copies[i], three, 3);
    /* Its own list. */
    fail_if (gst_buffer_get_savant_id_meta (copies[i])->ids
        == gst_buffer_get_savant_id_meta (buffer)->ids);
  }
  gst_buffer_set_savant_ids (copies[0], three, 1);
  fail_unless_ids (buffer, three, 3);
  gst_buffer_unref (buffer);
  fail_unless_ids (copies[1], three, 3);
  for (gsize i = 0; i < G_N_ELEMENTS (copies); i++)
    gst_buffer_unref (copies[i]);
}
GST_END_TEST

/* Elements that copy metas into a buffer which has some. */
GST_START_TEST (test_ids_are_never_doubled)
{
  GstBuffer *from = gst_buffer_new (), *to = gst_buffer_new ();
  GstBuffer *without = gst_buffer_new ();

  gst_buffer_set_savant_ids (from, three, 3);
  for (gint round = 0; round < 3; round++) {
    fail_unless (gst_buffer_copy_into (to, from, GST_BUFFER_COPY_METADATA, 0,
        -1));
    fail_unless_ids (to, three, 3);
  }
  gst_buffer_set_savant_ids (from, three + 1, 1);
  gst_buffer_copy_into (to, from, GST_BUFFER_COPY_METADATA, 0, -1);
  fail_unless_ids (to, three + 1, 1);
  /* A source without ids takes none away. */
  gst_buffer_copy_into (to, without, GST_BUFFER_COPY_METADATA, 0, -1);
  fail_unless_ids (to, three + 1, 1);
  gst_buffer_unref (from);
  gst_buffer_unref (to);
  gst_buffer_unref (without);
}
GST_END_TEST

/* An empty meta, as gst_buffer_add_meta() makes one. */
GST_START_TEST (test_bare_metas)
{
  GstBuffer *buffer = gst_buffer_new (), *copy;

  fail_unless (gst_buffer_add_meta (buffer, gst_savant_id_meta_get_info (),
                   NULL)
      != NULL);
  fail_unless (gst_buffer_add_meta (buffer,
                   gst_savant_transform_meta_get_info (), NULL)
      != NULL);
  fail_unless_equals_int (savant_buffer_get_ids (buffer, NULL, NULL, 0), 0);
  fail_unless_equals_int (savant_buffer_get_geometry (buffer, 0, NULL, NULL),
      0);
  copy = gst_buffer_copy (buffer);
  fail_unless_equals_int (savant_buffer_get_ids (copy, NULL, NULL, 0), 0);
  gst_buffer_unref (copy);
  gst_buffer_unref (buffer);
}
GST_END_TEST

GST_START_TEST (test_type_names)
{
  fail_unless_equals_string (g_type_name (GST_SAVANT_ID_META_API_TYPE),
      "SavantIdMetaAPI");
  fail_unless_equals_string (g_type_name (gst_savant_id_meta_get_info ()->type),
      "SavantIdMeta");
  fail_unless_equals_int (g_type_from_name ("GstSavantIdMeta"), 0);
  fail_unless_equals_int (g_type_from_name ("GstSavantIdMetaAPI"), 0);
  fail_unless (gst_meta_get_info ("SavantIdMeta")
      == gst_savant_id_meta_get_info ());
  fail_if (gst_meta_api_type_has_tag (GST_SAVANT_ID_META_API_TYPE,
      g_quark_from_string (GST_META_TAG_VIDEO_STR)));
  fail_unless (gst_meta_api_type_has_tag (GST_SAVANT_TRANSFORM_META_API_TYPE,
      g_quark_from_string (GST_META_TAG_VIDEO_STR)));
  fail_unless (gst_meta_api_type_has_tag (GST_SAVANT_TRANSFORM_META_API_TYPE,
      g_quark_from_string (GST_META_TAG_VIDEO_SIZE_STR)));
  fail_unless (gst_meta_api_type_has_tag (GST_SAVANT_TRANSFORM_META_API_TYPE,
      g_quark_from_string (GST_META_TAG_VIDEO_ORIENTATION_STR)));
}
GST_END_TEST

/* ---- SavantTransformMeta ------------------------------------------------- */

static GstSavantGeometry
geometry_number (gint i)
{
  SavantRect source = { i, 2, 30, 40 }, destination = { 5, 6, 70, 80 };
  GstSavantGeometry geometry;

  gst_savant_geometry_init (&geometry, 1920, 1080, &source, &destination,
      SAVANT_FLIP_NONE);
  return geometry;
}

static void
fail_unless_geometry (GstBuffer *buffer, const GstSavantGeometry *slots,
    guint n_slots)
{
  GstSavantTransformMeta *meta = gst_buffer_get_savant_transform_meta (buffer);

  fail_unless_equals_int (count_metas (buffer,
                              GST_SAVANT_TRANSFORM_META_API_TYPE),
      1);
  fail_unless_equals_int (meta->n_slots, n_slots);
  fail_unless (memcmp (meta->slots, slots, n_slots * sizeof *slots) == 0);
}

GST_START_TEST (test_transform_meta)
{
  GstSavantGeometry g[3] = { geometry_number (0), geometry_number (1),
    geometry_number (2) };
  GstBuffer *buffer = gst_buffer_new_allocate (NULL, 100, NULL);
  GstBuffer *copy;
  GstSavantTransformMeta *meta;

  fail_unless (gst_buffer_get_savant_transform_meta (buffer) == NULL);
  gst_buffer_set_savant_transform_meta (buffer, g + 2, 1);
  fail_unless_geometry (buffer, g + 2, 1);
  meta = gst_buffer_set_savant_transform_meta (buffer, g, 3);
  fail_unless_geometry (buffer, g, 3);
  fail_unless (gst_buffer_set_savant_transform_meta (buffer, meta->slots + 1, 2)
      == meta);
  fail_unless_geometry (buffer, g + 1, 2);

  copy = gst_buffer_copy (buffer);
  gst_buffer_copy_into (copy, buffer, GST_BUFFER_COPY_METADATA, 0, -1);
  fail_unless_geometry (copy, g + 1, 2);
  gst_buffer_unref (copy);
  copy = gst_buffer_copy_deep (buffer);
  fail_unless_geometry (copy, g + 1, 2);
  gst_buffer_unref (copy);

  /* Some bytes of a picture are not that picture. */
  copy = gst_buffer_copy_region (buffer, GST_BUFFER_COPY_ALL, 10, 20);
  fail_unless (gst_buffer_get_savant_transform_meta (copy) == NULL);
  gst_buffer_unref (copy);

  gst_buffer_set_savant_transform_meta (buffer, meta->slots + 1, 1);
  fail_unless_geometry (buffer, g + 2, 1);
  gst_buffer_unref (buffer);
}
GST_END_TEST

GST_START_TEST (test_transform_meta_of_shared_buffer)
{
  GstSavantGeometry g = geometry_number (0);
  GstBuffer *buffer = gst_buffer_new ();

  gst_buffer_ref (buffer);
  ASSERT_CRITICAL (gst_buffer_set_savant_transform_meta (buffer, &g, 1));
  gst_buffer_unref (buffer);
  ASSERT_CRITICAL (gst_buffer_set_savant_transform_meta (buffer, &g, 0));
  ASSERT_CRITICAL (gst_buffer_set_savant_transform_meta (buffer, NULL, 1));
  fail_unless (gst_buffer_get_savant_transform_meta (buffer) == NULL);
  gst_buffer_unref (buffer);
}
GST_END_TEST

static gboolean
transforms_to (GstBuffer *from, GQuark type, gpointer data)
{
  GstMeta *meta = (GstMeta *) gst_buffer_get_savant_transform_meta (from);
  GstBuffer *to = gst_buffer_new ();
  gboolean kept = meta->info->transform_func (to, meta, from, type, data);

  fail_unless_equals_int (kept,
      gst_buffer_get_savant_transform_meta (to) != NULL);
  gst_buffer_unref (to);
  return kept;
}

GST_START_TEST (test_transform_meta_under_scaling)
{
  GstSavantGeometry g = geometry_number (0);
  GstBuffer *buffer = gst_buffer_new ();
  GstVideoInfo in, out;
  GstVideoMetaTransform scale = { &in, &out };
  GQuark type = gst_video_meta_transform_scale_get_quark ();

  gst_buffer_set_savant_transform_meta (buffer, &g, 1);
  gst_video_info_set_format (&in, GST_VIDEO_FORMAT_NV12, 64, 48);
  gst_video_info_set_format (&out, GST_VIDEO_FORMAT_RGBA, 64, 48);
  fail_unless (transforms_to (buffer, type, &scale));
  gst_video_info_set_format (&out, GST_VIDEO_FORMAT_NV12, 64, 47);
  fail_if (transforms_to (buffer, type, &scale));
  gst_video_info_set_format (&out, GST_VIDEO_FORMAT_NV12, 63, 48);
  fail_if (transforms_to (buffer, type, &scale));
  /* Borders may be added for the sake of the aspect ratio. */
  out = in;
  out.par_n = 2;
  fail_if (transforms_to (buffer, type, &scale));
  fail_if (transforms_to (buffer, g_quark_from_string ("other"), NULL));
  gst_buffer_unref (buffer);
}
GST_END_TEST

static gpointer
register_all (gpointer start)
{
  while (!g_atomic_int_get ((gint *) start))
    g_thread_yield ();
  return (gpointer) ((guintptr) gst_savant_id_meta_get_info ()
      ^ (guintptr) gst_savant_transform_meta_get_info ());
}

/* Runs first: nothing is registered yet. */
GST_START_TEST (test_registration_by_many_threads)
{
  GThread *threads[8];
  gint start = 0;
  gpointer expected;

  for (gsize i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("register", register_all, &start);
  g_atomic_int_set (&start, 1);
  expected = g_thread_join (threads[0]);
  fail_unless (expected != NULL);
  for (gsize i = 1; i < G_N_ELEMENTS (threads); i++)
    fail_unless (g_thread_join (threads[i]) == expected);
}
GST_END_TEST

static Suite *
metas_suite (void)
{
  Suite *s = suite_create ("metas");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, test_registration_by_many_threads);
  tcase_add_test (tc, test_ids);
  tcase_add_test (tc, test_ids_of_shared_buffer);
  tcase_add_test (tc, test_ids_follow_copies);
  tcase_add_test (tc, test_ids_are_never_doubled);
  tcase_add_test (tc, test_bare_metas);
  tcase_add_test (tc, test_type_names);
  tcase_add_test (tc, test_transform_meta);
  tcase_add_test (tc, test_transform_meta_of_shared_buffer);
  tcase_add_test (tc, test_transform_meta_under_scaling);
  return s;
}

GST_CHECK_MAIN (metas);
