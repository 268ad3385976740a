/* SPDX-License-Identifier: Apache-2.0 */
package org.savantgst.lowlevel;

import com.sun.jna.Pointer;
import java.lang.ref.Reference;
import java.util.function.LongFunction;
import org.freedesktop.gstreamer.Buffer;
import org.freedesktop.gstreamer.glib.NativeObject;
import org.freedesktop.gstreamer.glib.Natives;

/** Addresses of gst1-java-core's objects. */
public final class Addresses {
  private Addresses() {}

  /**
   * Runs something on the address of an object, which stays reachable meanwhile.
   *
   * @param <T> the result's type
   * @param what the object's role, for the message
   * @param object the object
   * @param body what to run
   * @return what the body returned
   * @throws IllegalArgumentException if the object is null
   * @throws IllegalStateException if it was disposed of
   */
  public static <T> T with(String what, NativeObject object, LongFunction<T> body) {
    if (object == null) {
      throw new IllegalArgumentException(what + " is null");
    }
    try {
      return body.apply(Pointer.nativeValue(Natives.getRawPointer(object)));
    } finally {
      Reference.reachabilityFence(object);
    }
  }

  /**
   * Returns the address of an object, which the caller keeps reachable while he uses it.
   *
   * @param what the object's role, for the message
   * @param object the object
   * @return its address
   * @throws IllegalArgumentException if the object is null
   * @throws IllegalStateException if it was disposed of
   */
  public static long of(String what, NativeObject object) {
    if (object == null) {
      throw new IllegalArgumentException(what + " is null");
    }
    return Pointer.nativeValue(Natives.getRawPointer(object));
  }

  /**
   * Makes a wrapper that takes over a reference.
   *
   * @param address a buffer's address
   * @return the wrapper
   */
  public static Buffer wrapperTaking(long address) {
    return Natives.callerOwnsReturn(new Pointer(address), Buffer.class);
  }

  /**
   * Makes a wrapper that owns a reference of its own.
   *
   * @param address a buffer's address
   * @return the wrapper
   */
  public static Buffer ownedWrapper(long address) {
    SavantAPI.check(SavantAPI.savant_buffer_ref(address), "savant_buffer_ref");
    return Natives.callerOwnsReturn(new Pointer(address), Buffer.class);
  }
}
