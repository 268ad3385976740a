/* SPDX-License-Identifier: Apache-2.0 */
package org.savantgst.interop;

import static org.testng.Assert.assertEquals;
import static org.testng.Assert.assertFalse;
import static org.testng.Assert.assertNotNull;
import static org.testng.Assert.assertNull;
import static org.testng.Assert.assertSame;
import static org.testng.Assert.assertTrue;
import static org.testng.Assert.expectThrows;

import java.lang.ref.WeakReference;
import java.nio.ByteBuffer;
import java.util.OptionalLong;
import java.util.function.Consumer;
import org.savantgst.SavantException;
import org.savantgst.surface.BufferGenerator;
import org.savantgst.surface.MemType;
import org.savantgst.surface.Padding;
import org.savantgst.surface.Rect;
import org.savantgst.surface.SharedBuffer;
import org.savantgst.surface.SurfaceView;
import org.savantgst.surface.TransformConfig;
import org.savantgst.surface.VideoFormat;
import org.testng.annotations.DataProvider;
import org.testng.annotations.Test;

/** Rows "__cuda_array_interface__" and "from_cuda_array". */
public class CudaArrayTest {
  private static void checkPixels(SurfaceView view, HostArray array, int rowBytes) {
    ByteBuffer pixels = view.download();
    for (int y = 0; y < view.height(); y++) {
      for (int x = 0; x < rowBytes; x++) {
        assertEquals(
            pixels.get(y * rowBytes + x), HostArray.value(y * array.strides[0] + x), y + ", " + x);
      }
    }
  }

  @Test
  public void viewsAreArrays() {
    for (VideoFormat format : VideoFormat.values()) {
      if (format.planes() > 1 || format == VideoFormat.UYVY) {
        continue;
      }
      try (BufferGenerator generator = BufferGenerator.builder(format, 37, 21).build();
          SharedBuffer buffer = generator.acquire();
          SurfaceView view = SurfaceView.of(buffer)) {
        CudaArray array = view;
        assertEquals(array.dataPtr(), view.dataPtr());
        assertEquals(array.shape(), new long[] {21, 37, format.channels()});
        assertEquals(array.strides(), new long[] {view.pitch(), format.channels(), 1});
        assertEquals(array.typestr(), "|u1");
        assertEquals(array.version(), 3);
        assertEquals(array.stream(), OptionalLong.empty());
        assertSame(array.memType(), MemType.SYSTEM);
        assertFalse(array.readOnly());
        // A copy each time: nobody can change the view's.
        array.shape()[0] = 0;
        assertEquals(array.shape()[0], 21);
        try (SurfaceView onStream = SurfaceView.of(buffer, 0, 77)) {
          assertEquals(onStream.stream(), OptionalLong.of(77));
        }
      }
    }
  }

  @Test
  public void uyvyIsNoArray() {
    try (BufferGenerator generator = BufferGenerator.builder("UYVY", 8, 4).build();
        SharedBuffer buffer = generator.acquire();
        SurfaceView view = SurfaceView.of(buffer)) {
      for (Runnable call :
          new Runnable[] {view::shape, view::strides, view::typestr, view::version}) {
        SavantException e = expectThrows(SavantException.class, call::run);
        assertTrue(e.getMessage().contains("UYVY"), e.getMessage());
      }
      expectThrows(SavantException.class, () -> SurfaceView.of(view, 0, 0));
    }
  }

  @Test
  public void planesAreArrays() {
    try (BufferGenerator generator = BufferGenerator.builder("NV12", 37, 21).build();
        SharedBuffer buffer = generator.acquire()) {
      for (SurfaceView plane : SurfaceView.planes(buffer, 0, 0)) {
        assertEquals(plane.shape(), new long[] {plane.height(), plane.width(), plane.channels()});
        plane.close();
        expectThrows(IllegalStateException.class, plane::shape);
        expectThrows(IllegalStateException.class, plane::strides);
        expectThrows(IllegalStateException.class, plane::stream);
        expectThrows(IllegalStateException.class, plane::readOnly);
      }
    }
  }

  @DataProvider
  Object[][] shapes() {
    return new Object[][] {
      {new HostArray(40, 6, 10, 4), VideoFormat.RGBA},
      {new HostArray(43, 6, 10, 4), VideoFormat.RGBA},
      {new HostArray(10, 6, 10, 1), VideoFormat.GRAY8},
      {new HostArray(13, 6, 10), VideoFormat.GRAY8},
      {new HostArray(1, 1, 1), VideoFormat.GRAY8}
    };
  }

  @Test(dataProvider = "shapes")
  public void arraysBecomeViews(HostArray array, VideoFormat format) {
    try (SurfaceView view = SurfaceView.of(array, 0, 5)) {
      assertEquals(view.dataPtr(), array.dataPtr);
      assertEquals(view.pitch(), array.strides[0]);
      assertEquals(view.width(), array.shape[1]);
      assertEquals(view.height(), array.shape[0]);
      assertEquals(view.colorFormat(), format.nativeValue());
      assertEquals(view.channels(), format.channels());
      assertEquals(view.cudaStream(), 5);
      assertSame(view.memType(), MemType.SYSTEM);
      checkPixels(view, array, view.width() * view.channels());
      if (array.strides[0] == view.width() * view.channels()) {
        array.strides = null;
        try (SurfaceView dense = SurfaceView.of(array, 0, 0)) {
          assertEquals(dense.pitch(), view.pitch());
        }
      }
    }
  }

  @Test
  public void writesStayInsideTheRows() {
    HostArray array = new HostArray(43, 6, 10, 4);
    try (SurfaceView view = SurfaceView.of(array, 0, 0)) {
      view.fill(1, 2, 3, 4);
      assertEquals(array.memory.getByte(43 * 5 + 39), 4);
      view.memset(9);
      assertEquals(array.memory.getByte(43 * 5 + 39), 9);
      view.upload(new byte[6 * 10 * 4]);
      for (int y = 0; y < 6; y++) {
        assertEquals(array.memory.getByte(y * 43L), 0);
        for (int x = 40; x < 43; x++) {
          assertEquals(array.memory.getByte(y * 43L + x), HostArray.value(y * 43L + x));
        }
      }
    }
  }

  @Test
  public void transformTakesArrays() {
    HostArray array = new HostArray(43, 6, 10, 4);
    TransformConfig copy = TransformConfig.defaults().withPadding(Padding.NONE);
    try (BufferGenerator generator = BufferGenerator.builder("RGBA", 5, 3).build();
        SurfaceView view = SurfaceView.of(array, 0, 0);
        SharedBuffer part =
            generator.transform(view, copy, OptionalLong.of(8), new Rect(2, 1, 5, 3));
        SurfaceView seen = SurfaceView.of(part)) {
      ByteBuffer pixels = seen.download();
      for (int y = 0; y < 3; y++) {
        for (int x = 0; x < 20; x++) {
          assertEquals(pixels.get(y * 20 + x), HostArray.value((y + 2) * 43L + x + 4));
        }
      }
    }
  }

  @Test
  public void readOnlyArraysAreNotWritten() {
    HostArray array = new HostArray(40, 6, 10, 4);
    array.readOnly = true;
    try (SurfaceView view = SurfaceView.of(array, 0, 0)) {
      assertTrue(view.readOnly());
      expectThrows(SavantException.class, () -> view.fill(1, 2, 3, 4));
      expectThrows(SavantException.class, () -> view.memset(0));
      expectThrows(SavantException.class, () -> view.upload(new byte[240]));
      checkPixels(view, array, 40);
    }
  }

  @Test
  public void viewsOfViews() {
    try (BufferGenerator generator = BufferGenerator.builder("RGBA", 8, 4).build()) {
      SharedBuffer buffer = generator.acquire();
      SurfaceView view = SurfaceView.of(buffer);
      view.fill(1, 2, 3, 4);
      try (SurfaceView second = SurfaceView.of((CudaArray) view, 0, 0)) {
        assertEquals(second.dataPtr(), view.dataPtr());
        assertEquals(second.download(), view.download());
      }
      view.close();
      buffer.close();
      expectThrows(IllegalStateException.class, () -> SurfaceView.of((CudaArray) view, 0, 0));
    }
  }

  @Test
  public void aViewOfAViewKeepsTheBuffer() {
    BufferGenerator generator = BufferGenerator.builder("RGBA", 16, 8).poolSize(1).build();
    try (SharedBuffer buffer = generator.acquire()) {
      SurfaceView first = SurfaceView.of(buffer);
      SurfaceView second = SurfaceView.of(first, 0, 0);
      assertEquals(buffer.strongCount(), 3);
      first.close();
      assertEquals(buffer.strongCount(), 2);
      assertTrue(
          expectThrows(IllegalStateException.class, buffer::take)
              .getMessage()
              .contains("outstanding"));
      second.memset(9);
      second.close();
      assertEquals(buffer.strongCount(), 1);

      SurfaceView closed = SurfaceView.of(buffer);
      closed.close();
      expectThrows(IllegalStateException.class, () -> SurfaceView.of(closed, 0, 0));
      first = SurfaceView.of(buffer);
      second = SurfaceView.of(first, 0, 0);
      first.close();
      buffer.close();
      assertFalse(generator.tryAcquire().isPresent());
      generator.close();
      second.memset(7);
      assertEquals(second.download().get(16 * 8 * 4 - 1), (byte) 7);
      second.close();
    }
  }

  @Test
  public void arraysStayReachableWhileTheyAreViewed() throws InterruptedException {
    HostArray array = new HostArray(40, 6, 10, 4);
    WeakReference<HostArray> seen = new WeakReference<>(array);
    SurfaceView first = SurfaceView.of(array, 0, 0);
    SurfaceView second = SurfaceView.of(array, 0, 0);
    array = null;
    for (int i = 0; i < 5; i++) {
      System.gc();
      Thread.sleep(5);
      assertNotNull(seen.get());
    }
    first.close();
    first.close();
    System.gc();
    assertNotNull(seen.get());
    second.close();
    for (int i = 0; seen.get() != null && i < 200; i++) {
      System.gc();
      Thread.sleep(5);
    }
    assertNull(seen.get());
  }

  @DataProvider
  Object[][] wrong() {
    String shape = "it must be (height, width), (height, width, 1) or (height, width, 4)";
    String rows = "pixels must follow each other in rows, at least 40 bytes apart";
    return new Object[][] {
      {change(a -> a.shape = null), shape},
      {change(a -> a.shape = new long[] {6}), shape},
      {change(a -> a.shape = new long[] {6, 10, 3}), "[6, 10, 3]: " + shape},
      {change(a -> a.shape = new long[] {6, 10, 2}), shape},
      {change(a -> a.shape = new long[] {1, 6, 10, 4}), shape},
      {change(a -> a.shape = new long[] {0, 10, 4}), "height and width must be 1 to 32767"},
      {change(a -> a.shape = new long[] {6, 32768, 4}), "height and width must be 1 to 32767"},
      {change(a -> a.shape = new long[] {1L << 32 | 6, 10, 4}), "1 to 32767"},
      {change(a -> a.shape = new long[] {6, -1, 4}), "[6, -1, 4]"},
      {change(a -> a.strides = new long[] {40, 4}), rows},
      {change(a -> a.strides = new long[] {40, 4, 2}), rows},
      {change(a -> a.strides = new long[] {40, 8, 1}), rows},
      {change(a -> a.strides = new long[] {39, 4, 1}), "strides [39, 4, 1]: " + rows},
      {change(a -> a.strides = new long[] {-40, 4, 1}), rows},
      {change(a -> a.strides = new long[] {0, 4, 1}), rows},
      {change(a -> a.strides = new long[] {1L << 31, 4, 1}), "pitch 2147483648"},
      {change(a -> a.strides = new long[] {Long.MAX_VALUE, 4, 1}), "pitch 9223372036854775807"},
      {change(a -> a.strides = new long[] {1 << 30, 4, 1}), "at most 2147483647"},
      {change(a -> a.typestr = "<f4"), "typestr <f4"},
      {change(a -> a.typestr = "|i1"), "typestr |i1"},
      {change(a -> a.typestr = null), "typestr null"},
      {change(a -> a.version = 0), "protocol version 0"},
      {change(a -> a.version = 4), "protocol version 4"},
      {change(a -> a.stream = OptionalLong.of(0)), "stream 0: it must be 1"},
      {change(a -> a.stream = null), "stream null"},
      {change(a -> a.memType = null), "memType null"},
      {change(a -> a.memType = MemType.DEFAULT), "memType DEFAULT"},
      {change(a -> a.dataPtr = 0), "address is NULL"},
      {change(a -> a.dataPtr = 16), "the CPU cannot read all"}
    };
  }

  private static Consumer<HostArray> change(Consumer<HostArray> change) {
    return change;
  }

  @Test(dataProvider = "wrong")
  public void wrongArrays(Consumer<HostArray> change, String part) {
    HostArray array = new HostArray(40, 6, 10, 4);
    change.accept(array);
    IllegalArgumentException e =
        expectThrows(IllegalArgumentException.class, () -> SurfaceView.of(array, 0, 0));
    assertTrue(e.getMessage().contains(part), e.getMessage());
  }

  @Test
  public void wrongArguments() {
    expectThrows(IllegalArgumentException.class, () -> SurfaceView.of((CudaArray) null, 0, 0));
    HostArray array = new HostArray(40, 6, 10, 4);
    IllegalArgumentException e =
        expectThrows(IllegalArgumentException.class, () -> SurfaceView.of(array, -1, 0));
    assertTrue(e.getMessage().contains("gpuId -1"), e.getMessage());
  }

  @Test
  public void memoryThatThisMachineLacks() {
    for (MemType type : new MemType[] {MemType.SURFACE_ARRAY, MemType.HANDLE}) {
      HostArray array = new HostArray(40, 6, 10, 4);
      array.memType = type;
      SavantException e = expectThrows(SavantException.class, () -> SurfaceView.of(array, 0, 0));
      assertTrue(e.getMessage().contains(type.canonicalName()), e.getMessage());
    }
  }
}
