/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TEST_PIXELCHECK_H
#define TEST_PIXELCHECK_H

/* Runs savant_transform_run() and compares every byte with the reference. The
 * environment's SAVANT_TEST_BACKEND names the backend, host if it is not set;
 * with cuda the pictures lie in memory of all kinds, GPU memory above all. */

#include "images.h"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define PIXEL_SANITIZED 1
#else
#define PIXEL_SANITIZED 0
#endif

/* One picture to transform. A rectangle of width 0 is the whole picture. */
typedef struct PixelJob
{
  SavantFormat src_format;
  int src_width;
  int src_height;
  SavantRect src_rect;
  SavantFormat dst_format;
  int dst_width;
  int dst_height;
  SavantRect dst_rect;
  SavantColorimetry src_color; /* all zero: BT.709 limited, mpeg2 */
  SavantColorimetry dst_color;
  TestContent content;
  TestLayout src_layout;
  TestLayout dst_layout;
  uint64_t seed;
} PixelJob;

/* A whole picture of random bytes to a whole picture. */
PixelJob pixel_job (SavantFormat src_format, int src_width, int src_height,
    SavantFormat dst_format, int dst_width, int dst_height, uint64_t seed);

/* A transform of the backend under test; fails the test if there is none. */
SavantTransform *pixel_transform_new (void);

/* Runs all jobs in one go and fails the test, with a description of the job,
 * where a byte differs by more than is allowed, a byte outside the rows of a
 * destination was written or a source was. */
void pixel_check (SavantTransform *transform,
    const SavantTransformConfig *config, const PixelJob *jobs, int n_jobs);

/* Where a flip puts a width and a height. */
static inline bool
pixel_flip_swaps (SavantFlip flip)
{
  return flip == SAVANT_FLIP_ROTATE_90 || flip == SAVANT_FLIP_ROTATE_270
      || flip >= SAVANT_FLIP_TRANSPOSE;
}

#define PIXEL_N(array) ((int) (sizeof (array) / sizeof ((array)[0])))

/* The five filters that are not other names of each other. */
extern const SavantInterpolation pixel_filters[5];

/* Prints how far all bytes that this program checked were from the reference,
 * and fails the test where so many were off that it is not a matter of ties:
 * truncating instead of rounding stays within the tolerance, too. */
void pixel_check_errors (const char *title);

#endif
