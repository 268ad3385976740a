/* SPDX-License-Identifier: Apache-2.0 */
#include <savant/gst.h>

GType
gst_savant_batch_meta_api_get_type (void)
{
  static const gchar *tags[] = { NULL };
  static GType type;

  if (g_once_init_enter (&type)) {
    GType registered = gst_meta_api_type_register ("SavantBatchMetaAPI", tags);

    g_once_init_leave (&type, registered);
  }
  return type;
}

static gboolean
batch_meta_init (GstMeta *meta, gpointer params G_GNUC_UNUSED,
    GstBuffer *buffer G_GNUC_UNUSED)
{
  memset ((guint8 *) meta + sizeof *meta, 0,
      sizeof (GstSavantBatchMeta) - sizeof *meta);
  return TRUE;
}

/* The slots are followed by the ids in one block. */
static void
batch_meta_free (GstMeta *meta, GstBuffer *buffer G_GNUC_UNUSED)
{
  g_free (((GstSavantBatchMeta *) meta)->slots);
}

/* A batch stays the same batch whatever is done to its pictures. */
static gboolean
batch_meta_transform (GstBuffer *destination, GstMeta *meta,
    GstBuffer *source G_GNUC_UNUSED, GQuark type G_GNUC_UNUSED,
    gpointer data G_GNUC_UNUSED)
{
  return gst_buffer_set_savant_batch_meta (destination,
             (GstSavantBatchMeta *) meta)
      != NULL;
}

const GstMetaInfo *
gst_savant_batch_meta_get_info (void)
{
  static const GstMetaInfo *info;

  if (g_once_init_enter (&info)) {
    const GstMetaInfo *registered =
        gst_meta_register (GST_SAVANT_BATCH_META_API_TYPE, "SavantBatchMeta",
            sizeof (GstSavantBatchMeta), batch_meta_init, batch_meta_free,
            batch_meta_transform);

    g_once_init_leave (&info, registered);
  }
  return info;
}

GstSavantBatchMeta *
gst_buffer_get_savant_batch_meta (GstBuffer *buffer)
{
  return (GstSavantBatchMeta *) gst_buffer_get_meta (buffer,
      GST_SAVANT_BATCH_META_API_TYPE);
}

GstSavantBatchMeta *
gst_buffer_set_savant_batch_meta (GstBuffer *buffer,
    const GstSavantBatchMeta *from)
{
  gsize slots_size, ids_size;
  GstSavantBatchMeta *meta;
  guint8 *block;

  g_return_val_if_fail (GST_IS_BUFFER (buffer), NULL);
  g_return_val_if_fail (gst_buffer_is_writable (buffer), NULL);
  g_return_val_if_fail (from != NULL, NULL);

  slots_size = from->n_slots * sizeof *from->slots;
  ids_size = from->n_ids * sizeof *from->ids;
  block = g_malloc (slots_size + ids_size + 1);
  if (slots_size > 0)
    memcpy (block, from->slots, slots_size);
  if (ids_size > 0)
    memcpy (block + slots_size, from->ids, ids_size);

  meta = gst_buffer_get_savant_batch_meta (buffer);
  if (meta == NULL)
    meta = (GstSavantBatchMeta *) gst_buffer_add_meta (buffer,
        gst_savant_batch_meta_get_info (), NULL);
  meta->sequence = from->sequence;
  meta->reason = from->reason;
  meta->waiting_time_ns = from->waiting_time_ns;
  meta->n_slots = from->n_slots;
  meta->n_ids = from->n_ids;
  batch_meta_free (&meta->meta, buffer);
  meta->slots = (GstSavantBatchSlot *) block;
  meta->ids = (gint64 *) (block + slots_size);
  return meta;
}
