/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SV_HOST_ENGINE8_H
#define SV_HOST_ENGINE8_H

/* The 8-bit engine: pictures of 8-bit samples through filters of at most two
 * taps, without a matrix or from YUV to four-byte RGB. A stream is what one
 * gather fetches: an interleaved pixel or one planar component. Its columns
 * are tables of byte offsets and weights, made once a plan. Rows between the
 * steps are Q7 (kernels.h), which keeps errors below a tenth of a level. */

#include <math.h>

#include "plan.h"

typedef enum SvColumns
{
  COLUMNS_STRAIGHT, /* consecutive pixels */
  COLUMNS_STRIDE,   /* single bytes at a constant distance */
  COLUMNS_POINT,    /* one pixel each */
  COLUMNS_PAIR,     /* two neighbours each */
  COLUMNS_DOUBLE    /* two neighbours, doubling the row */
} SvColumns;

typedef struct SvStream
{
  int channels;     /* bytes of a pixel that are fetched */
  int component[4]; /* of the source, one a channel */
  int step;         /* bytes from one pixel to the next */
  SvLattice lattice;
  SvGrid grid;
  SvColumns columns;
  int n;            /* destination pixels of a row */
  int32_t first;    /* all but POINT, PAIR: byte offset of the span */
  int stride;       /* STRIDE: bytes from one to the next */
  int span;         /* PAIR, DOUBLE: source pixels */
  int32_t *at;      /* POINT, PAIR: byte offset of each pixel */
  int delta;        /* PAIR: bytes to the right neighbour */
  int32_t *at_wide; /* PAIR: the same in a Q7 row of the span, or
                       NULL where rows are better filtered later */
  int16_t *weights; /* Q15 of that; PAIR: one a channel */
  /* DOUBLE: pixels from head on, in pairs, follow the pattern. */
  int head;
  int pairs;
  int pattern_first;
  int pattern_d;
} SvStream;

typedef struct SvTable8
{
  int n_streams;
  SvStream streams[3];
  bool matrix;  /* YUV to RGB */
  bool swizzle; /* RGB to RGB in another order */
  uint8_t map[4];
} SvTable8;

static inline int16_t
sv_q15 (float weight)
{
  long v = lroundf (weight * 32768.0f);

  return (int16_t) (v > 32767 ? 32767 : v);
}

#endif
