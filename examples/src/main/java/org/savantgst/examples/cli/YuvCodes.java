/* SPDX-License-Identifier: Apache-2.0 */
package org.savantgst.examples.cli;

import java.util.Set;

/** What NvBufSurface's colour formats say of matrix and range. */
final class YuvCodes {
  private static final Set<Integer> FULL_RANGE = Set.of(4, 7, 9, 11, 32, 34);
  private static final Set<Integer> BT709 = Set.of(31, 32, 33, 34);

  private YuvCodes() {}

  static boolean isFullRange(int colorFormat) {
    return FULL_RANGE.contains(colorFormat);
  }

  static boolean is709(int colorFormat) {
    return BT709.contains(colorFormat);
  }

  /** The same in the words of caps: range and matrix, of transfer and primaries nothing. */
  static String colorimetry(int colorFormat) {
    return (isFullRange(colorFormat) ? "1" : "2") + (is709(colorFormat) ? ":3:0:0" : ":4:0:0");
  }
}
