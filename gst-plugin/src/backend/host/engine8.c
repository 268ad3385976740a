/* SPDX-License-Identifier: Apache-2.0 */
#include "engine8.h"

#include <string.h>

#define N_KEPT 2

/* Rows of a stream that are filtered already, by their number in the source:
 * neighbours never share a place. */
typedef struct Kept
{
  int row[N_KEPT]; /* -1 = none */
  int16_t *data[N_KEPT];
} Kept;

typedef struct Run
{
  const SvPlan *plan;
  const SvSource *source;
  const SavantImage *dst;
  const SvHostKernels *k;
  Kept kept[3];
  int16_t *blended; /* two source rows filtered together */
  int colours_row[N_KEPT];
  int16_t *colours[N_KEPT][3];
  uint8_t *luma;
} Run;

/* What a destination row is made of: source row `row`, and `weight` (Q15) of
 * the next one. */
typedef struct Rows
{
  int row;
  int16_t weight;
} Rows;

static Rows
source_rows (const Run *run, const SvStream *s, int j)
{
  const SvAxis *axis = &run->plan->y[s->lattice][s->grid];
  Rows rows = { axis->first[j], 0 };

  if (axis->taps > 1) {
    int16_t w = sv_q15 (axis->weights[axis->n + j]);

    if (w == 32767)
      rows.row++;
    else
      rows.weight = w;
  }
  return rows;
}

static const uint8_t *
row_at (const Run *run, int component, int row)
{
  const SvSourceComponent *comp = &run->source->comp[component];

  return comp->base + row * comp->pitch_bytes;
}

static void
filter (const Run *run, const SvStream *s, int16_t *out, const uint8_t *row0,
    const uint8_t *row1, int16_t weight)
{
  if (s->columns.pairs.loads > 0)
    run->k->filter (out, row0, row1, weight, &s->columns);
  else
    run->k->filter_any (out, row0, row1, weight, &s->columns);
}

static const int16_t *
kept_row (Run *run, int stream, int row)
{
  const SvStream *s = &run->plan->tables->streams[stream];
  Kept *kept = &run->kept[stream];
  int place = row % N_KEPT;

  if (kept->row[place] != row) {
    filter (run, s, kept->data[place], row_at (run, s->component, row), NULL,
        0);
    kept->row[place] = row;
  }
  return kept->data[place];
}

/* Q7 rows of destination row j: one, or two that are still to be blended by
 * the weight. */
static int16_t
q7_rows (Run *run, int stream, int j, const int16_t **a, const int16_t **b)
{
  const SvStream *s = &run->plan->tables->streams[stream];
  Rows rows = source_rows (run, s, j);

  *b = NULL;
  if (s->kept) {
    *a = kept_row (run, stream, rows.row);
    if (rows.weight > 0)
      *b = kept_row (run, stream, rows.row + 1);
    return rows.weight;
  }
  filter (run, s, run->blended, row_at (run, s->component, rows.row),
      rows.weight > 0 ? row_at (run, s->component, rows.row + 1) : NULL,
      rows.weight);
  *a = run->blended;
  return 0;
}

/* Bytes of one source row that no filter touches, or NULL if there is one. They
 * lie in the source itself or, where they must be brought together, in `to`.
 */
static const uint8_t *
plain_bytes (const Run *run, const SvStream *s, int j, uint32_t fill,
    uint8_t *to)
{
  Rows rows = source_rows (run, s, j);
  const uint8_t *row = row_at (run, s->component, rows.row);

  if (!s->single || rows.weight > 0)
    return NULL;
  if (s->straight)
    return row + s->first;
  if (s->shuffle.loads > 0)
    run->k->pick (to, row, &s->shuffle, fill, s->n_lanes);
  else
    run->k->pick_any (to, row, &s->shuffle, fill, s->n_lanes);
  return to;
}

static void
write_bytes (Run *run, int stream, int j, uint32_t fill, uint8_t *to)
{
  const SvStream *s = &run->plan->tables->streams[stream];
  const uint8_t *plain = plain_bytes (run, s, j, fill, to);
  const int16_t *a, *b;

  if (plain == to)
    return;
  if (plain != NULL) {
    memcpy (to, plain, (size_t) s->n_lanes);
    return;
  }
  if (!s->kept && s->columns.pairs.loads > 0) {
    Rows rows = source_rows (run, s, j);

    run->k->filter_round (to, row_at (run, s->component, rows.row),
        rows.weight > 0 ? row_at (run, s->component, rows.row + 1) : NULL,
        rows.weight, &s->columns, fill, s->n_lanes);
    return;
  }
  int16_t weight = q7_rows (run, stream, j, &a, &b);
  run->k->round_rows (to, a, b, weight, fill, s->n_lanes);
}

static uint8_t *
dst_at (const Run *run, int plane, int x, int y, int pixel_bytes)
{
  return run->dst->data[plane] + y * run->dst->pitch_bytes[plane]
      + (ptrdiff_t) x * pixel_bytes;
}

/* What chroma of one source row adds to each colour. */
static int16_t *const *
colours_of_row (Run *run, int row)
{
  const SvTable8 *table = run->plan->tables;
  const SvStream *s = &table->streams[1];
  const uint8_t *row_u = row_at (run, 1, row);
  const uint8_t *row_v = table->n_streams > 2 ? row_at (run, 2, row) : NULL;
  int place = row % N_KEPT;

  if (run->colours_row[place] == row)
    return run->colours[place];
  run->colours_row[place] = row;
  if (s->columns.pairs.loads > 0)
    run->k->chroma (run->colours[place], row_u, row_v, &s->columns,
        &run->plan->yuv_to_rgb);
  else
    run->k->chroma_any (run->colours[place], row_u, row_v, &s->columns,
        &run->plan->yuv_to_rgb);
  return run->colours[place];
}

/* Chroma rows are multiplied by both weights: an odd one keeps ties away, at
 * which both products would be rounded up and an even area would not stay one.
 */
static int16_t
odd (int16_t weight)
{
  return weight | 1;
}

static void
write_fused (Run *run, uint8_t *to, const uint8_t *bytes, const int16_t *y,
    Rows rows)
{
  const SvPlan *plan = run->plan;
  const SvTable8 *table = plan->tables;
  bool two = rows.weight > 0;
  const uint8_t *u[2] = { row_at (run, 1, rows.row),
    two ? row_at (run, 1, rows.row + 1) : NULL };
  const uint8_t *v[2] = { NULL, NULL };

  if (table->n_streams > 2) {
    v[0] = row_at (run, 2, rows.row);
    v[1] = two ? row_at (run, 2, rows.row + 1) : NULL;
  }
  run->k->chroma_rgb4 (to, bytes, y, u, v[0] != NULL ? v : NULL, rows.weight,
      &table->streams[1].columns, &plan->yuv_to_rgb, plan->key.dst_rect.w);
}

static void
write_matrix_row (Run *run, int j)
{
  const SvPlan *plan = run->plan;
  const SvTable8 *table = plan->tables;
  const SavantRect *rect = &plan->key.dst_rect;
  const uint8_t *bytes = plain_bytes (run, &table->streams[0], j, 0, run->luma);
  const int16_t *y = NULL, *next = NULL;

  if (bytes == NULL) {
    int16_t luma_weight = q7_rows (run, 0, j, &y, &next);

    if (next != NULL) {
      run->k->blend (run->blended, y, next, luma_weight, rect->w);
      y = run->blended;
    }
  }
  uint8_t *to = dst_at (run, 0, rect->x, rect->y + j, 4);
  Rows rows = source_rows (run, &table->streams[1], j);
  if (table->fused) {
    write_fused (run, to, bytes, y, rows);
    return;
  }
  int16_t *const *c0 = colours_of_row (run, rows.row);
  int16_t *const *c1 =
      rows.weight > 0 ? colours_of_row (run, rows.row + 1) : NULL;
  run->k->rgb4 (to, bytes, y, (const int16_t *const *) c0,
      (const int16_t *const *) c1, odd (rows.weight), plan->yuv_to_rgb.y,
      rect->w);
}

static void
write_rgb_row (Run *run, int j)
{
  const SvPlan *plan = run->plan;
  const SavantRect *rect = &plan->key.dst_rect;

  write_bytes (run, 0, j, plan->tables->fill,
      dst_at (run, 0, rect->x, rect->y + j, plan->dst->comp[0].step));
}

/* Row j of a stream's grid into the planes of the destination: components from
 * `first` on, `n` of them. */
static void
write_plane_row (Run *run, int stream, int j, int first, int n, int x, int y)
{
  const SvFormatInfo *info = run->plan->dst;
  const SvComponent *comp = &info->comp[first];
  const int16_t *a, *b;

  if (comp->step == n) {
    write_bytes (run, stream, j, 0, dst_at (run, comp->plane, x, y, n));
    return;
  }
  int16_t weight = q7_rows (run, stream, j, &a, &b);
  run->k->round_rows_apart (dst_at (run, comp->plane, x, y, comp->step)
          + comp->offset,
      comp->step, a, b, weight, run->plan->tables->streams[stream].n_lanes);
}

static void
write_planes (Run *run, int from, int to)
{
  const SvPlan *plan = run->plan;
  const SvTable8 *table = plan->tables;
  const SavantRect *rect = &plan->key.dst_rect;
  const SvFormatInfo *info = plan->dst;
  int x = sv_axis_first_sample (rect->x, info->sub_x);
  int y = sv_axis_first_sample (rect->y, info->sub_y);

  for (int j = from; j < to; j++) {
    write_plane_row (run, 0, j, 0, 1, rect->x, rect->y + j);
    sv_repeat_spare_luma (plan, run->dst, rect->y + j);
  }
  for (int i = 1; i < table->n_streams; i++) {
    int end = sv_chroma_rows_before (plan, to);

    for (int j = sv_chroma_rows_before (plan, from); j < end; j++)
      write_plane_row (run, i, j, i, table->n_streams == 2 ? 2 : 1, x, y + j);
  }
}

static size_t
row_size (int n)
{
  return ((size_t) n + 2 * SV_ROW_SLACK - 1) / SV_ROW_SLACK * SV_ROW_SLACK;
}

static bool
init_run (Run *run, SvScratch *scratch)
{
  const SvTable8 *table = run->plan->tables;
  size_t row = row_size (run->plan->key.dst_rect.w), lanes = 0;

  for (int i = 0; i < table->n_streams; i++) {
    size_t n = row_size (table->streams[i].n_lanes);

    lanes = n > lanes ? n : lanes;
  }
  int16_t *memory = sv_scratch_need (scratch,
      sizeof (int16_t) * ((1 + 3 * N_KEPT) * lanes + (3 * N_KEPT + 1) * row));
  if (memory == NULL)
    return false;
  run->blended = memory;
  memory += lanes;
  for (int p = 0; p < N_KEPT; p++) {
    run->colours_row[p] = -1;
    for (int i = 0; i < 3; i++, memory += lanes) {
      run->kept[i].row[p] = -1;
      run->kept[i].data[p] = memory;
    }
    for (int i = 0; i < 3; i++, memory += row)
      run->colours[p][i] = memory;
  }
  run->luma = (uint8_t *) memory;
  return true;
}

bool
sv_8bit_run (const SvPlan *plan, const SvSource *source, const SavantImage *dst,
    SvScratch *scratch, int from, int to)
{
  Run run = { .plan = plan, .source = source, .dst = dst, .k = plan->kernels };

  if (plan->tables->doubled)
    return sv_8bit_run_doubled (plan, source, dst, scratch, from, to);
  if (!init_run (&run, scratch))
    return false;
  if (!plan->tables->matrix && plan->dst->family != SV_FAMILY_RGB) {
    write_planes (&run, from, to);
    return true;
  }
  for (int j = from; j < to; j++) {
    if (plan->tables->matrix)
      write_matrix_row (&run, j);
    else
      write_rgb_row (&run, j);
  }
  return true;
}
