/* SPDX-License-Identifier: Apache-2.0 */
package org.savantgst.examples.cli;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** A file could not be written. */
final class OutputException extends Exception {
  private static final long serialVersionUID = 1L;

  OutputException(Path file, IOException cause) {
    super("cannot write " + file + ": " + reason(cause), cause);
  }

  /** NIO's exceptions often say no more than the path. */
  private static String reason(IOException e) {
    if (e instanceof FileAlreadyExistsException) {
      return "there is something else of that name";
    }
    if (e instanceof NoSuchFileException) {
      return "its folder does not exist or takes no files";
    }
    if (e instanceof FileSystemException f) {
      String reason = f.getReason();
      return reason != null ? reason : f.getClass().getSimpleName();
    }
    return e.getMessage();
  }
}
