/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ELEMENTRIG_H
#define ELEMENTRIG_H

/* An element between two harness pads, with a bus, and frames of one colour
 * to send through it. Only public headers. */

#include <gst/check/gstcheck.h>
#include <gst/check/gstharness.h>

#include <savant/gst.h>

typedef struct ElementRig
{
  GstHarness *h;
  GstBus *bus;
  GQueue errors, warnings; /* texts taken from the bus so far */
} ElementRig;

/* `properties` is "name=value name=value ...", may be NULL. */
void rig_init (ElementRig *rig, const gchar *element, const gchar *properties);
void rig_clear (ElementRig *rig);

/* Sets properties as rig_init() does, at any time. */
void rig_set (ElementRig *rig, const gchar *properties);

/* Caps that arrive, and caps that the peer downstream takes. */
void rig_set_caps (ElementRig *rig, const gchar *in, const gchar *out);

/* The text of the next error or warning, or NULL if there is none (g_free). */
gchar *rig_pop_error (ElementRig *rig);
gchar *rig_pop_warning (ElementRig *rig);

/* Fails unless the next error (or warning) holds each of the texts up to a
 * NULL. */
void rig_expect_error (ElementRig *rig, ...) G_GNUC_NULL_TERMINATED;
void rig_expect_warning (ElementRig *rig, ...) G_GNUC_NULL_TERMINATED;
void rig_expect_silence (ElementRig *rig);

/* The caps of the element's src pad as a structure; caps are kept in *caps. */
const GstStructure *rig_output (ElementRig *rig, GstCaps **caps);

/* A field of the property `stats`; fails unless in = out + held + dropped. */
guint64 rig_stat (ElementRig *rig, const gchar *field);

/* Pushes `buffer`, which must come through, and returns what comes out. */
GstBuffer *rig_transform (ElementRig *rig, GstBuffer *buffer);

/* A frame or batch of `caps` in one colour, PTS 0 and 40 ms long. Surfaces
 * have all slots filled. */
GstBuffer *frame_new (const gchar *caps, guint32 rgb);

/* Paints the rectangle of slot `slot`. */
void frame_paint (GstBuffer *buffer, const gchar *caps, gint slot, gint x,
    gint y, gint w, gint h, guint32 rgb);

/* The colour of a pixel as 0xRRGGBB; YUV is converted. */
guint32 frame_color (GstBuffer *buffer, const GstCaps *caps, gint slot, gint x,
    gint y);

/* Fails unless the pixel of the output that `rig` last negotiated is within
 * 3 levels of `rgb`. */
#define expect_color(rig, buffer, slot, x, y, rgb)                             \
  expect_color_at (rig, buffer, slot, x, y, rgb, __FILE__, __LINE__)
void expect_color_at (ElementRig *rig, GstBuffer *buffer, gint slot, gint x,
    gint y, guint32 rgb, const gchar *file, gint line);

/* Fails unless slot `slot` of SavantTransformMeta has this destination. */
void expect_destination (GstBuffer *buffer, guint slot, gint x, gint y, gint w,
    gint h);
void expect_source (GstBuffer *buffer, guint slot, gint x, gint y, gint w,
    gint h);

#endif
