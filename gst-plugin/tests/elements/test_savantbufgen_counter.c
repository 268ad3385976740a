/* SPDX-License-Identifier: Apache-2.0 */
/* pattern=counter read back: directly, after letterboxing, turning, cropping
 * and lossy coding, and what is refused. */
#include <math.h>

#include "support/frames.h"

static const gint64 ids[] = { 0, 1, 0x80000000, 0xffffffff, 0xaaaaaaaa,
  0x55555555, 0x12345678, G_GINT64_CONSTANT (0x7fffffff89abcdef) };

/* The sample of a one-frame pipeline that ends in "appsink name=sink". */
static GstSample *
run_line (const gchar *line)
{
  GError *error = NULL;
  GstElement *pipeline = gst_parse_launch (line, &error);
  GstElement *sink;
  GstSample *sample;

  fail_unless (error == NULL, "%s: %s", line, error ? error->message : "");
  sink = gst_bin_get_by_name (GST_BIN (pipeline), "sink");
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  g_signal_emit_by_name (sink, "pull-sample", &sample);
  fail_unless (sample != NULL, "%s: no sample", line);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (sink);
  gst_object_unref (pipeline);
  return sample;
}

/* Reads the counter of the sample of a line, in `rect` or all of it. */
static void
check_plain (const gchar *line, const SavantRect *rect, guint32 expected)
{
  GstSample *sample = run_line (line);
  TestFrame frame;
  guint32 id = ~expected;
  gint status;

  test_frame_map (&frame, gst_sample_get_buffer (sample),
      gst_sample_get_caps (sample));
  status = savant_image_read_counter (&frame.image, rect, &id);
  fail_unless (status == SAVANT_OK, "%s: %s", line, savant_last_error ());
  fail_unless (id == expected, "%s: %08x read, %08x expected", line, id,
      expected);
  test_frame_unmap (&frame);
  gst_sample_unref (sample);
}

static void
check_surface (const gchar *line, guint32 expected)
{
  GstSample *sample = run_line (line);
  guint32 id = ~expected;

  fail_unless (savant_buffer_read_counter (gst_sample_get_buffer (sample), 0,
                   &id)
          == SAVANT_OK,
      "%s: %s", line, savant_last_error ());
  fail_unless (id == expected, "%s: %08x read, %08x expected", line, id,
      expected);
  gst_sample_unref (sample);
}

GST_START_TEST (test_direct)
{
  static const gchar *const formats[] = { "RGBA", "BGRx", "NV12", "NV21",
    "I420", "UYVY", "GRAY8", "RGB", "BGR", "BGRA", "RGBx" };
  guint f, i;

  for (f = 0; f < G_N_ELEMENTS (formats); f++) {
    for (i = 0; i < G_N_ELEMENTS (ids); i++) {
      static const gchar *const sizes[] = { "width=64,height=1",
        "width=65,height=33", "width=1280,height=720" };
      gchar *line = g_strdup_printf ("savantbufgen pattern=counter "
                                     "num-buffers=1 first-id=%" G_GINT64_FORMAT
                                     " ! video/x-raw,format=%s,%s ! "
                                     "appsink name=sink sync=false",
          ids[i], formats[f], sizes[i % 3]);

      check_plain (line, NULL, (guint32) ids[i]);
      g_free (line);
      line = g_strdup_printf ("savantbufgen pattern=counter num-buffers=1 "
                              "first-id=%" G_GINT64_FORMAT " ! "
                              "video/x-raw(memory:NVMM),format=%s,%s ! "
                              "appsink name=sink sync=false",
          ids[i], formats[f], sizes[i % 3]);
      check_surface (line, (guint32) ids[i]);
      g_free (line);
    }
  }
}
GST_END_TEST;

/* Cell k reaches from round (k w / 32) to round ((k + 1) w / 32), over the
 * full height. */
GST_START_TEST (test_cells)
{
  static const gint widths[] = { 1, 7, 31, 32, 33, 64, 100, 1279, 1280 };
  guint w;

  for (w = 0; w < G_N_ELEMENTS (widths); w++) {
    gchar *line = g_strdup_printf ("savantbufgen pattern=counter num-buffers=1 "
                                   "first-id=2863311530 ! video/x-raw,format="
                                   "GRAY8,width=%d,height=13 ! appsink "
                                   "name=sink sync=false",
        widths[w]);
    GstSample *sample = run_line (line);
    TestFrame frame;
    gint x, y, k = 0;

    test_frame_map (&frame, gst_sample_get_buffer (sample),
        gst_sample_get_caps (sample));
    for (x = 0; x < widths[w]; x++) {
      while (x >= (gint) floor ((k + 1) * widths[w] / 32.0 + 0.5))
        k++;
      for (y = 0; y < 13; y++)
        fail_unless (test_sample (&frame.image, 0, x, y)
                == (k % 2 == 0 ? 255 : 0),
            "width %d: pixel (%d, %d)", widths[w], x, y);
    }
    test_frame_unmap (&frame);
    gst_sample_unref (sample);
    g_free (line);
  }
}
GST_END_TEST;

/* Every frame shows its own id. */
GST_START_TEST (test_counts)
{
  GstHarness *h = test_bufgen ("pattern=counter first-id=1048570",
      "video/x-raw(memory:NVMM),format=NV12,width=320,height=180");
  gint i;

  gst_harness_play (h);
  for (i = 0; i < 100; i++) {
    GstBuffer *buffer = gst_harness_pull (h);
    guint32 id = 0;

    fail_unless_equals_int (savant_buffer_read_counter (buffer, 0, &id),
        SAVANT_OK);
    fail_unless_equals_int (id, 1048570 + i);
    fail_unless_equals_int64 (test_frame_id (buffer), 1048570 + i);
    gst_buffer_unref (buffer);
  }
  test_bufgen_free (h);
}
GST_END_TEST;

/* 1280x720 into 160x120: 160x90 with 15 rows of bars. */
GST_START_TEST (test_letterboxed)
{
  static const gchar *const formats[] = { "RGBA", "NV12", "GRAY8", "UYVY" };
  static const gchar *const filters[] = { "nearest", "bilinear", "cubic",
    "super", "lanczos" };
  const SavantRect rect = { 0, 15, 160, 90 };
  guint f, n, i = 0;

  for (f = 0; f < G_N_ELEMENTS (formats); f++) {
    for (n = 0; n < G_N_ELEMENTS (filters); n++, i++) {
      gint64 id = ids[i % G_N_ELEMENTS (ids)];
      gchar *line = g_strdup_printf ("savantbufgen pattern=counter "
                                     "num-buffers=1 first-id=%" G_GINT64_FORMAT
                                     " ! video/x-raw,width=1280,height=720 ! "
                                     "savanttransform padding=symmetric "
                                     "interpolation=%s ! video/x-raw,format=%s,"
                                     "width=160,height=120,pixel-aspect-ratio="
                                     "1/1 ! appsink name=sink sync=false",
          id, filters[n], formats[f]);

      check_plain (line, &rect, (guint32) id);
      g_free (line);
      line = g_strdup_printf ("savantbufgen pattern=counter num-buffers=1 "
                              "first-id=%" G_GINT64_FORMAT " ! video/x-raw,"
                              "width=1280,height=720 ! savanttransform "
                              "padding=symmetric interpolation=%s ! "
                              "video/x-raw(memory:NVMM),format=%s,width=160,"
                              "height=120,pixel-aspect-ratio=1/1 ! appsink "
                              "name=sink sync=false",
          id, filters[n], formats[f]);
      check_surface (line, (guint32) id);
      g_free (line);
    }
  }
}
GST_END_TEST;

/* Flips, turns and crops leave the counter readable through the geometry. */
GST_START_TEST (test_turned_and_cropped)
{
  static const gchar *const options[] = { "video-direction=90r",
    "video-direction=180", "video-direction=90l", "video-direction=horiz",
    "video-direction=vert", "video-direction=ul-lr", "video-direction=ur-ll",
    "padding=right-bottom pad-left=10 pad-top=20",
    "crop-top=100 crop-height=500" };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (options); i++) {
    gchar *line = g_strdup_printf ("savantbufgen pattern=counter num-buffers=1 "
                                   "first-id=19088743 ! video/x-raw,width=1280,"
                                   "height=720 ! savanttransform %s ! "
                                   "video/x-raw(memory:NVMM),format=RGBA,"
                                   "width=640,height=640 ! appsink name=sink "
                                   "sync=false",
        options[i]);

    check_surface (line, 19088743);
    g_free (line);
  }
}
GST_END_TEST;

GST_START_TEST (test_lossy)
{
  static const gchar *const codecs[] = { "jpegenc quality=40 ! jpegdec",
    "x264enc bitrate=500 ! avdec_h264" };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (codecs); i++) {
    gchar *line = g_strdup_printf ("savantbufgen pattern=counter num-buffers=1 "
                                   "first-id=305419896 ! video/x-raw,"
                                   "format=I420,width=320,height=240 ! %s ! "
                                   "videoconvert ! video/x-raw,format=I420 ! "
                                   "appsink name=sink sync=false",
        codecs[i]);

    check_plain (line, NULL, 305419896);
    g_free (line);
  }
}
GST_END_TEST;

/* Formats that we only take, full range, and other people's frames. */
GST_START_TEST (test_input_formats)
{
  static const gchar *const formats[] = { "YUY2", "Y42B", "Y444", "NV16",
    "I420_10LE", "P010_10LE", "I420,colorimetry=1:4:0:1" };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (formats); i++) {
    gchar *line = g_strdup_printf ("savantbufgen pattern=counter num-buffers=1 "
                                   "first-id=305419896 ! video/x-raw,"
                                   "format=RGBA,width=320,height=240 ! "
                                   "videoconvert ! video/x-raw,format=%s ! "
                                   "appsink name=sink sync=false",
        formats[i]);

    check_plain (line, NULL, 305419896);
    g_free (line);
  }
}
GST_END_TEST;

/* ---- Refusals ------------------------------------------------------------ */

static void
check_refusal (const SavantImage *image, const SavantRect *rect, gint status,
    const gchar *text)
{
  guint32 id = 77;

  fail_unless_equals_int (savant_image_read_counter (image, rect, &id), status);
  test_assert_contains (savant_last_error (), text);
  fail_unless_equals_int (id, 77);
}

GST_START_TEST (test_image_refusals)
{
  guint8 *pixels = g_malloc0 (200 * 10);
  SavantImage image = { SAVANT_FORMAT_GRAY8, 200, 10,
    { SAVANT_MATRIX_BT601, SAVANT_RANGE_FULL, 0 }, 1, { pixels }, { 200 } };
  static const SavantRect outside[] = { { -1, 0, 100, 10 }, { 0, -1, 100, 10 },
    { 101, 0, 100, 10 }, { 0, 1, 200, 10 }, { 0, 0, 0, 10 }, { 0, 0, 100, -4 },
    { G_MAXINT, 0, 100, 10 }, { 0, 0, G_MAXINT, 10 } };
  SavantRect rect = { 0, 0, 63, 10 };
  SavantImage unknown;
  guint32 id = 77;
  guint i;

  fail_unless_equals_int (savant_image_read_counter (NULL, NULL, &id),
      SAVANT_ERROR_INVALID_ARGUMENT);
  test_assert_contains (savant_last_error (), "image is NULL");
  fail_unless_equals_int (savant_image_read_counter (&image, NULL, NULL),
      SAVANT_ERROR_INVALID_ARGUMENT);
  test_assert_contains (savant_last_error (), "id is NULL");
  for (i = 0; i < G_N_ELEMENTS (outside); i++)
    check_refusal (&image, &outside[i], SAVANT_ERROR_INVALID_ARGUMENT,
        "not inside the 200x10 picture");
  check_refusal (&image, &rect, SAVANT_ERROR_INVALID_ARGUMENT,
      "63.0 pixels long, 64 are needed");
  rect.w = 64;
  fail_unless_equals_int (savant_image_read_counter (&image, &rect, &id),
      SAVANT_OK);
  fail_unless_equals_int (id, 0);
  id = 77;

  unknown = image;
  unknown.format = (SavantFormat) 4711;
  check_refusal (&unknown, NULL, SAVANT_ERROR_INVALID_ARGUMENT,
      "format 4711 is not known");

  /* 25 and 75 % of 255: just inside and outside of what counts. */
  memset (pixels, 63, 2000);
  fail_unless_equals_int (savant_image_read_counter (&image, NULL, &id),
      SAVANT_OK);
  fail_unless_equals_int (id, 0);
  memset (pixels, 192, 2000);
  fail_unless_equals_int (savant_image_read_counter (&image, NULL, &id),
      SAVANT_OK);
  fail_unless (id == 0xffffffff);
  id = 77;
  memset (pixels, 64, 2000);
  check_refusal (&image, NULL, SAVANT_ERROR_UNSUPPORTED,
      "neither black nor white");
  memset (pixels, 191, 2000);
  check_refusal (&image, NULL, SAVANT_ERROR_UNSUPPORTED, "cell 0 of 32");
  g_free (pixels);
}
GST_END_TEST;

static void
check_buffer_refusal (const gchar *line, gint slot, gint status,
    const gchar *text)
{
  GstSample *sample = run_line (line);
  guint32 id = 77;

  fail_unless_equals_int (
      savant_buffer_read_counter (gst_sample_get_buffer (sample), slot, &id),
      status);
  test_assert_contains (savant_last_error (), text);
  fail_unless_equals_int (id, 77);
  gst_sample_unref (sample);
}

GST_START_TEST (test_buffer_refusals)
{
  static const gchar surface[] = "savantbufgen pattern=gradient num-buffers=1 "
                                 "! video/x-raw(memory:NVMM) ! "
                                 "appsink name=sink sync=false";
  static const gchar half[] = "savantbufgen pattern=counter num-buffers=1 ! "
                              "video/x-raw,width=1280,height=720 ! "
                              "savanttransform crop-width=640 ! "
                              "video/x-raw(memory:NVMM),format=RGBA,width=640,"
                              "height=640 ! appsink name=sink sync=false";
  static const gchar small[] = "savantbufgen pattern=counter num-buffers=1 ! "
                               "video/x-raw,width=1280,height=720 ! "
                               "savanttransform ! video/x-raw(memory:NVMM),"
                               "format=RGBA,width=60,height=40 ! "
                               "appsink name=sink sync=false";
  static const gchar plain[] = "savantbufgen pattern=counter num-buffers=1 ! "
                               "appsink name=sink sync=false";
  guint32 id = 77;

  fail_unless_equals_int (savant_buffer_read_counter (NULL, 0, &id),
      SAVANT_ERROR_INVALID_ARGUMENT);
  test_assert_contains (savant_last_error (), "buffer is NULL");
  check_buffer_refusal (surface, 0, SAVANT_ERROR_UNSUPPORTED,
      "neither black nor white");
  check_buffer_refusal (surface, 1, SAVANT_ERROR_INVALID_ARGUMENT, "slot 1");
  check_buffer_refusal (surface, -1, SAVANT_ERROR_INVALID_ARGUMENT, "slot -1");
  check_buffer_refusal (half, 0, SAVANT_ERROR_UNSUPPORTED,
      "outside the 640x640 picture");
  check_buffer_refusal (small, 0, SAVANT_ERROR_INVALID_ARGUMENT,
      "64 are needed");
  check_buffer_refusal (plain, 0, SAVANT_ERROR_NOT_A_SURFACE, "");
}
GST_END_TEST;

static Suite *
savantbufgen_counter_suite (void)
{
  Suite *s = suite_create ("savantbufgen-counter");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, test_direct);
  tcase_add_test (tc, test_cells);
  tcase_add_test (tc, test_counts);
  tcase_add_test (tc, test_letterboxed);
  tcase_add_test (tc, test_turned_and_cropped);
  tcase_add_test (tc, test_lossy);
  tcase_add_test (tc, test_input_formats);
  tcase_add_test (tc, test_image_refusals);
  tcase_add_test (tc, test_buffer_refusals);
  return s;
}

GST_CHECK_MAIN (savantbufgen_counter);
