/* SPDX-License-Identifier: Apache-2.0 */
package org.savantgst.gpu;

import static org.testng.Assert.assertEquals;
import static org.testng.Assert.assertFalse;
import static org.testng.Assert.assertSame;
import static org.testng.Assert.expectThrows;

import com.sun.jna.Callback;
import com.sun.jna.CallbackReference;
import com.sun.jna.Memory;
import com.sun.jna.Pointer;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicInteger;
import org.savantgst.SavantException;
import org.savantgst.interop.CudaArray;
import org.savantgst.interop.DlpackTensor;
import org.savantgst.surface.BufferGenerator;
import org.savantgst.surface.MemType;
import org.savantgst.surface.NonUniformBatch;
import org.savantgst.surface.Padding;
import org.savantgst.surface.SharedBuffer;
import org.savantgst.surface.SurfaceView;
import org.savantgst.surface.TransformConfig;
import org.savantgst.surface.VideoFormat;
import org.testng.annotations.DataProvider;
import org.testng.annotations.Test;

/** Views, CUDA arrays and DLPack tensors of memory that a GPU reaches. */
@Test(groups = "gpu")
public class ViewsGpuTest extends GpuTest {
  private static final int W = 37;
  private static final int H = 21;

  /** An array of somebody else. */
  private record Foreign(long dataPtr, long[] shape, long[] strides, MemType memType, long onStream)
      implements CudaArray {
    @Override
    public String typestr() {
      return "|u1";
    }

    @Override
    public int version() {
      return 3;
    }

    @Override
    public OptionalLong stream() {
      return onStream == 0 ? OptionalLong.empty() : OptionalLong.of(onStream);
    }

    @Override
    public boolean readOnly() {
      return false;
    }
  }

  /** A deleter in Java; native code calls it. */
  public interface Deleter extends Callback {
    /**
     * Is called with the tensor.
     *
     * @param tensor its address
     */
    void invoke(Pointer tensor);
  }

  private static SharedBuffer acquire(VideoFormat format, MemType kind) {
    try (BufferGenerator generator =
        BufferGenerator.builder(format, W, H).memType(kind).poolSize(1).build()) {
      return generator.acquire();
    }
  }

  @DataProvider
  Object[][] packed() {
    VideoFormat[] formats = {
      VideoFormat.RGBA, VideoFormat.BGRx, VideoFormat.BGRA, VideoFormat.RGBx,
      VideoFormat.RGB, VideoFormat.BGR, VideoFormat.GRAY8, VideoFormat.UYVY
    };
    Object[][] rows = new Object[formats.length * KINDS.length][];
    for (int i = 0; i < rows.length; i++) {
      rows[i] = new Object[] {formats[i / KINDS.length], KINDS[i % KINDS.length]};
    }
    return rows;
  }

  @Test(dataProvider = "packed")
  public void fillMemsetUploadDownload(VideoFormat format, MemType kind) {
    long stream = newStream();
    try (SharedBuffer buffer = acquire(format, kind)) {
      for (long on : new long[] {0, stream}) {
        try (SurfaceView view = SurfaceView.of(buffer, 0, on)) {
          int channels = view.channels();
          int size = W * H * channels;
          assertSame(view.memType(), kind);
          assertEquals(view.cudaStream(), on);
          assertEquals(view.gpuId(), 0);
          view.memset(0xAB);
          byte[] all = bytes(view.download());
          assertEquals(all.length, size);
          for (byte value : all) {
            assertEquals(value, (byte) 0xAB);
          }
          int[] color = Arrays.copyOf(new int[] {0, 255, 7, 128}, channels);
          if (format == VideoFormat.UYVY) {
            assertHas(
                expectThrows(IllegalArgumentException.class, () -> view.fill(color)), "memset");
          } else {
            view.fill(color);
            byte[] filled = bytes(view.download());
            for (int i = 0; i < size; i++) {
              assertEquals(filled[i] & 0xff, color[i % channels], "byte " + i);
            }
          }
          view.upload(pattern(size, 1));
          assertEquals(bytes(view.download()), pattern(size, 1));
          ByteBuffer direct = ByteBuffer.allocateDirect(size);
          direct.put(pattern(size, 2)).flip();
          view.upload(direct);
          ByteBuffer heap = ByteBuffer.allocate(size);
          view.download(heap);
          assertEquals(heap.array(), pattern(size, 2));
          expectThrows(IllegalArgumentException.class, () -> view.upload(new byte[size - 1]));
        }
      }
    } finally {
      freeStream(stream);
    }
  }

  /** The address is what the driver sees there. */
  public void addressesAreTheDriversOwn() {
    for (MemType kind : KINDS) {
      if (kind == MemType.SYSTEM) {
        continue;
      }
      try (SharedBuffer buffer = acquire(VideoFormat.RGBA, kind);
          SurfaceView view = SurfaceView.of(buffer)) {
        view.fill(1, 2, 3, 4);
        byte[] row = read(view.dataPtr() + (long) view.pitch() * (H - 1), W * 4);
        for (int i = 0; i < row.length; i++) {
          assertEquals(row[i], 1 + i % 4);
        }
        write(view.dataPtr(), new byte[] {9, 8, 7, 6});
        assertEquals(view.download().getInt(0), 0x09080706);
      }
    }
  }

  public void planes() {
    for (MemType kind : KINDS) {
      try (SharedBuffer buffer = acquire(VideoFormat.NV12, kind)) {
        List<SurfaceView> planes = SurfaceView.planes(buffer, 0, 0);
        planes.get(0).fill(50);
        planes.get(1).fill(60, 70);
        assertEquals(planes.get(0).download().get(W * H - 1), 50);
        ByteBuffer chroma = planes.get(1).download();
        assertEquals(chroma.remaining(), 19 * 11 * 2);
        assertEquals(chroma.get(0), 60);
        assertEquals(chroma.get(19 * 11 * 2 - 1), 70);
        planes.forEach(SurfaceView::close);
      }
    }
  }

  public void viewsAreArrays() {
    for (MemType kind : KINDS) {
      try (SharedBuffer buffer = acquire(VideoFormat.RGB, kind);
          SurfaceView view = SurfaceView.of(buffer, 0, 2);
          SurfaceView plain = SurfaceView.of(buffer)) {
        CudaArray array = view;
        assertEquals(array.shape(), new long[] {H, W, 3});
        assertEquals(array.strides(), new long[] {view.pitch(), 3, 1});
        assertSame(array.memType(), kind);
        assertEquals(array.stream(), OptionalLong.of(2));
        // Work of a view without a stream is in the legacy default one.
        assertEquals(
            plain.stream(), kind == MemType.SYSTEM ? OptionalLong.empty() : OptionalLong.of(1));
        assertFalse(array.readOnly());
      }
      try (SharedBuffer buffer = acquire(VideoFormat.RGBA, kind);
          SurfaceView view = SurfaceView.of(buffer);
          SurfaceView second = SurfaceView.of((CudaArray) view, 0, 0)) {
        view.fill(1, 2, 3, 4);
        assertEquals(second.dataPtr(), view.dataPtr());
        assertEquals(second.download(), view.download());
        second.memset(5);
        assertEquals(view.download().get(0), 5);
      }
    }
  }

  @DataProvider
  Object[][] foreignKinds() {
    return new Object[][] {{MemType.CUDA_DEVICE}, {MemType.CUDA_PINNED}, {MemType.CUDA_UNIFIED}};
  }

  /** Memory of another library: written, read and transformed where it is. */
  @Test(dataProvider = "foreignKinds")
  public void foreignPointers(MemType kind) {
    int pitch = 48;
    long address = foreign(kind, pitch * 6);
    write(address, pattern(pitch * 6, 0));
    try {
      long[] strides = {pitch, 4, 1};
      Foreign array = new Foreign(address, new long[] {6, 10, 4}, strides, kind, 0);
      try (SurfaceView view = SurfaceView.of(array, 0, 0);
          BufferGenerator target = BufferGenerator.builder("RGBA", 10, 6).build();
          SharedBuffer made =
              target.transform(
                  view,
                  TransformConfig.defaults().withPadding(Padding.NONE),
                  OptionalLong.empty(),
                  null)) {
        assertSame(view.memType(), kind);
        assertEquals(view.pitch(), pitch);
        byte[] seen = bytes(view.download());
        byte[] expected = pattern(pitch * 6, 0);
        for (int i = 0; i < 240; i++) {
          assertEquals(seen[i], expected[i / 40 * pitch + i % 40]);
        }
        assertEquals(pixels(made, 0).get(0), seen);
        view.fill(1, 2, 3, 4);
        byte[] bytes = read(address, pitch * 6);
        for (int i = 0; i < bytes.length; i++) {
          // What lies between the rows is left alone.
          assertEquals(bytes[i], i % pitch < 40 ? (byte) (1 + i % pitch % 4) : expected[i]);
        }
        view.upload(pattern(240, 7));
        assertEquals(Arrays.copyOf(read(address, 240), 40), Arrays.copyOf(pattern(240, 7), 40));
      }
      for (MemType wrong : KINDS) {
        if (wrong == kind || wrong == MemType.SYSTEM && kind != MemType.CUDA_DEVICE) {
          continue;
        }
        Foreign other = new Foreign(address, new long[] {6, 10, 4}, strides, wrong, 0);
        assertHas(
            expectThrows(IllegalArgumentException.class, () -> SurfaceView.of(other, 0, 0)),
            wrong.canonicalName(),
            kind.canonicalName());
      }
      if (kind == MemType.CUDA_DEVICE) {
        assertHas(
            expectThrows(IllegalArgumentException.class, () -> SurfaceView.of(array, 1, 0)),
            "GPU 1",
            "GPU 0");
      }
    } finally {
      free(kind, address);
    }
  }

  public void hostMemoryIsNoGpus() {
    Memory memory = new Memory(240);
    for (MemType kind : new MemType[] {MemType.CUDA_DEVICE, MemType.CUDA_PINNED}) {
      Foreign array =
          new Foreign(Pointer.nativeValue(memory), new long[] {6, 10, 4}, null, kind, 0);
      assertHas(
          expectThrows(IllegalArgumentException.class, () -> SurfaceView.of(array, 0, 0)),
          kind.canonicalName(),
          "system");
    }
  }

  /** kDLCUDA 2, kDLCUDAHost 3, kDLCUDAManaged 13, kDLCPU 1; and back. */
  public void tensorsOut() {
    int[] devices = {2, 3, 13, 1};
    for (int k = 0; k < KINDS.length; k++) {
      try (SharedBuffer buffer = acquire(VideoFormat.RGBA, KINDS[k]);
          SurfaceView view = SurfaceView.of(buffer)) {
        view.upload(pattern(W * H * 4, k));
        DlpackTensor tensor = view.toDlpack();
        Pointer fields = new Pointer(tensor.address());
        assertEquals(fields.getLong(32), view.dataPtr());
        assertEquals(fields.getInt(40), devices[k]);
        assertEquals(fields.getInt(44), 0);
        assertEquals(fields.getPointer(64).getLongArray(0, 3), new long[] {view.pitch(), 4, 1});
        assertEquals(buffer.strongCount(), 3);
        // The importer deletes it, once its last view is gone.
        SurfaceView back = DlpackTensor.importVersioned(tensor.release());
        assertSame(back.memType(), KINDS[k]);
        assertEquals(bytes(back.download()), pattern(W * H * 4, k));
        assertEquals(buffer.strongCount(), 3);
        back.close();
        assertEquals(buffer.strongCount(), 2);
      }
    }
  }

  @Test(dataProvider = "foreignKinds")
  public void tensorsIn(MemType kind) {
    AtomicInteger deleted = new AtomicInteger();
    Deleter deleter = tensor -> deleted.incrementAndGet();
    long address = foreign(kind, 240);
    write(address, pattern(240, 3));
    Memory managed = new Memory(80);
    Memory shape = new Memory(24);
    shape.write(0, new long[] {6, 10, 4}, 0, 3);
    managed.clear();
    managed.setInt(0, 1);
    managed.setPointer(16, CallbackReference.getFunctionPointer(deleter));
    managed.setLong(32, address);
    managed.setInt(40, kind == MemType.CUDA_DEVICE ? 2 : kind == MemType.CUDA_PINNED ? 3 : 13);
    managed.setInt(48, 3);
    managed.setInt(52, 0x00010801);
    managed.setPointer(56, shape);
    try {
      SurfaceView view = DlpackTensor.importVersioned(Pointer.nativeValue(managed));
      assertSame(view.memType(), kind);
      assertEquals(bytes(view.download()), pattern(240, 3));
      view.memset(8);
      assertEquals(read(address, 240)[239], 8);
      assertEquals(deleted.get(), 0);
      view.close();
      assertEquals(deleted.get(), 1);
      // Another GPU than the tensor's, said by its owner: refused and left to him.
      managed.setInt(44, 5);
      if (kind == MemType.CUDA_DEVICE) {
        assertHas(
            expectThrows(
                RuntimeException.class,
                () -> DlpackTensor.importVersioned(Pointer.nativeValue(managed))),
            "GPU 5");
        assertEquals(deleted.get(), 1);
      }
    } finally {
      free(kind, address);
    }
  }

  public void sharedMemoryIsNotWritten() {
    try (SharedBuffer buffer = acquire(VideoFormat.RGBA, MemType.CUDA_DEVICE);
        SurfaceView view = SurfaceView.of(buffer)) {
      view.memset(3);
      SavantException e =
          expectThrows(
              SavantException.class,
              () -> {
                try (NonUniformBatch batch = new NonUniformBatch(0)) {
                  batch.add(buffer, 0);
                  try (SharedBuffer made = batch.finalizeBatch();
                      SurfaceView inside = SurfaceView.of(made)) {
                    assertEquals(inside.download().get(0), 3);
                    inside.memset(1);
                  }
                }
              });
      assertHas(e, "shared");
    }
  }
}
