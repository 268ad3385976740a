/* SPDX-License-Identifier: Apache-2.0 */
package org.savantgst.examples.cli;

import org.savantgst.Savant;

/** GStreamer, the native library or an element that is asked for cannot be used here. */
final class UnavailableException extends Exception {
  private static final long serialVersionUID = 1L;

  UnavailableException(String message) {
    super(message);
  }

  /**
   * Loads GStreamer and the native library.
   *
   * @throws UnavailableException if that fails, with every attempt in its message
   */
  static void check() throws UnavailableException {
    if (!Savant.isAvailable()) {
      throw new UnavailableException(explain(Savant.unavailabilityCause()));
    }
  }

  /** Without GStreamer itself the loader's words name a file and not what to do. */
  static String explain(Throwable cause) {
    String message = String.valueOf(cause.getMessage()).strip();
    boolean isOurs = message.contains("Savant");
    return isOurs
        ? message
        : "GStreamer 1.20 or newer cannot be used (Debian and Ubuntu: apt-get install"
            + " gstreamer1.0-plugins-base): "
            + message.lines().findFirst().orElse(cause.toString());
  }
}
