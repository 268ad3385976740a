/* SPDX-License-Identifier: Apache-2.0 */
package org.savantgst;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * An engine of the native library that allocates and computes.
 *
 * @param name for instance {@code host}
 * @param unavailabilityCause why it does not work on this machine, empty if it does
 */
public record Backend(String name, Optional<String> unavailabilityCause) {
  /**
   * Tells whether it works on this machine.
   *
   * @return true if it does
   */
  public boolean isAvailable() {
    return unavailabilityCause.isEmpty();
  }

  /** Reads "name, name (reason, with commas), ...". */
  static List<Backend> parse(String list) {
    List<Backend> backends = new ArrayList<>();
    int depth = 0;
    int start = 0;
    for (int i = 0; i <= list.length(); i++) {
      char c = i < list.length() ? list.charAt(i) : ',';
      if (c == '(') {
        depth++;
      } else if (c == ')') {
        depth--;
      } else if (c == ',' && depth == 0 || i == list.length()) {
        backends.add(parseOne(list.substring(start, i).strip()));
        start = i + 1;
      }
    }
    return List.copyOf(backends);
  }

  private static Backend parseOne(String text) {
    int open = text.indexOf(" (");
    if (open < 0) {
      return new Backend(text, Optional.empty());
    }
    return new Backend(
        text.substring(0, open), Optional.of(text.substring(open + 2, text.length() - 1)));
  }
}
