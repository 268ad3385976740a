/* SPDX-License-Identifier: Apache-2.0 */
package org.savantgst.surface;

import java.lang.ref.Reference;
import org.freedesktop.gstreamer.Buffer;
import org.savantgst.Savant;
import org.savantgst.lowlevel.Addresses;
import org.savantgst.lowlevel.SavantAPI;
import org.savantgst.lowlevel.Scratch;

/**
 * The NvBufSurface header of buffers. A buffer that holds none is refused without reading memory
 * that is not its own. All methods may be called from any thread.
 */
public final class Surfaces {
  private Surfaces() {}

  /**
   * Returns what slot 0 of a surface is.
   *
   * @param buffer the buffer
   * @return address, pitch in bytes, size in pixels and the header's fields
   * @throws IllegalArgumentException if the buffer is null
   * @throws IllegalStateException if it was closed, taken or pushed
   * @throws org.savantgst.SavantException if it holds no surface
   */
  public static SurfaceInfo info(SharedBuffer buffer) {
    return info(buffer, 0);
  }

  /**
   * Returns what slot 0 of a surface is.
   *
   * @param buffer the buffer
   * @return address, pitch in bytes, size in pixels and the header's fields
   * @throws IllegalArgumentException if the buffer is null
   * @throws IllegalStateException if it was disposed of
   * @throws org.savantgst.SavantException if it holds no surface
   */
  public static SurfaceInfo info(Buffer buffer) {
    return info(buffer, 0);
  }

  /**
   * Returns what slot 0 of a surface is.
   *
   * @param bufferAddress the address of a GstBuffer, borrowed
   * @return address, pitch in bytes, size in pixels and the header's fields
   * @throws IllegalArgumentException if the address is 0
   * @throws org.savantgst.SavantException if it holds no surface
   */
  public static SurfaceInfo info(long bufferAddress) {
    return info(bufferAddress, 0);
  }

  /**
   * Returns what a slot of a surface is.
   *
   * @param buffer the buffer
   * @param slot the slot, 0 to batchSize - 1
   * @return address, pitch in bytes, size in pixels and the header's fields
   * @throws IllegalArgumentException if the buffer is null or there is no such slot
   * @throws IllegalStateException if it was closed, taken or pushed
   * @throws org.savantgst.SavantException if it holds no surface
   */
  public static SurfaceInfo info(SharedBuffer buffer, int slot) {
    requirePresent(buffer);
    return info(buffer.address(), slot);
  }

  /**
   * Returns what a slot of a surface is.
   *
   * @param buffer the buffer
   * @param slot the slot, 0 to batchSize - 1
   * @return address, pitch in bytes, size in pixels and the header's fields
   * @throws IllegalArgumentException if the buffer is null or there is no such slot
   * @throws IllegalStateException if it was disposed of
   * @throws org.savantgst.SavantException if it holds no surface
   */
  public static SurfaceInfo info(Buffer buffer, int slot) {
    try {
      return info(Addresses.of("buffer", buffer), slot);
    } finally {
      Reference.reachabilityFence(buffer);
    }
  }

  /**
   * Returns what a slot of a surface is.
   *
   * @param bufferAddress the address of a GstBuffer, borrowed
   * @param slot the slot, 0 to batchSize - 1
   * @return address, pitch in bytes, size in pixels and the header's fields
   * @throws IllegalArgumentException if the address is 0 or there is no such slot
   * @throws org.savantgst.SavantException if it holds no surface
   */
  public static SurfaceInfo info(long bufferAddress, int slot) {
    Savant.ensureAvailability();
    long[] n = Scratch.get().numbers();
    SavantAPI.check(
        SavantAPI.savant_buffer_surface_info(bufferAddress, slot, n), "savant_buffer_surface_info");
    return new SurfaceInfo(
        n[0],
        (int) n[1],
        (int) n[2],
        (int) n[3],
        (int) n[4],
        MemType.fromNativeValue((int) n[5]),
        (int) n[6],
        (int) n[7],
        (int) n[8]);
  }

  /**
   * Sets how many slots of a surface are filled.
   *
   * @param buffer the buffer
   * @param n 0 to batchSize
   * @throws IllegalArgumentException if the buffer is null or n is outside that range
   * @throws IllegalStateException if it was closed, taken or pushed
   * @throws org.savantgst.SavantException if it holds no surface, or somebody else holds the buffer
   *     or its memory
   */
  public static void setNumFilled(SharedBuffer buffer, int n) {
    requirePresent(buffer);
    buffer.setNumFilled(n);
  }

  /**
   * Sets how many slots of a surface are filled.
   *
   * @param buffer the buffer
   * @param n 0 to batchSize
   * @throws IllegalArgumentException if the buffer is null or n is outside that range
   * @throws IllegalStateException if it was disposed of
   * @throws org.savantgst.SavantException if it holds no surface, or somebody else holds the buffer
   *     or its memory
   */
  public static void setNumFilled(Buffer buffer, int n) {
    try {
      setNumFilled(Addresses.of("buffer", buffer), n);
    } finally {
      Reference.reachabilityFence(buffer);
    }
  }

  /**
   * Sets how many slots of a surface are filled.
   *
   * @param bufferAddress the address of a GstBuffer, borrowed
   * @param n 0 to batchSize
   * @throws IllegalArgumentException if the address is 0 or n is outside that range
   * @throws org.savantgst.SavantException if it holds no surface, or somebody else holds the buffer
   *     or its memory
   */
  public static void setNumFilled(long bufferAddress, int n) {
    Savant.ensureAvailability();
    SavantAPI.check(
        SavantAPI.savant_buffer_set_num_filled(bufferAddress, n), "savant_buffer_set_num_filled");
  }

  private static void requirePresent(SharedBuffer buffer) {
    if (buffer == null) {
      throw new IllegalArgumentException("buffer is null");
    }
  }
}
