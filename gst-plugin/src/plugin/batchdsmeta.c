/* SPDX-License-Identifier: Apache-2.0 */
#include "batchdsmeta.h"

#include <pthread.h>

#include "dsmeta.h"
#include "plugin.h"

#define GST_CAT_DEFAULT gst_savant_debug

/* A source that downstream knows. */
typedef struct Stream
{
  guint source_id;
  gboolean added; /* and not deleted since */
  gboolean ended;
  gboolean released;
  gint frame_num;   /* of the last frame, -1 = none */
  guint64 sequence; /* of the batch that it was in */
  GstSegment segment;
} Stream;

struct SvDsStreams
{
  const SvDsMetaCalls *ds;
  pthread_mutex_t lock; /* guards the table and `released` */
  GHashTable *streams;  /* by source id */
  gint n_released;      /* atomic, of the table */
};

SvDsStreams *
sv_ds_streams_new (void)
{
  const SvDsMetaCalls *ds = sv_ds_meta ();
  SvDsStreams *self;

  if (ds == NULL)
    return NULL;
  self = g_new0 (SvDsStreams, 1);
  self->ds = ds;
  pthread_mutex_init (&self->lock, NULL);
  self->streams =
      g_hash_table_new_full (g_direct_hash, g_direct_equal, NULL, g_free);
  return self;
}

void
sv_ds_streams_free (SvDsStreams *self)
{
  if (self == NULL)
    return;
  g_hash_table_unref (self->streams);
  pthread_mutex_destroy (&self->lock);
  g_free (self);
}

/* Entries stay until the end: a source that comes back goes on. */
static Stream *
find (SvDsStreams *self, guint source_id)
{
  Stream *stream;

  pthread_mutex_lock (&self->lock);
  stream = g_hash_table_lookup (self->streams, GUINT_TO_POINTER (source_id));
  if (stream == NULL) {
    stream = g_new0 (Stream, 1);
    stream->source_id = source_id;
    stream->frame_num = -1;
    g_hash_table_insert (self->streams, GUINT_TO_POINTER (source_id), stream);
  }
  pthread_mutex_unlock (&self->lock);
  return stream;
}

/* ---- Events ------------------------------------------------------------- */

static void
push (GstPad *srcpad, GstEvent *event)
{
  if (event != NULL)
    gst_pad_push_event (srcpad, event);
}

static void
announce (SvDsStreams *self, GstPad *srcpad, Stream *stream,
    const GstSegment *segment)
{
  gboolean anew = !stream->added || stream->ended;

  if (!stream->added)
    push (srcpad, self->ds->pad_added (stream->source_id));
  stream->added = TRUE;
  stream->ended = FALSE;
  if (!anew && gst_segment_is_equal (&stream->segment, segment))
    return;
  gst_segment_copy_into (segment, &stream->segment);
  push (srcpad,
      self->ds->stream_segment (stream->source_id, &stream->segment));
}

static void
end (SvDsStreams *self, GstPad *srcpad, Stream *stream)
{
  if (stream->added && !stream->ended)
    push (srcpad, self->ds->stream_eos (stream->source_id));
  stream->ended = TRUE;
}

/* Frees nothing: the numbers of frames begin anew with the next pad. */
static void
delete (SvDsStreams *self, GstPad *srcpad, Stream *stream)
{
  if (stream->added) {
    end (self, srcpad, stream);
    push (srcpad, self->ds->pad_deleted (stream->source_id));
  }
  stream->added = FALSE;
  stream->ended = FALSE;
  stream->frame_num = -1;
}

static gboolean
take_released (SvDsStreams *self, Stream *stream)
{
  gboolean released;

  pthread_mutex_lock (&self->lock);
  released = stream->released;
  stream->released = FALSE;
  pthread_mutex_unlock (&self->lock);
  if (released)
    g_atomic_int_add (&self->n_released, -1);
  return released;
}

void
sv_ds_streams_event (SvDsStreams *self, GstPad *srcpad, guint source_id,
    GstEventType type)
{
  if (self == NULL)
    return;
  /* A stream that starts is never that of the pad that was released. */
  if (type == GST_EVENT_STREAM_START) {
    Stream *stream = find (self, source_id);

    if (take_released (self, stream))
      delete (self, srcpad, stream);
  } else if (type == GST_EVENT_EOS) {
    end (self, srcpad, find (self, source_id));
  }
}

void
sv_ds_streams_released (SvDsStreams *self, guint source_id)
{
  Stream *stream;

  if (self == NULL)
    return;
  stream = find (self, source_id);
  pthread_mutex_lock (&self->lock);
  if (!stream->released)
    g_atomic_int_inc (&self->n_released);
  stream->released = TRUE;
  pthread_mutex_unlock (&self->lock);
}

static Stream *
first_released (SvDsStreams *self)
{
  Stream *stream = NULL;
  GHashTableIter iter;
  gpointer value;

  pthread_mutex_lock (&self->lock);
  g_hash_table_iter_init (&iter, self->streams);
  while (stream == NULL && g_hash_table_iter_next (&iter, NULL, &value))
    if (((Stream *) value)->released)
      stream = value;
  pthread_mutex_unlock (&self->lock);
  return stream;
}

void
sv_ds_streams_sweep (SvDsStreams *self, GstPad *srcpad)
{
  Stream *stream;

  if (self == NULL || g_atomic_int_get (&self->n_released) == 0)
    return;
  while ((stream = first_released (self)) != NULL)
    if (take_released (self, stream))
      delete (self, srcpad, stream);
}

/* ---- Metadata ----------------------------------------------------------- */

/* What the sender of the frames says, else when they came, both as wall
 * clock time. */
static guint64
ntp_time (const GstSavantBatchSlot *slot)
{
  guint64 now = (guint64) g_get_real_time () * 1000;
  guint64 mono = (guint64) g_get_monotonic_time () * 1000;

  if (!GST_CLOCK_TIME_IS_VALID (slot->arrival_ns) || slot->arrival_ns > mono)
    return now;
  return now - (mono - slot->arrival_ns);
}

static void
fill (SvDsFrameMeta *frame, const GstSavantBatchSlot *slot, guint at,
    Stream *stream, guint64 sequence, const GstSavantGeometry *geometry)
{
  /* Several slots of one batch are parts of one frame. */
  if (stream->frame_num < 0 || stream->sequence != sequence)
    stream->frame_num++;
  stream->sequence = sequence;
  frame->pad_index = slot->pad_index;
  frame->batch_id = at;
  frame->frame_num = stream->frame_num;
  frame->pts = slot->pts;
  frame->ntp = ntp_time (slot);
  frame->source_id = slot->source_id;
  frame->surfaces_per_frame = 1;
  frame->surface_type = 0;
  frame->surface_index = 0;
  if (geometry != NULL) {
    frame->source_width = (guint32) geometry->source_width;
    frame->source_height = (guint32) geometry->source_height;
  }
}

static void
attach (SvDsStreams *self, GstBuffer *buffer, const GstSavantBatchMeta *batch,
    guint max_frames)
{
  const SvDsMetaCalls *ds = self->ds;
  const GstSavantTransformMeta *transform =
      gst_buffer_get_savant_transform_meta (buffer);
  SvDsBatchMeta *meta = ds->create (MAX (max_frames, batch->n_slots));
  SvDsGstMeta *carrier;

  if (meta == NULL)
    return;
  /* The library leaves these to its caller; a copy needs them. */
  meta->base.batch_meta = meta;
  meta->base.copy_func = (gpointer) ds->copy;
  meta->base.release_func = (gpointer) ds->release;
  meta->max_frames = MAX (max_frames, batch->n_slots);
  for (guint i = 0; i < batch->n_slots; i++) {
    const GstSavantBatchSlot *slot = &batch->slots[i];
    SvDsFrameMeta *frame = ds->acquire_frame (meta);

    if (frame == NULL)
      break;
    fill (frame, slot, i, find (self, slot->source_id), batch->sequence,
        transform != NULL && i < transform->n_slots ? &transform->slots[i]
                                                    : NULL);
    ds->add_frame (meta, frame);
  }
  carrier = ds->attach (buffer, meta, NULL, (gpointer) ds->copy,
      (gpointer) ds->release);
  if (carrier != NULL)
    carrier->type = SV_DS_META_BATCH;
}

void
sv_ds_streams_batch (SvDsStreams *self, GstPad *srcpad, GstBuffer *buffer,
    guint max_frames)
{
  const GstSavantBatchMeta *batch;

  if (self == NULL)
    return;
  batch = gst_buffer_get_savant_batch_meta (buffer);
  if (batch == NULL)
    return;
  for (guint i = 0; i < batch->n_slots; i++) {
    const GstSavantBatchSlot *slot = &batch->slots[i];

    announce (self, srcpad, find (self, slot->source_id), &slot->segment);
  }
  attach (self, buffer, batch, max_frames);
}

gboolean
sv_ds_answer_batch_size (GstQuery *query, guint batch_size)
{
  const SvDsMetaCalls *ds = sv_ds_meta ();

  if (ds == NULL || !ds->is_batch_size (query))
    return FALSE;
  ds->set_batch_size (query, batch_size);
  return TRUE;
}
