/* SPDX-License-Identifier: Apache-2.0 */
/* Both layouts of NvBufSurface against offsets written down here: bytes are
 * written by offset and read by the accessors, and the other way round. */
#include "nvbuf/view.h"

#include <gst/check/gstcheck.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

typedef struct Offsets
{
  SvNvbufLayout layout;
  size_t header;
  size_t slot;
} Offsets;

static const Offsets layouts[2] = { { SV_NVBUF_DS6, 64, 384 },
  { SV_NVBUF_DS9, 72, 416 } };

/* Of the header. */
enum
{
  GPU_ID = 0,
  BATCH_SIZE = 4,
  NUM_FILLED = 8,
  IS_CONTIGUOUS = 12,
  MEM_TYPE = 16,
  SURFACE_LIST = 24
};

/* Of a slot. */
enum
{
  WIDTH = 0,
  HEIGHT = 4,
  PITCH = 8,
  COLOR_FORMAT = 12,
  PIXEL_LAYOUT = 16,
  BUFFER_DESC = 24,
  DATA_SIZE = 32,
  DATA_PTR = 40,
  NUM_PLANES = 48,
  PLANE_WIDTH = 48 + 4,
  PLANE_HEIGHT = 48 + 20,
  PLANE_PITCH = 48 + 36,
  PLANE_OFFSET = 48 + 52,
  PLANE_SIZE = 48 + 68,
  PLANE_BYTES = 48 + 84,
  PLANE_RESERVED = 48 + 104,
  MAPPED = 280
};

static uint32_t
get32 (const void *base, size_t at)
{
  uint32_t v;

  memcpy (&v, (const char *) base + at, 4);
  return v;
}

static void
put32 (void *base, size_t at, uint32_t v)
{
  memcpy ((char *) base + at, &v, 4);
}

static void *
get_pointer (const void *base, size_t at)
{
  void *v;

  memcpy (&v, (const char *) base + at, sizeof (v));
  return v;
}

static void
put_pointer (void *base, size_t at, const void *v)
{
  memcpy ((char *) base + at, &v, sizeof (v));
}

static void
assert_text (const char *part)
{
  fail_unless (strstr (savant_last_error (), part) != NULL,
      "\"%s\" does not contain \"%s\"", savant_last_error (), part);
}

static void
assert_zero (const void *base, size_t from, size_t to, const char *what)
{
  for (size_t i = from; i < to; i++)
    fail_unless (((const char *) base)[i] == 0, "%s: byte %zu is not zero",
        what, i);
}

GST_START_TEST (sizes)
{
  const Offsets *o = &layouts[__i__];

  fail_unless_equals_int (sv_nvbuf_header_size (o->layout), o->header);
  fail_unless_equals_int (sv_nvbuf_slot_size (o->layout), o->slot);
  fail_unless_equals_int (sv_nvbuf_block_size (o->layout, 1),
      o->header + o->slot);
  fail_unless_equals_int (sv_nvbuf_block_size (o->layout, 1024),
      o->header + 1024 * o->slot);
  /* Without DeepStream's libraries. */
  fail_unless_equals_int (sv_nvbuf_layout (), SV_NVBUF_DS9);
}
GST_END_TEST;

GST_START_TEST (header_fields)
{
  const Offsets *o = &layouts[__i__];
  size_t size = sv_nvbuf_block_size (o->layout, 3);
  char *block = malloc (size);

  memset (block, 0xee, size);
  sv_nvbuf_init (o->layout, block, 3, 5, SAVANT_MEM_SYSTEM, true);
  fail_unless_equals_int (get32 (block, GPU_ID), 5);
  fail_unless_equals_int (get32 (block, BATCH_SIZE), 3);
  fail_unless_equals_int (get32 (block, NUM_FILLED), 0);
  fail_unless_equals_int (block[IS_CONTIGUOUS], 1);
  fail_unless_equals_int (get32 (block, MEM_TYPE), SAVANT_MEM_SYSTEM);
  fail_unless (get_pointer (block, SURFACE_LIST) == block + o->header);
  assert_zero (block, 13, 16, "padding");
  assert_zero (block, 20, 24, "padding");
  assert_zero (block, 32, size, "reserved fields and slots");

  put32 (block, GPU_ID, 7);
  put32 (block, BATCH_SIZE, 9);
  put32 (block, NUM_FILLED, 2);
  put32 (block, MEM_TYPE, SAVANT_MEM_CUDA_DEVICE);
  block[IS_CONTIGUOUS] = 0;
  fail_unless_equals_int (sv_nvbuf_gpu_id (o->layout, block), 7);
  fail_unless_equals_int (sv_nvbuf_batch_size (o->layout, block), 9);
  fail_unless_equals_int (sv_nvbuf_num_filled (o->layout, block), 2);
  fail_unless_equals_int (sv_nvbuf_mem_type (o->layout, block),
      SAVANT_MEM_CUDA_DEVICE);
  fail_if (sv_nvbuf_is_contiguous (o->layout, block));
  sv_nvbuf_set_num_filled (o->layout, block, 3);
  fail_unless_equals_int (get32 (block, NUM_FILLED), 3);
  assert_zero (block, 32, size, "reserved fields and slots");
  free (block);
}
GST_END_TEST;

GST_START_TEST (slot_fields)
{
  const Offsets *o = &layouts[__i__];
  size_t size = sv_nvbuf_block_size (o->layout, 3);
  char *block = malloc (size), *slot = block + o->header + 2 * o->slot;
  char data[16];
  SvSlotLayout layout;
  uint32_t v[5];

  fail_unless_equals_int (sv_nvbuf_slot_layout (SAVANT_FORMAT_NV12, 641, 479,
                              512, &layout),
      SAVANT_OK);
  sv_nvbuf_init (o->layout, block, 3, 0, SAVANT_MEM_SYSTEM, false);
  fail_unless_equals_int (block[IS_CONTIGUOUS], 0);
  memset (slot, 0xdd, o->slot);
  sv_nvbuf_set_slot (o->layout, block, 2, &layout, 33, data);
  assert_zero (block, o->header, o->header + 2 * o->slot, "the other slots");
  fail_unless_equals_int (get32 (slot, WIDTH), 641);
  fail_unless_equals_int (get32 (slot, HEIGHT), 479);
  fail_unless_equals_int (get32 (slot, PITCH), 1024);
  fail_unless_equals_int (get32 (slot, COLOR_FORMAT), 33);
  fail_unless_equals_int (get32 (slot, PIXEL_LAYOUT), 0);
  assert_zero (slot, BUFFER_DESC, BUFFER_DESC + 8, "bufferDesc");
  fail_unless_equals_int (get32 (slot, DATA_SIZE), 1024 * (480 + 240));
  fail_unless (get_pointer (slot, DATA_PTR) == data);
  fail_unless_equals_int (get32 (slot, NUM_PLANES), 2);
  fail_unless_equals_int (get32 (slot, PLANE_WIDTH), 642);
  fail_unless_equals_int (get32 (slot, PLANE_WIDTH + 4), 321);
  fail_unless_equals_int (get32 (slot, PLANE_HEIGHT), 480);
  fail_unless_equals_int (get32 (slot, PLANE_HEIGHT + 4), 240);
  fail_unless_equals_int (get32 (slot, PLANE_PITCH), 1024);
  fail_unless_equals_int (get32 (slot, PLANE_PITCH + 4), 1024);
  fail_unless_equals_int (get32 (slot, PLANE_OFFSET), 0);
  fail_unless_equals_int (get32 (slot, PLANE_OFFSET + 4), 1024 * 480);
  fail_unless_equals_int (get32 (slot, PLANE_SIZE), 1024 * 480);
  fail_unless_equals_int (get32 (slot, PLANE_SIZE + 4), 1024 * 240);
  fail_unless_equals_int (get32 (slot, PLANE_BYTES), 1);
  fail_unless_equals_int (get32 (slot, PLANE_BYTES + 4), 2);
  for (int p = 2; p < 4; p++) {
    for (int at = PLANE_WIDTH; at <= PLANE_BYTES; at += 16)
      fail_unless_equals_int (get32 (slot, at + 4 * p), 0);
  }
  assert_zero (slot, PLANE_RESERVED, o->slot, "planes' and slot's reserve");

  put32 (slot, PITCH, 77);
  put32 (slot, COLOR_FORMAT, 34);
  put32 (slot, DATA_SIZE, 88);
  put_pointer (slot, DATA_PTR, data + 1);
  for (int i = 0; i < 5; i++)
    put32 (slot,
        (size_t[]){ PLANE_WIDTH, PLANE_HEIGHT, PLANE_PITCH, PLANE_OFFSET,
            PLANE_BYTES }[i]
            + 4 * 3,
        100 + i);
  fail_unless_equals_int (sv_nvbuf_pitch (o->layout, block, 2), 77);
  fail_unless_equals_int (sv_nvbuf_color_format (o->layout, block, 2), 34);
  fail_unless_equals_int (sv_nvbuf_data_size (o->layout, block, 2), 88);
  fail_unless (sv_nvbuf_data (o->layout, block, 2) == data + 1);
  sv_nvbuf_plane (o->layout, block, 2, 3, &v[0], &v[1], &v[2], &v[3], &v[4]);
  for (int i = 0; i < 5; i++)
    fail_unless_equals_int (v[i], 100 + i);
  sv_nvbuf_set_color_format (o->layout, block, 2, 7);
  fail_unless_equals_int (get32 (slot, COLOR_FORMAT), 7);
  free (block);
}
GST_END_TEST;

/* Slots are copied by value, whole, also what we do not know. */
GST_START_TEST (copied_slots)
{
  const Offsets *o = &layouts[__i__];
  size_t size = sv_nvbuf_block_size (o->layout, 2);
  char *a = malloc (size), *b = malloc (size);

  sv_nvbuf_init (o->layout, a, 2, 0, SAVANT_MEM_SYSTEM, false);
  sv_nvbuf_init (o->layout, b, 2, 0, SAVANT_MEM_SYSTEM, false);
  for (size_t i = 0; i < o->slot; i++)
    a[o->header + i] = (char) (i + 1);
  sv_nvbuf_copy_slot (o->layout, b, 1, a, 0);
  fail_unless (memcmp (b + o->header + o->slot, a + o->header, o->slot) == 0);
  assert_zero (b, o->header, o->header + o->slot, "the other slot");
  free (a);
  free (b);
}
GST_END_TEST;

typedef struct ExpectedLayout
{
  SavantFormat format;
  int width;
  int height;
  int align;
  int n_planes;
  int plane_width[3];
  int plane_height[3];
  int pitch[3];
  int bytes[3];
} ExpectedLayout;

GST_START_TEST (slot_layouts)
{
  static const ExpectedLayout rows[] = {
    { SAVANT_FORMAT_NV12, 641, 479, 512, 2, { 642, 321 }, { 480, 240 },
        { 1024, 1024 }, { 1, 2 } },
    { SAVANT_FORMAT_NV12, 641, 479, 1, 2, { 642, 321 }, { 480, 240 },
        { 642, 642 }, { 1, 2 } },
    { SAVANT_FORMAT_I420, 642, 481, 512, 3, { 642, 321, 321 },
        { 482, 241, 241 }, { 1024, 512, 512 }, { 1, 1, 1 } },
    { SAVANT_FORMAT_I420, 642, 481, 64, 3, { 642, 321, 321 }, { 482, 241, 241 },
        { 704, 384, 384 }, { 1, 1, 1 } },
    { SAVANT_FORMAT_NV21, 1, 1, 64, 2, { 2, 1 }, { 2, 1 }, { 64, 64 },
        { 1, 2 } },
    { SAVANT_FORMAT_NV12, 1920, 1080, 512, 2, { 1920, 960 }, { 1080, 540 },
        { 2048, 2048 }, { 1, 2 } },
    { SAVANT_FORMAT_RGBA, 640, 480, 512, 1, { 640 }, { 480 }, { 2560 }, { 4 } },
    { SAVANT_FORMAT_RGBA, 641, 479, 512, 1, { 641 }, { 479 }, { 3072 }, { 4 } },
    { SAVANT_FORMAT_GRAY8, 33, 7, 512, 1, { 33 }, { 7 }, { 512 }, { 1 } },
    { SAVANT_FORMAT_BGR, 33, 7, 4, 1, { 33 }, { 7 }, { 100 }, { 3 } },
    { SAVANT_FORMAT_UYVY, 33, 7, 64, 1, { 34 }, { 7 }, { 128 }, { 2 } },
  };

  for (int i = 0; i < (int) G_N_ELEMENTS (rows); i++) {
    const ExpectedLayout *e = &rows[i];
    SvSlotLayout got;
    int64_t offset = 0;

    fail_unless (sv_nvbuf_slot_layout (e->format, e->width, e->height, e->align,
                     &got)
            == SAVANT_OK,
        "%s", savant_last_error ());
    fail_unless (got.format == e->format && got.width == e->width
        && got.height == e->height && got.n_planes == e->n_planes);
    for (int p = 0; p < e->n_planes; p++) {
      fail_unless (got.plane_width[p] == e->plane_width[p]
              && got.plane_height[p] == e->plane_height[p]
              && got.pitch_bytes[p] == e->pitch[p]
              && got.offset_bytes[p] == offset
              && got.bytes_per_sample[p] == e->bytes[p],
          "row %d plane %d: %dx%d, pitch %d, offset %d, %d bytes", i, p,
          got.plane_width[p], got.plane_height[p], got.pitch_bytes[p],
          (int) got.offset_bytes[p], got.bytes_per_sample[p]);
      offset += (int64_t) e->pitch[p] * e->plane_height[p];
    }
    fail_unless (got.size_bytes >= offset && got.size_bytes < offset + e->align
            && got.size_bytes % e->align == 0,
        "row %d: %d bytes", i, (int) got.size_bytes);
  }
}
GST_END_TEST;

GST_START_TEST (refused_slot_layouts)
{
  SvSlotLayout layout;

  /* 4 * 32767 is 131068, as a multiple of 512 131072, times 32767. */
  fail_unless_equals_int (sv_nvbuf_slot_layout (SAVANT_FORMAT_RGBA, 32767,
                              32767, 512, &layout),
      SAVANT_ERROR_INVALID_ARGUMENT);
  assert_text ("4294836224");
  assert_text ("2147483647");
  fail_unless_equals_int (sv_nvbuf_slot_layout (SAVANT_FORMAT_NV12, 32767,
                              32767, 512, &layout),
      SAVANT_OK);
  fail_unless (layout.size_bytes == 32768ll * 49152);
  fail_unless_equals_int (sv_nvbuf_slot_layout (SAVANT_FORMAT_NV12, 0, 4, 64,
                              &layout),
      SAVANT_ERROR_INVALID_ARGUMENT);
  assert_text ("0x4");
  fail_unless_equals_int (sv_nvbuf_slot_layout (SAVANT_FORMAT_NV12, 4, 32768,
                              64, &layout),
      SAVANT_ERROR_INVALID_ARGUMENT);
  assert_text ("1 to 32767");
  fail_unless_equals_int (sv_nvbuf_slot_layout (SAVANT_FORMAT_Y444, 4, 4, 64,
                              &layout),
      SAVANT_ERROR_INVALID_ARGUMENT);
  assert_text ("Y444");
  fail_unless_equals_int (sv_nvbuf_slot_layout (0, 4, 4, 64, &layout),
      SAVANT_ERROR_INVALID_ARGUMENT);
  assert_text ("supported are RGBA");
}
GST_END_TEST;

/* A surface of 2 slots with memory of its own. */
typedef struct Surface
{
  char *block;
  size_t size;
  char *data;
  SvSlotLayout layout;
  char *slot; /* the second one */
} Surface;

static void
surface_init (Surface *surface, const Offsets *o)
{
  fail_unless_equals_int (sv_nvbuf_slot_layout (SAVANT_FORMAT_NV12, 33, 17, 64,
                              &surface->layout),
      SAVANT_OK);
  surface->size = sv_nvbuf_block_size (o->layout, 2);
  surface->block = malloc (surface->size);
  surface->data = calloc (2, surface->layout.size_bytes);
  sv_nvbuf_init (o->layout, surface->block, 2, 0, SAVANT_MEM_SYSTEM, false);
  for (int i = 0; i < 2; i++)
    sv_nvbuf_set_slot (o->layout, surface->block, i, &surface->layout,
        6 + 27 * i, surface->data + i * surface->layout.size_bytes);
  surface->slot = surface->block + o->header + o->slot;
}

static void
surface_clear (Surface *surface)
{
  free (surface->block);
  free (surface->data);
}

GST_START_TEST (pictures_of_slots)
{
  const Offsets *o = &layouts[__i__];
  Surface s;
  SavantImage image;

  surface_init (&s, o);
  for (int i = 0; i < 2; i++) {
    uint8_t *data = (uint8_t *) s.data + i * s.layout.size_bytes;

    fail_unless_equals_int (sv_nvbuf_get_image (o->layout, s.block, i, &image),
        SAVANT_OK);
    fail_unless (image.format == SAVANT_FORMAT_NV12 && image.width == 33
        && image.height == 17 && image.n_planes == 2);
    fail_unless (image.colorimetry.matrix
        == (i ? SAVANT_MATRIX_BT709 : SAVANT_MATRIX_BT601));
    fail_unless (image.colorimetry.range == SAVANT_RANGE_LIMITED);
    fail_unless_equals_int (image.colorimetry.siting, SAVANT_SITING_MPEG2);
    fail_unless (image.data[0] == data && image.data[1] == data + 64 * 18);
    fail_unless (image.pitch_bytes[0] == 64 && image.pitch_bytes[1] == 64);
  }
  surface_clear (&s);
}
GST_END_TEST;

typedef struct Fault
{
  size_t at; /* of the second slot */
  uint32_t value;
  const char *text;
} Fault;

static const Fault faults[] = {
  { COLOR_FORMAT, 0, "colorFormat 0" },
  { COLOR_FORMAT, 999, "colorFormat 999" },
  { COLOR_FORMAT, 21, "supported formats RGBA" },
  { COLOR_FORMAT, 2, "I420 in 2 planes" },
  { WIDTH, 0, "0x17" },
  { WIDTH, 32768, "32768x17" },
  { HEIGHT, 0xffffffff, "33x4294967295" },
  { HEIGHT, 0, "33x0" },
  { NUM_PLANES, 0, "0 planes" },
  { NUM_PLANES, 3, "3 planes" },
  { PLANE_PITCH, 32, "pitch 32" },
  { PLANE_PITCH + 4, 0, "pitch 0" },
  { PLANE_OFFSET + 4, 0x7fffffff, "offset 2147483647" },
  { PLANE_OFFSET, 0xffffffff, "offset 4294967295" },
  { PLANE_PITCH, 0xffffffff, "pitch 4294967295" },
  { DATA_SIZE, 100, "100 bytes" },
};

GST_START_TEST (slots_that_make_no_sense)
{
  const Offsets *o = &layouts[__i__];

  for (int i = 0; i < (int) G_N_ELEMENTS (faults); i++) {
    SavantImage image;
    Surface s;

    surface_init (&s, o);
    put32 (s.slot, faults[i].at, faults[i].value);
    fail_unless (sv_nvbuf_get_image (o->layout, s.block, 1, &image)
            == SAVANT_ERROR_NOT_A_SURFACE,
        "fault %d", i);
    assert_text (faults[i].text);
    assert_text ("slot 1");
    fail_unless_equals_int (sv_nvbuf_get_image (o->layout, s.block, 0, &image),
        SAVANT_OK);
    fail_unless (sv_nvbuf_check (o->layout, s.block, s.size)
            == SAVANT_ERROR_NOT_A_SURFACE,
        "fault %d", i);
    surface_clear (&s);
  }
}
GST_END_TEST;

static void
assert_no_surface (const Offsets *o, const void *at, size_t size,
    const char *text)
{
  fail_unless (sv_nvbuf_check (o->layout, at, size)
          == SAVANT_ERROR_NOT_A_SURFACE,
      "%s", text);
  assert_text ("not an NvBufSurface");
  assert_text (text);
}

GST_START_TEST (checked_surfaces)
{
  const Offsets *o = &layouts[__i__];
  static const uint32_t good_types[] = { 0, 1, 2, 3, 4, 5, 6 };
  Surface s;

  surface_init (&s, o);
  fail_unless (sv_nvbuf_check (o->layout, s.block, s.size) == SAVANT_OK, "%s",
      savant_last_error ());
  /* A GstMemory of DeepStream's holds the header alone. */
  fail_unless_equals_int (sv_nvbuf_check (o->layout, s.block, o->header),
      SAVANT_OK);
  sv_nvbuf_set_num_filled (o->layout, s.block, 2);
  fail_unless_equals_int (sv_nvbuf_check (o->layout, s.block, s.size),
      SAVANT_OK);
  for (int i = 0; i < 7; i++) {
    put32 (s.block, MEM_TYPE, good_types[i]);
    fail_unless_equals_int (sv_nvbuf_check (o->layout, s.block, s.size),
        SAVANT_OK);
  }
  put32 (s.block, MEM_TYPE, SAVANT_MEM_SYSTEM);
  assert_no_surface (o, s.block, o->header - 1, "header");
  assert_no_surface (o, s.block, 0, "0 bytes");
  assert_no_surface (o, NULL, 1000, "not an NvBufSurface");
  put32 (s.block, BATCH_SIZE, 0);
  assert_no_surface (o, s.block, s.size, "batchSize 0");
  put32 (s.block, BATCH_SIZE, 1025);
  assert_no_surface (o, s.block, s.size, "batchSize 1025");
  put32 (s.block, BATCH_SIZE, 0xffffffff);
  assert_no_surface (o, s.block, s.size, "batchSize 4294967295");
  put32 (s.block, BATCH_SIZE, 2);
  put32 (s.block, NUM_FILLED, 3);
  assert_no_surface (o, s.block, s.size, "numFilled 3");
  put32 (s.block, NUM_FILLED, 2);
  put32 (s.block, MEM_TYPE, 7);
  assert_no_surface (o, s.block, s.size, "memType 7");
  put32 (s.block, MEM_TYPE, 0xffffffff);
  assert_no_surface (o, s.block, s.size, "memType -1");
  surface_clear (&s);
}
GST_END_TEST;

/* Addresses that nobody may read: an answer, not a signal. */
GST_START_TEST (unmapped_addresses)
{
  const Offsets *o = &layouts[__i__];
  static const uintptr_t addresses[] = { 8, 0x1000, 0x7ffffffff000,
    (uintptr_t) 0x800000000000, (uintptr_t) 0xfffffffffffff000,
    (uintptr_t) 0xdeadbeefdeadbeef };
  Surface s;

  surface_init (&s, o);
  for (int i = 0; i < (int) G_N_ELEMENTS (addresses); i++) {
    const void *wild = (const void *) addresses[i];

    assert_no_surface (o, wild, 4096, "cannot be read");
    put_pointer (s.block, SURFACE_LIST, wild);
    assert_no_surface (o, s.block, s.size, "cannot be read");
    put_pointer (s.block, SURFACE_LIST, s.block + o->header);
    put_pointer (s.slot, DATA_PTR, wild);
    assert_no_surface (o, s.block, s.size, "plane 0 of slot 1");
    /* The CPU need not be able to read memory of the GPU. */
    put32 (s.block, MEM_TYPE, SAVANT_MEM_CUDA_DEVICE);
    fail_unless_equals_int (sv_nvbuf_check (o->layout, s.block, s.size),
        SAVANT_OK);
    put32 (s.block, MEM_TYPE, SAVANT_MEM_SYSTEM);
    put_pointer (s.slot, DATA_PTR, s.data + s.layout.size_bytes);
    fail_unless_equals_int (sv_nvbuf_check (o->layout, s.block, s.size),
        SAVANT_OK);
  }
  put_pointer (s.block, SURFACE_LIST, NULL);
  assert_no_surface (o, s.block, s.size, "not an NvBufSurface");
  put_pointer (s.block, SURFACE_LIST, s.block + o->header);
  put_pointer (s.slot, DATA_PTR, NULL);
  fail_unless_equals_int (sv_nvbuf_check (o->layout, s.block, s.size),
      SAVANT_ERROR_NOT_A_SURFACE);
  surface_clear (&s);
}
GST_END_TEST;

/* Random bytes never crash it and hardly ever pass. */
GST_START_TEST (random_bytes)
{
  const Offsets *o = &layouts[__i__];
  GRand *rand = g_rand_new_with_seed (12 + __i__);
  Surface s;

  for (int i = 0; i < 3000; i++) {
    size_t n, where;

    surface_init (&s, o);
    n = g_rand_int_range (rand, 1, 40);
    for (size_t k = 0; k < n; k++) {
      where = g_rand_int_range (rand, 0, (int) s.size);
      s.block[where] = (char) g_rand_int (rand);
    }
    sv_nvbuf_check (o->layout, s.block, s.size);
    for (size_t k = 0; k < s.size; k++)
      s.block[k] = (char) g_rand_int (rand);
    fail_unless_equals_int (sv_nvbuf_check (o->layout, s.block, s.size),
        SAVANT_ERROR_NOT_A_SURFACE);
    surface_clear (&s);
  }
  g_rand_free (rand);
}
GST_END_TEST;

static Suite *
nvbuf_suite (void)
{
  Suite *s = suite_create ("nvbuf");
  TCase *tc = tcase_create ("nvbuf");

  suite_add_tcase (s, tc);
  tcase_add_loop_test (tc, sizes, 0, 2);
  tcase_add_loop_test (tc, header_fields, 0, 2);
  tcase_add_loop_test (tc, slot_fields, 0, 2);
  tcase_add_loop_test (tc, copied_slots, 0, 2);
  tcase_add_test (tc, slot_layouts);
  tcase_add_test (tc, refused_slot_layouts);
  tcase_add_loop_test (tc, pictures_of_slots, 0, 2);
  tcase_add_loop_test (tc, slots_that_make_no_sense, 0, 2);
  tcase_add_loop_test (tc, checked_surfaces, 0, 2);
  tcase_add_loop_test (tc, unmapped_addresses, 0, 2);
  tcase_add_loop_test (tc, random_bytes, 0, 2);
  return s;
}

GST_CHECK_MAIN (nvbuf);
