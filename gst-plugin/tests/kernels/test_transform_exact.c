/* SPDX-License-Identifier: Apache-2.0 */
/* What must hold byte for byte, checked without the reference. */
#include "support/pixelcheck.h"

#include <gst/check/gstcheck.h>
#include <string.h>

static void
run_whole (SavantTransform *transform, const SavantTransformConfig *config,
    const TestImage *src, const TestImage *dst)
{
  SavantTransformJob job = { src->image, dst->image,
    { 0, 0, src->image.width, src->image.height },
    { 0, 0, dst->image.width, dst->image.height } };

  fail_unless (savant_transform_run (transform, config, &job, 1) == SAVANT_OK,
      "%s", savant_last_error ());
}

/* Equal format and size: a copy, whatever the filter, x bytes included. */
GST_START_TEST (copies)
{
  static const int sizes[][2] = { { 1, 1 }, { 2, 2 }, { 3, 5 }, { 16, 8 },
    { 31, 17 }, { 130, 67 } };
  static const TestLayout layouts[] = { { 0, 0, false, true },
    { 7, 3, false, false }, { 1, 0, true, false } };
  const RefFormat *format = ref_format_nth (__i__);
  SavantTransform *transform = pixel_transform_new ();

  for (int i = 0; i < PIXEL_N (sizes) * 9; i++) {
    const int *size = sizes[i / 9];
    SavantTransformConfig config = SAVANT_TRANSFORM_CONFIG_DEFAULTS;

    for (int filter = 0; filter <= 6; filter++) {
      TestImage a, b;

      config.interpolation = filter;
      test_image_init (&a, format->format, size[0], size[1], NULL,
          &layouts[i % 3]);
      test_image_init (&b, format->format, size[0], size[1], NULL,
          &layouts[i / 3 % 3]);
      test_image_fill (&a, TEST_RANDOM, i);
      if (format->format == SAVANT_FORMAT_UYVY && size[0] % 2) {
        for (int y = 0; y < size[1]; y++) {
          uint8_t *row = a.image.data[0] + y * a.image.pitch_bytes[0];

          row[2 * size[0] + 1] = row[2 * size[0] - 1];
        }
      }
      run_whole (transform, &config, &a, &b);
      fail_unless (test_image_hash (&a) == test_image_hash (&b),
          "%s %dx%d, filter %d, pitches %td and %td", format->name, size[0],
          size[1], filter, a.image.pitch_bytes[0], b.image.pitch_bytes[0]);
      test_image_clear (&a);
      test_image_clear (&b);
    }
  }
  savant_transform_free (transform);
}
GST_END_TEST;

static int
first_sample (const TestImage *image, int comp)
{
  return image->image
      .data[image->format->plane[comp]][image->format->offset[comp]];
}

/* Every sample of a component equals its first. */
static void
assert_flat (const TestImage *image, const char *from, int filter)
{
  const RefFormat *format = image->format;

  for (int c = 0; c < format->n_comps; c++) {
    bool chroma = format->family == REF_YUV && c > 0;
    int w = image->image.width, h = image->image.height;
    int plane = format->plane[c], first = first_sample (image, c);

    w = chroma && format->sub_x == 2 ? (w + 1) / 2 : w;
    h = chroma && format->sub_y == 2 ? (h + 1) / 2 : h;
    for (int y = 0; y < h; y++) {
      for (int x = 0; x < w; x++) {
        int got = image->image.data[plane][y * image->image.pitch_bytes[plane]
            + format->offset[c] + x * format->step[c]];

        if (got == first)
          continue;
        ck_abort_msg (
            "constant %s to %s %dx%d, filter %d: component %d is %d at "
            "(%d, %d), %d at (0, 0)",
            from, format->name, image->image.width, image->image.height, filter,
            c, got, x, y, first);
      }
    }
  }
}

/* A constant picture stays constant, and in its own format the same. */
GST_START_TEST (constants)
{
  static const int sizes[][2] = { { 12, 10 }, { 24, 20 }, { 7, 5 }, { 33, 41 },
    { 1, 1 }, { 8, 7 } };
  const RefFormat *format = ref_format_nth (__i__);
  SavantTransform *transform = pixel_transform_new ();

  for (int d = 0; d < REF_N_OUTPUTS; d++) {
    for (int i = 0; i < PIXEL_N (sizes) * 5; i++) {
      SavantTransformConfig config = SAVANT_TRANSFORM_CONFIG_DEFAULTS;
      const int *size = sizes[i / 5];
      TestImage a, b;

      config.interpolation = pixel_filters[i % 5];
      test_image_init (&a, format->format, 24, 20, NULL, NULL);
      test_image_init (&b, ref_format_nth (d)->format, size[0], size[1], NULL,
          NULL);
      test_image_fill (&a, TEST_CONSTANT, 50 * d + i);
      run_whole (transform, &config, &a, &b);
      assert_flat (&b, format->name, config.interpolation);
      for (int c = 0; d == __i__ && c < format->n_comps; c++)
        fail_unless (first_sample (&a, c) == first_sample (&b, c),
            "constant %s to %dx%d, filter %d: component %d is %d, not %d",
            format->name, size[0], size[1], config.interpolation, c,
            first_sample (&b, c), first_sample (&a, c));
      test_image_clear (&a);
      test_image_clear (&b);
    }
  }
  savant_transform_free (transform);
}
GST_END_TEST;

/* default is nearest, nicest is super. */
GST_START_TEST (other_names)
{
  static const SavantInterpolation same[][2] = {
    { SAVANT_INTERPOLATION_DEFAULT, SAVANT_INTERPOLATION_NEAREST },
    { SAVANT_INTERPOLATION_NICEST, SAVANT_INTERPOLATION_SUPER }
  };
  SavantTransform *transform = pixel_transform_new ();

  for (int i = 0; i < 2 * REF_N_OUTPUTS; i++) {
    SavantTransformConfig config = SAVANT_TRANSFORM_CONFIG_DEFAULTS;
    SavantFormat to = ref_format_nth (i / 2)->format;
    TestImage a, b, c;

    test_image_init (&a, ref_format_nth (__i__)->format, 37, 25, NULL, NULL);
    test_image_init (&b, to, 20, 31, NULL, NULL);
    test_image_init (&c, to, 20, 31, NULL, NULL);
    test_image_fill (&a, TEST_RANDOM, i);
    config.interpolation = same[i % 2][0];
    run_whole (transform, &config, &a, &b);
    config.interpolation = same[i % 2][1];
    run_whole (transform, &config, &a, &c);
    fail_unless (test_image_hash (&b) == test_image_hash (&c), "%s to %s",
        a.format->name, b.format->name);
    test_image_clear (&a);
    test_image_clear (&b);
    test_image_clear (&c);
  }
  savant_transform_free (transform);
}
GST_END_TEST;

/* x and alpha are 255 where the source has no alpha, and alpha is kept as it
 * is where it has. */
GST_START_TEST (fourth_bytes)
{
  static const SavantFormat targets[] = { SAVANT_FORMAT_RGBA,
    SAVANT_FORMAT_BGRA, SAVANT_FORMAT_RGBx, SAVANT_FORMAT_BGRx };
  const RefFormat *format = ref_format_nth (__i__);
  SavantTransform *transform = pixel_transform_new ();

  for (int i = 0; i < PIXEL_N (targets) * 2; i++) {
    SavantTransformConfig config = SAVANT_TRANSFORM_CONFIG_DEFAULTS;
    SavantFormat target = targets[i / 2];
    int size = i % 2 ? 11 : 19;
    TestImage a, b;

    if (format->filler >= 0 && target == format->format && size == 11)
      continue;
    test_image_init (&a, format->format, 11, 11, NULL, NULL);
    test_image_init (&b, target, size, size, NULL, NULL);
    test_image_fill (&a, TEST_RANDOM, i);
    run_whole (transform, &config, &a, &b);
    for (int p = 0; p < size * size; p++) {
      int got = b.image.data[0][4 * p + 3], want = 255;

      if (format->n_comps == 4 && b.format->n_comps == 4) {
        if (size != 11)
          continue;
        want = a.image.data[0][4 * p + 3];
      }
      if (got == want)
        continue;
      ck_abort_msg ("%s to %s: fourth byte %d of pixel %d, not %d",
          format->name, b.format->name, got, p, want);
    }
    test_image_clear (&a);
    test_image_clear (&b);
  }
  savant_transform_free (transform);
}
GST_END_TEST;

static Suite *
transform_exact_suite (void)
{
  Suite *s = suite_create ("transform_exact");
  TCase *tc = tcase_create ("exact");

  suite_add_tcase (s, tc);
  tcase_add_loop_test (tc, copies, 0, REF_N_OUTPUTS);
  tcase_add_loop_test (tc, constants, 0, REF_N_FORMATS);
  tcase_add_loop_test (tc, other_names, 0, REF_N_FORMATS);
  tcase_add_loop_test (tc, fourth_bytes, 0, REF_N_FORMATS);
  return s;
}

GST_CHECK_MAIN (transform_exact);
