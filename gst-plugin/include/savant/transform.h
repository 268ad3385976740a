/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SAVANT_TRANSFORM_H
#define SAVANT_TRANSFORM_H

#include <savant/surface.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Where the picture goes in its destination. */
typedef enum SavantPadding
{
  /* Fills the destination, the aspect ratio may change. */
  SAVANT_PADDING_NONE = 0,
  /* Keeps the aspect ratio; picture at the left top, bars right or below. */
  SAVANT_PADDING_RIGHT_BOTTOM = 1,
  /* Keeps the aspect ratio; centred, an odd spare pixel goes right or below. */
  SAVANT_PADDING_SYMMETRIC = 2
} SavantPadding;

/* Separable filters; no filter is widened when shrinking, except SUPER. */
typedef enum SavantInterpolation
{
  SAVANT_INTERPOLATION_NEAREST = 0,
  /* 2 taps an axis. */
  SAVANT_INTERPOLATION_BILINEAR = 1,
  /* Catmull-Rom (a = -0.5), 4 taps. */
  SAVANT_INTERPOLATION_CUBIC = 2,
  /* Area average on an axis that shrinks, else bilinear. */
  SAVANT_INTERPOLATION_SUPER = 3,
  /* sinc (t) sinc (t / 3), 6 taps. */
  SAVANT_INTERPOLATION_LANCZOS = 4,
  /* The same as SUPER. */
  SAVANT_INTERPOLATION_NICEST = 5,
  /* The same as NEAREST. */
  SAVANT_INTERPOLATION_DEFAULT = 6
} SavantInterpolation;

/* Which engine computes. The host backend knows DEFAULT only; GPU and VIC
 * are SAVANT_ERROR_UNAVAILABLE there. On the cuda backend DEFAULT computes on
 * the GPU whatever touches its memory and on the CPU what does not, GPU
 * everything on the GPU; VIC is unavailable. */
typedef enum SavantComputeMode
{
  SAVANT_COMPUTE_DEFAULT = 0,
  SAVANT_COMPUTE_GPU = 1,
  SAVANT_COMPUTE_VIC = 2
} SavantComputeMode;

/* Rotations are clockwise. FLIP_X mirrors left and right, FLIP_Y top and
 * bottom; TRANSPOSE mirrors along the diagonal from the left top corner,
 * INVERSE_TRANSPOSE along the other one. NvBufSurfTransform's numbers. */
typedef enum SavantFlip
{
  SAVANT_FLIP_NONE = 0,
  SAVANT_FLIP_ROTATE_90 = 1,
  SAVANT_FLIP_ROTATE_180 = 2,
  SAVANT_FLIP_ROTATE_270 = 3,
  SAVANT_FLIP_X = 4,
  SAVANT_FLIP_Y = 5,
  SAVANT_FLIP_TRANSPOSE = 6,
  SAVANT_FLIP_INVERSE_TRANSPOSE = 7
} SavantFlip;

/* The smallest picture that may be left inside the dst padding, in pixels. */
#define SAVANT_MIN_EFFECTIVE_SIDE 16

/* Threads that share one run at most. */
#define SAVANT_MAX_THREADS 64

/* How a picture is placed and computed. Initialise with
 * SAVANT_TRANSFORM_CONFIG_DEFAULTS. */
typedef struct SavantTransformConfig
{
  SavantPadding padding;
  /* The dst padding: pixels of the destination that stay bars on each side,
   * whatever `padding` is. All zero counts as not given; otherwise at least
   * SAVANT_MIN_EFFECTIVE_SIDE pixels must remain on both axes. */
  int pad_left;
  int pad_top;
  int pad_right;
  int pad_bottom;
  /* 0xRRGGBB, full range; converted as a pixel of the destination would be.
   * Alpha and x bytes of bars are 255. */
  uint32_t pad_color;
  SavantInterpolation interpolation;
  SavantComputeMode compute_mode;
  SavantFlip flip;
  /* Pixel aspect ratio of the source after `flip`, divided by the
   * destination's; both at least 1. */
  int par_n;
  int par_d;
  /* Threads of the CPU that share a run, the calling one included: 1 to
   * SAVANT_MAX_THREADS, or 0 for as many as there are processors. The others
   * are kept for the whole process. Pixels are the same with any number. No
   * meaning where the GPU computes. */
  int n_threads;
} SavantTransformConfig;

#define SAVANT_TRANSFORM_CONFIG_DEFAULTS \
  { SAVANT_PADDING_SYMMETRIC, 0, 0, 0, 0, 0x000000u, \
    SAVANT_INTERPOLATION_BILINEAR, SAVANT_COMPUTE_DEFAULT, \
    SAVANT_FLIP_NONE, 1, 1, 1 }

/* Clips `rect` to a `width` x `height` source in place. A width or height of
 * 0 means "to the edge". SAVANT_ERROR_INVALID_ARGUMENT (text contains
 * "source rectangle") if nothing is left; `rect` is then unchanged. */
SAVANT_API int savant_clip_source_rect (SavantRect *rect, int width,
    int height);

/* The rectangle that a `src_w` x `src_h` source rectangle (before the flip)
 * fills in a `dst_w` x `dst_h` destination:
 *
 *   ew = dst_w - left - right, eh = dst_h - top - bottom
 *   NONE: (left, top, ew, eh); else, sw x sh being the size after the flip,
 *   a = (sw * par_n) / (sh * par_d)
 *   a > ew / eh: w = ew, h = lround (ew / a); else h = eh, w = lround (eh * a)
 *   w and h at least 1; SYMMETRIC adds (ew - w) / 2 and (eh - h) / 2.
 *
 * Fails where the dst padding leaves too little (text contains "effective
 * width" or "effective height"). Reads no pixels; any thread. */
SAVANT_API int savant_letterbox (const SavantTransformConfig *config, int src_w,
    int src_h, int dst_w, int dst_h, SavantRect *dst_rect);

/* One picture of a run. */
typedef struct SavantTransformJob
{
  SavantImage src;
  SavantImage dst;
  /* What to take of the source, inside it. See savant_clip_source_rect(). */
  SavantRect src_rect;
  /* Where it goes, inside the destination. See savant_letterbox(). */
  SavantRect dst_rect;
} SavantTransformJob;

/* Keeps what consecutive runs have in common: filter tables and scratch
 * memory. For one thread at a time. */
typedef struct SavantTransform SavantTransform;

/* A transform on a backend: "auto" or NULL for the best one here, or a name
 * from savant_backends(). *out is owned by the caller, who frees it. On
 * failure *out is NULL. */
SAVANT_API int savant_transform_new (const char *backend,
    SavantTransform **out);

/* NULL is allowed. */
SAVANT_API void savant_transform_free (SavantTransform *transform);

/* Crops, scales, converts and flips every job into its destination rectangle
 * and writes the rest of the destination with the pad colour, all jobs in one
 * go; the pictures may differ in format and size. Destinations must not
 * overlap each other or a source. All jobs are checked before the first byte
 * is written. Of `config`, padding and par are not read here. Where all
 * destinations are in memory of the CPU's, and always on the host backend, the
 * call returns when the pixels are there. On the cuda backend it returns as
 * soon as everything is queued for the GPU: whoever transforms or maps memory
 * of ours then waits by himself, and the sources' memory must stay as it is
 * until it has been read, see savant_transform_keep(). There all pictures of a
 * run that lie in device memory must be on one GPU.
 *
 * Pixels: sample positions, filters, order of operations and rounding are
 * those documented in README.md under "Pixels"; deviation at most 1 level
 * from exact arithmetic, 2 where a YUV/RGB matrix is crossed. Equal format,
 * size, matrix and range without flip: bytes are copied. */
SAVANT_API int savant_transform_run (SavantTransform *transform,
    const SavantTransformConfig *config, const SavantTransformJob *jobs,
    int n_jobs);

/* Keeps the sources of the last successful run alive: release (object) is
 * called as soon as the GPU has read them, from this call, a later one on the
 * same transform or savant_transform_free(), at once where nothing has to be
 * kept (always on the host backend, and for surfaces of ours, which know their
 * readers). May be called several times for a run. */
SAVANT_API void savant_transform_keep (SavantTransform *transform, void *object,
    void (*release) (void *object));

/* The largest number of runs whose sources savant_transform_keep() holds; the
 * oldest is waited for when there would be more. 0 = it never does. */
SAVANT_API int savant_transform_max_kept (const SavantTransform *transform);

/* Whether sources may lie on another GPU than their destination. Where `allow`
 * is not 0 they are copied to its GPU first, peer to peer where the machine
 * can; else, and at first, a run with such a source is UNSUPPORTED. No meaning
 * on a backend without GPUs; transform may be NULL. */
SAVANT_API void savant_transform_allow_peer_copy (SavantTransform *transform,
    int allow);

/* SAVANT_OK where the transform can read and write surfaces of a memory type,
 * else UNAVAILABLE, and savant_last_error() names what is missing. */
SAVANT_API int savant_transform_takes (const SavantTransform *transform,
    int mem_type);

/* Writes one colour (0xRRGGBB, alpha 255) everywhere. */
SAVANT_API int savant_image_fill (const SavantImage *image, uint32_t color);

/* The backends of this build, comma separated, each as "name" or, where it
 * cannot work on this machine, "name (reason)". Static. */
SAVANT_API const char *savant_backends (void);

#ifdef __cplusplus
}
#endif

#endif
