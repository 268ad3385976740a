/* SPDX-License-Identifier: Apache-2.0 */
#include "poolwatch.h"

#include "plugin.h"

#define GST_CAT_DEFAULT gst_savant_debug

static gdouble
seconds (guint64 ns)
{
  return (gdouble) ns / GST_SECOND;
}

void
sv_pool_post_starved (GstElement *element, GstSavantBufferPool *pool,
    guint64 waited_ns, gboolean first)
{
  GstSavantPoolStats stats;

  gst_savant_buffer_pool_get_stats (pool, &stats);
  gst_element_post_message (element,
      gst_message_new_element (GST_OBJECT (element),
          gst_structure_new ("savant-starved", "pool", G_TYPE_STRING,
              GST_OBJECT_NAME (pool), "outstanding", G_TYPE_UINT,
              stats.outstanding, "max", G_TYPE_UINT, stats.max_buffers,
              "oldest-age-ns", G_TYPE_UINT64, stats.oldest_age_ns, "waited-ns",
              G_TYPE_UINT64, waited_ns, NULL)));
  if (first)
    GST_ELEMENT_WARNING (element, RESOURCE, BUSY,
        ("Pool starved: %u of %u buffers out, the oldest for %.1f s. Waiting "
         "for %.1f s so far; raise pool-size or find who keeps buffers.",
            stats.outstanding, stats.max_buffers, seconds (stats.oldest_age_ns),
            seconds (waited_ns)),
        ("pool %s", GST_OBJECT_NAME (pool)));
}
