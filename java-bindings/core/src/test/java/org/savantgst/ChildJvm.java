/* SPDX-License-Identifier: Apache-2.0 */
package org.savantgst;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Runs a class of the tests in a JVM of its own. */
public record ChildJvm(int exit, String out, String err) {
  /** The class path of the tests without the jar of natives. */
  public static String classPathWithoutNatives() {
    return Arrays.stream(System.getProperty("java.class.path").split(java.io.File.pathSeparator))
        .filter(entry -> !entry.contains("gst-plugin"))
        .collect(Collectors.joining(java.io.File.pathSeparator));
  }

  /** Runs java of a JDK; what a test does not end within two minutes is a failure. */
  public static ChildJvm run(Path javaHome, Map<String, String> environment, List<String> arguments)
      throws IOException, InterruptedException {
    Path out = Files.createTempFile("child", ".out");
    Path err = Files.createTempFile("child", ".err");
    try {
      List<String> command = new ArrayList<>();
      command.add(javaHome.resolve("bin/java").toString());
      command.addAll(arguments);
      ProcessBuilder builder = new ProcessBuilder(command);
      builder.environment().remove("GST_PLUGIN_PATH");
      builder.environment().putAll(environment);
      Process process = builder.redirectOutput(out.toFile()).redirectError(err.toFile()).start();
      if (!process.waitFor(2, TimeUnit.MINUTES)) {
        process.destroyForcibly();
        throw new AssertionError("no end: " + command);
      }
      return new ChildJvm(process.exitValue(), Files.readString(out), Files.readString(err));
    } finally {
      Files.delete(out);
      Files.delete(err);
    }
  }

  /** Runs a mode with arguments of {@link Child} on this JDK and the class path without natives. */
  public static ChildJvm runMode(Map<String, String> environment, String[] mode, String... options)
      throws IOException, InterruptedException {
    List<String> arguments = new ArrayList<>(List.of(options));
    arguments.addAll(List.of("-cp", classPathWithoutNatives(), Child.class.getName()));
    arguments.addAll(List.of(mode));
    return run(Path.of(System.getProperty("java.home")), environment, arguments);
  }

  /** Runs a mode of {@link Child} on this JDK and the class path without natives. */
  public static ChildJvm run(Map<String, String> environment, String mode, String... options)
      throws IOException, InterruptedException {
    return runMode(environment, new String[] {mode}, options);
  }

  /** JDKs installed beside this one that are newer. */
  public static List<Path> newerJdks() throws IOException {
    Path parent = Path.of(System.getProperty("java.home")).toRealPath().getParent();
    try (Stream<Path> found = Files.list(parent)) {
      return found.filter(ChildJvm::isNewer).sorted().toList();
    }
  }

  private static boolean isNewer(Path home) {
    Path release = home.resolve("release");
    if (Files.isSymbolicLink(home)
        || !Files.isReadable(release)
        || !Files.isExecutable(home.resolve("bin/java"))) {
      return false;
    }
    try (Stream<String> lines = Files.lines(release)) {
      return lines
          .filter(line -> line.startsWith("JAVA_VERSION="))
          .map(line -> line.replaceAll("[^0-9.]", "").split("[.]")[0])
          .anyMatch(version -> Integer.parseInt(version) > Runtime.version().feature());
    } catch (IOException e) {
      return false;
    }
  }
}
