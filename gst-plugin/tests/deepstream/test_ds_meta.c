/* SPDX-License-Identifier: Apache-2.0 */
/* Batches of savantbatch as elements written for nvstreammux read them: with
 * DeepStream's own libraries where they are (label gpu), else with fakes. */
#include <dlfcn.h>
#include <gst/app/gstappsink.h>
#include <gst/app/gstappsrc.h>
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
 * a pad-added, s stream-start, c update-caps, g stream-segment, r stream-reset,
 * e stream-eos, d pad-deleted, and for every batch its pads in brackets. */
static GString *seen;

/* Of the last update-caps of a pad, as text. */
static gchar *told_caps[8];

static void
note_caps (const GstStructure *s)
{
  guint pad = 0, width = 0, height = 0;
  gint n = -1, d = -1;

  fail_unless (gst_structure_get_uint (s, "stream-id", &pad)
      && pad < G_N_ELEMENTS (told_caps));
  gst_structure_get_uint (s, "width-val", &width);
  gst_structure_get_uint (s, "height-val", &height);
  gst_structure_get_fraction (s, "frame-rate", &n, &d);
  g_free (told_caps[pad]);
  told_caps[pad] = g_strdup_printf ("%ux%u %d/%d", width, height, n, d);
}

/* Whether the library is of a release that knows fewer events. */
static gboolean
is_old (void)
{
  gpointer helper = dlopen ("libnvdsgst_helper.so", RTLD_NOW);

  return dlsym (helper, "gst_nvevent_new_update_caps") == NULL;
}

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
      g_string_append_printf (seen, "%u", batch->slots[i].pad_index);
    g_string_append (seen, "] ");
  } else {
    const GstStructure *s =
        gst_event_get_structure (GST_PAD_PROBE_INFO_EVENT (info));
    const gchar *name = s != NULL ? gst_structure_get_name (s) : "";
    gchar letter = g_str_has_prefix (name, "nv-pad-added") ? 'a'
        : g_str_has_prefix (name, "nv-stream-segment")     ? 'g'
        : g_str_has_prefix (name, "nv-stream-eos")         ? 'e'
        : g_str_has_prefix (name, "nv-pad-deleted")        ? 'd'
        : g_str_has_prefix (name, "nv-stream-start")       ? 's'
        : g_str_has_prefix (name, "nv-stream-reset")       ? 'r'
        : g_str_has_prefix (name, "update-caps")           ? 'c'
                                                           : 0;
    guint source_id = 99;

    if (letter != 0) {
      fail_unless (gst_structure_get_uint (s,
          letter == 'c' ? "stream-id" : "source-id", &source_id));
      g_string_append_printf (seen, "%c%u ", letter, source_id);
      if (letter == 'c')
        note_caps (s);
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
  for (guint i = 0; i < G_N_ELEMENTS (told_caps); i++)
    g_clear_pointer (&told_caps[i], g_free);
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
check_pipeline (const gchar *mode, const gchar *const sizes[2])
{
  gchar *text = g_strdup_printf (
      "savantbatch name=b batch-size=3 backend=host %s ! appsink name=out "
      "sync=false "
      "savantbufgen backend=host num-buffers=2 ! "
      "video/x-raw(memory:NVMM),format=RGBA,width=320,height=240,"
      "framerate=25/1 ! b.sink_0 "
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
  /* Events name pads, by which elements find them in the metadata. */
  fail_unless (strstr (seen->str, "a0 ") != NULL
          && strstr (seen->str, "a1 ") != NULL
          && strstr (seen->str, "a7") == NULL,
      "%s", seen->str);
  if (!is_old ()) {
    fail_unless_equals_string (told_caps[0], sizes[0]);
    fail_unless_equals_string (told_caps[1], sizes[1]);
  }
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
  static const gchar *const sizes[] = { "160x120 25/1", "160x120 30/1" };

  check_pipeline ("! video/x-raw(memory:NVMM),width=160,height=120", sizes);
}
GST_END_TEST;

GST_START_TEST (frame_metas_of_non_uniform_batches)
{
  static const gchar *const sizes[] = { "320x240 25/1", "64x48 30/1" };

  check_pipeline ("mode=non-uniform", sizes);
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

/* A frame that says when its sender has taken it: nanoseconds since 1900 or
 * 1970, which become those since 1970. */
GST_START_TEST (time_of_the_sender)
{
  static const guint64 unix_time = 1700000000 * GST_SECOND + 123;
  static const guint64 offset = 2208988800 * GST_SECOND;
  static const struct
  {
    const gchar *caps;
    guint64 time;
    gboolean used;
  } rows[] = { { "timestamp/x-ntp", unix_time + offset, TRUE },
    { "timestamp/x-unix", unix_time, TRUE }, { "timestamp/x-ntp", 5, FALSE },
    { "timestamp/x-clock", unix_time, FALSE } };
  GstElement *batch, *sink;
  GstElement *pipeline =
      start ("savantbatch name=b backend=host ! appsink name=out sync=false "
             "appsrc name=s format=time caps=video/x-raw,format=GRAY8,width=64,"
             "height=48,framerate=30/1 ! b.sink_0",
          &batch, &sink);
  GstElement *src = gst_bin_get_by_name (GST_BIN (pipeline), "s");

  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    GstBuffer *buffer = gst_buffer_new_allocate (NULL, 64 * 48, NULL);
    GstCaps *caps = gst_caps_new_empty_simple (rows[i].caps);
    guint64 now = (guint64) g_get_real_time () * 1000;
    gconstpointer frame;
    GstSample *sample;

    GST_BUFFER_PTS (buffer) = i * GST_SECOND;
    gst_buffer_add_reference_timestamp_meta (buffer, caps, rows[i].time,
        GST_CLOCK_TIME_NONE);
    gst_caps_unref (caps);
    gst_app_src_push_buffer (GST_APP_SRC (src), buffer);
    sample =
        gst_app_sink_try_pull_sample (GST_APP_SINK (sink), 10 * GST_SECOND);
    fail_unless (sample != NULL);
    frame = FRAMES (get_batch_meta (gst_sample_get_buffer (sample)))->data;
    if (rows[i].used) {
      fail_unless_equals_uint64 (NTP (frame), unix_time);
    } else {
      fail_unless (NTP (frame) >= now && NTP (frame) < now + 60 * GST_SECOND);
    }
    gst_sample_unref (sample);
  }
  gst_object_unref (src);
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
  tcase_add_test (tc, time_of_the_sender);
  tcase_add_test (tc, resets_and_new_sizes);
  tcase_add_test (tc, answers_the_batch_size_query);
  tcase_add_test (tc, answers_about_sources);
  tcase_add_test (tc, events_end_at_unbatch);
  return s;
}

GST_CHECK_MAIN (ds_meta);
