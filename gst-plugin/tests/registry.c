/* SPDX-License-Identifier: Apache-2.0 */
/* Fills the registry file of this build and looks whether our plugin is in. */
#include <gst/gst.h>

int
main (int argc, char **argv)
{
  GstPlugin *plugin;

  gst_init (&argc, &argv);
  plugin = gst_registry_find_plugin (gst_registry_get (), "savant");
  if (plugin == NULL) {
    g_printerr ("plugin savant does not load from GST_PLUGIN_PATH=%s\n",
        g_getenv ("GST_PLUGIN_PATH"));
    return 1;
  }
  gst_object_unref (plugin);
  return 0;
}
