/* SPDX-License-Identifier: Apache-2.0 */
package org.savantgst.surface;

/** Rotations, clockwise, and mirrors. */
public enum Flip {
  /** As it is. */
  NONE(0),
  /** A quarter turn. */
  ROTATE_90(1),
  /** A half turn. */
  ROTATE_180(2),
  /** Three quarter turns. */
  ROTATE_270(3),
  /** Left and right are exchanged. */
  FLIP_X(4),
  /** Top and bottom are exchanged. */
  FLIP_Y(5),
  /** Mirrored along the diagonal from the left top corner. */
  TRANSPOSE(6),
  /** Mirrored along the diagonal from the right top corner. */
  INVERSE_TRANSPOSE(7);

  private static final Flip[] VALUES = values();

  private final int nativeValue;

  Flip(int nativeValue) {
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
  public static Flip fromNativeValue(int value) {
    for (Flip constant : VALUES) {
      if (constant.nativeValue == value) {
        return constant;
      }
    }
    throw new IllegalArgumentException(
        "Flip " + value + ": known are " + NativeNames.numbered(VALUES, Flip::nativeValue));
  }
}
