/* SPDX-License-Identifier: Apache-2.0 */
package org.savantgst.examples.cli;

import java.util.function.Function;
import org.savantgst.surface.Interpolation;
import org.savantgst.surface.Padding;
import org.savantgst.surface.VideoFormat;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads the names of formats, paddings and filters; a wrong one is told with all right ones. */
final class Names {
  /** As the element writes them; the API knows more names. */
  static final String PADDINGS = "none, right-bottom or symmetric";

  static final String FILTERS = "nearest, bilinear, cubic, super, lanczos, nicest or default";

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

  private static <T> T read(String name, String known, Reading<T> reading) {
    try {
      return reading.read();
    } catch (IllegalArgumentException e) {
      throw new TypeConversionException("'" + name + "': known are " + known);
    }
  }

  /** For all options that are numbers. */
  static <T extends Number> ITypeConverter<T> wholeNumber(Function<String, T> parse) {
    return text -> {
      try {
        return parse.apply(text);
      } catch (NumberFormatException e) {
        throw new TypeConversionException("'" + text + "' is no whole number that is possible");
      }
    };
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
      return read(name, PADDINGS, () -> Padding.fromName(name.replace('-', '_')));
    }
  }

  static final class OfInterpolation implements ITypeConverter<Interpolation> {
    @Override
    public Interpolation convert(String name) {
      return read(name, FILTERS, () -> Interpolation.fromName(name));
    }
  }
}
