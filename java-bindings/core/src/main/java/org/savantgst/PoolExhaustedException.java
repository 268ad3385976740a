/* SPDX-License-Identifier: Apache-2.0 */
package org.savantgst;

import java.time.Duration;

/** Every buffer of a pool is in use and none came back in time. */
public class PoolExhaustedException extends SavantException {
  private static final long serialVersionUID = 1L;

  /** How many buffers were out. */
  private final int outstanding;

  /** The age of the oldest buffer that was out. */
  private final Duration oldestAge;

  /**
   * Creates an exception.
   *
   * @param code the native library's status
   * @param message how many buffers are out and for how long
   * @param outstanding how many buffers are out
   * @param oldestAge for how long the oldest of them is
   */
  public PoolExhaustedException(int code, String message, int outstanding, Duration oldestAge) {
    super(code, message);
    this.outstanding = outstanding;
    this.oldestAge = oldestAge;
  }

  /**
   * Returns how many buffers were out.
   *
   * @return the number
   */
  public int outstanding() {
    return outstanding;
  }

  /**
   * Returns for how long the oldest buffer was out.
   *
   * @return its age
   */
  public Duration oldestAge() {
    return oldestAge;
  }
}
