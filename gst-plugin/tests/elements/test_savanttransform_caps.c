/* SPDX-License-Identifier: Apache-2.0 */
#include "support/elementrig.h"

#define NVMM "video/x-raw(memory:NVMM)"
#define RGBA_64 "video/x-raw,format=RGBA,width=64,height=64,framerate=25/1"

static const gchar *const output_formats[] = { "RGBA", "BGRx", "NV12", "NV21",
  "I420", "UYVY", "GRAY8", "RGB", "BGR", "BGRA", "RGBx" };
/* The output formats first. */
static const gchar *const input_formats[] = { "RGBA", "BGRx", "NV12", "NV21",
  "I420", "UYVY", "GRAY8", "RGB", "BGR", "BGRA", "RGBx", "YUY2", "Y42B", "Y444",
  "NV16", "I420_10LE", "P010_10LE" };

static void
expect_int (const GstStructure *s, const gchar *field, gint wanted)
{
  gint value = -1;

  fail_unless (gst_structure_get_int (s, field, &value), "no %s", field);
  fail_unless_equals_int (value, wanted);
}

static void
expect_fraction (const GstStructure *s, const gchar *field, gint n, gint d)
{
  gint value_n = -1, value_d = -1;

  fail_unless (gst_structure_get_fraction (s, field, &value_n, &value_d),
      "no %s", field);
  fail_unless_equals_int (value_n, n);
  fail_unless_equals_int (value_d, d);
}

/* Pushes a frame of `in` with downstream wanting `out`, then checks size and
 * pixel aspect ratio of the output caps. */
static void
expect_size (const gchar *properties, const gchar *in, const gchar *out, gint w,
    gint h, gint par_n, gint par_d)
{
  const GstStructure *s;
  ElementRig rig;
  GstCaps *caps;

  rig_init (&rig, "savanttransform", properties);
  rig_set_caps (&rig, in, out);
  gst_buffer_unref (rig_transform (&rig, frame_new (in, 0x808080)));
  s = rig_output (&rig, &caps);
  expect_int (s, "width", w);
  expect_int (s, "height", h);
  if (par_n > 0)
    expect_fraction (s, "pixel-aspect-ratio", par_n, par_d);
  gst_caps_unref (caps);
  rig_clear (&rig);
}

/* Every pair of memories and formats, the input's changing in mid-stream: the
 * white centre of a letterboxed picture is white, its bars have the pad
 * colour. */
static void
check_pairs (const gchar *in_memory, gsize n_inputs, const gchar *out_memory,
    const gchar *out_format)
{
  gchar *out = g_strdup_printf ("%s,format=%s,width=32,height=48", out_memory,
      out_format);
  gboolean gray = g_str_equal (out_format, "GRAY8");
  ElementRig rig;

  rig_init (&rig, "savanttransform", "pad-color=0xff0000");
  gst_harness_set_sink_caps_str (rig.h, out);
  for (gsize i = 0; i < n_inputs; i++) {
    gchar *in =
        g_strdup_printf ("%s,format=%s,width=33,height=16,framerate=25/1",
            in_memory, input_formats[i]);
    GstBuffer *buffer;

    gst_harness_set_src_caps_str (rig.h, in);
    buffer = rig_transform (&rig, frame_new (in, 0xffffff));
    expect_destination (buffer, 0, 0, 16, 32, 16);
    if (savant_format_is_output (savant_format_from_name (input_formats[i])))
      expect_color (&rig, buffer, 0, 16, 24, 0xffffff);
    expect_color (&rig, buffer, 0, 16, 4, gray ? 0x4c4c4c : 0xff0000);
    gst_buffer_unref (buffer);
    g_free (in);
  }
  rig_expect_silence (&rig);
  rig_clear (&rig);
  g_free (out);
}

GST_START_TEST (test_pairs)
{
  gsize n_surfaces = G_N_ELEMENTS (output_formats);
  gsize n_plain = G_N_ELEMENTS (input_formats);

  for (gsize o = 0; o < n_surfaces; o++) {
    check_pairs ("video/x-raw", n_plain, "video/x-raw", output_formats[o]);
    check_pairs ("video/x-raw", n_plain, NVMM, output_formats[o]);
    check_pairs (NVMM, n_surfaces, "video/x-raw", output_formats[o]);
    check_pairs (NVMM, n_surfaces, NVMM, output_formats[o]);
  }
}
GST_END_TEST;

GST_START_TEST (test_open_size_is_kept)
{
  expect_size (NULL,
      "video/x-raw,format=NV12,width=721,height=577,framerate=25/1,"
      "pixel-aspect-ratio=64/45",
      "video/x-raw,format=RGBA", 721, 577, 64, 45);
  expect_size ("crop-left=10 crop-top=20 crop-width=100 crop-height=50",
      RGBA_64, "video/x-raw", 54, 44, 1, 1);
  expect_size ("crop-left=10 crop-height=20",
      "video/x-raw,format=RGBA,width=64,height=64,framerate=25/1,"
      "pixel-aspect-ratio=2/1",
      "video/x-raw", 54, 20, 2, 1);
  expect_size ("video-direction=90r",
      "video/x-raw,format=RGBA,width=64,height=48,framerate=25/1,"
      "pixel-aspect-ratio=4/3",
      "video/x-raw", 48, 64, 3, 4);
  expect_size ("video-direction=180",
      "video/x-raw,format=RGBA,width=64,height=48,framerate=25/1",
      "video/x-raw", 64, 48, 1, 1);
}
GST_END_TEST;

GST_START_TEST (test_missing_side_keeps_display_aspect)
{
  expect_size (NULL, "video/x-raw,format=RGBA,width=64,height=48,framerate=1/1",
      "video/x-raw,width=31", 31, 23, 1, 1);
  expect_size (NULL, "video/x-raw,format=RGBA,width=64,height=48,framerate=1/1",
      "video/x-raw,height=31", 41, 31, 1, 1);
  /* 720x576 at 64/45 is shown as 1024x576. */
  expect_size (NULL,
      "video/x-raw,format=NV12,width=720,height=576,framerate=25/1,"
      "pixel-aspect-ratio=64/45",
      "video/x-raw,height=288", 512, 288, 1, 1);
  expect_size ("use-par=false",
      "video/x-raw,format=NV12,width=720,height=576,framerate=25/1,"
      "pixel-aspect-ratio=64/45",
      "video/x-raw,height=288", 360, 288, 1, 1);
  /* Bounds that exclude the size are kept, and so is the aspect ratio. */
  expect_size (NULL, "video/x-raw,format=RGBA,width=64,height=48,framerate=1/1",
      "video/x-raw,width=[1,32],height=[1,1000]", 32, 24, 1, 1);
  expect_size (NULL, "video/x-raw,format=RGBA,width=64,height=48,framerate=1/1",
      "video/x-raw,width=[1,1000],height=[96,1000]", 128, 96, 1, 1);
  /* Asked for square pixels, open size. */
  expect_size (NULL,
      "video/x-raw,format=RGBA,width=64,height=48,framerate=1/1,"
      "pixel-aspect-ratio=2/1",
      "video/x-raw,pixel-aspect-ratio=1/1", 128, 48, 1, 1);
  /* Clamped to what a picture may have. */
  expect_size (NULL,
      "video/x-raw,format=GRAY8,width=1000,height=1,framerate=1/1",
      "video/x-raw,height=100", 32767, 100, 1, 1);
}
GST_END_TEST;

GST_START_TEST (test_format_is_kept_or_near)
{
  static const gchar *const cases[][3] = {
    { "NV12", "{ RGBA, I420, NV12 }", "NV12" },
    { "P010_10LE", "{ RGBA, I420, NV12 }", "NV12" },
    { "YUY2", "{ RGBA, NV12, UYVY }", "UYVY" },
    { "BGR", "{ GRAY8, NV12, BGRx }", "BGRx" },
    { "BGRA", "{ BGRx, NV12, RGBA }", "RGBA" },
    { "GRAY8", "{ RGBA, NV12 }", "NV12" },
    { "I420", "{ RGB, GRAY8 }", "RGB" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    gchar *in = g_strdup_printf (
        "video/x-raw,format=%s,width=16,height=16,framerate=1/1", cases[i][0]);
    gchar *out =
        g_strdup_printf ("video/x-raw,format=%s,width=32", cases[i][1]);
    const GstStructure *s;
    ElementRig rig;
    GstCaps *caps;

    rig_init (&rig, "savanttransform", NULL);
    rig_set_caps (&rig, in, out);
    gst_buffer_unref (rig_transform (&rig, frame_new (in, 0)));
    s = rig_output (&rig, &caps);
    fail_unless_equals_string (gst_structure_get_string (s, "format"),
        cases[i][2]);
    gst_caps_unref (caps);
    rig_clear (&rig);
    g_free (in);
    g_free (out);
  }
}
GST_END_TEST;

/* What downstream says nothing about is kept, but for colorimetry, which is
 * not named unless it is asked for. */
GST_START_TEST (test_other_fields)
{
  const GstStructure *s;
  ElementRig rig;
  GstCaps *caps;

  rig_init (&rig, "savanttransform", NULL);
  rig_set_caps (&rig,
      "video/x-raw,format=NV12,width=64,height=64,framerate=30/1,"
      "multiview-mode=mono,colorimetry=bt709,chroma-site=mpeg2",
      "video/x-raw,format=NV12,width=32,height=32");
  s = rig_output (&rig, &caps);
  expect_fraction (s, "framerate", 30, 1);
  fail_unless_equals_string (gst_structure_get_string (s, "multiview-mode"),
      "mono");
  fail_if (gst_structure_has_field (s, "colorimetry"));
  fail_if (gst_structure_has_field (s, "chroma-site"));
  gst_caps_unref (caps);
  rig_clear (&rig);

  rig_init (&rig, "savanttransform", NULL);
  rig_set_caps (&rig,
      "video/x-raw,format=NV12,width=64,height=64,framerate=30/1,"
      "colorimetry=bt709",
      "video/x-raw,format=NV12,width=32,height=32,"
      "colorimetry={ bt601, bt709 }");
  s = rig_output (&rig, &caps);
  fail_unless_equals_string (gst_structure_get_string (s, "colorimetry"),
      "bt709");
  gst_caps_unref (caps);
  rig_clear (&rig);
}
GST_END_TEST;

static GstCaps *
query (ElementRig *rig, const gchar *pad, const gchar *filter)
{
  GstPad *p = gst_element_get_static_pad (rig->h->element, pad);
  GstCaps *f = filter != NULL ? gst_caps_from_string (filter) : NULL;
  GstCaps *caps = gst_pad_query_caps (p, f);

  gst_clear_caps (&f);
  gst_object_unref (p);
  return caps;
}

static void
expect_possible (const GstCaps *caps, const gchar *text, gboolean possible)
{
  GstCaps *other = gst_caps_from_string (text);

  fail_unless (gst_caps_can_intersect (caps, other) == possible,
      "%s is%s in "
      "%" GST_PTR_FORMAT,
      text, possible ? " not" : "", caps);
  gst_caps_unref (other);
}

GST_START_TEST (test_queries)
{
  ElementRig rig;
  GstCaps *caps;

  rig_init (&rig, "savanttransform", NULL);
  gst_harness_set_sink_caps_str (rig.h,
      "video/x-raw,format=RGBA,width=64,height=64,framerate=25/1");
  caps = query (&rig, "sink", NULL);
  expect_possible (caps,
      "video/x-raw,format=P010_10LE,width=1,height=32767,"
      "framerate=25/1",
      TRUE);
  expect_possible (caps, NVMM ",format=NV12,width=8,height=8", TRUE);
  expect_possible (caps, NVMM ",format=YUY2,width=8,height=8", FALSE);
  expect_possible (caps, "video/x-raw,format=v308", FALSE);
  expect_possible (caps, "video/x-raw,format=RGBA,framerate=30/1", FALSE);
  expect_possible (caps, "video/x-raw,format=RGBA,width=32768", FALSE);
  gst_caps_unref (caps);

  gst_harness_set_sink_caps_str (rig.h,
      NVMM ",format=RGBA,width=64,height=64,batch-size=4");
  caps = query (&rig, "sink", NULL);
  expect_possible (caps, NVMM ",batch-kind=non-uniform,batch-size=4", TRUE);
  expect_possible (caps, NVMM ",batch-kind=non-uniform,batch-size=5", FALSE);
  expect_possible (caps, NVMM ",format=NV12,batch-size=4", TRUE);
  expect_possible (caps, NVMM ",format=NV12,batch-size=2", FALSE);
  expect_possible (caps, "video/x-raw,format=NV12", FALSE);
  gst_caps_unref (caps);

  /* A non-uniform batch comes out only where one went in. */
  gst_harness_set_sink_caps_str (rig.h,
      NVMM ",batch-kind=non-uniform,batch-size=4");
  caps = query (&rig, "sink", NULL);
  expect_possible (caps, NVMM ",batch-kind=non-uniform,batch-size=4", TRUE);
  expect_possible (caps, NVMM ",batch-kind=uniform,format=RGBA,batch-size=4",
      FALSE);
  gst_caps_unref (caps);
  rig_clear (&rig);
}
GST_END_TEST;

/* The first caps offered are the caps themselves. */
GST_START_TEST (test_same_caps_come_first)
{
  ElementRig rig;
  GstCaps *caps, *same;

  rig_init (&rig, "savanttransform", NULL);
  gst_harness_set_sink_caps_str (rig.h,
      "video/x-raw,format=RGBA,width=64,height=64,framerate=25/1;" NVMM
      ",format=NV12,width=32,height=32,framerate=25/1");
  caps = query (&rig, "sink", NULL);
  same = gst_caps_from_string (
      "video/x-raw,format=RGBA,width=64,height=64,framerate=25/1");
  fail_unless (gst_structure_is_equal (gst_caps_get_structure (caps, 0),
      gst_caps_get_structure (same, 0)));
  gst_caps_unref (same);
  gst_caps_unref (caps);
  rig_clear (&rig);
}
GST_END_TEST;

/* Sends caps that must be refused. */
static void
push_caps (ElementRig *rig, const gchar *in, const gchar *out)
{
  GstCaps *caps = gst_caps_from_string (in);
  GstSegment segment;

  gst_segment_init (&segment, GST_FORMAT_TIME);
  gst_harness_set_sink_caps_str (rig->h, out);
  gst_harness_push_event (rig->h, gst_event_new_stream_start ("refusal"));
  gst_harness_push_event (rig->h, gst_event_new_caps (caps));
  gst_harness_push_event (rig->h, gst_event_new_segment (&segment));
  fail_unless (gst_harness_push (rig->h, gst_buffer_new ())
          == GST_FLOW_NOT_NEGOTIATED,
      "%s to %s is possible", in, out);
  gst_caps_unref (caps);
}

static void
expect_refusal (const gchar *properties, const gchar *in, const gchar *out,
    const gchar *text, const gchar *more)
{
  ElementRig rig;
  gchar *second;

  rig_init (&rig, "savanttransform", properties);
  push_caps (&rig, in, out);
  rig_expect_error (&rig, text, more, NULL);
  second = rig_pop_error (&rig);
  fail_unless (second == NULL, "a second error: %s", second);
  /* Upstream tries again; one error is enough. */
  push_caps (&rig, in, out);
  second = rig_pop_error (&rig);
  fail_unless (second == NULL, "a second error: %s", second);
  rig_clear (&rig);
}

static void
expect_warned_refusal (const gchar *in, const gchar *text, const gchar *more)
{
  ElementRig rig;
  gchar *second;

  rig_init (&rig, "savanttransform", NULL);
  push_caps (&rig, in, "video/x-raw");
  rig_expect_warning (&rig, "Input caps refused", text, more, NULL);
  push_caps (&rig, in, "video/x-raw");
  second = rig_pop_warning (&rig);
  fail_unless (second == NULL, "a second warning: %s", second);
  rig_clear (&rig);
}

GST_START_TEST (test_refused_input)
{
  expect_warned_refusal ("video/x-raw,format=v308,width=64,height=64",
      "v308 is not supported", "RGBx; as input also YUY2");
  expect_warned_refusal (NVMM ",format=YUY2,width=64,height=64",
      "YUY2 is not supported in surfaces", "BGRA, RGBx");
  expect_warned_refusal (
      "video/x-raw(memory:GLMemory),format=RGBA,width=64,height=64",
      "memory:GLMemory", "video/x-raw(memory:NVMM)");
  expect_warned_refusal ("video/x-raw,format=RGBA,width=0,height=64", "width=0",
      "1 to 32767");
  expect_warned_refusal ("video/x-raw,format=RGBA,width=64,height=32768",
      "height=32768", "1 to 32767");
  expect_warned_refusal (NVMM ",format=RGBA,width=32767,height=32767",
      "2147483647", "bytes");

  expect_refusal (NULL, "video/x-raw,format=RGBA,height=64", "video/x-raw",
      "without width", "format, width and height");
  expect_refusal (NULL, "video/x-raw,format=RGBA,width=64", "video/x-raw",
      "without height", "format, width and height");
  expect_refusal (NULL, "video/x-raw,width=64,height=64", "video/x-raw",
      "without format", "format, width and height");
}
GST_END_TEST;

GST_START_TEST (test_refused_output)
{
  expect_refusal (NULL, RGBA_64, "video/x-raw,format=v308",
      "fits what downstream takes", "GRAY8, RGB, BGR, BGRA, RGBx");
  expect_refusal (NULL, RGBA_64, "video/x-raw,format=YUY2",
      "fits what downstream takes", "output");
  expect_refusal (NULL, RGBA_64, "video/x-raw,framerate=30/1",
      "fits what downstream takes", "framerate");
  expect_refusal (NULL, RGBA_64, "video/x-raw,width=40000",
      "fits what downstream takes", "32767");
  expect_refusal (NULL, RGBA_64, NVMM ",width=64,height=64,batch-size=4",
      "batch-size=1", "batch-size=4");
  expect_refusal (NULL, NVMM ",format=RGBA,width=64,height=64,batch-size=4",
      "video/x-raw", "batch-size=4", "cannot become plain video/x-raw");
  expect_refusal (NULL,
      NVMM ",batch-kind=non-uniform,batch-size=4,num-surfaces-per-frame=1",
      NVMM ",format=RGBA,width=[1,100],height=64", "non-uniform batch",
      "name format, width and height");
  expect_refusal (NULL,
      NVMM ",batch-kind=non-uniform,batch-size=4,num-surfaces-per-frame=1",
      "video/x-raw,format=RGBA,width=64,height=64", "batch-size=4",
      "cannot become plain video/x-raw");
  expect_refusal (NULL, NVMM ",batch-kind=non-uniform,batch-size=1",
      "video/x-raw,format=RGBA,width=64,height=64", "batch-size=1",
      "cannot become plain video/x-raw");
  expect_refusal (NULL, NVMM ",format=RGBA,width=64,height=64,batch-size=3",
      NVMM ",batch-kind=non-uniform,batch-size=3", "uniform batch",
      "non-uniform");
}
GST_END_TEST;

static void
collect_log (GstDebugCategory *category, GstDebugLevel level, const gchar *file,
    const gchar *function, gint line, GObject *object, GstDebugMessage *message,
    gpointer user_data)
{
  GString *log = user_data;

  (void) file;
  (void) function;
  (void) line;
  (void) object;
  if (level <= GST_LEVEL_INFO
      && g_str_equal (gst_debug_category_get_name (category), "savant"))
    g_string_append (log, gst_debug_message_get (message));
}

/* Upstream asks, finds nothing and fails without a reason: the log has it. */
GST_START_TEST (test_query_without_an_answer_is_logged)
{
  GString *log = g_string_new (NULL);
  GstCaps *caps = gst_caps_from_string (RGBA_64), *answer;
  ElementRig rig;

  rig_init (&rig, "savanttransform", NULL);
  gst_harness_set_sink_caps_str (rig.h, NVMM ",batch-size=4");
  gst_debug_set_threshold_for_name ("savant", GST_LEVEL_INFO);
  gst_debug_add_log_function (collect_log, log, NULL);
  answer = gst_pad_peer_query_caps (rig.h->srcpad, caps);
  gst_debug_remove_log_function (collect_log);
  gst_debug_unset_threshold_for_name ("savant");
  fail_unless (gst_caps_is_empty (answer));
  fail_unless (strstr (log->str, "width=(int)64") != NULL
          && strstr (log->str, "batch-size=(int)4") != NULL
          && strstr (log->str, "only savantbatch") != NULL,
      "logged: %s", log->str);
  gst_caps_unref (answer);
  gst_caps_unref (caps);
  rig_clear (&rig);
  g_string_free (log, TRUE);
}
GST_END_TEST;

GST_START_TEST (test_refused_padding)
{
  expect_refusal ("pad-left=50", RGBA_64, "video/x-raw,width=64,height=64",
      "effective width", "14");
  expect_refusal ("pad-top=30 pad-bottom=20", RGBA_64,
      "video/x-raw,width=64,height=64", "effective height", "14");
  expect_refusal ("pad-left=1", RGBA_64, "video/x-raw,width=8,height=8",
      "effective width", "16");
}
GST_END_TEST;

GST_START_TEST (test_interlaced_is_warned_of_once)
{
  static const gchar in[] =
      "video/x-raw,format=I420,width=64,height=64,framerate=25/1,"
      "interlace-mode=interleaved";
  ElementRig rig;

  rig_init (&rig, "savanttransform", NULL);
  rig_set_caps (&rig, in, "video/x-raw,width=32,height=32");
  gst_buffer_unref (rig_transform (&rig, frame_new (in, 0)));
  rig_expect_warning (&rig, "Interlaced", "deinterlace", NULL);
  rig_set_caps (&rig,
      "video/x-raw,format=I420,width=64,height=48,framerate=25/1,"
      "interlace-mode=interleaved",
      "video/x-raw,width=32,height=32");
  rig_expect_silence (&rig);
  rig_clear (&rig);

  rig_init (&rig, "savanttransform", NULL);
  rig_set_caps (&rig, in, "video/x-raw");
  gst_buffer_unref (rig_transform (&rig, frame_new (in, 0)));
  rig_expect_silence (&rig);
  rig_clear (&rig);
}
GST_END_TEST;

GST_START_TEST (test_caps_change_in_mid_stream)
{
  static const gchar first[] =
      "video/x-raw,format=RGBA,width=64,height=32,framerate=25/1";
  static const gchar second[] =
      NVMM ",format=NV12,width=30,height=60,framerate=25/1";
  ElementRig rig;
  GstBuffer *buffer;

  rig_init (&rig, "savanttransform", NULL);
  rig_set_caps (&rig, first, "video/x-raw,format=I420,width=64,height=64");
  buffer = rig_transform (&rig, frame_new (first, 0xff0000));
  expect_destination (buffer, 0, 0, 16, 64, 32);
  expect_color (&rig, buffer, 0, 32, 32, 0xff0000);
  gst_buffer_unref (buffer);

  gst_harness_set_src_caps_str (rig.h, second);
  buffer = rig_transform (&rig, frame_new (second, 0x00ff00));
  expect_destination (buffer, 0, 16, 0, 32, 64);
  expect_color (&rig, buffer, 0, 32, 32, 0x00ff00);
  gst_buffer_unref (buffer);

  /* Downstream changes its mind. */
  gst_harness_set_sink_caps_str (rig.h,
      "video/x-raw,format=RGB,width=20,height=40");
  gst_harness_push_upstream_event (rig.h, gst_event_new_reconfigure ());
  buffer = rig_transform (&rig, frame_new (second, 0x0000ff));
  expect_destination (buffer, 0, 0, 0, 20, 40);
  expect_color (&rig, buffer, 0, 10, 20, 0x0000ff);
  gst_buffer_unref (buffer);
  rig_expect_silence (&rig);
  rig_clear (&rig);
}
GST_END_TEST;

static Suite *
savanttransform_caps_suite (void)
{
  Suite *s = suite_create ("savanttransform_caps");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, test_pairs);
  tcase_add_test (tc, test_open_size_is_kept);
  tcase_add_test (tc, test_missing_side_keeps_display_aspect);
  tcase_add_test (tc, test_format_is_kept_or_near);
  tcase_add_test (tc, test_other_fields);
  tcase_add_test (tc, test_queries);
  tcase_add_test (tc, test_same_caps_come_first);
  tcase_add_test (tc, test_refused_input);
  tcase_add_test (tc, test_refused_output);
  tcase_add_test (tc, test_query_without_an_answer_is_logged);
  tcase_add_test (tc, test_refused_padding);
  tcase_add_test (tc, test_interlaced_is_warned_of_once);
  tcase_add_test (tc, test_caps_change_in_mid_stream);
  return s;
}

GST_CHECK_MAIN (savanttransform_caps);
