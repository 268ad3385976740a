/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SV_LOG_H
#define SV_LOG_H

#include <savant/status.h>

/* Sets savant_last_error() of the calling thread, hands the text to the log
 * sink at debug level and returns `status`. */
int sv_fail (SavantStatus status, const char *format, ...)
    __attribute__ ((format (printf, 2, 3)));

typedef enum SvLogLevel
{
  SV_LOG_WARNING,
  SV_LOG_INFO,
  SV_LOG_DEBUG
} SvLogLevel;

void sv_log (SvLogLevel level, const char *format, ...)
    __attribute__ ((format (printf, 2, 3)));

/* Where log lines go; NULL (the default) drops them. Set once, at start. */
typedef void (*SvLogSink) (SvLogLevel level, const char *text);
void sv_log_set_sink (SvLogSink sink);

#endif
