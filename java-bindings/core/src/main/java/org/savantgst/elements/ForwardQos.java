/* SPDX-License-Identifier: Apache-2.0 */
package org.savantgst.elements;

/** Which sources get QOS events from downstream of {@link SavantBatch}. */
public enum ForwardQos {
  /** Live ones. */
  LIVE,
  /** All: decoders of files drop frames too. */
  ALL,
  /** None. */
  NONE;

  private static final ForwardQos[] VALUES = values();

  int nativeValue() {
    return ordinal();
  }

  static ForwardQos fromNativeValue(int value) {
    if (value < 0 || value >= VALUES.length) {
      throw new IllegalArgumentException(
          "ForwardQos " + value + ": it must be 0 to " + (VALUES.length - 1));
    }
    return VALUES[value];
  }
}
