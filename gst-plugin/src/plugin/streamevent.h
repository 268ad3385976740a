/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SV_PLUGIN_STREAM_EVENT_H
#define SV_PLUGIN_STREAM_EVENT_H

/* An event of one stream of a batch on its way between savantbatch and
 * savantunbatch: a custom event with a structure `savant-stream-event` of
 * source-id (uint), pad-index (uint) and event (GstEvent). Downstream it is
 * serialized, but for FLUSH_START. FLUSH_START and FLUSH_STOP that belong
 * together have the same flush-serial (uint), the later ones a higher one. A
 * flushing seek has more-seeks (boolean): whether other streams are still to
 * get one of the same seqnum. */

#include <gst/gst.h>

G_BEGIN_DECLS

/* Takes `event`. */
GstEvent *sv_stream_event_new (GstEventType type, guint source_id,
    guint pad_index, GstEvent *event);

/* FALSE where `event` is none. `inner` is borrowed from it. */
gboolean sv_stream_event_parse (GstEvent *event, guint *source_id,
    guint *pad_index, GstEvent **inner);

void sv_stream_event_set_flush (GstEvent *event, guint serial);
guint sv_stream_event_get_flush (GstEvent *event);

void sv_stream_event_set_more_seeks (GstEvent *event, gboolean more);
gboolean sv_stream_event_get_more_seeks (GstEvent *event);

/* The event that says that a source is gone: its pad of savantbatch was
 * released. It is sent twice, out of order at once and serialized behind the
 * source's last frame, so that a pad of savantunbatch that is requested between
 * the two, for another source of the same id, does not get what is still on its
 * way. After the second nothing is to be remembered of the source. */
GstEvent *sv_stream_gone_event_new (void);
gboolean sv_is_stream_gone_event (GstEvent *event);

G_END_DECLS

#endif
