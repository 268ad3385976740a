/* SPDX-License-Identifier: Apache-2.0 */

/* S5: 10 000 events a pad that nobody asked for, in both directions, malformed
 * ones of our own kind among them; frames go on in between. */

#include "soak.h"

#define N_PADS 4
#define EVENTS_A_FRAME 20

static GstStructure *
new_structure (Soak *s, const gchar *name)
{
  return gst_structure_new (name, "number", G_TYPE_UINT, soak_random (s, 0, 9),
      NULL);
}

/* What looks like an event of a stream of a batch and is none. */
static GstEvent *
malformed (Soak *s, GstEventType type)
{
  static const gchar *const fields[] = { "source-id", "pad-index", "event",
    "flush-serial", "more-seeks" };
  GstStructure *structure = gst_structure_new_empty ("savant-stream-event");

  for (guint i = 0; i < G_N_ELEMENTS (fields); i++)
    switch (soak_random (s, 0, 4)) {
      case 0:
        gst_structure_set (structure, fields[i], G_TYPE_STRING, "text", NULL);
        break;
      case 1:
        gst_structure_set (structure, fields[i], G_TYPE_UINT, G_MAXUINT, NULL);
        break;
      case 2:
        gst_structure_set (structure, fields[i], GST_TYPE_EVENT, NULL, NULL);
        break;
      default:
        break;
    }
  return gst_event_new_custom (type, structure);
}

static GstEvent *
downstream_event (Soak *s, guint64 n)
{
  static const gchar *const names[] = { "stray-a", "stray-b", "stray-c" };
  const gchar *name = names[soak_random (s, 0, 3)];
  GstMessage *message;
  GstEvent *event;

  switch (soak_random (s, 0, 10)) {
    case 0: {
      GstTagList *tags = gst_tag_list_new (GST_TAG_TITLE, name, NULL);

      gst_tag_list_set_scope (tags,
          soak_random (s, 0, 2) == 0 ? GST_TAG_SCOPE_GLOBAL
                                     : GST_TAG_SCOPE_STREAM);
      return gst_event_new_tag (tags);
    }
    case 1:
      return gst_event_new_gap (n * GST_MSECOND, GST_MSECOND);
    case 2:
      return gst_event_new_custom (GST_EVENT_CUSTOM_DOWNSTREAM,
          new_structure (s, name));
    case 3:
      return gst_event_new_custom (GST_EVENT_CUSTOM_DOWNSTREAM_STICKY,
          new_structure (s, name));
    case 4:
      return gst_event_new_custom (GST_EVENT_CUSTOM_DOWNSTREAM_OOB,
          new_structure (s, name));
    case 5:
      return gst_event_new_custom (GST_EVENT_CUSTOM_BOTH,
          new_structure (s, name));
    case 6:
      message = gst_message_new_element (NULL, new_structure (s, name));
      event = gst_event_new_sink_message (name, message);
      gst_message_unref (message);
      return event;
    case 7:
      return gst_event_new_stream_group_done (soak_random (s, 1, 5));
    case 8:
      return malformed (s, GST_EVENT_CUSTOM_DOWNSTREAM);
    default:
      return gst_event_new_buffer_size (GST_FORMAT_BYTES, 1, 2, FALSE);
  }
}

static GstEvent *
upstream_event (Soak *s, guint64 n)
{
  switch (soak_random (s, 0, 7)) {
    case 0:
      return gst_event_new_qos (GST_QOS_TYPE_UNDERFLOW, 1.5,
          (GstClockTimeDiff) soak_random (s, 0, 1000) - 500, n + 1000);
    case 1:
      return gst_event_new_reconfigure ();
    case 2:
      return gst_event_new_latency (soak_random (s, 0, 1000));
    case 3:
      return gst_event_new_navigation (new_structure (s, "stray-navigation"));
    case 4:
      return gst_event_new_step (GST_FORMAT_BUFFERS, 1, 1.0, FALSE, FALSE);
    case 5:
      return malformed (s, GST_EVENT_CUSTOM_UPSTREAM);
    default:
      return gst_event_new_custom (GST_EVENT_CUSTOM_UPSTREAM,
          new_structure (s, "stray-upstream"));
  }
}

static void
send_one (Soak *s, SoakPipeline *p, SoakFeed *feed, guint64 n)
{
  GstPad *pad;

  switch (soak_random (s, 0, 4)) {
    case 0: /* to the src pad of either */
      pad = gst_pad_get_peer (soak_random (s, 0, 2) == 0
              ? GST_ELEMENT (feed->sink)->sinkpads->data
              : GST_ELEMENT (p->unbatch)->sinkpads->data);
      gst_pad_send_event (pad, upstream_event (s, n));
      gst_object_unref (pad);
      break;
    case 1: /* into the middle */
      pad = gst_element_get_static_pad (p->unbatch, "sink");
      gst_pad_send_event (pad, malformed (s, GST_EVENT_CUSTOM_DOWNSTREAM));
      gst_object_unref (pad);
      break;
    default:
      gst_pad_push_event (feed->pad, downstream_event (s, n));
      break;
  }
}

int
main (int argc, char **argv)
{
  Soak *s = soak_new (argc, argv, "S5 stray events", N_PADS * 10000, 0);
  SoakFeed feeds[N_PADS];
  SoakPipeline p;

  soak_pipeline_init (&p, s, "timeout-policy=fixed batch-timeout=1000000");
  soak_set_state (s, p.pipeline, GST_STATE_PLAYING);
  for (guint n = 0; n < N_PADS; n++)
    soak_feed_init (&feeds[n], &p, n);
  soak_expect_frames (s, TRUE);
  for (guint64 i = 0; soak_more (s); i++) {
    send_one (s, &p, &feeds[i % N_PADS], i);
    if (i % EVENTS_A_FRAME == 0)
      for (guint n = 0; n < N_PADS; n++)
        if (soak_feed_push (&feeds[n], i * GST_MSECOND, GST_MSECOND)
            != GST_FLOW_OK)
          soak_fail (s, "pad %u takes no frame", n);
    if (i % EVENTS_A_FRAME == EVENTS_A_FRAME - 1) {
      soak_pipeline_drain (&p);
      soak_check_stats (s, p.batch);
    }
    soak_check_errors (s, p.bus, p.batch);
    soak_check_errors (s, p.bus, p.unbatch);
    soak_change (s);
  }
  soak_expect_frames (s, FALSE);
  if (soak_stat (p.unbatch, "dropped") > 0)
    soak_fail (s, "savantunbatch dropped frames");
  for (guint n = 0; n < N_PADS; n++)
    soak_feed_clear (&feeds[n]);
  soak_pipeline_clear (&p);
  return soak_finish (s);
}
