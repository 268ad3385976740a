/* SPDX-License-Identifier: Apache-2.0 */
#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>

#include "peers.h"

namespace {
/* Planes first, then colours: OpenCV's fastest way with two taps. It knows the
 * matrix of BT.601 only. */
struct OpencvPeer
{
  SavantTransformJob job;
  cv::Mat planes[2];
};

cv::Mat
plane (const SavantImage &image, int p, int type)
{
  const int sub = p > 0 ? 2 : 1;

  return cv::Mat (image.height / sub, image.width / sub, type, image.data[p],
      static_cast<size_t> (image.pitch_bytes[p]));
}

cv::Mat
window (const SavantTransformJob &job, int p, int type)
{
  const int sub = p > 0 ? 2 : 1;
  const SavantRect &r = job.dst_rect;

  return plane (job.dst, p,
      type) (cv::Rect (r.x / sub, r.y / sub, r.w / sub, r.h / sub));
}

void
scale (const cv::Mat &from, cv::Mat to)
{
  cv::resize (from, to, to.size (), 0.0, 0.0, cv::INTER_LINEAR);
}

void
run_opencv (void *state)
{
  auto *peer = static_cast<OpencvPeer *> (state);
  const SavantTransformJob &j = peer->job;

  peer_clear_bars (&j);
  if (j.src.format == SAVANT_FORMAT_RGBA) {
    scale (plane (j.src, 0, CV_8UC4), window (j, 0, CV_8UC4));
  } else if (j.dst.format == SAVANT_FORMAT_NV12) {
    scale (plane (j.src, 0, CV_8UC1), window (j, 0, CV_8UC1));
    scale (plane (j.src, 1, CV_8UC2), window (j, 1, CV_8UC2));
  } else {
    scale (plane (j.src, 0, CV_8UC1), peer->planes[0]);
    scale (plane (j.src, 1, CV_8UC2), peer->planes[1]);
    cv::cvtColorTwoPlane (peer->planes[0], peer->planes[1],
        window (j, 0, CV_8UC4), cv::COLOR_YUV2RGBA_NV12);
  }
}

void
free_opencv (void *state)
{
  delete static_cast<OpencvPeer *> (state);
}
} // namespace

Peer
peer_opencv (const SavantTransformJob *job)
{
  /* It has no planar 4:2:0 of three planes. */
  if (job->src.format == SAVANT_FORMAT_I420)
    return Peer{ nullptr, nullptr, nullptr, nullptr };
  const SavantRect &r = job->dst_rect;
  auto *peer = new OpencvPeer{ *job, {} };

  cv::setNumThreads (1);
  peer->planes[0].create (r.h & ~1, r.w & ~1, CV_8UC1);
  peer->planes[1].create (r.h / 2, r.w / 2, CV_8UC2);
  return Peer{ "OpenCV", peer, run_opencv, free_opencv };
}
