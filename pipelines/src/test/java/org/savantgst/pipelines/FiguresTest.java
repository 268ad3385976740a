/* SPDX-License-Identifier: Apache-2.0 */
package org.savantgst.pipelines;

import static org.savantgst.pipelines.TestSources.assertBalanced;
import static org.savantgst.pipelines.TestSources.counter;
import static org.savantgst.pipelines.TestSources.endless;
import static org.savantgst.pipelines.TestSources.small;
import static org.testng.Assert.assertEquals;
import static org.testng.Assert.assertNull;
import static org.testng.Assert.assertTrue;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.freedesktop.gstreamer.Buffer;
import org.freedesktop.gstreamer.elements.AppSrc;
import org.savantgst.batch.BatchView;
import org.savantgst.surface.VideoFormat;
import org.testng.annotations.Test;

/** What the figures of a pipeline mean. */
public class FiguresTest {
  private static final long TIMEOUT = 60_000;

  @Test(timeOut = TIMEOUT)
  public void latencyIsTheWayFromTheArrivalOfEachFrame() throws Exception {
    String caps = "video/x-raw,format=RGB,width=64,height=64,framerate=25/1";
    try (BatchPipeline pipeline =
        small().source(Source.appSrc(caps)).source(Source.appSrc(caps)).build()) {
      assertNull(pipeline.stats().latencyP50());
      pipeline.start();
      long pushed = System.nanoTime();
      push(pipeline.appSrc(0));
      TimeUnit.MILLISECONDS.sleep(400);
      long waited = System.nanoTime() - pushed;
      push(pipeline.appSrc(1));
      pipeline.next();
      long taken = System.nanoTime() - pushed;
      PipelineStats stats = pipeline.stats();
      // The first frame waited for the second, which waited for nothing.
      long p99 = stats.latencyP99().toNanos();
      assertTrue(p99 > 0 && p99 <= taken + taken / 16, p99 + " of " + taken);
      assertTrue(p99 - stats.latencyP50().toNanos() >= waited / 4, stats.toString());
      assertBalanced(stats);
    }
  }

  private static void push(AppSrc source) {
    Buffer buffer = new Buffer(64 * 64 * 3);
    buffer.setPresentationTimestamp(0);
    source.pushBuffer(buffer);
  }

  @Test(timeOut = TIMEOUT)
  public void framesThatNobodyTookAreDroppedInTheEnd() {
    BatchPipeline pipeline = small().source(endless()).source(endless()).build();
    PipelineStats during;
    try (pipeline) {
      pipeline.next();
      pipeline.next();
      during = pipeline.stats();
      assertBalanced(during);
      assertEquals(during.batches(), 2);
    }
    FrameCounts total = pipeline.stats().total();
    assertBalanced(pipeline.stats());
    assertEquals(total.out(), 4);
    assertEquals(total.held(), 0);
    assertEquals(total.in(), 4 + total.droppedTotal());
    assertTrue(total.droppedTotal() > 0);
    assertTrue(pipeline.stats().elapsed().compareTo(during.elapsed()) >= 0);
  }

  @Test(timeOut = TIMEOUT)
  public void countsStayBalancedWhileFramesFlow() throws Exception {
    try (BatchPipeline pipeline =
        small().source(counter(400, 64, 48)).source(counter(300, 64, 48)).build()) {
      Thread reader =
          new Thread(
              () -> {
                for (int i = 0; i < 200; i++) {
                  assertBalanced(pipeline.stats());
                }
              });
      Throwable[] thrown = {null};
      reader.setUncaughtExceptionHandler((thread, e) -> thrown[0] = e);
      reader.start();
      pipeline.run(batch -> {});
      reader.join();
      assertNull(thrown[0]);
      assertEquals(pipeline.stats().total(), new FrameCounts(700, 700, 0, Map.of()));
    }
  }

  @Test
  public void countsAdd() {
    FrameCounts one = new FrameCounts(6, 2, 1, Map.of("late", 2L, "stopped", 1L));
    FrameCounts sum = one.plus(new FrameCounts(3, 1, 0, Map.of("late", 1L, "roi", 1L)));
    assertEquals(sum, new FrameCounts(9, 3, 1, Map.of("late", 3L, "roi", 1L, "stopped", 1L)));
    assertEquals(sum.droppedTotal(), 5);
    PipelineStats stats = new PipelineStats(List.of(), sum, 0, Duration.ZERO, null, null, null);
    assertEquals(stats.framesPerSecond(), 0.0);
  }

  /** Of the thread that pulls: views are reused, results are numbers. */
  @Test(timeOut = TIMEOUT)
  public void aBatchAllocatesNothing() {
    int warmUp = 5_000;
    int measured = 10_000;
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long thread = Thread.currentThread().getId();
    byte[] pixels = new byte[64 * 64];
    double[] box = new double[4];
    long[] bytes = new long[2];
    long[] sum = {0};
    try (BatchPipeline pipeline =
        BatchPipeline.builder()
            .output(VideoFormat.GRAY8, 64, 64)
            .source(endless())
            .source(endless())
            .build()) {
      pipeline.run(
          batch -> {
            if (batch.sequence() == warmUp) {
              bytes[0] = threads.getThreadAllocatedBytes(thread);
            } else if (batch.sequence() == warmUp + measured) {
              bytes[1] = threads.getThreadAllocatedBytes(thread);
              pipeline.stop();
            }
            sum[0] += readAll(batch, pixels, box);
          });
    }
    assertTrue(sum[0] != 0);
    double each = (bytes[1] - bytes[0]) / (double) measured;
    assertTrue(each < 1, each + " bytes a batch");
  }

  private static long readAll(BatchView batch, byte[] pixels, double[] box) {
    long sum = batch.ptsNs() + batch.reason().ordinal() + batch.waitingTimeNs();
    for (int slot = 0; slot < batch.size(); slot++) {
      sum += batch.id(slot) + batch.sourceId(slot) + batch.ptsNs(slot) + batch.arrivalNs(slot);
      sum += batch.destinationLeft(slot) + batch.sourceWidth(slot) + batch.format(slot).ordinal();
      sum += batch.get(slot, 1, 2, 0) + batch.memType(slot).ordinal();
      batch.boxToSource(slot, box);
      batch.copyTo(slot, pixels);
      sum += pixels[5];
    }
    return sum;
  }
}
