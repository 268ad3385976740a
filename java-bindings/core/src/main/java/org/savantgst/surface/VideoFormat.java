/* SPDX-License-Identifier: Apache-2.0 */
package org.savantgst.surface;

import java.util.Arrays;
import java.util.stream.Collectors;

/** Pixel formats that frames and surfaces can have. The names are GStreamer's. */
public enum VideoFormat {
  /** Red, green, blue, alpha: 4 bytes a pixel. */
  RGBA(19, "RGBA"),
  /** Blue, green, red and a byte that is 255: 4 bytes a pixel. */
  BGRx(24, "BGRx"),
  /** 4:2:0, a plane of luma and one of interleaved U and V. */
  NV12(6, "NV12"),
  /** 4:2:0, a plane of luma and one of interleaved V and U. */
  NV21(8, "NV21"),
  /** 4:2:0, a plane each of Y, U and V. */
  I420(2, "I420"),
  /** 4:2:2 packed, 4 bytes for two pixels. */
  UYVY(10, "UYVY"),
  /** Grey, full range: 1 byte a pixel. */
  GRAY8(1, "GRAY8"),
  /** Red, green, blue: 3 bytes a pixel. */
  RGB(27, "RGB"),
  /** Blue, green, red: 3 bytes a pixel. */
  BGR(28, "BGR"),
  /** Blue, green, red, alpha: 4 bytes a pixel. */
  BGRA(20, "BGRA"),
  /** Red, green, blue and a byte that is 255: 4 bytes a pixel. */
  RGBx(23, "RGBx");

  private static final VideoFormat[] VALUES = values();

  private final int nativeValue;
  private final String canonicalName;

  VideoFormat(int nativeValue, String canonicalName) {
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
   * @return GStreamer's name, for instance {@code NV12}
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
  public static VideoFormat fromNativeValue(int value) {
    for (VideoFormat constant : VALUES) {
      if (constant.nativeValue == value) {
        return constant;
      }
    }
    throw new IllegalArgumentException(
        "VideoFormat "
            + value
            + ": known are "
            + NativeNames.numbered(VALUES, VideoFormat::nativeValue));
  }

  /**
   * Returns the format of a name, exactly as GStreamer writes it.
   *
   * @param name for instance {@code NV12}
   * @return the format
   * @throws IllegalArgumentException if the name is null or none of the formats'
   */
  public static VideoFormat fromName(String name) {
    for (VideoFormat format : VALUES) {
      if (format.canonicalName.equals(name)) {
        return format;
      }
    }
    throw new IllegalArgumentException(
        "video format "
            + (name == null ? "null" : "\"" + name + "\"")
            + ": known are "
            + Arrays.stream(VALUES).map(f -> f.canonicalName).collect(Collectors.joining(", ")));
  }

  /**
   * Returns the number of planes.
   *
   * @return 1 to 3
   */
  public int planes() {
    return switch (this) {
      case NV12, NV21 -> 2;
      case I420 -> 3;
      default -> 1;
    };
  }

  /**
   * Returns the number of components that a pixel of the first plane has, UYVY counting its two
   * bytes a pixel.
   *
   * @return 1 to 4
   */
  public int channels() {
    return switch (this) {
      case RGBA, BGRx, BGRA, RGBx -> 4;
      case RGB, BGR -> 3;
      case UYVY -> 2;
      default -> 1;
    };
  }
}
