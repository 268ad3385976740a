/* SPDX-License-Identifier: Apache-2.0 */
#include <savant/gst.h>

#include "core/log.h"

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

int
savant_buffer_set_times (void *buffer, int64_t pts, int64_t duration)
{
  int status = check_buffer (buffer);

  if (status != SAVANT_OK)
    return status;
  if (pts < -1 || duration < -1)
    return sv_fail (SAVANT_ERROR_INVALID_ARGUMENT,
        "pts %" G_GINT64_FORMAT " and duration %" G_GINT64_FORMAT
        " ns: each must be 0 or more, or -1 for none",
        pts, duration);
  if (!gst_buffer_is_writable (buffer))
    return sv_fail (SAVANT_ERROR_NOT_WRITABLE,
        "the buffer has %d references: times can be set by its only owner",
        GST_MINI_OBJECT_REFCOUNT_VALUE (buffer));
  /* -1 is GST_CLOCK_TIME_NONE. */
  GST_BUFFER_PTS (buffer) = (GstClockTime) pts;
  GST_BUFFER_DURATION (buffer) = (GstClockTime) duration;
  return SAVANT_OK;
}
