/* SPDX-License-Identifier: Apache-2.0 */
package org.savantgst.surface;

import java.util.List;
import org.savantgst.Savant;
import org.savantgst.SavantException;
import org.savantgst.lowlevel.Leaks;
import org.savantgst.lowlevel.SavantAPI;
import org.savantgst.lowlevel.Scratch;
import org.savantgst.meta.SavantId;

/**
 * Collects slots of other buffers, of any format and size, into a batch of which no pixel is
 * copied: every slot of the batch has the address of its source, and the sources live as long as
 * the batch's buffer.
 *
 * <pre>{@code
 * try (NonUniformBatch batch = new NonUniformBatch()) {
 *   batch.add(first, 0);
 *   batch.add(second, 0);
 *   try (SharedBuffer buffer = batch.finalizeBatch(List.of(SavantId.frame(1), SavantId.frame(2)))) {
 *     SurfaceInfo info = Surfaces.info(buffer, 1);
 *   }
 * }
 * }</pre>
 *
 * <p>The pixels of a finalized batch are written through its sources, not through the batch. Not
 * for several threads at a time without synchronisation by the caller.
 */
public final class NonUniformBatch implements AutoCloseable {
  private final int gpuId;
  private final Leaks.Watch watch;

  /** The native side, 0 when closed. */
  private long collection;

  private int count;
  private boolean finalized;

  /** Begins a batch on GPU 0. */
  public NonUniformBatch() {
    this(0);
  }

  /**
   * Begins a batch.
   *
   * @param gpuId the CUDA ordinal of the GPU whose memory the slots are in, 0 or more; without
   *     meaning for system memory
   * @throws IllegalArgumentException if it is negative
   */
  public NonUniformBatch(int gpuId) {
    Savant.ensureAvailability();
    this.gpuId = gpuId;
    long[] out = Scratch.get().numbers();
    SavantAPI.check(SavantAPI.savant_collection_new(gpuId, out), "savant_collection_new");
    collection = out[0];
    watch = Leaks.watch(this, "NonUniformBatch");
  }

  private void requireCollecting() {
    if (finalized) {
      throw new IllegalStateException("the NonUniformBatch is finalized");
    }
    if (collection == 0) {
      throw new IllegalStateException("the NonUniformBatch is closed");
    }
  }

  /**
   * Adds what a view shows. The view may be closed right after.
   *
   * @param v the view
   * @throws IllegalArgumentException if it is null, one plane of several, or its memory is of
   *     another kind or GPU than that of the batch; from slot 1025 on
   * @throws IllegalStateException if this is finalized or closed, or the view is closed
   */
  public void add(SurfaceView v) {
    requireCollecting();
    if (v == null) {
      throw new IllegalArgumentException("view is null");
    }
    long address = v.bufferAddress();
    if (v.plane() >= 0) {
      throw new IllegalArgumentException(
          v + " is one plane of several: add the slot by buffer and number");
    }
    add(address, v.slotIndex(), true);
  }

  /**
   * Adds a slot of a buffer, of any format. The SharedBuffer may be closed right after.
   *
   * @param b the buffer
   * @param slot its slot, 0 to numFilled - 1
   * @throws IllegalArgumentException if the buffer is null, the slot is not filled or its memory is
   *     of another kind or GPU than that of the batch; from slot 1025 on
   * @throws IllegalStateException if this is finalized or closed, or the buffer is closed
   * @throws SavantException if the buffer holds no surface
   */
  public void add(SharedBuffer b, int slot) {
    requireCollecting();
    if (b == null) {
      throw new IllegalArgumentException("buffer is null");
    }
    add(b.address(), slot, false);
  }

  private void add(long buffer, int slot, boolean anySlot) {
    int status = SavantAPI.savant_collection_add(collection, buffer, slot, anySlot ? 1 : 0);
    if (status < 0) {
      SavantAPI.check(status, "NonUniformBatch.add of slot " + slot);
    }
    count++;
  }

  /**
   * Makes the batch, without ids.
   *
   * @return its buffer, to be closed; numFilled is the number of slots, the memory type the
   *     sources'
   * @throws IllegalStateException if this is finalized or closed
   * @throws SavantException if nothing was added; the batch stays usable
   */
  public SharedBuffer finalizeBatch() {
    return finalizeBatch(List.of());
  }

  /**
   * Makes the batch.
   *
   * @param ids what the buffer stands for, in this order
   * @return its buffer, to be closed; numFilled is the number of slots, the memory type the
   *     sources'
   * @throws IllegalArgumentException if the list or an id is null
   * @throws IllegalStateException if this is finalized or closed
   * @throws SavantException if nothing was added; the batch stays usable
   */
  public SharedBuffer finalizeBatch(List<SavantId> ids) {
    requireCollecting();
    Scratch scratch = Scratch.get();
    int n = scratch.fillIds(ids);
    long[] out = scratch.numbers();
    int status =
        SavantAPI.savant_collection_finalize(collection, scratch.kinds(), scratch.ids(), n, out);
    if (status < 0) {
      SavantAPI.check(status, "NonUniformBatch.finalizeBatch");
    }
    finalized = true;
    close();
    return SharedBuffer.taking(out[0]);
  }

  /**
   * Returns the GPU.
   *
   * @return its CUDA ordinal as it was given, also after finalizeBatch and close
   */
  public int gpuId() {
    return gpuId;
  }

  /**
   * Returns how many slots were added.
   *
   * @return 0 to 1024
   * @throws IllegalStateException if this is finalized or closed
   */
  public int numFilled() {
    requireCollecting();
    return count;
  }

  /** Lets go of the sources unless this is finalized. Nothing happens the second time. */
  @Override
  public void close() {
    if (collection == 0) {
      return;
    }
    long closing = collection;
    collection = 0;
    Leaks.end(watch);
    SavantAPI.savant_collection_free(closing);
  }

  @Override
  public String toString() {
    return "NonUniformBatch[numFilled="
        + count
        + (finalized ? ", finalized" : collection == 0 ? ", closed" : "")
        + "]";
  }
}
