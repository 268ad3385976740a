/* SPDX-License-Identifier: Apache-2.0 */
#include <savant/gst.h>

#include "core/log.h"
#include "exports.h"

static int
check_buffer (void *buffer)
{
  if (buffer == NULL || !GST_IS_BUFFER (buffer))
    return sv_fail (SAVANT_ERROR_INVALID_ARGUMENT, "%p is no GstBuffer",
        buffer);
  return SAVANT_OK;
}

int
savant_buffer_ref (void *buffer)
{
  int status = check_buffer (buffer);

  if (status == SAVANT_OK)
    gst_buffer_ref (buffer);
  return status;
}

int
savant_buffer_unref (void *buffer)
{
  int status = check_buffer (buffer);

  if (status == SAVANT_OK)
    gst_buffer_unref (buffer);
  return status;
}

static int64_t
time_number (GstClockTime time)
{
  return GST_CLOCK_TIME_IS_VALID (time) ? (int64_t) time : -1;
}

int
savant_buffer_get_times (void *buffer, int64_t *times)
{
  int status = check_buffer (buffer);

  if (status != SAVANT_OK)
    return status;
  if (times == NULL)
    return sv_fail (SAVANT_ERROR_INVALID_ARGUMENT,
        "savant_buffer_get_times: times is NULL");
  times[0] = time_number (GST_BUFFER_PTS (buffer));
  times[1] = time_number (GST_BUFFER_DURATION (buffer));
  return SAVANT_OK;
}

static int
check_time (const char *name, int64_t time)
{
  if (time < -1)
    return sv_fail (SAVANT_ERROR_INVALID_ARGUMENT,
        "%s %" G_GINT64_FORMAT " ns: it must be 0 or more, or -1 for none",
        name, time);
  return SAVANT_OK;
}

static int
set_times (GstBuffer *buffer, const int64_t *pts, const int64_t *duration)
{
  int status = check_buffer (buffer);
  int lent;

  if (status == SAVANT_OK && pts != NULL)
    status = check_time ("pts", *pts);
  if (status == SAVANT_OK && duration != NULL)
    status = check_time ("duration", *duration);
  if (status == SAVANT_OK)
    status = sv_buffer_begin_write (buffer, "times", &lent);
  if (status != SAVANT_OK)
    return status;
  /* -1 is GST_CLOCK_TIME_NONE. */
  if (pts != NULL)
    GST_BUFFER_PTS (buffer) = (GstClockTime) *pts;
  if (duration != NULL)
    GST_BUFFER_DURATION (buffer) = (GstClockTime) *duration;
  sv_buffer_end_write (buffer, lent);
  return SAVANT_OK;
}

int
savant_buffer_set_times (void *buffer, int64_t pts, int64_t duration)
{
  return set_times (buffer, &pts, &duration);
}

int
savant_buffer_set_pts (void *buffer, int64_t pts)
{
  return set_times (buffer, &pts, NULL);
}

int
savant_buffer_set_duration (void *buffer, int64_t duration)
{
  return set_times (buffer, NULL, &duration);
}
