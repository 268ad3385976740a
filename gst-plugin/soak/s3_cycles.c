/* SPDX-License-Identifier: Apache-2.0 */

/* S3: one pipeline 1000 times from NULL to PLAYING and back, with other sizes
 * each time, in the middle of the frames or after EOS, in both modes. Every
 * other cycle is the same, to its end, and timed: whether a restart slows down
 * what comes after it (row W28 of the list of users' wants). */

#include "soak.h"
#include "speed.h"

#define N_SOURCES 3

/* Timed cycles that are not looked at. */
#define SKIPPED 20

static void
set_caps (Soak *s, GstElement *filter, gboolean same)
{
  gchar *text = g_strdup_printf (
      "video/x-raw(memory:NVMM),format=%s,width=%u,height=%u,framerate=%u/1",
      same || soak_random (s, 0, 2) == 0 ? "RGBA" : "NV12",
      same ? 128 : 2 * soak_random (s, 8, 160),
      same ? 128 : 2 * soak_random (s, 8, 160),
      same ? 30 : soak_random (s, 5, 60));
  GstCaps *caps = gst_caps_from_string (text);

  g_object_set (filter, "caps", caps, NULL);
  gst_caps_unref (caps);
  g_free (text);
}

static void
wait_for_end (Soak *s, SoakPipeline *p)
{
  GstMessage *message = gst_bus_timed_pop_filtered (p->bus, 5 * GST_SECOND,
      GST_MESSAGE_EOS | GST_MESSAGE_ERROR);

  if (message == NULL)
    soak_fail (s, "no EOS within 5 s");
  else if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR)
    soak_fail (s, "an error instead of EOS");
  g_clear_pointer (&message, gst_message_unref);
}

int
main (int argc, char **argv)
{
  Soak *s = soak_new (argc, argv, "S3 NULL to PLAYING", 1000, 0);
  SoakSpeed speed = { .skip = SKIPPED };
  gboolean same = FALSE;
  SoakPipeline p;

  soak_pipeline_init (&p, s, "");
  for (guint n = 0; n < N_SOURCES; n++)
    soak_pipeline_add (&p, n, "video/x-raw", FALSE, 20);
  while (soak_more (s)) {
    gboolean to_end = same || soak_random (s, 0, 2) == 0;
    guint64 before = soak_output (s);

    gst_util_set_object_arg (G_OBJECT (p.batch), "mode",
        same || soak_random (s, 0, 2) == 0 ? "uniform" : "non-uniform");
    for (guint n = 0; n < N_SOURCES; n++)
      set_caps (s, p.sources[n].filter, same);
    soak_speed_begin (&speed);
    soak_set_state (s, p.pipeline, GST_STATE_PLAYING);
    if (to_end)
      wait_for_end (s, &p);
    else
      g_usleep (soak_random (s, 0, 5000));
    soak_set_state (s, p.pipeline, GST_STATE_NULL);
    if (same)
      soak_speed_end (&speed);
    soak_check_errors (s, p.bus, p.batch);
    soak_settle (s, p.batch, p.unbatch);
    if (to_end && soak_output (s) - before != N_SOURCES * 20)
      soak_fail (s, "%" G_GUINT64_FORMAT " of %d frames came out",
          soak_output (s) - before, N_SOURCES * 20);
    soak_change (s);
    same = !same;
  }
  soak_speed_print (&speed, "60 frames from NULL to EOS and NULL");
  /* Settled already. */
  gst_object_unref (p.bus);
  gst_object_unref (p.pipeline);
  return soak_finish (s);
}
