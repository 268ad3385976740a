/* SPDX-License-Identifier: Apache-2.0 */
package org.savantgst.surface;

/**
 * How a picture is placed and computed.
 *
 * @param padding how the picture fills the destination
 * @param dstPadding pixels that stay bars in any case
 * @param interpolation the filter
 * @param computeMode the engine
 * @param padColor colour of bars, 0xRRGGBB
 * @param flip how the picture is turned or mirrored
 */
public record TransformConfig(
    Padding padding,
    DstPadding dstPadding,
    Interpolation interpolation,
    ComputeMode computeMode,
    int padColor,
    Flip flip) {
  private static final TransformConfig DEFAULTS =
      new TransformConfig(
          Padding.SYMMETRIC,
          DstPadding.NONE,
          Interpolation.BILINEAR,
          ComputeMode.DEFAULT,
          0x000000,
          Flip.NONE);

  /**
   * Creates a configuration.
   *
   * @param padding how the picture fills the destination
   * @param dstPadding pixels that stay bars in any case
   * @param interpolation the filter
   * @param computeMode the engine
   * @param padColor colour of bars, 0xRRGGBB
   * @param flip how the picture is turned or mirrored
   * @throws IllegalArgumentException if an argument is null or the colour is not 0 to 0xFFFFFF
   */
  public TransformConfig {
    requirePresent("padding", padding);
    requirePresent("dstPadding", dstPadding);
    requirePresent("interpolation", interpolation);
    requirePresent("computeMode", computeMode);
    requirePresent("flip", flip);
    if (padColor < 0 || padColor > 0xFFFFFF) {
      throw new IllegalArgumentException(
          String.format("padColor 0x%X: it must be 0xRRGGBB, 0 to 0xFFFFFF", padColor));
    }
  }

  private static void requirePresent(String name, Object value) {
    if (value == null) {
      throw new IllegalArgumentException(name + " is null");
    }
  }

  /**
   * Returns the defaults: centred with black bars, bilinear, no dst padding, not turned.
   *
   * @return the defaults
   */
  public static TransformConfig defaults() {
    return DEFAULTS;
  }

  /**
   * Returns a copy with another {@code padding}.
   *
   * @param padding how the picture fills the destination
   * @return the copy
   * @throws IllegalArgumentException if the argument is not valid
   */
  public TransformConfig withPadding(Padding padding) {
    return new TransformConfig(padding, dstPadding, interpolation, computeMode, padColor, flip);
  }

  /**
   * Returns a copy with another {@code dstPadding}.
   *
   * @param dstPadding pixels that stay bars in any case
   * @return the copy
   * @throws IllegalArgumentException if the argument is not valid
   */
  public TransformConfig withDstPadding(DstPadding dstPadding) {
    return new TransformConfig(padding, dstPadding, interpolation, computeMode, padColor, flip);
  }

  /**
   * Returns a copy with another {@code interpolation}.
   *
   * @param interpolation the filter
   * @return the copy
   * @throws IllegalArgumentException if the argument is not valid
   */
  public TransformConfig withInterpolation(Interpolation interpolation) {
    return new TransformConfig(padding, dstPadding, interpolation, computeMode, padColor, flip);
  }

  /**
   * Returns a copy with another {@code computeMode}.
   *
   * @param computeMode the engine
   * @return the copy
   * @throws IllegalArgumentException if the argument is not valid
   */
  public TransformConfig withComputeMode(ComputeMode computeMode) {
    return new TransformConfig(padding, dstPadding, interpolation, computeMode, padColor, flip);
  }

  /**
   * Returns a copy with another {@code padColor}.
   *
   * @param padColor colour of bars, 0xRRGGBB
   * @return the copy
   * @throws IllegalArgumentException if the argument is not valid
   */
  public TransformConfig withPadColor(int padColor) {
    return new TransformConfig(padding, dstPadding, interpolation, computeMode, padColor, flip);
  }

  /**
   * Returns a copy with another {@code flip}.
   *
   * @param flip how the picture is turned or mirrored
   * @return the copy
   * @throws IllegalArgumentException if the argument is not valid
   */
  public TransformConfig withFlip(Flip flip) {
    return new TransformConfig(padding, dstPadding, interpolation, computeMode, padColor, flip);
  }

  @Override
  public String toString() {
    return String.format(
        "TransformConfig[padding=%s, dstPadding=%s, interpolation=%s, computeMode=%s,"
            + " padColor=0x%06X, flip=%s]",
        padding, dstPadding, interpolation, computeMode, padColor, flip);
  }
}
