/* SPDX-License-Identifier: Apache-2.0 */
package org.savantgst.elements;

import static org.testng.Assert.assertEquals;
import static org.testng.Assert.assertNull;
import static org.testng.Assert.assertSame;
import static org.testng.Assert.assertTrue;
import static org.testng.Assert.expectThrows;

import java.util.concurrent.TimeUnit;
import org.freedesktop.gstreamer.Bin;
import org.freedesktop.gstreamer.Element;
import org.freedesktop.gstreamer.ElementFactory;
import org.freedesktop.gstreamer.GhostPad;
import org.freedesktop.gstreamer.Gst;
import org.freedesktop.gstreamer.Pad;
import org.freedesktop.gstreamer.Pipeline;
import org.freedesktop.gstreamer.State;
import org.savantgst.Savant;
import org.savantgst.TestPipeline;
import org.savantgst.batch.BatchPuller;
import org.savantgst.batch.PullResult;
import org.testng.annotations.BeforeClass;
import org.testng.annotations.Test;

/** Sources and their elements come and go by one call. */
public class SourceElementsTest {
  private static final long TIMEOUT = 120_000;
  private static final String LINE =
      "savantbufgen ! video/x-raw,width=32,height=32,framerate=25/1 ! b.sink_0 savantbatch name=b";

  /** Registers the elements. */
  @BeforeClass
  public void setUp() {
    Savant.init();
  }

  private static SavantBatch batchOf(TestPipeline pipeline) {
    return (SavantBatch) pipeline.pipeline().getElementByName("b");
  }

  private static Bin source() {
    return Gst.parseBinFromDescription("savantbufgen ! identity", true);
  }

  private static void pullThree(SavantBatch batch, TestPipeline pipeline, BatchPuller puller) {
    int found = 0;
    // The first ones that come may be those of a source before.
    while (found < 3 || batch.getBatchStats().pads().get("sink_9").frames().out() < 3) {
      assertSame(puller.pull(TimeUnit.SECONDS.toNanos(20)), PullResult.BATCH, pipeline.error());
      for (int slot = 0; slot < puller.view().size(); slot++) {
        found += puller.view().sourceId(slot) == 9 ? 1 : 0;
      }
    }
    puller.release();
  }

  private static void assertGone(SavantBatch batch, Element source) {
    assertNull(source.getParent());
    assertSame(source.getState(), State.NULL);
    assertNull(batch.getBatchStats().pads().get("sink_9"));
  }

  /** While frames flow; the number and the id of the removed one are free again. */
  @Test(timeOut = TIMEOUT)
  public void oneCallEach() throws Exception {
    try (TestPipeline pipeline = new TestPipeline(LINE);
        BatchPuller puller = new BatchPuller(pipeline.sink())) {
      SavantBatch batch = batchOf(pipeline);
      pipeline.play();
      for (int i = 0; i < 10; i++) {
        Bin source = source();
        assertEquals(batch.addSource(9, source).getName(), "sink_9");
        pullThree(batch, pipeline, puller);
        if (i % 2 == 1) {
          batch.endStream("sink_9");
        }
        batch.removeSource(9, source);
        assertGone(batch, source);
        BatchStats stats = batch.getBatchStats();
        assertTrue(stats.isBalanced(), stats.toString());
        assertTrue(stats.released().out() >= 3 * (i + 1), stats.toString());
      }
      assertNull(pipeline.error());
    }
  }

  /** A pipeline between two states starts whatever it has, linked or not. */
  @Test(timeOut = TIMEOUT)
  public void whileThePipelineStarts() throws Exception {
    for (int i = 0; i < 60; i++) {
      try (TestPipeline pipeline = new TestPipeline(LINE);
          BatchPuller puller = new BatchPuller(pipeline.sink())) {
        SavantBatch batch = batchOf(pipeline);
        Bin source = source();
        if (i % 3 != 0) {
          pipeline.play();
        }
        batch.addSource(9, source);
        if (i % 3 == 0) {
          pipeline.play();
        }
        if (i % 3 == 1) {
          pullThree(batch, pipeline, puller);
        }
        batch.removeSource(9, source);
        assertGone(batch, source);
        // GStreamer's proxy pads make an error of a stop in the first moment of a source.
        assertTrue(i % 3 != 1 || pipeline.error() == null, pipeline.error());
      }
    }
  }

  /** The same, at the worst moment: the pipeline goes through its elements between add and link. */
  @Test(timeOut = TIMEOUT)
  public void whileThePipelineGoesThroughItsElements() throws Exception {
    try (TestPipeline pipeline = new TestPipeline(LINE);
        BatchPuller puller = new BatchPuller(pipeline.sink())) {
      SavantBatch batch = batchOf(pipeline);
      pipeline.play();
      assertSame(puller.pull(TimeUnit.SECONDS.toNanos(20)), PullResult.BATCH);
      Bin.ELEMENT_ADDED worst =
          (bin, element) -> {
            pipeline.pipeline().setState(State.PLAYING);
            element.getState(TimeUnit.MILLISECONDS.toNanos(50));
          };
      pipeline.pipeline().connect(worst);
      Bin source = source();
      batch.addSource(9, source);
      pipeline.pipeline().disconnect(worst);
      pullThree(batch, pipeline, puller);
      batch.removeSource(9, source);
      assertNull(pipeline.error());
    }
  }

  /** A live source that is the only one, which has no frames before the pipeline plays. */
  @Test(timeOut = TIMEOUT)
  public void aLiveSourceGoesAhead() throws Exception {
    for (int i = 0; i < 10; i++) {
      try (TestPipeline pipeline = new TestPipeline("savantbatch name=b");
          BatchPuller puller = new BatchPuller(pipeline.sink())) {
        SavantBatch batch = batchOf(pipeline);
        pipeline.play();
        Bin source = Gst.parseBinFromDescription("savantbufgen is-live=true ! identity", true);
        batch.addSource(9, source);
        pullThree(batch, pipeline, puller);
        assertSame(pipeline.pipeline().getState(5, TimeUnit.SECONDS), State.PLAYING);
        assertSame(source.getState(5, TimeUnit.SECONDS), State.PLAYING);
        assertEquals(source.getBaseTime(), pipeline.pipeline().getBaseTime());
        assertEquals(source.getClock(), pipeline.pipeline().getClock());
        batch.removeSource(9, source);
        assertGone(batch, source);
        assertNull(pipeline.error());
      }
    }
  }

  @Test
  public void wrongSourcesAreTold() {
    try (TestPipeline pipeline = new TestPipeline(LINE)) {
      SavantBatch batch = batchOf(pipeline);
      Bin source = source();
      refused(() -> batch.addSource(9, null), "source is null");
      refused(() -> batch.addSource(-1, source), "source id -1: it must be 0 or more");
      refused(() -> batch.addSource(0, source), "source id 0: pad sink_0 of b has it");
      refused(() -> batch.addSource(9, pipeline.sink()), "source out is in pipeline");
      refused(
          () -> batch.addSource(9, ElementFactory.make("fakesink", "end")),
          "source end has no pad src: it must be a source, or a bin with a ghost pad src");
      assertGone(batch, source);
      refused(() -> batch.removeSource(9, null), "source is null");
      refused(() -> batch.removeSource(9, source), "is not in pipeline");
      Bin other = source();
      batch.addSource(9, source);
      batch.addSource(3, other);
      refused(
          () -> batch.removeSource(9, other),
          "source id 9 is brought by " + source.getName() + ", not by " + other.getName());
      refused(() -> batch.removeSource(7, source), "has source id 7: there are [0, 3, 9]");
      batch.removeSource(9, source);
      batch.removeSource(3, other);
      Element named = ElementFactory.make("savantbufgen", "b");
      refused(() -> batch.addSource(9, named), "source b: pipeline");
      assertGone(batch, named);
      Bin linked = source();
      linked.getStaticPad("src").link(ElementFactory.make("fakesink", null).getStaticPad("sink"));
      refused(() -> batch.addSource(9, linked), "its pad src is linked already: unlink it first");
      assertGone(batch, linked);
      Bin audio = Gst.parseBinFromDescription("fakesrc ! capsfilter caps=audio/x-raw", true);
      refused(() -> batch.addSource(9, audio), "gives audio/x-raw");
      assertGone(batch, audio);
      assertNull(pipeline.error());
    }
  }

  /** What is linked to it from outside of its bin has a pad in no element as its peer. */
  @Test
  public void aSourceFromOutsideOfTheBin() {
    Savant.init();
    Bin bin = new Bin("inner");
    SavantBatch batch = new SavantBatch("batch");
    Bin source = source();
    Bin outside = source();
    bin.addMany(batch, source);
    Pad ghost = new GhostPad("sink", batch.addSource(9));
    bin.addPad(ghost);
    try (Pipeline pipeline = new Pipeline("outer")) {
      pipeline.addMany(bin, outside);
      outside.getStaticPad("src").link(ghost);
      refused(() -> batch.removeSource(9, source), "source id 9 is brought by ");
      assertSame(source.getParent(), bin);
      batch.removeSource(9);
    }
  }

  @Test
  public void aBatchInNoPipelineIsTold() {
    SavantBatch batch = new SavantBatch("alone");
    Bin source = source();
    IllegalStateException e =
        expectThrows(IllegalStateException.class, () -> batch.addSource(9, source));
    assertTrue(e.getMessage().startsWith("alone is in no bin"), e.getMessage());
    assertTrue(batch.getBatchStats().pads().isEmpty());
  }

  /** Nothing of it is left, and the others go on. */
  @Test(timeOut = TIMEOUT)
  public void aSourceThatDoesNotStart() throws Exception {
    try (TestPipeline pipeline = new TestPipeline(LINE);
        BatchPuller puller = new BatchPuller(pipeline.sink())) {
      SavantBatch batch = batchOf(pipeline);
      pipeline.play();
      assertSame(puller.pull(TimeUnit.SECONDS.toNanos(20)), PullResult.BATCH);
      Bin source =
          Gst.parseBinFromDescription(
              "filesrc location=/nonexistent ! decodebin ! videoconvert", true);
      IllegalStateException e =
          expectThrows(IllegalStateException.class, () -> batch.addSource(9, source));
      assertTrue(e.getMessage().endsWith("does not start: the bus tells why"), e.getMessage());
      assertGone(batch, source);
      assertSame(pipeline.pipeline().getState(5, TimeUnit.SECONDS), State.PLAYING);
      Bin good = source();
      batch.addSource(9, good);
      pullThree(batch, pipeline, puller);
      batch.removeSource(9, good);
    }
  }

  private static void refused(org.testng.Assert.ThrowingRunnable what, String message) {
    IllegalArgumentException e = expectThrows(IllegalArgumentException.class, what);
    assertTrue(e.getMessage().contains(message), e.getMessage());
  }
}
