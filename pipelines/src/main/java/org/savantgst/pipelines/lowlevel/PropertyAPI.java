/* SPDX-License-Identifier: Apache-2.0 */
package org.savantgst.pipelines.lowlevel;

import com.sun.jna.Library;
import com.sun.jna.Pointer;
import java.util.Map;
import org.freedesktop.gstreamer.lowlevel.GNative;

/** Properties that gst1-java-core has no type for. */
public interface PropertyAPI extends Library {
  /** The functions. */
  PropertyAPI PROPERTY_API = GNative.loadLibrary("gobject-2.0", PropertyAPI.class, Map.of());

  /**
   * Reads properties.
   *
   * @param rest a reference for the value, which belongs to the caller if it is boxed, then null
   */
  void g_object_get(Pointer object, String property, Object... rest);
}
