/* SPDX-License-Identifier: Apache-2.0 */
/* Surfaces that a fake libnvbufsurface makes, of both layouts, on the fake
 * driver. */
#include <dlfcn.h>
#include <gst/check/gstcheck.h>
#include <string.h>

#include "backend/backend.h"
#include "fakenvbufsurface.h"
#include "nvbuf/view.h"
#include <savant/gst.h>

#include "cuda/fakecuda.h"

static const FakeDs *ds;
static const FakeCuda *cuda;

static void
setup (void)
{
  gpointer library = dlopen ("libnvbufsurface.so", RTLD_NOW);
  gpointer driver = dlopen ("libcuda.so.1", RTLD_NOW);

  fail_unless (library != NULL && driver != NULL, "%s", dlerror ());
  ds = dlsym (library, FAKE_DS_TABLE);
  cuda = dlsym (driver, FAKE_CUDA_TABLE);
  fail_unless (ds != NULL && cuda != NULL);
}

GST_START_TEST (layout_is_found)
{
  const SvBackendFns *backend = sv_backend_get (NULL);
  SvNvbufLayout layout = sv_nvbuf_layout ();

  fail_unless (backend == &sv_deepstream_backend, "%s", savant_backends ());
  fail_unless (g_str_has_prefix (savant_backends (), "deepstream, cuda, host"),
      "%s", savant_backends ());
  fail_unless_equals_int (sv_nvbuf_header_size (layout), ds->header_size);
  fail_unless_equals_int (sv_nvbuf_slot_size (layout), ds->slot_size);
  /* The surface that told it is gone. */
  fail_unless_equals_int (ds->n_surfaces (), 0);
}
GST_END_TEST;

static GstMemory *
make (GstAllocator *allocator, SavantMemType mem_type, SavantFormat format,
    gint width, gint height, gint batch_size, SavantMatrix matrix,
    SavantRange range)
{
  GstSavantSurfaceParams params = { format, width, height,
    { matrix, range, SAVANT_SITING_MPEG2 }, batch_size, mem_type, 0 };

  return gst_savant_allocator_alloc_surface (allocator, &params);
}

static gpointer
surface_of (GstMemory *memory)
{
  gpointer surface;
  GstMapInfo map;

  fail_unless (gst_memory_map (memory, &map, GST_MAP_READ));
  fail_unless_equals_int (map.size, ds->header_size);
  surface = map.data;
  gst_memory_unmap (memory, &map);
  return surface;
}

/* Every format and kind of memory; the slots of a batch are one block. */
GST_START_TEST (surfaces_are_the_librarys)
{
  static const SavantMemType mem_types[] = { SAVANT_MEM_DEFAULT,
    SAVANT_MEM_CUDA_PINNED, SAVANT_MEM_CUDA_DEVICE, SAVANT_MEM_CUDA_UNIFIED };
  static const SavantFormat formats[] = { SAVANT_FORMAT_RGBA,
    SAVANT_FORMAT_BGRx, SAVANT_FORMAT_NV12, SAVANT_FORMAT_NV21,
    SAVANT_FORMAT_I420, SAVANT_FORMAT_UYVY, SAVANT_FORMAT_GRAY8,
    SAVANT_FORMAT_RGB, SAVANT_FORMAT_BGR, SAVANT_FORMAT_BGRA,
    SAVANT_FORMAT_RGBx };
  GstAllocator *allocator = gst_savant_allocator_new ("deepstream");

  fail_unless (allocator != NULL, "%s", savant_last_error ());
  for (guint m = 0; m < G_N_ELEMENTS (mem_types); m++)
    for (guint f = 0; f < G_N_ELEMENTS (formats); f++)
      for (gint n = 1; n <= 5; n += 4) {
        gint before = ds->n_creates ();
        GstMemory *memory = make (allocator, mem_types[m], formats[f], 33, 17,
            n, SAVANT_MATRIX_BT601, SAVANT_RANGE_LIMITED);
        gpointer surface;

        fail_unless (memory != NULL, "%s", savant_last_error ());
        fail_unless_equals_int (ds->n_creates () - before, 1);
        fail_unless_equals_int (ds->n_surfaces (), 1);
        surface = surface_of (memory);
        fail_unless_equals_int (gst_savant_surface_get_batch_size (surface), n);
        fail_unless_equals_int (gst_savant_surface_get_num_filled (surface), 0);
        for (gint slot = 0; slot < n; slot++) {
          SavantImage image;

          fail_unless_equals_int (gst_savant_surface_get_image (surface, slot,
                                      &image),
              SAVANT_OK);
          fail_unless_equals_int (image.format, formats[f]);
          fail_unless_equals_int (image.width, 33);
          fail_unless (sv_backend_of (image.data[0]) == &sv_deepstream_backend
                  || sv_backend_of (image.data[0]) == &sv_cuda_backend,
              "slot %d", slot);
        }
        gst_memory_unref (memory);
        fail_unless_equals_int (ds->n_surfaces (), 0);
      }
  gst_object_unref (allocator);
  fail_unless_equals_int (cuda->n_memories (), 0);
  fail_unless_equals_int (cuda->depth (), 0);
}
GST_END_TEST;

/* Every code for a matrix and range stands in the slots, also those that the
 * library does not make by itself. */
GST_START_TEST (color_formats)
{
  static const struct
  {
    SavantFormat format;
    SavantMatrix matrix;
    SavantRange range;
    gint code;
  } rows[] = {
    { SAVANT_FORMAT_NV12, SAVANT_MATRIX_BT601, SAVANT_RANGE_LIMITED, 6 },
    { SAVANT_FORMAT_NV12, SAVANT_MATRIX_BT601, SAVANT_RANGE_FULL, 7 },
    { SAVANT_FORMAT_NV12, SAVANT_MATRIX_BT709, SAVANT_RANGE_LIMITED, 33 },
    { SAVANT_FORMAT_NV12, SAVANT_MATRIX_BT709, SAVANT_RANGE_FULL, 34 },
    { SAVANT_FORMAT_I420, SAVANT_MATRIX_BT709, SAVANT_RANGE_LIMITED, 31 },
    { SAVANT_FORMAT_I420, SAVANT_MATRIX_BT709, SAVANT_RANGE_FULL, 32 },
  };
  GstAllocator *allocator = gst_savant_allocator_new ("deepstream");

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    GstMemory *memory = make (allocator, SAVANT_MEM_DEFAULT, rows[i].format, 64,
        64, 2, rows[i].matrix, rows[i].range);
    GstMemory *copy;

    fail_unless (memory != NULL, "%s", savant_last_error ());
    fail_unless_equals_int (ds->n_surfaces (), 1);
    copy = gst_memory_copy (memory, 0, -1);
    fail_unless (copy != NULL, "%s", savant_last_error ());
    fail_unless_equals_int (ds->n_surfaces (), 2);
    for (guint slot = 0; slot < 2; slot++) {
      fail_unless_equals_int (sv_nvbuf_color_format (sv_nvbuf_layout (),
                                  surface_of (memory), slot),
          rows[i].code);
      fail_unless_equals_int (sv_nvbuf_color_format (sv_nvbuf_layout (),
                                  surface_of (copy), slot),
          rows[i].code);
    }
    gst_memory_unref (memory);
    gst_memory_unref (copy);
  }
  gst_object_unref (allocator);
  fail_unless_equals_int (ds->n_surfaces (), 0);
}
GST_END_TEST;

/* A copy has its own pixels, of the same bytes. */
GST_START_TEST (copies)
{
  GstAllocator *allocator = gst_savant_allocator_new ("deepstream");
  GstMemory *memory = make (allocator, SAVANT_MEM_CUDA_UNIFIED,
      SAVANT_FORMAT_GRAY8, 40, 8, 2, 0, 0);
  SvNvbufLayout layout = sv_nvbuf_layout ();
  guint8 *from, *to;
  GstMemory *copy;

  sv_nvbuf_set_num_filled (layout, surface_of (memory), 2);
  for (guint slot = 0; slot < 2; slot++) {
    from = sv_nvbuf_data (layout, surface_of (memory), slot);
    memset (from, 0x30 + (int) slot,
        sv_nvbuf_data_size (layout, surface_of (memory), slot));
  }
  copy = gst_memory_copy (memory, 0, -1);
  fail_unless (copy != NULL, "%s", savant_last_error ());
  fail_unless_equals_int (gst_savant_surface_get_num_filled (surface_of (copy)),
      2);
  for (guint slot = 0; slot < 2; slot++) {
    from = sv_nvbuf_data (layout, surface_of (memory), slot);
    to = sv_nvbuf_data (layout, surface_of (copy), slot);
    fail_unless (from != to);
    fail_unless_equals_int (to[0], 0x30 + (int) slot);
    fail_unless_equals_int (to[39], 0x30 + (int) slot);
  }
  gst_memory_unref (memory);
  gst_memory_unref (copy);
  gst_object_unref (allocator);
}
GST_END_TEST;

/* Where the library makes none, memory of the driver in the same layout is as
 * good; where that has none either, one error. */
GST_START_TEST (failures)
{
  GstAllocator *allocator = gst_savant_allocator_new ("deepstream");
  gint before = cuda->n_memories ();
  GstMemory *memory;

  ds->fail_create (1);
  memory =
      make (allocator, SAVANT_MEM_DEFAULT, SAVANT_FORMAT_RGBA, 64, 64, 2, 0, 0);
  fail_unless (memory != NULL, "%s", savant_last_error ());
  fail_unless_equals_int (ds->n_surfaces (), 0);
  fail_unless_equals_int (cuda->n_memories (), before + 1);
  fail_unless_equals_int (gst_savant_surface_get_mem_type (surface_of (memory)),
      SAVANT_MEM_CUDA_DEVICE);
  gst_memory_unref (memory);
  fail_unless_equals_int (cuda->n_memories (), before);

  cuda->fail_at (cuda->n_calls () + 1, 2, true);
  memory =
      make (allocator, SAVANT_MEM_DEFAULT, SAVANT_FORMAT_RGBA, 64, 64, 2, 0, 0);
  fail_unless (memory == NULL);
  fail_unless (strstr (savant_last_error (), "no memory for a surface") != NULL,
      "%s", savant_last_error ());
  cuda->fail_at (0, 0, false);
  fail_unless_equals_int (ds->n_surfaces (), 0);
  fail_unless_equals_int (cuda->n_memories (), before);
  fail_unless_equals_int (cuda->depth (), 0);
  gst_object_unref (allocator);
}
GST_END_TEST;

/* Surfaces of Jetsons are refused where there is none. */
GST_START_TEST (surface_arrays_are_refused)
{
  static const SavantMemType mem_types[] = { SAVANT_MEM_SURFACE_ARRAY,
    SAVANT_MEM_HANDLE };
  GstAllocator *allocator = gst_savant_allocator_new ("deepstream");

  for (guint i = 0; i < 2; i++) {
    fail_unless (make (allocator, mem_types[i], SAVANT_FORMAT_NV12, 64, 64, 1,
                     SAVANT_MATRIX_BT601, SAVANT_RANGE_LIMITED)
        == NULL);
    fail_unless (strstr (savant_last_error (), "Jetson") != NULL, "%s",
        savant_last_error ());
    fail_unless (strstr (savant_last_error (),
                     savant_mem_type_name (mem_types[i]))
            != NULL,
        "%s", savant_last_error ());
  }
  gst_object_unref (allocator);
}
GST_END_TEST;

/* Surfaces of the pool are used again, and the GPU's work on them is waited
 * for by who maps them. */
GST_START_TEST (pool_and_order)
{
  GstBufferPool *pool = gst_savant_buffer_pool_new ("deepstream");
  GstStructure *config = gst_buffer_pool_get_config (pool);
  GstCaps *caps = gst_caps_from_string (
      "video/x-raw(memory:NVMM),format=RGBA,width=64,height=48,batch-size=2");
  gint creates = ds->n_creates (), waits;
  SavantTransform *transform = NULL;
  SavantTransformJob job = { 0 };
  GstBuffer *buffer = NULL;
  GstMapInfo map;

  gst_buffer_pool_config_set_params (config, caps, 0, 0, 2);
  fail_unless (gst_buffer_pool_set_config (pool, config));
  fail_unless (gst_buffer_pool_set_active (pool, TRUE));
  for (guint i = 0; i < 4; i++) {
    fail_unless_equals_int (gst_buffer_pool_acquire_buffer (pool, &buffer,
                                NULL),
        GST_FLOW_OK);
    if (i < 3)
      gst_buffer_unref (buffer);
  }
  fail_unless_equals_int (ds->n_creates () - creates, 1);

  fail_unless_equals_int (savant_transform_new ("deepstream", &transform),
      SAVANT_OK);
  gst_savant_surface_get_image (gst_savant_buffer_peek_surface (buffer), 0,
      &job.src);
  gst_savant_surface_get_image (gst_savant_buffer_peek_surface (buffer), 1,
      &job.dst);
  job.src_rect = job.dst_rect = (SavantRect){ 0, 0, 64, 48 };
  cuda->hold (true);
  fail_unless_equals_int (savant_transform_run (transform, NULL, &job, 1),
      SAVANT_OK);
  waits = cuda->calls ("cuEventSynchronize");
  fail_unless (gst_buffer_map (buffer, &map, GST_MAP_READ));
  fail_unless_equals_int (cuda->calls ("cuEventSynchronize"), waits + 1);
  gst_buffer_unmap (buffer, &map);
  cuda->hold (false);
  savant_transform_free (transform);
  gst_buffer_unref (buffer);
  gst_buffer_pool_set_active (pool, FALSE);
  gst_object_unref (pool);
  gst_caps_unref (caps);
  fail_unless_equals_int (ds->n_surfaces (), 0);
}
GST_END_TEST;

static Suite *
ds_surfaces_suite (void)
{
  Suite *s = suite_create ("ds_surfaces");
  TCase *tc = tcase_create ("surfaces");

  suite_add_tcase (s, tc);
  tcase_add_checked_fixture (tc, setup, NULL);
  tcase_add_test (tc, layout_is_found);
  tcase_add_test (tc, surfaces_are_the_librarys);
  tcase_add_test (tc, color_formats);
  tcase_add_test (tc, copies);
  tcase_add_test (tc, failures);
  tcase_add_test (tc, surface_arrays_are_refused);
  tcase_add_test (tc, pool_and_order);
  return s;
}

GST_CHECK_MAIN (ds_surfaces);
