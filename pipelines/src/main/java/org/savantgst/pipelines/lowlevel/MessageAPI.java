/* SPDX-License-Identifier: Apache-2.0 */
package org.savantgst.pipelines.lowlevel;

import com.sun.jna.Library;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.PointerByReference;
import java.util.Map;
import org.freedesktop.gstreamer.lowlevel.GNative;

/**
 * Messages and their sources without wrappers of gst1-java-core, each of which would keep its
 * object, and with that a pipeline, until the garbage collector finds it. Objects are plain
 * pointers.
 */
public interface MessageAPI extends Library {
  /** The functions. */
  MessageAPI MESSAGE_API = GNative.loadLibrary("gstreamer-1.0", MessageAPI.class, Map.of());

  /** Gives a {@code GError*} and a text, which both belong to the caller. */
  void gst_message_parse_error(Pointer message, PointerByReference error, PointerByReference debug);

  /** Gives a {@code GError*} and a text, which both belong to the caller. */
  void gst_message_parse_warning(
      Pointer message, PointerByReference error, PointerByReference debug);

  /**
   * Returns the structure of a message.
   *
   * @return the borrowed structure, null for none
   */
  Pointer gst_message_get_structure(Pointer message);

  /** Returns the number of a message, in the order in which messages and events are made. */
  int gst_message_get_seqnum(Pointer message);

  /** Returns the next such number, which wraps. */
  int gst_util_seqnum_next();

  /**
   * Returns the name of an object.
   *
   * @return a text that belongs to the caller
   */
  Pointer gst_object_get_name(Pointer object);

  /**
   * Returns the parent of an object.
   *
   * @return a new reference, null for none
   */
  Pointer gst_object_get_parent(Pointer object);

  /**
   * Takes a reference.
   *
   * @return the object
   */
  Pointer gst_object_ref(Pointer object);

  /** Gives a reference back. */
  void gst_object_unref(Pointer object);

  /** Sets where an element posts its messages, null for nowhere. */
  void gst_element_set_bus(Pointer element, Pointer bus);

  /**
   * Asks all sinks for the latency anew and tells it to all elements.
   *
   * @return nonzero if that went well
   */
  int gst_bin_recalculate_latency(Pointer bin);
}
