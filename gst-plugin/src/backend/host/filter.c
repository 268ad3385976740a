/* SPDX-License-Identifier: Apache-2.0 */
#include "filter.h"

#include <math.h>
#include <stdlib.h>

/* Below this a weight cannot move a result by a rounding step. */
#define NO_WEIGHT 1e-7

SvSampling
sv_sampling (int sub, bool cosited)
{
  return (SvSampling){ sub, sub == 1 || cosited ? 0.5 : 1.0 };
}

int
sv_axis_first_sample (int start, int sub)
{
  return start / sub;
}

int
sv_axis_n_samples (int start, int length, int sub)
{
  return length < 1 ? 0 : (start + length - 1) / sub - start / sub + 1;
}

static double
sinc (double t)
{
  double x = t * 3.14159265358979323846;

  return fabs (x) < 1e-9 ? 1.0 : sin (x) / x;
}

static double
cubic (double t)
{
  const double a = -0.5;

  t = fabs (t);
  if (t <= 1.0)
    return ((a + 2.0) * t - (a + 3.0)) * t * t + 1.0;
  return t < 2.0 ? ((a * t - 5.0 * a) * t + 8.0 * a) * t - 4.0 * a : 0.0;
}

/* The window of one destination sample before clamping. */
typedef struct Window
{
  SavantInterpolation kind; /* NEAREST, BILINEAR, CUBIC, LANCZOS, SUPER */
  double step;
  int taps;
} Window;

static Window
choose_window (const SvAxisParams *p)
{
  Window w = { p->interpolation, 0.0, 0 };

  w.step = (double) p->src_length / p->dst_length * p->dst.sub / p->src.sub;
  if (w.kind == SAVANT_INTERPOLATION_DEFAULT)
    w.kind = SAVANT_INTERPOLATION_NEAREST;
  if (w.kind == SAVANT_INTERPOLATION_NICEST)
    w.kind = SAVANT_INTERPOLATION_SUPER;
  if (w.kind == SAVANT_INTERPOLATION_SUPER && w.step <= 1.0)
    w.kind = SAVANT_INTERPOLATION_BILINEAR;
  switch (w.kind) {
    case SAVANT_INTERPOLATION_NEAREST:
      w.taps = 1;
      break;
    case SAVANT_INTERPOLATION_BILINEAR:
      w.taps = 2;
      break;
    case SAVANT_INTERPOLATION_CUBIC:
      w.taps = 4;
      break;
    case SAVANT_INTERPOLATION_LANCZOS:
      w.taps = 6;
      break;
    default:
      w.taps = (int) ceil (w.step) + 1;
      break;
  }
  return w;
}

static double
overlap (double a0, double a1, double b0, double b1)
{
  double lo = a0 > b0 ? a0 : b0, hi = a1 < b1 ? a1 : b1;

  return hi > lo ? hi - lo : 0.0;
}

/* First sample of the window around p. */
static int64_t
window_first (const Window *w, double p)
{
  switch (w->kind) {
    case SAVANT_INTERPOLATION_NEAREST:
      return (int64_t) floor (p + 0.5);
    case SAVANT_INTERPOLATION_BILINEAR:
      return (int64_t) floor (p);
    case SAVANT_INTERPOLATION_CUBIC:
      return (int64_t) floor (p) - 1;
    case SAVANT_INTERPOLATION_LANCZOS:
      return (int64_t) floor (p) - 2;
    default:
      return (int64_t) floor (p - w->step / 2.0 + 0.5);
  }
}

static double
window_weight (const Window *w, double p, int64_t k)
{
  double t = p - (double) k;

  switch (w->kind) {
    case SAVANT_INTERPOLATION_NEAREST:
      return 1.0;
    case SAVANT_INTERPOLATION_BILINEAR:
      return fabs (t) < 1.0 ? 1.0 - fabs (t) : 0.0;
    case SAVANT_INTERPOLATION_CUBIC:
      return cubic (t);
    case SAVANT_INTERPOLATION_LANCZOS:
      return fabs (t) < 3.0 ? sinc (t) * sinc (t / 3.0) : 0.0;
    default:
      return overlap (p - w->step / 2.0, p + w->step / 2.0, (double) k - 0.5,
          (double) k + 0.5);
  }
}

static double
source_position (const SvAxisParams *p, int sample)
{
  double x = (double) p->dst.sub * sample + p->dst.centre - p->dst_start;

  if (x < 0.0)
    x = 0.0;
  if (x > p->dst_length)
    x = p->dst_length;
  if (p->mirror)
    x = p->dst_length - x;
  double u = x * p->src_length / p->dst_length;
  return (p->src_start + u - p->src.centre) / p->src.sub;
}

static bool
allocate (SvAxis *axis, int n, int taps)
{
  *axis = (SvAxis){ .n = n, .taps = taps };
  axis->first = malloc (sizeof *axis->first * (size_t) n);
  axis->weights = calloc ((size_t) n * (size_t) taps, sizeof *axis->weights);
  if (axis->first == NULL || axis->weights == NULL) {
    sv_axis_clear (axis);
    return false;
  }
  return true;
}

/* Drops the taps that no sample of the axis uses. */
static void
simplify (SvAxis *axis)
{
  if (axis->taps == 2) {
    bool single = true;

    for (int i = 0; single && i < axis->n; i++) {
      float w0 = axis->weights[i];

      single = fabsf (w0) < (float) NO_WEIGHT
          || fabsf (w0 - 1.0f) < (float) NO_WEIGHT;
    }
    if (single) {
      for (int i = 0; i < axis->n; i++) {
        if (axis->weights[i] < 0.5f)
          axis->first[i]++;
        axis->weights[i] = 1.0f;
      }
      axis->taps = 1;
    }
  }
  axis->straight = axis->taps == 1;
  for (int i = 1; axis->straight && i < axis->n; i++)
    axis->straight = axis->first[i] == axis->first[i - 1] + 1;
}

bool
sv_axis_init (SvAxis *axis, const SvAxisParams *p)
{
  Window w = choose_window (p);
  int dst_first = sv_axis_first_sample (p->dst_start, p->dst.sub);
  int n = sv_axis_n_samples (p->dst_start, p->dst_length, p->dst.sub);
  int lo = sv_axis_first_sample (p->src_start, p->src.sub);
  int hi = lo + sv_axis_n_samples (p->src_start, p->src_length, p->src.sub) - 1;
  int taps = w.taps < hi - lo + 1 ? w.taps : hi - lo + 1;

  if (!allocate (axis, n, taps))
    return false;
  for (int i = 0; i < n; i++) {
    double position = source_position (p, dst_first + i);
    int64_t k0 = window_first (&w, position);
    double sum = 0.0;
    int64_t first = k0;

    first = first > hi - taps + 1 ? hi - taps + 1 : first;
    first = first < lo ? lo : first;
    axis->first[i] = (int32_t) first;
    for (int t = 0; t < w.taps; t++)
      sum += window_weight (&w, position, k0 + t);
    for (int t = 0; t < w.taps; t++) {
      int64_t k = k0 + t;

      k = k < lo ? lo : k > hi ? hi : k;
      axis->weights[(k - first) * n + i] +=
          (float) (window_weight (&w, position, k0 + t) / sum);
    }
  }
  simplify (axis);
  return true;
}

bool
sv_axis_init_average (SvAxis *axis, int dst_start, int dst_length,
    SvSampling dst)
{
  int dst_first = sv_axis_first_sample (dst_start, dst.sub);
  int n = sv_axis_n_samples (dst_start, dst_length, dst.sub);
  int taps = dst_length < 3 ? dst_length : 3;

  if (!allocate (axis, n, taps))
    return false;
  for (int i = 0; i < n; i++) {
    double centre = (double) dst.sub * (dst_first + i) + dst.centre;
    double from = centre - dst.sub / 2.0, to = centre + dst.sub / 2.0;
    int first = (int) floor (from) - dst_start;
    double sum = 0.0;

    first = first > dst_length - taps ? dst_length - taps : first;
    first = first < 0 ? 0 : first;
    axis->first[i] = first;
    for (int t = 0; t < taps; t++) {
      int k = dst_start + first + t;

      sum += overlap (from, to, k, k + 1.0);
    }
    for (int t = 0; t < taps; t++) {
      int k = dst_start + first + t;

      axis->weights[t * n + i] = (float) (overlap (from, to, k, k + 1.0) / sum);
    }
  }
  simplify (axis);
  return true;
}

void
sv_axis_clear (SvAxis *axis)
{
  free (axis->first);
  free (axis->weights);
  *axis = (SvAxis){ 0 };
}
