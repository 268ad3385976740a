/* SPDX-License-Identifier: Apache-2.0 */
package org.savantgst.examples.cli;

import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import org.freedesktop.gstreamer.Element;
import org.freedesktop.gstreamer.ElementFactory;
import org.savantgst.Savant;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Lists the elements of the plugin. */
@Command(
    name = "elements",
    mixinStandardHelpOptions = true,
    description = "Lists the elements of the plugin with their properties.")
final class ElementsCommand implements Callable<Integer> {
  private static final List<String> ELEMENTS =
      List.of("savantbufgen", "savanttransform", "savantbatch", "savantunbatch");

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    PrintWriter out = spec.commandLine().getOut();
    if (!Savant.isAvailable()) {
      spec.commandLine().getErr().println("savant: " + Savant.unavailabilityCause().getMessage());
      return SavantProgram.UNAVAILABLE;
    }
    for (String name : ELEMENTS) {
      ElementFactory factory = ElementFactory.find(name);
      Element element = factory.create(name);
      out.println(name + ": " + factory.getDescription());
      out.println("  " + String.join(" ", element.listPropertyNames()));
      element.dispose();
    }
    out.println("gst-inspect-1.0 ELEMENT tells all about one, with this in GST_PLUGIN_PATH:");
    out.println("  " + Savant.nativeDirectory());
    out.flush();
    return 0;
  }
}
