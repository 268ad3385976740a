/* SPDX-License-Identifier: Apache-2.0 */
#include "soak.h"

#include <string.h>

void
soak_pipeline_init (SoakPipeline *p, Soak *s, const gchar *properties)
{
  gchar **pairs = g_strsplit (properties, " ", -1);

  memset (p, 0, sizeof *p);
  p->soak = s;
  p->pipeline = gst_pipeline_new (NULL);
  p->bus = gst_element_get_bus (p->pipeline);
  p->batch = soak_make (p->pipeline, "savantbatch");
  p->unbatch = soak_make (p->pipeline, "savantunbatch");
  for (gchar **pair = pairs; *pair != NULL && **pair != '\0'; pair++) {
    gchar **parts = g_strsplit (*pair, "=", 2);

    gst_util_set_object_arg (G_OBJECT (p->batch), parts[0], parts[1]);
    g_strfreev (parts);
  }
  g_strfreev (pairs);
  gst_element_link (p->batch, p->unbatch);
  soak_watch_output (s, p->batch);
}

static GstPadProbeReturn
count (GstPad *pad, GstPadProbeInfo *info, gpointer data)
{
  (void) pad;
  (void) info;
  (*(_Atomic guint64 *) data)++;
  return GST_PAD_PROBE_OK;
}

static void
count_frames (GstPad *pad, _Atomic guint64 *counter)
{
  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER, count, (gpointer) counter,
      NULL);
}

void
soak_pipeline_add (SoakPipeline *p, guint n, const gchar *text, gboolean live,
    gint buffers)
{
  SoakSource *source = &p->sources[n];
  GstCaps *caps = gst_caps_from_string (text);
  gchar *sink_name = g_strdup_printf ("sink_%u", n);
  gchar *src_name = g_strdup_printf ("src_%u", n);
  GstPad *in, *out, *pad;

  source->pushed = source->seen = 0;
  source->source = soak_make (p->pipeline, "savantbufgen");
  source->filter = soak_make (p->pipeline, "capsfilter");
  source->sink = soak_make (p->pipeline, "fakesink");
  g_object_set (source->source, "is-live", live, "num-buffers", buffers,
      "pool-size", 16, NULL);
  g_object_set (source->filter, "caps", caps, NULL);
  g_object_set (source->sink, "async", FALSE, "sync", FALSE,
      "enable-last-sample", FALSE, NULL);
  gst_caps_unref (caps);
  gst_element_link (source->source, source->filter);
  in = gst_element_request_pad_simple (p->batch, sink_name);
  /* Before it can get anything. */
  gst_element_sync_state_with_parent (source->sink);
  out = gst_element_request_pad_simple (p->unbatch, src_name);
  pad = gst_element_get_static_pad (source->sink, "sink");
  gst_pad_link (out, pad);
  count_frames (pad, &source->seen);
  gst_object_unref (pad);
  soak_count_input (p->soak, in);
  count_frames (in, &source->pushed);
  pad = gst_element_get_static_pad (source->filter, "src");
  gst_pad_link (pad, in);
  gst_object_unref (pad);
  gst_object_unref (in);
  gst_object_unref (out);
  g_free (sink_name);
  g_free (src_name);
  gst_element_sync_state_with_parent (source->filter);
  gst_element_sync_state_with_parent (source->source);
}

static void
release (GstElement *element, const gchar *kind, guint n)
{
  gchar *name = g_strdup_printf ("%s_%u", kind, n);
  GstPad *pad = gst_element_get_static_pad (element, name);

  gst_element_release_request_pad (element, pad);
  gst_object_unref (pad);
  g_free (name);
}

static void
drop (SoakPipeline *p, GstElement **element)
{
  gst_element_set_locked_state (*element, TRUE);
  gst_element_set_state (*element, GST_STATE_NULL);
  gst_bin_remove (GST_BIN (p->pipeline), *element);
  *element = NULL;
}

void
soak_pipeline_remove (SoakPipeline *p, guint n)
{
  SoakSource *source = &p->sources[n];

  release (p->batch, "sink", n);
  release (p->unbatch, "src", n);
  drop (p, &source->source);
  drop (p, &source->filter);
  drop (p, &source->sink);
}

void
soak_feed_init (SoakFeed *feed, SoakPipeline *p, guint n)
{
  gchar *sink_name = g_strdup_printf ("sink_%u", n);
  gchar *src_name = g_strdup_printf ("src_%u", n);
  GstCaps *caps = gst_caps_from_string (
      "video/x-raw,format=RGBA,width=16,height=16,framerate=25/1");
  GstPad *out, *in;
  GstSegment segment;

  feed->peer = gst_element_request_pad_simple (p->batch, sink_name);
  soak_count_input (p->soak, feed->peer);
  feed->sink = soak_make (p->pipeline, "fakesink");
  g_object_set (feed->sink, "async", FALSE, "sync", FALSE, "enable-last-sample",
      FALSE, NULL);
  gst_element_sync_state_with_parent (feed->sink);
  out = gst_element_request_pad_simple (p->unbatch, src_name);
  in = gst_element_get_static_pad (feed->sink, "sink");
  gst_pad_link (out, in);
  gst_object_unref (in);
  gst_object_unref (out);
  feed->pad = gst_pad_new (src_name, GST_PAD_SRC);
  gst_pad_link (feed->pad, feed->peer);
  gst_pad_set_active (feed->pad, TRUE);
  gst_pad_push_event (feed->pad, gst_event_new_stream_start (src_name));
  gst_pad_push_event (feed->pad, gst_event_new_caps (caps));
  gst_segment_init (&segment, GST_FORMAT_TIME);
  gst_pad_push_event (feed->pad, gst_event_new_segment (&segment));
  gst_caps_unref (caps);
  g_free (sink_name);
  g_free (src_name);
}

void
soak_feed_clear (SoakFeed *feed)
{
  gst_pad_set_active (feed->pad, FALSE);
  gst_pad_unlink (feed->pad, feed->peer);
  gst_object_unref (feed->peer);
  gst_object_unref (feed->pad);
}

GstFlowReturn
soak_feed_push (SoakFeed *feed, GstClockTime pts, GstClockTime duration)
{
  GstBuffer *buffer = gst_buffer_new_allocate (NULL, 16 * 16 * 4, NULL);

  GST_BUFFER_PTS (buffer) = pts;
  GST_BUFFER_DURATION (buffer) = duration;
  return gst_pad_push (feed->pad, buffer);
}

void
soak_pipeline_drain (SoakPipeline *p)
{
  for (guint i = 0; soak_stat (p->batch, "held") > 0; i++) {
    g_usleep (1000);
    if (i == 5000) {
      soak_fail (p->soak, "frames are held for ever");
      return;
    }
  }
}

void
soak_pipeline_clear (SoakPipeline *p)
{
  soak_set_state (p->soak, p->pipeline, GST_STATE_NULL);
  if (!p->may_fail)
    soak_check_errors (p->soak, p->bus, p->batch);
  soak_settle (p->soak, p->batch, p->unbatch);
  gst_bus_set_flushing (p->bus, TRUE);
  gst_object_unref (p->bus);
  gst_object_unref (p->pipeline);
}
