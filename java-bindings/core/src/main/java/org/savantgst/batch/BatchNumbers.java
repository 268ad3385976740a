/* SPDX-License-Identifier: Apache-2.0 */
package org.savantgst.batch;

import org.savantgst.lowlevel.SavantAPI;
import org.savantgst.surface.MemType;
import org.savantgst.surface.VideoFormat;

/**
 * What a native pull wrote of a batch and its slots: the part of {@link BatchView} without them.
 */
abstract class BatchNumbers {
  private volatile boolean open;
  private long[] numbers;
  private long generation;

  BatchNumbers() {}

  /** What the view shows from now on. */
  void begin(long[] of) {
    generation++;
    numbers = of;
    open = true;
  }

  /** A number of its own for each batch, from 1 on. */
  final long generation() {
    return generation;
  }

  void end() {
    open = false;
  }

  final boolean isOpen() {
    return open;
  }

  final long header(int index) {
    if (!open) {
      throw new IllegalStateException(
          "the batch is over: a view is valid until the next pull, release or close");
    }
    return numbers[index];
  }

  /** Where the numbers of a slot begin. */
  final int base(int slot) {
    long slots = header(SavantAPI.PULL_SLOTS);
    if (slot < 0 || slot >= slots) {
      throw new IllegalArgumentException("slot " + slot + " of a batch of " + slots);
    }
    return SavantAPI.PULL_HEADER_NUMBERS + slot * SavantAPI.SLOT_NUMBERS;
  }

  final long number(int slot, int index) {
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
   * Returns how many slots the frame of a slot fills, where savantbatch's roi-mode is batch: one
   * for each of its regions of interest. They follow one another, if need be into the next batch.
   *
   * @param slot the slot
   * @return the number, 0 if the slot is a whole frame
   * @throws IllegalArgumentException if there is no such slot
   * @throws IllegalStateException if the view shows nothing
   */
  public int roiCount(int slot) {
    return (int) number(slot, SavantAPI.SLOT_N_ROIS);
  }

  /**
   * Returns the place of a region of interest among those of its frame.
   *
   * @param slot the slot
   * @return from 0 to {@link #roiCount} - 1, 0 if the slot is a whole frame
   * @throws IllegalArgumentException if there is no such slot
   * @throws IllegalStateException if the view shows nothing
   */
  public int roiIndex(int slot) {
    return (int) number(slot, SavantAPI.SLOT_ROI_INDEX);
  }

  /**
   * Returns the id of the frame that a region of interest was cut from.
   *
   * @param slot the slot
   * @return the first of the frame's ids, -1 if the slot is a whole frame
   * @throws IllegalArgumentException if there is no such slot
   * @throws IllegalStateException if the view shows nothing
   */
  public long parentId(int slot) {
    return number(slot, SavantAPI.SLOT_PARENT_ID);
  }

  /**
   * Returns the id that the GstVideoRegionOfInterestMeta of a slot has.
   *
   * @param slot the slot
   * @return the id, -1 if the slot is a whole frame
   * @throws IllegalArgumentException if there is no such slot
   * @throws IllegalStateException if the view shows nothing
   */
  public int roiId(int slot) {
    return (int) number(slot, SavantAPI.SLOT_ROI_ID);
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

  /** A number as it was written, after {@link #base}. */
  final long at(int index) {
    return numbers[index];
  }
}
