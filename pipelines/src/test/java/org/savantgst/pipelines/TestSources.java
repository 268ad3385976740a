/* SPDX-License-Identifier: Apache-2.0 */
package org.savantgst.pipelines;

import static org.testng.Assert.assertEquals;
import static org.testng.Assert.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.freedesktop.gstreamer.Bus;
import org.freedesktop.gstreamer.Gst;
import org.freedesktop.gstreamer.Pipeline;
import org.freedesktop.gstreamer.State;
import org.savantgst.Savant;
import org.savantgst.surface.VideoFormat;

/** Sources and files that several tests need. */
final class TestSources {
  static final Path CLIP = Path.of(System.getProperty("savant.test.clip"));
  static final int CLIP_FRAMES = 132;

  private TestSources() {}

  static Source counter(int frames) {
    return counter(frames, 320, 240);
  }

  static Source counter(int frames, int width, int height) {
    return Source.pattern("counter num-buffers=" + frames)
        .through("video/x-raw,format=I420,framerate=30/1,width=" + width + ",height=" + height);
  }

  static Source endless() {
    return Source.pattern("counter").through("video/x-raw,width=64,height=64,framerate=30/1");
  }

  static Source silent() {
    return Source.appSrc("video/x-raw,format=RGB,width=64,height=64,framerate=30/1");
  }

  static BatchPipelineBuilder small() {
    return BatchPipeline.builder().output(VideoFormat.RGBA, 160, 120);
  }

  static Path file(Path folder, String name, byte[] bytes) throws IOException {
    return Files.write(folder.resolve(name), bytes);
  }

  /** The clip with its index in front, and of that the first bytes. */
  static Path truncatedClip(Path folder, int bytes) throws IOException {
    Path whole = folder.resolve("whole.mp4");
    launch(
        "filesrc location=\""
            + CLIP
            + "\" ! qtdemux ! h264parse ! mp4mux faststart=true ! filesink location=\""
            + whole
            + "\"");
    return file(folder, "truncated.mp4", Arrays.copyOf(Files.readAllBytes(whole), bytes));
  }

  static Path sound(Path folder) {
    Path file = folder.resolve("sound.wav");
    launch("audiotestsrc num-buffers=20 ! wavenc ! filesink location=\"" + file + "\"");
    return file;
  }

  /** A folder with files. */
  static void remove(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
    }
    Files.delete(folder);
  }

  static void removeTree(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }

  static void launch(String text) {
    Savant.init();
    Pipeline pipeline = (Pipeline) Gst.parseLaunch(text);
    var ended = new CountDownLatch(1);
    Bus.EOS listener = source -> ended.countDown();
    pipeline.getBus().connect(listener);
    pipeline.play();
    try {
      assertTrue(ended.await(30, TimeUnit.SECONDS), text);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    } finally {
      pipeline.getBus().disconnect(listener);
      pipeline.setState(State.NULL);
      pipeline.dispose();
    }
  }

  static void assertBalanced(PipelineStats stats) {
    for (SourceStats source : stats.sources()) {
      FrameCounts f = source.frames();
      assertEquals(f.in(), f.out() + f.held() + f.droppedTotal(), source.toString());
    }
  }
}
