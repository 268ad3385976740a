/* SPDX-License-Identifier: Apache-2.0 */
package org.savantgst.elements;

import java.util.Map;
import org.freedesktop.gstreamer.Element;
import org.freedesktop.gstreamer.Pad;
import org.freedesktop.gstreamer.PadDirection;
import org.freedesktop.gstreamer.Structure;

/**
 * The element {@code savantbatch}: frames of many sources, one request pad {@code sink_%u} each, in
 * batches. {@code gst-inspect-1.0 savantbatch} documents every property in full.
 */
public non-sealed class SavantBatch extends Element implements TransformProperties {
  /** The name of the element's factory. */
  public static final String GST_NAME = "savantbatch";

  /** The name of the element's type. */
  public static final String GTYPE_NAME = "GstSavantBatch";

  private static final int MAX_BATCH_SIZE = 1024;
  private static final int MAX_PADS = 1024;
  private static final long MAX_TIME_NS = Long.MAX_VALUE / 2;

  SavantBatch(Initializer init) {
    super(init);
  }

  /**
   * Creates an element. {@link org.savantgst.Savant#init()} must have been called.
   *
   * @param name its name, null for one of its own
   * @throws IllegalArgumentException if the plugin is not registered
   */
  public SavantBatch(String name) {
    super(makeRawElement(GST_NAME, name));
  }

  /**
   * Returns the property {@code mode}.
   *
   * @return what the slots are
   */
  public BatchMode getMode() {
    return BatchMode.fromNativeValue(Properties.getInt(this, "mode"));
  }

  /**
   * Sets the property {@code mode}.
   *
   * @param value what the slots are
   * @throws IllegalArgumentException if it is null
   */
  public void setMode(BatchMode value) {
    set("mode", Properties.requirePresent("mode", value).nativeValue());
  }

  /**
   * Returns the property {@code batch-size}.
   *
   * @return the most slots of a batch, up to 1024, 0 = as many as pads
   */
  public int getBatchSize() {
    return Properties.getInt(this, "batch-size");
  }

  /**
   * Sets the property {@code batch-size}.
   *
   * @param value the most slots of a batch, up to 1024, 0 = as many as pads
   * @throws IllegalArgumentException if it is outside its range
   */
  public void setBatchSize(int value) {
    Properties.setInt(this, "batch-size", value, 0, MAX_BATCH_SIZE);
  }

  /**
   * Returns the property {@code batch-timeout}.
   *
   * @return nanoseconds that the oldest frame waits, 0 = push at once, -1 = wait for every pad
   */
  public long getBatchTimeoutNs() {
    return Properties.getLong(this, "batch-timeout");
  }

  /**
   * Sets the property {@code batch-timeout}.
   *
   * @param value nanoseconds that the oldest frame waits, 0 = push at once, -1 = wait for every pad
   * @throws IllegalArgumentException if it is outside its range
   */
  public void setBatchTimeoutNs(long value) {
    Properties.setLong(this, "batch-timeout", value, -1, MAX_TIME_NS);
  }

  /**
   * Returns the property {@code timeout-policy}.
   *
   * @return how long a frame waits for other pads
   */
  public TimeoutPolicy getTimeoutPolicy() {
    return TimeoutPolicy.fromNativeValue(Properties.getInt(this, "timeout-policy"));
  }

  /**
   * Sets the property {@code timeout-policy}.
   *
   * @param value how long a frame waits for other pads
   * @throws IllegalArgumentException if it is null
   */
  public void setTimeoutPolicy(TimeoutPolicy value) {
    set("timeout-policy", Properties.requirePresent("timeout-policy", value).nativeValue());
  }

  /**
   * Returns the property {@code effective-timeout}: what the policy amounts to now.
   *
   * @return nanoseconds that a frame waits, -1 for ever
   */
  public long getEffectiveTimeoutNs() {
    return Properties.getLong(this, "effective-timeout");
  }

  /**
   * Returns the property {@code starvation-warning}.
   *
   * @return nanoseconds of waiting for an empty pool until a message tells of it, 0 = never
   */
  public long getStarvationWarningNs() {
    return Properties.getLong(this, "starvation-warning");
  }

  /**
   * Sets the property {@code starvation-warning}.
   *
   * @param value nanoseconds of waiting for an empty pool until a message tells of it, 0 = never
   * @throws IllegalArgumentException if it is outside its range
   */
  public void setStarvationWarningNs(long value) {
    Properties.setLong(this, "starvation-warning", value, 0, MAX_TIME_NS);
  }

  /**
   * Returns the property {@code stats-interval}.
   *
   * @return nanoseconds between messages {@code savant-stats}, 0 = none
   */
  public long getStatsIntervalNs() {
    return Properties.getLong(this, "stats-interval");
  }

  /**
   * Sets the property {@code stats-interval}.
   *
   * @param value nanoseconds between messages {@code savant-stats}, which {@link
   *     BatchStats#of(org.freedesktop.gstreamer.Structure)} reads, 0 = none
   * @throws IllegalArgumentException if it is outside its range
   */
  public void setStatsIntervalNs(long value) {
    Properties.setLong(this, "stats-interval", value, 0, MAX_TIME_NS);
  }

  /**
   * Returns the property {@code forward-qos}.
   *
   * @return which sources get QOS events from downstream
   */
  public ForwardQos getForwardQos() {
    return ForwardQos.fromNativeValue(Properties.getInt(this, "forward-qos"));
  }

  /**
   * Sets the property {@code forward-qos}.
   *
   * @param value which sources get QOS events from downstream
   * @throws IllegalArgumentException if it is null
   */
  public void setForwardQos(ForwardQos value) {
    set("forward-qos", Properties.requirePresent("forward-qos", value).nativeValue());
  }

  /**
   * Returns the property {@code on-pad-error}.
   *
   * @return what happens when caps or a frame of one pad cannot be used
   */
  public PadError getOnPadError() {
    return PadError.fromNativeValue(Properties.getInt(this, "on-pad-error"));
  }

  /**
   * Sets the property {@code on-pad-error}.
   *
   * @param value what happens when caps or a frame of one pad cannot be used
   * @throws IllegalArgumentException if it is null
   */
  public void setOnPadError(PadError value) {
    set("on-pad-error", Properties.requirePresent("on-pad-error", value).nativeValue());
  }

  /**
   * Returns the property {@code stall-warning}.
   *
   * @return nanoseconds that a pad may bring nothing before a message names it, 0 = never
   */
  public long getStallWarningNs() {
    return Properties.getLong(this, "stall-warning");
  }

  /**
   * Sets the property {@code stall-warning}.
   *
   * @param value nanoseconds that a pad may bring nothing before a message names it, 0 = never
   * @throws IllegalArgumentException if it is outside its range
   */
  public void setStallWarningNs(long value) {
    Properties.setLong(this, "stall-warning", value, 0, MAX_TIME_NS);
  }

  /**
   * Returns the property {@code nonuniform-caps}.
   *
   * @return what the caps of a non-uniform batch say about format and size
   */
  public NonUniformCaps getNonUniformCaps() {
    return NonUniformCaps.fromNativeValue(Properties.getInt(this, "nonuniform-caps"));
  }

  /**
   * Sets the property {@code nonuniform-caps}.
   *
   * @param value what the caps of a non-uniform batch say about format and size
   * @throws IllegalArgumentException if it is null
   */
  public void setNonUniformCaps(NonUniformCaps value) {
    set("nonuniform-caps", Properties.requirePresent("nonuniform-caps", value).nativeValue());
  }

  /**
   * Returns the property {@code roi-mode}.
   *
   * @return what a slot is
   */
  public RoiMode getRoiMode() {
    return RoiMode.fromNativeValue(Properties.getInt(this, "roi-mode"));
  }

  /**
   * Sets the property {@code roi-mode}.
   *
   * @param value what a slot is
   * @throws IllegalArgumentException if it is null
   */
  public void setRoiMode(RoiMode value) {
    set("roi-mode", Properties.requirePresent("roi-mode", value).nativeValue());
  }

  /**
   * Returns the property {@code roi-policy}.
   *
   * @return what becomes of a region of interest that leaves the picture
   */
  public RoiPolicy getRoiPolicy() {
    return RoiPolicy.fromNativeValue(Properties.getInt(this, "roi-policy"));
  }

  /**
   * Sets the property {@code roi-policy}.
   *
   * @param value what becomes of a region of interest that leaves the picture
   * @throws IllegalArgumentException if it is null
   */
  public void setRoiPolicy(RoiPolicy value) {
    set("roi-policy", Properties.requirePresent("roi-policy", value).nativeValue());
  }

  /**
   * Returns the property {@code analytics-meta}.
   *
   * @return whether batches carry a GstAnalyticsBatchMeta where the running GStreamer has it
   */
  public boolean getAnalyticsMeta() {
    return Properties.getBoolean(this, "analytics-meta");
  }

  /**
   * Sets the property {@code analytics-meta}.
   *
   * @param value whether batches carry a GstAnalyticsBatchMeta where the running GStreamer has it
   */
  public void setAnalyticsMeta(boolean value) {
    set("analytics-meta", value);
  }

  /**
   * Returns the counts of one pad: its property {@code stats}.
   *
   * @param pad a sink pad of this kind of element
   * @return counts of one moment
   * @throws IllegalArgumentException if it is null
   */
  public static FlowStats getStats(Pad pad) {
    Properties.requirePresent("pad", pad);
    try (Structure structure = (Structure) pad.get("stats")) {
      return FlowStats.of(structure);
    }
  }

  /**
   * Ends the stream of one pad here and now: the pad's signal {@code end-of-stream}. Frames that
   * are queued still come out, then the pad counts as ended exactly as after EOS. Frames that come
   * later are refused with EOS and counted dropped, reason released, as is the one of a source that
   * waits in a full queue, until a stream-start or a flush begins anew. Before the pad's first
   * stream-start, also in NULL and READY, it ends the stream that is about to come; it does nothing
   * on a pad that has ended.
   *
   * <p>Never waits, from any thread, in any state, unlike an EOS event sent to the pad.
   *
   * @param pad a sink pad of this element
   * @throws IllegalArgumentException if it is null or none of this element's sink pads
   */
  public void endStream(Pad pad) {
    Properties.requirePresent("pad", pad);
    if (pad.getDirection() != PadDirection.SINK || !equals(pad.getParentElement())) {
      throw new IllegalArgumentException(
          "pad "
              + pad.getName()
              + " is no sink pad of "
              + getName()
              + ": its pads are sink_0, ...");
    }
    pad.emit("end-of-stream");
  }

  /**
   * Ends the stream of one pad by its name, as {@link #endStream(Pad)}.
   *
   * @param padName the name of a sink pad that was requested, for instance {@code sink_0}
   * @throws IllegalArgumentException if it is null or there is no such pad
   */
  public void endStream(String padName) {
    Pad pad = getStaticPad(Properties.requirePresent("pad name", padName));
    if (pad == null) {
      throw new IllegalArgumentException(
          getName() + " has no pad " + padName + ": request it first, as sink_0, sink_1, ...");
    }
    endStream(pad);
  }

  /**
   * Adds a source in one call: requests a pad {@code sink_%u} and gives it a source id. Any thread,
   * any state. What is linked to it takes part in the batches from its first frame on.
   *
   * <p>A pipeline that is still on its way to another state may start an element as soon as it is
   * added, before it is linked, and one that pushes to nothing posts {@code not-linked}: {@link
   * #addSource(int, Element)} does all in the right order.
   *
   * @param sourceId 0 or more, one that no other pad has
   * @return the pad, to link a source to, see {@link SavantBatchPad}; {@link #removeSource} ends it
   * @throws IllegalArgumentException if the id is negative or another pad has it
   * @throws IllegalStateException if there are 1024 pads, the most of one element
   */
  public Pad addSource(int sourceId) {
    if (sourceId < 0) {
      throw new IllegalArgumentException("source id " + sourceId + ": it must be 0 or more");
    }
    requireFree(sourceId);
    Pad pad = getRequestPad("sink_" + sourceId);
    if (pad == null) {
      // A pad of this number has another source id.
      pad = getRequestPad("sink_%u");
    }
    if (pad == null) {
      throw new IllegalStateException(
          getName()
              + " gives no more pads: "
              + MAX_PADS
              + " are the most; remove a source or use a second savantbatch");
    }
    pad.set("source-id", sourceId);
    if (Properties.getUnsigned(pad, "source-id") != sourceId) {
      releaseRequestPad(pad);
      throw new IllegalArgumentException(
          "source id " + sourceId + ": another pad of " + getName() + " got it just now");
    }
    return pad;
  }

  /**
   * Adds a source and its element in one call: {@link #addSource(int)}, then the element comes into
   * the bin that holds this element, is linked by its pad {@code src}, and started as that bin is.
   * In any state of the pipeline, also between two; from any thread but one of the element's own.
   *
   * <pre>{@code
   * Bin source = Gst.parseBinFromDescription("videotestsrc ! identity", true);
   * mux.addSource(9, source);
   * mux.removeSource(9, source);
   * }</pre>
   *
   * @param sourceId 0 or more, one that no other pad has
   * @param source a source, or a bin with a ghost pad {@code src}; in no bin
   * @return the pad that it is linked to; {@link #removeSource(int, Element)} ends it
   * @throws IllegalArgumentException if the id is negative or another pad has it, or the source is
   *     null, is in a bin, has no pad {@code src}, a linked one, the name of another element of the
   *     bin, or gives what a batch does not take; nothing of it is left in the bin, and its state
   *     may be locked
   * @throws IllegalStateException if this element is in no bin, there are 1024 pads, the most of
   *     one element, or the source does not start; as above
   */
  public Pad addSource(int sourceId, Element source) {
    return SourceElements.add(this, sourceId, source);
  }

  private void requireFree(int sourceId) {
    getBatchStats()
        .pads()
        .forEach(
            (name, pad) -> {
              if (pad.sourceId() == sourceId) {
                throw new IllegalArgumentException(
                    "source id "
                        + sourceId
                        + ": pad "
                        + name
                        + " of "
                        + getName()
                        + " has it: take another, or remove that source first");
              }
            });
  }

  /**
   * Removes a source in one call: unlinks its pad and gives it back. Any thread, any state, at any
   * moment, also while the source pushes: no probe, no EOS and no order with other calls is needed.
   * What the pad holds counts as dropped, reason {@code released}, the other pads go on, and number
   * and source id may be given anew.
   *
   * <p>The source that was linked to the pad posts no error, and may be stopped now, later or
   * never: frames of a live one are dropped until its pad is linked anew, as are those of one that
   * a tee gives to others too; any other gets EOS at its next frame. It must not be unlinked
   * before, or it gets {@code not-linked}, which many sources post as an error.
   *
   * @param sourceId the source id of one of its pads
   * @throws IllegalArgumentException if no pad has it; the text lists those that there are
   */
  public void removeSource(int sourceId) {
    Pad pad = padOf(sourceId);
    if (pad != null) {
      releaseRequestPad(pad);
      return;
    }
    throw new IllegalArgumentException(
        "no pad of "
            + getName()
            + " has source id "
            + sourceId
            + ": there are "
            + getBatchStats().pads().values().stream()
                .map(BatchStats.PadStats::sourceId)
                .sorted()
                .toList());
  }

  /** Returns the pad that has this source id, or null. */
  Pad padOf(int sourceId) {
    for (Map.Entry<String, BatchStats.PadStats> entry : getBatchStats().pads().entrySet()) {
      Pad pad = entry.getValue().sourceId() == sourceId ? getStaticPad(entry.getKey()) : null;
      if (pad != null) {
        return pad;
      }
    }
    return null;
  }

  /**
   * Removes a source and its element in one call: {@link #removeSource(int)}, then the element is
   * stopped and taken out of its bin; its state stays locked until it is added again. From any
   * thread but one of the element's own.
   *
   * @param sourceId the source id of one of its pads
   * @param source the element that brings it, in the bin that holds this element
   * @throws IllegalArgumentException if no pad has the id, or the source is null, not in that bin,
   *     or not the one that is linked to the pad; nothing is done then
   */
  public void removeSource(int sourceId, Element source) {
    SourceElements.remove(this, sourceId, source);
  }

  /**
   * Returns the property {@code stats} whole: every pad and the histograms besides the totals that
   * {@link #getStats()} gives.
   *
   * @return figures of one moment
   */
  public BatchStats getBatchStats() {
    return BatchStats.of(this);
  }

  /**
   * Returns the property {@code stats}: frames since the element last left READY.
   *
   * @return counts of one moment
   */
  public FlowStats getStats() {
    return Properties.getStats(this);
  }
}
