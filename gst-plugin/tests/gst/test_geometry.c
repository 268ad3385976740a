/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>

#include "gsttest.h"
#include "support/images.h"

/* Where a corner of the source rectangle (0 or 1 on each axis) goes. Written
 * down from the words of transform.h, not from a formula. */
static const struct
{
  SavantFlip flip;
  gint corners[4][2]; /* of left top, right top, left bottom, right bottom */
} flips[] = {
  { SAVANT_FLIP_NONE, { { 0, 0 }, { 1, 0 }, { 0, 1 }, { 1, 1 } } },
  { SAVANT_FLIP_ROTATE_90, { { 1, 0 }, { 1, 1 }, { 0, 0 }, { 0, 1 } } },
  { SAVANT_FLIP_ROTATE_180, { { 1, 1 }, { 0, 1 }, { 1, 0 }, { 0, 0 } } },
  { SAVANT_FLIP_ROTATE_270, { { 0, 1 }, { 0, 0 }, { 1, 1 }, { 1, 0 } } },
  { SAVANT_FLIP_X, { { 1, 0 }, { 0, 0 }, { 1, 1 }, { 0, 1 } } },
  { SAVANT_FLIP_Y, { { 0, 1 }, { 1, 1 }, { 0, 0 }, { 1, 0 } } },
  { SAVANT_FLIP_TRANSPOSE, { { 0, 0 }, { 0, 1 }, { 1, 0 }, { 1, 1 } } },
  { SAVANT_FLIP_INVERSE_TRANSPOSE, { { 1, 1 }, { 1, 0 }, { 0, 1 }, { 0, 0 } } },
};

static gboolean
is_near (gdouble a, gdouble b)
{
  return fabs (a - b) <= 1e-9 * MAX (1.0, MAX (fabs (a), fabs (b)));
}

static SavantRect
random_rect (uint64_t *state, gint width, gint height)
{
  SavantRect r;

  r.x = test_random_int (state, 0, width - 1);
  r.y = test_random_int (state, 0, height - 1);
  r.w = test_random_int (state, 1, width - r.x);
  r.h = test_random_int (state, 1, height - r.y);
  return r;
}

static void
random_geometry (uint64_t *state, gint width, gint height, gint out_width,
    gint out_height, GstSavantGeometry *g)
{
  SavantRect source = random_rect (state, width, height);
  SavantRect destination = random_rect (state, out_width, out_height);

  gst_savant_geometry_init (g, width, height, &source, &destination,
      flips[test_random_int (state, 0, 7)].flip);
}

GST_START_TEST (test_letterbox)
{
  GstSavantGeometry g;
  SavantRect source = { 0, 0, 1920, 1080 };
  SavantRect destination = { 0, 140, 640, 360 };
  gdouble p[2], box[4] = { 100, 200, 64, 36 };

  gst_savant_geometry_init (&g, 1920, 1080, &source, &destination,
      SAVANT_FLIP_NONE);
  fail_unless_equals_int (g.source_width, 1920);
  fail_unless_equals_int (g.source_height, 1080);
  fail_unless_equals_int (g.destination.y, 140);
  gst_savant_geometry_point_to_network (&g, 960, 540, p);
  fail_unless (is_near (p[0], 320) && is_near (p[1], 320));
  gst_savant_geometry_point_to_source (&g, 0, 140, p);
  fail_unless (fabs (p[0]) < 1e-9 && fabs (p[1]) < 1e-9);
  gst_savant_geometry_box_to_source (&g, box, box);
  fail_unless (is_near (box[0], 300) && is_near (box[1], 180)
      && is_near (box[2], 192) && is_near (box[3], 108));
  /* Points in the bars map outside the picture; nothing is clipped. */
  gst_savant_geometry_point_to_source (&g, 0, 0, p);
  fail_unless (is_near (p[1], -420));
}
GST_END_TEST

GST_START_TEST (test_corners)
{
  uint64_t state = 1;

  for (gsize i = 0; i < G_N_ELEMENTS (flips); i++)
    for (gint round = 0; round < 200; round++) {
      SavantRect s = random_rect (&state, 4000, 3000);
      SavantRect d = random_rect (&state, 32767, 32767);
      GstSavantGeometry g;

      gst_savant_geometry_init (&g, 4000, 3000, &s, &d, flips[i].flip);
      for (gint c = 0; c < 4; c++) {
        gdouble p[2];

        gst_savant_geometry_point_to_network (&g, s.x + (c & 1) * s.w,
            s.y + (c >> 1) * s.h, p);
        fail_unless (is_near (p[0], d.x + flips[i].corners[c][0] * d.w)
                && is_near (p[1], d.y + flips[i].corners[c][1] * d.h),
            "flip %d, corner %d: %g, %g", flips[i].flip, c, p[0], p[1]);
      }
    }
}
GST_END_TEST

GST_START_TEST (test_round_trip)
{
  uint64_t state = 2;

  for (gint round = 0; round < 5000; round++) {
    GstSavantGeometry g;
    gdouble box[4], there[4], back[4];

    random_geometry (&state, 32767, 20000, 3000, 4000, &g);
    for (gint i = 0; i < 4; i++)
      box[i] = test_random_int (&state, 0, 30000000) / 1000.0;
    gst_savant_geometry_box_to_network (&g, box, there);
    fail_unless (there[2] >= 0 && there[3] >= 0);
    gst_savant_geometry_box_to_source (&g, there, back);
    for (gint i = 0; i < 4; i++)
      fail_unless (fabs (back[i] - box[i]) < 1e-9 * 32767,
          "round %d: %.12g became %.12g", round, box[i], back[i]);
  }
}
GST_END_TEST

/* Two transforms in turn, and their product: the same points, both ways. */
GST_START_TEST (test_compose)
{
  uint64_t state = 3;

  for (gint round = 0; round < 5000; round++) {
    GstSavantGeometry first, second, both;
    gdouble x = test_random_int (&state, 0, 4000);
    gdouble y = test_random_int (&state, 0, 3000);
    gdouble step[2], twice[2], once[2];

    random_geometry (&state, 4000, 3000, 1280, 720, &first);
    random_geometry (&state, 1280, 720, 640, 640, &second);
    gst_savant_geometry_compose (&first, &second, &both);
    gst_savant_geometry_point_to_network (&first, x, y, step);
    gst_savant_geometry_point_to_network (&second, step[0], step[1], twice);
    gst_savant_geometry_point_to_network (&both, x, y, once);
    fail_unless (is_near (once[0], twice[0]) && is_near (once[1], twice[1]),
        "round %d: %g, %g and %g, %g", round, once[0], once[1], twice[0],
        twice[1]);
    fail_unless_equals_int (both.source_width, 4000);
    fail_unless_equals_int (both.source_height, 3000);

    /* Either argument may be the result. */
    gst_savant_geometry_compose (&first, &second, &second);
    fail_unless (memcmp (&second, &both, sizeof both) == 0);
  }
}
GST_END_TEST

/* The visible rectangles hold exactly the pixels that are still there. */
GST_START_TEST (test_compose_rectangles)
{
  uint64_t state = 4;
  gint empty = 0;

  for (gint round = 0; round < 5000; round++) {
    GstSavantGeometry first, second, both;
    gdouble box[4], mapped[4];
    gint left, top, right, bottom;

    random_geometry (&state, 400, 300, 128, 72, &first);
    random_geometry (&state, 128, 72, 640, 640, &second);
    gst_savant_geometry_compose (&first, &second, &both);
    left = MAX (first.destination.x, second.source.x);
    top = MAX (first.destination.y, second.source.y);
    right = MIN (first.destination.x + first.destination.w,
        second.source.x + second.source.w);
    bottom = MIN (first.destination.y + first.destination.h,
        second.source.y + second.source.h);
    if (right <= left || bottom <= top) {
      fail_unless (both.source.w == 0 && both.source.h == 0
          && both.destination.w == 0 && both.destination.h == 0);
      empty++;
      continue;
    }
    box[0] = left;
    box[1] = top;
    box[2] = right - left;
    box[3] = bottom - top;
    gst_savant_geometry_box_to_network (&second, box, mapped);
    fail_unless (both.destination.x <= mapped[0] + 1e-5
        && both.destination.x > mapped[0] - 1
        && both.destination.x + both.destination.w
            >= mapped[0] + mapped[2] - 1e-5
        && both.destination.x + both.destination.w < mapped[0] + mapped[2] + 1);
    fail_unless (both.destination.x >= second.destination.x
        && both.destination.y >= second.destination.y
        && both.destination.x + both.destination.w
            <= second.destination.x + second.destination.w
        && both.destination.y + both.destination.h
            <= second.destination.y + second.destination.h);
    gst_savant_geometry_box_to_source (&first, box, mapped);
    fail_unless (both.source.y <= mapped[1] + 1e-5
        && both.source.y > mapped[1] - 1
        && both.source.y + both.source.h >= mapped[1] + mapped[3] - 1e-5
        && both.source.y + both.source.h < mapped[1] + mapped[3] + 1);
  }
  fail_unless (empty > 0 && empty < 5000);
}
GST_END_TEST

/* Whole numbers stay whole: 1080p to 720p to a 640 square and back. */
GST_START_TEST (test_compose_exact)
{
  GstSavantGeometry first, second, both;
  SavantRect full = { 0, 0, 1920, 1080 }, hd = { 0, 0, 1280, 720 };
  SavantRect boxed = { 0, 140, 640, 360 };

  gst_savant_geometry_init (&first, 1920, 1080, &full, &hd, SAVANT_FLIP_X);
  gst_savant_geometry_init (&second, 1280, 720, &hd, &boxed, SAVANT_FLIP_X);
  gst_savant_geometry_compose (&first, &second, &both);
  fail_unless (memcmp (&both.source, &full, sizeof full) == 0);
  fail_unless (memcmp (&both.destination, &boxed, sizeof boxed) == 0);
  fail_unless (is_near (both.m[0], 1 / 3.0) && is_near (both.m[4], 1 / 3.0));
}
GST_END_TEST

static Suite *
geometry_suite (void)
{
  Suite *s = suite_create ("geometry");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, test_letterbox);
  tcase_add_test (tc, test_corners);
  tcase_add_test (tc, test_round_trip);
  tcase_add_test (tc, test_compose);
  tcase_add_test (tc, test_compose_rectangles);
  tcase_add_test (tc, test_compose_exact);
  return s;
}

GST_CHECK_MAIN (geometry);
