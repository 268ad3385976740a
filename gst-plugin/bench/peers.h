/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BENCH_PEERS_H
#define BENCH_PEERS_H

#include <gst/video/video.h>

#include <savant/transform.h>

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

/* memcpy of the bytes that the job reads and writes. */
Peer peer_memcpy (const SavantTransformJob *job);

/* Bytes of a picture without padding of rows. */
gsize image_bytes (const SavantImage *image);

#endif
