/* SPDX-License-Identifier: Apache-2.0 */
/* Pixels in memory of a GPU, written and read through the flat ABI. On a GPU
 * the same bytes must come back; on the fake driver of the tests every call
 * must be right, too. */
#include <savant/generator.h>
#include <savant/gst.h>
#include <savant/view.h>

#include "backend/cuda/driver.h"
#include "cudatest.h"

#define SLOTS 3
#define WIDTH 37
#define HEIGHT 21

static const int32_t defaults[10] = { SAVANT_PADDING_SYMMETRIC, 0, 0, 0, 0, 0,
  SAVANT_INTERPOLATION_BILINEAR, 0, 0, 0 };

static bool
on_fake (void)
{
  return g_getenv ("SAVANT_TEST_FAKE") != NULL;
}

#define assert_ok(call)                                             \
  do {                                                              \
    int result = (call);                                            \
                                                                    \
    fail_unless (result == SAVANT_OK, "%d: %s", result,             \
        savant_last_error ());                                      \
  } while (0)

static SavantPool *
new_pool (SavantFormat format, SavantMemType mem_type)
{
  SavantPool *pool = NULL;

  assert_ok (savant_pool_new ("cuda", format, WIDTH, HEIGHT, SLOTS, mem_type, 0,
      1, &pool));
  return pool;
}

/* A buffer with a view of a plane of slot 1. */
typedef struct Fixture
{
  SavantPool *pool;
  void *buffer;
  int plane;
  uint8_t *data;
  size_t pitch;
  size_t row;
  size_t rows;
  int channels;
  guint8 *block; /* a copy of pitch x rows bytes */
} Fixture;

static void
setup (Fixture *f, SavantFormat format, SavantMemType mem_type, int plane)
{
  int64_t info[SAVANT_VIEW_NUMBERS];

  f->pool = new_pool (format, mem_type);
  f->plane = plane;
  assert_ok (savant_pool_acquire (f->pool, 0, &f->buffer));
  assert_ok (savant_buffer_set_num_filled (f->buffer, 2));
  assert_ok (savant_view_info (f->buffer, 1, plane, 0, 0, info));
  fail_unless_equals_int ((int) info[SAVANT_VIEW_MEM_TYPE], (int) mem_type);
  f->data = (uint8_t *) (intptr_t) info[SAVANT_VIEW_DATA];
  f->pitch = (size_t) info[SAVANT_VIEW_PITCH];
  f->channels = (int) info[SAVANT_VIEW_CHANNELS];
  f->row = (size_t) (info[SAVANT_VIEW_WIDTH] * f->channels);
  f->rows = (size_t) info[SAVANT_VIEW_HEIGHT];
  fail_unless (f->pitch > f->row);
  f->block = g_malloc (f->pitch * f->rows);
  memset (f->block, 0xee, f->pitch * f->rows);
  assert_ok (sv_cuda_backend.copy (f->data, f->block, f->pitch * f->rows));
}

static void
teardown (Fixture *f)
{
  g_free (f->block);
  gst_buffer_unref (f->buffer);
  savant_pool_free (f->pool);
}

/* The view's rows are `pixels`, without padding, and the bytes between them
 * what they were. */
static void
check_block (Fixture *f, const guint8 *pixels)
{
  assert_ok (sv_cuda_backend.copy (f->block, f->data, f->pitch * f->rows));
  for (size_t y = 0; y < f->rows; y++)
    for (size_t x = 0; x < f->pitch; x++)
      fail_unless (f->block[y * f->pitch + x]
              == (x < f->row ? pixels[y * f->row + x] : 0xee),
          "byte %zu of row %zu is %d", x, y, f->block[y * f->pitch + x]);
}

static const struct
{
  SavantFormat format;
  int plane;
  const char *fill; /* the driver's call; NULL: no fill of such pixels */
} views[] = {
  { SAVANT_FORMAT_RGBA, -1, "cuMemsetD2D32Async" },
  { SAVANT_FORMAT_RGB, -1, "cuMemcpy2DAsync" },
  { SAVANT_FORMAT_GRAY8, -1, "cuMemsetD2D8Async" },
  { SAVANT_FORMAT_NV12, 0, "cuMemsetD2D8Async" },
  { SAVANT_FORMAT_NV12, 1, "cuMemsetD2D16Async" },
  { SAVANT_FORMAT_UYVY, -1, NULL },
};

GST_START_TEST (every_operation)
{
  Fixture f;
  int64_t size;
  guint8 *in, *out;
  int fills = 0;

  setup (&f, views[__i__].format, SAVANT_MEM_CUDA_DEVICE, views[__i__].plane);
  size = (int64_t) (f.row * f.rows);
  in = g_malloc ((gsize) size);
  out = g_malloc ((gsize) size);
  for (int64_t i = 0; i < size; i++)
    in[i] = (guint8) (i * 7 + i / 256);
  assert_ok (savant_view_upload (f.buffer, 1, f.plane, 0, in, size));
  check_block (&f, in);
  assert_ok (savant_view_download (f.buffer, 1, f.plane, 0, out, size));
  fail_unless (memcmp (in, out, (size_t) size) == 0);
  fail_unless_equals_int (savant_view_upload (f.buffer, 1, f.plane, 0, in,
                              size - 1),
      SAVANT_ERROR_INVALID_ARGUMENT);
  assert_text ("bytes: height");

  assert_ok (savant_view_memset (f.buffer, 1, f.plane, 0, 0xab));
  memset (in, 0xab, (size_t) size);
  check_block (&f, in);

  if (views[__i__].fill != NULL) {
    if (on_fake ())
      fills = fake_cuda ()->calls (views[__i__].fill);
    assert_ok (savant_view_fill (f.buffer, 1, f.plane, 0, 0x44332211,
        f.channels));
    if (on_fake ())
      fail_unless (fake_cuda ()->calls (views[__i__].fill) > fills);
    for (int64_t i = 0; i < size; i++)
      in[i] = (guint8) (0x11 * (1 + i % f.channels));
  } else {
    fail_unless_equals_int (savant_view_fill (f.buffer, 1, f.plane, 0, 0,
                                f.channels),
        SAVANT_ERROR_INVALID_ARGUMENT);
    assert_text ("use memset or upload");
  }
  check_block (&f, in);
  g_free (in);
  g_free (out);
  teardown (&f);
}
GST_END_TEST

/* Uploaded, set and left-out slots of a batch, read as a whole. */
GST_START_TEST (slots_of_a_batch)
{
  const int64_t size = WIDTH * HEIGHT + 2 * 19 * 11;
  SavantPool *pool = new_pool (SAVANT_FORMAT_NV12, SAVANT_MEM_DEFAULT);
  guint8 *in = g_malloc ((gsize) size), *out = g_malloc ((gsize) size);
  void *acquired[2];
  SavantSlots *slots;

  for (int64_t i = 0; i < size; i++)
    in[i] = (guint8) (i * 5 + i / 256);
  assert_ok (savant_slots_acquire (pool, 0, defaults, NULL, NULL, 0, acquired));
  slots = acquired[0];
  assert_ok (savant_slots_upload (slots, 2, in, size));
  assert_ok (savant_slots_memset (slots, 0, 0x3c));
  fail_unless_equals_int (savant_slots_upload (slots, 1, in, size - 1),
      SAVANT_ERROR_INVALID_ARGUMENT);
  fail_unless_equals_int (savant_slots_memset (slots, 1, 256),
      SAVANT_ERROR_INVALID_ARGUMENT);
  assert_ok (savant_slots_finalize (slots));
  assert_ok (savant_buffer_copy_slot (acquired[1], 2, out, size));
  fail_unless (memcmp (in, out, (size_t) size) == 0);
  assert_ok (savant_buffer_copy_slot (acquired[1], 0, out, size));
  for (int64_t i = 0; i < size; i++)
    fail_unless_equals_int (out[i], 0x3c);
  assert_ok (savant_buffer_copy_slot (acquired[1], 1, out, size));
  /* Black, limited range; a launch of the fake leaves its own value. */
  for (int64_t i = 0; i < WIDTH * HEIGHT; i++)
    fail_unless_equals_int (out[i], on_fake () ? FAKE_PIXEL : 16);
  for (int64_t i = WIDTH * HEIGHT; !on_fake () && i < size; i++)
    fail_unless_equals_int (out[i], 128);
  savant_slots_free (slots);
  gst_buffer_unref (acquired[1]);
  savant_pool_free (pool);
  g_free (in);
  g_free (out);
}
GST_END_TEST

GST_START_TEST (counter)
{
  SavantPool *pool = NULL;
  guint8 pixels[64 * 8];
  uint32_t id = 0;
  void *buffer;

  assert_ok (savant_pool_new ("cuda", SAVANT_FORMAT_GRAY8, 64, 8, 1,
      SAVANT_MEM_CUDA_DEVICE, 0, 1, &pool));
  assert_ok (savant_pool_acquire (pool, 0, &buffer));
  assert_ok (savant_buffer_set_num_filled (buffer, 1));
  for (int i = 0; i < 64 * 8; i++)
    pixels[i] = 0xc0ffee11u << i % 64 / 2 & 0x80000000u ? 255 : 0;
  assert_ok (savant_view_upload (buffer, 0, -1, 0, pixels, sizeof pixels));
  assert_ok (savant_buffer_read_counter (buffer, 0, &id));
  fail_unless_equals_uint64 (id, 0xc0ffee11u);
  assert_ok (savant_view_memset (buffer, 0, -1, 0, 128));
  fail_unless_equals_int (savant_buffer_read_counter (buffer, 0, &id),
      SAVANT_ERROR_UNSUPPORTED);
  assert_text ("no counter pattern");
  gst_buffer_unref (buffer);
  savant_pool_free (pool);
}
GST_END_TEST

/* An operation sees what the caller queued in his stream before it, be the
 * memory the GPU's or the CPU's. */
GST_START_TEST (after_the_callers_stream)
{
  static const SavantMemType mem_types[] = { SAVANT_MEM_CUDA_DEVICE,
    SAVANT_MEM_CUDA_PINNED };
  const SvCuDriver *cu = sv_cu_driver ();
  const size_t work = (size_t) 1 << (on_fake () ? 12 : 28);
  guint8 *out = g_malloc (WIDTH * HEIGHT);
  SvCuStream stream;
  SvCuPtr scratch;
  Fixture f;

  setup (&f, SAVANT_FORMAT_GRAY8, mem_types[__i__], -1);
  assert_ok (sv_cu_enter (sv_cu_gpu (0)));
  assert_ok (cu->stream_new (&stream, SV_CU_STREAM_NON_BLOCKING));
  assert_ok (cu->mem_alloc (&scratch, work));
  for (int round = 0; round < 3; round++) {
    for (int i = 0; i < 20; i++)
      assert_ok (cu->set_2d_8 (scratch, work, (guint8) i, work, 1, stream));
    assert_ok (cu->set_2d_8 ((SvCuPtr) (uintptr_t) f.data, f.pitch,
        (guint8) (0x70 + round), f.row, f.rows, stream));
    assert_ok (savant_view_download (f.buffer, 1, -1,
        (int64_t) (intptr_t) stream, out, WIDTH * HEIGHT));
    for (int i = 0; i < WIDTH * HEIGHT; i++)
      fail_unless_equals_int (out[i], 0x70 + round);
  }
  assert_ok (savant_view_fill (f.buffer, 1, -1, (int64_t) (intptr_t) stream, 9,
      1));
  memset (out, 9, WIDTH * HEIGHT);
  check_block (&f, out);
  assert_ok (cu->stream_sync (stream));
  assert_ok (cu->mem_free (scratch));
  assert_ok (cu->stream_free (stream));
  sv_cu_leave ();
  g_free (out);
  teardown (&f);
}
GST_END_TEST

/* ---- On the fake driver only --------------------------------------------- */

/* The stream waits for who wrote, the CPU for the operation alone. */
GST_START_TEST (order)
{
  const FakeCuda *fake = fake_cuda ();
  SavantTransform *transform = cuda_transform_new ();
  SavantImage src =
      cuda_image (SAVANT_MEM_CUDA_DEVICE, 0, SAVANT_FORMAT_GRAY8, 16, 16);
  guint8 out[WIDTH * HEIGHT];
  SavantImage dst;
  Fixture f;
  int waits, syncs, streams;

  setup (&f, SAVANT_FORMAT_GRAY8, SAVANT_MEM_CUDA_DEVICE, -1);
  assert_ok (gst_savant_surface_get_image (
      gst_savant_buffer_peek_surface (f.buffer), 1, &dst));
  fake->hold (true);
  cuda_run (transform, &src, &dst);
  waits = fake->calls ("cuStreamWaitEvent");
  syncs = fake->calls ("cuEventSynchronize");
  streams = fake->calls ("cuStreamSynchronize");
  assert_ok (savant_view_download (f.buffer, 1, -1, 0, out, sizeof out));
  fail_unless_equals_int (out[0], FAKE_PIXEL);
  fail_unless_equals_int (fake->calls ("cuStreamWaitEvent"), waits + 1);
  fail_unless_equals_int (fake->calls ("cuEventSynchronize"), syncs + 1);
  fail_unless_equals_int (fake->calls ("cuStreamSynchronize"), streams);
  /* A reader is waited for by who writes. */
  cuda_run (transform, &dst, &src);
  waits = fake->calls ("cuStreamWaitEvent");
  assert_ok (savant_view_memset (f.buffer, 1, -1, 0, 1));
  fail_unless (fake->calls ("cuStreamWaitEvent") > waits);
  fail_unless_equals_int (fake->calls ("cuEventSynchronize"), syncs + 2);
  fail_unless_equals_int (fake->calls ("cuStreamSynchronize"), streams);
  fake->hold (false);
  savant_transform_free (transform);
  cuda_image_free (SAVANT_MEM_CUDA_DEVICE, 0, &src);
  teardown (&f);
}
GST_END_TEST

static int
operation (const Fixture *f, int i, guint8 *bytes)
{
  int64_t size = (int64_t) (f->row * f->rows);

  switch (i) {
    case 0:
      return savant_view_upload (f->buffer, 1, f->plane, 0, bytes, size);
    case 1:
      return savant_view_download (f->buffer, 1, f->plane, 0, bytes, size);
    case 2:
      return savant_view_memset (f->buffer, 1, f->plane, 0, 1);
    default:
      return savant_view_fill (f->buffer, 1, f->plane, 0, 1, f->channels);
  }
}

/* Whichever call fails, it is told; afterwards all is as before. */
GST_START_TEST (every_call_can_fail)
{
  const FakeCuda *fake = fake_cuda ();
  guint8 bytes[WIDTH * HEIGHT * 3] = { 0 };
  Fixture f;

  setup (&f, SAVANT_FORMAT_RGB, SAVANT_MEM_CUDA_DEVICE, -1);
  for (int op = 0; op < 4; op++) {
    int n, failures = 0;

    assert_ok (operation (&f, op, bytes));
    n = fake->n_calls ();
    assert_ok (operation (&f, op, bytes));
    n = fake->n_calls () - n;
    for (int i = 1; i <= n; i++) {
      int status;

      fake->fail_at (fake->n_calls () + i, 2, false);
      status = operation (&f, op, bytes);
      fake->fail_at (0, 0, false);
      fail_unless_equals_int (fake->depth (), 0);
      if (status == SAVANT_OK)
        continue;
      failures++;
      fail_unless (status == SAVANT_ERROR_OUT_OF_MEMORY
              || status == SAVANT_ERROR_EXECUTION,
          "operation %d, call %d: status %d", op, i, status);
      assert_text ("CUDA_ERROR_OUT_OF_MEMORY");
    }
    fail_unless (failures >= 4, "operation %d: %d of %d", op, failures, n);
    assert_ok (operation (&f, op, bytes));
  }
  teardown (&f);
}
GST_END_TEST

GST_START_TEST (lost_gpu)
{
  const FakeCuda *fake = fake_cuda ();
  guint8 bytes[WIDTH * HEIGHT * 3] = { 0 };
  Fixture f;

  setup (&f, SAVANT_FORMAT_RGB, SAVANT_MEM_CUDA_DEVICE, -1);
  fake->fail_at (fake->n_calls () + 1, 719, true);
  for (int op = 0; op < 4; op++) {
    fail_unless_equals_int (operation (&f, op, bytes), SAVANT_ERROR_EXECUTION);
    assert_text ("CUDA_ERROR_LAUNCH_FAILED");
  }
  fake->fail_at (0, 0, false);
  fail_unless_equals_int (fake->depth (), 0);
  teardown (&f);
}
GST_END_TEST

static Suite *
cuda_pixels_suite (void)
{
  Suite *s = suite_create ("cuda_pixels");
  TCase *tc = tcase_create ("pixels");

  suite_add_tcase (s, tc);
  tcase_add_loop_test (tc, every_operation, 0, G_N_ELEMENTS (views));
  tcase_add_test (tc, slots_of_a_batch);
  tcase_add_test (tc, counter);
  tcase_add_loop_test (tc, after_the_callers_stream, 0, 2);
  if (!on_fake ())
    return s;
  tc = tcase_create ("fake");
  suite_add_tcase (s, tc);
  tcase_add_test (tc, order);
  tcase_add_test (tc, every_call_can_fail);
  tcase_add_test (tc, lost_gpu);
  return s;
}

int
main (int argc, char **argv)
{
  SavantTransform *transform;

  gst_check_init (&argc, &argv);
  if (savant_transform_new ("cuda", &transform) != SAVANT_OK) {
    g_print ("%s: %s\n", g_getenv ("SAVANT_REQUIRE_GPU") ? "failed" : "skipped",
        savant_last_error ());
    return g_getenv ("SAVANT_REQUIRE_GPU") ? 1 : 77;
  }
  savant_transform_free (transform);
  return gst_check_run_suite (cuda_pixels_suite (), "cuda_pixels", __FILE__);
}
