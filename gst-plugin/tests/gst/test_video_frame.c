/* SPDX-License-Identifier: Apache-2.0 */
#include "gsttest.h"

static GstVideoInfo
video_info (GstVideoFormat format, gint width, gint height)
{
  GstVideoInfo info;

  fail_unless (gst_video_info_set_format (&info, format, width, height));
  return info;
}

/* Maps, describes, unmaps. */
static gint
describe (GstBuffer *buffer, const GstVideoInfo *info, SavantImage *image)
{
  GstVideoFrame frame;
  gint status;

  fail_unless (gst_video_frame_map (&frame, info, buffer, GST_MAP_READ));
  status = gst_savant_image_from_video_frame (image, &frame);
  gst_video_frame_unmap (&frame);
  return status;
}

GST_START_TEST (test_every_format)
{
  static const GstVideoFormat formats[] = { GST_VIDEO_FORMAT_RGBA,
    GST_VIDEO_FORMAT_BGRx, GST_VIDEO_FORMAT_NV12, GST_VIDEO_FORMAT_NV21,
    GST_VIDEO_FORMAT_I420, GST_VIDEO_FORMAT_UYVY, GST_VIDEO_FORMAT_GRAY8,
    GST_VIDEO_FORMAT_RGB, GST_VIDEO_FORMAT_BGR, GST_VIDEO_FORMAT_BGRA,
    GST_VIDEO_FORMAT_RGBx, GST_VIDEO_FORMAT_YUY2, GST_VIDEO_FORMAT_Y42B,
    GST_VIDEO_FORMAT_Y444, GST_VIDEO_FORMAT_NV16, GST_VIDEO_FORMAT_I420_10LE,
    GST_VIDEO_FORMAT_P010_10LE };

  for (gsize i = 0; i < G_N_ELEMENTS (formats); i++)
    for (gint side = 1; side < 20; side += 3) {
      GstVideoInfo info = video_info (formats[i], side, side + 1);
      GstBuffer *buffer = gst_buffer_new_allocate (NULL, info.size, NULL);
      GstVideoFrame frame;
      SavantImage image;

      fail_unless (gst_video_frame_map (&frame, &info, buffer, GST_MAP_READ));
      fail_unless_equals_int (gst_savant_image_from_video_frame (&image,
                                  &frame),
          SAVANT_OK);
      fail_unless_equals_int (image.format,
          gst_savant_format_from_video (formats[i]));
      fail_unless_equals_int (image.width, side);
      fail_unless_equals_int (image.height, side + 1);
      fail_unless_equals_int (image.n_planes, GST_VIDEO_INFO_N_PLANES (&info));
      for (gint p = 0; p < image.n_planes; p++) {
        fail_unless (image.data[p] == GST_VIDEO_FRAME_PLANE_DATA (&frame, p));
        fail_unless_equals_int (image.pitch_bytes[p],
            GST_VIDEO_FRAME_PLANE_STRIDE (&frame, p));
      }
      gst_video_frame_unmap (&frame);
      gst_buffer_unref (buffer);
    }
}
GST_END_TEST

GST_START_TEST (test_meta_strides)
{
  GstVideoInfo info = video_info (GST_VIDEO_FORMAT_NV12, 30, 20);
  GstBuffer *buffer = gst_buffer_new_allocate (NULL, 4000, NULL);
  gsize offset[GST_VIDEO_MAX_PLANES] = { 17, 1900 };
  gint stride[GST_VIDEO_MAX_PLANES] = { 61, 33 };
  GstMapInfo map;
  GstVideoFrame frame;
  SavantImage image;

  gst_buffer_add_video_meta_full (buffer, GST_VIDEO_FRAME_FLAG_NONE,
      GST_VIDEO_FORMAT_NV12, 30, 20, 2, offset, stride);
  fail_unless (gst_video_frame_map (&frame, &info, buffer, GST_MAP_READ));
  fail_unless (gst_buffer_map (buffer, &map, GST_MAP_READ));
  fail_unless_equals_int (gst_savant_image_from_video_frame (&image, &frame),
      SAVANT_OK);
  fail_unless (image.data[0] == map.data + 17);
  fail_unless (image.data[1] == map.data + 1900);
  fail_unless_equals_int (image.pitch_bytes[0], 61);
  fail_unless_equals_int (image.pitch_bytes[1], 33);
  gst_buffer_unmap (buffer, &map);
  gst_video_frame_unmap (&frame);
  gst_buffer_unref (buffer);
}
GST_END_TEST

/* A picture that lies upside down in memory. */
GST_START_TEST (test_negative_stride)
{
  GstVideoInfo info = video_info (GST_VIDEO_FORMAT_RGB, 10, 8);
  GstBuffer *buffer = gst_buffer_new_allocate (NULL, 8 * 32, NULL);
  gsize offset[GST_VIDEO_MAX_PLANES] = { 7 * 32 };
  gint stride[GST_VIDEO_MAX_PLANES] = { -32 };
  GstVideoMeta *meta;
  SavantImage image;

  meta = gst_buffer_add_video_meta_full (buffer, GST_VIDEO_FRAME_FLAG_NONE,
      GST_VIDEO_FORMAT_RGB, 10, 8, 1, offset, stride);
  fail_unless_equals_int (describe (buffer, &info, &image), SAVANT_OK);
  fail_unless_equals_int (image.pitch_bytes[0], -32);

  /* One row more would begin before the memory. */
  meta->offset[0] = 6 * 32;
  fail_unless_status (describe (buffer, &info, &image),
      SAVANT_ERROR_INVALID_ARGUMENT, "truncated frame: plane 0");
  fail_unless_error_has ("256 bytes");
  gst_buffer_unref (buffer);
}
GST_END_TEST

GST_START_TEST (test_several_memories)
{
  GstVideoInfo info = video_info (GST_VIDEO_FORMAT_I420, 16, 16);
  GstBuffer *buffer = gst_buffer_new ();
  gsize offset[GST_VIDEO_MAX_PLANES] = { 0, 256, 320 };
  gint stride[GST_VIDEO_MAX_PLANES] = { 16, 8, 8 };
  GstVideoMeta *meta;
  SavantImage image;

  gst_buffer_append_memory (buffer, gst_allocator_alloc (NULL, 256, NULL));
  gst_buffer_append_memory (buffer, gst_allocator_alloc (NULL, 64, NULL));
  gst_buffer_append_memory (buffer, gst_allocator_alloc (NULL, 64, NULL));
  meta = gst_buffer_add_video_meta_full (buffer, GST_VIDEO_FRAME_FLAG_NONE,
      GST_VIDEO_FORMAT_I420, 16, 16, 3, offset, stride);
  fail_unless_equals_int (describe (buffer, &info, &image), SAVANT_OK);

  /* The plane would run on into memory that is not mapped with it. */
  meta->offset[1] = 257;
  fail_unless_status (describe (buffer, &info, &image),
      SAVANT_ERROR_INVALID_ARGUMENT, "truncated frame: plane 1");
  gst_buffer_unref (buffer);
}
GST_END_TEST

GST_START_TEST (test_truncated)
{
  GstVideoInfo info = video_info (GST_VIDEO_FORMAT_GRAY8, 16, 16);
  GstBuffer *buffer = gst_buffer_new_allocate (NULL, 255, NULL);
  gsize offset[GST_VIDEO_MAX_PLANES] = { 0 };
  gint stride[GST_VIDEO_MAX_PLANES] = { 16 };
  GstVideoFrame frame;
  GstVideoMeta *meta;
  SavantImage image;

  /* GStreamer itself sees this one. */
  fail_if (gst_video_frame_map (&frame, &info, buffer, GST_MAP_READ));

  meta = gst_buffer_add_video_meta_full (buffer, GST_VIDEO_FRAME_FLAG_NONE,
      GST_VIDEO_FORMAT_GRAY8, 16, 16, 1, offset, stride);
  fail_unless_status (describe (buffer, &info, &image),
      SAVANT_ERROR_INVALID_ARGUMENT,
      "truncated frame: plane 0 of 16x16 GRAY8 at offset 0 with stride 16 "
      "ends outside its 255 bytes");

  meta->stride[0] = 15;
  fail_unless_status (describe (buffer, &info, &image),
      SAVANT_ERROR_INVALID_ARGUMENT, "stride of 15 bytes, a row has 16");
  gst_buffer_unref (buffer);
}
GST_END_TEST

GST_START_TEST (test_refused)
{
  GstVideoInfo info = video_info (GST_VIDEO_FORMAT_AYUV, 16, 16);
  GstBuffer *buffer = gst_buffer_new_allocate (NULL, info.size, NULL);
  SavantImage image;

  fail_unless_status (describe (buffer, &info, &image),
      SAVANT_ERROR_UNSUPPORTED, "format AYUV: supported are RGBA, BGRx");
  gst_buffer_unref (buffer);

  info = video_info (GST_VIDEO_FORMAT_GRAY8, 32768, 1);
  buffer = gst_buffer_new_allocate (NULL, info.size, NULL);
  fail_unless_status (describe (buffer, &info, &image),
      SAVANT_ERROR_INVALID_ARGUMENT,
      "32768x1: width and height are 1 to 32767");
  gst_buffer_unref (buffer);
}
GST_END_TEST

static gboolean
map_elsewhere (GstVideoMeta *meta G_GNUC_UNUSED, guint plane G_GNUC_UNUSED,
    GstMapInfo *info G_GNUC_UNUSED, gpointer *data, gint *stride,
    GstMapFlags flags G_GNUC_UNUSED)
{
  static guint8 pixels[4 * 4];

  *data = pixels;
  *stride = 4;
  return TRUE;
}

static gboolean
unmap_elsewhere (GstVideoMeta *meta G_GNUC_UNUSED, guint plane G_GNUC_UNUSED,
    GstMapInfo *info G_GNUC_UNUSED)
{
  return TRUE;
}

/* Metas that map in their own way, as those of GPU memory do, need not fill
 * the GstMapInfo. */
GST_START_TEST (test_mapped_by_meta)
{
  GstVideoInfo info = video_info (GST_VIDEO_FORMAT_GRAY8, 4, 4);
  GstBuffer *buffer = gst_buffer_new_allocate (NULL, 1, NULL);
  GstVideoMeta *meta = gst_buffer_add_video_meta (buffer,
      GST_VIDEO_FRAME_FLAG_NONE, GST_VIDEO_FORMAT_GRAY8, 4, 4);
  GstVideoFrame frame;
  SavantImage image;

  meta->map = map_elsewhere;
  meta->unmap = unmap_elsewhere;
  memset (&frame, 0xee, sizeof frame);
  fail_unless (gst_video_frame_map (&frame, &info, buffer, GST_MAP_READ));
  fail_unless_equals_int (gst_savant_image_from_video_frame (&image, &frame),
      SAVANT_OK);
  fail_unless_equals_int (image.pitch_bytes[0], 4);
  gst_video_frame_unmap (&frame);
  gst_buffer_unref (buffer);
}
GST_END_TEST

static Suite *
video_frame_suite (void)
{
  Suite *s = suite_create ("video_frame");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, test_every_format);
  tcase_add_test (tc, test_meta_strides);
  tcase_add_test (tc, test_negative_stride);
  tcase_add_test (tc, test_several_memories);
  tcase_add_test (tc, test_truncated);
  tcase_add_test (tc, test_refused);
  tcase_add_test (tc, test_mapped_by_meta);
  return s;
}

GST_CHECK_MAIN (video_frame);
