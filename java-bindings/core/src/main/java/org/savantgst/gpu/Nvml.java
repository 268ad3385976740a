/* SPDX-License-Identifier: Apache-2.0 */
package org.savantgst.gpu;

import com.sun.jna.Memory;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.IntByReference;
import com.sun.jna.ptr.PointerByReference;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;
import org.savantgst.SavantException;

/** NVIDIA's management library. Numbers and layouts are those of its manual. */
final class Nvml {
  static final String SONAME = "libnvidia-ml.so.1";

  private static final int INVALID_ARGUMENT = 2;
  private static final int NOT_FOUND = 6;

  /** nvmlMemory_v2_t: version u32 at 0, then u64 total 8, reserved 16, free 24, used 32. */
  private static final int MEMORY_V2_BYTES = 40;

  private static final int MEMORY_V2_VERSION = MEMORY_V2_BYTES | 2 << 24;
  private static final int MEMORY_V2_USED = 32;

  /** nvmlMemory_t: u64 total at 0, free 8, used 16. */
  private static final int MEMORY_V1_BYTES = 24;

  private static final int MEMORY_V1_USED = 16;

  /** The first is NVML_DEVICE_ARCH_KEPLER, 2. */
  private static final String[] ARCHITECTURES = {
    "kepler", "maxwell", "pascal", "volta", "turing", "ampere", "ada", "hopper", "blackwell"
  };

  /** A device, and what a MIG instance is a part of. */
  record Device(Pointer handle, Pointer wholeGpu) {}

  private final DriverLibrary library;

  /**
   * Loads and initialises the library.
   *
   * @throws DriverLibrary.Missing if it cannot be loaded
   * @throws SavantException if it cannot be initialised
   */
  Nvml(DriverLibrary.Opener opener) {
    library = opener.open(SONAME);
    check("nvmlInit_v2");
  }

  private SavantException failure(String function, int result) {
    String text =
        library
            .find("nvmlErrorString")
            .map(f -> f.invokePointer(new Object[] {result}))
            .map(pointer -> pointer.getString(0, StandardCharsets.US_ASCII.name()))
            .orElse("no text");
    return new SavantException(
        Status.EXECUTION, SONAME + ": " + function + " gives " + result + " (" + text + ")");
  }

  private void check(String function, Object... arguments) {
    int result = library.call(function, arguments);
    if (result != 0) {
      throw failure(function, result);
    }
  }

  private Optional<Pointer> find(String function, String name) {
    PointerByReference handle = new PointerByReference();
    int result = library.call(function, name, handle);
    if (result == NOT_FOUND || result == INVALID_ARGUMENT) {
      return Optional.empty();
    }
    if (result != 0) {
      throw failure(function + "(\"" + name + "\")", result);
    }
    return Optional.of(handle.getValue());
  }

  /** The device of a UUID, GPU or MIG instance, or else of a PCI address. */
  Device device(byte[] uuid, Supplier<String> pciBusId) {
    ByteBuffer bytes = ByteBuffer.wrap(uuid);
    String text = new UUID(bytes.getLong(), bytes.getLong()).toString();
    Optional<Pointer> found = find("nvmlDeviceGetHandleByUUID", "GPU-" + text);
    if (found.isEmpty()) {
      Optional<Pointer> part = find("nvmlDeviceGetHandleByUUID", "MIG-" + text);
      if (part.isPresent()) {
        PointerByReference whole = new PointerByReference();
        check("nvmlDeviceGetDeviceHandleFromMigDeviceHandle", part.get(), whole);
        return new Device(part.get(), whole.getValue());
      }
      found = find("nvmlDeviceGetHandleByPciBusId_v2", pciBusId.get());
    }
    Pointer handle =
        found.orElseThrow(
            () ->
                new SavantException(
                    Status.UNAVAILABLE,
                    SONAME + " knows neither GPU " + text + " nor PCI address " + pciBusId.get()));
    return new Device(handle, handle);
  }

  /** The device of NVML's own count. */
  Device device(int index) {
    IntByReference count = new IntByReference();
    check("nvmlDeviceGetCount_v2", count);
    if (index >= count.getValue()) {
      throw new IllegalArgumentException(
          "gpuId "
              + index
              + ": NVML sees "
              + count.getValue()
              + " GPU(s), it must be 0 to "
              + (count.getValue() - 1));
    }
    PointerByReference handle = new PointerByReference();
    check("nvmlDeviceGetHandleByIndex_v2", index, handle);
    return new Device(handle.getValue(), handle.getValue());
  }

  String architecture(Device device) {
    IntByReference number = new IntByReference();
    check("nvmlDeviceGetArchitecture", device.wholeGpu(), number);
    int index = number.getValue() - 2;
    return index >= 0 && index < ARCHITECTURES.length ? ARCHITECTURES[index] : "unknown";
  }

  long usedBytes(Device device) {
    if (!library.has("nvmlDeviceGetMemoryInfo_v2")) {
      try (Memory memory = cleared(MEMORY_V1_BYTES)) {
        check("nvmlDeviceGetMemoryInfo", device.handle(), memory);
        return memory.getLong(MEMORY_V1_USED);
      }
    }
    try (Memory memory = cleared(MEMORY_V2_BYTES)) {
      memory.setInt(0, MEMORY_V2_VERSION);
      check("nvmlDeviceGetMemoryInfo_v2", device.handle(), memory);
      return memory.getLong(MEMORY_V2_USED);
    }
  }

  private static Memory cleared(int bytes) {
    Memory memory = new Memory(bytes);
    memory.clear();
    return memory;
  }
}
