/* SPDX-License-Identifier: Apache-2.0 */
#include "support/batchrig.h"

#include <stdarg.h>
#include <string.h>

GstHarness *
batch_rig_add_input (BatchRig *rig)
{
  guint n = rig->n_inputs++;
  gchar *name = g_strdup_printf ("sink_%u", n);

  fail_unless (n < BATCH_RIG_MAX);
  rig->in[n] = gst_harness_new_with_element (rig->batch, name, NULL);
  gst_harness_set_live (rig->in[n], FALSE);
  g_free (name);
  return rig->in[n];
}

void
batch_rig_init (BatchRig *rig, guint n_inputs, const gchar *properties,
    gboolean with_unbatch)
{
  gchar **pairs = g_strsplit (properties != NULL ? properties : "", " ", -1);

  memset (rig, 0, sizeof *rig);
  rig->bus = gst_bus_new ();
  rig->batch = gst_element_factory_make ("savantbatch", NULL);
  fail_unless (rig->batch != NULL, "no element savantbatch");
  gst_object_ref_sink (rig->batch);
  gst_element_set_bus (rig->batch, rig->bus);
  for (gchar **pair = pairs; *pair != NULL && **pair != '\0'; pair++) {
    gchar **parts = g_strsplit (*pair, "=", 2);

    gst_util_set_object_arg (G_OBJECT (rig->batch), parts[0], parts[1]);
    g_strfreev (parts);
  }
  g_strfreev (pairs);
  if (with_unbatch) {
    rig->unbatch = gst_element_factory_make ("savantunbatch", NULL);
    fail_unless (rig->unbatch != NULL, "no element savantunbatch");
    gst_object_ref_sink (rig->unbatch);
    gst_element_set_bus (rig->unbatch, rig->bus);
    fail_unless (gst_element_link (rig->batch, rig->unbatch));
    gst_element_set_state (rig->unbatch, GST_STATE_PLAYING);
  } else {
    rig->out = gst_harness_new_with_element (rig->batch, NULL, "src");
    gst_element_set_state (rig->batch, GST_STATE_READY);
  }
  for (guint i = 0; i < n_inputs; i++)
    gst_object_unref (gst_element_request_pad_simple (rig->batch, "sink_%u"));
  gst_element_set_state (rig->batch, GST_STATE_PLAYING);
  for (guint i = 0; i < n_inputs; i++) {
    gchar *name = g_strdup_printf ("sink_%u", i);
    GstPad *pad = gst_element_get_static_pad (rig->batch, name);

    rig->in[i] = gst_harness_new_with_element (rig->batch, NULL, NULL);
    gst_harness_set_live (rig->in[i], FALSE);
    gst_harness_add_element_sink_pad (rig->in[i], pad);
    gst_harness_play (rig->in[i]);
    gst_object_unref (pad);
    g_free (name);
  }
  rig->n_inputs = n_inputs;
}

void
batch_rig_clear (BatchRig *rig)
{
  gst_element_set_state (rig->batch, GST_STATE_NULL);
  if (rig->unbatch != NULL)
    gst_element_set_state (rig->unbatch, GST_STATE_NULL);
  for (guint i = 0; i < BATCH_RIG_MAX; i++) {
    g_clear_pointer (&rig->in[i], gst_harness_teardown);
    g_clear_pointer (&rig->outs[i], gst_harness_teardown);
  }
  g_clear_pointer (&rig->out, gst_harness_teardown);
  if (rig->unbatch != NULL) {
    gst_element_unlink (rig->batch, rig->unbatch);
    gst_element_set_bus (rig->unbatch, NULL);
    gst_object_unref (rig->unbatch);
  }
  gst_element_set_bus (rig->batch, NULL);
  gst_object_unref (rig->batch);
  gst_bus_set_flushing (rig->bus, TRUE);
  gst_object_unref (rig->bus);
}

GstHarness *
batch_rig_output (BatchRig *rig, guint n, const gchar *caps)
{
  gchar *name = g_strdup_printf ("src_%u", n);

  rig->outs[n] = gst_harness_new_with_element (rig->unbatch, NULL, name);
  if (caps != NULL)
    gst_harness_set_sink_caps_str (rig->outs[n], caps);
  g_free (name);
  return rig->outs[n];
}

GstFlowReturn
batch_rig_push (BatchRig *rig, guint n, const gchar *caps, guint32 rgb,
    guint64 pts_ms)
{
  GstBuffer *buffer = frame_new (caps, rgb);

  GST_BUFFER_PTS (buffer) = pts_ms * GST_MSECOND;
  GST_BUFFER_DURATION (buffer) = 40 * GST_MSECOND;
  return gst_harness_push (rig->in[n], buffer);
}

GstBuffer *
batch_rig_pull (BatchRig *rig, guint n_slots)
{
  GstBuffer *buffer = gst_harness_pull (rig->out);
  GstSavantBatchMeta *meta;
  gpointer surface;

  fail_unless (buffer != NULL, "no batch came");
  meta = gst_buffer_get_savant_batch_meta (buffer);
  surface = gst_savant_buffer_peek_surface (buffer);
  fail_unless (meta != NULL && surface != NULL);
  fail_unless_equals_int (meta->n_slots, n_slots);
  fail_unless_equals_int (gst_savant_surface_get_num_filled (surface), n_slots);
  return buffer;
}

GstMessage *
batch_rig_message (BatchRig *rig, GstMessageType type)
{
  return gst_bus_timed_pop_filtered (rig->bus, 5 * GST_SECOND, type);
}

void
batch_rig_expect (BatchRig *rig, GstMessageType type, ...)
{
  GstMessage *message = batch_rig_message (rig, type);
  GError *error = NULL;
  const gchar *part;
  gchar *debug = NULL;
  va_list parts;

  fail_unless (message != NULL, "no message came");
  if (type == GST_MESSAGE_ERROR)
    gst_message_parse_error (message, &error, &debug);
  else
    gst_message_parse_warning (message, &error, &debug);
  /* What printf makes of GST_PTR_FORMAT. */
  fail_if (debug != NULL
          && g_regex_match_simple ("0x[0-9a-f]+\\aA", debug, 0, 0),
      "an address and no description: %s", debug);
  va_start (parts, type);
  while ((part = va_arg (parts, const gchar *)) != NULL)
    fail_unless (strstr (error->message, part) != NULL, "\"%s\" not in \"%s\"",
        part, error->message);
  va_end (parts);
  g_free (debug);
  g_error_free (error);
  gst_message_unref (message);
}

static const gchar *const counted[] = { "in", "out", "held", "dropped",
  "dropped-late", "dropped-leaky", "dropped-error", "dropped-flush",
  "dropped-released" };

/* Each pad's counts add up, and those of all pads are the totals. */
static void
check_pads (const GstStructure *s)
{
  const GstStructure *pads =
      gst_value_get_structure (gst_structure_get_value (s, "pads"));
  const GstStructure *gone =
      gst_value_get_structure (gst_structure_get_value (s, "released"));

  for (guint f = 0; f < G_N_ELEMENTS (counted); f++) {
    guint64 total = 0, sum = 0, number = 0;

    gst_structure_get_uint64 (s, counted[f], &total);
    gst_structure_get_uint64 (gone, counted[f], &sum);
    for (gint i = 0; i < gst_structure_n_fields (pads); i++) {
      const GstStructure *pad =
          gst_value_get_structure (gst_structure_get_value (pads,
              gst_structure_nth_field_name (pads, (guint) i)));
      guint64 in, out, held, dropped;

      gst_structure_get_uint64 (pad, counted[f], &number);
      sum += number;
      gst_structure_get (pad, "in", G_TYPE_UINT64, &in, "out", G_TYPE_UINT64,
          &out, "held", G_TYPE_UINT64, &held, "dropped", G_TYPE_UINT64,
          &dropped, NULL);
      fail_unless_equals_uint64 (in, out + held + dropped);
    }
    fail_unless (total == sum,
        "%s: %" G_GUINT64_FORMAT " in all, %" G_GUINT64_FORMAT " of the pads",
        counted[f], total, sum);
  }
}

guint64
batch_rig_stat (GstElement *element, const gchar *field)
{
  guint64 in, out, held, dropped, value;
  GstStructure *s;

  g_object_get (element, "stats", &s, NULL);
  fail_unless (gst_structure_get (s, "in", G_TYPE_UINT64, &in, "out",
      G_TYPE_UINT64, &out, "held", G_TYPE_UINT64, &held, "dropped",
      G_TYPE_UINT64, &dropped, field, G_TYPE_UINT64, &value, NULL));
  fail_unless_equals_uint64 (in, out + held + dropped);
  if (gst_structure_has_field (s, "pads"))
    check_pads (s);
  gst_structure_free (s);
  return value;
}

void
batch_rig_expect_stat (GstElement *element, const gchar *field, guint64 value)
{
  guint64 got = batch_rig_stat (element, field);

  for (guint i = 0; got != value && i < 10000; i++) {
    g_usleep (1000);
    got = batch_rig_stat (element, field);
  }
  fail_unless (got == value,
      "%s is %" G_GUINT64_FORMAT ", not %" G_GUINT64_FORMAT, field, got, value);
}

guint64
batch_rig_inner_stat (GstElement *element, const gchar *inner,
    const gchar *field)
{
  GstStructure *stats;
  const GValue *value;
  guint64 number = 0;

  g_object_get (element, "stats", &stats, NULL);
  value = gst_structure_get_value (stats, inner);
  fail_unless (value != NULL && GST_VALUE_HOLDS_STRUCTURE (value), "no %s",
      inner);
  gst_structure_get_uint64 (gst_value_get_structure (value), field, &number);
  gst_structure_free (stats);
  return number;
}
