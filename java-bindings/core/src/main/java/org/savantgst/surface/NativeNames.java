/* SPDX-License-Identifier: Apache-2.0 */
package org.savantgst.surface;

import java.util.Arrays;
import java.util.Locale;
import java.util.function.ToIntFunction;
import java.util.stream.Collectors;

/** What the enums share in finding and listing their constants. */
final class NativeNames {
  private NativeNames() {}

  /** "NAME (number), ..." of all constants. */
  static <E extends Enum<E>> String numbered(E[] values, ToIntFunction<E> number) {
    return Arrays.stream(values)
        .map(value -> value.name() + " (" + number.applyAsInt(value) + ")")
        .collect(Collectors.joining(", "));
  }

  /** Refuses null, else folds case without regard to the default locale. */
  static String fold(String what, String name) {
    if (name == null) {
      throw new IllegalArgumentException(what + " name is null");
    }
    return name.toLowerCase(Locale.ROOT);
  }
}
