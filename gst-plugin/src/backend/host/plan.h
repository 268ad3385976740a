/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SV_HOST_PLAN_H
#define SV_HOST_PLAN_H

/* Everything of a job that does not depend on addresses: made once a
 * geometry, kept, and read only while rows are computed, so that several
 * threads can work on bands of one picture. */

#include <math.h>
#include <stdbool.h>

#include "../../core/color.h"
#include "../plankey.h"
#include "cpu.h"
#include "filter.h"

/* Positions at which samples are wanted: at every luma sample of the
 * destination rectangle, or at its chroma samples. */
typedef enum SvGrid
{
  SV_GRID_LUMA,
  SV_GRID_CHROMA,
  SV_N_GRIDS
} SvGrid;

/* What of the source an axis reads. */
typedef enum SvLattice
{
  SV_LATTICE_FULL,
  SV_LATTICE_CHROMA,
  SV_N_LATTICES
} SvLattice;

/* How the picture is computed. */
typedef enum SvEngine
{
  SV_ENGINE_COPY,
  SV_ENGINE_8BIT,
  SV_ENGINE_FIR,
  SV_ENGINE_GENERAL
} SvEngine;

typedef struct SvPlan
{
  SvPlanKey key;
  const SvFormatInfo *src;
  const SvFormatInfo *dst;
  const SvHostKernels *kernels;
  bool transposed; /* the source is turned to planar T first */
  SvEngine engine;

  /* Source subsampling after the transposition. */
  int src_sub_x;
  int src_sub_y;
  /* Source rectangle after the transposition, in a picture that starts at the
   * transposed rectangle's own chroma-aligned origin. */
  SavantRect src_rect;

  SvColorMatrix matrix;
  uint8_t pad[4]; /* components of the bars */

  SvAxis x[SV_N_LATTICES][SV_N_GRIDS];
  SvAxis y[SV_N_LATTICES][SV_N_GRIDS];

  /* Chroma of a subsampled destination: on which grid it is computed, and how
   * it is averaged from there. */
  SvGrid chroma_x;
  SvGrid chroma_y;
  SvAxis average_x;
  SvAxis average_y;

  /* 8-bit engine. */
  SvYuvToRgb yuv_to_rgb;
  struct SvTable8 *tables;
  /* Engine of more taps, NULL = another one. */
  struct SvFirTable *fir;

  uint64_t last_use;
} SvPlan;

/* A weight in Q15. */
static inline int16_t
sv_q15 (float weight)
{
  long v = lroundf (weight * 32768.0f);

  return (int16_t) (v > 32767 ? 32767 : v);
}

/* NULL without memory. */
SvPlan *sv_plan_new (const SvPlanKey *key, const SvHostKernels *kernels);
void sv_plan_free (SvPlan *plan);

/* The lattice of a source component. */
SvLattice sv_plan_lattice (const SvPlan *plan, int component);

/* One component of the source that an engine reads. */
typedef struct SvSourceComponent
{
  const uint8_t *base; /* sample 0 of row 0 */
  ptrdiff_t pitch_bytes;
  int step;   /* samples (not bytes) to the next one */
  int plane;  /* components of a plane have the same rows */
  int offset; /* samples from the row's first one */
} SvSourceComponent;

typedef struct SvSource
{
  int n_components;
  SvSourceComponent comp[4];
} SvSource;

/* Scratch memory that grows and is kept. */
typedef struct SvScratch
{
  void *data;
  size_t size;
} SvScratch;

/* NULL without memory; the contents are lost when it grows. */
void *sv_scratch_need (SvScratch *scratch, size_t size);
void sv_scratch_clear (SvScratch *scratch);

/* Describes the source of a job; with a transposed plan turns it first, into
 * `turned`. False without memory. */
bool sv_source_init (SvSource *source, const SvPlan *plan,
    const SavantImage *image, SvScratch *turned);

/* Writes everything outside the destination rectangle. */
void sv_bars_fill (const SavantImage *dst, const SavantRect *rect,
    const uint8_t pad[4]);

/* UYVY of an odd width: where the picture reaches the right edge, the spare
 * luma of row y repeats the last one. Nothing for other formats. */
void sv_repeat_spare_luma (const SvPlan *plan, const SavantImage *dst, int y);

/* The engines. Each writes rows from..to - 1 of the destination rectangle, with
 * the chroma rows that go with them; bands may be written at once, each thread
 * with a scratch of its own. */
void sv_copy_run (const SvPlan *plan, const SavantImage *src,
    const SavantImage *dst, int from, int to);
bool sv_general_run (const SvPlan *plan, const SvSource *source,
    const SavantImage *dst, SvScratch *scratch, int from, int to);
bool sv_8bit_init (SvPlan *plan);
void sv_8bit_clear (SvPlan *plan);
/* plan->yuv_to_rgb. */
void sv_8bit_init_matrix (SvPlan *plan);
bool sv_8bit_run (const SvPlan *plan, const SvSource *source,
    const SavantImage *dst, SvScratch *scratch, int from, int to);

/* The chroma rows, counted from the rectangle's first one, that are complete
 * when luma rows 0..row - 1 are. */
static inline int
sv_chroma_rows_before (const SvPlan *plan, int row)
{
  int y = plan->key.dst_rect.y, h = plan->key.dst_rect.h;
  int sub = plan->dst->sub_y;

  return row >= h ? (y + h - 1) / sub - y / sub + 1 : (y + row) / sub - y / sub;
}

#endif
