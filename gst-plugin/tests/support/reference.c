/* SPDX-License-Identifier: Apache-2.0 */
#include "reference.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define MIN(a, b) ((a) < (b) ? (a) : (b))
#define MAX(a, b) ((a) > (b) ? (a) : (b))

enum
{
  HORIZONTAL,
  VERTICAL
};

/* The source samples and weights of consecutive destination samples of one
 * axis. */
typedef struct Taps
{
  int n;
  int max_taps;
  int *count;
  int *index;
  double *weight;
  bool *exact; /* one sample, taken as it is */
} Taps;

/* The samples that a chroma sample is averaged from, along one axis. */
typedef struct Share
{
  int n;
  int index[3];
  double weight[3];
} Share;

/* One axis of a destination: the rectangle on it and the source axis that
 * drives it. */
typedef struct Axis
{
  int start;
  int length;
  bool mirrored;
  int source_axis;
  int source_start;
  int source_length;
} Axis;

typedef struct Reference
{
  const SavantTransformConfig *config;
  const SavantTransformJob *job;
  const SavantImage *expected;
  const SavantImage *tolerance;
  const RefFormat *src;
  const RefFormat *dst;
  Axis axis[2];
  bool quarter;
  SavantInterpolation filter;
  RefConversion conversion;
} Reference;

/* Taps of every source component for a grid of destination samples. */
typedef struct Grid
{
  Taps taps[4][2];
} Grid;

static double
clamp (double v, double low, double high)
{
  return v < low ? low : v > high ? high : v;
}

/* Where the first sample of a plane has its centre, in luma samples. */
static double
origin (const SavantImage *image, int axis, int sub)
{
  unsigned cosited =
      axis == HORIZONTAL ? SAVANT_SITING_H_COSITED : SAVANT_SITING_V_COSITED;

  if (sub == 1)
    return 0.5;
  return image->colorimetry.siting & cosited ? 0.5 : 1.0;
}

static int
comp_sub (const RefFormat *format, int comp, int axis)
{
  if (format->family != REF_YUV || comp == 0)
    return 1;
  return axis == HORIZONTAL ? format->sub_x : format->sub_y;
}

static double
catmull_rom (double t)
{
  t = fabs (t);
  if (t < 1.0)
    return 1.5 * t * t * t - 2.5 * t * t + 1.0;
  if (t < 2.0)
    return -0.5 * t * t * t + 2.5 * t * t - 4.0 * t + 2.0;
  return 0.0;
}

static double
sinc (double t)
{
  if (t == floor (t))
    return t == 0.0 ? 1.0 : 0.0;
  return sin (M_PI * t) / (M_PI * t);
}

static double
kernel (SavantInterpolation filter, double t)
{
  if (filter == SAVANT_INTERPOLATION_CUBIC)
    return catmull_rom (t);
  if (filter == SAVANT_INTERPOLATION_LANCZOS)
    return fabs (t) < 3.0 ? sinc (t) * sinc (t / 3.0) : 0.0;
  return MAX (0.0, 1.0 - fabs (t));
}

static void
taps_alloc (Taps *taps, int n, int max_taps)
{
  taps->n = n;
  taps->max_taps = max_taps;
  taps->count = calloc (n, sizeof (int));
  taps->exact = calloc (n, sizeof (bool));
  taps->index = calloc ((size_t) n * max_taps, sizeof (int));
  taps->weight = calloc ((size_t) n * max_taps, sizeof (double));
}

static void
taps_free (Taps *taps)
{
  free (taps->count);
  free (taps->exact);
  free (taps->index);
  free (taps->weight);
}

static void
taps_add (Taps *taps, int i, int k, int first, int last, double weight)
{
  int slot = i * taps->max_taps + taps->count[i]++;

  taps->index[slot] = k < first ? first : k > last ? last : k;
  taps->weight[slot] = weight;
}

static void
taps_normalise (Taps *taps, int i)
{
  double *weight = taps->weight + (size_t) i * taps->max_taps, sum = 0.0;

  for (int t = 0; t < taps->count[i]; t++)
    sum += weight[t];
  for (int t = 0; t < taps->count[i]; t++)
    weight[t] /= sum;
}

/* The filter around position p for sample i; r is the step between two
 * samples, in source samples. */
static void
taps_set (Taps *taps, int i, SavantInterpolation filter, double p, double r,
    int first, int last)
{
  int half = 1;

  if (filter == SAVANT_INTERPOLATION_NEAREST) {
    taps_add (taps, i, (int) floor (p + 0.5), first, last, 1.0);
    return;
  }
  if (filter == SAVANT_INTERPOLATION_SUPER && r > 1.0) {
    double low = p - r / 2.0, high = p + r / 2.0;

    for (int k = (int) floor (low + 0.5); k - 0.5 < high; k++) {
      double overlap = MIN (high, k + 0.5) - MAX (low, k - 0.5);

      if (overlap > 0.0)
        taps_add (taps, i, k, first, last, overlap);
    }
  } else {
    if (filter == SAVANT_INTERPOLATION_CUBIC)
      half = 2;
    else if (filter == SAVANT_INTERPOLATION_LANCZOS)
      half = 3;
    for (int k = (int) floor (p) - half + 1; k <= (int) floor (p) + half; k++)
      taps_add (taps, i, k, first, last, kernel (filter, p - k));
  }
  taps_normalise (taps, i);
}

/* Taps of source component `comp` for destination samples first..last of a
 * plane with subsampling `sub` on `axis`. */
static void
taps_build (Taps *taps, const Reference *ref, int axis, int sub, int first,
    int last, int comp)
{
  const Axis *a = &ref->axis[axis];
  int h = comp_sub (ref->src, comp, a->source_axis);
  double o = origin (&ref->job->src, a->source_axis, h);
  double offset = origin (&ref->job->dst, axis, sub);
  double r = (double) sub * a->source_length / a->length / h;
  int low = a->source_start / h;
  int high = (a->source_start + a->source_length - 1) / h;
  bool boxed = ref->filter == SAVANT_INTERPOLATION_SUPER && r > 1.0;

  taps_alloc (taps, last - first + 1, boxed ? (int) r + 4 : 6);
  for (int i = 0; i <= last - first; i++) {
    double x = sub * (double) (first + i) + offset - a->start;
    double u, p;

    x = clamp (x, 0.0, a->length);
    if (a->mirrored)
      x = a->length - x;
    u = x * a->source_length / a->length;
    p = (a->source_start + u - o) / h;
    taps_set (taps, i, ref->filter, p, r, low, high);
    taps->exact[i] = ref->filter == SAVANT_INTERPOLATION_NEAREST
        || (a->source_length == a->length && !boxed && p == floor (p));
  }
}

static void
grid_build (Grid *grid, const Reference *ref, const int sub[2],
    const int first[2], const int last[2])
{
  for (int c = 0; c < ref->src->n_comps; c++) {
    for (int axis = 0; axis < 2; axis++)
      taps_build (&grid->taps[c][axis], ref, axis, sub[axis], first[axis],
          last[axis], c);
  }
}

static void
grid_free (Grid *grid, const Reference *ref)
{
  for (int c = 0; c < ref->src->n_comps; c++) {
    taps_free (&grid->taps[c][HORIZONTAL]);
    taps_free (&grid->taps[c][VERTICAL]);
  }
}

/* A source sample on the scale of 8 bits. */
static double
sample (const SavantImage *image, const RefFormat *format, int c, int x, int y)
{
  const uint8_t *at = image->data[format->plane[c]]
      + y * image->pitch_bytes[format->plane[c]] + format->offset[c]
      + (ptrdiff_t) x * format->step[c];
  int code;

  if (format->bytes == 1)
    return *at;
  code = (at[0] | at[1] << 8) >> format->shift;
  if (image->colorimetry.range == SAVANT_RANGE_LIMITED)
    return code / 4.0;
  return c == 0 ? code * 255.0 / 1023.0 : (code - 512) * 255.0 / 1023.0 + 128.0;
}

/* All source components at a place of a grid, clamped, and whether each is a
 * single sample taken as it is. */
static void
grid_sample (const Grid *grid, const Reference *ref, int gx, int gy,
    double out[4], bool exact[4])
{
  for (int c = 0; c < ref->src->n_comps; c++) {
    const Taps *tx = &grid->taps[c][HORIZONTAL];
    const Taps *ty = &grid->taps[c][VERTICAL];
    int ix = gx, iy = gy;
    double sum = 0.0;

    exact[c] = tx->exact[gx] && ty->exact[gy];
    if (ref->quarter) {
      tx = &grid->taps[c][VERTICAL];
      ty = &grid->taps[c][HORIZONTAL];
      ix = gy;
      iy = gx;
    }
    for (int j = 0; j < ty->count[iy]; j++) {
      double row = 0.0;

      for (int i = 0; i < tx->count[ix]; i++)
        row += tx->weight[ix * tx->max_taps + i]
            * sample (&ref->job->src, ref->src, c,
                tx->index[ix * tx->max_taps + i],
                ty->index[iy * ty->max_taps + j]);
      sum += ty->weight[iy * ty->max_taps + j] * row;
    }
    out[c] = clamp (sum, 0.0, 255.0);
  }
}

static void
put (const Reference *ref, int c, int x, int y, double value, int tolerance)
{
  int plane = ref->dst->plane[c];
  ptrdiff_t at = ref->dst->offset[c] + (ptrdiff_t) x * ref->dst->step[c];
  const SavantImage *e = ref->expected, *t = ref->tolerance;

  e->data[plane][y * e->pitch_bytes[plane] + at] =
      (uint8_t) floor (clamp (value, 0.0, 255.0) + 0.5);
  t->data[plane][y * t->pitch_bytes[plane] + at] = (uint8_t) tolerance;
}

static void
put_filler (const Reference *ref, int x, int y, int value)
{
  ptrdiff_t at = 4 * (ptrdiff_t) x + ref->dst->filler;

  ref->expected->data[0][y * ref->expected->pitch_bytes[0] + at] =
      (uint8_t) value;
  ref->tolerance->data[0][y * ref->tolerance->pitch_bytes[0] + at] = 0;
}

/* Levels by which a computed component may differ. */
static int
allowed (const Reference *ref, const bool exact[4], int c)
{
  bool nearest = ref->filter == SAVANT_INTERPOLATION_NEAREST;

  switch (ref->conversion) {
    case REF_SAME:
      return exact[ref->src->family == REF_GRAY ? 0 : c] ? 0 : 1;
    case REF_RANGE:
      return 1;
    default:
      return nearest ? 1 : 2;
  }
}

static void
fill_bars (const Reference *ref)
{
  const SavantImage *dst = &ref->job->dst;
  double color[4] = { 0.0, 0.0, 0.0, 255.0 };

  ref_convert_rgb (ref->config->pad_color, dst, color);
  for (int c = 0; c < ref->dst->n_comps; c++) {
    int sub_x = comp_sub (ref->dst, c, HORIZONTAL);
    int sub_y = comp_sub (ref->dst, c, VERTICAL);
    double fraction = color[c] - floor (color[c]);
    /* A tie may fall either way. */
    int tolerance = fabs (fraction - 0.5) < 1e-9 ? 1 : 0;

    for (int y = 0; y < (dst->height + sub_y - 1) / sub_y; y++) {
      for (int x = 0; x < (dst->width + sub_x - 1) / sub_x; x++)
        put (ref, c, x, y, color[c], tolerance);
    }
  }
  if (ref->dst->filler < 0)
    return;
  for (int y = 0; y < dst->height; y++) {
    for (int x = 0; x < dst->width; x++)
      put_filler (ref, x, y, 255);
  }
}

/* Luma, grey or every component of RGB. */
static void
fill_full_planes (const Reference *ref)
{
  const SavantRect *rect = &ref->job->dst_rect;
  const int sub[2] = { 1, 1 }, first[2] = { rect->x, rect->y };
  const int last[2] = { rect->x + rect->w - 1, rect->y + rect->h - 1 };
  int n = ref->dst->family == REF_RGB ? 3 : 1;
  Grid grid;

  grid_build (&grid, ref, sub, first, last);
  for (int y = 0; y < rect->h; y++) {
    for (int x = 0; x < rect->w; x++) {
      double in[4] = { 0.0, 128.0, 128.0, 255.0 }, out[3];
      bool exact[4] = { true, true, true, true };

      grid_sample (&grid, ref, x, y, in, exact);
      ref_convert (&ref->job->src, &ref->job->dst, in, out);
      for (int c = 0; c < n; c++)
        put (ref, c, rect->x + x, rect->y + y, out[c], allowed (ref, exact, c));
      if (ref->dst->n_comps == 4)
        put (ref, 3, rect->x + x, rect->y + y, in[3], exact[3] ? 0 : 1);
    }
  }
  grid_free (&grid, ref);
}

/* From which luma samples of the rectangle, counted from its edge, chroma
 * sample i of an axis is averaged. */
static void
share_set (Share *share, const Reference *ref, int axis, int i)
{
  const Axis *a = &ref->axis[axis];
  double centre = 2.0 * i + origin (&ref->job->dst, axis, 2), sum = 0.0;

  share->n = 0;
  for (int j = 2 * i - 1; j <= 2 * i + 1; j++) {
    double overlap = MIN (centre + 1.0, j + 1.0) - MAX (centre - 1.0, j);

    if (overlap <= 0.0 || j < a->start || j >= a->start + a->length)
      continue;
    share->index[share->n] = j - a->start;
    share->weight[share->n++] = overlap;
    sum += overlap;
  }
  for (int k = 0; k < share->n; k++)
    share->weight[k] /= sum;
}

static void
fill_chroma (const Reference *ref)
{
  const int dst_sub[2] = { ref->dst->sub_x, ref->dst->sub_y };
  int first[2], last[2], sub[2], grid_first[2], grid_last[2];
  bool finer[2];
  Grid grid;

  for (int axis = 0; axis < 2; axis++) {
    const Axis *a = &ref->axis[axis];

    finer[axis] = comp_sub (ref->src, 1, a->source_axis) < dst_sub[axis];
    first[axis] = a->start / dst_sub[axis];
    last[axis] = (a->start + a->length - 1) / dst_sub[axis];
    sub[axis] = finer[axis] ? 1 : dst_sub[axis];
    grid_first[axis] = finer[axis] ? a->start : first[axis];
    grid_last[axis] = finer[axis] ? a->start + a->length - 1 : last[axis];
  }
  grid_build (&grid, ref, sub, grid_first, grid_last);
  for (int y = first[VERTICAL]; y <= last[VERTICAL]; y++) {
    for (int x = first[HORIZONTAL]; x <= last[HORIZONTAL]; x++) {
      Share sx = { 1, { x - first[HORIZONTAL] }, { 1.0 } };
      Share sy = { 1, { y - first[VERTICAL] }, { 1.0 } };
      double u = 0.0, v = 0.0;
      bool exact[4] = { false };

      if (finer[HORIZONTAL])
        share_set (&sx, ref, HORIZONTAL, x);
      if (finer[VERTICAL])
        share_set (&sy, ref, VERTICAL, y);
      for (int j = 0; j < sy.n; j++) {
        for (int i = 0; i < sx.n; i++) {
          double in[4] = { 0.0, 128.0, 128.0, 255.0 }, out[3];
          double weight = sx.weight[i] * sy.weight[j];

          grid_sample (&grid, ref, sx.index[i], sy.index[j], in, exact);
          ref_convert (&ref->job->src, &ref->job->dst, in, out);
          u += weight * clamp (out[1], 0.0, 255.0);
          v += weight * clamp (out[2], 0.0, 255.0);
        }
      }
      exact[1] = exact[1] && sx.n * sy.n == 1;
      exact[2] = exact[1];
      if (ref->src->family == REF_GRAY) {
        put (ref, 1, x, y, 128.0, 0);
        put (ref, 2, x, y, 128.0, 0);
      } else {
        put (ref, 1, x, y, u, allowed (ref, exact, 1));
        put (ref, 2, x, y, v, allowed (ref, exact, 2));
      }
    }
  }
  grid_free (&grid, ref);
}

/* A copy keeps the bytes that mean nothing, too. */
static void
copy_filler (const Reference *ref)
{
  const SavantTransformJob *job = ref->job;
  const SavantRect *s = &job->src_rect, *d = &job->dst_rect;

  if (job->src.format != job->dst.format || ref->conversion != REF_SAME
      || ref->config->flip != SAVANT_FLIP_NONE || s->w != d->w || s->h != d->h)
    return;
  for (int y = 0; y < d->h; y++) {
    for (int x = 0; x < d->w; x++)
      put_filler (ref, d->x + x, d->y + y,
          job->src.data[0][(s->y + y) * job->src.pitch_bytes[0]
              + 4 * (ptrdiff_t) (s->x + x) + ref->dst->filler]);
  }
}

/* The second Y of the last pair of an odd width repeats the first. */
static void
fill_spare_luma (const SavantImage *image)
{
  if (image->format != SAVANT_FORMAT_UYVY || image->width % 2 == 0)
    return;
  for (int y = 0; y < image->height; y++) {
    uint8_t *row = image->data[0] + y * image->pitch_bytes[0];

    row[2 * image->width + 1] = row[2 * image->width - 1];
  }
}

/* Equal pictures as a whole are copied, wherever their chroma sits. */
static bool
copy_whole (const Reference *ref)
{
  const SavantTransformJob *job = ref->job;
  const SavantRect *s = &job->src_rect, *d = &job->dst_rect;

  if (job->src.format != job->dst.format || ref->conversion != REF_SAME
      || ref->config->flip != SAVANT_FLIP_NONE
      || job->src.width != job->dst.width || job->src.height != job->dst.height
      || s->w != job->src.width || s->h != job->src.height || d->w != s->w
      || d->h != s->h)
    return false;
  for (int p = 0; p < ref->dst->n_planes; p++) {
    int bytes = ref_row_bytes (ref->dst, p, job->dst.width);

    for (int y = 0; y < ref_rows (ref->dst, p, job->dst.height); y++) {
      memcpy (ref->expected->data[p] + y * ref->expected->pitch_bytes[p],
          job->src.data[p] + y * job->src.pitch_bytes[p], (size_t) bytes);
      memset (ref->tolerance->data[p] + y * ref->tolerance->pitch_bytes[p], 0,
          (size_t) bytes);
    }
  }
  fill_spare_luma (ref->expected);
  return true;
}

static void
set_axes (Reference *ref)
{
  const SavantRect *s = &ref->job->src_rect, *d = &ref->job->dst_rect;
  SavantFlip flip = ref->config->flip;
  bool quarter = flip == SAVANT_FLIP_ROTATE_90 || flip == SAVANT_FLIP_ROTATE_270
      || flip == SAVANT_FLIP_TRANSPOSE || flip == SAVANT_FLIP_INVERSE_TRANSPOSE;
  /* A clockwise quarter turn: the destination's x runs up the source's
   * columns, its y along the source's rows; the other flips likewise. */
  bool mirror_x = flip == SAVANT_FLIP_X || flip == SAVANT_FLIP_ROTATE_180
      || flip == SAVANT_FLIP_ROTATE_90 || flip == SAVANT_FLIP_INVERSE_TRANSPOSE;
  bool mirror_y = flip == SAVANT_FLIP_Y || flip == SAVANT_FLIP_ROTATE_180
      || flip == SAVANT_FLIP_ROTATE_270
      || flip == SAVANT_FLIP_INVERSE_TRANSPOSE;

  ref->quarter = quarter;
  ref->axis[HORIZONTAL] =
      (Axis){ d->x, d->w, mirror_x, quarter ? VERTICAL : HORIZONTAL,
        quarter ? s->y : s->x, quarter ? s->h : s->w };
  ref->axis[VERTICAL] =
      (Axis){ d->y, d->h, mirror_y, quarter ? HORIZONTAL : VERTICAL,
        quarter ? s->x : s->y, quarter ? s->w : s->h };
}

void
ref_transform (const SavantTransformConfig *config,
    const SavantTransformJob *job, const SavantImage *expected,
    const SavantImage *tolerance)
{
  Reference ref = {
    .config = config, .job = job, .expected = expected, .tolerance = tolerance
  };

  ref.src = ref_format (job->src.format);
  ref.dst = ref_format (job->dst.format);
  ref.conversion = ref_conversion (&job->src, &job->dst);
  ref.filter = config->interpolation;
  if (ref.filter == SAVANT_INTERPOLATION_NICEST)
    ref.filter = SAVANT_INTERPOLATION_SUPER;
  if (ref.filter == SAVANT_INTERPOLATION_DEFAULT)
    ref.filter = SAVANT_INTERPOLATION_NEAREST;
  if (copy_whole (&ref))
    return;
  set_axes (&ref);
  fill_bars (&ref);
  fill_full_planes (&ref);
  if (ref.dst->family == REF_YUV)
    fill_chroma (&ref);
  if (ref.dst->filler >= 0)
    copy_filler (&ref);
  fill_spare_luma (expected);
  fill_spare_luma (tolerance);
}
