/* SPDX-License-Identifier: Apache-2.0 */
/* Where the rows of a frame lie makes no difference to what comes out: strides
 * of GstVideoMeta beyond any alignment, upwards, planes in memories of their
 * own that can only be read; and sides of one pixel and of 32767. */
#include "support/elementrig.h"
#include "support/images.h"

#include <string.h>

static const gchar *const formats[] = { "NV12", "I420", "RGBA", "UYVY", "RGB",
  "GRAY8", "P010_10LE" };

static GstBuffer *
random_frame (GstVideoInfo *info, const gchar *format, gint width, gint height)
{
  GstBuffer *buffer;
  guint64 seed = 5;
  GstMapInfo map;

  fail_unless (gst_video_info_set_format (info,
      gst_video_format_from_string (format), (guint) width, (guint) height));
  buffer = gst_buffer_new_allocate (NULL, info->size, NULL);
  fail_unless (gst_buffer_map (buffer, &map, GST_MAP_WRITE));
  for (gsize i = 0; i < map.size; i++)
    map.data[i] = (guint8) test_random (&seed);
  gst_buffer_unmap (buffer, &map);
  GST_BUFFER_PTS (buffer) = 0;
  return buffer;
}

typedef struct Rows
{
  gint align;  /* of strides */
  gint extra;  /* bytes besides */
  gsize start; /* of each plane in its memory */
  gboolean upwards;
} Rows;

/* The same picture in other rows, a memory a plane, nothing writable. */
static GstBuffer *
with_rows (GstBuffer *packed, GstVideoInfo *info, const Rows *rows)
{
  GstBuffer *buffer = gst_buffer_new ();
  gsize offset[GST_VIDEO_MAX_PLANES] = { 0 }, total = 0;
  gint stride[GST_VIDEO_MAX_PLANES] = { 0 };
  GstVideoFrame frame;

  fail_unless (gst_video_frame_map (&frame, info, packed, GST_MAP_READ));
  for (guint p = 0; p < GST_VIDEO_FRAME_N_PLANES (&frame); p++) {
    gint n = GST_VIDEO_FRAME_COMP_HEIGHT (&frame, p);
    gint from_stride = GST_VIDEO_FRAME_PLANE_STRIDE (&frame, p);
    gint pitch = (from_stride + rows->align - 1) / rows->align * rows->align
        + rows->extra;
    gsize size = rows->start + (gsize) pitch * (gsize) n;
    guint8 *data = g_malloc (size);

    memset (data, 0xa5, size);
    for (gint y = 0; y < n; y++)
      memcpy (data + rows->start
              + (gsize) (rows->upwards ? n - 1 - y : y) * (gsize) pitch,
          (guint8 *) GST_VIDEO_FRAME_PLANE_DATA (&frame, p) + y * from_stride,
          (gsize) from_stride);
    gst_buffer_append_memory (buffer,
        gst_memory_new_wrapped (GST_MEMORY_FLAG_READONLY, data, size, 0, size,
            data, g_free));
    offset[p] = total + rows->start
        + (rows->upwards ? (gsize) (n - 1) * (gsize) pitch : 0);
    stride[p] = rows->upwards ? -pitch : pitch;
    total += size;
  }
  gst_video_frame_unmap (&frame);
  gst_buffer_add_video_meta_full (buffer, GST_VIDEO_FRAME_FLAG_NONE,
      GST_VIDEO_INFO_FORMAT (info), (guint) GST_VIDEO_INFO_WIDTH (info),
      (guint) GST_VIDEO_INFO_HEIGHT (info), GST_VIDEO_INFO_N_PLANES (info),
      offset, stride);
  GST_BUFFER_PTS (buffer) = 0;
  return buffer;
}

static GBytes *
transformed (const gchar *in, const gchar *out, GstBuffer *buffer)
{
  ElementRig rig;
  GstMapInfo map;
  GBytes *bytes;

  rig_init (&rig, "savanttransform", NULL);
  rig_set_caps (&rig, in, out);
  buffer = rig_transform (&rig, buffer);
  fail_unless (gst_buffer_map (buffer, &map, GST_MAP_READ));
  bytes = g_bytes_new (map.data, map.size);
  gst_buffer_unmap (buffer, &map);
  gst_buffer_unref (buffer);
  rig_expect_silence (&rig);
  rig_clear (&rig);
  return bytes;
}

GST_START_TEST (test_rows)
{
  static const Rows places[] = { { 64, 0, 0, FALSE }, { 256, 0, 64, FALSE },
    { 4096, 0, 4096, FALSE }, { 64, 0, 0, TRUE }, { 4096, 1, 3, TRUE },
    { 1, 1, 1, FALSE }, { 4, 13, 7, FALSE } };
  static const gchar *const targets[] = {
    /* Not all of the source's size: equal caps pass a buffer through. */
    "video/x-raw,format=RGBA,width=61,height=41",
    "video/x-raw,format=NV12,width=40,height=40",
    "video/x-raw,format=BGRx,width=30,height=50",
  };
  const gchar *format = formats[__i__];
  gchar *in = g_strdup_printf ("video/x-raw,format=%s,width=61,height=37,"
                               "framerate=25/1,colorimetry=%s",
      format,
      strcmp (format, "RGBA") == 0 || strcmp (format, "RGB") == 0 ? "sRGB"
                                                                  : "bt709");
  GstVideoInfo info;
  GstBuffer *packed = random_frame (&info, format, 61, 37);

  for (guint t = 0; t < G_N_ELEMENTS (targets); t++) {
    GBytes *expected = transformed (in, targets[t], gst_buffer_ref (packed));

    for (guint i = 0; i < G_N_ELEMENTS (places); i++) {
      GstBuffer *buffer = with_rows (packed, &info, &places[i]);
      GBytes *before, *got;
      gpointer data;
      gsize size;

      gst_buffer_extract_dup (buffer, 0, (gsize) -1, &data, &size);
      before = g_bytes_new_take (data, size);
      got = transformed (in, targets[t], gst_buffer_ref (buffer));
      fail_unless (g_bytes_equal (got, expected),
          "%s to %s with strides in %d + %d from %zu, upwards %d", format,
          targets[t], places[i].align, places[i].extra, places[i].start,
          places[i].upwards);
      gst_buffer_extract_dup (buffer, 0, (gsize) -1, &data, &size);
      fail_unless (size == g_bytes_get_size (before)
              && memcmp (data, g_bytes_get_data (before, NULL), size) == 0,
          "the source has changed");
      g_free (data);
      g_bytes_unref (before);
      g_bytes_unref (got);
      gst_buffer_unref (buffer);
    }
    g_bytes_unref (expected);
  }
  gst_buffer_unref (packed);
  g_free (in);
}
GST_END_TEST;

/* One pixel, one row and one column as long as may be, there and back. */
GST_START_TEST (test_extreme_sides)
{
  static const gint sizes[][4] = { { 1, 1, 1, 1 }, { 1, 1, 640, 360 },
    { 640, 360, 1, 1 }, { 32767, 1, 64, 3 }, { 1, 32767, 3, 64 },
    { 64, 3, 32767, 1 }, { 3, 64, 1, 32767 }, { 32767, 2, 2, 32767 } };
  static const gchar *const pairs[][2] = { { "NV12", "RGBA" },
    { "RGBA", "NV12" }, { "UYVY", "I420" }, { "I420", "BGRx" },
    { "GRAY8", "RGB" } };

  for (guint i = 0; i < G_N_ELEMENTS (sizes) * G_N_ELEMENTS (pairs); i++) {
    const gint *size = sizes[i / G_N_ELEMENTS (pairs)];
    const gchar *const *pair = pairs[i % G_N_ELEMENTS (pairs)];
    gchar *in = g_strdup_printf (
        "video/x-raw,format=%s,width=%d,height=%d,framerate=25/1", pair[0],
        size[0], size[1]);
    gchar *out = g_strdup_printf ("video/x-raw,format=%s,width=%d,height=%d",
        pair[1], size[2], size[3]);
    GstBuffer *buffer = frame_new (in, 0xc0c0c0);
    ElementRig rig;

    rig_init (&rig, "savanttransform", "padding=none use-par=false");
    rig_set_caps (&rig, in, out);
    buffer = rig_transform (&rig, buffer);
    expect_color (&rig, buffer, 0, 0, 0, 0xc0c0c0);
    expect_color (&rig, buffer, 0, size[2] / 2, size[3] / 2, 0xc0c0c0);
    expect_color (&rig, buffer, 0, size[2] - 1, size[3] - 1, 0xc0c0c0);
    gst_buffer_unref (buffer);
    rig_expect_silence (&rig);
    rig_clear (&rig);
    g_free (in);
    g_free (out);
  }
}
GST_END_TEST;

static Suite *
savanttransform_rows_suite (void)
{
  Suite *s = suite_create ("savanttransform_rows");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_loop_test (tc, test_rows, 0, G_N_ELEMENTS (formats));
  tcase_add_test (tc, test_extreme_sides);
  return s;
}

GST_CHECK_MAIN (savanttransform_rows);
