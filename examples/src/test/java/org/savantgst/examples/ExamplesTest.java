/* SPDX-License-Identifier: Apache-2.0 */
package org.savantgst.examples;

import static org.testng.Assert.assertEquals;
import static org.testng.Assert.assertTrue;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.IntPredicate;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.savantgst.examples.cli.TestFiles;
import org.testng.annotations.AfterMethod;
import org.testng.annotations.BeforeMethod;
import org.testng.annotations.Test;

/** What the small programs leave. */
public class ExamplesTest {
  private static final long TIMEOUT = 60_000;
  private static final String CLIP = System.getProperty("savant.test.clip");

  private Path folder;

  private interface Program {
    void run() throws Exception;
  }

  @BeforeMethod
  public void makeFolder() throws IOException {
    folder = TestFiles.folder();
  }

  @AfterMethod(alwaysRun = true)
  public void removeFolder() throws IOException {
    TestFiles.delete(folder);
  }

  private static List<String> printed(Program program) throws Exception {
    PrintStream before = System.out;
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    System.setOut(new PrintStream(bytes));
    try {
      program.run();
    } finally {
      System.setOut(before);
    }
    return bytes.toString().lines().toList();
  }

  @Test(timeOut = TIMEOUT)
  public void letterboxFiles() throws Exception {
    List<String> lines = printed(() -> LetterboxFiles.main(new String[] {CLIP, CLIP}));
    assertEquals(lines.size(), 2 * 132);
    String place = "picture in Rect[top=140, left=0, width=640, height=360], red of the centre ";
    assertTrue(lines.get(0).startsWith("source 0, 0 ns: " + place), lines.get(0));
    assertTrue(lines.get(263).startsWith("source 1, 5240000000 ns: " + place), lines.get(263));
  }

  @Test(timeOut = TIMEOUT)
  public void pushFrames() throws Exception {
    Path png = folder.resolve("frames.png");
    List<String> lines = printed(() -> PushFrames.main(new String[] {png.toString()}));
    assertEquals(lines, List.of("50 frames came back"));
    BufferedImage image = ImageIO.read(png.toFile());
    assertEquals(rgb(image, 10, 128), 0x00FF00);
    assertEquals(rgb(image, 245, 128), 0xFF0000);
    assertEquals(rgb(image, 128, 20), 0);
    assertEquals(rgb(image, 128, 235), 0);
  }

  /** The ball is one fifth of 720 pixels, a pixel of the network's input is 4 wide. */
  @Test(timeOut = TIMEOUT)
  public void mapBoxes() throws Exception {
    Path png = folder.resolve("boxes.png");
    MapBoxes.main(new String[] {png.toString()});
    BufferedImage image = ImageIO.read(png.toFile());
    int[] ball = edges(image, p -> p == 0xFFFFFF);
    int[] box = edges(image, p -> p == 0xFF0000);
    assertEquals(box[2] - box[0], 144, 8);
    for (int edge = 0; edge < 4; edge++) {
      assertEquals(box[edge], ball[edge], 6, "edge " + edge);
    }
  }

  /** Left, top, right and bottom of the pixels of a kind. */
  private static int[] edges(BufferedImage image, IntPredicate kind) {
    int[] edges = {Integer.MAX_VALUE, Integer.MAX_VALUE, -1, -1};
    for (int y = 0; y < image.getHeight(); y++) {
      for (int x = 0; x < image.getWidth(); x++) {
        if (kind.test(rgb(image, x, y))) {
          edges[0] = Math.min(edges[0], x);
          edges[1] = Math.min(edges[1], y);
          edges[2] = Math.max(edges[2], x + 1);
          edges[3] = Math.max(edges[3], y + 1);
        }
      }
    }
    return edges;
  }

  private static int rgb(BufferedImage image, int x, int y) {
    return image.getRGB(x, y) & 0xFFFFFF;
  }

  /** Each command is given when the one before has had its effect. */
  @Test(timeOut = TIMEOUT)
  public void dynamicSources() throws Exception {
    PrintStream out = System.out;
    InputStream in = System.in;
    Thread program = new Thread(() -> DynamicSources.main(new String[0]));
    program.setUncaughtExceptionHandler((thread, e) -> e.printStackTrace(System.out));
    PrintedLines lines = new PrintedLines();
    try (PipedOutputStream commands = new PipedOutputStream()) {
      System.setIn(new PipedInputStream(commands));
      System.setOut(new PrintStream(lines, true));
      program.start();
      lines.await("source 0 has its first frame in a batch");
      for (String source : new String[] {"pattern:ball", Path.of(CLIP).toUri().toString()}) {
        say(commands, "add " + source);
        String added = lines.await("added source \\d+");
        int id = Integer.parseInt(added.substring(added.lastIndexOf(' ') + 1));
        lines.await("source " + id + " has its first frame in a batch");
      }
      say(commands, "remove 1");
      lines.await("removed source 1");
      say(commands, "remove 1");
      lines.await("no: no source has id 1: there are \\[0, 2\\]");
      say(commands, "add file:///missing.mp4");
      lines.await("no: .*there is no such file.*");
      say(commands, "what");
      lines.await("commands: .*");
      say(commands, "quit");
      lines.await("[0-9]+ batches of .*: in [1-9][0-9]* = out [1-9][0-9]* .*");
      lines.await("released pads: in [1-9].*");
      lines.await("sink_0: source 0.*");
      lines.await("sink_2: source 2.*");
      program.join();
    } finally {
      System.setOut(out);
      System.setIn(in);
    }
  }

  private static void say(PipedOutputStream commands, String line) throws IOException {
    commands.write((line + "\n").getBytes(StandardCharsets.UTF_8));
    commands.flush();
  }

  @Test(timeOut = TIMEOUT)
  public void splitBatches() throws Exception {
    SplitBatches.main(new String[] {folder.toString()});
    int[] colors = {0xFF0000, 0x00FF00, 0x0000FF};
    for (int i = 0; i < colors.length; i++) {
      String prefix = i + "-";
      try (Stream<Path> files = Files.list(folder)) {
        long count = files.filter(f -> f.getFileName().toString().startsWith(prefix)).count();
        assertEquals(count, 10L * (i + 1), "stream " + i);
      }
      BufferedImage image = ImageIO.read(folder.resolve(prefix + "09.png").toFile());
      assertEquals(image.getWidth(), 160);
      int color = rgb(image, 80, 80);
      for (int shift = 0; shift <= 16; shift += 8) {
        assertEquals(color >> shift & 0xFF, colors[i] >> shift & 0xFF, 3, "stream " + i);
      }
      assertEquals(rgb(image, 80, 10), 0x727272);
    }
  }
}
