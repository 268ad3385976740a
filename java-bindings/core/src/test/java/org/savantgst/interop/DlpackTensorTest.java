/* SPDX-License-Identifier: Apache-2.0 */
package org.savantgst.interop;

import static org.testng.Assert.assertEquals;
import static org.testng.Assert.assertFalse;
import static org.testng.Assert.assertSame;
import static org.testng.Assert.assertTrue;
import static org.testng.Assert.expectThrows;

import com.sun.jna.Callback;
import com.sun.jna.CallbackReference;
import com.sun.jna.Function;
import com.sun.jna.Memory;
import com.sun.jna.Pointer;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicInteger;
import org.freedesktop.gstreamer.Buffer;
import org.savantgst.SavantException;
import org.savantgst.surface.BufferGenerator;
import org.savantgst.surface.MemType;
import org.savantgst.surface.SharedBuffer;
import org.savantgst.surface.SurfaceView;
import org.savantgst.surface.VideoFormat;
import org.testng.annotations.Test;

/** Rows "toDlpack" and "importVersioned". */
public class DlpackTensorTest {
  /** Where the fields of a DLManagedTensorVersioned are. */
  private static final int MAJOR = 0;

  private static final int DELETER = 16;
  private static final int FLAGS = 24;
  private static final int DATA = 32;
  private static final int DEVICE_TYPE = 40;
  private static final int NDIM = 48;
  private static final int CODE = 52;
  private static final int BITS = 53;
  private static final int LANES = 54;
  private static final int SHAPE = 56;
  private static final int STRIDES = 64;
  private static final int BYTE_OFFSET = 72;
  private static final int SIZE = 80;

  /** A deleter in Java; native code calls it. */
  public interface Deleter extends Callback {
    /**
     * Is called with the tensor.
     *
     * @param tensor its address
     */
    void invoke(Pointer tensor);
  }

  /** A tensor of somebody else, height x width x channels, rows without gaps. */
  private static final class Foreign {
    final AtomicInteger deleted = new AtomicInteger();
    final Memory pixels;
    final Memory managed = new Memory(SIZE);
    final Memory numbers = new Memory(48);
    final Deleter deleter = tensor -> deleted.incrementAndGet();

    Foreign(long height, long width, long channels) {
      pixels = new Memory(height * width * channels);
      for (long i = 0; i < pixels.size(); i++) {
        pixels.setByte(i, HostArray.value(i));
      }
      managed.clear();
      managed.setInt(MAJOR, 1);
      managed.setPointer(DELETER, CallbackReference.getFunctionPointer(deleter));
      managed.setPointer(DATA, pixels);
      managed.setInt(DEVICE_TYPE, 1);
      managed.setInt(NDIM, 3);
      managed.setByte(CODE, (byte) 1);
      managed.setByte(BITS, (byte) 8);
      managed.setShort(LANES, (short) 1);
      numbers.write(0, new long[] {height, width, channels, width * channels, channels, 1}, 0, 6);
      managed.setPointer(SHAPE, numbers);
      managed.setPointer(STRIDES, numbers.share(24));
    }

    long address() {
      return Pointer.nativeValue(managed);
    }
  }

  private static void deleteByItself(long tensor) {
    Pointer pointer = new Pointer(tensor);
    Function.getFunction(pointer.getPointer(DELETER)).invokeVoid(new Object[] {pointer});
  }

  @Test
  public void tensorOfEveryFormat() {
    for (VideoFormat format : VideoFormat.values()) {
      if (format.planes() > 1 || format == VideoFormat.UYVY) {
        continue;
      }
      try (BufferGenerator generator = BufferGenerator.builder(format, 37, 21).build();
          SharedBuffer buffer = generator.acquire();
          SurfaceView view = SurfaceView.of(buffer);
          DlpackTensor tensor = view.toDlpack()) {
        Pointer fields = new Pointer(tensor.address());
        assertEquals(fields.getInt(MAJOR), 1);
        assertEquals(fields.getLong(FLAGS), 0);
        assertEquals(fields.getLong(DATA), view.dataPtr());
        assertEquals(fields.getInt(DEVICE_TYPE), 1);
        assertEquals(fields.getInt(NDIM), 3);
        assertEquals(fields.getInt(CODE), 0x00010801);
        assertEquals(
            fields.getPointer(SHAPE).getLongArray(0, 3), new long[] {21, 37, format.channels()});
        assertEquals(
            fields.getPointer(STRIDES).getLongArray(0, 3),
            new long[] {view.pitch(), format.channels(), 1});
        assertEquals(fields.getLong(BYTE_OFFSET), 0);
        assertEquals(tensor.address(), tensor.address());
      }
    }
  }

  @Test
  public void uyvyAndSeveralPlanesAreNoTensors() {
    try (BufferGenerator uyvy = BufferGenerator.builder("UYVY", 8, 4).build();
        BufferGenerator nv12 = BufferGenerator.builder("NV12", 8, 4).build();
        SharedBuffer packed = uyvy.acquire();
        SurfaceView view = SurfaceView.of(packed);
        SharedBuffer planar = nv12.acquire()) {
      SavantException e = expectThrows(SavantException.class, view::toDlpack);
      assertTrue(e.getMessage().contains("UYVY picture is no array"), e.getMessage());
      e = expectThrows(SavantException.class, () -> DlpackTensor.of(planar.address(), 0, -1));
      assertTrue(e.getMessage().contains("export its planes one by one"), e.getMessage());
      for (SurfaceView plane : SurfaceView.planes(planar, 0, 0)) {
        try (DlpackTensor tensor = plane.toDlpack()) {
          assertEquals(new Pointer(tensor.address()).getPointer(SHAPE).getLong(8), plane.width());
        }
        plane.close();
      }
      assertEquals(planar.strongCount(), 1);
      assertEquals(packed.strongCount(), 2);
    }
  }

  @Test
  public void tensorCountsUntilItsDeleterHasRun() {
    try (BufferGenerator generator = BufferGenerator.builder("RGBA", 8, 4).poolSize(1).build()) {
      SharedBuffer buffer = generator.acquire();
      SurfaceView view = SurfaceView.of(buffer);
      DlpackTensor closed = view.toDlpack();
      DlpackTensor released = view.toDlpack();
      assertEquals(buffer.strongCount(), 4);
      closed.close();
      closed.close();
      assertEquals(buffer.strongCount(), 3);
      IllegalStateException e = expectThrows(IllegalStateException.class, closed::address);
      assertEquals(e.getMessage(), "the DlpackTensor is closed");
      expectThrows(IllegalStateException.class, closed::release);
      assertEquals(closed.toString(), "DlpackTensor[closed]");
      long address = released.release();
      assertEquals(buffer.strongCount(), 3);
      e = expectThrows(IllegalStateException.class, released::address);
      assertTrue(e.getMessage().contains("released"), e.getMessage());
      expectThrows(IllegalStateException.class, released::release);
      released.close();
      assertEquals(buffer.strongCount(), 3);
      view.close();
      expectThrows(IllegalStateException.class, view::toDlpack);
      e = expectThrows(IllegalStateException.class, buffer::take);
      assertTrue(e.getMessage().contains("outstanding"), e.getMessage());
      // The tensor keeps the buffer out of the pool.
      buffer.close();
      assertTrue(generator.tryAcquire().isEmpty());
      deleteByItself(address);
      try (SharedBuffer again = generator.acquire()) {
        assertEquals(again.strongCount(), 1);
        Buffer taken = again.take();
        taken.dispose();
      }
    }
  }

  @Test
  public void tensorsDoNotStopWritingToTheBuffer() {
    try (BufferGenerator generator = BufferGenerator.builder("RGBA", 8, 4).build();
        SharedBuffer buffer = generator.acquire();
        SurfaceView view = SurfaceView.of(buffer);
        DlpackTensor tensor = view.toDlpack()) {
      view.fill(1, 2, 3, 4);
      buffer.setPts(5);
      assertEquals(buffer.pts().getAsLong(), 5);
      assertEquals(new Pointer(tensor.address()).getPointer(DATA).getInt(0), 0x04030201);
    }
  }

  @Test
  public void foreignTensorsBecomeViews() {
    VideoFormat[] formats = {VideoFormat.GRAY8, VideoFormat.RGB, VideoFormat.RGBA};
    for (VideoFormat format : formats) {
      Foreign foreign = new Foreign(6, 10, format.channels());
      SurfaceView view = DlpackTensor.importVersioned(foreign.address());
      assertEquals(view.width(), 10);
      assertEquals(view.height(), 6);
      assertEquals(view.colorFormat(), format.nativeValue());
      assertSame(view.memType(), MemType.SYSTEM);
      assertEquals(view.dataPtr(), Pointer.nativeValue(foreign.pixels));
      assertFalse(view.readOnly());
      ByteBuffer pixels = view.download();
      for (int i = 0; i < pixels.capacity(); i++) {
        assertEquals(pixels.get(i), HostArray.value(i));
      }
      view.memset(3);
      assertEquals(foreign.pixels.getByte(foreign.pixels.size() - 1), 3);
      assertEquals(foreign.deleted.get(), 0);
      view.close();
      view.close();
      assertEquals(foreign.deleted.get(), 1);
    }
  }

  @Test
  public void twoDimensionsOffsetAndNoStrides() {
    Foreign foreign = new Foreign(6, 10, 1);
    foreign.managed.setInt(NDIM, 2);
    foreign.managed.setPointer(STRIDES, null);
    foreign.managed.setLong(BYTE_OFFSET, 10);
    foreign.numbers.setLong(0, 5);
    try (SurfaceView view = DlpackTensor.importVersioned(foreign.address())) {
      assertEquals(view.height(), 5);
      assertEquals(view.pitch(), 10);
      assertEquals(view.download().get(0), HostArray.value(10));
    }
    assertEquals(foreign.deleted.get(), 1);
  }

  @Test
  public void readOnlyTensorsAreNotWritten() {
    Foreign foreign = new Foreign(6, 10, 4);
    foreign.managed.setLong(FLAGS, 1);
    try (SurfaceView view = DlpackTensor.importVersioned(foreign.address())) {
      assertTrue(view.readOnly());
      expectThrows(SavantException.class, () -> view.memset(0));
      // Nor by whom they are handed on to.
      try (DlpackTensor again = view.toDlpack()) {
        assertEquals(new Pointer(again.address()).getLong(FLAGS), 1);
      }
    }
    assertEquals(foreign.deleted.get(), 1);
  }

  @Test
  public void tensorOutlivesTheViewOfAForeignOne() {
    Foreign foreign = new Foreign(6, 10, 4);
    SurfaceView view = DlpackTensor.importVersioned(foreign.address());
    DlpackTensor again = view.toDlpack();
    view.close();
    assertEquals(foreign.deleted.get(), 0);
    again.close();
    assertEquals(foreign.deleted.get(), 1);
  }

  @Test
  public void ourTensorComesBack() {
    try (BufferGenerator generator = BufferGenerator.builder("RGBA", 8, 4).build();
        SharedBuffer buffer = generator.acquire()) {
      long address;
      try (SurfaceView view = SurfaceView.of(buffer)) {
        view.fill(5, 6, 7, 8);
        address = view.toDlpack().release();
      }
      try (SurfaceView back = DlpackTensor.importVersioned(address)) {
        assertEquals(buffer.strongCount(), 2);
        assertEquals(back.download().getInt(0), 0x05060708);
      }
      assertEquals(buffer.strongCount(), 1);
    }
  }

  @Test
  public void wrongTensorsStayTheCallers() {
    expectThrows(IllegalArgumentException.class, () -> DlpackTensor.importVersioned(0));
    Object[][] changes = {
      {MAJOR, (byte) 2, "version 2.0"},
      {CODE, (byte) 2, "type code 2"},
      {BITS, (byte) 16, "16 bits"},
      {LANES, (byte) 3, "3 lanes"},
      {NDIM, (byte) 4, "4 dimensions"},
      {NDIM, (byte) 1, "1 dimensions"}
    };
    for (Object[] change : changes) {
      Foreign foreign = new Foreign(6, 10, 4);
      foreign.managed.setByte((int) change[0], (byte) change[1]);
      IllegalArgumentException e =
          expectThrows(
              IllegalArgumentException.class,
              () -> DlpackTensor.importVersioned(foreign.address()));
      assertTrue(e.getMessage().contains((String) change[2]), e.getMessage());
      assertEquals(foreign.deleted.get(), 0);
    }
    Foreign elsewhere = new Foreign(6, 10, 4);
    elsewhere.managed.setInt(DEVICE_TYPE, 10);
    SavantException e =
        expectThrows(
            SavantException.class, () -> DlpackTensor.importVersioned(elsewhere.address()));
    assertTrue(e.getMessage().contains("device type 10"), e.getMessage());
    long[][] numbers = {{0, 0}, {1, 40000}, {2, 2}, {3, 39}, {4, 5}, {5, 2}};
    for (long[] number : numbers) {
      Foreign foreign = new Foreign(6, 10, 4);
      foreign.numbers.setLong(8 * number[0], number[1]);
      expectThrows(
          IllegalArgumentException.class, () -> DlpackTensor.importVersioned(foreign.address()));
      assertEquals(foreign.deleted.get(), 0);
    }
  }
}
