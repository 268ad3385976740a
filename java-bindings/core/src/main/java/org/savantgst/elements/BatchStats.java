/* SPDX-License-Identifier: Apache-2.0 */
package org.savantgst.elements;

import java.util.Collections;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
import java.util.StringJoiner;
import java.util.TreeMap;
import org.freedesktop.gstreamer.Element;
import org.freedesktop.gstreamer.Structure;
import org.savantgst.batch.BatchReason;
import org.savantgst.lowlevel.Structures;

/**
 * What the property {@code stats} of {@code savantbatch} says, since the element last left READY.
 * All of it is of one moment, read in one go: {@link #isBalanced()} holds in every snapshot.
 *
 * @param total the frames of all pads, also of released ones
 * @param released the frames of pads that were released; what such a pad held counts as dropped for
 *     the reason {@code released}
 * @param pads every pad that is there by its name, in the order of their numbers
 * @param batches batches that were made
 * @param reasons the same by why they were pushed; all five reasons
 * @param fill the same by the number of their frames; numbers that did not occur are left out
 * @param waiting the same by how long the oldest frame had waited: each name is the upper end of a
 *     class, {@code 1ms} to {@code 5000ms} and {@code more}
 * @param capacity slots of a batch
 * @param queuedBytes bytes that wait at the pads
 * @param highWaterBytes the most bytes that have waited so
 * @param starvations how often the pool had no buffer for longer than {@code starvation-warning}
 * @param timeoutNs nanoseconds that a frame waits for others at present, empty for ever
 */
public record BatchStats(
    FlowStats total,
    FlowStats released,
    Map<String, PadStats> pads,
    long batches,
    Map<BatchReason, Long> reasons,
    Map<Integer, Long> fill,
    Map<String, Long> waiting,
    int capacity,
    long queuedBytes,
    long highWaterBytes,
    long starvations,
    OptionalLong timeoutNs) {

  /**
   * Creates figures of copies of the maps, in their order.
   *
   * @param total the frames of all pads
   * @param released the frames of released pads
   * @param pads every pad by its name
   * @param batches batches that were made
   * @param reasons the same by why they were pushed
   * @param fill the same by the number of their frames
   * @param waiting the same by how long the oldest frame had waited
   * @param capacity slots of a batch
   * @param queuedBytes bytes that wait at the pads
   * @param highWaterBytes the most bytes that have waited so
   * @param starvations how often the pool had no buffer
   * @param timeoutNs nanoseconds that a frame waits for others, empty for ever
   */
  public BatchStats {
    pads = Collections.unmodifiableMap(new LinkedHashMap<>(pads));
    reasons = Collections.unmodifiableMap(new LinkedHashMap<>(reasons));
    fill = Collections.unmodifiableMap(new TreeMap<>(fill));
    waiting = Collections.unmodifiableMap(new LinkedHashMap<>(waiting));
  }

  /**
   * One pad.
   *
   * @param sourceId its source id
   * @param frames what became of its frames
   * @param state {@code not-started}, {@code waiting}, {@code ready}, {@code gap}, {@code ended},
   *     {@code flushing} or {@code seeking}
   * @param isLive whether its frames come in real time
   * @param queued frames that wait at the pad
   * @param highWater the most frames that have waited so
   * @param queuedBytes bytes that wait at the pad
   * @param highWaterBytes the most bytes that have waited so
   * @param frameNs nanoseconds from frame to frame as observed, else as its caps say, 0 for unknown
   */
  public record PadStats(
      long sourceId,
      FlowStats frames,
      String state,
      boolean isLive,
      long queued,
      long highWater,
      long queuedBytes,
      long highWaterBytes,
      long frameNs) {
    private static PadStats of(Map<String, Object> fields) {
      return new PadStats(
          number(fields, "source-id"),
          FlowStats.ofFields(fields),
          String.valueOf(fields.get("state")),
          Boolean.TRUE.equals(fields.get("live")),
          number(fields, "queued"),
          number(fields, "high-water"),
          number(fields, "queued-bytes"),
          number(fields, "high-water-bytes"),
          number(fields, "frame-ns"));
    }

    @Override
    public String toString() {
      return "source "
          + sourceId
          + (isLive ? " (live) " : " ")
          + state
          + ": "
          + flow(frames)
          + ", queue at most "
          + highWater;
    }
  }

  /**
   * Reads the property {@code stats} of an element, in one native read.
   *
   * @param batch a {@code savantbatch}
   * @return its figures
   * @throws IllegalArgumentException if it is null or no {@code savantbatch}
   * @throws IllegalStateException if it was disposed of
   */
  public static BatchStats of(Element batch) {
    Properties.requirePresent("batch", batch);
    if (!(batch instanceof SavantBatch)) {
      throw new IllegalArgumentException(
          "the element " + batch.getName() + " is no " + SavantBatch.GST_NAME);
    }
    return of(Structures.ofProperty(batch, "stats"));
  }

  /**
   * Reads the structure of an element message {@code savant-stats}, which {@code savantbatch} posts
   * where {@code stats-interval} says so.
   *
   * @param structure the structure, which is only looked at
   * @return its figures
   * @throws IllegalArgumentException if it is null or has other fields
   */
  public static BatchStats of(Structure structure) {
    return of(Structures.of(Properties.requirePresent("structure", structure)));
  }

  private static BatchStats of(Map<String, Object> fields) {
    Map<Integer, PadStats> pads = new TreeMap<>();
    inner(fields, "pads")
        .forEach((name, pad) -> pads.put(number(name, "sink_"), PadStats.of(map(name, pad))));
    Map<String, PadStats> named = new LinkedHashMap<>();
    pads.forEach((number, pad) -> named.put("sink_" + number, pad));
    Map<BatchReason, Long> reasons = new EnumMap<>(BatchReason.class);
    Map<String, Object> counts = inner(fields, "reasons");
    for (BatchReason reason : BatchReason.values()) {
      if (reason != BatchReason.NONE) {
        reasons.put(reason, number(counts, reason.name().toLowerCase(Locale.ROOT)));
      }
    }
    Map<Integer, Long> fill = new TreeMap<>();
    inner(fields, "fill").forEach((n, count) -> fill.put(number(n, ""), (Long) count));
    Map<String, Long> waiting = new LinkedHashMap<>();
    inner(fields, "waiting").forEach((name, count) -> waiting.put(name, (Long) count));
    long timeout = number(fields, "timeout-ns");
    return new BatchStats(
        FlowStats.ofFields(fields),
        FlowStats.ofFields(inner(fields, "released")),
        named,
        number(fields, "batches"),
        reasons,
        fill,
        waiting,
        (int) number(fields, "capacity"),
        number(fields, "queued-bytes"),
        number(fields, "high-water-bytes"),
        number(fields, "starvations"),
        timeout < 0 ? OptionalLong.empty() : OptionalLong.of(timeout));
  }

  private static int number(String name, String prefix) {
    try {
      return Integer.parseInt(name.substring(prefix.length()));
    } catch (NumberFormatException | IndexOutOfBoundsException e) {
      throw new IllegalArgumentException("the statistics have an unknown field " + name, e);
    }
  }

  private static long number(Map<String, Object> fields, String name) {
    if (fields.get(name) instanceof Long number) {
      return number;
    }
    throw new IllegalArgumentException("the statistics have no number \"" + name + "\"");
  }

  private static Map<String, Object> inner(Map<String, Object> fields, String name) {
    return map(name, fields.get(name));
  }

  @SuppressWarnings("unchecked")
  private static Map<String, Object> map(String name, Object value) {
    if (value instanceof Map) {
      return (Map<String, Object>) value;
    }
    throw new IllegalArgumentException("the statistics have no structure \"" + name + "\"");
  }

  /**
   * Tells whether no frame is unaccounted for: in = out + held + dropped of every pad, of the
   * released ones and in total, and the total is the sum of the others.
   *
   * @return whether all that is so
   */
  public boolean isBalanced() {
    long in = released.in();
    long out = released.out();
    long held = released.held();
    long dropped = released.droppedTotal();
    boolean isBalanced = total.isBalanced() && released.isBalanced();
    for (PadStats pad : pads.values()) {
      isBalanced &= pad.frames.isBalanced();
      in += pad.frames.in();
      out += pad.frames.out();
      held += pad.frames.held();
      dropped += pad.frames.droppedTotal();
    }
    return isBalanced
        && in == total.in()
        && out == total.out()
        && held == total.held()
        && dropped == total.droppedTotal();
  }

  private static String flow(FlowStats f) {
    StringJoiner reasons = new StringJoiner(", ", " (", ")").setEmptyValue("");
    new TreeMap<>(f.dropped())
        .forEach(
            (reason, count) -> {
              if (count > 0) {
                reasons.add(reason + " " + count);
              }
            });
    return "in "
        + f.in()
        + " = out "
        + f.out()
        + " + held "
        + f.held()
        + " + dropped "
        + f.droppedTotal()
        + reasons;
  }

  /**
   * Returns a line for the whole and one for each pad.
   *
   * @return for instance {@code 12 batches of 2 slots (full 11, eos 1): in 24 = out 23 + held 0 +
   *     dropped 1 (late 1)}, then {@code sink_0: source 7 ended: in 12 = ...}
   */
  @Override
  public String toString() {
    StringJoiner why = new StringJoiner(", ", " (", ")").setEmptyValue("");
    reasons.forEach(
        (reason, count) -> {
          if (count > 0) {
            why.add(reason.name().toLowerCase(Locale.ROOT) + " " + count);
          }
        });
    StringBuilder text = new StringBuilder();
    text.append(batches).append(" batches of ").append(capacity).append(" slots").append(why);
    text.append(": ").append(flow(total));
    if (released.in() > 0) {
      text.append("\nreleased pads: ").append(flow(released));
    }
    pads.forEach((name, pad) -> text.append('\n').append(name).append(": ").append(pad));
    return text.toString();
  }
}
