/* SPDX-License-Identifier: Apache-2.0 */
#include "support/elementrig.h"

#define SOURCE "video/x-raw,format=RGBA,width=80,height=60,framerate=25/1"
#define OUTPUT "video/x-raw,format=RGBA,width=64,height=64"

/* A green 80x60 frame with a red rectangle 20,10 40x20. */
static GstBuffer *
source_frame (void)
{
  GstBuffer *buffer = frame_new (SOURCE, 0x00ff00);

  frame_paint (buffer, SOURCE, 0, 20, 10, 40, 20, 0xff0000);
  return buffer;
}

static GstBuffer *
with_crop (GstBuffer *buffer, guint x, guint y, guint w, guint h)
{
  GstVideoCropMeta *meta = gst_buffer_add_video_crop_meta (buffer);

  meta->x = x;
  meta->y = y;
  meta->width = w;
  meta->height = h;
  return buffer;
}

static GstBuffer *
with_roi (GstBuffer *buffer, guint x, guint y, guint w, guint h)
{
  gst_buffer_add_video_region_of_interest_meta (buffer, "face", x, y, w, h);
  return buffer;
}

static void
start (ElementRig *rig, const gchar *properties)
{
  rig_init (rig, "savanttransform", properties);
  rig_set_caps (rig, SOURCE, OUTPUT);
}

/* The frame comes out with this rectangle of the source. */
static void
expect_crop (const gchar *properties, GstBuffer *buffer, gint x, gint y, gint w,
    gint h)
{
  ElementRig rig;

  start (&rig, properties);
  buffer = rig_transform (&rig, buffer);
  expect_source (buffer, 0, x, y, w, h);
  fail_unless (gst_buffer_get_video_crop_meta (buffer) == NULL);
  gst_buffer_unref (buffer);
  rig_clear (&rig);
}

GST_START_TEST (test_crop_pixels)
{
  GstBuffer *buffer;
  ElementRig rig;

  start (&rig,
      "crop-left=20 crop-top=10 crop-width=40 crop-height=20 "
      "pad-color=0x0000ff");
  buffer = rig_transform (&rig, source_frame ());
  expect_source (buffer, 0, 20, 10, 40, 20);
  expect_destination (buffer, 0, 0, 16, 64, 32);
  expect_color (&rig, buffer, 0, 0, 16, 0xff0000);
  expect_color (&rig, buffer, 0, 63, 47, 0xff0000);
  expect_color (&rig, buffer, 0, 32, 15, 0x0000ff);
  expect_color (&rig, buffer, 0, 32, 48, 0x0000ff);
  gst_buffer_unref (buffer);
  rig_clear (&rig);
}
GST_END_TEST;

GST_START_TEST (test_crop_source)
{
#define PROPERTIES "crop-left=1 crop-top=2 crop-width=30 crop-height=40 "
  expect_crop (PROPERTIES, source_frame (), 1, 2, 30, 40);
  expect_crop (PROPERTIES, with_crop (source_frame (), 20, 10, 40, 20), 20, 10,
      40, 20);
  expect_crop (PROPERTIES, with_roi (source_frame (), 5, 6, 7, 8), 5, 6, 7, 8);
  expect_crop (PROPERTIES,
      with_crop (with_roi (source_frame (), 5, 6, 7, 8), 20, 10, 40, 20), 20,
      10, 40, 20);
  expect_crop (PROPERTIES "crop-source=roi-meta",
      with_crop (with_roi (source_frame (), 5, 6, 7, 8), 20, 10, 40, 20), 5, 6,
      7, 8);
  expect_crop (PROPERTIES "crop-source=roi-meta",
      with_roi (with_roi (source_frame (), 9, 9, 9, 9), 5, 6, 7, 8), 9, 9, 9,
      9);
  expect_crop (PROPERTIES "crop-source=crop-meta",
      with_roi (source_frame (), 5, 6, 7, 8), 1, 2, 30, 40);
  expect_crop (PROPERTIES "crop-source=none",
      with_crop (with_roi (source_frame (), 5, 6, 7, 8), 20, 10, 40, 20), 1, 2,
      30, 40);
  /* 0 = to the edge. */
  expect_crop ("crop-left=70 crop-top=50", source_frame (), 70, 50, 10, 10);
  expect_crop ("crop-left=70 crop-height=5", source_frame (), 70, 0, 10, 5);
#undef PROPERTIES
}
GST_END_TEST;

GST_START_TEST (test_clip)
{
  expect_crop (NULL, with_crop (source_frame (), 70, 50, 100, 100), 70, 50, 10,
      10);
  expect_crop (NULL, with_roi (source_frame (), 79, 59, G_MAXUINT, G_MAXUINT),
      79, 59, 1, 1);
  expect_crop ("crop-left=40 crop-width=100", source_frame (), 40, 0, 40, 60);
}
GST_END_TEST;

/* Dropped with a GAP event; the next buffer says DISCONT. */
static void
expect_skipped (const gchar *properties, GstBuffer *buffer)
{
  GstClockTime time, duration;
  gboolean gap = FALSE;
  GstEvent *event;
  ElementRig rig;

  GST_BUFFER_PTS (buffer) = 3 * GST_SECOND;
  start (&rig, properties);
  fail_unless_equals_int (gst_harness_push (rig.h, buffer), GST_FLOW_OK);
  fail_unless (gst_harness_try_pull (rig.h) == NULL);
  rig_expect_silence (&rig);
  fail_unless_equals_uint64 (rig_stat (&rig, "dropped-roi"), 1);
  fail_unless_equals_uint64 (rig_stat (&rig, "out"), 0);
  while ((event = gst_harness_try_pull_event (rig.h))) {
    if (GST_EVENT_TYPE (event) == GST_EVENT_GAP) {
      gap = TRUE;
      gst_event_parse_gap (event, &time, &duration);
      fail_unless_equals_uint64 (time, 3 * GST_SECOND);
      fail_unless_equals_uint64 (duration, 40 * GST_MSECOND);
    }
    gst_event_unref (event);
  }
  fail_unless (gap, "no GAP event");
  rig_set (&rig, "crop-left=0 crop-top=0");
  buffer = rig_transform (&rig, source_frame ());
  fail_unless (GST_BUFFER_IS_DISCONT (buffer));
  gst_buffer_unref (buffer);
  fail_unless_equals_uint64 (rig_stat (&rig, "in"), 2);
  fail_unless_equals_uint64 (rig_stat (&rig, "out"), 1);
  rig_clear (&rig);
}

GST_START_TEST (test_skip)
{
  expect_skipped ("roi-policy=skip",
      with_crop (source_frame (), 70, 50, 11, 10));
  expect_skipped ("roi-policy=skip",
      with_roi (source_frame (), G_MAXUINT, 0, 1, 1));
  expect_skipped ("roi-policy=skip", with_roi (source_frame (), 4, 4, 0, 1));
  expect_skipped ("roi-policy=skip crop-left=80", source_frame ());
  /* Nothing is left to clip. */
  expect_skipped ("roi-policy=clip",
      with_crop (source_frame (), 80, 0, 10, 10));
  expect_skipped ("roi-policy=clip", with_crop (source_frame (), 0, 0, 0, 0));
}
GST_END_TEST;

static void
expect_dropped (ElementRig *rig)
{
  fail_unless_equals_int (gst_harness_push (rig->h, source_frame ()),
      GST_FLOW_OK);
  fail_unless (gst_harness_try_pull (rig->h) == NULL);
}

/* Nobody asked for frames to be dropped: one WARNING, and one more after a
 * rectangle that was right. */
GST_START_TEST (test_properties_outside)
{
  ElementRig rig;

  start (&rig, "crop-left=7 crop-top=60");
  expect_dropped (&rig);
  rig_expect_warning (&rig, "crop-left=7 crop-top=60", "80x60", "dropped",
      NULL);
  expect_dropped (&rig);
  rig_expect_silence (&rig);
  rig_set (&rig, "crop-top=59");
  gst_buffer_unref (rig_transform (&rig, source_frame ()));
  rig_set (&rig, "crop-left=80 crop-top=0");
  expect_dropped (&rig);
  rig_expect_warning (&rig, "crop-left=80 crop-top=0", NULL);
  rig_expect_silence (&rig);
  fail_unless_equals_uint64 (rig_stat (&rig, "dropped-roi"), 3);
  rig_clear (&rig);
}
GST_END_TEST;

/* Without a timestamp there is no GAP event to send. */
GST_START_TEST (test_skip_without_timestamp)
{
  GstBuffer *buffer = with_crop (source_frame (), 80, 0, 10, 10);
  ElementRig rig;

  GST_BUFFER_PTS (buffer) = GST_CLOCK_TIME_NONE;
  start (&rig, "roi-policy=skip");
  fail_unless_equals_int (gst_harness_push (rig.h, buffer), GST_FLOW_OK);
  fail_unless_equals_uint64 (rig_stat (&rig, "dropped-roi"), 1);
  rig_clear (&rig);
}
GST_END_TEST;

GST_START_TEST (test_error)
{
  ElementRig rig;

  start (&rig, "roi-policy=error");
  gst_buffer_unref (rig_transform (&rig,
      with_crop (source_frame (), 70, 50, 10, 10)));
  fail_unless_equals_int (gst_harness_push (rig.h,
                              with_crop (source_frame (), 70, 50, 11, 10)),
      GST_FLOW_ERROR);
  rig_expect_error (&rig, "left 70, top 50, width 11, height 10", "80x60",
      "roi-policy", NULL);
  rig_expect_silence (&rig);
  fail_unless_equals_uint64 (rig_stat (&rig, "dropped-error"), 1);
  fail_unless_equals_uint64 (rig_stat (&rig, "dropped-roi"), 0);
  fail_unless_equals_uint64 (rig_stat (&rig, "out"), 1);
  rig_clear (&rig);
}
GST_END_TEST;

/* With caps that change nothing, single buffers with a crop meta are still
 * cropped. */
GST_START_TEST (test_crop_meta_under_same_caps)
{
  GstBuffer *buffer, *result;
  ElementRig rig;

  rig_init (&rig, "savanttransform", NULL);
  rig_set_caps (&rig, SOURCE, "ANY");
  buffer = source_frame ();
  result = rig_transform (&rig, gst_buffer_ref (buffer));
  fail_unless (result == buffer);
  gst_buffer_unref (result);
  gst_buffer_unref (buffer);

  buffer = with_crop (source_frame (), 20, 10, 40, 20);
  result = rig_transform (&rig, gst_buffer_ref (buffer));
  fail_unless (result != buffer);
  expect_source (result, 0, 20, 10, 40, 20);
  expect_destination (result, 0, 0, 10, 80, 40);
  expect_color (&rig, result, 0, 0, 10, 0xff0000);
  expect_color (&rig, result, 0, 79, 49, 0xff0000);
  gst_buffer_unref (result);
  gst_buffer_unref (buffer);

  buffer = with_crop (source_frame (), 0, 0, 80, 60);
  result = rig_transform (&rig, gst_buffer_ref (buffer));
  fail_unless (result == buffer);
  gst_buffer_unref (result);
  gst_buffer_unref (buffer);
  rig_clear (&rig);
}
GST_END_TEST;

/* As videocrop does it: caps of the cropped size, GstVideoMeta of the whole
 * picture, GstVideoCropMeta inside. */
GST_START_TEST (test_crop_meta_in_larger_frame)
{
  GstBuffer *buffer = with_crop (source_frame (), 20, 10, 40, 20);
  ElementRig rig;

  gst_buffer_add_video_meta (buffer, GST_VIDEO_FRAME_FLAG_NONE,
      GST_VIDEO_FORMAT_RGBA, 80, 60);
  rig_init (&rig, "savanttransform", NULL);
  rig_set_caps (&rig,
      "video/x-raw,format=RGBA,width=40,height=20,framerate=25/1", "ANY");
  buffer = rig_transform (&rig, buffer);
  expect_source (buffer, 0, 20, 10, 40, 20);
  expect_destination (buffer, 0, 0, 0, 40, 20);
  expect_color (&rig, buffer, 0, 0, 0, 0xff0000);
  expect_color (&rig, buffer, 0, 39, 19, 0xff0000);
  fail_unless (gst_buffer_get_video_crop_meta (buffer) == NULL);
  gst_buffer_unref (buffer);
  rig_clear (&rig);
}
GST_END_TEST;

/* ---- Metas ------------------------------------------------------------- */

static GstVideoRegionOfInterestMeta *
nth_roi (GstBuffer *buffer, guint n)
{
  gpointer state = NULL;
  GstMeta *meta = NULL;

  for (guint i = 0; i <= n; i++)
    meta = gst_buffer_iterate_meta_filtered (buffer, &state,
        GST_VIDEO_REGION_OF_INTEREST_META_API_TYPE);
  return (GstVideoRegionOfInterestMeta *) meta;
}

GST_START_TEST (test_regions_move_along)
{
  GstVideoRegionOfInterestMeta *roi;
  GstBuffer *buffer = source_frame ();
  GstStructure *param;
  ElementRig rig;

  with_roi (buffer, 20, 10, 40, 20); /* taken */
  with_roi (buffer, 30, 15, 10, 5);
  roi = nth_roi (buffer, 1);
  roi->id = 17;
  roi->parent_id = 4;
  gst_video_region_of_interest_meta_add_param (roi,
      gst_structure_new ("detection", "score", G_TYPE_DOUBLE, 0.5, NULL));
  with_roi (buffer, 0, 0, 5, 5);    /* outside */
  with_roi (buffer, 50, 0, 30, 60); /* partly */

  start (&rig, NULL);
  buffer = rig_transform (&rig, buffer);
  /* 40x20 at 20,10 goes to 64x32 at 0,16. */
  roi = nth_roi (buffer, 0);
  fail_unless (roi != NULL);
  fail_unless_equals_int (roi->x, 16);
  fail_unless_equals_int (roi->y, 24);
  fail_unless_equals_int (roi->w, 16);
  fail_unless_equals_int (roi->h, 8);
  fail_unless_equals_int (roi->id, 17);
  fail_unless_equals_int (roi->parent_id, 4);
  fail_unless_equals_string (g_quark_to_string (roi->roi_type), "face");
  param = gst_video_region_of_interest_meta_get_param (roi, "detection");
  fail_unless (param != NULL && gst_structure_has_field (param, "score"));
  roi = nth_roi (buffer, 1);
  fail_unless (roi != NULL);
  fail_unless_equals_int (roi->x, 48);
  fail_unless_equals_int (roi->y, 16);
  fail_unless_equals_int (roi->w, 16);
  fail_unless_equals_int (roi->h, 32);
  fail_unless (nth_roi (buffer, 2) == NULL);
  gst_buffer_unref (buffer);
  rig_clear (&rig);
}
GST_END_TEST;

static GType
sized_meta_api (void)
{
  static const gchar *tags[] = { GST_META_TAG_VIDEO_STR,
    GST_META_TAG_VIDEO_SIZE_STR, NULL };
  static GType type;

  if (type == 0)
    type = gst_meta_api_type_register ("TestSizedMetaAPI", tags);
  return type;
}

static gboolean
sized_meta_init (GstMeta *meta, gpointer params, GstBuffer *buffer)
{
  (void) meta;
  (void) params;
  (void) buffer;
  return TRUE;
}

static const GstMetaInfo *sized_meta_info;

static gboolean
sized_meta_transform (GstBuffer *to, GstMeta *meta, GstBuffer *from,
    GQuark type, gpointer data)
{
  (void) meta;
  (void) from;
  (void) data;
  if (GST_META_TRANSFORM_IS_COPY (type))
    gst_buffer_add_meta (to, sized_meta_info, NULL);
  return TRUE;
}

static void
expect_metas (const gchar *in, const gchar *out, gboolean sized)
{
  GstBuffer *buffer = frame_new (in, 0);
  GstSavantId ids[2] = { { SAVANT_ID_BATCH, 0, 8 }, { SAVANT_ID_FRAME, 0, 9 } };
  GstSavantIdMeta *meta;
  GstCaps *reference = gst_caps_from_string ("timestamp/x-test");
  ElementRig rig;

  gst_buffer_set_savant_ids (buffer, ids, 2);
  gst_buffer_add_reference_timestamp_meta (buffer, reference, 5, 6);
  gst_buffer_add_meta (buffer, sized_meta_info, NULL);
  rig_init (&rig, "savanttransform", NULL);
  rig_set_caps (&rig, in, out);
  buffer = rig_transform (&rig, buffer);

  meta = gst_buffer_get_savant_id_meta (buffer);
  fail_unless (meta != NULL && meta->n_ids == 2);
  fail_unless (meta->ids[0].kind == SAVANT_ID_BATCH && meta->ids[0].id == 8);
  fail_unless (meta->ids[1].kind == SAVANT_ID_FRAME && meta->ids[1].id == 9);
  fail_unless_equals_int (gst_buffer_get_n_meta (buffer,
                              GST_SAVANT_ID_META_API_TYPE),
      1);
  fail_unless_equals_int (gst_buffer_get_n_meta (buffer,
                              GST_SAVANT_TRANSFORM_META_API_TYPE),
      1);
  fail_unless (gst_buffer_get_reference_timestamp_meta (buffer, reference));
  fail_unless ((gst_buffer_get_meta (buffer, sized_meta_api ()) != NULL)
      == sized);
  gst_buffer_unref (buffer);
  gst_caps_unref (reference);
  rig_clear (&rig);
}

GST_START_TEST (test_metas)
{
  sized_meta_info = gst_meta_register (sized_meta_api (), "TestSizedMeta",
      sizeof (GstMeta), sized_meta_init, NULL, sized_meta_transform);
  expect_metas (SOURCE, OUTPUT, FALSE);
  /* Uploaded and converted, but no pixel moves. */
  expect_metas (SOURCE, "video/x-raw(memory:NVMM),format=RGBA", TRUE);
  expect_metas (SOURCE, "video/x-raw,format=NV12", TRUE);
}
GST_END_TEST;

/* Two transforms: the matrix is the product, the source is the first one's. */
GST_START_TEST (test_geometry_composes)
{
  GstBuffer *buffer = frame_new (SOURCE, 0);
  GstSavantTransformMeta *meta;
  const GstSavantGeometry *g;
  gdouble point[2];
  ElementRig rig;

  rig_init (&rig, "savanttransform",
      "crop-left=20 crop-top=10 crop-width=40 crop-height=20");
  rig_set_caps (&rig, SOURCE, OUTPUT);
  buffer = rig_transform (&rig, buffer);
  rig_clear (&rig);

  rig_init (&rig, "savanttransform", "video-direction=90r");
  rig_set_caps (&rig, OUTPUT ",framerate=25/1",
      "video/x-raw,width=32,height=32");
  buffer = rig_transform (&rig, buffer);
  meta = gst_buffer_get_savant_transform_meta (buffer);
  fail_unless (meta != NULL && meta->n_slots == 1);
  g = &meta->slots[0];
  fail_unless_equals_int (g->source_width, 80);
  fail_unless_equals_int (g->source_height, 60);
  expect_source (buffer, 0, 20, 10, 40, 20);
  expect_destination (buffer, 0, 8, 0, 16, 32);
  /* The left top corner of the crop turns to the right top. */
  gst_savant_geometry_point_to_network (g, 20, 10, point);
  fail_unless_equals_float (point[0], 24);
  fail_unless_equals_float (point[1], 0);
  gst_savant_geometry_point_to_source (g, 8, 32, point);
  fail_unless_equals_float (point[0], 60);
  fail_unless_equals_float (point[1], 30);
  gst_buffer_unref (buffer);
  rig_clear (&rig);
}
GST_END_TEST;

static Suite *
savanttransform_crop_suite (void)
{
  Suite *s = suite_create ("savanttransform_crop");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, test_crop_pixels);
  tcase_add_test (tc, test_crop_source);
  tcase_add_test (tc, test_clip);
  tcase_add_test (tc, test_skip);
  tcase_add_test (tc, test_properties_outside);
  tcase_add_test (tc, test_skip_without_timestamp);
  tcase_add_test (tc, test_error);
  tcase_add_test (tc, test_crop_meta_under_same_caps);
  tcase_add_test (tc, test_crop_meta_in_larger_frame);
  tcase_add_test (tc, test_regions_move_along);
  tcase_add_test (tc, test_metas);
  tcase_add_test (tc, test_geometry_composes);
  return s;
}

GST_CHECK_MAIN (savanttransform_crop);
