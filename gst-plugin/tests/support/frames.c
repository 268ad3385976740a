/* SPDX-License-Identifier: Apache-2.0 */
#include "frames.h"

#include <math.h>

#include "reference.h"

void
test_frame_map (TestFrame *frame, GstBuffer *buffer, const GstCaps *caps)
{
  GstSavantFrameInfo info;

  memset (frame, 0, sizeof *frame);
  fail_unless (gst_savant_frame_info_from_caps (&info, caps), "%s",
      savant_last_error ());
  if (info.nvmm) {
    gpointer surface = gst_savant_buffer_peek_surface (buffer);

    fail_unless (surface != NULL, "%s", savant_last_error ());
    fail_unless_equals_int (gst_savant_surface_get_image (surface, 0,
                                &frame->image),
        SAVANT_OK);
    if (info.colorimetry_named)
      gst_savant_colorimetry_from_video_info (&frame->image.colorimetry,
          &info.video);
  } else {
    fail_unless (gst_video_frame_map (&frame->video, &info.video, buffer,
        GST_MAP_READ));
    frame->mapped = TRUE;
    fail_unless_equals_int (gst_savant_image_from_video_frame (&frame->image,
                                &frame->video),
        SAVANT_OK);
  }
  fail_unless_equals_int (frame->image.width,
      GST_VIDEO_INFO_WIDTH (&info.video));
  fail_unless_equals_int (frame->image.height,
      GST_VIDEO_INFO_HEIGHT (&info.video));
  fail_unless_equals_int (frame->image.format,
      gst_savant_format_from_video (GST_VIDEO_INFO_FORMAT (&info.video)));
}

void
test_frame_unmap (TestFrame *frame)
{
  if (frame->mapped)
    gst_video_frame_unmap (&frame->video);
}

int
test_sample (const SavantImage *image, int component, int x, int y)
{
  const RefFormat *format = ref_format (image->format);
  int plane = format->plane[component];

  if (format->family == REF_YUV && component > 0) {
    x /= format->sub_x;
    y /= format->sub_y;
  }
  return image->data[plane][y * image->pitch_bytes[plane]
      + format->offset[component] + x * format->step[component]];
}

void
test_assert_color (const SavantImage *image, int x, int y, guint32 rgb,
    int tolerance)
{
  const RefFormat *format = ref_format (image->format);
  double expected[3];
  int c;

  ref_convert_rgb (rgb, image, expected);
  for (c = 0; c < format->n_comps; c++) {
    int got = test_sample (image, c, x, y);
    double want = c < 3 ? floor (expected[c] + 0.5) : 255.0;

    fail_unless (fabs (got - want) <= tolerance,
        "%s %dx%d: component %d of pixel (%d, %d) is %d, %g expected for "
        "colour %06x",
        format->name, image->width, image->height, c, x, y, got, want, rgb);
  }
}

GstCaps *
test_harness_caps (GstHarness *h)
{
  GstCaps *caps = gst_pad_get_current_caps (h->sinkpad);

  fail_unless (caps != NULL, "no caps were negotiated");
  return caps;
}

GstHarness *
test_bufgen (const gchar *properties, const gchar *caps)
{
  gchar *line = g_strdup_printf ("savantbufgen %s", properties);
  GstElement *element = gst_parse_launch (line, NULL);
  GstBus *bus = gst_bus_new ();
  GstHarness *h;

  fail_unless (element != NULL, "\"%s\" cannot be parsed", line);
  h = gst_harness_new_with_element (element, NULL, "src");
  gst_object_unref (element);
  gst_element_set_bus (h->element, bus);
  gst_object_unref (bus);
  if (caps != NULL)
    gst_harness_set_sink_caps_str (h, caps);
  g_free (line);
  return h;
}

void
test_bufgen_free (GstHarness *h)
{
  gst_element_set_state (h->element, GST_STATE_NULL);
  gst_element_set_bus (h->element, NULL);
  gst_harness_teardown (h);
}

gchar *
test_one_error (GstBus *bus)
{
  GstMessage *message;
  GError *error;
  gchar *text;

  message =
      gst_bus_timed_pop_filtered (bus, 20 * GST_SECOND, GST_MESSAGE_ERROR);
  fail_unless (message != NULL, "no error message came");
  gst_message_parse_error (message, &error, NULL);
  text = g_strdup (error->message);
  g_error_free (error);
  gst_message_unref (message);

  message =
      gst_bus_timed_pop_filtered (bus, 50 * GST_MSECOND, GST_MESSAGE_ERROR);
  if (message != NULL) {
    gst_message_parse_error (message, &error, NULL);
    fail ("a second error \"%s\" after \"%s\"", error->message, text);
  }
  return text;
}

void
test_assert_contains (const gchar *text, const gchar *part)
{
  fail_unless (text != NULL && strstr (text, part) != NULL,
      "\"%s\" does not contain \"%s\"", text, part);
}

guint64
test_stat (GstElement *element, const gchar *field)
{
  gboolean of_pool = g_str_has_prefix (field, "pool/");
  const GValue *value;
  GstStructure *stats;
  const GstStructure *s;
  guint64 number = 0;

  g_object_get (element, "stats", &stats, NULL);
  s = stats;
  if (of_pool) {
    value = gst_structure_get_value (stats, "pool");
    fail_unless (value != NULL, "stats without pool");
    s = gst_value_get_structure (value);
  }
  value = gst_structure_get_value (s, of_pool ? field + 5 : field);
  fail_unless (value != NULL, "stats without %s", field);
  if (G_VALUE_HOLDS_UINT (value))
    number = g_value_get_uint (value);
  else
    number = g_value_get_uint64 (value);
  gst_structure_free (stats);
  return number;
}

void
test_assert_stats (GstElement *element)
{
  static const gchar *const names[] = { "dropped-late", "dropped-leaky",
    "dropped-error", "dropped-flush", "dropped-released", "dropped-unlinked",
    "dropped-roi" };
  guint64 in, out, held, dropped, part, sum = 0;
  GstStructure *stats;
  guint i;

  g_object_get (element, "stats", &stats, NULL);
  fail_unless (gst_structure_get (stats, "in", G_TYPE_UINT64, &in, "out",
      G_TYPE_UINT64, &out, "held", G_TYPE_UINT64, &held, "dropped",
      G_TYPE_UINT64, &dropped, NULL));
  for (i = 0; i < G_N_ELEMENTS (names); i++) {
    fail_unless (gst_structure_get_uint64 (stats, names[i], &part));
    sum += part;
  }
  gst_structure_free (stats);
  fail_unless_equals_uint64 (in, out + held + dropped);
  fail_unless_equals_uint64 (dropped, sum);
}

gint64
test_frame_id (GstBuffer *buffer)
{
  GstSavantIdMeta *meta = gst_buffer_get_savant_id_meta (buffer);

  fail_unless (meta != NULL, "no SavantIdMeta");
  fail_unless_equals_int (meta->n_ids, 1);
  fail_unless_equals_int (meta->ids[0].kind, SAVANT_ID_FRAME);
  fail_unless_equals_int (meta->ids[0].reserved, 0);
  return meta->ids[0].id;
}
