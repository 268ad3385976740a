/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SV_PLUGIN_POOL_WATCH_H
#define SV_PLUGIN_POOL_WATCH_H

/* What elements say about a pool that has run empty. */

#include <savant/gst.h>

G_BEGIN_DECLS

/* Posts an element message `savant-starved` with the fields pool (string),
 * outstanding and max (uint), oldest-age-ns and waited-ns (uint64); the first
 * time of a wait also a WARNING. Any thread. */
void sv_pool_post_starved (GstElement *element, GstSavantBufferPool *pool,
    guint64 waited_ns, gboolean first);

G_END_DECLS

#endif
