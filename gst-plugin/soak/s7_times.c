/* SPDX-License-Identifier: Apache-2.0 */

/* S7: timestamps that jump back a second, forward an hour, repeat, wrap, or are
 * missing; segments that begin anew, run backwards or are no time at all; and a
 * clock that does the same. Batches come out with times that never go back. */

#include "soak.h"

#define N_PADS 4

/* ---- A clock that nobody can trust ------------------------------------- */

typedef struct MadClock
{
  GstSystemClock parent;
} MadClock;

typedef GstSystemClockClass MadClockClass;
GType mad_clock_get_type (void);
G_DEFINE_TYPE (MadClock, mad_clock, GST_TYPE_SYSTEM_CLOCK)

static GstClockTime
mad_time (GstClock *clock)
{
  GstClockTime time =
      GST_CLOCK_CLASS (mad_clock_parent_class)->get_internal_time (clock);

  switch (g_random_int_range (0, 8)) {
    case 0:
      return time + GST_SECOND * 3600;
    case 1:
      return time - MIN (time, GST_SECOND);
    case 2:
      return 0;
    default:
      return time;
  }
}

static void
mad_clock_class_init (MadClockClass *klass)
{
  GST_CLOCK_CLASS (klass)->get_internal_time = mad_time;
}

static void
mad_clock_init (MadClock *clock)
{
  (void) clock;
}

/* ---- Times -------------------------------------------------------------- */

static GstClockTime
next_pts (Soak *s, GstClockTime pts)
{
  switch (soak_random (s, 0, 16)) {
    case 0:
      return pts > GST_SECOND ? pts - GST_SECOND : 0;
    case 1:
      return pts + 3600 * GST_SECOND;
    case 2:
      return GST_CLOCK_TIME_NONE;
    case 3:
      return (GstClockTime) G_MAXINT64 - soak_random (s, 0, 1000);
    case 4:
      return GST_CLOCK_TIME_NONE - 1;
    case 5:
      return 0;
    case 6:
      return pts;
    default:
      return pts + 40 * GST_MSECOND;
  }
}

static GstClockTime
next_duration (Soak *s)
{
  switch (soak_random (s, 0, 8)) {
    case 0:
      return GST_CLOCK_TIME_NONE;
    case 1:
      return 0;
    case 2:
      return (GstClockTime) G_MAXINT64;
    default:
      return 40 * GST_MSECOND;
  }
}

static void
new_segment (Soak *s, SoakFeed *feed)
{
  GstSegment segment;

  gst_segment_init (&segment,
      soak_random (s, 0, 8) == 0 ? GST_FORMAT_BYTES : GST_FORMAT_TIME);
  segment.start = soak_random (s, 0, 2) * GST_SECOND;
  segment.base = soak_random (s, 0, 5) * GST_SECOND;
  segment.time = soak_random (s, 0, 5) * GST_SECOND;
  segment.rate = soak_random (s, 0, 4) == 0 ? 2.0 : 1.0;
  if (soak_random (s, 0, 6) == 0 && segment.format == GST_FORMAT_TIME) {
    segment.rate = -1.0;
    segment.stop = 3600 * GST_SECOND;
  }
  gst_pad_push_event (feed->pad, gst_event_new_segment (&segment));
}

static void
flush (SoakFeed *feed)
{
  GstSegment segment;

  gst_pad_push_event (feed->pad, gst_event_new_flush_start ());
  gst_pad_push_event (feed->pad, gst_event_new_flush_stop (TRUE));
  gst_segment_init (&segment, GST_FORMAT_TIME);
  gst_pad_push_event (feed->pad, gst_event_new_segment (&segment));
}

int
main (int argc, char **argv)
{
  Soak *s = soak_new (argc, argv, "S7 clock and PTS", 50000, 0);
  GstClock *clock = g_object_new (mad_clock_get_type (), NULL);
  GstClockTime pts[N_PADS] = { 0 };
  SoakFeed feeds[N_PADS];
  SoakPipeline p;

  soak_pipeline_init (&p, s, "timeout-policy=fixed batch-timeout=1000000");
  gst_object_ref_sink (clock);
  gst_pipeline_use_clock (GST_PIPELINE (p.pipeline), clock);
  soak_set_state (s, p.pipeline, GST_STATE_PLAYING);
  for (guint n = 0; n < N_PADS; n++)
    soak_feed_init (&feeds[n], &p, n);
  soak_expect_frames (s, TRUE);
  while (soak_more (s)) {
    guint n = soak_random (s, 0, N_PADS);
    GstClockTime time = next_pts (s, pts[n]);

    if (soak_random (s, 0, 50) == 0)
      new_segment (s, &feeds[n]);
    if (soak_random (s, 0, 500) == 0)
      flush (&feeds[n]);
    if (soak_feed_push (&feeds[n], time, next_duration (s)) != GST_FLOW_OK)
      soak_fail (s, "pad %u takes no frame", n);
    pts[n] = time < G_MAXINT64 / 2 ? time : 0;
    if (soak_random (s, 0, 10) == 0)
      soak_pipeline_drain (&p);
    soak_check_stats (s, p.batch);
    soak_check_errors (s, p.bus, p.batch);
    soak_check_errors (s, p.bus, p.unbatch);
    soak_change (s);
  }
  soak_expect_frames (s, FALSE);
  for (guint n = 0; n < N_PADS; n++)
    soak_feed_clear (&feeds[n]);
  soak_pipeline_clear (&p);
  gst_object_unref (clock);
  return soak_finish (s);
}
