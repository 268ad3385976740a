/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SV_HOST_FILTER_H
#define SV_HOST_FILTER_H

/* Filter tables of one axis: which source samples make a destination sample,
 * and with which weights. README.md "Pixels" has the formulas. */

#include <stdbool.h>

#include <savant/transform.h>

/* How a plane's axis relates to luma samples. */
typedef struct SvSampling
{
  int sub;       /* luma samples a sample, 1 or 2 */
  double centre; /* of sample 0, in luma samples */
} SvSampling;

SvSampling sv_sampling (int sub, bool cosited);

/* Destination sample i = 0..n-1 is the weighted sum of source samples
 * first[i] .. first[i] + taps - 1, all of them inside the source rectangle. */
typedef struct SvAxis
{
  int n;
  int taps;
  int32_t *first;
  float *weights; /* tap-major: weights[tap * n + i] */
  bool straight;  /* taps 1 and first[i + 1] = first[i] + 1 */
} SvAxis;

/* One axis of a picture's way from source to destination. */
typedef struct SvAxisParams
{
  SavantInterpolation interpolation;
  bool mirror;
  int src_start; /* source rectangle, luma samples */
  int src_length;
  SvSampling src;
  int dst_start; /* destination rectangle, luma samples */
  int dst_length;
  SvSampling dst; /* of the grid on which samples are wanted */
} SvAxisParams;

/* First sample of a subsampled plane that belongs to start, length, and how
 * many do; 0 where length is. */
int sv_axis_first_sample (int start, int sub);
int sv_axis_n_samples (int start, int length, int sub);

/* False without memory; `axis` is then empty. */
bool sv_axis_init (SvAxis *axis, const SvAxisParams *params);

/* The averages that make samples of a subsampled grid (dst) out of values at
 * every luma position of the rectangle; first[] counts from its start. */
bool sv_axis_init_average (SvAxis *axis, int dst_start, int dst_length,
    SvSampling dst);

void sv_axis_clear (SvAxis *axis);

#endif
