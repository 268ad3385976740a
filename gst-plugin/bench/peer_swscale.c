/* SPDX-License-Identifier: Apache-2.0 */
#include "peers.h"

#ifdef HAVE_SWSCALE
#include <libswscale/swscale.h>

typedef struct SwsPeer
{
  SavantTransformJob job;
  struct SwsContext *context;
} SwsPeer;

static enum AVPixelFormat
pixel_format (SavantFormat format)
{
  switch (format) {
    case SAVANT_FORMAT_NV12:
      return AV_PIX_FMT_NV12;
    case SAVANT_FORMAT_I420:
      return AV_PIX_FMT_YUV420P;
    default:
      return AV_PIX_FMT_RGBA;
  }
}

static void
run_sws (void *state)
{
  SwsPeer *peer = state;
  const SavantTransformJob *j = &peer->job;
  const uint8_t *src[4] = { 0 };
  uint8_t *dst[4] = { 0 };
  int src_pitch[4] = { 0 }, dst_pitch[4] = { 0 };

  peer_clear_bars (j);
  for (int p = 0; p < j->src.n_planes; p++) {
    src[p] = j->src.data[p];
    src_pitch[p] = (int) j->src.pitch_bytes[p];
  }
  for (int p = 0; p < j->dst.n_planes; p++) {
    bool rgb = j->dst.format == SAVANT_FORMAT_RGBA;

    dst[p] = peer_target (j, p, p > 0 ? 2 : 1, rgb ? 4 : p > 0 ? 2 : 1);
    dst_pitch[p] = (int) j->dst.pitch_bytes[p];
  }
  sws_scale (peer->context, src, src_pitch, 0, j->src.height, dst, dst_pitch);
}

static void
free_sws (void *state)
{
  SwsPeer *peer = state;

  sws_freeContext (peer->context);
  g_free (peer);
}

Peer
peer_swscale (const SavantTransformJob *job, PeerFilter filter)
{
  static const char *const names[] = { "swscale fast_bilinear",
    "swscale bilinear", "swscale area" };
  static const int flags[] = { SWS_FAST_BILINEAR, SWS_BILINEAR, SWS_AREA };
  const int *bt709 = sws_getCoefficients (SWS_CS_ITU709);
  SwsPeer *peer = g_new0 (SwsPeer, 1);

  peer->job = *job;
  peer->context = sws_getContext (job->src.width, job->src.height,
      pixel_format (job->src.format), job->dst_rect.w, job->dst_rect.h,
      pixel_format (job->dst.format), flags[filter], NULL, NULL, NULL);
  g_assert (peer->context != NULL);
  sws_setColorspaceDetails (peer->context, bt709, 0, bt709,
      job->dst.format == SAVANT_FORMAT_RGBA, 0, 1 << 16, 1 << 16);
  return (Peer){ names[filter], peer, run_sws, free_sws };
}
#else
Peer
peer_swscale (const SavantTransformJob *job, PeerFilter filter)
{
  (void) job;
  (void) filter;
  return (Peer){ NULL, NULL, NULL, NULL };
}
#endif
