/* SPDX-License-Identifier: Apache-2.0 */
#include <savant/gst.h>

#include "core/log.h"
#include "exports.h"
#include "gst/gstsavantidmeta.h"

static int
check_buffer (void *buffer)
{
  if (buffer != NULL && GST_IS_BUFFER (buffer))
    return SAVANT_OK;
  return sv_fail (SAVANT_ERROR_INVALID_ARGUMENT, "%p is no GstBuffer", buffer);
}

int
savant_buffer_get_ids (void *buffer, int32_t *kinds, int64_t *ids, int capacity)
{
  const GstSavantIdMeta *meta;
  int status = check_buffer (buffer);

  if (status != SAVANT_OK)
    return status;
  if (capacity < 0 || (capacity > 0 && (kinds == NULL || ids == NULL)))
    return sv_fail (SAVANT_ERROR_INVALID_ARGUMENT,
        "savant_buffer_get_ids: capacity %d with kinds %p and ids %p: it "
        "must be 0 or more, and 0 where one of them is NULL",
        capacity, (void *) kinds, (void *) ids);
  meta = gst_buffer_get_savant_id_meta (buffer);
  if (meta == NULL)
    return 0;
  for (int i = 0; i < capacity && i < (int) meta->n_ids; i++) {
    kinds[i] = meta->ids[i].kind;
    ids[i] = meta->ids[i].id;
  }
  return (int) meta->n_ids;
}

static int
check_kinds (const int32_t *kinds, int n_ids)
{
  for (int i = 0; i < n_ids; i++)
    if (kinds[i] != SAVANT_ID_FRAME && kinds[i] != SAVANT_ID_BATCH)
      return sv_fail (SAVANT_ERROR_INVALID_ARGUMENT,
          "kind %d of id %d: it must be 0 (frame) or 1 (batch)", kinds[i], i);
  return SAVANT_OK;
}

int
savant_buffer_set_ids (void *buffer, const int32_t *kinds, const int64_t *ids,
    int n_ids)
{
  GstSavantId *list;
  int lent;
  int status = check_buffer (buffer);

  if (status != SAVANT_OK)
    return status;
  if (n_ids < 0 || (n_ids > 0 && (kinds == NULL || ids == NULL)))
    return sv_fail (SAVANT_ERROR_INVALID_ARGUMENT,
        "savant_buffer_set_ids: n_ids %d with kinds %p and ids %p: it must "
        "be 0 or more, and 0 where one of them is NULL",
        n_ids, (const void *) kinds, (const void *) ids);
  status = check_kinds (kinds, n_ids);
  if (status != SAVANT_OK)
    return status;
  status = sv_buffer_begin_write (buffer, "ids", &lent);
  if (status != SAVANT_OK)
    return status;
  if (n_ids <= 1) {
    GstSavantId id = { 0 };

    if (n_ids == 1)
      id = (GstSavantId){ .kind = kinds[0], .id = ids[0] };
    gst_buffer_set_savant_ids (buffer, &id, (guint) n_ids);
  } else {
    list = g_new0 (GstSavantId, n_ids);
    for (int i = 0; i < n_ids; i++) {
      list[i].kind = kinds[i];
      list[i].id = ids[i];
    }
    sv_buffer_take_ids (buffer, list, (guint) n_ids);
  }
  sv_buffer_end_write (buffer, lent);
  return SAVANT_OK;
}

/* The geometry of a slot, NULL if there is none; SavantStatus. */
static int
get_geometry (void *buffer, int slot, const GstSavantGeometry **geometry)
{
  const GstSavantTransformMeta *meta;
  int status = check_buffer (buffer);

  *geometry = NULL;
  if (status != SAVANT_OK)
    return status;
  if (slot < 0)
    return sv_fail (SAVANT_ERROR_INVALID_ARGUMENT,
        "slot %d: it must be 0 or more", slot);
  meta = gst_buffer_get_savant_transform_meta (buffer);
  *geometry =
      meta != NULL && slot < (int) meta->n_slots ? &meta->slots[slot] : NULL;
  return SAVANT_OK;
}

int
savant_buffer_get_geometry (void *buffer, int slot, int32_t *rects,
    double *matrix)
{
  const GstSavantGeometry *geometry;
  int status = get_geometry (buffer, slot, &geometry);

  if (status != SAVANT_OK)
    return status;
  if (geometry == NULL)
    return 0;
  if (rects != NULL) {
    const SavantRect *both[2] = { &geometry->source, &geometry->destination };

    for (int i = 0; i < 2; i++) {
      rects[4 * i] = both[i]->x;
      rects[4 * i + 1] = both[i]->y;
      rects[4 * i + 2] = both[i]->w;
      rects[4 * i + 3] = both[i]->h;
    }
  }
  if (matrix != NULL)
    memcpy (matrix, geometry->m, sizeof geometry->m);
  return 1;
}

static int
map_box (void *buffer, int slot, double *box,
    void (*map) (const GstSavantGeometry *, const gdouble[4], gdouble[4]))
{
  const GstSavantGeometry *geometry;
  int status = get_geometry (buffer, slot, &geometry);

  if (status != SAVANT_OK)
    return status;
  if (box == NULL)
    return sv_fail (SAVANT_ERROR_INVALID_ARGUMENT, "box is NULL");
  if (geometry == NULL)
    return sv_fail (SAVANT_ERROR_UNSUPPORTED,
        "slot %d of the buffer has no SavantTransformMeta: an element that "
        "changes geometry has dropped it, or none of ours made the picture",
        slot);
  map (geometry, box, box);
  return SAVANT_OK;
}

int
savant_buffer_box_to_source (void *buffer, int slot, double *box)
{
  return map_box (buffer, slot, box, gst_savant_geometry_box_to_source);
}

int
savant_buffer_box_to_network (void *buffer, int slot, double *box)
{
  return map_box (buffer, slot, box, gst_savant_geometry_box_to_network);
}
