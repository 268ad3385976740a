/* SPDX-License-Identifier: Apache-2.0 */
/* Surface arrays and NVRM handles, which only Jetsons have, on fakes of both
 * layouts. The fakes end the program where a surface is destroyed that is still
 * mapped, or is mapped twice. */
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
static int (*n_resources) (void);
static int (*create) (void **surface, uint32_t batch_size, void *params);
static int (*destroy) (void *surface);

static void
setup (void)
{
  gpointer library = dlopen ("libnvbufsurface.so", RTLD_NOW);
  gpointer driver = dlopen ("libcuda.so.1", RTLD_NOW);

  fail_unless (library != NULL && driver != NULL, "%s", dlerror ());
  ds = dlsym (library, FAKE_DS_TABLE);
  cuda = dlsym (driver, FAKE_CUDA_TABLE);
  *(gpointer *) &n_resources = dlsym (driver, "fake_egl_resources");
  *(gpointer *) &create = dlsym (library, "NvBufSurfaceCreate");
  *(gpointer *) &destroy = dlsym (library, "NvBufSurfaceDestroy");
  fail_unless (ds != NULL && cuda != NULL);
  fail_unless (sv_backend_get (NULL) == &sv_deepstream_backend, "%s",
      savant_backends ());
}

static gboolean
is_mode (const gchar *mode)
{
  return g_strcmp0 (g_getenv ("FAKE_DS"), mode) == 0;
}

/* Whether surface arrays are mapped as CUDA buffers: DeepStream 9's are. */
static gboolean
has_cuda_buffers (void)
{
  return sv_nvbuf_layout () == SV_NVBUF_DS9
      && (is_mode ("cuda-buffer") || is_mode ("cuda-direct")
          || is_mode ("cuda-only"));
}

static gboolean
is_jetson (void)
{
  return is_mode ("jetson") || is_mode ("cuda-buffer") || has_cuda_buffers ();
}

static gint
n_mapped (void)
{
  return ds->n_images () + ds->n_cuda_buffers ();
}

/* By which way slots of a surface array are mapped. */
static void
check_way (void)
{
  gint wrong = has_cuda_buffers () ? ds->n_images () : ds->n_cuda_buffers ();

  fail_unless_equals_int (wrong, 0);
}

static void
check_unmapped (void)
{
  fail_unless_equals_int (ds->n_surfaces (), 0);
  fail_unless_equals_int (n_mapped (), 0);
  fail_unless_equals_int (n_resources (), 0);
  fail_unless_equals_int (cuda->depth (), 0);
}

static void
check_all_gone (void)
{
  check_unmapped ();
  fail_unless_equals_int (cuda->n_memories (), 0);
}

static GstBuffer *
make (SavantMemType mem_type, SavantFormat format, gint batch_size)
{
  GstSavantSurfaceParams params = { format, 64, 48,
    { SAVANT_MATRIX_BT709, SAVANT_RANGE_LIMITED, SAVANT_SITING_MPEG2 },
    batch_size, mem_type, 0 };
  GstAllocator *allocator = gst_savant_allocator_new ("deepstream");
  GstMemory *memory = gst_savant_allocator_alloc_surface (allocator, &params);
  GstBuffer *buffer;

  fail_unless (memory != NULL, "%s", savant_last_error ());
  gst_object_unref (allocator);
  buffer = gst_buffer_new ();
  gst_buffer_append_memory (buffer, memory);
  return buffer;
}

static SavantImage
image_of (GstBuffer *buffer, gint slot)
{
  gpointer surface = gst_savant_buffer_peek_surface (buffer);
  SavantImage image;

  fail_unless (surface != NULL, "%s", savant_last_error ());
  fail_unless (gst_savant_surface_get_image (surface, slot, &image)
          == SAVANT_OK,
      "%s", savant_last_error ());
  for (int p = 0; p < image.n_planes; p++)
    fail_unless (image.data[p] != NULL, "plane %d", p);
  return image;
}

static void
transform (const SavantImage *from, const SavantImage *to)
{
  SavantTransformJob job = { *from, *to, { 0, 0, from->width, from->height },
    { 0, 0, to->width, to->height } };
  SavantTransform *t = NULL;
  gint launches = cuda->calls ("cuLaunchKernel");

  fail_unless_equals_int (savant_transform_new ("deepstream", &t), SAVANT_OK);
  fail_unless (savant_transform_run (t, NULL, &job, 1) == SAVANT_OK, "%s",
      savant_last_error ());
  savant_transform_free (t);
  fail_unless_equals_int (cuda->calls ("cuLaunchKernel"), launches + 1);
}

/* Default memory is what a Jetson's elements take; a slot is mapped with its
 * first use, once, and a kernel reads and writes it. */
GST_START_TEST (made_and_computed)
{
  static const SavantMemType mem_types[] = { SAVANT_MEM_DEFAULT,
    SAVANT_MEM_SURFACE_ARRAY, SAVANT_MEM_HANDLE };
  static const SavantFormat formats[] = { SAVANT_FORMAT_NV12,
    SAVANT_FORMAT_I420, SAVANT_FORMAT_RGBA };

  if (!is_jetson ())
    return;
  for (guint i = 0; i < (is_mode ("cuda-only") ? 2 : 3); i++)
    for (guint f = 0; f < 3; f++) {
      GstBuffer *a = make (mem_types[i], formats[f], 2);
      GstBuffer *b = make (mem_types[i], SAVANT_FORMAT_RGBA, 1), *copy;
      SavantImage from, to;
      GstMapInfo map;

      fail_unless_equals_int (
          gst_savant_surface_get_mem_type (gst_savant_buffer_peek_surface (a)),
          i == 2 ? SAVANT_MEM_HANDLE : SAVANT_MEM_SURFACE_ARRAY);
      fail_unless_equals_int (n_mapped (), 0);
      from = image_of (a, 1);
      fail_unless_equals_int (n_mapped (), 1);
      to = image_of (b, 0);
      fail_unless (image_of (a, 1).data[0] == from.data[0]);
      fail_unless_equals_int (n_mapped (), 2);
      if (i < 2)
        check_way ();
      transform (&from, &to);
      fail_unless (gst_buffer_map (b, &map, GST_MAP_READ));
      gst_buffer_unmap (b, &map);
      copy = gst_buffer_copy_deep (b);
      fail_unless (image_of (copy, 0).data[0] != to.data[0]);
      gst_buffer_unref (copy);
      gst_buffer_unref (a);
      gst_buffer_unref (b);
      check_all_gone ();
    }
}
GST_END_TEST;

/* Somebody else's is unmapped before it is destroyed. */
GST_START_TEST (foreign)
{
  struct
  {
    uint32_t gpu, width, height, size;
    uint8_t contiguous;
    int32_t format, layout, mem_type;
    uint8_t rest[64];
  } params = { .width = 64, .height = 48, .format = 33, .mem_type = 4 };
  GstBuffer *out;
  SavantImage from, to;

  if (!is_jetson ())
    return;
  for (guint i = 0; i < 2; i++) {
    void *surface = NULL;
    GstBuffer *in;

    fail_unless_equals_int (create (&surface, 1, &params), 0);
    in = gst_buffer_new_wrapped_full (GST_MEMORY_FLAG_READONLY, surface,
        (gsize) ds->header_size, 0, (gsize) ds->header_size, surface,
        (GDestroyNotify) (void (*) (void)) destroy);
    out = make (SAVANT_MEM_DEFAULT, SAVANT_FORMAT_RGBA, 1);
    from = image_of (in, 0);
    fail_unless_equals_int (from.colorimetry.matrix, SAVANT_MATRIX_BT709);
    to = image_of (out, 0);
    transform (&from, &to);
    gst_buffer_unref (in);
    gst_buffer_unref (out);
    check_all_gone ();
  }
}
GST_END_TEST;

/* The slots of a non-uniform batch are those of its frames, mapped once. */
GST_START_TEST (non_uniform)
{
  GstBuffer *frames[2], *batch;
  GstAllocator *allocator;
  GstMemory *memory;
  const gint slots[2] = { 0, 1 };

  if (!is_jetson ())
    return;
  frames[0] = make (SAVANT_MEM_DEFAULT, SAVANT_FORMAT_NV12, 1);
  frames[1] = make (SAVANT_MEM_DEFAULT, SAVANT_FORMAT_RGBA, 2);
  allocator = gst_savant_allocator_new ("deepstream");
  memory = gst_savant_allocator_wrap_slots (allocator, frames, slots, 2, 2);
  fail_unless (memory != NULL, "%s", savant_last_error ());
  batch = gst_buffer_new ();
  gst_buffer_append_memory (batch, memory);
  fail_unless (image_of (batch, 0).data[0] == image_of (frames[0], 0).data[0]);
  fail_unless (image_of (batch, 1).data[0] == image_of (frames[1], 1).data[0]);
  fail_unless_equals_int (n_mapped (), 2);
  check_way ();
  gst_buffer_unref (frames[0]);
  gst_buffer_unref (frames[1]);
  fail_unless_equals_int (n_mapped (), 2);
  gst_buffer_unref (batch);
  gst_object_unref (allocator);
  check_all_gone ();
}
GST_END_TEST;

static FakeTransform *
fake_transform (void)
{
  gpointer library = dlopen ("libnvbufsurftransform.so", RTLD_NOW);
  FakeTransform *(*get) (void);

  fail_unless (library != NULL, "%s", dlerror ());
  *(gpointer *) &get = dlsym (library, "fake_transform");
  return get ();
}

/* compute-mode=vic: the compositor gets rectangles, flip and filter, the bars
 * are drawn before; only surfaces of its own kind. */
GST_START_TEST (vic)
{
  SavantTransformConfig config = SAVANT_TRANSFORM_CONFIG_DEFAULTS;
  FakeTransform *fake;
  SavantTransformJob job;
  SavantTransform *t = NULL;
  GstBuffer *a, *b, *c;
  gint launches;

  if (!is_jetson ())
    return;
  fake = fake_transform ();
  a = make (SAVANT_MEM_DEFAULT, SAVANT_FORMAT_NV12, 2);
  b = make (is_mode ("cuda-only") ? SAVANT_MEM_SURFACE_ARRAY
                                  : SAVANT_MEM_HANDLE,
      SAVANT_FORMAT_RGBA, 1);
  c = make (SAVANT_MEM_CUDA_DEVICE, SAVANT_FORMAT_RGBA, 1);
  config.compute_mode = SAVANT_COMPUTE_VIC;
  config.flip = SAVANT_FLIP_ROTATE_180;
  config.interpolation = SAVANT_INTERPOLATION_LANCZOS;
  job = (SavantTransformJob){ image_of (a, 1), image_of (b, 0),
    { 2, 4, 32, 16 }, { 8, 6, 40, 30 } };
  fail_unless_equals_int (savant_transform_new ("deepstream", &t), SAVANT_OK);
  launches = cuda->calls ("cuLaunchKernel");
  fail_unless (savant_transform_run (t, &config, &job, 1) == SAVANT_OK, "%s",
      savant_last_error ());
  fail_unless_equals_int (fake->calls, 1);
  fail_unless_equals_int (fake->flip, 2);
  fail_unless_equals_int (fake->filter, 4);
  fail_unless (fake->src[0] == 4 && fake->src[1] == 2 && fake->src[2] == 32
      && fake->src[3] == 16);
  fail_unless (fake->dst[0] == 6 && fake->dst[1] == 8 && fake->dst[2] == 40
      && fake->dst[3] == 30);
  fail_unless_equals_int (cuda->calls ("cuLaunchKernel"), launches + 1);

  /* Without bars nothing but the compositor runs. */
  job.dst_rect = (SavantRect){ 0, 0, 64, 48 };
  fail_unless_equals_int (savant_transform_run (t, &config, &job, 1),
      SAVANT_OK);
  fail_unless_equals_int (cuda->calls ("cuLaunchKernel"), launches + 1);

  fake->result = -2;
  fail_unless (savant_transform_run (t, &config, &job, 1) != SAVANT_OK);
  fail_unless (strstr (savant_last_error (), "NvBufSurfTransform returns -2")
          != NULL,
      "%s", savant_last_error ());
  fake->result = 0;

  job.dst = image_of (c, 0);
  fail_unless_equals_int (savant_transform_run (t, &config, &job, 1),
      SAVANT_ERROR_UNSUPPORTED);
  fail_unless (strstr (savant_last_error (), "the destination is none") != NULL,
      "%s", savant_last_error ());
  savant_transform_free (t);
  gst_buffer_unref (a);
  gst_buffer_unref (b);
  gst_buffer_unref (c);
  /* The service that draws bars keeps its tables. */
  check_unmapped ();
}
GST_END_TEST;

GST_START_TEST (vic_is_refused_on_other_machines)
{
  SavantTransformConfig config = SAVANT_TRANSFORM_CONFIG_DEFAULTS;
  SavantTransform *t = NULL;

  if (g_getenv ("FAKE_DS") != NULL)
    return;
  config.compute_mode = SAVANT_COMPUTE_VIC;
  fail_unless_equals_int (savant_transform_new ("deepstream", &t), SAVANT_OK);
  fail_unless_equals_int (savant_transform_run (t, &config, NULL, 0),
      SAVANT_ERROR_UNAVAILABLE);
  fail_unless (strstr (savant_last_error (), "Jetson") != NULL, "%s",
      savant_last_error ());
  savant_transform_free (t);
}
GST_END_TEST;

/* Each call fails once: one error, and nothing stays behind. */
GST_START_TEST (failures)
{
  if (!is_jetson ())
    return;
  for (int call = 1; call <= 12; call++) {
    GstBuffer *buffer = make (SAVANT_MEM_DEFAULT, SAVANT_FORMAT_NV12, 1);
    gpointer surface = gst_savant_buffer_peek_surface (buffer);
    SavantImage image;

    cuda->fail_at (cuda->n_calls () + call, 2, false);
    if (gst_savant_surface_get_image (surface, 0, &image) != SAVANT_OK)
      fail_unless (savant_last_error ()[0] != '\0');
    cuda->fail_at (0, 0, false);
    gst_buffer_unref (buffer);
    check_all_gone ();
  }
}
GST_END_TEST;

static gint
map_slot_of_new (SavantMemType mem_type)
{
  GstBuffer *buffer = make (mem_type, SAVANT_FORMAT_NV12, 1);
  SavantImage image;
  gint status =
      gst_savant_surface_get_image (gst_savant_buffer_peek_surface (buffer), 0,
          &image);

  if (status == SAVANT_OK)
    fail_unless (image.data[1] > image.data[0] && image.data[2] == NULL);
  gst_buffer_unref (buffer);
  check_all_gone ();
  return status;
}

/* Once CUDA buffers have worked, one that does not is an error of its slot,
 * which is then mapped by its EGL image. */
GST_START_TEST (cuda_buffer_faults)
{
  static const struct
  {
    gint fault;
    const gchar *text;
  } faults[] = { { FAKE_CUDA_BUFFER_REFUSED,
                     "NvBufSurfaceMapCudaBuffer returns -1 for slot 0" },
    { FAKE_CUDA_BUFFER_NONE, "which is no memory of the GPU" },
    { FAKE_CUDA_BUFFER_UNKNOWN, "which is no memory of the GPU" } };

  if (!has_cuda_buffers ())
    return;
  for (guint i = 0; i < G_N_ELEMENTS (faults); i++) {
    gint status;

    /* There is no record in which an address could be wrong. */
    if (is_mode ("cuda-direct") && faults[i].fault == FAKE_CUDA_BUFFER_UNKNOWN)
      continue;
    ds->cuda_buffer_fault (FAKE_CUDA_BUFFER_RIGHT);
    fail_unless_equals_int (map_slot_of_new (SAVANT_MEM_DEFAULT), SAVANT_OK);
    ds->cuda_buffer_fault (faults[i].fault);
    status = map_slot_of_new (SAVANT_MEM_DEFAULT);
    if (!is_mode ("cuda-only")) {
      fail_unless (status == SAVANT_OK, "%s", savant_last_error ());
      continue;
    }
    fail_unless_equals_int (status, SAVANT_ERROR_EXECUTION);
    fail_unless (strstr (savant_last_error (), faults[i].text) != NULL
            && strstr (savant_last_error (),
                   "by its EGL image: NvBufSurfaceMapEglImage returns -1")
                != NULL,
        "%s", savant_last_error ());
  }
  ds->cuda_buffer_fault (FAKE_CUDA_BUFFER_RIGHT);
  fail_unless_equals_int (map_slot_of_new (SAVANT_MEM_DEFAULT), SAVANT_OK);
}
GST_END_TEST;

/* CUDA buffers are made of surface arrays alone, and of linear ones. */
GST_START_TEST (cuda_buffers_of_others)
{
  GstBuffer *buffer;
  SavantImage image;
  const gint block_linear = 1;
  guint8 *list;

  if (!has_cuda_buffers () || !is_mode ("cuda-only"))
    return;
  fail_unless (map_slot_of_new (SAVANT_MEM_HANDLE) != SAVANT_OK);
  fail_unless_equals_string (savant_last_error (),
      "NvBufSurfaceMapEglImage returns -1 and gives no image of slot 0");
  buffer = make (SAVANT_MEM_DEFAULT, SAVANT_FORMAT_NV12, 1);
  memcpy (&list, (guint8 *) gst_savant_buffer_peek_surface (buffer) + 24,
      sizeof list);
  memcpy (list + 16, &block_linear, sizeof block_linear);
  fail_unless (gst_savant_surface_get_image (
                   gst_savant_buffer_peek_surface (buffer), 0, &image)
      != SAVANT_OK);
  fail_unless (strstr (savant_last_error (), "block-linear=false") != NULL,
      "%s", savant_last_error ());
  gst_buffer_unref (buffer);
  check_all_gone ();
}
GST_END_TEST;

GST_START_TEST (block_linear_is_refused)
{
  GstBuffer *buffer;
  SavantImage image;

  if (g_strcmp0 (g_getenv ("FAKE_DS"), "block-linear") != 0)
    return;
  buffer = make (SAVANT_MEM_DEFAULT, SAVANT_FORMAT_NV12, 1);
  fail_unless (gst_savant_surface_get_image (
                   gst_savant_buffer_peek_surface (buffer), 0, &image)
      != SAVANT_OK);
  fail_unless (strstr (savant_last_error (), "block-linear=false") != NULL,
      "%s", savant_last_error ());
  gst_buffer_unref (buffer);
  check_all_gone ();
}
GST_END_TEST;

/* Without a Jetson, somebody else's is refused with the reason. */
GST_START_TEST (refused_on_other_machines)
{
  SvNvbufLayout layout = sv_nvbuf_layout ();
  gpointer block = g_malloc0 (sv_nvbuf_block_size (layout, 1));
  SvSlotLayout slot;
  GstBuffer *buffer;

  if (g_getenv ("FAKE_DS") != NULL && g_getenv ("FAKE_DS")[0] != '\0') {
    g_free (block);
    return;
  }
  sv_nvbuf_init (layout, block, 1, 0, SAVANT_MEM_SURFACE_ARRAY, FALSE);
  fail_unless_equals_int (sv_nvbuf_slot_layout (SAVANT_FORMAT_NV12, 64, 48, 256,
                              &slot),
      SAVANT_OK);
  sv_nvbuf_set_slot (layout, block, 0, &slot, 6, NULL);
  buffer = gst_buffer_new_wrapped (block, sv_nvbuf_header_size (layout));
  fail_unless (gst_savant_buffer_peek_surface (buffer) == NULL);
  fail_unless (strstr (savant_last_error (), "surface_array") != NULL
          && strstr (savant_last_error (), "Jetson") != NULL,
      "%s", savant_last_error ());
  gst_buffer_unref (buffer);
}
GST_END_TEST;

static Suite *
ds_jetson_suite (void)
{
  Suite *s = suite_create ("ds_jetson");
  TCase *tc = tcase_create ("jetson");

  suite_add_tcase (s, tc);
  tcase_add_checked_fixture (tc, setup, NULL);
  tcase_add_test (tc, made_and_computed);
  tcase_add_test (tc, foreign);
  tcase_add_test (tc, non_uniform);
  tcase_add_test (tc, vic_is_refused_on_other_machines);
  tcase_add_test (tc, failures);
  tcase_add_test (tc, cuda_buffer_faults);
  tcase_add_test (tc, cuda_buffers_of_others);
  tcase_add_test (tc, block_linear_is_refused);
  tcase_add_test (tc, refused_on_other_machines);
  tcase_add_test (tc, vic);
  return s;
}

GST_CHECK_MAIN (ds_jetson);
