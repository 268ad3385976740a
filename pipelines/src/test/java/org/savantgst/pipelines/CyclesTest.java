/* SPDX-License-Identifier: Apache-2.0 */
package org.savantgst.pipelines;

import static org.savantgst.pipelines.TestSources.CLIP;
import static org.savantgst.pipelines.TestSources.assertBalanced;
import static org.savantgst.pipelines.TestSources.counter;
import static org.savantgst.pipelines.TestSources.endless;
import static org.savantgst.pipelines.TestSources.small;
import static org.testng.Assert.assertEquals;
import static org.testng.Assert.assertTrue;

import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.testng.annotations.Test;

/** Many pipelines one after the other; {@code make soak} runs more of them. */
public class CyclesTest {
  private static final int CYCLES = Integer.getInteger("savant.test.cycles", 100);
  private static final int WARM_UP = 40;

  /** The JVM takes and gives back some; 100 batch buffers are more than this. */
  private static final long ALLOWED_BYTES = 12 << 20;

  @Test(timeOut = 3_600_000)
  public void nothingStaysBehind() throws Exception {
    for (int i = 0; i < WARM_UP; i++) {
      cycle(i);
    }
    Map<String, Integer> before = settled(null);
    long bytes = LiveObjects.allocatedBytes();
    for (int i = 0; i < CYCLES; i++) {
      cycle(i);
    }
    assertEquals(settled(before), before);
    long grown = grownSince(bytes);
    System.out.printf("%d cycles: %d KiB grown, %s live%n", CYCLES, grown / 1024, before);
    assertTrue(grown < ALLOWED_BYTES, grown + " bytes were allocated and not freed");
  }

  /** Threads of GStreamer may let go a moment later. */
  private static Map<String, Integer> settled(Map<String, Integer> wanted) throws Exception {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
    Map<String, Integer> last;
    Map<String, Integer> counts = null;
    do {
      last = counts;
      System.gc();
      TimeUnit.MILLISECONDS.sleep(200);
      counts = LiveObjects.count();
    } while (!counts.equals(wanted == null ? last : wanted) && System.nanoTime() < deadline);
    return counts;
  }

  /** The JVM's compiler has some megabytes while it works, which it gives back. */
  private static long grownSince(long bytes) throws Exception {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
    long grown = LiveObjects.allocatedBytes() - bytes;
    while (grown >= ALLOWED_BYTES && System.nanoTime() < deadline) {
      TimeUnit.MILLISECONDS.sleep(200);
      grown = LiveObjects.allocatedBytes() - bytes;
    }
    return grown;
  }

  /** Ends in another way each time. */
  private static void cycle(int i) {
    BatchPipeline pipeline = small().source(counter(4)).source(source(i)).build();
    try (pipeline) {
      switch (i % 6) {
        case 0 ->
            pipeline.run(
                batch -> {
                  if (batch.sequence() == 2) {
                    pipeline.stop();
                  }
                });
        case 1 ->
            pipeline.run(
                batch -> {
                  if (batch.sequence() == 2) {
                    pipeline.endOfStream();
                  }
                });
        case 2 -> pipeline.run(batch -> pipeline.close());
        case 3 -> pipeline.start();
        case 4 -> pipeline.next();
        default -> {}
      }
    }
    assertBalanced(pipeline.stats());
    assertEquals(pipeline.stats().total().held(), 0);
  }

  private static Source source(int i) {
    return switch (i % 10) {
      case 0, 2, 4, 6 -> endless();
      case 9 -> Source.file(CLIP);
      default -> counter(3);
    };
  }
}
