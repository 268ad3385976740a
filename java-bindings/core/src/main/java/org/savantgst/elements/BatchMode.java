/* SPDX-License-Identifier: Apache-2.0 */
package org.savantgst.elements;

/** What the slots of a batch of {@link SavantBatch} are. */
public enum BatchMode {
  /** All of one format and size; every frame is transformed into its slot. */
  UNIFORM,
  /** Each as its frame is, without a copy where frames are surfaces. */
  NON_UNIFORM;

  private static final BatchMode[] VALUES = values();

  int nativeValue() {
    return ordinal();
  }

  static BatchMode fromNativeValue(int value) {
    if (value < 0 || value >= VALUES.length) {
      throw new IllegalArgumentException(
          "BatchMode " + value + ": it must be 0 to " + (VALUES.length - 1));
    }
    return VALUES[value];
  }
}
