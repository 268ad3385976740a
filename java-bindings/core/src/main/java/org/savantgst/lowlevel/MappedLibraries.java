/* SPDX-License-Identifier: Apache-2.0 */
package org.savantgst.lowlevel;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.Set;

/** What the dynamic loader has mapped into this process, where the system tells. */
final class MappedLibraries {
  private static final Path MAPS = Path.of("/proc/self/maps");

  private MappedLibraries() {}

  /** The files whose names begin so; empty on systems without such a list. */
  static Set<String> startingWith(String name) {
    Set<String> files = new LinkedHashSet<>();
    if (!Files.isReadable(MAPS)) {
      return files;
    }
    try {
      for (String line : Files.readAllLines(MAPS, StandardCharsets.UTF_8)) {
        int slash = line.indexOf('/');
        if (slash >= 0 && line.startsWith(name, line.lastIndexOf('/') + 1)) {
          files.add(line.substring(slash));
        }
      }
    } catch (IOException e) {
      files.clear();
    }
    return files;
  }
}
