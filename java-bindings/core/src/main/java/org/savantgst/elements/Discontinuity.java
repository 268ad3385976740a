/* SPDX-License-Identifier: Apache-2.0 */
package org.savantgst.elements;

/** What a pad of {@link SavantBatch} does with a frame whose time jumps. */
public enum Discontinuity {
  /** Takes it. */
  ACCEPT,
  /** Drops it, but goes on from there when the next one follows on it. */
  DROP,
  /** Takes it and numbers frames without an id from 0 again. */
  RESET_ID;

  private static final Discontinuity[] VALUES = values();

  int nativeValue() {
    return ordinal();
  }

  static Discontinuity fromNativeValue(int value) {
    if (value < 0 || value >= VALUES.length) {
      throw new IllegalArgumentException(
          "Discontinuity " + value + ": it must be 0 to " + (VALUES.length - 1));
    }
    return VALUES[value];
  }
}
