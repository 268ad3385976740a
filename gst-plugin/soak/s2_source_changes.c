/* SPDX-License-Identifier: Apache-2.0 */

/* S2: 10 000 source changes: at four pads sources of all sizes, formats and
 * rates end and are replaced, or are replaced before they end. Memory is looked
 * at when all is quiet. */

#include "soak.h"

#define N_PADS 4
#define FRAMES 5

static gchar *
random_caps (Soak *s)
{
  static const gchar *const formats[] = { "RGBA", "NV12", "I420", "GRAY8" };
  gboolean surface = soak_random (s, 0, 2) == 0;

  return g_strdup_printf (
      "video/x-raw%s,format=%s,width=%u,height=%u,framerate=%u/1",
      surface ? "(memory:NVMM)" : "", formats[soak_random (s, 0, 4)],
      2 * soak_random (s, 8, 100), 2 * soak_random (s, 8, 100),
      soak_random (s, 5, 60));
}

int
main (int argc, char **argv)
{
  Soak *s = soak_new (argc, argv, "S2 source changes", 10000, 0);
  SoakPipeline p;

  soak_pipeline_init (&p, s, "batch-timeout=1000000 batch-size=4");
  soak_set_state (s, p.pipeline, GST_STATE_PLAYING);
  while (soak_more (s)) {
    guint n = soak_random (s, 0, N_PADS);
    gboolean ends = soak_random (s, 0, 4) != 0;
    gchar *caps = random_caps (s);

    if (p.sources[n].source != NULL)
      soak_pipeline_remove (&p, n);
    soak_pipeline_add (&p, n, caps, FALSE, ends ? FRAMES : -1);
    g_free (caps);
    /* Half of them are replaced while they run. */
    if (ends && soak_random (s, 0, 2) == 0)
      for (guint i = 0; i < 5000 && p.sources[n].pushed < FRAMES; i++)
        g_usleep (100);
    soak_check_stats (s, p.batch);
    soak_check_errors (s, p.bus, p.batch);
    if (!ends)
      soak_pipeline_remove (&p, n);
    soak_pipeline_drain (&p);
    soak_change (s);
  }
  soak_pipeline_clear (&p);
  return soak_finish (s);
}
