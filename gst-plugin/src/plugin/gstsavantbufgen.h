/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GST_SAVANT_BUFGEN_H
#define GST_SAVANT_BUFGEN_H

#include <pthread.h>

#include <gst/base/gstpushsrc.h>

#include <savant/gst.h>

#include "enums.h"
#include "frameclock.h"
#include "pattern.h"
#include "stats.h"

G_BEGIN_DECLS

#define GST_TYPE_SAVANT_BUFGEN (gst_savant_bufgen_get_type ())
G_DECLARE_FINAL_TYPE (GstSavantBufgen, gst_savant_bufgen, GST, SAVANT_BUFGEN,
    GstPushSrc)

typedef struct SvBufgenSettings
{
  guint pool_size;
  SavantMemType mem_type;
  gint gpu_id;
  SvPattern pattern;
  guint color;
  gint64 first_id;
  gint64 acquire_timeout;     /* ns */
  guint64 starvation_warning; /* ns */
} SvBufgenSettings;

struct _GstSavantBufgen
{
  GstPushSrc parent;

  gint failed; /* atomic: an error is on the bus */

  pthread_mutex_t lock; /* guards what follows */
  SvBufgenSettings settings;
  gchar *backend;
  SvFrameClock clock;
  SvFlowStats stats;
  guint64 starvations;
  GstBufferPool *pool;
  gboolean flushing;

  /* Streaming thread only. */
  SvBufgenSettings run; /* the settings at READY to PAUSED */
  gchar *run_backend;
  SvPainter *painter;
  GstSavantFrameInfo info;
  SavantColorimetry colorimetry;
  GstCaps *pool_caps;
  guint pool_max;
  gboolean pool_video_meta;
};

/* gstsavantbufgenprops.c: properties and their defaults. */
void sv_bufgen_install_properties (GObjectClass *klass);
void sv_bufgen_init_properties (GstSavantBufgen *self);

/* gstsavantbufgencaps.c: negotiation. */
GstCaps *sv_bufgen_fixate (GstBaseSrc *src, GstCaps *caps);
gboolean sv_bufgen_set_caps (GstBaseSrc *src, GstCaps *caps);
void sv_bufgen_post_not_negotiated (GstSavantBufgen *self);

/* gstsavantbufgenpool.c: allocation and starvation. */
gboolean sv_bufgen_decide_allocation (GstBaseSrc *src, GstQuery *query);
gboolean sv_bufgen_unlock (GstBaseSrc *src);
gboolean sv_bufgen_unlock_stop (GstBaseSrc *src);

/* A buffer of the pool. FLUSHING after unlock; ERROR after the one error
 * message that says why. */
GstFlowReturn sv_bufgen_acquire (GstSavantBufgen *self, GstBuffer **buffer);

/* gstsavantbufgenframe.c: contents. Draws frame `index` and sets its id,
 * times and offsets. FALSE after an error message. */
gboolean sv_bufgen_fill (GstSavantBufgen *self, GstBuffer *buffer, gint64 index,
    GstClockTime pts, GstClockTime duration);

/* gstsavantbufgentime.c: seeking and queries. */
gboolean sv_bufgen_is_seekable (GstBaseSrc *src);
gboolean sv_bufgen_do_seek (GstBaseSrc *src, GstSegment *segment);
gboolean sv_bufgen_query (GstBaseSrc *src, GstQuery *query);
void sv_bufgen_get_times (GstBaseSrc *src, GstBuffer *buffer,
    GstClockTime *start, GstClockTime *end);

G_END_DECLS

#endif
