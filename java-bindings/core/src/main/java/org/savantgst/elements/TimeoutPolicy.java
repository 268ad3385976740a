/* SPDX-License-Identifier: Apache-2.0 */
package org.savantgst.elements;

/** How long a frame waits at {@link SavantBatch} for other pads. */
public enum TimeoutPolicy {
  /** For one frame of the fastest live pad, as observed; for ever where no pad is live. */
  AUTO,
  /** For the property batch-timeout. */
  FIXED,
  /** For ever: every pad has to have a frame, a gap or EOS. */
  NONE;

  private static final TimeoutPolicy[] VALUES = values();

  int nativeValue() {
    return ordinal();
  }

  static TimeoutPolicy fromNativeValue(int value) {
    if (value < 0 || value >= VALUES.length) {
      throw new IllegalArgumentException(
          "TimeoutPolicy " + value + ": it must be 0 to " + (VALUES.length - 1));
    }
    return VALUES[value];
  }
}
