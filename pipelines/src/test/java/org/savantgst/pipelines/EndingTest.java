/* SPDX-License-Identifier: Apache-2.0 */
package org.savantgst.pipelines;

import static org.savantgst.pipelines.TestSources.assertBalanced;
import static org.savantgst.pipelines.TestSources.counter;
import static org.savantgst.pipelines.TestSources.endless;
import static org.savantgst.pipelines.TestSources.silent;
import static org.savantgst.pipelines.TestSources.small;
import static org.testng.Assert.assertEquals;
import static org.testng.Assert.assertFalse;
import static org.testng.Assert.assertNull;
import static org.testng.Assert.assertSame;
import static org.testng.Assert.assertTrue;
import static org.testng.Assert.expectThrows;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.freedesktop.gstreamer.Buffer;
import org.freedesktop.gstreamer.FlowReturn;
import org.freedesktop.gstreamer.elements.AppSrc;
import org.savantgst.batch.BatchView;
import org.testng.annotations.Test;

/** Who may end a pipeline, and when. */
public class EndingTest {
  private static final long TIMEOUT = 30_000;
  private static final Executor THREADS = task -> new Thread(task).start();

  private static void assertClosed(BatchPipeline pipeline) {
    expectThrows(IllegalStateException.class, pipeline::next);
    expectThrows(IllegalStateException.class, pipeline::start);
    expectThrows(IllegalStateException.class, () -> pipeline.run(batch -> {}));
    assertFalse(pipeline.iterator().hasNext());
    pipeline.stop();
    pipeline.endOfStream();
    pipeline.close();
    assertBalanced(pipeline.stats());
    assertEquals(pipeline.stats().total().held(), 0);
  }

  @Test(timeOut = TIMEOUT)
  public void beforeTheStart() {
    BatchPipeline pipeline = small().source(endless()).source(silent()).build();
    pipeline.endOfStream();
    pipeline.close();
    assertClosed(pipeline);
    assertEquals(pipeline.stats().elapsed(), Duration.ZERO);
  }

  @Test(timeOut = TIMEOUT)
  public void afterTheStart() {
    BatchPipeline pipeline = small().source(endless()).build();
    pipeline.start();
    expectThrows(IllegalStateException.class, pipeline::start);
    pipeline.close();
    assertClosed(pipeline);
    assertEquals(pipeline.stats().total().out(), 0);
  }

  @Test(timeOut = TIMEOUT)
  public void inTheHandler() {
    BatchPipeline pipeline = small().source(endless()).source(endless()).build();
    List<Long> seen = new ArrayList<>();
    pipeline.run(
        batch -> {
          seen.add(batch.sequence());
          if (batch.sequence() == 2) {
            pipeline.close();
            expectThrows(IllegalStateException.class, batch::size);
          }
        });
    assertEquals(seen, List.of(0L, 1L, 2L));
    assertClosed(pipeline);
    assertEquals(pipeline.stats().total().out(), 6);
  }

  @Test(timeOut = TIMEOUT)
  public void inALoop() {
    int batches = 0;
    BatchPipeline pipeline = small().source(endless()).build();
    for (BatchView batch : pipeline) {
      assertEquals(batch.size(), 1);
      if (++batches == 3) {
        pipeline.close();
      }
    }
    assertEquals(batches, 3);
    assertClosed(pipeline);
  }

  @Test(timeOut = TIMEOUT)
  public void byAnotherThreadWhileOneWaits() throws Exception {
    BatchPipeline pipeline = small().source(endless()).source(silent()).build();
    pipeline.start();
    CompletableFuture<BatchView> waiting = CompletableFuture.supplyAsync(pipeline::next, THREADS);
    TimeUnit.MILLISECONDS.sleep(200);
    pipeline.close();
    assertNull(waiting.get());
    assertClosed(pipeline);
  }

  @Test(timeOut = TIMEOUT)
  public void byAnotherThreadWhileAHandlerReads() throws Exception {
    BatchPipeline pipeline = small().source(endless()).build();
    CountDownLatch reading = new CountDownLatch(1);
    CountDownLatch closed = new CountDownLatch(1);
    CompletableFuture<Long> read =
        CompletableFuture.supplyAsync(
            () -> {
              long[] counter = {-1};
              pipeline.run(
                  batch -> {
                    reading.countDown();
                    await(closed);
                    counter[0] = batch.readCounter(0);
                  });
              return counter[0];
            },
            THREADS);
    await(reading);
    pipeline.close();
    closed.countDown();
    assertEquals(read.get().longValue(), 0);
    assertClosed(pipeline);
  }

  @Test(timeOut = TIMEOUT)
  public void byManyThreadsAtOnce() throws Exception {
    for (int i = 0; i < 10; i++) {
      BatchPipeline pipeline = small().source(endless()).source(counter(5)).build();
      CompletableFuture<?>[] all = {
        CompletableFuture.runAsync(() -> pipeline.run(batch -> {}), THREADS),
        CompletableFuture.runAsync(pipeline::endOfStream, THREADS),
        CompletableFuture.runAsync(pipeline::stop, THREADS),
        CompletableFuture.runAsync(pipeline::stats, THREADS),
        CompletableFuture.runAsync(pipeline::close, THREADS),
        CompletableFuture.runAsync(pipeline::close, THREADS),
      };
      for (CompletableFuture<?> one : all) {
        // What is called after close says so; nothing else goes wrong.
        one.handle(
                (result, e) -> {
                  assertTrue(e == null || e.getCause() instanceof IllegalStateException, e + "");
                  return null;
                })
            .get();
      }
      assertClosed(pipeline);
    }
  }

  @Test(timeOut = TIMEOUT)
  public void aPushThatWaitsEndsWithStop() throws Exception {
    BatchPipeline pipeline = small().source(silent()).source(silent()).build();
    pipeline.start();
    AppSrc source = pipeline.appSrc(0);
    CompletableFuture<FlowReturn> last =
        CompletableFuture.supplyAsync(
            () -> {
              FlowReturn flow = FlowReturn.OK;
              while (flow == FlowReturn.OK) {
                flow = source.pushBuffer(new Buffer(64 * 64 * 3));
              }
              return flow;
            },
            THREADS);
    TimeUnit.MILLISECONDS.sleep(300);
    assertFalse(last.isDone());
    pipeline.stop();
    assertEquals(last.get(), FlowReturn.EOS);
    pipeline.close();
    assertClosed(pipeline);
  }

  @Test(timeOut = TIMEOUT)
  public void errorsOfAHandlerComeOut() {
    Error thrown = new AssertionError("enough");
    BatchPipeline pipeline = small().source(endless()).build();
    try (pipeline) {
      Error caught =
          expectThrows(
              AssertionError.class,
              () ->
                  pipeline.run(
                      batch -> {
                        throw thrown;
                      }));
      assertSame(caught, thrown);
      assertNull(pipeline.next());
    }
    assertClosed(pipeline);
    assertEquals(pipeline.stats().total().out(), 1);
  }

  @Test(timeOut = TIMEOUT)
  public void whatAListenerThrowsEndsThePipeline() {
    RuntimeException thrown = new RuntimeException("enough");
    BatchPipeline pipeline =
        small()
            .source(silent())
            .stallWarning(Duration.ofMillis(100))
            .onWarning(
                text -> {
                  throw thrown;
                })
            .build();
    try (pipeline) {
      PipelineException e = expectThrows(PipelineException.class, pipeline::next);
      assertSame(e.getCause(), thrown);
      assertTrue(e.getMessage().contains("the listener for warnings threw"), e.getMessage());
    }
    assertClosed(pipeline);
  }

  @Test(timeOut = TIMEOUT)
  public void branchesFinishTheirFiles() throws Exception {
    Path file = Files.createTempFile("savant-branch", ".mp4");
    try {
      BatchPipeline pipeline = recording(file);
      pipeline.next();
      pipeline.close();
      assertClosed(pipeline);
      assertIsWhole(file);

      BatchPipeline shared = recording(file);
      CountDownLatch reading = new CountDownLatch(1);
      CompletableFuture<Void> running =
          CompletableFuture.runAsync(() -> shared.run(batch -> reading.countDown()), THREADS);
      await(reading);
      shared.close();
      running.get();
      assertClosed(shared);
      assertIsWhole(file);
      assertEquals(shared.warnings(), List.of());
    } finally {
      Files.delete(file);
    }
  }

  private static BatchPipeline recording(Path file) {
    return small()
        .source(endless())
        .branch(
            "savantunbatch name=u u.src_0 ! videoconvert ! x264enc ! mp4mux ! filesink location="
                + file)
        .build();
  }

  /** The index is written last. */
  private static void assertIsWhole(Path file) throws Exception {
    assertTrue(new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1).contains("moov"));
    assertNull(FileCheck.truncation(file));
  }

  private static void await(CountDownLatch latch) {
    try {
      assertTrue(latch.await(20, TimeUnit.SECONDS));
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
