/* SPDX-License-Identifier: Apache-2.0 */
#include "plugin.h"

#include "gstsavantbatch.h"
#include "gstsavantbufgen.h"
#include "gstsavanttransform.h"
#include "gstsavantunbatch.h"

GST_DEBUG_CATEGORY (gst_savant_debug);

/* Elements register on every machine; what is missing is told when an element
 * leaves NULL. */
static gboolean
plugin_init (GstPlugin *plugin)
{
  GST_DEBUG_CATEGORY_INIT (gst_savant_debug, "savant", 0,
      "Savant for GStreamer and Java");
  gst_element_register (plugin, "savantbufgen", GST_RANK_NONE,
      GST_TYPE_SAVANT_BUFGEN);
  gst_element_register (plugin, "savanttransform", GST_RANK_NONE,
      GST_TYPE_SAVANT_TRANSFORM);
  gst_element_register (plugin, "savantbatch", GST_RANK_NONE,
      GST_TYPE_SAVANT_BATCH);
  gst_element_register (plugin, "savantunbatch", GST_RANK_NONE,
      GST_TYPE_SAVANT_UNBATCH);
  return TRUE;
}

#define PACKAGE "savant"

/* "unknown" stands for Apache-2.0, which not every supported release of
 * GStreamer has in its list of licences; one that is not there is not loaded.
 */
GST_PLUGIN_DEFINE (GST_VERSION_MAJOR, GST_VERSION_MINOR, savant,
    "Video frames pooled, generated, letterboxed and converted on NVMM "
    "surfaces and in system memory (Apache-2.0)",
    plugin_init, SAVANT_VERSION_STRING, GST_LICENSE_UNKNOWN,
    "Savant for GStreamer and Java", "org.savantgst")
