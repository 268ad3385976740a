/* SPDX-License-Identifier: Apache-2.0 */
package org.savantgst.surface;

import java.nio.ByteBuffer;
import java.util.Arrays;

/** Bytes that callers bring. */
final class Bytes {
  private Bytes() {}

  /** What remains in a buffer, which stays as it is: its own array if that is all of it. */
  static byte[] of(ByteBuffer data) {
    if (data.hasArray() && data.arrayOffset() == 0 && data.remaining() == data.array().length) {
      return data.array();
    }
    byte[] bytes = new byte[data.remaining()];
    data.duplicate().get(bytes);
    return bytes;
  }

  /** The values of a colour, the first in the lowest byte; those after the fourth are left out. */
  static int packed(int[] color) {
    int packed = 0;
    for (int i = 0; i < color.length; i++) {
      if (color[i] < 0 || color[i] > 0xFF) {
        throw new IllegalArgumentException(
            "color " + Arrays.toString(color) + ": every value must be 0 to 255");
      }
      packed |= i < Integer.BYTES ? color[i] << Byte.SIZE * i : 0;
    }
    return packed;
  }
}
