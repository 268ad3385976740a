/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SV_PLUGIN_ENUMS_H
#define SV_PLUGIN_ENUMS_H

/* GTypes of the enums that the elements' properties use. Values equal those of
 * the library's enums. */

#include <gst/gst.h>

#include <savant/transform.h>

G_BEGIN_DECLS

/* What to do with a crop rectangle that leaves the picture. */
typedef enum SvRoiPolicy
{
  SV_ROI_CLIP,
  SV_ROI_SKIP,
  SV_ROI_ERROR
} SvRoiPolicy;

typedef enum SvRoiMode
{
  SV_ROI_MODE_NONE,
  SV_ROI_MODE_BATCH
} SvRoiMode;

/* Where a crop rectangle is looked for. */
typedef enum SvCropSource
{
  SV_CROP_SOURCE_AUTO,
  SV_CROP_SOURCE_CROP_META,
  SV_CROP_SOURCE_ROI_META,
  SV_CROP_SOURCE_NONE
} SvCropSource;

/* What savantbufgen draws. */
typedef enum SvPattern
{
  SV_PATTERN_NONE,
  SV_PATTERN_BLACK,
  SV_PATTERN_WHITE,
  SV_PATTERN_COLOR,
  SV_PATTERN_SMPTE,
  SV_PATTERN_GRADIENT,
  SV_PATTERN_BALL,
  SV_PATTERN_COUNTER
} SvPattern;

/* What savantbatch makes. */
typedef enum SvBatchMode
{
  SV_BATCH_UNIFORM,
  SV_BATCH_NON_UNIFORM
} SvBatchMode;

/* What the caps of a non-uniform batch say about its pictures. */
typedef enum SvNonUniformCaps
{
  SV_NON_UNIFORM_CAPS_NONE,
  SV_NON_UNIFORM_CAPS_FIRST_SOURCE
} SvNonUniformCaps;

/* What savantbatch does about a frame whose time does not follow. */
typedef enum SvDiscontinuity
{
  SV_DISCONT_ACCEPT,
  SV_DISCONT_DROP,
  SV_DISCONT_RESET_ID
} SvDiscontinuity;

/* Where in the batches' time a stream begins. */
typedef enum SvStartTime
{
  SV_START_TIME_AUTO,
  SV_START_TIME_AS_IS
} SvStartTime;

/* To whom savantbatch passes QoS on. */
typedef enum SvForwardQos
{
  SV_FORWARD_QOS_LIVE,
  SV_FORWARD_QOS_ALL,
  SV_FORWARD_QOS_NONE
} SvForwardQos;

/* What becomes of savantbatch when one pad cannot go on. */
typedef enum SvPadError
{
  SV_PAD_ERROR_ERROR,
  SV_PAD_ERROR_DROP_PAD
} SvPadError;

#define GST_TYPE_SAVANT_MEM_TYPE (gst_savant_mem_type_get_type ())
#define GST_TYPE_SAVANT_PADDING (gst_savant_padding_get_type ())
#define GST_TYPE_SAVANT_INTERPOLATION (gst_savant_interpolation_get_type ())
#define GST_TYPE_SAVANT_COMPUTE_MODE (gst_savant_compute_mode_get_type ())
#define GST_TYPE_SAVANT_ROI_POLICY (gst_savant_roi_policy_get_type ())
#define GST_TYPE_SAVANT_ROI_MODE (gst_savant_roi_mode_get_type ())
#define GST_TYPE_SAVANT_CROP_SOURCE (gst_savant_crop_source_get_type ())
#define GST_TYPE_SAVANT_BATCH_MODE (gst_savant_batch_mode_get_type ())
#define GST_TYPE_SAVANT_LEAKY (gst_savant_leaky_get_type ())
#define GST_TYPE_SAVANT_NON_UNIFORM_CAPS                                       \
  (gst_savant_non_uniform_caps_get_type ())
#define GST_TYPE_SAVANT_TIMEOUT_POLICY                                         \
  (gst_savant_timeout_policy_get_type ())
#define GST_TYPE_SAVANT_DISCONTINUITY (gst_savant_discontinuity_get_type ())
#define GST_TYPE_SAVANT_START_TIME (gst_savant_start_time_get_type ())
#define GST_TYPE_SAVANT_FORWARD_QOS (gst_savant_forward_qos_get_type ())
#define GST_TYPE_SAVANT_PAD_ERROR (gst_savant_pad_error_get_type ())
#define GST_TYPE_SAVANT_PATTERN (gst_savant_pattern_get_type ())

GType gst_savant_mem_type_get_type (void);
GType gst_savant_padding_get_type (void);
GType gst_savant_interpolation_get_type (void);
GType gst_savant_compute_mode_get_type (void);
GType gst_savant_roi_policy_get_type (void);
GType gst_savant_roi_mode_get_type (void);
GType gst_savant_crop_source_get_type (void);
GType gst_savant_batch_mode_get_type (void);
GType gst_savant_leaky_get_type (void);
GType gst_savant_non_uniform_caps_get_type (void);
GType gst_savant_timeout_policy_get_type (void);
GType gst_savant_discontinuity_get_type (void);
GType gst_savant_start_time_get_type (void);
GType gst_savant_forward_qos_get_type (void);
GType gst_savant_pad_error_get_type (void);
GType gst_savant_pattern_get_type (void);

G_END_DECLS

#endif
