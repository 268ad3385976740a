/* SPDX-License-Identifier: Apache-2.0 */
package org.savantgst.gpu;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.savantgst.SavantException;

/** What is known of the machine without a driver. */
record Machine(String architecture, Path proc) {
  /** This machine. */
  static Machine local() {
    return new Machine(System.getProperty("os.arch"), Path.of("/proc"));
  }

  boolean isX86() {
    return architecture.equals("amd64") || architecture.equals("x86_64");
  }

  boolean isJetsonKernel() {
    return read("sys/kernel/osrelease")
        .orElseGet(() -> System.getProperty("os.version", ""))
        .contains("tegra");
  }

  /** The text of the device tree's model, which ends with a zero. */
  Optional<String> deviceTreeModel() {
    return read("device-tree/model").map(text -> text.replace("\0", "").strip());
  }

  private Optional<String> read(String file) {
    try {
      return Optional.of(Files.readString(proc.resolve(file), StandardCharsets.ISO_8859_1));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  long memTotalMib() {
    return memInfoKib("MemTotal") / 1024;
  }

  long memUsedMib() {
    return (memInfoKib("MemTotal") - memInfoKib("MemAvailable")) / 1024;
  }

  private long memInfoKib(String field) {
    Path file = proc.resolve("meminfo");
    String text =
        read("meminfo")
            .orElseThrow(
                () ->
                    new SavantException(
                        Status.UNAVAILABLE,
                        file + " cannot be read: it tells the memory of a Jetson"));
    for (String line : text.lines().toList()) {
      String[] words = line.split("[: ]+");
      if (words.length > 1 && words[0].equals(field) && words[1].matches("[0-9]{1,15}")) {
        return Long.parseLong(words[1]);
      }
    }
    throw new SavantException(Status.UNAVAILABLE, file + " has no number for " + field);
  }
}
