/* SPDX-License-Identifier: Apache-2.0 */
#include "enums.h"

#include "collect.h"

/* GEnumValue is { value, value_name, value_nick }; gst-inspect-1.0 prints the
 * name as the value's description. */
#define DEFINE_ENUM(function, type_name, values)                               \
  GType function (void)                                                        \
  {                                                                            \
    static gsize type;                                                         \
    if (g_once_init_enter (&type))                                             \
      g_once_init_leave (&type, g_enum_register_static (type_name, values));   \
    return type;                                                               \
  }

static const GEnumValue mem_types[] = {
  { SAVANT_MEM_DEFAULT, "The best memory that the backend has (system on host)",
      "default" },
  { SAVANT_MEM_CUDA_PINNED, "Page-locked system memory that CUDA can reach",
      "cuda-pinned" },
  { SAVANT_MEM_CUDA_DEVICE, "GPU memory", "cuda-device" },
  { SAVANT_MEM_CUDA_UNIFIED, "CUDA managed memory, for CPU and GPU",
      "cuda-unified" },
  { SAVANT_MEM_SURFACE_ARRAY, "NVMM hardware buffers (Jetson)",
      "surface-array" },
  { SAVANT_MEM_HANDLE, "NVMM memory handles (Jetson)", "handle" },
  { SAVANT_MEM_SYSTEM, "System memory (malloc)", "system" },
  { 0, NULL, NULL },
};

static const GEnumValue paddings[] = {
  { SAVANT_PADDING_NONE, "Fill the output, the aspect ratio may change",
      "none" },
  { SAVANT_PADDING_RIGHT_BOTTOM,
      "Keep the aspect ratio, picture left top, bars right or below",
      "right-bottom" },
  { SAVANT_PADDING_SYMMETRIC,
      "Keep the aspect ratio, picture centred, bars on both sides",
      "symmetric" },
  { 0, NULL, NULL },
};

static const GEnumValue interpolations[] = {
  { SAVANT_INTERPOLATION_NEAREST, "Nearest sample", "nearest" },
  { SAVANT_INTERPOLATION_BILINEAR, "Bilinear, 2 taps", "bilinear" },
  { SAVANT_INTERPOLATION_CUBIC, "Catmull-Rom cubic, 4 taps", "cubic" },
  { SAVANT_INTERPOLATION_SUPER,
      "Area average on an axis that shrinks, else bilinear", "super" },
  { SAVANT_INTERPOLATION_LANCZOS, "Lanczos, 6 taps", "lanczos" },
  { SAVANT_INTERPOLATION_NICEST, "The same as super", "nicest" },
  { SAVANT_INTERPOLATION_DEFAULT, "The same as nearest", "default" },
  { 0, NULL, NULL },
};

static const GEnumValue compute_modes[] = {
  { SAVANT_COMPUTE_DEFAULT, "The best engine that the backend has", "default" },
  { SAVANT_COMPUTE_GPU, "The GPU", "gpu" },
  { SAVANT_COMPUTE_VIC, "The video image compositor (Jetson)", "vic" },
  { 0, NULL, NULL },
};

static const GEnumValue roi_policies[] = {
  { SV_ROI_CLIP, "Take the part inside the picture", "clip" },
  { SV_ROI_SKIP, "Leave the frame or region out and count it", "skip" },
  { SV_ROI_ERROR, "Stop with an error", "error" },
  { 0, NULL, NULL },
};

static const GEnumValue roi_modes[] = {
  { SV_ROI_MODE_NONE, "A slot is a whole frame", "none" },
  { SV_ROI_MODE_BATCH,
      "A slot is one GstVideoRegionOfInterestMeta of a frame; frames without "
      "one make no slot",
      "batch" },
  { 0, NULL, NULL },
};

static const GEnumValue crop_sources[] = {
  { SV_CROP_SOURCE_AUTO,
      "GstVideoCropMeta, else the first GstVideoRegionOfInterestMeta, else the "
      "crop properties",
      "auto" },
  { SV_CROP_SOURCE_CROP_META, "GstVideoCropMeta, else the crop properties",
      "crop-meta" },
  { SV_CROP_SOURCE_ROI_META,
      "The first GstVideoRegionOfInterestMeta, else the crop properties",
      "roi-meta" },
  { SV_CROP_SOURCE_NONE, "The crop properties only", "none" },
  { 0, NULL, NULL },
};

static const GEnumValue patterns[] = {
  { SV_PATTERN_NONE,
      "Draw nothing: a buffer is black when it is first used, "
      "later it holds what its last user left",
      "none" },
  { SV_PATTERN_BLACK, "Black", "black" },
  { SV_PATTERN_WHITE, "White", "white" },
  { SV_PATTERN_COLOR, "The colour of the property color", "color" },
  { SV_PATTERN_SMPTE, "SMPTE colour bars of 75 %", "smpte" },
  { SV_PATTERN_GRADIENT,
      "Black to white from left to right, all hues from top to bottom",
      "gradient" },
  { SV_PATTERN_BALL, "A white ball that moves over black", "ball" },
  { SV_PATTERN_COUNTER,
      "The low 32 bits of the frame id as black and white "
      "cells, the highest bit left",
      "counter" },
  { 0, NULL, NULL },
};

static const GEnumValue batch_modes[] = {
  { SV_BATCH_UNIFORM,
      "All slots of one format and size; every frame is transformed into its "
      "slot",
      "uniform" },
  { SV_BATCH_NON_UNIFORM,
      "Every slot as its frame is, without a copy (plain frames are copied "
      "once)",
      "non-uniform" },
  { 0, NULL, NULL },
};

static const GEnumValue non_uniform_caps[] = {
  { SV_NON_UNIFORM_CAPS_NONE, "No format and size in the caps", "none" },
  { SV_NON_UNIFORM_CAPS_FIRST_SOURCE,
      "Format and size of the first source, which other slots may not have",
      "first-source" },
  { 0, NULL, NULL },
};

DEFINE_ENUM (gst_savant_mem_type_get_type, "GstSavantMemType", mem_types)
DEFINE_ENUM (gst_savant_padding_get_type, "GstSavantPadding", paddings)
DEFINE_ENUM (gst_savant_interpolation_get_type, "GstSavantInterpolation",
    interpolations)
DEFINE_ENUM (gst_savant_compute_mode_get_type, "GstSavantComputeMode",
    compute_modes)
DEFINE_ENUM (gst_savant_roi_policy_get_type, "GstSavantRoiPolicy", roi_policies)
DEFINE_ENUM (gst_savant_roi_mode_get_type, "GstSavantRoiMode", roi_modes)
DEFINE_ENUM (gst_savant_crop_source_get_type, "GstSavantCropSource",
    crop_sources)
DEFINE_ENUM (gst_savant_pattern_get_type, "GstSavantPattern", patterns)
DEFINE_ENUM (gst_savant_batch_mode_get_type, "GstSavantBatchMode", batch_modes)
DEFINE_ENUM (gst_savant_non_uniform_caps_get_type, "GstSavantNonUniformCaps",
    non_uniform_caps)

static const GEnumValue leaky[] = {
  { SV_LEAK_NONE, "The sender of one frame too many waits", "none" },
  { SV_LEAK_OLDEST, "The frame that has waited longest is dropped", "oldest" },
  { SV_LEAK_NEWEST, "The frame that comes is dropped", "newest" },
  { 0, NULL, NULL },
};

DEFINE_ENUM (gst_savant_leaky_get_type, "GstSavantLeaky", leaky)

static const GEnumValue timeout_policies[] = {
  { SV_TIMEOUT_AUTO,
      "One frame of the fastest live pad, as observed; without live pads the "
      "same as none",
      "auto" },
  { SV_TIMEOUT_FIXED, "The property batch-timeout", "fixed" },
  { SV_TIMEOUT_NONE, "Every pad has to have a frame, a gap or EOS", "none" },
  { 0, NULL, NULL },
};

static const GEnumValue discontinuities[] = {
  { SV_DISCONT_ACCEPT, "Take the frame", "accept" },
  { SV_DISCONT_DROP,
      "Drop the frame, but go on from there when the next one follows on it",
      "drop" },
  { SV_DISCONT_RESET_ID,
      "Take the frame and number frames without an id from 0 again",
      "reset-id" },
  { 0, NULL, NULL },
};

static const GEnumValue start_times[] = {
  { SV_START_TIME_AUTO,
      "A stream that begins behind the batches, or far ahead of the clock, is "
      "moved to now",
      "auto" },
  { SV_START_TIME_AS_IS, "The running time of its frames", "as-is" },
  { 0, NULL, NULL },
};

static const GEnumValue forward_qos[] = {
  { SV_FORWARD_QOS_LIVE, "To live sources", "live" },
  { SV_FORWARD_QOS_ALL, "To all sources: decoders of files drop frames too",
      "all" },
  { SV_FORWARD_QOS_NONE, "To none", "none" },
  { 0, NULL, NULL },
};

static const GEnumValue pad_errors[] = {
  { SV_PAD_ERROR_ERROR, "Post an ERROR; the other pads go on", "error" },
  { SV_PAD_ERROR_DROP_PAD,
      "Post a WARNING and end the stream of the pad; the others go on",
      "drop-pad" },
  { 0, NULL, NULL },
};

DEFINE_ENUM (gst_savant_timeout_policy_get_type, "GstSavantTimeoutPolicy",
    timeout_policies)
DEFINE_ENUM (gst_savant_discontinuity_get_type, "GstSavantDiscontinuity",
    discontinuities)
DEFINE_ENUM (gst_savant_start_time_get_type, "GstSavantStartTime", start_times)
DEFINE_ENUM (gst_savant_forward_qos_get_type, "GstSavantForwardQos",
    forward_qos)
DEFINE_ENUM (gst_savant_pad_error_get_type, "GstSavantPadError", pad_errors)
