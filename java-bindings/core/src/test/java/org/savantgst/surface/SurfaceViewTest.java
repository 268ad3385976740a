/* SPDX-License-Identifier: Apache-2.0 */
package org.savantgst.surface;

import static org.testng.Assert.assertEquals;
import static org.testng.Assert.assertSame;
import static org.testng.Assert.assertTrue;
import static org.testng.Assert.expectThrows;

import java.nio.ByteBuffer;
import java.util.List;
import org.freedesktop.gstreamer.Buffer;
import org.savantgst.SavantException;
import org.savantgst.lowlevel.RawMemory;
import org.testng.annotations.DataProvider;
import org.testng.annotations.Test;

/** Rows "SurfaceView.from_buffer" and "channels ... gpu_id". */
public class SurfaceViewTest {
  private static final int W = 37;
  private static final int H = 21;

  private static SharedBuffer acquire(VideoFormat format) {
    try (BufferGenerator generator = BufferGenerator.builder(format, W, H).poolSize(1).build()) {
      return generator.acquire();
    }
  }

  private static void assertHas(Throwable e, String part) {
    assertTrue(e.getMessage().contains(part), e.getMessage());
  }

  @DataProvider
  public Object[][] packed() {
    return new Object[][] {
      {VideoFormat.RGBA, 4},
      {VideoFormat.BGRx, 4},
      {VideoFormat.BGRA, 4},
      {VideoFormat.RGBx, 4},
      {VideoFormat.RGB, 3},
      {VideoFormat.BGR, 3},
      {VideoFormat.GRAY8, 1},
      {VideoFormat.UYVY, 2},
    };
  }

  @Test(dataProvider = "packed")
  public void fillMemsetUploadDownload(VideoFormat format, int channels) {
    try (SharedBuffer buffer = acquire(format);
        SurfaceView view = SurfaceView.of(buffer, 0, 0x1234)) {
      int size = W * H * channels;
      assertEquals(view.channels(), channels);
      assertEquals(view.cudaStream(), 0x1234);
      assertEquals(view.dataPtr(), Surfaces.info(buffer).dataPtr());
      assertEquals(view.pitch(), Surfaces.info(buffer).pitch());
      assertEquals(view.gpuId(), 0);
      assertSame(view.memType(), MemType.SYSTEM);
      view.memset(0xAB);
      ByteBuffer all = view.download();
      assertTrue(all.isDirect());
      assertEquals(all.remaining(), size);
      assertEquals(all.get(size - 1), (byte) 0xAB);
      // Every byte up to pitch x height.
      assertEquals(RawMemory.get(view.dataPtr() + (long) view.pitch() * H - 1), 0xAB);
      int[] color = {0, 255, 7, 128};
      int[] right = java.util.Arrays.copyOf(color, channels);
      if (format == VideoFormat.UYVY) {
        assertHas(expectThrows(IllegalArgumentException.class, () -> view.fill(right)), "memset");
      } else {
        view.fill(right);
        ByteBuffer pixels = view.download();
        for (int i = 0; i < size; i++) {
          assertEquals(pixels.get(i) & 0xff, right[i % channels]);
        }
        assertEquals(RawMemory.get(view.dataPtr() + (long) view.pitch() * H - 1), 0xAB);
      }
      byte[] bytes = new byte[size];
      for (int i = 0; i < size; i++) {
        bytes[i] = (byte) (i * 11);
      }
      view.upload(bytes);
      assertEquals(view.download(), ByteBuffer.wrap(bytes));
      view.memset(0);
      ByteBuffer direct = ByteBuffer.allocateDirect(size + 2);
      direct.position(1).put(bytes).flip().position(1);
      view.upload(direct);
      assertEquals(direct.position(), 1);
      ByteBuffer heap = ByteBuffer.allocate(size + 1).position(1);
      view.download(heap);
      assertEquals(heap.position(), size + 1);
      assertEquals(heap.position(1), ByteBuffer.wrap(bytes));
      view.memset(0);
      view.upload(heap);
      view.upload(heap.asReadOnlyBuffer());
      view.upload(ByteBuffer.wrap(bytes));
      ByteBuffer target = ByteBuffer.allocateDirect(size + 5).position(5);
      view.download(target);
      assertEquals(target.position(5), ByteBuffer.wrap(bytes));
    }
  }

  @Test
  public void badArguments() {
    SharedBuffer buffer = acquire(VideoFormat.RGBA);
    SurfaceView view = SurfaceView.of(buffer);
    int size = W * H * 4;
    List<Runnable> bad =
        List.of(
            () -> view.fill(),
            () -> view.fill(1, 2, 3),
            () -> view.fill(1, 2, 3, 4, 5),
            () -> view.fill(1, 2, 3, 256),
            () -> view.fill(-1, 2, 3, 4),
            () -> view.fill((int[]) null),
            () -> view.memset(-1),
            () -> view.memset(256),
            () -> view.upload((byte[]) null),
            () -> view.upload((ByteBuffer) null),
            () -> view.upload(new byte[0]),
            () -> view.upload(new byte[size - 1]),
            () -> view.upload(new byte[size + 1]),
            () -> view.upload(ByteBuffer.allocateDirect(size + 1)),
            () -> view.upload(ByteBuffer.allocateDirect(size).position(1)),
            () -> view.upload(ByteBuffer.allocate(size - 1)),
            () -> view.download(null),
            () -> view.download(ByteBuffer.allocateDirect(size - 1)),
            () -> view.download(ByteBuffer.allocate(size + 1)),
            () -> view.download(ByteBuffer.allocate(size).asReadOnlyBuffer()));
    for (int i = 0; i < bad.size(); i++) {
      Runnable call = bad.get(i);
      assertTrue(
          expectThrows(IllegalArgumentException.class, call::run).getMessage().length() > 10,
          "call " + i);
    }
    assertHas(expectThrows(IllegalArgumentException.class, () -> view.fill(1)), "4 channels");
    buffer.close();
    expectThrows(IllegalStateException.class, () -> SurfaceView.of(buffer));
    expectThrows(IllegalStateException.class, () -> SurfaceView.planes(buffer, 0, 0));
    view.memset(3);
    view.close();
    List<Runnable> closed =
        List.of(
            view::channels,
            view::colorFormat,
            view::cudaStream,
            view::dataPtr,
            view::pitch,
            view::width,
            view::height,
            view::gpuId,
            view::slotIndex,
            view::memType,
            view::download,
            () -> view.download(null),
            () -> view.fill(1),
            () -> view.memset(999),
            () -> view.upload((byte[]) null),
            () -> view.upload((ByteBuffer) null));
    for (Runnable call : closed) {
      assertHas(expectThrows(IllegalStateException.class, call::run), "closed");
    }
    assertHas(new Exception(view.toString()), "closed");
    expectThrows(IllegalArgumentException.class, () -> SurfaceView.of(0L, 0, 0));
    expectThrows(IllegalArgumentException.class, () -> SurfaceView.planes(null, 0, 0));
  }

  @Test
  public void byBufferAndAddress() {
    SharedBuffer shared = acquire(VideoFormat.GRAY8);
    Buffer taken = shared.take();
    SurfaceView one = SurfaceView.of(taken, 0, 5);
    SurfaceView two =
        SurfaceView.of(
            com.sun.jna.Pointer.nativeValue(
                org.freedesktop.gstreamer.glib.Natives.getRawPointer(taken)),
            0,
            6);
    assertEquals(taken.getRefCount(), 3);
    assertEquals(one.dataPtr(), two.dataPtr());
    one.memset(4);
    taken.dispose();
    one.close();
    assertEquals(two.download().get(0), 4);
    two.close();
    expectThrows(IllegalStateException.class, () -> SurfaceView.of(taken, 0, 0));
  }

  /** NV12 plane 1: 2 channels and the width of the chroma. */
  @Test
  public void planes() {
    for (VideoFormat format : VideoFormat.values()) {
      try (SharedBuffer buffer = acquire(format)) {
        List<SurfaceView> planes = SurfaceView.planes(buffer, 0, 9);
        assertEquals(planes.size(), format.planes());
        assertEquals(buffer.strongCount(), 1 + format.planes());
        for (int p = 0; p < planes.size(); p++) {
          SurfaceView plane = planes.get(p);
          boolean isChroma = p > 0;
          assertEquals(plane.width(), isChroma ? 19 : W);
          assertEquals(plane.height(), isChroma ? 11 : H);
          assertEquals(plane.cudaStream(), 9);
          int channels = isChroma ? 4 - planes.size() : format.channels();
          assertEquals(plane.channels(), channels);
          if (planes.size() > 1) {
            assertEquals(plane.colorFormat(), 1);
            plane.fill(channels == 2 ? new int[] {60 + p, 70} : new int[] {60 + p});
          }
        }
        for (int p = 0; p < planes.size() && planes.size() > 1; p++) {
          assertEquals(planes.get(p).download().get(0), 60 + p);
        }
        planes.forEach(SurfaceView::close);
        assertEquals(buffer.strongCount(), 1);
      }
    }
  }

  /** Pixels are written only where nobody else holds the memory. */
  @Test
  public void sharedMemoryIsNotWritten() {
    try (SharedBuffer buffer = acquire(VideoFormat.RGBA)) {
      Buffer copy = org.savantgst.surface.Copies.shallow(buffer.buffer());
      try (SurfaceView view = SurfaceView.of(buffer)) {
        for (Runnable write :
            new Runnable[] {
              () -> view.memset(0),
              () -> view.fill(1, 2, 3, 4),
              () -> view.upload(new byte[W * H * 4])
            }) {
          assertHas(expectThrows(SavantException.class, write::run), "shared");
        }
        SavantException e =
            expectThrows(SavantException.class, () -> Surfaces.setNumFilled(buffer, 0));
        assertHas(e, "shared");
        assertEquals(view.download().remaining(), W * H * 4);
        copy.dispose();
        view.memset(0);
        Surfaces.setNumFilled(buffer, 0);
      }
    }
  }
}
