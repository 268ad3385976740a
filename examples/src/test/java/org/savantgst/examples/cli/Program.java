/* SPDX-License-Identifier: Apache-2.0 */
package org.savantgst.examples.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;

/** The packed program in a process of its own, which never outlives its limit. */
final class Program {
  static final Path JAR = Path.of(System.getProperty("savant.test.jar"));
  static final String CLIP = System.getProperty("savant.test.clip");
  static final int CLIP_FRAMES = 132;
  static final long LIMIT_MS = 60_000;

  /** What it left. */
  record Result(int exit, String out, String err) {
    /** What it said besides warnings, which a slow machine may give rise to. */
    List<String> complaints() {
      return err.lines().filter(line -> !line.startsWith("savant: warning: ")).toList();
    }
  }

  private final List<String> before = new ArrayList<>();
  private final List<String> options = new ArrayList<>();
  private final Map<String, String> environment = new TreeMap<>();
  private Path java = Path.of(System.getProperty("java.home"));
  private Path jar = JAR;
  private Path out;
  private Path err;
  private Process process;

  /** A command that starts the program, for instance env. */
  Program through(String... command) {
    before.addAll(List.of(command));
    return this;
  }

  Program option(String option) {
    options.add(option);
    return this;
  }

  Program environment(String name, Object value) {
    environment.put(name, value.toString());
    return this;
  }

  Program java(Path home) {
    java = home;
    return this;
  }

  Program jar(Path other) {
    jar = other;
    return this;
  }

  Program start(String... arguments) throws IOException {
    List<String> command = new ArrayList<>(before);
    command.add(java.resolve("bin/java").toString());
    command.addAll(options);
    command.addAll(List.of("-jar", jar.toString()));
    command.addAll(List.of(arguments));
    out = Files.createTempFile("program", ".out");
    err = Files.createTempFile("program", ".err");
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().remove("GST_PLUGIN_PATH");
    builder.environment().putAll(environment);
    process = builder.redirectOutput(out.toFile()).redirectError(err.toFile()).start();
    return this;
  }

  Result end() throws IOException, InterruptedException {
    try {
      if (!process.waitFor(LIMIT_MS, TimeUnit.MILLISECONDS)) {
        throw new AssertionError("no end in a minute: " + Files.readString(err));
      }
      return new Result(process.exitValue(), Files.readString(out), Files.readString(err));
    } finally {
      process.destroyForcibly().waitFor();
      Files.delete(out);
      Files.delete(err);
    }
  }

  Result run(String... arguments) throws IOException, InterruptedException {
    return start(arguments).end();
  }

  void signal(String name) throws IOException, InterruptedException {
    new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start().waitFor();
  }

  /** Waits until the program has come so far; ends it if it does not. */
  void await(BooleanSupplier state) throws IOException, InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(LIMIT_MS);
    while (!state.getAsBoolean()) {
      if (!process.isAlive() || System.nanoTime() > deadline) {
        Result result = end();
        throw new AssertionError("it did not come so far: " + result);
      }
      Thread.sleep(20);
    }
  }

  boolean hasSaid(String text) {
    try {
      return Files.readString(err).contains(text);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /** The JDK of this test and all newer ones beside it. */
  static List<Path> jdks() throws IOException {
    Path own = Path.of(System.getProperty("java.home")).toRealPath();
    List<Path> homes = new ArrayList<>(List.of(own));
    try (Stream<Path> found = Files.list(own.getParent())) {
      found
          .filter(home -> !Files.isSymbolicLink(home) && isNewer(home))
          .sorted()
          .forEach(homes::add);
    }
    return homes;
  }

  private static boolean isNewer(Path home) {
    Path release = home.resolve("release");
    if (!Files.isReadable(release) || !Files.isExecutable(home.resolve("bin/java"))) {
      return false;
    }
    try (Stream<String> lines = Files.lines(release)) {
      return lines
          .filter(line -> line.startsWith("JAVA_VERSION="))
          .map(line -> line.replaceAll("[^0-9.]", "").split("[.]")[0])
          .anyMatch(version -> Integer.parseInt(version) > Runtime.version().feature());
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
