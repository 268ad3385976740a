/* SPDX-License-Identifier: Apache-2.0 */
#include "staging.h"

#include "../../core/format.h"
#include "../../core/letterbox.h"

#define STAGING_ALIGN 256

/* How a kernel comes by a source. */
typedef enum Reach
{
  REACH_DIRECT,
  REACH_CPU,
  REACH_PEER
} Reach;

bool
sv_cu_reads_source (const SvCuWork *work)
{
  return work->job->dst_rect.w > 0 && work->job->dst_rect.h > 0;
}

bool
sv_cu_is_cpu (const SvCuPlace *place)
{
  return !place->gpu || place->pinned;
}

/* The rows of a source that a kernel reads, about. */
static int
rows_read (const SavantTransformConfig *config, const SavantTransformJob *job)
{
  SavantInterpolation filter = config->interpolation;
  int rows =
      sv_flip_is_transposed (config->flip) ? job->dst_rect.w : job->dst_rect.h;

  if (filter == SAVANT_INTERPOLATION_BILINEAR)
    rows *= 2;
  else if (filter != SAVANT_INTERPOLATION_NEAREST
      && filter != SAVANT_INTERPOLATION_DEFAULT)
    return job->src_rect.h;
  return rows < job->src_rect.h ? rows : job->src_rect.h;
}

/* The copy engines are a quarter faster than kernels at pinned memory, but take
 * whole pictures: what a kernel needs less of than 4 of 5 rows it reads where
 * it is. */
static Reach
reach_of (const SavantTransformConfig *config, const SvCuWork *work, int gpu_id)
{
  const SavantTransformJob *job = work->job;

  if (!sv_cu_reads_source (work))
    return REACH_DIRECT;
  if (!work->src.gpu)
    return REACH_CPU;
  if (work->src.pinned)
    return 5 * (int64_t) rows_read (config, job) * job->src_rect.w
            >= 4 * (int64_t) job->src.height * job->src.width
        ? REACH_CPU
        : REACH_DIRECT;
  return work->src.bound && work->src.gpu_id != gpu_id ? REACH_PEER
                                                       : REACH_DIRECT;
}

static size_t
align_up (size_t n)
{
  return (n + STAGING_ALIGN - 1) / STAGING_ALIGN * STAGING_ALIGN;
}

/* A plane as a block of rows from the lowest address on. */
typedef struct Rows
{
  uint8_t *lowest;
  size_t row_bytes;
  size_t rows;
  size_t pitch;
  bool bottom_up;
} Rows;

static Rows
rows_of (const SavantImage *image, int plane)
{
  const SvFormatInfo *info = sv_format_info (image->format);
  ptrdiff_t pitch = image->pitch_bytes[plane];
  Rows r = { .lowest = image->data[plane],
    .row_bytes = (size_t) sv_format_plane_row_bytes (info, plane, image->width),
    .rows = (size_t) sv_format_plane_rows (info, plane, image->height),
    .bottom_up = pitch < 0 };

  if (r.bottom_up)
    r.lowest += (ptrdiff_t) (r.rows - 1) * pitch;
  r.pitch = r.rows > 1 ? (size_t) (pitch < 0 ? -pitch : pitch) : r.row_bytes;
  return r;
}

/* The pitch of a plane's copy. Rows without gaps travel in one piece. */
static size_t
staged_pitch (const Rows *r)
{
  return r->pitch == r->row_bytes && r->row_bytes % 16 == 0
      ? r->pitch
      : align_up (r->row_bytes);
}

/* ---- Between the CPU and the GPU ---------------------------------------- */

static bool
follows (const Rows *last, const Rows *next)
{
  return !last->bottom_up
      && next->lowest == last->lowest + last->rows * last->pitch
      && next->pitch == last->pitch && next->row_bytes == last->row_bytes;
}

/* Whether two rows are of one allocation: the driver refuses a copy across two,
 * which may lie side by side. */
static bool
share_allocation (const Rows *last, const Rows *next)
{
  SvCuPlace a = sv_cu_locate (last->lowest), b = sv_cu_locate (next->lowest);

  return a.block == b.block && (a.block != NULL || (!a.gpu && !b.gpu));
}

/* Planes that go on where the one before ends, in both pictures, are copied
 * with it: each copy costs some microseconds. Returns how many there are. */
static int
join_planes (const SavantImage *cpu, const SavantImage *gpu, bool staged,
    int plane, Rows *c, Rows *g)
{
  int n = 1;

  for (; plane + n < cpu->n_planes; n++) {
    Rows next_c = rows_of (cpu, plane + n), next_g = rows_of (gpu, plane + n);

    if (!follows (c, &next_c) || !follows (g, &next_g)
        || !share_allocation (c, &next_c)
        || !(staged || share_allocation (g, &next_g)))
      break;
    c->rows += next_c.rows;
    g->rows += next_g.rows;
  }
  return n;
}

int
sv_cu_move_rows (SvCuStream stream, const SavantImage *cpu,
    const SavantImage *gpu, bool staged, bool up)
{
  const SvCuDriver *cu = sv_cu_driver ();
  int status = SAVANT_OK;

  for (int p = 0, n; status == SAVANT_OK && p < cpu->n_planes; p += n) {
    Rows c = rows_of (cpu, p), g = rows_of (gpu, p);
    SvCuPtr host = (SvCuPtr) (uintptr_t) c.lowest;
    SvCuPtr device = (SvCuPtr) (uintptr_t) g.lowest;
    SvCuCopy2d copy = { .width_bytes = c.row_bytes };

    n = join_planes (cpu, gpu, staged, p, &c, &g);
    copy.height = c.rows;
    if (c.pitch == c.row_bytes && g.pitch == g.row_bytes) {
      status = sv_cu_check (cu->copy (up ? device : host, up ? host : device,
                                c.row_bytes * c.rows, stream),
          "cuMemcpyAsync");
      continue;
    }
    copy.src_memory_type = up ? SV_CU_MEMORY_HOST : SV_CU_MEMORY_DEVICE;
    copy.dst_memory_type = up ? SV_CU_MEMORY_DEVICE : SV_CU_MEMORY_HOST;
    if (up) {
      copy.src_host = c.lowest;
      copy.dst_device = device;
    } else {
      copy.src_device = device;
      copy.dst_host = c.lowest;
    }
    copy.src_pitch = up ? c.pitch : g.pitch;
    copy.dst_pitch = up ? g.pitch : c.pitch;
    status = sv_cu_check (cu->copy_2d (&copy, stream), "cuMemcpy2DAsync");
  }
  return status;
}

static bool
is_whole (const SavantRect *rect, const SavantImage *image)
{
  return rect->x == 0 && rect->y == 0 && rect->w == image->width
      && rect->h == image->height;
}

static bool
same_colors (const SavantImage *a, const SavantImage *b)
{
  SvFamily family = sv_format_info (a->format)->family;

  return family == SV_FAMILY_GRAY
      || (a->colorimetry.range == b->colorimetry.range
          && (family == SV_FAMILY_RGB
              || a->colorimetry.matrix == b->colorimetry.matrix));
}

/* An odd row of UYVY ends in a Y that is no pixel's and is made by kernels. */
static bool
has_spare_samples (const SavantImage *image)
{
  return image->format == SAVANT_FORMAT_UYVY && image->width % 2 != 0;
}

/* The same pictures are copied, wherever their chroma sits. */
static bool
changes_nothing (const SavantTransformConfig *config,
    const SavantTransformJob *job)
{
  const SavantImage *src = &job->src, *dst = &job->dst;

  if (src->format != dst->format || src->width != dst->width
      || src->height != dst->height || config->flip != SAVANT_FLIP_NONE
      || !is_whole (&job->src_rect, src) || !is_whole (&job->dst_rect, dst)
      || !same_colors (src, dst) || has_spare_samples (src))
    return false;
  for (int p = 0; p < src->n_planes; p++)
    if ((src->pitch_bytes[p] < 0) != (dst->pitch_bytes[p] < 0))
      return false;
  return true;
}

bool
sv_cu_is_move (const SavantTransformConfig *config, const SvCuWork *work,
    int gpu_id)
{
  const SvCuPlace *src = &work->src, *dst = &work->dst;
  bool up = sv_cu_is_cpu (src) && dst->bound && dst->gpu_id == gpu_id;
  bool down = sv_cu_is_cpu (dst) && src->bound && src->gpu_id == gpu_id;

  return (up || down) && changes_nothing (config, work->job);
}

int
sv_cu_move (SvCuStream stream, const SavantTransformJob *job, bool up)
{
  return sv_cu_move_rows (stream, up ? &job->src : &job->dst,
      up ? &job->dst : &job->src, false, up);
}

/* ---- Staged pictures ---------------------------------------------------- */

/* Describes the copy of `image` that starts at `at`; returns its end. */
static SvCuPtr
place (const SavantImage *image, SvCuPtr at, SavantImage *staged)
{
  *staged = *image;
  for (int p = 0; p < image->n_planes; p++) {
    Rows r = rows_of (image, p);
    size_t pitch = staged_pitch (&r);
    size_t first = r.bottom_up ? (r.rows - 1) * pitch : 0;

    staged->data[p] = (uint8_t *) (uintptr_t) (at + first);
    staged->pitch_bytes[p] =
        r.bottom_up ? -(ptrdiff_t) pitch : (ptrdiff_t) pitch;
    at += align_up (pitch * r.rows);
  }
  return at;
}

size_t
sv_cu_staged_bytes (const SavantTransformConfig *config, const SvCuWork *work,
    int gpu_id)
{
  Reach reach = reach_of (config, work, gpu_id);
  SavantImage ignored;
  size_t bytes = 0;

  if (!work->dst.gpu)
    bytes += (size_t) place (&work->job->dst, 0, &ignored);
  if (reach != REACH_DIRECT)
    bytes += (size_t) place (&work->job->src, 0, &ignored);
  return bytes;
}

/* A side of a copy between GPUs. */
static SvCuPeerSide
side_of (const Rows *rows, const SvCuGpu *gpu)
{
  return (SvCuPeerSide){ .memory_type = SV_CU_MEMORY_DEVICE,
    .device = (SvCuPtr) (uintptr_t) rows->lowest,
    .context = gpu->context,
    .pitch = rows->pitch,
    .height = rows->rows };
}

/* The planes of another GPU's picture. */
static int
fetch_peer (const SvCuStaged *staged, const SavantImage *image, int peer_id)
{
  const SvCuGpu *peer = sv_cu_peer (staged->gpu, peer_id);
  int status = peer != NULL ? SAVANT_OK : SAVANT_ERROR_EXECUTION;

  for (int p = 0; status == SAVANT_OK && p < image->n_planes; p++) {
    Rows from = rows_of (image, p), to = rows_of (staged->src, p);
    SvCuPeerCopy copy = { .src = side_of (&from, peer),
      .dst = side_of (&to, staged->gpu),
      .width_bytes = from.row_bytes,
      .height = from.rows,
      .depth = 1 };

    status = sv_cu_check (sv_cu_driver ()->copy_peer (&copy, staged->stream),
        "cuMemcpy3DPeerAsync");
  }
  return status;
}

int
sv_cu_stage (const SavantTransformConfig *config, const SvCuWork *work,
    SvCuStaged *staged)
{
  const SavantTransformJob *job = work->job;
  Reach reach = reach_of (config, work, staged->gpu->id);

  *staged->src = job->src;
  *staged->dst = job->dst;
  if (!work->dst.gpu)
    *staged->at = place (&job->dst, *staged->at, staged->dst);
  if (reach == REACH_DIRECT)
    return SAVANT_OK;
  *staged->at = place (&job->src, *staged->at, staged->src);
  return reach == REACH_CPU
      ? sv_cu_move_rows (staged->stream, &job->src, staged->src, true, true)
      : fetch_peer (staged, &job->src, work->src.gpu_id);
}
