/* SPDX-License-Identifier: Apache-2.0 */
package org.savantgst.examples.cli;

import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.regex.Pattern;
import org.savantgst.pipelines.Source;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads {@code FILE}, {@code URI} or {@code pattern:NAME}, and {@code !ELEMENTS} behind it. */
final class Input implements ITypeConverter<Source> {
  private static final String PATTERN = "pattern:";
  private static final Pattern SCHEME = Pattern.compile("[a-zA-Z][a-zA-Z0-9+.-]+:.*");

  @Override
  public Source convert(String text) {
    return parse(text);
  }

  /**
   * Reads an input. A file whose whole name is the text comes first, whatever is in the name.
   *
   * @throws TypeConversionException if it is none of the forms, or the file is missing or empty
   */
  static Source parse(String text) {
    int bang = isFile(text) ? -1 : text.indexOf('!');
    String place = (bang < 0 ? text : text.substring(0, bang)).strip();
    String elements = bang < 0 ? "" : text.substring(bang + 1).strip();
    try {
      Source source = source(place);
      return elements.isEmpty() ? source : source.through(elements);
    } catch (IllegalArgumentException e) {
      throw new TypeConversionException(e.getMessage());
    }
  }

  private static boolean isFile(String text) {
    try {
      return Files.exists(Path.of(text));
    } catch (InvalidPathException e) {
      return false;
    }
  }

  private static Source source(String place) {
    if (place.isEmpty()) {
      throw new TypeConversionException(
          "an input is FILE, URI or pattern:NAME, and !ELEMENTS behind it if wanted");
    }
    if (isFile(place)) {
      return Source.file(Path.of(place));
    }
    if (place.startsWith(PATTERN)) {
      return Source.pattern(place.substring(PATTERN.length()));
    }
    if (SCHEME.matcher(place).matches()) {
      return Source.uri(place);
    }
    throw new TypeConversionException("there is no file '" + place + "'");
  }
}
