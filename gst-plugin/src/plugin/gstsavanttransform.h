/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GST_SAVANT_TRANSFORM_H
#define GST_SAVANT_TRANSFORM_H

/* savanttransform, by subject:
 *   gstsavanttransform.c       life, flow, events and frame counts
 *   gstsavanttransformprops.c  properties
 *   gstsavanttransformcaps.c   which caps become which
 *   gstsavanttransformfixate.c the choice among them
 *   gstsavanttransformpool.c   ALLOCATION and output buffers
 *   gstsavanttransformmap.c    buffers as pictures
 *   gstsavanttransformframe.c  one buffer: placing, running, metas
 *
 * Threads: properties come from any thread. set_property() writes `settings`
 * under `lock`; the streaming thread takes one copy a buffer into `plan`. */

#include <pthread.h>

#include <gst/base/gstbasetransform.h>

#include <savant/gst.h>

#include "enums.h"
#include "framemap.h"
#include "props.h"
#include "stats.h"

G_BEGIN_DECLS

#define GST_TYPE_SAVANT_TRANSFORM (gst_savant_transform_get_type ())
G_DECLARE_FINAL_TYPE (GstSavantTransform, gst_savant_transform, GST,
    SAVANT_TRANSFORM, GstBaseTransform)

/* Properties that may change between two buffers. */
typedef struct SvTransformSettings
{
  SavantTransformConfig config; /* flip and par are filled in for a plan */
  gboolean use_par;
  SavantRect crop; /* w or h 0 = to the edge */
  SvCropSource crop_source;
  SvRoiPolicy roi_policy;
} SvTransformSettings;

/* What caps and settings mean for the next buffers. */
typedef struct SvTransformPlan
{
  gboolean valid;
  guint serial; /* of the settings that it was made from */
  SvTransformSettings settings;
  SavantMemType mem_type;
  gint gpu_id;
  gboolean identity; /* a buffer without crop meta changes in nothing */
} SvTransformPlan;

/* What downstream said about output buffers. */
typedef struct SvTransformAllocation
{
  GstCaps *caps;
  GstBufferPool *offered; /* plain frames only, may be NULL */
  guint size, min, max;
  GstAllocator *allocator; /* may be NULL */
  GstAllocationParams params;
  gboolean video_meta;
} SvTransformAllocation;

/* Where the buffer in work ended. */
typedef enum SvTransformOutcome
{
  SV_OUTCOME_FAILED,
  SV_OUTCOME_OUT,
  SV_OUTCOME_LATE,
  SV_OUTCOME_ROI
} SvTransformOutcome;

struct _GstSavantTransform
{
  GstBaseTransform parent;

  GstPadChainFunction base_chain;

  pthread_mutex_t lock; /* guards the next two blocks */
  SvTransformSettings settings;
  guint settings_serial;
  GstVideoOrientationMethod direction;
  GstVideoOrientationMethod tag_direction;
  SavantFlip flip; /* in effect; set by the streaming thread while it runs */
  gboolean running;
  SvMemorySettings memory;

  SvFlowStats stats;
  gboolean has_geometry;
  GstSavantGeometry last_geometry; /* of slot 0, for navigation events */
  GstCaps *refused_caps;
  GstBufferPool *pool; /* active */
  guint pool_halts;    /* OR of SV_HALT_ */

  /* From here on: streaming thread, or no thread at all. */
  GstCaps *failed_caps; /* input that an error was posted for */
  gboolean interlace_warned;
  SavantTransform *transform;
  GstSavantFrameInfo in, out;
  SavantColorimetry in_color, out_color;
  SvTransformPlan plan;
  SvTransformAllocation allocation;
  SavantColorimetry pool_color; /* of surfaces that caps say nothing about */

  gint input_gpu_id;

  SvTransformOutcome outcome;
  gint capacity; /* of `jobs` and `geometry` */
  gint n_jobs;
  SavantTransformJob *jobs;
  GstSavantGeometry *geometry;
  gboolean same_geometry; /* no pixel of the buffer in work moves */
  gboolean told_outside;  /* a WARNING has told of the crop properties */
  gconstpointer used_roi; /* the ROI meta that gave the rectangle, or NULL */
  SvMappedFrame in_frame;
};

enum
{
  SV_HALT_FLUSH = 1,
  SV_HALT_STOP = 2
};

/* -- gstsavanttransformprops.c -- */
void sv_transform_install_properties (GObjectClass *klass);
void sv_transform_init_properties (GstSavantTransform *self);
void sv_transform_clear_properties (GstSavantTransform *self);

/* Makes the video-direction that properties and tags ask for the one in
 * effect; TRUE if that changed something. */
gboolean sv_transform_refresh_flip (GstSavantTransform *self);
void sv_transform_set_tag_direction (GstSavantTransform *self,
    GstVideoOrientationMethod method);

/* -- gstsavanttransformcaps.c -- */
GstCaps *sv_transform_transform_caps (GstBaseTransform *trans,
    GstPadDirection direction, GstCaps *caps, GstCaps *filter);
gboolean sv_transform_accept_caps (GstBaseTransform *trans,
    GstPadDirection direction, GstCaps *caps);
gboolean sv_transform_set_caps (GstBaseTransform *trans, GstCaps *incaps,
    GstCaps *outcaps);

/* Refuses what no element downstream could make good; posts the error. */
gboolean sv_transform_check_input_caps (GstSavantTransform *self,
    GstCaps *caps);

/* Says why nothing fits between `incaps` and downstream, unless an error was
 * posted for them already or the pads are flushing. */
void sv_transform_post_not_negotiated (GstSavantTransform *self,
    GstCaps *incaps);

/* -- gstsavanttransformfixate.c -- */
GstCaps *sv_transform_fixate_caps (GstBaseTransform *trans,
    GstPadDirection direction, GstCaps *caps, GstCaps *othercaps);

/* -- gstsavanttransformpool.c -- */
gboolean sv_transform_decide_allocation (GstBaseTransform *trans,
    GstQuery *query);
gboolean sv_transform_propose_allocation (GstBaseTransform *trans,
    GstQuery *decide_query, GstQuery *query);

/* An output buffer; `source` is the first picture, which gives surfaces their
 * colorimetry where the caps name none. Waits while the pool is empty. */
GstFlowReturn sv_transform_acquire (GstSavantTransform *self,
    const SavantImage *source, GstBuffer **buffer);

/* Wakes and refuses acquires for a reason, or ends that reason. */
void sv_transform_halt_pool (GstSavantTransform *self, guint reason,
    gboolean halt);
void sv_transform_release_pool (GstSavantTransform *self);

/* -- gstsavanttransformmap.c -- */

/* Fills the sources of `jobs` and n_jobs; posts an error on failure. */
GstFlowReturn sv_transform_open_input (GstSavantTransform *self,
    GstBuffer *buffer);

/* Fills the destinations of `jobs`; posts an error on failure. */
gboolean sv_transform_open_output (GstSavantTransform *self, GstBuffer *buffer,
    SvMappedFrame *mapped);

/* -- gstsavanttransformframe.c -- */
void sv_transform_update_plan (GstSavantTransform *self);

/* NULL, or what is wrong with caps and settings of the plan (g_free). */
gchar *sv_transform_check_plan (GstSavantTransform *self);

/* Makes room for batches of `n` slots. */
void sv_transform_reserve (GstSavantTransform *self, gint n);

GstFlowReturn sv_transform_generate_output (GstBaseTransform *trans,
    GstBuffer **outbuf);
GstFlowReturn sv_transform_transform (GstBaseTransform *trans, GstBuffer *inbuf,
    GstBuffer *outbuf);
gboolean sv_transform_transform_meta (GstBaseTransform *trans,
    GstBuffer *outbuf, GstMeta *meta, GstBuffer *inbuf);

G_END_DECLS

#endif
