/* SPDX-License-Identifier: Apache-2.0 */
/* Bad arguments: refused with a text that helps, and nothing is written. */
#include "support/pixelcheck.h"

#include <gst/check/gstcheck.h>
#include <limits.h>
#include <string.h>

typedef struct Call
{
  TestImage src;
  TestImage dst;
  SavantTransformConfig config;
  SavantTransformJob jobs[2];
} Call;

/* Two good jobs; the tests spoil the second. */
static void
call_init (Call *call)
{
  SavantTransformConfig config = SAVANT_TRANSFORM_CONFIG_DEFAULTS;

  test_image_init (&call->src, SAVANT_FORMAT_NV12, 20, 10, NULL, NULL);
  test_image_init (&call->dst, SAVANT_FORMAT_I420, 16, 12, NULL, NULL);
  test_image_fill (&call->src, TEST_RANDOM, 1);
  test_image_fill (&call->dst, TEST_RANDOM, 2);
  call->config = config;
  for (int i = 0; i < 2; i++)
    call->jobs[i] = (SavantTransformJob){ call->src.image, call->dst.image,
      { 0, 0, 20, 10 }, { 0, 0, 16, 12 } };
}

static void
call_clear (Call *call)
{
  test_image_clear (&call->src);
  test_image_clear (&call->dst);
}

static void
assert_text (const char *what, const char *part)
{
  fail_unless (strstr (savant_last_error (), part) != NULL,
      "%s: \"%s\" does not contain \"%s\"", what, savant_last_error (), part);
}

/* Runs a spoilt call, which must fail and leave the destination alone. */
static void
assert_refused (Call *call, const char *what, int status, const char *first,
    const char *second)
{
  SavantTransform *transform = pixel_transform_new ();
  uint64_t before = test_image_hash (&call->dst);
  int got = savant_transform_run (transform, &call->config, call->jobs, 2);

  fail_unless (got == status, "%s: status %d (%s), not %d", what, got,
      savant_last_error (), status);
  assert_text (what, first);
  assert_text (what, second);
  fail_unless (test_image_hash (&call->dst) == before,
      "%s: the destination was written", what);
  savant_transform_free (transform);
  call_clear (call);
}

#define REFUSED(change, status, first, second)                                \
  do {                                                                        \
    Call c;                                                                   \
    SavantTransformJob *job = &c.jobs[1];                                     \
    call_init (&c);                                                           \
    (void) job;                                                               \
    change;                                                                   \
    assert_refused (&c, #change, status, first, second);                      \
  } while (0)
#define BAD(change, first, second)                                            \
  REFUSED (change, SAVANT_ERROR_INVALID_ARGUMENT, first, second)

GST_START_TEST (sizes)
{
  BAD (job->src.width = 0, "source size 0x10", "1 to 32767");
  BAD (job->src.width = -3, "source size -3x10", "1 to 32767");
  BAD (job->src.height = 0, "source size 20x0", "1 to 32767");
  BAD (job->src.width = 32768, "source size 32768x10", "1 to 32767");
  BAD (job->src.height = 32768, "source size 20x32768", "1 to 32767");
  BAD (job->dst.width = 0, "destination size 0x12", "1 to 32767");
  BAD (job->dst.height = 32768, "destination size 16x32768", "1 to 32767");
  BAD (job->dst.height = INT_MIN, "destination size 16x-2147483648",
      "1 to 32767");
  BAD (job->dst.width = INT_MAX, "destination size 2147483647x12", "job 1");
}
GST_END_TEST;

GST_START_TEST (formats)
{
  static const SavantFormat input_only[] = { SAVANT_FORMAT_YUY2,
    SAVANT_FORMAT_Y42B, SAVANT_FORMAT_Y444, SAVANT_FORMAT_NV16,
    SAVANT_FORMAT_I420_10LE, SAVANT_FORMAT_P010_10LE };

  BAD (job->src.format = 0, "source format", "P010_10LE");
  BAD (job->src.format = 12345, "source format", "RGBA, BGRx, NV12");
  BAD (job->dst.format = -1, "destination format", "RGBA, BGRx, NV12");
  for (int i = 0; i < PIXEL_N (input_only); i++)
    BAD (job->dst.format = input_only[i], ref_format (input_only[i])->name,
        "GRAY8, RGB, BGR, BGRA, RGBx");
  BAD (job->dst.format = SAVANT_FORMAT_YUY2, "destination format YUY2",
      "supported are RGBA");
}
GST_END_TEST;

GST_START_TEST (planes)
{
  BAD (job->src.n_planes = 1, "source has 1 planes", "NV12 has 2");
  BAD (job->dst.n_planes = 4, "destination has 4 planes", "I420 has 3");
  BAD (job->src.data[0] = NULL, "source plane 0", "NULL");
  BAD (job->src.data[1] = NULL, "source plane 1", "NULL");
  BAD (job->dst.data[2] = NULL, "destination plane 2", "NULL");
  BAD (job->src.pitch_bytes[0] = 19, "source plane 0", "19 bytes");
  BAD (job->src.pitch_bytes[1] = -19, "source plane 1", "-19 bytes");
  BAD (job->src.pitch_bytes[0] = 0, "source plane 0", "has 20");
  BAD (job->dst.pitch_bytes[0] = 15, "destination plane 0", "has 16");
  BAD (job->dst.pitch_bytes[2] = 7, "destination plane 2", "has 8");
}
GST_END_TEST;

GST_START_TEST (rectangles)
{
  BAD (job->src_rect.w = 0, "source rectangle", "20x10");
  BAD (job->src_rect.h = 0, "source rectangle", "20x10");
  BAD (job->src_rect.w = -1, "source rectangle", "20x10");
  BAD (job->src_rect.x = -1, "source rectangle -1,0", "20x10");
  BAD (job->src_rect.x = 1, "source rectangle 1,0 20x10", "20x10 picture");
  BAD (job->src_rect.y = 1, "source rectangle 0,1 20x10", "20x10 picture");
  BAD (job->src_rect.x = INT_MAX, "source rectangle", "20x10 picture");
  BAD (job->src_rect.w = INT_MAX, "source rectangle", "20x10 picture");
  BAD (job->dst_rect.w = 17, "destination rectangle", "16x12 picture");
  BAD (job->dst_rect.h = 13, "destination rectangle", "16x12 picture");
  BAD (job->dst_rect.y = -1, "destination rectangle", "16x12 picture");
  BAD (job->dst_rect.y = INT_MAX, "destination rectangle", "16x12 picture");
  BAD (job->dst_rect = ((SavantRect){ 0 }), "destination rectangle",
      "16x12 picture");
}
GST_END_TEST;

GST_START_TEST (colorimetries)
{
  BAD (job->src.colorimetry.matrix = 0, "source matrix 0", "BT.601");
  BAD (job->src.colorimetry.matrix = SAVANT_MATRIX_RGB, "source matrix 1",
      "BT.709");
  BAD (job->dst.colorimetry.matrix = 7, "destination matrix 7", "BT.2020");
  BAD (job->src.colorimetry.range = 0, "source range 0", "limited");
  BAD (job->dst.colorimetry.range = 3, "destination range 3", "full");
  BAD (job->src.colorimetry.siting = 1, "source siting 1", "cosited");
  BAD (job->dst.colorimetry.siting = 8, "destination siting 8", "cosited");
}
GST_END_TEST;

GST_START_TEST (config_numbers)
{
  BAD (c.config.interpolation = 7, "interpolation 7", "0 (nearest)");
  BAD (c.config.interpolation = -1, "interpolation -1", "6 (default)");
  BAD (c.config.flip = 8, "flip 8", "0 to 7");
  BAD (c.config.flip = -1, "flip -1", "0 to 7");
  BAD (c.config.pad_color = 0x1000000, "0x1000000", "0xffffff");
  BAD (c.config.compute_mode = 3, "compute mode 3", "2 (vic)");
  BAD (c.config.compute_mode = -1, "compute mode -1", "0 (default)");
  REFUSED (c.config.compute_mode = SAVANT_COMPUTE_GPU, SAVANT_ERROR_UNAVAILABLE,
      "compute mode gpu", "libcuda.so.1");
  REFUSED (c.config.compute_mode = SAVANT_COMPUTE_VIC, SAVANT_ERROR_UNAVAILABLE,
      "compute mode vic", "VIC");
}
GST_END_TEST;

GST_START_TEST (calls)
{
  SavantTransform *transform = pixel_transform_new ();
  SavantTransform *other = transform;
  Call call;

  call_init (&call);
  fail_unless_equals_int (savant_transform_run (NULL, &call.config, call.jobs,
                              1),
      SAVANT_ERROR_INVALID_ARGUMENT);
  assert_text ("no transform", "transform is NULL");
  fail_unless_equals_int (savant_transform_run (transform, &call.config, NULL,
                              2),
      SAVANT_ERROR_INVALID_ARGUMENT);
  assert_text ("no jobs", "2 jobs");
  fail_unless_equals_int (savant_transform_run (transform, &call.config,
                              call.jobs, -1),
      SAVANT_ERROR_INVALID_ARGUMENT);
  assert_text ("-1 jobs", "-1 jobs");
  /* It still works, and no config is the default one. */
  fail_unless_equals_int (savant_transform_run (transform, NULL, call.jobs, 1),
      SAVANT_OK);
  savant_transform_free (transform);
  call_clear (&call);

  fail_unless_equals_int (savant_transform_new (NULL, NULL),
      SAVANT_ERROR_INVALID_ARGUMENT);
  assert_text ("no place for the result", "NULL");
  fail_unless_equals_int (savant_transform_new ("vulkan", &other),
      SAVANT_ERROR_UNAVAILABLE);
  assert_text ("unknown backend", "vulkan");
  assert_text ("unknown backend", "host");
  fail_unless (other == NULL);
}
GST_END_TEST;

GST_START_TEST (fills)
{
  TestImage image;
  SavantImage bad;

  test_image_init (&image, SAVANT_FORMAT_NV12, 6, 4, NULL, NULL);
  fail_unless_equals_int (savant_image_fill (NULL, 0),
      SAVANT_ERROR_INVALID_ARGUMENT);
  assert_text ("no image", "NULL");
  fail_unless_equals_int (savant_image_fill (&image.image, 0x1000000),
      SAVANT_ERROR_INVALID_ARGUMENT);
  assert_text ("colour", "0x1000000");
  bad = image.image;
  bad.format = SAVANT_FORMAT_YUY2;
  fail_unless_equals_int (savant_image_fill (&bad, 0),
      SAVANT_ERROR_INVALID_ARGUMENT);
  assert_text ("input only", "YUY2");
  bad = image.image;
  bad.data[1] = NULL;
  fail_unless_equals_int (savant_image_fill (&bad, 0),
      SAVANT_ERROR_INVALID_ARGUMENT);
  assert_text ("plane", "plane 1");
  test_image_clear (&image);
}
GST_END_TEST;

static Suite *
transform_refusals_suite (void)
{
  Suite *s = suite_create ("transform_refusals");
  TCase *tc = tcase_create ("refusals");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, sizes);
  tcase_add_test (tc, formats);
  tcase_add_test (tc, planes);
  tcase_add_test (tc, rectangles);
  tcase_add_test (tc, colorimetries);
  tcase_add_test (tc, config_numbers);
  tcase_add_test (tc, calls);
  tcase_add_test (tc, fills);
  return s;
}

GST_CHECK_MAIN (transform_refusals);
