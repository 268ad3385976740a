/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>

#include <savant/gst.h>

/* Rounding errors of coordinates below 2^15 stay far below this, so an edge
 * that lies on a pixel border is not taken for the next pixel. */
#define EDGE_TOLERANCE 1e-6

/* For every SavantFlip: network u and v, both 0..1 inside the destination,
 * as coefficients of source u and v and a constant. */
static const gint8 flip_maps[8][6] = {
  [SAVANT_FLIP_NONE] = { 1, 0, 0, 0, 1, 0 },
  [SAVANT_FLIP_ROTATE_90] = { 0, -1, 1, 1, 0, 0 },
  [SAVANT_FLIP_ROTATE_180] = { -1, 0, 1, 0, -1, 1 },
  [SAVANT_FLIP_ROTATE_270] = { 0, 1, 0, -1, 0, 1 },
  [SAVANT_FLIP_X] = { -1, 0, 1, 0, 1, 0 },
  [SAVANT_FLIP_Y] = { 1, 0, 0, 0, -1, 1 },
  [SAVANT_FLIP_TRANSPOSE] = { 0, 1, 0, 1, 0, 0 },
  [SAVANT_FLIP_INVERSE_TRANSPOSE] = { 0, -1, 1, -1, 0, 1 },
};

void
gst_savant_geometry_init (GstSavantGeometry *geometry, gint source_width,
    gint source_height, const SavantRect *source, const SavantRect *destination,
    SavantFlip flip)
{
  const gint side[2] = { destination->w, destination->h };
  const gint corner[2] = { destination->x, destination->y };
  GstSavantGeometry g = { .source = *source,
    .destination = *destination,
    .source_width = source_width,
    .source_height = source_height };

  g_return_if_fail ((guint) flip < G_N_ELEMENTS (flip_maps));
  for (int axis = 0; axis < 2; axis++) {
    const gint8 *map = flip_maps[flip] + 3 * axis;
    gdouble mx = (gdouble) (map[0] * side[axis]) / source->w;
    gdouble my = (gdouble) (map[1] * side[axis]) / source->h;

    g.m[3 * axis] = mx;
    g.m[3 * axis + 1] = my;
    g.m[3 * axis + 2] =
        corner[axis] + map[2] * side[axis] - mx * source->x - my * source->y;
  }
  *geometry = g;
}

void
gst_savant_geometry_point_to_network (const GstSavantGeometry *geometry,
    gdouble x, gdouble y, gdouble out[2])
{
  const gdouble *m = geometry->m;

  out[0] = m[0] * x + m[1] * y + m[2];
  out[1] = m[3] * x + m[4] * y + m[5];
}

void
gst_savant_geometry_point_to_source (const GstSavantGeometry *geometry,
    gdouble x, gdouble y, gdouble out[2])
{
  const gdouble *m = geometry->m;
  gdouble det = m[0] * m[4] - m[1] * m[3];

  x -= m[2];
  y -= m[5];
  out[0] = (m[4] * x - m[1] * y) / det;
  out[1] = (m[0] * y - m[3] * x) / det;
}

typedef void (*PointMap) (const GstSavantGeometry *geometry, gdouble x,
    gdouble y, gdouble out[2]);

/* Boxes stay upright: all flips are quarter turns and mirrors. */
static void
map_box (const GstSavantGeometry *geometry, PointMap map, const gdouble box[4],
    gdouble out[4])
{
  gdouble a[2], b[2];

  map (geometry, box[0], box[1], a);
  map (geometry, box[0] + box[2], box[1] + box[3], b);
  out[0] = MIN (a[0], b[0]);
  out[1] = MIN (a[1], b[1]);
  out[2] = fabs (b[0] - a[0]);
  out[3] = fabs (b[1] - a[1]);
}

void
gst_savant_geometry_box_to_source (const GstSavantGeometry *geometry,
    const gdouble box[4], gdouble out[4])
{
  map_box (geometry, gst_savant_geometry_point_to_source, box, out);
}

void
gst_savant_geometry_box_to_network (const GstSavantGeometry *geometry,
    const gdouble box[4], gdouble out[4])
{
  map_box (geometry, gst_savant_geometry_point_to_network, box, out);
}

static SavantRect
intersect (const SavantRect *a, const SavantRect *b)
{
  gint left = MAX (a->x, b->x), right = MIN (a->x + a->w, b->x + b->w);
  gint top = MAX (a->y, b->y), bottom = MIN (a->y + a->h, b->y + b->h);

  return (SavantRect){ left, top, MAX (right - left, 0),
    MAX (bottom - top, 0) };
}

/* The pixels that a mapped rectangle touches, inside `limit`. */
static SavantRect
round_outwards (const gdouble box[4], const SavantRect *limit)
{
  gint left = (gint) floor (box[0] + EDGE_TOLERANCE);
  gint top = (gint) floor (box[1] + EDGE_TOLERANCE);
  SavantRect rect = { left, top,
    (gint) ceil (box[0] + box[2] - EDGE_TOLERANCE) - left,
    (gint) ceil (box[1] + box[3] - EDGE_TOLERANCE) - top };

  return intersect (&rect, limit);
}

void
gst_savant_geometry_compose (const GstSavantGeometry *first,
    const GstSavantGeometry *second, GstSavantGeometry *out)
{
  const gdouble *a = first->m, *b = second->m;
  SavantRect visible = intersect (&first->destination, &second->source);
  gdouble box[4] = { visible.x, visible.y, visible.w, visible.h };
  gdouble mapped[4];
  GstSavantGeometry g = { .source_width = first->source_width,
    .source_height = first->source_height };

  for (int row = 0; row < 6; row += 3) {
    g.m[row] = b[row] * a[0] + b[row + 1] * a[3];
    g.m[row + 1] = b[row] * a[1] + b[row + 1] * a[4];
    g.m[row + 2] = b[row] * a[2] + b[row + 1] * a[5] + b[row + 2];
  }
  if (visible.w > 0 && visible.h > 0) {
    gst_savant_geometry_box_to_source (first, box, mapped);
    g.source = round_outwards (mapped, &first->source);
    gst_savant_geometry_box_to_network (second, box, mapped);
    g.destination = round_outwards (mapped, &second->destination);
  }
  *out = g;
}
