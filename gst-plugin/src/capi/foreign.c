/* SPDX-License-Identifier: Apache-2.0 */
#include "foreign.h"

#include <pthread.h>
#include <string.h>

#include <savant/interop.h>

#include "core/format.h"
#include "core/log.h"

/* Owners whose memory was let go and who have not been told. */
static pthread_mutex_t released_lock = PTHREAD_MUTEX_INITIALIZER;
static GArray *released;

static void
note_release (gpointer data)
{
  gint64 owner = (gint64) (gintptr) data;

  pthread_mutex_lock (&released_lock);
  if (released == NULL)
    released = g_array_new (FALSE, FALSE, sizeof owner);
  g_array_append_val (released, owner);
  pthread_mutex_unlock (&released_lock);
}

int
savant_released_owners (int64_t *owners, int capacity)
{
  guint n = 0;

  if (capacity < 0 || (capacity > 0 && owners == NULL))
    return sv_fail (SAVANT_ERROR_INVALID_ARGUMENT,
        "savant_released_owners: capacity %d at %p", capacity, (void *) owners);
  pthread_mutex_lock (&released_lock);
  if (released != NULL && capacity > 0) {
    n = MIN (released->len, (guint) capacity);
    memcpy (owners, released->data, n * sizeof *owners);
    g_array_remove_range (released, 0, n);
    if (released->len == 0) {
      g_array_free (released, TRUE);
      released = NULL;
    }
  }
  pthread_mutex_unlock (&released_lock);
  return (int) n;
}

static int
check_format (SavantFormat format)
{
  const SvFormatInfo *info = sv_format_info (format);

  if (info == NULL || !info->output || info->n_planes > 1
      || info->family == SV_FAMILY_YUV)
    return sv_fail (SAVANT_ERROR_INVALID_ARGUMENT,
        "foreign pixels: format %s (%d): only GRAY8 and packed RGB formats can "
        "be wrapped",
        info != NULL ? info->name : "unknown", format);
  return SAVANT_OK;
}

int
sv_buffer_wrap_pixels (const SvForeignPixels *pixels, void **buffer)
{
  const SvBackendFns *backend;
  GstMemory *memory;
  GstBuffer *wrapped;
  int status;

  if (!gst_init_check (NULL, NULL, NULL))
    return sv_fail (SAVANT_ERROR_UNAVAILABLE,
        "GStreamer could not be initialised");
  backend = sv_backend_get (NULL);
  if (backend == NULL)
    return SAVANT_ERROR_UNAVAILABLE;
  status = check_format (pixels->format);
  if (status == SAVANT_OK)
    status = sv_allocator_wrap_pixels (backend, pixels, &memory);
  if (status != SAVANT_OK)
    return status;
  wrapped = gst_buffer_new ();
  gst_buffer_append_memory (wrapped, memory);
  *buffer = wrapped;
  return SAVANT_OK;
}

int
savant_buffer_wrap_memory (void *data, int64_t pitch, int width, int height,
    int format, int mem_type, int gpu_id, int read_only, int64_t owner,
    void **buffer)
{
  SvForeignPixels pixels = { .format = (SavantFormat) format,
    .width = width,
    .height = height,
    .pitch_bytes = pitch,
    .data = data,
    .mem_type = (SavantMemType) mem_type,
    .gpu_id = gpu_id,
    .read_only = read_only != 0 };

  if (buffer == NULL)
    return sv_fail (SAVANT_ERROR_INVALID_ARGUMENT,
        "savant_buffer_wrap_memory: buffer is NULL");
  *buffer = NULL;
  if (owner < 0)
    return sv_fail (SAVANT_ERROR_INVALID_ARGUMENT,
        "savant_buffer_wrap_memory: owner %" G_GINT64_FORMAT
        ": it must be above 0, or 0 for none",
        owner);
  if (owner > 0) {
    pixels.release = note_release;
    pixels.release_data = (gpointer) (gintptr) owner;
  }
  return sv_buffer_wrap_pixels (&pixels, buffer);
}
