/* SPDX-License-Identifier: Apache-2.0 */
package org.savantgst;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import org.savantgst.meta.SavantId;
import org.savantgst.surface.BufferGenerator;
import org.savantgst.surface.NonUniformBatch;
import org.savantgst.surface.SharedBuffer;
import org.savantgst.surface.SurfaceBatch;
import org.savantgst.surface.SurfaceView;
import org.savantgst.surface.TransformConfig;
import org.savantgst.surface.UniformBatchGenerator;
import org.savantgst.surface.VideoFormat;

/**
 * Eight threads that take, transform, finalize and give back the buffers of one generator, close in
 * every order and twice, while the garbage collector runs as often as it can.
 */
final class Stress {
  private static final int THREADS = 8;
  private static final int SIDE = 32;

  private Stress() {}

  static void run(String[] args) throws Exception {
    long end = System.nanoTime() + Long.parseLong(args[1]) * 1_000_000;
    ExecutorService threads = Executors.newFixedThreadPool(THREADS);
    long rounds = 0;
    try (BufferGenerator frames =
            BufferGenerator.builder(VideoFormat.GRAY8, SIDE, SIDE).poolSize(THREADS + 1).build();
        UniformBatchGenerator batches =
            UniformBatchGenerator.builder(VideoFormat.GRAY8, SIDE, SIDE, 3).poolSize(3).build()) {
      List<Callable<Long>> jobs = new ArrayList<>();
      for (int i = 1; i <= THREADS; i++) {
        int number = i;
        jobs.add(() -> work(frames, batches, number, end));
      }
      for (Future<Long> done : threads.invokeAll(jobs)) {
        rounds += done.get();
      }
      threads.shutdown();
      // All came back.
      List<SharedBuffer> all = new ArrayList<>();
      for (int i = 0; i <= THREADS; i++) {
        all.add(frames.tryAcquire().orElseThrow());
      }
      all.forEach(SharedBuffer::close);
      for (int i = 0; i < 3; i++) {
        batches.tryAcquireBatch(TransformConfig.defaults(), List.of()).orElseThrow().close();
      }
    }
    System.out.println("rounds " + rounds);
  }

  private static long work(
      BufferGenerator frames, UniformBatchGenerator batches, int number, long end) {
    TransformConfig config = TransformConfig.defaults();
    long rounds = 0;
    do {
      SharedBuffer frame = frames.acquire(rounds);
      SurfaceView view = SurfaceView.of(frame);
      view.fill(number);
      SharedBuffer made = frames.transform(frame, config);
      if (rounds % 16 == 0) {
        // Garbage for the collector, and a wrapper to be disposed of.
        made.buffer().setPresentationTimestamp(rounds);
        ByteBuffer.allocate(100_000);
        System.gc();
      }
      SurfaceBatch batch = batches.acquireBatch(config, List.of(SavantId.frame(rounds)));
      SharedBuffer[] sources = {frame, made};
      batch.transformSlots(new int[] {0, 2}, sources, null, null);
      SurfaceView slot = batch.view(0);
      batch.finalizeBatch();
      SharedBuffer buffer = batch.sharedBuffer();
      NonUniformBatch collection = new NonUniformBatch();
      collection.add(frame, 0);
      collection.add(slot);
      SharedBuffer wrapped = collection.finalizeBatch();
      check(slot, number);
      closeInAnyOrder(List.of(frame, made, view, batch, slot, buffer, collection, wrapped));
      rounds++;
    } while (System.nanoTime() < end);
    return rounds;
  }

  private static void check(SurfaceView view, int number) {
    ByteBuffer pixels = view.download();
    while (pixels.hasRemaining()) {
      if (pixels.get() != number) {
        throw new AssertionError("foreign pixels");
      }
    }
  }

  private static void closeInAnyOrder(List<AutoCloseable> all) {
    List<AutoCloseable> list = new ArrayList<>(all);
    list.addAll(all);
    try {
      while (!list.isEmpty()) {
        list.remove(ThreadLocalRandom.current().nextInt(list.size())).close();
      }
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }
}
