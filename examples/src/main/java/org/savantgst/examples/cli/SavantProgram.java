/* SPDX-License-Identifier: Apache-2.0 */
package org.savantgst.examples.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.UnmatchedArgumentException;

/** The program {@code savant}. */
@Command(
    name = "savant",
    mixinStandardHelpOptions = true,
    versionProvider = SavantProgram.Version.class,
    description = "Letterboxed batches of video frames, by GStreamer.",
    footer = {
      "",
      "Exit codes: 0 done; 1 an input failed, or doctor misses an element; 2 wrong arguments; "
          + "3 GStreamer, the native library or an encoder cannot be used; 4 an output file cannot be "
          + "written; 130 ended by Ctrl-C, 143 by SIGTERM."
    },
    subcommands = {RunCommand.class, DoctorCommand.class, ElementsCommand.class},
    synopsisSubcommandLabel = "COMMAND")
final class SavantProgram {
  static final int FAILED = 1;
  static final int USAGE = 2;
  static final int UNAVAILABLE = 3;
  static final int NOT_WRITABLE = 4;

  private SavantProgram() {}

  /** What stands in the manifest of the jar. */
  static final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
      String version = SavantProgram.class.getPackage().getImplementationVersion();
      return new String[] {"savant " + (version == null ? "(not packed)" : version)};
    }
  }

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
    line.registerConverter(Integer.class, Names.wholeNumber(Integer::valueOf));
    line.registerConverter(Integer.TYPE, Names.wholeNumber(Integer::valueOf));
    line.registerConverter(Long.class, Names.wholeNumber(Long::valueOf));
    line.setParameterExceptionHandler(
        (e, args) -> {
          CommandLine command = e.getCommandLine();
          command.getErr().println("savant: " + e.getMessage());
          UnmatchedArgumentException.printSuggestions(e, command.getErr());
          command
              .getErr()
              .printf(
                  "'%s --help' tells all arguments%n", command.getCommandSpec().qualifiedName());
          return USAGE;
        });
    line.setExecutionExceptionHandler(
        (e, command, parsed) -> {
          command.getErr().println("savant: " + e.getMessage());
          return e instanceof OutputException
              ? NOT_WRITABLE
              : e instanceof UnavailableException ? UNAVAILABLE : FAILED;
        });
    return line;
  }
}
