/* SPDX-License-Identifier: Apache-2.0 */
package org.savantgst.elements;

/** What {@link SavantBatch} does where caps or a frame of one pad cannot be used. */
public enum PadError {
  /** Posts an error; the other pads go on. */
  ERROR,
  /** Posts a warning and ends the stream of the pad; the others go on. */
  DROP_PAD;

  private static final PadError[] VALUES = values();

  int nativeValue() {
    return ordinal();
  }

  static PadError fromNativeValue(int value) {
    if (value < 0 || value >= VALUES.length) {
      throw new IllegalArgumentException(
          "PadError " + value + ": it must be 0 to " + (VALUES.length - 1));
    }
    return VALUES[value];
  }
}
