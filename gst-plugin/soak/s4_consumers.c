/* SPDX-License-Identifier: Apache-2.0 */

/* S4: consumers that are slow, that block, and that never give a frame back
 * while the pool of batches has an end. Sources come and go meanwhile, and the
 * pipeline is stopped in the middle of it. */

#include "soak.h"

#define N_SOURCES 4
#define CAPS                                                                   \
  "video/x-raw(memory:NVMM),format=RGBA,width=32,height=32,framerate=100/1"
#define SLOW_US 30000 /* a frame of any of four sources comes every 2500 us */

/* What the pads may hold: max-queued frames each and one batch on its way. */
#define MAX_HELD (N_SOURCES * (4 + 1 + 1))

typedef struct Hoard
{
  GMutex lock;
  GPtrArray *buffers; /* of GstBuffer */
} Hoard;

static void
be_slow (GstElement *sink, GstBuffer *buffer, GstPad *pad, gpointer data)
{
  (void) sink;
  (void) buffer;
  (void) pad;
  (void) data;
  g_usleep (SLOW_US);
}

static void
keep (GstElement *sink, GstBuffer *buffer, GstPad *pad, gpointer data)
{
  Hoard *hoard = data;

  (void) sink;
  (void) pad;
  g_mutex_lock (&hoard->lock);
  g_ptr_array_add (hoard->buffers, gst_buffer_ref (buffer));
  g_mutex_unlock (&hoard->lock);
}

static GstPadProbeReturn
block (GstPad *pad, GstPadProbeInfo *info, gpointer data)
{
  (void) pad;
  (void) info;
  (void) data;
  return GST_PAD_PROBE_OK;
}

static void
begin (SoakPipeline *p, Soak *s, const gchar *properties, GCallback consumer,
    gpointer data)
{
  soak_pipeline_init (p, s, properties);
  for (guint n = 0; n < N_SOURCES; n++) {
    soak_pipeline_add (p, n, CAPS, TRUE, -1);
    g_object_set (p->sources[n].sink, "signal-handoffs", TRUE, NULL);
    if (consumer != NULL)
      g_signal_connect (p->sources[n].sink, "handoff", consumer, data);
  }
  soak_set_state (s, p->pipeline, GST_STATE_PLAYING);
}

/* A source goes and another comes, whatever downstream does. */
static void
change_a_source (Soak *s, SoakPipeline *p)
{
  guint n = soak_random (s, 0, N_SOURCES);

  soak_expect_frames (s, TRUE); /* the watchdog, should this block */
  soak_pipeline_remove (p, n);
  soak_pipeline_add (p, n, CAPS, TRUE, -1);
  soak_expect_frames (s, FALSE);
}

static void
check_bound (Soak *s, SoakPipeline *p)
{
  guint64 held = soak_stat (p->batch, "held");

  soak_check_stats (s, p->batch);
  if (held > MAX_HELD)
    soak_fail (s, "%" G_GUINT64_FORMAT " frames are held, at most %d may be",
        held, MAX_HELD);
}

/* Too slow for its sources: frames are dropped and counted, none waits long. */
static void
slow_consumer (Soak *s)
{
  SoakPipeline p;

  begin (&p, s, "timeout-policy=fixed batch-timeout=10000000",
      G_CALLBACK (be_slow), NULL);
  for (guint n = 0; n < N_SOURCES; n++) {
    gchar *name = g_strdup_printf ("sink_%u", n);
    GstPad *pad = gst_element_get_static_pad (p.batch, name);

    gst_util_set_object_arg (G_OBJECT (pad), "leaky", "oldest");
    gst_object_unref (pad);
    g_free (name);
  }
  soak_expect_frames (s, TRUE);
  /* On a busy machine the sources are slow, too. */
  for (guint i = 0;
       i < 20 || (i < 250 && soak_stat (p.batch, "dropped-leaky") == 0); i++) {
    g_usleep (20000);
    check_bound (s, &p);
  }
  if (soak_stat (p.batch, "dropped-leaky") == 0)
    soak_fail (s, "a slow consumer, and nothing was dropped");
  soak_expect_frames (s, FALSE);
  soak_pipeline_clear (&p);
}

/* Stands still behind savantunbatch, and goes on or is stopped. */
static void
blocked_consumer (Soak *s)
{
  gboolean goes_on = soak_random (s, 0, 2) == 0;
  guint64 before;
  SoakPipeline p;
  gulong probe;
  GstPad *pad;

  begin (&p, s, "", NULL, NULL);
  pad = gst_element_get_static_pad (p.batch, "src");
  probe = gst_pad_add_probe (pad,
      GST_PAD_PROBE_TYPE_BLOCK | GST_PAD_PROBE_TYPE_BUFFER, block, NULL, NULL);
  g_usleep (soak_random (s, 0, 50000));
  for (guint i = 0; i < 4; i++)
    change_a_source (s, &p);
  check_bound (s, &p);
  if (goes_on) {
    gst_pad_remove_probe (pad, probe);
    before = soak_output (s);
    soak_expect_frames (s, TRUE);
    while (soak_output (s) < before + 2 * N_SOURCES)
      g_usleep (1000);
    soak_expect_frames (s, FALSE);
  }
  gst_object_unref (pad);
  soak_pipeline_clear (&p);
}

/* Keeps every frame for ever; what the pool has is soon away. */
static void
hoarding_consumer (Soak *s)
{
  SoakPipeline p;
  Hoard hoard;

  g_mutex_init (&hoard.lock);
  hoard.buffers =
      g_ptr_array_new_with_free_func ((GDestroyNotify) gst_buffer_unref);
  begin (&p, s, "pool-size=3", G_CALLBACK (keep), &hoard);
  g_usleep (100000);
  change_a_source (s, &p);
  check_bound (s, &p);
  if (hoard.buffers->len > 3 * N_SOURCES)
    soak_fail (s, "a pool of 3 batches gave out %u frames", hoard.buffers->len);
  soak_pipeline_clear (&p);
  g_ptr_array_unref (hoard.buffers);
  g_mutex_clear (&hoard.lock);
}

int
main (int argc, char **argv)
{
  Soak *s = soak_new (argc, argv, "S4 consumers", 400, 0);

  while (soak_more (s)) {
    switch (soak_random (s, 0, 3)) {
      case 0:
        slow_consumer (s);
        break;
      case 1:
        blocked_consumer (s);
        break;
      default:
        hoarding_consumer (s);
        break;
    }
    soak_change (s);
  }
  return soak_finish (s);
}
