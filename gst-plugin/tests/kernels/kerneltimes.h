/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TEST_KERNELTIMES_H
#define TEST_KERNELTIMES_H

/* Times of the row kernels: 640 pixels as of 1920 that shrink to a third, best
 * of many rounds, nanoseconds of CPU. */

#include "backend/host/fir.h"
#include "kernelcheck.h"

#include <math.h>
#include <stdio.h>
#include <time.h>

#define TIMED_N 640
#define TIMED_ROUNDS 200
#define TIMED_CALLS 50

static inline double
thread_ns (void)
{
  struct timespec t;

  clock_gettime (CLOCK_THREAD_CPUTIME_ID, &t);
  return (double) t.tv_sec * 1e9 + (double) t.tv_nsec;
}

#define TIME(kernel, call) \
  do { \
    double best = INFINITY; \
\
    for (int round = 0; round < TIMED_ROUNDS; round++) { \
      double start = thread_ns (); \
\
      for (int again = 0; again < TIMED_CALLS; again++) \
        call; \
      best = fmin (best, (thread_ns () - start) / TIMED_CALLS); \
    } \
    printf ("%-8s %-16s %8.0f ns\n", k->name, kernel, best); \
  } while (0)

static inline void
print_kernel_times (const SvYuvToRgb *matrix)
{
  static uint8_t rows[4][4 * 1920 + 64], out[4 * TIMED_N + 64];
  static int16_t words[10][4 * 1920 + 2 * SV_ROW_SLACK];
  static SvLane lanes[4 * TIMED_N], uv[2 * TIMED_N];
  const uint8_t *const taps[3] = { rows[0], rows[1], rows[2] };
  const int16_t weights[3] = { 5462, 5461, 5461 };
  const uint8_t *const u[2] = { rows[0], rows[1] };
  int16_t *const colours[3] = { words[1], words[2], words[3] };
  const int16_t *const c0[3] = { words[1], words[2], words[3] };
  const int16_t *const c1[3] = { words[4], words[5], words[6] };
  SvFir fir = { .n = TIMED_N, .taps = 4 };
  SvColumns columns, pairs;
  SvShuffle shuffle;
  const SvHostKernels *k;

  for (int i = 0; i < 4 * TIMED_N; i++)
    lanes[i] = (SvLane){ i / 4 * 12 + i % 4, i / 4 * 12 + i % 4 + 4, 0.375f };
  for (int i = 0; i < 2 * TIMED_N; i++) {
    int at = (i / 8 * 4 + i % 4) * 3 / 2 * 2 + i / 4 % 2;

    uv[i] = (SvLane){ at, at + 2, i % 2 ? 0.5f : 0.0f };
  }
  fir.first = calloc (TIMED_N, sizeof *fir.first);
  fir.weights = calloc (TIMED_N * 4, sizeof *fir.weights);
  for (int i = 0; i < TIMED_N; i++)
    fir.first[i] = 3 * i;
  if (!sv_fir_find_pairs (&fir)
      || !sv_columns_init (&columns, lanes, 4 * TIMED_N)
      || !sv_columns_init (&pairs, uv, 2 * TIMED_N)
      || !sv_shuffle_init (&shuffle, lanes, 4 * TIMED_N))
    return;
  for (int i = 0; (k = sv_host_kernels_nth (i)) != NULL; i++) {
    pairs.quads = k->quads;
    TIME ("pick", k->pick (out, rows[0], &shuffle, 0, 4 * TIMED_N));
    TIME ("filter", k->filter (words[0], rows[0], rows[1], 9000, &columns));
    TIME ("filter_round",
        k->filter_round (out, rows[0], rows[1], 9000, &columns, 0,
            4 * TIMED_N));
    TIME ("round_rows",
        k->round_rows (out, words[0], words[1], 9000, 0, TIMED_N));
    TIME ("blend", k->blend (words[2], words[0], words[1], 9000, TIMED_N));
    TIME ("chroma", k->chroma (colours, rows[0], NULL, &pairs, matrix));
    TIME ("rgb4",
        k->rgb4 (out, rows[0], NULL, c0, c1, 9001, matrix->y, TIMED_N));
    TIME ("chroma_rgb4",
        k->chroma_rgb4 (out, rows[0], NULL, u, NULL, 9000, &pairs, matrix,
            TIMED_N));
    TIME ("fir_rows", k->fir_rows (words[0], taps, weights, 3, 1920));
    TIME ("fir_rows_apart",
        k->fir_rows_apart (words[0], words[1], taps, weights, 3, 960));
    TIME ("fir_columns", k->fir_columns (words[7], words[0], &fir));
    TIME ("chroma_q7",
        k->chroma_q7 (colours, words[0], words[7], matrix, TIMED_N));
    TIME ("fill_words", k->fill_words (out, 0xff123456u, TIMED_N));
  }
  sv_columns_clear (&columns);
  sv_columns_clear (&pairs);
  sv_shuffle_clear (&shuffle);
  sv_fir_clear_columns (&fir);
}

#endif
