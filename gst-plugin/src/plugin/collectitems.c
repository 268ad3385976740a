/* SPDX-License-Identifier: Apache-2.0 */
#include "collectpads.h"

#include <stdatomic.h>
#include <stdlib.h>

/* Items of frames are made by the producer and end with the consumer: the
 * allocator would pass every one from thread to thread. They go back to their
 * pad instead, any thread's to `freed`, which the producer takes whole. */

SvItem *
sv_collect_new_event (size_t size)
{
  SvItem *item = malloc (size);

  if (item == NULL)
    abort ();
  return item;
}

SvItem *
sv_collect_new_frame (SvCollectPad *pad, size_t size)
{
  SvItem *item;

  if (pad->spare == NULL)
    pad->spare = atomic_exchange (&pad->freed, NULL);
  item = pad->spare;
  if (item == NULL)
    return sv_collect_new_event (size);
  pad->spare = item->next;
  return item;
}

void
sv_collect_delete (SvItem *item, SvCollectPad *pad)
{
  if (item->kind != SV_ITEM_FRAME || pad == NULL) {
    free (item);
    return;
  }
  item->next = atomic_load (&pad->freed);
  while (!atomic_compare_exchange_weak (&pad->freed, &item->next, item))
    ;
}

static void
free_list (SvItem *item)
{
  while (item != NULL) {
    SvItem *next = item->next;

    free (item);
    item = next;
  }
}

void
sv_collect_unref_pad (SvCollectPad *pad)
{
  if (--pad->refs > 0)
    return;
  free_list (pad->spare);
  free_list (pad->freed);
  pthread_cond_destroy (&pad->room);
  free (pad);
}

/* Without the lock. */
void
sv_collect_free (SvCollect *collect, SvItem *items)
{
  while (items != NULL) {
    SvItem *next = items->next;
    SvCollectPad *pad = items->pad;

    collect->free_item (items);
    if (pad != NULL)
      sv_collect_unref_pad (pad);
    items = next;
  }
}
