/* SPDX-License-Identifier: Apache-2.0 */
package org.savantgst.examples.cli;

import java.util.List;
import org.savantgst.surface.VideoFormat;

/**
 * Pictures of one format and size side by side in a larger one, in the layout that GStreamer gives
 * plain frames. Every tile begins at a multiple of 8 pixels, so that neither chroma nor rows need
 * padding.
 */
final class Mosaic {
  private static final int ALIGN = 8;
  private static final byte BLACK_LUMA = 16;
  private static final byte NO_CHROMA = (byte) 128;

  /** Bytes of {@code unit} for every {@code stepX} pixels of every {@code stepY}-th row. */
  private record Plane(int stepX, int stepY, byte... unit) {
    int rowBytes(int width) {
      return (width + stepX - 1) / stepX * unit.length;
    }

    int rows(int height) {
      return (height + stepY - 1) / stepY;
    }
  }

  private final List<Plane> planes;
  private final int tileWidth;
  private final int tileHeight;
  private final int stepX;
  private final int stepY;
  private final int columns;
  private final int rows;
  private final byte[] bytes;

  /**
   * A black mosaic.
   *
   * @param format of tiles and mosaic
   * @param tileWidth pixels of a picture
   * @param tileHeight the same
   * @param tiles how many pictures it has room for, in a grid about as high as it is wide
   */
  Mosaic(VideoFormat format, int tileWidth, int tileHeight, int tiles) {
    planes = planes(format);
    this.tileWidth = tileWidth;
    this.tileHeight = tileHeight;
    stepX = aligned(tileWidth);
    stepY = aligned(tileHeight);
    columns = columns(tiles);
    rows = (tiles + columns - 1) / columns;
    bytes = new byte[planes.stream().mapToInt(p -> p.rowBytes(width()) * p.rows(height())).sum()];
    int at = 0;
    for (Plane plane : planes) {
      int end = at + plane.rowBytes(width()) * plane.rows(height());
      for (int i = at; i < end; i++) {
        bytes[i] = plane.unit[(i - at) % plane.unit.length];
      }
      at = end;
    }
  }

  private static int aligned(int side) {
    return (side + ALIGN - 1) / ALIGN * ALIGN;
  }

  private static int columns(int tiles) {
    return (int) Math.ceil(Math.sqrt(tiles));
  }

  /** Width and height of a mosaic, pixels; may be more than a mosaic can have. */
  static long[] size(int tileWidth, int tileHeight, int tiles) {
    int columns = columns(tiles);
    int rows = (tiles + columns - 1) / columns;
    return new long[] {(long) columns * aligned(tileWidth), (long) rows * aligned(tileHeight)};
  }

  /** The planes of a format, each unit black. */
  private static List<Plane> planes(VideoFormat format) {
    Plane luma = new Plane(1, 1, BLACK_LUMA);
    Plane chroma = new Plane(2, 2, NO_CHROMA);
    return switch (format) {
      case RGBA, BGRx, BGRA, RGBx -> List.of(new Plane(1, 1, new byte[4]));
      case RGB, BGR -> List.of(new Plane(1, 1, new byte[3]));
      case GRAY8 -> List.of(new Plane(1, 1, new byte[1]));
      case NV12, NV21 -> List.of(luma, new Plane(2, 2, NO_CHROMA, NO_CHROMA));
      case I420 -> List.of(luma, chroma, chroma);
      case UYVY -> List.of(new Plane(2, 1, NO_CHROMA, BLACK_LUMA, NO_CHROMA, BLACK_LUMA));
    };
  }

  int width() {
    return columns * stepX;
  }

  int height() {
    return rows * stepY;
  }

  /** The mosaic itself, all planes one after the other. */
  byte[] bytes() {
    return bytes;
  }

  /**
   * Replaces a picture.
   *
   * @param tile its place, row by row
   * @param picture all planes one after the other, rows without padding
   */
  void put(int tile, byte[] picture) {
    int from = 0;
    int plane = 0;
    for (Plane p : planes) {
      int rowBytes = p.rowBytes(tileWidth);
      int stride = p.rowBytes(width());
      int to = plane + tile / columns * p.rows(stepY) * stride + tile % columns * p.rowBytes(stepX);
      for (int row = 0; row < p.rows(tileHeight); row++) {
        System.arraycopy(picture, from, bytes, to, rowBytes);
        from += rowBytes;
        to += stride;
      }
      plane += stride * p.rows(height());
    }
  }
}
