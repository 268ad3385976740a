/* SPDX-License-Identifier: Apache-2.0 */
package org.savantgst.examples.cli;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads a colour as people write it and gives it as 0xRRGGBB. */
final class PadColor implements ITypeConverter<Integer> {
  private static final Pattern HEX = Pattern.compile("(?:#|0[xX])([0-9a-fA-F]{6})");
  private static final Pattern TRIPLE = Pattern.compile("(\\d{1,3}),(\\d{1,3}),(\\d{1,3})");
  private static final Pattern GREY = Pattern.compile("\\d{1,3}");

  @Override
  public Integer convert(String text) {
    return parse(text);
  }

  /**
   * Reads {@code #RRGGBB}, {@code 0xRRGGBB}, {@code R,G,B}, or one number of 0 to 255 for that
   * grey.
   *
   * @throws TypeConversionException if the text is none of these
   */
  static int parse(String text) {
    Matcher hex = HEX.matcher(text);
    if (hex.matches()) {
      return Integer.parseInt(hex.group(1), 16);
    }
    Matcher triple = TRIPLE.matcher(text);
    if (triple.matches()) {
      return level(text, triple.group(1)) << 16
          | level(text, triple.group(2)) << 8
          | level(text, triple.group(3));
    }
    if (GREY.matcher(text).matches()) {
      return level(text, text) * 0x010101;
    }
    throw refusal(text);
  }

  private static int level(String text, String number) {
    int level = Integer.parseInt(number);
    if (level > 255) {
      throw refusal(text);
    }
    return level;
  }

  private static TypeConversionException refusal(String text) {
    return new TypeConversionException(
        "'"
            + text
            + "' is no colour: #RRGGBB, 0xRRGGBB, R,G,B with numbers of 0 to 255,"
            + " or one number of 0 to 255 for that grey");
  }
}
