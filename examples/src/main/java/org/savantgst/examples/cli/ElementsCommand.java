/* SPDX-License-Identifier: Apache-2.0 */
package org.savantgst.examples.cli;

import java.io.PrintWriter;
import java.util.Comparator;
import java.util.concurrent.Callable;
import org.freedesktop.gstreamer.Element;
import org.freedesktop.gstreamer.ElementFactory;
import org.freedesktop.gstreamer.PluginFeature;
import org.freedesktop.gstreamer.Registry;
import org.savantgst.Savant;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Lists the elements of the plugin. */
@Command(
    name = "elements",
    mixinStandardHelpOptions = true,
    versionProvider = SavantProgram.Version.class,
    description = "Lists the elements of the plugin with their properties.",
    footer = {"", "Exit codes: 0 done; 3 GStreamer or the native library cannot be used."})
final class ElementsCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws UnavailableException {
    UnavailableException.check();
    PrintWriter out = spec.commandLine().getOut();
    Registry.get().getPluginFeatureListByPlugin("savant").stream()
        .map(PluginFeature::getName)
        .sorted(Comparator.naturalOrder())
        .forEach(name -> describe(out, name));
    out.println("gst-inspect-1.0 ELEMENT tells all about one, with this in GST_PLUGIN_PATH:");
    out.println("  " + Savant.nativeDirectory());
    out.flush();
    return 0;
  }

  private static void describe(PrintWriter out, String name) {
    ElementFactory factory = ElementFactory.find(name);
    Element element = factory.create(name);
    out.println(name + ": " + factory.getDescription());
    out.println("  " + String.join(" ", element.listPropertyNames()));
    element.dispose();
  }
}
