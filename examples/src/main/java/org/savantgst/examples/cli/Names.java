/* SPDX-License-Identifier: Apache-2.0 */
package org.savantgst.examples.cli;

import org.savantgst.surface.Interpolation;
import org.savantgst.surface.Padding;
import org.savantgst.surface.VideoFormat;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads the names of formats, paddings and filters; a wrong one is told with all right ones. */
final class Names {
  private Names() {}

  private interface Reading<T> {
    T read();
  }

  private static <T> T read(Reading<T> reading) {
    try {
      return reading.read();
    } catch (IllegalArgumentException e) {
      throw new TypeConversionException(e.getMessage());
    }
  }

  static final class OfFormat implements ITypeConverter<VideoFormat> {
    @Override
    public VideoFormat convert(String name) {
      return read(() -> VideoFormat.fromName(name));
    }
  }

  /** The element's names have a hyphen where the API's have an underscore. */
  static final class OfPadding implements ITypeConverter<Padding> {
    @Override
    public Padding convert(String name) {
      return read(() -> Padding.fromName(name.replace('-', '_')));
    }
  }

  static final class OfInterpolation implements ITypeConverter<Interpolation> {
    @Override
    public Interpolation convert(String name) {
      return read(() -> Interpolation.fromName(name));
    }
  }
}
