/* SPDX-License-Identifier: Apache-2.0 */
package org.savantgst.surface;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.savantgst.lowlevel.Leaks;
import org.savantgst.lowlevel.Scratch;
import org.savantgst.meta.SavantId;

/**
 * A pool of batches: surfaces of several slots of one format and size, which are filled one by one
 * and finalized.
 *
 * <pre>{@code
 * try (UniformBatchGenerator generator =
 *         UniformBatchGenerator.builder(VideoFormat.RGBA, 640, 640, 8).build();
 *     SurfaceBatch batch = generator.acquireBatch(TransformConfig.defaults())) {
 *   batch.transformSlot(0, frame);
 *   batch.finalizeBatch();
 *   BufferGenerator.push(appSrc, batch.sharedBuffer());
 * }
 * }</pre>
 *
 * <p>Batches outlive their closed generator, and their memory goes with the last of them. All
 * methods may be called by several threads at a time. A generator that is never closed is never
 * freed.
 */
public final class UniformBatchGenerator implements AutoCloseable {
  private static final int POOL_SIZE = 2;
  private static final int MAX_BATCH_SIZE = 1024;

  private final SurfacePool pool;
  private final int maxBatchSize;
  private final Leaks.Watch watch;

  private UniformBatchGenerator(GeneratorSettings settings, int maxBatchSize) {
    pool = new SurfacePool("UniformBatchGenerator", settings, maxBatchSize);
    this.maxBatchSize = maxBatchSize;
    watch = Leaks.watch(this, "UniformBatchGenerator");
  }

  /** What a {@link UniformBatchGenerator} is to be. */
  public static final class Builder {
    private final GeneratorSettings settings;
    private final int maxBatchSize;

    private Builder(VideoFormat format, int width, int height, int maxBatchSize) {
      settings = new GeneratorSettings(format, width, height, POOL_SIZE);
      if (maxBatchSize < 1 || maxBatchSize > MAX_BATCH_SIZE) {
        throw new IllegalArgumentException(
            "maxBatchSize " + maxBatchSize + ": it must be 1 to " + MAX_BATCH_SIZE);
      }
      this.maxBatchSize = maxBatchSize;
    }

    /**
     * Sets the frame rate of the caps, 30/1 by default.
     *
     * @param num numerator, 0 or more; 0 stands for a variable rate
     * @param den denominator, 1 or more
     * @return this
     * @throws IllegalArgumentException if a number is outside its range
     */
    public Builder fps(int num, int den) {
      settings.setFps(num, den);
      return this;
    }

    /**
     * Sets the GPU, 0 by default.
     *
     * @param gpuId its CUDA ordinal, 0 or more; ignored for system memory
     * @return this
     * @throws IllegalArgumentException if it is negative
     */
    public Builder gpuId(int gpuId) {
      settings.setGpuId(gpuId);
      return this;
    }

    /**
     * Sets where the pixels are, DEFAULT by default.
     *
     * @param memType the kind of memory
     * @return this
     * @throws IllegalArgumentException if it is null
     */
    public Builder memType(MemType memType) {
      settings.setMemType(memType);
      return this;
    }

    /**
     * Sets where the pixels are, by NvBufSurface's number.
     *
     * @param nativeValue 0 to 6
     * @return this
     * @throws IllegalArgumentException if it is no kind of memory
     */
    public Builder memType(int nativeValue) {
      return memType(MemType.fromNativeValue(nativeValue));
    }

    /**
     * Sets how many batches there are, 2 by default. All are allocated at once.
     *
     * @param poolSize 1 or more
     * @return this
     * @throws IllegalArgumentException if it is less than 1
     */
    public Builder poolSize(int poolSize) {
      settings.setPoolSize(poolSize);
      return this;
    }

    /**
     * Makes the generator.
     *
     * @return a generator, to be closed
     * @throws IllegalArgumentException if a slot would have more than 2^31-1 bytes
     * @throws org.savantgst.SavantException if this machine lacks the kind of memory, or enough of
     *     it
     */
    public UniformBatchGenerator build() {
      return new UniformBatchGenerator(settings.copy(), maxBatchSize);
    }
  }

  /**
   * Begins a generator.
   *
   * @param f the format of every slot
   * @param width of every slot, pixels, 1 to 32767
   * @param height of every slot, pixels, 1 to 32767
   * @param maxBatchSize slots of a batch, 1 to 1024
   * @return a builder with the defaults
   * @throws IllegalArgumentException if the format is null or a number outside its range
   */
  public static Builder builder(VideoFormat f, int width, int height, int maxBatchSize) {
    return new Builder(f, width, height, maxBatchSize);
  }

  /**
   * Begins a generator.
   *
   * @param format the format's name, exactly as GStreamer writes it
   * @param width of every slot, pixels, 1 to 32767
   * @param height of every slot, pixels, 1 to 32767
   * @param maxBatchSize slots of a batch, 1 to 1024
   * @return a builder with the defaults
   * @throws IllegalArgumentException if there is no such format or a number is outside its range
   */
  public static Builder builder(String format, int width, int height, int maxBatchSize) {
    return new Builder(VideoFormat.fromName(format), width, height, maxBatchSize);
  }

  private SurfaceBatch acquire(
      TransformConfig c, List<SavantId> ids, long timeoutNs, boolean isOptional) {
    if (!pool.acquireBatch(timeoutNs, isOptional, c, ids)) {
      return null;
    }
    long[] handles = Scratch.get().numbers();
    return new SurfaceBatch(handles[0], handles[1], maxBatchSize);
  }

  /**
   * Takes a batch without ids and waits for one while the pool is empty. Its slots are empty, their
   * pixels undefined.
   *
   * @param c how sources are transformed into its slots; its pad colour also fills holes
   * @return the batch, to be closed
   * @throws IllegalArgumentException if the config is null
   * @throws org.savantgst.AcquireInterruptedException if the thread is interrupted while it waits;
   *     its interrupt flag stays set
   * @throws IllegalStateException if the generator is closed, or is closed meanwhile
   */
  public SurfaceBatch acquireBatch(TransformConfig c) {
    return acquire(c, List.of(), SurfacePool.FOR_EVER, false);
  }

  /**
   * Takes a batch and waits for one while the pool is empty.
   *
   * @param c how sources are transformed into its slots; its pad colour also fills holes
   * @param ids what {@link SurfaceBatch#finalizeBatch()} attaches, in this order: at most
   *     maxBatchSize of frames and one of a batch
   * @return the batch, to be closed
   * @throws IllegalArgumentException if an argument or an id is null, or there are too many ids
   * @throws org.savantgst.AcquireInterruptedException if the thread is interrupted while it waits
   * @throws IllegalStateException if the generator is closed, or is closed meanwhile
   */
  public SurfaceBatch acquireBatch(TransformConfig c, List<SavantId> ids) {
    return acquire(c, ids, SurfacePool.FOR_EVER, false);
  }

  /**
   * Takes a batch and waits for one at most so long.
   *
   * @param c how sources are transformed into its slots; its pad colour also fills holes
   * @param ids what {@link SurfaceBatch#finalizeBatch()} attaches, in this order: at most
   *     maxBatchSize of frames and one of a batch
   * @param timeout 0 for one try, or more
   * @return the batch, to be closed
   * @throws IllegalArgumentException if an argument or an id is null, there are too many ids or the
   *     timeout is negative
   * @throws org.savantgst.PoolExhaustedException if there was none in time; tells how many batches
   *     are out and the age of the oldest
   * @throws org.savantgst.AcquireInterruptedException if the thread is interrupted while it waits
   * @throws IllegalStateException if the generator is closed, or is closed meanwhile
   */
  public SurfaceBatch acquireBatch(TransformConfig c, List<SavantId> ids, Duration timeout) {
    return acquire(c, ids, SurfacePool.timeout(timeout), false);
  }

  /**
   * Takes a batch if there is one.
   *
   * @param c how sources are transformed into its slots; its pad colour also fills holes
   * @param ids what {@link SurfaceBatch#finalizeBatch()} attaches, in this order: at most
   *     maxBatchSize of frames and one of a batch
   * @return the batch, to be closed, or empty
   * @throws IllegalArgumentException if an argument or an id is null, or there are too many ids
   * @throws IllegalStateException if the generator is closed
   */
  public Optional<SurfaceBatch> tryAcquireBatch(TransformConfig c, List<SavantId> ids) {
    return Optional.ofNullable(acquire(c, ids, SurfacePool.ONE_TRY, true));
  }

  private String batchFields() {
    return ", batch-size=(int)" + maxBatchSize + ", num-surfaces-per-frame=(int)1";
  }

  /**
   * Returns the caps of the batches.
   *
   * @return for instance {@code video/x-raw(memory:NVMM), format=(string)NV12, width=(int)640,
   *     height=(int)480, framerate=(fraction)30/1, batch-size=(int)8,
   *     num-surfaces-per-frame=(int)1}
   * @throws IllegalStateException if the generator is closed
   */
  public String nvmmCaps() {
    return pool.settings().caps("(memory:NVMM)", batchFields());
  }

  /**
   * Returns the caps of plain frames of this format, size and rate.
   *
   * @return for instance {@code video/x-raw, format=(string)NV12, width=(int)640, height=(int)480,
   *     framerate=(fraction)30/1}
   * @throws IllegalStateException if the generator is closed
   */
  public String rawCaps() {
    return pool.settings().caps("", "");
  }

  /**
   * Returns how many slots a batch has.
   *
   * @return 1 to 1024
   * @throws IllegalStateException if the generator is closed
   */
  public int maxBatchSize() {
    pool.requireOpen();
    return maxBatchSize;
  }

  /**
   * Returns the format.
   *
   * @return the format
   * @throws IllegalStateException if the generator is closed
   */
  public VideoFormat format() {
    return pool.settings().format;
  }

  /**
   * Returns the width.
   *
   * @return pixels
   * @throws IllegalStateException if the generator is closed
   */
  public int width() {
    return pool.settings().width;
  }

  /**
   * Returns the height.
   *
   * @return pixels
   * @throws IllegalStateException if the generator is closed
   */
  public int height() {
    return pool.settings().height;
  }

  /**
   * Returns the GPU.
   *
   * @return the CUDA ordinal as it was given; without meaning for system memory
   * @throws IllegalStateException if the generator is closed
   */
  public int gpuId() {
    return pool.settings().gpuId;
  }

  /**
   * Returns where the pixels are.
   *
   * @return the kind of memory; where DEFAULT was asked for, what that is on this machine
   * @throws IllegalStateException if the generator is closed
   */
  public MemType memType() {
    return pool.memType();
  }

  /**
   * Returns how many batches there are.
   *
   * @return 1 or more
   * @throws IllegalStateException if the generator is closed
   */
  public int poolSize() {
    return pool.settings().poolSize;
  }

  /**
   * Returns the numerator of the frame rate.
   *
   * @return 0 or more
   * @throws IllegalStateException if the generator is closed
   */
  public int fpsNum() {
    return pool.settings().fpsNum;
  }

  /**
   * Returns the denominator of the frame rate.
   *
   * @return 1 or more
   * @throws IllegalStateException if the generator is closed
   */
  public int fpsDen() {
    return pool.settings().fpsDen;
  }

  /**
   * Ends waiting acquires with an IllegalStateException and frees what is not in use. Batches that
   * are out stay usable. Nothing happens the second time.
   */
  @Override
  public void close() {
    Leaks.end(watch);
    pool.close();
  }

  @Override
  public String toString() {
    return "UniformBatchGenerator[" + pool + ", maxBatchSize=" + maxBatchSize + "]";
  }
}
