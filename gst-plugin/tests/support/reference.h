/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TEST_REFERENCE_H
#define TEST_REFERENCE_H

/* The pixels that a transform must give, in double precision and as plain as
 * the documented formulas. Shares no code and no table with the library. */

#include <stdbool.h>

#include <savant/transform.h>

typedef enum RefFamily
{
  REF_RGB,
  REF_YUV,
  REF_GRAY
} RefFamily;

typedef struct RefFormat
{
  SavantFormat format;
  const char *name;
  RefFamily family;
  bool output;
  int n_planes;
  int n_comps;
  int bytes; /* a sample */
  int shift; /* low bits of a sample without meaning */
  int sub_x;
  int sub_y;
  int filler; /* byte of a pixel that means nothing, or -1 */
  int plane[4];
  int offset[4];
  int step[4];
} RefFormat;

#define REF_N_FORMATS 17
#define REF_N_OUTPUTS 11

/* Row n of the table, outputs first; NULL past the end. */
const RefFormat *ref_format_nth (int n);
const RefFormat *ref_format (SavantFormat format);

/* Bytes of a row and rows of a plane of a picture. */
int ref_row_bytes (const RefFormat *format, int plane, int width);
int ref_rows (const RefFormat *format, int plane, int height);

/* How a conversion changes the numbers of a sample. */
typedef enum RefConversion
{
  REF_SAME,  /* not at all */
  REF_RANGE, /* a component at a time */
  REF_MATRIX /* components are mixed */
} RefConversion;

RefConversion ref_conversion (const SavantImage *src, const SavantImage *dst);

/* One pixel, components in 0..255 in and out, nothing rounded or clamped. */
void ref_convert (const SavantImage *src, const SavantImage *dst,
    const double in[3], double out[3]);

/* A colour 0xRRGGBB as components of `dst`, not rounded. */
void ref_convert_rgb (uint32_t rgb, const SavantImage *dst, double out[3]);

/* Computes the whole destination of `job` into `expected`, a picture of the
 * destination's format and size in other memory, and into `tolerance`, a
 * third such picture, by how many levels each byte may differ from it. */
void ref_transform (const SavantTransformConfig *config,
    const SavantTransformJob *job, const SavantImage *expected,
    const SavantImage *tolerance);

#endif
