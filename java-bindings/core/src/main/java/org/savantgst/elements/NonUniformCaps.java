/* SPDX-License-Identifier: Apache-2.0 */
package org.savantgst.elements;

/** What the caps of a non-uniform batch say about format and size. */
public enum NonUniformCaps {
  /** Nothing. */
  NONE,
  /** Those of the first source, which other slots may not have. */
  FIRST_SOURCE;

  private static final NonUniformCaps[] VALUES = values();

  int nativeValue() {
    return ordinal();
  }

  static NonUniformCaps fromNativeValue(int value) {
    if (value < 0 || value >= VALUES.length) {
      throw new IllegalArgumentException(
          "NonUniformCaps " + value + ": it must be 0 to " + (VALUES.length - 1));
    }
    return VALUES[value];
  }
}
