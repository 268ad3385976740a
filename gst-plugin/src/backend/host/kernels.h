/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SV_HOST_KERNELS_H
#define SV_HOST_KERNELS_H

/* The table of row kernels of one instruction set. Rows are disjoint; n counts
 * elements (samples) unless a line says pixels. Q7 is a level times 128 in an
 * int16_t, Q6 times 64, Q15 a weight 0..1 times 32768, at most 32767. Scratch
 * rows, which is all that is not a picture, have SV_ROW_SLACK elements more
 * than n for kernels to read and write. Every set computes the same integers.
 */

#include <stdbool.h>
#include <stdint.h>

#define SV_ROW_SLACK 64

/* What a term (see upsample) is subtracted from: zero in Q6. */
#define SV_TERM_ZERO 20480

/* Fetches bytes from anywhere in a row: what a shuffle of vectors does, 16
 * bytes a block, from `loads` vectors of 16 bytes that start at base[block].
 * Nothing outside the bytes that are wanted is read. */
typedef struct SvShuffle
{
  int n;          /* bytes, a multiple of 128: the last ones repeat */
  int loads;      /* 0 = only one by one: too far apart, or too short a row */
  int32_t *at;    /* offset of each byte in the row, -1 = a zero */
  int32_t *base;  /* one a block */
  uint8_t *masks; /* [load][block][16]: byte of the vector, 0x80 = none */
  /* Blocks from..to - 1, multiples of 8, are alike but for their bases, which
   * lie `stride` bytes apart: kernels keep their tables in registers. */
  int from;
  int to;
  int32_t stride;
  /* Every words-th word of four bytes from at[0] on, 0 = it is not so. */
  int words;
} SvShuffle;

/* Pairs of pixels of four bytes, whose words two loads have that are as long as
 * a vector: one for each half of it. */
typedef struct SvWordPairs
{
  int32_t *base;  /* offsets of the loads, two a vector; NULL = it is not so */
  int32_t *index; /* of each word of the vector in its load */
  uint8_t order[16]; /* bytes of pairs from two pairs of pixels */
} SvWordPairs;

/* Filters a row with two taps: lane i lies between bytes at[2 i] = A and
 * at[2 i + 1] = B, at Q7 weights[2 i] A + weights[2 i + 1] B + rest[i] (B - A).
 */
typedef struct SvColumns
{
  SvShuffle pairs;
  int8_t *weights; /* two a lane, sum 128 */
  int16_t *rest;   /* what the weights lack, times 32768 */
  bool exact;      /* every rest is 0 */
  int quads;       /* of a U and V row: how chroma orders what it makes */
  SvWordPairs words;
} SvColumns;

/* Filters a row of Q6 words with any number of taps: lane i is the sum over t
 * of weights[t / 4 * 4 n + 4 i + t % 4] (Q14) times in[first[i] + t]. */
typedef struct SvFir
{
  int n;    /* lanes, a multiple of 64: the last ones repeat */
  int taps; /* a multiple of 4 */
  int32_t *first;
  int16_t *weights;
} SvFir;

typedef struct SvYuvToRgb
{
  int16_t y;        /* luma coefficient, times 16384 */
  int16_t v[3];     /* chroma coefficients of each colour, times 8192 */
  int16_t u[3];     /* only the middle colour has both */
  int16_t constant; /* Q6, rounding included */
} SvYuvToRgb;

/* Samples of chroma, every second pixel's: `first` of the component that the
 * first colour has, `third` of the one that the third has. Sample i sits at
 * pixel 2 i or, centred, between it and the next one; the first and the last
 * one go on outside. */
typedef struct SvChromaRow
{
  const uint8_t *first;
  const uint8_t *third;
  int step; /* bytes to the next one: 1, or 2 in one plane */
  bool centred;
  int n;
} SvChromaRow;

#define SV_TERMS(n) (((n) + SV_ROW_SLACK - 1) / SV_ROW_SLACK * SV_ROW_SLACK * 6)

typedef struct SvHostKernels
{
  const char *name;
  /* Q: rows "in quads" hold, of every 8 Q pixels, quads (four pixels each) 0,
   * Q, 1, Q + 1 and so on; 1 = as they are. It saves vectors of Q times 16
   * bytes the exchange of their parts. */
  int quads;

  /* General engine, in floats. */

  /* out[i] = sum over t of weights[t] * rows[t][i]. */
  void (*blend_rows_u8) (float *out, const uint8_t *const *rows,
      const float *weights, int taps, int n);
  /* The same of 16-bit samples, whose low `shift` bits are dropped. */
  void (*blend_rows_u16) (float *out, const uint8_t *const *rows,
      const float *weights, int taps, int shift, int n);
  /* out[i] = sum over t of weights[t * n + i] * in[(first[i] + t) * step]. */
  void (*filter_row) (float *out, const float *in, const int32_t *first,
      const float *weights, int taps, int step, int n);
  /* row[i] = clamp (row[i] * scale + offset). */
  void (*scale_clamp) (float *row, float scale, float offset, int n);
  /* out[i] = clamp (m[0] a[i] + m[1] b[i] + m[2] c[i] + m[3]). */
  void (*matrix_row) (float *out, const float *a, const float *b,
      const float *c, const float m[4], int n);
  /* acc[i] += weight * in[i]. */
  void (*accumulate) (float *acc, const float *in, float weight, int n);
  /* dst[i * step] = floor (in[i] + 0.5); in is within 0..255. */
  void (*store) (uint8_t *dst, int step, const float *in, int n);

  /* 8-bit engine with at most two taps an axis. */

  /* n bytes of a row, `fill` (a pattern of four bytes) over them. */
  void (*pick) (uint8_t *dst, const uint8_t *row, const SvShuffle *shuffle,
      uint32_t fill, int n);
  /* The lanes of one row, or of two blended by a Q15 weight of the second;
   * row1 NULL = one. Writes all lanes of `columns`. */
  void (*filter) (int16_t *out, const uint8_t *row0, const uint8_t *row1,
      int16_t weight, const SvColumns *columns);
  /* The same of columns whose shuffle has no loads. */
  void (*pick_any) (uint8_t *dst, const uint8_t *row, const SvShuffle *shuffle,
      uint32_t fill, int n);
  void (*filter_any) (int16_t *out, const uint8_t *row0, const uint8_t *row1,
      int16_t weight, const SvColumns *columns);
  /* A Q7 row between two, for n lanes or some more. */
  void (*blend) (int16_t *out, const int16_t *a, const int16_t *b,
      int16_t weight, int n);
  /* Levels of one Q7 row, or of two blended (b NULL = one), `fill` over them.
   */
  void (*round_rows) (uint8_t *dst, const int16_t *a, const int16_t *b,
      int16_t weight, uint32_t fill, int n);
  /* filter and round_rows in one, for n lanes. */
  void (*filter_round) (uint8_t *dst, const uint8_t *row0, const uint8_t *row1,
      int16_t weight, const SvColumns *columns, uint32_t fill, int n);
  /* The same into every step-th byte. */
  void (*round_rows_apart) (uint8_t *dst, int step, const int16_t *a,
      const int16_t *b, int16_t weight, int n);
  /* What chroma of one source row adds to each colour, in Q6 and in quads. U
   * and V come from two rows, or (row_v NULL) from one by lanes that are four
   * of U, four of V and so on. */
  void (*chroma) (int16_t *const out[3], const uint8_t *row_u,
      const uint8_t *row_v, const SvColumns *columns, const SvYuvToRgb *c);
  /* The same of columns whose shuffle has no loads. */
  void (*chroma_any) (int16_t *const out[3], const uint8_t *row_u,
      const uint8_t *row_v, const SvColumns *columns, const SvYuvToRgb *c);
  /* Pixels of three colours and a 255 from luma (bytes, or else Q7 in quads)
   * and one or two blended rows of chroma (c1 NULL = one). */
  void (*rgb4) (uint8_t *dst, const uint8_t *y8, const int16_t *y7,
      const int16_t *const *c0, const int16_t *const *c1, int16_t weight,
      int16_t luma, int n_pixels);
  /* The same from one or two rows of chroma as they are in the source, which
   * are blended before the matrix; v NULL as row_v of `chroma`, u[1] NULL =
   * one. The shuffle has loads. */
  void (*chroma_rgb4) (uint8_t *dst, const uint8_t *y8, const int16_t *y7,
      const uint8_t *const u[2], const uint8_t *const v[2], int16_t weight,
      const SvColumns *columns, const SvYuvToRgb *c, int n_pixels);
  /* Chroma of half the width, luma as it is. A term is what a pixel's chroma
   * takes from each colour, in Q6 above SV_TERM_ZERO: never less than zero.
   * Rows of them have SV_TERMS (samples) words in an order of the set's own. */

  /* n pixels of two rows between two of chroma, the first one's terms and those
   * of `row`, which take their place: three parts of the first and one of the
   * other, and the other way round. dst NULL: writes the terms and no pixels.
   */
  void (*upsample_rgb4) (uint8_t *const dst[2], const uint8_t *const y[2],
      uint16_t *terms, const SvChromaRow *row, const SvYuvToRgb *c, int n);
  /* n pixels from three parts of `near` and one of `far`. */
  void (*upsampled_rgb4) (uint8_t *dst, const uint8_t *y, const uint16_t *near,
      const uint16_t *far, int16_t luma, int n);

  /* Filters of any number of taps. */

  /* Q6 of n bytes, filtered from several rows by Q14 weights that add up to
   * one: of each row but the first, what it differs from that one, so that
   * equal rows stay what they are. */
  void (*fir_rows) (int16_t *out, const uint8_t *const *rows,
      const int16_t *weights, int taps, int n);
  /* The same of n pairs of bytes into two rows. */
  void (*fir_rows_apart) (int16_t *even, int16_t *odd,
      const uint8_t *const *rows, const int16_t *weights, int taps, int n);
  /* Q7 within 0..255 from a row of Q6 with SV_ROW_SLACK. */
  void (*fir_columns) (int16_t *out, const int16_t *in, const SvFir *fir);
  /* What n values of U and V in Q7, or some more, add to each colour. */
  void (*chroma_q7) (int16_t *const out[3], const int16_t *u7,
      const int16_t *v7, const SvYuvToRgb *c, int n);

  /* n words of one value, at any alignment. */
  void (*fill_words) (uint8_t *dst, uint32_t word, int64_t n);
} SvHostKernels;

/* One an instruction set; cpu.c calls those that the build has. The general_
 * and engine8_ ones are plain C for the compiler's vectoriser, hwy_ replaces
 * those that Highway makes faster. */
#define SV_DECLARE_ISA(isa) \
  void sv_host_general_init_##isa (SvHostKernels *kernels); \
  void sv_host_engine8_init_##isa (SvHostKernels *kernels); \
  void sv_host_upsample_init_##isa (SvHostKernels *kernels); \
  void sv_host_hwy_filter_init_##isa (SvHostKernels *kernels); \
  void sv_host_hwy_colour_init_##isa (SvHostKernels *kernels); \
  void sv_host_hwy_upsample_init_##isa (SvHostKernels *kernels); \
  void sv_host_hwy_fir_init_##isa (SvHostKernels *kernels);
#ifdef __cplusplus
extern "C" {
#endif
SV_DECLARE_ISA (c)
SV_DECLARE_ISA (sse4)
SV_DECLARE_ISA (avx2)
SV_DECLARE_ISA (avx512)
SV_DECLARE_ISA (neon)
#ifdef __cplusplus
}
#endif

#endif
