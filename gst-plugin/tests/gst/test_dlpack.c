/* SPDX-License-Identifier: Apache-2.0 */
#include "foreigntensor.h"

#include <pthread.h>

#include <savant/view.h>

/* Slots of ours as DLPack tensors, and tensors of others as surfaces. */

static SvDlManaged *
export_slot (GstBuffer *buffer, gint slot, gint plane)
{
  void *tensor = NULL;

  fail_unless (savant_buffer_to_dlpack (buffer, slot, plane, &tensor)
          == SAVANT_OK,
      "%s", savant_last_error ());
  return tensor;
}

/* ---- Export -------------------------------------------------------------- */

GST_START_TEST (test_export)
{
  static const struct
  {
    SavantFormat format;
    gint channels;
  } cases[] = { { SAVANT_FORMAT_GRAY8, 1 }, { SAVANT_FORMAT_RGB, 3 },
    { SAVANT_FORMAT_BGR, 3 }, { SAVANT_FORMAT_RGBA, 4 },
    { SAVANT_FORMAT_BGRA, 4 }, { SAVANT_FORMAT_RGBx, 4 },
    { SAVANT_FORMAT_BGRx, 4 } };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    GstBuffer *buffer = surface_buffer (cases[i].format, 37, 21, 2);
    SvDlManaged *managed = export_slot (buffer, 1, -1);
    SvDlTensor *t = &managed->tensor;
    SavantImage image;

    gst_savant_surface_get_image (gst_savant_buffer_peek_surface (buffer), 1,
        &image);
    fail_unless_equals_int (managed->major, 1);
    fail_unless_equals_uint64 (managed->flags, 0);
    fail_unless (t->data == image.data[0]);
    fail_unless_equals_int (t->device_type, SV_DLPACK_CPU);
    fail_unless_equals_int (t->device_id, 0);
    fail_unless_equals_int (t->ndim, 3);
    fail_unless_equals_int (t->type_code, SV_DLPACK_UINT);
    fail_unless_equals_int (t->type_bits, 8);
    fail_unless_equals_int (t->type_lanes, 1);
    fail_unless_equals_int64 (t->shape[0], 21);
    fail_unless_equals_int64 (t->shape[1], 37);
    fail_unless_equals_int64 (t->shape[2], cases[i].channels);
    fail_unless_equals_int64 (t->strides[0], image.pitch_bytes[0]);
    fail_unless_equals_int64 (t->strides[1], cases[i].channels);
    fail_unless_equals_int64 (t->strides[2], 1);
    fail_unless_equals_uint64 (t->byte_offset, 0);
    fail_unless_equals_int (savant_buffer_exports (buffer), 1);
    fail_unless_equals_int (savant_dlpack_delete (managed), SAVANT_OK);
    fail_unless_equals_int (savant_buffer_exports (buffer), 0);
    fail_unless_equals_int (GST_MINI_OBJECT_REFCOUNT_VALUE (buffer), 1);
    gst_buffer_unref (buffer);
  }
}
GST_END_TEST

GST_START_TEST (test_export_planes)
{
  GstBuffer *buffer = surface_buffer (SAVANT_FORMAT_NV12, 37, 21, 1);
  SvDlManaged *luma = export_slot (buffer, 0, 0);
  SvDlManaged *chroma = export_slot (buffer, 0, 1);

  fail_unless_equals_int64 (luma->tensor.shape[0], 21);
  fail_unless_equals_int64 (luma->tensor.shape[1], 37);
  fail_unless_equals_int64 (luma->tensor.shape[2], 1);
  fail_unless_equals_int64 (chroma->tensor.shape[0], 11);
  fail_unless_equals_int64 (chroma->tensor.shape[1], 19);
  fail_unless_equals_int64 (chroma->tensor.shape[2], 2);
  fail_unless_equals_int64 (chroma->tensor.strides[1], 2);
  fail_unless_equals_int (savant_buffer_exports (buffer), 2);
  savant_dlpack_delete (luma);
  savant_dlpack_delete (chroma);
  gst_buffer_unref (buffer);
}
GST_END_TEST

GST_START_TEST (test_export_keeps_the_buffer)
{
  GstBufferPool *pool =
      active_pool (NVMM_CAPS ",format=RGBA,width=16,height=8,framerate=30/1", 1,
          1);
  GstBuffer *buffer = acquire (pool);
  SvDlManaged *managed = export_slot (buffer, 0, -1);

  gst_buffer_unref (buffer);
  fail_unless_equals_int (stats_of (pool).outstanding, 1);
  memset (managed->tensor.data, 9, 4);
  savant_dlpack_delete (managed);
  fail_unless_equals_int (stats_of (pool).outstanding, 0);

  /* Used again, it has no tensor. */
  buffer = acquire (pool);
  fail_unless_equals_int (savant_buffer_exports (buffer), 0);
  managed = export_slot (buffer, 0, -1);
  gst_buffer_unref (buffer);
  stop_pool (pool);
  memset (managed->tensor.data, 9, 4);
  savant_dlpack_delete (managed);
}
GST_END_TEST

GST_START_TEST (test_export_of_shared_memory_is_read_only)
{
  GstBuffer *buffer = surface_buffer (SAVANT_FORMAT_GRAY8, 8, 8, 1);
  GstBuffer *copy = gst_buffer_copy (buffer);
  SvDlManaged *managed = export_slot (buffer, 0, -1);

  fail_unless_equals_uint64 (managed->flags, SV_DLPACK_READ_ONLY);
  savant_dlpack_delete (managed);
  gst_buffer_unref (copy);
  managed = export_slot (buffer, 0, -1);
  fail_unless_equals_uint64 (managed->flags, 0);
  savant_dlpack_delete (managed);
  gst_buffer_unref (buffer);
}
GST_END_TEST

GST_START_TEST (test_export_refused)
{
  GstBuffer *nv12 = surface_buffer (SAVANT_FORMAT_NV12, 8, 8, 2);
  GstBuffer *uyvy = surface_buffer (SAVANT_FORMAT_UYVY, 8, 8, 1);
  GstBuffer *plain = gst_buffer_new_allocate (NULL, 999, NULL);
  void *tensor = nv12;

  fail_unless_status (savant_buffer_to_dlpack (nv12, 0, -1, &tensor),
      SAVANT_ERROR_UNSUPPORTED, "NV12 picture is no array");
  fail_unless (tensor == NULL);
  fail_unless_status (savant_buffer_to_dlpack (uyvy, 0, -1, &tensor),
      SAVANT_ERROR_UNSUPPORTED, "UYVY");
  fail_unless_status (savant_buffer_to_dlpack (uyvy, 0, 0, &tensor),
      SAVANT_ERROR_UNSUPPORTED, "UYVY");
  fail_unless_status (savant_buffer_to_dlpack (nv12, 2, 0, &tensor),
      SAVANT_ERROR_INVALID_ARGUMENT, "slot 2");
  fail_unless_status (savant_buffer_to_dlpack (nv12, -1, 0, &tensor),
      SAVANT_ERROR_INVALID_ARGUMENT, "slot -1");
  fail_unless_status (savant_buffer_to_dlpack (nv12, 0, 2, &tensor),
      SAVANT_ERROR_INVALID_ARGUMENT, "plane 2");
  fail_unless_status (savant_buffer_to_dlpack (nv12, 0, -2, &tensor),
      SAVANT_ERROR_INVALID_ARGUMENT, "plane -2");
  fail_unless_status (savant_buffer_to_dlpack (NULL, 0, 0, &tensor),
      SAVANT_ERROR_INVALID_ARGUMENT, "no GstBuffer");
  fail_unless_status (savant_buffer_to_dlpack (nv12, 0, 0, NULL),
      SAVANT_ERROR_INVALID_ARGUMENT, "tensor is NULL");
  fail_unless_equals_int (savant_buffer_to_dlpack (plain, 0, -1, &tensor),
      SAVANT_ERROR_NOT_A_SURFACE);
  fail_unless_status (savant_dlpack_delete (NULL),
      SAVANT_ERROR_INVALID_ARGUMENT, "tensor is NULL");
  fail_unless_equals_int (GST_MINI_OBJECT_REFCOUNT_VALUE (nv12), 1);
  gst_buffer_unref (nv12);
  gst_buffer_unref (uyvy);
  gst_buffer_unref (plain);
}
GST_END_TEST

static void *
export_often (void *buffer)
{
  for (gint i = 0; i < 500; i++)
    savant_dlpack_delete (export_slot (buffer, 0, -1));
  return NULL;
}

GST_START_TEST (test_export_on_several_threads)
{
  GstBuffer *buffer = surface_buffer (SAVANT_FORMAT_RGBA, 8, 8, 1);
  pthread_t threads[4];

  for (gint i = 0; i < 4; i++)
    pthread_create (&threads[i], NULL, export_often, buffer);
  for (gint i = 0; i < 4; i++)
    pthread_join (threads[i], NULL);
  fail_unless_equals_int (savant_buffer_exports (buffer), 0);
  fail_unless_equals_int (GST_MINI_OBJECT_REFCOUNT_VALUE (buffer), 1);
  gst_buffer_unref (buffer);
}
GST_END_TEST

/* ---- Import -------------------------------------------------------------- */

GST_START_TEST (test_import)
{
  static const struct
  {
    gint channels;
    SavantFormat format;
  } cases[] = { { 1, SAVANT_FORMAT_GRAY8 }, { 3, SAVANT_FORMAT_RGB },
    { 4, SAVANT_FORMAT_RGBA } };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    gint channels = cases[i].channels;
    guint8 copied[5 * 6 * 4];
    int64_t info[11];
    GstBuffer *buffer;
    Foreign f;

    foreign_init (&f, 6, 5, channels, 11);
    buffer = import_tensor (&f);
    fail_unless_equals_int (savant_buffer_surface_info (buffer, 0, info),
        SAVANT_OK);
    fail_unless_equals_int64 (info[0], (gint64) (gintptr) f.pixels + 11);
    fail_unless_equals_int64 (info[1], f.strides[0]);
    fail_unless_equals_int64 (info[2], 5);
    fail_unless_equals_int64 (info[3], 6);
    fail_unless_equals_int64 (info[4], cases[i].format);
    fail_unless_equals_int64 (info[5], SAVANT_MEM_SYSTEM);
    fail_unless_equals_int64 (info[8], 1);
    fail_unless_equals_int (savant_buffer_copy_slot (buffer, 0, copied,
                                5 * 6 * channels),
        SAVANT_OK);
    for (gint y = 0; y < 6; y++)
      fail_unless (memcmp (copied + y * 5 * channels,
                       f.pixels + 11 + y * f.strides[0], 5 * channels)
          == 0);
    fail_unless_equals_int (f.deleted, 0);
    gst_buffer_unref (buffer);
    fail_unless_equals_int (f.deleted, 1);
    g_free (f.pixels);
  }
}
GST_END_TEST

GST_START_TEST (test_import_shapes)
{
  GstBuffer *buffer;
  int64_t info[11];
  Foreign f;

  /* Two dimensions. */
  foreign_init (&f, 6, 5, 1, 0);
  f.managed.tensor.ndim = 2;
  f.strides[2] = 77;
  buffer = import_tensor (&f);
  savant_buffer_surface_info (buffer, 0, info);
  fail_unless_equals_int64 (info[4], SAVANT_FORMAT_GRAY8);
  gst_buffer_unref (buffer);

  /* No strides: no gaps. */
  f.managed.tensor.strides = NULL;
  buffer = import_tensor (&f);
  savant_buffer_surface_info (buffer, 0, info);
  fail_unless_equals_int64 (info[1], 5);
  gst_buffer_unref (buffer);
  fail_unless_equals_int (f.deleted, 2);
  g_free (f.pixels);

  /* Strides of an extent of 1 say nothing. */
  foreign_init (&f, 1, 1, 4, 0);
  f.strides[0] = -5;
  f.strides[1] = 99;
  buffer = import_tensor (&f);
  savant_buffer_surface_info (buffer, 0, info);
  fail_unless_equals_int64 (info[1], 4);
  gst_buffer_unref (buffer);

  /* A deleter is not obligatory. */
  f.managed.deleter = NULL;
  gst_buffer_unref (import_tensor (&f));
  fail_unless_equals_int (f.deleted, 1);
  g_free (f.pixels);
}
GST_END_TEST

GST_START_TEST (test_import_refused)
{
  enum
  {
    MAJOR,
    CODE,
    BITS,
    LANES,
    NDIM,
    DEVICE,
    HEIGHT,
    WIDTH,
    CHANNELS,
    STRIDE0,
    STRIDE1,
    STRIDE2,
    DATA,
    SHAPE,
    BACKWARDS
  };
  static const struct
  {
    gint what;
    gint64 value;
    gint status;
    const gchar *text;
  } cases[] = {
    { MAJOR, 2, SAVANT_ERROR_INVALID_ARGUMENT, "version 2.3" },
    { MAJOR, 0, SAVANT_ERROR_INVALID_ARGUMENT, "version 0.3" },
    { CODE, 2, SAVANT_ERROR_INVALID_ARGUMENT, "type code 2 with 8 bits" },
    { CODE, 6, SAVANT_ERROR_INVALID_ARGUMENT, "type code 6" },
    { BITS, 16, SAVANT_ERROR_INVALID_ARGUMENT, "16 bits" },
    { LANES, 4, SAVANT_ERROR_INVALID_ARGUMENT, "4 lanes" },
    { NDIM, 1, SAVANT_ERROR_INVALID_ARGUMENT, "1 dimensions" },
    { NDIM, 4, SAVANT_ERROR_INVALID_ARGUMENT, "4 dimensions" },
    { NDIM, -1, SAVANT_ERROR_INVALID_ARGUMENT, "-1 dimensions" },
    { DEVICE, 10, SAVANT_ERROR_UNSUPPORTED, "device type 10" },
    { DEVICE, SV_DLPACK_CUDA, SAVANT_ERROR_UNAVAILABLE, "cuda_device" },
    { HEIGHT, 0, SAVANT_ERROR_INVALID_ARGUMENT, "height 0" },
    { HEIGHT, 32768, SAVANT_ERROR_INVALID_ARGUMENT, "height 32768" },
    { WIDTH, -1, SAVANT_ERROR_INVALID_ARGUMENT, "width -1" },
    { WIDTH, G_MAXINT64, SAVANT_ERROR_INVALID_ARGUMENT, "width 92233720" },
    { CHANNELS, 2, SAVANT_ERROR_INVALID_ARGUMENT, "2 channels" },
    { CHANNELS, 5, SAVANT_ERROR_INVALID_ARGUMENT, "5 channels" },
    { STRIDE0, 19, SAVANT_ERROR_INVALID_ARGUMENT, "pitch 19" },
    { STRIDE0, G_MAXINT32, SAVANT_ERROR_INVALID_ARGUMENT, "at most" },
    { STRIDE0, G_MAXINT64, SAVANT_ERROR_INVALID_ARGUMENT, "pitch 92233" },
    { STRIDE1, 8, SAVANT_ERROR_INVALID_ARGUMENT, "strides inside a row" },
    { STRIDE2, 2, SAVANT_ERROR_INVALID_ARGUMENT, "strides inside a row" },
    { DATA, 0, SAVANT_ERROR_INVALID_ARGUMENT, "without data" },
    { SHAPE, 0, SAVANT_ERROR_INVALID_ARGUMENT, "without a shape" },
    { BACKWARDS, 0, SAVANT_ERROR_INVALID_ARGUMENT, "pitch -23" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    gint64 value = cases[i].value;
    void *buffer = &buffer;
    SvDlTensor *t;
    Foreign f;

    foreign_init (&f, 6, 5, 4, 0);
    t = &f.managed.tensor;
    switch (cases[i].what) {
      case MAJOR:
        f.managed.major = (guint32) value;
        break;
      case CODE:
        t->type_code = (guint8) value;
        break;
      case BITS:
        t->type_bits = (guint8) value;
        break;
      case LANES:
        t->type_lanes = (guint16) value;
        break;
      case NDIM:
        t->ndim = (gint32) value;
        break;
      case DEVICE:
        t->device_type = (gint32) value;
        break;
      case DATA:
        t->data = NULL;
        break;
      case SHAPE:
        t->shape = NULL;
        break;
      case BACKWARDS:
        f.strides[0] = -f.strides[0];
        break;
      case HEIGHT:
      case WIDTH:
      case CHANNELS:
        f.shape[cases[i].what - HEIGHT] = value;
        break;
      default:
        f.strides[cases[i].what - STRIDE0] = value;
    }
    fail_unless_status (savant_buffer_from_dlpack (&f.managed, &buffer),
        cases[i].status, cases[i].text);
    fail_unless (buffer == NULL);
    fail_unless_equals_int (f.deleted, 0);
    g_free (f.pixels);
  }
}
GST_END_TEST

GST_START_TEST (test_import_of_nothing)
{
  void *buffer;
  Foreign f;

  foreign_init (&f, 2, 2, 1, 0);
  fail_unless_status (savant_buffer_from_dlpack (NULL, &buffer),
      SAVANT_ERROR_INVALID_ARGUMENT, "tensor is NULL");
  fail_unless_status (savant_buffer_from_dlpack (&f.managed, NULL),
      SAVANT_ERROR_INVALID_ARGUMENT, "buffer is NULL");
  fail_unless_equals_int (f.deleted, 0);
  g_free (f.pixels);
}
GST_END_TEST

GST_START_TEST (test_round_trip)
{
  GstBuffer *ours = surface_buffer (SAVANT_FORMAT_RGBA, 20, 10, 1);
  SvDlManaged *managed = export_slot (ours, 0, -1);
  void *theirs;

  fill_slot (ours, 0, 81);
  fail_unless_equals_int (savant_buffer_from_dlpack (managed, &theirs),
      SAVANT_OK);
  gst_buffer_unref (ours);
  fail_unless (slot_is_filled_with (theirs, 0, 81));
  gst_buffer_unref (theirs);
}
GST_END_TEST

static Suite *
dlpack_suite (void)
{
  Suite *s = suite_create ("dlpack");
  TCase *tc = tcase_create ("export");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, test_export);
  tcase_add_test (tc, test_export_planes);
  tcase_add_test (tc, test_export_keeps_the_buffer);
  tcase_add_test (tc, test_export_of_shared_memory_is_read_only);
  tcase_add_test (tc, test_export_refused);
  tcase_add_test (tc, test_export_on_several_threads);
  tc = tcase_create ("import");
  suite_add_tcase (s, tc);
  tcase_add_test (tc, test_import);
  tcase_add_test (tc, test_import_shapes);
  tcase_add_test (tc, test_import_refused);
  tcase_add_test (tc, test_import_of_nothing);
  tcase_add_test (tc, test_round_trip);
  return s;
}

GST_CHECK_MAIN (dlpack);
