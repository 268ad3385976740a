/* SPDX-License-Identifier: Apache-2.0 */
package org.savantgst.gpu;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * A model of Jetson and how it is known, a row of {@code jetson-models.txt}.
 *
 * @param capability major or major.minor
 * @param multiprocessors the counts that are told of it
 * @param memoryFromMib least MemTotal
 * @param memoryToMib MemTotal is below it
 * @param boardName what the device tree's model contains
 */
record JetsonModel(
    String model,
    String tag,
    String capability,
    Set<Integer> multiprocessors,
    long memoryFromMib,
    long memoryToMib,
    boolean hasEncoder,
    String boardName) {
  private static final JetsonModel UNKNOWN =
      new JetsonModel("Unknown Jetson", "unknown_jetson", "", Set.of(), 0, 0, false, "");
  private static final String RESOURCE = "jetson-models.txt";
  private static final int COLUMNS = 8;

  private static final class Holder {
    static final List<JetsonModel> TABLE = read();
  }

  /** The model of these figures; {@code board} is asked only where two fit. */
  static JetsonModel of(
      int capabilityMajor,
      int capabilityMinor,
      int multiprocessors,
      long memTotalMib,
      Supplier<Optional<String>> board) {
    List<JetsonModel> candidates =
        Holder.TABLE.stream()
            .filter(row -> row.fits(capabilityMajor, capabilityMinor))
            .filter(row -> row.multiprocessors.contains(multiprocessors))
            .filter(row -> memTotalMib >= row.memoryFromMib && memTotalMib < row.memoryToMib)
            .toList();
    if (candidates.size() < 2) {
      return candidates.isEmpty() ? UNKNOWN : candidates.get(0);
    }
    String name = board.get().orElse("");
    return candidates.stream()
        .filter(row -> name.contains(row.boardName))
        .findFirst()
        .or(() -> candidates.stream().filter(row -> !row.hasEncoder).findFirst())
        .orElse(candidates.get(0));
  }

  private boolean fits(int major, int minor) {
    return capability.equals(major + "." + minor) || capability.equals(major + ".x");
  }

  private static List<JetsonModel> read() {
    try (InputStream stream = JetsonModel.class.getResourceAsStream(RESOURCE);
        BufferedReader reader =
            new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8))) {
      return reader
          .lines()
          .filter(line -> !line.isBlank() && !line.startsWith("#"))
          .map(JetsonModel::parse)
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static JetsonModel parse(String line) {
    String[] columns =
        Arrays.stream(line.split("\\|", -1)).map(String::strip).toArray(String[]::new);
    if (columns.length != COLUMNS) {
      throw new IllegalArgumentException(RESOURCE + ": not " + COLUMNS + " columns: " + line);
    }
    String[] memory = columns[4].split("-", -1);
    return new JetsonModel(
        columns[0],
        columns[1],
        columns[2],
        Arrays.stream(columns[3].split("/")).map(Integer::valueOf).collect(Collectors.toSet()),
        memory[0].isEmpty() ? 0 : Long.parseLong(memory[0]),
        memory[1].isEmpty() ? Long.MAX_VALUE : Long.parseLong(memory[1]),
        columns[5].equals("yes"),
        columns[6]);
  }
}
