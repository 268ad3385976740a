/* SPDX-License-Identifier: Apache-2.0 */
package org.savantgst.elements;

import static org.testng.Assert.assertEquals;
import static org.testng.Assert.assertFalse;
import static org.testng.Assert.assertNull;
import static org.testng.Assert.assertSame;
import static org.testng.Assert.assertTrue;
import static org.testng.Assert.expectThrows;

import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.freedesktop.gstreamer.Bus;
import org.freedesktop.gstreamer.Element;
import org.freedesktop.gstreamer.ElementFactory;
import org.freedesktop.gstreamer.Pad;
import org.freedesktop.gstreamer.Structure;
import org.freedesktop.gstreamer.glib.GObject;
import org.savantgst.Savant;
import org.savantgst.TestPipeline;
import org.savantgst.batch.BatchPuller;
import org.savantgst.batch.BatchReason;
import org.savantgst.batch.BatchView;
import org.savantgst.batch.PullResult;
import org.savantgst.surface.ComputeMode;
import org.savantgst.surface.DstPadding;
import org.savantgst.surface.Flip;
import org.savantgst.surface.Interpolation;
import org.savantgst.surface.MemType;
import org.savantgst.surface.Padding;
import org.savantgst.surface.Rect;
import org.savantgst.surface.TransformConfig;
import org.testng.annotations.BeforeClass;
import org.testng.annotations.Test;

/** The elements with their own classes, typed properties and counts. */
public class ElementsTest {
  /** Registers the elements. */
  @BeforeClass
  public void setUp() {
    Savant.init();
  }

  @Test
  public void factoriesGiveOurClasses() {
    assertSame(ElementFactory.make("savantbufgen", "a").getClass(), SavantBufGen.class);
    assertSame(ElementFactory.make("savanttransform", "b").getClass(), SavantTransform.class);
    assertSame(ElementFactory.make("savantbatch", "c").getClass(), SavantBatch.class);
    assertSame(ElementFactory.make("savantunbatch", "d").getClass(), SavantUnbatch.class);
    assertEquals(new SavantUnbatch("e").getName(), "e");
  }

  @Test
  public void generatorProperties() {
    SavantBufGen gen = new SavantBufGen("gen");
    for (Pattern pattern : Pattern.values()) {
      gen.setPattern(pattern);
      assertSame(gen.getPattern(), pattern);
    }
    gen.setColor(0x123456);
    assertEquals(gen.getColor(), 0x123456);
    gen.setFirstId(1L << 40);
    assertEquals(gen.getFirstId(), 1L << 40);
    gen.setLive(true);
    assertTrue(gen.isLive());
    gen.setPoolSize(7);
    assertEquals(gen.getPoolSize(), 7);
    gen.setMemType(MemType.SYSTEM);
    assertSame(gen.getMemType(), MemType.SYSTEM);
    gen.setGpuId(0);
    assertEquals(gen.getGpuId(), 0);
    gen.setBackend("host");
    assertEquals(gen.getBackend(), "host");
    gen.setAcquireTimeoutNs(5_000_000_000L);
    assertEquals(gen.getAcquireTimeoutNs(), 5_000_000_000L);
    gen.setStarvationWarningNs(1);
    assertEquals(gen.getStarvationWarningNs(), 1);
    assertTrue(gen.getBackends().contains("host"));
    refused(() -> gen.setColor(0x1000000), "color 0x1000000: it must be 0xRRGGBB");
    refused(() -> gen.setFirstId(-1), "first-id -1: it must be 0 to");
    refused(() -> gen.setPoolSize(65537), "pool-size 65537: it must be 0 to 65536");
    refused(() -> gen.setPattern(null), "pattern is null");
    refused(() -> gen.setBackend(null), "backend is null");
  }

  @Test
  public void transformProperties() {
    SavantTransform transform = new SavantTransform("transform");
    for (Flip flip : Flip.values()) {
      transform.setFlip(flip);
      assertSame(transform.getFlip(), flip);
    }
    for (CropSource source : CropSource.values()) {
      transform.setCropSource(source);
      assertSame(transform.getCropSource(), source);
    }
    for (RoiPolicy policy : RoiPolicy.values()) {
      transform.setRoiPolicy(policy);
      assertSame(transform.getRoiPolicy(), policy);
    }
    assertEquals(transform.getThreads(), 1);
    transform.setThreads(0);
    assertEquals(transform.getThreads(), 0);
    transform.setThreads(64);
    assertEquals(transform.getThreads(), 64);
    expectThrows(IllegalArgumentException.class, () -> transform.setThreads(65));
    expectThrows(IllegalArgumentException.class, () -> transform.setThreads(-1));
    transform.setUsePar(false);
    assertFalse(transform.isUsePar());
    assertFalse(transform.isPeerCopy());
    transform.setPeerCopy(true);
    assertTrue(transform.isPeerCopy());
    transform.setCrop(new Rect(1, 2, 3, 4));
    assertEquals(transform.getCrop(), new Rect(1, 2, 3, 4));
    assertEquals(((Number) transform.get("crop-left")).intValue(), 2);
    TransformConfig config =
        new TransformConfig(
            Padding.RIGHT_BOTTOM,
            new DstPadding(1, 2, 3, 4),
            Interpolation.GPU_LANCZOS_VIC_SMART,
            ComputeMode.DEFAULT,
            0x727272,
            Flip.ROTATE_90);
    transform.setConfig(config);
    assertSame(transform.getPadding(), Padding.RIGHT_BOTTOM);
    assertEquals(transform.getDstPadding(), config.dstPadding());
    assertSame(transform.getInterpolation(), config.interpolation());
    assertSame(transform.getComputeMode(), ComputeMode.DEFAULT);
    assertEquals(transform.getPadColor(), 0x727272);
    assertSame(transform.getFlip(), Flip.ROTATE_90);
    refused(() -> transform.setDstPadding(DstPadding.uniform(32768)), "pad-left 32768");
    refused(() -> transform.setCrop(null), "crop is null");
    refused(() -> transform.setConfig(null), "config is null");
  }

  @Test
  public void batchProperties() {
    SavantBatch batch = new SavantBatch("batch");
    batch.setMode(BatchMode.NON_UNIFORM);
    assertSame(batch.getMode(), BatchMode.NON_UNIFORM);
    batch.setNonUniformCaps(NonUniformCaps.FIRST_SOURCE);
    assertSame(batch.getNonUniformCaps(), NonUniformCaps.FIRST_SOURCE);
    assertTrue(batch.getAnalyticsMeta());
    batch.setAnalyticsMeta(false);
    assertFalse(batch.getAnalyticsMeta());
    for (RoiMode mode : RoiMode.values()) {
      batch.setRoiMode(mode);
      assertSame(batch.getRoiMode(), mode);
    }
    for (RoiPolicy policy : RoiPolicy.values()) {
      batch.setRoiPolicy(policy);
      assertSame(batch.getRoiPolicy(), policy);
    }
    batch.setBatchSize(4);
    assertEquals(batch.getBatchSize(), 4);
    batch.setBatchTimeoutNs(-1);
    assertEquals(batch.getBatchTimeoutNs(), -1);
    batch.setStallWarningNs(6_000_000_000L);
    assertEquals(batch.getStallWarningNs(), 6_000_000_000L);
    batch.setThreads(2);
    assertEquals(batch.getThreads(), 2);
    batch.setPadColor(0x010203);
    assertEquals(batch.getPadColor(), 0x010203);
    batch.setDstPadding(new DstPadding(4, 3, 2, 1));
    assertEquals(batch.getDstPadding(), new DstPadding(4, 3, 2, 1));
    for (TimeoutPolicy policy : TimeoutPolicy.values()) {
      batch.setTimeoutPolicy(policy);
      assertSame(batch.getTimeoutPolicy(), policy);
    }
    batch.setBatchTimeoutNs(7);
    assertSame(batch.getTimeoutPolicy(), TimeoutPolicy.FIXED);
    assertEquals(batch.getEffectiveTimeoutNs(), 7);
    for (ForwardQos qos : ForwardQos.values()) {
      batch.setForwardQos(qos);
      assertSame(batch.getForwardQos(), qos);
    }
    for (PadError error : PadError.values()) {
      batch.setOnPadError(error);
      assertSame(batch.getOnPadError(), error);
    }
    batch.setStatsIntervalNs(8_000_000_000L);
    assertEquals(batch.getStatsIntervalNs(), 8_000_000_000L);
    batch.setStarvationWarningNs(9_000_000_000L);
    assertEquals(batch.getStarvationWarningNs(), 9_000_000_000L);
    batch.setThreads(2);
    assertEquals(batch.getThreads(), 2);
    refused(() -> batch.setThreads(65), "n-threads 65: it must be 0 to 64");
    refused(() -> batch.setStatsIntervalNs(-1), "stats-interval -1");
    refused(() -> batch.setTimeoutPolicy(null), "timeout-policy is null");
    refused(() -> batch.setBatchSize(1025), "batch-size 1025: it must be 0 to 1024");
    refused(() -> batch.setBatchTimeoutNs(-2), "batch-timeout -2");
    refused(() -> SavantBatch.getStats(null), "pad is null");
  }

  @Test
  public void padProperties() {
    SavantBatch batch = new SavantBatch("batch");
    SavantBatchPad pad = SavantBatchPad.of(batch.addSource(3));
    assertEquals(pad.getSourceId(), 3);
    pad.setSourceId(0xFFFFFFFFL);
    assertEquals(pad.getSourceId(), 0xFFFFFFFFL);
    pad.setMaxQueued(1000);
    assertEquals(pad.getMaxQueued(), 1000);
    pad.setMaxQueuedBytes(1L << 40);
    assertEquals(pad.getMaxQueuedBytes(), 1L << 40);
    for (Leaky leaky : Leaky.values()) {
      pad.setLeaky(leaky);
      assertSame(pad.getLeaky(), leaky);
    }
    for (Discontinuity discontinuity : Discontinuity.values()) {
      pad.setDiscontinuity(discontinuity);
      assertSame(pad.getDiscontinuity(), discontinuity);
    }
    pad.setDiscontinuityThresholdNs(5_000_000_000L);
    assertEquals(pad.getDiscontinuityThresholdNs(), 5_000_000_000L);
    for (StartTime start : StartTime.values()) {
      pad.setStartTime(start);
      assertSame(pad.getStartTime(), start);
    }
    assertTrue(pad.getStats().isBalanced());
    assertSame(pad.pad(), batch.getStaticPad("sink_3"));
    refused(() -> pad.setMaxQueued(0), "max-queued 0: it must be 1 to 1000");
    refused(() -> pad.setSourceId(-1), "source-id -1: it must be 0 to 4294967295");
    refused(() -> pad.setLeaky(null), "leaky is null");
    refused(() -> SavantBatchPad.of(null), "pad is null");
    refused(() -> SavantBatchPad.of(batch.getStaticPad("src")), "pad src is no sink pad of a");
  }

  /** Every property of every element and of savantbatch's pads has its methods. */
  @Test
  public void nothingIsMissing() {
    Set<String> others =
        Set.of("name", "parent", "qos", "blocksize", "do-timestamp", "num-buffers", "typefind");
    Map<String, String> renamed =
        Map.of(
            "nonuniform-caps", "NonUniformCaps",
            "n-threads", "Threads",
            "video-direction", "Flip",
            "is-live", "Live",
            "discontinuity-threshold", "DiscontinuityThresholdNs");
    SavantBatch batch = new SavantBatch("batch");
    Map<Class<?>, GObject> objects =
        Map.of(
            SavantBatch.class, batch,
            SavantBatchPad.class, batch.addSource(0),
            SavantTransform.class, new SavantTransform("transform"),
            SavantBufGen.class, new SavantBufGen("gen"),
            SavantUnbatch.class, new SavantUnbatch("unbatch"));
    objects.forEach(
        (type, object) -> {
          Set<String> methods =
              Arrays.stream(type.getMethods()).map(Method::getName).collect(Collectors.toSet());
          for (String property : object.listPropertyNames()) {
            if (others.contains(property)
                || property.matches(
                    "(pad|crop)-(left|top|right|bottom|width|height)|direction|template|caps|offset|emit-signals")) {
              continue;
            }
            String name = renamed.getOrDefault(property, camel(property));
            assertTrue(
                Stream.of("get" + name, "get" + name + "Ns", "is" + name)
                    .anyMatch(methods::contains),
                type.getSimpleName() + " has nothing for " + property);
          }
        });
  }

  private static String camel(String property) {
    return Arrays.stream(property.split("-"))
        .map(word -> Character.toUpperCase(word.charAt(0)) + word.substring(1))
        .collect(Collectors.joining());
  }

  @Test
  public void countsAreTyped() {
    try (TestPipeline pipeline =
            new TestPipeline(
                "savantbufgen name=gen num-buffers=12 ! video/x-raw,width=64,height=64"
                    + " ! savanttransform name=t ! video/x-raw,width=32,height=32");
        BatchPuller puller = new BatchPuller(pipeline.sink())) {
      pipeline.play();
      while (puller.pull(-1) == PullResult.BATCH) {
        puller.release();
      }
      SavantBufGen gen = (SavantBufGen) pipeline.pipeline().getElementByName("gen");
      SavantTransform transform = (SavantTransform) pipeline.pipeline().getElementByName("t");
      FlowStats stats = transform.getStats();
      assertEquals(stats.in(), 12);
      assertEquals(stats.out(), 12);
      assertEquals(stats.held(), 0);
      assertEquals(stats.droppedTotal(), 0);
      assertTrue(stats.isBalanced());
      assertEquals(stats.dropped().get("late"), Long.valueOf(0));
      assertEquals(gen.getStats().out(), 12);
      assertEquals(gen.getStats().others().get("starvations"), Long.valueOf(0));
    }
  }

  /** The second pad that wants a source id does not get it; both are named. */
  @Test
  public void duplicateSourceIdsAreRefused() throws InterruptedException {
    try (TestPipeline pipeline = new TestPipeline("savantbatch name=b")) {
      BlockingQueue<String> warnings = new LinkedBlockingQueue<>();
      Bus.WARNING onWarning = (from, code, message) -> warnings.add(message);
      pipeline.pipeline().getBus().connect(onWarning);
      Element batch = pipeline.pipeline().getElementByName("b");
      Pad first = batch.getRequestPad("sink_0");
      Pad second = batch.getRequestPad("sink_1");
      first.set("source-id", 7);
      second.set("source-id", 7);
      assertEquals(((Number) first.get("source-id")).intValue(), 7);
      assertEquals(((Number) second.get("source-id")).intValue(), 1);
      assertEquals(
          warnings.poll(20, TimeUnit.SECONDS),
          "source-id 7 of pad sink_1 is refused: pad sink_0 has it");
      pipeline.pipeline().getBus().disconnect(onWarning);
    }
  }

  /** The counts of the pads lie inside those of the element, which frees them. */
  @Test
  public void countsInsideCountsAreFreedOnce() throws InterruptedException {
    SavantBatch batch = new SavantBatch("batch");
    for (int i = 0; i < 300; i++) {
      assertTrue(batch.getStats().isBalanced());
      if (i % 100 == 0) {
        System.gc();
        Thread.sleep(20);
      }
    }
    assertFalse(batch.getStats().others().containsKey("pads"));
  }

  @Test
  public void countsNeedTheirFields() {
    try (Structure structure = Structure.fromString("s, in=(guint64)1, out=(guint64)1")) {
      refused(() -> FlowStats.of(structure), "has no number \"held\"");
    }
    refused(() -> FlowStats.of(null), "structure is null");
  }

  /** Two sources of different size; every frame is in its slot with its own numbers. */
  @Test
  public void batchesOfTwoSources() {
    String source =
        " savantbufgen pattern=counter num-buffers=10 first-id=%d "
            + "! video/x-raw(memory:NVMM),format=NV12,width=%d,height=240,framerate=10/1 ! b.sink_%d";
    try (TestPipeline pipeline =
            new TestPipeline(
                String.format(source, 1000, 320, 3)
                    + String.format(source, 2000, 480, 5)
                    + " savantbatch name=b pad-color=0x727272"
                    + " ! video/x-raw(memory:NVMM),format=RGBA,width=200,height=200");
        BatchPuller puller = new BatchPuller(pipeline.sink())) {
      long started = System.nanoTime();
      pipeline.play();
      BatchView view = puller.view();
      for (int n = 0; n < 10; n++) {
        assertSame(puller.pull(-1), PullResult.BATCH, pipeline.error());
        assertEquals(view.sequence(), n);
        assertEquals(view.size(), 2);
        assertSame(view.reason(), BatchReason.FULL);
        for (int slot = 0; slot < 2; slot++) {
          int first = view.sourceId(slot) == 3 ? 1000 : 2000;
          assertEquals(view.padIndex(slot), first == 1000 ? 3 : 5);
          assertEquals(view.id(slot), first + n);
          assertTrue(view.arrivalNs(slot) >= started, view.arrivalNs(slot) + " < " + started);
          assertTrue(view.arrivalNs(slot) <= view.takenAtNs());
          assertEquals(view.readCounter(slot), first + n);
          assertEquals(view.ptsNs(slot), n * 100_000_000L);
          assertEquals(view.sourceWidth(slot), first == 1000 ? 320 : 480);
          assertEquals(
              view.destinationRect(slot),
              first == 1000 ? new Rect(25, 0, 200, 150) : new Rect(50, 0, 200, 100));
          assertEquals(view.get(slot, 0, 0, 0), 0x72);
        }
        assertTrue(view.sourceId(0) != view.sourceId(1));
      }
      assertSame(puller.pull(-1), PullResult.EOS);
      SavantBatch batch = (SavantBatch) pipeline.pipeline().getElementByName("b");
      assertEquals(batch.getStats().in(), 20);
      assertEquals(batch.getStats().out(), 20);
      assertEquals(SavantBatch.getStats(batch.getStaticPad("sink_5")).out(), 10);
    }
  }

  /** A source that never has a frame and one without an end: both are ended from outside. */
  @Test
  public void streamsAreEndedFromOutside() throws InterruptedException {
    try (TestPipeline pipeline =
            new TestPipeline(
                "savantbufgen ! video/x-raw,width=16,height=16,framerate=100/1 ! b.sink_0"
                    + " appsrc ! b.sink_1 savantbatch name=b");
        BatchPuller puller = new BatchPuller(pipeline.sink())) {
      SavantBatch batch = (SavantBatch) pipeline.pipeline().getElementByName("b");
      refused(() -> batch.endStream("sink_2"), "b has no pad sink_2: request it first");
      refused(() -> batch.endStream((String) null), "pad name is null");
      refused(() -> batch.endStream((Pad) null), "pad is null");
      refused(() -> batch.endStream("src"), "pad src is no sink pad of b");
      refused(
          () -> new SavantBatch("other").endStream(batch.getStaticPad("sink_0")),
          "pad sink_0 is no sink pad of other");
      pipeline.play();
      batch.endStream("sink_1");
      assertSame(puller.pull(-1), PullResult.BATCH, pipeline.error());
      assertSame(puller.view().reason(), BatchReason.EOS);
      puller.release();
      batch.endStream(batch.getStaticPad("sink_0"));
      batch.endStream("sink_0");
      while (puller.pull(-1) == PullResult.BATCH) {
        puller.release();
      }
      assertNull(pipeline.error());
      FlowStats stats = batch.getStats();
      // The source that waited for room is told so a little later.
      for (int i = 0; i < 10_000 && stats.held() > 0; i++) {
        Thread.sleep(1);
        stats = batch.getStats();
      }
      assertTrue(stats.isBalanced());
      assertEquals(stats.held(), 0);
      assertEquals(stats.droppedTotal(), stats.dropped().get("released").longValue());
    }
  }

  private static void refused(Runnable call, String part) {
    IllegalArgumentException e = expectThrows(IllegalArgumentException.class, call::run);
    assertTrue(e.getMessage().contains(part), e.getMessage());
  }
}
