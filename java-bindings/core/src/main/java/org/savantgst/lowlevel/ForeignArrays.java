/* SPDX-License-Identifier: Apache-2.0 */
package org.savantgst.lowlevel;

import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.savantgst.interop.CudaArray;
import org.savantgst.surface.MemType;
import org.savantgst.surface.VideoFormat;

/**
 * Buffers around the memory of other libraries' arrays, which stay reachable until that memory is
 * let go. Any thread.
 */
public final class ForeignArrays {
  private static final int MAX_SIDE = 32767;
  private static final int SWEEP = 16;
  private static final AtomicLong NEXT_OWNER = new AtomicLong(1);

  /** What must stay reachable, by the number that the native library knows it by. */
  private static final Map<Long, Held> HELD = new ConcurrentHashMap<>();

  private record Held(CudaArray array, Runnable end) {}

  private ForeignArrays() {}

  /**
   * Makes a buffer of one slot around an array.
   *
   * @param array the array
   * @param gpuId the GPU of its memory, without meaning for system memory
   * @param end what is called once the memory was let go, if anything is wrapped; may be null
   * @return the address of a GstBuffer that the caller owns
   * @throws IllegalArgumentException if the array is null or none that can be a picture
   * @throws org.savantgst.SavantException if this machine cannot use its kind of memory
   */
  public static long wrap(CudaArray array, int gpuId, Runnable end) {
    letGo();
    if (array == null) {
      throw new IllegalArgumentException("array is null");
    }
    if (gpuId < 0) {
      throw new IllegalArgumentException("gpuId " + gpuId + ": it must be 0 or more");
    }
    long[] shape = checkElements(array);
    int channels = shape.length == 3 ? (int) shape[2] : 1;
    long pitch = pitch(array.strides(), shape, channels);
    MemType memType = array.memType();
    if (memType == null || memType == MemType.DEFAULT) {
      throw new IllegalArgumentException(
          "array with memType " + memType + ": it must say where its memory is");
    }
    long owner = NEXT_OWNER.getAndIncrement();
    long[] buffer = new long[1];
    HELD.put(owner, new Held(array, end));
    boolean done = false;
    try {
      SavantAPI.check(
          SavantAPI.savant_buffer_wrap_memory(
              array.dataPtr(),
              pitch,
              (int) shape[1],
              (int) shape[0],
              (channels == 4 ? VideoFormat.RGBA : VideoFormat.GRAY8).nativeValue(),
              memType.nativeValue(),
              gpuId,
              array.readOnly() ? 1 : 0,
              owner,
              buffer),
          "savant_buffer_wrap_memory");
      done = true;
    } finally {
      if (!done) {
        HELD.remove(owner);
      }
    }
    return buffer[0];
  }

  private static long[] checkElements(CudaArray array) {
    if (array.version() < 2 || array.version() > 3) {
      throw new IllegalArgumentException(
          "array of protocol version " + array.version() + ": it must be 2 or 3");
    }
    if (!"|u1".equals(array.typestr())) {
      throw new IllegalArgumentException(
          "array with typestr "
              + array.typestr()
              + ": the elements must be unsigned bytes, typestr |u1");
    }
    if (array.stream() == null || array.stream().orElse(1) == 0) {
      throw new IllegalArgumentException(
          "array with stream "
              + (array.stream() == null ? "null" : "0")
              + ": it must be 1 (legacy default), 2 (per thread), a stream's address, or empty");
    }
    long[] shape = array.shape();
    boolean fits =
        shape != null
            && (shape.length == 2 || shape.length == 3 && (shape[2] == 1 || shape[2] == 4));
    if (!fits) {
      throw new IllegalArgumentException(
          "array of shape "
              + Arrays.toString(shape)
              + ": it must be (height, width), (height, width, 1) or (height, width, 4)");
    }
    for (int i = 0; i < 2; i++) {
      if (shape[i] < 1 || shape[i] > MAX_SIDE) {
        throw new IllegalArgumentException(
            "array of shape "
                + Arrays.toString(shape)
                + ": height and width must be 1 to "
                + MAX_SIDE);
      }
    }
    return shape;
  }

  /** Bytes from row to row; strides along an extent of 1 say nothing. */
  private static long pitch(long[] strides, long[] shape, int channels) {
    long row = shape[1] * channels;
    if (strides == null) {
      return row;
    }
    boolean dense =
        strides.length == shape.length
            && (shape[1] == 1 || strides[1] == channels)
            && (channels == 1 || strides[2] == 1);
    if (!dense || shape[0] > 1 && strides[0] < row) {
      throw new IllegalArgumentException(
          "array of shape "
              + Arrays.toString(shape)
              + " with strides "
              + Arrays.toString(strides)
              + ": pixels must follow each other in rows, at least "
              + row
              + " bytes apart");
    }
    return shape[0] > 1 ? strides[0] : row;
  }

  /** Forgets the arrays whose memory nobody holds any more. */
  public static void letGo() {
    if (HELD.isEmpty()) {
      return;
    }
    long[] owners = new long[SWEEP];
    int count;
    do {
      count =
          SavantAPI.check(
              SavantAPI.savant_released_owners(owners, SWEEP), "savant_released_owners");
      for (int i = 0; i < count; i++) {
        Held held = HELD.remove(owners[i]);
        if (held != null && held.end != null) {
          held.end.run();
        }
      }
    } while (count == SWEEP);
  }
}
