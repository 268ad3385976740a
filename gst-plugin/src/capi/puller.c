/* SPDX-License-Identifier: Apache-2.0 */
#include <pthread.h>

#include <gst/app/gstappsink.h>
#include <savant/gst.h>

#include "core/clock.h"
#include "core/log.h"
#include "heldbatch.h"
#include "picture.h"

/* The appsink's callbacks may still run when they have been taken away, so each
 * holds a reference. */
struct SavantPuller
{
  gint refs; /* atomic */
  GstAppSink *sink;

  pthread_mutex_t lock;
  pthread_cond_t changed; /* monotonic */
  gboolean news;          /* something was queued since the last look */
  gboolean eos;
  gboolean stopped;
  gboolean busy; /* a thread is in savant_puller_pull() */

  /* Of the pulling thread. */
  SvHeldBatch held;
  guint64 n_pulled;
};

static void
unref_puller (gpointer data)
{
  SavantPuller *puller = data;

  if (!g_atomic_int_dec_and_test (&puller->refs))
    return;
  pthread_cond_destroy (&puller->changed);
  pthread_mutex_destroy (&puller->lock);
  g_free (puller);
}

/* ---- Streaming thread -------------------------------------------------- */

static void
on_eos (GstAppSink *sink G_GNUC_UNUSED, gpointer data)
{
  SavantPuller *puller = data;

  pthread_mutex_lock (&puller->lock);
  puller->eos = TRUE;
  pthread_cond_broadcast (&puller->changed);
  pthread_mutex_unlock (&puller->lock);
}

static GstFlowReturn
on_new_sample (GstAppSink *sink G_GNUC_UNUSED, gpointer data)
{
  SavantPuller *puller = data;

  pthread_mutex_lock (&puller->lock);
  puller->news = TRUE;
  /* New data after the end: the stream was seeked in. */
  puller->eos = FALSE;
  pthread_cond_broadcast (&puller->changed);
  pthread_mutex_unlock (&puller->lock);
  return GST_FLOW_OK;
}

int
savant_puller_new (void *appsink, SavantPuller **out)
{
  GstAppSinkCallbacks callbacks = { .eos = on_eos,
    .new_sample = on_new_sample };
  SavantPuller *puller;

  if (out == NULL)
    return sv_fail (SAVANT_ERROR_INVALID_ARGUMENT,
        "savant_puller_new: out is NULL");
  *out = NULL;
  if (appsink == NULL || !GST_IS_APP_SINK (appsink))
    return sv_fail (SAVANT_ERROR_INVALID_ARGUMENT,
        "savant_puller_new: %p is no appsink but %s", appsink,
        appsink != NULL && G_IS_OBJECT (appsink) ? G_OBJECT_TYPE_NAME (appsink)
                                                 : "no object");
  puller = g_new0 (SavantPuller, 1);
  puller->refs = 2;
  puller->sink = GST_APP_SINK (gst_object_ref (appsink));
  pthread_mutex_init (&puller->lock, NULL);
  sv_cond_init (&puller->changed);
  gst_app_sink_set_callbacks (puller->sink, &callbacks, puller, unref_puller);
  /* An appsink that does not run says that it is at its end, too. */
  pthread_mutex_lock (&puller->lock);
  if (GST_STATE (puller->sink) >= GST_STATE_PAUSED
      && gst_app_sink_is_eos (puller->sink))
    puller->eos = TRUE;
  pthread_mutex_unlock (&puller->lock);
  *out = puller;
  return SAVANT_OK;
}

/* ---- Pulling thread ---------------------------------------------------- */

/* Waits for a change until `deadline` (negative: for ever), with the lock
 * held. FALSE when the time is over. */
static gboolean
wait_for_change (SavantPuller *puller, int64_t deadline)
{
  if (deadline >= 0 && sv_clock_now () >= deadline)
    return FALSE;
  sv_cond_wait_until (&puller->changed, &puller->lock,
      deadline < 0 ? INT64_MAX : deadline);
  return TRUE;
}

/* The next sample, owned by the caller, or NULL and why there is none. With the
 * lock held, which is given up while the appsink is asked. */
static GstSample *
next_sample (SavantPuller *puller, int64_t deadline, SavantPull *why)
{
  for (;;) {
    gboolean eos = puller->eos;
    GstSample *sample;

    if (puller->stopped) {
      *why = SAVANT_PULL_STOPPED;
      return NULL;
    }
    puller->news = FALSE;
    pthread_mutex_unlock (&puller->lock);
    sample = gst_app_sink_try_pull_sample (puller->sink, 0);
    pthread_mutex_lock (&puller->lock);
    if (sample != NULL)
      return sample;
    if (eos && puller->eos) {
      *why = SAVANT_PULL_EOS;
      return NULL;
    }
    while (!puller->news && !puller->eos && !puller->stopped)
      if (!wait_for_change (puller, deadline)) {
        *why = SAVANT_PULL_TIMEOUT;
        return NULL;
      }
  }
}

static int64_t
deadline_of (int64_t timeout_ns)
{
  int64_t now = sv_clock_now ();

  if (timeout_ns < 0)
    return -1;
  return timeout_ns > G_MAXINT64 - now ? -1 : now + timeout_ns;
}

static int
check_numbers (const char *function, SavantPuller *puller,
    const int64_t *numbers, int capacity)
{
  if (puller == NULL || numbers == NULL)
    return sv_fail (SAVANT_ERROR_INVALID_ARGUMENT, "%s: %s is NULL", function,
        puller == NULL ? "puller" : "numbers");
  if (capacity < SAVANT_PULL_HEADER_NUMBERS)
    return sv_fail (SAVANT_ERROR_INVALID_ARGUMENT,
        "%s: capacity %d: it must be at least %d", function, capacity,
        SAVANT_PULL_HEADER_NUMBERS);
  return SAVANT_OK;
}

static int
hold (SavantPuller *puller, GstSample *sample)
{
  guint64 sequence = puller->n_pulled++;
  int status = sv_held_batch_take (&puller->held, sample);

  gst_sample_unref (sample);
  puller->held.sequence = sequence;
  puller->held.taken_at_ns = sv_clock_now ();
  return status;
}

int
savant_puller_pull (SavantPuller *puller, int64_t timeout_ns, int64_t *numbers,
    int capacity)
{
  int status = check_numbers ("savant_puller_pull", puller, numbers, capacity);
  int64_t deadline = deadline_of (timeout_ns);
  GstSample *sample = NULL;
  SavantPull why;

  if (status != SAVANT_OK)
    return status;
  pthread_mutex_lock (&puller->lock);
  if (puller->busy) {
    pthread_mutex_unlock (&puller->lock);
    return sv_fail (SAVANT_ERROR_INVALID_ARGUMENT,
        "savant_puller_pull: another thread is pulling");
  }
  puller->busy = TRUE;
  pthread_mutex_unlock (&puller->lock);

  sv_held_batch_release (&puller->held);
  pthread_mutex_lock (&puller->lock);
  sample = next_sample (puller, deadline, &why);
  pthread_mutex_unlock (&puller->lock);
  if (sample != NULL)
    status = hold (puller, sample);
  else
    numbers[SAVANT_PULL_RESULT] = why;
  if (sample != NULL && status == SAVANT_OK)
    sv_held_batch_write (&puller->held, numbers, capacity);

  pthread_mutex_lock (&puller->lock);
  puller->busy = FALSE;
  pthread_cond_broadcast (&puller->changed);
  pthread_mutex_unlock (&puller->lock);
  return status;
}

int
savant_puller_read (SavantPuller *puller, int64_t *numbers, int capacity)
{
  int status = check_numbers ("savant_puller_read", puller, numbers, capacity);

  if (status != SAVANT_OK)
    return status;
  if (puller->held.buffer == NULL)
    return sv_fail (SAVANT_ERROR_INVALID_ARGUMENT,
        "savant_puller_read: nothing is held");
  sv_held_batch_write (&puller->held, numbers, capacity);
  return SAVANT_OK;
}

int
savant_puller_copy_slot (SavantPuller *puller, int slot, void *data,
    int64_t size)
{
  SavantImage picture;
  SvAccess access;
  int status;

  if (puller == NULL)
    return sv_fail (SAVANT_ERROR_INVALID_ARGUMENT, "copy slot: puller is NULL");
  status = sv_held_batch_picture (&puller->held, "copy slot", slot, &picture,
      &access, NULL);
  if (status != SAVANT_OK)
    return status;
  return sv_copy_picture (&access, &picture, data, size);
}

int
savant_puller_read_counter (SavantPuller *puller, int slot, uint32_t *id)
{
  const GstSavantGeometry *geometry;
  SavantImage picture;
  SvAccess access;
  int status;

  if (puller == NULL || id == NULL)
    return sv_fail (SAVANT_ERROR_INVALID_ARGUMENT, "read counter: %s is NULL",
        puller == NULL ? "puller" : "id");
  status = sv_held_batch_picture (&puller->held, "read counter", slot, &picture,
      &access, &geometry);
  if (status != SAVANT_OK)
    return status;
  return sv_read_counter (&access, &picture, geometry, id);
}

int
savant_puller_release (SavantPuller *puller)
{
  if (puller == NULL)
    return sv_fail (SAVANT_ERROR_INVALID_ARGUMENT,
        "savant_puller_release: puller is NULL");
  sv_held_batch_release (&puller->held);
  return SAVANT_OK;
}

/* ---- End --------------------------------------------------------------- */

void
savant_puller_stop (SavantPuller *puller)
{
  if (puller == NULL)
    return;
  pthread_mutex_lock (&puller->lock);
  puller->stopped = TRUE;
  pthread_cond_broadcast (&puller->changed);
  pthread_mutex_unlock (&puller->lock);
}

void
savant_puller_free (SavantPuller *puller)
{
  GstAppSinkCallbacks none = { NULL };

  if (puller == NULL)
    return;
  savant_puller_stop (puller);
  pthread_mutex_lock (&puller->lock);
  while (puller->busy)
    pthread_cond_wait (&puller->changed, &puller->lock);
  pthread_mutex_unlock (&puller->lock);
  gst_app_sink_set_callbacks (puller->sink, &none, NULL, NULL);
  gst_clear_object (&puller->sink);
  sv_held_batch_clear (&puller->held);
  unref_puller (puller);
}
