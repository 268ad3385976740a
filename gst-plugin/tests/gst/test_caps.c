/* SPDX-License-Identifier: Apache-2.0 */
#include "gsttest.h"

static gboolean
parse (GstSavantFrameInfo *info, const gchar *text)
{
  GstCaps *caps = gst_caps_from_string (text);
  gboolean ok;

  fail_unless (caps != NULL, "%s", text);
  ok = gst_savant_frame_info_from_caps (info, caps);
  gst_caps_unref (caps);
  return ok;
}

#define fail_unless_refused(text, part)                     \
  G_STMT_START                                              \
  {                                                         \
    GstSavantFrameInfo refused;                             \
    fail_if (parse (&refused, text), "%s was taken", text); \
    fail_unless_error_has (part);                           \
  }                                                         \
  G_STMT_END

GST_START_TEST (test_plain_frame)
{
  GstSavantFrameInfo info;

  fail_unless (parse (&info,
      "video/x-raw,format=I420,width=641,height=479,framerate=25/1"));
  fail_if (info.nvmm);
  fail_unless (info.uniform);
  fail_if (info.colorimetry_named);
  fail_unless_equals_int (info.batch_size, 1);
  fail_unless_equals_int (info.video.width, 641);
  fail_unless_equals_int (info.video.height, 479);
  fail_unless_equals_int (GST_VIDEO_INFO_FORMAT (&info.video),
      GST_VIDEO_FORMAT_I420);
  fail_unless_equals_int (info.video.fps_n, 25);

  /* The feature may be spelt out, and a batch of one is a frame. */
  fail_unless (parse (&info,
      "video/x-raw(memory:SystemMemory),format=YUY2,"
      "width=2,height=2,batch-size=1,num-surfaces-per-frame=1,"
      "batch-kind=uniform"));
  fail_if (info.nvmm);
}
GST_END_TEST

GST_START_TEST (test_surfaces)
{
  GstSavantFrameInfo info;

  fail_unless (parse (&info,
      NVMM_CAPS ",format=NV12,width=1920,height=1080,"
                "batch-size=8,num-surfaces-per-frame=1,colorimetry=bt601,"
                "nvbuf-memory-type=nvbuf-mem-cuda-device,gpu-id=0"));
  fail_unless (info.nvmm);
  fail_unless (info.uniform);
  fail_unless (info.colorimetry_named);
  fail_unless_equals_int (info.batch_size, 8);
  fail_unless_equals_int (info.video.colorimetry.matrix,
      GST_VIDEO_COLOR_MATRIX_BT601);

  fail_unless (parse (&info,
      NVMM_CAPS ",format=RGBA,width=1,height=32767,"
                "batch-size=1024"));
  fail_unless_equals_int (info.batch_size, 1024);
}
GST_END_TEST

GST_START_TEST (test_non_uniform_batch)
{
  GstSavantFrameInfo info;

  fail_unless (parse (&info,
      NVMM_CAPS ",batch-size=4,"
                "num-surfaces-per-frame=1,batch-kind=(string)non-uniform"));
  fail_unless (info.nvmm);
  fail_if (info.uniform);
  fail_unless_equals_int (info.batch_size, 4);
  fail_unless_equals_int (GST_VIDEO_INFO_FORMAT (&info.video),
      GST_VIDEO_FORMAT_UNKNOWN);

  fail_unless_refused ("video/x-raw,batch-kind=(string)non-uniform",
      "batch-kind=non-uniform");
  fail_unless_refused (NVMM_CAPS ",batch-kind=(string)mixed",
      "batch-kind=mixed");
  fail_unless_refused (NVMM_CAPS ",batch-kind=(int)1", "(no string)");
}
GST_END_TEST

GST_START_TEST (test_every_format)
{
  GstCaps *in =
      gst_caps_from_string ("video/x-raw,format=" GST_SAVANT_INPUT_FORMATS);
  GstCaps *out =
      gst_caps_from_string ("video/x-raw,format=" GST_SAVANT_OUTPUT_FORMATS);
  const GValue *inputs =
      gst_structure_get_value (gst_caps_get_structure (in, 0), "format");
  const GValue *outputs =
      gst_structure_get_value (gst_caps_get_structure (out, 0), "format");
  guint n_outputs = 0;

  fail_unless_equals_int (gst_value_list_get_size (inputs), 17);
  for (guint i = 0; i < gst_value_list_get_size (inputs); i++) {
    const gchar *name =
        g_value_get_string (gst_value_list_get_value (inputs, i));
    GstVideoFormat video = gst_video_format_from_string (name);
    SavantFormat format = gst_savant_format_from_video (video);
    gchar *plain =
        g_strdup_printf ("video/x-raw,format=%s,width=5,height=3", name);
    gchar *nvmm =
        g_strdup_printf (NVMM_CAPS ",format=%s,width=5,height=3", name);
    GstSavantFrameInfo info;

    fail_unless_equals_string (savant_format_name (format), name);
    fail_unless_equals_int (gst_savant_format_to_video (format), video);
    fail_unless (parse (&info, plain), "%s", savant_last_error ());
    if (savant_format_is_output (format)) {
      n_outputs++;
      fail_unless (parse (&info, nvmm), "%s", savant_last_error ());
    } else {
      fail_unless_refused (nvmm, "in surfaces: supported are RGBA, BGRx, ");
      fail_unless_error_has (name);
    }
    g_free (plain);
    g_free (nvmm);
  }
  fail_unless_equals_int (n_outputs, gst_value_list_get_size (outputs));
  fail_unless_equals_int (gst_savant_format_from_video (GST_VIDEO_FORMAT_AYUV),
      SAVANT_FORMAT_UNKNOWN);
  fail_unless_equals_int (gst_savant_format_to_video ((SavantFormat) 7),
      GST_VIDEO_FORMAT_UNKNOWN);
  gst_caps_unref (in);
  gst_caps_unref (out);
}
GST_END_TEST

GST_START_TEST (test_refused)
{
  GstSavantFrameInfo info;

  fail_if (gst_savant_frame_info_from_caps (&info, NULL));
  fail_unless_error_has ("not NULL");
  fail_unless_refused ("ANY", "fixed caps");
  fail_unless_refused ("EMPTY", "fixed caps");
  fail_unless_refused ("video/x-raw,format=NV12,width=[1,9],height=4",
      "fixed caps");
  fail_unless_refused ("video/x-h264,width=4,height=4", "video/x-h264");

  fail_unless_refused ("video/x-raw(memory:GLMemory),format=RGBA,width=4,"
                       "height=4",
      "memory:GLMemory");
  fail_unless_refused (
      "video/x-raw(memory:NVMM,meta:GstVideoOverlayComposition),format=RGBA,"
      "width=4,height=4",
      "meta:GstVideoOverlayComposition");

  fail_unless_refused ("video/x-raw,format=AYUV,width=4,height=4",
      "AYUV is not supported: supported are RGBA, BGRx, NV12");
  fail_unless_error_has ("P010_10LE");
  fail_unless_refused ("video/x-raw,format=NV99,width=4,height=4", "NV99");
  fail_unless_refused ("video/x-raw,width=4,height=4", "without format");
  fail_unless_refused ("video/x-raw,format=NV12,height=4", "without width");
  fail_unless_refused ("video/x-raw,format=NV12,width=4", "without height");
  fail_unless_refused ("video/x-raw,format=NV12,width=(string)4,height=4",
      "without width");

  fail_unless_refused ("video/x-raw,format=NV12,width=0,height=4", "width=0");
  fail_unless_refused ("video/x-raw,format=NV12,width=4,height=-1",
      "height=-1");
  fail_unless_refused ("video/x-raw,format=NV12,width=32768,height=4",
      "width=32768: it must be from 1 to 32767");
  fail_unless_refused (NVMM_CAPS ",format=NV12,width=4,height=32768",
      "height=32768");

  /* Fields of this mode lie in separate buffers. */
  fail_unless_refused ("video/x-raw,format=NV12,width=4,height=4,"
                       "interlace-mode=alternate",
      "cannot read the caps");
}
GST_END_TEST

GST_START_TEST (test_too_many_bytes)
{
  GstSavantFrameInfo info;

  /* 32767 x 4 x 32767 bytes; GStreamer itself wraps this number. */
  fail_unless_refused ("video/x-raw,format=RGBA,width=32767,height=32767",
      "4294705156 bytes");
  fail_unless_refused (NVMM_CAPS ",format=RGBA,width=32767,height=32767",
      "4294705156 bytes");
  fail_unless_error_has ("2147483647");
  /* The largest one that fits. */
  fail_unless (parse (&info,
      "video/x-raw,format=RGBA,width=32767,height=16384"));
  fail_unless_equals_uint64 (info.video.size, 2147418112);
  fail_unless_refused ("video/x-raw,format=RGBA,width=32767,height=16385",
      "2147549180 bytes");
}
GST_END_TEST

GST_START_TEST (test_batch_fields)
{
  fail_unless_refused (NVMM_CAPS ",format=NV12,width=4,height=4,batch-size=0",
      "batch-size=0: an integer from 1 to 1024");
  fail_unless_refused (NVMM_CAPS
      ",format=NV12,width=4,height=4,batch-size=1025",
      "batch-size=1025");
  fail_unless_refused (NVMM_CAPS
      ",format=NV12,width=4,height=4,batch-size=(string)many",
      "many");
  fail_unless_refused ("video/x-raw,format=NV12,width=4,height=4,batch-size=2",
      "batch-size=2: an integer from 1 to 1 is needed");
  fail_unless_refused (NVMM_CAPS ",format=NV12,width=4,height=4,"
                                 "num-surfaces-per-frame=2",
      "num-surfaces-per-frame=2");
}
GST_END_TEST

/* Colorimetry of plain caps by the documented rule of heights. */
GST_START_TEST (test_colorimetry_by_height)
{
  static const struct
  {
    const gchar *caps;
    SavantColorimetry expected;
  } cases[] = {
    { "format=NV12,width=720,height=576",
        { SAVANT_MATRIX_BT601, SAVANT_RANGE_LIMITED, SAVANT_SITING_JPEG } },
    { "format=NV12,width=720,height=577",
        { SAVANT_MATRIX_BT709, SAVANT_RANGE_LIMITED, SAVANT_SITING_MPEG2 } },
    { "format=I420,width=3840,height=2160",
        { SAVANT_MATRIX_BT709, SAVANT_RANGE_LIMITED, SAVANT_SITING_MPEG2 } },
    { "format=I420,width=3840,height=2160,colorimetry=bt2020",
        { SAVANT_MATRIX_BT2020, SAVANT_RANGE_LIMITED, SAVANT_SITING_MPEG2 } },
    { "format=NV12,width=720,height=576,colorimetry=bt709,chroma-site=cosited",
        { SAVANT_MATRIX_BT709, SAVANT_RANGE_LIMITED,
            SAVANT_SITING_H_COSITED | SAVANT_SITING_V_COSITED } },
    { "format=NV12,width=64,height=64,colorimetry=1:4:0:0,chroma-site=jpeg",
        { SAVANT_MATRIX_BT601, SAVANT_RANGE_FULL, SAVANT_SITING_JPEG } },
    { "format=NV12,width=64,height=64,colorimetry=smpte240m",
        { SAVANT_MATRIX_SMPTE240M, SAVANT_RANGE_LIMITED, SAVANT_SITING_JPEG } },
  };
  GstSavantFrameInfo info;
  SavantColorimetry c;

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    gchar *text = g_strconcat ("video/x-raw,", cases[i].caps, NULL);

    fail_unless (parse (&info, text), "%s: %s", text, savant_last_error ());
    gst_savant_colorimetry_from_video_info (&c, &info.video);
    fail_unless (c.matrix == cases[i].expected.matrix
            && c.range == cases[i].expected.range
            && c.siting == cases[i].expected.siting,
        "%s: matrix %d, range %d, siting %u", text, c.matrix, c.range,
        c.siting);
    g_free (text);
  }

  fail_unless (parse (&info, "video/x-raw,format=RGBA,width=64,height=64"));
  gst_savant_colorimetry_from_video_info (&c, &info.video);
  fail_unless_equals_int (c.matrix, SAVANT_MATRIX_RGB);
  fail_unless_equals_int (c.range, SAVANT_RANGE_FULL);
  fail_unless (parse (&info, "video/x-raw,format=GRAY8,width=64,height=64"));
  gst_savant_colorimetry_from_video_info (&c, &info.video);
  fail_unless_equals_int (c.range, SAVANT_RANGE_FULL);
}
GST_END_TEST

/* What a GstVideoInfo leaves unknown. */
GST_START_TEST (test_colorimetry_unknown)
{
  GstVideoInfo info;
  SavantColorimetry c;

  gst_video_info_set_format (&info, GST_VIDEO_FORMAT_NV12, 64, 480);
  memset (&info.colorimetry, 0, sizeof info.colorimetry);
  info.chroma_site = GST_VIDEO_CHROMA_SITE_UNKNOWN;
  gst_savant_colorimetry_from_video_info (&c, &info);
  fail_unless_equals_int (c.matrix, SAVANT_MATRIX_BT601);
  fail_unless_equals_int (c.range, SAVANT_RANGE_LIMITED);
  fail_unless_equals_int (c.siting, SAVANT_SITING_JPEG);

  info.height = 720;
  gst_savant_colorimetry_from_video_info (&c, &info);
  fail_unless_equals_int (c.matrix, SAVANT_MATRIX_BT709);
  fail_unless_equals_int (c.siting, SAVANT_SITING_MPEG2);

  gst_video_info_set_format (&info, GST_VIDEO_FORMAT_BGR, 64, 480);
  memset (&info.colorimetry, 0, sizeof info.colorimetry);
  gst_savant_colorimetry_from_video_info (&c, &info);
  fail_unless_equals_int (c.matrix, SAVANT_MATRIX_RGB);
  fail_unless_equals_int (c.range, SAVANT_RANGE_FULL);
}
GST_END_TEST

static Suite *
caps_suite (void)
{
  Suite *s = suite_create ("caps");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, test_plain_frame);
  tcase_add_test (tc, test_surfaces);
  tcase_add_test (tc, test_non_uniform_batch);
  tcase_add_test (tc, test_every_format);
  tcase_add_test (tc, test_refused);
  tcase_add_test (tc, test_too_many_bytes);
  tcase_add_test (tc, test_batch_fields);
  tcase_add_test (tc, test_colorimetry_by_height);
  tcase_add_test (tc, test_colorimetry_unknown);
  return s;
}

GST_CHECK_MAIN (caps);
