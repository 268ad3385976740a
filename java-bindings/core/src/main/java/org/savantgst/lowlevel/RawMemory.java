/* SPDX-License-Identifier: Apache-2.0 */
package org.savantgst.lowlevel;

import com.sun.jna.Pointer;
import java.nio.ByteBuffer;

/**
 * Reads memory by its address, unchecked; what lies there must be kept alive by the caller. Nothing
 * but {@link #buffer} allocates. Any thread.
 */
public final class RawMemory {
  /** Offsets from it are addresses, so that no pointer has to be made for each. */
  private static final Pointer ORIGIN = new Pointer(0);

  private RawMemory() {}

  /**
   * Reads a byte.
   *
   * @param address where
   * @return 0 to 255
   */
  public static int get(long address) {
    return ORIGIN.getByte(address) & 0xFF;
  }

  /**
   * Copies bytes.
   *
   * @param address where the first is
   * @param data gets them
   * @param offset where in it the first goes
   * @param length how many
   */
  public static void read(long address, byte[] data, int offset, int length) {
    ORIGIN.read(address, data, offset, length);
  }

  /**
   * Returns a direct buffer of the memory itself.
   *
   * @param address where it begins
   * @param size how many bytes it has
   * @return a new buffer
   */
  public static ByteBuffer buffer(long address, long size) {
    return ORIGIN.getByteBuffer(address, size);
  }
}
