/* SPDX-License-Identifier: Apache-2.0 */
package org.savantgst.surface;

import java.util.OptionalLong;

/**
 * What an acquired buffer is stamped with.
 *
 * @param ptsNs presentation time in nanoseconds, 0 or more; empty: none
 * @param durationNs duration in nanoseconds, 0 or more; empty: none
 * @param id number of the frame, any long; empty: no id
 */
public record AcquireParams(OptionalLong ptsNs, OptionalLong durationNs, OptionalLong id) {
  /**
   * Creates parameters.
   *
   * @param ptsNs presentation time in nanoseconds, 0 or more; empty: none
   * @param durationNs duration in nanoseconds, 0 or more; empty: none
   * @param id number of the frame, any long; empty: no id
   * @throws IllegalArgumentException if an argument is null or a time is negative
   */
  public AcquireParams {
    requireTime("ptsNs", ptsNs);
    requireTime("durationNs", durationNs);
    requirePresent("id", id);
  }

  private static void requirePresent(String name, OptionalLong value) {
    if (value == null) {
      throw new IllegalArgumentException(name + " is null: OptionalLong.empty() stands for none");
    }
  }

  private static void requireTime(String name, OptionalLong time) {
    requirePresent(name, time);
    if (time.isPresent() && time.getAsLong() < 0) {
      throw new IllegalArgumentException(
          name + " " + time.getAsLong() + ": it must be 0 to Long.MAX_VALUE nanoseconds");
    }
  }

  /**
   * Returns parameters of a time and a duration, without an id.
   *
   * @param ptsNs presentation time in nanoseconds, 0 or more
   * @param durationNs duration in nanoseconds, 0 or more
   * @return the parameters
   * @throws IllegalArgumentException if a time is negative
   */
  public static AcquireParams of(long ptsNs, long durationNs) {
    return new AcquireParams(
        OptionalLong.of(ptsNs), OptionalLong.of(durationNs), OptionalLong.empty());
  }

  /**
   * Returns a copy with an id.
   *
   * @param id number of the frame, any long
   * @return the copy
   */
  public AcquireParams withId(long id) {
    return new AcquireParams(ptsNs, durationNs, OptionalLong.of(id));
  }
}
