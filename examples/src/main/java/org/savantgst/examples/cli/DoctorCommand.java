/* SPDX-License-Identifier: Apache-2.0 */
package org.savantgst.examples.cli;

import java.io.PrintWriter;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.freedesktop.gstreamer.ElementFactory;
import org.freedesktop.gstreamer.Gst;
import org.savantgst.Backend;
import org.savantgst.Savant;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Tells what works on this machine and what is missing for the rest. */
@Command(
    name = "doctor",
    mixinStandardHelpOptions = true,
    description = "Tells which backends work here, and why the others do not.")
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
                  "libnvds_meta.so")));

  /** Stock elements that inputs and outputs usually need, and the package that has each. */
  private static final List<List<String>> STOCK =
      List.of(
          List.of("uridecodebin", "gstreamer1.0-plugins-base"),
          List.of("qtdemux", "gstreamer1.0-plugins-good"),
          List.of("h264parse", "gstreamer1.0-plugins-bad"),
          List.of("avdec_h264", "gstreamer1.0-libav"),
          List.of("x264enc", "gstreamer1.0-plugins-ugly"));

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    PrintWriter out = spec.commandLine().getOut();
    out.printf("Java        %s, %s%n", Runtime.version(), System.getProperty("java.vm.name"));
    boolean available = nativePart(out);
    libraries(out);
    if (available) {
      stock(out);
    }
    out.flush();
    return available ? 0 : SavantProgram.UNAVAILABLE;
  }

  private static boolean nativePart(PrintWriter out) {
    if (!Savant.isAvailable()) {
      out.println("savant      cannot be used:");
      Throwable cause = Savant.unavailabilityCause();
      out.println("  " + cause.getMessage());
      for (Throwable attempt : cause.getSuppressed()) {
        out.println("  " + attempt.getMessage());
      }
      return false;
    }
    out.printf("GStreamer   %s%n", Gst.getVersionString());
    out.printf(
        "savant      %s from %s (%s)%n",
        Savant.version(), Savant.nativeDirectory(), Savant.nativeOrigin());
    for (Backend backend : Savant.backends()) {
      out.printf(
          "backend     %s: %s%n",
          backend.name(), backend.unavailabilityCause().map(c -> "no, " + c).orElse("works"));
    }
    return true;
  }

  private static void libraries(PrintWriter out) {
    List<String> built =
        Savant.isAvailable() ? Savant.backends().stream().map(Backend::name).toList() : List.of();
    LIBRARIES.forEach(
        (backend, names) -> {
          if (!built.contains(backend)) {
            out.printf("backend     %s: no, this build does not have it%n", backend);
          }
          names.forEach(name -> out.printf("  %-26s %s%n", name, LibraryProbe.describe(name)));
        });
  }

  private static void stock(PrintWriter out) {
    for (List<String> entry : STOCK) {
      String name = entry.get(0);
      boolean there;
      try {
        there = ElementFactory.find(name) != null;
      } catch (IllegalArgumentException e) {
        there = false;
      }
      out.printf("element     %s: %s%n", name, there ? "there" : "missing, see " + entry.get(1));
    }
  }
}
