/* SPDX-License-Identifier: Apache-2.0 */
package org.savantgst.surface;

import com.sun.jna.NativeLibrary;
import com.sun.jna.Pointer;
import org.freedesktop.gstreamer.Buffer;
import org.freedesktop.gstreamer.glib.Natives;

/** Copies of buffers that gst1-java-core has no call for. */
final class Copies {
  private static final int ALL_BUT_DEEP = 0xF;

  private Copies() {}

  /** A buffer that shares the memory of another one. */
  static Buffer shallow(Buffer buffer) {
    Pointer copy =
        (Pointer)
            NativeLibrary.getInstance("libgstreamer-1.0.so.0")
                .getFunction("gst_buffer_copy_region")
                .invoke(
                    Pointer.class,
                    new Object[] {Natives.getRawPointer(buffer), ALL_BUT_DEEP, 0L, -1L});
    return Natives.callerOwnsReturn(copy, Buffer.class);
  }
}
