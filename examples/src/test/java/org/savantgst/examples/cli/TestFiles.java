/* SPDX-License-Identifier: Apache-2.0 */
package org.savantgst.examples.cli;

import static org.testng.Assert.assertEquals;
import static org.testng.Assert.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.freedesktop.gstreamer.Bus;
import org.freedesktop.gstreamer.Gst;
import org.freedesktop.gstreamer.Pipeline;
import org.freedesktop.gstreamer.Sample;
import org.freedesktop.gstreamer.State;
import org.freedesktop.gstreamer.elements.AppSink;
import org.savantgst.Savant;

/** Makes files for runs, by stock elements, and reads what runs leave. */
public final class TestFiles {
  private static final int HEADER_BYTES = 128;
  private static final Pattern LINE =
      Pattern.compile(
          "\\{\"source\": \\d+, \"id\": \\d+, \"slot\": \\d+, \"batch\": \\d+, \"pts_ns\": \\d+,"
              + " \"duration_ns\": \\d+, \"src_w\": \\d+, \"src_h\": \\d+, \"dst_left\": \\d+,"
              + " \"dst_top\": \\d+, \"dst_w\": \\d+, \"dst_h\": \\d+, \"dropped\": \\d+\\}");
  private static final Pattern SHAPE =
      Pattern.compile(
          "\\{'descr': '\\|u1', 'fortran_order': False, 'shape': \\((\\d+), (\\d+), (\\d+), (\\d+)\\),"
              + " \\} *\n");

  private TestFiles() {}

  /** A new folder that goes with what was built, if not before. */
  public static Path folder() throws IOException {
    return Files.createTempDirectory(Program.JAR.getParent(), "test-");
  }

  /** Removes a folder with all that is in it. */
  public static void delete(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }

  /** The clip with its index in front, and of that the first bytes. */
  static Path truncatedClip(Path folder, int bytes) throws IOException {
    Path whole = folder.resolve("whole.mp4");
    launch(
        "filesrc location=\""
            + Program.CLIP
            + "\" ! qtdemux ! h264parse ! mp4mux faststart=true ! filesink location=\""
            + whole
            + "\"");
    return Files.write(
        folder.resolve("truncated.mp4"), Arrays.copyOf(Files.readAllBytes(whole), bytes));
  }

  static Path sound(Path folder) {
    Path file = folder.resolve("sound.wav");
    launch("audiotestsrc num-buffers=20 ! wavenc ! filesink location=\"" + file + "\"");
    return file;
  }

  private static void launch(String text) {
    assertEquals(times(text + "  fakesrc num-buffers=0 ! appsink name=frames"), List.of());
  }

  static int framesOfVideo(Path file) {
    return timesOfVideo(file).size();
  }

  /** Decodes a video: when each picture is shown, in nanoseconds. */
  static List<Long> timesOfVideo(Path file) {
    return times(
        "filesrc location=\""
            + file
            + "\" ! decodebin ! video/x-raw ! appsink name=frames sync=false");
  }

  /** The times of what reaches the appsink; waits for the other sinks. */
  private static List<Long> times(String text) {
    Savant.init();
    Pipeline pipeline = (Pipeline) Gst.parseLaunch(text);
    var ended = new CountDownLatch(1);
    Bus.EOS listener = source -> ended.countDown();
    pipeline.getBus().connect(listener);
    AppSink sink = (AppSink) pipeline.getElementByName("frames");
    pipeline.play();
    List<Long> times = new ArrayList<>();
    for (Sample sample; (sample = sink.pullSample()) != null; sample.dispose()) {
      times.add(sample.getBuffer().getPresentationTimestamp());
    }
    try {
      assertTrue(ended.await(30, TimeUnit.SECONDS), text);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    } finally {
      pipeline.getBus().disconnect(listener);
      pipeline.setState(State.NULL);
      pipeline.dispose();
    }
    return times;
  }

  /** The lines of frames.jsonl, all of them whole. */
  static List<String> lines(Path folder) throws IOException {
    Path file = folder.resolve("frames.jsonl");
    List<String> lines = Files.readAllLines(file);
    assertTrue(lines.isEmpty() || Files.readString(file).endsWith("}\n"));
    for (String line : lines) {
      assertTrue(LINE.matcher(line).matches(), line);
    }
    return lines;
  }

  /** N, height, width and channels of tensors.npy, whose length must be theirs. */
  static int[] shape(Path folder) throws IOException {
    byte[] bytes = Files.readAllBytes(folder.resolve("tensors.npy"));
    assertEquals(
        Arrays.copyOf(bytes, 10), new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0, 118, 0});
    String header = new String(bytes, 10, HEADER_BYTES - 10, StandardCharsets.US_ASCII);
    Matcher matcher = SHAPE.matcher(header);
    assertTrue(matcher.matches(), header);
    int[] shape = new int[4];
    int product = 1;
    for (int i = 0; i < shape.length; i++) {
      shape[i] = Integer.parseInt(matcher.group(i + 1));
      product *= shape[i];
    }
    assertEquals(bytes.length, HEADER_BYTES + product);
    return shape;
  }
}
