/* SPDX-License-Identifier: Apache-2.0 */
package org.savantgst.lowlevel;

import com.sun.jna.NativeLibrary;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.Set;
import org.freedesktop.gstreamer.Plugin;
import org.freedesktop.gstreamer.Registry;

/**
 * Finds the directory of library and plugin, binds the one and registers the other. GStreamer must
 * be initialised.
 */
public final class NativeBundle {
  static final String DIRECTORY_PROPERTY = "savant.native.dir";
  static final String LIBRARY = "libgstsavant-1.0.so.0";
  static final String PLUGIN = "libgstsavant.so";

  private static final String PLUGIN_NAME = "savant";

  private final Path directory;
  private final String origin;

  private NativeBundle(Path directory, String origin) {
    this.directory = directory;
    this.origin = origin;
  }

  /**
   * Loads library and plugin.
   *
   * @return where they came from
   * @throws UnsatisfiedLinkError if that fails, with every attempt as a suppressed exception
   */
  public static NativeBundle load() {
    UnsatisfiedLinkError noProperty =
        new UnsatisfiedLinkError("system property " + DIRECTORY_PROPERTY + ": not set");
    UnsatisfiedLinkError noPlugin =
        new UnsatisfiedLinkError("GStreamer's registry: no plugin named " + PLUGIN_NAME);
    String explicit = System.getProperty(DIRECTORY_PROPERTY);
    Path registered = registeredPlugin();
    if (explicit != null) {
      String origin = "system property " + DIRECTORY_PROPERTY;
      try {
        Path directory = Path.of(explicit).toAbsolutePath();
        refuseSecondPlugin(directory.resolve(PLUGIN), registered);
        return open(directory, origin);
      } catch (UnsatisfiedLinkError e) {
        throw failure(attempt(origin, e));
      }
    }
    if (registered != null) {
      String origin = "registered plugin";
      try {
        return open(registered.getParent(), origin);
      } catch (UnsatisfiedLinkError e) {
        throw failure(noProperty, attempt(origin, e));
      }
    }
    try {
      return open(BundleExtractor.extract(), "bundled jar");
    } catch (IOException | UnsatisfiedLinkError e) {
      throw failure(noProperty, noPlugin, attempt("bundled jar", e));
    }
  }

  /**
   * Returns the directory of library and plugin.
   *
   * @return an absolute path
   */
  public Path directory() {
    return directory;
  }

  /**
   * Returns how the directory was found.
   *
   * @return a phrase for messages
   */
  public String origin() {
    return origin;
  }

  private static UnsatisfiedLinkError attempt(String origin, Throwable e) {
    UnsatisfiedLinkError attempt = new UnsatisfiedLinkError(origin + ": " + e.getMessage());
    attempt.initCause(e);
    return attempt;
  }

  private static UnsatisfiedLinkError failure(UnsatisfiedLinkError... attempts) {
    StringBuilder text = new StringBuilder("library and plugin of Savant cannot be loaded. Tried:");
    for (UnsatisfiedLinkError attempt : attempts) {
      text.append(System.lineSeparator()).append("  ").append(attempt.getMessage());
    }
    UnsatisfiedLinkError failure = new UnsatisfiedLinkError(text.toString());
    for (UnsatisfiedLinkError attempt : attempts) {
      failure.addSuppressed(attempt);
    }
    return failure;
  }

  /** The file of the plugin that GStreamer knows, or null. */
  private static Path registeredPlugin() {
    Plugin plugin = Registry.get().findPlugin(PLUGIN_NAME);
    String file = plugin == null ? null : plugin.getFilename();
    return file == null ? null : Path.of(file).toAbsolutePath();
  }

  private static boolean isSameFile(Path a, Path b) {
    try {
      return Files.isSameFile(a, b);
    } catch (IOException e) {
      return a.equals(b);
    }
  }

  private static void refuseSecondPlugin(Path plugin, Path registered) {
    if (registered != null && Files.exists(plugin) && !isSameFile(plugin, registered)) {
      throw new UnsatisfiedLinkError(
          "two copies of the plugin: "
              + plugin
              + " and, registered with GStreamer, "
              + registered
              + ". Take one of them off GST_PLUGIN_PATH or unset "
              + DIRECTORY_PROPERTY);
    }
  }

  private static NativeBundle open(Path directory, String origin) {
    Path library = requireFile(directory, LIBRARY);
    Path plugin = requireFile(directory, PLUGIN);
    refuseSecondLibrary(library);
    NativeLibrary loaded = loadLibrary(library);
    checkAbi(loaded, library);
    refuseSecondGstreamer();
    bind(loaded, library);
    registerPlugin(plugin);
    return new NativeBundle(directory, origin);
  }

  private static Path requireFile(Path directory, String name) {
    Path file = directory.resolve(name);
    if (!Files.isDirectory(directory)) {
      throw new UnsatisfiedLinkError("there is no directory " + directory);
    }
    if (!Files.isRegularFile(file)) {
      throw new UnsatisfiedLinkError(
          "there is no file " + name + " in " + directory + "; library and plugin lie together");
    }
    return file;
  }

  private static void refuseSecondLibrary(Path library) {
    for (String mapped : MappedLibraries.startingWith(LIBRARY)) {
      if (!isSameFile(Path.of(mapped), library)) {
        throw new UnsatisfiedLinkError(
            "two copies of the library: "
                + library
                + " and, loaded already, "
                + mapped
                + ". Use one directory only");
      }
    }
  }

  private static NativeLibrary loadLibrary(Path library) {
    try {
      return NativeLibrary.getInstance(library.toString());
    } catch (UnsatisfiedLinkError e) {
      throw attempt(library + BundleExtractor.hint(e.getMessage()), e);
    }
  }

  private static void checkAbi(NativeLibrary loaded, Path library) {
    int found;
    try {
      found = loaded.getFunction("savant_abi_version").invokeInt(new Object[0]);
    } catch (UnsatisfiedLinkError e) {
      throw new UnsatisfiedLinkError(library + " has no savant_abi_version: it is another library");
    }
    if (found != SavantAPI.ABI_VERSION) {
      throw new UnsatisfiedLinkError(
          library
              + " has ABI version "
              + found
              + ", these Java classes need "
              + SavantAPI.ABI_VERSION
              + ": use library and jar of one release");
    }
  }

  private static void refuseSecondGstreamer() {
    Set<String> mapped = MappedLibraries.startingWith("libgstreamer-1.0.so");
    if (mapped.size() > 1) {
      Iterator<String> files = mapped.iterator();
      throw new UnsatisfiedLinkError(
          "two GStreamers in one process: "
              + files.next()
              + " and "
              + files.next()
              + ". Let jna.library.path, gstreamer.path and LD_LIBRARY_PATH name one installation");
    }
  }

  private static void bind(NativeLibrary loaded, Path library) {
    try {
      SavantAPI.bind(loaded);
    } catch (UnsatisfiedLinkError e) {
      throw attempt(library + " is older than these Java classes", e);
    }
  }

  private static void registerPlugin(Path plugin) {
    Registry.get().scanPath(plugin.getParent().toString());
    Path registered = registeredPlugin();
    if (registered == null) {
      throw new UnsatisfiedLinkError(
          "GStreamer does not take "
              + plugin
              + " as a plugin; GST_DEBUG=GST_PLUGIN_LOADING:5 says why, gst-inspect-1.0 -b lists"
              + " what is blacklisted");
    }
    refuseSecondPlugin(plugin, registered);
  }
}
