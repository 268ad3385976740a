/* SPDX-License-Identifier: Apache-2.0 */
package org.savantgst.lowlevel;

/**
 * The affine map of a picture's geometry: network x = m0 x + m1 y + m2, network y = m3 x + m4 y +
 * m5 for a point of the original picture.
 */
public final class Affine {
  /** How many numbers a map has. */
  public static final int SIZE = 6;

  private Affine() {}

  /**
   * Maps a point of the original picture.
   *
   * @param m the six numbers, from {@code at} on
   * @param at where they begin
   * @param x its x
   * @param y its y
   * @param out gets x and y
   */
  public static void toNetwork(double[] m, int at, double x, double y, double[] out) {
    out[0] = m[at] * x + m[at + 1] * y + m[at + 2];
    out[1] = m[at + 3] * x + m[at + 4] * y + m[at + 5];
  }

  /**
   * Maps a point back to the original picture.
   *
   * @param m the six numbers, from {@code at} on
   * @param at where they begin
   * @param x its x
   * @param y its y
   * @param out gets x and y
   */
  public static void toSource(double[] m, int at, double x, double y, double[] out) {
    double determinant = m[at] * m[at + 4] - m[at + 1] * m[at + 3];
    double dx = x - m[at + 2];
    double dy = y - m[at + 5];
    out[0] = (m[at + 4] * dx - m[at + 1] * dy) / determinant;
    out[1] = (m[at] * dy - m[at + 3] * dx) / determinant;
  }

  /**
   * Maps a box of the original picture. Boxes stay upright.
   *
   * @param m the six numbers, from {@code at} on
   * @param at where they begin
   * @param box left, top, width and height; replaced by those of its image
   */
  public static void boxToNetwork(double[] m, int at, double[] box) {
    double right = box[0] + box[2];
    double bottom = box[1] + box[3];
    toNetwork(m, at, box[0], box[1], box);
    double x = box[0];
    double y = box[1];
    toNetwork(m, at, right, bottom, box);
    span(box, x, y);
  }

  /**
   * Maps a box back to the original picture.
   *
   * @param m the six numbers, from {@code at} on
   * @param at where they begin
   * @param box left, top, width and height; replaced by those of its image
   */
  public static void boxToSource(double[] m, int at, double[] box) {
    double right = box[0] + box[2];
    double bottom = box[1] + box[3];
    toSource(m, at, box[0], box[1], box);
    double x = box[0];
    double y = box[1];
    toSource(m, at, right, bottom, box);
    span(box, x, y);
  }

  /** Makes a box of two opposite corners, one of which is the box's first two numbers. */
  private static void span(double[] box, double x, double y) {
    box[2] = Math.abs(box[0] - x);
    box[3] = Math.abs(box[1] - y);
    box[0] = Math.min(box[0], x);
    box[1] = Math.min(box[1], y);
  }
}
