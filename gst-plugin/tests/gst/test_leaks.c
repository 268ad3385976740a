/* SPDX-License-Identifier: Apache-2.0 */
#include "gsttest.h"

/* Every object that a life of the library makes is gone after it: counted by
 * GStreamer's own tracer, which sees references that leak checkers do not. */

static GstTracer *
leaks_tracer (void)
{
  GList *tracers = gst_tracing_get_active_tracers ();
  GstTracer *found = NULL;

  for (GList *l = tracers; l != NULL; l = l->next)
    if (g_str_has_prefix (GST_OBJECT_NAME (l->data), "leaks"))
      found = gst_object_ref (l->data);
  g_list_free_full (tracers, gst_object_unref);
  return found;
}

static void
use_everything (void)
{
  GstBufferPool *pool =
      active_pool (NVMM_CAPS ",format=NV12,width=64,height=48,batch-size=2", 1,
          3);
  GstBufferPool *plain =
      active_pool ("video/x-raw,format=RGBA,width=64,height=48", 0, 2);
  GstBuffer *a = acquire (pool), *b = acquire (pool), *frame = acquire (plain);
  GstBuffer *copy = gst_buffer_copy (a), *deep = gst_buffer_copy_deep (b);
  GstBuffer *late = acquire (pool);
  GstSavantId ids[2] = { { SAVANT_ID_BATCH, 0, 1 }, { SAVANT_ID_FRAME, 0, 2 } };
  SavantPool *handle = NULL;
  gpointer from_handle = NULL;

  gst_buffer_set_savant_ids (deep, ids, 2);
  gst_buffer_unref (a);
  gst_buffer_unref (b);
  gst_buffer_unref (copy);
  gst_buffer_unref (deep);
  gst_buffer_unref (frame);
  stop_pool (pool);
  stop_pool (plain);
  gst_buffer_unref (late);

  fail_unless_equals_int (savant_pool_new (NULL, SAVANT_FORMAT_I420, 16, 16, 1,
                              0, 0, 2, &handle),
      SAVANT_OK);
  fail_unless_equals_int (savant_pool_acquire (handle, 0, &from_handle),
      SAVANT_OK);
  savant_pool_free (handle);
  gst_buffer_unref (from_handle);
}

static guint
length_of (const GstStructure *checkpoint, const gchar *list)
{
  return gst_value_list_get_size (gst_structure_get_value (checkpoint, list));
}

GST_START_TEST (test_nothing_left)
{
  GstTracer *tracer = leaks_tracer ();
  GstStructure *checkpoint = NULL;
  GstBuffer *control;
  gchar *text;

  if (tracer == NULL)
    exit (77);
  g_signal_emit_by_name (tracer, "activity-start-tracking");

  /* It does see what is left. */
  control = gst_buffer_new ();
  g_signal_emit_by_name (tracer, "activity-get-checkpoint", &checkpoint);
  fail_unless_equals_int (length_of (checkpoint, "objects-created-list"), 1);
  fail_unless_equals_int (length_of (checkpoint, "objects-removed-list"), 0);
  gst_structure_free (checkpoint);

  gst_buffer_unref (control);
  use_everything ();
  g_signal_emit_by_name (tracer, "activity-get-checkpoint", &checkpoint);
  text = gst_structure_to_string (checkpoint);
  fail_unless (length_of (checkpoint, "objects-created-list") >= 20, "%s",
      text);
  fail_unless_equals_int (length_of (checkpoint, "objects-removed-list"),
      length_of (checkpoint, "objects-created-list") + 1);
  g_free (text);
  gst_structure_free (checkpoint);
  g_signal_emit_by_name (tracer, "activity-stop-tracking");
  gst_object_unref (tracer);
}
GST_END_TEST

static Suite *
leaks_suite (void)
{
  Suite *s = suite_create ("leaks");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, test_nothing_left);
  return s;
}

int
main (int argc, char **argv)
{
  /* The tracer starts in gst_init(). */
  g_setenv ("GST_TRACERS",
      "leaks(filters=\"GstBuffer,GstMemory,GstBufferPool,GstAllocator,"
      "GstSavantBufferPool,GstSavantAllocator,GstCaps\")",
      TRUE);
  gst_check_init (&argc, &argv);
  return gst_check_run_suite (leaks_suite (), "leaks", __FILE__);
}
