/* SPDX-License-Identifier: Apache-2.0 */
package org.savantgst.batch;

import org.savantgst.lowlevel.Affine;
import org.savantgst.lowlevel.SavantAPI;
import org.savantgst.surface.Rect;

/** How the pictures of a batch came about: the part of {@link BatchView} that maps points. */
abstract class BatchGeometry extends BatchNumbers {
  /** The maps of all slots. */
  private double[] matrices = new double[0];

  BatchGeometry() {}

  @Override
  void begin(long[] of) {
    int slots = (int) of[SavantAPI.PULL_SLOTS];
    if (matrices.length < slots * Affine.SIZE) {
      matrices = new double[slots * Affine.SIZE];
    }
    for (int slot = 0; slot < slots; slot++) {
      int from =
          SavantAPI.PULL_HEADER_NUMBERS + slot * SavantAPI.SLOT_NUMBERS + SavantAPI.SLOT_MATRIX;
      for (int i = 0; i < Affine.SIZE; i++) {
        matrices[slot * Affine.SIZE + i] = Double.longBitsToDouble(of[from + i]);
      }
    }
    super.begin(of);
  }

  /**
   * Tells whether it is known how a picture came about. If not, it counts as its own original.
   *
   * @param slot the slot
   * @return whether it has SavantTransformMeta
   * @throws IllegalArgumentException if there is no such slot
   * @throws IllegalStateException if the view shows nothing
   */
  public boolean hasGeometry(int slot) {
    return number(slot, SavantAPI.SLOT_HAS_GEOMETRY) != 0;
  }

  /**
   * Returns the width of the original picture.
   *
   * @param slot the slot
   * @return pixels
   * @throws IllegalArgumentException if there is no such slot
   * @throws IllegalStateException if the view shows nothing
   */
  public int sourceWidth(int slot) {
    return (int) number(slot, SavantAPI.SLOT_SOURCE_WIDTH);
  }

  /**
   * Returns the height of the original picture.
   *
   * @param slot the slot
   * @return pixels
   * @throws IllegalArgumentException if there is no such slot
   * @throws IllegalStateException if the view shows nothing
   */
  public int sourceHeight(int slot) {
    return (int) number(slot, SavantAPI.SLOT_SOURCE_HEIGHT);
  }

  /**
   * Returns what was taken of the original picture.
   *
   * @param slot the slot
   * @return a new rectangle
   * @throws IllegalArgumentException if there is no such slot
   * @throws IllegalStateException if the view shows nothing
   */
  public Rect sourceRect(int slot) {
    return rect(base(slot) + SavantAPI.SLOT_SOURCE_RECT);
  }

  /**
   * Returns the left edge of what was taken of the original picture.
   *
   * @param slot the slot
   * @return pixels
   * @throws IllegalArgumentException if there is no such slot
   * @throws IllegalStateException if the view shows nothing
   */
  public int sourceLeft(int slot) {
    return (int) number(slot, SavantAPI.SLOT_SOURCE_RECT);
  }

  /**
   * Returns the top edge of what was taken of the original picture.
   *
   * @param slot the slot
   * @return pixels
   * @throws IllegalArgumentException if there is no such slot
   * @throws IllegalStateException if the view shows nothing
   */
  public int sourceTop(int slot) {
    return (int) number(slot, SavantAPI.SLOT_SOURCE_RECT + 1);
  }

  /**
   * Returns the width of what was taken of the original picture.
   *
   * @param slot the slot
   * @return pixels
   * @throws IllegalArgumentException if there is no such slot
   * @throws IllegalStateException if the view shows nothing
   */
  public int sourceRectWidth(int slot) {
    return (int) number(slot, SavantAPI.SLOT_SOURCE_RECT + 2);
  }

  /**
   * Returns the height of what was taken of the original picture.
   *
   * @param slot the slot
   * @return pixels
   * @throws IllegalArgumentException if there is no such slot
   * @throws IllegalStateException if the view shows nothing
   */
  public int sourceRectHeight(int slot) {
    return (int) number(slot, SavantAPI.SLOT_SOURCE_RECT + 3);
  }

  /**
   * Returns where that lies in the picture; the rest are bars.
   *
   * @param slot the slot
   * @return a new rectangle
   * @throws IllegalArgumentException if there is no such slot
   * @throws IllegalStateException if the view shows nothing
   */
  public Rect destinationRect(int slot) {
    return rect(base(slot) + SavantAPI.SLOT_DESTINATION_RECT);
  }

  /**
   * Returns the left edge of the picture inside its bars.
   *
   * @param slot the slot
   * @return pixels
   * @throws IllegalArgumentException if there is no such slot
   * @throws IllegalStateException if the view shows nothing
   */
  public int destinationLeft(int slot) {
    return (int) number(slot, SavantAPI.SLOT_DESTINATION_RECT);
  }

  /**
   * Returns the top edge of the picture inside its bars.
   *
   * @param slot the slot
   * @return pixels
   * @throws IllegalArgumentException if there is no such slot
   * @throws IllegalStateException if the view shows nothing
   */
  public int destinationTop(int slot) {
    return (int) number(slot, SavantAPI.SLOT_DESTINATION_RECT + 1);
  }

  /**
   * Returns the width of the picture inside its bars.
   *
   * @param slot the slot
   * @return pixels
   * @throws IllegalArgumentException if there is no such slot
   * @throws IllegalStateException if the view shows nothing
   */
  public int destinationWidth(int slot) {
    return (int) number(slot, SavantAPI.SLOT_DESTINATION_RECT + 2);
  }

  /**
   * Returns the height of the picture inside its bars.
   *
   * @param slot the slot
   * @return pixels
   * @throws IllegalArgumentException if there is no such slot
   * @throws IllegalStateException if the view shows nothing
   */
  public int destinationHeight(int slot) {
    return (int) number(slot, SavantAPI.SLOT_DESTINATION_RECT + 3);
  }

  private Rect rect(int from) {
    return new Rect((int) at(from + 1), (int) at(from), (int) at(from + 2), (int) at(from + 3));
  }

  /** Where the map of a slot begins. */
  private int matrix(int slot) {
    base(slot);
    return slot * Affine.SIZE;
  }

  private static double[] require(String name, double[] array, int length) {
    if (array == null || array.length < length) {
      throw new IllegalArgumentException(
          name
              + (array == null ? " is null" : " has " + array.length + " numbers")
              + ": "
              + length
              + " are needed");
    }
    return array;
  }

  /**
   * Maps a point of a picture to the original one.
   *
   * @param slot the slot
   * @param x its x
   * @param y its y
   * @param out gets x and y
   * @throws IllegalArgumentException if there is no such slot or out is null or shorter than 2
   * @throws IllegalStateException if the view shows nothing
   */
  public void toSource(int slot, double x, double y, double[] out) {
    Affine.toSource(matrices, matrix(slot), x, y, require("out", out, 2));
  }

  /**
   * Maps a point of the original picture to the slot's.
   *
   * @param slot the slot
   * @param x its x
   * @param y its y
   * @param out gets x and y
   * @throws IllegalArgumentException if there is no such slot or out is null or shorter than 2
   * @throws IllegalStateException if the view shows nothing
   */
  public void toNetwork(int slot, double x, double y, double[] out) {
    Affine.toNetwork(matrices, matrix(slot), x, y, require("out", out, 2));
  }

  /**
   * Maps a box of a picture to the original one. It is not clipped.
   *
   * @param slot the slot
   * @param box left, top, width and height; replaced by those of its image
   * @throws IllegalArgumentException if there is no such slot or box is null or shorter than 4
   * @throws IllegalStateException if the view shows nothing
   */
  public void boxToSource(int slot, double[] box) {
    Affine.boxToSource(matrices, matrix(slot), require("box", box, 4));
  }

  /**
   * Maps a box of the original picture to the slot's. It is not clipped.
   *
   * @param slot the slot
   * @param box left, top, width and height; replaced by those of its image
   * @throws IllegalArgumentException if there is no such slot or box is null or shorter than 4
   * @throws IllegalStateException if the view shows nothing
   */
  public void boxToNetwork(int slot, double[] box) {
    Affine.boxToNetwork(matrices, matrix(slot), require("box", box, 4));
  }
}
