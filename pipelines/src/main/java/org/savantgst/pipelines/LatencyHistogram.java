/* SPDX-License-Identifier: Apache-2.0 */
package org.savantgst.pipelines;

/**
 * Counts durations in buckets that grow with them, so that a percentile is right to 1/32 and
 * nothing is allocated after construction. One thread at a time.
 */
final class LatencyHistogram {
  private static final int SUB_BITS = 5;
  private static final int SUB = 1 << SUB_BITS;

  private final long[] counts = new long[(Long.SIZE - SUB_BITS) * SUB];
  private long total;

  /** Counts a duration; a negative one counts as 0. */
  void record(long ns) {
    counts[bucket(Math.max(ns, 0))]++;
    total++;
  }

  long total() {
    return total;
  }

  /**
   * Returns a duration that the given share of all does not exceed.
   *
   * @param share above 0, 1 at most
   * @return the upper end of its bucket, -1 if nothing was counted
   */
  long percentile(double share) {
    if (!(share > 0 && share <= 1)) {
      throw new IllegalArgumentException("share " + share + ": it must be above 0 and 1 at most");
    }
    long wanted = (long) Math.ceil(share * total);
    long seen = 0;
    for (int i = 0; i < counts.length; i++) {
      seen += counts[i];
      if (total > 0 && seen >= wanted) {
        return upperEnd(i);
      }
    }
    return -1;
  }

  private static int bucket(long ns) {
    int shift = Math.max(0, Long.SIZE - Long.numberOfLeadingZeros(ns) - 1 - SUB_BITS);
    return shift * SUB + (int) (ns >>> shift);
  }

  private static long upperEnd(int bucket) {
    int shift = Math.max(0, bucket / SUB - 1);
    return ((bucket - (long) shift * SUB + 1) << shift) - 1;
  }
}
