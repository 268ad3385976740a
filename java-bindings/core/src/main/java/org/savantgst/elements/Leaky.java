/* SPDX-License-Identifier: Apache-2.0 */
package org.savantgst.elements;

/** Which frame is dropped where one too many comes to a pad of {@link SavantBatch}. */
public enum Leaky {
  /** None: its sender waits. */
  NONE,
  /** The one that has waited longest. */
  OLDEST,
  /** The one that comes. */
  NEWEST;

  private static final Leaky[] VALUES = values();

  int nativeValue() {
    return ordinal();
  }

  static Leaky fromNativeValue(int value) {
    if (value < 0 || value >= VALUES.length) {
      throw new IllegalArgumentException(
          "Leaky " + value + ": it must be 0 to " + (VALUES.length - 1));
    }
    return VALUES[value];
  }
}
