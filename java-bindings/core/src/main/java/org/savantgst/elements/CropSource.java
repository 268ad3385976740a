/* SPDX-License-Identifier: Apache-2.0 */
package org.savantgst.elements;

/** Where {@link SavantTransform} looks for the rectangle to take. */
public enum CropSource {
  /** GstVideoCropMeta, else the first region of interest, else the crop properties. */
  AUTO,
  /** GstVideoCropMeta, else the crop properties. */
  CROP_META,
  /** The first region of interest, else the crop properties. */
  ROI_META,
  /** The crop properties only. */
  NONE;

  private static final CropSource[] VALUES = values();

  int nativeValue() {
    return ordinal();
  }

  static CropSource fromNativeValue(int value) {
    if (value < 0 || value >= VALUES.length) {
      throw new IllegalArgumentException(
          "CropSource " + value + ": it must be 0 to " + (VALUES.length - 1));
    }
    return VALUES[value];
  }
}
