/* SPDX-License-Identifier: Apache-2.0 */
/* Each row kernel of each instruction set against the plain C one: the same
 * bytes, nothing read outside a source row (its memory ends there) and nothing
 * written outside a destination. */
#include "core/log.h"
#include "kernelcheck.h"
#include "kerneltimes.h"

static int n_alike;  /* filters with blocks that are alike */
static int n_fused;  /* calls of chroma_rgb4 with such ones */
static int n_joined; /* of them, those whose rows and columns have eighths */
static int n_words;  /* filters of pixels of four bytes */

static void
check_pick (const Case *c)
{
  int length = test_random_int (&seed, 2, MAX_N * 6);
  uint32_t fill = test_random_int (&seed, 0, 1) ? 0 : 0xff000000u;
  SvLane *lanes = calloc ((size_t) c->n, sizeof *lanes);
  uint8_t *row = random_bytes (length, c->extreme);
  uint8_t *expected = malloc ((size_t) c->n);
  Guarded got = guarded_new ((size_t) c->n);
  SvShuffle shuffle;

  random_lanes (lanes, c->n, length, test_random_int (&seed, 0, 9) == 0);
  for (int i = 0; i < c->n; i++)
    if (test_random_int (&seed, 0, 9) == 0)
      lanes[i].a = -1;
  fail_unless (sv_shuffle_init (&shuffle, lanes, c->n));
  c->plain->pick_any (expected, row, &shuffle, fill, c->n);
  (shuffle.loads > 0 ? c->set->pick : c->set->pick_any) (got.at, row, &shuffle,
      fill, c->n);
  EXPECT (memcmp (expected, got.at, (size_t) c->n) == 0,
      "pick of %s: %d bytes from %d, %d loads", c->set->name, c->n, length,
      shuffle.loads);
  guarded_check (&got, c->set->name, "pick");
  sv_shuffle_clear (&shuffle);
  free (got.block);
  free (expected);
  free (row);
  free (lanes);
}

static void
check_filter_round (const Case *c, const uint8_t *row0, const uint8_t *row1,
    const SvColumns *columns)
{
  uint32_t fill = test_random_int (&seed, 0, 1) ? 0 : 0xff000000u;
  uint8_t *expected = malloc ((size_t) c->n);
  Guarded got = guarded_new ((size_t) c->n);

  c->plain->filter_round (expected, row0, row1, c->weight, columns, fill, c->n);
  if (columns->pairs.loads > 0) {
    c->set->filter_round (got.at, row0, row1, c->weight, columns, fill, c->n);
    EXPECT (memcmp (expected, got.at, (size_t) c->n) == 0,
        "filter_round of %s: %d lanes, %d loads, weight %d", c->set->name, c->n,
        columns->pairs.loads, c->weight);
  }
  guarded_check (&got, c->set->name, "filter_round");
  free (got.block);
  free (expected);
}

/* Whole words at one distance, which kernels fetch in another way. */
static void
check_words (const Case *c)
{
  int words = test_random_int (&seed, 2, 4), n = 4 * c->n;
  int first = test_random_int (&seed, 0, 12);
  int length = first + 4 * words * (c->n - 1) + 4;
  SvLane *lanes = calloc ((size_t) n, sizeof *lanes);
  uint8_t *row = random_bytes (length, c->extreme);
  uint8_t *expected = malloc ((size_t) n);
  Guarded got = guarded_new ((size_t) n);
  SvShuffle shuffle;
  uint32_t word = (uint32_t) test_random_int (&seed, 0, INT32_MAX - 1);

  for (int i = 0; i < n; i++)
    lanes[i].a = first + i / 4 * 4 * words + i % 4;
  fail_unless (sv_shuffle_init (&shuffle, lanes, n));
  fail_unless (c->n == 1 || shuffle.words == words);
  c->plain->pick_any (expected, row, &shuffle, 0, n);
  (shuffle.loads > 0 ? c->set->pick : c->set->pick_any) (got.at, row, &shuffle,
      0, n);
  EXPECT (memcmp (expected, got.at, (size_t) n) == 0,
      "pick of %s: %d words, one of %d", c->set->name, c->n, words);
  guarded_check (&got, c->set->name, "pick of words");
  c->set->fill_words (got.at, word, c->n);
  for (int i = 0; i < c->n; i++)
    EXPECT (memcmp (got.at + 4 * i, &word, 4) == 0,
        "fill_words of %s: word %d of %d", c->set->name, i, c->n);
  guarded_check (&got, c->set->name, "fill_words");
  sv_shuffle_clear (&shuffle);
  free (got.block);
  free (expected);
  free (row);
  free (lanes);
}

static void
check_filter (const Case *c)
{
  int length = test_random_int (&seed, 2, MAX_N * 6);
  SvLane *lanes = calloc ((size_t) c->n, sizeof *lanes);
  uint8_t *row0 = random_bytes (length, c->extreme);
  uint8_t *row1 = random_bytes (length, c->extreme);
  uint8_t *second = c->weight > 0 ? row1 : NULL;
  SvColumns columns;

  random_lanes (lanes, c->n, length, test_random_int (&seed, 0, 9) == 0);
  fail_unless (sv_columns_init (&columns, lanes, c->n));
  int n = columns.pairs.n / 2;
  fail_unless (n >= c->n && n < c->n + SV_ROW_SLACK);
  n_alike += columns.pairs.to > columns.pairs.from;
  int16_t *expected = malloc (sizeof *expected * (size_t) n);
  Guarded got = guarded_new (sizeof *expected * (size_t) n);
  int16_t *out = (int16_t *) (void *) (got.at - (uintptr_t) got.at % 2);
  got.at = (uint8_t *) out;
  c->plain->filter_any (expected, row0, second, c->weight, &columns);
  (columns.pairs.loads > 0 ? c->set->filter : c->set->filter_any) (out, row0,
      second, c->weight, &columns);
  EXPECT (memcmp (expected, out, sizeof *out * (size_t) n) == 0,
      "filter of %s: %d lanes from %d bytes, %d loads, weight %d", c->set->name,
      c->n, length, columns.pairs.loads, c->weight);
  guarded_check (&got, c->set->name, "filter");
  check_filter_round (c, row0, second, &columns);
  for (int i = 0; i < c->n && second == NULL; i++) {
    double exact = row0[lanes[i].a]
        + ((double) row0[lanes[i].b] - row0[lanes[i].a]) * lanes[i].weight;

    EXPECT (out[i] - exact * 128.0 < 1.0 && exact * 128.0 - out[i] < 1.0,
        "filter of %s: lane %d is %f, exactly %f", c->set->name, i,
        out[i] / 128.0, exact);
  }
  sv_columns_clear (&columns);
  free (got.block);
  free (expected);
  free (row0);
  free (row1);
  free (lanes);
}

/* Pixels of four bytes, which kernels fetch in another way. */
static void
check_word_pairs (const Case *c)
{
  static const int orders[][4] = { { 0, 1, 2, 3 }, { 2, 1, 0, 3 },
    { 2, 1, 0, 0 } };
  const int *order = orders[test_random_int (&seed, 0, 2)];
  double step = test_random_int (&seed, 2, 20) / 4.0;
  bool mirror = test_random_int (&seed, 0, 3) == 0;
  int n_pixels = (c->n + 3) / 4, n = 4 * n_pixels;
  int length = ((int) (step * (n_pixels - 1)) + 2) * 4;
  SvLane *lanes = calloc ((size_t) n, sizeof *lanes);
  uint8_t *row0 = random_bytes (length, c->extreme);
  uint8_t *row1 = random_bytes (length, c->extreme);
  SvColumns columns;

  for (int i = 0; i < n; i++) {
    double position = step * (mirror ? n_pixels - 1 - i / 4 : i / 4);

    lanes[i].a = (int) position * 4 + order[i % 4];
    lanes[i].b = lanes[i].a + 4;
    lanes[i].weight = (float) (position - (int) position);
    if (c->n % 2)
      lanes[i].weight = (float) (i / 4 % 11) / 11.0f;
  }
  fail_unless (sv_columns_init (&columns, lanes, n));
  fail_unless (sv_columns_find_words (&columns, c->set->quads));
  n_words += columns.words.base != NULL;
  check_filter_round (c, row0, c->weight > 0 ? row1 : NULL, &columns);
  sv_columns_clear (&columns);
  free (row0);
  free (row1);
  free (lanes);
}

static void
check_rounding (const Case *c)
{
  static int16_t a[ROW], b[ROW];
  static uint8_t expected[ROW], apart[ROW];
  static int16_t blended[2][ROW];
  const int16_t *second = c->weight > 0 ? b : NULL;
  uint32_t fill = test_random_int (&seed, 0, 1) ? 0 : 0xff00u;
  Guarded got = guarded_new ((size_t) c->n);

  random_row (a, c->n, 0, 32640, c->extreme);
  random_row (b, c->n, 0, 32640, c->extreme);
  c->plain->round_rows (expected, a, second, c->weight, fill, c->n);
  c->set->round_rows (got.at, a, second, c->weight, fill, c->n);
  EXPECT (memcmp (expected, got.at, (size_t) c->n) == 0,
      "round_rows of %s: %d lanes, weight %d", c->set->name, c->n, c->weight);
  guarded_check (&got, c->set->name, "round_rows");
  free (got.block);

  c->plain->round_rows (expected, a, second, c->weight, 0, c->n);
  c->set->round_rows_apart (apart, 3, a, second, c->weight, c->n);
  c->plain->blend (blended[0], a, b, c->weight, c->n);
  c->set->blend (blended[1], a, b, c->weight, c->n);
  for (int i = 0; i < c->n; i++) {
    EXPECT (apart[3 * i] == expected[i], "round_rows_apart of %s: lane %d",
        c->set->name, i);
    EXPECT (blended[0][i] == blended[1][i], "blend of %s: lane %d",
        c->set->name, i);
  }
}

static const SvYuvToRgb matrices[] = {
  /* BT.709 limited to RGB, BT.2020 limited to BGR, BT.601 full to RGB. */
  { 19077, { 14686, -4366, 0 }, { 0, -1747, 17305 }, -1160 },
  { 19077, { 0, -5329, 13753 }, { 17545, -1535, 0 }, -1160 },
  { 16384, { 11485, -5850, 0 }, { 0, -2819, 14516 }, 32 },
};

static void
check_chroma (const Case *c, const SvYuvToRgb *matrix, bool one_row)
{
  int length = test_random_int (&seed, 4, MAX_N * 4);
  int n_lanes = one_row ? (c->n + 3) / 4 * 8 : c->n;
  SvLane *lanes = calloc ((size_t) n_lanes, sizeof *lanes);
  uint8_t *u = random_bytes (length, c->extreme);
  uint8_t *v = random_bytes (length, c->extreme);
  static int16_t rows[2][3][ROW], quads[ROW];
  int16_t *expected[3], *got[3];
  SvColumns columns;

  random_lanes (lanes, n_lanes, length, false);
  fail_unless (sv_columns_init (&columns, lanes, n_lanes));
  for (int k = 0; k < 3; k++) {
    expected[k] = rows[0][k];
    got[k] = rows[1][k];
  }
  columns.quads = 1;
  c->plain->chroma_any (expected, u, one_row ? NULL : v, &columns, matrix);
  columns.quads = c->set->quads;
  (columns.pairs.loads > 0 ? c->set->chroma : c->set->chroma_any) (got, u,
      one_row ? NULL : v, &columns, matrix);
  for (int k = 0; k < 3; k++) {
    /* Lanes of two rows come in the order in which they are fetched. */
    to_quads (quads, expected[k], c->n, one_row ? c->set->quads : 1);
    int whole = c->n / (8 * c->set->quads) * (8 * c->set->quads);
    for (int i = 0; i < whole; i++)
      EXPECT (got[k][i] == quads[i],
          "chroma of %s: colour %d of pixel %d is %d, not %d; %d loads",
          c->set->name, k, i, got[k][i], quads[i], columns.pairs.loads);
  }
  sv_columns_clear (&columns);
  free (u);
  free (v);
  free (lanes);
}

static void
check_rgb4 (const Case *c, const SvYuvToRgb *matrix, bool bytes)
{
  static int16_t plain[7][ROW], quads[7][ROW];
  const int16_t *p0[3], *p1[3], *q0[3], *q1[3];
  bool two = c->weight > 0;
  uint8_t *y8 = random_bytes (c->n, c->extreme);
  uint8_t *expected = malloc ((size_t) c->n * 4);
  Guarded got = guarded_new ((size_t) c->n * 4);
  int16_t weight = c->weight | 1;

  random_row (plain[6], c->n, 0, 32640, c->extreme);
  for (int i = 0; i < 6; i++)
    random_row (plain[i], c->n, -18500, 17000, c->extreme);
  for (int i = 0; i < 7; i++)
    to_quads (quads[i], plain[i], c->n, c->set->quads);
  for (int k = 0; k < 3; k++) {
    p0[k] = plain[k];
    p1[k] = plain[3 + k];
    q0[k] = quads[k];
    q1[k] = quads[3 + k];
  }
  c->plain->rgb4 (expected, bytes ? y8 : NULL, bytes ? NULL : plain[6], p0,
      two ? p1 : NULL, weight, matrix->y, c->n);
  c->set->rgb4 (got.at, bytes ? y8 : NULL, bytes ? NULL : quads[6], q0,
      two ? q1 : NULL, weight, matrix->y, c->n);
  for (int i = 0; i < 4 * c->n; i++)
    EXPECT (expected[i] == got.at[i],
        "rgb4 of %s: byte %d of pixel %d of %d is %d, not %d", c->set->name,
        i % 4, i / 4, c->n, got.at[i], expected[i]);
  guarded_check (&got, c->set->name, "rgb4");
  free (got.block);
  free (expected);
  free (y8);
}

static void
check_chroma_rgb4 (const Case *c, const SvYuvToRgb *matrix, bool one_row,
    bool bytes)
{
  static int16_t plain[ROW], quads[ROW];
  int length = test_random_int (&seed, 4, MAX_N * 4);
  int n_lanes = one_row ? (c->n + 3) / 4 * 8 : c->n;
  SvLane *lanes = calloc ((size_t) n_lanes, sizeof *lanes);
  SvLane *ordered = calloc ((size_t) n_lanes + 1024, sizeof *ordered);
  uint8_t *rows[4], *y8 = random_bytes (c->n, c->extreme);
  uint8_t *expected = malloc ((size_t) c->n * 4);
  Guarded got = guarded_new ((size_t) c->n * 4);
  SvColumns columns, set_columns;
  int quads_of_set = c->set->quads, group = 8 * quads_of_set;

  for (int i = 0; i < 4; i++)
    rows[i] = random_bytes (length, c->extreme);
  const uint8_t *u[2] = { rows[0], c->weight > 0 ? rows[1] : NULL };
  const uint8_t *v[2] = { rows[2], c->weight > 0 ? rows[3] : NULL };
  random_row (plain, c->n, 0, 32640, c->extreme);
  to_quads (quads, plain, c->n, quads_of_set);
  random_lanes (lanes, n_lanes, length, false);
  /* Lanes of two rows are fetched in quads. */
  int n_ordered = one_row ? n_lanes : (c->n + group - 1) / group * group;
  for (int i = 0; i < n_ordered; i++) {
    int start = i / group * group, quad = (i - start) / 4;
    int to = one_row
        ? i
        : start + (quad % quads_of_set * 2 + quad / quads_of_set) * 4 + i % 4;

    ordered[to] = lanes[i < n_lanes ? i : n_lanes - 1];
  }
  fail_unless (sv_columns_init (&columns, lanes, n_lanes));
  fail_unless (sv_columns_init (&set_columns, ordered, n_ordered));
  c->plain->chroma_rgb4 (expected, bytes ? y8 : NULL, bytes ? NULL : plain, u,
      one_row ? NULL : v, c->weight, &columns, matrix, c->n);
  if (set_columns.pairs.loads > 0) {
    bool alike = set_columns.pairs.to > set_columns.pairs.from;

    n_fused += alike;
    n_joined +=
        alike && set_columns.exact && c->weight > 0 && c->weight % 4096 == 0;
    c->set->chroma_rgb4 (got.at, bytes ? y8 : NULL, bytes ? NULL : quads, u,
        one_row ? NULL : v, c->weight, &set_columns, matrix, c->n);
    for (int i = 0; i < 4 * c->n; i++)
      EXPECT (expected[i] == got.at[i],
          "chroma_rgb4 of %s: byte %d of pixel %d of %d is %d, not %d; "
          "%d loads, weight %d",
          c->set->name, i % 4, i / 4, c->n, got.at[i], expected[i],
          set_columns.pairs.loads, c->weight);
  }
  guarded_check (&got, c->set->name, "chroma_rgb4");
  sv_columns_clear (&columns);
  sv_columns_clear (&set_columns);
  for (int i = 0; i < 4; i++)
    free (rows[i]);
  free (got.block);
  free (expected);
  free (y8);
  free (lanes);
  free (ordered);
}

static void
check_floats (const Case *c)
{
  static float in[2][ROW], out[2][ROW];
  uint8_t *rows[2] = { random_bytes (c->n, c->extreme),
    random_bytes (c->n, c->extreme) };
  const uint8_t *const taps[2] = { rows[0], rows[1] };
  const float weights[2] = { 0.7f, 0.3f };
  const float matrix[4] = { 1.164f, -0.213f, 2.112f, -18.0f };
  const SvHostKernels *sets[2] = { c->plain, c->set };
  static uint8_t bytes[2][ROW];

  for (int s = 0; s < 2; s++) {
    sets[s]->blend_rows_u8 (in[s], taps, weights, 2, c->n);
    sets[s]->matrix_row (out[s], in[s], in[s], in[s], matrix, c->n);
    sets[s]->accumulate (out[s], in[s], 0.25f, c->n);
    sets[s]->scale_clamp (out[s], 0.8f, 1.0f, c->n);
    sets[s]->store (bytes[s], 1, out[s], c->n);
  }
  for (int i = 0; i < c->n; i++)
    EXPECT (in[0][i] == in[1][i] && out[0][i] == out[1][i]
            && bytes[0][i] == bytes[1][i],
        "floats of %s: sample %d is %f, not %f", c->set->name, i, out[1][i],
        out[0][i]);
  free (rows[0]);
  free (rows[1]);
}

GST_START_TEST (sets_compute_what_c_does)
{
  const SvHostKernels *plain = sv_host_kernels_nth (0), *set;

  fail_unless_equals_string (plain->name, "c");
  fail_unless_equals_int (plain->quads, 1);
  for (int i = 1; (set = sv_host_kernels_nth (i)) != NULL; i++) {
    seed = 7;
    n_alike = 0;
    n_fused = n_joined = n_words = 0;
    for (int round = 0; round < ROUNDS; round++) {
      Case c = { .plain = plain,
        .set = set,
        .n = test_random_int (&seed, 1, round % 3 ? MAX_N : 70),
        .extreme = round % 4 == 0,
        .weight =
            (int16_t) (round % 5 == 0 ? 0
                                      : test_random_int (&seed, 1, 32767)) };
      const SvYuvToRgb *matrix = &matrices[round % 3];

      if (round % 5 == 1)
        c.weight = (int16_t) (4096 * test_random_int (&seed, 1, 7));
      check_pick (&c);
      check_filter (&c);
      check_rounding (&c);
      check_chroma (&c, matrix, true);
      check_chroma (&c, matrix, false);
      check_rgb4 (&c, matrix, true);
      check_rgb4 (&c, matrix, false);
      check_words (&c);
      check_word_pairs (&c);
      for (int k = 0; k < 4; k++)
        check_chroma_rgb4 (&c, matrix, k & 1, k & 2);
      check_floats (&c);
    }
    fail_unless (n_alike > 5, "only %d filters had blocks alike", n_alike);
    fail_unless (n_fused > 5, "only %d fused ones had", n_fused);
    fail_unless (n_joined > 5, "only %d could be joined", n_joined);
    fail_unless (n_words > 5 || set->quads == 1, "only %d were of words",
        n_words);
  }
}
GST_END_TEST;

static char logged[1024];

static void
keep_text (SvLogLevel level, const char *text)
{
  fail_unless_equals_int (level, SV_LOG_WARNING);
  g_strlcpy (logged, text, sizeof logged);
}

GST_START_TEST (sets_are_in_order)
{
  static const char *const names[] = { "c", "sse4", "avx2", "avx512", "neon" };
  const char *mask = g_getenv ("SAVANT_CPU_MASK");
  const SvHostKernels *set;
  const SvHostKernels *expected = NULL;
  int last = -1, n = 0;

  sv_log_set_sink (keep_text);
  for (; (set = sv_host_kernels_nth (n)) != NULL; n++) {
    int place = 0;

    while (place < 5 && strcmp (names[place], set->name) != 0)
      place++;
    fail_unless (place < 5 && place > last, "set %d is %s", n, set->name);
    last = place;
    if (mask != NULL && strcmp (mask, set->name) == 0)
      expected = set;
  }
  fail_unless (sv_host_kernels_nth (-1) == NULL);
  sv_log_set_sink (NULL);
  /* Without a mask, and with one that names no set, the best is chosen. */
  if (expected == NULL)
    expected = sv_host_kernels_nth (n - 1);
  fail_unless (sv_host_kernels () == expected, "the chosen set is %s, not %s",
      sv_host_kernels ()->name, expected->name);
  if (mask != NULL && strcmp (mask, expected->name) != 0)
    fail_unless (strstr (logged, "SAVANT_CPU_MASK=") != NULL
            && strstr (logged, "names no instruction set of this processor")
                != NULL
            && strstr (logged, expected->name) != NULL,
        "the log says \"%s\"", logged);
}
GST_END_TEST;

static Suite *
kernel_sets_suite (void)
{
  Suite *s = suite_create ("kernel_sets");
  TCase *tc = tcase_create ("sets");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, sets_are_in_order);
  tcase_add_test (tc, sets_compute_what_c_does);
  return s;
}

/* With --bench: how long each kernel of each set takes. */
int
main (int argc, char **argv)
{
  if (argc > 1 && strcmp (argv[1], "--bench") == 0) {
    print_kernel_times (&matrices[0]);
    return 0;
  }
  gst_check_init (&argc, &argv);
  return gst_check_run_suite (kernel_sets_suite (), "kernel_sets", __FILE__);
}
