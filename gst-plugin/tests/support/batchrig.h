/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BATCHRIG_H
#define BATCHRIG_H

/* savantbatch, alone or with savantunbatch behind it, between harnesses, whose
 * sources are not live until gst_harness_set_live() says so. */

#include "support/elementrig.h"

#define BATCH_RIG_MAX 8

typedef struct BatchRig
{
  GstElement *batch;
  GstElement *unbatch; /* or NULL */
  GstBus *bus;
  guint n_inputs;
  GstHarness *in[BATCH_RIG_MAX];   /* of sink_0, sink_1, ... */
  GstHarness *out;                 /* of savantbatch's src, without unbatch */
  GstHarness *outs[BATCH_RIG_MAX]; /* of src_0, src_1, ... as asked for */
} BatchRig;

/* `properties` as for rig_init(), for savantbatch. Nothing has data yet. */
void batch_rig_init (BatchRig *rig, guint n_inputs, const gchar *properties,
    gboolean with_unbatch);
void batch_rig_clear (BatchRig *rig);

/* One more pad sink_n. */
GstHarness *batch_rig_add_input (BatchRig *rig);

/* Pad src_n of savantunbatch, whose peer takes `caps` (NULL: all). */
GstHarness *batch_rig_output (BatchRig *rig, guint n, const gchar *caps);

/* A frame of the input's caps in one colour with a PTS in ms and 40 ms long. */
GstFlowReturn batch_rig_push (BatchRig *rig, guint n, const gchar *caps,
    guint32 rgb, guint64 pts_ms);

/* The next batch, which has to have `n_slots`. */
GstBuffer *batch_rig_pull (BatchRig *rig, guint n_slots);

/* The next message of a type within 5 s; NULL if there is none. */
GstMessage *batch_rig_message (BatchRig *rig, GstMessageType type);

/* Fails unless the next error or warning holds all texts up to NULL. */
void batch_rig_expect (BatchRig *rig, GstMessageType type,
    ...) G_GNUC_NULL_TERMINATED;

/* A field of the element's stats; fails unless in = out + held + dropped, of
 * every pad too, and the pads' and the released ones' counts add up to it. */
guint64 batch_rig_stat (GstElement *element, const gchar *field);

/* A field of a structure in the element's stats, 0 where it has none. */
guint64 batch_rig_inner_stat (GstElement *element, const gchar *inner,
    const gchar *field);

/* Waits until it has a value: a frame counts as out only when the push that
 * handed it over has returned. */
void batch_rig_expect_stat (GstElement *element, const gchar *field,
    guint64 value);

#endif
