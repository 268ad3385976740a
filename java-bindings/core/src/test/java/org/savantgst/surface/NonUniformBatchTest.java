/* SPDX-License-Identifier: Apache-2.0 */
package org.savantgst.surface;

import static org.testng.Assert.assertEquals;
import static org.testng.Assert.assertSame;
import static org.testng.Assert.assertTrue;
import static org.testng.Assert.expectThrows;

import java.util.Arrays;
import java.util.List;
import org.freedesktop.gstreamer.Buffer;
import org.savantgst.SavantException;
import org.savantgst.meta.SavantId;
import org.savantgst.meta.TransformMeta;
import org.testng.annotations.Test;

/** Row "NonUniformBatch". */
public class NonUniformBatchTest {
  private static BufferGenerator generator(String format, int width, int height) {
    return BufferGenerator.builder(format, width, height).poolSize(1).build();
  }

  private static void assertHas(Throwable e, String part) {
    assertTrue(e.getMessage().contains(part), e.getMessage());
  }

  /** No pixel is copied: every slot has the address of its source. */
  @Test
  public void slotsAreTheirSources() {
    List<SavantId> ids = List.of(SavantId.frame(4), SavantId.batch(2), SavantId.frame(-4));
    try (BufferGenerator a = generator("NV12", 64, 48);
        BufferGenerator b = generator("RGBA", 37, 21);
        UniformBatchGenerator c = UniformBatchGenerator.builder("GRAY8", 8, 8, 3).build();
        NonUniformBatch batch = new NonUniformBatch(3)) {
      assertEquals(batch.gpuId(), 3);
      assertEquals(batch.numFilled(), 0);
      SharedBuffer first = a.acquire();
      SharedBuffer second = b.transform(first, TransformConfig.defaults());
      SurfaceBatch third = c.acquireBatch(TransformConfig.defaults());
      third.memsetSlot(2, 77);
      long[] addresses = {Surfaces.info(first).dataPtr(), Surfaces.info(second).dataPtr(), 0};
      batch.add(first, 0);
      SurfaceView view = SurfaceView.of(second);
      batch.add(view);
      view.close();
      SurfaceView slot = third.view(2);
      addresses[2] = slot.dataPtr();
      batch.add(slot);
      slot.close();
      assertEquals(batch.numFilled(), 3);
      assertEquals(first.strongCount(), 1);
      SharedBuffer made = batch.finalizeBatch(ids);
      first.close();
      second.close();
      third.close();
      // The sources are still out.
      assertTrue(a.tryAcquire().isEmpty());
      assertTrue(b.tryAcquire().isEmpty());
      a.close();
      b.close();
      c.close();
      int[][] expected = {{64, 48, 6}, {37, 21, 19}, {8, 8, 1}};
      for (int i = 0; i < 3; i++) {
        SurfaceInfo info = Surfaces.info(made, i);
        assertEquals(info.dataPtr(), addresses[i]);
        assertEquals(new int[] {info.width(), info.height(), info.colorFormat()}, expected[i]);
        assertEquals(info.numFilled(), 3);
        assertEquals(info.batchSize(), 3);
        assertSame(info.memType(), MemType.SYSTEM);
      }
      assertEquals(made.ids(), ids);
      assertEquals(TransformMeta.get(made, 1).orElseThrow().source(), new Rect(0, 0, 64, 48));
      made.setPts(8);
      try (SurfaceView pixels = SurfaceView.of(made, 2, 0)) {
        made.close();
        assertEquals(pixels.download().get(0), 77);
        // Its pixels are written through the sources.
        assertHas(expectThrows(SavantException.class, () -> pixels.memset(1)), "shared");
      }
    }
  }

  @Test
  public void sourcesComeBackWithTheBatch() {
    try (BufferGenerator a = generator("RGBA", 8, 8);
        NonUniformBatch batch = new NonUniformBatch()) {
      SharedBuffer source = a.acquire();
      batch.add(source, 0);
      batch.add(source, 0);
      source.close();
      SharedBuffer made = batch.finalizeBatch();
      assertTrue(a.tryAcquire().isEmpty());
      made.close();
      a.tryAcquire().orElseThrow().close();
      // Also where nothing was made of them.
      NonUniformBatch dropped = new NonUniformBatch();
      try (SharedBuffer again = a.acquire()) {
        dropped.add(again, 0);
      }
      assertTrue(a.tryAcquire().isEmpty());
      dropped.close();
      dropped.close();
      a.tryAcquire().orElseThrow().close();
    }
  }

  @Test
  public void statesAndBadArguments() {
    expectThrows(IllegalArgumentException.class, () -> new NonUniformBatch(-1));
    try (BufferGenerator a = generator("RGBA", 8, 8);
        BufferGenerator n = generator("NV12", 8, 8);
        SharedBuffer source = a.acquire();
        SharedBuffer planar = n.acquire();
        Buffer plain = new Buffer(64);
        SharedBuffer noSurface = SharedBuffer.of(plain)) {
      NonUniformBatch batch = new NonUniformBatch(1);
      expectThrows(IllegalArgumentException.class, () -> batch.add(null));
      expectThrows(IllegalArgumentException.class, () -> batch.add(null, 0));
      expectThrows(IllegalArgumentException.class, () -> batch.add(source, 1));
      expectThrows(IllegalArgumentException.class, () -> batch.add(source, -1));
      expectThrows(SavantException.class, () -> batch.add(noSurface, 0));
      List<SurfaceView> planes = SurfaceView.planes(planar, 0, 0);
      assertHas(
          expectThrows(IllegalArgumentException.class, () -> batch.add(planes.get(0))), "plane");
      planes.forEach(SurfaceView::close);
      expectThrows(IllegalStateException.class, () -> batch.add(planes.get(0)));
      assertHas(expectThrows(SavantException.class, batch::finalizeBatch), "add one first");
      assertEquals(batch.numFilled(), 0);
      batch.add(planar, 0);
      expectThrows(IllegalArgumentException.class, () -> batch.finalizeBatch(null));
      expectThrows(
          IllegalArgumentException.class,
          () -> batch.finalizeBatch(Arrays.asList((SavantId) null)));
      assertEquals(batch.numFilled(), 1);
      batch.finalizeBatch().close();
      List<Runnable> calls =
          List.of(
              batch::numFilled,
              () -> batch.add(source, 0),
              batch::finalizeBatch,
              () -> batch.finalizeBatch(List.of()));
      for (Runnable call : calls) {
        assertHas(expectThrows(IllegalStateException.class, call::run), "finalized");
      }
      assertEquals(batch.gpuId(), 1);
      assertHas(new Exception(batch.toString()), "finalized");
      batch.close();
      NonUniformBatch closed = new NonUniformBatch();
      closed.close();
      assertHas(expectThrows(IllegalStateException.class, closed::numFilled), "closed");
      NonUniformBatch full = new NonUniformBatch();
      for (int i = 0; i < 1024; i++) {
        full.add(source, 0);
      }
      assertHas(
          expectThrows(IllegalArgumentException.class, () -> full.add(source, 0)), "1024 slots");
      try (SharedBuffer made = full.finalizeBatch()) {
        assertEquals(Surfaces.info(made, 1023).numFilled(), 1024);
      }
    }
  }
}
