/* SPDX-License-Identifier: Apache-2.0 */
#include "gstsavantidmeta.h"

/* A single frame's id needs no memory of its own. */
typedef struct SvIdMeta
{
  GstSavantIdMeta base;
  GstSavantId single;
} SvIdMeta;

GType
gst_savant_id_meta_api_get_type (void)
{
  static const gchar *tags[] = { NULL };
  static GType type;

  if (g_once_init_enter (&type)) {
    GType registered = gst_meta_api_type_register ("SavantIdMetaAPI", tags);

    g_once_init_leave (&type, registered);
  }
  return type;
}

static gboolean
id_meta_init (GstMeta *meta, gpointer params G_GNUC_UNUSED,
    GstBuffer *buffer G_GNUC_UNUSED)
{
  GstSavantIdMeta *self = (GstSavantIdMeta *) meta;

  self->n_ids = 0;
  self->ids = NULL;
  return TRUE;
}

static void
id_meta_free (GstMeta *meta, GstBuffer *buffer G_GNUC_UNUSED)
{
  SvIdMeta *self = (SvIdMeta *) meta;

  if (self->base.ids != &self->single)
    g_free (self->base.ids);
}

/* Ids name the content whatever is done to it, so every transformation keeps
 * them. Elements that copy metas twice must not double them. */
static gboolean
id_meta_transform (GstBuffer *destination, GstMeta *meta,
    GstBuffer *source G_GNUC_UNUSED, GQuark type G_GNUC_UNUSED,
    gpointer data G_GNUC_UNUSED)
{
  GstSavantIdMeta *self = (GstSavantIdMeta *) meta;

  return self->n_ids == 0
      || gst_buffer_set_savant_ids (destination, self->ids, self->n_ids)
      != NULL;
}

const GstMetaInfo *
gst_savant_id_meta_get_info (void)
{
  static const GstMetaInfo *info;

  if (g_once_init_enter (&info)) {
    const GstMetaInfo *registered =
        gst_meta_register (GST_SAVANT_ID_META_API_TYPE, "SavantIdMeta",
            sizeof (SvIdMeta), id_meta_init, id_meta_free, id_meta_transform);

    g_once_init_leave (&info, registered);
  }
  return info;
}

GstSavantIdMeta *
gst_buffer_get_savant_id_meta (GstBuffer *buffer)
{
  return (GstSavantIdMeta *) gst_buffer_get_meta (buffer,
      GST_SAVANT_ID_META_API_TYPE);
}

/* The meta of a buffer, new if it has none. */
static GstSavantIdMeta *
ensure_meta (GstBuffer *buffer)
{
  GstSavantIdMeta *meta = gst_buffer_get_savant_id_meta (buffer);

  if (meta == NULL)
    meta = (GstSavantIdMeta *) gst_buffer_add_meta (buffer,
        gst_savant_id_meta_get_info (), NULL);
  return meta;
}

GstSavantIdMeta *
sv_buffer_take_ids (GstBuffer *buffer, GstSavantId *ids, guint n_ids)
{
  GstSavantIdMeta *meta = ensure_meta (buffer);

  id_meta_free (&meta->meta, buffer);
  meta->ids = ids;
  meta->n_ids = n_ids;
  return meta;
}

GstSavantIdMeta *
gst_buffer_set_savant_ids (GstBuffer *buffer, const GstSavantId *ids,
    guint n_ids)
{
  GstSavantIdMeta *meta;
  GstSavantId id;

  g_return_val_if_fail (GST_IS_BUFFER (buffer), NULL);
  g_return_val_if_fail (gst_buffer_is_writable (buffer), NULL);
  g_return_val_if_fail (ids != NULL || n_ids == 0, NULL);

  if (n_ids == 0) {
    meta = gst_buffer_get_savant_id_meta (buffer);
    if (meta != NULL)
      gst_buffer_remove_meta (buffer, &meta->meta);
    return NULL;
  }
  if (n_ids > 1) {
    GstSavantId *list = g_new (GstSavantId, n_ids);

    memcpy (list, ids, n_ids * sizeof *ids);
    return sv_buffer_take_ids (buffer, list, n_ids);
  }
  id = ids[0]; /* the list may be the meta's own */
  meta = ensure_meta (buffer);
  id_meta_free (&meta->meta, buffer);
  ((SvIdMeta *) meta)->single = id;
  meta->ids = &((SvIdMeta *) meta)->single;
  meta->n_ids = 1;
  return meta;
}
