/* SPDX-License-Identifier: Apache-2.0 */
package org.savantgst.examples.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The program {@code savant}. */
@Command(
    name = "savant",
    mixinStandardHelpOptions = true,
    description = "Letterboxed batches of video frames, by GStreamer.",
    subcommands = {RunCommand.class, DoctorCommand.class, ElementsCommand.class},
    synopsisSubcommandLabel = "COMMAND")
final class SavantProgram {
  static final int FAILED = 1;
  static final int USAGE = 2;
  static final int UNAVAILABLE = 3;
  static final int NOT_WRITABLE = 4;

  private SavantProgram() {}

  /**
   * Runs a command and ends the JVM with its exit code.
   *
   * @param args as {@code savant --help} tells
   */
  public static void main(String[] args) {
    System.setProperty("java.awt.headless", "true");
    System.exit(commandLine().execute(args));
  }

  /** The commands; a failure is one line, without a stack trace. */
  static CommandLine commandLine() {
    CommandLine line = new CommandLine(new SavantProgram());
    line.setExecutionExceptionHandler(
        (e, command, parsed) -> {
          command.getErr().println("savant: " + e.getMessage());
          return e instanceof OutputException ? NOT_WRITABLE : FAILED;
        });
    return line;
  }
}
