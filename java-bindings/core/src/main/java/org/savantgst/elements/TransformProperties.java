/* SPDX-License-Identifier: Apache-2.0 */
package org.savantgst.elements;

import org.freedesktop.gstreamer.Element;
import org.savantgst.surface.ComputeMode;
import org.savantgst.surface.DstPadding;
import org.savantgst.surface.Interpolation;
import org.savantgst.surface.MemType;
import org.savantgst.surface.Padding;

/** The properties that the elements which transform pictures have in common. */
public sealed interface TransformProperties permits SavantBatch, SavantTransform {
  /** Pixels of a side at most. */
  int MAX_SIDE = 32767;

  /** The most that {@code n-threads} may be. */
  int MAX_THREADS = 64;

  /**
   * Returns the property {@code padding}.
   *
   * @return how the picture fills the output
   */
  default Padding getPadding() {
    return Padding.fromNativeValue(Properties.getInt((Element) this, "padding"));
  }

  /**
   * Sets the property {@code padding}.
   *
   * @param value how the picture fills the output
   * @throws IllegalArgumentException if it is null
   */
  default void setPadding(Padding value) {
    ((Element) this).set("padding", Properties.requirePresent("padding", value).nativeValue());
  }

  /**
   * Returns the property {@code pad-color}.
   *
   * @return the colour of bars, 0xRRGGBB
   */
  default int getPadColor() {
    return Properties.getInt((Element) this, "pad-color");
  }

  /**
   * Sets the property {@code pad-color}.
   *
   * @param value the colour of bars, 0xRRGGBB
   * @throws IllegalArgumentException if it is not 0 to 0xFFFFFF
   */
  default void setPadColor(int value) {
    Properties.setColor((Element) this, "pad-color", value);
  }

  /**
   * Returns the property {@code interpolation}.
   *
   * @return the filter
   */
  default Interpolation getInterpolation() {
    return Interpolation.fromNativeValue(Properties.getInt((Element) this, "interpolation"));
  }

  /**
   * Sets the property {@code interpolation}.
   *
   * @param value the filter
   * @throws IllegalArgumentException if it is null
   */
  default void setInterpolation(Interpolation value) {
    ((Element) this)
        .set("interpolation", Properties.requirePresent("interpolation", value).nativeValue());
  }

  /**
   * Returns the property {@code compute-mode}.
   *
   * @return the engine
   */
  default ComputeMode getComputeMode() {
    return ComputeMode.fromNativeValue(Properties.getInt((Element) this, "compute-mode"));
  }

  /**
   * Sets the property {@code compute-mode}.
   *
   * @param value the engine
   * @throws IllegalArgumentException if it is null
   */
  default void setComputeMode(ComputeMode value) {
    ((Element) this)
        .set("compute-mode", Properties.requirePresent("compute-mode", value).nativeValue());
  }

  /**
   * Returns the property {@code use-par}.
   *
   * @return whether the aspect ratio is kept as displayed rather than of the pixels
   */
  default boolean isUsePar() {
    return Properties.getBoolean((Element) this, "use-par");
  }

  /**
   * Sets the property {@code use-par}.
   *
   * @param value whether the aspect ratio is kept as displayed rather than of the pixels
   */
  default void setUsePar(boolean value) {
    ((Element) this).set("use-par", value);
  }

  /**
   * Returns the property {@code pool-size}.
   *
   * @return the most output buffers in use at a time, 0 = automatic
   */
  default int getPoolSize() {
    return Properties.getInt((Element) this, "pool-size");
  }

  /**
   * Sets the property {@code pool-size}.
   *
   * @param value the most output buffers in use at a time, 0 = automatic
   * @throws IllegalArgumentException if it is outside its range
   */
  default void setPoolSize(int value) {
    Properties.setInt((Element) this, "pool-size", value, 0, 100000);
  }

  /**
   * Returns the property {@code mem-type}.
   *
   * @return where output surfaces lie
   */
  default MemType getMemType() {
    return MemType.fromNativeValue(Properties.getInt((Element) this, "mem-type"));
  }

  /**
   * Sets the property {@code mem-type}.
   *
   * @param value where output surfaces lie
   * @throws IllegalArgumentException if it is null
   */
  default void setMemType(MemType value) {
    ((Element) this).set("mem-type", Properties.requirePresent("mem-type", value).nativeValue());
  }

  /**
   * Returns the property {@code gpu-id}.
   *
   * @return the GPU of output surfaces, -1 = the input's
   */
  default int getGpuId() {
    return Properties.getInt((Element) this, "gpu-id");
  }

  /**
   * Sets the property {@code gpu-id}.
   *
   * @param value the GPU of output surfaces, -1 = the input's
   * @throws IllegalArgumentException if it is outside its range
   */
  default void setGpuId(int value) {
    Properties.setInt((Element) this, "gpu-id", value, -1, Integer.MAX_VALUE);
  }

  /**
   * Returns the property {@code peer-copy}.
   *
   * @return whether surfaces of other GPUs are copied to the output's
   */
  default boolean isPeerCopy() {
    return Properties.getBoolean((Element) this, "peer-copy");
  }

  /**
   * Sets the property {@code peer-copy}.
   *
   * @param value whether surfaces of other GPUs are copied to the output's
   */
  default void setPeerCopy(boolean value) {
    ((Element) this).set("peer-copy", value);
  }

  /**
   * Returns the property {@code backend}.
   *
   * @return the name of the backend, or {@code auto}
   */
  default String getBackend() {
    return Properties.getString((Element) this, "backend");
  }

  /**
   * Sets the property {@code backend}.
   *
   * @param value the name of the backend, or {@code auto}
   * @throws IllegalArgumentException if it is null
   */
  default void setBackend(String value) {
    ((Element) this).set("backend", Properties.requirePresent("backend", value));
  }

  /**
   * Returns the properties {@code pad-left}, {@code pad-top}, {@code pad-right} and {@code
   * pad-bottom}.
   *
   * @return pixels of the output that stay bars in any case
   */
  default DstPadding getDstPadding() {
    return new DstPadding(
        Properties.getInt((Element) this, "pad-left"),
        Properties.getInt((Element) this, "pad-top"),
        Properties.getInt((Element) this, "pad-right"),
        Properties.getInt((Element) this, "pad-bottom"));
  }

  /**
   * Sets the properties {@code pad-left}, {@code pad-top}, {@code pad-right} and {@code
   * pad-bottom}.
   *
   * @param value pixels of the output that stay bars in any case, at most 32767 a side
   * @throws IllegalArgumentException if it is null or a side is too large
   */
  default void setDstPadding(DstPadding value) {
    Properties.requirePresent("dst padding", value);
    Properties.setInt((Element) this, "pad-left", value.left(), 0, MAX_SIDE);
    Properties.setInt((Element) this, "pad-top", value.top(), 0, MAX_SIDE);
    Properties.setInt((Element) this, "pad-right", value.right(), 0, MAX_SIDE);
    Properties.setInt((Element) this, "pad-bottom", value.bottom(), 0, MAX_SIDE);
  }

  /**
   * Returns the backends of the native library as the property {@code backends} has them.
   *
   * @return names, comma separated, each with the reason in parentheses where it does not work
   */
  default String getBackends() {
    return Properties.getString((Element) this, "backends");
  }

  /**
   * Returns the property {@code n-threads}.
   *
   * @return threads of the CPU that share a picture or batch, 0 = one a processor
   */
  default int getThreads() {
    return Properties.getInt((Element) this, "n-threads");
  }

  /**
   * Sets the property {@code n-threads}.
   *
   * @param value threads of the CPU that share a picture or batch, up to 64, 0 = one a processor
   * @throws IllegalArgumentException if it is outside its range
   */
  default void setThreads(int value) {
    Properties.setInt((Element) this, "n-threads", value, 0, MAX_THREADS);
  }
}
