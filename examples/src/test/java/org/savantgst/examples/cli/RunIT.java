/* SPDX-License-Identifier: Apache-2.0 */
package org.savantgst.examples.cli;

import static org.savantgst.examples.cli.Program.CLIP;
import static org.savantgst.examples.cli.Program.CLIP_FRAMES;
import static org.testng.Assert.assertEquals;
import static org.testng.Assert.assertFalse;
import static org.testng.Assert.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.savantgst.examples.cli.Program.Result;
import org.testng.SkipException;
import org.testng.annotations.AfterMethod;
import org.testng.annotations.BeforeMethod;
import org.testng.annotations.DataProvider;
import org.testng.annotations.Test;

/** The packed program where all goes well, and Ctrl-C. */
public class RunIT {
  private static final String ENDLESS =
      "pattern:counter!video/x-raw,width=160,height=90,framerate=30/1";

  private Path folder;

  @BeforeMethod
  public void makeFolder() throws IOException {
    folder = TestFiles.folder();
  }

  @AfterMethod(alwaysRun = true)
  public void removeFolder() throws IOException {
    TestFiles.delete(folder);
  }

  @DataProvider
  public Object[][] jdks() throws IOException {
    return Program.jdks().stream().map(home -> new Object[] {home}).toArray(Object[][]::new);
  }

  @Test(dataProvider = "jdks", timeOut = 3 * Program.LIMIT_MS)
  public void everyJdkRunsItWithoutWarning(Path jdk) throws Exception {
    Result result =
        new Program()
            .java(jdk)
            .run(
                "run",
                CLIP,
                "pattern:counter num-buffers=100!video/x-raw,width=320,height=180,framerate=25/1",
                "--out=" + folder,
                "--size=128x96",
                "--format=RGB",
                "--pad-color=#102030",
                "--tensors",
                "--mp4");
    assertEquals(result.exit(), 0, result.err());
    assertEquals(result.complaints(), List.of());
    assertTrue(
        result.out().contains("232 frames in 132 batches (full 100, eos 32), "), result.out());
    assertTrue(result.out().contains("latency p50 "), result.out());
    assertEquals(TestFiles.lines(folder).size(), 232);
    assertEquals(TestFiles.shape(folder), new int[] {232, 96, 128, 3});
    byte[] bytes = Files.readAllBytes(folder.resolve("tensors.npy"));
    assertEquals(
        List.of(bytes[128], bytes[129], bytes[130]), List.of((byte) 16, (byte) 32, (byte) 48));
    assertEquals(TestFiles.framesOfVideo(folder.resolve("letterbox.mp4")), CLIP_FRAMES);
    try (Stream<Path> files = Files.list(folder)) {
      List<String> sheets =
          files
              .map(f -> f.getFileName().toString())
              .filter(f -> f.endsWith(".png"))
              .sorted()
              .toList();
      assertEquals(
          sheets,
          Stream.of(0, 25, 50, 75, 100, 125, 131)
              .map(n -> String.format("sheet-%06d.png", n))
              .toList());
    }
    Result doctor = new Program().java(jdk).run("doctor");
    assertEquals(doctor.err(), "");
    assertEquals(doctor.exit(), 0, doctor.out());
    assertTrue(doctor.out().contains("(bundled jar)"), doctor.out());
  }

  @Test(timeOut = 2 * Program.LIMIT_MS)
  public void numpyReadsTheTensors() throws Exception {
    if (python("import numpy") != 0) {
      throw new SkipException(
          "Python here has no numpy: scripts/bootstrap.sh installs it from PyPI");
    }
    Result result = new Program().run("run", CLIP, "--out=" + folder, "--size=64x32", "--tensors");
    assertEquals(result.exit(), 0, result.err());
    String check =
        "import numpy; a = numpy.load('%s'); assert a.shape == (132, 32, 64, 4), a.shape;"
            + " assert a.dtype == numpy.uint8; assert (a[:, :, 0] == [114, 114, 114, 255]).all();"
            + " assert a[:, :, 32, :3].std() > 10";
    assertEquals(python(String.format(check, folder.resolve("tensors.npy"))), 0);
  }

  private static int python(String code) throws IOException, InterruptedException {
    try {
      Path python = Path.of(System.getProperty("savant.test.python", "python3"));
      if (python.isAbsolute() && !Files.isExecutable(python)) {
        python = Path.of("python3");
      }
      return new ProcessBuilder(python.toString(), "-c", code).inheritIO().start().waitFor();
    } catch (IOException e) {
      throw new SkipException("no Python here: " + e.getMessage());
    }
  }

  private static Program interruptible() {
    return new Program().through("env", "--default-signal=INT,TERM");
  }

  private boolean hasLines(int lines) {
    try {
      Path file = folder.resolve("frames.jsonl");
      return Files.exists(file) && Files.readAllLines(file).size() >= lines;
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @DataProvider
  public Object[][] signals() {
    return new Object[][] {{"INT", 130}, {"TERM", 143}};
  }

  @Test(dataProvider = "signals", timeOut = 3 * Program.LIMIT_MS)
  public void aSignalFinishesAllFiles(String signal, int exit) throws Exception {
    Program program =
        interruptible()
            .start("run", ENDLESS, CLIP, "--out=" + folder, "--size=64x64", "--tensors", "--mp4");
    program.await(() -> hasLines(CLIP_FRAMES));
    program.signal(signal);
    Result result = program.end();
    assertEquals(result.exit(), exit, result.err());
    assertEquals(result.complaints().size(), 1, result.err());
    assertTrue(result.err().contains("interrupted, finishing the files"), result.err());
    int frames = TestFiles.lines(folder).size();
    assertEquals(TestFiles.shape(folder), new int[] {frames, 64, 64, 4});
    assertTrue(result.out().contains(frames + " frames in "), result.out());
    int batches =
        Integer.parseInt(result.out().replaceAll("(?s).* frames in (\\d+) batches.*", "$1"));
    assertEquals(TestFiles.framesOfVideo(folder.resolve("letterbox.mp4")), batches);
    assertTrue(Files.exists(folder.resolve(String.format("sheet-%06d.png", batches - 1))));
  }

  @Test(timeOut = 2 * Program.LIMIT_MS)
  public void aSecondSignalEndsAtOnce() throws Exception {
    Program program =
        interruptible()
            .start("run", ENDLESS + " ! identity sleep-time=50000000", "--out=" + folder);
    program.await(() -> Files.exists(folder.resolve("frames.jsonl")));
    program.signal("INT");
    program.await(() -> program.hasSaid("once more ends at once"));
    program.signal("INT");
    Result result = program.end();
    assertEquals(result.exit(), 130, result.err());
    assertFalse(result.out().contains("frames/s"), result.out());
  }

  @Test(timeOut = 2 * Program.LIMIT_MS)
  public void helpAndVersionAndElements() throws Exception {
    Result help = new Program().run("run", "--help");
    assertEquals(help.exit(), 0);
    for (String word : List.of("--mp4", "--sheet-every", "130 ended by Ctrl-C", "4 an")) {
      assertTrue(help.out().contains(word), help.out());
    }
    Result version = new Program().run("--version");
    assertTrue(version.out().matches("savant \\d+\\.\\d+\\.\\d+.*\\s+"), version.out());
    Result elements = new Program().run("elements");
    assertEquals(elements.exit(), 0, elements.err());
    assertTrue(elements.out().contains("savantbatch: "), elements.out());
    assertTrue(elements.out().contains(" batch-timeout "), elements.out());
  }
}
