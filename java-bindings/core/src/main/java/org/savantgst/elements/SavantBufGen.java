/* SPDX-License-Identifier: Apache-2.0 */
package org.savantgst.elements;

import org.freedesktop.gstreamer.elements.BaseSrc;
import org.savantgst.surface.MemType;

/**
 * The element {@code savantbufgen}: makes pooled, numbered and timestamped frames, blank or with a
 * pattern. {@code gst-inspect-1.0 savantbufgen} documents every property in full.
 */
public class SavantBufGen extends BaseSrc {
  /** The name of the element's factory. */
  public static final String GST_NAME = "savantbufgen";

  /** The name of the element's type. */
  public static final String GTYPE_NAME = "GstSavantBufgen";

  SavantBufGen(Initializer init) {
    super(init);
  }

  /**
   * Creates an element. {@link org.savantgst.Savant#init()} must have been called.
   *
   * @param name its name, null for one of its own
   * @throws IllegalArgumentException if the plugin is not registered
   */
  public SavantBufGen(String name) {
    super(makeRawElement(GST_NAME, name));
  }

  /**
   * Returns the property {@code pattern}.
   *
   * @return what the frames show
   */
  public Pattern getPattern() {
    return Pattern.fromNativeValue(Properties.getInt(this, "pattern"));
  }

  /**
   * Sets the property {@code pattern}.
   *
   * @param value what the frames show
   * @throws IllegalArgumentException if it is null
   */
  public void setPattern(Pattern value) {
    set("pattern", Properties.requirePresent("pattern", value).nativeValue());
  }

  /**
   * Returns the property {@code color}.
   *
   * @return the colour of {@link Pattern#COLOR}, 0xRRGGBB
   */
  public int getColor() {
    return Properties.getInt(this, "color");
  }

  /**
   * Sets the property {@code color}.
   *
   * @param value the colour of {@link Pattern#COLOR}, 0xRRGGBB
   * @throws IllegalArgumentException if it is not 0 to 0xFFFFFF
   */
  public void setColor(int value) {
    Properties.setColor(this, "color", value);
  }

  /**
   * Returns the property {@code first-id}.
   *
   * @return the id of frame 0, 0 or more
   */
  public long getFirstId() {
    return Properties.getLong(this, "first-id");
  }

  /**
   * Sets the property {@code first-id}.
   *
   * @param value the id of frame 0, 0 or more
   * @throws IllegalArgumentException if it is outside its range
   */
  public void setFirstId(long value) {
    Properties.setLong(this, "first-id", value, 0, Long.MAX_VALUE);
  }

  /**
   * Returns the property {@code is-live}.
   *
   * @return whether frames are made at the pace of the clock, as a camera does
   */
  public boolean isLive() {
    return Properties.getBoolean(this, "is-live");
  }

  /**
   * Sets the property {@code is-live}.
   *
   * @param value whether frames are made at the pace of the clock, as a camera does
   */
  public void setLive(boolean value) {
    set("is-live", value);
  }

  /**
   * Returns the property {@code pool-size}.
   *
   * @return the most buffers in use at a time, 0 = automatic
   */
  public int getPoolSize() {
    return Properties.getInt(this, "pool-size");
  }

  /**
   * Sets the property {@code pool-size}.
   *
   * @param value the most buffers in use at a time, 0 = automatic
   * @throws IllegalArgumentException if it is outside its range
   */
  public void setPoolSize(int value) {
    Properties.setInt(this, "pool-size", value, 0, 65536);
  }

  /**
   * Returns the property {@code mem-type}.
   *
   * @return where surfaces lie; no effect on plain frames
   */
  public MemType getMemType() {
    return MemType.fromNativeValue(Properties.getInt(this, "mem-type"));
  }

  /**
   * Sets the property {@code mem-type}.
   *
   * @param value where surfaces lie; no effect on plain frames
   * @throws IllegalArgumentException if it is null
   */
  public void setMemType(MemType value) {
    set("mem-type", Properties.requirePresent("mem-type", value).nativeValue());
  }

  /**
   * Returns the property {@code gpu-id}.
   *
   * @return the GPU of the surfaces, -1 = the first
   */
  public int getGpuId() {
    return Properties.getInt(this, "gpu-id");
  }

  /**
   * Sets the property {@code gpu-id}.
   *
   * @param value the GPU of the surfaces, -1 = the first
   * @throws IllegalArgumentException if it is outside its range
   */
  public void setGpuId(int value) {
    Properties.setInt(this, "gpu-id", value, -1, Integer.MAX_VALUE);
  }

  /**
   * Returns the property {@code backend}.
   *
   * @return the name of the backend, or {@code auto}
   */
  public String getBackend() {
    return Properties.getString(this, "backend");
  }

  /**
   * Sets the property {@code backend}.
   *
   * @param value the name of the backend, or {@code auto}
   * @throws IllegalArgumentException if it is null
   */
  public void setBackend(String value) {
    set("backend", Properties.requirePresent("backend", value));
  }

  /**
   * Returns the property {@code acquire-timeout}.
   *
   * @return nanoseconds to wait for a buffer, 0 = one try, -1 = for ever
   */
  public long getAcquireTimeoutNs() {
    return Properties.getLong(this, "acquire-timeout");
  }

  /**
   * Sets the property {@code acquire-timeout}.
   *
   * @param value nanoseconds to wait for a buffer, 0 = one try, -1 = for ever
   * @throws IllegalArgumentException if it is outside its range
   */
  public void setAcquireTimeoutNs(long value) {
    Properties.setLong(this, "acquire-timeout", value, -1, Long.MAX_VALUE);
  }

  /**
   * Returns the property {@code starvation-warning}.
   *
   * @return nanoseconds without a free buffer before a message says so, 0 = never
   */
  public long getStarvationWarningNs() {
    return Properties.getLong(this, "starvation-warning");
  }

  /**
   * Sets the property {@code starvation-warning}.
   *
   * @param value nanoseconds without a free buffer before a message says so, 0 = never
   * @throws IllegalArgumentException if it is outside its range
   */
  public void setStarvationWarningNs(long value) {
    Properties.setLong(this, "starvation-warning", value, 0, Long.MAX_VALUE);
  }

  /**
   * Returns the backends of the native library as the property {@code backends} has them.
   *
   * @return names, comma separated, each with the reason in parentheses where it does not work
   */
  public String getBackends() {
    return Properties.getString(this, "backends");
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
