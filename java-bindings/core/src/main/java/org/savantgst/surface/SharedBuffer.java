/* SPDX-License-Identifier: Apache-2.0 */
package org.savantgst.surface;

import java.lang.ref.Reference;
import java.util.List;
import java.util.OptionalLong;
import org.freedesktop.gstreamer.Buffer;
import org.freedesktop.gstreamer.glib.Natives;
import org.savantgst.Savant;
import org.savantgst.lowlevel.Addresses;
import org.savantgst.lowlevel.BufferHold;
import org.savantgst.lowlevel.Leaks;
import org.savantgst.lowlevel.SavantAPI;
import org.savantgst.lowlevel.Scratch;
import org.savantgst.meta.SavantId;
import org.savantgst.meta.SavantIds;

/**
 * A reference to a GStreamer buffer, until it is closed, taken or pushed. Views of it keep the
 * buffer alive beyond that.
 *
 * <p>After {@link #close()}, {@link #take()} or {@link BufferGenerator#push} only {@link
 * #isConsumed()}, {@link #strongCount()}, {@link #toString()} and {@link #close()} work. Not for
 * several threads at a time without synchronisation by the caller. One that is never closed is
 * never freed; {@code -Dsavant.leakDetection=paranoid} tells where it was acquired.
 */
public final class SharedBuffer implements AutoCloseable {
  private final BufferHold hold;
  private boolean open = true;
  private boolean consumed;
  private Leaks.Watch watch;

  /** The object of gst1-java-core, null if there is none yet. */
  private Buffer wrapper;

  private boolean isWrapperOurs;

  /** Whether the wrapper's reference is told to the native library as the owner's second one. */
  private boolean isAlias;

  private SharedBuffer(long address, Buffer wrapper) {
    this.hold = new BufferHold(address);
    this.wrapper = wrapper;
  }

  /** Takes over a reference that nobody is told of yet. */
  static SharedBuffer unwatched(long address) {
    return new SharedBuffer(address, null);
  }

  /** Takes over a reference. */
  static SharedBuffer taking(long address) {
    return new SharedBuffer(address, null).watched();
  }

  SharedBuffer watched() {
    watch = Leaks.watch(this, "SharedBuffer");
    return this;
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
    long address = Addresses.of("buffer", buffer);
    SavantAPI.check(SavantAPI.savant_buffer_ref(address), "savant_buffer_ref");
    SharedBuffer shared = new SharedBuffer(address, buffer).watched();
    if (Natives.ownsReference(buffer)) {
      shared.addAlias();
    }
    return shared;
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
    return taking(bufferAddress);
  }

  private void requireOpen() {
    if (!open) {
      throw new IllegalStateException(
          consumed ? "the buffer was consumed" : "the SharedBuffer is closed");
    }
  }

  /** What shares the reference. */
  BufferHold hold() {
    requireOpen();
    return hold;
  }

  /**
   * Returns the address of the GstBuffer.
   *
   * @return the address, valid until this is closed, taken or pushed
   * @throws IllegalStateException if this was closed, taken or pushed
   */
  public long address() {
    requireOpen();
    return hold.address();
  }

  private void addAlias() {
    SavantAPI.check(
        SavantAPI.savant_buffer_add_aliases(hold.address(), 1), "savant_buffer_add_aliases");
    isAlias = true;
  }

  private void removeAlias() {
    if (isAlias) {
      isAlias = false;
      SavantAPI.check(
          SavantAPI.savant_buffer_add_aliases(hold.address(), -1), "savant_buffer_add_aliases");
    }
  }

  /** The address for a change: a wrapper that was given away is somebody else's reference now. */
  private long writable() {
    requireOpen();
    if (wrapper != null && !Natives.validReference(wrapper)) {
      forgetWrapper();
    }
    return hold.address();
  }

  private void forgetWrapper() {
    removeAlias();
    wrapper = null;
    isWrapperOurs = false;
  }

  private OptionalLong time(int index) {
    long[] times = Scratch.get().numbers();
    SavantAPI.check(SavantAPI.savant_buffer_get_times(address(), times), "savant_buffer_get_times");
    return times[index] < 0 ? OptionalLong.empty() : OptionalLong.of(times[index]);
  }

  private static void requireTime(String name, long ns) {
    if (ns < 0) {
      throw new IllegalArgumentException(name + " " + ns + " ns: it must be 0 to Long.MAX_VALUE");
    }
  }

  private void writePts(long ns) {
    SavantAPI.check(SavantAPI.savant_buffer_set_pts(writable(), ns), "savant_buffer_set_pts");
  }

  private void writeDuration(long ns) {
    SavantAPI.check(
        SavantAPI.savant_buffer_set_duration(writable(), ns), "savant_buffer_set_duration");
  }

  /**
   * Returns the presentation time.
   *
   * @return nanoseconds, empty if the buffer has none
   * @throws IllegalStateException if this was closed, taken or pushed
   */
  public OptionalLong pts() {
    return time(0);
  }

  /**
   * Sets the presentation time.
   *
   * @param ns nanoseconds, 0 or more
   * @throws IllegalArgumentException if it is negative
   * @throws IllegalStateException if this was closed, taken or pushed
   * @throws org.savantgst.SavantException if somebody else holds the buffer
   */
  public void setPts(long ns) {
    requireOpen();
    requireTime("pts", ns);
    writePts(ns);
  }

  /**
   * Takes the presentation time away.
   *
   * @throws IllegalStateException if this was closed, taken or pushed
   * @throws org.savantgst.SavantException if somebody else holds the buffer
   */
  public void clearPts() {
    writePts(-1);
  }

  /**
   * Returns the duration.
   *
   * @return nanoseconds, empty if the buffer has none
   * @throws IllegalStateException if this was closed, taken or pushed
   */
  public OptionalLong duration() {
    return time(1);
  }

  /**
   * Sets the duration.
   *
   * @param ns nanoseconds, 0 or more
   * @throws IllegalArgumentException if it is negative
   * @throws IllegalStateException if this was closed, taken or pushed
   * @throws org.savantgst.SavantException if somebody else holds the buffer
   */
  public void setDuration(long ns) {
    requireOpen();
    requireTime("duration", ns);
    writeDuration(ns);
  }

  /**
   * Takes the duration away.
   *
   * @throws IllegalStateException if this was closed, taken or pushed
   * @throws org.savantgst.SavantException if somebody else holds the buffer
   */
  public void clearDuration() {
    writeDuration(-1);
  }

  /**
   * Returns the ids of the frames or batches that the buffer stands for.
   *
   * @return the ids in their order, empty if it has none
   * @throws IllegalStateException if this was closed, taken or pushed
   */
  public List<SavantId> ids() {
    return SavantIds.get(address());
  }

  /**
   * Replaces the ids.
   *
   * @param ids the new ids, empty for none
   * @throws IllegalArgumentException if the list or an id is null
   * @throws IllegalStateException if this was closed, taken or pushed
   * @throws org.savantgst.SavantException if somebody else holds the buffer
   */
  public void setIds(List<SavantId> ids) {
    SavantIds.set(writable(), ids);
  }

  /** The native side of {@link Surfaces#setNumFilled(SharedBuffer, int)}. */
  void setNumFilled(int count) {
    SavantAPI.check(
        SavantAPI.savant_buffer_set_num_filled(writable(), count), "savant_buffer_set_num_filled");
  }

  /**
   * Tells whether the buffer was given away.
   *
   * @return true after {@link #take()} and {@link BufferGenerator#push}
   */
  public boolean isConsumed() {
    return consumed;
  }

  /**
   * Returns how many hold the buffer through this.
   *
   * @return 1 and one more for every open {@link SurfaceView} of it, every DLPack tensor that was
   *     made of it and not deleted yet, and the open {@link SurfaceBatch} that it came from; 0
   *     after close, take or push
   */
  public int strongCount() {
    return open ? hold.owners() + exports() : 0;
  }

  private int exports() {
    return SavantAPI.check(
        SavantAPI.savant_buffer_exports(hold.address()), "savant_buffer_exports");
  }

  /**
   * Returns the buffer for gst1-java-core. It is borrowed: it is not to be disposed of, and cannot
   * be used any more when this is closed, taken or pushed. gst1-java-core keeps one object an
   * address: where the application holds another Buffer object of this buffer, {@link #of(Buffer)}
   * is to be used.
   *
   * @return the same object each time
   * @throws IllegalStateException if this was closed, taken or pushed
   */
  public Buffer buffer() {
    long held = writable();
    if (wrapper == null) {
      wrapper = Addresses.ownedWrapper(held);
      isWrapperOurs = true;
      addAlias();
    }
    return wrapper;
  }

  /**
   * Gives the buffer away.
   *
   * @return the buffer, which the caller owns
   * @throws IllegalStateException if this was closed, taken or pushed, or if views are open (the
   *     text contains {@code outstanding}); nothing has changed then
   */
  public Buffer take() {
    writable();
    Buffer foreign = isWrapperOurs ? null : wrapper;
    long given = consume("taken");
    if (foreign == null) {
      return Addresses.wrapperTaking(given);
    }
    SavantAPI.check(SavantAPI.savant_buffer_unref(given), "savant_buffer_unref");
    return foreign;
  }

  /** Gives the reference away. */
  long consume(String how) {
    requireOpen();
    int outstanding = hold.views() + exports();
    if (outstanding > 0) {
      throw new IllegalStateException(
          "the buffer has " + outstanding + " outstanding views: close them before it is " + how);
    }
    disposeWrapper();
    end();
    consumed = true;
    return hold.give();
  }

  /** Drops the reference. Views stay open. Nothing happens the second time. */
  @Override
  public void close() {
    if (open) {
      disposeWrapper();
      end();
      hold.removeOwner();
    }
  }

  private void end() {
    open = false;
    Leaks.end(watch);
  }

  private void disposeWrapper() {
    if (wrapper == null) {
      return;
    }
    Buffer held = wrapper;
    boolean isOurs = isWrapperOurs;
    forgetWrapper();
    if (isOurs) {
      held.dispose();
    }
    Reference.reachabilityFence(held);
  }

  @Override
  public String toString() {
    String state = open ? "open" : consumed ? "consumed" : "closed";
    return "SharedBuffer[" + state + ", views=" + hold.views() + "]";
  }
}
