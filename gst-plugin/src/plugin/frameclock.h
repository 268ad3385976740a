/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SV_PLUGIN_FRAMECLOCK_H
#define SV_PLUGIN_FRAMECLOCK_H

#include <gst/gst.h>

G_BEGIN_DECLS

/* Numbers frames and tells when each starts. Within one frame rate n/d frame
 * k starts at floor (k * 10^9 * d / n), computed from k and never summed up.
 * After a change of rate the next frame starts where the last one ended. */
typedef struct SvFrameClock
{
  gint fps_n; /* 0: a single frame that lasts for ever */
  gint fps_d;
  gint64 base_index;      /* the first frame of this rate ... */
  GstClockTime base_time; /* ... and its start */
  gint64 index;           /* the next frame; -1: before the first */
  gboolean backwards;
  GstClockTime pending; /* position of a seek, or CLOCK_TIME_NONE */
} SvFrameClock;

/* Frame 0 comes next. */
void sv_frame_clock_reset (SvFrameClock *clock);

/* From `position` on, or from the frame before it backwards. Takes effect in
 * sv_frame_clock_settle(), as the rate may not be known yet. */
void sv_frame_clock_seek (SvFrameClock *clock, GstClockTime position,
    gboolean backwards);

/* A new rate, from the next frame on. */
void sv_frame_clock_set_rate (SvFrameClock *clock, gint fps_n, gint fps_d);

/* Performs a pending seek. FALSE where no frame is left. */
gboolean sv_frame_clock_settle (SvFrameClock *clock);

/* To the next frame. */
void sv_frame_clock_advance (SvFrameClock *clock);

/* Start of a frame. */
GstClockTime sv_frame_clock_time (const SvFrameClock *clock, gint64 index);

/* Duration of a frame, CLOCK_TIME_NONE at rate 0. */
GstClockTime sv_frame_clock_duration (const SvFrameClock *clock, gint64 index);

/* The frame that is on at `time`. */
gint64 sv_frame_clock_index (const SvFrameClock *clock, GstClockTime time);

G_END_DECLS

#endif
