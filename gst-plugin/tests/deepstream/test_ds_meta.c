/* SPDX-License-Identifier: Apache-2.0 */
/* Batches of savantbatch as elements written for nvstreammux read them: with
 * DeepStream's own libraries where they are (label gpu), else with fakes. */
#include <dlfcn.h>
#include <gst/app/gstappsink.h>
#include <gst/check/gstcheck.h>
#include <string.h>

#include <savant/gst.h>

/* DeepStream's frame metadata, by the offsets of its own structure. */
#define FIELD(type, at, offset) \
  (*(const type *) ((const guint8 *) (at) + (offset)))
#define PAD_INDEX(f) FIELD (guint, f, 40)
#define BATCH_ID(f) FIELD (guint, f, 44)
#define FRAME_NUM(f) FIELD (gint, f, 48)
#define BUF_PTS(f) FIELD (guint64, f, 56)
#define NTP(f) FIELD (guint64, f, 64)
#define SOURCE_ID(f) FIELD (guint, f, 72)
#define NUM_SURFACES(f) FIELD (gint, f, 76)
#define SOURCE_WIDTH(f) FIELD (guint, f, 80)
#define SOURCE_HEIGHT(f) FIELD (guint, f, 84)
#define SURFACE_INDEX(f) FIELD (guint, f, 92)
#define MAX_FRAMES(b) FIELD (guint, b, 40)
#define NUM_FRAMES(b) FIELD (guint, b, 44)
#define FRAMES(b) FIELD (const GList *, b, 96)

static gpointer (*get_batch_meta) (GstBuffer *buffer);
static gint (*n_batches) (void); /* NULL with the real library */
static gint (*n_pool_frames) (void);

static void
setup (void)
{
  gpointer library = dlopen ("libnvdsgst_meta.so", RTLD_NOW);
  gpointer meta = dlopen ("libnvds_meta.so", RTLD_NOW);

  fail_unless (library != NULL && meta != NULL, "%s", dlerror ());
  *(gpointer *) &get_batch_meta =
      dlsym (library, "gst_buffer_get_nvds_batch_meta");
  *(gpointer *) &n_batches = dlsym (meta, "fake_ds_n_batches");
  *(gpointer *) &n_pool_frames = dlsym (meta, "fake_ds_n_pool_frames");
  fail_unless (get_batch_meta != NULL);
}

/* What went past the src pad of savantbatch, a letter and a source each:
 * a pad-added, g stream-segment, e stream-eos, d pad-deleted, and for every
 * batch its sources in brackets. */
static GString *seen;

static GstPadProbeReturn
note (GstPad *pad, GstPadProbeInfo *info, gpointer data)
{
  (void) pad;
  (void) data;
  if ((GST_PAD_PROBE_INFO_TYPE (info) & GST_PAD_PROBE_TYPE_BUFFER) != 0) {
    const GstSavantBatchMeta *batch =
        gst_buffer_get_savant_batch_meta (GST_PAD_PROBE_INFO_BUFFER (info));

    g_string_append_c (seen, '[');
    for (guint i = 0; i < batch->n_slots; i++)
      g_string_append_printf (seen, "%u", batch->slots[i].source_id);
    g_string_append (seen, "] ");
  } else {
    const GstStructure *s =
        gst_event_get_structure (GST_PAD_PROBE_INFO_EVENT (info));
    const gchar *name = s != NULL ? gst_structure_get_name (s) : "";
    gchar letter = g_str_has_prefix (name, "nv-pad-added") ? 'a'
        : g_str_has_prefix (name, "nv-stream-segment")     ? 'g'
        : g_str_has_prefix (name, "nv-stream-eos")         ? 'e'
        : g_str_has_prefix (name, "nv-pad-deleted")        ? 'd'
                                                           : 0;
    guint source_id = 99;

    if (letter != 0) {
      fail_unless (gst_structure_get_uint (s, "source-id", &source_id));
      g_string_append_printf (seen, "%c%u ", letter, source_id);
    }
  }
  return GST_PAD_PROBE_OK;
}

static GstElement *
start (const gchar *text, GstElement **batch, GstElement **sink)
{
  GError *error = NULL;
  GstElement *pipeline = gst_parse_launch (text, &error);
  GstPad *pad;

  fail_unless (pipeline != NULL && error == NULL, "%s",
      error != NULL ? error->message : text);
  *batch = gst_bin_get_by_name (GST_BIN (pipeline), "b");
  *sink = gst_bin_get_by_name (GST_BIN (pipeline), "out");
  pad = gst_element_get_static_pad (*batch, "src");
  seen = g_string_new (NULL);
  gst_pad_add_probe (pad,
      GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM, note,
      NULL, NULL);
  gst_object_unref (pad);
  return pipeline;
}

static void
finish (GstElement *pipeline, GstElement *batch, GstElement *sink)
{
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (sink);
  gst_object_unref (batch);
  gst_object_unref (pipeline);
  g_string_free (seen, TRUE);
  /* Threads of a pipeline may outlive its change to NULL by a moment. */
  for (guint i = 0; n_batches != NULL && n_batches () > 0 && i < 100; i++)
    g_usleep (20000);
  if (n_batches != NULL)
    fail_unless_equals_int (n_batches (), 0);
}

static void
check_frame (gconstpointer frame, guint at, const GstSavantBatchSlot *slot,
    gint frame_num, guint width, guint height)
{
  guint64 now = (guint64) g_get_real_time () * 1000;

  fail_unless_equals_int (PAD_INDEX (frame), slot->pad_index);
  fail_unless_equals_int (SOURCE_ID (frame), slot->source_id);
  fail_unless_equals_int (BATCH_ID (frame), at);
  fail_unless_equals_int (FRAME_NUM (frame), frame_num);
  fail_unless_equals_uint64 (BUF_PTS (frame), slot->pts);
  fail_unless (NTP (frame) <= now && NTP (frame) + 60 * GST_SECOND > now);
  fail_unless_equals_int (NUM_SURFACES (frame), 1);
  fail_unless_equals_int (SURFACE_INDEX (frame), 0);
  fail_unless_equals_int (SOURCE_WIDTH (frame), width);
  fail_unless_equals_int (SOURCE_HEIGHT (frame), height);
}

/* Source 7 is of 320x240 and has 2 frames, source 3 of 64x48 has 4. */
static void
check_batch (GstBuffer *buffer, guint max, gint numbers[2])
{
  const GstSavantBatchMeta *batch = gst_buffer_get_savant_batch_meta (buffer);
  gconstpointer meta = get_batch_meta (buffer);
  guint at = 0;

  fail_unless (meta != NULL && batch != NULL);
  fail_unless_equals_int (MAX_FRAMES (meta), max);
  fail_unless_equals_int (NUM_FRAMES (meta), batch->n_slots);
  for (const GList *l = FRAMES (meta); l != NULL; l = l->next, at++) {
    gboolean large = SOURCE_ID (l->data) == 7;

    check_frame (l->data, at, &batch->slots[at], numbers[large],
        large ? 320 : 64, large ? 240 : 48);
    numbers[large]++;
  }
  fail_unless_equals_int (at, batch->n_slots);
}

static void
check_pipeline (const gchar *mode)
{
  gchar *text = g_strdup_printf (
      "savantbatch name=b batch-size=3 backend=host %s ! appsink name=out "
      "sync=false "
      "savantbufgen backend=host num-buffers=2 ! "
      "video/x-raw(memory:NVMM),format=RGBA,width=320,height=240 ! b.sink_0 "
      "savantbufgen backend=host num-buffers=4 ! "
      "video/x-raw(memory:NVMM),format=RGBA,width=64,height=48 ! b.sink_1",
      mode);
  GstElement *batch, *sink, *pipeline;
  gint numbers[2] = { 0, 0 }, copies[2] = { 0, 0 };
  GstSample *sample;

  pipeline = start (text, &batch, &sink);
  gst_child_proxy_set (GST_CHILD_PROXY (batch), "sink_0::source-id", 7,
      "sink_1::source-id", 3, NULL);
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  while ((sample = gst_app_sink_pull_sample (GST_APP_SINK (sink)))) {
    GstBuffer *buffer = gst_sample_get_buffer (sample);
    GstBuffer *copy = gst_buffer_copy (buffer);

    check_batch (buffer, 3, numbers);
    check_batch (copy, 3, copies);
    fail_unless (get_batch_meta (copy) != get_batch_meta (buffer));
    gst_buffer_unref (copy);
    gst_sample_unref (sample);
  }
  fail_unless_equals_int (numbers[1], 2);
  fail_unless_equals_int (numbers[0], 4);
  finish (pipeline, batch, sink);
  g_free (text);
}

/* A library's pools are asked to hold one frame, whatever the batch; where they
 * do not grow, as many as the batch can have. */
GST_START_TEST (small_pools)
{
  GString *text = g_string_new ("savantbatch name=b batch-size=8 backend=host "
                                "! appsink name=out sync=false");
  gboolean fixed = g_strcmp0 (g_getenv ("FAKE_META"), "fixed") == 0;
  gint before, n = 0;
  GstElement *batch, *sink, *pipeline;
  GstSample *sample;

  if (n_pool_frames == NULL) {
    g_string_free (text, TRUE);
    return;
  }
  for (guint i = 0; i < 8; i++)
    g_string_append_printf (text,
        " savantbufgen backend=host num-buffers=3 ! "
        "video/x-raw(memory:NVMM),width=64,height=48 ! b.sink_%u",
        i);
  pipeline = start (text->str, &batch, &sink);
  before = n_pool_frames ();
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  while ((sample = gst_app_sink_pull_sample (GST_APP_SINK (sink)))) {
    gconstpointer meta = get_batch_meta (gst_sample_get_buffer (sample));

    fail_unless_equals_int (NUM_FRAMES (meta), 8);
    fail_unless_equals_int (MAX_FRAMES (meta), 8);
    gst_sample_unref (sample);
    n++;
  }
  fail_unless_equals_int (n, 3);
  fail_unless_equals_int (n_pool_frames () - before, fixed ? 1 + 3 * 8 : 3);
  finish (pipeline, batch, sink);
  g_string_free (text, TRUE);
}
GST_END_TEST;

GST_START_TEST (frame_metas_of_uniform_batches)
{
  check_pipeline ("");
}
GST_END_TEST;

GST_START_TEST (frame_metas_of_non_uniform_batches)
{
  check_pipeline ("mode=non-uniform");
}
GST_END_TEST;

/* Behind a transform the metadata is as before; the frames that savantunbatch
 * gives out are no batches. */
GST_START_TEST (metas_further_on)
{
  static const gchar *const tails[] = {
    "savanttransform backend=host ! "
    "video/x-raw(memory:NVMM),format=GRAY8,width=32,height=32",
    "savantunbatch name=u u.src_0 ! queue",
  };

  for (guint i = 0; i < 2; i++) {
    gchar *text = g_strdup_printf (
        "savantbatch name=b backend=host ! %s ! appsink name=out sync=false "
        "savantbufgen backend=host num-buffers=2 ! "
        "video/x-raw(memory:NVMM),format=RGBA,width=64,height=48 ! b.sink_0",
        tails[i]);
    GstElement *batch, *sink, *pipeline = start (text, &batch, &sink);
    GstSample *sample;
    guint n = 0;

    gst_element_set_state (pipeline, GST_STATE_PLAYING);
    while ((sample = gst_app_sink_pull_sample (GST_APP_SINK (sink)))) {
      gconstpointer meta = get_batch_meta (gst_sample_get_buffer (sample));

      if (i == 0) {
        fail_unless (meta != NULL);
        fail_unless_equals_int (NUM_FRAMES (meta), 1);
        fail_unless_equals_int (FRAME_NUM (FRAMES (meta)->data), n);
        fail_unless_equals_int (SOURCE_WIDTH (FRAMES (meta)->data), 64);
      } else {
        fail_unless (meta == NULL);
      }
      gst_sample_unref (sample);
      n++;
    }
    fail_unless_equals_int (n, 2);
    finish (pipeline, batch, sink);
    g_free (text);
  }
}
GST_END_TEST;

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

static GstPadProbeReturn
count_foreign (GstPad *pad, GstPadProbeInfo *info, gpointer n)
{
  const GstStructure *s =
      gst_event_get_structure (GST_PAD_PROBE_INFO_EVENT (info));

  (void) pad;
  if (s != NULL && g_str_has_prefix (gst_structure_get_name (s), "nv-"))
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
ds_meta_suite (void)
{
  Suite *s = suite_create ("ds_meta");
  TCase *tc = tcase_create ("meta");

  suite_add_tcase (s, tc);
  tcase_add_checked_fixture (tc, setup, NULL);
  tcase_add_test (tc, small_pools);
  tcase_add_test (tc, frame_metas_of_uniform_batches);
  tcase_add_test (tc, frame_metas_of_non_uniform_batches);
  tcase_add_test (tc, metas_further_on);
  tcase_add_test (tc, events_around_the_streams);
  tcase_add_test (tc, a_released_pad_is_deleted);
  tcase_add_test (tc, answers_the_batch_size_query);
  tcase_add_test (tc, events_end_at_unbatch);
  return s;
}

GST_CHECK_MAIN (ds_meta);
