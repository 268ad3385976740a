/* SPDX-License-Identifier: Apache-2.0 */
package org.savantgst.elements;

import org.freedesktop.gstreamer.elements.BaseTransform;
import org.savantgst.surface.Flip;
import org.savantgst.surface.Rect;
import org.savantgst.surface.TransformConfig;

/**
 * The element {@code savanttransform}: crops, scales, letterboxes, converts and flips frames and
 * batches in one pass. {@code gst-inspect-1.0 savanttransform} documents every property in full.
 */
public non-sealed class SavantTransform extends BaseTransform implements TransformProperties {
  /** The name of the element's factory. */
  public static final String GST_NAME = "savanttransform";

  /** The name of the element's type. */
  public static final String GTYPE_NAME = "GstSavantTransform";

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
   * Returns the property {@code stats}: frames since the element last left READY.
   *
   * @return counts of one moment
   */
  public FlowStats getStats() {
    return Properties.getStats(this);
  }
}
