/* SPDX-License-Identifier: Apache-2.0 */
/* No object, buffer, memory, caps or event of savantbufgen outlives it: asked
 * of GStreamer's own leaks tracer. */
#include "support/frames.h"

/* How many objects live; *text names them, to be freed. */
static guint
count_live (gchar **text)
{
  GList *tracers = gst_tracing_get_active_tracers (), *item;
  GstStructure *live = NULL;
  const GValue *list;
  guint n;

  for (item = tracers; item != NULL; item = item->next)
    if (g_str_equal (G_OBJECT_TYPE_NAME (item->data), "GstLeaksTracer"))
      g_signal_emit_by_name (item->data, "get-live-objects", &live);
  g_list_free_full (tracers, gst_object_unref);
  fail_unless (live != NULL, "the leaks tracer is not active");
  list = gst_structure_get_value (live, "live-objects-list");
  n = gst_value_list_get_size (list);
  *text = gst_structure_to_string (live);
  gst_structure_free (live);
  return n;
}

/* A streaming thread drops its last references after the pipeline is NULL, and
 * the tracer does not bear objects that go while it lists them. */
static void
assert_no_leaks (void)
{
  gchar *text;
  guint n, i;

  for (i = 0; i < 5000 && g_thread_pool_get_num_unused_threads () == 0; i++)
    g_usleep (1000);
  g_usleep (300000);
  n = count_live (&text);
  fail_unless (n == 0, "%u objects are left behind: %s", n, text);
  g_free (text);
}

static void
run_to_end (const gchar *line)
{
  GstElement *pipeline = gst_parse_launch (line, NULL);
  GstMessage *message;
  GstBus *bus;

  fail_unless (pipeline != NULL, "%s", line);
  bus = gst_element_get_bus (pipeline);
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  message = gst_bus_timed_pop_filtered (bus, 60 * GST_SECOND,
      GST_MESSAGE_EOS | GST_MESSAGE_ERROR);
  fail_unless (message != NULL, "%s does not end", line);
  gst_message_unref (message);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (bus);
  gst_object_unref (pipeline);
}

GST_START_TEST (test_runs)
{
  static const gchar *const lines[] = {
    "savantbufgen num-buffers=20 ! fakesink",
    "savantbufgen num-buffers=20 pattern=smpte ! video/x-raw(memory:NVMM) ! "
    "queue ! fakesink",
    "savantbufgen num-buffers=20 pattern=counter pool-size=2 ! tee name=t ! "
    "queue ! fakesink t. ! queue ! fakesink",
    "savantbufgen num-buffers=5 pattern=ball ! savanttransform ! "
    "video/x-raw,format=I420,width=320,height=240 ! fakesink",
    "savantbufgen num-buffers=3 pattern=gradient is-live=true ! fakesink",
    /* These end with an error. */
    "savantbufgen pool-size=1 acquire-timeout=0 ! "
    "video/x-raw(memory:NVMM) ! queue ! fakesink",
    "savantbufgen ! video/x-raw,interlace-mode=interleaved ! fakesink",
    "savantbufgen backend=abacus ! fakesink",
    "savantbufgen mem-type=handle ! fakesink",
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (lines); i++)
    run_to_end (lines[i]);
  assert_no_leaks ();
}
GST_END_TEST;

static Suite *
savantbufgen_leaks_suite (void)
{
  Suite *s = suite_create ("savantbufgen-leaks");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, test_runs);
  return s;
}

int
main (int argc, char **argv)
{
  Suite *s;

  g_setenv ("GST_TRACERS", "leaks", TRUE);
  gst_check_init (&argc, &argv);
  s = savantbufgen_leaks_suite ();
  return gst_check_run_suite (s, "savantbufgen_leaks", __FILE__);
}
