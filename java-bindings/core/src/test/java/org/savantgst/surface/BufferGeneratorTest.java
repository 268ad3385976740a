/* SPDX-License-Identifier: Apache-2.0 */
package org.savantgst.surface;

import static org.testng.Assert.assertEquals;
import static org.testng.Assert.assertFalse;
import static org.testng.Assert.assertNotEquals;
import static org.testng.Assert.assertSame;
import static org.testng.Assert.assertTrue;
import static org.testng.Assert.expectThrows;

import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.freedesktop.gstreamer.Buffer;
import org.freedesktop.gstreamer.Caps;
import org.freedesktop.gstreamer.FlowReturn;
import org.freedesktop.gstreamer.elements.AppSrc;
import org.freedesktop.gstreamer.glib.Natives;
import org.savantgst.AcquireInterruptedException;
import org.savantgst.PoolExhaustedException;
import org.savantgst.SavantException;
import org.savantgst.TestPipeline;
import org.savantgst.batch.BatchPuller;
import org.savantgst.batch.PullResult;
import org.savantgst.meta.SavantId;
import org.savantgst.meta.TransformMeta;
import org.testng.annotations.DataProvider;
import org.testng.annotations.Test;

/** Row "BufferGenerator" and those of its methods. */
public class BufferGeneratorTest {
  private static BufferGenerator generator(VideoFormat format, int width, int height, int pool) {
    return BufferGenerator.builder(format, width, height).poolSize(pool).build();
  }

  private static void assertHas(Throwable e, String part) {
    assertTrue(e.getMessage().contains(part), e.getMessage());
  }

  /** Row ".nvmm_caps_str()" and the accessors. */
  @Test
  public void defaultsAndCaps() {
    try (BufferGenerator g = BufferGenerator.builder("NV12", 640, 480).build()) {
      assertEquals(
          g.nvmmCaps(),
          "video/x-raw(memory:NVMM), format=(string)NV12, width=(int)640, height=(int)480,"
              + " framerate=(fraction)30/1");
      assertEquals(
          g.rawCaps(),
          "video/x-raw, format=(string)NV12, width=(int)640, height=(int)480,"
              + " framerate=(fraction)30/1");
      assertEquals(Caps.fromString(g.nvmmCaps()).toString(), g.nvmmCaps());
      assertSame(g.format(), VideoFormat.NV12);
      assertEquals(g.width(), 640);
      assertEquals(g.height(), 480);
      assertEquals(g.gpuId(), 0);
      assertEquals(g.poolSize(), 4);
      assertEquals(g.fpsNum(), 30);
      assertEquals(g.fpsDen(), 1);
      assertSame(g.memType(), MemType.SYSTEM);
      assertHas(new Exception(g.toString()), "NV12 640x480, poolSize=4");
    }
    try (BufferGenerator g =
        BufferGenerator.builder(VideoFormat.BGRx, 3, 5)
            .fps(0, 1)
            .gpuId(7)
            .memType(6)
            .poolSize(1)
            .build()) {
      assertEquals(g.gpuId(), 7);
      assertSame(g.memType(), MemType.SYSTEM);
      assertTrue(g.nvmmCaps().endsWith("framerate=(fraction)0/1"), g.nvmmCaps());
    }
  }

  @Test
  public void everyFormatAndEdgeSizes() {
    for (VideoFormat format : VideoFormat.values()) {
      for (int[] size : new int[][] {{1, 1}, {37, 21}, {32767, 2}, {2, 32767}}) {
        try (BufferGenerator g = generator(format, size[0], size[1], 1);
            SharedBuffer buffer = g.acquire()) {
          SurfaceInfo info = Surfaces.info(buffer);
          assertEquals(info.width(), size[0]);
          assertEquals(info.height(), size[1]);
          assertEquals(info.colorFormat(), format.nativeValue());
          assertSame(info.memType(), MemType.SYSTEM);
          assertEquals(info.batchSize(), 1);
          assertEquals(info.numFilled(), 1);
        }
      }
    }
  }

  @DataProvider
  public Object[][] badBuilders() {
    return new Object[][] {
      {"0x10", (Runnable) () -> generator(VideoFormat.RGBA, 0, 10, 1)},
      {"10x-1", (Runnable) () -> generator(VideoFormat.RGBA, 10, -1, 1)},
      {"1 to 32767", (Runnable) () -> generator(VideoFormat.RGBA, 32768, 10, 1)},
      {"1 to 32767", (Runnable) () -> generator(VideoFormat.RGBA, 10, 32768, 1)},
      {"2147483647", (Runnable) () -> generator(VideoFormat.RGBA, 32767, 32767, 1)},
      {"poolSize 0", (Runnable) () -> generator(VideoFormat.RGBA, 10, 10, 0)},
      {"format is null", (Runnable) () -> generator(null, 10, 10, 1)},
      {"null", (Runnable) () -> BufferGenerator.builder((String) null, 10, 10)},
      {"known are", (Runnable) () -> BufferGenerator.builder("nv12", 10, 10)},
      {"fps -1/1", (Runnable) () -> BufferGenerator.builder("RGBA", 10, 10).fps(-1, 1)},
      {"fps 30/0", (Runnable) () -> BufferGenerator.builder("RGBA", 10, 10).fps(30, 0)},
      {"gpuId -1", (Runnable) () -> BufferGenerator.builder("RGBA", 10, 10).gpuId(-1)},
      {"memType", (Runnable) () -> BufferGenerator.builder("RGBA", 10, 10).memType(null)},
      {"MemType 7", (Runnable) () -> BufferGenerator.builder("RGBA", 10, 10).memType(7)},
      {"MemType -1", (Runnable) () -> BufferGenerator.builder("RGBA", 10, 10).memType(-1)},
    };
  }

  @Test(dataProvider = "badBuilders")
  public void badBuilder(String part, Runnable call) {
    assertHas(expectThrows(IllegalArgumentException.class, call::run), part);
  }

  /** A memory type that this machine lacks fails at build(). */
  @Test
  public void missingMemoryTypes() {
    for (MemType type : MemType.values()) {
      if (type == MemType.DEFAULT || type == MemType.SYSTEM) {
        continue;
      }
      BufferGenerator.Builder builder = BufferGenerator.builder("RGBA", 10, 10).memType(type);
      SavantException e = expectThrows(SavantException.class, builder::build);
      assertHas(e, type.canonicalName());
      assertHas(e, "missing");
      assertTrue(e.code() < 0);
    }
  }

  /** Rows ".acquire(id)" and ".acquire_with_params". */
  @Test
  public void acquireForms() {
    try (BufferGenerator g = generator(VideoFormat.RGBA, 16, 8, 1)) {
      try (SharedBuffer b = g.acquire()) {
        assertEquals(b.pts(), OptionalLong.empty());
        assertEquals(b.duration(), OptionalLong.empty());
        assertEquals(b.ids(), List.of());
        assertEquals(b.strongCount(), 1);
        b.setPts(5);
        b.setIds(List.of(SavantId.batch(5)));
      }
      for (long id : new long[] {0, -1, Long.MIN_VALUE, Long.MAX_VALUE}) {
        try (SharedBuffer b = g.acquire(id)) {
          assertEquals(b.ids(), List.of(SavantId.frame(id)));
          assertEquals(b.pts(), OptionalLong.empty());
        }
      }
      AcquireParams p = AcquireParams.of(0, Long.MAX_VALUE).withId(3);
      try (SharedBuffer b = g.acquire(p)) {
        assertEquals(b.pts(), OptionalLong.of(0));
        assertEquals(b.duration(), OptionalLong.of(Long.MAX_VALUE));
        assertEquals(b.ids(), List.of(SavantId.frame(3)));
        assertTrue(g.tryAcquire().isEmpty());
        assertTrue(g.tryAcquire(p).isEmpty());
      }
      try (SharedBuffer b = g.tryAcquire(p).orElseThrow()) {
        assertEquals(b.ids(), List.of(SavantId.frame(3)));
      }
      try (SharedBuffer b = g.tryAcquire().orElseThrow()) {
        assertEquals(b.ids(), List.of());
      }
      try (SharedBuffer b = g.acquire(Duration.ZERO)) {
        assertEquals(b.ids(), List.of());
      }
      try (SharedBuffer b = g.acquire(p, Duration.ofSeconds(Long.MAX_VALUE))) {
        assertEquals(b.pts(), OptionalLong.of(0));
      }
      expectThrows(IllegalArgumentException.class, () -> g.acquire((AcquireParams) null));
      expectThrows(IllegalArgumentException.class, () -> g.acquire((Duration) null));
      expectThrows(IllegalArgumentException.class, () -> g.acquire(p, null));
      expectThrows(IllegalArgumentException.class, () -> g.acquire(null, Duration.ZERO));
      expectThrows(IllegalArgumentException.class, () -> g.tryAcquire(null));
      assertHas(
          expectThrows(IllegalArgumentException.class, () -> g.acquire(Duration.ofNanos(-1))),
          "0 or more");
    }
  }

  @Test
  public void exhaustedPoolTellsWhoHasTheBuffers() throws InterruptedException {
    try (BufferGenerator g = generator(VideoFormat.RGBA, 16, 8, 2);
        SharedBuffer a = g.acquire();
        SharedBuffer b = g.acquire()) {
      Thread.sleep(30);
      PoolExhaustedException e =
          expectThrows(PoolExhaustedException.class, () -> g.acquire(Duration.ofMillis(120)));
      assertEquals(e.outstanding(), 2);
      assertTrue(e.oldestAge().toMillis() >= 140, e.oldestAge().toString());
      assertHas(e, "2 are out");
      assertTrue(e.code() < 0);
      e = expectThrows(PoolExhaustedException.class, () -> g.acquire(Duration.ZERO));
      assertEquals(e.outstanding(), 2);
      b.close();
      g.acquire(Duration.ZERO).close();
      assertEquals(a.strongCount(), 1);
    }
  }

  private static Throwable failureWhileWaiting(BufferGenerator g, Waker waker)
      throws InterruptedException {
    AtomicReference<Throwable> failure = new AtomicReference<>();
    AtomicBoolean flag = new AtomicBoolean();
    CountDownLatch started = new CountDownLatch(1);
    Thread thread =
        new Thread(
            () -> {
              started.countDown();
              try {
                g.acquire().close();
              } catch (RuntimeException e) {
                failure.set(e);
              }
              flag.set(Thread.currentThread().isInterrupted());
            });
    thread.start();
    started.await();
    LockSupport.parkNanos(80_000_000);
    waker.wake(thread);
    thread.join(10_000);
    assertFalse(thread.isAlive());
    assertEquals(flag.get(), failure.get() instanceof AcquireInterruptedException);
    return failure.get();
  }

  private interface Waker {
    void wake(Thread thread);
  }

  @Test
  public void interruptCloseAndReleaseEndWaiting() throws InterruptedException {
    BufferGenerator g = generator(VideoFormat.RGBA, 16, 8, 1);
    SharedBuffer held = g.acquire();
    assertTrue(failureWhileWaiting(g, Thread::interrupt) instanceof AcquireInterruptedException);
    Throwable closed = failureWhileWaiting(g, thread -> g.close());
    assertSame(closed.getClass(), IllegalStateException.class);
    assertHas(closed, "closed");
    g.close();
    expectThrows(IllegalStateException.class, g::acquire);
    expectThrows(IllegalStateException.class, g::tryAcquire);
    expectThrows(IllegalStateException.class, () -> g.acquire(Duration.ZERO));
    expectThrows(IllegalStateException.class, () -> g.transform(held, TransformConfig.defaults()));
    expectThrows(IllegalStateException.class, g::nvmmCaps);
    expectThrows(IllegalStateException.class, g::width);
    assertHas(new Exception(g.toString()), "closed");
    // What is out outlives it.
    try (SurfaceView view = SurfaceView.of(held)) {
      held.close();
      view.fill(1, 2, 3, 4);
      assertEquals(view.download().getInt(16 * 8 * 4 - 4), 0x01020304);
    }
    try (BufferGenerator other = generator(VideoFormat.RGBA, 16, 8, 1)) {
      SharedBuffer taken = other.acquire();
      assertEquals(failureWhileWaiting(other, thread -> taken.close()), null);
      // A set flag does no harm where nothing has to be waited for.
      Thread.currentThread().interrupt();
      other.acquire().close();
      assertTrue(Thread.interrupted());
    }
  }

  /** Row ".transform(src,config,id,src_rect)". */
  @Test
  public void transformKeepsTimesAndTellsGeometry() {
    try (BufferGenerator from = generator(VideoFormat.RGBA, 1920, 1080, 1);
        BufferGenerator to = generator(VideoFormat.RGBA, 640, 640, 4);
        SharedBuffer source = from.acquire(AcquireParams.of(7, 9).withId(1))) {
      try (SurfaceView view = SurfaceView.of(source)) {
        view.fill(10, 20, 30, 255);
        TransformConfig config = TransformConfig.defaults().withPadColor(0x727374);
        try (SharedBuffer made = to.transform(source, config);
            SharedBuffer same = to.transform(source, 0, config, OptionalLong.of(5), null);
            SharedBuffer byView = to.transform(view, config, OptionalLong.of(6), null);
            SharedBuffer byBuffer =
                to.transform(source.buffer(), 0, config, OptionalLong.of(-7), null)) {
          assertEquals(made.pts(), OptionalLong.of(7));
          assertEquals(made.duration(), OptionalLong.of(9));
          assertEquals(made.ids(), List.of());
          assertEquals(same.ids(), List.of(SavantId.frame(5)));
          assertEquals(byView.ids(), List.of(SavantId.frame(6)));
          assertEquals(byBuffer.ids(), List.of(SavantId.frame(-7)));
          TransformMeta meta = TransformMeta.get(made, 0).orElseThrow();
          assertEquals(meta.source(), new Rect(0, 0, 1920, 1080));
          assertEquals(meta.destination(), new Rect(140, 0, 640, 360));
          try (SurfaceView out = SurfaceView.of(made)) {
            var bytes = out.download();
            assertEquals(bytes.getInt((139 * 640 + 5) * 4), 0x727374ff);
            assertEquals(bytes.getInt((140 * 640 + 5) * 4), 0x0a141eff);
            assertEquals(bytes.getInt((499 * 640 + 639) * 4), 0x0a141eff);
            assertEquals(bytes.getInt(500 * 640 * 4), 0x727374ff);
          }
          // Two transforms compose.
          try (BufferGenerator small = generator(VideoFormat.NV12, 64, 64, 1);
              SharedBuffer twice = small.transform(made, TransformConfig.defaults())) {
            assertEquals(
                TransformMeta.get(twice, 0).orElseThrow().toSource(32, 32),
                new double[] {960, 540},
                1e-9);
          }
        }
      }
      try (SharedBuffer crop =
          to.transform(
              source,
              0,
              TransformConfig.defaults(),
              OptionalLong.empty(),
              new Rect(10, 20, 40, 30))) {
        assertEquals(TransformMeta.get(crop, 0).orElseThrow().source(), new Rect(10, 20, 40, 30));
      }
      try (SharedBuffer clipped =
          to.transform(
              source,
              0,
              TransformConfig.defaults(),
              OptionalLong.empty(),
              new Rect(1000, 1900, Integer.MAX_VALUE, Integer.MAX_VALUE))) {
        assertEquals(
            TransformMeta.get(clipped, 0).orElseThrow().source(), new Rect(1000, 1900, 20, 80));
      }
    }
  }

  @Test
  public void transformBetweenAllFormats() {
    for (VideoFormat a : VideoFormat.values()) {
      for (VideoFormat b : VideoFormat.values()) {
        try (BufferGenerator from = generator(a, 33, 17, 1);
            BufferGenerator to = generator(b, 41, 23, 1);
            SharedBuffer source = from.acquire();
            SharedBuffer made = to.transform(source, TransformConfig.defaults())) {
          assertEquals(Surfaces.info(made).colorFormat(), b.nativeValue());
        }
      }
    }
  }

  /** A plane of luma is a grey picture; one of chroma is none. */
  @Test
  public void transformOfPlanes() {
    try (BufferGenerator from = generator(VideoFormat.NV12, 32, 16, 1);
        BufferGenerator to = generator(VideoFormat.GRAY8, 32, 16, 2);
        SharedBuffer source = from.acquire()) {
      List<SurfaceView> planes = SurfaceView.planes(source, 0, 0);
      planes.get(0).memset(77);
      try (SharedBuffer grey =
              to.transform(planes.get(0), TransformConfig.defaults(), OptionalLong.empty(), null);
          SurfaceView view = SurfaceView.of(grey)) {
        assertEquals(view.download().get(100), 77);
      }
      SavantException e =
          expectThrows(
              SavantException.class,
              () ->
                  to.transform(
                      planes.get(1), TransformConfig.defaults(), OptionalLong.empty(), null));
      assertHas(e, "2 bytes a sample");
      planes.forEach(SurfaceView::close);
    }
  }

  @Test
  public void transformRefusals() {
    TransformConfig c = TransformConfig.defaults();
    OptionalLong none = OptionalLong.empty();
    try (BufferGenerator g = generator(VideoFormat.RGBA, 64, 48, 2);
        SharedBuffer source = g.acquire();
        SurfaceView view = SurfaceView.of(source)) {
      expectThrows(IllegalArgumentException.class, () -> g.transform((SharedBuffer) null, c));
      expectThrows(IllegalArgumentException.class, () -> g.transform(source, null));
      expectThrows(IllegalArgumentException.class, () -> g.transform(source, 0, c, null, null));
      expectThrows(
          IllegalArgumentException.class, () -> g.transform((SurfaceView) null, c, none, null));
      expectThrows(
          IllegalArgumentException.class, () -> g.transform((Buffer) null, 0, c, none, null));
      for (int slot : new int[] {-1, 1, Integer.MAX_VALUE, Integer.MIN_VALUE}) {
        assertHas(
            expectThrows(
                IllegalArgumentException.class, () -> g.transform(source, slot, c, none, null)),
            "slot " + slot + " of a surface with 1 filled slots: it must be from 0 to 0");
      }
      for (Rect rect :
          new Rect[] {
            new Rect(0, 0, 0, 0), new Rect(48, 0, 5, 5), new Rect(0, 64, 5, 5), new Rect(0, 0, 5, 0)
          }) {
        assertHas(
            expectThrows(
                IllegalArgumentException.class, () -> g.transform(source, 0, c, none, rect)),
            "source rectangle");
      }
      assertHas(
          expectThrows(
              IllegalArgumentException.class,
              () -> g.transform(source, c.withDstPadding(new DstPadding(49, 0, 0, 0)))),
          "effective width");
      assertHas(
          expectThrows(
              IllegalArgumentException.class,
              () -> g.transform(source, c.withDstPadding(new DstPadding(0, 33, 0, 0)))),
          "effective height");
      for (ComputeMode mode : new ComputeMode[] {ComputeMode.GPU, ComputeMode.VIC}) {
        SavantException e =
            expectThrows(SavantException.class, () -> g.transform(source, c.withComputeMode(mode)));
        assertHas(e, "missing");
      }
      // Every failure gave its buffer back.
      g.transform(source, c).close();
      try (Buffer plain = new Buffer(64)) {
        SavantException e =
            expectThrows(SavantException.class, () -> g.transform(plain, 0, c, none, null));
        assertHas(e, "BufferGenerator.transform of RGBA 64x48");
      }
      view.close();
      expectThrows(IllegalStateException.class, () -> g.transform(view, c, none, null));
      source.close();
      expectThrows(IllegalStateException.class, () -> g.transform(source, c));
    }
  }

  /** The only buffer as source: waiting would never end. */
  @Test(timeOut = 30_000)
  public void onlyBufferAsSource() {
    try (BufferGenerator g = generator(VideoFormat.RGBA, 64, 48, 1);
        SharedBuffer source = g.acquire()) {
      PoolExhaustedException e =
          expectThrows(
              PoolExhaustedException.class, () -> g.transform(source, TransformConfig.defaults()));
      assertEquals(e.outstanding(), 1);
    }
  }

  /** Rows ".send_eos(appsrc)" and push. */
  @Test
  public void pushAndEndOfStream() {
    try (BufferGenerator g = generator(VideoFormat.RGBA, 16, 8, 2);
        TestPipeline pipeline = new TestPipeline("appsrc name=in format=time");
        BatchPuller puller = new BatchPuller(pipeline.sink())) {
      AppSrc in = (AppSrc) pipeline.pipeline().getElementByName("in");
      in.setCaps(Caps.fromString(g.nvmmCaps()));
      pipeline.play();
      SharedBuffer frame = g.acquire(AcquireParams.of(11, 22).withId(33));
      Buffer borrowed = frame.buffer();
      SurfaceView view = SurfaceView.of(frame);
      IllegalStateException open =
          expectThrows(IllegalStateException.class, () -> BufferGenerator.push(in, frame));
      assertHas(open, "outstanding");
      assertFalse(frame.isConsumed());
      assertEquals(frame.pts(), OptionalLong.of(11));
      view.close();
      assertSame(BufferGenerator.push(in, frame), FlowReturn.OK);
      assertTrue(frame.isConsumed());
      assertEquals(frame.strongCount(), 0);
      expectThrows(IllegalStateException.class, frame::pts);
      expectThrows(IllegalStateException.class, borrowed::getRefCount);
      assertHas(
          expectThrows(IllegalStateException.class, () -> BufferGenerator.push(in, frame)),
          "consumed");
      frame.close();
      assertSame(puller.pull(-1), PullResult.BATCH);
      assertEquals(puller.view().ptsNs(), 11);
      assertEquals(puller.view().id(0), 33);
      BufferGenerator.sendEos(in);
      BufferGenerator.sendEos(in);
      BufferGenerator.sendEos(com.sun.jna.Pointer.nativeValue(Natives.getRawPointer(in)));
      assertSame(puller.pull(-1), PullResult.EOS);
      SharedBuffer late = g.acquire();
      assertSame(BufferGenerator.push(in, late), FlowReturn.EOS);
      assertTrue(late.isConsumed());
      SharedBuffer good = g.acquire();
      expectThrows(IllegalArgumentException.class, () -> BufferGenerator.push(null, good));
      expectThrows(IllegalArgumentException.class, () -> BufferGenerator.push(in, null));
      expectThrows(IllegalArgumentException.class, () -> BufferGenerator.sendEos((AppSrc) null));
      expectThrows(IllegalArgumentException.class, () -> BufferGenerator.sendEos(0L));
      in.dispose();
      expectThrows(IllegalStateException.class, () -> BufferGenerator.push(in, good));
      expectThrows(IllegalStateException.class, () -> BufferGenerator.sendEos(in));
      assertEquals(good.strongCount(), 1);
      good.close();
    }
  }

  @Test
  public void addressesAreReused() {
    try (BufferGenerator g = generator(VideoFormat.RGBA, 16, 8, 1)) {
      long first;
      try (SharedBuffer a = g.acquire()) {
        first = a.address();
        a.setIds(List.of(SavantId.frame(1), SavantId.frame(2)));
        assertNotEquals(a.buffer(), null);
      }
      try (SharedBuffer b = g.acquire()) {
        assertEquals(b.address(), first);
        assertEquals(b.ids(), List.of());
        assertEquals(b.buffer().getRefCount(), 2);
        assertEquals(TransformMeta.get(b, 0).isPresent(), false);
      }
    }
  }
}
