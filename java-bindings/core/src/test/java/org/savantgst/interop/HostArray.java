/* SPDX-License-Identifier: Apache-2.0 */
package org.savantgst.interop;

import com.sun.jna.Memory;
import com.sun.jna.Pointer;
import java.util.OptionalLong;
import org.savantgst.surface.MemType;

/** An array of the tests, every field of it to be set wrong. */
final class HostArray implements CudaArray {
  final Memory memory;
  long dataPtr;
  long[] shape;
  long[] strides;
  String typestr = "|u1";
  int version = 3;
  OptionalLong stream = OptionalLong.empty();
  MemType memType = MemType.SYSTEM;
  boolean readOnly;

  /** Rows {@code pitch} bytes apart; byte i is 7 * i + 1. */
  HostArray(long pitch, long... shape) {
    this.memory = new Memory(pitch * shape[0]);
    this.dataPtr = Pointer.nativeValue(memory);
    this.shape = shape;
    this.strides = shape.length == 2 ? new long[] {pitch, 1} : new long[] {pitch, shape[2], 1};
    for (long i = 0; i < memory.size(); i++) {
      memory.setByte(i, value(i));
    }
  }

  static byte value(long i) {
    return (byte) (7 * i + 1);
  }

  @Override
  public long dataPtr() {
    return dataPtr;
  }

  @Override
  public long[] shape() {
    return shape;
  }

  @Override
  public long[] strides() {
    return strides;
  }

  @Override
  public String typestr() {
    return typestr;
  }

  @Override
  public int version() {
    return version;
  }

  @Override
  public OptionalLong stream() {
    return stream;
  }

  @Override
  public MemType memType() {
    return memType;
  }

  @Override
  public boolean readOnly() {
    return readOnly;
  }
}
