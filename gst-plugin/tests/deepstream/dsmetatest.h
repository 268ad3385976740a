/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DS_META_TEST_H
#define DS_META_TEST_H

/* What savantbatch sends to elements that were written for nvstreammux: with
 * DeepStream's own libraries where they are, else with fakes. */
#include <dlfcn.h>
#include <gst/app/gstappsink.h>
#include <gst/app/gstappsrc.h>
#include <gst/check/gstcheck.h>
#include <string.h>

#include <savant/gst.h>

static gpointer (*get_batch_meta) (GstBuffer *buffer);
static gint (*n_batches) (void); /* NULL with the real library */
static gint (*n_pool_frames) (void);

static inline void
setup (void)
{
  gpointer library = dlopen ("libnvdsgst_meta.so", RTLD_NOW);
  gpointer meta = dlopen ("libnvds_meta.so", RTLD_NOW);

  fail_unless (library != NULL && meta != NULL, "%s", dlerror ());
  *(gpointer *) &get_batch_meta =
      dlsym (library, "gst_buffer_get_nvds_batch_meta");
  *(gpointer *) &n_batches = dlsym (meta, "fake_ds_n_batches");
  *(gpointer *) &n_pool_frames = dlsym (meta, "fake_ds_n_pool_frames");
  fail_unless (get_batch_meta != NULL);
}

/* What went past the src pad of savantbatch, a letter and a source each:
 * a pad-added, s stream-start, c update-caps, g stream-segment, r stream-reset,
 * e stream-eos, d pad-deleted, and for every batch its pads in brackets. */
static GString *seen;

/* Of the last update-caps of a pad, as text. */
static gchar *told_caps[8];

static inline void
note_caps (const GstStructure *s)
{
  guint pad = 0, width = 0, height = 0;
  gint n = -1, d = -1;

  fail_unless (gst_structure_get_uint (s, "stream-id", &pad)
      && pad < G_N_ELEMENTS (told_caps));
  gst_structure_get_uint (s, "width-val", &width);
  gst_structure_get_uint (s, "height-val", &height);
  gst_structure_get_fraction (s, "frame-rate", &n, &d);
  g_free (told_caps[pad]);
  told_caps[pad] = g_strdup_printf ("%ux%u %d/%d", width, height, n, d);
}

/* Whether the library is of a release that knows fewer events. */
static inline gboolean
is_old (void)
{
  gpointer helper = dlopen ("libnvdsgst_helper.so", RTLD_NOW);

  return dlsym (helper, "gst_nvevent_new_update_caps") == NULL;
}

static inline GstPadProbeReturn
note (GstPad *pad, GstPadProbeInfo *info, gpointer data)
{
  (void) pad;
  (void) data;
  if ((GST_PAD_PROBE_INFO_TYPE (info) & GST_PAD_PROBE_TYPE_BUFFER) != 0) {
    const GstSavantBatchMeta *batch =
        gst_buffer_get_savant_batch_meta (GST_PAD_PROBE_INFO_BUFFER (info));

    g_string_append_c (seen, '[');
    for (guint i = 0; i < batch->n_slots; i++)
      g_string_append_printf (seen, "%u", batch->slots[i].pad_index);
    g_string_append (seen, "] ");
  } else {
    const GstStructure *s =
        gst_event_get_structure (GST_PAD_PROBE_INFO_EVENT (info));
    const gchar *name = s != NULL ? gst_structure_get_name (s) : "";
    gchar letter = g_str_has_prefix (name, "nv-pad-added") ? 'a'
        : g_str_has_prefix (name, "nv-stream-segment")     ? 'g'
        : g_str_has_prefix (name, "nv-stream-eos")         ? 'e'
        : g_str_has_prefix (name, "nv-pad-deleted")        ? 'd'
        : g_str_has_prefix (name, "nv-stream-start")       ? 's'
        : g_str_has_prefix (name, "nv-stream-reset")       ? 'r'
        : g_str_has_prefix (name, "update-caps")           ? 'c'
                                                           : 0;
    guint source_id = 99;

    if (letter != 0) {
      fail_unless (gst_structure_get_uint (s,
          letter == 'c' ? "stream-id" : "source-id", &source_id));
      g_string_append_printf (seen, "%c%u ", letter, source_id);
      if (letter == 'c')
        note_caps (s);
    }
  }
  return GST_PAD_PROBE_OK;
}

static inline GstElement *
start (const gchar *text, GstElement **batch, GstElement **sink)
{
  GError *error = NULL;
  GstElement *pipeline = gst_parse_launch (text, &error);
  GstPad *pad;

  fail_unless (pipeline != NULL && error == NULL, "%s",
      error != NULL ? error->message : text);
  *batch = gst_bin_get_by_name (GST_BIN (pipeline), "b");
  *sink = gst_bin_get_by_name (GST_BIN (pipeline), "out");
  pad = gst_element_get_static_pad (*batch, "src");
  seen = g_string_new (NULL);
  gst_pad_add_probe (pad,
      GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM, note,
      NULL, NULL);
  gst_object_unref (pad);
  return pipeline;
}

static inline void
finish (GstElement *pipeline, GstElement *batch, GstElement *sink)
{
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (sink);
  gst_object_unref (batch);
  gst_object_unref (pipeline);
  g_string_free (seen, TRUE);
  for (guint i = 0; i < G_N_ELEMENTS (told_caps); i++)
    g_clear_pointer (&told_caps[i], g_free);
  /* Threads of a pipeline may outlive its change to NULL by a moment. */
  for (guint i = 0; n_batches != NULL && n_batches () > 0 && i < 100; i++)
    g_usleep (20000);
  if (n_batches != NULL)
    fail_unless_equals_int (n_batches (), 0);
}

#endif
