/* SPDX-License-Identifier: Apache-2.0 */
package org.savantgst.elements;

import static org.testng.Assert.assertEquals;
import static org.testng.Assert.assertNotNull;
import static org.testng.Assert.assertNull;
import static org.testng.Assert.assertSame;
import static org.testng.Assert.assertTrue;
import static org.testng.Assert.expectThrows;

import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.freedesktop.gstreamer.Bus;
import org.freedesktop.gstreamer.Structure;
import org.savantgst.Savant;
import org.savantgst.TestPipeline;
import org.savantgst.batch.BatchPuller;
import org.savantgst.batch.BatchReason;
import org.savantgst.batch.PullResult;
import org.testng.annotations.BeforeClass;
import org.testng.annotations.DataProvider;
import org.testng.annotations.Test;

/** All figures of savantbatch in one snapshot, and sources that come and go by one call. */
public class BatchStatsTest {
  private static final long TIMEOUT = 60_000;
  private static final String FRAMES = " ! video/x-raw,width=32,height=32,framerate=25/1 ! ";

  /** Registers the elements. */
  @BeforeClass
  public void setUp() {
    Savant.init();
  }

  @Test(timeOut = TIMEOUT)
  public void figuresOfARun() {
    try (TestPipeline pipeline =
            new TestPipeline(
                "savantbufgen num-buffers=7"
                    + FRAMES
                    + "b.sink_11 savantbufgen num-buffers=4"
                    + FRAMES
                    + "b.sink_2 savantbatch name=b");
        BatchPuller puller = new BatchPuller(pipeline.sink())) {
      SavantBatch batch = (SavantBatch) pipeline.pipeline().getElementByName("b");
      batch.getStaticPad("sink_2").set("source-id", 70);
      BatchStats before = batch.getBatchStats();
      assertEquals(before.batches(), 0);
      assertEquals(before.pads().get("sink_11").state(), "not-started");
      pipeline.play();
      while (puller.pull(-1) == PullResult.BATCH) {
        BatchStats during = batch.getBatchStats();
        assertTrue(during.isBalanced(), during.toString());
        puller.release();
      }
      BatchStats stats = BatchStats.of(batch);
      assertTrue(stats.isBalanced(), stats.toString());
      assertEquals(List.copyOf(stats.pads().keySet()), List.of("sink_2", "sink_11"));
      assertEquals(stats.pads().get("sink_2").sourceId(), 70);
      assertEquals(stats.pads().get("sink_2").frames().out(), 4);
      assertEquals(stats.pads().get("sink_11").sourceId(), 11);
      assertEquals(stats.pads().get("sink_11").state(), "ended");
      assertEquals(stats.total().out(), 11);
      assertEquals(stats.released().in(), 0);
      assertEquals(stats.batches(), 7);
      assertEquals(stats.fill(), Map.of(1, 3L, 2, 4L));
      assertEquals(stats.reasons().get(BatchReason.FULL), Long.valueOf(4));
      assertEquals(stats.reasons().get(BatchReason.EOS), Long.valueOf(3));
      assertEquals(stats.reasons().get(BatchReason.TIMEOUT), Long.valueOf(0));
      assertEquals(stats.waiting().values().stream().mapToLong(Long::longValue).sum(), 7);
      assertTrue(stats.waiting().containsKey("1ms"), stats.waiting().toString());
      assertTrue(stats.waiting().containsKey("more"), stats.waiting().toString());
      assertEquals(stats.capacity(), 2);
      assertEquals(stats.timeoutNs(), OptionalLong.empty());
      assertEquals(stats.queuedBytes(), 0);
      assertTrue(stats.highWaterBytes() > 0);
      assertTrue(stats.pads().get("sink_11").highWater() > 0);
      assertEquals(stats.starvations(), 0);
      String text = stats.toString();
      assertTrue(
          text.startsWith(
              "7 batches of 2 slots (full 4, eos 3): in 11 = out 11 + held 0 + dropped 0\n"
                  + "sink_2: source 70 ended: in 4 = out 4 + held 0 + dropped 0, queue at most "),
          text);
    }
  }

  @Test(timeOut = TIMEOUT)
  public void messagesHoldTheSameFigures() throws InterruptedException {
    try (TestPipeline pipeline =
        new TestPipeline(
            "savantbufgen is-live=true" + FRAMES + "savantbatch name=b stats-interval=50000000")) {
      BlockingQueue<BatchStats> told = new LinkedBlockingQueue<>();
      Bus.MESSAGE listener =
          (bus, message) -> {
            Structure structure = message.getStructure();
            if (structure != null && "savant-stats".equals(structure.getName())) {
              told.add(BatchStats.of(structure));
            }
          };
      pipeline.pipeline().getBus().connect("message", listener);
      pipeline.play();
      for (int i = 0; i < 3; i++) {
        BatchStats stats = told.poll(20, TimeUnit.SECONDS);
        assertNotNull(stats);
        assertTrue(stats.isBalanced(), stats.toString());
        assertEquals(stats.pads().keySet().size(), 1);
      }
      pipeline.pipeline().getBus().disconnect(listener);
    }
  }

  @Test
  public void wrongArgumentsAreTold() {
    refused(() -> BatchStats.of((SavantBatch) null), "batch is null");
    refused(() -> BatchStats.of((Structure) null), "structure is null");
    refused(() -> BatchStats.of(new SavantUnbatch("u")), "the element u is no savantbatch");
    try (Structure structure = Structure.fromString("s, in=(guint64)1")) {
      refused(() -> BatchStats.of(structure), "the statistics have no structure \"pads\"");
    }
  }

  @DataProvider
  public Object[][] liveOrNot() {
    return new Object[][] {{"is-live=true"}, {"is-live=false"}};
  }

  /** While the source pushes: nothing has to be stopped before, and it posts no error after. */
  @Test(timeOut = TIMEOUT, dataProvider = "liveOrNot")
  public void aBareRemovalIsEnough(String property) throws InterruptedException {
    try (TestPipeline pipeline =
            new TestPipeline(
                "savantbufgen "
                    + property
                    + FRAMES
                    + "b.sink_0 savantbufgen "
                    + property
                    + FRAMES
                    + "b.sink_1 savantbatch name=b");
        BatchPuller puller = new BatchPuller(pipeline.sink())) {
      SavantBatch batch = (SavantBatch) pipeline.pipeline().getElementByName("b");
      pipeline.play();
      boolean both = false;
      while (!both) {
        assertSame(puller.pull(-1), PullResult.BATCH, pipeline.error());
        both = puller.view().size() == 2;
      }
      batch.removeSource(1);
      // Batches from before wait in the appsink; then frames of the removed one would be due.
      for (int alone = 0; alone < 10; alone += puller.view().size() == 1 ? 1 : 0) {
        assertSame(puller.pull(-1), PullResult.BATCH, pipeline.error());
      }
      puller.release();
      Thread.sleep(200);
      BatchStats stats = batch.getBatchStats();
      assertTrue(stats.isBalanced(), stats.toString());
      assertTrue(stats.released().in() > 0, stats.toString());
      assertEquals(stats.released().held(), 0, stats.toString());
      assertNull(pipeline.error());
    }
  }

  @Test
  public void sourceIdsAreChecked() {
    SavantBatch batch = new SavantBatch("batch");
    batch.addSource(4).set("source-id", 6);
    // The number 4 is taken by the pad of source 6.
    assertEquals(batch.addSource(4).getName(), "sink_0");
    refused(() -> batch.addSource(6), "source id 6: pad sink_4 of batch has it");
    refused(() -> batch.addSource(-1), "source id -1: it must be 0 or more");
    refused(() -> batch.removeSource(5), "no pad of batch has source id 5: there are [4, 6]");
    batch.removeSource(6);
    batch.removeSource(4);
    refused(() -> batch.removeSource(4), "no pad of batch has source id 4: there are []");
  }

  @Test(timeOut = TIMEOUT)
  public void thereIsALastPad() {
    SavantBatch batch = new SavantBatch("batch");
    for (int i = 0; i < 1024; i++) {
      batch.getRequestPad("sink_" + i);
    }
    IllegalStateException e =
        expectThrows(IllegalStateException.class, () -> batch.addSource(2000));
    assertTrue(e.getMessage().contains("1024 are the most"), e.getMessage());
    batch.removeSource(1000);
    assertEquals(batch.addSource(2000).getName(), "sink_2000");
  }

  private static void refused(Runnable call, String part) {
    IllegalArgumentException e = expectThrows(IllegalArgumentException.class, call::run);
    assertTrue(e.getMessage().contains(part), e.getMessage());
  }
}
