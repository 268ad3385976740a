/* SPDX-License-Identifier: Apache-2.0 */
package org.savantgst.elements;

import org.freedesktop.gstreamer.elements.BaseTransform;
import org.savantgst.surface.ComputeMode;
import org.savantgst.surface.DstPadding;
import org.savantgst.surface.Flip;
import org.savantgst.surface.Interpolation;
import org.savantgst.surface.MemType;
import org.savantgst.surface.Padding;
import org.savantgst.surface.Rect;
import org.savantgst.surface.TransformConfig;

/**
 * The element {@code savanttransform}: crops, scales, letterboxes, converts and flips frames and
 * batches in one pass. {@code gst-inspect-1.0 savanttransform} documents every property in full.
 */
public class SavantTransform extends BaseTransform {
  /** The name of the element's factory. */
  public static final String GST_NAME = "savanttransform";

  /** The name of the element's type. */
  public static final String GTYPE_NAME = "GstSavantTransform";

  private static final int MAX_SIDE = 32767;

  SavantTransform(Initializer init) {
    super(init);
  }

  /**
   * Creates an element. {@link org.savantgst.Savant#init()} must have been called.
   *
   * @param name its name, null for one of its own
   * @throws IllegalArgumentException if the plugin is not registered
   */
  public SavantTransform(String name) {
    super(makeRawElement(GST_NAME, name));
  }

  /**
   * Returns the property {@code padding}.
   *
   * @return how the picture fills the output
   */
  public Padding getPadding() {
    return Padding.fromNativeValue(Properties.getInt(this, "padding"));
  }

  /**
   * Sets the property {@code padding}.
   *
   * @param value how the picture fills the output
   * @throws IllegalArgumentException if it is null
   */
  public void setPadding(Padding value) {
    set("padding", Properties.requirePresent("padding", value).nativeValue());
  }

  /**
   * Returns the property {@code pad-color}.
   *
   * @return the colour of bars, 0xRRGGBB
   */
  public int getPadColor() {
    return Properties.getInt(this, "pad-color");
  }

  /**
   * Sets the property {@code pad-color}.
   *
   * @param value the colour of bars, 0xRRGGBB
   * @throws IllegalArgumentException if it is not 0 to 0xFFFFFF
   */
  public void setPadColor(int value) {
    Properties.setColor(this, "pad-color", value);
  }

  /**
   * Returns the property {@code interpolation}.
   *
   * @return the filter
   */
  public Interpolation getInterpolation() {
    return Interpolation.fromNativeValue(Properties.getInt(this, "interpolation"));
  }

  /**
   * Sets the property {@code interpolation}.
   *
   * @param value the filter
   * @throws IllegalArgumentException if it is null
   */
  public void setInterpolation(Interpolation value) {
    set("interpolation", Properties.requirePresent("interpolation", value).nativeValue());
  }

  /**
   * Returns the property {@code compute-mode}.
   *
   * @return the engine
   */
  public ComputeMode getComputeMode() {
    return ComputeMode.fromNativeValue(Properties.getInt(this, "compute-mode"));
  }

  /**
   * Sets the property {@code compute-mode}.
   *
   * @param value the engine
   * @throws IllegalArgumentException if it is null
   */
  public void setComputeMode(ComputeMode value) {
    set("compute-mode", Properties.requirePresent("compute-mode", value).nativeValue());
  }

  /**
   * Returns the property {@code n-threads}.
   *
   * @return the threads of the CPU that share a picture or batch, 0 for one a processor
   */
  public int getThreads() {
    return Properties.getInt(this, "n-threads");
  }

  /**
   * Sets the property {@code n-threads}; it takes effect with the next buffer and has no meaning
   * where the GPU computes.
   *
   * @param value 1, the default, to 64, or 0 for one a processor
   * @throws IllegalArgumentException if it is another number
   */
  public void setThreads(int value) {
    Properties.setInt(this, "n-threads", value, 0, 64);
  }

  /**
   * Returns the property {@code video-direction}.
   *
   * @return how the picture is turned or mirrored
   */
  public Flip getFlip() {
    return Flip.fromNativeValue(Properties.getInt(this, "video-direction"));
  }

  /**
   * Sets the property {@code video-direction}.
   *
   * @param value how the picture is turned or mirrored
   * @throws IllegalArgumentException if it is null
   */
  public void setFlip(Flip value) {
    set("video-direction", Properties.requirePresent("video-direction", value).nativeValue());
  }

  /**
   * Returns the property {@code use-par}.
   *
   * @return whether the aspect ratio is kept as displayed rather than of the pixels
   */
  public boolean isUsePar() {
    return Properties.getBoolean(this, "use-par");
  }

  /**
   * Sets the property {@code use-par}.
   *
   * @param value whether the aspect ratio is kept as displayed rather than of the pixels
   */
  public void setUsePar(boolean value) {
    set("use-par", value);
  }

  /**
   * Returns the property {@code crop-source}.
   *
   * @return where the rectangle to take is looked for
   */
  public CropSource getCropSource() {
    return CropSource.fromNativeValue(Properties.getInt(this, "crop-source"));
  }

  /**
   * Sets the property {@code crop-source}.
   *
   * @param value where the rectangle to take is looked for
   * @throws IllegalArgumentException if it is null
   */
  public void setCropSource(CropSource value) {
    set("crop-source", Properties.requirePresent("crop-source", value).nativeValue());
  }

  /**
   * Returns the property {@code roi-policy}.
   *
   * @return what happens where that rectangle leaves the picture
   */
  public RoiPolicy getRoiPolicy() {
    return RoiPolicy.fromNativeValue(Properties.getInt(this, "roi-policy"));
  }

  /**
   * Sets the property {@code roi-policy}.
   *
   * @param value what happens where that rectangle leaves the picture
   * @throws IllegalArgumentException if it is null
   */
  public void setRoiPolicy(RoiPolicy value) {
    set("roi-policy", Properties.requirePresent("roi-policy", value).nativeValue());
  }

  /**
   * Returns the property {@code pool-size}.
   *
   * @return the most output buffers in use at a time, 0 = automatic
   */
  public int getPoolSize() {
    return Properties.getInt(this, "pool-size");
  }

  /**
   * Sets the property {@code pool-size}.
   *
   * @param value the most output buffers in use at a time, 0 = automatic
   * @throws IllegalArgumentException if it is outside its range
   */
  public void setPoolSize(int value) {
    Properties.setInt(this, "pool-size", value, 0, 100000);
  }

  /**
   * Returns the property {@code mem-type}.
   *
   * @return where output surfaces lie
   */
  public MemType getMemType() {
    return MemType.fromNativeValue(Properties.getInt(this, "mem-type"));
  }

  /**
   * Sets the property {@code mem-type}.
   *
   * @param value where output surfaces lie
   * @throws IllegalArgumentException if it is null
   */
  public void setMemType(MemType value) {
    set("mem-type", Properties.requirePresent("mem-type", value).nativeValue());
  }

  /**
   * Returns the property {@code gpu-id}.
   *
   * @return the GPU of output surfaces, -1 = the input's
   */
  public int getGpuId() {
    return Properties.getInt(this, "gpu-id");
  }

  /**
   * Sets the property {@code gpu-id}.
   *
   * @param value the GPU of output surfaces, -1 = the input's
   * @throws IllegalArgumentException if it is outside its range
   */
  public void setGpuId(int value) {
    Properties.setInt(this, "gpu-id", value, -1, Integer.MAX_VALUE);
  }

  /**
   * Returns the property {@code peer-copy}.
   *
   * @return whether surfaces of other GPUs are copied to the output's
   */
  public boolean isPeerCopy() {
    return Properties.getBoolean(this, "peer-copy");
  }

  /**
   * Sets the property {@code peer-copy}.
   *
   * @param value whether surfaces of other GPUs are copied to the output's
   */
  public void setPeerCopy(boolean value) {
    set("peer-copy", value);
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
   * Returns the properties {@code pad-left}, {@code pad-top}, {@code pad-right} and {@code
   * pad-bottom}.
   *
   * @return pixels of the output that stay bars in any case
   */
  public DstPadding getDstPadding() {
    return new DstPadding(
        Properties.getInt(this, "pad-left"),
        Properties.getInt(this, "pad-top"),
        Properties.getInt(this, "pad-right"),
        Properties.getInt(this, "pad-bottom"));
  }

  /**
   * Sets the properties {@code pad-left}, {@code pad-top}, {@code pad-right} and {@code
   * pad-bottom}.
   *
   * @param value pixels of the output that stay bars in any case, at most 32767 a side
   * @throws IllegalArgumentException if it is null or a side is too large
   */
  public void setDstPadding(DstPadding value) {
    Properties.requirePresent("dst padding", value);
    Properties.setInt(this, "pad-left", value.left(), 0, MAX_SIDE);
    Properties.setInt(this, "pad-top", value.top(), 0, MAX_SIDE);
    Properties.setInt(this, "pad-right", value.right(), 0, MAX_SIDE);
    Properties.setInt(this, "pad-bottom", value.bottom(), 0, MAX_SIDE);
  }

  /**
   * Returns the crop properties.
   *
   * @return what is taken of the source; a width or height of 0 reaches to the edge
   */
  public Rect getCrop() {
    return new Rect(
        Properties.getInt(this, "crop-top"),
        Properties.getInt(this, "crop-left"),
        Properties.getInt(this, "crop-width"),
        Properties.getInt(this, "crop-height"));
  }

  /**
   * Sets the crop properties.
   *
   * @param value what to take of the source, at most 32767 a number; a width or height of 0 reaches
   *     to the edge
   * @throws IllegalArgumentException if it is null or a number is too large
   */
  public void setCrop(Rect value) {
    Properties.requirePresent("crop", value);
    Properties.setInt(this, "crop-left", value.left(), 0, MAX_SIDE);
    Properties.setInt(this, "crop-top", value.top(), 0, MAX_SIDE);
    Properties.setInt(this, "crop-width", value.width(), 0, MAX_SIDE);
    Properties.setInt(this, "crop-height", value.height(), 0, MAX_SIDE);
  }

  /**
   * Sets padding, dst padding, interpolation, compute mode, pad colour and flip.
   *
   * @param config their values
   * @throws IllegalArgumentException if it is null or a dst padding is above 32767
   */
  public void setConfig(TransformConfig config) {
    Properties.requirePresent("config", config);
    setPadding(config.padding());
    setDstPadding(config.dstPadding());
    setInterpolation(config.interpolation());
    setComputeMode(config.computeMode());
    setPadColor(config.padColor());
    setFlip(config.flip());
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
