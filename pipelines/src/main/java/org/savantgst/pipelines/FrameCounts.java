/* SPDX-License-Identifier: Apache-2.0 */
package org.savantgst.pipelines;

import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/**
 * What became of the frames of a source, at one moment: {@code in} = {@code out} + {@code held} +
 * {@link #droppedTotal()}.
 *
 * @param in frames that reached savantbatch
 * @param out frames that were handed to the program
 * @param held frames that wait in savantbatch or behind it
 * @param dropped frames that will not come, by reason: {@code late}, {@code leaky}, {@code error},
 *     {@code flush}, {@code released}, {@code unlinked}, {@code roi}, and {@code stopped} for
 *     batches that nobody took; reasons that did not happen are left out
 */
public record FrameCounts(long in, long out, long held, Map<String, Long> dropped) {
  /** Keeps a copy of the map, in the order of the reasons' names. */
  public FrameCounts {
    dropped = Collections.unmodifiableMap(new TreeMap<>(dropped));
  }

  /**
   * Returns how many frames were dropped for any reason.
   *
   * @return the sum
   */
  public long droppedTotal() {
    return dropped.values().stream().mapToLong(Long::longValue).sum();
  }

  /**
   * Adds two counts.
   *
   * @param other the other one
   * @return the sum of both
   */
  public FrameCounts plus(FrameCounts other) {
    Map<String, Long> sum = new TreeMap<>(dropped);
    other.dropped.forEach((reason, count) -> sum.merge(reason, count, Long::sum));
    return new FrameCounts(in + other.in, out + other.out, held + other.held, sum);
  }
}
