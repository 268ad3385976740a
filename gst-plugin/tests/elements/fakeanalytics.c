/* SPDX-License-Identifier: Apache-2.0 */

/* In place of GStreamer's analytics library, as far as its batch meta goes. It
 * checks what it is given whenever a meta is looked at, copied or freed, and
 * ends the process where that is wrong or a function is called that has no
 * business here. With OLD_LAYOUT it is that of the releases before 1.28, whose
 * meta nobody may touch. */

#include <stdio.h>
#include <stdlib.h>

#include <gst/gst.h>

#define EXPORT __attribute__ ((visibility ("default")))

#define REQUIRE(condition)                                                     \
  do {                                                                         \
    if (!(condition)) {                                                        \
      fprintf (stderr, "%s:%d: not %s\n", __FILE__, __LINE__, #condition);     \
      abort ();                                                                \
    }                                                                          \
  } while (0)

typedef struct Stream
{
  guint index;
  GstEvent **sticky_events;
  gsize n_sticky_events;
  GstMiniObject **objects;
  gsize n_objects;
  gpointer padding[GST_PADDING];
} Stream;

typedef struct BatchMeta
{
  GstMeta meta;
  Stream *streams;
  gsize n_streams;
} BatchMeta;

EXPORT GType gst_analytics_batch_meta_api_get_type (void);
EXPORT const GstMetaInfo *gst_analytics_batch_meta_get_info (void);
EXPORT BatchMeta *gst_buffer_add_analytics_batch_meta (GstBuffer *buffer);
EXPORT BatchMeta *gst_buffer_get_analytics_batch_meta (GstBuffer *buffer);

static void
check_stream (const Stream *stream, gsize place)
{
  REQUIRE (stream->index == place);
  REQUIRE ((stream->n_sticky_events == 0) || stream->sticky_events != NULL);
  REQUIRE ((stream->n_objects == 0) == (stream->objects == NULL));
  for (gsize i = 0; i < stream->n_sticky_events; i++) {
    REQUIRE (GST_IS_EVENT (stream->sticky_events[i]));
    REQUIRE (GST_EVENT_IS_STICKY (stream->sticky_events[i]));
    REQUIRE (i == 0
        || GST_EVENT_TYPE (stream->sticky_events[i - 1])
            < GST_EVENT_TYPE (stream->sticky_events[i]));
  }
  for (gsize i = 0; i < stream->n_objects; i++)
    REQUIRE (GST_IS_BUFFER (stream->objects[i])
        || GST_IS_BUFFER_LIST (stream->objects[i])
        || (GST_IS_EVENT (stream->objects[i])
            && GST_EVENT_IS_SERIALIZED (stream->objects[i])));
  for (guint i = 0; i < GST_PADDING; i++)
    REQUIRE (stream->padding[i] == NULL);
}

static void
check (const BatchMeta *meta)
{
  REQUIRE ((meta->n_streams == 0) || meta->streams != NULL);
  for (gsize i = 0; i < meta->n_streams; i++)
    check_stream (&meta->streams[i], i);
}

static gboolean
init (GstMeta *base, gpointer params, GstBuffer *buffer)
{
  BatchMeta *meta = (BatchMeta *) base;

  REQUIRE (params == NULL && GST_IS_BUFFER (buffer));
  meta->streams = NULL;
  meta->n_streams = 0;
  return TRUE;
}

static void
clear (GstMeta *base, GstBuffer *buffer)
{
  BatchMeta *meta = (BatchMeta *) base;

  (void) buffer;
  check (meta);
  for (gsize i = 0; i < meta->n_streams; i++) {
    Stream *stream = &meta->streams[i];

    for (gsize k = 0; k < stream->n_sticky_events; k++)
      gst_event_unref (stream->sticky_events[k]);
    for (gsize k = 0; k < stream->n_objects; k++)
      gst_mini_object_unref (stream->objects[k]);
    g_free (stream->sticky_events);
    g_free (stream->objects);
  }
  g_free (meta->streams);
}

static gboolean
transform (GstBuffer *to, GstMeta *base, GstBuffer *from, GQuark type,
    gpointer data)
{
  const BatchMeta *meta = (const BatchMeta *) base;
  BatchMeta *copy;

  (void) from;
  (void) data;
  check (meta);
  if (!GST_META_TRANSFORM_IS_COPY (type))
    return FALSE;
  copy = gst_buffer_add_analytics_batch_meta (to);
  copy->streams = g_new0 (Stream, meta->n_streams);
  copy->n_streams = meta->n_streams;
  for (gsize i = 0; i < meta->n_streams; i++) {
    const Stream *s = &meta->streams[i];
    Stream *d = &copy->streams[i];

    d->index = s->index;
    d->sticky_events = g_new (GstEvent *, s->n_sticky_events);
    d->n_sticky_events = s->n_sticky_events;
    for (gsize k = 0; k < s->n_sticky_events; k++)
      d->sticky_events[k] = gst_event_ref (s->sticky_events[k]);
    d->objects =
        s->n_objects > 0 ? g_new (GstMiniObject *, s->n_objects) : NULL;
    d->n_objects = s->n_objects;
    for (gsize k = 0; k < s->n_objects; k++)
      d->objects[k] = gst_mini_object_ref (s->objects[k]);
  }
  return TRUE;
}

GType
gst_analytics_batch_meta_api_get_type (void)
{
  static const gchar *tags[] = { NULL };
  static GType type;

  if (g_once_init_enter (&type))
    g_once_init_leave (&type,
        gst_meta_api_type_register ("GstAnalyticsBatchMetaAPI", tags));
  return type;
}

const GstMetaInfo *
gst_analytics_batch_meta_get_info (void)
{
  static const GstMetaInfo *info;

  if (g_once_init_enter (&info))
    g_once_init_leave (&info,
        gst_meta_register (gst_analytics_batch_meta_api_get_type (),
            "GstAnalyticsBatchMeta", sizeof (BatchMeta), init, clear,
            transform));
  return info;
}

BatchMeta *
gst_buffer_add_analytics_batch_meta (GstBuffer *buffer)
{
#ifdef OLD_LAYOUT
  REQUIRE (!"the meta of an old release was written");
#endif
  REQUIRE (GST_IS_BUFFER (buffer) && gst_buffer_is_writable (buffer));
  REQUIRE (gst_buffer_get_meta (buffer,
               gst_analytics_batch_meta_api_get_type ())
      == NULL);
  return (BatchMeta *) gst_buffer_add_meta (buffer,
      gst_analytics_batch_meta_get_info (), NULL);
}

BatchMeta *
gst_buffer_get_analytics_batch_meta (GstBuffer *buffer)
{
  BatchMeta *meta;

#ifdef OLD_LAYOUT
  REQUIRE (!"the meta of an old release was read");
#endif
  REQUIRE (GST_IS_BUFFER (buffer));
  meta = (BatchMeta *) gst_buffer_get_meta (buffer,
      gst_analytics_batch_meta_api_get_type ());
  if (meta != NULL)
    check (meta);
  return meta;
}

/* None of ours: whatever is called here is not on the list. */
#define STRAY(name)                                                            \
  EXPORT void name (void);                                                     \
  void name (void)                                                             \
  {                                                                            \
    REQUIRE (!"a call that nobody should make: " #name);                       \
  }

#ifdef OLD_LAYOUT
STRAY (gst_analytics_batch_buffer_get_stream_id)
STRAY (gst_analytics_batch_buffer_get_caps)
STRAY (gst_analytics_batch_buffer_get_segment)
#else
STRAY (gst_analytics_batch_stream_get_stream_id)
STRAY (gst_analytics_batch_stream_get_caps)
STRAY (gst_analytics_batch_stream_get_segment)
#endif
STRAY (gst_buffer_add_analytics_relation_meta)
STRAY (gst_buffer_add_analytics_relation_meta_full)
STRAY (gst_buffer_get_analytics_relation_meta)
STRAY (gst_buffer_add_tensor_meta)
STRAY (gst_buffer_get_tensor_meta)
