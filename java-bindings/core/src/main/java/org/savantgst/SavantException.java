/* SPDX-License-Identifier: Apache-2.0 */
package org.savantgst;

/**
 * A failure of the native library, of a pool, of GStreamer or of a GPU library. The message names
 * the call, its parameters and what to do.
 */
public class SavantException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** The status number of the native library. */
  private final int code;

  /**
   * Creates an exception.
   *
   * @param code the native library's status, a negative number of {@code savant/status.h}
   * @param message what was asked, what was found and what to do
   */
  public SavantException(int code, String message) {
    super(message);
    this.code = code;
  }

  /**
   * Creates an exception that another one led to.
   *
   * @param code the native library's status, a negative number of {@code savant/status.h}
   * @param message what was asked, what was found and what to do
   * @param cause what led to it
   */
  public SavantException(int code, String message, Throwable cause) {
    super(message, cause);
    this.code = code;
  }

  /**
   * Returns the status number of the native library.
   *
   * @return a negative number of {@code savant/status.h}
   */
  public int code() {
    return code;
  }
}
