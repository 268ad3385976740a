/* SPDX-License-Identifier: Apache-2.0 */
package org.savantgst.pipelines;

import static org.savantgst.pipelines.TestSources.counter;
import static org.savantgst.pipelines.TestSources.endless;
import static org.savantgst.pipelines.TestSources.small;
import static org.testng.Assert.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.testng.annotations.Test;

/** Many pipelines one after the other; {@code make soak} runs more of them. */
public class CyclesTest {
  private static final int CYCLES = Integer.getInteger("savant.test.cycles", 100);
  private static final int WARM_UP = 30;
  private static final long ALLOWED_KIB = 24 * 1024;

  @Test(timeOut = 3_600_000)
  public void memoryStaysFlat() throws Exception {
    for (int i = 0; i < WARM_UP; i++) {
      cycle(i);
    }
    long before = residentKib();
    for (int i = 0; i < CYCLES; i++) {
      cycle(i);
    }
    long after = residentKib();
    System.out.printf("%d cycles: %d KiB, then %d KiB%n", CYCLES, before, after);
    assertTrue(after - before < ALLOWED_KIB, before + " KiB grew to " + after + " KiB");
  }

  /** Ends in another way each time. */
  private static void cycle(int i) {
    try (BatchPipeline pipeline =
        small().source(counter(4)).source(i % 2 == 0 ? counter(2) : endless()).build()) {
      if (i % 3 == 0) {
        pipeline.run(
            batch -> {
              if (batch.sequence() == 3) {
                pipeline.stop();
              }
            });
      } else {
        pipeline.next();
        pipeline.next();
      }
    }
  }

  private static long residentKib() throws IOException, InterruptedException {
    for (int i = 0; i < 3; i++) {
      System.gc();
      Thread.sleep(100);
    }
    return Files.readAllLines(Path.of("/proc/self/status")).stream()
        .filter(line -> line.startsWith("VmRSS:"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
        .findFirst()
        .orElseThrow();
  }
}
