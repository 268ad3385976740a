/* SPDX-License-Identifier: Apache-2.0 */
#include "gstsavantlog.h"

#include <pthread.h>

#include "core/log.h"

GST_DEBUG_CATEGORY (sv_gst_debug);

static void
forward (SvLogLevel level, const char *text)
{
  switch (level) {
    case SV_LOG_WARNING:
      GST_CAT_WARNING (sv_gst_debug, "%s", text);
      break;
    case SV_LOG_INFO:
      GST_CAT_INFO (sv_gst_debug, "%s", text);
      break;
    default:
      GST_CAT_DEBUG (sv_gst_debug, "%s", text);
      break;
  }
}

static void
init (void)
{
  GST_DEBUG_CATEGORY_INIT (sv_gst_debug, "savant", 0,
      "Savant library: memory, pools, backends");
  sv_log_set_sink (forward);
}

void
sv_gst_log_init (void)
{
  static pthread_once_t once = PTHREAD_ONCE_INIT;

  pthread_once (&once, init);
}
