/* SPDX-License-Identifier: Apache-2.0 */
package org.savantgst.elements;

import java.util.Locale;
import org.freedesktop.gstreamer.Element;
import org.freedesktop.gstreamer.Pad;
import org.freedesktop.gstreamer.Structure;

/** Checked reading and writing of properties. */
final class Properties {
  private Properties() {}

  static int getInt(Element element, String name) {
    return ((Number) element.get(name)).intValue();
  }

  static long getLong(Element element, String name) {
    return ((Number) element.get(name)).longValue();
  }

  /** A guint, of which gst1-java-core makes an int. */
  static long getUnsigned(Pad pad, String name) {
    return ((Number) pad.get(name)).longValue() & 0xFFFFFFFFL;
  }

  static boolean getBoolean(Element element, String name) {
    return (Boolean) element.get(name);
  }

  static String getString(Element element, String name) {
    return (String) element.get(name);
  }

  static FlowStats getStats(Element element) {
    try (Structure structure = (Structure) element.get("stats")) {
      return FlowStats.of(structure);
    }
  }

  /** The element would clamp or ignore what is outside its range. */
  static void setInt(Element element, String name, int value, int min, int max) {
    if (value < min || value > max) {
      throw outside(name, value, min, max);
    }
    element.set(name, value);
  }

  static void setLong(Element element, String name, long value, long min, long max) {
    if (value < min || value > max) {
      throw outside(name, value, min, max);
    }
    element.set(name, value);
  }

  static void setColor(Element element, String name, int rgb) {
    if (rgb < 0 || rgb > 0xFFFFFF) {
      throw new IllegalArgumentException(
          String.format(Locale.ROOT, "%s 0x%X: it must be 0xRRGGBB, 0 to 0xFFFFFF", name, rgb));
    }
    element.set(name, rgb);
  }

  static <T> T requirePresent(String name, T value) {
    if (value == null) {
      throw new IllegalArgumentException(name + " is null");
    }
    return value;
  }

  private static IllegalArgumentException outside(String name, long value, long min, long max) {
    return new IllegalArgumentException(name + " " + value + ": it must be " + min + " to " + max);
  }
}
