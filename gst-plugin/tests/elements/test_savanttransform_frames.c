/* SPDX-License-Identifier: Apache-2.0 */
#include "support/elementrig.h"

#include <string.h>

#define NVMM "video/x-raw(memory:NVMM)"
#define RGBA(w, h)                                                             \
  "video/x-raw,format=RGBA,width=" #w ",height=" #h ",framerate=25/1"

/* ---- Untouched --------------------------------------------------------- */

static void
expect_same_buffer (
    const gchar *properties, const gchar *in, const gchar *out, gboolean same)
{
  ElementRig rig;
  GstBuffer *buffer, *result;

  rig_init (&rig, "savanttransform", properties);
  rig_set_caps (&rig, in, out);
  buffer = frame_new (in, 0x336699);
  result = rig_transform (&rig, gst_buffer_ref (buffer));
  fail_unless ((result == buffer) == same, "%s to %s: %s buffer", in, out,
      same ? "another" : "the same");
  gst_buffer_unref (result);
  gst_buffer_unref (buffer);
  rig_clear (&rig);
}

GST_START_TEST (test_untouched)
{
  expect_same_buffer (NULL, RGBA (64, 48), "ANY", TRUE);
  expect_same_buffer ("padding=none interpolation=lanczos pad-color=5",
      RGBA (64, 48), RGBA (64, 48), TRUE);
  expect_same_buffer (NULL, NVMM ",format=NV12,width=64,height=48",
      NVMM ",format=NV12", TRUE);
  expect_same_buffer ("mem-type=system",
      NVMM ",format=NV12,width=64,height=48", "ANY", TRUE);
  expect_same_buffer (NULL, NVMM ",format=NV12,width=64,height=48,batch-size=3",
      "ANY", TRUE);
  /* bt601 is what 48 lines of NV12 mean. */
  expect_same_buffer (NULL,
      "video/x-raw,format=NV12,width=64,height=48,colorimetry=bt601",
      "video/x-raw,format=NV12,width=64,height=48", TRUE);
  expect_same_buffer ("crop-width=64 crop-height=48", RGBA (64, 48),
      RGBA (64, 48), TRUE);
}
GST_END_TEST;

GST_START_TEST (test_touched)
{
  expect_same_buffer ("crop-left=1", RGBA (64, 48), RGBA (64, 48), FALSE);
  expect_same_buffer ("pad-left=1", RGBA (64, 48), "ANY", FALSE);
  expect_same_buffer ("video-direction=horiz", RGBA (64, 48), "ANY", FALSE);
  expect_same_buffer (NULL, RGBA (64, 48),
      "video/x-raw,width=64,height=48,pixel-aspect-ratio=2/1", FALSE);
  expect_same_buffer (NULL,
      "video/x-raw,format=NV12,width=64,height=48,colorimetry=bt601",
      "video/x-raw,format=NV12,colorimetry=bt709", FALSE);
  expect_same_buffer (NULL, RGBA (64, 48), NVMM ",format=RGBA", FALSE);
  expect_same_buffer (NULL, NVMM ",format=NV12,width=64,height=48",
      NVMM ",format=NV12,colorimetry=bt709", FALSE);
}
GST_END_TEST;

/* Settings that change something and go away again. */
GST_START_TEST (test_untouched_comes_and_goes)
{
  ElementRig rig;
  GstBuffer *buffer, *result;

  rig_init (&rig, "savanttransform", NULL);
  rig_set_caps (&rig, RGBA (64, 64), RGBA (64, 64));
  buffer = frame_new (RGBA (64, 64), 0x00ff00);
  for (gint i = 0; i < 3; i++) {
    result = rig_transform (&rig, gst_buffer_ref (buffer));
    fail_unless (result == buffer);
    gst_buffer_unref (result);

    rig_set (&rig, "pad-left=32 pad-color=0xff0000");
    result = rig_transform (&rig, gst_buffer_ref (buffer));
    fail_unless (result != buffer);
    expect_color (&rig, result, 0, 10, 32, 0xff0000);
    expect_color (&rig, result, 0, 48, 32, 0x00ff00);
    expect_destination (result, 0, 32, 16, 32, 32);
    gst_buffer_unref (result);
    rig_set (&rig, "pad-left=0");
  }
  gst_buffer_unref (buffer);
  rig_clear (&rig);
}
GST_END_TEST;

/* ---- Placing ----------------------------------------------------------- */

static void
expect_letterbox (const gchar *properties, const gchar *in, const gchar *out,
    gint x, gint y, gint w, gint h)
{
  ElementRig rig;
  GstBuffer *buffer;

  rig_init (&rig, "savanttransform", properties);
  rig_set (&rig, "pad-color=0x0000ff");
  rig_set_caps (&rig, in, out);
  buffer = rig_transform (&rig, frame_new (in, 0xffff00));
  expect_destination (buffer, 0, x, y, w, h);
  expect_color (&rig, buffer, 0, x + w / 2, y + h / 2, 0xffff00);
  expect_color (&rig, buffer, 0, x, y, 0xffff00);
  expect_color (&rig, buffer, 0, x + w - 1, y + h - 1, 0xffff00);
  if (x > 0)
    expect_color (&rig, buffer, 0, x - 1, y, 0x0000ff);
  if (y > 0)
    expect_color (&rig, buffer, 0, x, y - 1, 0x0000ff);
  gst_buffer_unref (buffer);
  rig_expect_silence (&rig);
  rig_clear (&rig);
}

GST_START_TEST (test_letterbox)
{
  expect_letterbox (NULL, RGBA (1920, 1080), RGBA (640, 640), 0, 140, 640, 360);
  expect_letterbox ("pad-left=10 pad-top=20 pad-right=10 pad-bottom=20",
      RGBA (800, 600), RGBA (840, 660), 10, 22, 820, 615);
  expect_letterbox (NULL, RGBA (1920, 1080), RGBA (416, 416), 0, 91, 416, 234);
  expect_letterbox (NULL, RGBA (3, 2), RGBA (5, 5), 0, 1, 5, 3);
  expect_letterbox (NULL, RGBA (1000, 3), RGBA (100, 100), 0, 49, 100, 1);
  expect_letterbox ("padding=right-bottom", RGBA (1920, 1080), RGBA (640, 640),
      0, 0, 640, 360);
  expect_letterbox ("padding=none", RGBA (1920, 1080), RGBA (640, 640), 0, 0,
      640, 640);
  expect_letterbox ("padding=none pad-left=20 pad-bottom=100",
      RGBA (1920, 1080), RGBA (640, 640), 20, 0, 620, 540);
}
GST_END_TEST;

#define PAL                                                                    \
  "video/x-raw,format=RGBA,width=720,height=576,framerate=25/1,"               \
  "pixel-aspect-ratio=64/45"

GST_START_TEST (test_pixel_aspect_ratio)
{
  /* 1024:576 = 16:9 as displayed. */
  expect_letterbox (NULL, PAL, RGBA (640, 640), 0, 140, 640, 360);
  expect_letterbox ("use-par=false", PAL, RGBA (640, 640), 0, 64, 640, 512);
  expect_letterbox (
      NULL, PAL, RGBA (640, 640) ",pixel-aspect-ratio=2/1", 35, 0, 569, 640);
  /* A quarter turn makes it 9:16. */
  expect_letterbox (
      "video-direction=90r", PAL, RGBA (640, 640), 140, 0, 360, 640);
}
GST_END_TEST;

/* ---- Directions -------------------------------------------------------- */

/* Where the red corner of a 40x20 picture, at its left top, comes to lie. */
static void
expect_corner (const gchar *direction, gint w, gint h, gboolean right,
    gboolean bottom)
{
  gchar *properties = g_strdup_printf ("video-direction=%s", direction);
  GstBuffer *buffer = frame_new (RGBA (40, 20), 0x00ff00);
  ElementRig rig;
  GstCaps *caps;
  gint width, height;

  frame_paint (buffer, RGBA (40, 20), 0, 0, 0, 10, 10, 0xff0000);
  rig_init (&rig, "savanttransform", properties);
  rig_set_caps (&rig, RGBA (40, 20), "video/x-raw,format=RGBA");
  buffer = rig_transform (&rig, buffer);
  gst_structure_get (rig_output (&rig, &caps), "width", G_TYPE_INT, &width,
      "height", G_TYPE_INT, &height, NULL);
  gst_caps_unref (caps);
  fail_unless_equals_int (width, w);
  fail_unless_equals_int (height, h);
  for (gint corner = 0; corner < 4; corner++) {
    gboolean at_right = corner & 1, at_bottom = corner & 2;

    expect_color (&rig, buffer, 0, at_right ? w - 3 : 2,
        at_bottom ? h - 3 : 2,
        at_right == right && (at_bottom != 0) == bottom ? 0xff0000 : 0x00ff00);
  }
  gst_buffer_unref (buffer);
  rig_clear (&rig);
  g_free (properties);
}

GST_START_TEST (test_directions)
{
  expect_corner ("identity", 40, 20, FALSE, FALSE);
  expect_corner ("90r", 20, 40, TRUE, FALSE);
  expect_corner ("180", 40, 20, TRUE, TRUE);
  expect_corner ("90l", 20, 40, FALSE, TRUE);
  expect_corner ("horiz", 40, 20, TRUE, FALSE);
  expect_corner ("vert", 40, 20, FALSE, TRUE);
  expect_corner ("ul-lr", 20, 40, FALSE, FALSE);
  expect_corner ("ur-ll", 20, 40, TRUE, TRUE);
}
GST_END_TEST;

static void
expect_output_size (ElementRig *rig, gint w, gint h)
{
  GstBuffer *buffer = rig_transform (rig, frame_new (RGBA (40, 20), 0xff));
  gint width, height;
  GstCaps *caps;

  gst_structure_get (rig_output (rig, &caps), "width", G_TYPE_INT, &width,
      "height", G_TYPE_INT, &height, NULL);
  gst_caps_unref (caps);
  gst_buffer_unref (buffer);
  fail_unless_equals_int (width, w);
  fail_unless_equals_int (height, h);
}

static void
push_orientation (ElementRig *rig, const gchar *orientation)
{
  gst_harness_push_event (rig->h,
      gst_event_new_tag (gst_tag_list_new (
          GST_TAG_IMAGE_ORIENTATION, orientation, NULL)));
}

/* The orientation that the last TAG event downstream has. */
static gchar *
pull_orientation (ElementRig *rig)
{
  gchar *orientation = NULL;
  GstEvent *event;

  while ((event = gst_harness_try_pull_event (rig->h))) {
    if (GST_EVENT_TYPE (event) == GST_EVENT_TAG) {
      GstTagList *tags;

      g_free (orientation);
      orientation = NULL;
      gst_event_parse_tag (event, &tags);
      gst_tag_list_get_string (tags, GST_TAG_IMAGE_ORIENTATION, &orientation);
    }
    gst_event_unref (event);
  }
  return orientation;
}

GST_START_TEST (test_direction_from_tag)
{
  ElementRig rig;
  gchar *left;

  rig_init (&rig, "savanttransform", "video-direction=auto");
  rig_set_caps (&rig, RGBA (40, 20), "video/x-raw,format=RGBA");
  expect_output_size (&rig, 40, 20);
  push_orientation (&rig, "rotate-90");
  expect_output_size (&rig, 20, 40);
  left = pull_orientation (&rig);
  fail_unless_equals_string (left, "rotate-0");
  g_free (left);
  push_orientation (&rig, "rotate-180");
  expect_output_size (&rig, 40, 20);
  /* A new stream starts upright. */
  push_orientation (&rig, "rotate-270");
  expect_output_size (&rig, 20, 40);
  gst_harness_push_event (rig.h, gst_event_new_stream_start ("other"));
  expect_output_size (&rig, 40, 20);
  rig_clear (&rig);

  rig_init (&rig, "savanttransform", NULL);
  rig_set_caps (&rig, RGBA (40, 20), "video/x-raw,format=RGBA");
  push_orientation (&rig, "rotate-90");
  expect_output_size (&rig, 40, 20);
  left = pull_orientation (&rig);
  fail_unless_equals_string (left, "rotate-90");
  g_free (left);
  rig_clear (&rig);
}
GST_END_TEST;

GST_START_TEST (test_direction_at_run_time)
{
  ElementRig rig;

  rig_init (&rig, "savanttransform", NULL);
  rig_set_caps (&rig, RGBA (40, 20), "video/x-raw,format=RGBA");
  expect_output_size (&rig, 40, 20);
  rig_set (&rig, "video-direction=90r");
  expect_output_size (&rig, 20, 40);
  rig_set (&rig, "video-direction=custom");
  expect_output_size (&rig, 20, 40);
  rig_set (&rig, "video-direction=180");
  expect_output_size (&rig, 40, 20);
  rig_clear (&rig);
}
GST_END_TEST;

/* ---- How frames lie in memory ------------------------------------------ */

/* A 40x20 I420 frame: red, but for a blue block at the left top. Strides are
 * odd, planes lie in the order V, Y, U, rows may go upwards; `cuts` memories. */
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
      check_strange_frame (upwards, cuts, NVMM ",format=RGBA,width=40,height=20");
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

  fail_unless_equals_int (
      gst_harness_push (rig->h, buffer), GST_FLOW_ERROR);
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
  gst_buffer_add_video_meta (
      buffer, GST_VIDEO_FRAME_FLAG_NONE, GST_VIDEO_FORMAT_BGRx, 64, 64);
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

  gst_buffer_add_video_meta (
      buffer, GST_VIDEO_FRAME_FLAG_NONE, GST_VIDEO_FORMAT_RGBA, 128, 32);
  rig_init (&rig, "savanttransform", NULL);
  rig_set_caps (&rig, RGBA (64, 64), RGBA (32, 32));
  buffer = rig_transform (&rig, buffer);
  expect_destination (buffer, 0, 0, 12, 32, 8);
  expect_source (buffer, 0, 0, 0, 128, 32);
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
  expect_frame_error (
      &rig, gst_buffer_new_wrapped (zeroes, 4096), "Input", "NvBufSurface");
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
  GST_BUFFER_FLAG_SET (buffer, GST_BUFFER_FLAG_DISCONT | GST_BUFFER_FLAG_GAP
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
  if (gst_caps_features_contains (
          gst_caps_get_features (caps, 0), "memory:NVMM")) {
    SavantImage image;

    fail_unless_equals_int (gst_savant_surface_get_image (
        gst_savant_buffer_peek_surface (buffer), 0, &image), SAVANT_OK);
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
  expect_blue_luma (
      RGBA (64, 64), "video/x-raw,format=NV12,width=32,height=720", BT709);
  expect_blue_luma (RGBA (64, 64),
      "video/x-raw,format=NV12,width=32,colorimetry=bt709", BT709);
  expect_blue_luma (
      RGBA (64, 64), NVMM ",format=NV12,width=32,height=720", BT601);
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
  expect_blue_luma (
      NVMM ",format=NV12,width=64,height=64,colorimetry=bt709",
      "video/x-raw,format=NV12,width=32,height=32", BT601);
}
GST_END_TEST;

/* A source that changes its colorimetry between frames under caps that name
 * none: the output follows. */
GST_START_TEST (test_colorimetry_of_surfaces_changes)
{
  static const gchar *const named[]
      = { NVMM ",format=NV12,width=64,height=64,colorimetry=bt709",
          NVMM ",format=NV12,width=64,height=64" };
  static const gint luma[] = { BT709, BT601 };
  ElementRig rig;

  rig_init (&rig, "savanttransform", NULL);
  rig_set_caps (&rig, named[1], NVMM ",format=NV12,width=32,height=32");
  for (gint i = 0; i < 4; i++) {
    GstBuffer *buffer
        = rig_transform (&rig, frame_new (named[i % 2], 0x0000ff));
    SavantImage image;

    fail_unless_equals_int (gst_savant_surface_get_image (
        gst_savant_buffer_peek_surface (buffer), 0, &image), SAVANT_OK);
    fail_unless (ABS (image.data[0][0] - luma[i % 2]) <= 1, "luma %d",
        image.data[0][0]);
    gst_buffer_unref (buffer);
  }
  rig_clear (&rig);
}
GST_END_TEST;

static Suite *
savanttransform_frames_suite (void)
{
  Suite *s = suite_create ("savanttransform_frames");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, test_untouched);
  tcase_add_test (tc, test_touched);
  tcase_add_test (tc, test_untouched_comes_and_goes);
  tcase_add_test (tc, test_letterbox);
  tcase_add_test (tc, test_pixel_aspect_ratio);
  tcase_add_test (tc, test_directions);
  tcase_add_test (tc, test_direction_from_tag);
  tcase_add_test (tc, test_direction_at_run_time);
  tcase_add_test (tc, test_strides_and_memories);
  tcase_add_test (tc, test_truncated_frames);
  tcase_add_test (tc, test_size_of_video_meta);
  tcase_add_test (tc, test_no_surface_under_nvmm_caps);
  tcase_add_test (tc, test_timestamps_and_flags);
  tcase_add_test (tc, test_colorimetry);
  tcase_add_test (tc, test_colorimetry_of_surfaces_changes);
  return s;
}

GST_CHECK_MAIN (savanttransform_frames);
