/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stdio.h>

#include "log.h"

#ifndef SAVANT_VERSION_STRING
#error "the build defines SAVANT_VERSION_STRING"
#endif

static _Thread_local char last_error[1024];

int
savant_abi_version (void)
{
  return SAVANT_ABI_VERSION;
}

const char *
savant_version (void)
{
  return SAVANT_VERSION_STRING;
}

const char *
savant_last_error (void)
{
  return last_error;
}

const char *
savant_status_name (int status)
{
  switch (status) {
    case SAVANT_OK:
      return "ok";
    case SAVANT_ERROR_INVALID_ARGUMENT:
      return "invalid-argument";
    case SAVANT_ERROR_UNSUPPORTED:
      return "unsupported";
    case SAVANT_ERROR_OUT_OF_MEMORY:
      return "out-of-memory";
    case SAVANT_ERROR_POOL_EXHAUSTED:
      return "pool-exhausted";
    case SAVANT_ERROR_FLUSHING:
      return "flushing";
    case SAVANT_ERROR_NOT_A_SURFACE:
      return "not-a-surface";
    case SAVANT_ERROR_NOT_WRITABLE:
      return "not-writable";
    case SAVANT_ERROR_EXECUTION:
      return "execution";
    case SAVANT_ERROR_UNAVAILABLE:
      return "unavailable";
    default:
      return "unknown-status";
  }
}

int
sv_fail (SavantStatus status, const char *format, ...)
{
  char text[sizeof last_error];
  va_list args;

  /* The arguments may point into the old text. */
  va_start (args, format);
  vsnprintf (text, sizeof text, format, args);
  va_end (args);
  snprintf (last_error, sizeof last_error, "%s", text);
  sv_log (SV_LOG_DEBUG, "%s: %s", savant_status_name (status), last_error);
  return status;
}
