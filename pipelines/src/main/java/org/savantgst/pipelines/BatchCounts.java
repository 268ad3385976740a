/* SPDX-License-Identifier: Apache-2.0 */
package org.savantgst.pipelines;

import static org.savantgst.pipelines.lowlevel.ObjectAPI.OBJECT_API;
import static org.savantgst.pipelines.lowlevel.StructureAPI.STRUCTURE_API;

import com.sun.jna.Pointer;
import com.sun.jna.ptr.LongByReference;
import com.sun.jna.ptr.PointerByReference;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.freedesktop.gstreamer.Element;
import org.freedesktop.gstreamer.glib.Natives;

/** Reads the property {@code stats} of savantbatch: all pads in one snapshot. */
final class BatchCounts {
  private static final List<String> REASONS =
      List.of("late", "leaky", "error", "flush", "released", "unlinked", "roi");

  private BatchCounts() {}

  /** The counts of the pads {@code sink_0} to {@code sink_<sources - 1>}. */
  static List<FrameCounts> read(Element batch, int sources) {
    PointerByReference stats = new PointerByReference();
    OBJECT_API.g_object_get(Natives.getRawPointer(batch), "stats", stats, Pointer.NULL);
    Pointer structure = stats.getValue();
    try {
      Pointer pads = inner(structure, "pads");
      List<FrameCounts> counts = new ArrayList<>(sources);
      for (int i = 0; i < sources; i++) {
        counts.add(counts(inner(pads, "sink_" + i)));
      }
      return counts;
    } finally {
      STRUCTURE_API.gst_structure_free(structure);
    }
  }

  private static Pointer inner(Pointer structure, String field) {
    if (structure == null) {
      return null;
    }
    Pointer value = STRUCTURE_API.gst_structure_get_value(structure, field);
    return value == null ? null : STRUCTURE_API.gst_value_get_structure(value);
  }

  private static FrameCounts counts(Pointer pad) {
    if (pad == null) {
      return new FrameCounts(0, 0, 0, Map.of());
    }
    Map<String, Long> dropped = new TreeMap<>();
    for (String reason : REASONS) {
      long count = number(pad, "dropped-" + reason);
      if (count > 0) {
        dropped.put(reason, count);
      }
    }
    return new FrameCounts(number(pad, "in"), number(pad, "out"), number(pad, "held"), dropped);
  }

  private static long number(Pointer structure, String field) {
    LongByReference value = new LongByReference();
    STRUCTURE_API.gst_structure_get_uint64(structure, field, value);
    return value.getValue();
  }
}
