/* SPDX-License-Identifier: Apache-2.0 */
#include "support/elementrig.h"

#include <string.h>

#define NVMM "video/x-raw(memory:NVMM)"
#define RGBA(w, h)                                                             \
  "video/x-raw,format=RGBA,width=" #w ",height=" #h ",framerate=25/1"

/* ---- How frames lie in memory ------------------------------------------ */

/* A 40x20 I420 frame: red, but for a blue block at the left top. Strides are
 * odd, planes lie in the order V, Y, U, rows may go upwards; `cuts` memories.
 */
static GstBuffer *
strange_frame (gboolean upwards, guint cuts)
{
  static const gint strides[3] = { 51, 37, 29 };
  static const gint rows[3] = { 20, 10, 10 }, widths[3] = { 40, 20, 20 };
  static const gsize starts[3] = { 500, 1700, 7 };
  /* BT.601 limited */
  static const guint8 red[3] = { 81, 90, 240 }, blue[3] = { 41, 240, 110 };
  gsize offset[4] = { 0 }, total = 2200;
  guint8 *data = g_malloc0 (total);
  GstBuffer *buffer = gst_buffer_new ();
  gint stride[4] = { 0 };

  for (gint p = 0; p < 3; p++) {
    for (gint y = 0; y < rows[p]; y++) {
      gint at = upwards ? rows[p] - 1 - y : y;
      guint8 *row = data + starts[p] + at * strides[p];

      for (gint x = 0; x < widths[p]; x++)
        row[x] = x < widths[p] / 2 && y < rows[p] / 2 ? blue[p] : red[p];
    }
    offset[p] = starts[p] + (upwards ? (rows[p] - 1) * strides[p] : 0);
    stride[p] = upwards ? -strides[p] : strides[p];
  }
  for (guint i = 0; i < cuts; i++) {
    gsize begin = total * i / cuts, end = total * (i + 1) / cuts;
    guint8 *part = g_malloc (end - begin);

    memcpy (part, data + begin, end - begin);
    gst_buffer_append_memory (buffer,
        gst_memory_new_wrapped (GST_MEMORY_FLAG_READONLY, part, end - begin, 0,
            end - begin, part, g_free));
  }
  g_free (data);
  gst_buffer_add_video_meta_full (buffer, GST_VIDEO_FRAME_FLAG_NONE,
      GST_VIDEO_FORMAT_I420, 40, 20, 3, offset, stride);
  GST_BUFFER_PTS (buffer) = 0;
  return buffer;
}

static void
check_strange_frame (gboolean upwards, guint cuts, const gchar *out)
{
  ElementRig rig;
  GstBuffer *buffer;

  rig_init (&rig, "savanttransform", NULL);
  rig_set_caps (&rig,
      "video/x-raw,format=I420,width=40,height=20,framerate=25/1", out);
  buffer = rig_transform (&rig, strange_frame (upwards, cuts));
  expect_color (&rig, buffer, 0, 4, 4, 0x0000fe);
  expect_color (&rig, buffer, 0, 30, 4, 0xfe0000);
  expect_color (&rig, buffer, 0, 4, 16, 0xfe0000);
  gst_buffer_unref (buffer);
  rig_expect_silence (&rig);
  rig_clear (&rig);
}

GST_START_TEST (test_strides_and_memories)
{
  for (guint cuts = 1; cuts <= 4; cuts++)
    for (gint upwards = 0; upwards <= 1; upwards++) {
      check_strange_frame (upwards, cuts,
          "video/x-raw,format=RGBA,width=40,height=20");
      check_strange_frame (upwards, cuts,
          NVMM ",format=RGBA,width=40,height=20");
      check_strange_frame (upwards, cuts,
          "video/x-raw,format=I420,width=40,height=22");
    }
}
GST_END_TEST;

static void
expect_frame_error (ElementRig *rig, GstBuffer *buffer, const gchar *text,
    const gchar *more)
{
  gchar *second;

  fail_unless_equals_int (gst_harness_push (rig->h, buffer), GST_FLOW_ERROR);
  rig_expect_error (rig, text, more, NULL);
  second = rig_pop_error (rig);
  fail_unless (second == NULL, "a second error: %s", second);
}

GST_START_TEST (test_truncated_frames)
{
  gsize offset[4] = { 0 };
  gint stride[4] = { 256, 0, 0, 0 };
  GstBuffer *buffer;
  ElementRig rig;

  rig_init (&rig, "savanttransform", NULL);
  rig_set_caps (&rig, RGBA (64, 64), RGBA (32, 32));
  expect_frame_error (&rig, gst_buffer_new_allocate (NULL, 16383, NULL),
      "16383", "16384");
  expect_frame_error (&rig, gst_buffer_new (), "0 bytes", "16384");

  buffer = gst_buffer_new_allocate (NULL, 16383, NULL);
  gst_buffer_add_video_meta_full (buffer, GST_VIDEO_FRAME_FLAG_NONE,
      GST_VIDEO_FORMAT_RGBA, 64, 64, 1, offset, stride);
  expect_frame_error (&rig, buffer, "16383", "16384");

  /* Upwards from the first row: leaves the memory at the top. */
  buffer = gst_buffer_new_allocate (NULL, 16384, NULL);
  stride[0] = -256;
  gst_buffer_add_video_meta_full (buffer, GST_VIDEO_FRAME_FLAG_NONE,
      GST_VIDEO_FORMAT_RGBA, 64, 64, 1, offset, stride);
  expect_frame_error (&rig, buffer, "truncated", "stride -256");

  buffer = gst_buffer_new_allocate (NULL, 16384, NULL);
  stride[0] = 255;
  gst_buffer_add_video_meta_full (buffer, GST_VIDEO_FRAME_FLAG_NONE,
      GST_VIDEO_FORMAT_RGBA, 64, 64, 1, offset, stride);
  expect_frame_error (&rig, buffer, "stride of 255", "256");

  buffer = gst_buffer_new_allocate (NULL, 16384, NULL);
  gst_buffer_add_video_meta (buffer, GST_VIDEO_FRAME_FLAG_NONE,
      GST_VIDEO_FORMAT_BGRx, 64, 64);
  expect_frame_error (&rig, buffer, "GstVideoMeta", "BGRx");
  fail_unless_equals_uint64 (rig_stat (&rig, "dropped-error"), 6);

  /* The element still works. */
  gst_buffer_unref (rig_transform (&rig, frame_new (RGBA (64, 64), 0)));
  fail_unless_equals_uint64 (rig_stat (&rig, "out"), 1);
  rig_clear (&rig);
}
GST_END_TEST;

/* A frame of another size than the caps' is taken by its GstVideoMeta. */
GST_START_TEST (test_size_of_video_meta)
{
  GstBuffer *buffer = frame_new (RGBA (128, 32), 0xff0000);
  ElementRig rig;

  gst_buffer_add_video_meta (buffer, GST_VIDEO_FRAME_FLAG_NONE,
      GST_VIDEO_FORMAT_RGBA, 128, 32);
  rig_init (&rig, "savanttransform", NULL);
  rig_set_caps (&rig, RGBA (64, 64), RGBA (32, 32));
  buffer = rig_transform (&rig, buffer);
  expect_destination (buffer, 0, 0, 12, 32, 8);
  expect_source (buffer, 0, 0, 0, 128, 32);
  gst_buffer_unref (buffer);

  buffer = frame_new (RGBA (32, 96), 0x00ff00);
  gst_buffer_add_video_meta (buffer, GST_VIDEO_FRAME_FLAG_NONE,
      GST_VIDEO_FORMAT_RGBA, 32, 96);
  buffer = rig_transform (&rig, buffer);
  expect_source (buffer, 0, 0, 0, 32, 96);
  expect_color (&rig, buffer, 0, 16, 31, 0x00ff00);
  gst_buffer_unref (buffer);
  rig_clear (&rig);
}
GST_END_TEST;

GST_START_TEST (test_no_surface_under_nvmm_caps)
{
  guint8 *zeroes = g_malloc0 (4096);
  ElementRig rig;

  rig_init (&rig, "savanttransform", NULL);
  rig_set_caps (&rig, NVMM ",format=RGBA,width=64,height=64", RGBA (32, 32));
  expect_frame_error (&rig, gst_buffer_new_wrapped (zeroes, 4096), "Input",
      "NvBufSurface");
  expect_frame_error (&rig, gst_buffer_new (), "Input", "NvBufSurface");
  expect_frame_error (&rig, gst_buffer_new_allocate (NULL, 3, NULL), "Input",
      "NvBufSurface");
  rig_clear (&rig);
}
GST_END_TEST;

/* ---- Timestamps, flags, colours ---------------------------------------- */

GST_START_TEST (test_timestamps_and_flags)
{
  GstBuffer *buffer = frame_new (RGBA (64, 64), 0);
  ElementRig rig;

  GST_BUFFER_PTS (buffer) = 7 * GST_SECOND;
  GST_BUFFER_DTS (buffer) = 6 * GST_SECOND;
  GST_BUFFER_DURATION (buffer) = 3;
  GST_BUFFER_FLAG_SET (buffer,
      GST_BUFFER_FLAG_DISCONT | GST_BUFFER_FLAG_GAP
          | GST_BUFFER_FLAG_DELTA_UNIT);
  rig_init (&rig, "savanttransform", NULL);
  rig_set_caps (&rig, RGBA (64, 64), RGBA (32, 32));
  buffer = rig_transform (&rig, buffer);
  fail_unless_equals_uint64 (GST_BUFFER_PTS (buffer), 7 * GST_SECOND);
  fail_unless_equals_uint64 (GST_BUFFER_DTS (buffer), 6 * GST_SECOND);
  fail_unless_equals_uint64 (GST_BUFFER_DURATION (buffer), 3);
  fail_unless (GST_BUFFER_FLAG_IS_SET (buffer, GST_BUFFER_FLAG_DISCONT));
  fail_unless (GST_BUFFER_FLAG_IS_SET (buffer, GST_BUFFER_FLAG_GAP));
  fail_unless (GST_BUFFER_FLAG_IS_SET (buffer, GST_BUFFER_FLAG_DELTA_UNIT));
  gst_buffer_unref (buffer);
  rig_clear (&rig);
}
GST_END_TEST;

/* The luma of a blue frame tells by which matrix it was computed. */
static void
expect_blue_luma (const gchar *in, const gchar *out, gint luma)
{
  GstBuffer *buffer = frame_new (in, 0x0000ff);
  ElementRig rig;
  GstCaps *caps;
  guint8 first = 0;

  rig_init (&rig, "savanttransform", "padding=none");
  rig_set_caps (&rig, in, out);
  buffer = rig_transform (&rig, buffer);
  rig_output (&rig, &caps);
  if (gst_caps_features_contains (gst_caps_get_features (caps, 0),
          "memory:NVMM")) {
    SavantImage image;

    fail_unless_equals_int (
        gst_savant_surface_get_image (gst_savant_buffer_peek_surface (buffer),
            0, &image),
        SAVANT_OK);
    first = image.data[0][0];
  } else {
    gst_buffer_extract (buffer, 0, &first, 1);
  }
  gst_caps_unref (caps);
  fail_unless (ABS (first - luma) <= 2, "%s to %s: luma %d, not %d", in, out,
      first, luma);
  gst_buffer_unref (buffer);
  rig_clear (&rig);
}

#define BT601 41
#define BT709 32
#define BT709_FULL 18

GST_START_TEST (test_colorimetry)
{
  expect_blue_luma (RGBA (64, 64), "video/x-raw,format=NV12,width=32", BT601);
  expect_blue_luma (RGBA (64, 64),
      "video/x-raw,format=NV12,width=32,height=720", BT709);
  expect_blue_luma (RGBA (64, 64),
      "video/x-raw,format=NV12,width=32,colorimetry=bt709", BT709);
  expect_blue_luma (RGBA (64, 64), NVMM ",format=NV12,width=32,height=720",
      BT601);
  expect_blue_luma (RGBA (64, 64),
      NVMM ",format=NV12,width=32,colorimetry=bt709", BT709);
  /* Unasked, a surface keeps what its source has, if it can say it. */
  expect_blue_luma ("video/x-raw,format=I420,width=64,height=720",
      NVMM ",format=NV12,width=32,height=32", BT709);
  expect_blue_luma (
      "video/x-raw,format=I420,width=64,height=64,colorimetry=1:3:0:0",
      NVMM ",format=NV12,width=32,height=32", BT709_FULL);
  expect_blue_luma (
      "video/x-raw,format=I420,width=64,height=64,colorimetry=1:3:0:0",
      NVMM ",format=NV21,width=32,height=32", BT601);
  expect_blue_luma (NVMM ",format=NV12,width=64,height=64,colorimetry=bt709",
      "video/x-raw,format=NV12,width=32,height=32", BT601);
}
GST_END_TEST;

/* A source that changes its colorimetry between frames under caps that name
 * none: the output follows. */
GST_START_TEST (test_colorimetry_of_surfaces_changes)
{
  static const gchar *const named[] = { NVMM
    ",format=NV12,width=64,height=64,colorimetry=bt709",
    NVMM ",format=NV12,width=64,height=64" };
  static const gint luma[] = { BT709, BT601 };
  ElementRig rig;

  rig_init (&rig, "savanttransform", NULL);
  rig_set_caps (&rig, named[1], NVMM ",format=NV12,width=32,height=32");
  for (gint i = 0; i < 4; i++) {
    GstBuffer *buffer =
        rig_transform (&rig, frame_new (named[i % 2], 0x0000ff));
    SavantImage image;

    fail_unless_equals_int (
        gst_savant_surface_get_image (gst_savant_buffer_peek_surface (buffer),
            0, &image),
        SAVANT_OK);
    fail_unless (ABS (image.data[0][0] - luma[i % 2]) <= 1, "luma %d",
        image.data[0][0]);
    gst_buffer_unref (buffer);
  }
  rig_clear (&rig);
}
GST_END_TEST;

/* Surfaces are mpeg2 sited, also where their caps name a colorimetry: the same
 * surface gives the same bytes under both caps. */
GST_START_TEST (test_siting_of_surfaces)
{
  static const gchar *const in[] = { NVMM
    ",format=NV12,width=64,height=64,colorimetry=bt709",
    NVMM ",format=NV12,width=64,height=64" };
  GstBuffer *buffer = frame_new (in[0], 0x000000), *results[2];
  GstMapInfo a, b;
  SavantImage image;

  fail_unless_equals_int (
      gst_savant_surface_get_image (gst_savant_buffer_peek_surface (buffer), 0,
          &image),
      SAVANT_OK);
  for (gint y = 0; y < 32; y++)
    memset (image.data[1] + y * image.pitch_bytes[1] + 32, 200, 32);
  for (gint i = 0; i < 2; i++) {
    ElementRig rig;

    rig_init (&rig, "savanttransform", NULL);
    rig_set_caps (&rig, in[i], RGBA (100, 100));
    results[i] = rig_transform (&rig, gst_buffer_ref (buffer));
    rig_clear (&rig);
  }
  fail_unless (gst_buffer_map (results[0], &a, GST_MAP_READ));
  fail_unless (gst_buffer_map (results[1], &b, GST_MAP_READ));
  fail_unless (a.size == b.size && memcmp (a.data, b.data, a.size) == 0);
  gst_buffer_unmap (results[0], &a);
  gst_buffer_unmap (results[1], &b);
  gst_buffer_unref (results[0]);
  gst_buffer_unref (results[1]);
  gst_buffer_unref (buffer);
}
GST_END_TEST;

/* mem-type makes a copy of what lies elsewhere. memType is at byte 16 of an
 * NvBufSurface. */
GST_START_TEST (test_memory_type_asked_for)
{
  static const gchar in[] = NVMM ",format=RGBA,width=64,height=64";
  gint32 mem_type = SAVANT_MEM_CUDA_UNIFIED;

  for (gint asked = 0; asked <= 1; asked++) {
    GstBuffer *buffer = frame_new (in, 0xff0000), *result;
    gpointer surface;
    ElementRig rig;

    memcpy ((guint8 *) gst_savant_buffer_peek_surface (buffer) + 16, &mem_type,
        sizeof mem_type);
    rig_init (&rig, "savanttransform", asked ? "mem-type=system" : NULL);
    rig_set_caps (&rig, in, "ANY");
    result = rig_transform (&rig, gst_buffer_ref (buffer));
    fail_unless ((result != buffer) == asked);
    surface = gst_savant_buffer_peek_surface (result);
    fail_unless_equals_int ((gint) gst_savant_surface_get_mem_type (surface),
        asked ? SAVANT_MEM_SYSTEM : SAVANT_MEM_CUDA_UNIFIED);
    gst_buffer_unref (result);
    gst_buffer_unref (buffer);
    rig_clear (&rig);
  }
}
GST_END_TEST;

static Suite *
savanttransform_input_suite (void)
{
  Suite *s = suite_create ("savanttransform_input");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, test_strides_and_memories);
  tcase_add_test (tc, test_truncated_frames);
  tcase_add_test (tc, test_size_of_video_meta);
  tcase_add_test (tc, test_no_surface_under_nvmm_caps);
  tcase_add_test (tc, test_timestamps_and_flags);
  tcase_add_test (tc, test_colorimetry);
  tcase_add_test (tc, test_colorimetry_of_surfaces_changes);
  tcase_add_test (tc, test_siting_of_surfaces);
  tcase_add_test (tc, test_memory_type_asked_for);
  return s;
}

GST_CHECK_MAIN (savanttransform_input);
