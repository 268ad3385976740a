/* SPDX-License-Identifier: Apache-2.0 */
package org.savantgst.lowlevel;

import com.sun.jna.Library;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.PointerByReference;
import java.lang.ref.Reference;
import java.util.LinkedHashMap;
import java.util.Map;
import org.freedesktop.gstreamer.Structure;
import org.freedesktop.gstreamer.glib.NativeObject;
import org.freedesktop.gstreamer.glib.Natives;
import org.freedesktop.gstreamer.lowlevel.GNative;

/**
 * Reads structures that hold structures, without wrappers of gst1-java-core, which would free the
 * inner ones a second time.
 */
public final class Structures {
  /* Fundamental types of GLib, which are part of its ABI. */
  private static final long BOOLEAN = 5 << 2;
  private static final long INT = 6 << 2;
  private static final long UINT = 7 << 2;
  private static final long INT64 = 10 << 2;
  private static final long UINT64 = 11 << 2;
  private static final long STRING = 16 << 2;

  /** Where a {@code GValue} has its value, after the type. */
  private static final int VALUE = 8;

  private Structures() {}

  /** Of GStreamer. */
  interface StructureAPI extends Library {
    StructureAPI INSTANCE = GNative.loadLibrary("gstreamer-1.0", StructureAPI.class, Map.of());

    int gst_structure_n_fields(Pointer structure);

    String gst_structure_nth_field_name(Pointer structure, int index);

    Pointer gst_structure_get_value(Pointer structure, String field);

    long gst_structure_get_type();

    void gst_structure_free(Pointer structure);
  }

  /** Of GObject. */
  interface ObjectAPI extends Library {
    ObjectAPI INSTANCE = GNative.loadLibrary("gobject-2.0", ObjectAPI.class, Map.of());

    void g_object_get(Pointer object, String property, Object... rest);
  }

  /**
   * Reads a property whose value is a structure, in one read.
   *
   * @param object the object
   * @param property the property's name
   * @return its fields in their order: Long, Boolean, String, or a map for a structure inside;
   *     fields of other types are left out
   */
  public static Map<String, Object> ofProperty(NativeObject object, String property) {
    PointerByReference value = new PointerByReference();
    try {
      ObjectAPI.INSTANCE.g_object_get(Natives.getRawPointer(object), property, value, Pointer.NULL);
    } finally {
      Reference.reachabilityFence(object);
    }
    if (value.getValue() == null) {
      return Map.of();
    }
    try {
      return read(value.getValue());
    } finally {
      StructureAPI.INSTANCE.gst_structure_free(value.getValue());
    }
  }

  /**
   * Reads a structure, which stays as it is.
   *
   * @param structure the structure
   * @return its fields as {@link #ofProperty} gives them
   */
  public static Map<String, Object> of(Structure structure) {
    try {
      return read(Natives.getRawPointer(structure));
    } finally {
      Reference.reachabilityFence(structure);
    }
  }

  private static Map<String, Object> read(Pointer structure) {
    StructureAPI api = StructureAPI.INSTANCE;
    Map<String, Object> fields = new LinkedHashMap<>();
    int n = api.gst_structure_n_fields(structure);
    for (int i = 0; i < n; i++) {
      String name = api.gst_structure_nth_field_name(structure, i);
      Object value = value(api.gst_structure_get_value(structure, name));
      if (value != null) {
        fields.put(name, value);
      }
    }
    return fields;
  }

  private static Object value(Pointer value) {
    long type = value.getLong(0);
    if (type == UINT64 || type == INT64) {
      return value.getLong(VALUE);
    } else if (type == UINT) {
      return value.getInt(VALUE) & 0xFFFFFFFFL;
    } else if (type == INT) {
      return (long) value.getInt(VALUE);
    } else if (type == BOOLEAN) {
      return value.getInt(VALUE) != 0;
    }
    Pointer pointed = value.getPointer(VALUE);
    if (type == STRING) {
      return pointed == null ? null : pointed.getString(0, "UTF-8");
    }
    boolean isStructure = type == StructureAPI.INSTANCE.gst_structure_get_type();
    return isStructure && pointed != null ? read(pointed) : null;
  }
}
