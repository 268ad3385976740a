/* SPDX-License-Identifier: Apache-2.0 */
#include <savant/gst.h>

/* A single frame's geometry needs no memory of its own. */
typedef struct SvTransformMeta
{
  GstSavantTransformMeta base;
  GstSavantGeometry single;
} SvTransformMeta;

GType
gst_savant_transform_meta_api_get_type (void)
{
  static const gchar *tags[] = { GST_META_TAG_VIDEO_STR,
    GST_META_TAG_VIDEO_SIZE_STR, GST_META_TAG_VIDEO_ORIENTATION_STR, NULL };
  static GType type;

  if (g_once_init_enter (&type)) {
    GType registered =
        gst_meta_api_type_register ("SavantTransformMetaAPI", tags);

    g_once_init_leave (&type, registered);
  }
  return type;
}

static gboolean
transform_meta_init (GstMeta *meta, gpointer params G_GNUC_UNUSED,
    GstBuffer *buffer G_GNUC_UNUSED)
{
  GstSavantTransformMeta *self = (GstSavantTransformMeta *) meta;

  self->n_slots = 0;
  self->slots = NULL;
  return TRUE;
}

static void
transform_meta_free (GstMeta *meta, GstBuffer *buffer G_GNUC_UNUSED)
{
  SvTransformMeta *self = (SvTransformMeta *) meta;

  if (self->base.slots != &self->single)
    g_free (self->base.slots);
}

/* Whether the picture is the same afterwards, to the pixel. */
static gboolean
keeps_picture (GQuark type, gpointer data)
{
  if (GST_META_TRANSFORM_IS_COPY (type))
    return !((GstMetaTransformCopy *) data)->region;
  if (GST_VIDEO_META_TRANSFORM_IS_SCALE (type)) {
    const GstVideoMetaTransform *scale = data;

    return scale->in_info->width == scale->out_info->width
        && scale->in_info->height == scale->out_info->height
        && scale->in_info->par_n == scale->out_info->par_n
        && scale->in_info->par_d == scale->out_info->par_d;
  }
  return FALSE;
}

static gboolean
transform_meta_transform (GstBuffer *destination, GstMeta *meta,
    GstBuffer *source G_GNUC_UNUSED, GQuark type, gpointer data)
{
  GstSavantTransformMeta *self = (GstSavantTransformMeta *) meta;

  return self->n_slots > 0 && keeps_picture (type, data)
      && gst_buffer_set_savant_transform_meta (destination, self->slots,
             self->n_slots)
      != NULL;
}

const GstMetaInfo *
gst_savant_transform_meta_get_info (void)
{
  static const GstMetaInfo *info;

  if (g_once_init_enter (&info)) {
    const GstMetaInfo *registered =
        gst_meta_register (GST_SAVANT_TRANSFORM_META_API_TYPE,
            "SavantTransformMeta", sizeof (SvTransformMeta),
            transform_meta_init, transform_meta_free, transform_meta_transform);

    g_once_init_leave (&info, registered);
  }
  return info;
}

GstSavantTransformMeta *
gst_buffer_get_savant_transform_meta (GstBuffer *buffer)
{
  return (GstSavantTransformMeta *) gst_buffer_get_meta (buffer,
      GST_SAVANT_TRANSFORM_META_API_TYPE);
}

GstSavantTransformMeta *
gst_buffer_set_savant_transform_meta (GstBuffer *buffer,
    const GstSavantGeometry *slots, guint n_slots)
{
  GstSavantTransformMeta *meta;
  GstSavantGeometry first;
  GstSavantGeometry *list = NULL;

  g_return_val_if_fail (GST_IS_BUFFER (buffer), NULL);
  g_return_val_if_fail (gst_buffer_is_writable (buffer), NULL);
  g_return_val_if_fail (slots != NULL && n_slots > 0, NULL);

  /* The slots may be the meta's own. */
  first = slots[0];
  if (n_slots > 1) {
    list = g_new (GstSavantGeometry, n_slots);
    memcpy (list, slots, n_slots * sizeof *slots);
  }
  meta = gst_buffer_get_savant_transform_meta (buffer);
  if (meta == NULL)
    meta = (GstSavantTransformMeta *) gst_buffer_add_meta (buffer,
        gst_savant_transform_meta_get_info (), NULL);
  transform_meta_free (&meta->meta, buffer);
  if (list == NULL) {
    list = &((SvTransformMeta *) meta)->single;
    *list = first;
  }
  meta->slots = list;
  meta->n_slots = n_slots;
  return meta;
}
