/* SPDX-License-Identifier: Apache-2.0 */
package org.savantgst.surface;

import java.nio.ByteBuffer;

/** The bytes of buffers on the heap. */
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
}
