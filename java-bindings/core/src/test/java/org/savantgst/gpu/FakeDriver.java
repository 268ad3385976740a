/* SPDX-License-Identifier: Apache-2.0 */
package org.savantgst.gpu;

import com.sun.jna.NativeLibrary;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The fake libraries of {@code src/test/c}, compiled. */
final class FakeDriver {
  static final String CUDA = "libcuda.so.1";
  static final String NVML = "libnvidia-ml.so.1";
  static final String NVENC = "libnvidia-encode.so.1";
  private static final Map<String, String> SOURCES =
      Map.of(CUDA, "fakecuda.c", NVML, "fakenvml.c", NVENC, "fakenvenc.c");

  private final Path directory;

  /** Compiles them into a directory. */
  FakeDriver(Path directory, String... options) throws IOException, InterruptedException {
    this.directory = Files.createDirectories(directory);
    for (Map.Entry<String, String> library : SOURCES.entrySet()) {
      List<String> command =
          new ArrayList<>(List.of("cc", "-std=gnu11", "-Wall", "-Wextra", "-Werror"));
      command.addAll(List.of("-fvisibility=hidden", "-shared", "-fPIC"));
      command.addAll(List.of(options));
      command.addAll(List.of("-o", directory.resolve(library.getKey()).toString()));
      command.add(
          Path.of(System.getProperty("basedir", "."), "src/test/c", library.getValue()).toString());
      if (new ProcessBuilder(command).inheritIO().start().waitFor() != 0) {
        throw new AssertionError(String.join(" ", command));
      }
    }
  }

  Path directory() {
    return directory;
  }

  /** A probe of a machine that has some of the libraries, which know these GPUs. */
  GpuProbe probe(Machine machine, Set<String> present, String... gpus) {
    String text = String.join("\n", gpus);
    for (String soname : SOURCES.keySet()) {
      library(soname).getFunction("fake_set").invokeVoid(new Object[] {text});
    }
    return new GpuProbe(
        machine,
        soname ->
            DriverLibrary.open(
                soname,
                (present.contains(soname) ? directory : directory.resolve("none"))
                    .resolve(soname)
                    .toString()));
  }

  /** The same with all libraries. */
  GpuProbe probe(Machine machine, String... gpus) {
    return probe(machine, SOURCES.keySet(), gpus);
  }

  private NativeLibrary library(String soname) {
    return NativeLibrary.getInstance(directory.resolve(soname).toString());
  }

  int ask(String soname, String function, Object... arguments) {
    return library(soname).getFunction(function).invokeInt(arguments);
  }
}
