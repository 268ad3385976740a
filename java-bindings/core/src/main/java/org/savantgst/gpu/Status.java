/* SPDX-License-Identifier: Apache-2.0 */
package org.savantgst.gpu;

/** Numbers of {@code savant/status.h} that exceptions of this package carry. */
final class Status {
  /** A driver call failed. */
  static final int EXECUTION = -8;

  /** A library, driver or GPU is missing. */
  static final int UNAVAILABLE = -9;

  private Status() {}
}
