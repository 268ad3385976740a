/* SPDX-License-Identifier: Apache-2.0 */
package org.savantgst.surface;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.freedesktop.gstreamer.Buffer;
import org.savantgst.Savant;
import org.savantgst.SavantException;
import org.savantgst.lowlevel.Addresses;
import org.savantgst.lowlevel.RawMemory;
import org.savantgst.lowlevel.SavantAPI;

/**
 * The picture of one slot of a surface, or one plane of it. It holds a reference of its own to the
 * buffer until it is closed, so that its address stays valid; one that is never closed is never
 * freed. Not for several threads at a time without synchronisation by the caller.
 */
public final class SurfaceView implements AutoCloseable {
  private static final int INFO_NUMBERS = 11;
  private static final int PLANE_NUMBERS = 5;
  private static final int GRAY8 = VideoFormat.GRAY8.nativeValue();

  private final SharedBuffer owner;
  private final long buffer;
  private final int slot;
  private final long cudaStream;
  private final long dataPtr;
  private final int pitch;
  private final int width;
  private final int height;
  private final int channels;
  private final int colorFormat;
  private final MemType memType;
  private final int gpuId;
  private boolean open = true;

  /** Takes over a reference to the buffer. */
  private SurfaceView(
      SharedBuffer owner, long buffer, int slot, long cudaStream, long[] info, long[] plane) {
    this.owner = owner;
    this.buffer = buffer;
    this.slot = slot;
    this.cudaStream = cudaStream;
    this.dataPtr = plane[0];
    this.pitch = (int) plane[1];
    this.width = (int) plane[2];
    this.height = (int) plane[3];
    this.channels = (int) plane[4];
    this.colorFormat = (int) info[4];
    this.memType = MemType.fromNativeValue((int) info[5]);
    this.gpuId = (int) info[6];
    if (owner != null) {
      owner.viewOpened();
    }
  }

  /**
   * Opens a view of slot 0, on no stream.
   *
   * @param buffer the buffer
   * @return the view
   * @throws IllegalArgumentException if the buffer is null or holds no filled slot
   * @throws IllegalStateException if the buffer was closed or taken
   * @throws SavantException if it holds no surface, or a format of several planes
   */
  public static SurfaceView of(SharedBuffer buffer) {
    return of(buffer, 0, 0);
  }

  /**
   * Opens a view of a slot.
   *
   * @param buffer the buffer
   * @param slot the slot, 0 to numFilled - 1
   * @param cudaStream the stream that operations are ordered on, 0 for none
   * @return the view
   * @throws IllegalArgumentException if the buffer is null or the slot is not filled
   * @throws IllegalStateException if the buffer was closed or taken
   * @throws SavantException if it holds no surface, or a format of several planes
   */
  public static SurfaceView of(SharedBuffer buffer, int slot, long cudaStream) {
    requirePresent(buffer);
    return open(buffer, buffer.address(), slot, cudaStream);
  }

  /**
   * Opens a view of a slot.
   *
   * @param buffer the buffer
   * @param slot the slot, 0 to numFilled - 1
   * @param cudaStream the stream that operations are ordered on, 0 for none
   * @return the view
   * @throws IllegalArgumentException if the buffer is null or the slot is not filled
   * @throws IllegalStateException if the buffer was disposed of
   * @throws SavantException if it holds no surface, or a format of several planes
   */
  public static SurfaceView of(Buffer buffer, int slot, long cudaStream) {
    return Addresses.with("buffer", buffer, address -> open(null, address, slot, cudaStream));
  }

  /**
   * Opens a view of a slot.
   *
   * @param bufferAddress the address of a GstBuffer, borrowed; the view takes its own reference
   * @param slot the slot, 0 to numFilled - 1
   * @param cudaStream the stream that operations are ordered on, 0 for none
   * @return the view
   * @throws IllegalArgumentException if the address is 0 or the slot is not filled
   * @throws SavantException if it holds no surface, or a format of several planes
   */
  public static SurfaceView of(long bufferAddress, int slot, long cudaStream) {
    return open(null, bufferAddress, slot, cudaStream);
  }

  /**
   * Opens a view of each plane of a slot, as if it were a grey picture: a plane of interleaved
   * chroma has two channels and the width of the chroma.
   *
   * @param buffer the buffer
   * @param slot the slot, 0 to numFilled - 1
   * @param cudaStream the stream that operations are ordered on, 0 for none
   * @return the views, each to be closed
   * @throws IllegalArgumentException if the buffer is null or the slot is not filled
   * @throws IllegalStateException if the buffer was closed or taken
   * @throws SavantException if it holds no surface
   */
  public static List<SurfaceView> planes(SharedBuffer buffer, int slot, long cudaStream) {
    requirePresent(buffer);
    long[] info = readInfo(buffer.address(), slot);
    int count = (int) info[9];
    if (count > 1) {
      info[4] = GRAY8;
    }
    List<SurfaceView> views = new ArrayList<>(count);
    for (int plane = 0; plane < count; plane++) {
      views.add(openPlane(buffer, buffer.address(), slot, plane, cudaStream, info));
    }
    return List.copyOf(views);
  }

  private static void requirePresent(SharedBuffer buffer) {
    if (buffer == null) {
      throw new IllegalArgumentException("buffer is null");
    }
  }

  private static long[] readInfo(long buffer, int slot) {
    Savant.ensureAvailability();
    long[] info = new long[INFO_NUMBERS];
    SavantAPI.check(
        SavantAPI.savant_buffer_surface_info(buffer, Math.max(slot, 0), info),
        "savant_buffer_surface_info");
    if (slot < 0 || slot >= info[8]) {
      throw new IllegalArgumentException(
          "slot " + slot + " of a surface with " + info[8] + " filled slots");
    }
    return info;
  }

  private static SurfaceView open(SharedBuffer owner, long buffer, int slot, long cudaStream) {
    long[] info = readInfo(buffer, slot);
    if (info[9] > 1) {
      throw new SavantException(
          SavantAPI.UNSUPPORTED,
          "SurfaceView.of: colorFormat "
              + info[4]
              + " has "
              + info[9]
              + " planes: open them by SurfaceView.planes");
    }
    return openPlane(owner, buffer, slot, 0, cudaStream, info);
  }

  private static SurfaceView openPlane(
      SharedBuffer owner, long buffer, int slot, int plane, long cudaStream, long[] info) {
    long[] numbers = new long[PLANE_NUMBERS];
    SavantAPI.check(
        SavantAPI.savant_buffer_plane_info(buffer, slot, plane, numbers),
        "savant_buffer_plane_info");
    if (info[9] == 1) {
      numbers[2] = info[2];
    }
    SavantAPI.check(SavantAPI.savant_buffer_ref(buffer), "savant_buffer_ref");
    return new SurfaceView(owner, buffer, slot, cudaStream, info, numbers);
  }

  private void requireOpen() {
    if (!open) {
      throw new IllegalStateException("the SurfaceView is closed");
    }
  }

  /**
   * Returns the number of bytes that a pixel has.
   *
   * @return 1 to 4
   * @throws IllegalStateException if the view is closed
   */
  public int channels() {
    requireOpen();
    return channels;
  }

  /**
   * Returns NvBufSurface's code of the format; that of GRAY8 for a plane of several.
   *
   * @return the code
   * @throws IllegalStateException if the view is closed
   */
  public int colorFormat() {
    requireOpen();
    return colorFormat;
  }

  /**
   * Returns the stream that operations are ordered on.
   *
   * @return the stream as it was given, 0 for none
   * @throws IllegalStateException if the view is closed
   */
  public long cudaStream() {
    requireOpen();
    return cudaStream;
  }

  /**
   * Returns the address of the first pixel, valid until the view is closed.
   *
   * @return an address of the host if {@link #memType()} is readable there, else of the GPU
   * @throws IllegalStateException if the view is closed
   */
  public long dataPtr() {
    requireOpen();
    return dataPtr;
  }

  /**
   * Returns the distance between rows.
   *
   * @return bytes
   * @throws IllegalStateException if the view is closed
   */
  public int pitch() {
    requireOpen();
    return pitch;
  }

  /**
   * Returns the width.
   *
   * @return pixels
   * @throws IllegalStateException if the view is closed
   */
  public int width() {
    requireOpen();
    return width;
  }

  /**
   * Returns the height.
   *
   * @return rows
   * @throws IllegalStateException if the view is closed
   */
  public int height() {
    requireOpen();
    return height;
  }

  /**
   * Returns the GPU of the memory.
   *
   * @return its CUDA ordinal, without meaning for system memory
   * @throws IllegalStateException if the view is closed
   */
  public int gpuId() {
    requireOpen();
    return gpuId;
  }

  /**
   * Returns the slot.
   *
   * @return 0 or more
   * @throws IllegalStateException if the view is closed
   */
  public int slotIndex() {
    requireOpen();
    return slot;
  }

  /**
   * Returns where the pixels are.
   *
   * @return the kind of memory
   * @throws IllegalStateException if the view is closed
   */
  public MemType memType() {
    requireOpen();
    return memType;
  }

  private int rowBytes() {
    // A row of UYVY ends with a whole pair of pixels.
    return colorFormat == VideoFormat.UYVY.nativeValue() ? 4 * ((width + 1) / 2) : width * channels;
  }

  /**
   * Copies the pixels, rows without padding.
   *
   * @return a new direct buffer of height x width x channels bytes, at position 0
   * @throws IllegalStateException if the view is closed
   * @throws SavantException if the CPU cannot read the memory
   */
  public ByteBuffer download() {
    requireOpen();
    ByteBuffer data = ByteBuffer.allocateDirect(Math.multiplyExact(rowBytes(), height));
    download(data);
    return data.rewind();
  }

  /**
   * Copies the pixels, rows without padding, from the buffer's position to its limit.
   *
   * @param data height x width x channels bytes remain in it; its position moves to its limit
   * @throws IllegalArgumentException if it is null, read-only or of another size
   * @throws IllegalStateException if the view is closed
   * @throws SavantException if the CPU cannot read the memory
   */
  public void download(ByteBuffer data) {
    requireOpen();
    int rowBytes = rowBytes();
    int size = Math.multiplyExact(rowBytes, height);
    if (data == null || data.isReadOnly() || data.remaining() != size) {
      throw new IllegalArgumentException(
          "download into "
              + (data == null
                  ? "null"
                  : data.isReadOnly() ? "a read-only buffer" : data.remaining() + " bytes")
              + ": a buffer of "
              + size
              + " bytes is needed");
    }
    if (!memType.isHostReadable()) {
      throw new SavantException(
          SavantAPI.UNSUPPORTED,
          "download: the CPU cannot read memory type " + memType.canonicalName());
    }
    byte[] row = new byte[rowBytes];
    for (int y = 0; y < height; y++) {
      RawMemory.read(dataPtr + (long) y * pitch, row, 0, rowBytes);
      data.put(row);
    }
  }

  /** Drops the reference to the buffer. Nothing happens the second time. */
  @Override
  public void close() {
    if (!open) {
      return;
    }
    open = false;
    if (owner != null) {
      owner.viewClosed();
    }
    SavantAPI.check(SavantAPI.savant_buffer_unref(buffer), "savant_buffer_unref");
  }

  @Override
  public String toString() {
    return "SurfaceView["
        + width
        + "x"
        + height
        + ", channels="
        + channels
        + ", slot="
        + slot
        + (open ? "]" : ", closed]");
  }
}
