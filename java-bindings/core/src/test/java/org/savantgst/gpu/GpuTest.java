/* SPDX-License-Identifier: Apache-2.0 */
package org.savantgst.gpu;

import static org.testng.Assert.assertEquals;
import static org.testng.Assert.assertTrue;

import com.sun.jna.Memory;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.IntByReference;
import com.sun.jna.ptr.PointerByReference;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.savantgst.Backend;
import org.savantgst.Savant;
import org.savantgst.surface.MemType;
import org.savantgst.surface.SharedBuffer;
import org.savantgst.surface.SurfaceView;
import org.testng.SkipException;
import org.testng.annotations.AfterClass;
import org.testng.annotations.BeforeClass;

/** What the tests on a GPU have in common: they are skipped where there is none. */
public abstract class GpuTest {
  /** Memory of a GPU, and the CPU's beside which it is looked at. */
  static final MemType[] KINDS = {
    MemType.CUDA_DEVICE, MemType.CUDA_PINNED, MemType.CUDA_UNIFIED, MemType.SYSTEM
  };

  private static NativeLibrary cuda;
  private static Pointer context;

  @BeforeClass(groups = "gpu", alwaysRun = true)
  public void needsGpu() {
    Backend backend =
        Savant.backends().stream().filter(b -> b.name().equals("cuda")).findFirst().orElseThrow();
    if (!backend.isAvailable()) {
      String reason = "no GPU was tried: " + backend.unavailabilityCause().orElseThrow();
      System.out.println("skipped: " + reason);
      throw new SkipException(reason);
    }
    if (cuda == null) {
      cuda = NativeLibrary.getInstance("libcuda.so.1");
      PointerByReference out = new PointerByReference();
      call("cuInit", 0);
      IntByReference device = new IntByReference();
      call("cuDeviceGet", device, 0);
      call("cuDevicePrimaryCtxRetain", out, device.getValue());
      context = out.getValue();
    }
    call("cuCtxPushCurrent_v2", context);
  }

  @AfterClass(groups = "gpu", alwaysRun = true)
  public void leaveContext() {
    if (cuda != null) {
      call("cuCtxPopCurrent_v2", new PointerByReference());
    }
  }

  /** Calls the driver itself, as another library of the program would. */
  static void call(String name, Object... arguments) {
    assertEquals(cuda.getFunction(name).invokeInt(arguments), 0, name);
  }

  /** Memory of the driver's that is not ours; {@code how} allocates it. */
  static long foreign(MemType how, long size) {
    PointerByReference out = new PointerByReference();
    switch (how) {
      case CUDA_DEVICE -> call("cuMemAlloc_v2", out, size);
      case CUDA_PINNED -> call("cuMemAllocHost_v2", out, size);
      default -> call("cuMemAllocManaged", out, size, 1);
    }
    return Pointer.nativeValue(out.getValue());
  }

  static void free(MemType how, long address) {
    call(how == MemType.CUDA_PINNED ? "cuMemFreeHost" : "cuMemFree_v2", address);
  }

  static byte[] read(long address, int size) {
    Memory memory = new Memory(size);
    call("cuMemcpyDtoH_v2", memory, address, (long) size);
    return memory.getByteArray(0, size);
  }

  static void write(long address, byte[] bytes) {
    Memory memory = new Memory(bytes.length);
    memory.write(0, bytes, 0, bytes.length);
    call("cuMemcpyHtoD_v2", address, memory, (long) bytes.length);
    // From pageable memory it may return while the bytes are still on their way.
    call("cuCtxSynchronize");
  }

  static long newStream() {
    PointerByReference out = new PointerByReference();
    call("cuStreamCreate", out, 1);
    return Pointer.nativeValue(out.getValue());
  }

  static void freeStream(long stream) {
    call("cuStreamDestroy_v2", stream);
  }

  static byte[] pattern(int size, int seed) {
    byte[] bytes = new byte[size];
    for (int i = 0; i < size; i++) {
      bytes[i] = (byte) (16 + (i * 7L + i / 97 * 31L + seed) % 220);
    }
    return bytes;
  }

  /** Writes something into all planes of a slot. */
  static void paint(SharedBuffer buffer, int seed) {
    for (SurfaceView plane : SurfaceView.planes(buffer, 0, 0)) {
      plane.upload(pattern(plane.width() * plane.height() * plane.channels(), seed));
      plane.close();
    }
  }

  static byte[] bytes(ByteBuffer pixels) {
    byte[] bytes = new byte[pixels.remaining()];
    pixels.get(bytes);
    return bytes;
  }

  /** All planes of a slot. */
  static List<byte[]> pixels(SharedBuffer buffer, int slot) {
    List<byte[]> planes = new ArrayList<>();
    for (SurfaceView plane : SurfaceView.planes(buffer, slot, 0)) {
      planes.add(bytes(plane.download()));
      plane.close();
    }
    return planes;
  }

  /** Two backends are within one level of the exact value each. */
  static void assertClose(List<byte[]> a, List<byte[]> b, String what) {
    assertEquals(a.size(), b.size(), what);
    for (int p = 0; p < a.size(); p++) {
      assertEquals(a.get(p).length, b.get(p).length, what);
      for (int i = 0; i < a.get(p).length; i++) {
        int x = a.get(p)[i] & 0xff;
        int y = b.get(p)[i] & 0xff;
        assertTrue(
            Math.abs(x - y) <= 2, what + ", plane " + p + ", byte " + i + ": " + x + " " + y);
      }
    }
  }

  static void assertHas(Throwable e, String... parts) {
    for (String part : parts) {
      assertTrue(e.getMessage().contains(part), e.getMessage());
    }
  }
}
