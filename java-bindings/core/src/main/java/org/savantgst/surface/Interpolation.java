/* SPDX-License-Identifier: Apache-2.0 */
package org.savantgst.surface;

/** Filters for scaling; none is widened when shrinking, except area averages. */
public enum Interpolation {
  /** The nearest sample. */
  NEAREST(0),
  /** 2 taps an axis. */
  BILINEAR(1),
  /** Catmull-Rom cubic, 4 taps an axis. */
  GPU_CUBIC_VIC_5TAP(2),
  /** Area average on an axis that shrinks, else bilinear. */
  GPU_SUPER_VIC_10TAP(3),
  /** Lanczos, 6 taps an axis. */
  GPU_LANCZOS_VIC_SMART(4),
  /** The same as GPU_SUPER_VIC_10TAP. */
  GPU_IGNORED_VIC_NICEST(5),
  /** The same as NEAREST. */
  DEFAULT(6);

  private static final Interpolation[] VALUES = values();

  private final int nativeValue;

  Interpolation(int nativeValue) {
    this.nativeValue = nativeValue;
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
   * Returns the constant of a number of the native library.
   *
   * @param value the number
   * @return the constant
   * @throws IllegalArgumentException if there is none of that number
   */
  public static Interpolation fromNativeValue(int value) {
    for (Interpolation constant : VALUES) {
      if (constant.nativeValue == value) {
        return constant;
      }
    }
    throw new IllegalArgumentException(
        "Interpolation "
            + value
            + ": known are "
            + NativeNames.numbered(VALUES, Interpolation::nativeValue));
  }

  /**
   * Returns the filter of a name. Upper or lower case and underscores make no difference.
   *
   * @param name for instance {@code bilinear}, {@code cubic}, {@code gpu_cubic_vic_5tap} or {@code
   *     algo1}
   * @return the filter
   * @throws IllegalArgumentException if the name is null or none of those that the message lists
   */
  public static Interpolation fromName(String name) {
    return switch (NativeNames.fold("interpolation", name).replace("_", "")) {
      case "nearest" -> NEAREST;
      case "bilinear" -> BILINEAR;
      case "gpucubicvic5tap", "cubic", "algo1" -> GPU_CUBIC_VIC_5TAP;
      case "gpusupervic10tap", "super", "algo2" -> GPU_SUPER_VIC_10TAP;
      case "gpulanczosvicsmart", "lanczos", "algo3" -> GPU_LANCZOS_VIC_SMART;
      case "gpuignoredvicnicest", "nicest", "algo4" -> GPU_IGNORED_VIC_NICEST;
      case "default" -> DEFAULT;
      default ->
          throw new IllegalArgumentException(
              "interpolation \""
                  + name
                  + "\": known are nearest, bilinear, gpu_cubic_vic_5tap (cubic, algo1),"
                  + " gpu_super_vic_10tap (super, algo2), gpu_lanczos_vic_smart (lanczos, algo3),"
                  + " gpu_ignored_vic_nicest (nicest, algo4), default");
    };
  }
}
