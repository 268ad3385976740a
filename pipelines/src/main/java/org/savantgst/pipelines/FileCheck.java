/* SPDX-License-Identifier: Apache-2.0 */
package org.savantgst.pipelines;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What can be said of a file before any element looks at it. */
final class FileCheck {
  private FileCheck() {}

  /** Why it cannot be a video, null if it may be one. */
  static String problem(Path file) {
    if (!Files.exists(file)) {
      return "there is no such file";
    }
    if (Files.isDirectory(file)) {
      return "that is a folder, not a file";
    }
    if (!Files.isReadable(file)) {
      return "the file may not be read";
    }
    try {
      return Files.isRegularFile(file) && Files.size(file) == 0 ? "the file is empty" : null;
    } catch (IOException e) {
      return e.getMessage();
    }
  }
}
