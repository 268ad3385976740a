/* SPDX-License-Identifier: Apache-2.0 */
package org.savantgst.examples.cli;

import java.awt.image.BufferedImage;
import java.awt.image.DataBufferInt;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import javax.imageio.ImageIO;

/** Pictures in a grid with a label under each, as a PNG file. */
final class ContactSheet {
  private static final int MAX_WIDTH = 4096;
  private static final int GAP = 4;
  private static final int WIDE_TILE = 400;
  private static final int BACKGROUND = 0x202020;
  private static final int INK = 0xFFFFFF;

  private record Tile(Picture picture, String label) {}

  private final List<Tile> tiles = new ArrayList<>();

  void add(Picture picture, String label) {
    tiles.add(new Tile(picture, label));
  }

  boolean isEmpty() {
    return tiles.isEmpty();
  }

  /**
   * Writes the sheet.
   *
   * @throws IOException if the file cannot be written
   */
  void write(Path file) throws IOException {
    ByteArrayOutputStream png = new ByteArrayOutputStream();
    if (!ImageIO.write(render(), "png", png)) {
      throw new IOException("this Java has no PNG writer");
    }
    Files.write(file, png.toByteArray());
  }

  /**
   * Draws the sheet: pictures one to one, or every n-th pixel of each row and column where it would
   * be wider than 4096.
   */
  BufferedImage render() {
    int columns = (int) Math.ceil(Math.sqrt(tiles.size()));
    int rows = (tiles.size() + columns - 1) / columns;
    int width = tiles.stream().mapToInt(t -> t.picture.width()).max().orElse(1);
    int height = tiles.stream().mapToInt(t -> t.picture.height()).max().orElse(1);
    int shrink = Math.max(1, (columns * (width + GAP) + MAX_WIDTH - 1) / MAX_WIDTH);
    int tileWidth = (width + shrink - 1) / shrink;
    int tileHeight = (height + shrink - 1) / shrink;
    int scale = tileWidth >= WIDE_TILE ? 2 : 1;
    int label = BitmapFont.HEIGHT * scale;
    int stepX = tileWidth + GAP;
    int stepY = tileHeight + label + GAP;

    BufferedImage image =
        new BufferedImage(columns * stepX + GAP, rows * stepY + GAP, BufferedImage.TYPE_INT_RGB);
    int[] pixels = ((DataBufferInt) image.getRaster().getDataBuffer()).getData();
    Arrays.fill(pixels, BACKGROUND);
    for (int i = 0; i < tiles.size(); i++) {
      int x = GAP + i % columns * stepX;
      int y = GAP + i / columns * stepY;
      draw(pixels, image.getWidth(), x, y, tiles.get(i).picture, shrink);
      BitmapFont.draw(
          pixels,
          image.getWidth(),
          x,
          y + tileHeight + scale,
          x + tileWidth,
          tiles.get(i).label,
          scale,
          INK);
    }
    return image;
  }

  private static void draw(int[] pixels, int stride, int left, int top, Picture p, int shrink) {
    for (int y = 0; y < p.height(); y += shrink) {
      int row = (top + y / shrink) * stride + left;
      for (int x = 0; x < p.width(); x += shrink) {
        pixels[row + x / shrink] = p.rgb(x, y);
      }
    }
  }
}
