/* SPDX-License-Identifier: Apache-2.0 */
#include "analytics.h"

#include <dlfcn.h>
#include <pthread.h>
#include <string.h>

#include "plugin.h"

#define GST_CAT_DEFAULT gst_savant_debug

#define LIBRARY "libgstanalytics-1.0.so.0"

typedef struct Api
{
  const GstMetaInfo *(*get_info) (void);
  SvAnalyticsBatchMeta *(*add) (GstBuffer *buffer);
  SvAnalyticsBatchMeta *(*get) (GstBuffer *buffer);
} Api;

static Api api;
static gboolean found;
static pthread_once_t once = PTHREAD_ONCE_INIT;

/* The meta of releases before 1.28 had the same name and another layout; this
 * function came with the present one. */
static gboolean
is_released (void *library)
{
  return dlsym (library, "gst_analytics_batch_stream_get_stream_id") != NULL;
}

/* The library stays loaded, as all that registers types does. */
static void
load (void)
{
  void *library = dlopen (LIBRARY, RTLD_LAZY | RTLD_LOCAL);

  if (library == NULL)
    return;
  *(void **) &api.get_info =
      dlsym (library, "gst_analytics_batch_meta_get_info");
  *(void **) &api.add = dlsym (library, "gst_buffer_add_analytics_batch_meta");
  *(void **) &api.get = dlsym (library, "gst_buffer_get_analytics_batch_meta");
  found = api.get_info != NULL && api.add != NULL && api.get != NULL
      && is_released (library)
      && api.get_info ()->size == sizeof (SvAnalyticsBatchMeta);
  if (!found)
    dlclose (library);
}

gboolean
sv_analytics_is_there (void)
{
  pthread_once (&once, load);
  return found;
}

SvAnalyticsBatchMeta *
sv_analytics_get (GstBuffer *buffer)
{
  return sv_analytics_is_there () ? api.get (buffer) : NULL;
}

/* ---- Writing ------------------------------------------------------------ */

/* In the order in which a stream begins. */
static const GstEventType kept[] = { GST_EVENT_STREAM_START, GST_EVENT_CAPS,
  GST_EVENT_SEGMENT };
#define N_KEPT G_N_ELEMENTS (kept)

typedef struct Kept
{
  GstEvent *events[N_KEPT];
} Kept;

struct SvAnalyticsStreams
{
  GHashTable *pads; /* index: Kept */
};

static void
kept_free (gpointer data)
{
  Kept *k = data;

  for (guint i = 0; i < N_KEPT; i++)
    gst_clear_event (&k->events[i]);
  g_free (k);
}

SvAnalyticsStreams *
sv_analytics_streams_new (void)
{
  SvAnalyticsStreams *streams = g_new (SvAnalyticsStreams, 1);

  streams->pads = g_hash_table_new_full (NULL, NULL, NULL, kept_free);
  return streams;
}

void
sv_analytics_streams_free (SvAnalyticsStreams *streams)
{
  if (streams == NULL)
    return;
  g_hash_table_unref (streams->pads);
  g_free (streams);
}

void
sv_analytics_see_event (SvAnalyticsStreams *streams, guint pad_index,
    GstEvent *event)
{
  gpointer key = GUINT_TO_POINTER (pad_index);
  Kept *k;

  for (guint i = 0; i < N_KEPT; i++) {
    if (GST_EVENT_TYPE (event) != kept[i])
      continue;
    k = g_hash_table_lookup (streams->pads, key);
    if (k == NULL) {
      k = g_new0 (Kept, 1);
      g_hash_table_insert (streams->pads, key, k);
    }
    gst_event_replace (&k->events[i], event);
  }
}

void
sv_analytics_forget (SvAnalyticsStreams *streams, guint pad_index)
{
  g_hash_table_remove (streams->pads, GUINT_TO_POINTER (pad_index));
}

static void
write_events (SvAnalyticsStream *stream, const Kept *k)
{
  stream->sticky_events = g_new (GstEvent *, N_KEPT);
  for (guint i = 0; i < N_KEPT; i++)
    if (k->events[i] != NULL)
      stream->sticky_events[stream->n_sticky_events++] =
          gst_event_ref (k->events[i]);
}

/* A buffer that stands for a slot whose pixels are in the batch. */
static GstBuffer *
stand_in (const GstSavantBatchMeta *meta, const GstSavantBatchSlot *slot)
{
  GstSavantId *ids = g_new (GstSavantId, slot->n_ids + 1);
  GstBuffer *buffer = gst_buffer_new ();

  GST_BUFFER_PTS (buffer) = slot->pts;
  GST_BUFFER_DURATION (buffer) = slot->duration;
  GST_BUFFER_FLAG_SET (buffer, slot->flags);
  for (guint i = 0; i < slot->n_ids; i++)
    ids[i] = (GstSavantId){ .kind = SAVANT_ID_FRAME,
      .id = meta->ids[slot->ids_at + i] };
  gst_buffer_set_savant_ids (buffer, ids, slot->n_ids);
  g_free (ids);
  return buffer;
}

static void
append_object (SvAnalyticsStream *stream, GstBuffer *buffer)
{
  /* Regions of interest may be many of one stream. */
  stream->objects =
      g_renew (GstMiniObject *, stream->objects, stream->n_objects + 1);
  stream->objects[stream->n_objects++] = GST_MINI_OBJECT_CAST (buffer);
}

void
sv_analytics_write (SvAnalyticsStreams *streams, GstBuffer *batch,
    const GstSavantBatchMeta *meta, GstBuffer *const *frames)
{
  SvAnalyticsBatchMeta *to;
  guint n = 0;

  for (guint i = 0; i < meta->n_slots; i++)
    if (meta->slots[i].pad_index < SAVANT_MAX_BATCH_SIZE)
      n = MAX (n, meta->slots[i].pad_index + 1);
  to = api.add (batch);
  to->streams = g_new0 (SvAnalyticsStream, n);
  to->n_streams = n;
  for (guint i = 0; i < n; i++) {
    const Kept *k = g_hash_table_lookup (streams->pads, GUINT_TO_POINTER (i));

    to->streams[i].index = i;
    if (k != NULL)
      write_events (&to->streams[i], k);
  }
  for (guint i = 0; i < meta->n_slots; i++) {
    const GstSavantBatchSlot *slot = &meta->slots[i];

    if (slot->pad_index >= n)
      continue;
    append_object (&to->streams[slot->pad_index],
        frames != NULL ? gst_buffer_ref (frames[i]) : stand_in (meta, slot));
  }
}

/* ---- Reading ------------------------------------------------------------ */

static guint
count_buffers (const SvAnalyticsBatchMeta *meta)
{
  guint n = 0;

  for (gsize i = 0; i < meta->n_streams; i++)
    for (gsize k = 0; k < meta->streams[i].n_objects; k++)
      n += GST_IS_BUFFER (meta->streams[i].objects[k]);
  return n;
}

static void
read_segment (const SvAnalyticsStream *stream, GstSegment *segment)
{
  gst_segment_init (segment, GST_FORMAT_TIME);
  for (gsize i = 0; i < stream->n_sticky_events; i++)
    if (GST_EVENT_TYPE (stream->sticky_events[i]) == GST_EVENT_SEGMENT)
      gst_event_copy_segment (stream->sticky_events[i], segment);
}

static void
read_slot (const SvAnalyticsStream *stream, GstBuffer *buffer,
    GstSavantBatchSlot *slot, GArray *ids)
{
  const GstSavantIdMeta *meta = gst_buffer_get_savant_id_meta (buffer);

  *slot = (GstSavantBatchSlot){ .source_id = stream->index,
    .pad_index = stream->index,
    .pts = GST_BUFFER_PTS (buffer),
    .duration = GST_BUFFER_DURATION (buffer),
    .running_time = GST_CLOCK_TIME_NONE,
    .flags = GST_BUFFER_FLAGS (buffer)
        & ~(GstBufferFlags) GST_BUFFER_FLAG_TAG_MEMORY,
    .frame_id = -1,
    .arrival_ns = GST_CLOCK_TIME_NONE,
    .ids_at = ids->len };
  read_segment (stream, &slot->segment);
  if (slot->segment.format == GST_FORMAT_TIME)
    slot->running_time = gst_segment_to_running_time (&slot->segment,
        GST_FORMAT_TIME, slot->pts);
  for (guint i = 0; meta != NULL && i < meta->n_ids; i++)
    if (meta->ids[i].kind == SAVANT_ID_FRAME)
      g_array_append_val (ids, meta->ids[i].id);
  slot->n_ids = ids->len - slot->ids_at;
  if (slot->n_ids > 0)
    slot->frame_id = g_array_index (ids, gint64, slot->ids_at);
}

gboolean
sv_analytics_to_batch_meta (GstBuffer *batch, guint n_slots)
{
  const SvAnalyticsBatchMeta *from = sv_analytics_get (batch);
  GstSavantBatchMeta to = { .waiting_time_ns = GST_CLOCK_TIME_NONE };
  GArray *ids;

  if (from == NULL || count_buffers (from) != n_slots)
    return FALSE;
  ids = g_array_new (FALSE, FALSE, sizeof (gint64));
  to.slots = g_new (GstSavantBatchSlot, n_slots);
  for (gsize i = 0; i < from->n_streams; i++) {
    const SvAnalyticsStream *stream = &from->streams[i];

    for (gsize k = 0; k < stream->n_objects; k++)
      if (GST_IS_BUFFER (stream->objects[k]))
        read_slot (stream, GST_BUFFER_CAST (stream->objects[k]),
            &to.slots[to.n_slots++], ids);
  }
  to.n_ids = ids->len;
  to.ids = (gint64 *) ids->data;
  gst_buffer_set_savant_batch_meta (batch, &to);
  g_free (to.slots);
  g_array_unref (ids);
  return TRUE;
}

/* The buffer that stands for a slot: as many of its pad come before it. */
static GstBuffer *
find_object (const SvAnalyticsBatchMeta *from, const GstSavantBatchMeta *meta,
    guint slot)
{
  guint index = meta->slots[slot].pad_index, before = 0;
  const SvAnalyticsStream *stream;

  if (index >= from->n_streams)
    return NULL;
  for (guint i = 0; i < slot; i++)
    before += meta->slots[i].pad_index == index;
  stream = &from->streams[index];
  for (gsize k = 0; k < stream->n_objects; k++)
    if (GST_IS_BUFFER (stream->objects[k]) && before-- == 0)
      return GST_BUFFER_CAST (stream->objects[k]);
  return NULL;
}

static gboolean
is_result (const GstMetaInfo *info)
{
  const gchar *name = g_type_name (info->api);

  return strcmp (name, "GstAnalyticsRelationMetaAPI") == 0
      || strcmp (name, "GstTensorMetaAPI") == 0;
}

void
sv_analytics_copy_results (GstBuffer *batch, const GstSavantBatchMeta *meta,
    guint slot, GstBuffer *view)
{
  const SvAnalyticsBatchMeta *from = sv_analytics_get (batch);
  GstMetaTransformCopy copy = { .region = FALSE, .offset = 0, .size = -1 };
  gpointer state = NULL;
  GstBuffer *object;
  GstMeta *result;

  object = from != NULL ? find_object (from, meta, slot) : NULL;
  while (object != NULL
      && (result = gst_buffer_iterate_meta (object, &state)) != NULL)
    if (is_result (result->info) && result->info->transform_func != NULL)
      result->info->transform_func (view, result, object,
          _gst_meta_transform_copy, &copy);
}
