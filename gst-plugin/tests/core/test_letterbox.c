/* SPDX-License-Identifier: Apache-2.0 */
#include <savant/transform.h>

#include <gst/check/gstcheck.h>
#include <limits.h>
#include <math.h>
#include <stdbool.h>
#include <string.h>

#define N_ELEMENTS(a) ((int) (sizeof (a) / sizeof ((a)[0])))

static const SavantTransformConfig defaults = SAVANT_TRANSFORM_CONFIG_DEFAULTS;

static void
assert_rect (const SavantTransformConfig *config, int sw, int sh, int dw,
    int dh, int x, int y, int w, int h)
{
  SavantRect rect;

  fail_unless (savant_letterbox (config, sw, sh, dw, dh, &rect) == SAVANT_OK,
      "%dx%d to %dx%d: %s", sw, sh, dw, dh, savant_last_error ());
  fail_unless (rect.x == x && rect.y == y && rect.w == w && rect.h == h,
      "%dx%d to %dx%d: (%d, %d, %d, %d), not (%d, %d, %d, %d)", sw, sh, dw, dh,
      rect.x, rect.y, rect.w, rect.h, x, y, w, h);
}

static void
assert_fails (const SavantTransformConfig *config, int sw, int sh, int dw,
    int dh, const char *part, const char *other)
{
  SavantRect rect = { 1, 2, 3, 4 };

  fail_unless_equals_int (savant_letterbox (config, sw, sh, dw, dh, &rect),
      SAVANT_ERROR_INVALID_ARGUMENT);
  fail_unless (strstr (savant_last_error (), part)
          && strstr (savant_last_error (), other),
      "\"%s\" does not contain \"%s\" and \"%s\"", savant_last_error (), part,
      other);
  fail_unless (rect.x == 1 && rect.y == 2 && rect.w == 3 && rect.h == 4);
}

GST_START_TEST (documented_examples)
{
  SavantTransformConfig config = defaults;

  assert_rect (&config, 1920, 1080, 640, 640, 0, 140, 640, 360);
  assert_rect (&config, 1920, 1080, 416, 416, 0, 91, 416, 234);
  assert_rect (&config, 3, 2, 5, 5, 0, 1, 5, 3);
  assert_rect (&config, 1000, 3, 100, 100, 0, 49, 100, 1);
  assert_rect (&config, 256, 91, 640, 640, 0, 206, 640, 227);
  config.pad_left = 10;
  config.pad_top = 20;
  config.pad_right = 10;
  config.pad_bottom = 20;
  assert_rect (&config, 800, 600, 840, 660, 10, 22, 820, 615);
}
GST_END_TEST;

GST_START_TEST (paddings)
{
  SavantTransformConfig config = defaults;

  config.padding = SAVANT_PADDING_NONE;
  assert_rect (&config, 1920, 1080, 640, 640, 0, 0, 640, 640);
  assert_rect (&config, 1, 1, 1, 1, 0, 0, 1, 1);
  config.padding = SAVANT_PADDING_RIGHT_BOTTOM;
  assert_rect (&config, 1920, 1080, 640, 640, 0, 0, 640, 360);
  assert_rect (&config, 1080, 1920, 640, 640, 0, 0, 360, 640);
  config.pad_left = 3;
  config.pad_bottom = 5;
  assert_rect (&config, 100, 100, 64, 48, 3, 0, 43, 43);
  config.padding = SAVANT_PADDING_NONE;
  assert_rect (&config, 100, 100, 64, 48, 3, 0, 61, 43);
  config.padding = SAVANT_PADDING_SYMMETRIC;
  assert_rect (&config, 100, 100, 64, 48, 12, 0, 43, 43);
  /* The spare pixel goes right and below. */
  config = defaults;
  assert_rect (&config, 2, 1, 5, 6, 0, 1, 5, 3);
  assert_rect (&config, 10, 10, 11, 10, 0, 0, 10, 10);
  assert_rect (&config, 10, 10, 10, 13, 0, 1, 10, 10);
  /* Neither side vanishes. */
  assert_rect (&config, 32767, 1, 100, 100, 0, 49, 100, 1);
  assert_rect (&config, 1, 32767, 100, 100, 49, 0, 1, 100);
  assert_rect (&config, 32767, 1, 1, 1, 0, 0, 1, 1);
  assert_rect (&config, 32767, 32767, 32767, 32767, 0, 0, 32767, 32767);
}
GST_END_TEST;

GST_START_TEST (flips_and_aspects)
{
  SavantTransformConfig config = defaults;
  static const SavantFlip quarter[] = { SAVANT_FLIP_ROTATE_90,
    SAVANT_FLIP_ROTATE_270, SAVANT_FLIP_TRANSPOSE,
    SAVANT_FLIP_INVERSE_TRANSPOSE };
  static const SavantFlip half[] = { SAVANT_FLIP_NONE, SAVANT_FLIP_ROTATE_180,
    SAVANT_FLIP_X, SAVANT_FLIP_Y };

  for (int i = 0; i < 4; i++) {
    config.flip = quarter[i];
    assert_rect (&config, 1920, 1080, 640, 640, 140, 0, 360, 640);
    config.flip = half[i];
    assert_rect (&config, 1920, 1080, 640, 640, 0, 140, 640, 360);
  }
  /* PAL 4:3 with pixels of 16/15, shown on square ones. */
  config = defaults;
  config.par_n = 16;
  config.par_d = 15;
  assert_rect (&config, 720, 576, 640, 640, 0, 80, 640, 480);
  config.par_n = config.par_d = INT_MAX;
  assert_rect (&config, 720, 576, 640, 640, 0, 64, 640, 512);
  config.par_d = 1;
  assert_rect (&config, 720, 576, 640, 640, 0, 319, 640, 1);
}
GST_END_TEST;

/* The widely used letterbox of object detectors: the scale is the smaller of
 * the two ratios, sizes round half to even, and the bars are halves rounded
 * after 0.1 has been taken off the left top one. */
static bool
detector_letterbox (int sw, int sh, int dw, int dh, SavantRect *rect)
{
  double scale = fmin ((double) dh / sh, (double) dw / sw);
  double left, top;

  rect->w = (int) nearbyint (sw * scale);
  rect->h = (int) nearbyint (sh * scale);
  left = (dw - rect->w) / 2.0;
  top = (dh - rect->h) / 2.0;
  rect->x = (int) nearbyint (left - 0.1);
  rect->y = (int) nearbyint (top - 0.1);
  /* Ties: ours go away from zero. */
  return fmod (sw * scale, 1.0) != 0.5 && fmod (sh * scale, 1.0) != 0.5;
}

GST_START_TEST (as_detectors_do)
{
  static const int cameras[][2] = { { 3840, 2160 }, { 2560, 1440 },
    { 1920, 1080 }, { 1600, 900 }, { 1280, 720 }, { 960, 540 }, { 640, 360 },
    { 1280, 960 }, { 1024, 768 }, { 800, 600 }, { 640, 480 }, { 320, 240 },
    { 720, 576 }, { 720, 480 }, { 704, 576 }, { 352, 288 }, { 1280, 1024 },
    { 2592, 1944 }, { 2688, 1520 }, { 3072, 2048 }, { 4096, 2160 },
    { 1920, 1200 }, { 1366, 768 }, { 1440, 1080 }, { 2048, 1536 } };
  static const int networks[][2] = { { 640, 640 }, { 1280, 1280 }, { 416, 416 },
    { 608, 608 }, { 512, 512 }, { 320, 320 }, { 300, 300 }, { 224, 224 },
    { 256, 256 }, { 384, 384 }, { 448, 448 }, { 960, 960 }, { 640, 384 },
    { 640, 352 }, { 1280, 736 }, { 960, 544 }, { 512, 288 }, { 544, 960 } };

  int compared = 0;

  for (int c = 0; c < N_ELEMENTS (cameras) * 2; c++) {
    int sw = cameras[c / 2][c % 2], sh = cameras[c / 2][1 - c % 2];

    for (int n = 0; n < N_ELEMENTS (networks); n++) {
      SavantRect want;

      if (!detector_letterbox (sw, sh, networks[n][0], networks[n][1], &want))
        continue;
      compared++;
      assert_rect (&defaults, sw, sh, networks[n][0], networks[n][1], want.x,
          want.y, want.w, want.h);
    }
  }
  fail_unless (compared > 860, "%d of 900", compared);
}
GST_END_TEST;

GST_START_TEST (refusals)
{
  SavantTransformConfig config = defaults;

  assert_fails (&config, 0, 10, 10, 10, "source size 0x10", "1 to 32767");
  assert_fails (&config, 10, 32768, 10, 10, "source size 10x32768",
      "1 to 32767");
  assert_fails (&config, 10, 10, -1, 10, "destination size -1x10",
      "1 to 32767");
  assert_fails (&config, 10, 10, 10, INT_MAX, "destination size 10x2147483647",
      "1 to 32767");
  config.padding = 3;
  assert_fails (&config, 10, 10, 10, 10, "padding 3", "2 (symmetric)");
  config.padding = -1;
  assert_fails (&config, 10, 10, 10, 10, "padding -1", "0 (none)");
  config = defaults;
  config.flip = 8;
  assert_fails (&config, 10, 10, 10, 10, "flip 8", "0 to 7");
  config = defaults;
  config.par_n = 0;
  assert_fails (&config, 10, 10, 10, 10, "pixel aspect ratio 0/1", "at least");
  config = defaults;
  config.par_d = -1;
  assert_fails (&config, 10, 10, 10, 10, "pixel aspect ratio 1/-1", "at least");
  config = defaults;
  config.pad_bottom = -1;
  assert_fails (&config, 10, 10, 64, 64, "bottom -1", "negative");
}
GST_END_TEST;

GST_START_TEST (effective_sides)
{
  for (int padding = 0; padding < 3; padding++) {
    SavantTransformConfig config = defaults;
    SavantRect rect;

    config.padding = padding;
    config.pad_left = 10;
    config.pad_right = 15;
    fail_unless_equals_int (savant_letterbox (&config, 5, 5, 41, 16, &rect),
        SAVANT_OK);
    assert_fails (&config, 5, 5, 40, 16, "effective width 15", "40");
    assert_fails (&config, 5, 5, 41, 15, "effective height 15", "15");
    /* The width is named where both are too small. */
    assert_fails (&config, 5, 5, 40, 15, "effective width", "16");
    config.pad_left = INT_MAX;
    config.pad_right = INT_MAX;
    assert_fails (&config, 5, 5, 40, 40, "effective width -4294967254", "16");
    config = defaults;
    config.padding = padding;
    config.pad_top = 30;
    assert_fails (&config, 5, 5, 40, 45, "effective height 15", "top 30");
    /* Without a dst padding any size will do. */
    config.pad_top = 0;
    fail_unless_equals_int (savant_letterbox (&config, 5, 5, 1, 1, &rect),
        SAVANT_OK);
  }
}
GST_END_TEST;

static void
assert_clip (SavantRect rect, int width, int height, SavantRect want)
{
  SavantRect got = rect;

  fail_unless (savant_clip_source_rect (&got, width, height) == SAVANT_OK, "%s",
      savant_last_error ());
  fail_unless (memcmp (&got, &want, sizeof (got)) == 0,
      "(%d,%d %dx%d) of %dx%d: (%d,%d %dx%d), not (%d,%d %dx%d)", rect.x,
      rect.y, rect.w, rect.h, width, height, got.x, got.y, got.w, got.h, want.x,
      want.y, want.w, want.h);
}

static void
assert_no_clip (SavantRect rect, int width, int height, const char *text)
{
  SavantRect got = rect;

  fail_unless_equals_int (savant_clip_source_rect (&got, width, height),
      SAVANT_ERROR_INVALID_ARGUMENT);
  fail_unless (memcmp (&got, &rect, sizeof (got)) == 0);
  fail_unless (strstr (savant_last_error (), "source rectangle")
          && strstr (savant_last_error (), text),
      "%s", savant_last_error ());
}

GST_START_TEST (clipping)
{
#define RECT(...) ((SavantRect) { __VA_ARGS__ })
  assert_clip (RECT (0, 0, 0, 0), 64, 48, RECT (0, 0, 64, 48));
  assert_clip (RECT (5, 7, 0, 0), 64, 48, RECT (5, 7, 59, 41));
  assert_clip (RECT (5, 7, 10, 0), 64, 48, RECT (5, 7, 10, 41));
  assert_clip (RECT (-5, -7, 10, 9), 64, 48, RECT (0, 0, 5, 2));
  assert_clip (RECT (-5, 0, 0, 0), 64, 48, RECT (0, 0, 64, 48));
  assert_clip (RECT (60, 40, 10, 10), 64, 48, RECT (60, 40, 4, 8));
  assert_clip (RECT (63, 47, INT_MAX, INT_MAX), 64, 48, RECT (63, 47, 1, 1));
  assert_clip (RECT (INT_MIN, 0, 0, 1), 64, 48, RECT (0, 0, 64, 1));
  assert_clip (RECT (0, 0, 32767, 32767), 32767, 32767,
      RECT (0, 0, 32767, 32767));
  assert_no_clip (RECT (64, 0, 0, 0), 64, 48, "64,0 0x0");
  assert_no_clip (RECT (64, 0, 5, 5), 64, 48, "outside the 64x48 source");
  assert_no_clip (RECT (-5, 0, 5, 5), 64, 48, "outside the 64x48 source");
  assert_no_clip (RECT (0, 48, 5, 5), 64, 48, "0,48 5x5");
  assert_no_clip (RECT (INT_MAX, 0, INT_MAX, 5), 64, 48, "outside");
  assert_no_clip (RECT (INT_MIN, 0, INT_MAX, 5), 64, 48, "outside");
  assert_no_clip (RECT (0, 0, -1, 5), 64, 48, "negative");
  assert_no_clip (RECT (0, 0, 5, -1), 64, 48, "negative");
  assert_no_clip (RECT (0, 0, 5, 5), 0, 48, "0x48");
  assert_no_clip (RECT (0, 0, 5, 5), 64, 32768, "64x32768");
  fail_unless_equals_int (savant_clip_source_rect (NULL, 64, 48),
      SAVANT_ERROR_INVALID_ARGUMENT);
  fail_unless_equals_int (savant_letterbox (NULL, 64, 48, 32, 32, NULL),
      SAVANT_ERROR_INVALID_ARGUMENT);
  fail_unless (strstr (savant_last_error (), "dst_rect is NULL") != NULL, "%s",
      savant_last_error ());
}
GST_END_TEST;

static Suite *
letterbox_suite (void)
{
  Suite *s = suite_create ("letterbox");
  TCase *tc = tcase_create ("letterbox");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, documented_examples);
  tcase_add_test (tc, paddings);
  tcase_add_test (tc, flips_and_aspects);
  tcase_add_test (tc, as_detectors_do);
  tcase_add_test (tc, refusals);
  tcase_add_test (tc, effective_sides);
  tcase_add_test (tc, clipping);
  return s;
}

GST_CHECK_MAIN (letterbox);
