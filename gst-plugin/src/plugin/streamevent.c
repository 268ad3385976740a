/* SPDX-License-Identifier: Apache-2.0 */
#include "streamevent.h"

#define NAME "savant-stream-event"

GstEvent *
sv_stream_event_new (GstEventType type, guint source_id, guint pad_index,
    GstEvent *event)
{
  GstStructure *s = gst_structure_new (NAME, "source-id", G_TYPE_UINT,
      source_id, "pad-index", G_TYPE_UINT, pad_index, NULL);
  guint32 seqnum = gst_event_get_seqnum (event);
  GValue value = G_VALUE_INIT;

  g_value_init (&value, GST_TYPE_EVENT);
  g_value_take_boxed (&value, event);
  gst_structure_take_value (s, "event", &value);
  event = gst_event_new_custom (type, s);
  gst_event_set_seqnum (event, seqnum);
  return event;
}

gboolean
sv_stream_event_parse (GstEvent *event, guint *source_id, guint *pad_index,
    GstEvent **inner)
{
  const GstStructure *s = gst_event_get_structure (event);
  const GValue *value;

  if (s == NULL || !gst_structure_has_name (s, NAME)
      || !gst_structure_get_uint (s, "source-id", source_id))
    return FALSE;
  if (pad_index != NULL && !gst_structure_get_uint (s, "pad-index", pad_index))
    return FALSE;
  value = gst_structure_get_value (s, "event");
  if (value == NULL || !G_VALUE_HOLDS (value, GST_TYPE_EVENT)
      || g_value_get_boxed (value) == NULL)
    return FALSE;
  *inner = g_value_get_boxed (value);
  return TRUE;
}

void
sv_stream_event_set_flush (GstEvent *event, guint serial)
{
  gst_structure_set (gst_event_writable_structure (event), "flush-serial",
      G_TYPE_UINT, serial, NULL);
}

guint
sv_stream_event_get_flush (GstEvent *event)
{
  guint serial = 0;

  gst_structure_get_uint (gst_event_get_structure (event), "flush-serial",
      &serial);
  return serial;
}

void
sv_stream_event_set_more_seeks (GstEvent *event, gboolean more)
{
  gst_structure_set (gst_event_writable_structure (event), "more-seeks",
      G_TYPE_BOOLEAN, more, NULL);
}

gboolean
sv_stream_event_get_more_seeks (GstEvent *event)
{
  gboolean more = FALSE;

  gst_structure_get_boolean (gst_event_get_structure (event), "more-seeks",
      &more);
  return more;
}

GstEvent *
sv_stream_gone_event_new (void)
{
  return gst_event_new_custom (GST_EVENT_CUSTOM_DOWNSTREAM,
      gst_structure_new_empty ("savant-stream-gone"));
}

gboolean
sv_is_stream_gone_event (GstEvent *event)
{
  return gst_event_has_name (event, "savant-stream-gone");
}
