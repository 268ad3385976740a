/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SV_PLUGIN_H
#define SV_PLUGIN_H

#include <gst/gst.h>

/* The debug category "savant" of all elements. */
GST_DEBUG_CATEGORY_EXTERN (gst_savant_debug);

/* Author of every element's metadata. */
#define SV_AUTHOR "Savant for GStreamer and Java"

#endif
