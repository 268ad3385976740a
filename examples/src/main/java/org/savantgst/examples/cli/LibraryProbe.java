/* SPDX-License-Identifier: Apache-2.0 */
package org.savantgst.examples.cli;

import com.sun.jna.Function;
import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import com.sun.jna.ptr.IntByReference;
import java.io.IOException;
import java.nio.file.Path;

/** Looks for a shared library as dlopen does. */
final class LibraryProbe {
  private static final Path DEEPSTREAM = Path.of("/opt/nvidia/deepstream/deepstream/lib");
  private static final String CUDA_VERSION = "cuDriverGetVersion";
  private static final int NVML_TEXT_BYTES = 80;

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

  /** The real name of the file usually ends in the version; two libraries know better. */
  private static String found(NativeLibrary library) {
    Path file = library.getFile() == null ? null : library.getFile().toPath();
    return "yes" + version(library) + (file == null || !file.isAbsolute() ? "" : ": " + real(file));
  }

  private static Path real(Path file) {
    try {
      return file.toRealPath();
    } catch (IOException e) {
      return file;
    }
  }

  private static String version(NativeLibrary library) {
    try {
      return switch (library.getName()) {
        case "libcuda.so.1" -> cudaVersion(library.getFunction(CUDA_VERSION));
        case "libnvidia-ml.so.1" -> driverVersion(library);
        default -> "";
      };
    } catch (UnsatisfiedLinkError e) {
      return ", of unknown version";
    }
  }

  private static String cudaVersion(Function function) {
    IntByReference version = new IntByReference();
    int result = function.invokeInt(new Object[] {version});
    int number = version.getValue();
    return result != 0
        ? ", " + CUDA_VERSION + " fails with " + result
        : ", for CUDA up to " + number / 1000 + "." + number % 1000 / 10;
  }

  private static String driverVersion(NativeLibrary library) {
    int result = library.getFunction("nvmlInit_v2").invokeInt(new Object[0]);
    if (result != 0) {
      return ", nvmlInit_v2 fails with " + result;
    }
    byte[] text = new byte[NVML_TEXT_BYTES];
    Function read = library.getFunction("nvmlSystemGetDriverVersion");
    result = read.invokeInt(new Object[] {text, text.length});
    library.getFunction("nvmlShutdown").invokeInt(new Object[0]);
    return result == 0 ? ", driver " + Native.toString(text) : "";
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
