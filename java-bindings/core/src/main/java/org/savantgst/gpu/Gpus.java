/* SPDX-License-Identifier: Apache-2.0 */
package org.savantgst.gpu;

import java.util.Optional;

/**
 * What the GPUs of this machine are and can do. It asks {@code libcuda.so.1}, {@code
 * libnvidia-ml.so.1}, {@code libnvidia-encode.so.1} and {@code /proc}; GStreamer and the native
 * library of this project take no part.
 *
 * <p>A GPU is named by its CUDA ordinal, which follows {@code CUDA_VISIBLE_DEVICES} and counts
 * instances of a GPU that is split (MIG). NVML, which counts otherwise, is asked about the same
 * device by its UUID, or else its PCI address; by its own index only where {@code libcuda.so.1}
 * cannot be loaded. Methods without an argument are about GPU 0.
 *
 * <p>What a call needs and does not find is a {@link org.savantgst.SavantException} that names the
 * library. All methods may be called from any thread.
 */
public final class Gpus {
  private static final GpuProbe PROBE = new GpuProbe(Machine.local(), DriverLibrary.onPath());

  private Gpus() {}

  /** {@link #initCuda(int)} of GPU 0. */
  public static void initCuda() {
    initCuda(0);
  }

  /**
   * Initialises CUDA on a GPU: its primary context is created, kept until the process ends and made
   * current on the calling thread. Nothing in this project needs that; it moves the time that it
   * takes to a moment of the caller's choice.
   *
   * @param gpuId CUDA ordinal of the GPU
   * @throws IllegalArgumentException if there is no GPU of that number
   * @throws org.savantgst.SavantException if libcuda.so.1 is missing, sees no GPU or fails
   */
  public static void initCuda(int gpuId) {
    PROBE.initCuda(gpuId);
  }

  /**
   * {@link #gpuArchitecture(int)} of GPU 0.
   *
   * @return the architecture, empty on other machines than x86_64
   */
  public static Optional<String> gpuArchitecture() {
    return gpuArchitecture(0);
  }

  /**
   * Returns the architecture of a GPU, as NVML tells it.
   *
   * @param gpuId CUDA ordinal of the GPU
   * @return kepler, maxwell, pascal, volta, turing, ampere, ada, hopper, blackwell or unknown;
   *     empty on other machines than x86_64, all Jetsons among them
   * @throws IllegalArgumentException if there is no GPU of that number
   * @throws org.savantgst.SavantException if libnvidia-ml.so.1 is missing or fails, or libcuda.so.1
   *     is there and sees no GPU
   */
  public static Optional<String> gpuArchitecture(int gpuId) {
    return PROBE.architecture(gpuId);
  }

  /**
   * {@link #gpuMemUsedMib(int)} of GPU 0.
   *
   * @return MiB
   */
  public static long gpuMemUsedMib() {
    return gpuMemUsedMib(0);
  }

  /**
   * Returns how much memory of a GPU is in use, by all processes together. Memory that the driver
   * has set aside does not count where the driver tells it apart (from release 510 on). A Jetson's
   * is that of the machine: MemTotal less MemAvailable of {@code /proc/meminfo}.
   *
   * @param gpuId CUDA ordinal of the GPU; of a MIG instance, its own memory is meant
   * @return MiB, rounded down
   * @throws IllegalArgumentException if there is no GPU of that number
   * @throws org.savantgst.SavantException if libnvidia-ml.so.1 (on a Jetson, {@code /proc/meminfo})
   *     is missing or fails, or libcuda.so.1 is there and sees no GPU
   */
  public static long gpuMemUsedMib(int gpuId) {
    return PROBE.memUsedMib(gpuId);
  }

  /**
   * {@link #gpuPlatformTag(int)} of GPU 0.
   *
   * @return the tag
   */
  public static String gpuPlatformTag() {
    return gpuPlatformTag(0);
  }

  /**
   * Returns a word for the platform that is safe as the name of a directory, for instance of
   * compiled inference engines.
   *
   * @param gpuId CUDA ordinal of the GPU
   * @return on a Jetson the tag of its model such as {@code orin_nano_8gb}, {@code unknown_jetson}
   *     for one that is not known; on x86_64 the architecture such as {@code ampere}; {@code
   *     unknown} on any other machine, and wherever no GPU or driver answers
   * @throws IllegalArgumentException if a driver answers and has no GPU of that number, or the
   *     number is negative
   */
  public static String gpuPlatformTag(int gpuId) {
    return PROBE.platformTag(gpuId);
  }

  /**
   * {@link #hasNvenc(int)} of GPU 0.
   *
   * @return true if it can encode
   */
  public static boolean hasNvenc() {
    return hasNvenc(0);
  }

  /**
   * Tells whether a GPU has a video encoder. Outside Jetsons an encoding session is opened, and
   * closed at once, to find out: what NVML tells of encoders is no evidence. The answer is kept, so
   * that only the first call takes time. A GPU whose encoder refuses another session has one. Of
   * Jetsons the model decides; one that is not known counts as having none.
   *
   * @param gpuId CUDA ordinal of the GPU
   * @return true if it can encode
   * @throws IllegalArgumentException if there is no GPU of that number
   * @throws org.savantgst.SavantException if libcuda.so.1 or, outside Jetsons,
   *     libnvidia-encode.so.1 is missing or fails
   */
  public static boolean hasNvenc(int gpuId) {
    return PROBE.hasNvenc(gpuId);
  }

  /**
   * Tells whether the kernel is that of a Jetson. Works on every machine.
   *
   * @return true if the name of its release contains {@code tegra}
   */
  public static boolean isJetsonKernel() {
    return PROBE.isJetsonKernel();
  }

  /**
   * {@link #jetsonModel(int)} of GPU 0.
   *
   * @return the model, empty if this is no Jetson
   */
  public static Optional<String> jetsonModel() {
    return jetsonModel(0);
  }

  /**
   * Returns the model of a Jetson by its compute capability, number of multiprocessors and memory,
   * which containers show, too. Where two models are alike in these, {@code
   * /proc/device-tree/model} decides, or else it is taken for the one without an encoder.
   *
   * @param gpuId CUDA ordinal of the GPU
   * @return for instance {@code Orin Nano 8GB}, or {@code Unknown Jetson}; empty if this is no
   *     Jetson
   * @throws IllegalArgumentException if there is no GPU of that number
   * @throws org.savantgst.SavantException if this is a Jetson and libcuda.so.1 or {@code
   *     /proc/meminfo} is missing or fails
   */
  public static Optional<String> jetsonModel(int gpuId) {
    return PROBE.jetsonModel(gpuId);
  }
}
