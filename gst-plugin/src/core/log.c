/* SPDX-License-Identifier: Apache-2.0 */
#include "log.h"

#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>

static _Atomic (SvLogSink) sink;

void
sv_log_set_sink (SvLogSink new_sink)
{
  atomic_store (&sink, new_sink);
}

void
sv_log (SvLogLevel level, const char *format, ...)
{
  SvLogSink to = atomic_load (&sink);
  char text[1152];
  va_list args;

  if (to == NULL)
    return;
  va_start (args, format);
  vsnprintf (text, sizeof text, format, args);
  va_end (args);
  to (level, text);
}
