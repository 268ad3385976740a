/* SPDX-License-Identifier: Apache-2.0 */
package org.savantgst.examples.cli;

import static org.testng.Assert.assertEquals;
import static org.testng.Assert.assertTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.savantgst.Backend;
import org.savantgst.Savant;
import org.savantgst.elements.SavantBatch;
import org.testng.annotations.AfterMethod;
import org.testng.annotations.BeforeMethod;
import org.testng.annotations.Test;
import picocli.CommandLine;

public class SavantProgramTest {
  private static final long TIMEOUT = 120_000;
  private static final String COUNTER =
      "pattern:counter num-buffers=30!video/x-raw,width=320,height=180,framerate=30/1";

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  private Path folder;

  @BeforeMethod
  public void begin() throws IOException {
    out.getBuffer().setLength(0);
    err.getBuffer().setLength(0);
    folder = TestFiles.folder();
  }

  @AfterMethod(alwaysRun = true)
  public void removeFolder() throws IOException {
    TestFiles.delete(folder);
  }

  private int savant(String... args) {
    CommandLine line = SavantProgram.commandLine();
    line.setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true));
    return line.execute(args);
  }

  private int run(String... args) {
    return savant(
        Stream.concat(Stream.of("run", "--out", folder.toString()), Stream.of(args))
            .toArray(String[]::new));
  }

  @Test(timeOut = TIMEOUT)
  public void aRunLeavesItsFilesAndItsTable() throws IOException {
    assertEquals(run(COUNTER, COUNTER, "--size", "160x160", "--tensors"), 0, err.toString());
    List<String> lines = Files.readAllLines(folder.resolve("frames.jsonl"));
    assertEquals(lines.size(), 60);
    assertTrue(lines.get(59).contains("\"id\": 29, \"slot\": 1, \"batch\": 29"), lines.get(59));
    assertTrue(
        lines.get(0).contains("\"dst_top\": 35, \"dst_w\": 160, \"dst_h\": 90"), lines.get(0));
    assertEquals(Files.size(folder.resolve("tensors.npy")), 128 + 60L * 160 * 160 * 4);
    for (String sheet : List.of("sheet-000000.png", "sheet-000025.png", "sheet-000029.png")) {
      assertTrue(Files.size(folder.resolve(sheet)) > 0, sheet);
    }
    assertTrue(out.toString().contains("60 frames in 30 batches"), out.toString());
    assertTrue(out.toString().contains("sheet-000029.png"), out.toString());
  }

  @Test(timeOut = TIMEOUT)
  public void onlyTheLastSheetIfWanted() throws IOException {
    assertEquals(run(COUNTER, "--size", "64x64", "--sheet-every", "0"), 0, err.toString());
    try (Stream<Path> files = Files.list(folder)) {
      assertEquals(
          files.map(f -> f.getFileName().toString()).sorted().toList(),
          List.of("frames.jsonl", "sheet-000029.png"));
    }
  }

  @Test
  public void librariesAreFoundAsTheLoaderDoes() {
    assertTrue(LibraryProbe.describe("libc.so.6").startsWith("yes"));
    String missing = LibraryProbe.describe("libnosuch.so.7");
    assertTrue(missing.startsWith("no: libnosuch.so.7: cannot open"), missing);
  }

  @Test(timeOut = TIMEOUT)
  public void aBadInputIsToldAndTheOthersGoOn() throws IOException {
    Path bad = Files.writeString(folder.resolve("bad.mp4"), "not a video");
    assertEquals(run(COUNTER, bad.toString()), 1);
    assertTrue(err.toString().contains("savant: " + bad), err.toString());
    assertEquals(Files.readAllLines(folder.resolve("frames.jsonl")).size(), 30);
  }

  @Test(timeOut = TIMEOUT)
  public void wrongArgumentsAreTold() {
    refuse("there is no file 'missing.mp4'", "missing.mp4");
    refuse("is no colour", COUNTER, "--pad-color", "300");
    refuse("is no size", COUNTER, "--size", "640");
    refuse("known are RGBA", COUNTER, "--format", "YUY2");
    refuse("'left': known are none, right-bottom or symmetric", COUNTER, "--padding", "left");
    refuse("'x': known are nearest, bilinear, cubic, super", COUNTER, "--interpolation", "x");
    refuse("batch size 0", COUNTER, "--batch", "0");
    refuse("'--batch': 'two' is no whole number", COUNTER, "--batch", "two");
    refuse("'--batch-timeout': '0.5' is no whole number", COUNTER, "--batch-timeout", "0.5");
    refuse("'--sheet-every': '' is no whole number", COUNTER, "--sheet-every", "");
    refuse("pattern \"foo\": known are none, black, white", "pattern:foo");
    refuse("--sheet-every -1", COUNTER, "--sheet-every", "-1");
    refuse("NV12 has no channels", COUNTER, "--format", "NV12", "--tensors");
    refuse("nosuchelement", COUNTER + "!nosuchelement");
    refuse("is too large", COUNTER, "--tensors", "--size", "32767x32767");
    refuse("1 inputs of 4097x8 side by side are 4104x8", COUNTER, "--mp4", "--size", "4097x8");
    refuse("'savant run --help' tells all arguments", "--nosuch", COUNTER);
  }

  private void refuse(String message, String... args) {
    err.getBuffer().setLength(0);
    assertEquals(run(args), 2);
    assertTrue(err.toString().contains(message), err.toString());
  }

  @Test(timeOut = TIMEOUT)
  public void aFolderThatCannotBeIsTold() throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "");
    assertEquals(savant("run", COUNTER, "--out", file.resolve("below").toString()), 4);
    assertTrue(err.toString().contains("savant: cannot write " + file), err.toString());
  }

  @Test(timeOut = TIMEOUT)
  public void aFullDiskIsTold() throws IOException {
    Files.createSymbolicLink(folder.resolve("frames.jsonl"), Path.of("/dev/full"));
    assertEquals(run(COUNTER), 4);
    assertTrue(err.toString().contains("frames.jsonl: No space left on device"), err.toString());
  }

  @Test(timeOut = TIMEOUT)
  public void doctorAndElementsTellWhatIsThere() {
    assertEquals(savant("doctor"), 0);
    assertTrue(out.toString().matches("(?s).*backend +host: works\\R.*"), out.toString());
    // What the elements say in their property of this name, reasons included.
    for (Backend backend : Savant.backends()) {
      String cause = backend.unavailabilityCause().map(c -> "no, " + c).orElse("works");
      String line = "backend         " + backend.name() + ": " + cause;
      assertTrue(out.toString().lines().anyMatch(line::equals), line + " in " + out);
      assertTrue(new SavantBatch("doctor").getBackends().contains(backend.name()), backend.name());
      assertTrue(
          backend.isAvailable()
              || new SavantBatch("doctor")
                  .getBackends()
                  .contains(backend.unavailabilityCause().orElseThrow()),
          backend.toString());
    }
    assertTrue(out.toString().matches("(?s).*backend +deepstream: (works|no, ).*"), out.toString());
    for (String name : List.of("libcuda.so.1", "gst1-java-core  1.", "JNA  ", "GStreamer  ")) {
      assertTrue(out.toString().contains(name), out.toString());
    }
    assertEquals(savant("elements"), 0);
    for (String name : List.of("savantbufgen", "savanttransform", "savantbatch", "savantunbatch")) {
      assertTrue(out.toString().contains(name + ": "), out.toString());
    }
  }
}
