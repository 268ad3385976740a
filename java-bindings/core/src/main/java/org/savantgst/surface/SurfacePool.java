/* SPDX-License-Identifier: Apache-2.0 */
package org.savantgst.surface;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.savantgst.AcquireInterruptedException;
import org.savantgst.PoolExhaustedException;
import org.savantgst.Savant;
import org.savantgst.lowlevel.SavantAPI;
import org.savantgst.lowlevel.Scratch;
import org.savantgst.meta.SavantId;

/**
 * A native pool that several threads wait for and one closes: whoever calls a native function of it
 * has entered and leaves afterwards, and the last to leave a closed pool frees it.
 */
final class SurfacePool {
  static final long ONE_TRY = 0;
  static final long FOR_EVER = -1;

  /** An interrupt is seen after at most this long. */
  private static final long SLICE_NS = 50_000_000;

  private final String name;
  private final GeneratorSettings settings;
  private final long address;
  private final MemType memType;

  /** Threads inside, and one for being open. */
  private final AtomicInteger users = new AtomicInteger(1);

  private volatile boolean closed;

  SurfacePool(String name, GeneratorSettings settings, int batchSize) {
    Savant.ensureAvailability();
    this.name = name;
    this.settings = settings;
    long[] out = Scratch.get().numbers();
    int status =
        SavantAPI.savant_pool_new(
            null,
            settings.format.nativeValue(),
            settings.width,
            settings.height,
            batchSize,
            settings.memType.nativeValue(),
            settings.gpuId,
            settings.poolSize,
            out);
    if (status < 0) {
      SavantAPI.check(status, name + " of " + settings);
    }
    address = out[0];
    memType = MemType.fromNativeValue(SavantAPI.savant_pool_mem_type(address));
  }

  GeneratorSettings settings() {
    requireOpen();
    return settings;
  }

  MemType memType() {
    requireOpen();
    return memType;
  }

  void requireOpen() {
    if (closed) {
      throw closedException();
    }
  }

  private IllegalStateException closedException() {
    return new IllegalStateException("the " + name + " is closed");
  }

  long enter() {
    int now;
    do {
      now = users.get();
      if (closed || now == 0) {
        throw closedException();
      }
    } while (!users.compareAndSet(now, now + 1));
    return address;
  }

  void leave() {
    if (users.decrementAndGet() == 0) {
      SavantAPI.savant_pool_free(address);
    }
  }

  void close() {
    synchronized (this) {
      if (closed) {
        return;
      }
      closed = true;
    }
    SavantAPI.savant_pool_stop(address);
    leave();
  }

  /** How long the next native call waits, after one that found the pool empty. */
  private long nextWait(String call, long timeoutNs, long startNs) {
    long left = timeoutNs < 0 ? SLICE_NS : timeoutNs - (System.nanoTime() - startNs);
    if (timeoutNs == ONE_TRY || left <= 0) {
      throw exhausted(call, timeoutNs);
    }
    if (Thread.currentThread().isInterrupted()) {
      throw new AcquireInterruptedException(
          SavantAPI.POOL_EXHAUSTED,
          name + "." + call + " of " + settings + ": interrupted while the pool was empty");
    }
    return Math.min(left, SLICE_NS);
  }

  private PoolExhaustedException exhausted(String call, long timeoutNs) {
    long[] stats = Scratch.get().numbers();
    SavantAPI.check(SavantAPI.savant_pool_stats(address, stats), "savant_pool_stats");
    int outstanding = (int) stats[SavantAPI.POOL_OUTSTANDING];
    Duration oldest = Duration.ofNanos(stats[SavantAPI.POOL_OLDEST_AGE]);
    return new PoolExhaustedException(
        SavantAPI.POOL_EXHAUSTED,
        name
            + "."
            + call
            + " of "
            + settings
            + ": no free buffer within "
            + Duration.ofNanos(Math.max(timeoutNs, 0))
            + ", "
            + outstanding
            + " are out, the oldest for "
            + oldest
            + "; close buffers or choose a larger poolSize",
        outstanding,
        oldest);
  }

  private void fail(int status, String call) {
    if (status == SavantAPI.FLUSHING) {
      throw closedException();
    }
    SavantAPI.check(status, name + "." + call + " of " + settings);
  }

  /** Nanoseconds of a timeout argument. */
  static long timeout(Duration timeout) {
    if (timeout == null || timeout.isNegative()) {
      throw new IllegalArgumentException(
          "timeout " + timeout + ": it must be 0 or more, 0 is one try");
    }
    try {
      return timeout.toNanos();
    } catch (ArithmeticException e) {
      return Long.MAX_VALUE;
    }
  }

  /** The address of a frame, which the caller owns; 0 if there is none and `isOptional`. */
  long acquireFrame(
      long timeoutNs, boolean isOptional, long pts, long duration, boolean hasId, long id) {
    long pool = enter();
    try {
      long[] out = Scratch.get().numbers();
      long start = timeoutNs == ONE_TRY ? 0 : System.nanoTime();
      for (long wait = ONE_TRY; ; wait = nextWait("acquire", timeoutNs, start)) {
        int status =
            SavantAPI.savant_pool_acquire_frame(pool, wait, pts, duration, hasId ? 1 : 0, id, out);
        if (status >= 0) {
          return out[0];
        }
        if (status != SavantAPI.POOL_EXHAUSTED) {
          fail(status, "acquire");
        }
        if (isOptional) {
          return 0;
        }
      }
    } finally {
      leave();
    }
  }

  /** The address of a transformed frame, which the caller owns. */
  long transform(
      long source,
      int slot,
      int plane,
      boolean anySlot,
      TransformConfig config,
      boolean hasId,
      long id,
      Rect rect) {
    long pool = enter();
    try {
      Scratch scratch = Scratch.get();
      long[] job = scratch.jobs(1);
      int[] numbers = scratch.ints();
      fillJob(job, 0, 0, source, slot, plane, anySlot, rect);
      fillConfig(numbers, config);
      long[] out = scratch.numbers();
      for (long wait = ONE_TRY; ; wait = nextWait("transform", FOR_EVER, 0)) {
        int status =
            SavantAPI.savant_pool_transform(pool, wait, job, numbers, hasId ? 1 : 0, id, out);
        if (status >= 0) {
          return out[0];
        }
        if (status != SavantAPI.POOL_EXHAUSTED) {
          fail(status, "transform");
        }
        // The only buffer is the source: waiting for it would never end.
        if (settings.poolSize == 1 && SavantAPI.savant_pool_owns(pool, source) == 1) {
          throw exhausted("transform", ONE_TRY);
        }
      }
    } finally {
      leave();
    }
  }

  /** Takes a batch: slots and buffer in the numbers of the scratch; false if there is none. */
  boolean acquireBatch(
      long timeoutNs, boolean isOptional, TransformConfig config, List<SavantId> ids) {
    long pool = enter();
    try {
      Scratch scratch = Scratch.get();
      int[] numbers = scratch.ints();
      fillConfig(numbers, config);
      int count = scratch.fillIds(ids);
      long[] out = scratch.numbers();
      long start = timeoutNs == ONE_TRY ? 0 : System.nanoTime();
      for (long wait = ONE_TRY; ; wait = nextWait("acquireBatch", timeoutNs, start)) {
        int status =
            SavantAPI.savant_slots_acquire(
                pool, wait, numbers, scratch.kinds(), scratch.ids(), count, out);
        if (status >= 0) {
          return true;
        }
        if (status != SavantAPI.POOL_EXHAUSTED) {
          fail(status, "acquireBatch");
        }
        if (isOptional) {
          return false;
        }
      }
    } finally {
      leave();
    }
  }

  /** Puts a config into its ten numbers. */
  static void fillConfig(int[] numbers, TransformConfig config) {
    if (config == null) {
      throw new IllegalArgumentException(
          "config is null: TransformConfig.defaults() has the defaults");
    }
    DstPadding padding = config.dstPadding();
    numbers[0] = config.padding().nativeValue();
    numbers[1] = padding.left();
    numbers[2] = padding.top();
    numbers[3] = padding.right();
    numbers[4] = padding.bottom();
    numbers[5] = config.padColor();
    numbers[6] = config.interpolation().nativeValue();
    numbers[7] = config.computeMode().nativeValue();
    numbers[8] = config.flip().nativeValue();
    numbers[9] = 0;
  }

  /** Puts a job into its numbers. */
  static void fillJob(
      long[] jobs,
      int index,
      int dstSlot,
      long source,
      int slot,
      int plane,
      boolean anySlot,
      Rect rect) {
    int at = index * SavantAPI.JOB_NUMBERS;
    jobs[at + SavantAPI.JOB_DST_SLOT] = dstSlot;
    jobs[at + SavantAPI.JOB_SRC_BUFFER] = source;
    jobs[at + SavantAPI.JOB_SRC_SLOT] = slot;
    jobs[at + SavantAPI.JOB_SRC_PLANE] = plane;
    jobs[at + SavantAPI.JOB_SRC_ANY_SLOT] = anySlot ? 1 : 0;
    int r = at + SavantAPI.JOB_SRC_RECT;
    jobs[r] = rect == null ? -1 : rect.left();
    jobs[r + 1] = rect == null ? -1 : rect.top();
    jobs[r + 2] = rect == null ? -1 : rect.width();
    jobs[r + 3] = rect == null ? -1 : rect.height();
  }

  @Override
  public String toString() {
    return settings + (closed ? ", closed" : "");
  }
}
