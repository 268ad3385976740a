/* SPDX-License-Identifier: Apache-2.0 */
package org.savantgst.pipelines;

import com.sun.jna.Library;
import com.sun.jna.Native;
import com.sun.jna.Pointer;
import com.sun.jna.Structure;
import com.sun.jna.ptr.PointerByReference;
import java.util.Map;
import java.util.TreeMap;
import org.freedesktop.gstreamer.lowlevel.GNative;
import org.savantgst.pipelines.lowlevel.ObjectAPI;
import org.savantgst.pipelines.lowlevel.StructureAPI;

/** What GStreamer's tracer {@code leaks} and the C library know of this process. */
final class LiveObjects {
  private LiveObjects() {}

  interface TracerAPI extends Library {
    TracerAPI INSTANCE = GNative.loadLibrary("gstreamer-1.0", TracerAPI.class, Map.of());

    Pointer gst_tracing_get_active_tracers();

    int gst_value_list_get_size(Pointer value);

    Pointer gst_value_list_get_value(Pointer value, int index);

    void gst_object_unref(Pointer object);
  }

  interface ListAPI extends Library {
    ListAPI INSTANCE = GNative.loadLibrary("glib-2.0", ListAPI.class, Map.of());

    void g_list_free(Pointer list);
  }

  interface CLibrary extends Library {
    CLibrary INSTANCE = Native.load("c", CLibrary.class);

    MemoryInfo mallinfo2();
  }

  @Structure.FieldOrder({
    "arena",
    "ordblks",
    "smblks",
    "hblks",
    "hblkhd",
    "usmblks",
    "fsmblks",
    "uordblks",
    "fordblks",
    "keepcost"
  })
  public static class MemoryInfo extends Structure implements Structure.ByValue {
    public long arena;
    public long ordblks;
    public long smblks;
    public long hblks;
    public long hblkhd;
    public long usmblks;
    public long fsmblks;
    public long uordblks;
    public long fordblks;
    public long keepcost;
  }

  /** Bytes that were allocated and not freed, also by the JVM itself. */
  static long allocatedBytes() {
    MemoryInfo info = CLibrary.INSTANCE.mallinfo2();
    return info.uordblks + info.hblkhd;
  }

  /**
   * How many there are of each type of GstObject and GstMiniObject. The structure that the tracer
   * gives is not freed: it would drop references that it has not taken.
   */
  static Map<String, Integer> count() {
    Pointer list = TracerAPI.INSTANCE.gst_tracing_get_active_tracers();
    if (list == null) {
      throw new AssertionError("the environment needs GST_TRACERS=leaks");
    }
    Pointer tracer = list.getPointer(0);
    PointerByReference structure = new PointerByReference();
    ObjectAPI.OBJECT_API.g_signal_emit_by_name(tracer, "get-live-objects", structure);
    TracerAPI.INSTANCE.gst_object_unref(tracer);
    ListAPI.INSTANCE.g_list_free(list);
    Map<String, Integer> counts = new TreeMap<>();
    StructureAPI api = StructureAPI.STRUCTURE_API;
    Pointer all = api.gst_structure_get_value(structure.getValue(), "live-objects-list");
    for (int i = 0; i < TracerAPI.INSTANCE.gst_value_list_get_size(all); i++) {
      Pointer one =
          api.gst_value_get_structure(TracerAPI.INSTANCE.gst_value_list_get_value(all, i));
      Pointer object = api.gst_structure_get_value(one, "object");
      // The first of a GValue is its type.
      counts.merge(TypeAPI.INSTANCE.g_type_name(object.getLong(0)), 1, Integer::sum);
    }
    return counts;
  }

  interface TypeAPI extends Library {
    TypeAPI INSTANCE = GNative.loadLibrary("gobject-2.0", TypeAPI.class, Map.of());

    String g_type_name(long type);
  }
}
