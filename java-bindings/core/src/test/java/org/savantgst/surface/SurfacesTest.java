/* SPDX-License-Identifier: Apache-2.0 */
package org.savantgst.surface;

import static org.testng.Assert.assertEquals;
import static org.testng.Assert.assertTrue;
import static org.testng.Assert.expectThrows;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import org.freedesktop.gstreamer.Buffer;
import org.savantgst.Savant;
import org.savantgst.SavantException;
import org.savantgst.meta.SavantIds;
import org.testng.annotations.Test;

/** Row "get_nvbufsurface_info, set_num_filled". */
public class SurfacesTest {
  private static void assertHas(Throwable e, String part) {
    assertTrue(e.getMessage().contains(part), e.getMessage());
  }

  @Test
  public void infoPerSlotInEveryForm() {
    try (UniformBatchGenerator g = UniformBatchGenerator.builder("NV12", 641, 479, 3).build();
        SurfaceBatch batch = g.acquireBatch(TransformConfig.defaults())) {
      batch.memsetSlot(1, 0);
      batch.finalizeBatch();
      try (SharedBuffer buffer = batch.sharedBuffer()) {
        SurfaceInfo zero = Surfaces.info(buffer);
        assertEquals(zero, Surfaces.info(buffer, 0));
        assertEquals(zero, Surfaces.info(buffer.buffer()));
        assertEquals(zero, Surfaces.info(buffer.address()));
        SurfaceInfo two = Surfaces.info(buffer, 2);
        assertEquals(two, Surfaces.info(buffer.buffer(), 2));
        assertEquals(two, Surfaces.info(buffer.address(), 2));
        assertTrue(two.dataPtr() > zero.dataPtr());
        assertEquals(
            zero,
            new SurfaceInfo(zero.dataPtr(), zero.pitch(), 641, 479, 6, MemType.SYSTEM, 0, 3, 2));
        assertTrue(zero.pitch() >= 642);
        for (int slot : new int[] {-1, 3, Integer.MAX_VALUE}) {
          assertHas(
              expectThrows(IllegalArgumentException.class, () -> Surfaces.info(buffer, slot)),
              "0 to 2");
        }
        Surfaces.setNumFilled(buffer, 3);
        assertEquals(Surfaces.info(buffer).numFilled(), 3);
        Surfaces.setNumFilled(buffer.buffer(), 0);
        assertEquals(Surfaces.info(buffer).numFilled(), 0);
        expectThrows(IllegalArgumentException.class, () -> SurfaceView.planes(buffer, 0, 0));
        Surfaces.setNumFilled(buffer.address(), 1);
        for (int n : new int[] {-1, 4}) {
          assertHas(
              expectThrows(IllegalArgumentException.class, () -> Surfaces.setNumFilled(buffer, n)),
              "0 to 3");
        }
        try (SharedBuffer other = SharedBuffer.of(buffer.address())) {
          assertHas(
              expectThrows(SavantException.class, () -> Surfaces.setNumFilled(buffer, 1)),
              "references");
          assertEquals(other.strongCount(), 1);
        }
      }
    }
  }

  /** Any other buffer is refused, also one that looks like a surface. */
  @Test
  public void otherBuffers() {
    Savant.init();
    for (int size : new int[] {1, 63, 72, 4096}) {
      try (Buffer plain = new Buffer(size)) {
        ByteBuffer bytes = plain.map(true).order(ByteOrder.nativeOrder());
        for (int i = 0; i < size; i++) {
          bytes.put(i, (byte) 0xEE);
        }
        plain.unmap();
        refuse(plain);
      }
    }
    // The header of a surface with one slot at an address that is none.
    for (long list : new long[] {0, 16, 0xdeadbeef000L, 0x7ffffffffffffff0L, -8}) {
      try (Buffer plain = new Buffer(72)) {
        ByteBuffer header = plain.map(true).order(ByteOrder.nativeOrder());
        header.putInt(0, 0).putInt(4, 1).putInt(8, 1).putInt(16, 6).putLong(24, list);
        plain.unmap();
        refuse(plain);
      }
    }
    expectThrows(IllegalArgumentException.class, () -> Surfaces.info((SharedBuffer) null));
    expectThrows(IllegalArgumentException.class, () -> Surfaces.info((Buffer) null));
    expectThrows(IllegalArgumentException.class, () -> Surfaces.info(0L));
    expectThrows(IllegalArgumentException.class, () -> Surfaces.setNumFilled((Buffer) null, 0));
    expectThrows(
        IllegalArgumentException.class, () -> Surfaces.setNumFilled((SharedBuffer) null, 0));
    expectThrows(IllegalArgumentException.class, () -> Surfaces.setNumFilled(0L, 0));
  }

  private static void refuse(Buffer plain) {
    assertTrue(expectThrows(SavantException.class, () -> Surfaces.info(plain)).code() < 0);
    expectThrows(SavantException.class, () -> Surfaces.setNumFilled(plain, 1));
    expectThrows(SavantException.class, () -> SurfaceView.of(plain, 0, 0));
    assertEquals(SavantIds.get(plain), List.of());
  }
}
