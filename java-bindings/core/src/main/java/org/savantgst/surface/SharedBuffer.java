/* SPDX-License-Identifier: Apache-2.0 */
package org.savantgst.surface;

import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicInteger;
import org.freedesktop.gstreamer.Buffer;
import org.savantgst.Savant;
import org.savantgst.lowlevel.Addresses;
import org.savantgst.lowlevel.SavantAPI;
import org.savantgst.meta.SavantId;
import org.savantgst.meta.SavantIds;

/**
 * A reference to a GStreamer buffer, until it is closed or taken. The buffer itself lives as long
 * as anybody holds one.
 *
 * <p>After {@link #close()} or {@link #take()} only {@link #isConsumed()}, {@link #strongCount()},
 * {@link #toString()} and {@link #close()} work. Not for several threads at a time without
 * synchronisation by the caller. One that is never closed is never freed.
 */
public final class SharedBuffer implements AutoCloseable {
  private final AtomicInteger views = new AtomicInteger();

  /** 0 when closed or consumed. */
  private long address;

  private boolean consumed;
  private Buffer wrapper;
  private boolean isWrapperOurs;

  private SharedBuffer(long address, Buffer wrapper) {
    this.address = address;
    this.wrapper = wrapper;
  }

  /**
   * Takes a reference to a buffer, which stays the caller's, too. {@link #buffer()} is that object.
   *
   * @param buffer the buffer
   * @return the new reference
   * @throws IllegalArgumentException if the buffer is null
   * @throws IllegalStateException if it was disposed of
   */
  public static SharedBuffer of(Buffer buffer) {
    Savant.ensureAvailability();
    return Addresses.with(
        "buffer",
        buffer,
        address -> {
          SavantAPI.check(SavantAPI.savant_buffer_ref(address), "savant_buffer_ref");
          return new SharedBuffer(address, buffer);
        });
  }

  /**
   * Takes a reference to a buffer.
   *
   * @param bufferAddress the address of a GstBuffer, borrowed
   * @return the new reference
   * @throws IllegalArgumentException if the address is 0
   */
  public static SharedBuffer of(long bufferAddress) {
    Savant.ensureAvailability();
    SavantAPI.check(SavantAPI.savant_buffer_ref(bufferAddress), "savant_buffer_ref");
    return new SharedBuffer(bufferAddress, null);
  }

  /**
   * Returns the address of the GstBuffer.
   *
   * @return the address, valid until this is closed or taken
   * @throws IllegalStateException if this was closed or taken
   */
  public long address() {
    if (address == 0) {
      throw new IllegalStateException(
          consumed ? "the buffer was consumed" : "the SharedBuffer is closed");
    }
    return address;
  }

  private long time(int index) {
    long[] times = new long[2];
    SavantAPI.check(SavantAPI.savant_buffer_get_times(address(), times), "savant_buffer_get_times");
    return times[index];
  }

  private static OptionalLong optional(long time) {
    return time < 0 ? OptionalLong.empty() : OptionalLong.of(time);
  }

  private static void requireTime(String name, long ns) {
    if (ns < 0) {
      throw new IllegalArgumentException(name + " " + ns + " ns: it must be 0 to Long.MAX_VALUE");
    }
  }

  /** Runs a change of the buffer while a wrapper of it does not count as another holder. */
  private void change(Runnable body) {
    long held = address();
    if (wrapper != null) {
      SavantAPI.check(SavantAPI.savant_buffer_unref(held), "savant_buffer_unref");
    }
    try {
      body.run();
    } finally {
      if (wrapper != null) {
        SavantAPI.check(SavantAPI.savant_buffer_ref(held), "savant_buffer_ref");
      }
    }
  }

  private void setTimes(long pts, long duration) {
    change(
        () ->
            SavantAPI.check(
                SavantAPI.savant_buffer_set_times(address, pts, duration),
                "savant_buffer_set_times"));
  }

  /**
   * Returns the presentation time.
   *
   * @return nanoseconds, empty if the buffer has none
   * @throws IllegalStateException if this was closed or taken
   */
  public OptionalLong pts() {
    return optional(time(0));
  }

  /**
   * Sets the presentation time.
   *
   * @param ns nanoseconds, 0 or more
   * @throws IllegalArgumentException if it is negative
   * @throws IllegalStateException if this was closed or taken
   * @throws org.savantgst.SavantException if somebody else holds the buffer
   */
  public void setPts(long ns) {
    requireTime("pts", ns);
    setTimes(ns, time(1));
  }

  /**
   * Takes the presentation time away.
   *
   * @throws IllegalStateException if this was closed or taken
   * @throws org.savantgst.SavantException if somebody else holds the buffer
   */
  public void clearPts() {
    setTimes(-1, time(1));
  }

  /**
   * Returns the duration.
   *
   * @return nanoseconds, empty if the buffer has none
   * @throws IllegalStateException if this was closed or taken
   */
  public OptionalLong duration() {
    return optional(time(1));
  }

  /**
   * Sets the duration.
   *
   * @param ns nanoseconds, 0 or more
   * @throws IllegalArgumentException if it is negative
   * @throws IllegalStateException if this was closed or taken
   * @throws org.savantgst.SavantException if somebody else holds the buffer
   */
  public void setDuration(long ns) {
    requireTime("duration", ns);
    setTimes(time(0), ns);
  }

  /**
   * Takes the duration away.
   *
   * @throws IllegalStateException if this was closed or taken
   * @throws org.savantgst.SavantException if somebody else holds the buffer
   */
  public void clearDuration() {
    setTimes(time(0), -1);
  }

  /**
   * Returns the ids of the frames or batches that the buffer stands for.
   *
   * @return the ids in their order, empty if it has none
   * @throws IllegalStateException if this was closed or taken
   */
  public List<SavantId> ids() {
    return SavantIds.get(address());
  }

  /**
   * Replaces the ids.
   *
   * @param ids the new ids, empty for none
   * @throws IllegalArgumentException if the list or an id is null
   * @throws IllegalStateException if this was closed or taken
   * @throws org.savantgst.SavantException if somebody else holds the buffer
   */
  public void setIds(List<SavantId> ids) {
    change(() -> SavantIds.set(address, ids));
  }

  /**
   * Tells whether the buffer was given away.
   *
   * @return true after {@link #take()}
   */
  public boolean isConsumed() {
    return consumed;
  }

  /**
   * Returns how many hold the buffer through this.
   *
   * @return 1 and one more for every open {@link SurfaceView}, 0 after close or take
   */
  public int strongCount() {
    return address == 0 ? 0 : 1 + views.get();
  }

  /**
   * Returns the buffer for gst1-java-core. It is borrowed: it is not to be disposed of, and cannot
   * be used any more when this is closed or taken. gst1-java-core keeps one object an address:
   * where the application holds another Buffer object of this buffer, {@link #of(Buffer)} is to be
   * used.
   *
   * @return the same object each time
   * @throws IllegalStateException if this was closed or taken
   */
  public Buffer buffer() {
    long held = address();
    if (wrapper == null) {
      wrapper = Addresses.ownedWrapper(held);
      isWrapperOurs = true;
    }
    return wrapper;
  }

  /**
   * Gives the buffer away.
   *
   * @return the buffer, which the caller owns
   * @throws IllegalStateException if this was closed or taken, or if views are open (the text
   *     contains {@code outstanding}); nothing has changed then
   */
  public Buffer take() {
    long held = address();
    if (views.get() > 0) {
      throw new IllegalStateException(
          "the buffer has " + views.get() + " outstanding views: close them before it is consumed");
    }
    Buffer foreign = isWrapperOurs ? null : wrapper;
    disposeWrapper();
    Buffer taken = foreign != null ? foreign : Addresses.ownedWrapper(held);
    release();
    consumed = true;
    return taken;
  }

  /** Drops the reference. Views stay open. Nothing happens the second time. */
  @Override
  public void close() {
    if (address != 0) {
      disposeWrapper();
      release();
    }
  }

  private void disposeWrapper() {
    if (isWrapperOurs) {
      wrapper.dispose();
    }
    wrapper = null;
    isWrapperOurs = false;
  }

  private void release() {
    long held = address;
    address = 0;
    SavantAPI.check(SavantAPI.savant_buffer_unref(held), "savant_buffer_unref");
  }

  void viewOpened() {
    views.incrementAndGet();
  }

  void viewClosed() {
    views.decrementAndGet();
  }

  @Override
  public String toString() {
    String state = address != 0 ? "open" : consumed ? "consumed" : "closed";
    return "SharedBuffer[" + state + ", views=" + views.get() + "]";
  }
}
