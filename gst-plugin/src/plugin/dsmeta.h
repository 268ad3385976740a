/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SV_DS_META_H
#define SV_DS_META_H

/* DeepStream's batch metadata and stream events, by its own libraries where
 * they are installed. Own declarations: the layouts are those of DeepStream 6
 * to 9, as far as we write them; every offset is asserted in dsmeta.c. */

#include <gst/gst.h>

typedef struct SvDsBaseMeta
{
  gpointer batch_meta;
  gint32 meta_type;
  gpointer context;
  gpointer copy_func;
  gpointer release_func;
} SvDsBaseMeta;

typedef struct SvDsBatchMeta
{
  SvDsBaseMeta base;
  guint32 max_frames;
  guint32 num_frames;
  gpointer pools[6];
  GList *frames;
  GList *user_metas;
} SvDsBatchMeta;

typedef struct SvDsFrameMeta
{
  SvDsBaseMeta base;
  guint32 pad_index;
  guint32 batch_id;
  gint32 frame_num;
  guint64 pts;
  guint64 ntp;
  guint32 source_id;
  gint32 surfaces_per_frame;
  guint32 source_width;
  guint32 source_height;
  guint32 surface_type;
  guint32 surface_index;
} SvDsFrameMeta;

/* The GstMeta that carries one. */
typedef struct SvDsGstMeta
{
  GstMeta meta;
  gpointer data;
  gpointer user_data;
  gint32 type; /* SV_DS_META_BATCH */
} SvDsGstMeta;

enum
{
  SV_DS_META_BATCH = 4097
};

/* Every call that is made: our name, library, symbol, result, parameters. */
#define SV_DS_META_CALLS(X)                                                    \
  X (create, META, "nvds_create_batch_meta", SvDsBatchMeta *,                  \
      (guint max_frames))                                                      \
  X (acquire_frame, META, "nvds_acquire_frame_meta_from_pool",                 \
      SvDsFrameMeta *, (SvDsBatchMeta * batch))                                \
  X (add_frame, META, "nvds_add_frame_meta_to_batch", void,                    \
      (SvDsBatchMeta * batch, SvDsFrameMeta * frame))                          \
  X (copy, META, "nvds_batch_meta_copy_func", gpointer,                        \
      (gpointer data, gpointer user_data))                                     \
  X (release, META, "nvds_batch_meta_release_func", void,                      \
      (gpointer data, gpointer user_data))                                     \
  X (api_type, GST_META, "nvds_meta_api_get_type", GType, (void))              \
  X (attach, GST_META, "gst_buffer_add_nvds_meta", SvDsGstMeta *,              \
      (GstBuffer * buffer, gpointer data, gpointer user_data,                  \
          gpointer copy_func, gpointer release_func))                          \
  X (pad_added, HELPER, "gst_nvevent_new_pad_added", GstEvent *,               \
      (guint source_id))                                                       \
  X (pad_deleted, HELPER, "gst_nvevent_new_pad_deleted", GstEvent *,           \
      (guint source_id))                                                       \
  X (stream_eos, HELPER, "gst_nvevent_new_stream_eos", GstEvent *,             \
      (guint source_id))                                                       \
  X (stream_segment, HELPER, "gst_nvevent_new_stream_segment", GstEvent *,     \
      (guint source_id, GstSegment * segment))                                 \
  X (is_batch_size, HELPER, "gst_nvquery_is_batch_size", gboolean,             \
      (GstQuery * query))                                                      \
  X (set_batch_size, HELPER, "gst_nvquery_batch_size_set", void,               \
      (GstQuery * query, guint batch_size))

/* And those that not every release has: NULL where one lacks it. */
#define SV_DS_META_OPTIONAL_CALLS(X)                                           \
  X (stream_start, HELPER, "gst_nvevent_new_stream_start", GstEvent *,         \
      (guint source_id, gchar * stream_id))                                    \
  X (stream_reset, HELPER, "gst_nvevent_new_stream_reset", GstEvent *,         \
      (guint source_id))                                                       \
  X (eos_message, HELPER, "gst_nvmessage_new_stream_eos", GstMessage *,        \
      (GstObject * source, guint source_id))                                   \
  X (update_caps, HELPER, "gst_nvevent_new_update_caps", GstEvent *,           \
      (guint source_id, guint width, guint height, GstStructure * caps,        \
          gchar * stream_id, gboolean is_audio))                               \
  X (is_num_streams, HELPER, "gst_nvquery_is_numStreams_size", gboolean,       \
      (GstQuery * query))                                                      \
  X (set_num_streams, HELPER, "gst_nvquery_numStreams_size_set", void,         \
      (GstQuery * query, guint n_streams))                                     \
  X (is_uri, HELPER, "gst_nvquery_is_uri_from_streamid", gboolean,             \
      (GstQuery * query))                                                      \
  X (parse_uri, HELPER, "gst_nvquery_uri_from_streamid_parse_streamid",        \
      gboolean, (GstQuery * query, guint *source_id))

typedef struct SvDsMetaCalls
{
#define SV_DS_META_MEMBER(name, library, symbol, type, params) \
  type (*name) params;
  SV_DS_META_CALLS (SV_DS_META_MEMBER)
  SV_DS_META_OPTIONAL_CALLS (SV_DS_META_MEMBER)
#undef SV_DS_META_MEMBER
} SvDsMetaCalls;

/* Opens libnvds_meta, libnvdsgst_meta and libnvdsgst_helper once a process;
 * NULL where one is missing, which the log tells. Any thread. */
const SvDsMetaCalls *sv_ds_meta (void);

/* Whether a batch muxer's event about one of its streams, by its name, which
 * needs no library: its message for the sink that a stream has ended, too. */
gboolean sv_ds_is_stream_event (GstEvent *event);

/* Whether it is the one by which a source says that it has begun anew. */
gboolean sv_ds_is_reset_event (GstEvent *event);

#endif
