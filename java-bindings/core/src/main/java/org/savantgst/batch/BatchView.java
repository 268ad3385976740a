/* SPDX-License-Identifier: Apache-2.0 */
package org.savantgst.batch;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.savantgst.SavantException;
import org.savantgst.lowlevel.Affine;
import org.savantgst.lowlevel.RawMemory;
import org.savantgst.lowlevel.SavantAPI;
import org.savantgst.surface.MemType;
import org.savantgst.surface.Rect;
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
 * allocates anything.
 */
public final class BatchView {
  private final BatchPuller puller;

  private volatile boolean open;
  private long[] numbers;

  /** The maps of all slots. */
  private double[] matrices = new double[0];

  BatchView(BatchPuller puller) {
    this.puller = puller;
  }

  void begin(long[] of) {
    numbers = of;
    int slots = (int) of[SavantAPI.PULL_SLOTS];
    if (matrices.length < slots * Affine.SIZE) {
      matrices = new double[slots * Affine.SIZE];
    }
    for (int slot = 0; slot < slots; slot++) {
      int from =
          SavantAPI.PULL_HEADER_NUMBERS + slot * SavantAPI.SLOT_NUMBERS + SavantAPI.SLOT_MATRIX;
      for (int i = 0; i < Affine.SIZE; i++) {
        matrices[slot * Affine.SIZE + i] = Double.longBitsToDouble(of[from + i]);
      }
    }
    open = true;
  }

  void end() {
    open = false;
  }

  private long header(int index) {
    if (!open) {
      throw new IllegalStateException(
          "the batch is over: a view is valid until the next pull, release or close");
    }
    return numbers[index];
  }

  /** Where the numbers of a slot begin. */
  private int base(int slot) {
    long slots = header(SavantAPI.PULL_SLOTS);
    if (slot < 0 || slot >= slots) {
      throw new IllegalArgumentException("slot " + slot + " of a batch of " + slots);
    }
    return SavantAPI.PULL_HEADER_NUMBERS + slot * SavantAPI.SLOT_NUMBERS;
  }

  private long number(int slot, int index) {
    return numbers[base(slot) + index];
  }

  /**
   * Returns the number of pictures.
   *
   * @return 0 or more
   * @throws IllegalStateException if the view shows nothing
   */
  public int size() {
    return (int) header(SavantAPI.PULL_SLOTS);
  }

  /**
   * Returns the number of the batch.
   *
   * @return what savantbatch counted from 0, else the count of pulls from 0
   * @throws IllegalStateException if the view shows nothing
   */
  public long sequence() {
    return header(SavantAPI.PULL_SEQUENCE);
  }

  /**
   * Returns why the batch was pushed when it was.
   *
   * @return the reason, NONE if it is no batch of savantbatch
   * @throws IllegalStateException if the view shows nothing
   */
  public BatchReason reason() {
    return BatchReason.fromNativeValue(header(SavantAPI.PULL_REASON));
  }

  /**
   * Returns how long the oldest frame waited in savantbatch.
   *
   * @return nanoseconds, -1 if it is no batch of savantbatch
   * @throws IllegalStateException if the view shows nothing
   */
  public long waitingTimeNs() {
    return header(SavantAPI.PULL_WAITING_TIME);
  }

  /**
   * Returns the presentation time of the whole.
   *
   * @return nanoseconds, -1 for none
   * @throws IllegalStateException if the view shows nothing
   */
  public long ptsNs() {
    return header(SavantAPI.PULL_PTS);
  }

  /**
   * Returns the duration of the whole.
   *
   * @return nanoseconds, -1 for none
   * @throws IllegalStateException if the view shows nothing
   */
  public long durationNs() {
    return header(SavantAPI.PULL_DURATION);
  }

  /**
   * Returns the running time of the whole.
   *
   * @return nanoseconds, -1 for none
   * @throws IllegalStateException if the view shows nothing
   */
  public long runningTimeNs() {
    return header(SavantAPI.PULL_RUNNING_TIME);
  }

  /**
   * Returns when it was taken from the appsink.
   *
   * @return nanoseconds of the monotonic clock
   * @throws IllegalStateException if the view shows nothing
   */
  public long takenAtNs() {
    return header(SavantAPI.PULL_TAKEN_AT);
  }

  /**
   * Tells whether it is a surface, memory:NVMM.
   *
   * @return false for a plain frame
   * @throws IllegalStateException if the view shows nothing
   */
  public boolean isSurface() {
    return header(SavantAPI.PULL_IS_SURFACE) != 0;
  }

  /**
   * Returns the id of a frame.
   *
   * @param slot the slot
   * @return the first of its FRAME ids, -1 for none
   * @throws IllegalArgumentException if there is no such slot
   * @throws IllegalStateException if the view shows nothing
   */
  public long id(int slot) {
    return number(slot, SavantAPI.SLOT_FRAME_ID);
  }

  /**
   * Returns how many FRAME ids a frame has.
   *
   * @param slot the slot
   * @return 0 or more
   * @throws IllegalArgumentException if there is no such slot
   * @throws IllegalStateException if the view shows nothing
   */
  public int idCount(int slot) {
    return (int) number(slot, SavantAPI.SLOT_N_IDS);
  }

  /**
   * Returns the source of a frame.
   *
   * @param slot the slot
   * @return the property source-id of its pad, -1 if it is no batch of savantbatch
   * @throws IllegalArgumentException if there is no such slot
   * @throws IllegalStateException if the view shows nothing
   */
  public long sourceId(int slot) {
    return number(slot, SavantAPI.SLOT_SOURCE_ID);
  }

  /**
   * Returns the pad of a frame.
   *
   * @param slot the slot
   * @return n of savantbatch's pad sink_n, -1 if it is no batch of savantbatch
   * @throws IllegalArgumentException if there is no such slot
   * @throws IllegalStateException if the view shows nothing
   */
  public int padIndex(int slot) {
    return (int) number(slot, SavantAPI.SLOT_PAD_INDEX);
  }

  /**
   * Returns the presentation time of a frame as it came.
   *
   * @param slot the slot
   * @return nanoseconds, -1 for none
   * @throws IllegalArgumentException if there is no such slot
   * @throws IllegalStateException if the view shows nothing
   */
  public long ptsNs(int slot) {
    return number(slot, SavantAPI.SLOT_PTS);
  }

  /**
   * Returns the duration of a frame.
   *
   * @param slot the slot
   * @return nanoseconds, -1 for none
   * @throws IllegalArgumentException if there is no such slot
   * @throws IllegalStateException if the view shows nothing
   */
  public long durationNs(int slot) {
    return number(slot, SavantAPI.SLOT_DURATION);
  }

  /**
   * Returns the running time of a frame.
   *
   * @param slot the slot
   * @return nanoseconds, -1 for none
   * @throws IllegalArgumentException if there is no such slot
   * @throws IllegalStateException if the view shows nothing
   */
  public long runningTimeNs(int slot) {
    return number(slot, SavantAPI.SLOT_RUNNING_TIME);
  }

  /**
   * Returns when a frame came to savantbatch, before it waited for anything there. {@link
   * #takenAtNs()} less this is how long it was on its way.
   *
   * @param slot the slot
   * @return nanoseconds of the monotonic clock, -1 if it is no batch of savantbatch
   * @throws IllegalArgumentException if there is no such slot
   * @throws IllegalStateException if the view shows nothing
   */
  public long arrivalNs(int slot) {
    return number(slot, SavantAPI.SLOT_ARRIVAL);
  }

  /**
   * Returns the format of a picture. A plain frame in a format that cannot be one of these is
   * refused.
   *
   * @param slot the slot
   * @return the format
   * @throws IllegalArgumentException if there is no such slot
   * @throws IllegalStateException if the view shows nothing
   */
  public VideoFormat format(int slot) {
    return VideoFormat.fromNativeValue((int) number(slot, SavantAPI.SLOT_FORMAT));
  }

  /**
   * Returns NvBufSurface's code of the format, which tells the colorimetry of YUV, too.
   *
   * @param slot the slot
   * @return the code
   * @throws IllegalArgumentException if there is no such slot
   * @throws IllegalStateException if the view shows nothing
   */
  public int colorFormat(int slot) {
    return (int) number(slot, SavantAPI.SLOT_COLOR_FORMAT);
  }

  /**
   * Returns where the pixels are.
   *
   * @param slot the slot
   * @return the kind of memory, SYSTEM for a plain frame
   * @throws IllegalArgumentException if there is no such slot
   * @throws IllegalStateException if the view shows nothing
   */
  public MemType memType(int slot) {
    return MemType.fromNativeValue((int) number(slot, SavantAPI.SLOT_MEM_TYPE));
  }

  /**
   * Returns the width of a picture.
   *
   * @param slot the slot
   * @return pixels
   * @throws IllegalArgumentException if there is no such slot
   * @throws IllegalStateException if the view shows nothing
   */
  public int width(int slot) {
    return (int) number(slot, SavantAPI.SLOT_WIDTH);
  }

  /**
   * Returns the height of a picture.
   *
   * @param slot the slot
   * @return pixels
   * @throws IllegalArgumentException if there is no such slot
   * @throws IllegalStateException if the view shows nothing
   */
  public int height(int slot) {
    return (int) number(slot, SavantAPI.SLOT_HEIGHT);
  }

  /**
   * Tells whether it is known how a picture came about. If not, it counts as its own original.
   *
   * @param slot the slot
   * @return whether it has SavantTransformMeta
   * @throws IllegalArgumentException if there is no such slot
   * @throws IllegalStateException if the view shows nothing
   */
  public boolean hasGeometry(int slot) {
    return number(slot, SavantAPI.SLOT_HAS_GEOMETRY) != 0;
  }

  /**
   * Returns the width of the original picture.
   *
   * @param slot the slot
   * @return pixels
   * @throws IllegalArgumentException if there is no such slot
   * @throws IllegalStateException if the view shows nothing
   */
  public int sourceWidth(int slot) {
    return (int) number(slot, SavantAPI.SLOT_SOURCE_WIDTH);
  }

  /**
   * Returns the height of the original picture.
   *
   * @param slot the slot
   * @return pixels
   * @throws IllegalArgumentException if there is no such slot
   * @throws IllegalStateException if the view shows nothing
   */
  public int sourceHeight(int slot) {
    return (int) number(slot, SavantAPI.SLOT_SOURCE_HEIGHT);
  }

  /**
   * Returns what was taken of the original picture.
   *
   * @param slot the slot
   * @return a new rectangle
   * @throws IllegalArgumentException if there is no such slot
   * @throws IllegalStateException if the view shows nothing
   */
  public Rect sourceRect(int slot) {
    return rect(base(slot) + SavantAPI.SLOT_SOURCE_RECT);
  }

  /**
   * Returns the left edge of what was taken of the original picture.
   *
   * @param slot the slot
   * @return pixels
   * @throws IllegalArgumentException if there is no such slot
   * @throws IllegalStateException if the view shows nothing
   */
  public int sourceLeft(int slot) {
    return (int) number(slot, SavantAPI.SLOT_SOURCE_RECT);
  }

  /**
   * Returns the top edge of what was taken of the original picture.
   *
   * @param slot the slot
   * @return pixels
   * @throws IllegalArgumentException if there is no such slot
   * @throws IllegalStateException if the view shows nothing
   */
  public int sourceTop(int slot) {
    return (int) number(slot, SavantAPI.SLOT_SOURCE_RECT + 1);
  }

  /**
   * Returns the width of what was taken of the original picture.
   *
   * @param slot the slot
   * @return pixels
   * @throws IllegalArgumentException if there is no such slot
   * @throws IllegalStateException if the view shows nothing
   */
  public int sourceRectWidth(int slot) {
    return (int) number(slot, SavantAPI.SLOT_SOURCE_RECT + 2);
  }

  /**
   * Returns the height of what was taken of the original picture.
   *
   * @param slot the slot
   * @return pixels
   * @throws IllegalArgumentException if there is no such slot
   * @throws IllegalStateException if the view shows nothing
   */
  public int sourceRectHeight(int slot) {
    return (int) number(slot, SavantAPI.SLOT_SOURCE_RECT + 3);
  }

  /**
   * Returns where that lies in the picture; the rest are bars.
   *
   * @param slot the slot
   * @return a new rectangle
   * @throws IllegalArgumentException if there is no such slot
   * @throws IllegalStateException if the view shows nothing
   */
  public Rect destinationRect(int slot) {
    return rect(base(slot) + SavantAPI.SLOT_DESTINATION_RECT);
  }

  /**
   * Returns the left edge of the picture inside its bars.
   *
   * @param slot the slot
   * @return pixels
   * @throws IllegalArgumentException if there is no such slot
   * @throws IllegalStateException if the view shows nothing
   */
  public int destinationLeft(int slot) {
    return (int) number(slot, SavantAPI.SLOT_DESTINATION_RECT);
  }

  /**
   * Returns the top edge of the picture inside its bars.
   *
   * @param slot the slot
   * @return pixels
   * @throws IllegalArgumentException if there is no such slot
   * @throws IllegalStateException if the view shows nothing
   */
  public int destinationTop(int slot) {
    return (int) number(slot, SavantAPI.SLOT_DESTINATION_RECT + 1);
  }

  /**
   * Returns the width of the picture inside its bars.
   *
   * @param slot the slot
   * @return pixels
   * @throws IllegalArgumentException if there is no such slot
   * @throws IllegalStateException if the view shows nothing
   */
  public int destinationWidth(int slot) {
    return (int) number(slot, SavantAPI.SLOT_DESTINATION_RECT + 2);
  }

  /**
   * Returns the height of the picture inside its bars.
   *
   * @param slot the slot
   * @return pixels
   * @throws IllegalArgumentException if there is no such slot
   * @throws IllegalStateException if the view shows nothing
   */
  public int destinationHeight(int slot) {
    return (int) number(slot, SavantAPI.SLOT_DESTINATION_RECT + 3);
  }

  private Rect rect(int at) {
    return new Rect(
        (int) numbers[at + 1], (int) numbers[at], (int) numbers[at + 2], (int) numbers[at + 3]);
  }

  /** Where the map of a slot begins. */
  private int matrix(int slot) {
    base(slot);
    return slot * Affine.SIZE;
  }

  private static double[] require(String name, double[] array, int length) {
    if (array == null || array.length < length) {
      throw new IllegalArgumentException(
          name
              + (array == null ? " is null" : " has " + array.length + " numbers")
              + ": "
              + length
              + " are needed");
    }
    return array;
  }

  /**
   * Maps a point of a picture to the original one.
   *
   * @param slot the slot
   * @param x its x
   * @param y its y
   * @param out gets x and y
   * @throws IllegalArgumentException if there is no such slot or out is null or shorter than 2
   * @throws IllegalStateException if the view shows nothing
   */
  public void toSource(int slot, double x, double y, double[] out) {
    Affine.toSource(matrices, matrix(slot), x, y, require("out", out, 2));
  }

  /**
   * Maps a point of the original picture to the slot's.
   *
   * @param slot the slot
   * @param x its x
   * @param y its y
   * @param out gets x and y
   * @throws IllegalArgumentException if there is no such slot or out is null or shorter than 2
   * @throws IllegalStateException if the view shows nothing
   */
  public void toNetwork(int slot, double x, double y, double[] out) {
    Affine.toNetwork(matrices, matrix(slot), x, y, require("out", out, 2));
  }

  /**
   * Maps a box of a picture to the original one. It is not clipped.
   *
   * @param slot the slot
   * @param box left, top, width and height; replaced by those of its image
   * @throws IllegalArgumentException if there is no such slot or box is null or shorter than 4
   * @throws IllegalStateException if the view shows nothing
   */
  public void boxToSource(int slot, double[] box) {
    Affine.boxToSource(matrices, matrix(slot), require("box", box, 4));
  }

  /**
   * Maps a box of the original picture to the slot's. It is not clipped.
   *
   * @param slot the slot
   * @param box left, top, width and height; replaced by those of its image
   * @throws IllegalArgumentException if there is no such slot or box is null or shorter than 4
   * @throws IllegalStateException if the view shows nothing
   */
  public void boxToNetwork(int slot, double[] box) {
    Affine.boxToNetwork(matrices, matrix(slot), require("box", box, 4));
  }

  /** Where the numbers of a plane begin. */
  private int planeBase(int slot, int plane) {
    int at = base(slot);
    long planes = numbers[at + SavantAPI.SLOT_N_PLANES];
    if (plane < 0 || plane >= planes) {
      throw new IllegalArgumentException("plane " + plane + " of a picture of " + planes);
    }
    return at + SavantAPI.SLOT_PLANES + 4 * plane;
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
    return numbers[planeBase(slot, plane)];
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
    return (int) numbers[planeBase(slot, plane) + 1];
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
    return (int) numbers[planeBase(slot, plane) + 2];
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
    return (int) numbers[planeBase(slot, plane) + 3];
  }

  private void requireReadable(int slot) {
    MemType memType = memType(slot);
    if (!memType.isHostReadable()) {
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
   * Reads one component of one pixel.
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
    requireReadable(slot);
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
      case NV12 -> c == 0 ? at(slot, 0, y, x) : at(slot, 1, y / 2, x / 2 * 2 + c - 1);
      case NV21 -> c == 0 ? at(slot, 0, y, x) : at(slot, 1, y / 2, x / 2 * 2 + 2 - c);
      case I420 -> c == 0 ? at(slot, 0, y, x) : at(slot, c, y / 2, x / 2);
      case UYVY -> at(slot, 0, y, c == 0 ? x * 2 + 1 : x / 2 * 4 + (c - 1) * 2);
      default -> at(slot, 0, y, x * components + c);
    };
  }

  private static int components(VideoFormat format) {
    return switch (format) {
      case NV12, NV21, I420, UYVY -> 3;
      default -> format.channels();
    };
  }

  private int at(int slot, int plane, int row, int offset) {
    int at = planeBase(slot, plane);
    return RawMemory.get(numbers[at] + row * numbers[at + 1] + offset);
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
    requireReadable(slot);
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
      requireReadable(slot);
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
    requireReadable(slot);
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
    return open ? "BatchView[sequence=" + sequence() + ", size=" + size() + "]" : "BatchView[over]";
  }
}
