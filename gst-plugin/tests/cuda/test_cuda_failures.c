/* SPDX-License-Identifier: Apache-2.0 */
/* Pipelines on a driver of which one call fails, each in turn, or all from one
 * on: an end, one error that says why, and nothing left behind. */
#include <dlfcn.h>
#include <gst/check/gstcheck.h>
#include <stdlib.h>
#include <string.h>

#include <savant/gst.h>

#include "fakecuda.h"

#define OUT_OF_MEMORY 2
#define LOST 719

/* Under AddressSanitizer a pipeline takes long: only some calls. */
#ifdef __SANITIZE_ADDRESS__
#define STEP 5
#else
#define STEP 1
#endif

/* What frees fails too, and is the driver's to keep. */
#define MAX_LEFT 3

/* Of a pipeline; each may find out by itself that its GPU is lost. */
#define MAX_ELEMENTS 3

static const FakeCuda *fake;

typedef struct Outcome
{
  guint errors;
  guint echoes;   /* what a source says once a push has failed */
  gboolean ended; /* by EOS */
  gchar *text;    /* of the first error */
} Outcome;

static Outcome
run (const gchar *text)
{
  GstElement *pipeline = gst_parse_launch (text, NULL);
  GstBus *bus = gst_element_get_bus (pipeline);
  GstMessage *message;
  Outcome outcome = { 0 };
  GstStateChangeReturn ret =
      gst_element_set_state (pipeline, GST_STATE_PLAYING);

  while ((message = gst_bus_timed_pop_filtered (bus,
              outcome.errors + outcome.echoes > 0
                      || ret == GST_STATE_CHANGE_FAILURE
                  ? 0
                  : 20 * GST_SECOND,
              GST_MESSAGE_ERROR | GST_MESSAGE_EOS))) {
    gboolean is_error = GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR;

    outcome.ended = !is_error;
    if (is_error) {
      GError *error = NULL;
      gchar *debug = NULL;

      gst_message_parse_error (message, &error, &debug);
      if (strstr (error->message, "Internal data stream error") != NULL)
        outcome.echoes++;
      else if (outcome.errors++ == 0)
        outcome.text = g_strdup_printf ("%s (%s)", error->message, debug);
      g_error_free (error);
      g_free (debug);
    }
    gst_message_unref (message);
    if (outcome.ended)
      break;
  }
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (bus);
  gst_object_unref (pipeline);
  return outcome;
}

#define SURFACES(format, w, h)                                                 \
  "video/x-raw(memory:NVMM),format=" format ",width=" #w ",height=" #h         \
  ",framerate=30/1 "
#define SINK " ! fakesink async=false sync=false "

static const gchar *const pipelines[] = {
  "savantbufgen backend=cuda num-buffers=3 ! " SURFACES ("NV12", 64,
      48) "! savanttransform backend=cuda ! " SURFACES ("RGBA", 32,
      32) "! savanttransform backend=cuda ! video/x-raw" SINK,
  "videotestsrc num-buffers=3 ! video/x-raw,format=I420,width=64,height=48 ! "
  "savanttransform backend=cuda ! video/x-raw(memory:NVMM),format=RGBA,"
  "width=32,height=32" SINK,
  "savantbatch name=b backend=cuda ! " SURFACES ("RGBA", 32, 32) SINK
  "savantbufgen backend=cuda num-buffers=3 ! " SURFACES ("NV12", 64,
      48) "! b.sink_0 savantbufgen backend=cuda num-buffers=3 ! "
          "video/x-raw,format=RGBA,width=64,height=48,framerate=30/1 ! "
          "b.sink_1",
  "savantbatch name=b backend=cuda mode=non-uniform" SINK
  "savantbufgen backend=cuda num-buffers=3 ! " SURFACES ("NV12", 64,
      48) "! b.sink_0 savantbufgen backend=cuda num-buffers=3 ! "
          "video/x-raw,format=RGBA,width=64,height=48,framerate=30/1 ! "
          "b.sink_1",
};

/* Frames may fail where nobody can tell, as when something is given back. */
static void
check (const gchar *text, gint call, const Outcome *outcome, guint most)
{
  fail_unless (outcome->ended || outcome->errors > 0, "call %d: no end: %s",
      call, text);
  fail_unless (outcome->echoes == 0 || outcome->errors > 0,
      "call %d: no reason is told: %s", call, text);
  fail_unless (outcome->errors <= most,
      "call %d: %u errors, the first is %s: %s", call, outcome->errors,
      outcome->text, text);
  if (outcome->errors > 0)
    fail_unless (strstr (outcome->text, "CUDA") != NULL
            || strstr (outcome->text, "cuda") != NULL,
        "call %d: %s", call, outcome->text);
}

GST_START_TEST (every_call)
{
  const gchar *text = pipelines[__i__];
  guint failures = 0;
  gint n, memories, streams;
  Outcome outcome = run (text);

  fail_unless (outcome.ended, "%s: %s", text, outcome.text);
  n = fake->n_calls ();
  outcome = run (text);
  fail_unless (outcome.ended);
  n = fake->n_calls () - n;
  memories = fake->n_memories ();
  streams = fake->n_streams ();
  for (gint i = 1; i <= n; i += STEP) {
    fake->fail_at (fake->n_calls () + i, OUT_OF_MEMORY, false);
    outcome = run (text);
    fake->fail_at (0, 0, false);
    check (text, i, &outcome, 1);
    failures += outcome.errors;
    g_free (outcome.text);
    fail_unless (fake->n_memories () <= memories + MAX_LEFT, "call %d: %d, %d",
        i, fake->n_memories (), memories);
    fail_unless (fake->n_streams () <= streams + MAX_LEFT, "call %d", i);
    memories = fake->n_memories ();
    streams = fake->n_streams ();
  }
  fail_unless (failures > (guint) n / STEP / 4, "%u of %d calls", failures, n);
  outcome = run (text);
  fail_unless (outcome.ended, "%s: %s", text, outcome.text);
}
GST_END_TEST;

/* What is on a lost GPU cannot be given back; all else must. */
GST_START_TEST (lost)
{
  const gchar *text = pipelines[__i__];
  Outcome outcome = run (text);
  gint n;

  fail_unless (outcome.ended, "%s: %s", text, outcome.text);
  n = fake->n_calls ();
  outcome = run (text);
  fail_unless (outcome.ended);
  n = fake->n_calls () - n;
  for (gint i = 1; i <= n; i += 3 * STEP) {
    fake->fail_at (fake->n_calls () + i, LOST, true);
    outcome = run (text);
    fake->fail_at (0, 0, false);
    check (text, i, &outcome, MAX_ELEMENTS);
    g_free (outcome.text);
  }
  outcome = run (text);
  fail_unless (outcome.ended, "%s: %s", text, outcome.text);
}
GST_END_TEST;

static Suite *
cuda_failures_suite (void)
{
  Suite *s = suite_create ("cuda_failures");
  TCase *tc = tcase_create ("failures");

  suite_add_tcase (s, tc);
  tcase_set_timeout (tc, 240);
  tcase_add_loop_test (tc, every_call, 0, G_N_ELEMENTS (pipelines));
  tcase_add_loop_test (tc, lost, 0, G_N_ELEMENTS (pipelines));
  return s;
}

int
main (int argc, char **argv)
{
  void *library = dlopen ("libcuda.so.1", RTLD_NOW | RTLD_LOCAL);

  if (library != NULL)
    fake = dlsym (library, FAKE_CUDA_TABLE);
  if (fake == NULL) {
    g_print ("the driver is not the fake one\n");
    return 1;
  }
  gst_check_init (&argc, &argv);
  return gst_check_run_suite (cuda_failures_suite (), "cuda_failures",
      __FILE__);
}
