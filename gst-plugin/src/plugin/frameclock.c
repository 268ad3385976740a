/* SPDX-License-Identifier: Apache-2.0 */
#include "frameclock.h"

void
sv_frame_clock_reset (SvFrameClock *clock)
{
  clock->base_index = 0;
  clock->base_time = 0;
  clock->index = 0;
  clock->backwards = FALSE;
  clock->pending = GST_CLOCK_TIME_NONE;
}

void
sv_frame_clock_seek (SvFrameClock *clock, GstClockTime position,
    gboolean backwards)
{
  clock->pending = position;
  clock->backwards = backwards;
}

void
sv_frame_clock_set_rate (SvFrameClock *clock, gint fps_n, gint fps_d)
{
  if (clock->index > 0 && clock->fps_n > 0) {
    clock->base_time = sv_frame_clock_time (clock, clock->index);
    clock->base_index = clock->index;
  }
  clock->fps_n = fps_n;
  clock->fps_d = fps_d;
}

gboolean
sv_frame_clock_settle (SvFrameClock *clock)
{
  if (clock->pending != GST_CLOCK_TIME_NONE) {
    clock->base_index = 0;
    clock->base_time = 0;
    if (!clock->backwards)
      clock->index = sv_frame_clock_index (clock, clock->pending);
    else if (clock->pending == 0)
      clock->index = -1;
    else
      clock->index = sv_frame_clock_index (clock, clock->pending - 1);
    clock->pending = GST_CLOCK_TIME_NONE;
  }
  return clock->index >= 0
      && (clock->fps_n > 0 || clock->index == clock->base_index);
}

void
sv_frame_clock_advance (SvFrameClock *clock)
{
  clock->index += clock->backwards ? -1 : 1;
}

GstClockTime
sv_frame_clock_time (const SvFrameClock *clock, gint64 index)
{
  guint64 second = (guint64) clock->fps_d * GST_SECOND, offset;

  if (clock->fps_n == 0)
    return clock->base_time;
  if (index >= clock->base_index)
    return clock->base_time
        + gst_util_uint64_scale (index - clock->base_index, second,
            clock->fps_n);
  offset = gst_util_uint64_scale_ceil (clock->base_index - index, second,
      clock->fps_n);
  return clock->base_time - MIN (offset, clock->base_time);
}

GstClockTime
sv_frame_clock_duration (const SvFrameClock *clock, gint64 index)
{
  if (clock->fps_n == 0)
    return GST_CLOCK_TIME_NONE;
  return sv_frame_clock_time (clock, index + 1)
      - sv_frame_clock_time (clock, index);
}

gint64
sv_frame_clock_index (const SvFrameClock *clock, GstClockTime time)
{
  guint64 second = (guint64) clock->fps_d * GST_SECOND;
  gint64 index;

  if (clock->fps_n == 0)
    return clock->base_index;
  if (time >= clock->base_time)
    index = clock->base_index
        + (gint64) gst_util_uint64_scale (time - clock->base_time, clock->fps_n,
            second);
  else
    index = clock->base_index
        - (gint64) gst_util_uint64_scale_ceil (clock->base_time - time,
            clock->fps_n, second);
  /* Starts are rounded down, so that the next frame may already be on. */
  if (sv_frame_clock_time (clock, index) < time
      && sv_frame_clock_time (clock, index + 1) <= time)
    index++;
  return MAX (index, 0);
}
