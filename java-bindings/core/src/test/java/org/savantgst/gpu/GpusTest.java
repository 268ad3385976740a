/* SPDX-License-Identifier: Apache-2.0 */
package org.savantgst.gpu;

import static org.testng.Assert.assertEquals;
import static org.testng.Assert.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.savantgst.ChildJvm;
import org.testng.SkipException;
import org.testng.annotations.Test;

/**
 * {@link Gpus} itself, in a JVM of its own: with a driver on the library path, and the machine's.
 */
public class GpusTest {
  private static String machine;

  private static void skip(String reason) {
    System.out.println("skipped: " + reason);
    throw new SkipException(reason);
  }

  private static ChildJvm child(Map<String, String> environment, int gpu) throws Exception {
    ChildJvm child =
        ChildJvm.run(
            Path.of(System.getProperty("java.home")),
            environment,
            List.of(
                "-cp",
                ChildJvm.classPathWithoutNatives(),
                GpusChild.class.getName(),
                Integer.toString(gpu)));
    assertEquals(child.exit(), 0, child.err());
    return child;
  }

  private static ChildJvm child(Path driver, String gpus, String visible, int gpu)
      throws Exception {
    Map<String, String> environment = new HashMap<>();
    environment.put("LD_LIBRARY_PATH", driver.toString());
    environment.put("FAKE_GPUS", gpus);
    if (visible != null) {
      environment.put("CUDA_VISIBLE_DEVICES", visible);
    }
    return child(environment, gpu);
  }

  /** What it says of this machine, asked once. */
  private static synchronized String ofThisMachine() throws Exception {
    if (machine == null) {
      machine = child(Map.of(), 0).out();
    }
    return machine;
  }

  @Test
  public void driverOnTheLibraryPath() throws Exception {
    Path work = Files.createTempDirectory("gpus");
    try {
      Path driver = new FakeDriver(work).directory();
      String gpus = "9 9 0 132 500 2 0\n8 8 9 58 77 0 0\n7 8 6 84 11 0 0";
      ChildJvm all = child(driver, gpus, null, 1);
      assertEquals(
          all.out(),
          "kernel false\narchitecture Optional[ada]\nused 77\ntag ada\nnvenc true\n"
              + "jetson Optional.empty\ninit done\n",
          all.err());
      ChildJvm one = child(driver, gpus, "2,0", 1);
      assertEquals(
          one.out(),
          "kernel false\narchitecture Optional[hopper]\nused 500\ntag hopper\nnvenc false\n"
              + "jetson Optional.empty\ninit done\n",
          one.err());
      ChildJvm few = child(driver, gpus, "2", 1);
      assertTrue(
          few.out()
              .contains(
                  "init gpuId 1: CUDA sees 1 GPU(s), it must be 0 to 0; CUDA_VISIBLE_DEVICES is"
                      + " \"2\""),
          few.out() + few.err());
      ChildJvm none = child(driver, gpus, "", 0);
      assertTrue(
          none.out().contains("init initCuda(0): libcuda.so.1: cuInit gives CUDA_ERROR_NO_DEVICE"),
          none.out() + none.err());
      assertTrue(none.out().contains("tag unknown\n"), none.out());
    } finally {
      try (Stream<Path> files = Files.walk(work)) {
        for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(file);
        }
      }
    }
  }

  @Test
  public void machineWithoutDriver() throws Exception {
    String out = ofThisMachine();
    if (!out.contains("init initCuda(0): libcuda.so.1 cannot be loaded (")) {
      skip("this machine has a driver: one without was not tried");
    }
    assertTrue(out.contains("architecture gpuArchitecture(0): libnvidia-ml.so.1"), out);
    assertTrue(out.contains("used gpuMemUsedMib(0): libnvidia-ml.so.1 cannot be loaded ("), out);
    assertTrue(out.contains("nvenc hasNvenc(0): libcuda.so.1 cannot be loaded ("), out);
    assertTrue(out.contains("tag unknown\n"), out);
    assertTrue(out.contains("jetson Optional.empty\n"), out);
    assertTrue(out.contains("kernel false\n"), out);
  }

  /** The GPU of this machine, beside what nvidia-smi says of it. */
  @Test(groups = "gpu")
  public void h100() throws Exception {
    String out = ofThisMachine();
    if (!out.contains("init done")) {
      skip("no GPU was tried: " + out.lines().filter(line -> line.startsWith("init")).toList());
    }
    String[] smi = smi("--query-gpu=name,memory.used", "--format=csv,noheader,nounits", "--id=0");
    if (!smi[0].contains("H100")) {
      skip("the GPU is a " + smi[0] + ", no H100");
    }
    assertTrue(out.contains("architecture Optional[hopper]\n"), out);
    assertTrue(out.contains("tag hopper\n"), out);
    assertTrue(out.contains("nvenc false\n"), out);
    assertTrue(out.contains("jetson Optional.empty\n"), out);
    String used = out.lines().filter(line -> line.startsWith("used ")).findFirst().orElseThrow();
    assertTrue(
        Math.abs(Long.parseLong(used.substring(5)) - Long.parseLong(smi[1])) <= 64,
        used + " MiB, nvidia-smi says " + smi[1]);
  }

  private static String[] smi(String... arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of("nvidia-smi"));
    command.addAll(List.of(arguments));
    Process process = new ProcessBuilder(command).start();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(process.waitFor(), 0, out);
    return out.strip().split(", ");
  }
}
