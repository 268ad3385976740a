/* SPDX-License-Identifier: Apache-2.0 */
package org.savantgst.gpu;

import com.sun.jna.Pointer;
import com.sun.jna.ptr.IntByReference;
import com.sun.jna.ptr.PointerByReference;
import java.nio.charset.StandardCharsets;
import org.savantgst.SavantException;

/** CUDA's driver API, as far as it tells about devices. Numbers are those of its manual. */
final class Cuda {
  static final String SONAME = "libcuda.so.1";

  /** CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT and COMPUTE_CAPABILITY_MAJOR, _MINOR. */
  static final int MULTIPROCESSORS = 16;

  static final int CAPABILITY_MAJOR = 75;
  static final int CAPABILITY_MINOR = 76;

  private static final int UUID_BYTES = 16;
  private static final int PCI_BYTES = 32;

  private final DriverLibrary library;

  /**
   * Loads and initialises the driver.
   *
   * @throws DriverLibrary.Missing if it cannot be loaded
   * @throws SavantException if it cannot be initialised, for instance for want of a GPU
   */
  Cuda(DriverLibrary.Opener opener) {
    library = opener.open(SONAME);
    check("cuInit", 0);
  }

  private void check(String function, Object... arguments) {
    int result = library.call(function, arguments);
    if (result != 0) {
      throw new SavantException(
          Status.EXECUTION,
          SONAME + ": " + function + " gives " + errorName(result) + visibleDevices());
    }
  }

  private String errorName(int result) {
    PointerByReference name = new PointerByReference();
    boolean known =
        library.has("cuGetErrorName")
            && library.call("cuGetErrorName", result, name) == 0
            && name.getValue() != null;
    return known
        ? name.getValue().getString(0, StandardCharsets.US_ASCII.name()) + " (" + result + ")"
        : "error " + result;
  }

  private static String visibleDevices() {
    String visible = System.getenv("CUDA_VISIBLE_DEVICES");
    return visible == null ? "" : "; CUDA_VISIBLE_DEVICES is \"" + visible + "\"";
  }

  /**
   * Returns the handle of a device.
   *
   * @throws IllegalArgumentException if there is none of that ordinal
   * @throws SavantException if there is none at all
   */
  int device(int gpuId) {
    IntByReference count = new IntByReference();
    check("cuDeviceGetCount", count);
    if (count.getValue() < 1) {
      throw new SavantException(
          Status.UNAVAILABLE, SONAME + " is there, but sees no GPU" + visibleDevices());
    }
    if (gpuId >= count.getValue()) {
      throw new IllegalArgumentException(
          "gpuId "
              + gpuId
              + ": CUDA sees "
              + count.getValue()
              + " GPU(s), it must be 0 to "
              + (count.getValue() - 1)
              + visibleDevices());
    }
    IntByReference device = new IntByReference();
    check("cuDeviceGet", device, gpuId);
    return device.getValue();
  }

  /** The UUID of a device: of a MIG instance its own where the driver is recent enough. */
  byte[] uuid(int device) {
    byte[] uuid = new byte[UUID_BYTES];
    String function = library.has("cuDeviceGetUuid_v2") ? "cuDeviceGetUuid_v2" : "cuDeviceGetUuid";
    check(function, uuid, device);
    return uuid;
  }

  /** The PCI address of a device, "domain:bus:device.function". */
  String pciBusId(int device) {
    byte[] text = new byte[PCI_BYTES];
    check("cuDeviceGetPCIBusId", text, text.length, device);
    return com.sun.jna.Native.toString(text, StandardCharsets.US_ASCII.name());
  }

  int attribute(int device, int attribute) {
    IntByReference value = new IntByReference();
    check("cuDeviceGetAttribute", value, attribute, device);
    return value.getValue();
  }

  Pointer retainContext(int device) {
    PointerByReference context = new PointerByReference();
    check("cuDevicePrimaryCtxRetain", context, device);
    return context.getValue();
  }

  void releaseContext(int device) {
    check("cuDevicePrimaryCtxRelease_v2", device);
  }

  void makeCurrent(Pointer context) {
    check("cuCtxSetCurrent", context);
  }
}
