/* SPDX-License-Identifier: Apache-2.0 */
/* The row kernels for filters of many taps: each instruction set against the
 * plain C one, and that against exact arithmetic. */
#include "backend/host/fir.h"
#include "kernelcheck.h"

#include <math.h>

static const SvYuvToRgb matrix709 = { 19077, { 14686, -4366, 0 },
  { 0, -1747, 17305 }, -1160 };

/* Weights in Q14 that add up to one, some of them negative. */
static void
random_weights (int16_t *weights, int taps, int step)
{
  int left = 16384;

  for (int t = 0; t < taps; t++) {
    int w = t + 1 == taps ? left : test_random_int (&seed, -750, 3000);

    w = w < -2500 ? -2500 : w;
    weights[t * step] = (int16_t) w;
    left -= w;
  }
}

static void
check_fir_rows (const Case *c, int taps)
{
  const uint8_t *rows[8];
  int16_t weights[8], *expected = malloc (sizeof (int16_t) * 2 * (size_t) c->n);
  Guarded got[2];
  int16_t *out[2];

  for (int t = 0; t < taps; t++)
    rows[t] = random_bytes (2 * c->n, c->extreme);
  random_weights (weights, taps, 1);
  for (int i = 0; i < 2; i++) {
    got[i] = guarded_new (sizeof (int16_t) * (size_t) c->n);
    got[i].at -= (uintptr_t) got[i].at % 2;
    out[i] = (int16_t *) (void *) got[i].at;
  }
  c->plain->fir_rows_apart (expected, expected + c->n, rows, weights, taps,
      c->n);
  c->set->fir_rows_apart (out[0], out[1], rows, weights, taps, c->n);
  for (int i = 0; i < c->n; i++)
    EXPECT (out[0][i] == expected[i] && out[1][i] == expected[c->n + i],
        "fir_rows_apart of %s: pair %d of %d is %d, %d, not %d, %d; %d taps",
        c->set->name, i, c->n, out[0][i], out[1][i], expected[i],
        expected[c->n + i], taps);
  c->plain->fir_rows (expected, rows, weights, taps, c->n);
  c->set->fir_rows (out[0], rows, weights, taps, c->n);
  for (int i = 0; i < c->n; i++) {
    double exact = 0.0;

    for (int t = 0; t < taps; t++)
      exact += rows[t][i] * 64.0 * weights[t] / 16384.0;
    EXPECT (out[0][i] == expected[i] && fabs (out[0][i] - exact) <= taps,
        "fir_rows of %s: %d of %d is %d, not %d (%f); %d taps", c->set->name, i,
        c->n, out[0][i], expected[i], exact, taps);
  }
  for (int i = 0; i < 2; i++) {
    guarded_check (&got[i], c->set->name, "fir_rows");
    free (got[i].block);
  }
  for (int t = 0; t < taps; t++)
    free ((void *) (uintptr_t) rows[t]);
  free (expected);
}

static int n_alike;

static void
check_fir_columns (const Case *c, const SvYuvToRgb *matrix, bool near)
{
  static int16_t in[ROW], plain[6][ROW], set[6][ROW];
  SvFir fir = { .n = (c->n + 63) / 64 * 64,
    .taps = 4 * test_random_int (&seed, 1, 4) };
  size_t n = (size_t) fir.n;
  Guarded got = guarded_new (sizeof (int16_t) * n);

  got.at -= (uintptr_t) got.at % 2;
  fir.first = malloc (sizeof *fir.first * n);
  fir.weights = malloc (sizeof *fir.weights * n * (size_t) fir.taps);
  random_row (in, 4 * MAX_N, -1000, 17000, c->extreme);
  int16_t weights[16];
  bool regular = near && c->n % 4;

  for (int i = 0; i < fir.n; i++) {
    fir.first[i] = near && i % 2
        ? fir.first[i - 1] + test_random_int (&seed, -4, 4)
        : test_random_int (&seed, 4, 4 * MAX_N - 4);
    if (regular && i < fir.n - 5)
      fir.first[i] = 3 * i / 2 + 4;
    if (!regular || i < 4 || i >= fir.n - 3)
      random_weights (weights, fir.taps, 1);
    for (int t = 0; t < fir.taps; t++)
      fir.weights[t / 4 * 4 * fir.n + 4 * i + t % 4] = weights[t];
  }
  fail_unless (sv_fir_find_pairs (&fir));
  fail_unless ((fir.pairs.first != NULL) == near);
  n_alike += fir.pairs.from > 0 && fir.pairs.to > fir.pairs.from;
  c->plain->fir_columns (plain[0], in, &fir);
  c->set->fir_columns ((int16_t *) (void *) got.at, in, &fir);
  EXPECT (memcmp (plain[0], got.at, sizeof (int16_t) * n) == 0,
      "fir_columns of %s: %d lanes, %d taps", c->set->name, fir.n, fir.taps);
  guarded_check (&got, c->set->name, "fir_columns");

  for (int k = 0; k < 2; k++) {
    random_row (plain[k], fir.n, 0, 32640, c->extreme);
    memcpy (set[k], plain[k], sizeof plain[k]);
  }
  int16_t *to_plain[3] = { plain[2], plain[3], plain[4] };
  int16_t *to_set[3] = { set[2], set[3], set[4] };
  c->plain->chroma_q7 (to_plain, plain[0], plain[1], matrix, fir.n);
  c->set->chroma_q7 (to_set, set[0], set[1], matrix, fir.n);
  for (int k = 0; k < 3; k++)
    EXPECT (memcmp (to_plain[k], to_set[k], sizeof (int16_t) * n) == 0,
        "chroma_q7 of %s: colour %d of %d lanes", c->set->name, k, fir.n);
  free (got.block);
  sv_fir_clear_columns (&fir);
}

GST_START_TEST (sets_compute_what_c_does)
{
  const SvHostKernels *plain = sv_host_kernels_nth (0), *set;

  for (int i = 1; (set = sv_host_kernels_nth (i)) != NULL; i++) {
    seed = 11;
    n_alike = 0;
    for (int round = 0; round < ROUNDS; round++) {
      Case c = { .plain = plain,
        .set = set,
        .n = test_random_int (&seed, 1, round % 3 ? MAX_N : 70),
        .extreme = round % 4 == 0 };

      check_fir_rows (&c, test_random_int (&seed, 1, 7));
      check_fir_columns (&c, &matrix709, round % 2);
    }
    fail_unless (n_alike > 5, "only %d had lanes alike", n_alike);
  }
}
GST_END_TEST;

static Suite *
kernel_fir_suite (void)
{
  Suite *s = suite_create ("kernel_fir");
  TCase *tc = tcase_create ("fir");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, sets_compute_what_c_does);
  return s;
}

GST_CHECK_MAIN (kernel_fir);
