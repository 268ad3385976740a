/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SV_HOST_ENGINE8_H
#define SV_HOST_ENGINE8_H

/* The 8-bit engine: pictures of 8-bit samples through filters of at most two
 * taps, without a matrix or from YUV to four-byte RGB. A stream is what one
 * pass over a source row yields: an interleaved pixel, a planar component, or U
 * and V of one plane. Which bytes make a lane of it, and in which order lanes
 * follow, is in tables made once a plan. Rows between the steps are Q7 and Q6
 * (kernels.h), which keeps errors below a tenth of a level. */

#include "columns.h"
#include "plan.h"

typedef struct SvStream
{
  int component; /* of the source, whose rows these are */
  SvLattice lattice;
  SvGrid grid;
  int n_lanes;   /* wanted ones */
  bool straight; /* lanes are consecutive bytes of the source, from first */
  int32_t first;
  bool single; /* one tap a lane: `shuffle` has it */
  bool kept;   /* filtered source rows serve several destination rows */
  SvShuffle shuffle;
  SvColumns columns;
} SvStream;

typedef struct SvTable8
{
  int n_streams;
  SvStream streams[3];
  bool matrix;   /* YUV to RGB */
  bool fused;    /* chroma is blended before the matrix, no row is kept */
  bool doubled;  /* chroma of half the width, luma as it is */
  bool centred;  /* samples of chroma sit between pixels */
  uint32_t fill; /* pattern over the bytes of RGB */
} SvTable8;

/* Whether a plan with a matrix has chroma of half the width beside luma that
 * keeps its own, which then goes a way of its own. */
void sv_8bit_find_doubled (SvPlan *plan);
bool sv_8bit_run_doubled (const SvPlan *plan, const SvSource *source,
    const SavantImage *dst, SvScratch *scratch, int from, int to);

#endif
