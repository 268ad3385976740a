/* SPDX-License-Identifier: Apache-2.0 */
package org.savantgst.gpu;

import static org.testng.Assert.assertEquals;
import static org.testng.Assert.assertFalse;
import static org.testng.Assert.assertTrue;
import static org.testng.Assert.expectThrows;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.savantgst.SavantException;
import org.testng.annotations.AfterClass;
import org.testng.annotations.BeforeClass;
import org.testng.annotations.DataProvider;
import org.testng.annotations.Test;

/** {@link Gpus} on machines that this one is not, with the fake driver of src/test/c. */
public class GpuProbeTest {
  /** Of the fake driver: architecture, capability, multiprocessors, used MiB, NVENC, kind. */
  private static final String H100 = "9 9 0 132 500 2 0";

  private static final String L4 = "8 8 9 58 77 0 0";

  private Path work;
  private FakeDriver driver;
  private int machines;

  /** Compiles the driver. */
  @BeforeClass
  public void setUp() throws Exception {
    work = Files.createTempDirectory("gpus");
    driver = new FakeDriver(work.resolve("driver"));
  }

  /** Removes it. */
  @AfterClass
  public void tearDown() throws IOException {
    try (Stream<Path> files = Files.walk(work)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }

  private Machine machine(String architecture, String release, String memInfo, String board)
      throws IOException {
    Path proc = work.resolve("proc" + machines++);
    Files.createDirectories(proc.resolve("sys/kernel"));
    Files.writeString(proc.resolve("sys/kernel/osrelease"), release + "\n");
    if (memInfo != null) {
      Files.writeString(proc.resolve("meminfo"), memInfo);
    }
    if (board != null) {
      Files.createDirectories(proc.resolve("device-tree"));
      Files.writeString(proc.resolve("device-tree/model"), board + "\0");
    }
    return new Machine(architecture, proc);
  }

  private Machine x86() throws IOException {
    return machine("amd64", "6.1.0-18-amd64", "MemTotal: 1 kB\n", null);
  }

  private Machine jetson(long memTotalMib, String board) throws IOException {
    String memInfo =
        "MemTotal:       "
            + memTotalMib * 1024
            + " kB\nMemFree:  17 kB\nMemAvailable: "
            + (memTotalMib - 1234) * 1024
            + " kB\n";
    return machine("aarch64", "5.15.136-tegra", memInfo, board);
  }

  private static void says(SavantException e, String... parts) {
    for (String part : parts) {
      assertTrue(e.getMessage().contains(part), part + " is not in: " + e.getMessage());
    }
  }

  @DataProvider
  Object[][] architectures() {
    return new Object[][] {
      {2, "kepler"},
      {3, "maxwell"},
      {4, "pascal"},
      {5, "volta"},
      {6, "turing"},
      {7, "ampere"},
      {8, "ada"},
      {9, "hopper"},
      {10, "blackwell"},
      {11, "unknown"},
      {1, "unknown"},
      {-1, "unknown"}
    };
  }

  @Test(dataProvider = "architectures")
  public void discreteGpuOfEachArchitecture(int number, String name) throws IOException {
    GpuProbe probe = driver.probe(x86(), number + " 1 2 3 4 0 0");
    assertEquals(probe.architecture(0), Optional.of(name));
    assertEquals(probe.platformTag(0), name);
    assertEquals(probe.memUsedMib(0), 4);
    assertFalse(probe.isJetsonKernel());
    assertEquals(probe.jetsonModel(0), Optional.empty());
  }

  @Test
  public void nvmlIsAskedAboutTheSameDevice() throws IOException {
    // NVML counts these the other way round.
    GpuProbe probe = driver.probe(x86(), H100, L4, "7 8 0 108 9 2 2");
    assertEquals(probe.architecture(0), Optional.of("hopper"));
    assertEquals(probe.architecture(1), Optional.of("ada"));
    assertEquals(probe.memUsedMib(1), 77);
    // Known by its PCI address only.
    assertEquals(probe.architecture(2), Optional.of("ampere"));
    assertEquals(probe.memUsedMib(2), 9);
  }

  @Test
  public void deviceThatNvmlDoesNotKnow() throws IOException {
    GpuProbe probe = driver.probe(x86(), "9 9 0 132 500 2 3");
    says(
        expectThrows(SavantException.class, () -> probe.architecture(0)),
        "gpuArchitecture(0)",
        "knows neither GPU 80818283-8485-8687-8889-8a8b8c8d8e8f nor PCI address 0000:17:00.0");
  }

  @Test
  public void migInstance() throws IOException {
    GpuProbe probe = driver.probe(x86(), L4, "9 9 0 16 100 2 1");
    assertEquals(probe.architecture(1), Optional.of("hopper"));
    assertEquals(probe.memUsedMib(1), 100);
    assertFalse(probe.hasNvenc(1));
  }

  @Test
  public void encoderIsTriedAndClosed() throws IOException {
    GpuProbe probe =
        driver.probe(
            x86(),
            H100,
            L4,
            "8 8 9 58 1 1 0",
            "8 8 9 58 1 10 0",
            "8 8 9 58 1 21 0",
            "8 8 9 58 1 20 0");
    assertFalse(probe.hasNvenc(0));
    assertTrue(probe.hasNvenc(1));
    assertFalse(probe.hasNvenc(2));
    // No more sessions allowed: there is an encoder.
    assertTrue(probe.hasNvenc(3));
    assertTrue(probe.hasNvenc(4));
    says(
        expectThrows(SavantException.class, () -> probe.hasNvenc(5)),
        "hasNvenc(5): libnvidia-encode.so.1: nvEncOpenEncodeSessionEx gives NVENCSTATUS 20");
    assertTrue(probe.hasNvenc(1));
    assertEquals(driver.ask(FakeDriver.NVENC, "fake_sessions"), 0);
    for (int gpu = 0; gpu < 6; gpu++) {
      assertEquals(driver.ask(FakeDriver.CUDA, "fake_contexts", gpu), 0);
    }
  }

  @Test
  public void olderDriver() throws Exception {
    FakeDriver older =
        new FakeDriver(work.resolve("older"), "-DFAKE_NVENC_VERSION=0x91", "-DFAKE_OLD_NVML");
    GpuProbe probe = older.probe(x86(), L4);
    assertTrue(probe.hasNvenc(0));
    assertEquals(probe.memUsedMib(0), 77 + 480);
  }

  @Test
  public void initCudaKeepsOneContext() throws IOException {
    GpuProbe probe = driver.probe(x86(), H100, L4);
    probe.initCuda(1);
    probe.initCuda(0);
    probe.initCuda(1);
    assertEquals(driver.ask(FakeDriver.CUDA, "fake_contexts", 0), 1);
    assertEquals(driver.ask(FakeDriver.CUDA, "fake_contexts", 1), 1);
    assertEquals(driver.ask(FakeDriver.CUDA, "fake_current"), 1);
    // The next test counts from 0.
    driver.ask(FakeDriver.CUDA, "cuDevicePrimaryCtxRelease_v2", 100);
    driver.ask(FakeDriver.CUDA, "cuDevicePrimaryCtxRelease_v2", 101);
  }

  @Test
  public void noDriver() throws IOException {
    GpuProbe probe = driver.probe(x86(), Set.of(), H100);
    for (Runnable call : new Runnable[] {() -> probe.initCuda(0), () -> probe.hasNvenc(0)}) {
      says(
          expectThrows(SavantException.class, call::run),
          "libcuda.so.1 cannot be loaded (",
          "No such file",
          "install the NVIDIA driver");
    }
    for (Runnable call : new Runnable[] {() -> probe.architecture(0), () -> probe.memUsedMib(0)}) {
      SavantException e = expectThrows(SavantException.class, call::run);
      says(e, "libnvidia-ml.so.1 cannot be loaded (", "libcuda.so.1 cannot be loaded either");
      assertEquals(e.code(), -9);
    }
    assertEquals(probe.platformTag(0), "unknown");
    assertEquals(probe.jetsonModel(0), Optional.empty());
    assertFalse(probe.isJetsonKernel());
  }

  @Test
  public void driverWithoutNvml() throws IOException {
    GpuProbe probe = driver.probe(x86(), Set.of(FakeDriver.CUDA, FakeDriver.NVENC), L4);
    says(
        expectThrows(SavantException.class, () -> probe.architecture(0)),
        "gpuArchitecture(0): libnvidia-ml.so.1 cannot be loaded");
    says(
        expectThrows(SavantException.class, () -> probe.memUsedMib(0)),
        "gpuMemUsedMib(0): libnvidia-ml.so.1 cannot be loaded");
    assertEquals(probe.platformTag(0), "unknown");
    assertTrue(probe.hasNvenc(0));
  }

  @Test
  public void nvmlWithoutCudaCountsItself() throws IOException {
    GpuProbe probe = driver.probe(x86(), Set.of(FakeDriver.NVML), H100, L4);
    assertEquals(probe.architecture(0), Optional.of("ada"));
    assertEquals(probe.architecture(1), Optional.of("hopper"));
    assertEquals(probe.memUsedMib(0), 77);
    IllegalArgumentException e =
        expectThrows(IllegalArgumentException.class, () -> probe.memUsedMib(2));
    assertTrue(e.getMessage().contains("gpuId 2: NVML sees 2 GPU(s)"), e.getMessage());
  }

  @Test
  public void driverWithoutEncoderLibrary() throws IOException {
    GpuProbe probe = driver.probe(x86(), Set.of(FakeDriver.CUDA, FakeDriver.NVML), L4);
    says(
        expectThrows(SavantException.class, () -> probe.hasNvenc(0)),
        "libnvidia-encode.so.1 cannot be loaded");
    assertEquals(driver.ask(FakeDriver.CUDA, "fake_contexts", 0), 0);
  }

  @Test
  public void driverWithoutGpu() throws IOException {
    GpuProbe probe = driver.probe(x86());
    says(
        expectThrows(SavantException.class, () -> probe.initCuda(0)),
        "cuInit gives CUDA_ERROR_NO_DEVICE (100)");
    assertEquals(probe.platformTag(0), "unknown");
    GpuProbe nvmlOnly = driver.probe(x86(), Set.of(FakeDriver.NVML));
    says(
        expectThrows(SavantException.class, () -> nvmlOnly.architecture(0)),
        "nvmlInit_v2 gives 9 (Driver Not Loaded)");
  }

  @Test
  public void badNumbers() throws IOException {
    GpuProbe probe = driver.probe(x86(), H100, L4);
    GpuProbe none = driver.probe(x86(), Set.of(), H100, L4);
    for (GpuProbe any : new GpuProbe[] {probe, none}) {
      for (Runnable call : calls(any, -1)) {
        refused(call, "gpuId -1: it must be 0 or more");
      }
    }
    for (int gpu : new int[] {2, Integer.MAX_VALUE}) {
      for (Runnable call : calls(probe, gpu)) {
        refused(call, "gpuId " + gpu + ": CUDA sees 2 GPU(s), it must be 0 to 1");
      }
    }
  }

  private static Runnable[] calls(GpuProbe probe, int gpu) {
    return new Runnable[] {
      () -> probe.initCuda(gpu),
      () -> probe.architecture(gpu),
      () -> probe.memUsedMib(gpu),
      () -> probe.platformTag(gpu),
      () -> probe.hasNvenc(gpu)
    };
  }

  private static void refused(Runnable call, String part) {
    IllegalArgumentException e = expectThrows(IllegalArgumentException.class, call::run);
    assertTrue(e.getMessage().contains(part), e.getMessage());
  }

  @DataProvider
  Object[][] jetsons() {
    return new Object[][] {
      {"8 7 16", 60000, "AGX Orin 64GB", "agx_orin_64gb", true},
      {"8 7 16", 62800, "AGX Orin 64GB", "agx_orin_64gb", true},
      {"8 7 12", 30000, "AGX Orin 32GB", "agx_orin_32gb", true},
      {"8 7 14", 59999, "AGX Orin 32GB", "agx_orin_32gb", true},
      {"8 7 8", 14000, "Orin NX 16GB", "orin_nx_16gb", true},
      {"8 7 8", 19999, "Orin NX 16GB", "orin_nx_16gb", true},
      {"8 7 8", 7000, "Orin Nano 8GB", "orin_nano_8gb", false},
      {"8 7 8", 9999, "Orin Nano 8GB", "orin_nano_8gb", false},
      {"8 7 6", 7400, "Orin NX 8GB", "orin_nx_8gb", true},
      {"8 7 4", 3500, "Orin Nano 4GB", "orin_nano_4gb", false},
      {"8 7 6", 5499, "Orin Nano 4GB", "orin_nano_4gb", false},
      {"7 2 8", 28000, "AGX Xavier", "agx_xavier", true},
      {"7 2 8", 35999, "AGX Xavier", "agx_xavier", true},
      {"7 2 6", 7600, "Xavier NX", "xavier_nx", true},
      {"6 2 2", 7800, "TX2", "tx2", true},
      {"6 0 2", 1234, "TX2", "tx2", true},
      {"5 3 1", 3900, "Nano", "nano", true},
      {"8 7 16", 59999, "Unknown Jetson", "unknown_jetson", false},
      {"8 7 12", 60000, "Unknown Jetson", "unknown_jetson", false},
      {"8 7 8", 20000, "Unknown Jetson", "unknown_jetson", false},
      {"8 7 8", 10000, "Unknown Jetson", "unknown_jetson", false},
      {"8 7 4", 5500, "Unknown Jetson", "unknown_jetson", false},
      {"7 2 8", 36000, "Unknown Jetson", "unknown_jetson", false},
      {"11 0 20", 125000, "Unknown Jetson", "unknown_jetson", false},
      {"16 2 2", 7800, "Unknown Jetson", "unknown_jetson", false}
    };
  }

  @Test(dataProvider = "jetsons")
  public void everyJetson(String figures, long memory, String model, String tag, boolean encoder)
      throws IOException {
    // NVML and the encoder's library are not there: they are not to be asked.
    GpuProbe probe =
        driver.probe(jetson(memory, null), Set.of(FakeDriver.CUDA), "11 " + figures + " 0 2 0");
    assertTrue(probe.isJetsonKernel());
    assertEquals(probe.jetsonModel(0), Optional.of(model));
    assertEquals(probe.platformTag(0), tag);
    assertEquals(probe.hasNvenc(0), encoder);
    assertEquals(probe.memUsedMib(0), 1234);
    assertEquals(probe.architecture(0), Optional.empty());
  }

  @DataProvider
  Object[][] boards() {
    return new Object[][] {
      {"NVIDIA Jetson Orin Nano Developer Kit", "Orin Nano 8GB"},
      {"NVIDIA Jetson Orin NX Engineering Reference Developer Kit", "Orin NX 8GB"},
      {"Somebody's carrier board", "Orin Nano 8GB"}
    };
  }

  @Test(dataProvider = "boards")
  public void boardDecidesBetweenTwoModels(String board, String model) throws IOException {
    GpuProbe probe = driver.probe(jetson(7600, board), "11 8 7 8 0 0 0");
    assertEquals(probe.jetsonModel(0), Optional.of(model));
    assertEquals(probe.hasNvenc(0), model.contains("NX"));
  }

  @Test
  public void jetsonWithoutCudaOrMemory() throws IOException {
    GpuProbe probe = driver.probe(jetson(7600, null), Set.of(), H100);
    says(
        expectThrows(SavantException.class, () -> probe.jetsonModel(0)),
        "jetsonModel(0): libcuda.so.1 cannot be loaded");
    assertEquals(probe.platformTag(0), "unknown");
    assertEquals(probe.memUsedMib(0), 1234);
    GpuProbe noMemory =
        driver.probe(machine("aarch64", "4.9.253-tegra", null, null), "11 8 7 8 0 0 0");
    says(
        expectThrows(SavantException.class, () -> noMemory.jetsonModel(0)),
        "meminfo cannot be read");
    says(
        expectThrows(SavantException.class, () -> noMemory.memUsedMib(0)),
        "meminfo cannot be read");
    GpuProbe oddMemory =
        driver.probe(
            machine("aarch64", "4.9.253-tegra", "MemTotal: lots\n", null), "5 5 3 1 0 0 0");
    says(
        expectThrows(SavantException.class, () -> oddMemory.memUsedMib(0)),
        "has no number for MemTotal");
  }

  @Test
  public void aarch64ThatIsNoJetson() throws IOException {
    GpuProbe probe = driver.probe(machine("aarch64", "6.8.0-1013-nvidia-64k", null, null), H100);
    assertFalse(probe.isJetsonKernel());
    assertEquals(probe.architecture(0), Optional.empty());
    assertEquals(probe.platformTag(0), "unknown");
    assertEquals(probe.jetsonModel(0), Optional.empty());
    assertEquals(probe.memUsedMib(0), 500);
    assertFalse(probe.hasNvenc(0));
  }

  @Test
  public void kernelIsToldWithoutProc() {
    assertFalse(new Machine("amd64", work.resolve("nothing")).isJetsonKernel());
  }
}
