/* SPDX-License-Identifier: Apache-2.0 */
package org.savantgst.elements;

/** What a slot of a batch of {@link SavantBatch} is. */
public enum RoiMode {
  /** A whole frame. */
  NONE,
  /** One region of interest of a frame; a frame without one makes no slot. */
  BATCH;

  private static final RoiMode[] VALUES = values();

  int nativeValue() {
    return ordinal();
  }

  static RoiMode fromNativeValue(int value) {
    if (value < 0 || value >= VALUES.length) {
      throw new IllegalArgumentException(
          "RoiMode " + value + ": it must be 0 to " + (VALUES.length - 1));
    }
    return VALUES[value];
  }
}
