/* SPDX-License-Identifier: Apache-2.0 */
#include "batchdsmeta.h"

#include "dsmeta.h"
#include "gstsavantbatch.h"
#include "plugin.h"
#include "streamevent.h"

#define GST_CAT_DEFAULT gst_savant_debug

/* From 1900, which NTP counts from, to 1970. */
#define NTP_TO_UNIX (2208988800 * GST_SECOND)

/* A source that downstream knows. */
typedef struct Stream
{
  guint pad_index;
  gboolean added;
  gboolean ended;
  gint frame_num;   /* of the last frame, -1 = none */
  guint64 sequence; /* of the batch that it was in */
  GstSegment segment;
  gchar *stream_id;
  gboolean started; /* and that was told */
  gint source_width;
  gint source_height;
  gint fps_n;
  gint fps_d;
  gboolean caps_told;
  gint width; /* that was told */
  gint height;
} Stream;

struct SvDsStreams
{
  const SvDsMetaCalls *ds;
  gboolean pools_grow;
  GHashTable *streams; /* by the number of the pad */
};

static void
stream_free (gpointer data)
{
  g_free (((Stream *) data)->stream_id);
  g_free (data);
}

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
      g_hash_table_new_full (g_direct_hash, g_direct_equal, NULL, stream_free);
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
find (SvDsStreams *self, guint pad_index)
{
  Stream *stream =
      g_hash_table_lookup (self->streams, GUINT_TO_POINTER (pad_index));

  if (stream == NULL) {
    stream = g_new0 (Stream, 1);
    stream->pad_index = pad_index;
    stream->frame_num = -1;
    g_hash_table_insert (self->streams, GUINT_TO_POINTER (pad_index), stream);
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
tell_start (SvDsStreams *self, GstPad *srcpad, Stream *stream)
{
  if (stream->started || stream->stream_id == NULL
      || self->ds->stream_start == NULL)
    return;
  stream->started = TRUE;
  push (srcpad, self->ds->stream_start (stream->pad_index, stream->stream_id));
}

/* nvstreamdemux gives a stream its caps by this event alone, and drops frames
 * of streams without. */
static void
tell_caps (SvDsStreams *self, GstPad *srcpad, Stream *stream,
    const SvDsBatch *batch)
{
  gint width = batch->width > 0 ? batch->width : stream->source_width;
  gint height = batch->width > 0 ? batch->height : stream->source_height;
  GstStructure *caps;

  if (self->ds->update_caps == NULL || width < 1
      || (stream->caps_told && stream->width == width
          && stream->height == height))
    return;
  stream->caps_told = TRUE;
  stream->width = width;
  stream->height = height;
  caps = gst_structure_new_empty ("video/x-raw");
  if (stream->fps_d > 0)
    gst_structure_set (caps, "framerate", GST_TYPE_FRACTION, stream->fps_n,
        stream->fps_d, NULL);
  push (srcpad,
      self->ds->update_caps (stream->pad_index, (guint) width, (guint) height,
          caps, stream->stream_id, FALSE));
  gst_structure_free (caps);
}

static void
announce (SvDsStreams *self, GstPad *srcpad, Stream *stream,
    const GstSegment *segment, const SvDsBatch *batch)
{
  gboolean anew = !stream->added || stream->ended;

  if (!stream->added)
    push (srcpad, self->ds->pad_added (stream->pad_index));
  stream->added = TRUE;
  stream->ended = FALSE;
  tell_start (self, srcpad, stream);
  tell_caps (self, srcpad, stream, batch);
  if (!anew && gst_segment_is_equal (&stream->segment, segment))
    return;
  gst_segment_copy_into (segment, &stream->segment);
  push (srcpad, self->ds->stream_segment (stream->pad_index, &stream->segment));
}

/* Applications wait for the message, which the sink posts once it comes to the
 * end of the stream. */
static void
tell_end (SvDsStreams *self, GstPad *srcpad, Stream *stream)
{
  GstMessage *message = self->ds->eos_message != NULL
      ? self->ds->eos_message (GST_OBJECT_PARENT (srcpad), stream->pad_index)
      : NULL;

  if (message != NULL) {
    push (srcpad, gst_event_new_sink_message ("stream-eos", message));
    gst_message_unref (message);
  }
  push (srcpad, self->ds->stream_eos (stream->pad_index));
}

static void
end (SvDsStreams *self, GstPad *srcpad, Stream *stream)
{
  if (stream->added && !stream->ended)
    tell_end (self, srcpad, stream);
  stream->ended = TRUE;
}

static void
see_start (Stream *stream, GstEvent *event)
{
  const gchar *stream_id;

  gst_event_parse_stream_start (event, &stream_id);
  g_free (stream->stream_id);
  stream->stream_id = g_strdup (stream_id);
  stream->started = FALSE;
}

static void
see_caps (Stream *stream, GstEvent *event)
{
  const GstStructure *s;
  GstCaps *caps;

  gst_event_parse_caps (event, &caps);
  s = gst_caps_get_structure (caps, 0);
  stream->caps_told = FALSE;
  stream->fps_d = 0;
  gst_structure_get_fraction (s, "framerate", &stream->fps_n, &stream->fps_d);
  stream->source_width = stream->source_height = 0;
  gst_structure_get_int (s, "width", &stream->source_width);
  gst_structure_get_int (s, "height", &stream->source_height);
}

/* Of a stream that downstream may know. */
static void
see_known (SvDsStreams *self, GstPad *srcpad, Stream *stream, GstEvent *event)
{
  gboolean gone = sv_is_stream_gone_event (event);

  if (gone || GST_EVENT_TYPE (event) == GST_EVENT_EOS)
    end (self, srcpad, stream);
  else if (sv_ds_is_reset_event (event) && stream->added
      && self->ds->stream_reset != NULL)
    push (srcpad, self->ds->stream_reset (stream->pad_index));
  if (gone && stream->added)
    push (srcpad, self->ds->pad_deleted (stream->pad_index));
  if (gone)
    g_hash_table_remove (self->streams, GUINT_TO_POINTER (stream->pad_index));
}

void
sv_ds_streams_event (SvDsStreams *self, GstPad *srcpad, guint pad_index,
    GstEvent *event)
{
  Stream *stream;

  if (self == NULL)
    return;
  if (GST_EVENT_TYPE (event) == GST_EVENT_STREAM_START) {
    see_start (find (self, pad_index), event);
  } else if (GST_EVENT_TYPE (event) == GST_EVENT_CAPS) {
    see_caps (find (self, pad_index), event);
  } else {
    stream = g_hash_table_lookup (self->streams, GUINT_TO_POINTER (pad_index));
    if (stream != NULL)
      see_known (self, srcpad, stream, event);
  }
}

/* ---- Metadata ----------------------------------------------------------- */

/* Wall clock time since 1970 that the sender has given the frame, as
 * rtpjitterbuffer notes it down; 0: none. */
static guint64
sender_time (GstBuffer *frame)
{
  static const gchar *const kinds[] = { "timestamp/x-ntp", "timestamp/x-unix" };
  guint64 time = 0;

  /* Most frames have no such meta at all. */
  if (gst_buffer_get_reference_timestamp_meta (frame, NULL) == NULL)
    return 0;
  for (guint i = 0; time == 0 && i < 2; i++) {
    GstCaps *caps = gst_caps_new_empty_simple (kinds[i]);
    const GstReferenceTimestampMeta *meta =
        gst_buffer_get_reference_timestamp_meta (frame, caps);

    if (meta != NULL)
      time = meta->timestamp;
    gst_caps_unref (caps);
    if (i == 0)
      time = time > NTP_TO_UNIX ? time - NTP_TO_UNIX : 0;
  }
  return time;
}

/* What the sender of the frames says, else when they came, both as wall
 * clock time. */
static guint64
ntp_time (const GstSavantBatchSlot *slot, GstBuffer *source)
{
  guint64 now, mono, sent = sender_time (source);

  if (sent > 0)
    return sent;
  now = (guint64) g_get_real_time () * 1000;
  mono = (guint64) g_get_monotonic_time () * 1000;
  if (!GST_CLOCK_TIME_IS_VALID (slot->arrival_ns) || slot->arrival_ns > mono)
    return now;
  return now - (mono - slot->arrival_ns);
}

static void
fill (SvDsFrameMeta *frame, const GstSavantBatchSlot *slot, guint at,
    Stream *stream, guint64 sequence, GstBuffer *source)
{
  /* Several slots of one batch are parts of one frame. */
  if (stream->frame_num < 0 || stream->sequence != sequence)
    stream->frame_num++;
  stream->sequence = sequence;
  frame->pad_index = slot->pad_index;
  frame->batch_id = at;
  frame->frame_num = stream->frame_num;
  frame->pts = slot->pts;
  frame->ntp = ntp_time (slot, source);
  frame->source_id = slot->source_id;
  frame->surfaces_per_frame = 1;
  frame->surface_type = 0;
  frame->surface_index = 0;
}

/* Metadata of a batch, with pools for `pool_frames`; NULL: they are too small,
 * or there is no memory. */
static SvDsBatchMeta *
make (SvDsStreams *self, const SvDsBatch *batch, const GstSavantBatchMeta *from,
    guint max_frames, guint pool_frames)
{
  const SvDsMetaCalls *ds = self->ds;
  const GstSavantTransformMeta *transform =
      gst_buffer_get_savant_transform_meta (batch->buffer);
  SvDsBatchMeta *meta = ds->create (pool_frames);

  if (meta == NULL)
    return NULL;
  /* The library leaves these to its caller; a copy needs them. */
  meta->base.batch_meta = meta;
  meta->base.copy_func = (gpointer) ds->copy;
  meta->base.release_func = (gpointer) ds->release;
  meta->max_frames = max_frames;
  for (guint i = 0; i < from->n_slots; i++) {
    const GstSavantBatchSlot *slot = &from->slots[i];
    SvDsFrameMeta *frame = ds->acquire_frame (meta);

    if (frame == NULL) {
      ds->release (meta, NULL);
      return NULL;
    }
    fill (frame, slot, i, find (self, slot->pad_index), from->sequence,
        batch->pictures[i].frame->buffer);
    if (transform != NULL && i < transform->n_slots) {
      frame->source_width = (guint32) transform->slots[i].source_width;
      frame->source_height = (guint32) transform->slots[i].source_height;
    }
    ds->add_frame (meta, frame);
  }
  return meta;
}

/* Pools are made anew for every batch, with room for objects, labels and
 * classifiers of all its frames, and grow where they are too small: those for
 * one frame cost a fraction. */
static void
attach (SvDsStreams *self, const SvDsBatch *batch,
    const GstSavantBatchMeta *from)
{
  guint max_frames = MAX (batch->max_frames, from->n_slots);
  const SvDsMetaCalls *ds = self->ds;
  SvDsBatchMeta *meta = NULL;
  SvDsGstMeta *carrier;

  if (self->pools_grow)
    meta = make (self, batch, from, max_frames, 1);
  if (meta == NULL && from->n_slots > 1)
    self->pools_grow = FALSE;
  if (meta == NULL)
    meta = make (self, batch, from, max_frames, max_frames);
  if (meta == NULL) {
    GST_WARNING ("libnvds_meta.so makes no metadata of a batch of %u frames",
        from->n_slots);
    return;
  }
  carrier = ds->attach (batch->buffer, meta, NULL, (gpointer) ds->copy,
      (gpointer) ds->release);
  if (carrier != NULL)
    carrier->type = SV_DS_META_BATCH;
}

void
sv_ds_streams_batch (SvDsStreams *self, GstPad *srcpad, const SvDsBatch *batch)
{
  const GstSavantBatchMeta *from;

  if (self == NULL)
    return;
  from = gst_buffer_get_savant_batch_meta (batch->buffer);
  if (from == NULL)
    return;
  for (guint i = 0; i < from->n_slots; i++) {
    const GstSavantBatchSlot *slot = &from->slots[i];

    announce (self, srcpad, find (self, slot->pad_index), &slot->segment,
        batch);
  }
  attach (self, batch, from);
}

/* ---- Queries ------------------------------------------------------------ */

gboolean
sv_ds_answer_query (GstQuery *query, guint batch_size, guint n_streams)
{
  const SvDsMetaCalls *ds = sv_ds_meta ();

  if (ds == NULL)
    return FALSE;
  if (ds->is_batch_size (query)) {
    ds->set_batch_size (query, batch_size);
    return TRUE;
  }
  if (ds->is_num_streams == NULL || ds->set_num_streams == NULL
      || !ds->is_num_streams (query))
    return FALSE;
  ds->set_num_streams (query, n_streams);
  return TRUE;
}

gboolean
sv_ds_asks_source (GstQuery *query, guint *pad_index)
{
  const SvDsMetaCalls *ds = sv_ds_meta ();

  return ds != NULL && ds->is_uri != NULL && ds->parse_uri != NULL
      && ds->is_uri (query) && ds->parse_uri (query, pad_index);
}
