/* SPDX-License-Identifier: Apache-2.0 */

/* S1: 32 live sources; one is taken away or added every 20 to 200 ms, each at
 * any moment of what it does. The others keep 99 % of their frames. Between
 * savantbatch and savantunbatch every slot is read, as inference would. */

#include <savant/gst.h>

#include "soak.h"

#define N_SOURCES 32
#define CAPS                                                                   \
  "video/x-raw(memory:NVMM),format=RGBA,width=64,height=64,framerate=30/1"

/* The last three stay. */
#define N_FICKLE (N_SOURCES - 3)

/* Frames of the stay-at-homes that did not come through; those on their way
 * count, too, so there is room for a few. */
static void
check_steady (Soak *s, SoakPipeline *p)
{
  for (guint n = N_FICKLE; n < N_SOURCES; n++) {
    guint64 pushed = p->sources[n].pushed, seen = p->sources[n].seen;

    if (seen + 30 < pushed - pushed / 100)
      soak_fail (s,
          "source %u, which stays, has pushed %" G_GUINT64_FORMAT
          " frames and %" G_GUINT64_FORMAT " came through",
          n, pushed, seen);
  }
}

static GstPadProbeReturn
read_slots (GstPad *pad, GstPadProbeInfo *info, gpointer data)
{
  GstBuffer *batch = GST_PAD_PROBE_INFO_BUFFER (info);
  gpointer surface = gst_savant_buffer_peek_surface (batch);
  volatile guint8 pixel;
  SavantImage image;

  (void) pad;
  for (gint i = 0; i < gst_savant_surface_get_num_filled (surface); i++) {
    if (gst_savant_surface_get_image (surface, i, &image) != SAVANT_OK) {
      soak_fail (data, "slot %d: %s", i, savant_last_error ());
      continue;
    }
    for (gint y = 0; y < image.height; y++)
      pixel = ((const guint8 *) image.data[0])[y * image.pitch_bytes[0]];
  }
  (void) pixel;
  return GST_PAD_PROBE_OK;
}

int
main (int argc, char **argv)
{
  Soak *s = soak_new (argc, argv, "S1 live sources come and go", 0, 600);
  SoakPipeline p;
  GstPad *pad;

  soak_pipeline_init (&p, s, "batch-timeout=40000000");
  pad = gst_element_get_static_pad (p.unbatch, "sink");
  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER, read_slots, s, NULL);
  gst_object_unref (pad);
  for (guint n = 0; n < N_SOURCES; n++)
    soak_pipeline_add (&p, n, CAPS, TRUE, -1);
  soak_set_state (s, p.pipeline, GST_STATE_PLAYING);
  soak_expect_frames (s, TRUE);
  while (soak_more (s)) {
    guint n = soak_random (s, 0, N_FICKLE);

    g_usleep (soak_random (s, 20, 200) * 1000);
    if (p.sources[n].source != NULL)
      soak_pipeline_remove (&p, n);
    else
      soak_pipeline_add (&p, n, CAPS, TRUE, -1);
    soak_check_stats (s, p.batch);
    soak_check_stats (s, p.unbatch);
    soak_check_errors (s, p.bus, p.batch);
    check_steady (s, &p);
    soak_change (s);
  }
  soak_expect_frames (s, FALSE);
  soak_pipeline_clear (&p);
  return soak_finish (s);
}
