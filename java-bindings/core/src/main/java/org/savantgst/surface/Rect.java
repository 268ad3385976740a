/* SPDX-License-Identifier: Apache-2.0 */
package org.savantgst.surface;

/**
 * A rectangle in pixels.
 *
 * @param top its first row
 * @param left its first column
 * @param width its width
 * @param height its height
 */
public record Rect(int top, int left, int width, int height) {
  /**
   * Creates a rectangle.
   *
   * @param top its first row
   * @param left its first column
   * @param width its width
   * @param height its height
   * @throws IllegalArgumentException if a number is negative
   */
  public Rect {
    if (top < 0 || left < 0 || width < 0 || height < 0) {
      throw new IllegalArgumentException(
          "rectangle top "
              + top
              + ", left "
              + left
              + ", width "
              + width
              + ", height "
              + height
              + ": all must be 0 or more");
    }
  }
}
