/* SPDX-License-Identifier: Apache-2.0 */
package org.savantgst.surface;

import java.lang.ref.Reference;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import org.freedesktop.gstreamer.Buffer;
import org.freedesktop.gstreamer.FlowReturn;
import org.freedesktop.gstreamer.elements.AppSrc;
import org.savantgst.Savant;
import org.savantgst.lowlevel.Addresses;
import org.savantgst.lowlevel.Leaks;
import org.savantgst.lowlevel.SavantAPI;
import org.savantgst.lowlevel.Scratch;

/**
 * A pool of surfaces of one format and size, each of one slot.
 *
 * <pre>{@code
 * try (BufferGenerator generator =
 *         BufferGenerator.builder(VideoFormat.RGBA, 640, 480).fps(25, 1).build();
 *     SharedBuffer frame = generator.acquire(AcquireParams.of(0, 40_000_000).withId(7));
 *     SurfaceView view = SurfaceView.of(frame)) {
 *   view.fill(128, 0, 255, 255);
 * }
 * }</pre>
 *
 * <p>Buffers outlive their closed generator, and their memory goes with the last of them. All
 * methods may be called by several threads at a time. A generator that is never closed is never
 * freed.
 */
public final class BufferGenerator implements AutoCloseable {
  private static final int POOL_SIZE = 4;
  private static final FlowReturn[] FLOWS = FlowReturn.values();

  private final SurfacePool pool;
  private final Leaks.Watch watch;

  private BufferGenerator(GeneratorSettings settings) {
    pool = new SurfacePool("BufferGenerator", settings, 1);
    watch = Leaks.watch(this, "BufferGenerator");
  }

  /** What a {@link BufferGenerator} is to be. */
  public static final class Builder {
    private final GeneratorSettings settings;

    private Builder(VideoFormat format, int width, int height) {
      settings = new GeneratorSettings(format, width, height, POOL_SIZE);
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
     * Sets how many buffers there are, 4 by default. All are allocated at once.
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
     * @throws IllegalArgumentException if a surface would have more than 2^31-1 bytes
     * @throws org.savantgst.SavantException if this machine lacks the kind of memory, or enough of
     *     it
     */
    public BufferGenerator build() {
      return new BufferGenerator(settings.copy());
    }
  }

  /**
   * Begins a generator.
   *
   * @param f the format
   * @param width pixels, 1 to 32767
   * @param height pixels, 1 to 32767
   * @return a builder with the defaults
   * @throws IllegalArgumentException if the format is null or a size outside its range
   */
  public static Builder builder(VideoFormat f, int width, int height) {
    return new Builder(f, width, height);
  }

  /**
   * Begins a generator.
   *
   * @param format the format's name, exactly as GStreamer writes it
   * @param width pixels, 1 to 32767
   * @param height pixels, 1 to 32767
   * @return a builder with the defaults
   * @throws IllegalArgumentException if there is no such format or a size is outside its range
   */
  public static Builder builder(String format, int width, int height) {
    return new Builder(VideoFormat.fromName(format), width, height);
  }

  private SharedBuffer acquire(long timeoutNs, AcquireParams p, boolean isOptional) {
    if (p == null) {
      throw new IllegalArgumentException("params is null: acquire() takes none");
    }
    long buffer =
        pool.acquireFrame(
            timeoutNs,
            isOptional,
            p.ptsNs().orElse(-1),
            p.durationNs().orElse(-1),
            p.id().isPresent(),
            p.id().orElse(0));
    return buffer == 0 ? null : SharedBuffer.taking(buffer);
  }

  private SharedBuffer acquireBare(long timeoutNs, boolean isOptional) {
    long buffer = pool.acquireFrame(timeoutNs, isOptional, -1, -1, false, 0);
    return buffer == 0 ? null : SharedBuffer.taking(buffer);
  }

  /**
   * Takes a buffer and waits for one while the pool is empty. It has numFilled 1, no PTS, no
   * duration and no id; its pixels are undefined.
   *
   * @return the buffer, to be closed
   * @throws org.savantgst.AcquireInterruptedException if the thread is interrupted while it waits;
   *     its interrupt flag stays set
   * @throws IllegalStateException if the generator is closed, or is closed meanwhile
   */
  public SharedBuffer acquire() {
    return acquireBare(SurfacePool.FOR_EVER, false);
  }

  /**
   * Takes a buffer with an id, as {@link #acquire()} does.
   *
   * @param id the frame's id, any number
   * @return the buffer, to be closed
   * @throws org.savantgst.AcquireInterruptedException if the thread is interrupted while it waits
   * @throws IllegalStateException if the generator is closed, or is closed meanwhile
   */
  public SharedBuffer acquire(long id) {
    return SharedBuffer.taking(pool.acquireFrame(SurfacePool.FOR_EVER, false, -1, -1, true, id));
  }

  /**
   * Takes a buffer with times and id, as {@link #acquire()} does.
   *
   * @param p what it gets
   * @return the buffer, to be closed
   * @throws IllegalArgumentException if p is null
   * @throws org.savantgst.AcquireInterruptedException if the thread is interrupted while it waits
   * @throws IllegalStateException if the generator is closed, or is closed meanwhile
   */
  public SharedBuffer acquire(AcquireParams p) {
    return acquire(SurfacePool.FOR_EVER, p, false);
  }

  /**
   * Takes a buffer and waits for one at most so long.
   *
   * @param timeout 0 for one try, or more
   * @return the buffer, to be closed
   * @throws IllegalArgumentException if the timeout is null or negative
   * @throws org.savantgst.PoolExhaustedException if there was none in time; tells how many buffers
   *     are out and the age of the oldest
   * @throws org.savantgst.AcquireInterruptedException if the thread is interrupted while it waits
   * @throws IllegalStateException if the generator is closed, or is closed meanwhile
   */
  public SharedBuffer acquire(Duration timeout) {
    return acquireBare(SurfacePool.timeout(timeout), false);
  }

  /**
   * Takes a buffer with times and id and waits for one at most so long.
   *
   * @param p what it gets
   * @param timeout 0 for one try, or more
   * @return the buffer, to be closed
   * @throws IllegalArgumentException if an argument is null or the timeout is negative
   * @throws org.savantgst.PoolExhaustedException if there was none in time; tells how many buffers
   *     are out and the age of the oldest
   * @throws org.savantgst.AcquireInterruptedException if the thread is interrupted while it waits
   * @throws IllegalStateException if the generator is closed, or is closed meanwhile
   */
  public SharedBuffer acquire(AcquireParams p, Duration timeout) {
    return acquire(SurfacePool.timeout(timeout), p, false);
  }

  /**
   * Takes a buffer if there is one.
   *
   * @return the buffer, to be closed, or empty
   * @throws IllegalStateException if the generator is closed
   */
  public Optional<SharedBuffer> tryAcquire() {
    return Optional.ofNullable(acquireBare(SurfacePool.ONE_TRY, true));
  }

  /**
   * Takes a buffer with times and id if there is one.
   *
   * @param p what it gets
   * @return the buffer, to be closed, or empty
   * @throws IllegalArgumentException if p is null
   * @throws IllegalStateException if the generator is closed
   */
  public Optional<SharedBuffer> tryAcquire(AcquireParams p) {
    return Optional.ofNullable(acquire(SurfacePool.ONE_TRY, p, true));
  }

  /**
   * Crops, scales, converts and letterboxes slot 0 of a buffer into a new one.
   *
   * @param src the source, of any format
   * @param c how
   * @return the new buffer, to be closed; see {@link #transform(SharedBuffer, int, TransformConfig,
   *     OptionalLong, Rect)}
   * @throws IllegalArgumentException as there
   * @throws IllegalStateException as there
   * @throws org.savantgst.SavantException as there
   */
  public SharedBuffer transform(SharedBuffer src, TransformConfig c) {
    return transform(src, 0, c, OptionalLong.empty(), null);
  }

  /**
   * Crops, scales, converts and letterboxes a slot of a buffer into a new one, which gets the
   * source's PTS and duration, no ids but the given one, and SavantTransformMeta. The source is not
   * needed any more when the call returns. Waits while the pool is empty, as {@link #acquire()}.
   *
   * @param src the source, of any format
   * @param slot its slot, 0 to numFilled - 1
   * @param c how; also dst padding and pad colour
   * @param id the new frame's id, empty for none
   * @param srcRectOrNull what to take of the source, clipped to it; null for all
   * @return the new buffer, to be closed
   * @throws IllegalArgumentException if another argument is null, the slot is not filled, nothing
   *     of the rectangle lies inside the source (the text contains {@code source rectangle}), or
   *     the dst padding leaves less than 16 pixels ({@code effective width}, {@code effective
   *     height})
   * @throws IllegalStateException if generator or source are closed
   * @throws org.savantgst.PoolExhaustedException at once if the source is the generator's only
   *     buffer
   * @throws org.savantgst.AcquireInterruptedException if the thread is interrupted while it waits
   * @throws org.savantgst.SavantException if the source is no surface, or this machine lacks the
   *     compute mode
   */
  public SharedBuffer transform(
      SharedBuffer src, int slot, TransformConfig c, OptionalLong id, Rect srcRectOrNull) {
    if (src == null) {
      throw new IllegalArgumentException("src is null");
    }
    return transform(src.address(), slot, -1, false, c, id, srcRectOrNull);
  }

  /**
   * Crops, scales, converts and letterboxes what a view shows into a new buffer. Of a plane of one
   * channel a grey picture is made.
   *
   * @param src the source
   * @param c how
   * @param id the new frame's id, empty for none
   * @param srcRectOrNull what to take of the source, clipped to it; null for all
   * @return the new buffer, to be closed; see {@link #transform(SharedBuffer, int, TransformConfig,
   *     OptionalLong, Rect)}
   * @throws IllegalArgumentException as there
   * @throws IllegalStateException as there
   * @throws org.savantgst.SavantException as there, and for a plane of two channels
   */
  public SharedBuffer transform(
      SurfaceView src, TransformConfig c, OptionalLong id, Rect srcRectOrNull) {
    if (src == null) {
      throw new IllegalArgumentException("src is null");
    }
    long address = src.bufferAddress();
    return transform(address, src.slotIndex(), src.plane(), true, c, id, srcRectOrNull);
  }

  /**
   * Crops, scales, converts and letterboxes a slot of a buffer into a new one.
   *
   * @param src the source, borrowed
   * @param slot its slot, 0 to numFilled - 1
   * @param c how
   * @param id the new frame's id, empty for none
   * @param srcRectOrNull what to take of the source, clipped to it; null for all
   * @return the new buffer, to be closed; see {@link #transform(SharedBuffer, int, TransformConfig,
   *     OptionalLong, Rect)}
   * @throws IllegalArgumentException as there
   * @throws IllegalStateException as there, or if the source was disposed of
   * @throws org.savantgst.SavantException as there
   */
  public SharedBuffer transform(
      Buffer src, int slot, TransformConfig c, OptionalLong id, Rect srcRectOrNull) {
    try {
      return transform(Addresses.of("src", src), slot, -1, false, c, id, srcRectOrNull);
    } finally {
      Reference.reachabilityFence(src);
    }
  }

  private SharedBuffer transform(
      long src,
      int slot,
      int plane,
      boolean anySlot,
      TransformConfig c,
      OptionalLong id,
      Rect rect) {
    if (id == null) {
      throw new IllegalArgumentException("id is null: OptionalLong.empty() stands for none");
    }
    return SharedBuffer.taking(
        pool.transform(src, slot, plane, anySlot, c, id.isPresent(), id.orElse(0), rect));
  }

  /**
   * Returns the caps of the buffers.
   *
   * @return for instance {@code video/x-raw(memory:NVMM), format=(string)NV12, width=(int)640,
   *     height=(int)480, framerate=(fraction)30/1}
   * @throws IllegalStateException if the generator is closed
   */
  public String nvmmCaps() {
    return pool.settings().caps("(memory:NVMM)", "");
  }

  /**
   * Returns the caps of plain frames of this format, size and rate.
   *
   * @return those of {@link #nvmmCaps()} without the memory feature
   * @throws IllegalStateException if the generator is closed
   */
  public String rawCaps() {
    return pool.settings().caps("", "");
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
   * Returns how many buffers there are.
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
   * Ends the stream of an appsrc. A second time does nothing.
   *
   * @param s the appsrc
   * @throws IllegalArgumentException if it is null
   * @throws IllegalStateException if it was disposed of
   */
  public static void sendEos(AppSrc s) {
    try {
      sendEos(Addresses.of("appSrc", s));
    } finally {
      Reference.reachabilityFence(s);
    }
  }

  /**
   * Ends the stream of an appsrc. A second time does nothing.
   *
   * @param appSrcAddress the address of a GstAppSrc, borrowed
   * @throws IllegalArgumentException if it is 0
   */
  public static void sendEos(long appSrcAddress) {
    Savant.ensureAvailability();
    SavantAPI.check(
        SavantAPI.savant_app_src_end_of_stream(appSrcAddress), "savant_app_src_end_of_stream");
  }

  /**
   * Pushes a buffer into an appsrc. The buffer is consumed, whatever comes back.
   *
   * @param s the appsrc
   * @param b the buffer
   * @return what the appsrc answers: EOS after the end of its stream, FLUSHING while it is not
   *     started
   * @throws IllegalArgumentException if an argument is null
   * @throws IllegalStateException if the appsrc was disposed of, or the buffer closed, taken or
   *     pushed, or if views of it are open (the text contains {@code outstanding}); the buffer is
   *     intact then
   */
  public static FlowReturn push(AppSrc s, SharedBuffer b) {
    try {
      long appSrc = Addresses.of("appSrc", s);
      if (b == null) {
        throw new IllegalArgumentException("buffer is null");
      }
      int[] flow = Scratch.get().ints();
      long buffer = b.consume("pushed");
      SavantAPI.check(SavantAPI.savant_app_src_push(appSrc, buffer, flow), "savant_app_src_push");
      return flowOf(flow[0]);
    } finally {
      Reference.reachabilityFence(s);
    }
  }

  /** Numbers that gst1-java-core has no name for are successes or errors of some element. */
  private static FlowReturn flowOf(int number) {
    for (FlowReturn flow : FLOWS) {
      if (flow.intValue() == number) {
        return flow;
      }
    }
    return number >= 0 ? FlowReturn.OK : FlowReturn.ERROR;
  }

  /**
   * Ends waiting acquires with an IllegalStateException and frees what is not in use. Buffers that
   * are out stay usable. Nothing happens the second time.
   */
  @Override
  public void close() {
    Leaks.end(watch);
    pool.close();
  }

  @Override
  public String toString() {
    return "BufferGenerator[" + pool + "]";
  }
}
