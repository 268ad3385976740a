/* SPDX-License-Identifier: Apache-2.0 */
#include "dsmeta.h"
#include "gstsavantunbatch.h"
#include "plugin.h"
#include "streamevent.h"

#define GST_CAT_DEFAULT gst_savant_debug

/* ---- Streams ------------------------------------------------------------ */

static void
forget_stream (SvStream *stream)
{
  gst_clear_event (&stream->stream_start);
  gst_clear_event (&stream->segment);
  gst_clear_caps (&stream->caps);
  gst_clear_event (&stream->gap);
  g_list_free_full (stream->others, (GDestroyNotify) gst_event_unref);
  stream->others = NULL;
  stream->ended = FALSE;
  stream->caps_serial++;
}

void
sv_stream_free (gpointer stream)
{
  forget_stream (stream);
  g_free (stream);
}

SvStream *
sv_unbatch_stream (GstSavantUnbatch *self, guint source_id)
{
  gpointer key = GUINT_TO_POINTER (source_id);
  SvStream *stream = g_hash_table_lookup (self->streams, key);

  if (stream != NULL)
    return stream;
  stream = g_new0 (SvStream, 1);
  stream->source_id = source_id;
  g_hash_table_insert (self->streams, key, stream);
  return stream;
}

/* ---- To the pads -------------------------------------------------------- */

void
sv_unbatch_push_start (GstSavantUnbatchPad *pad, SvStream *stream)
{
  if (pad->started)
    return;
  if (stream->stream_start == NULL) {
    gchar *id = g_strdup_printf ("savantunbatch/%08x%08x/%u", g_random_int (),
        g_random_int (), pad->source_id);

    stream->stream_start = gst_event_new_stream_start (id);
    g_free (id);
  }
  pad->started = TRUE;
  pad->has_caps = pad->has_segment = pad->ended = FALSE;
  gst_pad_push_event (GST_PAD (pad), gst_event_ref (stream->stream_start));
}

void
sv_unbatch_push_sticky (GstSavantUnbatchPad *pad, SvStream *stream)
{
  if (pad->has_segment)
    return;
  if (stream->segment == NULL) {
    GstSegment segment;

    gst_segment_init (&segment, GST_FORMAT_TIME);
    stream->segment = gst_event_new_segment (&segment);
  }
  pad->has_segment = TRUE;
  gst_pad_push_event (GST_PAD (pad), gst_event_ref (stream->segment));
  for (GList *l = stream->others; l != NULL; l = l->next)
    gst_pad_push_event (GST_PAD (pad), gst_event_ref (l->data));
}

static void
push_eos (GstSavantUnbatch *self, GstSavantUnbatchPad *pad, GstEvent *event)
{
  if (pad->ended)
    return;
  sv_unbatch_push_start (pad, sv_unbatch_stream (self, pad->source_id));
  pad->ended = pad->had_eos = TRUE;
  gst_pad_push_event (GST_PAD (pad), gst_event_ref (event));
}

void
sv_unbatch_catch_up (GstSavantUnbatch *self)
{
  gboolean new_pads;
  GList *pads;

  pthread_mutex_lock (&self->lock);
  new_pads = self->new_pads;
  self->new_pads = FALSE;
  pthread_mutex_unlock (&self->lock);
  if (!new_pads)
    return;
  pads = sv_unbatch_list_pads (self);
  for (GList *l = pads; l != NULL; l = l->next) {
    GstSavantUnbatchPad *pad = l->data;
    SvStream *stream =
        g_hash_table_lookup (self->streams, GUINT_TO_POINTER (pad->source_id));

    if (stream == NULL || pad->started || sv_unbatch_waits (self, pad))
      continue;
    if (stream->stream_start != NULL)
      sv_unbatch_push_start (pad, stream);
    if (stream->ended) {
      GstEvent *eos = gst_event_new_eos ();

      push_eos (self, pad, eos);
      gst_event_unref (eos);
    }
  }
  g_list_free_full (pads, gst_object_unref);
}

void
sv_unbatch_push_gaps (GstSavantUnbatch *self)
{
  GList *pads;

  if (!self->has_gaps || !self->has_sample)
    return;
  self->has_gaps = FALSE;
  pads = sv_unbatch_list_pads (self);
  for (GList *l = pads; l != NULL; l = l->next) {
    GstSavantUnbatchPad *pad = l->data;
    SvStream *stream =
        g_hash_table_lookup (self->streams, GUINT_TO_POINTER (pad->source_id));

    if (stream == NULL || stream->gap == NULL)
      continue;
    if (!pad->has_segment && !stream->ended
        && sv_unbatch_begin_gap (self, pad, stream))
      gst_pad_push_event (GST_PAD (pad), gst_event_ref (stream->gap));
    gst_clear_event (&stream->gap);
  }
  g_list_free_full (pads, gst_object_unref);
}

static void
push_to_all (GstSavantUnbatch *self, GstEvent *event)
{
  GList *pads = sv_unbatch_list_pads (self);

  for (GList *l = pads; l != NULL; l = l->next)
    gst_pad_push_event (l->data, gst_event_ref (event));
  g_list_free_full (pads, gst_object_unref);
}

/* ---- One stream's events ------------------------------------------------ */

static void
begin_stream (SvStream *stream, GstSavantUnbatchPad *pad, GstEvent *event)
{
  forget_stream (stream);
  stream->stream_start = gst_event_ref (event);
  if (pad == NULL)
    return;
  pad->started = FALSE;
  sv_unbatch_push_start (pad, stream);
}

/* Sticky events that were pushed while the pad flushed are lost. */
static void
after_flush (GstSavantUnbatch *self, GstSavantUnbatchPad *pad)
{
  const SvStream *stream =
      g_hash_table_lookup (self->streams, GUINT_TO_POINTER (pad->source_id));
  GstEvent *start =
      gst_pad_get_sticky_event (GST_PAD (pad), GST_EVENT_STREAM_START, 0);

  pad->started =
      stream != NULL && start != NULL && start == stream->stream_start;
  pad->has_caps = pad->has_segment = pad->ended = pad->had_eos = FALSE;
  gst_clear_event (&start);
}

/* A flush of the one stream, which began out of order, ends in order; one that
 * has begun meanwhile goes on. */
static void
end_flush (GstSavantUnbatch *self, GstSavantUnbatchPad *pad, GstEvent *event,
    guint serial)
{
  gboolean flushing;

  pthread_mutex_lock (&self->lock);
  flushing = pad->flushing && pad->flush_serial == serial;
  if (flushing)
    pad->flushing = FALSE;
  pthread_mutex_unlock (&self->lock);
  if (!flushing)
    return;
  gst_pad_push_event (GST_PAD (pad), gst_event_ref (event));
  after_flush (self, pad);
}

/* As a pad's own sticky events: of kinds that there may be several of, those
 * with one name replace one another. */
static gboolean
replaces (GstEvent *event, GstEvent *old)
{
  const GstStructure *s = gst_event_get_structure (event);

  if (GST_EVENT_TYPE (old) != GST_EVENT_TYPE (event))
    return FALSE;
  return (GST_EVENT_TYPE (event) & GST_EVENT_TYPE_STICKY_MULTI) == 0
      || s == NULL || gst_event_has_name (old, gst_structure_get_name (s));
}

static void
keep_other (SvStream *stream, GstEvent *event)
{
  for (GList *l = stream->others, *next; l != NULL; l = next) {
    next = l->next;
    if (replaces (event, l->data)) {
      gst_event_unref (l->data);
      stream->others = g_list_delete_link (stream->others, l);
    }
  }
  stream->others = g_list_append (stream->others, gst_event_ref (event));
}

static void
take_stream_event (GstSavantUnbatch *self, SvStream *stream,
    GstSavantUnbatchPad *pad, GstEvent *event, guint flush_serial)
{
  GstCaps *caps;

  switch (GST_EVENT_TYPE (event)) {
    case GST_EVENT_STREAM_START:
      begin_stream (stream, pad, event);
      return;
    case GST_EVENT_CAPS:
      gst_event_parse_caps (event, &caps);
      gst_caps_replace (&stream->caps, caps);
      stream->caps_serial++;
      return;
    case GST_EVENT_SEGMENT:
      gst_event_replace (&stream->segment, event);
      break;
    case GST_EVENT_EOS:
      stream->ended = TRUE;
      if (pad != NULL)
        push_eos (self, pad, event);
      return;
    case GST_EVENT_FLUSH_STOP:
      stream->ended = FALSE;
      gst_clear_event (&stream->segment);
      if (pad != NULL)
        end_flush (self, pad, event, flush_serial);
      return;
    default:
      if (GST_EVENT_IS_STICKY (event))
        keep_other (stream, event);
      break;
  }
  if (pad != NULL && GST_EVENT_TYPE (event) == GST_EVENT_GAP
      && !sv_unbatch_begin_gap (self, pad, stream)) {
    gst_event_replace (&stream->gap, event);
    self->has_gaps = TRUE;
  }
  /* Before the first frame and its caps they are only kept. */
  if (pad != NULL && pad->has_segment)
    gst_pad_push_event (GST_PAD (pad), gst_event_ref (event));
}

static void
begin_flush (GstSavantUnbatch *self, GstSavantUnbatchPad *pad, GstEvent *event,
    guint serial)
{
  pthread_mutex_lock (&self->lock);
  pad->flushing = TRUE;
  pad->flush_serial = serial;
  pthread_mutex_unlock (&self->lock);
  gst_pad_push_event (GST_PAD (pad), gst_event_ref (event));
}

/* A source is gone; `passed` where the last of it has come. */
static void
count_gone (GstSavantUnbatch *self, guint source_id, gboolean passed)
{
  gpointer key = GUINT_TO_POINTER (source_id);
  GstSavantUnbatchPad *pad;
  gint n;

  pthread_mutex_lock (&self->lock);
  n = GPOINTER_TO_INT (g_hash_table_lookup (self->gone, key))
      + (passed ? -1 : 1);
  if (n > 0)
    g_hash_table_insert (self->gone, key, GINT_TO_POINTER (n));
  else
    g_hash_table_remove (self->gone, key);
  pad = g_hash_table_lookup (self->pads, key);
  if (passed && pad != NULL && pad->waits > 0)
    pad->waits--;
  pthread_mutex_unlock (&self->lock);
}

/* The pad that gets the events of a source, referenced, or NULL. */
static GstSavantUnbatchPad *
pad_of_events (GstSavantUnbatch *self, guint source_id)
{
  GstSavantUnbatchPad *pad = sv_unbatch_find_pad (self, source_id);

  if (pad != NULL && sv_unbatch_waits (self, pad))
    g_clear_pointer (&pad, gst_object_unref);
  return pad;
}

/* FALSE where it is no event of a stream. */
static gboolean
unwrap (GstSavantUnbatch *self, GstEvent *event)
{
  GstSavantUnbatchPad *pad;
  GstEvent *inner;
  guint source_id;

  if (!sv_stream_event_parse (event, &source_id, NULL, &inner))
    return FALSE;
  if (sv_is_stream_gone_event (inner)) {
    if (GST_EVENT_IS_SERIALIZED (event))
      g_hash_table_remove (self->streams, GUINT_TO_POINTER (source_id));
    count_gone (self, source_id, GST_EVENT_IS_SERIALIZED (event));
    return TRUE;
  }
  pad = pad_of_events (self, source_id);
  if (GST_EVENT_IS_SERIALIZED (event)) {
    sv_unbatch_catch_up (self);
    take_stream_event (self, sv_unbatch_stream (self, source_id), pad, inner,
        sv_stream_event_get_flush (event));
  } else if (pad != NULL && GST_EVENT_TYPE (inner) == GST_EVENT_FLUSH_START) {
    begin_flush (self, pad, inner, sv_stream_event_get_flush (event));
  }
  g_clear_pointer (&pad, gst_object_unref);
  return TRUE;
}

/* ---- The sink pad ------------------------------------------------------- */

static gboolean
take_caps (GstSavantUnbatch *self, GstEvent *event)
{
  GstCaps *caps;

  gst_event_parse_caps (event, &caps);
  self->analytics = gst_structure_has_name (gst_caps_get_structure (caps, 0),
      "multistream/x-analytics-batch");
  if (self->analytics)
    return TRUE;
  if (!gst_savant_frame_info_from_caps (&self->info, caps)) {
    GST_ELEMENT_ERROR (self, STREAM, FORMAT,
        ("Input caps cannot be used: %s", savant_last_error ()),
        ("caps %" GST_PTR_FORMAT, caps));
    return FALSE;
  }
  gst_caps_replace (&self->caps, caps);
  for (GList *pads = sv_unbatch_list_pads (self), *l = pads;; l = l->next) {
    if (l == NULL) {
      g_list_free_full (pads, gst_object_unref);
      break;
    }
    ((GstSavantUnbatchPad *) l->data)->has_caps = FALSE;
  }
  return TRUE;
}

static void
end_all (GstSavantUnbatch *self, GstEvent *event)
{
  GList *pads;

  sv_unbatch_catch_up (self);
  pads = sv_unbatch_list_pads (self);
  for (GList *l = pads; l != NULL; l = l->next)
    push_eos (self, l->data, event);
  g_list_free_full (pads, gst_object_unref);
}

static void
end_flush_of_all (GstSavantUnbatch *self)
{
  GList *pads = sv_unbatch_list_pads (self);

  pthread_mutex_lock (&self->lock);
  gst_flow_combiner_reset (self->combiner);
  /* The second of its events may have been lost on the way. */
  g_hash_table_remove_all (self->gone);
  for (GList *l = pads; l != NULL; l = l->next) {
    ((GstSavantUnbatchPad *) l->data)->flushing = FALSE;
    ((GstSavantUnbatchPad *) l->data)->waits = 0;
  }
  pthread_mutex_unlock (&self->lock);
  for (GList *l = pads; l != NULL; l = l->next)
    after_flush (self, l->data);
  g_list_free_full (pads, gst_object_unref);
}

gboolean
sv_unbatch_sink_event (GstPad *sinkpad, GstObject *parent, GstEvent *event)
{
  GstSavantUnbatch *self = GST_SAVANT_UNBATCH (parent);
  gboolean handled = TRUE;

  (void) sinkpad;
  switch (GST_EVENT_TYPE (event)) {
    case GST_EVENT_CAPS:
      handled = take_caps (self, event);
      break;
    case GST_EVENT_STREAM_START:
    case GST_EVENT_SEGMENT:
    case GST_EVENT_TAG:
    case GST_EVENT_GAP:
      break; /* the streams have their own */
    case GST_EVENT_EOS:
      end_all (self, event);
      break;
    case GST_EVENT_FLUSH_STOP:
      push_to_all (self, event);
      end_flush_of_all (self);
      break;
    default:
      /* Of a batch: savant-stream-event says the same to the right pad. */
      if (!sv_ds_is_stream_event (event) && !unwrap (self, event))
        push_to_all (self, event);
      break;
  }
  gst_event_unref (event);
  return handled;
}

/* ---- The src pads ------------------------------------------------------- */

static gboolean
is_flushing_seek (GstEvent *event)
{
  GstSeekFlags flags;

  if (GST_EVENT_TYPE (event) != GST_EVENT_SEEK)
    return FALSE;
  gst_event_parse_seek (event, NULL, NULL, &flags, NULL, NULL, NULL, NULL);
  return (flags & GST_SEEK_FLAG_FLUSH) != 0;
}

/* A seek of a whole pipeline comes to every pad that leads to a sink. */
static gboolean
expects_more_seeks (GstSavantUnbatch *self, GstSavantUnbatchPad *pad,
    guint32 seqnum)
{
  GList *pads = sv_unbatch_list_pads (self);
  gboolean more = FALSE;

  pthread_mutex_lock (&self->lock);
  for (GList *l = pads; l != NULL; l = l->next)
    if (seqnum != self->seek_seqnum)
      ((GstSavantUnbatchPad *) l->data)->seeked = FALSE;
  self->seek_seqnum = seqnum;
  pad->seeked = TRUE;
  for (GList *l = pads; l != NULL; l = l->next)
    more |= !((GstSavantUnbatchPad *) l->data)->seeked
        && gst_pad_is_linked (l->data);
  pthread_mutex_unlock (&self->lock);
  g_list_free_full (pads, gst_object_unref);
  return more;
}

gboolean
sv_unbatch_src_event (GstPad *gstpad, GstObject *parent, GstEvent *event)
{
  GstSavantUnbatch *self = GST_SAVANT_UNBATCH (parent);
  GstSavantUnbatchPad *pad = (GstSavantUnbatchPad *) gstpad;
  GstEvent *wrapped;

  /* The pad has it noted; the source has no part in these caps. */
  if (GST_EVENT_TYPE (event) == GST_EVENT_RECONFIGURE) {
    gst_event_unref (event);
    return TRUE;
  }
  wrapped = sv_stream_event_new (GST_EVENT_CUSTOM_UPSTREAM, pad->source_id, 0,
      gst_event_ref (event));
  if (is_flushing_seek (event))
    sv_stream_event_set_more_seeks (wrapped,
        expects_more_seeks (self, pad, gst_event_get_seqnum (event)));
  gst_event_unref (event);
  return gst_pad_push_event (self->sinkpad, wrapped);
}
