/* SPDX-License-Identifier: Apache-2.0 */
package org.savantgst.pipelines;

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
import org.savantgst.batch.BatchPuller;
import org.savantgst.batch.BatchView;
import org.savantgst.batch.PullResult;
import org.savantgst.surface.VideoFormat;

/**
 * What Java adds to a batch. A batch is one native call, {@code savant_puller_pull}; with {@code
 * -prof gc} the column {@code gc.alloc.rate.norm} tells the bytes of a call.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@State(Scope.Thread)
public class CrossingBenchmark {
  private static final int SIDE = 64;

  private BatchPipeline flowing;
  private BatchPipeline held;
  private BatchPipeline silent;
  private BatchPuller puller;
  private BatchView view;
  private final double[] box = new double[4];
  private final byte[] pixels = new byte[SIDE * SIDE];

  /** Pipelines that give batches, hold one, and give none. */
  @Setup(Level.Trial)
  public void start() {
    flowing = pipeline(4);
    held = pipeline(4);
    view = held.next();
    silent =
        BatchPipeline.builder()
            .source(Source.appSrc("video/x-raw,format=RGBA,width=64,height=64,framerate=30/1"))
            .build();
    puller = new BatchPuller(silent.sink());
    silent.start();
  }

  private static BatchPipeline pipeline(int sources) {
    BatchPipelineBuilder builder = BatchPipeline.builder().output(VideoFormat.GRAY8, SIDE, SIDE);
    for (int i = 0; i < sources; i++) {
      builder.source(
          Source.pattern("black").through("video/x-raw,format=GRAY8,width=64,height=64"));
    }
    return builder.build();
  }

  @TearDown(Level.Trial)
  public void close() {
    puller.close();
    flowing.close();
    held.close();
    silent.close();
  }

  /** The call alone, without a batch. */
  @Benchmark
  public PullResult emptyPull() {
    return puller.pull(0);
  }

  /** A batch of four frames with all that makes it: sources, letterboxing, threads. */
  @Benchmark
  public long batch() {
    return readAll(flowing.next());
  }

  /** What a handler may read of four frames; no native call. */
  @Benchmark
  public long read() {
    return readAll(view);
  }

  private long readAll(BatchView batch) {
    long sum = batch.ptsNs();
    for (int slot = 0; slot < batch.size(); slot++) {
      sum += batch.id(slot) + batch.sourceId(slot) + batch.ptsNs(slot) + batch.get(slot, 1, 2, 0);
      batch.boxToSource(slot, box);
    }
    return sum;
  }

  /** 4 KiB of pixels into an array. */
  @Benchmark
  public byte copyTo() {
    view.copyTo(0, pixels);
    return pixels[0];
  }
}
