/* SPDX-License-Identifier: Apache-2.0 */
package org.savantgst;

import com.sun.jna.NativeLibrary;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import org.savantgst.batch.BatchPuller;
import org.savantgst.batch.BatchView;
import org.savantgst.batch.PullResult;
import org.savantgst.surface.VideoFormat;

/** What {@link ChildJvm} runs: load, run, allocate. */
public final class Child {
  private Child() {}

  /** Does what the first argument names. */
  public static void main(String[] args) throws Exception {
    String extra = System.getProperty("child.preload");
    if (extra != null) {
      NativeLibrary.getInstance(extra);
    }
    switch (args[0]) {
      case "load" -> load();
      case "run" -> run();
      case "allocate" -> allocate();
      case "cost" -> Cost.measure();
      case "stress" -> Stress.run(args);
      case "leak" -> Leaky.run();
      default -> throw new IllegalArgumentException(args[0]);
    }
  }

  private static void load() {
    System.out.println("available " + Savant.isAvailable());
    if (Savant.isAvailable()) {
      System.out.println("origin " + Savant.nativeOrigin());
      System.out.println("directory " + Savant.nativeDirectory());
      return;
    }
    System.out.println(Savant.unavailabilityCause().getMessage());
    for (Throwable attempt : Savant.unavailabilityCause().getSuppressed()) {
      System.out.println("suppressed " + attempt.getMessage());
    }
  }

  private static void run() {
    try (TestPipeline pipeline =
            new TestPipeline(
                "savantbufgen pattern=counter num-buffers=5 ! video/x-raw(memory:NVMM)"
                    + " ! savanttransform ! video/x-raw(memory:NVMM),width=160,height=120");
        BatchPuller puller = new BatchPuller(pipeline.sink())) {
      pipeline.play();
      while (puller.pull(-1) == PullResult.BATCH) {
        System.out.println(puller.view().id(0) + " " + puller.view().readCounter(0));
      }
    }
    System.out.println("origin " + Savant.nativeOrigin());
  }

  private static void allocate() {
    com.sun.management.ThreadMXBean threads =
        (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
    int count = 20_000;
    try (TestPipeline pipeline =
            new TestPipeline(
                "savantbufgen pattern=none ! "
                    + "video/x-raw(memory:NVMM),format=RGBA,width=32,height=32");
        BatchPuller puller = new BatchPuller(pipeline.sink())) {
      pipeline.sink().set("max-buffers", 4);
      pipeline.play();
      byte[] bytes = new byte[32 * 32 * 4];
      ByteBuffer direct = ByteBuffer.allocateDirect(bytes.length);
      double[] box = new double[4];
      pull(puller, count, bytes, direct, box);
      long thread = Thread.currentThread().getId();
      long before = threads.getThreadAllocatedBytes(thread);
      pull(puller, count, bytes, direct, box);
      long allocated = threads.getThreadAllocatedBytes(thread) - before;
      System.out.println("bytes per batch " + (double) allocated / count);
    }
  }

  private static void pull(
      BatchPuller puller, int count, byte[] bytes, ByteBuffer direct, double[] box) {
    BatchView view = puller.view();
    for (int i = 0; i < count; i++) {
      if (puller.pull(-1) != PullResult.BATCH) {
        throw new AssertionError("pull " + i + " gave nothing");
      }
      for (int slot = 0; slot < view.size(); slot++) {
        view.copyTo(slot, bytes);
        direct.clear();
        view.copyTo(slot, direct);
        box[2] = view.get(slot, 3, 4, 1);
        view.boxToSource(slot, box);
        if (view.format(slot) != VideoFormat.RGBA || view.id(slot) < 0) {
          throw new AssertionError("wrong picture");
        }
      }
    }
  }
}
