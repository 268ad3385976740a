/* SPDX-License-Identifier: Apache-2.0 */
package org.savantgst.elements;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.freedesktop.gstreamer.Structure;
import org.freedesktop.gstreamer.glib.NativeObject;

/**
 * Frame counts of an element or pad, all of one moment: in = out + held + droppedTotal.
 *
 * @param in frames that came in
 * @param out frames that left
 * @param held frames that are inside
 * @param droppedTotal frames that were dropped
 * @param dropped the same by reason: late, leaky, error, flush, released, unlinked, roi
 * @param others every further count of the structure by its field name
 */
public record FlowStats(
    long in,
    long out,
    long held,
    long droppedTotal,
    Map<String, Long> dropped,
    Map<String, Long> others) {
  private static final String DROPPED = "dropped-";

  /**
   * Creates statistics of copies of the maps.
   *
   * @param in frames that came in
   * @param out frames that left
   * @param held frames that are inside
   * @param droppedTotal frames that were dropped
   * @param dropped the same by reason: late, leaky, error, flush, released, unlinked, roi
   * @param others every further count of the structure by its field name
   */
  public FlowStats {
    dropped = Map.copyOf(dropped);
    others = Map.copyOf(others);
  }

  /**
   * Reads the structure of a property {@code stats}.
   *
   * @param structure the structure
   * @return its numbers
   * @throws IllegalArgumentException if it is null or lacks one of in, out, held and dropped
   */
  public static FlowStats of(Structure structure) {
    if (structure == null) {
      throw new IllegalArgumentException("structure is null");
    }
    Map<String, Long> numbers = new LinkedHashMap<>();
    Map<String, Long> dropped = new LinkedHashMap<>();
    for (int i = 0; i < structure.getFields(); i++) {
      String name = structure.getName(i);
      Object value = structure.getValue(name);
      // The wrapper of a structure inside this one would free it a second time.
      if (value instanceof NativeObject inner) {
        inner.disown();
      }
      if (value instanceof Number number) {
        put(numbers, dropped, name, number.longValue());
      }
    }
    return of(numbers, dropped, structure);
  }

  /** Of fields that {@code Structures} read. */
  static FlowStats ofFields(Map<String, Object> fields) {
    Map<String, Long> numbers = new LinkedHashMap<>();
    Map<String, Long> dropped = new LinkedHashMap<>();
    fields.forEach(
        (name, value) -> {
          if (value instanceof Long number) {
            put(numbers, dropped, name, number);
          }
        });
    return of(numbers, dropped, fields);
  }

  private static void put(
      Map<String, Long> numbers, Map<String, Long> dropped, String name, long number) {
    if (name.startsWith(DROPPED)) {
      dropped.put(name.substring(DROPPED.length()), number);
    } else {
      numbers.put(name, number);
    }
  }

  private static FlowStats of(
      Map<String, Long> numbers, Map<String, Long> dropped, Object structure) {
    return new FlowStats(
        remove(numbers, "in", structure),
        remove(numbers, "out", structure),
        remove(numbers, "held", structure),
        remove(numbers, "dropped", structure),
        dropped,
        numbers);
  }

  private static long remove(Map<String, Long> numbers, String name, Object structure) {
    return Optional.ofNullable(numbers.remove(name))
        .orElseThrow(
            () -> new IllegalArgumentException(structure + " has no number \"" + name + "\""));
  }

  /**
   * Tells whether no frame is unaccounted for.
   *
   * @return whether in = out + held + droppedTotal
   */
  public boolean isBalanced() {
    return in == out + held + droppedTotal;
  }
}
