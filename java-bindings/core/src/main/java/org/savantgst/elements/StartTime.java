/* SPDX-License-Identifier: Apache-2.0 */
package org.savantgst.elements;

/** Where a stream begins in the batches' time. */
public enum StartTime {
  /** Now, where it begins behind the batches or far ahead of the clock. */
  AUTO,
  /** At the running time of its frames. */
  AS_IS;

  private static final StartTime[] VALUES = values();

  int nativeValue() {
    return ordinal();
  }

  static StartTime fromNativeValue(int value) {
    if (value < 0 || value >= VALUES.length) {
      throw new IllegalArgumentException(
          "StartTime " + value + ": it must be 0 to " + (VALUES.length - 1));
    }
    return VALUES[value];
  }
}
