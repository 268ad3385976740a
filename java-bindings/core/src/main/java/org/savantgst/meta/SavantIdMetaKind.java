/* SPDX-License-Identifier: Apache-2.0 */
package org.savantgst.meta;

/** What an id stands for. */
public enum SavantIdMetaKind {
  /** A logical frame. */
  FRAME(0, "frame"),
  /** A logical batch. */
  BATCH(1, "batch");

  private final int nativeValue;
  private final String canonicalName;

  SavantIdMetaKind(int nativeValue, String canonicalName) {
    this.nativeValue = nativeValue;
    this.canonicalName = canonicalName;
  }

  /**
   * Returns the number of the native library.
   *
   * @return 0 or 1
   */
  public int nativeValue() {
    return nativeValue;
  }

  /**
   * Returns the lower-case name.
   *
   * @return {@code frame} or {@code batch}
   */
  public String canonicalName() {
    return canonicalName;
  }

  /**
   * Returns the kind of a number of the native library.
   *
   * @param value the number
   * @return the kind
   * @throws IllegalArgumentException if it is neither 0 nor 1
   */
  public static SavantIdMetaKind fromNativeValue(int value) {
    return switch (value) {
      case 0 -> FRAME;
      case 1 -> BATCH;
      default ->
          throw new IllegalArgumentException(
              "SavantIdMetaKind " + value + ": known are FRAME (0), BATCH (1)");
    };
  }
}
