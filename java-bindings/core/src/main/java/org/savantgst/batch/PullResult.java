/* SPDX-License-Identifier: Apache-2.0 */
package org.savantgst.batch;

/** How a pull ended. */
public enum PullResult {
  /** Nothing came in time. */
  TIMEOUT,
  /** The view shows the next batch or frame. */
  BATCH,
  /** The stream has ended and all of it was given. */
  EOS,
  /** The puller was stopped or closed. */
  STOPPED;

  private static final PullResult[] VALUES = values();

  static PullResult fromNativeValue(long value) {
    return VALUES[(int) value];
  }
}
