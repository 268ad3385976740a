/* SPDX-License-Identifier: Apache-2.0 */
package org.savantgst.pipelines;

import static org.savantgst.pipelines.TestSources.CLIP;
import static org.savantgst.pipelines.TestSources.CLIP_FRAMES;
import static org.savantgst.pipelines.TestSources.assertBalanced;
import static org.savantgst.pipelines.TestSources.counter;
import static org.savantgst.pipelines.TestSources.endless;
import static org.savantgst.pipelines.TestSources.silent;
import static org.savantgst.pipelines.TestSources.small;
import static org.testng.Assert.assertEquals;
import static org.testng.Assert.assertNull;
import static org.testng.Assert.assertSame;
import static org.testng.Assert.assertTrue;
import static org.testng.Assert.expectThrows;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.freedesktop.gstreamer.Buffer;
import org.freedesktop.gstreamer.FlowReturn;
import org.freedesktop.gstreamer.elements.AppSrc;
import org.savantgst.batch.BatchView;
import org.savantgst.elements.SavantBatch;
import org.savantgst.elements.TimeoutPolicy;
import org.savantgst.surface.Padding;
import org.savantgst.surface.Rect;
import org.savantgst.surface.TransformConfig;
import org.savantgst.surface.VideoFormat;
import org.testng.annotations.Test;

public class BatchPipelineTest {
  private static final long TIMEOUT = 30_000;

  @Test(timeOut = TIMEOUT)
  public void everyFrameOfEverySourceComesOnceAndInOrder() {
    int frames = 40;
    int[] next = new int[3];
    long[] batches = {0};
    PipelineStats stats;
    try (BatchPipeline pipeline =
        small()
            .source(counter(frames, 320, 240))
            .source(counter(frames, 640, 360).withId(7))
            .source(counter(frames, 480, 640).withName("portrait"))
            .build()) {
      pipeline.run(
          batch -> {
            assertEquals(batch.sequence(), batches[0]++);
            for (int slot = 0; slot < batch.size(); slot++) {
              int pad = batch.padIndex(slot);
              assertEquals(batch.sourceId(slot), pad == 1 ? 7 : pad);
              assertEquals(batch.id(slot), next[pad]);
              assertEquals(batch.readCounter(slot), next[pad]);
              next[pad]++;
            }
          });
      stats = pipeline.stats();
      assertBalanced(stats);
    }
    assertEquals(next, new int[] {frames, frames, frames});
    assertEquals(stats.total().in(), 3 * frames);
    assertEquals(stats.total().out(), 3 * frames);
    assertEquals(stats.batches(), batches[0]);
    assertEquals(stats.sources().get(1).sourceId(), 7);
    assertEquals(stats.sources().get(2).name(), "portrait");
    assertTrue(stats.latencyP50().compareTo(stats.latencyP99()) <= 0);
    assertTrue(stats.framesPerSecond() > 0);
  }

  @Test(timeOut = TIMEOUT)
  public void aSourceThatEndsEarlyLeavesSmallerBatches() {
    List<Integer> sizes = new ArrayList<>();
    try (BatchPipeline pipeline = small().source(counter(3)).source(counter(5)).build()) {
      for (BatchView batch : pipeline) {
        sizes.add(batch.size());
      }
      assertBalanced(pipeline.stats());
      assertNull(pipeline.next());
    }
    assertEquals(sizes, List.of(2, 2, 2, 1, 1));
  }

  @Test(timeOut = TIMEOUT)
  public void videoIsLetterboxed() {
    int[] frames = new int[2];
    try (BatchPipeline pipeline =
        BatchPipeline.builder()
            .output(VideoFormat.RGB, 320, 320)
            .source(Source.file(CLIP))
            .source(
                Source.uri(CLIP.toUri().toString())
                    .through("videoscale ! video/x-raw,width=320,height=90,pixel-aspect-ratio=1/1"))
            .build()) {
      pipeline.run(
          batch -> {
            for (int slot = 0; slot < batch.size(); slot++) {
              int pad = batch.padIndex(slot);
              assertEquals(batch.ptsNs(slot), frames[pad]++ * 40_000_000L);
              assertEquals(batch.destinationHeight(slot), pad == 0 ? 180 : 90);
              assertEquals(batch.sourceWidth(slot), pad == 0 ? 1280 : 320);
              assertEquals(batch.get(slot, 0, 0, 0), 0);
            }
          });
      assertEquals(pipeline.warnings(), List.of());
    }
    assertEquals(frames, new int[] {CLIP_FRAMES, CLIP_FRAMES});
  }

  @Test(timeOut = TIMEOUT)
  public void picturesArePlacedAsTheTransformSays() {
    TransformConfig transform =
        TransformConfig.defaults().withPadding(Padding.RIGHT_BOTTOM).withPadColor(0x112233);
    try (BatchPipeline pipeline =
        BatchPipeline.builder()
            .output(VideoFormat.RGB, 160, 160)
            .transform(transform)
            .batchSize(3)
            .source(counter(2, 320, 240).withId(11))
            .source(counter(2, 320, 320))
            .build()) {
      double[] box = new double[4];
      ByteBuffer bytes = ByteBuffer.allocateDirect(160 * 160 * 3);
      pipeline.run(
          batch -> {
            assertEquals(batch.destinationRect(0), new Rect(0, 0, 160, 120));
            assertEquals(batch.destinationRect(1), new Rect(0, 0, 160, 160));
            box[0] = 8;
            box[1] = 4;
            box[2] = 20;
            box[3] = 10;
            batch.boxToSource(0, box);
            assertEquals(box, new double[] {16, 8, 40, 20});
            for (int c = 0; c < 3; c++) {
              assertEquals(batch.get(0, 159, 159, c), 0x11 * (c + 1));
            }
            batch.copyTo(0, bytes.clear());
            assertEquals(bytes.get(bytes.capacity() - 1), 0x33);
            assertEquals(batch.unsafeBuffer(0).get(batch.pitch(0, 0) * 159), 0x11);
          });
      assertEquals(pipeline.stats().total(), new FrameCounts(4, 4, 0, Map.of()));
    }
  }

  @Test(timeOut = TIMEOUT)
  public void withoutOutputFramesStayAsTheyAre() {
    try (BatchPipeline pipeline =
        BatchPipeline.builder().source(counter(4, 64, 48)).source(counter(4, 320, 200)).build()) {
      pipeline.run(
          batch -> {
            assertEquals(batch.size(), 2);
            assertEquals(batch.width(0), 64);
            assertEquals(batch.height(1), 200);
            assertEquals(batch.format(1), VideoFormat.I420);
          });
      assertEquals(pipeline.stats().total().out(), 8);
    }
  }

  @Test(timeOut = TIMEOUT)
  public void aViewEndsWithItsBatch() {
    BatchView kept;
    try (BatchPipeline pipeline = small().source(counter(2)).build()) {
      List<BatchView> views = new ArrayList<>();
      pipeline.run(views::add);
      kept = views.get(0);
      assertSame(kept, views.get(1));
      expectThrows(IllegalStateException.class, kept::size);
    }
    expectThrows(IllegalStateException.class, () -> kept.get(0, 0, 0, 0));
  }

  @Test(timeOut = TIMEOUT)
  public void whatTheHandlerThrowsStopsThePipelineAndComesOnce() {
    Exception thrown = new Exception("enough");
    PipelineStats stats;
    try (BatchPipeline pipeline = small().source(endless()).build()) {
      Exception caught =
          expectThrows(
              Exception.class,
              () ->
                  pipeline.run(
                      batch -> {
                        if (batch.sequence() == 3) {
                          throw thrown;
                        }
                      }));
      assertSame(caught, thrown);
      assertEquals(caught.getSuppressed().length, 0);
      assertNull(pipeline.next());
      pipeline.close();
      stats = pipeline.stats();
    }
    assertEquals(stats.total().out(), 4);
    assertEquals(stats.total().held(), 0);
    assertBalanced(stats);
  }

  @Test(timeOut = TIMEOUT)
  public void stopWakesAPullThatWaits() throws Exception {
    try (BatchPipeline pipeline = small().source(silent()).build()) {
      pipeline.start();
      Thread stopper = later(pipeline::stop);
      assertNull(pipeline.next());
      stopper.join();
    }
  }

  @Test(timeOut = TIMEOUT)
  public void interruptEndsAPull() throws Exception {
    try (BatchPipeline pipeline = small().source(silent()).build()) {
      Thread puller = Thread.currentThread();
      Thread interrupter = later(puller::interrupt);
      assertNull(pipeline.next());
      assertTrue(Thread.interrupted());
      interrupter.join();
    }
  }

  @Test(timeOut = TIMEOUT)
  public void endOfStreamKeepsWhatHasReachedTheBatch() throws Exception {
    try (BatchPipeline pipeline = small().source(endless()).source(endless()).build()) {
      pipeline.run(
          batch -> {
            if (batch.sequence() == 10) {
              pipeline.endOfStream();
            }
          });
      FrameCounts total = pipeline.stats().total();
      assertTrue(total.out() >= 22);
      assertBalanced(pipeline.stats());
      // A source's thread that waited for room counts its frame when it wakes.
      while (total.held() > 0) {
        Thread.sleep(5);
        total = pipeline.stats().total();
      }
      assertEquals(total.dropped().keySet(), Set.of("released"));
      // At most one frame of each was on its way to a full queue.
      assertTrue(total.droppedTotal() <= 2, total.toString());
    }
  }

  @Test(timeOut = TIMEOUT)
  public void programsPushTheirOwnFrames() throws Exception {
    int side = 64;
    try (BatchPipeline pipeline =
        BatchPipeline.builder()
            .output(VideoFormat.RGB, side, side)
            .source(Source.appSrc("video/x-raw,format=RGB,width=64,height=64,framerate=25/1"))
            .build()) {
      AppSrc source = pipeline.appSrc(0);
      Thread pusher = new Thread(() -> push(source, side, 20));
      pusher.start();
      List<Integer> levels = new ArrayList<>();
      pipeline.run(batch -> levels.add(batch.get(0, 5, 5, 1)));
      pusher.join();
      assertEquals(levels.size(), 20);
      for (int i = 0; i < 20; i++) {
        assertEquals(levels.get(i).intValue(), 10 * i);
      }
    }
  }

  private static void push(AppSrc source, int side, int frames) {
    for (int i = 0; i < frames; i++) {
      byte[] pixels = new byte[side * side * 3];
      Arrays.fill(pixels, (byte) (10 * i));
      Buffer buffer = new Buffer(pixels.length);
      buffer.map(true).put(pixels);
      buffer.unmap();
      buffer.setPresentationTimestamp(i * 40_000_000L);
      assertEquals(source.pushBuffer(buffer), FlowReturn.OK);
    }
    source.endOfStream();
  }

  @Test(timeOut = TIMEOUT)
  public void branchesGetTheBatchesToo() {
    try (BatchPipeline pipeline =
        small()
            .source(counter(30))
            .source(counter(30))
            .branch(
                "savantunbatch name=unbatch  unbatch.src_0 ! fakesink name=zero async=false"
                    + "  unbatch.src_1 ! fakesink async=false")
            .build()) {
      pipeline.run(batch -> {});
      assertEquals(pipeline.stats().total().out(), 60);
      Object stats = pipeline.pipeline().getElementByName("zero").get("stats");
      assertTrue(stats.toString().contains("rendered=(guint64)30"), stats.toString());
    }
  }

  @Test(timeOut = TIMEOUT)
  public void closingComesInAnyOrder() throws Exception {
    small().source(endless()).build().close();

    BatchPipeline started = small().source(endless()).build();
    started.start();
    started.close();
    started.close();
    expectThrows(IllegalStateException.class, started::next);

    BatchPipeline inHandler = small().source(endless()).build();
    inHandler.run(batch -> inHandler.stop());
    inHandler.close();

    BatchPipeline ended = small().source(counter(1)).build();
    ended.run(batch -> {});
    ended.stop();
    ended.endOfStream();
    ended.close();
    ended.stop();
    assertEquals(ended.stats().total().out(), 1);
  }

  @Test(timeOut = TIMEOUT)
  public void aPadWithoutDataIsToldAndWaitedFor() throws Exception {
    CountDownLatch told = new CountDownLatch(1);
    List<String> texts = new ArrayList<>();
    try (BatchPipeline pipeline =
        small()
            .source(counter(3))
            .source(silent().withName("camera"))
            .stallWarning(Duration.ofMillis(200))
            .onWarning(
                text -> {
                  texts.add(text);
                  told.countDown();
                })
            .build()) {
      Thread ender =
          new Thread(
              () -> {
                try {
                  told.await();
                } catch (InterruptedException e) {
                  Thread.currentThread().interrupt();
                }
                pipeline.endOfStream();
              });
      ender.start();
      pipeline.run(batch -> assertEquals(batch.sourceId(0), 0));
      ender.join();
      FrameCounts total = pipeline.stats().total();
      assertEquals(total.out(), 3);
      assertBalanced(pipeline.stats());
    }
    assertTrue(texts.get(0).startsWith("camera: no frames for a while"), texts.get(0));
  }

  @Test(timeOut = TIMEOUT)
  public void timeoutPushesPartialBatches() {
    try (BatchPipeline pipeline =
        small().source(counter(5)).source(silent()).batchTimeout(Duration.ofMillis(20)).build()) {
      for (int i = 0; i < 5; i++) {
        assertEquals(pipeline.next().size(), 1);
      }
      assertEquals(pipeline.stats().total().out(), 5);
    }
  }

  /** What is not asked for is left to the element: setting batch-timeout would set the policy. */
  @Test(timeOut = TIMEOUT)
  public void timeoutAndItsPolicy() {
    assertTimeout(small(), TimeoutPolicy.AUTO, -1);
    assertTimeout(small().batchTimeout(Duration.ZERO), TimeoutPolicy.FIXED, 0);
    assertTimeout(small().batchTimeout(Duration.ofMillis(20)), TimeoutPolicy.FIXED, 20_000_000);
    assertTimeout(
        small().batchTimeout(Duration.ofNanos(Long.MAX_VALUE / 2)),
        TimeoutPolicy.FIXED,
        Long.MAX_VALUE / 2);
    for (Duration bad : new Duration[] {Duration.ofMillis(-1), Duration.ofDays(60_000), null}) {
      IllegalArgumentException e =
          expectThrows(IllegalArgumentException.class, () -> small().batchTimeout(bad));
      assertTrue(e.getMessage().startsWith("batch timeout " + bad + ": "), e.getMessage());
      e = expectThrows(IllegalArgumentException.class, () -> small().stallWarning(bad));
      assertTrue(e.getMessage().startsWith("stall warning " + bad + ": "), e.getMessage());
    }
  }

  private static void assertTimeout(BatchPipelineBuilder b, TimeoutPolicy policy, long timeoutNs) {
    try (BatchPipeline pipeline = b.source(counter(1)).build()) {
      SavantBatch batch = (SavantBatch) pipeline.batch();
      assertEquals(batch.getTimeoutPolicy(), policy);
      assertEquals(batch.getBatchTimeoutNs(), timeoutNs);
      assertEquals(batch.getEffectiveTimeoutNs(), timeoutNs);
    }
  }

  @Test(timeOut = TIMEOUT)
  public void wrongCapsOfAnAppSrcAreTold() {
    BatchPipelineBuilder builder = small().source(Source.appSrc("nonsense;;x="));
    IllegalArgumentException e = expectThrows(IllegalArgumentException.class, builder::build);
    assertTrue(e.getMessage().contains("these are no caps: nonsense;;x="), e.getMessage());
  }

  @Test(timeOut = TIMEOUT)
  public void everythingIsReachable() {
    try (BatchPipeline pipeline = small().source(counter(1)).build()) {
      assertSame(pipeline.pipeline().getElementByName("savant-batch"), pipeline.batch());
      assertEquals(pipeline.sourceBin(0).getName(), "source-0");
      assertEquals(pipeline.sink().getName(), "savant-sink");
      String text = pipeline.description();
      assertTrue(text.contains("savantbatch name=savant-batch"), text);
      assertTrue(text.contains("savantbufgen"), text);
      expectThrows(IllegalArgumentException.class, () -> pipeline.appSrc(0));
    }
  }

  private static Thread later(Runnable task) {
    Thread thread =
        new Thread(
            () -> {
              try {
                TimeUnit.MILLISECONDS.sleep(300);
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
              task.run();
            });
    thread.start();
    return thread;
  }
}
