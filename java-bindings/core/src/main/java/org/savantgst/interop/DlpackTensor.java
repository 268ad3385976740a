/* SPDX-License-Identifier: Apache-2.0 */
package org.savantgst.interop;

import org.savantgst.Savant;
import org.savantgst.SavantException;
import org.savantgst.lowlevel.Leaks;
import org.savantgst.lowlevel.SavantAPI;
import org.savantgst.surface.SurfaceView;

/**
 * Pixels as a {@code DLManagedTensorVersioned} of DLPack 1.x, without a copy: unsigned bytes of
 * shape height x width x channels, on kDLCPU or a CUDA device by where they are. It holds their
 * buffer, and counts in its {@code strongCount}, until the tensor's deleter has run.
 *
 * <p>The tensor has one owner, who has its deleter called exactly once: this object, when it is
 * closed, or after {@link #release()} whoever took the address over, on any thread. One that is
 * neither released nor closed is never freed ({@code -Dsavant.leakDetection=paranoid} tells where
 * it was made). Not for several threads at a time without synchronisation by the caller.
 */
public final class DlpackTensor implements AutoCloseable {
  private final Leaks.Watch watch;

  /** 0 when released or closed. */
  private long address;

  private boolean released;

  private DlpackTensor(long address) {
    this.address = address;
    this.watch = Leaks.watch(this, "DlpackTensor");
  }

  /**
   * Makes a tensor of a slot of a buffer, or of a plane of it.
   *
   * @param bufferAddress the address of a GstBuffer, borrowed; the tensor takes its own reference
   * @param slot the slot, 0 to batchSize - 1
   * @param plane the plane, whose samples become channels; -1 for the whole slot
   * @return the tensor
   * @throws IllegalArgumentException if the address is 0 or there is no such slot or plane
   * @throws SavantException if the buffer holds no surface, or UYVY, or, with plane -1, a format of
   *     several planes
   */
  public static DlpackTensor of(long bufferAddress, int slot, int plane) {
    Savant.ensureAvailability();
    long[] tensor = new long[1];
    SavantAPI.check(
        SavantAPI.savant_buffer_to_dlpack(bufferAddress, slot, plane, tensor),
        "savant_buffer_to_dlpack");
    return new DlpackTensor(tensor[0]);
  }

  /**
   * Returns the address of the tensor, which stays this object's.
   *
   * @return the address of a DLManagedTensorVersioned
   * @throws IllegalStateException if this was released or closed
   */
  public long address() {
    if (address == 0) {
      throw new IllegalStateException(
          released ? "the tensor was released to another owner" : "the DlpackTensor is closed");
    }
    return address;
  }

  /**
   * Gives the tensor away: the caller has its deleter called, for instance by making a PyCapsule
   * named {@code dltensor_versioned} of it. Closing this object does nothing from then on.
   *
   * @return the address of a DLManagedTensorVersioned
   * @throws IllegalStateException if this was released or closed
   */
  public long release() {
    long given = address();
    address = 0;
    released = true;
    Leaks.end(watch);
    return given;
  }

  /** Has the deleter called, unless the tensor was released. Nothing happens the second time. */
  @Override
  public void close() {
    if (address != 0) {
      long own = address;
      address = 0;
      Leaks.end(watch);
      SavantAPI.check(SavantAPI.savant_dlpack_delete(own), "savant_dlpack_delete");
    }
  }

  /**
   * Takes a tensor of another library over, as a picture: GRAY8 for the shapes height x width and
   * height x width x 1, RGB for three channels, RGBA for four. Nothing is copied. The tensor's
   * deleter is called once, when the view is closed and nothing else holds the memory.
   *
   * @param dlManagedTensorVersioned the address of a DLManagedTensorVersioned that the caller owns
   * @return the view; if the tensor is flagged read-only it cannot be written
   * @throws IllegalArgumentException if the address is 0, or the tensor's version, element type,
   *     shape or strides are others than unsigned bytes in rows without gaps between pixels, or its
   *     memory cannot be read; the caller still owns it then
   * @throws SavantException if it is on a device that this machine or library cannot use; the
   *     caller still owns it then
   */
  public static SurfaceView importVersioned(long dlManagedTensorVersioned) {
    Savant.ensureAvailability();
    long[] buffer = new long[1];
    SavantAPI.check(
        SavantAPI.savant_buffer_from_dlpack(dlManagedTensorVersioned, buffer),
        "savant_buffer_from_dlpack");
    try {
      return SurfaceView.of(buffer[0], 0, 0);
    } finally {
      SavantAPI.check(SavantAPI.savant_buffer_unref(buffer[0]), "savant_buffer_unref");
    }
  }

  @Override
  public String toString() {
    return "DlpackTensor["
        + (address != 0 ? "0x" + Long.toHexString(address) : released ? "released" : "closed")
        + "]";
  }
}
