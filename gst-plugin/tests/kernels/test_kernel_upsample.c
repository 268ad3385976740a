/* SPDX-License-Identifier: Apache-2.0 */
/* The row kernels for chroma of half the width: each instruction set against
 * the plain C one, and that against exact arithmetic. */
#include "kernelcheck.h"

#include <math.h>

static const SvYuvToRgb matrices[] = {
  /* BT.709 limited to RGB, BT.2020 limited to BGR, BT.601 full to RGB. */
  { 19077, { 14686, -4366, 0 }, { 0, -1747, 17305 }, -1160 },
  { 19077, { 0, -5329, 13753 }, { 17545, -1535, 0 }, -1160 },
  { 16384, { 11485, -5850, 0 }, { 0, -2819, 14516 }, 32 },
};

/* Rows of chroma that end where their memory does. */
typedef struct Rows
{
  uint8_t *memory[2];
  SvChromaRow row;
} Rows;

static Rows
rows_new (const Case *c, int kind)
{
  Rows r = { .row = { .n = (c->n + 1) / 2,
                 .centred = kind & 1,
                 .step = kind & 2 ? 2 : 1 } };

  for (int i = 0; i < 2; i++)
    r.memory[i] = random_bytes (r.row.n * r.row.step, c->extreme);
  r.row.first = r.memory[0];
  r.row.third = r.memory[1];
  if (r.row.step == 2) {
    r.row.first = r.memory[0] + (kind & 4 ? 1 : 0);
    r.row.third = r.memory[0] + (kind & 4 ? 0 : 1);
  }
  return r;
}

static void
rows_free (Rows *r)
{
  free (r->memory[0]);
  free (r->memory[1]);
}

/* Chroma at pixel i, unrounded. */
static double
exact_sample (const uint8_t *row, const SvChromaRow *r, int i)
{
  double at = i / 2.0 - (r->centred ? 0.25 : 0.0);

  at = at < 0.0 ? 0.0 : at > r->n - 1 ? r->n - 1 : at;
  int k = (int) at, next = k + 1 < r->n ? k + 1 : k;
  return row[k * r->step] + (row[next * r->step] - row[k * r->step]) * (at - k);
}

/* Byte k of pixel i, `part` of the way from one row of chroma to the other. */
static double
exact_level (const SvYuvToRgb *m, const SvChromaRow *a, const SvChromaRow *b,
    double part, uint8_t y, int i, int k)
{
  bool v_first = m->v[0] != 0;
  const int16_t *f = v_first ? m->v : m->u, *t = v_first ? m->u : m->v;
  double first = exact_sample (a->first, a, i) * (1.0 - part)
      + exact_sample (b->first, b, i) * part;
  double third = exact_sample (a->third, a, i) * (1.0 - part)
      + exact_sample (b->third, b, i) * part;
  double v = y * m->y / 16384.0 + (first - 128.0) * f[k] / 8192.0
      + (third - 128.0) * t[k] / 8192.0 + m->constant / 64.0;

  return v < 0.5 ? 0.5 : v > 255.5 ? 255.5 : v;
}

static void
check_pixels (const Case *c, const SvYuvToRgb *m, const Rows rows[2],
    double part, const uint8_t *y, const uint8_t *expected, const uint8_t *got,
    const char *kernel)
{
  for (int i = 0; i < 4 * c->n; i++)
    EXPECT (expected[i] == got[i],
        "%s of %s: byte %d of pixel %d of %d is %d, not %d", kernel,
        c->set->name, i % 4, i / 4, c->n, got[i], expected[i]);
  for (int i = 0; i < c->n; i++) {
    for (int k = 0; k < 3; k++) {
      double exact =
          exact_level (m, &rows[0].row, &rows[1].row, part, y[i], i, k);

      /* The constant has half a level for rounding. */
      EXPECT (fabs (expected[4 * i + k] + 0.5 - exact) < 0.55,
          "%s: byte %d of pixel %d of %d is %d, exactly %f", kernel, k, i, c->n,
          expected[4 * i + k], exact - 0.5);
    }
    EXPECT (expected[4 * i + 3] == 255, "%s: alpha of pixel %d", kernel, i);
  }
}

static void
check_upsample (const Case *c, const SvYuvToRgb *m, int kind)
{
  static uint16_t terms[2][2][SV_TERMS (MAX_N)];
  Rows rows[2] = { rows_new (c, kind), rows_new (c, kind) };
  uint8_t *y[2] = { random_bytes (c->n, c->extreme),
    random_bytes (c->n, c->extreme) };
  const uint8_t *const levels[2] = { y[0], y[1] };
  const SvHostKernels *sets[2] = { c->plain, c->set };
  Guarded pixels[2][2];

  for (int s = 0; s < 2; s++) {
    for (int r = 0; r < 2; r++)
      pixels[s][r] = guarded_new (4 * (size_t) c->n);
    for (int r = 0; r < 2; r++)
      sets[s]->upsample_rgb4 (NULL, NULL, terms[s][r], &rows[r].row, m, 0);
    sets[s]->upsampled_rgb4 (pixels[s][0].at, y[0], terms[s][0], terms[s][1],
        m->y, c->n);
    guarded_check (&pixels[s][0], sets[s]->name, "upsampled_rgb4");
  }
  check_pixels (c, m, rows, 0.25, y[0], pixels[0][0].at, pixels[1][0].at,
      "upsampled_rgb4");
  for (int s = 0; s < 2; s++) {
    uint8_t *const to[2] = { pixels[s][0].at, pixels[s][1].at };

    sets[s]->upsample_rgb4 (to, levels, terms[s][0], &rows[1].row, m, c->n);
    guarded_check (&pixels[s][0], sets[s]->name, "upsample_rgb4");
    guarded_check (&pixels[s][1], sets[s]->name, "upsample_rgb4");
  }
  check_pixels (c, m, rows, 0.25, y[0], pixels[0][0].at, pixels[1][0].at,
      "upsample_rgb4, first row");
  check_pixels (c, m, rows, 0.75, y[1], pixels[0][1].at, pixels[1][1].at,
      "upsample_rgb4, second row");
  /* The second row's terms are there now. */
  for (int s = 0; s < 2; s++)
    sets[s]->upsampled_rgb4 (pixels[s][0].at, y[0], terms[s][0], terms[s][0],
        m->y, c->n);
  check_pixels (c, m, rows, 1.0, y[0], pixels[0][0].at, pixels[1][0].at,
      "upsampled_rgb4 of one row");
  for (int i = 0; i < 2; i++) {
    free (pixels[i][0].block);
    free (pixels[i][1].block);
    free (y[i]);
    rows_free (&rows[i]);
  }
}

GST_START_TEST (sets_compute_what_c_does)
{
  const SvHostKernels *plain = sv_host_kernels_nth (0), *set;

  for (int i = 1; (set = sv_host_kernels_nth (i)) != NULL; i++) {
    seed = 13;
    for (int round = 0; round < ROUNDS; round++) {
      Case c = { .plain = plain,
        .set = set,
        .n = test_random_int (&seed, 1, round % 3 ? MAX_N : 70),
        .extreme = round % 4 == 0 };

      if (round < 6)
        c.n = 64 * (round + 1) - round % 2;
      for (int kind = 0; kind < 8; kind++)
        check_upsample (&c, &matrices[round % 3], kind);
    }
  }
}
GST_END_TEST;

static Suite *
kernel_upsample_suite (void)
{
  Suite *s = suite_create ("kernel_upsample");
  TCase *tc = tcase_create ("upsample");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, sets_compute_what_c_does);
  return s;
}

GST_CHECK_MAIN (kernel_upsample);
