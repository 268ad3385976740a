/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TEST_FRAMES_H
#define TEST_FRAMES_H

/* What tests of elements do over and over: buffers seen as pictures, colours
 * of single pixels, messages of one kind. */

#include <gst/check/gstcheck.h>
#include <gst/check/gstharness.h>
#include <gst/video/video.h>

#include <savant/gst.h>

/* A buffer of plain or memory:NVMM caps as a picture. */
typedef struct TestFrame
{
  SavantImage image;
  gboolean mapped;
  GstVideoFrame video;
} TestFrame;

/* Fails the test where the buffer does not hold what the caps say. */
void test_frame_map (TestFrame *frame, GstBuffer *buffer, const GstCaps *caps);
void test_frame_unmap (TestFrame *frame);

/* A component (R, G, B, A or Y, U, V or grey) of the sample that pixel (x, y)
 * lies in. */
int test_sample (const SavantImage *image, int component, int x, int y);

/* Fails the test unless a pixel shows a colour 0xRRGGBB (alpha 255) to within
 * `tolerance` levels a component. */
void test_assert_color (const SavantImage *image, int x, int y, guint32 rgb,
    int tolerance);

/* The caps of a harness's element. */
GstCaps *test_harness_caps (GstHarness *h);

/* A harness around savantbufgen with a bus of its own; `properties` as in a
 * launch line, `caps` what its sink takes. */
GstHarness *test_bufgen (const gchar *properties, const gchar *caps);

/* Stops and frees it with its bus. */
void test_bufgen_free (GstHarness *h);

/* The text of the next error message on a bus, which has to come within 20 s;
 * to be freed. Fails the test if a second error follows. */
gchar *test_one_error (GstBus *bus);

/* Fails the test unless `text` contains `part`. */
void test_assert_contains (const gchar *text, const gchar *part);

/* A number of an element's property `stats`; `field` may be "pool/...". */
guint64 test_stat (GstElement *element, const gchar *field);

/* Fails unless in = out + held + dropped, and dropped is the sum of its
 * reasons. */
void test_assert_stats (GstElement *element);

/* The only id of a buffer. */
gint64 test_frame_id (GstBuffer *buffer);

#endif
