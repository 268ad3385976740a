/* SPDX-License-Identifier: Apache-2.0 */
package org.savantgst.meta;

import java.util.ArrayList;
import java.util.List;
import org.freedesktop.gstreamer.Buffer;
import org.savantgst.Savant;
import org.savantgst.lowlevel.Addresses;
import org.savantgst.lowlevel.SavantAPI;
import org.savantgst.lowlevel.Scratch;
import org.savantgst.surface.SharedBuffer;

/**
 * The list of ids that a buffer carries as SavantIdMeta, which follows it through copies and stock
 * elements exactly once.
 */
public final class SavantIds {
  private SavantIds() {}

  /**
   * Returns the ids of a buffer.
   *
   * @param buffer the buffer
   * @return its ids in their order, empty if it has none
   * @throws IllegalArgumentException if the buffer is null
   * @throws IllegalStateException if it was closed or taken
   */
  public static List<SavantId> get(SharedBuffer buffer) {
    if (buffer == null) {
      throw new IllegalArgumentException("buffer is null");
    }
    return buffer.ids();
  }

  /**
   * Returns the ids of a buffer.
   *
   * @param buffer the buffer
   * @return its ids in their order, empty if it has none
   * @throws IllegalArgumentException if the buffer is null
   * @throws IllegalStateException if it was disposed of
   */
  public static List<SavantId> get(Buffer buffer) {
    return Addresses.with("buffer", buffer, SavantIds::get);
  }

  /**
   * Returns the ids of a buffer.
   *
   * @param bufferAddress the address of a GstBuffer, borrowed
   * @return its ids in their order, empty if it has none
   * @throws IllegalArgumentException if the address is 0
   */
  public static List<SavantId> get(long bufferAddress) {
    Savant.ensureAvailability();
    Scratch scratch = Scratch.get();
    int count = read(bufferAddress, scratch);
    if (count > scratch.ids().length) {
      scratch.growIds(count);
      read(bufferAddress, scratch);
    }
    int[] kinds = scratch.kinds();
    long[] ids = scratch.ids();
    List<SavantId> list = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      list.add(new SavantId(SavantIdMetaKind.fromNativeValue(kinds[i]), ids[i]));
    }
    return List.copyOf(list);
  }

  private static int read(long buffer, Scratch scratch) {
    long[] ids = scratch.ids();
    return SavantAPI.check(
        SavantAPI.savant_buffer_get_ids(buffer, scratch.kinds(), ids, ids.length),
        "savant_buffer_get_ids");
  }

  /**
   * Replaces the ids of a buffer.
   *
   * @param buffer the buffer
   * @param ids the new ids, empty for none
   * @throws IllegalArgumentException if an argument or an id is null
   * @throws IllegalStateException if the buffer was closed or taken
   * @throws org.savantgst.SavantException if somebody else holds the buffer
   */
  public static void set(SharedBuffer buffer, List<SavantId> ids) {
    if (buffer == null) {
      throw new IllegalArgumentException("buffer is null");
    }
    buffer.setIds(ids);
  }

  /**
   * Replaces the ids of a buffer.
   *
   * @param buffer the buffer
   * @param ids the new ids, empty for none
   * @throws IllegalArgumentException if an argument or an id is null
   * @throws IllegalStateException if the buffer was disposed of
   * @throws org.savantgst.SavantException if somebody else holds the buffer
   */
  public static void set(Buffer buffer, List<SavantId> ids) {
    Addresses.with("buffer", buffer, address -> write(address, ids));
  }

  /**
   * Replaces the ids of a buffer.
   *
   * @param bufferAddress the address of a GstBuffer, borrowed
   * @param ids the new ids, empty for none
   * @throws IllegalArgumentException if the address is 0 or the list or an id is null
   * @throws org.savantgst.SavantException if somebody else holds the buffer
   */
  public static void set(long bufferAddress, List<SavantId> ids) {
    write(bufferAddress, ids);
  }

  private static int write(long buffer, List<SavantId> ids) {
    Savant.ensureAvailability();
    Scratch scratch = Scratch.get();
    int count = scratch.fillIds(ids);
    return SavantAPI.check(
        SavantAPI.savant_buffer_set_ids(buffer, scratch.kinds(), scratch.ids(), count),
        "savant_buffer_set_ids");
  }
}
