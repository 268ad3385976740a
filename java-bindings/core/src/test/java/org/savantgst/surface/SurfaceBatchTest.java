/* SPDX-License-Identifier: Apache-2.0 */
package org.savantgst.surface;

import static org.testng.Assert.assertEquals;
import static org.testng.Assert.assertFalse;
import static org.testng.Assert.assertSame;
import static org.testng.Assert.assertTrue;
import static org.testng.Assert.expectThrows;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.freedesktop.gstreamer.Buffer;
import org.freedesktop.gstreamer.Caps;
import org.freedesktop.gstreamer.FlowReturn;
import org.freedesktop.gstreamer.elements.AppSrc;
import org.savantgst.PoolExhaustedException;
import org.savantgst.SavantException;
import org.savantgst.TestPipeline;
import org.savantgst.batch.BatchPuller;
import org.savantgst.batch.PullResult;
import org.savantgst.meta.SavantId;
import org.savantgst.meta.TransformMeta;
import org.testng.annotations.Test;

/** Rows "UniformBatchGenerator", ".acquire_batch", "SurfaceBatch" and ".finalize()". */
public class SurfaceBatchTest {
  private static final TransformConfig DEFAULTS = TransformConfig.defaults();

  private static UniformBatchGenerator generator(VideoFormat f, int w, int h, int slots) {
    return UniformBatchGenerator.builder(f, w, h, slots).build();
  }

  private static void assertHas(Throwable e, String part) {
    assertTrue(e.getMessage().contains(part), e.getMessage());
  }

  /** A buffer of one colour. */
  private static SharedBuffer frame(BufferGenerator g, int value) {
    SharedBuffer frame = g.acquire();
    try (SurfaceView view = SurfaceView.of(frame)) {
      view.fill(value, value, value, 255);
    }
    return frame;
  }

  private static int firstByte(SharedBuffer buffer, int slot) {
    try (SurfaceView view = SurfaceView.of(buffer, slot, 0)) {
      return view.download().get(0) & 0xff;
    }
  }

  @Test
  public void defaultsAndAccessors() {
    try (UniformBatchGenerator g = UniformBatchGenerator.builder("RGBA", 64, 32, 3).build()) {
      assertSame(g.format(), VideoFormat.RGBA);
      assertEquals(g.width(), 64);
      assertEquals(g.height(), 32);
      assertEquals(g.maxBatchSize(), 3);
      assertEquals(g.poolSize(), 2);
      assertEquals(g.gpuId(), 0);
      assertEquals(g.fpsNum(), 30);
      assertEquals(g.fpsDen(), 1);
      assertSame(g.memType(), MemType.SYSTEM);
      assertEquals(
          g.nvmmCaps(),
          "video/x-raw(memory:NVMM), format=(string)RGBA, width=(int)64, height=(int)32,"
              + " framerate=(fraction)30/1, batch-size=(int)3, num-surfaces-per-frame=(int)1");
      assertEquals(Caps.fromString(g.nvmmCaps()).toString(), g.nvmmCaps());
      assertTrue(g.rawCaps().startsWith("video/x-raw, format=(string)RGBA"));
    }
    for (int slots : new int[] {0, -1, 1025}) {
      assertHas(
          expectThrows(
              IllegalArgumentException.class, () -> generator(VideoFormat.RGBA, 16, 16, slots)),
          "1 to 1024");
    }
    expectThrows(IllegalArgumentException.class, () -> generator(null, 16, 16, 1));
    expectThrows(
        IllegalArgumentException.class,
        () -> UniformBatchGenerator.builder((String) null, 16, 16, 1));
    expectThrows(
        SavantException.class,
        () ->
            UniformBatchGenerator.builder("RGBA", 16, 16, 1).memType(MemType.CUDA_DEVICE).build());
  }

  @Test
  public void slotsByTransformUploadMemsetAndView() {
    List<SavantId> ids = List.of(SavantId.frame(3), SavantId.batch(9), SavantId.frame(1));
    try (BufferGenerator frames = BufferGenerator.builder("RGBA", 128, 64).build();
        UniformBatchGenerator g = generator(VideoFormat.RGBA, 64, 64, 8);
        SurfaceBatch batch = g.acquireBatch(DEFAULTS.withPadColor(0x102030), ids)) {
      assertEquals(batch.maxBatchSize(), 8);
      assertEquals(batch.numFilled(), 0);
      assertFalse(batch.isFinalized());
      assertTrue(batch.filledSlots().isEmpty());
      assertHas(expectThrows(IllegalStateException.class, batch::sharedBuffer), "not finalized");
      try (SharedBuffer source = frame(frames, 200)) {
        batch.transformSlot(0, source);
        batch.transformSlot(1, source, 0, new Rect(0, 0, 64, 64));
      }
      byte[] bytes = new byte[64 * 64 * 4];
      Arrays.fill(bytes, (byte) 40);
      batch.uploadSlot(2, bytes);
      ByteBuffer direct = ByteBuffer.allocateDirect(bytes.length + 3).position(3);
      direct.put(3, (byte) 41);
      batch.uploadSlot(3, direct);
      assertEquals(direct.position(), 3);
      batch.memsetSlot(4, 255);
      try (SurfaceView view = batch.view(6)) {
        assertEquals(view.slotIndex(), 6);
        view.memset(66);
        assertFalse(batch.filledSlots().get(6));
        batch.markFilled(6);
        batch.finalizeBatch();
        assertEquals(batch.sharedBuffer().strongCount(), 3);
      }
      assertTrue(batch.isFinalized());
      assertEquals(batch.numFilled(), 7);
      BitSet filled = new BitSet();
      filled.set(0, 5);
      filled.set(6);
      assertEquals(batch.filledSlots(), filled);
      SharedBuffer buffer = batch.sharedBuffer();
      assertSame(batch.sharedBuffer(), buffer);
      assertEquals(buffer.strongCount(), 2);
      assertEquals(buffer.ids(), ids);
      SurfaceInfo info = Surfaces.info(buffer, 6);
      assertEquals(info.numFilled(), 7);
      assertEquals(info.batchSize(), 8);
      assertEquals(
          TransformMeta.get(buffer, 0).orElseThrow().destination(), new Rect(16, 0, 64, 32));
      assertEquals(TransformMeta.get(buffer, 1).orElseThrow().source(), new Rect(0, 0, 64, 64));
      assertEquals(
          TransformMeta.get(buffer, 4).orElseThrow().destination(), new Rect(0, 0, 64, 64));
      try (SurfaceView view = batch.view(0)) {
        ByteBuffer picture = view.download();
        assertEquals(picture.getInt(0), 0x102030ff);
        assertEquals(picture.getInt(20 * 64 * 4), 0xc8c8c8ff);
      }
      assertEquals(firstByte(buffer, 1), 200);
      assertEquals(firstByte(buffer, 2), 40);
      assertEquals(firstByte(buffer, 3), 41);
      assertEquals(firstByte(buffer, 4), 255);
      // The hole has the pad colour, no stale pixels.
      try (SurfaceView view = batch.view(5)) {
        ByteBuffer picture = view.download();
        while (picture.hasRemaining()) {
          assertEquals(picture.getInt(), 0x102030ff);
        }
      }
      assertEquals(firstByte(buffer, 6), 66);
      expectThrows(IllegalArgumentException.class, () -> batch.view(7));
      batch.close();
      assertEquals(buffer.strongCount(), 1);
      assertEquals(firstByte(buffer, 6), 66);
      buffer.close();
    }
  }

  @Test
  public void writersAfterFinalizeAndClose() {
    try (BufferGenerator frames = BufferGenerator.builder("RGBA", 16, 16).build();
        UniformBatchGenerator g = generator(VideoFormat.RGBA, 16, 16, 2);
        SharedBuffer source = frames.acquire();
        SurfaceView view = SurfaceView.of(source)) {
      SurfaceBatch batch = g.acquireBatch(DEFAULTS);
      batch.finalizeBatch();
      assertEquals(batch.numFilled(), 0);
      List<Runnable> writers =
          List.of(
              () -> batch.transformSlot(0, source),
              () -> batch.transformSlot(0, source, 0, null),
              () -> batch.transformSlot(0, view, null),
              () -> batch.transformSlots(new int[0], new SharedBuffer[0], null, null),
              () -> batch.uploadSlot(0, new byte[16 * 16 * 4]),
              () -> batch.uploadSlot(0, ByteBuffer.allocate(16 * 16 * 4)),
              () -> batch.memsetSlot(0, 0),
              () -> batch.markFilled(0),
              batch::finalizeBatch);
      for (Runnable writer : writers) {
        assertHas(expectThrows(IllegalStateException.class, writer::run), "finalized");
      }
      batch.close();
      batch.close();
      List<Runnable> all = new ArrayList<>(writers);
      all.addAll(
          List.of(
              batch::numFilled,
              batch::isFinalized,
              batch::maxBatchSize,
              batch::filledSlots,
              batch::sharedBuffer,
              () -> batch.view(0),
              () -> batch.planes(0)));
      for (Runnable call : all) {
        assertHas(expectThrows(IllegalStateException.class, call::run), "closed");
      }
      assertHas(new Exception(batch.toString()), "closed");
    }
  }

  @Test
  public void badArguments() {
    try (BufferGenerator frames = BufferGenerator.builder("RGBA", 16, 16).build();
        UniformBatchGenerator g = generator(VideoFormat.RGBA, 16, 16, 2);
        SharedBuffer source = frames.acquire();
        SurfaceView sourceView = SurfaceView.of(source);
        SurfaceBatch batch = g.acquireBatch(DEFAULTS);
        SurfaceView own = batch.view(1)) {
      List<Runnable> bad =
          List.of(
              () -> batch.transformSlot(-1, source),
              () -> batch.transformSlot(2, source),
              () -> batch.transformSlot(Integer.MAX_VALUE, source),
              () -> batch.transformSlot(0, (SharedBuffer) null),
              () -> batch.transformSlot(0, (SurfaceView) null, null),
              () -> batch.transformSlot(0, source, 1, null),
              () -> batch.transformSlot(0, source, -1, null),
              () -> batch.transformSlot(0, source, 0, new Rect(0, 0, 0, 1)),
              () -> batch.transformSlot(1, own, null),
              () -> batch.uploadSlot(0, new byte[16 * 16 * 4 - 1]),
              () -> batch.uploadSlot(0, new byte[16 * 16 * 4 + 1]),
              () -> batch.uploadSlot(0, new byte[0]),
              () -> batch.uploadSlot(0, (byte[]) null),
              () -> batch.uploadSlot(0, (ByteBuffer) null),
              () -> batch.uploadSlot(0, ByteBuffer.allocateDirect(16 * 16 * 4).position(1)),
              () -> batch.uploadSlot(2, new byte[16 * 16 * 4]),
              () -> batch.memsetSlot(0, -1),
              () -> batch.memsetSlot(0, 256),
              () -> batch.memsetSlot(-1, 0),
              () -> batch.memsetSlot(2, 0),
              () -> batch.markFilled(2),
              () -> batch.markFilled(-1),
              () -> batch.view(2),
              () -> batch.view(-1),
              () -> batch.planes(2),
              () -> batch.transformSlots(null, new SharedBuffer[0], null, null),
              () -> batch.transformSlots(new int[0], null, null, null),
              () -> batch.transformSlots(new int[1], new SharedBuffer[0], null, null),
              () -> batch.transformSlots(new int[1], new SharedBuffer[1], null, null),
              () -> batch.transformSlots(new int[1], new SharedBuffer[] {source}, new int[2], null),
              () ->
                  batch.transformSlots(new int[1], new SharedBuffer[] {source}, null, new Rect[0]),
              () ->
                  batch.transformSlots(
                      new int[] {0, 0}, new SharedBuffer[] {source, source}, null, null),
              () ->
                  batch.transformSlots(
                      new int[] {0, 1, 0},
                      new SharedBuffer[] {source, source, source},
                      null,
                      null));
      for (int i = 0; i < bad.size(); i++) {
        Runnable call = bad.get(i);
        IllegalArgumentException e = expectThrows(IllegalArgumentException.class, () -> call.run());
        assertFalse(e.getMessage().isEmpty(), "call " + i);
      }
      assertTrue(batch.filledSlots().isEmpty());
      sourceView.close();
      expectThrows(IllegalStateException.class, () -> batch.transformSlot(0, sourceView, null));
      source.close();
      expectThrows(IllegalStateException.class, () -> batch.transformSlot(0, source));
      expectThrows(
          IllegalStateException.class,
          () -> batch.transformSlots(new int[1], new SharedBuffer[] {source}, null, null));
      // A view of another slot of the batch is a source like any other.
      own.fill(9, 9, 9, 9);
      batch.transformSlot(0, own, null);
      assertEquals(batch.numFilled(), 1);
    }
  }

  @Test
  public void idsOfAcquireBatch() {
    try (UniformBatchGenerator g = generator(VideoFormat.GRAY8, 16, 16, 2)) {
      expectThrows(IllegalArgumentException.class, () -> g.acquireBatch(null));
      expectThrows(IllegalArgumentException.class, () -> g.acquireBatch(DEFAULTS, null));
      expectThrows(
          IllegalArgumentException.class,
          () -> g.acquireBatch(DEFAULTS, Arrays.asList(SavantId.frame(1), null)));
      SavantId f = SavantId.frame(1);
      SavantId b = SavantId.batch(1);
      assertHas(
          expectThrows(
              IllegalArgumentException.class, () -> g.acquireBatch(DEFAULTS, List.of(f, f, f))),
          "3 frame ids");
      assertHas(
          expectThrows(
              IllegalArgumentException.class, () -> g.acquireBatch(DEFAULTS, List.of(b, b))),
          "2 batch ids");
      expectThrows(
          IllegalArgumentException.class,
          () -> g.acquireBatch(DEFAULTS, List.of(), Duration.ofMillis(-1)));
      expectThrows(IllegalArgumentException.class, () -> g.acquireBatch(DEFAULTS, List.of(), null));
      try (SurfaceBatch first = g.acquireBatch(DEFAULTS, List.of(f, f, b));
          SurfaceBatch second = g.tryAcquireBatch(DEFAULTS, List.of()).orElseThrow()) {
        assertTrue(g.tryAcquireBatch(DEFAULTS, List.of()).isEmpty());
        PoolExhaustedException e =
            expectThrows(
                PoolExhaustedException.class,
                () -> g.acquireBatch(DEFAULTS, List.of(), Duration.ZERO));
        assertEquals(e.outstanding(), 2);
        first.finalizeBatch();
        assertEquals(first.sharedBuffer().ids(), List.of(f, f, b));
        first.sharedBuffer().close();
        assertEquals(second.numFilled(), 0);
      }
      g.close();
      expectThrows(IllegalStateException.class, () -> g.acquireBatch(DEFAULTS));
      expectThrows(IllegalStateException.class, g::maxBatchSize);
    }
  }

  /** All or nothing, any number, by one call. */
  @Test
  public void transformSlots() {
    int n = 100;
    try (BufferGenerator frames = BufferGenerator.builder("RGBA", 16, 16).poolSize(8).build();
        UniformBatchGenerator g = generator(VideoFormat.RGBA, 16, 16, n);
        SurfaceBatch batch = g.acquireBatch(DEFAULTS)) {
      SharedBuffer[] sources = new SharedBuffer[n];
      int[] slots = new int[n];
      SharedBuffer[] eight = new SharedBuffer[8];
      for (int i = 0; i < 8; i++) {
        eight[i] = frame(frames, i * 10);
      }
      for (int i = 0; i < n; i++) {
        sources[i] = eight[i % 8];
        slots[i] = n - 1 - i;
        batch.memsetSlot(i, 1);
      }
      Rect[] rects = new Rect[n];
      rects[n - 1] = new Rect(16, 16, 4, 4);
      expectThrows(
          IllegalArgumentException.class,
          () -> batch.transformSlots(slots, sources, new int[n], rects));
      for (int i = 0; i < n; i++) {
        try (SurfaceView view = batch.view(i)) {
          assertEquals(view.download().get(0), 1);
        }
      }
      rects[n - 1] = new Rect(4, 4, 4, 4);
      batch.transformSlots(slots, sources, null, rects);
      for (SharedBuffer source : eight) {
        source.close();
      }
      batch.finalizeBatch();
      try (SharedBuffer buffer = batch.sharedBuffer()) {
        for (int i = 0; i < n; i++) {
          assertEquals(firstByte(buffer, i), (n - 1 - i) % 8 * 10);
        }
        assertEquals(TransformMeta.get(buffer, 0).orElseThrow().source(), new Rect(4, 4, 4, 4));
      }
    }
  }

  /** Bytes of all planes, chroma rounded up, UYVY in pairs. */
  @Test
  public void uploadOfEveryFormat() {
    for (VideoFormat format : VideoFormat.values()) {
      int w = 37;
      int h = 21;
      int size =
          switch (format) {
            case NV12, NV21, I420 -> w * h + 2 * 19 * 11;
            case UYVY -> 4 * 19 * h;
            default -> w * h * format.channels();
          };
      try (UniformBatchGenerator g = generator(format, w, h, 2);
          SurfaceBatch batch = g.acquireBatch(DEFAULTS)) {
        byte[] bytes = new byte[size];
        for (int i = 0; i < size; i++) {
          bytes[i] = (byte) (i * 7);
        }
        batch.uploadSlot(1, bytes);
        expectThrows(IllegalArgumentException.class, () -> batch.uploadSlot(1, new byte[size + 1]));
        List<SurfaceView> planes = batch.planes(1);
        assertEquals(planes.size(), format.planes());
        if (format.planes() > 1) {
          SavantException e = expectThrows(SavantException.class, () -> batch.view(1));
          assertHas(e, "planes(i)");
        }
        if (format != VideoFormat.UYVY) {
          byte[] back = new byte[size];
          ByteBuffer all = ByteBuffer.wrap(back);
          for (SurfaceView plane : planes) {
            all.put(plane.download());
          }
          assertEquals(back, bytes);
        }
        planes.forEach(SurfaceView::close);
        batch.memsetSlot(0, 0x80);
        for (SurfaceView plane : batch.planes(0)) {
          assertEquals(plane.download().get(0), (byte) 0x80);
          plane.close();
        }
      }
    }
  }

  /** Used as in a program: pushed while the SurfaceBatch is still open. */
  @Test
  public void pushedBatchArrivesWhole() {
    try (UniformBatchGenerator g = generator(VideoFormat.GRAY8, 16, 16, 4);
        TestPipeline pipeline = new TestPipeline("appsrc name=in format=time");
        BatchPuller puller = new BatchPuller(pipeline.sink())) {
      AppSrc in = (AppSrc) pipeline.pipeline().getElementByName("in");
      in.setCaps(Caps.fromString(g.nvmmCaps()));
      pipeline.play();
      try (SurfaceBatch batch = g.acquireBatch(DEFAULTS)) {
        batch.memsetSlot(2, 5);
        batch.finalizeBatch();
        SharedBuffer buffer = batch.sharedBuffer();
        buffer.setPts(1);
        SurfaceView view = batch.view(0);
        assertHas(
            expectThrows(IllegalStateException.class, () -> BufferGenerator.push(in, buffer)),
            "1 outstanding");
        view.close();
        assertSame(BufferGenerator.push(in, buffer), FlowReturn.OK);
        expectThrows(IllegalStateException.class, () -> batch.view(0));
        expectThrows(IllegalStateException.class, () -> batch.planes(0));
        assertSame(batch.sharedBuffer(), buffer);
        assertEquals(batch.numFilled(), 3);
      }
      assertSame(puller.pull(-1), PullResult.BATCH);
      assertEquals(puller.view().size(), 3);
      assertEquals(puller.view().get(2, 0, 0, 0), 5);
      BufferGenerator.sendEos(in);
    }
  }

  @Test
  public void takenBatch() {
    try (UniformBatchGenerator g = generator(VideoFormat.GRAY8, 16, 16, 4);
        SurfaceBatch batch = g.acquireBatch(DEFAULTS)) {
      batch.memsetSlot(0, 5);
      batch.finalizeBatch();
      Buffer taken = batch.sharedBuffer().take();
      batch.close();
      assertEquals(taken.getRefCount(), 1);
      assertEquals(Surfaces.info(taken).numFilled(), 1);
      taken.dispose();
      // Without sharedBuffer() the buffer goes back with the batch.
      for (int i = 0; i < 5; i++) {
        try (SurfaceBatch other = g.acquireBatch(DEFAULTS, List.of(), Duration.ofSeconds(5))) {
          other.finalizeBatch();
        }
      }
    }
  }

  @Test
  public void batchesOutliveTheirGenerator() {
    UniformBatchGenerator g = generator(VideoFormat.RGBA, 16, 16, 4);
    SurfaceBatch batch = g.acquireBatch(DEFAULTS);
    g.close();
    g.close();
    batch.memsetSlot(3, 9);
    batch.finalizeBatch();
    SharedBuffer buffer = batch.sharedBuffer();
    batch.close();
    SurfaceView view = SurfaceView.of(buffer, 3, 0);
    buffer.close();
    assertEquals(view.download().get(0), 9);
    view.close();
  }

  /** A to B and B to A at a time: no deadlock, in a batch and in a pool. */
  @Test(timeOut = 120_000)
  public void bothWaysAtATime() throws Exception {
    try (BufferGenerator frames = BufferGenerator.builder("RGBA", 64, 64).poolSize(8).build();
        UniformBatchGenerator g = generator(VideoFormat.RGBA, 64, 64, 2);
        SurfaceBatch batch = g.acquireBatch(DEFAULTS);
        SurfaceView a = batch.view(0);
        SurfaceView b = batch.view(1);
        SharedBuffer x = frames.acquire();
        SharedBuffer y = frames.acquire()) {
      ExecutorService threads = Executors.newFixedThreadPool(4);
      List<Callable<Void>> jobs = new ArrayList<>();
      jobs.add(repeat(() -> batch.transformSlot(1, a, null)));
      jobs.add(repeat(() -> batch.transformSlot(0, b, null)));
      jobs.add(repeat(() -> frames.transform(x, DEFAULTS).close()));
      jobs.add(repeat(() -> frames.transform(y, DEFAULTS).close()));
      for (Future<Void> done : threads.invokeAll(jobs)) {
        done.get();
      }
      threads.shutdown();
      assertEquals(batch.filledSlots().cardinality(), 2);
    }
  }

  private static Callable<Void> repeat(Runnable body) {
    return () -> {
      for (int i = 0; i < 300; i++) {
        body.run();
      }
      return null;
    };
  }
}
