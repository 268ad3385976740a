/* SPDX-License-Identifier: Apache-2.0 */
#include "gstsavantbufgen.h"
#include "plugin.h"

#define GST_CAT_DEFAULT gst_savant_debug

/* What is live has no past. */
gboolean
sv_bufgen_is_seekable (GstBaseSrc *src)
{
  return !gst_base_src_is_live (src);
}

gboolean
sv_bufgen_do_seek (GstBaseSrc *src, GstSegment *segment)
{
  GstSavantBufgen *self = GST_SAVANT_BUFGEN (src);

  if (segment->format != GST_FORMAT_TIME
      || !GST_CLOCK_TIME_IS_VALID (segment->position))
    return FALSE;
  segment->time = segment->start;
  g_atomic_int_set (&self->failed, FALSE);
  pthread_mutex_lock (&self->lock);
  sv_frame_clock_seek (&self->clock, segment->position, segment->rate < 0.0);
  pthread_mutex_unlock (&self->lock);
  return TRUE;
}

void
sv_bufgen_get_times (GstBaseSrc *src, GstBuffer *buffer, GstClockTime *start,
    GstClockTime *end)
{
  *start = *end = GST_CLOCK_TIME_NONE;
  if (!gst_base_src_is_live (src) || !GST_BUFFER_PTS_IS_VALID (buffer))
    return;
  *start = GST_BUFFER_PTS (buffer);
  if (GST_BUFFER_DURATION_IS_VALID (buffer))
    *end = *start + GST_BUFFER_DURATION (buffer);
}

/* Between TIME and DEFAULT (frames). FALSE for other formats and before a
 * frame rate is known. */
static gboolean
convert (GstSavantBufgen *self, GstFormat from, gint64 value, GstFormat to,
    gint64 *result)
{
  gboolean known;

  if (from == to || value == -1) {
    *result = value;
    return TRUE;
  }
  pthread_mutex_lock (&self->lock);
  known = self->clock.fps_n > 0 && value >= 0;
  if (known && from == GST_FORMAT_DEFAULT && to == GST_FORMAT_TIME)
    *result = (gint64) sv_frame_clock_time (&self->clock, value);
  else if (known && from == GST_FORMAT_TIME && to == GST_FORMAT_DEFAULT)
    *result = sv_frame_clock_index (&self->clock, value);
  else
    known = FALSE;
  pthread_mutex_unlock (&self->lock);
  return known;
}

static gboolean
query_duration (GstSavantBufgen *self, GstQuery *query)
{
  GstFormat format;
  gint64 duration;
  gint n;

  gst_query_parse_duration (query, &format, NULL);
  g_object_get (self, "num-buffers", &n, NULL);
  if (n < 0 || !convert (self, GST_FORMAT_DEFAULT, n, format, &duration))
    return FALSE;
  gst_query_set_duration (query, format, duration);
  return TRUE;
}

static gboolean
query_convert (GstSavantBufgen *self, GstQuery *query)
{
  GstFormat from, to;
  gint64 value, result;

  gst_query_parse_convert (query, &from, &value, &to, NULL);
  if (!convert (self, from, value, to, &result))
    return FALSE;
  gst_query_set_convert (query, from, value, to, result);
  return TRUE;
}

/* A live frame leaves when its time has come; sinks get one frame of slack for
 * the way. */
static void
query_latency (GstSavantBufgen *self, GstQuery *query)
{
  gboolean live = gst_base_src_is_live (GST_BASE_SRC (self));
  GstClockTime latency = 0;

  pthread_mutex_lock (&self->lock);
  if (live && self->clock.fps_n > 0)
    latency = gst_util_uint64_scale (GST_SECOND, self->clock.fps_d,
        self->clock.fps_n);
  pthread_mutex_unlock (&self->lock);
  gst_query_set_latency (query, live, latency, GST_CLOCK_TIME_NONE);
}

gboolean
sv_bufgen_query (GstBaseSrc *src, GstQuery *query)
{
  GstSavantBufgen *self = GST_SAVANT_BUFGEN (src);
  GstBaseSrcClass *parent =
      GST_BASE_SRC_CLASS (g_type_class_peek (GST_TYPE_PUSH_SRC));

  switch (GST_QUERY_TYPE (query)) {
    case GST_QUERY_LATENCY:
      query_latency (self, query);
      return TRUE;
    case GST_QUERY_CONVERT:
      return query_convert (self, query);
    case GST_QUERY_FORMATS:
      gst_query_set_formats (query, 2, GST_FORMAT_TIME, GST_FORMAT_DEFAULT);
      return TRUE;
    case GST_QUERY_DURATION:
      if (query_duration (self, query))
        return TRUE;
      break;
    default:
      break;
  }
  return parent->query (src, query);
}
