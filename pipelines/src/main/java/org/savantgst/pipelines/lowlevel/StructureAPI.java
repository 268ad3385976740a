/* SPDX-License-Identifier: Apache-2.0 */
package org.savantgst.pipelines.lowlevel;

import com.sun.jna.Library;
import com.sun.jna.Pointer;
import java.util.Map;
import org.freedesktop.gstreamer.lowlevel.GNative;

/**
 * Structures that hold structures, which gst1-java-core cannot read. Names are GStreamer's; {@code
 * GstStructure*} and {@code GValue*} are plain pointers.
 */
public interface StructureAPI extends Library {
  /** The functions. */
  StructureAPI STRUCTURE_API = GNative.loadLibrary("gstreamer-1.0", StructureAPI.class, Map.of());

  /**
   * Returns a field.
   *
   * @return the borrowed value, null for none
   */
  Pointer gst_structure_get_value(Pointer structure, String field);

  /**
   * Returns the structure in a value.
   *
   * @return the borrowed structure, null for none
   */
  Pointer gst_value_get_structure(Pointer value);

  /**
   * Returns the name of a structure.
   *
   * @return the borrowed name
   */
  String gst_structure_get_name(Pointer structure);

  /**
   * Reads a text.
   *
   * @return the borrowed text, null if there is no such field of that type
   */
  String gst_structure_get_string(Pointer structure, String field);

  /** Frees a structure that the caller owns. */
  void gst_structure_free(Pointer structure);
}
