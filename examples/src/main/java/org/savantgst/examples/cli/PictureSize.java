/* SPDX-License-Identifier: Apache-2.0 */
package org.savantgst.examples.cli;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** A size in pixels, written {@code WIDTHxHEIGHT}. */
record PictureSize(int width, int height) {
  static final int MAX = 32767;
  private static final Pattern FORM = Pattern.compile("(\\d{1,9})[xX](\\d{1,9})");

  static final class Converter implements ITypeConverter<PictureSize> {
    @Override
    public PictureSize convert(String text) {
      return parse(text);
    }
  }

  /**
   * Reads {@code WIDTHxHEIGHT}.
   *
   * @throws TypeConversionException if it is written otherwise, or a number is not in 1 to 32767
   */
  static PictureSize parse(String text) {
    Matcher form = FORM.matcher(text);
    if (!form.matches()) {
      throw new TypeConversionException("'" + text + "' is no size: WIDTHxHEIGHT, as in 640x640");
    }
    return new PictureSize(side(text, form.group(1)), side(text, form.group(2)));
  }

  private static int side(String text, String digits) {
    int side = Integer.parseInt(digits);
    if (side < 1 || side > MAX) {
      throw new TypeConversionException(
          "'" + text + "' is no size: width and height are 1 to " + MAX);
    }
    return side;
  }

  @Override
  public String toString() {
    return width + "x" + height;
  }
}
