/* SPDX-License-Identifier: Apache-2.0 */
package org.savantgst.batch;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.savantgst.SavantException;
import org.savantgst.lowlevel.RawMemory;
import org.savantgst.lowlevel.SavantAPI;
import org.savantgst.surface.MemType;
import org.savantgst.surface.SharedBuffer;
import org.savantgst.surface.VideoFormat;

/**
 * What a {@link BatchPuller} pulled last, until its next pull, release or close; afterwards every
 * method is an IllegalStateException. One object is used for all batches of a puller. A plain frame
 * is a batch of one slot.
 *
 * <p>It is used by the thread that pulled. Work on its slots may be given to other threads as long
 * as that thread waits for them before it pulls again. No method but {@link #sourceRect}, {@link
 * #destinationRect}, {@link #unsafeBuffer}, {@link #sharedBuffer} and {@link #readCounter}
 * allocates anything, apart from one buffer into which {@link #get} and {@link #copyTo(int,
 * byte[])} fetch pictures from a GPU.
 */
public final class BatchView extends BatchGeometry {
  private final BatchPuller puller;

  /** The picture of a GPU that was read last. */
  private ByteBuffer copied = ByteBuffer.allocateDirect(0);

  private long copiedOf;
  private int copiedSlot;

  BatchView(BatchPuller puller) {
    this.puller = puller;
  }

  /** Where the numbers of a plane begin. */
  private int planeBase(int slot, int plane) {
    int from = base(slot);
    long planes = at(from + SavantAPI.SLOT_N_PLANES);
    if (plane < 0 || plane >= planes) {
      throw new IllegalArgumentException("plane " + plane + " of a picture of " + planes);
    }
    return from + SavantAPI.SLOT_PLANES + 4 * plane;
  }

  /**
   * Returns the number of planes of a picture.
   *
   * @param slot the slot
   * @return 1 to 3
   * @throws IllegalArgumentException if there is no such slot
   * @throws IllegalStateException if the view shows nothing
   */
  public int planes(int slot) {
    return (int) number(slot, SavantAPI.SLOT_N_PLANES);
  }

  /**
   * Returns the address of the first row of a plane, valid until the view ends.
   *
   * @param slot the slot
   * @param plane the plane
   * @return an address of the host if {@link #memType} is readable there, else of the GPU
   * @throws IllegalArgumentException if there is no such slot or plane
   * @throws IllegalStateException if the view shows nothing
   */
  public long dataPtr(int slot, int plane) {
    return at(planeBase(slot, plane));
  }

  /**
   * Returns the distance between rows of a plane.
   *
   * @param slot the slot
   * @param plane the plane
   * @return bytes; negative for a plain frame whose rows lie bottom up
   * @throws IllegalArgumentException if there is no such slot or plane
   * @throws IllegalStateException if the view shows nothing
   */
  public int pitch(int slot, int plane) {
    return (int) at(planeBase(slot, plane) + 1);
  }

  /**
   * Returns the bytes of a row of a plane without padding.
   *
   * @param slot the slot
   * @param plane the plane
   * @return bytes
   * @throws IllegalArgumentException if there is no such slot or plane
   * @throws IllegalStateException if the view shows nothing
   */
  public int rowBytes(int slot, int plane) {
    return (int) at(planeBase(slot, plane) + 2);
  }

  /**
   * Returns the number of rows of a plane.
   *
   * @param slot the slot
   * @param plane the plane
   * @return rows
   * @throws IllegalArgumentException if there is no such slot or plane
   * @throws IllegalStateException if the view shows nothing
   */
  public int rows(int slot, int plane) {
    return (int) at(planeBase(slot, plane) + 3);
  }

  private boolean isOnGpu(int slot) {
    return memType(slot) == MemType.CUDA_DEVICE;
  }

  /** The picture in memory of the CPU, copied with the first look at it. */
  private ByteBuffer fetch(int slot) {
    if (copiedOf != generation() || copiedSlot != slot) {
      int size = byteSize(slot);
      if (copied.capacity() < size) {
        copied = ByteBuffer.allocateDirect(size);
      }
      copiedOf = 0;
      SavantAPI.check(
          SavantAPI.savant_puller_copy_slot(puller.handle(), slot, copied, size),
          "savant_puller_copy_slot");
      copiedOf = generation();
      copiedSlot = slot;
    }
    return copied;
  }

  private void requireReadable(int slot, boolean byCopy) {
    MemType memType = memType(slot);
    if (!memType.isHostReadable() && !(byCopy && memType == MemType.CUDA_DEVICE)) {
      throw new SavantException(
          SavantAPI.UNSUPPORTED,
          "slot "
              + slot
              + ": the CPU cannot read memory type "
              + memType.canonicalName()
              + ", let savanttransform bring the surface into system memory first");
    }
  }

  /**
   * Reads one component of one pixel. A picture in memory of a GPU is copied with the first look at
   * it.
   *
   * @param slot the slot
   * @param x the column
   * @param y the row
   * @param c the component: of RGB and grey formats the byte in memory order, of YUV formats 0 = Y,
   *     1 = U, 2 = V, the chroma sample that covers the pixel
   * @return 0 to 255
   * @throws IllegalArgumentException if there is no such slot, pixel or component
   * @throws IllegalStateException if the view shows nothing
   * @throws SavantException if the CPU cannot read the memory
   */
  public int get(int slot, int x, int y, int c) {
    requireReadable(slot, true);
    int width = width(slot);
    int height = height(slot);
    if (x < 0 || x >= width || y < 0 || y >= height) {
      throw new IllegalArgumentException(
          "pixel (" + x + ", " + y + ") of a picture of " + width + "x" + height);
    }
    VideoFormat format = format(slot);
    int components = components(format);
    if (c < 0 || c >= components) {
      throw new IllegalArgumentException(
          "component " + c + " of " + format.canonicalName() + ", which has " + components);
    }
    return switch (format) {
      case NV12 -> c == 0 ? sample(slot, 0, y, x) : sample(slot, 1, y / 2, x / 2 * 2 + c - 1);
      case NV21 -> c == 0 ? sample(slot, 0, y, x) : sample(slot, 1, y / 2, x / 2 * 2 + 2 - c);
      case I420 -> c == 0 ? sample(slot, 0, y, x) : sample(slot, c, y / 2, x / 2);
      case UYVY -> sample(slot, 0, y, c == 0 ? x * 2 + 1 : x / 2 * 4 + (c - 1) * 2);
      default -> sample(slot, 0, y, x * components + c);
    };
  }

  private static int components(VideoFormat format) {
    return switch (format) {
      case NV12, NV21, I420, UYVY -> 3;
      default -> format.channels();
    };
  }

  private int sample(int slot, int plane, int row, int offset) {
    int from = planeBase(slot, plane);
    if (isOnGpu(slot)) {
      int at = row * rowBytes(slot, plane) + offset;
      for (int before = 0; before < plane; before++) {
        at += rowBytes(slot, before) * rows(slot, before);
      }
      return fetch(slot).get(at) & 0xff;
    }
    return RawMemory.get(at(from) + row * at(from + 1) + offset);
  }

  /**
   * Returns how many bytes {@link #copyTo(int, byte[])} copies: all planes one after the other,
   * rows without padding.
   *
   * @param slot the slot
   * @return bytes
   * @throws IllegalArgumentException if there is no such slot
   * @throws IllegalStateException if the view shows nothing
   */
  public int byteSize(int slot) {
    int planes = planes(slot);
    int size = 0;
    for (int plane = 0; plane < planes; plane++) {
      size = Math.addExact(size, Math.multiplyExact(rowBytes(slot, plane), rows(slot, plane)));
    }
    return size;
  }

  /**
   * Copies a picture: all planes one after the other, rows without padding.
   *
   * @param slot the slot
   * @param data gets the bytes from its beginning on
   * @throws IllegalArgumentException if there is no such slot or the array is null or too short
   * @throws IllegalStateException if the view shows nothing
   * @throws SavantException if the CPU cannot read the memory
   */
  public void copyTo(int slot, byte[] data) {
    copyTo(slot, data, 0);
  }

  /**
   * Copies a picture: all planes one after the other, rows without padding.
   *
   * @param slot the slot
   * @param data gets the bytes
   * @param offset where the first byte goes
   * @throws IllegalArgumentException if there is no such slot, the array is null or too short, or
   *     the offset is outside it
   * @throws IllegalStateException if the view shows nothing
   * @throws SavantException if the CPU cannot read the memory
   */
  public void copyTo(int slot, byte[] data, int offset) {
    int size = byteSize(slot);
    if (data == null || offset < 0 || offset > data.length || data.length - offset < size) {
      throw new IllegalArgumentException(
          (data == null ? "data is null" : data.length + " bytes from " + offset + " on")
              + ": "
              + size
              + " bytes are needed");
    }
    requireReadable(slot, true);
    if (isOnGpu(slot)) {
      fetch(slot).get(0, data, offset, size);
      return;
    }
    int planes = planes(slot);
    int to = offset;
    for (int plane = 0; plane < planes; plane++) {
      to = copyPlane(slot, plane, data, to);
    }
  }

  private int copyPlane(int slot, int plane, byte[] data, int offset) {
    long from = dataPtr(slot, plane);
    int pitch = pitch(slot, plane);
    int rowBytes = rowBytes(slot, plane);
    int rows = rows(slot, plane);
    if (pitch == rowBytes) {
      RawMemory.read(from, data, offset, rows * rowBytes);
      return offset + rows * rowBytes;
    }
    int to = offset;
    for (int y = 0; y < rows; y++, to += rowBytes) {
      RawMemory.read(from + (long) y * pitch, data, to, rowBytes);
    }
    return to;
  }

  /**
   * Copies a picture to a buffer's position, which moves on by as many bytes: all planes one after
   * the other, rows without padding. Direct buffers are written by one native call.
   *
   * @param slot the slot
   * @param data at least {@link #byteSize} bytes remain in it
   * @throws IllegalArgumentException if there is no such slot or the buffer is null, read-only or
   *     too short
   * @throws IllegalStateException if the view shows nothing
   * @throws SavantException if the CPU cannot read the memory
   */
  public void copyTo(int slot, ByteBuffer data) {
    int size = byteSize(slot);
    if (data == null || data.isReadOnly() || data.remaining() < size) {
      throw new IllegalArgumentException(
          (data == null
                  ? "data is null"
                  : data.isReadOnly() ? "data is read-only" : data.remaining() + " bytes remain")
              + ": a buffer of "
              + size
              + " bytes is needed");
    }
    if (data.hasArray()) {
      copyTo(slot, data.array(), data.arrayOffset() + data.position());
    } else {
      requireReadable(slot, true);
      SavantAPI.check(
          SavantAPI.savant_puller_copy_slot(puller.handle(), slot, data, size),
          "savant_puller_copy_slot");
    }
    data.position(data.position() + size);
  }

  /**
   * Returns the memory of a plane itself, rows {@link #pitch} bytes apart, without copying.
   *
   * <p><b>Warning:</b> using it after the view has ended reads memory that belongs to others, or
   * ends the process.
   *
   * @param slot the slot
   * @param plane the plane
   * @return a new read-only direct buffer in native byte order
   * @throws IllegalArgumentException if there is no such slot or plane
   * @throws IllegalStateException if the view shows nothing
   * @throws SavantException if the CPU cannot read the memory, or rows lie bottom up
   */
  public ByteBuffer unsafeBuffer(int slot, int plane) {
    requireReadable(slot, false);
    int pitch = pitch(slot, plane);
    if (pitch < 0) {
      throw new SavantException(
          SavantAPI.UNSUPPORTED, "unsafeBuffer: rows lie bottom up, use copyTo");
    }
    long size = (long) pitch * (rows(slot, plane) - 1) + rowBytes(slot, plane);
    return RawMemory.buffer(dataPtr(slot, plane), size)
        .asReadOnlyBuffer()
        .order(ByteOrder.nativeOrder());
  }

  /**
   * Returns the memory of plane 0 itself, as {@link #unsafeBuffer(int, int)}.
   *
   * @param slot the slot
   * @return a new read-only direct buffer in native byte order
   * @throws IllegalArgumentException if there is no such slot
   * @throws IllegalStateException if the view shows nothing
   * @throws SavantException if the CPU cannot read the memory, or rows lie bottom up
   */
  public ByteBuffer unsafeBuffer(int slot) {
    return unsafeBuffer(slot, 0);
  }

  /**
   * Reads the number that savantbufgen's pattern=counter drew, also after letterboxing.
   *
   * @param slot the slot
   * @return the low 32 bits of the frame id
   * @throws IllegalArgumentException if there is no such slot or the picture is less than 64 pixels
   *     long
   * @throws IllegalStateException if the view shows nothing
   * @throws SavantException if it shows no counter, or the CPU cannot read the memory
   */
  public long readCounter(int slot) {
    base(slot);
    int[] counter = new int[1];
    SavantAPI.check(
        SavantAPI.savant_puller_read_counter(puller.handle(), slot, counter),
        "savant_puller_read_counter");
    return Integer.toUnsignedLong(counter[0]);
  }

  /**
   * Takes a reference to the whole buffer, which outlives the view.
   *
   * @return a new reference, to be closed by the caller
   * @throws IllegalStateException if the view shows nothing
   */
  public SharedBuffer sharedBuffer() {
    return SharedBuffer.of(header(SavantAPI.PULL_BUFFER));
  }

  @Override
  public String toString() {
    return isOpen()
        ? "BatchView[sequence=" + sequence() + ", size=" + size() + "]"
        : "BatchView[over]";
  }
}
