/* SPDX-License-Identifier: Apache-2.0 */
#include <savant/surface.h>
#include <savant/transform.h>

#include <gst/check/gstcheck.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "core/log.h"

GST_START_TEST (names)
{
  static const struct
  {
    int status;
    const char *name;
  } rows[] = {
    { 0, "ok" },
    { -1, "invalid-argument" },
    { -2, "unsupported" },
    { -3, "out-of-memory" },
    { -4, "pool-exhausted" },
    { -5, "flushing" },
    { -6, "not-a-surface" },
    { -7, "not-writable" },
    { -8, "execution" },
    { -9, "unavailable" },
  };

  for (int i = 0; i < (int) G_N_ELEMENTS (rows); i++)
    fail_unless_equals_string (savant_status_name (rows[i].status),
        rows[i].name);
  for (int status = -20; status < 20; status++)
    fail_unless (savant_status_name (status) != NULL);
  fail_unless (strcmp (savant_status_name (1), savant_status_name (0)) != 0);
  fail_unless_equals_string (savant_status_name (-10), savant_status_name (5));
}
GST_END_TEST;

GST_START_TEST (versions)
{
  int major, minor, patch, used = 0;

  fail_unless_equals_int (savant_abi_version (), SAVANT_ABI_VERSION);
  fail_unless (sscanf (savant_version (), "%d.%d.%d%n", &major, &minor, &patch,
                   &used)
          == 3,
      "%s", savant_version ());
  fail_unless_equals_int (used, (int) strlen (savant_version ()));
}
GST_END_TEST;

GST_START_TEST (texts)
{
  char filler[3000], copy[64];

  fail_unless_equals_int (sv_fail (SAVANT_ERROR_EXECUTION, "%d of %s", 3,
                              "four"),
      SAVANT_ERROR_EXECUTION);
  fail_unless_equals_string (savant_last_error (), "3 of four");
  /* A call that works leaves the text. */
  fail_unless_equals_int (savant_format_from_name ("NV12"), SAVANT_FORMAT_NV12);
  fail_unless_equals_string (savant_last_error (), "3 of four");
  /* The old text may be a part of the new one. */
  sv_fail (SAVANT_ERROR_EXECUTION, "again: %s", savant_last_error ());
  fail_unless_equals_string (savant_last_error (), "again: 3 of four");
  /* Too long a text is cut, not lost. */
  memset (filler, 'x', sizeof (filler));
  filler[sizeof (filler) - 1] = '\0';
  sv_fail (SAVANT_ERROR_EXECUTION, "start %s", filler);
  g_strlcpy (copy, savant_last_error (), sizeof (copy));
  fail_unless (g_str_has_prefix (copy, "start xxxx"), "%s", copy);
  fail_unless (strlen (savant_last_error ()) > 500);
}
GST_END_TEST;

#define N_THREADS 8

typedef struct Talker
{
  pthread_t thread;
  int number;
  int wrong;
} Talker;

static pthread_barrier_t barrier;

static void *
talk (void *data)
{
  Talker *talker = data;
  char want[32], name[32];

  talker->wrong += strcmp (savant_last_error (), "") != 0;
  for (int i = 0; i < 500; i++) {
    snprintf (want, sizeof (want), "thread %d round %d", talker->number, i);
    sv_fail (SAVANT_ERROR_EXECUTION, "%s", want);
    if (i < 20)
      pthread_barrier_wait (&barrier);
    talker->wrong += strcmp (savant_last_error (), want) != 0;
    snprintf (name, sizeof (name), "format-%d-%d", talker->number, i);
    savant_format_from_name (name);
    talker->wrong += strstr (savant_last_error (), name) == NULL;
  }
  return NULL;
}

/* The text belongs to the thread whose call failed. */
GST_START_TEST (a_text_a_thread)
{
  Talker talkers[N_THREADS] = { 0 };

  sv_fail (SAVANT_ERROR_EXECUTION, "the first thread's");
  pthread_barrier_init (&barrier, NULL, N_THREADS);
  for (int i = 0; i < N_THREADS; i++) {
    talkers[i].number = i;
    fail_unless_equals_int (pthread_create (&talkers[i].thread, NULL, talk,
                                &talkers[i]),
        0);
  }
  for (int i = 0; i < N_THREADS; i++) {
    pthread_join (talkers[i].thread, NULL);
    fail_unless (talkers[i].wrong == 0, "thread %d: %d wrong texts", i,
        talkers[i].wrong);
  }
  pthread_barrier_destroy (&barrier);
  fail_unless_equals_string (savant_last_error (), "the first thread's");
}
GST_END_TEST;

static atomic_int n_lines;
static char last_line[256];

static void
take_line (SvLogLevel level, const char *text)
{
  fail_unless (level == SV_LOG_DEBUG || level == SV_LOG_INFO);
  g_strlcpy (last_line, text, sizeof (last_line));
  atomic_fetch_add (&n_lines, 1);
}

GST_START_TEST (log_lines)
{
  sv_log_set_sink (NULL);
  sv_log (SV_LOG_WARNING, "nobody reads %d", 1);
  fail_unless_equals_int (atomic_load (&n_lines), 0);
  sv_log_set_sink (take_line);
  sv_log (SV_LOG_INFO, "read %s", "once");
  fail_unless_equals_int (atomic_load (&n_lines), 1);
  fail_unless_equals_string (last_line, "read once");
  sv_fail (SAVANT_ERROR_FLUSHING, "gone");
  fail_unless_equals_int (atomic_load (&n_lines), 2);
  fail_unless (strstr (last_line, "flushing") && strstr (last_line, "gone"),
      "%s", last_line);
  sv_log_set_sink (NULL);
}
GST_END_TEST;

static Suite *
status_suite (void)
{
  Suite *s = suite_create ("status");
  TCase *tc = tcase_create ("status");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, names);
  tcase_add_test (tc, versions);
  tcase_add_test (tc, texts);
  tcase_add_test (tc, a_text_a_thread);
  tcase_add_test (tc, log_lines);
  return s;
}

GST_CHECK_MAIN (status);
