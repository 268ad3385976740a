/* SPDX-License-Identifier: Apache-2.0 */
package org.savantgst.elements;

import java.util.Locale;
import org.freedesktop.gstreamer.Structure;
import org.freedesktop.gstreamer.glib.GObject;

/** Checked reading and writing of properties. */
final class Properties {
  private Properties() {}

  static int getInt(GObject object, String name) {
    return ((Number) object.get(name)).intValue();
  }

  static long getLong(GObject object, String name) {
    return ((Number) object.get(name)).longValue();
  }

  /** A guint, of which gst1-java-core makes an int. */
  static long getUnsigned(GObject pad, String name) {
    return ((Number) pad.get(name)).longValue() & 0xFFFFFFFFL;
  }

  static boolean getBoolean(GObject object, String name) {
    return (Boolean) object.get(name);
  }

  static String getString(GObject object, String name) {
    return (String) object.get(name);
  }

  static FlowStats getStats(GObject object) {
    try (Structure structure = (Structure) object.get("stats")) {
      return FlowStats.of(structure);
    }
  }

  /** The element would clamp or ignore what is outside its range. */
  static void setInt(GObject object, String name, int value, int min, int max) {
    if (value < min || value > max) {
      throw outside(name, value, min, max);
    }
    object.set(name, value);
  }

  static void setLong(GObject object, String name, long value, long min, long max) {
    requireInside(name, value, min, max);
    object.set(name, value);
  }

  static void requireInside(String name, long value, long min, long max) {
    if (value < min || value > max) {
      throw outside(name, value, min, max);
    }
  }

  static void setColor(GObject object, String name, int rgb) {
    if (rgb < 0 || rgb > 0xFFFFFF) {
      throw new IllegalArgumentException(
          String.format(Locale.ROOT, "%s 0x%X: it must be 0xRRGGBB, 0 to 0xFFFFFF", name, rgb));
    }
    object.set(name, rgb);
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
