/* SPDX-License-Identifier: Apache-2.0 */
package org.savantgst.surface;

import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.freedesktop.gstreamer.Buffer;
import org.savantgst.Savant;
import org.savantgst.SavantException;
import org.savantgst.interop.CudaArray;
import org.savantgst.interop.DlpackTensor;
import org.savantgst.lowlevel.Addresses;
import org.savantgst.lowlevel.BufferHold;
import org.savantgst.lowlevel.ForeignArrays;
import org.savantgst.lowlevel.Leaks;
import org.savantgst.lowlevel.SavantAPI;
import org.savantgst.lowlevel.Scratch;

/**
 * The picture of one slot of a surface, or one plane of it: its address, and the pixels to be
 * written and read. It keeps the buffer alive until it is closed, so that its address stays valid;
 * one that is never closed is never freed ({@code -Dsavant.leakDetection=paranoid} tells where it
 * was opened).
 *
 * <pre>{@code
 * try (SurfaceView view = SurfaceView.of(buffer)) {
 *   view.fill(128, 0, 255, 255);
 * }
 * }</pre>
 *
 * <p>Every operation is ordered on the view's CUDA stream; on memory of the host it is done when
 * the call returns. Not for several threads at a time without synchronisation by the caller.
 */
public final class SurfaceView implements AutoCloseable, CudaArray {
  private static final int WHOLE = -1;

  private final BufferHold hold;
  private final Leaks.Watch watch;
  private final int slot;
  private final int plane;
  private final long cudaStream;
  private final long dataPtr;
  private final int pitch;
  private final int width;
  private final int height;
  private final int channels;
  private final int colorFormat;
  private final MemType memType;
  private final int gpuId;
  private final boolean readOnly;
  private boolean open = true;

  /** Is one of the hold's views. */
  private SurfaceView(BufferHold hold, int slot, int plane, long cudaStream, long[] info) {
    this.hold = hold;
    this.slot = slot;
    this.plane = plane;
    this.cudaStream = cudaStream;
    this.dataPtr = info[SavantAPI.VIEW_DATA];
    this.pitch = (int) info[SavantAPI.VIEW_PITCH];
    this.width = (int) info[SavantAPI.VIEW_WIDTH];
    this.height = (int) info[SavantAPI.VIEW_HEIGHT];
    this.channels = (int) info[SavantAPI.VIEW_CHANNELS];
    this.colorFormat = (int) info[SavantAPI.VIEW_COLOR_FORMAT];
    this.memType = MemType.fromNativeValue((int) info[SavantAPI.VIEW_MEM_TYPE]);
    this.gpuId = (int) info[SavantAPI.VIEW_GPU_ID];
    this.readOnly = info[SavantAPI.VIEW_READ_ONLY] != 0;
    this.watch = Leaks.watch(this, "SurfaceView");
  }

  /**
   * Opens a view of slot 0, on no stream.
   *
   * @param buffer the buffer
   * @return the view
   * @throws IllegalArgumentException if the buffer is null or holds no filled slot
   * @throws IllegalStateException if the buffer was closed, taken or pushed
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
   * @throws IllegalStateException if the buffer was closed, taken or pushed
   * @throws SavantException if it holds no surface, or a format of several planes
   */
  public static SurfaceView of(SharedBuffer buffer, int slot, long cudaStream) {
    requirePresent(buffer);
    return open(buffer.hold(), slot, false, cudaStream);
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
    Savant.ensureAvailability();
    try {
      return of(Addresses.of("buffer", buffer), slot, cudaStream);
    } finally {
      Reference.reachabilityFence(buffer);
    }
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
    Savant.ensureAvailability();
    long[] info = Scratch.get().numbers();
    read(bufferAddress, slot, WHOLE, false, true, info);
    return new SurfaceView(BufferHold.ofView(bufferAddress), slot, WHOLE, cudaStream, info);
  }

  /**
   * Opens a view of another library's array, without a copy: GRAY8 for the shapes (height, width)
   * and (height, width, 1), RGBA for (height, width, 4). The array stays reachable until the view
   * is closed and nothing else holds its memory; where it is a SurfaceView, its buffer counts one
   * view more until then. Bytes between its rows are never written.
   *
   * @param array the array
   * @param gpuId CUDA ordinal of the GPU of its memory, ignored for system memory
   * @param cudaStream the stream that operations are ordered on, 0 for none
   * @return the view; if the array is read-only it cannot be written
   * @throws IllegalArgumentException if the array is null, the GPU negative, or the array's
   *     protocol version, typestr, shape, strides, stream or address none that a picture can have
   * @throws IllegalStateException if the array is a closed SurfaceView
   * @throws SavantException if this machine cannot use its kind of memory
   */
  public static SurfaceView of(CudaArray array, int gpuId, long cudaStream) {
    Savant.ensureAvailability();
    long buffer;
    if (array instanceof SurfaceView) {
      SurfaceView view = (SurfaceView) array;
      view.requireOpen();
      BufferHold shared = view.hold;
      buffer = ForeignArrays.wrap(array, gpuId, shared::removeView);
      shared.addView();
    } else {
      buffer = ForeignArrays.wrap(array, gpuId, null);
    }
    try {
      return of(buffer, 0, cudaStream);
    } finally {
      SavantAPI.check(SavantAPI.savant_buffer_unref(buffer), "savant_buffer_unref");
    }
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
   * @throws IllegalStateException if the buffer was closed, taken or pushed
   * @throws SavantException if it holds no surface
   */
  public static List<SurfaceView> planes(SharedBuffer buffer, int slot, long cudaStream) {
    requirePresent(buffer);
    return planes(buffer.hold(), slot, false, cudaStream);
  }

  static List<SurfaceView> planes(BufferHold hold, int slot, boolean anySlot, long cudaStream) {
    long[] info = Scratch.get().numbers();
    read(hold.address(), slot, 0, anySlot, false, info);
    int count = (int) info[SavantAPI.VIEW_N_PLANES];
    List<SurfaceView> views = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      int plane = count == 1 ? WHOLE : i;
      read(hold.address(), slot, plane, anySlot, false, info);
      hold.addView();
      views.add(new SurfaceView(hold, slot, plane, cudaStream, info));
    }
    return List.copyOf(views);
  }

  static SurfaceView open(BufferHold hold, int slot, boolean anySlot, long cudaStream) {
    long[] info = Scratch.get().numbers();
    read(hold.address(), slot, WHOLE, anySlot, false, info);
    hold.addView();
    return new SurfaceView(hold, slot, WHOLE, cudaStream, info);
  }

  private static void read(
      long buffer, int slot, int plane, boolean anySlot, boolean takeRef, long[] info) {
    SavantAPI.check(
        SavantAPI.savant_view_info(buffer, slot, plane, anySlot ? 1 : 0, takeRef ? 1 : 0, info),
        "SurfaceView");
  }

  private static void requirePresent(SharedBuffer buffer) {
    if (buffer == null) {
      throw new IllegalArgumentException("buffer is null");
    }
  }

  private void requireOpen() {
    if (!open) {
      throw new IllegalStateException("the SurfaceView is closed");
    }
  }

  /** The address of the GstBuffer. */
  long bufferAddress() {
    requireOpen();
    return hold.address();
  }

  /** The plane that is seen, -1 for all there is. */
  int plane() {
    return plane;
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

  private void requireArray() {
    requireOpen();
    if (colorFormat == VideoFormat.UYVY.nativeValue()) {
      throw new SavantException(
          SavantAPI.UNSUPPORTED,
          "a UYVY picture is no array of pixels: transform it into a packed RGB format or GRAY8");
    }
  }

  /**
   * Returns the extents.
   *
   * @return height, width and channels, in a new array
   * @throws IllegalStateException if the view is closed
   * @throws SavantException if the format is UYVY
   */
  @Override
  public long[] shape() {
    requireArray();
    return new long[] {height, width, channels};
  }

  /**
   * Returns the distances between neighbours along each extent.
   *
   * @return pitch, channels and 1, in a new array
   * @throws IllegalStateException if the view is closed
   * @throws SavantException if the format is UYVY
   */
  @Override
  public long[] strides() {
    requireArray();
    return new long[] {pitch, channels, 1};
  }

  /**
   * Returns the type of the elements.
   *
   * @return {@code |u1}
   * @throws IllegalStateException if the view is closed
   * @throws SavantException if the format is UYVY
   */
  @Override
  public String typestr() {
    requireArray();
    return "|u1";
  }

  /**
   * Returns the version of the protocol.
   *
   * @return 3
   * @throws IllegalStateException if the view is closed
   * @throws SavantException if the format is UYVY
   */
  @Override
  public int version() {
    requireArray();
    return 3;
  }

  /**
   * Returns the stream that the contents are ready on.
   *
   * @return {@link #cudaStream()}, 1 where that is 0, the legacy default stream; empty for memory
   *     of the host without a stream
   * @throws IllegalStateException if the view is closed
   */
  @Override
  public OptionalLong stream() {
    requireOpen();
    if (cudaStream != 0) {
      return OptionalLong.of(cudaStream);
    }
    return memType == MemType.SYSTEM ? OptionalLong.empty() : OptionalLong.of(1);
  }

  /**
   * Tells whether nobody may write this memory.
   *
   * @return true for a view of a read-only array or tensor, or of a zero-copy batch
   * @throws IllegalStateException if the view is closed
   */
  @Override
  public boolean readOnly() {
    requireOpen();
    return readOnly;
  }

  /**
   * Makes a DLPack tensor of the picture, without a copy. It holds the buffer until its deleter has
   * run, whether this view is open or not.
   *
   * @return the tensor: height x width x channels unsigned bytes
   * @throws IllegalStateException if the view is closed
   * @throws SavantException if the format is UYVY, or the kind of memory has no DLPack device
   */
  public DlpackTensor toDlpack() {
    requireOpen();
    return DlpackTensor.of(hold.address(), slot, plane);
  }

  private int size() {
    return Math.multiplyExact(Math.multiplyExact(width, channels), height);
  }

  private void check(int status, String operation) {
    if (status < 0) {
      SavantAPI.check(status, "SurfaceView." + operation + " of " + this);
    }
  }

  /**
   * Writes one pixel everywhere. Padding between rows is left as it is.
   *
   * @param color a byte value, 0 to 255, for every channel in memory order, alpha included: red,
   *     green, blue, alpha for RGBA; blue, green, red, x for BGRx; one for GRAY8
   * @throws IllegalArgumentException if it is null, has another number of values than the view has
   *     channels or one outside 0..255; for UYVY, whose pixels come in pairs (use {@link #memset})
   * @throws IllegalStateException if the view is closed
   * @throws SavantException if the buffer's memory is shared or read-only
   */
  public void fill(int... color) {
    requireOpen();
    if (color == null) {
      throw new IllegalArgumentException("color is null: " + channels + " values are needed");
    }
    int packed = Bytes.packed(color);
    check(
        SavantAPI.savant_view_fill(hold.address(), slot, plane, cudaStream, packed, color.length),
        "fill");
  }

  /**
   * Sets every byte of the surface, pitch x height, to one value; of an array that lies inside a
   * larger one only its own bytes.
   *
   * @param value 0 to 255
   * @throws IllegalArgumentException if it is outside 0..255
   * @throws IllegalStateException if the view is closed
   * @throws SavantException if the buffer's memory is shared or read-only
   */
  public void memset(int value) {
    requireOpen();
    check(SavantAPI.savant_view_memset(hold.address(), slot, plane, cudaStream, value), "memset");
  }

  /**
   * Writes all pixels. A direct buffer is read where it lies.
   *
   * @param data height x width x channels bytes, rows without padding, remain in it; its position
   *     and limit stay as they are
   * @throws IllegalArgumentException if it is null or of another size
   * @throws IllegalStateException if the view is closed
   * @throws SavantException if the buffer's memory is shared or read-only
   */
  public void upload(ByteBuffer data) {
    requireOpen();
    if (data == null) {
      throw new IllegalArgumentException("data is null: " + size() + " bytes are needed");
    }
    check(ViewBytes.upload(hold.address(), slot, plane, cudaStream, data), "upload");
  }

  /**
   * Writes all pixels.
   *
   * @param data height x width x channels bytes, rows without padding
   * @throws IllegalArgumentException if it is null or of another size
   * @throws IllegalStateException if the view is closed
   * @throws SavantException if the buffer's memory is shared or read-only
   */
  public void upload(byte[] data) {
    requireOpen();
    if (data == null) {
      throw new IllegalArgumentException("data is null: " + size() + " bytes are needed");
    }
    check(
        SavantAPI.savant_view_upload(hold.address(), slot, plane, cudaStream, data, data.length),
        "upload");
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
    ByteBuffer data = ByteBuffer.allocateDirect(size());
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
    if (data == null || data.isReadOnly()) {
      throw new IllegalArgumentException(
          "download into "
              + (data == null ? "null" : "a read-only buffer")
              + ": a writable buffer of "
              + size()
              + " bytes is needed");
    }
    check(ViewBytes.download(hold.address(), slot, plane, cudaStream, data), "download");
    data.position(data.limit());
  }

  /** Lets go of the buffer. Nothing happens the second time. */
  @Override
  public void close() {
    if (open) {
      open = false;
      Leaks.end(watch);
      hold.removeView();
      ForeignArrays.letGo();
    }
  }

  @Override
  public String toString() {
    return String.format(
        "SurfaceView[%dx%d, channels=%d, slot=%d%s]",
        width, height, channels, slot, open ? "" : ", closed");
  }
}
