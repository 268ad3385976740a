/* SPDX-License-Identifier: Apache-2.0 */
package org.savantgst.batch;

import com.sun.jna.Pointer;
import java.lang.ref.Reference;
import org.freedesktop.gstreamer.elements.AppSink;
import org.freedesktop.gstreamer.glib.Natives;
import org.savantgst.Savant;
import org.savantgst.lowlevel.SavantAPI;

/**
 * Takes batches, or plain frames, out of an appsink by one blocking native call each.
 *
 * <pre>{@code
 * try (BatchPuller puller = new BatchPuller(sink)) {
 *   while (puller.pull(-1) == PullResult.BATCH) {
 *     BatchView batch = puller.view();
 *     for (int slot = 0; slot < batch.size(); slot++) {
 *       use(batch.id(slot), batch.get(slot, 0, 0, 0));
 *     }
 *   }
 * }
 * }</pre>
 *
 * <p>One thread at a time pulls and uses the view; {@link #stop()} and {@link #close()} may be
 * called by any other. A pull allocates nothing. A puller serves one run of its appsink, from
 * before PAUSED on or later. It takes the appsink's callbacks, so that signals of it stay silent.
 * Thread.interrupt does not wake a pull; {@link #stop()} does.
 */
public final class BatchPuller implements AutoCloseable {
  private static final int FIRST_SLOTS = 8;

  private final Object lock = new Object();
  private final BatchView view = new BatchView(this);

  // Guarded by the lock.
  private long handle;
  private boolean pulling;
  private boolean closed;
  private Thread holder;

  /** Of the pulling thread. */
  private long[] numbers = new long[capacityFor(FIRST_SLOTS)];

  /**
   * Creates a puller, which holds the appsink until it is closed.
   *
   * @param sink the appsink
   * @throws IllegalArgumentException if it is null
   * @throws IllegalStateException if it was disposed of
   * @throws UnsatisfiedLinkError if the native library cannot be used
   */
  public BatchPuller(AppSink sink) {
    if (sink == null) {
      throw new IllegalArgumentException("sink is null");
    }
    Savant.ensureAvailability();
    long[] out = new long[1];
    try {
      SavantAPI.check(
          SavantAPI.savant_puller_new(Pointer.nativeValue(Natives.getRawPointer(sink)), out),
          "savant_puller_new");
    } finally {
      Reference.reachabilityFence(sink);
    }
    handle = out[0];
  }

  private static int capacityFor(int slots) {
    return SavantAPI.PULL_HEADER_NUMBERS + slots * SavantAPI.SLOT_NUMBERS;
  }

  /**
   * Ends what the view shows and waits for the next batch or frame.
   *
   * @param timeoutNs nanoseconds, 0 = one try, negative = until one comes, the stream ends or the
   *     puller is stopped
   * @return how it ended; after {@link PullResult#BATCH} the view shows it, else nothing
   * @throws IllegalStateException if another thread is pulling
   * @throws org.savantgst.SavantException if what came cannot be read; it is lost, the next pull
   *     goes on
   */
  public PullResult pull(long timeoutNs) {
    long puller = enter();
    if (puller == 0) {
      return PullResult.STOPPED;
    }
    PullResult result = PullResult.STOPPED;
    try {
      SavantAPI.check(
          SavantAPI.savant_puller_pull(puller, timeoutNs, numbers, numbers.length),
          "savant_puller_pull");
      result = PullResult.fromNativeValue(numbers[SavantAPI.PULL_RESULT]);
      if (result == PullResult.BATCH) {
        readRest(puller);
      }
    } finally {
      result = leave(result);
    }
    return result;
  }

  /** Where more slots came than there was room for. */
  private void readRest(long puller) {
    int capacity = capacityFor((int) numbers[SavantAPI.PULL_SLOTS]);
    if (capacity > numbers.length) {
      numbers = new long[capacity];
      SavantAPI.check(
          SavantAPI.savant_puller_read(puller, numbers, capacity), "savant_puller_read");
    }
  }

  /** Returns the handle, or 0 if the puller is closed. */
  private long enter() {
    synchronized (lock) {
      if (pulling) {
        throw new IllegalStateException("another thread is pulling");
      }
      view.end();
      holder = null;
      if (closed) {
        free();
        return 0;
      }
      pulling = true;
      return handle;
    }
  }

  private PullResult leave(PullResult result) {
    synchronized (lock) {
      pulling = false;
      if (closed) {
        free();
        return PullResult.STOPPED;
      }
      if (result == PullResult.BATCH) {
        holder = Thread.currentThread();
        view.begin(numbers);
      }
      return result;
    }
  }

  /**
   * Returns the view of what was pulled last.
   *
   * @return the same object each time
   */
  public BatchView view() {
    return view;
  }

  /**
   * Ends what the view shows, so that its buffer goes back to its pool. Nothing happens if it shows
   * nothing.
   */
  public void release() {
    synchronized (lock) {
      if (pulling) {
        throw new IllegalStateException("another thread is pulling");
      }
      view.end();
      holder = null;
      if (closed) {
        free();
      } else {
        SavantAPI.check(SavantAPI.savant_puller_release(handle), "savant_puller_release");
      }
    }
  }

  /** Makes this and every further pull end with {@link PullResult#STOPPED} at once. Any thread. */
  public void stop() {
    synchronized (lock) {
      if (handle != 0) {
        SavantAPI.savant_puller_stop(handle);
      }
    }
  }

  /**
   * Stops and frees. Where another thread is pulling or uses the view, its native side is freed
   * when that thread's pull returns, or when it pulls or releases next. Nothing happens the second
   * time.
   */
  @Override
  public void close() {
    synchronized (lock) {
      stop();
      closed = true;
      if (!pulling && (holder == null || holder == Thread.currentThread())) {
        view.end();
        free();
      }
    }
  }

  /** With the lock held. */
  private void free() {
    SavantAPI.savant_puller_free(handle);
    handle = 0;
  }

  /** The handle while the view shows something. */
  long handle() {
    return handle;
  }
}
