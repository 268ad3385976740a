/* SPDX-License-Identifier: Apache-2.0 */
package org.savantgst.surface;

import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.util.BitSet;
import java.util.List;
import org.savantgst.SavantException;
import org.savantgst.lowlevel.BufferHold;
import org.savantgst.lowlevel.Leaks;
import org.savantgst.lowlevel.SavantAPI;
import org.savantgst.lowlevel.Scratch;

/**
 * A batch out of a {@link UniformBatchGenerator}. Its slots are filled in any order, then {@link
 * #finalizeBatch()} makes {@link #sharedBuffer()} available.
 *
 * <p>What is written is there when the call returns, and so are its errors: sources may be closed
 * or reused right after. Different slots may be filled by several threads at a time; everything
 * else needs synchronisation by the caller. One that is never closed is never freed.
 */
public final class SurfaceBatch implements AutoCloseable {
  private static final int WHOLE = -1;

  private final SharedBuffer shared;
  private final BufferHold hold;
  private final Leaks.Watch watch;
  private final int maxBatchSize;

  /** The native side, 0 when closed. */
  private long slots;

  private boolean finalized;

  /** Whether the caller has the SharedBuffer, and closes it. */
  private boolean given;

  SurfaceBatch(long slots, long buffer, int maxBatchSize) {
    this.slots = slots;
    this.shared = SharedBuffer.unwatched(buffer);
    this.hold = shared.hold();
    this.maxBatchSize = maxBatchSize;
    this.watch = Leaks.watch(this, "SurfaceBatch");
    hold.addOwner();
  }

  private void requireOpen() {
    if (slots == 0) {
      throw new IllegalStateException("the SurfaceBatch is closed");
    }
  }

  private void requireFilling() {
    requireOpen();
    if (finalized) {
      throw new IllegalStateException("the SurfaceBatch is finalized");
    }
  }

  private void check(int status, String operation, int slot) {
    if (status < 0) {
      SavantAPI.check(status, "SurfaceBatch." + operation + " of slot " + slot + " of " + this);
    }
  }

  /**
   * Transforms slot 0 of a buffer into a slot and marks that filled.
   *
   * @param slot the slot, 0 to maxBatchSize - 1
   * @param src the source, of any format
   * @throws IllegalArgumentException if the source is null or has no filled slot, the slot does not
   *     exist or the dst padding leaves less than 16 pixels
   * @throws IllegalStateException if this is finalized or closed, or the source is closed
   * @throws SavantException if the source is no surface, or this machine lacks the compute mode
   */
  public void transformSlot(int slot, SharedBuffer src) {
    transformSlot(slot, src, 0, null);
  }

  /**
   * Transforms a slot of a buffer into a slot and marks that filled.
   *
   * @param slot the slot, 0 to maxBatchSize - 1
   * @param src the source, of any format
   * @param srcSlot its slot, 0 to its numFilled - 1
   * @param srcRectOrNull what to take of the source, clipped to it; null for all
   * @throws IllegalArgumentException if the source is null, a slot does not exist, nothing of the
   *     rectangle lies inside the source (the text contains {@code source rectangle}) or the dst
   *     padding leaves less than 16 pixels
   * @throws IllegalStateException if this is finalized or closed, or the source is closed
   * @throws SavantException if the source is no surface, or this machine lacks the compute mode
   */
  public void transformSlot(int slot, SharedBuffer src, int srcSlot, Rect srcRectOrNull) {
    requireFilling();
    if (src == null) {
      throw new IllegalArgumentException("src is null");
    }
    transform(slot, src.address(), srcSlot, WHOLE, false, srcRectOrNull);
  }

  /**
   * Transforms what a view shows into a slot and marks that filled. It may be a view of another
   * slot of this batch.
   *
   * @param slot the slot, 0 to maxBatchSize - 1
   * @param src the source
   * @param srcRectOrNull what to take of the source, clipped to it; null for all
   * @throws IllegalArgumentException if the source is null or a view of this very slot, the slot
   *     does not exist, nothing of the rectangle lies inside the source (the text contains {@code
   *     source rectangle}) or the dst padding leaves less than 16 pixels
   * @throws IllegalStateException if this is finalized or closed, or the source is closed
   * @throws SavantException if the source is a plane of two channels, or this machine lacks the
   *     compute mode
   */
  public void transformSlot(int slot, SurfaceView src, Rect srcRectOrNull) {
    requireFilling();
    if (src == null) {
      throw new IllegalArgumentException("src is null");
    }
    transform(slot, src.bufferAddress(), src.slotIndex(), src.plane(), true, srcRectOrNull);
  }

  private void transform(
      int slot, long source, int srcSlot, int plane, boolean anySlot, Rect rect) {
    long[] jobs = Scratch.get().jobs(1);
    SurfacePool.fillJob(jobs, 0, slot, source, srcSlot, plane, anySlot, rect);
    check(SavantAPI.savant_slots_transform(slots, jobs, 1), "transformSlot", slot);
  }

  /**
   * Transforms any number of sources into slots by one native call, all or none: everything is
   * checked before the first slot is written.
   *
   * @param slots the slots to fill, each 0 to maxBatchSize - 1 and named once
   * @param sources a source for each of them
   * @param srcSlotsOrNull the slot of each source, null: all 0
   * @param srcRectsOrNull what to take of each source, null or null entries: all of it
   * @throws IllegalArgumentException if an array is too long or short, a source is null, and as
   *     {@link #transformSlot(int, SharedBuffer, int, Rect)}
   * @throws IllegalStateException if this is finalized or closed, or a source is closed
   * @throws SavantException if a source is no surface, or this machine lacks the compute mode
   */
  public void transformSlots(
      int[] slots, SharedBuffer[] sources, int[] srcSlotsOrNull, Rect[] srcRectsOrNull) {
    requireFilling();
    if (slots == null || sources == null) {
      throw new IllegalArgumentException((slots == null ? "slots" : "sources") + " is null");
    }
    int count = slots.length;
    requireLength("sources", sources.length, count);
    if (srcSlotsOrNull != null) {
      requireLength("srcSlots", srcSlotsOrNull.length, count);
    }
    if (srcRectsOrNull != null) {
      requireLength("srcRects", srcRectsOrNull.length, count);
    }
    if (count > maxBatchSize) {
      throw new IllegalArgumentException(
          count + " slots for a batch of " + maxBatchSize + ": each can be written once a call");
    }
    if (count == 0) {
      return;
    }
    long[] jobs = Scratch.get().jobs(count);
    for (int i = 0; i < count; i++) {
      if (sources[i] == null) {
        throw new IllegalArgumentException("source " + i + " is null");
      }
      SurfacePool.fillJob(
          jobs,
          i,
          slots[i],
          sources[i].address(),
          srcSlotsOrNull == null ? 0 : srcSlotsOrNull[i],
          WHOLE,
          false,
          srcRectsOrNull == null ? null : srcRectsOrNull[i]);
    }
    check(SavantAPI.savant_slots_transform(this.slots, jobs, count), "transformSlots", slots[0]);
  }

  private static void requireLength(String name, int length, int count) {
    if (length != count) {
      throw new IllegalArgumentException(
          length + " " + name + " for " + count + " slots: there must be as many");
    }
  }

  /**
   * Writes all pixels of a slot and marks it filled. A direct buffer is read where it lies.
   *
   * @param slot the slot, 0 to maxBatchSize - 1
   * @param data all planes one after the other, rows without padding, chroma rows of ceil(width/2)
   *     samples, UYVY rows of 4 * ceil(width/2) bytes, remain in it; its position and limit stay as
   *     they are
   * @throws IllegalArgumentException if the slot does not exist or the data is null or of another
   *     size
   * @throws IllegalStateException if this is finalized or closed
   * @throws SavantException if the CPU cannot write the memory
   */
  public void uploadSlot(int slot, ByteBuffer data) {
    requireFilling();
    if (data == null) {
      throw new IllegalArgumentException("data is null");
    }
    if (data.isDirect()) {
      ByteBuffer whole = data.position() == 0 ? data : data.slice();
      check(
          SavantAPI.savant_slots_upload(slots, slot, whole, data.remaining()), "uploadSlot", slot);
      Reference.reachabilityFence(data);
    } else {
      uploadSlot(slot, Bytes.of(data));
    }
  }

  /**
   * Writes all pixels of a slot and marks it filled.
   *
   * @param slot the slot, 0 to maxBatchSize - 1
   * @param data all planes one after the other, rows without padding, as for {@link
   *     #uploadSlot(int, ByteBuffer)}
   * @throws IllegalArgumentException if the slot does not exist or the data is null or of another
   *     size
   * @throws IllegalStateException if this is finalized or closed
   * @throws SavantException if the CPU cannot write the memory
   */
  public void uploadSlot(int slot, byte[] data) {
    requireFilling();
    if (data == null) {
      throw new IllegalArgumentException("data is null");
    }
    check(SavantAPI.savant_slots_upload(slots, slot, data, data.length), "uploadSlot", slot);
  }

  /**
   * Sets every byte of every plane of a slot and marks it filled.
   *
   * @param slot the slot, 0 to maxBatchSize - 1
   * @param value 0 to 255
   * @throws IllegalArgumentException if a number is outside its range
   * @throws IllegalStateException if this is finalized or closed
   * @throws SavantException if the CPU cannot write the memory
   */
  public void memsetSlot(int slot, int value) {
    requireFilling();
    check(SavantAPI.savant_slots_memset(slots, slot, value), "memsetSlot", slot);
  }

  /**
   * Marks a slot filled that was written by a view.
   *
   * @param slot the slot, 0 to maxBatchSize - 1
   * @throws IllegalArgumentException if it does not exist
   * @throws IllegalStateException if this is finalized or closed
   */
  public void markFilled(int slot) {
    requireFilling();
    check(SavantAPI.savant_slots_mark_filled(slots, slot), "markFilled", slot);
  }

  private void requireSlot(int slot) {
    requireOpen();
    int limit = finalized ? numFilled() : maxBatchSize;
    if (slot < 0 || slot >= limit) {
      throw new IllegalArgumentException(
          "slot "
              + slot
              + " of a batch of "
              + limit
              + (finalized ? " filled slots" : " slots")
              + ": it must be from 0 to "
              + (limit - 1));
    }
    if (hold.address() == 0) {
      throw new IllegalStateException("the batch's buffer was consumed");
    }
  }

  /**
   * Opens a view of a slot, on no stream. That does not mark the slot filled.
   *
   * @param slot the slot: any before {@link #finalizeBatch()}, below numFilled after it
   * @return the view, to be closed
   * @throws IllegalArgumentException if the slot does not exist
   * @throws IllegalStateException if this is closed, or its buffer was closed, taken or pushed
   * @throws SavantException for a format of several planes, which {@code planes(i)} opens
   */
  public SurfaceView view(int slot) {
    requireSlot(slot);
    try {
      return SurfaceView.open(hold, slot, true, 0);
    } catch (SavantException e) {
      if (e.code() != SavantAPI.UNSUPPORTED) {
        throw e;
      }
      throw new SavantException(
          e.code(),
          "SurfaceBatch.view(" + slot + "): a format of several planes is opened by planes(i)",
          e);
    }
  }

  /**
   * Opens a view of each plane of a slot, as {@link SurfaceView#planes}. That does not mark the
   * slot filled.
   *
   * @param slot the slot: any before {@link #finalizeBatch()}, below numFilled after it
   * @return the views, each to be closed
   * @throws IllegalArgumentException if the slot does not exist
   * @throws IllegalStateException if this is closed, or its buffer was closed, taken or pushed
   */
  public List<SurfaceView> planes(int slot) {
    requireSlot(slot);
    return SurfaceView.planes(hold, slot, true, 0);
  }

  /**
   * Ends the filling: numFilled becomes the highest filled slot + 1, a hole below it gets the pad
   * colour, ids and SavantTransformMeta are attached.
   *
   * @throws IllegalStateException if this is finalized already, or closed
   * @throws SavantException if somebody else holds the buffer
   */
  public void finalizeBatch() {
    requireFilling();
    int status = SavantAPI.savant_slots_finalize(slots);
    if (status < 0) {
      SavantAPI.check(status, "SurfaceBatch.finalizeBatch of " + this);
    }
    finalized = true;
  }

  /**
   * Tells whether the filling has ended.
   *
   * @return true after {@link #finalizeBatch()}
   * @throws IllegalStateException if this is closed
   */
  public boolean isFinalized() {
    requireOpen();
    return finalized;
  }

  /**
   * Returns the highest filled slot + 1.
   *
   * @return 0 to maxBatchSize
   * @throws IllegalStateException if this is closed
   */
  public int numFilled() {
    requireOpen();
    return SavantAPI.check(SavantAPI.savant_slots_num_filled(slots), "savant_slots_num_filled");
  }

  /**
   * Returns how many slots there are.
   *
   * @return 1 to 1024
   * @throws IllegalStateException if this is closed
   */
  public int maxBatchSize() {
    requireOpen();
    return maxBatchSize;
  }

  /**
   * Returns which slots are filled. Holes that {@link #finalizeBatch()} has cleared are not.
   *
   * @return a new set
   * @throws IllegalStateException if this is closed
   */
  public BitSet filledSlots() {
    requireOpen();
    long[] words = new long[(maxBatchSize + Long.SIZE - 1) / Long.SIZE];
    SavantAPI.check(SavantAPI.savant_slots_filled(slots, words), "savant_slots_filled");
    return BitSet.valueOf(words);
  }

  /**
   * Returns the batch's buffer, which the caller closes, takes or pushes, before or after this is
   * closed.
   *
   * @return the same object each time
   * @throws IllegalStateException if this is not finalized, or closed
   */
  public SharedBuffer sharedBuffer() {
    requireOpen();
    if (!finalized) {
      throw new IllegalStateException(
          "the SurfaceBatch is not finalized: its buffer is available after finalizeBatch()");
    }
    if (!given) {
      given = true;
      shared.watched();
    }
    return shared;
  }

  /**
   * Lets go of the batch. The buffer goes with it unless {@link #sharedBuffer()} has given it out
   * or views are open. Nothing happens the second time.
   */
  @Override
  public void close() {
    if (slots == 0) {
      return;
    }
    long closing = slots;
    slots = 0;
    Leaks.end(watch);
    SavantAPI.savant_slots_free(closing);
    hold.removeOwner();
    if (!given) {
      shared.close();
    }
  }

  @Override
  public String toString() {
    return "SurfaceBatch[maxBatchSize="
        + maxBatchSize
        + (slots == 0 ? ", closed" : finalized ? ", finalized" : ", filling")
        + "]";
  }
}
