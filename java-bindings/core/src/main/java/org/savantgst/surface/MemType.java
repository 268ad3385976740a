/* SPDX-License-Identifier: Apache-2.0 */
package org.savantgst.surface;

/** Where the pixels of a surface are. */
public enum MemType {
  /** The best kind that the backend has: SYSTEM without a GPU. */
  DEFAULT(0, "default"),
  /** Page-locked system memory that CUDA can reach. */
  CUDA_PINNED(1, "cuda_pinned"),
  /** GPU memory. */
  CUDA_DEVICE(2, "cuda_device"),
  /** CUDA managed memory, for CPU and GPU. */
  CUDA_UNIFIED(3, "cuda_unified"),
  /** Hardware buffers of a Jetson. */
  SURFACE_ARRAY(4, "surface_array"),
  /** Memory handles of a Jetson. */
  HANDLE(5, "handle"),
  /** System memory. */
  SYSTEM(6, "system");

  private static final MemType[] VALUES = values();

  private final int nativeValue;
  private final String canonicalName;

  MemType(int nativeValue, String canonicalName) {
    this.nativeValue = nativeValue;
    this.canonicalName = canonicalName;
  }

  /**
   * Returns the number of the native library.
   *
   * @return the number
   */
  public int nativeValue() {
    return nativeValue;
  }

  /**
   * Returns the name in caps and properties.
   *
   * @return a lower-case name such as {@code cuda_device}
   */
  public String canonicalName() {
    return canonicalName;
  }

  /**
   * Returns the constant of a number of the native library.
   *
   * @param value the number
   * @return the constant
   * @throws IllegalArgumentException if there is none of that number
   */
  public static MemType fromNativeValue(int value) {
    for (MemType constant : VALUES) {
      if (constant.nativeValue == value) {
        return constant;
      }
    }
    throw new IllegalArgumentException(
        "MemType " + value + ": known are " + NativeNames.numbered(VALUES, MemType::nativeValue));
  }

  /**
   * Tells whether the CPU can read and write this memory.
   *
   * @return true for SYSTEM, CUDA_PINNED and CUDA_UNIFIED
   */
  public boolean isHostReadable() {
    return this == SYSTEM || this == CUDA_PINNED || this == CUDA_UNIFIED;
  }
}
