/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GST_SAVANT_LOG_H
#define GST_SAVANT_LOG_H

#include <gst/gst.h>

/* The library's debug category "savant". */
GST_DEBUG_CATEGORY_EXTERN (sv_gst_debug);

/* Makes the category and sends the lines of sv_log() to it. GStreamer is
 * initialised by then. Any thread, any number of times. */
void sv_gst_log_init (void);

#endif
