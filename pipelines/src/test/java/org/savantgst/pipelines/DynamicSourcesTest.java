/* SPDX-License-Identifier: Apache-2.0 */
package org.savantgst.pipelines;

import static org.savantgst.pipelines.TestSources.assertBalanced;
import static org.savantgst.pipelines.TestSources.counter;
import static org.savantgst.pipelines.TestSources.endless;
import static org.savantgst.pipelines.TestSources.silent;
import static org.savantgst.pipelines.TestSources.small;
import static org.testng.Assert.assertEquals;
import static org.testng.Assert.assertNotEquals;
import static org.testng.Assert.assertNotNull;
import static org.testng.Assert.assertNull;
import static org.testng.Assert.assertTrue;
import static org.testng.Assert.expectThrows;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.freedesktop.gstreamer.Buffer;
import org.freedesktop.gstreamer.FlowReturn;
import org.freedesktop.gstreamer.Gst;
import org.freedesktop.gstreamer.elements.AppSrc;
import org.savantgst.batch.BatchView;
import org.testng.Assert.ThrowingRunnable;
import org.testng.annotations.Test;

/** Sources that come and go while the pipeline plays. */
public class DynamicSourcesTest {
  private static final long TIMEOUT = 60_000;
  private static final int KINDS = 4;
  private static final int CHANGES = 20;
  private static final int STRAYS = 4;
  private static final Set<String> OF_POOLS = Set.of("GstBuffer", "GstCaps", "GstMemory");

  private static boolean holds(BatchView batch, int sourceId) {
    for (int slot = 0; slot < batch.size(); slot++) {
      if (batch.sourceId(slot) == sourceId) {
        return true;
      }
    }
    return false;
  }

  private static void awaitFrameOf(BatchPipeline pipeline, int sourceId) {
    BatchView batch;
    do {
      batch = pipeline.next();
      assertNotNull(batch, "the pipeline ended");
    } while (!holds(batch, sourceId));
  }

  @Test(timeOut = TIMEOUT)
  public void framesOfAnAddedSourceComeAndThoseOfARemovedOneEnd() {
    PipelineStats stats;
    try (BatchPipeline pipeline = small().source(endless()).build()) {
      awaitFrameOf(pipeline, 0);
      assertEquals(pipeline.addSource(endless().withId(7).withName("gate")), 7);
      assertEquals(pipeline.sourceIds(), List.of(0, 7));
      assertEquals(pipeline.place(7), 1);
      assertEquals(pipeline.sourceBin(1).getName(), "source-1");
      awaitFrameOf(pipeline, 7);
      assertEquals(pipeline.stats().sources().get(1).name(), "gate");
      assertTrue(pipeline.description().contains(".sink_1"), pipeline.description());
      pipeline.removeSource(7);
      assertEquals(pipeline.sourceIds(), List.of(0));
      expectThrows(IndexOutOfBoundsException.class, () -> pipeline.sourceBin(1));
      // What was batched before is on its way.
      int left = 0;
      while (holds(pipeline.next(), 7)) {
        left++;
      }
      assertTrue(left < 10, left + " batches");
      stats = pipeline.stats();
      assertBalanced(stats);
      assertEquals(stats.sources().size(), 1);
      assertTrue(stats.removed().out() > left, stats.toString());
      assertEquals(stats.removed().held(), 0);
      assertTrue(stats.batch().isBalanced(), stats.batch().toString());
      assertTrue(Set.of("released").containsAll(stats.removed().dropped().keySet()));
      assertEquals(pipeline.warnings().toString(), "[]");
    }
  }

  /** The first frame of the new one is counted for it, though its predecessor's still come. */
  @Test(timeOut = TIMEOUT)
  public void placeAndIdAreFreeAgain() {
    try (BatchPipeline pipeline = small().source(endless()).source(endless()).build()) {
      for (int i = 0; i < 20; i++) {
        awaitFrameOf(pipeline, 1);
        PipelineStats before = pipeline.stats();
        pipeline.removeSource(1);
        assertEquals(pipeline.addSource(counter(1000, 64, 64)), 1);
        assertEquals(pipeline.place(1), 1);
        PipelineStats after = pipeline.stats();
        assertEquals(after.sources().get(1).frames().out(), 0);
        assertTrue(after.total().out() == before.total().out(), after.toString());
        assertTrue(after.total().in() >= before.total().in(), after.toString());
        assertBalanced(after);
      }
    }
  }

  /** At random moments, from three threads and the handler. */
  @Test(timeOut = TIMEOUT)
  public void sourcesComeAndGoFromSeveralThreads() throws Exception {
    int threads = 3;
    int rounds = 15;
    ExecutorService pool = Executors.newFixedThreadPool(threads);
    PipelineStats end;
    try (BatchPipeline pipeline = small().source(endless()).build()) {
      List<Future<?>> tasks = new ArrayList<>();
      pipeline.start();
      for (int t = 0; t < threads; t++) {
        Random random = new Random(t);
        int id = 100 + t;
        tasks.add(
            pool.submit(
                () -> {
                  for (int i = 0; i < rounds; i++) {
                    pipeline.addSource(random(random).withId(id));
                    TimeUnit.MILLISECONDS.sleep(random.nextInt(20));
                    assertTrue(pipeline.batchStats().isBalanced());
                    pipeline.removeSource(id);
                  }
                  return null;
                }));
      }
      Random random = new Random(9);
      pipeline.run(
          batch -> {
            if (tasks.stream().allMatch(Future::isDone)) {
              pipeline.endOfStream();
            } else if (pipeline.sourceIds().contains(50)) {
              pipeline.removeSource(50);
            } else if (random.nextInt(3) == 0) {
              pipeline.addSource(endless().withId(50));
            }
            assertBalanced(pipeline.stats());
          });
      for (Future<?> task : tasks) {
        task.get();
      }
      pipeline.close();
      end = pipeline.stats();
      assertEquals(pipeline.warnings().toString(), "[]");
    } finally {
      pool.shutdownNow();
    }
    assertBalanced(end);
    assertEquals(end.total().held(), 0);
    assertTrue(end.batch().isBalanced(), end.batch().toString());
    assertTrue(end.removed().out() > 0, end.toString());
  }

  private static Source random(Random random) {
    return source(random.nextInt(KINDS), random);
  }

  private static Source source(int kind, Random random) {
    return switch (kind) {
      case 0 -> counter(1 + random.nextInt(5), 64, 64);
      case 1 -> silent();
      case 2 -> Source.file(TestSources.CLIP);
      default -> endless();
    };
  }

  /** A silent source holds up the batches, not the calls; without it they go on. */
  @Test(timeOut = TIMEOUT)
  public void anotherSourceThatBlocksKeepsNobody() throws Exception {
    try (BatchPipeline pipeline = small().source(endless()).source(silent()).build()) {
      pipeline.start();
      CountDownLatch got = new CountDownLatch(5);
      Thread puller = new Thread(() -> pipeline.run(batch -> got.countDown()));
      puller.start();
      for (int i = 0; i < 5; i++) {
        pipeline.addSource(endless().withId(5));
        TimeUnit.MILLISECONDS.sleep(10);
        pipeline.removeSource(5);
      }
      assertEquals(got.getCount(), 5);
      pipeline.removeSource(1);
      got.await();
      pipeline.stop();
      puller.join();
    }
  }

  @Test(timeOut = TIMEOUT)
  public void withoutSourcesThePipelineWaits() throws Exception {
    try (BatchPipeline pipeline = small().source(endless()).build()) {
      awaitFrameOf(pipeline, 0);
      pipeline.removeSource(0);
      List<Long> ids = new ArrayList<>();
      Thread puller =
          new Thread(
              () ->
                  pipeline.run(
                      batch -> {
                        if (batch.id(0) >= 1000) {
                          ids.add(batch.id(0));
                        }
                      }));
      puller.start();
      puller.join(300);
      assertTrue(puller.isAlive());
      assertEquals(pipeline.sourceIds(), List.of());
      pipeline.addSource(
          Source.pattern("counter first-id=1000").through("video/x-raw,width=64,height=64"));
      while (pipeline.stats().sources().get(0).frames().out() < 3) {
        TimeUnit.MILLISECONDS.sleep(5);
      }
      pipeline.removeSource(0);
      puller.join(100);
      assertTrue(puller.isAlive());
      pipeline.endOfStream();
      puller.join();
      assertEquals(ids.subList(0, 3), List.of(1000L, 1001L, 1002L));
      assertNull(pipeline.next());
      assertBalanced(pipeline.stats());
    }
  }

  @Test(timeOut = TIMEOUT)
  public void theEndComesWhenTheLastThatHasNotEndedGoes() {
    try (BatchPipeline pipeline = small().source(counter(3)).source(endless()).build()) {
      for (int i = 0; i < 6; i++) {
        pipeline.next();
      }
      pipeline.removeSource(1);
      while (pipeline.next() != null) {}
      assertEquals(pipeline.stats().sources().get(0).frames().out(), 3);
    }
  }

  @Test(timeOut = TIMEOUT)
  public void sourcesAreAddedAndRemovedBeforeTheStart() {
    try (BatchPipeline pipeline = small().source(counter(4)).source(silent()).build()) {
      assertEquals(pipeline.addSource(counter(2)), 2);
      pipeline.removeSource(1);
      assertEquals(pipeline.sourceIds(), List.of(0, 2));
      pipeline.run(batch -> {});
      PipelineStats stats = pipeline.stats();
      assertEquals(stats.total(), new FrameCounts(6, 6, 0, Map.of()));
      assertEquals(stats.removed(), new FrameCounts(0, 0, 0, Map.of()));
    }
  }

  @Test(timeOut = TIMEOUT)
  public void aFileJoinsAtItsBeginning() {
    List<Long> times = new ArrayList<>();
    try (BatchPipeline pipeline = small().source(endless()).build()) {
      awaitFrameOf(pipeline, 0);
      pipeline.addSource(Source.file(TestSources.CLIP).withId(3));
      pipeline.run(
          batch -> {
            for (int slot = 0; slot < batch.size(); slot++) {
              if (batch.sourceId(slot) == 3) {
                times.add(batch.ptsNs(slot));
              }
            }
            if (times.size() == TestSources.CLIP_FRAMES) {
              pipeline.stop();
            }
          });
      assertEquals(times.get(0), Long.valueOf(0));
      assertEquals(new HashSet<>(times).size(), TestSources.CLIP_FRAMES);
    }
  }

  @Test(timeOut = TIMEOUT)
  public void wrongCallsAreTold() {
    BatchPipeline pipeline = small().source(endless()).source(endless().withId(4)).build();
    try (pipeline) {
      awaitFrameOf(pipeline, 4);
      refuse("source is null", () -> pipeline.addSource(null));
      refuse(
          "source id 4 of another is that of first",
          () -> {
            pipeline.removeSource(4);
            pipeline.addSource(endless().withId(4).withName("first"));
            pipeline.addSource(endless().withId(4).withName("another"));
          });
      refuse("no source has id 1: there are [0, 4]", () -> pipeline.removeSource(1));
      refuse("no source has id 9", () -> pipeline.place(9));
      refuse("nosuchelement", () -> pipeline.addSource(counter(1).through("nosuchelement")));
      refuse("these are no caps", () -> pipeline.addSource(Source.appSrc("nonsense;;x=")));
      // Nothing of those is left.
      assertEquals(pipeline.sourceIds(), List.of(0, 4));
      assertEquals(pipeline.batchStats().pads().keySet(), Set.of("sink_0", "sink_1"));
      awaitFrameOf(pipeline, 4);
      pipeline.endOfStream();
      notNow("endOfStream was called", pipeline);
      while (pipeline.next() != null) {}
      notNow("all sources have ended", pipeline);
      pipeline.removeSource(0);
      pipeline.stop();
      notNow("the pipeline was stopped", pipeline);
    }
    notNow("the pipeline is closed", pipeline);
    IllegalStateException e =
        expectThrows(IllegalStateException.class, () -> pipeline.removeSource(4));
    assertTrue(e.getMessage().contains("the pipeline is closed"), e.getMessage());
  }

  private static void refuse(String message, ThrowingRunnable call) {
    IllegalArgumentException e = expectThrows(IllegalArgumentException.class, call);
    assertTrue(e.getMessage().contains(message), e.getMessage());
  }

  private static void notNow(String message, BatchPipeline pipeline) {
    IllegalStateException e =
        expectThrows(
            IllegalStateException.class, () -> pipeline.addSource(endless().withName("late")));
    assertEquals(e.getMessage().indexOf("late cannot be added: " + message), 0, e.getMessage());
  }

  @Test(timeOut = TIMEOUT)
  public void aSourceThatRefusesToStartIsItsCallersMatter() {
    try (BatchPipeline pipeline = small().source(endless()).build()) {
      awaitFrameOf(pipeline, 0);
      for (Source bad :
          List.of(
              Source.file(Path.of("missing.mp4")),
              Source.uri("nosuch://camera").withName("camera"),
              Source.elements("filesrc location=missing.raw ! rawvideoparse"))) {
        PipelineException e =
            expectThrows(PipelineException.class, () -> pipeline.addSource(bad.withId(2)));
        assertTrue(e.getMessage().startsWith(bad.name() + ": "), e.getMessage());
        assertEquals(e.source().getAsInt(), 1);
      }
      assertEquals(pipeline.sourceIds(), List.of(0));
      awaitFrameOf(pipeline, 0);
      pipeline.endOfStream();
      while (pipeline.next() != null) {}
    }
  }

  /** What a removed source posted is not taken for an error of the rest. */
  @Test(timeOut = TIMEOUT)
  public void failuresOfRemovedSourcesAreForgotten() throws Exception {
    try (BatchPipeline pipeline =
        small().source(endless()).onSourceError(SourceErrors.CONTINUE).build()) {
      pipeline.start();
      Thread puller = new Thread(() -> expectAnyFailure(pipeline));
      puller.start();
      for (int i = 0; i < 20; i++) {
        try {
          pipeline.addSource(endless().through("identity error-after=3").withId(6));
          TimeUnit.MILLISECONDS.sleep(i % 7);
          pipeline.removeSource(6);
        } catch (PipelineException e) {
          // It failed while it started: it is not there.
          assertEquals(e.source().getAsInt(), 1);
        }
      }
      assertEquals(pipeline.sourceIds(), List.of(0));
      long batches = pipeline.stats().batches();
      while (pipeline.stats().batches() < batches + 5) {
        TimeUnit.MILLISECONDS.sleep(1);
      }
      pipeline.endOfStream();
      puller.join();
    }
  }

  private static void expectAnyFailure(BatchPipeline pipeline) {
    try {
      pipeline.run(batch -> {});
    } catch (PipelineException e) {
      assertEquals(e.source().getAsInt(), 1);
      for (Throwable other : e.getSuppressed()) {
        assertEquals(((PipelineException) other).source().getAsInt(), 1);
      }
    }
  }

  /** Nobody takes the last for the end, though all go at once. */
  @Test(timeOut = TIMEOUT)
  public void removingAllAtOnceIsNoEnd() throws Exception {
    int sources = 4;
    ExecutorService pool = Executors.newFixedThreadPool(sources);
    try (BatchPipeline pipeline = small().source(endless()).build()) {
      pipeline.start();
      Thread puller = new Thread(() -> pipeline.run(batch -> {}));
      puller.start();
      pipeline.removeSource(0);
      for (int round = 0; round < 15; round++) {
        List<Integer> ids = new ArrayList<>();
        for (int i = 0; i < sources; i++) {
          ids.add(pipeline.addSource(endless()));
        }
        long out = pipeline.stats().total().out();
        while (pipeline.stats().total().out() == out) {
          TimeUnit.MILLISECONDS.sleep(1);
        }
        List<Future<?>> tasks = new ArrayList<>();
        ids.forEach(id -> tasks.add(pool.submit(() -> pipeline.removeSource(id))));
        for (Future<?> task : tasks) {
          task.get();
        }
      }
      assertTrue(puller.isAlive());
      pipeline.endOfStream();
      puller.join();
    } finally {
      pool.shutdownNow();
    }
  }

  /** A thread that pushes meanwhile learns it by the result; its appsrc stays usable. */
  @Test(timeOut = TIMEOUT)
  public void aPushingThreadLearnsOfTheRemoval() throws Exception {
    try (BatchPipeline pipeline = small().source(endless()).build()) {
      pipeline.start();
      Thread puller = new Thread(() -> pipeline.run(batch -> {}));
      puller.start();
      for (int i = 0; i < 10; i++) {
        int id = pipeline.addSource(silent());
        AppSrc source = pipeline.appSrc(pipeline.place(id));
        FlowReturn[] last = {FlowReturn.OK};
        Thread pusher =
            new Thread(
                () -> {
                  for (long pts = 0; last[0] == FlowReturn.OK; pts += 33_000_000) {
                    Buffer buffer = new Buffer(64 * 64 * 3);
                    buffer.setPresentationTimestamp(pts);
                    last[0] = source.pushBuffer(buffer);
                  }
                });
        pusher.start();
        TimeUnit.MILLISECONDS.sleep(i % 3 * 10);
        pipeline.removeSource(id);
        pusher.join();
        assertNotEquals(last[0], FlowReturn.OK);
      }
      pipeline.stop();
      puller.join();
      assertTrue(pipeline.stats().batch().isBalanced());
    }
  }

  @Test(timeOut = TIMEOUT)
  public void closingEndsCallsOfOthers() throws Exception {
    for (int i = 0; i < 10; i++) {
      BatchPipeline pipeline = small().source(endless()).build();
      CountDownLatch running = new CountDownLatch(1);
      Thread changer =
          new Thread(
              () -> {
                while (true) {
                  try {
                    int id = pipeline.addSource(endless());
                    running.countDown();
                    pipeline.removeSource(id);
                  } catch (IllegalStateException e) {
                    return;
                  }
                }
              });
      pipeline.start();
      changer.start();
      running.await();
      pipeline.close();
      changer.join();
      assertBalanced(pipeline.stats());
      assertEquals(pipeline.stats().total().held(), 0);
    }
  }

  /**
   * The tracer counts only while nothing comes and goes: without sources. What stays of each source
   * of a kind would be {@value #CHANGES}, of one in five {@value #STRAYS} or more; the pool of
   * batches may grow by a few.
   */
  @Test(timeOut = 2 * TIMEOUT)
  public void nothingOfRemovedSourcesStays() throws Exception {
    try (BatchPipeline pipeline = small().source(silent()).build()) {
      pipeline.start();
      pipeline.removeSource(0);
      CountDownLatch decoded = new CountDownLatch(1);
      Thread puller =
          new Thread(
              () ->
                  pipeline.run(
                      batch -> {
                        if (holds(batch, 99)) {
                          decoded.countDown();
                        }
                      }));
      puller.start();
      // Loads what decodes, which stays.
      pipeline.addSource(Source.file(TestSources.CLIP).withId(99));
      decoded.await();
      pipeline.removeSource(99);
      change(pipeline, 1);
      Map<String, Integer> before = liveObjects();
      change(pipeline, CHANGES);
      // What the garbage collector has yet to find goes in a while.
      long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
      Map<String, Integer> grown;
      do {
        grown = liveObjects();
        grown.replaceAll((type, n) -> n - before.getOrDefault(type, 0));
        grown
            .entrySet()
            .removeIf(e -> e.getValue() < (OF_POOLS.contains(e.getKey()) ? CHANGES / 2 : STRAYS));
      } while (!grown.isEmpty() && System.nanoTime() < deadline);
      assertTrue(grown.isEmpty(), grown.toString());
      assertTrue(pipeline.stats().removed().out() > 0);
      pipeline.stop();
      puller.join();
    }
  }

  private static Map<String, Integer> liveObjects() throws Exception {
    System.gc();
    TimeUnit.MILLISECONDS.sleep(200);
    Gst.getExecutor().submit(() -> {}).get();
    return LiveObjects.count();
  }

  /** So many of each kind. */
  private static void change(BatchPipeline pipeline, int times) throws InterruptedException {
    Random random = new Random(5);
    // One that goes on where the others end.
    int other = pipeline.addSource(endless());
    for (int i = 0; i < KINDS * times; i++) {
      int id = pipeline.addSource(source(i % KINDS, random));
      TimeUnit.MILLISECONDS.sleep(random.nextInt(15));
      pipeline.removeSource(id);
    }
    pipeline.removeSource(other);
  }
}
