/* SPDX-License-Identifier: Apache-2.0 */
/* Events about the streams in a batch, and questions about them. */
#include "dsmetatest.h"

/* Position of the first or last `what` in what was seen. */
static glong
first (const gchar *what)
{
  const gchar *at = strstr (seen->str, what);

  fail_unless (at != NULL, "no %s in %s", what, seen->str);
  return at - seen->str;
}

static glong
last_batch_with (gchar source)
{
  const gchar *at = seen->str + seen->len;

  while (at > seen->str) {
    const gchar *open;

    if (*--at != ']')
      continue;
    for (open = at; *open != '['; open--)
      if (*open == source)
        return open - seen->str;
  }
  fail ("no batch with %c in %s", source, seen->str);
  return -1;
}

/* That the sink has told of the end of streams 0 and 1, once each. */
static void
check_messages (GstElement *pipeline, GstElement *batch)
{
  GstBus *bus = gst_element_get_bus (pipeline);
  gint n[2] = { 0, 0 };
  GstMessage *message;

  while ((message = gst_bus_pop_filtered (bus, GST_MESSAGE_ELEMENT))) {
    const GstStructure *s = gst_message_get_structure (message);
    guint stream = 99;

    if (gst_structure_has_name (s, "stream-eos")) {
      fail_unless (gst_structure_get_uint (s, "stream-id", &stream)
          && stream < 2 && GST_MESSAGE_SRC (message) == GST_OBJECT (batch));
      n[stream]++;
    }
    gst_message_unref (message);
  }
  fail_unless_equals_int (n[0], !is_old ());
  fail_unless_equals_int (n[1], !is_old ());
  gst_object_unref (bus);
}

GST_START_TEST (events_around_the_streams)
{
  GstElement *batch, *sink;
  GstElement *pipeline =
      start ("savantbatch name=b backend=host ! appsink name=out sync=false "
             "savantbufgen backend=host num-buffers=2 ! "
             "video/x-raw(memory:NVMM),width=64,height=48 ! b.sink_0 "
             "savantbufgen backend=host num-buffers=5 ! "
             "video/x-raw(memory:NVMM),width=64,height=48 ! b.sink_1",
          &batch, &sink);
  GstSample *sample;

  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  while ((sample = gst_app_sink_pull_sample (GST_APP_SINK (sink))))
    gst_sample_unref (sample);
  for (gchar source = '0'; source <= '1'; source++) {
    gchar added[] = { 'a', source, 0 }, segment[] = { 'g', source, 0 };
    gchar eos[] = { 'e', source, 0 };
    const gchar *batches = strchr (seen->str, '[');

    fail_unless (first (added) < first (segment), "%s", seen->str);
    if (!is_old ()) {
      gchar start[] = { 's', source, 0 }, caps[] = { 'c', source, 0 };

      fail_unless (first (added) < first (start) && first (start) < first (caps)
              && first (caps) < first (segment),
          "%s", seen->str);
      fail_unless (strstr (seen->str + first (start) + 1, start) == NULL);
      fail_unless (strstr (seen->str + first (caps) + 1, caps) == NULL);
    } else {
      fail_unless (strpbrk (seen->str, "scr") == NULL, "%s", seen->str);
    }
    fail_unless (first (segment) < batches - seen->str
            || strchr (batches, source) - seen->str > first (segment),
        "%s", seen->str);
    fail_unless (first (eos) > last_batch_with (source), "%s", seen->str);
    /* Once each. */
    fail_unless (strstr (seen->str + first (added) + 1, added) == NULL);
    fail_unless (strstr (seen->str + first (eos) + 1, eos) == NULL);
  }
  fail_unless (first ("e0") < last_batch_with ('1'), "%s", seen->str);
  fail_unless (strchr (seen->str, 'd') == NULL, "%s", seen->str);
  check_messages (pipeline, batch);
  finish (pipeline, batch, sink);
}
GST_END_TEST;

static void
push_frame (GstElement *src)
{
  GstBuffer *buffer = gst_buffer_new_allocate (NULL, 64 * 48, NULL);
  GstFlowReturn ret = GST_FLOW_ERROR;

  GST_BUFFER_PTS (buffer) = 0;
  g_signal_emit_by_name (src, "push-buffer", buffer, &ret);
  gst_buffer_unref (buffer);
  fail_unless_equals_int (ret, GST_FLOW_OK);
}

static void
pull (GstElement *sink, guint n_slots)
{
  GstSample *sample =
      gst_app_sink_try_pull_sample (GST_APP_SINK (sink), 10 * GST_SECOND);

  fail_unless (sample != NULL, "%s", seen->str);
  fail_unless_equals_int (
      (gint) gst_buffer_get_savant_batch_meta (gst_sample_get_buffer (sample))
          ->n_slots,
      n_slots);
  gst_sample_unref (sample);
}

GST_START_TEST (a_released_pad_is_deleted)
{
  GstElement *batch, *sink;
  GstElement *pipeline = start (
      "savantbatch name=b backend=host ! appsink name=out sync=false "
      "appsrc name=s0 format=time caps=video/x-raw,format=GRAY8,width=64,"
      "height=48,framerate=30/1 ! b.sink_0 "
      "appsrc name=s1 format=time caps=video/x-raw,format=GRAY8,width=64,"
      "height=48,framerate=30/1 ! b.sink_1",
      &batch, &sink);
  GstElement *s0 = gst_bin_get_by_name (GST_BIN (pipeline), "s0");
  GstElement *s1 = gst_bin_get_by_name (GST_BIN (pipeline), "s1");
  GstPad *pad = gst_element_get_static_pad (batch, "sink_1"), *peer;

  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  push_frame (s0);
  push_frame (s1);
  pull (sink, 2);
  gst_element_set_locked_state (s1, TRUE);
  gst_element_set_state (s1, GST_STATE_NULL);
  peer = gst_pad_get_peer (pad);
  gst_pad_unlink (peer, pad);
  gst_element_release_request_pad (batch, pad);
  gst_object_unref (peer);
  gst_object_unref (pad);
  push_frame (s0);
  pull (sink, 1);
  fail_unless (last_batch_with ('1') < first ("e1"), "%s", seen->str);
  fail_unless (first ("e1") < first ("d1"), "%s", seen->str);
  fail_unless (strstr (seen->str, "e0") == NULL, "%s", seen->str);
  gst_object_unref (s0);
  gst_object_unref (s1);
  finish (pipeline, batch, sink);
}
GST_END_TEST;

/* What a source says to have begun anew reaches downstream with its number,
 * and a new size of its frames as well. */
GST_START_TEST (resets_and_new_sizes)
{
  GstElement *batch, *sink;
  GstElement *pipeline =
      start ("savantbatch name=b backend=host mode=non-uniform ! "
             "appsink name=out sync=false "
             "appsrc name=s format=time caps=video/x-raw,format=GRAY8,width=64,"
             "height=48,framerate=30/1 ! b.sink_3",
          &batch, &sink);
  GstElement *src = gst_bin_get_by_name (GST_BIN (pipeline), "s");
  GstCaps *caps = gst_caps_from_string (
      "video/x-raw,format=GRAY8,width=48,height=64,framerate=15/1");
  GstPad *pad = gst_element_get_static_pad (src, "src");

  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  push_frame (src);
  pull (sink, 1);
  if (!is_old ()) {
    fail_unless_equals_string (told_caps[3], "64x48 30/1");
    gst_element_send_event (src,
        gst_event_new_custom ((GstEventType) 103454,
            gst_structure_new ("nv-stream-reset-0-0", "source-id", G_TYPE_UINT,
                0, NULL)));
  }
  g_object_set (src, "caps", caps, NULL);
  push_frame (src);
  pull (sink, 1);
  if (!is_old ()) {
    fail_unless_equals_string (told_caps[3], "48x64 15/1");
    fail_unless (g_str_has_prefix (seen->str, "a3 s3 c3 g3 [3] r3 c3 [3]"),
        "%s", seen->str);
  }
  gst_caps_unref (caps);
  gst_object_unref (pad);
  gst_object_unref (src);
  finish (pipeline, batch, sink);
}
GST_END_TEST;

/* nvvideoconvert sizes its arrays by the answer and writes outside of them
 * where there is none. */
GST_START_TEST (answers_the_batch_size_query)
{
  GstElement *batch = gst_element_factory_make ("savantbatch", NULL);
  GstPad *pad = gst_element_get_static_pad (batch, "src");
  gpointer helper = dlopen ("libnvdsgst_helper.so", RTLD_NOW);
  gboolean (*parse) (GstQuery *, guint *);
  GstQuery *(*query_new) (void);
  GstQuery *query;
  guint size = 0;

  fail_unless (helper != NULL, "%s", dlerror ());
  *(gpointer *) &query_new = dlsym (helper, "gst_nvquery_batch_size_new");
  *(gpointer *) &parse = dlsym (helper, "gst_nvquery_batch_size_parse");
  query = query_new ();
  g_object_set (batch, "batch-size", 5, NULL);
  fail_unless (gst_pad_query (pad, query));
  fail_unless (parse (query, &size));
  fail_unless_equals_int (size, 5);
  gst_query_unref (query);
  gst_object_unref (pad);
  gst_object_unref (batch);
}
GST_END_TEST;

/* A query that the helper library makes. */
static GstQuery *
query_of (const gchar *symbol, guint argument)
{
  gpointer helper = dlopen ("libnvdsgst_helper.so", RTLD_NOW);
  GstQuery *(*query_new) (guint);

  fail_unless (helper != NULL, "%s", dlerror ());
  *(gpointer *) &query_new = dlsym (helper, symbol);
  fail_unless (query_new != NULL, "%s", symbol);
  return query_new (argument);
}

static gboolean
answer_uri (GstPad *pad, GstObject *parent, GstQuery *query)
{
  const gchar *name = gst_structure_get_name (gst_query_get_structure (query));

  if (strcmp (name, "nv-uri-from-streamid") != 0)
    return gst_pad_query_default (pad, parent, query);
  gst_structure_set (gst_query_writable_structure (query), "uri", G_TYPE_STRING,
      GST_PAD_NAME (pad), NULL);
  return TRUE;
}

/* nvtracker and the tiler ask for the number of sources, others for what a
 * source plays: the one behind its pad knows. */
GST_START_TEST (answers_about_sources)
{
  static const gchar *const names[] = { "sink_2", "sink_0" };
  GstElement *batch = gst_element_factory_make ("savantbatch", NULL);
  GstPad *pad = gst_element_get_static_pad (batch, "src"), *sinks[2], *srcs[2];
  GstQuery *query;
  guint n = 99;

  if (is_old ()) {
    gst_object_unref (pad);
    gst_object_unref (batch);
    return;
  }
  for (guint i = 0; i < 2; i++) {
    sinks[i] = gst_element_request_pad_simple (batch, names[i]);
    srcs[i] = gst_pad_new (i == 0 ? "two" : "zero", GST_PAD_SRC);
    gst_pad_set_query_function (srcs[i], answer_uri);
    gst_pad_set_active (srcs[i], TRUE);
    fail_unless (gst_pad_link (srcs[i], sinks[i]) == GST_PAD_LINK_OK);
  }
  query = query_of ("gst_nvquery_numStreams_size_new", 0);
  fail_unless (gst_pad_query (pad, query));
  fail_unless (gst_structure_get_uint (gst_query_get_structure (query),
                   "numStreams-size", &n)
      && n == 2);
  gst_query_unref (query);
  for (guint i = 0; i < 3; i++) {
    const gchar *uri;

    query = query_of ("gst_nvquery_uri_from_streamid_new", i);
    fail_unless_equals_int (gst_pad_query (pad, query), i != 1);
    uri = gst_structure_get_string (gst_query_get_structure (query), "uri");
    fail_unless_equals_string (uri, i == 0 ? "zero" : i == 2 ? "two" : NULL);
    gst_query_unref (query);
  }
  for (guint i = 0; i < 2; i++) {
    gst_pad_unlink (srcs[i], sinks[i]);
    gst_object_unref (srcs[i]);
    gst_object_unref (sinks[i]);
  }
  gst_object_unref (pad);
  gst_object_unref (batch);
}
GST_END_TEST;

static GstPadProbeReturn
count_foreign (GstPad *pad, GstPadProbeInfo *info, gpointer n)
{
  const GstStructure *s =
      gst_event_get_structure (GST_PAD_PROBE_INFO_EVENT (info));

  (void) pad;
  if (s != NULL
      && (g_str_has_prefix (gst_structure_get_name (s), "nv-")
          || g_str_has_prefix (gst_structure_get_name (s), "update-caps")
          || gst_structure_has_name (s, "stream-eos")))
    ++*(guint *) n;
  return GST_PAD_PROBE_OK;
}

/* savantunbatch's streams have events of their own. */
GST_START_TEST (events_end_at_unbatch)
{
  GstElement *batch, *sink;
  GstElement *pipeline =
      start ("savantbatch name=b backend=host ! savantunbatch name=u "
             "savantbufgen backend=host num-buffers=3 ! "
             "video/x-raw(memory:NVMM),width=64,height=48 ! b.sink_0 "
             "u.src_0 ! queue ! identity name=i ! appsink name=out sync=false",
          &batch, &sink);
  GstElement *identity = gst_bin_get_by_name (GST_BIN (pipeline), "i");
  GstPad *pad = gst_element_get_static_pad (identity, "sink");
  GstSample *sample;
  guint n = 0, n_foreign = 0;

  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM, count_foreign,
      &n_foreign, NULL);
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  while ((sample = gst_app_sink_pull_sample (GST_APP_SINK (sink)))) {
    gst_sample_unref (sample);
    n++;
  }
  fail_unless_equals_int (n, 3);
  fail_unless (strstr (seen->str, "a0 ") != NULL);
  fail_unless_equals_int (n_foreign, 0);
  gst_object_unref (pad);
  gst_object_unref (identity);
  finish (pipeline, batch, sink);
}
GST_END_TEST;

static Suite *
ds_events_suite (void)
{
  Suite *s = suite_create ("ds_events");
  TCase *tc = tcase_create ("ds_events");

  suite_add_tcase (s, tc);
  tcase_add_checked_fixture (tc, setup, NULL);
  tcase_add_test (tc, events_around_the_streams);
  tcase_add_test (tc, a_released_pad_is_deleted);
  tcase_add_test (tc, resets_and_new_sizes);
  tcase_add_test (tc, answers_the_batch_size_query);
  tcase_add_test (tc, answers_about_sources);
  tcase_add_test (tc, events_end_at_unbatch);
  return s;
}

GST_CHECK_MAIN (ds_events);
