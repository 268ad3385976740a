/* SPDX-License-Identifier: Apache-2.0 */
#include "elementrig.h"

#include <string.h>

void
rig_set (ElementRig *rig, const gchar *properties)
{
  gchar **pairs = g_strsplit (properties != NULL ? properties : "", " ", -1);

  for (gchar **pair = pairs; *pair != NULL; pair++) {
    gchar **parts = g_strsplit (*pair, "=", 2);

    if (parts[0] != NULL && parts[1] != NULL)
      gst_util_set_object_arg (G_OBJECT (rig->h->element), parts[0], parts[1]);
    g_strfreev (parts);
  }
  g_strfreev (pairs);
}

void
rig_init (ElementRig *rig, const gchar *element, const gchar *properties)
{
  GstElement *made = gst_element_factory_make (element, NULL);

  fail_unless (made != NULL, "no element %s", element);
  gst_object_ref_sink (made);
  rig->bus = gst_bus_new ();
  g_queue_init (&rig->errors);
  g_queue_init (&rig->warnings);
  gst_element_set_bus (made, rig->bus);
  rig->h = gst_harness_new_with_element (made, "sink", "src");
  gst_object_unref (made);
  gst_element_set_state (rig->h->element, GST_STATE_NULL);
  rig_set (rig, properties);
  fail_unless (gst_element_set_state (rig->h->element, GST_STATE_PLAYING)
      != GST_STATE_CHANGE_FAILURE);
}

void
rig_clear (ElementRig *rig)
{
  GstElement *element = gst_object_ref (rig->h->element);

  gst_harness_teardown (rig->h);
  gst_element_set_bus (element, NULL);
  gst_object_unref (element);
  g_queue_clear_full (&rig->errors, g_free);
  g_queue_clear_full (&rig->warnings, g_free);
  gst_bus_set_flushing (rig->bus, TRUE);
  gst_object_unref (rig->bus);
}

void
rig_set_caps (ElementRig *rig, const gchar *in, const gchar *out)
{
  gst_harness_set_caps_str (rig->h, in, out);
}

static void
empty_bus (ElementRig *rig)
{
  GstMessage *message;

  while ((message = gst_bus_pop_filtered (rig->bus,
              GST_MESSAGE_ERROR | GST_MESSAGE_WARNING))) {
    GError *error = NULL;

    if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR) {
      gst_message_parse_error (message, &error, NULL);
      g_queue_push_tail (&rig->errors, g_strdup (error->message));
    } else {
      gst_message_parse_warning (message, &error, NULL);
      g_queue_push_tail (&rig->warnings, g_strdup (error->message));
    }
    g_error_free (error);
    gst_message_unref (message);
  }
}

gchar *
rig_pop_error (ElementRig *rig)
{
  empty_bus (rig);
  return g_queue_pop_head (&rig->errors);
}

gchar *
rig_pop_warning (ElementRig *rig)
{
  empty_bus (rig);
  return g_queue_pop_head (&rig->warnings);
}

static void
expect_texts (gchar *text, const gchar *kind, va_list texts)
{
  const gchar *wanted;

  fail_unless (text != NULL, "no %s was posted", kind);
  while ((wanted = va_arg (texts, const gchar *)) != NULL)
    fail_unless (strstr (text, wanted) != NULL, "%s \"%s\" lacks \"%s\"", kind,
        text, wanted);
  g_free (text);
}

void
rig_expect_error (ElementRig *rig, ...)
{
  va_list texts;

  va_start (texts, rig);
  expect_texts (rig_pop_error (rig), "error", texts);
  va_end (texts);
}

void
rig_expect_warning (ElementRig *rig, ...)
{
  va_list texts;

  va_start (texts, rig);
  expect_texts (rig_pop_warning (rig), "warning", texts);
  va_end (texts);
}

void
rig_expect_silence (ElementRig *rig)
{
  gchar *error = rig_pop_error (rig), *warning = rig_pop_warning (rig);

  fail_unless (error == NULL, "unexpected error: %s", error);
  fail_unless (warning == NULL, "unexpected warning: %s", warning);
}

const GstStructure *
rig_output (ElementRig *rig, GstCaps **caps)
{
  GstPad *pad = gst_element_get_static_pad (rig->h->element, "src");

  *caps = gst_pad_get_current_caps (pad);
  gst_object_unref (pad);
  fail_unless (*caps != NULL, "nothing is negotiated");
  return gst_caps_get_structure (*caps, 0);
}

static guint64
count (const GstStructure *stats, const gchar *field)
{
  guint64 value = 0;

  fail_unless (gst_structure_get_uint64 (stats, field, &value),
      "stats have no %s", field);
  return value;
}

guint64
rig_stat (ElementRig *rig, const gchar *field)
{
  GstStructure *stats;
  guint64 value;

  g_object_get (rig->h->element, "stats", &stats, NULL);
  fail_unless (gst_structure_has_name (stats, "savant-stats"));
  fail_unless_equals_uint64 (count (stats, "in"),
      count (stats, "out") + count (stats, "held") + count (stats, "dropped"));
  value = count (stats, field);
  gst_structure_free (stats);
  return value;
}

GstBuffer *
rig_transform (ElementRig *rig, GstBuffer *buffer)
{
  GstFlowReturn ret = gst_harness_push (rig->h, buffer);
  gchar *text = rig_pop_error (rig);

  fail_unless (ret == GST_FLOW_OK && text == NULL, "flow %s, error %s",
      gst_flow_get_name (ret), text != NULL ? text : "none");
  buffer = gst_harness_try_pull (rig->h);
  fail_unless (buffer != NULL, "nothing came out");
  return buffer;
}

/* ---- Frames ------------------------------------------------------------ */

static void
read_caps (GstSavantFrameInfo *info, const GstCaps *caps)
{
  fail_unless (gst_savant_frame_info_from_caps (info, caps), "%s",
      savant_last_error ());
}

/* Calls savant_image_fill() on a part of a picture. Formats that are input
 * only are filled with one value for every sample. */
static void
fill (const SavantImage *image, gint x, gint y, gint w, gint h, guint32 rgb)
{
  static const SavantTransformConfig plain = { SAVANT_PADDING_NONE, 0, 0, 0, 0,
    0, SAVANT_INTERPOLATION_NEAREST, SAVANT_COMPUTE_DEFAULT, SAVANT_FLIP_NONE,
    1, 1 };
  guint8 pixel[4] = { (rgb >> 16) & 255, (rgb >> 8) & 255, rgb & 255, 255 };
  SavantTransformJob job = { { SAVANT_FORMAT_RGBA, 1, 1,
                                 { SAVANT_MATRIX_RGB, SAVANT_RANGE_FULL, 0 }, 1,
                                 { pixel }, { 4 } },
    *image, { 0, 0, 1, 1 }, { 0, 0, w, h } };
  SavantTransform *transform;

  if (x == 0 && y == 0 && w == image->width && h == image->height) {
    fail_unless_equals_int (savant_image_fill (image, rgb), SAVANT_OK);
    return;
  }
  fail_unless (image->n_planes == 1, "parts of packed formats only");
  job.dst.width = w;
  job.dst.height = h;
  job.dst.data[0] += y * image->pitch_bytes[0]
      + x
          * (image->format == SAVANT_FORMAT_GRAY8 ? 1
                  : image->format == SAVANT_FORMAT_RGB
                      || image->format == SAVANT_FORMAT_BGR
                  ? 3
                  : 4);
  fail_unless_equals_int (savant_transform_new (NULL, &transform), SAVANT_OK);
  fail_unless_equals_int (savant_transform_run (transform, &plain, &job, 1),
      SAVANT_OK);
  savant_transform_free (transform);
}

static GstBuffer *
plain_new (const GstVideoInfo *video, guint32 rgb)
{
  GstBuffer *buffer = gst_buffer_new_allocate (NULL, video->size, NULL);
  GstVideoFrame frame;
  SavantImage image;

  gst_buffer_memset (buffer, 0, (guint8) rgb, video->size);
  fail_unless (gst_video_frame_map (&frame, video, buffer, GST_MAP_WRITE));
  fail_unless_equals_int (gst_savant_image_from_video_frame (&image, &frame),
      SAVANT_OK);
  if (savant_format_is_output ((gint) image.format))
    fill (&image, 0, 0, image.width, image.height, rgb);
  gst_video_frame_unmap (&frame);
  return buffer;
}

static GstBuffer *
surface_new (GstCaps *caps, const GstSavantFrameInfo *info, guint32 rgb)
{
  GstBufferPool *pool = gst_savant_buffer_pool_new (NULL);
  GstStructure *config = gst_buffer_pool_get_config (pool);
  GstBuffer *buffer;
  gpointer surface;

  gst_buffer_pool_config_set_params (config, caps, 0, 0, 0);
  fail_unless (gst_buffer_pool_set_config (pool, config), "%s",
      savant_last_error ());
  fail_unless (gst_buffer_pool_set_active (pool, TRUE));
  fail_unless_equals_int (gst_buffer_pool_acquire_buffer (pool, &buffer, NULL),
      GST_FLOW_OK);
  fail_unless_equals_int (savant_buffer_set_num_filled (buffer,
                              info->batch_size),
      SAVANT_OK);
  surface = gst_savant_buffer_peek_surface (buffer);
  for (gint slot = 0; slot < info->batch_size; slot++) {
    SavantImage image;

    fail_unless_equals_int (gst_savant_surface_get_image (surface, slot,
                                &image),
        SAVANT_OK);
    fill (&image, 0, 0, image.width, image.height, rgb);
  }
  gst_buffer_pool_set_active (pool, FALSE);
  gst_object_unref (pool);
  return buffer;
}

GstBuffer *
frame_new (const gchar *text, guint32 rgb)
{
  GstCaps *caps = gst_caps_from_string (text);
  GstSavantFrameInfo info;
  GstBuffer *buffer;

  read_caps (&info, caps);
  buffer =
      info.nvmm ? surface_new (caps, &info, rgb) : plain_new (&info.video, rgb);
  gst_caps_unref (caps);
  GST_BUFFER_PTS (buffer) = 0;
  GST_BUFFER_DURATION (buffer) = 40 * GST_MSECOND;
  return buffer;
}

/* Describes a slot; the frame is left to be unmapped where `caps` are plain. */
static void
open_image (GstBuffer *buffer, const GstSavantFrameInfo *info, gint slot,
    SavantImage *image, GstVideoFrame *frame, GstMapFlags flags)
{
  if (info->nvmm) {
    gpointer surface = gst_savant_buffer_peek_surface (buffer);

    fail_unless (surface != NULL, "%s", savant_last_error ());
    fail_unless_equals_int (gst_savant_surface_get_image (surface, slot, image),
        SAVANT_OK);
    return;
  }
  fail_unless (gst_video_frame_map (frame, &info->video, buffer, flags));
  fail_unless_equals_int (gst_savant_image_from_video_frame (image, frame),
      SAVANT_OK);
}

void
frame_paint (GstBuffer *buffer, const gchar *text, gint slot, gint x, gint y,
    gint w, gint h, guint32 rgb)
{
  GstCaps *caps = gst_caps_from_string (text);
  GstSavantFrameInfo info;
  GstVideoFrame frame;
  SavantImage image;

  read_caps (&info, caps);
  gst_caps_unref (caps);
  open_image (buffer, &info, slot, &image, &frame, GST_MAP_READWRITE);
  fill (&image, x, y, w, h, rgb);
  if (!info.nvmm)
    gst_video_frame_unmap (&frame);
}

guint32
frame_color (GstBuffer *buffer, const GstCaps *caps, gint slot, gint x, gint y)
{
  guint8 pixel[4] = { 0 };
  SavantTransformConfig config = SAVANT_TRANSFORM_CONFIG_DEFAULTS;
  SavantTransformJob job = { 0 };
  SavantTransform *transform;
  GstSavantFrameInfo info;
  GstVideoFrame frame;

  read_caps (&info, caps);
  open_image (buffer, &info, slot, &job.src, &frame, GST_MAP_READ);
  fail_unless (x >= 0 && y >= 0 && x < job.src.width && y < job.src.height);
  job.dst = (SavantImage){ SAVANT_FORMAT_RGBA, 1, 1,
    { SAVANT_MATRIX_RGB, SAVANT_RANGE_FULL, 0 }, 1, { pixel }, { 4 } };
  job.src_rect = (SavantRect){ x, y, 1, 1 };
  job.dst_rect = (SavantRect){ 0, 0, 1, 1 };
  config.interpolation = SAVANT_INTERPOLATION_NEAREST;
  fail_unless_equals_int (savant_transform_new (NULL, &transform), SAVANT_OK);
  fail_unless_equals_int (savant_transform_run (transform, &config, &job, 1),
      SAVANT_OK);
  savant_transform_free (transform);
  if (!info.nvmm)
    gst_video_frame_unmap (&frame);
  return (guint32) pixel[0] << 16 | (guint32) pixel[1] << 8 | pixel[2];
}

void
expect_color_at (ElementRig *rig, GstBuffer *buffer, gint slot, gint x, gint y,
    guint32 rgb, const gchar *file, gint line)
{
  GstCaps *caps;
  guint32 found;

  rig_output (rig, &caps);
  found = frame_color (buffer, caps, slot, x, y);
  gst_caps_unref (caps);
  for (gint shift = 0; shift <= 16; shift += 8) {
    gint a = (found >> shift) & 255, b = (rgb >> shift) & 255;

    fail_unless (ABS (a - b) <= 3,
        "%s:%d: slot %d pixel %d,%d is %06x, not "
        "%06x",
        file, line, slot, x, y, found, rgb);
  }
}

static const GstSavantGeometry *
geometry_of (GstBuffer *buffer, guint slot)
{
  GstSavantTransformMeta *meta = gst_buffer_get_savant_transform_meta (buffer);

  fail_unless (meta != NULL, "the buffer has no SavantTransformMeta");
  fail_unless (slot < meta->n_slots, "geometry of %u slots", meta->n_slots);
  return &meta->slots[slot];
}

static void
expect_rect (const SavantRect *rect, gint x, gint y, gint w, gint h)
{
  fail_unless (rect->x == x && rect->y == y && rect->w == w && rect->h == h,
      "rectangle %d,%d %dx%d, not %d,%d %dx%d", rect->x, rect->y, rect->w,
      rect->h, x, y, w, h);
}

void
expect_destination (GstBuffer *buffer, guint slot, gint x, gint y, gint w,
    gint h)
{
  expect_rect (&geometry_of (buffer, slot)->destination, x, y, w, h);
}

void
expect_source (GstBuffer *buffer, guint slot, gint x, gint y, gint w, gint h)
{
  expect_rect (&geometry_of (buffer, slot)->source, x, y, w, h);
}
