/* SPDX-License-Identifier: Apache-2.0 */
#include "peers.h"

#include <stdbool.h>
#include <string.h>

#ifdef HAVE_LIBYUV
#include <libyuv.h>
#endif

/* Rows of a plane that two taps give a weight. */
static int64_t
touched_rows (int rows, int sub, const SavantRect *src, int dst_rows)
{
  int64_t n = 0, last = -1;

  for (int j = 0; j < dst_rows; j++) {
    double p = ((j + 0.5) * src->h / dst_rows + src->y - sub / 2.0) / sub;
    int64_t first = p < 0.0 ? 0 : (int64_t) p;
    int64_t end = p - (double) first > 1e-6 ? first + 1 : first;

    end = end < rows ? end : rows - 1;
    for (int64_t k = first > last ? first : last + 1; k <= end; k++, n++)
      last = k;
  }
  return n;
}

gsize
peer_job_bytes (const SavantTransformJob *job)
{
  gsize bytes = 0;

  for (int p = 0; p < job->src.n_planes; p++) {
    int sub_dst = p > 0 && job->dst.n_planes > 1 ? 2 : 1;
    int64_t row, rows;

    savant_format_plane_size (job->src.format, p, job->src.width,
        job->src.height, &row, &rows);
    bytes += (gsize) (row
        * touched_rows ((int) rows, p > 0 ? 2 : 1, &job->src_rect,
            job->dst_rect.h / sub_dst));
  }
  for (int p = 0; p < job->dst.n_planes; p++) {
    int64_t row, rows;

    savant_format_plane_size (job->dst.format, p, job->dst.width,
        job->dst.height, &row, &rows);
    bytes += (gsize) (row * rows);
  }
  return bytes;
}

uint8_t *
peer_target (const SavantTransformJob *job, int plane, int sub, int pixel)
{
  return job->dst.data[plane]
      + job->dst_rect.y / sub * job->dst.pitch_bytes[plane]
      + job->dst_rect.x / sub * pixel;
}

void
peer_clear_bars (const SavantTransformJob *job)
{
  const SavantImage *dst = &job->dst;
  int y0 = job->dst_rect.y, y1 = y0 + job->dst_rect.h;
  bool nv12 = dst->format == SAVANT_FORMAT_NV12;

  for (int p = 0; p < dst->n_planes; p++) {
    int sub = p > 0 ? 2 : 1, value = p > 0 ? 128 : nv12 ? 16 : 0;
    size_t pitch = (size_t) dst->pitch_bytes[p];

    memset (dst->data[p], value, pitch * (size_t) (y0 / sub));
    memset (dst->data[p] + pitch * (size_t) (y1 / sub), value,
        pitch * (size_t) (dst->height / sub - y1 / sub));
  }
}

typedef struct GstPeer
{
  GstVideoConverter *converter;
  GstVideoFrame in;
  GstVideoFrame out;
} GstPeer;

static void
map_image (GstVideoFrame *frame, const GstVideoInfo *info,
    const SavantImage *image)
{
  memset (frame, 0, sizeof *frame);
  frame->info = *info;
  for (int p = 0; p < image->n_planes; p++) {
    frame->data[p] = image->data[p];
    frame->info.stride[p] = (gint) image->pitch_bytes[p];
  }
}

static void
run_gst (void *state)
{
  GstPeer *peer = state;

  gst_video_converter_frame (peer->converter, &peer->in, &peer->out);
}

static void
free_gst (void *state)
{
  GstPeer *peer = state;

  gst_video_converter_free (peer->converter);
  g_free (peer);
}

Peer
peer_gstreamer (const GstVideoInfo *in, const GstVideoInfo *out,
    const SavantTransformJob *job)
{
  GstPeer *peer = g_new0 (GstPeer, 1);
  GstStructure *config = gst_structure_new ("options",
      GST_VIDEO_CONVERTER_OPT_RESAMPLER_METHOD, GST_TYPE_VIDEO_RESAMPLER_METHOD,
      GST_VIDEO_RESAMPLER_METHOD_LINEAR, GST_VIDEO_RESAMPLER_OPT_MAX_TAPS,
      G_TYPE_INT, 2, GST_VIDEO_CONVERTER_OPT_DEST_X, G_TYPE_INT,
      job->dst_rect.x, GST_VIDEO_CONVERTER_OPT_DEST_Y, G_TYPE_INT,
      job->dst_rect.y, GST_VIDEO_CONVERTER_OPT_DEST_WIDTH, G_TYPE_INT,
      job->dst_rect.w, GST_VIDEO_CONVERTER_OPT_DEST_HEIGHT, G_TYPE_INT,
      job->dst_rect.h, GST_VIDEO_CONVERTER_OPT_THREADS, G_TYPE_UINT, 1, NULL);

  map_image (&peer->in, in, &job->src);
  map_image (&peer->out, out, &job->dst);
  peer->converter = gst_video_converter_new ((GstVideoInfo *) in,
      (GstVideoInfo *) out, config);
  g_assert (peer->converter != NULL);
  return (Peer){ "videoconvertscale", peer, run_gst, free_gst };
}

#ifdef HAVE_LIBYUV
typedef struct YuvPeer
{
  SavantTransformJob job;
  uint8_t *scaled;
} YuvPeer;

static void
run_yuv (void *state)
{
  YuvPeer *peer = state;
  const SavantTransformJob *j = &peer->job;
  const SavantImage *s = &j->src, *d = &j->dst;
  int w = j->dst_rect.w, h = j->dst_rect.h;

  peer_clear_bars (j);
  if (s->format == SAVANT_FORMAT_I420) {
    I420ToARGBMatrix (s->data[0], (int) s->pitch_bytes[0], s->data[1],
        (int) s->pitch_bytes[1], s->data[2], (int) s->pitch_bytes[2],
        peer_target (j, 0, 1, 4), (int) d->pitch_bytes[0], &kYuvH709Constants,
        w, h);
  } else if (s->format == SAVANT_FORMAT_RGBA) {
    ARGBScale (s->data[0], (int) s->pitch_bytes[0], s->width, s->height,
        peer_target (j, 0, 1, 4), (int) d->pitch_bytes[0], w, h,
        kFilterBilinear);
  } else if (d->format == SAVANT_FORMAT_NV12) {
    NV12Scale (s->data[0], (int) s->pitch_bytes[0], s->data[1],
        (int) s->pitch_bytes[1], s->width, s->height, peer_target (j, 0, 1, 1),
        (int) d->pitch_bytes[0], peer_target (j, 1, 2, 2),
        (int) d->pitch_bytes[1], w, h, kFilterBilinear);
  } else {
    uint8_t *uv = peer->scaled + (size_t) w * (size_t) h;

    NV12Scale (s->data[0], (int) s->pitch_bytes[0], s->data[1],
        (int) s->pitch_bytes[1], s->width, s->height, peer->scaled, w, uv,
        (w + 1) & ~1, w, h, kFilterBilinear);
    NV12ToARGBMatrix (peer->scaled, w, uv, (w + 1) & ~1,
        peer_target (j, 0, 1, 4), (int) d->pitch_bytes[0], &kYuvH709Constants,
        w, h);
  }
}

static void
free_yuv (void *state)
{
  YuvPeer *peer = state;

  g_free (peer->scaled);
  g_free (peer);
}

Peer
peer_libyuv (const SavantTransformJob *job)
{
  YuvPeer *peer = g_new0 (YuvPeer, 1);

  peer->job = *job;
  peer->scaled =
      g_malloc ((gsize) job->dst_rect.w * 2 * (gsize) job->dst_rect.h + 4096);
  return (Peer){ "libyuv", peer, run_yuv, free_yuv };
}
#else
Peer
peer_libyuv (const SavantTransformJob *job)
{
  (void) job;
  return (Peer){ "libyuv", NULL, NULL, NULL };
}
#endif

typedef struct CopyPeer
{
  gsize size;
  void *from;
  void *to;
} CopyPeer;

static void
run_copy (void *state)
{
  CopyPeer *peer = state;

  memcpy (peer->to, peer->from, peer->size);
  /* The copy must not be optimised away. */
  __asm__ volatile ("" : : "r"(peer->to) : "memory");
}

static void
free_copy (void *state)
{
  CopyPeer *peer = state;

  g_free (peer->from);
  g_free (peer->to);
  g_free (peer);
}

Peer
peer_memcpy (gsize bytes)
{
  CopyPeer *peer = g_new0 (CopyPeer, 1);

  /* A memcpy of n bytes moves 2 n. */
  peer->size = bytes / 2;
  peer->from = g_malloc0 (peer->size);
  peer->to = g_malloc0 (peer->size);
  return (Peer){ "memcpy", peer, run_copy, free_copy };
}

#ifndef HAVE_OPENCV
Peer
peer_opencv (const SavantTransformJob *job)
{
  (void) job;
  return (Peer){ NULL, NULL, NULL, NULL };
}
#endif
