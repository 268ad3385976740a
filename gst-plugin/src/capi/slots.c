/* SPDX-License-Identifier: Apache-2.0 */
#include <pthread.h>
#include <string.h>

#include <savant/generator.h>

#include "core/log.h"
#include "exports.h"
#include "gst/gstsavantallocator.h"
#include "job.h"
#include "picture.h"
#include "pool.h"

#define FEW_JOBS 4

struct SavantSlots
{
  const SvBackendFns *backend;
  GstBuffer *buffer; /* the caller's */
  gpointer surface;
  int batch_size;
  int width;
  int height;
  SavantTransformConfig config;
  int n_ids;
  GstSavantId *ids;

  pthread_mutex_t lock; /* guards the rest, is not held while pixels move */
  gboolean finalized;
  gboolean has_geometry;
  uint64_t *filled;            /* a bit a slot */
  GstSavantGeometry *geometry; /* of slots that were transformed */
};

static int
check_ids (const int32_t *kinds, const int64_t *ids, int n_ids, int batch_size)
{
  int n[2] = { 0, 0 };

  if (n_ids < 0 || (n_ids > 0 && (kinds == NULL || ids == NULL)))
    return sv_fail (SAVANT_ERROR_INVALID_ARGUMENT,
        "n_ids %d with kinds %p and ids %p: it must be 0 or more, and 0 where "
        "one of them is NULL",
        n_ids, (const void *) kinds, (const void *) ids);
  for (int i = 0; i < n_ids; i++) {
    if (kinds[i] != SAVANT_ID_FRAME && kinds[i] != SAVANT_ID_BATCH)
      return sv_fail (SAVANT_ERROR_INVALID_ARGUMENT,
          "kind %d of id %d: it must be 0 (frame) or 1 (batch)", kinds[i], i);
    n[kinds[i]]++;
  }
  if (n[SAVANT_ID_FRAME] > batch_size || n[SAVANT_ID_BATCH] > 1)
    return sv_fail (SAVANT_ERROR_INVALID_ARGUMENT,
        "%d frame ids and %d batch ids for a batch of %d slots: at most %d "
        "frame ids and 1 batch id",
        n[SAVANT_ID_FRAME], n[SAVANT_ID_BATCH], batch_size, batch_size);
  return SAVANT_OK;
}

static int
n_words (int batch_size)
{
  return (batch_size + 63) / 64;
}

/* All in one block: one is made for every batch. */
static SavantSlots *
slots_new (int batch_size, int n_ids)
{
  gsize words = (gsize) n_words (batch_size) * sizeof (uint64_t);
  gsize geometry = (gsize) batch_size * sizeof (GstSavantGeometry);
  guint8 *block = g_malloc (sizeof (SavantSlots) + words + geometry
      + (gsize) n_ids * sizeof (GstSavantId));
  SavantSlots *slots = (SavantSlots *) block;

  memset (slots, 0, sizeof *slots);
  block += sizeof *slots;
  slots->filled = memset (block, 0, words);
  block += words;
  slots->geometry = (GstSavantGeometry *) block;
  slots->ids = (GstSavantId *) (block + geometry);
  slots->batch_size = batch_size;
  slots->n_ids = n_ids;
  pthread_mutex_init (&slots->lock, NULL);
  return slots;
}

int
savant_slots_acquire (SavantPool *pool, int64_t timeout_ns,
    const int32_t *config, const int32_t *kinds, const int64_t *ids, int n_ids,
    void **out)
{
  SavantTransformConfig settings;
  SavantSlots *slots;
  int status;

  if (pool == NULL || out == NULL)
    return sv_fail (SAVANT_ERROR_INVALID_ARGUMENT,
        "savant_slots_acquire: pool and out must not be NULL");
  out[0] = out[1] = NULL;
  status = sv_read_config (config, &settings);
  if (status == SAVANT_OK)
    status = check_ids (kinds, ids, n_ids, pool->batch_size);
  if (status == SAVANT_OK)
    status = savant_pool_acquire (pool, timeout_ns, &out[1]);
  if (status != SAVANT_OK)
    return status;
  slots = slots_new (pool->batch_size, n_ids);
  slots->backend = pool->backend;
  slots->buffer = out[1];
  slots->surface = gst_savant_buffer_peek_surface (slots->buffer);
  slots->width = pool->width;
  slots->height = pool->height;
  slots->config = settings;
  for (int i = 0; i < n_ids; i++)
    slots->ids[i] = (GstSavantId){ .kind = kinds[i], .id = ids[i] };
  out[0] = slots;
  return SAVANT_OK;
}

void
savant_slots_free (SavantSlots *slots)
{
  if (slots == NULL)
    return;
  pthread_mutex_destroy (&slots->lock);
  g_free (slots);
}

/* ---- Filling ----------------------------------------------------------- */

static int
check_open (SavantSlots *slots)
{
  gboolean finalized;

  if (slots == NULL)
    return sv_fail (SAVANT_ERROR_INVALID_ARGUMENT, "slots is NULL");
  pthread_mutex_lock (&slots->lock);
  finalized = slots->finalized;
  pthread_mutex_unlock (&slots->lock);
  if (finalized)
    return sv_fail (SAVANT_ERROR_NOT_WRITABLE,
        "the batch is finalized: its slots are not filled any more");
  return SAVANT_OK;
}

/* The picture of a slot that may be written; SavantStatus. */
static int
open_slot (SavantSlots *slots, int64_t slot, SavantImage *image)
{
  int status = check_open (slots);

  if (status != SAVANT_OK)
    return status;
  if (slot < 0 || slot >= slots->batch_size)
    return sv_fail (SAVANT_ERROR_INVALID_ARGUMENT,
        "slot %" G_GINT64_FORMAT " of a batch of %d: it must be from 0 to %d",
        slot, slots->batch_size, slots->batch_size - 1);
  return gst_savant_surface_get_image (slots->surface, (gint) slot, image);
}

static void
mark (SavantSlots *slots, int slot, const GstSavantGeometry *geometry)
{
  pthread_mutex_lock (&slots->lock);
  slots->filled[slot / 64] |= UINT64_C (1) << slot % 64;
  if (geometry != NULL) {
    slots->geometry[slot] = *geometry;
    slots->has_geometry = TRUE;
  } else {
    slots->geometry[slot].source_width = 0;
  }
  pthread_mutex_unlock (&slots->lock);
}

static gboolean
is_marked (const uint64_t *words, int slot)
{
  return (words[slot / 64] >> slot % 64 & 1) != 0;
}

/* No slot is written twice or read while it is written. */
static int
check_overlap (const SavantSlots *slots, const SvJob *jobs,
    const int64_t *numbers, int n_jobs)
{
  uint64_t written[SAVANT_MAX_BATCH_SIZE / 64] = { 0 };

  for (int i = 0; i < n_jobs; i++) {
    int slot = (int) numbers[i * SAVANT_JOB_NUMBERS + SAVANT_JOB_DST_SLOT];

    if (is_marked (written, slot))
      return sv_fail (SAVANT_ERROR_INVALID_ARGUMENT,
          "slot %d is named twice: each can be written once a call", slot);
    written[slot / 64] |= UINT64_C (1) << slot % 64;
  }
  for (int i = 0; i < n_jobs; i++)
    if (jobs[i].surface == slots->surface
        && is_marked (written, jobs[i].src_slot))
      return sv_fail (SAVANT_ERROR_INVALID_ARGUMENT,
          "slot %d is a source and is written: choose another slot or buffer",
          jobs[i].src_slot);
  return SAVANT_OK;
}

static int
run (SavantSlots *slots, const SavantTransformJob *jobs, int n_jobs)
{
  SavantTransform *transform = sv_transform_take (slots->backend);
  int status;

  if (transform == NULL)
    return SAVANT_ERROR_OUT_OF_MEMORY;
  status = savant_transform_run (transform, &slots->config, jobs, n_jobs);
  sv_transform_give (slots->backend, transform);
  return status;
}

static int
transform (SavantSlots *slots, const int64_t *numbers, SvJob *jobs,
    SavantTransformJob *list, int n_jobs)
{
  int status = SAVANT_OK;

  for (int i = 0; i < n_jobs; i++) {
    const int64_t *job = numbers + i * SAVANT_JOB_NUMBERS;
    SavantImage dst;

    status = open_slot (slots, job[SAVANT_JOB_DST_SLOT], &dst);
    if (status == SAVANT_OK)
      status = sv_job_place (&jobs[i], slots->backend, job, &slots->config,
          slots->width, slots->height);
    if (status != SAVANT_OK)
      return status;
    list[i] = jobs[i].transform;
    list[i].dst = dst;
  }
  status = check_overlap (slots, jobs, numbers, n_jobs);
  if (status == SAVANT_OK)
    status = sv_buffer_check_exclusive (slots->buffer);
  if (status == SAVANT_OK)
    status = run (slots, list, n_jobs);
  if (status == SAVANT_OK)
    status = sv_jobs_settle (jobs, n_jobs, slots->surface);
  for (int i = 0; status == SAVANT_OK && i < n_jobs; i++)
    mark (slots, (int) numbers[i * SAVANT_JOB_NUMBERS + SAVANT_JOB_DST_SLOT],
        &jobs[i].geometry);
  return status;
}

int
savant_slots_transform (SavantSlots *slots, const int64_t *numbers, int n_jobs)
{
  SvJob few[FEW_JOBS], *jobs = few;
  SavantTransformJob few_list[FEW_JOBS], *list = few_list;
  int status = check_open (slots);

  if (status != SAVANT_OK)
    return status;
  if (n_jobs < 0 || n_jobs > slots->batch_size
      || (n_jobs > 0 && numbers == NULL))
    return sv_fail (SAVANT_ERROR_INVALID_ARGUMENT,
        "%d jobs for a batch of %d slots: each slot can be written once a call",
        n_jobs, slots->batch_size);
  if (n_jobs > FEW_JOBS) {
    jobs = g_new (SvJob, n_jobs);
    list = g_new (SavantTransformJob, n_jobs);
  }
  status = transform (slots, numbers, jobs, list, n_jobs);
  if (n_jobs > FEW_JOBS) {
    g_free (jobs);
    g_free (list);
  }
  return status;
}

/* To be written by the caller: slot and kind of memory; SavantStatus. */
static int
open_pixels (SavantSlots *slots, const char *what, int slot, SavantImage *image,
    SvAccess *access)
{
  int status = open_slot (slots, slot, image);

  if (status == SAVANT_OK)
    status = sv_open_pixels (what, slots->surface, TRUE, 0, access);
  if (status == SAVANT_OK)
    status = sv_buffer_check_exclusive (slots->buffer);
  return status;
}

int
savant_slots_upload (SavantSlots *slots, int slot, const void *data,
    int64_t size)
{
  SavantImage image;
  SvAccess access;
  int status = open_pixels (slots, "upload", slot, &image, &access);

  if (status == SAVANT_OK)
    status = sv_fill_picture (&access, &image, data, size);
  if (status == SAVANT_OK)
    mark (slots, slot, NULL);
  return status;
}

int
savant_slots_memset (SavantSlots *slots, int slot, int value)
{
  SavantImage image;
  SvAccess access;
  int status = open_pixels (slots, "memset", slot, &image, &access);

  if (status == SAVANT_OK && (value < 0 || value > 255))
    status = sv_fail (SAVANT_ERROR_INVALID_ARGUMENT,
        "memset of slot %d to %d: a byte is 0 to 255", slot, value);
  if (status == SAVANT_OK)
    status = sv_memset_slot (&access, slots->surface, slot, &image, value);
  if (status == SAVANT_OK)
    mark (slots, slot, NULL);
  return status;
}

int
savant_slots_mark_filled (SavantSlots *slots, int slot)
{
  SavantImage image;
  int status = open_slot (slots, slot, &image);

  if (status == SAVANT_OK) {
    pthread_mutex_lock (&slots->lock);
    if (!is_marked (slots->filled, slot))
      slots->geometry[slot].source_width = 0;
    slots->filled[slot / 64] |= UINT64_C (1) << slot % 64;
    pthread_mutex_unlock (&slots->lock);
  }
  return status;
}

/* ---- The end ----------------------------------------------------------- */

static int
highest (const SavantSlots *slots)
{
  int n = slots->batch_size;

  while (n > 0 && !is_marked (slots->filled, n - 1))
    n--;
  return n;
}

int
savant_slots_num_filled (SavantSlots *slots)
{
  int n;

  if (slots == NULL)
    return sv_fail (SAVANT_ERROR_INVALID_ARGUMENT, "slots is NULL");
  pthread_mutex_lock (&slots->lock);
  n = highest (slots);
  pthread_mutex_unlock (&slots->lock);
  return n;
}

int
savant_slots_filled (SavantSlots *slots, int64_t *words)
{
  if (slots == NULL || words == NULL)
    return sv_fail (SAVANT_ERROR_INVALID_ARGUMENT,
        "savant_slots_filled: slots and words must not be NULL");
  pthread_mutex_lock (&slots->lock);
  memcpy (words, slots->filled,
      (size_t) n_words (slots->batch_size) * sizeof *words);
  pthread_mutex_unlock (&slots->lock);
  return SAVANT_OK;
}

static int
clear_holes (SavantSlots *slots, int n_filled)
{
  for (int i = 0; i < n_filled; i++) {
    SavantImage image;
    int status;

    if (is_marked (slots->filled, i))
      continue;
    status = gst_savant_surface_get_image (slots->surface, i, &image);
    if (status == SAVANT_OK)
      status = slots->backend->fill (&image, slots->config.pad_color);
    if (status != SAVANT_OK)
      return status;
    slots->geometry[i].source_width = 0;
  }
  return SAVANT_OK;
}

static void
attach (SavantSlots *slots, int n_filled)
{
  const SavantRect whole = { 0, 0, slots->width, slots->height };

  if (slots->n_ids > 0)
    gst_buffer_set_savant_ids (slots->buffer, slots->ids, (guint) slots->n_ids);
  if (!slots->has_geometry || n_filled == 0)
    return;
  for (int i = 0; i < n_filled; i++)
    if (slots->geometry[i].source_width == 0)
      gst_savant_geometry_init (&slots->geometry[i], slots->width,
          slots->height, &whole, &whole, SAVANT_FLIP_NONE);
  gst_buffer_set_savant_transform_meta (slots->buffer, slots->geometry,
      (guint) n_filled);
}

static int
finalize_locked (SavantSlots *slots)
{
  int n = highest (slots), lent;
  int status = sv_buffer_check_exclusive (slots->buffer);

  if (status == SAVANT_OK)
    status = clear_holes (slots, n);
  if (status == SAVANT_OK)
    status = sv_buffer_begin_write (slots->buffer, "ids of a batch", &lent);
  if (status != SAVANT_OK)
    return status;
  sv_nvbuf_set_num_filled (sv_nvbuf_layout (), slots->surface, (uint32_t) n);
  attach (slots, n);
  sv_buffer_end_write (slots->buffer, lent);
  slots->finalized = TRUE;
  return SAVANT_OK;
}

int
savant_slots_finalize (SavantSlots *slots)
{
  int status = check_open (slots);

  if (status != SAVANT_OK)
    return status;
  pthread_mutex_lock (&slots->lock);
  status = finalize_locked (slots);
  pthread_mutex_unlock (&slots->lock);
  return status;
}
