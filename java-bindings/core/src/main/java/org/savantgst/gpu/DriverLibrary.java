/* SPDX-License-Identifier: Apache-2.0 */
package org.savantgst.gpu;

import com.sun.jna.Function;
import com.sun.jna.Library;
import com.sun.jna.NativeLibrary;
import java.util.Map;
import java.util.Optional;
import org.savantgst.SavantException;

/** A library of the driver, its functions called by name. Any thread. */
final class DriverLibrary {
  /** Opens libraries by their soname. */
  interface Opener {
    /**
     * Opens a library.
     *
     * @throws Missing if it cannot be loaded
     */
    DriverLibrary open(String soname);
  }

  /** A library that cannot be loaded. */
  static final class Missing extends SavantException {
    private static final long serialVersionUID = 1L;

    private Missing(String message, Throwable cause) {
      super(Status.UNAVAILABLE, message, cause);
    }
  }

  /** RTLD_LAZY alone: the driver's symbols stay out of other libraries' reach. */
  private static final Map<String, Integer> OPTIONS = Map.of(Library.OPTION_OPEN_FLAGS, 1);

  private final String soname;
  private final NativeLibrary library;

  private DriverLibrary(String soname, NativeLibrary library) {
    this.soname = soname;
    this.library = library;
  }

  /** Libraries where the dynamic linker finds them. */
  static Opener onPath() {
    return soname -> open(soname, soname);
  }

  /** Opens the library of that name or path. */
  static DriverLibrary open(String soname, String path) {
    try {
      return new DriverLibrary(soname, NativeLibrary.getInstance(path, OPTIONS));
    } catch (UnsatisfiedLinkError e) {
      throw new Missing(
          soname
              + " cannot be loaded ("
              + reason(e.getMessage())
              + "): install the NVIDIA driver, or start the container with its NVIDIA runtime and"
              + " NVIDIA_DRIVER_CAPABILITIES=compute,utility,video",
          e);
    }
  }

  /** What the dynamic linker said, out of the lines of JNA's message. */
  private static String reason(String message) {
    return message
        .lines()
        .map(String::strip)
        .filter(line -> line.contains(": ") && !line.startsWith("Unable"))
        .findFirst()
        .orElse(message.lines().findFirst().orElse("no reason given"));
  }

  /** The function, empty where this release of the driver does not have it. */
  Optional<Function> find(String name) {
    try {
      return Optional.of(library.getFunction(name));
    } catch (UnsatisfiedLinkError e) {
      return Optional.empty();
    }
  }

  boolean has(String name) {
    return find(name).isPresent();
  }

  /** Calls a function that returns an int. */
  int call(String name, Object... arguments) {
    return find(name)
        .orElseThrow(
            () ->
                new SavantException(
                    Status.UNAVAILABLE,
                    soname + " has no function " + name + ": install a newer NVIDIA driver"))
        .invokeInt(arguments);
  }
}
