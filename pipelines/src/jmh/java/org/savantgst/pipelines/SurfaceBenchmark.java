/* SPDX-License-Identifier: Apache-2.0 */
package org.savantgst.pipelines;

import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.infra.Blackhole;
import org.savantgst.meta.SavantId;
import org.savantgst.surface.BufferGenerator;
import org.savantgst.surface.SharedBuffer;
import org.savantgst.surface.SurfaceBatch;
import org.savantgst.surface.SurfaceView;
import org.savantgst.surface.TransformConfig;
import org.savantgst.surface.UniformBatchGenerator;
import org.savantgst.surface.VideoFormat;

/** Time and heap bytes of the calls that a program makes for every frame or batch. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class SurfaceBenchmark {
  private static final int SLOTS = 8;

  private final TransformConfig config = TransformConfig.defaults();
  private final List<SavantId> ids = List.of(SavantId.frame(1));
  private final SharedBuffer[] sources = new SharedBuffer[SLOTS];
  private final int[] slots = new int[SLOTS];
  private BufferGenerator frames;
  private UniformBatchGenerator batches;
  private SurfaceBatch filling;
  private SharedBuffer held;

  /** Takes what is measured. */
  @Setup(Level.Trial)
  public void open() {
    frames = BufferGenerator.builder(VideoFormat.GRAY8, 16, 16).poolSize(SLOTS + 2).build();
    batches = UniformBatchGenerator.builder(VideoFormat.GRAY8, 16, 16, SLOTS).build();
    for (int i = 0; i < SLOTS; i++) {
      sources[i] = frames.acquire();
      slots[i] = i;
    }
    held = frames.acquire();
    filling = batches.acquireBatch(config);
  }

  /** Gives it back. */
  @TearDown(Level.Trial)
  public void close() {
    filling.close();
    held.close();
    for (SharedBuffer source : sources) {
      source.close();
    }
    batches.close();
    frames.close();
  }

  /** One SharedBuffer. */
  @Benchmark
  public void acquireAndClose(Blackhole hole) {
    try (SharedBuffer frame = frames.acquire(1)) {
      hole.consume(frame);
    }
  }

  /** One SurfaceView. */
  @Benchmark
  public void viewAndClose(Blackhole hole) {
    try (SurfaceView view = SurfaceView.of(held)) {
      hole.consume(view);
    }
  }

  /** One SurfaceBatch with its SharedBuffer. */
  @Benchmark
  public void batchFinalizeAndClose(Blackhole hole) {
    try (SurfaceBatch batch = batches.acquireBatch(config, ids)) {
      batch.markFilled(0);
      batch.finalizeBatch();
      hole.consume(batch);
      batch.sharedBuffer().close();
    }
  }

  /** Eight slots of 16x16 by one call. */
  @Benchmark
  public void transformSlots() {
    filling.transformSlots(slots, sources, null, null);
  }

  /** A setter. */
  @Benchmark
  public void setPts() {
    held.setPts(5);
  }
}
