/* SPDX-License-Identifier: Apache-2.0 */
package org.savantgst;

/** A thread was interrupted while it waited for a buffer. Its interrupt flag stays set. */
public class AcquireInterruptedException extends SavantException {
  private static final long serialVersionUID = 1L;

  /**
   * Creates an exception.
   *
   * @param code the native library's status
   * @param message what was waited for, and for how long
   */
  public AcquireInterruptedException(int code, String message) {
    super(code, message);
  }
}
