/* SPDX-License-Identifier: Apache-2.0 */
package org.savantgst.batch;

import static org.testng.Assert.assertEquals;
import static org.testng.Assert.assertFalse;
import static org.testng.Assert.assertNotEquals;
import static org.testng.Assert.assertSame;
import static org.testng.Assert.assertTrue;
import static org.testng.Assert.expectThrows;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.freedesktop.gstreamer.elements.AppSink;
import org.savantgst.SavantException;
import org.savantgst.TestPipeline;
import org.savantgst.meta.SavantId;
import org.savantgst.meta.TransformMeta;
import org.savantgst.surface.MemType;
import org.savantgst.surface.Rect;
import org.savantgst.surface.SharedBuffer;
import org.savantgst.surface.VideoFormat;
import org.testng.annotations.DataProvider;
import org.testng.annotations.Test;

/** Batches and frames as Java gets them. */
public class BatchPullerTest {
  private static final String LETTERBOX =
      "savantbufgen pattern=counter num-buffers=%d first-id=100 "
          + "! %s,format=NV12,width=320,height=240,framerate=25/1 "
          + "! savanttransform pad-color=0x727272 "
          + "! %s,format=%s,width=200,height=200";

  private static TestPipeline letterbox(int frames, boolean nvmm, String format) {
    String kind = nvmm ? "video/x-raw(memory:NVMM)" : "video/x-raw";
    return new TestPipeline(String.format(LETTERBOX, frames, kind, kind, format));
  }

  @DataProvider
  public Object[][] memories() {
    return new Object[][] {{true}, {false}};
  }

  @Test(dataProvider = "memories")
  public void everyFrameInOrderThenEndOfStream(boolean nvmm) {
    try (TestPipeline pipeline = letterbox(20, nvmm, "RGBA");
        BatchPuller puller = new BatchPuller(pipeline.sink())) {
      pipeline.play();
      BatchView view = puller.view();
      for (int n = 0; n < 20; n++) {
        assertSame(puller.pull(-1), PullResult.BATCH);
        assertEquals(view.size(), 1);
        assertEquals(view.sequence(), n);
        assertEquals(view.isSurface(), nvmm);
        assertSame(view.reason(), BatchReason.NONE);
        assertEquals(view.waitingTimeNs(), -1);
        assertEquals(view.id(0), 100 + n);
        assertEquals(view.idCount(0), 1);
        assertEquals(view.sourceId(0), -1);
        assertEquals(view.padIndex(0), -1);
        assertEquals(view.ptsNs(0), n * 40_000_000L);
        assertEquals(view.durationNs(0), 40_000_000L);
        assertEquals(view.runningTimeNs(0), n * 40_000_000L);
        assertEquals(view.ptsNs(), view.ptsNs(0));
        assertEquals(view.durationNs(), 40_000_000L);
        assertEquals(view.runningTimeNs(), view.ptsNs());
        assertEquals(view.readCounter(0), 100 + n);
        assertSame(view.format(0), VideoFormat.RGBA);
        assertSame(view.memType(0), MemType.SYSTEM);
        assertTrue(Math.abs(System.nanoTime() - view.takenAtNs()) < 60_000_000_000L);
      }
      assertSame(puller.pull(-1), PullResult.EOS);
      assertSame(puller.pull(-1), PullResult.EOS);
      assertEquals(pipeline.error(), null);
    }
  }

  @Test(dataProvider = "memories")
  public void geometryIsThatOfTheMeta(boolean nvmm) {
    try (TestPipeline pipeline = letterbox(1, nvmm, "RGBA");
        BatchPuller puller = new BatchPuller(pipeline.sink())) {
      pipeline.play();
      assertSame(puller.pull(-1), PullResult.BATCH);
      BatchView view = puller.view();
      assertTrue(view.hasGeometry(0));
      assertEquals(view.sourceRect(0), new Rect(0, 0, 320, 240));
      assertEquals(view.destinationRect(0), new Rect(25, 0, 200, 150));
      assertEquals(view.destinationTop(0), 25);
      assertEquals(view.destinationLeft(0), 0);
      assertEquals(view.destinationWidth(0), 200);
      assertEquals(view.destinationHeight(0), 150);
      assertEquals(view.sourceLeft(0), 0);
      assertEquals(view.sourceTop(0), 0);
      assertEquals(view.sourceRectWidth(0), 320);
      assertEquals(view.sourceRectHeight(0), 240);
      assertEquals(view.sourceWidth(0), 320);
      assertEquals(view.sourceHeight(0), 240);
      double[] point = new double[2];
      view.toSource(0, 100, 100, point);
      assertEquals(point, new double[] {160, 120}, 1e-9);
      view.toNetwork(0, 160, 120, point);
      assertEquals(point, new double[] {100, 100}, 1e-9);
      double[] box = {50, 50, 20, 10};
      view.boxToSource(0, box);
      assertEquals(box, new double[] {80, 40, 32, 16}, 1e-9);
      view.boxToNetwork(0, box);
      assertEquals(box, new double[] {50, 50, 20, 10}, 1e-9);
      try (SharedBuffer buffer = view.sharedBuffer()) {
        TransformMeta meta = TransformMeta.get(buffer, 0).orElseThrow();
        assertEquals(meta.source(), view.sourceRect(0));
        assertEquals(meta.destination(), view.destinationRect(0));
        assertEquals(meta.toSource(100, 100), new double[] {160, 120}, 1e-9);
        assertEquals(meta.toNetwork(160, 120), new double[] {100, 100}, 1e-9);
        assertEquals(meta.boxToSource(50, 50, 20, 10), new double[] {80, 40, 32, 16}, 1e-9);
        assertEquals(meta.boxToNetwork(80, 40, 32, 16), new double[] {50, 50, 20, 10}, 1e-9);
        assertTrue(TransformMeta.get(buffer, 1).isEmpty());
      }
      // A bar, and the colour that it was asked for.
      for (int c = 0; c < 4; c++) {
        assertEquals(view.get(0, 10, 5, c), c == 3 ? 255 : 0x72);
      }
    }
  }

  @Test
  public void pictureWithoutGeometryIsItsOwnSource() {
    try (TestPipeline pipeline =
            new TestPipeline(
                "videotestsrc num-buffers=1 ! video/x-raw,format=I420,width=35,height=17");
        BatchPuller puller = new BatchPuller(pipeline.sink())) {
      pipeline.play();
      assertSame(puller.pull(-1), PullResult.BATCH);
      BatchView view = puller.view();
      assertFalse(view.hasGeometry(0));
      assertEquals(view.id(0), -1);
      assertEquals(view.idCount(0), 0);
      assertEquals(view.sourceRect(0), new Rect(0, 0, 35, 17));
      assertEquals(view.destinationRect(0), view.sourceRect(0));
      double[] point = new double[2];
      view.toSource(0, 3.5, 2.25, point);
      assertEquals(point, new double[] {3.5, 2.25});
    }
  }

  @DataProvider
  public Object[][] formats() {
    Object[][] rows = new Object[VideoFormat.values().length * 2][];
    for (int i = 0; i < rows.length; i++) {
      rows[i] = new Object[] {VideoFormat.values()[i / 2], i % 2 == 0};
    }
    return rows;
  }

  @Test(dataProvider = "formats")
  public void copiesAndPixelsAgree(VideoFormat format, boolean nvmm) {
    String caps =
        (nvmm ? "video/x-raw(memory:NVMM)" : "video/x-raw")
            + ",width=67,height=35,format="
            + format.canonicalName();
    try (TestPipeline pipeline =
            new TestPipeline("savantbufgen pattern=gradient num-buffers=1 ! " + caps);
        BatchPuller puller = new BatchPuller(pipeline.sink())) {
      pipeline.play();
      assertSame(puller.pull(-1), PullResult.BATCH);
      BatchView view = puller.view();
      assertSame(view.format(0), format);
      assertEquals(view.planes(0), format.planes());
      byte[] bytes = new byte[view.byteSize(0)];
      view.copyTo(0, bytes);
      byte[] shifted = new byte[bytes.length + 5];
      view.copyTo(0, shifted, 3);
      ByteBuffer direct = ByteBuffer.allocateDirect(bytes.length + 7).position(4);
      view.copyTo(0, direct);
      assertEquals(direct.position(), 4 + bytes.length);
      ByteBuffer heap = ByteBuffer.allocate(bytes.length + 9);
      ByteBuffer slice = heap.slice(2, bytes.length + 4).position(1);
      view.copyTo(0, slice);
      for (int i = 0; i < bytes.length; i++) {
        assertEquals(shifted[3 + i], bytes[i]);
        assertEquals(direct.get(4 + i), bytes[i]);
        assertEquals(heap.get(3 + i), bytes[i]);
      }
      assertEquals(direct.get(3), 0);
      assertEquals(direct.get(4 + bytes.length), 0);
      int at = 0;
      for (int plane = 0; plane < view.planes(0); plane++) {
        ByteBuffer raw = view.unsafeBuffer(0, plane);
        assertTrue(raw.isReadOnly());
        assertSame(raw.order(), ByteOrder.nativeOrder());
        for (int y = 0; y < view.rows(0, plane); y++) {
          for (int x = 0; x < view.rowBytes(0, plane); x++) {
            assertEquals(raw.get(y * view.pitch(0, plane) + x), bytes[at++]);
          }
        }
      }
      assertEquals(at, bytes.length);
      checkComponents(view, format, bytes);
    }
  }

  /** The corners and the middle, component by component, from the packed copy. */
  private static void checkComponents(BatchView view, VideoFormat format, byte[] bytes) {
    int w = 67;
    int h = 35;
    int cw = (w + 1) / 2;
    int[][] pixels = {{0, 0}, {w - 1, 0}, {0, h - 1}, {w - 1, h - 1}, {w / 2, h / 2}};
    for (int[] p : pixels) {
      int x = p[0];
      int y = p[1];
      int chroma = y / 2 * cw + x / 2;
      int n = format.channels();
      int[] at =
          switch (format) {
            case NV12 -> new int[] {y * w + x, w * h + 2 * chroma, w * h + 2 * chroma + 1};
            case NV21 -> new int[] {y * w + x, w * h + 2 * chroma + 1, w * h + 2 * chroma};
            case I420 -> new int[] {y * w + x, w * h + chroma, w * h + cw * ((h + 1) / 2) + chroma};
            case UYVY ->
                new int[] {
                  y * 4 * cw + 2 * x + 1, y * 4 * cw + x / 2 * 4, y * 4 * cw + x / 2 * 4 + 2
                };
            case GRAY8 -> new int[] {y * w + x};
            case RGB, BGR -> new int[] {(y * w + x) * n, (y * w + x) * n + 1, (y * w + x) * n + 2};
            default ->
                new int[] {
                  (y * w + x) * n, (y * w + x) * n + 1, (y * w + x) * n + 2, (y * w + x) * n + 3
                };
          };
      for (int c = 0; c < at.length; c++) {
        assertEquals(view.get(0, x, y, c), bytes[at[c]] & 0xFF, format + " " + c);
      }
      int beyond = at.length;
      assertTrue(
          expectThrows(IllegalArgumentException.class, () -> view.get(0, x, y, beyond))
              .getMessage()
              .contains("component " + beyond));
    }
  }

  @Test
  public void badArgumentsSayWhatIsAllowed() {
    try (TestPipeline pipeline = letterbox(1, true, "RGBA");
        BatchPuller puller = new BatchPuller(pipeline.sink())) {
      pipeline.play();
      assertSame(puller.pull(-1), PullResult.BATCH);
      BatchView view = puller.view();
      refused(() -> view.id(1), "slot 1 of a batch of 1");
      refused(() -> view.id(-1), "slot -1 of a batch of 1");
      refused(() -> view.get(0, 200, 0, 0), "pixel (200, 0) of a picture of 200x200");
      refused(() -> view.get(0, 0, -1, 0), "pixel (0, -1)");
      refused(() -> view.pitch(0, 1), "plane 1 of a picture of 1");
      refused(() -> view.copyTo(0, new byte[159_999]), "160000 bytes are needed");
      refused(() -> view.copyTo(0, new byte[160_000], 1), "160000 bytes are needed");
      refused(() -> view.copyTo(0, (byte[]) null), "data is null");
      refused(() -> view.copyTo(0, (ByteBuffer) null), "data is null");
      refused(() -> view.copyTo(0, ByteBuffer.allocateDirect(5)), "5 bytes remain");
      refused(
          () -> view.copyTo(0, ByteBuffer.allocateDirect(160_000).asReadOnlyBuffer()),
          "data is read-only");
      refused(() -> view.toSource(0, 0, 0, new double[1]), "out has 1 numbers");
      refused(() -> view.boxToSource(0, null), "box is null");
      refused(() -> new BatchPuller(null), "sink is null");
    }
  }

  private static void refused(Runnable call, String part) {
    IllegalArgumentException e = expectThrows(IllegalArgumentException.class, call::run);
    assertTrue(e.getMessage().contains(part), e.getMessage());
  }

  @Test
  public void nothingWorksAfterTheBatch() {
    try (TestPipeline pipeline = letterbox(3, true, "RGBA");
        BatchPuller puller = new BatchPuller(pipeline.sink())) {
      BatchView view = puller.view();
      over(view);
      pipeline.play();
      assertSame(puller.pull(-1), PullResult.BATCH);
      assertEquals(view.toString(), "BatchView[sequence=0, size=1]");
      puller.release();
      over(view);
      puller.release();
      assertSame(puller.pull(-1), PullResult.BATCH);
      assertEquals(view.id(0), 101);
      puller.close();
      over(view);
      puller.close();
      assertSame(puller.pull(-1), PullResult.STOPPED);
    }
  }

  private static void over(BatchView view) {
    Runnable[] calls = {
      view::size,
      view::sequence,
      () -> view.id(0),
      () -> view.get(0, 0, 0, 0),
      () -> view.copyTo(0, new byte[200 * 200 * 4]),
      () -> view.copyTo(0, ByteBuffer.allocateDirect(200 * 200 * 4)),
      () -> view.unsafeBuffer(0),
      () -> view.readCounter(0),
      () -> view.toSource(0, 0, 0, new double[2]),
      view::sharedBuffer
    };
    for (Runnable call : calls) {
      IllegalStateException e = expectThrows(IllegalStateException.class, call::run);
      assertTrue(e.getMessage().contains("until the next pull"), e.getMessage());
    }
    assertEquals(view.toString(), "BatchView[over]");
  }

  @Test
  public void timeoutsAreKept() {
    try (TestPipeline pipeline = letterbox(1, true, "RGBA");
        BatchPuller puller = new BatchPuller(pipeline.sink())) {
      assertSame(puller.pull(0), PullResult.TIMEOUT);
      long start = System.nanoTime();
      assertSame(puller.pull(30_000_000), PullResult.TIMEOUT);
      assertTrue(System.nanoTime() - start >= 30_000_000);
      pipeline.play();
      assertSame(puller.pull(Long.MAX_VALUE), PullResult.BATCH);
    }
  }

  @Test(timeOut = 60_000)
  public void stopAndCloseWakeAnotherThread() throws Exception {
    ExecutorService executor = Executors.newSingleThreadExecutor();
    try (TestPipeline pipeline = letterbox(1, true, "RGBA")) {
      BatchPuller stopped = new BatchPuller(pipeline.sink());
      Future<PullResult> first = executor.submit(() -> stopped.pull(-1));
      assertFalse(isDoneWithin(first, 50));
      stopped.stop();
      assertSame(first.get(), PullResult.STOPPED);
      assertSame(stopped.pull(-1), PullResult.STOPPED);
      stopped.close();

      BatchPuller closed = new BatchPuller(pipeline.sink());
      Future<PullResult> second = executor.submit(() -> closed.pull(-1));
      assertFalse(isDoneWithin(second, 50));
      closed.close();
      assertSame(second.get(), PullResult.STOPPED);

      BatchPuller busy = new BatchPuller(pipeline.sink());
      Future<PullResult> third = executor.submit(() -> busy.pull(-1));
      assertFalse(isDoneWithin(third, 50));
      assertEquals(
          expectThrows(IllegalStateException.class, () -> busy.pull(0)).getMessage(),
          "another thread is pulling");
      busy.close();
      assertSame(third.get(), PullResult.STOPPED);
    } finally {
      executor.shutdownNow();
    }
  }

  private static boolean isDoneWithin(Future<?> future, long ms) throws InterruptedException {
    TimeUnit.MILLISECONDS.sleep(ms);
    return future.isDone();
  }

  @Test(timeOut = 60_000)
  public void viewStaysValidWhenAnotherThreadCloses() throws Exception {
    ExecutorService executor = Executors.newSingleThreadExecutor();
    try (TestPipeline pipeline = letterbox(3, true, "RGBA")) {
      BatchPuller puller = new BatchPuller(pipeline.sink());
      pipeline.play();
      assertSame(puller.pull(-1), PullResult.BATCH);
      executor.submit(puller::close).get();
      assertEquals(puller.view().readCounter(0), 100);
      assertSame(puller.pull(-1), PullResult.STOPPED);
      over(puller.view());
    } finally {
      executor.shutdownNow();
    }
  }

  @Test
  public void sharedBufferOutlivesBatchPullerAndPipeline() {
    SharedBuffer kept;
    try (TestPipeline pipeline = letterbox(1, true, "RGBA");
        BatchPuller puller = new BatchPuller(pipeline.sink())) {
      pipeline.play();
      assertSame(puller.pull(-1), PullResult.BATCH);
      kept = puller.view().sharedBuffer();
    }
    assertEquals(kept.ids().get(0), SavantId.frame(100));
    kept.close();
  }

  @Test
  public void unreadableFormatIsAnErrorAndThePullerGoesOn() {
    try (TestPipeline pipeline =
            new TestPipeline("videotestsrc num-buffers=2 ! video/x-raw,format=AYUV64");
        BatchPuller puller = new BatchPuller(pipeline.sink())) {
      pipeline.play();
      for (int i = 0; i < 2; i++) {
        SavantException e = expectThrows(SavantException.class, () -> puller.pull(-1));
        assertTrue(e.getMessage().contains("AYUV64"), e.getMessage());
        assertTrue(e.code() < 0);
        expectThrows(IllegalStateException.class, () -> puller.view().size());
      }
      assertSame(puller.pull(-1), PullResult.EOS);
    }
  }

  /** 100 000 would only take longer. */
  @Test
  public void pullingAllocatesNothing() {
    com.sun.management.ThreadMXBean threads =
        (com.sun.management.ThreadMXBean) java.lang.management.ManagementFactory.getThreadMXBean();
    int warmUp = 20_000;
    int counted = 20_000;
    try (TestPipeline pipeline =
            new TestPipeline(
                "savantbufgen pattern=none ! video/x-raw(memory:NVMM),format=RGBA,width=32,height=32");
        BatchPuller puller = new BatchPuller(pipeline.sink())) {
      pipeline.sink().set("max-buffers", 4);
      pipeline.play();
      byte[] bytes = new byte[32 * 32 * 4];
      ByteBuffer direct = ByteBuffer.allocateDirect(bytes.length);
      double[] box = new double[4];
      long sum = pullMany(puller, warmUp, bytes, direct, box);
      long thread = Thread.currentThread().getId();
      long before = threads.getThreadAllocatedBytes(thread);
      sum += pullMany(puller, counted, bytes, direct, box);
      long allocated = threads.getThreadAllocatedBytes(thread) - before;
      assertEquals(sum, LongStream.range(0, warmUp + counted).sum());
      assertTrue(allocated < counted, allocated + " bytes for " + counted + " batches");
    }
  }

  private static long pullMany(
      BatchPuller puller, int count, byte[] bytes, ByteBuffer direct, double[] box) {
    BatchView view = puller.view();
    long sum = 0;
    for (int i = 0; i < count; i++) {
      if (puller.pull(-1) != PullResult.BATCH) {
        throw new AssertionError("pull " + i + " gave nothing");
      }
      for (int slot = 0; slot < view.size(); slot++) {
        sum += view.id(slot);
        view.copyTo(slot, bytes);
        direct.clear();
        view.copyTo(slot, direct);
        box[2] = view.get(slot, 3, 4, 1);
        view.boxToSource(slot, box);
        if (view.width(slot) != 32 || view.format(slot) != VideoFormat.RGBA) {
          throw new AssertionError("wrong picture");
        }
      }
    }
    return sum;
  }

  @Test
  public void framesAndWrapperOfOneSinkAreIndependent() {
    try (TestPipeline pipeline = letterbox(2, false, "GRAY8")) {
      AppSink sink = pipeline.sink();
      try (BatchPuller first = new BatchPuller(sink)) {
        pipeline.play();
        assertSame(first.pull(-1), PullResult.BATCH);
      }
      try (BatchPuller second = new BatchPuller(sink)) {
        assertSame(second.pull(-1), PullResult.BATCH);
        assertEquals(second.view().id(0), 101);
        assertNotEquals(second.view().byteSize(0), 0);
        assertSame(second.pull(-1), PullResult.EOS);
      }
    }
  }
}
