/* SPDX-License-Identifier: Apache-2.0 */
package org.savantgst.elements;

/**
 * What {@link SavantTransform} does where the rectangle to take leaves the picture, and {@link
 * SavantBatch} where a region of interest does.
 */
public enum RoiPolicy {
  /** Takes the part inside. */
  CLIP,
  /** Drops the frame, or leaves out the region, and counts it. */
  SKIP,
  /** Stops with an error. */
  ERROR;

  private static final RoiPolicy[] VALUES = values();

  int nativeValue() {
    return ordinal();
  }

  static RoiPolicy fromNativeValue(int value) {
    if (value < 0 || value >= VALUES.length) {
      throw new IllegalArgumentException(
          "RoiPolicy " + value + ": it must be 0 to " + (VALUES.length - 1));
    }
    return VALUES[value];
  }
}
