/* SPDX-License-Identifier: Apache-2.0 */
package org.savantgst.elements;

import org.freedesktop.gstreamer.Pad;
import org.freedesktop.gstreamer.PadDirection;

/**
 * The properties of a pad {@code sink_%u} of {@link SavantBatch}. {@code gst-inspect-1.0
 * savantbatch} documents them in full.
 */
public final class SavantBatchPad {
  private final Pad pad;

  private SavantBatchPad(Pad pad) {
    this.pad = pad;
  }

  /**
   * Looks at a pad.
   *
   * @param pad a sink pad of a {@link SavantBatch}, as {@code getRequestPad}, {@code getStaticPad}
   *     and {@link SavantBatch#addSource} return it
   * @return its properties
   * @throws IllegalArgumentException if it is null or another pad
   */
  public static SavantBatchPad of(Pad pad) {
    Properties.requirePresent("pad", pad);
    if (pad.getDirection() != PadDirection.SINK
        || !(pad.getParentElement() instanceof SavantBatch)) {
      throw new IllegalArgumentException(
          "pad " + pad.getName() + " is no sink pad of a " + SavantBatch.GST_NAME);
    }
    return new SavantBatchPad(pad);
  }

  /**
   * Returns the pad itself.
   *
   * @return the pad
   */
  public Pad pad() {
    return pad;
  }

  /**
   * Returns the property {@code source-id}.
   *
   * @return number of the source in the metas of batches
   */
  public long getSourceId() {
    return Properties.getUnsigned(pad, "source-id");
  }

  /**
   * Sets the property {@code source-id}.
   *
   * @param value number of the source in the metas of batches; 0 to 4294967295; one that another
   *     pad has is refused with a warning on the bus, as is a change while its stream runs
   * @throws IllegalArgumentException if it is outside its range
   */
  public void setSourceId(long value) {
    Properties.requireInside("source-id", value, 0, 0xFFFFFFFFL);
    pad.set("source-id", (int) value);
  }

  /**
   * Returns the property {@code max-queued}.
   *
   * @return frames that may wait at this pad
   */
  public int getMaxQueued() {
    return Properties.getInt(pad, "max-queued");
  }

  /**
   * Sets the property {@code max-queued}.
   *
   * @param value frames that may wait at this pad; 1 to 1000
   * @throws IllegalArgumentException if it is outside its range
   */
  public void setMaxQueued(int value) {
    Properties.setInt(pad, "max-queued", value, 1, 1000);
  }

  /**
   * Returns the property {@code max-queued-bytes}.
   *
   * @return bytes of frames that may wait at this pad, 0 = not limited
   */
  public long getMaxQueuedBytes() {
    return Properties.getLong(pad, "max-queued-bytes");
  }

  /**
   * Sets the property {@code max-queued-bytes}.
   *
   * @param value bytes of frames that may wait at this pad, 0 = not limited; 0 or more
   * @throws IllegalArgumentException if it is outside its range
   */
  public void setMaxQueuedBytes(long value) {
    Properties.setLong(pad, "max-queued-bytes", value, 0, Long.MAX_VALUE);
  }

  /**
   * Returns the property {@code leaky}.
   *
   * @return which frame is dropped where one too many comes
   */
  public Leaky getLeaky() {
    return Leaky.fromNativeValue(Properties.getInt(pad, "leaky"));
  }

  /**
   * Sets the property {@code leaky}.
   *
   * @param value which frame is dropped where one too many comes
   * @throws IllegalArgumentException if it is null
   */
  public void setLeaky(Leaky value) {
    pad.set("leaky", Properties.requirePresent("leaky", value).nativeValue());
  }

  /**
   * Returns the property {@code discontinuity}.
   *
   * @return what becomes of a frame whose time jumps
   */
  public Discontinuity getDiscontinuity() {
    return Discontinuity.fromNativeValue(Properties.getInt(pad, "discontinuity"));
  }

  /**
   * Sets the property {@code discontinuity}.
   *
   * @param value what becomes of a frame whose time jumps
   * @throws IllegalArgumentException if it is null
   */
  public void setDiscontinuity(Discontinuity value) {
    pad.set("discontinuity", Properties.requirePresent("discontinuity", value).nativeValue());
  }

  /**
   * Returns the property {@code discontinuity-threshold}.
   *
   * @return nanoseconds from one frame to the next above which that is a jump
   */
  public long getDiscontinuityThresholdNs() {
    return Properties.getLong(pad, "discontinuity-threshold");
  }

  /**
   * Sets the property {@code discontinuity-threshold}.
   *
   * @param value nanoseconds from one frame to the next above which that is a jump; 0 or more
   * @throws IllegalArgumentException if it is outside its range
   */
  public void setDiscontinuityThresholdNs(long value) {
    Properties.setLong(pad, "discontinuity-threshold", value, 0, Long.MAX_VALUE / 2);
  }

  /**
   * Returns the property {@code start-time}.
   *
   * @return where a stream begins in the batches' time
   */
  public StartTime getStartTime() {
    return StartTime.fromNativeValue(Properties.getInt(pad, "start-time"));
  }

  /**
   * Sets the property {@code start-time}.
   *
   * @param value where a stream begins in the batches' time
   * @throws IllegalArgumentException if it is null
   */
  public void setStartTime(StartTime value) {
    pad.set("start-time", Properties.requirePresent("start-time", value).nativeValue());
  }

  /**
   * Returns the property {@code stats}: frames since the element last left READY.
   *
   * @return counts of one moment
   */
  public FlowStats getStats() {
    return SavantBatch.getStats(pad);
  }
}
