/* SPDX-License-Identifier: Apache-2.0 */
package org.savantgst.elements;

/** What {@link SavantBufGen} draws. The order is that of the native numbers. */
public enum Pattern {
  /** Nothing: black when a buffer is first used, later what its last user left. */
  NONE,
  /** Black. */
  BLACK,
  /** White. */
  WHITE,
  /** The colour of {@link SavantBufGen#setColor}. */
  COLOR,
  /** SMPTE colour bars of 75 %. */
  SMPTE,
  /** Black to white from left to right, all hues from top to bottom. */
  GRADIENT,
  /** A white ball that moves over black. */
  BALL,
  /** The low 32 bits of the frame id as black and white cells. */
  COUNTER;

  private static final Pattern[] VALUES = values();

  int nativeValue() {
    return ordinal();
  }

  static Pattern fromNativeValue(int value) {
    if (value < 0 || value >= VALUES.length) {
      throw new IllegalArgumentException(
          "Pattern " + value + ": it must be 0 to " + (VALUES.length - 1));
    }
    return VALUES[value];
  }
}
