/* SPDX-License-Identifier: Apache-2.0 */
package org.savantgst.lowlevel;

import java.util.List;
import org.savantgst.meta.SavantId;

/**
 * Arrays of a thread for what native functions take and give, so that a call allocates nothing.
 * What is in them is overwritten by the next call.
 */
public final class Scratch {
  private static final ThreadLocal<Scratch> OF_THREAD = ThreadLocal.withInitial(Scratch::new);
  private static final int CONFIG_NUMBERS = 10;
  private static final int FEW = 16;
  private static final int SIZES = 32;

  /** For the few numbers that most functions give. */
  private final long[] numbers = new long[FEW];

  private final int[] ints = new int[CONFIG_NUMBERS];

  /** By the logarithm of their length in jobs: JNA copies arrays as a whole. */
  private final long[][] jobs = new long[SIZES][];

  private int[] kinds = new int[FEW];
  private long[] ids = new long[FEW];

  private Scratch() {}

  /**
   * Returns the arrays of the calling thread.
   *
   * @return its scratch
   */
  public static Scratch get() {
    return OF_THREAD.get();
  }

  /**
   * Returns room for some numbers.
   *
   * @return at least 16
   */
  public long[] numbers() {
    return numbers;
  }

  /**
   * Returns room for a config or a few ints.
   *
   * @return exactly as many as a config has
   */
  public int[] ints() {
    return ints;
  }

  /**
   * Returns room for jobs.
   *
   * @param count how many
   * @return at least that many times {@link SavantAPI#JOB_NUMBERS}
   */
  public long[] jobs(int count) {
    int size = Integer.SIZE - Integer.numberOfLeadingZeros(Math.max(count, 1) - 1);
    if (jobs[size] == null) {
      jobs[size] = new long[Math.max(count, 1 << size) * SavantAPI.JOB_NUMBERS];
    }
    return jobs[size];
  }

  /**
   * Makes room for ids.
   *
   * @param count how many
   */
  public void growIds(int count) {
    if (kinds.length < count) {
      kinds = new int[count];
      ids = new long[count];
    }
  }

  /**
   * Puts ids into {@link #kinds()} and {@link #ids()}.
   *
   * @param list the ids
   * @return how many there are
   * @throws IllegalArgumentException if the list or an id is null
   */
  public int fillIds(List<SavantId> list) {
    if (list == null) {
      throw new IllegalArgumentException("ids is null: an empty list stands for none");
    }
    int count = list.size();
    growIds(count);
    for (int i = 0; i < count; i++) {
      SavantId id = list.get(i);
      if (id == null) {
        throw new IllegalArgumentException("id " + i + " is null");
      }
      kinds[i] = id.kind().nativeValue();
      ids[i] = id.id();
    }
    return count;
  }

  /**
   * Returns room for kinds of ids.
   *
   * @return as many as were asked for, or more
   */
  public int[] kinds() {
    return kinds;
  }

  /**
   * Returns room for ids.
   *
   * @return as many as were asked for, or more
   */
  public long[] ids() {
    return ids;
  }
}
