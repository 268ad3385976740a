/* SPDX-License-Identifier: Apache-2.0 */
package org.savantgst.examples.cli;

import com.sun.jna.NativeLibrary;
import java.io.IOException;
import java.nio.file.Path;

/** Looks for a shared library as dlopen does. */
final class LibraryProbe {
  private static final Path DEEPSTREAM = Path.of("/opt/nvidia/deepstream/deepstream/lib");

  private LibraryProbe() {}

  /** Where it is and of which version, or why not. */
  static String describe(String name) {
    String failure;
    try {
      return found(NativeLibrary.getInstance(name));
    } catch (UnsatisfiedLinkError e) {
      failure = reason(e.getMessage());
    }
    Path known = DEEPSTREAM.resolve(name);
    if (known.toFile().exists()) {
      try {
        return found(NativeLibrary.getInstance(known.toString()));
      } catch (UnsatisfiedLinkError e) {
        failure = reason(e.getMessage());
      }
    }
    return "no: " + failure;
  }

  /** The real name of the file usually ends in the version. */
  private static String found(NativeLibrary library) {
    Path file = library.getFile() == null ? null : library.getFile().toPath();
    if (file == null || !file.isAbsolute()) {
      return "yes";
    }
    try {
      return "yes: " + file.toRealPath();
    } catch (IOException e) {
      return "yes: " + file;
    }
  }

  /** The loader's own words, which follow JNA's headline. */
  private static String reason(String text) {
    return text.lines()
        .skip(1)
        .filter(line -> !line.isBlank())
        .findFirst()
        .orElse("cannot be loaded")
        .strip();
  }
}
