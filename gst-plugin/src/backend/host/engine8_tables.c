/* SPDX-License-Identifier: Apache-2.0 */
#include "engine8.h"

#include <stdlib.h>
#include <string.h>

/* The channels of a stream: bytes of the source that each pixel yields. */
typedef struct Channels
{
  int n;
  int step;      /* bytes from one pixel to the next */
  int offset[4]; /* byte of each in a pixel, -1 = none */
  bool grouped;  /* two channels, four pixels of one before the other's */
  int quads;     /* order of pixels as the kernels like it, 0 = as they are */
} Channels;

static int
n_lanes (const Channels *c, int n_pixels)
{
  if (c->grouped)
    return (n_pixels + 3) / 4 * 8;
  if (c->quads > 1)
    return (n_pixels + 8 * c->quads - 1) / (8 * c->quads) * (8 * c->quads);
  return n_pixels * c->n;
}

/* Which channel of which pixel lane i is. */
static int
lane_pixel (const Channels *c, int i, int *channel)
{
  *channel = c->grouped ? i / 4 % 2 : i % c->n;
  if (c->grouped)
    return i / 8 * 4 + i % 4;
  if (c->quads > 1) {
    int start = i / (8 * c->quads) * (8 * c->quads), at = i - start;

    return start + (at / 8 + at / 4 % 2 * c->quads) * 4 + at % 4;
  }
  return i / c->n;
}

static SvLane *
make_lanes (const Channels *c, const SvAxis *axis)
{
  int n = n_lanes (c, axis->n);
  SvLane *lanes = malloc (sizeof *lanes * (size_t) n);

  for (int i = 0; lanes != NULL && i < n; i++) {
    int channel, pixel = lane_pixel (c, i, &channel);
    int offset = c->offset[channel];

    pixel = pixel < axis->n ? pixel : axis->n - 1;
    int32_t a = axis->first[pixel] * c->step + offset;
    lanes[i] = (SvLane){ a, a, 0.0f };
    if (offset < 0) {
      /* A filter has no use for it: the pattern covers this lane. */
      lanes[i].a = axis->taps > 1 ? axis->first[pixel] * c->step : -1;
      lanes[i].b = axis->first[pixel] * c->step;
    } else if (axis->taps > 1) {
      lanes[i].b = a + c->step;
      lanes[i].weight = axis->weights[axis->n + pixel];
    }
  }
  return lanes;
}

static bool
is_straight (const Channels *c, const SvAxis *axis)
{
  if (!axis->straight || c->step != c->n)
    return false;
  for (int i = 0; i < c->n; i++)
    if (c->offset[i] != c->offset[0] + i)
      return false;
  return true;
}

/* Whether filtering each source row once is cheaper than filtering the two of
 * each destination row together. */
static bool
is_kept (const SvAxis *rows)
{
  int lo = rows->first[0], hi = rows->first[rows->n - 1];
  int span = (hi > lo ? hi - lo : lo - hi) + rows->taps;

  return rows->taps > 1 && 2 * span < 3 * rows->n;
}

/* Bytes that no filter touches are never in quads. */
static bool
init_shuffle (SvStream *s, const Channels *c, const SvAxis *axis)
{
  Channels plain = *c;

  plain.quads = 0;
  SvLane *lanes = make_lanes (&plain, axis);
  bool ok = lanes != NULL && sv_shuffle_init (&s->shuffle, lanes, s->n_lanes);

  free (lanes);
  return ok;
}

static bool
init_columns (SvStream *s, const Channels *c, const SvAxis *axis, int quads)
{
  SvLane *lanes = make_lanes (c, axis);
  int n = n_lanes (c, axis->n);
  bool ok = lanes != NULL;

  for (int i = 0; ok && i < n; i++)
    lanes[i].a = lanes[i].a < 0 ? lanes[i].b : lanes[i].a;
  ok = ok && sv_columns_init (&s->columns, lanes, n);
  s->columns.quads = quads;
  free (lanes);
  return ok;
}

static bool
add_stream (SvPlan *plan, int component, const Channels *c, SvGrid grid)
{
  SvTable8 *table = plan->tables;
  SvStream *s = &table->streams[table->n_streams++];
  const SvAxis *x, *y;

  s->component = component;
  s->lattice = sv_plan_lattice (plan, component);
  s->grid = grid;
  x = &plan->x[s->lattice][grid];
  y = &plan->y[s->lattice][grid];
  s->n_lanes = x->n * c->n;
  s->kept = is_kept (y);
  s->single = x->taps == 1;
  s->straight = is_straight (c, x);
  s->first = x->first[0] * c->step + c->offset[0];
  return (!s->single || s->straight || init_shuffle (s, c, x))
      && init_columns (s, c, x, plan->kernels->quads)
      && (c->n != 4 || c->step != 4
          || sv_columns_find_words (&s->columns, plan->kernels->quads));
}

/* How the pixels of one component lie in the source's rows. */
static Channels
one_channel (const SvPlan *plan, int component)
{
  const SvComponent *comp = &plan->src->comp[component];

  if (plan->transposed)
    return (Channels){ .n = 1, .step = 1 };
  return (Channels){ .n = 1, .step = comp->step, .offset = { comp->offset } };
}

static bool
add_chroma_streams (SvPlan *plan, SvGrid grid)
{
  const SvComponent *src = plan->src->comp, *dst = plan->dst->comp;
  bool together = !plan->transposed && src[1].plane == src[2].plane;
  Channels c = { .n = 2, .step = src[1].step };

  if (plan->dst->family == SV_FAMILY_YUV)
    together = together && dst[1].plane == dst[2].plane && dst[1].step == 2;
  if (together && plan->tables->matrix) {
    c.grouped = true;
    c.offset[0] = src[1].offset;
    c.offset[1] = src[2].offset;
    return add_stream (plan, 1, &c, grid);
  }
  if (together) {
    c.offset[dst[1].offset] = src[1].offset;
    c.offset[dst[2].offset] = src[2].offset;
    return add_stream (plan, 1, &c, grid);
  }
  for (int i = 1; i < 3; i++) {
    c = one_channel (plan, i);
    c.quads = plan->tables->matrix ? plan->kernels->quads : 0;
    if (!add_stream (plan, i, &c, grid))
      return false;
  }
  return true;
}

static bool
add_rgb_stream (SvPlan *plan)
{
  const SvFormatInfo *src = plan->src, *dst = plan->dst;
  Channels c = { .n = dst->comp[0].step,
    .step = src->comp[0].step,
    .offset = { -1, -1, -1, -1 } };
  uint8_t pattern[4] = { 0 };

  for (int i = 0; i < dst->n_components && i < src->n_components; i++)
    c.offset[dst->comp[i].offset] = src->comp[i].offset;
  for (int k = 0; k < c.n; k++)
    pattern[k] = c.offset[k] < 0 ? 255 : 0;
  memcpy (&plan->tables->fill, pattern, 4);
  return add_stream (plan, 0, &c, SV_GRID_LUMA);
}

static int16_t
scaled (double coefficient, double scale)
{
  return (int16_t) lround (coefficient * scale);
}

/* The matrix of YUV to RGB: luma counts alike everywhere, and two of the
 * chroma coefficients are zero. */
void
sv_8bit_init_matrix (SvPlan *plan)
{
  const SvColorMatrix *m = &plan->matrix;
  SvYuvToRgb *c = &plan->yuv_to_rgb;

  c->y = scaled (m->m[0][0], 16384.0);
  for (int k = 0; k < 3; k++) {
    int byte = plan->dst->comp[k].offset;

    c->u[byte] = scaled (m->m[k][1], 8192.0);
    c->v[byte] = scaled (m->m[k][2], 8192.0);
  }
  c->constant =
      (int16_t) lround ((m->m[0][3] + m->m[0][2] * 128.0) * 64.0 + 32.0);
}

static bool
few_taps (const SvPlan *plan)
{
  for (int l = 0; l < SV_N_LATTICES; l++)
    for (int g = 0; g < SV_N_GRIDS; g++)
      if (plan->x[l][g].taps > 2 || plan->y[l][g].taps > 2)
        return false;
  return true;
}

static bool
is_rgb4 (const SvFormatInfo *info)
{
  return info->family == SV_FAMILY_RGB && info->comp[0].step == 4;
}

typedef enum Way
{
  WAY_NONE,
  WAY_MATRIX,
  WAY_RGB,
  WAY_PLANES
} Way;

static Way
choose_way (const SvPlan *plan)
{
  const SvFormatInfo *src = plan->src, *dst = plan->dst;

  if (src->bits != 8 || !few_taps (plan))
    return WAY_NONE;
  if (src->family == SV_FAMILY_YUV && is_rgb4 (dst))
    return WAY_MATRIX;
  if (!plan->matrix.identity)
    return WAY_NONE;
  if (src->family == SV_FAMILY_RGB && dst->family == SV_FAMILY_RGB)
    return plan->transposed ? WAY_NONE : WAY_RGB;
  if (dst->family == SV_FAMILY_GRAY)
    return WAY_PLANES;
  if (src->family == SV_FAMILY_YUV && dst->family == SV_FAMILY_YUV
      && plan->chroma_x == SV_GRID_CHROMA && plan->chroma_y == SV_GRID_CHROMA)
    return WAY_PLANES;
  return WAY_NONE;
}

/* Whether each row of chroma serves so few rows that it is cheaper to filter it
 * again than to keep what it adds to each colour. */
static bool
is_fused (const SvPlan *plan)
{
  const SvStream *s = &plan->tables->streams[1];
  const SvAxis *rows = &plan->y[s->lattice][s->grid];
  int lo = rows->first[0], hi = rows->first[rows->n - 1];
  int span = (hi > lo ? hi - lo : lo - hi) + rows->taps;

  return s->columns.pairs.loads > 0 && span > rows->n;
}

bool
sv_8bit_init (SvPlan *plan)
{
  Way way = choose_way (plan);
  Channels luma = one_channel (plan, 0);

  if (way == WAY_NONE)
    return true;
  plan->tables = calloc (1, sizeof *plan->tables);
  if (plan->tables == NULL)
    return false;
  plan->tables->matrix = way == WAY_MATRIX;
  if (way == WAY_RGB)
    return add_rgb_stream (plan);
  luma.quads = way == WAY_MATRIX ? plan->kernels->quads : 0;
  if (!add_stream (plan, 0, &luma, SV_GRID_LUMA))
    return false;
  if (way == WAY_MATRIX) {
    sv_8bit_init_matrix (plan);
    if (!add_chroma_streams (plan, SV_GRID_LUMA))
      return false;
    plan->tables->fused = is_fused (plan);
    sv_8bit_find_doubled (plan);
    return true;
  }
  return plan->dst->family != SV_FAMILY_YUV
      || add_chroma_streams (plan, SV_GRID_CHROMA);
}

void
sv_8bit_clear (SvPlan *plan)
{
  if (plan->tables == NULL)
    return;
  for (int i = 0; i < plan->tables->n_streams; i++) {
    sv_shuffle_clear (&plan->tables->streams[i].shuffle);
    sv_columns_clear (&plan->tables->streams[i].columns);
  }
  free (plan->tables);
  plan->tables = NULL;
}
