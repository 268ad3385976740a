/* SPDX-License-Identifier: Apache-2.0 */
#include "exports.h"

#include <pthread.h>

#include <savant/view.h>

#include "core/log.h"

typedef struct Holders
{
  int aliases;
  int exports;
} Holders;

/* Guards the counts, and the references while a writer has them set aside. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static Holders *
find (GstBuffer *buffer, gboolean make)
{
  static GQuark quark;
  GstMiniObject *object = GST_MINI_OBJECT_CAST (buffer);
  Holders *holders;

  if (quark == 0)
    quark = g_quark_from_static_string ("savant-holders");
  holders = gst_mini_object_get_qdata (object, quark);
  if (holders == NULL && make) {
    holders = g_new0 (Holders, 1);
    gst_mini_object_set_qdata (object, quark, holders, g_free);
  }
  return holders;
}

void
sv_buffer_export_add (GstBuffer *buffer)
{
  pthread_mutex_lock (&lock);
  find (buffer, TRUE)->exports++;
  pthread_mutex_unlock (&lock);
}

void
sv_buffer_export_release (GstBuffer *buffer)
{
  gboolean last;

  pthread_mutex_lock (&lock);
  find (buffer, TRUE)->exports--;
  /* The last reference runs the pool's code, which is none of this lock's. */
  last = GST_MINI_OBJECT_REFCOUNT_VALUE (buffer) == 1;
  if (!last)
    gst_buffer_unref (buffer);
  pthread_mutex_unlock (&lock);
  if (last)
    gst_buffer_unref (buffer);
}

int
sv_buffer_exports (GstBuffer *buffer)
{
  const Holders *holders;
  int n;

  pthread_mutex_lock (&lock);
  holders = find (buffer, FALSE);
  n = holders != NULL ? holders->exports : 0;
  pthread_mutex_unlock (&lock);
  return n;
}

int
savant_buffer_add_aliases (void *buffer, int n)
{
  if (buffer == NULL || !GST_IS_BUFFER (buffer))
    return sv_fail (SAVANT_ERROR_INVALID_ARGUMENT, "%p is no GstBuffer",
        buffer);
  pthread_mutex_lock (&lock);
  find (buffer, TRUE)->aliases += n;
  pthread_mutex_unlock (&lock);
  return SAVANT_OK;
}

int
savant_buffer_exports (void *buffer)
{
  if (buffer == NULL || !GST_IS_BUFFER (buffer))
    return sv_fail (SAVANT_ERROR_INVALID_ARGUMENT, "%p is no GstBuffer",
        buffer);
  return sv_buffer_exports (buffer);
}

int
savant_buffer_release_export (void *buffer)
{
  if (buffer == NULL || !GST_IS_BUFFER (buffer))
    return sv_fail (SAVANT_ERROR_INVALID_ARGUMENT, "%p is no GstBuffer",
        buffer);
  sv_buffer_export_release (buffer);
  return SAVANT_OK;
}

int
sv_buffer_begin_write (GstBuffer *buffer, const char *what, int *lent)
{
  const Holders *holders;
  int own = 0, refs;

  *lent = 0;
  if (gst_buffer_is_writable (buffer))
    return SAVANT_OK;
  pthread_mutex_lock (&lock);
  holders = find (buffer, FALSE);
  if (holders != NULL)
    own = holders->aliases + holders->exports;
  refs = GST_MINI_OBJECT_REFCOUNT_VALUE (buffer);
  if (refs - own != 1 || own < 1) {
    pthread_mutex_unlock (&lock);
    /* Another thread's last export may have gone since the first look. */
    if (refs == 1 && own == 0)
      return SAVANT_OK;
    return sv_fail (SAVANT_ERROR_NOT_WRITABLE,
        "the buffer has %d references: %s can be set by its only owner",
        refs - MAX (own, 0), what);
  }
  for (int i = 0; i < own; i++)
    gst_buffer_unref (buffer);
  *lent = own;
  return SAVANT_OK;
}

void
sv_buffer_end_write (GstBuffer *buffer, int lent)
{
  if (lent == 0)
    return;
  for (int i = 0; i < lent; i++)
    gst_buffer_ref (buffer);
  pthread_mutex_unlock (&lock);
}
