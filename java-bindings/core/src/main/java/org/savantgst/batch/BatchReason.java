/* SPDX-License-Identifier: Apache-2.0 */
package org.savantgst.batch;

/** Why a batch was pushed when it was. */
public enum BatchReason {
  /** It is no batch of savantbatch, for instance a plain frame. */
  NONE,
  /** All slots are filled, or every pad that is waited for is in. */
  FULL,
  /** The oldest frame had waited for the batch timeout. */
  TIMEOUT,
  /** The pads that are missing have ended. */
  EOS,
  /** The pads that are missing announced a gap. */
  GAP,
  /** The pads that are missing are flushing. */
  FLUSH;

  private static final BatchReason[] VALUES = values();

  /** The native numbers begin with -1 for none. */
  static BatchReason fromNativeValue(long value) {
    return VALUES[(int) value + 1];
  }
}
