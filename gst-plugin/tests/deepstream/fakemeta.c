/* SPDX-License-Identifier: Apache-2.0 */
/* The parts of libnvds_meta (FAKE_META), libnvdsgst_meta (FAKE_GST_META) and
 * libnvdsgst_helper (FAKE_HELPER) that batches use, for machines without
 * DeepStream. Offsets are written out here, apart from ours. A call that breaks
 * a rule ends the program with its name. Pools grow, as those of DeepStream 9
 * do, unless the environment's FAKE_META is "fixed". */
#include <gst/gst.h>
#include <stdlib.h>
#include <string.h>

#define EXPORT __attribute__ ((visibility ("default")))
#define BATCH_SIZE 512
#define FRAME_SIZE 512

/* Offsets. */
#define BASE_BATCH 0
#define BASE_COPY 24
#define BASE_RELEASE 32
#define BATCH_MAX 40
#define BATCH_NUM 44
#define BATCH_POOL 48
#define BATCH_FRAMES 96
#define FRAME_MARK 500

G_GNUC_UNUSED static void
broken (const char *name, const char *rule)
{
  g_printerr ("fake DeepStream metadata: %s: %s\n", name, rule);
  abort ();
}

#define FIELD(type, at, offset) (*(type *) ((guint8 *) (at) + (offset)))

#ifdef FAKE_META

EXPORT gpointer nvds_create_batch_meta (guint max);
EXPORT gpointer nvds_acquire_frame_meta_from_pool (gpointer batch);
EXPORT void nvds_add_frame_meta_to_batch (gpointer batch, gpointer frame);
EXPORT gpointer nvds_batch_meta_copy_func (gpointer data, gpointer user);
EXPORT void nvds_batch_meta_release_func (gpointer data, gpointer user);
EXPORT gint fake_ds_n_batches (void);
EXPORT gint fake_ds_n_pool_frames (void);

static gint n_batches;
static gint n_pool_frames;

/* Frames that pools have been made for so far. */
gint
fake_ds_n_pool_frames (void)
{
  return g_atomic_int_get (&n_pool_frames);
}

gint
fake_ds_n_batches (void)
{
  return g_atomic_int_get (&n_batches);
}

/* As the real one: max_frames, copy_func and release_func stay unset. What it
 * was asked for stands where the pools are. */
gpointer
nvds_create_batch_meta (guint max)
{
  guint8 *batch = g_malloc0 (BATCH_SIZE);

  if (max < 1 || max > 1024)
    broken ("nvds_create_batch_meta", "max");
  FIELD (guint, batch, BATCH_POOL) = max;
  g_atomic_int_inc (&n_batches);
  g_atomic_int_add (&n_pool_frames, (gint) max);
  return batch;
}

gpointer
nvds_acquire_frame_meta_from_pool (gpointer batch)
{
  guint *taken = &FIELD (guint, batch, BATCH_POOL + 4);
  guint8 *frame = g_malloc0 (FRAME_SIZE);

  if (FIELD (gpointer, batch, BASE_BATCH) != batch)
    broken ("nvds_acquire_frame_meta_from_pool", "base.batch_meta is not set");
  if (++*taken > FIELD (guint, batch, BATCH_POOL)
      && g_strcmp0 (g_getenv ("FAKE_META"), "fixed") == 0) {
    g_free (frame);
    return NULL;
  }
  FIELD (gpointer, frame, BASE_BATCH) = batch;
  FIELD (guint, frame, FRAME_MARK) = 0x5afe;
  return frame;
}

void
nvds_add_frame_meta_to_batch (gpointer batch, gpointer frame)
{
  GList **frames = &FIELD (GList *, batch, BATCH_FRAMES);

  if (FIELD (gpointer, frame, BASE_BATCH) != batch
      || FIELD (guint, frame, FRAME_MARK) != 0x5afe)
    broken ("nvds_add_frame_meta_to_batch", "a frame of somebody else");
  *frames = g_list_append (*frames, frame);
  FIELD (guint, batch, BATCH_NUM)++;
}

gpointer
nvds_batch_meta_copy_func (gpointer data, gpointer user)
{
  guint8 *batch = g_memdup2 (data, BATCH_SIZE);

  if (user != NULL)
    broken ("nvds_batch_meta_copy_func", "user data");
  if (FIELD (gpointer, data, BASE_COPY) == NULL
      || FIELD (gpointer, data, BASE_RELEASE) == NULL)
    broken ("nvds_batch_meta_copy_func", "the real one crashes here");
  FIELD (gpointer, batch, BASE_BATCH) = batch;
  FIELD (GList *, batch, BATCH_FRAMES) = NULL;
  for (GList *l = FIELD (GList *, data, BATCH_FRAMES); l != NULL; l = l->next) {
    guint8 *frame = g_memdup2 (l->data, FRAME_SIZE);

    FIELD (gpointer, frame, BASE_BATCH) = batch;
    FIELD (GList *, batch, BATCH_FRAMES) =
        g_list_append (FIELD (GList *, batch, BATCH_FRAMES), frame);
  }
  g_atomic_int_inc (&n_batches);
  return batch;
}

void
nvds_batch_meta_release_func (gpointer data, gpointer user)
{
  if (user != NULL)
    broken ("nvds_batch_meta_release_func", "user data");
  g_list_free_full (FIELD (GList *, data, BATCH_FRAMES), g_free);
  g_free (data);
  g_atomic_int_add (&n_batches, -1);
}

#endif
#ifdef FAKE_GST_META

typedef gpointer (*Copy) (gpointer, gpointer);
typedef void (*Release) (gpointer, gpointer);

typedef struct Carrier
{
  GstMeta meta;
  gpointer data;
  gpointer user;
  gint32 type;
  Copy copy;
  Release release;
} Carrier;

G_STATIC_ASSERT (G_STRUCT_OFFSET (Carrier, type) == 32);

EXPORT GType nvds_meta_api_get_type (void);
EXPORT Carrier *gst_buffer_add_nvds_meta (GstBuffer *buffer, gpointer data,
    gpointer user, Copy copy, Release release);
EXPORT gpointer gst_buffer_get_nvds_batch_meta (GstBuffer *buffer);

static gboolean asked;

GType
nvds_meta_api_get_type (void)
{
  static gsize type;
  static const gchar *tags[] = { NULL };

  asked = TRUE;
  if (g_once_init_enter (&type))
    g_once_init_leave (&type,
        gst_meta_api_type_register ("FakeNvDsMetaAPI", tags));
  return type;
}

static gboolean
carrier_init (GstMeta *meta, gpointer params, GstBuffer *buffer)
{
  (void) params;
  (void) buffer;
  memset ((guint8 *) meta + sizeof *meta, 0, sizeof (Carrier) - sizeof *meta);
  return TRUE;
}

static void
carrier_free (GstMeta *meta, GstBuffer *buffer)
{
  Carrier *carrier = (Carrier *) meta;

  (void) buffer;
  if (carrier->release != NULL)
    carrier->release (carrier->data, carrier->user);
}

static gboolean
carrier_transform (GstBuffer *to, GstMeta *meta, GstBuffer *from, GQuark type,
    gpointer data)
{
  Carrier *carrier = (Carrier *) meta, *copy;

  (void) from;
  (void) data;
  if (!GST_META_TRANSFORM_IS_COPY (type))
    return FALSE;
  copy = gst_buffer_add_nvds_meta (to,
      carrier->copy (carrier->data, carrier->user), carrier->user,
      carrier->copy, carrier->release);
  copy->type = carrier->type;
  return TRUE;
}

Carrier *
gst_buffer_add_nvds_meta (GstBuffer *buffer, gpointer data, gpointer user,
    Copy copy, Release release)
{
  static const GstMetaInfo *info;
  Carrier *carrier;

  if (!asked)
    broken ("gst_buffer_add_nvds_meta", "before nvds_meta_api_get_type");
  if (data == NULL || copy == NULL || release == NULL)
    broken ("gst_buffer_add_nvds_meta", "NULL");
  if (!gst_buffer_is_writable (buffer))
    broken ("gst_buffer_add_nvds_meta", "the buffer is not writable");
  if (info == NULL)
    info = gst_meta_register (nvds_meta_api_get_type (), "FakeNvDsMeta",
        sizeof (Carrier), carrier_init, carrier_free, carrier_transform);
  carrier = (Carrier *) gst_buffer_add_meta (buffer, info, NULL);
  carrier->data = data;
  carrier->user = user;
  carrier->copy = copy;
  carrier->release = release;
  return carrier;
}

gpointer
gst_buffer_get_nvds_batch_meta (GstBuffer *buffer)
{
  Carrier *carrier =
      (Carrier *) gst_buffer_get_meta (buffer, nvds_meta_api_get_type ());

  return carrier != NULL && carrier->type == 4097 ? carrier->data : NULL;
}

#endif
#ifdef FAKE_HELPER

/* Every name is there once. */
static GstEvent *
event_new (const gchar *kind, gint type, guint source_id,
    const GstSegment *segment)
{
  static gint n;
  gchar *name = g_strdup_printf ("nv-%s-%u-%d", kind, source_id,
      g_atomic_int_add (&n, 1));
  GstStructure *s =
      gst_structure_new (name, "source-id", G_TYPE_UINT, source_id, NULL);

  g_free (name);
  if (segment != NULL)
    gst_structure_set (s, "segment", GST_TYPE_SEGMENT, segment, NULL);
  return gst_event_new_custom ((GstEventType) type, s);
}

EXPORT GstEvent *gst_nvevent_new_pad_added (guint source_id);
EXPORT GstEvent *gst_nvevent_new_pad_deleted (guint source_id);
EXPORT GstEvent *gst_nvevent_new_stream_eos (guint source_id);
EXPORT GstEvent *gst_nvevent_new_stream_segment (guint source_id,
    GstSegment *segment);
#ifndef FAKE_OLD
EXPORT GstMessage *gst_nvmessage_new_stream_eos (GstObject *source,
    guint source_id);
EXPORT GstEvent *gst_nvevent_new_stream_start (guint source_id,
    gchar *stream_id);
EXPORT GstEvent *gst_nvevent_new_stream_reset (guint source_id);
EXPORT GstEvent *gst_nvevent_new_update_caps (guint source_id, guint width,
    guint height, GstStructure *caps, gchar *stream_id, gboolean is_audio);
EXPORT GstQuery *gst_nvquery_numStreams_size_new (void);
EXPORT gboolean gst_nvquery_is_numStreams_size (GstQuery *query);
EXPORT void gst_nvquery_numStreams_size_set (GstQuery *query, guint n);
EXPORT gboolean gst_nvquery_numStreams_size_parse (GstQuery *query, guint *n);
EXPORT GstQuery *gst_nvquery_uri_from_streamid_new (guint source_id);
EXPORT gboolean gst_nvquery_is_uri_from_streamid (GstQuery *query);
EXPORT gboolean gst_nvquery_uri_from_streamid_parse_streamid (GstQuery *query,
    guint *source_id);
#endif
EXPORT GstQuery *gst_nvquery_batch_size_new (void);
EXPORT gboolean gst_nvquery_is_batch_size (GstQuery *query);
EXPORT gboolean gst_nvquery_batch_size_parse (GstQuery *query, guint *size);
EXPORT void gst_nvquery_batch_size_set (GstQuery *query, guint batch_size);

GstEvent *
gst_nvevent_new_pad_added (guint source_id)
{
  return event_new ("pad-added", 102430, source_id, NULL);
}

GstEvent *
gst_nvevent_new_pad_deleted (guint source_id)
{
  return event_new ("pad-deleted", 102686, source_id, NULL);
}

GstEvent *
gst_nvevent_new_stream_eos (guint source_id)
{
  return event_new ("stream-eos", 102942, source_id, NULL);
}

GstEvent *
gst_nvevent_new_stream_segment (guint source_id, GstSegment *segment)
{
  if (segment == NULL || segment->format == GST_FORMAT_UNDEFINED)
    broken ("gst_nvevent_new_stream_segment", "segment");
  return event_new ("stream-segment", 103198, source_id, segment);
}

GstQuery *
gst_nvquery_batch_size_new (void)
{
  return gst_query_new_custom ((GstQueryType) 0x7803,
      gst_structure_new_empty ("nv-batch-size"));
}

gboolean
gst_nvquery_batch_size_parse (GstQuery *query, guint *size)
{
  return gst_structure_get_uint (gst_query_get_structure (query), "batch-size",
      size);
}

gboolean
gst_nvquery_is_batch_size (GstQuery *query)
{
  return (gint) GST_QUERY_TYPE (query) == 0x7803
      && gst_structure_has_name (gst_query_get_structure (query),
          "nv-batch-size");
}

void
gst_nvquery_batch_size_set (GstQuery *query, guint batch_size)
{
  if (batch_size < 1 || batch_size > 1024)
    broken ("gst_nvquery_batch_size_set", "batch size");
  gst_structure_set (gst_query_writable_structure (query), "batch-size",
      G_TYPE_UINT, batch_size, NULL);
}

/* ---- What not every release has ----------------------------------------- */

#ifndef FAKE_OLD
GstEvent *
gst_nvevent_new_stream_start (guint source_id, gchar *stream_id)
{
  GstEvent *event = event_new ("stream-start", 103710, source_id, NULL);

  if (stream_id == NULL)
    broken ("gst_nvevent_new_stream_start", "no stream id");
  gst_structure_set (gst_event_writable_structure (event), "stream-id",
      G_TYPE_STRING, stream_id, NULL);
  return event;
}

GstMessage *
gst_nvmessage_new_stream_eos (GstObject *source, guint source_id)
{
  if (!GST_IS_ELEMENT (source))
    broken ("gst_nvmessage_new_stream_eos", "no element");
  return gst_message_new_custom (GST_MESSAGE_ELEMENT, source,
      gst_structure_new ("stream-eos", "stream-id", G_TYPE_UINT, source_id,
          NULL));
}

GstEvent *
gst_nvevent_new_stream_reset (guint source_id)
{
  return event_new ("stream-reset", 103454, source_id, NULL);
}

GstEvent *
gst_nvevent_new_update_caps (guint source_id, guint width, guint height,
    GstStructure *caps, gchar *stream_id, gboolean is_audio)
{
  static gint n;
  gchar *name = g_strdup_printf ("update-caps-%u-%d", source_id,
      g_atomic_int_add (&n, 1));
  GstStructure *s = gst_structure_new (name, "stream-id", G_TYPE_UINT,
      source_id, "stream-id-str", G_TYPE_STRING, stream_id, "width-val",
      G_TYPE_UINT, width, "height-val", G_TYPE_UINT, height, NULL);
  const GValue *rate;

  if (caps == NULL || width < 1 || height < 1 || is_audio)
    broken ("gst_nvevent_new_update_caps", "caps, size or audio");
  rate = gst_structure_get_value (caps, "framerate");
  if (rate != NULL)
    gst_structure_set_value (s, "frame-rate", rate);
  g_free (name);
  return gst_event_new_custom ((GstEventType) 103966, s);
}

GstQuery *
gst_nvquery_numStreams_size_new (void)
{
  return gst_query_new_custom ((GstQueryType) 0x7803,
      gst_structure_new_empty ("nv-numStreams-size"));
}

gboolean
gst_nvquery_is_numStreams_size (GstQuery *query)
{
  return (gint) GST_QUERY_TYPE (query) == 0x7803
      && gst_structure_has_name (gst_query_get_structure (query),
          "nv-numStreams-size");
}

void
gst_nvquery_numStreams_size_set (GstQuery *query, guint n)
{
  gst_structure_set (gst_query_writable_structure (query), "numStreams-size",
      G_TYPE_UINT, n, NULL);
}

gboolean
gst_nvquery_numStreams_size_parse (GstQuery *query, guint *n)
{
  return gst_structure_get_uint (gst_query_get_structure (query),
      "numStreams-size", n);
}

GstQuery *
gst_nvquery_uri_from_streamid_new (guint source_id)
{
  return gst_query_new_custom ((GstQueryType) 0x7803,
      gst_structure_new ("nv-uri-from-streamid", "streamid", G_TYPE_UINT,
          source_id, NULL));
}

gboolean
gst_nvquery_is_uri_from_streamid (GstQuery *query)
{
  return (gint) GST_QUERY_TYPE (query) == 0x7803
      && gst_structure_has_name (gst_query_get_structure (query),
          "nv-uri-from-streamid");
}

gboolean
gst_nvquery_uri_from_streamid_parse_streamid (GstQuery *query, guint *source_id)
{
  return gst_structure_get_uint (gst_query_get_structure (query), "streamid",
      source_id);
}
#endif

#endif
