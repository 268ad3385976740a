/* SPDX-License-Identifier: Apache-2.0 */
#include "plugin.h"

#include "gstsavantbatch.h"
#include "gstsavantbufgen.h"
#include "gstsavanttransform.h"
#include "gstsavantunbatch.h"

#include <string.h>

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

/* GStreamer does not load a plugin whose licence is not in its list, which has
 * this one from 1.20.3 on. */
static gchar license[] = "Apache 2.0";

/* Before anybody reads it. */
__attribute__ ((constructor)) static void
choose_license (void)
{
  guint major, minor, micro, nano;

  gst_version (&major, &minor, &micro, &nano);
  if (major == 1 && (minor < 20 || (minor == 20 && micro < 3)))
    memcpy (license, GST_LICENSE_UNKNOWN, sizeof GST_LICENSE_UNKNOWN);
}

GST_PLUGIN_DEFINE (GST_VERSION_MAJOR, GST_VERSION_MINOR, savant,
    "Video frames pooled, generated, letterboxed and converted on NVMM "
    "surfaces and in system memory (Apache-2.0)",
    plugin_init, SAVANT_VERSION_STRING, license,
    "Savant for GStreamer and Java", "org.savantgst")
