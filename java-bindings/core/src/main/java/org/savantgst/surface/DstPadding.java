/* SPDX-License-Identifier: Apache-2.0 */
package org.savantgst.surface;

/**
 * Pixels of the destination that stay bars, whatever the padding mode is. All zero counts as not
 * given.
 *
 * @param left pixels on the left
 * @param top pixels at the top
 * @param right pixels on the right
 * @param bottom pixels at the bottom
 */
public record DstPadding(int left, int top, int right, int bottom) {
  /** No bars of this kind. */
  public static final DstPadding NONE = new DstPadding(0, 0, 0, 0);

  /**
   * Creates a padding.
   *
   * @param left pixels on the left
   * @param top pixels at the top
   * @param right pixels on the right
   * @param bottom pixels at the bottom
   * @throws IllegalArgumentException if a number is negative
   */
  public DstPadding {
    if (left < 0 || top < 0 || right < 0 || bottom < 0) {
      throw new IllegalArgumentException(
          "dst padding left "
              + left
              + ", top "
              + top
              + ", right "
              + right
              + ", bottom "
              + bottom
              + ": all must be 0 or more");
    }
  }

  /**
   * Returns a padding that is the same on all sides.
   *
   * @param pixels pixels on each side
   * @return the padding
   * @throws IllegalArgumentException if the number is negative
   */
  public static DstPadding uniform(int pixels) {
    return new DstPadding(pixels, pixels, pixels, pixels);
  }
}
