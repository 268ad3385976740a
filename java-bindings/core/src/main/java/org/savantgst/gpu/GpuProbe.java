/* SPDX-License-Identifier: Apache-2.0 */
package org.savantgst.gpu;

import com.sun.jna.Pointer;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.savantgst.SavantException;

/** {@link Gpus} of a machine and its driver. Any thread. */
final class GpuProbe {
  private final Machine machine;
  private final DriverLibrary.Opener opener;
  private final Map<Integer, Boolean> encoders = new HashMap<>();
  private final Map<Integer, Pointer> contexts = new HashMap<>();

  /** Null until loaded; what failed is tried again by the next call. */
  private Cuda cuda;

  private Nvml nvml;

  GpuProbe(Machine machine, DriverLibrary.Opener opener) {
    this.machine = machine;
    this.opener = opener;
  }

  private Cuda cuda() {
    if (cuda == null) {
      cuda = new Cuda(opener);
    }
    return cuda;
  }

  private Nvml nvml() {
    if (nvml == null) {
      nvml = new Nvml(opener);
    }
    return nvml;
  }

  /** Checks the number and puts the call in front of what it fails with. */
  private synchronized <T> T named(String call, int gpuId, Supplier<T> body) {
    if (gpuId < 0) {
      throw new IllegalArgumentException("gpuId " + gpuId + ": it must be 0 or more");
    }
    try {
      return body.get();
    } catch (SavantException e) {
      throw new SavantException(e.code(), call + "(" + gpuId + "): " + e.getMessage(), e);
    }
  }

  private Nvml.Device nvmlDevice(int gpuId) {
    Cuda driver;
    try {
      driver = cuda();
    } catch (DriverLibrary.Missing cudaMissing) {
      try {
        return nvml().device(gpuId);
      } catch (DriverLibrary.Missing nvmlMissing) {
        throw new SavantException(
            Status.UNAVAILABLE,
            nvmlMissing.getMessage() + "; " + Cuda.SONAME + " cannot be loaded either",
            cudaMissing);
      }
    }
    int device = driver.device(gpuId);
    return nvml().device(driver.uuid(device), () -> driver.pciBusId(device));
  }

  private JetsonModel jetson(int gpuId) {
    Cuda driver = cuda();
    int device = driver.device(gpuId);
    return JetsonModel.of(
        driver.attribute(device, Cuda.CAPABILITY_MAJOR),
        driver.attribute(device, Cuda.CAPABILITY_MINOR),
        driver.attribute(device, Cuda.MULTIPROCESSORS),
        machine.memTotalMib(),
        machine::deviceTreeModel);
  }

  boolean isJetsonKernel() {
    return machine.isJetsonKernel();
  }

  void initCuda(int gpuId) {
    named(
        "initCuda",
        gpuId,
        () -> {
          Cuda driver = cuda();
          int device = driver.device(gpuId);
          driver.makeCurrent(contexts.computeIfAbsent(gpuId, id -> driver.retainContext(device)));
          return null;
        });
  }

  Optional<String> architecture(int gpuId) {
    return named(
        "gpuArchitecture",
        gpuId,
        () ->
            machine.isX86() && !machine.isJetsonKernel()
                ? Optional.of(architectureOf(gpuId))
                : Optional.empty());
  }

  private String architectureOf(int gpuId) {
    Nvml.Device device = nvmlDevice(gpuId);
    return nvml().architecture(device);
  }

  long memUsedMib(int gpuId) {
    return named(
        "gpuMemUsedMib",
        gpuId,
        () -> {
          if (machine.isJetsonKernel()) {
            return machine.memUsedMib();
          }
          Nvml.Device device = nvmlDevice(gpuId);
          return nvml().usedBytes(device) >> 20;
        });
  }

  String platformTag(int gpuId) {
    return named(
        "gpuPlatformTag",
        gpuId,
        () -> {
          try {
            if (machine.isJetsonKernel()) {
              return jetson(gpuId).tag();
            }
            return machine.isX86() ? architectureOf(gpuId) : "unknown";
          } catch (SavantException e) {
            return "unknown";
          }
        });
  }

  boolean hasNvenc(int gpuId) {
    return named(
        "hasNvenc",
        gpuId,
        () -> {
          if (machine.isJetsonKernel()) {
            return jetson(gpuId).hasEncoder();
          }
          Boolean known = encoders.get(gpuId);
          if (known == null) {
            known = tryEncoder(gpuId);
            encoders.put(gpuId, known);
          }
          return known;
        });
  }

  private boolean tryEncoder(int gpuId) {
    Cuda driver = cuda();
    int device = driver.device(gpuId);
    Nvenc encoder = new Nvenc(opener);
    Pointer context = driver.retainContext(device);
    try {
      return encoder.isThere(context);
    } finally {
      driver.releaseContext(device);
    }
  }

  Optional<String> jetsonModel(int gpuId) {
    return named(
        "jetsonModel",
        gpuId,
        () -> machine.isJetsonKernel() ? Optional.of(jetson(gpuId).model()) : Optional.empty());
  }
}
