/* SPDX-License-Identifier: Apache-2.0 */
/* Source rectangles, destination rectangles, bars and their colours. */
#include "support/pixelcheck.h"

#include <gst/check/gstcheck.h>
#include <math.h>
#include <stdlib.h>

static void
run_one (SavantTransform *transform, const SavantTransformConfig *config,
    const TestImage *src, const SavantRect *src_rect, const TestImage *dst)
{
  SavantTransformJob job = { src->image, dst->image, *src_rect,
    { 0, 0, dst->image.width, dst->image.height } };

  fail_unless (savant_transform_run (transform, config, &job, 1) == SAVANT_OK,
      "%s", savant_last_error ());
}

/* The result does not change with what is around the crop. */
GST_START_TEST (nothing_outside_is_read)
{
  static const SavantFormat targets[] = { SAVANT_FORMAT_RGBA,
    SAVANT_FORMAT_NV12, SAVANT_FORMAT_UYVY, SAVANT_FORMAT_GRAY8 };
  static const SavantRect crops[] = { { 7, 5, 9, 11 }, { 8, 4, 1, 1 },
    { 5, 9, 16, 6 }, { 0, 11, 13, 3 }, { 20, 3, 11, 18 } };
  const SavantFormat format = ref_format_nth (__i__)->format;
  SavantTransform *transform = pixel_transform_new ();

  for (int c = 0; c < PIXEL_N (crops) * PIXEL_N (targets) * 5; c++) {
    const SavantRect *crop = &crops[c % PIXEL_N (crops)];
    SavantFormat target = targets[c / PIXEL_N (crops) % PIXEL_N (targets)];
    SavantTransformConfig config = SAVANT_TRANSFORM_CONFIG_DEFAULTS;
    int w = c % 3 == 0 ? crop->w : 17, h = c % 3 == 0 ? crop->h : 8;
    TestImage src, first, second;

    config.interpolation = pixel_filters[c % 5];
    config.flip = c % 8;
    test_image_init (&src, format, 31, 27, NULL, NULL);
    test_image_fill (&src, TEST_RANDOM, c);
    test_image_init (&first, target, w, h, NULL, NULL);
    test_image_init (&second, target, w, h, NULL, NULL);
    run_one (transform, &config, &src, crop, &first);
    test_image_poison (&src, crop, c + 1000);
    run_one (transform, &config, &src, crop, &second);
    fail_unless (test_image_hash (&first) == test_image_hash (&second),
        "%s (%d,%d %dx%d) to %s %dx%d, filter %d, flip %d", src.format->name,
        crop->x, crop->y, crop->w, crop->h, first.format->name, w, h,
        config.interpolation, config.flip);
    test_image_clear (&src);
    test_image_clear (&first);
    test_image_clear (&second);
  }
  savant_transform_free (transform);
}
GST_END_TEST;

/* Every rectangle that a 7x6 picture has. */
GST_START_TEST (every_destination_rectangle)
{
  static const SavantFormat sources[] = { SAVANT_FORMAT_RGBA,
    SAVANT_FORMAT_NV12, SAVANT_FORMAT_NV16, SAVANT_FORMAT_Y444 };
  SavantTransform *transform = pixel_transform_new ();
  SavantTransformConfig config = SAVANT_TRANSFORM_CONFIG_DEFAULTS;
  PixelJob *jobs = calloc (28 * 21, sizeof (PixelJob));

  config.pad_color = 0x35c08a;
  for (int s = 0; s < PIXEL_N (sources); s++) {
    int n = 0;

    for (int x = 0; x < 7; x++) {
      for (int y = 0; y < 6; y++) {
        for (int w = 1; w <= 7 - x; w++) {
          for (int h = 1; h <= 6 - y; h++) {
            jobs[n] = pixel_job (sources[s], 5, 4,
                ref_format_nth (__i__)->format, 7, 6, n);
            jobs[n++].dst_rect = (SavantRect){ x, y, w, h };
          }
        }
      }
    }
    fail_unless_equals_int (n, 28 * 21);
    pixel_check (transform, &config, jobs, n);
  }
  free (jobs);
  savant_transform_free (transform);
}
GST_END_TEST;

/* Every source rectangle that a 6x5 picture has. */
GST_START_TEST (every_source_rectangle)
{
  static const SavantFormat targets[] = { SAVANT_FORMAT_RGBA,
    SAVANT_FORMAT_NV12, SAVANT_FORMAT_UYVY };
  SavantTransform *transform = pixel_transform_new ();
  SavantTransformConfig config = SAVANT_TRANSFORM_CONFIG_DEFAULTS;
  PixelJob *jobs = calloc (21 * 15, sizeof (PixelJob));

  for (int t = 0; t < PIXEL_N (targets); t++) {
    int n = 0;

    config.interpolation = pixel_filters[(t + __i__) % 5];
    for (int x = 0; x < 6; x++) {
      for (int y = 0; y < 5; y++) {
        for (int w = 1; w <= 6 - x; w++) {
          for (int h = 1; h <= 5 - y; h++) {
            jobs[n] = pixel_job (ref_format_nth (__i__)->format, 6, 5,
                targets[t], n % 2 ? w : 5, n % 3 ? h : 3, n);
            jobs[n++].src_rect = (SavantRect){ x, y, w, h };
          }
        }
      }
    }
    pixel_check (transform, &config, jobs, n);
  }
  free (jobs);
  savant_transform_free (transform);
}
GST_END_TEST;

/* Rectangles as savant_letterbox() gives them, odd edges included. */
GST_START_TEST (letterboxes)
{
  static const int sizes[][4] = { { 96, 54, 42, 42 }, { 96, 54, 64, 64 },
    { 54, 96, 42, 42 }, { 80, 60, 84, 66 }, { 100, 3, 30, 30 },
    { 3, 100, 31, 31 }, { 77, 43, 61, 61 }, { 25, 31, 63, 47 } };
  static const int pads[][4] = { { 0, 0, 0, 0 }, { 1, 2, 1, 2 }, { 5, 0, 2, 3 },
    { 0, 7, 6, 1 } };
  SavantTransform *transform = pixel_transform_new ();

  for (int padding = 0; padding < 3; padding++) {
    for (int p = 0; p < PIXEL_N (pads); p++) {
      SavantTransformConfig config = SAVANT_TRANSFORM_CONFIG_DEFAULTS;
      PixelJob jobs[PIXEL_N (sizes) * 2];

      config.padding = padding;
      config.pad_left = pads[p][0];
      config.pad_top = pads[p][1];
      config.pad_right = pads[p][2];
      config.pad_bottom = pads[p][3];
      config.pad_color = 0x727272;
      for (int i = 0; i < PIXEL_N (jobs); i++) {
        const int *size = sizes[i / 2];

        jobs[i] =
            pixel_job (i % 2 ? SAVANT_FORMAT_NV12 : SAVANT_FORMAT_RGBx, size[0],
                size[1], ref_format_nth (__i__)->format, size[2], size[3], i);
        jobs[i].content = TEST_NOISY_GRADIENT;
        fail_unless (savant_letterbox (&config, size[0], size[1], size[2],
                         size[3], &jobs[i].dst_rect)
                == SAVANT_OK,
            "%s", savant_last_error ());
      }
      pixel_check (transform, &config, jobs, PIXEL_N (jobs));
    }
  }
  savant_transform_free (transform);
}
GST_END_TEST;

static uint32_t
some_color (int n, uint64_t *state)
{
  static const uint32_t usual[] = { 0x000000, 0xffffff, 0x727272, 0x808080,
    0xff0000, 0x00ff00, 0x0000ff, 0xffff00, 0x00ffff, 0xff00ff, 0x010203 };

  if (n < PIXEL_N (usual))
    return usual[n];
  return (uint32_t) (test_random (state) & 0xffffff);
}

static SavantColorimetry
some_colorimetry (int n)
{
  return (SavantColorimetry){ SAVANT_MATRIX_FCC + n % 5,
    n / 5 % 2 ? SAVANT_RANGE_FULL : SAVANT_RANGE_LIMITED, SAVANT_SITING_MPEG2 };
}

GST_START_TEST (bar_colors)
{
  SavantTransform *transform = pixel_transform_new ();
  uint64_t state = 4;

  for (int i = 0; i < 60; i++) {
    SavantTransformConfig config = SAVANT_TRANSFORM_CONFIG_DEFAULTS;
    PixelJob jobs[10];

    config.pad_color = some_color (i, &state);
    for (int k = 0; k < 10; k++) {
      jobs[k] = pixel_job (SAVANT_FORMAT_GRAY8, 1, 1,
          ref_format_nth (__i__)->format, 9, 7, i);
      jobs[k].dst_rect = (SavantRect){ 3, 4, 1, 1 };
      jobs[k].dst_color = some_colorimetry (k);
    }
    pixel_check (transform, &config, jobs, 10);
  }
  savant_transform_free (transform);
}
GST_END_TEST;

/* savant_image_fill() writes the colour of bars everywhere. */
GST_START_TEST (filled_pictures)
{
  const RefFormat *format = ref_format_nth (__i__);
  const TestLayout layout = { 3, 1, true, false };
  uint64_t state = 5;
  char text[512];

  for (int i = 0; i < 40; i++) {
    SavantColorimetry colorimetry = some_colorimetry (i);
    uint32_t rgb = some_color (i, &state);
    double color[4] = { 0, 0, 0, 255.0 };
    TestImage image;

    test_image_init (&image, format->format, 7, 5, &colorimetry, &layout);
    test_image_fill (&image, TEST_RANDOM, i);
    fail_unless (savant_image_fill (&image.image, rgb) == SAVANT_OK, "%s",
        savant_last_error ());
    ref_convert_rgb (rgb, &image.image, color);
    for (int p = 0; p < format->n_planes; p++) {
      for (int y = 0; y < ref_rows (format, p, 5); y++) {
        const uint8_t *row =
            image.image.data[p] + y * image.image.pitch_bytes[p];

        for (int x = 0; x < ref_row_bytes (format, p, 7); x++) {
          double want = -1.0;

          for (int c = 0; c < format->n_comps; c++) {
            if (format->plane[c] == p
                && x % format->step[c] == format->offset[c] % format->step[c])
              want = color[c];
          }
          if (format->filler >= 0 && x % 4 == format->filler)
            want = 255.0;
          want = fmin (fmax (want, 0.0), 255.0);
          if (row[x] == (int) floor (want + 0.5)
              || fabs (want - floor (want) - 0.5) < 1e-9)
            continue;
          ck_abort_msg (
              "%s 0x%06x matrix %d range %d: plane %d row %d byte %d is %d, "
              "not %f",
              format->name, rgb, colorimetry.matrix, colorimetry.range, p, y, x,
              row[x], want);
        }
      }
    }
    fail_unless (test_image_guards_intact (&image, text, sizeof (text)), "%s",
        text);
    test_image_clear (&image);
  }
}
GST_END_TEST;

/* Parts that keep their size, at even and odd places, whole and in bands. */
GST_START_TEST (own_size)
{
  static const SavantFormat sources[] = { SAVANT_FORMAT_NV12,
    SAVANT_FORMAT_NV21, SAVANT_FORMAT_I420 };
  static const unsigned sitings[] = { SAVANT_SITING_MPEG2, SAVANT_SITING_JPEG,
    SAVANT_SITING_V_COSITED };
  static const SavantRect parts[] = { { 0, 0, 301, 61 }, { 0, 0, 256, 60 },
    { 2, 2, 131, 33 }, { 4, 1, 130, 32 }, { 1, 2, 140, 31 }, { 300, 0, 1, 9 },
    { 298, 59, 3, 2 } };
  SavantTransform *transform = pixel_transform_new ();

  for (int i = 0; i < PIXEL_N (parts) * 3 * 4; i++) {
    SavantTransformConfig config = SAVANT_TRANSFORM_CONFIG_DEFAULTS;
    const SavantRect *part = &parts[i / 12];
    PixelJob job = pixel_job (sources[__i__], 301, 61,
        i % 2 ? SAVANT_FORMAT_RGBA : SAVANT_FORMAT_BGRx, part->w + 2,
        part->h + 3, i);

    config.n_threads = i % 2 + 1;
    config.flip = i / 2 % 2 ? SAVANT_FLIP_Y : SAVANT_FLIP_NONE;
    job.src_color = (SavantColorimetry){ i % 3 ? SAVANT_MATRIX_BT709
                                               : SAVANT_MATRIX_BT2020,
      i % 5 ? SAVANT_RANGE_LIMITED : SAVANT_RANGE_FULL, sitings[i / 4 % 3] };
    job.src_rect = *part;
    job.dst_rect = (SavantRect){ 1, 2, part->w, part->h };
    job.src_layout = (TestLayout){ i % 3, i % 2, i % 7 == 3, true };
    job.content = i % 4 ? TEST_RANDOM : TEST_CHECKER;
    pixel_check (transform, &config, &job, 1);
  }
  savant_transform_free (transform);
}
GST_END_TEST;

GST_START_TEST (errors_of_all_crops)
{
  pixel_check_errors ("crop");
}
GST_END_TEST;

static Suite *
transform_crop_suite (void)
{
  Suite *s = suite_create ("transform_crop");
  TCase *tc = tcase_create ("crop");

  suite_add_tcase (s, tc);
  tcase_add_loop_test (tc, nothing_outside_is_read, 0, REF_N_FORMATS);
  tcase_add_loop_test (tc, every_destination_rectangle, 0, REF_N_OUTPUTS);
  tcase_add_loop_test (tc, every_source_rectangle, 0, REF_N_FORMATS);
  tcase_add_loop_test (tc, letterboxes, 0, REF_N_OUTPUTS);
  tcase_add_loop_test (tc, bar_colors, 0, REF_N_OUTPUTS);
  tcase_add_loop_test (tc, filled_pictures, 0, REF_N_OUTPUTS);
  tcase_add_loop_test (tc, own_size, 0, 3);
  tcase_add_test (tc, errors_of_all_crops);
  return s;
}

GST_CHECK_MAIN (transform_crop);
