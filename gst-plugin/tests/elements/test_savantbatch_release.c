/* SPDX-License-Identifier: Apache-2.0 */
#include "support/batchrig.h"

#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

/* Row W22 of the list of users' wants: to release a pad is enough, while its
 * source runs: no probe, no EOS, no order of calls, and no ERROR of the source
 * afterwards. */

#define SMALL "video/x-raw,format=RGBA,width=16,height=16,framerate=100/1"

/* A pipeline with the batch "b", which has the pad sink_0 and plays. */
typedef struct Play
{
  GstElement *pipeline;
  GstElement *batch;
  GstBus *bus;
} Play;

static void
play_parse (Play *play, const gchar *description)
{
  GError *error = NULL;

  play->pipeline = gst_parse_launch (description, &error);
  fail_unless (error == NULL, "%s", error != NULL ? error->message : "");
  play->batch = gst_bin_get_by_name (GST_BIN (play->pipeline), "b");
  play->bus = gst_element_get_bus (play->pipeline);
}

static void
play_init (Play *play, const gchar *description)
{
  play_parse (play, description);
  gst_element_set_state (play->pipeline, GST_STATE_PLAYING);
}

static void
expect_no_error (Play *play)
{
  GstMessage *message = gst_bus_pop_filtered (play->bus, GST_MESSAGE_ERROR);
  GError *error = NULL;
  gchar *debug = NULL;

  if (message == NULL)
    return;
  gst_message_parse_error (message, &error, &debug);
  fail ("%s: %s (%s)", GST_MESSAGE_SRC_NAME (message), error->message, debug);
}

static void
play_clear (Play *play)
{
  expect_no_error (play);
  gst_element_set_state (play->pipeline, GST_STATE_NULL);
  gst_object_unref (play->bus);
  gst_object_unref (play->batch);
  gst_object_unref (play->pipeline);
}

static GstPad *
pad_of (Play *play, const gchar *element, const gchar *name)
{
  GstElement *e = gst_bin_get_by_name (GST_BIN (play->pipeline), element);
  GstPad *pad = gst_element_get_static_pad (e, name);

  fail_unless (pad != NULL);
  gst_object_unref (e);
  return pad;
}

static void
release (Play *play, const gchar *name)
{
  GstPad *pad = gst_element_get_static_pad (play->batch, name);

  gst_element_release_request_pad (play->batch, pad);
  gst_object_unref (pad);
}

static GstPadProbeReturn
count (GstPad *pad, GstPadProbeInfo *info, gpointer data)
{
  (void) pad;
  (void) info;
  g_atomic_int_inc ((gint *) data);
  return GST_PAD_PROBE_OK;
}

/* Waits until the counter has reached a number. */
static void
await_count (Play *play, gint *counter, gint number)
{
  for (guint i = 0; g_atomic_int_get (counter) < number; i++) {
    fail_unless (i < 10000, "%d of %d frames", g_atomic_int_get (counter),
        number);
    expect_no_error (play);
    g_usleep (1000);
  }
}

/* A counter of what leaves the pad "src" of an element, frames that are
 * answered in the pad's stead among them. */
static void
count_frames (Play *play, const gchar *element, gint *counter)
{
  GstPad *pad = pad_of (play, element, "src");

  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER, count, counter, NULL);
  gst_object_unref (pad);
}

/* It runs on, and is heard again where it is linked next: no state change. */
GST_START_TEST (test_w22_a_live_source_runs_on)
{
  GstPad *src, *sink;
  gint frames = 0;
  guint64 before;
  Play play;

  play_init (&play,
      "savantbatch name=b ! fakesink async=false "
      "videotestsrc is-live=true name=s ! " SMALL
      " ! identity name=i ! b.sink_0 "
      "videotestsrc is-live=true ! " SMALL " ! b.sink_1");
  batch_rig_stat (play.batch, "in");
  count_frames (&play, "i", &frames);
  await_count (&play, &frames, 5);
  release (&play, "sink_0");
  frames = 0;
  await_count (&play, &frames, 20);

  src = pad_of (&play, "i", "src");
  sink = gst_element_request_pad_simple (play.batch, "sink_0");
  fail_unless_equals_int (gst_pad_link (src, sink), GST_PAD_LINK_OK);
  for (guint i = 0;
       i < 10000 && batch_rig_inner_stat (play.batch, "released", "in") == 0;
       i++)
    g_usleep (1000);
  before = batch_rig_stat (play.batch, "out");
  frames = 0;
  await_count (&play, &frames, 20);
  fail_unless (batch_rig_stat (play.batch, "out") > before);
  {
    GstStructure *stats;
    guint64 in = 0;

    g_object_get (sink, "stats", &stats, NULL);
    gst_structure_get_uint64 (stats, "in", &in);
    fail_unless (in >= 10, "%" G_GUINT64_FORMAT " frames after the new link",
        in);
    gst_structure_free (stats);
  }
  gst_object_unref (src);
  gst_object_unref (sink);
  play_clear (&play);
}
GST_END_TEST;

/* Nobody reads a file for nothing: its source gets EOS at its next frame, at
 * once where it waits in the full queue, and stands still. */
static void
release_a_file (const gchar *source)
{
  gchar *line = g_strdup_printf ("savantbatch name=b ! fakesink async=false "
                                 "%s ! identity name=i ! b.sink_0 "
                                 "videotestsrc name=other ! " SMALL
                                 " ! identity sleep-time=1000 ! "
                                 "identity name=j ! b.sink_1",
      source);
  gint frames = 0, others = 0;
  GstEvent *eos = NULL;
  GstPad *src;
  Play play;

  play_init (&play, line);
  g_free (line);
  count_frames (&play, "i", &frames);
  count_frames (&play, "j", &others);
  await_count (&play, &frames, 8);
  release (&play, "sink_0");
  src = pad_of (&play, "i", "src");
  for (guint i = 0; eos == NULL; i++) {
    fail_unless (i < 10000, "it has not ended");
    g_usleep (1000);
    eos = gst_pad_get_sticky_event (src, GST_EVENT_EOS, 0);
  }
  gst_event_unref (eos);
  frames = others = 0;
  await_count (&play, &others, 50);
  fail_unless_equals_int (g_atomic_int_get (&frames), 0);
  gst_object_unref (src);
  play_clear (&play);
}

GST_START_TEST (test_w22_a_base_source_ends)
{
  release_a_file ("videotestsrc ! " SMALL);
}
GST_END_TEST;

GST_START_TEST (test_w22_a_file_ends)
{
  gchar *name, *source;
  gint fd = g_file_open_tmp ("savant-release-XXXXXX", &name, NULL);
  guint8 block[4096] = { 0 };

  fail_unless (fd >= 0);
  for (guint i = 0; i < 1000; i++)
    fail_unless (write (fd, block, sizeof block) == (gssize) sizeof block);
  close (fd);
  source = g_strdup_printf ("filesrc location=%s ! rawvideoparse width=16 "
                            "height=16 format=rgba framerate=100/1 ! queue ! "
                            "videoconvert",
      name);
  release_a_file (source);
  g_unlink (name);
  g_free (source);
  g_free (name);
}
GST_END_TEST;

/* What another branch of a tee gets does not end with the released one, also
 * where a queue and a bin's pad stand between. */
static void
release_a_branch (const gchar *branch, guint delay_ms)
{
  gchar *line = g_strdup_printf (
      "savantbatch name=b ! fakesink async=false "
      "videotestsrc num-buffers=300 ! " SMALL " ! tee name=t "
      "t. ! %s ! b.sink_0 "
      "t. ! queue ! identity sleep-time=500 ! identity name=i ! "
      "fakesink async=false sync=false",
      branch);
  gint frames = 0;
  Play play;

  play_parse (&play, line);
  g_free (line);
  count_frames (&play, "i", &frames);
  gst_element_set_state (play.pipeline, GST_STATE_PLAYING);
  g_usleep (delay_ms * 1000);
  release (&play, "sink_0");
  await_count (&play, &frames, 300);
  play_clear (&play);
}

GST_START_TEST (test_w22_other_branches_of_a_tee_go_on)
{
  for (guint delay = 0; delay < 60; delay += 20) {
    release_a_branch ("queue", delay);
    release_a_branch ("( queue ! identity )", delay);
    release_a_branch ("identity", delay);
  }
}
GST_END_TEST;

/* The branch waits in the pad's full queue, since the other pad brings nothing:
 * the tee with it. */
GST_START_TEST (test_w22_a_blocked_branch_lets_the_tee_go)
{
  gint frames = 0;
  Play play;

  play_init (&play,
      "savantbatch name=b ! fakesink async=false "
      "videotestsrc num-buffers=100 ! " SMALL " ! tee name=t "
      "t. ! b.sink_0  appsrc ! b.sink_1 "
      "t. ! queue ! identity name=i ! fakesink async=false sync=false");
  count_frames (&play, "i", &frames);
  await_count (&play, &frames, 4);
  g_usleep (50000);
  fail_unless (g_atomic_int_get (&frames) < 100);
  release (&play, "sink_0");
  await_count (&play, &frames, 100);
  play_clear (&play);
}
GST_END_TEST;

/* Sources come and go bare, live and not, at random moments; then they are
 * stopped, or linked anew without. */
GST_START_TEST (test_w20_w22_bare_releases_post_no_error)
{
  GRand *random = g_rand_new_with_seed (22);
  Play play;

  play_init (&play,
      "savantbatch name=b ! fakesink async=false "
      "videotestsrc is-live=true ! " SMALL " ! b.sink_0");
  for (guint round = 0; round < 60; round++) {
    GstElement *bin = gst_parse_bin_from_description (round % 2 == 0
            ? "videotestsrc is-live=true ! " SMALL " ! queue"
            : "videotestsrc ! " SMALL,
        TRUE, NULL);
    GstPad *src = gst_element_get_static_pad (bin, "src");

    gst_bin_add (GST_BIN (play.pipeline), bin);
    for (guint link = 0; link < 2; link++) {
      GstPad *sink = gst_element_request_pad_simple (play.batch, "sink_%u");

      fail_unless_equals_int (gst_pad_link (src, sink), GST_PAD_LINK_OK);
      gst_element_sync_state_with_parent (bin);
      g_usleep ((gulong) g_rand_int_range (random, 0, 12000));
      gst_element_release_request_pad (play.batch, sink);
      gst_object_unref (sink);
    }
    g_usleep ((gulong) g_rand_int_range (random, 0, 12000));
    expect_no_error (&play);
    gst_element_set_state (bin, GST_STATE_NULL);
    gst_object_unref (src);
    gst_bin_remove (GST_BIN (play.pipeline), bin);
  }
  fail_unless (batch_rig_stat (play.batch, "out") > 0);
  play_clear (&play);
  g_rand_free (random);
}
GST_END_TEST;

static GstPadProbeReturn
release_at_fifth (GstPad *pad, GstPadProbeInfo *info, gpointer data)
{
  (void) info;
  if (++*(gint *) data != 5)
    return GST_PAD_PROBE_OK;
  gst_element_release_request_pad (GST_ELEMENT (GST_PAD_PARENT (pad)), pad);
  return GST_PAD_PROBE_DROP;
}

/* The push that would have to be waited for waits for the release itself. */
GST_START_TEST (test_w22_released_by_its_own_frame)
{
  gint pushed = 0, frames = 0, others = 0;
  GstPad *sink;
  Play play;

  play_parse (&play,
      "savantbatch name=b ! fakesink async=false "
      "videotestsrc is-live=true ! " SMALL " ! identity name=i ! b.sink_0 "
      "videotestsrc is-live=true ! " SMALL " ! identity name=j ! b.sink_1");
  sink = gst_element_get_static_pad (play.batch, "sink_0");
  gst_pad_add_probe (sink, GST_PAD_PROBE_TYPE_BUFFER, release_at_fifth, &pushed,
      NULL);
  gst_object_unref (sink);
  count_frames (&play, "i", &frames);
  count_frames (&play, "j", &others);
  gst_element_set_state (play.pipeline, GST_STATE_PLAYING);
  await_count (&play, &frames, 10);
  await_count (&play, &others, 10);
  fail_unless_equals_int (pushed, 5);
  fail_unless_equals_int (play.batch->numsinkpads, 1);
  play_clear (&play);
}
GST_END_TEST;

static Suite *
savantbatch_release_suite (void)
{
  Suite *s = suite_create ("savantbatch_release");
  TCase *tc = tcase_create ("savantbatch_release");

  suite_add_tcase (s, tc);
  tcase_set_timeout (tc, 60);
  tcase_add_test (tc, test_w22_a_live_source_runs_on);
  tcase_add_test (tc, test_w22_a_base_source_ends);
  tcase_add_test (tc, test_w22_a_file_ends);
  tcase_add_test (tc, test_w22_other_branches_of_a_tee_go_on);
  tcase_add_test (tc, test_w22_a_blocked_branch_lets_the_tee_go);
  tcase_add_test (tc, test_w22_released_by_its_own_frame);
  tcase_add_test (tc, test_w20_w22_bare_releases_post_no_error);
  return s;
}

GST_CHECK_MAIN (savantbatch_release)
