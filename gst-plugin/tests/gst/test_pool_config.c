/* SPDX-License-Identifier: Apache-2.0 */
#include "gsttest.h"

#include "nvbuf/view.h"

static GstBufferPool *pool;
static GstStructure *config;

static void
set_up (void)
{
  pool = gst_savant_buffer_pool_new (NULL);
  config = gst_buffer_pool_get_config (pool);
}

static void
tear_down (void)
{
  ASSERT_OBJECT_REFCOUNT (pool, "pool", 1);
  gst_object_unref (pool);
}

static void
set_caps (const gchar *text, guint size, guint min, guint max)
{
  GstCaps *caps = gst_caps_from_string (text);

  gst_buffer_pool_config_set_params (config, caps, size, min, max);
  gst_caps_unref (caps);
}

static void
fail_unless_refused (const gchar *part)
{
  fail_if (gst_buffer_pool_set_config (pool, config));
  fail_unless_error_has (part);
  config = gst_buffer_pool_get_config (pool);
}

static guint
size_written_back (void)
{
  GstStructure *now = gst_buffer_pool_get_config (pool);
  guint size = 0;

  fail_unless (gst_buffer_pool_config_get_params (now, NULL, &size, NULL,
      NULL));
  gst_structure_free (now);
  return size;
}

static gint
color_format_of_first_buffer (void)
{
  GstBuffer *buffer;
  gint color_format;

  fail_unless (gst_buffer_pool_set_active (pool, TRUE));
  buffer = acquire (pool);
  color_format = sv_nvbuf_color_format (sv_nvbuf_layout (),
      gst_savant_buffer_peek_surface (buffer), 0);
  gst_buffer_unref (buffer);
  fail_unless (gst_buffer_pool_set_active (pool, FALSE));
  return color_format;
}

GST_START_TEST (test_size_written_back)
{
  set_caps (NVMM_CAPS ",format=NV12,width=64,height=48", 5, 0, 0);
  fail_unless (gst_buffer_pool_set_config (pool, config));
  fail_unless_equals_int (size_written_back (),
      sv_nvbuf_header_size (sv_nvbuf_layout ()));

  config = gst_buffer_pool_get_config (pool);
  set_caps ("video/x-raw,format=NV12,width=64,height=48", 5, 0, 0);
  fail_unless (gst_buffer_pool_set_config (pool, config));
  fail_unless_equals_int (size_written_back (), 4608);

  /* More than is needed is granted. */
  config = gst_buffer_pool_get_config (pool);
  set_caps ("video/x-raw,format=NV12,width=64,height=48", 5000, 0, 0);
  fail_unless (gst_buffer_pool_set_config (pool, config));
  fail_unless_equals_int (size_written_back (), 5000);
}
GST_END_TEST

GST_START_TEST (test_refused)
{
  gst_buffer_pool_config_set_params (config, NULL, 0, 0, 0);
  fail_unless_refused ("a pool needs caps");
  set_caps ("video/x-raw,format=AYUV,width=4,height=4", 0, 0, 0);
  fail_unless_refused ("AYUV");
  set_caps (NVMM_CAPS ",format=YUY2,width=4,height=4", 0, 0, 0);
  fail_unless_refused ("YUY2");
  set_caps (NVMM_CAPS ",format=NV12,width=4,height=0", 0, 0, 0);
  fail_unless_refused ("height=0");
  set_caps (NVMM_CAPS ",batch-kind=(string)non-uniform,batch-size=2", 0, 0, 0);
  fail_unless_refused ("non-uniform");
  set_caps (NVMM_CAPS ",format=NV12,width=4,height=4", 0, 0, 0);
  gst_structure_set (config, "min-buffers", G_TYPE_UINT, 3, "max-buffers",
      G_TYPE_UINT, 2, NULL);
  fail_unless_refused ("at least 3 and at most 2");

  /* Nor does it run then. */
  fail_if (gst_buffer_pool_set_active (pool, TRUE));
  gst_structure_free (config);
}
GST_END_TEST

GST_START_TEST (test_memory_types)
{
  set_caps (NVMM_CAPS ",format=NV12,width=4,height=4", 0, 0, 1);
  gst_savant_buffer_pool_config_set_memory (config, SAVANT_MEM_CUDA_PINNED, 0);
  fail_unless_refused ("cuda_pinned is missing");
  gst_savant_buffer_pool_config_set_memory (config, (SavantMemType) 9, 0);
  fail_unless_refused ("memory type 9");
  gst_savant_buffer_pool_config_set_memory (config, SAVANT_MEM_SYSTEM, 3);
  fail_unless (gst_buffer_pool_set_config (pool, config));
  fail_unless_equals_int (color_format_of_first_buffer (), SAVANT_FORMAT_NV12);
}
GST_END_TEST

/* Caps first, then the config, then BT.601 limited. */
GST_START_TEST (test_colorimetry)
{
  SavantColorimetry bt709_full = { SAVANT_MATRIX_BT709, SAVANT_RANGE_FULL, 0 };

  set_caps (NVMM_CAPS ",format=NV12,width=1920,height=1080", 0, 0, 1);
  fail_unless (gst_buffer_pool_set_config (pool, config));
  fail_unless_equals_int (color_format_of_first_buffer (), 6);

  config = gst_buffer_pool_get_config (pool);
  gst_savant_buffer_pool_config_set_colorimetry (config, &bt709_full);
  fail_unless (gst_buffer_pool_set_config (pool, config));
  fail_unless_equals_int (color_format_of_first_buffer (), 34);

  config = gst_buffer_pool_get_config (pool);
  set_caps (NVMM_CAPS ",format=NV12,width=1920,height=1080,colorimetry=bt709",
      0, 0, 1);
  fail_unless (gst_buffer_pool_set_config (pool, config));
  fail_unless_equals_int (color_format_of_first_buffer (), 33);

  /* UYVY has no code for BT.709. */
  config = gst_buffer_pool_get_config (pool);
  set_caps (NVMM_CAPS ",format=UYVY,width=64,height=64,colorimetry=bt709", 0, 0,
      1);
  fail_unless (gst_buffer_pool_set_config (pool, config));
  fail_unless_equals_int (color_format_of_first_buffer (), 10);
}
GST_END_TEST

GST_START_TEST (test_options)
{
  fail_unless (gst_buffer_pool_has_option (pool,
      GST_BUFFER_POOL_OPTION_VIDEO_META));
  fail_unless (gst_buffer_pool_has_option (pool,
      GST_BUFFER_POOL_OPTION_VIDEO_ALIGNMENT));
  fail_if (gst_buffer_pool_has_option (pool, "GstBufferPoolOptionOther"));
  gst_structure_free (config);
}
GST_END_TEST

GST_START_TEST (test_alignment)
{
  GstVideoAlignment align;
  GstBuffer *buffer;
  GstVideoMeta *meta;
  GstVideoInfo info;
  GstVideoFrame frame;
  SavantImage image;

  gst_video_alignment_reset (&align);
  align.padding_left = 16;
  align.padding_top = 2;
  align.padding_right = 5;
  align.padding_bottom = 4;
  align.stride_align[0] = align.stride_align[1] = 255;
  set_caps ("video/x-raw,format=NV12,width=61,height=47", 0, 0, 1);
  gst_buffer_pool_config_add_option (config, GST_BUFFER_POOL_OPTION_VIDEO_META);
  gst_buffer_pool_config_add_option (config,
      GST_BUFFER_POOL_OPTION_VIDEO_ALIGNMENT);
  gst_buffer_pool_config_set_video_alignment (config, &align);
  fail_unless (gst_buffer_pool_set_config (pool, config));
  fail_unless (gst_buffer_pool_set_active (pool, TRUE));
  buffer = acquire (pool);
  meta = gst_buffer_get_video_meta (buffer);
  fail_unless (meta != NULL);
  gst_video_info_set_format (&info, GST_VIDEO_FORMAT_NV12, 61, 47);
  fail_unless (gst_video_info_align (&info, &align));
  for (gint p = 0; p < 2; p++) {
    fail_unless_equals_int (meta->stride[p] % 256, 0);
    fail_unless_equals_int (meta->stride[p], info.stride[p]);
    fail_unless_equals_uint64 (meta->offset[p], info.offset[p]);
  }
  fail_unless_equals_int (meta->alignment.padding_top, 2);
  fail_unless (meta->offset[0] >= 2 * 256 + 16);
  fail_unless_equals_uint64 (gst_buffer_get_size (buffer), info.size);

  gst_video_info_set_format (&info, GST_VIDEO_FORMAT_NV12, 61, 47);
  fail_unless (gst_video_frame_map (&frame, &info, buffer, GST_MAP_WRITE));
  fail_unless_equals_int (gst_savant_image_from_video_frame (&image, &frame),
      SAVANT_OK);
  fail_unless_equals_int ((guintptr) frame.map[0].data % 256, 0);
  memset (image.data[0] + 46 * image.pitch_bytes[0], 1, 61 + 5);
  gst_video_frame_unmap (&frame);
  gst_buffer_unref (buffer);
  fail_unless (gst_buffer_pool_set_active (pool, FALSE));
}
GST_END_TEST

/* Without GstVideoMeta the reader could not know the strides. */
GST_START_TEST (test_alignment_without_video_meta)
{
  GstVideoAlignment align;

  gst_video_alignment_reset (&align);
  align.padding_right = 100;
  set_caps ("video/x-raw,format=GRAY8,width=64,height=4", 0, 0, 1);
  gst_buffer_pool_config_add_option (config,
      GST_BUFFER_POOL_OPTION_VIDEO_ALIGNMENT);
  gst_buffer_pool_config_set_video_alignment (config, &align);
  fail_unless (gst_buffer_pool_set_config (pool, config));
  fail_unless_equals_int (size_written_back (), 256);
}
GST_END_TEST

GST_START_TEST (test_bad_alignment)
{
  GstVideoAlignment align;

  gst_video_alignment_reset (&align);
  align.padding_right = 2000000000;
  align.padding_bottom = 2000000000;
  set_caps ("video/x-raw,format=RGBA,width=64,height=4", 0, 0, 1);
  gst_buffer_pool_config_add_option (config, GST_BUFFER_POOL_OPTION_VIDEO_META);
  gst_buffer_pool_config_add_option (config,
      GST_BUFFER_POOL_OPTION_VIDEO_ALIGNMENT);
  gst_buffer_pool_config_set_video_alignment (config, &align);
  fail_unless_refused ("alignment");
  gst_structure_free (config);
}
GST_END_TEST

GST_START_TEST (test_allocator)
{
  GstAllocator *ours = gst_savant_allocator_new (NULL);
  GstAllocator *plain = gst_allocator_find (GST_ALLOCATOR_SYSMEM);
  GstAllocator *chosen = ours;
  GstAllocationParams params;
  GstStructure *now;

  gst_allocation_params_init (&params);
  params.align = 127;
  params.prefix = 256;
  set_caps ("video/x-raw,format=GRAY8,width=64,height=4", 0, 0, 1);

  /* One that makes no plain memory is replaced by the default. */
  gst_buffer_pool_config_set_allocator (config, ours, &params);
  fail_unless (gst_buffer_pool_set_config (pool, config));
  now = gst_buffer_pool_get_config (pool);
  gst_buffer_pool_config_get_allocator (now, &chosen, &params);
  fail_unless (chosen == NULL);
  fail_unless_equals_int (params.align, 127);
  gst_structure_free (now);

  config = gst_buffer_pool_get_config (pool);
  gst_buffer_pool_config_set_allocator (config, plain, &params);
  fail_unless (gst_buffer_pool_set_config (pool, config));
  fail_unless (gst_buffer_pool_set_active (pool, TRUE));
  for (gint round = 0; round < 2; round++) {
    GstBuffer *buffer = acquire (pool);

    fail_unless (gst_buffer_peek_memory (buffer, 0)->allocator == plain);
    fail_unless_equals_uint64 (gst_buffer_get_size (buffer), 256);
    gst_buffer_unref (buffer);
    fail_unless_equals_int (stats_of (pool).allocated, 1);
  }
  fail_unless (gst_buffer_pool_set_active (pool, FALSE));
  gst_object_unref (plain);
  gst_object_unref (ours);
}
GST_END_TEST

GST_START_TEST (test_not_while_in_use)
{
  GstBuffer *buffer;

  set_caps (NVMM_CAPS ",format=NV12,width=64,height=48", 0, 0, 2);
  fail_unless (gst_buffer_pool_set_config (pool, config));
  fail_unless (gst_buffer_pool_set_active (pool, TRUE));
  buffer = acquire (pool);
  fail_unless (gst_buffer_pool_set_active (pool, FALSE));
  config = gst_buffer_pool_get_config (pool);
  set_caps ("video/x-raw,format=NV12,width=64,height=48", 0, 0, 2);
  fail_if (gst_buffer_pool_set_config (pool, config));
  gst_buffer_unref (buffer);

  config = gst_buffer_pool_get_config (pool);
  set_caps ("video/x-raw,format=NV12,width=64,height=48", 0, 0, 2);
  fail_unless (gst_buffer_pool_set_config (pool, config));
  fail_unless (gst_buffer_pool_set_active (pool, TRUE));
  buffer = acquire (pool);
  fail_if (gst_is_savant_memory (gst_buffer_peek_memory (buffer, 0)));
  gst_buffer_unref (buffer);
  fail_unless (gst_buffer_pool_set_active (pool, FALSE));
}
GST_END_TEST

GST_START_TEST (test_backend)
{
  GstBufferPool *host = gst_savant_buffer_pool_new ("host");

  fail_unless (host != NULL);
  gst_object_unref (host);
  fail_unless (gst_savant_buffer_pool_new ("nosuch") == NULL);
  fail_unless_error_has ("nosuch");
  gst_structure_free (config);
}
GST_END_TEST

static Suite *
pool_config_suite (void)
{
  Suite *s = suite_create ("pool_config");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_checked_fixture (tc, set_up, tear_down);
  tcase_add_test (tc, test_size_written_back);
  tcase_add_test (tc, test_refused);
  tcase_add_test (tc, test_memory_types);
  tcase_add_test (tc, test_colorimetry);
  tcase_add_test (tc, test_options);
  tcase_add_test (tc, test_alignment);
  tcase_add_test (tc, test_alignment_without_video_meta);
  tcase_add_test (tc, test_bad_alignment);
  tcase_add_test (tc, test_allocator);
  tcase_add_test (tc, test_not_while_in_use);
  tcase_add_test (tc, test_backend);
  return s;
}

GST_CHECK_MAIN (pool_config);
