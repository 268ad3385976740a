/* SPDX-License-Identifier: Apache-2.0 */
/* What savantbufgen draws, pixel by pixel, against colours that the test
 * computes. */
#include <gst/controller/gstdirectcontrolbinding.h>
#include <gst/controller/gstinterpolationcontrolsource.h>

#include <math.h>

#include "support/frames.h"

static const gchar *const formats[] = { "RGBA", "BGRx", "NV12", "NV21", "I420",
  "UYVY", "GRAY8", "RGB", "BGR", "BGRA", "RGBx" };

typedef void (*FrameCheck) (const SavantImage *image, guint index,
    gconstpointer data);

/* Gives every frame of a stream to `check`. */
static void
check_frames (const gchar *properties, guint n, const gchar *format,
    gboolean nvmm, const gchar *size, FrameCheck check, gconstpointer data)
{
  gchar *wanted = g_strdup_printf ("video/x-raw%s,format=%s,%s",
      nvmm ? "(memory:NVMM)" : "", format, size);
  GstHarness *h = test_bufgen (properties, wanted);
  guint i;

  g_object_set (h->element, "num-buffers", (gint) n, NULL);
  gst_harness_play (h);
  for (i = 0; i < n; i++) {
    GstBuffer *buffer = gst_harness_pull (h);
    GstCaps *caps;
    TestFrame frame;

    fail_unless (buffer != NULL, "%s: no frame %u", wanted, i);
    caps = test_harness_caps (h);
    test_frame_map (&frame, buffer, caps);
    check (&frame.image, i, data);
    test_frame_unmap (&frame);
    gst_caps_unref (caps);
    gst_buffer_unref (buffer);
  }
  g_free (wanted);
  test_bufgen_free (h);
}

/* The same in every format, plain and as a surface. */
static void
check_everywhere (const gchar *properties, guint n, const gchar *size,
    FrameCheck check, gconstpointer data)
{
  guint f;

  for (f = 0; f < G_N_ELEMENTS (formats); f++) {
    check_frames (properties, n, formats[f], FALSE, size, check, data);
    check_frames (properties, n, formats[f], TRUE, size, check, data);
  }
}

/* ---- Plain colours ------------------------------------------------------ */

static void
is_one_color (const SavantImage *image, guint index, gconstpointer data)
{
  gint x, y;

  (void) index;
  for (y = 0; y < image->height; y++)
    for (x = 0; x < image->width; x++)
      test_assert_color (image, x, y, *(const guint32 *) data, 0);
}

GST_START_TEST (test_plain_colors)
{
  static const guint32 black = 0x000000, white = 0xffffff, orange = 0xe67814,
                       grey = 0x808080;
  const gchar *size = "width=17,height=9";

  check_everywhere ("pattern=black", 2, size, is_one_color, &black);
  check_everywhere ("pattern=white", 2, size, is_one_color, &white);
  check_everywhere ("pattern=color color=0xe67814", 2, size, is_one_color,
      &orange);
  check_everywhere ("pattern=color", 1, size, is_one_color, &grey);
  check_everywhere ("pattern=none", 2, size, is_one_color, &black);
}
GST_END_TEST;

static void
has_components (const SavantImage *image, guint index, gconstpointer data)
{
  const guint8 *expected = data;
  gint c;

  (void) index;
  for (c = 0; c < 3; c++)
    fail_unless_equals_int (test_sample (image, c, 3, 3), expected[c]);
}

/* Red by the book, in the colorimetry that is asked for or meant. */
GST_START_TEST (test_colorimetry)
{
  static const guint8 bt601[3] = { 81, 90, 240 }, bt709[3] = { 63, 102, 240 },
                      full601[3] = { 76, 85, 255 }, bt2020[3] = { 74, 97, 240 };
  static const struct
  {
    gboolean nvmm;
    const gchar *size;
    const guint8 *expected;
  } cases[] = {
    { FALSE, "width=16,height=576", bt601 },
    { FALSE, "width=16,height=578", bt709 },
    { FALSE, "width=16,height=16,colorimetry=bt709", bt709 },
    { FALSE, "width=16,height=720,colorimetry=bt601", bt601 },
    { FALSE, "width=16,height=720,colorimetry=1:4:0:1", full601 },
    { FALSE, "width=16,height=720,colorimetry=bt2020", bt2020 },
    { TRUE, "width=16,height=16", bt601 },
    { TRUE, "width=16,height=1080", bt601 },
    { TRUE, "width=16,height=16,colorimetry=bt709", bt709 },
    { TRUE, "width=16,height=1080,colorimetry=1:4:0:1", full601 },
    { TRUE, "width=16,height=1080,colorimetry=bt2020", bt2020 },
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (cases); i++) {
    check_frames ("pattern=color color=0xff0000", 1, "NV12", cases[i].nvmm,
        cases[i].size, has_components, cases[i].expected);
    check_frames ("pattern=color color=0xff0000", 1, "I420", cases[i].nvmm,
        cases[i].size, has_components, cases[i].expected);
  }
}
GST_END_TEST;

/* ---- Bars and gradient --------------------------------------------------- */

/* 840 x 120: every bar's edges are whole and even pixels. */
static void
has_smpte_bars (const SavantImage *image, guint index, gconstpointer data)
{
  static const guint32 top[7] = { 0xbfbfbf, 0xbfbf00, 0x00bfbf, 0x00bf00,
    0xbf00bf, 0xbf0000, 0x0000bf };
  static const guint32 middle[7] = { 0x0000bf, 0, 0xbf00bf, 0, 0x00bfbf, 0,
    0xbfbfbf };
  static const struct
  {
    gint left, right;
    guint32 color;
  } bottom[] = { { 0, 150, 0x00214c }, { 150, 300, 0xffffff },
    { 300, 450, 0x32006a }, { 450, 680, 0 }, { 680, 720, 0x0a0a0a },
    { 720, 840, 0 } };
  guint i;

  (void) index;
  (void) data;
  for (i = 0; i < 7; i++) {
    gint left = 120 * i + 4, right = 120 * i + 115;

    test_assert_color (image, left, 0, top[i], 1);
    test_assert_color (image, right, 79, top[i], 1);
    test_assert_color (image, left, 80, middle[i], 1);
    test_assert_color (image, right, 89, middle[i], 1);
  }
  for (i = 0; i < G_N_ELEMENTS (bottom); i++) {
    test_assert_color (image, bottom[i].left + 4, 90, bottom[i].color, 1);
    test_assert_color (image, bottom[i].right - 5, 119, bottom[i].color, 1);
  }
}

GST_START_TEST (test_smpte)
{
  check_everywhere ("pattern=smpte", 3, "width=840,height=120", has_smpte_bars,
      NULL);
}
GST_END_TEST;

/* Edges lie at round (k * width / 7). */
static void
has_smpte_edges (const SavantImage *image, guint index, gconstpointer data)
{
  static const guint32 top[7] = { 0xbfbfbf, 0xbfbf00, 0x00bfbf, 0x00bf00,
    0xbf00bf, 0xbf0000, 0x0000bf };
  gint x, bar = 0;

  (void) index;
  (void) data;
  for (x = 0; x < image->width; x++) {
    while (x >= lround ((bar + 1) * image->width / 7.0))
      bar++;
    test_assert_color (image, x, 0, top[bar], 0);
  }
}

GST_START_TEST (test_smpte_edges)
{
  check_frames ("pattern=smpte", 1, "RGB", FALSE, "width=101,height=3",
      has_smpte_edges, NULL);
  check_frames ("pattern=smpte", 1, "RGBA", TRUE, "width=5,height=2",
      has_smpte_edges, NULL);
}
GST_END_TEST;

/* From hue (0..360), full saturation and lightness (0..1), by the textbook. */
static guint32
hsl (gdouble hue, gdouble light)
{
  gdouble chroma = 1.0 - fabs (2.0 * light - 1.0);
  gdouble second = chroma * (1.0 - fabs (fmod (hue / 60.0, 2.0) - 1.0));
  gdouble low = light - chroma / 2.0;
  gdouble rgb[6][3] = { { chroma, second, 0 }, { second, chroma, 0 },
    { 0, chroma, second }, { 0, second, chroma }, { second, 0, chroma },
    { chroma, 0, second } };
  gint sector = (gint) (hue / 60.0);
  guint32 color = 0;
  gint c;

  for (c = 0; c < 3; c++)
    color = color << 8 | (guint32) lround (255.0 * (rgb[sector][c] + low));
  return color;
}

static void
is_gradient (const SavantImage *image, guint index, gconstpointer data)
{
  gint x, y;

  (void) index;
  (void) data;
  /* A tie may fall either way. */
  for (y = 0; y < image->height; y++)
    for (x = 0; x < image->width; x++)
      test_assert_color (image, x, y,
          hsl (360.0 * y / image->height,
              image->width > 1 ? x / (image->width - 1.0) : 0.5),
          1);
}

GST_START_TEST (test_gradient)
{
  check_frames ("pattern=gradient", 2, "RGB", FALSE, "width=64,height=48",
      is_gradient, NULL);
  check_frames ("pattern=gradient", 2, "BGRA", TRUE, "width=33,height=21",
      is_gradient, NULL);
  check_frames ("pattern=gradient", 1, "GRAY8", FALSE, "width=33,height=21",
      is_gradient, NULL);
  check_frames ("pattern=gradient", 1, "RGBx", FALSE, "width=1,height=1",
      is_gradient, NULL);
}
GST_END_TEST;

static void
is_anything (const SavantImage *image, guint index, gconstpointer data)
{
  (void) image;
  (void) index;
  (void) data;
}

GST_START_TEST (test_tiny)
{
  static const gchar *const patterns[] = { "smpte", "gradient", "ball",
    "counter" };
  static const gchar *const sizes[] = { "width=1,height=1", "width=2,height=1",
    "width=1,height=2", "width=3,height=3", "width=1,height=33",
    "width=31,height=1" };
  guint p, s;

  for (p = 0; p < G_N_ELEMENTS (patterns); p++) {
    gchar *properties = g_strdup_printf ("pattern=%s", patterns[p]);

    for (s = 0; s < G_N_ELEMENTS (sizes); s++)
      check_everywhere (properties, 4, sizes[s], is_anything, NULL);
    g_free (properties);
  }
}
GST_END_TEST;

/* ---- Ball --------------------------------------------------------------- */

typedef struct Ball
{
  gint left, top, right, bottom;
  gdouble area;
} Ball;

static Ball
find_ball (const SavantImage *image)
{
  Ball ball = { image->width, image->height, -1, -1, 0.0 };
  gint x, y;

  for (y = 0; y < image->height; y++) {
    for (x = 0; x < image->width; x++) {
      gint v = test_sample (image, 0, x, y);

      ball.area += v / 255.0;
      if (v < 128)
        continue;
      ball.left = MIN (ball.left, x);
      ball.right = MAX (ball.right, x);
      ball.top = MIN (ball.top, y);
      ball.bottom = MAX (ball.bottom, y);
    }
  }
  return ball;
}

/* Remembers where the ball was before. */
static void
ball_moves (const SavantImage *image, guint index, gconstpointer data)
{
  Ball *last = (Ball *) data, ball = find_ball (image);
  gint size = image->height / 5;

  fail_unless_equals_int (ball.right - ball.left + 1, size);
  fail_unless_equals_int (ball.bottom - ball.top + 1, size);
  fail_unless (fabs (ball.area - G_PI * size * size / 4.0) < 0.02 * size * size,
      "a ball of %d pixels has an area of %g", size, ball.area);
  if (index > 0) {
    gint dx = abs (ball.left - last[index - 1].left);
    gint dy = abs (ball.top - last[index - 1].top);

    fail_unless (dx + dy > 0, "the ball rests in frame %u", index);
    fail_unless (dx <= 1 + image->width / 120 && dy <= 1 + image->height / 90);
  }
  last[index] = ball;
}

static void
ball_is_where (const SavantImage *image, guint index, gconstpointer data)
{
  Ball ball = find_ball (image);

  fail_unless (memcmp (&ball, (const Ball *) data + index, sizeof ball) == 0,
      "frame %u differs from what it was before", index);
}

GST_START_TEST (test_ball)
{
  static const gchar *size = "width=240,height=180";
  Ball *path = g_new0 (Ball, 600);
  gint i, leftmost = 240, rightmost = 0, highest = 180, lowest = 0;

  check_frames ("pattern=ball", 600, "GRAY8", FALSE, size, ball_moves, path);
  for (i = 0; i < 600; i++) {
    leftmost = MIN (leftmost, path[i].left);
    rightmost = MAX (rightmost, path[i].right);
    highest = MIN (highest, path[i].top);
    lowest = MAX (lowest, path[i].bottom);
  }
  fail_unless_equals_int (leftmost, 0);
  fail_unless_equals_int (rightmost, 239);
  fail_unless_equals_int (highest, 0);
  fail_unless_equals_int (lowest, 179);
  /* The place depends on the number of the frame alone, not on its id. */
  check_frames ("pattern=ball first-id=1000", 600, "GRAY8", TRUE, size,
      ball_is_where, path);
  g_free (path);
}
GST_END_TEST;

static void
ball_is_colorless (const SavantImage *image, guint index, gconstpointer data)
{
  gint size = MIN (image->width, image->height) / 5;

  (void) data;
  if (index > 0)
    return;
  test_assert_color (image, size / 2, size / 2, 0xffffff, 1);
  test_assert_color (image, 0, 0, 0x000000, 1);
  test_assert_color (image, image->width - 1, image->height - 1, 0x000000, 1);
}

GST_START_TEST (test_ball_everywhere)
{
  check_everywhere ("pattern=ball", 2, "width=65,height=51", ball_is_colorless,
      NULL);
}
GST_END_TEST;

/* ---- none, and changes on the way ---------------------------------------- */

/* Black at first; later what the last user left, and nobody else's bytes. */
static void
check_none (const gchar *caps_string)
{
  GstHarness *h = test_bufgen ("pool-size=1", caps_string);
  static const guint32 black = 0x000000;
  gint i;

  gst_harness_play (h);
  for (i = 0; i < 3; i++) {
    GstBuffer *buffer = gst_harness_pull (h);
    GstCaps *caps = test_harness_caps (h);
    TestFrame frame;
    gint x, y;

    test_frame_map (&frame, buffer, caps);
    if (i == 0)
      is_one_color (&frame.image, 0, &black);
    for (y = 0; y < frame.image.height; y++) {
      guint8 *row = frame.image.data[0] + y * frame.image.pitch_bytes[0];

      for (x = 0; x < 4 * frame.image.width; x++) {
        fail_unless (i == 0 || row[x] == 0x40 + i - 1);
        row[x] = 0x40 + i;
      }
    }
    test_frame_unmap (&frame);
    gst_caps_unref (caps);
    gst_buffer_unref (buffer);
  }
  test_bufgen_free (h);
}

GST_START_TEST (test_none)
{
  check_none ("video/x-raw(memory:NVMM),format=RGBA,width=20,height=10");
  check_none ("video/x-raw,format=RGBA,width=20,height=10");
}
GST_END_TEST;

GST_START_TEST (test_pattern_change)
{
  static const struct
  {
    const gchar *pattern;
    guint32 color;
  } steps[] = { { "white", 0xffffff }, { "black", 0x000000 },
    { "color", 0x336699 }, { "smpte", 0xbfbfbf }, { "none", 0x000000 },
    { "white", 0xffffff }, { "gradient", 0x000000 }, { "smpte", 0xbfbfbf } };
  GstHarness *h = test_bufgen ("pool-size=1 color=0x336699",
      "video/x-raw(memory:NVMM),format=RGBA,width=70,height=10");
  guint i, last = 0;

  gst_util_set_object_arg (G_OBJECT (h->element), "pattern", steps[0].pattern);
  gst_harness_play (h);
  for (i = 0; i < G_N_ELEMENTS (steps); i++) {
    GstBuffer *buffer = gst_harness_pull (h);
    GstCaps *caps = test_harness_caps (h);
    TestFrame frame;

    /* The next frame waits for this one's buffer, so it sees the change. */
    test_frame_map (&frame, buffer, caps);
    test_assert_color (&frame.image, 0, 0, steps[i].color, 1);
    test_frame_unmap (&frame);
    last = i;
    if (i + 1 < G_N_ELEMENTS (steps))
      gst_util_set_object_arg (G_OBJECT (h->element), "pattern",
          steps[i + 1].pattern);
    gst_caps_unref (caps);
    gst_buffer_unref (buffer);
  }
  fail_unless_equals_int (last + 1, G_N_ELEMENTS (steps));
  test_bufgen_free (h);
}
GST_END_TEST;

static void
color_grows (const SavantImage *image, guint index, gconstpointer data)
{
  (void) data;
  test_assert_color (image, 0, 0, index * 10, 1);
}

/* A controller on the colour, 10 levels of blue a frame. */
GST_START_TEST (test_color_controller)
{
  GstHarness *h = test_bufgen ("pattern=color num-buffers=20",
      "video/x-raw,format=RGB,width=4,height=4,framerate=10/1");
  GstControlSource *source = gst_interpolation_control_source_new ();
  GstTimedValueControlSource *timed = GST_TIMED_VALUE_CONTROL_SOURCE (source);
  guint i;

  g_object_set (source, "mode", GST_INTERPOLATION_MODE_LINEAR, NULL);
  gst_timed_value_control_source_set (timed, 0, 0.0);
  gst_timed_value_control_source_set (timed, 10 * GST_SECOND,
      1000.0 / 0xffffff);
  fail_unless (gst_object_add_control_binding (GST_OBJECT (h->element),
      gst_direct_control_binding_new (GST_OBJECT (h->element), "color",
          source)));
  gst_harness_play (h);
  for (i = 0; i < 20; i++) {
    GstBuffer *buffer = gst_harness_pull (h);
    GstCaps *caps = test_harness_caps (h);
    TestFrame frame;

    test_frame_map (&frame, buffer, caps);
    color_grows (&frame.image, i, NULL);
    test_frame_unmap (&frame);
    gst_caps_unref (caps);
    gst_buffer_unref (buffer);
  }
  gst_object_unref (source);
  test_bufgen_free (h);
}
GST_END_TEST;

static Suite *
savantbufgen_patterns_suite (void)
{
  Suite *s = suite_create ("savantbufgen-patterns");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, test_plain_colors);
  tcase_add_test (tc, test_colorimetry);
  tcase_add_test (tc, test_smpte);
  tcase_add_test (tc, test_smpte_edges);
  tcase_add_test (tc, test_gradient);
  tcase_add_test (tc, test_tiny);
  tcase_add_test (tc, test_ball);
  tcase_add_test (tc, test_ball_everywhere);
  tcase_add_test (tc, test_none);
  tcase_add_test (tc, test_pattern_change);
  tcase_add_test (tc, test_color_controller);
  return s;
}

GST_CHECK_MAIN (savantbufgen_patterns);
