/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BENCH_PEERS_H
#define BENCH_PEERS_H

#include <gst/video/video.h>

#include <stdbool.h>

#include <savant/transform.h>

G_BEGIN_DECLS

/* One way to do a job: prepared once, run often. */
typedef struct Peer
{
  const char *name;
  void *state;
  void (*run) (void *state);
  void (*free) (void *state);
} Peer;

/* GStreamer's converter with the settings of videoconvertscale add-borders=1,
 * method=bilinear, one thread. */
Peer peer_gstreamer (const GstVideoInfo *in, const GstVideoInfo *out,
    const SavantTransformJob *job);

/* libyuv's fastest way (scale in the source's format, then convert), bilinear;
 * run is NULL where it was not built in. */
Peer peer_libyuv (const SavantTransformJob *job);

typedef enum PeerFilter
{
  PEER_SWS_FAST_BILINEAR,
  PEER_SWS_BILINEAR, /* widens when it shrinks: more work than two taps */
  PEER_SWS_AREA
} PeerFilter;

/* libswscale, default flags besides the filter; run is NULL without it. */
Peer peer_swscale (const SavantTransformJob *job, PeerFilter filter);

/* OpenCV, linear; run is NULL for what it has not. */
Peer peer_opencv (const SavantTransformJob *job);

/* memcpy that moves as many bytes as it is told. */
Peer peer_memcpy (gsize bytes);

/* Bytes that the job cannot but touch with two taps: the rows of the source
 * that have a weight, and the destination. */
gsize peer_job_bytes (const SavantTransformJob *job);

/* For peers that scale into a window only: writes black above and below it. */
void peer_clear_bars (const SavantTransformJob *job);
uint8_t *peer_target (const SavantTransformJob *job, int plane, int sub,
    int pixel_bytes);

G_END_DECLS

#endif
