/* SPDX-License-Identifier: Apache-2.0 */
package org.savantgst.gpu;

import static org.testng.Assert.assertEquals;
import static org.testng.Assert.assertNotEquals;
import static org.testng.Assert.assertSame;
import static org.testng.Assert.assertTrue;
import static org.testng.Assert.expectThrows;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.freedesktop.gstreamer.Buffer;
import org.savantgst.SavantException;
import org.savantgst.meta.SavantId;
import org.savantgst.meta.TransformMeta;
import org.savantgst.surface.AcquireParams;
import org.savantgst.surface.BufferGenerator;
import org.savantgst.surface.ComputeMode;
import org.savantgst.surface.Flip;
import org.savantgst.surface.Interpolation;
import org.savantgst.surface.MemType;
import org.savantgst.surface.NonUniformBatch;
import org.savantgst.surface.Padding;
import org.savantgst.surface.Rect;
import org.savantgst.surface.SharedBuffer;
import org.savantgst.surface.SurfaceBatch;
import org.savantgst.surface.SurfaceInfo;
import org.savantgst.surface.SurfaceView;
import org.savantgst.surface.Surfaces;
import org.savantgst.surface.TransformConfig;
import org.savantgst.surface.UniformBatchGenerator;
import org.savantgst.surface.VideoFormat;
import org.testng.annotations.DataProvider;
import org.testng.annotations.Test;

/** Generators, batches, buffers and transforms in each kind of memory. */
@Test(groups = "gpu")
public class SurfacesGpuTest extends GpuTest {
  private static final TransformConfig DEFAULTS = TransformConfig.defaults();

  @DataProvider
  Object[][] kinds() {
    Object[][] rows = new Object[KINDS.length][];
    for (int i = 0; i < rows.length; i++) {
      rows[i] = new Object[] {KINDS[i]};
    }
    return rows;
  }

  private static BufferGenerator generator(VideoFormat f, int w, int h, MemType kind) {
    return BufferGenerator.builder(f, w, h).memType(kind).poolSize(2).build();
  }

  private static SharedBuffer painted(VideoFormat f, int w, int h, MemType kind, int seed) {
    try (BufferGenerator generator = generator(f, w, h, kind)) {
      SharedBuffer buffer = generator.acquire();
      paint(buffer, seed);
      return buffer;
    }
  }

  public void theDefaultIsDeviceMemory() {
    try (BufferGenerator generator = BufferGenerator.builder("NV12", 64, 48).build();
        SharedBuffer buffer = generator.acquire()) {
      assertSame(generator.memType(), MemType.CUDA_DEVICE);
      SurfaceInfo info = Surfaces.info(buffer);
      assertSame(info.memType(), MemType.CUDA_DEVICE);
      assertEquals(info.gpuId(), 0);
      assertEquals(info.pitch(), 512);
      assertEquals(info.batchSize(), 1);
      assertEquals(info.numFilled(), 1);
      assertNotEquals(info.dataPtr(), 0);
      assertTrue(generator.nvmmCaps().startsWith("video/x-raw(memory:NVMM), format=(string)NV12"));
    }
  }

  @Test(dataProvider = "kinds")
  public void acquireAndParameters(MemType kind) {
    try (BufferGenerator generator = generator(VideoFormat.RGBA, 37, 21, kind)) {
      assertSame(generator.memType(), kind);
      SharedBuffer one = generator.acquire(AcquireParams.of(5, 7).withId(-3));
      SharedBuffer two = generator.acquire(9);
      assertTrue(generator.tryAcquire().isEmpty());
      assertEquals(one.pts(), OptionalLong.of(5));
      assertEquals(one.duration(), OptionalLong.of(7));
      assertEquals(one.ids(), List.of(SavantId.frame(-3)));
      assertEquals(two.ids(), List.of(SavantId.frame(9)));
      assertSame(Surfaces.info(one).memType(), kind);
      two.setIds(List.of(SavantId.batch(4)));
      two.clearPts();
      assertEquals(two.strongCount(), 1);
      SurfaceView view = SurfaceView.of(one);
      assertHas(expectThrows(IllegalStateException.class, one::take), "outstanding");
      view.memset(77);
      view.close();
      Buffer taken = one.take();
      assertTrue(one.isConsumed());
      Surfaces.setNumFilled(taken, 0);
      assertEquals(Surfaces.info(taken).numFilled(), 0);
      taken.dispose();
      try (SharedBuffer again = generator.acquire()) {
        assertEquals(Surfaces.info(again).numFilled(), 1);
        // Buffers outlive their generator.
        generator.close();
        paint(again, 3);
        assertEquals(pixels(again, 0).get(0), pattern(37 * 21 * 4, 3));
      }
      two.close();
    }
  }

  /** Every pair of formats, beside the CPU's. */
  @Test(dataProvider = "kinds")
  public void transformsOfEveryFormat(MemType kind) {
    VideoFormat[] formats = VideoFormat.values();
    Interpolation[] filters = Interpolation.values();
    Flip[] flips = Flip.values();
    for (int i = 0; i < formats.length * formats.length; i++) {
      VideoFormat from = formats[i / formats.length];
      VideoFormat to = formats[i % formats.length];
      TransformConfig config =
          DEFAULTS
              .withInterpolation(filters[i % filters.length])
              .withFlip(flips[i % flips.length])
              .withPadColor(0x102030 + i);
      List<byte[]> expected = null;
      for (MemType memory : new MemType[] {MemType.SYSTEM, kind}) {
        try (SharedBuffer source = painted(from, 101, 61, memory, i);
            BufferGenerator target = generator(to, 64, 48, memory);
            SharedBuffer made =
                target.transform(source, 0, config, OptionalLong.of(i), new Rect(3, 5, 90, 50))) {
          List<byte[]> seen = pixels(made, 0);
          if (expected != null) {
            assertClose(seen, expected, from + " to " + to + ", " + config);
          }
          expected = seen;
          assertEquals(made.ids(), List.of(SavantId.frame(i)));
          TransformMeta meta = TransformMeta.get(made, 0).orElseThrow();
          assertEquals(meta.source(), new Rect(3, 5, 90, 50));
        }
      }
    }
  }

  /** Memory of one kind to another, and the compute modes. */
  public void betweenKinds() {
    List<byte[]> expected = null;
    for (MemType from : KINDS) {
      for (MemType to : KINDS) {
        try (SharedBuffer source = painted(VideoFormat.NV12, 128, 72, from, 5);
            BufferGenerator target = generator(VideoFormat.RGBA, 64, 64, to);
            SharedBuffer made =
                target.transform(source, DEFAULTS.withComputeMode(ComputeMode.GPU))) {
          List<byte[]> seen = pixels(made, 0);
          if (expected != null) {
            assertClose(seen, expected, from + " to " + to);
          }
          expected = seen;
          SavantException e =
              expectThrows(
                  SavantException.class,
                  () -> target.transform(source, DEFAULTS.withComputeMode(ComputeMode.VIC)));
          assertHas(e, "VIC");
        }
      }
    }
  }

  /** Every way to fill a slot, a hole, and the views of slots. */
  @Test(dataProvider = "kinds")
  public void uniformBatches(MemType kind) {
    List<List<byte[]>> expected = null;
    for (MemType memory : new MemType[] {MemType.SYSTEM, kind}) {
      List<List<byte[]>> seen = new ArrayList<>();
      List<SavantId> ids = List.of(SavantId.frame(1), SavantId.batch(2));
      try (UniformBatchGenerator generator =
              UniformBatchGenerator.builder(VideoFormat.RGBA, 48, 40, 6).memType(memory).build();
          SurfaceBatch batch = generator.acquireBatch(DEFAULTS.withPadColor(0x0a0b0c), ids);
          SharedBuffer nv12 = painted(VideoFormat.NV12, 90, 50, memory, 1);
          SharedBuffer gray = painted(VideoFormat.GRAY8, 33, 44, memory, 2)) {
        batch.transformSlot(0, nv12);
        batch.transformSlots(
            new int[] {1, 2},
            new SharedBuffer[] {gray, nv12},
            null,
            new Rect[] {null, new Rect(2, 3, 40, 30)});
        batch.uploadSlot(3, pattern(48 * 40 * 4, 9));
        batch.memsetSlot(5, 0x42);
        SurfaceView view = batch.view(3);
        assertSame(view.memType(), memory);
        assertEquals(bytes(view.download()), pattern(48 * 40 * 4, 9));
        view.close();
        BitSet filled = new BitSet();
        filled.set(0, 4);
        filled.set(5);
        assertEquals(batch.filledSlots(), filled);
        batch.finalizeBatch();
        SharedBuffer made = batch.sharedBuffer();
        assertEquals(batch.numFilled(), 6);
        assertEquals(made.ids(), ids);
        assertEquals(Surfaces.info(made, 5).numFilled(), 6);
        for (int slot = 0; slot < 6; slot++) {
          assertSame(Surfaces.info(made, slot).memType(), memory);
          seen.add(pixels(made, slot));
        }
        assertEquals(seen.get(4).get(0)[4], 0x0a);
        assertEquals(seen.get(4).get(0)[7], (byte) 255);
        assertEquals(seen.get(5).get(0)[100], 0x42);
        expectThrows(IllegalStateException.class, () -> batch.memsetSlot(1, 0));
        made.close();
      }
      for (int slot = 0; expected != null && slot < 6; slot++) {
        assertClose(seen.get(slot), expected.get(slot), "slot " + slot);
      }
      expected = seen;
    }
  }

  /** No pixel moves, and the sources stay out of their pools. */
  @Test(dataProvider = "kinds")
  public void nonUniformBatches(MemType kind) {
    try (BufferGenerator a = generator(VideoFormat.NV12, 64, 48, kind);
        BufferGenerator b = generator(VideoFormat.RGBA, 37, 21, kind);
        NonUniformBatch batch = new NonUniformBatch(0)) {
      SharedBuffer one = a.acquire();
      SharedBuffer two = b.acquire();
      paint(one, 4);
      paint(two, 5);
      batch.add(one, 0);
      SurfaceView view = SurfaceView.of(two);
      batch.add(view);
      view.close();
      long[] addresses = {Surfaces.info(one).dataPtr(), Surfaces.info(two).dataPtr()};
      SharedBuffer made = batch.finalizeBatch(List.of(SavantId.frame(8)));
      one.close();
      two.close();
      assertEquals(Surfaces.info(made, 0).dataPtr(), addresses[0]);
      assertEquals(Surfaces.info(made, 1).dataPtr(), addresses[1]);
      assertSame(Surfaces.info(made, 1).memType(), kind);
      assertEquals(pixels(made, 1).get(0), pattern(37 * 21 * 4, 5));
      assertEquals(pixels(made, 0).get(1), pattern(32 * 24 * 2, 4));
      // A slot of it is a source like any other.
      try (BufferGenerator target = generator(VideoFormat.RGBA, 37, 21, kind);
          SharedBuffer copy = target.transform(made, 1, DEFAULTS, OptionalLong.empty(), null)) {
        assertEquals(pixels(copy, 0).get(0), pattern(37 * 21 * 4, 5));
      }
      assertEquals(Surfaces.info(made).batchSize(), 2);
      try (SharedBuffer other = a.acquire()) {
        assertTrue(a.tryAcquire().isEmpty());
        made.close();
        a.tryAcquire().orElseThrow().close();
      }
    }
  }

  public void nonUniformBatchesOfOneKindAndGpu() {
    try (SharedBuffer device = painted(VideoFormat.RGBA, 8, 8, MemType.CUDA_DEVICE, 1);
        SharedBuffer pinned = painted(VideoFormat.RGBA, 8, 8, MemType.CUDA_PINNED, 1);
        SharedBuffer system = painted(VideoFormat.RGBA, 8, 8, MemType.SYSTEM, 1);
        NonUniformBatch batch = new NonUniformBatch(0);
        NonUniformBatch other = new NonUniformBatch(1)) {
      batch.add(device, 0);
      for (SharedBuffer wrong : List.of(pinned, system)) {
        assertHas(
            expectThrows(IllegalArgumentException.class, () -> batch.add(wrong, 0)),
            "all must be of one kind");
      }
      assertHas(
          expectThrows(IllegalArgumentException.class, () -> other.add(device, 0)),
          "GPU 0",
          "GPU 1");
      batch.add(device, 0);
      batch.finalizeBatch().close();
    }
  }

  /** Any thread may call anything; none has a CUDA context of its own. */
  public void anyThread() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(8);
    try (BufferGenerator target =
        BufferGenerator.builder(VideoFormat.RGBA, 64, 64).poolSize(16).build()) {
      List<Future<Integer>> results = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        int seed = i;
        results.add(
            threads.submit(
                () -> {
                  for (int round = 0; round < 50; round++) {
                    MemType kind = KINDS[round % KINDS.length];
                    try (SharedBuffer source =
                            painted(VideoFormat.RGBA, 64, 64, kind, seed + round);
                        SharedBuffer made =
                            target.transform(source, DEFAULTS.withPadding(Padding.NONE))) {
                      assertEquals(pixels(made, 0).get(0), pattern(64 * 64 * 4, seed + round));
                    }
                  }
                  return 0;
                }));
      }
      for (Future<Integer> result : results) {
        assertEquals(result.get(), 0);
      }
    } finally {
      threads.shutdown();
    }
  }

  /** One clear exception, everything is given back, and things go on. */
  public void outOfMemory() {
    long before = Gpus.gpuMemUsedMib(0);
    for (int round = 0; round < 2; round++) {
      SavantException e =
          expectThrows(
              SavantException.class,
              () -> BufferGenerator.builder("RGBA", 32000, 16000).poolSize(1000).build());
      assertHas(e, "CUDA_ERROR_OUT_OF_MEMORY", "32000x16000", "poolSize=1000");
      assertTrue(Gpus.gpuMemUsedMib(0) - before < 128, "still used: " + Gpus.gpuMemUsedMib(0));
    }
    try (SharedBuffer small = painted(VideoFormat.RGBA, 64, 64, MemType.CUDA_DEVICE, 2)) {
      assertEquals(pixels(small, 0).get(0), pattern(64 * 64 * 4, 2));
    }
  }

  public void gpusThatAreNotThere() {
    SavantException e =
        expectThrows(
            SavantException.class,
            () -> BufferGenerator.builder("RGBA", 8, 8).gpuId(77).build().acquire());
    assertHas(e, "GPU 77");
    for (MemType kind : new MemType[] {MemType.SURFACE_ARRAY, MemType.HANDLE}) {
      assertHas(
          expectThrows(
              SavantException.class,
              () -> BufferGenerator.builder("RGBA", 8, 8).memType(kind).build()),
          kind.canonicalName());
    }
  }
}
