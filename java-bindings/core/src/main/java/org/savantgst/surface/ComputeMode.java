/* SPDX-License-Identifier: Apache-2.0 */
package org.savantgst.surface;

/** Which engine computes a transform. */
public enum ComputeMode {
  /** The best one for the memory; never fails. */
  DEFAULT(0),
  /** The GPU. */
  GPU(1),
  /** The video image compositor of a Jetson. */
  VIC(2);

  private static final ComputeMode[] VALUES = values();

  private final int nativeValue;

  ComputeMode(int nativeValue) {
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
  public static ComputeMode fromNativeValue(int value) {
    for (ComputeMode constant : VALUES) {
      if (constant.nativeValue == value) {
        return constant;
      }
    }
    throw new IllegalArgumentException(
        "ComputeMode "
            + value
            + ": known are "
            + NativeNames.numbered(VALUES, ComputeMode::nativeValue));
  }
}
