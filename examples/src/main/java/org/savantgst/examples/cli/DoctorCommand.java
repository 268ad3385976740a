/* SPDX-License-Identifier: Apache-2.0 */
package org.savantgst.examples.cli;

import com.sun.jna.Native;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.freedesktop.gstreamer.Gst;
import org.freedesktop.gstreamer.Plugin;
import org.freedesktop.gstreamer.Registry;
import org.savantgst.Backend;
import org.savantgst.Savant;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Tells what works on this machine and what is missing for the rest. */
@Command(
    name = "doctor",
    mixinStandardHelpOptions = true,
    versionProvider = SavantProgram.Version.class,
    description = "Tells which backends work here, and why the others do not.",
    footer = {
      "",
      "Exit codes: 0 the host backend works and no element is missing; 1 an element is missing that"
          + " runs like the demo's need; 3 GStreamer or the native library cannot be used."
    })
final class DoctorCommand implements Callable<Integer> {
  private static final Map<String, List<String>> LIBRARIES =
      new TreeMap<>(
          Map.of(
              "cuda",
              List.of("libcuda.so.1", "libnvidia-ml.so.1"),
              "deepstream",
              List.of(
                  "libnvbufsurface.so",
                  "libnvbufsurftransform.so",
                  "libnvdsbufferpool.so",
                  "libnvds_meta.so",
                  "libnvdsgst_meta.so",
                  "libnvdsgst_helper.so")));

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    PrintWriter out = spec.commandLine().getOut();
    line(out, "Java", Runtime.version() + ", " + System.getProperty("java.vm.name"));
    line(out, "JNA", Native.VERSION + ", native part " + Native.VERSION_NATIVE);
    line(out, "gst1-java-core", mavenVersion("org.freedesktop.gstreamer", "gst1-java-core"));
    boolean available = nativePart(out);
    libraries(out);
    boolean complete = available && stock(out);
    out.flush();
    return !available ? SavantProgram.UNAVAILABLE : complete ? 0 : SavantProgram.FAILED;
  }

  private static void line(PrintWriter out, String what, Object value) {
    out.printf("%-15s %s%n", what, value);
  }

  /** What Maven wrote into the jar. */
  private static String mavenVersion(String group, String artifact) {
    String path = "/META-INF/maven/" + group + "/" + artifact + "/pom.properties";
    try (InputStream in = Gst.class.getResourceAsStream(path)) {
      if (in == null) {
        return "of unknown version";
      }
      Properties properties = new Properties();
      properties.load(in);
      return properties.getProperty("version", "of unknown version");
    } catch (IOException e) {
      return "of unknown version (" + e.getMessage() + ")";
    }
  }

  private static boolean nativePart(PrintWriter out) {
    if (!Savant.isAvailable()) {
      line(out, "savant", "cannot be used:");
      UnavailableException.explain(Savant.unavailabilityCause())
          .lines()
          .forEach(text -> out.println("  " + text.strip()));
      return false;
    }
    line(out, "GStreamer", Gst.getVersionString().replaceFirst("^GStreamer ", ""));
    line(out, "library", Savant.version() + " in " + Savant.nativeDirectory());
    Plugin plugin = Registry.get().findPlugin("savant");
    line(
        out,
        "plugin",
        plugin.getVersion() + ", " + plugin.getFilename() + " (" + Savant.nativeOrigin() + ")");
    for (Backend backend : Savant.backends()) {
      Optional<String> cause = backend.unavailabilityCause();
      line(out, "backend", backend.name() + ": " + cause.map(c -> "no, " + c).orElse("works"));
    }
    return true;
  }

  private static void libraries(PrintWriter out) {
    List<String> built =
        Savant.isAvailable() ? Savant.backends().stream().map(Backend::name).toList() : List.of();
    LIBRARIES.forEach(
        (backend, names) -> {
          if (!built.contains(backend)) {
            line(out, "backend", backend + ": no, this build does not have it");
          }
          names.forEach(name -> out.printf("  %-25s %s%n", name, LibraryProbe.describe(name)));
        });
  }

  private static boolean stock(PrintWriter out) {
    boolean complete = true;
    for (StockElements.Choice choice : StockElements.ALL) {
      Optional<String> found = choice.found();
      complete &= found.isPresent();
      line(
          out,
          "element",
          choice.purpose() + ": " + found.orElseGet(() -> "no, " + choice.missing()));
    }
    return complete;
  }
}
