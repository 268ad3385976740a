/* SPDX-License-Identifier: Apache-2.0 */
package org.savantgst.surface;

import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import org.savantgst.lowlevel.SavantAPI;

/**
 * Pixels of a view from a buffer and to it: a direct one is used where it lies, any other is copied
 * once more. Position and limit stay as they are; each call gives a status.
 */
final class ViewBytes {
  private ViewBytes() {}

  static int upload(long buffer, int slot, int plane, long cudaStream, ByteBuffer data) {
    int count = data.remaining();
    if (!data.isDirect()) {
      return SavantAPI.savant_view_upload(buffer, slot, plane, cudaStream, Bytes.of(data), count);
    }
    int status =
        SavantAPI.savant_view_upload(buffer, slot, plane, cudaStream, fromPosition(data), count);
    Reference.reachabilityFence(data);
    return status;
  }

  /** The buffer can be written. */
  static int download(long buffer, int slot, int plane, long cudaStream, ByteBuffer data) {
    int count = data.remaining();
    if (data.isDirect()) {
      int status =
          SavantAPI.savant_view_download(
              buffer, slot, plane, cudaStream, fromPosition(data), count);
      Reference.reachabilityFence(data);
      return status;
    }
    byte[] bytes = new byte[count];
    int status = SavantAPI.savant_view_download(buffer, slot, plane, cudaStream, bytes, count);
    if (status >= 0) {
      data.put(data.position(), bytes);
    }
    return status;
  }

  private static ByteBuffer fromPosition(ByteBuffer data) {
    return data.position() == 0 ? data : data.slice();
  }
}
