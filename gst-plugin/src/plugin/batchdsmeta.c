/* SPDX-License-Identifier: Apache-2.0 */
#include "batchdsmeta.h"

#include "dsmeta.h"
#include "plugin.h"
#include "streamevent.h"

#define GST_CAT_DEFAULT gst_savant_debug

/* A source that downstream knows. */
typedef struct Stream
{
  guint source_id;
  gboolean added;
  gboolean ended;
  gint frame_num;   /* of the last frame, -1 = none */
  guint64 sequence; /* of the batch that it was in */
  GstSegment segment;
} Stream;

struct SvDsStreams
{
  const SvDsMetaCalls *ds;
  gboolean pools_grow;
  GHashTable *streams; /* by source id */
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
  self->pools_grow = TRUE;
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
  g_free (self);
}

static Stream *
find (SvDsStreams *self, guint source_id)
{
  Stream *stream =
      g_hash_table_lookup (self->streams, GUINT_TO_POINTER (source_id));

  if (stream == NULL) {
    stream = g_new0 (Stream, 1);
    stream->source_id = source_id;
    stream->frame_num = -1;
    g_hash_table_insert (self->streams, GUINT_TO_POINTER (source_id), stream);
  }
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
  push (srcpad, self->ds->stream_segment (stream->source_id, &stream->segment));
}

static void
end (SvDsStreams *self, GstPad *srcpad, Stream *stream)
{
  if (stream->added && !stream->ended)
    push (srcpad, self->ds->stream_eos (stream->source_id));
  stream->ended = TRUE;
}

void
sv_ds_streams_event (SvDsStreams *self, GstPad *srcpad, guint source_id,
    GstEvent *event)
{
  gboolean gone = sv_is_stream_gone_event (event);
  Stream *stream;

  if (self == NULL || (!gone && GST_EVENT_TYPE (event) != GST_EVENT_EOS))
    return;
  stream = g_hash_table_lookup (self->streams, GUINT_TO_POINTER (source_id));
  if (stream == NULL)
    return;
  end (self, srcpad, stream);
  if (!gone)
    return;
  push (srcpad, self->ds->pad_deleted (source_id));
  g_hash_table_remove (self->streams, GUINT_TO_POINTER (source_id));
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

/* Metadata of a batch, with pools for `pool_frames`; NULL: they are too small,
 * or there is no memory. */
static SvDsBatchMeta *
make (SvDsStreams *self, GstBuffer *buffer, const GstSavantBatchMeta *batch,
    guint max_frames, guint pool_frames)
{
  const SvDsMetaCalls *ds = self->ds;
  const GstSavantTransformMeta *transform =
      gst_buffer_get_savant_transform_meta (buffer);
  SvDsBatchMeta *meta = ds->create (pool_frames);

  if (meta == NULL)
    return NULL;
  /* The library leaves these to its caller; a copy needs them. */
  meta->base.batch_meta = meta;
  meta->base.copy_func = (gpointer) ds->copy;
  meta->base.release_func = (gpointer) ds->release;
  meta->max_frames = max_frames;
  for (guint i = 0; i < batch->n_slots; i++) {
    const GstSavantBatchSlot *slot = &batch->slots[i];
    SvDsFrameMeta *frame = ds->acquire_frame (meta);

    if (frame == NULL) {
      ds->release (meta, NULL);
      return NULL;
    }
    fill (frame, slot, i, find (self, slot->source_id), batch->sequence,
        transform != NULL && i < transform->n_slots ? &transform->slots[i]
                                                    : NULL);
    ds->add_frame (meta, frame);
  }
  return meta;
}

/* Pools are made anew for every batch, with room for objects, labels and
 * classifiers of all its frames, and grow where they are too small: those for
 * one frame cost a fraction. */
static void
attach (SvDsStreams *self, GstBuffer *buffer, const GstSavantBatchMeta *batch,
    guint max_frames)
{
  const SvDsMetaCalls *ds = self->ds;
  SvDsBatchMeta *meta = NULL;
  SvDsGstMeta *carrier;

  max_frames = MAX (max_frames, batch->n_slots);
  if (self->pools_grow)
    meta = make (self, buffer, batch, max_frames, 1);
  if (meta == NULL && batch->n_slots > 1)
    self->pools_grow = FALSE;
  if (meta == NULL)
    meta = make (self, buffer, batch, max_frames, max_frames);
  if (meta == NULL) {
    GST_WARNING ("libnvds_meta.so makes no metadata of a batch of %u frames",
        batch->n_slots);
    return;
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
