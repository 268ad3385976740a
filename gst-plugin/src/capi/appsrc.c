/* SPDX-License-Identifier: Apache-2.0 */
#include <gst/app/gstappsrc.h>

#include <savant/generator.h>

#include "core/log.h"

static int
check_appsrc (void *appsrc)
{
  if (appsrc == NULL || !GST_IS_APP_SRC (appsrc))
    return sv_fail (SAVANT_ERROR_INVALID_ARGUMENT, "%p is no GstAppSrc",
        appsrc);
  return SAVANT_OK;
}

int
savant_app_src_push (void *appsrc, void *buffer, int32_t *flow)
{
  int status = check_appsrc (appsrc);

  if (status != SAVANT_OK)
    return status;
  if (buffer == NULL || !GST_IS_BUFFER (buffer))
    return sv_fail (SAVANT_ERROR_INVALID_ARGUMENT, "%p is no GstBuffer",
        buffer);
  if (flow == NULL)
    return sv_fail (SAVANT_ERROR_INVALID_ARGUMENT,
        "savant_app_src_push: flow is NULL");
  *flow = gst_app_src_push_buffer (appsrc, buffer);
  return SAVANT_OK;
}

int
savant_app_src_end_of_stream (void *appsrc)
{
  int status = check_appsrc (appsrc);

  if (status == SAVANT_OK)
    gst_app_src_end_of_stream (appsrc);
  return status;
}
