/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "gsttest.h"

#include "nvbuf/view.h"

/* The functions of savant.h that read and write surfaces in buffers. */

static GstBuffer *
random_bytes (void)
{
  guint8 *bytes = g_malloc (300);

  for (gint i = 0; i < 300; i++)
    bytes[i] = (guint8) (i * 37 + 11);
  return gst_buffer_new_wrapped (bytes, 300);
}

GST_START_TEST (test_surface_info)
{
  GstBuffer *buffer = surface_buffer (SAVANT_FORMAT_NV12, 641, 479, 3);
  gpointer surface = gst_savant_buffer_peek_surface (buffer);
  SavantImage image;
  int64_t info[11];

  savant_buffer_set_num_filled (buffer, 2);
  gst_savant_surface_get_image (surface, 2, &image);
  fail_unless_equals_int (savant_buffer_surface_info (buffer, 2, info),
      SAVANT_OK);
  fail_unless_equals_int64 (info[0], (gint64) (gintptr) image.data[0]);
  fail_unless_equals_int64 (info[1], image.pitch_bytes[0]);
  fail_unless_equals_int64 (info[2], 641);
  fail_unless_equals_int64 (info[3], 479);
  fail_unless_equals_int64 (info[4], SAVANT_FORMAT_NV12);
  fail_unless_equals_int64 (info[5], SAVANT_MEM_SYSTEM);
  fail_unless_equals_int64 (info[6], 0);
  fail_unless_equals_int64 (info[7], 3);
  fail_unless_equals_int64 (info[8], 2);
  fail_unless_equals_int64 (info[9], 2);
  fail_unless_equals_int64 (info[10],
      sv_nvbuf_data_size (sv_nvbuf_layout (), surface, 2));

  fail_unless_status (savant_buffer_surface_info (buffer, 3, info),
      SAVANT_ERROR_INVALID_ARGUMENT, "slot 3 of a surface of 3 slots");
  fail_unless_status (savant_buffer_surface_info (buffer, -1, info),
      SAVANT_ERROR_INVALID_ARGUMENT, "slot -1");
  fail_unless_status (savant_buffer_surface_info (buffer, 0, NULL),
      SAVANT_ERROR_INVALID_ARGUMENT, "info is NULL");
  fail_unless_status (savant_buffer_surface_info (NULL, 0, info),
      SAVANT_ERROR_INVALID_ARGUMENT, "no GstBuffer");
  gst_buffer_unref (buffer);
}
GST_END_TEST

GST_START_TEST (test_plane_info)
{
  static const struct
  {
    SavantFormat format;
    gint plane;
    gint64 width, rows, bytes_per_sample;
  } cases[] = {
    { SAVANT_FORMAT_NV12, 0, 5, 3, 1 },
    { SAVANT_FORMAT_NV12, 1, 3, 2, 2 },
    { SAVANT_FORMAT_I420, 2, 3, 2, 1 },
    { SAVANT_FORMAT_RGBA, 0, 5, 3, 4 },
    { SAVANT_FORMAT_RGB, 0, 5, 3, 3 },
    { SAVANT_FORMAT_GRAY8, 0, 5, 3, 1 },
    /* The spare second Y of an odd width is there. */
    { SAVANT_FORMAT_UYVY, 0, 6, 3, 2 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    GstBuffer *buffer = surface_buffer (cases[i].format, 5, 3, 2);
    const gint plane = cases[i].plane;
    SavantImage image;
    int64_t info[5];

    gst_savant_surface_get_image (gst_savant_buffer_peek_surface (buffer), 1,
        &image);
    fail_unless_equals_int (savant_buffer_plane_info (buffer, 1, plane, info),
        SAVANT_OK);
    fail_unless_equals_int64 (info[0], (gint64) (gintptr) image.data[plane]);
    fail_unless_equals_int64 (info[1], image.pitch_bytes[plane]);
    fail_unless_equals_int64 (info[2], cases[i].width);
    fail_unless_equals_int64 (info[3], cases[i].rows);
    fail_unless_equals_int64 (info[4], cases[i].bytes_per_sample);

    fail_unless_status (savant_buffer_plane_info (buffer, 1, image.n_planes,
                            info),
        SAVANT_ERROR_INVALID_ARGUMENT, "it must be from 0 to");
    fail_unless_status (savant_buffer_plane_info (buffer, 1, -1, info),
        SAVANT_ERROR_INVALID_ARGUMENT, "plane -1");
    fail_unless_status (savant_buffer_plane_info (buffer, 2, 0, info),
        SAVANT_ERROR_INVALID_ARGUMENT, "slot 2");
    fail_unless_status (savant_buffer_plane_info (buffer, 0, 0, NULL),
        SAVANT_ERROR_INVALID_ARGUMENT, "info is NULL");
    gst_buffer_unref (buffer);
  }
}
GST_END_TEST

GST_START_TEST (test_set_num_filled)
{
  GstBuffer *buffer = surface_buffer (SAVANT_FORMAT_GRAY8, 8, 8, 4);
  gpointer surface = gst_savant_buffer_peek_surface (buffer);

  for (gint n = 4; n >= 0; n--) {
    fail_unless_equals_int (savant_buffer_set_num_filled (buffer, n),
        SAVANT_OK);
    fail_unless_equals_int (gst_savant_surface_get_num_filled (surface), n);
  }
  fail_unless_status (savant_buffer_set_num_filled (buffer, 5),
      SAVANT_ERROR_INVALID_ARGUMENT,
      "numFilled 5 of a surface of 4 slots: it must be from 0 to 4");
  fail_unless_status (savant_buffer_set_num_filled (buffer, -1),
      SAVANT_ERROR_INVALID_ARGUMENT, "numFilled -1");
  gst_buffer_ref (buffer);
  fail_unless_status (savant_buffer_set_num_filled (buffer, 1),
      SAVANT_ERROR_NOT_WRITABLE, "the buffer has 2 references");
  gst_buffer_unref (buffer);
  fail_unless_equals_int (gst_savant_surface_get_num_filled (surface), 0);
  fail_unless_status (savant_buffer_set_num_filled (NULL, 1),
      SAVANT_ERROR_INVALID_ARGUMENT, "no GstBuffer");
  gst_buffer_unref (buffer);
}
GST_END_TEST

/* Whatever is no surface is refused by all of them, and not read wildly. */
GST_START_TEST (test_no_surface)
{
  GstBuffer *surface = surface_buffer (SAVANT_FORMAT_GRAY8, 8, 8, 1);
  GstBuffer *others[] = { random_bytes (), gst_buffer_new (),
    gst_buffer_new_allocate (NULL, 8, NULL) };
  GstEvent *event = gst_event_new_eos ();
  const int32_t config[10] = { 2, 0, 0, 0, 0, 0, 1, 0, 0, 0 };
  SavantTransform *transform;
  int64_t info[11];

  fail_unless_equals_int (savant_transform_new (NULL, &transform), SAVANT_OK);
  for (gsize i = 0; i < G_N_ELEMENTS (others); i++) {
    fail_unless_equals_int (savant_buffer_surface_info (others[i], 0, info),
        SAVANT_ERROR_NOT_A_SURFACE);
    fail_unless_equals_int (savant_buffer_plane_info (others[i], 0, 0, info),
        SAVANT_ERROR_NOT_A_SURFACE);
    fail_unless_equals_int (savant_buffer_set_num_filled (others[i], 0),
        SAVANT_ERROR_NOT_A_SURFACE);
    fail_unless_equals_int (savant_buffer_transform (transform, others[i], 0,
                                surface, 0, config, NULL),
        SAVANT_ERROR_NOT_A_SURFACE);
    fail_unless_equals_int (savant_buffer_transform (transform, surface, 0,
                                others[i], 0, config, NULL),
        SAVANT_ERROR_NOT_A_SURFACE);
    gst_buffer_unref (others[i]);
  }
  /* Another kind of object. */
  fail_unless_status (savant_buffer_surface_info (event, 0, info),
      SAVANT_ERROR_INVALID_ARGUMENT, "no GstBuffer");
  gst_event_unref (event);
  savant_transform_free (transform);
  gst_buffer_unref (surface);
}
GST_END_TEST

/* ---- savant_buffer_transform --------------------------------------------- */

#define BLACK_BARS { 2, 0, 0, 0, 0, 0x000000, 0, 0, 0, 0 }

static SavantTransform *transform;

static void
set_up (void)
{
  fail_unless_equals_int (savant_transform_new (NULL, &transform), SAVANT_OK);
}

static void
tear_down (void)
{
  savant_transform_free (transform);
}

static guint8
pixel (GstBuffer *buffer, gint slot, gint x, gint y)
{
  SavantImage image;

  gst_savant_surface_get_image (gst_savant_buffer_peek_surface (buffer), slot,
      &image);
  return image.data[0][y * image.pitch_bytes[0] + x];
}

GST_START_TEST (test_transform)
{
  GstBuffer *src = surface_buffer (SAVANT_FORMAT_GRAY8, 40, 20, 2);
  GstBuffer *dst = surface_buffer (SAVANT_FORMAT_GRAY8, 40, 40, 2);
  const int32_t config[10] = BLACK_BARS;
  const int32_t white_right_bottom[10] = { 1, 0, 0, 0, 0, 0xffffff, 1, 0,
    SAVANT_FLIP_ROTATE_90, 0 };
  const int32_t crop[4] = { 10, 0, 20, 20 };

  fill_slot (src, 0, 50);
  fill_slot (src, 1, 150);
  fill_slot (dst, 0, 77);
  fail_unless_equals_int (savant_buffer_transform (transform, dst, 1, src, 1,
                              config, NULL),
      SAVANT_OK);
  fail_unless (slot_is_filled_with (dst, 0, 77));
  fail_unless_equals_int (pixel (dst, 1, 5, 9), 0);
  fail_unless_equals_int (pixel (dst, 1, 5, 10), 150);
  fail_unless_equals_int (pixel (dst, 1, 39, 29), 150);
  fail_unless_equals_int (pixel (dst, 1, 39, 30), 0);
  fail_unless_equals_int (
      gst_savant_surface_get_num_filled (gst_savant_buffer_peek_surface (dst)),
      0);
  fail_unless (gst_buffer_get_savant_transform_meta (dst) == NULL);

  /* A quarter turn: 20 columns of 40 rows at the left. */
  fail_unless_equals_int (savant_buffer_transform (transform, dst, 0, src, 0,
                              white_right_bottom, NULL),
      SAVANT_OK);
  fail_unless_equals_int (pixel (dst, 0, 19, 39), 50);
  fail_unless_equals_int (pixel (dst, 0, 20, 0), 255);

  /* A square crop fills the square. */
  fail_unless_equals_int (savant_buffer_transform (transform, dst, 0, src, 1,
                              config, crop),
      SAVANT_OK);
  fail_unless (slot_is_filled_with (dst, 0, 150));

  /* From slot to slot of one buffer. */
  fail_unless_equals_int (savant_buffer_transform (transform, src, 0, src, 1,
                              config, NULL),
      SAVANT_OK);
  fail_unless (slot_is_filled_with (src, 0, 150));

  /* The caller may hold the buffer twice, only memory must be its alone. */
  gst_buffer_ref (dst);
  fail_unless_equals_int (savant_buffer_transform (transform, dst, 0, src, 1,
                              config, NULL),
      SAVANT_OK);
  gst_buffer_unref (dst);
  gst_buffer_unref (src);
  gst_buffer_unref (dst);
}
GST_END_TEST

GST_START_TEST (test_transform_refused)
{
  GstBuffer *src = surface_buffer (SAVANT_FORMAT_GRAY8, 40, 20, 2);
  GstBuffer *dst = surface_buffer (SAVANT_FORMAT_GRAY8, 40, 40, 2);
  const int32_t good[10] = BLACK_BARS;
  const int32_t outside[4] = { 40, 0, 5, 5 };
  const int32_t no_width[4] = { 1, 2, 0, 4 }, no_height[4] = { 1, 2, 4, 0 };
  GstBuffer *shared;
  static const struct
  {
    gint index;
    gint32 value;
    SavantStatus status;
    const gchar *part;
  } bad[] = {
    { 0, 3, SAVANT_ERROR_INVALID_ARGUMENT, "padding" },
    { 1, 25, SAVANT_ERROR_INVALID_ARGUMENT, "effective width" },
    { 2, 39, SAVANT_ERROR_INVALID_ARGUMENT, "effective height" },
    { 3, -1, SAVANT_ERROR_INVALID_ARGUMENT, "-1" },
    { 5, 0x1000000, SAVANT_ERROR_INVALID_ARGUMENT, "colour" },
    { 6, 7, SAVANT_ERROR_INVALID_ARGUMENT, "interpolation" },
    { 7, 3, SAVANT_ERROR_INVALID_ARGUMENT, "compute mode" },
    { 7, 2, SAVANT_ERROR_UNAVAILABLE, "vic" },
    { 8, 8, SAVANT_ERROR_INVALID_ARGUMENT, "flip" },
    { 9, 1, SAVANT_ERROR_INVALID_ARGUMENT, "reserved" },
  };

  fill_slot (dst, 0, 77);
  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++) {
    int32_t config[10] = BLACK_BARS;
    int status;

    config[bad[i].index] = bad[i].value;
    status = savant_buffer_transform (transform, dst, 0, src, 0, config, NULL);
    fail_unless (status == bad[i].status, "config[%d] = %d: status %d, %s",
        bad[i].index, bad[i].value, status, savant_last_error ());
    fail_unless (strcasestr (savant_last_error (), bad[i].part) != NULL,
        "config[%d] = %d: %s", bad[i].index, bad[i].value,
        savant_last_error ());
  }
  fail_unless_status (savant_buffer_transform (NULL, dst, 0, src, 0, good,
                          NULL),
      SAVANT_ERROR_INVALID_ARGUMENT, "transform is NULL");
  fail_unless_status (savant_buffer_transform (transform, dst, 0, src, 0, NULL,
                          NULL),
      SAVANT_ERROR_INVALID_ARGUMENT, "config is NULL");
  fail_unless_status (savant_buffer_transform (transform, NULL, 0, src, 0, good,
                          NULL),
      SAVANT_ERROR_INVALID_ARGUMENT, "no GstBuffer");
  fail_unless_status (savant_buffer_transform (transform, dst, 0, NULL, 0, good,
                          NULL),
      SAVANT_ERROR_INVALID_ARGUMENT, "no GstBuffer");
  fail_unless_status (savant_buffer_transform (transform, dst, 2, src, 0, good,
                          NULL),
      SAVANT_ERROR_INVALID_ARGUMENT, "slot 2");
  fail_unless_status (savant_buffer_transform (transform, dst, 0, src, -1, good,
                          NULL),
      SAVANT_ERROR_INVALID_ARGUMENT, "slot -1");
  fail_unless_status (savant_buffer_transform (transform, src, 1, src, 1, good,
                          NULL),
      SAVANT_ERROR_INVALID_ARGUMENT,
      "slot 1 cannot be transformed into itself");
  fail_unless_status (savant_buffer_transform (transform, dst, 0, src, 0, good,
                          outside),
      SAVANT_ERROR_INVALID_ARGUMENT, "source rectangle");
  fail_unless_status (savant_buffer_transform (transform, dst, 0, src, 0, good,
                          no_width),
      SAVANT_ERROR_INVALID_ARGUMENT, "source rectangle 1,2 0x4");
  fail_unless_status (savant_buffer_transform (transform, dst, 0, src, 0, good,
                          no_height),
      SAVANT_ERROR_INVALID_ARGUMENT, "source rectangle 1,2 4x0");

  shared = gst_buffer_copy (dst);
  fail_unless_status (savant_buffer_transform (transform, dst, 0, src, 0, good,
                          NULL),
      SAVANT_ERROR_NOT_WRITABLE, "shared with another buffer");
  gst_buffer_unref (shared);
  fail_unless (slot_is_filled_with (dst, 0, 77));
  gst_buffer_unref (src);
  gst_buffer_unref (dst);
}
GST_END_TEST

/* ---- savant_letterbox_rect ----------------------------------------------- */

GST_START_TEST (test_letterbox_rect)
{
  int32_t rect[4] = { -9, -9, -9, -9 };
  const int32_t hd[4] = { 0, 140, 640, 360 };
  const int32_t padded[4] = { 10, 22, 820, 615 };
  const int32_t turned[4] = { 140, 0, 360, 640 };
  const int32_t wide[4] = { 0, 230, 640, 180 };

  fail_unless_equals_int (savant_letterbox_rect (2, 0, 0, 0, 0, 0, 1, 1, 1920,
                              1080, 640, 640, rect),
      SAVANT_OK);
  fail_unless (memcmp (rect, hd, sizeof hd) == 0);
  fail_unless_equals_int (savant_letterbox_rect (2, 10, 20, 10, 20, 0, 1, 1,
                              800, 600, 840, 660, rect),
      SAVANT_OK);
  fail_unless (memcmp (rect, padded, sizeof padded) == 0);
  fail_unless_equals_int (savant_letterbox_rect (2, 0, 0, 0, 0,
                              SAVANT_FLIP_ROTATE_270, 1, 1, 1920, 1080, 640,
                              640, rect),
      SAVANT_OK);
  fail_unless (memcmp (rect, turned, sizeof turned) == 0);
  fail_unless_equals_int (savant_letterbox_rect (2, 0, 0, 0, 0, 0, 2, 1, 1920,
                              1080, 640, 640, rect),
      SAVANT_OK);
  fail_unless (memcmp (rect, wide, sizeof wide) == 0);

  fail_unless_status (savant_letterbox_rect (2, 630, 0, 0, 0, 0, 1, 1, 1920,
                          1080, 640, 640, rect),
      SAVANT_ERROR_INVALID_ARGUMENT, "effective width");
  fail_unless_equals_int (savant_letterbox_rect (7, 0, 0, 0, 0, 0, 1, 1, 1920,
                              1080, 640, 640, rect),
      SAVANT_ERROR_INVALID_ARGUMENT);
  fail_unless_equals_int (savant_letterbox_rect (2, 0, 0, 0, 0, -1, 1, 1, 1920,
                              1080, 640, 640, rect),
      SAVANT_ERROR_INVALID_ARGUMENT);
  fail_unless_equals_int (savant_letterbox_rect (2, 0, 0, 0, 0, 0, 0, 1, 1920,
                              1080, 640, 640, rect),
      SAVANT_ERROR_INVALID_ARGUMENT);
  fail_unless_equals_int (savant_letterbox_rect (2, 0, 0, 0, 0, 0, 1, 1, 0,
                              1080, 640, 640, rect),
      SAVANT_ERROR_INVALID_ARGUMENT);
  fail_unless (memcmp (rect, wide, sizeof wide) == 0);
  fail_unless_status (savant_letterbox_rect (2, 0, 0, 0, 0, 0, 1, 1, 1920, 1080,
                          640, 640, NULL),
      SAVANT_ERROR_INVALID_ARGUMENT, "rect is NULL");
}
GST_END_TEST

static Suite *
capi_buffer_suite (void)
{
  Suite *s = suite_create ("capi_buffer");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, test_surface_info);
  tcase_add_test (tc, test_plane_info);
  tcase_add_test (tc, test_set_num_filled);
  tcase_add_test (tc, test_no_surface);
  tcase_add_test (tc, test_letterbox_rect);
  tc = tcase_create ("transform");
  suite_add_tcase (s, tc);
  tcase_add_checked_fixture (tc, set_up, tear_down);
  tcase_add_test (tc, test_transform);
  tcase_add_test (tc, test_transform_refused);
  return s;
}

GST_CHECK_MAIN (capi_buffer);
