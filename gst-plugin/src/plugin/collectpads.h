/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SV_PLUGIN_COLLECT_PADS_H
#define SV_PLUGIN_COLLECT_PADS_H

/* What the parts of the collection share: collect.c (life, figures),
 * collectitems.c (memory), collectpads.c (pads), collectpush.c (the producers),
 * collecttake.c (the consumer). All are called with the lock held. */

#include "collect.h"
#include "core/clock.h"

/* A clock that stands still while the consumer is busy downstream. */
int64_t sv_collect_waiting_clock (const SvCollect *collect, int64_t now);

/* A frame that is held no longer is. */
void sv_collect_count_dropped (SvCollect *collect, SvCollectPad *pad,
    SvDropReason reason);
void sv_collect_count_out (SvCollect *collect, SvCollectPad *pad);

/* `item` is in its pad's queue no more. */
void sv_collect_count_unqueued (SvCollect *collect, SvCollectPad *pad,
    const SvItem *item);

/* The head of a queue that is not empty. Without the lock, its pad's producer
 * is to be woken where the item says so. */
SvItem *sv_collect_pop (SvCollect *collect, SvCollectPad *pad, int64_t now);

/* Puts an item, which the lock's holder has room for, at the end of a queue.
 * TRUE where the consumer has to be woken. */
bool sv_collect_enqueue (SvCollect *collect, SvCollectPad *pad, SvItem *item);

/* How long a frame of a live pad that has not ended lasts; else 0. */
int64_t sv_collect_live_frame (const SvCollectPad *pad);

/* What is in force; negative: for ever. */
int64_t sv_collect_timeout (const SvCollect *collect);

/* Empties a queue into a list that the caller frees without the lock. */
void sv_collect_drop_queue (SvCollect *collect, SvCollectPad *pad,
    SvDropReason reason, SvItem **list);

/* What its last stream left is forgotten; its queue stays. */
void sv_collect_reset_pad (SvCollect *collect, SvCollectPad *pad);

/* Slots for every pad, where their number goes by the pads'. */
void sv_collect_grow (SvCollect *collect);

/* An end that was asked for when nothing could be queued. */
void sv_collect_queue_pending_end (SvCollect *collect, SvCollectPad *pad);

#endif
