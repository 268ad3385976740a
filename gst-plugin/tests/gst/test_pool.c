/* SPDX-License-Identifier: Apache-2.0 */
#include "gsttest.h"

#include "gst/gstsavantallocator.h"
#include "gst/gstsavantbufferpool.h"

#define SURFACES NVMM_CAPS ",format=NV12,width=64,height=48,batch-size=4"
#define FRAMES "video/x-raw,format=NV12,width=64,height=48"

static GstFlowReturn
try_acquire (GstBufferPool *pool, GstBuffer **buffer)
{
  GstBufferPoolAcquireParams params = {
    .flags = GST_BUFFER_POOL_ACQUIRE_FLAG_DONTWAIT
  };

  return gst_buffer_pool_acquire_buffer (pool, buffer, &params);
}

GST_START_TEST (test_surfaces)
{
  GstBufferPool *pool = active_pool (SURFACES, 0, 2);
  GstBuffer *buffer = acquire (pool);
  gpointer surface = gst_savant_buffer_peek_surface (buffer);
  SavantImage image;

  fail_unless (surface != NULL);
  fail_unless_equals_int (gst_savant_surface_get_batch_size (surface), 4);
  fail_unless_equals_int (gst_savant_surface_get_num_filled (surface), 0);
  gst_savant_surface_get_image (surface, 3, &image);
  fail_unless_equals_int (image.format, SAVANT_FORMAT_NV12);
  fail_unless_equals_int (image.width, 64);
  fail_unless_equals_int (image.height, 48);
  fail_unless_equals_uint64 (gst_buffer_get_size (buffer),
      sv_nvbuf_header_size (sv_nvbuf_layout ()));
  gst_buffer_unref (buffer);
  stop_pool (pool);
}
GST_END_TEST

GST_START_TEST (test_frames)
{
  GstBufferPool *pool = active_pool (FRAMES, 1, 2);
  GstBuffer *buffer = acquire (pool);
  GstVideoMeta *meta = gst_buffer_get_video_meta (buffer);
  GstMapInfo map;

  fail_unless (meta != NULL);
  fail_unless_equals_int (meta->width, 64);
  fail_unless_equals_int (meta->stride[1], 64);
  fail_unless_equals_uint64 (gst_buffer_get_size (buffer), 64 * 48 * 3 / 2);
  fail_unless (gst_buffer_map (buffer, &map, GST_MAP_WRITE));
  fail_unless_equals_int ((guintptr) map.data % 64, 0);
  memset (map.data, 1, map.size);
  gst_buffer_unmap (buffer, &map);
  gst_buffer_unref (buffer);

  /* The meta belongs to the pool's buffer for good. */
  buffer = acquire (pool);
  fail_unless (gst_buffer_get_video_meta (buffer) == meta);
  gst_buffer_unref (buffer);
  stop_pool (pool);
}
GST_END_TEST

GST_START_TEST (test_recycling)
{
  GstBufferPool *pool = active_pool (SURFACES, 0, 3);
  GstBuffer *buffer = acquire (pool);
  GstBuffer *first = buffer;
  GstSavantId id = { SAVANT_ID_FRAME, 0, 7 };
  GstSavantGeometry geometry = { .source = { 0, 0, 1, 1 },
    .destination = { 0, 0, 1, 1 } };

  GST_BUFFER_PTS (buffer) = 5;
  GST_BUFFER_FLAG_SET (buffer, GST_BUFFER_FLAG_DISCONT);
  gst_buffer_set_savant_ids (buffer, &id, 1);
  gst_buffer_set_savant_transform_meta (buffer, &geometry, 1);
  fail_unless_equals_int (savant_buffer_set_num_filled (buffer, 3), SAVANT_OK);
  gst_buffer_unref (buffer);

  buffer = acquire (pool);
  fail_unless (buffer == first);
  fail_unless (gst_buffer_get_savant_id_meta (buffer) == NULL);
  fail_unless (gst_buffer_get_savant_transform_meta (buffer) == NULL);
  fail_unless_equals_uint64 (GST_BUFFER_PTS (buffer), GST_CLOCK_TIME_NONE);
  fail_if (GST_BUFFER_FLAG_IS_SET (buffer, GST_BUFFER_FLAG_DISCONT));
  fail_unless_equals_int (gst_savant_surface_get_num_filled (
                              gst_savant_buffer_peek_surface (buffer)),
      0);
  fail_unless_equals_int (stats_of (pool).allocated, 1);
  gst_buffer_unref (buffer);
  stop_pool (pool);
}
GST_END_TEST

GST_START_TEST (test_maximum)
{
  GstBufferPool *pool = active_pool (SURFACES, 0, 3);
  GstBuffer *buffers[3], *more = NULL;

  for (gint i = 0; i < 3; i++)
    buffers[i] = acquire (pool);
  fail_unless_equals_int (try_acquire (pool, &more), GST_FLOW_EOS);
  fail_unless (more == NULL);
  gst_buffer_unref (buffers[1]);
  buffers[1] = acquire (pool);
  for (gint i = 0; i < 3; i++)
    gst_buffer_unref (buffers[i]);
  fail_unless_equals_int (stats_of (pool).allocated, 3);
  stop_pool (pool);
}
GST_END_TEST

GST_START_TEST (test_growth)
{
  GstBufferPool *pool = active_pool (SURFACES, 2, 0);
  GstBuffer *buffers[20];

  fail_unless_equals_int (stats_of (pool).allocated, 2);
  fail_unless_equals_int (stats_of (pool).outstanding, 0);
  for (gint i = 0; i < 20; i++)
    fail_unless_equals_int (try_acquire (pool, &buffers[i]), GST_FLOW_OK);
  fail_unless_equals_int (stats_of (pool).allocated, 20);
  /* Back in an order of no kind. */
  for (gint i = 0; i < 20; i++)
    gst_buffer_unref (buffers[i * 7 % 20]);
  fail_unless_equals_int (stats_of (pool).outstanding, 0);
  fail_unless_equals_uint64 (stats_of (pool).oldest_age_ns, 0);
  fail_unless_equals_int (stats_of (pool).allocated, 20);
  stop_pool (pool);
}
GST_END_TEST

GST_START_TEST (test_stats)
{
  GstBufferPool *pool = active_pool (SURFACES, 0, 2);
  GstBuffer *a = acquire (pool), *b, *c = NULL;
  GstSavantPoolStats stats;
  GstStructure *structure;
  guint value = 0;
  guint64 long_value = 0, age;

  g_usleep (20000);
  b = acquire (pool);
  try_acquire (pool, &c);
  stats = stats_of (pool);
  fail_unless_equals_int (stats.max_buffers, 2);
  fail_unless_equals_int (stats.allocated, 2);
  fail_unless_equals_int (stats.outstanding, 2);
  fail_unless_equals_int (stats.high_water_mark, 2);
  fail_unless_equals_uint64 (stats.acquired, 2);
  fail_unless_equals_uint64 (stats.waits, 1);
  fail_unless_equals_uint64 (stats.timeouts, 1);
  fail_unless (stats.oldest_age_ns >= 20000000);
  age = stats.oldest_age_ns;

  /* The older one goes, then the younger one is the oldest. */
  gst_buffer_unref (a);
  stats = stats_of (pool);
  fail_unless_equals_int (stats.outstanding, 1);
  fail_unless_equals_int (stats.high_water_mark, 2);
  fail_unless (stats.oldest_age_ns > 0);
  a = acquire (pool);
  gst_buffer_unref (b);
  g_usleep (2000);
  stats = stats_of (pool);
  fail_unless (stats.oldest_age_ns >= 2000000);

  structure = gst_savant_buffer_pool_stats_to_structure (&stats);
  fail_unless (gst_structure_has_name (structure, "savant-pool-stats"));
  fail_unless_equals_int (gst_structure_n_fields (structure), 9);
  fail_unless (gst_structure_get_uint (structure, "high-water-mark", &value));
  fail_unless_equals_int (value, 2);
  fail_unless (gst_structure_get_uint64 (structure, "acquired", &long_value));
  fail_unless_equals_uint64 (long_value, 3);
  fail_unless (gst_structure_get_uint64 (structure, "oldest-age-ns",
      &long_value));
  fail_unless_equals_uint64 (long_value, stats.oldest_age_ns);
  fail_if (long_value == age);
  gst_structure_free (structure);
  gst_buffer_unref (a);
  stop_pool (pool);
}
GST_END_TEST

/* A user who keeps or exchanges the memory does not spoil the next one. */
GST_START_TEST (test_shared_memory_is_not_recycled)
{
  static const gchar *caps[] = { SURFACES, FRAMES };

  for (gint i = 0; i < 2; i++) {
    GstBufferPool *pool = active_pool (caps[i], 0, 1);
    GstBuffer *buffer = acquire (pool);
    GstBuffer *copy = gst_buffer_copy (buffer);
    GstMemory *memory;

    if (i == 0)
      fill_slot (copy, 0, 9);
    gst_buffer_unref (buffer);
    fail_unless_equals_int (stats_of (pool).allocated, 0);
    buffer = acquire (pool);
    fail_if (gst_buffer_peek_memory (buffer, 0)
        == gst_buffer_peek_memory (copy, 0));
    if (i == 0) {
      fill_slot (buffer, 0, 1);
      fail_unless (slot_is_filled_with (copy, 0, 9));
    }
    gst_buffer_unref (copy);

    memory = gst_buffer_get_memory (buffer, 0);
    gst_buffer_unref (buffer);
    buffer = acquire (pool);
    fail_if (gst_buffer_peek_memory (buffer, 0) == memory);
    gst_memory_unref (memory);

    gst_buffer_replace_all_memory (buffer,
        gst_allocator_alloc (NULL, 100000, NULL));
    gst_buffer_unref (buffer);
    buffer = acquire (pool);
    fail_unless (gst_buffer_get_size (buffer) < 100000);
    gst_buffer_append_memory (buffer, gst_allocator_alloc (NULL, 1, NULL));
    gst_buffer_unref (buffer);
    buffer = acquire (pool);
    fail_unless_equals_int (gst_buffer_n_memory (buffer), 1);
    gst_buffer_remove_all_memory (buffer);
    gst_buffer_unref (buffer);

    fail_unless_equals_int (stats_of (pool).allocated, 0);
    fail_unless_equals_int (stats_of (pool).outstanding, 0);
    stop_pool (pool);
  }
}
GST_END_TEST

/* numFilled of a buffer whose memory somebody else looks at stays. */
GST_START_TEST (test_release_leaves_shared_header_alone)
{
  GstBufferPool *pool = active_pool (SURFACES, 0, 1);
  GstBuffer *buffer = acquire (pool);
  GstBuffer *copy;

  savant_buffer_set_num_filled (buffer, 2);
  copy = gst_buffer_copy (buffer);
  gst_buffer_unref (buffer);
  fail_unless_equals_int (
      gst_savant_surface_get_num_filled (gst_savant_buffer_peek_surface (copy)),
      2);
  gst_buffer_unref (copy);
  stop_pool (pool);
}
GST_END_TEST

GST_START_TEST (test_resized_buffer_comes_back_whole)
{
  GstBufferPool *pool = active_pool (FRAMES, 0, 1);
  GstBuffer *buffer = acquire (pool), *first = buffer;

  gst_buffer_resize (buffer, 10, 100);
  gst_buffer_unref (buffer);
  buffer = acquire (pool);
  fail_unless (buffer == first);
  fail_unless_equals_uint64 (gst_buffer_get_size (buffer), 64 * 48 * 3 / 2);
  gst_buffer_unref (buffer);
  stop_pool (pool);
}
GST_END_TEST

static gint finalized;

static void
count_finalized (gpointer data G_GNUC_UNUSED, GObject *object G_GNUC_UNUSED)
{
  finalized++;
}

GST_START_TEST (test_buffers_outlive_pool)
{
  GstBufferPool *pool = active_pool (SURFACES, 4, 4);
  GstBuffer *a = acquire (pool), *b = acquire (pool);
  GstBuffer *late = NULL;

  finalized = 0;
  g_object_weak_ref (G_OBJECT (pool), count_finalized, NULL);
  fill_slot (a, 3, 42);
  fail_unless (gst_buffer_pool_set_active (pool, FALSE));
  fail_unless_equals_int (gst_buffer_pool_acquire_buffer (pool, &late, NULL),
      GST_FLOW_FLUSHING);
  /* The first one that is back takes all that lie idle with it. */
  gst_buffer_unref (b);
  fail_unless_equals_int (stats_of (pool).allocated, 1);
  fail_unless_equals_int (stats_of (pool).outstanding, 1);
  gst_object_unref (pool);
  fail_unless_equals_int (finalized, 0);
  fail_unless (slot_is_filled_with (a, 3, 42));
  gst_buffer_unref (a);
  fail_unless_equals_int (finalized, 1);
}
GST_END_TEST

GST_START_TEST (test_trim)
{
  GstBufferPool *pool = active_pool (SURFACES, 4, 4);
  GstBuffer *buffer = acquire (pool);

  sv_buffer_pool_trim (GST_SAVANT_BUFFER_POOL (pool));
  fail_unless_equals_int (stats_of (pool).allocated, 1);
  gst_buffer_unref (buffer);
  stop_pool (pool);
}
GST_END_TEST

GST_START_TEST (test_restart)
{
  GstBufferPool *pool = active_pool (SURFACES, 2, 2);
  GstBuffer *buffer = acquire (pool), *other;

  /* With a buffer out. */
  fail_unless (gst_buffer_pool_set_active (pool, FALSE));
  fail_unless (gst_buffer_pool_set_active (pool, TRUE));
  other = acquire (pool);
  fail_unless_equals_int (stats_of (pool).outstanding, 2);
  fail_unless_equals_int (stats_of (pool).allocated, 2);
  gst_buffer_unref (buffer);
  gst_buffer_unref (other);

  /* With none out. */
  fail_unless (gst_buffer_pool_set_active (pool, FALSE));
  fail_unless_equals_int (stats_of (pool).allocated, 0);
  fail_unless (gst_buffer_pool_set_active (pool, TRUE));
  fail_unless_equals_int (stats_of (pool).allocated, 2);
  stop_pool (pool);
}
GST_END_TEST

GST_START_TEST (test_flush)
{
  GstBufferPool *pool = active_pool (SURFACES, 1, 1);
  GstBuffer *buffer = acquire (pool), *first = buffer;

  gst_buffer_pool_set_flushing (pool, TRUE);
  fail_unless_equals_int (try_acquire (pool, &buffer), GST_FLOW_FLUSHING);
  /* A flush is no end: the buffer is kept. */
  gst_buffer_unref (first);
  fail_unless_equals_int (stats_of (pool).allocated, 1);
  gst_buffer_pool_set_flushing (pool, FALSE);
  buffer = acquire (pool);
  fail_unless (buffer == first);
  gst_buffer_unref (buffer);
  stop_pool (pool);
}
GST_END_TEST

static gint allocations_left;

static gpointer
alloc_some (SavantMemType mem_type, gint gpu_id, gsize size)
{
  return allocations_left-- > 0
      ? sv_backend_get (NULL)->alloc (mem_type, gpu_id, size)
      : NULL;
}

GST_START_TEST (test_out_of_memory)
{
  SvBackendFns backend = *sv_backend_get (NULL);
  GstBufferPool *pool;
  GstStructure *config;
  GstCaps *caps = gst_caps_from_string (SURFACES);
  GstBuffer *buffer, *more = NULL;

  backend.alloc = alloc_some;
  pool = sv_buffer_pool_new (&backend);
  config = gst_buffer_pool_get_config (pool);
  gst_buffer_pool_config_set_params (config, caps, 0, 2, 3);
  fail_unless (gst_buffer_pool_set_config (pool, config));

  /* A pool that cannot have its minimum does not start. */
  allocations_left = 1;
  fail_if (gst_buffer_pool_set_active (pool, TRUE));
  fail_unless_equals_int (stats_of (pool).allocated, 0);

  /* A failed acquire leaves no trace in the count. */
  allocations_left = 2;
  fail_unless (gst_buffer_pool_set_active (pool, TRUE));
  buffer = acquire (pool);
  gst_buffer_unref (buffer);
  buffer = acquire (pool);
  more = acquire (pool);
  gst_buffer_unref (more);
  gst_buffer_unref (buffer);
  buffer = acquire (pool);
  more = acquire (pool);
  {
    GstBuffer *third = NULL;

    fail_unless_equals_int (gst_buffer_pool_acquire_buffer (pool, &third, NULL),
        GST_FLOW_ERROR);
    fail_unless_error_has ("no memory for a surface of 4 slots");
    fail_unless_equals_int (stats_of (pool).allocated, 2);
    allocations_left = 1;
    fail_unless_equals_int (gst_buffer_pool_acquire_buffer (pool, &third, NULL),
        GST_FLOW_OK);
    gst_buffer_unref (third);
  }
  gst_buffer_unref (buffer);
  gst_buffer_unref (more);
  gst_caps_unref (caps);
  stop_pool (pool);
}
GST_END_TEST

static Suite *
pool_suite (void)
{
  Suite *s = suite_create ("pool");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, test_surfaces);
  tcase_add_test (tc, test_frames);
  tcase_add_test (tc, test_recycling);
  tcase_add_test (tc, test_maximum);
  tcase_add_test (tc, test_growth);
  tcase_add_test (tc, test_stats);
  tcase_add_test (tc, test_shared_memory_is_not_recycled);
  tcase_add_test (tc, test_release_leaves_shared_header_alone);
  tcase_add_test (tc, test_resized_buffer_comes_back_whole);
  tcase_add_test (tc, test_buffers_outlive_pool);
  tcase_add_test (tc, test_trim);
  tcase_add_test (tc, test_restart);
  tcase_add_test (tc, test_flush);
  tcase_add_test (tc, test_out_of_memory);
  return s;
}

GST_CHECK_MAIN (pool);
