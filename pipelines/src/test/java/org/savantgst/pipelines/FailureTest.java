/* SPDX-License-Identifier: Apache-2.0 */
package org.savantgst.pipelines;

import static org.savantgst.pipelines.TestSources.CLIP;
import static org.savantgst.pipelines.TestSources.CLIP_FRAMES;
import static org.savantgst.pipelines.TestSources.assertBalanced;
import static org.savantgst.pipelines.TestSources.counter;
import static org.savantgst.pipelines.TestSources.endless;
import static org.savantgst.pipelines.TestSources.small;
import static org.testng.Assert.assertEquals;
import static org.testng.Assert.assertFalse;
import static org.testng.Assert.assertNull;
import static org.testng.Assert.assertTrue;
import static org.testng.Assert.expectThrows;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import org.savantgst.surface.Flip;
import org.savantgst.surface.TransformConfig;
import org.savantgst.surface.VideoFormat;
import org.testng.Assert.ThrowingRunnable;
import org.testng.annotations.AfterClass;
import org.testng.annotations.BeforeClass;
import org.testng.annotations.DataProvider;
import org.testng.annotations.Test;

public class FailureTest {
  private static final long TIMEOUT = 30_000;

  private Path folder;

  @BeforeClass
  public void makeFolder() throws IOException {
    folder = Files.createTempDirectory("savant-failure");
  }

  @AfterClass(alwaysRun = true)
  public void removeFolder() throws IOException {
    TestSources.remove(folder);
  }

  @DataProvider
  public Object[][] badFiles() throws IOException {
    byte[] noise = new byte[100_000];
    new Random(3).nextBytes(noise);
    byte[] text = "not a video\n".getBytes(StandardCharsets.UTF_8);
    byte[] head = Arrays.copyOf(Files.readAllBytes(CLIP), 300_000);
    byte[] boxes = Arrays.copyOf(head, 280_000);
    ByteBuffer.wrap(boxes).putInt(findMdat(boxes), boxes.length - findMdat(boxes));
    return new Object[][] {
      {folder.resolve("missing.mp4"), "there is no such file"},
      {folder, "that is a folder, not a file"},
      {TestSources.file(folder, "empty.mp4", new byte[0]), "the file is empty"},
      {TestSources.file(folder, "noise.mp4", noise), "Could not determine type of stream"},
      {TestSources.file(folder, "text.mp4", text), "type of stream"},
      {TestSources.file(folder, "cut.mp4", head), "bytes are missing, its index with them"},
      {TestSources.file(folder, "no-index.mp4", boxes), ""},
      {TestSources.sound(folder), "there is no video in it"},
    };
  }

  /** Where the box begins that holds the pictures. */
  private static int findMdat(byte[] file) {
    int at = new String(file, StandardCharsets.ISO_8859_1).indexOf("mdat");
    assertTrue(at > 0);
    return at - 4;
  }

  @Test(dataProvider = "badFiles", timeOut = TIMEOUT)
  public void aBadFileIsOneExceptionThatNamesIt(Path file, String message) {
    try (BatchPipeline pipeline = small().source(Source.file(file)).build()) {
      PipelineException e = expectThrows(PipelineException.class, () -> pipeline.run(batch -> {}));
      assertTrue(e.getMessage().contains(file.toString()), e.getMessage());
      assertTrue(e.getMessage().contains(message), e.getMessage());
      assertEquals(e.source().getAsInt(), 0);
      assertEquals(e.getSuppressed().length, 0);
      assertNull(pipeline.next());
    }
  }

  @Test(dataProvider = "badFiles", timeOut = TIMEOUT)
  public void theOthersGoOnIfWanted(Path file, String message) {
    try (BatchPipeline pipeline =
        small()
            .source(counter(50))
            .source(Source.file(file))
            .onSourceError(SourceErrors.CONTINUE)
            .build()) {
      PipelineException e = expectThrows(PipelineException.class, () -> pipeline.run(batch -> {}));
      assertEquals(e.source().getAsInt(), 1);
      assertTrue(e.getMessage().contains(message), e.getMessage());
      assertEquals(pipeline.stats().sources().get(0).frames().out(), 50);
      assertBalanced(pipeline.stats());
    }
  }

  @Test(timeOut = TIMEOUT)
  public void addressesThatNobodyServesAreErrors() {
    for (String uri : new String[] {"nosuch://camera", "rtsp://127.0.0.1:1/camera"}) {
      BatchPipeline pipeline = small().source(Source.uri(uri).withName("gate")).build();
      try (pipeline) {
        PipelineException e =
            expectThrows(PipelineException.class, () -> pipeline.run(batch -> {}));
        assertTrue(e.getMessage().startsWith("gate: "), e.getMessage());
        assertFalse(e.debug().isEmpty());
        assertEquals(e.source().getAsInt(), 0);
      }
      assertEquals(pipeline.stats().total(), new FrameCounts(0, 0, 0, Map.of()));
    }
  }

  @Test(timeOut = TIMEOUT)
  public void allSourcesMayFail() {
    BatchPipeline pipeline =
        small()
            .source(Source.file(folder.resolve("missing.mp4")))
            .source(counter(9).through("identity error-after=1"))
            .onSourceError(SourceErrors.CONTINUE)
            .build();
    try (pipeline) {
      PipelineException e = expectThrows(PipelineException.class, () -> pipeline.run(batch -> {}));
      assertEquals(e.source().getAsInt(), 0);
      assertEquals(((PipelineException) e.getSuppressed()[0]).source().getAsInt(), 1);
      assertNull(pipeline.next());
    }
    assertEquals(pipeline.stats().total().out(), 0);
  }

  @Test(timeOut = TIMEOUT)
  public void framesBeforeTheDamageComeOutAndTheRestIsTold() throws IOException {
    Path file = TestSources.truncatedClip(folder, 600_000);
    try (BatchPipeline pipeline = small().source(Source.file(file)).build()) {
      pipeline.run(batch -> {});
      long frames = pipeline.stats().total().out();
      assertTrue(frames > 50 && frames < CLIP_FRAMES, frames + " frames");
      assertEquals(pipeline.warnings().size(), 1);
      String warning = pipeline.warnings().get(0);
      assertTrue(warning.contains("s: the file is truncated, "), warning);
    }
  }

  @Test(timeOut = TIMEOUT)
  public void aSourceThatFailsInTheMiddleEndsTheOthers() {
    try (BatchPipeline pipeline =
        small()
            .source(endless())
            .source(counter(100).through("identity name=culprit error-after=6"))
            .build()) {
      PipelineException e = expectThrows(PipelineException.class, () -> pipeline.run(batch -> {}));
      assertEquals(e.element(), "culprit");
      assertTrue(e.text().contains("Failed after iterations as requested"), e.text());
      assertTrue(e.debug().contains("gstidentity.c"), e.debug());
      assertEquals(e.source().getAsInt(), 1);
      assertEquals(pipeline.stats().sources().get(1).frames().out(), 5);
      assertBalanced(pipeline.stats());
      assertNull(pipeline.next());
    }
  }

  @Test(timeOut = TIMEOUT)
  public void aSourceThatFailsInTheMiddleLeavesTheOthers() {
    try (BatchPipeline pipeline =
        small()
            .source(counter(80))
            .source(counter(100).through("identity name=culprit error-after=6"))
            .onSourceError(SourceErrors.CONTINUE)
            .build()) {
      expectThrows(PipelineException.class, () -> pipeline.run(batch -> {}));
      assertEquals(pipeline.stats().sources().get(0).frames().out(), 80);
      assertEquals(pipeline.stats().sources().get(1).frames().out(), 5);
    }
  }

  @Test(timeOut = TIMEOUT)
  public void anErrorBehindTheBatchEndsAll() {
    try (BatchPipeline pipeline =
        small()
            .source(endless())
            .branch("identity name=culprit error-after=4 ! fakesink async=false")
            .build()) {
      PipelineException e = expectThrows(PipelineException.class, () -> pipeline.run(batch -> {}));
      assertEquals(e.element(), "culprit");
      assertTrue(e.source().isEmpty());
      pipeline.close();
      assertBalanced(pipeline.stats());
    }
  }

  @Test
  public void argumentsAreChecked() {
    refuse("no sources", BatchPipeline.builder());
    refuse("source id 1 is given to", small().source(counter(1).withId(1)).source(counter(1)));
    refuse("nosuchelement", small().source(counter(1).through("nosuchelement")));
    refuse("nosuchelement", small().source(counter(1)).branch("nosuchelement"));
    refuse(
        "source tone: its elements give audio/x-raw, and a batch takes video/x-raw",
        small().source(Source.elements("audiotestsrc").withName("tone")));
    refuse(
        "flip ROTATE_90",
        small().source(counter(1)).transform(TransformConfig.defaults().withFlip(Flip.ROTATE_90)));
    refuse("40000x1", () -> small().output(VideoFormat.RGBA, 40000, 1));
    refuse("batch size 0", () -> small().batchSize(0));
    refuse("pattern is empty", () -> Source.pattern(" "));
    refuse(
        "pattern \"Ball\": known are none, black, white, color, smpte, gradient, ball, counter",
        () -> Source.pattern("Ball num-buffers=1"));
    refuse("has no scheme", () -> Source.uri("clip.mp4"));
    refuse("source id -1", () -> counter(1).withId(-1));
  }

  private static void refuse(String message, BatchPipelineBuilder builder) {
    refuse(message, () -> builder.build().close());
  }

  private static void refuse(String message, ThrowingRunnable call) {
    IllegalArgumentException e = expectThrows(IllegalArgumentException.class, call);
    assertTrue(e.getMessage().contains(message), e.getMessage());
  }
}
