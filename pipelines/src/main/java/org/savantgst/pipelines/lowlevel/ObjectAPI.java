/* SPDX-License-Identifier: Apache-2.0 */
package org.savantgst.pipelines.lowlevel;

import com.sun.jna.Library;
import com.sun.jna.Pointer;
import java.util.Map;
import org.freedesktop.gstreamer.lowlevel.GNative;

/** Properties that gst1-java-core has no type for, and signals without a wrapper of the object. */
public interface ObjectAPI extends Library {
  /** The functions. */
  ObjectAPI OBJECT_API = GNative.loadLibrary("gobject-2.0", ObjectAPI.class, Map.of());

  /**
   * Reads properties.
   *
   * @param rest a reference for the value, which belongs to the caller if it is boxed, then null
   */
  void g_object_get(Pointer object, String property, Object... rest);

  /** Emits a signal without result. */
  void g_signal_emit_by_name(Pointer object, String signal, Object... arguments);
}
