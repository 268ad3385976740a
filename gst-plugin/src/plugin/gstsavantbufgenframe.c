/* SPDX-License-Identifier: Apache-2.0 */
#include "gstsavantbufgen.h"
#include "plugin.h"

#define GST_CAT_DEFAULT gst_savant_debug

/* Marks memory that held a picture of ours before. */
static GQuark
used_quark (void)
{
  return g_quark_from_static_string ("savant-bufgen-used");
}

static gboolean
describe_surface (GstSavantBufgen *self, GstBuffer *buffer, SavantImage *image,
    gchar **error)
{
  gpointer surface = gst_savant_buffer_peek_surface (buffer);

  if (surface == NULL || gst_savant_surface_get_image (surface, 0, image) != 0
      || savant_buffer_set_num_filled (buffer, 1) != SAVANT_OK) {
    *error = g_strdup (savant_last_error ());
    return FALSE;
  }
  if (self->info.colorimetry_named)
    image->colorimetry = self->colorimetry;
  return TRUE;
}

static gboolean
draw_plain (GstSavantBufgen *self, GstBuffer *buffer, SvPattern pattern,
    guint color, gint64 index, gint64 id, gchar **error)
{
  GstVideoFrame frame;
  SavantImage image;
  gboolean ok;

  if (!gst_video_frame_map (&frame, &self->info.video, buffer, GST_MAP_WRITE)) {
    *error = g_strdup ("the frame's memory cannot be mapped for writing");
    return FALSE;
  }
  ok = gst_savant_image_from_video_frame (&image, &frame) == SAVANT_OK;
  if (ok)
    ok = sv_painter_draw (self->painter, pattern, color, index, id, &image,
        error);
  else
    *error = g_strdup (savant_last_error ());
  gst_video_frame_unmap (&frame);
  return ok;
}

static gboolean
draw (GstSavantBufgen *self, GstBuffer *buffer, SvPattern pattern, guint color,
    gint64 index, gint64 id, gchar **error)
{
  GstMiniObject *memory =
      GST_MINI_OBJECT_CAST (gst_buffer_peek_memory (buffer, 0));
  gboolean blank = pattern == SV_PATTERN_NONE
      && gst_mini_object_get_qdata (memory, used_quark ()) != NULL;
  SavantImage image;

  if (self->info.nvmm) {
    if (!describe_surface (self, buffer, &image, error)
        || (!blank
            && !sv_painter_draw (self->painter, pattern, color, index, id,
                &image, error)))
      return FALSE;
  } else if (!blank
      && !draw_plain (self, buffer, pattern, color, index, id, error)) {
    return FALSE;
  }
  if (pattern == SV_PATTERN_NONE && !blank)
    gst_mini_object_set_qdata (memory, used_quark (), GINT_TO_POINTER (1),
        NULL);
  return TRUE;
}

static void
sync_controllers (GstSavantBufgen *self, GstClockTime pts)
{
  const GstSegment *segment = &GST_BASE_SRC (self)->segment;
  GstClockTime time = gst_segment_to_stream_time (segment, GST_FORMAT_TIME,
      MAX (pts, segment->start));

  if (GST_CLOCK_TIME_IS_VALID (time))
    gst_object_sync_values (GST_OBJECT (self), time);
}

gboolean
sv_bufgen_fill (GstSavantBufgen *self, GstBuffer *buffer, gint64 index,
    GstClockTime pts, GstClockTime duration)
{
  SvPattern pattern;
  GstSavantId id = { SAVANT_ID_FRAME, 0, 0 };
  gchar *error = NULL;
  guint color;

  sync_controllers (self, pts);
  pthread_mutex_lock (&self->lock);
  pattern = self->settings.pattern;
  color = self->settings.color;
  pthread_mutex_unlock (&self->lock);

  id.id = (gint64) ((guint64) self->run.first_id + (guint64) index);
  if (!draw (self, buffer, pattern, color, index, id.id, &error)) {
    GST_ELEMENT_ERROR (self, STREAM, FAILED,
        ("Frame %" G_GINT64_FORMAT " cannot be drawn: %s", index, error),
        ("%dx%d %s", GST_VIDEO_INFO_WIDTH (&self->info.video),
            GST_VIDEO_INFO_HEIGHT (&self->info.video),
            GST_VIDEO_INFO_NAME (&self->info.video)));
    g_free (error);
    return FALSE;
  }
  gst_buffer_set_savant_ids (buffer, &id, 1);
  GST_BUFFER_PTS (buffer) = pts;
  GST_BUFFER_DTS (buffer) = GST_CLOCK_TIME_NONE;
  GST_BUFFER_DURATION (buffer) = duration;
  GST_BUFFER_OFFSET (buffer) = index;
  GST_BUFFER_OFFSET_END (buffer) = index + 1;
  return TRUE;
}
