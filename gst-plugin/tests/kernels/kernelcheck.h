/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TEST_KERNELCHECK_H
#define TEST_KERNELCHECK_H

/* What the tests of row kernels share: destinations between guards, random and
 * extreme rows, lanes as a scaler has them. */

#include "backend/host/columns.h"
#include "backend/host/cpu.h"
#include "support/images.h"

#include <gst/check/gstcheck.h>
#include <stdlib.h>
#include <string.h>

/* check writes to a file at each fail_unless(): too slow for every byte. */
#define EXPECT(condition, ...) \
  do { \
    if (!(condition)) \
      ck_abort_msg (__VA_ARGS__); \
  } while (0)

#define GUARD 64
#define GUARD_BYTE 0xa5
#define MAX_N 700
#define ROW (MAX_N * 4 + SV_ROW_SLACK)
#define ROUNDS 100

static uint64_t seed;
/* A destination between guards, at any alignment. */
typedef struct Guarded
{
  uint8_t *block;
  uint8_t *at;
  size_t size;
} Guarded;

static inline Guarded
guarded_new (size_t size)
{
  Guarded g = { malloc (size + 2 * GUARD + 64), NULL, size };

  g.at = g.block + GUARD + test_random_int (&seed, 0, 63);
  memset (g.block, GUARD_BYTE, size + 2 * GUARD + 64);
  return g;
}

static inline void
guarded_check (Guarded *g, const char *set, const char *kernel)
{
  for (uint8_t *p = g->block; p < g->block + g->size + 2 * GUARD + 64; p++)
    EXPECT ((p >= g->at && p < g->at + g->size) || *p == GUARD_BYTE,
        "%s of %s wrote %td bytes from its destination of %zu", kernel, set,
        p - g->at, g->size);
}

/* Random numbers, or the ends of the range in turn. */
static inline int16_t
sample (int low, int high, bool extreme)
{
  if (extreme)
    return (int16_t) (test_random_int (&seed, 0, 1) ? low : high);
  return (int16_t) test_random_int (&seed, low, high);
}

static inline uint8_t *
random_bytes (int n, bool extreme)
{
  uint8_t *row = malloc ((size_t) n);

  for (int i = 0; i < n; i++)
    row[i] = (uint8_t) sample (0, 255, extreme);
  return row;
}

static inline void
random_row (int16_t *row, int n, int low, int high, bool extreme)
{
  for (int i = 0; i < n + SV_ROW_SLACK; i++)
    row[i] = sample (low, high, extreme);
}

/* From a row as it is to one in quads. */
static inline void
to_quads (int16_t *out, const int16_t *in, int n, int quads)
{
  for (int i = 0; i < n + SV_ROW_SLACK; i++) {
    int start = i / (8 * quads) * (8 * quads), quad = (i - start) / 4;

    out[start + (quad % quads * 2 + quad / quads) * 4 + i % 4] = in[i];
  }
}

/* Lanes over a row of `length` bytes: like a scaler's, or anywhere. */
static inline void
random_lanes (SvLane *lanes, int n, int length, bool scattered)
{
  static const double ratios[] = { 0.5, 1.5, 1.875, 3.0, 3.75 };
  double step = (double) (length - 2) / n;
  double ratio = ratios[test_random_int (&seed, 0, 4)];
  bool mirror = test_random_int (&seed, 0, 3) == 0;
  int kind = test_random_int (&seed, 0, 2);

  /* Small numbers make blocks alike, for which kernels have another way. */
  if (n * ratio < length - 2)
    step = ratio;
  for (int i = 0; i < n; i++) {
    double position = step * (mirror ? n - 1 - i : i);
    int at =
        scattered ? test_random_int (&seed, 0, length - 2) : (int) position;

    lanes[i].a = at;
    lanes[i].b = at + 1;
    lanes[i].weight = kind == 0 ? (float) (position - (int) position)
        : kind == 1             ? (float) test_random_int (&seed, 0, 8) / 8.0f
                    : (float) test_random_int (&seed, 0, 1000) / 1000.0f;
  }
}

typedef struct Case
{
  const SvHostKernels *plain;
  const SvHostKernels *set;
  int n;
  bool extreme;
  int16_t weight;
} Case;

#endif
