/* SPDX-License-Identifier: Apache-2.0 */
package org.savantgst.examples.cli;

import java.util.List;
import java.util.Optional;
import org.freedesktop.gstreamer.ElementFactory;

/** Elements of GStreamer itself that the program or the demo uses. */
final class StockElements {
  /**
   * Elements of which one is enough, the better first.
   *
   * @param purpose what it is for
   * @param elements their names
   * @param packages the packages of Debian and Ubuntu that have them
   */
  record Choice(String purpose, List<String> elements, String packages) {
    /** The first that is there. */
    Optional<String> found() {
      return elements.stream().filter(StockElements::has).findFirst();
    }

    /** What to say when none is there. */
    String missing() {
      return "none of " + String.join(", ", elements) + " is there; install " + packages;
    }
  }

  static final Choice ENCODER =
      new Choice(
          "encodes --mp4",
          List.of("x264enc", "openh264enc"),
          "gstreamer1.0-plugins-ugly or gstreamer1.0-plugins-bad");
  static final Choice MUXER =
      new Choice("writes --mp4", List.of("mp4mux"), "gstreamer1.0-plugins-good");
  static final Choice CONVERTER =
      new Choice("converts for --mp4", List.of("videoconvert"), "gstreamer1.0-plugins-base");

  /** What `savant run` over the demo's inputs uses, in the order of the data. */
  static final List<Choice> ALL =
      List.of(
          new Choice("opens inputs", List.of("uridecodebin"), "gstreamer1.0-plugins-base"),
          new Choice("reads MP4 files", List.of("qtdemux"), "gstreamer1.0-plugins-good"),
          new Choice("splits H.264", List.of("h264parse"), "gstreamer1.0-plugins-bad"),
          new Choice(
              "decodes H.264",
              List.of("avdec_h264", "openh264dec"),
              "gstreamer1.0-libav or gstreamer1.0-plugins-bad"),
          new Choice(
              "scales the demo's inputs", List.of("videoscale"), "gstreamer1.0-plugins-base"),
          new Choice(
              "crops the demo's inputs", List.of("aspectratiocrop"), "gstreamer1.0-plugins-good"),
          new Choice(
              "takes and gives frames", List.of("appsink", "appsrc"), "gstreamer1.0-plugins-base"),
          CONVERTER,
          ENCODER,
          MUXER);

  private StockElements() {}

  static boolean has(String name) {
    try {
      return ElementFactory.find(name) != null;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }
}
