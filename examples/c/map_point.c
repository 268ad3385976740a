/* SPDX-License-Identifier: Apache-2.0 */

/* A network has found something at a point of its 640x640 input: where is that
 * in the video? `map_point X Y` tells it, for a video of 1920x1080. */

#include <gst/app/app.h>
#include <savant/gst.h>

static GstSample *
pull_first (GstElement *pipeline)
{
  GstElement *sink = gst_bin_get_by_name (GST_BIN (pipeline), "network");
  GstSample *sample;

  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  sample = gst_app_sink_pull_sample (GST_APP_SINK (sink));
  gst_object_unref (sink);
  return sample;
}

int
main (int argc, char **argv)
{
  GstSavantTransformMeta *meta;
  GstElement *pipeline;
  GError *error = NULL;
  GstSample *sample;
  double point[2];

  gst_init (&argc, &argv);
  if (argc != 3) {
    g_printerr ("usage: map_point X Y\n");
    return 2;
  }
  pipeline = gst_parse_launch (
      "videotestsrc num-buffers=1 ! video/x-raw,width=1920,height=1080 "
      "! savanttransform ! video/x-raw,format=RGBA,width=640,height=640 "
      "! appsink name=network",
      &error);
  if (error != NULL) {
    g_printerr ("%s\n", error->message);
    g_error_free (error);
    gst_clear_object (&pipeline);
    return 1;
  }
  sample = pull_first (pipeline);
  if (sample == NULL) {
    g_printerr ("no frame came\n");
    gst_element_set_state (pipeline, GST_STATE_NULL);
    gst_object_unref (pipeline);
    return 1;
  }
  meta = gst_buffer_get_savant_transform_meta (gst_sample_get_buffer (sample));
  gst_savant_geometry_point_to_source (&meta->slots[0],
      g_ascii_strtod (argv[1], NULL), g_ascii_strtod (argv[2], NULL), point);
  g_print ("%g %g\n", point[0], point[1]);

  gst_sample_unref (sample);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (pipeline);
  return 0;
}
