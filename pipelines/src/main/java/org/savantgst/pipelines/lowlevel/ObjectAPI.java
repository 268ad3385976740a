/* SPDX-License-Identifier: Apache-2.0 */
package org.savantgst.pipelines.lowlevel;

import com.sun.jna.Library;
import com.sun.jna.Pointer;
import java.util.Map;
import org.freedesktop.gstreamer.lowlevel.GNative;

/** Signals without a wrapper of the object. */
public interface ObjectAPI extends Library {
  /** The functions. */
  ObjectAPI OBJECT_API = GNative.loadLibrary("gobject-2.0", ObjectAPI.class, Map.of());

  /** Emits a signal without result. */
  void g_signal_emit_by_name(Pointer object, String signal, Object... arguments);
}
