/* SPDX-License-Identifier: Apache-2.0 */
package org.savantgst.surface;

/** Where a picture goes in its destination. */
public enum Padding {
  /** Fills the destination; the aspect ratio may change. */
  NONE(0),
  /** Keeps the aspect ratio; picture left top, bars right or below. */
  RIGHT_BOTTOM(1),
  /** Keeps the aspect ratio; centred, an odd spare pixel goes right or below. */
  SYMMETRIC(2);

  private static final Padding[] VALUES = values();

  private final int nativeValue;

  Padding(int nativeValue) {
    this.nativeValue = nativeValue;
  }

  /**
   * Returns the number of the native library.
   *
   * @return the number
   */
  public int nativeValue() {
    return nativeValue;
  }

  /**
   * Returns the constant of a number of the native library.
   *
   * @param value the number
   * @return the constant
   * @throws IllegalArgumentException if there is none of that number
   */
  public static Padding fromNativeValue(int value) {
    for (Padding constant : VALUES) {
      if (constant.nativeValue == value) {
        return constant;
      }
    }
    throw new IllegalArgumentException(
        "Padding " + value + ": known are " + NativeNames.numbered(VALUES, Padding::nativeValue));
  }

  /**
   * Returns the padding of a name, upper or lower case.
   *
   * @param name {@code none}, {@code right_bottom} (or {@code rightbottom}) or {@code symmetric}
   * @return the padding
   * @throws IllegalArgumentException if the name is null or none of these
   */
  public static Padding fromName(String name) {
    return switch (NativeNames.fold("padding", name)) {
      case "none" -> NONE;
      case "right_bottom", "rightbottom" -> RIGHT_BOTTOM;
      case "symmetric" -> SYMMETRIC;
      default ->
          throw new IllegalArgumentException(
              "padding \"" + name + "\": known are none, right_bottom (rightbottom), symmetric");
    };
  }
}
