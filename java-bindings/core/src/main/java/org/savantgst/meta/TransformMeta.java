/* SPDX-License-Identifier: Apache-2.0 */
package org.savantgst.meta;

import java.util.Optional;
import org.freedesktop.gstreamer.Buffer;
import org.savantgst.Savant;
import org.savantgst.lowlevel.Addresses;
import org.savantgst.lowlevel.Affine;
import org.savantgst.lowlevel.SavantAPI;
import org.savantgst.surface.Rect;
import org.savantgst.surface.SharedBuffer;

/**
 * How the picture of a slot came about, so that points and boxes found in it map back exactly.
 * Coordinates are continuous: pixel (0, 0) covers [0, 1) x [0, 1). Nothing is clipped. Immutable.
 */
public final class TransformMeta {
  private final Rect source;
  private final Rect destination;
  private final double[] matrix;

  private TransformMeta(int[] rects, double[] matrix) {
    this.source = new Rect(rects[1], rects[0], rects[2], rects[3]);
    this.destination = new Rect(rects[5], rects[4], rects[6], rects[7]);
    this.matrix = matrix;
  }

  /**
   * Returns the geometry of a slot.
   *
   * @param buffer the buffer
   * @param slot the slot, 0 for a plain frame
   * @return the geometry, empty if none of our elements made the picture or another one has changed
   *     it since
   * @throws IllegalArgumentException if the buffer is null or the slot is negative
   * @throws IllegalStateException if the buffer was disposed of
   */
  public static Optional<TransformMeta> get(Buffer buffer, int slot) {
    return Addresses.with("buffer", buffer, address -> get(address, slot));
  }

  /**
   * Returns the geometry of a slot.
   *
   * @param buffer the buffer
   * @param slot the slot
   * @return the geometry, empty if none of our elements made the picture or another one has changed
   *     it since
   * @throws IllegalArgumentException if the buffer is null or the slot is negative
   * @throws IllegalStateException if the buffer was closed or taken
   */
  public static Optional<TransformMeta> get(SharedBuffer buffer, int slot) {
    if (buffer == null) {
      throw new IllegalArgumentException("buffer is null");
    }
    return get(buffer.address(), slot);
  }

  /**
   * Returns the geometry of a slot.
   *
   * @param bufferAddress the address of a GstBuffer, borrowed
   * @param slot the slot, 0 for a plain frame
   * @return the geometry, empty if none of our elements made the picture or another one has changed
   *     it since
   * @throws IllegalArgumentException if the address is 0 or the slot is negative
   */
  public static Optional<TransformMeta> get(long bufferAddress, int slot) {
    Savant.ensureAvailability();
    int[] rects = new int[8];
    double[] matrix = new double[Affine.SIZE];
    int found =
        SavantAPI.check(
            SavantAPI.savant_buffer_get_geometry(bufferAddress, slot, rects, matrix),
            "savant_buffer_get_geometry");
    return found == 0 ? Optional.empty() : Optional.of(new TransformMeta(rects, matrix));
  }

  /**
   * Returns what was taken of the original picture.
   *
   * @return a rectangle in its pixels
   */
  public Rect source() {
    return source;
  }

  /**
   * Returns where that lies in this picture.
   *
   * @return a rectangle in its pixels
   */
  public Rect destination() {
    return destination;
  }

  /**
   * Maps a point of this picture to the original one.
   *
   * @param x its x
   * @param y its y
   * @return x and y
   */
  public double[] toSource(double x, double y) {
    double[] point = new double[2];
    Affine.toSource(matrix, 0, x, y, point);
    return point;
  }

  /**
   * Maps a point of the original picture to this one.
   *
   * @param x its x
   * @param y its y
   * @return x and y
   */
  public double[] toNetwork(double x, double y) {
    double[] point = new double[2];
    Affine.toNetwork(matrix, 0, x, y, point);
    return point;
  }

  /**
   * Maps a box of this picture to the original one.
   *
   * @param left its left edge
   * @param top its top edge
   * @param width its width
   * @param height its height
   * @return left, top, width and height; the last two stay positive under flips
   */
  public double[] boxToSource(double left, double top, double width, double height) {
    double[] box = {left, top, width, height};
    Affine.boxToSource(matrix, 0, box);
    return box;
  }

  /**
   * Maps a box of the original picture to this one.
   *
   * @param left its left edge
   * @param top its top edge
   * @param width its width
   * @param height its height
   * @return left, top, width and height; the last two stay positive under flips
   */
  public double[] boxToNetwork(double left, double top, double width, double height) {
    double[] box = {left, top, width, height};
    Affine.boxToNetwork(matrix, 0, box);
    return box;
  }

  @Override
  public String toString() {
    return "TransformMeta[source=" + source + ", destination=" + destination + "]";
  }
}
